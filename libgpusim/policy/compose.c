/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A pass by order and placement alone: each queue from its first job on, until one does not fit
 * (blocking) or every shape has failed (skipping). Without preemption, placing only gets harder
 * within a pass, so a shape is tried until it fails once. */
#include "policy/inside.h"

int gs_try_to_start(gs_policy *policy, gpusim_decisions *decisions, uint32_t slot,
                    const gpusim_view *view, const char *reason)
{
    const gs_waiter *waiter = gs_waiter_of(policy, slot);
    gpusim_placement placement;
    return gs_quota_leaves(policy, waiter->queue, gs_queue_of(policy, waiter->queue)->used,
                           waiter->milli) &&
           gs_place_on(policy, view, slot, &placement) &&
           gpusim_decide_start(decisions, gs_job_of(policy, slot)->id, &placement, reason) ==
               GPUSIM_ACCEPTED;
}

gpusim_status gs_pass_composed(gs_policy *policy, gpusim_decisions *decisions, gpusim_error *err)
{
    (void)err;
    uint32_t queue;
    while ((queue = gs_queue_next(policy)) != GPUSIM_NONE) {
        uint32_t heads = gs_queue_of(policy, queue)->heads;
        uint32_t line = gs_ordered_first(policy->line_members.data, heads);
        uint32_t slot = gs_line_candidate(policy, line);
        if (!gs_try_to_start(policy, decisions, slot, policy->view, NULL)) {
            gs_line_bound(policy, line, -1);
            gs_queue_of(policy, queue)->blocked = policy->setup->blocking;
        }
    }
    return GPUSIM_OK;
}
