/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From scores to alarms: a threshold that was found beforehand, and runs of what reaches it. */
#include <math.h>

#include <gpusim/detect.h>

#include "base/memory.h"
#include "base/sort.h"
#include "stats/stats.h"

double gpusim_threshold_of(double *scores, uint64_t count, double quantile)
{
    if (count == 0) {
        return INFINITY;
    }
    double lowest = scores[0];
    for (uint64_t i = 1; i < count; i++) {
        lowest = fmin(lowest, scores[i]);
    }
    // where nothing was above the lowest score, that score is no alarm
    double threshold = gs_quantile(scores, count, quantile);
    return threshold > lowest ? threshold : nextafter(lowest, INFINITY);
}

uint64_t gpusim_alarms_of(const double *scores, uint64_t count, double threshold, uint32_t gap,
                          gpusim_alarm *alarms)
{
    uint64_t found = 0;
    for (uint64_t i = 0; i < count; i++) {
        if (!(scores[i] >= threshold)) {
            continue;
        }
        gpusim_alarm *open = found ? &alarms[found - 1] : NULL;
        if (!open || i - open->last - 1 > gap) {
            open = &alarms[found++];
            *open = (gpusim_alarm){.first = i, .peak = i};
        }
        open->last = i;
        if (scores[i] > scores[open->peak]) {
            open->peak = i;
        }
    }
    return found;
}

/* ---- a threshold for so many alarms ---- */

typedef struct ranked {
    double score;
    uint64_t at;
} ranked;

static int by_falling_score(const void *a, const void *b)
{
    const ranked *x = a, *y = b;
    if (x->score != y->score) {
        return x->score < y->score ? 1 : -1;
    }
    return (x->at > y->at) - (x->at < y->at);
}

// What is alarmed while the threshold sinks, sample by sample.
typedef struct sinking {
    ranked *order;    // [count]
    uint8_t *alarmed; // [count]
    uint32_t *series; // [count]: which series a sample is of
    uint64_t *starts; // [series + 1]
    uint64_t count, runs;
    uint32_t gap;
    uint32_t reserved;
} sinking;

// How far the next alarmed sample is on one side; 0: so far that a gap lies between.
static uint64_t nearest(const sinking *s, uint64_t at, int backwards)
{
    const uint64_t *bounds = &s->starts[s->series[at]];
    uint64_t room = backwards ? at - bounds[0] : bounds[1] - at - 1;
    for (uint64_t k = 1; k <= (uint64_t)s->gap + 1 && k <= room; k++) {
        if (s->alarmed[backwards ? at - k : at + k]) {
            return k;
        }
    }
    return 0;
}

// A new run, a longer one, two that become one, or a sample within one.
static void alarm(sinking *s, uint64_t at)
{
    uint64_t before = nearest(s, at, 1), behind = nearest(s, at, 0);
    int within = before && behind && before + behind - 1 <= s->gap;
    s->runs = s->runs + 1 - (uint64_t)(within ? 1 : (before > 0) + (behind > 0));
    s->alarmed[at] = 1;
}

static gpusim_status make_sinking(sinking *s, const double *scores, const uint64_t *lengths,
                                  uint32_t series, gpusim_error *err)
{
    gpusim_status status;
    GPUSIM_TRY(gs_allocate(&s->starts, (size_t)series + 1, sizeof *s->starts, err));
    for (uint32_t i = 0; i < series; i++) {
        s->count += lengths[i];
        s->starts[i + 1] = s->count;
    }
    GPUSIM_TRY(gs_allocate(&s->order, s->count + 1, sizeof *s->order, err));
    GPUSIM_TRY(gs_allocate(&s->alarmed, s->count + 1, 1, err));
    GPUSIM_TRY(gs_allocate(&s->series, s->count + 1, sizeof *s->series, err));
    for (uint32_t i = 0; i < series; i++) {
        for (uint64_t at = s->starts[i]; at < s->starts[i + 1]; at++) {
            s->order[at] = (ranked){scores[at], at};
            s->series[at] = i;
        }
    }
    GPUSIM_TRY(gs_sort(s->order, s->count, sizeof *s->order, by_falling_score, err));
cleanup:
    return status;
}

gpusim_status gpusim_threshold_for_alarms(const double *scores, const uint64_t *lengths,
                                          uint32_t series, uint32_t gap, uint64_t most,
                                          double *threshold, gpusim_error *err)
{
    gpusim_status status;
    sinking s = {.gap = gap};
    *threshold = INFINITY;
    GPUSIM_TRY(make_sinking(&s, scores, lengths, series, err));
    double lowest = s.count ? s.order[s.count - 1].score : INFINITY;
    if (s.count) {
        *threshold = nextafter(s.order[0].score, INFINITY);
    }
    for (uint64_t i = 0; i < s.count && s.order[i].score > lowest;) {
        double score = s.order[i].score;
        for (; i < s.count && s.order[i].score == score; i++) {
            alarm(&s, s.order[i].at);
        }
        if (s.runs > most) {
            break;
        }
        *threshold = score;
    }
cleanup:
    gs_release(&s.order);
    gs_release(&s.alarmed);
    gs_release(&s.series);
    gs_release(&s.starts);
    return status;
}
