/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The scheduler, from the scenario to the model: modules, their parameters, and the file that these
 * may stand in. */
#include <stdio.h>
#include <string.h>

#include "policy/tables.h"
#include "scenario/compile.h"
#include "scenario/files.h"
#include "scenario/spec.h"
#include "scenario/tree.h"

/* ---- a file of parameters: `parameters: FILE` of a module that has such a key ---- */

// what a file says is said nowhere else
static gpusim_status check_alone(const gs_compilation *at, const gpusim_record *record,
                                 gpusim_error *err)
{
    const gs_yaml *yaml = &at->spec->yaml;
    uint32_t steps = GS_TREE_STEPS;
    uint32_t root = gs_yaml_resolve(yaml, gs_yaml_at(yaml, at->spec->document)->first);
    uint32_t slot = gs_tree_find(yaml, root, "scheduler", strlen("scheduler"), &steps);
    uint32_t map = slot ? gs_yaml_resolve(yaml, gs_yaml_at(yaml, slot)->first) : 0;
    for (uint32_t i = 0; map && i < record->count; i++) {
        const char *name = record->fields[i].name;
        if (strcmp(name, "parameters") != 0 &&
            gs_tree_find(yaml, map, name, strlen(name), &steps) != 0) {
            char key[128];
            snprintf(key, sizeof key, "scheduler.%.100s", name);
            gpusim_status status =
                gs_compile_fail(at, err, key, "'%s' stands in the file of parameters", name);
            gpusim_error_hint(err, "a scheduler with `parameters:` takes all others from there");
            return status;
        }
    }
    return GPUSIM_OK;
}

// files what is wrong with a file; what went wrong otherwise is handed on
static gpusim_status note_problems(const gs_compilation *at, const gpusim_spec *file,
                                   gpusim_status status, gpusim_error *err)
{
    uint32_t count = 0;
    const gpusim_error *found = file ? gpusim_spec_problems(file, &count) : NULL;
    for (uint32_t i = 0; i < count; i++) {
        gs_problems_add(at->problems, 2, &found[i]);
    }
    if (count > 0) {
        *err = (gpusim_error){0};
        return GPUSIM_OK;
    }
    if (status == GPUSIM_IO) {
        gs_spec_locate(at->spec, "scheduler.parameters", err);
    }
    return status;
}

// *value is what the file says, *file the file, to look for places in it; NULL where it is wrong
static gpusim_status read_file(const gs_compilation *at, const gpusim_record *record,
                               const char *path, void **value, gpusim_spec **file,
                               gpusim_error *err)
{
    gpusim_status status;
    char *full = NULL;
    size_t length = 0;
    *value = gs_arena_get(&at->model->arena, record->size);
    if (!*value) {
        return gpusim_fail(err, GPUSIM_MEMORY, "no memory for parameters");
    }
    memset(*value, 0, record->size);
    GPUSIM_TRY(check_alone(at, record, err));
    GPUSIM_TRY(gs_input_path(at, path, &full, err));
    status = gs_spec_load_as(record, full, file, err);
    if (status != GPUSIM_OK) {
        status = note_problems(at, *file, status, err);
        gpusim_spec_destroy(*file);
        *file = NULL;
        goto cleanup;
    }
    GPUSIM_TRY(gs_spec_bind(*file, &at->model->arena, *value, err));
    gs_hasher_text(at->inputs, gpusim_spec_text(*file, &length));
cleanup:
    gs_release(&full);
    return status;
}

static const char *file_of(const gpusim_record *record, const void *value)
{
    const gpusim_field *field = gpusim_record_find(record, "parameters");
    const char *path = NULL;
    if (field && field->type == GPUSIM_STRING) {
        memcpy(&path, (const char *)value + field->offset, sizeof path);
    }
    return path;
}

// ---- what the module itself says of its parameters ----

static uint32_t find_node(void *core, const char *name)
{
    return gs_model_find_node(core, name);
}

static const char *text_of(void *core, uint32_t name)
{
    return gs_names_text(((const gpusim_model *)core)->names, name);
}

typedef gpusim_status (*check_fn)(const gpusim_view *view, const void *parameters,
                                  gpusim_error *err);

// `place`: where the parameters stand in the scenario; of a file they are all there is.
static gpusim_status check_module(const gs_compilation *at, const gs_chosen_module *chosen,
                                  check_fn check, const char *place, const gpusim_spec *file,
                                  gpusim_error *err)
{
    gpusim_model *model = at->model;
    if (chosen->module->abi_minor < 2 || !check || at->problems->count > 0) {
        return GPUSIM_OK;
    }
    gs_view_host host = {.core = model, .find_node = find_node, .name = text_of};
    gpusim_view view = {.size = sizeof view,
                        .node_count = model->cluster.node_count,
                        .group_count = model->cluster.group_count,
                        .groups = model->cluster.groups,
                        .host = &host};
    gpusim_status status = check(&view, chosen->parameters, err);
    if (status == GPUSIM_SCENARIO && err) {
        char key[sizeof err->key];
        snprintf(key, sizeof key, "%s%.100s", file ? "" : place, err->key);
        gs_spec_locate(file ? file : at->spec, key, err);
    }
    return status;
}

static gpusim_status check_order(const gs_compilation *at, gpusim_error *err)
{
    const gs_chosen_module *chosen = &at->model->setup.order;
    const gpusim_order *order = chosen->module->operations;
    char place[64];
    snprintf(place, sizeof place, "scheduler.%.40s.", chosen->module->name);
    return check_module(at, chosen, chosen->parameters ? order->check : NULL, place, NULL, err);
}

static gpusim_status compile_module(const gs_compilation *at, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gs_chosen_module *chosen = &at->model->setup.scheduler;
    const gpusim_record *record = chosen->module->parameters;
    gpusim_spec *file = NULL;
    const char *path = file_of(record, chosen->parameters);
    if (path) {
        void *value = NULL;
        GPUSIM_TRY(read_file(at, record, path, &value, &file, err));
        if (!file) {
            return GPUSIM_OK; // its problems are filed
        }
        if (file_of(record, value)) {
            status = gpusim_fail(err, GPUSIM_SCENARIO, "a file of parameters names no other");
            gs_spec_locate(file, "parameters", err);
            goto cleanup;
        }
        chosen->parameters = value;
    }
    GPUSIM_TRY(check_module(at, chosen,
                            ((const gpusim_scheduler *)chosen->module->operations)->check,
                            "scheduler.", file, err));
cleanup:
    gpusim_spec_destroy(file);
    return status;
}

gpusim_status gs_compile_scheduler(const gs_compilation *at, gpusim_error *err)
{
    gpusim_status status = gs_setup_make(&at->scenario->scheduler, &at->model->setup, err);
    const gs_setup *setup = &at->model->setup;
    if (status == GPUSIM_SCENARIO && err) {
        char key[sizeof err->key];
        snprintf(key, sizeof key, "%s", err->key[0] ? err->key : "scheduler");
        gs_spec_locate(at->spec, key, err);
    }
    if (status == GPUSIM_OK && setup->scheduler.module) {
        return compile_module(at, err);
    }
    if (status == GPUSIM_OK && setup->order.module) {
        status = check_order(at, err);
    }
    if (status == GPUSIM_OK && setup->order.module &&
        (setup->order.module->flags & GPUSIM_MODULE_PREEMPTS) &&
        setup->preemption == GS_PREEMPTION_NONE) {
        return gs_model_warn(at->model, err,
                             "order '%s' is made for `preemption: repack`; without it nobody who "
                             "runs is stopped for another",
                             setup->order.module->name);
    }
    return status;
}
