/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The one list of figures. Each has a function that writes its data, gs_plot_NAME, and a script,
 * analysis/plots/NAME.gp. */
#ifndef GS_PLOT_FIGURES_H
#define GS_PLOT_FIGURES_H

#include "plot/plot.h"

/* name in C, name, traces (0: any number), entity, width, height, doc */
#define GS_FIGURES(X)                                                                              \
    X(overview, "overview", 1, GPUSIM_NONE, 1200, 900,                                             \
      "GPUs, the queue, power and heat on one axis of time, with faults as bands.")                \
    X(runs, "runs", 0, GPUSIM_NONE, 1200, 900,                                                     \
      "Several runs against each other: allocation, utilization, queue, how jobs fared.")          \
    X(queue, "queue", 0, GPUSIM_NONE, 1200, 600,                                                   \
      "GPUs allocated and jobs that wait, of several runs.")                                       \
    X(cdf, "cdf", 0, GPUSIM_NONE, 1200, 480,                                                       \
      "How completion times, waits and slowdowns are distributed, of several runs.")               \
    X(gantt, "gantt", 1, GPUSIM_NONE, 1200, 700,                                                   \
      "Which job was where; of many nodes how busy each was.")                                     \
    X(heatmap, "heatmap", 1, GPUSIM_NONE, 1200, 700, "Utilization of nodes over time.")            \
    X(gpu, "gpu", 1, GPUSIM_OF_GPU, 1200, 1000,                                                    \
      "Temperature, power and clock of one GPU, the hottest, and what held its clock down.")       \
    X(vram, "vram", 1, GPUSIM_OF_GPU, 1200, 900,                                                   \
      "Memory of GPUs that jobs hold: of all, of the fullest, of nodes; or of one GPU.")           \
    X(fragmentation, "fragmentation", 1, GPUSIM_NONE, 1200, 600,                                   \
      "What stands idle, and what of it is no use to any kind of job.")                            \
    X(racks, "racks", 1, GPUSIM_NONE, 1200, 800, "Power of racks against their caps.")             \
    X(energy, "energy", 0, GPUSIM_NONE, 1200, 500, "Where the energy of several runs went.")       \
    X(faults, "faults", 1, GPUSIM_NONE, 1200, 600,                                                 \
      "What was wrong when, by kind, and what detectors said.")

#define FIGURE(name, words, traces, entity, width, height, doc)                                    \
    gpusim_status gs_plot_##name(gs_plot *plot, gpusim_error *err);                                \
    extern const char gs_script_##name[];
GS_FIGURES(FIGURE)
#undef FIGURE

/* Those of plot/detection.c. */
extern const char gs_script_precision[], gs_script_scores[];

/* What all scripts begin with. */
extern const char gs_script_style[];

#endif
