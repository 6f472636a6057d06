/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Re-enacting a log: each job starts when it started, on its recorded nodes where these exist and
 * have room, else wherever there is room; one that finds none waits for the next release. */
#include "core/sim.h"
#include "policy/index.h"

gpusim_status gs_replay_submitted(gpusim_sim *sim, uint32_t slot, gpusim_error *err)
{
    const gs_workload *workload = &sim->model->workload;
    uint32_t extra = GS_AT(workload->jobs, gs_job, GS_LIVE(sim, slot)->log).extra;
    gpusim_time start =
        extra == GPUSIM_NONE ? 0 : GS_AT(workload->extras, gs_job_extra, extra).start;
    gpusim_time now = gpusim_engine_now(sim->engine);
    return gpusim_engine_schedule(sim->engine, start < now ? now : start, GS_CLASS_CONTROL,
                                  GS_ON_REPLAY, slot, GS_JOB(sim, slot)->id.generation, NULL, err);
}

// the recorded nodes as a placement in sim->anywhere: equal shares, the first ones take the rest
static int recorded_placement(gpusim_sim *sim, uint32_t slot, gpusim_placement *placement)
{
    const gs_workload *workload = &sim->model->workload;
    const gpusim_job_info *job = GS_JOB(sim, slot);
    uint32_t at = GS_AT(workload->jobs, gs_job, GS_LIVE(sim, slot)->log).extra;
    const gs_job_extra *extra =
        at == GPUSIM_NONE ? NULL : &GS_AT(workload->extras, gs_job_extra, at);
    if (!extra || extra->nodes == 0 || extra->nodes > job->gpus) {
        return 0;
    }
    sim->anywhere.count = 0;
    for (uint32_t i = 0; i < extra->nodes; i++) {
        uint32_t node = GS_AT(workload->recorded_nodes, uint32_t, extra->first_node + i);
        gpusim_part part = {.node = node,
                            .first_gpu = GPUSIM_NONE,
                            .gpus = job->gpus / extra->nodes + (i < job->gpus % extra->nodes),
                            .milli = 1000};
        GS_KEEP(sim, gs_array_push(&sim->anywhere, &part, &sim->failure_error));
    }
    *placement = (gpusim_placement){
        .parts = sim->anywhere.data, .count = sim->anywhere.count, .capacity = sim->anywhere.count};
    return sim->failure == GPUSIM_OK;
}

static int try_start(gpusim_sim *sim, uint32_t slot)
{
    gpusim_placement placement = {0};
    if (recorded_placement(sim, slot, &placement) &&
        gs_start(sim, slot, &placement) == GPUSIM_ACCEPTED) {
        return 1;
    }
    return gs_allocation_anywhere(sim, slot, &placement) &&
           gs_start(sim, slot, &placement) == GPUSIM_ACCEPTED;
}

gpusim_status gs_on_replay(void *context, const gpusim_event *event, gpusim_error *err)
{
    gpusim_sim *sim = context;
    gpusim_job_id id = {event->entity, (uint32_t)event->payload};
    if (!gs_job_alive(sim, id) || try_start(sim, id.index)) {
        return GPUSIM_OK;
    }
    GS_TOTALS(sim)->refused++;
    return gs_array_push(&sim->late, &id.index, err);
}

gpusim_status gs_replay_retry(gpusim_sim *sim, gpusim_error *err)
{
    (void)err;
    if (!GS_TOTALS(sim)->freed) {
        return GPUSIM_OK;
    }
    GS_TOTALS(sim)->freed = 0;
    uint32_t *late = sim->late.data;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < sim->late.count; i++) {
        int enough = gs_job_milli(GS_JOB(sim, late[i])) <= gs_index_free_milli(sim->index);
        if (!enough || !try_start(sim, late[i])) {
            late[kept++] = late[i];
        }
    }
    sim->late.count = kept;
    return GPUSIM_OK;
}

void gs_replay_left(gpusim_sim *sim, uint32_t slot)
{
    uint32_t *late = sim->late.data;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < sim->late.count; i++) {
        if (late[i] != slot) {
            late[kept++] = late[i];
        }
    }
    sim->late.count = kept;
}
