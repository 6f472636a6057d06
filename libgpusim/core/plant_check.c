/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The invariants of the physical state: sums of power and energy equal what is recomputed from
 * their parts to the last nW ns, temperatures are possible, pending events belong to whom they say.
 */
#include <math.h>

#include "core/plant.h"

#define GS_BROKEN(...) gpusim_fail(err, GPUSIM_INTERNAL, __VA_ARGS__)

static gs_wide energy_of(gs_wide held, int64_t power, gpusim_time since)
{
    return held + (gs_wide)(uint64_t)power * (uint64_t)since;
}

// ---- one GPU ----

static gpusim_status check_tenants(const gpusim_sim *sim, uint32_t index, gpusim_error *err)
{
    const gs_gpu *gpu = GS_GPU(sim, index);
    int64_t paid = 0;
    uint32_t held = 0, count = 0;
    for (uint32_t t = gpu->first_tenant; t != GPUSIM_NONE;) {
        if (t >= sim->tenants.count || count++ > sim->tenants.count) {
            return GS_BROKEN("the tenants of GPU %u are no list", index);
        }
        const gs_tenant *tenant = &GS_AT(sim->tenants, gs_tenant, t);
        if (tenant->gpu != index || GS_JOB(sim, tenant->job)->state != GPUSIM_JOB_RUNNING) {
            return GS_BROKEN("GPU %u has a tenant that is not there", index);
        }
        if (tenant->power < 0) {
            return GS_BROKEN("a tenant of GPU %u is paid for its power", index);
        }
        paid += tenant->power;
        held += tenant->milli;
        t = tenant->next_on_gpu;
    }
    if (held > 1000 || paid > gpu->power || (held == 1000 && paid != gpu->power)) {
        return GS_BROKEN("tenants of GPU %u hold %u thousandths and pay %lld nW of %lld", index,
                         held, (long long)paid, (long long)gpu->power);
    }
    return GPUSIM_OK;
}

static gpusim_status check_heat(const gpusim_sim *sim, uint32_t index, gpusim_error *err)
{
    const gs_node_hardware *hardware = gs_gpu_hardware(sim, index);
    gs_gpu gpu = gs_gpu_now(sim, index);
    double temperature = gs_gpu_temperature(&gpu);
    double memory = gs_gpu_memory_temperature(&gpu);
    if (!isfinite(temperature) || !isfinite(memory) || !isfinite(gpu.leak)) {
        return GS_BROKEN("GPU %u has no temperature", index);
    }
    // never colder than what it breathes, nor hotter than where it turns itself off, but for an
    // inlet that jumps while it is off
    double least = gpu.inlet + fmin(gpu.drift, 0) - 1e-6;
    if (temperature < least || memory < least) {
        return GS_BROKEN("GPU %u is at %g degC and breathes %g degC", index, temperature,
                         gpu.inlet);
    }
    if (gpu.level != GS_GPU_OFF && temperature > hardware->gpu.limits.shutdown + 1e-3 &&
        !gpusim_engine_pending(sim->engine, gpu.crossing, NULL)) {
        return GS_BROKEN("GPU %u is on at %g degC", index, temperature);
    }
    if (gpu.clock >= hardware->clock_count || gpu.clock > gpu.thermal_clock) {
        return GS_BROKEN("GPU %u has clock %u, which nothing allows", index, gpu.clock);
    }
    return GPUSIM_OK;
}

// a capped GPU keeps its cap, unless its lowest clock is too much
static gpusim_status check_cap(const gpusim_sim *sim, uint32_t index, gpusim_error *err)
{
    const gs_gpu *gpu = GS_GPU(sim, index);
    if (gs_gpu_leaks(gpu) && gpu->clock > 0 && gs_watts(gpu->power) > gpu->cap * (1 + 1e-12)) {
        return GS_BROKEN("GPU %u draws %.9f W under a cap of %.9f W", index, gs_watts(gpu->power),
                         gpu->cap);
    }
    return GPUSIM_OK;
}

// what runs takes no more than all of a GPU's time, and none of it backwards
static gpusim_status check_load(const gpusim_sim *sim, uint32_t index, gpusim_error *err)
{
    const gs_gpu_load *load = &GS_GPU(sim, index)->load;
    if (!(load->busy >= 0 && load->spin >= 0 && load->busy + load->spin <= 1 + 1e-9)) {
        return GS_BROKEN("GPU %u is busy for %g of its time and spins for %g", index, load->busy,
                         load->spin);
    }
    return GPUSIM_OK;
}

static gpusim_status check_event(const gpusim_sim *sim, gpusim_event_id id, uint16_t handler,
                                 uint32_t entity, uint32_t *count, gpusim_error *err)
{
    gpusim_event event;
    if (!gpusim_engine_pending(sim->engine, id, &event)) {
        return GPUSIM_OK;
    }
    ++*count;
    if (event.handler != handler || event.entity != entity) {
        return GS_BROKEN("an event of %u is another's", entity);
    }
    return GPUSIM_OK;
}

static gpusim_status check_gpus(const gpusim_sim *sim, uint32_t *events, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    for (uint32_t g = 0; g < sim->gpus.count; g++) {
        const gs_gpu *gpu = GS_GPU(sim, g);
        if (gpu->marked) {
            return GS_BROKEN("GPU %u is still marked", g);
        }
        GPUSIM_TRY(check_tenants(sim, g, err));
        if (gs_gpu_hardware(sim, g)->physical) {
            GPUSIM_TRY(check_heat(sim, g, err));
            GPUSIM_TRY(check_cap(sim, g, err));
            GPUSIM_TRY(check_load(sim, g, err));
        }
        GPUSIM_TRY(check_event(sim, gpu->crossing, GS_ON_CROSSING, g, events, err));
    }
cleanup:
    return status;
}

// ---- sums ----

static gpusim_status check_node(const gpusim_sim *sim, uint32_t node, gpusim_error *err)
{
    const gs_cluster *cluster = &sim->model->cluster;
    const gs_node *plant = GS_PLANT(sim, node);
    int64_t gpus = 0, rest[GS_POWER_NODE_LOSS + 1] = {0};
    for (uint32_t g = cluster->node_first_gpu[node]; g < cluster->node_first_gpu[node + 1]; g++) {
        gpus += GS_GPU(sim, g)->power;
    }
    if (gs_draws_power(gs_node_hardware_of(sim, node))) {
        gs_node_rest_power(sim, node, rest);
    }
    rest[GS_POWER_GPU] = gpus;
    for (int c = 0; c < GS_POWER_NODE_LOSS; c++) {
        if (rest[c] != plant->power[c]) {
            return GS_BROKEN("component %d of node %u draws %lld nW, not %lld", c, node,
                             (long long)rest[c], (long long)plant->power[c]);
        }
    }
    if (plant->marked || plant->busy_cpus < 0 ||
        plant->input != gs_node_output(plant) + plant->power[GS_POWER_NODE_LOSS]) {
        return GS_BROKEN("the powers of node %u do not add up", node);
    }
    return GPUSIM_OK;
}

static gpusim_status check_sums(const gpusim_sim *sim, uint32_t *events, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    int64_t power[GS_COMPONENTS] = {0};
    int64_t inputs = 0, racks = 0;
    for (uint32_t n = 0; n < sim->plant.count; n++) {
        const gs_node *plant = GS_PLANT(sim, n);
        GPUSIM_TRY(check_node(sim, n, err));
        GPUSIM_TRY(check_event(sim, plant->control, GS_ON_NODE_CONTROL, n, events, err));
        for (int c = 0; c <= GS_POWER_NODE_LOSS; c++) {
            power[c] += plant->power[c];
        }
        inputs += plant->input;
    }
    for (uint32_t r = 0; r < sim->racks.count; r++) {
        const gs_rack_state *rack = GS_RACK(sim, r);
        GPUSIM_TRY(check_event(sim, rack->control, GS_ON_RACK_CONTROL, r, events, err));
        power[GS_POWER_SWITCH] += rack->switches;
        power[GS_POWER_RACK_LOSS] += rack->losses;
        inputs -= rack->nodes;
        racks += rack->power;
        if (rack->marked || rack->power != rack->nodes + rack->switches + rack->losses) {
            return GS_BROKEN("the powers of rack %u do not add up", r);
        }
    }
    const gs_facility *facility = GS_FACILITY(sim);
    int64_t it = 0;
    for (int c = 0; c < GS_POWER_CDU; c++) {
        it += power[c];
        if (power[c] != facility->power[c]) {
            return GS_BROKEN("component %d draws %lld nW, not %lld", c, (long long)power[c],
                             (long long)facility->power[c]);
        }
    }
    if (inputs != 0 || it != racks) {
        return GS_BROKEN("nodes, racks and facility do not draw the same");
    }
cleanup:
    return status;
}

// GPUs, nodes and racks have used what the facility's components say, exactly
static gpusim_status check_energy(const gpusim_sim *sim, gpusim_error *err)
{
    gpusim_time now = gpusim_engine_now(sim->engine);
    gs_facility facility = gs_facility_now(sim);
    gs_wide gpus = 0, nodes = 0, racks = 0, parts = 0;
    for (uint32_t g = 0; g < sim->gpus.count; g++) {
        const gs_gpu *gpu = GS_GPU(sim, g);
        gpus += energy_of(gpu->energy, gpu->power, now - gpu->settled);
    }
    for (uint32_t n = 0; n < sim->plant.count; n++) {
        const gs_node *plant = GS_PLANT(sim, n);
        nodes += energy_of(plant->energy, plant->input, now - plant->settled);
    }
    for (uint32_t r = 0; r < sim->racks.count; r++) {
        const gs_rack_state *rack = GS_RACK(sim, r);
        racks += energy_of(rack->energy, rack->power, now - rack->settled);
    }
    if (gpus != facility.energy[GS_POWER_GPU]) {
        return GS_BROKEN("GPUs have used %.9f J, not %.9f J", gs_joules(gpus),
                         gs_joules(facility.energy[GS_POWER_GPU]));
    }
    for (int c = 0; c <= GS_POWER_NODE_LOSS; c++) {
        parts += facility.energy[c];
    }
    if (nodes != parts) {
        return GS_BROKEN("nodes have used %.9f J, not %.9f J", gs_joules(nodes), gs_joules(parts));
    }
    parts += facility.energy[GS_POWER_SWITCH] + facility.energy[GS_POWER_RACK_LOSS];
    if (racks != parts) {
        return GS_BROKEN("racks have used %.9f J, not %.9f J", gs_joules(racks), gs_joules(parts));
    }
    return GPUSIM_OK;
}

gpusim_status gs_physics_check(const gpusim_sim *sim, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    uint32_t events = 0;
    if (!gs_is_physical(sim)) {
        return GPUSIM_OK;
    }
    GPUSIM_TRY(check_gpus(sim, &events, err));
    GPUSIM_TRY(check_sums(sim, &events, err));
    GPUSIM_TRY(check_energy(sim, err));
    if (sim->marked_gpus.count + sim->marked_nodes.count + sim->marked_racks.count > 0) {
        return GS_BROKEN("marks are left over");
    }
    // steps of series are the only others in the background
    if (events > GS_TOTALS(sim)->background) {
        return GS_BROKEN("%u events of the plant are pending, %u were counted", events,
                         GS_TOTALS(sim)->background);
    }
cleanup:
    return status;
}
