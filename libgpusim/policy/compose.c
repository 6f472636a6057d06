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
    const gs_queue *queue = gs_queue_of(policy, waiter->queue);
    if (!gs_quota_leaves(policy, waiter->queue, queue->used - queue->lent, waiter->milli)) {
        if (!policy->setup->borrow || !gs_job_of(policy, slot)->preemptible) {
            return 0;
        }
        reason = gs_reasons[GS_REASON_LENT];
    }
    return gs_place_on(policy, view, slot, &placement) &&
           gpusim_decide_start(decisions, gs_job_of(policy, slot)->id, &placement, reason) ==
               GPUSIM_ACCEPTED;
}

gpusim_status gs_pass_composed(gs_policy *policy, gpusim_decisions *decisions, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    uint32_t queue;
    int makes_room = policy->setup->borrow || policy->setup->preemption != GS_PREEMPTION_NONE;
    while ((queue = gs_queue_next(policy)) != GPUSIM_NONE) {
        uint32_t heads = gs_queue_of(policy, queue)->heads;
        uint32_t line = gs_ordered_first(policy->line_members.data, heads);
        uint32_t slot = gs_line_candidate(policy, line);
        int started = gs_try_to_start(policy, decisions, slot, policy->view, NULL);
        if (!started && makes_room) {
            int made;
            GPUSIM_TRY(gs_make_room(policy, decisions, slot, &made, err));
            started = made && gs_try_to_start(policy, decisions, slot, policy->view, NULL);
        }
        if (!started) {
            gs_line_bound(policy, line, -1);
            gs_queue_of(policy, queue)->blocked = policy->setup->blocking;
        }
    }
    if (policy->setup->borrow) {
        gs_settle_lent(policy);
    }
cleanup:
    return status;
}
