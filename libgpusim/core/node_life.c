/* SPDX-License-Identifier: GPL-3.0-or-later */
/* States of nodes that can fail:
 *
 *   up -> draining -> drained     by somebody, or because of a GPU that is off or stands still
 *   any -> down -> repairing -> up
 *   any -> removed
 *
 * Each follows from the node's faults, from whether a crew is there, from what somebody has done to
 * it and from its jobs. A node that is down comes up when no fault keeps it down any more and it
 * is not killed, whatever anybody says. Crews go to who asked first, then to the lowest index, and
 * mend one fault after another. */
#include "core/fleet.h"
#include "core/plant.h"

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
    return gs_fault_with(sim, scope, entity, mend == GS_MEND_RESET ? GS_SUM_RESET : GS_SUM_REPAIR);
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
    int gone =
        (life->held & (GS_HELD_REMOVED | GS_HELD_AWAY)) != 0; // nobody mends what is not there
    uint32_t next = gone ? GPUSIM_NONE : next_mend(sim, node, GS_MEND_REPAIR);
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
    gs_fault_refresh(sim, fault);
    uint32_t next = next_mend(sim, node, GS_MEND_REPAIR);
    if (next != GPUSIM_NONE) {
        GS_KEEP(sim, begin_work(sim, node, next, &sim->failure_error));
    }
}

// ---- states ----

// whether somebody has to do something about a fault on which nothing could run
static int is_broken(const gpusim_sim *sim, uint32_t scope, uint32_t entity)
{
    return gs_fault_with(sim, scope, entity, GS_SUM_BROKEN) != GPUSIM_NONE;
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

// takes no new jobs, but not because it is a spare
static int is_closed(const gpusim_sim *sim, uint32_t node)
{
    return (GS_LIFE(sim, node)->held &
            (GS_HELD_DRAINED | GS_HELD_CORDONED | GS_HELD_PAUSED | GS_HELD_CLOSING)) ||
           (gs_node_effect(sim, node)->flags & GS_FAULT_CLOSED) || has_broken_gpu(sim, node);
}

int gs_node_lost(const gpusim_sim *sim, uint32_t node)
{
    return GS_LIFE(sim, node)->held & GS_HELD_REMOVED ||
           gs_node_effect(sim, node)->flags & GS_FAULT_DOWN || is_closed(sim, node);
}

static gpusim_node_state state_of(const gpusim_sim *sim, uint32_t node)
{
    const gs_node_life *life = GS_LIFE(sim, node);
    uint32_t flags = gs_node_effect(sim, node)->flags;
    if (life->held & (GS_HELD_REMOVED | GS_HELD_AWAY)) {
        return GPUSIM_NODE_REMOVED;
    }
    if (flags & GS_FAULT_DOWN) {
        return life->mends != GPUSIM_NONE ? GPUSIM_NODE_REPAIRING : GPUSIM_NODE_DOWN;
    }
    if (life->held & GS_HELD_SPARE || is_closed(sim, node)) {
        return GS_NODE(sim, node)->jobs ? GPUSIM_NODE_DRAINING : GPUSIM_NODE_DRAINED;
    }
    return GPUSIM_NODE_UP;
}

// a node that starts again resets its GPUs; that it does so is no news for the node itself
static gpusim_status start_again(gpusim_sim *sim, uint32_t node, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gs_physics_node_up(sim, node);
    gs_reach reach = gs_reach_of(sim, GS_FAULT_ON_NODE, node);
    for (uint32_t g = reach.first_gpu; g < reach.end_gpu; g++) {
        gs_gpu_errors_restart(sim, g);
    }
    GS_LIFE(sim, node)->starts = 1;
    for (uint32_t f = next_mend(sim, node, GS_MEND_RESET); f != GPUSIM_NONE;
         f = next_mend(sim, node, GS_MEND_RESET)) {
        GPUSIM_TRY(gs_fault_end(sim, f, err));
    }
cleanup:
    GS_LIFE(sim, node)->starts = 0;
    return status;
}

gpusim_status gs_node_life_update(gpusim_sim *sim, uint32_t node, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    if (GS_LIFE(sim, node)->starts) {
        return GPUSIM_OK; // whoever starts it looks at all of it afterwards
    }
    int was_down = gs_node_dead(sim, node);
    GPUSIM_TRY(update_crew(sim, node, err));
    int is_down = (gs_node_effect(sim, node)->flags & GS_FAULT_DOWN) != 0;
    if (was_down && !is_down) {
        GPUSIM_TRY(start_again(sim, node, err));
    }
    GPUSIM_TRY(gs_node_set(sim, node, state_of(sim, node), err));
    GPUSIM_TRY(gs_pulse_changed(sim, node, err));
    gs_pool_touched(sim, node);
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
    gs_node_life *life = GS_LIFE(sim, node);
    int closed = state == GPUSIM_NODE_DRAINING || state == GPUSIM_NODE_DRAINED;
    int empty = state == GPUSIM_NODE_DRAINED;
    if (!closed && drained == ((life->held & GS_HELD_DRAINED) != 0)) {
        return GPUSIM_OK;
    }
    life->held &= (uint16_t)~GS_HELD_DRAINED;
    life->held |= (uint16_t)(drained ? GS_HELD_DRAINED : 0);
    if (!drained && empty) { // while jobs run there nobody resets anything
        GPUSIM_TRY(start_again(sim, node, err));
    }
    GPUSIM_TRY(gs_node_life_update(sim, node, err));
cleanup:
    return status;
}

// ---- what somebody does to a node ----

gpusim_status gs_node_life_begin(gpusim_sim *sim, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    if (sim->lives.count > 0) {
        return GPUSIM_OK;
    }
    GPUSIM_TRY(gs_fault_set_create(sim, err));
    for (uint32_t n = 0; n < sim->nodes.count; n++) {
        uint32_t state = GS_NODE(sim, n)->state;
        int drained = state == GPUSIM_NODE_DRAINING || state == GPUSIM_NODE_DRAINED;
        GS_LIFE(sim, n)->held = (uint16_t)(drained ? GS_HELD_DRAINED : 0);
    }
cleanup:
    return status;
}

gpusim_status gs_node_hold(gpusim_sim *sim, uint32_t node, uint32_t begin, uint32_t end,
                           gpusim_error *err)
{
    gs_node_life *life = GS_LIFE(sim, node);
    uint32_t held = (life->held & ~end) | begin, moved = held ^ life->held;
    life->held = (uint16_t)held;
    GS_FAULT_TOTALS(sim)->paused += (moved & begin & GS_HELD_PAUSED) != 0;
    GS_FAULT_TOTALS(sim)->paused -= (moved & end & GS_HELD_PAUSED) != 0;
    if (moved & (GS_HELD_DEAD | GS_HELD_PAUSED)) {
        return gs_faults_changed(sim, GS_FAULT_ON_NODE, node, err);
    }
    return moved ? gs_node_life_update(sim, node, err) : GPUSIM_OK;
}

gpusim_status gs_node_reboot(gpusim_sim *sim, uint32_t node, gpusim_time span, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gs_node_life *life = GS_LIFE(sim, node);
    if (life->held & GS_HELD_DEAD) {
        return GPUSIM_OK;
    }
    gpusim_time back = gpusim_time_add(gpusim_engine_now(sim->engine), span);
    GPUSIM_TRY(gpusim_engine_schedule(sim->engine, back, GS_CLASS_REPAIR, GS_ON_BACK, node, 0,
                                      &life->back, err));
    GPUSIM_TRY(gs_node_hold(sim, node, GS_HELD_STARTING, 0, err));
cleanup:
    return status;
}

gpusim_status gs_on_back(void *context, const gpusim_event *event, gpusim_error *err)
{
    gpusim_sim *sim = context;
    gpusim_status status = GPUSIM_OK;
    GS_LIFE(sim, event->entity)->back = (gpusim_event_id){0};

    // its GPUs are reset when it comes up with that: who has been killed or removed stays as it is
    GPUSIM_TRY(gs_node_hold(sim, event->entity, 0, GS_HELD_STARTING, err));
cleanup:
    return status;
}

// all that a repair ends: what they have corrupted is not in the node any more
static gpusim_status end_all(gpusim_sim *sim, uint32_t scope, uint32_t entity, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    for (uint32_t f = gs_fault_with(sim, scope, entity, GS_SUM_IN_NODE); f != GPUSIM_NONE;
         f = gs_fault_with(sim, scope, entity, GS_SUM_IN_NODE)) {
        GPUSIM_TRY(gs_fault_end(sim, f, err));
    }
cleanup:
    return status;
}

gpusim_status gs_node_repair(gpusim_sim *sim, uint32_t node, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gs_reach reach = gs_reach_of(sim, GS_FAULT_ON_NODE, node);
    GPUSIM_TRY(end_all(sim, GS_FAULT_ON_NODE, node, err));
    for (uint32_t g = reach.first_gpu; g < reach.end_gpu; g++) {
        GPUSIM_TRY(end_all(sim, GS_FAULT_ON_GPU, g, err));
    }
    gs_physics_node_up(sim, node);
    GPUSIM_TRY(gs_node_hold(sim, node, 0, GS_HELD_KILLED, err));
cleanup:
    return status;
}

gpusim_status gs_gpu_reset(gpusim_sim *sim, uint32_t gpu, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    uint32_t node = gs_reach_of(sim, GS_FAULT_ON_GPU, gpu).first_node;
    if (gs_node_dead(sim, node)) {
        return GPUSIM_OK;
    }
    GPUSIM_TRY(gs_fault_kill(sim, GS_FAULT_ON_GPU, gpu, GPUSIM_REASON_GPU_LOST, err));
    for (uint32_t f = find_mend(sim, GS_FAULT_ON_GPU, gpu, GS_MEND_RESET); f != GPUSIM_NONE;
         f = find_mend(sim, GS_FAULT_ON_GPU, gpu, GS_MEND_RESET)) {
        GPUSIM_TRY(gs_fault_end(sim, f, err));
    }
    gs_physics_gpu_up(sim, gpu);
    GPUSIM_TRY(gs_node_life_update(sim, node, err));
cleanup:
    return status;
}
