/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Held series: supply and water temperatures, caps, carbon intensity, price. A step has its event;
 * what holds at a time is asked of the series, so that nothing of this is state but the next event.
 */
#include "core/plant.h"

/* Which series; the payload of its event. The entity is the group, or 0. */
typedef enum gs_step_series {
    GS_SERIES_SUPPLY,
    GS_SERIES_WATER, /* it takes the loop's delay to come */
    GS_SERIES_RACK_CAP,
    GS_SERIES_CARBON,
    GS_SERIES_PRICE,
    GS_SERIES_NODE_CAP,
    GS_SERIES_GPU_CAP,
    GS_SERIES_COUNT
} gs_step_series;

static const gs_steps *steps_of(const gs_hardware *hardware, gs_step_series series, uint32_t group)
{
    switch (series) {
    case GS_SERIES_SUPPLY:
        return &hardware->supply;
    case GS_SERIES_WATER:
        return hardware->water.count > 0 ? &hardware->water : &hardware->supply;
    case GS_SERIES_RACK_CAP:
        return &hardware->rack_cap;
    case GS_SERIES_CARBON:
        return &hardware->carbon;
    case GS_SERIES_PRICE:
        return &hardware->price;
    case GS_SERIES_NODE_CAP:
        return &hardware->groups[group].cap;
    default:
        return &hardware->groups[group].gpu_cap;
    }
}

// the event of the step after this moment
static gpusim_status schedule_next(gpusim_sim *sim, gs_step_series series, uint32_t group,
                                   gpusim_error *err)
{
    const gs_hardware *hardware = &sim->model->hardware;
    const gs_steps *steps = steps_of(hardware, series, group);
    gpusim_time delay = series == GS_SERIES_WATER ? hardware->loop_delay : 0;
    gpusim_time now = gpusim_engine_now(sim->engine), next = GPUSIM_TIME_MAX;
    if (steps->count == 0) {
        return GPUSIM_OK;
    }
    (void)gs_steps_at(steps, now > delay ? now - delay : 0, &next);
    if (next == GPUSIM_TIME_MAX) {
        return GPUSIM_OK;
    }
    gpusim_event_id unused;
    return gs_background_schedule(sim, gpusim_time_add(next, delay), GS_ON_STEP, group, series,
                                  &unused, err);
}

// racks whose nodes are cooled so
static gpusim_status wake_racks(gpusim_sim *sim, int air, int liquid, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    const gs_cluster *cluster = &sim->model->cluster;
    for (uint32_t r = 0; r < cluster->rack_count; r++) {
        uint32_t group = cluster->node_group[cluster->racks[r].first_node];
        const gs_node_hardware *hardware = &sim->model->hardware.groups[group];
        if (hardware->physical && (hardware->cooling == GS_COOLING_AIR ? air : liquid)) {
            GPUSIM_TRY(gs_rack_soon(sim, r, err));
        }
    }
cleanup:
    return status;
}

static gpusim_status step_group(gpusim_sim *sim, gs_step_series series, uint32_t group,
                                gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    const gs_cluster *cluster = &sim->model->cluster;
    uint32_t first = cluster->groups[group].first_node;
    uint32_t end = first + cluster->groups[group].nodes;
    for (uint32_t n = first; n < end; n++) {
        if (series == GS_SERIES_NODE_CAP) {
            GPUSIM_TRY(gs_node_soon(sim, n, err));
            continue;
        }
        for (uint32_t g = cluster->node_first_gpu[n]; g < cluster->node_first_gpu[n + 1]; g++) {
            gs_mark_gpu(sim, g);
        }
    }
cleanup:
    return status;
}

gpusim_status gs_on_step(void *context, const gpusim_event *event, gpusim_error *err)
{
    gpusim_sim *sim = context;
    gpusim_status status = GPUSIM_OK;
    gs_step_series series = (gs_step_series)event->payload;
    gs_background_fired(sim);
    switch (series) {
    case GS_SERIES_SUPPLY:
        GPUSIM_TRY(wake_racks(sim, 1, 0, err));
        break;
    case GS_SERIES_WATER:
        GPUSIM_TRY(wake_racks(sim, 0, 1, err));
        break;
    case GS_SERIES_RACK_CAP:
        GPUSIM_TRY(wake_racks(sim, 1, 1, err));
        break;
    case GS_SERIES_CARBON:
    case GS_SERIES_PRICE:
        gs_energy_settle(sim);
        break;
    default:
        GPUSIM_TRY(step_group(sim, series, event->entity, err));
        break;
    }
    GPUSIM_TRY(schedule_next(sim, series, event->entity, err));
cleanup:
    return status;
}

gpusim_status gs_steps_begin(gpusim_sim *sim, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    for (int series = 0; series < GS_SERIES_NODE_CAP; series++) {
        GPUSIM_TRY(schedule_next(sim, (gs_step_series)series, 0, err));
    }
    for (uint32_t g = 0; g < sim->model->cluster.group_count; g++) {
        GPUSIM_TRY(schedule_next(sim, GS_SERIES_NODE_CAP, g, err));
        GPUSIM_TRY(schedule_next(sim, GS_SERIES_GPU_CAP, g, err));
    }
cleanup:
    return status;
}
