/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The queue of events after the current instant: a radix heap on time alone (Ahuja, Mehlhorn, Orlin
 * and Tarjan 1990), with a short sorted run at the bottom.
 *
 * A bucket holds the entries whose time first differs from `base` at one bit, so entries of one
 * time are always in one bucket, in the order in which they came. Entries move to lower buckets in
 * that order too: first in, first out needs no sequence numbers.
 */
#ifndef GS_ENGINE_HEAP_H
#define GS_ENGINE_HEAP_H

#include <stdint.h>

#include "engine/chain.h"

#define GS_BUCKETS  63u
#define GS_RUN_FILL 32u /* a bucket with at most this many is sorted into the run */
#define GS_RUN      64u /* more than this and the run goes back to the buckets */

/* Dead entries are swept when they are more than the live ones and this many. */
#define GS_SWEEP_SLACK 64u

typedef struct gs_heap {
    gpusim_time base;  /* <= now; the buckets are relative to it */
    gpusim_time limit; /* what comes at or before it is in the run */
    uint64_t filled;   /* a bit for each bucket with entries */
    uint32_t run_head, run_end;
    uint32_t dead; /* dead entries, here or in the chains of the current instant */
    uint32_t reserved;
    gs_pool pool;
    gs_chain buckets[GS_BUCKETS];
    gpusim_time least[GS_BUCKETS]; /* of each bucket's times; what is dead may have had it */
    gs_entry run[GS_RUN];
} gs_heap;

/* Room for `events` live entries and as many dead ones as there can be. */
gpusim_status gs_heap_reserve(gs_heap *heap, uint32_t events, gpusim_error *err);

/* Empties the queue; the pool keeps its chunks, all of them free. */
void gs_heap_clear(gs_heap *heap, gpusim_time now);
void gs_heap_release(gs_heap *heap);

/* Makes room in a full run that an entry after now belongs in: at its front, or by moving it to the
 * buckets. */
void gs_heap_spill(gs_heap *heap, gpusim_time now);

/* Brings what comes next to the head of the run, or straight into `due`, where
 * many events of one instant end up. Returns the time of the next live event, or GPUSIM_TIME_MAX
 * when there is none at or before `until`. */
gpusim_time gs_heap_refill(gs_heap *heap, const gs_slots *slots, gpusim_time until, gs_batch *due);

static inline gpusim_time gs_heap_advance(gs_heap *heap, const gs_slots *slots, gpusim_time until,
                                          gs_batch *due)
{
    // mostly the head of the run is the answer
    if (heap->run_head < heap->run_end) {
        const gs_entry *head = &heap->run[heap->run_head];
        if (!gs_entry_dead(slots, head)) {
            return head->time <= until ? head->time : GPUSIM_TIME_MAX;
        }
    }
    return gs_heap_refill(heap, slots, until, due);
}

/* The time of the next live event or GPUSIM_TIME_MAX, without moving anything. O(bucket). */
gpusim_time gs_heap_next(const gs_heap *heap, const gs_slots *slots);

/* Drops all dead entries; the chains of the current instant are not its own. */
void gs_heap_sweep(gs_heap *heap, const gs_slots *slots);

static inline uint32_t gs_heap_bucket(gpusim_time base, gpusim_time time)
{
    return 63u - (uint32_t)__builtin_clzll((uint64_t)(base ^ time));
}

static inline void gs_heap_to_bucket(gs_heap *heap, const gs_entry *entry)
{
    uint32_t bucket = gs_heap_bucket(heap->base, entry->time);
    gpusim_time least = heap->buckets[bucket].count ? heap->least[bucket] : GPUSIM_TIME_MAX;
    heap->least[bucket] = entry->time < least ? entry->time : least;
    gs_chain_push(&heap->buckets[bucket], &heap->pool, entry);
    heap->filled |= UINT64_C(1) << bucket;
}

/* The same, by a call: it keeps the caller small. */
void gs_heap_push_bucket(gs_heap *heap, gs_entry entry);

/* Adds an entry with time > now. */
static inline void gs_heap_push(gs_heap *heap, const gs_entry *entry, gpusim_time now)
{
    if (entry->time <= heap->limit && heap->run_end == GS_RUN) {
        gs_heap_spill(heap, now);
    }
    if (entry->time > heap->limit) {
        gs_heap_push_bucket(heap, *entry);
        return;
    }
    // sorted in from the back, behind those of its time
    gs_entry *place = &heap->run[heap->run_end++];
    const gs_entry *head = &heap->run[heap->run_head];
    for (; place > head && place[-1].time > entry->time; place--) {
        *place = place[-1];
    }
    *place = *entry;
}

#endif
