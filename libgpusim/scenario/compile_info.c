/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a model says of itself: texts, counts, names, and the hash of all that can change results.
 */
#include <string.h>

#include "base/hash.h"
#include "cluster/gpu.h"
#include "scenario/compile.h"
#include "scenario/spec.h"

static gpusim_status copy_text(gpusim_model *model, const char *text, size_t length,
                               const char **copy, gpusim_error *err)
{
    *copy = text ? gs_arena_text(&model->arena, text, length) : NULL;
    return text && !*copy ? gpusim_fail(err, GPUSIM_MEMORY, "no memory for the scenario's text")
                          : GPUSIM_OK;
}

// the scenario without what cannot change results, spelled out in full
static gpusim_status add_scenario(const gs_compilation *at, gs_hasher *hasher, gpusim_error *err)
{
    gs_scenario bare = *at->written;
    char *text = NULL;
    size_t length = 0;
    bare.name = "";
    bare.seed = 0;
    bare.trace.path = NULL;
    gpusim_status status = gs_effective_write(&gs_scenario_record, &bare, &text, &length, err);
    if (status == GPUSIM_OK) {
        gs_hasher_text(hasher, text);
    }
    gs_release(&text);
    return status;
}

static gpusim_status copy_effective(const gs_compilation *at, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    char *text = NULL;
    size_t length = 0;
    GPUSIM_TRY(gs_effective_write(&gs_scenario_record, at->written, &text, &length, err));
    GPUSIM_TRY(copy_text(at->model, text, length, &at->model->info.effective, err));
cleanup:
    gs_release(&text);
    return status;
}

// what the GPUs of each group are, whichever catalogue said so
static gpusim_status add_gpus(const gs_compilation *at, gs_hasher *hasher, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    for (uint32_t g = 0; g < at->model->cluster.group_count && status == GPUSIM_OK; g++) {
        const gpusim_gpu_model *gpu = &at->model->hardware.groups[g].gpu;
        char *text = NULL;
        size_t length = 0;
        status = gs_effective_write(&gs_gpu_override_record, gpu, &text, &length, err);
        if (status == GPUSIM_OK) {
            gs_hasher_text(hasher, text);
        }
        gs_release(&text);
    }
    return status;
}

static void add_module(const gpusim_module *module, gs_hasher *hasher)
{
    if (module) {
        gs_hasher_text(hasher, module->name);
        gs_hasher_text(hasher, module->version);
    }
}

static gpusim_status make_hash(const gs_compilation *at, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gpusim_model *model = at->model;
    gs_hasher *hasher = NULL;
    GPUSIM_TRY(gs_hasher_create(&hasher, err));
    GPUSIM_TRY(add_scenario(at, hasher, err));
    GPUSIM_TRY(add_gpus(at, hasher, err));
    gs_hasher_text(hasher, model->workload.input_hash);
    char inputs[33];
    gs_hasher_hex(at->inputs, inputs);
    gs_hasher_text(hasher, inputs);
    add_module(model->setup.order.module, hasher);
    add_module(model->setup.placement.module, hasher);
    add_module(model->setup.scheduler.module, hasher);
    for (uint32_t i = 0; i < model->detectors.count; i++) {
        add_module(GS_AT(model->detectors, gs_detector, i).module, hasher);
    }
    gs_hasher_hex(hasher, model->info.hash);
cleanup:
    gs_hasher_destroy(hasher);
    return status;
}

// names of whoever acts, and the reasons that decisions give
static gpusim_status add_names(gpusim_model *model, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    struct {
        const char *text;
        uint32_t *number;
    } actors[] = {
        {"scenario", &model->name_scenario},
        {"scheduler", &model->name_scheduler},
        {"api", &model->name_api},
        {"replay", &model->name_replay},
    };
    for (size_t i = 0; i < sizeof actors / sizeof actors[0]; i++) {
        GPUSIM_TRY(gs_names_add(model->names, actors[i].text, strlen(actors[i].text),
                                actors[i].number, err));
    }
    for (size_t i = 0; i < GS_REASON_COUNT; i++) {
        uint32_t number = 0;
        GPUSIM_TRY(gs_names_add(model->names, gs_reasons[i], strlen(gs_reasons[i]), &number, err));
    }
    const gpusim_module *module = model->setup.scheduler.module;
    int has_reasons = module && module->size > offsetof(gpusim_module, reasons);
    for (uint32_t i = 0; has_reasons && module->reasons && module->reasons[i]; i++) {
        const char *reason = module->reasons[i];
        uint32_t number = 0;
        GPUSIM_TRY(gs_names_add(model->names, reason, strlen(reason), &number, err));
    }
cleanup:
    return status;
}

gpusim_status gs_compile_info(const gs_compilation *at, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gpusim_model *model = at->model;
    gpusim_model_info *info = &model->info;
    const gs_scenario *scenario = at->scenario;
    size_t length = 0;
    const char *text = gpusim_spec_text(at->spec, &length);
    const char *file = gs_spec_file(at->spec);
    GPUSIM_TRY(copy_text(model, text, length, &info->text, err));
    GPUSIM_TRY(copy_text(model, file, strlen(file), &info->file, err));
    GPUSIM_TRY(copy_effective(at, err));
    GPUSIM_TRY(add_names(model, err));
    GPUSIM_TRY(make_hash(at, err));
    info->size = sizeof *info;
    info->nodes = model->cluster.node_count;
    info->gpus = model->cluster.gpu_count;
    info->racks = model->cluster.rack_count;
    info->groups = model->cluster.group_count;
    info->vcs = model->vcs.count;
    info->names = gs_names_count(model->names);
    info->warnings = model->warnings.count;
    info->jobs = model->workload.jobs.count;
    info->resampled = model->resample != 0;
    info->cohort_from = model->measure.from;
    info->cohort_to = model->measure.to;
    info->cohort_first = model->measure.first;
    info->cohort_last = model->measure.last;
    info->generators = model->workload.synthetic_count;
    info->bad_lines = model->workload.bad_lines;
    info->seed = scenario->seed;
    info->name = scenario->name;
    info->scheduler = model->replay ? "recorded starts" : model->setup.text;
    info->trace_path = scenario->trace.path;
cleanup:
    return status;
}
