/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Metrics that follow from the order of the scores: curves and the best F over all thresholds.
 * Samples of one score are one step everywhere, as no threshold parts them. */
#include <math.h>

#include "base/memory.h"
#include "base/sort.h"
#include "stats/scores.h"

size_t gs_ranges_of(const uint8_t *labels, size_t count, gs_range *ranges)
{
    size_t found = 0;
    for (size_t i = 0; i < count; i++) {
        if (!labels[i]) {
            continue;
        }
        if (i == 0 || !labels[i - 1]) {
            ranges[found++].first = i;
        }
        ranges[found - 1].last = i;
    }
    return found;
}

// A sample as it is sorted.
typedef struct ranked {
    double score;
    uint32_t sample;
    uint32_t reserved;
} ranked;

static int by_score(const void *a, const void *b)
{
    double x = ((const ranked *)a)->score, y = ((const ranked *)b)->score;
    return (x < y) - (x > y);
}

static gpusim_status rank(gs_scored *scored, gpusim_error *err)
{
    gpusim_status status;
    ranked *rows = NULL;
    GPUSIM_TRY(gs_allocate(&rows, scored->count, sizeof *rows, err));
    for (size_t i = 0; i < scored->count; i++) {
        rows[i] = (ranked){.score = scored->scores[i], .sample = (uint32_t)i};
    }
    GPUSIM_TRY(gs_sort(rows, scored->count, sizeof *rows, by_score, err));
    for (size_t i = 0; i < scored->count; i++) {
        scored->order[i] = rows[i].sample;
    }
cleanup:
    gs_release(&rows);
    return status;
}

gpusim_status gs_scored_make(const uint8_t *labels, const double *scores, size_t count,
                             gs_scored *scored, gpusim_error *err)
{
    gpusim_status status;
    *scored = (gs_scored){.labels = labels, .scores = scores, .count = count};
    GPUSIM_TRY(gs_allocate(&scored->events, (count + 1) / 2, sizeof *scored->events, err));
    GPUSIM_TRY(gs_allocate(&scored->order, count, sizeof *scored->order, err));
    scored->event_count = gs_ranges_of(labels, count, scored->events);
    for (size_t i = 0; i < count; i++) {
        scored->positives += labels[i];
    }
    GPUSIM_TRY(rank(scored, err));
cleanup:
    if (status != GPUSIM_OK) {
        gs_scored_release(scored);
    }
    return status;
}

void gs_scored_release(gs_scored *scored)
{
    gs_release(&scored->events);
    gs_release(&scored->order);
}

// How many of the highest samples a threshold takes, after the `taken` it took before.
static size_t step(const gs_scored *scored, size_t taken, size_t *hits)
{
    const uint32_t *order = scored->order;
    double score = scored->scores[order[taken]];
    for (; taken < scored->count && scored->scores[order[taken]] >= score; taken++) {
        *hits += scored->labels[order[taken]];
    }
    return taken;
}

double gs_auc_roc(const gs_scored *scored)
{
    size_t hits = 0, taken = 0, negatives = scored->count - scored->positives;
    double area = 0; // in samples x samples
    while (taken < scored->count) {
        size_t hits_before = hits, false_before = taken - hits;
        taken = step(scored, taken, &hits);
        area += (double)(taken - hits - false_before) * 0.5 * (double)(hits + hits_before);
    }
    return area / ((double)scored->positives * (double)negatives);
}

double gs_auc_pr(const gs_scored *scored)
{
    size_t hits = 0, taken = 0;
    double area = 0;
    while (taken < scored->count) {
        size_t before = hits;
        taken = step(scored, taken, &hits);
        area += (double)(hits - before) * ((double)hits / (double)taken);
    }
    return area / (double)scored->positives;
}

static double f_of(double precision, double recall, double beta)
{
    double weight = beta * beta, sum = weight * precision + recall;
    return sum > 0 ? (1 + weight) * precision * recall / sum : 0;
}

static void keep_best(gs_best_f *best, double precision, double recall, double beta,
                      double threshold)
{
    double f = f_of(precision, recall, beta);
    if (!(f <= best->f)) {
        *best =
            (gs_best_f){.f = f, .precision = precision, .recall = recall, .threshold = threshold};
    }
}

gs_best_f gs_best_f_above(const gs_scored *scored, double beta, double least_precision)
{
    gs_best_f best = {NAN, NAN, NAN, NAN};
    size_t hits = 0, taken = 0;
    while (scored->positives > 0 && taken < scored->count) {
        double threshold = scored->scores[scored->order[taken]];
        taken = step(scored, taken, &hits);
        double precision = (double)hits / (double)taken;
        if (precision >= least_precision) {
            keep_best(&best, precision, (double)hits / (double)scored->positives, beta, threshold);
        }
    }
    return best;
}

gs_best_f gs_best_f_of(const gs_scored *scored, double beta)
{
    return gs_best_f_above(scored, beta, 0);
}

gs_best_f gs_f_at(const gs_scored *scored, double beta, double threshold)
{
    size_t hits = 0, taken = 0;
    for (; taken < scored->count && scored->scores[scored->order[taken]] >= threshold; taken++) {
        hits += scored->labels[scored->order[taken]];
    }
    gs_best_f at = {.threshold = threshold,
                    .precision = (double)hits / (double)taken,
                    .recall = (double)hits / (double)scored->positives};
    at.f = taken > 0 ? f_of(at.precision, at.recall, beta) : 0;
    return at;
}

// Number of events whose highest score is at least a threshold, by thresholds that fall.
typedef struct events_found {
    double *highest; // of each event, falling
    size_t count, found;
} events_found;

static int falling(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x < y) - (x > y);
}

static double highest_in(const double *scores, gs_range range)
{
    double highest = scores[range.first];
    for (size_t i = range.first; i <= range.last; i++) {
        highest = fmax(highest, scores[i]);
    }
    return highest;
}

gpusim_status gs_best_event_f(const gs_scored *scored, gs_best_f *best, gpusim_error *err)
{
    gpusim_status status;
    events_found events = {.count = scored->event_count};
    *best = (gs_best_f){NAN, NAN, NAN, NAN};
    GPUSIM_TRY(gs_allocate(&events.highest, events.count, sizeof *events.highest, err));
    for (size_t e = 0; e < events.count; e++) {
        events.highest[e] = highest_in(scored->scores, scored->events[e]);
    }
    GPUSIM_TRY(gs_sort(events.highest, events.count, sizeof *events.highest, falling, err));
    size_t hits = 0, taken = 0;
    while (events.count > 0 && taken < scored->count) {
        double threshold = scored->scores[scored->order[taken]];
        taken = step(scored, taken, &hits);
        while (events.found < events.count && events.highest[events.found] >= threshold) {
            events.found++;
        }
        keep_best(best, (double)hits / (double)taken, (double)events.found / (double)events.count,
                  1, threshold);
    }
cleanup:
    gs_release(&events.highest);
    return status;
}

gpusim_status gs_best_adjusted_f(const gs_scored *scored, gs_best_f *best, gpusim_error *err)
{
    gpusim_status status;
    double *adjusted = NULL;
    gs_scored again = {0};
    GPUSIM_TRY(gs_allocate(&adjusted, scored->count, sizeof *adjusted, err));
    for (size_t i = 0; i < scored->count; i++) {
        adjusted[i] = scored->scores[i];
    }
    for (size_t e = 0; e < scored->event_count; e++) {
        double highest = highest_in(scored->scores, scored->events[e]);
        for (size_t i = scored->events[e].first; i <= scored->events[e].last; i++) {
            adjusted[i] = highest;
        }
    }
    GPUSIM_TRY(gs_scored_make(scored->labels, adjusted, scored->count, &again, err));
    *best = gs_best_f_of(&again, 1);
cleanup:
    gs_scored_release(&again);
    gs_release(&adjusted);
    return status;
}
