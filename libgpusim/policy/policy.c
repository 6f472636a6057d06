/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The policy of one run: its life, what the core tells it, and the pass. */
#include <string.h>

#include "policy/inside.h"

static gs_manner manner_of(const gs_setup *setup)
{
    if (setup->scheduler.module) {
        return GS_MANNER_MODULE;
    }
    if (setup->preemption == GS_PREEMPTION_REPACK) {
        return GS_MANNER_REPACK;
    }
    switch (setup->backfill) {
    case GS_BACKFILL_EASY:
        return GS_MANNER_EASY;
    case GS_BACKFILL_CONSERVATIVE:
        return GS_MANNER_CONSERVATIVE;
    default:
        return GS_MANNER_COMPOSED;
    }
}

// A module's own bytes, its jobs' bytes, and its stream.
static gpusim_status adopt(const gs_chosen_module *chosen, uint64_t seed, gs_array *state,
                           gs_array *jobs, gpusim_stream *stream, gpusim_error *err)
{
    *state = GS_ARRAY(unsigned char);
    *jobs = GS_ARRAY(unsigned char);
    if (!chosen->module) {
        return GPUSIM_OK;
    }
    if (chosen->module->job_bytes) {
        jobs->element = chosen->module->job_bytes;
    }
    *stream = gpusim_stream_make(seed, "scheduler", chosen->module->name);
    return gs_array_resize(state, chosen->module->state_bytes, err);
}

// its bytes for each node
static gpusim_status adopt_nodes(const gs_policy *policy, const gs_chosen_module *chosen,
                                 gs_array *nodes, gpusim_error *err)
{
    if (!chosen->module || chosen->module->node_bytes == 0) {
        return GPUSIM_OK;
    }
    nodes->element = chosen->module->node_bytes;
    return gs_array_resize(nodes, policy->view->node_count, err);
}

// what the placement wants to remember
static gpusim_status make_cache(gs_policy *policy, gpusim_error *err)
{
    const gpusim_module *module = policy->setup->placement.module;
    const gpusim_placer *placer = module ? module->operations : NULL;
    uint64_t bytes = placer && placer->cache ? placer->cache(policy->view) : 0;
    if (bytes > UINT32_MAX) {
        return gpusim_fail(err, GPUSIM_MODULE, "placement '%s' wants to remember too much",
                           module->name);
    }
    return gs_array_resize(&policy->cache, (uint32_t)bytes, err);
}

static gpusim_status set_up(gs_policy *policy, uint64_t seed, gpusim_error *err)
{
    gpusim_status status;
    const gs_setup *setup = policy->setup;
    policy->books = GS_ARRAY(gs_books);
    policy->waiters = GS_ARRAY(gs_waiter);
    policy->members = GS_ARRAY(gs_ordered);
    policy->lines = GS_ARRAY(gs_line);
    policy->line_members = GS_ARRAY(gs_ordered);
    policy->queues = GS_ARRAY(gs_queue);
    policy->buckets = GS_ARRAY(uint32_t);
    policy->ranks = GS_ARRAY(double);
    policy->failed = GS_ARRAY(uint64_t);
    policy->looked = GS_ARRAY(uint64_t);
    policy->list = GS_ARRAY(gs_entry);
    policy->reservations = GS_ARRAY(gs_reservation);
    policy->parts = GS_ARRAY(gpusim_part);
    policy->trial = GS_ARRAY(gpusim_part);
    policy->state_copy = policy->cache = GS_ARRAY(unsigned char);
    policy->slots = GS_ARRAY(uint32_t);
    policy->runs = GS_ARRAY(uint8_t);
    policy->keys = policy->spare = (gs_array){.element = GS_KEYED_BYTES};
    policy->moves = (gs_array){.element = GS_MOVE_BYTES};
    policy->trial_parts = GS_ARRAY(gpusim_part);
    policy->ring_jobs = GS_ARRAY(gpusim_job_id);
    policy->ring_places = GS_ARRAY(gpusim_placement);
    policy->granted = GS_ARRAY(uint64_t);
    policy->moments = (gs_array){.element = GS_MOMENT_BYTES};
    policy->planned = (gs_array){.element = GS_PLANNED_BYTES};
    policy->promises = (gs_array){.element = GS_PROMISE_BYTES};
    policy->heads = policy->turns = GS_ARRAY(uint32_t);
    GPUSIM_TRY(adopt(&setup->order, seed, &policy->order_state, &policy->order_jobs,
                     &policy->order_stream, err));
    GPUSIM_TRY(adopt(&setup->placement, seed, &policy->place_state, &policy->place_jobs,
                     &policy->placement_stream, err));
    GPUSIM_TRY(adopt(&setup->scheduler, seed, &policy->module_state, &policy->module_jobs,
                     &policy->scheduler_stream, err));
    policy->evict_stream = gpusim_stream_make(seed, "scheduler", "evict");
    policy->order_nodes = policy->module_nodes = GS_ARRAY(unsigned char);
    GPUSIM_TRY(adopt_nodes(policy, &setup->order, &policy->order_nodes, err));
    GPUSIM_TRY(adopt_nodes(policy, &setup->scheduler, &policy->module_nodes, err));
    gs_memory_make(&policy->memories[GS_OF_ORDER], setup->order.module);
    gs_memory_make(&policy->memories[GS_OF_PLACEMENT], setup->placement.module);
    gs_memory_make(&policy->memories[GS_OF_SCHEDULER], setup->scheduler.module);
    GPUSIM_TRY(gs_array_resize(&policy->state_copy, 2 * policy->place_state.count, err));
    GPUSIM_TRY(make_cache(policy, err));
    gs_books books = {.next = GPUSIM_TIME_MAX,
                      .installed = gs_index_installed(policy->view->index),
                      .running = GPUSIM_NONE,
                      .free_line = GPUSIM_NONE};
    GPUSIM_TRY(gs_array_push(&policy->books, &books, err));
    GPUSIM_TRY(gs_queues_create(policy, err));
    status = gs_array_resize(&policy->trial, 1, err);
cleanup:
    return status;
}

static gpusim_status register_state(gs_policy *policy, gs_state *state, gpusim_error *err)
{
    struct {
        const char *name;
        gs_array *array;
    } all[] = {
        {"policy/books", &policy->books},
        {"policy/waiters", &policy->waiters},
        {"policy/members", &policy->members},
        {"policy/lines", &policy->lines},
        {"policy/line_members", &policy->line_members},
        {"policy/queues", &policy->queues},
        {"policy/buckets", &policy->buckets},
        {"policy/list", &policy->list},
        {"policy/reservations", &policy->reservations},
        {"policy/parts", &policy->parts},
        {"policy/order", &policy->order_state},
        {"policy/order_jobs", &policy->order_jobs},
        {"policy/placement", &policy->place_state},
        {"policy/placement_jobs", &policy->place_jobs},
        {"policy/module", &policy->module_state},
        {"policy/module_jobs", &policy->module_jobs},
        {"policy/order_nodes", &policy->order_nodes},
        {"policy/module_nodes", &policy->module_nodes},
    };
    // names of what a module remembers, as above: order, placement, module
    static const char *const remembered[GS_MEMORIES][3] = {
        {"policy/order/keys", "policy/order/buckets", "policy/order/records"},
        {"policy/placement/keys", "policy/placement/buckets", "policy/placement/records"},
        {"policy/module/keys", "policy/module/buckets", "policy/module/records"},
    };
    gpusim_status status = GPUSIM_OK;
    for (uint32_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        GPUSIM_TRY(gs_state_add(state, all[i].name, all[i].array, err));
    }
    for (uint32_t i = 0; i < GS_MEMORIES; i++) {
        gs_memory *memory = &policy->memories[i];
        if (memory->kept) {
            GPUSIM_TRY(gs_state_add(state, remembered[i][0], &memory->entries, err));
            GPUSIM_TRY(gs_state_add(state, remembered[i][1], &memory->buckets, err));
            GPUSIM_TRY(gs_state_add(state, remembered[i][2], &memory->records, err));
        }
    }
cleanup:
    return status;
}

gpusim_status gs_shadow_get(gs_policy *policy, uint32_t number, gpusim_error *err)
{
    if (number >= policy->shadow_count) {
        gs_shadow **more = gs_resize(policy->shadows, (number + 1) * sizeof(gs_shadow *));
        if (!more) {
            return gpusim_fail(err, GPUSIM_MEMORY, "no memory for a hypothetical cluster");
        }
        policy->shadows = more;
        while (policy->shadow_count <= number) {
            policy->shadows[policy->shadow_count++] = NULL;
        }
    }
    return policy->shadows[number] ? GPUSIM_OK
                                   : gs_shadow_create(policy->view, &policy->shadows[number], err);
}

gpusim_status gs_policy_create(const gs_setup *setup, const gpusim_view *view, uint64_t seed,
                               gs_state *state, gs_policy **policy, gpusim_error *err)
{
    gpusim_status status;
    gs_policy *made = NULL;
    uint32_t entries = state->count;
    *policy = NULL;
    GPUSIM_TRY(gs_allocate(&made, 1, sizeof *made, err));
    made->setup = setup;
    made->view = view;
    made->manner = manner_of(setup);
    made->by_shape =
        made->manner == GS_MANNER_EASY || (made->manner == GS_MANNER_COMPOSED && !setup->blocking);
    const gpusim_module *order = setup->order.module;
    made->by_class =
        order && order->abi_minor >= 2 && ((const gpusim_order *)order->operations)->rank != NULL;
    GPUSIM_TRY(set_up(made, seed, err));
    made->learns = (uint32_t)gs_policy_learns(made);
    GPUSIM_TRY(register_state(made, state, err));
    *policy = made;
    return GPUSIM_OK;

cleanup:
    state->count = entries;
    gs_policy_destroy(made);
    return status;
}

void gs_policy_destroy(gs_policy *policy)
{
    if (!policy) {
        return;
    }
    gs_array *all[] = {
        &policy->books,        &policy->waiters,      &policy->members,      &policy->lines,
        &policy->line_members, &policy->queues,       &policy->list,         &policy->reservations,
        &policy->parts,        &policy->order_state,  &policy->order_jobs,   &policy->place_state,
        &policy->place_jobs,   &policy->module_state, &policy->module_jobs,  &policy->trial,
        &policy->state_copy,   &policy->slots,        &policy->runs,         &policy->keys,
        &policy->spare,        &policy->moves,        &policy->trial_parts,  &policy->granted,
        &policy->ring_jobs,    &policy->ring_places,  &policy->moments,      &policy->promises,
        &policy->planned,      &policy->order_nodes,  &policy->module_nodes, &policy->buckets,
        &policy->ranks,        &policy->failed,       &policy->looked,       &policy->cache,
        &policy->heads,        &policy->turns,
    };
    for (uint32_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        gs_array_release(all[i]);
    }
    for (uint32_t i = 0; i < GS_MEMORIES; i++) {
        gs_memory_release(&policy->memories[i]);
    }
    for (uint32_t i = 0; i < policy->shadow_count; i++) {
        gs_shadow_destroy(policy->shadows[i]);
    }
    gs_release(&policy->shadows);
    gs_release(&policy);
}

// Everything kept by slot reaches this one, and a placement has room for its job.
static gpusim_status make_room(gs_policy *policy, uint32_t slot, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    if (slot >= policy->waiters.count) {
        GPUSIM_TRY(gs_array_resize(&policy->members, slot + 1, err));
        if (policy->setup->order.module && policy->setup->order.module->job_bytes) {
            GPUSIM_TRY(gs_array_resize(&policy->order_jobs, slot + 1, err));
        }
        if (policy->setup->placement.module && policy->setup->placement.module->job_bytes) {
            GPUSIM_TRY(gs_array_resize(&policy->place_jobs, slot + 1, err));
        }
        if (policy->setup->scheduler.module && policy->setup->scheduler.module->job_bytes) {
            GPUSIM_TRY(gs_array_resize(&policy->module_jobs, slot + 1, err));
        }
        GPUSIM_TRY(gs_array_resize(&policy->waiters, slot + 1, err));
    }
    const gpusim_job_info *job = gs_job_of(policy, slot);
    uint32_t parts = job->most_gpus > job->gpus ? job->most_gpus : job->gpus;
    if (parts > policy->trial.count) {
        GPUSIM_TRY(gs_array_resize(&policy->trial, parts, err));
    }
cleanup:
    return status;
}

static void forget(gs_array *jobs, uint32_t slot)
{
    if (slot < jobs->count) {
        memset((char *)jobs->data + (size_t)slot * jobs->element, 0, jobs->element);
    }
}

// A running job no longer runs, whatever becomes of it.
static void stop(gs_policy *policy, uint32_t slot)
{
    gs_waiter *waiter = gs_waiter_of(policy, slot);
    gs_books *books = gs_books_of(policy);
    gs_queue *queue = gs_queue_of(policy, waiter->queue);
    queue->used -= waiter->milli;
    queue->lent -= waiter->lent ? waiter->milli : 0;
    waiter->lent = 0;
    if (policy->manner == GS_MANNER_EASY || policy->manner == GS_MANNER_CONSERVATIVE) {
        books->wrong |= policy->view->now != waiter->end;
        gs_running_remove(policy, slot);
    }
    books->freed = books->changed = 1;
    waiter->where = GS_ABSENT;
}

// What its user holds is another share of all by now.
static void rank_its_class(gs_policy *policy, uint32_t slot)
{
    if (policy->by_class) {
        gs_class_rank(policy, gs_order_class(policy, gs_job_of(policy, slot)));
    }
}

gpusim_status gs_policy_queued(gs_policy *policy, uint32_t slot, gpusim_error *err)
{
    gpusim_status status;
    GPUSIM_TRY(make_room(policy, slot, err));
    gs_waiter *waiter = gs_waiter_of(policy, slot);
    if (waiter->where == GS_WAITING) {
        return GPUSIM_OK;
    }
    if (waiter->where == GS_RUNNING) {
        stop(policy, slot);
        rank_its_class(policy, slot);
    } else {
        forget(&policy->order_jobs, slot);
        forget(&policy->place_jobs, slot);
        forget(&policy->module_jobs, slot);
        GPUSIM_TRY(gs_learn_submitted(policy, gs_job_of(policy, slot), err));
    }
    gs_books_of(policy)->changed = gs_books_of(policy)->unplanned = 1;
    waiter->promised = 0;
    GPUSIM_TRY(gs_queue_join(policy, slot, err));
    if (policy->manner == GS_MANNER_REPACK && !waiter->in_list) {
        gs_entry entry = {.order = waiter->order, .slot = slot};
        GPUSIM_TRY(gs_array_push(&policy->list, &entry, err));
        waiter->in_list = 1;
    }
cleanup:
    return status;
}

gpusim_status gs_policy_takes(gs_policy *policy, uint32_t slot, int *takes, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    *takes = 1;
    if (policy->manner == GS_MANNER_MODULE) {
        return GPUSIM_OK;
    }
    GPUSIM_TRY(make_room(policy, slot, err));
    if (policy->shadow_count <= GS_SHADOW_EMPTY || !policy->shadows[GS_SHADOW_EMPTY]) {
        GPUSIM_TRY(gs_shadow_get(policy, GS_SHADOW_EMPTY, err));
        gs_shadow_clear(policy->shadows[GS_SHADOW_EMPTY]);
    }
    gs_shadow *empty = policy->shadows[GS_SHADOW_EMPTY];
    gs_shadow_adopt(empty, policy->view);
    gpusim_placement placement;
    *takes = gs_place_if(policy, &empty->view, slot, &placement);
cleanup:
    return status;
}

void gs_policy_started(gs_policy *policy, uint32_t slot)
{
    gs_waiter *waiter = gs_waiter_of(policy, slot);
    if (waiter->where != GS_WAITING) {
        return;
    }
    gs_queue_leave(policy, slot);
    waiter->where = GS_RUNNING;
    waiter->milli = gs_job_milli(gs_job_of(policy, slot)); // others than it asked for, if elastic
    gs_queue *queue = gs_queue_of(policy, waiter->queue);
    if (policy->lends) {
        waiter->lent = 1;
        queue->lent += waiter->milli;
    }
    queue->used += waiter->milli;
    if (policy->manner == GS_MANNER_EASY || policy->manner == GS_MANNER_CONSERVATIVE) {
        gs_running_add(policy, slot);
    }
    gs_books_of(policy)->changed = 1;
    rank_its_class(policy, slot);
}

void gs_policy_resized(gs_policy *policy, uint32_t slot)
{
    gs_waiter *waiter = gs_waiter_of(policy, slot);
    if (waiter->where == GS_RUNNING) {
        gs_queue *queue = gs_queue_of(policy, waiter->queue);
        uint64_t milli = gs_job_milli(gs_job_of(policy, slot));
        queue->used = queue->used - waiter->milli + milli;
        waiter->milli = milli;
        gs_books_of(policy)->freed = gs_books_of(policy)->changed = 1;
    }
}

void gs_policy_rated(gs_policy *policy, uint32_t slot)
{
    if (policy->manner != GS_MANNER_EASY && policy->manner != GS_MANNER_CONSERVATIVE) {
        return; // the others keep no expectations
    }
    gs_waiter *waiter = slot < policy->waiters.count ? gs_waiter_of(policy, slot) : NULL;
    if (!waiter || waiter->where != GS_RUNNING) {
        return;
    }
    gpusim_time before = waiter->end;
    gs_running_remove(policy, slot);
    gs_running_add(policy, slot);
    gs_books_of(policy)->wrong |= waiter->end != before;
}

void gs_policy_left(gs_policy *policy, uint32_t slot)
{
    if (slot >= policy->waiters.count) {
        return;
    }
    gs_waiter *waiter = gs_waiter_of(policy, slot);
    if (waiter->where == GS_RUNNING) {
        stop(policy, slot);
        rank_its_class(policy, slot);
    } else if (waiter->where == GS_WAITING) {
        gs_queue_leave(policy, slot);
        gs_books_of(policy)->changed = 1;
    }
    *waiter = (gs_waiter){0};
}

void gs_policy_freed(gs_policy *policy)
{
    gs_books_of(policy)->freed = 1;
}

uint32_t gs_policy_queue_length(const gs_policy *policy)
{
    return gs_books_of(policy)->waiting;
}

static int ranks_by_time(const gs_policy *policy)
{
    return policy->by_class && policy->view->now >= gs_books_of(policy)->ranked;
}

// What is lent may become somebody's own.
static int lends_to_anybody(const gs_policy *policy)
{
    for (uint32_t i = 0; policy->setup->borrow && i < policy->queues.count; i++) {
        if (gs_queue_of(policy, i)->lent > 0) {
            return 1;
        }
    }
    return 0;
}

int gs_policy_wants_pass(const gs_policy *policy)
{
    const gs_books *books = gs_books_of(policy);
    if (policy->manner == GS_MANNER_COMPOSED) {
        if (ranks_by_time(policy) && books->changed && books->waiting) {
            return 1; // another one may be first by now
        }
        return (books->freed && (books->waiting || lends_to_anybody(policy))) ||
               policy->view->now >= books->next || gs_queue_next(policy) != GPUSIM_NONE;
    }
    return books->changed || (books->freed && books->waiting) || policy->view->now >= books->next;
}

static gpusim_status run_pass(gs_policy *policy, gpusim_decisions *decisions, gpusim_error *err)
{
    switch (policy->manner) {
    case GS_MANNER_EASY:
        return gs_pass_easy(policy, decisions, err);
    case GS_MANNER_CONSERVATIVE:
        return gs_pass_conservative(policy, decisions, err);
    case GS_MANNER_MODULE:
        return gs_pass_module(policy, decisions, err);
    case GS_MANNER_REPACK:
        return gs_pass_repack(policy, decisions, err);
    default:
        return gs_pass_composed(policy, decisions, err);
    }
}

gpusim_status gs_policy_pass(gs_policy *policy, gpusim_decisions *decisions, gpusim_error *err)
{
    gs_books *books = gs_books_of(policy);
    decisions->wait = GPUSIM_TIME_MAX;
    gpusim_status status = GPUSIM_OK;
    int outdated = ranks_by_time(policy);
    GPUSIM_TRY(gs_evict(policy, decisions, err));
    gs_queues_rank(policy); // before others are ranked, so that the order is up to date
    if (books->freed || outdated) {
        // who would stop others, or fails where it does not fit, is asked in its turn
        int waits = !policy->setup->borrow && !decisions->fail &&
                    policy->setup->preemption == GS_PREEMPTION_NONE;
        GPUSIM_TRY(gs_queues_thaw(policy, waits && policy->manner == GS_MANNER_COMPOSED, err));
    }
    GPUSIM_TRY(run_pass(policy, decisions, err));
    gs_evict_wait(policy, decisions);
    books->freed = books->changed = 0;
    books->next = decisions->wait;
cleanup:
    return status;
}

gpusim_status gs_policy_restored(gs_policy *policy, gpusim_error *err)
{
    // all is state but the room for placements, which the jobs that wait decide
    gpusim_status status = GPUSIM_OK;
    if (policy->cache.count > 0) {
        memset(policy->cache.data, 0, policy->cache.count);
    }
    for (uint32_t slot = 0; slot < policy->waiters.count; slot++) {
        if (gs_waiter_of(policy, slot)->where != GS_ABSENT) {
            GPUSIM_TRY(make_room(policy, slot, err));
        }
    }
cleanup:
    return status;
}
