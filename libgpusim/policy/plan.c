/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The earliest hole in what is expected of the future. */
#include "policy/plan.h"

#include <string.h>

_Static_assert(sizeof(gs_moment) == GS_MOMENT_BYTES, "the array has elements of this size");

static const gs_moment *moment_at(const gs_policy *policy, uint32_t at)
{
    return &GS_AT(policy->moments, gs_moment, at);
}

gpusim_status gs_plan_begin(gs_policy *policy, gpusim_error *err)
{
    gpusim_status status;
    uint32_t running = gs_books_of(policy)->running;
    policy->moments.count = 0;
    GPUSIM_TRY(gs_array_resize(&policy->slots, policy->view->running_count, err));
    uint32_t *slots = policy->slots.data;
    uint32_t count = gs_ordered_list(policy->members.data, running, slots);
    GPUSIM_TRY(gs_array_resize(&policy->moments, count, err));
    for (uint32_t i = 0; i < count; i++) {
        const gs_waiter *waiter = gs_waiter_of(policy, slots[i]);
        if (waiter->end == GPUSIM_TIME_MAX) {
            policy->moments.count = i;
            break;
        }
        GS_AT(policy->moments, gs_moment, i) =
            (gs_moment){.time = waiter->end,
                        .slot = slots[i],
                        .milli = waiter->milli,
                        .queue = waiter->lent ? GPUSIM_NONE : waiter->queue};
    }
cleanup:
    return status;
}

// At one time ends come before starts, which may need what they release.
static int earlier(const gs_moment *a, const gs_moment *b)
{
    return a->time < b->time || (a->time == b->time && a->starts < b->starts);
}

gpusim_status gs_plan_enter(gs_policy *policy, gpusim_time start, gpusim_time end, uint32_t slot,
                            uint32_t first_part, uint32_t parts, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    const gs_waiter *waiter = gs_waiter_of(policy, slot);
    for (int32_t starts = 1; starts >= 0 && start < end; starts--) {
        gs_moment moment = {.time = starts ? start : end,
                            .slot = slot,
                            .milli = waiter->milli,
                            .queue = waiter->queue,
                            .first_part = first_part,
                            .parts = parts,
                            .starts = starts};
        if (moment.time != GPUSIM_TIME_MAX) {
            GPUSIM_TRY(gs_array_push(&policy->moments, &moment, err));
        }
    }
cleanup:
    return status;
}

// The last moment goes to its place among those before it, which are in order.
static void insert_at(gs_moment *moments, uint32_t last)
{
    gs_moment moment = moments[last];
    uint32_t low = 0, high = last;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (earlier(&moment, &moments[middle])) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    memmove(&moments[low + 1], &moments[low], (last - low) * sizeof *moments);
    moments[low] = moment;
}

gpusim_status gs_plan_promise(gs_policy *policy, gpusim_time start, gpusim_time end, uint32_t slot,
                              uint32_t first_part, uint32_t parts, gpusim_error *err)
{
    uint32_t from = policy->moments.count;
    gpusim_status status = gs_plan_enter(policy, start, end, slot, first_part, parts, err);
    for (uint32_t i = from; status == GPUSIM_OK && i < policy->moments.count; i++) {
        insert_at(policy->moments.data, i);
    }
    return status;
}

static void sift(gs_moment *moments, uint32_t at, uint32_t count)
{
    gs_moment moment = moments[at];
    for (uint32_t child; (child = 2 * at + 1) < count; at = child) {
        child += child + 1 < count && earlier(&moments[child], &moments[child + 1]);
        if (!earlier(&moment, &moments[child])) {
            break;
        }
        moments[at] = moments[child];
    }
    moments[at] = moment;
}

void gs_plan_sort(gs_policy *policy)
{
    gs_moment *moments = policy->moments.data;
    uint32_t count = policy->moments.count;
    for (uint32_t i = count / 2; i-- > 0;) {
        sift(moments, i, count);
    }
    for (uint32_t last = count; last-- > 1;) {
        gs_moment moment = moments[0];
        moments[0] = moments[last];
        moments[last] = moment;
        sift(moments, 0, last);
    }
}

static const gpusim_part *parts_of(const gs_policy *policy, const gs_moment *moment,
                                   uint32_t *count)
{
    if (moment->parts) {
        *count = moment->parts;
        return &GS_AT(policy->parts, gpusim_part, moment->first_part);
    }
    return gpusim_view_parts(policy->view, gs_job_of(policy, moment->slot), count);
}

// The end of a job that has been stopped in thought.
static int is_gone(const gs_policy *policy, const gs_moment *moment)
{
    return moment->parts == 0 && gs_waiter_of(policy, moment->slot)->gone;
}

void gs_plan_advance(const gs_policy *policy, uint32_t *at, gpusim_time time, gs_shadow *shadow)
{
    for (; *at < policy->moments.count && moment_at(policy, *at)->time <= time; ++*at) {
        const gs_moment *moment = moment_at(policy, *at);
        const gpusim_job_info *job = gs_job_of(policy, moment->slot);
        uint32_t count;
        const gpusim_part *parts = parts_of(policy, moment, &count);
        if (moment->starts) {
            gs_shadow_take(shadow, job, parts, count);
        } else if (!is_gone(policy, moment)) {
            gs_shadow_release(shadow, job, parts, count);
        }
    }
}

/* How far the future has been read on the way to a job's start, with two sums that are cheap to
 * follow, in thousandths of GPUs: what is free on nodes that are up, and what the job's queue uses.
 */
typedef struct reading {
    const gs_waiter *job;
    uint32_t at;    /* the next moment */
    uint32_t queue; /* GPUSIM_NONE: quotas do not matter */
    int64_t free, used;
} reading;

static void read_one(const gs_policy *policy, reading *now)
{
    const gs_moment *moment = moment_at(policy, now->at++);
    if (is_gone(policy, moment)) {
        return;
    }
    int64_t milli = moment->starts ? -(int64_t)moment->milli : (int64_t)moment->milli;
    now->free += milli;
    now->used -= moment->queue == now->queue ? milli : 0;
}

static int sums_allow(const gs_policy *policy, const reading *now)
{
    uint64_t milli = now->job->milli;
    uint64_t used = now->used > 0 ? (uint64_t)now->used : 0;
    return now->free >= (int64_t)milli &&
           (now->queue == GPUSIM_NONE || gs_quota_leaves(policy, now->queue, used, milli));
}

// Follows the sums through moments up to `last`; the time at which they forbid the job, or
// GPUSIM_TIME_MAX.
static gpusim_time forbidden_at(const gs_policy *policy, reading now, uint32_t last)
{
    while (now.at < last) {
        gpusim_time time = moment_at(policy, now.at)->time;
        while (now.at < policy->moments.count && moment_at(policy, now.at)->time == time) {
            read_one(policy, &now);
        }
        if (!sums_allow(policy, &now)) {
            return time;
        }
    }
    return GPUSIM_TIME_MAX;
}

// What is free on each node through the moments from `at` to `last`: into GS_SHADOW_WINDOW.
static gpusim_status see_window(gs_policy *policy, uint32_t at, uint32_t last, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    GPUSIM_TRY(gs_shadow_get(policy, GS_SHADOW_WINDOW, err));
    GPUSIM_TRY(gs_shadow_get(policy, GS_SHADOW_LATER, err));
    gs_shadow *window = policy->shadows[GS_SHADOW_WINDOW];
    gs_shadow *later = policy->shadows[GS_SHADOW_LATER];
    const gs_shadow *then = policy->shadows[GS_SHADOW_THEN];
    gs_shadow_sync(window, &then->view);
    gs_shadow_sync(later, &then->view);
    while (at < last) {
        // all of an instant happens before its nodes are looked at
        uint32_t i = at;
        gs_plan_advance(policy, &at, moment_at(policy, at)->time, later);
        for (; i < at; i++) {
            const gs_moment *moment = moment_at(policy, i);
            for (uint32_t k = 0; moment->starts && k < moment->parts; k++) {
                const gpusim_part *part =
                    &GS_AT(policy->parts, gpusim_part, moment->first_part + k);
                // what was promised of it before the window leaves less, too
                gs_shadow_limit(window, &then->view, part->node);
                gs_shadow_limit(window, &later->view, part->node);
            }
        }
    }
cleanup:
    return status;
}

// Places a job on what is free in GS_SHADOW_THEN and through the moments from `at` to `last`.
static gpusim_status try_window(gs_policy *policy, uint32_t slot, uint32_t at, uint32_t last,
                                int *fits, uint32_t *parts, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gs_shadow *shadow = policy->shadows[GS_SHADOW_THEN];
    if (at < last) {
        GPUSIM_TRY(see_window(policy, at, last, err));
        shadow = policy->shadows[GS_SHADOW_WINDOW];
    }
    gs_shadow_settle(shadow);
    gpusim_placement placement;
    *fits = gs_place_if(policy, &shadow->view, slot, &placement);
    *parts = *fits ? placement.count : 0;
    for (uint32_t i = 0; i < *parts; i++) {
        GPUSIM_TRY(gs_array_push(&policy->parts, &placement.parts[i], err));
    }
cleanup:
    return status;
}

// Behind the last moment from `at` on and before `end` at which a job starts: only those take
// anything, so what is free through it is free until `end`.
static uint32_t last_start(const gs_policy *policy, uint32_t at, uint32_t starts, gpusim_time end)
{
    uint32_t low = at, high = starts > at ? starts : at;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (moment_at(policy, middle)->time < end) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    while (low > at && !moment_at(policy, low - 1)->starts) {
        low--;
    }
    return low;
}

gpusim_status gs_plan_fits(gs_policy *policy, uint32_t slot, gpusim_time length, uint64_t used,
                           int *fits, uint32_t *parts, gpusim_error *err)
{
    const gs_waiter *job = gs_waiter_of(policy, slot);
    const gs_shadow *then = policy->shadows[GS_SHADOW_THEN];
    int by_quota = used != UINT64_MAX;
    reading now = {.job = job,
                   .queue = by_quota ? job->queue : GPUSIM_NONE,
                   .free = (int64_t)gs_index_free_milli(then->view.index),
                   .used = by_quota ? (int64_t)used : 0};
    gpusim_time end = gpusim_time_add(policy->view->now, length);
    uint32_t last = last_start(policy, 0, policy->moments.count, end);
    *fits = 0;
    *parts = 0;
    if (!sums_allow(policy, &now) || forbidden_at(policy, now, last) != GPUSIM_TIME_MAX) {
        return GPUSIM_OK;
    }
    return try_window(policy, slot, 0, last, fits, parts, err);
}

gpusim_status gs_plan_find(gs_policy *policy, uint32_t slot, gpusim_time length,
                           gpusim_time not_before, gpusim_time *start, uint32_t *parts,
                           gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    const gs_waiter *job = gs_waiter_of(policy, slot);
    reading now = {.job = job,
                   .queue = job->queue,
                   .free = (int64_t)gs_index_free_milli(policy->view->index),
                   .used = (int64_t)gs_queue_own(policy, job->queue)};
    gpusim_time time = policy->view->now;
    uint32_t happened = 0, starts = last_start(policy, 0, policy->moments.count, GPUSIM_TIME_MAX);
    GPUSIM_TRY(gs_shadow_get(policy, GS_SHADOW_THEN, err));
    gs_shadow *then = policy->shadows[GS_SHADOW_THEN];
    gs_shadow_sync(then, policy->view);
    for (;;) {
        // all of this instant happens first, jobs without length too
        while (now.at < policy->moments.count && moment_at(policy, now.at)->time <= time) {
            read_one(policy, &now);
        }
        if (time >= not_before && sums_allow(policy, &now)) {
            uint32_t last = last_start(policy, now.at, starts, gpusim_time_add(time, length));
            gpusim_time forbidden = forbidden_at(policy, now, last);
            if (forbidden != GPUSIM_TIME_MAX) {
                // whatever starts before that time lasts beyond it
                not_before = forbidden;
            } else {
                int fits = 0;
                gs_plan_advance(policy, &happened, time, then);
                GPUSIM_TRY(try_window(policy, slot, now.at, last, &fits, parts, err));
                if (fits) {
                    *start = time;
                    return GPUSIM_OK;
                }
            }
        }
        if (now.at == policy->moments.count) {
            break;
        }
        time = moment_at(policy, now.at)->time;
    }
    *start = GPUSIM_TIME_MAX;
    *parts = 0;
cleanup:
    return status;
}
