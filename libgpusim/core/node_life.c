/* SPDX-License-Identifier: GPL-3.0-or-later */
/* States of nodes that can fail:
 *
 *   up -> draining -> drained     by somebody, or because of a GPU that is off or stands still
 *   any -> down -> repairing -> up
 *
 * Each follows from the node's faults, from whether a crew is there, from who has drained it and
 * from its jobs. A node that is down comes up when no fault keeps it down any more, whatever
 * anybody says. Crews go to who asked first, then to the lowest index, and mend one fault after
 * another. */
#include "core/faults.h"

uint32_t gs_fault_node(const gpusim_sim *sim, const gs_fault *fault)
{
    switch (fault->scope) {
    case GS_FAULT_ON_GPU:
        return gs_reach_of(sim, GS_FAULT_ON_GPU, fault->entity).first_node;
    case GS_FAULT_ON_NODE:
        return fault->entity;
    default:
        return GPUSIM_NONE;
    }
}

// ---- crews ----

static uint32_t find_mend(const gpusim_sim *sim, uint32_t scope, uint32_t entity, gs_mend mend)
{
    uint32_t fault = gs_fault_first(sim, scope, entity);
    while (fault != GPUSIM_NONE && GS_FAULT(sim, fault)->mend != mend) {
        fault = GS_FAULT(sim, fault)->next;
    }
    return fault;
}

// what a crew, or a reset, would end next: of the node, or of its GPUs
static uint32_t next_mend(const gpusim_sim *sim, uint32_t node, gs_mend mend)
{
    gs_reach reach = gs_reach_of(sim, GS_FAULT_ON_NODE, node);
    uint32_t fault = find_mend(sim, GS_FAULT_ON_NODE, node, mend);
    for (uint32_t g = reach.first_gpu; g < reach.end_gpu && fault == GPUSIM_NONE; g++) {
        fault = find_mend(sim, GS_FAULT_ON_GPU, g, mend);
    }
    return fault;
}

static gpusim_status begin_work(gpusim_sim *sim, uint32_t node, uint32_t fault, gpusim_error *err)
{
    gs_node_life *life = GS_LIFE(sim, node);
    gpusim_time done = gpusim_time_add(gpusim_engine_now(sim->engine), GS_FAULT(sim, fault)->work);
    life->mends = fault;
    return gpusim_engine_schedule(sim->engine, done, GS_CLASS_REPAIR, GS_ON_REPAIR, node, 0,
                                  &life->mended, err);
}

gpusim_status gs_crews_assign(gpusim_sim *sim, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gs_fault_totals *totals = GS_FAULT_TOTALS(sim);
    while (totals->waiting > 0 && totals->crews < sim->model->chaos.crews) {
        uint32_t first = GPUSIM_NONE;
        for (uint32_t n = 0; n < sim->lives.count; n++) {
            const gs_node_life *life = GS_LIFE(sim, n);
            if (life->asked != GPUSIM_TIME_MAX && life->mends == GPUSIM_NONE &&
                (first == GPUSIM_NONE || life->asked < GS_LIFE(sim, first)->asked)) {
                first = n;
            }
        }
        totals->waiting--;
        totals->crews++;
        GPUSIM_TRY(begin_work(sim, first, next_mend(sim, first, GS_MEND_REPAIR), err));
        GPUSIM_TRY(gs_node_life_update(sim, first, err));
    }
cleanup:
    return status;
}

// asks for a crew, keeps it or lets it go
static gpusim_status update_crew(gpusim_sim *sim, uint32_t node, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gs_fault_totals *totals = GS_FAULT_TOTALS(sim);
    gs_node_life *life = GS_LIFE(sim, node);
    uint32_t next = next_mend(sim, node, GS_MEND_REPAIR);
    if (next != GPUSIM_NONE && life->asked == GPUSIM_TIME_MAX) {
        life->asked = gpusim_engine_now(sim->engine);
        totals->waiting++;
        if (totals->crews < sim->model->chaos.crews) {
            totals->waiting--;
            totals->crews++;
            GPUSIM_TRY(begin_work(sim, node, next, err));
        }
    } else if (next == GPUSIM_NONE && life->asked != GPUSIM_TIME_MAX) {
        // what it was there for has ended by itself, or is done
        uint32_t there = life->mends != GPUSIM_NONE;
        life->asked = GPUSIM_TIME_MAX;
        life->mends = GPUSIM_NONE;
        (void)gpusim_engine_cancel(sim->engine, &life->mended);
        totals->crews -= there;
        totals->waiting -= !there;
        GPUSIM_TRY(there ? gs_crews_assign(sim, err) : GPUSIM_OK);
    }
cleanup:
    return status;
}

gpusim_status gs_on_repair(void *context, const gpusim_event *event, gpusim_error *err)
{
    gpusim_sim *sim = context;
    gpusim_status status = GPUSIM_OK;
    uint32_t node = event->entity;
    gs_node_life *life = GS_LIFE(sim, node);
    life->mended = (gpusim_event_id){0};
    GPUSIM_TRY(gs_fault_end(sim, life->mends, err));
cleanup:
    return status;
}

void gs_node_life_forget(gpusim_sim *sim, uint32_t fault)
{
    uint32_t node = gs_fault_node(sim, GS_FAULT(sim, fault));
    if (node == GPUSIM_NONE || GS_LIFE(sim, node)->mends != fault) {
        return;
    }
    gs_node_life *life = GS_LIFE(sim, node);
    (void)gpusim_engine_cancel(sim->engine, &life->mended);
    GS_FAULT(sim, fault)->mend = GS_MEND_TIME;
    uint32_t next = next_mend(sim, node, GS_MEND_REPAIR);
    if (next != GPUSIM_NONE) {
        GS_KEEP(sim, begin_work(sim, node, next, &sim->failure_error));
    }
}

// ---- states ----

// whether somebody has to do something about a fault on which nothing could run
static int is_broken(const gpusim_sim *sim, uint32_t scope, uint32_t entity)
{
    for (uint32_t f = gs_fault_first(sim, scope, entity); f != GPUSIM_NONE;) {
        const gs_fault *fault = GS_FAULT(sim, f);
        uint32_t flags = GS_KIND_OF(sim, fault->rule)->flags;
        if ((flags & GS_FAULT_OFF) || ((flags & GS_FAULT_HANG) && fault->mend != GS_MEND_TIME)) {
            return 1;
        }
        f = fault->next;
    }
    return 0;
}

static int has_broken_gpu(const gpusim_sim *sim, uint32_t node)
{
    gs_reach reach = gs_reach_of(sim, GS_FAULT_ON_NODE, node);
    int broken = is_broken(sim, GS_FAULT_ON_NODE, node);
    for (uint32_t g = reach.first_gpu; g < reach.end_gpu && !broken; g++) {
        broken = is_broken(sim, GS_FAULT_ON_GPU, g);
    }
    return broken;
}

static gpusim_node_state state_of(const gpusim_sim *sim, uint32_t node)
{
    const gs_node_life *life = GS_LIFE(sim, node);
    uint32_t flags = gs_node_effect(sim, node)->flags;
    if (flags & GS_FAULT_DOWN) {
        return life->mends != GPUSIM_NONE ? GPUSIM_NODE_REPAIRING : GPUSIM_NODE_DOWN;
    }
    if (life->drained || (flags & GS_FAULT_CLOSED) || has_broken_gpu(sim, node)) {
        return GS_NODE(sim, node)->jobs ? GPUSIM_NODE_DRAINING : GPUSIM_NODE_DRAINED;
    }
    return GPUSIM_NODE_UP;
}

// a node that starts again resets its GPUs
static gpusim_status start_again(gpusim_sim *sim, uint32_t node, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gs_physics_node_up(sim, node);
    for (uint32_t f = next_mend(sim, node, GS_MEND_RESET); f != GPUSIM_NONE;
         f = next_mend(sim, node, GS_MEND_RESET)) {
        GPUSIM_TRY(gs_fault_end(sim, f, err));
    }
cleanup:
    return status;
}

gpusim_status gs_node_life_update(gpusim_sim *sim, uint32_t node, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    uint32_t before = GS_NODE(sim, node)->state;
    if (before == GPUSIM_NODE_REMOVED) {
        return GPUSIM_OK;
    }
    GPUSIM_TRY(update_crew(sim, node, err));
    int was_down = before == GPUSIM_NODE_DOWN || before == GPUSIM_NODE_REPAIRING;
    int is_down = (gs_node_effect(sim, node)->flags & GS_FAULT_DOWN) != 0;
    if (was_down && !is_down) {
        GPUSIM_TRY(start_again(sim, node, err));
    }
    GPUSIM_TRY(gs_node_set(sim, node, state_of(sim, node), err));
    if (is_down != was_down) {
        GPUSIM_TRY(gs_clocks_of_node(sim, node, err));
        if (gs_is_physical(sim)) {
            gs_mark_node(sim, node);
        }
    }
cleanup:
    return status;
}

gpusim_status gs_node_life_drain(gpusim_sim *sim, uint32_t node, int drained, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    uint32_t state = GS_NODE(sim, node)->state;
    int closed = state == GPUSIM_NODE_DRAINING || state == GPUSIM_NODE_DRAINED;
    if (!closed && drained == GS_LIFE(sim, node)->drained) {
        return GPUSIM_OK;
    }
    GS_LIFE(sim, node)->drained = (uint8_t)drained;
    if (!drained && closed) {
        GPUSIM_TRY(start_again(sim, node, err));
    }
    GPUSIM_TRY(gs_node_life_update(sim, node, err));
cleanup:
    return status;
}
