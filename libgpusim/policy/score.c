/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Places jobs by a score of nodes, which is remembered for each kind of request and node until the
 * node changes. */
#include <math.h>

#include <gpusim/placement.h>

#include "policy/share.h"

#define CACHE_BYTES (UINT64_C(32) << 20) // at most, but for very large clusters
#define CACHE_KINDS 128u                 // of requests, at most
#define CACHE_LEAST 4u
#define NO_ROOM     INT32_MIN

/* How well one node suits one kind of request; the GPU that a part should go to. */
typedef struct scored_node {
    int32_t score;
    uint32_t gpu;
} scored_node;

/* A kind of request, and what is known of all nodes: of those that have not changed since `seen`.
 */
typedef struct scored_kind {
    uint64_t memory, gpu_memory, storage, gpu_models;
    uint64_t seen; /* the view's changes when it was last looked at */
    uint64_t used; /* ... so many requests ago: the least goes first when room is wanted */
    uint32_t gpus, cpus, milli, mig, group, cluster, selector;
    uint32_t known; /* 0: the entry is free */
    uint32_t avoid, reserved;
} scored_kind;

typedef struct score_cache {
    uint64_t requests;
    uint64_t kinds;
    scored_kind entries[];
} score_cache;

static uint64_t kinds_for(const gpusim_view *view)
{
    uint64_t each = sizeof(scored_kind) + view->node_count * sizeof(scored_node);
    uint64_t kinds = CACHE_BYTES / each;
    return kinds > CACHE_KINDS ? CACHE_KINDS : kinds < CACHE_LEAST ? CACHE_LEAST : kinds;
}

uint64_t gpusim_grade_cache(const gpusim_view *view)
{
    return sizeof(score_cache) +
           kinds_for(view) * (sizeof(scored_kind) + view->node_count * sizeof(scored_node));
}

// ---- one request ----

/* A request on its way: the context that the rule is handed is its first member. */
typedef struct scored_request {
    gpusim_context context;
    gpusim_grade_of_node score;
    uint32_t gpu; /* of the node that was picked last */
} scored_request;

static scored_node look_at(const gpusim_context *context, const gpusim_search *search,
                           gpusim_grade_of_node score, uint32_t node)
{
    scored_node scored = {NO_ROOM, GPUSIM_NONE};
    if (gpusim_search_admits(search, node)) {
        scored.score = score(context, search->job, search->gpus, node, &scored.gpu);
    }
    return scored;
}

static int comes_first(const gpusim_view *view, uint32_t a, uint32_t b)
{
    return view->node_rank ? view->node_rank[a] < view->node_rank[b] : a < b;
}

static int same_kind(const scored_kind *kind, const gpusim_job_info *job)
{
    return kind->known && kind->gpus == job->gpus && kind->cpus == job->cpus &&
           kind->milli == job->milli && kind->mig == job->mig && kind->group == job->group &&
           kind->cluster == job->cluster && kind->memory == job->memory &&
           kind->gpu_memory == job->gpu_memory && kind->gpu_models == job->gpu_models &&
           kind->selector == job->selector && kind->avoid == job->avoid &&
           kind->storage == job->storage;
}

// the entry of this kind of request: a new one takes the place of that which was asked for longest
// ago
static uint64_t kind_of(score_cache *cache, const gpusim_job_info *job)
{
    uint64_t oldest = 0;
    for (uint64_t i = 0; i < cache->kinds; i++) {
        if (same_kind(&cache->entries[i], job)) {
            return i;
        }
        if (!cache->entries[i].known) {
            oldest = i;
            break;
        }
        oldest = cache->entries[i].used < cache->entries[oldest].used ? i : oldest;
    }
    cache->entries[oldest] = (scored_kind){.memory = job->memory,
                                           .gpu_memory = job->gpu_memory,
                                           .gpu_models = job->gpu_models,
                                           .gpus = job->gpus,
                                           .cpus = job->cpus,
                                           .milli = job->milli,
                                           .mig = job->mig,
                                           .group = job->group,
                                           .cluster = job->cluster,
                                           .selector = job->selector,
                                           .avoid = job->avoid,
                                           .storage = job->storage};
    return oldest;
}

// scores of all nodes for a request, brought up to date
static const scored_node *scores_of(const gpusim_context *context, const gpusim_search *search,
                                    gpusim_grade_of_node score)
{
    const gpusim_view *view = context->view;
    score_cache *cache = context->cache;
    if (cache->kinds == 0) {
        cache->kinds = kinds_for(view);
    }
    uint64_t at = kind_of(cache, search->job);
    scored_kind *kind = &cache->entries[at];
    scored_node *nodes =
        (scored_node *)(void *)&cache->entries[cache->kinds] + at * view->node_count;
    int all = !kind->known || view->demands_changed > kind->seen;
    for (uint32_t n = 0; n < view->node_count; n++) {
        if (all || view->node_changes[n] > kind->seen) {
            nodes[n] = look_at(context, search, score, n);
        }
    }
    kind->known = 1;
    kind->seen = view->changes;
    kind->used = ++cache->requests;
    return nodes;
}

static uint32_t best_of(const gpusim_view *view, const scored_node *nodes)
{
    int32_t most = NO_ROOM;
    uint32_t best = GPUSIM_NONE;
    for (uint32_t n = 0; n < view->node_count; n++) {
        most = nodes[n].score > most ? nodes[n].score : most;
    }
    for (uint32_t n = 0; n < view->node_count && most > NO_ROOM; n++) {
        if (nodes[n].score == most && (best == GPUSIM_NONE || comes_first(view, n, best))) {
            best = n;
        }
    }
    return best;
}

static uint32_t pick(const gpusim_context *context, const gpusim_search *search)
{
    scored_request *request = (scored_request *)(uintptr_t)context;
    const gpusim_view *view = context->view;
    if (context->cache && view->node_changes && search->taken->count == 0 &&
        search->gpus == search->job->gpus && search->first == 0 &&
        search->end == view->node_count) {
        const scored_node *nodes = scores_of(context, search, request->score);
        uint32_t best = best_of(view, nodes);
        request->gpu = best == GPUSIM_NONE ? GPUSIM_NONE : nodes[best].gpu;
        return best;
    }

    // a piece of a job, or a hypothetical cluster
    scored_node most = {NO_ROOM, GPUSIM_NONE};
    uint32_t best = GPUSIM_NONE;
    for (uint32_t n = search->first; n < search->end; n++) {
        scored_node one = look_at(context, search, request->score, n);
        if (one.score > most.score ||
            (one.score == most.score && best != GPUSIM_NONE && comes_first(view, n, best))) {
            most = one;
            best = n;
        }
    }
    request->gpu = most.gpu;
    return best;
}

int gpusim_place_by_grade(const gpusim_context *context, const gpusim_job_info *job,
                          gpusim_placement *placement, gpusim_grade_of_node score, int scatter)
{
    scored_request request = {.context = *context, .score = score, .gpu = GPUSIM_NONE};
    if (!gpusim_place_job(&request.context, job, placement, pick, scatter)) {
        return 0;
    }
    if (placement->count == 1 && job->gpus == 1 && gs_job_shares(job)) {
        placement->parts[0].first_gpu = request.gpu;
    }
    return 1;
}

// ---- shares of the largest node ----

uint32_t gpusim_largest_gpus(const gpusim_view *view, const gpusim_largest *given)
{
    uint32_t most = 0;
    if (given && given->gpus != UINT32_MAX) {
        return given->gpus;
    }
    for (uint32_t g = 0; g < view->group_count; g++) {
        most = view->groups[g].gpus > most ? view->groups[g].gpus : most;
    }
    return most;
}

// in thousandths of a core
static double largest_cpus(const gpusim_view *view, const gpusim_largest *given)
{
    uint32_t most = 0;
    if (given && !isnan(given->cpus)) {
        return given->cpus * 1000;
    }
    for (uint32_t g = 0; g < view->group_count; g++) {
        uint32_t cpus = view->groups[g].cpus;
        most = cpus != UINT32_MAX && cpus > most ? cpus : most;
    }
    return most;
}

static gpusim_shares shares(const gpusim_view *view, const gpusim_largest *given, double cpus,
                            double milli)
{
    double most_cpus = largest_cpus(view, given);
    double most_milli = 1000.0 * gpusim_largest_gpus(view, given);
    return (gpusim_shares){most_cpus > 0 ? cpus / most_cpus : 0,
                           most_milli > 0 ? milli / most_milli : 0};
}

static double free_cpus(const gpusim_view *view, uint32_t node)
{
    const gpusim_node_info *info = &view->nodes[node];
    return info->cpus == UINT32_MAX ? 0 : info->free_cpus;
}

static double free_milli(const gpusim_view *view, uint32_t node)
{
    uint64_t milli = 0;
    for (uint32_t g = view->node_first_gpu[node]; g < view->node_first_gpu[node + 1]; g++) {
        milli += view->gpus[g].free_milli;
    }
    return (double)milli;
}

static double wanted_cpus(const gpusim_job_info *job, uint32_t gpus)
{
    return (double)job->cpus * (gpus ? gpus : 1);
}

gpusim_shares gpusim_shares_left(const gpusim_view *view, uint32_t node,
                                 const gpusim_largest *given)
{
    return shares(view, given, free_cpus(view, node), free_milli(view, node));
}

gpusim_shares gpusim_shares_wanted(const gpusim_view *view, const gpusim_job_info *job,
                                   uint32_t gpus, const gpusim_largest *given)
{
    return shares(view, given, wanted_cpus(job, gpus), (double)gpus * job->milli);
}

gpusim_shares gpusim_shares_over(const gpusim_view *view, uint32_t node, const gpusim_job_info *job,
                                 uint32_t gpus, const gpusim_largest *given)
{
    int limited = view->nodes[node].cpus != UINT32_MAX;
    return shares(view, given, limited ? free_cpus(view, node) - wanted_cpus(job, gpus) : 0,
                  free_milli(view, node) - (double)gpus * job->milli);
}
