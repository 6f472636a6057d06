/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The workload that fragmentation is measured against. */
#include "scenario/compile.h"
#include "scenario/files.h"
#include "workload/nodes.h"

static gpusim_status read_file(const gs_compilation *at, const char *path, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gpusim_model *model = at->model;
    char *full = NULL;
    gs_lines *lines = NULL;
    gs_array kinds = GS_ARRAY(gs_listed_kind);
    GPUSIM_TRY(gs_open_input(at, "fragmentation.path", path, &full, &lines, err));
    GPUSIM_TRY(gs_kinds_read(lines, model->names, &kinds, err));
    model->demands = gs_arena_get(&model->arena, kinds.count * sizeof *model->demands);
    if (!model->demands) {
        status = gpusim_fail(err, GPUSIM_MEMORY, "no memory for %u kinds of jobs", kinds.count);
        goto cleanup;
    }
    for (uint32_t i = 0; i < kinds.count; i++) {
        const gs_listed_kind *kind = &GS_AT(kinds, gs_listed_kind, i);
        model->demands[i] = (gpusim_demand){
            .share = kind->share,
            .gpu_models = gs_model_bits_of_models(model, gs_names_text(model->names, kind->models)),
            .cpus = kind->cpus,
            .gpus = kind->gpus,
            .milli = kind->milli,
        };
    }
    model->demand_count = kinds.count;
cleanup:
    gs_array_release(&kinds);
    gs_lines_close(lines);
    gs_release(&full);
    return status;
}

gpusim_status gs_compile_target(const gs_compilation *at, gpusim_error *err)
{
    const gs_fragmentation_fields *written = &at->scenario->fragmentation;
    gpusim_model *model = at->model;
    int has_path = written->path != NULL, has_jobs = written->jobs != UINT32_MAX;
    if (!written->present) {
        return GPUSIM_OK;
    }
    model->fragmentation = 1;
    model->target = (uint32_t)written->target;
    if (has_path != (model->target == GS_TARGET_FILE)) {
        return gs_compile_fail(at, err, has_path ? "fragmentation.path" : "fragmentation.target",
                               "`path:` is of `target: file`, which needs it");
    }
    if (has_jobs != (model->target == GS_TARGET_WINDOW)) {
        return gs_compile_fail(at, err, has_jobs ? "fragmentation.jobs" : "fragmentation.target",
                               "`jobs:` is of `target: window`, which needs it");
    }
    model->target_window = has_jobs ? written->jobs : 0;
    return has_path ? read_file(at, written->path, err) : GPUSIM_OK;
}
