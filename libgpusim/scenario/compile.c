/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Spec to model: binds the scenario, reads its logs and lays out what a run needs. */
#include "scenario/compile.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

gpusim_status gs_compile_fail(const gs_compilation *at, gpusim_error *err, const char *key,
                              const char *format, ...)
{
    char message[sizeof err->message];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    gpusim_status status = gpusim_fail(err, GPUSIM_SCENARIO, "%s", message);
    if (err) {
        gs_spec_locate(at->spec, key, err);
    }
    return status;
}

gpusim_status gs_compile_fail_at(const gs_compilation *at, gpusim_error *err, const char *list,
                                 uint32_t number, const char *inner, const char *format, ...)
{
    char key[sizeof err->key], message[sizeof err->message];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    snprintf(key, sizeof key, "%s[%u]%s%s", list, number, inner[0] ? "." : "", inner);
    return gs_compile_fail(at, err, key, "%s", message);
}

// at the key that a room named as the culprit, or else at the room's own
static void locate(const gs_compilation *at, const char *room, gpusim_error *err)
{
    char key[sizeof err->key];
    snprintf(key, sizeof key, "%s", err->key[0] ? err->key : room);
    gs_spec_locate(at->spec, key, err);
}

// one problem, under the text it is in: the file, then edits, then logs
static void file_problem(const gs_compilation *at, const gpusim_error *err)
{
    const char *file = gs_spec_file(at->spec);
    uint32_t source = file && strcmp(err->file, file) == 0 ? 0 : err->key[0] ? 1 : 2;
    gs_problems_add(at->problems, source, err);
}

gpusim_status gs_compile_note(const gs_compilation *at, gpusim_status status, gpusim_error *err)
{
    if (status != GPUSIM_SCENARIO && status != GPUSIM_WORKLOAD && status != GPUSIM_IO) {
        return status;
    }
    file_problem(at, err);
    *err = (gpusim_error){0};
    return GPUSIM_OK;
}

// what is wrong with a source of jobs; an error that names no file is about the scenario's words
static void report_source(void *context, const gpusim_error *err)
{
    const gs_compilation *at = context;
    gpusim_error placed = *err;
    if (!placed.file[0]) {
        locate(at, "workload", &placed);
    }
    file_problem(at, &placed);
}

static gpusim_status compile_workload(const gs_compilation *at, gpusim_error *err)
{
    gs_workload_context context = {
        .folder = gs_spec_folder(at->spec),
        .names = at->model->names,
        .arena = &at->model->arena,
        .gpus = at->problems->count ? 1 : at->model->cluster.gpu_count, // 1: some cluster, any
        .report = report_source,
        .report_context = (void *)(uintptr_t)at,
    };
    uint32_t before = at->problems->count + at->problems->dropped;
    gpusim_status status =
        gs_workload_build(&at->scenario->workload, &context, &at->model->workload, err);
    return at->problems->count + at->problems->dropped > before ? GPUSIM_OK : status;
}

// all steps, as far as one error does not hide another
static gpusim_status compile(const gs_compilation *at, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    GPUSIM_TRY(gs_compile_cluster(at, err));
    if (at->problems->count == 0) {
        GPUSIM_TRY(gs_compile_hardware(at, err));
        GPUSIM_TRY(gs_compile_facility(at, err));
    }
    if (at->problems->count == 0) {
        GPUSIM_TRY(gs_check_hardware(at, err));
    }
    GPUSIM_TRY(compile_workload(at, err));
    GPUSIM_TRY(gs_compile_note(at, gs_compile_scheduler(at, err), err));
    GPUSIM_TRY(gs_compile_run(at, err));
    if (at->problems->count > 0) {
        return GPUSIM_OK;
    }
    GPUSIM_TRY(gs_model_share(at->model, err));
    GPUSIM_TRY(gs_model_index_models(at->model, err));
    GPUSIM_TRY(gs_model_index_selectors(at->model, err));
    GPUSIM_TRY(gs_compile_note(at, gs_compile_target(at, err), err));
    GPUSIM_TRY(gs_compile_note(at, gs_compile_load(at, err), err));
    GPUSIM_TRY(gs_compile_names(at, err));
    GPUSIM_TRY(gs_model_index_dependents(at->model, err));
    GPUSIM_TRY(gs_compile_info(at, err));
cleanup:
    return status;
}

// the model; or what is wrong, in order; or what went wrong, in *err
static gpusim_status make_model(const gpusim_spec *spec, gpusim_model **compiled,
                                gs_problems *problems, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gpusim_model *model = NULL;
    gs_scenario scenario = {0};
    gs_scenario written = {0};
    gs_compilation at = {
        .spec = spec, .scenario = &scenario, .written = &written, .problems = problems};
    uint32_t count = 0;
    const gpusim_error *problem = gpusim_spec_problems(spec, &count);
    for (uint32_t i = 0; i < count; i++) {
        gs_problems_add(problems, i, &problem[i]);
    }
    if (count > 0) {
        return GPUSIM_OK;
    }

    // the scenario's structs live in the model's arena: the setup points at module parameters
    GPUSIM_TRY(gs_model_create(&model, err));
    at.model = model;
    GPUSIM_TRY(gs_hasher_create(&at.inputs, err));
    GPUSIM_TRY(gs_spec_bind(spec, &model->arena, &written, err));
    scenario = written;
    GPUSIM_TRY(gs_compile_node_files(&at, &scenario.cluster.nodes, err));
    if (problems->count > 0) {
        goto cleanup; // without its nodes there is no cluster
    }
    gs_compile_sizes(&scenario);
    uint32_t groups = scenario.cluster.nodes.count;
    at.gpus = gs_arena_get(&model->arena, groups * sizeof *at.gpus);
    if (!at.gpus) {
        status = gpusim_fail(err, GPUSIM_MEMORY, "no memory for %u groups", groups);
        goto cleanup;
    }
    GPUSIM_TRY(compile(&at, err));
    if (problems->count == 0) {
        *compiled = model;
        model = NULL;
    }
cleanup:
    gs_hasher_destroy(at.inputs);
    gpusim_model_destroy(model);
    return status;
}

gpusim_status gpusim_model_compile_all(const gpusim_spec *spec, gpusim_model **compiled,
                                       gpusim_error *errors, uint32_t room, uint32_t *count)
{
    gpusim_error err = {0};
    gs_problems *problems = NULL;
    *compiled = NULL;
    *count = 0;
    gpusim_status status = gs_allocate(&problems, 1, sizeof *problems, &err);
    if (status == GPUSIM_OK) {
        status = make_model(spec, compiled, problems, &err);
    }
    if (status != GPUSIM_OK && room > 0) {
        errors[(*count)++] = err;
    }
    for (uint32_t i = 0; status == GPUSIM_OK && i < problems->count && i < room; i++) {
        errors[(*count)++] = problems->items[i];
    }
    if (status == GPUSIM_OK && problems->count > 0) {
        status = (gpusim_status)problems->items[0].status;
    }
    gs_release(&problems);
    return status;
}

gpusim_status gpusim_model_compile(const gpusim_spec *spec, gpusim_model **compiled,
                                   gpusim_error *err)
{
    uint32_t count;
    return gpusim_model_compile_all(spec, compiled, err, err ? 1 : 0, &count);
}
