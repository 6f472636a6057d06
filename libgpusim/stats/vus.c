/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Volume under the surface: ROC and PR curves over thresholds and over how far around an event a
 * sample still counts in part (Paparrizos et al., "Volume Under the Surface", VLDB 2022). With h =
 * floor(w / 2), a sample at distance d <= h of an event is sqrt(1 - d / w) of a hit. One sort
 * serves all windows: sums over the highest samples are sums along the order. */
#include <math.h>

#include "base/memory.h"
#include "base/sort.h"
#include "stats/scores.h"

typedef struct work {
    const gs_scored *scored;
    size_t thresholds;
    size_t *taken;     // [thresholds]: samples at or above each
    double *threshold; // [thresholds], falling
    double *core;      // [thresholds]: of those, in events
    double *extended;  // [count]: what each sample is of a hit in this window
    double *zones;     // [events]: highest score of each zone, falling
    size_t zone_count;
} work;

static gpusim_status prepare(work *w, gpusim_error *err)
{
    gpusim_status status;
    const gs_scored *s = w->scored;
    GPUSIM_TRY(gs_allocate(&w->taken, w->thresholds, sizeof *w->taken, err));
    GPUSIM_TRY(gs_allocate(&w->threshold, w->thresholds, sizeof *w->threshold, err));
    GPUSIM_TRY(gs_allocate(&w->core, w->thresholds, sizeof *w->core, err));
    GPUSIM_TRY(gs_allocate(&w->extended, s->count, sizeof *w->extended, err));
    GPUSIM_TRY(gs_allocate(&w->zones, s->event_count, sizeof *w->zones, err));
    size_t taken = 0;
    double core = 0;
    for (size_t k = 0; k < w->thresholds; k++) {
        size_t place = k * (s->count - 1) / (w->thresholds - 1);
        w->threshold[k] = s->scores[s->order[place]];
        for (; taken < s->count && s->scores[s->order[taken]] >= w->threshold[k]; taken++) {
            core += s->labels[s->order[taken]];
        }
        w->taken[k] = taken;
        w->core[k] = core;
    }
cleanup:
    return status;
}

static void release(work *w)
{
    gs_release(&w->taken);
    gs_release(&w->threshold);
    gs_release(&w->core);
    gs_release(&w->extended);
    gs_release(&w->zones);
}

static void extend(const work *w, size_t window)
{
    const gs_scored *s = w->scored;
    for (size_t i = 0; i < s->count; i++) {
        w->extended[i] = s->labels[i];
    }
    for (size_t e = 0; e < s->event_count; e++) {
        for (size_t d = 1; d <= window / 2; d++) {
            double part = sqrt(1 - (double)d / (double)window);
            if (s->events[e].last + d < s->count) {
                w->extended[s->events[e].last + d] += part;
            }
            if (s->events[e].first >= d) {
                w->extended[s->events[e].first - d] += part;
            }
        }
    }
    for (size_t i = 0; i < s->count; i++) {
        w->extended[i] = fmin(w->extended[i], 1);
    }
}

static int falling(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x < y) - (x > y);
}

// Events with what is around them, those that touch as one: the highest score of each.
static gpusim_status find_zones(work *w, size_t window, gpusim_error *err)
{
    const gs_scored *s = w->scored;
    size_t half = window / 2;
    w->zone_count = 0;
    for (size_t e = 0; e < s->event_count;) {
        size_t first = s->events[e].first > half ? s->events[e].first - half : 0;
        size_t last = s->events[e].last + half;
        for (e++; e < s->event_count && last + half >= s->events[e].first; e++) {
            last = s->events[e].last + half;
        }
        last = last < s->count ? last : s->count - 1;
        double highest = s->scores[first];
        for (size_t i = first; i <= last; i++) {
            highest = fmax(highest, s->scores[i]);
        }
        w->zones[w->zone_count++] = highest;
    }
    return gs_sort(w->zones, w->zone_count, sizeof *w->zones, falling, err);
}

// Areas of one window, along its thresholds.
static void areas(const work *w, double *roc, double *pr)
{
    const gs_scored *s = w->scored;
    double positives = (double)s->positives, total = (double)s->count;
    double hits = 0, last_tpr = 0, last_fpr = 0;
    size_t taken = 0, zones_hit = 0;
    *roc = *pr = 0;
    for (size_t k = 0; k < w->thresholds; k++) {
        for (; taken < w->taken[k]; taken++) {
            hits += w->extended[s->order[taken]];
        }
        while (zones_hit < w->zone_count && w->zones[zones_hit] >= w->threshold[k]) {
            zones_hit++;
        }
        double relevant = (positives + positives + hits - w->core[k]) / 2;
        double tpr = fmin(hits / relevant, 1) * (double)zones_hit / (double)w->zone_count;
        double fpr = ((double)taken - hits) / (total - relevant);
        *roc += (fpr - last_fpr) * (tpr + last_tpr) / 2;
        *pr += (tpr - last_tpr) * (hits / (double)taken);
        last_tpr = tpr;
        last_fpr = fpr;
    }
    *roc += (1 - last_fpr) * (1 + last_tpr) / 2;
}

gpusim_status gs_vus(const gs_scored *scored, size_t window, size_t thresholds, double *roc,
                     double *pr, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    work w = {.scored = scored, .thresholds = thresholds};
    *roc = *pr = NAN;
    if (scored->event_count == 0 || scored->count < 2 || thresholds < 2) {
        return GPUSIM_OK;
    }
    GPUSIM_TRY(prepare(&w, err));
    double roc_sum = 0, pr_sum = 0;
    for (size_t i = 0; i <= window; i++) {
        double one_roc, one_pr;
        extend(&w, i);
        GPUSIM_TRY(find_zones(&w, i, err));
        areas(&w, &one_roc, &one_pr);
        roc_sum += one_roc;
        pr_sum += one_pr;
    }
    *roc = roc_sum / (double)(window + 1);
    *pr = pr_sum / (double)(window + 1);
cleanup:
    release(&w);
    return status;
}
