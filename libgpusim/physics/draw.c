/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What nodes and racks draw at the ends of their range. */
#include "physics/draw.h"

#include <math.h>

#include "physics/power.h"

// from the GPUs outwards: the node's stages, its power supplies, the rack's stages
static gs_draw convert(const gs_node_hardware *node, const gs_rack_hardware *rack, gs_draw draw,
                       uint32_t nodes)
{
    draw.output = gs_losses_input(node->losses, node->loss_count, draw.output);
    draw.input = draw.output;
    if (node->psus) {
        draw.input = gs_psu_input(&node->psu_efficiency, node->psus, node->psu_rating, draw.output);
    }
    draw.rack =
        gs_losses_input(rack->losses, rack->loss_count, nodes * draw.input + rack->switches);
    return draw;
}

gs_draw gs_draw_idle(const gs_node_hardware *node, const gs_rack_hardware *rack, uint32_t gpus,
                     uint32_t nodes)
{
    double cpu = (double)INFINITY;
    for (uint32_t i = 0; i < node->cpu_state_count; i++) {
        cpu = fmin(cpu, gs_cpu_power(&node->cpu_states[i], node->sockets, 0));
    }
    double fans = gs_fan_power(node->fan_max, node->fan_levels ? node->fan_minimum : 1);
    gs_draw draw = {.gpu = gpus ? node->gpu.power.idle : 0};
    draw.output = gpus * draw.gpu + cpu + node->memory + node->storage + node->other +
                  node->nics * node->nic_idle + fans;
    return convert(node, rack, draw, nodes);
}

double gs_draw_floor(const gs_node_hardware *node, double leak)
{
    const gpusim_gpu_power *power = &node->gpu.power;
    double lowest = gs_busy_power(power, 1, gs_clock_of_step(node, 0), leak);
    return fmax(lowest, power->context);
}

// what its cap leaves, or what its lowest clock takes if that is more
static double gpu_peak(const gs_node_hardware *node)
{
    double least, cap = node->gpu.power.tdp;
    if (node->gpu_cap.count) {
        gs_steps_extremes(&node->gpu_cap, &least, &cap);
    }
    double leak = gs_leakage(&node->gpu.leakage, node->gpu.limits.operating);
    return fmax(fmin(cap, gs_busy_power(&node->gpu.power, 1, 1, leak)), gs_draw_floor(node, leak));
}

gs_draw gs_draw_peak(const gs_node_hardware *node, const gs_rack_hardware *rack, uint32_t gpus,
                     uint32_t nodes)
{
    double cpu = 0;
    for (uint32_t i = 0; i < node->cpu_state_count; i++) {
        cpu = fmax(cpu, gs_cpu_power(&node->cpu_states[i], node->sockets, 1));
    }
    gs_draw draw = {.gpu = gpus ? gpu_peak(node) : 0};
    draw.output = gpus * draw.gpu + cpu + node->memory + node->storage + node->other +
                  node->nics * node->nic_max + node->fan_max;
    return convert(node, rack, draw, nodes);
}
