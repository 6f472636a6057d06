/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The allocator itself, alone in its file so that a test can link another in its place. */
#include <stdlib.h>

#include "base/memory.h"

void *gs_resize(void *memory, size_t size)
{
    if (size == 0) {
        free(memory);
        return NULL;
    }
    return realloc(memory, size);
}
