/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Chains: first-in-first-out lists of queue entries, made of chunks that all chains share. Because
 * they share, the memory for all entries is bounded by how many there are, wherever they are. */
#ifndef GS_ENGINE_CHAIN_H
#define GS_ENGINE_CHAIN_H

#include <stdint.h>

#include "engine/slots.h"

/* One pending event as the queue moves it about. It is dead when the generation is not its slot's.
 */
typedef struct gs_entry {
    gpusim_time time;
    uint32_t place; /* slot << GS_CLASS_BITS | class */
    uint32_t generation;
} gs_entry;

#define GS_CHUNK 64u /* entries */

typedef struct gs_chunk {
    gs_entry entries[GS_CHUNK];
} gs_chunk;

/* Chunks are known by number, so that the pool may move when it grows. */
typedef struct gs_pool {
    gs_chunk *chunks;
    uint32_t *next; /* of each chunk, in its chain or in the list of free ones */
    uint32_t first_free;
    uint32_t count;
} gs_pool;

/* All chunks but the last are full. `count` is counted from the beginning of the first chunk, of
 * which `taken` entries are gone. Zero is an empty chain. */
typedef struct gs_chain {
    uint32_t first, last;
    uint32_t count;
    uint32_t taken;
} gs_chain;

/* The events of one batch of the current instant: a chain a class. */
typedef struct gs_batch {
    gs_chain chains[GPUSIM_CLASSES];
    uint32_t filled; /* a bit for each class with entries */
    uint32_t reserved;
} gs_batch;

gpusim_status gs_pool_reserve(gs_pool *pool, uint32_t chunks, gpusim_error *err);
void gs_pool_release(gs_pool *pool);

static inline int gs_entry_dead(const gs_slots *slots, const gs_entry *entry)
{
    return slots->data[entry->place >> GS_CLASS_BITS].generation != entry->generation;
}

static inline uint32_t gs_chain_left(const gs_chain *chain)
{
    return chain->count - chain->taken;
}

/* Gives a chunk back; returns the one that came after it. */
static inline uint32_t gs_pool_give(gs_pool *pool, uint32_t chunk)
{
    uint32_t after = pool->next[chunk];
    pool->next[chunk] = pool->first_free;
    pool->first_free = chunk;
    return after;
}

/* Appends; the pool has been given room for it beforehand. */
static inline void gs_chain_push(gs_chain *chain, gs_pool *pool, const gs_entry *entry)
{
    uint32_t at = chain->count % GS_CHUNK;
    if (at == 0) {
        uint32_t chunk = pool->first_free;
        pool->first_free = pool->next[chunk];
        if (chain->count == 0) {
            chain->first = chunk;
        } else {
            pool->next[chain->last] = chunk;
        }
        chain->last = chunk;
    }
    pool->chunks[chain->last].entries[at] = *entry;
    chain->count++;
}

static inline void gs_batch_push(gs_batch *batch, gs_pool *pool, const gs_entry *entry)
{
    uint32_t class_ = entry->place % GPUSIM_CLASSES;
    gs_chain_push(&batch->chains[class_], pool, entry);
    batch->filled |= 1u << class_;
}

/* Removes the first; the chain is not empty. */
static inline gs_entry gs_chain_take(gs_chain *chain, gs_pool *pool)
{
    gs_entry entry = pool->chunks[chain->first].entries[chain->taken++];
    if (chain->taken == chain->count) {
        gs_pool_give(pool, chain->first);
        chain->count = chain->taken = 0;
    } else if (chain->taken == GS_CHUNK) {
        chain->first = gs_pool_give(pool, chain->first);
        chain->count -= GS_CHUNK;
        chain->taken = 0;
    }
    return entry;
}

/* 1 when there is a live entry. */
int gs_chain_live(const gs_chain *chain, const gs_pool *pool, const gs_slots *slots);

/* Removes the first of the first class; the batch is not empty. */
static inline gs_entry gs_batch_take(gs_batch *batch, gs_pool *pool)
{
    uint32_t class_ = (uint32_t)__builtin_ctz(batch->filled);
    gs_entry entry = gs_chain_take(&batch->chains[class_], pool);
    if (gs_chain_left(&batch->chains[class_]) == 0) {
        batch->filled &= ~(1u << class_);
    }
    return entry;
}

/* Removes all. */
void gs_chain_clear(gs_chain *chain, gs_pool *pool);

/* Removes the dead, keeps the order of the others; returns how many it removed. */
uint32_t gs_chain_sweep(gs_chain *chain, gs_pool *pool, const gs_slots *slots);

void gs_batch_clear(gs_batch *batch, gs_pool *pool);
uint32_t gs_batch_sweep(gs_batch *batch, gs_pool *pool, const gs_slots *slots);
int gs_batch_live(const gs_batch *batch, const gs_pool *pool, const gs_slots *slots);

#endif
