/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What nodes with the model of another simulator report: as they do, without noise and steps of
 * ours. What a model does not define is missing. */
#include <math.h>

#include "core/sampling.h"

// share of full speed; NaN: the model has no fans
static double fan_of(const gs_node_hardware *hardware, const gs_legacy_state *node)
{
    switch (hardware->legacy) {
    case GS_LEGACY_IOGUARD:
        return node->fan;
    case GS_LEGACY_SAGE:
        return node->fan / ((const gs_sage *)hardware->legacy_model)->fan_limit;
    default:
        return (double)NAN;
    }
}

static double gauge(const gpusim_sim *sim, uint32_t metric, uint32_t g)
{
    const gs_node_hardware *hardware = gs_gpu_hardware(sim, g);
    const gs_legacy_state *node = gs_legacy_of(sim, g);
    int ioguard = hardware->legacy == GS_LEGACY_IOGUARD, sage = hardware->legacy == GS_LEGACY_SAGE;
    switch (metric) {
    case GS_METRIC_GPU_TEMP:
        return node->temperature;
    case GS_METRIC_POWER_USAGE:
    case GS_METRIC_POWER_USAGE_INSTANT:
        return ioguard ? (double)NAN : node->power;
    case GS_METRIC_SM_CLOCK:
        return ioguard ? node->clock * hardware->gpu.clocks.maximum * 1e-6 : (double)NAN;
    case GS_METRIC_FAN_SPEED:
        return 100 * fan_of(hardware, node);
    case GS_METRIC_GPU_UTIL:
        return 100 * (sage ? fmin(1, GS_GPU(sim, g)->load.busy) : node->load);
    default:
        return ioguard ? node->latency : (double)NAN; // GS_METRIC_STEP_TIME
    }
}

static const uint32_t gauges[] = {
    GS_METRIC_GPU_TEMP, GS_METRIC_POWER_USAGE, GS_METRIC_POWER_USAGE_INSTANT,
    GS_METRIC_SM_CLOCK, GS_METRIC_FAN_SPEED,   GS_METRIC_GPU_UTIL,
    GS_METRIC_STEP_TIME};

static void fill_gpu(const gpusim_sim *sim, const gs_sampling *sampling, uint32_t g)
{
    for (size_t i = 0; i < sizeof gauges / sizeof *gauges; i++) {
        if (sampling->values[gauges[i]]) {
            ((float *)sampling->values[gauges[i]])[g] = (float)gauge(sim, gauges[i], g);
        }
    }
    const gs_gpu gpu = gs_gpu_now(sim, g);
    if (sampling->values[GS_METRIC_CLOCK_THROTTLE_REASONS]) {
        uint32_t idle = gpu.level == GS_GPU_IDLE ? (uint32_t)GS_THROTTLE_IDLE : 0;
        ((uint32_t *)sampling->values[GS_METRIC_CLOCK_THROTTLE_REASONS])[g] = gpu.reasons | idle;
    }
    if (sampling->values[GS_METRIC_TOTAL_ENERGY_CONSUMPTION] &&
        gs_gpu_hardware(sim, g)->legacy != GS_LEGACY_IOGUARD) {
        ((uint64_t *)sampling->values[GS_METRIC_TOTAL_ENERGY_CONSUMPTION])[g] =
            (uint64_t)(gpu.energy / UINT64_C(1000000000000000)); // nW ns to mJ
    }
    if (sampling->values[GS_METRIC_THERMAL_VIOLATION]) {
        ((uint64_t *)sampling->values[GS_METRIC_THERMAL_VIOLATION])[g] =
            (uint64_t)gpu.thermal_violation;
    }
}

// a node reports what its GPUs do, each of which is one of the other simulator's nodes
static void fill_node(const gpusim_sim *sim, const gs_sampling *sampling, uint32_t n)
{
    const gs_cluster *cluster = &sim->model->cluster;
    const gs_node_hardware *hardware = gs_node_hardware_of(sim, n);
    uint32_t first = cluster->node_first_gpu[n], end = cluster->node_first_gpu[n + 1];
    double fans = 0;
    for (uint32_t g = first; g < end; g++) {
        fans += fan_of(hardware, gs_legacy_of(sim, g)) / (end - first);
    }
    if (sampling->values[GS_METRIC_NODE_FAN_SPEED]) {
        ((float *)sampling->values[GS_METRIC_NODE_FAN_SPEED])[n] =
            end > first ? (float)(100 * fans) : NAN;
    }
    if (sampling->values[GS_METRIC_NODE_POWER]) {
        ((float *)sampling->values[GS_METRIC_NODE_POWER])[n] =
            hardware->legacy == GS_LEGACY_IOGUARD ? NAN : (float)gs_watts(GS_PLANT(sim, n)->input);
    }
}

void gs_sample_legacy(const gpusim_sim *sim, gs_sampling *sampling)
{
    for (uint32_t g = 0; g < sim->legacy.count; g++) {
        if (gs_legacy_of(sim, g)) {
            fill_gpu(sim, sampling, g);
        }
    }
    for (uint32_t n = 0; n < sim->plant.count && sim->legacy.count > 0; n++) {
        if (gs_node_hardware_of(sim, n)->legacy) {
            fill_node(sim, sampling, n);
        }
    }
}
