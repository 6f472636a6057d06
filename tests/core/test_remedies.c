/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What rules do besides closing nodes: jobs start elsewhere or end, GPUs get less power. */
#include "failing.h"

#include "core/plant.h"

#include "one_run.h"

#define S GPUSIM_SECOND

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
             "response:\n"
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

/* The job that is moved starts on the other node and, sent back from there by another rule, waits
 * for that one to take it again rather than return; the first node is up and takes others at once.
 */
START_TEST(a_job_is_moved)
{
    run(PAIR "workload:\n"
             "  - jobs:\n"
             "      - {at: 0 s, duration: 1 h, gpus: 3}\n"
             "      - {at: 1 min, duration: 30 min, gpus: 4, group: a}\n"
             "scheduler: {placement: first-fit}\n"
             "actions:\n"
             "  - {at: 10 min, do: move, node: a-0000}\n"
             "  - {at: 45 min, do: drain, node: b-0000, restart_jobs: true}\n"
             "  - {at: 50 min, do: undrain, node: b-0000}\n");
    ck_assert(isnan(ck_action(0, 600, GPUSIM_ACTION_MOVE, 0)->value));
    ck_assert_int_eq(GS_NODE(sim, 0)->state, GPUSIM_NODE_UP);
    ck_assert_int_eq(job_row(&rows, 1)->start, 600 * S);
    const gs_array *all = &rows.tables[GPUSIM_TABLE_ALLOCATIONS];
    for (uint32_t i = 0; i < all->count; i++) {
        const gpusim_allocation_row *row = &GS_AT(*all, gpusim_allocation_row, i);
        ck_assert(row->job != 0 || row->node == (row->start >= 600 * S));
    }
    ck_assert_int_eq(job_row(&rows, 0)->end, (3600 + 300) * S);
    ck_assert_uint_eq(job_row(&rows, 0)->restarts, 2);
}
END_TEST

/* A part of a GPU goes to another node, too; who may use no other comes back; by a metric of GPUs
 * the jobs on that GPU alone go. */
START_TEST(parts_and_those_without_another_place)
{
    run(PAIR "workload:\n"
             "  - jobs:\n"
             "      - {at: 0 s, duration: 1 h, gpus: 1, gpu_share: 0.5}\n"
             "      - {at: 0 s, duration: 1 h, gpus: 1, gpu_share: 0.5}\n"
             "      - {at: 0 s, duration: 1 h, gpus: 1, group: a}\n"
             "scheduler: {placement: first-fit}\n"
             "response: [{metric: gpu_util, above: 90, for: 5 min, do: move, budget: 2}]\n");
    ck_assert_uint_eq(actions(), 2);
    ck_assert(ck_action(0, 360, GPUSIM_ACTION_MOVE, 0)->value == 0);
    ck_assert(ck_action(1, 360, GPUSIM_ACTION_MOVE, 0)->value == 1);
    const gs_array *all = &rows.tables[GPUSIM_TABLE_ALLOCATIONS];
    for (uint32_t i = 0; i < all->count; i++) {
        const gpusim_allocation_row *row = &GS_AT(*all, gpusim_allocation_row, i);
        ck_assert_uint_eq(row->node, row->job != 2 && row->start > 0);
    }
    ck_assert_uint_eq(gpusim_sim_summary(sim)->completed, 3);
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
             "response: [{metric: node/jobs_running, above: 2, for: 5 min, do: cancel}]\n");
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
        "response: [{metric: power_usage, above: 400, until: 150, do: cap, power: 300 W, undo: "
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
             "response: [{metric: node/jobs_running, above: 1, do: ignore, cost: 3}]\n");
    ck_assert_uint_eq(actions(), 1);
    ck_action(0, 660, GPUSIM_ACTION_IGNORE, 0);
    ck_assert_int_eq(job_row(&rows, 0)->end, (630 + 3600) * S);
    ck_assert(gpusim_sim_summary(sim)->response_cost == 3);
}
END_TEST

// ---- what it costs ----

#define HOT                                                                                        \
    "gpusim: 1\nduration: 3 h\n"                                                                   \
    "cluster: {nodes: [{name: a, count: 1, gpus: 1, gpu: H100-SXM5-80GB}]}\n"                      \
    "telemetry: {every: 10 s, sets: [all]}\n"                                                      \
    "workload: [{jobs: [{at: 0 s, duration: 10 h, gpus: 1, profile: {intensity: 1}}]}]\n"          \
    "response:\n"                                                                                  \
    "  - {name: thrift, metric: gpu_temp, above: 50, for: 2 min, do: cheapest, undo: true}\n"

static uint32_t count_of(gpusim_action what)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < actions(); i++) {
        count += GS_AT(rows.tables[GPUSIM_TABLE_ACTIONS], gpusim_action_row, i).what == what;
    }
    return count;
}

/* What wastes $15/h is restarted for nothing, then repaired for $50, then isolated: each cure is
 * judged from when the node is back. Isolated, it cools down, and is given back; an hour after the
 * last cure it is worth a restart again. */
START_TEST(dearer_each_time)
{
    run(HOT "remedies: {hot: 50 C}\n");
    ck_assert(ck_action(0, 130, GPUSIM_ACTION_REBOOT, 0)->value == 10);
    const gpusim_action_row *row = rows.tables[GPUSIM_TABLE_ACTIONS].data;
    ck_assert_uint_eq(row[1].what, GPUSIM_ACTION_REPAIR);
    ck_assert_int_ge(row[1].time, (130 + 10 + 120) * S);
    ck_assert_int_le(row[1].time, (130 + 10 + 180) * S);
    ck_assert_uint_eq(row[2].what, GPUSIM_ACTION_REQUEUE);
    ck_assert_uint_eq(row[3].what, GPUSIM_ACTION_UNCORDON);
    ck_assert_uint_eq(job_row(&rows, 0)->restarts,
                      count_of(GPUSIM_ACTION_REBOOT) + count_of(GPUSIM_ACTION_REQUEUE));
    double cost = 50.0 * count_of(GPUSIM_ACTION_REPAIR);
    ck_assert(cost >= 100 && gpusim_sim_summary(sim)->response_cost == cost);
}
END_TEST

/* A cure that has been forgotten is tried again. */
START_TEST(forgotten_cures)
{
    run(HOT "remedies: {hot: 50 C, again: 1 s}\n");
    ck_assert_uint_gt(actions(), 10);
    ck_assert_uint_eq(count_of(GPUSIM_ACTION_REBOOT), actions());
}
END_TEST

/* $0.50 an hour is let be, once on record; $1000 an hour, or heat that melts, is isolated at once.
 */
START_TEST(not_worth_it_and_too_bad)
{
    static const char *const keys[] = {"heat: 0.5", "heat: 1000", "meltdown: 50 C"};
    static char text[2048];
    snprintf(text, sizeof text, HOT "remedies: {hot: 50 C, %s}\n", keys[_i]);
    run(text);
    ck_action(0, 130, _i == 0 ? GPUSIM_ACTION_IGNORE : GPUSIM_ACTION_REQUEUE, 0);
    ck_assert_uint_eq(count_of(GPUSIM_ACTION_REBOOT) + count_of(GPUSIM_ACTION_REPAIR), 0);
    ck_assert(gpusim_sim_summary(sim)->response_cost == 0);
    if (_i == 0) {
        // hot from the first sample on: half a dollar for each of nearly three hours
        ck_assert_uint_eq(actions(), 1);
        ck_assert_double_gt(gpusim_sim_summary(sim)->waste_cost, 1.45);
        ck_assert_double_le(gpusim_sim_summary(sim)->waste_cost, 1.5 + 1e-9);
    }
}
END_TEST

/* Where a restart costs more than a repair, the repair comes first. */
START_TEST(cheaper_first)
{
    run(HOT "remedies: {hot: 50 C, restart: 60}\n");
    ck_action(0, 130, GPUSIM_ACTION_REPAIR, 0);
    ck_action(1, 250, GPUSIM_ACTION_REBOOT, 0);
}
END_TEST

/* What was done is kept for half an hour, though it was over after six minutes. */
START_TEST(kept)
{
    run(PAIR "workload: [{jobs: [{at: 10 s, duration: 5 min, gpus: 3, group: a}]}]\n"
             "response:\n"
             "  - {metric: node/jobs_running, above: 1, do: cordon, undo: true, keep: 30 min}\n");
    ck_assert_uint_eq(actions(), 2);
    ck_action(0, 60, GPUSIM_ACTION_CORDON, 0);
    ck_action(1, 60 + 1800, GPUSIM_ACTION_UNCORDON, 0);
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
    tcase_add_test(all, a_job_is_moved);
    tcase_add_test(all, parts_and_those_without_another_place);
    tcase_add_test(all, jobs_end);
    tcase_add_test(all, less_power);
    tcase_add_test(all, nothing_is_done);
    tcase_add_test(all, dearer_each_time);
    tcase_add_test(all, forgotten_cures);
    tcase_add_loop_test(all, not_worth_it_and_too_bad, 0, 3);
    tcase_add_test(all, cheaper_first);
    tcase_add_test(all, kept);
    suite_add_tcase(suite, all);
    return test_run(suite);
}
