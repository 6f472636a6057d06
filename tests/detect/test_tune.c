/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Thresholds: by F-beta with a floor under precision on samples by hand, and by a number of alarms
 * against trying every threshold there is. */
#include <math.h>

#include <gpusim/gpusim.h>

#include "harness.h"

static gpusim_error err;

START_TEST(f_beta_by_hand)
{
    static const uint8_t labels[10] = {0, 0, 1, 1, 1, 0, 0, 0, 0, 0};
    static const double scores[10] = {1, 2, 9, 5, 3, 5, 0, 0, 0, 4};
    gpusim_tuned tuned;
    // at 9: 1/1 and 1/3; at 5: 2/3 and 2/3; at 3: 3/5 and 1
    ASSERT_OK(gpusim_tune(labels, scores, 10, 1, 0, &tuned, &err), &err);
    ck_assert_double_eq(tuned.threshold, 3);
    ck_assert_double_eq_tol(tuned.f, 0.75, 1e-15);
    ASSERT_OK(gpusim_tune(labels, scores, 10, 1, 0.61, &tuned, &err), &err);
    ck_assert_double_eq(tuned.threshold, 5);
    ck_assert_double_eq_tol(tuned.recall, 2.0 / 3, 1e-15);
    ASSERT_OK(gpusim_tune(labels, scores, 10, 1, 0.9, &tuned, &err), &err);
    ck_assert_double_eq(tuned.threshold, 9);
    // the same numbers where somebody else chose; between scores; where nothing is left
    tuned.threshold = 4.5;
    ASSERT_OK(gpusim_tuned_on(labels, scores, 10, 1, &tuned, &err), &err);
    ck_assert_double_eq_tol(tuned.precision, 2.0 / 3, 1e-15);
    ck_assert_double_eq_tol(tuned.f, 2.0 / 3, 1e-15);
    tuned.threshold = 10;
    ASSERT_OK(gpusim_tuned_on(labels, scores, 10, 1, &tuned, &err), &err);
    ck_assert(isnan(tuned.precision));
    ck_assert_double_eq(tuned.recall, 0);
    ck_assert_double_eq(tuned.f, 0);
    // a floor that nobody reaches, nothing to find, a score that is none
    static const uint8_t wrong[3] = {0, 0, 1}, none[3] = {0};
    static const double falling[3] = {3, 2, 1}, gaps[3] = {3, NAN, 1};
    ASSERT_OK(gpusim_tune(wrong, falling, 3, 1, 0.5, &tuned, &err), &err);
    ck_assert(isnan(tuned.threshold));
    ASSERT_OK(gpusim_tune(none, falling, 3, 1, 0, &tuned, &err), &err);
    ck_assert(isnan(tuned.threshold));
    ck_assert_int_eq(gpusim_tune(wrong, gaps, 3, 1, 0, &tuned, &err), GPUSIM_ARGUMENT);
}
END_TEST

static uint64_t alarms_at(const double *scores, const uint64_t *lengths, uint32_t series,
                          uint32_t gap, double threshold)
{
    gpusim_alarm room[128];
    uint64_t all = 0;
    for (uint32_t i = 0; i < series; i++) {
        all += gpusim_alarms_of(scores, lengths[i], threshold, gap, room);
        scores += lengths[i];
    }
    return all;
}

// 200 samples in three series, with ties: as trying all scores from the highest down.
START_TEST(so_many_alarms)
{
    double scores[200], highest = 0;
    const uint64_t lengths[3] = {90, 1, 109};
    for (uint32_t i = 0; i < 200; i++) {
        scores[i] = (double)((i * 7919u + 13) % 101 / (1 + i % 3));
        highest = fmax(highest, scores[i]);
    }
    for (uint32_t gap = 0; gap < 7; gap += 3) {
        for (uint64_t most = 0; most < 60; most += 4) {
            double threshold, wanted = nextafter(highest, INFINITY);
            ASSERT_OK(gpusim_threshold_for_alarms(scores, lengths, 3, gap, most, &threshold, &err),
                      &err);
            for (int score = 100; score > 0 && alarms_at(scores, lengths, 3, gap, score) <= most;
                 score--) {
                int is_there = 0;
                for (uint32_t i = 0; i < 200; i++) {
                    is_there |= scores[i] == score;
                }
                wanted = is_there ? score : wanted;
            }
            ck_assert_msg(threshold == wanted, "gap %u, at most %u: %g, not %g", gap,
                          (unsigned)most, threshold, wanted);
        }
    }
}
END_TEST

// What never varies alarms nobody, and neither does nothing at all.
START_TEST(nothing_to_choose_from)
{
    static const double same[4] = {2, 2, 2, 2}, two[4] = {0, 0, 7, 0};
    const uint64_t lengths[2] = {2, 2}, none[1] = {0};
    double threshold;
    ASSERT_OK(gpusim_threshold_for_alarms(same, lengths, 2, 5, 9, &threshold, &err), &err);
    ck_assert(threshold > 2);
    ASSERT_OK(gpusim_threshold_for_alarms(two, lengths, 2, 5, 9, &threshold, &err), &err);
    ck_assert_double_eq(threshold, 7);
    ASSERT_OK(gpusim_threshold_for_alarms(two, lengths, 2, 5, 0, &threshold, &err), &err);
    ck_assert(threshold > 7);
    ASSERT_OK(gpusim_threshold_for_alarms(NULL, none, 1, 5, 9, &threshold, &err), &err);
    ck_assert(isinf(threshold));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("tune");
    TEST_CASE(suite, 30, f_beta_by_hand, so_many_alarms, nothing_to_choose_from);
    return test_run(suite);
}
