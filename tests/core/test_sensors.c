/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every metric of physical GPUs, nodes, racks and the site, by hand; sensors with a memory; noise,
 * steps and overshoot; and what all of that leaves alone. */
#include "sampled.h"

#define THREE_SENSORS(sensors)                                                                     \
    "gpusim: 1\n"                                                                                  \
    "cluster:\n"                                                                                   \
    "  nodes:\n"                                                                                   \
    "    - {name: later, count: 1, gpus: 2, " DEVICE(                                              \
        "mean") "}\n"                                                                              \
                "    - {name: ga100, count: 1, gpus: 2, " DEVICE(                                  \
                    "instant") "}\n"                                                               \
                               "    - {name: part, count: 1, gpus: 2, " DEVICE(                    \
                                   "part-time") "}\n"                                              \
                                                "    - {name: none, count: 1, gpus: 1}\n"          \
                                                "    - {name: old, count: 1, gpus: 1, gpu: T4}\n"  \
                                                "  cooling: {supply: 25 C}\n" sensors              \
                                                "workload:\n"                                      \
                                                "  - jobs:\n"                                      \
                                                "      - {at: 9.25 s, duration: 60 s, gpus: 1, "   \
                                                "group: later, " BUSY "}\n"                        \
                                                "      - {at: 9.25 s, duration: 60 s, gpus: 1, "   \
                                                "group: ga100, " BUSY "}\n"                        \
                                                "      - {at: 9.99 s, duration: 60 s, gpus: 1, "   \
                                                "group: part, " BUSY "}\n"                         \
                                                "duration: 80 s\n"

/* The last step of the grid is the shorter one that ends at the maximum. */
START_TEST(clocks_end_at_the_maximum)
{
    run("gpusim: 1\nduration: 20 s\ncluster:\n"
        "  nodes: [{name: n, gpus: 1, gpu: A100-SXM4-80GB, gpu_model: {clocks: {minimum: 210 MHz, "
        "maximum: 1412 MHz, step: 15 MHz}}}]\n" EXACT
        "workload: [{jobs: [{id: 0, at: 0 s, duration: 1 h, gpus: 1}]}]\n"
        "telemetry: {every: 10 s, metrics: [sm_clock]}\n");
    same(GS_METRIC_SM_CLOCK, 0, 0, 1412);
    end();
}
END_TEST

/* GPUs 0 and 1 have the sensor of Ampere and later, 2 and 3 that of GA100, 4 and 5 a part-time one;
 * 6 is generic, 7 a T4. 0, 2 and 4 begin to work just before the first sample. */
START_TEST(means_and_moments)
{
    run(THREE_SENSORS(EXACT) "telemetry: {every: 10 s, sets: [all]}\n");
    ck_assert_uint_eq(all.samples, 8);

    // power: three quarters of the last second at 400 W; now; 10 of the last 25 ms
    same(GS_METRIC_POWER_USAGE, 0, 0, 0.25 * 50 + 0.75 * 400);
    same(GS_METRIC_POWER_USAGE, 0, 1, 50);
    same(GS_METRIC_POWER_USAGE, 0, 2, 400);
    same(GS_METRIC_POWER_USAGE, 0, 4, 0.6 * 50 + 0.4 * 400);
    same(GS_METRIC_POWER_USAGE, 1, 0, 400);
    same(GS_METRIC_POWER_USAGE, 1, 4, 400);
    for (uint32_t g = 0; g < 6; g += 2) {
        same(GS_METRIC_POWER_USAGE_INSTANT, 0, g, 400);
        same(GS_METRIC_POWER_USAGE_INSTANT, 0, g + 1, 50);
    }

    // utilisation of the last second, activity since the last sample
    same(GS_METRIC_GPU_UTIL, 0, 0, 75);
    same(GS_METRIC_GPU_UTIL, 0, 4, 1);
    same(GS_METRIC_GPU_UTIL, 0, 1, 0);
    same(GS_METRIC_GPU_UTIL, 1, 0, 100);
    same(GS_METRIC_MEM_COPY_UTIL, 0, 0, 0.5 * 75);
    same(GS_METRIC_GR_ENGINE_ACTIVE, 0, 0, 0.075);
    same(GS_METRIC_SM_ACTIVE, 0, 0, 0.075);
    same(GS_METRIC_DRAM_ACTIVE, 0, 0, 0.5 * 0.075);
    same(GS_METRIC_SM_ACTIVE, 1, 0, 1);
    same(GS_METRIC_DRAM_ACTIVE, 1, 0, 0.5);
    same(GS_METRIC_SM_ACTIVE, 6, 0, 0.925); // it ends at 69.25 s
    same(GS_METRIC_SM_ACTIVE, 7, 0, 0);
    same(GS_METRIC_PCIE_TX_BYTES, 1, 0, 0);
    same(GS_METRIC_PCIE_RX_BYTES, 1, 0, 0);

    // energy: the exact integral, in mJ
    same(GS_METRIC_TOTAL_ENERGY_CONSUMPTION, 0, 0, 1000 * (9.25 * 50 + 0.75 * 400));
    same(GS_METRIC_TOTAL_ENERGY_CONSUMPTION, 1, 0, 1000 * (9.25 * 50 + 10.75 * 400));
    same(GS_METRIC_TOTAL_ENERGY_CONSUMPTION, 7, 0, 1000 * (20 * 50 + 60 * 400));
    same(GS_METRIC_TOTAL_ENERGY_CONSUMPTION, 7, 1, 1000 * 80 * 50);
    end();
}
END_TEST

START_TEST(of_this_moment)
{
    run(THREE_SENSORS(EXACT) "telemetry: {every: 10 s, sets: [dcgm, default]}\n");

    // 0.75 s of warming: 0.1 K/W, 80% with 5 s and 20% with 50 s
    double die = 25 + 32 - 28 * exp(-0.75 / 5) + 8 - 7 * exp(-0.75 / 50);
    double memory = 25 + 35 - 27.5 * exp(-0.75 / 10); // to 0.5 x 30 W + 0.5 x 0.1 x 400 W
    same(GS_METRIC_GPU_TEMP, 0, 0, die);
    same(GS_METRIC_GPU_TEMP, 0, 1, 30);
    same(GS_METRIC_GPU_TEMP_LIMIT, 0, 0, 85 - die);
    same(GS_METRIC_MEMORY_TEMP, 0, 0, memory);
    same(GS_METRIC_MEMORY_TEMP, 0, 1, 32.5);

    same(GS_METRIC_SM_CLOCK, 0, 0, 1500);
    same(GS_METRIC_SM_CLOCK, 0, 1, 210);
    same(GS_METRIC_MEM_CLOCK, 0, 0, 1512);
    same(GS_METRIC_PSTATE, 0, 0, 0);
    same(GS_METRIC_PSTATE, 0, 1, 8);
    same(GS_METRIC_CLOCK_THROTTLE_REASONS, 0, 0, 0);
    same(GS_METRIC_CLOCK_THROTTLE_REASONS, 0, 1, GS_THROTTLE_IDLE);
    same(GS_METRIC_CLOCK_THROTTLE_REASONS, 7, 0, GS_THROTTLE_IDLE);
    same(GS_METRIC_MEM_MAX_OP_TEMP, 0, 0, 95);
    same(GS_METRIC_GPU_MAX_OP_TEMP, 0, 0, 85);
    same(GS_METRIC_SLOWDOWN_TEMP, 0, 0, 90);
    same(GS_METRIC_SHUTDOWN_TEMP, 0, 0, 95);
    same(GS_METRIC_POWER_MGMT_LIMIT, 0, 0, 400);
    same(GS_METRIC_POWER_MGMT_LIMIT_DEF, 0, 0, 400);
    same(GS_METRIC_ENFORCED_POWER_LIMIT, 0, 0, 400);
    same(GS_METRIC_PCIE_LINK_GEN, 0, 0, 4);
    same(GS_METRIC_PCIE_LINK_WIDTH, 0, 0, 16);
    same(GS_METRIC_XID_ERRORS, 0, 0, 0);
    same(GS_METRIC_FB_TOTAL, 0, 0, 81920);
    same(GS_METRIC_FB_RESERVED, 0, 0, 512);
    same(GS_METRIC_FB_FREE, 0, 1, 81920 - 512);
    same(GS_METRIC_FB_USED, 0, 1, 0);
    ck_assert(got(GS_METRIC_FB_TOTAL, 0, 0) == got(GS_METRIC_FB_USED, 0, 0) +
                                                   got(GS_METRIC_FB_FREE, 0, 0) +
                                                   got(GS_METRIC_FB_RESERVED, 0, 0));

    // counters that only faults move
    static const gs_metric zero[] = {GS_METRIC_PCIE_REPLAY_COUNTER,
                                     GS_METRIC_POWER_VIOLATION,
                                     GS_METRIC_THERMAL_VIOLATION,
                                     GS_METRIC_ECC_SBE_VOL_TOTAL,
                                     GS_METRIC_ECC_DBE_VOL_TOTAL,
                                     GS_METRIC_ECC_SBE_AGG_TOTAL,
                                     GS_METRIC_ECC_DBE_AGG_TOTAL,
                                     GS_METRIC_UNCORRECTABLE_REMAPPED_ROWS,
                                     GS_METRIC_CORRECTABLE_REMAPPED_ROWS,
                                     GS_METRIC_ROW_REMAP_FAILURE,
                                     GS_METRIC_ROW_REMAP_PENDING,
                                     GS_METRIC_NVLINK_CRC_FLIT_ERROR_COUNT_TOTAL,
                                     GS_METRIC_NVLINK_REPLAY_ERROR_COUNT_TOTAL,
                                     GS_METRIC_NVLINK_RECOVERY_ERROR_COUNT_TOTAL};
    for (size_t i = 0; i < sizeof zero / sizeof zero[0]; i++) {
        same(zero[i], 7, 0, 0);
    }
    end();
}
END_TEST

START_TEST(what_a_gpu_does_not_have)
{
    run(THREE_SENSORS(EXACT) "telemetry: {every: 10 s, sets: [all]}\n");
    uint32_t count = 0;
    const gpusim_metric *metrics = gpusim_metrics(&count);
    for (uint32_t m = 0; m < count; m++) {
        if (metrics[m].entity == GPUSIM_OF_GPU && metrics[m].physical) {
            missing((gs_metric)m, 0, 6); // generic
        }
    }
    same(GS_METRIC_GPU_UTIL, 0, 6, 0);
    missing(GS_METRIC_MEMORY_TEMP, 0, 7);
    missing(GS_METRIC_MEM_MAX_OP_TEMP, 0, 7);
    missing(GS_METRIC_NVLINK_BANDWIDTH_TOTAL, 0, 7);
    missing(GS_METRIC_NVLINK_REPLAY_ERROR_COUNT_TOTAL, 0, 7);
    missing(GS_METRIC_FAN_SPEED, 0, 7); // its node has no fans
    ck_assert(got(GS_METRIC_GPU_TEMP, 0, 7) > 25);
    end();
}
END_TEST

#define ONE_GPU(device, sensors, job)                                                              \
    "gpusim: 1\n"                                                                                  \
    "cluster:\n"                                                                                   \
    "  nodes: [{name: n, count: 1, gpus: 1, " device "}]\n"                                        \
    "  cooling: {supply: 25 C}\n" sensors "workload: [{jobs: [" job "]}]\n"
#define LONG_JOB "{at: 0 s, duration: 1000 h, gpus: 1, " FULL "}"

START_TEST(windows_no_shorter_than_the_interval)
{
    // the last half second instead of the last second, and the last 20 ms instead of 25
    run(ONE_GPU(DEVICE("mean"), EXACT,
                "{at: 9.25 s, duration: 60 s, gpus: 1, " FULL
                "}") "duration: 11 s\ntelemetry: {every: 500 "
                     "ms, metrics: [power_usage, gpu_util]}\n");
    same(GS_METRIC_POWER_USAGE, 17, 0, 50);
    same(GS_METRIC_POWER_USAGE, 18, 0, 0.5 * 50 + 0.5 * 400);
    same(GS_METRIC_GPU_UTIL, 18, 0, 50);
    same(GS_METRIC_POWER_USAGE, 19, 0, 400);
    same(GS_METRIC_GPU_UTIL, 19, 0, 100);
    end();
    run(ONE_GPU(DEVICE("part-time"), EXACT,
                "{at: 95 ms, duration: 60 s, gpus: 1, " FULL
                "}") "duration: 200 ms\ntelemetry: {every: 20 "
                     "ms, metrics: [power_usage, gpu_util]}\n");
    same(GS_METRIC_POWER_USAGE, 3, 0, 50);
    same(GS_METRIC_POWER_USAGE, 4, 0, 0.75 * 50 + 0.25 * 400);
    same(GS_METRIC_GPU_UTIL, 4, 0, 25);
    same(GS_METRIC_POWER_USAGE, 5, 0, 400);
    end();
}
END_TEST

START_TEST(capped)
{
    // 250 W: 100 + 300 f at 750 MHz, from 10 s on
    run(ONE_GPU(DEVICE("mean"), EXACT,
                "{at: 10 s, duration: 30 s, gpus: 1, " FULL
                "}") "duration: 80 s\ntelemetry: {every: 10 s, "
                     "sets: [dcgm]}\n"
                     "actions: [{at: 0 s, do: cap, gpu: "
                     "n-0000/gpu0, power: 250 W}]\n");
    same(GS_METRIC_POWER_MGMT_LIMIT, 1, 0, 250);
    same(GS_METRIC_POWER_MGMT_LIMIT_DEF, 1, 0, 400);
    same(GS_METRIC_ENFORCED_POWER_LIMIT, 1, 0, 250);
    same(GS_METRIC_POWER_USAGE, 2, 0, 250);
    same(GS_METRIC_SM_CLOCK, 2, 0, 750);
    same(GS_METRIC_CLOCK_THROTTLE_REASONS, 2, 0, GS_THROTTLE_SW_POWER_CAP);
    same(GS_METRIC_POWER_VIOLATION, 0, 0, 0);
    same(GS_METRIC_POWER_VIOLATION, 2, 0, 20e9);
    same(GS_METRIC_THERMAL_VIOLATION, 2, 0, 0);
    end();
}
END_TEST

#define HOT_DEVICE(limits)                                                                         \
    "gpu: A100-SXM4-80GB, gpu_model: {power: {" PLAIN_POWER "}, thermal: {" PLAIN_THERMAL          \
    "}, " PLAIN_CLOCKS ", limits: {" limits "}, leakage: {" NO_LEAK "}}"

START_TEST(hot)
{
    // it would come to 65 degC, and is held at 50
    run(ONE_GPU(HOT_DEVICE("operating: 50 C, slowdown: 70 C, shutdown: 80 C"), EXACT,
                LONG_JOB) "duration: 10 min\ntelemetry: {every: 60 s, sets: [dcgm]}\n");
    same(GS_METRIC_CLOCK_THROTTLE_REASONS, 9, 0, GS_THROTTLE_SW_THERMAL);
    ck_assert(got(GS_METRIC_GPU_TEMP, 9, 0) <= 50.000001);
    ck_assert(got(GS_METRIC_GPU_TEMP, 9, 0) > 45);
    ck_assert(got(GS_METRIC_SM_CLOCK, 9, 0) < 1500);

    // below its clock ever since 50 degC were reached: 25 + 32 (1 - e^(-t/5)) + ... in some seconds
    double first = 60e9 - got(GS_METRIC_THERMAL_VIOLATION, 0, 0);
    ck_assert(first > 0 && first < 20e9);
    same(GS_METRIC_THERMAL_VIOLATION, 9, 0, 600e9 - first);
    same(GS_METRIC_POWER_VIOLATION, 9, 0, 0);
    end();
}
END_TEST

START_TEST(gone)
{
    // 0.9 K/W: slowed down, too hot all the same, off: nothing answers but the log
    run(ONE_GPU(
        "gpu: A100-SXM4-80GB, gpu_model: {power: {" PLAIN_POWER
        "}, thermal: {resistance: 0.9 K/W}, " PLAIN_CLOCKS
        ", limits: {operating: 80 C, slowdown: 82 C, shutdown: 84 C}, leakage: {" NO_LEAK "}}",
        EXACT,
        "{at: 10 s, duration: 1 h, gpus: 1, " FULL "}") "duration: 20 min\ntelemetry: {every: "
                                                        "60 s, sets: [dcgm]}\n");
    same(GS_METRIC_XID_ERRORS, 19, 0, 79);
    missing(GS_METRIC_GPU_TEMP, 19, 0);
    missing(GS_METRIC_POWER_USAGE, 19, 0);
    missing(GS_METRIC_TOTAL_ENERGY_CONSUMPTION, 19, 0);
    missing(GS_METRIC_CLOCK_THROTTLE_REASONS, 19, 0);
    missing(GS_METRIC_GPU_UTIL, 19, 0);
    end();
}
END_TEST

START_TEST(nodes_racks_and_the_site)
{
    // a node: 2 GPUs at 50 W, 100 + 2 x 50 W more, 80% and two supplies of 1 kW with 90%
    run("gpusim: 1\n"
        "cluster:\n"
        "  nodes:\n"
        "    - {name: n, count: 2, per_rack: 2, gpus: 2, cpus: 10, memory: 100 GiB, " DEVICE(
            "instant") ",\n"
                       "       power: {sockets: 2, cpu: {idle: 50 W, max: 100 W}, other: 100 W,\n"
                       "               losses: [{constant: 0 W, efficiency: 0.8}],\n"
                       "               psu: {count: 2, rating: 1 kW, needed: 2,\n"
                       "                     efficiency: {points: [{load: 0.5, efficiency: "
                       "0.9}]}}}}\n"
                       "  cooling: {supply: 25 C}\n" EXACT "  racks: {switches: 100 W}\n"
                       "  power: {pue: 1.25, carbon: 360 g/kWh, rack_cap: 5 kW}\n"
                       "workload: [{jobs: [{at: 15 s, duration: 1 h, gpus: 1, cpus: 5, memory: 40 "
                       "GiB, " FULL "}]}]\n"
                       "duration: 30 s\ntelemetry: {every: 10 s, sets: [node, default]}\n");
    double out = 300 / 0.8, in = out / 0.9;
    same(GS_METRIC_NODE_POWER, 0, 0, in);
    same(GS_METRIC_NODE_POWER_OUTPUT, 0, 0, out);
    same(GS_METRIC_NODE_PSU_LOAD, 0, 0, 100 * out / 2000);
    same(GS_METRIC_NODE_PSU_STATE, 0, 0, 3);
    same(GS_METRIC_NODE_INLET_TEMP, 0, 0, 25);
    missing(GS_METRIC_NODE_FAN_SPEED, 0, 0);
    missing(GS_METRIC_NODE_FAN_LEVEL, 0, 0);
    same(GS_METRIC_NODE_CPU_UTIL, 0, 0, 0);
    same(GS_METRIC_NODE_MEMORY_USED, 0, 0, 0);
    same(GS_METRIC_NODE_DISK_USED, 0, 0, 0);
    same(GS_METRIC_NODE_HEARTBEAT, 0, 0, 1);
    same(GS_METRIC_NODE_CLOCK_OFFSET, 0, 0, 0);
    same(GS_METRIC_RACK_POWER, 0, 0, 2 * in + 100);
    same(GS_METRIC_RACK_POWER_CAP, 0, 0, 5000);
    same(GS_METRIC_RACK_INLET_MAX, 0, 0, 25);
    same(GS_METRIC_CLUSTER_IT_POWER, 0, 0, 2 * in + 100);
    same(GS_METRIC_CLUSTER_FACILITY_POWER, 0, 0, 1.25 * (2 * in + 100));
    same(GS_METRIC_CLUSTER_PUE, 0, 0, 1.25);
    same(GS_METRIC_CLUSTER_CARBON_RATE, 0, 0, 1e-7 * 1.25 * (2 * in + 100)); // 0.1 g/kJ

    // a job on one GPU, half of the cores, 40% of the memory: GPU 400 W, both sockets 75 W
    double busy = (400 + 50 + 150 + 100) / 0.8;
    same(GS_METRIC_NODE_POWER_OUTPUT, 1, 0, busy);
    same(GS_METRIC_NODE_POWER, 1, 0, busy / 0.9);
    same(GS_METRIC_NODE_CPU_UTIL, 1, 0, 50);
    same(GS_METRIC_NODE_MEMORY_USED, 1, 0, 40.0 * 1073741824);
    same(GS_METRIC_NODE_CPU_UTIL, 1, 1, 0);
    same(GS_METRIC_RACK_POWER, 1, 0, busy / 0.9 + in + 100);
    end();
}
END_TEST

START_TEST(fans)
{
    // levels 0 .. 10 from 40% on; a hot GPU asks for the full speed
    run("gpusim: 1\n"
        "cluster:\n"
        "  nodes:\n"
        "    - {name: n, count: 1, gpus: 1, " DEVICE(
            "instant") ", power: {fans: 200 W},\n"
                       "       cooling: {kind: air, airflow: 0.2 m3/s, fans: {levels: 10, minimum: "
                       "0.4, start: 28 C,\n"
                       "                 full: 40 C, hysteresis: 2 K}}}\n"
                       "  cooling: {supply: 25 C}\n" EXACT
                       "workload: [{jobs: [{at: 60 s, duration: 1 h, gpus: 1, " FULL "}]}]\n"
                       "duration: 10 min\ntelemetry: {every: 60 s, sets: [node, dcgm]}\n");
    double level = got(GS_METRIC_NODE_FAN_LEVEL, 9, 0);
    ck_assert(level > got(GS_METRIC_NODE_FAN_LEVEL, 0, 0));
    same(GS_METRIC_NODE_FAN_SPEED, 9, 0, 40 + 6 * level);
    same(GS_METRIC_FAN_SPEED, 9, 0, 40 + 6 * level);
    end();
}
END_TEST

START_TEST(steps_of_sensors)
{
    run(THREE_SENSORS(
        "  sensors: {noise: false, quantised: true}\n") "telemetry: {every: 10 s, sets: [all]}\n");
    double die = 25 + 32 - 28 * exp(-0.75 / 5) + 8 - 7 * exp(-0.75 / 50);
    same(GS_METRIC_GPU_TEMP, 0, 0, floor(die + 0.5));
    same(GS_METRIC_GPU_TEMP_LIMIT, 0, 0, 85 - floor(die + 0.5));
    same(GS_METRIC_MEM_COPY_UTIL, 0, 0, 38); // 37.5: the even one
    same(GS_METRIC_POWER_USAGE, 0, 0, 312.5);
    same(GS_METRIC_DRAM_ACTIVE, 0, 0, 0.0375); // no sensor, counters: as they are

    // whole degrees, milliwatts, per cent and megahertz, throughout
    uint32_t count = 0;
    const gpusim_metric *metrics = gpusim_metrics(&count);
    for (uint32_t m = 0; m < count; m++) {
        for (uint32_t s = 0; metrics[m].step > 0 && s < all.samples; s++) {
            double steps = all.values[m][s][0] / metrics[m].step;
            ck_assert_msg(isnan(steps) || fabs(steps - floor(steps + 0.5)) < 0.1, "%s: %g",
                          metrics[m].name, all.values[m][s][0]);
        }
    }
    end();
}
END_TEST

// an idle GPU for a long time: mean and standard deviation of its readings
static struct {
    double sum[2], squares[2];
    double first[2][8];
    uint32_t count;
} noise;

static gpusim_status add_noise(void *context, gpusim_time time, const gpusim_sample *sample,
                               uint32_t count, gpusim_error *error)
{
    (void)context, (void)time, (void)error;
    for (uint32_t i = 0; i < count; i++) {
        int which = sample[i].metric == GS_METRIC_GPU_TEMP      ? 0
                    : sample[i].metric == GS_METRIC_POWER_USAGE ? 1
                                                                : -1;
        double value = which < 0 ? 0 : (double)((const float *)sample[i].values)[0];
        if (which >= 0) {
            noise.sum[which] += value;
            noise.squares[which] += value * value;
            if (noise.count < 8) {
                noise.first[which][noise.count] = value;
            }
        }
    }
    noise.count++;
    return GPUSIM_OK;
}

static double run_noise(const char *text)
{
    gpusim_observer observer;
    memset(&noise, 0, sizeof noise);
    model = compile_text(text);
    ASSERT_OK(gpusim_sim_create(model, 1, &sim, &err), &err);
    gpusim_observer_default(&observer);
    observer.sample = add_noise;
    ASSERT_OK(gpusim_sim_observe(sim, &observer, &err), &err);
    ASSERT_OK(gpusim_sim_run_until(sim, GPUSIM_TIME_MAX, &err), &err);
    return gpusim_sim_summary(sim)->energy_gpu_j;
}

#define NOISY_SENSOR "mean, power_noise: 0.02, temperature_noise: 0.7 K"
#define NOISY(further, metrics)                                                                    \
    "gpusim: 1\n"                                                                                  \
    "cluster:\n"                                                                                   \
    "  nodes: [" further "{name: n, count: 1, gpus: 1, " DEVICE(                                   \
        NOISY_SENSOR) "}]\n"                                                                       \
                      "  cooling: {supply: 25 C}\n"                                                \
                      "  sensors: {noise: true, quantised: false}\n"                               \
                      "workload: [{jobs: []}]\nduration: 20000 s\ntelemetry: {every: 1 s, "        \
                      "metrics: [" metrics "]}\n"

START_TEST(noise_of_readings)
{
    double energy = run_noise(NOISY("", "gpu_temp, power_usage"));
    double n = noise.count, first = noise.first[0][5], power = noise.first[1][5];
    ck_assert_uint_eq(noise.count, 20000);
    double expected[2][2] = {{30, 0.7}, {50, 1}};
    for (int i = 0; i < 2; i++) {
        double mean = noise.sum[i] / n;
        double deviation = sqrt(noise.squares[i] / n - mean * mean);
        ck_assert_double_eq_tol(mean, expected[i][0], 5 * expected[i][1] / sqrt(n));
        ck_assert_double_eq_tol(deviation, expected[i][1], 5 * expected[i][1] / sqrt(2 * n));
    }
    ck_assert_double_eq_tol(energy, 50.0 * 20000, 1e-6); // noise is no energy
    end();

    // whatever else is sampled, and whoever else is there
    run_noise(NOISY("", "gpu_temp"));
    ck_assert(noise.first[0][5] == first);
    end();
    run_noise(NOISY("", "memory_temp, fb_used, power_usage, power_usage_instant, gpu_temp"));
    ck_assert(noise.first[0][5] == first);
    ck_assert(noise.first[1][5] == power);
    end();
}
END_TEST

START_TEST(overshoot_under_load)
{
    // three readings in ten above the cap, by 5% on average; energy knows nothing of it
    double energy = run_noise(
        ONE_GPU(DEVICE("instant, power_noise: 0, overshoot_probability: 0.3, overshoot: 0.05"),
                "  sensors: {noise: true, quantised: false}\n",
                LONG_JOB) "duration: 20000 s\ntelemetry: {every: 1 s, metrics: [power_usage]}\n");
    double mean = noise.sum[1] / noise.count;
    ck_assert_double_eq_tol(mean, 400 * (1 + 0.3 * 0.05), 5 * 400 * 0.05 * sqrt(0.6 / 20000));
    ck_assert_double_eq_tol(energy, 400.0 * 20000, 1e-3);
    end();
}
END_TEST

START_TEST(listeners_and_restores_change_nothing)
{
    static const char *const texts[] = {
        THREE_SENSORS("") "telemetry: {every: 10 s, sets: [all]}\n",
        THREE_SENSORS("") "telemetry: {every: 10 s, delay: 15 s, sets: [all]}\n"};
    gpusim_sim *quiet = NULL, *again = NULL;
    void *bytes = NULL;
    size_t size = 0;
    char one[33], two[33];

    // between the mark of the last second and the sample: somebody listens, nobody listens
    begin(texts[_i]);
    ASSERT_OK(gpusim_sim_create(model, 1, &quiet, &err), &err);
    for (int i = 0; i < 2; i++) {
        gpusim_time stop = i ? GPUSIM_TIME_MAX : 29 * GPUSIM_SECOND + GPUSIM_SECOND / 2;
        ASSERT_OK(gpusim_sim_run_until(sim, stop, &err), &err);
        ASSERT_OK(gpusim_sim_run_until(quiet, stop, &err), &err);
        ASSERT_OK(gpusim_sim_hash(sim, one, &err), &err);
        ASSERT_OK(gpusim_sim_hash(quiet, two, &err), &err);
        ck_assert_str_eq(one, two);
        if (i == 0) {
            ASSERT_OK(gpusim_sim_save(quiet, &bytes, &size, &err), &err);
        }
    }
    double told[GS_METRIC_COUNT][8];
    for (int m = 0; m < GS_METRIC_COUNT; m++) {
        memcpy(told[m], all.values[m][2], sizeof told[m]);
    }

    // a run that goes on from there hears the same third sample
    gpusim_observer observer;
    memset(&all, 0, sizeof all);
    ASSERT_OK(gpusim_sim_create(model, 1, &again, &err), &err);
    gpusim_observer_default(&observer);
    observer.sample = hear;
    ASSERT_OK(gpusim_sim_observe(again, &observer, &err), &err);
    ASSERT_OK(gpusim_sim_restore(again, bytes, size, &err), &err);
    ASSERT_OK(gpusim_sim_run_until(again, GPUSIM_TIME_MAX, &err), &err);
    ck_assert(all.time[0] == 30);
    for (int m = 0; m < GS_METRIC_COUNT; m++) {
        for (int e = 0; e < 8; e++) {
            double now = all.values[m][0][e];
            ck_assert_msg(now == told[m][e] || (isnan(now) && isnan(told[m][e])), "%s of %d",
                          gpusim_metrics(&(uint32_t){0})[m].name, e);
        }
    }
    gpusim_free(bytes);
    gpusim_sim_destroy(quiet);
    gpusim_sim_destroy(again);
    end();
}
END_TEST

START_TEST(restored_at_every_batch)
{
    static const char text[] = THREE_SENSORS("") "telemetry: {every: 10 s, sets: [all]}\n";
    static double told[GS_METRIC_COUNT][SAMPLES][ENTITIES];
    run(text);
    memcpy(told, all.values, sizeof told);
    gpusim_sim_destroy(sim);
    sim = NULL;
    memset(&all, 0, sizeof all);
    ASSERT_OK(gpusim_sim_create(model, 1, &sim, &err), &err);
    int ran = 1;
    while (ran) {
        gpusim_sim *next = NULL;
        gpusim_observer observer;
        void *bytes = NULL;
        size_t size = 0;
        ASSERT_OK(gpusim_sim_save(sim, &bytes, &size, &err), &err);
        ASSERT_OK(gpusim_sim_create(model, 1, &next, &err), &err);
        gpusim_observer_default(&observer);
        observer.sample = hear;
        ASSERT_OK(gpusim_sim_observe(next, &observer, &err), &err);
        ASSERT_OK(gpusim_sim_restore(next, bytes, size, &err), &err);
        gpusim_free(bytes);
        gpusim_sim_destroy(sim);
        sim = next;
        ASSERT_OK(gpusim_sim_step(sim, &ran, &err), &err);
    }
    ck_assert_uint_eq(all.samples, 8);
    for (int m = 0; m < GS_METRIC_COUNT; m++) {
        for (int s = 0; s < 8; s++) {
            ck_assert_msg(memcmp(told[m][s], all.values[m][s], sizeof told[m][s]) == 0,
                          "%s in sample %d", gpusim_metrics(&(uint32_t){0})[m].name, s);
        }
    }
    end();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("core/sensors");
    TCase *cases = tcase_create("all");
    tcase_set_timeout(cases, 60);
    tcase_add_checked_fixture(cases, NULL, end);
    tcase_add_test(cases, means_and_moments);
    tcase_add_test(cases, of_this_moment);
    tcase_add_test(cases, what_a_gpu_does_not_have);
    tcase_add_test(cases, windows_no_shorter_than_the_interval);
    tcase_add_test(cases, clocks_end_at_the_maximum);
    tcase_add_test(cases, capped);
    tcase_add_test(cases, hot);
    tcase_add_test(cases, gone);
    tcase_add_test(cases, nodes_racks_and_the_site);
    tcase_add_test(cases, fans);
    tcase_add_test(cases, steps_of_sensors);
    tcase_add_test(cases, noise_of_readings);
    tcase_add_test(cases, overshoot_under_load);
    tcase_add_loop_test(cases, listeners_and_restores_change_nothing, 0, 2);
    tcase_add_test(cases, restored_at_every_batch);
    suite_add_tcase(suite, cases);
    return test_run(suite);
}
