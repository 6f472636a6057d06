/* SPDX-License-Identifier: GPL-3.0-or-later */
/* When rules strike: renewal theory, repairs, age, periods. */
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_integration.h>
#include <gsl/gsl_sf_gamma.h>

#include "../base/fit.h"
#include "rules.h"

#define GAPS 60000

static double gaps[GAPS];

// gaps of 3,000 targets, 20 strikes each, in days
static void draw_gaps(const gs_rule *rule)
{
    for (unsigned i = 0; i < GAPS / 20; i++) {
        gpusim_stream stream = rules_stream(rule, "gap", i);
        for (unsigned k = 0; k < 20; k++) {
            gaps[i * 20 + k] = (double)gs_rule_gap(rule, stream, k, NULL) / DAY;
        }
    }
}

static double moment(double about, int power)
{
    double sum = 0;
    for (unsigned i = 0; i < GAPS; i++) {
        sum += pow(gaps[i] - about, power);
    }
    return sum / GAPS;
}

// the mean lies within 3 standard errors, the variance within 3 of its own
static void assert_moments(const char *name, double mean, double variance, double fourth)
{
    double found = moment(0, 1), spread = moment(mean, 2);
    double error = sqrt(variance / GAPS), of_spread = sqrt((fourth - variance * variance) / GAPS);
    ck_assert_msg(fabs(found - mean) < 3 * error, "%s: mean %g of %g +- %g", name, found, mean,
                  error);
    ck_assert_msg(fabs(spread - variance) < 3 * of_spread, "%s: variance %g of %g +- %g", name,
                  spread, variance, of_spread);
}

static double cdf_exponential(double x, const double *p)
{
    return gsl_cdf_exponential_P(x, p[0]);
}

static double cdf_weibull(double x, const double *p)
{
    return gsl_cdf_weibull_P(x, p[0], p[1]);
}

static double cdf_lognormal(double x, const double *p)
{
    return gsl_cdf_lognormal_P(x, p[0], p[1]);
}

// the n-th moment about zero of a Weibull
static double weibull_raw(double scale, double shape, int n)
{
    return pow(scale, n) * gsl_sf_gamma(1 + n / shape);
}

START_TEST(gaps_follow_their_distribution)
{
    gpusim_model *model = rules_model(
        16, "  - {fault: node-crash, every: {exponential: {mean: 150 d}}}\n"
            "  - {fault: node-crash, every: {weibull: {scale: 400 d, shape: 0.75}}}\n"
            "  - {fault: node-crash, every: {lognormal: {median: 54 d, sigma: 0.6}}}\n");
    const gs_rule *rules = model->chaos.rules;
    ck_assert_uint_eq(model->chaos.count, 3);

    const double mean = 150;
    draw_gaps(&rules[0]);
    assert_moments("exponential", mean, mean * mean, 9 * pow(mean, 4));
    ASSERT_FITS(fit_ks(gaps, GAPS, cdf_exponential, &mean), "exponential");

    const double weibull[] = {400, 0.75};
    double r1 = weibull_raw(400, 0.75, 1), r2 = weibull_raw(400, 0.75, 2);
    double r3 = weibull_raw(400, 0.75, 3), r4 = weibull_raw(400, 0.75, 4);
    draw_gaps(&rules[1]);
    assert_moments("weibull", r1, r2 - r1 * r1,
                   r4 - 4 * r3 * r1 + 6 * r2 * r1 * r1 - 3 * pow(r1, 4));
    ASSERT_FITS(fit_ks(gaps, GAPS, cdf_weibull, weibull), "weibull");

    const double lognormal[] = {log(54), 0.6};
    double w = exp(0.36), variance = 54 * 54 * w * (w - 1);
    double kurtosis = pow(w, 4) + 2 * pow(w, 3) + 3 * w * w - 3;
    draw_gaps(&rules[2]);
    assert_moments("lognormal", 54 * exp(0.18), variance, kurtosis * variance * variance);
    ASSERT_FITS(fit_ks(gaps, GAPS, cdf_lognormal, lognormal), "lognormal");
    gpusim_model_destroy(model);
}
END_TEST

// strikes of a target within a time are Poisson when gaps are exponential and strikes take no time
START_TEST(counts_are_poisson)
{
    enum { CELLS = 9, TARGETS = 20000 };
    gpusim_model *model =
        rules_model(16, "  - {fault: job-crash, every: {exponential: {mean: 10 d}}}\n");
    const gs_rule *rule = model->chaos.rules;
    uint64_t counts[CELLS] = {0};
    double expected[CELLS], rest = TARGETS, p = exp(-3.0);
    for (unsigned i = 0; i < TARGETS; i++) {
        gpusim_stream stream = rules_stream(rule, "gap", i);
        gpusim_time at = 0;
        unsigned k = 0;
        while ((at += gs_rule_gap(rule, stream, k, NULL)) < (gpusim_time)(30 * DAY)) {
            k++;
        }
        counts[k < CELLS - 1 ? k : CELLS - 1]++;
    }
    for (unsigned k = 0; k < CELLS - 1; k++) {
        expected[k] = TARGETS * p;
        rest -= expected[k];
        p *= 3.0 / (k + 1);
    }
    expected[CELLS - 1] = rest;
    ASSERT_FITS(fit_chi_square(counts, expected, CELLS), "counts");
    gpusim_model_destroy(model);
}
END_TEST

static int rising(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

// LANL: mean 355 min, median 54 min; node-crash has that where nothing is said
START_TEST(repairs_are_those_of_lanl)
{
    enum { REPAIRS = 200000 };
    static double minutes[REPAIRS];
    gpusim_model *model = rules_model(16, "  - {fault: node-crash, every: 10 d}\n");
    const gs_rule *rule = model->chaos.rules;
    double sum = 0, logs = 0;
    const double sigma = sqrt(2 * log(355.0 / 54));
    for (unsigned i = 0; i < REPAIRS; i++) {
        minutes[i] =
            (double)gs_rule_repair(rule, rules_stream(rule, "repair", i / 100), i % 100) / 60e9;
        sum += minutes[i];
        logs += log(minutes[i]);
    }
    qsort(minutes, REPAIRS, sizeof *minutes, rising);
    double median = 0.5 * (minutes[REPAIRS / 2 - 1] + minutes[REPAIRS / 2]);
    double mean = sum / REPAIRS, mean_error = 355 * sqrt(exp(sigma * sigma) - 1) / sqrt(REPAIRS);
    printf("repairs: median %.3f min, mean %.2f min +- %.2f, mean of the logarithm %.5f of %.5f\n",
           median, mean, mean_error, logs / REPAIRS, log(54));
    ck_assert_msg(fabs(median / 54 - 1) < 0.02, "median %g", median);
    ck_assert_msg(fabs(logs / REPAIRS - log(54)) < 3 * sigma / sqrt(REPAIRS), "logarithm %g",
                  logs / REPAIRS);
    ck_assert_msg(fabs(mean - 355) < 3 * mean_error, "mean %g", mean);
    gpusim_model_destroy(model);
}
END_TEST

// the integrated hazard of a bathtub, in days, by libm
static double bathtub(double t)
{
    return pow(t / 900, 0.5) + t / 1000 + pow(t / 2000, 4);
}

static double cdf_bathtub(double x, const double *p)
{
    (void)p;
    return -expm1(-bathtub(x));
}

static double survives(double t, void *unused)
{
    (void)unused;
    return exp(-bathtub(t));
}

START_TEST(bathtubs_fit)
{
    gpusim_model *model =
        rules_model(16, "  - fault: node-crash\n    every: {bathtub: {early_scale: "
                        "900 d, mean: 1000 d, wear_scale: 2000 d}}\n");
    const gs_rule *rule = model->chaos.rules;
    draw_gaps(rule);
    double found = moment(0, 1), error = sqrt(moment(found, 2) / GAPS), mean = 0, unsure = 0;
    gsl_integration_workspace *space = gsl_integration_workspace_alloc(1000);
    gsl_integration_qag(&(gsl_function){survives, NULL}, 0, 12000, 0, 1e-10, 1000, 6, space, &mean,
                        &unsure);
    gsl_integration_workspace_free(space);
    ck_assert_msg(fabs(gs_distribution_mean(&rule->every) / 86400 / mean - 1) < 1e-8,
                  "mean %.12g of %.12g", gs_distribution_mean(&rule->every) / 86400, mean);
    ck_assert_msg(fabs(found - mean) < 3 * error, "mean %g of %g +- %g", found, mean, error);
    ASSERT_FITS(fit_ks(gaps, GAPS, cdf_bathtub, NULL), "bathtub");
    gpusim_model_destroy(model);
}
END_TEST

// what was struck is as old as before: integrated hazards between strikes are unit exponentials
START_TEST(aged_clocks_go_on)
{
    gpusim_model *model = rules_model(
        16, "  - fault: node-crash\n    ages: true\n"
            "    every: {bathtub: {early_scale: 900 d, mean: 1000 d, wear_scale: 2000 d}}\n"
            "  - {fault: node-crash, ages: true, every: {weibull: {scale: 100 d, shape: 2}}}\n"
            "  - {fault: node-crash, every: {weibull: {scale: 100 d, shape: 2}}}\n");
    const double one = 1;
    for (unsigned r = 0; r < 2; r++) {
        const gs_rule *rule = &model->chaos.rules[r];
        for (unsigned i = 0; i < GAPS / 20; i++) {
            gpusim_stream stream = rules_stream(rule, "gap", i);
            double age = 0, before = 0, exponentials = 0;
            for (unsigned k = 0; k < 20; k++) {
                age += (double)gs_rule_gap(rule, stream, k, &exponentials) / DAY;
                double hazard = r ? pow(age / 100, 2) : bathtub(age);
                gaps[i * 20 + k] = hazard - before;
                before = hazard;
            }
        }
        ASSERT_FITS(fit_ks(gaps, GAPS, cdf_exponential, &one), "rule %u", r);
    }

    // a Weibull of shape 2 wears: the tenth gap is shorter than the first, but not when it is new
    for (unsigned r = 1; r < 3; r++) {
        double first = 0, tenth = 0;
        for (unsigned i = 0; i < 2000; i++) {
            gpusim_stream stream = rules_stream(&model->chaos.rules[r], "gap", i);
            double age = 0;
            for (unsigned k = 0; k < 10; k++) {
                double gap = (double)gs_rule_gap(&model->chaos.rules[r], stream, k, &age);
                first += k == 0 ? gap : 0;
                tenth += k == 9 ? gap : 0;
            }
        }
        ck_assert(r == 1 ? tenth < 0.3 * first : fabs(tenth / first - 1) < 0.1);
    }
    gpusim_model_destroy(model);
}
END_TEST

START_TEST(times_repeat)
{
    gpusim_model *model = rules_model(
        16, "  - {fault: job-crash, target: {each: node}, at: [2 h, 1 h], period: 1 d}\n"
            "  - {fault: job-crash, target: {each: node}, at: 3 h}\n"
            "  - {fault: job-crash, target: {each: node}, period: 2 d, from: 1 d, times: 2}\n"
            "  - {fault: job-crash, every: 1 d, times: 3}\n");
    const gs_rule *rules = model->chaos.rules;
    const double hours[] = {1, 2, 25, 26, 49};
    for (unsigned k = 0; k < 5; k++) {
        ck_assert_int_eq(gs_rule_time(&rules[0], k), (gpusim_time)(hours[k] * HOUR));
    }
    ck_assert_int_eq(gs_rule_time(&rules[0], UINT64_C(1) << 60), GPUSIM_TIME_MAX);
    ck_assert_int_eq(gs_rule_time(&rules[1], 0), (gpusim_time)(3 * HOUR));
    ck_assert_int_eq(gs_rule_time(&rules[1], 1), GPUSIM_TIME_MAX);
    ck_assert_int_eq(gs_rule_time(&rules[2], 1), (gpusim_time)(5 * DAY));
    ck_assert_int_eq(gs_rule_time(&rules[2], 2), GPUSIM_TIME_MAX);
    ck_assert_int_eq(gs_rule_gap(&rules[3], rules_stream(&rules[3], "gap", 0), 2, NULL),
                     (gpusim_time)DAY);
    ck_assert_int_eq(gs_rule_gap(&rules[3], rules_stream(&rules[3], "gap", 0), 3, NULL),
                     GPUSIM_TIME_MAX);
    gpusim_model_destroy(model);
}
END_TEST

// a rule more, or the order of rules, changes no draw of the others
START_TEST(rules_do_not_shift_each_other)
{
    const char *crash = "  - {fault: node-crash, name: a, every: {exponential: {mean: 9 d}}}\n";
    char both[256];
    snprintf(both, sizeof both,
             "  - {fault: xid79, name: b, every: {exponential: {mean: 9 d}}}\n%s", crash);
    gpusim_model *one = rules_model(16, crash), *two = rules_model(16, both);
    const gs_rule *alone = &one->chaos.rules[0], *other = &two->chaos.rules[0];
    const gs_rule *same = &two->chaos.rules[1];
    unsigned equal = 0;
    for (unsigned k = 0; k < 1000; k++) {
        gpusim_time gap = gs_rule_gap(alone, rules_stream(alone, "gap", k % 16), k, NULL);
        ck_assert_int_eq(gap, gs_rule_gap(same, rules_stream(same, "gap", k % 16), k, NULL));
        equal += gap == gs_rule_gap(other, rules_stream(other, "gap", k % 16), k, NULL);
    }
    ck_assert_uint_eq(equal, 0);
    gpusim_model_destroy(one);
    gpusim_model_destroy(two);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("clocks");
    TEST_CASE(suite, 120, gaps_follow_their_distribution, counts_are_poisson,
              repairs_are_those_of_lanl, bathtubs_fit, aged_clocks_go_on, times_repeat,
              rules_do_not_shift_each_other);
    return test_run(suite);
}
