/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Logs drawn anew: what stays of a user's jobs, what changes with the seed, and that schedulers get
 * the same. */
#include <stdio.h>

#include "collect.h"

#define PERIOD (100 * GPUSIM_SECOND)

/* Three users in a log of four weeks of 100 s: ann has a job in each week, 5 s after it begins; bob
 * two in the second, 10 and 20 s in; eve one in the third and the fourth, 50 s in. */
static const char jobs[] = "gpusim: 1\n"
                           "cluster: {nodes: [{name: n, gpus: 8}]}\n"
                           "resample: {period: 100 s}\n"
                           "workload:\n"
                           "  - jobs:\n"
                           "      - {at: 5 s, duration: 1 s, gpus: 1, user: ann}\n"
                           "      - {at: 105 s, duration: 2 s, gpus: 1, user: ann}\n"
                           "      - {at: 205 s, duration: 3 s, gpus: 1, user: ann}\n"
                           "      - {at: 305 s, duration: 4 s, gpus: 1, user: ann}\n"
                           "      - {at: 110 s, duration: 5 s, gpus: 2, user: bob}\n"
                           "      - {at: 120 s, duration: 6 s, gpus: 2, user: bob}\n"
                           "      - {at: 250 s, duration: 7 s, gpus: 4, user: eve}\n"
                           "      - {at: 350 s, duration: 8 s, gpus: 4, user: eve}\n";

static collected run(const char *scheduler, uint64_t seed)
{
    char text[2048];
    collected rows = {0};
    snprintf(text, sizeof text, "%sscheduler: {order: %s}\n", jobs, scheduler);
    gpusim_model *model = compile_text(text);
    gpusim_sim *sim = run_model(model, seed, &rows);
    gpusim_sim_destroy(sim);
    gpusim_model_destroy(model);
    return rows;
}

START_TEST(users_keep_their_weeks)
{
    uint32_t turned = 0;
    uint64_t all = 0;
    for (uint64_t seed = 1; seed <= 200; seed++) {
        collected rows = run("fifo", seed);
        const gs_array *found = &rows.tables[GPUSIM_TABLE_JOBS];
        uint32_t of_kind[9] = {0};
        for (uint32_t i = 0; i < found->count; i++) {
            const gpusim_job_row *job = &GS_AT(*found, gpusim_job_row, i);
            static const int offsets[] = {0, 5, 5, 5, 5, 10, 20, 50, 50};
            int kind = (int)(job->duration / GPUSIM_SECOND);
            ck_assert_int_eq(job->submit % PERIOD, offsets[kind] * GPUSIM_SECOND);
            ck_assert_int_lt(job->submit, 4 * PERIOD);
            of_kind[kind]++;
            turned += kind == 5 && job->submit / PERIOD != 1;
        }
        // whole users: as often one of their jobs as any other
        ck_assert(of_kind[1] == of_kind[2] && of_kind[2] == of_kind[3] && of_kind[3] == of_kind[4]);
        ck_assert_uint_eq(of_kind[5], of_kind[6]);
        ck_assert_uint_eq(of_kind[7], of_kind[8]);
        ck_assert_uint_eq(of_kind[1] + of_kind[5] + of_kind[7], 3); // users
        all += found->count;
        collect_release(&rows);
    }
    ck_assert_uint_gt(turned, 0);
    // as many jobs as there are, on average: 8; a user's number has variance 8 / 9, three of them
    double mean = (double)all / 200;
    ck_assert_double_eq_tol(mean, 8, 4 * 1.63 / 14.1);
}
END_TEST

START_TEST(schedulers_get_the_same_and_seeds_do_not)
{
    collected one = run("fifo", 7), two = run("sjf", 7), three = run("fifo", 8);
    const gs_array *a = &one.tables[GPUSIM_TABLE_JOBS], *b = &two.tables[GPUSIM_TABLE_JOBS];
    ck_assert_uint_eq(a->count, b->count);
    for (uint32_t i = 0; i < a->count; i++) {
        ck_assert_int_eq(job_row(&one, i)->submit, job_row(&two, i)->submit);
        ck_assert_int_eq(job_row(&one, i)->duration, job_row(&two, i)->duration);
    }
    int differs = a->count != three.tables[GPUSIM_TABLE_JOBS].count;
    for (uint32_t i = 0; i < a->count && !differs; i++) {
        differs = job_row(&one, i)->submit != job_row(&three, i)->submit;
    }
    ck_assert_int_eq(differs, 1);
    collect_release(&one);
    collect_release(&two);
    collect_release(&three);
}
END_TEST

static void refused(const char *text, const char *message)
{
    gpusim_error err = {0};
    gpusim_spec *spec = NULL;
    gpusim_model *model = NULL;
    ASSERT_OK(gpusim_spec_parse(text, strlen(text), "test.yaml", NULL, &spec, &err), &err);
    ck_assert_int_eq(gpusim_model_compile(spec, &model, &err), GPUSIM_SCENARIO);
    ck_assert_msg(strstr(err.message, message) != NULL, "%s", err.message);
    ck_assert_str_eq(err.key, "resample");
    gpusim_spec_destroy(spec);
}

START_TEST(logs_that_cannot_be_drawn)
{
    refused("gpusim: 1\ncluster: {nodes: [{name: n, gpus: 8}]}\nduration: 1 h\nresample: {}\n"
            "workload: [{synthetic: {arrivals: {process: poisson, rate: 1/h}, gpus: 1, "
            "duration: 1 h}}]\n",
            "no log");
    refused("gpusim: 1\ncluster: {nodes: [{name: n, gpus: 8}]}\nresample: {}\n"
            "workload: [{jobs: [{name: a, at: 0 s, duration: 1 s, gpus: 1}, "
            "{name: b, at: 0 s, duration: 1 s, gpus: 1, after: a}]}]\n",
            "wait for others");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("core/resample");
    TEST_CASE(suite, 30, users_keep_their_weeks, schedulers_get_the_same_and_seeds_do_not,
              logs_that_cannot_be_drawn);
    return test_run(suite);
}
