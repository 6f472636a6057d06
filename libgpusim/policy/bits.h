/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sets of small numbers as trees of 64-bit words: a bit of a level says that a word of the level
 * below is not empty. Finding the next member takes a few instructions a level. */
#ifndef GS_POLICY_BITS_H
#define GS_POLICY_BITS_H

#include <stdint.h>

#include <gpusim/types.h>

#define GS_BITS_LEVELS 6 /* 64^6 covers all 32-bit numbers */

/* The layout of all sets over 0 .. size-1; a set is `words` words, zero when empty. */
typedef struct gs_bits {
    uint32_t levels, words;
    uint32_t length[GS_BITS_LEVELS]; /* bits of each level; level 0 holds the members */
    uint32_t offset[GS_BITS_LEVELS]; /* of its first word */
} gs_bits;

static inline gs_bits gs_bits_make(uint32_t size)
{
    gs_bits bits = {0};
    uint32_t length = size ? size : 1;
    for (;;) {
        uint32_t words = length / 64 + (length % 64 != 0);
        bits.length[bits.levels] = length;
        bits.offset[bits.levels] = bits.words;
        bits.words += words;
        bits.levels++;
        if (words == 1) {
            return bits;
        }
        length = words;
    }
}

static inline void gs_bits_add(const gs_bits *bits, uint64_t *set, uint32_t i)
{
    for (uint32_t level = 0; level < bits->levels; level++, i /= 64) {
        uint64_t *word = &set[bits->offset[level] + i / 64];
        uint64_t old = *word;
        *word = old | UINT64_C(1) << i % 64;
        if (old) {
            return;
        }
    }
}

static inline void gs_bits_remove(const gs_bits *bits, uint64_t *set, uint32_t i)
{
    for (uint32_t level = 0; level < bits->levels; level++, i /= 64) {
        uint64_t *word = &set[bits->offset[level] + i / 64];
        *word &= ~(UINT64_C(1) << i % 64);
        if (*word) {
            return;
        }
    }
}

static inline int gs_bits_has(const uint64_t *set, uint32_t i)
{
    return (int)(set[i / 64] >> i % 64 & 1);
}

/* The smallest member that is at least `from`, or GPUSIM_NONE. */
static inline uint32_t gs_bits_next(const gs_bits *bits, const uint64_t *set, uint32_t from)
{
    // up until the rest of a word is not empty, and down again along the first members
    for (uint32_t level = 0; level < bits->levels && from < bits->length[level]; level++) {
        uint64_t rest = set[bits->offset[level] + from / 64] >> from % 64;
        if (rest) {
            from += (uint32_t)__builtin_ctzll(rest);
            while (level-- > 0) {
                uint64_t word = set[bits->offset[level] + from];
                from = from * 64 + (uint32_t)__builtin_ctzll(word);
            }
            return from;
        }
        from = from / 64 + 1;
    }
    return GPUSIM_NONE;
}

#endif
