/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The Standard Workload Format, version 2.2
 * (https://www.cs.huji.ac.il/labs/parallel/workload/swf.html), and what logs in the wild do to it:
 * zeros in front, fractions, ids from 0, Unix times, more than 18 columns. */
#include <string.h>

#include "base/number.h"
#include "workload/log.h"

#define SWF_FIELDS 18

// fields by their number in the standard, less one
enum {
    SWF_ID = 0,
    SWF_SUBMIT = 1,
    SWF_WAIT = 2,
    SWF_RUN = 3,
    SWF_PROCESSORS = 4,
    SWF_REQUESTED_PROCESSORS = 7,
    SWF_REQUESTED_TIME = 8,
    SWF_REQUESTED_MEMORY = 9,
    SWF_STATUS = 10,
    SWF_USER = 11,
    SWF_GROUP = 12,
    SWF_QUEUE = 14,
    SWF_PARTITION = 15,
    SWF_PRECEDING = 16,
    SWF_THINK = 17,
};

static const char *const field_names[SWF_FIELDS] = {
    "job number",
    "submit time",
    "wait time",
    "run time",
    "allocated processors",
    "average CPU time",
    "used memory",
    "requested processors",
    "requested time",
    "requested memory",
    "status",
    "user",
    "group",
    "executable",
    "queue",
    "partition",
    "preceding job",
    "think time",
};

typedef struct swf_line {
    const char *at[SWF_FIELDS];
    size_t length[SWF_FIELDS];
    const char *rest; // what follows field 18
    const char *end;
    int count;
} swf_line;

static int is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\v';
}

static void split(const char *text, size_t length, swf_line *line)
{
    const char *at = text;
    const char *end = text + length;
    line->count = 0;
    line->end = end;
    for (;;) {
        while (at < end && is_space(*at)) {
            at++;
        }
        if (at == end || line->count == SWF_FIELDS) {
            break;
        }
        line->at[line->count] = at;
        while (at < end && !is_space(*at)) {
            at++;
        }
        line->length[line->count] = (size_t)(at - line->at[line->count]);
        line->count++;
    }
    line->rest = at;
}

static gpusim_status fail_field(const gs_log *log, const swf_line *line, int field,
                                const char *problem, gpusim_error *err)
{
    size_t shown = line->length[field] < 64 ? line->length[field] : 64;
    return gs_lines_fail(log->lines, line->at[field], err, "field %d (%s) is '%.*s', %s", field + 1,
                         field_names[field], (int)shown, line->at[field], problem);
}

// any number; -1 stands for unknown in all fields
static gpusim_status read_number(const gs_log *log, const swf_line *line, int field, double *value,
                                 gpusim_error *err)
{
    if (!gs_parse_double(line->at[field], line->length[field], value)) {
        return fail_field(log, line, field, "not a number", err);
    }
    return GPUSIM_OK;
}

static gpusim_status read_integer(const gs_log *log, const swf_line *line, int field,
                                  int64_t *value, gpusim_error *err)
{
    if (gs_parse_int64(line->at[field], line->length[field], value)) {
        return GPUSIM_OK;
    }
    // some converters print every number with a fraction
    double number = 0;
    gpusim_status status = read_number(log, line, field, &number, err);
    if (status != GPUSIM_OK) {
        return status;
    }
    if (!(number > -9e15 && number < 9e15) || (double)(int64_t)number != number) {
        return fail_field(log, line, field, "not a whole number", err);
    }
    *value = (int64_t)number;
    return GPUSIM_OK;
}

// seconds that must fit the simulated time; below zero: unknown, *known 0
static gpusim_status read_time(const gs_log *log, const swf_line *line, int field,
                               gpusim_time *value, int *known, gpusim_error *err)
{
    double seconds = 0;
    gpusim_status status = read_number(log, line, field, &seconds, err);
    if (status != GPUSIM_OK) {
        return status;
    }
    *known = seconds >= 0;
    gpusim_time time = gpusim_time_from_seconds(seconds);
    if (time == GPUSIM_TIME_MAX) {
        return fail_field(log, line, field, "longer than 292 years", err);
    }
    *value = *known ? time : 0;
    return GPUSIM_OK;
}

// Processors are field 5, else field 8. Only a job that never ran may have none.
static gpusim_status read_size(const gs_log *log, const swf_line *line, int ran, uint32_t *gpus,
                               gpusim_error *err)
{
    gpusim_status status;
    int64_t processors = 0;
    int field = SWF_PROCESSORS;
    GPUSIM_TRY(read_integer(log, line, field, &processors, err));
    if (processors <= 0) {
        field = SWF_REQUESTED_PROCESSORS;
        GPUSIM_TRY(read_integer(log, line, field, &processors, err));
    }
    if (processors <= 0 && ran) {
        return gs_lines_fail(log->lines, line->at[SWF_PROCESSORS], err,
                             "neither field 5 (allocated processors) nor field 8 (requested "
                             "processors) says how many it had");
    }
    processors = processors < 0 ? 0 : processors;
    int64_t each = log->trace->processors_per_gpu;
    int64_t count = processors / each + (processors % each != 0);
    if (count >= GPUSIM_NONE) {
        return fail_field(log, line, field, "too many", err);
    }
    *gpus = (uint32_t)count;
cleanup:
    return status;
}

static gpusim_status read_request(const gs_log *log, const swf_line *line, gs_job *job,
                                  gpusim_error *err)
{
    gpusim_status status;
    if (log->trace->walltime == GS_REQUEST_REQUESTED) {
        gpusim_time limit = 0;
        int known = 0;
        GPUSIM_TRY(read_time(log, line, SWF_REQUESTED_TIME, &limit, &known, err));
        job->walltime = known && limit > 0 ? limit : GPUSIM_TIME_MAX;
    }
    if (log->trace->memory == GS_REQUEST_REQUESTED) {
        double kib = 0;
        GPUSIM_TRY(read_number(log, line, SWF_REQUESTED_MEMORY, &kib, err));
        double bytes = kib * 1024 * log->trace->processors_per_gpu;
        if (bytes >= 18446744073709551615.0) {
            return fail_field(log, line, SWF_REQUESTED_MEMORY, "more memory than can be counted",
                              err);
        }
        job->memory = bytes > 0 ? (uint64_t)bytes : 0;
    }
    status = GPUSIM_OK;
cleanup:
    return status;
}

static gpusim_status read_who(const gs_log *log, const swf_line *line, gs_job *job,
                              gpusim_error *err)
{
    static const int vc_fields[] = {
        [GS_VC_FROM_NONE] = -1,
        [GS_VC_FROM_USER] = SWF_USER,
        [GS_VC_FROM_GROUP] = SWF_GROUP,
        [GS_VC_FROM_QUEUE] = SWF_QUEUE,
        [GS_VC_FROM_PARTITION] = SWF_PARTITION,
    };
    gpusim_status status = GPUSIM_OK;
    // what is unknown has no name
    if (line->at[SWF_USER][0] != '-') {
        GPUSIM_TRY(
            gs_names_add(log->names, line->at[SWF_USER], line->length[SWF_USER], &job->user, err));
    }
    int field = vc_fields[log->trace->vc_from];
    if (!log->vc && field >= 0 && line->at[field][0] != '-') {
        GPUSIM_TRY(gs_names_add(log->names, line->at[field], line->length[field], &job->vc, err));
    }
cleanup:
    return status;
}

static gpusim_status read_status(const gs_log *log, const swf_line *line, int ran,
                                 gs_log_entry *entry, gpusim_error *err)
{
    int64_t code = -1;
    gpusim_status status = read_integer(log, line, SWF_STATUS, &code, err);
    if (status != GPUSIM_OK) {
        return status;
    }
    // 2 to 4 are pieces of a job that was swapped out; its summary, if any, stands before them
    entry->part = code >= 2 && code <= 4;
    if (!ran || code == 5) {
        entry->job.final_state = GPUSIM_JOB_CANCELLED;
    } else if (code == 0 || code == 4) {
        entry->job.final_state = GPUSIM_JOB_FAILED;
    }
    return GPUSIM_OK;
}

static gpusim_status read_dependency(const gs_log *log, const swf_line *line, gs_log_entry *entry,
                                     gpusim_error *err)
{
    int64_t id = -1;
    int known = 0;
    gpusim_status status = read_integer(log, line, SWF_PRECEDING, &id, err);
    if (status == GPUSIM_OK) {
        status = read_time(log, line, SWF_THINK, &entry->extra.think, &known, err);
    }
    if (status == GPUSIM_OK && id >= 0) {
        entry->has_after = 1;
        entry->after.value = id;
    }
    return status;
}

// MetaCentrum writes the node of each processor behind field 18: {1241,1241,1129}
static gpusim_status read_nodes(gs_log *log, const swf_line *line, gs_log_entry *entry,
                                gpusim_error *err)
{
    const char *at = line->rest;
    const char *end = line->end;
    if (at == end || *at != '{') {
        return GPUSIM_OK;
    }
    uint32_t before = log->recorded_nodes.count;
    gpusim_status status = GPUSIM_OK;
    do {
        const char *from = ++at;
        while (at < end && *at != ',' && *at != '}') {
            at++;
        }
        uint64_t number = 0;
        if (!gs_parse_uint64(from, (size_t)(at - from), &number) || number >= GPUSIM_NONE ||
            at == end) {
            log->recorded_nodes.count = before; // not a list of nodes: a column of another kind
            return GPUSIM_OK;
        }
        uint32_t node = (uint32_t)number;
        GPUSIM_TRY(gs_array_push(&log->recorded_nodes, &node, err));
    } while (*at == ',');
    entry->extra.first_node = before;
    entry->extra.nodes = log->recorded_nodes.count - before;
cleanup:
    return status;
}

gpusim_status gs_swf_line(gs_log *log, const char *text, size_t length, gpusim_error *err)
{
    gpusim_status status;
    swf_line line;
    split(text, length, &line);
    if (line.count == 0 || line.at[0][0] == ';') {
        return GPUSIM_OK;
    }
    if (line.count < SWF_FIELDS) {
        return gs_lines_fail(log->lines, NULL, err, "the line has %d fields where SWF has %d",
                             line.count, SWF_FIELDS);
    }
    gs_log_entry entry;
    gs_log_entry_begin(log, &entry);
    int known = 0;

    // who and when
    GPUSIM_TRY(read_integer(log, &line, SWF_ID, &entry.id.value, err));
    entry.has_id = 1;
    entry.job.id = entry.id.value;
    GPUSIM_TRY(read_time(log, &line, SWF_SUBMIT, &entry.job.submit, &known, err));
    if (!known) {
        return fail_field(log, &line, SWF_SUBMIT, "but every job needs one", err);
    }
    gpusim_time wait = 0;
    GPUSIM_TRY(read_time(log, &line, SWF_WAIT, &wait, &known, err));
    if (known) {
        entry.extra.start = gpusim_time_add(entry.job.submit, wait);
    }

    // a run time below zero: it never ran
    int ran = 0;
    GPUSIM_TRY(read_time(log, &line, SWF_RUN, &entry.job.duration, &ran, err));
    GPUSIM_TRY(read_size(log, &line, ran, &entry.job.gpus, err));
    GPUSIM_TRY(read_request(log, &line, &entry.job, err));
    GPUSIM_TRY(read_status(log, &line, ran, &entry, err));
    GPUSIM_TRY(read_who(log, &line, &entry.job, err));
    if (log->trace->dependencies) {
        GPUSIM_TRY(read_dependency(log, &line, &entry, err));
    }
    if (!ran) {
        entry.job.duration = -1;
        entry.extra.start = GPUSIM_TIME_MAX;
    }
    GPUSIM_TRY(read_nodes(log, &line, &entry, err));
    GPUSIM_TRY(gs_log_add(log, &entry, err));
cleanup:
    return status;
}
