/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Faults that follow others: at once or later, on what was struck, what it stands in, each thing in
 * it, or its neighbours. Their draws are those of the rule that follows, of the entity that it
 * strikes, of whom was struck first and of the ordinal of that strike. */
#include <string.h>

#include "core/faults.h"

void gs_fault_neighbours(const gpusim_sim *sim, uint32_t scope, uint32_t entity, uint32_t *first,
                         uint32_t *end)
{
    gs_reach own = gs_reach_of(sim, scope, entity);
    if (scope == GS_FAULT_ON_GPU) {
        gs_reach near = gs_reach_of(sim, GS_FAULT_ON_NODE, own.first_node);
        *first = near.first_gpu;
        *end = near.end_gpu;
        return;
    }
    gs_reach near = gs_reach_of(sim, GS_FAULT_ON_RACK, GS_NODE(sim, own.first_node)->rack);
    *first = near.first_node;
    *end = near.end_node;
}

uint64_t gs_fault_elsewhere(const gpusim_sim *sim, const gs_struck *struck)
{
    gpusim_stream stream = gs_fault_stream(sim, struck->rule, "elsewhere", struck->entity);
    return struck->ordinal ^ (stream.key ^ stream.nonce) << 24;
}

// those of a scope that what was struck is, is in, or has in it
static void find_struck(const gpusim_sim *sim, uint32_t from, uint32_t entity, uint32_t scope,
                        uint32_t *first, uint32_t *end)
{
    gs_reach reach = gs_reach_of(sim, from, entity);
    uint32_t rack = GS_NODE(sim, reach.first_node)->rack;
    switch (scope) {
    case GS_FAULT_ON_GPU:
        *first = reach.first_gpu;
        *end = reach.end_gpu;
        break;
    case GS_FAULT_ON_NODE:
        *first = reach.first_node;
        *end = reach.end_node;
        break;
    case GS_FAULT_ON_RACK:
        *first = from == GS_FAULT_ON_CLUSTER ? 0 : rack;
        *end = from == GS_FAULT_ON_CLUSTER ? sim->model->cluster.rack_count : rack + 1;
        break;
    default:
        *first = 0;
        *end = 1;
    }
}

static gpusim_status keep_for(gpusim_sim *sim, const gs_struck *struck, gpusim_time delay,
                              gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gs_fault_totals *totals = GS_FAULT_TOTALS(sim);
    uint32_t index = totals->first_free_coming;
    gpusim_event_id unused;
    if (index == GPUSIM_NONE) {
        index = sim->coming.count;
        GPUSIM_TRY(gs_array_push(&sim->coming, NULL, err));
    } else {
        totals->first_free_coming = GS_AT(sim->coming, gs_coming, index).next;
    }
    GS_AT(sim->coming, gs_coming, index) = (gs_coming){.root = struck->root,
                                                       .ordinal = struck->ordinal,
                                                       .rule = struck->rule,
                                                       .entity = struck->entity,
                                                       .origin = struck->origin};
    gpusim_time due = gpusim_time_add(gpusim_engine_now(sim->engine), delay);
    GPUSIM_TRY(
        gs_background_schedule(sim, due, GS_ON_FAULT, index, GS_FAULT_FOLLOWS, &unused, err));
cleanup:
    return status;
}

// one of those that may follow, on one that it may strike
static gpusim_status bring(gpusim_sim *sim, const gs_struck *struck, gpusim_error *err)
{
    const gs_rule *rule = GS_RULE(sim, struck->rule);
    gpusim_stream reaches = gs_fault_stream(sim, struck->rule, "reaches", struck->entity);
    gpusim_stream after = gs_fault_stream(sim, struck->rule, "after", struck->entity);
    gpusim_time delay = gs_rule_after(rule, after, struck->ordinal);
    if (!gs_rule_reaches(rule, reaches, struck->ordinal)) {
        return GPUSIM_OK;
    }
    return delay > 0 ? keep_for(sim, struck, delay, err) : gs_fault_strike(sim, struck, err);
}

gpusim_status gs_fault_brings(gpusim_sim *sim, const gs_struck *struck, uint64_t root,
                              gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    uint32_t scope = GS_KIND_OF(sim, struck->rule)->scope;
    uint64_t elsewhere = GS_RULE(sim, struck->rule)->causes ? gs_fault_elsewhere(sim, struck) : 0;
    for (uint32_t i = 1; i <= GS_RULE(sim, struck->rule)->causes; i++) {
        gs_struck next = *struck;
        next.rule = struck->rule + i;
        next.clock = GPUSIM_NONE;
        next.root = root;
        next.lasts = GPUSIM_TIME_MAX;
        uint32_t first, end, neighbours = GS_RULE(sim, next.rule)->neighbours;
        if (neighbours) {
            gs_fault_neighbours(sim, scope, struck->entity, &first, &end);
        } else {
            find_struck(sim, scope, struck->entity, GS_KIND_OF(sim, next.rule)->scope, &first,
                        &end);
        }
        for (uint32_t e = first; e < end; e++) {
            int itself = e == struck->entity && GS_KIND_OF(sim, next.rule)->scope == scope;
            next.entity = next.origin = e;
            next.ordinal = itself ? struck->ordinal : elsewhere;
            GPUSIM_TRY(neighbours && e == struck->entity ? GPUSIM_OK : bring(sim, &next, err));
        }
    }
cleanup:
    return status;
}

gpusim_status gs_fault_follows(gpusim_sim *sim, uint32_t index, gpusim_error *err)
{
    gs_coming *coming = &GS_AT(sim->coming, gs_coming, index);
    gs_struck struck = {.rule = coming->rule,
                        .entity = coming->entity,
                        .origin = coming->origin,
                        .clock = GPUSIM_NONE,
                        .ordinal = coming->ordinal,
                        .root = coming->root,
                        .lasts = GPUSIM_TIME_MAX};
    memset(coming, 0, sizeof *coming);
    coming->next = GS_FAULT_TOTALS(sim)->first_free_coming;
    GS_FAULT_TOTALS(sim)->first_free_coming = index;
    return gs_fault_strike(sim, &struck, err);
}
