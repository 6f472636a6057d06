/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The lower bound on mean JCT: shortest remaining processing time on one fast machine is optimal
 * for a relaxation of every schedule (Schrage 1968). */
#include "stats/bound.h"

#include <math.h>

#include "base/memory.h"

// Time in GPU-nanoseconds: a moment or a size x the number of GPUs, exact where 64 bits end.
__extension__ typedef __int128 gpu_time;

typedef struct entry {
    gpu_time key; // when it arrives, or what remains
    gpu_time size;
} entry;

static int before(const entry *a, const entry *b)
{
    return a->key < b->key;
}

// A binary heap, the smallest key first.
typedef struct heap {
    entry *entries;
    size_t count;
} heap;

static void heap_push(heap *h, entry added)
{
    size_t i = h->count++;
    for (; i > 0 && before(&added, &h->entries[(i - 1) / 2]); i = (i - 1) / 2) {
        h->entries[i] = h->entries[(i - 1) / 2];
    }
    h->entries[i] = added;
}

static entry heap_pop(heap *h)
{
    entry top = h->entries[0];
    entry moved = h->entries[--h->count];
    size_t i = 0;
    for (;;) {
        size_t child = 2 * i + 1;
        if (child >= h->count) {
            break;
        }
        child += child + 1 < h->count && before(&h->entries[child + 1], &h->entries[child]);
        if (!before(&h->entries[child], &moved)) {
            break;
        }
        h->entries[i] = h->entries[child];
        i = child;
    }
    h->entries[i] = moved;
    return top;
}

// sum of completion times of SRPT; arrivals by time
static gpu_time srpt(heap *arrivals, heap *waiting)
{
    gpu_time sum = 0;
    gpu_time now = 0;
    while (arrivals->count || waiting->count) {
        if (!waiting->count) {
            now = arrivals->entries[0].key > now ? arrivals->entries[0].key : now;
        }
        while (arrivals->count && arrivals->entries[0].key <= now) {
            entry arrived = heap_pop(arrivals);
            heap_push(waiting, (entry){.key = arrived.size});
        }

        // the shortest runs to its end, or until somebody may be shorter
        entry *running = &waiting->entries[0];
        if (arrivals->count && arrivals->entries[0].key - now < running->key) {
            running->key -= arrivals->entries[0].key - now;
            now = arrivals->entries[0].key;
        } else {
            now += heap_pop(waiting).key;
            sum += now;
        }
    }
    return sum;
}

gpusim_status gs_lower_bound_jct(const gpusim_time *submit, const gpusim_time *duration,
                                 const uint64_t *gpus, size_t count, uint64_t total, double *bound,
                                 gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    heap arrivals = {0};
    heap waiting = {0};
    *bound = (double)NAN;
    if (total == 0 || count == 0) {
        return count ? gpusim_fail(err, GPUSIM_ARGUMENT, "there is no GPU") : GPUSIM_OK;
    }
    GPUSIM_TRY(gs_allocate(&arrivals.entries, count, sizeof(entry), err));
    GPUSIM_TRY(gs_allocate(&waiting.entries, count, sizeof(entry), err));

    gpu_time run = 0;
    gpu_time submitted = 0;
    for (size_t i = 0; i < count; i++) {
        run += duration[i];
        submitted += (gpu_time)submit[i] * total;
        heap_push(&arrivals, (entry){.key = (gpu_time)submit[i] * total,
                                     .size = (gpu_time)duration[i] * gpus[i]});
    }
    double mean_run = (double)run / (double)count / 1e9;
    double mean_srpt =
        (double)(srpt(&arrivals, &waiting) - submitted) / (double)total / (double)count / 1e9;
    *bound = mean_run > mean_srpt ? mean_run : mean_srpt;

cleanup:
    gs_release(&arrivals.entries);
    gs_release(&waiting.entries);
    return status;
}
