/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Jobs under failure (definitions 3): what they lose, how often they are tried, who goes first. */
#include "failing.h"

static gpusim_model *model;
static gpusim_sim *sim;
static collected rows;
static gpusim_error err;

static void begin(const char *text)
{
    model = compile_text(text);
    ASSERT_OK(gpusim_sim_create(model, 1, &sim, &err), &err);
    gpusim_observer observer = collect_observer(&rows);
    ASSERT_OK(gpusim_sim_observe(sim, &observer, &err), &err);
    gpusim_sim_paranoid(sim, 1);
}

static void run_out(void)
{
    ASSERT_OK(gpusim_sim_run_until(sim, GPUSIM_TIME_MAX, &err), &err);
}

static void teardown(void)
{
    gpusim_sim_destroy(sim);
    gpusim_model_destroy(model);
    collect_release(&rows);
    memset(&rows, 0, sizeof rows);
    sim = NULL;
    model = NULL;
}

#define S   GPUSIM_SECOND
#define ONE "gpusim: 1\ncluster: {nodes: [{name: n, count: 1, gpus: 1}]}\n"

/* Without checkpoints everything is lost: 60 s, then 40 s, then 100 s to the end. */
START_TEST(all_work_is_lost)
{
    begin(ONE "workload: [{jobs: [{duration: 100 s, gpus: 1}]}]\n");
    failing_at(sim, 60, 0, GPUSIM_REASON_NODE_FAIL);
    failing_at(sim, 100, 0, GPUSIM_REASON_GPU_ERROR);
    run_out();
    const gpusim_job_row *job = job_row(&rows, 0);
    ck_assert_int_eq(job->end, 200 * S);
    ck_assert_int_eq(job->done, 100 * S);
    ck_assert_int_eq(job->redone, 100 * S);
    ck_assert_int_eq(job->slowed, 0);
    ck_assert_int_eq(job->wait, 0);
    ck_assert_uint_eq(job->failures, 2);
    ck_assert_uint_eq(job->restarts, 2);
    ck_assert_uint_eq(job->state, GPUSIM_JOB_COMPLETED);
    const gpusim_event_row *row = failing_event(&rows, GPUSIM_EVENT_FAIL, 1);
    ck_assert(row && row->time == 100 * S && row->detail == GPUSIM_REASON_GPU_ERROR);
    ck_assert_ptr_null(failing_event(&rows, GPUSIM_EVENT_FAIL, 2));
}
END_TEST

/* Checkpoints after 30 s and 60 s of work take 2 s each. At 63 s the second is being written and
 * does not count: 60 - 30 are lost. At 104 s, 9 s after the second try has written it at 93 to
 * 95 s, nothing but 9 s is. */
START_TEST(back_to_the_last_checkpoint)
{
    begin(ONE "workload: [{jobs: [{duration: 100 s, gpus: 1, "
              "profile: {checkpoint: {every: 30 s, cost: 2 s}}}]}]\n");
    failing_at(sim, 63, 0, GPUSIM_REASON_NODE_FAIL);
    ck_assert_int_eq(GS_JOB(sim, 0)->done, 30 * S);
    failing_at(sim, 104, 0, GPUSIM_REASON_NODE_FAIL);
    ck_assert_int_eq(GS_JOB(sim, 0)->done, 60 * S);
    run_out();
    const gpusim_job_row *job = job_row(&rows, 0);
    // 40 s more, and the checkpoint after 90 s
    ck_assert_int_eq(job->end, (104 + 42) * S);
    ck_assert_int_eq(job->redone, (30 + 9) * S);
    ck_assert_int_eq(job->checkpointing, (2 + 1 + 2 + 2) * S);
    ck_assert_int_eq(job->done + job->redone + job->checkpointing, job->end);
}
END_TEST

START_TEST(retries_are_used_up)
{
    begin(ONE "workload: [{jobs: [{duration: 100 s, gpus: 1, profile: {retries: 2}}]}]\n");
    failing_at(sim, 10, 0, GPUSIM_REASON_NODE_FAIL);
    failing_at(sim, 20, 0, GPUSIM_REASON_NODE_FAIL);
    failing_at(sim, 50, 0, GPUSIM_REASON_GPU_ERROR);
    run_out();
    const gpusim_job_row *job = job_row(&rows, 0);
    ck_assert_uint_eq(job->state, GPUSIM_JOB_FAILED);
    ck_assert_uint_eq(job->reason, GPUSIM_REASON_GPU_ERROR);
    ck_assert_uint_eq(job->failures, 3);
    ck_assert_int_eq(job->end, 50 * S);
    ck_assert_int_eq(job->done, 0);
    ck_assert_int_eq(job->redone, 50 * S);
    ck_assert_uint_eq(gpusim_sim_summary(sim)->failed, 1);
}
END_TEST

/* Who fails keeps the place of its submission, before those who came later. */
START_TEST(first_again_in_the_queue)
{
    begin(ONE "workload: [{jobs: [{duration: 100 s, gpus: 1}, {duration: 10 s, gpus: 1}]}]\n");
    failing_at(sim, 60, 0, GPUSIM_REASON_NODE_FAIL);
    run_out();
    ck_assert_int_eq(job_row(&rows, 0)->end, 160 * S);
    ck_assert_int_eq(job_row(&rows, 1)->start, 160 * S);
}
END_TEST

/* A log that is re-enacted goes on at once, where there is room. */
START_TEST(in_a_replay)
{
    FILE *file = fopen("core_failure.csv", "w");
    ck_assert_ptr_nonnull(file);
    fputs("id,submit_s,duration_s,gpus,start_s,nodes\n"
          "1,0,100,4,5,0\n"
          "2,0,100,4,70,0\n",
          file);
    fclose(file);
    begin("gpusim: 1\ncluster: {nodes: [{name: n, count: 1, gpus: 4}]}\n"
          "workload: [{trace: {format: csv, path: core_failure.csv}}]\nreplay: recorded\n");
    failing_at(sim, 65, 0, GPUSIM_REASON_NODE_FAIL);
    run_out();
    remove("core_failure.csv");
    ck_assert_int_eq(job_row(&rows, 0)->start, 5 * S);
    ck_assert_int_eq(job_row(&rows, 0)->end, 165 * S);
    ck_assert_int_eq(job_row(&rows, 1)->start, 165 * S);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("core/failure");
    TCase *all = tcase_create("all");
    tcase_add_checked_fixture(all, NULL, teardown);
    tcase_add_test(all, all_work_is_lost);
    tcase_add_test(all, back_to_the_last_checkpoint);
    tcase_add_test(all, retries_are_used_up);
    tcase_add_test(all, first_again_in_the_queue);
    tcase_add_test(all, in_a_replay);
    suite_add_tcase(suite, all);
    return test_run(suite);
}
