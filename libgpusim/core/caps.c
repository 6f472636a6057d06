/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Caps of nodes and racks (definitions 14): at their AC input; losses and what is not GPU come off
 * first, each GPU keeps its floor, the rest is water-filled, higher priorities first. A rack
 * divides what its nodes' caps leave. When not even the floors fit, clocks go to the minimum, and
 * an event says so.
 */
#include <math.h>

#include "core/plant.h"
#include "physics/power.h"

/* W by which a rack may stay below its cap for the sake of not searching on. */
#define GS_CAP_SLACK 1e-6

// W at the input that the power supplies which are left can carry; INFINITY where none has failed
static double supplied(const gpusim_sim *sim, uint32_t node)
{
    const gs_node_hardware *hardware = gs_node_hardware_of(sim, node);
    uint32_t left = gs_node_supplies(sim, node);
    if (left == hardware->psus || left == 0) {
        return INFINITY; // none is lost, or the node is down with all of them
    }
    double output =
        gs_losses_output(hardware->losses, hardware->loss_count, left * hardware->psu_rating);
    return gs_node_input_of(hardware, left, output);
}

double gs_node_cap(const gpusim_sim *sim, uint32_t node)
{
    const gs_steps *steps = &gs_node_hardware_of(sim, node)->cap;
    gpusim_time next;
    double cap = GS_PLANT(sim, node)->cap;
    if (!(cap < INFINITY) && steps->count > 0) {
        cap = gs_steps_at(steps, gpusim_engine_now(sim->engine), &next);
    }
    return fmin(cap, fmin(gs_node_effect(sim, node)->cap, supplied(sim, node)));
}

double gs_rack_cap(const gpusim_sim *sim, uint32_t rack)
{
    const gs_steps *steps = &sim->model->hardware.rack_cap;
    gpusim_time next;
    uint32_t group = gs_group_of_rack(&sim->model->cluster, rack);
    if (!sim->model->hardware.groups[group].physical) {
        return INFINITY; // nothing there has a clock to lower
    }
    double cap = GS_RACK(sim, rack)->cap;
    if (!(cap < INFINITY) && steps->count > 0) {
        cap = gs_steps_at(steps, gpusim_engine_now(sim->engine), &next);
    }
    return fmin(cap, gs_rack_effect(sim, rack)->cap);
}

gpusim_status gs_caps_demand_moved(gpusim_sim *sim, uint32_t node, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    uint32_t rack = GS_NODE(sim, node)->rack;
    if (gs_node_cap(sim, node) < INFINITY) {
        GPUSIM_TRY(gs_node_soon(sim, node, err));
    }
    if (gs_rack_cap(sim, rack) < INFINITY) {
        GPUSIM_TRY(gs_rack_soon(sim, rack, err));
    }
cleanup:
    return status;
}

// ---- who wants how much ----

/* The GPUs that share a cap: adjacent ones of adjacent nodes. The arrays are the sim's scratch. */
typedef struct gs_sharers {
    uint32_t first_node, end_node, first, count;
    double *demand, *floor, *granted;
    int32_t *priority;
} gs_sharers;

// the most urgent of its jobs speaks for a GPU
static int32_t priority_of(const gpusim_sim *sim, const gs_gpu *gpu)
{
    int32_t priority = INT32_MIN;
    for (uint32_t t = gpu->first_tenant; t != GPUSIM_NONE;) {
        const gs_tenant *tenant = &GS_AT(sim->tenants, gs_tenant, t);
        int32_t of_job = GS_JOB(sim, tenant->job)->priority;
        priority = of_job > priority ? of_job : priority;
        t = tenant->next_on_gpu;
    }
    return priority;
}

static gpusim_status gather(gpusim_sim *sim, uint32_t first_node, uint32_t end_node, int of_rack,
                            gs_sharers *all, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    const gs_cluster *cluster = &sim->model->cluster;
    uint32_t first = cluster->node_first_gpu[first_node];
    uint32_t count = cluster->node_first_gpu[end_node] - first;
    GPUSIM_TRY(gs_array_resize(&sim->sharers, 3 * count, err));
    GPUSIM_TRY(gs_array_resize(&sim->priorities, count, err));
    double *numbers = sim->sharers.data;
    *all = (gs_sharers){first_node,
                        end_node,
                        first,
                        count,
                        numbers,
                        numbers + count,
                        numbers + 2 * (size_t)count,
                        sim->priorities.data};
    for (uint32_t i = 0; i < count; i++) {
        const gs_gpu *gpu = GS_GPU(sim, first + i);
        const gpusim_gpu_power *power = &gs_gpu_hardware(sim, first + i)->gpu.power;
        double least = gs_clock_of_step(gs_gpu_hardware(sim, first + i), 0);
        all->demand[i] = of_rack ? fmin(gpu->demand, gpu->node_cap) : gpu->demand;
        all->floor[i] =
            gs_gpu_leaks(gpu)
                ? gs_busy_power(power, gpu->load.intensity, least, gpu->leak) + gpu->stray
                : gpu->demand;
        all->priority[i] = priority_of(sim, gpu);
    }
cleanup:
    return status;
}

// ---- what a cap leaves for GPUs ----

static double sum_of(const double *numbers, uint32_t count)
{
    double sum = 0;
    for (uint32_t i = 0; i < count; i++) {
        sum += numbers[i];
    }
    return sum;
}

// W at the inputs of the nodes, if their GPUs drew what is granted
static double inputs_of(const gpusim_sim *sim, const gs_sharers *all)
{
    const gs_cluster *cluster = &sim->model->cluster;
    double inputs = 0;
    for (uint32_t n = all->first_node; n < all->end_node; n++) {
        const gs_node *plant = GS_PLANT(sim, n);
        uint32_t first = cluster->node_first_gpu[n];
        if (gs_node_dead(sim, n)) {
            continue;
        }
        double gpus =
            sum_of(all->granted + (first - all->first), cluster->node_first_gpu[n + 1] - first);
        double rest = gs_watts(gs_node_output(plant) - plant->power[GS_POWER_GPU]);
        inputs +=
            gs_node_input_of(gs_node_hardware_of(sim, n), gs_node_supplies(sim, n), rest + gpus);
    }
    return inputs;
}

static double inputs_with(const gpusim_sim *sim, gs_sharers *all, double budget)
{
    (void)gs_water_fill(all->demand, all->floor, all->priority, all->count, budget, all->granted);
    return inputs_of(sim, all);
}

/* Fills `granted` so that the nodes' inputs together stay within `allowed`; 1 when floors are too
 * much already. Inputs rise with what is granted, and nearly in proportion: secants, and bisection
 * where power supplies bend them. */
static int divide(const gpusim_sim *sim, gs_sharers *all, double allowed)
{
    double low = 0, high = sum_of(all->demand, all->count);
    for (uint32_t i = 0; i < all->count; i++) {
        low += fmin(all->floor[i], all->demand[i]);
        all->granted[i] = all->demand[i];
    }
    double at_high = inputs_of(sim, all);
    if (at_high <= allowed) {
        return 0;
    }
    double at_low = inputs_with(sim, all, low);
    if (at_low > allowed) {
        return 1;
    }
    for (int i = 0; i < 100 && allowed - at_low > GS_CAP_SLACK && high - low > 1e-12 * high; i++) {
        double middle = low + (high - low) / 2;
        if (i % 2 == 0) {
            middle = low + (high - low) * (allowed - at_low) / (at_high - at_low);
        }
        double at_middle = inputs_with(sim, all, middle);
        if (at_middle <= allowed * (1 + GS_CAP_ROUNDING)) {
            low = middle;
            at_low = at_middle;
        } else {
            high = middle;
            at_high = at_middle;
        }
    }
    (void)inputs_with(sim, all, low);
    return 0;
}

// ---- nodes and racks ----

static void release(gpusim_sim *sim, uint32_t first, uint32_t end, int of_rack)
{
    for (uint32_t g = first; g < end; g++) {
        double *share = of_rack ? &GS_GPU(sim, g)->rack_cap : &GS_GPU(sim, g)->node_cap;
        if (*share < INFINITY) {
            *share = INFINITY;
            gs_mark_gpu(sim, g);
        }
    }
}

static void grant(gpusim_sim *sim, const gs_sharers *all, int of_rack)
{
    for (uint32_t i = 0; i < all->count; i++) {
        gs_gpu *gpu = GS_GPU(sim, all->first + i);
        double *share = of_rack ? &gpu->rack_cap : &gpu->node_cap;
        double held = all->granted[i] < all->demand[i] ? all->granted[i] : (double)INFINITY;
        if (held != *share) {
            *share = held;
            gs_mark_gpu(sim, all->first + i);
        }
    }
}

// the brake is pulled or let go
static gpusim_status brake(gpusim_sim *sim, uint8_t *brake, int pulled, uint32_t first,
                           uint32_t end, gpusim_event_type type, uint32_t entity, gpusim_error *err)
{
    if (*brake == pulled) {
        return GPUSIM_OK;
    }
    *brake = (uint8_t)pulled;
    for (uint32_t g = first; g < end; g++) {
        GS_GPU(sim, g)->steady = 0;
        gs_mark_gpu(sim, g);
    }
    return gs_emit_event(sim, type, entity, pulled, err);
}

gpusim_status gs_caps_of_node(gpusim_sim *sim, uint32_t node, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    const gs_cluster *cluster = &sim->model->cluster;
    uint32_t first = cluster->node_first_gpu[node], end = cluster->node_first_gpu[node + 1];
    double cap = gs_node_cap(sim, node);
    int pulled = 0;
    if (cap < INFINITY) {
        gs_sharers all;
        GPUSIM_TRY(gather(sim, node, node + 1, 0, &all, err));
        pulled = divide(sim, &all, cap);
        grant(sim, &all, 0);
    } else {
        release(sim, first, end, 0);
    }
    GPUSIM_TRY(brake(sim, &GS_PLANT(sim, node)->brake, pulled, first, end, GPUSIM_EVENT_NODE_CAP,
                     node, err));
cleanup:
    return status;
}

gpusim_status gs_caps_of_rack(gpusim_sim *sim, uint32_t rack, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    const gs_cluster *cluster = &sim->model->cluster;
    const gs_rack *nodes = &cluster->racks[rack];
    uint32_t end_node = nodes->first_node + nodes->nodes;
    uint32_t first = cluster->node_first_gpu[nodes->first_node];
    uint32_t end = cluster->node_first_gpu[end_node];
    const gs_rack_hardware *hardware = &sim->model->hardware.racks[gs_group_of_rack(cluster, rack)];
    double cap = gs_rack_cap(sim, rack);
    int pulled = 0;
    if (cap < INFINITY) {
        gs_sharers all;
        double output = gs_losses_output(hardware->losses, hardware->loss_count, cap);
        GPUSIM_TRY(gather(sim, nodes->first_node, end_node, 1, &all, err));
        pulled = divide(sim, &all, output - hardware->switches);
        grant(sim, &all, 1);
    } else {
        release(sim, first, end, 1);
    }
    GPUSIM_TRY(brake(sim, &GS_RACK(sim, rack)->brake, pulled, first, end, GPUSIM_EVENT_RACK_CAP,
                     rack, err));
cleanup:
    return status;
}

// ---- by action ----

gpusim_status gs_cap(gpusim_sim *sim, gpusim_entity what, uint32_t index, double watts,
                     gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    if (!gs_is_physical(sim)) {
        return GPUSIM_OK;
    }
    switch (what) {
    case GPUSIM_OF_GPU:
        GS_GPU(sim, index)->own_cap = watts;
        gs_mark_gpu(sim, index);
        break;
    case GPUSIM_OF_NODE:
        GS_PLANT(sim, index)->cap = watts;
        GPUSIM_TRY(gs_node_soon(sim, index, err));
        break;
    case GPUSIM_OF_RACK:
        GS_RACK(sim, index)->cap = watts;
        GPUSIM_TRY(gs_rack_soon(sim, index, err));
        break;
    case GPUSIM_OF_CLUSTER:
        for (uint32_t r = 0; r < sim->racks.count; r++) {
            GPUSIM_TRY(gs_cap(sim, GPUSIM_OF_RACK, r, watts, err));
        }
        break;
    }
cleanup:
    return status;
}
