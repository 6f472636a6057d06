/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Jobs that share GPUs: what they hold, and their tenancies. */
#include <string.h>

#include "core/sim.h"
#include "policy/index.h"
#include "policy/share.h"

// ---- the model ----

static int anybody_shares(const gpusim_model *model)
{
    const gs_workload *workload = &model->workload;
    if (gs_setup_reads(&model->setup, GPUSIM_MODULE_SHARES)) {
        return 1; // it looks at single GPUs
    }
    for (uint32_t i = 0; i < workload->jobs.count; i++) {
        const gs_job *job = &GS_AT(workload->jobs, gs_job, i);
        if (job->gpus > 0 && (job->milli < 1000 || job->mig != 0)) {
            return 1;
        }
    }
    for (uint32_t i = 0; i < workload->synthetic_count; i++) {
        if (gs_synthetic_shares(workload->synthetic[i])) {
            return 1;
        }
    }
    for (uint32_t g = 0; model->hardware.groups && g < model->cluster.group_count; g++) {
        if (model->hardware.groups[g].mig) {
            return 1;
        }
    }
    return 0;
}

static gpusim_status fill_cut(gpusim_model *model, const gpusim_list *list, gs_cut *cut,
                              gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    const gpusim_mig_profile *from = list->items;
    gs_mig_profile *to = gs_arena_get(&model->arena, list->count * sizeof *to);
    if (!to) {
        return gpusim_fail(err, GPUSIM_MEMORY, "no memory for %u MIG profiles", list->count);
    }
    for (uint32_t i = 0; i < list->count; i++) {
        const uint32_t *starts = from[i].starts.items;
        to[i] = (gs_mig_profile){
            .memory = from[i].memory, .compute = from[i].compute, .width = from[i].memory_slices};
        for (uint32_t k = 0; k < from[i].starts.count; k++) {
            to[i].starts |= 1u << starts[k];
        }
        GPUSIM_TRY(
            gs_names_add(model->names, from[i].name, strlen(from[i].name), &to[i].name, err));
    }
    *cut = (gs_cut){.profiles = to, .count = list->count, .cut = 1};
cleanup:
    return status;
}

gpusim_status gs_model_share(gpusim_model *model, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gs_cluster *cluster = &model->cluster;
    if (!anybody_shares(model)) {
        return GPUSIM_OK;
    }
    model->cuts = gs_arena_get(&model->arena, cluster->group_count * sizeof *model->cuts);
    if (!model->cuts) {
        return gpusim_fail(err, GPUSIM_MEMORY, "no memory for %u groups", cluster->group_count);
    }
    for (uint32_t g = 0; model->hardware.groups && g < cluster->group_count; g++) {
        const gs_node_hardware *hardware = &model->hardware.groups[g];
        if (hardware->mig) {
            GPUSIM_TRY(fill_cut(model, &hardware->gpu.mig, &model->cuts[g], err));
            cluster->groups[g].cut = 1;
        }
    }
cleanup:
    return status;
}

uint32_t gs_model_milli(const gpusim_model *model, const gs_job *job)
{
    // a profile's name says how many compute slices it has, whatever the GPU
    for (uint32_t g = 0; model->cuts && job->mig && g < model->cluster.group_count; g++) {
        const gs_mig_profile *profile = gs_mig_find(&model->cuts[g], job->mig);
        if (profile) {
            return gs_mig_milli(profile->compute);
        }
    }
    return job->milli;
}

// ---- allocations ----

static gpusim_gpu_info *share_of(gpusim_sim *sim, uint32_t node, uint32_t gpu)
{
    return &GS_AT(sim->shares, gpusim_gpu_info, sim->model->cluster.node_first_gpu[node] + gpu);
}

static void set_bit(gpusim_sim *sim, uint32_t node, uint32_t gpu, int free)
{
    uint64_t *word =
        (uint64_t *)sim->gpu_free.data + sim->model->cluster.node_first_word[node] + gpu / 64;
    uint64_t bit = UINT64_C(1) << gpu % 64;
    *word = free ? *word | bit : *word & ~bit;
    GS_NODE(sim, node)->free_gpus += free ? 1u : UINT32_MAX; // one fewer
}

gpusim_refusal gs_share_take_part(gpusim_sim *sim, const gpusim_job_info *job,
                                  const gpusim_part *part)
{
    for (uint32_t k = 0; k < part->gpus; k++) {
        // those it has are in scratch; what is wished for, else what is best
        gpusim_part one = *part;
        one.gpus = 1;
        one.first_gpu += part->first_gpu == GPUSIM_NONE ? 0 : k;
        one.milli = job->milli;
        const gpusim_part *taken = sim->scratch.data;
        uint32_t count = sim->scratch.count;
        int wished = one.first_gpu != GPUSIM_NONE &&
                     !gs_share_is_among(taken, count, one.node, one.first_gpu) &&
                     gs_share_admits(&sim->view, job, &one);
        if (wished && one.slices == 0) {
            one = gs_share_part(&sim->view, job, one.node, one.first_gpu);
        } else if (!wished && !gs_share_choose(&sim->view, job, one.node, taken, count, &one)) {
            return GPUSIM_REFUSED_GPUS;
        }
        GS_KEEP(sim, gs_array_push(&sim->scratch, &one, &sim->failure_error));
        if (sim->failure != GPUSIM_OK) {
            return GPUSIM_REFUSED_MEMORY;
        }
        gpusim_gpu_info *gpu = share_of(sim, one.node, one.first_gpu);
        if (gpu->free_milli == 1000) {
            set_bit(sim, one.node, one.first_gpu, 0);
        }
        gs_share_take(gpu, job, one.slices);
    }
    return GPUSIM_ACCEPTED;
}

void gs_share_give_part(gpusim_sim *sim, const gpusim_job_info *job, const gpusim_part *part)
{
    gpusim_gpu_info *gpu = share_of(sim, part->node, part->first_gpu);
    gs_share_give(gpu, &sim->view.groups[GS_NODE(sim, part->node)->group], job, part->slices);
    if (gpu->free_milli == 1000) {
        set_bit(sim, part->node, part->first_gpu, 1);
    }
}

uint64_t gs_vc_milli(const gpusim_vc_info *vc)
{
    return (uint64_t)vc->used * 1000 + vc->milli;
}

void gs_share_count(gpusim_sim *sim, const gpusim_job_info *job, int sign)
{
    gs_totals *totals = GS_TOTALS(sim);
    uint64_t milli = gs_job_milli(job);
    gpusim_time now = gpusim_engine_now(sim->engine);
    gs_usage_add(&GS_AT(sim->users, gpusim_user_info, job->owner).usage, now, milli, sign);
    if (gs_job_shares(job)) {
        totals->parted = sign > 0 ? totals->parted + milli : totals->parted - milli;
    } else {
        totals->allocated =
            sign > 0 ? totals->allocated + job->gpus : totals->allocated - job->gpus;
    }
    if (job->vc != GPUSIM_NONE) {
        gpusim_vc_info *vc = &GS_AT(sim->vcs, gpusim_vc_info, job->vc);
        uint64_t used = sign > 0 ? gs_vc_milli(vc) + milli : gs_vc_milli(vc) - milli;
        vc->used = (uint32_t)(used / 1000);
        vc->milli = (uint32_t)(used % 1000);
        gs_usage_add(&vc->usage, now, milli, sign);
        if (job->preemptible) {
            vc->preemptible = sign > 0 ? vc->preemptible + milli : vc->preemptible - milli;
        }
    }
}
