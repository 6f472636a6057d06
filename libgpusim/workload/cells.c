/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lines of comma-separated values (RFC 4180, one line a record), and columns by name. */
#include "workload/cells.h"

#include <string.h>

#include "base/number.h"
#include "base/suggest.h"

static int is_space(char c)
{
    return c == ' ' || c == '\t';
}

// a quoted cell that begins behind its first quote; *end is where the comma or the line's end is
static gpusim_status split_quoted(const gs_log *log, const char *at, const char *end,
                                  gs_cells *cells, const char **after, gpusim_error *err)
{
    uint32_t cell = cells->count;
    const char *start = at;
    cells->doubled[cell] = 0;
    for (;;) {
        const char *quote = memchr(at, '"', (size_t)(end - at));
        if (!quote) {
            return gs_lines_fail(log->lines, start - 1, err, "the quote is never closed");
        }
        if (quote + 1 == end || quote[1] != '"') {
            at = quote;
            break;
        }
        cells->doubled[cell] = 1;
        at = quote + 2;
    }
    cells->at[cell] = start;
    cells->length[cell] = (uint32_t)(at - start);
    for (at++; at < end && is_space(*at); at++) {
    }
    if (at < end && *at != ',') {
        return gs_lines_fail(log->lines, at, err, "there is text behind a closing quote");
    }
    *after = at;
    return GPUSIM_OK;
}

gpusim_status gs_cells_split(const gs_log *log, const char *text, size_t length, gs_cells *cells,
                             gpusim_error *err)
{
    const char *at = text;
    const char *end = text + length;
    cells->count = 0;
    for (;;) {
        if (cells->count == GS_CELLS) {
            return gs_lines_fail(log->lines, at, err, "the line has more than %d columns",
                                 GS_CELLS);
        }
        while (at < end && is_space(*at)) {
            at++;
        }
        if (at < end && *at == '"') {
            gpusim_status status = split_quoted(log, at + 1, end, cells, &at, err);
            if (status != GPUSIM_OK) {
                return status;
            }
        } else {
            const char *comma = memchr(at, ',', (size_t)(end - at));
            const char *after = comma ? comma : end;
            const char *last = after;
            while (last > at && is_space(last[-1])) {
                last--;
            }
            cells->at[cells->count] = at;
            cells->length[cells->count] = (uint32_t)(last - at);
            cells->doubled[cells->count] = 0;
            at = after;
        }
        cells->count++;
        if (at == end) {
            return GPUSIM_OK;
        }
        at++; // the comma
    }
}

static void hint_nearest(const char *text, size_t length, const char *const *names, uint32_t count,
                         gpusim_error *err)
{
    char word[64];
    if (length < sizeof word) {
        memcpy(word, text, length);
        word[length] = '\0';
        gs_suggestion suggestion = {.word = word};
        for (uint32_t i = 0; i < count; i++) {
            gs_suggest(&suggestion, names[i]);
        }
        const char *near = gs_suggested(&suggestion);
        if (near) {
            gpusim_error_hint(err, "did you mean '%s'?", near);
        }
    }
}

gpusim_status gs_cells_header(gs_log *log, const gs_cells *cells, const char *const *names,
                              uint32_t count, uint32_t required, int strict, gpusim_error *err)
{
    for (uint32_t i = 0; i < count; i++) {
        log->column[i] = -1;
    }
    for (uint32_t cell = 0; cell < cells->count; cell++) {
        const char *text = cells->at[cell];
        uint32_t length = cells->length[cell];
        uint32_t known = 0;
        while (known < count &&
               (strlen(names[known]) != length || memcmp(names[known], text, length) != 0)) {
            known++;
        }
        if (known < count && log->column[known] >= 0) {
            return gs_lines_fail(log->lines, text, err, "column '%s' stands here twice",
                                 names[known]);
        }
        if (known < count) {
            log->column[known] = (int32_t)cell;
        } else if (strict) {
            gs_lines_fail(log->lines, text, err, "no column is called '%.*s'",
                          (int)(length < 64 ? length : 64), text);
            hint_nearest(text, length, names, count, err);
            return GPUSIM_WORKLOAD;
        }
    }
    for (uint32_t i = 0; i < required; i++) {
        if (log->column[i] < 0) {
            return gs_lines_fail(log->lines, NULL, err, "the header has no column '%s'", names[i]);
        }
    }
    log->header = 1;
    log->columns = cells->count;
    return GPUSIM_OK;
}

int gs_cell_find(const gs_log *log, const gs_cells *cells, uint32_t column, uint32_t *cell)
{
    int32_t at = log->column[column];
    if (at < 0 || (uint32_t)at >= cells->count || cells->length[at] == 0) {
        return 0;
    }
    *cell = (uint32_t)at;
    return 1;
}

gpusim_status gs_cell_fail(const gs_log *log, const gs_cells *cells, uint32_t cell,
                           const char *name, const char *problem, gpusim_error *err)
{
    uint32_t shown = cells->length[cell] < 64 ? cells->length[cell] : 64;
    return gs_lines_fail(log->lines, cells->at[cell], err, "%s is '%.*s', %s", name, (int)shown,
                         cells->at[cell], problem);
}

gpusim_status gs_cell_time(const gs_log *log, const gs_cells *cells, uint32_t cell,
                           const char *name, gpusim_time *value, gpusim_error *err)
{
    double seconds = 0;
    if (!gs_parse_double(cells->at[cell], cells->length[cell], &seconds)) {
        return gs_cell_fail(log, cells, cell, name, "not a number of seconds", err);
    }
    if (seconds < 0) {
        return gs_cell_fail(log, cells, cell, name, "less than zero", err);
    }
    *value = gpusim_time_from_seconds(seconds);
    if (*value == GPUSIM_TIME_MAX) {
        return gs_cell_fail(log, cells, cell, name, "longer than 292 years", err);
    }
    return GPUSIM_OK;
}

gpusim_status gs_cell_count(const gs_log *log, const gs_cells *cells, uint32_t cell,
                            const char *name, uint32_t *value, gpusim_error *err)
{
    uint64_t number = 0;
    double fraction = 0;
    if (!gs_parse_uint64(cells->at[cell], cells->length[cell], &number)) {
        // "8.0" is a count too: tables that went through pandas look like this
        if (!gs_parse_double(cells->at[cell], cells->length[cell], &fraction) || fraction < 0 ||
            fraction >= GPUSIM_NONE || (double)(uint32_t)fraction != fraction) {
            return gs_cell_fail(log, cells, cell, name, "not a count", err);
        }
        number = (uint64_t)fraction;
    }
    if (number >= GPUSIM_NONE) {
        return gs_cell_fail(log, cells, cell, name, "too many", err);
    }
    *value = (uint32_t)number;
    return GPUSIM_OK;
}

gpusim_status gs_cell_text(gs_log *log, const gs_cells *cells, uint32_t cell, const char **text,
                           size_t *length, gpusim_error *err)
{
    *text = cells->at[cell];
    *length = cells->length[cell];
    if (!cells->doubled[cell]) {
        return GPUSIM_OK;
    }
    gpusim_status status = gs_array_resize(&log->scratch, cells->length[cell], err);
    if (status != GPUSIM_OK) {
        return status;
    }
    char *to = log->scratch.data;
    size_t count = 0;
    for (uint32_t i = 0; i < cells->length[cell]; i++) {
        to[count++] = cells->at[cell][i];
        i += cells->at[cell][i] == '"'; // the second of a pair
    }
    *text = to;
    *length = count;
    return GPUSIM_OK;
}

gpusim_status gs_cell_name(gs_log *log, const gs_cells *cells, uint32_t cell, uint32_t *name,
                           gpusim_error *err)
{
    const char *text = NULL;
    size_t length = 0;
    gpusim_status status = gs_cell_text(log, cells, cell, &text, &length, err);
    return status == GPUSIM_OK ? gs_names_add(log->names, text, length, name, err) : status;
}
