/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The invariants of a run, recomputed from nothing but jobs and their parts. */
#include <string.h>

#include "core/measure.h"
#include "core/sim.h"

typedef struct gs_recount {
    gpusim_node_info *nodes; /* as they have to be */
    uint64_t *gpu_free;
    gpusim_gpu_info *shares;
    uint64_t *vc_used; /* thousandths of GPUs */
    uint64_t *vc_spot; /* those of preemptible jobs */
    uint32_t *vc_queued;
    gpusim_user_info *users; /* their jobs and GPUs now */
    uint32_t *shape_jobs;
    uint8_t *part_used;
    uint64_t *last_job; /* per node: order + 1 of the job that was counted there last */
    uint64_t allocated, parted, queued, running;
} gs_recount;

#define GS_BROKEN(...) gpusim_fail(err, GPUSIM_INTERNAL, __VA_ARGS__)

static gpusim_status recount_begin(const gpusim_sim *sim, gs_recount *count, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    const gs_cluster *cluster = &sim->model->cluster;
    GPUSIM_TRY(gs_allocate(&count->nodes, sim->nodes.count, sizeof *count->nodes, err));
    GPUSIM_TRY(gs_allocate(&count->gpu_free, sim->gpu_free.count, sizeof(uint64_t), err));
    GPUSIM_TRY(gs_allocate(&count->shares, sim->shares.count, sizeof *count->shares, err));
    GPUSIM_TRY(gs_allocate(&count->vc_used, sim->vcs.count, sizeof(uint64_t), err));
    GPUSIM_TRY(gs_allocate(&count->vc_spot, sim->vcs.count, sizeof(uint64_t), err));
    GPUSIM_TRY(gs_allocate(&count->vc_queued, sim->vcs.count, sizeof(uint32_t), err));
    GPUSIM_TRY(gs_allocate(&count->users, sim->users.count, sizeof *count->users, err));
    GPUSIM_TRY(gs_allocate(&count->shape_jobs, sim->shapes.count, sizeof(uint32_t), err));
    GPUSIM_TRY(gs_allocate(&count->part_used, sim->parts.count, 1, err));
    GPUSIM_TRY(gs_allocate(&count->last_job, sim->nodes.count, sizeof(uint64_t), err));
    for (uint32_t n = 0; n < sim->nodes.count; n++) {
        count->nodes[n] = *GS_NODE(sim, n);
        count->nodes[n].free_gpus = count->nodes[n].gpus;
        count->nodes[n].free_cpus = count->nodes[n].cpus;
        count->nodes[n].free_memory = count->nodes[n].memory;
        count->nodes[n].free_storage = count->nodes[n].storage;
        count->nodes[n].jobs = 0;
        uint64_t *words = count->gpu_free + cluster->node_first_word[n];
        for (uint32_t g = 0; g < count->nodes[n].gpus; g++) {
            words[g / 64] |= UINT64_C(1) << (g % 64);
            if (sim->shares.count > 0) {
                const gpusim_group_info *group = &cluster->groups[count->nodes[n].group];
                count->shares[cluster->node_first_gpu[n] + g] = gs_share_empty(group);
            }
        }
    }
cleanup:
    return status;
}

// a part of one GPU: nothing of it may be held twice
static gpusim_status recount_share(const gpusim_sim *sim, const gpusim_job_info *job,
                                   const gpusim_part *part, gs_recount *count, gpusim_error *err)
{
    gpusim_node_info *node = &count->nodes[part->node];
    const gs_cut *cut = &sim->model->cuts[node->group];
    const gs_mig_profile *profile = gs_mig_find(cut, job->mig);
    uint32_t width = (uint32_t)__builtin_popcount(part->slices);
    if (part->gpus != 1 || part->first_gpu >= node->gpus || part->milli != job->milli ||
        !gs_cut_takes(cut, job) || (part->slices != 0) != (profile != NULL)) {
        return GS_BROKEN("job %llu shares what is no part of a GPU",
                         (unsigned long long)job->order);
    }
    uint32_t first = sim->model->cluster.node_first_gpu[part->node];
    gpusim_gpu_info *gpu = &count->shares[first + part->first_gpu];
    if (gpu->free_milli < part->milli || (part->slices & ~gpu->free_slices) ||
        (profile &&
         (width != profile->width || !(profile->starts >> __builtin_ctz(part->slices) & 1) ||
          job->gpu_memory > profile->memory)) ||
        (!profile && job->gpu_memory > gpu->free_memory)) {
        return GS_BROKEN("more is held of GPU %u of node %u than there is", part->first_gpu,
                         part->node);
    }
    if (gpu->free_milli == 1000) {
        uint64_t *words = count->gpu_free + sim->model->cluster.node_first_word[part->node];
        words[part->first_gpu / 64] &= ~(UINT64_C(1) << (part->first_gpu % 64));
        node->free_gpus--;
    }
    gpu->free_milli -= part->milli;
    gpu->free_slices &= ~part->slices;
    gpu->free_memory -= gpu->free_memory == UINT64_MAX ? 0 : job->gpu_memory;
    return GPUSIM_OK;
}

// GPUs that nobody else may hold anything of
static gpusim_status recount_whole(const gpusim_sim *sim, const gpusim_part *part,
                                   gs_recount *count, gpusim_error *err)
{
    gpusim_node_info *node = &count->nodes[part->node];
    uint64_t *words = count->gpu_free + sim->model->cluster.node_first_word[part->node];
    uint32_t first = sim->model->cluster.node_first_gpu[part->node];
    for (uint32_t g = part->first_gpu; part->gpus > 0 && g < part->first_gpu + part->gpus; g++) {
        if (g >= node->gpus || !(words[g / 64] >> (g % 64) & 1)) {
            return GS_BROKEN("GPU %u of node %u is used twice", g, part->node);
        }
        words[g / 64] &= ~(UINT64_C(1) << (g % 64));
        if (sim->shares.count > 0) {
            count->shares[first + g] = (gpusim_gpu_info){0};
        }
    }
    node->free_gpus -= part->gpus;
    return GPUSIM_OK;
}

static gpusim_status recount_part(const gpusim_sim *sim, const gpusim_job_info *job, uint32_t index,
                                  gs_recount *count, gpusim_error *err)
{
    if (index >= sim->parts.count || count->part_used[index]++) {
        return GS_BROKEN("job %llu shares a part of its allocation",
                         (unsigned long long)job->order);
    }
    const gpusim_part *part = &GS_AT(sim->parts, gpusim_part, index);
    if (part->node >= sim->nodes.count) {
        return GS_BROKEN("job %llu is on no node", (unsigned long long)job->order);
    }
    gpusim_node_info *node = &count->nodes[part->node];
    gpusim_status status = gs_job_shares(job) ? recount_share(sim, job, part, count, err)
                                              : recount_whole(sim, part, count, err);
    if (status != GPUSIM_OK) {
        return status;
    }
    uint64_t worth = job->gpus ? part->gpus : 1;
    uint64_t cpus = worth * job->cpus;
    uint64_t memory = worth * job->memory;
    if ((node->cpus != UINT32_MAX && cpus > node->free_cpus) ||
        (node->memory != UINT64_MAX && memory > node->free_memory) ||
        (node->storage != UINT64_MAX && worth * job->storage > node->free_storage)) {
        return GS_BROKEN("node %u has given more cores, memory or storage than it has", part->node);
    }
    node->free_cpus -= node->cpus != UINT32_MAX ? (uint32_t)cpus : 0;
    node->free_memory -= node->memory != UINT64_MAX ? memory : 0;
    node->free_storage -= node->storage != UINT64_MAX ? worth * job->storage : 0;
    node->jobs += count->last_job[part->node] != job->order + 1;
    count->last_job[part->node] = job->order + 1;
    return GPUSIM_OK;
}

static gpusim_status recount_running(const gpusim_sim *sim, uint32_t slot, gs_recount *count,
                                     gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    const gpusim_job_info *job = GS_JOB(sim, slot);
    const gs_live *live = GS_LIVE(sim, slot);
    uint64_t gpus = 0;
    if (live->running_at >= sim->running.count ||
        GS_AT(sim->running, uint32_t, live->running_at) != slot) {
        return GS_BROKEN("job %llu is not in the running list", (unsigned long long)job->order);
    }
    GPUSIM_TRY(gs_progress_check(sim, slot, err));
    for (uint32_t i = 0; i < job->parts; i++) {
        GPUSIM_TRY(recount_part(sim, job, job->first_part + i, count, err));
        gpus += GS_AT(sim->parts, gpusim_part, job->first_part + i).gpus;
    }
    if (gpus != job->gpus || job->parts == 0) {
        return GS_BROKEN("job %llu has %llu GPUs of %u", (unsigned long long)job->order,
                         (unsigned long long)gpus, job->gpus);
    }
    gpusim_placement held = {.parts = &GS_AT(sim->parts, gpusim_part, job->first_part),
                             .count = job->parts};
    uint32_t group = GS_NODE(sim, held.parts[0].node)->group;
    if (!gs_is_in_one_cluster(&sim->view, &held) ||
        !gs_cluster_takes(job, sim->view.groups[group].cluster)) {
        return GS_BROKEN("job %llu is not in one cluster that it may use",
                         (unsigned long long)job->order);
    }
    count->running++;
    uint64_t milli = gpus * job->milli;
    count->allocated += gs_job_shares(job) ? 0 : gpus;
    count->parted += gs_job_shares(job) ? milli : 0;
    count->users[job->owner].running++;
    count->users[job->owner].usage.milli += milli;
    if (job->vc != GPUSIM_NONE) {
        count->vc_used[job->vc] += milli;
        count->vc_spot[job->vc] += job->preemptible ? milli : 0;
    }
cleanup:
    return status;
}

static gpusim_status recount_jobs(const gpusim_sim *sim, gs_recount *count, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    for (uint32_t slot = 0; slot < sim->jobs.count; slot++) {
        const gpusim_job_info *job = GS_JOB(sim, slot);
        if (job->id.generation == 0) {
            continue;
        }
        if (job->id.index != slot || job->submit > gpusim_engine_now(sim->engine)) {
            return GS_BROKEN("slot %u holds another job, or one from the future", slot);
        }
        count->shape_jobs[job->shape]++;
        if (job->owner >= sim->users.count ||
            GS_AT(sim->users, gpusim_user_info, job->owner).name != job->user) {
            return GS_BROKEN("job %llu is somebody else's", (unsigned long long)job->order);
        }
        if (job->gpus < job->least_gpus || job->gpus > job->most_gpus ||
            (job->state == GPUSIM_JOB_QUEUED && job->gpus != job->requested)) {
            return GS_BROKEN("job %llu wants %u GPUs, and has %u", (unsigned long long)job->order,
                             job->requested, job->gpus);
        }
        if (job->state == GPUSIM_JOB_RUNNING) {
            GPUSIM_TRY(recount_running(sim, slot, count, err));
        } else if (job->state == GPUSIM_JOB_QUEUED && job->parts == 0 &&
                   job->rate == gs_job_share(job)) {
            count->queued++;
            count->users[job->owner].queued++;
            if (job->vc != GPUSIM_NONE) {
                count->vc_queued[job->vc]++;
            }
        } else {
            return GS_BROKEN("job %llu is neither queued, at the rate of its share, nor running",
                             (unsigned long long)job->order);
        }
    }
cleanup:
    return status;
}

static gpusim_status compare_totals(const gpusim_sim *sim, const gs_recount *count,
                                    gpusim_error *err)
{
    const gs_totals *totals = GS_TOTALS(sim);
    uint64_t over = totals->completed + totals->failed + totals->cancelled + totals->timeout +
                    totals->oom + totals->rejected;
    if (totals->submitted != over + totals->alive ||
        totals->alive != count->queued + count->running) {
        return GS_BROKEN("jobs were lost: %llu submitted, %llu ended, %u alive",
                         (unsigned long long)totals->submitted, (unsigned long long)over,
                         totals->alive);
    }
    if (sim->ended_jobs.count != over || sim->running.count != count->running ||
        totals->queued_now != count->queued || totals->allocated != count->allocated ||
        totals->parted != count->parted) {
        return GS_BROKEN("the counters do not agree with the jobs");
    }
    if (totals->integrated > gpusim_engine_now(sim->engine)) {
        return GS_BROKEN("time has run back");
    }
    for (uint32_t v = 0; v < sim->vcs.count; v++) {
        const gpusim_vc_info *vc = &GS_AT(sim->vcs, gpusim_vc_info, v);
        uint64_t firm = count->vc_used[v] - (sim->model->setup.borrow ? count->vc_spot[v] : 0);
        if (vc->preemptible != count->vc_spot[v] ||
            vc->used * UINT64_C(1000) + vc->milli != count->vc_used[v] || vc->milli > 999 ||
            vc->queued != count->vc_queued[v] ||
            (vc->quota != GPUSIM_NONE && firm > vc->quota * UINT64_C(1000))) {
            return GS_BROKEN("virtual cluster %u is over its quota or miscounted", v);
        }
    }
    for (uint32_t s = 0; s < sim->shapes.count; s++) {
        if (GS_AT(sim->shapes, gs_shape, s).jobs != count->shape_jobs[s]) {
            return GS_BROKEN("shape %u is miscounted", s);
        }
    }
    return GPUSIM_OK;
}

// users have their jobs, and what they have held together is what the cluster has allocated
static gpusim_status compare_users(const gpusim_sim *sim, const gs_recount *count,
                                   gpusim_error *err)
{
    const gs_totals *totals = GS_TOTALS(sim);
    gs_wide held = 0;
    for (uint32_t u = 0; u < sim->users.count; u++) {
        const gpusim_user_info *user = &GS_AT(sim->users, gpusim_user_info, u);
        const gpusim_user_info *found = &count->users[u];
        held += gs_usage_now(&user->usage, totals->integrated);
        if (user->running != found->running || user->queued != found->queued ||
            user->usage.milli != found->usage.milli || user->usage.gpu_rest >= 1000000000000u) {
            return GS_BROKEN("user %u is miscounted", u);
        }
    }
    if (held != totals->gpu_allocated * 1000 + totals->gpu_parted) {
        return GS_BROKEN("users have held other GPU time than the cluster has given");
    }
    return GPUSIM_OK;
}

static gpusim_status compare_nodes(const gpusim_sim *sim, const gs_recount *count,
                                   gpusim_error *err)
{
    for (uint32_t n = 0; n < sim->nodes.count; n++) {
        if (memcmp(GS_NODE(sim, n), &count->nodes[n], sizeof count->nodes[n]) != 0) {
            return GS_BROKEN("node %u is miscounted", n);
        }
    }
    if (sim->gpu_free.count > 0 &&
        memcmp(sim->gpu_free.data, count->gpu_free, sim->gpu_free.count * sizeof(uint64_t)) != 0) {
        return GS_BROKEN("the free GPUs are not those that no job holds");
    }
    if (sim->shares.count > 0 &&
        memcmp(sim->shares.data, count->shares, sim->shares.count * sizeof *count->shares) != 0) {
        return GS_BROKEN("what is left of shared GPUs is not what no job holds");
    }
    return GPUSIM_OK;
}

gpusim_status gpusim_sim_check(const gpusim_sim *sim, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gs_recount count = {0};
    if (sim->failure != GPUSIM_OK) {
        return gpusim_fail(err, GPUSIM_ARGUMENT, "a run that has failed cannot be checked");
    }
    GPUSIM_TRY(recount_begin(sim, &count, err));
    GPUSIM_TRY(recount_jobs(sim, &count, err));
    GPUSIM_TRY(compare_totals(sim, &count, err));
    GPUSIM_TRY(compare_users(sim, &count, err));
    GPUSIM_TRY(compare_nodes(sim, &count, err));
    GPUSIM_TRY(gs_measure_check(sim, err));
    GPUSIM_TRY(gs_physics_check(sim, err));
    GPUSIM_TRY(gs_vram_check(sim, err));
    GPUSIM_TRY(gs_fragments_check(sim, err));
    GPUSIM_TRY(gs_network_check(sim, err));
    GPUSIM_TRY(gs_faults_check(sim, err));
    GPUSIM_TRY(gs_fleet_check(sim, err));
    GPUSIM_TRY(gs_index_check(sim->index, &sim->view, err));
    GPUSIM_TRY(gs_engine_check(sim->engine, err));
    if (sim->policy) {
        GPUSIM_TRY(gs_policy_check(sim->policy, err));
    }
cleanup:
    gs_release(&count.nodes);
    gs_release(&count.gpu_free);
    gs_release(&count.shares);
    gs_release(&count.vc_used);
    gs_release(&count.vc_spot);
    gs_release(&count.vc_queued);
    gs_release(&count.users);
    gs_release(&count.shape_jobs);
    gs_release(&count.part_used);
    gs_release(&count.last_job);
    return status;
}
