/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What rules do besides closing nodes: jobs start elsewhere or end, GPUs get less power. */
#include "failing.h"

#include "core/plant.h"

#define S GPUSIM_SECOND

static gpusim_model *model;
static gpusim_sim *sim;
static collected rows;

static void run(const char *text)
{
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
}

static const gpusim_action_row *ck_action(uint32_t k, double seconds, gpusim_action what,
                                          uint64_t entity)
{
    ck_assert_uint_lt(k, rows.tables[GPUSIM_TABLE_ACTIONS].count);
    const gpusim_action_row *row = &GS_AT(rows.tables[GPUSIM_TABLE_ACTIONS], gpusim_action_row, k);
    ck_assert_msg(row->time == gpusim_time_from_seconds(seconds), "action %u at %g s, not %g", k,
                  gpusim_seconds(row->time), seconds);
    ck_assert_uint_eq(row->what, what);
    ck_assert_uint_eq(row->entity, entity);
    return row;
}

static uint32_t actions(void)
{
    return rows.tables[GPUSIM_TABLE_ACTIONS].count;
}

#define PAIR                                                                                       \
    "gpusim: 1\n"                                                                                  \
    "cluster: {nodes: [{name: a, count: 1, gpus: 4}, {name: b, count: 1, gpus: 4}]}\n"             \
    "duration: 3 h\ntelemetry: {every: 1 min, sets: [all]}\n"

/* Seen at 660 s, it has held for five minutes at 960: the job goes on, on the other node, and
 * nobody comes to the first one until it is over there, at 1020. */
START_TEST(jobs_start_elsewhere)
{
    run(PAIR "workload: [{jobs: [{at: 630 s, duration: 1 h, gpus: 3}]}]\n"
             "responses:\n"
             "  - {metric: node/jobs_running, above: 1, for: 5 min, group: a, do: requeue, undo: "
             "true}\n");
    ck_assert_uint_eq(actions(), 2);
    ck_assert(isnan(ck_action(0, 960, GPUSIM_ACTION_REQUEUE, 0)->value));
    ck_action(1, 1020, GPUSIM_ACTION_UNCORDON, 0);
    ck_assert_int_eq(failing_event(&rows, GPUSIM_EVENT_PREEMPT, 0)->time, 960 * S);
    const gpusim_allocation_row *last =
        &GS_AT(rows.tables[GPUSIM_TABLE_ALLOCATIONS], gpusim_allocation_row, 1);
    ck_assert_uint_eq(last->node, 1);
    ck_assert_int_eq(last->start, 960 * S);
    ck_assert_int_eq(job_row(&rows, 0)->end, (630 + 3600) * S);
}
END_TEST

/* Of two jobs on one node that on GPU 3 alone moves. */
START_TEST(jobs_of_one_gpu)
{
    run(PAIR "workload:\n"
             "  - jobs:\n"
             "      - {at: 0 s, duration: 1 h, gpus: 2, group: a}\n"
             "      - {at: 0 s, duration: 1 h, gpus: 2}\n"
             "scheduler: {placement: first-fit}\n"
             "actions: [{at: 10 min, do: requeue, gpu: a-0000/gpu3}]\n");
    ck_assert(ck_action(0, 600, GPUSIM_ACTION_REQUEUE, 0)->value == 3);
    ck_assert_uint_eq(gpusim_sim_summary(sim)->preemptions, 1);
    ck_assert_uint_eq(job_row(&rows, 0)->restarts, 0);
    ck_assert_uint_eq(job_row(&rows, 1)->restarts, 1);
    ck_assert_int_eq(GS_NODE(sim, 0)->state, GPUSIM_NODE_DRAINED);
    ck_assert_int_eq(job_row(&rows, 1)->end, 3600 * S);
}
END_TEST

/* What runs on a node ends, each job as a row of its own. */
START_TEST(jobs_end)
{
    run(PAIR "workload:\n"
             "  - jobs:\n"
             "      - {at: 0 s, duration: 1 h, gpus: 2}\n"
             "      - {at: 0 s, duration: 1 h, gpus: 2}\n"
             "      - {at: 0 s, duration: 1 h, gpus: 2}\n"
             "scheduler: {placement: first-fit}\n"
             "responses: [{metric: node/jobs_running, above: 2, for: 5 min, do: cancel}]\n");
    ck_assert_uint_eq(actions(), 2);
    ck_action(0, 360, GPUSIM_ACTION_CANCEL_JOB, 0);
    ck_action(1, 360, GPUSIM_ACTION_CANCEL_JOB, 1);
    ck_assert_int_eq(job_row(&rows, 0)->end, 360 * S);
    ck_assert_int_eq(job_row(&rows, 1)->state, GPUSIM_JOB_CANCELLED);
    ck_assert_uint_eq(gpusim_sim_summary(sim)->completed, 1);
}
END_TEST

/* The GPU that is busy, and it alone, may draw less until it is idle again. */
START_TEST(less_power)
{
    gpusim_error err = {0};
    model = compile_text(
        "gpusim: 1\nduration: 2 h\n"
        "cluster: {nodes: [{name: a, count: 1, gpus: 2, gpu: H100-SXM5-80GB}]}\n"
        "telemetry: {every: 1 min, sets: [all]}\n"
        "workload: [{jobs: [{at: 10 s, duration: 30 min, gpus: 1}]}]\n"
        "responses: [{metric: power_usage, above: 400, until: 150, do: cap, power: 300 W, undo: "
        "true}]\n");
    gpusim_observer observer = collect_observer(&rows);
    ASSERT_OK(gpusim_sim_create(model, 1, &sim, &err), &err);
    ASSERT_OK(gpusim_sim_observe(sim, &observer, &err), &err);
    failing_run_to(sim, 30);
    ck_assert_double_gt(gs_watts(GS_GPU(sim, 0)->power), 400);
    failing_run_to(sim, 600);
    ck_assert_double_le(gs_watts(GS_GPU(sim, 0)->power), 300);
    ck_assert(GS_GPU(sim, 0)->own_cap == 300 && GS_GPU(sim, 1)->own_cap > 300);
    ASSERT_OK(gpusim_sim_run_until(sim, GPUSIM_TIME_MAX, &err), &err);
    ck_assert_uint_eq(actions(), 2);
    ck_assert(ck_action(0, 60, GPUSIM_ACTION_CAP_GPU, 0)->value == 300);
    const gpusim_action_row *lifted =
        &GS_AT(rows.tables[GPUSIM_TABLE_ACTIONS], gpusim_action_row, 1);
    ck_assert(isnan(lifted->value) && lifted->what == GPUSIM_ACTION_CAP_GPU);
    ck_assert(GS_GPU(sim, 0)->own_cap > 300);
    ck_assert_int_gt(job_row(&rows, 0)->end, 1810 * S);
}
END_TEST

/* Something that looks at a node and lets it be is on record, and changes nothing. */
START_TEST(nothing_is_done)
{
    run(PAIR "workload: [{jobs: [{at: 630 s, duration: 1 h, gpus: 3}]}]\n"
             "responses: [{metric: node/jobs_running, above: 1, do: ignore, cost: 3}]\n");
    ck_assert_uint_eq(actions(), 1);
    ck_action(0, 660, GPUSIM_ACTION_IGNORE, 0);
    ck_assert_int_eq(job_row(&rows, 0)->end, (630 + 3600) * S);
    ck_assert(gpusim_sim_summary(sim)->response_cost == 3);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("remedies");
    TCase *all = tcase_create("all");
    tcase_set_timeout(all, 30);
    tcase_add_checked_fixture(all, NULL, teardown);
    tcase_add_test(all, jobs_start_elsewhere);
    tcase_add_test(all, jobs_of_one_gpu);
    tcase_add_test(all, jobs_end);
    tcase_add_test(all, less_power);
    tcase_add_test(all, nothing_is_done);
    suite_add_tcase(suite, all);
    return test_run(suite);
}
