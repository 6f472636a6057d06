/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Partly used GPUs as one ordered set a group. */
#include "policy/partly.h"

#include <string.h>

#include "base/memory.h"
#include "base/ordered.h"

struct gs_partly {
    const gs_cut *cuts; // by group
    gs_ordered *members;
    uint32_t *keys;       // of each GPU that stands in its group's set; GPUSIM_NONE: it does not
    uint32_t *roots;      // by group
    uint32_t *node_milli; // what is left of a node's, as counted in `milli`
    uint32_t *most;       // by node
    uint64_t milli;
    uint32_t gpu_count, node_count, group_count, reserved;
};

gpusim_status gs_partly_create(const gpusim_view *view, const gs_cut *cuts, gs_partly **partly,
                               gpusim_error *err)
{
    gpusim_status status;
    gs_partly *made = NULL;
    *partly = NULL;
    GPUSIM_TRY(gs_allocate(&made, 1, sizeof *made, err));
    made->cuts = cuts;
    made->node_count = view->node_count;
    made->group_count = view->group_count;
    made->gpu_count = view->node_first_gpu[view->node_count];
    GPUSIM_TRY(gs_allocate(&made->members, made->gpu_count, sizeof *made->members, err));
    GPUSIM_TRY(gs_allocate(&made->keys, made->gpu_count, sizeof *made->keys, err));
    GPUSIM_TRY(gs_allocate(&made->roots, made->group_count, sizeof *made->roots, err));
    GPUSIM_TRY(gs_allocate(&made->node_milli, made->node_count, sizeof *made->node_milli, err));
    GPUSIM_TRY(gs_allocate(&made->most, made->node_count, sizeof *made->most, err));
    memset(made->most, 0xff, made->node_count * sizeof *made->most); // GPUSIM_NONE
    *partly = made;
    return GPUSIM_OK;

cleanup:
    gs_partly_destroy(made);
    return status;
}

void gs_partly_destroy(gs_partly *partly)
{
    if (partly) {
        gs_release(&partly->members);
        gs_release(&partly->keys);
        gs_release(&partly->roots);
        gs_release(&partly->node_milli);
        gs_release(&partly->most);
        gs_release(&partly);
    }
}

// one that is free, or held whole, is not partly used
static uint32_t key_of(const gs_cut *cut, const gpusim_gpu_info *gpu)
{
    if (gpu->free_milli == 1000 || (cut->cut ? gpu->free_slices == 0 : gpu->free_milli == 0)) {
        return GPUSIM_NONE;
    }
    return cut->cut ? gpu->free_slices : gpu->free_milli;
}

void gs_partly_follow(gs_partly *partly, const gpusim_view *view, uint32_t node)
{
    uint32_t group = view->nodes[node].group;
    int up = view->nodes[node].state == GPUSIM_NODE_UP;
    uint32_t milli = 0;
    for (uint32_t g = view->node_first_gpu[node]; g < view->node_first_gpu[node + 1]; g++) {
        uint32_t key = key_of(&partly->cuts[group], &view->gpus[g]);
        milli += up && key != GPUSIM_NONE ? view->gpus[g].free_milli : 0;
        if (key == partly->keys[g]) {
            continue;
        }
        if (partly->keys[g] != GPUSIM_NONE) {
            gs_ordered_remove(partly->members, &partly->roots[group], g);
        }
        if (key != GPUSIM_NONE) {
            gs_ordered_insert(partly->members, &partly->roots[group], g, key, g, 0);
        }
        partly->keys[g] = key;
    }
    partly->milli += (uint64_t)milli - partly->node_milli[node];
    partly->node_milli[node] = milli;
}

void gs_partly_rebuild(gs_partly *partly, const gpusim_view *view)
{
    partly->milli = 0;
    for (uint32_t i = 0; i < partly->group_count; i++) {
        partly->roots[i] = GPUSIM_NONE;
    }
    for (uint32_t i = 0; i < partly->gpu_count; i++) {
        partly->keys[i] = GPUSIM_NONE;
    }
    for (uint32_t node = 0; node < partly->node_count; node++) {
        partly->node_milli[node] = 0;
        gs_partly_follow(partly, view, node);
    }
}

const gs_cut *gs_partly_cuts(const gs_partly *partly)
{
    return partly->cuts;
}

uint64_t gs_partly_milli(const gs_partly *partly)
{
    return partly->milli;
}

uint32_t gs_partly_most(const gs_partly *partly, uint32_t node)
{
    return partly->most[node];
}

void gs_partly_limit(gs_partly *partly, uint32_t node, uint32_t most)
{
    partly->most[node] = most;
}

uint32_t gs_partly_from(const gs_partly *partly, uint32_t group, uint32_t key)
{
    return gs_ordered_from(partly->members, partly->roots[group], key);
}

uint32_t gs_partly_next(const gs_partly *partly, uint32_t group, uint32_t gpu)
{
    return gs_ordered_next(partly->members, partly->roots[group], gpu);
}

uint32_t gs_partly_key(const gs_partly *partly, uint32_t gpu)
{
    return partly->keys[gpu];
}

gpusim_status gs_partly_check(const gs_partly *partly, const gpusim_view *view, gpusim_error *err)
{
    uint64_t milli = 0;
    uint32_t members = 0;
    for (uint32_t node = 0; node < view->node_count; node++) {
        const gpusim_node_info *info = &view->nodes[node];
        for (uint32_t g = view->node_first_gpu[node]; g < view->node_first_gpu[node + 1]; g++) {
            uint32_t key = key_of(&partly->cuts[info->group], &view->gpus[g]);
            if (key != partly->keys[g]) {
                return gpusim_fail(err, GPUSIM_INTERNAL,
                                   "GPU %u stands wrongly among those that "
                                   "are partly used",
                                   g);
            }
            int up = info->state == GPUSIM_NODE_UP;
            milli += up && key != GPUSIM_NONE ? view->gpus[g].free_milli : 0;
            members += key != GPUSIM_NONE;
        }
    }
    for (uint32_t i = 0; i < partly->group_count; i++) {
        uint32_t count = 0;
        if (!gs_ordered_valid(partly->members, partly->roots[i], &count)) {
            return gpusim_fail(err, GPUSIM_INTERNAL,
                               "the partly used GPUs of group %u are out of order", i);
        }
        members -= count;
    }
    if (members != 0 || milli != partly->milli) {
        return gpusim_fail(err, GPUSIM_INTERNAL,
                           "%llu thousandths are counted of partly used "
                           "GPUs, but they have %llu left",
                           (unsigned long long)partly->milli, (unsigned long long)milli);
    }
    return GPUSIM_OK;
}
