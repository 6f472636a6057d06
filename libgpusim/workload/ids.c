/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A hash table from a log's ids to its jobs: open addressing, never more than half full. */
#include "workload/ids.h"

#include <gpusim/types.h>

#include "base/hash.h"

typedef struct slot {
    gs_id id;
    uint32_t job; // plus one; 0: free
    uint32_t reserved;
} slot;

// the slot that holds the id, or the free one where it belongs
static uint32_t place_of(const gs_array *slots, gs_id id)
{
    uint32_t mask = slots->count - 1;
    uint32_t at = (uint32_t)gs_hash64(&id, sizeof id, 0) & mask;
    const slot *s = slots->data;
    while (s[at].job && (s[at].id.value != id.value || s[at].id.text != id.text)) {
        at = (at + 1) & mask;
    }
    return at;
}

uint32_t gs_ids_find(const gs_ids *ids, gs_id id)
{
    if (ids->slots.count == 0) {
        return GPUSIM_NONE;
    }
    uint32_t job = GS_AT(ids->slots, slot, place_of(&ids->slots, id)).job;
    return job ? job - 1 : GPUSIM_NONE;
}

static gpusim_status grow(gs_ids *ids, gpusim_error *err)
{
    gs_array larger = GS_ARRAY(slot);
    uint32_t size = ids->slots.count ? ids->slots.count * 2 : 1024;
    if (size == 0) {
        return gpusim_fail(err, GPUSIM_MEMORY, "too many job ids");
    }
    gpusim_status status = gs_array_resize(&larger, size, err);
    if (status != GPUSIM_OK) {
        return status;
    }
    for (uint32_t i = 0; i < ids->slots.count; i++) {
        const slot *old = &GS_AT(ids->slots, slot, i);
        if (old->job) {
            GS_AT(larger, slot, place_of(&larger, old->id)) = *old;
        }
    }
    gs_array_release(&ids->slots);
    ids->slots = larger;
    return GPUSIM_OK;
}

gpusim_status gs_ids_add(gs_ids *ids, gs_id id, uint32_t job, gpusim_error *err)
{
    if (ids->count >= ids->slots.count / 2) {
        gpusim_status status = grow(ids, err);
        if (status != GPUSIM_OK) {
            return status;
        }
    }
    GS_AT(ids->slots, slot, place_of(&ids->slots, id)) = (slot){.id = id, .job = job + 1};
    ids->count++;
    return GPUSIM_OK;
}

void gs_ids_release(gs_ids *ids)
{
    gs_array_release(&ids->slots);
    ids->count = 0;
}
