/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A figure that is being written: its data in named blocks, and what its script has to know. */
#ifndef GS_PLOT_PLOT_H
#define GS_PLOT_PLOT_H

#include <stddef.h>
#include <stdio.h>

#include <gpusim/plot.h>
#include <gpusim/sim.h>

#include "plot/bins.h"

#define GS_TRACES_MOST 16 /* in one figure */

typedef struct gs_plot {
    const gpusim_figure *figure;
    gpusim_trace *const *traces; /* [count] */
    const char *const *labels;
    uint32_t count;
    uint32_t bins;        /* how many a series is thinned to */
    gpusim_time from, to; /* what is shown */
    gpusim_time unit;     /* of its axis of time */
    gpusim_time start;    /* since 1970, of an axis of dates; else 0 */
    int dated, tex;       /* the axis of time shows dates; words are LaTeX's */
    const char *entity;   /* as in the options */
    FILE *data, *script;
    uint32_t blocks, reserved; /* begun */
} gs_plot;

/* ---- plot.c ---- */
/* A block of the data, found by its name (gnuplot's `index`); lines follow, columns with spaces. */
void gs_plot_block(gs_plot *plot, const char *name);
/* A time on the axis. */
double gs_plot_time(const gs_plot *plot, gpusim_time time);
/* A time on the axis, into the script. */
void gs_plot_say_time(const gs_plot *plot, gpusim_time time);
/* A line of numbers. */
void gs_plot_row(gs_plot *plot, uint32_t count, const double *values);
/* A further column of a line that is not yet ended: a text, in quotes. */
void gs_plot_word(gs_plot *plot, const char *text);
/* Names of the script. */
void gs_plot_say_number(gs_plot *plot, const char *name, double value);
void gs_plot_say_text(gs_plot *plot, const char *name, const char *format, ...) GPUSIM_PRINTF(3, 4);

/* What it is drawn with and into. */
void gs_plot_terminal(gs_plot *plot, const gpusim_plot_options *options);
/* As many bins as the picture has room for. */
void gs_plot_choose_bins(gs_plot *plot, const gpusim_plot_options *options);
/* What is shown, and its axis of time. */
gpusim_status gs_plot_span(gs_plot *plot, gpusim_time from, gpusim_time to, gpusim_error *err);

/* ---- series.c: what traces hold, over time ---- */
/* Lines of `time mean least most`, divided by `unit`; a line with NaN where values are missing.
 * Returns the largest of all; NaN when nothing is known, and then there is no such block. */
double gs_plot_bins(gs_plot *plot, const char *block, const gs_bins *bins, double unit);
/* GPUs that jobs hold, as if the trace were all that there is. */
gpusim_status gs_plot_allocated(gpusim_trace *trace, gs_bins *bins, gpusim_error *err);
/* Jobs that wait. */
gpusim_status gs_plot_waiting(gpusim_trace *trace, gs_bins *bins, gpusim_error *err);
/* What is wanted of a metric: of adjacent entities their sum or the largest; or, with bits, 1 where
 * one of these is set and else 0. A metric GPUSIM_NONE: nothing. */
typedef enum gs_plot_of { GS_PLOT_SUM, GS_PLOT_LARGEST } gs_plot_of;
typedef struct gs_wanted {
    uint32_t metric, first, entities, bits;
    gs_plot_of of;
} gs_wanted;

gpusim_status gs_plot_read(gpusim_trace *trace, const gs_wanted *want, gs_bins *bins,
                           gpusim_error *err);
/* The same of the first trace as a block, as gs_plot_bins has it. */
gpusim_status gs_plot_draw(gs_plot *plot, const gs_wanted *want, const char *block, double unit,
                           double *most, gpusim_error *err);
/* A block `map` of a metric of the first trace's GPUs, lines of `time node mean` with a mean over
 * the GPUs of each node, or row of nodes, divided by `unit`; and in the script `drawn`, 0 when
 * there is none, and `nodes`. */
gpusim_status gs_plot_map(gs_plot *plot, const char *metric, double unit, gpusim_error *err);
/* A GPU by its name. */
gpusim_status gs_plot_find_gpu(gpusim_trace *trace, const char *wanted, uint32_t gpus,
                               uint32_t *gpu, gpusim_error *err);
/* Its largest value in what is shown; NaN: nothing is known. */
gpusim_status gs_plot_peak(const gs_plot *plot, const gs_wanted *want, double *peak,
                           gpusim_error *err);

#endif
