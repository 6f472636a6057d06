/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Alerts of a run against its faults, worked by hand. */
#include <math.h>

#include "traced_run.h"

/* A job on both GPUs of node 0 and one of node 1 from 1 h to 6 h or a little later. A straggler on
 * one of them at 2 h is one event on all three; one on the idle GPU is none; the crash of node 1 at
 * 8 h is one on its two GPUs. `busy` alerts on the three while the job is there, `idle` on all of
 * them before it comes and after, and on the last GPU throughout. */
static const char text[] =
    "gpusim: 1\n"
    "duration: 10 h\n"
    "cluster:\n"
    "  nodes: [{name: n, count: 2, gpus: 2, gpu: H100-SXM5-80GB}]\n"
    "workload: [{jobs: [{gpus: 3, at: 3590 s, duration: 5 h}]}]\n"
    "chaos:\n"
    "  - {fault: straggler, target: {gpu: n-0000/gpu0}, at: 2 h, for: 1 h, slowdown: 2}\n"
    "  - {fault: straggler, target: {gpu: n-0001/gpu1}, at: 20 min, for: 10 min, slowdown: 2}\n"
    "  - {fault: node-crash, target: {node: n-0001}, at: 8 h, for: 30 min}\n"
    "telemetry: {every: 1 min, metrics: [gpu_allocated, gpu_util, power_usage, "
    "clock_throttle_reasons, total_energy_consumption, node/power, rack/power]}\n"
    "detectors:\n"
    "  - {name: busy, class: straggler, threshold: 1,\n"
    "     detector: {threshold: {rules: [{signal: gpu_allocated, above: 0.5}]}}}\n"
    "  - {name: idle, threshold: 1,\n"
    "     detector: {threshold: {rules: [{signal: gpu_allocated, below: 0.5}]}}}\n"
    "  - {name: hot, detector: {zscore: {combine: max}}, learn: 90 min, threshold: 1e6}\n"
    "  - {name: odd, detector: ewma, learn: 90 min, quantile: 0.9}\n"
    "  - {name: whole, detector: ewma, learn: 90 min, quantile: 0.9, metrics: [all]}\n";

static void write_alerts(void)
{
    write_run(text);
}

static gpusim_alert_scores *scores_of(uint32_t detector)
{
    gpusim_alert_scores *scores = NULL;
    ASSERT_OK(gpusim_alert_scores_create(trace, detector, &scores, &err), &err);
    return scores;
}

/* Three alerts on the straggler, which were there before it; nothing on the crash, nothing false.
 */
START_TEST(busy)
{
    gpusim_alert_scores *s = scores_of(0);
    ck_assert_str_eq(s->detector, "busy");
    ck_assert_int_eq(s->learnt, 60 * GPUSIM_SECOND);
    ck_assert_uint_eq(s->alerts, 3);
    ck_assert_uint_eq(s->faults->all.events, 2);
    ck_assert_uint_eq(s->faults->all.found, 1);
    ck_assert_uint_eq(s->faults->all.already, 1);
    ck_assert(isnan(s->faults->all.delay_p50_s));
    ck_assert_uint_eq(s->faults->false_alarms, 0);
    ck_assert_uint_eq(s->confusion[GPUSIM_ANOMALY_STRAGGLER][GPUSIM_ANOMALY_STRAGGLER], 3);
    gpusim_alert_scores_destroy(s);
}
END_TEST

/* Before the job each of its three GPUs has a false one, after it the two of node 0; the crash is
 * met on both GPUs of node 1. The metric speaks for a job, and a node had gone. */
START_TEST(idle)
{
    gpusim_alert_scores *s = scores_of(1);
    ck_assert_uint_eq(s->alerts, 7);
    ck_assert_uint_eq(s->faults->false_alarms, 5);
    ck_assert_uint_eq(s->faults->all.found, 1);
    ck_assert_uint_eq(s->confusion[GPUSIM_ANOMALY_NODE][GPUSIM_ANOMALY_JOB], 2);
    ck_assert_uint_eq(s->met_none[GPUSIM_ANOMALY_JOB], 5);
    gpusim_alert_scores_destroy(s);
}
END_TEST

/* What happened while it learnt counts for nothing: 8.5 h of two nodes less the windows, which are
 * 65 min on both nodes and, of the crash, 35 min on one. */
START_TEST(learner)
{
    gpusim_alert_scores *s = scores_of(2);
    ck_assert_int_eq(s->learnt, 5400 * GPUSIM_SECOND);
    ck_assert_uint_eq(s->alerts, 0);
    ck_assert_uint_eq(s->faults->all.found, 0);
    double minutes = s->faults->node_days * 1440;
    ck_assert_msg(fabs(minutes - (2 * 509 - 2 * 65 - 35)) < 1e-6, "%g min", minutes);
    gpusim_alert_scores_destroy(s);
    ck_assert_ptr_null(scores_of(5));
}
END_TEST

// ---- a run and its trace ----

/* The alarms of one GPU, each of which is an alert of the run: same begin, same end, same peak. */
static void ck_alarms(const double *scores, const double *times, uint64_t count, double threshold,
                      uint32_t gpu, uint32_t gpus, const char *detector, uint32_t *met)
{
    double series[600];
    gpusim_alarm alarms[301];
    gpusim_alert_row rows[256];
    uint64_t all = gpusim_trace_get_info(trace)->rows[GPUSIM_TABLE_ALERTS];
    ck_assert_uint_le(all, 256);
    ASSERT_OK(gpusim_trace_rows(trace, GPUSIM_TABLE_ALERTS, 0, all, rows, &err), &err);
    for (uint64_t i = 0; i < count; i++) {
        series[i] = scores[i * gpus + gpu];
    }
    uint64_t found = gpusim_alarms_of(series, count, threshold, 5, alarms);
    for (uint64_t a = 0; a < found; a++) {
        int last = times[alarms[a].last] > 10 * 3600 - 6 * 60; // nobody has waited long enough
        int same = 0;
        for (uint64_t i = 0; i < all; i++) {
            const gpusim_alert_row *row = &rows[i];
            gpusim_time end = gpusim_time_from_seconds(times[alarms[a].last]);
            same += strcmp(gpusim_trace_name(trace, row->detector), detector) == 0 &&
                    row->entity == gpu && row->threshold == threshold &&
                    row->begin == gpusim_time_from_seconds(times[alarms[a].first]) &&
                    row->end == (last ? GPUSIM_TIME_MAX : end) &&
                    row->score == series[alarms[a].peak];
        }
        ck_assert_msg(same == 1, "GPU %u, alarm %u from %g s to %g s: %d alerts", gpu, (unsigned)a,
                      times[alarms[a].first], times[alarms[a].last], same);
    }
    *met += (uint32_t)found;
}

/* A detector in a run says of its samples what it says of the trace afterwards, with the threshold
 * that it finds there; also of rates, bits, and of what is of nodes and racks. */
START_TEST(as_afterwards)
{
    enum { LEARN = 90, REST = 510, GPUS = 4 };
    static uint32_t causes[REST * GPUS];
    static double scores[REST * GPUS], learnt[LEARN * GPUS], times[REST];
    gpusim_trace_frames *frames = NULL;
    gpusim_watcher *watcher = NULL;
    const gpusim_module *module = NULL;
    gpusim_parameters *parameters = NULL;
    static const char *const all[] = {"all"};
    uint32_t met = 0, alerts = 0;
    ASSERT_OK(gpusim_detector_read("ewma", &module, &parameters, &err), &err);
    ASSERT_OK(gpusim_trace_frames_create(trace, all, (uint32_t)_i, &frames, &err), &err);
    ASSERT_OK(gpusim_watcher_create(module, gpusim_parameters_value(parameters),
                                    gpusim_trace_frames_scene(frames), 1, &watcher, &err),
              &err);
    // three gauges; the rate of energy, six reasons, two powers
    ck_assert_uint_eq(gpusim_trace_frames_scene(frames)->signal_count, _i ? 3 + 1 + 6 + 2 : 3);
    gpusim_trace_frames_select(frames, 0, LEARN);
    ASSERT_OK(gpusim_watcher_train(watcher, gpusim_trace_frames_frames(frames), &err), &err);
    ASSERT_OK(gpusim_watcher_score(watcher, gpusim_trace_frames_frames(frames), learnt, NULL, &err),
              &err);
    double threshold = gpusim_threshold_of(learnt, LEARN * GPUS, 0.9);
    gpusim_trace_frames_select(frames, LEARN, REST);
    ASSERT_OK(
        gpusim_watcher_score(watcher, gpusim_trace_frames_frames(frames), scores, causes, &err),
        &err);
    ASSERT_OK(gpusim_trace_times(trace, LEARN, REST, times, &err), &err);
    for (uint32_t g = 0; g < GPUS; g++) {
        ck_alarms(scores, times, REST, threshold, g, GPUS, _i ? "whole" : "odd", &met);
    }
    gpusim_alert_scores *s = scores_of(_i ? 4 : 3);
    alerts = (uint32_t)s->alerts;
    // and classes are the same
    gpusim_confusion confusion = {0};
    ASSERT_OK(gpusim_fault_confusion(trace, gpusim_trace_frames_scene(frames), scores, causes,
                                     LEARN, REST, threshold, 5, &confusion, &err),
              &err);
    ck_assert_mem_eq(confusion.met, s->confusion, sizeof confusion.met);
    ck_assert_mem_eq(confusion.met_none, s->met_none, sizeof confusion.met_none);
    gpusim_alert_scores_destroy(s);
    ck_assert_uint_gt(met, 3);
    ck_assert_uint_eq(alerts, met);
    gpusim_watcher_destroy(watcher);
    gpusim_trace_frames_destroy(frames);
    gpusim_parameters_destroy(parameters);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("alerts");
    TCase *all = tcase_create("all");
    tcase_set_timeout(all, 30);
    tcase_add_checked_fixture(all, write_alerts, forget_run);
    tcase_add_test(all, busy);
    tcase_add_test(all, idle);
    tcase_add_test(all, learner);
    tcase_add_loop_test(all, as_afterwards, 0, 2);
    suite_add_tcase(suite, all);
    return test_run(suite);
}
