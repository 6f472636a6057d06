/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The loop: which events are the next batch, and handing them to their handlers in order. */
#include <stdio.h>
#include <string.h>

#include "engine/private.h"

void gpusim_engine_stop(gpusim_engine *engine)
{
    engine->stopped = 1;
}

// Hands one event over. Its handle is stale by then, and its slot the next to be used again.
static inline gpusim_status fire(gpusim_engine *engine, gs_entry entry, gpusim_error *err)
{
    uint32_t index = entry.place >> GS_CLASS_BITS;
    const gs_slot *slot = &engine->slots.data[index];
    gpusim_event event = {.time = entry.time,
                          .payload = slot->payload,
                          .entity = slot->entity,
                          .handler = slot->handler,
                          .class_ = slot->class_,
                          .id = {.slot = index, .generation = slot->generation}};
    if (gs_slots_give(&engine->slots, index)) {
        gs_engine_renew(engine, index);
    }
    engine->fired++;
    return engine->handlers[event.handler].function(engine->context, &event, err);
}

// Fires what is due, class by class. Handlers may cancel what has not come yet, and may make the
// pool move; what they schedule for now goes to the next batch.
static gpusim_status fire_due(gpusim_engine *engine, gpusim_error *err)
{
    while (engine->due.filled) {
        gs_entry entry = gs_batch_take(&engine->due, &engine->heap.pool);
        if (gs_entry_dead(&engine->slots, &entry)) {
            engine->heap.dead--;
            continue;
        }
        gpusim_status status = fire(engine, entry, err);
        if (status != GPUSIM_OK) {
            return status;
        }
    }
    return GPUSIM_OK;
}

// An error that says who keeps this instant from ending.
static gpusim_status fail_loop(const gpusim_engine *engine, gpusim_error *err)
{
    char names[320] = "";
    size_t length = 0;
    for (uint32_t i = 0; i < GS_HANDLERS; i++) {
        if (!(engine->late[i / 64] >> (i % 64) & 1)) {
            continue;
        }
        size_t room = sizeof names - length;
        int more =
            snprintf(names + length, room, "%s%s", length ? ", " : "", engine->handlers[i].name);
        if (more < 0 || (size_t)more >= room) {
            memcpy(names + sizeof names - 4, "...", 4);
            break;
        }
        length += (size_t)more;
    }
    gpusim_fail(err, GPUSIM_LOOP,
                "%d batches at %lld.%09lld s and no end: events without delay follow each other "
                "through these handlers: %s",
                GPUSIM_BATCHES_MAX, (long long)(engine->now / GPUSIM_SECOND),
                (long long)(engine->now % GPUSIM_SECOND), names);
    gpusim_error_hint(err, "let one of them wait before it acts again");
    return GPUSIM_LOOP;
}

// Remembers the handlers that are about to be called.
static void note_late(gpusim_engine *engine)
{
    for (uint32_t i = 0; i < GPUSIM_CLASSES; i++) {
        const gs_chain *chain = &engine->due.chains[i];
        uint32_t chunk = chain->first;
        for (uint32_t k = 0; k < chain->count; k++) {
            const gs_entry *entry = &engine->heap.pool.chunks[chunk].entries[k % GS_CHUNK];
            uint32_t handler = engine->slots.data[entry->place >> GS_CLASS_BITS].handler;
            engine->late[handler / 64] |= UINT64_C(1) << (handler % 64);
            if (k % GS_CHUNK == GS_CHUNK - 1) {
                chunk = engine->heap.pool.next[chunk];
            }
        }
    }
}

// Makes the next batch of this instant the one at hand; *ready is 0 when there is none.
static gpusim_status begin_next_batch(gpusim_engine *engine, int *ready, gpusim_error *err)
{
    *ready = 0;
    if (engine->heap.dead) {
        engine->heap.dead -= gs_batch_sweep(&engine->later, &engine->heap.pool, &engine->slots);
    }
    if (!engine->later.filled) {
        return GPUSIM_OK;
    }
    if (engine->batch == GPUSIM_BATCHES_MAX) {
        return fail_loop(engine, err);
    }
    engine->due = engine->later;
    engine->later = (gs_batch){0};
    engine->batch++;
    if (engine->batch >= GS_BATCH_LATE) {
        note_late(engine);
    }
    *ready = 1;
    return GPUSIM_OK;
}

// Moves the clock; nothing has happened at the new instant yet.
static void set_now(gpusim_engine *engine, gpusim_time time)
{
    if (engine->batch >= GS_BATCH_LATE) {
        memset(engine->late, 0, sizeof engine->late);
    }
    engine->now = time;
    engine->batch = 0;
}

// Fires the first batch of an instant whose events head the queue's run, or are due already.
static gpusim_status fire_instant(gpusim_engine *engine, gpusim_time time, gpusim_error *err)
{
    gs_heap *heap = &engine->heap;
    set_now(engine, time);
    engine->batch = 1;
    while (heap->run_head < heap->run_end && heap->run[heap->run_head].time == time) {
        gs_batch_push(&engine->due, &heap->pool, &heap->run[heap->run_head++]);
    }
    return fire_due(engine, err);
}

// Fires the batch that comes next, whatever it is made of. Apart from the loop, to keep that small.
static __attribute__((noinline)) gpusim_status fire_batch(gpusim_engine *engine, gpusim_time until,
                                                          int *ran, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    int ready = engine->due.filled != 0; // of a batch that failed
    if (engine->now > until) {
        return GPUSIM_OK;
    }
    if (!ready) {
        GPUSIM_TRY(begin_next_batch(engine, &ready, err));
    }
    if (ready) {
        GPUSIM_TRY(fire_due(engine, err));
    } else {
        gpusim_time time = gs_heap_advance(&engine->heap, &engine->slots, until, &engine->due);
        if (time == GPUSIM_TIME_MAX) {
            return GPUSIM_OK;
        }
        GPUSIM_TRY(fire_instant(engine, time, err));
    }
    *ran = 1;
cleanup:
    return status;
}

// Whether the next batch is the head of the queue's run and nothing else, as it mostly is.
static inline int head_alone(const gpusim_engine *engine, gpusim_time until)
{
    const gs_heap *heap = &engine->heap;
    if (engine->due.filled | engine->later.filled || heap->run_head == heap->run_end) {
        return 0;
    }
    const gs_entry *head = &heap->run[heap->run_head];
    return head->time <= until && !gs_entry_dead(&engine->slots, head) &&
           (heap->run_head + 1 == heap->run_end || head[1].time != head->time);
}

// One batch and its pass.
static inline gpusim_status run_batch(gpusim_engine *engine, gpusim_time until, int *ran,
                                      gpusim_error *err)
{
    gpusim_status status;
    *ran = 0;
    if (head_alone(engine, until)) {
        // one event needs no chain
        const gs_entry *head = &engine->heap.run[engine->heap.run_head++];
        set_now(engine, head->time);
        engine->batch = 1;
        GPUSIM_TRY(fire(engine, *head, err));
        *ran = 1;
    } else {
        GPUSIM_TRY(fire_batch(engine, until, ran, err));
    }
    if (*ran) {
        engine->batches++;
        if (engine->pass) {
            GPUSIM_TRY(engine->pass(engine->context, engine->now, err));
        }
    }
cleanup:
    return status;
}

static gpusim_status refuse_nesting(gpusim_error *err)
{
    return gpusim_fail(err, GPUSIM_ARGUMENT, "a handler cannot run the engine that calls it");
}

gpusim_status gpusim_engine_step(gpusim_engine *engine, gpusim_time until, int *ran,
                                 gpusim_error *err)
{
    if (engine->running) {
        return refuse_nesting(err);
    }
    engine->running = 1;
    gpusim_status status = run_batch(engine, until, ran, err);
    engine->running = 0;
    return status;
}

gpusim_status gpusim_engine_run_until(gpusim_engine *engine, gpusim_time until, gpusim_error *err)
{
    if (engine->running) {
        return refuse_nesting(err);
    }
    gpusim_status status = GPUSIM_OK;
    int ran = 1;
    engine->running = 1;
    engine->stopped = 0;
    while (ran && !engine->stopped) {
        GPUSIM_TRY(run_batch(engine, until, &ran, err));
    }
    if (!engine->stopped && until != GPUSIM_TIME_MAX && until > engine->now) {
        set_now(engine, until);
    }
cleanup:
    engine->running = 0;
    return status;
}
