/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The invariants of who looks after nodes: who is silent is about to be seen offline, maintenance
 * holds whom its windows say, and groups have in service who should be. */
#include "core/fleet.h"

#define GS_BROKEN(...) gpusim_fail(err, GPUSIM_INTERNAL, __VA_ARGS__)

static int awaits(const gpusim_sim *sim, gpusim_event_id id, uint16_t handler, uint32_t entity)
{
    gpusim_event event;
    return gpusim_engine_pending(sim->engine, id, &event) && event.handler == handler &&
           event.entity == entity;
}

static gpusim_status check_pulses(const gpusim_sim *sim, gpusim_error *err)
{
    // where nothing can be silent, nodes have no lives
    for (uint32_t n = 0; sim->pulses.count > 0 && n < sim->lives.count; n++) {
        const gs_pulse *pulse = GS_PULSE(sim, n);
        int silent = pulse->silent != GPUSIM_TIME_MAX;
        if (silent != gs_is_silent(sim, n)) {
            return GS_BROKEN("the heartbeat of node %u is not what its faults say", n);
        }
        if (silent != (int)pulse->offline && !awaits(sim, pulse->event, GS_ON_PULSE, n)) {
            return GS_BROKEN("node %u will never be seen %s", n, silent ? "offline" : "again");
        }
    }
    return GPUSIM_OK;
}

static gpusim_status check_services(const gpusim_sim *sim, gpusim_error *err)
{
    const uint32_t bits = GS_HELD_CLOSING | GS_HELD_SERVICED;
    for (uint32_t n = 0; sim->services.count > 0 && n < sim->lives.count; n++) {
        if ((GS_LIFE(sim, n)->held & bits) != gs_service_of(sim, n)) {
            return GS_BROKEN("node %u is not as its maintenance windows say", n);
        }
    }
    return GPUSIM_OK;
}

// ---- groups ----

/* Nodes of a group. */
typedef struct tally {
    uint32_t joining, working, ready; /* ready: spares that could join */
} tally;

static gpusim_status count_members(const gpusim_sim *sim, uint32_t g, tally *sum, gpusim_error *err)
{
    const gpusim_group_info *group = &sim->model->cluster.groups[g];
    const gs_pool *pool = &sim->model->pools[g];
    for (uint32_t i = 0; i < group->nodes; i++) {
        uint32_t n = group->first_node + i, held = GS_LIFE(sim, n)->held;
        const gs_member *member = GS_MEMBER(sim, n);
        if ((held & GS_HELD_AWAY && (pool->queue == 0 || i < pool->count)) ||
            (held & GS_HELD_SPARE && pool->spares == 0)) {
            return GS_BROKEN("node %u is held back from a group that needs it", n);
        }
        if ((int)member->joins != awaits(sim, member->event, GS_ON_JOIN, n) ||
            (member->joins && !(held & (GS_HELD_AWAY | GS_HELD_SPARE)))) {
            return GS_BROKEN("node %u joins, and nobody waits for it", n);
        }
        int lost = gs_node_lost(sim, n), spare = (held & GS_HELD_SPARE) != 0;
        sum->joining += member->joins;
        sum->working += !lost && !spare;
        sum->ready += !lost && spare && !member->joins;
    }
    return GPUSIM_OK;
}

static uint32_t count_waiting(const gpusim_sim *sim, uint32_t g)
{
    uint32_t count = 0;
    for (uint32_t slot = 0; slot < sim->jobs.count; slot++) {
        const gpusim_job_info *job = GS_JOB(sim, slot);
        count += job->id.generation != 0 && job->state == GPUSIM_JOB_QUEUED &&
                 (job->group == GPUSIM_NONE || job->group == g);
    }
    return count;
}

static gpusim_status check_pool(const gpusim_sim *sim, uint32_t g, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    const gs_pool *pool = &sim->model->pools[g];
    const gs_pool_state *state = &GS_AT(sim->pools, gs_pool_state, g);
    uint32_t wanted = sim->model->cluster.groups[g].nodes - pool->spares;
    tally sum = {0};
    GPUSIM_TRY(count_members(sim, g, &sum, err));
    if (sum.joining != state->joining) {
        return GS_BROKEN("%u nodes join group %u, not %u", sum.joining, g, state->joining);
    }
    if (pool->queue > 0 && count_waiting(sim, g) != state->waiting) {
        return GS_BROKEN("other than %u jobs wait for group %u", state->waiting, g);
    }

    // spares stand back at time 0, and in for others after each batch
    int begun = gpusim_engine_now(sim->engine) > 0 && !state->moved;
    uint32_t have = sum.working + sum.joining;
    if (pool->spares > 0 && begun && (have > wanted || (have < wanted && sum.ready > 0))) {
        return GS_BROKEN("group %u has %u nodes in service of %u, and %u spares", g, have, wanted,
                         sum.ready);
    }
cleanup:
    return status;
}

gpusim_status gs_fleet_check(const gpusim_sim *sim, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    GPUSIM_TRY(check_pulses(sim, err));
    GPUSIM_TRY(check_services(sim, err));
    for (uint32_t g = 0; g < sim->pools.count; g++) {
        GPUSIM_TRY(check_pool(sim, g, err));
    }
cleanup:
    return status;
}
