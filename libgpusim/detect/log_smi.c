/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What `nvidia-smi --query-gpu=... --format=csv` prints as samples: a line for each GPU and time,
 * in any columns, with units or without, with headers in between where it was started again. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "calibrate/columns.h"
#include "detect/readings.h"

#define NAME_BYTES 128

/* The columns of one log. */
typedef struct smi {
    gs_columns columns;
    gs_readings readings;
    uint32_t stamp, entity; // the columns of times and of who it is; GPUSIM_NONE: there is none
    const gpusim_smi_column *known[GS_COLUMNS]; // NULL: of no such name
    uint32_t signal[GS_COLUMNS];                // GPUSIM_NONE: no gauge
    gpusim_time line;                           // the number of the line, where there are no times
} smi;

static const gpusim_smi_column *column_called(const char *name, size_t length)
{
    uint32_t count;
    const gpusim_smi_column *all = gpusim_smi_columns(&count);
    for (uint32_t i = 0; i < count; i++) {
        const char *words[] = {all[i].query, all[i].alias};
        for (int w = 0; w < 2; w++) {
            if (words[w] && strlen(words[w]) == length && memcmp(words[w], name, length) == 0) {
                return &all[i];
            }
        }
    }
    return NULL;
}

// A header of nvidia-smi names something that only nvidia-smi calls so: with a dot.
int gs_is_smi(const char *line, size_t length)
{
    const char *end = line + length;
    while (line < end) {
        const char *comma = memchr(line, ',', (size_t)(end - line));
        const char *to = comma ? comma : end;
        while (line < to && *line == ' ') {
            line++;
        }
        const char *name_end = line;
        while (name_end < to && *name_end != ' ' && *name_end != '[') {
            name_end++;
        }
        size_t name = (size_t)(name_end - line);
        const gpusim_smi_column *column = column_called(line, name);
        if (column && column->metric && memchr(line, '.', name)) {
            return 1;
        }
        line = to + 1;
    }
    return 0;
}

static int is_gauge(const char *metric)
{
    uint32_t count;
    const gpusim_metric *metrics = gpusim_metrics(&count);
    for (uint32_t i = 0; i < count; i++) {
        if (metrics[i].entity == GPUSIM_OF_GPU && strcmp(metrics[i].name, metric) == 0) {
            return metrics[i].type == GPUSIM_FLOAT32;
        }
    }
    return 0;
}

// The best there is to tell GPUs apart by: their own number, then where they are, then their index.
static void choose_entity(smi *s, uint32_t c)
{
    static const gpusim_smi_kind best[] = {GPUSIM_SMI_UUID, GPUSIM_SMI_BUS, GPUSIM_SMI_INDEX};
    for (int i = 0; i < 3; i++) {
        if (s->entity != GPUSIM_NONE && s->known[s->entity]->kind == best[i]) {
            return;
        }
        if (s->known[c]->kind == best[i]) {
            s->entity = c;
            return;
        }
    }
}

static gpusim_status read_header(smi *s, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    s->stamp = s->entity = GPUSIM_NONE;
    for (uint32_t c = 0; c < s->columns.count; c++) {
        const char *name = s->columns.name[c];
        const gpusim_smi_column *known = column_called(name, strlen(name));
        s->known[c] = known;
        s->signal[c] = GPUSIM_NONE;
        if (known && known->kind == GPUSIM_SMI_TIMESTAMP) {
            s->stamp = c;
        } else if (known && !known->metric) {
            choose_entity(s, c);
        } else if (known && is_gauge(known->metric)) {
            GPUSIM_TRY(gs_readings_signal(&s->readings, known->metric, &s->signal[c], err));
        }
        for (uint32_t before = 0; s->signal[c] != GPUSIM_NONE && before < c; before++) {
            if (s->signal[before] == s->signal[c]) {
                s->signal[c] = GPUSIM_NONE; // two of its names for the same: the first
            }
        }
    }
    if (gs_names_count(s->readings.signals) == 1) {
        status = gs_lines_fail(s->columns.lines, NULL, err, "no column of the log is a gauge");
    }
cleanup:
    return status;
}

static int cell_is(const gs_columns *columns, uint32_t c, const char *text)
{
    return strlen(text) == columns->length[c] && memcmp(text, columns->at[c], strlen(text)) == 0;
}

// A header that stands between: its first cell is the first column's name, perhaps with its unit.
static int is_header(const gs_columns *columns)
{
    size_t length = strlen(columns->name[0]);
    return columns->length[0] >= length && memcmp(columns->at[0], columns->name[0], length) == 0;
}

// What is no number is missing, however the driver says so: "[N/A]", "[GPU is lost]", "ERR!".
static gpusim_status read_cell(const smi *s, uint32_t c, double *value, gpusim_error *err)
{
    gs_columns one = s->columns;
    const gs_column column = {(const char *const[]){s->known[c]->query, NULL}, s->known[c]->unit};
    *value = NAN;
    if ((one.length[c] && one.at[c][0] == '[') || cell_is(&one, c, "ERR!") ||
        cell_is(&one, c, "Unknown Error")) {
        return GPUSIM_OK;
    }
    if (s->known[c]->kind == GPUSIM_SMI_PSTATE && one.length[c] && one.at[c][0] == 'P') {
        one.at[c]++;
        one.length[c]--;
    }
    return gs_columns_number(&one, c, &column, value, err);
}

static gpusim_status read_line(smi *s, const char *name, gpusim_error *err)
{
    gpusim_status status;
    double seconds = 0, value;
    uint32_t entity;
    gpusim_time time = s->line;
    if (s->stamp != GPUSIM_NONE) {
        GPUSIM_TRY(gs_columns_stamp(&s->columns, s->stamp, &seconds, err));
        time = gpusim_time_from_seconds(seconds);
    }
    GPUSIM_TRY(gs_readings_entity(&s->readings, name, "", &entity, err));
    for (uint32_t c = 0; c < s->columns.count; c++) {
        if (s->signal[c] != GPUSIM_NONE) {
            GPUSIM_TRY(read_cell(s, c, &value, err));
            GPUSIM_TRY(gs_readings_add(&s->readings, time, entity, s->signal[c], value, err));
        }
    }
cleanup:
    return status;
}

static void name_entity(const smi *s, char name[NAME_BYTES])
{
    uint32_t c = s->entity;
    name[0] = '\0';
    if (c != GPUSIM_NONE) {
        uint32_t length = s->columns.length[c] < 100 ? s->columns.length[c] : 100;
        snprintf(name, NAME_BYTES, "%s%.*s", s->known[c]->kind == GPUSIM_SMI_INDEX ? "gpu" : "",
                 (int)length, s->columns.at[c]);
    }
}

// Without times, the first GPU's line begins a new sample, a second after the last.
static gpusim_status take_line(smi *s, char first[NAME_BYTES], gpusim_error *err)
{
    char name[NAME_BYTES];
    name_entity(s, name);
    if (s->line < 0) {
        memcpy(first, name, NAME_BYTES);
    }
    s->line += strcmp(first, name) == 0 ? GPUSIM_SECOND : 0;
    return read_line(s, name, err);
}

// The next line; a last one that was cut off as the log ended is none.
static gpusim_status next_line(smi *s, int *more, gpusim_error *err)
{
    gpusim_error problem = {0};
    const char *text;
    size_t length;
    int behind = 1;
    gpusim_status status = gs_columns_next(&s->columns, more, &problem);
    if (status == GPUSIM_WORKLOAD &&
        gs_lines_next(s->columns.lines, &text, &length, &behind, err) == GPUSIM_OK && !behind) {
        *more = 0;
        return GPUSIM_OK;
    }
    if (status != GPUSIM_OK && err) {
        *err = problem;
    }
    return status;
}

gpusim_status gs_samples_smi(gpusim_samples *samples, gs_lines *lines, gpusim_error *err)
{
    gpusim_status status;
    smi s = {.line = -GPUSIM_SECOND};
    char first[NAME_BYTES] = "";
    int more = 1;
    s.columns.lines = lines;
    GPUSIM_TRY(gs_readings_begin(&s.readings, err));
    GPUSIM_TRY(gs_columns_open(lines, &samples->arena, &s.columns, err));
    GPUSIM_TRY(read_header(&s, err));
    for (;;) {
        GPUSIM_TRY(next_line(&s, &more, err));
        if (!more) {
            break;
        }
        if (!is_header(&s.columns)) {
            GPUSIM_TRY(take_line(&s, first, err));
        }
    }
    GPUSIM_TRY(gs_readings_sample(&s.readings, samples, err));
cleanup:
    gs_columns_close(&s.columns);
    gs_readings_end(&s.readings);
    return status;
}
