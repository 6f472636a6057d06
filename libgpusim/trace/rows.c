/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Filters of tables: a row is taken when the time that it is about overlaps, and when it is about
 * the job, the node or a job of the user that was asked for. */
#include "trace/rows.h"

#include <stddef.h>
#include <string.h>

#include "base/number.h"

#define ROWS_AT_ONCE   1024u
#define ROWS_UNFLUSHED (1u << 16)

/* What the rows of a table tell: from when to when, and of what. */
typedef struct row_kind {
    size_t begin, end; /* offsets of times; both 0: of no time */
    int timed, of_jobs, of_node;
} row_kind;

static const row_kind kinds[GPUSIM_TABLE_COUNT] = {
    [GPUSIM_TABLE_JOBS] = {offsetof(gpusim_job_row, submit), offsetof(gpusim_job_row, end), 1, 1,
                           1},
    [GPUSIM_TABLE_EVENTS] = {offsetof(gpusim_event_row, time), offsetof(gpusim_event_row, time), 1,
                             1, 1},
    [GPUSIM_TABLE_DECISIONS] = {offsetof(gpusim_decision_row, time),
                                offsetof(gpusim_decision_row, time), 1, 1, 1},
    [GPUSIM_TABLE_ALLOCATIONS] = {offsetof(gpusim_allocation_row, start),
                                  offsetof(gpusim_allocation_row, end), 1, 1, 1},
    [GPUSIM_TABLE_ACTIONS] = {offsetof(gpusim_action_row, time), offsetof(gpusim_action_row, time),
                              1, 1, 1},
    [GPUSIM_TABLE_NODES] = {.of_node = 1},
    [GPUSIM_TABLE_GPUS] = {.of_node = 1},
    [GPUSIM_TABLE_RACKS] = {.of_node = 1},
    [GPUSIM_TABLE_FAULTS] = {offsetof(gpusim_fault_row, start), offsetof(gpusim_fault_row, end), 1,
                             0, 1},
    [GPUSIM_TABLE_FRAGMENTATION] = {offsetof(gpusim_fragmentation_row, time),
                                    offsetof(gpusim_fragmentation_row, time), 1, 0, 0},
    [GPUSIM_TABLE_ALERTS] = {offsetof(gpusim_alert_row, begin), offsetof(gpusim_alert_row, end), 1,
                             0, 1},
};

/* What an event or an action is about. */
typedef enum about { OF_JOB, OF_GPU, OF_NODE, OF_RACK, OF_OTHER } about;

static about of_event(uint8_t type)
{
    switch ((gpusim_event_type)type) {
    case GPUSIM_EVENT_NODE:
    case GPUSIM_EVENT_NODE_CAP:
    case GPUSIM_EVENT_OFFLINE:
        return OF_NODE;
    case GPUSIM_EVENT_THROTTLE:
    case GPUSIM_EVENT_GPU_OFF:
    case GPUSIM_EVENT_XID:
    case GPUSIM_EVENT_ALERT:
        return OF_GPU;
    case GPUSIM_EVENT_RACK_CAP:
        return OF_RACK;
    case GPUSIM_EVENT_LEARNT:
        return OF_OTHER;
    default:
        return OF_JOB;
    }
}

static about of_action(uint8_t what)
{
    switch ((gpusim_action)what) {
    case GPUSIM_ACTION_CANCEL_JOB:
        return OF_JOB;
    case GPUSIM_ACTION_CAP_GPU:
    case GPUSIM_ACTION_RESET:
        return OF_GPU;
    case GPUSIM_ACTION_CAP_RACK:
        return OF_RACK;
    default:
        return OF_NODE;
    }
}

static about of_scope(uint8_t scope)
{
    static const about scopes[] = {OF_GPU, OF_NODE, OF_RACK, OF_OTHER};
    return scopes[scope < 4 ? scope : 3];
}

// ---- finding what was asked for ----

// Jobs are numbered as they come, and each that came is an event; those that have not ended have no
// row of their own. A run that was killed within a flush lacks some rows.
static uint64_t most_jobs(const gpusim_trace *trace)
{
    const uint64_t *count = trace->info.rows;
    return count[GPUSIM_TABLE_JOBS] + count[GPUSIM_TABLE_EVENTS] + count[GPUSIM_TABLE_ALLOCATIONS] +
           ROWS_UNFLUSHED;
}

static gpusim_status mark(gs_rows *rows, uint64_t job, gpusim_error *err)
{
    if (job >= rows->jobs) {
        return gpusim_fail(err, GPUSIM_FORMAT, "a job has number %llu, which no trace as short has",
                           (unsigned long long)job);
    }
    rows->meant[job / 8] |= (unsigned char)(1u << job % 8);
    return GPUSIM_OK;
}

static const char *name_of(const gs_rows *rows, uint32_t name)
{
    const char *text = gpusim_trace_name(rows->trace, name);
    return text ? text : "";
}

// SOURCE/ID, the id, or the name
static int is_called(const gs_rows *rows, const gpusim_job_row *job, const char *word)
{
    const char *source = name_of(rows, job->source), *id = word;
    size_t length = strlen(source);
    int64_t number = 0;
    if (strncmp(word, source, length) == 0 && word[length] == '/') {
        id = word + length + 1;
    }
    return (gs_parse_int64(id, strlen(id), &number) && number == job->id) ||
           (job->name != 0 && strcmp(name_of(rows, job->name), word) == 0);
}

// jobs by their own rows: what they are called and whose they are
static gpusim_status mark_jobs(gs_rows *rows, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    const gpusim_export_filter *filter = &rows->filter;
    gpusim_job_row *block = NULL;
    uint64_t count = rows->trace->info.rows[GPUSIM_TABLE_JOBS], found = 0;
    GPUSIM_TRY(gs_allocate(&block, ROWS_AT_ONCE, sizeof *block, err));
    for (uint64_t first = 0; first < count; first += ROWS_AT_ONCE) {
        uint64_t some = count - first < ROWS_AT_ONCE ? count - first : ROWS_AT_ONCE;
        GPUSIM_TRY(gs_read_rows(rows->trace, GPUSIM_TABLE_JOBS, first, some, block, err));
        for (uint64_t i = 0; i < some; i++) {
            if ((!filter->job || is_called(rows, &block[i], filter->job)) &&
                (!filter->user || strcmp(name_of(rows, block[i].user), filter->user) == 0)) {
                GPUSIM_TRY(mark(rows, block[i].index, err));
                found++;
            }
        }
    }
    if (found == 0) {
        const char *who = filter->user ? filter->user : "";
        status = filter->job
                     ? gpusim_fail(err, GPUSIM_ARGUMENT, "the trace has no job '%s'%s%s%s",
                                   filter->job, *who ? " of user '" : "", who, *who ? "'" : "")
                     : gpusim_fail(err, GPUSIM_ARGUMENT, "no job is of user '%s'", who);
        gpusim_error_hint(err, "`gpusim export TRACE --table jobs` lists them");
    }

cleanup:
    gs_release(&block);
    return status;
}

// of those, the jobs that ever ran on the node
static gpusim_status keep_on_node(gs_rows *rows, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gpusim_allocation_row *block = NULL;
    unsigned char *before = rows->meant;
    uint64_t count = rows->trace->info.rows[GPUSIM_TABLE_ALLOCATIONS];
    rows->meant = NULL;
    GPUSIM_TRY(gs_allocate(&rows->meant, rows->jobs / 8 + 1, 1, err));
    GPUSIM_TRY(gs_allocate(&block, ROWS_AT_ONCE, sizeof *block, err));
    for (uint64_t first = 0; first < count; first += ROWS_AT_ONCE) {
        uint64_t some = count - first < ROWS_AT_ONCE ? count - first : ROWS_AT_ONCE;
        GPUSIM_TRY(gs_read_rows(rows->trace, GPUSIM_TABLE_ALLOCATIONS, first, some, block, err));
        for (uint64_t i = 0; i < some; i++) {
            uint64_t job = block[i].job;
            if (block[i].node == rows->node.node &&
                (!before || (job < rows->jobs && before[job / 8] >> job % 8 & 1))) {
                GPUSIM_TRY(mark(rows, job, err));
            }
        }
    }

cleanup:
    gs_release(&before);
    gs_release(&block);
    return status;
}

// a filter that the table cannot answer is a mistake, not an empty table
static gpusim_status check(const gs_rows *rows, gpusim_error *err)
{
    const row_kind *kind = &kinds[rows->table];
    const gpusim_export_filter *filter = &rows->filter;
    int timed = filter->from > -GPUSIM_TIME_MAX || filter->to < GPUSIM_TIME_MAX;
    const char *what = (filter->job || filter->user) && !kind->of_jobs ? "jobs"
                       : filter->node && !kind->of_node                ? "nodes"
                       : timed && !kind->timed                         ? "times"
                                                                       : NULL;
    return what ? gpusim_fail(err, GPUSIM_ARGUMENT, "table '%s' says nothing of %s",
                              gpusim_table_record(rows->table)->name, what)
                : GPUSIM_OK;
}

gpusim_status gs_rows_begin(gs_rows *rows, gpusim_trace *trace, gpusim_table table,
                            const gpusim_export_filter *filter, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    memset(rows, 0, sizeof *rows);
    rows->trace = trace;
    rows->table = table;
    rows->jobs = most_jobs(trace);
    gs_select_filter(filter, &rows->filter);
    GPUSIM_TRY(check(rows, err));
    if (rows->filter.job || rows->filter.user) {
        GPUSIM_TRY(gs_allocate(&rows->meant, rows->jobs / 8 + 1, 1, err));
        GPUSIM_TRY(mark_jobs(rows, err));
    }
    if (rows->filter.node) {
        rows->has_node = 1;
        GPUSIM_TRY(gs_select_node(trace, rows->filter.node, &rows->node, err));
    }
    if (rows->has_node && kinds[table].of_jobs) {
        GPUSIM_TRY(keep_on_node(rows, err));
    }

cleanup:
    return status;
}

void gs_rows_end(gs_rows *rows)
{
    gs_release(&rows->meant);
}

// ---- rows ----

int gs_rows_take_job(const gs_rows *rows, uint64_t job)
{
    return !rows->meant || (job < rows->jobs && rows->meant[job / 8] >> job % 8 & 1);
}

static int is_on_node(const gs_rows *rows, about what, uint64_t entity)
{
    const gpusim_node_row *node = &rows->node;
    return !rows->has_node || (what == OF_NODE && entity == node->node) ||
           (what == OF_RACK && entity == node->rack) ||
           (what == OF_GPU && entity >= node->first_gpu && entity - node->first_gpu < node->gpus);
}

// jobs by the jobs that are meant; all else by the node, and not when a job is asked for
static int is_about(const gs_rows *rows, about what, uint64_t entity)
{
    if (what == OF_JOB) {
        return gs_rows_take_job(rows, entity);
    }
    return !rows->filter.job && !rows->filter.user && is_on_node(rows, what, entity);
}

static int overlaps(const gs_rows *rows, const unsigned char *row)
{
    const row_kind *kind = &kinds[rows->table];
    gpusim_time begin, end;
    if (!kind->timed) {
        return 1;
    }
    memcpy(&begin, row + kind->begin, sizeof begin);
    memcpy(&end, row + kind->end, sizeof end);
    return begin <= rows->filter.to && end >= rows->filter.from;
}

int gs_rows_take(const gs_rows *rows, const void *row)
{
    if (!overlaps(rows, row)) {
        return 0;
    }
    switch (rows->table) {
    case GPUSIM_TABLE_JOBS:
        return gs_rows_take_job(rows, ((const gpusim_job_row *)row)->index);
    case GPUSIM_TABLE_EVENTS: {
        const gpusim_event_row *event = row;
        return is_about(rows, of_event(event->type), event->entity);
    }
    case GPUSIM_TABLE_DECISIONS: {
        const gpusim_decision_row *decision = row;
        return gs_rows_take_job(rows, decision->job) && is_on_node(rows, OF_NODE, decision->node);
    }
    case GPUSIM_TABLE_ALLOCATIONS: {
        const gpusim_allocation_row *part = row;
        return gs_rows_take_job(rows, part->job) && is_on_node(rows, OF_NODE, part->node);
    }
    case GPUSIM_TABLE_ACTIONS: {
        const gpusim_action_row *action = row;
        return is_about(rows, of_action(action->what), action->entity);
    }
    case GPUSIM_TABLE_NODES:
        return is_on_node(rows, OF_NODE, ((const gpusim_node_row *)row)->node);
    case GPUSIM_TABLE_GPUS:
        return is_on_node(rows, OF_NODE, ((const gpusim_gpu_row *)row)->node);
    case GPUSIM_TABLE_RACKS:
        return is_on_node(rows, OF_RACK, ((const gpusim_rack_row *)row)->rack);
    case GPUSIM_TABLE_FAULTS: {
        const gpusim_fault_row *fault = row;
        return is_on_node(rows, of_scope(fault->scope), fault->entity);
    }
    case GPUSIM_TABLE_ALERTS: {
        const gpusim_alert_row *alert = row;
        return is_on_node(rows, of_scope(alert->scope), alert->entity);
    }
    default:
        return 1;
    }
}
