/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An engine's life, and scheduling, cancelling and moving events by handle. */
#include <string.h>

#include "base/memory.h"
#include "engine/private.h"

#define CAPACITY_DEFAULT 256u

void gpusim_engine_config_init(gpusim_engine_config *config, uint32_t size)
{
    gpusim_engine_config defaults = {.capacity = CAPACITY_DEFAULT};
    size = size < sizeof defaults ? size : (uint32_t)sizeof defaults;
    memcpy(config, &defaults, size);
    config->size = size;
}

gpusim_status gs_engine_grow(gpusim_engine *engine, uint32_t capacity, gpusim_error *err)
{
    gpusim_status status;
    if (capacity > GS_SLOTS_MAX) {
        return gpusim_fail(err, GPUSIM_MEMORY, "more than %u events pending", GS_SLOTS_MAX);
    }
    GPUSIM_TRY(gs_heap_reserve(&engine->heap, capacity, err));
    GPUSIM_TRY(gs_slots_reserve(&engine->slots, capacity, err));
cleanup:
    return status;
}

gpusim_status gpusim_engine_create(const gpusim_engine_config *config, gpusim_engine **engine,
                                   gpusim_error *err)
{
    gpusim_status status;
    gpusim_engine_config settings;
    gpusim_engine_config_default(&settings);
    uint32_t size = config->size < sizeof settings ? config->size : (uint32_t)sizeof settings;
    memcpy(&settings, config, size);

    gpusim_engine *made = NULL;
    GPUSIM_TRY(gs_allocate(&made, 1, sizeof *made, err));
    made->context = settings.context;
    made->pass = settings.pass;
    made->slots.first_free = GPUSIM_NONE;
    made->saved_clock = GS_ARRAY(gs_saved_clock);
    made->saved_events = GS_ARRAY(gs_saved_event);
    made->saved_slots = GS_ARRAY(uint32_t);
    made->saved_free = GS_ARRAY(uint32_t);
    gs_heap_clear(&made->heap, 0);
    GPUSIM_TRY(gs_engine_grow(made, settings.capacity ? settings.capacity : 1, err));
    *engine = made;
    made = NULL;

cleanup:
    gpusim_engine_destroy(made);
    return status;
}

void gpusim_engine_destroy(gpusim_engine *engine)
{
    if (!engine) {
        return;
    }
    gs_heap_release(&engine->heap);
    gs_release(&engine->slots.data);
    gs_array_release(&engine->saved_clock);
    gs_array_release(&engine->saved_events);
    gs_array_release(&engine->saved_slots);
    gs_array_release(&engine->saved_free);
    gs_release(&engine);
}

gpusim_status gpusim_engine_handle(gpusim_engine *engine, uint16_t handler, const char *name,
                                   gpusim_event_fn function, gpusim_error *err)
{
    if (handler >= GS_HANDLERS || !name || !function) {
        return gpusim_fail(err, GPUSIM_ARGUMENT,
                           "a handler has a number below %u, a name and a function", GS_HANDLERS);
    }
    engine->handlers[handler] = (gs_handler){.function = function, .name = name};
    return GPUSIM_OK;
}

static gpusim_status refuse_time(const gpusim_engine *engine, gpusim_time time, gpusim_error *err)
{
    return gpusim_fail(err, GPUSIM_ARGUMENT, "an event at %lld ns is scheduled when it is %lld ns",
                       (long long)time, (long long)engine->now);
}

static gpusim_status refuse_kind(uint16_t class_, uint16_t handler, gpusim_error *err)
{
    if (class_ >= GPUSIM_CLASSES) {
        return gpusim_fail(err, GPUSIM_ARGUMENT, "event class %u is not below %d", class_,
                           GPUSIM_CLASSES);
    }
    return gpusim_fail(err, GPUSIM_ARGUMENT, "there is no event handler %u", handler);
}

static gpusim_status make_room(gpusim_engine *engine, gpusim_error *err)
{
    uint64_t wanted = 2 * (uint64_t)engine->slots.capacity;
    if (wanted > GS_SLOTS_MAX && engine->slots.capacity < GS_SLOTS_MAX) {
        wanted = GS_SLOTS_MAX;
    }
    return gs_engine_grow(engine, (uint32_t)wanted, err);
}

gpusim_status gpusim_engine_schedule(gpusim_engine *engine, gpusim_time time, uint16_t class_,
                                     uint16_t handler, uint32_t entity, uint64_t payload,
                                     gpusim_event_id *id, gpusim_error *err)
{
    if (time < engine->now) {
        return refuse_time(engine, time, err);
    }
    if (class_ >= GPUSIM_CLASSES || handler >= GS_HANDLERS || !engine->handlers[handler].function) {
        return refuse_kind(class_, handler, err);
    }
    if (time == GPUSIM_TIME_MAX) {
        if (id) {
            *id = (gpusim_event_id){0};
        }
        return GPUSIM_OK;
    }
    if (engine->slots.live == engine->slots.capacity) {
        gpusim_status status = make_room(engine, err);
        if (status != GPUSIM_OK) {
            return status;
        }
    }
    uint32_t index = gs_slots_take(&engine->slots);
    gs_slot *slot = &engine->slots.data[index];
    slot->time = time;
    slot->payload = payload;
    slot->entity = entity;
    slot->handler = handler;
    slot->class_ = class_;
    if (id) {
        *id = (gpusim_event_id){.slot = index, .generation = slot->generation};
    }
    gs_engine_enqueue(engine, index);
    return GPUSIM_OK;
}

void gs_engine_sweep(gpusim_engine *engine)
{
    gs_heap_sweep(&engine->heap, &engine->slots);
    gs_batch_sweep(&engine->due, &engine->heap.pool, &engine->slots);
    gs_batch_sweep(&engine->later, &engine->heap.pool, &engine->slots);
    engine->heap.dead = 0;
}

void gs_engine_renew(gpusim_engine *engine, uint32_t index)
{
    gs_engine_sweep(engine);
    engine->slots.data[index].generation = 1;
}

int gpusim_engine_cancel(gpusim_engine *engine, gpusim_event_id *id)
{
    const gs_slot *slot = gs_slots_find(&engine->slots, *id);
    uint32_t index = id->slot;
    *id = (gpusim_event_id){0};
    if (!slot) {
        return 0;
    }
    int used_up = gs_slots_give(&engine->slots, index);
    engine->heap.dead++;
    if (used_up) {
        gs_engine_renew(engine, index);
    } else if (engine->heap.dead > engine->slots.live + GS_SWEEP_SLACK) {
        gs_engine_sweep(engine);
    }
    return 1;
}

gpusim_status gpusim_engine_move(gpusim_engine *engine, gpusim_event_id *id, gpusim_time time,
                                 gpusim_error *err)
{
    const gs_slot *slot = gs_slots_find(&engine->slots, *id);
    if (!slot) {
        return gpusim_fail(err, GPUSIM_ARGUMENT, "the event to move is over");
    }
    if (time < engine->now) {
        return refuse_time(engine, time, err);
    }
    // the slot that is given back is the one that is taken, so there is always room
    gs_slot was = *slot;
    gpusim_engine_cancel(engine, id);
    return gpusim_engine_schedule(engine, time, was.class_, was.handler, was.entity, was.payload,
                                  id, err);
}

int gpusim_engine_pending(const gpusim_engine *engine, gpusim_event_id id, gpusim_event *event)
{
    const gs_slot *slot = gs_slots_find(&engine->slots, id);
    if (slot && event) {
        *event = (gpusim_event){.time = slot->time,
                                .payload = slot->payload,
                                .entity = slot->entity,
                                .handler = slot->handler,
                                .class_ = slot->class_,
                                .id = id};
    }
    return slot != NULL;
}

gpusim_time gpusim_engine_now(const gpusim_engine *engine)
{
    return engine->now;
}

gpusim_time gpusim_engine_next(const gpusim_engine *engine)
{
    // an event of a batch that is not over is pending now
    if (gs_batch_live(&engine->due, &engine->heap.pool, &engine->slots) ||
        gs_batch_live(&engine->later, &engine->heap.pool, &engine->slots)) {
        return engine->now;
    }
    return gs_heap_next(&engine->heap, &engine->slots);
}

uint64_t gpusim_engine_count(const gpusim_engine *engine)
{
    return engine->slots.live;
}

uint64_t gpusim_engine_fired(const gpusim_engine *engine)
{
    return engine->fired;
}

uint64_t gs_engine_batches(const gpusim_engine *engine)
{
    return engine->batches;
}

uint64_t gs_engine_memory(const gpusim_engine *engine)
{
    return sizeof *engine + (uint64_t)engine->slots.capacity * sizeof(gs_slot) +
           (uint64_t)engine->heap.pool.count * (sizeof(gs_chunk) + sizeof(uint32_t));
}
