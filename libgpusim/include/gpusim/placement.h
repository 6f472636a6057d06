/* SPDX-License-Identifier: 0BSD */
/* For authors of placements: a rule that picks one node becomes a placement of whole jobs, with
 * several nodes, groups, cores and memory taken care of. */
#ifndef GPUSIM_PLACEMENT_H
#define GPUSIM_PLACEMENT_H

#include <stddef.h>

#include <gpusim/module.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Where a node is looked for: of the nodes first .. end-1 that the job may use, those that can take
 * `gpus` GPUs of it now, without those that `taken` has already. */
typedef struct gpusim_search {
    const gpusim_view *view;
    const gpusim_job_info *job;
    const gpusim_placement *taken;
    uint32_t gpus; /* 0 for a job without GPUs */
    uint32_t first, end;
    uint32_t rising; /* so many of what `taken` has first are on nodes in order of number */
} gpusim_search;

/* The lowest such node >= from; of all, or of those with exactly so many free GPUs. GPUSIM_NONE:
 * there is none. */
GPUSIM_API uint32_t gpusim_search_first(const gpusim_search *search, uint32_t from);
GPUSIM_API uint32_t gpusim_search_with(const gpusim_search *search, uint32_t exactly,
                                       uint32_t from);
/* The one with the fewest free GPUs; of several, the lowest. O(free counts that occur). */
GPUSIM_API uint32_t gpusim_search_tightest(const gpusim_search *search);
/* 1 when this node is such a node. */
GPUSIM_API int gpusim_search_admits(const gpusim_search *search, uint32_t node);
/* GPUs of the largest node searched. */
GPUSIM_API uint32_t gpusim_search_largest(const gpusim_search *search);

/* The rule: one node of the search, or GPUSIM_NONE when there is none at all. */
typedef uint32_t (*gpusim_choice_of_node)(const gpusim_context *context,
                                          const gpusim_search *search);

/* Places a job whole. One that a node can hold goes to one node, which the rule picks. A larger one
 * takes as many fully idle nodes as it fills, in order of number, and the rule picks another for
 * the rest; it stays within one group where one is large enough. Otherwise it does not fit, unless
 * scatter is not 0: then it takes what is free on one node after another, as the rule picks them,
 * the fullest part first. What a node can hold is bounded by its cores and memory, too; and for a
 * scheduler that decides everything, all of it by the quota of the job's virtual cluster. Returns
 * 1, or 0 when the job does not fit now. */
GPUSIM_API int gpusim_place_job(const gpusim_context *context, const gpusim_job_info *job,
                                gpusim_placement *placement, gpusim_choice_of_node rule,
                                int scatter);

/* A figure of a node for this job: the smaller, the better; of two with the same, the lower number
 * is better, NaN comes last, and a node of INFINITY is not taken at all. */
typedef double (*gpusim_figure_of_node)(const gpusim_context *context, const gpusim_job_info *job,
                                        uint32_t node);

/* The same by a figure: of nodes that can hold what is looked for, the one with the smallest; and
 * so also the fully idle nodes of a larger job, the best ones first. The placement's score is the
 * worst figure that it took. O(nodes) for each node that it takes. */
GPUSIM_API int gpusim_place_by_figure(const gpusim_context *context, const gpusim_job_info *job,
                                      gpusim_placement *placement, gpusim_figure_of_node figure,
                                      int scatter);

/* The same by a score, of which more is better; a node of -INFINITY is not taken. */
GPUSIM_API int gpusim_place_by_score(const gpusim_context *context, const gpusim_job_info *job,
                                     gpusim_placement *placement, gpusim_figure_of_node score,
                                     int scatter);

/* 0..1: the share of a node's GPUs that jobs hold, parts of them, too; of its cores, if it has no
 * GPUs. And the share that a job would be of it, which may be more than is left. */
GPUSIM_API double gpusim_view_load(const gpusim_view *view, uint32_t node);
GPUSIM_API double gpusim_view_size(const gpusim_view *view, const gpusim_job_info *job,
                                   uint32_t node);

/* ---- for schedulers that decide everything ---- */

/* Shapes that have found no place in this pass: in it, they will find none. The first few. */
typedef struct gpusim_tried {
    uint32_t count, reserved;
    uint32_t shapes[64];
} gpusim_tried;

static inline int gpusim_was_tried(const gpusim_tried *tried, uint32_t shape)
{
    for (uint32_t i = 0; i < tried->count; i++) {
        if (tried->shapes[i] == shape) {
            return 1;
        }
    }
    return 0;
}

static inline void gpusim_note_tried(gpusim_tried *tried, uint32_t shape)
{
    if (tried->count < sizeof tried->shapes / sizeof tried->shapes[0]) {
        tried->shapes[tried->count++] = shape;
    }
}

/* 1 when a scheduler that acts at multiples of a period may act now; else it is asked again at the
 * next one if somebody waits. Period 0: always. */
static inline int gpusim_is_due(const gpusim_context *context, gpusim_time period, uint32_t queued,
                                gpusim_decisions *decisions)
{
    gpusim_time now = context->view->now;
    if (period <= 0 || now % period == 0) {
        return 1;
    }
    if (queued > 0) {
        gpusim_decide_wait(decisions, gpusim_time_add(now, period - now % period));
    }
    return 0;
}

/* ---- parameters ---- */

/* The period, for the table of such a scheduler whose record has one. */
#define GPUSIM_PERIOD_FIELD(struct_, member, default_)                                             \
    {                                                                                              \
        .name = "period", .type = GPUSIM_TIME, .unit = GPUSIM_UNIT_SECOND,                         \
        .offset = (uint32_t)offsetof(struct_, member), .fallback = (default_), .maximum = 1e9,     \
        .doc = "It decides at multiples of this time alone; 0 s: whenever jobs or nodes change."   \
    }

/* How well a node suits a job of which it would take so many GPUs (0: one without GPUs), which it
 * can: the larger, the better. *gpu may be set to the GPU of the node that a part of one GPU should
 * go to; left alone, it is the one with the least room that is enough. It may look at the job's
 * request, the node, its GPUs and their tenants, and at the view's demands, and at nothing else:
 * scores of nodes that have not changed are remembered. */
typedef int32_t (*gpusim_grade_of_node)(const gpusim_context *context, const gpusim_job_info *job,
                                        uint32_t gpus, uint32_t node, uint32_t *gpu);

/* Places a job as gpusim_place_job does, on the node with the largest score; of several, the first
 * by node_rank. For modules with GPUSIM_MODULE_SHARES and gpusim_grade_cache. With the cache this
 * is O(nodes) in passing, and a score for each node that has changed since such a job was placed.
 */
GPUSIM_API int gpusim_place_by_grade(const gpusim_context *context, const gpusim_job_info *job,
                                     gpusim_placement *placement, gpusim_grade_of_node score,
                                     int scatter);
GPUSIM_API uint64_t gpusim_grade_cache(const gpusim_view *view);

/* The parameter by which users say whether jobs scatter, for the table of such a placement. */
typedef struct gpusim_scatter {
    uint8_t scatter;
} gpusim_scatter;

#define GPUSIM_SCATTER_FIELD                                                                       \
    {                                                                                              \
        .name = "scatter", .type = GPUSIM_BOOL, .offset = offsetof(gpusim_scatter, scatter),       \
        .fallback = "false",                                                                       \
        .doc =                                                                                     \
            "Whether a job may be spread over partly used nodes when it does not fit otherwise."   \
    }

/* Parameters of a placement that compares cores with GPUs: what counts as a whole node. */
typedef struct gpusim_largest {
    uint8_t scatter, reserved[3];
    uint32_t gpus; /* UINT32_MAX: those of the largest node */
    double cpus;   /* cores; NaN: the same */
} gpusim_largest;

#define GPUSIM_LARGEST_FIELDS                                                                      \
    {                                                                                              \
        .name = "node_gpus",                                                                       \
        .type = GPUSIM_UINT32,                                                                     \
        .offset = offsetof(gpusim_largest, gpus),                                                  \
        .flags = GPUSIM_OPTIONAL,                                                                  \
        .minimum = 1,                                                                              \
        .maximum = 1e6,                                                                            \
        .doc = "GPUs that count as a whole node; absent: those of the largest.",                   \
    },                                                                                             \
    {                                                                                              \
        .name = "node_cpus", .type = GPUSIM_FLOAT64, .offset = offsetof(gpusim_largest, cpus),     \
        .flags = GPUSIM_OPTIONAL | GPUSIM_EXCLUSIVE, .minimum = 0, .maximum = 1e6,                 \
        .doc = "CPU cores that count as a whole node; absent: those of the largest.",              \
    }

/* Cores and GPUs as shares of such a node: what a node has left, what a job wants of one (so many
 * GPUs of it; 0: one without GPUs), and what would be left of that node. Cores without limit count
 * as none. `given` may be NULL. */
typedef struct gpusim_shares {
    double cpus, gpus;
} gpusim_shares;
GPUSIM_API uint32_t gpusim_largest_gpus(const gpusim_view *view, const gpusim_largest *given);
GPUSIM_API gpusim_shares gpusim_shares_left(const gpusim_view *view, uint32_t node,
                                            const gpusim_largest *given);
GPUSIM_API gpusim_shares gpusim_shares_wanted(const gpusim_view *view, const gpusim_job_info *job,
                                              uint32_t gpus, const gpusim_largest *given);
GPUSIM_API gpusim_shares gpusim_shares_over(const gpusim_view *view, uint32_t node,
                                            const gpusim_job_info *job, uint32_t gpus,
                                            const gpusim_largest *given);

#ifdef __cplusplus
}
#endif
#endif
