/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What can be done to a cluster, whoever asks: scheduler, scenario, replay or the program. */
#include <math.h>
#include <string.h>

#include "core/elastic.h"
#include "core/fleet.h"

// ---- starting, preempting, migrating ----

// a limit counts from this allocation; one that cannot be reached needs no event
static gpusim_status schedule_limit(gpusim_sim *sim, uint32_t slot, gpusim_error *err)
{
    const gpusim_job_info *job = GS_JOB(sim, slot);
    gs_live *live = GS_LIVE(sim, slot);
    gpusim_time now = gpusim_engine_now(sim->engine);
    int kill =
        live->log == GPUSIM_NONE || !GS_AT(sim->model->workload.jobs, gs_job, live->log).is_log
            ? sim->model->kill_other
            : sim->model->kill_log;
    if (kill && job->walltime != GPUSIM_TIME_MAX) {
        gpusim_time limit = gpusim_time_add(now, gpusim_time_add(job->walltime, sim->model->grace));
        if (!live->plain || limit < gs_progress_end(sim, slot)) {
            return gpusim_engine_schedule(sim->engine, limit, GS_CLASS_LIMIT, GS_ON_LIMIT, slot, 0,
                                          &live->limit, err);
        }
    }
    return GPUSIM_OK;
}

gpusim_refusal gs_start(gpusim_sim *sim, uint32_t slot, const gpusim_placement *placement)
{
    gs_sim_integrate(sim);

    // what could fail for want of memory comes before anything changes
    GS_KEEP(sim, gs_array_reserve(&sim->running, sim->running.count + 1, &sim->failure_error));
    sim->view.running = sim->running.data; // shown even if the start is refused
    if (sim->failure != GPUSIM_OK) {
        return GPUSIM_REFUSED_MEMORY;
    }
    GS_LIVE(sim, slot)->began = gpusim_engine_now(sim->engine);
    gpusim_refusal refusal = gs_allocation_take(sim, slot, placement, 0);
    if (refusal != GPUSIM_ACCEPTED) {
        return refusal;
    }
    gpusim_job_info *job = GS_JOB(sim, slot);
    gs_live *live = GS_LIVE(sim, slot);
    gs_totals *totals = GS_TOTALS(sim);
    gpusim_time now = gpusim_engine_now(sim->engine);

    // from the queue to the running list
    job->state = GPUSIM_JOB_RUNNING;
    job->start = job->settled = now;
    live->running_at = sim->running.count;
    GS_KEEP(sim, gs_array_push(&sim->running, &slot, &sim->failure_error));
    sim->view.running = sim->running.data;
    sim->view.running_count = sim->running.count;
    totals->queued_now--;
    gs_pool_waits(sim, slot, -1);
    GS_USER(sim, slot)->queued--;
    GS_USER(sim, slot)->running++;
    if (job->vc != GPUSIM_NONE) {
        GS_AT(sim->vcs, gpusim_vc_info, job->vc).queued--;
    }
    if (job->attempts++ == 0) {
        live->first_start = now;
    } else {
        totals->restarts++;
        live->loading = gs_restart_span(sim, slot);
        live->begins = live->owed > 0 || live->loading > 0;
    }
    GS_KEEP(sim, gs_progress_start(sim, slot, &sim->failure_error));
    GS_KEEP(sim, schedule_limit(sim, slot, &sim->failure_error));
    GS_KEEP(sim, gs_emit_event(sim, GPUSIM_EVENT_START, job->order, 0, &sim->failure_error));
    if (gs_may_fail(sim)) {
        GS_KEEP(sim, gs_faults_joined(sim, slot, &sim->failure_error));
    }
    return GPUSIM_ACCEPTED;
}

static uint64_t order_of(const gpusim_sim *sim, gpusim_job_id id)
{
    return gs_job_alive(sim, id) ? GS_JOB(sim, id.index)->order : UINT64_MAX;
}

// every decision is recorded, with its refusal if it was refused; once something has failed nothing
// is decided any more
static gpusim_refusal record(gpusim_sim *sim, gpusim_decision what, uint64_t order,
                             const gpusim_placement *placement, const char *reason,
                             gpusim_refusal refusal)
{
    gs_totals *totals = GS_TOTALS(sim);
    if (refusal == GPUSIM_ACCEPTED) {
        totals->refused_in_row = totals->idle_wakes = 0;
    } else {
        totals->refused++;
        totals->refused_in_row++;
    }
    GS_KEEP(sim,
            gs_emit_decision(sim, what, order, placement, reason, refusal, &sim->failure_error));
    return refusal;
}

static gpusim_refusal decide_start(void *core, gpusim_job_id id, const gpusim_placement *placement,
                                   const char *reason)
{
    gpusim_sim *sim = core;
    gpusim_refusal refusal = GPUSIM_REFUSED_NO_JOB;
    if (sim->failure != GPUSIM_OK) {
        return refusal;
    }
    if (gs_job_alive(sim, id) && GS_JOB(sim, id.index)->state == GPUSIM_JOB_QUEUED) {
        refusal = gs_start(sim, id.index, placement);
        if (refusal == GPUSIM_ACCEPTED) {
            gs_policy_started(sim->policy, id.index);
        }
    }
    return record(sim, GPUSIM_DECISION_START, order_of(sim, id), placement, reason, refusal);
}

static gpusim_refusal decide_preempt(void *core, gpusim_job_id id, const char *reason)
{
    gpusim_sim *sim = core;
    if (sim->failure != GPUSIM_OK) {
        return GPUSIM_REFUSED_NO_JOB;
    }
    if (!gs_job_alive(sim, id) || GS_JOB(sim, id.index)->state != GPUSIM_JOB_RUNNING) {
        return record(sim, GPUSIM_DECISION_PREEMPT, UINT64_MAX, NULL, reason,
                      GPUSIM_REFUSED_NO_JOB);
    }
    const gpusim_job_info *job = GS_JOB(sim, id.index);
    GS_KEEP(sim, gs_job_preempt(sim, id.index, &sim->failure_error));
    GS_KEEP(sim, gs_emit_event(sim, GPUSIM_EVENT_PREEMPT, job->order, 0, &sim->failure_error));
    return record(sim, GPUSIM_DECISION_PREEMPT, job->order, NULL, reason, GPUSIM_ACCEPTED);
}

static gpusim_refusal decide_evict(void *core, gpusim_job_id id, uint32_t node, const char *reason)
{
    gpusim_sim *sim = core;
    if (sim->failure == GPUSIM_OK && gs_job_alive(sim, id) &&
        GS_JOB(sim, id.index)->state == GPUSIM_JOB_RUNNING) {
        GS_KEEP(sim, gs_job_avoid(sim, id.index, node, &sim->failure_error));
    }
    return decide_preempt(core, id, reason);
}

// Moves running jobs, all or none: each leaves its GPUs before any takes its new ones. Work goes on
// without a break, on new rows of allocations.
static gpusim_refusal move_jobs(gpusim_sim *sim, uint32_t count, const gpusim_job_id *ids,
                                const gpusim_placement *placements, int resizes)
{
    gpusim_placement *back = NULL;
    gpusim_part *old = NULL;
    gpusim_refusal refusal = GPUSIM_REFUSED_MEMORY;
    size_t parts = 0;
    for (uint32_t i = 0; i < count; i++) {
        parts += GS_JOB(sim, ids[i].index)->parts;
    }
    GS_KEEP(sim, gs_allocate(&back, count, sizeof *back, &sim->failure_error));
    GS_KEEP(sim, gs_allocate(&old, parts, sizeof *old, &sim->failure_error));
    if (!back || !old) {
        goto cleanup;
    }

    // off their GPUs, which are remembered
    gs_sim_integrate(sim);
    parts = 0;
    for (uint32_t i = 0; i < count; i++) {
        const gpusim_job_info *job = GS_JOB(sim, ids[i].index);
        back[i] =
            (gpusim_placement){.parts = old + parts, .count = job->parts, .capacity = job->parts};
        memcpy(back[i].parts, sim->view.parts + job->first_part, job->parts * sizeof *old);
        parts += job->parts;
        gs_progress_leave(sim, ids[i].index);
        gs_allocation_release(sim, ids[i].index);
    }

    // onto the others, or all back again
    uint32_t taken = 0;
    refusal = GPUSIM_ACCEPTED;
    while (taken < count && refusal == GPUSIM_ACCEPTED) {
        refusal = gs_allocation_take(sim, ids[taken].index, &placements[taken], 0);
        taken += refusal == GPUSIM_ACCEPTED;
    }
    for (uint32_t i = 0; i < taken && refusal != GPUSIM_ACCEPTED; i++) {
        gs_allocation_release(sim, ids[i].index);
    }
    for (uint32_t i = 0; i < count && refusal != GPUSIM_ACCEPTED; i++) {
        if (gs_allocation_take(sim, ids[i].index, &back[i], 1) != GPUSIM_ACCEPTED) {
            GS_KEEP(sim, gpusim_fail(&sim->failure_error, GPUSIM_INTERNAL,
                                     "a job lost its GPUs to a refused migration"));
        }
        gs_progress_back(sim, ids[i].index);
    }
    gpusim_time now = gpusim_engine_now(sim->engine);
    for (uint32_t i = 0; i < count && refusal == GPUSIM_ACCEPTED; i++) {
        gpusim_job_info *job = GS_JOB(sim, ids[i].index);
        GS_KEEP(sim, gs_emit_allocation(sim, ids[i].index, back[i].parts, back[i].count,
                                        &sim->failure_error));
        GS_LIVE(sim, ids[i].index)->allocated += now - job->start;
        job->start = now;
        gs_progress_settle(sim, ids[i].index);
        if (resizes) {
            gs_job_resized(sim, ids[i].index);
        }
        GS_KEEP(sim, gs_progress_start(sim, ids[i].index, &sim->failure_error));
        if (gs_may_fail(sim)) {
            GS_KEEP(sim, gs_faults_joined(sim, ids[i].index, &sim->failure_error));
        }
    }
cleanup:
    gs_release(&back);
    gs_release(&old);
    return refusal;
}

static gpusim_refusal decide_exchange(void *core, uint32_t count, const gpusim_job_id *ids,
                                      const gpusim_placement *placements, const char *reason)
{
    gpusim_sim *sim = core;
    if (sim->failure != GPUSIM_OK) {
        return GPUSIM_REFUSED_NO_JOB;
    }
    for (uint32_t i = 0; i < count; i++) {
        if (!gs_job_alive(sim, ids[i]) || GS_JOB(sim, ids[i].index)->state != GPUSIM_JOB_RUNNING) {
            return record(sim, GPUSIM_DECISION_MIGRATE, UINT64_MAX, &placements[i], reason,
                          GPUSIM_REFUSED_NO_JOB);
        }
    }
    gpusim_refusal refusal = GPUSIM_ACCEPTED;
    for (uint32_t i = 0; i < count; i++) {
        if (gs_placement_gpus(&placements[i]) != GS_JOB(sim, ids[i].index)->gpus) {
            refusal = GPUSIM_REFUSED_GPUS;
        }
    }
    if (refusal == GPUSIM_ACCEPTED) {
        refusal = move_jobs(sim, count, ids, placements, 0);
    }
    for (uint32_t i = 0; i < count; i++) {
        uint64_t order = GS_JOB(sim, ids[i].index)->order;
        if (refusal == GPUSIM_ACCEPTED) {
            GS_KEEP(sim, gs_emit_event(sim, GPUSIM_EVENT_MIGRATE, order, 0, &sim->failure_error));
        }
        record(sim, GPUSIM_DECISION_MIGRATE, order, &placements[i], reason, refusal);
    }
    return refusal;
}

static gpusim_refusal decide_migrate(void *core, gpusim_job_id id,
                                     const gpusim_placement *placement, const char *reason)
{
    return decide_exchange(core, 1, &id, placement, reason);
}

static gpusim_refusal decide_resize(void *core, gpusim_job_id id, const gpusim_placement *placement,
                                    const char *reason)
{
    gpusim_sim *sim = core;
    gpusim_refusal refusal = GPUSIM_REFUSED_NO_JOB;
    if (sim->failure != GPUSIM_OK) {
        return refusal;
    }
    if (gs_job_alive(sim, id) && GS_JOB(sim, id.index)->state == GPUSIM_JOB_RUNNING &&
        gs_job_elastic(GS_JOB(sim, id.index))) {
        uint64_t gpus = gs_placement_gpus(placement);
        gs_progress_settle(sim, id.index); // what it held until now was of the old number
        refusal = gpus == GS_JOB(sim, id.index)->gpus ? GPUSIM_REFUSED_GPUS
                                                      : move_jobs(sim, 1, &id, placement, 1);
    }
    if (refusal == GPUSIM_ACCEPTED) {
        const gpusim_job_info *job = GS_JOB(sim, id.index);
        gs_policy_resized(sim->policy, id.index);
        GS_KEEP(sim, gs_emit_event(sim, GPUSIM_EVENT_RESIZE, job->order, job->gpus,
                                   &sim->failure_error));
    }
    return record(sim, GPUSIM_DECISION_RESIZE, order_of(sim, id), placement, reason, refusal);
}

static gpusim_refusal decide_cancel(void *core, gpusim_job_id id, const char *reason)
{
    gpusim_sim *sim = core;
    if (sim->failure != GPUSIM_OK) {
        return GPUSIM_REFUSED_NO_JOB;
    }
    if (!gs_job_alive(sim, id)) {
        return record(sim, GPUSIM_DECISION_CANCEL, UINT64_MAX, NULL, reason, GPUSIM_REFUSED_NO_JOB);
    }
    uint64_t order = order_of(sim, id);
    GS_KEEP(sim, gs_job_end(sim, id.index, GPUSIM_JOB_CANCELLED, GPUSIM_REASON_SCHEDULER,
                            &sim->failure_error));
    return record(sim, GPUSIM_DECISION_CANCEL, order, NULL, reason, GPUSIM_ACCEPTED);
}

static gpusim_refusal fail_for_want_of_place(void *core, gpusim_job_id id)
{
    gpusim_sim *sim = core;
    if (sim->failure != GPUSIM_OK) {
        return GPUSIM_REFUSED_NO_JOB;
    }
    GS_KEEP(sim, gs_job_end(sim, id.index, GPUSIM_JOB_FAILED, GPUSIM_REASON_NO_FIT,
                            &sim->failure_error));
    return sim->failure == GPUSIM_OK ? GPUSIM_ACCEPTED : GPUSIM_REFUSED_NO_JOB;
}

void gs_actions_offer(gpusim_sim *sim)
{
    sim->decisions = (gpusim_decisions){
        .core = sim,
        .start = decide_start,
        .preempt = decide_preempt,
        .evict = decide_evict,
        .migrate = decide_migrate,
        .exchange = decide_exchange,
        .resize = decide_resize,
        .cancel = decide_cancel,
        .fail = sim->model->no_fit_fails ? fail_for_want_of_place : NULL,
        .wait = GPUSIM_TIME_MAX,
    };
}

// ---- nodes ----

gpusim_status gs_node_set(gpusim_sim *sim, uint32_t node, gpusim_node_state state,
                          gpusim_error *err)
{
    gpusim_node_info *info = GS_NODE(sim, node);
    gs_sim_integrate(sim);
    if (info->state == (uint32_t)state) {
        return GPUSIM_OK;
    }
    uint32_t *up = &GS_TOTALS(sim)->up;
    int was_up = info->state == GPUSIM_NODE_UP || info->state == GPUSIM_NODE_DRAINING;
    int is_up = state == GPUSIM_NODE_UP || state == GPUSIM_NODE_DRAINING;
    *up = *up + (is_up ? info->gpus : 0) - (was_up ? info->gpus : 0);
    GS_TOTALS(sim)->draining += (state == GPUSIM_NODE_DRAINING);
    GS_TOTALS(sim)->draining -= (info->state == GPUSIM_NODE_DRAINING);
    info->state = (uint32_t)state;
    gs_node_changed(sim, node);
    if (sim->policy) {
        gs_policy_freed(sim->policy);
    }
    GS_TOTALS(sim)->freed = 1;
    return gs_emit_event(sim, GPUSIM_EVENT_NODE, node, state, err);
}

gpusim_status gs_nodes_drained(gpusim_sim *sim, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    GS_TOTALS(sim)->emptied = 0;
    for (uint32_t n = 0; n < sim->nodes.count && GS_TOTALS(sim)->draining > 0; n++) {
        if (GS_NODE(sim, n)->state == GPUSIM_NODE_DRAINING && GS_NODE(sim, n)->jobs == 0) {
            GPUSIM_TRY(gs_node_set(sim, n, GPUSIM_NODE_DRAINED, err));
        }
    }
cleanup:
    return status;
}

gpusim_status gs_node_drain(gpusim_sim *sim, uint32_t node, gpusim_error *err)
{
    const gpusim_node_info *info = GS_NODE(sim, node);
    if (sim->lives.count > 0) {
        return gs_node_life_drain(sim, node, 1, err);
    }
    if (info->state != GPUSIM_NODE_UP) {
        return GPUSIM_OK;
    }
    return gs_node_set(sim, node, info->jobs ? GPUSIM_NODE_DRAINING : GPUSIM_NODE_DRAINED, err);
}

gpusim_status gs_node_undrain(gpusim_sim *sim, uint32_t node, gpusim_error *err)
{
    uint32_t state = GS_NODE(sim, node)->state;
    if (sim->lives.count > 0) {
        return gs_node_life_drain(sim, node, 0, err);
    }
    if (state != GPUSIM_NODE_DRAINING && state != GPUSIM_NODE_DRAINED) {
        return GPUSIM_OK;
    }
    gs_physics_node_up(sim, node);
    return gs_node_set(sim, node, GPUSIM_NODE_UP, err);
}

// ---- actions of the scenario ----

// the live job an action means, or GPUSIM_NONE: by source and id, or by the job's own name
static uint32_t find_job(const gpusim_sim *sim, const gs_timed_action *action)
{
    for (uint32_t slot = 0; slot < sim->jobs.count; slot++) {
        const gpusim_job_info *job = GS_JOB(sim, slot);
        const gs_live *live = GS_LIVE(sim, slot);
        if (job->id.generation == 0) {
            continue;
        }
        if (action->source == GPUSIM_NONE
                ? job->name == action->name
                : live->source == action->source && live->id == action->id) {
            return slot;
        }
    }
    return GPUSIM_NONE;
}

static gpusim_status cancel_named(gpusim_sim *sim, const gs_timed_action *action, uint64_t *entity,
                                  gpusim_error *err)
{
    uint32_t slot = find_job(sim, action);
    *entity = slot == GPUSIM_NONE ? UINT64_MAX : GS_JOB(sim, slot)->order;
    return slot == GPUSIM_NONE
               ? GPUSIM_OK
               : gs_job_end(sim, slot, GPUSIM_JOB_CANCELLED, GPUSIM_REASON_USER, err);
}

gpusim_status gs_on_action(void *context, const gpusim_event *event, gpusim_error *err)
{
    gpusim_sim *sim = context;
    gpusim_status status = GPUSIM_OK;
    const gs_timed_action *action = &GS_AT(sim->model->actions, gs_timed_action, event->entity);
    gpusim_action what = (gpusim_action)action->what;
    uint32_t who = sim->model->name_scenario;
    uint64_t job = UINT64_MAX;
    if (what != GPUSIM_ACTION_CANCEL_JOB) {
        return gs_tell(sim, who, what, action->entity, action->value, err);
    }
    GPUSIM_TRY(cancel_named(sim, action, &job, err));
    GPUSIM_TRY(gs_emit_action(sim, who, what, job, (double)NAN, err));
cleanup:
    return status;
}

// ---- actions of a program; they take effect before the next batch ----

gpusim_status gs_wake(gpusim_sim *sim, gpusim_error *err)
{
    return gpusim_engine_schedule(sim->engine, gpusim_engine_now(sim->engine), GS_CLASS_CONTROL,
                                  GS_ON_WAKE, GPUSIM_NONE, 0, NULL, err);
}

gpusim_status gpusim_sim_cancel(gpusim_sim *sim, uint64_t job, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gpusim_error said = {0};
    uint32_t slot = 0;
    GPUSIM_TRY(gs_sim_begin(sim, &said));
    while (slot < sim->jobs.count &&
           (GS_JOB(sim, slot)->id.generation == 0 || GS_JOB(sim, slot)->order != job)) {
        slot++;
    }
    if (slot == sim->jobs.count || gpusim_sim_ended(sim)) {
        return gpusim_fail(err, GPUSIM_ARGUMENT, "job %llu is neither queued nor running",
                           (unsigned long long)job);
    }
    GPUSIM_TRY(gs_emit_action(sim, sim->model->name_api, GPUSIM_ACTION_CANCEL_JOB, job, (double)NAN,
                              &said));
    GPUSIM_TRY(gs_job_end(sim, slot, GPUSIM_JOB_CANCELLED, GPUSIM_REASON_USER, &said));
    GPUSIM_TRY(gs_wake(sim, &said));
cleanup:
    return gs_sim_return(sim, status, &said, err);
}

gpusim_status gpusim_sim_drain(gpusim_sim *sim, uint32_t node, gpusim_error *err)
{
    return gpusim_sim_act(sim, GPUSIM_ACTION_DRAIN, node, (double)NAN, err);
}

gpusim_status gpusim_sim_undrain(gpusim_sim *sim, uint32_t node, gpusim_error *err)
{
    return gpusim_sim_act(sim, GPUSIM_ACTION_UNDRAIN, node, (double)NAN, err);
}
