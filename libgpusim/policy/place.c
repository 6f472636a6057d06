/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Places whole jobs by a rule that picks one node. */
#include <float.h>
#include <math.h>

#include <gpusim/placement.h>

#include "policy/policy.h"
#include "policy/selector.h"
#include "policy/share.h"

/* How nodes are picked: by one or the other; `sign` -1: the figure is a score. */
typedef struct gs_rule {
    gpusim_choice_of_node choice;
    gpusim_figure_of_node figure;
    double sign;
} gs_rule;

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

// the next node of a job that names its nodes: these are looked at alone
static uint32_t next_named(const gpusim_search *search, const gs_selector *selector, uint32_t free,
                           int exact, uint32_t from)
{
    from = from > search->first ? from : search->first;
    for (uint32_t i = gs_selector_from(selector, from); i < selector->count; i++) {
        uint32_t node = selector->nodes[i];
        uint32_t has = search->view->nodes[node].free_gpus;
        if ((exact ? has == free : has >= free) && gpusim_search_admits(search, node)) {
            return node;
        }
    }
    return GPUSIM_NONE;
}

// The next node of the search in order of number; `exact`: with `free` GPUs free, no more.
static uint32_t next_node(const gpusim_search *search, uint32_t free, int exact, uint32_t from)
{
    const gpusim_view *view = search->view;
    const gs_selector *selector = gs_selector_of(view, search->job);
    if (selector && selector->nodes) {
        return next_named(search, selector, free, exact, from);
    }
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

uint32_t gpusim_search_tightest(const gpusim_search *search)
{
    uint32_t largest = gpusim_search_largest(search);
    for (uint32_t free = search->gpus; free <= largest; free++) {
        uint32_t node = gpusim_search_with(search, free, search->first);
        if (node != GPUSIM_NONE) {
            return node;
        }
    }
    return GPUSIM_NONE;
}

// ---- by figures ----

/* A node and its figure; the next best one comes after it. */
typedef struct gs_ranked {
    double figure;
    uint32_t node;
} gs_ranked;

static int is_better(gs_ranked a, gs_ranked b)
{
    return a.figure < b.figure || (a.figure == b.figure && a.node < b.node);
}

static gs_ranked rank(const gpusim_context *context, const gpusim_job_info *job,
                      const gs_rule *rule, uint32_t node)
{
    double figure = rule->sign * rule->figure(context, job, node);
    return (gs_ranked){isnan(figure) ? DBL_MAX : figure, node};
}

// the best node of a search, and who would have been next
static uint32_t pick_best(const gpusim_context *context, const gpusim_search *search,
                          const gs_rule *rule, gpusim_placement *placement)
{
    gs_ranked best = {(double)INFINITY, GPUSIM_NONE}, second = best;
    uint32_t node = gpusim_search_first(search, search->first);
    for (; node != GPUSIM_NONE; node = gpusim_search_first(search, node + 1)) {
        gs_ranked one = rank(context, search->job, rule, node);
        if (!(one.figure < (double)INFINITY)) {
            continue;
        }
        gs_ranked loser = is_better(one, best) ? best : one;
        best = is_better(one, best) ? one : best;
        second = is_better(loser, second) ? loser : second;
    }
    placement->runner_up = second.node + 1; // of nobody it is 0
    placement->runner_up_score = rule->sign * second.figure;
    return best.node;
}

static uint32_t pick(const gpusim_context *context, const gpusim_search *search,
                     const gs_rule *rule, gpusim_placement *placement)
{
    return rule->choice ? rule->choice(context, search)
                        : pick_best(context, search, rule, placement);
}

// the next node of a group without jobs on its GPUs that can hold so much: by number, or by figure
static uint32_t next_idle(const gpusim_context *context, const gpusim_job_info *job,
                          const gs_rule *rule, uint32_t g, uint32_t fill, gs_ranked *last)
{
    const gpusim_view *view = context->view;
    const gpusim_group_info *group = &view->groups[g];
    gs_ranked best = {(double)INFINITY, GPUSIM_NONE};
    uint32_t from = rule->figure || last->node == GPUSIM_NONE ? group->first_node : last->node + 1;
    uint32_t node = gpusim_view_with(view, g, group->gpus, from);
    for (; node != GPUSIM_NONE; node = gpusim_view_with(view, g, group->gpus, node + 1)) {
        if (gpusim_view_room(view, job, node) < fill) {
            continue;
        }
        gs_ranked one = rule->figure ? rank(context, job, rule, node) : (gs_ranked){0, node};
        if (!(one.figure < (double)INFINITY)) {
            continue;
        }
        if ((last->node == GPUSIM_NONE || is_better(*last, one)) && is_better(one, best)) {
            best = one;
            if (!rule->figure) {
                break;
            }
        }
    }
    *last = best;
    return best.node;
}

// ---- pieces ----

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
    if (job->storage && group->storage / job->storage < most) {
        most = group->storage / job->storage;
    }
    return (uint32_t)most;
}

// One node for all of what the search wants.
static int place_on_one(const gpusim_context *context, const gpusim_search *search,
                        gpusim_placement *placement, const gs_rule *rule)
{
    uint32_t node = pick(context, search, rule, placement);
    if (node == GPUSIM_NONE) {
        return 0;
    }
    take(placement, node, search->gpus);
    return 1;
}

// Fully idle nodes of the groups g .. last-1 as long as the job fills them, and one more.
static int place_on_many(const gpusim_context *context, const gpusim_job_info *job,
                         gpusim_placement *placement, const gs_rule *rule, uint32_t g,
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
        gs_ranked best = {0, GPUSIM_NONE};
        while (need >= fill && next_idle(context, job, rule, g, fill, &best) != GPUSIM_NONE) {
            take(placement, best.node, fill);
            need -= fill;
        }
    }
    search.gpus = need;
    search.rising = rule->figure ? 0 : placement->count; // groups and nodes came in order
    return need == 0 || place_on_one(context, &search, placement, rule);
}

// What is free on one node after another, large pieces first.
static int scatter_over(const gpusim_context *context, gpusim_search *search,
                        gpusim_placement *placement, const gs_rule *rule)
{
    placement->count = 0;
    uint32_t need = search->job->gpus;
    uint32_t piece = gpusim_search_largest(search);
    while (need && piece) {
        search->gpus = piece = piece < need ? piece : need;
        uint32_t node = pick(context, search, rule, placement);
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
        if (may_use(view, job, g) &&
            (uint64_t)capacity(group, job) * gs_selected_nodes(view, job, g) >= job->gpus) {
            return 1;
        }
    }
    return 0;
}

// What a scheduler that decides everything starts has to be within its virtual cluster's quota;
// with a composition the host looks at quotas itself, and may lend.
static int quota_leaves(const gpusim_context *context, const gpusim_job_info *job)
{
    if (!context->placement || job->vc == GPUSIM_NONE) {
        return 1;
    }
    const gpusim_vc_info *vc = &context->view->vcs[job->vc];
    uint64_t used = (uint64_t)vc->used * 1000 + vc->milli;
    uint64_t wanted = (uint64_t)job->gpus * job->milli;
    return vc->quota == GPUSIM_NONE || used + wanted <= (uint64_t)vc->quota * 1000;
}

static int place_within(const gpusim_context *context, const gpusim_job_info *job,
                        gpusim_placement *placement, const gs_rule *rule, int scatter)
{
    const gpusim_view *view = context->view;
    gpusim_search all = {
        .view = view, .job = job, .taken = placement, .gpus = job->gpus, .end = view->node_count};

    // one node, where any could hold it
    placement->count = 0;
    if (view->group_count == 0 || !quota_leaves(context, job)) {
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

// For a scheduler that decides everything a gang is kept within a cluster here: the first that
// takes it, if it has no place without being told; with a composition the host does that itself.
static int place_by(const gpusim_context *context, const gpusim_job_info *job,
                    gpusim_placement *placement, const gs_rule *rule, int scatter)
{
    int placed = place_within(context, job, placement, rule, scatter);
    if (!context->placement || !gs_is_by_cluster(context->view, job, placement, placed)) {
        return placed;
    }
    gpusim_job_info within = *job;
    for (within.cluster = 0; within.cluster < context->view->cluster_count; within.cluster++) {
        if (place_within(context, &within, placement, rule, scatter)) {
            return 1;
        }
    }
    return 0;
}

int gpusim_place_job(const gpusim_context *context, const gpusim_job_info *job,
                     gpusim_placement *placement, gpusim_choice_of_node rule, int scatter)
{
    return place_by(context, job, placement, &(gs_rule){.choice = rule}, scatter);
}

static int place_ranked(const gpusim_context *context, const gpusim_job_info *job,
                        gpusim_placement *placement, const gs_rule *rule, int scatter)
{
    placement->runner_up = 0;
    placement->runner_up_score = (double)NAN;
    if (!place_by(context, job, placement, rule, scatter)) {
        return 0;
    }
    double worst = -(double)INFINITY;
    for (uint32_t i = 0; i < placement->count; i++) {
        worst = fmax(worst, rank(context, job, rule, placement->parts[i].node).figure);
    }
    placement->score = worst < DBL_MAX ? rule->sign * worst : (double)NAN;
    placement->runner_up = placement->count == 1 ? placement->runner_up : 0;
    if (placement->runner_up == 0 || !(fabs(placement->runner_up_score) < DBL_MAX)) {
        placement->runner_up_score = (double)NAN;
    }
    return 1;
}

int gpusim_place_by_figure(const gpusim_context *context, const gpusim_job_info *job,
                           gpusim_placement *placement, gpusim_figure_of_node figure, int scatter)
{
    gs_rule rule = {.figure = figure, .sign = 1};
    return place_ranked(context, job, placement, &rule, scatter);
}

int gpusim_place_by_score(const gpusim_context *context, const gpusim_job_info *job,
                          gpusim_placement *placement, gpusim_figure_of_node score, int scatter)
{
    gs_rule rule = {.figure = score, .sign = -1};
    return place_ranked(context, job, placement, &rule, scatter);
}
