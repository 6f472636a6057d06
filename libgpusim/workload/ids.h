/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which job of a log has which id: numbers and texts, compared whole. */
#ifndef GS_WORKLOAD_IDS_H
#define GS_WORKLOAD_IDS_H

#include "base/array.h"

/* An id is a number (text 0), or a text: the number of its name. */
typedef struct gs_id {
    int64_t value;
    uint32_t text;
    uint32_t reserved;
} gs_id;

typedef struct gs_ids {
    gs_array slots; /* open addressing, a power of two of them */
    uint32_t count;
    uint32_t reserved;
} gs_ids;

/* The job with that id, or GPUSIM_NONE. Expected O(1). */
uint32_t gs_ids_find(const gs_ids *ids, gs_id id);
/* Adds an id that is not there yet. Amortised O(1). */
gpusim_status gs_ids_add(gs_ids *ids, gs_id id, uint32_t job, gpusim_error *err);
void gs_ids_release(gs_ids *ids);

#endif
