/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Samples of a log in memory, and what its formats are read by. */
#ifndef GS_DETECT_SAMPLES_H
#define GS_DETECT_SAMPLES_H

#include <gpusim/detect.h>
#include <gpusim/record.h>

#include "base/array.h"
#include "base/memory.h"
#include "detect/frames.h"
#include "workload/lines.h"

struct gpusim_samples {
    gpusim_frames base;
    gpusim_scene scene;
    gs_arena arena;
    gs_array times;        /* gpusim_time */
    gs_array values;       /* double, [count][entities][signals] */
    gs_array labels;       /* uint8_t; empty: there are none */
    const char **entities; /* [entities]; NULL: they have no names */
    uint64_t first;        /* of those that are frames */
    uint64_t at;           /* the next frame, from there */
};

/* The same as gpusim_samples_read of bytes in memory, called `name` in messages. */
gpusim_status gs_samples_over(const char *name, const void *bytes, size_t size,
                              gpusim_samples **samples, gpusim_error *err);

/* Whether the first line of a file is one of what nvidia-smi or dcgm-exporter writes. */
int gs_is_smi(const char *line, size_t length);
int gs_is_prometheus(const char *line, size_t length);

/* Reads all of it into empty samples; closes `lines`. */
gpusim_status gs_samples_smi(gpusim_samples *samples, gs_lines *lines, gpusim_error *err);
gpusim_status gs_samples_prometheus(gpusim_samples *samples, gs_lines *lines, gpusim_error *err);

#endif
