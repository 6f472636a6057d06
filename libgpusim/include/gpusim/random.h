/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Random variates that depend only on what they are for: a variate is a function of (seed, purpose,
 * entity, ordinal), so that nothing that is added shifts anything else. Philox4x32-10 (Salmon et
 * al., SC'11) underneath; each ordinal owns a counter block, so rejection never reaches the next.
 */
#ifndef GPUSIM_RANDOM_H
#define GPUSIM_RANDOM_H

#include <stdint.h>

#include <gpusim/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A stream by value; making one costs a hash or two, copying one is free. */
typedef struct gpusim_stream {
    uint64_t key;
    uint64_t nonce;
} gpusim_stream;

/* The stream of an entity for a purpose. Entities are named ("train-0003/gpu2"), not numbered. */
GPUSIM_API gpusim_stream gpusim_stream_make(uint64_t seed, const char *purpose, const char *entity);

/* The same with an entity known by a number (a job of a source): cheaper than printing the number.
 */
GPUSIM_API gpusim_stream gpusim_stream_indexed(gpusim_stream parent, uint64_t index);

/* The variate with this ordinal; each is independent of all others. 4 to 10 ns. */
GPUSIM_API uint64_t gpusim_draw_bits(gpusim_stream stream, uint64_t ordinal);
GPUSIM_API double gpusim_draw_uniform(gpusim_stream stream, uint64_t ordinal);     /* (0, 1) */
GPUSIM_API double gpusim_draw_exponential(gpusim_stream stream, uint64_t ordinal); /* mean 1 */
GPUSIM_API double gpusim_draw_normal(gpusim_stream stream, uint64_t ordinal); /* mean 0, sd 1 */
GPUSIM_API double gpusim_draw_gamma(gpusim_stream stream, uint64_t ordinal,
                                    double shape); /* scale 1 */
/* Uniform on 0 .. n-1 without bias; n >= 1. */
GPUSIM_API uint64_t gpusim_draw_index(gpusim_stream stream, uint64_t ordinal, uint64_t n);

/* exp, log, log1p, pow in plain double arithmetic: the same bits on every x86-64, within 1 ulp or
 * so of the true value. What reaches a trace uses these, not libm. */
GPUSIM_API double gpusim_exp(double x);
GPUSIM_API double gpusim_log(double x);
GPUSIM_API double gpusim_log1p(double x);
GPUSIM_API double gpusim_pow(double x, double y);

#ifdef __cplusplus
}
#endif
#endif
