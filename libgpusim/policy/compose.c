/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A pass by order and placement alone: each queue from its first job on, until one does not fit
 * (blocking) or every shape has failed (skipping). Without preemption, placing only gets harder
 * within a pass, so a shape is tried until it fails once. */
#include "policy/inside.h"

static int within_quota(const gs_policy *policy, uint32_t slot)
{
    const gs_waiter *waiter = gs_waiter_of(policy, slot);
    return gs_quota_leaves(policy, waiter->queue, gs_queue_own(policy, waiter->queue),
                           waiter->milli);
}

int gs_try_to_start(gs_policy *policy, gpusim_decisions *decisions, uint32_t slot,
                    const gpusim_view *view, const char *reason)
{
    gpusim_placement placement;
    return within_quota(policy, slot) && gs_place_on(policy, view, slot, &placement) &&
           gpusim_decide_start(decisions, gs_job_of(policy, slot)->id, &placement, reason) ==
               GPUSIM_ACCEPTED;
}

int gs_lend(gs_policy *policy, gpusim_decisions *decisions, uint32_t slot,
            const gpusim_placement *placement)
{
    policy->lends = 1;
    int started = gpusim_decide_start(decisions, gs_job_of(policy, slot)->id, placement,
                                      gs_reasons[GS_REASON_LENT]) == GPUSIM_ACCEPTED;
    policy->lends = 0;
    return started;
}

int gs_try_to_lend(gs_policy *policy, gpusim_decisions *decisions, uint32_t slot,
                   const gpusim_view *view)
{
    gpusim_placement placement;
    return gs_place_on(policy, view, slot, &placement) &&
           gs_lend(policy, decisions, slot, &placement);
}

// Within its quota, else on what is lent.
static int try_either(gs_policy *policy, gpusim_decisions *decisions, uint32_t slot)
{
    if (!within_quota(policy, slot) && gs_may_borrow(policy, slot)) {
        return gs_try_to_lend(policy, decisions, slot, policy->view);
    }
    return gs_try_to_start(policy, decisions, slot, policy->view, NULL);
}

int gs_would_start(gs_policy *policy, uint32_t slot)
{
    gpusim_placement placement;
    return within_quota(policy, slot) && gs_place_if(policy, policy->view, slot, &placement);
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
    int makes_room = gs_makes_room(policy);
    while ((queue = gs_queue_next(policy)) != GPUSIM_NONE) {
        uint32_t heads = gs_queue_of(policy, queue)->heads;
        uint32_t line = gs_ordered_first(policy->line_members.data, heads);
        uint32_t slot = gs_line_candidate(policy, line);
        if (!makes_room && !decisions->fail && shape_has_failed(policy, line)) {
            gs_line_bound(policy, line, -1);
            continue;
        }
        int started = try_either(policy, decisions, slot);
        if (!started && makes_room) {
            int made;
            GPUSIM_TRY(gs_make_room(policy, decisions, slot, &made, err));
            started = made && try_either(policy, decisions, slot);
            if (made) {
                // whoever was stopped may leave more than was needed
                GPUSIM_TRY(gs_queues_thaw(policy, 0, err));
                policy->tries++;
            }
        }
        // where what does not fit fails, it leaves the queue and stands in nobody's way
        int gone = !started && decisions->fail &&
                   decisions->fail(decisions->core, gs_job_of(policy, slot)->id) == GPUSIM_ACCEPTED;
        if (!started && !gone && policy->setup->blocking) {
            // its line stays open: it is the first again unless somebody comes before it
            gs_queue_of(policy, queue)->blocked = 1;
        } else if (!started && !gone) {
            GPUSIM_TRY(fail_line(policy, line, err));
        }
    }
    if (policy->setup->borrow) {
        gs_settle_lent(policy);
    }
cleanup:
    return status;
}
