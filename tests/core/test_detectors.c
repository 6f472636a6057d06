/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Detectors that watch a run: when alerts are raised and over, what follows from them, and that
 * their state is state of the run. */
#include "failing.h"

#include <math.h>
#include <unistd.h>

#include "core/detectors.h"
#include "detect/tables.h"
#include "one_run.h"

#define S     GPUSIM_SECOND
#define NEVER GPUSIM_TIME_MAX

static uint32_t count_of(gpusim_table table)
{
    return rows.tables[table].count;
}

static const gpusim_alert_row *alert(uint32_t i)
{
    ck_assert_uint_lt(i, count_of(GPUSIM_TABLE_ALERTS));
    return &GS_AT(rows.tables[GPUSIM_TABLE_ALERTS], gpusim_alert_row, i);
}

static const gpusim_action_row *action(uint32_t i)
{
    ck_assert_uint_lt(i, count_of(GPUSIM_TABLE_ACTIONS));
    return &GS_AT(rows.tables[GPUSIM_TABLE_ACTIONS], gpusim_action_row, i);
}

/* Jobs on GPU 0 from 610 s to 1210, from 1270 to 1510 and from 3010 to 3610: samples see them from
 * 660 to 1200, from 1320 to 1500 and from 3060 to 3600. */
#define TWO                                                                                        \
    "gpusim: 1\ncluster: {nodes: [{name: n, count: 2, gpus: 2}]}\nduration: 2 h\n"                 \
    "telemetry: {every: 1 min, metrics: [gpu_allocated]}\n"                                        \
    "workload:\n"                                                                                  \
    "  - jobs:\n"                                                                                  \
    "      - {at: 610 s, duration: 10 min, gpus: 1}\n"                                             \
    "      - {at: 1270 s, duration: 4 min, gpus: 1}\n"                                             \
    "      - {at: 3010 s, duration: 10 min, gpus: 1}\n"
#define BUSY "detector: {threshold: {rules: [{signal: gpu_allocated, above: 0.5}]}}, threshold: 1"

static void ck_alert(uint32_t i, double raised, double begin, double end)
{
    const gpusim_alert_row *row = alert(i);
    ck_assert_msg(row->time == gpusim_time_from_seconds(raised), "raised at %g s, not %g",
                  gpusim_seconds(row->time), raised);
    ck_assert_int_eq(row->begin, gpusim_time_from_seconds(begin));
    ck_assert_int_eq(row->end, gpusim_time_from_seconds(end));
    ck_assert_uint_eq(row->entity, 0);
    ck_assert_uint_eq(row->scope, GPUSIM_OF_GPU);
    ck_assert(row->score == 1 && row->threshold == 1);
    ck_assert_str_eq(gpusim_model_name(model, row->cause), "gpu_allocated");
}

/* The gap of one sample does not end the first alert where five are waited for, or one is, and does
 * where none is. */
START_TEST(begin_and_end)
{
    static const char *const keys[] = {"", ", clear: 2 min", ", clear: 0 s"};
    char text[2048];
    snprintf(text, sizeof text, TWO "detectors: [{name: busy, " BUSY "%s}]\n", keys[_i]);
    run(text);
    ck_assert_uint_eq(count_of(GPUSIM_TABLE_ALERTS), _i < 2 ? 2 : 3);
    ck_alert(0, 660, 660, _i < 2 ? 1500 : 1200);
    ck_alert(_i < 2 ? 1 : 2, 3060, 3060, 3600);
    ck_assert_str_eq(gpusim_model_name(model, alert(0)->detector), "busy");
    ck_assert_uint_eq(gpusim_sim_summary(sim)->alerts, _i < 2 ? 2 : 3);
    const gpusim_event_row *begin = failing_event(&rows, GPUSIM_EVENT_ALERT, 0);
    const gpusim_event_row *end = failing_event(&rows, GPUSIM_EVENT_ALERT, 1);
    ck_assert(begin->time == 660 * S && begin->detail == 1 && begin->entity == 0);
    ck_assert(end->time == (_i == 0 ? 1860 : _i == 1 ? 1680 : 1260) * S && end->detail == -1);
}
END_TEST

/* Samples that take 90 s to arrive are seen as they were, and alerts are 90 s later, also with what
 * has to hold, and where the next two samples are taken meanwhile. */
START_TEST(samples_arrive_later)
{
    static const char *const delays[] = {"90 s", "1.5 min"};
    char text[2048];
    snprintf(text, sizeof text, TWO "detectors: [{name: busy, " BUSY "%s}]\n",
             _i < 2 ? "" : ", for: 5 min, clear: 0 s");
    char *every = strstr(text, "1 min,");
    char rest[2048];
    snprintf(rest, sizeof rest, "%s", every + 6);
    snprintf(every, sizeof text - (size_t)(every - text), "1 min, delay: %s,%s", delays[_i % 2],
             rest);
    run(text);
    ck_assert_uint_eq(count_of(GPUSIM_TABLE_ALERTS), 2);
    ck_alert(0, (_i < 2 ? 660 : 960) + 90, 660, _i < 2 ? 1500 : 1200);
    ck_alert(1, (_i < 2 ? 3060 : 3360) + 90, 3060, 3600);
    ck_assert_int_eq(failing_event(&rows, GPUSIM_EVENT_ALERT, 0)->time,
                     ((_i < 2 ? 660 : 960) + 90) * S);
    ck_assert_uint_eq(sim->transit.count, 2); // what was taken at 7140 and 7200 s
}
END_TEST

/* A delay that varies from 0 to 5 min: nothing is lost, doubled or overtaken, and no alert is
 * raised before its sample is taken, nor later than that. */
START_TEST(samples_do_not_overtake)
{
    run("gpusim: 1\ncluster: {nodes: [{name: n, count: 2, gpus: 2}]}\nduration: 20 h\n"
        "telemetry: {every: 1 min, delay: {uniform: {min: 0 s, max: 5 min}}, metrics: "
        "[gpu_allocated]}\n"
        "workload: [{synthetic: {count: 200, arrivals: {process: poisson, rate: 20/h}, gpus: 1, "
        "duration: 7 min}}]\n"
        "detectors: [{name: busy, clear: 0 s, " BUSY "}]\n");
    uint32_t alerts = count_of(GPUSIM_TABLE_ALERTS);
    gpusim_time least = NEVER, most = 0, last = 0;
    ck_assert_uint_gt(alerts, 50);
    for (uint32_t i = 0; i < alerts; i++) {
        gpusim_time late = alert(i)->time - alert(i)->begin;
        least = late < least ? late : least;
        most = late > most ? late : most;
        ck_assert_int_ge(alert(i)->begin % (60 * S), 0);
    }
    ck_assert(least >= 0 && most <= 300 * S && most - least > 120 * S);
    const gs_array *events = &rows.tables[GPUSIM_TABLE_EVENTS];
    for (uint32_t i = 0; i < events->count; i++) {
        const gpusim_event_row *event = &GS_AT(*events, gpusim_event_row, i);
        ck_assert_int_ge(event->time, last);
        last = event->time;
    }
}
END_TEST

/* A rule that reads telemetry acts later by as much; what it drains stays so for no longer. */
START_TEST(responses_are_later)
{
    gpusim_time acted[2];
    for (int i = 0; i < 2; i++) {
        char text[2048];
        snprintf(text, sizeof text,
                 "gpusim: 1\ncluster: {nodes: [{name: n, gpus: 1}]}\nduration: 1 h\n"
                 "telemetry: {every: 1 min, %smetrics: [gpu_allocated]}\n"
                 "workload: [{jobs: [{at: 610 s, duration: 20 min, gpus: 1}]}]\n"
                 "response: [{metric: gpu_allocated, above: 0.5, for: 2 min, do: drain}]\n",
                 i ? "delay: 45 s, " : "");
        run(text);
        ck_assert_uint_ge(count_of(GPUSIM_TABLE_ACTIONS), 1);
        acted[i] = action(0)->time;
        if (i == 0) {
            teardown();
        }
    }
    ck_assert_int_eq(acted[0], 780 * S);
    ck_assert_int_eq(acted[1], 825 * S);
}
END_TEST

/* What has to hold for five minutes is raised then, and the four minutes of the second job are too
 * short for it, when the first alert is over. */
START_TEST(hold)
{
    run(TWO "detectors: [{name: busy, " BUSY ", for: 5 min, clear: 0 s}]\n");
    ck_assert_uint_eq(count_of(GPUSIM_TABLE_ALERTS), 2);
    ck_alert(0, 960, 660, 1200);
    ck_alert(1, 3360, 3060, 3600);
}
END_TEST

/* An alert that is not over when the run ends has no end. */
START_TEST(unfinished)
{
    run("gpusim: 1\ncluster: {nodes: [{name: n, count: 2, gpus: 2}]}\nduration: 20 min\n"
        "telemetry: {every: 1 min, metrics: [gpu_allocated]}\n"
        "workload: [{jobs: [{at: 610 s, duration: 1 h, gpus: 1}]}]\n"
        "detectors: [{name: busy, " BUSY "}]\n");
    ck_assert_uint_eq(count_of(GPUSIM_TABLE_ALERTS), 1);
    ck_assert_int_eq(alert(0)->end, NEVER);
}
END_TEST

/* The row of an alert says how far it went, and what was seen then. */
START_TEST(peak)
{
    run("gpusim: 1\n"
        "cluster: {nodes: [{name: n, gpus: 1, gpu: A100-SXM4-80GB}]}\nduration: 1 h\n"
        "telemetry: {every: 1 min, metrics: [gpu_util, gpu_allocated]}\n"
        "workload: [{jobs: [{at: 610 s, duration: 20 min, gpus: 1}]}]\n"
        "chaos: [{fault: telemetry-dropout, target: {node: n-0000}, at: 1 s,"
        " for: 900 s}]\n"
        "detectors: [{detector: {threshold: {rules: [{signal: gpu_allocated, above: 0.5},"
        " {signal: gpu_util, above: 0, severity: 3}]}}, threshold: 1}]\n");
    ck_assert_uint_eq(count_of(GPUSIM_TABLE_ALERTS), 1);
    ck_assert(alert(0)->score == 3 && alert(0)->begin == 660 * S);
    ck_assert_str_eq(gpusim_model_name(model, alert(0)->cause), "gpu_util");
}
END_TEST

/* Of those that share a GPU a detector is told of who came last, wherever it stands. */
START_TEST(who_came_last)
{
    run("gpusim: 1\ncluster: {nodes: [{name: n, gpus: 1}]}\nduration: 10 min\n"
        "telemetry: {every: 1 min, metrics: [gpu_allocated]}\n"
        "workload: [{jobs: [{at: 10 s, duration: 1 h, gpus: 1, gpu_share: 0.25},"
        " {at: 20 s, duration: 1 h, gpus: 1, gpu_share: 0.25}, {at: 30 s, duration: 1 min, gpus: "
        "1, gpu_share: 0.25}]}]\n"
        "detectors: [{name: busy, " BUSY "}]\n");
    ck_assert_uint_eq(sim->detectors->job[0], 1);
    ck_assert_int_eq(sim->detectors->job_start[0], 20 * S);
}
END_TEST

/* Where nothing else happens any more, an alert that is about to be raised is waited for. */
START_TEST(awaited)
{
    run("gpusim: 1\ncluster: {nodes: [{name: n, gpus: 1}]}\nuntil: drained\n"
        "telemetry: {every: 1 min, metrics: [gpu_allocated]}\n"
        "workload: [{jobs: [{at: 610 s, duration: 1 min, gpus: 1}]}]\n"
        "actions: [{at: 1 s, do: drain, node: n-0000}]\n"
        "detectors: [{name: idle, for: 2 h, detector: {threshold: {rules:"
        " [{signal: gpu_allocated, below: 0.5}]}}, threshold: 1}]\n"
        "response: [{on: idle, do: undrain}]\n");
    ck_assert_uint_eq(gpusim_sim_summary(sim)->completed, 1);
    ck_assert_int_ge(job_row(&rows, 0)->start, 7200 * S);
}
END_TEST

/* A rule on an alert: the node is drained two minutes after it is raised, taken back when it is
 * over; a budget of one leaves the second out. */
START_TEST(response)
{
    run(TWO "detectors: [{name: busy, " BUSY "}]\n"
            "response: [{name: out, on: busy, do: drain, delay: 2 min, undo: true, budget: 1,\n"
            "            cost: 7}]\n");
    ck_assert_uint_eq(count_of(GPUSIM_TABLE_ACTIONS), 2);
    ck_assert(action(0)->time == 780 * S && action(0)->what == GPUSIM_ACTION_DRAIN);
    ck_assert_uint_eq(action(0)->entity, 0);
    ck_assert_str_eq(gpusim_model_name(model, action(0)->who), "out");
    ck_assert_int_eq(action(1)->what, GPUSIM_ACTION_UNDRAIN);
    ck_assert(gpusim_sim_summary(sim)->response_cost == 7);
}
END_TEST

// ---- learning ----

#define NOISY_WITH(delay)                                                                          \
    "gpusim: 1\n"                                                                                  \
    "cluster: {nodes: [{name: n, count: 2, gpus: 4, gpu: A100-SXM4-80GB}]}\n"                      \
    "duration: 3 h\ntelemetry: {" delay "every: 30 s}\nscheduler: {placement: spread}\n"           \
    "workload: [{jobs: [{at: 20 min, duration: 160 min, gpus: 8}]}]\n"                             \
    "chaos: [{fault: straggler, target: {gpu: n-0001/gpu2}, at: 2 h, for: 30 min, slowdown: 3}]\n"
#define NOISY NOISY_WITH("")
#define LEARNERS                                                                                   \
    "detectors:\n"                                                                                 \
    "  - {name: peers, detector: {job-peer: {window: 5}}, learn: 1 h, threshold: 3.5}\n"           \
    "  - {detector: zscore, metrics: [power_usage], learn: 30 min, threshold: 6}\n"                \
    "  - {detector: {ensemble: {of: [zscore, ewma]}}, learn: 1 h, quantile: 0.9999}\n"             \
    "  - {detector: liveness, threshold: 1}\n"

/* While it learns a detector says nothing; then it finds the straggler. */
START_TEST(learning)
{
    run(NOISY LEARNERS);
    uint32_t found = 0;
    ck_assert_uint_gt(count_of(GPUSIM_TABLE_ALERTS), 0);
    for (uint32_t i = 0; i < count_of(GPUSIM_TABLE_ALERTS); i++) {
        const char *name = gpusim_model_name(model, alert(i)->detector);
        ck_assert_int_gt(alert(i)->begin, strcmp(name, "zscore") == 0 ? 1800 * S : 3600 * S);
        found += strcmp(name, "peers") == 0 && alert(i)->entity == 6 &&
                 alert(i)->begin >= 7200 * S && alert(i)->begin < 7500 * S;
    }
    ck_assert_uint_eq(found, 1);
    ck_assert_uint_eq(sim->lesson_values.count, 0); // nothing is kept once all have learnt
}
END_TEST

static void finish(gpusim_sim *of, char hash[33], collected *heard, gpusim_error *err)
{
    (void)heard;
    ASSERT_OK(gpusim_sim_run_until(of, NEVER, err), err);
    ASSERT_OK(gpusim_sim_hash(of, hash, err), err);
}

/* Saved while some learn, and while all watch: what was restored goes on as if nothing had been,
 * whether anybody listens or not. */
START_TEST(saved)
{
    static const double at[] = {10, 2700, 4500, 7300};
    gpusim_error err = {0};
    char whole[33], first[33], second[33];
    void *bytes = NULL;
    size_t size = 0;
    gpusim_sim *one = NULL, *other = NULL;
    collected heard = {0};
    run(_i < 4 ? NOISY LEARNERS
               : NOISY_WITH("delay: {uniform: {min: 1 s, max: 9 min}}, ") LEARNERS);
    ASSERT_OK(gpusim_sim_hash(sim, whole, &err), &err);
    ASSERT_OK(gpusim_sim_create(model, 1, &one, &err), &err);
    ASSERT_OK(gpusim_sim_create(model, 1, &other, &err), &err);
    gpusim_observer observer = collect_observer(&heard);
    ASSERT_OK(gpusim_sim_observe(other, &observer, &err), &err);
    failing_run_to(one, at[_i % 4]);
    ASSERT_OK(gpusim_sim_save(one, &bytes, &size, &err), &err);
    failing_run_to(other, 8000); // it was somewhere else altogether
    ASSERT_OK(gpusim_sim_restore(other, bytes, size, &err), &err);
    collect_release(&heard);
    memset(&heard, 0, sizeof heard);
    finish(one, first, NULL, &err);
    finish(other, second, &heard, &err);
    ck_assert_str_eq(first, whole);
    ck_assert_str_eq(second, whole);
    // the alerts of what came after
    const gs_array *all = &rows.tables[GPUSIM_TABLE_ALERTS];
    const gs_array *rest = &heard.tables[GPUSIM_TABLE_ALERTS];
    ck_assert_uint_le(rest->count, all->count);
    for (uint32_t i = 0; i < rest->count; i++) {
        ck_assert_mem_eq(&GS_AT(*rest, gpusim_alert_row, rest->count - 1 - i),
                         &GS_AT(*all, gpusim_alert_row, all->count - 1 - i),
                         sizeof(gpusim_alert_row));
    }
    gpusim_free(bytes);
    gpusim_sim_destroy(one);
    gpusim_sim_destroy(other);
    collect_release(&heard);
}
END_TEST

/* What happens, and what the truth says of it, does not depend on who watches: with detectors on
 * whose alerts nobody acts there are the same faults, placements and ends of jobs as without. */
START_TEST(truth_of_its_own)
{
    collected watched = {0};
    run(NOISY LEARNERS);
    ck_assert_uint_gt(count_of(GPUSIM_TABLE_ALERTS), 0);
    watched = rows;
    memset(&rows, 0, sizeof rows);
    teardown();
    run(NOISY);
    ck_assert_uint_eq(count_of(GPUSIM_TABLE_ALERTS), 0);
    const gpusim_table tables[] = {GPUSIM_TABLE_FAULTS, GPUSIM_TABLE_ALLOCATIONS,
                                   GPUSIM_TABLE_JOBS};
    for (int t = 0; t < 3; t++) {
        ck_assert_uint_gt(count_of(tables[t]), 0);
        ck_assert_uint_eq(watched.tables[tables[t]].count, count_of(tables[t]));
    }
    for (uint32_t i = 0; i < count_of(GPUSIM_TABLE_FAULTS); i++) {
        gpusim_fault_row a = GS_AT(watched.tables[GPUSIM_TABLE_FAULTS], gpusim_fault_row, i);
        gpusim_fault_row b = GS_AT(rows.tables[GPUSIM_TABLE_FAULTS], gpusim_fault_row, i);
        a.kind = b.kind = a.rule = b.rule = 0; // names, of which a detector's is one more
        ck_assert_mem_eq(&a, &b, sizeof a);
    }
    ck_assert_mem_eq(watched.tables[GPUSIM_TABLE_ALLOCATIONS].data,
                     rows.tables[GPUSIM_TABLE_ALLOCATIONS].data,
                     count_of(GPUSIM_TABLE_ALLOCATIONS) * sizeof(gpusim_allocation_row));
    for (uint32_t i = 0; i < count_of(GPUSIM_TABLE_JOBS); i++) {
        const gpusim_job_row *a = &GS_AT(watched.tables[GPUSIM_TABLE_JOBS], gpusim_job_row, i);
        const gpusim_job_row *b = &GS_AT(rows.tables[GPUSIM_TABLE_JOBS], gpusim_job_row, i);
        ck_assert(a->start == b->start && a->end == b->end && a->state == b->state);
    }
    collect_release(&watched);
}
END_TEST

// ---- what was learnt elsewhere ----

/* The detector of one run, written to a file, raises the same alerts in another from its begin,
 * with the threshold that it was written with; its bytes are part of the model, and it is refused
 * where other metrics are sampled. */
START_TEST(from_a_file)
{
    gpusim_error err = {0};
    char path[] = "/tmp/gpusim-detector-XXXXXX", text[2048], hash[33];
    int file = mkstemp(path);
    ck_assert_int_ge(file, 0);
    close(file);
    run(NOISY
        "detectors: [{detector: zscore, metrics: [power_usage], learn: 10 min, threshold: 6}]\n");
    uint32_t count = count_of(GPUSIM_TABLE_ALERTS);
    gpusim_alert_row first = *alert(0);
    ck_assert_uint_gt(count, 0);
    ASSERT_OK(gpusim_watcher_save(sim->detectors->watchers[0], "zscore", 6, path, &err), &err);
    memcpy(hash, model->info.hash, sizeof hash);
    teardown();
    snprintf(text, sizeof text,
             NOISY "detectors: [{name: zscore, metrics: [power_usage], model: %s}]\n", path);
    run(text);
    ck_assert_str_ne(model->info.hash, hash);
    ck_assert_uint_eq(count_of(GPUSIM_TABLE_ALERTS), count);
    const gpusim_alert_row *same = alert(0);
    ck_assert(same->time == first.time && same->score == first.score && same->threshold == 6);
    memcpy(hash, model->info.hash, sizeof hash);
    ASSERT_OK(gpusim_watcher_save(sim->detectors->watchers[0], "zscore", 7, path, &err), &err);
    teardown();
    run(text);
    ck_assert_str_ne(model->info.hash, hash);

    gpusim_spec *spec = NULL;
    gpusim_model *made = NULL;
    snprintf(text, sizeof text, NOISY "detectors: [{metrics: [gpu_temp], model: %s}]\n", path);
    ASSERT_OK(gpusim_spec_parse(text, strlen(text), "test.yaml", NULL, &spec, &err), &err);
    ck_assert_int_eq(gpusim_model_compile(spec, &made, &err), GPUSIM_SCENARIO);
    ck_assert_msg(strstr(err.message, "learnt from power_usage"), "%s", err.message);
    ck_assert_str_eq(err.key, "detectors[0].model");
    gpusim_spec_destroy(spec);
    unlink(path);
}
END_TEST

// ---- who hears of alerts at once ----

static uint32_t raised, over_again;

static gpusim_status hear(void *context, const gpusim_alert_row *row, int over, gpusim_error *err)
{
    (void)context;
    (void)err;
    raised += !over;
    over_again += over != 0;
    ck_assert_int_eq(row->end == NEVER, !over);
    return GPUSIM_OK;
}

START_TEST(heard)
{
    gpusim_error err = {0};
    gpusim_observer observer;
    gpusim_detector_info info;
    raised = over_again = 0;
    model = compile_text(TWO "detectors: [{name: busy, " BUSY "}]\n");
    ASSERT_OK(gpusim_sim_create(model, 1, &sim, &err), &err);
    gpusim_observer_default(&observer);
    observer.alert = hear;
    ASSERT_OK(gpusim_sim_observe(sim, &observer, &err), &err);
    failing_run_to(sim, 700);
    ck_assert(raised == 1 && over_again == 0);
    ASSERT_OK(gpusim_sim_run_until(sim, NEVER, &err), &err);
    ck_assert(raised == 2 && over_again == 2);
    ck_assert(gpusim_sim_detector(sim, 0, &info));
    ck_assert_str_eq(info.detector, "threshold");
    ck_assert_uint_eq(info.alerts, 2);
    ck_assert_uint_eq(info.samples, 120);
    ck_assert(info.us_per_sample >= 0);
    ck_assert(!gpusim_sim_detector(sim, 1, &info));
}
END_TEST

/* Every detector can be named in a scenario, with its own parameters. */
START_TEST(all_of_them)
{
    uint32_t modules = 0;
    for (const gpusim_module *const *m = gpusim_detectors(); *m; m++, modules++) {
        const gpusim_field *field = gpusim_record_find(&gs_detector_record, (*m)->name);
        ck_assert_msg(field, "%s", (*m)->name);
        uint32_t which = (uint32_t)(field - gs_detector_record.fields);
        ck_assert_ptr_eq(gs_detector_of(which), *m);
        if ((*m)->parameters) {
            ck_assert_ptr_eq(field->detail.record, (*m)->parameters);
        } else {
            ck_assert_uint_eq(field->detail.record->count, 0);
        }
    }
    ck_assert_uint_eq(modules, gs_detector_record.count);
}
END_TEST

/* A name stands for all entities that have such a metric, whichever of them is sampled first. */
START_TEST(one_name)
{
    static const char *const sampled[] = {"node/power, rack/power",
                                          "cluster/gpus_allocated, node/gpus_allocated"};
    static const char *const names[] = {"power", "gpus_allocated"};
    static const char *const signals[][2] = {{"node/power", "rack/power"}, {"node/gpus_allocated"}};
    char text[1024];
    snprintf(text, sizeof text,
             "gpusim: 1\n"
             "cluster: {nodes: [{name: n, count: 2, gpus: 4, gpu: A100-SXM4-80GB}]}\n"
             "duration: 1 h\nworkload: []\ntelemetry: {every: 1 min, metrics: [%s]}\n"
             "detectors: [{detector: zscore, metrics: [%s], learn: 10 min}]\n",
             sampled[_i], names[_i]);
    model = compile_text(text);
    const gpusim_scene *scene = &GS_AT(model->detectors, gs_detector, 0).scene;
    ck_assert_uint_eq(scene->signal_count, _i == 0 ? 2 : 1);
    for (uint32_t i = 0; i < scene->signal_count; i++) {
        ck_assert_str_eq(scene->signals[i].name, signals[_i][i]);
    }
}
END_TEST

// ---- what is wrong ----

#define CROWDED                                                                                    \
    "gpusim: 1\ncluster: {nodes: [{name: n, gpus: 4}]}\nduration: 2e6 s\n"                         \
    "workload: []\ntelemetry: {every: 1 ms, delay: 1e6 s, metrics: [gpu_allocated]}\n"

START_TEST(mistakes)
{
    static const struct {
        const char *detectors, *key, *message;
    } wrong[] = {
        {"detectors: [{detector: zscor, learn: 1 h}]", "detectors[0].detector", "zscor"},
        {"detectors: [{detector: zscore}]", "detectors[0].learn", "has to learn what is normal"},
        {"detectors: [{detector: liveness}]", "detectors[0].threshold", "nothing is learnt"},
        {"detectors: [{detector: zscore, learn: 1 h, metrics: [gpu_temp]}]", "detectors[0].metrics",
         "'gpu_temp' is not among the metrics sampled"},
        {"detectors: [{detector: threshold, threshold: 1}]", "detectors[0].detector",
         "a rule is about signal 'gpu_temp', which nobody samples"},
        {"detectors: [{detector: {ensemble: {of: [zscore, nonsense]}}, learn: 1 h}]",
         "detectors[0].detector", "there is no detector 'nonsense'"},
        {"detectors: [{" BUSY "}, {" BUSY "}]", "detectors[1]", "two detectors are called"},
        {"detectors: [{" BUSY "}]\nresponse: [{on: treshold, do: drain}]", "response[0].on",
         "no detector is called 'treshold'"},
        {"detectors: [{" BUSY "}]", "telemetry.delay",
         "1e+09 samples of 16 bytes would be on their way: beyond 4 GiB"},
    };
    gpusim_error err = {0};
    gpusim_spec *spec = NULL;
    gpusim_model *made = NULL;
    char text[2048];
    snprintf(text, sizeof text, "%s%s\n", _i < 8 ? TWO : CROWDED, wrong[_i].detectors);
    gpusim_status status = gpusim_spec_parse(text, strlen(text), "test.yaml", NULL, &spec, &err);
    if (status == GPUSIM_OK) {
        status = gpusim_model_compile(spec, &made, &err);
    }
    ck_assert_int_eq(status, GPUSIM_SCENARIO);
    ck_assert_msg(strstr(err.message, wrong[_i].message), "%s", err.message);
    ck_assert_msg(strncmp(err.key, wrong[_i].key, strlen(wrong[_i].key)) == 0, "%s", err.key);
    ck_assert_uint_gt(err.line, 0);
    gpusim_spec_destroy(spec);
    gpusim_model_destroy(made);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("detectors of a run");
    TCase *tests = tcase_create("all");
    tcase_set_timeout(tests, 30);
    tcase_add_checked_fixture(tests, NULL, teardown);
    tcase_add_loop_test(tests, begin_and_end, 0, 3);
    tcase_add_test(tests, hold);
    tcase_add_test(tests, unfinished);
    tcase_add_test(tests, peak);
    tcase_add_test(tests, who_came_last);
    tcase_add_test(tests, awaited);
    tcase_add_test(tests, response);
    tcase_add_test(tests, learning);
    tcase_add_loop_test(tests, saved, 0, 8);
    tcase_add_loop_test(tests, samples_arrive_later, 0, 4);
    tcase_add_test(tests, samples_do_not_overtake);
    tcase_add_test(tests, responses_are_later);
    tcase_add_test(tests, truth_of_its_own);
    tcase_add_test(tests, from_a_file);
    tcase_add_test(tests, heard);
    tcase_add_test(tests, all_of_them);
    tcase_add_loop_test(tests, one_name, 0, 2);
    tcase_add_loop_test(tests, mistakes, 0, 9);
    suite_add_tcase(suite, tests);
    return test_run(suite);
}
