/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Random scenarios in which rates change all the time: caps in steps, heat, GPUs that differ,
 * shared links and storage, checkpoints, moves and preemption. */
#include "property/maker.h"

static void make_series(maker *m, maker_text *yaml, int low, int high, const char *unit)
{
    maker_print(yaml, "{steps: [{at: 0 s, value: %d %s}", maker_pick(m, low, high), unit);
    for (int i = maker_pick(m, 1, 6), at = 0; i > 0; i--) {
        at += maker_pick(m, 1, 300);
        maker_print(yaml, ", {at: %d s, value: %d %s}", at, maker_pick(m, low, high), unit);
    }
    maker_print(yaml, "]%s}", maker_chance(m, 30) ? ", repeat: 2000 s" : "");
}

static void make_group(maker *m, maker_text *yaml, int number)
{
    static const char *const models[] = {"A100-SXM4-80GB", "H100-SXM5-80GB", "V100-SXM2-32GB",
                                         "generic"};
    const int model = maker_pick(m, 0, 9) > 7 ? 3 : maker_pick(m, 0, 2);
    maker_print(yaml, "    - {name: g%d, count: %d, gpus: %d, per_rack: %d, gpu: %s", number,
                maker_pick(m, 1, 6), maker_pick(m, 1, 8), maker_pick(m, 1, 3), models[model]);
    if (model < 3 && maker_chance(m, 50)) {
        // hot enough to throttle, now and then
        maker_print(yaml, ", gpu_model: {thermal: {resistance: 0.%d K/W}}", maker_pick(m, 12, 17));
    }
    if (model < 3 && maker_chance(m, 60)) {
        maker_print(yaml, ", power: {nics: %d, gpu_cap: ", maker_pick(m, 0, 4));
        make_series(m, yaml, 210, model == 2 ? 300 : 400, "W");
        maker_print(yaml, "}");
    }
    if (model < 3 && maker_chance(m, 30)) {
        maker_print(yaml, ", spread: {speed: 0.03, slow: {share: 0.1, speed: 0.9}}");
    }
    if (maker_chance(m, 60)) {
        maker_print(yaml, ", network: {nic: %d GB/s}", maker_pick(m, 1, 50));
    }
    if (maker_chance(m, 50)) {
        maker_print(yaml, ", uplink: %d GB/s", maker_pick(m, 1, 50));
    }
    maker_print(yaml, "}\n");
}

static void make_cluster(maker *m, maker_text *yaml, maker_sharing *sharing)
{
    maker_print(yaml, "cluster:\n  nodes:\n");
    for (int g = 0, groups = maker_pick(m, 1, 3); g < groups; g++) {
        make_group(m, yaml, g);
    }
    if (sharing->cut) {
        maker_print(yaml, "    - {name: cut, count: 2, gpus: %d, gpu: A100-SXM4-80GB, mig: true}\n",
                    maker_pick(&sharing->m, 1, 4));
    }
    make_interference(sharing, yaml);
    maker_print(yaml, "  network: {tiers: {}");
    if (maker_chance(m, 40)) {
        maker_print(yaml, ", spine: %d GB/s", maker_pick(m, 1, 100));
    }
    if (maker_chance(m, 60)) {
        maker_print(yaml, ", storage: %d GB/s", maker_pick(m, 1, 100));
    }
    maker_print(yaml, "}\n  cooling: {supply: ");
    make_series(m, yaml, 15, 32, "C");
    maker_print(yaml, "}\n");
}

static void make_profile(maker *m, maker_text *yaml, maker_sharing *sharing)
{
    maker_print(yaml, "profile: {intensity: 0.%d, memory_bound: 0.%d, host_bound: 0.%d",
                maker_pick(m, 1, 99), maker_pick(m, 0, 99), maker_pick(m, 0, 9) ? 0 : 35);
    if (maker_chance(m, 60)) {
        maker_print(yaml, ", communication: {step: %d ms, volume: %d MB, overlap: 0.%d}",
                    maker_pick(m, 10, 2000), maker_pick(m, 1, 4000), maker_pick(m, 0, 9));
    }
    if (maker_chance(m, 40)) {
        maker_print(yaml, ", checkpoint: {every: %d s, size: %d GB, cost: %d s}",
                    maker_pick(m, 20, 400), maker_pick(m, 0, 1000), maker_pick(m, 0, 9));
    }
    make_memory(sharing, yaml);
    maker_print(yaml, "}");
}

// ---- sharing ----

maker_sharing make_sharing(uint64_t seed)
{
    maker_sharing sharing = {.m = {seed + 0x73686172}};
    sharing.some = maker_chance(&sharing.m, 33);
    sharing.cut = sharing.some && maker_chance(&sharing.m, 50);
    return sharing;
}

void make_interference(maker_sharing *sharing, maker_text *yaml)
{
    if (sharing->some && maker_chance(&sharing->m, 60)) {
        maker_print(yaml, "  sharing: {interference: 0.%d}\n", maker_pick(&sharing->m, 0, 9));
    }
}

void make_part(maker_sharing *sharing, maker_text *yaml)
{
    static const char *const instances[] = {"1g.10gb", "2g.20gb", "3g.40gb", "7g.80gb"};
    maker *m = &sharing->m;
    if (!sharing->some || maker_chance(m, 20)) {
        return;
    }
    if (sharing->cut && maker_chance(m, 50)) {
        maker_print(yaml, "mig: %s, ", instances[maker_pick(m, 0, 3)]);
    } else {
        maker_print(yaml, "gpu_share: 0.%03d, ", maker_pick(m, 1, 999));
    }
    if (maker_chance(m, 30)) {
        maker_print(yaml, "gpu_memory: %d GiB, ", maker_pick(m, 1, 9));
    }
}

void make_memory(maker_sharing *sharing, maker_text *yaml)
{
    maker *m = &sharing->m;
    if (sharing->some && maker_chance(m, 40)) {
        maker_print(yaml, ", memory_used: %d MiB", maker_pick(m, 0, 40000));
    }
    if (sharing->some && maker_chance(m, 30)) {
        maker_print(yaml, ", memory_growth: %d KiB/s", maker_pick(m, 0, 200000));
    }
}

// ---- all of it ----

void make_physical(uint64_t seed, maker_text *yaml)
{
    maker m = {seed};
    maker_sharing sharing = make_sharing(seed);
    static const char *const orders[] = {"fifo", "srtf", "las", "smallest"};
    static const char *const placements[] = {"first-fit", "spread", "random", "consolidate"};
    static const char *const backfills[] = {"none", "easy", "conservative"};
    yaml->length = 0;
    maker_print(yaml, "gpusim: 1\nname: rates\nseed: %d\n", (int)(seed % 1000));
    if (maker_chance(&m, 30)) {
        maker_print(yaml, "duration: %d s\n", maker_pick(&m, 500, 5000));
    }
    make_cluster(&m, yaml, &sharing);
    maker_print(yaml, "scheduler: {order: %s, placement: %s", orders[maker_pick(&m, 0, 3)],
                placements[maker_pick(&m, 0, 3)]);
    if (maker_chance(&m, 40)) {
        maker_print(yaml, ", preemption: repack}\n");
    } else {
        maker_print(yaml, ", backfill: %s}\n", backfills[maker_pick(&m, 0, 2)]);
    }
    if (maker_chance(&m, 20)) {
        maker_print(yaml, "limits: {walltime: kill}\n");
    }
    maker_print(yaml, "workload:\n  - jobs:\n");
    for (int job = 0, at = 0, jobs = maker_pick(&m, 3, 24); job < jobs; job++) {
        at += maker_pick(&m, 0, 9) > 6 ? maker_pick(&m, 0, 400) : 0;
        maker_print(yaml, "      - {at: %d s, duration: %d s, gpus: %d, ", at,
                    maker_pick(&m, 0, 2000), maker_pick(&m, 1, maker_chance(&m, 30) ? 16 : 4));
        if (maker_chance(&m, 40)) {
            maker_print(yaml, "walltime: %d s, ", maker_pick(&m, 100, 4000));
        }
        make_part(&sharing, yaml);
        make_profile(&m, yaml, &sharing);
        maker_print(yaml, "}\n");
    }
}
