/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A job's life from submission to end: slots, states, and what is remembered afterwards. */
#include <string.h>

#include "base/work.h"
#include "core/elastic.h"
#include "core/fleet.h"
#include "core/measure.h"
#include "core/sim.h"
#include "policy/share.h"

int gs_job_alive(const gpusim_sim *sim, gpusim_job_id id)
{
    return id.generation != 0 && id.index < sim->jobs.count &&
           GS_JOB(sim, id.index)->id.generation == id.generation;
}

gpusim_time gs_job_worked(const gpusim_sim *sim, uint32_t slot)
{
    const gpusim_job_info *job = GS_JOB(sim, slot);
    double carried = GS_LIVE(sim, slot)->carried;
    gpusim_time span = gpusim_engine_now(sim->engine) - job->settled;
    return job->state == GPUSIM_JOB_RUNNING ? job->done + gs_work_done(job->rate, span, &carried)
                                            : job->done;
}

// ---- slots ----

static gpusim_status slot_get(gpusim_sim *sim, uint32_t *slot, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gs_totals *totals = GS_TOTALS(sim);
    if (totals->first_free_slot != GPUSIM_NONE) {
        *slot = totals->first_free_slot;
        totals->first_free_slot = GS_LIVE(sim, *slot)->running_at;
        return GPUSIM_OK;
    }
    *slot = sim->jobs.count;
    GPUSIM_TRY(gs_array_push(&sim->jobs, NULL, err));
    GPUSIM_TRY(gs_array_push(&sim->live, NULL, err));
    if (sim->model->workload.profile_count > 0) {
        GPUSIM_TRY(gs_array_push(&sim->profiles, NULL, err));
    }
cleanup:
    gs_sim_refresh_view(sim);
    return status;
}

// the generation stays, so that handles of the job that was here are recognised as stale
static void slot_free(gpusim_sim *sim, uint32_t slot)
{
    uint32_t generation = GS_LIVE(sim, slot)->generation;
    memset(GS_JOB(sim, slot), 0, sizeof(gpusim_job_info));
    memset(GS_LIVE(sim, slot), 0, sizeof(gs_live));
    GS_LIVE(sim, slot)->generation = generation;
    GS_LIVE(sim, slot)->running_at = GS_TOTALS(sim)->first_free_slot;
    GS_TOTALS(sim)->first_free_slot = slot;
}

// ---- submission ----

// what the scheduler is told to expect (definitions 5)
static gpusim_time estimate_of(gpusim_sim *sim, const gs_job *job, double share)
{
    const gs_setup *setup = &sim->model->setup;
    if (setup->estimates == GS_ESTIMATE_REQUESTED && job->walltime != GPUSIM_TIME_MAX) {
        // a limit is time on what it asks for, and this is work: never less than fits into it
        double carried = 0;
        gpusim_time work = gs_work_done(share, job->walltime, &carried);
        return gpusim_time_add(work, carried > 0);
    }

    // whoever decides by what comes of the true duration is an oracle
    GS_TOTALS(sim)->oracle |= setup->reads_estimates && job->duration >= 0 && !sim->model->replay;
    if (setup->estimates == GS_ESTIMATE_NOISE) {
        gpusim_stream stream =
            gpusim_stream_make(sim->seed, "estimate", gpusim_model_name(sim->model, job->source));
        double factor = 1 + setup->noise * gpusim_draw_uniform(stream, (uint64_t)job->id);
        return gpusim_time_from_seconds(gpusim_seconds(job->duration) * factor);
    }
    return job->duration;
}

static void fill(gpusim_sim *sim, uint32_t slot, const gs_job *job, uint32_t log)
{
    gs_live *live = GS_LIVE(sim, slot);
    if (++live->generation == 0) {
        live->generation = 1; // 0 is no job
    }
    live->duration = job->duration > 0 ? job->duration : 0;
    live->first_start = GPUSIM_TIME_MAX;
    live->id = job->id;
    live->log = log;
    live->source = job->source;
    live->models = job->models;
    live->resize = job->resize;
    live->scale = 1;
    live->running_at = GPUSIM_NONE;
    live->profile = job->profile;
    live->first_tenant = live->slowest = live->first_hop = GPUSIM_NONE;
    live->every = GPUSIM_TIME_MAX;
    live->poison = GPUSIM_NONE;
    live->final_state = job->final_state;
    if (sim->profiles.count > 0) {
        const gs_workload *workload = &sim->model->workload;
        gs_profile_draw(job->profile == GPUSIM_NONE ? NULL : workload->profiles[job->profile],
                        sim->seed, gpusim_model_name(sim->model, job->source), job->id,
                        &GS_AT(sim->profiles, gs_job_profile, slot));
    }
    *GS_JOB(sim, slot) = (gpusim_job_info){
        .id = {slot, live->generation},
        .order = GS_TOTALS(sim)->submitted,
        .submit = gpusim_engine_now(sim->engine),
        .start = GPUSIM_TIME_MAX,
        .walltime = job->walltime,
        .memory = job->memory,
        .storage = job->storage,
        .gpu_memory = job->gpu_memory,
        .gpus = job->gpus,
        .cpus = job->cpus,
        .group = gs_model_find_group(sim->model, job->group),
        .cluster = gs_model_find_cluster(sim->model, job->cluster),
        .name = job->name,
        .user = job->user,
        .vc = gs_model_find_vc(sim->model, job->vc),
        .priority = job->priority,
        .state = GPUSIM_JOB_QUEUED,
        .milli = gs_model_milli(sim->model, job),
        .mig = job->mig,
        .deadline = gpusim_time_add(gpusim_engine_now(sim->engine), job->due),
        .qos = job->qos,
        .kind = job->kind,
        .latency = job->latency,
        .thrift = job->thrift,
        .preemptible = job->preemptible,
        .gpu_models = gs_model_find_models(sim->model, job),
        .selector = gs_model_find_selector(sim->model, job),
        .requested = job->gpus,
        .least_gpus = job->least_gpus > 0 ? job->least_gpus : job->gpus,
        .most_gpus = job->most_gpus > 0 ? job->most_gpus : job->gpus,
        .serial = job->serial,
    };
    GS_JOB(sim, slot)->rate = gs_job_share(GS_JOB(sim, slot));
    GS_JOB(sim, slot)->estimate = estimate_of(sim, job, GS_JOB(sim, slot)->rate);
}

static gpusim_status enqueue(gpusim_sim *sim, uint32_t slot, gpusim_error *err)
{
    gpusim_job_info *job = GS_JOB(sim, slot);
    gs_totals *totals = GS_TOTALS(sim);
    totals->queued_now++;
    gs_pool_waits(sim, slot, 1);
    if (totals->queued_now > totals->queue_peak) {
        totals->queue_peak = totals->queued_now;
    }
    GS_USER(sim, slot)->queued++;
    if (job->vc != GPUSIM_NONE) {
        GS_AT(sim->vcs, gpusim_vc_info, job->vc).queued++;
    }
    return sim->model->replay ? gs_replay_submitted(sim, slot, err)
                              : gs_policy_queued(sim->policy, slot, err);
}

gpusim_status gs_job_submit(gpusim_sim *sim, const gs_job *job, uint32_t log, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gs_totals *totals = GS_TOTALS(sim);
    uint32_t slot = 0;
    gs_sim_integrate(sim);
    GPUSIM_TRY(slot_get(sim, &slot, err));
    fill(sim, slot, job, log);
    GPUSIM_TRY(gs_user_of(sim, job->user, &GS_JOB(sim, slot)->owner, err));
    if (totals->submitted++ == 0) {
        totals->first_submit = gpusim_engine_now(sim->engine);
    }
    totals->alive++;
    gs_measure_submitted(sim, slot);
    if (sim->fragment_totals.count > 0) {
        GPUSIM_TRY(gs_fragments_submitted(sim, job, err));
    }
    GPUSIM_TRY(gs_shape_take(sim, GS_JOB(sim, slot), &GS_JOB(sim, slot)->shape, err));
    GPUSIM_TRY(gs_emit_event(sim, GPUSIM_EVENT_SUBMIT, GS_JOB(sim, slot)->order, 0, err));

    // jobs that the log says never ran end here, as do those that can never run
    if (job->duration < 0) {
        return gs_job_end(sim, slot, GPUSIM_JOB_CANCELLED, GPUSIM_REASON_RECORDED, err);
    }
    uint32_t misfit = GPUSIM_REASON_NONE;
    if (!sim->model->no_fit_fails) {
        GPUSIM_TRY(gs_shape_misfit(sim, slot, &misfit, err));
    }
    if (misfit != GPUSIM_REASON_NONE) {
        return gs_job_end(sim, slot, GPUSIM_JOB_REJECTED, (gpusim_job_reason)misfit, err);
    }
    GPUSIM_TRY(enqueue(sim, slot, err));
cleanup:
    return status;
}

// ---- the end ----

static void count_end(gs_totals *totals, gpusim_job_state state)
{
    uint64_t *counters[] = {
        [GPUSIM_JOB_COMPLETED] = &totals->completed,
        [GPUSIM_JOB_FAILED] = &totals->failed,
        [GPUSIM_JOB_CANCELLED] = &totals->cancelled,
        [GPUSIM_JOB_TIMEOUT] = &totals->timeout,
        [GPUSIM_JOB_OOM] = &totals->oom,
        [GPUSIM_JOB_REJECTED] = &totals->rejected,
    };
    ++*counters[state];
    totals->alive--;
}

static gpusim_status remember(gpusim_sim *sim, uint32_t slot, gpusim_job_state state,
                              gpusim_error *err)
{
    const gpusim_job_info *job = GS_JOB(sim, slot);
    const gs_live *live = GS_LIVE(sim, slot);
    gpusim_time now = gpusim_engine_now(sim->engine);
    gs_ended ended = {
        .order = job->order,
        .contention = gs_measure_contention(sim, slot),
        .submit = job->submit,
        .end = now,
        .first_start = live->first_start,
        .duration = live->duration,
        .allocated = live->allocated,
        .share = gs_job_share(job),
        .host_bound = gs_profile_of(sim, slot)->host_bound,
        .gpus = job->gpus,
        .milli = job->milli,
        .state = (uint32_t)state,
        .communicates = live->reference > 1,
        .user = job->user,
        .vc = job->vc,
        .least = gs_job_elastic(job) ? 0 : gs_model_least_run_time(sim->model, job->kind),
    };
    GS_TOTALS(sim)->last_end = now;
    gs_account_job(sim, slot, state, &GS_TOTALS(sim)->account);
    return gs_array_push(&sim->ended_jobs, &ended, err);
}

void gs_job_stop(gpusim_sim *sim, uint32_t slot)
{
    gpusim_job_info *job = GS_JOB(sim, slot);
    gs_live *live = GS_LIVE(sim, slot);
    gpusim_time now = gpusim_engine_now(sim->engine);
    const gpusim_part *parts = (const gpusim_part *)sim->parts.data + job->first_part;
    GS_KEEP(sim, gs_emit_allocation(sim, slot, parts, job->parts, &sim->failure_error));
    gs_progress_stop(sim, slot);
    live->writes = 0; // what was not written to its end is no checkpoint
    if (live->hangs) {
        (void)gpusim_engine_cancel(sim->engine, &live->timeout);
    }
    live->begins = live->hangs = live->full = live->spoiled = 0;
    live->allocated += now - job->start;
    gs_allocation_release(sim, slot);
    job->gpus = job->requested;
    (void)gpusim_engine_cancel(sim->engine, &live->end);
    (void)gpusim_engine_cancel(sim->engine, &live->limit);

    // out of the running list: the last one takes its place
    uint32_t *running = sim->running.data;
    uint32_t last = running[--sim->running.count];
    running[live->running_at] = last;
    GS_LIVE(sim, last)->running_at = live->running_at;
    live->running_at = GPUSIM_NONE;
    sim->view.running_count = sim->running.count;
    GS_TOTALS(sim)->freed = 1;
}

gpusim_status gs_job_requeue(gpusim_sim *sim, uint32_t slot, gpusim_error *err)
{
    gs_sim_integrate(sim);
    gs_job_stop(sim, slot);
    GS_JOB(sim, slot)->state = GPUSIM_JOB_QUEUED;
    GS_USER(sim, slot)->running--;
    return enqueue(sim, slot, err);
}

gpusim_status gs_job_preempt(gpusim_sim *sim, uint32_t slot, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gs_live *live = GS_LIVE(sim, slot);
    GS_JOB(sim, slot)->preemptions++;
    GS_TOTALS(sim)->preemptions++;
    uint32_t manner = gs_profile_of(sim, slot)->preempted;
    gs_progress_settle(sim, slot);
    if (manner == GS_PREEMPTED_LOSES) {
        GPUSIM_TRY(gs_progress_lose(sim, slot, err));
    } else if (manner == GS_PREEMPTED_SAVES && GS_JOB(sim, slot)->done > live->checkpointed) {
        // the scheduler has the GPUs at once: the next attempt begins with what saving costs
        live->owed = gs_checkpoint_span(sim, slot);
        live->checkpointed = live->tried = GS_JOB(sim, slot)->done;
        gs_corruption_saved(live);
    }
    GPUSIM_TRY(gs_job_requeue(sim, slot, err));
cleanup:
    return status;
}

gpusim_status gs_job_fail(gpusim_sim *sim, uint32_t slot, gpusim_job_reason reason,
                          gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gs_live *live = GS_LIVE(sim, slot);
    GPUSIM_TRY(gs_emit_event(sim, GPUSIM_EVENT_FAIL, GS_JOB(sim, slot)->order, reason, err));
    GPUSIM_TRY(gs_progress_lose(sim, slot, err));
    GS_TOTALS(sim)->failures++;
    if (live->failures++ >= gs_profile_of(sim, slot)->retries) {
        return gs_job_end(sim, slot, GPUSIM_JOB_FAILED, reason, err);
    }
    GPUSIM_TRY(gs_job_requeue(sim, slot, err));
    if (sim->policy) {
        gs_policy_freed(sim->policy);
    }
cleanup:
    return status;
}

gpusim_status gs_job_end(gpusim_sim *sim, uint32_t slot, gpusim_job_state state,
                         gpusim_job_reason reason, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gpusim_job_info *job = GS_JOB(sim, slot);
    gs_totals *totals = GS_TOTALS(sim);
    uint32_t log = GS_LIVE(sim, slot)->log;
    int known = state != GPUSIM_JOB_REJECTED &&
                !(state == GPUSIM_JOB_CANCELLED && reason == GPUSIM_REASON_RECORDED &&
                  job->state == GPUSIM_JOB_QUEUED);
    gs_sim_integrate(sim);

    // off its GPUs, or out of the queue
    if (job->state == GPUSIM_JOB_RUNNING) {
        gs_job_stop(sim, slot);
        GS_USER(sim, slot)->running--;
    } else if (known) {
        totals->queued_now--;
        gs_pool_waits(sim, slot, -1);
        GS_USER(sim, slot)->queued--;
        if (job->vc != GPUSIM_NONE) {
            GS_AT(sim->vcs, gpusim_vc_info, job->vc).queued--;
        }
    }
    if (known && sim->model->replay) {
        gs_replay_left(sim, slot);
    } else if (known) {
        gpusim_outcome outcome = {
            .run = job->done, .held = GS_LIVE(sim, slot)->allocated, .state = (uint32_t)state};
        GPUSIM_TRY(gs_policy_ended(sim->policy, slot, &outcome, err));
        gs_policy_left(sim->policy, slot);
        gs_policy_freed(sim->policy);
    }

    // what observers hear, and what is kept
    GPUSIM_TRY(gs_corruption_left(sim, slot, state == GPUSIM_JOB_COMPLETED, err));
    count_end(totals, state);
    if (job->deadline != GPUSIM_TIME_MAX) {
        totals->deadlines++;
        totals->deadlines_met +=
            state == GPUSIM_JOB_COMPLETED && gpusim_engine_now(sim->engine) <= job->deadline;
    }
    GPUSIM_TRY(gs_emit_job(sim, slot, state, reason, err));
    GPUSIM_TRY(gs_emit_event(sim, GPUSIM_EVENT_END, job->order, state, err));
    GPUSIM_TRY(remember(sim, slot, state, err));
    gs_measure_ended(sim, slot);
    gs_shape_leave(sim, job->shape);
    slot_free(sim, slot);
    GPUSIM_TRY(gs_release_dependents(sim, log, err));
cleanup:
    return status;
}
