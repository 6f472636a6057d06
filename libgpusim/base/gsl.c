/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GSL's error handler, and streams as generators of GSL. */
#include <gpusim/gsl.h>

#include <gsl/gsl_errno.h>
#include <pthread.h>

#include "base/gsl.h"

// the one thing that outlives a call: whether the handler is off
static pthread_once_t handler_once = PTHREAD_ONCE_INIT;

static void turn_handler_off(void)
{
    (void)gsl_set_error_handler_off();
}

void gs_gsl_prepare(void)
{
    (void)pthread_once(&handler_once, turn_handler_off);
}

typedef struct generator {
    gpusim_stream stream;
    uint64_t ordinal;
} generator;

static void generator_set(void *state, unsigned long seed)
{
    generator *g = state;
    g->stream = gpusim_stream_make(seed, "gsl", "");
    g->ordinal = 0;
}

static unsigned long generator_get(void *state)
{
    generator *g = state;
    return gpusim_draw_bits(g->stream, g->ordinal++);
}

static double generator_get_double(void *state)
{
    generator *g = state;
    return gpusim_draw_uniform(g->stream, g->ordinal++);
}

static const gsl_rng_type generator_type = {.name = "gpusim",
                                            .max = UINT64_MAX,
                                            .min = 0,
                                            .size = sizeof(generator),
                                            .set = generator_set,
                                            .get = generator_get,
                                            .get_double = generator_get_double};

gpusim_status gpusim_gsl_rng_create(gpusim_stream stream, gsl_rng **rng, gpusim_error *err)
{
    gs_gsl_prepare();
    *rng = gsl_rng_alloc(&generator_type);
    if (!*rng) {
        return gpusim_fail(err, GPUSIM_MEMORY, "no memory for a generator of GSL");
    }
    *(generator *)gsl_rng_state(*rng) = (generator){.stream = stream};
    return GPUSIM_OK;
}
