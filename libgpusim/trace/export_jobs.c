/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Jobs as text: in order of submission, each with the places where it ran last. All jobs and all
 * allocations are in memory while this goes on, 150 bytes and 48 bytes each; twice while they are
 * sorted. */
#include <stdio.h>
#include <string.h>

#include "base/sort.h"
#include "trace/export.h"

typedef struct job_sheet {
    gs_sheet *sheet;
    gpusim_trace *trace;
    gpusim_node_row *nodes;
    gpusim_job_row *jobs;
    gpusim_allocation_row *parts; /* by job, the last attempt first, then by node and GPU */
} job_sheet;

static int compare(uint64_t a, uint64_t b)
{
    return (a > b) - (a < b);
}

static int by_index(const void *a, const void *b)
{
    return compare(((const gpusim_job_row *)a)->index, ((const gpusim_job_row *)b)->index);
}

static int by_job(const void *a, const void *b)
{
    const gpusim_allocation_row *x = a, *y = b;
    int order = compare(x->job, y->job);
    order = order ? order : compare(y->attempt, x->attempt);
    // a job that moved has several places in one attempt: the last ones count
    order = order ? order : compare((uint64_t)y->end, (uint64_t)x->end);
    order = order ? order : compare(x->node, y->node);
    return order ? order : compare(x->first_gpu, y->first_gpu);
}

/* A column of the export: a field of the row, under a name that may be its own. The order is what
 * comes first in other programs' job tables. */
static const char *const columns[] = {
    "id",       "name",        "user",     "vc",       "submit",
    "start",    "end",         "state",    "gpus",     "nodes",
    "gpu_ids",  "preemptions", "restarts", "energy_j", "wait",
    "duration", "walltime",    "cpus",     "memory",   "reason",
    "source",   "index",       "done",     "slowed",   "checkpointing",
    "redone",   "restarting",  "hung",     "failures"};

// nodes of the parts, each once
static void put_nodes(const job_sheet *all, const gpusim_allocation_row *parts, uint64_t count)
{
    uint64_t nodes = all->trace->info.rows[GPUSIM_TABLE_NODES];
    gs_sheet_list(all->sheet, "nodes");
    for (uint64_t i = 0; i < count; i++) {
        const char *name = parts[i].node < nodes
                               ? gpusim_trace_name(all->trace, all->nodes[parts[i].node].name)
                               : NULL;
        if (i == 0 || parts[i].node != parts[i - 1].node) {
            gs_sheet_item(all->sheet, i == 0, GS_CELL_TEXT, name ? name : "?");
        }
    }
    gs_sheet_list_end(all->sheet);
}

// GPUs of the parts, as numbers over the whole cluster
static void put_gpus(const job_sheet *all, const gpusim_allocation_row *parts, uint64_t count)
{
    uint64_t nodes = all->trace->info.rows[GPUSIM_TABLE_NODES];
    int first = 1;
    gs_sheet_list(all->sheet, "gpu_ids");
    for (uint64_t i = 0; i < count; i++) {
        if (parts[i].node >= nodes) {
            continue;
        }
        const gpusim_node_row *node = &all->nodes[parts[i].node];
        for (uint32_t j = 0; j < parts[i].gpus && j < node->gpus; j++) {
            char text[32];
            snprintf(text, sizeof text, "%u", node->first_gpu + parts[i].first_gpu + j);
            gs_sheet_item(all->sheet, first, GS_CELL_NUMBER, text);
            first = 0;
        }
    }
    gs_sheet_list_end(all->sheet);
}

static void put_job(const job_sheet *all, const gpusim_job_row *job,
                    const gpusim_allocation_row *parts, uint64_t count)
{
    const gpusim_record *record = gpusim_table_record(GPUSIM_TABLE_JOBS);
    for (unsigned i = 0; i < sizeof columns / sizeof columns[0]; i++) {
        const gpusim_field *field = gpusim_record_find(record, columns[i]);
        if (field) {
            gs_export_field(all->sheet, all->trace, field, job);
        } else if (columns[i][0] == 'n') {
            put_nodes(all, parts, count);
        } else {
            put_gpus(all, parts, count);
        }
    }
    gs_sheet_row_end(all->sheet);
}

// how many of the parts from `parts` on belong to the job's last placement
static uint64_t last_attempt(const gpusim_allocation_row *parts, uint64_t left, uint64_t job)
{
    uint64_t count = 0;
    while (count < left && parts[count].job == job && parts[count].attempt == parts[0].attempt &&
           parts[count].end == parts[0].end) {
        count++;
    }
    return count;
}

static gpusim_status read_table(gpusim_trace *trace, gpusim_table table, void *rows,
                                gpusim_error *err)
{
    // memory for as much as is there, and one row more so that it is never nothing
    void *block = NULL;
    gpusim_status status =
        gs_allocate(&block, trace->info.rows[table] + 1, gpusim_table_record(table)->size, err);
    memcpy(rows, &block, sizeof block);
    return status != GPUSIM_OK ? status
                               : gs_read_rows(trace, table, 0, trace->info.rows[table], block, err);
}

gpusim_status gs_export_jobs(gs_sheet *sheet, gpusim_trace *trace, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    job_sheet all = {.sheet = sheet, .trace = trace};
    uint64_t jobs = trace->info.rows[GPUSIM_TABLE_JOBS];
    uint64_t parts = trace->info.rows[GPUSIM_TABLE_ALLOCATIONS], at = 0;
    GPUSIM_TRY(read_table(trace, GPUSIM_TABLE_NODES, &all.nodes, err));
    GPUSIM_TRY(read_table(trace, GPUSIM_TABLE_JOBS, &all.jobs, err));
    GPUSIM_TRY(read_table(trace, GPUSIM_TABLE_ALLOCATIONS, &all.parts, err));
    GPUSIM_TRY(gs_sort(all.jobs, jobs, sizeof *all.jobs, by_index, err));
    GPUSIM_TRY(gs_sort(all.parts, parts, sizeof *all.parts, by_job, err));

    if (sheet->format == GPUSIM_EXPORT_CSV) {
        sheet->header = 1;
        put_job(&all, all.jobs + jobs, NULL, 0);
    }
    for (uint64_t i = 0; i < jobs && sheet->status == GPUSIM_OK; i++) {
        while (at < parts && all.parts[at].job < all.jobs[i].index) {
            at++;
        }
        put_job(&all, &all.jobs[i], all.parts + at,
                last_attempt(all.parts + at, parts - at, all.jobs[i].index));
    }

cleanup:
    gs_release(&all.nodes);
    gs_release(&all.jobs);
    gs_release(&all.parts);
    return status;
}
