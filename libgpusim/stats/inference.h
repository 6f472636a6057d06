/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How sure a mean is, and whether it is another than zero: Student's t, the bootstrap, Holm's
 * correction. Values must not be NaN. */
#ifndef GS_STATS_INFERENCE_H
#define GS_STATS_INFERENCE_H

#include <stddef.h>

#include <gpusim/random.h>
#include <gpusim/status.h>

/* A mean, its interval, and the test of the hypothesis that it is 0. */
typedef struct gs_t_test {
    double mean, deviation; /* of the values: n - 1 */
    double low, high;       /* infinite for fewer than two values */
    double t, df;
    double p; /* two-sided; NaN for fewer than two values */
} gs_t_test;

/* Student (1908), of independent values; of the differences of pairs it is the paired test. Where
 * all values are the same, t is infinite and p is 0, or 1 where they are 0. *Uses GSL.* */
gpusim_status gs_t_test_make(const double *values, size_t count, double level, gs_t_test *test,
                             gpusim_error *err);

/* Intervals of a mean from resamples with replacement: the percentiles of their means, and those
 * corrected for bias and acceleration (BCa; Efron 1987), the jackknife giving the acceleration. NaN
 * for fewer than two values; where all are the same the interval is that value. */
typedef struct gs_bootstrap {
    double low, high;             /* BCa */
    double plain_low, plain_high; /* percentiles */
    double bias, acceleration;    /* z0 and a */
} gs_bootstrap;

/* `resamples` of at least 100; the draws are those of the stream. Quantiles are of type 7. O(count
 * x resamples), memory for one number of each resample. *Uses GSL.* */
gpusim_status gs_bootstrap_mean(const double *values, size_t count, double level,
                                uint32_t resamples, gpusim_stream stream, gs_bootstrap *interval,
                                gpusim_error *err);

/* Holm (1979): adjusted[i] is the smallest level at which hypothesis i is rejected when the chance
 * to reject any true one of the family is kept below that level. NaN is no hypothesis. The arrays
 * may be the same. */
gpusim_status gs_holm(const double *p, size_t count, double *adjusted, gpusim_error *err);

#endif
