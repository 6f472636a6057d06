/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fans of a node: levels of a grid, with hysteresis. Level l is asked for from
 * start + (full - start)(l - 1)/levels on, and given up where that is left by the hysteresis and
 * the slower air would keep the GPU below the threshold again.
 */
#include <math.h>

#include "core/plant.h"
#include "physics/power.h"

double gs_fans_threshold(const gs_node_hardware *hardware, uint32_t level)
{
    double step = (hardware->fan_full - hardware->fan_start) / hardware->fan_levels;
    return hardware->fan_start + step * (level - 1);
}

static double speed_of(const gs_node_hardware *hardware, uint32_t level)
{
    if (hardware->fan_levels == 0) {
        return 1;
    }
    return hardware->fan_minimum + (1 - hardware->fan_minimum) * level / hardware->fan_levels;
}

// K/W of each GPU of the node
static double resistance_at(const gs_node_hardware *hardware, double speed)
{
    const gpusim_gpu_thermal *thermal = &hardware->gpu.thermal;
    if (hardware->cooling == GS_COOLING_LIQUID) {
        return gs_resistance_liquid(thermal->resistance, &hardware->cold_plate,
                                    hardware->cold_plate_nominal, hardware->flow);
    }
    return gs_resistance_air(thermal->resistance, thermal->flow_exponent, speed);
}

void gs_fans_set(gpusim_sim *sim, uint32_t node, uint32_t level)
{
    const gs_node_hardware *hardware = gs_node_hardware_of(sim, node);
    gs_node *plant = GS_PLANT(sim, node);
    plant->fan = level;
    plant->fan_speed = plant->fan_held > 0 ? plant->fan_held : speed_of(hardware, level);
    plant->resistance = resistance_at(hardware, plant->fan_speed);
}

int gs_node_has_fans(const gpusim_model *model, uint32_t node)
{
    const gs_node_hardware *hardware = &model->hardware.groups[model->cluster.node_group[node]];
    if (hardware->legacy) {
        return hardware->legacy != GS_LEGACY_ASTERA;
    }
    return hardware->physical && hardware->cooling == GS_COOLING_AIR &&
           (hardware->fan_max > 0 || hardware->fan_levels > 0);
}

void gs_fans_move(gpusim_sim *sim, uint32_t node, uint32_t level)
{
    const gs_cluster *cluster = &sim->model->cluster;
    uint32_t first = cluster->node_first_gpu[node], end = cluster->node_first_gpu[node + 1];
    for (uint32_t g = first; g < end; g++) {
        gs_gpu_settle(sim, g);
        GS_GPU(sim, g)->steady = 0;
        gs_mark_gpu(sim, g);
    }
    gs_fans_set(sim, node, level);
    gs_mark_node(sim, node);
}

gpusim_status gs_fans_hold(gpusim_sim *sim, uint32_t node, double speed, gpusim_error *err)
{
    gs_node *plant = GS_PLANT(sim, node);
    if (gs_node_hardware_of(sim, node)->legacy) {
        gs_legacy_fans(sim, node, speed);
        return GPUSIM_OK;
    }
    if (plant->fan_held == speed) {
        return GPUSIM_OK;
    }
    plant->fan_held = speed;
    gs_fans_move(sim, node, plant->fan);
    return gs_node_soon(sim, node, err); // the air between its GPUs is another
}

// whether the GPU would stay below the threshold of the next level with the air of this one, also
// if caps gave it all it asks for: slower fans leave them more to give
static int enough(const gpusim_sim *sim, const gs_gpu *gpu, uint32_t level)
{
    const gs_node_hardware *hardware = gs_node_hardware_of(sim, gpu->node);
    double threshold = gs_fans_threshold(hardware, level + 1);
    double watts = gs_watts(gpu->power);
    if (gs_gpu_leaks(gpu)) {
        watts = gs_full_power(sim, gpu, gpu->clock, gs_leakage(&hardware->gpu.leakage, threshold));
        int capped = gpu->node_cap < INFINITY || gpu->rack_cap < INFINITY;
        watts = capped ? fmax(watts, gpu->demand) : watts;
    }
    double resistance = resistance_at(hardware, speed_of(hardware, level)) * gpu->resistance;
    return gpu->inlet + resistance * watts < threshold;
}

uint32_t gs_fans_wanted(const gpusim_sim *sim, const gs_gpu *gpu)
{
    const gs_node_hardware *hardware = gs_node_hardware_of(sim, gpu->node);
    uint32_t now = GS_PLANT(sim, gpu->node)->fan;
    double temperature = gs_gpu_temperature(gpu);
    uint32_t level = now;
    while (level < hardware->fan_levels &&
           temperature >= gs_fans_threshold(hardware, level + 1) - GS_LEVEL_GUARD) {
        level++;
    }
    if (level > now) {
        return level;
    }
    while (level > 0 && temperature <= gs_fans_threshold(hardware, level) -
                                           hardware->fan_hysteresis + GS_LEVEL_GUARD) {
        level--;
    }
    while (level < now && !enough(sim, gpu, level)) {
        level++;
    }
    return level;
}

int gs_fans_disagree(const gpusim_sim *sim, uint32_t index)
{
    const gs_gpu *gpu = GS_GPU(sim, index);
    const gs_node *plant = GS_PLANT(sim, gpu->node);
    if (plant->fan_held > 0) {
        return 0;
    }
    uint32_t wanted = gs_fans_wanted(sim, gpu);
    uint32_t holder = sim->model->cluster.node_first_gpu[gpu->node] + plant->fan_gpu;
    return wanted > plant->fan || (wanted < plant->fan && index == holder);
}
