/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Parts of GPUs: rooms, MIG slices, and the choice of a GPU. */
#include "policy/share.h"

#include "policy/index.h"
#include "policy/selector.h"

// ---- MIG ----

const gs_mig_profile *gs_mig_find(const gs_cut *cut, uint32_t name)
{
    for (uint32_t i = 0; name != 0 && cut->cut && i < cut->count; i++) {
        if (cut->profiles[i].name == name) {
            return &cut->profiles[i];
        }
    }
    return NULL;
}

int gs_cut_takes(const gs_cut *cut, const gpusim_job_info *job)
{
    if (job->gpus == 0) {
        return 1;
    }
    return cut->cut ? gs_mig_find(cut, job->mig) != NULL : job->mig == 0;
}

static uint32_t slices_of(const gs_mig_profile *profile, uint32_t start)
{
    return ((1u << profile->width) - 1) << start;
}

// instances of any profile that could begin somewhere
static uint32_t options(const gs_cut *cut, uint32_t free)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < cut->count; i++) {
        const gs_mig_profile *profile = &cut->profiles[i];
        for (uint32_t start = 0; start < GS_MIG_SLICES; start++) {
            uint32_t slices = slices_of(profile, start);
            count += (profile->starts >> start & 1) && (free & slices) == slices;
        }
    }
    return count;
}

static int has_start(const gs_mig_profile *profile, uint32_t free)
{
    for (uint32_t start = 0; start < GS_MIG_SLICES; start++) {
        uint32_t slices = slices_of(profile, start);
        if ((profile->starts >> start & 1) && (free & slices) == slices) {
            return 1;
        }
    }
    return 0;
}

// whether these slices, no more and no fewer, are what one takes
static int is_instance(const gs_mig_profile *profile, uint32_t slices)
{
    uint32_t start = (uint32_t)__builtin_ctz(slices);
    return start < GS_MIG_SLICES && (profile->starts >> start & 1) &&
           slices_of(profile, start) == slices;
}

uint32_t gs_mig_place(const gs_cut *cut, const gs_mig_profile *profile, uint32_t free)
{
    uint32_t best = 0;
    uint32_t most = 0;
    for (uint32_t start = 0; start < GS_MIG_SLICES; start++) {
        uint32_t slices = slices_of(profile, start);
        if (!(profile->starts >> start & 1) || (free & slices) != slices) {
            continue;
        }
        uint32_t left = options(cut, free & ~slices);
        if (best == 0 || left > most) {
            best = slices;
            most = left;
        }
    }
    return best;
}

// ---- one GPU ----

gpusim_gpu_info gs_share_empty(const gpusim_group_info *group)
{
    return (gpusim_gpu_info){.free_memory = group->gpu_memory ? group->gpu_memory : UINT64_MAX,
                             .free_milli = 1000,
                             .free_slices = group->cut ? GS_MIG_ALL : 0};
}

void gs_share_take(gpusim_gpu_info *gpu, const gpusim_job_info *job, uint32_t slices)
{
    if (!gs_job_shares(job)) {
        *gpu = (gpusim_gpu_info){0};
        return;
    }
    gpu->free_milli -= job->milli < gpu->free_milli ? job->milli : gpu->free_milli;
    gpu->free_slices &= ~slices;
    if (gpu->free_memory != UINT64_MAX) {
        gpu->free_memory -= job->gpu_memory < gpu->free_memory ? job->gpu_memory : gpu->free_memory;
    }
}

void gs_share_give(gpusim_gpu_info *gpu, const gpusim_group_info *group, const gpusim_job_info *job,
                   uint32_t slices)
{
    gpusim_gpu_info empty = gs_share_empty(group);
    if (!gs_job_shares(job)) {
        *gpu = empty;
        return;
    }
    uint32_t held = empty.free_milli - gpu->free_milli;
    uint64_t memory_held = empty.free_memory - gpu->free_memory;
    gpu->free_milli += job->milli < held ? job->milli : held;
    gpu->free_slices |= slices;
    gpu->free_memory += job->gpu_memory < memory_held ? job->gpu_memory : memory_held;
}

uint32_t gs_share_left(const gs_cut *cut, const gpusim_gpu_info *gpu)
{
    return cut->cut ? (uint32_t)__builtin_popcount(gpu->free_slices) : gpu->free_milli;
}

static const gs_cut *cut_of(const gpusim_view *view, uint32_t node)
{
    return &gs_index_cuts(view->index)[view->nodes[node].group];
}

int gs_share_fits(const gs_cut *cut, const gpusim_gpu_info *gpu, const gpusim_job_info *job,
                  uint32_t slices)
{
    if (!gs_job_shares(job)) {
        return gpu->free_milli == 1000;
    }
    if (gpu->free_milli < job->milli) {
        return 0;
    }
    if (!cut->cut) {
        return slices == 0 && job->gpu_memory <= gpu->free_memory;
    }
    const gs_mig_profile *profile = gs_mig_find(cut, job->mig);
    if (!profile || job->gpu_memory > profile->memory) {
        return 0;
    }
    return slices ? (gpu->free_slices & slices) == slices && is_instance(profile, slices)
                  : has_start(profile, gpu->free_slices);
}

int gs_group_takes(const gpusim_view *view, const gpusim_job_info *job, uint32_t group)
{
    const gs_cut *cuts = gs_index_cuts(view->index);
    return gs_cluster_takes(job, view->groups[group].cluster) &&
           gs_selected_nodes(view, job, group) > 0 &&
           gs_models_take(job, view->groups[group].gpu_model) &&
           (!cuts || gs_cut_takes(&cuts[group], job));
}

// ---- one node ----

/* Where `free_gpus` of a hypothetical cluster is less than the GPUs that are free, jobs have been
 * promised some without saying which. */
static int is_free(const gpusim_gpu_info *gpu)
{
    return gpu->free_milli == 1000;
}

uint32_t gs_share_room(const gpusim_view *view, const gpusim_job_info *job, uint32_t node)
{
    const gs_cut *cut = cut_of(view, node);
    uint32_t room = 0;
    uint32_t free = 0;
    for (uint32_t g = view->node_first_gpu[node]; g < view->node_first_gpu[node + 1]; g++) {
        const gpusim_gpu_info *gpu = &view->gpus[g];
        if (gs_share_fits(cut, gpu, job, 0)) {
            room += !is_free(gpu);
            free += (uint32_t)is_free(gpu);
        }
    }
    uint32_t unpromised = view->nodes[node].free_gpus;
    uint32_t most = gs_partly_most(gs_index_partly(view->index), node);
    room += free < unpromised ? free : unpromised;
    return room < most ? room : most;
}

int gs_share_admits(const gpusim_view *view, const gpusim_job_info *job, const gpusim_part *part)
{
    uint32_t first = view->node_first_gpu[part->node];
    if (part->first_gpu >= view->node_first_gpu[part->node + 1] - first) {
        return 0;
    }
    const gpusim_gpu_info *gpu = &view->gpus[first + part->first_gpu];
    return (!is_free(gpu) || view->nodes[part->node].free_gpus > 0) &&
           gs_share_fits(cut_of(view, part->node), gpu, job, part->slices);
}

int gs_share_is_among(const gpusim_part *chosen, uint32_t count, uint32_t node, uint32_t gpu)
{
    for (uint32_t i = 0; i < count; i++) {
        if (chosen[i].node == node && chosen[i].first_gpu != GPUSIM_NONE &&
            gpu >= chosen[i].first_gpu && gpu < chosen[i].first_gpu + chosen[i].gpus) {
            return 1;
        }
    }
    return 0;
}

// free GPUs of a node that parts have been given already
static uint32_t free_among(const gpusim_view *view, const gpusim_part *chosen, uint32_t count,
                           uint32_t node)
{
    uint32_t free = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (chosen[i].node == node && chosen[i].first_gpu != GPUSIM_NONE) {
            free +=
                (uint32_t)is_free(&view->gpus[view->node_first_gpu[node] + chosen[i].first_gpu]);
        }
    }
    return free;
}

gpusim_part gs_share_part(const gpusim_view *view, const gpusim_job_info *job, uint32_t node,
                          uint32_t gpu)
{
    const gs_cut *cut = cut_of(view, node);
    const gs_mig_profile *profile = gs_mig_find(cut, job->mig);
    const gpusim_gpu_info *info = &view->gpus[view->node_first_gpu[node] + gpu];
    return (gpusim_part){.node = node,
                         .first_gpu = gpu,
                         .gpus = 1,
                         .milli = job->milli,
                         .slices = profile ? gs_mig_place(cut, profile, info->free_slices) : 0};
}

int gs_share_choose(const gpusim_view *view, const gpusim_job_info *job, uint32_t node,
                    const gpusim_part *chosen, uint32_t count, gpusim_part *part)
{
    const gs_cut *cut = cut_of(view, node);
    uint32_t first = view->node_first_gpu[node];
    uint32_t size = view->node_first_gpu[node + 1] - first;
    uint32_t best = GPUSIM_NONE;
    int free_left = view->nodes[node].free_gpus > free_among(view, chosen, count, node);
    for (uint32_t g = 0; g < size; g++) {
        const gpusim_gpu_info *gpu = &view->gpus[first + g];
        if ((is_free(gpu) && !free_left) || !gs_share_fits(cut, gpu, job, 0) ||
            gs_share_is_among(chosen, count, node, g)) {
            continue;
        }
        if (best == GPUSIM_NONE ||
            gs_share_left(cut, gpu) < gs_share_left(cut, &view->gpus[first + best])) {
            best = g;
        }
    }
    if (best == GPUSIM_NONE) {
        return 0;
    }
    *part = gs_share_part(view, job, node, best);
    return 1;
}

// ---- the cluster ----

// whether a node may take `gpus` GPUs' worth of a job, but for the GPUs themselves
static int node_admits(const gpusim_view *view, const gpusim_job_info *job, uint32_t node,
                       uint32_t gpus)
{
    const gpusim_node_info *info = &view->nodes[node];
    return info->state == GPUSIM_NODE_UP && job->avoid != node + 1 &&
           info->free_cpus / gpus >= job->cpus && info->free_memory / gpus >= job->memory &&
           info->free_storage / gpus >= job->storage && gs_selects_node(view, job, node);
}

static int may_use(const gpusim_view *view, const gpusim_job_info *job, uint32_t group)
{
    return (job->group == GPUSIM_NONE || job->group == group) && gs_group_takes(view, job, group);
}

// the nodes of a group have equally many GPUs
static uint32_t node_of(const gpusim_view *view, uint32_t group, uint32_t gpu)
{
    const gpusim_group_info *info = &view->groups[group];
    return info->first_node + (gpu - view->node_first_gpu[info->first_node]) / info->gpus;
}

/* The partly used GPU with the least room that is enough. Those of a group stand in the index by
 * what is left of them: by thousandths from what the job wants on; where GPUs are cut, each set of
 * free slices that has a place for it in turn (at most 255). */
typedef struct gs_best {
    uint32_t gpu, node, left;
} gs_best;

static void look_at(const gpusim_view *view, const gpusim_job_info *job, const gs_cut *cut,
                    uint32_t group, uint32_t key, gs_best *found)
{
    const gs_partly *partly = gs_index_partly(view->index);
    for (uint32_t gpu = gs_partly_from(partly, group, key);
         gpu != GPUSIM_NONE && (!cut->cut || gs_partly_key(partly, gpu) == key);
         gpu = gs_partly_next(partly, group, gpu)) {
        uint32_t left = gs_share_left(cut, &view->gpus[gpu]);
        if (found->gpu != GPUSIM_NONE &&
            (left > found->left || (left == found->left && gpu > found->gpu))) {
            return;
        }
        uint32_t node = node_of(view, group, gpu);
        if (node_admits(view, job, node, 1) && gs_share_fits(cut, &view->gpus[gpu], job, 0)) {
            *found = (gs_best){gpu, node, left};
            return;
        }
    }
}

static gs_best best_gpu(const gpusim_view *view, const gpusim_job_info *job)
{
    gs_best found = {.gpu = GPUSIM_NONE};
    const gs_cut *cuts = gs_index_cuts(view->index);
    const gs_partly *partly = gs_index_partly(view->index);
    for (uint32_t group = 0; group < view->group_count; group++) {
        if (!may_use(view, job, group)) {
            continue;
        }
        if (!cuts[group].cut) {
            look_at(view, job, &cuts[group], group, job->milli, &found);
            continue;
        }
        const gs_mig_profile *profile = gs_mig_find(&cuts[group], job->mig);
        uint32_t gpu = gs_partly_from(partly, group, 0);
        while (gpu != GPUSIM_NONE) {
            uint32_t free = gs_partly_key(partly, gpu);
            if (has_start(profile, free)) {
                look_at(view, job, &cuts[group], group, free, &found);
            }
            gpu = gs_partly_from(partly, group, free + 1);
        }
    }
    return found;
}

// The node that needs the fewest free GPUs beside its partly used ones to hold the whole job.
static uint32_t best_node(const gpusim_view *view, const gpusim_job_info *job)
{
    uint32_t best = GPUSIM_NONE;
    uint32_t most = 0; // partly used GPUs there
    const gs_partly *partly = gs_index_partly(view->index);
    for (uint32_t group = 0; group < view->group_count; group++) {
        if (!may_use(view, job, group)) {
            continue;
        }
        for (uint32_t gpu = gs_partly_from(partly, group, 0); gpu != GPUSIM_NONE;
             gpu = gs_partly_next(partly, group, gpu)) {
            uint32_t node = node_of(view, group, gpu);
            if (!node_admits(view, job, node, job->gpus)) {
                continue;
            }
            uint32_t room = gs_share_room(view, job, node);
            uint32_t free = view->nodes[node].free_gpus;
            uint32_t used = room > free ? room - free : 0;
            if (room >= job->gpus && (used > most || (used == most && node < best))) {
                best = node;
                most = used;
            }
        }
    }
    return most > 0 ? best : GPUSIM_NONE;
}

int gs_share_place(const gpusim_view *view, const gpusim_job_info *job, gpusim_placement *placement)
{
    placement->count = 0;
    if (job->gpus == 1) {
        gs_best found = best_gpu(view, job);
        if (found.gpu == GPUSIM_NONE) {
            return 0;
        }
        uint32_t at = found.gpu - view->node_first_gpu[found.node];
        placement->parts[0] = gs_share_part(view, job, found.node, at);
        placement->count = 1;
        return 1;
    }
    uint32_t node = best_node(view, job);
    if (node == GPUSIM_NONE) {
        return 0;
    }
    while (placement->count < job->gpus &&
           gs_share_choose(view, job, node, placement->parts, placement->count,
                           &placement->parts[placement->count])) {
        placement->count++;
    }
    return placement->count == job->gpus;
}

void gs_share_name(const gpusim_view *view, const gpusim_job_info *job, gpusim_placement *placement)
{
    uint32_t total = 0;
    for (uint32_t i = 0; i < placement->count; i++) {
        if (placement->parts[i].gpus == 0 || placement->parts[i].node >= view->node_count) {
            return;
        }
        total += placement->parts[i].gpus;
    }
    if (total != job->gpus || total > placement->capacity) {
        return;
    }

    // from the last part on, so that nothing is overwritten before it is read; one that cannot be
    // named stays the host's to choose
    uint32_t to = total;
    for (uint32_t i = placement->count; i-- > 0;) {
        gpusim_part part = placement->parts[i];
        for (uint32_t k = part.gpus; k-- > 0;) {
            to--;
            gpusim_part one = {
                .node = part.node, .first_gpu = GPUSIM_NONE, .gpus = 1, .milli = job->milli};
            if (part.first_gpu == GPUSIM_NONE) {
                (void)gs_share_choose(view, job, part.node, placement->parts + to + 1,
                                      total - to - 1, &one);
            } else if (part.first_gpu + k < view->nodes[part.node].gpus) {
                one = gs_share_part(view, job, part.node, part.first_gpu + k);
            }
            placement->parts[to] = one;
        }
    }
    placement->count = total;
}
