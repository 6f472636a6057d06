/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A progress bar on stderr; it hears rows and samples, and looks at the clock now and then. */
#include "progress.h"

#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#define BAR_WIDTH       30
#define EVERY_S         0.1 /* of wall time between two drawings */
#define ROWS_PER_GLANCE 64

static double wall_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

// share of the run that is done; negative when nothing tells
static double share_done(const cli_progress *progress)
{
    if (progress->end != GPUSIM_TIME_MAX && progress->end > 0) {
        return (double)gpusim_sim_now(progress->sim) / (double)progress->end;
    }
    if (progress->jobs) {
        return (double)progress->ended / (double)progress->jobs;
    }
    return -1.0;
}

// columns of the terminal; one that does not tell has 80
static int columns(void)
{
    struct winsize size;
    return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

static void draw(cli_progress *progress, double now)
{
    char bar[BAR_WIDTH + 1] = "", simulated[32], left[32] = "?", text[160];
    double passed = now - progress->began;
    double at = gpusim_seconds(gpusim_sim_now(progress->sim));
    double done = share_done(progress);
    gpusim_quantity_format(at, GPUSIM_UNIT_SECOND, 0, simulated, sizeof simulated);
    if (done < 0.0) {
        snprintf(text, sizeof text, "%s simulated, %.3g x real time", simulated, at / passed);
    } else {
        done = done > 1.0 ? 1.0 : done;
        int full = (int)(done * BAR_WIDTH);
        memset(bar, '#', (size_t)full);
        memset(bar + full, '.', (size_t)(BAR_WIDTH - full));
        if (done > 0.0) {
            gpusim_quantity_format((double)(int64_t)(passed * (1.0 - done) / done + 0.5),
                                   GPUSIM_UNIT_SECOND, 0, left, sizeof left);
        }
        snprintf(text, sizeof text, "%3.0f %%  %s, %.3g x real time, %s left", 100.0 * done,
                 simulated, at / passed, left);
    }

    // a line that wraps could not be drawn over: the bar goes first, then the end of the text
    int room = columns() - 1, length = (int)strlen(text);
    if (bar[0] && length + BAR_WIDTH + 3 <= room) {
        fprintf(stderr, "\r\033[K[%s] %s", bar, text);
    } else {
        fprintf(stderr, "\r\033[K%.*s", room, text);
    }
    fflush(stderr);
    progress->shown = now;
}

static void glance(cli_progress *progress)
{
    // the bar is gone before the run is closed, which tells of the jobs that did not end
    if (!progress->sim) {
        return;
    }
    double now = wall_seconds();
    if (now - progress->shown >= EVERY_S && now - progress->began > 0.0) {
        draw(progress, now);
    }
}

static gpusim_status on_row(void *context, gpusim_table table, const void *row, gpusim_error *err)
{
    cli_progress *progress = context;
    (void)row;
    (void)err;
    progress->ended += table == GPUSIM_TABLE_JOBS;
    if (++progress->rows % ROWS_PER_GLANCE == 0) {
        glance(progress);
    }
    return GPUSIM_OK;
}

static gpusim_status on_sample(void *context, gpusim_time time, const gpusim_sample *samples,
                               uint32_t count, gpusim_error *err)
{
    (void)time;
    (void)samples;
    (void)count;
    (void)err;
    glance(context);
    return GPUSIM_OK;
}

void cli_progress_begin(cli_progress *progress, const gpusim_sim *sim, gpusim_time end,
                        uint64_t jobs, gpusim_observer *observer)
{
    memset(progress, 0, sizeof *progress);
    progress->sim = sim;
    progress->end = end;
    progress->jobs = jobs;
    progress->began = progress->shown = wall_seconds();
    gpusim_observer_default(observer);
    observer->context = progress;
    observer->row = on_row;
    observer->sample = on_sample;
}

void cli_progress_end(cli_progress *progress)
{
    if (progress->sim) {
        fputs("\r\033[K", stderr);
        fflush(stderr);
        progress->sim = NULL;
    }
}
