/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Several clusters in one scenario: a job runs in one at a time, whoever schedules, and what is
 * done may be said of one. */
#include "one_run.h"

#define NODES                                                                                      \
    "gpusim: 1\nuntil: drained\ncluster:\n  nodes:\n"                                              \
    "    - {name: a, count: 2, gpus: 4, cluster: east}\n"                                          \
    "    - {name: b, count: 1, gpus: 4, cluster: west}\n"                                          \
    "    - {name: c, count: 2, gpus: 4, cluster: west}\n"

// the nodes of a job's only attempt, as bits
static uint32_t nodes_of(uint64_t job)
{
    const gs_array *all = &rows.tables[GPUSIM_TABLE_ALLOCATIONS];
    uint32_t nodes = 0;
    for (uint32_t i = 0; i < all->count; i++) {
        const gpusim_allocation_row *row = &GS_AT(*all, gpusim_allocation_row, i);
        nodes |= row->job == job ? 1u << row->node : 0;
    }
    return nodes;
}

static const char *const schedulers[] = {
    "order: fifo, placement: first-fit",
    "order: fifo, placement: best-fit",
    "order: fifo, placement: best-fit, best-fit: {scatter: true}",
    "order: fifo, placement: round-robin, round-robin: {scatter: true}",
    "order: fifo, placement: spread, spread: {scatter: true}",
    "order: fifo, placement: random, random: {scatter: true}",
    "order: fifo, placement: topology, topology: {scatter: true}",
    "order: fifo, placement: fgd, fgd: {scatter: true}",
    "order: fifo, placement: best-fit, backfill: easy",
    "order: fifo, placement: best-fit, backfill: conservative",
    "order: srtf, placement: best-fit, preemption: repack",
    "module: sage-least",
    "module: greedy",
    "module: cloudai-balanced",
    "module: cloudai-multi",
    "module: rts",
};

// With a GPU of each cluster's first node taken, gangs of 8 have to go over nodes that are partly
// used or to other groups: none reaches over from east into west.
START_TEST(gangs_stay_in_one_cluster)
{
    char text[2048];
    snprintf(text, sizeof text,
             NODES "workload:\n  - jobs:\n"
                   "      - {at: 0 s, duration: 50 s, gpus: 1, cluster: east}\n"
                   "      - {at: 0 s, duration: 50 s, gpus: 1, cluster: west}\n"
                   "      - {at: 1 s, duration: 10 s, gpus: 7}\n"
                   "      - {at: 1 s, duration: 10 s, gpus: 8}\n"
                   "      - {at: 1 s, duration: 10 s, gpus: 12}\n"
                   "      - {at: 2 s, duration: 10 s, gpus: 13}\n"
                   "      - {at: 2 s, duration: 10 s, gpus: 8, cluster: east}\n"
                   "      - {at: 2 s, duration: 10 s, gpus: 9, cluster: east}\n"
                   "scheduler: {%s}\n",
             schedulers[_i]);
    run(text);
    ck_assert_uint_eq(nodes_of(0) & 28u, 0); // of east are nodes 0 and 1
    ck_assert_uint_eq(nodes_of(1) & 3u, 0);
    for (uint64_t job = 0; job < 7; job++) {
        uint32_t nodes = nodes_of(job);
        ck_assert_msg(!(nodes & 3u) || !(nodes & 28u), "job %u is in both clusters", (unsigned)job);
        ck_assert_int_eq(nodes != 0, job != 5); // which is more than either has
    }
    ck_assert_uint_eq(job_row(&rows, 5)->state, GPUSIM_JOB_REJECTED);
    ck_assert_uint_eq(job_row(&rows, 5)->reason, GPUSIM_REASON_TOO_LARGE);
    // there is room in the west alone
    ck_assert_uint_eq(job_row(&rows, 7)->state, GPUSIM_JOB_REJECTED);
    ck_assert_uint_eq(job_row(&rows, 7)->reason, GPUSIM_REASON_TOO_LARGE);
    ck_assert_uint_eq(nodes_of(4), 28);
    ck_assert_uint_eq(nodes_of(6), 3);
    ck_assert_uint_eq(gpusim_sim_summary(sim)->completed, 6);
}
END_TEST

static gpusim_refusal spanning;

// puts the first job over nodes 0 and 2 first, then where it may be
static gpusim_status span(const gpusim_context *context, const uint32_t *queue, uint32_t queued,
                          gpusim_decisions *decisions, gpusim_error *error)
{
    (void)error;
    gpusim_part over[2] = {{.node = 0, .first_gpu = GPUSIM_NONE, .gpus = 4, .milli = 1000},
                           {.node = 2, .first_gpu = GPUSIM_NONE, .gpus = 4, .milli = 1000}};
    gpusim_placement placement = {.parts = over, .count = 2, .capacity = 2};
    if (queued > 0) {
        gpusim_job_id id = context->view->jobs[queue[0]].id;
        spanning = gpusim_decide_start(decisions, id, &placement, NULL);
        over[1].node = 1;
        ck_assert_int_eq(gpusim_decide_start(decisions, id, &placement, NULL), GPUSIM_ACCEPTED);
    }
    return GPUSIM_OK;
}

static const gpusim_scheduler spanner_operations = {.pass = span};
static const gpusim_module spanner = {
    .magic = GPUSIM_MODULE_MAGIC,
    .size = sizeof(gpusim_module),
    .abi_major = GPUSIM_MODULE_ABI_MAJOR,
    .abi_minor = GPUSIM_MODULE_ABI_MINOR,
    .kind = GPUSIM_MODULE_SCHEDULER,
    .name = "spanner",
    .version = "1",
    .doc = "Reaches over clusters.",
    .operations = &spanner_operations,
};

// The host refuses what spans, with its reason, and nothing has happened.
START_TEST(a_decision_that_spans_is_refused)
{
    model = compile_text(NODES "workload: [{jobs: [{at: 0 s, duration: 10 s, gpus: 8}]}]\n");
    model->setup.scheduler.module = &spanner;
    sim = run_model(model, 1, &rows);
    ck_assert_int_eq(spanning, GPUSIM_REFUSED_CLUSTER);
    const gs_array *decisions = &rows.tables[GPUSIM_TABLE_DECISIONS];
    const gpusim_decision_row *first = &GS_AT(*decisions, gpusim_decision_row, 0);
    ck_assert_uint_eq(first->refused, GPUSIM_REFUSED_CLUSTER);
    ck_assert_uint_eq(nodes_of(0), 3);
    ck_assert_uint_eq(job_row(&rows, 0)->state, GPUSIM_JOB_COMPLETED);
}
END_TEST

// Faults, actions, maintenance and responses of one cluster leave the other alone.
START_TEST(what_is_done_is_done_to_one)
{
    run("gpusim: 1\nduration: 100 s\ncluster:\n  nodes:\n"
        "    - {name: a, count: 2, gpus: 1, cluster: east}\n"
        "    - {name: b, count: 3, gpus: 1, cluster: west}\n"
        "workload: [{jobs: [{at: 0 s, duration: 1 s}]}]\n"
        "telemetry: {every: 1 s, metrics: [gpu_util]}\n"
        "chaos: [{fault: node-crash, target: {cluster: west}, at: 10 s, for: 5 s}]\n"
        "actions: [{at: 20 s, do: drain, cluster: east}]\n"
        "maintenance: [{cluster: west, at: 30 s, for: 5 s}]\n"
        "response: [{state: draining, cluster: west, do: kill},"
        " {state: drained, cluster: east, for: 9 s, do: kill}]\n");
    const gs_array *faults = &rows.tables[GPUSIM_TABLE_FAULTS];
    ck_assert_uint_eq(faults->count, 3);
    for (uint32_t i = 0; i < faults->count; i++) {
        ck_assert_uint_eq(GS_AT(*faults, gpusim_fault_row, i).entity, 2 + i);
    }
    const gs_array *actions = &rows.tables[GPUSIM_TABLE_ACTIONS];
    uint32_t drained = 0, killed = 0, maintained = 0;
    for (uint32_t i = 0; i < actions->count; i++) {
        const gpusim_action_row *row = &GS_AT(*actions, gpusim_action_row, i);
        uint32_t bit = 1u << row->entity;
        drained |= row->time == 20 * GPUSIM_SECOND ? bit : 0;
        killed |= row->what == GPUSIM_ACTION_KILL ? bit : 0;
        maintained |= row->time == 30 * GPUSIM_SECOND ? bit : 0;
    }
    ck_assert_uint_eq(drained, 3);
    ck_assert_uint_eq(maintained & 28u, 28);
    ck_assert_uint_eq(killed, 3);
}
END_TEST

// Groups that say nothing beside some that do are a cluster of their own; where nobody says
// anything, there is one without a name.
START_TEST(who_says_nothing_is_in_default)
{
    model = compile_text("gpusim: 1\nuntil: drained\ncluster: {nodes: [{name: a, gpus: 1},"
                         " {name: b, gpus: 1, cluster: west}, {name: c, gpus: 1}]}\n"
                         "workload: [{jobs: [{at: 0 s, duration: 1 s, cluster: default}]}]\n");
    static const char *const expected[] = {"default", "west", "default"};
    gpusim_node_row node;
    for (uint32_t n = 0; n < 3; n++) {
        ck_assert_int_eq(gpusim_model_row(model, GPUSIM_TABLE_NODES, n, &node), 1);
        ck_assert_str_eq(gpusim_model_name(model, node.cluster), expected[n]);
    }
    gpusim_model_destroy(model);
    model = compile_text("gpusim: 1\nuntil: drained\ncluster: {nodes: [{name: a, gpus: 1}]}\n"
                         "workload: [{jobs: [{at: 0 s, duration: 1 s}]}]\n");
    ck_assert_int_eq(gpusim_model_row(model, GPUSIM_TABLE_NODES, 0, &node), 1);
    ck_assert_uint_eq(node.cluster, 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("clusters");
    TCase *all = tcase_create("all");
    tcase_set_timeout(all, 60);
    tcase_add_checked_fixture(all, NULL, teardown);
    tcase_add_loop_test(all, gangs_stay_in_one_cluster, 0,
                        (int)(sizeof schedulers / sizeof schedulers[0]));
    tcase_add_test(all, a_decision_that_spans_is_refused);
    tcase_add_test(all, what_is_done_is_done_to_one);
    tcase_add_test(all, who_says_nothing_is_in_default);
    suite_add_tcase(suite, all);
    return test_run(suite);
}
