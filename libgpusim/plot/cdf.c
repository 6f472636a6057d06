/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The figure `cdf`: how completion times, waits and bounded slowdowns are distributed over jobs. */
#include <math.h>
#include <stdio.h>

#include "base/memory.h"
#include "base/sort.h"
#include "plot/figures.h"
#include "study/read.h"

#define POINTS 500  /* of a curve */
#define TAU    10.0 /* s, of the bounded slowdown (definitions 16) */

typedef enum quantity { COMPLETION, WAIT, SLOWDOWN, QUANTITIES } quantity;

static const char *const blocks[QUANTITIES] = {"completion", "wait", "slowdown"};

// NaN: a job has none
static double quantity_of(const gpusim_job_row *job, quantity which)
{
    if (which == WAIT) {
        return job->start == GPUSIM_TIME_MAX ? (double)NAN : gpusim_seconds(job->wait);
    }
    if (job->state != GPUSIM_JOB_COMPLETED) {
        return (double)NAN;
    }
    double completion = gpusim_seconds(job->end - job->submit);
    double ideal = fmax(gpusim_seconds(job->duration), TAU);
    return which == COMPLETION ? completion : fmax(completion / ideal, 1);
}

static int by_size(const void *a, const void *b)
{
    const double *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

// a curve of at most POINTS: a value and the share of jobs up to it
static gpusim_status draw(gs_plot *plot, const char *block, double *values, uint64_t count,
                          gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    if (count == 0) {
        return GPUSIM_OK;
    }
    GPUSIM_TRY(gs_sort(values, count, sizeof *values, by_size, err));
    gs_plot_block(plot, block);
    uint64_t points = count < POINTS ? count : POINTS;
    for (uint64_t p = 1; p <= points; p++) {
        uint64_t i = (uint64_t)((double)p / (double)points * (double)count + 0.5);
        const double row[] = {values[i - 1], (double)i / (double)count};
        gs_plot_row(plot, 2, row);
    }
cleanup:
    return status;
}

gpusim_status gs_plot_cdf(gs_plot *plot, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gpusim_job_row *jobs = NULL;
    double *values = NULL;
    uint64_t all[QUANTITIES] = {0};
    double most[QUANTITIES] = {0};
    for (uint32_t t = 0; t < plot->count; t++) {
        uint64_t count;
        GPUSIM_TRY(gs_whole_table(plot->traces[t], GPUSIM_TABLE_JOBS, &jobs, &count, err));
        GPUSIM_TRY(gs_allocate(&values, count + 1, sizeof *values, err));
        for (quantity q = 0; q < QUANTITIES; q++) {
            uint64_t known = 0;
            char block[32];
            for (uint64_t i = 0; i < count; i++) {
                values[known] = quantity_of(&jobs[i], q);
                if (!isnan(values[known])) {
                    most[q] = fmax(most[q], values[known++]);
                }
            }
            all[q] += known;
            snprintf(block, sizeof block, "%s %u", blocks[q], t + 1);
            GPUSIM_TRY(draw(plot, block, values, known, err));
        }
        gs_release(&jobs);
        gs_release(&values);
    }
    for (quantity q = 0; q < QUANTITIES; q++) {
        char name[32];
        snprintf(name, sizeof name, "most_%s", blocks[q]);
        gs_plot_say_number(plot, name, most[q]);
    }
    gs_plot_say_number(plot, "completed", (double)all[COMPLETION]);
    gs_plot_say_number(plot, "started", (double)all[WAIT]);
cleanup:
    gs_release(&jobs);
    gs_release(&values);
    return status;
}
