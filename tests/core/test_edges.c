/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The edges: clusters without GPUs, runs without length, times without end, observers that fail,
 * jobs that no placement takes, and who is an oracle. */
#include <math.h>

#include "core/sim.h"
#include <gpusim/placement.h>

#include "one_run.h"

static gpusim_error err;

#define NODES "gpusim: 1\ncluster: {nodes: [{name: n, count: 2, gpus: 4}]}\n"

// no figure is infinite: JSON has no word for it
static void finite(const void *record, const gpusim_record *table)
{
    for (uint32_t i = 0; i < table->count; i++) {
        const char *at = (const char *)record + table->fields[i].offset;
        if (table->fields[i].type == GPUSIM_RECORD) {
            finite(at, table->fields[i].detail.record);
        } else if (table->fields[i].type == GPUSIM_FLOAT64) {
            double value;
            memcpy(&value, at, sizeof value);
            ck_assert_msg(!isinf(value), "%s is infinite", table->fields[i].name);
        }
    }
}

START_TEST(no_figure_is_infinite)
{
    static const char *const texts[] = {
        NODES "workload: [{jobs: [{id: 1, at: 0 s, duration: 0 s, gpus: 1}]}]\n",
        NODES "workload: []\n",
        NODES "telemetry: {every: 5 s}\nworkload: []\n",
        NODES "workload: [{jobs: [{id: 1, at: 0 s, duration: 1 s, gpus: 100}]}]\n",
        "gpusim: 1\n"
        "cluster: {nodes: [{name: n, count: 2, gpus: 0, cpus: 16}]}\n"
        "telemetry: {every: 5 s}\n"
        "workload: [{jobs: [{id: 1, at: 0 s, duration: 10 s, gpus: 0, cpus: 8},"
        " {id: 2, at: 0 s, duration: 10 s, gpus: 0, cpus: 16},"
        " {id: 3, at: 0 s, duration: 10 s, gpus: 0, cpus: 16},"
        " {id: 4, at: 0 s, duration: 10 s, gpus: 1}]}]\n",
    };
    run(texts[_i]);
    const gpusim_summary *summary = gpusim_sim_summary(sim);
    finite(summary, gpusim_summary_record());
    ck_assert_int_eq(rows.complete, 1);
    if (_i == 4) {
        ck_assert_uint_eq(summary->completed, 3);
        ck_assert_uint_eq(summary->rejected, 1);
        ck_assert(summary->makespan_s == 20); // 8 and 16 cores at once, then 16
    }
}
END_TEST

START_TEST(cores_in_thousandths)
{
    // 0.5, 0.25 and 0.25 of a core at once; 0.251 has to wait for the first of them to end
    run("gpusim: 1\n"
        "cluster: {nodes: [{name: n, gpus: 0, cpus: 1}]}\n"
        "workload: [{jobs: [{id: 1, at: 0 s, duration: 10 s, gpus: 0, cpus: 0.5},"
        " {id: 2, at: 0 s, duration: 20 s, gpus: 0, cpus: 0.25},"
        " {id: 3, at: 0 s, duration: 30 s, gpus: 0, cpus: 0.25},"
        " {id: 4, at: 0 s, duration: 1 s, gpus: 0, cpus: 0.251}]}]\n");
    ck_assert_uint_eq(gpusim_sim_summary(sim)->completed, 4);
    ck_assert(gpusim_sim_summary(sim)->longest_wait_s == 10);
}
END_TEST

START_TEST(gpu_models_that_jobs_may_use)
{
    // 2 waits for 1, on the only nodes that it may use, while the others stand idle; 3 wants more
    // than these have; a job without GPUs does not care
    run("gpusim: 1\n"
        "cluster: {physics: false, nodes: [{name: a, gpus: 4, gpu: A100-SXM4-80GB},"
        " {name: b, gpus: 4, gpu: H100-SXM5-80GB}, {name: c, gpus: 4, gpu: V100-SXM2-32GB}]}\n"
        "scheduler: {blocking: false}\n"
        "workload: [{jobs: [{id: 1, at: 0 s, duration: 10 s, gpus: 4, gpu_models: H100-SXM5-80GB},"
        " {id: 2, at: 1 s, duration: 10 s, gpus: 2, gpu_share: 0.5, gpu_models: [H100-SXM5-80GB]},"
        " {id: 3, at: 1 s, duration: 10 s, gpus: 9,"
        "  gpu_models: [H100-SXM5-80GB, V100-SXM2-32GB]},"
        " {id: 4, at: 1 s, duration: 10 s, gpus: 8,"
        "  gpu_models: [A100-SXM4-80GB, V100-SXM2-32GB]},"
        " {id: 5, at: 1 s, duration: 10 s, gpus: 0, gpu_models: H100-SXM5-80GB}]}]\n");
    ck_assert_uint_eq(gpusim_sim_summary(sim)->completed, 4);
    ck_assert_uint_eq(gpusim_sim_summary(sim)->rejected, 1);
    ck_assert(gpusim_sim_summary(sim)->longest_wait_s == 9);
}
END_TEST

static const gpusim_job_row *row_of(int64_t id)
{
    const gpusim_job_row *jobs = rows.tables[GPUSIM_TABLE_JOBS].data;
    for (uint32_t i = 0; i < rows.tables[GPUSIM_TABLE_JOBS].count; i++) {
        if (jobs[i].id == id) {
            return &jobs[i];
        }
    }
    ck_abort_msg("no job %d", (int)id);
}

START_TEST(selectors_by_label_and_name)
{
    // 2 waits for 1 on the one node that is meant, although others are idle; 3 may use the other
    // node of the zone, 4 either of two; 5 to 7 want more than their nodes have, 8 has no such disk
    // anywhere; 9 has no GPU and waits for nobody
    run("gpusim: 1\n"
        "cluster: {nodes: [{name: a, count: 2, gpus: 4, labels: {zone: x, disk: ssd}},"
        " {name: b, count: 2, gpus: 4, cpus: 8, labels: {zone: y, disk: ssd}},"
        " {name: c, gpus: 8}]}\n"
        "scheduler: {blocking: false, placement: best-fit}\n"
        "workload: [{jobs: ["
        "{id: 1, at: 0 s, duration: 10 s, gpus: 4, selector: {node: a-0001}},"
        " {id: 2, at: 1 s, duration: 10 s, gpus: 1, selector: {node: a-0001}},"
        " {id: 3, at: 1 s, duration: 10 s, gpus: 4, selector: {zone: x}},"
        " {id: 4, at: 2 s, duration: 10 s, gpus: 3, selector: {node: b-0001|c-0000}},"
        " {id: 5, at: 2 s, duration: 10 s, gpus: 9, selector: {zone: y}},"
        " {id: 6, at: 2 s, duration: 10 s, gpus: 5, selector: {node: b-0001}},"
        " {id: 7, at: 2 s, duration: 10 s, gpus: 1, cpus: 9, selector: {zone: y}},"
        " {id: 8, at: 2 s, duration: 10 s, gpus: 1, selector: {zone: y, node: a-0000}},"
        " {id: 9, at: 2 s, duration: 10 s, gpus: 0, selector: {disk: ssd, zone: x|y}}]}]\n");
    static const struct {
        double start;
        uint32_t node; // GPUSIM_NONE: it was rejected
        gpusim_job_reason reason;
    } expected[] = {{0, 1, GPUSIM_REASON_NONE},
                    {10, 1, GPUSIM_REASON_NONE},
                    {1, 0, GPUSIM_REASON_NONE},
                    {2, 3, GPUSIM_REASON_NONE},
                    {-1, GPUSIM_NONE, GPUSIM_REASON_NO_NODE},
                    {-1, GPUSIM_NONE, GPUSIM_REASON_NO_NODE},
                    {-1, GPUSIM_NONE, GPUSIM_REASON_NO_CPUS},
                    {-1, GPUSIM_NONE, GPUSIM_REASON_NO_NODE},
                    {2, 0, GPUSIM_REASON_NONE}};
    for (int id = 1; id <= 9; id++) {
        const gpusim_job_row *row = row_of(id);
        ck_assert_uint_eq(row->reason, expected[id - 1].reason);
        if (expected[id - 1].node != GPUSIM_NONE) {
            ck_assert(row->start == gpusim_time_from_seconds(expected[id - 1].start));
        }
        const gs_array *places = &rows.tables[GPUSIM_TABLE_ALLOCATIONS];
        for (uint32_t i = 0; i < places->count; i++) {
            const gpusim_allocation_row *place = &GS_AT(*places, gpusim_allocation_row, i);
            if (place->job == row->index) {
                ck_assert_uint_eq(place->node, expected[id - 1].node);
            }
        }
    }
    ck_assert_str_eq(gpusim_model_name(model, row_of(9)->selector), "disk=ssd,zone=x|y");
    gpusim_node_row node;
    ck_assert_int_eq(gpusim_model_row(model, GPUSIM_TABLE_NODES, 2, &node), 1);
    ck_assert_str_eq(gpusim_model_name(model, node.labels), "zone=y,disk=ssd");
}
END_TEST

START_TEST(runs_of_gpus_across_words)
{
    // 0-59 and 60-109 first; then 0-59 are free again and 110-129: 75 GPUs are 0-59 and 110-124,
    // and the last five 125-129
    run("gpusim: 1\n"
        "cluster: {nodes: [{name: n, gpus: 130}]}\n"
        "workload: [{jobs: [{id: 1, at: 0 s, duration: 10 s, gpus: 60},"
        " {id: 2, at: 0 s, duration: 30 s, gpus: 50}, {id: 3, at: 1 s, duration: 10 s, gpus: 75},"
        " {id: 4, at: 2 s, duration: 10 s, gpus: 5}]}]\n");
    static const struct {
        uint64_t job;
        uint32_t first, count;
    } expected[] = {{0, 0, 60}, {2, 0, 60}, {2, 110, 15}, {3, 125, 5}, {1, 60, 50}};
    const gs_array *places = &rows.tables[GPUSIM_TABLE_ALLOCATIONS];
    ck_assert_uint_eq(places->count, 5);
    for (uint32_t i = 0; i < places->count; i++) {
        const gpusim_allocation_row *place = &GS_AT(*places, gpusim_allocation_row, i);
        ck_assert_uint_eq(place->job, expected[i].job);
        ck_assert_uint_eq(place->first_gpu, expected[i].first);
        ck_assert_uint_eq(place->gpus, expected[i].count);
    }
}
END_TEST

START_TEST(storage_is_shared_and_ends)
{
    // 1 takes 60 of 100 GiB by two GPUs, so that 2 waits for it; 3 wants more than a node has, 4
    // none; where nobody said how much there is it is not limited
    run("gpusim: 1\n"
        "cluster: {nodes: [{name: a, gpus: 4, storage: 100 GiB}, {name: b, gpus: 4}]}\n"
        "scheduler: {blocking: false}\n"
        "workload: [{jobs: ["
        "{id: 1, at: 0 s, duration: 10 s, gpus: 2, storage: 30 GiB, group: a},"
        " {id: 2, at: 1 s, duration: 10 s, gpus: 1, storage: 50 GiB, group: a},"
        " {id: 3, at: 1 s, duration: 10 s, gpus: 1, storage: 101 GiB, group: a},"
        " {id: 4, at: 1 s, duration: 10 s, gpus: 2, group: a},"
        " {id: 5, at: 1 s, duration: 10 s, gpus: 4, storage: 1 PiB, group: b}]}]\n");
    ck_assert(row_of(1)->start == 0);
    ck_assert(row_of(2)->start == 10 * GPUSIM_SECOND);
    ck_assert_uint_eq(row_of(3)->reason, GPUSIM_REASON_NO_STORAGE);
    ck_assert(row_of(4)->start == GPUSIM_SECOND);
    ck_assert(row_of(5)->start == GPUSIM_SECOND);
    ck_assert_uint_eq(row_of(2)->storage, UINT64_C(50) << 30);
}
END_TEST

START_TEST(what_a_selector_means)
{
    static const struct {
        const char *selector, *labels, *node;
        int means;
    } cases[] = {
        {"", "", "n", 1},
        {"zone=a", "zone=a", "n", 1},
        {"zone=a", "zone=ab", "n", 0},
        {"zone=ab", "zone=a", "n", 0},
        {"zone=a", "one=a,zone=a", "n", 1},
        {"zone=a|b", "disk=ssd,zone=b", "n", 1},
        {"zone=a|b", "disk=a", "n", 0},
        {"zone=a,disk=ssd", "zone=a", "n", 0},
        {"zone=a,disk=ssd", "disk=ssd,zone=a", "n", 1},
        {"node=n|m", "", "n", 1},
        {"node=n|m", "", "m", 1},
        {"node=n|m", "", "n|m", 0},
        {"node=n", "node=n", "m", 0},
        {"zone=a,node=n", "zone=b", "n", 0},
    };
    ck_assert_msg(gpusim_selector_means(cases[_i].selector, cases[_i].labels, cases[_i].node) ==
                      cases[_i].means,
                  "%s on %s", cases[_i].selector, cases[_i].labels);
}
END_TEST

START_TEST(times_near_the_end_of_time)
{
    // a second job of 290 years would end beyond the end of time: it never does
    run(NODES "duration: 2500000 h\n"
              "workload: [{jobs: [{id: 1, at: 5 s, duration: 73000 d, gpus: 4},"
              " {id: 2, at: 36500 d, duration: 105850 d, gpus: 4, walltime: 105850 d},"
              " {id: 3, at: 73000 d, duration: 1 s, gpus: 4}]}]\n");
    ck_assert_uint_eq(gpusim_sim_summary(sim)->completed, 2);
    ck_assert_uint_eq(gpusim_sim_summary(sim)->unfinished, 1);
    ck_assert_int_eq(rows.complete, 1);
}
END_TEST

START_TEST(backfill_near_the_end_of_time)
{
    static const char *const kinds[] = {"easy", "conservative"};
    char text[512];
    snprintf(text, sizeof text,
             NODES "scheduler: {backfill: %s}\n"
                   "workload: [{jobs: [{id: 1, at: 5 s, duration: 105850 d, gpus: 8},"
                   " {id: 2, at: 6 s, duration: 105850 d, gpus: 4},"
                   " {id: 3, at: 7 s, duration: 1 s, gpus: 4}]}]\n",
             kinds[_i]);
    run(text);
    ck_assert_uint_eq(gpusim_sim_summary(sim)->submitted, 3);
    ck_assert_uint_ge(gpusim_sim_summary(sim)->completed, 1);
}
END_TEST

START_TEST(stalled_whoever_decides)
{
    // drained for ever: no manner of scheduling keeps the run awake
    static const char *const kinds[] = {
        "order: fifo",
        "order: srtf, blocking: false",
        "backfill: easy",
        "backfill: conservative",
        "order: las, preemption: repack",
        "order: srtf, preemption: repack",
    };
    char text[512];
    snprintf(text, sizeof text,
             NODES "scheduler: {%s}\n"
                   "telemetry: {every: 1 h}\n"
                   "workload: [{jobs: [{id: 1, at: 0 s, duration: 100 s, gpus: 4},"
                   " {id: 2, at: 5 s, duration: 50 h, gpus: 8}]}]\n"
                   "actions: [{at: 1 s, do: drain, node: n-0000}]\n",
             kinds[_i]);
    run(text);
    const gpusim_summary *summary = gpusim_sim_summary(sim);
    ck_assert_uint_eq(summary->stalled, 1);
    ck_assert_uint_eq(summary->completed, 1);
    ck_assert_uint_eq(summary->unfinished, 1);
    ck_assert_double_le(summary->sim_time_s, 3 * 86400);
}
END_TEST

START_TEST(up_counts_nodes_that_drain)
{
    // two nodes of 4: one drains from 10 s on and is drained at 60 s, the run ends at 100 s
    run(NODES "workload: [{jobs: [{id: 1, at: 0 s, duration: 100 s, gpus: 4},"
              " {id: 2, at: 0 s, duration: 60 s, gpus: 4}]}]\n"
              "actions: [{at: 10 s, do: drain, node: n-0001}]\n");
    const gpusim_summary *summary = gpusim_sim_summary(sim);
    ck_assert_double_eq_tol(summary->gpu_allocated_fraction, 640.0 / 800, 1e-12);
    ck_assert_double_eq_tol(summary->gpu_allocated_fraction_of_up, 640.0 / (8 * 60 + 4 * 40),
                            1e-12);
}
END_TEST

// ---- who fails ----

static int rows_left;

static gpusim_status failing_row(void *context, gpusim_table table, const void *row,
                                 gpusim_error *error)
{
    (void)context;
    (void)table;
    (void)row;
    return rows_left-- > 0 ? GPUSIM_OK : gpusim_fail(error, GPUSIM_IO, "the disk is full");
}

START_TEST(an_observer_that_fails)
{
    // at its n-th row, whichever that is: said once in full, and again when asked to go on
    for (int n = 0; n < 60; n++) {
        model = compile_text(
            NODES "scheduler: {order: srtf, preemption: repack}\n"
                  "workload: [{jobs: [{id: 1, at: 0 s, duration: 100 s, gpus: 6},"
                  " {id: 2, at: 1 s, duration: 10 s, gpus: 3}, {id: 3, at: 2 s, duration: 5 s,"
                  " gpus: 8}, {id: 4, at: 2 s, duration: 1 s, gpus: 9}]}]\n"
                  "actions: [{at: 3 s, do: drain, node: n-0001}, {at: 9 s, do: undrain,"
                  " node: n-0001}, {at: 20 s, do: cancel, job: jobs/1}]\n");
        ASSERT_OK(gpusim_sim_create(model, 1, &sim, &err), &err);
        gpusim_observer hears = collect_observer(&rows), fails;
        gpusim_observer_default(&fails);
        fails.row = failing_row;
        rows_left = n;
        ASSERT_OK(gpusim_sim_observe(sim, &hears, &err), &err);
        ASSERT_OK(gpusim_sim_observe(sim, &fails, &err), &err);
        err = (gpusim_error){0};
        gpusim_status status = gpusim_sim_run_until(sim, GPUSIM_TIME_MAX, &err);
        if (status != GPUSIM_OK) {
            ck_assert_int_eq(status, GPUSIM_IO);
            ck_assert_str_eq(err.message, "the disk is full");
            if (!gpusim_sim_ended(sim)) {
                err = (gpusim_error){0};
                ck_assert_int_eq(gpusim_sim_run_until(sim, GPUSIM_TIME_MAX, &err), GPUSIM_IO);
                ck_assert_str_eq(err.message, "the disk is full");
                ck_assert_int_eq(gpusim_sim_cancel(sim, 0, &err), GPUSIM_IO);
            }
            (void)gpusim_sim_finish(sim, &err);
            ck_assert_int_eq(rows.ended, 1);
            ck_assert_int_eq(rows.complete, 0);
        } else {
            ck_assert_int_eq(rows.complete, 1);
        }
        ck_assert_uint_eq(gpusim_sim_summary(sim)->size, sizeof(gpusim_summary));
        teardown();
    }
}
END_TEST

START_TEST(interrupted_and_finished)
{
    model = compile_text(NODES "workload: [{jobs: [{id: 1, at: 0 s, duration: 100 s, gpus: 6},"
                               " {id: 2, at: 1 s, duration: 10 s, gpus: 3}]}]\n");
    ASSERT_OK(gpusim_sim_create(model, 1, &sim, &err), &err);
    gpusim_observer hears = collect_observer(&rows);
    ASSERT_OK(gpusim_sim_observe(sim, &hears, &err), &err);
    gpusim_sim_interrupt(sim);
    ck_assert_int_eq(gpusim_sim_run_until(sim, GPUSIM_TIME_MAX, &err), GPUSIM_INTERRUPTED);
    ck_assert_int_eq(gpusim_sim_ended(sim), 0);
    if (_i == 0) {
        ASSERT_OK(gpusim_sim_run_until(sim, GPUSIM_TIME_MAX, &err), &err); // or it may go on
    }
    ASSERT_OK(gpusim_sim_finish(sim, &err), &err);
    ASSERT_OK(gpusim_sim_finish(sim, &err), &err);
    ck_assert_int_eq(gpusim_sim_ended(sim), 1);
    ck_assert_int_eq(rows.ended, 1);
    ck_assert_int_eq(rows.complete, _i == 0);
    ck_assert_uint_eq(gpusim_sim_summary(sim)->completed, _i == 0 ? 2 : 0);
}
END_TEST

START_TEST(acting_before_the_first_event)
{
    // observers hear of the beginning before they hear of anything else
    model = compile_text(NODES "workload: [{jobs: [{id: 1, at: 0 s, duration: 1 s, gpus: 8}]}]\n");
    ASSERT_OK(gpusim_sim_create(model, 1, &sim, &err), &err);
    gpusim_observer hears = collect_observer(&rows);
    ASSERT_OK(gpusim_sim_observe(sim, &hears, &err), &err);
    ASSERT_OK(gpusim_sim_drain(sim, 1, &err), &err);
    ck_assert_int_eq(rows.begun, 1);
    ck_assert_uint_eq(rows.tables[GPUSIM_TABLE_ACTIONS].count, 1);
    ASSERT_OK(gpusim_sim_run_until(sim, 10 * GPUSIM_SECOND, &err), &err);
    ck_assert_uint_eq(gpusim_sim_summary(sim)->stalled, 1);
    ck_assert_int_eq(rows.begun, 1);
}
END_TEST

// ---- a placement that takes no more than one node ----

static uint32_t lowest(const gpusim_context *context, const gpusim_search *search)
{
    (void)context;
    return gpusim_search_first(search, 0);
}

static int place_on_one_node(const gpusim_context *context, const gpusim_job_info *job,
                             gpusim_placement *placement)
{
    return gpusim_place_job(context, job, placement, lowest, 0) && placement->count == 1;
}

static const gpusim_placer one_node = {.place = place_on_one_node};
static const gpusim_module one_node_module = {
    .magic = GPUSIM_MODULE_MAGIC,
    .size = sizeof(gpusim_module),
    .abi_major = GPUSIM_MODULE_ABI_MAJOR,
    .abi_minor = GPUSIM_MODULE_ABI_MINOR,
    .kind = GPUSIM_MODULE_PLACEMENT,
    .name = "one-node",
    .version = "1",
    .doc = "One node or none.",
    .operations = &one_node,
};

START_TEST(what_no_placement_takes_is_rejected)
{
    // by the sums 5 GPUs fit on two nodes of 4; the placement would never put them there, and the
    // job at the head of a queue that blocks would hold it for ever. A drained node counts as
    // there.
    model = compile_text(NODES "workload: [{jobs: [{id: 1, at: 0 s, duration: 10 s, gpus: 4},"
                               " {id: 2, at: 2 s, duration: 10 s, gpus: 5},"
                               " {id: 3, at: 3 s, duration: 10 s, gpus: 4},"
                               " {id: 4, at: 4 s, duration: 10 s, gpus: 5}]}]\n"
                               "actions: [{at: 1 s, do: drain, node: n-0001}]\n");
    model->setup.placement.module = &one_node_module;
    sim = run_model(model, 1, &rows);
    ck_assert_int_eq(job_row(&rows, 1)->state, GPUSIM_JOB_REJECTED);
    ck_assert_int_eq(job_row(&rows, 1)->reason, GPUSIM_REASON_NO_PLACEMENT);
    ck_assert_int_eq(job_row(&rows, 1)->end, 2 * GPUSIM_SECOND);
    ck_assert_int_eq(job_row(&rows, 2)->state, GPUSIM_JOB_COMPLETED);
    ck_assert_int_eq(job_row(&rows, 2)->start, 10 * GPUSIM_SECOND);
    ck_assert_int_eq(job_row(&rows, 3)->state, GPUSIM_JOB_REJECTED);
}
END_TEST

// ---- oracles (definitions 5) ----

static const struct {
    const char *scheduler, *job;
    uint32_t oracle;
} oracles[] = {
    {"order: fifo, estimates: exact", "", 0}, // nobody looks
    {"order: las, preemption: repack, estimates: exact", "", 0},
    {"order: fifo, blocking: false", "", 0},
    {"order: sjf", ", walltime: 1 h", 0}, // what users asked for
    {"order: fifo, backfill: easy", ", walltime: 1 h", 0},
    {"order: sjf", "", 1}, // they asked for nothing
    {"order: srtf, preemption: repack", "", 1},
    {"order: srsf, preemption: repack", "", 1},
    {"order: fifo, backfill: easy", "", 1},
    {"order: fifo, backfill: conservative", "", 1},
    {"order: sjf, estimates: exact", ", walltime: 1 h", 1},
    {"order: fifo, backfill: easy, estimates: noise", ", walltime: 1 h", 1},
};

START_TEST(who_is_an_oracle)
{
    char text[512];
    snprintf(text, sizeof text,
             NODES "scheduler: {%s}\n"
                   "workload: [{jobs: [{id: 1, at: 0 s, duration: 10 s, gpus: 4%s}]}]\n",
             oracles[_i].scheduler, oracles[_i].job);
    run(text);
    ck_assert_uint_eq(gpusim_sim_summary(sim)->oracle, oracles[_i].oracle);
}
END_TEST

// ---- reasons ----

START_TEST(reasons_are_names)
{
    // 1 GPU overtakes under backfill, jobs are moved and stopped under repack: all say why
    static const struct {
        const char *scheduler, *reason;
    } cases[] = {{"backfill: easy", "backfill"}, {"order: srtf, preemption: repack", "repack"}};
    char text[512];
    snprintf(text, sizeof text,
             NODES "scheduler: {%s}\n"
                   "workload: [{jobs: [{id: 1, at: 0 s, duration: 100 s, gpus: 6},"
                   " {id: 2, at: 1 s, duration: 90 s, gpus: 8},"
                   " {id: 3, at: 2 s, duration: 5 s, gpus: 1}]}]\n",
             cases[_i].scheduler);
    run(text);
    const gs_array *decisions = &rows.tables[GPUSIM_TABLE_DECISIONS];
    uint32_t found = 0;
    for (uint32_t i = 0; i < decisions->count; i++) {
        uint32_t reason = GS_AT(*decisions, gpusim_decision_row, i).reason;
        found += strcmp(gpusim_model_name(model, reason), cases[_i].reason) == 0;
    }
    ck_assert_uint_ge(found, 1);
    for (uint32_t i = 0; i < GS_REASON_COUNT; i++) {
        ck_assert_uint_ne(gs_names_find(model->names, gs_reasons[i], strlen(gs_reasons[i])),
                          GPUSIM_NONE);
    }
}
END_TEST

START_TEST(names_of_nodes_and_groups_are_apart)
{
    // a group called as a node of another: the action means the node
    run("gpusim: 1\n"
        "cluster: {nodes: [{name: a-0001, count: 1, gpus: 1}, {name: a, count: 2, gpus: 1}]}\n"
        "workload: [{jobs: [{id: 1, at: 1 s, duration: 1 s, gpus: 3}]}]\n"
        "actions: [{at: 0 s, do: drain, node: a-0001}]\n");
    ck_assert_int_eq(gpusim_sim_view(sim)->nodes[0].state, GPUSIM_NODE_UP);
    ck_assert_int_eq(gpusim_sim_view(sim)->nodes[1].state, GPUSIM_NODE_UP);
    ck_assert_int_eq(gpusim_sim_view(sim)->nodes[2].state, GPUSIM_NODE_DRAINED);
    ck_assert_str_eq(gpusim_model_name(model, model->cluster.node_name[0]), "a-0001-0000");
}
END_TEST

START_TEST(names_that_mean_nothing_are_errors)
{
    static const struct {
        const char *text, *key;
    } cases[] = {
        {"workload: [{synthetic: {count: 1, arrivals: {process: periodic, every: 5 s}, gpus: 1,"
         " duration: 5 s, group: m}}]\n",
         "workload[0].synthetic.group"},
        {"workload: [{jobs: [{id: 1, at: 1 s, duration: 1 s, gpus: 1},"
         " {id: 2, at: 1 s, duration: 1 s, gpus: 1, group: m}]}]\n",
         "workload[0].jobs[1].group"},
        {"workload: [{synthetic: {count: 1, arrivals: {process: periodic, every: 5 s}, gpus: 1,"
         " duration: 5 s, selector: {zone: a}}}]\n",
         "workload[0].synthetic.selector.zone"},
        {"workload: [{jobs: [{id: 1, at: 1 s, duration: 1 s, selector: {node: n-0001|n-0002}}]}]\n",
         "workload[0].jobs[0].selector.node"},
        {"workload: [{jobs: [{id: 1, at: 1 s, duration: 1 s, selector: {node: n-0001|}}]}]\n",
         "workload[0].jobs[0].selector.node"},
        {"workload: []\nactions: [{at: 0 s, do: cancel, job: \"\"}]\n", "actions[0]"},
        {"workload: []\nactions: [{at: 0 s, do: drain, node: n}]\n", "actions[0].node"},
    };
    char text[512];
    gpusim_spec *spec = NULL;
    snprintf(text, sizeof text, NODES "%s", cases[_i].text);
    ASSERT_OK(gpusim_spec_parse(text, strlen(text), "test.yaml", NULL, &spec, &err), &err);
    ck_assert_int_eq(gpusim_model_compile(spec, &model, &err), GPUSIM_SCENARIO);
    ck_assert_ptr_null(model);
    ck_assert_str_eq(err.key, cases[_i].key);
    ck_assert_int_gt(err.line, 0);
    gpusim_spec_destroy(spec);
}
END_TEST

START_TEST(tenants_that_are_not_listed_are_told)
{
    const char *jobs = "workload: [{jobs: [{id: 1, at: 0 s, duration: 1 s, gpus: 1, vc: rde}]}]\n";
    char text[512];
    snprintf(text, sizeof text, NODES "%s", jobs);
    model = compile_text(text); // no tenants at all: nothing to say
    ck_assert_ptr_null(gpusim_model_warning(model, 0));
    gpusim_model_destroy(model);

    snprintf(text, sizeof text,
             "gpusim: 1\ncluster: {nodes: [{name: n, gpus: 4}],"
             " virtual_clusters: {red: {quota: 2}}}\n%s",
             jobs);
    model = compile_text(text);
    ck_assert_ptr_nonnull(strstr(gpusim_model_warning(model, 0), "not listed"));
}
END_TEST

START_TEST(orders_made_for_preemption_say_so)
{
    const char *jobs = "workload: [{jobs: [{id: 1, at: 0 s, duration: 1 s, gpus: 1}]}]\n";
    char text[512];
    snprintf(text, sizeof text, NODES "%sscheduler: {order: las}\n", jobs);
    model = compile_text(text);
    ck_assert_ptr_nonnull(strstr(gpusim_model_warning(model, 0), "repack"));
    gpusim_model_destroy(model);
    snprintf(text, sizeof text, NODES "%sscheduler: {order: las, preemption: repack}\n", jobs);
    model = compile_text(text);
    ck_assert_ptr_null(gpusim_model_warning(model, 0));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("core/edges");
    TCase *cases = tcase_create("all");
    tcase_add_checked_fixture(cases, NULL, teardown);
    tcase_add_loop_test(cases, no_figure_is_infinite, 0, 5);
    tcase_add_test(cases, times_near_the_end_of_time);
    tcase_add_loop_test(cases, backfill_near_the_end_of_time, 0, 2);
    tcase_add_loop_test(cases, stalled_whoever_decides, 0, 6);
    tcase_add_test(cases, cores_in_thousandths);
    tcase_add_test(cases, gpu_models_that_jobs_may_use);
    tcase_add_test(cases, selectors_by_label_and_name);
    tcase_add_test(cases, runs_of_gpus_across_words);
    tcase_add_test(cases, storage_is_shared_and_ends);
    tcase_add_loop_test(cases, what_a_selector_means, 0, 14);
    tcase_add_test(cases, up_counts_nodes_that_drain);
    tcase_add_test(cases, an_observer_that_fails);
    tcase_add_loop_test(cases, interrupted_and_finished, 0, 2);
    tcase_add_test(cases, acting_before_the_first_event);
    tcase_add_test(cases, what_no_placement_takes_is_rejected);
    tcase_add_loop_test(cases, who_is_an_oracle, 0, sizeof oracles / sizeof oracles[0]);
    tcase_add_loop_test(cases, reasons_are_names, 0, 2);
    tcase_add_test(cases, names_of_nodes_and_groups_are_apart);
    tcase_add_loop_test(cases, names_that_mean_nothing_are_errors, 0, 7);
    tcase_add_test(cases, tenants_that_are_not_listed_are_told);
    tcase_add_test(cases, orders_made_for_preemption_say_so);
    suite_add_tcase(suite, cases);
    return test_run(suite);
}
