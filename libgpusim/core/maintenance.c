/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Maintenance windows: nodes take no new jobs for a time ahead, then they are down, then up again.
 * Who still runs there when they go down is queued again, as when it is preempted. A node is what
 * all its windows make of it together.
 *
 *   up  --(at - ahead)-->  closing  --(at)-->  down  --(at + span)-->  up
 */
#include <math.h>

#include "core/fleet.h"

#define WINDOW(sim, w)  (&GS_AT((sim)->model->windows, gs_maintenance, w))
#define SERVICE(sim, w) (&GS_AT((sim)->services, gs_service, w))

static int covers(const gs_maintenance *window, uint32_t node)
{
    uint32_t low = 0, high = window->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (window->nodes[middle] < node) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < window->count && window->nodes[low] == node;
}

uint32_t gs_service_of(const gpusim_sim *sim, uint32_t node)
{
    uint32_t held = 0;
    for (uint32_t w = 0; w < sim->services.count; w++) {
        if (SERVICE(sim, w)->phase != GS_SERVICE_AWAY && covers(WINDOW(sim, w), node)) {
            held |= GS_HELD_CLOSING;
            held |= SERVICE(sim, w)->phase == GS_SERVICE_DOWN ? GS_HELD_SERVICED : 0;
        }
    }
    return held;
}

// a node becomes what its windows say
static gpusim_status follow(gpusim_sim *sim, uint32_t node, gpusim_error *err)
{
    uint32_t begin = gs_service_of(sim, node), all = GS_HELD_CLOSING | GS_HELD_SERVICED;
    return gs_node_hold(sim, node, begin, all & ~begin, err);
}

static gpusim_status schedule(gpusim_sim *sim, uint32_t w, gpusim_error *err)
{
    const gs_maintenance *window = WINDOW(sim, w);
    gs_service *service = SERVICE(sim, w);
    gpusim_time now = gpusim_engine_now(sim->engine);
    switch ((gs_service_phase)service->phase) {
    case GS_SERVICE_AWAY: {
        // until it begins nobody who waits is brought forward by it
        gpusim_time close = service->start - window->ahead;
        return gs_background_schedule(sim, close < now ? now : close, GS_ON_MAINTENANCE, w, 1,
                                      &service->event, err);
    }
    case GS_SERVICE_CLOSING:
        return gpusim_engine_schedule(sim->engine, service->start, GS_CLASS_FAULT,
                                      GS_ON_MAINTENANCE, w, 0, &service->event, err);
    case GS_SERVICE_DOWN:
        break;
    }
    return gpusim_engine_schedule(sim->engine, gpusim_time_add(service->start, window->span),
                                  GS_CLASS_REPAIR, GS_ON_MAINTENANCE, w, 0, &service->event, err);
}

gpusim_status gs_maintenance_begin(gpusim_sim *sim, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    if (sim->model->windows.count == 0) {
        return GPUSIM_OK;
    }
    GPUSIM_TRY(gs_node_life_begin(sim, err));
    GPUSIM_TRY(gs_array_resize(&sim->services, sim->model->windows.count, err));
    for (uint32_t w = 0; w < sim->services.count; w++) {
        SERVICE(sim, w)->start = WINDOW(sim, w)->at;
        GPUSIM_TRY(schedule(sim, w, err));
    }
cleanup:
    return status;
}

static gpusim_status tell_node(gpusim_sim *sim, uint32_t w, uint32_t node, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    const gs_maintenance *window = WINDOW(sim, w);
    uint32_t phase = SERVICE(sim, w)->phase;
    gpusim_action what = phase == GS_SERVICE_CLOSING ? GPUSIM_ACTION_DRAIN
                         : phase == GS_SERVICE_DOWN  ? GPUSIM_ACTION_REBOOT
                                                     : GPUSIM_ACTION_UNDRAIN;
    double value = phase == GS_SERVICE_DOWN ? gpusim_seconds(window->span) : (double)NAN;
    GPUSIM_TRY(gs_emit_action(sim, window->who, what, node, value, err));
    if (phase == GS_SERVICE_DOWN) {
        GPUSIM_TRY(gs_requeue_jobs(sim, GS_FAULT_ON_NODE, node, err));
    }
    GPUSIM_TRY(follow(sim, node, err));
cleanup:
    return status;
}

gpusim_status gs_on_maintenance(void *context, const gpusim_event *event, gpusim_error *err)
{
    gpusim_sim *sim = context;
    gpusim_status status = GPUSIM_OK;
    uint32_t w = event->entity;
    const gs_maintenance *window = WINDOW(sim, w);
    gs_service *service = SERVICE(sim, w);
    if (event->payload) {
        gs_background_fired(sim);
    }
    service->event = (gpusim_event_id){0};
    service->phase = (service->phase + 1) % 3;
    if (service->phase == GS_SERVICE_AWAY) {
        service->start = gpusim_time_add(service->start, window->every);
    }
    for (uint32_t i = 0; i < window->count; i++) {
        GPUSIM_TRY(tell_node(sim, w, window->nodes[i], err));
    }
    if (service->phase != GS_SERVICE_AWAY || window->every != GPUSIM_TIME_MAX) {
        GPUSIM_TRY(schedule(sim, w, err));
    }
cleanup:
    return status;
}
