/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Hypothetical clusters: what would fit if other jobs had ended or begun. */
#ifndef GS_POLICY_SHADOW_H
#define GS_POLICY_SHADOW_H

#include "policy/index.h"

typedef struct gs_shadow {
    gpusim_view view; /* the run's, with these nodes, GPUs and this index */
    gpusim_node_info *nodes;
    gpusim_gpu_info *gpus; /* NULL where none is shared */
    gs_index *index;
} gs_shadow;

gpusim_status gs_shadow_create(const gpusim_view *view, gs_shadow **shadow, gpusim_error *err);
void gs_shadow_destroy(gs_shadow *shadow);

/* Makes it the cluster of a view, touching only nodes that differ. O(nodes), about 1 ns each. */
void gs_shadow_sync(gs_shadow *shadow, const gpusim_view *view);
/* Shows the jobs and the time of a view, on its own nodes. */
void gs_shadow_adopt(gs_shadow *shadow, const gpusim_view *view);
/* Makes all of its nodes up and idle. O(nodes) */
void gs_shadow_clear(gs_shadow *shadow);
/* A node has no more free than it has in another view. */
void gs_shadow_limit(gs_shadow *shadow, const gpusim_view *view, uint32_t node);
/* Gives a job's parts back, or takes them; where not enough is left, nothing remains. Parts of a
 * promise may leave the GPU to the host: then the node has so many free ones fewer, whichever they
 * will be. The index does not follow before it is settled: whole, or for a few parts. */
void gs_shadow_release(gs_shadow *shadow, const gpusim_job_info *job, const gpusim_part *parts,
                       uint32_t count);
void gs_shadow_take(gs_shadow *shadow, const gpusim_job_info *job, const gpusim_part *parts,
                    uint32_t count);
void gs_shadow_settle(gs_shadow *shadow);
void gs_shadow_settle_parts(gs_shadow *shadow, const gpusim_part *parts, uint32_t count);

/* 1 when there is room for a job's parts in a view in which it holds `own` already. Whether their
 * nodes are up does not matter, nor which GPUs of a node they name. */
int gs_parts_are_free(const gpusim_view *view, const gpusim_job_info *job, const gpusim_part *parts,
                      uint32_t count, const gpusim_part *own, uint32_t own_count);
/* The same of the very GPUs that they name, where GPUs are shared. */
int gs_named_parts_are_free(const gpusim_view *view, const gpusim_job_info *job,
                            const gpusim_part *parts, uint32_t count, const gpusim_part *own,
                            uint32_t own_count);

#endif
