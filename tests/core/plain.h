/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Scenarios with a GPU whose numbers are easy on the hand, and looks at the physical state. */
#ifndef TESTS_CORE_PLAIN_H
#define TESTS_CORE_PLAIN_H

#include <math.h>
#include <stdio.h>

#include "collect.h"
#include "core/plant.h"

/* P = 100 W + 300 W f, idle 50 W, context 80 W; 0.1 K/W, 80% of it with 5 s and 20% with 50 s; no
 * leakage; clocks 300, 315 ... 1500 MHz. Further figures of the model follow it. */
#define PLAIN_POWER                                                                                \
    "tdp: 400 W, cap_min: 50 W, cap_max: 400 W, idle: 50 W, context: 80 W, fixed: 100 W, "         \
    "dynamic: 300 W, knee_clock: 0.5, knee_voltage: 1, spin: 0.25, memory: 40 W, "                 \
    "memory_idle: 10 W"
#define PLAIN_THERMAL                                                                              \
    "resistance: 0.1 K/W, fast_time: 5 s, fast_share: 0.8, slow_time: 50 s, "                      \
    "memory_resistance: 0.5 K/W, memory_coupling: 0.5, memory_time: 10 s, flow_exponent: 1, "      \
    "hysteresis: 4 K"
#define PLAIN_CLOCKS "clocks: {maximum: 1500 MHz, minimum: 300 MHz, idle: 300 MHz, step: 15 MHz}"
#define PLAIN_LIMITS "limits: {operating: 85 C, slowdown: 90 C, shutdown: 95 C, memory: 95 C}"
#define PLAIN_MODEL(leakage)                                                                       \
    "gpu_model: {power: {" PLAIN_POWER "}, thermal: {" PLAIN_THERMAL "}, " PLAIN_CLOCKS            \
    ", " PLAIN_LIMITS ", leakage: {" leakage "}}"
#define NO_LEAK "power: 0 W, reference: 45 C, scale: 50 K"
/* of a job: all of a GPU's dynamic power */
#define FULL       "profile: {intensity: 1}"
#define PLAIN_GPUS "gpu: A100-SXM4-80GB, " PLAIN_MODEL(NO_LEAK)

/* 25 degC of air, and `further` keys of the cluster. */
#define PLANT(group, further)                                                                      \
    "gpusim: 1\n"                                                                                  \
    "cluster:\n"                                                                                   \
    "  nodes: [{name: n, " group "}]\n"                                                            \
    "  cooling: {supply: 25 C" further

static inline gpusim_sim *plant_begin(const gpusim_model *model, collected *rows)
{
    gpusim_error err = {0};
    gpusim_sim *sim = NULL;
    ASSERT_OK(gpusim_sim_create(model, 1, &sim, &err), &err);
    if (rows) {
        gpusim_observer observer = collect_observer(rows);
        ASSERT_OK(gpusim_sim_observe(sim, &observer, &err), &err);
    }
    gpusim_sim_paranoid(sim, 1);
    return sim;
}

static inline void plant_to(gpusim_sim *sim, double seconds)
{
    gpusim_error err = {0};
    ASSERT_OK(gpusim_sim_run_until(sim, gpusim_time_from_seconds(seconds), &err), &err);
}

static inline double plant_temperature(const gpusim_sim *sim, uint32_t gpu)
{
    gs_gpu now = gs_gpu_now(sim, gpu);
    return gs_gpu_temperature(&now);
}

static inline double plant_watts(const gpusim_sim *sim, uint32_t gpu)
{
    return gs_watts(GS_GPU(sim, gpu)->power);
}

/* MHz of the grid above */
static inline double plant_clock(const gpusim_sim *sim, uint32_t gpu)
{
    return 300 + 15.0 * GS_GPU(sim, gpu)->clock;
}

#define ASSERT_NEAR(value, expected, tolerance)                                                    \
    ck_assert_double_eq_tol((value), (expected), (tolerance))

#endif
