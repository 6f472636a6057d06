/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Streams over Philox4x32-10 (Salmon, Moraes, Dror and Shaw, SC'11) and the variates drawn from
 * them.
 *
 * The counter of a block is {ordinal, 48 bits of the nonce, block number within the ordinal}: what
 * rejection needs beyond the first block comes from blocks of the same ordinal. The last block
 * number makes streams out of streams.
 */
#include "base/random.h"

#include <math.h>
#include <string.h>

#include "base/hash.h"
#include "base/ziggurat_tables.h"

#define DERIVE 0xffffu // the block number that gpusim_stream_indexed takes

// ten rounds of two 32 x 32 bit products; the words of a block are 32 bits each, lowest first
static inline gs_block philox(uint64_t key, uint64_t low, uint64_t high)
{
    uint32_t c0 = (uint32_t)low, c1 = (uint32_t)(low >> 32);
    uint32_t c2 = (uint32_t)high, c3 = (uint32_t)(high >> 32);
    uint32_t k0 = (uint32_t)key, k1 = (uint32_t)(key >> 32);
    for (int round = 0; round < 10; round++) {
        uint64_t p0 = UINT64_C(0xd2511f53) * c0;
        uint64_t p1 = UINT64_C(0xcd9e8d57) * c2;
        c0 = (uint32_t)(p1 >> 32) ^ c1 ^ k0;
        c1 = (uint32_t)p1;
        c2 = (uint32_t)(p0 >> 32) ^ c3 ^ k1;
        c3 = (uint32_t)p0;
        k0 += 0x9e3779b9u;
        k1 += 0xbb67ae85u;
    }
    return (gs_block){{c0 | (uint64_t)c1 << 32, c2 | (uint64_t)c3 << 32}};
}

gs_block gs_philox(uint64_t key, uint64_t low, uint64_t high)
{
    return philox(key, low, high);
}

static inline gs_block block(gpusim_stream stream, uint64_t ordinal, uint32_t number)
{
    return philox(stream.key, ordinal, stream.nonce << 16 | number);
}

gpusim_stream gpusim_stream_make(uint64_t seed, const char *purpose, const char *entity)
{
    gs_block hash = gs_hash128(entity, strlen(entity), gs_hash64(purpose, strlen(purpose), seed));
    return (gpusim_stream){.key = hash.words[0], .nonce = hash.words[1]};
}

gpusim_stream gpusim_stream_indexed(gpusim_stream parent, uint64_t index)
{
    gs_block derived = block(parent, index, DERIVE);
    return (gpusim_stream){.key = derived.words[0], .nonce = derived.words[1]};
}

// ---- words of one ordinal, one after another ----

static gs_words words_of(gpusim_stream stream, uint64_t ordinal)
{
    return (gs_words){.stream = stream, .ordinal = ordinal, .block = block(stream, ordinal, 0)};
}

gs_words gs_words_of(gpusim_stream stream, uint64_t ordinal)
{
    return words_of(stream, ordinal);
}

static uint64_t next_word(gs_words *words)
{
    if (words->used == 2) {
        words->number++;
        words->used = 0;
        words->block = block(words->stream, words->ordinal, words->number);
    }
    return words->block.words[words->used++];
}

// the middle of one of 2^52 equal parts of (0, 1); exact, and never 0 or 1
static inline double unit(uint64_t word)
{
    return ((double)(word >> 12) + 0.5) * 0x1p-52;
}

double gs_next_uniform(gs_words *words)
{
    return unit(next_word(words));
}

// ---- ziggurats (Marsaglia and Tsang 2000): bits 0-7 pick the layer, 8 the sign, 12-63 the place

// goes on after the first word fell outside its layer's inner part
static double exponential_rest(gs_words *words, uint64_t word)
{
    for (;;) {
        const layer *l = &exponential_layers[word & 255];
        double x = ((double)(word >> 12) + 0.5) * l->width;
        if ((word >> 12) < l->inside) {
            return x;
        }
        if ((word & 255) == 0) { // the tail is an exponential again
            return EXPONENTIAL_TAIL - gpusim_log(gs_next_uniform(words));
        }
        double y = l->density + gs_next_uniform(words) * (l[1].density - l->density);
        if (y < gpusim_exp(-x)) {
            return x;
        }
        word = next_word(words);
    }
}

static double normal_rest(gs_words *words, uint64_t word)
{
    for (;;) {
        const layer *l = &normal_layers[word & 255];
        double sign = word & 256 ? -1 : 1;
        double x = ((double)(word >> 12) + 0.5) * l->width;
        if ((word >> 12) < l->inside) {
            return sign * x;
        }
        if ((word & 255) == 0) { // Marsaglia's tail
            double y;
            do {
                x = -gpusim_log(gs_next_uniform(words)) / NORMAL_TAIL;
                y = -gpusim_log(gs_next_uniform(words));
            } while (2 * y <= x * x);
            return sign * (NORMAL_TAIL + x);
        }
        double y = l->density + gs_next_uniform(words) * (l[1].density - l->density);
        if (y < gpusim_exp(-0.5 * x * x)) {
            return sign * x;
        }
        word = next_word(words);
    }
}

double gs_next_exponential(gs_words *words)
{
    return exponential_rest(words, next_word(words));
}

double gs_next_normal(gs_words *words)
{
    return normal_rest(words, next_word(words));
}

// ---- variates ----

uint64_t gpusim_draw_bits(gpusim_stream stream, uint64_t ordinal)
{
    return block(stream, ordinal, 0).words[0];
}

double gpusim_draw_uniform(gpusim_stream stream, uint64_t ordinal)
{
    return unit(block(stream, ordinal, 0).words[0]);
}

// the rare way, kept apart so that the usual one stays short
static __attribute__((noinline)) double slow(gpusim_stream stream, uint64_t ordinal,
                                             double (*next)(gs_words *))
{
    gs_words words = words_of(stream, ordinal);
    return next(&words);
}

// a normal variate from a word that fell into its layer's inner part; the sign without a branch,
// which would be guessed wrong half the time
static inline double inner_normal(const layer *l, uint64_t word)
{
    double x = ((double)(word >> 12) + 0.5) * l->width;
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    bits |= (word & 256) << 55;
    memcpy(&x, &bits, sizeof x);
    return x;
}

gs_pair gs_pair_of(gpusim_stream stream, uint64_t ordinal)
{
    return (gs_pair){.stream = stream, .ordinal = ordinal, .block = block(stream, ordinal, 0)};
}

double gs_pair_uniform(const gs_pair *pair, uint32_t which)
{
    return unit(pair->block.words[which]);
}

// the second's further blocks begin in the middle of the ordinal's
static __attribute__((noinline)) double slow_normal(const gs_pair *pair, uint32_t which)
{
    gs_words words = {.stream = pair->stream,
                      .ordinal = pair->ordinal,
                      .number = which ? DERIVE / 2 : 0,
                      .used = 2};
    return normal_rest(&words, pair->block.words[which]);
}

double gs_pair_normal(const gs_pair *pair, uint32_t which)
{
    uint64_t word = pair->block.words[which];
    const layer *l = &normal_layers[word & 255];
    return (word >> 12) < l->inside ? inner_normal(l, word) : slow_normal(pair, which);
}

double gpusim_draw_exponential(gpusim_stream stream, uint64_t ordinal)
{
    uint64_t word = block(stream, ordinal, 0).words[0];
    const layer *l = &exponential_layers[word & 255];
    if ((word >> 12) < l->inside) {
        return ((double)(word >> 12) + 0.5) * l->width;
    }
    return slow(stream, ordinal, gs_next_exponential);
}

double gpusim_draw_normal(gpusim_stream stream, uint64_t ordinal)
{
    uint64_t word = block(stream, ordinal, 0).words[0];
    const layer *l = &normal_layers[word & 255];
    if ((word >> 12) < l->inside) {
        return inner_normal(l, word);
    }
    return slow(stream, ordinal, gs_next_normal);
}

// Marsaglia and Tsang, "A simple method for generating gamma variables" (2000), shape >= 1
static double gamma_above_one(gs_words *words, double shape)
{
    double d = shape - 1.0 / 3;
    double c = 1 / sqrt(9 * d);
    for (;;) {
        double x = gs_next_normal(words);
        double v = 1 + c * x;
        if (v <= 0) {
            continue;
        }
        v = v * v * v;
        double u = gs_next_uniform(words);
        double x2 = x * x;
        if (u < 1 - 0.0331 * x2 * x2 || gpusim_log(u) < 0.5 * x2 + d * (1 - v + gpusim_log(v))) {
            return d * v;
        }
    }
}

double gpusim_draw_gamma(gpusim_stream stream, uint64_t ordinal, double shape)
{
    if (!(shape > 0 && shape < (double)INFINITY)) {
        return (double)NAN;
    }
    gs_words words = words_of(stream, ordinal);
    if (shape >= 1) {
        return gamma_above_one(&words, shape);
    }

    // below 1: one of shape + 1 times a power of a uniform
    double u = gs_next_uniform(&words);
    return gamma_above_one(&words, shape + 1) * gpusim_pow(u, 1 / shape);
}

__extension__ typedef unsigned __int128 wide;

// Lemire's product (2019): the low half tells the few words that would make a bias
uint64_t gpusim_draw_index(gpusim_stream stream, uint64_t ordinal, uint64_t n)
{
    wide product = (wide)gpusim_draw_bits(stream, ordinal) * n;
    if ((uint64_t)product < n) {
        gs_words words = words_of(stream, ordinal);
        uint64_t bias = (0 - n) % (n ? n : 1);
        do {
            product = (wide)next_word(&words) * n;
        } while ((uint64_t)product < bias);
    }
    return (uint64_t)(product >> 64);
}
