/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Means, quantiles and intervals against GSL and against a plain sort. */
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>
#include <string.h>

#include <gpusim/random.h>

#include "harness.h"
#include "stats/stats.h"

#define COUNT 1001

// values of several characters: smooth, few distinct ones, sorted, reversed, all equal
static void fill(double *values, size_t count, int character, uint64_t seed)
{
    gpusim_stream stream = gpusim_stream_make(seed, "test", "stats");
    for (size_t i = 0; i < count; i++) {
        double u = gpusim_draw_uniform(stream, i);
        const double kinds[] = {
            gpusim_draw_normal(stream, i),  floor(5 * u), (double)i, -(double)i, 7,
            (double)(i % 2 ? i : count - i)};
        values[i] = kinds[character];
    }
}

START_TEST(quantiles_agree_with_a_sort)
{
    static const double p[] = {0, 0.001, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999, 1, 1.0 / 3};
    static const size_t counts[] = {1, 2, 3, 4, 5, 10, 99, 100, COUNT};
    for (int character = 0; character < 6; character++) {
        for (size_t c = 0; c < sizeof counts / sizeof counts[0]; c++) {
            double values[COUNT], sorted[COUNT];
            fill(values, counts[c], character, 1);
            memcpy(sorted, values, sizeof sorted);
            gsl_sort(sorted, 1, counts[c]);
            for (size_t i = 0; i < sizeof p / sizeof p[0]; i++) {
                // GSL's is type 7 as well
                double expected = gsl_stats_quantile_from_sorted_data(sorted, 1, counts[c], p[i]);
                double found = gs_quantile(values, counts[c], p[i]);
                ck_assert_double_eq_tol(found, expected, 1e-12 * (1 + fabs(expected)));
            }
            gsl_sort(values, 1, counts[c]);
            ck_assert_int_eq(memcmp(values, sorted, counts[c] * sizeof *values), 0);
        }
    }
    // numpy.quantile([1, 2, 4, 8], 0.4) is 2.4
    double four[] = {8, 1, 4, 2};
    ck_assert_double_eq_tol(gs_quantile(four, 4, 0.4), 2.4, 1e-15);
    ck_assert(isnan(gs_quantile(four, 0, 0.5)));
}
END_TEST

START_TEST(means_survive_cancellation)
{
    const double values[] = {1, 1e100, 1, -1e100};
    ck_assert_double_eq(gs_mean(values, 4), 0.5);
    ck_assert(isnan(gs_mean(values, 0)));
    ck_assert(isnan(gs_variance(values, 1)));
    const double infinite[] = {1, INFINITY, 2};
    ck_assert(isinf(gs_mean(infinite, 3)));

    double numbers[COUNT];
    fill(numbers, COUNT, 0, 2);
    double variance = gsl_stats_variance(numbers, 1, COUNT);
    ck_assert_double_eq_tol(gs_variance(numbers, COUNT), variance, 1e-13);
    ck_assert_double_eq_tol(gs_standard_error(numbers, COUNT), sqrt(variance / COUNT), 1e-14);

    // 0, 2 and 2 where doubles are 2 apart: the mean is rounded to 2, the variance must not follow
    const double coarse[] = {1e16, 1e16 + 2, 1e16 + 2};
    ck_assert_double_eq_tol(gs_variance(coarse, 3), 4.0 / 3, 1e-15);

    // far from zero, multiples of 2^-20 so that shifting is exact
    for (int i = 0; i < COUNT; i++) {
        numbers[i] = floor(numbers[i] * 0x1p20) * 0x1p-20;
    }
    variance = gs_variance(numbers, COUNT);
    for (int i = 0; i < COUNT; i++) {
        numbers[i] += 1e9;
    }
    ck_assert_double_eq_tol(gs_variance(numbers, COUNT), variance, 1e-12);
}
END_TEST

START_TEST(intervals)
{
    const double values[] = {5.1, 4.9, 5.6, 4.4, 5.0};
    gpusim_error err = {0};
    gs_interval interval;
    ASSERT_OK(gs_replication_interval(values, 5, 0.95, &interval, &err), &err);
    double deviations = 0.01 + 0.01 + 0.36 + 0.36 + 0; // about 5, squared
    double half = 2.7764451051977987 * sqrt(deviations / 4 / 5);
    ck_assert_double_eq_tol(interval.mean, 5, 1e-14);
    ck_assert_double_eq_tol(interval.half_width, half, 1e-12);
    ck_assert_uint_eq(interval.count, 5);

    ASSERT_OK(gs_replication_interval(values, 1, 0.95, &interval, &err), &err);
    ck_assert(isinf(interval.half_width));
    ck_assert_int_eq(gs_replication_interval(values, 5, 1, &interval, &err), GPUSIM_ARGUMENT);
    ck_assert_int_eq(gs_replication_interval(values, 5, NAN, &interval, &err), GPUSIM_ARGUMENT);

    // two batches of two; the first value is left out
    ASSERT_OK(gs_batch_interval(values, 5, 2, 0.9, &interval, &err), &err);
    ck_assert_double_eq_tol(interval.mean, 4.975, 1e-14);
    ck_assert_double_eq_tol(interval.standard_error, (5.25 - 4.7) / 2, 1e-14);
    ck_assert_double_eq_tol(interval.half_width, 6.313751514675043 * (5.25 - 4.7) / 2, 1e-11);
    ck_assert_int_eq(gs_batch_interval(values, 5, 6, 0.9, &interval, &err), GPUSIM_ARGUMENT);
}
END_TEST

START_TEST(intervals_cover_as_often_as_they_say)
{
    // 2,000 intervals at 90 % over 8 normals each: misses are binomial, 200 +- 13.4
    int missed = 0;
    for (uint64_t i = 0; i < 2000; i++) {
        double values[8];
        fill(values, 8, 0, 1000 + i);
        gpusim_error err = {0};
        gs_interval interval;
        ASSERT_OK(gs_replication_interval(values, 8, 0.9, &interval, &err), &err);
        missed += fabs(interval.mean) > interval.half_width;
    }
    ck_assert_int_gt(missed, 200 - 4 * 14);
    ck_assert_int_lt(missed, 200 + 4 * 14);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("stats");
    TEST_CASE(suite, 60, quantiles_agree_with_a_sort, means_survive_cancellation, intervals,
              intervals_cover_as_often_as_they_say);
    return test_run(suite);
}
