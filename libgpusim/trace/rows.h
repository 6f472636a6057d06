/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which rows of a table an export is about: by time, job, node and user. */
#ifndef GS_TRACE_ROWS_H
#define GS_TRACE_ROWS_H

#include "trace/select.h"

typedef struct gs_rows {
    gpusim_trace *trace;
    gpusim_table table;
    gpusim_export_filter filter;
    unsigned char *meant; /* a bit for each job by its index; NULL: all are meant */
    uint64_t jobs;        /* bits: more than there are jobs */
    int has_node;
    gpusim_node_row node;
} gs_rows;

/* Finds job, node and user. Memory is a bit for each job, event and allocation. */
gpusim_status gs_rows_begin(gs_rows *rows, gpusim_trace *trace, gpusim_table table,
                            const gpusim_export_filter *filter, gpusim_error *err);
int gs_rows_take(const gs_rows *rows, const void *row);
/* 1 when a job is meant, whenever it was there. */
int gs_rows_take_job(const gs_rows *rows, uint64_t job);
void gs_rows_end(gs_rows *rows);

#endif
