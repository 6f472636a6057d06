/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Spec to model: binds the scenario, reads its logs and lays out what a run needs. */
#include "scenario/compile.h"

#include <stdarg.h>
#include <stdio.h>

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

// at the key that a room named as the culprit, or else at the room's own
static void locate(const gs_compilation *at, const char *room, gpusim_error *err)
{
    char key[sizeof err->key];
    snprintf(key, sizeof key, "%s", err->key[0] ? err->key : room);
    gs_spec_locate(at->spec, key, err);
}

static gpusim_status compile_workload(const gs_compilation *at, gpusim_error *err)
{
    gs_workload_context context = {
        .folder = gs_spec_folder(at->spec),
        .names = at->model->names,
        .arena = &at->model->arena,
        .gpus = at->model->cluster.gpu_count,
    };
    gpusim_status status =
        gs_workload_build(&at->scenario->workload, &context, &at->model->workload, err);

    // an error that names no file is about the scenario's own words
    if ((status == GPUSIM_SCENARIO || status == GPUSIM_IO) && err && !err->file[0]) {
        locate(at, "workload", err);
    }
    return status;
}

static gpusim_status compile_scheduler(const gs_compilation *at, gpusim_error *err)
{
    gpusim_status status = gs_setup_make(&at->scenario->scheduler, &at->model->setup, err);
    if (status == GPUSIM_SCENARIO && err) {
        locate(at, "scheduler", err);
    }
    return status;
}

gpusim_status gpusim_model_compile(const gpusim_spec *spec, gpusim_model **compiled,
                                   gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gpusim_model *model = NULL;
    gs_scenario scenario = {0};
    gs_compilation at = {.spec = spec, .scenario = &scenario};
    uint32_t problems = 0;
    const gpusim_error *problem = gpusim_spec_problems(spec, &problems);
    *compiled = NULL;
    if (problems > 0) {
        if (err) {
            *err = problem[0];
        }
        return GPUSIM_SCENARIO;
    }

    // the scenario's structs live in the model's arena: the setup points at module parameters
    GPUSIM_TRY(gs_model_create(&model, err));
    at.model = model;
    GPUSIM_TRY(gs_spec_bind(spec, &model->arena, &scenario, err));
    GPUSIM_TRY(gs_compile_cluster(&at, err));
    GPUSIM_TRY(compile_workload(&at, err));
    GPUSIM_TRY(compile_scheduler(&at, err));
    GPUSIM_TRY(gs_compile_run(&at, err));
    GPUSIM_TRY(gs_compile_load(&at, err));
    GPUSIM_TRY(gs_model_index_dependents(model, err));
    GPUSIM_TRY(gs_compile_info(&at, err));
    *compiled = model;
    return GPUSIM_OK;
cleanup:
    gpusim_model_destroy(model);
    return status;
}
