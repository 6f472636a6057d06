/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is always true of an engine between two batches. */
#include "engine/private.h"

// Counts of what was found on the way through the queue.
typedef struct tally {
    uint64_t live, dead, chunks;
    gpusim_time least; // of the chain looked at last
} tally;

static gpusim_status violated(const char *what, gpusim_error *err)
{
    return gpusim_fail(err, GPUSIM_INTERNAL, "the engine broke a rule of its own: %s", what);
}

static gpusim_status check_entry(const gpusim_engine *engine, const gs_entry *entry, tally *sum,
                                 gpusim_error *err)
{
    uint32_t index = entry->place >> GS_CLASS_BITS;
    if (index >= engine->slots.used) {
        return violated("an entry's slot was never used", err);
    }
    if (gs_entry_dead(&engine->slots, entry)) {
        sum->dead++;
        return GPUSIM_OK;
    }
    const gs_slot *slot = &engine->slots.data[index];
    if (slot->time != entry->time || slot->class_ != entry->place % GPUSIM_CLASSES ||
        entry->time < engine->now || !engine->handlers[slot->handler].function) {
        return violated("an entry and its slot differ", err);
    }
    sum->live++;
    return GPUSIM_OK;
}

// A chain of one instant's class, or of a bucket.
static gpusim_status check_chain(const gpusim_engine *engine, const gs_chain *chain,
                                 uint32_t bucket, tally *sum, gpusim_error *err)
{
    const gs_heap *heap = &engine->heap;
    uint32_t chunk = chain->first;
    sum->least = GPUSIM_TIME_MAX;
    for (uint32_t i = 0; i < chain->count; i++) {
        const gs_entry *entry = &heap->pool.chunks[chunk].entries[i % GS_CHUNK];
        if (i >= chain->taken) {
            gpusim_status status = check_entry(engine, entry, sum, err);
            if (status != GPUSIM_OK) {
                return status;
            }
            if (bucket < GS_BUCKETS &&
                (entry->time <= heap->limit || gs_heap_bucket(heap->base, entry->time) != bucket)) {
                return violated("an entry is in the wrong bucket", err);
            }
            if (bucket == GS_BUCKETS && entry->time != engine->now) {
                return violated("an entry of this instant is of another", err);
            }
        }
        sum->least = entry->time < sum->least ? entry->time : sum->least;
        sum->chunks += i % GS_CHUNK == 0;
        if (i % GS_CHUNK == GS_CHUNK - 1) {
            chunk = heap->pool.next[chunk];
        }
    }
    return GPUSIM_OK;
}

static gpusim_status check_run(const gpusim_engine *engine, tally *sum, gpusim_error *err)
{
    const gs_heap *heap = &engine->heap;
    for (uint32_t i = heap->run_head; i < heap->run_end; i++) {
        gpusim_status status = check_entry(engine, &heap->run[i], sum, err);
        if (status != GPUSIM_OK) {
            return status;
        }
        if (heap->run[i].time > heap->limit ||
            (i > heap->run_head && heap->run[i - 1].time > heap->run[i].time)) {
            return violated("the run is out of order", err);
        }
    }
    return GPUSIM_OK;
}

static gpusim_status check_free(const gpusim_engine *engine, gpusim_error *err)
{
    const gs_slots *slots = &engine->slots;
    uint32_t count = 0;
    for (uint32_t i = slots->first_free; i != GPUSIM_NONE; i = slots->data[i].next_free) {
        if (i >= slots->used || slots->data[i].time != GS_SLOT_FREE || ++count > slots->used) {
            return violated("the list of free slots", err);
        }
    }
    return count + slots->live == slots->used ? GPUSIM_OK : violated("a slot was lost", err);
}

static gpusim_status check_chunks(const gpusim_engine *engine, const tally *sum, gpusim_error *err)
{
    const gs_pool *pool = &engine->heap.pool;
    uint64_t left = pool->count - sum->chunks;
    for (uint32_t i = pool->first_free; left && i < pool->count; i = pool->next[i]) {
        left--;
    }
    return left == 0 ? GPUSIM_OK : violated("a chunk was lost", err);
}

gpusim_status gs_engine_check(const gpusim_engine *engine, gpusim_error *err)
{
    gpusim_status status;
    const gs_heap *heap = &engine->heap;
    tally sum = {0};
    if (heap->base > engine->now || heap->base < 0) {
        return violated("the queue is ahead of the clock", err);
    }
    GPUSIM_TRY(check_run(engine, &sum, err));
    for (uint32_t i = 0; i < GS_BUCKETS; i++) {
        if ((heap->filled >> i & 1) != (heap->buckets[i].count > 0)) {
            return violated("a bucket's mark", err);
        }
        GPUSIM_TRY(check_chain(engine, &heap->buckets[i], i, &sum, err));
        // where nothing is dead, nobody looks for it again
        if (heap->buckets[i].count > 0 && heap->dead == 0 && heap->least[i] != sum.least) {
            return violated("the least time of a bucket", err);
        }
    }
    for (uint32_t i = 0; i < GPUSIM_CLASSES; i++) {
        if ((engine->due.filled >> i & 1) != (gs_chain_left(&engine->due.chains[i]) > 0) ||
            (engine->later.filled >> i & 1) != (gs_chain_left(&engine->later.chains[i]) > 0)) {
            return violated("a class's mark", err);
        }
        GPUSIM_TRY(check_chain(engine, &engine->due.chains[i], GS_BUCKETS, &sum, err));
        GPUSIM_TRY(check_chain(engine, &engine->later.chains[i], GS_BUCKETS, &sum, err));
    }
    if (sum.live != engine->slots.live || sum.dead != heap->dead) {
        return violated("an event was lost", err);
    }
    GPUSIM_TRY(check_free(engine, err));
    GPUSIM_TRY(check_chunks(engine, &sum, err));
cleanup:
    return status;
}
