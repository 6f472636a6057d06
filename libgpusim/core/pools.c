/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Groups whose nodes are not all in service: spares that stand in for nodes which take no jobs, and
 * nodes that join while jobs wait and leave when they have been idle. Both are looked at after each
 * batch in which something has moved.
 *
 *   spares     in service = nodes - spares: as many join as are lost; who comes back becomes the
 * spare growing    while `queue` jobs wait, `step` nodes at a time join; when fewer do, whoever
 * beyond `count` has had no job for `idle` since, leaves
 */
#include <math.h>

#include "core/fleet.h"

#define POOL(sim, g)  (&(sim)->model->pools[g])
#define STATE(sim, g) (&GS_AT((sim)->pools, gs_pool_state, g))

static uint32_t end_of(const gpusim_sim *sim, uint32_t g)
{
    const gpusim_group_info *group = &sim->model->cluster.groups[g];
    return group->first_node + group->nodes;
}

gpusim_status gs_pools_begin(gpusim_sim *sim, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    if (!sim->model->pools) {
        return GPUSIM_OK;
    }
    GPUSIM_TRY(gs_node_life_begin(sim, err));
    GPUSIM_TRY(gs_array_resize(&sim->pools, sim->model->cluster.group_count, err));
    GPUSIM_TRY(gs_array_resize(&sim->members, sim->nodes.count, err));
    GPUSIM_TRY(gpusim_engine_schedule(sim->engine, 0, GS_CLASS_REPAIR, GS_ON_JOIN, GPUSIM_NONE, 0,
                                      NULL, err));
cleanup:
    return status;
}

// at time 0, when somebody listens: who is not in service from the beginning
static gpusim_status hold_back(gpusim_sim *sim, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    const gs_cluster *cluster = &sim->model->cluster;
    for (uint32_t g = 0; g < cluster->group_count; g++) {
        const gs_pool *pool = POOL(sim, g);
        uint32_t end = end_of(sim, g), last = cluster->groups[g].first_node + pool->count;
        for (uint32_t n = last; pool->queue > 0 && n < end; n++) {
            GPUSIM_TRY(gs_node_hold(sim, n, GS_HELD_AWAY, 0, err));
        }
        for (uint32_t n = last - pool->spares; n < last; n++) {
            GPUSIM_TRY(gs_node_hold(sim, n, GS_HELD_SPARE, 0, err));
        }
    }
cleanup:
    return status;
}

void gs_pool_touched(gpusim_sim *sim, uint32_t node)
{
    if (sim->members.count > 0) {
        STATE(sim, GS_NODE(sim, node)->group)->moved = 1;
    }
}

void gs_pool_emptied(gpusim_sim *sim, uint32_t node)
{
    if (sim->members.count > 0) {
        GS_MEMBER(sim, node)->idle = gpusim_engine_now(sim->engine);
        STATE(sim, GS_NODE(sim, node)->group)->moved = 1;
    }
}

void gs_pool_waits(gpusim_sim *sim, uint32_t slot, int sign)
{
    const gpusim_job_info *job = GS_JOB(sim, slot);
    for (uint32_t g = 0; g < sim->pools.count; g++) {
        if (POOL(sim, g)->queue > 0 && (job->group == GPUSIM_NONE || job->group == g) &&
            gs_cluster_takes(job, sim->view.groups[g].cluster)) {
            STATE(sim, g)->waiting += (uint32_t)sign;
        }
    }
}

// ---- joining ----

static gpusim_status begin_join(gpusim_sim *sim, uint32_t g, uint32_t node, gpusim_error *err)
{
    gpusim_time at = gpusim_time_add(gpusim_engine_now(sim->engine), POOL(sim, g)->join);
    GS_MEMBER(sim, node)->joins = 1;
    STATE(sim, g)->joining++;
    return gpusim_engine_schedule(sim->engine, at, GS_CLASS_REPAIR, GS_ON_JOIN, node, 0,
                                  &GS_MEMBER(sim, node)->event, err);
}

static void give_up_join(gpusim_sim *sim, uint32_t g, uint32_t node)
{
    (void)gpusim_engine_cancel(sim->engine, &GS_MEMBER(sim, node)->event);
    GS_MEMBER(sim, node)->joins = 0;
    STATE(sim, g)->joining--;
}

gpusim_status gs_on_join(void *context, const gpusim_event *event, gpusim_error *err)
{
    gpusim_sim *sim = context;
    gpusim_status status = GPUSIM_OK;
    uint32_t node = event->entity;
    if (node == GPUSIM_NONE) {
        return hold_back(sim, err);
    }
    uint32_t g = GS_NODE(sim, node)->group, name = POOL(sim, g)->who;
    gs_member *member = GS_MEMBER(sim, node);
    member->event = (gpusim_event_id){0};
    member->joins = 0;
    member->idle = gpusim_engine_now(sim->engine);
    STATE(sim, g)->joining--;
    STATE(sim, g)->moved = 1;
    GPUSIM_TRY(gs_emit_action(sim, name, GPUSIM_ACTION_ADD, node, (double)NAN, err));
    GPUSIM_TRY(gs_node_hold(sim, node, 0, GS_HELD_AWAY | GS_HELD_SPARE, err));
cleanup:
    return status;
}

static gpusim_status leave(gpusim_sim *sim, uint32_t g, uint32_t node, uint32_t how,
                           gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    GPUSIM_TRY(
        gs_emit_action(sim, POOL(sim, g)->who, GPUSIM_ACTION_REMOVE, node, (double)NAN, err));
    GPUSIM_TRY(gs_node_hold(sim, node, how, 0, err));
cleanup:
    return status;
}

// ---- spares ----

/* What a group with spares has. */
typedef struct in_service {
    uint32_t working, joining;
} in_service;

static void give_up_last(gpusim_sim *sim, uint32_t g)
{
    uint32_t n = end_of(sim, g) - 1;
    while (!GS_MEMBER(sim, n)->joins) {
        n--;
    }
    give_up_join(sim, g, n);
}

// who has come back, and is not needed any more, is the spare now
static gpusim_status balance(gpusim_sim *sim, uint32_t g, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    const gpusim_group_info *group = &sim->model->cluster.groups[g];
    uint32_t wanted = group->nodes - POOL(sim, g)->spares;
    in_service have = {0};

    // those that never left come first: who has come back is counted behind them
    for (uint32_t n = group->first_node; n < end_of(sim, g); n++) {
        int spare = (GS_LIFE(sim, n)->held & GS_HELD_SPARE) != 0;
        if (!gs_node_lost(sim, n) && !GS_MEMBER(sim, n)->lost) {
            have.working += !spare;
            have.joining += spare && GS_MEMBER(sim, n)->joins;
        }
    }
    for (uint32_t n = group->first_node; n < end_of(sim, g); n++) {
        gs_member *member = GS_MEMBER(sim, n);
        uint32_t lost = (uint32_t)gs_node_lost(sim, n), was = member->lost;
        int spare = (GS_LIFE(sim, n)->held & GS_HELD_SPARE) != 0;
        member->lost = lost;
        if (lost && member->joins) {
            give_up_join(sim, g, n);
        }
        if (lost || !was || spare) {
            continue;
        }
        if (have.working + have.joining < wanted) {
            have.working++;
        } else if (have.joining > 0) {
            give_up_last(sim, g); // a spare that was on its way is not needed any more
            have.joining--;
            have.working++;
        } else {
            GPUSIM_TRY(leave(sim, g, n, GS_HELD_SPARE, err));
        }
    }
    for (uint32_t n = group->first_node; n < end_of(sim, g) && have.working + have.joining < wanted;
         n++) {
        int spare = (GS_LIFE(sim, n)->held & GS_HELD_SPARE) != 0;
        if (spare && !GS_MEMBER(sim, n)->lost && !GS_MEMBER(sim, n)->joins) {
            GPUSIM_TRY(begin_join(sim, g, n, err));
            have.joining++;
        }
    }
cleanup:
    return status;
}

// ---- growing and shrinking ----

static gpusim_status grow(gpusim_sim *sim, uint32_t g, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    uint32_t left = POOL(sim, g)->step;
    uint32_t first = sim->model->cluster.groups[g].first_node + POOL(sim, g)->count;
    for (uint32_t n = first; n < end_of(sim, g) && left > 0; n++) {
        if (GS_LIFE(sim, n)->held & GS_HELD_AWAY) {
            GPUSIM_TRY(begin_join(sim, g, n, err));
            left--;
        }
    }
cleanup:
    return status;
}

// when an idle node beyond the least has been so for long enough; GPUSIM_TIME_MAX: it is busy
static gpusim_time leaves_at(const gpusim_sim *sim, uint32_t g, uint32_t node)
{
    gpusim_time idle = GS_MEMBER(sim, node)->idle, calm = STATE(sim, g)->calm;
    if (GS_NODE(sim, node)->jobs > 0 || calm == GPUSIM_TIME_MAX ||
        GS_LIFE(sim, node)->held & GS_HELD_AWAY) {
        return GPUSIM_TIME_MAX;
    }
    return gpusim_time_add(idle > calm ? idle : calm, POOL(sim, g)->idle);
}

// an event that is there already comes no later than anybody may leave
static gpusim_status await_leave(gpusim_sim *sim, uint32_t g, gpusim_error *err)
{
    gs_pool_state *state = STATE(sim, g);
    gpusim_time next = GPUSIM_TIME_MAX;
    uint32_t first = sim->model->cluster.groups[g].first_node + POOL(sim, g)->count;
    if (gpusim_engine_pending(sim->engine, state->leave, NULL)) {
        return GPUSIM_OK;
    }
    for (uint32_t n = first; n < end_of(sim, g); n++) {
        gpusim_time at = leaves_at(sim, g, n);
        next = at < next ? at : next;
    }
    return next == GPUSIM_TIME_MAX
               ? GPUSIM_OK
               : gs_background_schedule(sim, next, GS_ON_LEAVE, g, 0, &state->leave, err);
}

gpusim_status gs_on_leave(void *context, const gpusim_event *event, gpusim_error *err)
{
    gpusim_sim *sim = context;
    gpusim_status status = GPUSIM_OK;
    uint32_t g = event->entity;
    uint32_t first = sim->model->cluster.groups[g].first_node + POOL(sim, g)->count;
    gs_background_fired(sim);
    STATE(sim, g)->leave = (gpusim_event_id){0};
    STATE(sim, g)->moved = 1;
    for (uint32_t n = first; n < end_of(sim, g); n++) {
        if (leaves_at(sim, g, n) <= gpusim_engine_now(sim->engine)) {
            GPUSIM_TRY(leave(sim, g, n, GS_HELD_AWAY, err));
        }
    }
cleanup:
    return status;
}

static gpusim_status scale(gpusim_sim *sim, uint32_t g, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gs_pool_state *state = STATE(sim, g);
    int calm = state->waiting < POOL(sim, g)->queue;
    if (calm != (state->calm != GPUSIM_TIME_MAX)) {
        state->calm = calm ? gpusim_engine_now(sim->engine) : GPUSIM_TIME_MAX;
        state->moved = 1;
    }
    if (!calm && state->joining == 0 && state->moved) {
        GPUSIM_TRY(grow(sim, g, err));
    }
    if (calm && state->moved) {
        GPUSIM_TRY(await_leave(sim, g, err));
    }
cleanup:
    return status;
}

gpusim_status gs_pools_pass(gpusim_sim *sim, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    for (uint32_t g = 0; g < sim->pools.count; g++) {
        if (POOL(sim, g)->queue > 0) {
            GPUSIM_TRY(scale(sim, g, err));
        } else if (POOL(sim, g)->spares > 0 && STATE(sim, g)->moved) {
            GPUSIM_TRY(balance(sim, g, err));
        }
        STATE(sim, g)->moved = 0;
    }
cleanup:
    return status;
}
