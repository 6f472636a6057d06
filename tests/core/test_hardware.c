/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What modules see of hardware is what its state says, when they ask; and what placements make of
 * it in whole runs. */

#include <math.h>

#include "core/plant.h"

#include "one_run.h"

static gpusim_error err;

// what a module saw of four nodes, at its last pass
static gpusim_hardware_info seen[4];
static gpusim_time at;

static gpusim_status pass(const gpusim_context *context, const uint32_t *queue, uint32_t queued,
                          gpusim_decisions *decisions, gpusim_error *error)
{
    (void)error;
    const gpusim_view *view = context->view;
    for (uint32_t n = 0; n < 4 && n < view->node_count; n++) {
        gpusim_view_hardware(view, n, &seen[n]);
    }
    at = view->now;

    // the queue goes to the first node, one job a pass; what is seen holds for the whole pass
    gpusim_part part = {.node = 0, .first_gpu = GPUSIM_NONE, .gpus = 8, .milli = 1000};
    gpusim_placement placement = {.parts = &part, .count = 1, .capacity = 1};
    if (queued > 0) {
        gpusim_hardware_info again;
        (void)gpusim_decide_start(decisions, view->jobs[queue[0]].id, &placement, NULL);
        gpusim_view_hardware(view, 0, &again);
        ck_assert_int_eq(memcmp(&again, &seen[0], sizeof again), 0);
    }
    gpusim_decide_wait(decisions, view->now + 100 * GPUSIM_SECOND);
    return GPUSIM_OK;
}

static const gpusim_scheduler operations = {.pass = pass};
static gpusim_module looks = {
    .magic = GPUSIM_MODULE_MAGIC,
    .size = sizeof(gpusim_module),
    .abi_major = GPUSIM_MODULE_ABI_MAJOR,
    .abi_minor = GPUSIM_MODULE_ABI_MINOR,
    .kind = GPUSIM_MODULE_SCHEDULER,
    .name = "looks",
    .version = "1",
    .doc = "Looks at hardware.",
    .operations = &operations,
};

#define NODES                                                                                      \
    "cluster:\n"                                                                                   \
    "  nodes: [{name: n, count: 4, gpus: 8, gpu: H100-SXM5-80GB, per_rack: 4, cost: 98/h,\n"       \
    "           class: cloud, latency: 20 ms, power: {cap: 9 kW},\n"                               \
    "           cooling: {airflow: 0.35 m3/s}}]\n"                                                 \
    "  cooling: {supply: 22 C, recirculation: {matrix: [[0.1, 0.2, 0, 0], [0.3, 0.1, 0, 0],\n"     \
    "                                                   [0, 0, 0.1, 0], [0, 0, 0, 0.1]]}}\n"       \
    "  power: {rack_cap: 30 kW}\n"

static void run_looking(const char *text, uint32_t flags, double seconds)
{
    looks.flags = flags;
    model = compile_text(text);
    model->setup.scheduler.module = &looks;
    ASSERT_OK(gpusim_sim_create(model, 1, &sim, &err), &err);
    ASSERT_OK(gpusim_sim_run_until(sim, gpusim_time_from_seconds(seconds), &err), &err);
}

START_TEST(what_sensors_say)
{
    run_looking("gpusim: 1\nduration: 10000 s\n" NODES
                "workload: [{jobs: [{at: 10 s, duration: 5000 s, gpus: 8, gpu_memory: 40 GiB}]}]\n",
                GPUSIM_MODULE_READS_HARDWARE, 1010);
    ck_assert_int_eq(at, 1010 * GPUSIM_SECOND);
    gs_gpu gpu = gs_gpu_now(sim, 0);
    ck_assert_double_eq(seen[0].temperature, gs_gpu_temperature(&gpu));
    ck_assert_double_gt(seen[0].temperature, seen[3].temperature + 10);
    ck_assert_double_eq(seen[0].power, 1e-9 * (double)GS_PLANT(sim, 0)->input);
    ck_assert_double_eq(seen[0].power_cap, 9000);
    ck_assert_double_eq_tol(seen[0].gpu_power, 8e-9 * (double)gpu.power, 1e-6);
    ck_assert_double_eq(seen[0].gpu_power_limit, 8 * 700);
    ck_assert_double_eq(seen[0].utilisation, 1);
    ck_assert_double_eq(seen[3].utilisation, 0);
    ck_assert_double_gt(seen[0].gpu_memory, 0.49); // 40 GiB of the 80 GB that a driver leaves of
    ck_assert_double_lt(seen[0].gpu_memory, 0.52);
    ck_assert_double_eq(seen[3].gpu_memory, 0);

    // the second node is warmed by the first, too; what comes back is what inlets are warmer by,
    // up to the 0.1 K by which each may lag
    double warmer = 0, back = 0;
    for (int i = 0; i < 4; i++) {
        warmer += seen[i].inlet - 22;
        back += seen[i].recirculation * seen[i].power;
    }
    ck_assert_double_gt(seen[1].inlet, seen[3].inlet + 0.5);
    ck_assert_double_gt(seen[0].recirculation, seen[3].recirculation);
    ck_assert_double_eq_tol(back, warmer, 0.4);
    ck_assert_double_gt(back, 1);
    ck_assert_double_eq(seen[0].rack_power_cap, 30000);
    ck_assert_double_eq_tol(seen[0].rack_power,
                            seen[0].power + seen[1].power + seen[2].power + seen[3].power, 1e-3);
    ck_assert_uint_eq(seen[0].failures, 0);
    ck_assert_int_eq(seen[0].failed[0], GPUSIM_TIME_MAX);

    const gpusim_group_info *group = &sim->view.groups[0];
    ck_assert_uint_eq(group->node_class, GPUSIM_CLASS_CLOUD);
    ck_assert_double_eq(group->latency, 0.02);
    ck_assert_double_eq_tol(group->cost, 98, 1e-12);
    ck_assert_uint_eq(gpusim_view_find_node(&sim->view, "n-0003"), 3);
    ck_assert_uint_eq(gpusim_view_find_node(&sim->view, "n-0004"), GPUSIM_NONE);
    ck_assert_uint_eq(gpusim_view_find_node(&sim->view, "n-3"), GPUSIM_NONE);
    ck_assert_uint_eq(gpusim_view_find_node(&sim->view, "n"), GPUSIM_NONE);
}
END_TEST

// a module that does not say that it looks sees nothing, and nothing is kept for it
START_TEST(nothing_unasked)
{
    run_looking("gpusim: 1\nduration: 2000 s\n" NODES
                "workload: [{jobs: [{at: 10 s, duration: 500 s, gpus: 8}]}]\n",
                0, 1010);
    ck_assert(isnan(seen[0].temperature) && isnan(seen[0].utilisation));
    ck_assert_uint_eq(sim->readings.count, 0);
    ck_assert_uint_eq(sim->failures.count, 0);
}
END_TEST

// without physics there is the share that is held
START_TEST(without_physics)
{
    run_looking("gpusim: 1\nduration: 2000 s\n"
                "cluster: {nodes: [{name: n, gpus: 32}, {name: c, gpus: 0, cpus: 8}]}\n"
                "workload: [{jobs: [{at: 10 s, duration: 1500 s, gpus: 8}]}]\n",
                GPUSIM_MODULE_READS_HARDWARE, 1010);
    ck_assert(isnan(seen[0].temperature) && isnan(seen[0].power));
    ck_assert_double_eq(seen[0].utilisation, 0.25);
    ck_assert_double_eq(seen[1].utilisation, 0);
}
END_TEST

START_TEST(failures_are_remembered)
{
    run_looking(
        "gpusim: 1\nduration: 5000 s\n"
        "cluster: {nodes: [{name: n, count: 4, gpus: 8}]}\nworkload: []\n"
        "actions: [{at: 1 s, do: kill, node: n-0003}]\n"
        "chaos:\n"
        "  - {fault: node-crash, at: [100 s, 300 s], repair: 60 s, target: {node: n-0001}}\n"
        "  - {fault: xid79, at: 200 s, target: {gpu: n-0002/gpu3}}\n"
        "  - {fault: straggler, at: 200 s, for: 1 h, slowdown: 2, target: {gpu: n-0000/gpu3}}\n",
        GPUSIM_MODULE_READS_HARDWARE, 1010);
    (void)gpusim_sim_run_until(sim, 1011 * GPUSIM_SECOND, &err);
    ck_assert_uint_eq(GS_AT(sim->failures, gs_node_failures, 1).count, 2);
    ck_assert_int_eq(GS_AT(sim->failures, gs_node_failures, 1).times[0], 300 * GPUSIM_SECOND);
    ck_assert_int_eq(GS_AT(sim->failures, gs_node_failures, 1).times[1], 100 * GPUSIM_SECOND);
    ck_assert_int_eq(GS_AT(sim->failures, gs_node_failures, 2).times[0], 200 * GPUSIM_SECOND);
    ck_assert_uint_eq(GS_AT(sim->failures, gs_node_failures, 0).count, 0);
    ck_assert_uint_eq(GS_AT(sim->failures, gs_node_failures, 3).count, 0); // somebody did that
}
END_TEST

// the node of each job's first allocation, in order of submission
static void run_placed(const char *placement, const char *chaos)
{
    char text[2000];
    snprintf(text, sizeof text,
             "gpusim: 1\nduration: 20000 s\n" NODES "scheduler: {placement: %s}\n%s"
             "workload: [{jobs: [{at: 10 s, duration: 3000 s, gpus: 8},"
             " {at: 2000 s, duration: 100 s, gpus: 8}, {at: 4000 s, duration: 100 s, gpus: 8}]}]\n",
             placement, chaos);
    model = compile_text(text);
    sim = run_model(model, 1, &rows);
}

static uint32_t node_of(uint64_t job)
{
    const gs_array *all = &rows.tables[GPUSIM_TABLE_ALLOCATIONS];
    for (uint32_t i = 0; i < all->count; i++) {
        if (GS_AT(*all, gpusim_allocation_row, i).job == job) {
            return GS_AT(*all, gpusim_allocation_row, i).node;
        }
    }
    return GPUSIM_NONE;
}

START_TEST(coolest_inlet)
{
    run_placed("thermal", "");
    ck_assert_uint_ne(node_of(0), 1); // the first breathes coolest air, alike with 2 and 3
    ck_assert_uint_eq(node_of(1), node_of(0) == 2 ? 3 : 2); // 1 breathes what 0 has warmed
}
END_TEST

START_TEST(lemons_are_avoided)
{
    run_placed("reliable", "chaos: [{fault: node-crash, at: 500 s, repair: 60 s,"
                           " target: {node: n-0000}}]\n");
    ck_assert_uint_eq(node_of(1), 2); // the first job, thrown off node 0, is on node 1
    ck_assert_uint_eq(node_of(2), 1);
}
END_TEST

// a run that is saved while failures are remembered goes on as if it had not been
START_TEST(saved_and_restored)
{
    run_placed("reliable", "chaos: [{fault: node-crash, every: {exponential: {mean: 2000 s}},"
                           " repair: 60 s}]\n");
    char whole[33], resumed[33];
    void *bytes = NULL;
    size_t size = 0;
    gpusim_sim *half = NULL, *rest = NULL;
    ASSERT_OK(gpusim_sim_hash(sim, whole, &err), &err);
    ASSERT_OK(gpusim_sim_create(model, 1, &half, &err), &err);
    ASSERT_OK(gpusim_sim_run_until(half, 1990 * GPUSIM_SECOND, &err), &err);
    ASSERT_OK(gpusim_sim_save(half, &bytes, &size, &err), &err);
    ASSERT_OK(gpusim_sim_create(model, 1, &rest, &err), &err);
    ASSERT_OK(gpusim_sim_restore(rest, bytes, size, &err), &err);
    ASSERT_OK(gpusim_sim_run_until(rest, GPUSIM_TIME_MAX, &err), &err);
    ASSERT_OK(gpusim_sim_hash(rest, resumed, &err), &err);
    ck_assert_str_eq(whole, resumed);
    gpusim_free(bytes);
    gpusim_sim_destroy(half);
    gpusim_sim_destroy(rest);
}
END_TEST

/* 100 s of work: of kind `image` 150 s on edge and 90 s in the cloud, of another kind 100 s;
 * without GPUs alike. Node 0 is edge. */
START_TEST(run_time_by_kind)
{
    static const char *const hardware[] = {"generic", "H100-SXM5-80GB"};
    char text[1000];
    snprintf(text, sizeof text,
             "gpusim: 1\ncluster:\n"
             "  nodes: [{name: e, gpus: 1, gpu: %s, cpus: 8, class: edge,"
             "           run_time: {image: 1.5, report: 1.2}},\n"
             "          {name: c, gpus: 1, gpu: %s, cpus: 8, class: cloud,"
             "           run_time: {image: 0.9}}]\n"
             "workload: [{jobs: [{at: 0 s, duration: 100 s, gpus: 1, kind: image},"
             " {at: 0 s, duration: 100 s, gpus: 1, kind: image},"
             " {at: 1000 s, duration: 100 s, gpus: 1, kind: sensor},"
             " {at: 1000 s, duration: 100 s, gpus: 0, cpus: 1, kind: report, group: e},"
             " {at: 1000 s, duration: 100 s, gpus: 0, cpus: 1, kind: image, group: c}]}]\n",
             hardware[_i], hardware[_i]);
    static const double expected[] = {150, 90, 100, 120, 90};
    model = compile_text(text);
    sim = run_model(model, 1, &rows);
    for (uint64_t job = 0; job < 5; job++) {
        const gpusim_job_row *row = job_row(&rows, job);
        ck_assert_double_eq_tol(gpusim_seconds(row->end - row->start), expected[job], 1e-6);
        ck_assert_int_eq(row->state, GPUSIM_JOB_COMPLETED);
    }
}
END_TEST

/* 100 s of work at 4 steps a second on V100, the reference; T4 does 1 of `lm`, and can do nothing
 * of `vision`; what the table does not say runs for its duration. A gang over both waits for T4;
 * what a group says of a kind goes before the table. */
START_TEST(throughput_by_model)
{
    model = compile_text(
        "gpusim: 1\ncluster:\n  physics: false\n"
        "  throughput:\n    reference: V100-SXM2-16GB\n"
        "    rates: {lm: {V100-SXM2-16GB: 4, T4: 1, H200: 40},"
        "            vision: {V100-SXM2-16GB: 5, T4: 0}}\n"
        "  nodes: [{name: t, gpus: 1, gpu: T4}, {name: v, gpus: 1, gpu: V100-SXM2-16GB},\n"
        "          {name: u, gpus: 1, gpu: T4, run_time: {lm: 0.5}}]\n"
        "scheduler: {order: fifo, first-fit: {scatter: true}, blocking: false}\n"
        "workload: [{jobs: [{at: 0 s, duration: 100 s, gpus: 1, kind: lm, group: t},"
        " {at: 0 s, duration: 100 s, gpus: 1, kind: lm, group: v},"
        " {at: 0 s, duration: 100 s, gpus: 1, kind: lm, group: u},"
        " {at: 1000 s, duration: 100 s, gpus: 1, kind: vision},"
        " {at: 2000 s, duration: 100 s, gpus: 1, kind: other, group: t},"
        " {at: 3000 s, duration: 100 s, gpus: 3, kind: lm},"
        " {at: 4000 s, duration: 100 s, gpus: 1, kind: vision, group: t}]}]\n");
    sim = run_model(model, 1, &rows);
    static const double expected[] = {400, 100, 50, 100, 100, 400};
    for (uint64_t job = 0; job < 6; job++) {
        const gpusim_job_row *row = job_row(&rows, job);
        ck_assert_double_eq_tol(gpusim_seconds(row->end - row->start), expected[job], 1e-6);
        ck_assert_int_eq(row->state, GPUSIM_JOB_COMPLETED);
    }
    ck_assert_int_eq(job_row(&rows, 6)->state, GPUSIM_JOB_REJECTED);
    ck_assert_int_eq(job_row(&rows, 6)->reason, GPUSIM_REASON_NO_GPU_MODEL);

    // nobody beats the bound: what runs fastest where it is fastest counts
    const gpusim_summary *summary = gpusim_sim_summary(sim);
    ck_assert_double_le(summary->lower_bound_jct_s, summary->jct_s.mean);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("core/hardware");
    TCase *cases = tcase_create("all");
    tcase_add_checked_fixture(cases, NULL, teardown);
    tcase_add_test(cases, what_sensors_say);
    tcase_add_test(cases, nothing_unasked);
    tcase_add_test(cases, without_physics);
    tcase_add_test(cases, failures_are_remembered);
    tcase_add_test(cases, coolest_inlet);
    tcase_add_test(cases, lemons_are_avoided);
    tcase_add_test(cases, saved_and_restored);
    tcase_add_loop_test(cases, run_time_by_kind, 0, 2);
    tcase_add_test(cases, throughput_by_model);
    suite_add_tcase(suite, cases);
    return test_run(suite);
}
