/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What no scheduler can beat. */
#ifndef GS_STATS_BOUND_H
#define GS_STATS_BOUND_H

#include <stddef.h>
#include <stdint.h>

#include <gpusim/types.h>

/* A lower bound, in seconds, on the mean JCT of rigid jobs that run for no less than their
 * duration on `total` GPUs (or parts of GPUs, both counted alike): the larger of the mean duration
 * and the mean JCT of shortest remaining time first on one machine that is as fast as all GPUs
 * together, a job's size being its GPUs x duration. Jobs in any order; those that can never run
 * must be left out. NaN for no jobs. O(n log n). */
gpusim_status gs_lower_bound_jct(const gpusim_time *submit, const gpusim_time *duration,
                                 const uint64_t *gpus, size_t count, uint64_t total, double *bound,
                                 gpusim_error *err);

#endif
