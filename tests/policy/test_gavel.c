/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Shares of GPUs of several models: linear programs solved by hand, and the shares that rounds come
 * to. */
#include "../schedulers/share_lp.h"

#include "core/one_run.h"

/* One GPU of V and one of K, T = (4, 1) for A and (1, 1) for B and C. The target is what half of
 * each GPU does: 2.5, 1, 1. A has a of V; B and C share the rest, 2 - a in all:
 *     4 a / 2.5 = (2 - a) / 2, so a = 1 / 2.1 and t = 1.6 / 2.1. */
START_TEST(max_min_by_hand)
{
    gs_share_sort sorts[] = {{.jobs = 1, .gpus = 1, .target = 2.5, .rate = {4, 1}},
                             {.jobs = 2, .gpus = 1, .target = 1, .rate = {1, 1}}};
    const double capacity[] = {1, 1};
    gpusim_error err = {0};
    double t = 0;
    ASSERT_OK(gs_share_solve(sorts, 2, capacity, 2, &t, &err), &err);
    ck_assert_double_eq_tol(t, 1.6 / 2.1, 1e-8);
    ck_assert_double_eq_tol(sorts[0].share[0], 1 / 2.1, 1e-6);
    ck_assert_double_eq_tol(sorts[0].share[1], 0, 1e-6);
    ck_assert_double_eq_tol(sorts[1].share[0] + sorts[1].share[1], (2 - 1 / 2.1) / 2, 1e-6);
}
END_TEST

/* The same GPUs; B alone is worst off whatever happens: t = 1. What is left of V goes to A all the
 * same. */
START_TEST(the_rest_is_used)
{
    gs_share_sort sorts[] = {{.jobs = 1, .gpus = 1, .target = 2.5, .rate = {4, 1}},
                             {.jobs = 1, .gpus = 1, .target = 1, .rate = {1, 1}}};
    const double capacity[] = {1, 1};
    gpusim_error err = {0};
    double t = 0;
    ASSERT_OK(gs_share_solve(sorts, 2, capacity, 2, &t, &err), &err);
    ck_assert_double_eq_tol(t, 1, 1e-8);
    ck_assert_double_eq_tol(sorts[0].share[0], 1, 1e-6);
    ck_assert_double_eq_tol(sorts[1].share[1], 1, 1e-6);
}
END_TEST

/* Two jobs of 2 GPUs that may use the 2 of one type alone, half the time each; a third job that may
 * use the other type alone has all of it. */
START_TEST(gangs_and_forbidden_types)
{
    gs_share_sort sorts[] = {{.jobs = 2, .gpus = 2, .target = 1, .rate = {1, 0}},
                             {.jobs = 1, .gpus = 1, .target = 1, .rate = {0, 3}}};
    const double capacity[] = {2, 1};
    gpusim_error err = {0};
    double t = 0;
    ASSERT_OK(gs_share_solve(sorts, 2, capacity, 2, &t, &err), &err);
    ck_assert_double_eq_tol(t, 0.5, 1e-8);
    ck_assert_double_eq_tol(sorts[0].share[0], 0.5, 1e-6);
    ck_assert_double_eq(sorts[0].share[1], 0);
    ck_assert_double_eq_tol(sorts[1].share[1], 1, 1e-6);
}
END_TEST

#define THREE_JOBS                                                                                 \
    "gpusim: 1\nuntil: drained\ncluster:\n  physics: false\n"                                      \
    "  throughput: {rates: {a: {V100-SXM2-16GB: 4, T4: 1}}}\n"                                     \
    "  nodes: [{name: t, gpus: 1, gpu: T4}, {name: v, gpus: 1, gpu: V100-SXM2-16GB}]\n"            \
    "scheduler: {module: %s, memory: 50%s}\n"                                                      \
    "workload: [{jobs: [{duration: 10000 min, gpus: 1, kind: a}, {duration: %d min, gpus: 1},"     \
    " {duration: %d min, gpus: 1}]}]\n"

/* Rounds give a 1 / 2.1 of V (above). Who knows nothing of models gives each of three jobs two
 * thirds of a GPU. */
START_TEST(rounds_come_to_the_shares)
{
    char text[1000];
    snprintf(text, sizeof text, THREE_JOBS, "gavel-max-min", _i ? ", aware: false" : "", 9000,
             9000);
    model = compile_text(text);
    gpusim_error err = {0};
    ASSERT_OK(gpusim_sim_create(model, 1, &sim, &err), &err);
    ASSERT_OK(gpusim_sim_run_until(sim, 4000 * GPUSIM_MINUTE, &err), &err);
    double attained[3];
    for (uint32_t slot = 0; slot < 3; slot++) {
        attained[slot] = gpusim_seconds(gpusim_view_attained(&sim->view, GS_JOB(sim, slot)));
    }
    const double a = _i ? 2 / 3. : 1 / 2.1;
    ck_assert_double_eq_tol(attained[0] / 240000, a, 0.01);
    ck_assert_double_eq_tol(attained[1] / 240000, 1 - a / 2, 0.01);
    ck_assert_double_eq_tol(attained[2] / 240000, 1 - a / 2, 0.01);
}
END_TEST

/* 10,000 min of a at rate 4 need V for 2500 min, the 2 x 2500 min of the others a GPU each for 5000
 * in all: with both GPUs always busy, 7500 / 2. Rounds may cost one or two. */
START_TEST(makespan_by_hand)
{
    char text[1000];
    snprintf(text, sizeof text, THREE_JOBS, "gavel-makespan", "", 2500, 2500);
    model = compile_text(text);
    sim = run_model(model, 1, &rows);
    const gpusim_summary *summary = gpusim_sim_summary(sim);
    ck_assert_double_ge(summary->makespan_s, 3750 * 60);
    ck_assert_double_le(summary->makespan_s, (3750 + 12) * 60);
}
END_TEST

int main(void)
{
    if (!gs_share_solver()) {
        printf("skipped: built without GLPK\n");
        return 77;
    }
    Suite *suite = suite_create("policy/gavel");
    TCase *cases = tcase_create("all");
    tcase_add_checked_fixture(cases, NULL, teardown);
    tcase_set_timeout(cases, 60);
    tcase_add_test(cases, max_min_by_hand);
    tcase_add_test(cases, the_rest_is_used);
    tcase_add_test(cases, gangs_and_forbidden_types);
    tcase_add_loop_test(cases, rounds_come_to_the_shares, 0, 2);
    tcase_add_test(cases, makespan_by_hand);
    suite_add_tcase(suite, cases);
    return test_run(suite);
}
