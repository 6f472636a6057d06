/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Values over time, thinned to as many bins as a picture can show, with their extremes kept. */
#ifndef GS_PLOT_BINS_H
#define GS_PLOT_BINS_H

#include <gpusim/status.h>
#include <gpusim/types.h>

#include "base/array.h"

/* What happened within one bin. */
typedef struct gs_bin {
    double sum, weight; /* the mean is sum / weight */
    double least, most;
    uint64_t looks; /* values, also missing ones; 0: it lies between two samples */
} gs_bin;

typedef struct gs_bins {
    gs_bin *bins; /* [count] */
    uint32_t count, reserved;
    gpusim_time from, to;
} gs_bins;

/* `count` bins of equal width from `from` to `to`, empty. Release with gs_release(&bins.bins). */
gpusim_status gs_bins_create(gs_bins *bins, gpusim_time from, gpusim_time to, uint32_t count,
                             gpusim_error *err);
gpusim_time gs_bins_begin(const gs_bins *bins, uint32_t i); /* of bin i; of bin count: the end */

/* A value that holds from one time to another; what is outside of the bins is left out. O(1 + bins
 * that it reaches). */
void gs_bins_hold(gs_bins *bins, gpusim_time from, gpusim_time to, double value);
/* A value at one time. NaN: it is missing. */
void gs_bins_sample(gs_bins *bins, gpusim_time time, double value);
/* NaN where there is nothing. */
double gs_bin_mean(const gs_bin *bin);

/* Something that is counted changes. */
typedef struct gs_change {
    gpusim_time time;
    double by;
} gs_change;

/* What changes[] come to over time, from 0 on until a time; they are sorted by time first. */
gpusim_status gs_bins_changes(gs_bins *bins, gs_array *changes, gpusim_time until,
                              gpusim_error *err);

#endif
