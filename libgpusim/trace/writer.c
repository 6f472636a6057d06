/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The observer that writes a run to a trace. */
#include <gpusim/trace.h>

#include <string.h>

#include "base/memory.h"
#include "trace/names.h"
#include "trace/summary.h"
#include "trace/table.h"
#include "trace/telemetry.h"

struct gpusim_trace_writer {
    gs_file file;
    gs_table tables[GPUSIM_TABLE_COUNT];
    gs_telemetry telemetry;
    gpusim_trace_options options;
    gpusim_error failure; /* the first one; from then on nothing more is written */
    int open;             /* between begin and end */
};

void gpusim_trace_options_init(gpusim_trace_options *options, uint32_t size)
{
    gpusim_trace_options all = {.size = size, .buffer_bytes = UINT64_C(256) << 20};
    memcpy(options, &all, size < sizeof all ? size : sizeof all);
}

static void release_objects(gpusim_trace_writer *writer)
{
    for (unsigned i = 0; i < GPUSIM_TABLE_COUNT; i++) {
        gs_table_release(&writer->tables[i]);
    }
    gs_telemetry_release(&writer->telemetry);
}

// the nodes, GPUs and racks, which never change
static gpusim_status write_constants(gpusim_trace_writer *writer, const gpusim_model *model,
                                     gpusim_error *err)
{
    static const gpusim_table constant[] = {GPUSIM_TABLE_NODES, GPUSIM_TABLE_GPUS,
                                            GPUSIM_TABLE_RACKS};
    gpusim_status status = GPUSIM_OK;
    union {
        gpusim_node_row node;
        gpusim_gpu_row gpu;
        gpusim_rack_row rack;
    } row;
    for (unsigned i = 0; i < sizeof constant / sizeof constant[0]; i++) {
        gs_table *table = &writer->tables[constant[i]];
        memset(&row, 0, sizeof row);
        for (uint32_t j = 0; gpusim_model_row(model, constant[i], j, &row); j++) {
            GPUSIM_TRY(gs_table_add(table, &writer->file, &row, err));
        }
        GPUSIM_TRY(gs_table_sync(table, &writer->file, err));
    }

cleanup:
    return status;
}

static size_t largest_chunk(const gpusim_trace_writer *writer)
{
    size_t largest = writer->telemetry.chunk_bytes;
    for (unsigned i = 0; i < GPUSIM_TABLE_COUNT; i++) {
        const gpusim_record *record = gpusim_table_record((gpusim_table)i);
        size_t bytes = (size_t)gs_table_row_bytes(record) * gs_table_chunk_rows(record);
        largest = bytes > largest ? bytes : largest;
    }
    return largest;
}

// every object and attribute, before the first event
static gpusim_status create_all(gpusim_trace_writer *writer, const gpusim_model *model,
                                uint64_t seed, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gs_file *file = &writer->file;
    hid_t cluster = 0;
    GPUSIM_TRY(gs_telemetry_plan(&writer->telemetry, model, writer->options.buffer_bytes, err));
    GPUSIM_TRY(gs_file_create(file, largest_chunk(writer), err));
    GPUSIM_TRY(gs_root_write(model, seed, writer->options.reproducible, file, err));
    GPUSIM_TRY(gs_trace_names_write(model, file, err));
    cluster = gs_h5_group(file->id, "cluster");
    GS_H5(cluster, "cannot create group", "cluster");
    for (unsigned i = 0; i < GPUSIM_TABLE_COUNT; i++) {
        GPUSIM_TRY(
            gs_table_create(&writer->tables[i], gpusim_table_record((gpusim_table)i), file, err));
    }
    GPUSIM_TRY(gs_telemetry_create(&writer->telemetry, model, file, err));
    GPUSIM_TRY(gs_summary_create(file, err));
    GPUSIM_TRY(write_constants(writer, model, err));

cleanup:
    gs_h5_close(&cluster);
    return status;
}

static gpusim_status begin(void *context, const gpusim_model *model, uint64_t seed,
                           gpusim_error *err)
{
    gpusim_trace_writer *writer = context;
    gpusim_status status = GPUSIM_OK;
    gs_h5_quiet quiet;
    if (writer->open || !writer->file.path) {
        return gpusim_fail(err, GPUSIM_ARGUMENT, "a writer of traces serves one run");
    }
    gs_h5_enter(&quiet);
    GPUSIM_TRY(create_all(writer, model, seed, err));
    GPUSIM_TRY(gs_file_publish(&writer->file, writer->options.force, err));
    writer->open = 1;

cleanup:
    if (status != GPUSIM_OK) {
        release_objects(writer);
        gs_file_release(&writer->file);
    }
    gs_h5_leave(&quiet);
    return status;
}

// tables are shown up to their last row; telemetry by whole chunks once it has filled some, and
// before that whenever there is four times as much of it: a chunk that is written again leaves a
// hole
static gpusim_status flush(gpusim_trace_writer *writer, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    for (unsigned i = 0; i < GPUSIM_TABLE_COUNT; i++) {
        GPUSIM_TRY(gs_table_sync(&writer->tables[i], &writer->file, err));
    }
    const gs_telemetry *telemetry = &writer->telemetry;
    if (telemetry->before == 0 && telemetry->filled >= 4 * telemetry->synced) {
        GPUSIM_TRY(gs_telemetry_sync(&writer->telemetry, &writer->file, err));
    }
    GPUSIM_TRY(gs_file_flush(&writer->file, err));

cleanup:
    return status;
}

// flushes when enough has come, and remembers a failure
static gpusim_status settle(gpusim_trace_writer *writer, gpusim_status status, gpusim_error *err)
{
    if (status == GPUSIM_OK && writer->file.unflushed >= writer->file.flush_at) {
        status = flush(writer, err);
    }
    if (status != GPUSIM_OK) {
        gpusim_fail(&writer->failure, status, "%s", err ? err->message : "the trace has failed");
    }
    return status;
}

static gpusim_status repeat_failure(const gpusim_trace_writer *writer, gpusim_error *err)
{
    if (err) {
        *err = writer->failure;
    }
    return (gpusim_status)writer->failure.status;
}

static gpusim_status take_row(void *context, gpusim_table table, const void *row, gpusim_error *err)
{
    gpusim_trace_writer *writer = context;
    if (!writer->open || (unsigned)table >= GPUSIM_TABLE_COUNT) {
        return gpusim_fail(err, GPUSIM_ARGUMENT, "a row came to a trace that has not begun");
    }
    if (writer->failure.status != GPUSIM_OK) {
        return repeat_failure(writer, err);
    }
    gpusim_status status = gs_table_add(&writer->tables[table], &writer->file, row, err);
    return settle(writer, status, err);
}

static gpusim_status take_sample(void *context, gpusim_time time, const gpusim_sample *samples,
                                 uint32_t count, gpusim_error *err)
{
    gpusim_trace_writer *writer = context;
    if (!writer->open) {
        return gpusim_fail(err, GPUSIM_ARGUMENT, "a sample came to a trace that has not begun");
    }
    if (writer->failure.status != GPUSIM_OK) {
        return repeat_failure(writer, err);
    }
    gpusim_status status =
        gs_telemetry_add(&writer->telemetry, &writer->file, time, samples, count, err);
    return settle(writer, status, err);
}

// what is still in buffers
static gpusim_status write_rest(gpusim_trace_writer *writer, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    for (unsigned i = 0; i < GPUSIM_TABLE_COUNT; i++) {
        GPUSIM_TRY(gs_table_sync(&writer->tables[i], &writer->file, err));
    }
    GPUSIM_TRY(gs_telemetry_sync(&writer->telemetry, &writer->file, err));

cleanup:
    return status;
}

static gpusim_status end(void *context, const gpusim_summary *summary, int complete,
                         gpusim_error *err)
{
    gpusim_trace_writer *writer = context;
    gs_h5_quiet quiet;
    if (!writer->open) {
        return GPUSIM_OK;
    }
    writer->open = 0;
    gs_h5_enter(&quiet);
    gpusim_error later = {0};
    if (writer->failure.status == GPUSIM_OK && write_rest(writer, &later) != GPUSIM_OK) {
        writer->failure = later;
    }

    // SWMR ends with the file's closing, also after a failure: then it opens everywhere
    release_objects(writer);
    gpusim_status status = gs_file_close(&writer->file, &later);
    if (status == GPUSIM_OK) {
        status = gs_file_reopen(&writer->file, &later);
    }
    if (status == GPUSIM_OK) {
        complete = complete && writer->failure.status == GPUSIM_OK;
        status = gs_summary_write(summary, complete, writer->options.reproducible, &writer->file,
                                  &later);
    }
    gpusim_status closed = gs_file_close(&writer->file, status == GPUSIM_OK ? &later : NULL);
    status = status == GPUSIM_OK ? closed : status;
    if (status != GPUSIM_OK && writer->failure.status == GPUSIM_OK) {
        writer->failure = later;
    }
    gs_file_release(&writer->file);
    gs_h5_leave(&quiet);
    return writer->failure.status != GPUSIM_OK ? repeat_failure(writer, err) : GPUSIM_OK;
}

gpusim_status gpusim_trace_writer_create(const char *path, const gpusim_trace_options *options,
                                         gpusim_trace_writer **writer, gpusim_observer *observer,
                                         gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gpusim_trace_writer *made = NULL;
    GPUSIM_TRY(gs_allocate(&made, 1, sizeof *made, err));
    made->file.descriptor = -1;
    gpusim_trace_options_default(&made->options);
    if (options) {
        memcpy(&made->options, options,
               options->size < sizeof *options ? options->size : sizeof *options);
    }
    GPUSIM_TRY(gs_file_init(&made->file, path, made->options.force, err));

    gpusim_observer_default(observer);
    observer->context = made;
    observer->begin = begin;
    observer->row = take_row;
    observer->sample = take_sample;
    observer->end = end;
    *writer = made;
    made = NULL;

cleanup:
    gpusim_trace_writer_destroy(made);
    return status;
}

void gpusim_trace_writer_destroy(gpusim_trace_writer *writer)
{
    if (!writer) {
        return;
    }
    // a run that was given up without its end: keep what it told
    if (writer->open) {
        gpusim_error err = {0};
        (void)end(writer, NULL, 0, &err);
    }
    release_objects(writer);
    gs_file_release(&writer->file);
    gs_release(&writer);
}
