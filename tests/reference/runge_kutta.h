/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The slow twin of heat: the differential equations of GPUs, integrated step by small step.
 *
 *   fast' = (w R P - fast)/t1     slow' = ((1-w) R P - slow)/t2     memory' = (M - memory)/t3
 *   drift' = -drift/t4            energy' = P                       T = inlet + drift + fast + slow
 *
 * with P = watts + leak and M = memory_rise + coupling R P; leak is held, or follows T. */
#ifndef TESTS_REFERENCE_RUNGE_KUTTA_H
#define TESTS_REFERENCE_RUNGE_KUTTA_H

#include <stdint.h>

#include <gpusim/gpu.h>

typedef struct slow_gpu {
    gpusim_gpu_thermal thermal; /* resistance: as it is now */
    gpusim_gpu_leakage leakage;
    double loop_time;
    double watts;       /* without leakage */
    double share;       /* of the time that leakage is drawn; 1 */
    double leak;        /* W, held; not looked at when it follows */
    int follows;        /* leakage is that of the temperature */
    double inlet;       /* degC */
    double memory_rise; /* K: of the memory's own power */
    /* the state */
    double fast, slow, memory, drift;
    double joules;
    double t; /* s */
} slow_gpu;

/* A level that is watched. */
typedef struct slow_level {
    double at;
    int upward;
    int of_memory;
} slow_level;

double slow_temperature(const slow_gpu *gpu);
double slow_memory_temperature(const slow_gpu *gpu);
double slow_power(const slow_gpu *gpu);

/* Integrates to `until`, or to the first crossing of a level, to 1e-10 s; returns its number, or
 * -1. */
int slow_advance(slow_gpu *gpu, double until, const slow_level *levels, int count);

/* GPUs that breathe each other's air, one a node: inlet_i = supply + sum_j d_ij P_j at every
 * moment, and leakage follows the temperature. Of each GPU thermal, leakage, watts, share, fast and
 * slow are used; inlet is filled. */
typedef struct slow_rack {
    slow_gpu *gpus; /* [nodes] */
    uint32_t nodes; /* 32 at most */
    const double *d;
    double supply;
    double t;
} slow_rack;

void slow_rack_breathe(slow_rack *rack); /* inlets of now */
void slow_rack_advance(slow_rack *rack, double until);

#endif
