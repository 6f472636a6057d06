/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A random stream as a generator for GSL. Not part of <gpusim/gpusim.h>, because it needs GSL's
 * headers.
 *
 * Every function here *uses GSL*: the first such call turns GSL's aborting error handler off for
 * the whole process, once; GSL has no way to do that for one thread. What GSL draws may differ in
 * the last bit between machines, so no trace is made from it.
 */
#ifndef GPUSIM_GSL_H
#define GPUSIM_GSL_H

#include <gsl/gsl_rng.h>

#include <gpusim/random.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A generator that gives the bits of ordinals 0, 1, 2 ... of a stream; free it with gsl_rng_free.
 * gsl_rng_set(rng, seed) goes on to a stream that depends on the seed alone. */
GPUSIM_API gpusim_status gpusim_gsl_rng_create(gpusim_stream stream, gsl_rng **rng,
                                               gpusim_error *err);

#ifdef __cplusplus
}
#endif
#endif
