/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The faults of a trace as events, and when they may be found on which GPU. */
#ifndef GS_STUDY_TRUTH_H
#define GS_STUDY_TRUTH_H

#include <gpusim/study.h>
#include <gpusim/trace.h>

#include "base/array.h"

#define GS_TRUTH_GRACE 5 /* samples behind a window in which an alarm still finds it */

/* A fault and all it brought along. */
typedef struct gs_event {
    uint64_t root;
    gpusim_time first; /* effect */
    uint32_t kind;     /* name */
    uint32_t found;
    uint32_t before;  /* it began before the samples: it is no event of theirs, nor are its alarms
                       * false */
    uint32_t already; /* somebody was alarmed when it began: a delay would say nothing */
    double delay;     /* s; NaN: none */
} gs_event;

/* When an event may be found on a GPU. */
typedef struct gs_window {
    uint32_t gpu, event;
    gpusim_time from, to;
} gs_window;

typedef struct gs_truth {
    gpusim_trace *trace;
    gpusim_fault_row *faults;
    gpusim_node_row *nodes;
    gpusim_allocation_row *parts; /* by job and attempt */
    uint64_t *on_node;            /* [part_count]: parts, by node */
    uint64_t *first_on_node;      /* [node_count + 1]: where each node's begin there */
    double *times;
    uint64_t fault_count, node_count, part_count;
    uint64_t first, samples; /* that were scored */
    uint32_t gpus;
    gpusim_time grace;
    gs_array events;  /* event, by root */
    gs_array windows; /* window, by GPU and begin */
} gs_truth;

/* Reads the faults of a trace as they can be met in `count` samples from `first` on of `gpus` GPUs,
 * with so many samples of grace behind each. Release it also after an error. */
gpusim_status gs_truth_read(gpusim_trace *trace, uint64_t first, uint64_t count, uint32_t gpus,
                            uint32_t grace, gs_truth *truth, gpusim_error *err);
void gs_truth_release(gs_truth *truth);

/* The class of the first event whose window on a GPU the time meets, of windows first .. end - 1;
 * -1: it meets none. */
int gs_truth_class(const gs_truth *truth, uint32_t first, uint32_t end, gpusim_time from,
                   gpusim_time to);

/* ---- fault_scores.c ---- */
/* The events that a run of alarms on a GPU meets are found; `told`: when somebody was told. The
 * GPU's windows are first .. end - 1. Returns how many of them it met. */
uint32_t gs_truth_meet(gs_truth *truth, uint32_t first, uint32_t end, gpusim_time from,
                       gpusim_time to, gpusim_time told);
/* What was found, kind by kind, and false alarms over node-days, once all alarms have met. */
gpusim_status gs_truth_score(const gs_truth *truth, gpusim_fault_scores *scores, gpusim_error *err);

gpusim_time gs_truth_begin(const gs_truth *truth); /* of the samples */
gpusim_time gs_truth_end(const gs_truth *truth);

#endif
