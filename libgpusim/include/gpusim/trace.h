/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Traces: an observer that writes a run to an HDF5 file, and a reader for what it wrote. *Uses
 * GSL:* no. Of HDF5 only this room's calls reach the library. */
#ifndef GPUSIM_TRACE_H
#define GPUSIM_TRACE_H

#include <gpusim/sim.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct gpusim_trace_options {
    uint32_t size;
    uint8_t force;        /* overwrite an existing file */
    uint8_t reproducible; /* leave out stamps and wall times: equal bytes for equal histories */
    uint8_t reserved[2];
    uint64_t buffer_bytes; /* for telemetry; 256 MiB */
} gpusim_trace_options;

#define gpusim_trace_options_default(options)                                                      \
    gpusim_trace_options_init((options), (uint32_t)sizeof(gpusim_trace_options))
GPUSIM_API void gpusim_trace_options_init(gpusim_trace_options *options, uint32_t size);

typedef struct gpusim_trace_writer gpusim_trace_writer;

/* Prepares a writer and the observer that feeds it. The file appears at the observer's `begin` and
 * stays readable whatever happens after. GPUSIM_EXISTS without force. It serves one run;
 * destroy it after the sim. */
GPUSIM_API gpusim_status gpusim_trace_writer_create(const char *path,
                                                    const gpusim_trace_options *options,
                                                    gpusim_trace_writer **writer,
                                                    gpusim_observer *observer, gpusim_error *err);
GPUSIM_API void gpusim_trace_writer_destroy(gpusim_trace_writer *writer);

/* ---- reading ---- */

/* A trace that is open for reading; used by one thread at a time. */
typedef struct gpusim_trace gpusim_trace;

/* Opens a trace. One whose writer was killed is put right first, if it may be written (its flags
 * and end mark, as `h5clear -s --increment=0` does); one whose run is still going on shows what has
 * been flushed. GPUSIM_IO when it cannot be read, GPUSIM_FORMAT when it is no trace, or of another
 * format version. */
GPUSIM_API gpusim_status gpusim_trace_open(const char *path, gpusim_trace **trace,
                                           gpusim_error *err);
GPUSIM_API void gpusim_trace_close(gpusim_trace *trace);

/* Looks again at a trace whose run goes on: rows and samples may have grown. */
GPUSIM_API gpusim_status gpusim_trace_refresh(gpusim_trace *trace, gpusim_error *err);

typedef struct gpusim_trace_info {
    uint32_t size;
    uint32_t format_version, format_minor;
    uint8_t complete; /* the run reached its end */
    uint8_t live;     /* its writer is at work */
    uint8_t repaired; /* its writer was killed; opening it has put it right */
    uint8_t reserved;
    uint64_t seed;
    const char *gpusim_version, *model_hash, *name, *scheduler;
    const char *scenario_file, *scenario, *effective_scenario; /* texts as they were read */
    const char *file_time;                                     /* ISO 8601, or "" */
    uint64_t rows[16];                                         /* of each gpusim_table */
    uint64_t samples;                                          /* of each metric */
    uint32_t metrics, names;
    double first_sample_s, last_sample_s; /* NaN: none */
} gpusim_trace_info;

/* What is in a trace; valid until it is refreshed or closed. */
GPUSIM_API const gpusim_trace_info *gpusim_trace_get_info(const gpusim_trace *trace);

/* Rows first .. first + count - 1 of a table as the structs of <gpusim/record.h>. Columns that the
 * trace lacks (it is of an older minor version) are "no value". */
GPUSIM_API gpusim_status gpusim_trace_rows(gpusim_trace *trace, gpusim_table table, uint64_t first,
                                           uint64_t count, void *rows, gpusim_error *err);

/* What a NAME column means; NULL when there is no such name. Longer names were cut to 255 bytes. */
GPUSIM_API const char *gpusim_trace_name(const gpusim_trace *trace, uint32_t i);

typedef struct gpusim_trace_metric {
    const char *name; /* "gpu_util" */
    const char *unit; /* "%" */
    const char *doc;
    const char *dcgm;  /* "DCGM_FI_DEV_GPU_UTIL", or "" */
    uint32_t entities; /* how many have this metric */
    uint8_t entity;    /* gpusim_entity */
    uint8_t type;      /* GPUSIM_FLOAT32, _FLOAT64, _UINT32 or _UINT64 */
    uint8_t reserved[2];
} gpusim_trace_metric;

/* Metric i of the trace, NULL when there is none; by name with gpusim_trace_find_metric, which
 * answers GPUSIM_NONE when there is none. */
GPUSIM_API const gpusim_trace_metric *gpusim_trace_get_metric(const gpusim_trace *trace,
                                                              uint32_t i);
GPUSIM_API uint32_t gpusim_trace_find_metric(const gpusim_trace *trace, gpusim_entity entity,
                                             const char *name);

/* Name of an entity that has metrics ("train-0003/gpu2"); NULL when there is none. */
GPUSIM_API const char *gpusim_trace_entity(const gpusim_trace *trace, gpusim_entity entity,
                                           uint32_t i);

/* Times of samples, in seconds. */
GPUSIM_API gpusim_status gpusim_trace_times(gpusim_trace *trace, uint64_t first, uint64_t count,
                                            double *seconds, gpusim_error *err);

/* Values of a metric, [entities][samples] of the metric's type. Missing ones are NaN, or the type's
 * maximum. One entity's series is cheap: chunks hold many samples of few entities. */
GPUSIM_API gpusim_status gpusim_trace_values(gpusim_trace *trace, uint32_t metric,
                                             uint32_t first_entity, uint32_t entities,
                                             uint64_t first_sample, uint64_t samples, void *values,
                                             gpusim_error *err);

/* The summary; its numbers are "no value" when the run was killed. */
GPUSIM_API gpusim_status gpusim_trace_summary(gpusim_trace *trace, gpusim_summary *summary,
                                              gpusim_error *err);

/* XXH3-128 over the decoded values in a fixed order: equal when and only when the traces tell the
 * same run. Left out is what is not simulated: versions, stamps, paths, names and texts of the
 * scenario (the model's hash stands for it), wall times and memory. 32 hexadecimal digits. */
GPUSIM_API gpusim_status gpusim_trace_digest(gpusim_trace *trace, char digest[33],
                                             gpusim_error *err);

typedef struct gpusim_trace_difference {
    gpusim_time time;    /* when; GPUSIM_TIME_MAX: not at a time */
    uint64_t row;        /* of the table, or the sample */
    char where[128];     /* "events", "telemetry/gpu/gpu_util", "attributes", "summary" */
    char field[128];     /* the column, the entity, the attribute */
    char a[160], b[160]; /* the two values as text; where one has ended, of the field "rows" */
} gpusim_trace_difference;

/* Compares two traces. The first difference of each table, each metric, the attributes and the
 * summary, in order of time, at most `capacity` of them; *count is how many there are. */
GPUSIM_API gpusim_status gpusim_trace_diff(gpusim_trace *a, gpusim_trace *b,
                                           gpusim_trace_difference *differences, uint32_t capacity,
                                           uint32_t *count, gpusim_error *err);

typedef enum gpusim_export_format {
    GPUSIM_EXPORT_CSV,  /* RFC 4180 with "\n"; "no value" is an empty cell */
    GPUSIM_EXPORT_JSONL /* an object a line; "no value" is null */
} gpusim_export_format;

/* Takes text as it is made; a failure ends the export with that status. */
typedef gpusim_status (*gpusim_write_fn)(void *context, const char *text, size_t length);

/* A table as text. Times are in seconds, exact, and their columns end in `_s`; names and enums are
 * words. `jobs` comes in order of submission, with the nodes and GPUs of each job's last attempt:
 * `nodes` are names, `gpu_ids` numbers over the whole cluster (column `gpu` of cluster/gpus). */
GPUSIM_API gpusim_status gpusim_trace_export_table(gpusim_trace *trace, gpusim_table table,
                                                   gpusim_export_format format,
                                                   gpusim_write_fn write, void *context,
                                                   gpusim_error *err);

/* Which part of a trace is exported. */
typedef struct gpusim_export_filter {
    uint32_t size;           /* filled by gpusim_export_filter_default */
    uint32_t metric_count;   /* 0: all that the format has a name for */
    const uint32_t *metrics; /* of the trace */
    const char *node;        /* only of this node; NULL: of all */
    gpusim_time from, to;    /* only samples, or rows that overlap, from one to the other, both
                              * included */
    gpusim_time start;       /* what time 0 is, since 1970, where dates are written; 2026-01-01 */
    uint8_t blank;           /* dcgm: write what is missing as 9223372036854775794, which is what
                              * dcgm-exporter did before 3.0; later ones leave it out */
    uint8_t reserved[7];
    const char *job;  /* of tables: only of this job, SOURCE/ID, id or name; NULL: of all */
    const char *user; /* of tables: only of jobs of this user; NULL: of all */
} gpusim_export_filter;

#define gpusim_export_filter_default(filter)                                                       \
    gpusim_export_filter_init((filter), (uint32_t)sizeof(gpusim_export_filter))
GPUSIM_API void gpusim_export_filter_init(gpusim_export_filter *filter, uint32_t size);

/* The rows of a table that a filter means; NULL: all. A job's row is about the time from its
 * submission to its end, and about every node that it ever ran on; events of jobs are about the
 * nodes of these. GPUSIM_ARGUMENT when there is no such job, node or user, or when the table says
 * nothing of what the filter asks for. */
GPUSIM_API gpusim_status gpusim_trace_export_rows(gpusim_trace *trace, gpusim_table table,
                                                  const gpusim_export_filter *filter,
                                                  gpusim_export_format format,
                                                  gpusim_write_fn write, void *context,
                                                  gpusim_error *err);

/* The schedule in the Standard Workload Format 2.2; processors are GPUs. Jobs are numbered in order
 * of submission, from 1, and those without GPUs left out. Times have as many decimals as they need.
 * What ran several times has all of its run time, and the rest of its time as wait. */
GPUSIM_API gpusim_status gpusim_trace_export_swf(gpusim_trace *trace,
                                                 const gpusim_export_filter *filter,
                                                 gpusim_write_fn write, void *context,
                                                 gpusim_error *err);

/* The schedule as the jobs.csv that Batsim writes and Evalys reads; resources are GPUs. What ran
 * several times is told of its last attempt, so that no two jobs are shown on one GPU at one time
 * unless they shared it; unfinished jobs are left out. */
GPUSIM_API gpusim_status gpusim_trace_export_batsim(gpusim_trace *trace,
                                                    const gpusim_export_filter *filter,
                                                    gpusim_write_fn write, void *context,
                                                    gpusim_error *err);

/* Metrics as text; NULL as filter: all of it. One metric is a line for each sample, `time_s` and a
 * column for each entity; several, which are of one kind of entity, are a line for each sample and
 * entity: `time_s`, the entity's name, a column for each metric. Memory does not grow with the
 * number of samples, also below. */
GPUSIM_API gpusim_status gpusim_trace_export_metrics(gpusim_trace *trace,
                                                     const gpusim_export_filter *filter,
                                                     gpusim_export_format format,
                                                     gpusim_write_fn write, void *context,
                                                     gpusim_error *err);

/* Metrics of GPUs as dcgm-exporter shows them, in Prometheus' text format, each line with its time
 * in ms since 1970: metric by metric, the series of each in order of time. One sample alone is what
 * a scrape at that time would have given. UUIDs are made of the model's hash and the GPU's name. */
GPUSIM_API gpusim_status gpusim_trace_export_dcgm(gpusim_trace *trace,
                                                  const gpusim_export_filter *filter,
                                                  gpusim_write_fn write, void *context,
                                                  gpusim_error *err);

/* What `nvidia-smi --query-gpu=COLUMNS --format=csv` would have printed, a line for each sample and
 * GPU. `columns` is a list with commas; NULL: all whose metrics the trace has. */
GPUSIM_API gpusim_status gpusim_trace_export_smi(gpusim_trace *trace,
                                                 const gpusim_export_filter *filter,
                                                 const char *columns, gpusim_write_fn write,
                                                 void *context, gpusim_error *err);

#ifdef __cplusplus
}
#endif
#endif
