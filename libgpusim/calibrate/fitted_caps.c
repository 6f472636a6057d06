/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From a fit of runs under power caps to what a calibration tells. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "calibrate/fitted.h"

// A configuration says what intensity 1 is when its dynamic power is known to this share of it and
// did not run into the end of its range.
#define KNOWN 0.2
#define FAR   5.0

static gpusim_status fill_workload(gpusim_calibration *calibration, uint32_t i, double *dynamic,
                                   double *dynamic_error, gpusim_error *err)
{
    gpusim_status status;
    const gs_cap_table *table = &calibration->measured.caps;
    const gs_caps_fit *fit = &calibration->caps;
    gpusim_calibration_workload *to = &calibration->workloads[i];
    double errors[GS_CAPS_OWN], throughput[GS_CAPS_MAX], power[GS_CAPS_MAX];
    GPUSIM_TRY(gs_caps_own_errors(fit, i, errors, err));
    to->name = table->name[i];
    to->group = table->group_name[table->group[i]];
    to->memory_bound =
        gs_parameter_value(&gs_caps_own[GS_CAPS_MEMORY_BOUND], fit->own[i][GS_CAPS_MEMORY_BOUND]);
    to->host_bound =
        gs_parameter_value(&gs_caps_own[GS_CAPS_HOST_BOUND], fit->own[i][GS_CAPS_HOST_BOUND]);
    to->memory_bound_error = errors[GS_CAPS_MEMORY_BOUND];
    to->host_bound_error = errors[GS_CAPS_HOST_BOUND];
    to->power = table->top_power[i];
    *dynamic = gs_caps_dynamic(table, fit->own[i]);
    *dynamic_error = errors[GS_CAPS_DYNAMIC];

    gs_caps_curve(fit->whole, fit->own[i], table, i, throughput, power, NULL, NULL);
    double squares[2] = {0, 0};
    for (uint32_t k = 0; k < table->caps; k++) {
        size_t at = (size_t)i * table->caps + k;
        squares[0] +=
            (throughput[k] - table->throughput[at]) * (throughput[k] - table->throughput[at]);
        squares[1] += (power[k] - table->power[at]) * (power[k] - table->power[at]);
    }
    to->throughput_rms = sqrt(squares[0] / table->caps);
    to->power_rms = sqrt(squares[1] / table->caps);
cleanup:
    return status;
}

// Intensity 1 is the largest dynamic power that some configuration is known to have; those that
// would be above it hardly show theirs.
static gpusim_status fill_workloads(gpusim_calibration *calibration, double *dynamic_error,
                                    gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    uint32_t count = calibration->caps.count;
    double largest[2] = {0, 0}, errors[2] = {0, 0}; // known well, or at all
    double *dynamic = gs_arena_get(&calibration->arena, count * sizeof *dynamic);
    double *error = gs_arena_get(&calibration->arena, count * sizeof *error);
    if (!dynamic || !error) {
        return gpusim_fail(err, GPUSIM_MEMORY, "no memory for %u configurations", count);
    }
    for (uint32_t i = 0; i < count; i++) {
        GPUSIM_TRY(fill_workload(calibration, i, &dynamic[i], &error[i], err));
        double x = calibration->caps.own[i][GS_CAPS_DYNAMIC];
        int known = error[i] < KNOWN * dynamic[i] && x < FAR;
        for (int any = known ? 0 : 1; any < 2; any++) {
            if (dynamic[i] > largest[any]) {
                largest[any] = dynamic[i];
                errors[any] = error[i];
            }
        }
    }
    int any = largest[0] == 0;
    calibration->dynamic = largest[any];
    *dynamic_error = errors[any];
    for (uint32_t i = 0; i < count; i++) {
        gpusim_calibration_workload *to = &calibration->workloads[i];
        to->intensity = fmin(dynamic[i] / calibration->dynamic, 1);
        to->intensity_error = error[i] / calibration->dynamic;
        calibration->info.clipped += dynamic[i] > calibration->dynamic;
    }
cleanup:
    return status;
}

// the profile intervals; all anew when a better point is met, which must end some time
static gpusim_status fill_intervals(gpusim_calibration *calibration, double ends[GS_CAPS_WHOLE][2],
                                    uint8_t open[GS_CAPS_WHOLE][2], gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    for (uint32_t j = 0, moves = 0; j < GS_CAPS_WHOLE; j++) {
        int better;
        ends[j][0] = ends[j][1] = (double)NAN;
        GPUSIM_TRY(gs_caps_interval(&calibration->caps, j, calibration->options.level, ends[j],
                                    open[j], &better, err));
        if (better && moves++ < 8) {
            j = UINT32_MAX; // and on with 0
        }
    }
cleanup:
    return status;
}

static gpusim_status fill_parameters(gpusim_calibration *calibration, gpusim_error *err)
{
    static const gs_parameter dynamic = {"power.dynamic",
                                         "dynamic power at the highest clock and intensity 1",
                                         GPUSIM_UNIT_WATT,
                                         GS_SCALE_PLAIN,
                                         0,
                                         1e5};
    gpusim_status status = GPUSIM_OK;
    double ends[GS_CAPS_WHOLE][2], error = 0;
    uint8_t open[GS_CAPS_WHOLE][2] = {{0}};
    int wanted = !calibration->options.no_intervals;
    if (wanted) {
        GPUSIM_TRY(fill_intervals(calibration, ends, open, err));
    }
    const gs_caps_fit *fit = &calibration->caps;
    for (uint32_t j = 0; j < GS_CAPS_WHOLE; j++) {
        gpusim_calibration_parameter *to = gs_fitted_add(
            calibration, &gs_caps_parameters[j], fit->whole[j], sqrt(fit->covariance[j][j]));
        if (wanted) {
            to->low = ends[j][0];
            to->high = ends[j][1];
            to->open_low = open[j][0];
            to->open_high = open[j][1];
        }
    }
    GPUSIM_TRY(fill_workloads(calibration, &error, err));
    gs_fitted_add(calibration, &dynamic, calibration->dynamic, error);
cleanup:
    return status;
}

static double cap_of_least(const gpusim_calibration_cap *rows, uint32_t count, int model)
{
    uint32_t best = 0;
    for (uint32_t k = 1; k < count; k++) {
        double energy = model ? rows[k].energy_model : rows[k].energy;
        best = energy < (model ? rows[best].energy_model : rows[best].energy) ? k : best;
    }
    return rows[best].cap;
}

static gpusim_status fill_caps(gpusim_calibration *calibration, gpusim_error *err)
{
    gpusim_status status;
    const gs_cap_table *table = &calibration->measured.caps;
    double values[6][GS_CAPS_MAX];
    gs_caps_medians measured = {values[0], values[1], values[2]};
    gs_caps_medians model = {values[3], values[4], values[5]};
    GPUSIM_TRY(gs_caps_medians_measured(table, calibration->caps.chosen, calibration->caps.count,
                                        &measured, err));
    GPUSIM_TRY(gs_caps_medians_model(&calibration->caps, &model, err));
    for (uint32_t k = 0; k < table->caps; k++) {
        calibration->cap_rows[k] = (gpusim_calibration_cap){
            .cap = table->cap[k],
            .throughput = measured.throughput[k],
            .throughput_model = model.throughput[k],
            .power = measured.power[k],
            .power_model = model.power[k],
            .energy = measured.energy[k],
            .energy_model = model.energy[k],
        };
    }
    calibration->info.optimum = cap_of_least(calibration->cap_rows, table->caps, 0);
    calibration->info.optimum_model = cap_of_least(calibration->cap_rows, table->caps, 1);

    // halves too small to fit say nothing, and that is no failure of the whole
    gpusim_error unused;
    status = gs_caps_halves(table, calibration->options.splits, calibration->options.starts,
                            calibration->options.seed, calibration->cap_rows, &unused);
    if (status == GPUSIM_WORKLOAD) {
        status = gs_caps_halves(table, 0, 0, 0, calibration->cap_rows, err);
    } else if (status != GPUSIM_OK) {
        gpusim_fail(err, status, "%s", unused.message);
    }
cleanup:
    return status;
}

// a table that reaches beyond what its base takes is of another GPU
static gpusim_status check_base(const gpusim_calibration *calibration, gpusim_error *err)
{
    const gs_cap_table *table = &calibration->measured.caps;
    const gpusim_gpu_model *base = calibration->base;
    if (!base || table->caps == 0 || !(base->power.cap_max < table->cap[table->caps - 1])) {
        return GPUSIM_OK;
    }
    gpusim_fail(err, GPUSIM_ARGUMENT, "%s takes caps up to %g W, and the table has one of %g W",
                base->name, base->power.cap_max, table->cap[table->caps - 1]);
    gpusim_error_hint(err, "is the base another GPU?");
    return GPUSIM_ARGUMENT;
}

gpusim_status gs_fitted_caps(gpusim_calibration *calibration, gpusim_error *err)
{
    gpusim_status status;
    const gs_cap_table *table = &calibration->measured.caps;
    gs_caps_fit *fit = &calibration->caps;
    gpusim_calibration_info *info = &calibration->info;
    size_t count = table->configurations;
    uint32_t *all = gs_arena_get(&calibration->arena, count * sizeof *all + 1);
    calibration->cap_rows =
        gs_arena_get(&calibration->arena, table->caps * sizeof *calibration->cap_rows + 1);
    calibration->workloads =
        gs_arena_get(&calibration->arena, count * sizeof *calibration->workloads + 1);
    if (!all || !calibration->cap_rows || !calibration->workloads) {
        return gpusim_fail(err, GPUSIM_MEMORY, "no memory for %u configurations",
                           table->configurations);
    }
    for (uint32_t i = 0; i < table->configurations; i++) {
        all[i] = i;
    }
    GPUSIM_TRY(check_base(calibration, err));
    GPUSIM_TRY(gs_caps_fit_make(table, all, table->configurations, calibration->options.starts,
                                calibration->options.seed, fit, err));
    GPUSIM_TRY(fill_parameters(calibration, err));
    GPUSIM_TRY(fill_caps(calibration, err));
    info->measured = table->seen;
    info->used = table->configurations;
    info->points = fit->points;
    info->parameters = fit->parameters;
    info->iterations = fit->iterations;
    info->starts_agreed = fit->starts_agreed;
    info->rms = sqrt(fit->squares / fit->points);
    info->correlation = (double)NAN;
cleanup:
    return status;
}
