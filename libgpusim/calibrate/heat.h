/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The fit of a log of power and temperature: two exponentials above the inlet, and the memory. */
#ifndef GS_CALIBRATE_HEAT_H
#define GS_CALIBRATE_HEAT_H

#include "calibrate/least.h"
#include "calibrate/measured.h"
#include "calibrate/parameter.h"

enum {
    GS_HEAT_RESISTANCE,
    GS_HEAT_FAST_SHARE,
    GS_HEAT_FAST_TIME,
    GS_HEAT_SLOW_TIME,
    GS_HEAT_INLET,
    GS_HEAT_FAST_BEGIN, /* K above the steady state of the first power, at the log's beginning */
    GS_HEAT_SLOW_BEGIN,
    GS_HEAT_CORE
};
enum {
    GS_HEAT_COUPLING,
    GS_HEAT_MEMORY_TIME,
    GS_HEAT_MEMORY_RISE, /* K: constant, or at full use where the log has it */
    GS_HEAT_MEMORY_BEGIN,
    GS_HEAT_MEMORY
};

extern const gs_parameter gs_heat_core[GS_HEAT_CORE], gs_heat_memory[GS_HEAT_MEMORY];

/* A fit of one sensor: coordinates of all parameters, some of which are held. */
typedef struct gs_heat_fit {
    const gs_heat_log *log;
    const gs_parameter *table;
    uint32_t parameters, fitted, points, iterations;
    double x[GS_HEAT_CORE]; /* [parameters] */
    uint8_t held[GS_HEAT_CORE];
    uint8_t reserved;
    double covariance[GS_HEAT_CORE][GS_HEAT_CORE]; /* of coordinates; widened by correlation */
    double sum;                                    /* of squares, K2, pulls included */
    double rms;                                    /* K */
    double correlation;                            /* of neighbouring residuals */
    double variance;                               /* K2, of a residual, widened by correlation */
    double *model;                                 /* [points] degC */
    const double *core; /* of the memory's: values of the core's parameters */
} gs_heat_fit;

/* inlet: known, or NaN; steady: the log begins in the steady state of its first power. */
gpusim_status gs_heat_fit_core(const gs_heat_log *log, double inlet, int steady, gs_heat_fit *fit,
                               gpusim_error *err);
/* The memory's, with values[GS_HEAT_CORE] of the core's fit, which must outlive it. */
gpusim_status gs_heat_fit_memory(const gs_heat_log *log, const double *core, int steady,
                                 gs_heat_fit *fit, gpusim_error *err);
void gs_heat_fit_release(gs_heat_fit *fit);

/* Profile interval of a parameter that was fitted; as gs_caps_interval. */
gpusim_status gs_heat_interval(gs_heat_fit *fit, uint32_t which, double level, double ends[2],
                               uint8_t open[2], int *better, gpusim_error *err);

#endif
