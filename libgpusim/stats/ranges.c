/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Precision and recall of ranges (Tatbul et al. 2018) and of affiliation (Huet et al. 2022), and
 * their best over thresholds. */
#include <math.h>

#include "base/memory.h"
#include "stats/scores.h"

static double harmonic(double precision, double recall)
{
    return precision + recall > 0 ? 2 * precision * recall / (precision + recall) : 0;
}

// Mean over `ranges` of `bonus` for being met at all, and of the share that is met, the less the
// more pieces meet it.
static double met(const gs_range *ranges, size_t count, const gs_range *others, size_t other_count,
                  double bonus)
{
    double sum = 0;
    size_t from = 0;
    for (size_t r = 0; r < count; r++) {
        size_t pieces = 0, overlap = 0;
        while (from < other_count && others[from].last < ranges[r].first) {
            from++;
        }
        for (size_t o = from; o < other_count && others[o].first <= ranges[r].last; o++) {
            size_t first = others[o].first > ranges[r].first ? others[o].first : ranges[r].first;
            size_t last = others[o].last < ranges[r].last ? others[o].last : ranges[r].last;
            overlap += last - first + 1;
            pieces++;
        }
        if (pieces > 0) {
            double share = (double)overlap / (double)(ranges[r].last - ranges[r].first + 1);
            sum += bonus + (1 - bonus) * share / (double)pieces;
        }
    }
    return sum / (double)count;
}

gs_f gs_range_f(const gs_range *events, size_t event_count, const gs_range *found,
                size_t found_count)
{
    gs_f f = {NAN, NAN, NAN};
    if (event_count == 0) {
        return f;
    }
    f.recall = met(events, event_count, found, found_count, 0.2);
    f.precision = found_count > 0 ? met(found, found_count, events, event_count, 0) : 0;
    f.f = harmonic(f.precision, f.recall);
    return f;
}

/* ---- affiliation ---- */

// Times in samples, half open.
typedef struct span {
    double from, to;
} span;

// Integral over d in [d0, d1] of max(0, c - d)
static double wedge(double c, double d0, double d1)
{
    double a = fmax(0, c - d0), b = fmax(0, c - d1);
    return (a * a - b * b) / 2;
}

static double clamp(double x, double low, double high)
{
    return fmin(fmax(x, low), high);
}

// Integral over x in `part` of the zone of the chance that a random point of the zone is farther
// from the event than x is: 1 within it.
static double near_event(span part, span event, span zone)
{
    double left = event.from - zone.from, right = zone.to - event.to;
    double inside =
        fmax(0, fmin(part.to, event.to) - fmax(part.from, event.from)) * (zone.to - zone.from);
    double before0 = event.from - clamp(part.to, zone.from, event.from);
    double before1 = event.from - clamp(part.from, zone.from, event.from);
    double after0 = clamp(part.from, event.to, zone.to) - event.to;
    double after1 = clamp(part.to, event.to, zone.to) - event.to;
    double outside = wedge(left, before0, before1) + wedge(right, before0, before1) +
                     wedge(left, after0, after1) + wedge(right, after0, after1);
    return (inside + outside) / (zone.to - zone.from);
}

// Integral over y in `part`, all at distance y - p after the end p of a prediction, of the chance
// that a random point of the zone is farther from y: what is before p, and what is after 2 y - p.
static double after_prediction(span part, double p, span zone)
{
    double length = fmax(0, part.to - part.from);
    return (length * (p - zone.from) + wedge((zone.to - p) / 2, part.from - p, part.to - p) * 2) /
           (zone.to - zone.from);
}

// Integral over the event of the chance that a random point of the zone is farther than the nearest
// prediction. `gap` lies between two predictions of the zone, or between one and its end.
static double near_gap(span gap, int left, int right, span event, span zone)
{
    double middle = left && right ? (gap.from + gap.to) / 2 : left ? gap.to : gap.from;
    double sum = 0;
    span near_left = {fmax(event.from, gap.from), fmin(event.to, middle)};
    if (left && near_left.to > near_left.from) {
        sum += after_prediction(near_left, gap.from, zone);
    }
    span near_right = {fmax(event.from, middle), fmin(event.to, gap.to)};
    if (right && near_right.to > near_right.from) {
        // the same seen in a mirror
        span part = {-near_right.to, -near_right.from};
        sum += after_prediction(part, -gap.to, (span){-zone.to, -zone.from});
    }
    return sum;
}

// Predictions cut to one zone, beginning with `from`, the first that reaches into it.
typedef struct affiliated {
    double precision, recall; // of the zone; precision NaN when nothing is predicted in it
} affiliated;

static affiliated affiliate(span event, span zone, const gs_range *found, size_t found_count,
                            size_t from)
{
    double predicted = 0, near = 0, recall = 0;
    double free_from = zone.from;
    int before = 0;
    for (size_t i = from; i < found_count && (double)found[i].first < zone.to; i++) {
        span part = {fmax((double)found[i].first, zone.from),
                     fmin((double)found[i].last + 1, zone.to)};
        if (part.to <= part.from) {
            continue;
        }
        predicted += part.to - part.from;
        near += near_event(part, event, zone);
        recall += fmax(0, fmin(part.to, event.to) - fmax(part.from, event.from));
        recall += near_gap((span){free_from, part.from}, before, 1, event, zone);
        free_from = part.to;
        before = 1;
    }
    if (!before) {
        return (affiliated){NAN, 0};
    }
    recall += near_gap((span){free_from, zone.to}, 1, 0, event, zone);
    return (affiliated){near / predicted, recall / (event.to - event.from)};
}

gs_f gs_affiliation(const gs_range *events, size_t event_count, const gs_range *found,
                    size_t found_count, size_t count)
{
    gs_f f = {NAN, NAN, NAN};
    double precision = 0, recall = 0, zone_from = 0;
    size_t with_predictions = 0, from = 0;
    if (event_count == 0) {
        return f;
    }
    for (size_t e = 0; e < event_count; e++) {
        span event = {(double)events[e].first, (double)events[e].last + 1};
        double zone_to =
            e + 1 < event_count ? (event.to + (double)events[e + 1].first) / 2 : (double)count;
        while (from < found_count && (double)found[from].last + 1 <= zone_from) {
            from++;
        }
        affiliated zone = affiliate(event, (span){zone_from, zone_to}, found, found_count, from);
        if (!isnan(zone.precision)) {
            precision += zone.precision;
            with_predictions++;
        }
        recall += zone.recall;
        zone_from = zone_to;
    }
    f.recall = recall / (double)event_count;
    f.precision = with_predictions > 0 ? precision / (double)with_predictions : 0;
    f.f = harmonic(f.precision, f.recall);
    return f;
}

gpusim_status gs_best_swept(const gs_scored *scored, gs_swept what, size_t thresholds,
                            gs_best_f *best, gpusim_error *err)
{
    gpusim_status status;
    uint8_t *above = NULL;
    gs_range *found = NULL;
    *best = (gs_best_f){NAN, NAN, NAN, NAN};
    GPUSIM_TRY(gs_allocate(&above, scored->count, 1, err));
    GPUSIM_TRY(gs_allocate(&found, (scored->count + 1) / 2, sizeof *found, err));
    if (scored->event_count == 0 || thresholds < 2) {
        goto cleanup;
    }
    double highest = scored->scores[scored->order[0]];
    double lowest = scored->scores[scored->order[scored->count - 1]];
    for (size_t k = 0; k < thresholds; k++) {
        double threshold = lowest + (double)k * ((highest - lowest) / (double)(thresholds - 1));
        for (size_t i = 0; i < scored->count; i++) {
            above[i] = scored->scores[i] > threshold;
        }
        size_t found_count = gs_ranges_of(above, scored->count, found);
        gs_f f = what == GS_SWEPT_RANGE
                     ? gs_range_f(scored->events, scored->event_count, found, found_count)
                     : gs_affiliation(scored->events, scored->event_count, found, found_count,
                                      scored->count);
        if (!(f.f <= best->f)) {
            *best = (gs_best_f){f.f, f.precision, f.recall, threshold};
        }
    }
cleanup:
    gs_release(&found);
    gs_release(&above);
    return status;
}
