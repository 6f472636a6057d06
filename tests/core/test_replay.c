/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `replay: recorded`: jobs start when and where a log says, and wait where that cannot be. */
#include "collect.h"

static gpusim_model *model;
static gpusim_sim *sim;
static collected rows;

static void replay(const char *log, const char *more)
{
    char text[1024];
    FILE *file = fopen("core_replay.csv", "w");
    ck_assert_ptr_nonnull(file);
    fputs(log, file);
    fclose(file);
    snprintf(text, sizeof text,
             "gpusim: 1\n"
             "cluster: {nodes: [{name: n, count: 3, gpus: 4}]}\n"
             "workload: [{trace: {format: csv, path: core_replay.csv}}]\n"
             "replay: recorded\n%s",
             more);
    model = compile_text(text);
    sim = run_model(model, 1, &rows);
}

static void teardown(void)
{
    gpusim_sim_destroy(sim);
    gpusim_model_destroy(model);
    collect_release(&rows);
    memset(&rows, 0, sizeof rows);
    sim = NULL;
    model = NULL;
    remove("core_replay.csv");
}

static void expect(uint64_t index, int start, int end, gpusim_job_state state)
{
    const gpusim_job_row *row = job_row(&rows, index);
    ck_assert_int_eq(row->start, start * GPUSIM_SECOND);
    ck_assert_int_eq(row->end, end * GPUSIM_SECOND);
    ck_assert_int_eq(row->state, state);
}

static uint32_t node_of(uint64_t job)
{
    const gs_array *parts = &rows.tables[GPUSIM_TABLE_ALLOCATIONS];
    for (uint32_t i = 0; i < parts->count; i++) {
        const gpusim_allocation_row *row = &GS_AT(*parts, gpusim_allocation_row, i);
        if (row->job == job) {
            return row->node;
        }
    }
    return GPUSIM_NONE;
}

START_TEST(as_recorded)
{
    // job 2 takes what job 1 leaves at that very instant; job 3 overtakes job 2
    replay("id,submit_s,duration_s,gpus,start_s,nodes\n"
           "1,0,50,12,10,0 1 2\n"
           "2,1,10,4,60,2\n"
           "3,2,5,2,60,1\n"
           "4,70,0,1,71,1\n",
           "");
    expect(0, 10, 60, GPUSIM_JOB_COMPLETED);
    expect(1, 60, 70, GPUSIM_JOB_COMPLETED);
    expect(2, 60, 65, GPUSIM_JOB_COMPLETED);
    expect(3, 71, 71, GPUSIM_JOB_COMPLETED);
    ck_assert_uint_eq(node_of(1), 2);
    ck_assert_uint_eq(node_of(2), 1);
    ck_assert_uint_eq(gpusim_sim_summary(sim)->refused, 0);
    ck_assert_uint_eq(gpusim_sim_summary(sim)->oracle, 0);
}
END_TEST

START_TEST(what_cannot_be_waits)
{
    // more than there is: 3 and 4 wait in order of their recorded starts; 4 fits first. A node that
    // does not exist is no reason not to run.
    replay("id,submit_s,duration_s,gpus,start_s,nodes\n"
           "1,0,50,8,0,0 1\n"
           "2,0,20,3,0,7\n"
           "3,1,10,8,5,0 1\n"
           "4,1,10,3,6,1\n",
           "");
    expect(0, 0, 50, GPUSIM_JOB_COMPLETED);
    expect(1, 0, 20, GPUSIM_JOB_COMPLETED);
    expect(2, 50, 60, GPUSIM_JOB_COMPLETED);
    expect(3, 20, 30, GPUSIM_JOB_COMPLETED);
    ck_assert_uint_eq(node_of(1), 2);
    ck_assert_uint_eq(gpusim_sim_summary(sim)->refused, 2);
}
END_TEST

START_TEST(cancelled_while_late)
{
    // the slot of a late job that is cancelled serves another one, which starts once
    replay("id,submit_s,duration_s,gpus,start_s\n"
           "1,0,50,12,0\n"
           "2,1,10,4,2\n"
           "3,20,10,4,21\n",
           "actions: [{at: 10 s, do: cancel, job: core_replay/2}]\n");
    ck_assert_int_eq(job_row(&rows, 1)->state, GPUSIM_JOB_CANCELLED);
    ck_assert_int_eq(job_row(&rows, 1)->end, 10 * GPUSIM_SECOND);
    expect(2, 50, 60, GPUSIM_JOB_COMPLETED);
}
END_TEST

START_TEST(saved_with_jobs_that_are_late)
{
    gpusim_error err = {0};
    void *bytes = NULL;
    size_t size = 0;
    char one[33], two[33];
    gpusim_sim *other = NULL;
    replay("id,submit_s,duration_s,gpus,start_s\n"
           "1,0,50,12,0\n"
           "2,1,10,8,2\n"
           "3,1,10,8,3\n",
           "");
    ASSERT_OK(gpusim_sim_create(model, 1, &other, &err), &err);
    ASSERT_OK(gpusim_sim_run_until(other, 10 * GPUSIM_SECOND, &err), &err);
    ASSERT_OK(gpusim_sim_save(other, &bytes, &size, &err), &err);
    gpusim_sim_destroy(other);
    ASSERT_OK(gpusim_sim_create(model, 1, &other, &err), &err);
    ASSERT_OK(gpusim_sim_restore(other, bytes, size, &err), &err);
    gpusim_free(bytes);
    ASSERT_OK(gpusim_sim_run_until(other, GPUSIM_TIME_MAX, &err), &err);
    ASSERT_OK(gpusim_sim_hash(sim, one, &err), &err);
    ASSERT_OK(gpusim_sim_hash(other, two, &err), &err);
    ck_assert_str_eq(one, two);
    expect(2, 60, 70, GPUSIM_JOB_COMPLETED);
    gpusim_sim_destroy(other);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("core/replay");
    TCase *cases = tcase_create("all");
    tcase_add_checked_fixture(cases, NULL, teardown);
    tcase_add_test(cases, as_recorded);
    tcase_add_test(cases, what_cannot_be_waits);
    tcase_add_test(cases, cancelled_while_late);
    tcase_add_test(cases, saved_with_jobs_that_are_late);
    suite_add_tcase(suite, cases);
    return test_run(suite);
}
