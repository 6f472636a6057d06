/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Student's t, the bootstrap of a mean, Holm's correction. */
#include "stats/inference.h"

#include <gsl/gsl_cdf.h>
#include <math.h>

#include "base/gsl.h"
#include "base/memory.h"
#include "base/sort.h"
#include "stats/stats.h"

#define LEAST_RESAMPLES 100

static gpusim_status check_level(double level, gpusim_error *err)
{
    return level > 0 && level < 1
               ? GPUSIM_OK
               : gpusim_fail(err, GPUSIM_ARGUMENT, "a confidence level must lie between 0 and 1");
}

gpusim_status gs_t_test_make(const double *values, size_t count, double level, gs_t_test *test,
                             gpusim_error *err)
{
    gpusim_status status = check_level(level, err);
    if (status != GPUSIM_OK) {
        return status;
    }
    *test = (gs_t_test){.mean = gs_mean(values, count),
                        .deviation = sqrt(gs_variance(values, count)),
                        .low = -(double)INFINITY,
                        .high = (double)INFINITY,
                        .t = (double)NAN,
                        .df = (double)count - 1,
                        .p = (double)NAN};
    if (count < 2) {
        return GPUSIM_OK;
    }
    gs_gsl_prepare();
    double error = test->deviation / sqrt((double)count);
    double half = gsl_cdf_tdist_Pinv(0.5 + 0.5 * level, test->df) * error;
    test->low = test->mean - half;
    test->high = test->mean + half;
    if (error > 0) {
        test->t = test->mean / error;
        test->p = 2 * gsl_cdf_tdist_Q(fabs(test->t), test->df);
    } else {
        test->t = test->mean == 0 ? 0 : copysign((double)INFINITY, test->mean);
        test->p = test->mean == 0 ? 1 : 0;
    }
    return GPUSIM_OK;
}

/* ---- the bootstrap ---- */

static int all_same(const double *values, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        if (values[i] != values[0]) {
            return 0;
        }
    }
    return 1;
}

// means of resamples, each draw with its own ordinal
static void draw_means(const double *values, size_t count, uint32_t resamples, gpusim_stream stream,
                       double *means)
{
    for (uint32_t b = 0; b < resamples; b++) {
        double sum = 0;
        for (size_t i = 0; i < count; i++) {
            sum += values[gpusim_draw_index(stream, (uint64_t)b * count + i, count)];
        }
        means[b] = sum / (double)count;
    }
}

// how the mean's deviation changes with the mean, by leaving out one value at a time
static double acceleration_of(const double *values, size_t count)
{
    double mean = gs_mean(values, count);
    gs_sum squares = {0}, cubes = {0};
    for (size_t i = 0; i < count; i++) {
        // the mean of the jackknife's values less this one, but for a divisor that cancels
        double deviation = values[i] - mean;
        gs_sum_add(&squares, deviation * deviation);
        gs_sum_add(&cubes, deviation * deviation * deviation);
    }
    double square = gs_sum_value(&squares);
    return gs_sum_value(&cubes) / (6 * square * sqrt(square));
}

// the part of resamples below the mean, those at it counted half; never all or none
static double part_below(const double *means, uint32_t resamples, double mean)
{
    double below = 0;
    for (uint32_t b = 0; b < resamples; b++) {
        below += means[b] < mean ? 1 : means[b] == mean ? 0.5 : 0;
    }
    return fmin(fmax(below, 0.5), resamples - 0.5) / resamples;
}

static double corrected(double bias, double acceleration, double p)
{
    double z = bias + gsl_cdf_ugaussian_Pinv(p);
    return gsl_cdf_ugaussian_P(bias + z / (1 - acceleration * z));
}

gpusim_status gs_bootstrap_mean(const double *values, size_t count, double level,
                                uint32_t resamples, gpusim_stream stream, gs_bootstrap *interval,
                                gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    double *means = NULL;
    double nothing = (double)NAN;
    *interval = (gs_bootstrap){nothing, nothing, nothing, nothing, nothing, nothing};
    GPUSIM_TRY(check_level(level, err));
    if (resamples < LEAST_RESAMPLES) {
        status = gpusim_fail(err, GPUSIM_ARGUMENT, "a bootstrap takes %d resamples at least",
                             LEAST_RESAMPLES);
        goto cleanup;
    }
    if (count >= 2 && all_same(values, count)) {
        *interval = (gs_bootstrap){values[0], values[0], values[0], values[0], 0, 0};
    }
    if (count < 2 || all_same(values, count)) {
        goto cleanup;
    }
    GPUSIM_TRY(gs_allocate(&means, resamples, sizeof *means, err));
    gs_gsl_prepare();
    draw_means(values, count, resamples, stream, means);

    double tail = 0.5 * (1 - level);
    interval->bias = gsl_cdf_ugaussian_Pinv(part_below(means, resamples, gs_mean(values, count)));
    interval->acceleration = acceleration_of(values, count);
    interval->plain_low = gs_quantile(means, resamples, tail);
    interval->plain_high = gs_quantile(means, resamples, 1 - tail);
    interval->low =
        gs_quantile(means, resamples, corrected(interval->bias, interval->acceleration, tail));
    interval->high =
        gs_quantile(means, resamples, corrected(interval->bias, interval->acceleration, 1 - tail));
cleanup:
    gs_release(&means);
    return status;
}

/* ---- several hypotheses ---- */

typedef struct ranked {
    double p;
    size_t at;
} ranked;

static int compare_p(const void *a, const void *b)
{
    const ranked *x = a, *y = b;
    return (x->p > y->p) - (x->p < y->p);
}

gpusim_status gs_holm(const double *p, size_t count, double *adjusted, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    ranked *order = NULL;
    size_t family = 0;
    GPUSIM_TRY(gs_allocate(&order, count + 1, sizeof *order, err));
    for (size_t i = 0; i < count; i++) {
        adjusted[i] = p[i];
        if (!isnan(p[i])) {
            order[family++] = (ranked){p[i], i};
        }
    }
    GPUSIM_TRY(gs_sort(order, family, sizeof *order, compare_p, err));

    // the smallest times all, the next times one less, and none below those before it
    double least = 0;
    for (size_t i = 0; i < family; i++) {
        double scaled = fmin(1, order[i].p * (double)(family - i));
        least = fmax(least, scaled);
        adjusted[order[i].at] = least;
    }
cleanup:
    gs_release(&order);
    return status;
}
