/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The compiled scenario, as others may look at it. */
#include "core/model.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

gpusim_status gs_model_create(gpusim_model **model, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    *model = NULL;
    GPUSIM_TRY(gs_allocate(model, 1, sizeof **model, err));
    (*model)->vcs = GS_ARRAY(gpusim_vc_info);
    (*model)->run_times = GS_ARRAY(double);
    (*model)->kind_models = GS_ARRAY(uint64_t);
    (*model)->actions = GS_ARRAY(gs_timed_action);
    (*model)->responses = GS_ARRAY(gs_response);
    (*model)->detectors = GS_ARRAY(gs_detector);
    (*model)->windows = GS_ARRAY(gs_maintenance);
    (*model)->warnings = GS_ARRAY(const char *);
    (*model)->loads = GS_ARRAY(gpusim_load);
    GPUSIM_TRY(gs_names_create(&(*model)->names, err));
    return GPUSIM_OK;
cleanup:
    gpusim_model_destroy(*model);
    *model = NULL;
    return status;
}

void gpusim_model_destroy(gpusim_model *model)
{
    if (!model) {
        return;
    }
    gs_workload_release(&model->workload);
    gs_array_release(&model->vcs);
    gs_array_release(&model->run_times);
    gs_array_release(&model->kind_models);
    gs_array_release(&model->actions);
    gs_array_release(&model->responses);
    gs_array_release(&model->detectors);
    gs_array_release(&model->windows);
    gs_array_release(&model->warnings);
    gs_array_release(&model->loads);
    gs_names_destroy(model->names);
    gs_arena_release(&model->arena);
    gs_release(&model);
}

gpusim_status gs_model_warn(gpusim_model *model, gpusim_error *err, const char *format, ...)
{
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    const char *copy = gs_arena_text(&model->arena, text, strlen(text));
    if (!copy) {
        return gpusim_fail(err, GPUSIM_MEMORY, "no memory for a warning");
    }
    return gs_array_push(&model->warnings, &copy, err);
}

gpusim_status gs_model_index_dependents(gpusim_model *model, gpusim_error *err)
{
    const gs_array *jobs = &model->workload.jobs;
    const gs_array *extras = &model->workload.extras;
    const gs_job_extra *extra = extras->data;

    // how many wait for each job, as running sums; none at all is the common case
    uint32_t total = 0;
    for (uint32_t i = 0; i < extras->count; i++) {
        total += extra[i].after != GPUSIM_NONE;
    }
    if (total == 0) {
        return GPUSIM_OK;
    }
    uint32_t *first = gs_arena_get(&model->arena, ((size_t)jobs->count + 1) * sizeof(uint32_t));
    uint32_t *list = gs_arena_get(&model->arena, total * sizeof(uint32_t));
    if (!first || !list) {
        return gpusim_fail(err, GPUSIM_MEMORY, "no memory for %u dependencies", total);
    }
    for (uint32_t i = 0; i < extras->count; i++) {
        if (extra[i].after != GPUSIM_NONE) {
            first[extra[i].after + 1]++;
        }
    }
    for (uint32_t i = 0; i < jobs->count; i++) {
        first[i + 1] += first[i];
    }

    // filled backwards from each end, so that dependents stand in order of submission
    for (uint32_t i = jobs->count; i-- > 0;) {
        uint32_t at = GS_AT(*jobs, gs_job, i).extra;
        if (at != GPUSIM_NONE && extra[at].after != GPUSIM_NONE) {
            list[--first[extra[at].after + 1]] = i;
        }
    }
    // now first[i + 1] is where i's begin: shift by one
    for (uint32_t i = 0; i < jobs->count; i++) {
        first[i] = first[i + 1];
    }
    first[jobs->count] = total;
    model->dependents_first = first;
    model->dependents = list;
    return GPUSIM_OK;
}

void gpusim_model_info_fill(const gpusim_model *model, gpusim_model_info *info, uint32_t size)
{
    uint32_t known = size < sizeof *info ? size : (uint32_t)sizeof *info;
    memset(info, 0, size);
    memcpy(info, &model->info, known);
    info->size = size;
}

const char *gpusim_model_name(const gpusim_model *model, uint32_t i)
{
    return gs_names_text(model->names, i);
}

const char *gpusim_model_warning(const gpusim_model *model, uint32_t i)
{
    return i < model->warnings.count ? GS_AT(model->warnings, const char *, i) : NULL;
}

const uint32_t *gpusim_model_metrics(const gpusim_model *model, uint32_t *count)
{
    *count = model->metric_count;
    return model->metrics;
}

const gpusim_load *gpusim_model_load(const gpusim_model *model, uint32_t *count)
{
    *count = model->loads.count;
    return model->loads.data;
}

uint32_t gpusim_model_entities(const gpusim_model *model, gpusim_entity entity)
{
    switch (entity) {
    case GPUSIM_OF_GPU:
        return model->cluster.gpu_count;
    case GPUSIM_OF_NODE:
        return model->cluster.node_count;
    case GPUSIM_OF_RACK:
        return model->cluster.rack_count;
    case GPUSIM_OF_CLUSTER:
        return 1;
    }
    return 0;
}

// the node that a GPU is in: the last whose first GPU is not behind it
static uint32_t node_of(const gs_cluster *cluster, uint32_t gpu)
{
    uint32_t low = 0, high = cluster->node_count;
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        if (cluster->node_first_gpu[middle] <= gpu) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return low;
}

int gpusim_model_entity_name(const gpusim_model *model, gpusim_entity entity, uint32_t i,
                             char *buffer, int size)
{
    const gs_cluster *cluster = &model->cluster;
    size_t room = size > 0 ? (size_t)size : 0;
    if (i >= gpusim_model_entities(model, entity)) {
        return snprintf(buffer, room, "%s", "");
    }
    switch (entity) {
    case GPUSIM_OF_GPU: {
        uint32_t node = node_of(cluster, i);
        return snprintf(buffer, room, "%s/gpu%u",
                        gpusim_model_name(model, cluster->node_name[node]),
                        i - cluster->node_first_gpu[node]);
    }
    case GPUSIM_OF_NODE:
        return snprintf(buffer, room, "%s", gpusim_model_name(model, cluster->node_name[i]));
    case GPUSIM_OF_RACK:
        return snprintf(buffer, room, "%s", gpusim_model_name(model, cluster->racks[i].name));
    case GPUSIM_OF_CLUSTER:
        break;
    }
    return snprintf(buffer, room, "cluster");
}

static void node_row(const gpusim_model *model, uint32_t node, gpusim_node_row *row)
{
    const gs_cluster *cluster = &model->cluster;
    const gpusim_group_info *group = &cluster->groups[cluster->node_group[node]];
    *row = (gpusim_node_row){
        .memory = group->memory,
        .storage = group->storage == UINT64_MAX ? 0 : group->storage,
        .node = node,
        .name = cluster->node_name[node],
        .group = group->name,
        .cluster = cluster->cluster_name[group->cluster],
        .rack = cluster->node_rack[node],
        .gpu_model = cluster->group_gpu[cluster->node_group[node]],
        .gpus = group->gpus,
        .first_gpu = cluster->node_first_gpu[node],
        .cpus = group->cpus == UINT32_MAX ? UINT32_MAX : group->cpus / 1000,
        .cpu_milli = group->cpus == UINT32_MAX ? 0 : group->cpus % 1000,
        .labels = cluster->group_labels[cluster->node_group[node]],
    };
}

int gpusim_model_row(const gpusim_model *model, gpusim_table table, uint32_t i, void *row)
{
    const gs_cluster *cluster = &model->cluster;
    if (table == GPUSIM_TABLE_NODES && i < cluster->node_count) {
        node_row(model, i, row);
        return 1;
    }
    if (table == GPUSIM_TABLE_GPUS && i < cluster->gpu_count) {
        uint32_t node = node_of(cluster, i);
        *(gpusim_gpu_row *)row = (gpusim_gpu_row){
            .gpu = i,
            .node = node,
            .slot = i - cluster->node_first_gpu[node],
            .model = cluster->group_gpu[cluster->node_group[node]],
            .product = cluster->group_product[cluster->node_group[node]],
        };
        return 1;
    }
    if (table == GPUSIM_TABLE_RACKS && i < cluster->rack_count) {
        const gs_rack *rack = &cluster->racks[i];
        *(gpusim_rack_row *)row = (gpusim_rack_row){
            .rack = i, .name = rack->name, .first_node = rack->first_node, .nodes = rack->nodes};
        return 1;
    }
    return 0;
}

void gpusim_observer_init(gpusim_observer *observer, uint32_t size)
{
    memset(observer, 0, size);
    observer->size = size;
}
