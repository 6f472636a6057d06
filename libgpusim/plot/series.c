/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What traces hold, over time: from tables exactly, from telemetry as it was sampled. */
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "plot/plot.h"
#include "study/read.h"

#define VALUES_AT_ONCE 1048576u
#define ENTITIES       16u /* of a chunk in the file */

double gs_plot_bins(gs_plot *plot, const char *block, const gs_bins *bins, double unit)
{
    double most = (double)NAN;
    for (uint32_t i = 0; i < bins->count; i++) {
        most = bins->bins[i].weight > 0 ? fmax(most, bins->bins[i].most / unit) : most;
    }
    if (isnan(most)) {
        return most;
    }
    gs_plot_block(plot, block);
    for (uint32_t i = 0; i < bins->count; i++) {
        const gs_bin *bin = &bins->bins[i];
        gpusim_time begin = gs_bins_begin(bins, i), end = gs_bins_begin(bins, i + 1);
        // the line goes through bins between two samples, and breaks where values are missing
        if (bin->looks > 0) {
            const double row[] = {gs_plot_time(plot, begin + (end - begin) / 2),
                                  gs_bin_mean(bin) / unit, bin->least / unit, bin->most / unit};
            gs_plot_row(plot, 4, row);
        }
    }
    return most;
}

/* ---- tables ---- */

static gpusim_status push(gs_array *changes, gpusim_time time, double by, gpusim_error *err)
{
    gs_change change = {time, by};
    return gs_array_push(changes, &change, err);
}

gpusim_status gs_plot_allocated(gpusim_trace *trace, gs_bins *bins, gpusim_error *err)
{
    gpusim_status status;
    gpusim_allocation_row *parts = NULL;
    gs_array changes = GS_ARRAY(gs_change);
    gpusim_time end;
    uint64_t count;
    GPUSIM_TRY(gs_whole_table(trace, GPUSIM_TABLE_ALLOCATIONS, &parts, &count, err));
    for (uint64_t i = 0; i < count; i++) {
        double gpus = parts[i].gpus * (double)parts[i].milli / 1000;
        GPUSIM_TRY(push(&changes, parts[i].start, gpus, err));
        GPUSIM_TRY(push(&changes, parts[i].end, -gpus, err));
    }
    GPUSIM_TRY(gs_trace_end(trace, &end, err));
    GPUSIM_TRY(gs_bins_changes(bins, &changes, end, err));
cleanup:
    gs_release(&parts);
    gs_array_release(&changes);
    return status;
}

gpusim_status gs_plot_waiting(gpusim_trace *trace, gs_bins *bins, gpusim_error *err)
{
    gpusim_status status;
    gpusim_event_row *events = NULL;
    uint8_t *waiting = NULL;
    gs_array changes = GS_ARRAY(gs_change);
    gpusim_time end;
    uint64_t count, jobs = gpusim_trace_get_info(trace)->rows[GPUSIM_TABLE_JOBS];
    GPUSIM_TRY(gs_whole_table(trace, GPUSIM_TABLE_EVENTS, &events, &count, err));
    // jobs are numbered as they come; of a run that was killed not all have their row
    for (uint64_t i = 0; i < count; i++) {
        if (events[i].type == GPUSIM_EVENT_SUBMIT && events[i].entity >= jobs &&
            events[i].entity < count) {
            jobs = events[i].entity + 1;
        }
    }
    GPUSIM_TRY(gs_allocate(&waiting, jobs + 1, 1, err));
    for (uint64_t i = 0; i < count; i++) {
        int now = gs_waits_after(&events[i]);
        if (now >= 0 && events[i].entity < jobs && waiting[events[i].entity] != now) {
            waiting[events[i].entity] = (uint8_t)now;
            GPUSIM_TRY(push(&changes, events[i].time, now ? 1 : -1, err));
        }
    }
    GPUSIM_TRY(gs_trace_end(trace, &end, err));
    GPUSIM_TRY(gs_bins_changes(bins, &changes, end, err));
cleanup:
    gs_release(&events);
    gs_release(&waiting);
    gs_array_release(&changes);
    return status;
}

/* ---- telemetry ---- */

// a value of any type; NaN: missing
static double value_at(const gpusim_trace_metric *metric, const void *values, size_t i)
{
    switch (metric->type) {
    case GPUSIM_FLOAT32:
        return (double)((const float *)values)[i];
    case GPUSIM_FLOAT64:
        return ((const double *)values)[i];
    case GPUSIM_UINT32: {
        uint32_t value = ((const uint32_t *)values)[i];
        return value == UINT32_MAX ? (double)NAN : value;
    }
    default: {
        uint64_t value = ((const uint64_t *)values)[i];
        return value == UINT64_MAX ? (double)NAN : (double)value;
    }
    }
}

/* The samples of the time that is shown. */
typedef struct samples {
    double *times; /* [count] */
    uint64_t first, count;
} samples;

static gpusim_status find_samples(gpusim_trace *trace, const gs_bins *bins, samples *found,
                                  gpusim_error *err)
{
    gpusim_status status;
    uint64_t all = gpusim_trace_get_info(trace)->samples, end;
    GPUSIM_TRY(gs_allocate(&found->times, all + 1, sizeof *found->times, err));
    GPUSIM_TRY(gpusim_trace_times(trace, 0, all, found->times, err));
    found->first = 0;
    while (found->first < all &&
           gpusim_time_from_seconds(found->times[found->first]) < bins->from) {
        found->first++;
    }
    for (end = found->first; end < all; end++) {
        if (gpusim_time_from_seconds(found->times[end]) > bins->to) {
            break;
        }
    }
    found->count = end - found->first;
    memmove(found->times, found->times + found->first, found->count * sizeof *found->times);
cleanup:
    return status;
}

// values of some entities into their sum, or the largest of them; [count] of `into`, NaN at first
static void fold(const gpusim_trace_metric *metric, const gs_wanted *want, const void *values,
                 uint32_t entities, uint64_t count, double *into)
{
    for (uint32_t e = 0; e < entities; e++) {
        for (uint64_t i = 0; i < count; i++) {
            double value = value_at(metric, values, e * count + i);
            if (want->bits && !isnan(value)) {
                value = ((uint64_t)value & want->bits) != 0;
            }
            if (!isnan(value)) {
                into[i] = isnan(into[i])            ? value
                          : want->of == GS_PLOT_SUM ? into[i] + value
                                                    : fmax(into[i], value);
            }
        }
    }
}

gpusim_status gs_plot_read(gpusim_trace *trace, const gs_wanted *want, gs_bins *bins,
                           gpusim_error *err)
{
    gpusim_status status;
    const gpusim_trace_metric *about = gpusim_trace_get_metric(trace, want->metric);
    samples shown = {0};
    double *values = NULL, *folded = NULL;
    uint64_t at_once = VALUES_AT_ONCE / ENTITIES;
    if (!about) {
        return GPUSIM_OK;
    }
    GPUSIM_TRY(find_samples(trace, bins, &shown, err));
    at_once = at_once < shown.count ? at_once : shown.count;
    GPUSIM_TRY(gs_allocate(&values, ENTITIES * at_once + 1, sizeof *values, err));
    GPUSIM_TRY(gs_allocate(&folded, at_once + 1, sizeof *folded, err));
    for (uint64_t from = 0; from < shown.count; from += at_once) {
        uint64_t count = shown.count - from < at_once ? shown.count - from : at_once;
        for (uint64_t i = 0; i < count; i++) {
            folded[i] = (double)NAN;
        }
        for (uint32_t e = 0; e < want->entities; e += ENTITIES) {
            uint32_t left = want->entities - e, some = left < ENTITIES ? left : ENTITIES;
            GPUSIM_TRY(gpusim_trace_values(trace, want->metric, want->first + e, some,
                                           shown.first + from, count, values, err));
            fold(about, want, values, some, count, folded);
        }
        for (uint64_t i = 0; i < count; i++) {
            gs_bins_sample(bins, gpusim_time_from_seconds(shown.times[from + i]), folded[i]);
        }
    }
cleanup:
    gs_release(&shown.times);
    gs_release(&values);
    gs_release(&folded);
    return status;
}

gpusim_status gs_plot_draw(gs_plot *plot, const gs_wanted *want, const char *block, double unit,
                           double *most, gpusim_error *err)
{
    gpusim_status status;
    gs_bins bins = {0};
    GPUSIM_TRY(gs_bins_create(&bins, plot->from, plot->to, plot->bins, err));
    GPUSIM_TRY(gs_plot_read(plot->traces[0], want, &bins, err));
    *most = gs_plot_bins(plot, block, &bins, unit);
cleanup:
    gs_release(&bins.bins);
    return status;
}

gpusim_status gs_plot_peak(const gs_plot *plot, const gs_wanted *want, double *peak,
                           gpusim_error *err)
{
    gpusim_status status;
    gs_bins bins = {0};
    GPUSIM_TRY(gs_bins_create(&bins, plot->from, plot->to, 1, err));
    GPUSIM_TRY(gs_plot_read(plot->traces[0], want, &bins, err));
    *peak = bins.bins[0].weight > 0 ? bins.bins[0].most : (double)NAN;
cleanup:
    gs_release(&bins.bins);
    return status;
}
