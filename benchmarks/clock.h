/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the benchmarks share: CPU time of the process, and delays drawn beforehand. */
#ifndef BENCHMARKS_CLOCK_H
#define BENCHMARKS_CLOCK_H

#include <stdint.h>
#include <time.h>

#include <gpusim/random.h>

static inline double cpu_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* Exponential delays of mean 1 s in ns, in a ring that fits the first cache. */
#define DELAYS 2048u

static inline void draw_delays(int64_t *delays)
{
    gpusim_stream stream = gpusim_stream_make(1, "benchmark", "delays");
    for (uint32_t i = 0; i < DELAYS; i++) {
        delays[i] = gpusim_time_from_seconds(gpusim_draw_exponential(stream, i)) + 1;
    }
}

#endif
