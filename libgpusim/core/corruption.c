/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Silent data corruption. A strike makes the work of the jobs that run there wrong from then on,
 * wherever they go with it, and what they save with it. A job is sound again when a failure takes
 * it back behind the strike. When somebody finds it, a job goes back to the last checkpoint from
 * before the strike, and what it did since is done again; else it completes, and only the record of
 * faults knows. Who is corrupted already is not corrupted once more.
 */
#include "core/faults.h"

// the fault is over once nobody goes on with what it corrupted
static gpusim_status let_go(gpusim_sim *sim, uint32_t slot, gpusim_error *err)
{
    gs_live *live = GS_LIVE(sim, slot);
    uint32_t index = live->poison;
    gs_fault *fault = GS_FAULT(sim, index);
    live->poison = GPUSIM_NONE;
    live->corrupted = live->sound = 0;
    if (--fault->victims > 0) {
        return GPUSIM_OK;
    }
    (void)gpusim_engine_cancel(sim->engine, &fault->over);
    return gpusim_engine_schedule(sim->engine, gpusim_engine_now(sim->engine), GS_CLASS_REPAIR,
                                  GS_ON_FAULT_OVER, index, GS_FAULT_ENDS, &fault->over, err);
}

void gs_corruption_saved(gs_live *live)
{
    if (live->poison != GPUSIM_NONE && live->checkpointed <= live->corrupted) {
        live->sound = live->checkpointed; // it had been begun before
    }
}

gpusim_status gs_corruption_undone(gpusim_sim *sim, uint32_t slot, gpusim_error *err)
{
    const gs_live *live = GS_LIVE(sim, slot);
    int sound = live->poison != GPUSIM_NONE && GS_JOB(sim, slot)->done <= live->corrupted;
    return sound ? let_go(sim, slot, err) : GPUSIM_OK;
}

gpusim_status gs_corruption_left(gpusim_sim *sim, uint32_t slot, int completed, gpusim_error *err)
{
    const gs_live *live = GS_LIVE(sim, slot);
    if (live->poison == GPUSIM_NONE) {
        return GPUSIM_OK;
    }
    GS_FAULT(sim, live->poison)->corrupted += completed != 0;
    return let_go(sim, slot, err);
}

// ---- strikes ----

uint32_t gs_corruption_finds(const gpusim_sim *sim)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < sim->fault_jobs.count; i++) {
        count += GS_LIVE(sim, GS_AT(sim->fault_jobs, uint32_t, i))->poison == GPUSIM_NONE;
    }
    return count;
}

void gs_corruption_strikes(gpusim_sim *sim, uint32_t fault)
{
    for (uint32_t i = 0; i < sim->fault_jobs.count; i++) {
        uint32_t slot = GS_AT(sim->fault_jobs, uint32_t, i);
        gs_live *live = GS_LIVE(sim, slot);
        if (live->poison != GPUSIM_NONE) {
            continue;
        }
        gs_progress_settle(sim, slot);
        live->poison = fault;
        live->corrupted = GS_JOB(sim, slot)->done;
        live->sound = live->checkpointed;
        GS_FAULT(sim, fault)->victims++;
    }
}

// ---- who finds it ----

// one that waits: its next attempt begins from there
static gpusim_status go_back(gpusim_sim *sim, uint32_t slot, gpusim_error *err)
{
    gpusim_job_info *job = GS_JOB(sim, slot);
    gs_live *live = GS_LIVE(sim, slot);
    live->redone += job->done - live->checkpointed;
    job->done = live->tried = live->checkpointed;
    live->carried = 0;
    if (!sim->policy) {
        return GPUSIM_OK;
    }
    gs_policy_left(sim->policy, slot);
    return gs_policy_queued(sim->policy, slot, err);
}

gpusim_status gs_corruption_found(gpusim_sim *sim, uint32_t fault, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    GS_FAULT(sim, fault)->victims = 0;
    for (uint32_t slot = 0; slot < sim->jobs.count; slot++) {
        gs_live *live = GS_LIVE(sim, slot);
        if (GS_JOB(sim, slot)->id.generation == 0 || live->poison != fault) {
            continue;
        }
        live->checkpointed = live->sound;
        live->poison = GPUSIM_NONE;
        live->corrupted = live->sound = 0;
        if (GS_JOB(sim, slot)->state == GPUSIM_JOB_RUNNING) {
            GPUSIM_TRY(gs_job_fail(sim, slot, GPUSIM_REASON_CORRUPTED, err));
        } else {
            GPUSIM_TRY(go_back(sim, slot, err));
        }
    }
cleanup:
    return status;
}
