/* SPDX-License-Identifier: GPL-3.0-or-later */
/* gpusim watch: a run as it goes on, in a terminal; as lines where there is none. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "feed.h"
#include "load.h"
#include "options.h"
#include "report.h"
#include "screen.h"
#include "signals.h"
#include "talk.h"

#define FRAME_S      0.1  /* of wall time between two frames */
#define SLICE_S      0.02 /* that the run is left alone for */
#define WHOLE_RUN_S  60.0 /* of wall time, unless --speed says something else */
#define SPEED_LEAST  1e-3
#define SPEED_UNSAID 3600.0 /* where nobody knows how long the run is */
#define MAP_CELLS    4096
#define LINES        20 /* without a terminal: so many for a run whose length is known */

static const cli_option options[] = {
    {CLI_SPEED, 0, "speed", "FACTOR",
     "simulated seconds in one second, or 'max'; else a run takes a minute"},
    {CLI_OUTPUT, 'o', "output", "TRACE", "write the trace to this HDF5 file"},
    {CLI_FORCE, 'f', "force", NULL, "overwrite the trace if there is one"},
    {CLI_SEED, 's', "seed", "N", "use this seed instead of the scenario's"},
    CLI_OPTION_SET,
    {CLI_UNTIL, 'u', "until", "TIME", "stop at this simulated time: '12 h'"},
    CLI_OPTION_HELP,
};

typedef struct watch {
    const cli_arguments *arguments;
    gpusim_model *model;
    gpusim_model_info info;
    gpusim_sim *sim;
    gpusim_trace_writer *writer;
    gpusim_time until; /* of --until */
    gpusim_time end;   /* of the run; GPUSIM_TIME_MAX: nobody knows */
    gpusim_time now;   /* how far the run has been let go */
    gpusim_time slice;
    uint64_t seed;
    double speed;      /* simulated seconds in one; INFINITY: as fast as it goes */
    double since_wall; /* from where on that speed counts */
    gpusim_time since;
    double wall_before; /* of the frame before, and where the run was: how fast it is */
    gpusim_time now_before;
    double is_at; /* simulated seconds in one, of late */
    int paused, over, quit;
    cli_feed feed;
    cli_screen screen;
} watch;

static double wall_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static const char *time_text(gpusim_time time, char *text, int size)
{
    gpusim_quantity_format(gpusim_seconds(time), GPUSIM_UNIT_SECOND, 0, text, size);
    return text;
}

/* ---- going on ---- */

// from now on the speed counts from here
static void count_from_here(watch *w)
{
    w->since = w->now;
    w->since_wall = wall_seconds();
}

static gpusim_time aim(const watch *w)
{
    double ahead = (wall_seconds() - w->since_wall) * w->speed;
    gpusim_time target = isfinite(w->speed)
                             ? gpusim_time_add(w->since, gpusim_time_from_seconds(ahead))
                             : GPUSIM_TIME_MAX;
    return target < w->until ? target : w->until;
}

/* Lets the run go on for a frame, or as far as it should be by now, in slices short enough for keys
 * and frames to be in time, and for nothing that is drawn of the past to be missed. */
static gpusim_status go_on(watch *w, double frame_ends, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    for (double wall = wall_seconds(); wall < frame_ends && !w->over && !cli_signals_came();) {
        gpusim_time target = aim(w), next = gpusim_time_add(w->now, w->slice);
        if (target <= w->now && w->now < w->until) {
            return GPUSIM_OK;
        }
        gpusim_time step = (w->now / w->feed.step + 1) * w->feed.step;
        next = next < step ? next : step;
        next = next < target ? next : target;
        GPUSIM_TRY(gpusim_sim_run_until(w->sim, next, err));
        w->over = gpusim_sim_ended(w->sim) || next >= w->until;
        w->now = gpusim_sim_ended(w->sim) ? gpusim_sim_now(w->sim) : next;
        if (next == step) {
            (void)cli_feed_look(&w->feed, w->now);
        }
        double took = wall_seconds() - wall;
        wall += took;
        w->slice = took < SLICE_S / 2 ? w->slice * 2 : took > SLICE_S ? w->slice / 2 + 1 : w->slice;
        w->slice = w->slice < GPUSIM_TIME_MAX / 4 ? w->slice : GPUSIM_TIME_MAX / 4;
    }
    if (isfinite(w->speed)) {
        // too slow for the speed asked for: what is behind is not caught up with
        count_from_here(w);
    }
cleanup:
    return status;
}

/* ---- the picture ---- */

static const char *bar(const watch *w, double share, int width, char *text, size_t size)
{
    size_t used = 0;
    int full = isfinite(share) ? (int)(fmin(fmax(share, 0), 1) * width + 0.5) : 0;
    for (int i = 0; i < width && used + 4 < size; i++) {
        const char *sign = w->screen.utf8 ? (i < full ? "█" : "░") : (i < full ? "#" : ".");
        memcpy(text + used, sign, strlen(sign));
        used += strlen(sign);
    }
    text[used] = 0;
    return text;
}

static const char *level(const watch *w, double share)
{
    static const char *const fine[] = {" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    static const char *const plain[] = {" ", ".", ":", "-", "=", "+", "*", "%", "#"};
    int step = share > 0 ? 1 + (int)(fmin(share, 1) * 7.999) : 0;
    return (w->screen.utf8 ? fine : plain)[step > 8 ? 8 : step];
}

// a series from the run's beginning until now, or all of it that is left, as wide as there is room
static void draw_past(watch *w, const char *name, cli_series which, double most, const char *unit)
{
    const cli_feed *feed = &w->feed;
    char text[CLI_FEED_PAST * 3 + 1];
    int width = w->screen.columns - 32, used = 0;
    width = width > CLI_FEED_PAST ? CLI_FEED_PAST : width;
    double peak = 0;
    for (uint32_t i = 0; i < feed->steps; i++) {
        peak = fmax(peak, feed->past[which][i]);
    }
    uint32_t whole = w->end == GPUSIM_TIME_MAX ? feed->steps : CLI_FEED_PAST;
    for (int c = 0; c < width; c++) {
        // what falls into one column is shown by its most
        uint32_t from = (uint32_t)((uint64_t)c * whole / (uint64_t)width);
        uint32_t to = (uint32_t)((uint64_t)(c + 1) * whole / (uint64_t)width);
        double value = 0;
        for (uint32_t i = from; i < (to > from ? to : from + 1) && i < feed->steps; i++) {
            value = fmax(value, feed->past[which][i]);
        }
        const char *sign = level(w, most > 0 ? value / most : peak > 0 ? value / peak : 0);
        memcpy(text + used, sign, strlen(sign));
        used += (int)strlen(sign);
    }
    text[used] = 0;
    char value[32];
    gpusim_unit of = which == CLI_POWER ? GPUSIM_UNIT_WATT : GPUSIM_UNIT_NONE;
    gpusim_quantity_format(peak, of, 0, value, sizeof value);
    cli_screen_line(&w->screen, CLI_PLAIN, " %-8s %s  most %s%s", name, text, value, unit);
}

// what a node does, as one sign: how many of its GPUs are held, or the state that it is in
static const char *sign_of(const watch *w, const gpusim_node_info *node)
{
    static const char *const states[] = {"", "d", "D", "x", "r", " "};
    if (node->state != GPUSIM_NODE_UP) {
        return states[node->state < 6 ? node->state : 5];
    }
    uint32_t held = node->gpus ? node->gpus - node->free_gpus : node->jobs;
    return held == 0 ? (w->screen.utf8 ? "·" : ".")
                     : level(w, node->gpus ? (double)held / node->gpus : 1);
}

/* Each node a sign, as many lines as they need and have. Of more nodes several share one, which is
 * that of a node in service that is not up, if there is one. */
static void draw_map(watch *w, int lines)
{
    const gpusim_view *view = gpusim_sim_view(w->sim);
    uint32_t width = (uint32_t)(w->screen.columns - 12), nodes = view->node_count;
    uint32_t each = (nodes + width * (uint32_t)lines - 1) / (width * (uint32_t)lines);
    char text[MAP_CELLS];
    for (uint32_t first = 0; first < nodes; first += width * each) {
        size_t used = 0;
        for (uint32_t n = first; n < nodes && n < first + width * each && used + 4 < sizeof text;
             n += each) {
            uint32_t shown = n;
            for (uint32_t k = n; k < n + each && k < nodes; k++) {
                uint32_t state = view->nodes[k].state;
                shown = state != GPUSIM_NODE_UP && state != GPUSIM_NODE_REMOVED ? k : shown;
            }
            const char *sign = sign_of(w, &view->nodes[shown]);
            memcpy(text + used, sign, strlen(sign));
            used += strlen(sign);
        }
        text[used] = 0;
        cli_screen_line(&w->screen, CLI_PLAIN, " %-8s %s", first == 0 ? "nodes" : "", text);
    }
}

static int lines_of_map(const watch *w, int most)
{
    int width = w->screen.columns - 12;
    int wanted = ((int)w->info.nodes + width - 1) / width;
    return wanted < most ? wanted : most;
}

static void draw_head(watch *w)
{
    char now[32], whole[32], line[512], seed[32] = "";
    const char *state = w->over ? "over: " : w->paused ? "paused: " : "";
    cli_screen_line(&w->screen, CLI_BOLD, " %s: %s", w->info.name, w->info.scheduler);
    time_text(w->now, now, sizeof now);
    snprintf(seed, sizeof seed, "seed %llu", (unsigned long long)w->seed);
    if (w->end == GPUSIM_TIME_MAX) {
        cli_screen_line(&w->screen, CLI_PLAIN, " %s%s  %.3g x real time  %s", state, now, w->is_at,
                        seed);
        return;
    }
    double share = gpusim_seconds(w->now) / gpusim_seconds(w->end);
    cli_screen_line(&w->screen, CLI_PLAIN, " %s%s of %s  %s %3.0f %%  %.3g x real time  %s", state,
                    now, time_text(w->end, whole, sizeof whole),
                    bar(w, share, w->screen.columns / 5, line, sizeof line), 100 * share, w->is_at,
                    seed);
}

static void draw_numbers(watch *w, const cli_moment *m)
{
    char line[512], power[32] = "-", hottest[32] = "-", states[160] = "";
    int used = 0;
    for (int s = 0; s < 6; s++) {
        if (m->nodes[s] > 0 || s == 0) {
            used += snprintf(states + used, sizeof states - (size_t)used, "%s%u %s",
                             used ? ", " : "", m->nodes[s], cli_node_states[s]);
        }
    }
    double share = m->gpus ? m->held / m->gpus : 0;
    cli_screen_line(&w->screen, CLI_PLAIN, " nodes    %s", states);
    cli_screen_line(&w->screen, CLI_PLAIN, " GPUs     %.4g of %u held  %s %3.0f %%", m->held,
                    m->gpus, bar(w, share, w->screen.columns / 5, line, sizeof line), 100 * share);
    cli_screen_line(&w->screen, CLI_PLAIN,
                    " jobs     %u running, %u waiting, %llu ended, %llu of them failed", m->running,
                    m->waiting, (unsigned long long)w->feed.ended,
                    (unsigned long long)w->feed.failed);
    if (w->feed.failures > 0) {
        cli_screen_line(&w->screen, CLI_PLAIN, " faults   took jobs off their GPUs %llu times",
                        (unsigned long long)w->feed.failures);
    }
    if (!isnan(m->power)) {
        gpusim_quantity_format(m->power, GPUSIM_UNIT_WATT, 0, power, sizeof power);
        gpusim_quantity_format(m->hottest, GPUSIM_UNIT_CELSIUS, 0, hottest, sizeof hottest);
        cli_screen_line(&w->screen, CLI_PLAIN, " power    %s, hottest GPU %s", power,
                        isnan(m->hottest) ? "-" : hottest);
    }
    if (w->feed.alerts > 0) {
        cli_screen_line(&w->screen, CLI_BOLD, " alerts   %llu now, %llu in all",
                        (unsigned long long)w->feed.alerts_on, (unsigned long long)w->feed.alerts);
    }
}

static void draw_what_happened(watch *w)
{
    int room = w->screen.rows - w->screen.line - 3;
    uint64_t kept = w->feed.lines < CLI_FEED_LINES ? w->feed.lines : CLI_FEED_LINES;
    uint64_t shown = room < 0 ? 0 : (uint64_t)room < kept ? (uint64_t)room : kept;
    cli_screen_line(&w->screen, CLI_PLAIN, "%s", "");
    for (uint64_t i = w->feed.lines - shown; i < w->feed.lines; i++) {
        cli_screen_line(&w->screen, CLI_PLAIN, "%s", w->feed.said[i % CLI_FEED_LINES]);
    }
    while (w->screen.line < w->screen.rows - 1) {
        cli_screen_line(&w->screen, CLI_PLAIN, "%s", "");
    }
    cli_screen_line(&w->screen, CLI_FAINT, " %s",
                    w->over          ? "q: end"
                    : w->screen.keys ? "space: pause   + -: speed   m: as fast as it goes   q: end"
                                     : "Ctrl-C: end");
}

static void draw(watch *w)
{
    cli_moment moment = cli_feed_look(&w->feed, w->now);
    double wall = wall_seconds();
    if (wall > w->wall_before && !w->over && !w->paused) {
        w->is_at = gpusim_seconds(w->now - w->now_before) / (wall - w->wall_before);
    }
    w->wall_before = wall;
    w->now_before = w->now;
    cli_screen_begin(&w->screen);
    draw_head(w);
    cli_screen_line(&w->screen, CLI_PLAIN, "%s", "");
    draw_numbers(w, &moment);
    cli_screen_line(&w->screen, CLI_PLAIN, "%s", "");
    draw_past(w, "waiting", CLI_WAITING, 0, "");
    draw_past(w, "held", CLI_HELD, moment.gpus, " GPUs");
    if (!isnan(moment.power)) {
        draw_past(w, "power", CLI_POWER, 0, "");
    }
    draw_map(w, lines_of_map(w, w->screen.rows / 4));
    draw_what_happened(w);
    cli_screen_show(&w->screen);
}

/* ---- a terminal ---- */

static void obey(watch *w, int key)
{
    switch (key) {
    case 'q':
    case 'Q':
    case CLI_SCREEN_GONE:
        w->quit = 1;
        break;
    case ' ':
        w->paused = !w->paused;
        break;
    case '+':
    case '=':
        w->speed *= 2;
        break;
    case '-':
        // from as fast as it goes to half of what that was
        w->speed = fmax((isfinite(w->speed) ? w->speed : w->is_at) / 2, SPEED_LEAST);
        break;
    case 'm':
    case 'M':
        w->speed = (double)INFINITY;
        break;
    default:
        return;
    }
    count_from_here(w);
}

static gpusim_status watch_screen(watch *w, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    w->wall_before = wall_seconds();
    count_from_here(w);
    while (!w->quit && !cli_signals_came()) {
        double frame_ends = wall_seconds() + FRAME_S;
        if (!w->paused && !w->over) {
            GPUSIM_TRY(go_on(w, frame_ends, err));
        }
        draw(w);
        // what is left of the frame is waited for, and the keys of it are all obeyed
        int key;
        while (!w->quit &&
               (key = cli_screen_key(&w->screen, fmax(frame_ends - wall_seconds(), 0))) != 0) {
            obey(w, key);
        }
        // who cannot say that it is enough is not waited for
        w->quit |= w->over && !w->screen.keys;
    }
cleanup:
    return status;
}

/* ---- no terminal ---- */

static void print_line(watch *w)
{
    char now[32], power[32] = "";
    cli_moment m = cli_feed_look(&w->feed, w->now);
    if (!isnan(m.power)) {
        gpusim_quantity_format(m.power, GPUSIM_UNIT_WATT, 0, power, sizeof power);
    }
    printf("%s: %.4g of %u GPUs held, %u jobs running, %u waiting, %llu ended, %u of %u nodes "
           "up%s%s\n",
           time_text(w->now, now, sizeof now), m.held, m.gpus, m.running, m.waiting,
           (unsigned long long)w->feed.ended, m.nodes[0], w->info.nodes, power[0] ? ", " : "",
           power);
    fflush(stdout);
}

// A line each so often: of the run where its length is known, else of wall time.
static gpusim_status watch_lines(watch *w, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gpusim_time each = w->end == GPUSIM_TIME_MAX ? 0 : w->end / LINES + 1, next = each;
    double said = wall_seconds();
    count_from_here(w);
    while (!w->over && !cli_signals_came()) {
        double wall = wall_seconds();
        // no further than to the next line
        gpusim_time until = w->until;
        w->until = each && next < until ? next : until;
        GPUSIM_TRY(go_on(w, wall + FRAME_S, err));
        int reached = w->now >= w->until;
        w->until = until;
        w->over = gpusim_sim_ended(w->sim) || w->now >= until;
        if (w->over || (each ? reached : wall - said >= 2)) {
            print_line(w);
            said = wall;
            next = gpusim_time_add(next, each);
        } else if (isfinite(w->speed)) {
            const struct timespec moment = {0, 20000000};
            nanosleep(&moment, NULL);
        }
    }
cleanup:
    return status;
}

/* ---- the command ---- */

static int read_numbers(watch *w)
{
    const cli_arguments *arguments = w->arguments;
    const char *seed = arguments->values[CLI_SEED], *until = arguments->values[CLI_UNTIL];
    const char *speed = arguments->values[CLI_SPEED];
    gpusim_error err = {0};
    char message[160], *rest = NULL;
    w->until = GPUSIM_TIME_MAX;
    if (seed && !cli_parse_number(seed, &w->seed)) {
        snprintf(message, sizeof message, "--seed wants a whole number, not '%.80s'", seed);
        return cli_fail_with(0, GPUSIM_ARGUMENT, message, NULL);
    }
    if (until && (gpusim_time_parse(until, &w->until, &err) != GPUSIM_OK || w->until < 0)) {
        snprintf(message, sizeof message, "--until wants a time such as '12 h', not '%.80s'",
                 until);
        return cli_fail_with(0, GPUSIM_ARGUMENT, message, err.hint);
    }
    w->speed = speed && strcmp(speed, "max") != 0 ? strtod(speed, &rest) : (double)INFINITY;
    if (rest && (rest == speed || *rest || !(w->speed > 0))) {
        snprintf(message, sizeof message, "--speed wants a number above 0 or 'max', not '%.80s'",
                 speed);
        return cli_fail_with(0, GPUSIM_ARGUMENT, message,
                             "3600: an hour of the run in each second");
    }
    return CLI_OK;
}

static gpusim_status observe(watch *w, gpusim_error *err)
{
    gpusim_status status;
    gpusim_observer observer;
    if (w->arguments->values[CLI_OUTPUT]) {
        gpusim_trace_options trace;
        gpusim_trace_options_default(&trace);
        trace.force = w->arguments->values[CLI_FORCE] != NULL;
        GPUSIM_TRY(gpusim_trace_writer_create(w->arguments->values[CLI_OUTPUT], &trace, &w->writer,
                                              &observer, err));
        GPUSIM_TRY(gpusim_sim_observe(w->sim, &observer, err));
    }
    cli_feed_begin(&w->feed, w->model, w->sim, w->end, &observer);
    GPUSIM_TRY(gpusim_sim_observe(w->sim, &observer, err));
cleanup:
    return status;
}

static gpusim_status go(watch *w, gpusim_error *err)
{
    gpusim_status status;
    GPUSIM_TRY(gpusim_sim_create(w->model, w->seed, &w->sim, err));
    GPUSIM_TRY(observe(w, err));
    for (uint32_t i = 0; i < w->info.warnings; i++) {
        cli_warn("%s", gpusim_model_warning(w->model, i));
    }
    cli_signals_interrupt(w->sim);
    if (cli_screen_open(&w->screen)) {
        if (!w->arguments->values[CLI_SPEED]) {
            w->speed =
                w->end == GPUSIM_TIME_MAX ? SPEED_UNSAID : gpusim_seconds(w->end) / WHOLE_RUN_S;
        }
        status = watch_screen(w, err);
        cli_screen_close(&w->screen);
    } else {
        status = watch_lines(w, err);
    }
    cli_signals_interrupt(NULL);
cleanup:
    return status;
}

static int watch_scenario(const cli_arguments *arguments)
{
    static watch w; // a screen is too large for the stack
    gpusim_error err = {0}, second = {0};
    memset(&w, 0, sizeof w);
    w.arguments = arguments;
    w.slice = GPUSIM_SECOND;
    int code = read_numbers(&w);
    if (code) {
        return code;
    }
    cli_signals_catch();
    code = cli_load_model(arguments, arguments->operands[0], &w.model);
    if (code == CLI_OK) {
        gpusim_model_info_get(w.model, &w.info);
        w.seed = arguments->values[CLI_SEED] ? w.seed : w.info.seed;
        w.end = w.info.duration < w.until ? w.info.duration : w.until;
        gpusim_status status = go(&w, &err);
        gpusim_status finished = w.sim ? gpusim_sim_finish(w.sim, &second) : GPUSIM_OK;
        int interrupted = status == GPUSIM_INTERRUPTED || cli_signals_came();
        if (status != GPUSIM_OK && status != GPUSIM_INTERRUPTED) {
            code = cli_fail(0, &err, 1);
        } else if (finished != GPUSIM_OK && finished != GPUSIM_INTERRUPTED) {
            code = cli_fail(0, &second, 1);
        } else {
            const gpusim_summary *summary = gpusim_sim_summary(w.sim);
            printf("%s: %s%s\n", w.info.name, w.info.scheduler, w.over ? "" : "; ended early");
            cli_report_text(stdout, gpusim_summary_record(), summary, summary->cost_currency);
            code = interrupted ? CLI_INTERRUPTED : CLI_OK;
        }
    }
    gpusim_sim_destroy(w.sim);
    gpusim_trace_writer_destroy(w.writer);
    gpusim_model_destroy(w.model);
    return code;
}

const cli_command cli_watch = {
    .name = "watch",
    .operands = "SCENARIO",
    .doc = "watch a run as it goes on",
    .examples = "gpusim watch scenarios/quickstart.yaml\tthe whole run in a minute\n"
                "gpusim watch scenarios/quickstart.yaml --speed 3600\tan hour in each second\n"
                "gpusim watch scenarios/quickstart.yaml | cat\tas lines, as fast as it goes\n",
    .more =
        "Keys: space pauses, + and - change the speed, m goes as fast as it can, q ends. Nodes\n"
        "are signs: the higher the more of its GPUs are held; d draining, D drained, x down,\n"
        "r repairing. Where stdout is no terminal there are lines instead.",
    .options = options,
    .option_count = (uint32_t)(sizeof options / sizeof options[0]),
    .least = 1,
    .most = 1,
    .run = watch_scenario,
};
