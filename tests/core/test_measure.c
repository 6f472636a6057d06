/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The cohort, the window, fairness and what else is said of jobs, worked by hand. Two nodes of two
 * GPUs, first come, first served:
 *
 *     a (ann, 2 GPUs, 100 s) comes at 0 and runs 0..100 on the first node
 *     b (bob, 2 GPUs, 200 s) comes at 0 and runs 0..200 on the second
 *     c (bob, 4 GPUs, 100 s) comes at 50 and runs 200..300 on both
 *
 * Asked for are 4 GPUs in 0..50, 8 in 50..100, 6 in 100..200 and 4 in 200..300. */
#include <math.h>
#include <stdio.h>

#include "collect.h"

#define CLUSTER                                                                                    \
    "gpusim: 1\n"                                                                                  \
    "cluster:\n"                                                                                   \
    "  nodes: [{name: n, count: 2, gpus: 2}]\n"                                                    \
    "  virtual_clusters: {%s}\n"                                                                   \
    "workload:\n"                                                                                  \
    "  - jobs:\n"                                                                                  \
    "      - {name: a, at: 0 s, duration: 100 s, gpus: 2, user: ann%s}\n"                          \
    "      - {name: b, at: 0 s, duration: 200 s, gpus: 2, user: bob%s}\n"                          \
    "      - {name: c, at: 50 s, duration: 100 s, gpus: 4, user: bob%s}\n"                         \
    "%s"

static gpusim_sim *run(const char *more, gpusim_model **model)
{
    char text[2048];
    snprintf(text, sizeof text, CLUSTER, "", "", "", "", more);
    *model = compile_text(text);
    return run_model(*model, 1, NULL);
}

static void near(double found, double expected)
{
    ck_assert_double_eq_tol(found, expected, 1e-12 * (1 + fabs(expected)));
}

START_TEST(fairness)
{
    gpusim_model *model;
    gpusim_sim *sim = run("measure: {starvation: 1}\n", &model);
    const gpusim_summary *s = gpusim_sim_summary(sim);
    ck_assert_uint_eq(s->cohort_jobs, 3);
    ck_assert_uint_eq(s->cohort_unfinished, 0);

    // mean demand over 4 GPUs: a (4 x 50 + 8 x 50) / 100 / 4, b 1200 / 200 / 4, c 1400 / 250 / 4
    const double themis[] = {100 / (100 * 1.5), 200 / (200 * 1.5), 250 / (100 * 1.4)};
    ck_assert_uint_eq(s->ftf_themis.count, 3);
    near(s->ftf_themis.mean, (themis[0] + themis[1] + themis[2]) / 3);
    near(s->ftf_themis.worst, themis[2]);
    near(s->ftf_themis.above_1, 1.0 / 3);

    // alone in two GPUs: a and b as they were; c takes twice as long and begins when b has ended,
    // 200..400
    near(s->ftf_isolated.mean, (1 + 1 + 250.0 / 350) / 3);
    near(s->ftf_isolated.worst, 1);
    near(s->ftf_isolated.above_1, 0);

    // ann is served at 100 / 100, bob at 300 / 450
    near(s->jain_users, (5.0 / 3) * (5.0 / 3) / (2 * (1 + 4.0 / 9)));
    ck_assert(isnan(s->jain_vcs));

    // one node idle, the other full in 100..200
    near(s->load_variance, 0.25 * 100 / 300);
    ck_assert_uint_eq(s->starved, 1); // c, 150 s for 100 s
    ck_assert_uint_eq(s->sizes[2].count, 3);
    near(s->sizes[2].jct_s, (100 + 200 + 250) / 3.0);
    near(s->sizes[2].wait_s, 50);
    ck_assert_uint_eq(s->sizes[1].count, 0);
    ck_assert(isnan(s->sizes[1].jct_s));
    gpusim_sim_destroy(sim);
    gpusim_model_destroy(model);
}
END_TEST

START_TEST(tenants_are_virtual_clusters_where_there_are_any)
{
    char text[2048];
    snprintf(text, sizeof text, CLUSTER, "red: {}, blue: {}", ", vc: blue", ", vc: red",
             ", vc: blue", "");
    gpusim_model *model = compile_text(text);
    gpusim_sim *sim = run_model(model, 1, NULL);
    const gpusim_summary *s = gpusim_sim_summary(sim);
    // blue: a 0..100, c 100..300 in its two GPUs
    near(s->ftf_isolated.mean, 1);
    // blue 200 / 350, red 1
    double blue = 200.0 / 350;
    near(s->jain_vcs, (1 + blue) * (1 + blue) / (2 * (1 + blue * blue)));
    gpusim_split split;
    ck_assert_int_eq(gpusim_sim_vc_split(sim, 0, &split), 1);
    const gpusim_vc_info *first = &gpusim_sim_view(sim)->vcs[0];
    int is_red = strcmp(gpusim_model_name(model, first->name), "red") == 0;
    near(split.jct_s, is_red ? 200 : 175);
    ck_assert_int_eq(gpusim_sim_vc_split(sim, 2, &split), 0);
    gpusim_sim_destroy(sim);
    gpusim_model_destroy(model);
}
END_TEST

START_TEST(a_cohort_by_number)
{
    gpusim_model *model;
    gpusim_sim *sim = run("measure: {cohort: {first: 1, last: 2}}\n", &model);
    const gpusim_summary *s = gpusim_sim_summary(sim);
    ck_assert_uint_eq(s->cohort_jobs, 2);
    ck_assert_uint_eq(s->completed, 3); // of the run
    ck_assert_uint_eq(s->jct_s.count, 2);
    near(s->jct_s.mean, 225);
    near(s->wait_s.max, 150);
    near(s->gpu_allocated_fraction, 1000.0 / 1200); // of the run
    // b and c: no less than 400 GPU-s on 4 GPUs each, one behind the other
    ck_assert_double_le(s->lower_bound_jct_s, 225);
    ck_assert_uint_eq(s->ftf_themis.count, 2);
    gpusim_sim_destroy(sim);
    gpusim_model_destroy(model);
}
END_TEST

START_TEST(a_cohort_by_time_has_a_window)
{
    gpusim_model *model;
    gpusim_sim *sim = run("measure: {cohort: {from: 50 s, to: 250 s}}\n", &model);
    const gpusim_summary *s = gpusim_sim_summary(sim);
    ck_assert_uint_eq(s->cohort_jobs, 1);
    near(s->jct_s.mean, 250);
    // 50..250: 4 GPUs for 50 s, 2 for 100 s, 4 for 50 s; a and b end; c waits for 150 s
    near(s->gpu_allocated_fraction, 600.0 / 800);
    near(s->gpu_allocated_fraction_of_up, 600.0 / 800);
    near(s->gpu_utilization, 600.0 / 800);
    near(s->goodput, 600.0 / 800);
    near(s->throughput_per_h, 2 / 200.0 * 3600);
    near(s->queue_mean, 150.0 / 200);
    near(s->load_variance, 0.25 * 100 / 200);
    near(s->sim_time_s, 300);
    gpusim_sim_destroy(sim);
    gpusim_model_destroy(model);
}
END_TEST

START_TEST(a_run_may_end_with_its_cohort)
{
    gpusim_model *model;
    gpusim_sim *sim = run("until: cohort\nmeasure: {cohort: {last: 1}}\n", &model);
    const gpusim_summary *s = gpusim_sim_summary(sim);
    near(s->sim_time_s, 200); // b has ended, c has begun
    ck_assert_uint_eq(s->unfinished, 1);
    ck_assert_uint_eq(s->cohort_unfinished, 0);
    near(s->jct_s.mean, 150);
    gpusim_sim_destroy(sim);
    gpusim_model_destroy(model);

    // by time: nobody else comes before 50 s, and a ends at 100 s, b at 200 s
    sim = run("until: cohort\nmeasure: {cohort: {to: 50 s}}\n", &model);
    near(gpusim_sim_summary(sim)->sim_time_s, 200);
    gpusim_sim_destroy(sim);
    gpusim_model_destroy(model);
}
END_TEST

static void refused(const char *more, const char *message)
{
    char text[2048];
    gpusim_error err = {0};
    gpusim_spec *spec = NULL;
    gpusim_model *model = NULL;
    snprintf(text, sizeof text, CLUSTER, "", "", "", "", more);
    ASSERT_OK(gpusim_spec_parse(text, strlen(text), "test.yaml", NULL, &spec, &err), &err);
    ck_assert_int_eq(gpusim_model_compile(spec, &model, &err), GPUSIM_SCENARIO);
    ck_assert_msg(strstr(err.message, message) != NULL, "%s", err.message);
    ck_assert_int_gt(err.line, 0);
    gpusim_spec_destroy(spec);
}

START_TEST(cohorts_that_cannot_be)
{
    refused("measure: {cohort: {from: 50 s, last: 2}}\n", "not by both");
    refused("measure: {cohort: {from: 50 s, to: 50 s}}\n", "empty");
    refused("measure: {cohort: {first: 3, last: 2}}\n", "empty");
    refused("until: cohort\n", "no end to wait for");
    refused("until: cohort\nmeasure: {cohort: {from: 50 s}}\n", "no end to wait for");
}
END_TEST

START_TEST(a_resumed_run_measures_the_same)
{
    gpusim_error err = {0};
    gpusim_model *model;
    gpusim_sim *whole = run("measure: {cohort: {from: 50 s, to: 250 s}}\n", &model), *again = NULL;
    gpusim_sim *first = NULL;
    void *bytes = NULL;
    size_t size = 0;
    ASSERT_OK(gpusim_sim_create(model, 1, &first, &err), &err);
    ASSERT_OK(gpusim_sim_run_until(first, 120 * GPUSIM_SECOND, &err), &err);
    ASSERT_OK(gpusim_sim_save(first, &bytes, &size, &err), &err);
    ASSERT_OK(gpusim_sim_create(model, 1, &again, &err), &err);
    ASSERT_OK(gpusim_sim_restore(again, bytes, size, &err), &err);
    ASSERT_OK(gpusim_sim_run_until(again, GPUSIM_TIME_MAX, &err), &err);
    const gpusim_summary *a = gpusim_sim_summary(whole), *b = gpusim_sim_summary(again);
    ck_assert_double_eq(a->load_variance, b->load_variance);
    ck_assert_double_eq(a->ftf_themis.mean, b->ftf_themis.mean);
    ck_assert_double_eq(a->gpu_allocated_fraction, b->gpu_allocated_fraction);
    gpusim_free(bytes);
    gpusim_sim_destroy(whole);
    gpusim_sim_destroy(first);
    gpusim_sim_destroy(again);
    gpusim_model_destroy(model);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("core/measure");
    TEST_CASE(suite, 20, fairness, tenants_are_virtual_clusters_where_there_are_any,
              a_cohort_by_number, a_cohort_by_time_has_a_window, a_run_may_end_with_its_cohort,
              cohorts_that_cannot_be, a_resumed_run_measures_the_same);
    return test_run(suite);
}
