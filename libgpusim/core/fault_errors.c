/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the drivers of GPUs count of their errors. */
#include "core/faults.h"

/* An NVLink's error in the driver's log. */
#define GS_XID_NVLINK 74u

gpusim_status gs_gpu_errors_create(gpusim_sim *sim, gpusim_error *err)
{
    return gs_array_resize(&sim->gpu_errors, sim->model->cluster.gpu_count, err);
}

gs_gpu_errors gs_gpu_errors_now(const gpusim_sim *sim, uint32_t gpu)
{
    gs_gpu_errors errors = {0};
    if (sim->gpu_errors.count > 0) {
        errors = GS_AT(sim->gpu_errors, gs_gpu_errors, gpu);
        gpusim_time now = gpusim_engine_now(sim->engine);
        errors.correctable +=
            gs_gpu_effect(sim, gpu)->correctable * gpusim_seconds(now - errors.settled);
        errors.settled = now;
    }
    return errors;
}

void gs_gpu_errors_settle(gpusim_sim *sim, uint32_t gpu)
{
    GS_AT(sim->gpu_errors, gs_gpu_errors, gpu) = gs_gpu_errors_now(sim, gpu);
}

void gs_gpu_errors_strike(gpusim_sim *sim, uint32_t gpu, const gs_strike *strike)
{
    gs_gpu_errors *errors = &GS_AT(sim->gpu_errors, gs_gpu_errors, gpu);
    errors->uncorrectable += strike->uncorrectable;
    errors->links += strike->xid == GS_XID_NVLINK;
    if (strike->remapped == GPUSIM_NONE) {
        errors->failed = 1;
    } else if (strike->remapped > 0) {
        *(strike->uncorrectable > 0 ? &errors->remapped : &errors->remapped_correctable) +=
            strike->remapped;
        errors->pending = 1;
    }
}

void gs_gpu_errors_restart(gpusim_sim *sim, uint32_t gpu)
{
    gs_gpu_errors_settle(sim, gpu);
    gs_gpu_errors *errors = &GS_AT(sim->gpu_errors, gs_gpu_errors, gpu);
    errors->correctable_before = errors->correctable;
    errors->uncorrectable_before = errors->uncorrectable;
    errors->pending = 0;
}
