/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Nodes by free GPUs: for each group and each number of free GPUs the set of its nodes that are up
 * and have just so many, and the set of numbers that occur. */
#include "policy/index.h"

#include <string.h>

#include "policy/bits.h"

typedef struct index_group {
    gs_bits nodes, counts;    /* layouts: of a set of nodes, and of the set of counts */
    uint32_t first, size;     /* nodes */
    uint32_t gpus, reserved;  /* of its largest node */
    uint64_t sets, occurring; /* offsets in words: gpus + 1 sets, and the set of counts */
    uint64_t sizes;           /* offset in sizes: nodes in each set */
} index_group;

struct gs_index {
    index_group *groups;
    uint64_t *words;
    uint32_t *sizes;
    uint32_t *free; /* of each node as it stands in the sets; GPUSIM_NONE: in none */
    uint32_t *gpus; /* of each node that stands in a set */
    uint32_t group_count, node_count;
    uint64_t word_count, size_count;
    uint64_t free_gpus, installed;
    gs_partly *partly; // NULL: nobody shares
};

static void take_out(gs_index *index, const gpusim_view *view, uint32_t node)
{
    uint32_t free = index->free[node];
    if (free == GPUSIM_NONE) {
        return;
    }
    const index_group *group = &index->groups[view->nodes[node].group];
    uint64_t *set = &index->words[group->sets + (uint64_t)free * group->nodes.words];
    gs_bits_remove(&group->nodes, set, node - group->first);
    if (--index->sizes[group->sizes + free] == 0) {
        gs_bits_remove(&group->counts, &index->words[group->occurring], free);
    }
    index->free_gpus -= free;
    index->installed -= index->gpus[node];
    index->free[node] = GPUSIM_NONE;
}

static void put_in(gs_index *index, const gpusim_view *view, uint32_t node)
{
    const gpusim_node_info *info = &view->nodes[node];
    const index_group *group = &index->groups[info->group];
    uint32_t free = info->free_gpus;
    uint64_t *set = &index->words[group->sets + (uint64_t)free * group->nodes.words];
    gs_bits_add(&group->nodes, set, node - group->first);
    if (index->sizes[group->sizes + free]++ == 0) {
        gs_bits_add(&group->counts, &index->words[group->occurring], free);
    }
    index->free_gpus += free;
    index->installed += info->gpus;
    index->free[node] = free;
    index->gpus[node] = info->gpus;
}

static inline void move(gs_index *index, const gpusim_view *view, uint32_t node)
{
    const gpusim_node_info *info = &view->nodes[node];
    uint32_t wanted = info->state == GPUSIM_NODE_UP ? info->free_gpus : GPUSIM_NONE;
    if (index->free[node] != wanted) {
        take_out(index, view, node);
        if (wanted != GPUSIM_NONE) {
            put_in(index, view, node);
        }
    }
}

static __attribute__((noinline)) void move_shared(gs_index *index, const gpusim_view *view,
                                                  uint32_t node)
{
    move(index, view, node);
    gs_partly_follow(index->partly, view, node);
}

// apart: of plans where no GPU is shared this is the largest part
void gs_index_update(gs_index *index, const gpusim_view *view, uint32_t node)
{
    if (index->partly) {
        move_shared(index, view, node);
    } else {
        move(index, view, node);
    }
}

void gs_index_rebuild(gs_index *index, const gpusim_view *view)
{
    memset(index->words, 0, (size_t)index->word_count * sizeof *index->words);
    memset(index->sizes, 0, (size_t)index->size_count * sizeof *index->sizes);
    index->free_gpus = index->installed = 0;
    for (uint32_t node = 0; node < view->node_count; node++) {
        index->free[node] = GPUSIM_NONE;
        if (view->nodes[node].state == GPUSIM_NODE_UP) {
            put_in(index, view, node);
        }
    }
    if (index->partly) {
        gs_partly_rebuild(index->partly, view);
    }
}

static void lay_out(gs_index *index, const gpusim_view *view)
{
    for (uint32_t i = 0; i < view->group_count; i++) {
        index_group *group = &index->groups[i];
        group->first = view->groups[i].first_node;
        group->size = view->groups[i].nodes;
        group->gpus = view->groups[i].gpus;
        for (uint32_t node = group->first; node < group->first + group->size; node++) {
            if (view->nodes[node].gpus > group->gpus) {
                group->gpus = view->nodes[node].gpus;
            }
        }
        group->nodes = gs_bits_make(group->size);
        group->counts = gs_bits_make(group->gpus + 1);
        group->sets = index->word_count;
        group->occurring = group->sets + (uint64_t)(group->gpus + 1) * group->nodes.words;
        group->sizes = index->size_count;
        index->word_count = group->occurring + group->counts.words;
        index->size_count += (uint64_t)group->gpus + 1;
    }
}

gpusim_status gs_index_create(const gpusim_view *view, const gs_cut *cuts, gs_index **index,
                              gpusim_error *err)
{
    gpusim_status status;
    gs_index *made = NULL;
    *index = NULL;
    GPUSIM_TRY(gs_allocate(&made, 1, sizeof *made, err));
    made->group_count = view->group_count;
    made->node_count = view->node_count;
    GPUSIM_TRY(gs_allocate(&made->groups, view->group_count, sizeof *made->groups, err));
    lay_out(made, view);
    GPUSIM_TRY(gs_allocate(&made->words, made->word_count, sizeof *made->words, err));
    GPUSIM_TRY(gs_allocate(&made->sizes, made->size_count, sizeof *made->sizes, err));
    GPUSIM_TRY(gs_allocate(&made->free, view->node_count, sizeof *made->free, err));
    GPUSIM_TRY(gs_allocate(&made->gpus, view->node_count, sizeof *made->gpus, err));
    if (cuts) {
        GPUSIM_TRY(gs_partly_create(view, cuts, &made->partly, err));
    }
    gs_index_rebuild(made, view);
    *index = made;
    return GPUSIM_OK;

cleanup:
    gs_index_destroy(made);
    return status;
}

void gs_index_destroy(gs_index *index)
{
    if (index) {
        gs_release(&index->groups);
        gs_release(&index->words);
        gs_release(&index->sizes);
        gs_release(&index->free);
        gs_release(&index->gpus);
        gs_partly_destroy(index->partly);
        gs_release(&index);
    }
}

uint32_t gs_index_with(const gs_index *index, uint32_t group_number, uint32_t exactly,
                       uint32_t from)
{
    const index_group *group = &index->groups[group_number];
    if (exactly > group->gpus) {
        return GPUSIM_NONE;
    }
    const uint64_t *set = &index->words[group->sets + (uint64_t)exactly * group->nodes.words];
    uint32_t start = from > group->first ? from - group->first : 0;
    uint32_t found = gs_bits_next(&group->nodes, set, start);
    return found == GPUSIM_NONE ? GPUSIM_NONE : group->first + found;
}

uint32_t gs_index_first(const gs_index *index, uint32_t group_number, uint32_t gpus, uint32_t from)
{
    const index_group *group = &index->groups[group_number];
    const uint64_t *occurring = &index->words[group->occurring];
    uint32_t lowest = GPUSIM_NONE;
    uint32_t count = gs_bits_next(&group->counts, occurring, gpus);
    while (count != GPUSIM_NONE) {
        uint32_t found = gs_index_with(index, group_number, count, from);
        if (found < lowest) {
            lowest = found;
        }
        count = gs_bits_next(&group->counts, occurring, count + 1);
    }
    return lowest;
}

uint64_t gs_index_free_milli(const gs_index *index)
{
    return index->free_gpus * 1000 + (index->partly ? gs_partly_milli(index->partly) : 0);
}

const gs_cut *gs_index_cuts(const gs_index *index)
{
    return index->partly ? gs_partly_cuts(index->partly) : NULL;
}

gs_partly *gs_index_partly(const gs_index *index)
{
    return index->partly;
}

uint64_t gs_index_installed(const gs_index *index)
{
    return index->installed;
}

gpusim_status gs_index_check(const gs_index *index, const gpusim_view *view, gpusim_error *err)
{
    uint64_t free = 0, installed = 0;
    for (uint32_t node = 0; node < view->node_count; node++) {
        const gpusim_node_info *info = &view->nodes[node];
        int up = info->state == GPUSIM_NODE_UP;
        uint32_t wanted = up ? info->free_gpus : GPUSIM_NONE;
        if (index->free[node] != wanted) {
            return gpusim_fail(err, GPUSIM_INTERNAL,
                               "node %u stands in the index with %u free GPUs, "
                               "but has %u",
                               node, index->free[node], wanted);
        }
        if (!up) {
            continue;
        }
        const index_group *group = &index->groups[info->group];
        const uint64_t *set = &index->words[group->sets + (uint64_t)wanted * group->nodes.words];
        if (!gs_bits_has(set, node - group->first) ||
            !gs_bits_has(&index->words[group->occurring], wanted)) {
            return gpusim_fail(err, GPUSIM_INTERNAL, "node %u is missing in its set", node);
        }
        free += info->free_gpus;
        installed += info->gpus;
    }
    if (free != index->free_gpus || installed != index->installed) {
        return gpusim_fail(err, GPUSIM_INTERNAL, "the index counts %llu free GPUs of %llu",
                           (unsigned long long)index->free_gpus,
                           (unsigned long long)index->installed);
    }
    return index->partly ? gs_partly_check(index->partly, view, err) : GPUSIM_OK;
}
