/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A node: what it draws besides its GPUs, what its power supplies lose, and its control, which
 * moves fans, inlets and caps once the reaction time has passed after something moved.
 *
 *   input = psu(losses(GPUs + CPUs + memory + NICs + storage + other + fans))
 */
#include <math.h>

#include "core/plant.h"
#include "physics/power.h"

int64_t gs_node_output(const gs_node *plant)
{
    int64_t output = 0;
    for (int c = 0; c < GS_POWER_NODE_LOSS; c++) {
        output += plant->power[c];
    }
    return output;
}

uint32_t gs_node_supplies(const gpusim_sim *sim, uint32_t node)
{
    uint32_t psus = gs_node_hardware_of(sim, node)->psus;
    uint32_t lost = gs_node_effect(sim, node)->supplies;
    return lost < psus ? psus - lost : 0;
}

double gs_node_input_of(const gs_node_hardware *hardware, uint32_t psus, double output)
{
    double input = gs_losses_input(hardware->losses, hardware->loss_count, output);
    if (psus > 0) {
        input = gs_psu_input(&hardware->psu_efficiency, psus, hardware->psu_rating, input);
    }
    return input;
}

// where cores are not limited, GPUs that are held say how busy the CPUs are
static double cpu_load(const gpusim_sim *sim, uint32_t node)
{
    const gpusim_node_info *info = GS_NODE(sim, node);
    double cores = info->cpus == UINT32_MAX ? info->gpus : info->cpus / 1000.0;
    return cores > 0 ? fmin((double)GS_PLANT(sim, node)->busy_cpus / 1e9 / cores, 1) : 0;
}

// B/s that its GPUs' tenants send through the NICs
static double traffic_of(const gpusim_sim *sim, uint32_t node)
{
    const gs_cluster *cluster = &sim->model->cluster;
    double sum = 0;
    for (uint32_t g = cluster->node_first_gpu[node]; g < cluster->node_first_gpu[node + 1]; g++) {
        sum += GS_GPU(sim, g)->load.network;
    }
    return sum;
}

int gs_node_dead(const gpusim_sim *sim, uint32_t node)
{
    uint32_t state = GS_NODE(sim, node)->state;
    return state == GPUSIM_NODE_DOWN || state == GPUSIM_NODE_REPAIRING ||
           state == GPUSIM_NODE_REMOVED;
}

void gs_node_rest_power(const gpusim_sim *sim, uint32_t node, int64_t power[])
{
    for (int c = GS_POWER_CPU; c < GS_POWER_NODE_LOSS && gs_node_dead(sim, node); c++) {
        power[c] = 0;
    }
    if (gs_node_dead(sim, node)) {
        return;
    }
    const gs_node_hardware *hardware = gs_node_hardware_of(sim, node);
    const gs_node *plant = GS_PLANT(sim, node);
    double cpu = 0, nic = 0;
    if (hardware->cpu_state_count > 0) {
        cpu = gs_cpu_power(&hardware->cpu_states[plant->cpu_state], hardware->sockets,
                           cpu_load(sim, node));
    }
    double traffic = hardware->nic > 0 ? fmin(plant->network / hardware->nic, 1) : 0;
    nic =
        hardware->nics * (hardware->nic_idle + traffic * (hardware->nic_max - hardware->nic_idle));
    power[GS_POWER_CPU] = gs_nanowatts(cpu);
    power[GS_POWER_MEMORY] = gs_nanowatts(hardware->memory);
    power[GS_POWER_NIC] = gs_nanowatts(nic);
    power[GS_POWER_STORAGE] = gs_nanowatts(hardware->storage);
    power[GS_POWER_OTHER] = gs_nanowatts(hardware->other);
    power[GS_POWER_FANS] = gs_nanowatts(gs_fan_power(hardware->fan_max, plant->fan_speed));
}

void gs_node_settle(gpusim_sim *sim, uint32_t node)
{
    gs_node *plant = GS_PLANT(sim, node);
    gpusim_time now = gpusim_engine_now(sim->engine);
    if (now == plant->settled) {
        return;
    }
    plant->ratio = gs_node_ratio(sim, node);
    plant->rest = gs_node_rest(sim, node);
    plant->energy += (gs_wide)(uint64_t)plant->input * (uint64_t)(now - plant->settled);
    plant->settled = now;
}

// what hears of a new power at the input: the rack's air, and its cap when it is not the GPUs'
static gpusim_status tell_rack(gpusim_sim *sim, uint32_t node, gpusim_error *err)
{
    const gs_rack_hardware *rack =
        &sim->model->hardware.racks[sim->model->cluster.node_group[node]];
    if (rack->air.d && gs_node_hardware_of(sim, node)->cooling == GS_COOLING_AIR) {
        return gs_rack_soon(sim, GS_NODE(sim, node)->rack, err);
    }
    return GPUSIM_OK;
}

gpusim_status gs_node_update(gpusim_sim *sim, uint32_t node, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gs_node *plant = GS_PLANT(sim, node);
    gs_facility *facility = GS_FACILITY(sim);
    const gs_node_hardware *hardware = gs_node_hardware_of(sim, node);
    plant->marked = 0;
    if (!gs_draws_power(hardware)) {
        return GPUSIM_OK;
    }
    gs_node_settle(sim, node);
    plant->network = traffic_of(sim, node);

    // what it draws now, by component; the GPUs' sum has been kept while they changed
    int64_t power[GS_POWER_NODE_LOSS + 1] = {[GS_POWER_GPU] = plant->power[GS_POWER_GPU]};
    gs_node_rest_power(sim, node, power);
    int64_t output = 0, rest = 0, rest_before = 0;
    for (int c = 0; c < GS_POWER_NODE_LOSS; c++) {
        output += power[c];
        rest += c == GS_POWER_GPU ? 0 : power[c];
        rest_before += c == GS_POWER_GPU ? 0 : plant->power[c];
    }
    int64_t input = gs_node_dead(sim, node)
                        ? output
                        : gs_nanowatts(gs_node_input_of(hardware, gs_node_supplies(sim, node),
                                                        gs_watts(output)));
    power[GS_POWER_NODE_LOSS] = input - output;

    // sums above it move by the difference
    int64_t moved = input - plant->input;
    for (int c = 0; c <= GS_POWER_NODE_LOSS; c++) {
        facility->power[c] += power[c] - plant->power[c];
        plant->power[c] = power[c];
    }
    plant->input = input;
    if (moved != 0) {
        GS_RACK(sim, GS_NODE(sim, node)->rack)->nodes += moved;
        gs_mark_rack(sim, GS_NODE(sim, node)->rack);
        GPUSIM_TRY(tell_rack(sim, node, err));
    }
    if (rest != rest_before) {
        GPUSIM_TRY(gs_caps_demand_moved(sim, node, err));
    }
cleanup:
    return status;
}

// ---- control ----

gpusim_status gs_node_soon(gpusim_sim *sim, uint32_t node, gpusim_error *err)
{
    gs_node *plant = GS_PLANT(sim, node);
    if (gpusim_engine_pending(sim->engine, plant->control, NULL)) {
        return GPUSIM_OK;
    }
    gpusim_time time =
        gpusim_time_add(gpusim_engine_now(sim->engine), sim->model->hardware.reaction);
    return gs_background_schedule(sim, time, GS_ON_NODE_CONTROL, node, 0, &plant->control, err);
}

// the hottest GPU decides
static void move_fans(gpusim_sim *sim, uint32_t node)
{
    const gs_cluster *cluster = &sim->model->cluster;
    uint32_t first = cluster->node_first_gpu[node], end = cluster->node_first_gpu[node + 1];
    uint32_t level = 0;
    if (GS_PLANT(sim, node)->fan_held > 0) {
        return;
    }
    for (uint32_t g = first; g < end; g++) {
        gs_gpu_settle(sim, g);
        uint32_t wanted = gs_fans_wanted(sim, GS_GPU(sim, g));
        if (g == first || wanted > level) {
            level = wanted;
            GS_PLANT(sim, node)->fan_gpu = g - first;
        }
    }
    if (level != GS_PLANT(sim, node)->fan) {
        gs_fans_move(sim, node, level);
    }
}

// K by which the GPUs before it in its lane have warmed the air
static double upstream(const gpusim_sim *sim, uint32_t node, uint32_t gpu)
{
    const gs_node_hardware *hardware = gs_node_hardware_of(sim, node);
    uint32_t first = sim->model->cluster.node_first_gpu[node];
    uint32_t gpus = sim->model->cluster.node_first_gpu[node + 1] - first;
    uint32_t lane = hardware->lane < gpus ? hardware->lane : gpus;
    if (hardware->cooling != GS_COOLING_AIR || lane < 2 || !(hardware->airflow > 0)) {
        return 0;
    }
    double watts = 0;
    for (uint32_t g = gpu - (gpu - first) % lane; g < gpu; g++) {
        watts += gs_watts(GS_GPU(sim, g)->power);
    }
    double flow = hardware->airflow * GS_PLANT(sim, node)->fan_speed * lane / gpus;
    return gs_air_rise(watts, flow);
}

void gs_node_breathe(gpusim_sim *sim, uint32_t node, int at_rest)
{
    const gs_cluster *cluster = &sim->model->cluster;
    const gs_node_hardware *hardware = gs_node_hardware_of(sim, node);
    for (uint32_t g = cluster->node_first_gpu[node]; g < cluster->node_first_gpu[node + 1]; g++) {
        gs_gpu *gpu = GS_GPU(sim, g);
        const gs_effect *effect = gs_gpu_effect(sim, g);
        double inlet =
            GS_PLANT(sim, node)->inlet + upstream(sim, node, g) + effect->inlet + effect->warmth;
        if (at_rest) {
            gpu->inlet = inlet;
            continue;
        }
        if (fabs(inlet - gpu->inlet) < sim->model->hardware.epsilon) {
            continue;
        }
        // water comes with its loop's time constant, air at once
        gs_gpu_settle(sim, g);
        if (hardware->cooling == GS_COOLING_LIQUID) {
            gpu->drift += gpu->inlet - inlet;
        }
        gpu->inlet = inlet;
        gpu->steady = 0;
        gs_mark_gpu(sim, g);
    }
}

gpusim_status gs_on_node_control(void *context, const gpusim_event *event, gpusim_error *err)
{
    gpusim_sim *sim = context;
    uint32_t node = event->entity;
    gs_background_fired(sim);
    GS_PLANT(sim, node)->control = (gpusim_event_id){0};
    move_fans(sim, node);
    gs_node_breathe(sim, node, 0);
    return gs_caps_of_node(sim, node, err);
}
