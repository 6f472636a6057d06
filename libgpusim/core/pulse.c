/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Heartbeats, without sending any: nodes send one at every multiple of a period, and who has not
 * been heard for a time is seen offline, until the next that comes.
 *
 *   last heard   floor(silent / every) every
 *   offline at   last heard + offline_after
 *   online at    ceil(heard / every) every
 */
#include "core/fleet.h"

int gs_is_offline(const gpusim_sim *sim, uint32_t node)
{
    return sim->pulses.count > 0 && GS_PULSE(sim, node)->offline;
}

// nobody waits to hear from what is no part of the cluster
static int is_expected(const gpusim_sim *sim, uint32_t node)
{
    return !(GS_LIFE(sim, node)->held & (GS_HELD_REMOVED | GS_HELD_AWAY));
}

int gs_is_silent(const gpusim_sim *sim, uint32_t node)
{
    const uint32_t mute = GS_FAULT_DOWN | GS_FAULT_SILENT | GS_FAULT_MUTE | GS_FAULT_CUT_OFF;
    return is_expected(sim, node) && (gs_node_effect(sim, node)->flags & mute) != 0;
}

gpusim_status gs_pulses_begin(gpusim_sim *sim, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    if (sim->model->heartbeat.every == 0) {
        return GPUSIM_OK;
    }
    GPUSIM_TRY(gs_array_resize(&sim->pulses, sim->nodes.count, err));
    for (uint32_t n = 0; n < sim->nodes.count; n++) {
        GS_PULSE(sim, n)->silent = GPUSIM_TIME_MAX;
    }
cleanup:
    return status;
}

static gpusim_status schedule(gpusim_sim *sim, uint32_t node, gpusim_time at, gpusim_error *err)
{
    return gpusim_engine_schedule(sim->engine, at, GS_CLASS_CONTROL, GS_ON_PULSE, node, 0,
                                  &GS_PULSE(sim, node)->event, err);
}

static gpusim_time last_beat(const gpusim_sim *sim, gpusim_time time)
{
    return time - time % sim->model->heartbeat.every;
}

static gpusim_time next_beat(const gpusim_sim *sim, gpusim_time time)
{
    gpusim_time every = sim->model->heartbeat.every;
    return gpusim_time_add(time, (every - time % every) % every);
}

static gpusim_status see(gpusim_sim *sim, uint32_t node, uint32_t offline, gpusim_error *err)
{
    GS_PULSE(sim, node)->offline = offline;
    return gs_emit_event(sim, GPUSIM_EVENT_OFFLINE, node, offline, err);
}

gpusim_status gs_pulse_changed(gpusim_sim *sim, uint32_t node, gpusim_error *err)
{
    if (sim->pulses.count == 0) {
        return GPUSIM_OK;
    }
    gs_pulse *pulse = GS_PULSE(sim, node);
    gpusim_time now = gpusim_engine_now(sim->engine);
    int was = pulse->silent != GPUSIM_TIME_MAX, is = gs_is_silent(sim, node);
    if (is == was) {
        return GPUSIM_OK;
    }
    gpusim_time due = gpusim_time_add(last_beat(sim, is ? now : pulse->silent),
                                      sim->model->heartbeat.offline_after);
    (void)gpusim_engine_cancel(sim->engine, &pulse->event);
    pulse->silent = is ? now : GPUSIM_TIME_MAX;
    if (is) {
        return pulse->offline ? GPUSIM_OK : schedule(sim, node, due < now ? now : due, err);
    }
    if (!is_expected(sim, node)) {
        return pulse->offline ? see(sim, node, 0, err) : GPUSIM_OK;
    }

    // heard again at the next beat, which may still come too late not to be missed
    gpusim_time beat = next_beat(sim, now);
    if (!pulse->offline && due > beat) {
        return GPUSIM_OK;
    }
    return schedule(sim, node, pulse->offline || due >= beat ? beat : due, err);
}

gpusim_status gs_on_pulse(void *context, const gpusim_event *event, gpusim_error *err)
{
    gpusim_sim *sim = context;
    gpusim_status status = GPUSIM_OK;
    gs_pulse *pulse = GS_PULSE(sim, event->entity);
    gpusim_time now = gpusim_engine_now(sim->engine);
    int heard = pulse->silent == GPUSIM_TIME_MAX;
    pulse->event = (gpusim_event_id){0};
    if (!pulse->offline) {
        GPUSIM_TRY(see(sim, event->entity, 1, err));
        if (heard) {
            GPUSIM_TRY(schedule(sim, event->entity, next_beat(sim, now), err));
        }
    } else if (heard) {
        GPUSIM_TRY(see(sim, event->entity, 0, err));
    }
cleanup:
    return status;
}
