/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which nodes a job's selector means: those of some groups, or some nodes alone. */
#ifndef GS_POLICY_SELECTOR_H
#define GS_POLICY_SELECTOR_H

#include <gpusim/module.h>

typedef struct gs_selector {
    const uint32_t *matching; /* [groups]: how many nodes of each it means */
    const uint32_t *nodes;    /* [count], rising: these alone; NULL: all of groups that match */
    uint32_t count, name;
} gs_selector;

/* NULL: the job may run on any node. */
static inline const gs_selector *gs_selector_of(const gpusim_view *view, const gpusim_job_info *job)
{
    return job->selector ? (const gs_selector *)view->selectors + (job->selector - 1) : NULL;
}

/* How many nodes of a group a job may use by its selector. */
static inline uint32_t gs_selected_nodes(const gpusim_view *view, const gpusim_job_info *job,
                                         uint32_t group)
{
    const gs_selector *selector = gs_selector_of(view, job);
    return selector ? selector->matching[group] : view->groups[group].nodes;
}

/* Place of the first of its nodes that is at least `node`; `count` when there is none. */
static inline uint32_t gs_selector_from(const gs_selector *selector, uint32_t node)
{
    uint32_t low = 0, high = selector->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (selector->nodes[middle] < node) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static inline int gs_selects_node(const gpusim_view *view, const gpusim_job_info *job,
                                  uint32_t node)
{
    const gs_selector *selector = gs_selector_of(view, job);
    if (!selector) {
        return 1;
    }
    if (!selector->nodes) {
        return selector->matching[view->nodes[node].group] > 0;
    }
    uint32_t at = gs_selector_from(selector, node);
    return at < selector->count && selector->nodes[at] == node;
}

#endif
