/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How often clusters fail, through whole runs: mean time between failures of a job on so many nodes
 * (Kokolis et al. 2024), and the interruptions of Llama 3 405B's training with their causes. */
#include <math.h>

#include <gsl/gsl_cdf.h>

#include "core/collect.h"
#include "core/model.h"

static collected rows;
static gpusim_model *model;
static gpusim_sim *sim;

static const gpusim_summary *run(uint64_t seed, int keep)
{
    gpusim_error err = {0};
    ASSERT_OK(gpusim_sim_create(model, seed, &sim, &err), &err);
    if (keep) {
        gpusim_observer observer = collect_observer(&rows);
        ASSERT_OK(gpusim_sim_observe(sim, &observer, &err), &err);
    }
    ASSERT_OK(gpusim_sim_run_until(sim, GPUSIM_TIME_MAX, &err), &err);
    return gpusim_sim_summary(sim);
}

static void end_run(void)
{
    gpusim_sim_destroy(sim);
    collect_release(&rows);
    memset(&rows, 0, sizeof rows);
    sim = NULL;
}

static void teardown(void)
{
    end_run();
    gpusim_model_destroy(model);
    model = NULL;
}

// a mean of so many exponential gaps is within three standard errors, and within 2%
static void ck_mttf(const char *what, uint64_t failures, double hours, double expected)
{
    double mttf = hours / (double)failures;
    printf("%s: %.4f h from %llu failures, %.4f by the rate\n", what, mttf,
           (unsigned long long)failures, expected);
    ck_assert_uint_ge(failures, 10000);
    ck_assert_double_le(fabs(mttf / expected - 1), fmin(0.02, 3 / sqrt((double)failures)));
}

#define NODES(count) "gpusim: 1\ncluster: {nodes: [{name: n, count: " #count ", gpus: 8}]}\n"
#define EVERY        "every: {exponential: {mean: 153.84615384615384 d}}" /* 6.5 in 1,000 node-days */

/* A job on all of 2,048 nodes fails with each of them. */
START_TEST(a_job_of_16384_gpus)
{
    model =
        compile_text(NODES(2048) "duration: 840 d\n"
                                 "workload: [{jobs: [{duration: 2000 d, gpus: 16384}]}]\n"
                                 "chaos: [{fault: job-crash, target: {each: node}, " EVERY "}]\n");
    const gpusim_summary *summary = run(1, 0);
    ck_assert_uint_eq(summary->failures, summary->faults);
    ck_mttf("16,384 GPUs", summary->failures, 840 * 24, 1.803);
}
END_TEST

START_TEST(nodes_of_131072_gpus)
{
    model =
        compile_text(NODES(16384) "duration: 105 d\n"
                                  "workload: [{jobs: [{duration: 1 s, gpus: 1}]}]\n"
                                  "chaos: [{fault: job-crash, target: {each: node}, " EVERY "}]\n");
    ck_mttf("131,072 GPUs", run(2, 0)->faults, 105 * 24, 24 / (16384 * 6.5e-3));
}
END_TEST

// the counts of the paper's table, whose sum is 419
static const double counted[18] = {148, 72, 54, 35, 32, 19, 17, 7, 7, 6, 6, 3, 3, 2, 2, 2, 2, 2};

/* 54 days of 2,048 nodes, twenty times over. What is down is struck by nothing: by far less than a
 * standard error of the counts. */
START_TEST(llama3)
{
    enum { SEEDS = 20 };
    uint64_t counts[18] = {0}, all = 0;
    double scatter = 0, causes = 0;
    model = compile_text(NODES(2048) "duration: 54 d\n"
                                     "workload: [{jobs: [{duration: 2000 d, gpus: 16384}]}]\n"
                                     "chaos: [{fault: llama3}]\n");
    ck_assert_uint_eq(model->chaos.count, 18);
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        (void)run(seed, 1);
        const gs_array *faults = &rows.tables[GPUSIM_TABLE_FAULTS];
        for (uint32_t i = 0; i < faults->count; i++) {
            const char *rule = gpusim_model_name(model, GS_AT(*faults, gpusim_fault_row, i).rule);
            uint32_t cause = 0;
            while (cause < 18 && strcmp(model->chaos.rules[cause].name, rule) != 0) {
                cause++;
            }
            ck_assert_uint_lt(cause, 18);
            counts[cause]++;
        }
        all += faults->count;
        scatter += (faults->count - 419.0) * (faults->count - 419.0) / 419;
        end_run();
    }
    printf("llama3: %.1f interruptions in 54 days, mean of %d runs; 419 were counted\n",
           (double)all / SEEDS, SEEDS);
    ck_assert_double_le(fabs((double)all - SEEDS * 419.0), 3 * sqrt(SEEDS * 419.0));

    // cells are Poisson: as many degrees of freedom as cells
    for (uint32_t i = 0; i < 18; i++) {
        double expected = SEEDS * counted[i];
        causes += ((double)counts[i] - expected) * ((double)counts[i] - expected) / expected;
    }
    ck_assert_double_ge(gsl_cdf_chisq_Q(causes, 18), 0.001);
    ck_assert_double_ge(gsl_cdf_chisq_P(causes, 18), 0.001);
    ck_assert_double_ge(gsl_cdf_chisq_Q(scatter, SEEDS), 0.001);
    ck_assert_double_ge(gsl_cdf_chisq_P(scatter, SEEDS), 0.001);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("validation/fault_rates");
    TCase *cases = tcase_create("all");
    tcase_set_timeout(cases, 200);
    tcase_add_checked_fixture(cases, NULL, teardown);
    tcase_add_test(cases, a_job_of_16384_gpus);
    tcase_add_test(cases, nodes_of_131072_gpus);
    tcase_add_test(cases, llama3);
    suite_add_tcase(suite, cases);
    return test_run(suite);
}
