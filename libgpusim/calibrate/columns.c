/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lines of measurements: splits them, finds columns by name, reads numbers and times. */
#include "calibrate/columns.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include <gpusim/field.h>

#include "base/date.h"
#include "base/number.h"

static int is_space(char c)
{
    return c == ' ' || c == '\t';
}

// one cell between `from` and `to`: spaces and a pair of quotes around it do not count
static void trim(const char *from, const char *to, const char **at, uint32_t *length)
{
    while (from < to && is_space(*from)) {
        from++;
    }
    while (to > from && is_space(to[-1])) {
        to--;
    }
    if (to - from >= 2 && *from == '"' && to[-1] == '"') {
        from++;
        to--;
    }
    *at = from;
    *length = (uint32_t)(to - from);
}

// takes a line apart at commas that are not within quotes
static gpusim_status split(gs_columns *columns, const char *text, size_t length, uint32_t *count,
                           gpusim_error *err)
{
    const char *end = text + length, *from = text;
    int quoted = 0;
    *count = 0;
    for (const char *c = text; c <= end; c++) {
        if (c < end && *c == '"') {
            quoted = !quoted;
        }
        if (c < end && (*c != ',' || quoted)) {
            continue;
        }
        if (*count == GS_COLUMNS) {
            return gs_lines_fail(columns->lines, from, err, "the line has more than %u columns",
                                 GS_COLUMNS);
        }
        trim(from, c, &columns->at[*count], &columns->length[*count]);
        (*count)++;
        from = c + 1;
    }
    if (quoted) {
        return gs_lines_fail(columns->lines, NULL, err, "a quoted cell does not end in its line");
    }
    return GPUSIM_OK;
}

// "power.draw [W]" is a name and a unit
static gpusim_status keep_name(gs_columns *columns, uint32_t i, gs_arena *arena, gpusim_error *err)
{
    const char *at = columns->at[i], *end = at + columns->length[i], *unit = end;
    uint32_t length = 0, unit_length = 0;
    if (end > at && end[-1] == ']') {
        const char *open = memchr(at, '[', (size_t)(end - at));
        unit = open ? open + 1 : end;
        end = open ? open : end;
        unit_length = open ? (uint32_t)(at + columns->length[i] - 1 - unit) : 0;
    }
    trim(at, end, &at, &length);
    columns->name[i] = gs_arena_text(arena, at, length);
    columns->unit[i] = gs_arena_text(arena, unit, unit_length);
    if (!columns->name[i] || !columns->unit[i]) {
        return gpusim_fail(err, GPUSIM_MEMORY, "no memory for the names of columns");
    }
    return GPUSIM_OK;
}

gpusim_status gs_columns_open(gs_lines *lines, gs_arena *arena, gs_columns *columns,
                              gpusim_error *err)
{
    gpusim_status status;
    const char *text;
    size_t length;
    int more;
    memset(columns, 0, sizeof *columns);
    columns->lines = lines;
    GPUSIM_TRY(gs_lines_next(columns->lines, &text, &length, &more, err));
    if (!more || length == 0) {
        status = gs_lines_fail(columns->lines, NULL, err,
                               more ? "the first line must name the columns" : "the file is empty");
        goto cleanup;
    }
    // spreadsheets put a byte-order mark in front
    if (length >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) {
        text += 3;
        length -= 3;
    }
    GPUSIM_TRY(split(columns, text, length, &columns->count, err));
    for (uint32_t i = 0; i < columns->count; i++) {
        GPUSIM_TRY(keep_name(columns, i, arena, err));
    }
cleanup:
    if (status != GPUSIM_OK) {
        gs_columns_close(columns);
    }
    return status;
}

void gs_columns_close(gs_columns *columns)
{
    gs_lines_close(columns->lines);
    columns->lines = NULL;
}

gpusim_status gs_columns_next(gs_columns *columns, int *more, gpusim_error *err)
{
    gpusim_status status;
    const char *text;
    size_t length;
    uint32_t count;
    do {
        GPUSIM_TRY(gs_lines_next(columns->lines, &text, &length, more, err));
    } while (*more && length == 0);
    if (*more) {
        GPUSIM_TRY(split(columns, text, length, &count, err));
        if (count != columns->count) {
            return gs_lines_fail(columns->lines, NULL, err,
                                 "the line has %u columns, the header %u", count, columns->count);
        }
    }
cleanup:
    return status;
}

uint32_t gs_columns_find(const gs_columns *columns, const gs_column *column)
{
    for (const char *const *name = column->names; *name; name++) {
        for (uint32_t i = 0; i < columns->count; i++) {
            if (strcmp(columns->name[i], *name) == 0) {
                return i;
            }
        }
    }
    return GPUSIM_NONE;
}

gpusim_status gs_columns_need(const gs_columns *columns, const gs_column *column, uint32_t *which,
                              gpusim_error *err)
{
    *which = gs_columns_find(columns, column);
    if (*which == GPUSIM_NONE) {
        gpusim_status status = gs_lines_fail(columns->lines, NULL, err,
                                             "the header has no column '%s'", column->names[0]);
        for (const char *const *name = column->names; *name; name++) {
            const char *nearest = gpusim_nearest(*name, columns->name, columns->count);
            if (nearest) {
                gpusim_error_hint(err, "is '%s' meant by '%s'?", *name, nearest);
                break;
            }
        }
        return status;
    }
    const char *unit = columns->unit[*which];
    if (*unit && strcmp(unit, column->unit) != 0) {
        return gs_columns_fail(columns, *which, "is not in the unit that is understood", err);
    }
    return GPUSIM_OK;
}

gpusim_status gs_columns_fail(const gs_columns *columns, uint32_t which, const char *problem,
                              gpusim_error *err)
{
    char quoted[72];
    uint32_t length = columns->length[which] < 60 ? columns->length[which] : 60;
    memcpy(quoted, columns->at[which], length);
    quoted[length] = '\0';
    return gs_lines_fail(columns->lines, columns->at[which], err, "%s '%s' %s",
                         columns->name[which], quoted, problem);
}

// what instruments write where they have no value
static int is_missing(const char *text, uint32_t length)
{
    static const char *const words[] = {"",    "N/A", "[N/A]", "[Not Supported]", "[Unknown Error]",
                                        "nan", "NaN", "-"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strlen(words[i]) == length && memcmp(words[i], text, length) == 0) {
            return 1;
        }
    }
    return 0;
}

gpusim_status gs_columns_number(const gs_columns *columns, uint32_t which, const gs_column *column,
                                double *value, gpusim_error *err)
{
    const char *text = columns->at[which];
    uint32_t length = columns->length[which];
    *value = (double)NAN;
    if (is_missing(text, length)) {
        return GPUSIM_OK;
    }
    // a unit behind the number must be the column's own
    uint32_t digits = length;
    while (digits && !(text[digits - 1] >= '0' && text[digits - 1] <= '9') &&
           text[digits - 1] != '.') {
        digits--;
    }
    const char *unit = text + digits;
    uint32_t unit_length = length - digits;
    while (unit_length && is_space(*unit)) {
        unit++;
        unit_length--;
    }
    if (!gs_parse_double(text, digits, value)) {
        return gs_columns_fail(columns, which, "is not a number", err);
    }
    if (unit_length &&
        (unit_length != strlen(column->unit) || memcmp(unit, column->unit, unit_length) != 0)) {
        gpusim_status status =
            gs_columns_fail(columns, which, "is not in the unit that is understood", err);
        gpusim_error_hint(err, "%s is read in %s", columns->name[which],
                          column->unit[0] ? column->unit : "plain numbers");
        return status;
    }
    return GPUSIM_OK;
}

gpusim_status gs_columns_stamp(const gs_columns *columns, uint32_t which, double *seconds,
                               gpusim_error *err)
{
    const char *text = columns->at[which];
    uint32_t length = columns->length[which];
    char date[20] = "";
    double fraction = 0;
    gpusim_time time = 0;
    if (length && text[length - 1] == 'Z') {
        length--;
    }
    // the driver writes 2024/01/31
    uint32_t whole = length < 19 ? length : 19;
    for (uint32_t i = 0; i < whole; i++) {
        date[i] = text[i] == '/' ? '-' : text[i];
    }
    int understood = gs_date_read(date, whole, &time);
    if (understood && length > whole) {
        understood = text[whole] == '.' && gs_parse_double(text + whole, length - whole, &fraction);
    }
    if (!understood) {
        return gs_columns_fail(columns, which, "is not a time like 2024/01/31 10:30:45.123", err);
    }
    *seconds = gpusim_seconds(time) + fraction;
    return GPUSIM_OK;
}
