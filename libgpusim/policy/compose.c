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

int gs_would_start(gs_policy *policy, uint32_t slot)
{
    const gs_waiter *waiter = gs_waiter_of(policy, slot);
    const gs_queue *queue = gs_queue_of(policy, waiter->queue);
    gpusim_placement placement;
    return gs_quota_leaves(policy, waiter->queue, queue->used - queue->lent, waiter->milli) &&
           gs_place_if(policy, policy->view, slot, &placement);
}

// Where the classes of a shape are lines of their own, what one could not do none of them can.
static int shape_has_failed(const gs_policy *policy, uint32_t line)
{
    uint32_t shape = gs_line_of(policy, line)->base;
    return policy->by_class && policy->by_shape && shape < policy->failed.count &&
           GS_AT(policy->failed, uint64_t, shape) == policy->tries;
}

static gpusim_status fail_line(gs_policy *policy, uint32_t line, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    uint32_t shape = gs_line_of(policy, line)->base;
    gs_line_bound(policy, line, -1);
    if (policy->by_class && policy->by_shape) {
        if (shape >= policy->failed.count) {
            GPUSIM_TRY(gs_array_resize(&policy->failed, shape + 1, err));
        }
        GS_AT(policy->failed, uint64_t, shape) = policy->tries;
    }
cleanup:
    return status;
}

gpusim_status gs_pass_composed(gs_policy *policy, gpusim_decisions *decisions, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    uint32_t queue;
    policy->tries++;
    int makes_room = policy->setup->borrow || policy->setup->preemption != GS_PREEMPTION_NONE;
    while ((queue = gs_queue_next(policy)) != GPUSIM_NONE) {
        uint32_t heads = gs_queue_of(policy, queue)->heads;
        uint32_t line = gs_ordered_first(policy->line_members.data, heads);
        uint32_t slot = gs_line_candidate(policy, line);
        if (!makes_room && !decisions->fail && shape_has_failed(policy, line)) {
            gs_line_bound(policy, line, -1);
            continue;
        }
        int started = gs_try_to_start(policy, decisions, slot, policy->view, NULL);
        if (!started && makes_room) {
            int made;
            GPUSIM_TRY(gs_make_room(policy, decisions, slot, &made, err));
            started = made && gs_try_to_start(policy, decisions, slot, policy->view, NULL);
            if (made) {
                // whoever was stopped may leave more than was needed
                GPUSIM_TRY(gs_queues_thaw(policy, 0, err));
                policy->tries++;
            }
        }
        // where what does not fit fails, it leaves the queue and stands in nobody's way
        int gone = !started && decisions->fail &&
                   decisions->fail(decisions->core, gs_job_of(policy, slot)->id) == GPUSIM_ACCEPTED;
        if (!started && !gone) {
            GPUSIM_TRY(fail_line(policy, line, err));
            gs_queue_of(policy, queue)->blocked = policy->setup->blocking;
        }
    }
    if (policy->setup->borrow) {
        gs_settle_lent(policy);
    }
cleanup:
    return status;
}
