/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Hypothetical clusters: a copy of the view with nodes and an index of its own. */
#include "policy/shadow.h"

#include <string.h>

void gs_shadow_destroy(gs_shadow *shadow)
{
    if (shadow) {
        gs_index_destroy(shadow->index);
        gs_release(&shadow->nodes);
        gs_release(&shadow->gpus);
        gs_release(&shadow);
    }
}

static uint32_t gpu_count(const gpusim_view *view)
{
    return view->gpus ? view->node_first_gpu[view->node_count] : 0;
}

gpusim_status gs_shadow_create(const gpusim_view *view, gs_shadow **shadow, gpusim_error *err)
{
    gpusim_status status;
    gs_shadow *made = NULL;
    *shadow = NULL;
    GPUSIM_TRY(gs_allocate(&made, 1, sizeof *made, err));
    GPUSIM_TRY(gs_allocate(&made->nodes, view->node_count, sizeof *made->nodes, err));
    for (uint32_t node = 0; node < view->node_count; node++) {
        made->nodes[node] = view->nodes[node];
    }
    if (view->gpus) {
        GPUSIM_TRY(gs_allocate(&made->gpus, gpu_count(view), sizeof *made->gpus, err));
        memcpy(made->gpus, view->gpus, gpu_count(view) * sizeof *made->gpus);
    }
    made->view = *view;
    made->view.nodes = made->nodes;
    made->view.gpus = made->gpus;
    made->view.node_changes = NULL; // its nodes change unseen
    GPUSIM_TRY(gs_index_create(&made->view, gs_index_cuts(view->index), &made->index, err));
    made->view.index = made->index;
    *shadow = made;
    return GPUSIM_OK;

cleanup:
    gs_shadow_destroy(made);
    return status;
}

void gs_shadow_adopt(gs_shadow *shadow, const gpusim_view *view)
{
    shadow->view = *view;
    shadow->view.nodes = shadow->nodes;
    shadow->view.gpus = shadow->gpus;
    shadow->view.node_changes = NULL;
    shadow->view.index = shadow->index;
}

// what is left of the GPUs of one node becomes as in another view; 1 when it was not. Kept apart:
// where none is shared all nodes are gone through without it
static __attribute__((noinline)) int sync_gpus(gs_shadow *shadow, const gpusim_view *view,
                                               uint32_t node)
{
    gs_partly_limit(gs_index_partly(shadow->index), node,
                    gs_partly_most(gs_index_partly(view->index), node));
    uint32_t first = view->node_first_gpu[node];
    size_t bytes = (view->node_first_gpu[node + 1] - first) * sizeof *shadow->gpus;
    if (memcmp(&shadow->gpus[first], &view->gpus[first], bytes) == 0) {
        return 0;
    }
    memcpy(&shadow->gpus[first], &view->gpus[first], bytes);
    return 1;
}

void gs_shadow_sync(gs_shadow *shadow, const gpusim_view *view)
{
    gs_shadow_adopt(shadow, view);
    int shared = shadow->gpus != NULL;
    for (uint32_t node = 0; node < view->node_count; node++) {
        const gpusim_node_info *from = &view->nodes[node];
        gpusim_node_info *to = &shadow->nodes[node];
        int moved = shared && sync_gpus(shadow, view, node);
        if (moved || to->free_gpus != from->free_gpus || to->free_cpus != from->free_cpus ||
            to->free_memory != from->free_memory || to->free_storage != from->free_storage ||
            to->state != from->state) {
            *to = *from;
            gs_index_update(shadow->index, &shadow->view, node);
        }
    }
}

void gs_shadow_clear(gs_shadow *shadow)
{
    for (uint32_t node = 0; node < shadow->view.node_count; node++) {
        gpusim_node_info *info = &shadow->nodes[node];
        info->free_gpus = info->gpus;
        info->free_cpus = info->cpus;
        info->free_memory = info->memory;
        info->free_storage = info->storage;
        info->state = GPUSIM_NODE_UP;
        info->jobs = 0;
        for (uint32_t g = 0; shadow->gpus && g < info->gpus; g++) {
            const gpusim_group_info *group = &shadow->view.groups[info->group];
            shadow->gpus[shadow->view.node_first_gpu[node] + g] = gs_share_empty(group);
            gs_partly_limit(gs_index_partly(shadow->index), node, GPUSIM_NONE);
        }
        gs_index_update(shadow->index, &shadow->view, node);
    }
}

/* Where GPUs that are free there have been promised without saying which, it may be any of them:
 * with all promised none is left for parts, and otherwise parts may be taken of no more GPUs than
 * are left. */
static __attribute__((noinline)) int limit_gpus(gs_shadow *shadow, const gpusim_view *view,
                                                uint32_t node)
{
    int moved = 0;
    uint32_t most = view->nodes[node].free_gpus;
    int promised = most == 0;
    for (uint32_t g = view->node_first_gpu[node]; g < view->node_first_gpu[node + 1]; g++) {
        gpusim_gpu_info from = view->gpus[g];
        gpusim_gpu_info *to = &shadow->gpus[g];
        gpusim_gpu_info was = *to;
        most += from.free_milli > 0 && from.free_milli < 1000;
        if (promised && from.free_milli == 1000) {
            from = (gpusim_gpu_info){0};
        }
        to->free_milli = from.free_milli < to->free_milli ? from.free_milli : to->free_milli;
        to->free_memory = from.free_memory < to->free_memory ? from.free_memory : to->free_memory;
        to->free_slices &= from.free_slices;
        moved |= memcmp(&was, to, sizeof was) != 0;
    }
    gs_partly *partly = gs_index_partly(shadow->index);
    uint32_t there = gs_partly_most(gs_index_partly(view->index), node);
    most = there < most ? there : most;
    if (most < gs_partly_most(partly, node)) {
        gs_partly_limit(partly, node, most);
    }
    return moved;
}

void gs_shadow_limit(gs_shadow *shadow, const gpusim_view *view, uint32_t node)
{
    const gpusim_node_info *from = &view->nodes[node];
    gpusim_node_info *to = &shadow->nodes[node];
    to->free_cpus = from->free_cpus < to->free_cpus ? from->free_cpus : to->free_cpus;
    to->free_memory = from->free_memory < to->free_memory ? from->free_memory : to->free_memory;
    if (from->free_storage < to->free_storage) {
        to->free_storage = from->free_storage;
    }
    int moved = shadow->gpus && limit_gpus(shadow, view, node);
    if (moved || from->free_gpus < to->free_gpus) {
        to->free_gpus = from->free_gpus < to->free_gpus ? from->free_gpus : to->free_gpus;
        gs_index_update(shadow->index, &shadow->view, node);
    }
}

// What a part holds of its node: GPUs, and as many times the job's cores, memory and storage.
static uint32_t units(const gpusim_job_info *job, const gpusim_part *part)
{
    return job->gpus ? part->gpus : 1;
}

/* GPUs of a part come free, or go: so many that nobody holds anything of. Those it names are
 * followed one by one where GPUs are shared. */
static uint32_t give_gpus(gs_shadow *shadow, const gpusim_job_info *job, const gpusim_part *part)
{
    if (!shadow->gpus || part->first_gpu == GPUSIM_NONE) {
        return part->gpus;
    }
    uint32_t emptied = 0;
    const gpusim_group_info *group = &shadow->view.groups[shadow->nodes[part->node].group];
    uint32_t first = shadow->view.node_first_gpu[part->node] + part->first_gpu;
    for (uint32_t g = first; g < first + part->gpus; g++) {
        uint32_t before = shadow->gpus[g].free_milli;
        gs_share_give(&shadow->gpus[g], group, job, part->slices);
        emptied += before < 1000 && shadow->gpus[g].free_milli == 1000;
    }
    return emptied;
}

static uint32_t take_gpus(gs_shadow *shadow, const gpusim_job_info *job, const gpusim_part *part)
{
    if (!shadow->gpus || part->first_gpu == GPUSIM_NONE) {
        return part->gpus;
    }
    uint32_t begun = 0;
    uint32_t first = shadow->view.node_first_gpu[part->node] + part->first_gpu;
    for (uint32_t g = first; g < first + part->gpus; g++) {
        begun += shadow->gpus[g].free_milli == 1000;
        gs_share_take(&shadow->gpus[g], job, part->slices);
    }
    return begun;
}

void gs_shadow_release(gs_shadow *shadow, const gpusim_job_info *job, const gpusim_part *parts,
                       uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        gpusim_node_info *node = &shadow->nodes[parts[i].node];
        uint32_t taken = node->gpus - node->free_gpus;
        uint32_t given = give_gpus(shadow, job, &parts[i]);
        node->free_gpus += given < taken ? given : taken;
        // of what a node has without limit the host takes nothing
        uint64_t cpus = (uint64_t)units(job, &parts[i]) * job->cpus;
        uint64_t memory = units(job, &parts[i]) * job->memory;
        uint32_t cpus_taken = node->cpus - node->free_cpus;
        uint64_t memory_taken = node->memory - node->free_memory;
        node->free_cpus += cpus < cpus_taken ? (uint32_t)cpus : cpus_taken;
        node->free_memory += memory < memory_taken ? memory : memory_taken;
        uint64_t storage = units(job, &parts[i]) * job->storage;
        uint64_t storage_taken = node->storage - node->free_storage;
        node->free_storage += storage < storage_taken ? storage : storage_taken;
    }
}

void gs_shadow_take(gs_shadow *shadow, const gpusim_job_info *job, const gpusim_part *parts,
                    uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        gpusim_node_info *node = &shadow->nodes[parts[i].node];
        uint32_t cpus = units(job, &parts[i]) * job->cpus;
        uint64_t memory = units(job, &parts[i]) * job->memory;
        uint32_t begun = take_gpus(shadow, job, &parts[i]);
        node->free_gpus -= begun < node->free_gpus ? begun : node->free_gpus;
        node->free_cpus -= cpus < node->free_cpus ? cpus : node->free_cpus;
        node->free_memory -= memory < node->free_memory ? memory : node->free_memory;
        uint64_t storage = units(job, &parts[i]) * job->storage;
        node->free_storage -= storage < node->free_storage ? storage : node->free_storage;
    }
}

void gs_shadow_settle(gs_shadow *shadow)
{
    for (uint32_t node = 0; node < shadow->view.node_count; node++) {
        gs_index_update(shadow->index, &shadow->view, node);
    }
}

void gs_shadow_settle_parts(gs_shadow *shadow, const gpusim_part *parts, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        gs_index_update(shadow->index, &shadow->view, parts[i].node);
    }
}

// What the first `count` parts hold of one node.
static void sum_of_node(const gpusim_job_info *job, const gpusim_part *parts, uint32_t count,
                        uint32_t node, uint64_t sum[4])
{
    sum[0] = sum[1] = sum[2] = sum[3] = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (parts[i].node == node) {
            sum[0] += parts[i].gpus;
            sum[1] += (uint64_t)units(job, &parts[i]) * job->cpus;
            sum[2] += units(job, &parts[i]) * job->memory;
            sum[3] += units(job, &parts[i]) * job->storage;
        }
    }
}

// GPUs of a node with room for a part of a job, were it not where it is
static uint64_t room_without(const gpusim_view *view, const gpusim_job_info *job,
                             const gpusim_part *own, uint32_t own_count, uint32_t node)
{
    uint64_t room = gs_share_room(view, job, node);
    for (uint32_t i = 0; i < own_count; i++) {
        // where it is there is room for it; counted already if there is room for another as well
        gpusim_part any = own[i];
        any.slices = 0;
        room += any.node == node && !gs_share_admits(view, job, &any);
    }
    return room;
}

int gs_parts_are_free(const gpusim_view *view, const gpusim_job_info *job, const gpusim_part *parts,
                      uint32_t count, const gpusim_part *own, uint32_t own_count)
{
    int shares = gs_job_shares(job);
    for (uint32_t i = 0; i < count; i++) {
        const gpusim_node_info *node = &view->nodes[parts[i].node];
        uint64_t want[4], have[4];
        sum_of_node(job, parts, count, parts[i].node, want);
        sum_of_node(job, own, own_count, parts[i].node, have);
        uint64_t room = shares ? room_without(view, job, own, own_count, parts[i].node)
                               : node->free_gpus + have[0];
        if (want[0] > room || want[1] > node->free_cpus + have[1] ||
            want[2] > node->free_memory + have[2] || want[3] > node->free_storage + have[3]) {
            return 0;
        }
    }
    return 1;
}

// what is left of a GPU of a part, were the job not where it is
static gpusim_gpu_info left_without(const gpusim_view *view, const gpusim_job_info *job,
                                    const gpusim_part *own, uint32_t own_count, uint32_t node,
                                    uint32_t gpu)
{
    gpusim_gpu_info left = view->gpus[view->node_first_gpu[node] + gpu];
    for (uint32_t i = 0; i < own_count; i++) {
        if (gs_share_is_among(&own[i], 1, node, gpu)) {
            gs_share_give(&left, &view->groups[view->nodes[node].group], job, own[i].slices);
        }
    }
    return left;
}

int gs_named_parts_are_free(const gpusim_view *view, const gpusim_job_info *job,
                            const gpusim_part *parts, uint32_t count, const gpusim_part *own,
                            uint32_t own_count)
{
    const gs_cut *cuts = gs_index_cuts(view->index);
    for (uint32_t i = 0; view->gpus && i < count; i++) {
        const gpusim_part *part = &parts[i];
        for (uint32_t k = 0; part->first_gpu != GPUSIM_NONE && k < part->gpus; k++) {
            gpusim_gpu_info left =
                left_without(view, job, own, own_count, part->node, part->first_gpu + k);
            if (!gs_share_fits(&cuts[view->nodes[part->node].group], &left, job, part->slices)) {
                return 0;
            }
        }
    }
    return gs_parts_are_free(view, job, parts, count, own, own_count);
}
