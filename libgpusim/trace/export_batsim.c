/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The schedule as Batsim's jobs.csv, which Evalys reads. */
#include <stdio.h>

#include "trace/export.h"
#include "trace/job_list.h"

#define UNKNOWN "-1"

static void put_cell(gs_sheet *sheet, const char *name, const char *text)
{
    gs_sheet_cell(sheet, name, GS_CELL_NUMBER, text);
}

static void put_number(gs_sheet *sheet, const char *name, uint64_t number)
{
    char text[32];
    snprintf(text, sizeof text, "%llu", (unsigned long long)number);
    put_cell(sheet, name, text);
}

static void put_seconds(gs_sheet *sheet, const char *name, gpusim_time time, int known)
{
    char text[GS_CELL_BYTES] = UNKNOWN;
    if (known) {
        gs_cell_seconds(time, text);
    }
    put_cell(sheet, name, text);
}

static void put_float(gs_sheet *sheet, const char *name, double value, int known)
{
    char text[GS_CELL_BYTES] = UNKNOWN;
    if (known && gs_cell_value(GPUSIM_FLOAT64, &value, text) != GS_CELL_NUMBER) {
        snprintf(text, sizeof text, UNKNOWN);
    }
    put_cell(sheet, name, text);
}

static const char *state_of(const gs_listed_job *job)
{
    int ran = job->parts_count > 0;
    switch ((gpusim_job_state)job->row->state) {
    case GPUSIM_JOB_COMPLETED:
        return "COMPLETED_SUCCESSFULLY";
    case GPUSIM_JOB_TIMEOUT:
        return "COMPLETED_WALLTIME_REACHED";
    case GPUSIM_JOB_FAILED:
    case GPUSIM_JOB_OOM:
        return ran ? "COMPLETED_FAILED" : "REJECTED";
    default:
        return ran ? "COMPLETED_KILLED" : "REJECTED";
    }
}

static void put_interval(gs_sheet *sheet, int first_item, uint32_t from, uint32_t to)
{
    char text[48];
    snprintf(text, sizeof text, from == to ? "%u" : "%u-%u", from, to);
    gs_sheet_item(sheet, first_item, GS_CELL_NUMBER, text);
}

// "0-4 6 8": numbers over the whole cluster; parts are in order of node and GPU, and adjacent ones
// become one interval, as do parts of one GPU
static void put_resources(gs_sheet *sheet, const gs_job_list *list, const gs_listed_job *job)
{
    uint32_t from = 0, to = 0;
    int open = 0, intervals = 0;
    gs_sheet_list(sheet, "allocated_resources");
    for (uint64_t i = 0; i < job->parts_count; i++) {
        uint32_t first = 0, gpus = gs_job_list_gpus(list, &job->parts[i], &first);
        if (gpus == 0) {
            continue;
        }
        if (open && first <= to + 1) {
            to = first + gpus - 1 > to ? first + gpus - 1 : to;
            continue;
        }
        if (open) {
            put_interval(sheet, intervals++ == 0, from, to);
        }
        open = 1;
        from = first;
        to = first + gpus - 1;
    }
    if (open) {
        put_interval(sheet, intervals == 0, from, to);
    }
    gs_sheet_list_end(sheet);
}

static void put_job(gs_sheet *sheet, const gs_job_list *list, const gs_listed_job *job)
{
    const gpusim_job_row *row = job->row;
    int ran = job->parts_count > 0;
    const char *source = gpusim_trace_name(list->trace, row->source);
    const char *name = row->name ? gpusim_trace_name(list->trace, row->name) : source;
    gpusim_time run = ran ? gpusim_time_between(job->start, job->end) : 0;
    gpusim_time turnaround = gpusim_time_between(row->submit, job->end);
    put_number(sheet, "job_id", row->index);
    put_cell(sheet, "workload_name", source ? source : "");
    put_cell(sheet, "profile", name ? name : "");
    put_seconds(sheet, "submission_time", row->submit, 1);
    put_number(sheet, "requested_number_of_resources", row->gpus);
    put_seconds(sheet, "requested_time", row->walltime, row->walltime != GPUSIM_TIME_MAX);
    put_cell(sheet, "success", row->state == GPUSIM_JOB_COMPLETED ? "1" : "0");
    put_cell(sheet, "final_state", state_of(job));
    put_seconds(sheet, "starting_time", job->start, ran);
    put_seconds(sheet, "execution_time", run, ran);
    put_seconds(sheet, "finish_time", job->end, ran);
    put_seconds(sheet, "waiting_time", gpusim_time_between(row->submit, job->start), ran);
    put_seconds(sheet, "turnaround_time", turnaround, ran);
    put_float(sheet, "stretch", run > 0 ? (double)turnaround / (double)run : 0, run > 0);
    put_resources(sheet, list, job);
    put_float(sheet, "consumed_energy", row->energy_j, 1);
    put_cell(sheet, "metadata", "");
    gs_sheet_row_end(sheet);
}

static void put_all(gs_sheet *sheet, gs_job_list *list)
{
    gs_listed_job job = {.row = list->jobs + list->count}; // of the header only names show
    sheet->header = 1;
    put_job(sheet, list, &job);
    while (sheet->status == GPUSIM_OK && gs_job_list_next(list, &job)) {
        if (job.row->end != GPUSIM_TIME_MAX) {
            put_job(sheet, list, &job);
        }
    }
}

gpusim_status gpusim_trace_export_batsim(gpusim_trace *trace, const gpusim_export_filter *filter,
                                         gpusim_write_fn write, void *context, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gs_sheet sheet = {0};
    gs_job_list list = {0};
    gs_h5_quiet quiet;
    gs_h5_enter(&quiet);
    GPUSIM_TRY(gs_job_list_read(&list, trace, filter, err));
    GPUSIM_TRY(gs_sheet_begin(&sheet, GPUSIM_EXPORT_CSV, write, context, err));
    put_all(&sheet, &list);

cleanup:
    status = status == GPUSIM_OK ? gs_sheet_end(&sheet, err) : (gs_sheet_end(&sheet, NULL), status);
    gs_job_list_release(&list);
    gs_h5_leave(&quiet);
    return status;
}
