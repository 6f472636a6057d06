/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Preemption `repack`: all jobs, running and waiting, form one lasting list. In a pass it is put in
 * order, the cluster is emptied in thought and filled again from the first job on; a running job
 * keeps its GPUs while nobody before it has claimed them, else it moves. Then what differs is done.
 * O(jobs) a pass, and a sort. */
#include <string.h>

#include "policy/inside.h"

// A job and its key, to be sorted.
typedef struct keyed {
    double key;
    gs_entry entry;
} keyed;

// A job that is to start or to move, and where to.
typedef struct move {
    uint32_t slot, first_part, parts, done;
} move;

_Static_assert(sizeof(keyed) == GS_KEYED_BYTES && sizeof(move) == GS_MOVE_BYTES,
               "the arrays have elements of these sizes");

// Drops what has left from the list; its slot may serve another job by now.
static void compact(gs_policy *policy)
{
    gs_entry *list = policy->list.data;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < policy->list.count; i++) {
        const gs_waiter *waiter = gs_waiter_of(policy, list[i].slot);
        if (waiter->where != GS_ABSENT && waiter->order == list[i].order) {
            list[kept++] = list[i];
        }
    }
    policy->list.count = kept;
}

static void merge(const keyed *from, keyed *to, uint32_t left, uint32_t middle, uint32_t end)
{
    uint32_t right = middle;
    for (uint32_t i = left; i < end; i++) {
        int take_left = left < middle && (right >= end || from[left].key <= from[right].key);
        to[i] = from[take_left ? left++ : right++];
    }
}

// Stable: equal keys keep their places.
static gpusim_status sort_by_key(gs_policy *policy, gpusim_error *err)
{
    gpusim_status status;
    uint32_t count = policy->list.count;
    gs_entry *list = policy->list.data;
    GPUSIM_TRY(gs_array_resize(&policy->keys, count, err));
    GPUSIM_TRY(gs_array_resize(&policy->spare, count, err));
    keyed *from = policy->keys.data, *to = policy->spare.data;
    for (uint32_t i = 0; i < count; i++) {
        from[i].entry = list[i];
        from[i].key = gs_order_rank(policy, gs_job_of(policy, list[i].slot));
    }
    for (uint32_t width = 1; width < count; width *= 2) {
        for (uint32_t left = 0; left < count; left += 2 * width) {
            uint32_t middle = left + width < count ? left + width : count;
            uint32_t end = middle + width < count ? middle + width : count;
            merge(from, to, left, middle, end);
        }
        keyed *swap = from;
        from = to;
        to = swap;
    }
    for (uint32_t i = 0; i < count; i++) {
        list[i] = from[i].entry;
    }
cleanup:
    return status;
}

// The list's slots, for a module to permute, and the list in the order it has made.
static gpusim_status slots_out(gs_policy *policy, gpusim_error *err)
{
    gpusim_status status = gs_array_resize(&policy->slots, policy->list.count, err);
    for (uint32_t i = 0; status == GPUSIM_OK && i < policy->list.count; i++) {
        GS_AT(policy->slots, uint32_t, i) = GS_AT(policy->list, gs_entry, i).slot;
    }
    return status;
}

static void slots_in(gs_policy *policy)
{
    for (uint32_t i = 0; i < policy->list.count; i++) {
        uint32_t slot = GS_AT(policy->slots, uint32_t, i);
        GS_AT(policy->list, gs_entry, i) =
            (gs_entry){.order = gs_waiter_of(policy, slot)->order, .slot = slot};
    }
}

static gpusim_status put_in_order(gs_policy *policy, gpusim_error *err)
{
    const gpusim_order *order = policy->setup->order.module->operations;
    if (!order->arrange) {
        return sort_by_key(policy, err);
    }
    gpusim_status status = slots_out(policy, err);
    if (status == GPUSIM_OK) {
        gpusim_context context = gs_order_context(policy);
        order->arrange(&context, policy->slots.data, policy->slots.count);
        slots_in(policy);
    }
    return status;
}

// The cluster as it would be without the jobs of the list.
static gpusim_status empty_cluster(gs_policy *policy, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    GPUSIM_TRY(gs_shadow_get(policy, GS_SHADOW_THEN, err));
    gs_shadow_sync(policy->shadows[GS_SHADOW_THEN], policy->view);
    for (uint32_t i = 0; i < policy->view->running_count; i++) {
        const gpusim_job_info *job = gs_job_of(policy, policy->view->running[i]);
        uint32_t count;
        const gpusim_part *parts = gpusim_view_parts(policy->view, job, &count);
        gs_shadow_release(policy->shadows[GS_SHADOW_THEN], job, parts, count);
    }
    gs_shadow_settle(policy->shadows[GS_SHADOW_THEN]);
    GPUSIM_TRY(gs_array_resize(&policy->granted, 0, err));
    GPUSIM_TRY(gs_array_resize(&policy->granted, policy->queues.count, err));
cleanup:
    return status;
}

// 1 when a job runs after this pass; *err only when memory is short.
static gpusim_status grant(gs_policy *policy, uint32_t slot, uint8_t *runs, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    const gpusim_job_info *job = gs_job_of(policy, slot);
    const gs_waiter *waiter = gs_waiter_of(policy, slot);
    uint64_t *used = &GS_AT(policy->granted, uint64_t, waiter->queue);
    gs_shadow *shadow = policy->shadows[GS_SHADOW_THEN];
    *runs = 0;
    if (!gs_quota_leaves(policy, waiter->queue, *used, waiter->milli)) {
        return GPUSIM_OK;
    }

    // its own GPUs, if nobody has claimed them
    uint32_t count;
    const gpusim_part *parts = gpusim_view_parts(policy->view, job, &count);
    if (waiter->where == GS_RUNNING &&
        gs_named_parts_are_free(&shadow->view, job, parts, count, NULL, 0)) {
        gs_shadow_take(shadow, job, parts, count);
        gs_shadow_settle_parts(shadow, parts, count);
        *used += waiter->milli;
        *runs = 1;
        return GPUSIM_OK;
    }

    // others, which it will move to or start on
    gpusim_placement placement;
    if (gs_place_on(policy, &shadow->view, slot, &placement)) {
        // where GPUs are shared all are named, so that what is planned can be carried out as it is
        if (shadow->gpus) {
            gs_share_name(&shadow->view, job, &placement);
        }
        move it = {.slot = slot, .first_part = policy->trial_parts.count, .parts = placement.count};
        for (uint32_t i = 0; i < placement.count; i++) {
            GPUSIM_TRY(gs_array_push(&policy->trial_parts, &placement.parts[i], err));
        }
        GPUSIM_TRY(gs_array_push(&policy->moves, &it, err));
        gs_shadow_take(shadow, job, placement.parts, placement.count);
        gs_shadow_settle_parts(shadow, placement.parts, placement.count);
        *used += waiter->milli;
        *runs = 1;
    }
cleanup:
    return status;
}

// Starts or moves a job if its GPUs are free by now; 1 when that is settled.
static int carry_out(gs_policy *policy, gpusim_decisions *decisions, const move *it)
{
    const gpusim_job_info *job = gs_job_of(policy, it->slot);
    gpusim_part *parts = &GS_AT(policy->trial_parts, gpusim_part, it->first_part);
    uint32_t own_count;
    const gpusim_part *own = gpusim_view_parts(policy->view, job, &own_count);
    if (!gs_named_parts_are_free(policy->view, job, parts, it->parts, own, own_count)) {
        return 0;
    }
    gpusim_placement placement = {
        .parts = parts, .count = it->parts, .capacity = it->parts, .score = GS_NO_SCORE};
    if (gs_waiter_of(policy, it->slot)->where == GS_RUNNING) {
        gpusim_decide_migrate(decisions, job->id, &placement, gs_reasons[GS_REASON_REPACK]);
    } else {
        gpusim_decide_start(decisions, job->id, &placement, NULL);
    }
    return 1;
}

// Those that still have to move wait for each other's GPUs in a ring: they change places at once.
static gpusim_status exchange(gs_policy *policy, gpusim_decisions *decisions, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    move *moves = policy->moves.data;
    policy->ring_jobs.count = policy->ring_places.count = 0;
    for (uint32_t i = 0; i < policy->moves.count; i++) {
        if (moves[i].done || gs_waiter_of(policy, moves[i].slot)->where != GS_RUNNING) {
            continue;
        }
        gpusim_placement placement = {
            .parts = &GS_AT(policy->trial_parts, gpusim_part, moves[i].first_part),
            .count = moves[i].parts,
            .capacity = moves[i].parts,
            .score = GS_NO_SCORE};
        GPUSIM_TRY(gs_array_push(&policy->ring_jobs, &gs_job_of(policy, moves[i].slot)->id, err));
        GPUSIM_TRY(gs_array_push(&policy->ring_places, &placement, err));
        moves[i].done = 1;
    }
    if (policy->ring_jobs.count) {
        decisions->exchange(decisions->core, policy->ring_jobs.count, policy->ring_jobs.data,
                            policy->ring_places.data, gs_reasons[GS_REASON_REPACK]);
    }
cleanup:
    return status;
}

// One job's new GPUs may be another's old ones: those that can go first do.
static gpusim_status move_all(gs_policy *policy, gpusim_decisions *decisions, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    move *moves = policy->moves.data;
    uint32_t left = policy->moves.count, exchanged = 0;
    while (left) {
        uint32_t before = left;
        for (uint32_t i = 0; i < policy->moves.count; i++) {
            if (!moves[i].done) {
                moves[i].done = (uint32_t)carry_out(policy, decisions, &moves[i]);
                left -= moves[i].done;
            }
        }
        if (left == before) {
            if (exchanged) {
                break;
            }
            GPUSIM_TRY(exchange(policy, decisions, err));
            left -= policy->ring_jobs.count;
            exchanged = 1;
        }
    }
cleanup:
    return status;
}

static gpusim_status tell_granted(gs_policy *policy, gpusim_decisions *decisions, gpusim_error *err)
{
    const gpusim_order *order = policy->setup->order.module->operations;
    gpusim_status status = GPUSIM_OK;
    if (order->granted) {
        GPUSIM_TRY(slots_out(policy, err));
        for (uint32_t i = 0; i < policy->slots.count; i++) {
            uint32_t slot = GS_AT(policy->slots, uint32_t, i);
            GS_AT(policy->runs, uint8_t, i) = gs_waiter_of(policy, slot)->where == GS_RUNNING;
        }
        gpusim_context context = gs_order_context(policy);
        order->granted(&context, policy->slots.data, policy->runs.data, policy->slots.count);
        slots_in(policy);
    }
    if (order->wake) {
        gpusim_context context = gs_order_context(policy);
        gpusim_decide_wait(decisions, order->wake(&context));
    }
cleanup:
    return status;
}

gpusim_status gs_pass_repack(gs_policy *policy, gpusim_decisions *decisions, gpusim_error *err)
{
    gpusim_status status;
    compact(policy);
    GPUSIM_TRY(put_in_order(policy, err));

    // who would run where
    GPUSIM_TRY(empty_cluster(policy, err));
    GPUSIM_TRY(gs_array_resize(&policy->runs, policy->list.count, err));
    policy->moves.count = policy->trial_parts.count = 0;
    uint8_t *runs = policy->runs.data;
    if (runs) {
        memset(runs, 0, policy->runs.count);
    }
    for (uint32_t i = 0; i < policy->list.count; i++) {
        GPUSIM_TRY(grant(policy, GS_AT(policy->list, gs_entry, i).slot, &runs[i], err));
        if (!runs[i] && policy->setup->blocking) {
            break;
        }
    }

    // those that have lost their GPUs stop, then the others move and start
    for (uint32_t i = 0; i < policy->list.count; i++) {
        uint32_t slot = GS_AT(policy->list, gs_entry, i).slot;
        if (!runs[i] && gs_waiter_of(policy, slot)->where == GS_RUNNING) {
            gpusim_decide_preempt(decisions, gs_job_of(policy, slot)->id,
                                  gs_reasons[GS_REASON_REPACK]);
        }
    }
    GPUSIM_TRY(move_all(policy, decisions, err));
    status = tell_granted(policy, decisions, err);
cleanup:
    return status;
}
