/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What faults do to running jobs: who hangs, whose disk is full, over which links a gang talks, and
 * which faults they have met. Each is a function of the faults on what a job holds. */
#include <math.h>

#include "core/faults.h"

/* What a job holds, GPU by GPU; a part without GPUs is its node. */
typedef struct gs_stand {
    uint32_t part, gpu; /* the next */
    const gs_effect *effect;
    uint32_t node;
    uint32_t at; /* over the whole cluster; GPUSIM_NONE: no GPU */
} gs_stand;

static int next_stand(const gpusim_sim *sim, uint32_t slot, gs_stand *stand)
{
    const gpusim_job_info *job = GS_JOB(sim, slot);
    while (stand->part < job->parts) {
        const gpusim_part *part = &GS_AT(sim->parts, gpusim_part, job->first_part + stand->part);
        stand->node = part->node;
        if (part->gpus == 0) {
            stand->at = GPUSIM_NONE;
            stand->effect = gs_node_effect(sim, part->node);
            stand->part++;
            return 1;
        }
        if (stand->gpu < part->gpus) {
            stand->at =
                sim->model->cluster.node_first_gpu[part->node] + part->first_gpu + stand->gpu++;
            stand->effect = gs_gpu_effect(sim, stand->at);
            return 1;
        }
        stand->part++;
        stand->gpu = 0;
    }
    return 0;
}

static int any_faults(const gpusim_sim *sim)
{
    return gs_may_fail(sim) &&
           (GS_FAULT_TOTALS(sim)->active > 0 || GS_FAULT_TOTALS(sim)->paused > 0);
}

static int is_cut(const gpusim_sim *sim, uint32_t scope, uint32_t entity)
{
    return gs_fault_with(sim, scope, entity, GS_SUM_CUT) != GPUSIM_NONE;
}

gpusim_status gs_faults_follow(gpusim_sim *sim, uint32_t slot, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    uint32_t flags = 0, nodes = 0, racks = 0, node = GPUSIM_NONE, rack = GPUSIM_NONE;
    int node_cut = 0, rack_cut = 0;
    for (gs_stand stand = {0}; next_stand(sim, slot, &stand);) {
        flags |= stand.effect->flags;
        if (stand.node != node) {
            node = stand.node;
            nodes++;
            node_cut |= is_cut(sim, GS_FAULT_ON_NODE, node);
            racks += GS_NODE(sim, node)->rack != rack;
            rack = GS_NODE(sim, node)->rack;
            rack_cut |= is_cut(sim, GS_FAULT_ON_RACK, rack);
        }
    }
    // who is cut off together can still talk to each other
    int hangs = (flags & GS_FAULT_HANG) || (node_cut && nodes > 1) || (rack_cut && racks > 1);
    GPUSIM_TRY(hangs ? gs_job_hang(sim, slot, err) : gs_job_unhang(sim, slot, err));
    gs_job_disk(sim, slot, (flags & GS_FAULT_NO_DISK) != 0);
cleanup:
    return status;
}

// ---- links ----

gs_link_effect gs_faults_links(const gpusim_sim *sim, uint32_t slot)
{
    gs_link_effect links = {1, 1, 1, 0};
    if (!any_faults(sim) || GS_FAULT_TOTALS(sim)->links == 0) {
        return links;
    }
    for (gs_stand stand = {0}; next_stand(sim, slot, &stand);) {
        links.nvlink = fmin(links.nvlink, stand.effect->nvlink);
        links.pcie = fmin(links.pcie, stand.effect->pcie);
        links.network = fmin(links.network, stand.effect->network);
        links.delay = fmax(links.delay, stand.effect->delay);
    }
    return links;
}

// ---- the record ----

static void meet_list(gpusim_sim *sim, uint32_t scope, uint32_t entity)
{
    gpusim_time now = gpusim_engine_now(sim->engine);
    for (uint32_t f = gs_fault_first(sim, scope, entity); f != GPUSIM_NONE;) {
        gs_fault *fault = GS_FAULT(sim, f);
        fault->jobs_hit++;
        fault->first_effect = fault->first_effect < now ? fault->first_effect : now;
        f = fault->next;
    }
}

static void part_list(gpusim_sim *sim, uint32_t scope, uint32_t entity)
{
    for (uint32_t f = gs_fault_first(sim, scope, entity); f != GPUSIM_NONE;) {
        GS_FAULT(sim, f)->last_effect = gpusim_engine_now(sim->engine);
        f = GS_FAULT(sim, f)->next;
    }
}

// each list that reaches a job, once
static void for_lists(gpusim_sim *sim, uint32_t slot,
                      void (*visit)(gpusim_sim *sim, uint32_t scope, uint32_t entity))
{
    uint32_t node = GPUSIM_NONE, rack = GPUSIM_NONE;
    visit(sim, GS_FAULT_ON_CLUSTER, 0);
    for (gs_stand stand = {0}; next_stand(sim, slot, &stand);) {
        if (stand.node != node && GS_NODE(sim, stand.node)->rack != rack) {
            rack = GS_NODE(sim, stand.node)->rack;
            visit(sim, GS_FAULT_ON_RACK, rack);
        }
        if (stand.node != node) {
            node = stand.node;
            visit(sim, GS_FAULT_ON_NODE, node);
        }
        if (stand.at != GPUSIM_NONE) {
            visit(sim, GS_FAULT_ON_GPU, stand.at);
        }
    }
}

// clocks that run only while a job is there
static void mark_clocks(gpusim_sim *sim, uint32_t slot)
{
    uint32_t node = GPUSIM_NONE;
    for (gs_stand stand = {0}; sim->hazards && next_stand(sim, slot, &stand);) {
        if (stand.node != node) {
            node = stand.node;
            gs_clocks_mark(sim, node);
        }
    }
}

gpusim_status gs_faults_joined(gpusim_sim *sim, uint32_t slot, gpusim_error *err)
{
    mark_clocks(sim, slot);
    if (!any_faults(sim)) {
        return GPUSIM_OK;
    }
    for_lists(sim, slot, meet_list);
    return gs_faults_follow(sim, slot, err);
}

void gs_faults_left(gpusim_sim *sim, uint32_t slot)
{
    mark_clocks(sim, slot);
    if (any_faults(sim)) {
        for_lists(sim, slot, part_list);
    }
}
