/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The earliest hole in what is expected of the future. */
#include "policy/plan.h"

#include <string.h>

_Static_assert(sizeof(gs_moment) == GS_MOMENT_BYTES, "the array has elements of this size");

gs_cursor gs_plan_begin(const gs_policy *policy)
{
    uint32_t first = gs_ordered_first(policy->members.data, gs_books_of(policy)->running);
    return (gs_cursor){.running = first};
}

static gpusim_time time_of_running(const gs_policy *policy, const gs_cursor *cursor)
{
    return cursor->running == GPUSIM_NONE ? GPUSIM_TIME_MAX
                                          : gs_waiter_of(policy, cursor->running)->end;
}

static gpusim_time time_of_moment(const gs_policy *policy, const gs_cursor *cursor)
{
    return cursor->moment == policy->moments.count
               ? GPUSIM_TIME_MAX
               : GS_AT(policy->moments, gs_moment, cursor->moment).time;
}

gpusim_time gs_plan_next(const gs_policy *policy, const gs_cursor *cursor)
{
    gpusim_time running = time_of_running(policy, cursor);
    gpusim_time moment = time_of_moment(policy, cursor);
    return running < moment ? running : moment;
}

/* What happens next: which job, its parts, and whether it starts. */
typedef struct happening {
    uint32_t slot, parts;
    const gpusim_part *part;
    int starts;
} happening;

static happening read_on(const gs_policy *policy, gs_cursor *cursor)
{
    happening it = {0};
    if (time_of_running(policy, cursor) <= time_of_moment(policy, cursor)) {
        it.slot = cursor->running;
        it.part = gpusim_view_parts(policy->view, gs_job_of(policy, it.slot), &it.parts);
        cursor->running =
            gs_ordered_next(policy->members.data, gs_books_of(policy)->running, it.slot);
        return it;
    }
    const gs_moment *moment = &GS_AT(policy->moments, gs_moment, cursor->moment++);
    it.slot = moment->slot;
    it.parts = moment->parts;
    it.part = &GS_AT(policy->parts, gpusim_part, moment->first_part);
    it.starts = moment->starts;
    return it;
}

static void happen(const gs_policy *policy, const happening *it, gs_shadow *shadow)
{
    const gpusim_job_info *job = gs_job_of(policy, it->slot);
    if (it->starts) {
        gs_shadow_take(shadow, job, it->part, it->parts);
    } else {
        gs_shadow_release(shadow, job, it->part, it->parts);
    }
}

void gs_plan_advance(gs_policy *policy, gs_cursor *cursor, gpusim_time time, gs_shadow *shadow)
{
    gpusim_time next;
    while ((next = gs_plan_next(policy, cursor)) <= time && next != GPUSIM_TIME_MAX) {
        happening it = read_on(policy, cursor);
        happen(policy, &it, shadow);
    }
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
    for (int32_t starts = 1; starts >= 0 && start < end; starts--) {
        gs_moment moment = {.time = starts ? start : end,
                            .slot = slot,
                            .first_part = first_part,
                            .parts = parts,
                            .starts = starts};
        GPUSIM_TRY(gs_array_push(&policy->moments, &moment, err));
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

/* Sums that are cheap to follow: free GPUs of nodes that are up, and what the job's queue uses. */
typedef struct sums {
    int64_t free, used;
} sums;

static void sum_up(const gs_policy *policy, const happening *it, uint32_t queue, sums *now)
{
    const gs_waiter *waiter = gs_waiter_of(policy, it->slot);
    int64_t gpus = it->starts ? -(int64_t)waiter->gpus : (int64_t)waiter->gpus;
    now->free += gpus;
    now->used -= waiter->queue == queue ? gpus : 0;
}

static int sums_allow(const gs_policy *policy, const gs_waiter *job, const sums *now)
{
    return now->free >= (int64_t)job->gpus &&
           gs_quota_leaves(policy, job->queue, now->used > 0 ? (uint64_t)now->used : 0, job->gpus);
}

// Follows the sums over a window; the time at which they forbid the job, or GPUSIM_TIME_MAX. *takes
// becomes 1 when a job starts within.
static gpusim_time forbidden_at(const gs_policy *policy, const gs_waiter *job, gs_cursor cursor,
                                gpusim_time end, sums now, int *takes)
{
    gpusim_time next;
    *takes = 0;
    // only promised jobs take anything, so without more of them all stays as it is
    while (cursor.moment < policy->moments.count && (next = gs_plan_next(policy, &cursor)) < end) {
        while (gs_plan_next(policy, &cursor) == next && next != GPUSIM_TIME_MAX) {
            happening it = read_on(policy, &cursor);
            sum_up(policy, &it, job->queue, &now);
            *takes |= it.starts;
        }
        if (!sums_allow(policy, job, &now)) {
            return next;
        }
    }
    return GPUSIM_TIME_MAX;
}

// What is free on each node all through a window: into policy->window.
static gpusim_status see_window(gs_policy *policy, gs_cursor cursor, gpusim_time end,
                                gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    GPUSIM_TRY(gs_shadow_get(policy, GS_SHADOW_WINDOW, err));
    GPUSIM_TRY(gs_shadow_get(policy, GS_SHADOW_LATER, err));
    gs_shadow *window = policy->shadows[GS_SHADOW_WINDOW];
    gs_shadow *later = policy->shadows[GS_SHADOW_LATER];
    gs_shadow_sync(window, &policy->shadows[GS_SHADOW_THEN]->view);
    gs_shadow_sync(later, &policy->shadows[GS_SHADOW_THEN]->view);
    gpusim_time next;
    while ((next = gs_plan_next(policy, &cursor)) < end) {
        // all of an instant happens before its nodes are looked at
        gs_cursor again = cursor;
        gs_plan_advance(policy, &cursor, next, later);
        while (gs_plan_next(policy, &again) == next) {
            happening it = read_on(policy, &again);
            for (uint32_t i = 0; it.starts && i < it.parts; i++) {
                gs_shadow_limit(window, &later->view, it.part[i].node);
            }
        }
    }
cleanup:
    return status;
}

// Places a job on what is free all through a window that begins in GS_SHADOW_THEN.
static gpusim_status try_window(gs_policy *policy, uint32_t slot, gs_cursor cursor, gpusim_time end,
                                int takes, int *fits, uint32_t *parts, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    const gpusim_view *view = &policy->shadows[GS_SHADOW_THEN]->view;
    if (takes) {
        GPUSIM_TRY(see_window(policy, cursor, end, err));
        view = &policy->shadows[GS_SHADOW_WINDOW]->view;
    }
    gpusim_placement placement;
    *fits = gs_place_if(policy, view, slot, &placement);
    *parts = *fits ? placement.count : 0;
    for (uint32_t i = 0; i < *parts; i++) {
        GPUSIM_TRY(gs_array_push(&policy->parts, &placement.parts[i], err));
    }
cleanup:
    return status;
}

gpusim_status gs_plan_find(gs_policy *policy, uint32_t slot, gpusim_time length, gpusim_time *start,
                           uint32_t *parts, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    const gs_waiter *job = gs_waiter_of(policy, slot);
    gs_cursor cursor = gs_plan_begin(policy);
    gpusim_time time = policy->view->now, not_before = time;
    sums now = {.free = (int64_t)gs_index_free(policy->view->index),
                .used = (int64_t)gs_queue_of(policy, job->queue)->used};
    GPUSIM_TRY(gs_shadow_get(policy, GS_SHADOW_THEN, err));
    gs_shadow *then = policy->shadows[GS_SHADOW_THEN];
    gs_shadow_sync(then, policy->view);
    for (;;) {
        // all of this instant happens first, jobs without length too
        gpusim_time next;
        while ((next = gs_plan_next(policy, &cursor)) <= time && next != GPUSIM_TIME_MAX) {
            happening it = read_on(policy, &cursor);
            happen(policy, &it, then);
            sum_up(policy, &it, job->queue, &now);
        }
        gpusim_time end = gpusim_time_add(time, length);
        int takes = 0;
        if (time >= not_before && sums_allow(policy, job, &now)) {
            gpusim_time forbidden = forbidden_at(policy, job, cursor, end, now, &takes);
            if (forbidden != GPUSIM_TIME_MAX) {
                // whatever starts before that time lasts beyond it
                not_before = forbidden;
            } else {
                int fits = 0;
                GPUSIM_TRY(try_window(policy, slot, cursor, end, takes, &fits, parts, err));
                if (fits) {
                    *start = time;
                    return GPUSIM_OK;
                }
            }
        }
        if (next == GPUSIM_TIME_MAX) {
            break;
        }
        time = next;
    }
    *start = GPUSIM_TIME_MAX;
    *parts = 0;
cleanup:
    return status;
}
