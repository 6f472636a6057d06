/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What makes clocks run faster: lemons, heat, bursts; and that none of it draws anything anew. */
#include <gsl/gsl_cdf.h>

#include "../base/fit.h"
#include "rules.h"

static double cdf_unit(double x, const double *p)
{
    (void)p;
    return gsl_cdf_exponential_P(x, 1);
}

// a hazard that varies: 2e4 clocks whose speed changes every hour or so, up to a factor of 50
START_TEST(the_integral_of_the_hazard_is_a_unit_exponential)
{
    enum { CLOCKS = 20000 };
    static double integrals[CLOCKS];
    gpusim_model *model =
        rules_model(16, "  - {fault: node-crash, every: {weibull: {scale: 10 h, shape: 1.5}}}\n");
    const gs_rule *rule = model->chaos.rules;
    gpusim_stream speeds = gpusim_stream_make(3, "speeds", "");
    for (unsigned i = 0; i < CLOCKS; i++) {
        gpusim_time gap = gs_rule_gap(rule, rules_stream(rule, "gap", i), 0, NULL);
        double left = (double)gap, age = 0;
        for (uint64_t k = 0; left > 0; k++) {
            uint64_t ordinal = i * UINT64_C(1000) + k;
            double speed = gpusim_exp(4 * gpusim_draw_uniform(speeds, 2 * ordinal));
            gpusim_time held =
                (gpusim_time)(HOUR * gpusim_draw_exponential(speeds, 2 * ordinal + 1)) + 1;
            gpusim_time due = gs_clock_due(left, speed);
            held = due < held ? due : held;
            age += speed * (double)held;
            left = gs_clock_left(left, speed, held);
        }
        // the clock has counted its gap, but for what rounding up to whole ns adds
        ck_assert_msg(age >= (double)gap - 1 && age < (double)gap + 100, "%g of %g", age,
                      (double)gap);
        integrals[i] = pow(age / (10 * HOUR), 1.5);
    }
    ASSERT_FITS(fit_ks(integrals, CLOCKS, cdf_unit, NULL), "integrated hazard");
    ck_assert_int_eq(gs_clock_due(1e9, 0), GPUSIM_TIME_MAX);
    ck_assert_int_eq(gs_clock_due(10, 3), 4);
    ck_assert_int_eq(gs_clock_due(0, 3), 0);
    gpusim_model_destroy(model);
}
END_TEST

// Arrhenius by hand, and twice the hazard every 10 to 12 K around 60 C at 0.7 eV
START_TEST(clocks_stand_still_and_strike)
{
    ck_assert_int_eq(gs_clock_due(7, 0), GPUSIM_TIME_MAX);
    ck_assert_int_eq(gs_clock_due(0, 0), GPUSIM_TIME_MAX);
    ck_assert_int_eq(gs_clock_due(INFINITY, 2), GPUSIM_TIME_MAX);
    ck_assert_int_eq(gs_clock_due(7, 2), 4);
    ck_assert_double_eq(gs_clock_left(7, 2, 3), 1);
    ck_assert_double_eq(gs_clock_left(7, 2, 4), 0); // rounded up, it is not behind itself
}
END_TEST

/* In the long run: three hours of calm and one of storm at five times the speed are twice as fast,
 * and a tenth of lemons eleven times as fast are, too. */
START_TEST(rates_in_the_long_run)
{
    gpusim_model *model = rules_model(
        16, "  - {fault: xid79, every: 10 h, burst: {calm: 3 h, storm: {exponential: {mean: 1 h}}, "
            "factor: 5}, target: {lemons: {share: 10 %, factor: 11}}, probability: 25 %}\n");
    double rate = gs_rule_rate(model->chaos.rules) * 3600;
    ck_assert_double_eq_tol(rate, 2 * 2 * 0.25 / 10, 1e-12);
    gpusim_model_destroy(model);
}
END_TEST

START_TEST(heat_accelerates)
{
    gpusim_model *model = rules_model(16, "  - {fault: xid79, every: 10 d, heats: {}}\n"
                                          "  - {fault: xid79, every: 10 d}\n");
    const gs_rule *rules = model->chaos.rules;
    const double k = 1.380649e-23 / 1.602176634e-19;
    for (int t = 20; t <= 100; t += 10) {
        double expected = exp(0.7 / k * (1 / 333.15 - 1 / (t + 273.15)));
        ck_assert_msg(fabs(gs_rule_heat(&rules[0], t) / expected - 1) < 1e-9,
                      "%d C: %.12g of %.12g", t, gs_rule_heat(&rules[0], t), expected);
        ck_assert(gs_rule_heat(&rules[1], t) == 1);
    }
    ck_assert(gs_rule_heat(&rules[0], 60) == 1);
    ck_assert(gs_rule_heat(&rules[0], NAN) == 1);
    double ten = gs_rule_heat(&rules[0], 65) / gs_rule_heat(&rules[0], 55);
    double twelve = gs_rule_heat(&rules[0], 66) / gs_rule_heat(&rules[0], 54);
    ck_assert_msg(ten < 2.1 && twelve > 2, "%g in 10 K, %g in 12 K", ten, twelve);
    gpusim_model_destroy(model);
}
END_TEST

// 5 % lemons of factor 20 carry 51.3 % of the strikes
START_TEST(lemons_carry_their_share)
{
    enum { TARGETS = 20000 };
    gpusim_model *model =
        rules_model(16, "  - fault: job-crash\n    every: {exponential: {mean: 100 d}}\n"
                        "    target: {lemons: {share: 5 %, factor: 20}}\n");
    const gs_rule *rule = model->chaos.rules;
    double lemons = 0, theirs = 0, all = 0;
    for (unsigned i = 0; i < TARGETS; i++) {
        char name[32];
        snprintf(name, sizeof name, "n-%04u", i);
        double speed = gs_rule_lemon(rule, 7, name);
        ck_assert(speed == 1 || speed == 20);
        ck_assert(speed == gs_rule_lemon(rule, 7, name));
        lemons += speed > 1;
        gpusim_stream stream = rules_stream(rule, "gap", i);
        double at = 0, strikes = 0;
        for (unsigned k = 0; (at += (double)gs_clock_due((double)gs_rule_gap(rule, stream, k, NULL),
                                                         speed)) < 500 * DAY;
             k++) {
            strikes++;
        }
        all += strikes;
        theirs += speed > 1 ? strikes : 0;
    }
    double share = 0.05 * 20 / (0.05 * 20 + 0.95);
    // the number of lemons scatters most: d share / d S = F / (S F + 1 - S)^2
    double error = sqrt(0.05 * 0.95 / TARGETS) * 20 / (1.95 * 1.95);
    printf("lemons: %.0f of %d, %.2f %% of strikes (expected %.2f +- %.2f)\n", lemons, TARGETS,
           100 * theirs / all, 100 * share, 100 * error);
    ck_assert(fabs(lemons / TARGETS - 0.05) < 3 * sqrt(0.05 * 0.95 / TARGETS));
    ck_assert_msg(fabs(theirs / all - share) < 3 * error, "%g of %g", theirs / all, share);
    gpusim_model_destroy(model);
}
END_TEST

// The variance over the mean of counts in windows of length t of a Poisson process modulated by two
// states (Fischer and Meier-Hellstern, Performance Evaluation 18, 1993).
static double dispersion(double calm, double storm, double leave_calm, double leave_storm, double t)
{
    double r = leave_calm + leave_storm;
    double limit = 2 * (calm - storm) * (calm - storm) * leave_calm * leave_storm /
                   (r * r * (calm * leave_storm + storm * leave_calm));
    return 1 + limit * (1 - (1 - exp(-r * t)) / (r * t));
}

START_TEST(bursts_are_a_modulated_poisson_process)
{
    enum { WINDOWS = 20000, BATCHES = 20 };
    gpusim_model *model = rules_model(
        16, "  - fault: job-crash\n    every: {exponential: {mean: 10 h}}\n"
            "    burst: {calm: {exponential: {mean: 90 h}}, storm: {exponential: {mean: "
            "10 h}}, factor: 40}\n");
    const gs_rule *rule = model->chaos.rules;
    gpusim_stream periods = gs_rule_stream(rule, 7, "burst", ""),
                  stream = rules_stream(rule, "gap", 0);
    static double counts[WINDOWS + 10];
    uint64_t period = 0, strike = 0;
    double now = 0, change = (double)gs_rule_period(rule, periods, 0);
    double left = (double)gs_rule_gap(rule, stream, 0, NULL), end = WINDOWS * 50 * HOUR;
    while (now < end) {
        double speed = period % 2 ? rule->burst : 1, due = now + (double)gs_clock_due(left, speed);
        if (due >= change) {
            left = gs_clock_left(left, speed, (gpusim_time)(change - now));
            now = change;
            change += (double)gs_rule_period(rule, periods, ++period);
            continue;
        }
        now = due;
        counts[(size_t)(now / (50 * HOUR))]++;
        left = (double)gs_rule_gap(rule, stream, ++strike, NULL);
    }

    // the ratio of each batch of windows, for a standard error of the whole
    double sum = 0, squares = 0, total = 0;
    for (unsigned b = 0; b < BATCHES; b++) {
        double mean = 0, variance = 0;
        const unsigned n = WINDOWS / BATCHES;
        for (unsigned i = 0; i < n; i++) {
            mean += counts[b * n + i] / n;
        }
        for (unsigned i = 0; i < n; i++) {
            variance += (counts[b * n + i] - mean) * (counts[b * n + i] - mean) / (n - 1);
        }
        total += mean / BATCHES;
        sum += variance / mean / BATCHES;
        squares += variance / mean * (variance / mean) / BATCHES;
    }
    double expected = dispersion(0.1, 4, 1.0 / 90, 1.0 / 10, 50);
    double error = sqrt((squares - sum * sum) / (BATCHES - 1));
    printf("bursts: %.3f strikes in 50 h (expected 24.5), variance over mean %.2f +- %.2f "
           "(expected %.2f)\n",
           total, sum, error, expected);
    ck_assert_msg(fabs(sum - expected) < 3 * error && error < 0.1 * expected, "%g of %g +- %g", sum,
                  expected, error);
    ck_assert_msg(fabs(total / 24.5 - 1) < 3 * sqrt(expected / 24.5 / WINDOWS) * 2, "%g", total);
    gpusim_model_destroy(model);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("speeds");
    TEST_CASE(suite, 120, the_integral_of_the_hazard_is_a_unit_exponential,
              clocks_stand_still_and_strike, rates_in_the_long_run, heat_accelerates,
              lemons_carry_their_share, bursts_are_a_modulated_poisson_process);
    return test_run(suite);
}
