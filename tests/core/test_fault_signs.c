/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What faults do, by hand: to telemetry, power and clocks, to jobs that hang or cannot save, and
 * when rules with hazards strike. */
#include <math.h>

#include "chaos/chaos.h"
#include "failing.h"
#include "telemetry/metrics.h"

#define S       GPUSIM_SECOND
#define SAMPLES 128

static gpusim_model *model;
static gpusim_sim *sim;
static collected rows;

/* Series of one metric: sample k is at k + 1 times the interval. */
static uint32_t watched, heard;
static double series[SAMPLES][16];

static gpusim_status hear(void *context, gpusim_time time, const gpusim_sample *samples,
                          uint32_t count, gpusim_error *err)
{
    (void)context, (void)time, (void)err;
    for (uint32_t i = 0; i < count; i++) {
        const gpusim_metric *about = &gpusim_metrics(&(uint32_t){0})[samples[i].metric];
        for (uint32_t e = 0; samples[i].metric == watched && e < samples[i].count && e < 16; e++) {
            uint64_t counted =
                about->type == GPUSIM_UINT64 ? ((const uint64_t *)samples[i].values)[e] : 0;
            series[heard][e] = about->type == GPUSIM_FLOAT32
                                   ? (double)((const float *)samples[i].values)[e]
                               : about->type == GPUSIM_UINT64
                                   ? (counted == UINT64_MAX ? (double)NAN : (double)counted)
                                   : ((const uint32_t *)samples[i].values)[e];
        }
    }
    heard += heard + 1 < SAMPLES;
    return GPUSIM_OK;
}

static void teardown(void)
{
    gpusim_sim_destroy(sim);
    gpusim_model_destroy(model);
    collect_release(&rows);
    memset(&rows, 0, sizeof rows);
    sim = NULL;
    model = NULL;
    heard = 0;
}

// runs a scenario; what was there of an earlier one is gone
static void watch(const char *text, uint32_t metric)
{
    gpusim_error err = {0};
    teardown();
    watched = metric;
    model = compile_text(text);
    ASSERT_OK(gpusim_sim_create(model, 1, &sim, &err), &err);
    gpusim_observer observer = collect_observer(&rows);
    observer.sample = hear;
    ASSERT_OK(gpusim_sim_observe(sim, &observer, &err), &err);
    gpusim_sim_paranoid(sim, 1);
    ASSERT_OK(gpusim_sim_run_until(sim, GPUSIM_TIME_MAX, &err), &err);
}

static const gpusim_fault_row *fault_row(uint32_t i)
{
    ck_assert_uint_lt(i, rows.tables[GPUSIM_TABLE_FAULTS].count);
    return &GS_AT(rows.tables[GPUSIM_TABLE_FAULTS], gpusim_fault_row, i);
}

/* Two nodes of two H100, twenty minutes, a sample a minute; a job on the first node. */
#define TWO                                                                                        \
    "gpusim: 1\nduration: 20 min\n"                                                                \
    "cluster: {nodes: [{name: n, count: 2, gpus: 2, gpu: H100-SXM5-80GB, power: {other: 500 W}}]," \
    " sensors: {noise: false}}\n"                                                                  \
    "telemetry: {every: 1 min, sets: [all]}\n"                                                     \
    "workload: [{jobs: [{duration: 18 min, gpus: 2}]}]\n"

/* From 5 to 10 minutes: samples 4 .. 9, that at 10 min before its end. */
#define FAULT(what) TWO "chaos: [{fault: " what ", at: 270 s, for: 5 min}]\n"

#define GENERIC(count)                                                                             \
    "gpusim: 1\ncluster: {nodes: [{name: n, count: " #count ", gpus: 1}]}\n"                       \
    "limits: {hang: 2 min}\n"                                                                      \
    "workload: [{jobs: [{duration: 10 min, gpus: " #count                                          \
    ", profile: {checkpoint: {every: 2 min}}}]}]\n"

START_TEST(series_that_are_missing)
{
    static const uint32_t metrics[] = {GS_METRIC_GPU_TEMP, GS_METRIC_TOTAL_ENERGY_CONSUMPTION,
                                       GS_METRIC_GPU_UTIL};
    static const char *const faults[] = {
        FAULT("telemetry-dropout, target: {node: n-0000}"),
        FAULT("node-crash, target: {node: n-0000}"),
    };
    for (int m = 0; m < 3; m++) {
        watch(faults[_i], metrics[m]);
        for (int k = 0; k < 15; k++) {
            ck_assert_int_eq(isnan(series[k][0]) != 0, k >= 4 && k <= 8);
            ck_assert(!isnan(series[k][2]));
        }
    }
    watch(faults[_i], GS_METRIC_NODE_HEARTBEAT);
    for (int k = 0; k < 15; k++) {
        ck_assert_double_eq(series[k][0], k < 4 || k > 8);
        ck_assert_double_eq(series[k][1], 1);
    }
}
END_TEST

START_TEST(series_that_lie)
{
    static double truth[SAMPLES];
    watch(TWO, GS_METRIC_TOTAL_ENERGY_CONSUMPTION);
    for (int k = 0; k < 15; k++) {
        truth[k] = series[k][0];
    }
    watch(FAULT("telemetry-stuck, target: {node: n-0000}"), GS_METRIC_TOTAL_ENERGY_CONSUMPTION);
    for (int k = 0; k < 15; k++) {
        ck_assert_double_eq(series[k][0], truth[k >= 4 && k <= 8 ? 3 : k]);
    }

    watch(TWO, GS_METRIC_GPU_TEMP);
    for (int k = 0; k < 15; k++) {
        truth[k] = series[k][0];
    }
    watch(FAULT("telemetry-spoof, target: {node: n-0000}, bias: 20 K"), GS_METRIC_GPU_TEMP);
    for (int k = 0; k < 15; k++) {
        ck_assert_double_eq(series[k][0], truth[k] + (k >= 4 && k <= 8 ? 20 : 0));
    }
    ck_assert_uint_eq(fault_row(0)->observable, 0);

    int other = 0;
    watch(FAULT("telemetry-noise, target: {node: n-0000}, noise: 10 %"), GS_METRIC_GPU_TEMP);
    for (int k = 0; k < 15; k++) {
        other += series[k][0] != truth[k];
        ck_assert(series[k][0] == truth[k] || (k >= 4 && k <= 8));
        ck_assert_double_lt(fabs(series[k][0] / truth[k] - 1), 0.5);
    }
    ck_assert_int_ge(other, 3);

    watch(FAULT("clock-skew, target: {node: n-0000}, skew: 3 s"), GS_METRIC_NODE_CLOCK_OFFSET);
    ck_assert_double_eq(series[6][0], 3);
    ck_assert_double_eq(series[6][1], 0);
    ck_assert_double_eq(series[10][0], 0);
}
END_TEST

/* 10 errors a second over 300 s; a double-bit error has its row remapped at the next start. */
START_TEST(errors_are_counted)
{
    watch(FAULT("ecc-sbe-storm, target: {gpu: n-0001/gpu1}, rate: 10/s"),
          GS_METRIC_ECC_SBE_AGG_TOTAL);
    ck_assert_double_eq(series[3][3], 0);
    ck_assert_double_eq(series[4][3], 300);
    ck_assert_double_eq(series[12][3], 3000);
    ck_assert_double_eq(series[12][2], 0);

    const char *text = TWO "chaos:\n"
                           "  - {fault: ecc-dbe, target: {gpu: n-0000/gpu1}, at: 270 s}\n"
                           "  - {fault: node-crash, target: {node: n-0000}, at: 570 s, for: 1 s}\n";
    static const struct {
        uint32_t metric;
        double before, after;
    } signs[] = {{GS_METRIC_ECC_DBE_VOL_TOTAL, 1, 0},
                 {GS_METRIC_ECC_DBE_AGG_TOTAL, 1, 1},
                 {GS_METRIC_UNCORRECTABLE_REMAPPED_ROWS, 1, 1},
                 {GS_METRIC_ROW_REMAP_PENDING, 1, 0},
                 {GS_METRIC_XID_ERRORS, 48, 48}};
    for (int i = 0; i < 5; i++) {
        watch(text, signs[i].metric);
        ck_assert_double_eq(series[3][1], 0);
        ck_assert_double_eq(series[6][1], signs[i].before);
        ck_assert_double_eq(series[11][1], signs[i].after);
    }
    ck_assert_uint_eq(failing_event(&rows, GPUSIM_EVENT_FAIL, 0)->detail, GPUSIM_REASON_GPU_ERROR);

    // single-bit errors since the node last started, and in all; what NVLinks recovered from
    text =
        TWO "chaos:\n"
            "  - {fault: ecc-sbe-storm, target: {gpu: n-0000/gpu1}, at: 270 s, for: 1 min, rate: "
            "5/s}\n"
            "  - {fault: nvlink-error, target: {gpu: n-0000/gpu1}, at: [280 s, 290 s], spread: 0 "
            "%}\n"
            "  - {fault: node-crash, target: {node: n-0000}, at: 570 s, for: 1 s}\n";
    static const struct {
        uint32_t metric;
        double before, after;
    } counts[] = {{GS_METRIC_ECC_SBE_VOL_TOTAL, 300, 0},
                  {GS_METRIC_ECC_SBE_AGG_TOTAL, 300, 300},
                  {GS_METRIC_NVLINK_RECOVERY_ERROR_COUNT_TOTAL, 2, 2}};
    for (int i = 0; i < 3; i++) {
        watch(text, counts[i].metric);
        ck_assert_double_eq(series[7][1], counts[i].before);
        ck_assert_double_eq(series[11][1], counts[i].after);
        ck_assert_double_eq(series[11][0], 0);
    }
}
END_TEST

/* What a node may draw is no limit of its GPUs' drivers, and what a rack may draw none of a node.
 */
START_TEST(caps_are_of_the_whole)
{
    watch(FAULT("power-cap, target: {node: n-0000}, power: 650 W"), GS_METRIC_POWER_MGMT_LIMIT);
    ck_assert_double_eq(series[6][0], 700);
    watch(FAULT("rack-power-cap, target: {each: rack}, power: 650 W"), GS_METRIC_POWER_MGMT_LIMIT);
    ck_assert_double_eq(series[6][0], 700);
    ck_assert_double_eq(gs_node_effect(sim, 0)->cap, INFINITY);
}
END_TEST

/* Air comes warm at once, not after the second that control takes. */
START_TEST(heat_waves_are_breathed_at_once)
{
    gpusim_error err = {0};
    teardown();
    model = compile_text(TWO "chaos: [{fault: heat-wave, at: 1 min, rise: 8 K, ramp: 0 s}]\n");
    ASSERT_OK(gpusim_sim_create(model, 1, &sim, &err), &err);
    failing_run_to(sim, 59.9);
    double before = GS_GPU(sim, 0)->inlet;
    failing_run_to(sim, 60.1);
    ck_assert_double_eq_tol(GS_GPU(sim, 0)->inlet, before + 8, 0.11);
}
END_TEST

/* Messages that are late by 20 ms: steps of 200 ms take 2 (n - 1) of them longer for a ring of two
 * nodes, whether one of the two is late or both are. */
START_TEST(late_messages)
{
    static const char text[] =
        "gpusim: 1\ncluster: {nodes: [{name: n, count: 2, gpus: 8, gpu: H100-SXM5-80GB, power: "
        "{other: 500 W}, network: {nic: 50 GB/s}}]}\n"
        "workload: [{jobs: [{duration: 10 min, gpus: 16, profile: {communication: {step: 200 ms, "
        "volume: 1 GB, overlap: 0}}}]}]\n"
        "chaos: [{fault: packet-delay, target: {%s}, at: 1 min, delay: 20 ms}]\n";
    static const char *const targets[] = {"node: n-0000", "each: node"};
    char scenario[1024];
    gpusim_time slowed[2];
    for (int i = 0; i < 2; i++) {
        snprintf(scenario, sizeof scenario, text, targets[i]);
        watch(scenario, 0);
        slowed[i] = job_row(&rows, 0)->slowed;
    }
    ck_assert_int_gt(slowed[0], 60 * S);
    ck_assert_int_eq(slowed[0], slowed[1]);
}
END_TEST

/* A fault on an idle node is felt by who comes there: from the first on, and counted. */
START_TEST(felt_by_who_comes)
{
    watch("gpusim: 1\nduration: 1 h\ncluster: {nodes: [{name: n, count: 1, gpus: 2}]}\n"
          "workload: [{jobs: [{at: 10 min, duration: 30 min, gpus: 1}, {at: 20 min, duration: 5 "
          "min, gpus: 1}]}]\n"
          "chaos: [{fault: packet-delay, target: {node: n-0000}, at: 5 min, for: 45 min, delay: 1 "
          "us}]\n",
          0);
    ck_assert_uint_eq(fault_row(0)->jobs_hit, 2);
    ck_assert_int_eq(fault_row(0)->first_effect, 600 * S);
    ck_assert_int_eq(fault_row(0)->last_effect, 2400 * S);
    // with a job there to its end it is felt to its end
    watch(GENERIC(1) "chaos: [{fault: packet-delay, target: {node: n-0000}, at: 1 min, for: 2 min, "
                     "delay: 1 us}]\n",
          0);
    ck_assert_int_eq(fault_row(0)->last_effect, 180 * S);
}
END_TEST

/* A straggler draws less, and so do its peers, who spin; a GPU under a cap draws its share, which
 * is neither idle power nor full, and does not finish on time. */
START_TEST(what_slow_gpus_draw)
{
    watch(TWO, GS_METRIC_POWER_USAGE_INSTANT);
    double full = series[6][0], idle = series[6][2];
    ck_assert_int_eq(job_row(&rows, 0)->end, 1080 * S);

    watch(FAULT("straggler, target: {gpu: n-0000/gpu1}, slowdown: 2"),
          GS_METRIC_POWER_USAGE_INSTANT);
    ck_assert_double_lt(series[6][1], 0.8 * full);
    ck_assert_double_lt(series[6][0], 0.8 * full);
    ck_assert_double_gt(series[6][1], idle);
    ck_assert_double_eq_tol(series[10][0], full, 0.1 * full);
    ck_assert_int_gt(job_row(&rows, 0)->slowed, 149 * S);

    watch(FAULT("power-cap, target: {node: n-0000}, power: 1300 W"), GS_METRIC_POWER_USAGE_INSTANT);
    ck_assert_double_lt(series[6][0], 401);
    ck_assert_double_gt(series[6][0], 2 * idle);
    ck_assert_int_gt(job_row(&rows, 0)->end, 1090 * S);

    watch(FAULT("node-crash, target: {node: n-0000}"), GS_METRIC_CLUSTER_IT_POWER);
    ck_assert_double_lt(series[6][0], series[0][0] - 600); // its job runs on the other one
}
END_TEST

/* A bad fan makes it hotter, and only while it lasts; a ramp gets there slowly. */
START_TEST(what_bad_fans_do)
{
    watch(TWO, GS_METRIC_GPU_TEMP);
    double before = series[7][0];
    watch(FAULT("fan-failure, target: {node: n-0000}, resistance: 1.5"), GS_METRIC_GPU_TEMP);
    double at_once = series[4][0];
    ck_assert_double_gt(series[8][0], before + 5);
    ck_assert_double_lt(series[16][0], before + 3);
    watch(FAULT("fan-failure, target: {node: n-0000}, resistance: 1.5, ramp: 4 min"),
          GS_METRIC_GPU_TEMP);
    ck_assert_double_lt(series[4][0], at_once);
    ck_assert_double_gt(series[8][0], before + 3);
    watch(FAULT("heat-wave, rise: 10 K, ramp: 0 s"), GS_METRIC_GPU_TEMP);
    ck_assert_double_gt(series[8][0], before + 5);
}
END_TEST

/* Supplies of 1 kW. Those that are left carry the same load at another efficiency, 94 % at a fifth
 * of what they can and 96 % at half (80 PLUS titanium); without any the node is down. */
#define SUPPLIES(what)                                                                             \
    "gpusim: 1\nduration: 20 min\n"                                                                \
    "cluster: {nodes: [{name: n, count: 1, gpus: 2, gpu: H100-SXM5-80GB, power: {other: 500 W, "   \
    "psu: {count: 6, needed: 4, rating: 1 kW, efficiency: titanium}}}], sensors: {noise: "         \
    "false}}\ntelemetry: {every: 1 min, sets: [all]}\n"                                            \
    "workload: [{jobs: [{duration: 18 min, gpus: 2, cpus: 0}]}]\n"                                 \
    "chaos: [{fault: psu-loss, target: {node: n-0000}, at: 270 s, for: 5 min, supplies: " what     \
    "}]\n"

START_TEST(supplies)
{
    static double output[SAMPLES];
    watch(SUPPLIES("2"), GS_METRIC_NODE_POWER_OUTPUT);
    for (int k = 0; k < 15; k++) {
        output[k] = series[k][0];
    }
    watch(SUPPLIES("2"), GS_METRIC_NODE_POWER);
    for (int k = 2; k < 15; k++) {
        double load = output[k] / (k >= 4 && k <= 8 ? 4000 : 6000);
        ck_assert(load > 0.2 && load < 0.5);
        ck_assert_double_eq_tol(output[k] / series[k][0], 0.94 + 0.02 * (load - 0.2) / 0.3, 1e-3);
    }
    watch(SUPPLIES("2"), GS_METRIC_NODE_PSU_LOAD);
    ck_assert_double_eq_tol(series[3][0] * 6, series[5][0] * 4, 0.5 * 10);
    ck_assert_double_gt(series[5][0], 1.4 * series[3][0]);
    ck_assert_int_eq(job_row(&rows, 0)->end, 1080 * S);

    watch(SUPPLIES("6"), GS_METRIC_NODE_HEARTBEAT);
    for (int k = 0; k < 15; k++) {
        ck_assert_double_eq(series[k][0], k < 4 || k > 8);
    }
    ck_assert_int_eq(failing_event(&rows, GPUSIM_EVENT_FAIL, 0)->time, 270 * S);
    ck_assert_int_eq(failing_event(&rows, GPUSIM_EVENT_FAIL, 0)->detail, GPUSIM_REASON_NODE_FAIL);
    ck_assert_int_eq(failing_event(&rows, GPUSIM_EVENT_NODE, 0)->detail, GPUSIM_NODE_DOWN);
    ck_assert_int_eq(failing_event(&rows, GPUSIM_EVENT_NODE, 1)->detail, GPUSIM_NODE_UP);
    ck_assert_int_eq(failing_event(&rows, GPUSIM_EVENT_NODE, 1)->time, 570 * S);
}
END_TEST

/* A limit on one GPU is in what its driver says of it, and in what it draws. */
START_TEST(one_gpu_is_capped)
{
    static const uint32_t limits[] = {GS_METRIC_POWER_MGMT_LIMIT, GS_METRIC_ENFORCED_POWER_LIMIT};
    for (int m = 0; m < 2; m++) {
        watch(FAULT("gpu-power-cap, target: {gpu: n-0000/gpu1}, power: 300 W"), limits[m]);
        for (int k = 0; k < 15; k++) {
            ck_assert_double_eq(series[k][0], 700);
            ck_assert_double_eq(series[k][1], k >= 4 && k <= 8 ? 300 : 700);
        }
    }
    watch(FAULT("gpu-power-cap, target: {gpu: n-0000/gpu1}, power: 300 W"),
          GS_METRIC_POWER_USAGE_INSTANT);
    ck_assert_double_le(series[6][1], 300);
    ck_assert_double_gt(series[6][1], 280);
    ck_assert_double_gt(series[3][1], 350);
}
END_TEST

/* It goes on after a minute; after more than two it has failed. A job on one node does not miss
 * the others. */
START_TEST(hangs)
{
    watch(GENERIC(2) "chaos: [{fault: collective-hang, target: {node: n-0001}, at: 1 min, "
                     "for: 1 min}]\n",
          0);
    ck_assert_int_eq(job_row(&rows, 0)->end, 660 * S);
    ck_assert_int_eq(job_row(&rows, 0)->hung, 60 * S);
    watch(GENERIC(2) "chaos: [{fault: network-partition, target: {node: n-0001}, at: 1 min, "
                     "for: 2 min}]\n",
          0);
    ck_assert_int_eq(failing_event(&rows, GPUSIM_EVENT_FAIL, 0)->time, 180 * S);
    ck_assert_int_eq(failing_event(&rows, GPUSIM_EVENT_FAIL, 0)->detail, GPUSIM_REASON_HANG);
    watch(GENERIC(1) "chaos: [{fault: network-partition, target: {node: n-0000}, at: 1 min, "
                     "for: 5 min}]\n",
          0);
    ck_assert_int_eq(job_row(&rows, 0)->end, 600 * S);
    watch(GENERIC(2) "chaos: [{fault: switch-failure, target: {each: rack}, at: 1 min, "
                     "for: 5 min}]\n",
          0);
    ck_assert_int_eq(job_row(&rows, 0)->end, 600 * S); // both are in that rack
    // without `for` until who hangs has failed
    watch(GENERIC(2) "chaos: [{fault: collective-hang, target: {node: n-0001}, at: 1 min}]\n", 0);
    ck_assert_int_eq(failing_event(&rows, GPUSIM_EVENT_FAIL, 0)->time, 180 * S);
    ck_assert_int_eq(fault_row(0)->end, 180 * S);
    ck_assert_int_eq(job_row(&rows, 0)->end, 780 * S);
}
END_TEST

/* Without a disk the checkpoint after 4 min is lost, and 150 s of work with it. */
START_TEST(no_disk)
{
    watch(GENERIC(1) "chaos:\n"
                     "  - {fault: disk-full, target: {node: n-0000}, at: 3 min, for: 2 min}\n"
                     "  - {fault: job-crash, target: {node: n-0000}, at: 270 s}\n",
          0);
    ck_assert_int_eq(job_row(&rows, 0)->redone, 150 * S);
    // room again before it is written is too late: 120 s are lost, and 20 s since
    watch(
        "gpusim: 1\ncluster: {nodes: [{name: n, count: 1, gpus: 1}]}\n"
        "workload: [{jobs: [{duration: 10 min, gpus: 1, profile: {checkpoint: {every: 2 min, cost: "
        "1 min}}}]}]\n"
        "chaos:\n"
        "  - {fault: disk-full, target: {node: n-0000}, at: 130 s, for: 20 s}\n"
        "  - {fault: job-crash, target: {node: n-0000}, at: 200 s}\n",
        0);
    ck_assert_int_eq(job_row(&rows, 0)->redone, 140 * S);
    watch(FAULT("disk-full, target: {node: n-0000}"), GS_METRIC_NODE_DISK_USED);
    for (int k = 0; k < 15; k++) {
        ck_assert_double_eq(series[k][0], k >= 4 && k <= 8 ? 100 : 0);
        ck_assert_double_eq(series[k][1], 0);
    }
}
END_TEST

/* One that needs a reset has it when somebody gives its node back. */
START_TEST(reset)
{
    watch("gpusim: 1\nduration: 1 h\ncluster: {nodes: [{name: n, count: 1, gpus: 1}]}\n"
          "workload: [{jobs: [{duration: 10 min, gpus: 1}]}]\n"
          "chaos: [{fault: xid79, target: {gpu: n-0000/gpu0}, at: 5 min}]\n"
          "actions: [{at: 20 min, do: undrain, node: n-0000}]\n",
          0);
    ck_assert_int_eq(fault_row(0)->end, 1200 * S);
    ck_assert_int_eq(job_row(&rows, 0)->end, 1800 * S);

    // while a job runs on the other GPU the node is draining, and to give it back mends nothing
    watch("gpusim: 1\nduration: 1 h\ncluster: {nodes: [{name: n, count: 1, gpus: 2}]}\n"
          "workload: [{jobs: [{duration: 10 min, gpus: 1}]}]\n"
          "chaos: [{fault: xid79, target: {gpu: n-0000/gpu1}, at: 5 min}]\n"
          "actions: [{at: 6 min, do: undrain, node: n-0000}, {at: 20 min, do: undrain, node: "
          "n-0000}]\n",
          0);
    ck_assert_int_eq(job_row(&rows, 0)->end, 600 * S);
    ck_assert_int_eq(fault_row(0)->end, 1200 * S);
}
END_TEST

/* To reset a GPU takes it from whoever runs there, and from nobody else. */
START_TEST(resets_end_attempts)
{
    watch("gpusim: 1\ncluster: {nodes: [{name: n, count: 1, gpus: 2}]}\n"
          "workload: [{jobs: [{duration: 10 min, gpus: 1}, {duration: 10 min, gpus: 1}]}]\n"
          "actions: [{at: 5 min, do: reset, gpu: n-0000/gpu1}]\n",
          0);
    ck_assert_uint_eq(job_row(&rows, 0)->failures, 0);
    ck_assert_uint_eq(job_row(&rows, 1)->failures, 1);
    ck_assert_int_eq(failing_event(&rows, GPUSIM_EVENT_FAIL, 0)->detail, GPUSIM_REASON_GPU_LOST);
}
END_TEST

/* Who is killed or removed while it reboots is not reset by the end of that: its GPU comes back
 * with the node. */
START_TEST(reboots_that_are_overtaken)
{
    static const char *const ways[] = {"kill", "remove"}, *const back[] = {"repair", "add"};
    char text[1024];
    for (int i = 0; i < 2; i++) {
        snprintf(text, sizeof text,
                 "gpusim: 1\nduration: 1 h\ncluster: {nodes: [{name: n, count: 1, gpus: 1}]}\n"
                 "workload: []\n"
                 "chaos: [{fault: xid79, target: {gpu: n-0000/gpu0}, at: 5 min}]\n"
                 "actions: [{at: 6 min, do: reboot, node: n-0000, for: 5 min},\n"
                 "{at: 8 min, do: %s, node: n-0000}, {at: 20 min, do: %s, node: n-0000}]\n",
                 ways[i], back[i]);
        watch(text, 0);
        ck_assert_int_eq(fault_row(0)->end, 1200 * S);
    }
}
END_TEST

/* A cascade: the node's other GPUs go with the first, and say so. */
START_TEST(spread)
{
    watch("gpusim: 1\nduration: 1 h\ncluster: {nodes: [{name: n, count: 2, gpus: 4}]}\n"
          "workload: [{jobs: [{duration: 10 min, gpus: 1}]}]\n"
          "chaos: [{fault: xid79, target: {gpu: n-0001/gpu2}, at: 5 min, for: 1 min, "
          "spread: 100 %}]\n",
          0);
    ck_assert_uint_eq(rows.tables[GPUSIM_TABLE_FAULTS].count, 4);
    uint32_t seen = 0;
    for (uint32_t i = 0; i < 4; i++) {
        ck_assert_uint_eq(fault_row(i)->root, 0);
        seen |= 1u << fault_row(i)->entity;
    }
    ck_assert_uint_eq(seen, 0xf0);
}
END_TEST

/* A clock of 150 s counts 100 s in calm and 50 s in a storm of 10 s; one that runs with jobs alone
 * counts its 100 s from the job's start; one by temperature runs faster by Arrhenius' factor. */
START_TEST(hazards)
{
    static const char base[] = "gpusim: 1\nduration: 10 min\n"
                               "cluster: {nodes: [{name: n, count: 1, gpus: 1, "
                               "gpu: H100-SXM5-80GB}]}\n"
                               "workload: [{jobs: [{at: 50 s, duration: 9 min, gpus: 1}]}]\n";
    static char text[2048];
    snprintf(
        text, sizeof text,
        "%schaos: [{fault: straggler, target: {each: gpu}, every: 150 s, slowdown: 2, for: 1 h, "
        "burst: {calm: 100 s, storm: 10 s, factor: 5}}]\n",
        base);
    watch(text, 0);
    ck_assert_int_eq(fault_row(0)->start, 110 * S);
    snprintf(
        text, sizeof text,
        "%schaos: [{fault: straggler, target: {each: gpu}, every: 100 s, slowdown: 2, for: 1 h, "
        "clock: busy}]\n",
        base);
    watch(text, 0);
    ck_assert_int_eq(fault_row(0)->start, 150 * S);
    snprintf(
        text, sizeof text,
        "%schaos: [{fault: straggler, target: {each: gpu}, every: 30 s, slowdown: 2, for: 1 h, "
        "heats: {activation: 0.7 eV, reference: 20 C}}]\n",
        base);
    watch(text, 0);
    gpusim_error err = {0};
    gpusim_sim *cold = NULL;
    double die, memory;
    ASSERT_OK(gpusim_sim_create(model, 1, &cold, &err), &err);
    gs_gpu_temperatures(cold, 0, &die, &memory);
    gpusim_sim_destroy(cold);
    double factor = gs_arrhenius(0.7, 20, die);
    ck_assert_double_gt(factor, 1.5);
    ck_assert_double_eq_tol((double)fault_row(0)->start, 30e9 / factor, 2);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("core/fault_signs");
    TCase *all = tcase_create("all");
    tcase_add_checked_fixture(all, NULL, teardown);
    tcase_set_timeout(all, 60);
    tcase_add_loop_test(all, series_that_are_missing, 0, 2);
    tcase_add_test(all, series_that_lie);
    tcase_add_test(all, errors_are_counted);
    tcase_add_test(all, caps_are_of_the_whole);
    tcase_add_test(all, heat_waves_are_breathed_at_once);
    tcase_add_test(all, late_messages);
    tcase_add_test(all, felt_by_who_comes);
    tcase_add_test(all, what_slow_gpus_draw);
    tcase_add_test(all, what_bad_fans_do);
    tcase_add_test(all, supplies);
    tcase_add_test(all, one_gpu_is_capped);
    tcase_add_test(all, hangs);
    tcase_add_test(all, no_disk);
    tcase_add_test(all, reset);
    tcase_add_test(all, resets_end_attempts);
    tcase_add_test(all, reboots_that_are_overtaken);
    tcase_add_test(all, spread);
    tcase_add_test(all, hazards);
    suite_add_tcase(suite, all);
    return test_run(suite);
}
