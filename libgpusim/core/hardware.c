/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What modules may see of hardware: what a monitoring system would know of a node, read off the
 * state when a module asks, and once a pass. */
#include <math.h>
#include <string.h>

#include <gpusim/placement.h>

#include "core/plant.h"

/* ---- failures: state, where a module reads hardware ---- */

void gs_node_failed(gpusim_sim *sim, uint32_t node)
{
    if (node >= sim->failures.count) {
        return;
    }
    gs_node_failures *failures = &GS_AT(sim->failures, gs_node_failures, node);
    memmove(failures->times + 1, failures->times,
            (GPUSIM_FAILURES - 1) * sizeof failures->times[0]);
    failures->times[0] = gpusim_engine_now(sim->engine);
    failures->count++;
}

// ---- what sensors say ----

// K/W: the rises of all inlets of the rack, for a watt of this node
static double recirculation(const gpusim_sim *sim, uint32_t node)
{
    const gs_cluster *cluster = &sim->model->cluster;
    const gs_rack *rack = &cluster->racks[cluster->node_rack[node]];
    const gs_rack_hardware *hardware = &sim->model->hardware.racks[cluster->node_group[node]];
    const gs_recirculation *air =
        rack->nodes == hardware->air.nodes ? &hardware->air : &hardware->last;
    double sum = 0;
    for (uint32_t k = 0; air->d && k < air->nodes; k++) {
        sum += air->d[(size_t)k * air->nodes + (node - rack->first_node)];
    }
    return sum;
}

// the hottest, the sum of powers and limits, the means of what is used
static void read_gpus(const gpusim_sim *sim, uint32_t node, gpusim_hardware_info *info)
{
    const gs_node_hardware *hardware = gs_node_hardware_of(sim, node);
    const uint32_t *first_of = sim->model->cluster.node_first_gpu;
    const uint32_t first = first_of[node], end = first_of[node + 1];
    double used = 0, held = 0, gpus = end - first;
    info->gpu_power = info->gpu_power_limit = 0;
    for (uint32_t g = first; g < end; g++) {
        const gs_gpu *gpu = GS_GPU(sim, g);
        const gs_legacy_state *legacy = gs_legacy_of(sim, g);
        double die = (double)NAN, memory;
        if (legacy) {
            die = legacy->temperature;
        } else if (gpu->level != GS_GPU_OFF) {
            gs_gpu_temperatures(sim, g, &die, &memory);
        }
        info->temperature = fmax(info->temperature, die);
        info->gpu_power += legacy ? legacy->power : gs_watts(gpu->power);
        info->gpu_power_limit += legacy ? (double)NAN : gs_gpu_own_cap(sim, gpu);
        used += legacy ? legacy->load : fmin(1, gpu->load.busy + gpu->load.spin);
        held += (double)gs_vram_used(sim, g);
    }
    if (gpus > 0) {
        double memory = (double)hardware->gpu.memory - (double)hardware->gpu.memory_reserved;
        info->utilisation = used / gpus;
        info->gpu_memory = memory > 0 ? fmin(1, held / (gpus * memory)) : (double)NAN;
    }
}

static gpusim_hardware_info unknown(void)
{
    const double none = (double)NAN;
    gpusim_hardware_info info = {
        .temperature = none,
        .inlet = none,
        .power = none,
        .power_cap = none,
        .gpu_power = none,
        .gpu_power_limit = none,
        .utilisation = none,
        .gpu_memory = none,
        .recirculation = none,
        .rack_power = none,
        .rack_power_cap = none,
    };
    for (uint32_t i = 0; i < GPUSIM_FAILURES; i++) {
        info.failed[i] = GPUSIM_TIME_MAX;
    }
    return info;
}

static void look(const gpusim_sim *sim, uint32_t node, gpusim_hardware_info *info)
{
    const gs_node_hardware *hardware = gs_node_hardware_of(sim, node);
    *info = unknown();
    info->utilisation = gpusim_view_load(&sim->view, node); // what the books say is in use
    if (gs_is_physical(sim) && gs_draws_power(hardware)) {
        uint32_t rack = GS_NODE(sim, node)->rack;
        read_gpus(sim, node, info);
        info->power = gs_watts(GS_PLANT(sim, node)->input);
        info->power_cap = gs_node_cap(sim, node);
        info->rack_power = gs_watts(GS_RACK(sim, rack)->power);
        info->rack_power_cap = gs_rack_cap(sim, rack);
    }
    if (gs_is_physical(sim) && hardware->physical) {
        info->inlet = GS_PLANT(sim, node)->inlet;
        info->recirculation = recirculation(sim, node);
    }
    if (node < sim->failures.count) {
        const gs_node_failures *failures = &GS_AT(sim->failures, gs_node_failures, node);
        memcpy(info->failed, failures->times, sizeof info->failed);
        info->failures = failures->count;
    }
}

// ---- asked by modules ----

static void read_hardware(void *core, uint32_t node, gpusim_hardware_info *info)
{
    gpusim_sim *sim = core;
    // between passes nothing holds still, so nothing is kept
    if (!sim->in_pass && node < sim->model->cluster.node_count) {
        look(sim, node, info);
        return;
    }
    if (node >= sim->readings.count) {
        *info = unknown();
        return;
    }
    gs_reading *reading = &GS_AT(sim->readings, gs_reading, node);
    if (reading->pass != sim->reading_pass) {
        reading->pass = sim->reading_pass;
        look(sim, node, &reading->info);
    }
    *info = reading->info;
}

static uint32_t find_node(void *core, const char *name)
{
    const gpusim_sim *sim = core;
    return gs_model_find_node(sim->model, name);
}

static const char *text_of(void *core, uint32_t name)
{
    const gpusim_sim *sim = core;
    return gs_names_text(sim->model->names, name);
}

static double run_time(void *core, uint32_t group, uint32_t kind)
{
    const gpusim_sim *sim = core;
    return gs_model_run_time(sim->model, group, kind);
}

static uint32_t tenants_of(void *core, uint32_t gpu, uint32_t *slots, uint32_t room)
{
    const gpusim_sim *sim = core;
    uint32_t count = 0;
    uint32_t at = gpu < sim->gpus.count ? GS_GPU(sim, gpu)->first_tenant : GPUSIM_NONE;
    while (at != GPUSIM_NONE) {
        const gs_tenant *tenant = &GS_AT(sim->tenants, gs_tenant, at);
        if (count < room) {
            slots[count] = tenant->job;
        }
        count++;
        at = tenant->next_on_gpu;
    }
    return count;
}

void gs_hardware_offer(gpusim_sim *sim)
{
    sim->host = (gs_view_host){.core = sim,
                               .hardware = read_hardware,
                               .find_node = find_node,
                               .name = text_of,
                               .run_time = run_time,
                               .tenants = tenants_of};
}

gpusim_status gs_hardware_create(gpusim_sim *sim, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    if (!gs_setup_reads(&sim->model->setup, GPUSIM_MODULE_READS_HARDWARE)) {
        return GPUSIM_OK;
    }
    GPUSIM_TRY(gs_array_resize(&sim->readings, sim->nodes.count, err));
    GPUSIM_TRY(gs_array_resize(&sim->failures, sim->nodes.count, err));
    for (uint32_t n = 0; n < sim->nodes.count; n++) {
        gs_node_failures *failures = &GS_AT(sim->failures, gs_node_failures, n);
        for (uint32_t i = 0; i < GPUSIM_FAILURES; i++) {
            failures->times[i] = GPUSIM_TIME_MAX;
        }
    }
cleanup:
    return status;
}
