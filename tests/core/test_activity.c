/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What telemetry says of GPUs at work: a profile's shares of a step, and the node models of other
 * simulators. */
#include "sampled.h"

/* Steps of 2 s, of which kernels take 1.6 s, and 20 GB that two GPUs reduce over 50 GB/s: a ring of
 * two passes on what it reduces, 20 GB in 0.4 s. So a step takes 2.4 s; kernels keep tensor cores
 * busy for a quarter of 1.6 s of it, memory for half, and read 3 GB/s from the host. What is
 * reduced goes over NVLink (the first two GPUs), or over PCIe both ways (the others). */
#define REDUCES                                                                                    \
    "profile: {host_bound: 0.2, memory_activity: 0.5, tensor_activity: 0.25, host_io: 3 GB/s, "    \
    "communication: {step: 2 s, volume: 20 GB}}"
#define PROFILED(name, links)                                                                      \
    "    - {name: " name ", count: 1, gpus: 2, " DEVICE("mean}, links: {" links) "}\n"
START_TEST(activity_is_what_the_profile_says)
{
    run("gpusim: 1\ncluster:\n  nodes:\n" PROFILED("linked", "nvlink: 50 GB/s, pcie: 25 GB/s")
            PROFILED("plain",
                     "nvlink: 0 B/s, pcie: 50 GB/s") "  cooling: {supply: 25 C}\n" EXACT
                                                     "  network: {tiers: {node: {alpha: 0 s, "
                                                     "efficiency: 1, measured_below: 0 B}}}\n"
                                                     "workload:\n  - jobs:\n"
                                                     "      - {at: 0 s, duration: 1 h, gpus: 2, "
                                                     "group: linked, " REDUCES "}\n"
                                                     "      - {at: 0 s, duration: 1 h, gpus: 2, "
                                                     "group: plain, " REDUCES "}\n"
                                                     "duration: 25 s\ntelemetry: {every: 12 s, "
                                                     "sets: [all]}\n");
    double reduced = 10e9 / 1.2, read = 3e9 * 0.8 / 1.2;
    for (uint32_t g = 0; g < 4; g++) {
        same(GS_METRIC_STEP_TIME, 1, g, 2.4);
        same(GS_METRIC_GR_ENGINE_ACTIVE, 1, g, 1 / 1.2); // it spins, too
        same(GS_METRIC_SM_ACTIVE, 1, g, 0.8 / 1.2);
        same(GS_METRIC_PIPE_TENSOR_ACTIVE, 1, g, 0.25 * 0.8 / 1.2);
        same(GS_METRIC_DRAM_ACTIVE, 1, g, 0.5 * 0.8 / 1.2);
        same(GS_METRIC_PCIE_RX_BYTES, 1, g, read + (g < 2 ? 0 : reduced));
        same(GS_METRIC_PCIE_TX_BYTES, 1, g, g < 2 ? 0 : reduced);
    }
    same(GS_METRIC_NVLINK_BANDWIDTH_TOTAL, 1, 0, floor(24 * reduced / 1e6));
    same(GS_METRIC_NVLINK_BANDWIDTH_TOTAL, 1, 1, floor(24 * reduced / 1e6));
    missing(GS_METRIC_NVLINK_BANDWIDTH_TOTAL, 1, 2);
    end();
}
END_TEST

START_TEST(models_of_other_simulators)
{
    // what those models have, as they have it; nothing else. Beside them a GPU whose sensor has no
    // memory, so that there are no marks to look at
    run("gpusim: 1\n"
        "cluster:\n"
        "  nodes:\n"
        "    - {name: io, count: 1, gpus: 1, legacy: ioguard}\n"
        "    - {name: sage, count: 1, gpus: 1, legacy: sage}\n"
        "    - {name: astera, count: 1, gpus: 1, legacy: astera}\n"
        "    - {name: ga100, count: 1, gpus: 1, " DEVICE(
            "instant") "}\n"
                       "    - {name: none, count: 1, gpus: 1}\n"
                       "workload: [{jobs: [{at: 0 s, duration: 1 h, gpus: 1, group: io},\n"
                       "                   {at: 0 s, duration: 1 h, gpus: 1, group: astera}]}]\n"
                       "duration: 100 s\ntelemetry: {every: 10 s, sets: [all]}\n");
    for (uint32_t g = 0; g < 3; g++) {
        ck_assert(got(GS_METRIC_GPU_TEMP, 9, g) >= 20);
        same(GS_METRIC_CLOCK_THROTTLE_REASONS, 0, g, 0);
    }
    missing(GS_METRIC_POWER_USAGE, 9, 0);
    missing(GS_METRIC_TOTAL_ENERGY_CONSUMPTION, 9, 0);
    ck_assert(got(GS_METRIC_FAN_SPEED, 9, 0) >= 0);
    ck_assert(got(GS_METRIC_GPU_UTIL, 9, 0) > 0);
    ck_assert(got(GS_METRIC_POWER_USAGE, 9, 1) > 0);
    ck_assert(got(GS_METRIC_TOTAL_ENERGY_CONSUMPTION, 9, 1) > 0);
    ck_assert(got(GS_METRIC_GPU_UTIL, 9, 1) == 0);
    ck_assert(fabs(got(GS_METRIC_FAN_SPEED, 9, 1) - 33) < 2); // 2000 rpm of 6000
    missing(GS_METRIC_FAN_SPEED, 9, 2);
    ck_assert(got(GS_METRIC_POWER_USAGE, 0, 2) >= 200); // busy: 200 to 300 W
    ck_assert(got(GS_METRIC_POWER_USAGE, 0, 2) == got(GS_METRIC_POWER_USAGE_INSTANT, 0, 2));
    ck_assert(got(GS_METRIC_GPU_UTIL, 0, 2) > 0);
    missing(GS_METRIC_MEMORY_TEMP, 9, 0);
    missing(GS_METRIC_SM_CLOCK, 9, 0);
    missing(GS_METRIC_FB_TOTAL, 9, 0);
    missing(GS_METRIC_POWER_VIOLATION, 9, 0);
    missing(GS_METRIC_POWER_USAGE, 9, 4);
    ck_assert(fabs(got(GS_METRIC_POWER_USAGE, 9, 3) - 50) < 5);
    end();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("core/activity");
    TCase *cases = tcase_create("all");
    tcase_add_checked_fixture(cases, NULL, end);
    tcase_add_test(cases, activity_is_what_the_profile_says);
    tcase_add_test(cases, models_of_other_simulators);
    suite_add_tcase(suite, cases);
    return test_run(suite);
}
