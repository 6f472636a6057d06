/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Hashes (XXH3): 64 bits for names, 128 bits in steps for digests. */
#ifndef GS_BASE_HASH_H
#define GS_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

#include <gpusim/status.h>

uint64_t gs_hash64(const void *bytes, size_t size, uint64_t seed);

/* 128 bits as two words. */
typedef struct gs_block {
    uint64_t words[2];
} gs_block;

gs_block gs_hash128(const void *bytes, size_t size, uint64_t seed);

typedef struct gs_hasher gs_hasher;
gpusim_status gs_hasher_create(gs_hasher **hasher, gpusim_error *err);
void gs_hasher_add(gs_hasher *hasher, const void *bytes, size_t size);
void gs_hasher_text(gs_hasher *hasher,
                    const char *text); /* with its length, so that "a","bc" != "ab","c" */
void gs_hasher_hex(const gs_hasher *hasher, char hex[33]);
void gs_hasher_destroy(gs_hasher *hasher);

#endif
