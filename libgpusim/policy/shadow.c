/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Hypothetical clusters: a copy of the view with nodes and an index of its own. */
#include "policy/shadow.h"

void gs_shadow_destroy(gs_shadow *shadow)
{
    if (shadow) {
        gs_index_destroy(shadow->index);
        gs_release(&shadow->nodes);
        gs_release(&shadow);
    }
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
    made->view = *view;
    made->view.nodes = made->nodes;
    GPUSIM_TRY(gs_index_create(&made->view, &made->index, err));
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
    shadow->view.index = shadow->index;
}

void gs_shadow_sync(gs_shadow *shadow, const gpusim_view *view)
{
    gs_shadow_adopt(shadow, view);
    for (uint32_t node = 0; node < view->node_count; node++) {
        const gpusim_node_info *from = &view->nodes[node];
        gpusim_node_info *to = &shadow->nodes[node];
        if (to->free_gpus != from->free_gpus || to->free_cpus != from->free_cpus ||
            to->free_memory != from->free_memory || to->state != from->state) {
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
        info->state = GPUSIM_NODE_UP;
        info->jobs = 0;
        gs_index_update(shadow->index, &shadow->view, node);
    }
}

void gs_shadow_limit(gs_shadow *shadow, const gpusim_view *view, uint32_t node)
{
    const gpusim_node_info *from = &view->nodes[node];
    gpusim_node_info *to = &shadow->nodes[node];
    to->free_cpus = from->free_cpus < to->free_cpus ? from->free_cpus : to->free_cpus;
    to->free_memory = from->free_memory < to->free_memory ? from->free_memory : to->free_memory;
    if (from->free_gpus < to->free_gpus) {
        to->free_gpus = from->free_gpus;
        gs_index_update(shadow->index, &shadow->view, node);
    }
}

// What a part holds of its node: GPUs, and as many times the job's cores and memory.
static uint32_t units(const gpusim_job_info *job, const gpusim_part *part)
{
    return job->gpus ? part->gpus : 1;
}

void gs_shadow_release(gs_shadow *shadow, const gpusim_job_info *job, const gpusim_part *parts,
                       uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        gpusim_node_info *node = &shadow->nodes[parts[i].node];
        uint32_t taken = node->gpus - node->free_gpus;
        node->free_gpus += parts[i].gpus < taken ? parts[i].gpus : taken;
        // of what a node has without limit the host takes nothing
        uint64_t cpus = (uint64_t)units(job, &parts[i]) * job->cpus;
        uint64_t memory = units(job, &parts[i]) * job->memory;
        uint32_t cpus_taken = node->cpus - node->free_cpus;
        uint64_t memory_taken = node->memory - node->free_memory;
        node->free_cpus += cpus < cpus_taken ? (uint32_t)cpus : cpus_taken;
        node->free_memory += memory < memory_taken ? memory : memory_taken;
    }
}

void gs_shadow_take(gs_shadow *shadow, const gpusim_job_info *job, const gpusim_part *parts,
                    uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        gpusim_node_info *node = &shadow->nodes[parts[i].node];
        uint32_t cpus = units(job, &parts[i]) * job->cpus;
        uint64_t memory = units(job, &parts[i]) * job->memory;
        node->free_gpus -= parts[i].gpus < node->free_gpus ? parts[i].gpus : node->free_gpus;
        node->free_cpus -= cpus < node->free_cpus ? cpus : node->free_cpus;
        node->free_memory -= memory < node->free_memory ? memory : node->free_memory;
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
                        uint32_t node, uint64_t sum[3])
{
    sum[0] = sum[1] = sum[2] = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (parts[i].node == node) {
            sum[0] += parts[i].gpus;
            sum[1] += (uint64_t)units(job, &parts[i]) * job->cpus;
            sum[2] += units(job, &parts[i]) * job->memory;
        }
    }
}

int gs_parts_are_free(const gpusim_view *view, const gpusim_job_info *job, const gpusim_part *parts,
                      uint32_t count, const gpusim_part *own, uint32_t own_count)
{
    for (uint32_t i = 0; i < count; i++) {
        const gpusim_node_info *node = &view->nodes[parts[i].node];
        uint64_t want[3], have[3];
        sum_of_node(job, parts, count, parts[i].node, want);
        sum_of_node(job, own, own_count, parts[i].node, have);
        if (want[0] > node->free_gpus + have[0] || want[1] > node->free_cpus + have[1] ||
            want[2] > node->free_memory + have[2]) {
            return 0;
        }
    }
    return 1;
}
