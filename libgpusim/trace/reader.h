/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A trace that is open for reading, and what its parts need of each other. */
#ifndef GS_TRACE_READER_H
#define GS_TRACE_READER_H

#include <gpusim/trace.h>

#include "base/memory.h"
#include "trace/h5.h"
#include "trace/layout.h"
#include "trace/superblock.h"

/* Strings of fixed width, each terminated. */
typedef struct gs_texts {
    char *bytes;
    size_t width; /* the end included */
    uint32_t count;
} gs_texts;

typedef struct gs_read_series {
    gpusim_trace_metric metric;
    hid_t set;
} gs_read_series;

struct gpusim_trace {
    char *path;
    hid_t file;
    gs_trace_found found;
    gpusim_trace_info info;
    gs_arena arena;                       /* texts of info and metrics */
    hid_t tables[GPUSIM_TABLE_COUNT];     /* 0: absent */
    hid_t row_types[GPUSIM_TABLE_COUNT];  /* how a row lies in memory: the columns that are there */
    uint64_t columns[GPUSIM_TABLE_COUNT]; /* bit i: column i is there */
    hid_t time;
    gs_read_series *series;
    uint32_t series_count, series_capacity;
    gs_texts names;
    gs_texts entities[GS_ENTITY_KINDS];
};

/* Opens the tables and learns their columns. */
gpusim_status gs_read_tables(gpusim_trace *trace, gpusim_error *err);
/* Opens the metrics. */
gpusim_status gs_read_metrics(gpusim_trace *trace, gpusim_error *err);
/* A dataset of strings, whole. */
gpusim_status gs_read_texts(hid_t at, const char *name, gs_texts *texts, gpusim_error *err);
const char *gs_text(const gs_texts *texts, uint32_t i);
/* A text attribute into the arena; "" when it is absent. */
gpusim_status gs_read_text(hid_t at, const char *name, gs_arena *arena, const char **text,
                           gpusim_error *err);
/* A number; left alone when it is absent. */
gpusim_status gs_read_number(hid_t at, const char *name, gpusim_field_type type, void *value,
                             gpusim_error *err);

/* The extent of a dataset that has this rank; GPUSIM_FORMAT when it has another, or claims more
 * than its bytes in the file can decode to. */
gpusim_status gs_read_extent(hid_t set, const char *name, int rank, hsize_t *extent,
                             gpusim_error *err);

/* Rows without entering HDF5's quiet again, and with their "no value"s. */
gpusim_status gs_read_rows(gpusim_trace *trace, gpusim_table table, uint64_t first, uint64_t count,
                           void *rows, gpusim_error *err);
gpusim_status gs_read_values(gpusim_trace *trace, uint32_t metric, uint32_t first_entity,
                             uint32_t entities, uint64_t first_sample, uint64_t samples,
                             void *values, gpusim_error *err);
gpusim_status gs_read_times(gpusim_trace *trace, uint64_t first, uint64_t count, double *seconds,
                            gpusim_error *err);

/* "telemetry/gpu/gpu_util" */
void gs_metric_path(const gpusim_trace_metric *metric, char *buffer, size_t size);

#endif
