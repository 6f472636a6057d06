/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Prince and Dormand's 8th order method with small steps; a crossing is what changes its sign
 * within a step, found by halving that step. */
#include "reference/runge_kutta.h"

#include <math.h>
#include <stdlib.h>

#include <gsl/gsl_errno.h>
#include <gsl/gsl_odeiv2.h>

enum { FAST, SLOW, MEMORY, DRIFT, JOULES, DIMENSIONS };

static double leak_at(const slow_gpu *gpu, double temperature)
{
    const gpusim_gpu_leakage *leakage = &gpu->leakage;
    if (leakage->power == 0) {
        return 0;
    }
    return leakage->power * (exp((temperature - leakage->reference) / leakage->scale) - 1);
}

static double temperature_of(const slow_gpu *gpu, const double y[])
{
    return gpu->inlet + y[DRIFT] + y[FAST] + y[SLOW];
}

static double power_of(const slow_gpu *gpu, const double y[])
{
    double leak = gpu->follows ? leak_at(gpu, temperature_of(gpu, y)) : gpu->leak;
    return gpu->watts + gpu->share * leak;
}

static int slopes(double t, const double y[], double dy[], void *parameters)
{
    (void)t;
    const slow_gpu *gpu = parameters;
    const gpusim_gpu_thermal *thermal = &gpu->thermal;
    double power = power_of(gpu, y), rise = thermal->resistance * power;
    dy[FAST] = (thermal->fast_share * rise - y[FAST]) / thermal->fast_time;
    dy[SLOW] = ((1 - thermal->fast_share) * rise - y[SLOW]) / thermal->slow_time;
    dy[MEMORY] =
        (gpu->memory_rise + thermal->memory_coupling * rise - y[MEMORY]) / thermal->memory_time;
    dy[DRIFT] = gpu->loop_time > 0 ? -y[DRIFT] / gpu->loop_time : 0;
    dy[JOULES] = power;
    return GSL_SUCCESS;
}

static void read_state(const slow_gpu *gpu, double y[])
{
    y[FAST] = gpu->fast;
    y[SLOW] = gpu->slow;
    y[MEMORY] = gpu->memory;
    y[DRIFT] = gpu->drift;
    y[JOULES] = gpu->joules;
}

static void write_state(slow_gpu *gpu, const double y[])
{
    gpu->fast = y[FAST];
    gpu->slow = y[SLOW];
    gpu->memory = y[MEMORY];
    gpu->drift = y[DRIFT];
    gpu->joules = y[JOULES];
}

double slow_temperature(const slow_gpu *gpu)
{
    return gpu->inlet + gpu->drift + gpu->fast + gpu->slow;
}

double slow_memory_temperature(const slow_gpu *gpu)
{
    return gpu->inlet + gpu->drift + gpu->memory;
}

double slow_power(const slow_gpu *gpu)
{
    double y[DIMENSIONS];
    read_state(gpu, y);
    return power_of(gpu, y);
}

// by how much a level has been passed, in its direction
static double beyond(const slow_gpu *gpu, const slow_level *level, const double y[])
{
    double temperature =
        level->of_memory ? gpu->inlet + y[DRIFT] + y[MEMORY] : temperature_of(gpu, y);
    return level->upward ? temperature - level->at : level->at - temperature;
}

// one step of length h from y to z
static void step(gsl_odeiv2_step *method, const gsl_odeiv2_system *system, const double y[],
                 double h, double z[])
{
    double error[DIMENSIONS];
    for (int i = 0; i < DIMENSIONS; i++) {
        z[i] = y[i];
    }
    gsl_odeiv2_step_reset(method);
    if (gsl_odeiv2_step_apply(method, 0, h, z, error, NULL, NULL, system) != GSL_SUCCESS) {
        abort();
    }
}

static double halve(gsl_odeiv2_step *method, const gsl_odeiv2_system *system, const slow_gpu *gpu,
                    const slow_level *level, const double y[], double h)
{
    double low = 0, high = h, z[DIMENSIONS];
    while (high - low > 1e-10) {
        double middle = low + (high - low) / 2;
        step(method, system, y, middle, z);
        if (beyond(gpu, level, z) >= 0) {
            high = middle;
        } else {
            low = middle;
        }
    }
    return high;
}

int slow_advance(slow_gpu *gpu, double until, const slow_level *levels, int count)
{
    gsl_odeiv2_system system = {slopes, NULL, DIMENSIONS, gpu};
    gsl_odeiv2_step *method = gsl_odeiv2_step_alloc(gsl_odeiv2_step_rk8pd, DIMENSIONS);
    double y[DIMENSIONS], z[DIMENSIONS];
    int met = -1;
    read_state(gpu, y);

    // a twentieth of the fastest time constant: the error of one step is far below 1e-12 K
    double longest = fmin(gpu->thermal.fast_time, gpu->thermal.memory_time) / 20;
    if (gpu->loop_time > 0) {
        longest = fmin(longest, gpu->loop_time / 20);
    }
    while (met < 0 && gpu->t < until) {
        double h = fmin(longest, until - gpu->t);
        step(method, &system, y, h, z);
        for (int i = 0; i < count; i++) {
            if (beyond(gpu, &levels[i], y) < 0 && beyond(gpu, &levels[i], z) >= 0) {
                double sooner = halve(method, &system, gpu, &levels[i], y, h);
                if (met < 0 || sooner < h) {
                    h = sooner;
                    met = i;
                }
            }
        }
        step(method, &system, y, h, y);
        gpu->t = met < 0 && gpu->t + h >= until ? until : gpu->t + h;
    }
    write_state(gpu, y);
    gsl_odeiv2_step_free(method);
    return met;
}

// ---- a rack ----

enum { RACK_NODES = 32 };

// inlets and powers agree at every moment: they are iterated until they do
static void breathe(const slow_rack *rack, const double y[], double power[], double inlet[])
{
    double moved = 1;
    for (uint32_t i = 0; i < rack->nodes; i++) {
        inlet[i] = rack->supply;
    }
    while (moved > 1e-12) {
        moved = 0;
        for (uint32_t i = 0; i < rack->nodes; i++) {
            const slow_gpu *gpu = &rack->gpus[i];
            double temperature = inlet[i] + y[2 * i] + y[2 * i + 1];
            power[i] = gpu->watts + gpu->share * leak_at(gpu, temperature);
        }
        for (uint32_t i = 0; i < rack->nodes; i++) {
            double now = rack->supply;
            for (uint32_t j = 0; j < rack->nodes; j++) {
                now += rack->d[i * rack->nodes + j] * power[j];
            }
            moved = fmax(moved, fabs(now - inlet[i]));
            inlet[i] = now;
        }
    }
}

static int rack_slopes(double t, const double y[], double dy[], void *parameters)
{
    (void)t;
    const slow_rack *rack = parameters;
    double power[RACK_NODES] = {0}, inlet[RACK_NODES] = {0};
    breathe(rack, y, power, inlet);
    for (uint32_t i = 0; i < rack->nodes; i++) {
        const gpusim_gpu_thermal *thermal = &rack->gpus[i].thermal;
        double rise = thermal->resistance * power[i];
        dy[2 * i] = (thermal->fast_share * rise - y[2 * i]) / thermal->fast_time;
        dy[2 * i + 1] = ((1 - thermal->fast_share) * rise - y[2 * i + 1]) / thermal->slow_time;
    }
    return GSL_SUCCESS;
}

static void read_rack(const slow_rack *rack, double y[])
{
    for (uint32_t i = 0; i < rack->nodes; i++) {
        y[2 * i] = rack->gpus[i].fast;
        y[2 * i + 1] = rack->gpus[i].slow;
    }
}

void slow_rack_breathe(slow_rack *rack)
{
    double y[2 * RACK_NODES] = {0}, power[RACK_NODES] = {0}, inlet[RACK_NODES] = {0};
    read_rack(rack, y);
    breathe(rack, y, power, inlet);
    for (uint32_t i = 0; i < rack->nodes; i++) {
        rack->gpus[i].inlet = inlet[i];
    }
}

void slow_rack_advance(slow_rack *rack, double until)
{
    size_t dimensions = 2 * (size_t)rack->nodes;
    gsl_odeiv2_system system = {rack_slopes, NULL, dimensions, rack};
    gsl_odeiv2_step *method = gsl_odeiv2_step_alloc(gsl_odeiv2_step_rk8pd, dimensions);
    double y[2 * RACK_NODES] = {0}, error[2 * RACK_NODES];
    read_rack(rack, y);
    double longest = rack->gpus[0].thermal.fast_time / 20;
    while (rack->t < until) {
        double h = fmin(longest, until - rack->t);
        gsl_odeiv2_step_reset(method);
        if (gsl_odeiv2_step_apply(method, 0, h, y, error, NULL, NULL, &system) != GSL_SUCCESS) {
            abort();
        }
        rack->t = rack->t + h >= until ? until : rack->t + h;
    }
    for (uint32_t i = 0; i < rack->nodes; i++) {
        rack->gpus[i].fast = y[2 * i];
        rack->gpus[i].slow = y[2 * i + 1];
    }
    gsl_odeiv2_step_free(method);
    slow_rack_breathe(rack);
}
