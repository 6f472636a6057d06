/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How the radix heap finds what comes next, and how it forgets what was cancelled. */
#include "engine/queue.h"

#include <string.h>

// At most so many chunks are not full: one a bucket, two a class for the current instant, and two
// that are being emptied.
#define PARTIAL_CHUNKS (GS_BUCKETS + 2 * GPUSIM_CLASSES + 2)

gpusim_status gs_queue_reserve(gs_queue *queue, uint32_t events, gpusim_error *err)
{
    uint64_t entries = 2 * (uint64_t)events + GS_SWEEP_SLACK + 1;
    uint64_t chunks = entries / GS_CHUNK + PARTIAL_CHUNKS;
    return gs_pool_reserve(&queue->pool, (uint32_t)chunks, err);
}

void gs_queue_clear(gs_queue *queue, gpusim_time now)
{
    for (uint32_t i = 0; i < GS_BUCKETS; i++) {
        gs_chain_clear(&queue->buckets[i], &queue->pool);
    }
    queue->filled = 0;
    queue->run_head = queue->run_end = 0;
    queue->base = now;
    queue->limit = GPUSIM_TIME_MAX;
    queue->dead = 0;
}

void gs_queue_release(gs_queue *queue)
{
    gs_pool_release(&queue->pool);
}

void gs_queue_spill(gs_queue *queue, gpusim_time now)
{
    // room at the front will do when much of the run is over
    uint32_t left = queue->run_end - queue->run_head;
    if (left <= GS_RUN / 2) {
        memmove(queue->run, queue->run + queue->run_head, left * sizeof queue->run[0]);
        queue->run_head = 0;
        queue->run_end = left;
        return;
    }
    // a base nearer to the entries parts them better; now is in the run's range, or all are dead
    if (now <= queue->limit) {
        queue->base = now;
    }
    queue->limit = queue->base;
    for (uint32_t i = queue->run_head; i < queue->run_end; i++) {
        gs_queue_to_bucket(queue, queue->run[i]);
    }
    queue->run_head = queue->run_end = 0;
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
static void fill_run(gs_queue *queue, uint32_t bucket, const gs_slots *slots)
{
    gs_chain *chain = &queue->buckets[bucket];
    const gs_entry *entries = queue->pool.chunks[chain->first].entries;
    for (uint32_t n = 0; n < chain->count; n++) {
        gs_entry entry = entries[n];
        // the slot is read when the event comes, which is soon
        __builtin_prefetch(&slots->data[entry.place >> GS_CLASS_BITS]);
        uint32_t i = n;
        while (i > 0 && queue->run[i - 1].time > entry.time) {
            queue->run[i] = queue->run[i - 1];
            i--;
        }
        queue->run[i] = entry;
    }
    queue->run_head = 0;
    queue->run_end = chain->count;
    gs_chain_clear(chain, &queue->pool);
    queue->filled &= ~(UINT64_C(1) << bucket);

    // with nothing left above, the run takes whatever comes
    queue->base = queue->run[0].time;
    uint64_t range = (UINT64_C(2) << bucket) - 1;
    queue->limit = queue->filled ? (gpusim_time)((uint64_t)queue->base | range) : GPUSIM_TIME_MAX;
}

// Parts a bucket into lower ones by a base of its least time; those of that time are due.
static void split_bucket(gs_queue *queue, uint32_t bucket, gpusim_time minimum, gs_chain *due)
{
    gs_chain chain = queue->buckets[bucket];
    queue->buckets[bucket] = (gs_chain){0};
    queue->filled &= ~(UINT64_C(1) << bucket);
    queue->base = queue->limit = minimum;

    uint32_t chunk = chain.first;
    for (uint32_t left = chain.count; left;) {
        uint32_t here = left < GS_CHUNK ? left : GS_CHUNK;
        for (uint32_t i = 0; i < here; i++) {
            gs_entry entry = queue->pool.chunks[chunk].entries[i];
            if (entry.time == minimum) {
                gs_chain_push(&due[entry.place % GPUSIM_CLASSES], &queue->pool, entry);
            } else {
                gs_queue_to_bucket(queue, entry);
            }
        }
        chunk = gs_pool_give(&queue->pool, chunk);
        left -= here;
    }
}

gpusim_time gs_queue_advance(gs_queue *queue, const gs_slots *slots, gpusim_time until,
                             gs_chain *due)
{
    for (;;) {
        // the run has what comes first
        while (queue->run_head < queue->run_end) {
            const gs_entry *head = &queue->run[queue->run_head];
            if (!gs_entry_dead(slots, head)) {
                return head->time <= until ? head->time : GPUSIM_TIME_MAX;
            }
            queue->run_head++;
            queue->dead--;
        }
        queue->run_head = queue->run_end = 0;
        if (!queue->filled) {
            return GPUSIM_TIME_MAX;
        }

        // then the lowest bucket; base may only move to a time that now will be at
        uint32_t bucket = (uint32_t)__builtin_ctzll(queue->filled);
        gs_chain *chain = &queue->buckets[bucket];
        if (queue->dead) {
            queue->dead -= gs_chain_sweep(chain, &queue->pool, slots);
            if (chain->count == 0) {
                queue->filled &= ~(UINT64_C(1) << bucket);
                continue;
            }
        }
        gpusim_time minimum = chain_minimum(chain, &queue->pool);
        if (minimum > until) {
            return GPUSIM_TIME_MAX;
        }
        if (chain->count > GS_RUN_FILL) {
            split_bucket(queue, bucket, minimum, due);
            return minimum;
        }
        fill_run(queue, bucket, slots);
    }
}

gpusim_time gs_queue_next(const gs_queue *queue, const gs_slots *slots)
{
    for (uint32_t i = queue->run_head; i < queue->run_end; i++) {
        if (!gs_entry_dead(slots, &queue->run[i])) {
            return queue->run[i].time;
        }
    }
    // buckets are in the order of their times; the first with a live entry has the answer
    for (uint64_t filled = queue->filled; filled; filled &= filled - 1) {
        const gs_chain *chain = &queue->buckets[__builtin_ctzll(filled)];
        gpusim_time minimum = GPUSIM_TIME_MAX;
        uint32_t chunk = chain->first;
        for (uint32_t i = 0; i < chain->count; i++) {
            const gs_entry *entry = &queue->pool.chunks[chunk].entries[i % GS_CHUNK];
            if (entry->time < minimum && !gs_entry_dead(slots, entry)) {
                minimum = entry->time;
            }
            if (i % GS_CHUNK == GS_CHUNK - 1) {
                chunk = queue->pool.next[chunk];
            }
        }
        if (minimum != GPUSIM_TIME_MAX) {
            return minimum;
        }
    }
    return GPUSIM_TIME_MAX;
}

void gs_queue_sweep(gs_queue *queue, const gs_slots *slots)
{
    uint32_t kept = queue->run_head;
    for (uint32_t i = queue->run_head; i < queue->run_end; i++) {
        if (!gs_entry_dead(slots, &queue->run[i])) {
            queue->run[kept++] = queue->run[i];
        }
    }
    queue->run_end = kept;

    for (uint64_t filled = queue->filled; filled; filled &= filled - 1) {
        uint32_t bucket = (uint32_t)__builtin_ctzll(filled);
        gs_chain_sweep(&queue->buckets[bucket], &queue->pool, slots);
        if (queue->buckets[bucket].count == 0) {
            queue->filled &= ~(UINT64_C(1) << bucket);
        }
    }
}
