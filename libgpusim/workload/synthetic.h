/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Synthetic sources of jobs: from what the scenario says to something jobs are drawn from. */
#ifndef GS_WORKLOAD_SYNTHETIC_H
#define GS_WORKLOAD_SYNTHETIC_H

#include "base/distribution.h"
#include "workload/tables.h"
#include "workload/workload.h"

extern const gpusim_record gs_synthetic_record; /* of gs_synthetic_fields */

/* When jobs come; see workload/arrivals.c. */
typedef struct gs_arrivals {
    int32_t process; /* GS_ARRIVALS_... */
    uint32_t parts;  /* diurnal: of a day */
    double rate;     /* 1/s; of bursts, when they are */
    gpusim_time every, from;
    gs_distribution interarrival, size, spacing;
    uint64_t block;       /* bursts: jobs of a block */
    const double *rates;  /* diurnal: [parts], 1/s on a working day */
    double weekend, week; /* diurnal: factor, and mean jobs a week */
    int32_t first_day, reserved;
} gs_arrivals;

/* Checks and prepares; an error carries the key within `arrivals:`. */
gpusim_status gs_arrivals_make(const gpusim_one_of *written, gpusim_time from, gs_arena *arena,
                               gs_arrivals *arrivals, gpusim_error *err);
/* When job `ordinal` comes, the one before it having come at `previous`; GPUSIM_TIME_MAX: never. */
gpusim_time gs_arrivals_next(const gs_arrivals *arrivals, gpusim_stream stream, uint64_t ordinal,
                             gpusim_time previous);
/* Mean jobs a second in the long run. */
double gs_arrivals_rate(const gs_arrivals *arrivals);

/* A source in the arena; `profile` is its number, or GPUSIM_NONE. An error carries the key within
 * `synthetic:`. */
gpusim_status gs_synthetic_make(const gs_synthetic_fields *fields, uint32_t name, uint32_t profile,
                                gs_names *names, gs_arena *arena, const gs_synthetic **source,
                                gpusim_error *err);

#endif
