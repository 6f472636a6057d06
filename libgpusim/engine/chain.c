/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The pool of chunks, and what is done to whole chains. */
#include "engine/chain.h"

#include "base/memory.h"

gpusim_status gs_pool_reserve(gs_pool *pool, uint32_t chunks, gpusim_error *err)
{
    if (chunks <= pool->count) {
        return GPUSIM_OK;
    }
    uint32_t *next = gs_resize(pool->next, (size_t)chunks * sizeof *next);
    if (next) {
        pool->next = next;
    }
    gs_chunk *memory = next ? gs_resize(pool->chunks, (size_t)chunks * sizeof *memory) : NULL;
    if (!memory) {
        return gpusim_fail(err, GPUSIM_MEMORY, "no memory for %u chunks of events", chunks);
    }
    pool->chunks = memory;

    // the new chunks go in front of the free ones, lowest first
    for (uint32_t i = chunks; i-- > pool->count;) {
        pool->next[i] = i + 1 < chunks ? i + 1 : (pool->count ? pool->first_free : GPUSIM_NONE);
    }
    pool->first_free = pool->count;
    pool->count = chunks;
    return GPUSIM_OK;
}

void gs_pool_release(gs_pool *pool)
{
    gs_release(&pool->chunks);
    gs_release(&pool->next);
    pool->count = 0;
}

int gs_chain_live(const gs_chain *chain, const gs_pool *pool, const gs_slots *slots)
{
    uint32_t chunk = chain->first;
    for (uint32_t i = 0; i < chain->count; i++) {
        const gs_entry *entry = &pool->chunks[chunk].entries[i % GS_CHUNK];
        if (i >= chain->taken && !gs_entry_dead(slots, entry)) {
            return 1;
        }
        if (i % GS_CHUNK == GS_CHUNK - 1) {
            chunk = pool->next[chunk];
        }
    }
    return 0;
}

void gs_chain_clear(gs_chain *chain, gs_pool *pool)
{
    uint32_t chunk = chain->first;
    for (uint32_t left = chain->count; left; left -= left < GS_CHUNK ? left : GS_CHUNK) {
        chunk = gs_pool_give(pool, chunk);
    }
    *chain = (gs_chain){0};
}

uint32_t gs_chain_sweep(gs_chain *chain, gs_pool *pool, const gs_slots *slots)
{
    // the kept move down in place: writing never overtakes reading
    uint32_t from = chain->first, to = chain->first, kept = chain->taken;
    for (uint32_t i = chain->taken; i < chain->count; i++) {
        if (i > chain->taken && i % GS_CHUNK == 0) {
            from = pool->next[from];
        }
        gs_entry entry = pool->chunks[from].entries[i % GS_CHUNK];
        if (gs_entry_dead(slots, &entry)) {
            continue;
        }
        if (kept > chain->taken && kept % GS_CHUNK == 0) {
            to = pool->next[to];
        }
        pool->chunks[to].entries[kept % GS_CHUNK] = entry;
        kept++;
    }

    // the chunks that nothing is left in
    uint32_t removed = chain->count - kept;
    if (kept == chain->taken) {
        gs_chain_clear(chain, pool);
    } else {
        uint32_t spare = (chain->count - 1) / GS_CHUNK - (kept - 1) / GS_CHUNK;
        for (uint32_t chunk = spare ? pool->next[to] : 0; spare; spare--) {
            chunk = gs_pool_give(pool, chunk);
        }
        chain->last = to;
        chain->count = kept;
    }
    return removed;
}

void gs_batch_clear(gs_batch *batch, gs_pool *pool)
{
    for (uint32_t i = 0; i < GPUSIM_CLASSES; i++) {
        gs_chain_clear(&batch->chains[i], pool);
    }
    batch->filled = 0;
}

uint32_t gs_batch_sweep(gs_batch *batch, gs_pool *pool, const gs_slots *slots)
{
    uint32_t removed = 0;
    for (uint32_t i = 0; i < GPUSIM_CLASSES; i++) {
        removed += gs_chain_sweep(&batch->chains[i], pool, slots);
        if (gs_chain_left(&batch->chains[i]) == 0) {
            batch->filled &= ~(1u << i);
        }
    }
    return removed;
}

int gs_batch_live(const gs_batch *batch, const gs_pool *pool, const gs_slots *slots)
{
    for (uint32_t i = 0; i < GPUSIM_CLASSES; i++) {
        if (gs_chain_live(&batch->chains[i], pool, slots)) {
            return 1;
        }
    }
    return 0;
}
