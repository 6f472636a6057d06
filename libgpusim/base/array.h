/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Flat arrays that grow, and the state table: the named arrays that are a simulation's whole state.
 * What is in them has no pointers and no padding that is not zero, so saving, restoring and hashing
 * are copies. */
#ifndef GS_BASE_ARRAY_H
#define GS_BASE_ARRAY_H

#include <stddef.h>
#include <stdint.h>

#include <gpusim/status.h>

/* Zero all but `element` to begin with (GS_ARRAY does). Cast `data` to the element's type. */
typedef struct gs_array {
    void *data;
    uint32_t count, capacity;
    uint32_t element; /* bytes */
    uint32_t reserved;
} gs_array;

#define GS_ARRAY(type)        ((gs_array){.element = (uint32_t)sizeof(type)})
#define GS_AT(array, type, i) (((type *)(array).data)[i])

/* Room for `capacity` elements in all; grows by half at least. */
gpusim_status gs_array_reserve(gs_array *array, uint32_t capacity, gpusim_error *err);
/* Exactly `count` elements; new ones are zero. */
gpusim_status gs_array_resize(gs_array *array, uint32_t count, gpusim_error *err);
/* Appends a copy of *item (NULL: zeros). */
gpusim_status gs_array_push(gs_array *array, const void *item, gpusim_error *err);
void gs_array_release(gs_array *array);

#define GS_STATE_ARRAYS 128

typedef struct gs_state {
    struct {
        const char *name;
        gs_array *array;
    } entries[GS_STATE_ARRAYS];
    uint32_t count;
} gs_state;

/* Registers an array under a name that outlives the table. GPUSIM_INTERNAL when the table is full.
 */
gpusim_status gs_state_add(gs_state *state, const char *name, gs_array *array, gpusim_error *err);

/* Bytes that saving writes: for each array its name, element size, count and elements. */
size_t gs_state_size(const gs_state *state);
/* Writes them; `bytes` has room for gs_state_size. */
void gs_state_write(const gs_state *state, void *bytes);
/* Reads them back into the same arrays; GPUSIM_FORMAT when names, sizes or lengths do not agree,
 * and then some arrays may have changed. */
gpusim_status gs_state_read(gs_state *state, const void *bytes, size_t size, gpusim_error *err);
/* Bytes held, capacities included. */
uint64_t gs_state_memory(const gs_state *state);

#endif
