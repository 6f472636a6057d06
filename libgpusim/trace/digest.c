/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The digest: what a trace tells, whatever the history of its file. The order is: what was run,
 * names, tables by row, metrics by blocks, the summary. */
#include <string.h>

#include "base/hash.h"
#include "trace/reader.h"

#define ROWS_AT_ONCE     4096u
#define ENTITIES_AT_ONCE 16u
#define SAMPLES_AT_ONCE  4096u

// there are many NaN, and compilers do not agree which one 0/0 is
static void add_value(gs_hasher *hasher, gpusim_field_type type, const void *value)
{
    static const uint32_t nan32 = UINT32_C(0x7fc00000);
    static const uint64_t nan64 = UINT64_C(0x7ff8000000000000);
    if (type == GPUSIM_FLOAT64) {
        double number;
        memcpy(&number, value, sizeof number);
        value = number != number ? (const void *)&nan64 : value;
    } else if (type == GPUSIM_FLOAT32) {
        float number;
        memcpy(&number, value, sizeof number);
        value = number != number ? (const void *)&nan32 : value;
    }
    gs_hasher_add(hasher, value, gs_h5_bytes(type));
}

// nothing to tell: 0, or no number
static int is_silent(const gpusim_field *field, const unsigned char *value)
{
    if (!(field->flags & GPUSIM_SILENT)) {
        return 0;
    }
    double number = 0;
    if (field->type == GPUSIM_FLOAT64) {
        memcpy(&number, value, sizeof number);
        return number != number || number == 0;
    }
    size_t bytes = gs_h5_bytes(field->type);
    while (bytes > 0 && value[bytes - 1] == 0) {
        bytes--;
    }
    return bytes == 0;
}

static void add_texts(gs_hasher *hasher, const gs_texts *texts)
{
    gs_hasher_add(hasher, &texts->count, sizeof texts->count);
    for (uint32_t i = 0; i < texts->count; i++) {
        gs_hasher_text(hasher, gs_text(texts, i));
    }
}

static gpusim_status add_table(gs_hasher *hasher, gpusim_trace *trace, gpusim_table table,
                               gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    const gpusim_record *record = gpusim_table_record(table);
    unsigned char *rows = NULL;
    uint64_t count = trace->info.rows[table];
    if ((table == GPUSIM_TABLE_FAULTS || table == GPUSIM_TABLE_FRAGMENTATION ||
         table == GPUSIM_TABLE_ALERTS) &&
        count == 0) {
        return GPUSIM_OK; // runs without faults have the digest they had before there were any
    }
    GPUSIM_TRY(gs_allocate(&rows, ROWS_AT_ONCE, record->size, err));

    gs_hasher_text(hasher, record->name);
    for (uint32_t i = 0; i < record->count; i++) {
        if (trace->columns[table] >> i & 1 && !(record->fields[i].flags & GPUSIM_SILENT)) {
            gs_hasher_text(hasher, record->fields[i].name);
        }
    }
    gs_hasher_add(hasher, &count, sizeof count);
    for (uint64_t first = 0; first < count; first += ROWS_AT_ONCE) {
        uint64_t some = count - first < ROWS_AT_ONCE ? count - first : ROWS_AT_ONCE;
        GPUSIM_TRY(gs_read_rows(trace, table, first, some, rows, err));
        for (uint64_t j = 0; j < some; j++) {
            for (uint32_t i = 0; i < record->count; i++) {
                const gpusim_field *field = &record->fields[i];
                const unsigned char *value = rows + j * record->size + field->offset;
                if (!(trace->columns[table] >> i & 1) || (field->flags & GPUSIM_UNMEASURED) ||
                    is_silent(field, value)) {
                    continue;
                }
                if (field->flags & GPUSIM_SILENT) {
                    gs_hasher_text(hasher, field->name);
                }
                add_value(hasher, field->type, value);
            }
        }
    }

cleanup:
    gs_release(&rows);
    return status;
}

static gpusim_status add_times(gs_hasher *hasher, gpusim_trace *trace, double *block,
                               gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    uint64_t count = trace->info.samples;
    gs_hasher_add(hasher, &count, sizeof count);
    for (uint64_t first = 0; first < count; first += SAMPLES_AT_ONCE) {
        uint64_t some = count - first < SAMPLES_AT_ONCE ? count - first : SAMPLES_AT_ONCE;
        GPUSIM_TRY(gs_read_times(trace, first, some, block, err));
        for (uint64_t i = 0; i < some; i++) {
            add_value(hasher, GPUSIM_FLOAT64, &block[i]);
        }
    }

cleanup:
    return status;
}

static gpusim_status add_block(gs_hasher *hasher, gpusim_trace *trace, uint32_t metric,
                               uint32_t entity, uint64_t sample, unsigned char *block,
                               gpusim_error *err)
{
    const gpusim_trace_metric *about = &trace->series[metric].metric;
    gpusim_field_type type = (gpusim_field_type)about->type;
    uint32_t entities = about->entities - entity;
    uint64_t samples = trace->info.samples - sample;
    entities = entities < ENTITIES_AT_ONCE ? entities : ENTITIES_AT_ONCE;
    samples = samples < SAMPLES_AT_ONCE ? samples : SAMPLES_AT_ONCE;
    gpusim_status status =
        gs_read_values(trace, metric, entity, entities, sample, samples, block, err);
    for (uint64_t i = 0; status == GPUSIM_OK && i < entities * samples; i++) {
        add_value(hasher, type, block + i * gs_h5_bytes(type));
    }
    return status;
}

static gpusim_status add_metric(gs_hasher *hasher, gpusim_trace *trace, uint32_t metric,
                                unsigned char *block, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    const gpusim_trace_metric *about = &trace->series[metric].metric;
    char path[512];
    gs_metric_path(about, path, sizeof path);
    gs_hasher_text(hasher, path);
    gs_hasher_text(hasher, about->unit);
    gs_hasher_add(hasher, &about->type, sizeof about->type);
    gs_hasher_add(hasher, &about->entities, sizeof about->entities);
    for (uint32_t entity = 0; entity < about->entities; entity += ENTITIES_AT_ONCE) {
        for (uint64_t sample = 0; sample < trace->info.samples; sample += SAMPLES_AT_ONCE) {
            GPUSIM_TRY(add_block(hasher, trace, metric, entity, sample, block, err));
        }
    }

cleanup:
    return status;
}

// what an older trace does not say is not part of its digest either
static gpusim_status add_summary(gs_hasher *hasher, hid_t parent, const char *name,
                                 const gpusim_record *record, const void *struct_,
                                 gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    hid_t group = H5Gopen2(parent, name, H5P_DEFAULT);
    GS_H5(group, "cannot open group", name);
    for (uint32_t i = 0; i < record->count; i++) {
        const gpusim_field *field = &record->fields[i];
        const unsigned char *value = (const unsigned char *)struct_ + field->offset;
        if (field->type == GPUSIM_RECORD && H5Lexists(group, field->name, H5P_DEFAULT) > 0) {
            gs_hasher_text(hasher, field->name);
            GPUSIM_TRY(add_summary(hasher, group, field->name, field->detail.record, value, err));
        } else if (field->type != GPUSIM_RECORD && H5Aexists(group, field->name) > 0 &&
                   !(field->flags & GPUSIM_UNMEASURED) && !is_silent(field, value)) {
            gs_hasher_text(hasher, field->name);
            add_value(hasher, field->type, value);
        }
    }

cleanup:
    gs_h5_close(&group);
    return status;
}

static gpusim_status add_all(gs_hasher *hasher, gpusim_trace *trace, unsigned char *block,
                             gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gpusim_summary summary;
    gs_hasher_text(hasher, trace->info.model_hash);
    gs_hasher_text(hasher, trace->info.scheduler);
    gs_hasher_add(hasher, &trace->info.seed, sizeof trace->info.seed);
    gs_hasher_add(hasher, &trace->info.complete, sizeof trace->info.complete);
    add_texts(hasher, &trace->names);
    for (unsigned i = 0; i < GPUSIM_TABLE_COUNT; i++) {
        GPUSIM_TRY(add_table(hasher, trace, (gpusim_table)i, err));
    }
    GPUSIM_TRY(add_times(hasher, trace, (double *)(void *)block, err));
    for (unsigned i = 0; i < GS_ENTITY_KINDS; i++) {
        add_texts(hasher, &trace->entities[i]);
    }
    for (uint32_t i = 0; i < trace->series_count; i++) {
        GPUSIM_TRY(add_metric(hasher, trace, i, block, err));
    }
    GPUSIM_TRY(gpusim_trace_summary(trace, &summary, err));
    GPUSIM_TRY(add_summary(hasher, trace->file, "summary", gpusim_summary_record(), &summary, err));
    gs_hasher_text(hasher, summary.stall_reason);

cleanup:
    return status;
}

gpusim_status gpusim_trace_digest(gpusim_trace *trace, char digest[33], gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gs_hasher *hasher = NULL;
    unsigned char *block = NULL;
    gs_h5_quiet quiet;
    gs_h5_enter(&quiet);
    GPUSIM_TRY(gs_hasher_create(&hasher, err));
    GPUSIM_TRY(gs_allocate(&block, (size_t)ENTITIES_AT_ONCE * SAMPLES_AT_ONCE, 8, err));
    GPUSIM_TRY(add_all(hasher, trace, block, err));
    gs_hasher_hex(hasher, digest);

cleanup:
    gs_release(&block);
    gs_hasher_destroy(hasher);
    gs_h5_leave(&quiet);
    return status;
}
