/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the hardware of a model comes to, for people: the ends of its range, worked out. */
#include <math.h>
#include <string.h>

#include "core/model.h"
#include "physics/draw.h"
#include "physics/heat.h"
#include "physics/power.h"

#define NONE ((double)NAN)

// 0 stands for "not limited"
static double limit_of(double value)
{
    return value > 0 ? value : NONE;
}

static double least_of(const gs_steps *steps)
{
    double least, largest;
    gs_steps_extremes(steps, &least, &largest);
    return least;
}

// nodes of a full rack
static uint32_t rack_size(const gs_cluster *cluster, uint32_t group)
{
    return cluster->racks[cluster->node_rack[cluster->groups[group].first_node]].nodes;
}

// what the last GPU of a lane breathes above the supply, everything at full power
static double inlet_rise(const gs_node_hardware *node, const gs_rack_hardware *rack, uint32_t gpus,
                         const gs_draw *peak)
{
    double most = 0;
    for (uint32_t i = 0; i < rack->air.nodes && rack->air.d; i++) {
        double rise = 0;
        for (uint32_t j = 0; j < rack->air.nodes; j++) {
            rise += rack->air.d[(size_t)i * rack->air.nodes + j] * peak->input;
        }
        most = fmax(most, rise);
    }
    if (node->cooling == GS_COOLING_AIR && node->lane > 1 && node->airflow > 0) {
        most += gs_air_rise(peak->gpu * (node->lane - 1), node->airflow * node->lane / gpus);
    }
    return most;
}

static double resistance_of(const gs_node_hardware *node)
{
    double resistance = node->gpu.thermal.resistance;
    return node->cooling == GS_COOLING_LIQUID && node->cold_plate.count
               ? gs_resistance_liquid(resistance, &node->cold_plate, node->cold_plate_nominal,
                                      node->flow)
               : resistance;
}

// (diag R + D) dP/dT, a node's GPUs taken together: each has a share of its power and of its slope
static double feedback_of(const gs_node_hardware *node, const gs_rack_hardware *rack, uint32_t gpus,
                          double celsius)
{
    uint32_t nodes = rack->air.d ? rack->air.nodes : 1;
    double *numbers = NULL, radius = NONE;
    if (gs_allocate(&numbers, 4 * (size_t)nodes, sizeof *numbers, NULL) == GPUSIM_OK) {
        for (uint32_t i = 0; i < nodes; i++) {
            numbers[i] = resistance_of(node) / gpus;
            numbers[nodes + i] = gpus * gs_leakage_slope(&node->gpu.leakage, celsius);
        }
        radius = gs_spectral_radius(rack->air.d, numbers, numbers + nodes, nodes,
                                    numbers + 2 * (size_t)nodes);
    }
    gs_release(&numbers);
    return radius;
}

static double hottest_of(const gs_node_hardware *node, const gs_rack_hardware *rack, uint32_t gpus,
                         const gs_draw *peak, double supply)
{
    const gpusim_gpu_model *gpu = &node->gpu;
    double base = supply + inlet_rise(node, rack, gpus, peak), temperature;
    double resistance = resistance_of(node);

    // a cap holds what leakage adds
    double busy = gpu->power.fixed + gpu->power.dynamic;
    double capped = base + resistance * peak->gpu;
    if (gs_busy_power(&gpu->power, 1, 1, gs_leakage(&gpu->leakage, capped)) >= peak->gpu) {
        return capped;
    }
    int runs_away =
        gs_leak_fixed_point(&gpu->leakage, base, resistance, busy, base, 1000, &temperature);
    return runs_away ? (double)INFINITY : temperature;
}

// what a node without physics has too: links
static void fill_links(const gs_node_hardware *node, const gs_rack_hardware *rack,
                       gpusim_group_hardware *h)
{
    h->nvlink = limit_of(node->nvlink);
    h->nic = limit_of(node->nic);
    h->uplink = limit_of(rack->uplink);
}

static void fill_power(const gs_node_hardware *node, const gs_draw *idle, const gs_draw *peak,
                       gpusim_group_hardware *h)
{
    h->tdp = h->gpus ? node->gpu.power.tdp : NONE;
    h->gpu_idle = h->gpus ? idle->gpu : NONE;
    h->gpu_peak = h->gpus ? peak->gpu : NONE;
    h->node_idle = idle->input;
    h->node_peak = peak->input;
    h->rack_idle = idle->rack;
    h->rack_peak = peak->rack;
    h->gpu_cap = least_of(&node->gpu_cap);
    gs_steps_extremes(&node->cap, &h->node_cap, &h->node_cap_high);
    h->psu = node->psus ? node->psus_needed * node->psu_rating : NONE;
}

static void fill_cooling(const gpusim_model *model, const gs_node_hardware *node,
                         const gs_rack_hardware *rack, const gs_draw *peak,
                         gpusim_group_hardware *h)
{
    const gs_hardware *hardware = &model->hardware;
    h->liquid = node->cooling == GS_COOLING_LIQUID;
    gs_steps_extremes(h->liquid && hardware->water.count ? &hardware->water : &hardware->supply,
                      &h->supply_low, &h->supply_high);
    h->airflow = h->liquid ? NONE : limit_of(node->airflow);
    h->flow = h->liquid ? node->flow : NONE;
    if (h->gpus) {
        h->hottest = hottest_of(node, rack, h->gpus, peak, h->supply_high);
        h->operating = node->gpu.limits.operating;
        h->shutdown = node->gpu.limits.shutdown;
        h->feedback = feedback_of(node, rack, h->gpus, fmin(h->hottest, h->shutdown));
    }
}

void gpusim_model_group_hardware_fill(const gpusim_model *model, uint32_t group,
                                      gpusim_group_hardware *hardware, uint32_t size)
{
    gpusim_group_hardware h = {
        .tdp = NONE,
        .gpu_idle = NONE,
        .gpu_peak = NONE,
        .node_idle = NONE,
        .node_peak = NONE,
        .rack_idle = NONE,
        .rack_peak = NONE,
        .gpu_cap = NONE,
        .node_cap = NONE,
        .psu = NONE,
        .supply_low = NONE,
        .supply_high = NONE,
        .airflow = NONE,
        .flow = NONE,
        .hottest = NONE,
        .operating = NONE,
        .shutdown = NONE,
        .nvlink = NONE,
        .nic = NONE,
        .uplink = NONE,
        .feedback = NONE,
    };
    if (group < model->cluster.group_count) {
        const gs_node_hardware *node = &model->hardware.groups[group];
        const gs_rack_hardware *rack = &model->hardware.racks[group];
        uint32_t nodes = rack_size(&model->cluster, group);
        h.gpus = model->cluster.groups[group].gpus;
        h.physical = node->physical;
        h.mig = node->mig;
        fill_links(node, rack, &h);
        if (node->physical) {
            gs_draw idle = gs_draw_idle(node, rack, h.gpus, nodes);
            gs_draw peak = gs_draw_peak(node, rack, h.gpus, nodes);
            fill_power(node, &idle, &peak, &h);
            fill_cooling(model, node, rack, &peak, &h);
        }
    }
    uint32_t known = size < sizeof h ? size : (uint32_t)sizeof h;
    memset(hardware, 0, size);
    memcpy(hardware, &h, known);
    hardware->size = size;
}

// all racks, the last of a group may be smaller than the others
static void add_racks(const gpusim_model *model, gpusim_facility_hardware *h)
{
    const gs_cluster *cluster = &model->cluster;
    for (uint32_t r = 0; r < cluster->rack_count; r++) {
        uint32_t group = gs_group_of_rack(cluster, r);
        const gs_node_hardware *node = &model->hardware.groups[group];
        const gs_rack_hardware *rack = &model->hardware.racks[group];
        uint32_t gpus = cluster->groups[group].gpus, nodes = cluster->racks[r].nodes;
        if (node->physical) {
            h->physical = 1;
            h->tdp += gpus ? (double)nodes * gpus * node->gpu.power.tdp : 0;
            h->it_idle += gs_draw_idle(node, rack, gpus, nodes).rack;
            h->it_peak += gs_draw_peak(node, rack, gpus, nodes).rack;
        }
    }
}

void gpusim_model_facility_hardware_fill(const gpusim_model *model,
                                         gpusim_facility_hardware *hardware, uint32_t size)
{
    const gs_hardware *all = &model->hardware;
    gpusim_facility_hardware h = {.currency = all->currency};
    add_racks(model, &h);
    h.facility_idle =
        h.it_idle + all->cdu + gs_facility_overhead(all->fixed, all->linear, h.it_idle);
    h.facility_peak =
        h.it_peak + all->cdu + gs_facility_overhead(all->fixed, all->linear, h.it_peak);
    gs_steps_extremes(&all->rack_cap, &h.rack_cap, &h.rack_cap_high);
    gs_steps_extremes(&all->carbon, &h.carbon_low, &h.carbon_high);
    gs_steps_extremes(&all->price, &h.price_low, &h.price_high);
    h.spine = limit_of(all->spine);
    h.storage = limit_of(all->storage);
    uint32_t known = size < sizeof h ? size : (uint32_t)sizeof h;
    memset(hardware, 0, size);
    memcpy(hardware, &h, known);
    hardware->size = size;
}
