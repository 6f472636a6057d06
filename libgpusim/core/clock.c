/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The clock of a GPU, on the driver's grid: the least of what its cap, its temperature and hardware
 * slowdown allow; and leakage, which is held.
 *
 * A cap is solved on the power of the busy phases, which no other GPU changes. Heat takes the
 * largest clock at which the temperature no longer rises, and gives back the largest whose steady
 * state stays below the limit (definitions 12). Both are looked at again whenever the GPU is
 * updated, and all comparisons are with levels, so that an inlet may jump.
 */
#include <math.h>

#include "core/plant.h"
#include "physics/power.h"

static uint32_t top_clock(const gs_node_hardware *hardware)
{
    return hardware->clock_count - 1;
}

int gs_gpu_braked(const gpusim_sim *sim, const gs_gpu *gpu)
{
    return GS_PLANT(sim, gpu->node)->brake || GS_RACK(sim, GS_NODE(sim, gpu->node)->rack)->brake ||
           (gpu->faults & GS_FAULT_BRAKE);
}

// by something that asks neither for cap nor for temperature
static int held_down(const gpusim_sim *sim, const gs_gpu *gpu)
{
    return gpu->slowed || gs_gpu_braked(sim, gpu);
}

// ---- power of a clock ----

double gs_mean_power(const gpusim_sim *sim, const gs_gpu *gpu, const gs_gpu_load *load,
                     uint32_t clock, double leak)
{
    const gs_node_hardware *hardware = gs_node_hardware_of(sim, gpu->node);
    const gpusim_gpu_power *power = &hardware->gpu.power;
    double on = load->busy + load->spin;
    double dynamic = load->dynamic + power->spin * load->spin;
    return on * (power->fixed + leak) +
           dynamic * gs_dynamic_power(power, gs_clock_of_step(hardware, clock)) +
           (1 - on) * power->context + gpu->stray;
}

double gs_full_power(const gpusim_sim *sim, const gs_gpu *gpu, uint32_t clock, double leak)
{
    gs_gpu_load load = gpu->load;
    double on = load.busy + load.spin;
    load.dynamic = load.busy > 0 ? load.dynamic * on / load.busy : load.intensity * on;
    load.busy = on;
    load.spin = 0;
    return gs_mean_power(sim, gpu, &load, clock, leak);
}

// the largest clock up to `most` whose power is no more than `watts`, or 0; power rises with it
static uint32_t clock_at(const gpusim_sim *sim, const gs_gpu *gpu, uint32_t most, double watts,
                         double leak, int full)
{
    uint32_t low = 0, high = most + 1;
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        double power = full ? gs_full_power(sim, gpu, middle, leak)
                            : gs_mean_power(sim, gpu, &gpu->load, middle, leak);
        if (power <= watts) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return low;
}

// ---- leakage ----

void gs_gpu_leak_at(const gpusim_sim *sim, gs_gpu *gpu, double temperature)
{
    gpu->leak = gs_leakage(&gs_node_hardware_of(sim, gpu->node)->gpu.leakage, temperature);
    gpu->leak_at = temperature;
    gpu->steady = 0;
}

// held until the temperature has moved by a step
static void leak_if_moved(const gpusim_sim *sim, gs_gpu *gpu)
{
    double temperature = gs_gpu_temperature(gpu);
    double moved = fabs(temperature - gpu->leak_at);
    if (!gpu->steady && moved >= sim->model->hardware.leak_step - GS_LEVEL_GUARD) {
        gs_gpu_leak_at(sim, gpu, temperature);
    }
}

// ---- limits ----

static void slow_down(const gpusim_sim *sim, gs_gpu *gpu)
{
    const gs_node_hardware *hardware = gs_node_hardware_of(sim, gpu->node);
    double temperature = gs_gpu_temperature(gpu);
    double limit = hardware->gpu.limits.slowdown;
    if (!gpu->slowed) {
        gpu->slowed = temperature >= limit - GS_LEVEL_GUARD;
    } else if (temperature <= limit - gs_hysteresis(hardware) + GS_LEVEL_GUARD) {
        gpu->slowed = 0;
    }
}

// the memory goes on at full speed when that would not bring it back to its limit
static void slow_memory(const gpusim_sim *sim, gs_gpu *gpu)
{
    const gs_node_hardware *hardware = gs_node_hardware_of(sim, gpu->node);
    double temperature = gs_gpu_memory_temperature(gpu);
    double limit = hardware->gpu.limits.memory;
    if (!gpu->memory_slow) {
        gpu->memory_slow = gpu->load.memory > 0 && temperature >= limit - GS_LEVEL_GUARD;
        return;
    }
    double watts = hardware->gpu.power.memory * fmin(gpu->load.memory * GS_MEMORY_SLOWDOWN, 1);
    double rest =
        gpu->inlet + gs_gpu_targets(sim, gpu, gs_watts(gpu->power)).memory +
        gs_memory_resistance(sim, gpu) * (watts - hardware->gpu.power.memory * gpu->load.memory);
    if (gpu->load.memory == 0 ||
        (temperature <= limit - gs_hysteresis(hardware) + GS_LEVEL_GUARD && rest < limit)) {
        gpu->memory_slow = 0;
    }
}

// W at which the temperature neither rises nor falls at this moment
static double level_power(const gpusim_sim *sim, const gs_gpu *gpu)
{
    const gpusim_gpu_thermal *thermal = &gs_node_hardware_of(sim, gpu->node)->gpu.thermal;
    double fast_time = fmax(thermal->fast_time, 1e-3), slow_time = fmax(thermal->slow_time, 1e-3);
    double falling = gpu->fast / fast_time + gpu->slow / slow_time;
    if (gpu->drift != 0) {
        falling += gpu->drift / fmax(sim->model->hardware.loop_time, 1e-3);
    }
    gs_targets per_watt = gs_gpu_targets(sim, gpu, 1);
    return falling / (per_watt.fast / fast_time + per_watt.slow / slow_time);
}

static uint32_t allowed_clock(const gpusim_sim *sim, const gs_gpu *gpu)
{
    const gs_node_hardware *hardware = gs_node_hardware_of(sim, gpu->node);
    uint32_t clock = gpu->cap_clock < gpu->thermal_clock ? gpu->cap_clock : gpu->thermal_clock;
    if (gs_gpu_braked(sim, gpu)) {
        return 0;
    }
    if (gpu->slowed) {
        // the largest that is no more than half of it
        double half = gs_clock_of_step(hardware, clock) / 2;
        while (clock > 0 && gs_clock_of_step(hardware, clock) > half) {
            clock--;
        }
    }
    return clock;
}

static void throttle(const gpusim_sim *sim, gs_gpu *gpu)
{
    const gs_node_hardware *hardware = gs_node_hardware_of(sim, gpu->node);
    double temperature = gs_gpu_temperature(gpu);
    double limit = hardware->gpu.limits.operating;
    uint32_t top = top_clock(hardware);

    // cool again: what keeps the steady state below the limit, also if its peers let it work
    if (gpu->thermal_clock < top &&
        temperature <= limit - gs_hysteresis(hardware) + GS_LEVEL_GUARD) {
        double leak = gs_leakage(&hardware->gpu.leakage, limit);
        double watts = (limit - gpu->inlet) / gs_gpu_targets(sim, gpu, 1).die;
        uint32_t clock =
            gs_gpu_leaks(gpu) ? clock_at(sim, gpu, top, watts * (1 - 1e-9), leak, 1) : top;
        gpu->thermal_clock = clock > gpu->thermal_clock ? clock : gpu->thermal_clock;
    }

    // hot, and it would get hotter
    uint32_t clock = allowed_clock(sim, gpu);
    double level = level_power(sim, gpu) * (1 - 1e-9);
    if (gs_gpu_leaks(gpu) && temperature >= limit - GS_LEVEL_GUARD && clock > 0 &&
        gs_mean_power(sim, gpu, &gpu->load, clock, gpu->leak) > level) {
        gpu->thermal_clock = clock_at(sim, gpu, clock - 1, level, gpu->leak, 0);
    }
}

// ---- at rest ----

/* The temperature that a clock comes to rest at, with its leakage; 0: it has none. */
static int rest_of(const gpusim_sim *sim, const gs_gpu *gpu, uint32_t clock, double *temperature)
{
    const gs_node_hardware *hardware = gs_node_hardware_of(sim, gpu->node);
    double on = gpu->load.busy + gpu->load.spin;
    double power = gs_mean_power(sim, gpu, &gpu->load, clock, 0) / on;
    double resistance = gs_gpu_targets(sim, gpu, 1).die * on;
    double limit = hardware->gpu.limits.shutdown + 2 * sim->model->hardware.leak_step;
    return !gs_leak_fixed_point(&hardware->gpu.leakage, gpu->inlet, resistance, power,
                                gs_gpu_temperature(gpu), limit, temperature);
}

// ... and whether its cap holds there, also if it came to rest `margin` higher
static int holds_at_rest(const gpusim_sim *sim, const gs_gpu *gpu, uint32_t clock, double margin,
                         double *temperature)
{
    const gs_node_hardware *hardware = gs_node_hardware_of(sim, gpu->node);
    if (!rest_of(sim, gpu, clock, temperature)) {
        return 0;
    }
    double leak = gs_leakage(&hardware->gpu.leakage, *temperature + margin);
    double power = gs_busy_power(&hardware->gpu.power, gpu->load.intensity,
                                 gs_clock_of_step(hardware, clock), leak) +
                   gpu->stray;
    return clock == 0 || power <= gpu->cap * (1 + GS_CAP_ROUNDING);
}

// the largest clock within low .. high that holds, or low
static uint32_t largest_at_rest(const gpusim_sim *sim, const gs_gpu *gpu, uint32_t low,
                                uint32_t high, double margin)
{
    double unused;
    while (high > low) {
        uint32_t middle = low + (high - low + 1) / 2;
        if (holds_at_rest(sim, gpu, middle, margin, &unused)) {
            low = middle;
        } else {
            high = middle - 1;
        }
    }
    return low;
}

/* The clock that leakage at its own steady state leaves the cap room for, as long as nothing else
 * holds it down; 0 when not even the lowest comes to rest. The one it has stays if it holds; a
 * higher one is taken if it held half a step of leakage higher, too, so that what a clock changes
 * elsewhere (the pace of a gang, and with it this load) does not take it back again. */
static int joint_rest(const gpusim_sim *sim, const gs_gpu *gpu, uint32_t *clock,
                      double *temperature)
{
    *clock = gpu->clock;
    if (!held_down(sim, gpu)) {
        double margin = sim->model->hardware.leak_step / 2;
        if (holds_at_rest(sim, gpu, *clock, 0, temperature)) {
            *clock = largest_at_rest(sim, gpu, *clock, gpu->thermal_clock, margin);
        } else {
            *clock = largest_at_rest(sim, gpu, 0, *clock, 0);
        }
    }
    return rest_of(sim, gpu, *clock, temperature);
}

static uint32_t clock_by_cap(const gpusim_sim *sim, const gs_gpu *gpu)
{
    const gs_node_hardware *hardware = gs_node_hardware_of(sim, gpu->node);
    return gs_gpu_leaks(gpu) ? gs_clock_step_at_power(hardware, gpu->load.intensity, gpu->leak,
                                                      gpu->cap - gpu->stray)
                             : top_clock(hardware);
}

// the clock that is right at rest, as far as leakage leaves the cap room for it now
static void pin(const gpusim_sim *sim, gs_gpu *gpu, uint32_t clock)
{
    gpu->cap_clock = clock_by_cap(sim, gpu);
    if (clock < gpu->thermal_clock && clock < gpu->cap_clock && !held_down(sim, gpu)) {
        gpu->cap_clock = clock;
    }
    gpu->clock = allowed_clock(sim, gpu);
}

/* Close to where it comes to rest, leakage and the clock that a cap leaves take their common fixed
 * point, so that steady states are exact and nothing is pending any more. When leakage would carry
 * the temperature on by more than half a step, or for ever, it is evaluated so far ahead instead.
 */
static void come_to_rest(const gpusim_sim *sim, gs_gpu *gpu)
{
    double power = gs_mean_power(sim, gpu, &gpu->load, gpu->clock, gpu->leak);
    double now = gs_gpu_temperature(gpu), rest = 0, ahead = sim->model->hardware.leak_step / 2;
    double close = gs_settled_within(sim) + GS_LEVEL_GUARD;
    gs_decay decay = gs_gpu_decay(sim, gpu, power);
    if (fabs(now - decay.end) > close || gs_decay_settled(&decay, close) > 0) {
        return;
    }
    uint32_t clock = 0;
    int stable = joint_rest(sim, gpu, &clock, &rest);
    if (!stable) {
        gs_gpu_leak_at(sim, gpu, now + ahead);
        pin(sim, gpu, gpu->thermal_clock);
    } else if (fabs(rest - now) > ahead) {
        gs_gpu_leak_at(sim, gpu, rest > now ? now + ahead : now - ahead);
        pin(sim, gpu, clock);
    } else {
        gs_gpu_leak_at(sim, gpu, rest);
        pin(sim, gpu, clock);
        gpu->steady = gpu->clock == clock;
    }
}

// A new cap, or another job's intensity, takes the clock that there is room for. After that,
// leakage that moves only lowers it; what is right at rest is found there.
static void follow_cap(const gpusim_sim *sim, gs_gpu *gpu)
{
    if (gpu->steady) {
        return;
    }
    uint32_t clock = clock_by_cap(sim, gpu);
    if (gpu->fresh || clock < gpu->cap_clock) {
        gpu->cap_clock = clock;
    }
    gpu->fresh = 0;
}

void gs_gpu_react(const gpusim_sim *sim, gs_gpu *gpu)
{
    const gs_node_hardware *hardware = gs_node_hardware_of(sim, gpu->node);
    int leaks = gs_gpu_leaks(gpu) && hardware->gpu.leakage.power > 0;
    if (leaks) {
        leak_if_moved(sim, gpu);
    }
    slow_down(sim, gpu);
    slow_memory(sim, gpu);
    follow_cap(sim, gpu);
    throttle(sim, gpu);
    uint32_t clock = allowed_clock(sim, gpu);
    if (clock != gpu->clock) {
        gpu->clock = clock;
        gpu->steady = 0;
    }
    if (leaks && !gpu->steady && gpu->settling) {
        come_to_rest(sim, gpu);
    }
    gpu->settling = 0;
}
