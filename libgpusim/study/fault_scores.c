/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Alarms against the faults of a trace: which are found and when, and which alarms are false. */
#include <math.h>
#include <string.h>

#include <gpusim/detect.h>
#include <gpusim/study.h>

#include "base/memory.h"
#include "base/sort.h"
#include "study/fault_scores.h"
#include "study/truth.h"

#define DAY 86400.0

/* ---- alarms ---- */

uint32_t gs_truth_meet(gs_truth *t, uint32_t first_window, uint32_t end_window, gpusim_time from,
                       gpusim_time to, gpusim_time told)
{
    uint32_t met = 0;
    for (uint32_t w = first_window; w < end_window; w++) {
        const gs_window *one = &GS_AT(t->windows, gs_window, w);
        if (one->from > to || one->to < from) {
            continue;
        }
        met++;
        gs_event *e = &GS_AT(t->events, gs_event, one->event);
        double delay = gpusim_seconds(told) - gpusim_seconds(e->first);
        e->already |= from < e->first;
        e->delay = e->delay <= delay ? e->delay : delay;
        e->found = 1;
    }
    return met;
}

// Samples of one GPU outside of its windows, and of those the alarmed ones.
static void count_outside(const gs_truth *t, const double *series, double threshold, uint32_t begin,
                          uint32_t end, uint64_t *outside, uint64_t *alarmed)
{
    gpusim_time until = -1; // the windows that have begun end
    for (uint64_t i = 0; i < t->samples; i++) {
        gpusim_time at = gpusim_time_from_seconds(t->times[i]);
        for (; begin < end && GS_AT(t->windows, gs_window, begin).from <= at; begin++) {
            gpusim_time to = GS_AT(t->windows, gs_window, begin).to;
            until = to > until ? to : until;
        }
        *outside += at > until;
        *alarmed += at > until && series[i] >= threshold;
    }
}

static gpusim_status judge_alarms(gs_truth *t, const double *scores, double threshold, uint32_t gap,
                                  gpusim_fault_scores *result, gpusim_error *err)
{
    gpusim_status status;
    double *series = NULL;
    gpusim_alarm *alarms = NULL;
    GPUSIM_TRY(gs_allocate(&series, t->samples + 1, sizeof *series, err));
    GPUSIM_TRY(gs_allocate(&alarms, t->samples / 2 + 1, sizeof *alarms, err));
    uint32_t begin = 0;
    uint64_t outside = 0, alarmed = 0;
    for (uint32_t g = 0; g < t->gpus; g++) {
        uint32_t end = begin;
        while (end < t->windows.count && GS_AT(t->windows, gs_window, end).gpu == g) {
            end++;
        }
        for (uint64_t i = 0; i < t->samples; i++) {
            series[i] = scores[i * t->gpus + g];
        }
        uint64_t count = gpusim_alarms_of(series, t->samples, threshold, gap, alarms);
        for (uint64_t a = 0; a < count; a++) {
            gpusim_time from = gpusim_time_from_seconds(t->times[alarms[a].first]);
            gpusim_time to = gpusim_time_from_seconds(t->times[alarms[a].last]);
            result->false_alarms += gs_truth_meet(t, begin, end, from, to, from) == 0;
        }
        count_outside(t, series, threshold, begin, end, &outside, &alarmed);
        begin = end;
    }
    result->alarmed_share = outside ? (double)alarmed / (double)outside : 0;
cleanup:
    gs_release(&series);
    gs_release(&alarms);
    return status;
}

/* ---- the result ---- */

static int by_begin(const void *a, const void *b)
{
    const gs_window *x = a, *y = b;
    return (x->from > y->from) - (x->from < y->from);
}

// Node-days outside of all windows: of a node the union of its GPUs' windows is taken out.
static gpusim_status count_node_days(const gs_truth *t, gpusim_fault_scores *result,
                                     gpusim_error *err)
{
    gpusim_status status;
    gs_window *own = NULL;
    gpusim_time begin = gs_truth_begin(t), end = gs_truth_end(t);
    uint32_t at = 0;
    GPUSIM_TRY(gs_allocate(&own, t->windows.count + 1, sizeof *own, err));
    for (uint64_t n = 0; n < t->node_count; n++) {
        uint32_t count = 0;
        uint32_t last_gpu = t->nodes[n].first_gpu + t->nodes[n].gpus;
        for (; at < t->windows.count && GS_AT(t->windows, gs_window, at).gpu < last_gpu; at++) {
            own[count++] = GS_AT(t->windows, gs_window, at);
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

// Delays stand behind those of the kinds before.
static void score_of(const gs_truth *t, const char *kind, double *delays, gpusim_fault_score *score)
{
    *score =
        (gpusim_fault_score){.kind = kind, .found_low = NAN, .found_high = NAN, .delays = delays};
    for (uint32_t i = 0; i < t->events.count; i++) {
        const gs_event *e = &GS_AT(t->events, gs_event, i);
        if (e->before || (kind && strcmp(kind, gpusim_trace_name(t->trace, e->kind)) != 0)) {
            continue;
        }
        score->events++;
        score->found += e->found;
        score->already += e->found && e->already;
        if (e->found && !e->already) {
            delays[score->delay_count++] = e->delay;
        }
    }
    gs_fault_score_delays(score, delays);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static gpusim_status score_kinds(const gs_truth *t, gpusim_fault_scores *result, gpusim_error *err)
{
    gpusim_status status;
    const char **names = NULL;
    uint32_t count = t->events.count;
    GPUSIM_TRY(gs_allocate(&names, count + 1, sizeof *names, err));
    for (uint32_t i = 0; i < count; i++) {
        names[i] = gpusim_trace_name(t->trace, GS_AT(t->events, gs_event, i).kind);
        if (!names[i]) {
            GPUSIM_TRY(gpusim_fail(err, GPUSIM_FORMAT, "a fault's kind has no name"));
        }
    }
    GPUSIM_TRY(gs_sort(names, count, sizeof *names, by_name, err));
    GPUSIM_TRY(gs_allocate(&result->kinds, count + 1, sizeof *result->kinds, err));
    GPUSIM_TRY(gs_allocate(&result->room, 2 * (size_t)count + 1, sizeof *result->room, err));
    score_of(t, NULL, result->room, &result->all);
    double *delays = result->room + result->all.delay_count;
    for (uint32_t i = 0; i < count; i++) {
        if (i == 0 || strcmp(names[i], names[i - 1]) != 0) {
            gpusim_fault_score *score = &result->kinds[result->kind_count];
            score_of(t, names[i], delays, score);
            result->kind_count += score->events > 0;
            delays += score->delay_count;
        }
    }
cleanup:
    gs_release(&names);
    return status;
}

gpusim_status gs_truth_score(const gs_truth *t, gpusim_fault_scores *scores, gpusim_error *err)
{
    gpusim_status status;
    GPUSIM_TRY(score_kinds(t, scores, err));
    GPUSIM_TRY(count_node_days(t, scores, err));
    gs_fault_scores_rate(scores);
    GPUSIM_TRY(gs_fault_scores_own(scores, err));
cleanup:
    return status;
}

gpusim_status gpusim_fault_scores_create(gpusim_trace *trace, const double *scores, uint64_t first,
                                         uint64_t count, uint32_t gpus, double threshold,
                                         uint32_t gap, gpusim_fault_scores **result,
                                         gpusim_error *err)
{
    gpusim_status status;
    gpusim_fault_scores *made = NULL;
    gs_truth t = {0};
    *result = NULL;
    GPUSIM_TRY(gs_allocate(&made, 1, sizeof *made, err));
    GPUSIM_TRY(gs_truth_read(trace, first, count, gpus, GS_TRUTH_GRACE, &t, err));
    GPUSIM_TRY(judge_alarms(&t, scores, threshold, gap, made, err));
    GPUSIM_TRY(gs_truth_score(&t, made, err));
    *result = made;
    made = NULL;
cleanup:
    gpusim_fault_scores_destroy(made);
    gs_truth_release(&t);
    return status;
}

gpusim_status gpusim_fault_labels(gpusim_trace *trace, uint64_t first, uint64_t count,
                                  uint32_t gpus, uint8_t *labels, gpusim_error *err)
{
    gpusim_status status;
    gs_truth t = {0};
    GPUSIM_TRY(gs_truth_read(trace, first, count, gpus, 0, &t, err));
    memset(labels, 0, count * gpus);
    for (uint32_t w = 0; w < t.windows.count; w++) {
        const gs_window *one = &GS_AT(t.windows, gs_window, w);
        for (uint64_t i = 0; i < count; i++) {
            gpusim_time at = gpusim_time_from_seconds(t.times[i]);
            labels[one->gpu * count + i] |= at >= one->from && at <= one->to;
        }
    }
cleanup:
    gs_truth_release(&t);
    return status;
}
