/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A radix heap and nothing else, to measure the engine against: 16-byte entries, a sorted run at
 * the bottom, no order among ties, no handles, nothing that can be cancelled, no error that is
 * reported.
 */
#ifndef BENCHMARKS_BARE_H
#define BENCHMARKS_BARE_H

#include <stdint.h>
#include <stdlib.h>

#define BARE_RUN  64
#define BARE_FILL 32

typedef struct bare_entry {
    int64_t time;
    uint64_t payload;
} bare_entry;

typedef struct bare_bucket {
    bare_entry *entries;
    uint32_t count, room;
} bare_bucket;

typedef struct bare_heap {
    int64_t base, limit; /* the run has all up to limit */
    uint64_t filled;
    uint32_t head, end;
    bare_entry run[BARE_RUN];
    bare_bucket buckets[64];
} bare_heap;

static inline void bare_to_bucket(bare_heap *heap, bare_entry entry)
{
    // bucket 0 is for ties with the base
    uint64_t differs = (uint64_t)(heap->base ^ entry.time);
    uint32_t i = differs ? 64u - (uint32_t)__builtin_clzll(differs) : 0;
    bare_bucket *bucket = &heap->buckets[i];
    if (bucket->count == bucket->room) {
        bucket->room = bucket->room * 2 + 64;
        bucket->entries = realloc(bucket->entries, bucket->room * sizeof *bucket->entries);
        if (!bucket->entries) {
            abort();
        }
    }
    bucket->entries[bucket->count++] = entry;
    heap->filled |= UINT64_C(1) << i;
}

static inline void bare_sort_in(bare_heap *heap, bare_entry entry)
{
    uint32_t i = heap->end++;
    for (; i > heap->head && heap->run[i - 1].time > entry.time; i--) {
        heap->run[i] = heap->run[i - 1];
    }
    heap->run[i] = entry;
}

static inline void bare_push(bare_heap *heap, int64_t time, uint64_t payload)
{
    bare_entry entry = {time, payload};
    if (time <= heap->limit && heap->end == BARE_RUN) {
        // the run is full: what is left of it moves to the front, or back to the buckets
        uint32_t head = heap->head, end = heap->end;
        heap->head = heap->end = 0;
        if (end - head > BARE_RUN / 2) {
            heap->base = heap->limit = heap->run[head].time - 1;
            for (uint32_t i = head; i < end; i++) {
                bare_to_bucket(heap, heap->run[i]);
            }
        } else {
            for (uint32_t i = head; i < end; i++) {
                heap->run[heap->end++] = heap->run[i];
            }
        }
    }
    if (time <= heap->limit) {
        bare_sort_in(heap, entry);
    } else {
        bare_to_bucket(heap, entry);
    }
}

/* The heap is not empty. */
static inline bare_entry bare_pop(bare_heap *heap)
{
    while (heap->head == heap->end) {
        heap->head = heap->end = 0;
        uint32_t b = (uint32_t)__builtin_ctzll(heap->filled);
        bare_bucket *bucket = &heap->buckets[b];
        if (b == 0) {
            while (bucket->count && heap->end < BARE_FILL) {
                heap->run[heap->end++] = bucket->entries[--bucket->count];
            }
            heap->filled ^= bucket->count == 0;
            break;
        }
        int64_t minimum = INT64_MAX;
        for (uint32_t i = 0; i < bucket->count; i++) {
            minimum = bucket->entries[i].time < minimum ? bucket->entries[i].time : minimum;
        }
        uint32_t count = bucket->count;
        bucket->count = 0;
        heap->filled &= ~(UINT64_C(1) << b);
        heap->base = minimum;
        heap->limit = minimum;
        if (count <= BARE_FILL) {
            heap->limit = heap->filled ? minimum | (int64_t)((UINT64_C(1) << b) - 1) : INT64_MAX;
            for (uint32_t i = 0; i < count; i++) {
                bare_sort_in(heap, bucket->entries[i]);
            }
        } else {
            for (uint32_t i = 0; i < count; i++) {
                bare_to_bucket(heap, bucket->entries[i]);
            }
        }
    }
    return heap->run[heap->head++];
}

#endif
