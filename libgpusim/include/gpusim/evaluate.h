/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How well a detector's scores find what is marked: first what an operator would see at a threshold
 * that was fixed beforehand, then areas under curves. */
#ifndef GPUSIM_EVALUATE_H
#define GPUSIM_EVALUATE_H

#include <gpusim/record.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Of one series of scores, or of several together. What is undefined (no events, nothing normal) is
 * NaN. */
typedef struct gpusim_evaluation {
    uint64_t samples, anomalous;     /* and of those the marked ones */
    uint64_t events, found;          /* runs of marks; those with an alarm in them */
    double delay_p50_s, delay_p95_s; /* from an event's first sample to its first alarm */
    uint64_t false_alarms;           /* runs of alarms that meet no event */
    double false_alarms_per_day;     /* of normal samples */
    double threshold;                /* a sample that reaches it is an alarm */
    double auc_pr, auc_roc, vus_pr, vus_roc;
    double f1, event_f1, range_f1, affiliation_f1, adjusted_f1; /* the best over all thresholds */
    double nab; /* at the threshold; 100 is perfect, below 0 worse than silence */
} gpusim_evaluation;

/* Its fields with units and meanings. */
GPUSIM_API const gpusim_record *gpusim_evaluation_record(void);

typedef struct gpusim_evaluate_options {
    uint32_t size;
    uint32_t gap;    /* alarms with so many samples between them, or fewer, are one run */
    uint32_t window; /* of VUS, in samples */
    uint32_t reserved;
    double interval;  /* between samples, s */
    double threshold; /* an alarm is a score that reaches it */
} gpusim_evaluate_options;

#define gpusim_evaluate_options_default(options)                                                   \
    gpusim_evaluate_options_fill((options), (uint32_t)sizeof *(options))
GPUSIM_API void gpusim_evaluate_options_fill(gpusim_evaluate_options *options, uint32_t size);

/* labels[count] of 0 or 1, scores[count] without NaN. O(count x (window + log count)).
 * GPUSIM_ARGUMENT for a score that is NaN. */
GPUSIM_API gpusim_status gpusim_evaluate(const uint8_t *labels, const double *scores,
                                         uint64_t count, const gpusim_evaluate_options *options,
                                         gpusim_evaluation *evaluation, gpusim_error *err);

/* A threshold, and what it does to samples. */
typedef struct gpusim_tuned {
    double threshold, precision, recall, f; /* f: F-beta */
} gpusim_tuned;

/* The threshold of the best F-beta among those of at least such a precision: to be chosen on
 * validation data, and used on others. threshold NaN: there is none. O(count x log count). */
GPUSIM_API gpusim_status gpusim_tune(const uint8_t *labels, const double *scores, uint64_t count,
                                     double beta, double least_precision, gpusim_tuned *tuned,
                                     gpusim_error *err);

/* The same numbers at tuned->threshold. */
GPUSIM_API gpusim_status gpusim_tuned_on(const uint8_t *labels, const double *scores,
                                         uint64_t count, double beta, gpusim_tuned *tuned,
                                         gpusim_error *err);

/* Several as one: counts added, areas and the rest as means over those that have them. */
GPUSIM_API void gpusim_evaluation_mean(const gpusim_evaluation *of, uint32_t count,
                                       gpusim_evaluation *mean);

/* Scores as the mean of the last `window` ones, in place. */
GPUSIM_API void gpusim_scores_smooth(double *scores, uint64_t count, uint32_t window,
                                     double *work /* [count + 1] */);

#ifdef __cplusplus
}
#endif
#endif
