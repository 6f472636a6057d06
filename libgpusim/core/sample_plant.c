/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What sensors of nodes, racks and the site say: at this moment, in steps, without noise. */
#include <math.h>

#include "core/sampling.h"
#include "physics/power.h"
#include "telemetry/sensor.h"

// ---- nodes ----

// what the power supplies deliver: the node's output and the losses behind it
static double delivered(const gs_node_hardware *hardware, const gs_node *plant)
{
    double output = gs_watts(gs_node_output(plant));
    return gs_losses_input(hardware->losses, hardware->loss_count, output);
}

static double cpu_util(const gpusim_sim *sim, uint32_t node)
{
    uint32_t milli = GS_NODE(sim, node)->cpus;
    double cores = milli / 1000.0;
    double busy = (double)GS_PLANT(sim, node)->busy_cpus * 1e-9;
    return milli > 0 && milli != UINT32_MAX ? 100 * fmin(1, busy / cores) : (double)NAN;
}

// of nodes with another simulator's model, whose GPUs are that one's nodes
static double foreign(const gpusim_sim *sim, uint32_t metric, uint32_t node)
{
    const gs_node_hardware *hardware = gs_node_hardware_of(sim, node);
    uint32_t first = sim->model->cluster.node_first_gpu[node];
    uint32_t gpus = sim->model->cluster.node_first_gpu[node + 1] - first;
    double fans = 0;
    if (metric == GS_METRIC_NODE_POWER && hardware->legacy != GS_LEGACY_IOGUARD) {
        return gs_watts(GS_PLANT(sim, node)->input);
    }
    if (metric != GS_METRIC_NODE_FAN_SPEED || gpus == 0) {
        return (double)NAN;
    }
    for (uint32_t g = first; g < first + gpus; g++) {
        fans += gs_legacy_fan(hardware, gs_legacy_of(sim, g));
    }
    return 100 * fans / gpus;
}

// % of what the supplies that work are rated for
static double psu_load(const gpusim_sim *sim, uint32_t node)
{
    const gs_node_hardware *hardware = gs_node_hardware_of(sim, node);
    uint32_t left = gs_node_supplies(sim, node);
    return left > 0 ? 100 * delivered(hardware, GS_PLANT(sim, node)) / (left * hardware->psu_rating)
                    : (double)NAN;
}

static double node_gauge(const gpusim_sim *sim, uint32_t metric, uint32_t node)
{
    const gpusim_node_info *info = GS_NODE(sim, node);
    const gs_node *plant = GS_PLANT(sim, node);
    const gs_node_hardware *hardware = gs_node_hardware_of(sim, node);
    if (!hardware->physical) {
        return hardware->legacy ? foreign(sim, metric, node) : (double)NAN;
    }
    switch (metric) {
    case GS_METRIC_NODE_INLET_TEMP:
        return plant->inlet;
    case GS_METRIC_NODE_POWER:
        return gs_watts(plant->input);
    case GS_METRIC_NODE_POWER_OUTPUT:
        return hardware->psus > 0 ? delivered(hardware, plant) : (double)NAN;
    case GS_METRIC_NODE_FAN_SPEED:
        return gs_has_fans(hardware) ? 100 * plant->fan_speed : (double)NAN;
    case GS_METRIC_NODE_FAN_LEVEL:
        return gs_has_fans(hardware) ? plant->fan : (double)NAN;
    case GS_METRIC_NODE_PSU_LOAD:
        return psu_load(sim, node);
    case GS_METRIC_NODE_CPU_UTIL:
        return cpu_util(sim, node);
    case GS_METRIC_NODE_MEMORY_USED:
        return info->memory != UINT64_MAX ? (double)(info->memory - info->free_memory)
                                          : (double)NAN;
    case GS_METRIC_NODE_NIC_TX:
    case GS_METRIC_NODE_NIC_RX:
        return plant->network;
    default: // its disk, which faults alone fill
        return gs_node_effect(sim, node)->flags & GS_FAULT_NO_DISK ? 100 : 0;
    }
}

// the supplies that work; the last ones fail first
static void fill_psus(const gpusim_sim *sim, uint32_t *values)
{
    for (uint32_t n = 0; n < sim->plant.count; n++) {
        const gs_node_hardware *hardware = gs_node_hardware_of(sim, n);
        uint32_t psus = hardware->physical ? hardware->psus : 0;
        uint32_t left = psus > 0 ? gs_node_supplies(sim, n) : 0;
        values[n] = psus == 0 ? UINT32_MAX : left < 31 ? (1u << left) - 1 : UINT32_MAX >> 1;
    }
}

// ---- racks ----

static double cap_or_none(double watts)
{
    return watts < INFINITY ? watts : (double)NAN;
}

static double inlet_max(const gpusim_sim *sim, uint32_t rack)
{
    const gs_rack *about = &sim->model->cluster.racks[rack];
    double warmest = (double)NAN;
    for (uint32_t n = about->first_node; n < about->first_node + about->nodes; n++) {
        warmest = fmax(warmest, node_gauge(sim, GS_METRIC_NODE_INLET_TEMP, n));
    }
    return warmest;
}

static double rack_gauge(const gpusim_sim *sim, uint32_t metric, uint32_t rack)
{
    return metric == GS_METRIC_RACK_POWER       ? gs_watts(GS_RACK(sim, rack)->power)
           : metric == GS_METRIC_RACK_POWER_CAP ? cap_or_none(gs_rack_cap(sim, rack))
                                                : inlet_max(sim, rack);
}

// ---- the site ----

static double cluster_gauge(const gpusim_sim *sim, uint32_t metric)
{
    const gs_hardware *hardware = &sim->model->hardware;
    const gs_facility *facility = GS_FACILITY(sim);
    gpusim_time next;
    int64_t it = 0, all = 0;
    for (int c = 0; c < GS_COMPONENTS; c++) {
        it += c <= GS_POWER_RACK_LOSS ? facility->power[c] : 0;
        all += facility->power[c];
    }
    switch (metric) {
    case GS_METRIC_CLUSTER_IT_POWER:
        return gs_watts(it);
    case GS_METRIC_CLUSTER_FACILITY_POWER:
        return gs_watts(all);
    case GS_METRIC_CLUSTER_PUE:
        return it > 0 ? (double)all / (double)it : (double)NAN;
    default:
        return hardware->carbon.count > 0
                   ? gs_watts(all) *
                         gs_steps_at(&hardware->carbon, gpusim_engine_now(sim->engine), &next)
                   : (double)NAN;
    }
}

static void fill(const gpusim_sim *sim, const gpusim_metric *about, uint32_t metric, uint32_t count,
                 float *values)
{
    double step = sim->model->hardware.sensors_quantised ? about->step : 0;
    for (uint32_t i = 0; i < count; i++) {
        double value = about->entity == GPUSIM_OF_NODE   ? node_gauge(sim, metric, i)
                       : about->entity == GPUSIM_OF_RACK ? rack_gauge(sim, metric, i)
                                                         : cluster_gauge(sim, metric);
        values[i] = (float)gs_sense_step(value, step);
    }
}

void gs_sample_plant(const gpusim_sim *sim, gs_sampling *sampling)
{
    uint32_t known = 0;
    const gpusim_metric *metrics = gpusim_metrics(&known);
    for (uint32_t m = 0; m < known && sim->model->hardware.physical; m++) {
        void *values = sampling->values[m];
        if (!values || !metrics[m].physical || metrics[m].entity == GPUSIM_OF_GPU) {
            continue;
        }
        if (m == GS_METRIC_NODE_PSU_STATE) {
            fill_psus(sim, values);
        } else {
            uint32_t count = gpusim_model_entities(sim->model, (gpusim_entity)metrics[m].entity);
            fill(sim, &metrics[m], m, count, values);
        }
    }
}
