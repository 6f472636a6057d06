/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From what a distribution gave to what a job is made of. */
#ifndef GS_WORKLOAD_VARIATE_H
#define GS_WORKLOAD_VARIATE_H

#include "base/distribution.h"

/* What it is called for: each purpose has a stream of its own, in which the variate has the job's
 * number. A constant needs none. */
static inline double gs_variate(const gs_distribution *distribution, gpusim_stream source,
                                uint64_t purpose, uint64_t number)
{
    int drawn = distribution->kind != GS_CONSTANT;
    return gs_distribution_draw(distribution,
                                drawn ? gpusim_stream_indexed(source, purpose) : source, number);
}

static inline uint64_t gs_variate_bytes(double value)
{
    return !(value > 0) ? 0 : value >= 1.8e19 ? UINT64_C(18000000000000000000) : (uint64_t)value;
}

/* Thousandths of a GPU; 0: less than half of one. */
static inline uint32_t gs_milli_of(double share)
{
    return !(share > 0) ? 0 : share >= 1 ? 1000 : (uint32_t)(share * 1000 + 0.5);
}

#endif
