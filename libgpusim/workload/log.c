/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A log from its lines to jobs in order of submission, whatever its format. */
#include "workload/log.h"

#include <stdio.h>

#include "base/number.h"

// An earliest submit beyond this is a date (Unix time), not a time since the log's beginning.
#define GS_UNIX_TIMES (INT64_C(3650) * GPUSIM_DAY)

void gs_log_begin(gs_log *log)
{
    *log = (gs_log){.profile = GPUSIM_NONE};
    log->jobs = GS_ARRAY(gs_job);
    log->line_of = GS_ARRAY(uint32_t);
    log->extras = GS_ARRAY(gs_job_extra);
    log->recorded_nodes = GS_ARRAY(uint32_t);
    log->waits = GS_ARRAY(gs_log_wait);
    log->scratch = GS_ARRAY(char);
}

void gs_log_release(gs_log *log)
{
    gs_lines_close(log->lines);
    gs_array_release(&log->jobs);
    gs_array_release(&log->line_of);
    gs_array_release(&log->extras);
    gs_array_release(&log->recorded_nodes);
    gs_array_release(&log->waits);
    gs_array_release(&log->scratch);
    gs_ids_release(&log->ids);
}

gpusim_status gs_log_id(const gs_log *log, const char *text, size_t length, gs_id *id,
                        gpusim_error *err)
{
    *id = (gs_id){0};
    size_t digits = length - (length && text[0] == '-');
    const char *first = text + (length - digits);
    int plain = digits && first[0] >= '0' && first[0] <= '9' && (first[0] != '0' || length == 1);
    if (plain && gs_parse_int64(text, length, &id->value)) {
        return GPUSIM_OK;
    }
    return gs_names_add(log->names, text, length, &id->text, err);
}

void gs_log_entry_begin(const gs_log *log, gs_log_entry *entry)
{
    *entry = (gs_log_entry){0};
    entry->job.source = log->source;
    entry->job.group = log->group;
    entry->job.cluster = log->cluster;
    entry->job.vc = log->vc;
    entry->job.models = log->models;
    entry->job.selector = log->selector;
    entry->job.cpus = gs_thousandths(log->trace->cpus);
    entry->job.walltime = GPUSIM_TIME_MAX;
    entry->job.due = GPUSIM_TIME_MAX;
    entry->job.milli = 1000;
    entry->job.profile = log->profile;
    entry->job.extra = GPUSIM_NONE;
    entry->job.final_state = GPUSIM_JOB_COMPLETED;
    entry->extra.start = GPUSIM_TIME_MAX;
    entry->extra.after = GPUSIM_NONE;
}

static gpusim_status fail_twice(const gs_log *log, const gs_log_entry *entry, uint32_t first,
                                gpusim_error *err)
{
    char number[24];
    snprintf(number, sizeof number, "%lld", (long long)entry->id.value);
    const char *text = entry->id.text ? gs_names_text(log->names, entry->id.text) : number;
    return gs_lines_fail(log->lines, NULL, err, "job '%.80s' stands on line %u already", text,
                         (unsigned)GS_AT(log->line_of, uint32_t, first));
}

gpusim_status gs_log_add(gs_log *log, const gs_log_entry *entry, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gs_job job = entry->job;
    uint32_t line = gs_lines_number(log->lines);
    uint32_t index = log->jobs.count;
    const gs_trace *trace = log->trace;

    // what the scenario says of times goes first
    if (trace->spacing != GPUSIM_TIME_MAX) {
        job.submit = (gpusim_time)index * trace->spacing;
    }
    if (trace->duration != GPUSIM_TIME_MAX && job.duration >= 0) {
        job.duration = trace->duration == GS_DURATION_FOREVER ? GPUSIM_TIME_MAX : trace->duration;
    }
    if (entry->has_id) {
        uint32_t first = gs_ids_find(&log->ids, entry->id);
        if (first != GPUSIM_NONE) {
            return entry->part ? GPUSIM_OK : fail_twice(log, entry, first, err);
        }
        GPUSIM_TRY(gs_ids_add(&log->ids, entry->id, index, err));
    }
    if (entry->has_after) {
        gs_log_wait wait = {.job = index, .line = line, .on = entry->after};
        GPUSIM_TRY(gs_array_push(&log->waits, &wait, err));
    }
    if (entry->has_after || entry->extra.nodes || entry->extra.start != GPUSIM_TIME_MAX) {
        job.extra = log->extras.count;
        GPUSIM_TRY(gs_array_push(&log->extras, &entry->extra, err));
    }
    GPUSIM_TRY(gs_array_push(&log->line_of, &line, err));
    GPUSIM_TRY(gs_array_push(&log->jobs, &job, err));
cleanup:
    return status;
}

gpusim_status gs_log_read(gs_log *log, gpusim_error *err)
{
    static gs_log_format *const formats[] = {
        [GS_TRACE_SWF] = gs_swf_line,
        [GS_TRACE_PHILLY] = gs_philly_line,
        [GS_TRACE_CSV] = gs_csv_line,
        [GS_TRACE_OPENB] = gs_openb_line,
    };
    gs_log_format *read_line = formats[log->trace->format];
    int is_table = log->trace->format != GS_TRACE_SWF;
    log->header = is_table ? 0 : 1;
    log->must_exist = (uint8_t)is_table;
    gpusim_status status;
    gpusim_error bad = {0};
    for (;;) {
        const char *text = NULL;
        size_t length = 0;
        int more = 0;
        GPUSIM_TRY(gs_lines_next(log->lines, &text, &length, &more, err));
        if (!more) {
            break;
        }
        uint32_t nodes = log->recorded_nodes.count;
        int was_header = !log->header;
        status = read_line(log, text, length, &bad);
        if (status == GPUSIM_WORKLOAD && log->trace->on_error == GS_ON_ERROR_SKIP && !was_header) {
            log->bad_lines++;
            log->recorded_nodes.count = nodes;
            status = GPUSIM_OK;
        }
        if (status != GPUSIM_OK) {
            if (err) {
                *err = bad;
            }
            return status;
        }
    }
    if (!log->header) {
        status = gs_lines_fail(log->lines, NULL, err, "the file has no header line");
    }
cleanup:
    return status;
}

// submits are counted from the log's own zero, or from the earliest
static void set_origin(gs_log *log)
{
    gs_job *jobs = log->jobs.data;
    if (log->jobs.count == 0) {
        return;
    }
    gpusim_time earliest = jobs[0].submit; // they are in order
    int32_t origin = log->trace->origin;
    if (origin == GS_ORIGIN_LOG ||
        (origin == GS_ORIGIN_AUTO && !log->stamps && earliest < GS_UNIX_TIMES)) {
        return;
    }
    for (uint32_t i = 0; i < log->jobs.count; i++) {
        jobs[i].submit -= earliest;
        if (jobs[i].extra != GPUSIM_NONE) {
            gs_job_extra *extra = &GS_AT(log->extras, gs_job_extra, jobs[i].extra);
            extra->start -= extra->start == GPUSIM_TIME_MAX ? 0 : earliest;
        }
    }
}

static gpusim_status fail_wait(const gs_log *log, const gs_log_wait *wait, const char *problem,
                               gpusim_error *err)
{
    char number[24];
    snprintf(number, sizeof number, "%lld", (long long)wait->on.value);
    const char *on = wait->on.text ? gs_names_text(log->names, wait->on.text) : number;
    gs_lines_fail(log->lines, NULL, err, "the job waits for '%.80s', %s", on, problem);
    if (err) {
        err->line = (int32_t)wait->line;
        err->source[0] = '\0'; // that line is gone
    }
    return GPUSIM_WORKLOAD;
}

// A predecessor has to be submitted first (on a tie, to stand first), so there are no cycles. SWF
// logs name some that are not (cleaned logs, converters that write the same number in every line),
// and those are ignored.
static gpusim_status resolve_waits(gs_log *log, gpusim_error *err)
{
    const gs_job *jobs = log->jobs.data;
    for (uint32_t i = 0; i < log->waits.count; i++) {
        const gs_log_wait *wait = &GS_AT(log->waits, gs_log_wait, i);
        uint32_t job = wait->job;
        uint32_t on = gs_ids_find(&log->ids, wait->on);
        const char *problem = NULL;
        if (on == GPUSIM_NONE) {
            problem = "which is not in this log";
        } else if (on == job) {
            problem = "which is itself";
        } else if (jobs[on].submit > jobs[job].submit ||
                   (jobs[on].submit == jobs[job].submit && on > job)) {
            problem = "which is submitted later";
        }
        if (!problem) {
            GS_AT(log->extras, gs_job_extra, jobs[job].extra).after = on;
        } else if (log->must_exist && log->trace->on_error == GS_ON_ERROR_STOP) {
            return fail_wait(log, wait, problem, err);
        } else if (log->must_exist) {
            log->bad_lines++;
        }
    }
    return GPUSIM_OK;
}

gpusim_status gs_log_order(gs_log *log, gpusim_error *err)
{
    gpusim_status status;
    GPUSIM_TRY(resolve_waits(log, err));
    GPUSIM_TRY(gs_jobs_sort(&log->jobs, &log->extras, err));
    set_origin(log);
cleanup:
    return status;
}
