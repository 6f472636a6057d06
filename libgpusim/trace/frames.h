/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Telemetry read sample by sample: blocks of samples of several metrics and adjacent entities, so
 * that memory does not grow with the number of samples. */
#ifndef GS_TRACE_FRAMES_H
#define GS_TRACE_FRAMES_H

#include "trace/clocks.h"

typedef struct gs_frames {
    gpusim_trace *trace;
    const uint32_t *metrics; /* of the trace */
    uint32_t metric_count;
    uint32_t first_entity, entities;
    unsigned char **values; /* by metric: [entities][of the block] */
    double *times;          /* [most], true ones */
    gs_clocks clocks;
    uint64_t first, count; /* samples of the block that is loaded */
    uint64_t end;          /* behind the last that is wanted */
    uint64_t most;         /* of a block */
} gs_frames;

/* Reserves what reading the selected samples needs. Call gs_frames_end in any case. */
gpusim_status gs_frames_begin(gs_frames *frames, gpusim_trace *trace, const gs_selection *selection,
                              const uint32_t *metrics, uint32_t metric_count, uint32_t first_entity,
                              uint32_t entities, gpusim_error *err);
/* Loads the next block; count is 0 when there is none. */
gpusim_status gs_frames_next(gs_frames *frames, gpusim_error *err);
/* What the clock of the entity's node said, in s. */
double gs_frames_time(const gs_frames *frames, uint32_t entity, uint64_t sample);
/* A value of the block: metric i, entity from the first one, sample from the block's first. */
const void *gs_frames_value(const gs_frames *frames, uint32_t i, uint32_t entity, uint64_t sample);
void gs_frames_end(gs_frames *frames);

#endif
