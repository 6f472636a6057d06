/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Random hardware: nodes that throttle, are capped, run hot and lose GPUs within the minutes that a
 * random scenario lasts. What it says is always possible. */
#include <stdarg.h>

#include "property/maker.h"

/* A model, and what about it the sections have to know. */
static const struct {
    const char *name;
    int tdp, cap_min, idle; /* W, idle rounded up */
} models[] = {
    {"H100-SXM5-80GB", 700, 200, 75}, {"A100-SXM4-80GB", 400, 100, 66}, {"T4", 70, 60, 15}};
enum { MODELS = sizeof(models) / sizeof(models[0]) };

/* Prints a text in which each '#' becomes a draw between two bounds that follow, in this order, and
 * each '##' one of two digits. */
static void fill(maker *m, maker_text *yaml, const char *text, ...)
{
    va_list bounds;

    va_start(bounds, text);
    for (const char *at = text; *at; at++) {
        if (*at != '#') {
            maker_print(yaml, "%c", *at);
            continue;
        }
        const int low = va_arg(bounds, int), high = va_arg(bounds, int);
        const int two = at[1] == '#';
        maker_print(yaml, two ? "%02d" : "%d", maker_pick(m, low, high));
        at += two;
    }
    va_end(bounds);
}

/* Makes heat matter within a minute: a hot GPU with low limits, fast and leaky. */
static void make_gpu_model(maker *m, maker_text *yaml)
{
    const int operating = maker_pick(m, 55, 80);
    const int slowdown = operating + maker_pick(m, 1, 8);
    const int shutdown = slowdown + maker_pick(m, 1, 15);

    maker_print(yaml, ", gpu_model: {limits: {operating: %d C, slowdown: %d C, shutdown: %d C}, ",
                operating, slowdown, shutdown);
    fill(m, yaml, "thermal: {resistance: 0.## K/W, fast_time: # s, slow_time: # s}", 2, 20, 1, 6, 7,
         60);
    if (maker_chance(m, 50)) {
        fill(m, yaml, ", leakage: {power: # W, reference: # C, scale: # K}", 1, 8, 30, 60, 12, 60);
    }
    maker_print(yaml, "}");
}

/* From a cap that idle nodes just keep to one that never binds, also one that moves. */
static void make_caps(maker *m, maker_text *yaml, int floor, int gpus, int model)
{
    const int top = floor + gpus * models[model].tdp;

    if (maker_chance(m, 30)) {
        fill(m, yaml, ", cap: # W", floor, top);
    } else if (maker_chance(m, 20)) {
        fill(m, yaml,
             ", cap: {steps: [{at: 0 s, value: # W}, {at: # s, value: # W}], repeat: 40 s}", floor,
             top, 1, 39, floor, top);
    }
    if (maker_chance(m, 30)) {
        fill(m, yaml, ", gpu_cap: # W", models[model].cap_min, models[model].tdp);
    }
}

static void make_power(maker *m, maker_text *yaml, int gpus, int model)
{
    static const char *const curves[] = {"titanium", "platinum", "gold"};
    const int other = maker_pick(m, 0, 300);
    const int fans = maker_chance(m, 60) ? maker_pick(m, 50, 900) : 0;

    maker_print(yaml, ", power: {other: %d W, fans: %d W", other, fans);
    if (maker_chance(m, 30)) {
        fill(m, yaml, ", cpu_states: [{idle: # W, max: # W}, {idle: # W, max: # W, speed: 0.#}]",
             20, 120, 120, 300, 10, 60, 60, 150, 1, 9);
    } else {
        fill(m, yaml, ", cpu: {idle: # W, epsilon: # W, max: # W}", 20, 120, 20, 140, 140, 300);
    }
    if (maker_chance(m, 40)) {
        fill(m, yaml, ", nics: #, nic: {idle: # W, max: 25 W}", 1, 8, 0, 25);
    }
    if (maker_chance(m, 40)) {
        fill(m, yaml, ", losses: [{constant: # W, efficiency: 0.9#}]", 0, 30, 0, 9);
    }
    if (maker_chance(m, 40)) {
        fill(m, yaml, ", psu: {count: 4, needed: 2, rating: # kW, ", 6, 12);
        const int curve = maker_pick(m, 0, 2);
        maker_print(yaml, "efficiency: %s}", curves[curve]);
    }

    // what an idle node draws at most, with room for losses
    const int idle = gpus * models[model].idle + 120 + other + fans + 200;
    make_caps(m, yaml, idle + idle / 3, gpus, model);
    maker_print(yaml, "}");
}

static void make_cooling(maker *m, maker_text *yaml, int gpus)
{
    if (maker_chance(m, 20)) {
        fill(m, yaml, ", cooling: {kind: liquid, flow: # L/min}", 1, 4);
        return;
    }
    const int four = maker_chance(m, 30), behind = maker_chance(m, 50);
    const int lane = gpus % 4 == 0 && four ? 4 : gpus % 2 == 0 ? 2 : 1;
    fill(m, yaml, ", cooling: {airflow: 0.## m3/s, ", 10, 60);
    maker_print(yaml, "lane: %d", behind ? lane : 1);
    if (maker_chance(m, 60)) {
        fill(m, yaml, ", fans: {levels: #, minimum: 0.#, start: # C, full: # C, hysteresis: # K}",
             1, 12, 3, 9, 30, 50, 53, 80, 0, 5);
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
        maker_print(yaml, ", spread: {speed: 0.03, slow: {share: 0.1, speed: 0.9}, "
                          "tail: {share: 0.05, speed: 0.667}}");
    }
    if (maker_chance(m, 30)) {
        fill(m, yaml, ", network: {nic: # GB/s}, uplink: # GB/s", 1, 400, 1, 1600);
    }
    return model;
}

void make_facility(maker *m, maker_text *yaml)
{
    fill(m, yaml, "  racks: {switches: # W, losses: [{constant: # W, efficiency: 0.9#}]}\n", 0, 300,
         0, 50, 0, 9);
    fill(m, yaml, "  power: {cdu: # W, ", 0, 1000);
    if (maker_chance(m, 50)) {
        fill(m, yaml, "pue: 1.#", 1, 9);
    } else {
        fill(m, yaml, "overhead: {fixed: # W, linear: 0.0#}", 0, 900, 1, 9);
    }
    if (maker_chance(m, 30)) {
        fill(m, yaml, ", rack_cap: # kW", 20, 60);
    }
    maker_print(yaml, ", carbon: {wave: {mean: 300 g/kWh, amplitude: 100 g/kWh, period: 60 s, "
                      "peak: 0 s, step: 20 s}}");
    fill(m, yaml, ", price: 0.1/kWh, reaction: # ms}\n  cooling: {", 1, 3000);
    if (maker_chance(m, 50)) {
        fill(m, yaml, "supply: # C", 15, 35);
    } else {
        fill(m, yaml,
             "supply: {steps: [{at: 0 s, value: 20 C}, {at: # s, value: # C}], repeat: 70 s}", 1,
             69, 10, 38);
    }
    if (maker_chance(m, 60)) {
        fill(m, yaml, ", recirculation: {self: 0.0#, neighbour: 0.0#, all: 0.#}", 0, 9, 0, 9, 0, 4);
    }
    fill(m, yaml, ", epsilon: 0.# K, leak_step: #.5 K, loop: {delay: # s, time: # s}}\n", 1, 9, 0,
         3, 0, 20, 0, 35);
}

void make_power_action(maker *m, maker_text *yaml, int at, const char *node, int model)
{
    const int what = maker_pick(m, 0, 3), until = at + maker_pick(m, 0, 60);
    const int watts = maker_pick(m, models[model].cap_min, models[model].tdp);

    switch (what) {
    case 0:
        maker_print(yaml, "  - {at: %d s, do: cap, gpu: %s/gpu0, power: %d W}\n", at, node, watts);
        maker_print(yaml, "  - {at: %d s, do: cap, gpu: %s/gpu0, power: none}\n", until, node);
        break;
    case 1:
        maker_print(yaml, "  - {at: %d s, do: cap, node: %s, power: %d kW}\n", at, node,
                    4 + watts % 5);
        maker_print(yaml, "  - {at: %d s, do: cap, node: %s, power: none}\n", until, node);
        break;
    case 2:
        maker_print(yaml, "  - {at: %d s, do: pstate, node: %s, state: 0}\n", at, node);
        break;
    default:
        maker_print(yaml, "  - {at: %d s, do: cap, power: none}\n", at);
    }
}
