/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What modules remember under keys of their own: chains of entries, records beside them. */
#include "base/hash.h"
#include "policy/inside.h"

typedef struct entry {
    uint64_t key;
    uint32_t next, reserved;
} entry;

void gs_memory_make(gs_memory *memory, const gpusim_module *module)
{
    *memory = (gs_memory){.entries = GS_ARRAY(entry),
                          .buckets = GS_ARRAY(uint32_t),
                          .records = GS_ARRAY(unsigned char)};
    if (module && module->abi_minor >= 2 && module->memory_bytes) {
        memory->records.element = module->memory_bytes;
        memory->kept = 1;
    }
}

void gs_memory_release(gs_memory *memory)
{
    gs_array_release(&memory->entries);
    gs_array_release(&memory->buckets);
    gs_array_release(&memory->records);
}

static uint32_t *bucket_of(const gs_memory *memory, uint64_t key)
{
    uint64_t hash = gs_hash64(&key, sizeof key, 0);
    return (uint32_t *)memory->buckets.data + (hash & (memory->buckets.count - 1));
}

static void *record_of(const gs_memory *memory, uint32_t i)
{
    return (char *)memory->records.data + (size_t)i * memory->records.element;
}

// twice as many buckets; chains are rebuilt in order of index
static gpusim_status grow(gs_memory *memory, gpusim_error *err)
{
    uint32_t count = memory->buckets.count ? memory->buckets.count * 2 : 16;
    gpusim_status status = gs_array_resize(&memory->buckets, count, err);
    if (status != GPUSIM_OK) {
        return status;
    }
    for (uint32_t i = 0; i < count; i++) {
        GS_AT(memory->buckets, uint32_t, i) = GPUSIM_NONE;
    }
    for (uint32_t i = 0; i < memory->entries.count; i++) {
        entry *it = &GS_AT(memory->entries, entry, i);
        uint32_t *bucket = bucket_of(memory, it->key);
        it->next = *bucket;
        *bucket = i;
    }
    return GPUSIM_OK;
}

void *gpusim_recall(const gpusim_context *context, uint64_t key)
{
    const gs_memory *memory = context->memory;
    if (!memory || memory->buckets.count == 0) {
        return NULL;
    }
    for (uint32_t i = *bucket_of(memory, key); i != GPUSIM_NONE;
         i = GS_AT(memory->entries, entry, i).next) {
        if (GS_AT(memory->entries, entry, i).key == key) {
            return record_of(memory, i);
        }
    }
    return NULL;
}

static gpusim_status add(gs_memory *memory, uint64_t key, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    uint32_t at = memory->entries.count;
    if (at >= memory->buckets.count) {
        GPUSIM_TRY(grow(memory, err));
    }
    GPUSIM_TRY(gs_array_resize(&memory->records, at + 1, err));
    uint32_t *bucket = bucket_of(memory, key);
    entry it = {.key = key, .next = *bucket};
    GPUSIM_TRY(gs_array_push(&memory->entries, &it, err));
    *bucket = at;
cleanup:
    return status;
}

void *gpusim_remember(const gpusim_context *context, uint64_t key)
{
    gs_memory *memory = context->memory;
    void *known = gpusim_recall(context, key);
    if (known || !memory || !memory->kept || memory->failure != GPUSIM_OK) {
        return known;
    }
    memory->failure = add(memory, key, &memory->error);
    return memory->failure == GPUSIM_OK ? record_of(memory, memory->entries.count - 1) : NULL;
}
