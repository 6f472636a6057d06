/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The figures `overview` and `queue`: what a cluster and its queue did over time. */
#include <math.h>
#include <stdio.h>

#include "base/memory.h"
#include "base/sort.h"
#include "plot/figures.h"
#include "study/read.h"

#define SHADE      0.12
#define SHADED     50  /* bands that have this shade; more have less */
#define BANDS_MOST 300 /* faults that are shown as bands: the longest */

/* ---- both ---- */

typedef gpusim_status (*reader)(gpusim_trace *trace, gs_bins *bins, gpusim_error *err);

// a series of a trace as a block; *most: the largest value, NaN when nothing is known
static gpusim_status draw(gs_plot *plot, gpusim_trace *trace, const char *block, reader read,
                          double *most, gpusim_error *err)
{
    gpusim_status status;
    gs_bins bins = {0};
    GPUSIM_TRY(gs_bins_create(&bins, plot->from, plot->to, plot->bins, err));
    GPUSIM_TRY(read(trace, &bins, err));
    *most = gs_plot_bins(plot, block, &bins, 1);
cleanup:
    gs_release(&bins.bins);
    return status;
}

static double gpus_of(const gpusim_trace *trace)
{
    return (double)gpusim_trace_get_info(trace)->rows[GPUSIM_TABLE_GPUS];
}

/* ---- queue ---- */

gpusim_status gs_plot_queue(gs_plot *plot, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    double gpus = 0, waiting = 0, most;
    for (uint32_t t = 0; t < plot->count; t++) {
        char block[32];
        snprintf(block, sizeof block, "allocated %u", t + 1);
        GPUSIM_TRY(draw(plot, plot->traces[t], block, gs_plot_allocated, &most, err));
        snprintf(block, sizeof block, "waiting %u", t + 1);
        GPUSIM_TRY(draw(plot, plot->traces[t], block, gs_plot_waiting, &most, err));
        waiting = fmax(waiting, most);
        gpus = fmax(gpus, gpus_of(plot->traces[t]));
    }
    gs_plot_say_number(plot, "gpus", gpus);
    gs_plot_say_number(plot, "most_waiting", waiting);
cleanup:
    return status;
}

/* ---- overview ---- */

static gpusim_time length_of(const gpusim_fault_row *fault)
{
    return fault->end == GPUSIM_TIME_MAX ? GPUSIM_TIME_MAX : fault->end - fault->start;
}

static int by_length(const void *a, const void *b)
{
    const gpusim_fault_row *x = a, *y = b;
    gpusim_time p = length_of(x), q = length_of(y);
    return p != q ? (p < q) - (p > q) : (x->index > y->index) - (x->index < y->index);
}

static gpusim_status draw_faults(gs_plot *plot, gpusim_error *err)
{
    gpusim_status status;
    gpusim_fault_row *faults = NULL;
    gpusim_trace *trace = plot->traces[0];
    uint64_t count;
    uint32_t shown = 0, bands = 0;
    gpusim_time last_start = -1, last_end = -1;
    double shade;
    GPUSIM_TRY(gs_whole_table(trace, GPUSIM_TABLE_FAULTS, &faults, &count, err));
    GPUSIM_TRY(gs_sort(faults, count, sizeof *faults, by_length, err));
    // many lie one upon another, and are the paler
    shade = SHADE * fmin(1, (double)SHADED / fmax(1, fmin((double)count, BANDS_MOST)));
    for (uint64_t i = 0; i < count && bands < BANDS_MOST; i++) {
        gpusim_time end = faults[i].end < plot->to ? faults[i].end : plot->to;
        if (faults[i].start > plot->to || end < plot->from) {
            continue;
        }
        // what struck several at once is one band, no darker than others
        shown++;
        if (faults[i].start == last_start && end == last_end) {
            continue;
        }
        last_start = faults[i].start;
        last_end = end;
        fprintf(plot->script, "set object %u rectangle from ", ++bands);
        gs_plot_say_time(plot, faults[i].start);
        fputs(", graph 0 to ", plot->script);
        gs_plot_say_time(plot, end);
        fprintf(plot->script,
                ", graph 1 behind fillcolor '#d55e00' fillstyle transparent solid %.3g noborder\n",
                shade);
    }
    gs_plot_say_number(plot, "faults", shown);
    gs_plot_say_number(plot, "all_faults", (double)count);
cleanup:
    gs_release(&faults);
    return status;
}

// alerts of detectors: when they were raised, at most one in each bin
static gpusim_status draw_alerts(gs_plot *plot, gpusim_error *err)
{
    gpusim_status status;
    gpusim_alert_row *alerts = NULL;
    gs_bins bins = {0};
    uint64_t count;
    GPUSIM_TRY(gs_whole_table(plot->traces[0], GPUSIM_TABLE_ALERTS, &alerts, &count, err));
    GPUSIM_TRY(gs_bins_create(&bins, plot->from, plot->to, plot->bins, err));
    for (uint64_t i = 0; i < count; i++) {
        gs_bins_sample(&bins, alerts[i].time, 1);
    }
    gs_plot_say_number(plot, "all_alerts", (double)count);
    gs_plot_say_number(plot, "alerts", !isnan(gs_plot_bins(plot, "alerts", &bins, 1)));
cleanup:
    gs_release(&alerts);
    gs_release(&bins.bins);
    return status;
}

gpusim_status gs_plot_overview(gs_plot *plot, gpusim_error *err)
{
    gpusim_status status;
    gpusim_trace *trace = plot->traces[0];
    double allocated, waiting, power, hottest;
    gs_wanted drawn = {.metric = gpusim_trace_find_metric(trace, GPUSIM_OF_CLUSTER, "it_power"),
                       .entities = 1};
    gs_wanted heat = {.metric = gpusim_trace_find_metric(trace, GPUSIM_OF_GPU, "gpu_temp"),
                      .of = GS_PLOT_LARGEST};
    const gpusim_trace_metric *known = gpusim_trace_get_metric(trace, heat.metric);
    heat.entities = known ? known->entities : 0;
    GPUSIM_TRY(draw(plot, trace, "allocated", gs_plot_allocated, &allocated, err));
    GPUSIM_TRY(draw(plot, trace, "waiting", gs_plot_waiting, &waiting, err));
    GPUSIM_TRY(gs_plot_draw(plot, &drawn, "power", 1, &power, err));
    GPUSIM_TRY(gs_plot_draw(plot, &heat, "hottest", 1, &hottest, err));
    GPUSIM_TRY(draw_faults(plot, err));
    GPUSIM_TRY(draw_alerts(plot, err));
    gs_plot_say_number(plot, "gpus", gpus_of(trace));
    gs_plot_say_number(plot, "most_waiting", waiting);
    gs_plot_say_number(plot, "most_heat", hottest);
    gs_plot_say_number(plot, "has_power", !isnan(power));
    gs_plot_say_number(plot, "has_heat", !isnan(hottest));
cleanup:
    return status;
}
