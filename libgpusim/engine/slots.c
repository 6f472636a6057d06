/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Making room for slots. */
#include "engine/slots.h"

#include "base/memory.h"

gpusim_status gs_slots_reserve(gs_slots *slots, uint32_t capacity, gpusim_error *err)
{
    if (capacity <= slots->capacity) {
        return GPUSIM_OK;
    }
    gs_slot *data = gs_resize(slots->data, (size_t)capacity * sizeof *data);
    if (!data) {
        return gpusim_fail(err, GPUSIM_MEMORY, "no memory for %u pending events", capacity);
    }
    slots->data = data;
    slots->capacity = capacity;
    return GPUSIM_OK;
}
