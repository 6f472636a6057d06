/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Faults that bring others along, and work that is wrong until somebody finds that: by hand. */
#include <math.h>

#include "failing.h"

#define S GPUSIM_SECOND

static gpusim_model *model;
static gpusim_sim *sim;
static collected rows;

static void teardown(void)
{
    gpusim_sim_destroy(sim);
    gpusim_model_destroy(model);
    collect_release(&rows);
    memset(&rows, 0, sizeof rows);
    sim = NULL;
    model = NULL;
}

static void run(const char *text)
{
    teardown();
    model = compile_text(text);
    sim = run_model(model, 1, &rows);
}

static const gpusim_fault_row *fault_row(uint32_t i)
{
    ck_assert_uint_lt(i, rows.tables[GPUSIM_TABLE_FAULTS].count);
    return &GS_AT(rows.tables[GPUSIM_TABLE_FAULTS], gpusim_fault_row, i);
}

static int is_kind(const gpusim_fault_row *row, const char *kind)
{
    return strcmp(gpusim_model_name(model, row->kind), kind) == 0;
}

/* What struck of a kind: how many, and on which entities, a bit each. */
static uint32_t struck(const char *kind, uint64_t *where)
{
    uint32_t count = 0;
    *where = 0;
    for (uint32_t i = 0; i < rows.tables[GPUSIM_TABLE_FAULTS].count; i++) {
        if (is_kind(fault_row(i), kind)) {
            count++;
            *where |= UINT64_C(1) << fault_row(i)->entity;
        }
    }
    return count;
}

/* Two racks of two nodes of four GPUs. */
#define RACKS                                                                                      \
    "gpusim: 1\nduration: 1 h\n"                                                                   \
    "cluster: {nodes: [{name: n, count: 4, gpus: 4, per_rack: 2}]}\nworkload: []\n"

START_TEST(on_itself_at_once_and_later)
{
    run(RACKS "chaos: [{fault: pcie-degrade, target: {gpu: n-0001/gpu2}, at: 5 min, for: 1 min, "
              "causes: [{fault: mmu-fault}, {fault: xid79, after: 5 s, for: 10 s}]}]\n");
    ck_assert_uint_eq(rows.tables[GPUSIM_TABLE_FAULTS].count, 3);
    for (uint32_t i = 0; i < 3; i++) {
        const gpusim_fault_row *row = fault_row(i);
        ck_assert_uint_eq(row->root, 0);
        ck_assert_uint_eq(row->entity, 6);
        ck_assert_int_eq(row->start, (is_kind(row, "xid79") ? 305 : 300) * S);
        ck_assert_int_eq(row->end, is_kind(row, "xid79")       ? 315 * S
                                   : is_kind(row, "mmu-fault") ? 300 * S
                                                               : 360 * S);
    }
    ck_assert_int_eq(failing_event(&rows, GPUSIM_EVENT_XID, 0)->detail, 31);
    ck_assert_int_eq(failing_event(&rows, GPUSIM_EVENT_GPU_OFF, 0)->time, 305 * S);
}
END_TEST

/* Neighbours are the others; what a GPU is in is one, what is in a rack is each. */
START_TEST(whom_it_reaches)
{
    uint64_t where;
    run(RACKS "chaos: [{fault: mmu-fault, target: {gpu: n-0001/gpu2}, at: 5 min, "
              "causes: [{fault: nvlink-error, whom: neighbours}, {fault: driver-crash}]}]\n");
    ck_assert_uint_eq(struck("nvlink-error", &where), 3);
    ck_assert_uint_eq(where, 0xb0);
    ck_assert_uint_eq(struck("driver-crash", &where), 1);
    ck_assert_uint_eq(where, 2);

    run(RACKS "chaos: [{fault: driver-crash, target: {node: n-0002}, at: 5 min, "
              "causes: [{fault: row-remap}, {fault: job-crash, whom: neighbours}, "
              "{fault: switch-failure, for: 1 s}]}]\n");
    ck_assert_uint_eq(struck("row-remap", &where), 4);
    ck_assert_uint_eq(where, 0xf00);
    ck_assert_uint_eq(struck("job-crash", &where), 1);
    ck_assert_uint_eq(where, 8);
    ck_assert_uint_eq(struck("switch-failure", &where), 1);
    ck_assert_uint_eq(where, 2);

    run(RACKS "chaos: [{fault: heat-wave, at: 5 min, rise: 3 K, "
              "causes: [{fault: cooling-loop-failure, for: 1 s}, {fault: mmu-fault}]}]\n");
    ck_assert_uint_eq(struck("cooling-loop-failure", &where), 2);
    ck_assert_uint_eq(struck("mmu-fault", &where), 16);
}
END_TEST

/* 82 % of errors of the power management bring one of the memory's along, unless told otherwise; of
 * 3,000, within four standard deviations. The first are when they were. */
START_TEST(as_often_as_counted)
{
    uint64_t where;
    gpusim_time first;
    run("gpusim: 1\nduration: 1000 h\ncluster: {nodes: [{name: n, gpus: 1}]}\nworkload: []\n"
        "chaos: [{fault: pmu-error, every: 20 min}]\n");
    double count = struck("pmu-error", &where);
    ck_assert_double_ge(count, 2998);
    ck_assert_double_lt(fabs(struck("mmu-fault", &where) - 0.82 * count),
                        4 * sqrt(count * 0.82 * 0.18));

    run("gpusim: 1\nduration: 1000 h\ncluster: {nodes: [{name: n, gpus: 1}]}\nworkload: []\n"
        "chaos: [{fault: pmu-error, every: {exponential: {mean: 1 h}}, causes: []}]\n");
    ck_assert_uint_eq(struck("mmu-fault", &where), 0);
    first = fault_row(0)->start;
    run("gpusim: 1\nduration: 1000 h\ncluster: {nodes: [{name: n, gpus: 1}]}\nworkload: []\n"
        "chaos: [{fault: pmu-error, every: {exponential: {mean: 1 h}}, causes: [{fault: row-remap, "
        "probability: 50 %}]}]\n");
    ck_assert_int_eq(fault_row(0)->start, first);
    ck_assert_uint_gt(struck("row-remap", &where), 300);
}
END_TEST

/* What is to come is state: saved between a strike and what follows it, the rows are the same. */
START_TEST(saved_between_strike_and_sequel)
{
    gpusim_error err = {0};
    void *bytes = NULL;
    size_t size = 0;
    model = compile_text(RACKS "chaos: [{fault: pcie-degrade, target: {node: n-0001}, at: 5 min, "
                               "causes: [{fault: xid79, probability: 50 %, after: {uniform: {min: "
                               "1 min, max: 2 min}}}]}]\n");
    ASSERT_OK(gpusim_sim_create(model, 3, &sim, &err), &err);
    failing_run_to(sim, 330);
    ASSERT_OK(gpusim_sim_save(sim, &bytes, &size, &err), &err);
    failing_run_to(sim, 3600);
    char hash[33], again[33];
    ASSERT_OK(gpusim_sim_hash(sim, hash, &err), &err);
    gpusim_sim_destroy(sim);
    ASSERT_OK(gpusim_sim_create(model, 3, &sim, &err), &err);
    gpusim_observer observer = collect_observer(&rows);
    ASSERT_OK(gpusim_sim_observe(sim, &observer, &err), &err);
    ASSERT_OK(gpusim_sim_restore(sim, bytes, size, &err), &err);
    gpusim_free(bytes);
    failing_run_to(sim, 3600);
    ASSERT_OK(gpusim_sim_hash(sim, again, &err), &err);
    ck_assert_str_eq(hash, again);
    uint64_t where;
    uint32_t count = struck("xid79", &where);
    ck_assert(count > 0 && count < 4);
}
END_TEST

// ---- corruption ----

/* An hour of work, saved every ten minutes at no cost. */
#define JOB                                                                                        \
    "gpusim: 1\ncluster: {nodes: [{name: n, gpus: 2}]}\nscheduler: {order: srtf}\n"                \
    "workload: [{jobs: [{duration: 1 h, gpus: 2, profile: {checkpoint: {every: 10 min}}}]}]\n"     \
    "chaos:\n"
#define SDC(rest) "  - {fault: sdc, target: {gpu: n-0000/gpu1}, at: 25 min, " rest "}\n"

static const gpusim_fault_row *corruption(void)
{
    uint32_t i = 0;
    while (!is_kind(fault_row(i), "sdc")) {
        i++;
    }
    return fault_row(i);
}

/* Found 45 min into it: what was saved after 20 min is from before, 25 min are done again. */
START_TEST(found)
{
    run(JOB SDC("found: 100 %, after: 20 min"));
    const gpusim_job_row *job = job_row(&rows, 0);
    ck_assert_int_eq(job->end, 85 * 60 * S);
    ck_assert_int_eq(job->redone, 25 * 60 * S);
    ck_assert_int_eq(job->state, GPUSIM_JOB_COMPLETED);
    ck_assert_int_eq(failing_event(&rows, GPUSIM_EVENT_FAIL, 0)->detail, GPUSIM_REASON_CORRUPTED);
    ck_assert_int_eq(corruption()->end, 45 * 60 * S);
    ck_assert_int_eq(corruption()->last_effect, 45 * 60 * S);
    ck_assert_uint_eq(corruption()->jobs_hit, 1);
    ck_assert_uint_eq(corruption()->corrupted, 0);
    ck_assert_uint_eq(corruption()->observable, 0);
}
END_TEST

START_TEST(never_found)
{
    run(JOB SDC("found: 0 %"));
    ck_assert_int_eq(job_row(&rows, 0)->end, 3600 * S);
    ck_assert_int_eq(job_row(&rows, 0)->redone, 0);
    ck_assert_uint_eq(corruption()->corrupted, 1);
    ck_assert_int_eq(corruption()->end, 3600 * S);
    // too late is never; and nobody is there to be hit
    run(JOB SDC("found: 100 %, after: 40 min"));
    ck_assert_int_eq(job_row(&rows, 0)->end, 3600 * S);
    ck_assert_uint_eq(corruption()->corrupted, 1);
    run(JOB
        "  - {fault: sdc, target: {gpu: n-0000/gpu1}, at: [25 min, 26 min, 2 h], found: 0 %}\n");
    ck_assert_uint_eq(fault_row(0)->corrupted + fault_row(1)->corrupted, 1);
    ck_assert_uint_eq(rows.tables[GPUSIM_TABLE_FAULTS].count, 2);
}
END_TEST

/* A failure takes it back behind the strike, and all is well; or to what was saved after it, and
 * it goes on with that. */
START_TEST(failures_on_the_way)
{
    run(JOB SDC("found: 100 %, after: 20 min") "  - {fault: job-crash, target: {node: n-0000}, at: "
                                               "28 min}\n");
    ck_assert_int_eq(job_row(&rows, 0)->end, 68 * 60 * S);
    ck_assert_int_eq(corruption()->end, 28 * 60 * S);
    ck_assert_uint_eq(corruption()->corrupted, 0);
    run(JOB SDC("found: 100 %, after: 20 min") "  - {fault: job-crash, target: {node: n-0000}, at: "
                                               "35 min}\n");
    ck_assert_int_eq(job_row(&rows, 0)->redone, (5 + 20) * 60 * S);
    ck_assert_int_eq(job_row(&rows, 0)->end, 85 * 60 * S);
    ck_assert_uint_eq(job_row(&rows, 0)->failures, 2);
}
END_TEST

/* Found while it waits for its node, it goes back without another failure; what the node's repair
 * mends is not its work. */
START_TEST(found_while_it_waits)
{
    run(JOB SDC("found: 100 %, after: 20 min") "  - {fault: node-crash, target: {node: n-0000}, "
                                               "at: 35 min, repair: 30 min}\n");
    ck_assert_int_eq(job_row(&rows, 0)->end, 105 * 60 * S);
    ck_assert_int_eq(job_row(&rows, 0)->redone, (5 + 10) * 60 * S);
    ck_assert_uint_eq(job_row(&rows, 0)->failures, 1);
    run(JOB SDC("found: 0 %") "actions: [{at: 30 min, do: repair, node: n-0000}]\n");
    ck_assert_uint_eq(corruption()->corrupted, 1);
}
END_TEST

/* A checkpoint that is being written as it strikes holds sound work. */
START_TEST(while_it_is_saved)
{
    run("gpusim: 1\ncluster: {nodes: [{name: n, gpus: 1}]}\n"
        "workload: [{jobs: [{duration: 1 h, gpus: 1, profile: {checkpoint: {every: 20 min, cost: "
        "10 "
        "min}}}]}]\nchaos: [{fault: sdc, target: {gpu: n-0000/gpu0}, at: 25 min, found: 100 %, "
        "after: 15 min}]\n");
    // 20 min, saved by 30 min, and 10 min that are done again from 40 min on
    ck_assert_int_eq(job_row(&rows, 0)->redone, 10 * 60 * S);
    ck_assert_int_eq(job_row(&rows, 0)->end, (40 + 20 + 10 + 20) * 60 * S);

    // and to go back to that mends it
    run("gpusim: 1\ncluster: {nodes: [{name: n, gpus: 1}]}\n"
        "workload: [{jobs: [{duration: 1 h, gpus: 1, profile: {checkpoint: {every: 20 min, cost: "
        "10 "
        "min}}}]}]\nchaos:\n  - {fault: sdc, target: {gpu: n-0000/gpu0}, at: 25 min, found: 0 %}\n"
        "  - {fault: job-crash, target: {node: n-0000}, at: 35 min}\n");
    ck_assert_int_eq(corruption()->end, 35 * 60 * S);
    ck_assert_uint_eq(corruption()->corrupted, 0);
}
END_TEST

/* Failures that rules cause: those that are found, and those that follow. */
START_TEST(rates)
{
    model = compile_text(
        "gpusim: 1\ncluster: {nodes: [{name: n, count: 2, gpus: 2}]}\nworkload: []\nchaos:\n"
        "  - {fault: sdc, every: {exponential: {mean: 100 h}}, found: 30 %}\n"
        "  - {fault: pcie-degrade, every: {exponential: {mean: 10 h}}, causes: [{fault: xid79, "
        "probability: 50 %}, {fault: mmu-fault, probability: 20 %}, {fault: row-remap}]}\n"
        "  - {fault: mmu-fault, every: {exponential: {mean: 50 h}}, target: {random: 3}}\n"
        "  - {fault: mmu-fault, every: {exponential: {mean: 70 h}}, target: {random: 9}}\n");
    double rate = gs_chaos_rate(model, &(gs_held_of){.racks = 1, .nodes = 1, .gpus = 2}) * 3600;
    ck_assert_double_eq_tol(rate, 2 * (0.3 / 100 + (1 - 0.5 * 0.8) / 10 + 0.75 / 50 + 1.0 / 70),
                            1e-12);
}
END_TEST

/* Failures of a job are as many as its rate has it, of which most are brought along: from GPU to
 * GPU of a node, by sequels on neighbours, by what a GPU does to its node, a node to its rack, a
 * node to its GPUs. The job has a part of a node, of a
 * rack, a rack, or all, and stays there. */
START_TEST(rates_as_counted)
{
    static const char *const rules[] = {
        "mmu-fault, every: {exponential: {mean: 40 h}}, spread: 42 %",
        "mmu-fault, every: {exponential: {mean: 40 h}}, spread: 30 %, probability: 60 %",
        "pcie-degrade, every: {exponential: {mean: 40 h}}, for: 1 s, causes: [{fault: mmu-fault, "
        "whom: neighbours, probability: 0.4}]",
        "row-remap, every: {exponential: {mean: 40 h}}, causes: [{fault: job-crash, probability: "
        "0.5}, {fault: mmu-fault, probability: 0.3}]",
        "job-crash, every: {exponential: {mean: 20 h}}, spread: 35 %",
        "packet-delay, every: {exponential: {mean: 20 h}}, for: 1 s, delay: 1 us, causes: [{fault: "
        "mmu-fault, probability: 0.2}]",
        "row-remap, every: {exponential: {mean: 90 h}}, spread: 10 %, causes: [{fault: "
        "rack-pdu-failure, probability: 0.2, for: 1 s}]",
    };
    static const int gpus[] = {3, 8, 12, 16, 48};
    static char text[1024];
    snprintf(
        text, sizeof text,
        "gpusim: 1\nduration: 10000 h\n"
        "cluster: {nodes: [{name: a, count: 4, gpus: 4, per_rack: 4}, {name: b, count: 8, gpus: "
        "4, per_rack: 4}]}\n"
        "workload: [{jobs: [{duration: 1000 d, gpus: %d%s}]}]\n"
        "chaos: [{fault: %s}]\n",
        gpus[_i % 5], _i % 5 < 4 ? ", group: a" : "", rules[_i / 5]);
    run(text);
    gs_held_of held = gs_held_by(sim, 0);
    double expected = gs_chaos_rate(model, &held) * 10000 * 3600;
    double counted = (double)gpusim_sim_summary(sim)->failures;
    ck_assert_msg(fabs(counted - expected) < 3.5 * sqrt(expected) && expected > 200,
                  "%s, %d GPUs: %g failures, not %g", rules[_i / 5], gpus[_i % 5], counted,
                  expected);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("core/fault_cascades");
    TCase *all = tcase_create("all");
    tcase_add_checked_fixture(all, NULL, teardown);
    tcase_set_timeout(all, 60);
    tcase_add_test(all, on_itself_at_once_and_later);
    tcase_add_test(all, whom_it_reaches);
    tcase_add_test(all, as_often_as_counted);
    tcase_add_test(all, saved_between_strike_and_sequel);
    tcase_add_test(all, found);
    tcase_add_test(all, never_found);
    tcase_add_test(all, failures_on_the_way);
    tcase_add_test(all, found_while_it_waits);
    tcase_add_test(all, while_it_is_saved);
    tcase_add_test(all, rates);
    tcase_add_loop_test(all, rates_as_counted, 0, 35);
    suite_add_tcase(suite, all);
    return test_run(suite);
}
