/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reads tables of runs under power caps: power_limit, time_per_epoch, average_power, and columns
 * that name the configuration. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/names.h"
#include "base/sort.h"
#include "calibrate/measured.h"

#define NAME_LENGTH 256

static const char *const cap_names[] = {"power_limit", "power_limit_w", NULL};
static const char *const time_names[] = {"time_per_epoch", "time_s", NULL};
static const char *const power_names[] = {"average_power", "average_power_w", NULL};
static const char *const group_names[] = {"network", NULL};

const gs_column gs_column_cap = {cap_names, "W"};
static const gs_column time_column = {time_names, "s"};
static const gs_column power_column = {power_names, "W"};
static const gs_column group_column = {group_names, ""};

typedef struct reader {
    gs_columns *columns;
    gs_arena *arena;
    uint32_t cap, time, power, group; /* columns; group may be GPUSIM_NONE */
    gs_array rows;                    /* row */
    gs_names *names, *groups;
} reader;

/* A line, or the mean of lines that agree in configuration and cap. */
typedef struct row {
    double cap, time, power;
    uint32_t name, group, repeats, reserved;
} row;

// the configuration's name: its cells with slashes between
static gpusim_status name_of(const reader *r, char text[NAME_LENGTH], size_t *length,
                             gpusim_error *err)
{
    const gs_columns *columns = r->columns;
    *length = 0;
    for (uint32_t i = 0; i < columns->count; i++) {
        if (i == r->cap || i == r->time || i == r->power) {
            continue;
        }
        if (*length + columns->length[i] + 2 > NAME_LENGTH) {
            return gs_columns_fail(columns, i, "makes the configuration's name too long", err);
        }
        if (*length) {
            text[(*length)++] = '/';
        }
        memcpy(text + *length, columns->at[i], columns->length[i]);
        *length += columns->length[i];
    }
    if (*length == 0) {
        text[(*length)++] = '-'; // all lines are of one configuration without a name
    }
    return GPUSIM_OK;
}

static gpusim_status positive(const reader *r, uint32_t which, const gs_column *column,
                              double *value, gpusim_error *err)
{
    gpusim_status status = gs_columns_number(r->columns, which, column, value, err);
    if (status == GPUSIM_OK && *value <= 0) {
        return gs_columns_fail(r->columns, which, "is not above 0", err);
    }
    return status;
}

// a line into rows; one without a measurement is as good as absent
static gpusim_status take_line(reader *r, gpusim_error *err)
{
    gpusim_status status;
    row line = {.repeats = 1};
    char name[NAME_LENGTH];
    size_t length;
    GPUSIM_TRY(positive(r, r->cap, &gs_column_cap, &line.cap, err));
    GPUSIM_TRY(positive(r, r->time, &time_column, &line.time, err));
    GPUSIM_TRY(positive(r, r->power, &power_column, &line.power, err));
    if (isnan(line.cap)) {
        return gs_columns_fail(r->columns, r->cap, "is no cap", err);
    }
    GPUSIM_TRY(name_of(r, name, &length, err));
    GPUSIM_TRY(gs_names_add(r->names, name, length, &line.name, err));
    const char *group = r->group == GPUSIM_NONE ? "" : r->columns->at[r->group];
    length = r->group == GPUSIM_NONE ? 0 : r->columns->length[r->group];
    GPUSIM_TRY(gs_names_add(r->groups, group, length, &line.group, err));
    if (!isnan(line.time) && !isnan(line.power)) {
        GPUSIM_TRY(gs_array_push(&r->rows, &line, err));
    }
cleanup:
    return status;
}

// the column that halves are stratified by: `network`, or the first that is no measurement
static uint32_t find_group(const reader *r)
{
    uint32_t which = gs_columns_find(r->columns, &group_column);
    for (uint32_t i = 0; which == GPUSIM_NONE && i < r->columns->count; i++) {
        if (i != r->cap && i != r->time && i != r->power) {
            which = i;
        }
    }
    return which;
}

static int by_name_and_cap(const void *a, const void *b)
{
    const row *x = a, *y = b;
    if (x->name != y->name) {
        return x->name < y->name ? -1 : 1;
    }
    return x->cap < y->cap ? -1 : x->cap > y->cap;
}

// repeated runs, which are neighbours, become their mean
static void merge_repeats(gs_array *rows)
{
    uint32_t to = 0;
    for (uint32_t i = 0; i < rows->count; i++) {
        row *next = &GS_AT(*rows, row, i), *last = to ? &GS_AT(*rows, row, to - 1) : NULL;
        if (!last || by_name_and_cap(last, next) != 0) {
            GS_AT(*rows, row, to++) = *next;
            continue;
        }
        double weight = 1.0 / ++last->repeats;
        last->time += (next->time - last->time) * weight;
        last->power += (next->power - last->power) * weight;
    }
    rows->count = to;
}

// all caps that anything was measured under, rising; rows are ordered by name
static gpusim_status list_caps(const reader *r, gs_array *caps, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    for (uint32_t i = 0; i < r->rows.count; i++) {
        double cap = GS_AT(r->rows, row, i).cap;
        uint32_t at = 0;
        while (at < caps->count && GS_AT(*caps, double, at) < cap) {
            at++;
        }
        if (at < caps->count && GS_AT(*caps, double, at) == cap) {
            continue;
        }
        if (caps->count == GS_CAPS_MAX) {
            return gs_lines_fail(r->columns->lines, NULL, err, "there are more than %u caps",
                                 GS_CAPS_MAX);
        }
        GPUSIM_TRY(gs_array_push(caps, NULL, err));
        double *list = caps->data;
        memmove(list + at + 1, list + at, (caps->count - 1 - at) * sizeof *list);
        list[at] = cap;
    }
cleanup:
    return status;
}

// rows of complete configurations into the table's arrays
static void fill(const reader *r, uint32_t caps, double *throughput, double *power,
                 double *top_power, uint32_t *name, uint32_t *group)
{
    uint32_t to = 0;
    for (uint32_t from = 0, end; from < r->rows.count; from = end) {
        const row *rows = &GS_AT(r->rows, row, from);
        for (end = from; end < r->rows.count && GS_AT(r->rows, row, end).name == rows->name;) {
            end++;
        }
        if (end - from != caps) {
            continue;
        }
        const row *top = &rows[caps - 1];
        for (uint32_t k = 0; k < caps; k++) {
            throughput[to * caps + k] = top->time / rows[k].time;
            power[to * caps + k] = rows[k].power / top->power;
        }
        top_power[to] = top->power;
        name[to] = rows->name;
        group[to] = rows->group;
        to++;
    }
}

static uint32_t count_complete(const reader *r, uint32_t caps)
{
    uint32_t complete = 0;
    for (uint32_t i = 0, run = 0; i < r->rows.count; i++) {
        int same = i > 0 && GS_AT(r->rows, row, i).name == GS_AT(r->rows, row, i - 1).name;
        run = same ? run + 1 : 1;
        complete += run == caps; // there are no two of a cap
    }
    return complete;
}

// texts of names with these numbers, which outlive the table of names
static gpusim_status keep_texts(const gs_names *names, const uint32_t *numbers, uint32_t count,
                                gs_arena *arena, const char *const **texts, gpusim_error *err)
{
    const char **list = gs_arena_get(arena, count * sizeof *list + 1);
    for (uint32_t i = 0; list && i < count; i++) {
        const char *text = gs_names_text(names, numbers ? numbers[i] : i);
        list[i] = gs_arena_text(arena, text, strlen(text));
        if (!list[i]) {
            list = NULL;
        }
    }
    *texts = list;
    return list ? GPUSIM_OK : gpusim_fail(err, GPUSIM_MEMORY, "no memory for %u names", count);
}

static gpusim_status build(const reader *r, const gs_array *caps, gs_cap_table *table,
                           gpusim_error *err)
{
    gpusim_status status;
    table->caps = caps->count;
    table->seen = gs_names_count(r->names) - 1;
    table->groups = gs_names_count(r->groups);
    table->configurations = count_complete(r, caps->count);
    size_t n = table->configurations, cells = n * table->caps;
    double *cap = gs_arena_get(r->arena, caps->count * sizeof *cap + 1);
    double *throughput = gs_arena_get(r->arena, cells * sizeof *throughput + 1);
    double *power = gs_arena_get(r->arena, cells * sizeof *power + 1);
    double *top_power = gs_arena_get(r->arena, n * sizeof *top_power + 1);
    uint32_t *name = gs_arena_get(r->arena, n * sizeof *name + 1);
    uint32_t *group = gs_arena_get(r->arena, n * sizeof *group + 1);
    if (!cap || !throughput || !power || !top_power || !name || !group) {
        return gpusim_fail(err, GPUSIM_MEMORY, "no memory for %u runs", r->rows.count);
    }
    for (uint32_t k = 0; k < caps->count; k++) {
        cap[k] = GS_AT(*caps, double, k);
    }
    fill(r, caps->count, throughput, power, top_power, name, group);
    GPUSIM_TRY(keep_texts(r->names, name, table->configurations, r->arena, &table->name, err));
    GPUSIM_TRY(keep_texts(r->groups, NULL, table->groups, r->arena, &table->group_name, err));
    table->cap = cap;
    table->throughput = throughput;
    table->power = power;
    table->top_power = top_power;
    table->group = group;
cleanup:
    return status;
}

gpusim_status gs_cap_table_read(gs_columns *columns, gs_arena *arena, gs_cap_table *table,
                                gpusim_error *err)
{
    gpusim_status status;
    reader r = {.columns = columns, .arena = arena};
    r.rows = GS_ARRAY(row);
    gs_array caps = GS_ARRAY(double);
    int more;
    GPUSIM_TRY(gs_names_create(&r.names, err));
    GPUSIM_TRY(gs_names_create(&r.groups, err));
    GPUSIM_TRY(gs_columns_need(columns, &gs_column_cap, &r.cap, err));
    GPUSIM_TRY(gs_columns_need(columns, &time_column, &r.time, err));
    GPUSIM_TRY(gs_columns_need(columns, &power_column, &r.power, err));
    r.group = find_group(&r);
    for (;;) {
        GPUSIM_TRY(gs_columns_next(columns, &more, err));
        if (!more) {
            break;
        }
        GPUSIM_TRY(take_line(&r, err));
    }
    GPUSIM_TRY(gs_sort(r.rows.data, r.rows.count, sizeof(row), by_name_and_cap, err));
    merge_repeats(&r.rows);
    GPUSIM_TRY(list_caps(&r, &caps, err));
    GPUSIM_TRY(build(&r, &caps, table, err));
cleanup:
    gs_array_release(&r.rows);
    gs_names_destroy(r.names);
    gs_names_destroy(r.groups);
    gs_array_release(&caps);
    return status;
}
