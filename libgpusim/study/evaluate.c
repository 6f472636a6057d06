/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Evaluation of scores: alarms at a threshold against events, and the areas of stats/scores.h. */
#include <gpusim/evaluate.h>

#include <math.h>

#include <gpusim/detect.h>

#include "base/memory.h"
#include "stats/scores.h"
#include "stats/stats.h"

#define DAY        86400.0
#define THRESHOLDS 250 /* of VUS, as its authors have them */
#define SWEPT      100 /* of ranges and affiliation */

void gpusim_evaluate_options_fill(gpusim_evaluate_options *options, uint32_t size)
{
    *options = (gpusim_evaluate_options){
        .size = size,
        .gap = 5,
        .window = 100,
        .interval = 1,
        .threshold = INFINITY,
    };
}

// What alarms are made into.
typedef struct alarms {
    uint8_t *marks;     // [count]
    gpusim_alarm *runs; // gaps closed
    size_t run_count;
    double *delays; // of events found, s
} alarms;

static gpusim_status raise_alarms(const gs_scored *scored, const gpusim_evaluate_options *options,
                                  alarms *a, gpusim_error *err)
{
    gpusim_status status;
    GPUSIM_TRY(gs_allocate(&a->marks, scored->count, 1, err));
    GPUSIM_TRY(gs_allocate(&a->runs, (scored->count + 1) / 2, sizeof *a->runs, err));
    GPUSIM_TRY(gs_allocate(&a->delays, scored->event_count, sizeof *a->delays, err));
    for (size_t i = 0; i < scored->count; i++) {
        a->marks[i] = scored->scores[i] >= options->threshold;
    }
    a->run_count =
        gpusim_alarms_of(scored->scores, scored->count, options->threshold, options->gap, a->runs);
cleanup:
    return status;
}

static void release_alarms(alarms *a)
{
    gs_release(&a->marks);
    gs_release(&a->runs);
    gs_release(&a->delays);
}

static void count_found(const gs_scored *scored, const gpusim_evaluate_options *options,
                        const alarms *a, gpusim_evaluation *evaluation)
{
    for (size_t e = 0; e < scored->event_count; e++) {
        size_t i = scored->events[e].first;
        while (i <= scored->events[e].last && !a->marks[i]) {
            i++;
        }
        if (i <= scored->events[e].last) {
            a->delays[evaluation->found++] =
                (double)(i - scored->events[e].first) * options->interval;
        }
    }
    evaluation->delay_p50_s = gs_quantile(a->delays, evaluation->found, 0.5);
    evaluation->delay_p95_s = gs_quantile(a->delays, evaluation->found, 0.95);
}

static void count_false(const gs_scored *scored, const gpusim_evaluate_options *options,
                        const alarms *a, gpusim_evaluation *evaluation)
{
    size_t e = 0;
    for (size_t r = 0; r < a->run_count; r++) {
        while (e < scored->event_count && scored->events[e].last < a->runs[r].first) {
            e++;
        }
        evaluation->false_alarms +=
            e == scored->event_count || scored->events[e].first > a->runs[r].last;
    }
    double normal = (double)(scored->count - scored->positives) * options->interval / DAY;
    evaluation->false_alarms_per_day = (double)evaluation->false_alarms / normal;
}

static gpusim_status best_over_thresholds(const gs_scored *scored, gpusim_evaluation *evaluation,
                                          gpusim_error *err)
{
    gpusim_status status;
    gs_best_f best;
    evaluation->f1 = gs_best_f_of(scored, 1).f;
    GPUSIM_TRY(gs_best_event_f(scored, &best, err));
    evaluation->event_f1 = best.f;
    GPUSIM_TRY(gs_best_adjusted_f(scored, &best, err));
    evaluation->adjusted_f1 = best.f;
    GPUSIM_TRY(gs_best_swept(scored, GS_SWEPT_RANGE, SWEPT, &best, err));
    evaluation->range_f1 = best.f;
    GPUSIM_TRY(gs_best_swept(scored, GS_SWEPT_AFFILIATION, SWEPT, &best, err));
    evaluation->affiliation_f1 = best.f;
cleanup:
    return status;
}

// What was learnt from is not among these samples: nothing more is left out.
static double nab_of(const gs_scored *scored, const alarms *a)
{
    const gs_nab_profile *profile = &gs_nab_profiles[GS_NAB_STANDARD];
    double raw =
        gs_nab_score(profile, scored->events, scored->event_count, a->marks, scored->count, 0);
    return gs_nab_normalised(profile, raw, scored->event_count);
}

static gpusim_status check_scores(const double *scores, uint64_t count, gpusim_error *err)
{
    for (uint64_t i = 0; i < count; i++) {
        if (isnan(scores[i])) {
            return gpusim_fail(err, GPUSIM_ARGUMENT, "score %llu is no number",
                               (unsigned long long)i);
        }
    }
    return GPUSIM_OK;
}

gpusim_status gpusim_evaluate(const uint8_t *labels, const double *scores, uint64_t count,
                              const gpusim_evaluate_options *options, gpusim_evaluation *evaluation,
                              gpusim_error *err)
{
    gpusim_status status;
    gs_scored scored = {0};
    alarms a = {0};
    GPUSIM_TRY(check_scores(scores, count, err));
    GPUSIM_TRY(gs_scored_make(labels, scores, count, &scored, err));
    *evaluation = (gpusim_evaluation){
        .samples = count,
        .anomalous = scored.positives,
        .events = scored.event_count,
        .threshold = options->threshold,
        .auc_pr = gs_auc_pr(&scored),
        .auc_roc = gs_auc_roc(&scored),
    };
    GPUSIM_TRY(gs_vus(&scored, options->window, THRESHOLDS, &evaluation->vus_roc,
                      &evaluation->vus_pr, err));
    GPUSIM_TRY(best_over_thresholds(&scored, evaluation, err));
    GPUSIM_TRY(raise_alarms(&scored, options, &a, err));
    count_found(&scored, options, &a, evaluation);
    count_false(&scored, options, &a, evaluation);
    evaluation->nab = nab_of(&scored, &a);
cleanup:
    release_alarms(&a);
    gs_scored_release(&scored);
    return status;
}

// With least_precision NaN at tuned->threshold, else where F is best.
static gpusim_status tune(const uint8_t *labels, const double *scores, uint64_t count, double beta,
                          double least_precision, gpusim_tuned *tuned, gpusim_error *err)
{
    gpusim_status status;
    gs_scored scored = {0};
    GPUSIM_TRY(check_scores(scores, count, err));
    GPUSIM_TRY(gs_scored_make(labels, scores, count, &scored, err));
    gs_best_f best = isnan(least_precision) ? gs_f_at(&scored, beta, tuned->threshold)
                                            : gs_best_f_above(&scored, beta, least_precision);
    *tuned = (gpusim_tuned){.threshold = best.threshold,
                            .precision = best.precision,
                            .recall = best.recall,
                            .f = best.f};
cleanup:
    gs_scored_release(&scored);
    return status;
}

gpusim_status gpusim_tune(const uint8_t *labels, const double *scores, uint64_t count, double beta,
                          double least_precision, gpusim_tuned *tuned, gpusim_error *err)
{
    return tune(labels, scores, count, beta, fmax(least_precision, 0), tuned, err);
}

gpusim_status gpusim_tuned_on(const uint8_t *labels, const double *scores, uint64_t count,
                              double beta, gpusim_tuned *tuned, gpusim_error *err)
{
    return tune(labels, scores, count, beta, NAN, tuned, err);
}

void gpusim_scores_smooth(double *scores, uint64_t count, uint32_t window, double *work)
{
    if (window < 2) {
        return;
    }
    work[0] = 0;
    for (uint64_t i = 0; i < count; i++) {
        work[i + 1] = work[i] + scores[i];
    }
    for (uint64_t i = 0; i < count; i++) {
        uint64_t from = i + 1 > window ? i + 1 - window : 0;
        scores[i] = (work[i + 1] - work[from]) / (double)(i + 1 - from);
    }
}
