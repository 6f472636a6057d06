/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The GPU models that jobs ask for by name ("A|B"), as bits. */
#include <string.h>

#include "core/model.h"
#include "policy/share.h"

// the kind of GPU with this name, as a bit
static uint64_t bit_of(const gpusim_model *model, const char *name, size_t length)
{
    const gs_cluster *cluster = &model->cluster;
    for (uint32_t g = 0; g < cluster->group_count; g++) {
        const char *gpu = gs_names_text(model->names, cluster->group_gpu[g]);
        if (strlen(gpu) == length && memcmp(gpu, name, length) == 0 &&
            cluster->groups[g].gpus > 0) {
            uint32_t kind = cluster->groups[g].gpu_model;
            return kind < GS_MODEL_KINDS ? UINT64_C(1) << kind : GS_MODEL_UNKNOWN;
        }
    }
    return GS_MODEL_UNKNOWN;
}

uint64_t gs_model_bits_of_models(const gpusim_model *model, const char *text)
{
    uint64_t bits = 0;
    while (*text) {
        size_t length = strcspn(text, "|");
        bits |= length ? bit_of(model, text, length) : 0;
        text += length + (text[length] == '|');
    }
    return bits;
}

static gpusim_status look_up(gpusim_model *model, uint32_t name, gpusim_error *err)
{
    if (name == 0) {
        return GPUSIM_OK;
    }
    if (!model->models_by_name) {
        model->models_known = gs_names_count(model->names);
        model->models_by_name =
            gs_arena_get(&model->arena, model->models_known * sizeof *model->models_by_name);
        if (!model->models_by_name) {
            return gpusim_fail(err, GPUSIM_MEMORY, "no memory to look up GPU models");
        }
    }
    uint64_t *bits = &model->models_by_name[name];
    if (*bits == 0) {
        *bits = gs_model_bits_of_models(model, gs_names_text(model->names, name));
    }
    return GPUSIM_OK;
}

gpusim_status gs_model_index_models(gpusim_model *model, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    const gs_workload *workload = &model->workload;
    for (uint32_t i = 0; i < workload->jobs.count; i++) {
        GPUSIM_TRY(look_up(model, GS_AT(workload->jobs, gs_job, i).models, err));
    }
    for (uint32_t i = 0; i < workload->synthetic_count; i++) {
        GPUSIM_TRY(look_up(model, gs_synthetic_models(workload->synthetic[i]), err));
    }
cleanup:
    return status;
}

uint64_t gs_model_find_models(const gpusim_model *model, const gs_job *job)
{
    uint64_t asked = job->models != 0 && job->models < model->models_known
                         ? model->models_by_name[job->models]
                         : 0;
    if (job->gpus == 0) {
        return 0;
    }
    uint32_t row = job->kind < model->kinds_known ? model->kind_row[job->kind] : GPUSIM_NONE;
    uint64_t runs = row != GPUSIM_NONE ? GS_AT(model->kind_models, uint64_t, row) : 0;
    if (asked == 0 || runs == 0) {
        return asked | runs;
    }
    return asked & runs ? asked & runs : GS_MODEL_UNKNOWN;
}
