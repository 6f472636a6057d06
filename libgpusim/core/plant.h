/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of the physical state share among themselves; core/physical.h is what others use.
 */
#ifndef GS_CORE_PLANT_H
#define GS_CORE_PLANT_H

#include "core/sim.h"
#include "physics/heat.h"

/* A temperature this close to a level has reached it: solved times are rounded up to whole
 * nanoseconds, in which nothing warms by more than 1e-7 K. */
#define GS_LEVEL_GUARD 1e-6

/* What rounding may add to a cap: less than a nanowatt. */
#define GS_CAP_ROUNDING 1e-12

static inline double gs_watts(int64_t nanowatts)
{
    return (double)nanowatts / 1e9;
}

static inline int64_t gs_nanowatts(double watts)
{
    return (int64_t)(watts * 1e9 + 0.5);
}

static inline const gs_node_hardware *gs_node_hardware_of(const gpusim_sim *sim, uint32_t node)
{
    return &sim->model->hardware.groups[sim->model->cluster.node_group[node]];
}

/* Its power is in the accounts: by our model, or by another simulator's. */
static inline int gs_draws_power(const gs_node_hardware *hardware)
{
    return hardware->physical || hardware->legacy;
}

/* ---- core/gpu.c ---- */
/* A new mean power, nW: into the sums above it and its tenants' shares. */
gpusim_status gs_gpu_set_power(gpusim_sim *sim, uint32_t gpu, int64_t power, gpusim_error *err);
int gs_gpu_leaks(const gs_gpu *gpu); /* kernels run, so leakage is added and clocks matter */

/* ---- core/heat.c: temperatures of one GPU, and what they do next ---- */
typedef struct gs_targets {
    double fast, slow; /* K above the inlet, at rest */
    double die;        /* their sum */
    double memory;
} gs_targets;
/* K/W of the memory for its own power: the same air or water takes it away as the GPU's. */
double gs_memory_resistance(const gpusim_sim *sim, const gs_gpu *gpu);
gs_targets gs_gpu_targets(const gpusim_sim *sim, const gs_gpu *gpu, double watts);
gs_decay gs_gpu_decay(const gpusim_sim *sim, const gs_gpu *gpu, double watts); /* of the die */
/* Schedules the next crossing. */
gpusim_status gs_gpu_arm(gpusim_sim *sim, uint32_t gpu, gpusim_error *err);
/* K below a limit at which what it did is undone. */
double gs_hysteresis(const gs_node_hardware *hardware);
/* K from the steady state at which leakage takes its fixed point; well within leakage's step. */
double gs_settled_within(const gpusim_sim *sim);

/* ---- core/clock.c: clocks by cap and heat, leakage ---- */
/* W, the mean over a step of this load at a clock of the grid. */
double gs_mean_power(const gpusim_sim *sim, const gs_gpu *gpu, const gs_gpu_load *load,
                     uint32_t clock, double leak);
/* The same if nobody had to wait for its peers: what a decision for later must reckon with. */
double gs_full_power(const gpusim_sim *sim, const gs_gpu *gpu, uint32_t clock, double leak);
void gs_gpu_leak_at(const gpusim_sim *sim, gs_gpu *gpu, double temperature);
/* Leakage, clocks and slowdowns as the temperature, load and cap ask for now. */
void gs_gpu_react(const gpusim_sim *sim, gs_gpu *gpu);
int gs_gpu_braked(const gpusim_sim *sim, const gs_gpu *gpu);

/* ---- core/energy.c ---- */
void gs_tenants_charge(gpusim_sim *sim, gs_gpu *gpu, gpusim_time span);
void gs_tenants_divide(gpusim_sim *sim, gs_gpu *gpu);
double gs_node_ratio(const gpusim_sim *sim, uint32_t node); /* s: integral of input/output by now */
double gs_node_rest(const gpusim_sim *sim, uint32_t node);  /* J: of what is not GPU, by now */

/* ---- core/node.c ---- */
int gs_node_dead(const gpusim_sim *sim, uint32_t node); /* it draws nothing */
void gs_node_settle(gpusim_sim *sim, uint32_t node);
int64_t gs_node_output(const gs_node *plant); /* nW before losses */
/* Its power supplies that work; 0 where it has none. */
uint32_t gs_node_supplies(const gpusim_sim *sim, uint32_t node);
/* W at the input that an output draws through so many supplies, which share it evenly. */
double gs_node_input_of(const gs_node_hardware *hardware, uint32_t psus, double output);
/* W of what is not GPU, by component, as it is now. */
void gs_node_rest_power(const gpusim_sim *sim, uint32_t node, int64_t power[]);
/* Its control looks after caps, fans and inlets once the reaction time has passed. */
gpusim_status gs_node_soon(gpusim_sim *sim, uint32_t node, gpusim_error *err);
/* What its GPUs breathe, given what the node does: moved by less than epsilon it stays. At rest it
 * is exact, and nothing follows. */
void gs_node_breathe(gpusim_sim *sim, uint32_t node, int at_rest);

/* ---- core/fans.c ---- */
/* Sets speed and resistance of a level. */
void gs_fans_set(gpusim_sim *sim, uint32_t node, uint32_t level);
/* The same in a run, and what follows. */
void gs_fans_move(gpusim_sim *sim, uint32_t node, uint32_t level);
/* Its fans turn at this share of full speed, whatever its GPUs ask for; 0: as they ask again. */
gpusim_status gs_fans_hold(gpusim_sim *sim, uint32_t node, double speed, gpusim_error *err);
/* The level this GPU asks its node for. */
uint32_t gs_fans_wanted(const gpusim_sim *sim, const gs_gpu *gpu);
/* 1 when a GPU asks for more than its node's level, or the one that asked for it for less. */
int gs_fans_disagree(const gpusim_sim *sim, uint32_t gpu);
double gs_fans_threshold(const gs_node_hardware *hardware, uint32_t level); /* degC */

/* ---- core/rack.c ---- */
gpusim_status gs_rack_soon(gpusim_sim *sim, uint32_t rack, gpusim_error *err);
double gs_supply_of(const gpusim_sim *sim, uint32_t group); /* degC now, as it has arrived */
double gs_inlet_target(const gpusim_sim *sim, uint32_t node);
void gs_rack_settle(gpusim_sim *sim, uint32_t rack);

/* ---- core/caps.c ---- */
/* A GPU's demand, or a node's rest, is another. */
gpusim_status gs_caps_demand_moved(gpusim_sim *sim, uint32_t node, gpusim_error *err);
double gs_node_cap(const gpusim_sim *sim, uint32_t node); /* W; INFINITY: none */
double gs_rack_cap(const gpusim_sim *sim, uint32_t rack);
gpusim_status gs_caps_of_node(gpusim_sim *sim, uint32_t node, gpusim_error *err);
gpusim_status gs_caps_of_rack(gpusim_sim *sim, uint32_t rack, gpusim_error *err);

/* ---- core/steps.c: held series ---- */
gpusim_status gs_steps_begin(gpusim_sim *sim, gpusim_error *err);

/* ---- core/physics.c ---- */
void gs_mark_rack(gpusim_sim *sim, uint32_t rack);
void gs_facility_update(gpusim_sim *sim); /* cooling and distribution on top of all racks */

/* ---- core/legacy.c ---- */
/* Somebody turns the fans of a node with another simulator's model; 0: lets them go. */
void gs_legacy_fans(gpusim_sim *sim, uint32_t node, double speed);

#endif
