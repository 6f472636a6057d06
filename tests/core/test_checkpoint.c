/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Checkpoints (definitions 3): when they are written, for how long they block, what they keep; and
 * who shares the storage. */
#include "placed_run.h"

#define S       GPUSIM_SECOND
#define CLUSTER "gpusim: 1\ncluster: {nodes: [{name: n, count: 2, gpus: 2}]}\n"
#define CLUSTER_OF(GB_S)                                                                           \
    "gpusim: 1\ncluster: {nodes: [{name: n, count: 2, gpus: 2}], "                                 \
    "network: {storage: " GB_S "}}\n"
#define EACH_ON_ITS_NODE                                                                           \
    (const placed[])                                                                               \
    {                                                                                              \
        {0, 0, "0"}, {1, 0, "1"},                                                                  \
        {                                                                                          \
            .at = -1                                                                               \
        }                                                                                          \
    }

/* The k-th event of a kind, of any job. */
static const gpusim_event_row *event(gpusim_event_type type, uint32_t k)
{
    const gs_array *events = &rows.tables[GPUSIM_TABLE_EVENTS];
    for (uint32_t i = 0; i < events->count; i++) {
        const gpusim_event_row *row = &GS_AT(*events, gpusim_event_row, i);
        if (row->type == type && k-- == 0) {
            return row;
        }
    }
    return NULL;
}

static void written(uint32_t k, double from, double to, gpusim_time work)
{
    const gpusim_event_row *start = event(GPUSIM_EVENT_CHECKPOINT, k);
    const gpusim_event_row *end = event(GPUSIM_EVENT_CHECKPOINTED, k);
    ck_assert(start && end);
    ck_assert_int_eq(start->time, gpusim_time_from_seconds(from));
    ck_assert_int_eq(end->time, gpusim_time_from_seconds(to));
    ck_assert_int_eq(start->detail, work);
    ck_assert_int_eq(end->detail, work);
}

// after every 30 s of work, 2 s each; at the end there is nothing left to save
START_TEST(after_useful_work_and_not_at_the_end)
{
    begin(CLUSTER
          "workload: [{jobs: [{duration: 90 s, profile: {checkpoint: {every: 30 s, cost: 2 s}}},"
          " {duration: 100 s, profile: {checkpoint: {every: 30 s, cost: 2 s}}}]}]\n",
          EACH_ON_ITS_NODE);
    run_to(31);
    const gpusim_view *view = gpusim_sim_view(sim);
    ck_assert(view->jobs[0].rate == 0);
    ck_assert_int_eq(view->jobs[0].done, 30 * S);
    ck_assert_int_eq(gpusim_view_attained(view, &view->jobs[0]), 31 * S);
    ck_assert_int_eq(gpusim_view_remaining(view, &view->jobs[0]), 60 * S);
    run_out();
    ck_assert_int_eq(job_row(&rows, 0)->end, 94 * S);
    ck_assert_int_eq(job_row(&rows, 1)->end, 106 * S);
    written(0, 30, 32, 30 * S); // of job 0
    written(1, 30, 32, 30 * S); // of job 1
    written(2, 62, 64, 60 * S);
    written(3, 62, 64, 60 * S);
    written(4, 94, 96, 90 * S);
    ck_assert_ptr_null(event(GPUSIM_EVENT_CHECKPOINT, 5));
    ck_assert_int_eq(job_row(&rows, 1)->done, 100 * S);
    ck_assert_int_eq(job_row(&rows, 1)->checkpointing, 6 * S);
    ck_assert_int_eq(job_row(&rows, 1)->slowed, 0);
    ck_assert(gpusim_sim_summary(sim)->checkpoint_lost_gpu_s == 4 + 6);
    ck_assert(gpusim_sim_summary(sim)->slowdown_lost_gpu_s == 0);
}
END_TEST

/* 100 GB at 10 GB/s. Job 0 writes alone from 30 to 35 s, half of it, then both at 5 GB/s until 45,
 * when job 1 has half of its own and the storage for itself until 50. */
START_TEST(two_that_write_share_the_storage)
{
    begin(
        CLUSTER_OF(
            "10 GB/s") "workload: [{jobs: ["
                       "{duration: 40 s, profile: {checkpoint: {every: 30 s, size: 100 GB}}},"
                       " {duration: 40 s, profile: {checkpoint: {every: 35 s, size: 100 GB}}}]}]\n",
        EACH_ON_ITS_NODE);
    run_out();
    written(0, 30, 45, 30 * S);
    written(1, 35, 50, 35 * S);
    ck_assert_int_eq(job_row(&rows, 0)->end, 55 * S);
    ck_assert_int_eq(job_row(&rows, 1)->end, 55 * S);
}
END_TEST

// the cost is the least that it takes, the storage may make it more
START_TEST(cost_or_size_whichever_takes_longer)
{
    begin(CLUSTER_OF("10 GB/s") "workload: [{jobs: ["
                                "{duration: 40 s, profile: {checkpoint: {every: 30 s, size: 100 "
                                "GB, cost: 12 s}}},"
                                " {at: 1 h, duration: 40 s, profile: {checkpoint: {every: 30 s, "
                                "size: 100 GB, cost: 8 s}}}"
                                "]}]\n",
          EACH_ON_ITS_NODE);
    run_out();
    ck_assert_int_eq(job_row(&rows, 0)->end - job_row(&rows, 0)->start, 52 * S);
    ck_assert_int_eq(job_row(&rows, 1)->end - job_row(&rows, 1)->start, 50 * S);
}
END_TEST

// without a limit of the storage a checkpoint without cost is there at once, at the same instant
START_TEST(one_that_costs_nothing)
{
    begin(CLUSTER "workload: [{jobs: [{duration: 40 s, profile: {checkpoint: {every: 30 s,"
                  " size: 1 TB}}}]}]\n",
          (const placed[]){{0, 0, "0"}, {.at = -1}});
    run_out();
    written(0, 30, 30, 30 * S);
    ck_assert_int_eq(job_row(&rows, 0)->end, 40 * S);
}
END_TEST

/* The limit counts time on GPUs, with checkpoints: 30 s of work, 10 s of writing, 20 s of work. */
START_TEST(walltime_goes_on)
{
    begin(CLUSTER "limits: {walltime: kill, grace: 0 s}\n"
                  "workload: [{jobs: [{duration: 90 s, walltime: 60 s, profile: {checkpoint:"
                  " {every: 30 s, cost: 10 s}}}, {duration: 90 s, walltime: 35 s, profile:"
                  " {checkpoint: {every: 30 s, cost: 10 s}}}]}]\n",
          EACH_ON_ITS_NODE);
    run_out();
    ck_assert_int_eq(job_row(&rows, 0)->state, GPUSIM_JOB_TIMEOUT);
    ck_assert_int_eq(job_row(&rows, 0)->end, 60 * S);
    ck_assert_int_eq(job_row(&rows, 0)->done, 50 * S);
    ck_assert_int_eq(job_row(&rows, 0)->checkpointing, 10 * S);
    ck_assert_int_eq(job_row(&rows, 1)->state, GPUSIM_JOB_TIMEOUT);
    ck_assert_int_eq(job_row(&rows, 1)->end, 35 * S);
    ck_assert_int_eq(job_row(&rows, 1)->done, 30 * S);
    ck_assert_int_eq(job_row(&rows, 1)->checkpointing, 5 * S);
}
END_TEST

/* Sent back while it writes, a job keeps its work but has no checkpoint of it: it begins anew with
 * writing. Moved while it writes, it goes on with what was left. */
START_TEST(stopped_or_moved_while_it_writes)
{
    begin(CLUSTER_OF(
              "10 GB/s") "workload: [{jobs: ["
                         "{duration: 40 s, profile: {checkpoint: {every: 30 s, size: 100 GB}}},"
                         " {at: 1000 s, duration: 40 s, profile: {checkpoint: {every: 30 s, size: "
                         "100 GB}}}]}]\n",
          (const placed[]){{0, 0, "0"},
                           {0, 35 * S, NULL},
                           {0, 100 * S, "1"},
                           {1, 1000 * S, "0"},
                           {1, 1035 * S, "1"},
                           {.at = -1}});
    run_to(36);
    ck_assert_int_eq(GS_LIVE(sim, 0)->checkpointed, 0);
    ck_assert_int_eq(gpusim_sim_view(sim)->jobs[0].done, 30 * S);
    run_to(111);
    ck_assert_int_eq(GS_LIVE(sim, 0)->checkpointed, 30 * S);
    run_out();
    ck_assert_int_eq(job_row(&rows, 0)->end, 120 * S);
    ck_assert_int_eq(job_row(&rows, 0)->checkpointing, 15 * S);
    ck_assert_int_eq(job_row(&rows, 1)->end, 1050 * S);
}
END_TEST

// saved in the middle of everything, a run goes on as if nothing had been
START_TEST(saved_while_they_write)
{
    const char *text = CLUSTER_OF(
        "10 GB/s") "workload: [{jobs: ["
                   "{duration: 400 s, profile: {checkpoint: {every: 30 s, size: 100 GB}}},"
                   " {duration: 400 s, profile: {checkpoint: {every: 35 s, size: 70 GB, cost: 3 "
                   "s}}}]}]\n";
    begin(text, EACH_ON_ITS_NODE);
    run_to(37);
    void *bytes = NULL;
    size_t size = 0;
    ASSERT_OK(gpusim_sim_save(sim, &bytes, &size, &err), &err);
    run_out();
    gpusim_time ends[2] = {job_row(&rows, 0)->end, job_row(&rows, 1)->end};
    gpusim_sim *other = NULL;
    ASSERT_OK(gpusim_sim_create(model, 1, &other, &err), &err);
    ASSERT_OK(gpusim_sim_restore(other, bytes, size, &err), &err);
    collected again = {0};
    gpusim_observer observer = collect_observer(&again);
    ASSERT_OK(gpusim_sim_observe(other, &observer, &err), &err);
    ASSERT_OK(gpusim_sim_run_until(other, GPUSIM_TIME_MAX, &err), &err);
    ck_assert_int_eq(job_row(&again, 0)->end, ends[0]);
    ck_assert_int_eq(job_row(&again, 1)->end, ends[1]);
    char hash[33], expected[33];
    ASSERT_OK(gpusim_sim_hash(other, hash, &err), &err);
    ASSERT_OK(gpusim_sim_hash(sim, expected, &err), &err);
    ck_assert_str_eq(hash, expected);
    gpusim_free(bytes);
    gpusim_sim_destroy(other);
    collect_release(&again);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("core/checkpoint");
    TCase *all = tcase_create("all");
    tcase_add_checked_fixture(all, NULL, teardown);
    tcase_add_test(all, after_useful_work_and_not_at_the_end);
    tcase_add_test(all, two_that_write_share_the_storage);
    tcase_add_test(all, cost_or_size_whichever_takes_longer);
    tcase_add_test(all, one_that_costs_nothing);
    tcase_add_test(all, walltime_goes_on);
    tcase_add_test(all, stopped_or_moved_while_it_writes);
    tcase_add_test(all, saved_while_they_write);
    suite_add_tcase(suite, all);
    return test_run(suite);
}
