/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tables of a trace: compound types made from the field tables, rows gathered into chunks. */
#include "trace/table.h"

#include <stdio.h>
#include <string.h>

#include "base/memory.h"

#define CHUNK_BYTES 65536u

uint32_t gs_table_row_bytes(const gpusim_record *record)
{
    uint32_t bytes = 0;
    for (uint32_t i = 0; i < record->count; i++) {
        bytes += (uint32_t)gs_h5_bytes(record->fields[i].type);
    }
    return bytes;
}

// a power of two near 64 KiB a chunk
uint32_t gs_table_chunk_rows(const gpusim_record *record)
{
    uint32_t rows = 1;
    while (2 * rows * gs_table_row_bytes(record) <= CHUNK_BYTES) {
        rows *= 2;
    }
    return rows;
}

// the compound type; the caller closes it
static hid_t compound(const gpusim_record *record)
{
    hid_t type = H5Tcreate(H5T_COMPOUND, gs_table_row_bytes(record));
    size_t at = 0;
    for (uint32_t i = 0; type >= 0 && i < record->count; i++) {
        const gpusim_field *field = &record->fields[i];
        hid_t member = gs_h5_file_type(field);
        if (member < 0 || H5Tinsert(type, field->name, at, member) < 0) {
            (void)H5Tclose(type);
            type = -1;
        }
        gs_h5_close(&member);
        at += gs_h5_bytes(field->type);
    }
    return type;
}

static const char *unit_of(const gpusim_field *field)
{
    return field->type == GPUSIM_TIME ? "ns" : gpusim_unit_symbol(field->unit);
}

static const char *kind_of(const gpusim_field *field)
{
    return field->type == GPUSIM_NAME   ? "index of /names"
           : field->type == GPUSIM_ENUM ? "enum"
           : field->type == GPUSIM_TIME ? "time"
                                        : "number";
}

// what the columns mean, in lists in the order of the columns
static gpusim_status describe(hid_t set, const gpusim_record *record, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    const char **texts = NULL;
    GPUSIM_TRY(gs_allocate(&texts, record->count, sizeof *texts, err));
    for (uint32_t i = 0; i < record->count; i++) {
        texts[i] = unit_of(&record->fields[i]);
    }
    GPUSIM_TRY(gs_h5_put_texts(set, "column_units", texts, record->count, err));
    for (uint32_t i = 0; i < record->count; i++) {
        texts[i] = kind_of(&record->fields[i]);
    }
    GPUSIM_TRY(gs_h5_put_texts(set, "column_kind", texts, record->count, err));
    for (uint32_t i = 0; i < record->count; i++) {
        texts[i] = record->fields[i].doc;
    }
    GPUSIM_TRY(gs_h5_put_texts(set, "column_doc", texts, record->count, err));
    GPUSIM_TRY(gs_h5_put_text(set, "long_name", record->doc, err));
    GPUSIM_TRY(gs_h5_put_text(set, "units", "see column_units", err));

cleanup:
    gs_release(&texts);
    return status;
}

gpusim_status gs_table_create(gs_table *table, const gpusim_record *record, gs_file *file,
                              gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    hid_t type = 0, space = 0, list = 0;
    hsize_t none = 0, unlimited = H5S_UNLIMITED;
    hsize_t chunk = gs_table_chunk_rows(record);
    *table = (gs_table){
        .record = record, .row_bytes = gs_table_row_bytes(record), .chunk_rows = (uint32_t)chunk};
    GPUSIM_TRY(gs_allocate(&table->rows, table->chunk_rows, table->row_bytes, err));

    type = compound(record);
    GS_H5(type, "cannot make the columns of", record->name);
    space = H5Screate_simple(1, &none, &unlimited);
    GS_H5(space, "cannot make the space of", record->name);
    list = gs_chunked(1, &chunk);
    GS_H5(list, "cannot make the chunks of", record->name);
    table->set = H5Dcreate2(file->id, record->name, type, space, H5P_DEFAULT, list, H5P_DEFAULT);
    GS_H5(table->set, "cannot create table", record->name);
    file->datasets++;
    GPUSIM_TRY(describe(table->set, record, err));

cleanup:
    gs_h5_close(&list);
    gs_h5_close(&space);
    gs_h5_close(&type);
    return status;
}

gpusim_status gs_table_sync(gs_table *table, gs_file *file, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    if (table->synced == table->filled) {
        return GPUSIM_OK;
    }
    hsize_t extent = table->before + table->filled, offset = table->before;
    size_t used = (size_t)table->filled * table->row_bytes;
    size_t bytes = (size_t)table->chunk_rows * table->row_bytes;
    memset(table->rows + used, 0, bytes - used);
    GPUSIM_TRY(gs_file_chunk(file, table->set, &extent, &offset, table->rows, bytes,
                             table->row_bytes, err));
    table->synced = table->filled;

cleanup:
    return status;
}

gpusim_status gs_table_add(gs_table *table, gs_file *file, const void *row, gpusim_error *err)
{
    const gpusim_record *record = table->record;
    unsigned char *to = table->rows + (size_t)table->filled * table->row_bytes;
    for (uint32_t i = 0; i < record->count; i++) {
        size_t bytes = gs_h5_bytes(record->fields[i].type);
        memcpy(to, (const unsigned char *)row + record->fields[i].offset, bytes);
        to += bytes;
    }
    file->unflushed += table->row_bytes;
    table->filled++;
    if (table->filled < table->chunk_rows) {
        return GPUSIM_OK;
    }
    gpusim_status status = gs_table_sync(table, file, err);
    table->before += table->filled;
    table->filled = table->synced = 0;
    return status;
}

void gs_table_release(gs_table *table)
{
    gs_h5_close(&table->set);
    gs_release(&table->rows);
}
