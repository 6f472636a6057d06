/* SPDX-License-Identifier: GPL-3.0-or-later */
/* EASY backfill (Lifka 1995): the first job of each queue that does not fit is promised its
 * earliest start, given when the running jobs are expected to end; another job may start now if it
 * ends by then or leaves the promised nodes alone. Only a first job stops others: what it is
 * promised holds if nobody is stopped. What is lent is lent beside promises. */
#include "policy/plan.h"

/* A promise to the first job of a queue, with two hypothetical clusters: at its start, once it has
 * taken its nodes; and what is free from now up to and including then. */
typedef struct promise {
    gpusim_time start, end;
    uint64_t quota_left; /* thousandths of GPUs that its queue may use beside it at its start */
    uint32_t slot, queue, first_part, parts;
} promise;

_Static_assert(sizeof(promise) == GS_PROMISE_BYTES, "the array has elements of this size");

static gs_shadow *at_start(const gs_policy *policy, uint32_t number)
{
    return policy->shadows[GS_SHADOW_PROMISES + 2 * number];
}

static gs_shadow *until_start(const gs_policy *policy, uint32_t number)
{
    return policy->shadows[GS_SHADOW_PROMISES + 2 * number + 1];
}

// What is free from now until promise number - 1 inclusive; number 0: now.
static const gpusim_view *free_until(const gs_policy *policy, uint32_t number)
{
    return number ? &until_start(policy, number - 1)->view : policy->view;
}

// Each queue from its first job on while it fits, or can make room; the first that does not is
// noted.
static gpusim_status start_in_order(gs_policy *policy, gpusim_decisions *decisions,
                                    gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    uint32_t queue;
    policy->heads.count = 0;
    gs_queues_open(policy);
    while ((queue = gs_queue_next(policy)) != GPUSIM_NONE) {
        uint32_t heads = gs_queue_of(policy, queue)->heads;
        uint32_t line = gs_ordered_first(policy->line_members.data, heads);
        uint32_t slot = gs_line_candidate(policy, line);
        if (gs_try_to_start(policy, decisions, slot, policy->view, NULL)) {
            continue;
        }
        int made = 0;
        if (gs_makes_room(policy)) {
            GPUSIM_TRY(gs_make_room(policy, decisions, slot, &made, err));
        }
        if (made && gs_try_to_start(policy, decisions, slot, policy->view, NULL)) {
            // whoever was stopped waits, and may leave more than was needed: from the beginning
            policy->heads.count = 0;
            gs_queues_open(policy);
            continue;
        }
        GPUSIM_TRY(gs_array_push(&policy->heads, &slot, err));
        gs_line_bound(policy, line, -1);
        gs_queue_of(policy, queue)->blocked = 1;
    }
cleanup:
    return status;
}

// Whether anybody who may overtake could find GPUs at all.
static int worth_the_trouble(gs_policy *policy)
{
    uint64_t free = gs_index_free_milli(policy->view->index);
    for (uint32_t i = 0; i < policy->lines.count; i++) {
        const gs_line *line = gs_line_of(policy, i);
        if (line->jobs != GPUSIM_NONE && gs_waiter_of(policy, line->jobs)->milli > free) {
            gs_line_bound(policy, i, -1);
        }
    }
    for (uint32_t i = 0; i < policy->heads.count; i++) {
        uint32_t slot = GS_AT(policy->heads, uint32_t, i);
        gs_queue_of(policy, gs_waiter_of(policy, slot)->queue)->blocked = 0;
    }
    return gs_queue_next(policy) != GPUSIM_NONE;
}

// Waits for its quota, and may run without.
static int waits_for_loan(const gs_policy *policy, uint32_t slot)
{
    const gs_waiter *waiter = gs_waiter_of(policy, slot);
    uint64_t own = gs_queue_own(policy, waiter->queue);
    return gs_may_borrow(policy, slot) &&
           !gs_quota_leaves(policy, waiter->queue, own, waiter->milli);
}

// To all heads, or to those who cannot borrow.
static gpusim_status make_promises(gs_policy *policy, int all_heads, gpusim_error *err)
{
    gpusim_status status;
    GPUSIM_TRY(gs_plan_begin(policy, err));
    policy->parts.count = policy->promises.count = 0;
    for (uint32_t i = 0; i < policy->heads.count; i++) {
        uint32_t slot = GS_AT(policy->heads, uint32_t, i);
        if (!all_heads && waits_for_loan(policy, slot)) {
            continue;
        }
        promise made = {.slot = slot,
                        .queue = gs_waiter_of(policy, slot)->queue,
                        .first_part = policy->parts.count};
        GPUSIM_TRY(gs_array_push(&policy->promises, &made, err));
        promise *it = &GS_AT(policy->promises, promise, policy->promises.count - 1);
        gpusim_time length = gpusim_view_remaining(policy->view, gs_job_of(policy, it->slot));
        GPUSIM_TRY(gs_plan_find(policy, it->slot, length, 0, &it->start, &it->parts, err));
        // a job without length holds its nodes for a moment all the same
        it->end = gpusim_time_add(it->start, length ? length : 1);
        if (it->start != GPUSIM_TIME_MAX) {
            GPUSIM_TRY(gs_plan_promise(policy, it->start, it->end, it->slot, it->first_part,
                                       it->parts, err));
        }
    }

    // in order of their starts
    promise *all = policy->promises.data;
    for (uint32_t i = 1; i < policy->promises.count; i++) {
        promise it = all[i];
        uint32_t at = i;
        while (at > 0 && all[at - 1].start > it.start) {
            all[at] = all[at - 1];
            at--;
        }
        all[at] = it;
    }
    while (policy->promises.count && all[policy->promises.count - 1].start == GPUSIM_TIME_MAX) {
        policy->promises.count--;
    }
cleanup:
    return status;
}

// What the queue of a promise uses of GPUs as it starts, without it.
static uint64_t used_at(const gs_policy *policy, const promise *it)
{
    uint64_t used = gs_queue_own(policy, it->queue);
    for (uint32_t i = 0; i < policy->moments.count; i++) {
        const gs_moment *moment = &GS_AT(policy->moments, gs_moment, i);
        if (moment->time > it->start) {
            break;
        }
        used -= !moment->starts && moment->queue == it->queue ? moment->milli : 0;
    }
    return used;
}

static gpusim_status see_futures(gs_policy *policy, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    uint32_t at = 0;
    GPUSIM_TRY(gs_shadow_get(policy, GS_SHADOW_THEN, err));
    gs_shadow *then = policy->shadows[GS_SHADOW_THEN];
    gs_shadow_sync(then, policy->view);
    for (uint32_t i = 0; i < policy->promises.count; i++) {
        promise *it = &GS_AT(policy->promises, promise, i);
        GPUSIM_TRY(gs_shadow_get(policy, GS_SHADOW_PROMISES + 2 * i, err));
        GPUSIM_TRY(gs_shadow_get(policy, GS_SHADOW_PROMISES + 2 * i + 1, err));
        gs_plan_advance(policy, &at, it->start, then);
        gs_shadow_sync(at_start(policy, i), &then->view);
        gs_shadow_sync(until_start(policy, i), free_until(policy, i));
        for (uint32_t node = 0; node < policy->view->node_count; node++) {
            gs_shadow_limit(until_start(policy, i), &then->view, node);
        }
        uint32_t vc = gs_queue_of(policy, it->queue)->vc;
        uint64_t milli = gs_waiter_of(policy, it->slot)->milli;
        it->quota_left = UINT64_MAX;
        if (vc != GPUSIM_NONE) {
            uint64_t used = used_at(policy, it) + milli;
            uint64_t quota = (uint64_t)policy->view->vcs[vc].quota * 1000;
            it->quota_left = used < quota ? quota - used : 0;
        }
    }
cleanup:
    return status;
}

// How many promises a job that starts now would still run at.
static uint32_t overlapped(const gs_policy *policy, gpusim_time end)
{
    uint32_t count = 0;
    while (count < policy->promises.count && GS_AT(policy->promises, promise, count).start < end) {
        count++;
    }
    return count;
}

// The quota beside the promise of a job's own queue, if it would run beyond its start.
static promise *own_promise(const gs_policy *policy, uint32_t queue, uint32_t overlaps)
{
    for (uint32_t i = 0; i < overlaps; i++) {
        promise *it = &GS_AT(policy->promises, promise, i);
        if (it->queue == queue) {
            return it;
        }
    }
    return NULL;
}

// A job has started: the futures that it reaches have its nodes no longer.
static void remember(gs_policy *policy, uint32_t slot, uint32_t overlaps)
{
    const gpusim_job_info *job = gs_job_of(policy, slot);
    uint32_t count;
    const gpusim_part *parts = gpusim_view_parts(policy->view, job, &count);
    for (uint32_t i = 0; i < policy->promises.count; i++) {
        if (i < overlaps) {
            gs_shadow_take(at_start(policy, i), job, parts, count);
        }
        for (uint32_t k = 0; k < count; k++) {
            gs_shadow_limit(until_start(policy, i), free_until(policy, i), parts[k].node);
            gs_shadow_limit(until_start(policy, i), &at_start(policy, i)->view, parts[k].node);
        }
    }
}

// Estimates that are still worth a try when one failed that would have run at so many promises.
static gpusim_time worth_a_try(const gs_policy *policy, uint32_t overlaps)
{
    return overlaps ? GS_AT(policy->promises, promise, overlaps - 1).start - policy->view->now : -1;
}

// Starts a job, or lowers its line's bound to the estimates that are still worth a try.
static void overtake(gs_policy *policy, gpusim_decisions *decisions, uint32_t line)
{
    uint32_t slot = gs_line_candidate(policy, line);
    const gs_waiter *waiter = gs_waiter_of(policy, slot);
    gpusim_time now = policy->view->now;
    gpusim_time length = gpusim_view_remaining(policy->view, gs_job_of(policy, slot));
    uint32_t overlaps = overlapped(policy, gpusim_time_add(now, length));
    promise *own = own_promise(policy, waiter->queue, overlaps);
    int takes_quota = own && waiter->milli > own->quota_left;
    int borrows = waits_for_loan(policy, slot) || (takes_quota && gs_may_borrow(policy, slot));
    if (takes_quota && !borrows) {
        gs_line_bound(policy, line, own->start - now);
        return;
    }
    const gpusim_view *view = free_until(policy, overlaps);
    int started =
        borrows ? gs_try_to_lend(policy, decisions, slot, view)
                : gs_try_to_start(policy, decisions, slot, view, gs_reasons[GS_REASON_BACKFILL]);
    if (!started) {
        gs_line_bound(policy, line, worth_a_try(policy, overlaps));
        return;
    }
    if (own && !borrows) {
        own->quota_left -= waiter->milli;
    }
    remember(policy, slot, overlaps);
}

// Heads that wait for their quota may run on what is lent, if that is beside what is promised to
// the others; *lent is 1 when one does.
static gpusim_status lend_to_heads(gs_policy *policy, gpusim_decisions *decisions, int *lent,
                                   gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    int promised = 0;
    *lent = 0;
    for (uint32_t i = 0; i < policy->heads.count && !*lent; i++) {
        uint32_t slot = GS_AT(policy->heads, uint32_t, i);
        if (!waits_for_loan(policy, slot)) {
            continue;
        }
        if (!promised) {
            GPUSIM_TRY(make_promises(policy, 0, err));
            GPUSIM_TRY(see_futures(policy, err));
            promised = 1;
        }
        gpusim_time length = gpusim_view_remaining(policy->view, gs_job_of(policy, slot));
        uint32_t overlaps = overlapped(policy, gpusim_time_add(policy->view->now, length));
        *lent = gs_try_to_lend(policy, decisions, slot, free_until(policy, overlaps));
        if (!*lent) {
            // a shorter one of its shape may
            gs_line_bound(policy, gs_waiter_of(policy, slot)->line, worth_a_try(policy, overlaps));
        }
    }
cleanup:
    return status;
}

gpusim_status gs_pass_easy(gs_policy *policy, gpusim_decisions *decisions, gpusim_error *err)
{
    gpusim_status status;
    int lent = 0;
    gs_running_grow(policy);
    do {
        GPUSIM_TRY(start_in_order(policy, decisions, err));
        if (policy->setup->borrow) {
            GPUSIM_TRY(lend_to_heads(policy, decisions, &lent, err));
        }
    } while (lent);
    if (policy->heads.count == 0 || !worth_the_trouble(policy)) {
        goto cleanup;
    }
    GPUSIM_TRY(make_promises(policy, 1, err));
    GPUSIM_TRY(see_futures(policy, err));
    uint32_t queue;
    while ((queue = gs_queue_next(policy)) != GPUSIM_NONE) {
        uint32_t heads = gs_queue_of(policy, queue)->heads;
        overtake(policy, decisions, gs_ordered_first(policy->line_members.data, heads));
    }
cleanup:
    policy->parts.count = 0;
    if (status == GPUSIM_OK && policy->setup->borrow) {
        gs_settle_lent(policy);
    }
    return status;
}
