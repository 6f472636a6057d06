/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One GPU: what it is, what time does to it, and what follows when its load, cap, cooling or
 * temperature has changed.
 *
 *   T  = inlet + drift + fast + slow     fast -> w R P, slow -> (1 - w) R P, drift -> 0
 *   Tm = inlet + drift + memory          memory -> Rm Pm + c R P
 *
 * P is constant between updates, so that all of these are exponentials.
 */
#include <math.h>

#include "core/plant.h"
#include "physics/heat.h"
#include "physics/power.h"

/* A demand that falls by less than this share is held: what a cap takes away cools the GPU, which
 * then leaks less and would ask for less, and so on. */
#define GS_DEMAND_HELD 0.01

/* A cap that is no more than so much larger is not worth another clock until all is at rest. */
#define GS_CAP_HELD 0.01

const gs_node_hardware *gs_gpu_hardware(const gpusim_sim *sim, uint32_t gpu)
{
    return gs_node_hardware_of(sim, GS_GPU(sim, gpu)->node);
}

uint32_t gs_gpu_node(const gpusim_sim *sim, uint32_t gpu)
{
    return GS_GPU(sim, gpu)->node;
}

double gs_gpu_clock(const gpusim_sim *sim, uint32_t gpu)
{
    const gs_node_hardware *hardware = gs_gpu_hardware(sim, gpu);
    if (GS_GPU(sim, gpu)->level == GS_GPU_OFF) {
        return 0;
    }
    return hardware->physical ? gs_clock_of_step(hardware, GS_GPU(sim, gpu)->clock) : 1;
}

double gs_gpu_temperature(const gs_gpu *gpu)
{
    return gpu->inlet + gpu->drift + gpu->fast + gpu->slow;
}

double gs_gpu_memory_temperature(const gs_gpu *gpu)
{
    return gpu->inlet + gpu->drift + gpu->memory;
}

int gs_gpu_leaks(const gs_gpu *gpu)
{
    return gpu->level == GS_GPU_BUSY;
}

// ---- time ----

/* K above the inlet, as in gs_gpu. */
typedef struct gs_heat {
    double fast, slow, memory, drift;
} gs_heat;

// what it would be so long from now, the load being what it is
static gs_heat heat_after(const gpusim_sim *sim, const gs_gpu *gpu, gpusim_time span)
{
    const gpusim_gpu_thermal *thermal = &gs_node_hardware_of(sim, gpu->node)->gpu.thermal;
    gs_targets to = gs_gpu_targets(sim, gpu, gs_watts(gpu->power));
    double dt = gpusim_seconds(span);
    return (gs_heat){
        .fast = gs_relax(gpu->fast, to.fast, dt, thermal->fast_time),
        .slow = gs_relax(gpu->slow, to.slow, dt, thermal->slow_time),
        .memory = gs_relax(gpu->memory, to.memory, dt, thermal->memory_time),
        .drift = gpu->drift != 0 ? gs_relax(gpu->drift, 0, dt, sim->model->hardware.loop_time) : 0,
    };
}

// brings the integrals up to now
static void count_up(gs_gpu *gpu, gpusim_time span)
{
    double dt = gpusim_seconds(span);
    const gs_gpu_load *load = &gpu->load;
    gpu->energy += (gs_wide)(uint64_t)gpu->power * (uint64_t)span;
    gpu->utilised += (double)span * (load->busy + load->spin);
    gpu->engine += (double)span * load->busy;
    gpu->active += (double)span * load->active;
    gpu->tensor += (double)span * load->tensor;
    gpu->dram += (double)span * load->memory;
    gpu->nvlink += dt * load->nvlink;
    gpu->pcie_rx += dt * load->pcie_rx;
    gpu->pcie_tx += dt * load->pcie_tx;
    if (gpu->reasons & GS_THROTTLE_CAP) {
        gpu->power_violation += span;
    }
    if (gpu->reasons & GS_THROTTLE_HEAT) {
        gpu->thermal_violation += span;
    }
}

// brings all that changes by itself up to now
static void advance(const gpusim_sim *sim, gs_gpu *gpu, gpusim_time now)
{
    gpusim_time span = now - gpu->settled;
    if (span == 0) {
        return;
    }
    count_up(gpu, span);
    if (gs_node_hardware_of(sim, gpu->node)->physical) {
        gs_heat heat = heat_after(sim, gpu, span);
        gpu->fast = heat.fast;
        gpu->slow = heat.slow;
        gpu->memory = heat.memory;
        gpu->drift = heat.drift;
    }
    gpu->settled = now;
}

gs_gpu gs_gpu_now(const gpusim_sim *sim, uint32_t gpu)
{
    gs_gpu copy = *GS_GPU(sim, gpu);
    advance(sim, &copy, gpusim_engine_now(sim->engine));
    return copy;
}

void gs_gpu_temperatures(const gpusim_sim *sim, uint32_t index, double *die, double *memory)
{
    const gs_gpu *gpu = GS_GPU(sim, index);
    gpusim_time span = gpusim_engine_now(sim->engine) - gpu->settled;
    gs_heat heat = {gpu->fast, gpu->slow, gpu->memory, gpu->drift};
    if (span > 0 && gs_node_hardware_of(sim, gpu->node)->physical) {
        heat = heat_after(sim, gpu, span);
    }
    *die = gpu->inlet + heat.drift + heat.fast + heat.slow;
    *memory = gpu->inlet + heat.drift + heat.memory;
}

void gs_gpu_settle(gpusim_sim *sim, uint32_t index)
{
    gs_gpu *gpu = GS_GPU(sim, index);
    gs_facility *facility = GS_FACILITY(sim);
    gpusim_time now = gpusim_engine_now(sim->engine);
    gpusim_time span = now - gpu->settled;
    if (span == 0) {
        return;
    }
    gs_tenants_charge(sim, gpu, span);
    if (gpu->reasons & GS_THROTTLE_HEAT) {
        facility->throttled_ns += (uint64_t)span;
    }
    if (gpu->reasons & GS_THROTTLE_CAP) {
        facility->capped_ns += (uint64_t)span;
    }
    if (gs_gpu_unheld(sim, gpu)) {
        facility->unheld_ns += (uint64_t)span;
    }
    advance(sim, gpu, now);
    if (gs_node_hardware_of(sim, gpu->node)->physical) {
        facility->hottest = fmax(facility->hottest, gs_gpu_temperature(gpu));
    }
}

// ---- what holds now ----

double gs_gpu_own_cap(const gpusim_sim *sim, const gs_gpu *gpu)
{
    const gs_node_hardware *hardware = gs_node_hardware_of(sim, gpu->node);
    double cap = hardware->gpu.power.tdp;
    if (gpu->own_cap < INFINITY) {
        cap = gpu->own_cap;
    } else if (hardware->gpu_cap.count > 0) {
        gpusim_time next;
        cap = gs_steps_at(&hardware->gpu_cap, gpusim_engine_now(sim->engine), &next);
    }
    return gpu->fault_cap < cap ? gpu->fault_cap : cap;
}

int gs_gpu_unheld(const gpusim_sim *sim, const gs_gpu *gpu)
{
    // as they were at its last update, like all that is settled
    return gs_node_hardware_of(sim, gpu->node)->physical &&
           ((gpu->reasons & GS_THROTTLE_POWER_BRAKE) ||
            gs_watts(gpu->power) > gpu->cap * (1 + GS_CAP_ROUNDING));
}

static int same_load(const gs_gpu_load *a, const gs_gpu_load *b)
{
    return a->busy == b->busy && a->spin == b->spin && a->dynamic == b->dynamic &&
           a->intensity == b->intensity && a->memory == b->memory;
}

// The load and caps as they are now; a GPU that begins to work begins to leak. What a cap is
// worth is looked for at once if it is clearly larger, else when the GPU has come to rest: clocks
// that followed each watt would, by their leakage, ask for other shares of it, for ever.
static void take_inputs(const gpusim_sim *sim, uint32_t index)
{
    gs_gpu *gpu = GS_GPU(sim, index);
    gs_gpu_load load = gpu->load;
    gs_load_of_gpu(sim, index, &load);
    double cap = fmin(gs_gpu_own_cap(sim, gpu), fmin(gpu->node_cap, gpu->rack_cap));
    double held = gs_gpu_hardware(sim, index)->gpu.leakage.power > 0 ? GS_CAP_HELD : 0;
    int fresh = cap > gpu->cap * (1 + held) || load.intensity != gpu->load.intensity;
    if (fresh || cap != gpu->cap || !same_load(&load, &gpu->load)) {
        gpu->steady = 0;
    }
    gpu->fresh |= (uint8_t)fresh;
    int leaked = gs_gpu_leaks(gpu);
    gpu->cap = cap;
    gpu->load = load;
    if (gpu->level != GS_GPU_OFF) {
        gpu->level = load.tenants == 0           ? GS_GPU_IDLE
                     : load.busy + load.spin > 0 ? GS_GPU_BUSY
                                                 : GS_GPU_CONTEXT;
    }
    if (gs_gpu_leaks(gpu) && !leaked) {
        gs_gpu_leak_at(sim, gpu, gs_gpu_temperature(gpu));
    }
}

static double power_of(const gpusim_sim *sim, const gs_gpu *gpu)
{
    const gpusim_gpu_power *power = &gs_node_hardware_of(sim, gpu->node)->gpu.power;
    switch (gpu->level) {
    case GS_GPU_BUSY:
        return gs_mean_power(sim, gpu, &gpu->load, gpu->clock, gpu->leak);
    case GS_GPU_CONTEXT:
        return power->context + gpu->stray;
    case GS_GPU_IDLE:
        return power->idle + gpu->stray;
    default:
        return 0;
    }
}

static uint32_t reasons_of(const gpusim_sim *sim, const gs_gpu *gpu)
{
    uint32_t top = gs_node_hardware_of(sim, gpu->node)->clock_count - 1;
    uint32_t reasons = 0;
    if (!gs_gpu_leaks(gpu)) {
        return gpu->level == GS_GPU_OFF ? 0 : GS_THROTTLE_IDLE;
    }
    if (gpu->cap_clock < top && gpu->cap_clock <= gpu->thermal_clock) {
        reasons |= GS_THROTTLE_SW_POWER_CAP;
    }
    if ((gpu->thermal_clock < top && gpu->thermal_clock <= gpu->cap_clock) || gpu->memory_slow) {
        reasons |= GS_THROTTLE_SW_THERMAL;
    }
    if (gpu->slowed) {
        reasons |= GS_THROTTLE_HW_THERMAL | GS_THROTTLE_HW_SLOWDOWN;
    }
    if (gs_gpu_braked(sim, gpu)) {
        reasons |= GS_THROTTLE_POWER_BRAKE | GS_THROTTLE_HW_SLOWDOWN;
    }
    return reasons;
}

// what of its reasons an observer hears: heat, the brake, and a cap below the TDP; not that a
// kernel reaches the TDP, which is business as usual
static uint32_t told(const gpusim_sim *sim, const gs_gpu *gpu)
{
    double tdp = gs_node_hardware_of(sim, gpu->node)->gpu.power.tdp;
    uint32_t quiet = GS_THROTTLE_IDLE | (gpu->cap >= tdp ? GS_THROTTLE_SW_POWER_CAP : 0);
    return gpu->reasons & ~quiet;
}

static gpusim_status set_reasons(gpusim_sim *sim, uint32_t index, uint32_t before,
                                 gpusim_error *err)
{
    gs_gpu *gpu = GS_GPU(sim, index);
    gpu->reasons = reasons_of(sim, gpu);
    uint32_t after = told(sim, gpu);
    return before == after ? GPUSIM_OK
                           : gs_emit_event(sim, GPUSIM_EVENT_THROTTLE, index, after, err);
}

// its node has another sum, and another share of it is each tenant's; those behind it in the air
// will feel it
gpusim_status gs_gpu_set_power(gpusim_sim *sim, uint32_t index, int64_t power, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gs_gpu *gpu = GS_GPU(sim, index);
    const gs_node_hardware *hardware = gs_node_hardware_of(sim, gpu->node);
    if (power != gpu->power) {
        gs_energy_settle(sim);
        gs_node_settle(sim, gpu->node);
        GS_PLANT(sim, gpu->node)->power[GS_POWER_GPU] += power - gpu->power;
        GS_FACILITY(sim)->power[GS_POWER_GPU] += power - gpu->power;
        gpu->power = power;
        gs_mark_node(sim, gpu->node);
        if (hardware->lane > 1 && hardware->airflow > 0) {
            GPUSIM_TRY(gs_node_soon(sim, gpu->node, err));
        }
    }
    gs_tenants_divide(sim, gpu);
cleanup:
    return status;
}

static gpusim_status set_power(gpusim_sim *sim, uint32_t index, gpusim_error *err)
{
    const gs_gpu *gpu = GS_GPU(sim, index);
    int64_t power = gs_nanowatts(power_of(sim, gpu));
    if (gs_gpu_leaks(gpu) && gpu->cap_clock > 0 && gs_watts(power) > gpu->cap) {
        power = (int64_t)(gpu->cap * 1e9); // by rounding
    }
    return gs_gpu_set_power(sim, index, power, err);
}

static gpusim_status set_demand(gpusim_sim *sim, uint32_t index, gpusim_error *err)
{
    gs_gpu *gpu = GS_GPU(sim, index);
    const gs_node_hardware *hardware = gs_node_hardware_of(sim, gpu->node);
    double demand = gs_watts(gpu->power);
    if (gs_gpu_leaks(gpu)) {
        double clock = gs_clock_of_step(hardware, gpu->thermal_clock);
        demand =
            gs_busy_power(&hardware->gpu.power, gpu->load.intensity, clock, gpu->leak) + gpu->stray;
        demand = fmin(demand, gs_gpu_own_cap(sim, gpu));
    }
    if (demand <= gpu->demand && demand > gpu->demand * (1 - GS_DEMAND_HELD)) {
        return GPUSIM_OK;
    }
    gpu->demand = demand;
    return gs_caps_demand_moved(sim, gpu->node, err);
}

static gpusim_status update_physical(gpusim_sim *sim, uint32_t index, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gs_gpu *gpu = GS_GPU(sim, index);
    uint32_t clock = gpu->clock;
    uint8_t slow = gpu->memory_slow;
    uint32_t before = told(sim, gpu);
    double network = gpu->load.network;
    gs_background_cancel(sim, &gpu->crossing);
    take_inputs(sim, index);
    if (gpu->level != GS_GPU_OFF) {
        gs_gpu_react(sim, gpu);
    }
    // at another clock the same kernels take another share of the step
    if (gpu->clock != clock || gpu->memory_slow != slow) {
        gs_load_of_gpu(sim, index, &gpu->load);
    }
    GPUSIM_TRY(set_power(sim, index, err));
    GPUSIM_TRY(set_demand(sim, index, err));
    GPUSIM_TRY(set_reasons(sim, index, before, err));
    GPUSIM_TRY(gs_gpu_arm(sim, index, err));
    if (gpu->load.network != network) {
        gs_mark_node(sim, gpu->node);
    }
    if (gs_fans_disagree(sim, index)) {
        GPUSIM_TRY(gs_node_soon(sim, gpu->node, err));
    }
    if (gpu->clock != clock || gpu->memory_slow != slow) {
        gs_progress_gpu(sim, index);
    }
cleanup:
    return status;
}

gpusim_status gs_gpu_update(gpusim_sim *sim, uint32_t index, gpusim_error *err)
{
    gs_gpu *gpu = GS_GPU(sim, index);
    gpu->marked = 0;
    GS_FACILITY(sim)->updates++;
    gs_gpu_settle(sim, index);
    gs_clocks_mark(sim, gpu->node);
    if (gs_node_hardware_of(sim, gpu->node)->physical) {
        return update_physical(sim, index, err);
    }
    take_inputs(sim, index);
    return gs_gpu_set_power(sim, index, gpu->power, err); // its tenants may be others
}
