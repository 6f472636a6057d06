/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The invariants of a policy's state: every job the view shows waiting stands in exactly one line,
 * lines stand among their queue's heads by the first job that may start, and counts add up. */
#include "policy/inside.h"

static gpusim_status check_line(const gs_policy *policy, uint32_t number, uint32_t *waiting,
                                gpusim_error *err)
{
    const gs_line *line = gs_line_of(policy, number);
    const gs_ordered *members = policy->members.data;
    if (!gs_ordered_valid(members, line->jobs, waiting)) {
        return gpusim_fail(err, GPUSIM_INTERNAL, "line %u of waiting jobs is out of order", number);
    }
    for (uint32_t slot = gs_ordered_first(members, line->jobs); slot != GPUSIM_NONE;
         slot = gs_ordered_next(members, line->jobs, slot)) {
        const gs_waiter *waiter = gs_waiter_of(policy, slot);
        if (waiter->where != GS_WAITING || waiter->line != number || waiter->queue != line->queue ||
            waiter->order != gs_job_of(policy, slot)->order) {
            return gpusim_fail(err, GPUSIM_INTERNAL, "slot %u does not belong in line %u", slot,
                               number);
        }
    }

    // it is among the heads by its candidate, or not at all
    uint32_t candidate = gs_line_candidate(policy, number);
    const gs_ordered *head = &GS_AT(policy->line_members, gs_ordered, number);
    if (line->listed != (candidate != GPUSIM_NONE) ||
        (line->listed && head->order != members[candidate].order)) {
        return gpusim_fail(err, GPUSIM_INTERNAL, "line %u stands wrongly among the heads", number);
    }
    return GPUSIM_OK;
}

static gpusim_status check_queue(const gs_policy *policy, uint32_t number, uint32_t waiting,
                                 uint32_t listed, uint64_t used, gpusim_error *err)
{
    const gs_queue *queue = gs_queue_of(policy, number);
    uint32_t heads = 0;
    if (!gs_ordered_valid(policy->line_members.data, queue->heads, &heads) || heads != listed) {
        return gpusim_fail(err, GPUSIM_INTERNAL, "queue %u has %u heads, not %u in order", number,
                           heads, listed);
    }
    if (queue->waiting != waiting || queue->used != used) {
        return gpusim_fail(
            err, GPUSIM_INTERNAL,
            "queue %u counts %u jobs and %llu thousandths of GPUs, but there are %u and "
            "%llu",
            number, queue->waiting, (unsigned long long)queue->used, waiting,
            (unsigned long long)used);
    }
    return GPUSIM_OK;
}

// Whether the view and the policy say the same of a slot.
static gpusim_status check_slot(const gs_policy *policy, uint32_t slot, gpusim_error *err)
{
    const gpusim_job_info *job = gs_job_of(policy, slot);
    int there = job->id.generation != 0;
    uint32_t seen = !there                             ? GS_ABSENT
                    : job->state == GPUSIM_JOB_QUEUED  ? GS_WAITING
                    : job->state == GPUSIM_JOB_RUNNING ? GS_RUNNING
                                                       : GS_ABSENT;
    uint32_t where = slot < policy->waiters.count ? gs_waiter_of(policy, slot)->where : GS_ABSENT;
    if (seen != where) {
        return gpusim_fail(err, GPUSIM_INTERNAL, "slot %u is %u to the policy, but %u", slot, where,
                           seen);
    }
    return GPUSIM_OK;
}

gpusim_status gs_policy_check(const gs_policy *policy, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    for (uint32_t slot = 0; slot < policy->view->job_capacity; slot++) {
        GPUSIM_TRY(check_slot(policy, slot, err));
    }
    uint32_t all = 0;
    for (uint32_t q = 0; q < policy->queues.count; q++) {
        uint32_t waiting = 0, listed = 0;
        uint64_t used = 0, lent = 0;
        for (uint32_t i = 0; i < policy->lines.count; i++) {
            const gs_line *line = gs_line_of(policy, i);
            uint32_t count = 0;
            if (line->queue == q) {
                GPUSIM_TRY(check_line(policy, i, &count, err));
                waiting += count;
                listed += line->listed;
            }
        }
        for (uint32_t slot = 0; slot < policy->waiters.count; slot++) {
            const gs_waiter *waiter = gs_waiter_of(policy, slot);
            int here = waiter->where == GS_RUNNING && waiter->queue == q;
            used += here ? waiter->milli : 0;
            lent += here && waiter->lent ? waiter->milli : 0;
        }
        if (lent != gs_queue_of(policy, q)->lent || !gs_quota_leaves(policy, q, used - lent, 0)) {
            return gpusim_fail(err, GPUSIM_INTERNAL, "queue %u counts what it is lent wrongly", q);
        }
        GPUSIM_TRY(check_queue(policy, q, waiting, listed, used, err));
        all += waiting;
    }
    if (all != gs_books_of(policy)->waiting) {
        return gpusim_fail(err, GPUSIM_INTERNAL, "%u jobs wait, but %u are counted", all,
                           gs_books_of(policy)->waiting);
    }
cleanup:
    return status;
}
