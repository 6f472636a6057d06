/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Values of a trace as text: times exactly in seconds, names and enums as words. */
#ifndef GS_TRACE_CELL_H
#define GS_TRACE_CELL_H

#include "trace/reader.h"

/* What a cell is, for those who quote. */
typedef enum gs_cell_kind {
    GS_CELL_NONE, /* no value */
    GS_CELL_NUMBER,
    GS_CELL_TEXT
} gs_cell_kind;

#define GS_CELL_BYTES 288

/* A field of a row into `buffer`; names are looked up in the trace. */
gs_cell_kind gs_cell(const gpusim_trace *trace, const gpusim_field *field, const void *row,
                     char buffer[GS_CELL_BYTES]);

/* A value of a metric. */
gs_cell_kind gs_cell_value(gpusim_field_type type, const void *value, char buffer[GS_CELL_BYTES]);

/* A number with so many decimals (at most 9), half away from zero, alike in every locale; 0 when it
 * is none, or too large for that. */
int gs_cell_fixed(double value, int decimals, char buffer[GS_CELL_BYTES]);

/* The same of a float: of the decimals it stands for, not of the binary fraction. */
int gs_cell_fixed32(float value, int decimals, char buffer[GS_CELL_BYTES]);

/* Nanoseconds as seconds, with the decimals they need. */
void gs_cell_seconds(gpusim_time time, char buffer[GS_CELL_BYTES]);

/* 1 when two fields hold the same; names are compared as words, all NaN are equal. */
int gs_cell_equal(const gpusim_trace *a, const void *row_a, const gpusim_trace *b,
                  const void *row_b, const gpusim_field *field);

#endif
