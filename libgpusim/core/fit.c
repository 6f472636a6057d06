/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whether a job could run on the cluster if nobody else did. */
#include <string.h>

#include "core/model.h"
#include "policy/share.h"

static uint64_t smaller(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* How many GPUs' worth of a job some nodes hold under each limit in turn; of a job without GPUs,
 * how many such jobs. */
typedef struct gs_room {
    uint64_t by_gpus, by_node, by_model, by_cut, by_cpus, by_memory, by_storage, by_gpu_memory;
} gs_room;

// `nodes` of a group are those that its selector means
static void add_group(gs_room *room, const gpusim_group_info *group, uint32_t nodes,
                      const gs_cut *cut, const gpusim_job_info *job)
{
    uint64_t gpus = job->gpus ? group->gpus : 1;
    uint64_t cpus = job->cpus && group->cpus != UINT32_MAX ? group->cpus / job->cpus : gpus;
    uint64_t memory =
        job->memory && group->memory != UINT64_MAX ? group->memory / job->memory : gpus;
    const gs_mig_profile *profile = cut ? gs_mig_find(cut, job->mig) : NULL;
    uint64_t limit = profile ? profile->memory : group->gpu_memory;
    int holds = limit == 0 || job->gpu_memory <= limit;
    uint64_t storage =
        job->storage && group->storage != UINT64_MAX ? group->storage / job->storage : gpus;
    uint64_t held = smaller(smaller(gpus, cpus), memory), all = smaller(held, storage);
    room->by_gpus += gpus * group->nodes;
    room->by_node += gpus * nodes;
    if (!gs_models_take(job, group->gpu_model)) {
        return;
    }
    room->by_model += gpus * nodes;
    if (cut && !gs_cut_takes(cut, job)) {
        return;
    }
    room->by_cut += gpus * nodes;
    room->by_cpus += smaller(gpus, cpus) * nodes;
    room->by_memory += held * nodes;
    room->by_storage += all * nodes;
    room->by_gpu_memory += holds ? all * nodes : 0;
}

// the room that one cluster has for a job
static gs_room room_in(const gpusim_model *model, const gpusim_job_info *job, uint32_t number)
{
    const gs_cluster *cluster = &model->cluster;
    gs_room room = {0};
    for (uint32_t g = 0; g < cluster->group_count && gs_cluster_takes(job, number); g++) {
        if (cluster->groups[g].cluster == number &&
            (job->group == GPUSIM_NONE || job->group == g)) {
            const gpusim_group_info *group = &cluster->groups[g];
            uint32_t nodes =
                job->selector ? model->selectors[job->selector - 1].matching[g] : group->nodes;
            add_group(&room, group, nodes, model->cuts ? &model->cuts[g] : NULL, job);
        }
    }
    return room;
}

static uint32_t misfit_of(gs_room room, const gpusim_job_info *job)
{
    uint64_t wanted = job->gpus ? job->gpus : 1;
    if (room.by_gpus < wanted) {
        return GPUSIM_REASON_TOO_LARGE;
    }
    if (room.by_node < wanted) {
        return GPUSIM_REASON_NO_NODE;
    }
    if (room.by_model < wanted) {
        return GPUSIM_REASON_NO_GPU_MODEL;
    }
    if (room.by_cut < wanted) {
        return job->mig == 0 ? GPUSIM_REASON_CUT
               : room.by_cut ? GPUSIM_REASON_TOO_LARGE
                             : GPUSIM_REASON_NO_MIG;
    }
    if (room.by_cpus < wanted) {
        return GPUSIM_REASON_NO_CPUS;
    }
    if (room.by_memory < wanted) {
        return GPUSIM_REASON_NO_MEMORY;
    }
    if (room.by_storage < wanted) {
        return GPUSIM_REASON_NO_STORAGE;
    }
    return room.by_gpu_memory < wanted ? GPUSIM_REASON_NO_GPU_MEMORY : GPUSIM_REASON_NONE;
}

uint32_t gs_model_misfit(const gpusim_model *model, const gpusim_job_info *job)
{
    // it is enough that one cluster takes it; else the first that comes furthest says why not
    uint32_t misfit = GPUSIM_REASON_TOO_LARGE;
    for (uint32_t c = 0; c < model->cluster.cluster_count; c++) {
        gs_room room = room_in(model, job, c);
        uint32_t here = misfit_of(room, job);
        misfit = here == GPUSIM_REASON_NONE || misfit == GPUSIM_REASON_TOO_LARGE ? here : misfit;
        if (here == GPUSIM_REASON_NONE) {
            break;
        }
    }
    if (misfit != GPUSIM_REASON_NONE) {
        return misfit;
    }
    if (job->vc != GPUSIM_NONE) {
        uint32_t quota = GS_AT(model->vcs, gpusim_vc_info, job->vc).quota;
        int lent = model->setup.borrow && job->preemptible;
        if (!lent && quota != GPUSIM_NONE && gs_job_milli(job) > (uint64_t)quota * 1000) {
            return GPUSIM_REASON_OVER_QUOTA;
        }
    }
    return GPUSIM_REASON_NONE;
}

gpusim_status gs_model_index_names(gpusim_model *model, gpusim_error *err)
{
    uint32_t count = gs_names_count(model->names);
    model->group_by_name = gs_arena_get(&model->arena, count * sizeof(uint32_t));
    model->vc_by_name = gs_arena_get(&model->arena, count * sizeof(uint32_t));
    model->cluster_by_name = gs_arena_get(&model->arena, count * sizeof(uint32_t));
    if (!model->group_by_name || !model->vc_by_name || !model->cluster_by_name) {
        return gpusim_fail(err, GPUSIM_MEMORY, "no memory to look up %u names", count);
    }
    for (uint32_t i = 0; i < count; i++) {
        model->group_by_name[i] = model->vc_by_name[i] = GPUSIM_NONE;
        model->cluster_by_name[i] = GPUSIM_NONE;
    }
    for (uint32_t i = 0; i < model->cluster.group_count; i++) {
        model->group_by_name[model->cluster.groups[i].name] = i;
    }
    for (uint32_t i = 0; i < model->cluster.cluster_count; i++) {
        model->cluster_by_name[model->cluster.cluster_name[i]] = i;
    }
    for (uint32_t i = 0; i < model->vcs.count; i++) {
        model->vc_by_name[GS_AT(model->vcs, gpusim_vc_info, i).name] = i;
    }
    model->looked_up = count;
    return GPUSIM_OK;
}

uint32_t gs_model_find_vc(const gpusim_model *model, uint32_t name)
{
    return name != 0 && name < model->looked_up ? model->vc_by_name[name] : GPUSIM_NONE;
}

uint32_t gs_model_find_group(const gpusim_model *model, uint32_t name)
{
    return name != 0 && name < model->looked_up ? model->group_by_name[name] : GPUSIM_NONE;
}

uint32_t gs_model_find_cluster(const gpusim_model *model, uint32_t name)
{
    return name != 0 && name < model->looked_up ? model->cluster_by_name[name] : GPUSIM_NONE;
}

uint32_t gs_model_find_node(const gpusim_model *model, const char *text)
{
    // "train-0003": what follows the last dash is its number within the group
    const gs_cluster *cluster = &model->cluster;
    const char *dash = strrchr(text, '-');
    uint32_t name = gs_names_find(model->names, text, strlen(text)), number = 0;
    if (name == GPUSIM_NONE) {
        return GPUSIM_NONE;
    }
    for (uint32_t n = 0; cluster->node_rank && n < cluster->node_count; n++) {
        if (cluster->node_name[n] == name) {
            return n; // names from a file are what they are
        }
    }
    if (!dash) {
        return GPUSIM_NONE;
    }
    for (const char *at = dash + 1; *at >= '0' && *at <= '9' && number < INT32_MAX / 10; at++) {
        number = 10 * number + (uint32_t)(*at - '0');
    }
    for (uint32_t g = 0; g < cluster->group_count; g++) {
        uint32_t node = cluster->groups[g].first_node + number;
        if (number < cluster->groups[g].nodes && cluster->node_name[node] == name) {
            return node;
        }
    }
    return GPUSIM_NONE;
}
