/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Hashes over xxHash's XXH3. */
#include "base/hash.h"

#include <stdio.h>
#include <string.h>
#define XXH_STATIC_LINKING_ONLY // for the size of its state
#include <xxhash.h>

#include "base/memory.h"

// XXH3's state wants 64-byte alignment, which gs_resize does not promise: keep room to align it
struct gs_hasher {
    unsigned char room[sizeof(XXH3_state_t) + 64];
};

static XXH3_state_t *state_of(const gs_hasher *hasher)
{
    uintptr_t address = ((uintptr_t)hasher->room + 63) & ~(uintptr_t)63;
    return (XXH3_state_t *)address;
}

uint64_t gs_hash64(const void *bytes, size_t size, uint64_t seed)
{
    return XXH3_64bits_withSeed(bytes, size, seed);
}

gs_block gs_hash128(const void *bytes, size_t size, uint64_t seed)
{
    XXH128_hash_t hash = XXH3_128bits_withSeed(bytes, size, seed);
    return (gs_block){{hash.low64, hash.high64}};
}

gpusim_status gs_hasher_create(gs_hasher **hasher, gpusim_error *err)
{
    gpusim_status status = gs_allocate(hasher, 1, sizeof **hasher, err);
    if (status == GPUSIM_OK && XXH3_128bits_reset(state_of(*hasher)) != XXH_OK) {
        gs_release(hasher);
        status = gpusim_fail(err, GPUSIM_INTERNAL, "XXH3 could not be set up");
    }
    return status;
}

void gs_hasher_add(gs_hasher *hasher, const void *bytes, size_t size)
{
    if (size) {
        (void)XXH3_128bits_update(state_of(hasher), bytes, size); // fails for NULL input only
    }
}

void gs_hasher_text(gs_hasher *hasher, const char *text)
{
    uint64_t length = strlen(text);
    gs_hasher_add(hasher, &length, sizeof length);
    gs_hasher_add(hasher, text, length);
}

void gs_hasher_hex(const gs_hasher *hasher, char hex[33])
{
    XXH128_hash_t hash = XXH3_128bits_digest(state_of(hasher));
    snprintf(hex, 33, "%016llx%016llx", (unsigned long long)hash.high64,
             (unsigned long long)hash.low64);
}

void gs_hasher_destroy(gs_hasher *hasher)
{
    gs_release(&hasher);
}
