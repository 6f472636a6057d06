/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Faults by hand: what each does to nodes, jobs and the record of it. */
#include "failing.h"

#include "one_run.h"

#define S GPUSIM_SECOND

static const gpusim_fault_row *fault_row(uint32_t i)
{
    ck_assert_uint_lt(i, rows.tables[GPUSIM_TABLE_FAULTS].count);
    return &GS_AT(rows.tables[GPUSIM_TABLE_FAULTS], gpusim_fault_row, i);
}

/* The k-th state that a node takes, and when. */
static void ck_state(uint32_t k, double time, gpusim_node_state state)
{
    const gpusim_event_row *row = failing_event(&rows, GPUSIM_EVENT_NODE, k);
    ck_assert_ptr_nonnull(row);
    ck_assert_int_eq(row->time, gpusim_time_from_seconds(time));
    ck_assert_int_eq(row->detail, state);
}

#define ONE(gpus) "gpusim: 1\ncluster: {nodes: [{name: n, count: 1, gpus: " #gpus "}]}\n"

/* 1,800 s are lost, a crew needs 1,200 s, and all of it is done again: 1,800 + 1,200 + 3,600. */
START_TEST(crash)
{
    run(ONE(
        8) "workload: [{jobs: [{duration: 1 h, gpus: 8}]}]\n"
           "chaos: [{fault: node-crash, target: {node: n-0000}, at: 30 min, repair: 20 min}]\n");
    const gpusim_job_row *job = job_row(&rows, 0);
    ck_assert_int_eq(job->end, 6600 * S);
    ck_assert_int_eq(job->redone, 1800 * S);
    ck_assert_uint_eq(job->failures, 1);
    ck_assert_int_eq(failing_event(&rows, GPUSIM_EVENT_FAIL, 0)->detail, GPUSIM_REASON_NODE_FAIL);
    ck_state(0, 1800, GPUSIM_NODE_REPAIRING);
    ck_state(1, 3000, GPUSIM_NODE_UP);
    const gpusim_fault_row *fault = fault_row(0);
    ck_assert_int_eq(fault->start, 1800 * S);
    ck_assert_int_eq(fault->end, 3000 * S);
    ck_assert_uint_eq(fault->jobs_hit, 1);
    ck_assert_uint_eq(fault->scope, GPUSIM_OF_NODE);
    ck_assert_str_eq(gpusim_model_name(model, fault->rule), "node-crash-0");
    ck_assert_str_eq(gpusim_model_name(model, fault->kind), "node-crash");
    ck_assert_uint_eq(gpusim_sim_summary(sim)->faults, 1);
}
END_TEST

/* Rounds before `from` are none: three strikes at 10, 11 and 12 h. Of a period of a nanosecond,
 * too, the first is at once the right one. */
START_TEST(from_and_times)
{
    run(ONE(
        1) "workload: [{jobs: [{duration: 20 h, gpus: 1}]}]\n"
           "chaos: [{fault: job-crash, target: {node: n-0000}, at: 1 h, period: 1 h, from: 10 h, "
           "times: 3},\n"
           "        {fault: job-crash, target: {node: n-0000}, at: 0 s, period: 1 ns, from: 11.5 "
           "h, times: 1}]\n");
    static const double hours[] = {10, 11, 11.5, 12};
    ck_assert_uint_eq(gpusim_sim_summary(sim)->faults, 4);
    for (uint32_t i = 0; i < 4; i++) {
        ck_assert_int_eq(fault_row(i)->start, gpusim_time_from_seconds(hours[i] * 3600));
    }
    ck_assert_uint_eq(job_row(&rows, 0)->failures, 4);
}
END_TEST

/* A clock of an hour that stands still for the 20 minutes in which its node is down. */
START_TEST(clocks_wait_for_nodes)
{
    run(ONE(
        1) "duration: 100 min\nworkload: [{jobs: [{duration: 90 min, gpus: 1}]}]\n"
           "chaos: [{fault: job-crash, target: {node: n-0000}, every: 1 h},\n"
           "        {fault: node-crash, target: {node: n-0000}, at: 30 min, repair: 20 min}]\n");
    ck_assert_uint_eq(gpusim_sim_summary(sim)->faults, 2);
    for (uint32_t i = 0; i < 2; i++) {
        int of_job = strncmp(gpusim_model_name(model, fault_row(i)->kind), "job", 3) == 0;
        ck_assert_int_eq(fault_row(i)->start, (of_job ? 4800 : 1800) * S);
    }
}
END_TEST

/* One that lasts longer than a time can say lasts for ever, and is mended by nobody. */
START_TEST(for_ever)
{
    run("gpusim: 1\nduration: 1 h\ncluster: {nodes: [{name: n, count: 1, gpus: 1}]}\n"
        "workload: []\nchaos:\n"
        "  - {fault: node-crash, target: {node: n-0000}, at: 1 min, repair: 5 min,\n"
        "     for: {lognormal: {median: 1e30 s, sigma: 0.1}}}\n");
    ck_assert_int_eq(fault_row(0)->end, GPUSIM_TIME_MAX);
    ck_state(0, 60, GPUSIM_NODE_DOWN);
    ck_assert_ptr_null(failing_event(&rows, GPUSIM_EVENT_NODE, 1));
}
END_TEST

/* Clocks begin with their rule and end with it; one of a GPU that runs with jobs looks at that GPU,
 * not at its neighbour. */
START_TEST(clocks_of_windows_and_loads)
{
    run("gpusim: 1\nduration: 1 h\ncluster: {nodes: [{name: n, count: 1, gpus: 2}]}\n"
        "workload: [{jobs: [{duration: 50 min, gpus: 1}]}]\nchaos:\n"
        "  - {fault: row-remap, target: {gpu: n-0000/gpu0}, every: 10 min, from: 15 min, until: 45 "
        "min}\n"
        "  - {fault: row-remap, target: {gpu: n-0000/gpu1}, every: 7 min, clock: busy}\n");
    ck_assert_uint_eq(rows.tables[GPUSIM_TABLE_FAULTS].count, 2);
    ck_assert_int_eq(fault_row(0)->start, 1500 * S);
    ck_assert_int_eq(fault_row(1)->start, 2100 * S);
}
END_TEST

/* The cap of a rack holds a second after it came, with nothing else happening. */
START_TEST(caps_of_racks_take_hold)
{
    gpusim_error err = {0};
    model = compile_text(
        "gpusim: 1\nduration: 1 h\ncluster: {nodes: [{name: n, count: 2, gpus: 2, gpu: "
        "H100-SXM5-80GB, power: {other: 300 W}}]}\n"
        "workload: [{jobs: [{duration: 50 min, gpus: 2}]}]\n"
        "chaos: [{fault: rack-power-cap, target: {each: rack}, at: 40 min, power: 1500 W}]\n");
    ASSERT_OK(gpusim_sim_create(model, 1, &sim, &err), &err);
    failing_run_to(sim, 2399);
    ck_assert_int_gt(GS_RACK(sim, 0)->power, INT64_C(1500000000000));
    failing_run_to(sim, 2402);
    ck_assert_int_le(GS_RACK(sim, 0)->power, INT64_C(1500000001000));
}
END_TEST

/* A clock of the rule goes on while a node that it would strike is down. */
START_TEST(pools_spare_who_is_down)
{
    run("gpusim: 1\nduration: 1 h\ncluster: {nodes: [{name: n, count: 1, gpus: 1}]}\n"
        "workload: []\nchaos:\n"
        "  - {fault: node-crash, target: {node: n-0000}, at: 15 min, for: 20 min}\n"
        "  - {fault: job-crash, target: {random: 1}, every: 10 min}\n");
    uint32_t strikes = 0;
    for (uint32_t i = 0; i < rows.tables[GPUSIM_TABLE_FAULTS].count; i++) {
        int down = fault_row(i)->start > 900 * S && fault_row(i)->start < 2100 * S;
        ck_assert(!down);
        strikes += strcmp(gpusim_model_name(model, fault_row(i)->kind), "job-crash") == 0;
    }
    ck_assert_uint_eq(strikes, 3); // after 10, 40 and 50 min
}
END_TEST

/* What has an effect has it, however short: jobs on a node that is gone for no time have failed. */
START_TEST(for_no_time)
{
    run(ONE(1) "workload: [{jobs: [{duration: 1 h, gpus: 1}]}]\n"
               "chaos: [{fault: node-crash, target: {node: n-0000}, at: 30 min, for: 0 s}]\n");
    ck_assert_uint_eq(fault_row(0)->jobs_hit, 1);
    ck_assert_uint_eq(job_row(&rows, 0)->failures, 1);
    ck_assert_int_eq(job_row(&rows, 0)->redone, 1800 * S);
}
END_TEST

/* One crew for three nodes that crash at once: by index, one after another. */
START_TEST(one_crew)
{
    run("gpusim: 1\ncluster: {nodes: [{name: n, count: 3, gpus: 1}]}\n"
        "duration: 2 h\nworkload: [{jobs: [{duration: 1 s, gpus: 1}]}]\n"
        "chaos: [{fault: node-crash, target: {each: node}, at: 10 min, repair: 20 min}]\n"
        "repairs: {crews: 1}\n");
    for (uint32_t i = 0; i < 3; i++) {
        ck_assert_uint_eq(fault_row(i)->entity, i);
        ck_assert_int_eq(fault_row(i)->end, (600 + 1200 * (i + 1)) * S);
    }
    ck_state(0, 600, GPUSIM_NODE_REPAIRING);
    ck_state(1, 600, GPUSIM_NODE_DOWN);
}
END_TEST

/* A node that is down comes back by repair alone, whatever anybody says; one that somebody drained
 * comes back drained. */
START_TEST(down_stays_down)
{
    run("gpusim: 1\ncluster: {nodes: [{name: n, count: 2, gpus: 1}]}\n"
        "duration: 2 h\nworkload: [{jobs: [{duration: 1 s, gpus: 1}]}]\n"
        "chaos: [{fault: node-crash, target: {each: node}, at: 10 min, repair: 20 min}]\n"
        "actions:\n"
        "  - {at: 5 min, do: drain, node: n-0001}\n"
        "  - {at: 15 min, do: undrain, node: n-0000}\n");
    ck_state(0, 300, GPUSIM_NODE_DRAINED);
    ck_state(1, 600, GPUSIM_NODE_REPAIRING);
    ck_state(2, 600, GPUSIM_NODE_REPAIRING);
    ck_state(3, 1800, GPUSIM_NODE_UP);
    ck_state(4, 1800, GPUSIM_NODE_DRAINED);
    ck_assert_ptr_null(failing_event(&rows, GPUSIM_EVENT_NODE, 5));
}
END_TEST

/* Half an hour at half the pace is a quarter of an hour lost, on GPUs of any kind. */
START_TEST(straggler)
{
    static const char *const gpus[] = {"gpus: 2", "gpu: H100-SXM5-80GB, gpus: 2"};
    static char text[1024];
    snprintf(text, sizeof text,
             "gpusim: 1\ncluster: {nodes: [{name: n, count: 1, %s}]}\n"
             "workload: [{jobs: [{duration: 1 h, gpus: 2}]}]\n"
             "chaos: [{fault: straggler, target: {gpu: n-0000/gpu1}, at: 10 min, for: 30 min, "
             "slowdown: 2}]\n",
             gpus[_i]);
    run(text);
    const gpusim_job_row *job = job_row(&rows, 0);
    ck_assert_int_eq(job->end, 4500 * S);
    ck_assert_int_eq(job->slowed, 900 * S);
    ck_assert_int_eq(fault_row(0)->end, 2400 * S);
    ck_assert_double_eq(fault_row(0)->p0, 2);
}
END_TEST

/* Both slow it while both are there: 600 s at 1, 600 at 1/2, 600 at 1/8, 600 at 1/4, then 1. */
/* Sixty stragglers on one GPU, coming in two orders, are one slowdown to the last bit: their
 * product. Thousands that last cost little each, and leave nothing behind. */
START_TEST(many_at_once)
{
    static char text[16384];
    double slowdown[2], product = 1;
    for (int order = 0; order < 2; order++) {
        int length = snprintf(text, sizeof text, ONE(1) "duration: 1 h\nworkload: []\nchaos:\n");
        product = 1;
        for (int i = 0; i < 60; i++) {
            double factor = 1.01 + 0.001 * i;
            length += snprintf(text + length, sizeof text - (size_t)length,
                               "  - {fault: straggler, target: {gpu: n-0000/gpu0}, at: %d s, for: "
                               "%d s, slowdown: %.3f}\n",
                               order ? 37 * i % 60 : 59 - i, order ? 600 + i : 700, factor);
            product *= factor;
        }
        gpusim_error err = {0};
        teardown();
        model = compile_text(text);
        ASSERT_OK(gpusim_sim_create(model, 1, &sim, &err), &err);
        gpusim_sim_paranoid(sim, 1);
        failing_run_to(sim, 100);
        slowdown[order] = gs_gpu_effect(sim, 0)->slowdown;
        failing_run_to(sim, 1800);
        ck_assert_double_eq(gs_gpu_effect(sim, 0)->slowdown, 1);
    }
    ck_assert_mem_eq(&slowdown[0], &slowdown[1], sizeof slowdown[0]);
    ck_assert_double_eq_tol(slowdown[0] / product, 1, 1e-14);

    // 60,000 in a row that all last, half of them up to the end: were each looked at for each, this
    // would take minutes
    gpusim_error err = {0};
    teardown();
    model =
        compile_text(ONE(2) "duration: 60000 s\nworkload: [{jobs: [{duration: 9 h, gpus: 2}]}]\n"
                            "chaos: [{fault: packet-delay, target: {node: n-0000}, period: 1 s, "
                            "for: 30000 s, delay: 1 us}]\n");
    ASSERT_OK(gpusim_sim_create(model, 1, &sim, &err), &err);
    failing_run_to(sim, 59999);
    ck_assert_double_eq_tol(gs_node_effect(sim, 0)->delay, 0.03, 1e-9);
    ASSERT_OK(gpusim_sim_check(sim, &err), &err);
}
END_TEST

START_TEST(slowdowns_multiply)
{
    run(ONE(1) "workload: [{jobs: [{duration: 1 h, gpus: 1}]}]\n"
               "chaos:\n"
               "  - {fault: straggler, target: {gpu: n-0000/gpu0}, at: 10 min, for: 20 min, "
               "slowdown: 2}\n"
               "  - {fault: straggler, target: {gpu: n-0000/gpu0}, at: 20 min, for: 20 min, "
               "slowdown: 4}\n");
    ck_assert_int_eq(job_row(&rows, 0)->end, (2400 + 3600 - 600 - 300 - 75 - 150) * S);
}
END_TEST

/* A GPU off the bus takes its job with it and closes its node; who runs beside it goes on. */
START_TEST(xid79)
{
    run(ONE(2) "workload: [{jobs: [{duration: 1 h, gpus: 1}, {duration: 1 h, gpus: 1}]}]\n"
               "chaos: [{fault: xid79, target: {gpu: n-0000/gpu0}, at: 10 min, for: 2 h}]\n");
    ck_assert_int_eq(job_row(&rows, 1)->end, 3600 * S);
    ck_assert_int_eq(job_row(&rows, 0)->end, (7800 + 3600) * S);
    ck_assert_int_eq(failing_event(&rows, GPUSIM_EVENT_FAIL, 0)->detail, GPUSIM_REASON_GPU_LOST);
    ck_assert_int_eq(failing_event(&rows, GPUSIM_EVENT_GPU_OFF, 0)->detail, 79);
    ck_state(0, 600, GPUSIM_NODE_DRAINING);
    ck_state(1, 3600, GPUSIM_NODE_DRAINED);
    ck_state(2, 7800, GPUSIM_NODE_UP);
}
END_TEST

static const char mixed[] =
    "gpusim: 1\n"
    "cluster:\n"
    "  nodes: [{name: n, count: 4, per_rack: 2, gpu: H100-SXM5-80GB, gpus: 4}]\n"
    "duration: 12 h\n"
    "workload:\n"
    "  - synthetic:\n"
    "      arrivals: {process: poisson, rate: 20/h}\n"
    "      gpus: {choice: {1: 0.5, 2: 0.2, 4: 0.2, 8: 0.1}}\n"
    "      duration: {lognormal: {median: 20 min, sigma: 1}}\n"
    "chaos:\n"
    "  - {fault: node-crash, target: {each: node}, every: {exponential: {mean: 3 h}}, "
    "repair: {exponential: {mean: 30 min}}, spread: 0.3}\n"
    "  - {fault: xid79, target: {each: gpu}, every: {exponential: {mean: 10 h}}, for: 40 min}\n"
    "  - {fault: straggler, target: {each: gpu}, every: {exponential: {mean: 4 h}}, for: 20 min, "
    "slowdown: {uniform: {min: 1, max: 3}}, ramp: 5 min}\n"
    "  - {fault: fan-failure, target: {random: 2}, at: [1 h, 5 h], resistance: 2.5}\n"
    "  - {fault: power-cap, target: {random: 1}, every: {exponential: {mean: 2 h}}, for: 30 min, "
    "power: 2 kW}\n"
    "repairs: {crews: 1}\n";

/* Saved in the middle of everything, a run goes on as the other one does. */
START_TEST(goes_on_after_a_restore)
{
    gpusim_error err = {0};
    gpusim_sim *other = NULL;
    void *bytes = NULL;
    size_t size = 0;
    char a[33], b[33];
    model = compile_text(mixed);
    ASSERT_OK(gpusim_sim_create(model, 3, &sim, &err), &err);
    ASSERT_OK(gpusim_sim_create(model, 3, &other, &err), &err);
    failing_run_to(sim, 6 * 3600);
    ck_assert_uint_gt(gpusim_sim_summary(sim)->faults, 10);
    ASSERT_OK(gpusim_sim_save(sim, &bytes, &size, &err), &err);
    ASSERT_OK(gpusim_sim_restore(other, bytes, size, &err), &err);
    gpusim_sim_paranoid(sim, 1);
    gpusim_sim_paranoid(other, 1);
    failing_run_to(sim, 10 * 3600);
    failing_run_to(other, 10 * 3600);
    ASSERT_OK(gpusim_sim_hash(sim, a, &err), &err);
    ASSERT_OK(gpusim_sim_hash(other, b, &err), &err);
    ck_assert_str_eq(a, b);
    gpusim_free(bytes);
    gpusim_sim_destroy(other);
}
END_TEST

START_TEST(the_scenario)
{
    gpusim_error err = {0};
    gpusim_spec *spec = NULL;
    char path[1024];
    snprintf(path, sizeof path, "%s/scenarios/chaos.yaml", getenv("GPUSIM_SOURCE"));
    ASSERT_OK(gpusim_spec_load(path, &spec, &err), &err);
    ASSERT_OK(gpusim_model_compile(spec, &model, &err), &err);
    gpusim_spec_destroy(spec);
    sim = run_model(model, 4, &rows);
    uint32_t faults = rows.tables[GPUSIM_TABLE_FAULTS].count;
    ck_assert_uint_eq(gpusim_sim_summary(sim)->faults, faults);
    int kinds = 0;
    for (uint32_t i = 0; i < faults; i++) {
        const char *kind = gpusim_model_name(model, fault_row(i)->kind);
        kinds |= !strcmp(kind, "node-crash") << 0 | !strcmp(kind, "xid79") << 1 |
                 !strcmp(kind, "fan-failure") << 2 | !strcmp(kind, "straggler") << 3 |
                 !strcmp(kind, "power-cap") << 4;
    }
    ck_assert_int_eq(kinds, 31);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("core/faults");
    TCase *tcase = tcase_create("faults");
    tcase_add_checked_fixture(tcase, NULL, teardown);
    tcase_set_timeout(tcase, 120);
    tcase_add_test(tcase, crash);
    tcase_add_test(tcase, from_and_times);
    tcase_add_test(tcase, clocks_wait_for_nodes);
    tcase_add_test(tcase, clocks_of_windows_and_loads);
    tcase_add_test(tcase, caps_of_racks_take_hold);
    tcase_add_test(tcase, pools_spare_who_is_down);
    tcase_add_test(tcase, for_no_time);
    tcase_add_test(tcase, for_ever);
    tcase_add_test(tcase, one_crew);
    tcase_add_test(tcase, down_stays_down);
    tcase_add_loop_test(tcase, straggler, 0, 2);
    tcase_add_test(tcase, many_at_once);
    tcase_add_test(tcase, slowdowns_multiply);
    tcase_add_test(tcase, xid79);
    tcase_add_test(tcase, goes_on_after_a_restore);
    tcase_add_test(tcase, the_scenario);
    suite_add_tcase(suite, tcase);
    return test_run(suite);
}
