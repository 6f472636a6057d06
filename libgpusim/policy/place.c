/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Places whole jobs by a rule that picks one node. */
#include <gpusim/placement.h>

#include "policy/share.h"

static int may_use(const gpusim_view *view, const gpusim_job_info *job, uint32_t group)
{
    return (job->group == GPUSIM_NONE || job->group == group) && gs_group_takes(view, job, group);
}

static int is_taken(const gpusim_search *search, uint32_t node)
{
    const gpusim_part *parts = search->taken->parts;
    uint32_t low = 0, high = search->rising;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (parts[middle].node < node) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    if (low < search->rising && parts[low].node == node) {
        return 1;
    }
    for (uint32_t i = search->rising; i < search->taken->count; i++) {
        if (parts[i].node == node) {
            return 1;
        }
    }
    return 0;
}

int gpusim_search_admits(const gpusim_search *search, uint32_t node)
{
    if (node < search->first || node >= search->end) {
        return 0;
    }
    uint32_t wanted = search->gpus ? search->gpus : 1;
    if (gpusim_view_room(search->view, search->job, node) < wanted) {
        return 0;
    }
    return !is_taken(search, node);
}

uint32_t gpusim_search_largest(const gpusim_search *search)
{
    uint32_t largest = 0;
    for (uint32_t g = 0; g < search->view->group_count; g++) {
        const gpusim_group_info *group = &search->view->groups[g];
        if (may_use(search->view, search->job, g) && group->first_node < search->end &&
            group->first_node + group->nodes > search->first && group->gpus > largest) {
            largest = group->gpus;
        }
    }
    return largest;
}

// The next node of the search in order of number; `exact`: with `free` GPUs free, no more.
static uint32_t next_node(const gpusim_search *search, uint32_t free, int exact, uint32_t from)
{
    const gpusim_view *view = search->view;
    from = from > search->first ? from : search->first;
    for (uint32_t g = 0; g < view->group_count && from < search->end; g++) {
        const gpusim_group_info *group = &view->groups[g];
        if (!may_use(search->view, search->job, g) || group->first_node + group->nodes <= from) {
            continue;
        }
        uint32_t node =
            exact ? gpusim_view_with(view, g, free, from) : gpusim_view_first(view, g, free, from);
        while (node < search->end && !gpusim_search_admits(search, node)) {
            node = exact ? gpusim_view_with(view, g, free, node + 1)
                         : gpusim_view_first(view, g, free, node + 1);
        }
        if (node < search->end) {
            return node;
        }
    }
    return GPUSIM_NONE;
}

uint32_t gpusim_search_first(const gpusim_search *search, uint32_t from)
{
    return next_node(search, search->gpus, 0, from);
}

uint32_t gpusim_search_with(const gpusim_search *search, uint32_t exactly, uint32_t from)
{
    return exactly < search->gpus ? GPUSIM_NONE : next_node(search, exactly, 1, from);
}

static void take(gpusim_placement *placement, uint32_t node, uint32_t gpus)
{
    placement->parts[placement->count++] =
        (gpusim_part){.node = node, .first_gpu = GPUSIM_NONE, .gpus = gpus, .milli = 1000};
}

// GPUs of this job that an empty node of a group can hold.
static uint32_t capacity(const gpusim_group_info *group, const gpusim_job_info *job)
{
    uint64_t most = group->gpus;
    if (group->gpu_memory && job->gpu_memory > group->gpu_memory) {
        return 0;
    }
    if (job->cpus && group->cpus / job->cpus < most) {
        most = group->cpus / job->cpus;
    }
    if (job->memory && group->memory / job->memory < most) {
        most = group->memory / job->memory;
    }
    return (uint32_t)most;
}

// One node for all of what the search wants.
static int place_on_one(const gpusim_context *context, const gpusim_search *search,
                        gpusim_placement *placement, gpusim_choice_of_node rule)
{
    uint32_t node = rule(context, search);
    if (node == GPUSIM_NONE) {
        return 0;
    }
    take(placement, node, search->gpus);
    return 1;
}

// Fully idle nodes of the groups g .. last-1 as long as the job fills them, and one more.
static int place_on_many(const gpusim_context *context, const gpusim_job_info *job,
                         gpusim_placement *placement, gpusim_choice_of_node rule, uint32_t g,
                         uint32_t last)
{
    const gpusim_view *view = context->view;
    gpusim_search search = {.view = view, .job = job, .taken = placement};
    search.first = view->groups[g].first_node;
    search.end = view->groups[last - 1].first_node + view->groups[last - 1].nodes;
    placement->count = 0;
    uint32_t need = job->gpus;
    for (; g < last && need; g++) {
        const gpusim_group_info *group = &view->groups[g];
        uint32_t fill = may_use(view, job, g) ? capacity(group, job) : 0;
        if (fill == 0) {
            continue;
        }
        uint32_t node = gpusim_view_with(view, g, group->gpus, group->first_node);
        while (node != GPUSIM_NONE && need >= fill) {
            if (gpusim_view_room(view, job, node) >= fill) {
                take(placement, node, fill);
                need -= fill;
            }
            node = gpusim_view_with(view, g, group->gpus, node + 1);
        }
    }
    search.gpus = need;
    search.rising = placement->count; // groups and nodes came in order
    return need == 0 || place_on_one(context, &search, placement, rule);
}

// What is free on one node after another, large pieces first.
static int scatter_over(const gpusim_context *context, gpusim_search *search,
                        gpusim_placement *placement, gpusim_choice_of_node rule)
{
    placement->count = 0;
    uint32_t need = search->job->gpus;
    uint32_t piece = gpusim_search_largest(search);
    while (need && piece) {
        search->gpus = piece = piece < need ? piece : need;
        uint32_t node = rule(context, search);
        if (node == GPUSIM_NONE) {
            piece--;
            continue;
        }
        uint32_t room = gpusim_view_room(search->view, search->job, node);
        uint32_t gpus = room < need ? room : need;
        take(placement, node, gpus);
        need -= gpus;
    }
    return need == 0;
}

// Whether one group could hold all of the job if it were empty.
static int one_is_enough(const gpusim_view *view, const gpusim_job_info *job)
{
    for (uint32_t g = 0; g < view->group_count; g++) {
        const gpusim_group_info *group = &view->groups[g];
        if (may_use(view, job, g) && (uint64_t)capacity(group, job) * group->nodes >= job->gpus) {
            return 1;
        }
    }
    return 0;
}

int gpusim_place_job(const gpusim_context *context, const gpusim_job_info *job,
                     gpusim_placement *placement, gpusim_choice_of_node rule, int scatter)
{
    const gpusim_view *view = context->view;
    gpusim_search all = {
        .view = view, .job = job, .taken = placement, .gpus = job->gpus, .end = view->node_count};

    // one node, where any could hold it
    placement->count = 0;
    if (view->group_count == 0) {
        return 0;
    }
    if (job->gpus <= gpusim_search_largest(&all) && place_on_one(context, &all, placement, rule)) {
        return 1;
    }
    if (job->gpus < 2) {
        return 0;
    }

    // several nodes of a group whose nodes are too small, or of all groups when each is
    int enough = one_is_enough(view, job);
    for (uint32_t g = 0; g < view->group_count && enough; g++) {
        if (may_use(view, job, g) && job->gpus > capacity(&view->groups[g], job) &&
            place_on_many(context, job, placement, rule, g, g + 1)) {
            return 1;
        }
    }
    if (!enough && place_on_many(context, job, placement, rule, 0, view->group_count)) {
        return 1;
    }
    return scatter && scatter_over(context, &all, placement, rule);
}
