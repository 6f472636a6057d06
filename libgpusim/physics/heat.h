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

/* The first t >= 0 at which T goes through `level` from below (upward 1) or from above (upward 0);
 * INFINITY: never. Being at the level and leaving it in that direction counts, at 0; being beyond
 * it already does not, nor does touching it, nor approaching it for ever. No crossing is missed:
 * times between turning points are looked at one by one. 1e-12 relative, or what rounding of T
 * leaves. */
double gs_decay_crossing(const gs_decay *decay, double level, int upward);
/* The first t >= 0 from which on |T - end| <= distance for good. */
double gs_decay_settled(const gs_decay *decay, double distance);

/* x after dt, relaxing to `target`. */
double gs_relax(double x, double target, double dt, double time);

/* The fixed point T = base + resistance (power + gs_leakage(T)) that a GPU at `from` comes to rest
 * at; `power` holds the leakage at the reference. Returns 0, or 1 when there is none up to `limit`,
 * or `from` lies beyond the unstable one (runaway: R dP_leak/dT >= 1 before it closes), and then
 * *temperature is `limit`. A stable point beyond a shutdown limit is found when `limit` lies beyond
 * it. */
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

/* Air near 20 degC: kg/m3 and J/(kg K). */
#define GS_AIR_DENSITY 1.2
#define GS_AIR_HEAT    1005.0

/* K by which air of volume flow (m3/s) warms that takes up `watts`: P / (rho cp flow). */
double gs_air_rise(double watts, double flow);

/* Recirculation (Tang et al. 2007): D = (K - A'K)^-1 - K^-1 with K = diag(rho cp flow_i) and A
 * [n][n] the share of the air that leaves node i and enters node j: inlets lie D P above the
 * supply. *Uses GSL* (LU). GPUSIM_ARGUMENT when a share is negative, when all that leaves a node
 * comes round again, or when a node would breathe no fresh air (sum_i A_ij flow_i >= flow_j). */
gpusim_status gs_recirculation_matrix(const double *cross, const double *flow, uint32_t nodes,
                                      double *d, gpusim_error *err);
/* Spectral radius of (diag R + D) diag(slope), slope = dP/dT of each node: a rack runs away at 1.
 * Power iteration to 1e-12, an upper bound before that. d NULL: no recirculation. scratch:
 * [2 nodes]. */
double gs_spectral_radius(const double *d, const double *resistance, const double *slope,
                          uint32_t nodes, double *scratch);

#endif
