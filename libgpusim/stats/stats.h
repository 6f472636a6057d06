/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Means, quantiles and intervals: numbers in, numbers out. Values must not be NaN. */
#ifndef GS_STATS_STATS_H
#define GS_STATS_STATS_H

#include <stddef.h>
#include <stdint.h>

#include <gpusim/status.h>

/* Compensated sum (Neumaier 1974), to be started as zero. */
typedef struct gs_sum {
    double sum, rest;
} gs_sum;

void gs_sum_add(gs_sum *sum, double value);
double gs_sum_value(const gs_sum *sum);

/* NaN for no values. */
double gs_mean(const double *values, size_t count);
/* Unbiased (n - 1), in two passes; NaN for fewer than two. */
double gs_variance(const double *values, size_t count);
/* Of the mean of independent values. */
double gs_standard_error(const double *values, size_t count);

/* Hyndman and Fan's type 7 (what R and NumPy do by default), 0 <= p <= 1; NaN for no values.
 * Reorders the values, and is the cheaper the more quantiles are taken of the same array: O(n). */
double gs_quantile(double *values, size_t count, double p);

/* A mean with its confidence interval mean +- half_width. */
typedef struct gs_interval {
    double mean;
    double standard_error;
    double half_width; /* infinite when there are fewer than two values */
    uint64_t count;    /* values or batches that it rests on */
} gs_interval;

/* Student's t interval at a level such as 0.95 from independent replications. *Uses GSL.* */
gpusim_status gs_replication_interval(const double *values, size_t count, double level,
                                      gs_interval *interval, gpusim_error *err);

/* The same from one long run cut into `batches` equal parts; what does not fill a batch is left out
 * at the beginning. *Uses GSL.* */
gpusim_status gs_batch_interval(const double *values, size_t count, size_t batches, double level,
                                gs_interval *interval, gpusim_error *err);

#endif
