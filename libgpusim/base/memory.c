/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The one place through which the library allocates, and the arena on top of it. */
#include "base/memory.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <gpusim/spec.h>

void gpusim_free(void *memory)
{
    free(memory);
}

gpusim_status gs_allocate(void *memory, size_t count, size_t element, gpusim_error *err)
{
    void *block = NULL;
    size_t size = 0;
    if (!__builtin_mul_overflow(count, element, &size)) {
        block = gs_resize(NULL, size ? size : 1);
    }
    memcpy(memory, &block, sizeof block);
    if (!block) {
        return gpusim_fail(err, GPUSIM_MEMORY, "no memory for %zu x %zu bytes", count, element);
    }
    memset(block, 0, size ? size : 1);
    return GPUSIM_OK;
}

void gs_release(void *memory)
{
    void *block = NULL;
    memcpy(&block, memory, sizeof block);
    free(block);
    block = NULL;
    memcpy(memory, &block, sizeof block);
}

#define GS_BLOCK_BYTES 16384u
#define GS_ALIGNMENT   16u

struct gs_arena_block {
    struct gs_arena_block *next;
    size_t used, size;
    _Alignas(GS_ALIGNMENT) unsigned char bytes[];
};

void *gs_arena_get(gs_arena *arena, size_t size)
{
    if (size > SIZE_MAX / 2) {
        return NULL;
    }
    size = (size + GS_ALIGNMENT - 1) & ~(size_t)(GS_ALIGNMENT - 1);

    // a new block when the newest has no room; large requests get one of their own
    struct gs_arena_block *block = arena->blocks;
    if (!block || block->size - block->used < size) {
        size_t room = size > GS_BLOCK_BYTES ? size : GS_BLOCK_BYTES;
        block = gs_resize(NULL, sizeof *block + room);
        if (!block) {
            return NULL;
        }
        *block = (struct gs_arena_block){.next = arena->blocks, .size = room};
        arena->blocks = block;
    }
    void *memory = block->bytes + block->used;
    block->used += size;
    return memset(memory, 0, size);
}

char *gs_arena_text(gs_arena *arena, const char *text, size_t length)
{
    char *copy = gs_arena_get(arena, length + 1);
    if (copy && length) {
        memcpy(copy, text, length);
    }
    return copy;
}

void gs_arena_release(gs_arena *arena)
{
    while (arena->blocks) {
        struct gs_arena_block *next = arena->blocks->next;
        free(arena->blocks);
        arena->blocks = next;
    }
}
