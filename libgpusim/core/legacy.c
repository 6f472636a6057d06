/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Node models of other simulators in a run: one tick a group, as they have it. Each GPU is one of
 * their nodes: what it draws enters the accounts, what it reports is in the metrics, and how it
 * slows jobs down is their rate. Between ticks everything is held. */
#include <math.h>

#include "core/plant.h"
#include "physics/legacy.h"

#define GS_LEGACY(sim, gpu) (&GS_AT((sim)->legacy, gs_legacy_state, gpu))

const gs_legacy_state *gs_legacy_of(const gpusim_sim *sim, uint32_t gpu)
{
    return sim->legacy.count > 0 && gs_gpu_hardware(sim, gpu)->legacy ? GS_LEGACY(sim, gpu) : NULL;
}

double gs_legacy_fan(const gs_node_hardware *hardware, const gs_legacy_state *node)
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

// what others see of a GPU is what its model says
static void show(gpusim_sim *sim, uint32_t g)
{
    gs_gpu *gpu = GS_GPU(sim, g);
    const gs_legacy_state *node = GS_LEGACY(sim, g);
    gpu->inlet = node->temperature + gs_gpu_effect(sim, g)->warmth; // nothing lies above it
    gpu->reasons = node->throttled ? GS_THROTTLE_SW_THERMAL : 0;
    gpu->speed = 1 / node->slowdown;
}

static void begin_gpu(gpusim_sim *sim, uint32_t g)
{
    const gs_node_hardware *hardware = gs_gpu_hardware(sim, g);
    gs_legacy_state *node = GS_LEGACY(sim, g);
    char name[256];
    (void)gpusim_model_entity_name(sim->model, GPUSIM_OF_GPU, g, name, sizeof name);
    node->stream = gpusim_stream_make(sim->seed, "legacy", name);
    switch (hardware->legacy) {
    case GS_LEGACY_IOGUARD:
        gs_ioguard_begin(hardware->legacy_model, node);
        break;
    case GS_LEGACY_SAGE:
        gs_sage_begin(hardware->legacy_model, node);
        break;
    default:
        gs_astera_begin(hardware->legacy_model, node);
    }
    GS_GPU(sim, g)->power = gs_nanowatts(node->power);
    show(sim, g);
}

void gs_legacy_fans(gpusim_sim *sim, uint32_t node, double speed)
{
    const uint32_t *first = sim->model->cluster.node_first_gpu;
    for (uint32_t g = first[node]; g < first[node + 1]; g++) {
        const gs_node_hardware *hardware = gs_gpu_hardware(sim, g);
        if (hardware->legacy == GS_LEGACY_SAGE) {
            gs_sage_hold(hardware->legacy_model, GS_LEGACY(sim, g), speed);
        } else {
            gs_ioguard_hold(GS_LEGACY(sim, g), speed);
        }
    }
}

static gpusim_time tick_of(const gs_node_hardware *hardware)
{
    switch (hardware->legacy) {
    case GS_LEGACY_IOGUARD:
        return ((const gs_ioguard *)hardware->legacy_model)->tick;
    case GS_LEGACY_SAGE:
        return ((const gs_sage *)hardware->legacy_model)->tick;
    default:
        return ((const gs_astera *)hardware->legacy_model)->tick;
    }
}

static gpusim_status schedule(gpusim_sim *sim, uint32_t group, gpusim_error *err)
{
    gpusim_event_id unused;
    gpusim_time time = gpusim_time_add(gpusim_engine_now(sim->engine),
                                       tick_of(&sim->model->hardware.groups[group]));
    return gs_background_schedule(sim, time, GS_ON_LEGACY, group, 0, &unused, err);
}

gpusim_status gs_legacy_begin(gpusim_sim *sim, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    const gs_cluster *cluster = &sim->model->cluster;
    int some = 0;
    for (uint32_t i = 0; i < cluster->group_count; i++) {
        some |= sim->model->hardware.groups[i].legacy;
    }
    if (!some) {
        return GPUSIM_OK;
    }
    GPUSIM_TRY(gs_array_resize(&sim->legacy, cluster->gpu_count, err));
    for (uint32_t g = 0; g < cluster->gpu_count; g++) {
        if (gs_gpu_hardware(sim, g)->legacy) {
            begin_gpu(sim, g);
        }
    }
    for (uint32_t i = 0; i < cluster->group_count; i++) {
        if (sim->model->hardware.groups[i].legacy) {
            GPUSIM_TRY(schedule(sim, i, err));
        }
    }
cleanup:
    return status;
}

// io-Guard's nodes with what faults have made of their parts: its own constants say how healthy
// these are; half a supply in a brown-out is assumed
static gs_ioguard harmed(const gpusim_sim *sim, uint32_t g)
{
    gs_ioguard parts = *(const gs_ioguard *)gs_gpu_hardware(sim, g)->legacy_model;
    const gs_effect *effect = gs_gpu_effect(sim, g);
    parts.fans /= effect->resistance;
    parts.network *= effect->network;
    parts.power *= effect->flags & GS_FAULT_BRAKE ? 0.5 : 1;
    return parts;
}

static gpusim_status tick(gpusim_sim *sim, uint32_t g, gpusim_error *err)
{
    gs_gpu *gpu = GS_GPU(sim, g);
    const gs_node_hardware *hardware = gs_gpu_hardware(sim, g);
    gs_legacy_state *node = GS_LEGACY(sim, g);
    double busy = fmin(gpu->load.busy + gpu->load.spin, 1), slowdown = node->slowdown;
    uint32_t reasons = gpu->reasons;
    gs_gpu_settle(sim, g);
    switch (hardware->legacy) {
    case GS_LEGACY_IOGUARD: {
        gs_ioguard parts = harmed(sim, g);
        gs_ioguard_tick(&parts, busy, node);
        break;
    }
    case GS_LEGACY_SAGE:
        gs_sage_tick(hardware->legacy_model, node);
        break;
    default:
        gs_astera_tick(hardware->legacy_model, busy, node);
    }
    show(sim, g);
    if (node->slowdown != slowdown) {
        gs_progress_gpu(sim, g);
    }
    int64_t power =
        gpu->level == GS_GPU_OFF ? 0 : gs_nanowatts(node->power + gs_gpu_effect(sim, g)->power);
    gpusim_status status = gs_gpu_set_power(sim, g, power, err);
    if (status == GPUSIM_OK && gpu->reasons != reasons) {
        status = gs_emit_event(sim, GPUSIM_EVENT_THROTTLE, g, gpu->reasons, err);
    }
    return status;
}

gpusim_status gs_on_legacy(void *context, const gpusim_event *event, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gpusim_sim *sim = context;
    const gs_cluster *cluster = &sim->model->cluster;
    const gpusim_group_info *group = &cluster->groups[event->entity];
    uint32_t end = cluster->node_first_gpu[group->first_node + group->nodes];
    gs_background_fired(sim);
    for (uint32_t g = cluster->node_first_gpu[group->first_node]; g < end; g++) {
        GPUSIM_TRY(tick(sim, g, err));
    }
    GPUSIM_TRY(schedule(sim, event->entity, err));
cleanup:
    return status;
}
