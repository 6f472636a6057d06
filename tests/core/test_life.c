/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "one_run.h"
/* A job's life through the whole simulator, on clusters small enough to work out by hand. */

#define TWO_NODES                                                                                  \
    "gpusim: 1\n"                                                                                  \
    "cluster: {nodes: [{name: n, count: 2, gpus: 4, cpus: 16, memory: 64 GiB}]}\n"

static void expect(uint64_t index, double start, double end, gpusim_job_state state,
                   gpusim_job_reason reason)
{
    const gpusim_job_row *row = job_row(&rows, index);
    gpusim_time when = start < 0 ? GPUSIM_TIME_MAX : gpusim_time_from_seconds(start);
    ck_assert_msg(row->start == when, "job %d started at %g", (int)index,
                  gpusim_seconds(row->start));
    ck_assert_msg(row->end == gpusim_time_from_seconds(end), "job %d ended at %g", (int)index,
                  gpusim_seconds(row->end));
    ck_assert_int_eq(row->state, state);
    ck_assert_int_eq(row->reason, reason);
}

START_TEST(fifo_by_hand)
{
    // 8 GPUs in two nodes: the third job waits for the first, the fourth is behind it
    run(TWO_NODES "workload:\n"
                  "  - jobs:\n"
                  "      - {id: a, at: 0 s, duration: 100 s, gpus: 4}\n"
                  "      - {id: b, at: 10 s, duration: 100 s, gpus: 3}\n"
                  "      - {id: c, at: 20 s, duration: 10 s, gpus: 4}\n"
                  "      - {id: d, at: 30 s, duration: 10 s, gpus: 1}\n");
    expect(0, 0, 100, GPUSIM_JOB_COMPLETED, GPUSIM_REASON_NONE);
    expect(1, 10, 110, GPUSIM_JOB_COMPLETED, GPUSIM_REASON_NONE);
    expect(2, 100, 110, GPUSIM_JOB_COMPLETED, GPUSIM_REASON_NONE);
    expect(3, 100, 110, GPUSIM_JOB_COMPLETED, GPUSIM_REASON_NONE);
    const gpusim_summary *summary = gpusim_sim_summary(sim);
    ck_assert_double_eq(summary->makespan_s, 110);
    ck_assert_double_eq_tol(summary->wait_s.mean, (0 + 0 + 80 + 70) / 4.0, 1e-9);
    ck_assert_double_eq_tol(summary->gpu_allocated_fraction, (400.0 + 300 + 40 + 10) / (8 * 110),
                            1e-12);
    ck_assert_int_eq(rows.begun, 1);
    ck_assert_int_eq(rows.ended, 1);
    ck_assert_int_eq(rows.complete, 1);
}
END_TEST

START_TEST(zero_run_time_ends_in_the_second_batch)
{
    run(TWO_NODES "workload: [{jobs: [{id: 1, at: 5 s, duration: 0 s, gpus: 8},"
                  " {id: 2, at: 5 s, duration: 1 s, gpus: 8}]}]\n");
    expect(0, 5, 5, GPUSIM_JOB_COMPLETED, GPUSIM_REASON_NONE);
    expect(1, 5, 6, GPUSIM_JOB_COMPLETED, GPUSIM_REASON_NONE);
}
END_TEST

START_TEST(rejected_with_a_reason)
{
    run(TWO_NODES "workload:\n"
                  "  - jobs:\n"
                  "      - {id: 1, at: 1 s, duration: 1 s, gpus: 9}\n"
                  "      - {id: 2, at: 1 s, duration: 1 s, gpus: 1, cpus: 17}\n"
                  "      - {id: 3, at: 1 s, duration: 1 s, gpus: 1, memory: 65 GiB}\n"
                  "      - {id: 4, at: 1 s, duration: 1 s, gpus: 8}\n");
    expect(0, -1, 1, GPUSIM_JOB_REJECTED, GPUSIM_REASON_TOO_LARGE);
    expect(1, -1, 1, GPUSIM_JOB_REJECTED, GPUSIM_REASON_NO_CPUS);
    expect(2, -1, 1, GPUSIM_JOB_REJECTED, GPUSIM_REASON_NO_MEMORY);
    expect(3, 1, 2, GPUSIM_JOB_COMPLETED, GPUSIM_REASON_NONE);
    ck_assert_uint_eq(gpusim_sim_summary(sim)->rejected, 3);
}
END_TEST

START_TEST(gpu_memory_picks_the_group)
{
    run("gpusim: 1\n"
        "cluster:\n"
        "  physics: false\n"
        "  nodes:\n"
        "    - {name: small, gpus: 1, gpu: T4}\n"
        "    - {name: large, gpus: 1, gpu: H200}\n"
        "workload:\n"
        "  - jobs:\n"
        "      - {id: 1, at: 0 s, duration: 10 s, gpus: 1, gpu_memory: 100 GiB}\n"
        "      - {id: 2, at: 0 s, duration: 10 s, gpus: 1, gpu_memory: 200 GiB}\n");
    expect(0, 0, 10, GPUSIM_JOB_COMPLETED, GPUSIM_REASON_NONE);
    expect(1, -1, 0, GPUSIM_JOB_REJECTED, GPUSIM_REASON_NO_GPU_MEMORY);
    const gpusim_allocation_row *part =
        &GS_AT(rows.tables[GPUSIM_TABLE_ALLOCATIONS], gpusim_allocation_row, 0);
    ck_assert_uint_eq(part->node, 1);
}
END_TEST

START_TEST(walltime_kills_after_the_grace)
{
    run(TWO_NODES "limits: {grace: 5 s}\n"
                  "workload:\n"
                  "  - jobs:\n"
                  "      - {id: 1, at: 0 s, duration: 100 s, gpus: 1, walltime: 50 s}\n"
                  "      - {id: 2, at: 0 s, duration: 55 s, gpus: 1, walltime: 50 s}\n");
    expect(0, 0, 55, GPUSIM_JOB_TIMEOUT, GPUSIM_REASON_WALLTIME);
    expect(1, 0, 55, GPUSIM_JOB_COMPLETED, GPUSIM_REASON_NONE);
}
END_TEST

START_TEST(walltime_extends_when_told)
{
    run(TWO_NODES "limits: {walltime: extend}\n"
                  "workload: [{jobs: [{id: 1, at: 0 s, duration: 100 s, gpus: 1,"
                  " walltime: 50 s}]}]\n");
    expect(0, 0, 100, GPUSIM_JOB_COMPLETED, GPUSIM_REASON_NONE);
}
END_TEST

START_TEST(dependencies_wait_and_think)
{
    // b waits for a and thinks 7 s; c's own time is later than a's end, so only that counts
    run(TWO_NODES "workload:\n"
                  "  - jobs:\n"
                  "      - {id: a, at: 0 s, duration: 10 s, gpus: 1}\n"
                  "      - {id: b, at: 1 s, duration: 10 s, gpus: 1, after: a, think: 7 s}\n"
                  "      - {id: c, at: 50 s, duration: 10 s, gpus: 1, after: a}\n"
                  "      - {id: d, at: 55 s, duration: 10 s, gpus: 1, after: c}\n");
    // in order of submission: a, b, c, d
    expect(0, 0, 10, GPUSIM_JOB_COMPLETED, GPUSIM_REASON_NONE);
    expect(1, 17, 27, GPUSIM_JOB_COMPLETED, GPUSIM_REASON_NONE);
    expect(2, 50, 60, GPUSIM_JOB_COMPLETED, GPUSIM_REASON_NONE);
    expect(3, 60, 70, GPUSIM_JOB_COMPLETED, GPUSIM_REASON_NONE);
}
END_TEST

START_TEST(actions_of_the_scenario)
{
    run(TWO_NODES "scheduler: {placement: first-fit}\n"
                  "workload:\n"
                  "  - jobs:\n"
                  "      - {id: 1, name: long, at: 0 s, duration: 100 s, gpus: 4}\n"
                  "      - {id: 2, name: next, at: 0 s, duration: 20 s, gpus: 4}\n"
                  "      - {id: 3, name: queued, at: 1 s, duration: 20 s, gpus: 8}\n"
                  "      - {id: 4, name: last, at: 2 s, duration: 20 s, gpus: 4}\n"
                  "actions:\n"
                  "  - {at: 5 s, do: drain, node: n-0001}\n"
                  "  - {at: 10 s, do: cancel, job: queued}\n"
                  "  - {at: 30 s, do: cancel, job: long}\n"
                  "  - {at: 60 s, do: undrain, node: n-0001}\n");
    // node 1 is drained from 20 s on; job 4 gets node 0 when job 1 is cancelled
    expect(0, 0, 30, GPUSIM_JOB_CANCELLED, GPUSIM_REASON_USER);
    expect(1, 0, 20, GPUSIM_JOB_COMPLETED, GPUSIM_REASON_NONE);
    expect(2, -1, 10, GPUSIM_JOB_CANCELLED, GPUSIM_REASON_USER);
    expect(3, 30, 50, GPUSIM_JOB_COMPLETED, GPUSIM_REASON_NONE);
    uint32_t nodes = 0;
    const gs_array *events = &rows.tables[GPUSIM_TABLE_EVENTS];
    for (uint32_t i = 0; i < events->count; i++) {
        const gpusim_event_row *row = &GS_AT(*events, gpusim_event_row, i);
        if (row->type == GPUSIM_EVENT_NODE && row->detail == GPUSIM_NODE_DRAINED) {
            ck_assert_int_eq(row->time, 20 * GPUSIM_SECOND);
            nodes++;
        }
    }
    ck_assert_uint_eq(nodes, 1);
    ck_assert_uint_eq(rows.tables[GPUSIM_TABLE_ACTIONS].count, 3);
}
END_TEST

START_TEST(a_run_that_cannot_go_on_is_stalled)
{
    run(TWO_NODES "workload: [{jobs: [{id: 1, at: 5 s, duration: 10 s, gpus: 8}]}]\n"
                  "actions: [{at: 1 s, do: drain, node: n-0000}]\n");
    const gpusim_summary *summary = gpusim_sim_summary(sim);
    ck_assert_uint_eq(summary->stalled, 1);
    ck_assert_uint_eq(summary->unfinished, 1);
    ck_assert_str_ne(summary->stall_reason, "");
}
END_TEST

START_TEST(quotas_hold)
{
    run("gpusim: 1\n"
        "cluster:\n"
        "  nodes: [{name: n, count: 1, gpus: 8}]\n"
        "  virtual_clusters: {red: {quota: 4}, blue: {quota: 8}}\n"
        "workload:\n"
        "  - jobs:\n"
        "      - {id: 1, at: 0 s, duration: 10 s, gpus: 4, vc: red}\n"
        "      - {id: 2, at: 0 s, duration: 10 s, gpus: 4, vc: red}\n"
        "      - {id: 3, at: 0 s, duration: 10 s, gpus: 4, vc: blue}\n"
        "      - {id: 4, at: 0 s, duration: 10 s, gpus: 5, vc: red}\n");
    expect(0, 0, 10, GPUSIM_JOB_COMPLETED, GPUSIM_REASON_NONE);
    expect(1, 10, 20, GPUSIM_JOB_COMPLETED, GPUSIM_REASON_NONE);
    expect(2, 0, 10, GPUSIM_JOB_COMPLETED, GPUSIM_REASON_NONE);
    expect(3, -1, 0, GPUSIM_JOB_REJECTED, GPUSIM_REASON_OVER_QUOTA);
}
END_TEST

START_TEST(equal_tenants_go_by_name)
{
    // both are entitled to all and use nothing: blue goes first, however the scenario lists them
    run("gpusim: 1\n"
        "cluster:\n"
        "  nodes: [{name: n, count: 1, gpus: 4}]\n"
        "  virtual_clusters: {red: {quota: 4}, blue: {quota: 4}}\n"
        "workload:\n"
        "  - jobs:\n"
        "      - {id: 1, at: 0 s, duration: 10 s, gpus: 4, vc: red}\n"
        "      - {id: 2, at: 0 s, duration: 10 s, gpus: 4, vc: blue}\n");
    expect(0, 10, 20, GPUSIM_JOB_COMPLETED, GPUSIM_REASON_NONE);
    expect(1, 0, 10, GPUSIM_JOB_COMPLETED, GPUSIM_REASON_NONE);
}
END_TEST

START_TEST(a_horizon_leaves_jobs_unfinished)
{
    run(TWO_NODES "duration: 15 s\n"
                  "telemetry: {every: 5 s}\n"
                  "workload:\n"
                  "  - jobs:\n"
                  "      - {id: 1, at: 0 s, duration: 100 s, gpus: 8}\n"
                  "      - {id: 2, at: 5 s, duration: 1 s, gpus: 8}\n"
                  "      - {id: 3, at: 15 s, duration: 1 s, gpus: 8}\n"
                  "      - {id: 4, at: 16 s, duration: 1 s, gpus: 8}\n");
    const gpusim_summary *summary = gpusim_sim_summary(sim);
    ck_assert_uint_eq(summary->submitted, 3); // what happens at the horizon still happens
    ck_assert_uint_eq(summary->unfinished, 3);
    ck_assert_uint_eq(rows.samples, 3);
    ck_assert_double_eq_tol(summary->gpu_allocated_fraction, 1.0, 1e-12);
    ck_assert_double_eq_tol(summary->queue_mean, 10.0 / 15, 1e-12);
    ck_assert_int_eq(job_row(&rows, 0)->state, GPUSIM_JOB_RUNNING);
    ck_assert_int_eq(job_row(&rows, 1)->state, GPUSIM_JOB_QUEUED);
    ck_assert_int_eq(job_row(&rows, 1)->wait, 10 * GPUSIM_SECOND);
}
END_TEST

START_TEST(a_program_may_act)
{
    gpusim_error err = {0};
    model = compile_text(TWO_NODES "workload: [{jobs: [{id: 1, at: 0 s, duration: 100 s, gpus: 8},"
                                   " {id: 2, at: 1 s, duration: 10 s, gpus: 8}]}]\n");
    ASSERT_OK(gpusim_sim_create(model, 1, &sim, &err), &err);
    gpusim_observer observer = collect_observer(&rows);
    ASSERT_OK(gpusim_sim_observe(sim, &observer, &err), &err);
    ASSERT_OK(gpusim_sim_run_until(sim, 20 * GPUSIM_SECOND, &err), &err);
    ck_assert_int_eq(gpusim_sim_ended(sim), 0);
    ASSERT_OK(gpusim_sim_cancel(sim, 0, &err), &err);
    ck_assert_int_eq(gpusim_sim_cancel(sim, 0, &err), GPUSIM_ARGUMENT);
    ASSERT_OK(gpusim_sim_run_until(sim, GPUSIM_TIME_MAX, &err), &err);
    expect(0, 0, 20, GPUSIM_JOB_CANCELLED, GPUSIM_REASON_USER);
    expect(1, 20, 30, GPUSIM_JOB_COMPLETED, GPUSIM_REASON_NONE);
    ck_assert_int_eq(gpusim_sim_cancel(sim, 1, &err), GPUSIM_ARGUMENT);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("core/life");
    TCase *cases = tcase_create("all");
    tcase_add_checked_fixture(cases, NULL, teardown);
    tcase_add_test(cases, fifo_by_hand);
    tcase_add_test(cases, zero_run_time_ends_in_the_second_batch);
    tcase_add_test(cases, rejected_with_a_reason);
    tcase_add_test(cases, gpu_memory_picks_the_group);
    tcase_add_test(cases, walltime_kills_after_the_grace);
    tcase_add_test(cases, walltime_extends_when_told);
    tcase_add_test(cases, dependencies_wait_and_think);
    tcase_add_test(cases, actions_of_the_scenario);
    tcase_add_test(cases, a_run_that_cannot_go_on_is_stalled);
    tcase_add_test(cases, quotas_hold);
    tcase_add_test(cases, equal_tenants_go_by_name);
    tcase_add_test(cases, a_horizon_leaves_jobs_unfinished);
    tcase_add_test(cases, a_program_may_act);
    suite_add_tcase(suite, cases);
    return test_run(suite);
}
