/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Simulated time, handles by value, and the few numbers that everything shares. */
#ifndef GPUSIM_TYPES_H
#define GPUSIM_TYPES_H

#include <stdint.h>

#include <gpusim/status.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Simulated time or a span of it: signed nanoseconds from the scenario's start. Ties are exact and
 * 292 years fit. */
typedef int64_t gpusim_time;

#define GPUSIM_TIME_MAX    INT64_MAX /* never */
#define GPUSIM_MICROSECOND INT64_C(1000)
#define GPUSIM_MILLISECOND INT64_C(1000000)
#define GPUSIM_SECOND      INT64_C(1000000000)
#define GPUSIM_MINUTE      (60 * GPUSIM_SECOND)
#define GPUSIM_HOUR        (3600 * GPUSIM_SECOND)
#define GPUSIM_DAY         (86400 * GPUSIM_SECOND)

/* Seconds to the nearest nanosecond; saturates (NaN and what does not fit give GPUSIM_TIME_MAX, or
 * its negative). */
GPUSIM_API gpusim_time gpusim_time_from_seconds(double seconds);

/* The same, rounded up: for solved times, which may be late by less than 1 ns and never early. */
GPUSIM_API gpusim_time gpusim_time_ceil(double seconds);

/* The nearest double: 15 s are 15, which a product with 1e-9 would miss. */
static inline double gpusim_seconds(gpusim_time time)
{
    return (double)time / 1e9;
}

/* a + b without overflow: what would pass the end is GPUSIM_TIME_MAX. Both must be >= 0. */
static inline gpusim_time gpusim_time_add(gpusim_time a, gpusim_time b)
{
    return a > GPUSIM_TIME_MAX - b ? GPUSIM_TIME_MAX : a + b;
}

/* b - a, saturated: for times that somebody else has written. */
static inline gpusim_time gpusim_time_between(gpusim_time a, gpusim_time b)
{
    if (a < 0 && b > GPUSIM_TIME_MAX + a) {
        return GPUSIM_TIME_MAX;
    }
    return a > 0 && b < a - GPUSIM_TIME_MAX ? -GPUSIM_TIME_MAX : b - a;
}

/* A job that may be gone: index says where it lived, generation whether it is still the same one.
 * The zero value is no job. */
typedef struct gpusim_job_id {
    uint32_t index;
    uint32_t generation;
} gpusim_job_id;

#define GPUSIM_NONE UINT32_MAX /* no node, no job slot, no name, no group, ... */

#ifdef __cplusplus
}
#endif
#endif
