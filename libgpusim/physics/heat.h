/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Heat: temperatures that are a constant and a few decaying exponentials, and when they cross a
 * level. */
#ifndef GS_PHYSICS_HEAT_H
#define GS_PHYSICS_HEAT_H

#include <stdint.h>

#include "cluster/hardware.h"

#define GS_MODES_MAX 3u

/* T(t) = end + sum of amplitude_k exp(-t / time_k), t >= 0 in seconds. time 0: already over. */
typedef struct gs_decay {
    double end;
    double amplitude[GS_MODES_MAX], time[GS_MODES_MAX];
    uint32_t count;
    uint32_t reserved;
} gs_decay;

double gs_decay_at(const gs_decay *decay, double t);
double gs_decay_slope(const gs_decay *decay, double t); /* K/s */

/* The first t > 0 (t >= 0 for a crossing that happens by rounding at 0) at which T goes through
 * `level` from below (upward 1) or from above (upward 0); INFINITY: never. Exact: intervals of
 * monotony are isolated by the zeros of the derivative, each found by the same rule on one mode
 * less, and the crossing by bisection in safe Newton steps to 1e-12 relative. A temperature that
 * only approaches the level never crosses it. */
double gs_decay_crossing(const gs_decay *decay, double level, int upward);
/* The first t >= 0 from which on |T - end| <= distance for good. */
double gs_decay_settled(const gs_decay *decay, double distance);

/* x after dt, relaxing to `target`. */
double gs_relax(double x, double target, double dt, double time);

/* The fixed point T = base + resistance (power + leak(T)) reached from below, by safeguarded Newton
 * from `from`; returns 0, or 1 when there is none up to `limit` (runaway: R dP_leak/dT >= 1 before
 * it closes) and then *temperature is `limit`. A stable point beyond a shutdown limit is found when
 * `limit` lies beyond it. */
int gs_leak_fixed_point(const gpusim_gpu_leakage *leakage, double base, double resistance,
                        double power, double from, double limit, double *temperature);

/* Thermal resistance at a fan speed (0..1 of full): R (nominal 1) x speed^-n. */
double gs_resistance_air(double resistance, double exponent, double speed);
/* ... and of a GPU whose own resistance contains `nominal` of a cold plate that now has another
 * flow. */
double gs_resistance_liquid(double resistance, const gs_curve *cold_plate, double nominal,
                            double flow);
/* Cold plates by name: "oai-water", "oai-pg25" (OCP OAI 1 kW plate); NULL: none. K/W over m3/s. */
const gs_curve *gs_cold_plate(const char *name);
const char *const *gs_cold_plate_names(void);

/* K by which air of volume flow (m3/s) warms that takes up `watts`: P / (rho cp flow). */
double gs_air_rise(double watts, double flow);

/* Recirculation (Tang et al. 2007): D = (K - A'K)^-1 - K^-1 with K = diag(rho cp flow_i) and A
 * [n][n] the share of the air that leaves node i and enters node j. *Uses GSL* (LU); the caller has
 * called gs_gsl_quiet. GPUSIM_ARGUMENT when a row or column of A sums to 1 or more, or is negative.
 */
gpusim_status gs_recirculation_matrix(const double *cross, const double *flow, uint32_t nodes,
                                      double *d, gpusim_error *err);
/* Spectral radius of (diag R + D) dP/dT (power iteration): a rack runs away at 1. */
double gs_spectral_radius(const double *d, const double *resistance, const double *slope,
                          uint32_t nodes);

#endif
