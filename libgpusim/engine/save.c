/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An engine in a state table: pending events in the order they would come, the generations of all
 * slots, the free ones in the order of their use, and the clock. What is dead leaves no trace. */
#include <string.h>

#include "base/sort.h"
#include "engine/private.h"

gpusim_status gs_engine_register(gpusim_engine *engine, gs_state *state, gpusim_error *err)
{
    gpusim_status status;
    GPUSIM_TRY(gs_state_add(state, "engine.clock", &engine->saved_clock, err));
    GPUSIM_TRY(gs_state_add(state, "engine.events", &engine->saved_events, err));
    GPUSIM_TRY(gs_state_add(state, "engine.slots", &engine->saved_slots, err));
    GPUSIM_TRY(gs_state_add(state, "engine.free", &engine->saved_free, err));
cleanup:
    return status;
}

// By time and class; what is equal stays in its order.
static int compare(const void *a, const void *b)
{
    const gs_saved_event *x = a, *y = b;
    int order = (x->time > y->time) - (x->time < y->time);
    return order ? order : (x->class_ > y->class_) - (x->class_ < y->class_);
}

// Appends the event of an entry; the array has room.
static void save_entry(gpusim_engine *engine, const gs_entry *entry)
{
    if (gs_entry_dead(&engine->slots, entry)) {
        return;
    }
    uint32_t index = entry->place >> GS_CLASS_BITS;
    const gs_slot *slot = &engine->slots.data[index];
    GS_AT(engine->saved_events, gs_saved_event, engine->saved_events.count++) =
        (gs_saved_event){.time = slot->time,
                         .payload = slot->payload,
                         .entity = slot->entity,
                         .slot = index,
                         .generation = slot->generation,
                         .handler = slot->handler,
                         .class_ = slot->class_};
}

static void save_chain(gpusim_engine *engine, const gs_chain *chain)
{
    uint32_t chunk = chain->first;
    for (uint32_t i = 0; i < chain->count; i++) {
        save_entry(engine, &engine->heap.pool.chunks[chunk].entries[i % GS_CHUNK]);
        if (i % GS_CHUNK == GS_CHUNK - 1) {
            chunk = engine->heap.pool.next[chunk];
        }
    }
}

static gpusim_status save_events(gpusim_engine *engine, gpusim_error *err)
{
    gs_array *events = &engine->saved_events;
    events->count = 0;
    gpusim_status status = gs_array_reserve(events, engine->slots.live, err);
    if (status != GPUSIM_OK) {
        return status;
    }
    for (uint32_t i = 0; i < GPUSIM_CLASSES; i++) {
        save_chain(engine, &engine->later.chains[i]);
    }
    for (uint32_t i = engine->heap.run_head; i < engine->heap.run_end; i++) {
        save_entry(engine, &engine->heap.run[i]);
    }
    for (uint32_t i = 0; i < GS_BUCKETS; i++) {
        save_chain(engine, &engine->heap.buckets[i]);
    }
    return gs_sort(events->data, events->count, sizeof(gs_saved_event), compare, err);
}

gpusim_status gs_engine_before_save(gpusim_engine *engine, gpusim_error *err)
{
    gpusim_status status;
    gs_slots *slots = &engine->slots;
    if (engine->running || engine->due.filled) {
        return gpusim_fail(err, GPUSIM_INTERNAL, "an engine is saved within a batch");
    }
    GPUSIM_TRY(save_events(engine, err));

    // slots and the order in which they will be used again
    GPUSIM_TRY(gs_array_resize(&engine->saved_slots, slots->used, err));
    for (uint32_t i = 0; i < slots->used; i++) {
        GS_AT(engine->saved_slots, uint32_t, i) = slots->data[i].generation;
    }
    GPUSIM_TRY(gs_array_resize(&engine->saved_free, slots->used - slots->live, err));
    uint32_t index = slots->first_free;
    for (uint32_t i = 0; i < engine->saved_free.count; i++) {
        GS_AT(engine->saved_free, uint32_t, i) = index;
        index = slots->data[index].next_free;
    }

    GPUSIM_TRY(gs_array_resize(&engine->saved_clock, 1, err));
    gs_saved_clock *clock = engine->saved_clock.data;
    *clock = (gs_saved_clock){.now = engine->now,
                              .fired = engine->fired,
                              .batches = engine->batches,
                              .batch = engine->batch};
    memcpy(clock->late, engine->late, sizeof clock->late);
cleanup:
    return status;
}

static gpusim_status broken(const char *what, gpusim_error *err)
{
    return gpusim_fail(err, GPUSIM_FORMAT, "the saved engine is broken: %s", what);
}

// Forgets all that is pending.
static void clear(gpusim_engine *engine)
{
    gs_batch_clear(&engine->due, &engine->heap.pool);
    gs_batch_clear(&engine->later, &engine->heap.pool);
    gs_heap_clear(&engine->heap, engine->now);
    engine->slots.used = engine->slots.live = 0;
    engine->slots.first_free = GPUSIM_NONE;
}

static gpusim_status restore_clock(gpusim_engine *engine, gpusim_error *err)
{
    const gs_saved_clock *clock = engine->saved_clock.data;
    if (engine->saved_clock.count != 1 || clock->now < 0 || clock->now == GPUSIM_TIME_MAX ||
        clock->batch > GPUSIM_BATCHES_MAX) {
        return broken("its clock", err);
    }
    for (uint32_t i = 0; i < GS_HANDLERS; i++) {
        if (clock->late[i / 64] >> (i % 64) & 1 && !engine->handlers[i].function) {
            return broken("a handler that is not there", err);
        }
    }
    engine->now = clock->now;
    engine->fired = clock->fired;
    engine->batches = clock->batches;
    engine->batch = (uint32_t)clock->batch;
    memcpy(engine->late, clock->late, sizeof engine->late);
    return GPUSIM_OK;
}

// Every slot is free until an event claims it; the free ones are then linked in their order.
static gpusim_status restore_slots(gpusim_engine *engine, gpusim_error *err)
{
    gs_slots *slots = &engine->slots;
    const gs_array *saved = &engine->saved_slots;
    if ((uint64_t)engine->saved_events.count + engine->saved_free.count != saved->count) {
        return broken("the number of its slots", err);
    }
    gpusim_status status;
    GPUSIM_TRY(gs_engine_grow(engine, saved->count, err));
    for (uint32_t i = 0; i < saved->count; i++) {
        uint32_t generation = GS_AT(*saved, uint32_t, i);
        if (generation == 0) {
            return broken("a slot's generation", err);
        }
        slots->data[i] =
            (gs_slot){.time = GS_SLOT_FREE, .generation = generation, .next_free = GPUSIM_NONE};
    }
    slots->used = saved->count;
cleanup:
    return status;
}

static gpusim_status restore_free(gpusim_engine *engine, gpusim_error *err)
{
    gs_slots *slots = &engine->slots;
    const gs_array *saved = &engine->saved_free;
    uint32_t next = GPUSIM_NONE;
    for (uint32_t i = saved->count; i-- > 0;) {
        uint32_t index = GS_AT(*saved, uint32_t, i);
        // one that is in use, or linked already, is not free; the payload marks the linked
        if (index >= slots->used || slots->data[index].time != GS_SLOT_FREE ||
            slots->data[index].payload) {
            return broken("a free slot", err);
        }
        slots->data[index].payload = 1;
        slots->data[index].next_free = next;
        next = index;
    }
    slots->first_free = next;
    return GPUSIM_OK;
}

static gpusim_status restore_events(gpusim_engine *engine, gpusim_error *err)
{
    gs_slots *slots = &engine->slots;
    const gs_saved_event *events = engine->saved_events.data;
    for (uint32_t i = 0; i < engine->saved_events.count; i++) {
        const gs_saved_event *event = &events[i];
        if (event->slot >= slots->used || slots->data[event->slot].time != GS_SLOT_FREE ||
            slots->data[event->slot].generation != event->generation ||
            event->class_ >= GPUSIM_CLASSES || event->handler >= GS_HANDLERS ||
            !engine->handlers[event->handler].function || event->time < engine->now ||
            event->time == GPUSIM_TIME_MAX || (i > 0 && compare(&events[i - 1], event) > 0)) {
            return broken("a pending event", err);
        }
        gs_slot *slot = &slots->data[event->slot];
        slot->time = event->time;
        slot->payload = event->payload;
        slot->entity = event->entity;
        slot->handler = event->handler;
        slot->class_ = event->class_;
        slots->live++;
        gs_engine_enqueue(engine, event->slot);
    }
    return GPUSIM_OK;
}

gpusim_status gs_engine_after_restore(gpusim_engine *engine, gpusim_error *err)
{
    gpusim_status status;
    if (engine->running) {
        return gpusim_fail(err, GPUSIM_INTERNAL, "an engine is restored within a batch");
    }
    GPUSIM_TRY(restore_clock(engine, err));
    clear(engine);
    GPUSIM_TRY(restore_slots(engine, err));
    GPUSIM_TRY(restore_events(engine, err));
    GPUSIM_TRY(restore_free(engine, err));
cleanup:
    if (status != GPUSIM_OK) {
        clear(engine);
    }
    return status;
}
