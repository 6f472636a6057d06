/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Alarms against the faults of a run: what is found, what is false, and who had which job when. */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <gpusim/gpusim.h>

#include "../core/collect.h"

/* Ten hours of two nodes of two GPUs, a sample a minute. From 1 h on job 0 has all GPUs of node 0
 * and one of node 1; a straggler on n-0000/gpu0 from 2 h for 1 h, another on the idle n-0001/gpu1
 * at 5 h, which nobody feels, and a crash of node 1 at 8 h for 30 min. */
static const char text[] =
    "gpusim: 1\n"
    "duration: 10 h\n"
    "cluster:\n"
    "  nodes: [{name: n, count: 2, gpus: 2, gpu: H100-SXM5-80GB}]\n"
    "scheduler: {placement: first-fit}\n"
    "workload: [{jobs: [{gpus: 3, at: 1 h, duration: 5 h}]}]\n"
    "chaos:\n"
    "  - {fault: straggler, target: {gpu: n-0000/gpu0}, at: 2 h, for: 1 h, slowdown: 2}\n"
    "  - {fault: straggler, target: {gpu: n-0001/gpu1}, at: 5 h, for: 1 h, slowdown: 2}\n"
    "  - {fault: node-crash, target: {node: n-0001}, at: 8 h, for: 30 min}\n"
    "telemetry: {every: 1 min}\n";

enum { GPUS = 4, MANY = 8, SAMPLES = 600 };

static char path[64];
static gpusim_trace *trace;
static double scores[SAMPLES][GPUS];
static gpusim_error err;

static void write_text(const char *scenario, uint64_t samples)
{
    gpusim_trace_options options;
    gpusim_trace_writer *writer;
    gpusim_observer tracer;
    gpusim_sim *sim;
    gpusim_model *model = compile_text(scenario);
    snprintf(path, sizeof path, "/tmp/gpusim-truth-XXXXXX");
    int file = mkstemp(path);
    ck_assert_int_ge(file, 0);
    close(file);
    gpusim_trace_options_default(&options);
    options.force = 1;
    ASSERT_OK(gpusim_sim_create(model, 1, &sim, &err), &err);
    ASSERT_OK(gpusim_trace_writer_create(path, &options, &writer, &tracer, &err), &err);
    ASSERT_OK(gpusim_sim_observe(sim, &tracer, &err), &err);
    ASSERT_OK(gpusim_sim_run_until(sim, GPUSIM_TIME_MAX, &err), &err);
    gpusim_sim_destroy(sim);
    gpusim_trace_writer_destroy(writer);
    gpusim_model_destroy(model);
    ASSERT_OK(gpusim_trace_open(path, &trace, &err), &err);
    ck_assert_uint_eq(gpusim_trace_get_info(trace)->samples, samples);
}

static void write_run(void)
{
    write_text(text, SAMPLES);
}

static void forget_run(void)
{
    gpusim_trace_close(trace);
    unlink(path);
}

static void alarm_at(uint32_t gpu, int from_minute, int to_minute)
{
    for (int i = from_minute; i <= to_minute; i++) {
        scores[i - 1][gpu] = 1; // the first sample is that of minute 1
    }
}

static gpusim_fault_scores *judge(void)
{
    gpusim_fault_scores *found;
    ASSERT_OK(
        gpusim_fault_scores_create(trace, &scores[0][0], 0, SAMPLES, GPUS, 0.5, 5, &found, &err),
        &err);
    memset(scores, 0, sizeof scores);
    return found;
}

START_TEST(nothing_is_found_without_alarms)
{
    write_run();
    gpusim_fault_scores *found = judge();
    // the straggler on an idle GPU is no event
    ck_assert_uint_eq(found->all.events, 2);
    ck_assert_uint_eq(found->all.found, 0);
    ck_assert_uint_eq(found->kind_count, 2);
    ck_assert_str_eq(found->kinds[0].kind, "node-crash");
    ck_assert_str_eq(found->kinds[1].kind, "straggler");
    ck_assert(isnan(found->all.delay_p50_s));
    ck_assert_uint_eq(found->false_alarms, 0);
    // each node: 10 h less the minute before the first sample, without the windows, which have five
    // samples of grace: the straggler's on both nodes, as job 0 is on both, 65 min; the crash 35
    // min on node 1
    double hours = 2 * (599 - 65) / 60.0 - 35.0 / 60;
    ck_assert_double_eq_tol(found->node_days, hours / 24, 1e-9);
    // no alarm in 0.72 days: the rate is at most -ln(.025) / 0.72 a day
    ck_assert_double_eq_tol(found->rate_high, -log(0.025) / found->node_days, 1e-9);
    ck_assert_double_eq(found->rate_low, 0);
    gpusim_fault_scores_destroy(found);
    forget_run();
}
END_TEST

START_TEST(alarms_find_or_are_false)
{
    write_run();
    alarm_at(0, 130, 140); // the straggler, ten minutes late
    alarm_at(0, 150, 151); // again: neither found nor false
    alarm_at(2, 125, 126); // on another GPU of the same job, earlier
    alarm_at(3, 125, 126); // on a GPU of its own: false
    alarm_at(1, 30, 40);   // before anything: false, once
    alarm_at(1, 43, 43);   // the same, as the gap is closed
    alarm_at(3, 305, 310); // on the idle straggler, which is no event: false
    alarm_at(2, 512, 513); // in the grace of the crash, which ended at 510: found, 32 min late
    gpusim_fault_scores *found = judge();
    ck_assert_uint_eq(found->all.found, 2);
    ck_assert_uint_eq(found->kinds[0].found, 1);
    ck_assert_double_eq_tol(found->kinds[0].delay_p50_s, 32 * 60, 1e-9);
    ck_assert_uint_eq(found->kinds[1].found, 1);
    ck_assert_double_eq_tol(found->kinds[1].delay_p50_s, 5 * 60, 1e-9);
    ck_assert_uint_eq(found->false_alarms, 3);
    // outside of windows: 11 + 1 minutes of GPU 1, 2 + 6 of GPU 3; windows of 66 samples on three
    // GPUs, whose minutes 120 and 185 belong to them, and of 36 on both of node 1
    ck_assert_double_eq_tol(found->alarmed_share, 20.0 / (4 * SAMPLES - 3 * 66 - 2 * 36), 1e-12);
    gpusim_fault_scores_destroy(found);
    // who was alarmed already has found it, without a delay
    alarm_at(2, 470, 500);
    found = judge();
    ck_assert_uint_eq(found->kinds[0].found, 1);
    ck_assert(isnan(found->kinds[0].delay_p50_s));
    ck_assert_uint_eq(found->false_alarms, 0);
    gpusim_fault_scores_destroy(found);
    forget_run();
}
END_TEST

// Scored from minute 151 on: the straggler began before, so that it is no event any more, and
// whoever is alarmed by what is left of it is not wrong.
START_TEST(what_began_before_the_samples)
{
    gpusim_fault_scores *found;
    write_run();
    alarm_at(0, 160, 165);
    alarm_at(0, 200, 205); // behind its end and grace
    ASSERT_OK(gpusim_fault_scores_create(trace, &scores[150][0], 150, SAMPLES - 150, GPUS, 0.5, 5,
                                         &found, &err),
              &err);
    memset(scores, 0, sizeof scores);
    ck_assert_uint_eq(found->all.events, 1);
    ck_assert_uint_eq(found->all.found, 0);
    ck_assert_uint_eq(found->kind_count, 1);
    ck_assert_str_eq(found->kinds[0].kind, "node-crash");
    ck_assert_uint_eq(found->false_alarms, 1);
    // both nodes from 151 to 600, without the straggler up to 185, the crash for 35 min on one
    ck_assert_double_eq_tol(found->node_days, (2 * (449 - 34) - 35) / 1440.0, 1e-9);
    gpusim_fault_scores_destroy(found);
    forget_run();
}
END_TEST

// An alarm on one GPU of a job when its straggler strikes, a later one on another: found, and no
// delay.
START_TEST(already_alarmed)
{
    write_run();
    alarm_at(1, 110, 121);
    alarm_at(2, 130, 131);
    gpusim_fault_scores *found = judge();
    ck_assert_uint_eq(found->kinds[1].found, 1);
    ck_assert(isnan(found->kinds[1].delay_p50_s));
    ck_assert_uint_eq(found->false_alarms, 0);
    gpusim_fault_scores_destroy(found);
    forget_run();
}
END_TEST

/* Two racks of two nodes of two GPUs. From the begin one job has GPUs 0 to 2, another GPU 3; from 2
 * h to 3 h one has all of the second rack, GPUs 4 to 7; a short one runs from 8 h. */
static const char two_racks[] =
    "gpusim: 1\n"
    "duration: 10 h\n"
    "cluster:\n"
    "  nodes:\n"
    "    - {name: a, count: 2, gpus: 2, gpu: H100-SXM5-80GB}\n"
    "    - {name: b, count: 2, gpus: 2, gpu: H100-SXM5-80GB}\n"
    "scheduler: {placement: first-fit}\n"
    "workload:\n"
    "  - jobs:\n"
    "      - {gpus: 3, group: a, at: 0 s, duration: 4 h}\n"
    "      - {gpus: 1, group: a, at: 0 s, duration: 4 h}\n"
    "      - {gpus: 4, group: b, at: 2 h, duration: 1 h}\n"
    "      - {gpus: 1, group: a, at: 8 h, duration: 10 min}\n"
    "chaos:\n"
    "  - {fault: sdc, target: {gpu: a-0000/gpu0}, at: 30 min, found: 0 %}\n"
    "  - {fault: straggler, target: {gpu: a-0001/gpu1}, at: 1 h, for: 30 min, slowdown: 2}\n"
    "  - {fault: telemetry-dropout, target: {node: b-0000}, at: 1 h, for: 3 h}\n"
    "  - {fault: rack-pdu-failure, target: {group: a}, at: 6 h, for: 30 min}\n"
    "  - {fault: heat-wave, at: 8 h, for: 30 min, rise: 5 K}\n"
    "  - {fault: telemetry-dropout, target: {node: b-0001}, at: 570 min, for: 10 h}\n"
    "telemetry: {every: 1 min}\n";

static double many[SAMPLES][MANY];

static gpusim_fault_scores *judge_from(uint64_t first)
{
    gpusim_fault_scores *found;
    ASSERT_OK(gpusim_fault_scores_create(trace, &many[first][0], first, SAMPLES - first, MANY, 0.5,
                                         5, &found, &err),
              &err);
    memset(many, 0, sizeof many);
    return found;
}

// Whom a fault reaches: what it struck, and those of its jobs, as long as they ran.
START_TEST(whom_a_fault_reaches)
{
    write_text(two_racks, SAMPLES);
    many[69][0] = 1;  // a job on the same node as the straggler, not on its GPU: false
    many[99][6] = 1;  // before the second rack's job began: false
    many[182][7] = 1; // ... and when it had ended: false
    many[129][4] = 1; // the first dropout, after 70 min
    many[139][5] = 1; // later is no matter
    many[149][7] = 1;
    many[364][1] = 1; // the rack, after 5 min
    many[481][7] = 1; // the heat is everywhere
    many[579][6] = 1; // the dropout that outlasts the run, after 10 min
    gpusim_fault_scores *found = judge_from(0);
    ck_assert_uint_eq(found->all.events, 5); // nothing is to be seen of the sdc
    ck_assert_uint_eq(found->all.found, 4);
    ck_assert_uint_eq(found->false_alarms, 3);
    static const struct {
        const char *kind;
        uint64_t events, found;
        double delay; // min
    } expected[] = {{"heat-wave", 1, 1, 2},
                    {"rack-pdu-failure", 1, 1, 5},
                    {"straggler", 1, 0, NAN},
                    {"telemetry-dropout", 2, 2, (70 + 10) / 2.0}};
    ck_assert_uint_eq(found->kind_count, 4);
    for (uint32_t k = 0; k < 4; k++) {
        ck_assert_str_eq(found->kinds[k].kind, expected[k].kind);
        ck_assert_uint_eq(found->kinds[k].events, expected[k].events);
        ck_assert_uint_eq(found->kinds[k].found, expected[k].found);
        double delay = found->kinds[k].delay_p50_s / 60;
        ck_assert(isnan(expected[k].delay) ? isnan(delay) : fabs(delay - expected[k].delay) < 1e-9);
    }
    /* windows in minutes, with five of grace behind the fault and none behind a job:
     * a-0000 the rack 35, the heat (as long as somebody felt it, 10 and 5) 15; a-0001 these and the
     * straggler 35; b-0000 the dropout 185 and the heat; b-0001 its job 60, the heat, the last 30
     */
    double minutes = 4 * 599 - (50 + 85 + 200 + 105);
    ck_assert_double_eq_tol(found->node_days, minutes / 1440, 1e-9);
    gpusim_fault_scores_destroy(found);
    // scored from minute 244: the dropout ended at 240, and its grace at 245
    many[243][4] = 1;
    found = judge_from(243);
    ck_assert_uint_eq(found->false_alarms, 0);
    gpusim_fault_scores_destroy(found);
    forget_run();
}
END_TEST

// The same windows as marks of samples, without their grace.
START_TEST(labels_of_samples)
{
    static uint8_t labels[GPUS][SAMPLES];
    write_run();
    ASSERT_OK(gpusim_fault_labels(trace, 0, SAMPLES, GPUS, &labels[0][0], &err), &err);
    for (int g = 0; g < GPUS; g++) {
        for (int i = 0; i < SAMPLES; i++) {
            int minute = i + 1;
            int straggles = g < 3 && minute >= 120 && minute <= 180;
            int crashed = g >= 2 && minute >= 480 && minute <= 510;
            ck_assert_msg(labels[g][i] == (straggles || crashed), "GPU %d at minute %d", g, minute);
        }
    }
    // of a part of the samples what began before it is marked as well
    ASSERT_OK(gpusim_fault_labels(trace, 150, 100, GPUS, &labels[0][0], &err), &err);
    const uint8_t *part = &labels[0][0];
    ck_assert_uint_eq(part[0], 1);
    ck_assert_uint_eq(part[29], 1);
    ck_assert_uint_eq(part[30], 0);
    ck_assert_uint_eq(part[3 * 100], 0);
    forget_run();
}
END_TEST

// Frames have labels once they are asked for, and never another detector's.
START_TEST(labels_of_frames)
{
    gpusim_trace_frames *source;
    gpusim_frame frame;
    write_run();
    ASSERT_OK(gpusim_trace_frames_create(trace, NULL, 0, &source, &err), &err);
    gpusim_frames *frames = gpusim_trace_frames_frames(source);
    ck_assert_int_eq(gpusim_frames_next(frames, &frame), 1);
    ck_assert_ptr_null(gpusim_frames_labels(frames));
    ASSERT_OK(gpusim_trace_frames_mark(source, &err), &err);
    gpusim_trace_frames_select(source, 100, SAMPLES - 100);
    for (int minute = 101; gpusim_frames_next(frames, &frame); minute++) {
        const uint8_t *labels = gpusim_frames_labels(frames);
        for (int g = 0; g < GPUS; g++) {
            int straggles = g < 3 && minute >= 120 && minute <= 180;
            int crashed = g >= 2 && minute >= 480 && minute <= 510;
            ck_assert_msg(labels[g] == (straggles || crashed), "GPU %d at minute %d", g, minute);
        }
    }
    // what is marked stays so: nothing is made anew
    const uint8_t *labels = gpusim_frames_labels(frames);
    ASSERT_OK(gpusim_trace_frames_mark(source, &err), &err);
    gpusim_frames_rewind(frames);
    ck_assert_int_eq(gpusim_frames_next(frames, &frame), 1);
    ck_assert_ptr_eq(gpusim_frames_labels(frames), labels);
    gpusim_trace_frames_destroy(source);
    forget_run();
}
END_TEST

START_TEST(frames_of_a_trace)
{
    gpusim_trace_frames *source;
    gpusim_frame frame;
    static const char *const names[] = {"gpu_temp", "power_usage"};
    write_run();
    ASSERT_OK(gpusim_trace_frames_create(trace, names, 2, &source, &err), &err);
    gpusim_frames *frames = gpusim_trace_frames_frames(source);
    const gpusim_scene *scene = gpusim_trace_frames_scene(source);
    ck_assert_uint_eq(scene->entity_count, GPUS);
    ck_assert_uint_eq(scene->signal_count, 2);
    ck_assert_double_eq(scene->interval, 60);
    ck_assert_uint_eq(scene->node[1], 0);
    ck_assert_uint_eq(scene->node[2], 1);
    for (int pass = 0; pass < 2; pass++) {
        int seen = 0;
        gpusim_frames_rewind(frames);
        for (; gpusim_frames_next(frames, &frame); seen++) {
            int runs = frame.time >= GPUSIM_HOUR && frame.job[0] != GPUSIM_NONE;
            for (uint32_t s = 0; s < 2; s++) {
                uint32_t metric =
                    gpusim_trace_find_metric(trace, GPUSIM_OF_GPU, scene->signals[s].name);
                for (uint32_t g = 0; g < GPUS && seen % 97 == 0; g++) {
                    float value;
                    ASSERT_OK(
                        gpusim_trace_values(trace, metric, g, 1, (uint64_t)seen, 1, &value, &err),
                        &err);
                    double shown = frame.values[g * 2 + s];
                    ck_assert(isnan(value) ? isnan(shown) : shown == (double)value);
                }
            }
            // job 0: from 1 h until 7 h, for it lost an hour's half and half an hour twice
            ck_assert_uint_eq(frame.job[3], GPUSIM_NONE);
            ck_assert(!runs || frame.job_start[0] == GPUSIM_HOUR);
            ck_assert_int_eq(runs, frame.job[2] != GPUSIM_NONE);
        }
        ck_assert_int_eq(seen, SAMPLES);
    }
    gpusim_trace_frames_select(source, 100, 50);
    ck_assert_uint_eq(gpusim_frames_count(frames), 50);
    ck_assert_int_eq(gpusim_frames_next(frames, &frame), 1);
    ck_assert_int_eq(frame.time, 101 * GPUSIM_MINUTE);
    gpusim_trace_frames_destroy(source);
    static const char *const wrong[] = {"no_such_metric"};
    ck_assert_int_eq(gpusim_trace_frames_create(trace, wrong, 1, &source, &err), GPUSIM_ARGUMENT);
    // one that is beside others, too, is not passed over
    const char *mixed[] = {names[0], "power_usag"};
    ck_assert_int_eq(gpusim_trace_frames_create(trace, mixed, 2, &source, &err), GPUSIM_ARGUMENT);
    ck_assert_msg(strstr(err.message, "no samples of 'power_usag'"), "%s", err.message);
    ck_assert_msg(strstr(err.hint, "power_usage"), "%s", err.hint);
    forget_run();
}
END_TEST

/* Two nodes, 20 samples; the clock of the second is 3 min fast when its samples 6 to 11 are taken.
 */
static const char skewed[] =
    "gpusim: 1\n"
    "duration: 20 min\n"
    "cluster: {nodes: [{name: n, count: 2, gpus: 2, gpu: H100-SXM5-80GB}]}\n"
    "workload: [{jobs: [{gpus: 4, at: 2 min, duration: 9 min}]}]\n"
    "chaos: [{fault: clock-skew, target: {node: n-0001}, at: 5 min, for: 6 min, skew: 3 min}]\n"
    "telemetry: {every: 1 min, metrics: [gpu_temp, power_usage, node/power]}\n";

// Who joins samples by the times of their nodes misses three, has three of the past, and of those
// that were taken twice at one time the later.
START_TEST(frames_by_wrong_clocks)
{
    static const int stands[21] = {0, 1,  2,  3,  4,  5,  -1, -1, -1, 6, 7,
                                   8, 12, 13, 14, 15, 16, 17, 18, 19, 20};
    static const char *const names[] = {"power_usage"};
    gpusim_trace_frames *source;
    gpusim_frame frame;
    float truth[4][20];
    write_text(skewed, 20);
    uint32_t power = gpusim_trace_find_metric(trace, GPUSIM_OF_GPU, "power_usage");
    ASSERT_OK(gpusim_trace_values(trace, power, 0, 4, 0, 20, truth, &err), &err);
    ASSERT_OK(gpusim_trace_frames_create(trace, names, 1, &source, &err), &err);
    gpusim_frames *frames = gpusim_trace_frames_frames(source);
    for (uint64_t first = 0; first < 20; first += 7) {
        gpusim_trace_frames_select(source, first, 20);
        for (uint64_t s = first; s < 20; s++) {
            ck_assert_int_eq(gpusim_frames_next(frames, &frame), 1);
            ck_assert_int_eq(frame.time, (int64_t)(s + 1) * GPUSIM_MINUTE);
            for (uint32_t g = 0; g < 4; g++) {
                int from = g < 2 ? (int)s : stands[s + 1] - 1;
                ck_assert(from < 0 ? isnan(frame.values[g])
                                   : frame.values[g] == (double)truth[g][from]);
            }
        }
        ck_assert_int_eq(gpusim_frames_next(frames, &frame), 0);
    }
    gpusim_trace_frames_destroy(source);
    forget_run();
}
END_TEST

static gpusim_status keep_times(void *context, const char *piece, size_t length)
{
    char *kept = context;
    size_t used = strlen(kept);
    ck_assert_uint_lt(used + length, 4096);
    memcpy(kept + used, piece, length);
    kept[used + length] = 0;
    return GPUSIM_OK;
}

// What is exported of that node has its times, alone or beside others; who puts several nodes into
// one line has a clock of its own.
START_TEST(exports_by_wrong_clocks)
{
    static char kept[4096];
    gpusim_export_filter filter;
    write_text(skewed, 20);
    uint32_t power = gpusim_trace_find_metric(trace, GPUSIM_OF_NODE, "power");
    uint32_t metrics[] = {power, gpusim_trace_find_metric(trace, GPUSIM_OF_NODE, "clock_offset")};
    ck_assert_uint_ne(metrics[1], GPUSIM_NONE);
    gpusim_export_filter_default(&filter);
    filter.metrics = metrics;
    filter.metric_count = 2;
    filter.from = 5 * GPUSIM_MINUTE;
    filter.to = 6 * GPUSIM_MINUTE;
    for (uint32_t alone = 0; alone < 3; alone++) {
        kept[0] = 0;
        filter.metric_count = alone == 1 ? 2 : 1;
        filter.node = alone == 0 ? "n-0001" : NULL;
        ASSERT_OK(
            gpusim_trace_export_metrics(trace, &filter, GPUSIM_EXPORT_CSV, keep_times, kept, &err),
            &err);
        ck_assert_msg(strstr(kept, "\n300,"), "%s", kept);
        ck_assert_int_eq(strstr(kept, "\n540,") != NULL, alone < 2);
        ck_assert_int_eq(strstr(kept, "\n360,") != NULL, alone > 0);
    }
    kept[0] = 0;
    filter.metrics = NULL;
    filter.metric_count = 0;
    filter.node = "n-0001";
    filter.start = 0;
    ASSERT_OK(gpusim_trace_export_smi(trace, &filter, "timestamp,index", keep_times, kept, &err),
              &err);
    ck_assert_str_eq(kept, "timestamp, index\n"
                           "1970/01/01 00:05:00.000, 0\n1970/01/01 00:05:00.000, 1\n"
                           "1970/01/01 00:09:00.000, 0\n1970/01/01 00:09:00.000, 1\n");
    kept[0] = 0;
    ASSERT_OK(gpusim_trace_export_dcgm(trace, &filter, keep_times, kept, &err), &err);
    ck_assert_ptr_nonnull(strstr(kept, " 300000\n"));
    ck_assert_ptr_nonnull(strstr(kept, " 540000\n"));
    ck_assert_ptr_null(strstr(kept, " 360000\n"));
    forget_run();
}
END_TEST

// What was learnt on one cluster watches another; other signals are refused by name.
START_TEST(another_scene)
{
    gpusim_trace_frames *two, *one;
    gpusim_watcher *watcher;
    static const char *const names[] = {"gpu_temp", "power_usage"};
    write_run();
    const gpusim_module *module = gpusim_detectors()[0];
    for (uint32_t i = 0; strcmp(module->name, "random") != 0; i++) {
        module = gpusim_detectors()[i];
    }
    ASSERT_OK(gpusim_trace_frames_create(trace, names, 2, &two, &err), &err);
    ASSERT_OK(gpusim_trace_frames_create(trace, names, 1, &one, &err), &err);
    ASSERT_OK(
        gpusim_watcher_create(module, NULL, gpusim_trace_frames_scene(two), 1, &watcher, &err),
        &err);
    ASSERT_OK(gpusim_watcher_train(watcher, gpusim_trace_frames_frames(two), &err), &err);
    ck_assert_int_eq(gpusim_watcher_watch(watcher, gpusim_trace_frames_scene(one), &err),
                     GPUSIM_ARGUMENT);
    ck_assert_ptr_nonnull(strstr(err.message, "power_usage"));
    gpusim_scene larger = *gpusim_trace_frames_scene(two);
    larger.entity_count = 1000;
    larger.node = larger.rack = NULL;
    ASSERT_OK(gpusim_watcher_watch(watcher, &larger, &err), &err);
    // the scenes that it knows are its own: whom it learnt from may go
    ASSERT_OK(gpusim_watcher_watch(watcher, gpusim_trace_frames_scene(two), &err), &err);
    gpusim_trace_frames_destroy(two);
    ck_assert_int_eq(gpusim_watcher_watch(watcher, gpusim_trace_frames_scene(one), &err),
                     GPUSIM_ARGUMENT);
    ck_assert_ptr_nonnull(strstr(err.message, "power_usage"));
    gpusim_watcher_destroy(watcher);
    gpusim_trace_frames_destroy(one);
    forget_run();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("truth");
    TEST_CASE(suite, 60, nothing_is_found_without_alarms, alarms_find_or_are_false,
              what_began_before_the_samples, already_alarmed, whom_a_fault_reaches,
              labels_of_samples, labels_of_frames, frames_of_a_trace, frames_by_wrong_clocks,
              exports_by_wrong_clocks, another_scene);
    return test_run(suite);
}
