/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From scores to alarms to what an operator sees of them, by hand; areas under curves are in
 * tests/stats. */
#include <math.h>

#include <gpusim/detect.h>
#include <gpusim/evaluate.h>

#include "harness.h"

static gpusim_error err;

START_TEST(alarms_and_their_gaps)
{
    // two runs: a gap of two samples closes, one of three does not
    static const double scores[] = {1, 5, 0, 0, 7, 5, 0, 0, 0, 5};
    gpusim_alarm alarms[5];
    ck_assert_uint_eq(gpusim_alarms_of(scores, 10, 5, 2, alarms), 2);
    ck_assert_uint_eq(alarms[0].first, 1);
    ck_assert_uint_eq(alarms[0].last, 5);
    ck_assert_uint_eq(alarms[0].peak, 4);
    ck_assert_uint_eq(alarms[1].first, 9);
    ck_assert_uint_eq(alarms[1].last, 9);
    ck_assert_uint_eq(gpusim_alarms_of(scores, 10, 5, 3, alarms), 1);
    ck_assert_uint_eq(gpusim_alarms_of(scores, 10, 5, 1, alarms), 3);
    ck_assert_uint_eq(gpusim_alarms_of(scores, 10, 7.5, 1, alarms), 0);
    // no number is no alarm
    static const double unknown[] = {NAN, 9};
    ck_assert_uint_eq(gpusim_alarms_of(unknown, 2, 5, 0, alarms), 1);
    ck_assert_uint_eq(alarms[0].first, 1);
}
END_TEST

START_TEST(thresholds)
{
    double scores[] = {4, 1, 3, 2, 5};
    ck_assert_double_eq(gpusim_threshold_of(scores, 5, 0.75), 4);
    // one that everything reaches would be an alarm without end
    double flat[] = {0, 0, 0, 1};
    ck_assert_double_eq(gpusim_threshold_of(flat, 4, 0.5), nextafter(0, INFINITY));
    ck_assert(isinf(gpusim_threshold_of(flat, 0, 0.5)));
}
END_TEST

// Two events of three samples; one is found at its last sample, with an alarm that goes on beyond.
START_TEST(what_an_operator_sees)
{
    static const uint8_t labels[] = {0, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0};
    static const double scores[] = {0, 0, 0, 0, 9, 9, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 9, 0, 9, 0};
    gpusim_evaluate_options options;
    gpusim_evaluation found;
    gpusim_evaluate_options_default(&options);
    options.gap = 1;
    options.interval = 60;
    options.threshold = 9;
    options.window = 4;
    ASSERT_OK(gpusim_evaluate(labels, scores, 20, &options, &found, &err), &err);
    ck_assert_uint_eq(found.samples, 20);
    ck_assert_uint_eq(found.anomalous, 6);
    ck_assert_uint_eq(found.events, 2);
    ck_assert_uint_eq(found.found, 1);
    ck_assert_double_eq(found.delay_p50_s, 120);
    // at 8, and at 16 and 18, which are one; of 14 normal minutes
    ck_assert_uint_eq(found.false_alarms, 2);
    ck_assert_double_eq_tol(found.false_alarms_per_day, 2 / (14.0 / 1440), 1e-9);
    // an alarm that ends as the event begins meets it, one that ends just before does not
    static const double early[] = {9, 9, 0, 0, 0, 0, 0, 0, 0, 0, 9, 9, 0, 0, 0, 0, 0, 0, 0, 0};
    ASSERT_OK(gpusim_evaluate(labels, early, 20, &options, &found, &err), &err);
    ck_assert_uint_eq(found.found, 1);
    ck_assert_double_eq(found.delay_p50_s, 0);
    ck_assert_uint_eq(found.false_alarms, 1);
    // nothing was marked: found of nothing, and what is undefined is no number
    static const uint8_t none[20];
    ASSERT_OK(gpusim_evaluate(none, scores, 20, &options, &found, &err), &err);
    ck_assert_uint_eq(found.events, 0);
    ck_assert_uint_eq(found.false_alarms, 3);
    ck_assert(isnan(found.delay_p50_s));
    ck_assert(isnan(found.auc_pr));
    ck_assert(isnan(found.nab));
    double bad[] = {1, NAN};
    ck_assert_int_eq(gpusim_evaluate(none, bad, 2, &options, &found, &err), GPUSIM_ARGUMENT);
}
END_TEST

START_TEST(several_as_one)
{
    gpusim_evaluation mean, of[] = {
                                {.samples = 10, .events = 2, .found = 1, .auc_pr = 0.25, .nab = 10},
                                {.samples = 30, .events = 0, .found = 0, .auc_pr = NAN, .nab = 20},
                            };
    gpusim_evaluation_mean(of, 2, &mean);
    ck_assert_uint_eq(mean.samples, 40);
    ck_assert_uint_eq(mean.events, 2);
    ck_assert_uint_eq(mean.found, 1);
    ck_assert_double_eq(mean.auc_pr, 0.25);
    ck_assert_double_eq(mean.nab, 15);
}
END_TEST

START_TEST(smoothing)
{
    double scores[] = {4, 2, 0, 6}, work[5];
    gpusim_scores_smooth(scores, 4, 2, work);
    ck_assert_double_eq(scores[0], 4);
    ck_assert_double_eq(scores[1], 3);
    ck_assert_double_eq(scores[2], 1);
    ck_assert_double_eq(scores[3], 3);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("evaluate");
    TEST_CASE(suite, 10, alarms_and_their_gaps, thresholds, what_an_operator_sees, several_as_one,
              smoothing);
    return test_run(suite);
}
