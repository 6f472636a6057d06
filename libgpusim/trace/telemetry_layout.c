/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What lies under /telemetry: a group for each kind of entity, a dataset for each metric, and the
 * scales of their axes. */
#include <hdf5_hl.h>
#include <string.h>

#include "base/memory.h"
#include "trace/layout.h"
#include "trace/telemetry.h"

const char *const gs_entity_groups[GS_ENTITY_KINDS] = {"gpu", "node", "rack", "cluster"};

// sample times: the scale of every metric's second axis
static gpusim_status create_time(gs_telemetry *telemetry, hid_t group, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    hsize_t none = 0, unlimited = H5S_UNLIMITED, chunk = telemetry->samples;
    hid_t list = 0, space = H5Screate_simple(1, &none, &unlimited);
    GS_H5(space, "cannot make the space of", "time");
    list = gs_chunked(1, &chunk);
    GS_H5(list, "cannot make the chunks of", "time");
    telemetry->time =
        H5Dcreate2(group, "time", H5T_IEEE_F64LE, space, H5P_DEFAULT, list, H5P_DEFAULT);
    GS_H5(telemetry->time, "cannot create", "time");
    GPUSIM_TRY(gs_h5_put_text(telemetry->time, "units", "s", err));
    GPUSIM_TRY(gs_h5_put_text(telemetry->time, "long_name",
                              "Simulated time of each sample, from the scenario's start.", err));
    GS_H5(H5DSset_scale(telemetry->time, "time"), "cannot make a scale of", "time");

cleanup:
    gs_h5_close(&list);
    gs_h5_close(&space);
    return status;
}

// names of a group's entities: the scale of its metrics' first axis
static gpusim_status create_names(const gpusim_model *model, gpusim_entity entity, gs_file *file,
                                  hid_t group, hid_t *names, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    hid_t type = 0, space = 0, list = 0;
    char *joined = NULL, name[GS_NAME_BYTES + 1];
    uint32_t count = gpusim_model_entities(model, entity);
    hsize_t extent = count;

    // all as wide as the longest
    size_t width = 1;
    for (uint32_t i = 0; i < count; i++) {
        int length = gpusim_model_entity_name(model, entity, i, name, (int)sizeof name);
        size_t used = length > GS_NAME_BYTES ? GS_NAME_BYTES : (size_t)(length < 0 ? 0 : length);
        width = used > width ? used : width;
    }
    GPUSIM_TRY(gs_allocate(&joined, (size_t)count + 1, width, err));
    GPUSIM_TRY(gs_file_reserve(file, count * width, err));
    for (uint32_t i = 0; i < count; i++) {
        (void)gpusim_model_entity_name(model, entity, i, name, (int)sizeof name);
        memcpy(joined + i * width, name, strnlen(name, width));
    }

    type = gs_h5_text_type(width);
    GS_H5(type, "cannot make the type of", "name");
    space = H5Screate_simple(1, &extent, NULL);
    GS_H5(space, "cannot make the space of", "name");
    list = H5Pcreate(H5P_DATASET_CREATE);
    GS_H5(list, "cannot set up", "name");
    GS_H5(H5Pset_obj_track_times(list, 0), "cannot set up", "name");
    *names = H5Dcreate2(group, "name", type, space, H5P_DEFAULT, list, H5P_DEFAULT);
    GS_H5(*names, "cannot create", "name");
    GS_H5(H5Dwrite(*names, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, joined), "cannot write", "name");
    GPUSIM_TRY(gs_h5_put_text(*names, "long_name", "Names of the first axis.", err));
    GS_H5(H5DSset_scale(*names, "name"), "cannot make a scale of", "name");

cleanup:
    gs_h5_close(&list);
    gs_h5_close(&space);
    gs_h5_close(&type);
    gs_release(&joined);
    return status;
}

static gpusim_status describe(const gs_series *series, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    const gpusim_metric *metric = series->metric;
    GPUSIM_TRY(
        gs_h5_put_text(series->set, "units", gpusim_unit_symbol((gpusim_unit)metric->unit), err));
    GPUSIM_TRY(gs_h5_put_text(series->set, "long_name", metric->doc, err));
    if (metric->dcgm) {
        GPUSIM_TRY(gs_h5_put_text(series->set, "dcgm_field", metric->dcgm, err));
        uint32_t id = metric->dcgm_id;
        GPUSIM_TRY(gs_h5_put_number(series->set, "dcgm_id", GPUSIM_UINT32, &id, err));
    }

cleanup:
    return status;
}

static gpusim_status create_series(const gs_telemetry *telemetry, gs_series *series, hid_t group,
                                   hid_t names, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    const char *name = series->metric->name;
    hid_t type = gs_h5_memory_type((gpusim_field_type)series->metric->type);
    hsize_t extent[2] = {series->entities, 0};
    hsize_t most[2] = {series->entities ? series->entities : 1, H5S_UNLIMITED};
    hsize_t chunk[2] = {gs_chunk_entities(series->entities), telemetry->samples};
    uint64_t missing = series->metric->type == GPUSIM_FLOAT32 ? UINT64_C(0x7fc00000) : UINT64_MAX;
    hid_t list = 0, space = H5Screate_simple(2, extent, most);
    GS_H5(space, "cannot make the space of", name);
    list = gs_chunked(2, chunk);
    GS_H5(list, "cannot make the chunks of", name);
    GS_H5(H5Pset_fill_value(list, type, &missing), "cannot set the missing value of", name);
    series->set = H5Dcreate2(group, name, type, space, H5P_DEFAULT, list, H5P_DEFAULT);
    GS_H5(series->set, "cannot create", name);
    GPUSIM_TRY(describe(series, err));
    GS_H5(H5DSattach_scale(series->set, names, 0), "cannot attach names to", name);
    GS_H5(H5DSattach_scale(series->set, telemetry->time, 1), "cannot attach time to", name);

cleanup:
    gs_h5_close(&list);
    gs_h5_close(&space);
    return status;
}

// a group for one kind of entity, if any of its metrics is sampled; its first metric is what
// viewers show
static gpusim_status create_group(gs_telemetry *telemetry, const gpusim_model *model,
                                  gpusim_entity entity, gs_file *file, hid_t parent,
                                  gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    static const char *const axes[2] = {".", "time"}; // entities, and the times that all share
    hid_t group = 0, names = 0;
    for (uint32_t i = 0; i < telemetry->count; i++) {
        gs_series *series = &telemetry->series[i];
        if (series->metric->entity != entity) {
            continue;
        }
        if (!group) {
            group = gs_h5_group(parent, gs_entity_groups[entity]);
            GS_H5(group, "cannot create group", gs_entity_groups[entity]);
            GPUSIM_TRY(gs_h5_put_text(group, "NX_class", "NXdata", err));
            GPUSIM_TRY(gs_h5_put_text(group, "signal", series->metric->name, err));
            GPUSIM_TRY(gs_h5_put_texts(group, "axes", axes, 2, err));
            GS_H5(H5Lcreate_hard(parent, "time", group, "time", H5P_DEFAULT, H5P_DEFAULT),
                  "cannot link the times into", gs_entity_groups[entity]);
            GPUSIM_TRY(create_names(model, entity, file, group, &names, err));
        }
        GPUSIM_TRY(create_series(telemetry, series, group, names, err));
    }

cleanup:
    gs_h5_close(&names);
    gs_h5_close(&group);
    return status;
}

gpusim_status gs_telemetry_create(gs_telemetry *telemetry, const gpusim_model *model, gs_file *file,
                                  gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    hid_t group = gs_h5_group(file->id, "telemetry");
    GS_H5(group, "cannot create group", "telemetry");
    GPUSIM_TRY(gs_h5_put_text(group, "NX_class", "NXentry", err));
    if (telemetry->count > 0) {
        GPUSIM_TRY(gs_h5_put_text(group, "default",
                                  gs_entity_groups[telemetry->series[0].metric->entity], err));
    }
    GPUSIM_TRY(create_time(telemetry, group, err));
    for (unsigned entity = 0; entity < GS_ENTITY_KINDS; entity++) {
        GPUSIM_TRY(create_group(telemetry, model, (gpusim_entity)entity, file, group, err));
    }
    file->datasets += telemetry->count + 1;

cleanup:
    gs_h5_close(&group);
    return status;
}
