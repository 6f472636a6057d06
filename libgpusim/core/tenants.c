/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tenants: a job on one of its GPUs, or on part of it. Each is in two lists, of its GPU and of its
 * job; free ones are chained. */
#include <string.h>

#include "core/sim.h"

static gpusim_status tenant_get(gpusim_sim *sim, uint32_t *index, gpusim_error *err)
{
    gs_totals *totals = GS_TOTALS(sim);
    if (totals->first_free_tenant != GPUSIM_NONE) {
        *index = totals->first_free_tenant;
        totals->first_free_tenant = GS_AT(sim->tenants, gs_tenant, *index).next_of_job;
        return GPUSIM_OK;
    }
    *index = sim->tenants.count;
    return gs_array_push(&sim->tenants, NULL, err);
}

static gpusim_status add(gpusim_sim *sim, uint32_t slot, uint32_t gpu, const gpusim_part *part,
                         gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gs_live *live = GS_LIVE(sim, slot);
    uint32_t index = 0;
    GPUSIM_TRY(tenant_get(sim, &index, err));
    GS_AT(sim->tenants, gs_tenant, index) = (gs_tenant){
        .job = slot,
        .gpu = gpu,
        .next_on_gpu = GS_GPU(sim, gpu)->first_tenant,
        .next_of_job = live->first_tenant,
        .milli = part->milli,
        .slices = part->slices,
    };
    GS_GPU(sim, gpu)->first_tenant = index;
    live->first_tenant = index;
    GPUSIM_TRY(gs_leaks_join(sim, index, err));
cleanup:
    return status;
}

gpusim_status gs_tenants_add(gpusim_sim *sim, uint32_t slot, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    const gpusim_job_info *job = GS_JOB(sim, slot);
    GS_LIVE(sim, slot)->first_tenant = GPUSIM_NONE;
    if (sim->gpus.count == 0) {
        return GPUSIM_OK;
    }

    // from the last to the first, so that its list is in order
    for (uint32_t i = job->first_part + job->parts; i-- > job->first_part;) {
        const gpusim_part *part = &GS_AT(sim->parts, gpusim_part, i);
        uint32_t first = sim->model->cluster.node_first_gpu[part->node] + part->first_gpu;
        for (uint32_t g = part->gpus; g-- > 0;) {
            GPUSIM_TRY(add(sim, slot, first + g, part, err));
        }
    }
cleanup:
    return status;
}

void gs_tenants_remove(gpusim_sim *sim, uint32_t slot)
{
    gs_live *live = GS_LIVE(sim, slot);
    while (live->first_tenant != GPUSIM_NONE) {
        uint32_t index = live->first_tenant;
        gs_tenant *tenant = &GS_AT(sim->tenants, gs_tenant, index);
        uint32_t *link = &GS_GPU(sim, tenant->gpu)->first_tenant;
        while (*link != index) {
            link = &GS_AT(sim->tenants, gs_tenant, *link).next_on_gpu;
        }
        *link = tenant->next_on_gpu;
        live->first_tenant = tenant->next_of_job;
        memset(tenant, 0, sizeof *tenant);
        tenant->next_of_job = GS_TOTALS(sim)->first_free_tenant;
        GS_TOTALS(sim)->first_free_tenant = index;
    }
}
