/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Alarms against the faults of a trace. A fault with all it brought along is one event, which has a
 * window on each GPU that it struck, and on those of the jobs that ran there. */
#include <gsl/gsl_cdf.h>
#include <math.h>
#include <string.h>

#include <gpusim/detect.h>
#include <gpusim/study.h>

#include "base/array.h"
#include "base/gsl.h"
#include "base/memory.h"
#include "base/sort.h"
#include "stats/stats.h"
#include "study/read.h"

#define GRACE 5 /* samples behind a window in which an alarm still finds it */
#define LEVEL 0.95
#define DAY   86400.0

// A fault and all it brought along.
typedef struct event {
    uint64_t root;
    gpusim_time first; // effect
    uint32_t kind;     // name
    uint32_t found;
    uint32_t before;  // it began before the samples: no event of theirs, nor are its alarms false
    uint32_t already; // somebody was alarmed when it began: a delay would say nothing
    double delay;     // s; NaN: none
} event;

// When an event may be found on a GPU.
typedef struct window {
    uint32_t gpu, event;
    gpusim_time from, to;
} window;

typedef struct truth {
    gpusim_trace *trace;
    gpusim_fault_row *faults;
    gpusim_node_row *nodes;
    gpusim_allocation_row *parts; // by job and attempt
    uint64_t *on_node;            // [part_count]: parts, by node
    uint64_t *first_on_node;      // [node_count + 1]: where each node's begin there
    double *times;
    uint64_t fault_count, node_count, part_count;
    uint64_t first, samples; // that were scored
    uint32_t gpus;
    gpusim_time grace;
    gs_array events;  // event, by root
    gs_array windows; // window, by GPU and begin
} truth;

/* ---- reading ---- */

static int by_root(const void *a, const void *b)
{
    const gpusim_fault_row *x = a, *y = b;
    if (x->root != y->root) {
        return x->root < y->root ? -1 : 1;
    }
    return (x->index > y->index) - (x->index < y->index);
}

static int by_job(const void *a, const void *b)
{
    const gpusim_allocation_row *x = a, *y = b;
    if (x->job != y->job) {
        return x->job < y->job ? -1 : 1;
    }
    return (x->attempt > y->attempt) - (x->attempt < y->attempt);
}

// A file may say anything: nodes lie within the telemetry, and allocations within their nodes.
static gpusim_status check_places(const truth *t, gpusim_error *err)
{
    for (uint64_t n = 0; n < t->node_count; n++) {
        if ((uint64_t)t->nodes[n].first_gpu + t->nodes[n].gpus > t->gpus) {
            return gpusim_fail(err, GPUSIM_FORMAT, "node %llu has GPUs without telemetry",
                               (unsigned long long)n);
        }
    }
    for (uint64_t i = 0; i < t->part_count; i++) {
        const gpusim_allocation_row *part = &t->parts[i];
        if (part->node >= t->node_count ||
            (uint64_t)part->first_gpu + part->gpus > t->nodes[part->node].gpus) {
            return gpusim_fail(err, GPUSIM_FORMAT, "allocation %llu is on no GPU of the trace",
                               (unsigned long long)i);
        }
    }
    return GPUSIM_OK;
}

// Parts node by node, by counting.
static gpusim_status index_parts(truth *t, gpusim_error *err)
{
    gpusim_status status;
    GPUSIM_TRY(gs_allocate(&t->on_node, t->part_count + 1, sizeof *t->on_node, err));
    GPUSIM_TRY(gs_allocate(&t->first_on_node, t->node_count + 2, sizeof *t->first_on_node, err));
    uint64_t *next = t->first_on_node + 1;
    for (uint64_t i = 0; i < t->part_count; i++) {
        next[t->parts[i].node + 1]++;
    }
    for (uint64_t n = 0; n < t->node_count; n++) {
        next[n + 1] += next[n];
    }
    for (uint64_t i = 0; i < t->part_count; i++) {
        t->on_node[next[t->parts[i].node]++] = i;
    }
cleanup:
    return status;
}

static gpusim_status read_truth(truth *t, gpusim_error *err)
{
    gpusim_status status;
    GPUSIM_TRY(gs_whole_table(t->trace, GPUSIM_TABLE_FAULTS, &t->faults, &t->fault_count, err));
    GPUSIM_TRY(gs_whole_table(t->trace, GPUSIM_TABLE_NODES, &t->nodes, &t->node_count, err));
    GPUSIM_TRY(gs_whole_table(t->trace, GPUSIM_TABLE_ALLOCATIONS, &t->parts, &t->part_count, err));
    GPUSIM_TRY(gs_sort(t->faults, t->fault_count, sizeof *t->faults, by_root, err));
    GPUSIM_TRY(gs_allocate(&t->times, t->samples + 1, sizeof *t->times, err));
    GPUSIM_TRY(gpusim_trace_times(t->trace, t->first, t->samples, t->times, err));
    GPUSIM_TRY(check_places(t, err));
    GPUSIM_TRY(gs_sort(t->parts, t->part_count, sizeof *t->parts, by_job, err));
    GPUSIM_TRY(index_parts(t, err));
    double interval = t->samples > 1 ? t->times[1] - t->times[0] : 0;
    t->grace = gpusim_time_from_seconds(GRACE * interval);
cleanup:
    return status;
}

static void release(truth *t)
{
    gs_release(&t->faults);
    gs_release(&t->nodes);
    gs_release(&t->parts);
    gs_release(&t->on_node);
    gs_release(&t->first_on_node);
    gs_release(&t->times);
    gs_array_release(&t->events);
    gs_array_release(&t->windows);
}

/* ---- events ---- */

static gpusim_time end_of_samples(const truth *t)
{
    return t->samples ? gpusim_time_from_seconds(t->times[t->samples - 1]) : 0;
}

static gpusim_time begin_of_samples(const truth *t)
{
    return t->samples ? gpusim_time_from_seconds(t->times[0]) : 0;
}

// Silent faults, and those that had no effect while there were samples, are nothing to find.
static int is_felt(const truth *t, const gpusim_fault_row *fault)
{
    return fault->observable && fault->first_effect <= end_of_samples(t) &&
           gpusim_time_add(fault->last_effect, t->grace) >= begin_of_samples(t);
}

static gpusim_status add_window(truth *t, uint32_t gpu, gpusim_time from, gpusim_time to,
                                gpusim_error *err)
{
    window w = {.gpu = gpu, .event = t->events.count - 1, .from = from, .to = to};
    return gs_array_push(&t->windows, &w, err);
}

// The GPUs of a job that ran on one that was struck; its parts are adjacent.
static gpusim_status add_gang(truth *t, uint64_t hit, gpusim_time from, gpusim_time to,
                              gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    uint64_t first = hit, end = hit + 1;
    while (first > 0 && by_job(&t->parts[first - 1], &t->parts[hit]) == 0) {
        first--;
    }
    while (end < t->part_count && by_job(&t->parts[end], &t->parts[hit]) == 0) {
        end++;
    }
    from = from > t->parts[hit].start ? from : t->parts[hit].start;
    to = to < t->parts[hit].end ? to : t->parts[hit].end;
    for (uint64_t i = first; i < end; i++) {
        const gpusim_allocation_row *part = &t->parts[i];
        uint32_t gpu = t->nodes[part->node].first_gpu + part->first_gpu;
        for (uint32_t g = 0; g < part->gpus; g++) {
            GPUSIM_TRY(add_window(t, gpu + g, from, to, err));
        }
    }
cleanup:
    return status;
}

static gpusim_status add_node(truth *t, uint32_t node, uint32_t first, uint32_t count,
                              gpusim_time from, gpusim_time to, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    for (uint32_t g = first; g < first + count; g++) {
        GPUSIM_TRY(add_window(t, t->nodes[node].first_gpu + g, from, to, err));
    }
    for (uint64_t k = t->first_on_node[node]; k < t->first_on_node[node + 1]; k++) {
        const gpusim_allocation_row *part = &t->parts[t->on_node[k]];
        if (part->first_gpu < first + count && first < part->first_gpu + part->gpus &&
            part->start <= to && part->end >= from) {
            GPUSIM_TRY(add_gang(t, t->on_node[k], from, to, err));
        }
    }
cleanup:
    return status;
}

// Windows of what one fault struck.
static gpusim_status add_struck(truth *t, const gpusim_fault_row *fault, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gpusim_time to = gpusim_time_add(fault->last_effect, t->grace);
    for (uint32_t n = 0; n < t->node_count; n++) {
        const gpusim_node_row *node = &t->nodes[n];
        uint32_t first = 0, count = node->gpus;
        switch (fault->scope) {
        case GPUSIM_OF_GPU:
            first = fault->entity - node->first_gpu;
            count = fault->entity >= node->first_gpu && first < node->gpus;
            break;
        case GPUSIM_OF_NODE:
            count = fault->entity == n ? count : 0;
            break;
        case GPUSIM_OF_RACK:
            count = fault->entity == node->rack ? count : 0;
            break;
        default:
            break;
        }
        if (count > 0) {
            GPUSIM_TRY(add_node(t, n, first, count, fault->first_effect, to, err));
        }
    }
cleanup:
    return status;
}

static int by_gpu(const void *a, const void *b)
{
    const window *x = a, *y = b;
    if (x->gpu != y->gpu) {
        return x->gpu < y->gpu ? -1 : 1;
    }
    return (x->from > y->from) - (x->from < y->from);
}

static gpusim_status find_events(truth *t, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    uint64_t root = UINT64_MAX;
    for (uint64_t i = 0; i < t->fault_count; i++) {
        const gpusim_fault_row *fault = &t->faults[i];
        if (!is_felt(t, fault)) {
            continue;
        }
        if (t->events.count == 0 || fault->root != root) {
            event e = {.root = fault->root,
                       .first = fault->first_effect,
                       .kind = fault->kind,
                       .before = fault->first_effect < begin_of_samples(t),
                       .delay = NAN};
            GPUSIM_TRY(gs_array_push(&t->events, &e, err));
            root = fault->root;
        }
        event *e = &GS_AT(t->events, event, t->events.count - 1);
        e->first = e->first < fault->first_effect ? e->first : fault->first_effect;
        GPUSIM_TRY(add_struck(t, fault, err));
    }
    GPUSIM_TRY(gs_sort(t->windows.data, t->windows.count, sizeof(window), by_gpu, err));
cleanup:
    return status;
}

/* ---- alarms ---- */

// The events that one run of alarms meets are found. Returns how many windows it met.
static uint32_t meet(truth *t, uint32_t first_window, uint32_t end_window, gpusim_time from,
                     gpusim_time to)
{
    uint32_t met = 0;
    for (uint32_t w = first_window; w < end_window; w++) {
        const window *one = &GS_AT(t->windows, window, w);
        if (one->from > to || one->to < from) {
            continue;
        }
        met++;
        event *e = &GS_AT(t->events, event, one->event);
        double delay = gpusim_seconds(from) - gpusim_seconds(e->first);
        e->already |= delay < 0;
        e->delay = e->delay <= delay ? e->delay : delay;
        e->found = 1;
    }
    return met;
}

static gpusim_status judge_alarms(truth *t, const double *scores, double threshold, uint32_t gap,
                                  gpusim_fault_scores *result, gpusim_error *err)
{
    gpusim_status status;
    double *series = NULL;
    gpusim_alarm *alarms = NULL;
    GPUSIM_TRY(gs_allocate(&series, t->samples + 1, sizeof *series, err));
    GPUSIM_TRY(gs_allocate(&alarms, t->samples / 2 + 1, sizeof *alarms, err));
    uint32_t begin = 0;
    for (uint32_t g = 0; g < t->gpus; g++) {
        uint32_t end = begin;
        while (end < t->windows.count && GS_AT(t->windows, window, end).gpu == g) {
            end++;
        }
        for (uint64_t i = 0; i < t->samples; i++) {
            series[i] = scores[i * t->gpus + g];
        }
        uint64_t count = gpusim_alarms_of(series, t->samples, threshold, gap, alarms);
        for (uint64_t a = 0; a < count; a++) {
            gpusim_time from = gpusim_time_from_seconds(t->times[alarms[a].first]);
            gpusim_time to = gpusim_time_from_seconds(t->times[alarms[a].last]);
            result->false_alarms += meet(t, begin, end, from, to) == 0;
        }
        begin = end;
    }
cleanup:
    gs_release(&series);
    gs_release(&alarms);
    return status;
}

/* ---- the result ---- */

static int by_begin(const void *a, const void *b)
{
    const window *x = a, *y = b;
    return (x->from > y->from) - (x->from < y->from);
}

// Node-days outside of all windows: of a node the union of its GPUs' windows is taken out.
static gpusim_status count_node_days(const truth *t, gpusim_fault_scores *result, gpusim_error *err)
{
    gpusim_status status;
    window *own = NULL;
    gpusim_time begin = begin_of_samples(t), end = end_of_samples(t);
    uint32_t at = 0;
    GPUSIM_TRY(gs_allocate(&own, t->windows.count + 1, sizeof *own, err));
    for (uint64_t n = 0; n < t->node_count; n++) {
        uint32_t count = 0;
        uint32_t last_gpu = t->nodes[n].first_gpu + t->nodes[n].gpus;
        for (; at < t->windows.count && GS_AT(t->windows, window, at).gpu < last_gpu; at++) {
            own[count++] = GS_AT(t->windows, window, at);
        }
        GPUSIM_TRY(gs_sort(own, count, sizeof *own, by_begin, err));
        gpusim_time covered = 0, until = begin;
        for (uint32_t w = 0; w < count; w++) {
            gpusim_time from = own[w].from > until ? own[w].from : until;
            gpusim_time to = own[w].to < end ? own[w].to : end;
            covered += to > from ? to - from : 0;
            until = to > until ? to : until;
        }
        result->node_days += gpusim_seconds(end - begin - covered) / DAY;
    }
cleanup:
    gs_release(&own);
    return status;
}

// Garwood's interval of a count, over the node-days.
static void rate_of(gpusim_fault_scores *result)
{
    double count = (double)result->false_alarms, tail = (1 - LEVEL) / 2;
    result->false_alarms_per_node_day = count / result->node_days;
    result->rate_low = count > 0 ? gsl_cdf_chisq_Pinv(tail, 2 * count) / 2 / result->node_days : 0;
    result->rate_high = gsl_cdf_chisq_Pinv(1 - tail, 2 * count + 2) / 2 / result->node_days;
}

static gpusim_status score_of(const truth *t, const char *kind, gpusim_fault_score *score,
                              gpusim_error *err)
{
    gpusim_status status;
    double *delays = NULL;
    uint64_t count = 0;
    *score = (gpusim_fault_score){.kind = kind};
    GPUSIM_TRY(gs_allocate(&delays, t->events.count + 1, sizeof *delays, err));
    for (uint32_t i = 0; i < t->events.count; i++) {
        const event *e = &GS_AT(t->events, event, i);
        if (e->before || (kind && strcmp(kind, gpusim_trace_name(t->trace, e->kind)) != 0)) {
            continue;
        }
        score->events++;
        score->found += e->found;
        if (e->found && !e->already) {
            delays[count++] = e->delay;
        }
    }
    score->delay_p50_s = gs_quantile(delays, count, 0.5);
    score->delay_p95_s = gs_quantile(delays, count, 0.95);
cleanup:
    gs_release(&delays);
    return status;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static gpusim_status score_kinds(const truth *t, gpusim_fault_scores *result, gpusim_error *err)
{
    gpusim_status status;
    const char **names = NULL;
    uint32_t count = t->events.count;
    GPUSIM_TRY(gs_allocate(&names, count + 1, sizeof *names, err));
    for (uint32_t i = 0; i < count; i++) {
        names[i] = gpusim_trace_name(t->trace, GS_AT(t->events, event, i).kind);
        if (!names[i]) {
            GPUSIM_TRY(gpusim_fail(err, GPUSIM_FORMAT, "a fault's kind has no name"));
        }
    }
    GPUSIM_TRY(gs_sort(names, count, sizeof *names, by_name, err));
    GPUSIM_TRY(gs_allocate(&result->kinds, count + 1, sizeof *result->kinds, err));
    for (uint32_t i = 0; i < count; i++) {
        if (i == 0 || strcmp(names[i], names[i - 1]) != 0) {
            gpusim_fault_score *score = &result->kinds[result->kind_count];
            GPUSIM_TRY(score_of(t, names[i], score, err));
            result->kind_count += score->events > 0;
        }
    }
    GPUSIM_TRY(score_of(t, NULL, &result->all, err));
cleanup:
    gs_release(&names);
    return status;
}

gpusim_status gpusim_fault_scores_create(gpusim_trace *trace, const double *scores, uint64_t first,
                                         uint64_t count, uint32_t gpus, double threshold,
                                         uint32_t gap, gpusim_fault_scores **result,
                                         gpusim_error *err)
{
    gpusim_status status;
    gpusim_fault_scores *made = NULL;
    truth t = {.trace = trace, .first = first, .samples = count, .gpus = gpus};
    t.events = GS_ARRAY(event);
    t.windows = GS_ARRAY(window);
    *result = NULL;
    GPUSIM_TRY(gs_allocate(&made, 1, sizeof *made, err));
    GPUSIM_TRY(read_truth(&t, err));
    GPUSIM_TRY(find_events(&t, err));
    GPUSIM_TRY(judge_alarms(&t, scores, threshold, gap, made, err));
    GPUSIM_TRY(score_kinds(&t, made, err));
    GPUSIM_TRY(count_node_days(&t, made, err));
    gs_gsl_prepare();
    rate_of(made);
    *result = made;
    made = NULL;
cleanup:
    gpusim_fault_scores_destroy(made);
    release(&t);
    return status;
}

void gpusim_fault_scores_destroy(gpusim_fault_scores *scores)
{
    if (scores) {
        gs_release(&scores->kinds);
        gs_release(&scores);
    }
}
