/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A rack: its switches and conversion losses, and its control, which moves inlets and caps once the
 * reaction time has passed after something moved.
 *
 *   Tin_i = supply + sum_j D_ij P_j     held until it has moved by epsilon
 */
#include <math.h>

#include "core/plant.h"
#include "physics/power.h"

void gs_rack_settle(gpusim_sim *sim, uint32_t rack)
{
    gs_rack_state *state = GS_RACK(sim, rack);
    gpusim_time now = gpusim_engine_now(sim->engine);
    state->energy += (gs_wide)(uint64_t)state->power * (uint64_t)(now - state->settled);
    state->settled = now;
}

gpusim_status gs_rack_update(gpusim_sim *sim, uint32_t rack, gpusim_error *err)
{
    (void)err;
    gs_rack_state *state = GS_RACK(sim, rack);
    gs_facility *facility = GS_FACILITY(sim);
    uint32_t group = gs_group_of_rack(&sim->model->cluster, rack);
    state->marked = 0;
    if (!gs_draws_power(&sim->model->hardware.groups[group])) {
        return GPUSIM_OK;
    }
    gs_rack_settle(sim, rack);
    const gs_rack_hardware *hardware = &sim->model->hardware.racks[group];
    int64_t switches = gs_nanowatts(hardware->switches);
    int64_t output = switches + state->nodes;
    int64_t power =
        gs_nanowatts(gs_losses_input(hardware->losses, hardware->loss_count, gs_watts(output)));
    facility->power[GS_POWER_SWITCH] += switches - state->switches;
    facility->power[GS_POWER_RACK_LOSS] += power - output - state->losses;
    state->switches = switches;
    state->losses = power - output;
    state->power = power;
    return GPUSIM_OK;
}

// ---- inlets ----

double gs_supply_of(const gpusim_sim *sim, uint32_t group)
{
    const gs_hardware *hardware = &sim->model->hardware;
    gpusim_time now = gpusim_engine_now(sim->engine), next;
    if (hardware->groups[group].cooling == GS_COOLING_AIR) {
        return gs_steps_at(&hardware->supply, now, &next);
    }
    // water that left the plant this long ago
    const gs_steps *steps = hardware->water.count > 0 ? &hardware->water : &hardware->supply;
    gpusim_time left = now > hardware->loop_delay ? now - hardware->loop_delay : 0;
    return gs_steps_at(steps, left, &next);
}

double gs_inlet_target(const gpusim_sim *sim, uint32_t node)
{
    const gs_cluster *cluster = &sim->model->cluster;
    uint32_t group = cluster->node_group[node];
    const gs_rack *rack = &cluster->racks[cluster->node_rack[node]];
    const gs_rack_hardware *hardware = &sim->model->hardware.racks[group];
    const gs_recirculation *air =
        rack->nodes == hardware->air.nodes ? &hardware->air : &hardware->last;
    double target = gs_supply_of(sim, group);
    if (!air->d || sim->model->hardware.groups[group].cooling != GS_COOLING_AIR) {
        return target;
    }
    const double *row = air->d + (size_t)(node - rack->first_node) * air->nodes;
    for (uint32_t k = 0; k < air->nodes; k++) {
        target += row[k] * gs_watts(GS_PLANT(sim, rack->first_node + k)->input);
    }
    return target;
}

static void move_inlets(gpusim_sim *sim, uint32_t rack)
{
    const gs_rack *nodes = &sim->model->cluster.racks[rack];
    for (uint32_t n = nodes->first_node; n < nodes->first_node + nodes->nodes; n++) {
        gs_node *plant = GS_PLANT(sim, n);
        plant->target = gs_inlet_target(sim, n);
        if (fabs(plant->target - plant->inlet) >= sim->model->hardware.epsilon) {
            plant->inlet = plant->target;
            gs_node_breathe(sim, n, 0);
        }
    }
}

// ---- control ----

gpusim_status gs_rack_soon(gpusim_sim *sim, uint32_t rack, gpusim_error *err)
{
    gs_rack_state *state = GS_RACK(sim, rack);
    if (gpusim_engine_pending(sim->engine, state->control, NULL)) {
        return GPUSIM_OK;
    }
    gpusim_time time =
        gpusim_time_add(gpusim_engine_now(sim->engine), sim->model->hardware.reaction);
    return gs_background_schedule(sim, time, GS_ON_RACK_CONTROL, rack, 0, &state->control, err);
}

gpusim_status gs_on_rack_control(void *context, const gpusim_event *event, gpusim_error *err)
{
    gpusim_sim *sim = context;
    uint32_t rack = event->entity;
    gs_background_fired(sim);
    GS_RACK(sim, rack)->control = (gpusim_event_id){0};
    if (sim->model->hardware.groups[gs_group_of_rack(&sim->model->cluster, rack)].physical) {
        move_inlets(sim, rack);
    }
    return gs_caps_of_rack(sim, rack, err);
}
