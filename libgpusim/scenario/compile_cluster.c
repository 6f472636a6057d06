/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Groups of nodes and virtual clusters, from the scenario to the model. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include <gpusim/model.h>

#include "base/hash.h"
#include "base/number.h"
#include "scenario/catalogue.h"
#include "scenario/compile.h"
#include "scenario/files.h"
#include "workload/list.h"

static gpusim_status check_name(const gs_compilation *at, uint32_t i, gpusim_error *err)
{
    const gs_scenario_group *group = at->scenario->cluster.nodes.items;
    char key[64];
    snprintf(key, sizeof key, "cluster.nodes[%u].name", i);
    if (group[i].name[0] == '\0' || strlen(group[i].name) > 200) {
        return gs_compile_fail(at, err, key, "a group's name has 1 to 200 characters");
    }
    for (uint32_t k = 0; k < i; k++) {
        if (strcmp(group[k].name, group[i].name) == 0) {
            return gs_compile_fail(at, err, key, "two groups are called '%s'", group[i].name);
        }
    }
    return GPUSIM_OK;
}

// what the GPUs of a group are: the catalogue's figures, over them those of the scenario
static gpusim_status resolve_gpu(const gs_compilation *at, gpusim_catalogue *catalogue, uint32_t i,
                                 gpusim_error *err)
{
    const gs_scenario_group *group = &((gs_scenario_group *)at->scenario->cluster.nodes.items)[i];
    gpusim_status status =
        gs_catalogue_resolve(catalogue, group->gpu, &group->gpu_model, &at->gpus[i], err);
    if (status == GPUSIM_SCENARIO) {
        char key[160];
        snprintf(key, sizeof key, "cluster.nodes[%u].%s%.80s", i,
                 err->key[0] ? "gpu_model." : "gpu", err->key);
        gs_spec_locate(at->spec, key, err);
    }
    return status;
}

static gpusim_status name_labels(const gs_compilation *at, uint32_t i, uint32_t *name,
                                 gpusim_error *err)
{
    const gs_scenario_group *group = &((gs_scenario_group *)at->scenario->cluster.nodes.items)[i];
    gpusim_status status = gs_labels_name(&group->labels, 0, at->model->names, name, err);
    if (status == GPUSIM_SCENARIO) {
        char key[160];
        snprintf(key, sizeof key, "cluster.nodes[%u].%.80s", i, err->key);
        gs_spec_locate(at->spec, key, err);
    }
    return status;
}

static gpusim_status compile_groups(const gs_compilation *at, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    const gpusim_list *groups = &at->scenario->cluster.nodes;
    const gs_scenario_group *group = groups->items;
    gs_group_setup *setups = NULL;
    uint32_t wrong = GPUSIM_NONE;
    GPUSIM_TRY(gs_allocate(&setups, groups->count, sizeof *setups, err));
    for (uint32_t i = 0; i < groups->count; i++) {
        uint32_t labels = 0;
        GPUSIM_TRY(name_labels(at, i, &labels, err));
        setups[i] = (gs_group_setup){
            .name = group[i].name,
            .cluster = group[i].cluster,
            .gpu = group[i].label ? group[i].label : group[i].gpu,
            .node_names = group[i].node_names,
            .rows = group[i].rows,
            .product = at->gpus[i].product,
            .labels = labels,
            .gpu_memory = at->gpus[i].memory - at->gpus[i].memory_reserved,
            .memory = group[i].memory,
            .storage = group[i].storage,
            .count = group[i].count,
            .per_rack = group[i].per_rack,
            .gpus = group[i].gpus,
            .cpus = isnan(group[i].cpus) ? UINT32_MAX : gs_thousandths(group[i].cpus),
            .node_class = (uint32_t)group[i].node_class,
            .latency = gpusim_seconds(group[i].latency),
            .cost = group[i].cost * 3600,
        };
    }
    status = gs_cluster_build(setups, groups->count, at->model->names, &at->model->arena,
                              &at->model->cluster, &wrong, err);
    if (status != GPUSIM_OK && wrong != GPUSIM_NONE) {
        char key[64];
        snprintf(key, sizeof key, "cluster.nodes[%u]", wrong);
        gs_spec_locate(at->spec, key, err);
    }
cleanup:
    gs_release(&setups);
    return status;
}

// in order of their names: of two that are served equally, the first is next (definitions 24)
static void sort_vcs(gpusim_model *model)
{
    gpusim_vc_info *vcs = model->vcs.data;
    for (uint32_t i = 1; i < model->vcs.count; i++) {
        gpusim_vc_info vc = vcs[i];
        const char *name = gs_names_text(model->names, vc.name);
        uint32_t at = i;
        for (; at > 0 && strcmp(gs_names_text(model->names, vcs[at - 1].name), name) > 0; at--) {
            vcs[at] = vcs[at - 1];
        }
        vcs[at] = vc;
    }
}

static gpusim_status compile_vcs(const gs_compilation *at, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    const gpusim_list *vcs = &at->scenario->cluster.virtual_clusters;
    const gs_scenario_vc *vc = vcs->items;
    for (uint32_t i = 0; i < vcs->count; i++) {
        gpusim_vc_info info = {.quota = vc[i].quota};
        GPUSIM_TRY(gs_names_add(at->model->names, vc[i].key, strlen(vc[i].key), &info.name, err));
        GPUSIM_TRY(gs_array_push(&at->model->vcs, &info, err));
    }
    sort_vcs(at->model);
cleanup:
    return status;
}

// the built-in catalogue, with a file of the user's over it; NULL when there is something wrong
// with that
static gpusim_status open_catalogue(const gs_compilation *at, gpusim_catalogue **catalogue,
                                    gpusim_error *err)
{
    const char *path = at->scenario->cluster.catalogue;
    char *full = NULL;
    gs_problems *problems = NULL;
    gpusim_status status = gs_allocate(&problems, 1, sizeof *problems, err);
    if (path) {
        GPUSIM_TRY(status);
        GPUSIM_TRY(gs_input_path(at, path, &full, err));
    }
    GPUSIM_TRY(status);
    status = gs_catalogue_open(full, &at->model->arena, problems, catalogue, err);
    if (status == GPUSIM_IO) {
        gs_spec_locate(at->spec, "cluster.catalogue", err);
    }
    for (uint32_t i = 0; status == GPUSIM_OK && i < problems->count; i++) {
        gs_problems_add(at->problems, 1, &problems->items[i]);
    }
    const char *text = *catalogue ? gs_catalogue_file_text(*catalogue) : NULL;
    if (text) {
        gs_hasher_text(at->inputs, text);
    }
cleanup:
    gs_release(&full);
    gs_release(&problems);
    return status;
}

uint32_t gs_compile_find_cluster(const gpusim_model *model, const char *name)
{
    return gs_model_find_cluster(model, gs_names_find(model->names, name, strlen(name)));
}

gpusim_status gs_compile_no_cluster(const gpusim_model *model, gpusim_status status,
                                    const char *name, gpusim_error *err)
{
    const gs_cluster *cluster = &model->cluster;
    const char *names[64];
    uint32_t known = 0;
    for (; known < 64 && known < cluster->cluster_count; known++) {
        names[known] = gs_names_text(model->names, cluster->cluster_name[known]);
    }
    const char *nearest = gpusim_nearest(name, names, known);
    if (nearest) {
        gpusim_error_hint(err, "did you mean '%s'?", nearest);
    } else {
        gpusim_error_hint(err, "node groups say theirs by `cluster: NAME`");
    }
    return status;
}

gpusim_status gs_compile_cluster(const gs_compilation *at, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gpusim_catalogue *catalogue = NULL;
    GPUSIM_TRY(gs_compile_note(at, open_catalogue(at, &catalogue, err), err));
    for (uint32_t i = 0; i < at->scenario->cluster.nodes.count; i++) {
        GPUSIM_TRY(gs_compile_note(at, check_name(at, i, err), err));
        if (catalogue) {
            GPUSIM_TRY(gs_compile_note(at, resolve_gpu(at, catalogue, i, err), err));
        }
    }
    if (at->problems->count == 0) {
        GPUSIM_TRY(gs_compile_note(at, compile_groups(at, err), err));
    }
    if (at->problems->count == 0) {
        GPUSIM_TRY(gs_compile_kinds(at, catalogue, err));
    }
    GPUSIM_TRY(compile_vcs(at, err));
    GPUSIM_TRY(gs_model_index_names(at->model, err));
cleanup:
    gpusim_catalogue_destroy(catalogue);
    return status;
}
