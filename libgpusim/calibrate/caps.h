/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The model of runs under power caps, and its fit: five parameters of the GPU, three of each
 * configuration. */
#ifndef GS_CALIBRATE_CAPS_H
#define GS_CALIBRATE_CAPS_H

#include "calibrate/least.h"
#include "calibrate/measured.h"
#include "calibrate/parameter.h"

/* Of the GPU: what gs_caps_parameters lists. */
enum {
    GS_CAPS_FIXED,
    GS_CAPS_CONTEXT,
    GS_CAPS_KNEE_CLOCK,
    GS_CAPS_KNEE_VOLTAGE,
    GS_CAPS_FLOOR,
    GS_CAPS_WHOLE
};
/* Of a configuration: W of dynamic power at the highest clock, and shares. */
enum { GS_CAPS_DYNAMIC, GS_CAPS_MEMORY_BOUND, GS_CAPS_HOST_BOUND, GS_CAPS_OWN };

extern const gs_parameter gs_caps_parameters[GS_CAPS_WHOLE];
extern const gs_parameter gs_caps_own[GS_CAPS_OWN]; /* dynamic power relative to the highest cap */

/* The parameters of the GPU and of one configuration, one behind the other. */
enum { GS_CAPS_ALL = GS_CAPS_WHOLE + GS_CAPS_OWN };

/* Under one cap: length of a step over that at the highest clock, mean power over it, W, and the
 * derivatives of both. */
typedef struct gs_caps_step {
    double clock, time, power;
    double time_by[GS_CAPS_ALL], power_by[GS_CAPS_ALL];
} gs_caps_step;

/* value[GS_CAPS_ALL]: values, not coordinates; dynamic power in W. */
void gs_caps_step_at(const double *value, double cap, gs_caps_step *step);

/* Relative to the highest cap, power to that which was measured under it. whole and own are
 * coordinates (parameter.h), and so is what the derivatives [caps][GS_CAPS_ALL] are by; these may
 * be NULL. */
void gs_caps_curve(const double *whole, const double *own, const gs_cap_table *table,
                   uint32_t configuration, double *throughput, double *power,
                   double (*throughput_by)[GS_CAPS_ALL], double (*power_by)[GS_CAPS_ALL]);

/* W of a configuration's dynamic power at the highest clock. */
double gs_caps_dynamic(const gs_cap_table *table, const double *own);

typedef struct gs_caps_fit {
    const gs_cap_table *table;
    uint32_t *chosen; /* [count] configurations of the table */
    uint32_t count, parameters;
    uint32_t points;        /* measured values that count */
    uint32_t iterations;    /* of the best start */
    uint32_t starts_agreed; /* starts that came within 1% of the least sum */
    uint32_t reserved;
    double whole[GS_CAPS_WHOLE];
    double (*own)[GS_CAPS_OWN]; /* [count] */
    double sum;                 /* of squares, of what is searched for: pulls included */
    double squares;             /* of squares of residuals alone */
    double covariance[GS_CAPS_WHOLE][GS_CAPS_WHOLE]; /* of the coordinates */
} gs_caps_fit;

/* Fits the configurations `chosen`, which are copied, from `starts` points drawn from the seed. */
gpusim_status gs_caps_fit_make(const gs_cap_table *table, const uint32_t *chosen, uint32_t count,
                               uint32_t starts, uint64_t seed, gs_caps_fit *fit, gpusim_error *err);
void gs_caps_fit_release(gs_caps_fit *fit);

/* Profile interval of parameter `which` of the whole GPU at a level. When a better point is met on
 * the way, *better is 1 and the fit moves there: begin anew. */
gpusim_status gs_caps_interval(gs_caps_fit *fit, uint32_t which, double level, double ends[2],
                               uint8_t open[2], int *better, gpusim_error *err);

/* Standard errors of a configuration's values (not coordinates), those of the GPU included. */
gpusim_status gs_caps_own_errors(const gs_caps_fit *fit, uint32_t i, double errors[GS_CAPS_OWN],
                                 gpusim_error *err);

/* Medians over `count` configurations of the table: measured, or as a fit has them; [caps] each. */
typedef struct gs_caps_medians {
    double *throughput, *power, *energy;
} gs_caps_medians;
gpusim_status gs_caps_medians_measured(const gs_cap_table *table, const uint32_t *chosen,
                                       uint32_t count, gs_caps_medians *medians, gpusim_error *err);
gpusim_status gs_caps_medians_model(const gs_caps_fit *fit, gs_caps_medians *medians,
                                    gpusim_error *err);

/* Distances on halves of the table, stratified by group: see gpusim_calibration_cap. Fills the
 * members *_unseen and *_halves of caps[table->caps], NaN when there are no splits. */
gpusim_status gs_caps_halves(const gs_cap_table *table, uint32_t splits, uint32_t starts,
                             uint64_t seed, gpusim_calibration_cap *caps, gpusim_error *err);

#endif
