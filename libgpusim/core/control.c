/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Telling nodes what to do. What a node has to be told itself (pause, resume, reset, fans, caps,
 * P-states) fails where it cannot be reached, and is tried again, each time after twice the wait:
 * backoff 2^k. After so many failures in a row a circuit breaker opens: nothing is tried for a
 * time. What is done beside a node (by the scheduler, a management controller, by hand) always
 * works.
 */
#include <math.h>

#include "core/fleet.h"

static int is_told(gpusim_action what)
{
    return what == GPUSIM_ACTION_PAUSE || what == GPUSIM_ACTION_RESUME ||
           what == GPUSIM_ACTION_RESET || what == GPUSIM_ACTION_FAN ||
           what == GPUSIM_ACTION_CAP_GPU || what == GPUSIM_ACTION_CAP_NODE ||
           what == GPUSIM_ACTION_PSTATE;
}

static uint32_t node_of(const gpusim_sim *sim, gpusim_action what, uint32_t entity)
{
    int of_gpu = what == GPUSIM_ACTION_RESET || what == GPUSIM_ACTION_CAP_GPU;
    return of_gpu && entity != GPUSIM_NONE ? gs_reach_of(sim, GS_FAULT_ON_GPU, entity).first_node
                                           : entity;
}

// somebody who hangs, is down or cut off does not answer; one whose telemetry is missing does
static int answers(const gpusim_sim *sim, uint32_t node)
{
    const uint32_t deaf = GS_FAULT_DOWN | GS_FAULT_MUTE | GS_FAULT_CUT_OFF;
    return (gs_node_effect(sim, node)->flags & deaf) == 0;
}

static gpusim_status carry_out(gpusim_sim *sim, uint32_t who, gpusim_action what, uint32_t entity,
                               double value, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    uint64_t row = entity == GPUSIM_NONE ? UINT64_MAX : entity;
    GPUSIM_TRY(gs_emit_action(sim, who, what, row, isfinite(value) ? value : (double)NAN, err));
    GPUSIM_TRY(gs_act(sim, what, entity, value, err));
cleanup:
    return status;
}

// keeps what has to be said again; where it is kept
static gpusim_status keep(gpusim_sim *sim, const gs_order *order, uint32_t *at, gpusim_error *err)
{
    for (*at = 0; *at < sim->orders.count; ++*at) {
        if (GS_AT(sim->orders, gs_order, *at).tries == 0) {
            GS_AT(sim->orders, gs_order, *at) = *order;
            return GPUSIM_OK;
        }
    }
    return gs_array_push(&sim->orders, order, err);
}

static gpusim_status fail(gpusim_sim *sim, gs_order order, uint32_t node, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    const gs_control *control = &sim->model->control;
    gs_breaker *breaker = &GS_AT(sim->breakers, gs_breaker, node);
    gpusim_time now = gpusim_engine_now(sim->engine);
    int open = breaker->until > now;
    double value = isfinite(order.value) ? order.value : (double)NAN;
    GPUSIM_TRY(gs_emit_outcome(sim, order.who, (gpusim_action)order.what, order.entity, value,
                               open ? GPUSIM_OUTCOME_REFUSED : GPUSIM_OUTCOME_FAILED, err));
    if (open) {
        return GPUSIM_OK;
    }
    if (++breaker->failures >= control->failures) {
        breaker->failures = 0;
        breaker->until = gpusim_time_add(now, control->open);
        return GPUSIM_OK;
    }
    if (order.tries <= control->retries) {
        double wait = ldexp(gpusim_seconds(control->backoff), (int)order.tries - 1);
        uint32_t at = 0;
        GPUSIM_TRY(keep(sim, &order, &at, err));
        GPUSIM_TRY(gpusim_engine_schedule(sim->engine,
                                          gpusim_time_add(now, gpusim_time_from_seconds(wait)),
                                          GS_CLASS_CONTROL, GS_ON_RETRY, at, 0, NULL, err));
    }
cleanup:
    return status;
}

static gpusim_status try_once(gpusim_sim *sim, gs_order order, gpusim_error *err)
{
    gpusim_action what = (gpusim_action)order.what;
    uint32_t node = node_of(sim, what, order.entity);
    gs_breaker *breaker = &GS_AT(sim->breakers, gs_breaker, node);
    order.tries++;
    if (!answers(sim, node) || breaker->until > gpusim_engine_now(sim->engine)) {
        return fail(sim, order, node, err);
    }
    breaker->failures = 0;
    return carry_out(sim, order.who, what, order.entity, order.value, err);
}

gpusim_status gs_tell(gpusim_sim *sim, uint32_t who, gpusim_action what, uint32_t entity,
                      double value, gpusim_error *err)
{
    if (!sim->model->control.present || !is_told(what) || entity == GPUSIM_NONE) {
        return carry_out(sim, who, what, entity, value, err);
    }
    gs_order order = {.value = value, .what = (uint32_t)what, .entity = entity, .who = who};
    return try_once(sim, order, err);
}

gpusim_status gs_control_begin(gpusim_sim *sim, gpusim_error *err)
{
    uint32_t breakers = sim->model->control.present ? sim->nodes.count : 0;
    return gs_array_resize(&sim->breakers, breakers, err);
}

gpusim_status gs_on_retry(void *context, const gpusim_event *event, gpusim_error *err)
{
    gpusim_sim *sim = context;
    gs_order order = GS_AT(sim->orders, gs_order, event->entity);
    GS_AT(sim->orders, gs_order, event->entity) = (gs_order){0};
    return try_once(sim, order, err);
}
