/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rows of named cells as CSV or JSON lines, through a caller's write function. */
#ifndef GS_TRACE_SHEET_H
#define GS_TRACE_SHEET_H

#include "trace/cell.h"

#define GS_SHEET_BYTES 65536u

typedef struct gs_sheet {
    gpusim_write_fn write;
    void *context;
    gpusim_export_format format;
    int header;           /* the row at hand shows the names of its cells, not the cells */
    int cells;            /* so far in the row */
    gpusim_status status; /* the first failure; from then on nothing is written */
    char *buffer;         /* [GS_SHEET_BYTES] */
    size_t used;
} gs_sheet;

gpusim_status gs_sheet_begin(gs_sheet *sheet, gpusim_export_format format, gpusim_write_fn write,
                             void *context, gpusim_error *err);

/* Text as it is. */
void gs_sheet_put(gs_sheet *sheet, const char *text, size_t length);

void gs_sheet_cell(gs_sheet *sheet, const char *name, gs_cell_kind kind, const char *text);

/* A list: words with spaces between them in CSV, an array in JSON. Cells of it come between. */
void gs_sheet_list(gs_sheet *sheet, const char *name);
void gs_sheet_item(gs_sheet *sheet, int first, gs_cell_kind kind, const char *text);
void gs_sheet_list_end(gs_sheet *sheet);

void gs_sheet_row_end(gs_sheet *sheet);

/* Writes what is left; the first failure, with a message. Call it in any case. */
gpusim_status gs_sheet_end(gs_sheet *sheet, gpusim_error *err);

#endif
