/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rules that act on what telemetry shows: when they act, on whom, how often, and when they stop. */
#include "failing.h"

#include "one_run.h"

#define S GPUSIM_SECOND

static void ck_action(uint32_t k, double seconds, gpusim_action what, uint64_t entity)
{
    ck_assert_uint_lt(k, rows.tables[GPUSIM_TABLE_ACTIONS].count);
    const gpusim_action_row *row = &GS_AT(rows.tables[GPUSIM_TABLE_ACTIONS], gpusim_action_row, k);
    ck_assert_msg(row->time == gpusim_time_from_seconds(seconds), "action %u at %g s, not %g", k,
                  gpusim_seconds(row->time), seconds);
    ck_assert_uint_eq(row->what, what);
    ck_assert_uint_eq(row->entity, entity);
}

static uint32_t actions(void)
{
    return rows.tables[GPUSIM_TABLE_ACTIONS].count;
}

#define TWO                                                                                        \
    "gpusim: 1\ncluster: {nodes: [{name: n, count: 2, gpus: 4}]}\nduration: 3 h\n"                 \
    "telemetry: {every: 1 min, sets: [all]}\n"

/* Seen at 660 s, it has held for five minutes at 960, and 30 s later something is done; the job
 * ends at 4230 s, which is seen at 4260. */
START_TEST(hold_delay_and_undo)
{
    run(TWO "workload: [{jobs: [{at: 630 s, duration: 1 h, gpus: 3}]}]\n"
            "response:\n"
            "  - {name: busy, metric: node/jobs_running, above: 1, for: 5 min, do: drain,\n"
            "     delay: 30 s, undo: true, cost: 2.5}\n");
    ck_assert_uint_eq(actions(), 2);
    ck_action(0, 990, GPUSIM_ACTION_DRAIN, 0);
    ck_action(1, 4290, GPUSIM_ACTION_UNDRAIN, 0);
    const gpusim_action_row *row = rows.tables[GPUSIM_TABLE_ACTIONS].data;
    ck_assert_str_eq(gpusim_model_name(model, row->who), "busy");
    ck_assert_int_eq(failing_event(&rows, GPUSIM_EVENT_NODE, 0)->time, 990 * S);
    ck_assert_int_eq(failing_event(&rows, GPUSIM_EVENT_NODE, 0)->detail, GPUSIM_NODE_DRAINING);
    ck_assert_int_eq(failing_event(&rows, GPUSIM_EVENT_NODE, 2)->detail, GPUSIM_NODE_UP);
    ck_assert_uint_eq(gpusim_sim_summary(sim)->responses, 1);
    ck_assert(gpusim_sim_summary(sim)->response_cost == 2.5);
}
END_TEST

/* It has not held for long enough: nothing. */
START_TEST(too_short)
{
    run(TWO "workload: [{jobs: [{at: 630 s, duration: 4 min, gpus: 3}]}]\n"
            "response: [{metric: node/jobs_running, above: 1, for: 5 min, do: kill}]\n");
    ck_assert_uint_eq(actions(), 0);
}
END_TEST

/* Four GPUs, two, four, none: without hysteresis it begins twice, with it once. A budget of one a
 * day leaves the second out. */
START_TEST(hysteresis_and_budget)
{
    static const char *const keys[] = {"", ", until: 1", ", budget: 1"};
    static char text[1024];
    snprintf(text, sizeof text,
             TWO "workload:\n"
                 "  - jobs:\n"
                 "      - {at: 0 s, duration: 1 h, gpus: 2}\n"
                 "      - {at: 610 s, duration: 10 min, gpus: 2}\n"
                 "      - {at: 1810 s, duration: 10 min, gpus: 2}\n"
                 "response: [{metric: node/gpus_allocated, above: 4, do: uncordon%s, cost: 1}]\n",
             keys[_i]);
    run(text);
    ck_assert_uint_eq(actions(), _i == 0 ? 2 : 1);
    ck_action(0, 660, GPUSIM_ACTION_UNCORDON, 0);
    ck_assert(gpusim_sim_summary(sim)->response_cost == actions());
}
END_TEST

/* A budget is of a day: one tonight, one tomorrow. */
START_TEST(budget_of_a_day)
{
    run("gpusim: 1\ncluster: {nodes: [{name: n, count: 1, gpus: 4}]}\nduration: 2 d\n"
        "telemetry: {every: 1 h, sets: [all]}\n"
        "workload:\n"
        "  - jobs:\n"
        "      - {at: 610 s, duration: 90 min, gpus: 4}\n"
        "      - {at: 5 h, duration: 90 min, gpus: 4}\n"
        "      - {at: 30 h, duration: 90 min, gpus: 4}\n"
        "response: [{metric: node/gpus_allocated, above: 4, do: uncordon, budget: 1}]\n");
    ck_assert_uint_eq(actions(), 2);
    ck_action(0, 3600, GPUSIM_ACTION_UNCORDON, 0);
    ck_assert_int_eq(
        GS_AT(rows.tables[GPUSIM_TABLE_ACTIONS], gpusim_action_row, 1).time / (24 * 3600 * S), 1);
}
END_TEST

/* Four GPUs of one node are one action, which is over when the last of them is free. */
START_TEST(gpus_of_one_node)
{
    run(TWO "workload:\n"
            "  - jobs:\n"
            "      - {at: 10 s, duration: 10 min, gpus: 3}\n"
            "      - {at: 10 s, duration: 30 min, gpus: 1}\n"
            "response: [{metric: gpu_allocated, above: 1, do: cordon, undo: true}]\n");
    ck_assert_uint_eq(actions(), 2);
    ck_action(0, 60, GPUSIM_ACTION_CORDON, 0);
    ck_action(1, 1860, GPUSIM_ACTION_UNCORDON, 0);
}
END_TEST

/* A run until it is drained waits for who repairs; where nobody does, it ends. */
START_TEST(who_waits_for_repair)
{
    static const char *const states[] = {"down", "draining"};
    static char text[1024];
    snprintf(text, sizeof text,
             "gpusim: 1\ncluster: {nodes: [{name: n, count: 1, gpus: 4}]}\n"
             "telemetry: {every: 1 min}\n"
             "workload: [{jobs: [{duration: 1 h, gpus: 4}]}]\n"
             "actions: [{at: 630 s, do: kill, node: n-0000}]\n"
             "response: [{state: %s, for: 10 min, do: repair, cost: 50}]\n",
             states[_i]);
    run(text);
    ck_assert_uint_eq(gpusim_sim_summary(sim)->stalled, _i == 1);
    ck_assert_uint_eq(actions(), 2 - (uint32_t)_i);
    if (_i == 0) {
        ck_action(1, 1260, GPUSIM_ACTION_REPAIR, 0);
        ck_assert_int_eq(job_row(&rows, 0)->end, (1260 + 3600) * S);
    }
}
END_TEST

/* The first job ends at 101 s, on a node that is drained, and nothing else is to come: the sample
 * of 110 s is waited for, however late it is. Where it brings nothing about, the run ends. */
START_TEST(who_waits_for_late_samples)
{
    static const char *const delays[] = {"", "delay: 5 s, ", "delay: 25 s, "};
    static const double arrives[] = {110, 115, 135};
    static const char *const rules[] = {
        "response: [{metric: gpu_allocated, below: 0.5, do: undrain}]\n",
        "response: [{metric: gpu_allocated, below: 0.5, for: 20 s, do: undrain}]\n",
        "detectors: [{name: idle, detector: {threshold: {rules:\n"
        "             [{signal: gpu_allocated, below: 0.5}]}}, threshold: 1}]\n"
        "response: [{on: idle, do: undrain}]\n",
        "response: [{metric: gpu_allocated, above: 2, do: undrain}]\n"};
    static char text[1024];
    snprintf(text, sizeof text,
             "gpusim: 1\ncluster: {nodes: [{name: n, count: 1, gpus: 1}]}\nuntil: drained\n"
             "telemetry: {every: 10 s, %smetrics: [gpu_allocated]}\n"
             "workload: [{jobs: [{duration: 101 s, gpus: 1}, {at: 5 s, duration: 1 h, gpus: 1}]}]\n"
             "actions: [{at: 1 s, do: drain, node: n-0000}]\n%s",
             delays[_i % 3], rules[_i / 3]);
    run(text);
    gpusim_time seen = gpusim_time_from_seconds(arrives[_i % 3] + (_i / 3 == 1 ? 20 : 0));
    ck_assert_uint_eq(gpusim_sim_summary(sim)->stalled, _i / 3 == 3);
    if (_i / 3 == 3) {
        ck_assert_int_eq(gpusim_sim_now(sim), seen);
    } else {
        ck_assert_int_eq(job_row(&rows, 1)->start, seen);
    }
}
END_TEST

/* Rules act whether anybody listens or not, and in a run that was saved in the middle of it all. */
/* Two that undo each other look once a sample, and act once: an hour of it ends. */
START_TEST(against_each_other)
{
    run(TWO "workload: []\n"
            "response:\n"
            "  - {name: out, state: up, do: drain}\n"
            "  - {name: in, state: drained, do: undrain}\n");
    ck_assert_uint_gt(actions(), 100);
    ck_assert_uint_le(actions(), 2 * 180);
    for (uint32_t i = 1; i < actions(); i++) {
        const gpusim_action_row *row =
            &GS_AT(rows.tables[GPUSIM_TABLE_ACTIONS], gpusim_action_row, i);
        ck_assert_int_eq(row->time % (60 * S), 0);
    }
}
END_TEST

START_TEST(nobody_listens)
{
    gpusim_error err = {0};
    char heard[33], unheard[33], restored[33];
    void *bytes = NULL;
    size_t size = 0;
    gpusim_sim *other = NULL, *third = NULL;
    run(TWO "workload: [{jobs: [{at: 630 s, duration: 1 h, gpus: 3}]}]\n"
            "response: [{metric: node/jobs_running, above: 1, for: 5 min, do: kill}]\n");
    ASSERT_OK(gpusim_sim_hash(sim, heard, &err), &err);
    ASSERT_OK(gpusim_sim_create(model, 1, &other, &err), &err);
    ASSERT_OK(gpusim_sim_create(model, 1, &third, &err), &err);
    failing_run_to(other, 800);
    ASSERT_OK(gpusim_sim_save(other, &bytes, &size, &err), &err);
    ASSERT_OK(gpusim_sim_restore(third, bytes, size, &err), &err);
    ASSERT_OK(gpusim_sim_run_until(other, GPUSIM_TIME_MAX, &err), &err);
    ASSERT_OK(gpusim_sim_run_until(third, GPUSIM_TIME_MAX, &err), &err);
    ASSERT_OK(gpusim_sim_hash(other, unheard, &err), &err);
    ASSERT_OK(gpusim_sim_hash(third, restored, &err), &err);
    ck_assert_str_eq(heard, unheard);
    ck_assert_str_eq(heard, restored);
    ck_assert_int_eq(GS_NODE(other, 0)->state, GPUSIM_NODE_DOWN);
    gpusim_free(bytes);
    gpusim_sim_destroy(other);
    gpusim_sim_destroy(third);
}
END_TEST

// ---- shipped scenarios ----

static gpusim_model *compile_file(const char *name, const char *without)
{
    gpusim_error err = {0};
    gpusim_spec *spec = NULL;
    gpusim_model *made = NULL;
    char path[1024];
    snprintf(path, sizeof path, "%s/scenarios/gallery/%s", getenv("GPUSIM_SOURCE"), name);
    ASSERT_OK(gpusim_spec_load(path, &spec, &err), &err);
    if (without) {
        ASSERT_OK(gpusim_spec_set(spec, without, "[]", &err), &err);
    }
    ASSERT_OK(gpusim_model_compile(spec, &made, &err), &err);
    gpusim_spec_destroy(spec);
    return made;
}

/* The third worker is killed two seconds after it has become slow, and stays killed; the others and
 * their jobs never notice. */
START_TEST(io_guard)
{
    model = compile_file("io-guard.yaml", NULL);
    sim = run_model(model, 1, &rows);
    ck_assert_uint_eq(actions(), 1);
    ck_action(0, 122.1, GPUSIM_ACTION_KILL, 2);
    ck_assert_int_eq(GS_NODE(sim, 2)->state, GPUSIM_NODE_DOWN);
    ck_assert(GS_PLANT(sim, 2)->input == 0);
    for (uint32_t n = 0; n < 2; n++) {
        ck_assert_int_eq(GS_NODE(sim, n)->state, GPUSIM_NODE_UP);
        ck_assert_int_eq(job_row(&rows, n)->end, 360 * S);
    }
    ck_assert(gpusim_sim_summary(sim)->response_cost == 50);
}
END_TEST

/* GPUs are throttled for less long with the guard than without it, which does not flap: what it has
 * done to one node lasts a quarter of an hour. */
START_TEST(thermal_guard)
{
    double throttled[2];
    for (int k = 0; k < 2; k++) {
        model = compile_file("thermal-guard.yaml", k ? "response" : NULL);
        sim = run_model(model, 1, &rows);
        ck_assert_int_eq(actions() > 0, k == 0);
        ck_assert_uint_le(actions(), 2 * 2 * (60 / 15 + 1));
        throttled[k] = gpusim_sim_summary(sim)->throttled_gpu_h;
        teardown();
    }
    ck_assert_msg(throttled[0] < throttled[1] / 2, "%g GPU-hours throttled, without guard %g",
                  throttled[0], throttled[1]);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("responses");
    TCase *all = tcase_create("all");
    tcase_set_timeout(all, 30);
    tcase_add_checked_fixture(all, NULL, teardown);
    tcase_add_test(all, hold_delay_and_undo);
    tcase_add_test(all, too_short);
    tcase_add_loop_test(all, hysteresis_and_budget, 0, 3);
    tcase_add_test(all, budget_of_a_day);
    tcase_add_test(all, gpus_of_one_node);
    tcase_add_loop_test(all, who_waits_for_repair, 0, 2);
    tcase_add_loop_test(all, who_waits_for_late_samples, 0, 12);
    tcase_add_test(all, against_each_other);
    tcase_add_test(all, nobody_listens);
    tcase_add_test(all, io_guard);
    tcase_add_test(all, thermal_guard);
    suite_add_tcase(suite, all);
    return test_run(suite);
}
