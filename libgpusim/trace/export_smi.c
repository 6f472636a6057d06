/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Telemetry of GPUs as `nvidia-smi --query-gpu=... --format=csv` prints it. */
#include <stdio.h>
#include <string.h>

#include "base/date.h"
#include "trace/devices.h"
#include "trace/export.h"
#include "trace/frames.h"

#define COLUMNS 64u /* that are asked for, and metrics behind them */

typedef struct gs_smi {
    gs_sheet sheet;
    gpusim_trace *trace;
    gs_selection selection;
    gs_frames frames;
    gs_device *devices;
    const gpusim_smi_column *columns[COLUMNS]; /* as they were asked for */
    uint32_t count;
    uint32_t metrics[COLUMNS]; /* of the trace, each once */
    uint32_t metric_count;
    uint32_t series[COLUMNS]; /* by column: which of them; GPUSIM_NONE: the trace has it not */
} gs_smi;

static int is_called(const gpusim_smi_column *column, const char *word, size_t length)
{
    return (strlen(column->query) == length && strncmp(column->query, word, length) == 0) ||
           (column->alias && strlen(column->alias) == length &&
            strncmp(column->alias, word, length) == 0);
}

static gpusim_status fail_column(const char *word, size_t length, gpusim_error *err)
{
    char name[128];
    const char *names[2 * COLUMNS];
    uint32_t count = 0, known;
    const gpusim_smi_column *all = gpusim_smi_columns(&known);
    snprintf(name, sizeof name, "%.*s", (int)(length < 120 ? length : 120), word);
    for (uint32_t i = 0; i < known && count + 2 <= 2 * COLUMNS; i++) {
        names[count++] = all[i].query;
        if (all[i].alias) {
            names[count++] = all[i].alias;
        }
    }
    gpusim_status status = gpusim_fail(
        err, GPUSIM_ARGUMENT, "no column of nvidia-smi that gpusim knows is called '%s'", name);
    const char *nearest = gpusim_nearest(name, names, count);
    gpusim_error_hint(err, nearest ? "did you mean '%s'?" : "for example '%s'",
                      nearest ? nearest : "timestamp,index,power.draw");
    return status;
}

// where a column's values come from
static void add_column(gs_smi *smi, const gpusim_smi_column *column)
{
    uint32_t found = column->metric
                         ? gpusim_trace_find_metric(smi->trace, GPUSIM_OF_GPU, column->metric)
                         : GPUSIM_NONE;
    uint32_t at = 0;
    while (found != GPUSIM_NONE && at < smi->metric_count && smi->metrics[at] != found) {
        at++;
    }
    if (found != GPUSIM_NONE && at == smi->metric_count) {
        smi->metrics[smi->metric_count++] = found;
    }
    smi->series[smi->count] = found == GPUSIM_NONE ? GPUSIM_NONE : at;
    smi->columns[smi->count++] = column;
}

static gpusim_status choose_columns(gs_smi *smi, const char *list, gpusim_error *err)
{
    uint32_t known;
    const gpusim_smi_column *all = gpusim_smi_columns(&known);
    for (uint32_t i = 0; !list && i < known && smi->count < COLUMNS; i++) {
        const char *metric = all[i].metric;
        if (!metric || gpusim_trace_find_metric(smi->trace, GPUSIM_OF_GPU, metric) != GPUSIM_NONE) {
            add_column(smi, &all[i]);
        }
    }
    while (list) {
        size_t blanks = strspn(list, " "), length = strcspn(list + blanks, ", ");
        const char *word = list + blanks;
        uint32_t i = 0;
        while (i < known && !is_called(&all[i], word, length)) {
            i++;
        }
        if (i == known || smi->count == COLUMNS) {
            return fail_column(word, length, err);
        }
        add_column(smi, &all[i]);
        list = strchr(word + length, ',');
        list = list ? list + 1 : NULL;
    }
    return GPUSIM_OK;
}

static void put_text(gs_smi *smi, const char *text)
{
    gs_sheet_put(&smi->sheet, text, strlen(text));
}

static void put_header(gs_smi *smi)
{
    for (uint32_t i = 0; i < smi->count; i++) {
        put_text(smi, i ? ", " : "");
        put_text(smi, smi->columns[i]->query);
        if (smi->columns[i]->unit[0]) {
            put_text(smi, " [");
            put_text(smi, smi->columns[i]->unit);
            put_text(smi, "]");
        }
    }
    put_text(smi, "\n");
}

// "2026/01/01 00:00:00.000"
static void stamp(gpusim_time at, char text[GS_CELL_BYTES])
{
    gpusim_time milliseconds = at / 1000000;
    int64_t rest = milliseconds % 1000;
    rest += rest < 0 ? 1000 : 0;
    gs_date date = gs_date_of((milliseconds - rest) / 1000);
    snprintf(text, GS_CELL_BYTES, "%04d/%02d/%02d %02d:%02d:%02d.%03d", date.year, date.month,
             date.day, date.hour, date.minute, date.second, (int)rest);
}

// bits of a mask, GPUSIM_NONE when they are missing
static uint32_t bits_of(const gpusim_trace_metric *metric, const void *value)
{
    uint32_t bits = GPUSIM_NONE;
    if (metric->type == GPUSIM_UINT32) {
        memcpy(&bits, value, sizeof bits);
    }
    return bits;
}

static void value_text(const gpusim_smi_column *column, const gpusim_trace_metric *metric,
                       const void *value, char text[GS_CELL_BYTES])
{
    char number[GS_CELL_BYTES];
    uint32_t bits = bits_of(metric, value);
    float real = 0;
    if (gs_cell_value((gpusim_field_type)metric->type, value, number) != GS_CELL_NUMBER) {
        snprintf(text, GS_CELL_BYTES, "%s", column->missing);
        return;
    }
    if (column->kind == GPUSIM_SMI_WATTS && metric->type == GPUSIM_FLOAT32) {
        memcpy(&real, value, sizeof real);
        (void)gs_cell_fixed32(real, 2, number);
    }
    if (column->kind == GPUSIM_SMI_MASK) {
        snprintf(text, GS_CELL_BYTES, "0x%016x", bits);
    } else if (column->kind == GPUSIM_SMI_BIT) {
        snprintf(text, GS_CELL_BYTES, "%s", bits & column->bit ? "Active" : "Not Active");
    } else {
        snprintf(text, GS_CELL_BYTES, "%s%.64s%s%s", column->kind == GPUSIM_SMI_PSTATE ? "P" : "",
                 number, column->unit[0] ? " " : "", column->unit);
    }
}

static void cell_text(const gs_smi *smi, uint32_t i, uint32_t gpu, uint64_t sample,
                      char text[GS_CELL_BYTES])
{
    const gpusim_smi_column *column = smi->columns[i];
    const gs_device *device = &smi->devices[gpu];
    const char *word = column->missing;
    text[0] = 0;
    if (column->kind == GPUSIM_SMI_TIMESTAMP) {
        gpusim_time at = gpusim_time_from_seconds(gs_frames_time(&smi->frames, gpu, sample));
        stamp(gpusim_time_add(smi->selection.filter.start, at), text);
        return;
    }
    if (column->kind == GPUSIM_SMI_INDEX) {
        snprintf(text, GS_CELL_BYTES, "%u", device->slot);
        return;
    }
    if (smi->series[i] != GPUSIM_NONE) {
        const gpusim_trace_metric *metric =
            &smi->trace->series[smi->metrics[smi->series[i]]].metric;
        value_text(column, metric, gs_frames_value(&smi->frames, smi->series[i], gpu, sample),
                   text);
        return;
    }
    word = column->kind == GPUSIM_SMI_NAME     ? device->product
           : column->kind == GPUSIM_SMI_UUID   ? device->uuid
           : column->kind == GPUSIM_SMI_BUS    ? device->bus
           : column->kind == GPUSIM_SMI_DRIVER ? smi->trace->info.gpusim_version
                                               : word;
    snprintf(text, GS_CELL_BYTES, "%.280s", word);
}

static gpusim_status put_all(gs_smi *smi, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    char text[GS_CELL_BYTES];
    put_header(smi);
    do {
        GPUSIM_TRY(gs_frames_next(&smi->frames, err));
        for (uint64_t s = 0; s < smi->frames.count && smi->sheet.status == GPUSIM_OK; s++) {
            for (uint32_t gpu = 0; gpu < smi->frames.entities; gpu++) {
                for (uint32_t i = 0; i < smi->count; i++) {
                    cell_text(smi, i, gpu, s, text);
                    put_text(smi, i ? ", " : "");
                    put_text(smi, text);
                }
                put_text(smi, "\n");
            }
        }
    } while (smi->frames.count > 0 && smi->sheet.status == GPUSIM_OK);

cleanup:
    return status;
}

static gpusim_status begin(gs_smi *smi, const gpusim_export_filter *filter, const char *columns,
                           gpusim_write_fn write, void *context, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    uint32_t gpus = 0, first = 0, count = 0;
    GPUSIM_TRY(gs_select(smi->trace, filter, &smi->selection, err));
    GPUSIM_TRY(choose_columns(smi, columns, err));
    for (uint32_t i = 0; i < smi->trace->series_count; i++) {
        const gpusim_trace_metric *metric = &smi->trace->series[i].metric;
        gpus = metric->entity == GPUSIM_OF_GPU ? metric->entities : gpus;
    }
    GPUSIM_TRY(
        gs_select_entities(smi->trace, &smi->selection, GPUSIM_OF_GPU, gpus, &first, &count, err));
    GPUSIM_TRY(gs_devices_read(smi->trace, first, count, &smi->devices, err));
    GPUSIM_TRY(gs_frames_begin(&smi->frames, smi->trace, &smi->selection, smi->metrics,
                               smi->metric_count, first, count, err));
    GPUSIM_TRY(gs_sheet_begin(&smi->sheet, GPUSIM_EXPORT_CSV, write, context, err));

cleanup:
    return status;
}

gpusim_status gpusim_trace_export_smi(gpusim_trace *trace, const gpusim_export_filter *filter,
                                      const char *columns, gpusim_write_fn write, void *context,
                                      gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gs_smi smi = {.trace = trace};
    gs_h5_quiet quiet;
    gs_h5_enter(&quiet);
    GPUSIM_TRY(begin(&smi, filter, columns, write, context, err));
    GPUSIM_TRY(put_all(&smi, err));

cleanup:
    status = status == GPUSIM_OK ? gs_sheet_end(&smi.sheet, err)
                                 : (gs_sheet_end(&smi.sheet, NULL), status);
    gs_frames_end(&smi.frames);
    gs_release(&smi.devices);
    gs_h5_leave(&quiet);
    return status;
}
