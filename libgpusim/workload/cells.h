/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lines of comma-separated values, and columns found by their name in the header. */
#ifndef GS_WORKLOAD_CELLS_H
#define GS_WORKLOAD_CELLS_H

#include "workload/log.h"

#define GS_CELLS 64

typedef struct gs_cells {
    const char *at[GS_CELLS]; /* without spaces around, or quotes */
    uint32_t length[GS_CELLS];
    uint8_t doubled[GS_CELLS]; /* has quotes within, which are written twice */
    uint32_t count;
} gs_cells;

/* Takes a line apart. "a ""b""" is a quoted cell; a line end within quotes is not understood. */
gpusim_status gs_cells_split(const gs_log *log, const char *text, size_t length, gs_cells *cells,
                             gpusim_error *err);

/* Reads the header: fills log->column for names[count]; the first `required` of them must be there.
 * A name that is not known is an error when `strict`. */
gpusim_status gs_cells_header(gs_log *log, const gs_cells *cells, const char *const *names,
                              uint32_t count, uint32_t required, int strict, gpusim_error *err);

/* The cell of a known column: 0 when there is no such column, or nothing in it. */
int gs_cell_find(const gs_log *log, const gs_cells *cells, uint32_t column, uint32_t *cell);

/* Each fails at the cell's place in the line; `name` is the column's. */
gpusim_status gs_cell_fail(const gs_log *log, const gs_cells *cells, uint32_t cell,
                           const char *name, const char *problem, gpusim_error *err);
gpusim_status gs_cell_time(const gs_log *log, const gs_cells *cells, uint32_t cell,
                           const char *name, gpusim_time *value, gpusim_error *err);
gpusim_status gs_cell_count(const gs_log *log, const gs_cells *cells, uint32_t cell,
                            const char *name, uint32_t *value, gpusim_error *err);
/* Its text; valid until the next call. */
gpusim_status gs_cell_text(gs_log *log, const gs_cells *cells, uint32_t cell, const char **text,
                           size_t *length, gpusim_error *err);
gpusim_status gs_cell_name(gs_log *log, const gs_cells *cells, uint32_t cell, uint32_t *name,
                           gpusim_error *err);

#endif
