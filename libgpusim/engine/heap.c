/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How the radix heap finds what comes next, and how it forgets what was cancelled. */
#include "engine/heap.h"

#include <string.h>

// At most so many chunks are not full: one a bucket, two a class for the current instant, and two
// that are being emptied.
#define PARTIAL_CHUNKS (GS_BUCKETS + 2 * GPUSIM_CLASSES + 2)

// The slots of so many entries fit the second cache, and are fetched when they part from the rest.
#define SOON 1024u

gpusim_status gs_heap_reserve(gs_heap *heap, uint32_t events, gpusim_error *err)
{
    uint64_t entries = 2 * (uint64_t)events + GS_SWEEP_SLACK + 1;
    uint64_t chunks = entries / GS_CHUNK + PARTIAL_CHUNKS;
    return gs_pool_reserve(&heap->pool, (uint32_t)chunks, err);
}

void gs_heap_clear(gs_heap *heap, gpusim_time now)
{
    for (uint32_t i = 0; i < GS_BUCKETS; i++) {
        gs_chain_clear(&heap->buckets[i], &heap->pool);
    }
    heap->filled = 0;
    heap->run_head = heap->run_end = 0;
    heap->base = now;
    heap->limit = GPUSIM_TIME_MAX;
    heap->dead = 0;
}

void gs_heap_release(gs_heap *heap)
{
    gs_pool_release(&heap->pool);
}

void gs_heap_spill(gs_heap *heap, gpusim_time now)
{
    // room at the front will do when much of the run is over
    uint32_t left = heap->run_end - heap->run_head;
    if (left <= GS_RUN / 2) {
        memmove(heap->run, heap->run + heap->run_head, left * sizeof heap->run[0]);
        heap->run_head = 0;
        heap->run_end = left;
        return;
    }
    // a base nearer to the entries parts them better; now is in the run's range, which made it
    // spill
    heap->base = heap->limit = now;
    for (uint32_t i = heap->run_head; i < heap->run_end; i++) {
        gs_heap_to_bucket(heap, &heap->run[i]);
    }
    heap->run_head = heap->run_end = 0;
}

void gs_heap_push_bucket(gs_heap *heap, gs_entry entry)
{
    gs_heap_to_bucket(heap, &entry);
}

static gpusim_time chain_minimum(const gs_chain *chain, const gs_pool *pool)
{
    gpusim_time minimum = GPUSIM_TIME_MAX;
    uint32_t chunk = chain->first;
    for (uint32_t left = chain->count; left;) {
        const gs_entry *entries = pool->chunks[chunk].entries;
        uint32_t here = left < GS_CHUNK ? left : GS_CHUNK;
        for (uint32_t i = 0; i < here; i++) {
            minimum = entries[i].time < minimum ? entries[i].time : minimum;
        }
        chunk = pool->next[chunk];
        left -= here;
    }
    return minimum;
}

// Sorts a bucket of at most GS_RUN_FILL entries into the empty run.
static void fill_run(gs_heap *heap, uint32_t bucket, const gs_slots *slots)
{
    gs_chain *chain = &heap->buckets[bucket];
    const gs_entry *entries = heap->pool.chunks[chain->first].entries;
    for (uint32_t n = 0; n < chain->count; n++) {
        const gs_entry *entry = &entries[n];
        // the slot is read when the event comes, which is soon
        __builtin_prefetch(&slots->data[entry->place >> GS_CLASS_BITS]);
        uint32_t i = n;
        while (i > 0 && heap->run[i - 1].time > entry->time) {
            heap->run[i] = heap->run[i - 1];
            i--;
        }
        heap->run[i] = *entry; // whole: halves would stall the next move
    }
    heap->run_head = 0;
    heap->run_end = chain->count;
    gs_chain_clear(chain, &heap->pool);
    heap->filled &= ~(UINT64_C(1) << bucket);

    // with nothing left above, the run takes whatever comes
    heap->base = heap->run[0].time;
    uint64_t range = (UINT64_C(2) << bucket) - 1;
    heap->limit = heap->filled ? (gpusim_time)((uint64_t)heap->base | range) : GPUSIM_TIME_MAX;
}

// Parts a bucket into lower ones by a base of its least time; those of that time are due.
static void split_bucket(gs_heap *heap, uint32_t bucket, const gs_slots *slots, gpusim_time minimum,
                         gs_batch *due)
{
    gs_chain chain = heap->buckets[bucket];
    heap->buckets[bucket] = (gs_chain){0};
    heap->filled &= ~(UINT64_C(1) << bucket);
    heap->base = heap->limit = minimum;

    uint32_t chunk = chain.first;
    for (uint32_t left = chain.count; left;) {
        uint32_t here = left < GS_CHUNK ? left : GS_CHUNK;
        for (uint32_t i = 0; i < here; i++) {
            // chunks do not move here
            const gs_entry *entry = &heap->pool.chunks[chunk].entries[i];
            if (chain.count <= SOON) {
                __builtin_prefetch(&slots->data[entry->place >> GS_CLASS_BITS], 0, 2);
            }
            if (entry->time == minimum) {
                gs_batch_push(due, &heap->pool, entry);
            } else {
                gs_heap_to_bucket(heap, entry);
            }
        }
        chunk = gs_pool_give(&heap->pool, chunk);
        left -= here;
    }
}

gpusim_time gs_heap_refill(gs_heap *heap, const gs_slots *slots, gpusim_time until, gs_batch *due)
{
    for (;;) {
        // the run has what comes first
        while (heap->run_head < heap->run_end) {
            const gs_entry *head = &heap->run[heap->run_head];
            if (!gs_entry_dead(slots, head)) {
                return head->time <= until ? head->time : GPUSIM_TIME_MAX;
            }
            heap->run_head++;
            heap->dead--;
        }
        heap->run_head = heap->run_end = 0;
        if (!heap->filled) {
            return GPUSIM_TIME_MAX;
        }

        // then the lowest bucket; base may only move to a time that now will be at
        uint32_t bucket = (uint32_t)__builtin_ctzll(heap->filled);
        gs_chain *chain = &heap->buckets[bucket];
        if (heap->dead) {
            heap->dead -= gs_chain_sweep(chain, &heap->pool, slots);
            if (chain->count == 0) {
                heap->filled &= ~(UINT64_C(1) << bucket);
                continue;
            }
            heap->least[bucket] = chain_minimum(chain, &heap->pool);
        }
        gpusim_time minimum = heap->least[bucket];
        if (minimum > until) {
            return GPUSIM_TIME_MAX;
        }
        if (chain->count > GS_RUN_FILL) {
            split_bucket(heap, bucket, slots, minimum, due);
            return minimum;
        }
        fill_run(heap, bucket, slots);
    }
}

gpusim_time gs_heap_next(const gs_heap *heap, const gs_slots *slots)
{
    for (uint32_t i = heap->run_head; i < heap->run_end; i++) {
        if (!gs_entry_dead(slots, &heap->run[i])) {
            return heap->run[i].time;
        }
    }
    // buckets are in the order of their times; the first with a live entry has the answer
    for (uint64_t filled = heap->filled; filled; filled &= filled - 1) {
        const gs_chain *chain = &heap->buckets[__builtin_ctzll(filled)];
        gpusim_time minimum = GPUSIM_TIME_MAX;
        uint32_t chunk = chain->first;
        for (uint32_t i = 0; i < chain->count; i++) {
            const gs_entry *entry = &heap->pool.chunks[chunk].entries[i % GS_CHUNK];
            if (entry->time < minimum && !gs_entry_dead(slots, entry)) {
                minimum = entry->time;
            }
            if (i % GS_CHUNK == GS_CHUNK - 1) {
                chunk = heap->pool.next[chunk];
            }
        }
        if (minimum != GPUSIM_TIME_MAX) {
            return minimum;
        }
    }
    return GPUSIM_TIME_MAX;
}

void gs_heap_sweep(gs_heap *heap, const gs_slots *slots)
{
    uint32_t kept = heap->run_head;
    for (uint32_t i = heap->run_head; i < heap->run_end; i++) {
        if (!gs_entry_dead(slots, &heap->run[i])) {
            heap->run[kept++] = heap->run[i];
        }
    }
    heap->run_end = kept;

    for (uint64_t filled = heap->filled; filled; filled &= filled - 1) {
        uint32_t bucket = (uint32_t)__builtin_ctzll(filled);
        gs_chain *chain = &heap->buckets[bucket];
        uint32_t swept = gs_chain_sweep(chain, &heap->pool, slots);
        if (chain->count == 0) {
            heap->filled &= ~(UINT64_C(1) << bucket);
        } else if (swept) {
            // no dead one is left to say that this has to be looked at again
            heap->least[bucket] = chain_minimum(chain, &heap->pool);
        }
    }
}
