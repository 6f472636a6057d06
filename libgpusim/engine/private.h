/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an engine is made of. */
#ifndef GS_ENGINE_PRIVATE_H
#define GS_ENGINE_PRIVATE_H

#include <stdint.h>

#include "engine/engine.h"
#include "engine/heap.h"

#define GS_HANDLERS 256u

/* From this batch of an instant on, the handlers that are called are remembered for GPUSIM_LOOP. */
#define GS_BATCH_LATE (GPUSIM_BATCHES_MAX - 16)

typedef struct gs_handler {
    gpusim_event_fn function; /* NULL: no such handler */
    const char *name;
} gs_handler;

/* What saving writes of a pending event, and of the clock: no padding. */
typedef struct gs_saved_event {
    gpusim_time time;
    uint64_t payload;
    uint32_t entity;
    uint32_t slot;
    uint32_t generation;
    uint16_t handler;
    uint16_t class_;
} gs_saved_event;

typedef struct gs_saved_clock {
    gpusim_time now;
    uint64_t fired;
    uint64_t batches;
    uint64_t batch;
    uint64_t late[GS_HANDLERS / 64];
} gs_saved_clock;

_Static_assert(sizeof(gs_saved_event) == 32 && sizeof(gs_saved_clock) == 64, "no padding");

struct gpusim_engine {
    gpusim_time now;
    uint64_t fired;
    uint64_t batches;
    uint32_t batch; /* batches begun at this instant */
    uint8_t running, stopped;
    uint8_t reserved[2];
    void *context;
    gpusim_pass_fn pass;

    gs_slots slots;
    gs_heap heap;   /* what comes after now */
    gs_batch due;   /* what is left of the batch at hand */
    gs_batch later; /* the next batch of this instant */

    uint64_t late[GS_HANDLERS / 64]; /* bits: handlers called since batch GS_BATCH_LATE */
    gs_handler handlers[GS_HANDLERS];

    /* the state table's copy: only current between before_save or restore and the next event */
    gs_array saved_clock, saved_events, saved_slots, saved_free;
};

/* Drops every dead entry. */
void gs_engine_sweep(gpusim_engine *engine);

/* Begins a slot's generations anew, once no entry of its last round is left. */
void gs_engine_renew(gpusim_engine *engine, uint32_t index);

/* Makes room for one more pending event at least. */
gpusim_status gs_engine_grow(gpusim_engine *engine, uint32_t capacity, gpusim_error *err);

/* Puts the event of a slot in use where it belongs. */
static inline void gs_engine_enqueue(gpusim_engine *engine, uint32_t index)
{
    const gs_slot *slot = &engine->slots.data[index];
    gs_entry entry = {.time = slot->time,
                      .place = index << GS_CLASS_BITS | slot->class_,
                      .generation = slot->generation};
    if (entry.time == engine->now) {
        gs_batch_push(&engine->later, &engine->heap.pool, &entry);
    } else {
        gs_heap_push(&engine->heap, &entry, engine->now);
    }
}

#endif
