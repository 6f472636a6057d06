/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Flat arrays that grow, and the state table made of them. */
#include "base/array.h"

#include <string.h>

#include "base/memory.h"

gpusim_status gs_array_reserve(gs_array *array, uint32_t capacity, gpusim_error *err)
{
    if (capacity <= array->capacity) {
        return GPUSIM_OK;
    }
    uint64_t wanted = (uint64_t)array->capacity + array->capacity / 2 + 8;
    if (wanted < capacity) {
        wanted = capacity;
    }
    if (wanted > UINT32_MAX) {
        wanted = UINT32_MAX;
    }
    void *data = gs_resize(array->data, (size_t)wanted * array->element);
    if (!data) {
        return gpusim_fail(err, GPUSIM_MEMORY, "no memory for %llu x %u bytes",
                           (unsigned long long)wanted, array->element);
    }
    array->data = data;
    array->capacity = (uint32_t)wanted;
    return GPUSIM_OK;
}

gpusim_status gs_array_resize(gs_array *array, uint32_t count, gpusim_error *err)
{
    gpusim_status status = gs_array_reserve(array, count, err);
    if (status != GPUSIM_OK) {
        return status;
    }
    if (count > array->count) {
        memset((char *)array->data + (size_t)array->count * array->element, 0,
               (size_t)(count - array->count) * array->element);
    }
    array->count = count;
    return GPUSIM_OK;
}

gpusim_status gs_array_push(gs_array *array, const void *item, gpusim_error *err)
{
    if (array->count == UINT32_MAX) {
        return gpusim_fail(err, GPUSIM_MEMORY, "an array is full");
    }
    gpusim_status status = gs_array_reserve(array, array->count + 1, err);
    if (status != GPUSIM_OK) {
        return status;
    }
    char *place = (char *)array->data + (size_t)array->count * array->element;
    if (item) {
        memcpy(place, item, array->element);
    } else {
        memset(place, 0, array->element);
    }
    array->count++;
    return GPUSIM_OK;
}

void gs_array_release(gs_array *array)
{
    gs_release(&array->data);
    array->count = array->capacity = 0;
}

gpusim_status gs_state_add(gs_state *state, const char *name, gs_array *array, gpusim_error *err)
{
    if (state->count == GS_STATE_ARRAYS) {
        return gpusim_fail(err, GPUSIM_INTERNAL, "the state table has no room for '%s'", name);
    }
    state->entries[state->count].name = name;
    state->entries[state->count].array = array;
    state->count++;
    return GPUSIM_OK;
}

// An array is written as: length of its name, element size, count, name, elements.
typedef struct gs_state_header {
    uint32_t name, element, count;
} gs_state_header;

size_t gs_state_size(const gs_state *state)
{
    size_t size = 0;
    for (uint32_t i = 0; i < state->count; i++) {
        const gs_array *array = state->entries[i].array;
        size += sizeof(gs_state_header) + strlen(state->entries[i].name);
        size += (size_t)array->count * array->element;
    }
    return size;
}

static char *put(char *at, const void *bytes, size_t size)
{
    if (size) {
        memcpy(at, bytes, size);
    }
    return at + size;
}

void gs_state_write(const gs_state *state, void *bytes)
{
    char *at = bytes;
    for (uint32_t i = 0; i < state->count; i++) {
        const gs_array *array = state->entries[i].array;
        const char *name = state->entries[i].name;
        gs_state_header header = {(uint32_t)strlen(name), array->element, array->count};
        at = put(at, &header, sizeof header);
        at = put(at, name, header.name);
        at = put(at, array->data, (size_t)array->count * array->element);
    }
}

gpusim_status gs_state_read(gs_state *state, const void *bytes, size_t size, gpusim_error *err)
{
    const char *at = bytes;
    const char *end = at + size;
    for (uint32_t i = 0; i < state->count; i++) {
        gs_array *array = state->entries[i].array;
        const char *name = state->entries[i].name;

        // the header has to be the one that writing this table would make
        gs_state_header header;
        if ((size_t)(end - at) < sizeof header) {
            return gpusim_fail(err, GPUSIM_FORMAT, "the saved state ends before '%s'", name);
        }
        memcpy(&header, at, sizeof header);
        at += sizeof header;
        if (header.name != strlen(name) || (size_t)(end - at) < header.name ||
            memcmp(at, name, header.name) != 0 || header.element != array->element) {
            return gpusim_fail(err, GPUSIM_FORMAT, "the saved state has no '%s' of this shape",
                               name);
        }
        at += header.name;

        size_t length = (size_t)header.count * header.element;
        if ((size_t)(end - at) < length) {
            return gpusim_fail(err, GPUSIM_FORMAT, "the saved state ends within '%s'", name);
        }
        gpusim_status status = gs_array_resize(array, header.count, err);
        if (status != GPUSIM_OK) {
            return status;
        }
        if (length) {
            memcpy(array->data, at, length);
        }
        at += length;
    }
    if (at != end) {
        return gpusim_fail(err, GPUSIM_FORMAT, "the saved state goes on after its end");
    }
    return GPUSIM_OK;
}

uint64_t gs_state_memory(const gs_state *state)
{
    uint64_t bytes = 0;
    for (uint32_t i = 0; i < state->count; i++) {
        const gs_array *array = state->entries[i].array;
        bytes += (uint64_t)array->capacity * array->element;
    }
    return bytes;
}
