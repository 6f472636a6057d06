/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A table that grows: rows come as C structs and lie packed, without padding, in the file. */
#ifndef GS_TRACE_TABLE_H
#define GS_TRACE_TABLE_H

#include <gpusim/record.h>

#include "trace/file.h"

typedef struct gs_table {
    const gpusim_record *record;
    hid_t set;
    unsigned char *rows; /* [chunk_rows] packed: those of the last, unfinished chunk */
    uint32_t row_bytes;
    uint32_t chunk_rows;
    uint32_t filled; /* rows of that chunk */
    uint32_t synced; /* of those, how many the file has */
    uint64_t before; /* rows of the finished chunks */
} gs_table;

/* Bytes of one packed row, and rows of one chunk. */
uint32_t gs_table_row_bytes(const gpusim_record *record);
uint32_t gs_table_chunk_rows(const gpusim_record *record);

gpusim_status gs_table_create(gs_table *table, const gpusim_record *record, gs_file *file,
                              gpusim_error *err);
gpusim_status gs_table_add(gs_table *table, gs_file *file, const void *row, gpusim_error *err);

/* Brings the rows of the unfinished chunk into the file too. */
gpusim_status gs_table_sync(gs_table *table, gs_file *file, gpusim_error *err);
void gs_table_release(gs_table *table);

#endif
