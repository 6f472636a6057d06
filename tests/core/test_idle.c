/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What nobody uses costs nothing: a year of a large idle cluster with power and heat is no event,
 * and its energy is what it draws times a year. */
#include "collect.h"

#define IDLE(nodes, duration, further)                                                             \
    "gpusim: 1\n"                                                                                  \
    "duration: " duration "\n"                                                                     \
    "cluster:\n"                                                                                   \
    "  nodes: [{name: n, count: " nodes ", per_rack: 8, gpu: H100-SXM5-80GB, gpus: 8}]\n"          \
    "  power: {pue: 1.25}\n" further

static gpusim_summary run(const char *text)
{
    gpusim_error err = {0};
    gpusim_sim *sim = NULL;
    gpusim_model *model = compile_text(text);
    ASSERT_OK(gpusim_sim_create(model, 1, &sim, &err), &err);
    ASSERT_OK(gpusim_sim_run_until(sim, GPUSIM_TIME_MAX, &err), &err);
    gpusim_summary summary = *gpusim_sim_summary(sim);
    gpusim_sim_destroy(sim);
    gpusim_model_destroy(model);
    return summary;
}

START_TEST(a_year)
{
    gpusim_summary year = run(IDLE("1000", "365 d", "workload: []\n"));
    ck_assert_uint_eq(year.events, 0);
    ck_assert_uint_eq(year.passes, 0);

    // 72 W each, as the catalogue has it
    double joules = 8000 * 72.0 * 365 * 86400;
    ck_assert_double_eq_tol(year.energy_gpu_j, joules, 1e-9 * joules);
    ck_assert_double_eq_tol(year.energy_facility_j, 1.25 * joules, 1e-9 * joules);
}
END_TEST

// one job's events are its own: idle nodes beside it add none, but for those of its rack
START_TEST(beside_a_job)
{
#define JOB "workload: [{jobs: [{at: 1 h, duration: 10 h, gpus: 8}]}]\n"
    gpusim_summary few = run(IDLE("8", "30 d", JOB));
    gpusim_summary many = run(IDLE("1000", "30 d", JOB));
    ck_assert_uint_gt(few.events, 2);
    ck_assert_uint_eq(many.events, few.events);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("core/idle");
    TCase *cases = tcase_create("all");
    tcase_add_test(cases, a_year);
    tcase_add_test(cases, beside_a_job);
    suite_add_tcase(suite, cases);
    return test_run(suite);
}
