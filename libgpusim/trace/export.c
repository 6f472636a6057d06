/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tables as text. */
#include "trace/export.h"

#include <stdio.h>

#include "trace/rows.h"

#define ROWS_AT_ONCE 4096u

void gs_export_field(gs_sheet *sheet, const gpusim_trace *trace, const gpusim_field *field,
                     const void *row)
{
    char name[128], text[GS_CELL_BYTES];
    snprintf(name, sizeof name, "%s%s", field->name, field->type == GPUSIM_TIME ? "_s" : "");
    gs_cell_kind kind = gs_cell(trace, field, row, text);
    gs_sheet_cell(sheet, name, kind, text);
}

static void export_row(gs_sheet *sheet, const gpusim_trace *trace, const gpusim_record *record,
                       const void *row)
{
    for (uint32_t i = 0; i < record->count; i++) {
        gs_export_field(sheet, trace, &record->fields[i], row);
    }
    gs_sheet_row_end(sheet);
}

static gpusim_status export_rows(gs_sheet *sheet, gpusim_trace *trace, gpusim_table table,
                                 const gpusim_export_filter *filter, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gs_rows wanted = {0};
    const gpusim_record *record = gpusim_table_record(table);
    unsigned char *rows = NULL;
    uint64_t count = trace->info.rows[table];
    GPUSIM_TRY(gs_rows_begin(&wanted, trace, table, filter, err));
    GPUSIM_TRY(gs_allocate(&rows, ROWS_AT_ONCE, record->size, err));
    if (sheet->format == GPUSIM_EXPORT_CSV) {
        sheet->header = 1;
        export_row(sheet, trace, record, rows);
    }
    for (uint64_t first = 0; first < count && sheet->status == GPUSIM_OK; first += ROWS_AT_ONCE) {
        uint64_t some = count - first < ROWS_AT_ONCE ? count - first : ROWS_AT_ONCE;
        GPUSIM_TRY(gs_read_rows(trace, table, first, some, rows, err));
        for (uint64_t i = 0; i < some; i++) {
            const unsigned char *row = rows + i * record->size;
            if (gs_rows_take(&wanted, row)) {
                export_row(sheet, trace, record, row);
            }
        }
    }

cleanup:
    gs_rows_end(&wanted);
    gs_release(&rows);
    return status;
}

gpusim_status gpusim_trace_export_rows(gpusim_trace *trace, gpusim_table table,
                                       const gpusim_export_filter *filter,
                                       gpusim_export_format format, gpusim_write_fn write,
                                       void *context, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gs_sheet sheet = {0};
    gs_h5_quiet quiet;
    if ((unsigned)table >= GPUSIM_TABLE_COUNT) {
        return gpusim_fail(err, GPUSIM_ARGUMENT, "there is no table %d", (int)table);
    }
    gs_h5_enter(&quiet);
    GPUSIM_TRY(gs_sheet_begin(&sheet, format, write, context, err));
    GPUSIM_TRY(table == GPUSIM_TABLE_JOBS ? gs_export_jobs(&sheet, trace, filter, err)
                                          : export_rows(&sheet, trace, table, filter, err));

cleanup:
    status = status == GPUSIM_OK ? gs_sheet_end(&sheet, err) : (gs_sheet_end(&sheet, NULL), status);
    gs_h5_leave(&quiet);
    return status;
}

gpusim_status gpusim_trace_export_table(gpusim_trace *trace, gpusim_table table,
                                        gpusim_export_format format, gpusim_write_fn write,
                                        void *context, gpusim_error *err)
{
    return gpusim_trace_export_rows(trace, table, NULL, format, write, context, err);
}
