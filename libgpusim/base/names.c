/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Interned names: a uthash table from text to number, an array from number to text, and an arena
 * that keeps both alive. */
#include "base/names.h"

#include <string.h>

#include <gpusim/types.h>

#include "base/array.h"
#include "base/hash.h"
#include "base/memory.h"

static void release_block(void *block)
{
    gs_release(&block);
}

// uthash allocates where we do, hashes as we do, and tells when there is no memory
#define HASH_NONFATAL_OOM         1
#define uthash_malloc(size)       gs_resize(NULL, (size))
#define uthash_free(block, size)  release_block(block)
#define uthash_nonfatal_oom(item) (oom = 1)
#define HASH_FUNCTION(text, length, value)                                                         \
    do {                                                                                           \
        (value) = (unsigned)gs_hash64((text), (length), 0);                                        \
    } while (0)
#include <uthash.h>

typedef struct name {
    UT_hash_handle hh;
    const char *text;
    uint32_t number;
} name;

struct gs_names {
    name *table;
    gs_array texts; // const char *, by number
    gs_arena arena;
};

gpusim_status gs_names_create(gs_names **names, gpusim_error *err)
{
    uint32_t number = 0;
    gpusim_status status = gs_allocate(names, 1, sizeof **names, err);
    if (status == GPUSIM_OK) {
        (*names)->texts = GS_ARRAY(const char *);
        status = gs_names_add(*names, "", 0, &number, err);
        if (status != GPUSIM_OK) {
            gs_names_destroy(*names);
            *names = NULL;
        }
    }
    return status;
}

void gs_names_destroy(gs_names *names)
{
    if (names) {
        HASH_CLEAR(hh, names->table);
        gs_array_release(&names->texts);
        gs_arena_release(&names->arena);
        gs_release(&names);
    }
}

static name *find(const gs_names *names, const char *text, size_t length)
{
    name *found = NULL;
    HASH_FIND(hh, names->table, text, length, found);
    return found;
}

gpusim_status gs_names_add(gs_names *names, const char *text, size_t length, uint32_t *number,
                           gpusim_error *err)
{
    const name *known = find(names, text, length);
    if (known) {
        *number = known->number;
        return GPUSIM_OK;
    }

    // the entry and its text stay in the arena also when a later step fails; nothing refers to them
    name *added = gs_arena_get(&names->arena, sizeof *added);
    char *copy = added ? gs_arena_text(&names->arena, text, length) : NULL;
    if (!copy) {
        return gpusim_fail(err, GPUSIM_MEMORY, "no memory for a name of %zu bytes", length);
    }
    added->text = copy;
    added->number = names->texts.count;
    gpusim_status status = gs_array_push(&names->texts, &added->text, err);
    if (status != GPUSIM_OK) {
        return status;
    }
    int oom = 0;
    HASH_ADD_KEYPTR(hh, names->table, added->text, length, added);
    if (oom) {
        names->texts.count--;
        return gpusim_fail(err, GPUSIM_MEMORY, "no memory for %u names", added->number + 1);
    }
    *number = added->number;
    return GPUSIM_OK;
}

uint32_t gs_names_find(const gs_names *names, const char *text, size_t length)
{
    const name *found = find(names, text, length);
    return found ? found->number : GPUSIM_NONE;
}

const char *gs_names_text(const gs_names *names, uint32_t number)
{
    return number < names->texts.count ? GS_AT(names->texts, const char *, number) : NULL;
}

uint32_t gs_names_count(const gs_names *names)
{
    return names->texts.count;
}
