/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rows of a trace, found by the names of their columns. */
#include <string.h>

#include "trace/reader.h"
#include "trace/summary.h"

#define COLUMNS_MOST 64 /* bits of what a trace has */

/* The minor version from which on a table is in every trace; 0: it always was. */
static const uint32_t since_minor[GPUSIM_TABLE_COUNT] = {
    [GPUSIM_TABLE_FAULTS] = 2, [GPUSIM_TABLE_FRAGMENTATION] = 2, [GPUSIM_TABLE_ALERTS] = 2};

// 1 when values of a stored type can become values of the field
static int fits(hid_t stored, const gpusim_field *field)
{
    H5T_class_t class = H5Tget_class(stored);
    if (field->type == GPUSIM_FLOAT32 || field->type == GPUSIM_FLOAT64) {
        return class == H5T_FLOAT;
    }
    return field->type == GPUSIM_ENUM ? class == H5T_ENUM && H5Tget_size(stored) == 1
                                      : class == H5T_INTEGER;
}

// adds a column to the type of the row in memory; enums are read as they are stored
static gpusim_status add_column(gpusim_trace *trace, gpusim_table table, uint32_t i, hid_t type,
                                gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    const gpusim_record *record = gpusim_table_record(table);
    const gpusim_field *field = &record->fields[i];
    hid_t stored = 0;
    int at = H5Tget_member_index(type, field->name);
    if (at < 0) {
        (void)H5Eclear2(H5E_DEFAULT);
        return GPUSIM_OK;
    }
    stored = H5Tget_member_type(type, (unsigned)at);
    GS_H5(stored, "cannot read the columns of", record->name);
    if (!fits(stored, field)) {
        status = gpusim_fail(err, GPUSIM_FORMAT, "column '%s' of '%s' has another type",
                             field->name, record->name);
        goto cleanup;
    }
    hid_t memory = field->type == GPUSIM_ENUM ? stored : gs_h5_memory_type(field->type);
    GS_H5(H5Tinsert(trace->row_types[table], field->name, field->offset, memory),
          "cannot read the columns of", record->name);
    trace->columns[table] |= UINT64_C(1) << i;

cleanup:
    gs_h5_close(&stored);
    return status;
}

static gpusim_status open_table(gpusim_trace *trace, gpusim_table table, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    const gpusim_record *record = gpusim_table_record(table);
    hid_t type = 0;
    hsize_t rows = 0;
    // a trace from before there was such a table has no row of it
    if (trace->info.format_minor < since_minor[table] &&
        H5Lexists(trace->file, record->name, H5P_DEFAULT) == 0) {
        return GPUSIM_OK;
    }
    trace->tables[table] = H5Dopen2(trace->file, record->name, H5P_DEFAULT);
    GS_H5(trace->tables[table], "cannot open table", record->name);
    type = H5Dget_type(trace->tables[table]);
    GS_H5(type, "cannot read the columns of", record->name);
    if (H5Tget_class(type) != H5T_COMPOUND) {
        status = gpusim_fail(err, GPUSIM_FORMAT, "'%s' is no table", record->name);
        goto cleanup;
    }
    GPUSIM_TRY(gs_read_extent(trace->tables[table], record->name, 1, &rows, err));
    trace->info.rows[table] = rows;
    trace->row_types[table] = H5Tcreate(H5T_COMPOUND, record->size);
    GS_H5(trace->row_types[table], "cannot read the columns of", record->name);
    if (record->count > COLUMNS_MOST) {
        GPUSIM_TRY(gpusim_fail(err, GPUSIM_INTERNAL, "'%s' has too many columns", record->name));
    }
    for (uint32_t i = 0; i < record->count; i++) {
        GPUSIM_TRY(add_column(trace, table, i, type, err));
    }
    if (trace->columns[table] == 0) {
        status = gpusim_fail(err, GPUSIM_FORMAT, "'%s' has no column that is known", record->name);
    }

cleanup:
    gs_h5_close(&type);
    return status;
}

gpusim_status gs_read_tables(gpusim_trace *trace, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    for (unsigned i = 0; i < GPUSIM_TABLE_COUNT; i++) {
        GPUSIM_TRY(open_table(trace, (gpusim_table)i, err));
    }

cleanup:
    return status;
}

gpusim_status gs_read_rows(gpusim_trace *trace, gpusim_table table, uint64_t first, uint64_t count,
                           void *rows, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    hsize_t start = first, length = count;
    hid_t space = 0, memory = 0;
    if ((unsigned)table >= GPUSIM_TABLE_COUNT || first > trace->info.rows[table] ||
        count > trace->info.rows[table] - first) {
        return gpusim_fail(err, GPUSIM_ARGUMENT, "there are no such rows");
    }
    if (count == 0) {
        return GPUSIM_OK;
    }

    const gpusim_record *record = gpusim_table_record(table);
    memset(rows, 0, count * record->size);
    space = H5Dget_space(trace->tables[table]);
    GS_H5(space, "cannot read", record->name);
    memory = H5Screate_simple(1, &length, NULL);
    GS_H5(memory, "cannot read", record->name);
    GS_H5(H5Sselect_hyperslab(space, H5S_SELECT_SET, &start, NULL, &length, NULL), "cannot read",
          record->name);
    GS_H5(H5Dread(trace->tables[table], trace->row_types[table], memory, space, H5P_DEFAULT, rows),
          "cannot read", record->name);

    // columns that the file lacks, which HDF5 may have overwritten
    for (uint32_t i = 0; i < record->count; i++) {
        for (uint64_t j = 0; !(trace->columns[table] >> i & 1) && j < count; j++) {
            gs_missing(&record->fields[i], (unsigned char *)rows + j * record->size);
        }
    }

cleanup:
    gs_h5_close(&memory);
    gs_h5_close(&space);
    return status;
}

gpusim_status gpusim_trace_rows(gpusim_trace *trace, gpusim_table table, uint64_t first,
                                uint64_t count, void *rows, gpusim_error *err)
{
    gs_h5_quiet quiet;
    gs_h5_enter(&quiet);
    gpusim_status status = gs_read_rows(trace, table, first, count, rows, err);
    gs_h5_leave(&quiet);
    return status;
}
