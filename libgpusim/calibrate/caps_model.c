/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A step under a power cap: `host` of it the GPU waits, the rest it is busy, `memory` of that at
 * any clock. The clock is the highest at which busy power stays within the cap, but not below the
 * floor. Time is (1 - h)((1 - m)/f + m) + h, and mean power is weighted by time. */
#include <math.h>

#include "calibrate/caps.h"
#include "physics/power.h"

const gs_parameter gs_caps_parameters[GS_CAPS_WHOLE] = {
    [GS_CAPS_FIXED] = {"power.fixed", "static power while kernels run", GPUSIM_UNIT_WATT,
                       GS_SCALE_DECADES, 1, 2000},
    [GS_CAPS_CONTEXT] = {"power.context", "power while the GPU waits for the host",
                         GPUSIM_UNIT_WATT, GS_SCALE_DECADES, 1, 2000},
    [GS_CAPS_KNEE_CLOCK] = {"power.knee_clock",
                            "clock, of the highest, below which voltage falls no further",
                            GPUSIM_UNIT_RATIO, GS_SCALE_SHARE, 0, 0.999},
    [GS_CAPS_KNEE_VOLTAGE] = {"power.knee_voltage", "that voltage, of the one at the highest clock",
                              GPUSIM_UNIT_RATIO, GS_SCALE_SHARE, 0.05, 1},
    [GS_CAPS_FLOOR] = {"clocks.minimum", "lowest clock, of the highest, that capping goes to",
                       GPUSIM_UNIT_RATIO, GS_SCALE_SHARE, 0, 1},
};

const gs_parameter gs_caps_own[GS_CAPS_OWN] = {
    [GS_CAPS_DYNAMIC] = {"dynamic", "dynamic power at the highest clock, of the highest cap",
                         GPUSIM_UNIT_RATIO, GS_SCALE_DECADES, 0.001, 1},
    [GS_CAPS_MEMORY_BOUND] = {"memory_bound", "share of the busy time that no clock changes",
                              GPUSIM_UNIT_RATIO, GS_SCALE_SHARE, 0, 1},
    [GS_CAPS_HOST_BOUND] = {"host_bound", "share of the step that the GPU waits", GPUSIM_UNIT_RATIO,
                            GS_SCALE_SHARE, 0, 1},
};

// places in a step's derivatives
enum {
    OWN_DYNAMIC = GS_CAPS_WHOLE + GS_CAPS_DYNAMIC,
    OWN_MEMORY = GS_CAPS_WHOLE + GS_CAPS_MEMORY_BOUND,
    OWN_HOST = GS_CAPS_WHOLE + GS_CAPS_HOST_BOUND
};

/* Busy power at a clock, and its derivatives. */
typedef struct busy_state {
    double power, by_clock;
    double by[GS_CAPS_ALL];
} busy_state;

static busy_state busy_at(const gpusim_gpu_power *power, double dynamic, double clock)
{
    busy_state busy = {.power = gs_busy_power(power, dynamic, clock, 0)};
    double fk = power->knee_clock, vk = power->knee_voltage, v = gs_voltage(power, clock);
    double above = clock > fk ? (clock - fk) / (1 - fk) : 0; // of the way from the knee to 1
    double v_by_clock = clock > fk ? (1 - vk) / (1 - fk) : 0;
    double v_by_knee = clock > fk ? -(1 - vk) * (1 - clock) / ((1 - fk) * (1 - fk)) : 0;
    busy.by_clock = dynamic * (v * v + 2 * clock * v * v_by_clock);
    busy.by[GS_CAPS_FIXED] = 1;
    busy.by[GS_CAPS_KNEE_CLOCK] = dynamic * 2 * clock * v * v_by_knee;
    busy.by[GS_CAPS_KNEE_VOLTAGE] = dynamic * 2 * clock * v * (1 - above);
    busy.by[OWN_DYNAMIC] = clock * v * v;
    return busy;
}

// what gs_clock_at_power says, by Newton's steps from above: power is convex in the clock, so they
// never pass the root; they take a tenth of the time of bisection
static double clock_at(const gpusim_gpu_power *power, double dynamic, double cap)
{
    double clock = 1;
    for (int i = 0; i < 50; i++) {
        busy_state busy = busy_at(power, dynamic, clock);
        double next = clock - (busy.power - cap) / busy.by_clock;
        if (busy.power <= cap || !(next < clock)) {
            break;
        }
        if (next <= 0) {
            return 0;
        }
        clock = next;
    }
    return clock;
}

void gs_caps_step_at(const double *value, double cap, gs_caps_step *step)
{
    // watts of a configuration are its intensity times one watt
    gpusim_gpu_power power = {
        .fixed = value[GS_CAPS_FIXED],
        .dynamic = 1,
        .knee_clock = value[GS_CAPS_KNEE_CLOCK],
        .knee_voltage = value[GS_CAPS_KNEE_VOLTAGE],
    };
    double dynamic = value[OWN_DYNAMIC], memory = value[OWN_MEMORY], host = value[OWN_HOST];
    double context = value[GS_CAPS_CONTEXT], floor = value[GS_CAPS_FLOOR];
    double solved = clock_at(&power, dynamic, cap), clock = fmax(solved, floor);
    busy_state busy = busy_at(&power, dynamic, clock);

    // where the cap binds, the clock gives way to all that changes power
    double clock_by[GS_CAPS_ALL] = {0};
    if (clock == floor) {
        clock_by[GS_CAPS_FLOOR] = 1;
    } else if (clock < 1) {
        for (uint32_t j = 0; j < GS_CAPS_ALL; j++) {
            clock_by[j] = -busy.by[j] / busy.by_clock;
        }
    }

    double slowdown = gs_clock_slowdown(memory, clock);
    double length = (1 - host) * slowdown;
    double length_by_clock = -(1 - host) * (1 - memory) / (clock * clock);
    step->clock = clock;
    step->time = length + host;
    step->power = (length * busy.power + host * context) / step->time;
    for (uint32_t j = 0; j < GS_CAPS_ALL; j++) {
        double length_by = length_by_clock * clock_by[j];
        length_by += j == OWN_MEMORY ? (1 - host) * (1 - 1 / clock) : 0;
        length_by -= j == OWN_HOST ? slowdown : 0;
        double time_by = length_by + (j == OWN_HOST);
        double energy_by = length_by * busy.power +
                           length * (busy.by[j] + busy.by_clock * clock_by[j]) +
                           (j == OWN_HOST ? context : 0) + (j == GS_CAPS_CONTEXT ? host : 0);
        step->time_by[j] = time_by;
        step->power_by[j] = (energy_by - step->power * time_by) / step->time;
    }
}

double gs_caps_dynamic(const gs_cap_table *table, const double *own)
{
    return gs_parameter_value(&gs_caps_own[GS_CAPS_DYNAMIC], own[GS_CAPS_DYNAMIC]) *
           table->cap[table->caps - 1];
}

void gs_caps_curve(const double *whole, const double *own, const gs_cap_table *table,
                   uint32_t configuration, double *throughput, double *power,
                   double (*throughput_by)[GS_CAPS_ALL], double (*power_by)[GS_CAPS_ALL])
{
    double value[GS_CAPS_ALL], slope[GS_CAPS_ALL];
    for (uint32_t j = 0; j < GS_CAPS_ALL; j++) {
        const gs_parameter *parameter =
            j < GS_CAPS_WHOLE ? &gs_caps_parameters[j] : &gs_caps_own[j - GS_CAPS_WHOLE];
        double x = j < GS_CAPS_WHOLE ? whole[j] : own[j - GS_CAPS_WHOLE];
        value[j] = gs_parameter_value(parameter, x);
        slope[j] = throughput_by ? gs_parameter_slope(parameter, x) : 0;
    }
    double top_cap = table->cap[table->caps - 1];
    value[OWN_DYNAMIC] *= top_cap;
    slope[OWN_DYNAMIC] *= top_cap;

    gs_caps_step top, step;
    gs_caps_step_at(value, top_cap, &top);
    for (uint32_t k = 0; k < table->caps; k++) {
        gs_caps_step_at(value, table->cap[k], &step);
        throughput[k] = top.time / step.time;
        power[k] = step.power / table->top_power[configuration];
        for (uint32_t j = 0; throughput_by && j < GS_CAPS_ALL; j++) {
            throughput_by[k][j] =
                slope[j] * (top.time_by[j] - throughput[k] * step.time_by[j]) / step.time;
            power_by[k][j] = slope[j] * step.power_by[j] / table->top_power[configuration];
        }
    }
}
