/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The one place through which the library allocates; tests replace gs_resize to make it fail. */
#ifndef GS_BASE_MEMORY_H
#define GS_BASE_MEMORY_H

#include <stddef.h>

#include <gpusim/status.h>

/* realloc's contract: NULL when there is no memory, and then the old block stays; size 0 frees. */
void *gs_resize(void *memory, size_t size);

/* *memory becomes `count` zeroed elements; GPUSIM_MEMORY when that fails or overflows (then *memory
 * is NULL). Release with gs_release. */
gpusim_status gs_allocate(void *memory, size_t count, size_t element, gpusim_error *err);

/* Frees *memory and makes it NULL. */
void gs_release(void *memory);

/* An arena: many small allocations that live and die together. Zero it to begin with. */
typedef struct gs_arena {
    struct gs_arena_block *blocks;
} gs_arena;

/* Zeroed memory aligned for anything, or NULL. */
void *gs_arena_get(gs_arena *arena, size_t size);
char *gs_arena_text(gs_arena *arena, const char *text, size_t length); /* terminated copy */
void gs_arena_release(gs_arena *arena);

#endif
