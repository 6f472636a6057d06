/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Figures of traces: what gnuplot draws them from. Traces are all that is read; the library writes
 * data and a script, and whoever called runs gnuplot. */
#ifndef GPUSIM_PLOT_H
#define GPUSIM_PLOT_H

#include <gpusim/trace.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct gpusim_figure {
    const char *name, *doc;
    uint32_t traces; /* how many it can show; 0: any number, against each other */
    uint32_t entity; /* gpusim_entity of what it may be about (options.entity); GPUSIM_NONE: none */
    uint32_t width, height; /* pixels, unless the options say */
} gpusim_figure;

/* All that there are, in the order in which one looks at them. */
GPUSIM_API const gpusim_figure *gpusim_figures(uint32_t *count);
/* NULL when there is none of that name. */
GPUSIM_API const gpusim_figure *gpusim_figure_find(const char *name);

typedef enum gpusim_picture {
    GPUSIM_PNG,
    GPUSIM_SVG,
    GPUSIM_PDF,
    GPUSIM_TEX, /* for LaTeX: words in NAME.tex, which shows NAME.pdf */
} gpusim_picture;

typedef struct gpusim_plot_options {
    uint32_t size;          /* filled by gpusim_plot_options_default */
    uint32_t width, height; /* pixels (of 1/96 inch in a PDF); 0: as the figure has it */
    uint32_t picture;       /* gpusim_picture */
    gpusim_time from, to;   /* the part of the run that is shown; to GPUSIM_TIME_MAX: to its end */
    const char *entity;     /* what it is about, by name; NULL: the one with most to show */
    gpusim_time start;      /* what time 0 was, since 1970: the axis shows dates; below 0: none */
    const char *name;       /* of the picture's file, without ending; NULL: the figure's */
} gpusim_plot_options;

#define gpusim_plot_options_default(options)                                                       \
    gpusim_plot_options_init((options), (uint32_t)sizeof(gpusim_plot_options))
GPUSIM_API void gpusim_plot_options_init(gpusim_plot_options *options, uint32_t size);

/* Writes NAME.dat and NAME.gp into a folder that exists. `gnuplot NAME.gp` in there makes NAME.png
 * (.svg, .pdf, .tex). labels[count] tell several traces apart. What a trace does not have is left
 * out of the figure, or it says so where nothing is left. Series are thinned to what can be seen,
 * with their least and largest values kept. O(rows and values read) time; memory for the tables
 * read, and for a bounded part of the telemetry. GPUSIM_ARGUMENT: no such entity, more than 16
 * traces, or nothing between `from` and `to`. */
GPUSIM_API gpusim_status gpusim_plot_write(const gpusim_figure *figure, gpusim_trace *const *traces,
                                           const char *const *labels, uint32_t count,
                                           const gpusim_plot_options *options, const char *folder,
                                           gpusim_error *err);

/* ---- what detectors found ---- */

/* What some detectors were shown. All of it outlives the figures. */
typedef struct gpusim_detection {
    uint32_t size; /* sizeof */
    uint32_t entities;
    uint64_t count;        /* samples */
    const char *log;       /* what it is called */
    const double *times;   /* [count], s, rising */
    const uint8_t *labels; /* [entities][count], 1: anomalous; NULL: nobody knows */
    uint32_t entity;       /* the one whose scores are shown, ... */
    uint32_t gap;          /* alarms so many samples apart are one */
    const char *name;      /* ... and what it is called; "": there is only one */
} gpusim_detection;

/* Two figures, `precision`: precision against recall of samples over all thresholds, a curve for
 * each detector, where something is marked; and `scores`: those of one entity over time, a panel
 * for each detector, with what is marked as bands, the threshold and the alarms. Files are as with
 * gpusim_plot_write. At most 64 detectors, 8 of which have a panel. */
typedef struct gpusim_detection_plot gpusim_detection_plot;
GPUSIM_API gpusim_status gpusim_detection_plot_open(const gpusim_detection *of,
                                                    const gpusim_plot_options *options,
                                                    const char *folder,
                                                    gpusim_detection_plot **plot,
                                                    gpusim_error *err);
/* scores[count][entities] without NaN. O(n log n). */
GPUSIM_API gpusim_status gpusim_detection_plot_add(gpusim_detection_plot *plot,
                                                   const char *detector, const double *scores,
                                                   double threshold, gpusim_error *err);
/* With GPUSIM_OK files get their names, else they go; returns that status, or what went wrong. Ends
 * the plot, which may be NULL. */
GPUSIM_API gpusim_status gpusim_detection_plot_close(gpusim_detection_plot *plot,
                                                     gpusim_status status, gpusim_error *err);

#ifdef __cplusplus
}
#endif
#endif
