/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The partly used GPUs of each group, in order of what is left of them. */
#ifndef GS_POLICY_PARTLY_H
#define GS_POLICY_PARTLY_H

#include "policy/share.h"

typedef struct gs_partly gs_partly;

/* `cuts` outlives it. Empty until it is rebuilt. */
gpusim_status gs_partly_create(const gpusim_view *view, const gs_cut *cuts, gs_partly **partly,
                               gpusim_error *err);
void gs_partly_destroy(gs_partly *partly);
/* Makes it agree with view->gpus: all of them, or those of a node. */
void gs_partly_rebuild(gs_partly *partly, const gpusim_view *view);
void gs_partly_follow(gs_partly *partly, const gpusim_view *view, uint32_t node);
gpusim_status gs_partly_check(const gs_partly *partly, const gpusim_view *view, gpusim_error *err);

const gs_cut *gs_partly_cuts(const gs_partly *partly);
/* Thousandths left of those on nodes that are up. */
uint64_t gs_partly_milli(const gs_partly *partly);

/* On how many GPUs of a node a job may take a part at most; GPUSIM_NONE: on all that have room.
 * Only of hypothetical clusters that stand for several moments: see gs_shadow_limit. */
uint32_t gs_partly_most(const gs_partly *partly, uint32_t node);
void gs_partly_limit(gs_partly *partly, uint32_t node, uint32_t most);

/* They stand by key, then by number: free thousandths, or the bits of free slices where GPUs are
 * cut. The first whose key is at least `key`, and the one after another; GPUSIM_NONE. */
uint32_t gs_partly_from(const gs_partly *partly, uint32_t group, uint32_t key);
uint32_t gs_partly_next(const gs_partly *partly, uint32_t group, uint32_t gpu);
uint32_t gs_partly_key(const gs_partly *partly, uint32_t gpu);

#endif
