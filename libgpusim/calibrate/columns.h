/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lines of measurements: cells under a header, numbers with their units. */
#ifndef GS_CALIBRATE_COLUMNS_H
#define GS_CALIBRATE_COLUMNS_H

#include "base/memory.h"
#include "workload/lines.h"

#define GS_COLUMNS 64u

typedef struct gs_columns {
    gs_lines *lines;
    const char *name[GS_COLUMNS]; /* of the header, without a unit behind it; in the arena */
    const char *unit[GS_COLUMNS]; /* "W" of "power.draw [W]", or "" */
    const char *at[GS_COLUMNS];   /* the present line's cells, without spaces and quotes around */
    uint32_t length[GS_COLUMNS];
    uint32_t count; /* of the header */
    uint32_t reserved;
} gs_columns;

/* A quantity that a column may hold, and how it is called: names[0] is what messages say. */
typedef struct gs_column {
    const char *const *names; /* NULL ends them */
    const char *unit;         /* that a header or cell may repeat; any other is an error */
} gs_column;

/* Reads the header. Names are kept in the arena; closing closes `lines`, and so does an error. */
gpusim_status gs_columns_open(gs_lines *lines, gs_arena *arena, gs_columns *columns,
                              gpusim_error *err);
void gs_columns_close(gs_columns *columns);

/* The next line that is not empty; *more is 0 at the end. */
gpusim_status gs_columns_next(gs_columns *columns, int *more, gpusim_error *err);

/* Where the header has a column, or GPUSIM_NONE. */
uint32_t gs_columns_find(const gs_columns *columns, const gs_column *column);
/* The same, and without it an error at the header that names what is near; to be called before the
 * first line is read. */
gpusim_status gs_columns_need(const gs_columns *columns, const gs_column *column, uint32_t *which,
                              gpusim_error *err);

/* A cell's number; NaN where the instrument had none ("", "N/A", "[Not Supported]", "nan"). */
gpusim_status gs_columns_number(const gs_columns *columns, uint32_t which, const gs_column *column,
                                double *value, gpusim_error *err);
/* A cell's time in seconds since 1970: "2024/01/31 10:30:45.123", ISO 8601 too. */
gpusim_status gs_columns_stamp(const gs_columns *columns, uint32_t which, double *seconds,
                               gpusim_error *err);

/* An error at a cell of the present line. */
gpusim_status gs_columns_fail(const gs_columns *columns, uint32_t which, const char *problem,
                              gpusim_error *err);

#endif
