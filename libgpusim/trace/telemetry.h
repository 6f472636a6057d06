/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Telemetry on its way to the file: one dataset a metric, entities by samples, gathered until whole
 * chunks are full. */
#ifndef GS_TRACE_TELEMETRY_H
#define GS_TRACE_TELEMETRY_H

#include <gpusim/model.h>

#include "trace/file.h"

#define GS_CHUNK_ENTITIES 16u
#define GS_SAMPLES_MIN    8u
#define GS_SAMPLES_MAX    512u
#define GS_SAMPLES_STAGED 16u /* or a whole chunk, if that is less */

/* Entities of one chunk, for a metric that has so many. */
uint32_t gs_chunk_entities(uint32_t entities);

typedef struct gs_series {
    const gpusim_metric *metric;
    hid_t set;
    unsigned char *values; /* [entities, rounded up to chunks][samples of a chunk] */
    unsigned char *staged; /* [samples staged][entities] */
    uint32_t entities;
    uint32_t bytes; /* of a value */
} gs_series;

typedef struct gs_telemetry {
    gs_series *series;
    uint32_t count;
    uint32_t *series_of; /* by metric number; GPUSIM_NONE: not sampled */
    uint32_t metrics;
    hid_t time;            /* the dataset of sample times */
    double *times;         /* [samples of a chunk] */
    uint32_t samples;      /* of a chunk */
    uint32_t stage;        /* samples that are turned at once: what a cache line of values holds */
    uint32_t filled;       /* of those */
    uint32_t synced;       /* of those, how many the file has */
    uint64_t before;       /* samples of finished chunks */
    uint64_t sample_bytes; /* of all metrics at one time */
    uint64_t chunk_bytes;  /* of the largest chunk */
} gs_telemetry;

/* Chooses the chunks that the budget allows; no file needed yet. */
gpusim_status gs_telemetry_plan(gs_telemetry *telemetry, const gpusim_model *model, uint64_t budget,
                                gpusim_error *err);
/* Creates /telemetry. */
gpusim_status gs_telemetry_create(gs_telemetry *telemetry, const gpusim_model *model, gs_file *file,
                                  gpusim_error *err);
gpusim_status gs_telemetry_add(gs_telemetry *telemetry, gs_file *file, gpusim_time time,
                               const gpusim_sample *samples, uint32_t count, gpusim_error *err);
/* Brings samples of unfinished chunks into the file too. */
gpusim_status gs_telemetry_sync(gs_telemetry *telemetry, gs_file *file, gpusim_error *err);
void gs_telemetry_release(gs_telemetry *telemetry);

#endif
