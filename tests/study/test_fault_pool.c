/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Scores against faults of several runs as one, by hand. */
#include <math.h>

#include <gpusim/gpusim.h>

#include "harness.h"

static gpusim_error err;

static gpusim_fault_score score(const char *kind, uint64_t events, uint64_t found,
                                const double *delays, uint64_t count)
{
    return (gpusim_fault_score){
        .kind = kind, .events = events, .found = found, .delays = delays, .delay_count = count};
}

START_TEST(pooled_by_hand)
{
    static const double one[] = {60, 120}, two[] = {600};
    gpusim_fault_score kinds_one[] = {score("crash", 1, 1, one, 1),
                                      score("hang", 3, 1, one + 1, 1)};
    gpusim_fault_score kinds_two[] = {score("fan", 2, 0, two, 0), score("hang", 1, 1, two, 1)};
    gpusim_fault_scores a = {.all = score(NULL, 4, 2, one, 2),
                             .kinds = kinds_one,
                             .kind_count = 2,
                             .false_alarms = 3,
                             .node_days = 10,
                             .alarmed_share = 0.1};
    gpusim_fault_scores b = {.all = score(NULL, 3, 1, two, 1),
                             .kinds = kinds_two,
                             .kind_count = 2,
                             .false_alarms = 1,
                             .node_days = 30,
                             .alarmed_share = 0.3};
    const gpusim_fault_scores *both[] = {&a, &b};
    gpusim_fault_scores *pooled;
    a.all.already = 1;
    ASSERT_OK(gpusim_fault_scores_pool(both, 2, 1, &pooled, &err), &err);
    ck_assert_uint_eq(pooled->all.events, 7);
    ck_assert_uint_eq(pooled->all.found, 3);
    ck_assert_uint_eq(pooled->all.already, 1);
    ck_assert_double_eq(pooled->all.delay_p50_s, 120);
    // resamples are of one run alone, 2 of 4 or 1 of 3, or of both, 3 of 7
    ck_assert_double_eq_tol(pooled->all.found_low, 1.0 / 3, 1e-12);
    ck_assert_double_eq_tol(pooled->all.found_high, 0.5, 1e-12);
    ck_assert_uint_eq(pooled->kind_count, 3);
    ck_assert_str_eq(pooled->kinds[0].kind, "crash");
    ck_assert_str_eq(pooled->kinds[1].kind, "fan");
    ck_assert_str_eq(pooled->kinds[2].kind, "hang");
    ck_assert_uint_eq(pooled->kinds[2].events, 4);
    ck_assert_uint_eq(pooled->kinds[2].found, 2);
    ck_assert_double_eq(pooled->kinds[2].delay_p50_s, 360);
    // who has no crash says nothing of how many of them are found
    ck_assert_double_eq(pooled->kinds[0].found_low, 1);
    ck_assert_double_eq(pooled->kinds[1].found_high, 0);
    ck_assert(isnan(pooled->kinds[1].delay_p50_s));
    ck_assert_uint_eq(pooled->false_alarms, 4);
    ck_assert_double_eq(pooled->false_alarms_per_node_day, 0.1);
    ck_assert_double_eq_tol(pooled->alarmed_share, (0.1 * 10 + 0.3 * 30) / 40, 1e-12);
    // Garwood's of 4: chi-square quantiles 2.17973 and 20.48318 over twice the node-days
    ck_assert_double_eq_tol(pooled->rate_low, 2.17973 / 80, 1e-6);
    ck_assert_double_eq_tol(pooled->rate_high, 20.48318 / 80, 1e-6);
    gpusim_fault_scores_destroy(pooled);
    // one run has no interval
    ASSERT_OK(gpusim_fault_scores_pool(both, 1, 1, &pooled, &err), &err);
    ck_assert_uint_eq(pooled->all.events, 4);
    ck_assert(isnan(pooled->all.found_low));
    gpusim_fault_scores_destroy(pooled);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("fault pool");
    TEST_CASE(suite, 30, pooled_by_hand);
    return test_run(suite);
}
