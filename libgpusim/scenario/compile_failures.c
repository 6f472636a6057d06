/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lists of failures: a CSV file with the columns time, entity and, by choice, duration. */
#include <stdio.h>
#include <string.h>

#include "base/number.h"
#include "base/sort.h"
#include "scenario/compile_chaos.h"
#include "scenario/files.h"
#include "workload/cells.h"

enum { TIME, ENTITY, REQUIRED, DURATION = REQUIRED, COLUMNS };
static const char *const columns[COLUMNS] = {"time", "entity", "duration"};

/* A list while it is read: the log is what the cells of any table need. */
typedef struct failure_list {
    const gs_rule_maker *maker;
    gs_log log;
    gs_array failures; /* gs_listed_fault */
} failure_list;

// seconds, or a time with its unit
static gpusim_status read_time(const failure_list *list, const gs_cells *cells, uint32_t cell,
                               uint32_t column, gpusim_time *value, gpusim_error *err)
{
    char text[64];
    double seconds = 0;
    uint32_t length = cells->length[cell];
    if (length < sizeof text) {
        memcpy(text, cells->at[cell], length);
        text[length] = '\0';
        if (gs_parse_double(text, length, &seconds) && seconds >= 0 && seconds <= 9e9) {
            *value = (gpusim_time)(seconds * 1e9 + 0.5);
            return GPUSIM_OK;
        }
        if (gpusim_time_parse(text, value, NULL) == GPUSIM_OK && *value >= 0 &&
            *value <= INT64_C(9000000000000000000)) {
            return GPUSIM_OK;
        }
    }
    return gs_cell_fail(&list->log, cells, cell, columns[column],
                        "not a time within 0 s and 9e9 s, like 90 or 1.5 min", err);
}

static gpusim_status read_entity(failure_list *list, const gs_cells *cells, uint32_t cell,
                                 uint32_t *entity, gpusim_error *err)
{
    const char *text = NULL;
    size_t length = 0;
    const gs_rule_maker *m = list->maker;
    gpusim_status status = gs_cell_text(&list->log, cells, cell, &text, &length, err);
    if (status != GPUSIM_OK) {
        return status;
    }
    *entity = gs_entities_find(m->entities, (gs_fault_scope)m->kind->scope, text, length);
    if (*entity != GPUSIM_NONE) {
        return GPUSIM_OK;
    }
    char example[256];
    status = gs_lines_fail(list->log.lines, cells->at[cell], err, "no %s is called '%.*s'",
                           gs_fault_scope_names[m->kind->scope], (int)(length < 100 ? length : 100),
                           text);
    gs_entities_example(m->entities, (gs_fault_scope)m->kind->scope, example, sizeof example);
    gpusim_error_hint(err, "%s strikes %ss; '%.200s' is the first", m->kind->name,
                      gs_fault_scope_names[m->kind->scope], example);
    return status;
}

static gpusim_status read_line(failure_list *list, const char *text, size_t length,
                               gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gs_cells cells;
    uint32_t at[COLUMNS];
    gs_listed_fault failure = {.lasts = GPUSIM_TIME_MAX};
    // spreadsheets put a byte-order mark in front
    if (!list->log.header && length >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) {
        text += 3;
        length -= 3;
    }
    GPUSIM_TRY(gs_cells_split(&list->log, text, length, &cells, err));
    if (cells.count == 1 && cells.length[0] == 0) {
        return GPUSIM_OK;
    }
    if (!list->log.header) {
        return gs_cells_header(&list->log, &cells, columns, COLUMNS, REQUIRED, 1, err);
    }
    if (cells.count != list->log.columns) {
        return gs_lines_fail(list->log.lines, NULL, err, "the line has %u column%s, the header %u",
                             cells.count, cells.count == 1 ? "" : "s", list->log.columns);
    }
    for (uint32_t column = 0; column < REQUIRED; column++) {
        if (!gs_cell_find(&list->log, &cells, column, &at[column])) {
            return gs_lines_fail(list->log.lines, NULL, err, "the line has no %s", columns[column]);
        }
    }
    GPUSIM_TRY(read_time(list, &cells, at[TIME], TIME, &failure.at, err));
    GPUSIM_TRY(read_entity(list, &cells, at[ENTITY], &failure.entity, err));
    if (gs_cell_find(&list->log, &cells, DURATION, &at[DURATION])) {
        GPUSIM_TRY(read_time(list, &cells, at[DURATION], DURATION, &failure.lasts, err));
    }
    GPUSIM_TRY(gs_array_push(&list->failures, &failure, err));
cleanup:
    return status;
}

static int compare(const void *a, const void *b)
{
    const gs_listed_fault *x = a, *y = b;
    return (x->at > y->at) - (x->at < y->at);
}

// rising by time, ties as they stand in the file
static gpusim_status keep(failure_list *list, gs_rule *rule, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    uint32_t count = list->failures.count;
    if (count == 0) {
        return gs_lines_fail(list->log.lines, NULL, err, "there is no failure in it");
    }
    GPUSIM_TRY(gs_sort(list->failures.data, count, sizeof(gs_listed_fault), compare, err));
    gs_listed_fault *kept = gs_arena_get(&list->maker->at->model->arena, count * sizeof *kept);
    if (!kept) {
        return gpusim_fail(err, GPUSIM_MEMORY, "no memory for %u failures", count);
    }
    memcpy(kept, list->failures.data, count * sizeof *kept);
    rule->when = GS_WHEN_TRACE;
    rule->list = kept;
    rule->list_count = count;
cleanup:
    return status;
}

gpusim_status gs_failures_read(gs_rule_maker *m, gs_lines *lines, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    failure_list list = {.maker = m, .failures = GS_ARRAY(gs_listed_fault)};
    const char *text;
    size_t length;
    int more = 1;
    list.log.lines = lines;
    list.log.scratch = GS_ARRAY(char);
    for (;;) {
        GPUSIM_TRY(gs_lines_next(lines, &text, &length, &more, err));
        if (!more) {
            break;
        }
        GPUSIM_TRY(read_line(&list, text, length, err));
    }
    GPUSIM_TRY(keep(&list, m->rule, err));
cleanup:
    gs_array_release(&list.failures);
    gs_array_release(&list.log.scratch);
    return status;
}

gpusim_status gs_compile_failures(gs_rule_maker *m, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gs_lines *lines = NULL;
    char *full = NULL, key[64];
    snprintf(key, sizeof key, "chaos[%u].trace", m->number);
    if (m->fields->target.present) {
        return GS_RULE_FAIL(m, "target", err, "the trace says whom it strikes");
    }
    GPUSIM_TRY(gs_open_input(m->at, key, m->fields->trace, &full, &lines, err));
    GPUSIM_TRY(gs_failures_read(m, lines, err));
cleanup:
    gs_lines_close(lines);
    gs_release(&full);
    return status;
}
