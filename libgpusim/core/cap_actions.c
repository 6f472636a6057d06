/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Power as an action: caps, by the scenario and by a program that drives the run, and P-states. */
#include <math.h>

#include "core/fleet.h"
#include "core/sim.h"

gpusim_status gs_action_cap(gpusim_sim *sim, gpusim_action what, uint32_t entity, double watts,
                            gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gpusim_entity of = what == GPUSIM_ACTION_CAP_NODE   ? GPUSIM_OF_NODE
                       : what == GPUSIM_ACTION_CAP_RACK ? GPUSIM_OF_RACK
                                                        : GPUSIM_OF_GPU;
    if (entity != GPUSIM_NONE) {
        return gs_cap(sim, of, entity, watts, err);
    }
    for (uint32_t gpu = 0; gpu < sim->gpus.count; gpu++) {
        if (gs_gpu_hardware(sim, gpu)->physical) {
            GPUSIM_TRY(gs_cap(sim, of, gpu, watts, err));
        }
    }
cleanup:
    return status;
}

void gs_pstate(gpusim_sim *sim, uint32_t node, uint32_t state)
{
    gs_node *plant = GS_PLANT(sim, node);
    if (plant->cpu_state == state) {
        return;
    }
    plant->cpu_state = state;
    gs_mark_node(sim, node);

    // whoever computes on its cores has another speed
    for (uint32_t i = 0; i < sim->running.count; i++) {
        uint32_t slot = GS_AT(sim->running, uint32_t, i);
        const gpusim_job_info *job = GS_JOB(sim, slot);
        for (uint32_t k = 0; k < job->parts; k++) {
            if (GS_AT(sim->parts, gpusim_part, job->first_part + k).node == node) {
                gs_mark_job(sim, slot);
                break;
            }
        }
    }
}

// whether there is such a thing, it draws power, and (of a GPU) the driver takes such a cap
static gpusim_status check_cap(const gpusim_sim *sim, gpusim_entity what, uint32_t index,
                               double watts, gpusim_error *err)
{
    const gs_cluster *cluster = &sim->model->cluster;
    uint32_t node = index;
    if (what == GPUSIM_OF_CLUSTER || index >= gpusim_model_entities(sim->model, what) ||
        gpusim_sim_ended(sim)) {
        return gpusim_fail(err, GPUSIM_ARGUMENT, "there is nothing of number %u to cap", index);
    }
    if (!(watts > 0)) {
        return gpusim_fail(err, GPUSIM_ARGUMENT, "a cap is more than 0 W; INFINITY lifts it");
    }
    if (what == GPUSIM_OF_RACK) {
        node = cluster->racks[index].first_node;
    } else if (what == GPUSIM_OF_GPU) {
        node = gs_gpu_node(sim, index);
    }
    const gs_node_hardware *hardware = &sim->model->hardware.groups[cluster->node_group[node]];
    if (!hardware->physical) {
        return gpusim_fail(err, GPUSIM_ARGUMENT, "what has no physics draws nothing to cap");
    }
    if (what == GPUSIM_OF_GPU && isfinite(watts) &&
        (watts < hardware->gpu.power.cap_min || watts > hardware->gpu.power.cap_max)) {
        return gpusim_fail(err, GPUSIM_ARGUMENT, "the driver of '%s' accepts caps of %g to %g W",
                           hardware->gpu.name, hardware->gpu.power.cap_min,
                           hardware->gpu.power.cap_max);
    }
    return GPUSIM_OK;
}

gpusim_status gpusim_sim_cap(gpusim_sim *sim, gpusim_entity what, uint32_t index, double watts,
                             gpusim_error *err)
{
    gpusim_action action = what == GPUSIM_OF_GPU    ? GPUSIM_ACTION_CAP_GPU
                           : what == GPUSIM_OF_NODE ? GPUSIM_ACTION_CAP_NODE
                                                    : GPUSIM_ACTION_CAP_RACK;
    gpusim_error said = {0};
    gpusim_status status = check_cap(sim, what, index, watts, err);
    if (status != GPUSIM_OK) {
        return status;
    }
    GPUSIM_TRY(gs_sim_begin(sim, &said));
    GPUSIM_TRY(gs_tell(sim, sim->model->name_api, action, index, watts, &said));
    GPUSIM_TRY(gs_wake(sim, &said));
cleanup:
    return gs_sim_return(sim, status, &said, err);
}
