/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Nodes whose clocks were wrong: whoever joins samples by the times that nodes have given them
 * finds such a node's samples beside those that others took sooner or later. */
#ifndef GS_STUDY_LATE_H
#define GS_STUDY_LATE_H

#include <gpusim/trace.h>

#include "base/array.h"

/* From one sample of the trace on, whose samples stand there: those `shift` before it. */
typedef struct gs_late_run {
    uint32_t node, reserved;
    uint64_t from;
    int64_t shift; /* GS_LATE_NONE: no sample has such a time */
} gs_late_run;

#define GS_LATE_NONE INT64_MAX

/* Runs of all nodes whose clocks were ever wrong, node by node, each from sample 0 on; none when
 * the trace says nothing of clocks. A sample belongs to the nearest time of a true one, and of
 * several that do the last counts; times before the first or beyond the last are lost. */
gpusim_status gs_late_runs(gpusim_trace *trace, const double *times, uint64_t samples,
                           gs_array *runs, gpusim_error *err);

#endif
