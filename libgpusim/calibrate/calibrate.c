/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Calibration: options, the base, and one call that reads, fits and writes. */
#include <gpusim/calibrate.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/gsl.h"
#include "calibrate/fitted.h"

void gpusim_calibrate_options_init(gpusim_calibrate_options *options, uint32_t size)
{
    const gpusim_calibrate_options defaults = {
        .size = size,
        .starts = 16,
        .splits = 3,
        .gpu = -1,
        .seed = 1,
        .level = 0.95,
        .inlet = (double)NAN,
    };
    memset(options, 0, size);
    memcpy(options, &defaults, size < sizeof defaults ? size : sizeof defaults);
}

static gpusim_status check_options(const gpusim_calibrate_options *options, gpusim_error *err)
{
    if (!(options->level > 0 && options->level < 1)) {
        return gpusim_fail(err, GPUSIM_ARGUMENT, "the level of intervals has to be within 0 and 1");
    }
    if (options->starts == 0 || options->starts > 10000 || options->splits > 10000) {
        return gpusim_fail(err, GPUSIM_ARGUMENT,
                           "1 to 10000 starts and at most 10000 splits are possible");
    }
    if (!isnan(options->inlet) && !(options->inlet > -100 && options->inlet < 200)) {
        return gpusim_fail(err, GPUSIM_ARGUMENT, "no inlet is that warm");
    }
    return GPUSIM_OK;
}

// the file's name without folders and endings
static const char *name_from(const char *path, gs_arena *arena)
{
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    size_t length = strcspn(name + (name[0] == '.'), ".") + (name[0] == '.');
    return gs_arena_text(arena, name, length);
}

static gpusim_status take_options(gpusim_calibration *calibration, const char *path,
                                  const gpusim_calibrate_options *options, gpusim_error *err)
{
    gpusim_status status;
    gpusim_calibrate_options_default(&calibration->options);
    if (options) {
        size_t size = sizeof calibration->options;
        memcpy(&calibration->options, options, options->size < size ? options->size : size);
    }
    GPUSIM_TRY(check_options(&calibration->options, err));
    const char *name = calibration->options.name;
    calibration->path = gs_arena_text(&calibration->arena, path, strlen(path));
    calibration->info.name = name ? gs_arena_text(&calibration->arena, name, strlen(name))
                                  : name_from(path, &calibration->arena);
    if (!calibration->path || !calibration->info.name) {
        return gpusim_fail(err, GPUSIM_MEMORY, "no memory for a calibration");
    }
cleanup:
    return status;
}

static gpusim_status fail_name(const char *word, const char *const *names, uint32_t count,
                               gpusim_error *err)
{
    char hint[200];
    gpusim_suggest(word, names, count, hint, sizeof hint);
    gpusim_fail(err, GPUSIM_SCENARIO, "no GPU model is called '%.100s'", word);
    gpusim_error_hint(err, "%s", hint[0] ? hint : "`gpusim list gpus` shows the names");
    return GPUSIM_SCENARIO;
}

static gpusim_status find_base(gpusim_calibration *calibration, gpusim_error *err)
{
    gpusim_status status;
    const char *name = calibration->options.base;
    if (!name) {
        return GPUSIM_OK;
    }
    uint32_t count;
    GPUSIM_TRY(
        gpusim_catalogue_load(calibration->options.base_in, &calibration->base_catalogue, err));
    const gpusim_gpu_model *models = gpusim_catalogue_models(calibration->base_catalogue, &count);
    const char **names = gs_arena_get(&calibration->arena, count * sizeof *names + 1);
    if (!names) {
        return gpusim_fail(err, GPUSIM_MEMORY, "no memory for the names of GPU models");
    }
    for (uint32_t i = 0; i < count; i++) {
        names[i] = models[i].name;
        if (strcmp(models[i].name, name) == 0) {
            calibration->base = &models[i];
            return GPUSIM_OK;
        }
    }
    status = fail_name(name, names, count, err);
cleanup:
    return status;
}

gpusim_calibration_parameter *gs_fitted_add(gpusim_calibration *calibration,
                                            const gs_parameter *parameter, double x, double error)
{
    gpusim_calibration_parameter *to = &calibration->parameters[calibration->parameter_count++];
    *to = (gpusim_calibration_parameter){
        .key = parameter->key,
        .doc = parameter->doc,
        .unit = parameter->unit,
        .value = gs_parameter_value(parameter, x),
        .standard_error = error * gs_parameter_slope(parameter, x),
        .low = (double)NAN,
        .high = (double)NAN,
    };
    return to;
}

gpusim_status gpusim_calibrate(const char *path, const gpusim_calibrate_options *options,
                               gpusim_calibration **result, gpusim_error *err)
{
    gpusim_status status;
    gpusim_calibration *calibration = NULL;
    gs_lines *lines;
    if (!path || !result) {
        return gpusim_fail(err, GPUSIM_ARGUMENT, "a path and a place for the result are needed");
    }
    *result = NULL;
    gs_gsl_prepare();
    GPUSIM_TRY(gs_allocate(&calibration, 1, sizeof *calibration, err));
    GPUSIM_TRY(take_options(calibration, path, options, err));
    GPUSIM_TRY(find_base(calibration, err));
    GPUSIM_TRY(gs_lines_open(calibration->path, NULL, &lines, err));
    GPUSIM_TRY(gs_measured_read(lines, calibration->options.gpu, &calibration->arena,
                                &calibration->measured, err));
    gpusim_calibration_info *info = &calibration->info;
    info->size = sizeof *info;
    info->kind = calibration->measured.kind;
    info->level = calibration->options.level;
    info->base = calibration->base ? calibration->base->name : "";
    GPUSIM_TRY(info->kind == GPUSIM_CALIBRATION_CAPS ? gs_fitted_caps(calibration, err)
                                                     : gs_fitted_heat(calibration, err));
    GPUSIM_TRY(gs_fitted_write(calibration, err));
    *result = calibration;
    calibration = NULL;
cleanup:
    gpusim_calibration_destroy(calibration);
    return status;
}

void gpusim_calibration_destroy(gpusim_calibration *calibration)
{
    if (!calibration) {
        return;
    }
    gpusim_catalogue_destroy(calibration->base_catalogue);
    gs_caps_fit_release(&calibration->caps);
    gs_heat_fit_release(&calibration->heat);
    gs_heat_fit_release(&calibration->memory);
    for (uint32_t i = 0; i < GS_FITTED_FILES; i++) {
        gs_text_release(&calibration->files[i]);
    }
    gs_arena_release(&calibration->arena);
    gs_release(&calibration);
}

/* ---- what it tells ---- */

const gpusim_calibration_info *gpusim_calibration_get_info(const gpusim_calibration *calibration)
{
    return &calibration->info;
}

const gpusim_calibration_parameter *
gpusim_calibration_parameters(const gpusim_calibration *calibration, uint32_t *count)
{
    *count = calibration->parameter_count;
    return calibration->parameters;
}

const gpusim_calibration_cap *gpusim_calibration_caps(const gpusim_calibration *calibration,
                                                      uint32_t *count)
{
    *count = calibration->measured.caps.caps;
    return calibration->cap_rows;
}

const gpusim_calibration_workload *
gpusim_calibration_workloads(const gpusim_calibration *calibration, uint32_t *count)
{
    *count = calibration->caps.count;
    return calibration->workloads;
}

const char *gpusim_calibration_text(const gpusim_calibration *calibration,
                                    gpusim_calibration_file file, size_t *length)
{
    const gs_text *text = &calibration->files[file];
    *length = text->bytes.count - 1; // without the zero at its end
    return text->bytes.data;
}
