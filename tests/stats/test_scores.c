/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Metrics of anomaly detection against values that other programs computed, and by hand. */
#include <jansson.h>
#include <math.h>
#include <string.h>

#include <gpusim/random.h>

#include "harness.h"
#include "stats/scores.h"

#define MOST 4000

// One case of the reference data.
typedef struct golden {
    uint8_t labels[MOST];
    double scores[MOST];
    size_t count, window, thresholds;
    json_t *own, *swept;
} golden;

static void read_case(json_t *from, golden *to)
{
    json_t *labels = json_object_get(from, "label"), *scores = json_object_get(from, "score");
    to->count = json_array_size(labels);
    ck_assert_uint_le(to->count, MOST);
    for (size_t i = 0; i < to->count; i++) {
        to->labels[i] = (uint8_t)json_integer_value(json_array_get(labels, i));
        to->scores[i] = json_number_value(json_array_get(scores, i));
    }
    to->window = (size_t)json_integer_value(json_object_get(from, "W"));
    to->thresholds = (size_t)json_integer_value(json_object_get(from, "nthr"));
    to->own = json_object_get(from, "own_exact");
    to->swept = json_object_get(from, "tsb_ad");
}

static void same(json_t *from, const char *key, double found, double tolerance)
{
    double expected = json_number_value(json_object_get(from, key));
    ck_assert_msg(fabs(found - expected) <= tolerance, "%s is %.15g, not %.15g", key, found,
                  expected);
}

static void compare(const golden *g)
{
    gs_scored scored = {0};
    gs_best_f best;
    double roc, pr;
    gpusim_error err = {0};
    ASSERT_OK(gs_scored_make(g->labels, g->scores, g->count, &scored, &err), &err);
    same(g->own, "AUC_ROC", gs_auc_roc(&scored), 1e-9);
    same(g->own, "AUC_PR", gs_auc_pr(&scored), 1e-9);
    ASSERT_OK(gs_vus(&scored, g->window, g->thresholds, &roc, &pr, &err), &err);
    same(g->own, "VUS_ROC", roc, 1e-12);
    same(g->own, "VUS_PR", pr, 1e-12);
    same(g->own, "F1", gs_best_f_of(&scored, 1).f, 1e-9);
    ASSERT_OK(gs_best_adjusted_f(&scored, &best, &err), &err);
    same(g->own, "F1_PA", best.f, 1e-9);
    ASSERT_OK(gs_best_event_f(&scored, &best, &err), &err);
    same(g->own, "Event_F1", best.f, 1e-9);
    ASSERT_OK(gs_best_swept(&scored, GS_SWEPT_RANGE, 100, &best, &err), &err);
    same(g->swept, "R_F1_100lin", best.f, 1e-9);
    ASSERT_OK(gs_best_swept(&scored, GS_SWEPT_AFFILIATION, 100, &best, &err), &err);
    same(g->swept, "Affiliation_F_100lin", best.f, 1e-9);
    gs_scored_release(&scored);
}

START_TEST(metrics_are_those_of_others)
{
    const char *path = test_shared("data/anomaly/metrics_golden.json");
    if (!path) {
        return;
    }
    json_error_t problem;
    json_t *all = json_load_file(path, 0, &problem);
    ck_assert_msg(all != NULL, "%s", problem.text);
    static golden g;
    for (size_t i = 0; i < json_array_size(all); i++) {
        read_case(json_array_get(all, i), &g);
        compare(&g);
    }
    ck_assert_uint_eq(json_array_size(all), 6);
    json_decref(all);
}
END_TEST

// Ten samples, an event of three; scores with a tie across its edge.
START_TEST(curves_by_hand)
{
    static const uint8_t labels[10] = {0, 0, 1, 1, 1, 0, 0, 0, 0, 0};
    static const double scores[10] = {1, 2, 9, 5, 3, 5, 0, 0, 0, 4};
    gs_scored s = {0};
    gs_best_f best;
    gpusim_error err = {0};
    ASSERT_OK(gs_scored_make(labels, scores, 10, &s, &err), &err);
    // pairs (event, other): 9 wins 7; 5 wins 6 and ties 1; 3 wins 5
    ck_assert_double_eq_tol(gs_auc_roc(&s), (7 + 6.5 + 5) / 21, 1e-15);
    // at 9: 1/1; at 5: 2/3; at 3: 3/5
    ck_assert_double_eq_tol(gs_auc_pr(&s), (1 + 2.0 / 3 + 3.0 / 5) / 3, 1e-15);
    best = gs_best_f_of(&s, 1);
    ck_assert_double_eq_tol(best.f, 2 * 0.6 * 1 / 1.6, 1e-15);
    ck_assert_double_eq(best.threshold, 3);
    // with a beta of 1/2 precision weighs more: 9 alone, precision 1 and recall 1/3, is best
    ck_assert_double_eq_tol(gs_best_f_of(&s, 0.5).f, 1.25 / 3 / (0.25 + 1.0 / 3), 1e-15);
    ASSERT_OK(gs_best_event_f(&s, &best, &err), &err);
    ck_assert_double_eq(best.f, 1); // 9 alone finds the event
    gs_scored_release(&s);
}
END_TEST

START_TEST(ranges_by_hand)
{
    static const gs_range events[] = {{2, 5}, {10, 11}};
    static const gs_range found[] = {{1, 2}, {4, 4}, {8, 8}};
    gs_f f = gs_range_f(events, 2, found, 3);
    // the first event is met by two pieces with two of four samples, the second not at all
    ck_assert_double_eq_tol(f.recall, (0.2 + 0.8 * 0.5 / 2) / 2, 1e-15);
    ck_assert_double_eq_tol(f.precision, (0.5 + 1 + 0) / 3, 1e-15);
    // affiliation of one event [4, 6) in [0, 10) with one prediction [7, 8): at distance 1 .. 2 the
    // chance to be farther is the mean of (4 - d + 4 - d) / 10
    static const gs_range event[] = {{4, 5}}, one[] = {{7, 7}};
    f = gs_affiliation(event, 1, one, 1, 10);
    ck_assert_double_eq_tol(f.precision, (8 - 2 * 1.5) / 10, 1e-15);
    // from y in [4, 6) it is 7 - y to the prediction: before lies 2 y - 7, 3 in the mean, behind 3
    ck_assert_double_eq_tol(f.recall, (3 + 3) / 10.0, 1e-15);
}
END_TEST

// Nothing to find, nothing else, and nothing at all: numbers that are not, never a crash.
START_TEST(empty_and_one_sided)
{
    static const uint8_t zeros[3] = {0}, ones[3] = {1, 1, 1};
    static const double scores[3] = {1, 1, 1};
    gpusim_error err = {0};
    for (int kind = 0; kind < 3; kind++) {
        gs_scored s = {0};
        gs_best_f best;
        double roc, pr;
        ASSERT_OK(gs_scored_make(kind == 1 ? ones : zeros, scores, kind == 2 ? 0 : 3, &s, &err),
                  &err);
        ck_assert(isnan(gs_auc_roc(&s)));
        ck_assert_int_eq(isnan(gs_auc_pr(&s)), kind != 1);
        ck_assert_int_eq(isnan(gs_best_f_of(&s, 1).f), kind != 1);
        ASSERT_OK(gs_best_event_f(&s, &best, &err), &err);
        ASSERT_OK(gs_best_adjusted_f(&s, &best, &err), &err);
        ASSERT_OK(gs_best_swept(&s, GS_SWEPT_AFFILIATION, 100, &best, &err), &err);
        ASSERT_OK(gs_vus(&s, 5, 250, &roc, &pr, &err), &err);
        ck_assert_int_eq(isnan(pr), kind != 1);
        gs_scored_release(&s);
    }
}
END_TEST

// 1,000 samples, 150 of probation, one window of 100 at 500 .. 599.
START_TEST(numenta_by_hand)
{
    static const gs_range window[] = {{500, 599}};
    static uint8_t detected[1000];
    const gs_nab_profile *p = &gs_nab_profiles[GS_NAB_STANDARD];
    memset(detected, 0, sizeof detected);
    ck_assert_double_eq(gs_nab_score(p, window, 1, detected, 1000, gs_nab_probation(1000)),
                        -1); // missed
    ck_assert_double_eq(gs_nab_normalised(p, -1, 1), 0);
    detected[10] = 1; // within the probation: nothing
    detected[500] = detected[550] = 1;
    double best = gs_nab_score(p, window, 1, detected, 1000, gs_nab_probation(1000));
    ck_assert_double_eq_tol(best, 1, 1e-15); // at the window's very first sample
    ck_assert_double_eq_tol(gs_nab_normalised(p, best, 1), 100, 1e-12);
    // without a probation the early one is a false alarm
    ck_assert_double_eq_tol(gs_nab_score(p, window, 1, detected, 1000, 0), 1 - 0.11, 1e-15);
    ck_assert_uint_eq(gs_nab_probation(1000), 150);
    ck_assert_uint_eq(gs_nab_probation(100000), 750);
    detected[500] = 0; // 50 of 100 samples are left: p = -.5
    best = gs_nab_score(p, window, 1, detected, 1000, gs_nab_probation(1000));
    ck_assert_double_eq_tol(best, (2 / (1 + exp(-2.5)) - 1) / (2 / (1 + exp(-5)) - 1), 1e-12);
    detected[300] = 1; // before any window: the full cost
    detected[698] = 1; // a width behind it, as widths are counted: p = 99 / 99
    detected[950] = 1; // more than three widths
    double all = gs_nab_score(p, window, 1, detected, 1000, gs_nab_probation(1000));
    double near = 0.11 * (2 / (1 + exp(5.0)) - 1);
    ck_assert_double_eq_tol(all, best - 0.11 + near - 0.11, 1e-12);
    // the other profiles weigh the same marks
    ck_assert_double_eq_tol(gs_nab_score(&gs_nab_profiles[GS_NAB_LOW_FP], window, 1, detected, 1000,
                                         gs_nab_probation(1000)),
                            best + 2 * (near - 0.22), 1e-12);
    memset(detected, 0, sizeof detected);
    ck_assert_double_eq(gs_nab_score(&gs_nab_profiles[GS_NAB_LOW_FN], window, 1, detected, 1000,
                                     gs_nab_probation(1000)),
                        -2);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("scores");
    TEST_CASE(suite, 60, metrics_are_those_of_others, curves_by_hand, ranges_by_hand,
              empty_and_one_sided, numenta_by_hand);
    int failed = test_run(suite);
    return failed ? failed : test_shared("data/anomaly/metrics_golden.json") ? 0 : TEST_SKIPPED;
}
