/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Telemetry of a trace: which metrics it has, their times and their values. */
#include <stdio.h>
#include <string.h>

#include "trace/reader.h"

// the field type that a dataset's values are read as; 0 and -1 are none
static int value_type(hid_t type)
{
    size_t size = H5Tget_size(type);
    switch (H5Tget_class(type)) {
    case H5T_FLOAT:
        return size == 4 ? GPUSIM_FLOAT32 : size == 8 ? GPUSIM_FLOAT64 : -1;
    case H5T_INTEGER:
        return size == 4 ? GPUSIM_UINT32 : size == 8 ? GPUSIM_UINT64 : -1;
    default:
        return -1;
    }
}

static gpusim_status grow(gpusim_trace *trace, gpusim_error *err)
{
    uint32_t capacity = 2 * trace->series_capacity + 16;
    gs_read_series *more = gs_resize(trace->series, capacity * sizeof *more);
    if (!more) {
        return gpusim_fail(err, GPUSIM_MEMORY, "no memory for %u metrics", capacity);
    }
    trace->series = more;
    trace->series_capacity = capacity;
    return GPUSIM_OK;
}

// one metric: its dataset stays open
static gpusim_status open_series(gpusim_trace *trace, gpusim_entity entity, hid_t group,
                                 const char *name, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    hid_t type = 0;
    hsize_t extent[2] = {0, 0};
    if (trace->series_count == trace->series_capacity) {
        GPUSIM_TRY(grow(trace, err));
    }
    gs_read_series *series = &trace->series[trace->series_count++];
    *series = (gs_read_series){.metric = {.entity = (uint8_t)entity}};
    series->set = H5Dopen2(group, name, H5P_DEFAULT);
    GS_H5(series->set, "cannot open metric", name);
    type = H5Dget_type(series->set);
    GS_H5(type, "cannot read the type of", name);
    int stored = value_type(type);
    GPUSIM_TRY(gs_read_extent(series->set, name, 2, extent, err));
    if (stored < 0 || extent[0] > trace->entities[entity].count) {
        status = gpusim_fail(err, GPUSIM_FORMAT, "'%s' is no metric", name);
        goto cleanup;
    }
    series->metric.type = (uint8_t)stored;
    series->metric.entities = (uint32_t)extent[0];
    series->metric.name = gs_arena_text(&trace->arena, name, strlen(name));
    if (!series->metric.name) {
        status = gpusim_fail(err, GPUSIM_MEMORY, "no memory for metric '%s'", name);
        goto cleanup;
    }
    GPUSIM_TRY(gs_read_text(series->set, "units", &trace->arena, &series->metric.unit, err));
    GPUSIM_TRY(gs_read_text(series->set, "long_name", &trace->arena, &series->metric.doc, err));
    GPUSIM_TRY(gs_read_text(series->set, "dcgm_field", &trace->arena, &series->metric.dcgm, err));
    if (extent[0] > 0 && extent[1] < trace->info.samples) {
        trace->info.samples = extent[1]; // a kill may have come between two metrics
    }

cleanup:
    gs_h5_close(&type);
    return status;
}

static gpusim_status open_group(gpusim_trace *trace, gpusim_entity entity, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    char path[64], name[GS_NAME_BYTES + 1];
    H5G_info_t about;
    snprintf(path, sizeof path, "telemetry/%s", gs_entity_groups[entity]);
    if (H5Lexists(trace->file, path, H5P_DEFAULT) <= 0) {
        return GPUSIM_OK;
    }
    hid_t group = H5Gopen2(trace->file, path, H5P_DEFAULT);
    GS_H5(group, "cannot open group", path);
    GPUSIM_TRY(gs_read_texts(group, "name", &trace->entities[entity], err));
    GS_H5(H5Gget_info(group, &about), "cannot read group", path);
    for (hsize_t i = 0; i < about.nlinks; i++) {
        ssize_t length = H5Lget_name_by_idx(group, ".", H5_INDEX_NAME, H5_ITER_INC, i, name,
                                            sizeof name, H5P_DEFAULT);
        GS_H5(length, "cannot read group", path);
        if (length >= (ssize_t)sizeof name) {
            status = gpusim_fail(err, GPUSIM_FORMAT, "a name in '%s' is too long", path);
            goto cleanup;
        }
        if (strcmp(name, "name") != 0 && strcmp(name, "time") != 0) {
            GPUSIM_TRY(open_series(trace, entity, group, name, err));
        }
    }

cleanup:
    gs_h5_close(&group);
    return status;
}

gpusim_status gs_read_metrics(gpusim_trace *trace, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    hsize_t samples = 0;
    trace->time = H5Dopen2(trace->file, "telemetry/time", H5P_DEFAULT);
    GS_H5(trace->time, "cannot open", "telemetry/time");
    GPUSIM_TRY(gs_read_extent(trace->time, "telemetry/time", 1, &samples, err));
    trace->info.samples = samples;
    for (unsigned i = 0; i < GS_ENTITY_KINDS; i++) {
        GPUSIM_TRY(open_group(trace, (gpusim_entity)i, err));
    }
    trace->info.metrics = trace->series_count;

cleanup:
    return status;
}

gpusim_status gs_read_times(gpusim_trace *trace, uint64_t first, uint64_t count, double *seconds,
                            gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    hsize_t start = first, length = count;
    hid_t space = 0, memory = 0;
    if (first > trace->info.samples || count > trace->info.samples - first) {
        return gpusim_fail(err, GPUSIM_ARGUMENT, "there are no such samples");
    }
    if (count == 0) {
        return GPUSIM_OK;
    }
    space = H5Dget_space(trace->time);
    GS_H5(space, "cannot read", "telemetry/time");
    memory = H5Screate_simple(1, &length, NULL);
    GS_H5(memory, "cannot read", "telemetry/time");
    GS_H5(H5Sselect_hyperslab(space, H5S_SELECT_SET, &start, NULL, &length, NULL), "cannot read",
          "telemetry/time");
    GS_H5(H5Dread(trace->time, H5T_NATIVE_DOUBLE, memory, space, H5P_DEFAULT, seconds),
          "cannot read", "telemetry/time");

cleanup:
    gs_h5_close(&memory);
    gs_h5_close(&space);
    return status;
}

gpusim_status gs_read_values(gpusim_trace *trace, uint32_t metric, uint32_t first_entity,
                             uint32_t entities, uint64_t first_sample, uint64_t samples,
                             void *values, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    hid_t space = 0, memory = 0;
    if (metric >= trace->series_count || first_sample > trace->info.samples ||
        samples > trace->info.samples - first_sample ||
        first_entity > trace->series[metric].metric.entities ||
        entities > trace->series[metric].metric.entities - first_entity) {
        return gpusim_fail(err, GPUSIM_ARGUMENT, "there are no such values");
    }
    if (entities == 0 || samples == 0) {
        return GPUSIM_OK;
    }
    const gs_read_series *series = &trace->series[metric];
    const char *name = series->metric.name;
    hsize_t start[2] = {first_entity, first_sample}, count[2] = {entities, samples};
    space = H5Dget_space(series->set);
    GS_H5(space, "cannot read metric", name);
    memory = H5Screate_simple(2, count, NULL);
    GS_H5(memory, "cannot read metric", name);
    GS_H5(H5Sselect_hyperslab(space, H5S_SELECT_SET, start, NULL, count, NULL),
          "cannot read metric", name);
    GS_H5(H5Dread(series->set, gs_h5_memory_type((gpusim_field_type)series->metric.type), memory,
                  space, H5P_DEFAULT, values),
          "cannot read metric", name);

cleanup:
    gs_h5_close(&memory);
    gs_h5_close(&space);
    return status;
}

gpusim_status gpusim_trace_times(gpusim_trace *trace, uint64_t first, uint64_t count,
                                 double *seconds, gpusim_error *err)
{
    gs_h5_quiet quiet;
    gs_h5_enter(&quiet);
    gpusim_status status = gs_read_times(trace, first, count, seconds, err);
    gs_h5_leave(&quiet);
    return status;
}

gpusim_status gpusim_trace_values(gpusim_trace *trace, uint32_t metric, uint32_t first_entity,
                                  uint32_t entities, uint64_t first_sample, uint64_t samples,
                                  void *values, gpusim_error *err)
{
    gs_h5_quiet quiet;
    gs_h5_enter(&quiet);
    gpusim_status status =
        gs_read_values(trace, metric, first_entity, entities, first_sample, samples, values, err);
    gs_h5_leave(&quiet);
    return status;
}

const gpusim_trace_metric *gpusim_trace_get_metric(const gpusim_trace *trace, uint32_t i)
{
    return i < trace->series_count ? &trace->series[i].metric : NULL;
}

uint32_t gpusim_trace_find_metric(const gpusim_trace *trace, gpusim_entity entity, const char *name)
{
    for (uint32_t i = 0; i < trace->series_count; i++) {
        const gpusim_trace_metric *metric = &trace->series[i].metric;
        if (metric->entity == entity && strcmp(metric->name, name) == 0) {
            return i;
        }
    }
    return GPUSIM_NONE;
}

const char *gpusim_trace_entity(const gpusim_trace *trace, gpusim_entity entity, uint32_t i)
{
    return (unsigned)entity < GS_ENTITY_KINDS ? gs_text(&trace->entities[entity], i) : NULL;
}

void gs_metric_path(const gpusim_trace_metric *metric, char *buffer, size_t size)
{
    snprintf(buffer, size, "telemetry/%s/%s", gs_entity_groups[metric->entity], metric->name);
}
