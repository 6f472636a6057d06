/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From fits of a log of power and temperature to what a calibration tells. */
#include <math.h>

#include "calibrate/fitted.h"

// parameters of one fit, with their intervals; anew when a better point is met
static gpusim_status fill_intervals(gpusim_calibration *calibration, gs_heat_fit *fit,
                                    double ends[GS_HEAT_CORE][2], uint8_t open[GS_HEAT_CORE][2],
                                    gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    for (uint32_t j = 0, moves = 0; j < fit->parameters; j++) {
        int better;
        ends[j][0] = ends[j][1] = (double)NAN;
        if (fit->held[j] || calibration->options.no_intervals) {
            continue;
        }
        GPUSIM_TRY(
            gs_heat_interval(fit, j, calibration->options.level, ends[j], open[j], &better, err));
        if (better && moves++ < 8) {
            j = UINT32_MAX; // and on with 0
        }
    }
cleanup:
    return status;
}

static gpusim_status fill_parameters(gpusim_calibration *calibration, gs_heat_fit *fit,
                                     gpusim_error *err)
{
    gpusim_status status;
    double ends[GS_HEAT_CORE][2];
    uint8_t open[GS_HEAT_CORE][2] = {{0}};
    GPUSIM_TRY(fill_intervals(calibration, fit, ends, open, err));
    for (uint32_t j = 0; j < fit->parameters; j++) {
        // with `steady` the log's beginning is no parameter
        if (fit->held[j] && (fit->core || j != GS_HEAT_INLET)) {
            continue;
        }
        double error = fit->held[j] ? (double)NAN : sqrt(fit->covariance[j][j]);
        gpusim_calibration_parameter *to =
            gs_fitted_add(calibration, &fit->table[j], fit->x[j], error);
        to->given = fit->held[j];
        to->low = ends[j][0];
        to->high = ends[j][1];
        to->open_low = open[j][0];
        to->open_high = open[j][1];
    }
cleanup:
    return status;
}

gpusim_status gs_fitted_heat(gpusim_calibration *calibration, gpusim_error *err)
{
    gpusim_status status;
    const gs_heat_log *log = &calibration->measured.heat;
    gs_heat_fit *fit = &calibration->heat;
    gpusim_calibration_info *info = &calibration->info;
    GPUSIM_TRY(
        gs_heat_fit_core(log, calibration->options.inlet, calibration->options.steady, fit, err));
    GPUSIM_TRY(fill_parameters(calibration, fit, err));
    if (log->memory) {
        for (uint32_t j = 0; j < GS_HEAT_CORE; j++) {
            calibration->heat_values[j] = gs_parameter_value(&gs_heat_core[j], fit->x[j]);
        }
        GPUSIM_TRY(gs_heat_fit_memory(log, calibration->heat_values, calibration->options.steady,
                                      &calibration->memory, err));
        GPUSIM_TRY(fill_parameters(calibration, &calibration->memory, err));
    }
    info->measured = log->lines;
    info->used = log->points;
    info->points = log->points * (log->memory ? 2 : 1);
    info->parameters = fit->fitted + calibration->memory.fitted;
    info->iterations = fit->iterations;
    info->rms = fit->rms;
    info->correlation = fit->correlation;
    info->optimum = info->optimum_model = (double)NAN;
cleanup:
    return status;
}
