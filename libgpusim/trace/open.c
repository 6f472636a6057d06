/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Opening a trace, whole or left behind by a run that was killed. */
#include <math.h>
#include <string.h>

#include <gpusim/version.h>

#include "trace/reader.h"
#include "trace/summary.h"

static gpusim_status open_file(gpusim_trace *trace, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    unsigned flags = H5F_ACC_RDONLY;
    hid_t list = gs_h5_access();
    GS_H5(list, "cannot set up", trace->path);
    if (trace->found == GS_FOUND_LIVE || trace->found == GS_FOUND_READONLY) {
        flags |= H5F_ACC_SWMR_READ;
    }
    trace->file = H5Fopen(trace->path, flags, list);
    if (trace->file < 0) {
        status = gs_h5_fail(err, GPUSIM_FORMAT, "cannot read", trace->path);
        if (trace->found == GS_FOUND_LIVE) {
            gpusim_error_hint(err, "its run may just have been ending: try again");
        }
    }

cleanup:
    gs_h5_close(&list);
    return status;
}

static gpusim_status read_root(gpusim_trace *trace, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gpusim_trace_info *info = &trace->info;
    hid_t file = trace->file;
    gs_arena *arena = &trace->arena;
    GPUSIM_TRY(gs_read_number(file, "format_version", GPUSIM_UINT32, &info->format_version, err));
    GPUSIM_TRY(gs_read_number(file, "format_minor", GPUSIM_UINT32, &info->format_minor, err));
    if (info->format_version == 0) {
        status = gpusim_fail(err, GPUSIM_FORMAT, "'%s' is an HDF5 file, but no trace of gpusim",
                             trace->path);
        goto cleanup;
    }
    if (info->format_version != GPUSIM_TRACE_FORMAT) {
        status = gpusim_fail(err, GPUSIM_FORMAT,
                             "'%s' is a trace of format %u, and this version reads format %d",
                             trace->path, info->format_version, GPUSIM_TRACE_FORMAT);
        goto cleanup;
    }
    GPUSIM_TRY(gs_read_number(file, "complete", GPUSIM_BOOL, &info->complete, err));
    GPUSIM_TRY(gs_read_number(file, "seed", GPUSIM_UINT64, &info->seed, err));
    GPUSIM_TRY(gs_read_text(file, "gpusim_version", arena, &info->gpusim_version, err));
    GPUSIM_TRY(gs_read_text(file, "model_hash", arena, &info->model_hash, err));
    GPUSIM_TRY(gs_read_text(file, "name", arena, &info->name, err));
    GPUSIM_TRY(gs_read_text(file, "scheduler", arena, &info->scheduler, err));
    GPUSIM_TRY(gs_read_text(file, "scenario_file", arena, &info->scenario_file, err));
    GPUSIM_TRY(gs_read_text(file, "scenario", arena, &info->scenario, err));
    GPUSIM_TRY(gs_read_text(file, "effective_scenario", arena, &info->effective_scenario, err));
    GPUSIM_TRY(gs_read_text(file, "file_time", arena, &info->file_time, err));

cleanup:
    return status;
}

static gpusim_status read_span(gpusim_trace *trace, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    trace->info.first_sample_s = trace->info.last_sample_s = (double)NAN;
    if (trace->info.samples > 0) {
        GPUSIM_TRY(gs_read_times(trace, 0, 1, &trace->info.first_sample_s, err));
        GPUSIM_TRY(
            gs_read_times(trace, trace->info.samples - 1, 1, &trace->info.last_sample_s, err));
    }

cleanup:
    return status;
}

static gpusim_status open_all(gpusim_trace *trace, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    GPUSIM_TRY(gs_superblock_mend(trace->path, &trace->found, err));
    trace->info.size = (uint32_t)sizeof trace->info;
    trace->info.live = trace->found == GS_FOUND_LIVE;
    trace->info.repaired = trace->found == GS_FOUND_REPAIRED;
    GPUSIM_TRY(open_file(trace, err));
    GPUSIM_TRY(read_root(trace, err));
    GPUSIM_TRY(gs_read_texts(trace->file, "names", &trace->names, err));
    trace->info.names = trace->names.count;
    GPUSIM_TRY(gs_read_tables(trace, err));
    GPUSIM_TRY(gs_read_metrics(trace, err));
    GPUSIM_TRY(read_span(trace, err));

cleanup:
    return status;
}

// inside of the file a message names its parts; which file it is stands beside it
static void add_path(gpusim_error *err, const char *path)
{
    if (err && !strstr(err->message, path) && strlen(path) < sizeof err->file) {
        memcpy(err->file, path, strlen(path) + 1);
    }
}

gpusim_status gpusim_trace_open(const char *path, gpusim_trace **trace, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gpusim_trace *made = NULL;
    gs_h5_quiet quiet;
    gs_h5_enter(&quiet);
    GPUSIM_TRY(gs_allocate(&made, 1, sizeof *made, err));
    GPUSIM_TRY(gs_allocate(&made->path, strlen(path) + 1, 1, err));
    memcpy(made->path, path, strlen(path));
    GPUSIM_TRY(open_all(made, err));
    *trace = made;
    made = NULL;

cleanup:
    if (status != GPUSIM_OK) {
        add_path(err, path);
    }
    gpusim_trace_close(made);
    gs_h5_leave(&quiet);
    return status;
}

void gpusim_trace_close(gpusim_trace *trace)
{
    if (!trace) {
        return;
    }
    gs_h5_quiet quiet;
    gs_h5_enter(&quiet);
    for (unsigned i = 0; i < GPUSIM_TABLE_COUNT; i++) {
        gs_h5_close(&trace->row_types[i]);
        gs_h5_close(&trace->tables[i]);
    }
    for (uint32_t i = 0; i < trace->series_count; i++) {
        gs_h5_close(&trace->series[i].set);
    }
    for (unsigned i = 0; i < GS_ENTITY_KINDS; i++) {
        gs_release(&trace->entities[i].bytes);
    }
    gs_h5_close(&trace->time);
    gs_h5_close(&trace->file);
    gs_release(&trace->names.bytes);
    gs_release(&trace->series);
    gs_release(&trace->path);
    gs_arena_release(&trace->arena);
    gs_release(&trace);
    gs_h5_leave(&quiet);
}

static gpusim_status refresh(gpusim_trace *trace, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    hsize_t extent[2] = {0, 0};
    for (unsigned i = 0; i < GPUSIM_TABLE_COUNT; i++) {
        const char *name = gpusim_table_record((gpusim_table)i)->name;
        if (!trace->tables[i]) {
            continue;
        }
        GS_H5(H5Drefresh(trace->tables[i]), "cannot look again at", name);
        GPUSIM_TRY(gs_read_extent(trace->tables[i], name, 1, extent, err));
        trace->info.rows[i] = extent[0];
    }
    GS_H5(H5Drefresh(trace->time), "cannot look again at", "telemetry/time");
    GPUSIM_TRY(gs_read_extent(trace->time, "telemetry/time", 1, extent, err));
    uint64_t samples = extent[0];
    for (uint32_t i = 0; i < trace->series_count; i++) {
        const char *name = trace->series[i].metric.name;
        GS_H5(H5Drefresh(trace->series[i].set), "cannot look again at", name);
        GPUSIM_TRY(gs_read_extent(trace->series[i].set, name, 2, extent, err));
        samples = extent[0] > 0 && extent[1] < samples ? extent[1] : samples;
    }
    trace->info.samples = samples;
    GPUSIM_TRY(read_span(trace, err));

cleanup:
    return status;
}

gpusim_status gpusim_trace_refresh(gpusim_trace *trace, gpusim_error *err)
{
    gs_h5_quiet quiet;
    gs_h5_enter(&quiet);
    gpusim_status status = trace->info.live ? refresh(trace, err) : GPUSIM_OK;
    gs_h5_leave(&quiet);
    return status;
}

const gpusim_trace_info *gpusim_trace_get_info(const gpusim_trace *trace)
{
    return &trace->info;
}

const char *gpusim_trace_name(const gpusim_trace *trace, uint32_t i)
{
    return gs_text(&trace->names, i);
}

gpusim_status gpusim_trace_summary(gpusim_trace *trace, gpusim_summary *summary, gpusim_error *err)
{
    gs_h5_quiet quiet;
    gs_h5_enter(&quiet);
    gpusim_status status = gs_summary_read(trace->file, summary, err);
    gs_h5_leave(&quiet);
    return status;
}
