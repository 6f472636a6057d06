/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The active faults: a pool, and what those of an entity and above it do to it. */
#include <math.h>
#include <string.h>

#include "core/faults.h"

gpusim_status gs_effects_create(gpusim_sim *sim, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    const gs_cluster *cluster = &sim->model->cluster;
    int some = sim->fault_totals.count > 0;
    GPUSIM_TRY(gs_array_resize(&sim->gpu_effects, some ? cluster->gpu_count : 0, err));
    GPUSIM_TRY(gs_array_resize(&sim->node_effects, some ? cluster->node_count : 0, err));
    GPUSIM_TRY(gs_array_resize(&sim->rack_effects, some ? cluster->rack_count : 0, err));
cleanup:
    return status;
}

gpusim_status gs_fault_set_create(gpusim_sim *sim, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    const gs_cluster *cluster = &sim->model->cluster;
    uint32_t lists = cluster->gpu_count + cluster->node_count + cluster->rack_count + 1;
    GPUSIM_TRY(gs_array_resize(&sim->fault_totals, 1, err));
    GPUSIM_TRY(gs_array_resize(&sim->fault_lists, lists, err));
    GPUSIM_TRY(gs_gpu_errors_create(sim, err));
    GPUSIM_TRY(gs_array_resize(&sim->lives, cluster->node_count, err));
    GPUSIM_TRY(gs_effects_create(sim, err));
    GS_FAULT_TOTALS(sim)->first_free = GPUSIM_NONE;
    GS_FAULT_TOTALS(sim)->first_free_coming = GPUSIM_NONE;
    memset(sim->fault_lists.data, 0xff, lists * sizeof(uint32_t)); // GPUSIM_NONE
    for (uint32_t n = 0; n < cluster->node_count; n++) {
        *GS_LIFE(sim, n) = (gs_node_life){.asked = GPUSIM_TIME_MAX, .mends = GPUSIM_NONE};
    }
    gs_effects_restore(sim);
cleanup:
    return status;
}

// ---- the pool ----

gpusim_status gs_fault_add(gpusim_sim *sim, const gs_fault *made, uint32_t *fault,
                           gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gs_fault_totals *totals = GS_FAULT_TOTALS(sim);
    *fault = totals->first_free;
    if (*fault == GPUSIM_NONE) {
        *fault = sim->faults.count;
        GPUSIM_TRY(gs_array_push(&sim->faults, NULL, err));
    } else {
        totals->first_free = GS_FAULT(sim, *fault)->next;
    }
    *GS_FAULT(sim, *fault) = *made;
    gs_effect worst = gs_fault_effect(GS_RULE(sim, made->rule)->kind, made->parameters, 1);
    GS_FAULT(sim, *fault)->links =
        worst.nvlink != 1 || worst.pcie != 1 || worst.network != 1 || worst.delay != 0;
    GS_FAULT(sim, *fault)->alive = 1;
    totals->links += GS_FAULT(sim, *fault)->links;
    totals->active++;

    GPUSIM_TRY(gs_fault_join(sim, *fault, err));
cleanup:
    return status;
}

void gs_fault_remove(gpusim_sim *sim, uint32_t fault)
{
    gs_fault *gone = GS_FAULT(sim, fault);
    gs_fault_leave(sim, fault);
    GS_FAULT_TOTALS(sim)->links -= gone->links;
    memset(gone, 0, sizeof *gone);
    gone->next = GS_FAULT_TOTALS(sim)->first_free;
    GS_FAULT_TOTALS(sim)->first_free = fault;
    GS_FAULT_TOTALS(sim)->active--;
}

// ---- sums ----

// what holds above holds below, but for what is given to the whole: its power
static gs_effect below(gs_effect above)
{
    above.cap = (double)INFINITY;
    above.supplies = 0;
    return above;
}

gs_effect gs_effect_of_rack(const gpusim_sim *sim, uint32_t rack)
{
    gs_effect sum = gs_effect_none;
    sum = below(gs_fault_effects(sim, GS_FAULT_ON_CLUSTER, 0, sum));
    return gs_fault_effects(sim, GS_FAULT_ON_RACK, rack, sum);
}

// it had some, and so many are lost that none is left
static int has_no_supply(const gpusim_sim *sim, uint32_t node, uint32_t lost)
{
    const gs_node_hardware *groups = sim->model->hardware.groups;
    uint32_t psus = groups ? groups[sim->model->cluster.node_group[node]].psus : 0;
    return psus > 0 && lost >= psus;
}

gs_effect gs_effect_of_node(const gpusim_sim *sim, uint32_t node)
{
    gs_effect sum = below(*gs_rack_effect(sim, sim->model->cluster.node_rack[node]));
    sum = gs_fault_effects(sim, GS_FAULT_ON_NODE, node, sum);
    sum.flags |= sum.supplies > 0 && has_no_supply(sim, node, sum.supplies) ? GS_FAULT_DOWN : 0u;
    sum.flags |= GS_LIFE(sim, node)->held & GS_HELD_DEAD ? GS_FAULT_DOWN : 0u;
    sum.flags |= GS_LIFE(sim, node)->held & GS_HELD_PAUSED ? GS_FAULT_HANG : 0u;
    return sum;
}

gs_effect gs_effect_of_gpu(const gpusim_sim *sim, uint32_t gpu)
{
    gs_effect sum = below(*gs_node_effect(sim, gs_reach_of(sim, GS_FAULT_ON_GPU, gpu).first_node));
    return gs_fault_effects(sim, GS_FAULT_ON_GPU, gpu, sum);
}
