/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The jobs of a trace in order of submission, each with the places where it ran last. All of them
 * and their allocations are in memory meanwhile, 200 bytes and 48 bytes each; twice while they are
 * sorted. */
#ifndef GS_TRACE_JOB_LIST_H
#define GS_TRACE_JOB_LIST_H

#include "trace/rows.h"

typedef struct gs_job_list {
    gpusim_trace *trace;
    gpusim_node_row *nodes;
    gpusim_job_row *jobs;
    gpusim_allocation_row *parts; /* by job, the last attempt first, then by node and GPU */
    uint64_t count, part_count;
    uint64_t next, next_part;
} gs_job_list;

/* One of them: `parts` are of the last placement of its last attempt. */
typedef struct gs_listed_job {
    const gpusim_job_row *row;
    const gpusim_allocation_row *parts;
    uint64_t parts_count;   /* 0: it never ran */
    gpusim_time start, end; /* of its last attempt, all placements of it */
} gs_listed_job;

/* Those that the filter means; NULL: all. Release it also after an error. */
gpusim_status gs_job_list_read(gs_job_list *list, gpusim_trace *trace,
                               const gpusim_export_filter *filter, gpusim_error *err);
/* 0 when there is no other. */
int gs_job_list_next(gs_job_list *list, gs_listed_job *job);
void gs_job_list_rewind(gs_job_list *list);
void gs_job_list_release(gs_job_list *list);

/* Number over the whole cluster of a part's first GPU, and how many there are; 0 when it has none.
 */
uint32_t gs_job_list_gpus(const gs_job_list *list, const gpusim_allocation_row *part,
                          uint32_t *first);

#endif
