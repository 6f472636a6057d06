/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where the temperatures of a GPU tend to, and which level they reach next: solved, not stepped to.
 *
 * Of all levels above a temperature the lowest is crossed first, of all below the highest, so two
 * crossings are solved, not ten. Which levels matter follows from the state: one that has been
 * acted on is not looked for until what it did has been undone.
 */
#include <math.h>

#include "core/plant.h"
#include "physics/power.h"

/* s before a steady state may be taken again: the load that it is taken for depends on the pace of
 * a gang, and that on the clock which it leaves. */
#define GS_SETTLED_AFTER 1.0

double gs_hysteresis(const gs_node_hardware *hardware)
{
    return fmax(hardware->gpu.thermal.hysteresis, 0.1);
}

double gs_settled_within(const gpusim_sim *sim)
{
    return fmin(sim->model->hardware.settled, sim->model->hardware.leak_step / 4);
}

double gs_memory_resistance(const gpusim_sim *sim, const gs_gpu *gpu)
{
    const gpusim_gpu_thermal *thermal = &gs_node_hardware_of(sim, gpu->node)->gpu.thermal;
    double resistance = GS_PLANT(sim, gpu->node)->resistance * gpu->resistance;
    return thermal->memory_resistance * resistance / thermal->resistance;
}

gs_targets gs_gpu_targets(const gpusim_sim *sim, const gs_gpu *gpu, double watts)
{
    const gpusim_gpu_model *model = &gs_node_hardware_of(sim, gpu->node)->gpu;
    double die = GS_PLANT(sim, gpu->node)->resistance * gpu->resistance * watts;
    double on = gpu->level == GS_GPU_OFF ? 0 : 1;
    double memory_watts = on * model->power.memory_idle + model->power.memory * gpu->load.memory;
    return (gs_targets){
        .fast = model->thermal.fast_share * die,
        .slow = (1 - model->thermal.fast_share) * die,
        .die = die,
        .memory =
            gs_memory_resistance(sim, gpu) * memory_watts + model->thermal.memory_coupling * die,
    };
}

gs_decay gs_gpu_decay(const gpusim_sim *sim, const gs_gpu *gpu, double watts)
{
    const gpusim_gpu_thermal *thermal = &gs_node_hardware_of(sim, gpu->node)->gpu.thermal;
    gs_targets to = gs_gpu_targets(sim, gpu, watts);
    gs_decay decay = {
        .end = gpu->inlet + to.die,
        .amplitude = {gpu->slow - to.slow, gpu->fast - to.fast, gpu->drift},
        .time = {thermal->slow_time, thermal->fast_time, sim->model->hardware.loop_time},
        .count = gpu->drift != 0 ? 3 : 2,
    };
    return decay;
}

static gs_decay memory_decay(const gpusim_sim *sim, const gs_gpu *gpu, double watts)
{
    const gpusim_gpu_thermal *thermal = &gs_node_hardware_of(sim, gpu->node)->gpu.thermal;
    gs_targets to = gs_gpu_targets(sim, gpu, watts);
    gs_decay decay = {
        .end = gpu->inlet + to.memory,
        .amplitude = {gpu->memory - to.memory, gpu->drift},
        .time = {thermal->memory_time, sim->model->hardware.loop_time},
        .count = gpu->drift != 0 ? 2 : 1,
    };
    return decay;
}

// ---- levels ----

/* The nearest level on one side, and what reaching it means. */
typedef struct gs_level {
    double at;
    gs_crossing kind;
} gs_level;

static void lower(gs_level *level, double at, gs_crossing kind)
{
    if (at < level->at) {
        *level = (gs_level){at, kind};
    }
}

static void raise(gs_level *level, double at, gs_crossing kind)
{
    if (at > level->at) {
        *level = (gs_level){at, kind};
    }
}

static int watches_leak(const gpusim_sim *sim, const gs_gpu *gpu)
{
    return gs_gpu_leaks(gpu) && !gpu->steady &&
           gs_node_hardware_of(sim, gpu->node)->gpu.leakage.power > 0;
}

static gs_level next_above(const gpusim_sim *sim, const gs_gpu *gpu, double now)
{
    const gs_node_hardware *hardware = gs_node_hardware_of(sim, gpu->node);
    const gpusim_gpu_limits *limits = &hardware->gpu.limits;
    uint32_t fan = GS_PLANT(sim, gpu->node)->fan;
    gs_level level = {limits->shutdown, GS_CROSSING_SHUTDOWN};
    if (watches_leak(sim, gpu)) {
        lower(&level, gpu->leak_at + sim->model->hardware.leak_step, GS_CROSSING_LEAK);
    }
    if (!gpu->slowed) {
        lower(&level, limits->slowdown, GS_CROSSING_SLOWDOWN);
    }
    int held = GS_PLANT(sim, gpu->node)->fan_held > 0;
    if (!held && fan < hardware->fan_levels &&
        now < gs_fans_threshold(hardware, fan + 1) - GS_LEVEL_GUARD) {
        lower(&level, gs_fans_threshold(hardware, fan + 1), GS_CROSSING_FAN);
    }
    // above the limit it falls, by the clock that was taken there; it may come back to where it
    // was, by more than rounding
    if (gs_gpu_leaks(gpu) && gpu->clock > 0) {
        lower(&level, fmax(limits->operating, now + GS_LEVEL_GUARD), GS_CROSSING_THROTTLE);
    }
    return level;
}

static gs_level next_below(const gpusim_sim *sim, const gs_gpu *gpu, double now)
{
    const gs_node_hardware *hardware = gs_node_hardware_of(sim, gpu->node);
    const gpusim_gpu_limits *limits = &hardware->gpu.limits;
    double hysteresis = gs_hysteresis(hardware);
    uint32_t fan = GS_PLANT(sim, gpu->node)->fan;
    double from = now - GS_LEVEL_GUARD; // closer levels have been acted on
    gs_level level = {-INFINITY, GS_CROSSING_NONE};
    if (watches_leak(sim, gpu)) {
        raise(&level, gpu->leak_at - sim->model->hardware.leak_step, GS_CROSSING_LEAK);
    }
    if (gpu->slowed && limits->slowdown - hysteresis < from) {
        raise(&level, limits->slowdown - hysteresis, GS_CROSSING_SPEEDUP);
    }
    if (gpu->thermal_clock + 1 < hardware->clock_count && limits->operating - hysteresis < from) {
        raise(&level, limits->operating - hysteresis, GS_CROSSING_RELEASE);
    }
    if (fan > 0 && !(GS_PLANT(sim, gpu->node)->fan_held > 0)) {
        double at = gs_fans_threshold(hardware, fan) - hardware->fan_hysteresis;
        if (at < from) {
            raise(&level, at, GS_CROSSING_FAN);
        }
    }
    return level;
}

// ---- what comes first ----

typedef struct gs_next {
    double t; /* s from now */
    gs_crossing kind;
} gs_next;

static void sooner(gs_next *next, double t, gs_crossing kind)
{
    if (t < next->t) {
        *next = (gs_next){t, kind};
    }
}

// cheap where a level is out of reach, which nearly all are
static double reach(const gs_decay *decay, double level, int upward)
{
    double most = decay->end, least = decay->end;
    for (uint32_t k = 0; k < decay->count; k++) {
        most += fmax(decay->amplitude[k], 0);
        least += fmin(decay->amplitude[k], 0);
    }
    if (upward ? level >= most : level <= least) {
        return INFINITY;
    }
    return gs_decay_crossing(decay, level, upward);
}

static void watch_die(const gpusim_sim *sim, const gs_gpu *gpu, double watts, gs_next *next)
{
    gs_decay decay = gs_gpu_decay(sim, gpu, watts);
    double now = gs_gpu_temperature(gpu);
    gs_level above = next_above(sim, gpu, now), below = next_below(sim, gpu, now);
    sooner(next, reach(&decay, above.at, 1), above.kind);
    sooner(next, reach(&decay, below.at, 0), below.kind);

    // it settles only when it does not leave leakage's band on its way
    double settled = gs_settled_within(sim);
    if (watches_leak(sim, gpu) && !(next->t < INFINITY && (decay.end - settled > above.at ||
                                                           decay.end + settled < below.at))) {
        sooner(next, fmax(gs_decay_settled(&decay, settled), GS_SETTLED_AFTER),
               GS_CROSSING_SETTLED);
    }
}

// one that is off only cools: its node's fans slow down
static void watch_off(const gpusim_sim *sim, const gs_gpu *gpu, gs_next *next)
{
    gs_decay decay = gs_gpu_decay(sim, gpu, gs_watts(gpu->power));
    gs_level below = next_below(sim, gpu, gs_gpu_temperature(gpu));
    sooner(next, reach(&decay, below.at, 0), below.kind);
}

static void watch_memory(const gpusim_sim *sim, const gs_gpu *gpu, double watts, gs_next *next)
{
    const gs_node_hardware *hardware = gs_node_hardware_of(sim, gpu->node);
    double limit = hardware->gpu.limits.memory;
    double back = limit - gs_hysteresis(hardware);
    if (!(limit < INFINITY)) {
        return; // it has no sensor
    }
    gs_decay decay = memory_decay(sim, gpu, watts);
    if (gpu->memory_slow) {
        if (gs_gpu_memory_temperature(gpu) > back + GS_LEVEL_GUARD) {
            sooner(next, reach(&decay, back, 0), GS_CROSSING_MEMORY_DOWN);
        }
    } else if (gpu->load.memory > 0) {
        sooner(next, reach(&decay, limit, 1), GS_CROSSING_MEMORY_UP);
    }
}

gpusim_status gs_gpu_arm(gpusim_sim *sim, uint32_t index, gpusim_error *err)
{
    gs_gpu *gpu = GS_GPU(sim, index);
    const gs_node_hardware *hardware = gs_node_hardware_of(sim, gpu->node);
    double watts = gs_watts(gpu->power);
    gs_next next = {INFINITY, GS_CROSSING_NONE};
    if (gpu->level == GS_GPU_OFF) {
        watch_off(sim, gpu, &next);
    } else if (gs_gpu_temperature(gpu) >= hardware->gpu.limits.shutdown - GS_LEVEL_GUARD) {
        next = (gs_next){0, GS_CROSSING_SHUTDOWN};
    } else {
        watch_die(sim, gpu, watts, &next);
        watch_memory(sim, gpu, watts, &next);
    }
    if (!(next.t < INFINITY)) {
        return GPUSIM_OK;
    }
    gpusim_time delay = gpusim_time_ceil(next.t);
    delay = delay == 0 && next.kind != GS_CROSSING_SHUTDOWN ? 1 : delay;
    gpusim_time time = gpusim_time_add(gpusim_engine_now(sim->engine), delay);
    return gs_background_schedule(sim, time, GS_ON_CROSSING, index, next.kind, &gpu->crossing, err);
}
