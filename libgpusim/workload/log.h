/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A log while it is read: what its format has understood so far. */
#ifndef GS_WORKLOAD_LOG_H
#define GS_WORKLOAD_LOG_H

#include "workload/ids.h"
#include "workload/lines.h"
#include "workload/tables.h"
#include "workload/workload.h"

#define GS_LOG_COLUMNS 32

typedef struct gs_log {
    const gs_trace *trace;
    gs_names *names;
    gs_lines *lines;
    uint32_t source, group, cluster, vc, models, selector; /* names */
    uint32_t profile;        /* number of that of all its jobs, or GPUSIM_NONE */
    gs_array jobs;           /* gs_job, in order of lines */
    gs_array line_of;        /* uint32_t, of each job */
    gs_array extras;         /* gs_job_extra; `after` is set by gs_log_order */
    gs_array recorded_nodes; /* uint32_t */
    gs_array waits;          /* gs_log_wait */
    gs_ids ids;
    uint64_t bad_lines;
    uint8_t must_exist; /* a predecessor that is not in the log is an error */
    uint8_t stamps;     /* submits are dates, or seconds of Unix time */
    uint8_t header;     /* the header of a table has been read */
    uint8_t reserved;
    uint32_t columns;               /* of the header */
    int32_t column[GS_LOG_COLUMNS]; /* of a table: where each known column stands, or -1 */
    gs_array scratch;               /* char; a cell without its doubled quotes */
} gs_log;

/* A dependency as it was written. */
typedef struct gs_log_wait {
    uint32_t job, line;
    gs_id on;
} gs_log_wait;

/* A line understood. The job's source, group and VC are filled before. */
typedef struct gs_log_entry {
    gs_job job;
    gs_job_extra extra;
    gs_id id, after;
    uint8_t has_id, has_after;
    uint8_t part; /* one of several lines of a job: counts only when it is the first of its id */
} gs_log_entry;

/* What each format does with a line. GPUSIM_WORKLOAD: the line is bad. */
typedef gpusim_status gs_log_format(gs_log *log, const char *text, size_t length,
                                    gpusim_error *err);
gs_log_format gs_swf_line, gs_philly_line, gs_csv_line, gs_openb_line;

/* The id that a text means: a whole number written as a program would, or the text itself. */
gpusim_status gs_log_id(const gs_log *log, const char *text, size_t length, gs_id *id,
                        gpusim_error *err);
/* Makes *entry empty: no walltime, no recorded start, completed. */
void gs_log_entry_begin(const gs_log *log, gs_log_entry *entry);
/* Takes the entry over, or says that its id is there already. */
gpusim_status gs_log_add(gs_log *log, const gs_log_entry *entry, gpusim_error *err);

/* Reads all lines; log->trace, names, lines, source, group and vc are set. */
gpusim_status gs_log_read(gs_log *log, gpusim_error *err);
/* Sorts jobs by submit, ties in order of lines, resolves dependencies, and counts submits from the
 * time that is zero. */
gpusim_status gs_log_order(gs_log *log, gpusim_error *err);
void gs_log_begin(gs_log *log);
void gs_log_release(gs_log *log);

/* workload/select.c: drops what `select:` does not want, and counts submits from its beginning. */
gpusim_status gs_log_select(gs_log *log, gpusim_error *err);
/* workload/scale.c: `speed:` and `load:`. */
gpusim_status gs_log_scale(gs_log *log, double gpus, gpusim_error *err);

/* Sorts jobs by submit, ties as they stand; `after` in extras moves along. A stable merge sort,
 * O(n) when they are in order already. */
gpusim_status gs_jobs_sort(gs_array *jobs, gs_array *extras, gpusim_error *err);

#endif
