/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is taken for a figure that neither an entry nor its base gives. Each rule says what it is
 * and why, and the model's sources say that a rule was used; all of them are weak. */
#include <math.h>
#include <string.h>

#include "cluster/gpu.h"

typedef const gpusim_gpu_model model; // of the rules below

static double step(model *m)
{
    (void)m;
    return 15e6;
}

static double idle_clock(model *m)
{
    return m->clocks.step * fmax(1.0, floor(0.15 * m->clocks.maximum / m->clocks.step));
}

static double minimum_clock(model *m)
{
    return m->clocks.idle;
}

static double cap_max(model *m)
{
    return m->power.tdp;
}

static double cap_min(model *m)
{
    return 0.4 * m->power.tdp;
}

static double context(model *m)
{
    return fmin(2.0 * m->power.idle, m->power.tdp);
}

static double fixed(model *m)
{
    return m->power.context;
}

static double dynamic(model *m)
{
    return fmax(m->power.tdp - m->power.fixed, 0.0);
}

static double knee_clock(model *m)
{
    (void)m;
    return 0.75;
}

static double knee_voltage(model *m)
{
    (void)m;
    return 0.86;
}

static double spin(model *m)
{
    (void)m;
    return 0.3;
}

static double memory_power(model *m)
{
    double power = 8.0 * 3.9e-12 * m->memory_bandwidth;
    return power > 0.0 ? fmin(power, m->power.dynamic) : 0.0;
}

static double memory_idle(model *m)
{
    return fmin(0.28 * m->power.memory, m->power.idle);
}

static double leakage_power(model *m)
{
    return fmin(0.075 * m->power.tdp, m->power.fixed);
}

static double leakage_reference(model *m)
{
    (void)m;
    return 45.0;
}

static double leakage_scale(model *m)
{
    (void)m;
    return 50.0;
}

static double slowdown(model *m)
{
    return m->limits.operating + 4.0;
}

static double shutdown(model *m)
{
    return m->limits.slowdown + 3.0;
}

static double fast_time(model *m)
{
    (void)m;
    return 5.0;
}

static double fast_share(model *m)
{
    (void)m;
    return 0.87;
}

static double slow_time(model *m)
{
    (void)m;
    return 60.0;
}

static double memory_resistance(model *m)
{
    double power = m->power.memory + m->power.memory_idle;
    return power > 0.0 ? fmin(25.0 / power, 10.0) : 0.0;
}

static double memory_coupling(model *m)
{
    (void)m;
    return 0.7;
}

static double memory_time(model *m)
{
    (void)m;
    return 10.0;
}

static double flow_exponent(model *m)
{
    (void)m;
    return 0.8;
}

static double hysteresis(model *m)
{
    (void)m;
    return 4.0;
}

static double nothing(model *m)
{
    (void)m;
    return 0.0;
}

static double generation(model *m)
{
    (void)m;
    return 4.0;
}

static double width(model *m)
{
    (void)m;
    return 16.0;
}

// 8 GT/s a lane in generation 3, doubled by each later one, in 128 of 130 bits
static double pcie(model *m)
{
    double lane = 1e9 * 128.0 / 130.0 * ldexp(1.0, (int)m->links.pcie_generation - 3);
    return lane * m->links.pcie_width;
}

static double power_noise(model *m)
{
    (void)m;
    return 0.01;
}

static double temperature_noise(model *m)
{
    (void)m;
    return 0.5;
}

#define RULE(section, key, rule, confidence, text)                                                 \
    {                                                                                              \
#section "." #key,                                                                         \
            (uint32_t)(offsetof(gpusim_gpu_model, section) + offsetof(gpusim_gpu_##section, key)), \
            GPUSIM_FIGURE_##confidence, rule, text                                                 \
    }

/* Figures that are no doubles: fill_other knows them. */
enum { RULE_MEMORY, RULE_RESERVED, RULE_SENSOR };

static const gs_gpu_rule rules[] = {
    [RULE_MEMORY] = {"memory", 0, GPUSIM_FIGURE_ASSUMED, NULL, "no limit"},
    [RULE_RESERVED] = {"memory_reserved", 0, GPUSIM_FIGURE_ASSUMED, NULL,
                       "not known, taken for nothing"},
    [RULE_SENSOR] = {"sensor.power", 0, GPUSIM_FIGURE_ASSUMED, NULL,
                     "the mean of a second, as of most later GPUs"},
    RULE(clocks, step, step, MEMORY, "15 MHz, the grid of NVIDIA's drivers"),
    RULE(clocks, idle, idle_clock, ASSUMED, "15% of the highest clock on the grid, as the A100"),
    RULE(clocks, minimum, minimum_clock, ASSUMED, "the clock at idle"),
    RULE(power, cap_max, cap_max, ASSUMED, "the TDP"),
    RULE(power, cap_min, cap_min, ASSUMED, "40% of the TDP, as the V100 PCIe"),
    RULE(power, context, context, ASSUMED,
         "twice `idle`: rule of thumb from about 15 unrelated hosts, never above the TDP"),
    RULE(power, fixed, fixed, ASSUMED,
         "the power with a context: fits to power caps gave 45 W where a V100 idles at 25 W"),
    RULE(power, dynamic, dynamic, ASSUMED,
         "the rest of the TDP, which intensity 1 at the highest clock then just reaches"),
    RULE(power, knee_clock, knee_clock, ASSUMED, "that of a V100 (fit to its power caps, BERT)"),
    RULE(power, knee_voltage, knee_voltage, ASSUMED,
         "that of a V100 (fit to its power caps, BERT)"),
    RULE(power, spin, spin, ASSUMED, "30%: a few warps poll while the others wait"),
    RULE(power, memory, memory_power, MEMORY,
         "3.9 pJ a bit at full bandwidth (HBM2), 0 W without a bandwidth"),
    RULE(power, memory_idle, memory_idle, ASSUMED,
         "28% of that, as the H200's 41.8 W are; never above `idle`"),
    RULE(leakage, power, leakage_power, ASSUMED,
         "7.5% of the TDP (30 W of 400 W), never above `fixed`"),
    RULE(leakage, reference, leakage_reference, ASSUMED, "45 C"),
    RULE(leakage, scale, leakage_scale, MEMORY, "50 K: 2% a kelvin of the leakage"),
    RULE(limits, slowdown, slowdown, ASSUMED, "4 K above `operating`, as the A100"),
    RULE(limits, shutdown, shutdown, ASSUMED, "3 K above `slowdown`, as the A100"),
    RULE(thermal, fast_time, fast_time, ASSUMED, "5 s, as Summit's V100"),
    RULE(thermal, fast_share, fast_share, ASSUMED, "87%, as Summit's V100"),
    RULE(thermal, slow_time, slow_time, MEMORY, "60 s, a heat sink in air"),
    RULE(thermal, memory_resistance, memory_resistance, ASSUMED,
         "25 K at full bandwidth: an H100 at rest is then within 1 K of what it reports"),
    RULE(thermal, memory_coupling, memory_coupling, ASSUMED, "70% of the GPU's rise"),
    RULE(thermal, memory_time, memory_time, ASSUMED, "10 s"),
    RULE(thermal, flow_exponent, flow_exponent, MEMORY, "0.8, turbulent flow of air"),
    RULE(thermal, hysteresis, hysteresis, MEMORY, "4 K"),
    RULE(links, nvlink, nothing, ASSUMED, "none"),
    RULE(links, pcie_generation, generation, ASSUMED, "4"),
    RULE(links, pcie_width, width, ASSUMED, "16 lanes"),
    RULE(links, pcie, pcie, DERIVED,
         "8 GT/s a lane in generation 3, twice that in each later one, 128 bits of 130"),
    RULE(sensor, power_noise, power_noise, ASSUMED, "1%"),
    RULE(sensor, temperature_noise, temperature_noise, ASSUMED, "0.5 K"),
    RULE(sensor, overshoot_probability, nothing, ASSUMED, "never"),
    RULE(sensor, overshoot, nothing, ASSUMED, "by nothing"),
    {0},
};

const gs_gpu_rule *gs_gpu_rules(void)
{
    return rules;
}

int gs_gpu_is_physical(const gpusim_gpu_model *m)
{
    return !isnan(m->power.tdp);
}

// one more source: a rule
static gpusim_status add_source(gpusim_gpu_source *source, const gs_gpu_rule *rule, gs_arena *arena,
                                gpusim_error *err)
{
    const char **figures = gs_arena_get(arena, sizeof *figures);
    if (!figures) {
        return gpusim_fail(err, GPUSIM_MEMORY, "no memory for a GPU model");
    }
    *figures = rule->figure;
    source->figures = (gpusim_list){.items = figures, .count = 1};
    source->from = rule->from;
    source->sure = rule->sure;
    return GPUSIM_OK;
}

// a figure that is no double; 1 when it was missing
static int fill_other(gpusim_gpu_model *m, const gs_gpu_rule *rule)
{
    int missing = 0;
    if (rule == &rules[RULE_MEMORY] && m->memory == UINT64_MAX) {
        m->memory = 0;
        missing = 1;
    } else if (rule == &rules[RULE_RESERVED] && m->memory_reserved == UINT64_MAX) {
        m->memory_reserved = 0;
        missing = 1;
    } else if (rule == &rules[RULE_SENSOR] && m->sensor.power == INT32_MAX) {
        m->sensor.power = GPUSIM_SENSOR_MEAN;
        missing = 1;
    }
    return missing;
}

// a rule may use what those before it gave; 1 when its figure was missing
static int fill_figure(gpusim_gpu_model *m, const gs_gpu_rule *rule)
{
    double value;
    memcpy(&value, (const char *)m + rule->offset, sizeof value);
    if (!isnan(value)) {
        return 0;
    }
    value = rule->value(m);
    memcpy((char *)m + rule->offset, &value, sizeof value);
    return 1;
}

gpusim_status gs_gpu_fill(gpusim_gpu_model *m, gs_arena *arena, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    uint32_t count = m->sources.count;
    int physical = gs_gpu_is_physical(m);
    gpusim_gpu_source *sources =
        gs_arena_get(arena, (count + sizeof rules / sizeof rules[0]) * sizeof *sources);
    if (!sources) {
        return gpusim_fail(err, GPUSIM_MEMORY, "no memory for a GPU model");
    }
    for (uint32_t i = 0; i < count; i++) {
        sources[i] = ((const gpusim_gpu_source *)m->sources.items)[i];
    }
    m->product = m->product ? m->product : m->name;
    for (const gs_gpu_rule *rule = rules; rule->figure; rule++) {
        int applies = physical || rule == &rules[RULE_MEMORY] || rule == &rules[RULE_RESERVED];
        if (applies && (rule->value ? fill_figure(m, rule) : fill_other(m, rule))) {
            GPUSIM_TRY(add_source(&sources[count++], rule, arena, err));
        }
    }
    m->sources = (gpusim_list){.items = sources, .count = count};
cleanup:
    return status;
}
