/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Makes room for a blocked job by stopping others: those of lower priority, spot jobs, or those
 * that run on GPUs which were lent. Nobody is stopped in vain: it is tried in thought first.
 *
 * Victims are taken one by one, the lowest priority first where that is what counts, else and of
 * equals the youngest (started last), until the job fits. Then each but the last is given back, in
 * the order in which they were taken, where the job fits without. */
#include "policy/inside.h"

/* Who may be stopped for a job. */
typedef enum gs_claim { CLAIM_PRIORITY, CLAIM_SPOT, CLAIM_LENT } gs_claim;

static int may_stop(const gs_policy *policy, gs_claim claim, uint32_t slot, uint32_t victim)
{
    const gpusim_job_info *job = gs_job_of(policy, slot), *other = gs_job_of(policy, victim);
    switch (claim) {
    case CLAIM_PRIORITY:
        return other->priority < job->priority;
    case CLAIM_SPOT:
        return other->preemptible && !job->preemptible;
    default:
        return gs_waiter_of(policy, victim)->lent != 0;
    }
}

// Whether one is stopped before another.
static int stops_first(const gs_policy *policy, gs_claim claim, uint32_t slot, uint32_t other)
{
    const gpusim_job_info *a = gs_job_of(policy, slot), *b = gs_job_of(policy, other);
    if (claim == CLAIM_PRIORITY && a->priority != b->priority) {
        return a->priority < b->priority;
    }
    return a->start != b->start ? a->start > b->start : a->order > b->order;
}

static void sift(const gs_policy *policy, gs_claim claim, uint32_t *slots, uint32_t at,
                 uint32_t count)
{
    uint32_t slot = slots[at];
    for (uint32_t child; (child = 2 * at + 1) < count; at = child) {
        if (child + 1 < count && stops_first(policy, claim, slots[child + 1], slots[child])) {
            child++;
        }
        if (!stops_first(policy, claim, slots[child], slot)) {
            break;
        }
        slots[at] = slots[child];
    }
    slots[at] = slot;
}

// All who may be stopped, as a heap: the first of them on top. What they hold together.
static gpusim_status gather(gs_policy *policy, gs_claim claim, uint32_t slot, uint64_t *milli,
                            gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    const gpusim_view *view = policy->view;
    policy->slots.count = 0;
    *milli = 0;
    for (uint32_t i = 0; i < view->running_count; i++) {
        if (may_stop(policy, claim, slot, view->running[i])) {
            GPUSIM_TRY(gs_array_push(&policy->slots, &view->running[i], err));
            *milli += gs_waiter_of(policy, view->running[i])->milli;
        }
    }
    for (uint32_t i = policy->slots.count / 2; i-- > 0;) {
        sift(policy, claim, policy->slots.data, i, policy->slots.count);
    }
cleanup:
    return status;
}

/* A cluster without some of the victims, and what is left of the job's quota then. */
typedef struct gs_room {
    gs_shadow *shadow;
    uint32_t slot, queue;
    uint64_t used; /* thousandths of GPUs that its queue has of its own */
} gs_room;

static uint64_t own_milli(const gs_policy *policy, const gs_room *room, uint32_t victim)
{
    const gs_waiter *waiter = gs_waiter_of(policy, victim);
    return waiter->queue == room->queue && !waiter->lent ? waiter->milli : 0;
}

static void leave(gs_policy *policy, gs_room *room, uint32_t victim)
{
    uint32_t count;
    const gpusim_job_info *job = gs_job_of(policy, victim);
    const gpusim_part *parts = gpusim_view_parts(policy->view, job, &count);
    gs_shadow_release(room->shadow, job, parts, count);
    gs_shadow_settle_parts(room->shadow, parts, count);
    room->used -= own_milli(policy, room, victim);
}

static void back(gs_policy *policy, gs_room *room, uint32_t victim)
{
    uint32_t count;
    const gpusim_job_info *job = gs_job_of(policy, victim);
    const gpusim_part *parts = gpusim_view_parts(policy->view, job, &count);
    gs_shadow_take(room->shadow, job, parts, count);
    gs_shadow_settle_parts(room->shadow, parts, count);
    room->used += own_milli(policy, room, victim);
}

static int fits(gs_policy *policy, const gs_room *room)
{
    gpusim_placement placement;
    uint64_t milli = gs_waiter_of(policy, room->slot)->milli;
    return gs_quota_leaves(policy, room->queue, room->used, milli) &&
           gs_index_free_milli(room->shadow->view.index) >= milli &&
           gs_place_if(policy, &room->shadow->view, room->slot, &placement);
}

// Takes victims off the heap, which then stand behind it, last to first, until the job fits;
// *first is where they begin. 0: it never does.
static int enough(gs_policy *policy, gs_claim claim, gs_room *room, uint32_t *first)
{
    uint32_t *slots = policy->slots.data;
    for (uint32_t left = policy->slots.count; left > 0;) {
        uint32_t victim = slots[0];
        slots[0] = slots[--left];
        if (left > 0) {
            sift(policy, claim, slots, 0, left);
        }
        slots[left] = victim;
        leave(policy, room, victim);
        if (fits(policy, room)) {
            *first = left;
            return 1;
        }
    }
    return 0;
}

// Stops those without whom the job does not fit.
static void stop_them(gs_policy *policy, gpusim_decisions *decisions, gs_room *room, uint32_t first,
                      const char *reason)
{
    uint32_t *slots = policy->slots.data;
    uint32_t count = policy->slots.count;
    for (uint32_t i = count; i-- > first + 1;) {
        back(policy, room, slots[i]);
        if (fits(policy, room)) {
            slots[i] = GPUSIM_NONE;
        } else {
            leave(policy, room, slots[i]);
        }
    }
    for (uint32_t i = count; i-- > first;) {
        if (slots[i] != GPUSIM_NONE) {
            gpusim_decide_preempt(decisions, gs_job_of(policy, slots[i])->id, reason);
        }
    }
}

static gpusim_status claim_room(gs_policy *policy, gpusim_decisions *decisions, gs_claim claim,
                                uint32_t slot, int *made, gpusim_error *err)
{
    static const uint32_t reasons[] = {[CLAIM_PRIORITY] = GS_REASON_PRIORITY,
                                       [CLAIM_SPOT] = GS_REASON_SPOT,
                                       [CLAIM_LENT] = GS_REASON_RECLAIM};
    gpusim_status status = GPUSIM_OK;
    const gs_waiter *waiter = gs_waiter_of(policy, slot);
    const gs_queue *queue = gs_queue_of(policy, waiter->queue);
    uint64_t milli = 0;
    uint32_t first = 0;
    *made = 0;
    GPUSIM_TRY(gather(policy, claim, slot, &milli, err));
    uint64_t free = gs_index_free_milli(policy->view->index);
    if (policy->slots.count == 0 || milli + free < waiter->milli) {
        return GPUSIM_OK;
    }
    GPUSIM_TRY(gs_shadow_get(policy, GS_SHADOW_THEN, err));
    gs_room room = {.shadow = policy->shadows[GS_SHADOW_THEN],
                    .slot = slot,
                    .queue = waiter->queue,
                    .used = queue->used - queue->lent};
    gs_shadow_sync(room.shadow, policy->view);
    if (enough(policy, claim, &room, &first)) {
        stop_them(policy, decisions, &room, first, gs_reasons[reasons[claim]]);
        *made = 1;
    }
cleanup:
    return status;
}

gpusim_status gs_make_room(gs_policy *policy, gpusim_decisions *decisions, uint32_t slot, int *made,
                           gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    const gs_waiter *waiter = gs_waiter_of(policy, slot);
    *made = 0;
    if (policy->setup->borrow && gs_queue_of(policy, waiter->queue)->vc != GPUSIM_NONE) {
        GPUSIM_TRY(claim_room(policy, decisions, CLAIM_LENT, slot, made, err));
    }
    if (!*made && policy->setup->preemption == GS_PREEMPTION_PRIORITY) {
        GPUSIM_TRY(claim_room(policy, decisions, CLAIM_PRIORITY, slot, made, err));
    } else if (!*made && policy->setup->preemption == GS_PREEMPTION_SPOT) {
        GPUSIM_TRY(claim_room(policy, decisions, CLAIM_SPOT, slot, made, err));
    }
cleanup:
    return status;
}

// What a queue has been lent becomes its own as its quota has room again, the oldest first.
void gs_settle_lent(gs_policy *policy)
{
    const gpusim_view *view = policy->view;
    uint64_t lent = 0;
    for (uint32_t i = 0; i < policy->queues.count; i++) {
        lent += gs_queue_of(policy, i)->lent;
    }
    while (lent > 0) {
        uint32_t oldest = GPUSIM_NONE;
        for (uint32_t i = 0; i < view->running_count; i++) {
            uint32_t slot = view->running[i];
            const gs_waiter *waiter = gs_waiter_of(policy, slot);
            const gs_queue *queue = gs_queue_of(policy, waiter->queue);
            if (waiter->lent &&
                gs_quota_leaves(policy, waiter->queue, queue->used - queue->lent, waiter->milli) &&
                (oldest == GPUSIM_NONE || stops_first(policy, CLAIM_LENT, oldest, slot))) {
                oldest = slot;
            }
        }
        if (oldest == GPUSIM_NONE) {
            return;
        }
        gs_waiter *waiter = gs_waiter_of(policy, oldest);
        gs_queue_of(policy, waiter->queue)->lent -= waiter->milli;
        waiter->lent = 0;
    }
}
