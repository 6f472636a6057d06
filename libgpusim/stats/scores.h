/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How well scores find what labels mark: the ways in which anomaly detectors are measured. A score
 * is higher where a sample is more anomalous; labels are 0 or 1; an event is a run of ones. Scores
 * must not be NaN. Where there is no event, or nothing else, what is undefined is NaN. */
#ifndef GS_STATS_SCORES_H
#define GS_STATS_SCORES_H

#include <stddef.h>
#include <stdint.h>

#include <gpusim/status.h>

/* Samples first .. last, both included. */
typedef struct gs_range {
    size_t first, last;
} gs_range;

/* Runs of ones; ranges[] has room for (count + 1) / 2. Returns how many there are. O(n). */
size_t gs_ranges_of(const uint8_t *labels, size_t count, gs_range *ranges);

/* Labels and scores of one series with what all metrics need of them: events, and the samples from
 * the highest score to the lowest. Labels and scores are the caller's and outlive it. */
typedef struct gs_scored {
    const uint8_t *labels;
    const double *scores;
    size_t count, positives, event_count;
    gs_range *events;
    uint32_t *order; /* equal scores in order of time */
} gs_scored;

/* O(n log n). Zero it before; release with gs_scored_release. */
gpusim_status gs_scored_make(const uint8_t *labels, const double *scores, size_t count,
                             gs_scored *scored, gpusim_error *err);
void gs_scored_release(gs_scored *scored);

/* Area under the curve of true against false positives, samples of equal score as one step, by
 * trapezia: the probability that an anomalous sample scores above a normal one. O(n). */
double gs_auc_roc(const gs_scored *scored);

/* Average precision: sum of the steps in recall x precision after the step, not interpolated. */
double gs_auc_pr(const gs_scored *scored);

typedef struct gs_best_f {
    double f, precision, recall;
    double threshold; /* anomalous is what scores at least so much */
} gs_best_f;

/* The best F-beta over all thresholds, of samples. Chosen with the labels at hand: an oracle. */
gs_best_f gs_best_f_of(const gs_scored *scored, double beta);

/* The same among thresholds of at least such a precision; NaN where there is none. */
gs_best_f gs_best_f_above(const gs_scored *scored, double beta, double least_precision);

/* Precision, recall and F-beta at a threshold that somebody else chose. Precision is NaN where
 * nothing reaches it. O(n). */
gs_best_f gs_f_at(const gs_scored *scored, double beta, double threshold);

/* The same where the recall is that of events (an event is found by one of its samples) and the
 * precision that of samples (Garg et al. 2021). */
gpusim_status gs_best_event_f(const gs_scored *scored, gs_best_f *best, gpusim_error *err);

/* The same after each event's samples took its highest score (point adjustment, Xu et al. 2018). It
 * misleads: random scores reach .79 on SMD. */
gpusim_status gs_best_adjusted_f(const gs_scored *scored, gs_best_f *best, gpusim_error *err);

/* Volume under the surface (Paparrizos et al. 2022), windows 0 .. `window` and as many thresholds:
 * ROC and PR curves in which samples near an event count in part, averaged. O(n x window). */
gpusim_status gs_vus(const gs_scored *scored, size_t window, size_t thresholds, double *roc,
                     double *pr, gpusim_error *err);

typedef struct gs_f {
    double f, precision, recall;
} gs_f;

/* F1 of ranges (Tatbul et al. 2018): flat bias, the reciprocal for several pieces, and .2 for being
 * found at all in the recall. Ranges rise and do not touch. O(n). */
gs_f gs_range_f(const gs_range *events, size_t event_count, const gs_range *found,
                size_t found_count);

/* Affiliation (Huet et al. 2022): each event owns the time up to the midpoints between it and its
 * neighbours; in it precision and recall are how much nearer predictions and event are than chance
 * would be. Sample i is the time [i, i + 1). O(events + found). */
gs_f gs_affiliation(const gs_range *events, size_t event_count, const gs_range *found,
                    size_t found_count, size_t count);

/* The best of `thresholds` values at equal distances from the lowest score to the highest, what is
 * above being anomalous. O(n x thresholds). */
typedef enum gs_swept {
    GS_SWEPT_RANGE,
    GS_SWEPT_AFFILIATION,
} gs_swept;
gpusim_status gs_best_swept(const gs_scored *scored, gs_swept what, size_t thresholds,
                            gs_best_f *best, gpusim_error *err);

/* What the benchmark of Numenta weighs (Lavin and Ahmad 2015): rewards and costs. */
typedef struct gs_nab_profile {
    const char *name;
    double found, missed, false_alarm;
} gs_nab_profile;

enum { GS_NAB_STANDARD, GS_NAB_LOW_FP, GS_NAB_LOW_FN, GS_NAB_PROFILES };
extern const gs_nab_profile gs_nab_profiles[GS_NAB_PROFILES];

/* The raw score of one file whose windows are the events: the best detection within each window
 * counts by its position, each outside costs by its distance behind the last window, each window
 * missed costs. What is detected in the first `probation` samples counts for nothing. `detected`
 * marks samples. */
double gs_nab_score(const gs_nab_profile *profile, const gs_range *windows, size_t window_count,
                    const uint8_t *detected, size_t count, size_t probation);

/* How many samples of a file the benchmark gives a detector to learn from: 15 %, at most 750. */
size_t gs_nab_probation(size_t count);

/* Raw scores summed over files to 0 (nothing is ever detected) .. 100 (each window at once); NaN
 * without windows. */
double gs_nab_normalised(const gs_nab_profile *profile, double raw, size_t windows);

#endif
