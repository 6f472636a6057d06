/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Power: P = Ps + leak(T) - leak(Tref) + Pd u f v(f)^2, with f the clock over its maximum. All
 * functions are pure and use gpusim_exp and friends, so they give the same bits everywhere. */
#ifndef GS_PHYSICS_POWER_H
#define GS_PHYSICS_POWER_H

#include <stdint.h>

#include <gpusim/gpu.h>

#include "cluster/hardware.h"

/* Voltage over that at the maximum clock. */
double gs_voltage(const gpusim_gpu_power *power, double clock);
/* W that the clock draws at intensity 1: dynamic f v(f)^2. */
double gs_dynamic_power(const gpusim_gpu_power *power, double clock);
/* W while kernels of this intensity run; `leak` is what gs_leakage says. */
double gs_busy_power(const gpusim_gpu_power *power, double intensity, double clock, double leak);
/* leak(T) - leak(reference), W; and its slope, W/K. */
double gs_leakage(const gpusim_gpu_leakage *leakage, double temperature);
double gs_leakage_slope(const gpusim_gpu_leakage *leakage, double temperature);
/* Solves gs_busy_power = cap for the clock, within 0..1 (bisection to 2^-64); 1 when the cap does
 * not bind, 0 when no clock meets it. */
double gs_clock_at_power(const gpusim_gpu_power *power, double intensity, double leak, double cap);
/* The same on the driver's grid: the largest clock number (0 .. count - 1) that draws no more than
 * the cap, 0 when none does. */
uint32_t gs_clock_step_at_power(const gs_node_hardware *node, double intensity, double leak,
                                double cap);
/* Clock number k over the maximum clock. */
double gs_clock_of_step(const gs_node_hardware *node, uint32_t k);
/* Time of busy work over that at the maximum clock: (1 - m)/f + m; INFINITY at clock 0. */
double gs_clock_slowdown(double memory_bound, double clock);

/* What the node draws besides its GPUs. load: 0..1 over all cores. */
double gs_cpu_power(const gs_cpu_state *state, uint32_t sockets, double load);
double gs_fan_power(double at_full_speed, double speed); /* cube law */
/* Input of stages of conversion in a row, from the inside out: (P + c)/eta each; and what such an
 * input leaves at the output (below 0: less than the stages themselves take). */
double gs_losses_input(const gs_loss *losses, uint32_t count, double output);
double gs_losses_output(const gs_loss *losses, uint32_t count, double input);
double gs_curve_at(const gs_curve *curve, double x); /* of one point at least */
/* Input of `psus` supplies that share the load evenly. Below the curve's first point the efficiency
 * is that of the first point. */
double gs_psu_input(const gs_curve *efficiency, uint32_t psus, double rating, double output);
/* What cooling and distribution of a facility draw for `it` watts of racks: fixed + linear it. */
double gs_facility_overhead(double fixed, double linear, double it);
/* 80 PLUS curves by name ("titanium", "platinum", "gold", ...): efficiency over load / rating.
 * NULL: no such curve. */
const gs_curve *gs_psu_curve(const char *name);
/* The names, for messages: NULL ends the list. */
const char *const *gs_psu_curve_names(void);

/* Water-filling (definitions 14): fills granted[count] with min(demand_i, max(floor_i, lambda)),
 * the sums meeting the budget (never above it, by more than rounding of the sum itself); classes
 * with higher priority (NULL: all alike) are served first, out of what the floors of the lower ones
 * leave. A floor above its demand counts as the demand. Returns 0, or 1 when even the floors exceed
 * the budget (then granted = floors). A few passes over the consumers for each class. */
int gs_water_fill(const double *demand, const double *floor, const int32_t *priority,
                  uint32_t count, double budget, double *granted);

#endif
