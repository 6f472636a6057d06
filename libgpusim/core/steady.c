/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The physical state is created at rest: nothing runs, every GPU is idle, and fans, powers, inlets
 * and temperatures agree with each other exactly. */
#include <math.h>

#include "core/plant.h"
#include "physics/power.h"

// powers of node and rack for the fans' present levels
static void set_powers(gpusim_sim *sim, uint32_t rack)
{
    const gs_rack *nodes = &sim->model->cluster.racks[rack];
    for (uint32_t n = nodes->first_node; n < nodes->first_node + nodes->nodes; n++) {
        gs_node *plant = GS_PLANT(sim, n);
        gs_node_rest_power(sim, n, plant->power);
        int64_t output = gs_node_output(plant);
        plant->input = gs_nanowatts(gs_node_input_of(gs_node_hardware_of(sim, n),
                                                     gs_node_supplies(sim, n), gs_watts(output)));
        plant->power[GS_POWER_NODE_LOSS] = plant->input - output;
    }
}

static void set_temperatures(gpusim_sim *sim, uint32_t node)
{
    const gs_cluster *cluster = &sim->model->cluster;
    gs_node *plant = GS_PLANT(sim, node);
    plant->inlet = plant->target = gs_inlet_target(sim, node);
    gs_node_breathe(sim, node, 1);
    for (uint32_t g = cluster->node_first_gpu[node]; g < cluster->node_first_gpu[node + 1]; g++) {
        gs_gpu *gpu = GS_GPU(sim, g);
        gs_targets to = gs_gpu_targets(sim, gpu, gs_watts(gpu->power));
        gpu->fast = to.fast;
        gpu->slow = to.slow;
        gpu->memory = to.memory;
        gpu->drift = 0;
    }
}

// fans only ever rise here, so this ends
static int raise_fans(gpusim_sim *sim, uint32_t node)
{
    const gs_cluster *cluster = &sim->model->cluster;
    uint32_t level = GS_PLANT(sim, node)->fan;
    for (uint32_t g = cluster->node_first_gpu[node]; g < cluster->node_first_gpu[node + 1]; g++) {
        uint32_t wanted = gs_fans_wanted(sim, GS_GPU(sim, g));
        if (wanted > level) {
            level = wanted;
            GS_PLANT(sim, node)->fan_gpu = g - cluster->node_first_gpu[node];
        }
    }
    if (level == GS_PLANT(sim, node)->fan) {
        return 0;
    }
    gs_fans_set(sim, node, level);
    return 1;
}

static void rest_rack(gpusim_sim *sim, uint32_t rack)
{
    const gs_rack *nodes = &sim->model->cluster.racks[rack];
    int moved = 1;
    while (moved) {
        moved = 0;
        set_powers(sim, rack);
        for (uint32_t n = nodes->first_node; n < nodes->first_node + nodes->nodes; n++) {
            set_temperatures(sim, n);
            moved |= raise_fans(sim, n);
        }
    }
}

static void rest_all(gpusim_sim *sim)
{
    const gs_cluster *cluster = &sim->model->cluster;
    for (uint32_t g = 0; g < sim->gpus.count; g++) {
        gs_gpu *gpu = GS_GPU(sim, g);
        const gs_node_hardware *hardware = gs_gpu_hardware(sim, g);
        if (hardware->physical) {
            gpu->power = gs_nanowatts(hardware->gpu.power.idle);
            gpu->demand = gs_watts(gpu->power);
        }
        GS_PLANT(sim, gpu->node)->power[GS_POWER_GPU] += gpu->power;
    }
    for (uint32_t r = 0; r < cluster->rack_count; r++) {
        const gs_node_hardware *hardware = gs_node_hardware_of(sim, cluster->racks[r].first_node);
        if (hardware->physical) {
            rest_rack(sim, r);
        } else if (hardware->legacy) {
            set_powers(sim, r);
        }
    }
}

// ---- creation ----

gpusim_status gs_gpus_create(gpusim_sim *sim, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    const gs_cluster *cluster = &sim->model->cluster;
    if (sim->gpus.count > 0) {
        return GPUSIM_OK;
    }
    GPUSIM_TRY(gs_array_resize(&sim->gpus, cluster->gpu_count, err));
    for (uint32_t n = 0; n < cluster->node_count; n++) {
        const gs_node_hardware *hardware = gs_node_hardware_of(sim, n);
        uint32_t top = hardware->clock_count > 0 ? hardware->clock_count - 1 : 0;
        for (uint32_t g = cluster->node_first_gpu[n]; g < cluster->node_first_gpu[n + 1]; g++) {
            char name[256];
            (void)gpusim_model_entity_name(sim->model, GPUSIM_OF_GPU, g, name, sizeof name);
            *GS_GPU(sim, g) = (gs_gpu){
                .speed = gs_spread_speed(hardware, sim->seed, name),
                .slowdown = 1,
                .memory_slowdown = 1,
                .resistance = 1,
                .own_cap = INFINITY,
                .fault_cap = INFINITY,
                .node_cap = INFINITY,
                .rack_cap = INFINITY,
                .cap = INFINITY,
                .clock = top,
                .cap_clock = top,
                .thermal_clock = top,
                .node = n,
                .first_tenant = GPUSIM_NONE,
                .level = GS_GPU_IDLE,
            };
        }
    }
cleanup:
    return status;
}

static gpusim_status create_plant(gpusim_sim *sim, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    const gs_cluster *cluster = &sim->model->cluster;
    GPUSIM_TRY(gs_array_resize(&sim->plant, cluster->node_count, err));
    GPUSIM_TRY(gs_array_resize(&sim->racks, cluster->rack_count, err));
    GPUSIM_TRY(gs_array_resize(&sim->facility, 1, err));
    for (uint32_t n = 0; n < cluster->node_count; n++) {
        GS_PLANT(sim, n)->cap = INFINITY;
        if (gs_node_hardware_of(sim, n)->physical) {
            gs_fans_set(sim, n, 0);
        }
    }
    for (uint32_t r = 0; r < cluster->rack_count; r++) {
        GS_RACK(sim, r)->cap = INFINITY;
    }
cleanup:
    return status;
}

/* Sums of the powers that the steady state has given; nothing has been drawn yet. */
static gpusim_status add_up(gpusim_sim *sim, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gs_facility *facility = GS_FACILITY(sim);
    facility->hottest = -INFINITY;
    for (uint32_t n = 0; n < sim->plant.count; n++) {
        const gs_node *plant = GS_PLANT(sim, n);
        for (int c = 0; c <= GS_POWER_NODE_LOSS; c++) {
            facility->power[c] += plant->power[c];
        }
        GS_RACK(sim, GS_NODE(sim, n)->rack)->nodes += plant->input;
    }
    for (uint32_t r = 0; r < sim->racks.count; r++) {
        GPUSIM_TRY(gs_rack_update(sim, r, err));
        if (gs_rack_cap(sim, r) < gs_watts(GS_RACK(sim, r)->power)) {
            GPUSIM_TRY(gs_rack_soon(sim, r, err)); // say at once that it cannot be held
        }
    }
    for (uint32_t n = 0; n < sim->plant.count; n++) {
        if (gs_node_cap(sim, n) < gs_watts(GS_PLANT(sim, n)->input)) {
            GPUSIM_TRY(gs_node_soon(sim, n, err));
        }
    }
    gs_facility_update(sim);
    for (uint32_t g = 0; g < sim->gpus.count; g++) {
        if (gs_gpu_hardware(sim, g)->physical) {
            facility->hottest = fmax(facility->hottest, gs_gpu_temperature(GS_GPU(sim, g)));
        }
    }
cleanup:
    return status;
}

gpusim_status gs_physics_create(gpusim_sim *sim, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    if (!sim->model->hardware.physical) {
        return GPUSIM_OK;
    }
    GPUSIM_TRY(gs_gpus_create(sim, err));
    GPUSIM_TRY(create_plant(sim, err));
    GPUSIM_TRY(gs_legacy_begin(sim, err));
    rest_all(sim);
    GPUSIM_TRY(add_up(sim, err));
    GPUSIM_TRY(gs_steps_begin(sim, err));
cleanup:
    return status;
}
