/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What faults do to a running job short of ending its attempt: it hangs, its checkpoints fail; and
 * how often it saves its work because of them. */
#include <math.h>

#include "core/sim.h"

// ---- hanging ----

gpusim_status gs_job_hang(gpusim_sim *sim, uint32_t slot, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gs_live *live = GS_LIVE(sim, slot);
    gpusim_time now = gpusim_engine_now(sim->engine);
    if (live->hangs) {
        return GPUSIM_OK;
    }
    gs_progress_settle(sim, slot);
    live->hangs = 1;
    if (live->writes) {
        live->blocked -= now;
        gs_network_written(sim, slot);
    }
    GPUSIM_TRY(gpusim_engine_schedule(sim->engine,
                                      gpusim_time_add(now, sim->model->chaos.hang_timeout),
                                      GS_CLASS_LIMIT, GS_ON_TIMEOUT, slot, 0, &live->timeout, err));
    GPUSIM_TRY(gs_emit_event(sim, GPUSIM_EVENT_HANG, GS_JOB(sim, slot)->order, 1, err));
    GPUSIM_TRY(gs_progress_changed(sim, slot, err));
cleanup:
    return status;
}

gpusim_status gs_job_unhang(gpusim_sim *sim, uint32_t slot, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gs_live *live = GS_LIVE(sim, slot);
    if (!live->hangs) {
        return GPUSIM_OK;
    }
    gs_progress_settle(sim, slot);
    live->hangs = 0;
    if (live->writes) {
        live->blocked += gpusim_engine_now(sim->engine);
        gs_network_write(sim, slot);
    }
    (void)gpusim_engine_cancel(sim->engine, &live->timeout);
    GPUSIM_TRY(gs_emit_event(sim, GPUSIM_EVENT_HANG, GS_JOB(sim, slot)->order, 0, err));
    GPUSIM_TRY(gs_progress_changed(sim, slot, err));
cleanup:
    return status;
}

gpusim_status gs_on_timeout(void *context, const gpusim_event *event, gpusim_error *err)
{
    gpusim_sim *sim = context;
    GS_LIVE(sim, event->entity)->timeout = (gpusim_event_id){0};
    return gs_job_fail(sim, event->entity, GPUSIM_REASON_HANG, err);
}

// ---- what an attempt costs beside its work ----

void gs_job_disk(gpusim_sim *sim, uint32_t slot, int full)
{
    gs_live *live = GS_LIVE(sim, slot);
    live->full = full != 0;
    live->spoiled |= live->full;
}

gpusim_time gs_restart_span(const gpusim_sim *sim, uint32_t slot)
{
    const gs_live *live = GS_LIVE(sim, slot);
    if (live->profile == GPUSIM_NONE) {
        return 0;
    }
    return gs_profile_restart(sim->model->workload.profiles[live->profile], sim->seed,
                              gpusim_model_name(sim->model, live->source), live->id,
                              GS_JOB(sim, slot)->attempts);
}

gpusim_time gs_checkpoint_span(const gpusim_sim *sim, uint32_t slot)
{
    const gs_job_profile *profile = gs_profile_of(sim, slot);
    double storage = sim->model->hardware.storage;
    gpusim_time span = storage > 0 ? gpusim_time_ceil(profile->checkpoint_bytes / storage) : 0;
    return span > profile->checkpoint_cost ? span : profile->checkpoint_cost;
}

// ---- how often to save ----

double gs_young_interval(double cost, double mttf)
{
    return sqrt(2 * cost * mttf);
}

double gs_daly_interval(double cost, double mttf)
{
    if (!(cost < 2 * mttf)) {
        return mttf;
    }
    double root = sqrt(cost / (2 * mttf));
    return gs_young_interval(cost, mttf) * (1 + root / 3 + root * root / 9) - cost;
}

gpusim_time gs_checkpoint_interval(const gpusim_sim *sim, uint32_t slot)
{
    const gs_job_profile *profile = gs_profile_of(sim, slot);
    if (profile->checkpoint_every >= 0) {
        return profile->checkpoint_every;
    }
    gs_held_of held = gs_held_by(sim, slot);
    double mttf = profile->mttf < GPUSIM_TIME_MAX ? gpusim_seconds(profile->mttf)
                                                  : 1 / gs_chaos_rate(sim->model, &held);
    if (!(mttf < (double)INFINITY)) {
        return GPUSIM_TIME_MAX; // it never fails
    }
    double cost = gpusim_seconds(gs_checkpoint_span(sim, slot));
    double interval = profile->checkpoint_every == GS_EVERY_YOUNG ? gs_young_interval(cost, mttf)
                                                                  : gs_daly_interval(cost, mttf);
    return gpusim_time_from_seconds(fmax(interval, 1));
}
