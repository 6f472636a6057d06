/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Random hardware: nodes that throttle, are capped, run hot and lose GPUs within the minutes that a
 * random scenario lasts. What it says is always possible. */
#include "property/maker.h"

/* A model, and what about it the sections have to know. */
static const struct {
    const char *name;
    int tdp, cap_min, idle; /* W, idle rounded up */
} models[] = {
    {"H100-SXM5-80GB", 700, 200, 75}, {"A100-SXM4-80GB", 400, 100, 66}, {"T4", 70, 60, 15}};
enum { MODELS = sizeof(models) / sizeof(models[0]) };

/* Makes heat matter within a minute: a hot GPU with low limits, fast and leaky. */
static void make_gpu_model(maker *m, maker_text *yaml)
{
    const int operating = maker_pick(m, 55, 80);
    const int slowdown = operating + maker_pick(m, 1, 8);
    const int shutdown = slowdown + maker_pick(m, 1, 15);
    maker_print(yaml, ", gpu_model: {limits: {operating: %d C, slowdown: %d C, shutdown: %d C}, ",
                operating, slowdown, shutdown);
    maker_print(yaml, "thermal: {resistance: 0.%03d K/W, fast_time: %d s, slow_time: %d s}",
                maker_pick(m, 20, 200), maker_pick(m, 1, 6), maker_pick(m, 7, 60));
    if (maker_chance(m, 50)) {
        maker_print(yaml, ", leakage: {power: %d W, reference: %d C, scale: %d K}",
                    maker_pick(m, 1, 8), maker_pick(m, 30, 60), maker_pick(m, 12, 60));
    }
    maker_print(yaml, "}");
}

static void make_power(maker *m, maker_text *yaml, int gpus, int model)
{
    const int cpu = maker_pick(m, 20, 120), other = maker_pick(m, 0, 300);
    const int fans = maker_chance(m, 60) ? maker_pick(m, 50, 900) : 0;
    maker_print(yaml, ", power: {sockets: 1, other: %d W, fans: %d W", other, fans);
    if (maker_chance(m, 30)) {
        maker_print(yaml,
                    ", cpu_states: [{idle: %d W, max: %d W}, {idle: %d W, max: %d W, speed: 0.5}]",
                    cpu, cpu + maker_pick(m, 0, 200), cpu / 2, cpu);
    } else {
        maker_print(yaml, ", cpu: {idle: %d W, epsilon: %d W, max: %d W}", cpu,
                    cpu + maker_pick(m, 0, 20), cpu + maker_pick(m, 20, 200));
    }
    if (maker_chance(m, 40)) {
        maker_print(yaml, ", nics: %d, nic: {idle: %d W, max: 25 W}", maker_pick(m, 1, 8),
                    maker_pick(m, 0, 25));
    }
    if (maker_chance(m, 40)) {
        maker_print(yaml, ", losses: [{constant: %d W, efficiency: 0.9%d}]", maker_pick(m, 0, 30),
                    maker_pick(m, 0, 9));
    }
    if (maker_chance(m, 40)) {
        static const char *const curves[] = {"titanium", "platinum", "gold"};
        maker_print(yaml, ", psu: {count: 4, needed: 2, rating: %d kW, efficiency: %s}",
                    maker_pick(m, 6, 12), curves[maker_pick(m, 0, 2)]);
    }

    // from a cap that idle nodes just keep to one that never binds, also one that moves
    const int idle = gpus * models[model].idle + cpu + other + fans + 200;
    const int floor = idle + idle / 3;
    const int cap = floor + maker_pick(m, 0, gpus * models[model].tdp);
    if (maker_chance(m, 30)) {
        maker_print(yaml, ", cap: %d W", cap);
    } else if (maker_chance(m, 20)) {
        maker_print(
            yaml, ", cap: {steps: [{at: 0 s, value: %d W}, {at: %d s, value: %d W}], repeat: 40 s}",
            cap, maker_pick(m, 1, 39), floor + maker_pick(m, 0, 2000));
    }
    if (maker_chance(m, 30)) {
        maker_print(yaml, ", gpu_cap: %d W",
                    maker_pick(m, models[model].cap_min, models[model].tdp));
    }
    maker_print(yaml, "}");
}

static void make_cooling(maker *m, maker_text *yaml, int gpus)
{
    if (maker_chance(m, 20)) {
        maker_print(yaml, ", cooling: {kind: liquid, flow: %d L/min}", maker_pick(m, 1, 4));
        return;
    }
    const int lane = gpus % 4 == 0 && maker_chance(m, 30) ? 4 : gpus % 2 == 0 ? 2 : 1;
    maker_print(yaml, ", cooling: {airflow: 0.%02d m3/s, lane: %d", maker_pick(m, 10, 60),
                maker_chance(m, 50) ? lane : 1);
    if (maker_chance(m, 60)) {
        const int start = maker_pick(m, 30, 50);
        maker_print(
            yaml, ", fans: {levels: %d, minimum: 0.%d, start: %d C, full: %d C, hysteresis: %d K}",
            maker_pick(m, 1, 12), maker_pick(m, 3, 9), start, start + maker_pick(m, 3, 30),
            maker_pick(m, 0, 5));
    }
    maker_print(yaml, "}");
}

int make_hardware(maker *m, maker_text *yaml, int gpus)
{
    const int model = maker_pick(m, 0, MODELS - 1);

    maker_print(yaml, ", gpu: %s", models[model].name);
    if (maker_chance(m, 70)) {
        make_gpu_model(m, yaml);
    }
    if (maker_chance(m, 70)) {
        make_power(m, yaml, gpus, model);
    }
    make_cooling(m, yaml, gpus);
    if (maker_chance(m, 20)) {
        maker_print(yaml,
                    ", spread: {speed: 0.03, slow: {share: 0.1, speed: 0.9}, tail: {share: 0.05, "
                    "speed: 0.667}}");
    }
    if (maker_chance(m, 30)) {
        maker_print(yaml, ", network: {nic: %d GB/s}, uplink: %d GB/s", maker_pick(m, 1, 400),
                    maker_pick(m, 1, 1600));
    }
    return model;
}

void make_facility(maker *m, maker_text *yaml)
{
    maker_print(yaml, "  racks: {switches: %d W, losses: [{constant: %d W, efficiency: 0.9%d}]}\n",
                maker_pick(m, 0, 300), maker_pick(m, 0, 50), maker_pick(m, 0, 9));
    maker_print(yaml, "  power: {cdu: %d W, ", maker_pick(m, 0, 1000));
    if (maker_chance(m, 50)) {
        maker_print(yaml, "pue: 1.%d", maker_pick(m, 1, 9));
    } else {
        maker_print(yaml, "overhead: {fixed: %d W, linear: 0.0%d}", maker_pick(m, 0, 900),
                    maker_pick(m, 1, 9));
    }
    if (maker_chance(m, 30)) {
        maker_print(yaml, ", rack_cap: %d kW", maker_pick(m, 20, 60));
    }
    maker_print(yaml,
                ", carbon: {wave: {mean: 300 g/kWh, amplitude: 100 g/kWh, period: 60 s, peak: 0 "
                "s, step: 20 s}}, price: 0.1/kWh, reaction: %d ms}\n",
                maker_pick(m, 1, 3000));
    maker_print(yaml, "  cooling: {");
    if (maker_chance(m, 50)) {
        maker_print(yaml, "supply: %d C", maker_pick(m, 15, 35));
    } else {
        maker_print(
            yaml,
            "supply: {steps: [{at: 0 s, value: 20 C}, {at: %d s, value: %d C}], repeat: 70 s}",
            maker_pick(m, 1, 69), maker_pick(m, 10, 38));
    }
    if (maker_chance(m, 60)) {
        maker_print(yaml, ", recirculation: {self: 0.0%d, neighbour: 0.0%d, all: 0.%d}",
                    maker_pick(m, 0, 9), maker_pick(m, 0, 9), maker_pick(m, 0, 4));
    }
    maker_print(yaml, ", epsilon: 0.%d K, leak_step: %d.5 K, loop: {delay: %d s, time: %d s}}\n",
                maker_pick(m, 1, 9), maker_pick(m, 0, 3), maker_pick(m, 0, 20),
                maker_pick(m, 0, 35));
}

void make_power_action(maker *m, maker_text *yaml, int at, const char *node, int model)
{
    const int until = at + maker_pick(m, 0, 60);
    switch (maker_pick(m, 0, 3)) {
    case 0:
        maker_print(yaml, "  - {at: %d s, do: cap, gpu: %s/gpu0, power: %d W}\n", at, node,
                    maker_pick(m, models[model].cap_min, models[model].tdp));
        maker_print(yaml, "  - {at: %d s, do: cap, gpu: %s/gpu0, power: none}\n", until, node);
        break;
    case 1:
        maker_print(yaml, "  - {at: %d s, do: cap, node: %s, power: %d kW}\n", at, node,
                    maker_pick(m, 4, 8));
        maker_print(yaml, "  - {at: %d s, do: cap, node: %s, power: none}\n", until, node);
        break;
    case 2:
        maker_print(yaml, "  - {at: %d s, do: pstate, node: %s, state: 0}\n", at, node);
        break;
    default:
        maker_print(yaml, "  - {at: %d s, do: cap, power: none}\n", at);
    }
}
