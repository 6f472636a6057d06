/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Student's t against R's printed results, the bootstrap against the exact distribution of all
 * resamples, Holm's correction by hand. */
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>

#include "harness.h"
#include "stats/inference.h"
#include "stats/stats.h"

/* Cushny and Peebles (1905), hours of sleep gained by ten patients with two drugs: data set `sleep`
 * of R, whose t.test(extra ~ group, paired = TRUE) prints the numbers below. */
#define PATIENTS 10
static const double first_drug[PATIENTS] = {0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0};
static const double second_drug[PATIENTS] = {1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4};

static void differences(double *pairs)
{
    for (int i = 0; i < PATIENTS; i++) {
        pairs[i] = first_drug[i] - second_drug[i];
    }
}

START_TEST(paired_t_as_r_prints_it)
{
    double pairs[PATIENTS];
    gpusim_error err = {0};
    gs_t_test test;
    differences(pairs);
    ASSERT_OK(gs_t_test_make(pairs, PATIENTS, 0.95, &test, &err), &err);
    ck_assert_double_eq_tol(test.t, -4.0621, 5e-5);
    ck_assert_double_eq(test.df, 9);
    ck_assert_double_eq_tol(test.p, 0.002833, 5e-7);
    ck_assert_double_eq_tol(test.low, -2.4598858, 5e-8);
    ck_assert_double_eq_tol(test.high, -0.7001142, 5e-8);
    ck_assert_double_eq_tol(test.mean, -1.58, 1e-14);

    // beside GSL's mean and deviation
    double error = gsl_stats_sd(pairs, 1, PATIENTS) / sqrt(PATIENTS);
    ck_assert_double_eq_tol(test.t, gsl_stats_mean(pairs, 1, PATIENTS) / error, 1e-12);
}
END_TEST

START_TEST(t_of_little)
{
    const double same[] = {2, 2, 2}, zero[] = {0, 0};
    gpusim_error err = {0};
    gs_t_test test;
    ASSERT_OK(gs_t_test_make(same, 3, 0.95, &test, &err), &err);
    ck_assert_double_eq(test.p, 0);
    ck_assert_double_eq(test.low, 2);
    ck_assert_double_eq(test.high, 2);
    ASSERT_OK(gs_t_test_make(zero, 2, 0.95, &test, &err), &err);
    ck_assert_double_eq(test.p, 1);
    ASSERT_OK(gs_t_test_make(same, 1, 0.95, &test, &err), &err);
    ck_assert(isnan(test.p) && isinf(test.low) && isinf(test.high));
    ck_assert_double_eq(test.mean, 2);
    ASSERT_OK(gs_t_test_make(same, 0, 0.95, &test, &err), &err);
    ck_assert(isnan(test.mean) && isnan(test.p));
    ck_assert_int_eq(gs_t_test_make(same, 3, 1, &test, &err), GPUSIM_ARGUMENT);
}
END_TEST

/* ---- the bootstrap ---- */

#define SMALL 6
#define ALL   46656 /* 6^6 */
#define MANY  400000

// every resample of six values, each as likely as any other
static void all_means(const double *values, double *means)
{
    for (int number = 0; number < ALL; number++) {
        double sum = 0;
        for (int i = 0, rest = number; i < SMALL; i++, rest /= SMALL) {
            sum += values[rest % SMALL];
        }
        means[number] = sum / SMALL;
    }
    gsl_sort(means, 1, ALL);
}

// Efron (1987), (6.6), from the definition: the jackknife leaves out one value at a time
static double acceleration(const double *values)
{
    double left_out[SMALL], all = 0, squares = 0, cubes = 0;
    for (int i = 0; i < SMALL; i++) {
        left_out[i] = 0;
        for (int k = 0; k < SMALL; k++) {
            left_out[i] += k == i ? 0 : values[k] / (SMALL - 1);
        }
        all += left_out[i] / SMALL;
    }
    for (int i = 0; i < SMALL; i++) {
        squares += (all - left_out[i]) * (all - left_out[i]);
        cubes += (all - left_out[i]) * (all - left_out[i]) * (all - left_out[i]);
    }
    return cubes / (6 * squares * sqrt(squares));
}

// between the quantiles 0.002 to both sides: 8 sigma of the part of MANY draws; the same sum in
// another order may differ in its last bit
static void is_near(double found, const double *means, double p)
{
    double low = gsl_stats_quantile_from_sorted_data(means, 1, ALL, p - 0.002);
    double high = gsl_stats_quantile_from_sorted_data(means, 1, ALL, fmin(1, p + 0.002));
    ck_assert_double_ge(found, low - 1e-12);
    ck_assert_double_le(found, high + 1e-12);
}

START_TEST(bootstrap_finds_the_exact_distribution)
{
    // skewed, so that bias and acceleration matter: percentiles and BCa are far apart
    const double values[SMALL] = {0.3, 1.1, 0.7, 2.2, 9.4, 1.6};
    static double means[ALL];
    gpusim_error err = {0};
    gs_bootstrap found;
    all_means(values, means);
    double mean = gs_mean(values, SMALL), below = 0;
    for (int i = 0; i < ALL; i++) {
        below += means[i] < mean - 1e-9 ? 1 : means[i] < mean + 1e-9 ? 0.5 : 0;
    }
    double z0 = gsl_cdf_ugaussian_Pinv(below / ALL), a = acceleration(values);
    ASSERT_OK(gs_bootstrap_mean(values, SMALL, 0.95, MANY, gpusim_stream_make(1, "test", "b"),
                                &found, &err),
              &err);
    ck_assert_double_eq_tol(found.acceleration, a, 1e-12);
    ck_assert_double_gt(a, 0.08);
    // half the draws are below, within 4 sigma of sqrt(pq/n) / phi(z0)
    ck_assert_double_eq_tol(found.bias, z0, 4 * 0.5 / sqrt(MANY) / 0.38);

    const double tails[] = {0.025, 0.975};
    const double plain[] = {found.plain_low, found.plain_high};
    const double corrected[] = {found.low, found.high};
    for (int i = 0; i < 2; i++) {
        double z = z0 + gsl_cdf_ugaussian_Pinv(tails[i]);
        is_near(plain[i], means, tails[i]);
        is_near(corrected[i], means, gsl_cdf_ugaussian_P(z0 + z / (1 - a * z)));
    }
    ck_assert_double_gt(found.high, found.plain_high);
    ck_assert_double_gt(found.low, found.plain_low);
}
END_TEST

START_TEST(bootstrap_of_little)
{
    const double same[] = {2, 2, 2}, two[] = {1, 3};
    gpusim_stream stream = gpusim_stream_make(1, "test", "b");
    gpusim_error err = {0};
    gs_bootstrap found, again;
    ASSERT_OK(gs_bootstrap_mean(same, 3, 0.95, 100, stream, &found, &err), &err);
    ck_assert_double_eq(found.low, 2);
    ck_assert_double_eq(found.high, 2);
    ASSERT_OK(gs_bootstrap_mean(same, 1, 0.95, 100, stream, &found, &err), &err);
    ck_assert(isnan(found.low) && isnan(found.high));
    ASSERT_OK(gs_bootstrap_mean(two, 2, 0.95, 1000, stream, &found, &err), &err);
    ASSERT_OK(gs_bootstrap_mean(two, 2, 0.95, 1000, stream, &again, &err), &err);
    ck_assert_double_eq(found.low, again.low);
    ck_assert_double_ge(found.low, 1);
    ck_assert_double_le(found.high, 3);
    ck_assert_int_eq(gs_bootstrap_mean(two, 2, 0.95, 99, stream, &found, &err), GPUSIM_ARGUMENT);
    ck_assert_int_eq(gs_bootstrap_mean(two, 2, 0, 100, stream, &found, &err), GPUSIM_ARGUMENT);
}
END_TEST

START_TEST(bootstrap_covers_as_often_as_it_says)
{
    // 1,000 intervals at 90 % over 30 exponentials, whose mean is 1. BCa's error is of order 1 / n;
    // misses are binomial, 100 +- 9.5, and percentiles miss more often.
    int missed = 0, plainly = 0;
    for (uint64_t i = 0; i < 1000; i++) {
        double values[30];
        gpusim_stream stream = gpusim_stream_make(i, "test", "cover");
        gpusim_error err = {0};
        gs_bootstrap found;
        for (uint64_t k = 0; k < 30; k++) {
            values[k] = gpusim_draw_exponential(stream, k);
        }
        ASSERT_OK(gs_bootstrap_mean(values, 30, 0.9, 1000, gpusim_stream_make(i, "test", "b"),
                                    &found, &err),
                  &err);
        missed += !(found.low <= 1 && 1 <= found.high);
        plainly += !(found.plain_low <= 1 && 1 <= found.plain_high);
    }
    ck_assert_int_ge(missed, 72);
    ck_assert_int_le(missed, 138); // 4 sigma
    ck_assert_int_ge(plainly, missed);
}
END_TEST

/* ---- Holm ---- */

static void holm(const double *p, size_t count, const double *expected)
{
    double adjusted[8];
    gpusim_error err = {0};
    ASSERT_OK(gs_holm(p, count, adjusted, &err), &err);
    for (size_t i = 0; i < count; i++) {
        if (isnan(expected[i])) {
            ck_assert(isnan(adjusted[i]));
        } else {
            ck_assert_double_eq_tol(adjusted[i], expected[i], 1e-15);
        }
    }
}

START_TEST(holm_by_hand)
{
    // 4 x 0.005, 3 x 0.01, 2 x 0.03, and 0.04 may not come below that
    holm((const double[]){0.01, 0.04, 0.03, 0.005}, 4, (const double[]){0.03, 0.06, 0.06, 0.02});
    // what is not tested is not in the family
    holm((const double[]){0.01, (double)NAN, 0.02}, 3, (const double[]){0.02, (double)NAN, 0.02});
    holm((const double[]){0.6, 0.7}, 2, (const double[]){1, 1});
    holm((const double[]){0.04}, 1, (const double[]){0.04});
    holm(NULL, 0, NULL);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("stats/inference");
    TEST_CASE(suite, 60, paired_t_as_r_prints_it, t_of_little,
              bootstrap_finds_the_exact_distribution, bootstrap_of_little,
              bootstrap_covers_as_often_as_it_says, holm_by_hand);
    return test_run(suite);
}
