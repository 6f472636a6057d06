/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Makes room for a blocked job by stopping others: those of lower priority, spot jobs, or those
 * that run on GPUs which were lent. Nobody is stopped in vain: it is tried in thought first.
 *
 * With conservative backfill a reservation holds against everybody but those for whom the job could
 * be stopped if it ran.
 *
 * Victims are taken one by one, the lowest priority first where that is what counts, else and of
 * equals the youngest (started last), until the job fits. Then each but the last is given back, in
 * the order in which they were taken, where the job fits without. */
#include "policy/plan.h"

/* Who may be stopped for a job. */
typedef enum gs_claim { CLAIM_PRIORITY, CLAIM_SPOT, CLAIM_LENT, CLAIM_NONE } gs_claim;

int gs_makes_room(const gs_policy *policy)
{
    return policy->setup->borrow || policy->setup->preemption != GS_PREEMPTION_NONE;
}

int gs_may_borrow(const gs_policy *policy, uint32_t slot)
{
    return policy->setup->borrow && gs_job_of(policy, slot)->preemptible;
}

static int may_stop(const gs_policy *policy, gs_claim claim, uint32_t slot, uint32_t victim)
{
    const gpusim_job_info *job = gs_job_of(policy, slot), *other = gs_job_of(policy, victim);
    switch (claim) {
    case CLAIM_PRIORITY:
        return other->priority < job->priority;
    case CLAIM_SPOT:
        return other->preemptible && !job->preemptible;
    case CLAIM_LENT:
        return gs_waiter_of(policy, victim)->lent != 0;
    default:
        return 0;
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
    gs_waiter_of(policy, victim)->gone = 1;
}

static void back(gs_policy *policy, gs_room *room, uint32_t victim)
{
    uint32_t count;
    const gpusim_job_info *job = gs_job_of(policy, victim);
    const gpusim_part *parts = gpusim_view_parts(policy->view, job, &count);
    gs_shadow_take(room->shadow, job, parts, count);
    gs_shadow_settle_parts(room->shadow, parts, count);
    room->used += own_milli(policy, room, victim);
    gs_waiter_of(policy, victim)->gone = 0;
}

// Enters what is reserved, but for a job itself and for those whom it could stop, beside what runs.
static gpusim_status see_others(gs_policy *policy, gs_claim claim, uint32_t slot, gpusim_error *err)
{
    gpusim_status status;
    GPUSIM_TRY(gs_plan_begin(policy, err));
    for (uint32_t i = 0; i < policy->reservations.count; i++) {
        const gs_reservation *it = &GS_AT(policy->reservations, gs_reservation, i);
        if (it->start != GPUSIM_TIME_MAX && it->slot != slot &&
            !may_stop(policy, claim, slot, it->slot)) {
            GPUSIM_TRY(gs_plan_enter(policy, it->start, it->end, it->slot, it->first_part,
                                     it->parts, err));
        }
    }
    gs_plan_sort(policy);
cleanup:
    return status;
}

// Where it would go beside what see_others has entered is appended to policy->parts.
static gpusim_status fit_beside(gs_policy *policy, uint32_t slot, uint64_t used, int *fit,
                                uint32_t *parts, gpusim_error *err)
{
    gpusim_time length = gpusim_view_remaining(policy->view, gs_job_of(policy, slot));
    return gs_plan_fits(policy, slot, length, used, fit, parts, err);
}

static gpusim_status fits(gs_policy *policy, const gs_room *room, int *fit, gpusim_error *err)
{
    gpusim_placement placement;
    uint64_t milli = gs_waiter_of(policy, room->slot)->milli;
    if (policy->manner == GS_MANNER_CONSERVATIVE) {
        uint32_t parts, kept = policy->parts.count;
        gpusim_status status = fit_beside(policy, room->slot, room->used, fit, &parts, err);
        policy->parts.count = kept;
        return status;
    }
    *fit = gs_quota_leaves(policy, room->queue, room->used, milli) &&
           gs_index_free_milli(room->shadow->view.index) >= milli &&
           gs_place_if(policy, &room->shadow->view, room->slot, &placement);
    return GPUSIM_OK;
}

// Takes victims off the heap, which then stand behind it, last to first, until the job fits;
// *first is where they begin. *fit is 0 if it never does.
static gpusim_status enough(gs_policy *policy, gs_claim claim, gs_room *room, uint32_t *first,
                            int *fit, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    uint32_t *slots = policy->slots.data;
    *fit = 0;
    for (uint32_t left = policy->slots.count; left > 0 && !*fit;) {
        uint32_t victim = slots[0];
        slots[0] = slots[--left];
        if (left > 0) {
            sift(policy, claim, slots, 0, left);
        }
        slots[left] = victim;
        leave(policy, room, victim);
        *first = left;
        GPUSIM_TRY(fits(policy, room, fit, err));
    }
cleanup:
    return status;
}

// Gives back those without whom the job does not fit any less; they are no longer among the slots.
static gpusim_status spare_some(gs_policy *policy, gs_room *room, uint32_t first, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    uint32_t *slots = policy->slots.data;
    for (uint32_t i = policy->slots.count; i-- > first + 1;) {
        int fit;
        back(policy, room, slots[i]);
        GPUSIM_TRY(fits(policy, room, &fit, err));
        if (fit) {
            slots[i] = GPUSIM_NONE;
        } else {
            leave(policy, room, slots[i]);
        }
    }
cleanup:
    return status;
}

static void stop_them(gs_policy *policy, gpusim_decisions *decisions, uint32_t first,
                      const char *reason)
{
    for (uint32_t i = policy->slots.count; i-- > first;) {
        uint32_t slot = GS_AT(policy->slots, uint32_t, i);
        if (slot != GPUSIM_NONE) {
            gpusim_decide_preempt(decisions, gs_job_of(policy, slot)->id, reason);
        }
    }
}

// Starts a job on what is appended to policy->parts, and takes that away; 1 when it runs.
static int start_there(gs_policy *policy, gpusim_decisions *decisions, uint32_t slot,
                       uint32_t parts, int lends)
{
    policy->parts.count -= parts;
    gpusim_placement placement = {.parts = &GS_AT(policy->parts, gpusim_part, policy->parts.count),
                                  .count = parts,
                                  .capacity = parts,
                                  .score = GS_NO_SCORE};
    return lends ? gs_lend(policy, decisions, slot, &placement)
                 : gpusim_decide_start(decisions, gs_job_of(policy, slot)->id, &placement, NULL) ==
                       GPUSIM_ACCEPTED;
}

static gpusim_status claim_room(gs_policy *policy, gpusim_decisions *decisions, gs_claim claim,
                                uint32_t slot, int *made, gpusim_error *err)
{
    static const uint32_t reasons[] = {[CLAIM_PRIORITY] = GS_REASON_PRIORITY,
                                       [CLAIM_SPOT] = GS_REASON_SPOT,
                                       [CLAIM_LENT] = GS_REASON_RECLAIM};
    gpusim_status status = GPUSIM_OK;
    const gs_waiter *waiter = gs_waiter_of(policy, slot);
    int reserved = policy->manner == GS_MANNER_CONSERVATIVE, fit = 0;
    uint64_t milli = 0;
    uint32_t first = 0, parts = 0;
    *made = 0;
    GPUSIM_TRY(gather(policy, claim, slot, &milli, err));
    uint64_t free = gs_index_free_milli(policy->view->index);
    if (policy->slots.count == 0 || milli + free < waiter->milli) {
        return GPUSIM_OK;
    }
    if (reserved) {
        GPUSIM_TRY(see_others(policy, claim, slot, err));
        GPUSIM_TRY(gather(policy, claim, slot, &milli, err)); // which that has taken the room of
    }
    GPUSIM_TRY(gs_shadow_get(policy, GS_SHADOW_THEN, err));
    gs_room room = {.shadow = policy->shadows[GS_SHADOW_THEN],
                    .slot = slot,
                    .queue = waiter->queue,
                    .used = gs_queue_own(policy, waiter->queue)};
    gs_shadow_sync(room.shadow, policy->view);
    gs_shadow_settle(room.shadow); // a plan may have left it as it was
    GPUSIM_TRY(enough(policy, claim, &room, &first, &fit, err));
    if (fit) {
        GPUSIM_TRY(spare_some(policy, &room, first, err));
        if (reserved) {
            GPUSIM_TRY(fit_beside(policy, slot, room.used, &fit, &parts, err));
        }
        stop_them(policy, decisions, first, gs_reasons[reasons[claim]]);
        *made = !reserved || start_there(policy, decisions, slot, parts, 0);
    }
cleanup:
    for (uint32_t i = 0; i < policy->slots.count; i++) {
        if (GS_AT(policy->slots, uint32_t, i) != GPUSIM_NONE) {
            gs_waiter_of(policy, GS_AT(policy->slots, uint32_t, i))->gone = 0;
        }
    }
    return status;
}

gpusim_status gs_lend_beside(gs_policy *policy, gpusim_decisions *decisions, uint32_t slot,
                             int *started, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    uint32_t parts = 0;
    *started = 0;
    if (gs_index_free_milli(policy->view->index) < gs_waiter_of(policy, slot)->milli) {
        return GPUSIM_OK;
    }
    GPUSIM_TRY(see_others(policy, CLAIM_NONE, slot, err));
    GPUSIM_TRY(gs_shadow_get(policy, GS_SHADOW_THEN, err));
    gs_shadow_sync(policy->shadows[GS_SHADOW_THEN], policy->view);
    gs_shadow_settle(policy->shadows[GS_SHADOW_THEN]);
    GPUSIM_TRY(fit_beside(policy, slot, UINT64_MAX, started, &parts, err));
    if (*started) {
        *started = start_there(policy, decisions, slot, parts, 1);
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
                (policy->setup->backfill == GS_BACKFILL_NONE || queue->waiting == 0) &&
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
