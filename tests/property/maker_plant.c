/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Random scenarios in which everything physical pulls at everything else: leakage, limits within
 * reach, caps of GPUs, nodes and racks, fans, lanes, recirculation, water, gangs. Some GPUs run
 * away.
 */
#include "property/maker.h"

// one random number among text
static void put(maker *m, maker_text *yaml, const char *before, int low, int high, double unit)
{
    maker_print(yaml, "%s%g", before, maker_pick(m, low, high) * unit);
}

// values that hold for a while, all of them before an hour has passed
static void put_series(maker *m, maker_text *yaml, const char *before, int low, int high,
                       const char *unit)
{
    maker_print(yaml, "%s", before);
    if (maker_chance(m, 40)) {
        maker_print(yaml, "%d %s", maker_pick(m, low, high), unit);
        return;
    }
    maker_print(yaml, "{steps: [{at: 0 s, value: %d %s}", maker_pick(m, low, high), unit);
    for (int i = maker_pick(m, 1, 4), at = 0; i > 0; i--) {
        at += maker_pick(m, 1, 900);
        maker_print(yaml, ", {at: %d s", at);
        maker_print(yaml, ", value: %d %s}", maker_pick(m, low, high), unit);
    }
    maker_print(yaml, "]}");
}

static void make_gpu(maker *m, maker_text *yaml)
{
    const int hot = maker_chance(m, 15); // too hot to come to rest, at times
    maker_print(yaml, ", gpu: A100-SXM4-80GB, gpu_model: {power: {tdp: 400 W, cap_min: 60 W, "
                      "cap_max: 500 W, context: 70 W");
    put(m, yaml, ", idle: ", 30, 60, 1);
    put(m, yaml, " W, fixed: ", 60, 110, 1);
    put(m, yaml, " W, dynamic: ", 250, 380, 1);
    put(m, yaml, " W, knee_clock: ", 40, 90, 0.01);
    put(m, yaml, ", knee_voltage: ", 60, 100, 0.01);
    put(m, yaml, ", memory: ", 0, 60, 1);
    put(m, yaml, " W, memory_idle: ", 0, 30, 1);
    put(m, yaml, " W}, leakage: {reference: 45 C, power: ", maker_chance(m, 15) ? 0 : 5, 60, 1);
    put(m, yaml, " W, scale: ", hot ? 15 : 30, 60, 1);
    put(m, yaml, " K}, thermal: {flow_exponent: 0.8, resistance: ", 8, hot ? 30 : 17, 0.01);
    put(m, yaml, " K/W, fast_time: ", 5, 80, 0.1);
    put(m, yaml, " s, fast_share: ", 30, 95, 0.01);
    put(m, yaml, ", slow_time: ", 15, 90, 1);
    put(m, yaml, " s, memory_resistance: ", 0, 60, 0.01);
    put(m, yaml, " K/W, memory_coupling: ", 20, 90, 0.01);
    put(m, yaml, ", memory_time: ", 4, 20, 1);
    put(m, yaml, " s, hysteresis: ", 1, 6, 1);
    put(m, yaml, " K}, limits: {operating: 80 C, slowdown: 86 C, shutdown: ", 90, 95, 1);
    put(m, yaml, " C, memory: ", 80, 100, 1);
    maker_print(yaml, " C}}");
}

static void make_cooling(maker *m, maker_text *yaml, int gpus)
{
    if (maker_chance(m, 25)) {
        maker_print(yaml, ", cooling: {kind: liquid}");
        return;
    }
    put(m, yaml, ", cooling: {kind: air, airflow: ", 4 * gpus, 12 * gpus, 0.02);
    maker_print(yaml, " m3/s");
    if (maker_chance(m, 50)) {
        maker_print(yaml, ", lane: %d", gpus >> maker_pick(m, 0, gpus > 1));
    }
    if (maker_chance(m, 60)) {
        put(m, yaml, ", fans: {start: 45 C, levels: ", 1, 12, 1);
        put(m, yaml, ", minimum: ", 5, 9, 0.1);
        put(m, yaml, ", full: ", 65, 80, 1);
        put(m, yaml, " C, hysteresis: ", 1, 6, 1);
        maker_print(yaml, " K}");
    }
    maker_print(yaml, "}");
}

static void make_node(maker *m, maker_text *yaml, int gpus)
{
    put(m, yaml, ", power: {sockets: 2, cpu: {idle: 40 W, max: 120 W}, memory: 30 W, fans: ", 0,
        200, 1);
    maker_print(yaml, " W");
    if (maker_chance(m, 50)) {
        maker_print(yaml, ", losses: [{constant: 13 W, efficiency: 0.97}]");
    } else if (maker_chance(m, 50)) {
        maker_print(yaml, ", psu: {count: 4, rating: 5 kW, needed: 2, efficiency: titanium}");
    }
    if (maker_chance(m, 40)) {
        put_series(m, yaml, ", cap: ", 300 + 120 * gpus, 400 + 420 * gpus, "W");
    }
    if (maker_chance(m, 40)) {
        put_series(m, yaml, ", gpu_cap: ", 150, 500, "W");
    }
    maker_print(yaml, "}");
    make_cooling(m, yaml, gpus);
    if (maker_chance(m, 30)) {
        maker_print(yaml, ", spread: {speed: 0.03, slow: {share: 0.1, speed: 0.9}}");
    }
}

static void make_cluster(maker *m, maker_text *yaml, maker_sharing *sharing)
{
    static const int sizes[] = {1, 2, 4, 8};
    int most = 0;
    maker_print(yaml, "cluster:\n  nodes:\n");
    for (int g = 0, groups = maker_pick(m, 1, 2); g < groups; g++) {
        const int gpus = sizes[maker_pick(m, 0, 3)];
        most = gpus > most ? gpus : most;
        maker_print(yaml, "    - {name: g%d, gpus: %d, cpus: 32", g, gpus);
        put(m, yaml, ", count: ", 1, 5, 1);
        put(m, yaml, ", per_rack: ", 1, 3, 1);
        make_gpu(m, yaml);
        make_node(m, yaml, gpus);
        maker_print(yaml, "}\n");
    }
    if (sharing->cut) {
        maker_print(yaml, "    - {name: cut, gpus: 2, cpus: 32, mig: true");
        put(&sharing->m, yaml, ", count: ", 1, 3, 1);
        make_gpu(&sharing->m, yaml);
        make_node(&sharing->m, yaml, 2);
        maker_print(yaml, "}\n");
    }
    make_interference(sharing, yaml);
    maker_print(yaml, "  racks: {switches: 100 W, losses: [{constant: 17 W, efficiency: 0.96}]}\n"
                      "  power: {pue: 1.2, carbon: 400 g/kWh, price: 0.1/kWh");
    if (maker_chance(m, 50)) {
        put_series(m, yaml, ", rack_cap: ", 500 + 200 * most, 1000 + 1000 * most, "W");
    }
    put_series(m, yaml, "}\n  cooling: {supply: ", 15, 32, "C");
    if (maker_chance(m, 50)) {
        put(m, yaml, ", recirculation: {self: ", 0, 20, 0.01);
        put(m, yaml, ", neighbour: ", 0, 20, 0.01);
        put(m, yaml, ", all: ", 0, 5, 0.01);
        maker_print(yaml, "}");
    }
    put(m, yaml, ", leak_step: ", 1, 6, 0.5);
    put(m, yaml, " K, settled: ", 1, 5, 0.05);
    put(m, yaml, " K, epsilon: ", 1, 10, 0.05);
    maker_print(yaml, " K}\n");
}

static void make_profile(maker *m, maker_text *yaml, maker_sharing *sharing)
{
    put(m, yaml, "profile: {intensity: ", 3, 10, 0.1);
    put(m, yaml, ", memory_bound: ", 0, 9, 0.1);
    put(m, yaml, ", host_bound: ", 0, maker_chance(m, 30) ? 9 : 0, 0.1);
    put(m, yaml, ", memory_activity: ", 0, 10, 0.1);
    if (maker_chance(m, 30)) {
        put(m, yaml, ", communication: {step: ", 10, 2000, 1);
        put(m, yaml, " ms, volume: ", 1, 4000, 1);
        maker_print(yaml, " MB}");
    }
    make_memory(sharing, yaml);
    maker_print(yaml, "}");
}

static void make_jobs(maker *m, maker_text *yaml, maker_sharing *sharing)
{
    maker_print(yaml, "workload:\n  - jobs:\n");
    for (int job = 0, at = 0, jobs = maker_pick(m, 2, 20); job < jobs; job++) {
        at += maker_pick(m, 0, 9) > 6 ? maker_pick(m, 0, 600) : 0;
        maker_print(yaml, "      - {at: %d s", at);
        // some run on to the end, when nothing changes any more
        put(m, yaml, ", duration: ", 0, maker_chance(m, 30) ? 100000 : 3000, 1);
        put(m, yaml, " s, gpus: ", 1, maker_chance(m, 30) ? 12 : 4, 1);
        put(m, yaml, ", cpus: ", 0, 4, 1);
        put(m, yaml, ", priority: ", 0, 2, 1);
        if (maker_chance(m, 20)) {
            put(m, yaml, ", walltime: ", 10, 3000, 1);
            maker_print(yaml, " s");
        }
        maker_print(yaml, ", ");
        make_part(sharing, yaml);
        make_profile(m, yaml, sharing);
        maker_print(yaml, "}\n");
    }
}

static void make_actions(maker *m, maker_text *yaml)
{
    static const char *const whats[] = {"drain", "undrain"};
    maker_print(yaml, "actions:\n");
    for (int i = maker_pick(m, 1, 4), at = 0; i > 0; i--) {
        at += maker_pick(m, 1, 900);
        maker_print(yaml, "  - {at: %d s, node: g0-0000", at);
        maker_print(yaml, ", do: %s}\n", whats[maker_pick(m, 0, 1)]);
    }
}

void make_plant(uint64_t seed, maker_text *yaml)
{
    static const char *const schedulers[] = {
        "{order: fifo}", "{order: srtf, blocking: false}", "{order: las, preemption: repack}",
        "{order: smallest, placement: spread, backfill: easy}"};
    maker m = {seed};
    maker_sharing sharing = make_sharing(seed);
    yaml->length = 0;
    maker_print(yaml, "gpusim: 1\nname: plant\nduration: 3 h\n");
    make_cluster(&m, yaml, &sharing);
    maker_print(yaml, "scheduler: %s\n", schedulers[maker_pick(&m, 0, 3)]);
    if (maker_chance(&m, 30)) {
        maker_print(yaml, "limits: {walltime: kill}\n");
    }
    make_jobs(&m, yaml, &sharing);
    if (maker_chance(&m, 50)) {
        make_actions(&m, yaml);
    }
}
