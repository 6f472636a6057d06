/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a calibration holds. */
#ifndef GS_CALIBRATE_FITTED_H
#define GS_CALIBRATE_FITTED_H

#include <gpusim/calibrate.h>
#include <gpusim/gpu.h>

#include "calibrate/caps.h"
#include "calibrate/heat.h"
#include "calibrate/text.h"

#define GS_FITTED_PARAMETERS 16u
#define GS_FITTED_FILES      3u

struct gpusim_calibration {
    gs_arena arena;
    gpusim_calibrate_options options;
    const char *path; /* in the arena */
    gpusim_catalogue *base_catalogue;
    const gpusim_gpu_model *base; /* NULL: none */
    gs_measured measured;
    gs_caps_fit caps;
    gs_heat_fit heat, memory;
    double heat_values[GS_HEAT_CORE]; /* that the memory's fit refers to */
    double dynamic;                   /* W of a cap table's intensity 1 */
    gpusim_calibration_info info;
    gpusim_calibration_parameter parameters[GS_FITTED_PARAMETERS];
    uint32_t parameter_count;
    uint32_t reserved;
    gpusim_calibration_cap *cap_rows;       /* [measured.caps.caps] */
    gpusim_calibration_workload *workloads; /* [measured.caps.configurations] */
    gs_text files[GS_FITTED_FILES];
};

/* Adds a parameter with what its scale makes of its coordinate and that one's standard error. */
gpusim_calibration_parameter *gs_fitted_add(gpusim_calibration *calibration,
                                            const gs_parameter *parameter, double x, double error);

/* The two kinds: fit, and fill all but the texts. */
gpusim_status gs_fitted_caps(gpusim_calibration *calibration, gpusim_error *err);
gpusim_status gs_fitted_heat(gpusim_calibration *calibration, gpusim_error *err);

/* The texts. */
gpusim_status gs_fitted_write(gpusim_calibration *calibration, gpusim_error *err);

#endif
