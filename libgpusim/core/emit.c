/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What observers hear. Rows are made only when somebody listens. */
#include <math.h>
#include <string.h>

#include "core/sim.h"

gpusim_status gs_emit(gpusim_sim *sim, gpusim_table table, const void *row, gpusim_error *err)
{
    const gpusim_observer *observers = sim->observers.data;
    for (uint32_t i = 0; i < sim->observers.count; i++) {
        if (observers[i].row) {
            gpusim_status status = observers[i].row(observers[i].context, table, row, err);
            if (status != GPUSIM_OK) {
                return status;
            }
        }
    }
    return GPUSIM_OK;
}

gpusim_status gs_emit_event(gpusim_sim *sim, gpusim_event_type type, uint64_t entity,
                            int64_t detail, gpusim_error *err)
{
    if (sim->observers.count == 0) {
        return GPUSIM_OK;
    }
    gpusim_event_row row = {
        .time = gpusim_engine_now(sim->engine),
        .entity = entity,
        .detail = detail,
        .type = (uint8_t)type,
    };
    return gs_emit(sim, GPUSIM_TABLE_EVENTS, &row, err);
}

gpusim_status gs_emit_job(gpusim_sim *sim, uint32_t slot, gpusim_job_state state,
                          gpusim_job_reason reason, gpusim_error *err)
{
    if (sim->observers.count == 0) {
        return GPUSIM_OK;
    }
    const gpusim_job_info *job = GS_JOB(sim, slot);
    const gs_live *live = GS_LIVE(sim, slot);
    gpusim_time now = gpusim_engine_now(sim->engine);
    int unfinished = state == GPUSIM_JOB_QUEUED || state == GPUSIM_JOB_RUNNING;
    gpusim_time allocated = live->allocated + (state == GPUSIM_JOB_RUNNING ? now - job->start : 0);
    double gpu_joules = (double)NAN;
    double joules = gs_is_physical(sim) ? gs_energy_of_job(sim, slot, &gpu_joules) : (double)NAN;
    gs_times times = gs_job_times(sim, slot);
    gpusim_job_row row = {
        .index = job->order,
        .id = live->id,
        .submit = job->submit,
        .start = live->first_start,
        .end = unfinished ? GPUSIM_TIME_MAX : now,
        .wait = now - job->submit - allocated,
        .duration = live->duration,
        .walltime = job->walltime,
        .energy_j = joules,
        .energy_gpu_j = gpu_joules,
        .done = times.done,
        .slowed = times.slowed,
        .checkpointing = times.written,
        .redone = times.redone,
        .restarting = times.restarting,
        .hung = times.hung,
        .name = job->name,
        .source = live->source,
        .user = job->user,
        .vc = job->vc == GPUSIM_NONE ? 0 : GS_AT(sim->vcs, gpusim_vc_info, job->vc).name,
        .gpus = job->gpus,
        .cpus = job->cpus / 1000,
        .cpu_milli = job->cpus % 1000,
        .gpu_models = live->models,
        .selector = gs_selector_name(sim->model, job),
        .preemptions = job->preemptions,
        .restarts = job->attempts > 1 ? job->attempts - 1 : 0,
        .memory = job->memory,
        .storage = job->storage,
        .milli = job->milli,
        .mig = job->mig,
        .failures = live->failures,
        .state = (uint8_t)state,
        .reason = (uint8_t)reason,
    };
    return gs_emit(sim, GPUSIM_TABLE_JOBS, &row, err);
}

gpusim_status gs_emit_allocation(gpusim_sim *sim, uint32_t slot, const gpusim_part *parts,
                                 uint32_t count, gpusim_error *err)
{
    if (sim->observers.count == 0) {
        return GPUSIM_OK;
    }
    const gpusim_job_info *job = GS_JOB(sim, slot);
    for (uint32_t i = 0; i < count; i++) {
        const gpusim_part *part = &parts[i];
        gpusim_allocation_row row = {
            .job = job->order,
            .start = job->start,
            .end = gpusim_engine_now(sim->engine),
            .attempt = job->attempts,
            .node = part->node,
            .first_gpu = part->first_gpu,
            .gpus = part->gpus,
            .milli = part->milli,
            .mig = job->mig,
            .slices = part->slices,
        };
        gpusim_status status = gs_emit(sim, GPUSIM_TABLE_ALLOCATIONS, &row, err);
        if (status != GPUSIM_OK) {
            return status;
        }
    }
    return GPUSIM_OK;
}

gpusim_status gs_emit_decision(gpusim_sim *sim, gpusim_decision what, uint64_t job,
                               const gpusim_placement *placement, const char *reason,
                               gpusim_refusal refused, gpusim_error *err)
{
    if (sim->observers.count == 0) {
        return GPUSIM_OK;
    }
    int placed = placement && placement->count > 0;
    uint32_t gpus = 0;
    for (uint32_t i = 0; placed && i < placement->count; i++) {
        gpus += placement->parts[i].gpus;
    }
    uint32_t name = reason ? gs_names_find(sim->model->names, reason, strlen(reason)) : GPUSIM_NONE;
    int second = placed && placement->runner_up != 0;
    gpusim_decision_row row = {
        .second_score = second ? placement->runner_up_score : (double)NAN,
        .second = second ? placement->runner_up - 1 : GPUSIM_NONE,
        .time = gpusim_engine_now(sim->engine),
        .job = job,
        .score = placed ? placement->score : (double)NAN,
        .node = placed ? placement->parts[0].node : GPUSIM_NONE,
        .gpus = gpus,
        .reason = name == GPUSIM_NONE ? 0 : name,
        .what = (uint8_t)what,
        .refused = (uint8_t)refused,
    };
    return gs_emit(sim, GPUSIM_TABLE_DECISIONS, &row, err);
}

gpusim_status gs_emit_action(gpusim_sim *sim, uint32_t who, gpusim_action what, uint64_t entity,
                             double value, gpusim_error *err)
{
    return gs_emit_outcome(sim, who, what, entity, value, GPUSIM_OUTCOME_DONE, err);
}

gpusim_status gs_emit_outcome(gpusim_sim *sim, uint32_t who, gpusim_action what, uint64_t entity,
                              double value, gpusim_action_outcome outcome, gpusim_error *err)
{
    gpusim_action_row row = {
        .time = gpusim_engine_now(sim->engine),
        .value = value,
        .entity = entity,
        .who = who,
        .what = (uint8_t)what,
        .outcome = (uint8_t)outcome,
    };
    return gs_emit(sim, GPUSIM_TABLE_ACTIONS, &row, err);
}

gpusim_status gs_emit_begin(gpusim_sim *sim, gpusim_error *err)
{
    const gpusim_observer *observers = sim->observers.data;
    for (uint32_t i = 0; i < sim->observers.count; i++) {
        if (observers[i].begin) {
            gpusim_status status =
                observers[i].begin(observers[i].context, sim->model, sim->seed, err);
            if (status != GPUSIM_OK) {
                return status;
            }
        }
    }
    return GPUSIM_OK;
}

// all of them hear it, also when one fails; the first failure is reported
gpusim_status gs_emit_end(gpusim_sim *sim, int complete, gpusim_error *err)
{
    gpusim_status first = GPUSIM_OK;
    const gpusim_observer *observers = sim->observers.data;
    for (uint32_t i = 0; i < sim->observers.count; i++) {
        if (observers[i].end) {
            gpusim_status status = observers[i].end(observers[i].context, &sim->summary, complete,
                                                    first == GPUSIM_OK ? err : NULL);
            first = first == GPUSIM_OK ? status : first;
        }
    }
    return first;
}
