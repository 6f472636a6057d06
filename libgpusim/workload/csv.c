/* SPDX-License-Identifier: GPL-3.0-or-later */
/* gpusim's own log: a table with a header line, columns in any order; id, submit_s, duration_s and
 * gpus are required. */
#include <string.h>

#include <gpusim/field.h>

#include "base/number.h"
#include "workload/cells.h"
#include "workload/list.h"
#include "workload/tables.h"

// the required ones first
enum {
    ID,
    SUBMIT,
    DURATION,
    GPUS,
    REQUIRED,
    NAME = REQUIRED,
    USER,
    VC,
    WALLTIME,
    CPUS,
    MEMORY,
    GPU_MEMORY,
    PRIORITY,
    GROUP,
    START,
    NODES,
    AFTER,
    THINK,
    STATE,
    GPU_MILLI,
    MIG,
    QOS,
    KIND,
    PREEMPTIBLE,
    DEADLINE,
    GPU_MODELS,
    CLUSTER,
    SELECTOR,
    STORAGE,
    MIN_GPUS,
    MAX_GPUS,
    SERIAL,
    RESIZE,
    COLUMNS
};

static const char *const names[COLUMNS] = {
    "id",         "submit_s",    "duration_s", "gpus",       "name",      "user",     "vc",
    "walltime_s", "cpus",        "memory",     "gpu_memory", "priority",  "group",    "start_s",
    "nodes",      "after",       "think_s",    "state",      "gpu_milli", "mig",      "qos",
    "kind",       "preemptible", "deadline_s", "gpu_models", "cluster",   "selector", "storage",
    "min_gpus",   "max_gpus",    "serial",     "resize_s",
};

_Static_assert(COLUMNS <= GS_LOG_COLUMNS, "all columns have a place in the log");

// A whole number without zeros in front is that number; anything else is a text.
static gpusim_status read_id(gs_log *log, const gs_cells *cells, uint32_t cell, gs_id *id,
                             gpusim_error *err)
{
    const char *text = NULL;
    size_t length = 0;
    gpusim_status status = gs_cell_text(log, cells, cell, &text, &length, err);
    if (status != GPUSIM_OK) {
        return status;
    }
    return gs_log_id(log, text, length, id, err);
}

// "80 GiB", or plain bytes
static gpusim_status read_bytes(const gs_log *log, const gs_cells *cells, uint32_t cell,
                                uint32_t column, uint64_t *value, gpusim_error *err)
{
    if (gs_parse_uint64(cells->at[cell], cells->length[cell], value)) {
        return GPUSIM_OK;
    }
    char text[64];
    double bytes = 0;
    if (cells->length[cell] < sizeof text) {
        memcpy(text, cells->at[cell], cells->length[cell]);
        text[cells->length[cell]] = '\0';
        if (gpusim_quantity_parse(text, GPUSIM_UNIT_BYTE, &bytes, NULL) == GPUSIM_OK &&
            bytes >= 0 && bytes < 18446744073709551615.0) {
            *value = (uint64_t)bytes;
            return GPUSIM_OK;
        }
    }
    return gs_cell_fail(log, cells, cell, names[column], "not a size like 80 GiB", err);
}

static gpusim_status read_state(const gs_log *log, const gs_cells *cells, uint32_t cell,
                                uint8_t *state, gpusim_error *err)
{
    static const struct {
        const char *name;
        uint8_t state;
    } states[] = {{"completed", GPUSIM_JOB_COMPLETED},
                  {"failed", GPUSIM_JOB_FAILED},
                  {"cancelled", GPUSIM_JOB_CANCELLED}};
    for (size_t i = 0; i < sizeof states / sizeof states[0]; i++) {
        if (strlen(states[i].name) == cells->length[cell] &&
            memcmp(states[i].name, cells->at[cell], cells->length[cell]) == 0) {
            *state = states[i].state;
            return GPUSIM_OK;
        }
    }
    return gs_cell_fail(log, cells, cell, names[STATE], "not completed, failed or cancelled", err);
}

// numbers with spaces between
static gpusim_status read_nodes(gs_log *log, const gs_cells *cells, uint32_t cell,
                                gs_log_entry *entry, gpusim_error *err)
{
    const char *at = cells->at[cell];
    const char *end = at + cells->length[cell];
    entry->extra.first_node = log->recorded_nodes.count;
    while (at < end) {
        const char *from = at;
        while (at < end && *at != ' ') {
            at++;
        }
        uint64_t number = 0;
        if (!gs_parse_uint64(from, (size_t)(at - from), &number) || number >= GPUSIM_NONE) {
            return gs_cell_fail(log, cells, cell, names[NODES],
                                "not numbers with spaces between them", err);
        }
        uint32_t node = (uint32_t)number;
        gpusim_status status = gs_array_push(&log->recorded_nodes, &node, err);
        if (status != GPUSIM_OK) {
            return status;
        }
        while (at < end && *at == ' ') {
            at++;
        }
    }
    entry->extra.nodes = log->recorded_nodes.count - entry->extra.first_node;
    return GPUSIM_OK;
}

// cores, which may be fractions
static gpusim_status read_cpus(const gs_log *log, const gs_cells *cells, uint32_t cell,
                               uint32_t *cpus, gpusim_error *err)
{
    double cores = 0;
    if (!gs_parse_double(cells->at[cell], cells->length[cell], &cores) || cores < 0) {
        return gs_cell_fail(log, cells, cell, names[CPUS], "not a number of cores", err);
    }
    if (cores > 1e6) {
        return gs_cell_fail(log, cells, cell, names[CPUS], "too many", err);
    }
    *cpus = gs_thousandths(cores);
    return GPUSIM_OK;
}

static gpusim_status read_priority(const gs_log *log, const gs_cells *cells, uint32_t cell,
                                   int32_t *priority, gpusim_error *err)
{
    int64_t number = 0;
    if (!gs_parse_int64(cells->at[cell], cells->length[cell], &number) || number < INT32_MIN ||
        number > INT32_MAX) {
        return gs_cell_fail(log, cells, cell, names[PRIORITY], "not a whole number", err);
    }
    *priority = (int32_t)number;
    return GPUSIM_OK;
}

// thousandths of each GPU, or the MIG profile that it wants of each
static gpusim_status read_share(gs_log *log, const gs_cells *cells, gs_job *job, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    uint32_t cell = 0;
    // 0 in a job without GPUs says nothing
    if (gs_cell_find(log, cells, GPU_MILLI, &cell)) {
        uint32_t milli = 0;
        GPUSIM_TRY(gs_cell_count(log, cells, cell, names[GPU_MILLI], &milli, err));
        if (milli > 1000 || (milli == 0 && job->gpus > 0)) {
            return gs_cell_fail(log, cells, cell, names[GPU_MILLI], "not within 1 and 1000", err);
        }
        job->milli = job->gpus > 0 ? milli : 1000;
    }
    if (gs_cell_find(log, cells, MIG, &cell) && job->gpus > 0) {
        if (job->milli < 1000) {
            return gs_cell_fail(log, cells, cell, names[MIG],
                                "but gpu_milli asks for a part of a GPU too", err);
        }
        GPUSIM_TRY(gs_cell_name(log, cells, cell, &job->mig, err));
    }
cleanup:
    return status;
}

#define ELASTIC_MOST 1000000 // GPUs, as in a scenario

// on how many GPUs it may run: an elastic job has one of the first two
static gpusim_status read_elastic(const gs_log *log, const gs_cells *cells, gs_job *job,
                                  gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gs_elastic_fields said = {.least = UINT32_MAX, .most = UINT32_MAX, .cost = GPUSIM_TIME_MAX};
    struct {
        uint32_t column, *value;
    } numbers[] = {{MIN_GPUS, &said.least}, {MAX_GPUS, &said.most}};
    uint32_t cell = 0;
    for (size_t i = 0; i < 2 && job->gpus > 0; i++) {
        uint32_t column = numbers[i].column;
        if (!gs_cell_find(log, cells, column, &cell)) {
            continue;
        }
        GPUSIM_TRY(gs_cell_count(log, cells, cell, names[column], numbers[i].value, err));
        if (*numbers[i].value == 0) {
            return gs_cell_fail(log, cells, cell, names[column], "less than 1", err);
        }
        if (*numbers[i].value > ELASTIC_MOST) {
            return gs_cell_fail(log, cells, cell, names[column], "more than 1,000,000", err);
        }
        if (job->milli != 1000 || job->mig != 0) {
            return gs_cell_fail(log, cells, cell, names[column],
                                "but jobs of parts of GPUs are not elastic", err);
        }
        said.present = 1;
    }
    if (gs_cell_find(log, cells, SERIAL, &cell) &&
        (!gs_parse_double(cells->at[cell], cells->length[cell], &said.serial) ||
         !(said.serial >= 0 && said.serial <= 1))) {
        return gs_cell_fail(log, cells, cell, names[SERIAL], "not within 0 and 1", err);
    }
    if (gs_cell_find(log, cells, RESIZE, &cell)) {
        GPUSIM_TRY(gs_cell_time(log, cells, cell, names[RESIZE], &said.cost, err));
    }
    gs_make_elastic(&said, job);
cleanup:
    return status;
}

static gpusim_status read_required(gs_log *log, const gs_cells *cells, gs_log_entry *entry,
                                   gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    uint32_t at[REQUIRED];
    for (uint32_t column = 0; column < REQUIRED; column++) {
        if (!gs_cell_find(log, cells, column, &at[column])) {
            return gs_lines_fail(log->lines, NULL, err, "the line has no %s", names[column]);
        }
    }
    // a text is the job's name too, and its number is its place among the jobs
    GPUSIM_TRY(read_id(log, cells, at[ID], &entry->id, err));
    entry->has_id = 1;
    entry->job.id = entry->id.text ? (int64_t)log->jobs.count : entry->id.value;
    entry->job.name = entry->id.text;
    GPUSIM_TRY(gs_cell_time(log, cells, at[SUBMIT], names[SUBMIT], &entry->job.submit, err));
    GPUSIM_TRY(gs_cell_time(log, cells, at[DURATION], names[DURATION], &entry->job.duration, err));
    GPUSIM_TRY(gs_cell_count(log, cells, at[GPUS], names[GPUS], &entry->job.gpus, err));
cleanup:
    return status;
}

static gpusim_status read_request(gs_log *log, const gs_cells *cells, gs_log_entry *entry,
                                  gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gs_job *job = &entry->job;
    uint32_t cell = 0;
    if (log->trace->walltime == GS_REQUEST_REQUESTED && gs_cell_find(log, cells, WALLTIME, &cell)) {
        GPUSIM_TRY(gs_cell_time(log, cells, cell, names[WALLTIME], &job->walltime, err));
    }
    if (gs_cell_find(log, cells, CPUS, &cell)) {
        GPUSIM_TRY(read_cpus(log, cells, cell, &job->cpus, err));
    }
    if (gs_cell_find(log, cells, MEMORY, &cell)) {
        GPUSIM_TRY(read_bytes(log, cells, cell, MEMORY, &job->memory, err));
    }
    if (gs_cell_find(log, cells, GPU_MEMORY, &cell)) {
        GPUSIM_TRY(read_bytes(log, cells, cell, GPU_MEMORY, &job->gpu_memory, err));
    }
    if (gs_cell_find(log, cells, STORAGE, &cell)) {
        GPUSIM_TRY(read_bytes(log, cells, cell, STORAGE, &job->storage, err));
    }
    if (gs_cell_find(log, cells, PRIORITY, &cell)) {
        GPUSIM_TRY(read_priority(log, cells, cell, &job->priority, err));
    }
    if (gs_cell_find(log, cells, DEADLINE, &cell)) {
        GPUSIM_TRY(gs_cell_time(log, cells, cell, names[DEADLINE], &job->due, err));
    }
    if (gs_cell_find(log, cells, PREEMPTIBLE, &cell)) {
        uint32_t spot = 0;
        GPUSIM_TRY(gs_cell_count(log, cells, cell, names[PREEMPTIBLE], &spot, err));
        if (spot > 1) {
            return gs_cell_fail(log, cells, cell, names[PREEMPTIBLE], "not 0 or 1", err);
        }
        job->preemptible = (uint8_t)spot;
    }
cleanup:
    return status;
}

static gpusim_status read_names(gs_log *log, const gs_cells *cells, gs_log_entry *entry,
                                gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gs_job *job = &entry->job;
    const struct {
        uint32_t column, *name;
    } texts[] = {{USER, &job->user},         {VC, &job->vc},           {GROUP, &job->group},
                 {NAME, &job->name},         {QOS, &job->qos},         {KIND, &job->kind},
                 {GPU_MODELS, &job->models}, {CLUSTER, &job->cluster}, {SELECTOR, &job->selector}};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        uint32_t cell = 0;
        // an id that is a text is the name: it must not be lost
        int taken = texts[i].column == NAME && entry->id.text;
        if (!taken && gs_cell_find(log, cells, texts[i].column, &cell)) {
            GPUSIM_TRY(gs_cell_name(log, cells, cell, texts[i].name, err));
            if (texts[i].column == SELECTOR &&
                !gs_is_selector(cells->at[cell], cells->length[cell])) {
                return gs_cell_fail(log, cells, cell, names[SELECTOR], "not like zone=a,node=A|B",
                                    err);
            }
        }
    }
cleanup:
    return status;
}

static gpusim_status read_record(gs_log *log, const gs_cells *cells, gs_log_entry *entry,
                                 gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    uint32_t cell = 0;
    if (gs_cell_find(log, cells, START, &cell)) {
        GPUSIM_TRY(gs_cell_time(log, cells, cell, names[START], &entry->extra.start, err));
        if (entry->extra.start < entry->job.submit) {
            return gs_cell_fail(log, cells, cell, names[START], "before its submission", err);
        }
    }
    if (gs_cell_find(log, cells, NODES, &cell)) {
        GPUSIM_TRY(read_nodes(log, cells, cell, entry, err));
    }
    if (gs_cell_find(log, cells, THINK, &cell)) {
        GPUSIM_TRY(gs_cell_time(log, cells, cell, names[THINK], &entry->extra.think, err));
    }
    if (gs_cell_find(log, cells, AFTER, &cell)) {
        entry->has_after = 1;
        GPUSIM_TRY(read_id(log, cells, cell, &entry->after, err));
    }
    if (gs_cell_find(log, cells, STATE, &cell)) {
        GPUSIM_TRY(read_state(log, cells, cell, &entry->job.final_state, err));
    }
cleanup:
    return status;
}

gpusim_status gs_csv_line(gs_log *log, const char *text, size_t length, gpusim_error *err)
{
    gpusim_status status;
    gs_cells cells;
    // spreadsheets put a byte-order mark in front
    if (!log->header && length >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) {
        text += 3;
        length -= 3;
    }
    GPUSIM_TRY(gs_cells_split(log, text, length, &cells, err));
    if (cells.count == 1 && cells.length[0] == 0) {
        return GPUSIM_OK;
    }
    if (!log->header) {
        return gs_cells_header(log, &cells, names, COLUMNS, REQUIRED, 1, err);
    }
    gs_log_entry entry;
    gs_log_entry_begin(log, &entry);
    if (cells.count != log->columns) {
        return gs_lines_fail(log->lines, NULL, err, "the line has %u columns, the header %u",
                             cells.count, log->columns);
    }
    GPUSIM_TRY(read_required(log, &cells, &entry, err));
    GPUSIM_TRY(read_request(log, &cells, &entry, err));
    GPUSIM_TRY(read_share(log, &cells, &entry.job, err));
    GPUSIM_TRY(read_elastic(log, &cells, &entry.job, err));
    GPUSIM_TRY(read_names(log, &cells, &entry, err));
    GPUSIM_TRY(read_record(log, &cells, &entry, err));
    GPUSIM_TRY(gs_log_add(log, &entry, err));
cleanup:
    return status;
}
