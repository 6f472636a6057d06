/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Jobs as text: in order of submission, each with the places where it ran last. */
#include <stdio.h>
#include <string.h>

#include "trace/export.h"
#include "trace/job_list.h"

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
static void put_nodes(gs_sheet *sheet, const gs_job_list *list, const gs_listed_job *job)
{
    uint64_t nodes = list->trace->info.rows[GPUSIM_TABLE_NODES];
    gs_sheet_list(sheet, "nodes");
    for (uint64_t i = 0; i < job->parts_count; i++) {
        uint32_t node = job->parts[i].node;
        const char *name =
            node < nodes ? gpusim_trace_name(list->trace, list->nodes[node].name) : NULL;
        if (i == 0 || node != job->parts[i - 1].node) {
            gs_sheet_item(sheet, i == 0, GS_CELL_TEXT, name ? name : "?");
        }
    }
    gs_sheet_list_end(sheet);
}

// GPUs of the parts, as numbers over the whole cluster
static void put_gpus(gs_sheet *sheet, const gs_job_list *list, const gs_listed_job *job)
{
    int begun = 0;
    gs_sheet_list(sheet, "gpu_ids");
    for (uint64_t i = 0; i < job->parts_count; i++) {
        uint32_t first = 0, gpus = gs_job_list_gpus(list, &job->parts[i], &first);
        for (uint32_t j = 0; j < gpus; j++) {
            char text[32];
            snprintf(text, sizeof text, "%u", first + j);
            gs_sheet_item(sheet, !begun, GS_CELL_NUMBER, text);
            begun = 1;
        }
    }
    gs_sheet_list_end(sheet);
}

static void put_job(gs_sheet *sheet, const gs_job_list *list, const gs_listed_job *job)
{
    const gpusim_record *record = gpusim_table_record(GPUSIM_TABLE_JOBS);
    for (unsigned i = 0; i < sizeof columns / sizeof columns[0]; i++) {
        const gpusim_field *field = gpusim_record_find(record, columns[i]);
        if (field) {
            gs_export_field(sheet, list->trace, field, job->row);
        } else if (columns[i][0] == 'n') {
            put_nodes(sheet, list, job);
        } else {
            put_gpus(sheet, list, job);
        }
    }
    gs_sheet_row_end(sheet);
}

gpusim_status gs_export_jobs(gs_sheet *sheet, gpusim_trace *trace,
                             const gpusim_export_filter *filter, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gs_job_list list;
    gs_listed_job job = {0};
    GPUSIM_TRY(gs_job_list_read(&list, trace, filter, err));
    if (sheet->format == GPUSIM_EXPORT_CSV) {
        job.row = list.jobs + list.count; // of the header only names show
        sheet->header = 1;
        put_job(sheet, &list, &job);
    }
    while (sheet->status == GPUSIM_OK && gs_job_list_next(&list, &job)) {
        put_job(sheet, &list, &job);
    }

cleanup:
    gs_job_list_release(&list);
    return status;
}
