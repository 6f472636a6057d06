/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Conservative backfill: every job takes, as it arrives, the earliest hole that holds it for its
 * whole estimate, on nodes of its own, and starts when that has come. Nobody moves while estimates
 * are right; when one was wrong, all who wait are planned anew, in order. An arrival costs
 * O(running + reserved) and a look at the nodes for each start that is tried; planning anew costs
 * that for each job that waits, but a job is not tried before the start of one of its shape that is
 * no longer. */
#include "policy/plan.h"

// Keeps the reservations of those who still wait; that somebody gave up opens a hole.
static void drop_stale(gs_policy *policy)
{
    gs_reservation *all = policy->reservations.data;
    gpusim_part *parts = policy->parts.data;
    uint32_t kept = 0, kept_parts = 0;
    for (uint32_t i = 0; i < policy->reservations.count; i++) {
        gs_reservation it = all[i];
        const gs_waiter *waiter = gs_waiter_of(policy, it.slot);
        int same = waiter->order == it.order && waiter->where != GS_ABSENT;
        if (!same || waiter->where != GS_WAITING) {
            gs_books_of(policy)->wrong |= !same;
            continue;
        }
        for (uint32_t k = 0; k < it.parts; k++) {
            parts[kept_parts + k] = parts[it.first_part + k];
        }
        it.first_part = kept_parts;
        kept_parts += it.parts;
        all[kept++] = it;
    }
    policy->reservations.count = kept;
    policy->parts.count = kept_parts;
}

static void forget_all(gs_policy *policy)
{
    for (uint32_t i = 0; i < policy->reservations.count; i++) {
        uint32_t slot = GS_AT(policy->reservations, gs_reservation, i).slot;
        gs_waiter_of(policy, slot)->promised = 0;
    }
    policy->reservations.count = policy->parts.count = 0;
}

/* The job of a shape that was planned last while reservations were only added: one that is no
 * shorter fits nowhere before it. */
typedef struct planned {
    gpusim_time start, length;
} planned;

_Static_assert(sizeof(planned) == GS_PLANNED_BYTES, "the array has elements of this size");

static gpusim_status reserve(gs_policy *policy, uint32_t slot, gpusim_error *err)
{
    gpusim_status status;
    uint32_t shape = gs_job_of(policy, slot)->shape;
    if (shape >= policy->planned.count) {
        GPUSIM_TRY(gs_array_resize(&policy->planned, shape + 1, err));
    }
    planned *last = &GS_AT(policy->planned, planned, shape);
    gs_waiter *waiter = gs_waiter_of(policy, slot);
    gpusim_time length = gpusim_view_remaining(policy->view, gs_job_of(policy, slot));
    gs_reservation it = {.slot = slot, .order = waiter->order, .first_part = policy->parts.count};
    gpusim_time not_before = length >= last->length ? last->start : 0;
    GPUSIM_TRY(gs_plan_find(policy, slot, length, not_before, &it.start, &it.parts, err));
    *last = (planned){.start = it.start, .length = length};
    it.end = gpusim_time_add(it.start, length);
    GPUSIM_TRY(gs_array_push(&policy->reservations, &it, err));
    waiter->promised = 1;
    if (it.start != GPUSIM_TIME_MAX) {
        GPUSIM_TRY(gs_plan_promise(policy, it.start, it.end, slot, it.first_part, it.parts, err));
    }
cleanup:
    return status;
}

static gpusim_status plan(gs_policy *policy, gpusim_error *err)
{
    gpusim_status status;
    if (!gs_books_of(policy)->unplanned) {
        return GPUSIM_OK;
    }
    GPUSIM_TRY(gs_plan_begin(policy, err));
    GPUSIM_TRY(gs_waiting_in_order(policy, 1, err));
    for (uint32_t i = 0; i < policy->reservations.count; i++) {
        const gs_reservation *it = &GS_AT(policy->reservations, gs_reservation, i);
        if (it->start != GPUSIM_TIME_MAX) {
            GPUSIM_TRY(gs_plan_enter(policy, it->start, it->end, it->slot, it->first_part,
                                     it->parts, err));
        }
    }
    gs_plan_sort(policy);
    policy->planned.count = 0;
    for (uint32_t i = 0; i < policy->slots.count; i++) {
        GPUSIM_TRY(reserve(policy, GS_AT(policy->slots, uint32_t, i), err));
    }
    gs_books_of(policy)->unplanned = 0;
cleanup:
    return status;
}

// Starts those whose time has come. What was promised may be gone: then something was wrong.
static void start_due(gs_policy *policy, gpusim_decisions *decisions)
{
    for (uint32_t i = 0; i < policy->reservations.count; i++) {
        const gs_reservation *it = &GS_AT(policy->reservations, gs_reservation, i);
        if (it->start > policy->view->now || gs_waiter_of(policy, it->slot)->where != GS_WAITING) {
            continue;
        }
        gpusim_placement placement = {.parts = &GS_AT(policy->parts, gpusim_part, it->first_part),
                                      .count = it->parts,
                                      .capacity = it->parts,
                                      .score = GS_NO_SCORE};
        const gpusim_job_info *job = gs_job_of(policy, it->slot);
        const gs_waiter *waiter = gs_waiter_of(policy, it->slot);
        uint64_t used = gs_queue_own(policy, waiter->queue);
        if (!gs_quota_leaves(policy, waiter->queue, used, waiter->milli) ||
            !gs_parts_are_free(policy->view, job, placement.parts, it->parts, NULL, 0) ||
            gpusim_decide_start(decisions, job->id, &placement, NULL) != GPUSIM_ACCEPTED) {
            gs_books_of(policy)->wrong = 1;
        } else {
            // where it runs it may be slower than it was believed to be
            gs_books_of(policy)->wrong |= gs_waiter_of(policy, it->slot)->end != it->end;
        }
    }
}

// A start that fails means planning anew, once; if it fails again, something ends at this very
// instant in a later batch, and the next pass plans anew.
static gpusim_status start_as_planned(gs_policy *policy, gpusim_decisions *decisions,
                                      gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gs_books *books = gs_books_of(policy);
    drop_stale(policy);
    for (int round = 0; round < 2; round++) {
        if (books->wrong) {
            forget_all(policy);
            books->unplanned = 1;
            books->wrong = 0;
        }
        GPUSIM_TRY(plan(policy, err));
        start_due(policy, decisions);
        drop_stale(policy);
        if (!books->wrong) {
            break;
        }
    }
cleanup:
    return status;
}

// The first in order who may stop others, or may run on what is lent, and would then fit now beside
// all reservations but its own; *some is 1 when there is one.
static gpusim_status start_otherwise(gs_policy *policy, gpusim_decisions *decisions, int *some,
                                     gpusim_error *err)
{
    gpusim_status status;
    *some = 0;
    GPUSIM_TRY(gs_waiting_in_order(policy, 0, err));
    GPUSIM_TRY(gs_array_resize(&policy->turns, policy->slots.count, err));
    for (uint32_t i = 0; i < policy->slots.count; i++) {
        GS_AT(policy->turns, uint32_t, i) = GS_AT(policy->slots, uint32_t, i);
    }
    for (uint32_t i = 0; i < policy->turns.count && !*some; i++) {
        uint32_t slot = GS_AT(policy->turns, uint32_t, i);
        GPUSIM_TRY(gs_make_room(policy, decisions, slot, some, err));
        if (!*some && gs_may_borrow(policy, slot)) {
            GPUSIM_TRY(gs_lend_beside(policy, decisions, slot, some, err));
        }
    }
cleanup:
    return status;
}

gpusim_status gs_pass_conservative(gs_policy *policy, gpusim_decisions *decisions,
                                   gpusim_error *err)
{
    gpusim_status status;
    gs_books *books = gs_books_of(policy);

    // nodes that came or went are as wrong an expectation as a job's end
    uint64_t installed = gs_index_installed(policy->view->index);
    books->wrong |= gs_running_grow(policy) > 0 || installed != books->installed;
    books->installed = installed;

    // whoever starts otherwise than it was reserved leaves others to be planned anew
    GPUSIM_TRY(start_as_planned(policy, decisions, err));
    for (int some = gs_makes_room(policy); some && !books->wrong;) {
        GPUSIM_TRY(start_otherwise(policy, decisions, &some, err));
        if (some) {
            books->wrong = 1;
            GPUSIM_TRY(start_as_planned(policy, decisions, err));
        }
    }
    if (policy->setup->borrow) {
        gs_settle_lent(policy);
    }

    // the next one's time
    for (uint32_t i = 0; i < policy->reservations.count; i++) {
        const gs_reservation *it = &GS_AT(policy->reservations, gs_reservation, i);
        if (it->start > policy->view->now) {
            gpusim_decide_wait(decisions, it->start);
        }
    }
cleanup:
    return status;
}
