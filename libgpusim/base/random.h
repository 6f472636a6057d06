/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What lies under the streams of <gpusim/random.h>: Philox blocks, and the words of one ordinal for
 * variates that need several. */
#ifndef GS_BASE_RANDOM_H
#define GS_BASE_RANDOM_H

#include <gpusim/random.h>

#include "base/hash.h"

/* Philox4x32-10: the counter is {low, high}, lowest 32 bits first. */
gs_block gs_philox(uint64_t key, uint64_t low, uint64_t high);

/* The words of one ordinal, in order; 2^17 of them. */
typedef struct gs_words {
    gpusim_stream stream;
    uint64_t ordinal;
    gs_block block;
    uint32_t number, used;
} gs_words;

gs_words gs_words_of(gpusim_stream stream, uint64_t ordinal);
double gs_next_uniform(gs_words *words); /* (0, 1) */
double gs_next_exponential(gs_words *words);
double gs_next_normal(gs_words *words);

/* Two variates of one ordinal out of one block, for half the price; what rejection needs beyond it
 * comes from further blocks of the same ordinal, apart for either. */
typedef struct gs_pair {
    gpusim_stream stream;
    uint64_t ordinal;
    gs_block block;
} gs_pair;

gs_pair gs_pair_of(gpusim_stream stream, uint64_t ordinal);
double gs_pair_normal(const gs_pair *pair, uint32_t which); /* 0 or 1 */
double gs_pair_uniform(const gs_pair *pair, uint32_t which);

#endif
