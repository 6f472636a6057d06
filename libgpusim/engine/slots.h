/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Slots: where a pending event keeps what its handler will be told. A slot's generation changes
 * each time it is given back, so a handle to an event that is over no longer matches. */
#ifndef GS_ENGINE_SLOTS_H
#define GS_ENGINE_SLOTS_H

#include <stddef.h>
#include <stdint.h>

#include <gpusim/engine.h>

/* 32 bytes: two to a cache line. */
typedef struct gs_slot {
    gpusim_time time; /* GS_SLOT_FREE: not in use */
    uint64_t payload;
    uint32_t entity;
    uint32_t generation; /* never 0 */
    uint16_t handler;
    uint16_t class_;
    uint32_t next_free;
} gs_slot;

#define GS_SLOT_FREE INT64_C(-1)

/* A place is a slot with its class in the low bits, so that neither sorting by class nor sweeping
 * has to read the slot for its class. It leaves room for 2^29 pending events. */
#define GS_CLASS_BITS 3u
#define GS_SLOTS_MAX  (UINT32_C(1) << (32 - GS_CLASS_BITS))

_Static_assert(GPUSIM_CLASSES == 1u << GS_CLASS_BITS, "a class fits its bits");

typedef struct gs_slots {
    gs_slot *data;
    uint32_t capacity;
    uint32_t used;       /* slots that were ever in use */
    uint32_t live;       /* slots in use now */
    uint32_t first_free; /* newest first; GPUSIM_NONE: none below `used` */
} gs_slots;

/* Room for `capacity` slots in all. */
gpusim_status gs_slots_reserve(gs_slots *slots, uint32_t capacity, gpusim_error *err);

/* The slot of a pending event, or NULL when the event is over or never was. */
static inline gs_slot *gs_slots_find(const gs_slots *slots, gpusim_event_id id)
{
    if (id.slot >= slots->used) {
        return NULL;
    }
    gs_slot *slot = &slots->data[id.slot];
    return slot->generation == id.generation && slot->time != GS_SLOT_FREE ? slot : NULL;
}

/* Takes the slot that was given back last, else one never used; the caller has made room. */
static inline uint32_t gs_slots_take(gs_slots *slots)
{
    uint32_t index = slots->first_free;
    if (index != GPUSIM_NONE) {
        slots->first_free = slots->data[index].next_free;
    } else {
        index = slots->used++;
        slots->data[index].generation = 1;
    }
    slots->live++;
    return index;
}

/* Gives a slot back; returns 1 when its generations are used up, after 2^32 - 1 events: it is 0
 * then, which no entry has, and the caller sweeps before it begins anew with 1. */
static inline int gs_slots_give(gs_slots *slots, uint32_t index)
{
    gs_slot *slot = &slots->data[index];
    slot->time = GS_SLOT_FREE;
    slot->next_free = slots->first_free;
    slots->first_free = index;
    slots->live--;
    slot->generation++;
    return slot->generation == 0;
}

#endif
