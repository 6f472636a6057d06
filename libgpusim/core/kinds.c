/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How long jobs of a kind run on nodes of a group, over their duration: a row of groups a kind. */
#include <math.h>

#include "core/model.h"

// room for kinds up to this name
static gpusim_status know(gpusim_model *model, uint32_t kind, gpusim_error *err)
{
    if (kind < model->kinds_known) {
        return GPUSIM_OK;
    }
    uint32_t count = kind + 1 > 2 * model->kinds_known ? kind + 1 : 2 * model->kinds_known;
    uint32_t *rows = gs_arena_get(&model->arena, count * sizeof *rows);
    if (!rows) {
        return gpusim_fail(err, GPUSIM_MEMORY, "no memory for %u kinds of jobs", count);
    }
    for (uint32_t i = 0; i < count; i++) {
        rows[i] = i < model->kinds_known ? model->kind_row[i] : GPUSIM_NONE;
    }
    model->kind_row = rows;
    model->kinds_known = count;
    return GPUSIM_OK;
}

gpusim_status gs_model_kind_row(gpusim_model *model, uint32_t kind, uint32_t *row,
                                gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    const double one = 1;
    const uint64_t any = 0;
    GPUSIM_TRY(know(model, kind, err));
    *row = model->kind_row[kind];
    if (*row != GPUSIM_NONE) {
        return GPUSIM_OK;
    }
    *row = model->kind_models.count;
    for (uint32_t g = 0; g < model->cluster.group_count; g++) {
        GPUSIM_TRY(gs_array_push(&model->run_times, &one, err));
    }
    GPUSIM_TRY(gs_array_push(&model->kind_models, &any, err));
    model->kind_row[kind] = *row;
cleanup:
    return status;
}

static const double *row_of(const gpusim_model *model, uint32_t kind)
{
    uint32_t row = kind < model->kinds_known ? model->kind_row[kind] : GPUSIM_NONE;
    return row == GPUSIM_NONE
               ? NULL
               : (const double *)model->run_times.data + (size_t)row * model->cluster.group_count;
}

double gs_model_run_time(const gpusim_model *model, uint32_t group, uint32_t kind)
{
    const double *row = row_of(model, kind);
    return row && group < model->cluster.group_count ? row[group] : 1;
}

double gs_model_least_run_time(const gpusim_model *model, uint32_t kind)
{
    const double *row = row_of(model, kind);
    double least = row ? row[0] : 1;
    for (uint32_t g = 1; row && g < model->cluster.group_count; g++) {
        least = fmin(least, row[g]);
    }
    return least;
}
