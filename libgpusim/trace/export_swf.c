/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The schedule in the Standard Workload Format, version 2.2
 * (https://www.cs.huji.ac.il/labs/parallel/workload/swf.html). */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/date.h"
#include "trace/export.h"
#include "trace/job_list.h"
#include "trace/summary.h"

#define UNKNOWN "-1"

/* Numbers for names, given as they first appear. */
typedef struct numbering {
    uint32_t *number; /* [names]; 0: none yet */
    uint32_t *name;   /* [count], by number less one */
    uint32_t count;
} numbering;

typedef struct swf {
    gs_sheet sheet;
    gs_job_list list;
    gpusim_trace *trace;
    gpusim_export_filter filter;
    numbering users, queues;
    uint64_t written, left_out;
    int preempted;
} swf;

static void put_text(swf *out, const char *text)
{
    gs_sheet_put(&out->sheet, text, strlen(text));
}

// "; Label: text"; a line ends with the text
static void put_head(swf *out, const char *label, const char *text)
{
    put_text(out, "; ");
    put_text(out, label);
    put_text(out, ": ");
    for (; *text; text++) {
        gs_sheet_put(&out->sheet, *text == '\n' || *text == '\r' ? " " : text, 1);
    }
    put_text(out, "\n");
}

static void put_head_number(swf *out, const char *label, uint64_t number)
{
    char text[32];
    snprintf(text, sizeof text, "%" PRIu64, number);
    put_head(out, label, text);
}

static gpusim_status begin_numbers(numbering *names, uint32_t count, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    GPUSIM_TRY(gs_allocate(&names->number, (size_t)count + 1, sizeof(uint32_t), err));
    GPUSIM_TRY(gs_allocate(&names->name, (size_t)count + 1, sizeof(uint32_t), err));

cleanup:
    return status;
}

// name 0 is nobody
static void give_number(numbering *names, uint32_t name, uint32_t count)
{
    if (name > 0 && name < count && names->number[name] == 0) {
        names->name[names->count++] = name;
        names->number[name] = names->count;
    }
}

// what stands above the jobs is only known after all of them
static void look_through(swf *out)
{
    gs_listed_job job;
    uint32_t names = out->trace->info.names;
    while (gs_job_list_next(&out->list, &job)) {
        if (job.row->gpus == 0) {
            out->left_out++;
            continue;
        }
        out->written++;
        out->preempted |= job.row->preemptions > 0;
        give_number(&out->users, job.row->user, names);
        give_number(&out->queues, job.row->vc, names);
    }
    gs_job_list_rewind(&out->list);
}

static void put_names(swf *out, const char *label, const char *what, const numbering *names)
{
    for (uint32_t i = 0; i < names->count; i++) {
        char text[GS_CELL_BYTES + 64];
        snprintf(text, sizeof text, "%s%u %.255s", what, i + 1,
                 gpusim_trace_name(out->trace, names->name[i]));
        put_head(out, label, text);
    }
}

// "Thu Jan 01 00:00:00 UTC 2026"
static void put_date(swf *out, const char *label, int64_t second)
{
    static const char *const days[] = {"Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"};
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    char text[96];
    gs_date at = gs_date_of(second);
    int64_t day = (second >= 0 ? second : second - 86399) / 86400;
    snprintf(text, sizeof text, "%s %s %02d %02d:%02d:%02d UTC %d", days[(day % 7 + 7) % 7],
             months[at.month - 1], at.day, at.hour, at.minute, at.second, at.year);
    put_head(out, label, text);
}

static gpusim_status put_header(swf *out, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    const gpusim_trace_info *info = &out->trace->info;
    gpusim_summary summary;
    char text[256];
    int64_t start = out->filter.start / GPUSIM_SECOND;
    GPUSIM_TRY(gs_summary_read(out->trace->file, &summary, err));
    put_head(out, "Version", "2.2");
    put_head(out, "Computer", "a simulated GPU cluster");
    put_head(out, "Installation", info->name);
    snprintf(text, sizeof text, "gpusim %.40s, model %.40s, seed %" PRIu64, info->gpusim_version,
             info->model_hash, info->seed);
    put_head(out, "Conversion", text);
    put_head_number(out, "MaxJobs", out->written);
    put_head_number(out, "MaxRecords", out->written);
    put_head(out, "Preemption", out->preempted ? "Yes" : "No");
    put_head_number(out, "UnixStartTime", (uint64_t)start);
    put_head(out, "TimeZoneString", "UTC");
    put_date(out, "StartTime", start);
    if (summary.sim_time_s >= 0 && summary.sim_time_s < 9e9) {
        put_date(out, "EndTime", start + (int64_t)summary.sim_time_s);
    }
    put_head_number(out, "MaxNodes", info->rows[GPUSIM_TABLE_NODES]);
    put_head_number(out, "MaxProcs", info->rows[GPUSIM_TABLE_GPUS]);
    put_head_number(out, "MaxQueues", out->queues.count);
    put_names(out, "Queue", "", &out->queues);
    put_head(out, "MaxPartitions", "0");
    snprintf(text, sizeof text, "scheduler %.200s", info->scheduler);
    put_head(out, "Note", text);
    put_head(out, "Note", "processors are GPUs, memory is the host's for each, times are exact");
    if (out->left_out > 0) {
        snprintf(text, sizeof text, "%" PRIu64 " jobs without GPUs are left out", out->left_out);
        put_head(out, "Note", text);
    }
    put_names(out, "Note", "user ", &out->users);

cleanup:
    return status;
}

// a time in seconds, or -1
static void put_seconds(swf *out, gpusim_time time, int known)
{
    char text[GS_CELL_BYTES];
    if (known) {
        gs_cell_seconds(time, text);
    }
    put_text(out, known ? text : UNKNOWN);
    put_text(out, " ");
}

static void put_number(swf *out, uint64_t number, int known)
{
    char text[32];
    snprintf(text, sizeof text, "%" PRIu64, number);
    put_text(out, known ? text : UNKNOWN);
    put_text(out, " ");
}

static const char *status_of(uint8_t state)
{
    switch ((gpusim_job_state)state) {
    case GPUSIM_JOB_COMPLETED:
        return "1";
    case GPUSIM_JOB_FAILED:
    case GPUSIM_JOB_TIMEOUT:
    case GPUSIM_JOB_OOM:
        return "0";
    case GPUSIM_JOB_CANCELLED:
    case GPUSIM_JOB_REJECTED:
        return "5";
    default:
        return UNKNOWN; // the run ended first
    }
}

static void put_job(swf *out, const gpusim_job_row *job)
{
    uint32_t names = out->trace->info.names;
    int started = job->start != GPUSIM_TIME_MAX, ended = job->end != GPUSIM_TIME_MAX;
    int waited = job->wait != GPUSIM_TIME_MAX;
    put_number(out, job->index + 1, 1);
    put_seconds(out, job->submit, 1);
    put_seconds(out, waited ? job->wait : gpusim_time_between(job->submit, job->start),
                waited || started);
    put_seconds(out, gpusim_time_between(job->wait, gpusim_time_between(job->submit, job->end)),
                started && ended && waited);
    put_number(out, job->gpus, started);
    put_text(out, "-1 -1 "); // CPU time and memory that it used
    put_number(out, job->gpus, 1);
    put_seconds(out, job->walltime, job->walltime != GPUSIM_TIME_MAX);
    put_number(out, job->memory / 1024, job->memory > 0);
    put_text(out, status_of(job->state));
    put_text(out, " ");
    put_number(out, job->user < names ? out->users.number[job->user] : 0, job->user > 0);
    put_text(out, "-1 -1 "); // group and executable
    put_number(out, job->vc < names ? out->queues.number[job->vc] : 0, job->vc > 0);
    put_text(out, "-1 -1 -1\n"); // partition, preceding job, think time
}

static gpusim_status put_all(swf *out, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gs_listed_job job;
    GPUSIM_TRY(gs_job_list_read(&out->list, out->trace, &out->filter, err));
    GPUSIM_TRY(begin_numbers(&out->users, out->trace->info.names, err));
    GPUSIM_TRY(begin_numbers(&out->queues, out->trace->info.names, err));
    look_through(out);
    GPUSIM_TRY(put_header(out, err));
    while (out->sheet.status == GPUSIM_OK && gs_job_list_next(&out->list, &job)) {
        if (job.row->gpus > 0) {
            put_job(out, job.row);
        }
    }

cleanup:
    return status;
}

gpusim_status gpusim_trace_export_swf(gpusim_trace *trace, const gpusim_export_filter *filter,
                                      gpusim_write_fn write, void *context, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    swf out = {.trace = trace};
    gs_h5_quiet quiet;
    gs_h5_enter(&quiet);
    gs_select_filter(filter, &out.filter);
    GPUSIM_TRY(gs_sheet_begin(&out.sheet, GPUSIM_EXPORT_CSV, write, context, err));
    GPUSIM_TRY(put_all(&out, err));

cleanup:
    status = status == GPUSIM_OK ? gs_sheet_end(&out.sheet, err)
                                 : (gs_sheet_end(&out.sheet, NULL), status);
    gs_job_list_release(&out.list);
    gs_release(&out.users.number);
    gs_release(&out.users.name);
    gs_release(&out.queues.number);
    gs_release(&out.queues.name);
    gs_h5_leave(&quiet);
    return status;
}
