/* SPDX-License-Identifier: GPL-3.0-or-later */
/* When jobs come: logs in order of submission, synthetic sources one job ahead, and jobs that wait
 * for another. */
#include "core/resample.h"
#include "core/sim.h"

/* Jobs of one source at one instant, beyond which a source is taken to be stuck. */
#define GS_ARRIVALS_MAX 10000000u

static gpusim_status schedule_log(gpusim_sim *sim, gpusim_error *err)
{
    uint64_t next = GS_TOTALS(sim)->next_log;
    gpusim_time submit;
    if (next >= gs_log_count(sim)) {
        return GPUSIM_OK;
    }
    (void)gs_log_next(sim, next, &submit);
    return gpusim_engine_schedule(sim->engine, submit, GS_CLASS_ARRIVAL, GS_ON_LOG, GPUSIM_NONE, 0,
                                  NULL, err);
}

// one job ahead: its time is known, the job itself waits in the state
static gpusim_status draw_next(gpusim_sim *sim, uint32_t source, gpusim_error *err)
{
    gs_source *state = &GS_AT(sim->sources, gs_source, source);
    int more = 0;
    gpusim_status status =
        gs_synthetic_job(sim->model->workload.synthetic[source], sim->seed, state->ordinal,
                         state->previous, &state->next, &more, err);
    state->more = (uint8_t)more;
    if (status != GPUSIM_OK || !more) {
        return status;
    }
    state->ordinal++;
    state->previous = state->next.submit;
    return GPUSIM_OK;
}

static gpusim_status schedule_source(gpusim_sim *sim, uint32_t source, gpusim_error *err)
{
    const gs_source *state = &GS_AT(sim->sources, gs_source, source);
    if (!state->more) {
        return GPUSIM_OK;
    }
    return gpusim_engine_schedule(sim->engine, state->next.submit, GS_CLASS_ARRIVAL,
                                  GS_ON_SYNTHETIC, source, 0, NULL, err);
}

gpusim_status gs_arrivals_begin(gpusim_sim *sim, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    GPUSIM_TRY(schedule_log(sim, err));
    for (uint32_t i = 0; i < sim->sources.count; i++) {
        GPUSIM_TRY(draw_next(sim, i, err));
        GPUSIM_TRY(schedule_source(sim, i, err));
    }
cleanup:
    return status;
}

// ---- jobs that wait for another: `after`, with a think time from its end ----

// when this log job may be submitted; -1 while the one before it has not ended
static gpusim_time release_time(const gpusim_sim *sim, uint32_t log)
{
    const gs_workload *workload = &sim->model->workload;
    const gs_job *job = &GS_AT(workload->jobs, gs_job, log);
    if (!sim->model->dependents_first || job->extra == GPUSIM_NONE) {
        return job->submit;
    }
    const gs_job_extra *extra = &GS_AT(workload->extras, gs_job_extra, job->extra);
    if (extra->after == GPUSIM_NONE) {
        return job->submit;
    }
    gpusim_time end = GS_AT(sim->log_end, gpusim_time, extra->after);
    gpusim_time ready = end < 0 ? -1 : gpusim_time_add(end, extra->think);
    return ready >= 0 && ready < job->submit ? job->submit : ready;
}

gpusim_status gs_on_release(void *context, const gpusim_event *event, gpusim_error *err)
{
    gpusim_sim *sim = context;
    GS_TOTALS(sim)->held--;
    return gs_job_submit(sim, &GS_AT(sim->model->workload.jobs, gs_job, event->entity),
                         event->entity, err);
}

// its own event, also when it is due at once: then it is in the next batch, after what let it go
static gpusim_status schedule_release(gpusim_sim *sim, uint32_t log, gpusim_time time,
                                      gpusim_error *err)
{
    return gpusim_engine_schedule(sim->engine, time, GS_CLASS_ARRIVAL, GS_ON_RELEASE, log, 0, NULL,
                                  err);
}

gpusim_status gs_release_dependents(gpusim_sim *sim, uint32_t log, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    const gpusim_model *model = sim->model;
    if (log == GPUSIM_NONE || !model->dependents_first) {
        return GPUSIM_OK;
    }
    gpusim_time now = gpusim_engine_now(sim->engine);
    GS_AT(sim->log_end, gpusim_time, log) = now;
    for (uint32_t i = model->dependents_first[log]; i < model->dependents_first[log + 1]; i++) {
        // those whose own time has not come yet will look when it does
        uint32_t waiting = model->dependents[i];
        if (waiting < GS_TOTALS(sim)->next_log) {
            gpusim_time time = release_time(sim, waiting);
            GPUSIM_TRY(schedule_release(sim, waiting, time < now ? now : time, err));
        }
    }
cleanup:
    return status;
}

// ---- handlers ----

gpusim_status gs_on_log(void *context, const gpusim_event *event, gpusim_error *err)
{
    gpusim_sim *sim = context;
    gpusim_status status = GPUSIM_OK;
    const gs_array *jobs = &sim->model->workload.jobs;
    gs_totals *totals = GS_TOTALS(sim);

    // all that are submitted at this instant belong to this batch
    while (totals->next_log < gs_log_count(sim)) {
        gpusim_time submit;
        uint32_t log = gs_log_next(sim, totals->next_log, &submit);
        const gs_job *job = &GS_AT(*jobs, gs_job, log);
        if (submit > event->time) {
            break;
        }
        totals->next_log++;
        gpusim_time time = sim->model->resample ? submit : release_time(sim, log);
        if (time >= 0 && time <= event->time) {
            GPUSIM_TRY(gs_job_submit(sim, job, log, err));
        } else {
            totals->held++;
            if (time > event->time) {
                GPUSIM_TRY(schedule_release(sim, log, time, err));
            }
        }
    }
    GPUSIM_TRY(schedule_log(sim, err));
cleanup:
    return status;
}

gpusim_status gs_on_synthetic(void *context, const gpusim_event *event, gpusim_error *err)
{
    gpusim_sim *sim = context;
    gpusim_status status = GPUSIM_OK;
    uint32_t source = event->entity;
    for (uint32_t n = 0; n < GS_ARRIVALS_MAX; n++) {
        const gs_source *state = &GS_AT(sim->sources, gs_source, source);
        if (!state->more || state->next.submit > event->time) {
            return schedule_source(sim, source, err);
        }
        GPUSIM_TRY(gs_job_submit(sim, &state->next, GPUSIM_NONE, err));
        GPUSIM_TRY(draw_next(sim, source, err));
    }
    return gpusim_fail(
        err, GPUSIM_LOOP, "source '%s' submits more than %u jobs at one instant",
        gpusim_model_name(sim->model, gs_synthetic_name(sim->model->workload.synthetic[source])),
        GS_ARRIVALS_MAX);
cleanup:
    return status;
}

int gs_arrivals_over(const gpusim_sim *sim)
{
    if (GS_TOTALS(sim)->next_log < gs_log_count(sim) || GS_TOTALS(sim)->held > 0) {
        return 0;
    }
    for (uint32_t i = 0; i < sim->sources.count; i++) {
        if (GS_AT(sim->sources, gs_source, i).more) {
            return 0;
        }
    }
    return 1;
}
