/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Values over time, thinned to bins. */
#include "plot/bins.h"

#include <math.h>

#include "base/memory.h"
#include "base/sort.h"

gpusim_status gs_bins_create(gs_bins *bins, gpusim_time from, gpusim_time to, uint32_t count,
                             gpusim_error *err)
{
    gpusim_status status;
    *bins = (gs_bins){.count = count, .from = from, .to = to};
    GPUSIM_TRY(gs_allocate(&bins->bins, count, sizeof *bins->bins, err));
    for (uint32_t i = 0; i < count; i++) {
        bins->bins[i] = (gs_bin){.least = INFINITY, .most = -INFINITY};
    }
cleanup:
    return status;
}

gpusim_time gs_bins_begin(const gs_bins *bins, uint32_t i)
{
    double width = (double)(bins->to - bins->from) / bins->count;
    return i == bins->count ? bins->to : bins->from + (gpusim_time)(i * width);
}

// the bin of a time that lies within
static uint32_t bin_of(const gs_bins *bins, gpusim_time time)
{
    double share = (double)(time - bins->from) / (double)(bins->to - bins->from);
    uint32_t i = (uint32_t)(share * bins->count);
    i = i < bins->count ? i : bins->count - 1;
    // begins are rounded: the one that they say is right
    while (i > 0 && time < gs_bins_begin(bins, i)) {
        i--;
    }
    while (i + 1 < bins->count && time >= gs_bins_begin(bins, i + 1)) {
        i++;
    }
    return i;
}

static void add(gs_bin *bin, double value, double weight)
{
    bin->sum += value * weight;
    bin->weight += weight;
    bin->least = fmin(bin->least, value);
    bin->most = fmax(bin->most, value);
    bin->looks++;
}

void gs_bins_hold(gs_bins *bins, gpusim_time from, gpusim_time to, double value)
{
    from = from > bins->from ? from : bins->from;
    to = to < bins->to ? to : bins->to;
    if (from >= to) {
        return;
    }
    for (uint32_t i = bin_of(bins, from); from < to; i++) {
        gpusim_time end = gs_bins_begin(bins, i + 1);
        end = end < to ? end : to;
        add(&bins->bins[i], value, gpusim_seconds(end - from));
        from = end;
    }
}

void gs_bins_sample(gs_bins *bins, gpusim_time time, double value)
{
    if (time < bins->from || time > bins->to) {
        return;
    }
    gs_bin *bin = &bins->bins[bin_of(bins, time)];
    if (isnan(value)) {
        bin->looks++;
    } else {
        add(bin, value, 1);
    }
}

double gs_bin_mean(const gs_bin *bin)
{
    return bin->weight > 0 ? bin->sum / bin->weight : (double)NAN;
}

static int by_time(const void *a, const void *b)
{
    const gs_change *x = a, *y = b;
    return (x->time > y->time) - (x->time < y->time);
}

gpusim_status gs_bins_changes(gs_bins *bins, gs_array *changes, gpusim_time until,
                              gpusim_error *err)
{
    gpusim_status status;
    gpusim_time since = 0;
    double value = 0;
    GPUSIM_TRY(gs_sort(changes->data, changes->count, sizeof(gs_change), by_time, err));
    for (uint32_t i = 0; i < changes->count; i++) {
        const gs_change *change = &GS_AT(*changes, gs_change, i);
        gs_bins_hold(bins, since, change->time < until ? change->time : until, value);
        since = change->time;
        value += change->by;
    }
    gs_bins_hold(bins, since, until, value);
cleanup:
    return status;
}
