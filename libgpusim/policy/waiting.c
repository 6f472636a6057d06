/* SPDX-License-Identifier: GPL-3.0-or-later */
/* All who wait, in order, whatever line they stand in; and the pass of a module that decides
 * everything, which is shown them. */
#include "policy/inside.h"

static int precedes(const gs_policy *policy, uint32_t slot, uint32_t other)
{
    const gs_ordered *a = &GS_AT(policy->members, gs_ordered, slot);
    const gs_ordered *b = &GS_AT(policy->members, gs_ordered, other);
    if (policy->by_class) {
        double rank = GS_AT(policy->ranks, double, slot);
        double its_rank = GS_AT(policy->ranks, double, other);
        return rank < its_rank || (rank == its_rank && a->order < b->order);
    }
    return a->key < b->key || (a->key == b->key && a->order < b->order);
}

static void sift(const gs_policy *policy, uint32_t *slots, uint32_t at, uint32_t count)
{
    uint32_t slot = slots[at];
    for (uint32_t child; (child = 2 * at + 1) < count; at = child) {
        if (child + 1 < count && precedes(policy, slots[child], slots[child + 1])) {
            child++;
        }
        if (!precedes(policy, slot, slots[child])) {
            break;
        }
        slots[at] = slots[child];
    }
    slots[at] = slot;
}

static void sort(const gs_policy *policy, uint32_t *slots, uint32_t count)
{
    for (uint32_t i = count / 2; i-- > 0;) {
        sift(policy, slots, i, count);
    }
    for (uint32_t last = count; last-- > 1;) {
        uint32_t slot = slots[0];
        slots[0] = slots[last];
        slots[last] = slot;
        sift(policy, slots, 0, last);
    }
}

gpusim_status gs_waiting_in_order(gs_policy *policy, int unpromised, gpusim_error *err)
{
    gpusim_status status;
    uint32_t count = 0, kept = 0, lines = 0;
    GPUSIM_TRY(gs_array_resize(&policy->slots, gs_books_of(policy)->waiting, err));
    uint32_t *slots = policy->slots.data;
    for (uint32_t i = 0; i < policy->lines.count; i++) {
        uint32_t jobs = gs_line_of(policy, i)->jobs;
        count += gs_ordered_list(policy->members.data, jobs, slots + count);
        lines += jobs != GPUSIM_NONE;
    }
    for (uint32_t i = 0; i < count; i++) {
        if (!unpromised || !gs_waiter_of(policy, slots[i])->promised) {
            slots[kept++] = slots[i];
        }
    }
    policy->slots.count = kept;
    if (policy->by_class) {
        GPUSIM_TRY(gs_array_resize(&policy->ranks, policy->waiters.count, err));
    }
    for (uint32_t i = 0; policy->by_class && i < kept; i++) {
        GS_AT(policy->ranks, double, slots[i]) = gs_order_rank(policy, gs_job_of(policy, slots[i]));
    }
    if (lines > 1) {
        sort(policy, slots, kept);
    }
cleanup:
    return status;
}

gpusim_status gs_pass_module(gs_policy *policy, gpusim_decisions *decisions, gpusim_error *err)
{
    gpusim_status status;
    GPUSIM_TRY(gs_waiting_in_order(policy, 0, err));
    gpusim_placement room = {
        .parts = policy->trial.data, .capacity = policy->trial.count, .score = GS_NO_SCORE};
    gpusim_context context = gs_scheduler_context(policy);
    context.placement = &room;
    const gpusim_scheduler *scheduler = policy->setup->scheduler.module->operations;
    status = scheduler->pass(&context, policy->slots.data, policy->slots.count, decisions, err);
cleanup:
    return status;
}
