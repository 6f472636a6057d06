/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is done to nodes and single GPUs by name, whoever asks: scenario or program. */
#include <math.h>

#include "core/fleet.h"
#include "core/plant.h"

int gs_acts_on_life(gpusim_action what)
{
    switch (what) {
    case GPUSIM_ACTION_CORDON:
    case GPUSIM_ACTION_UNCORDON:
    case GPUSIM_ACTION_KILL:
    case GPUSIM_ACTION_REPAIR:
    case GPUSIM_ACTION_REBOOT:
    case GPUSIM_ACTION_REMOVE:
    case GPUSIM_ACTION_ADD:
    case GPUSIM_ACTION_RESET:
    case GPUSIM_ACTION_PAUSE:
    case GPUSIM_ACTION_RESUME:
    case GPUSIM_ACTION_REQUEUE:
    case GPUSIM_ACTION_MOVE:
        return 1;
    default:
        return 0;
    }
}

// `avoided`: a node that they do not go back to; GPUSIM_NONE: none
static gpusim_status send_back(gpusim_sim *sim, uint32_t scope, uint32_t entity, uint32_t avoided,
                               gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    GPUSIM_TRY(gs_fault_jobs(sim, scope, entity, err));
    for (uint32_t i = 0; i < sim->fault_jobs.count; i++) {
        uint32_t slot = GS_AT(sim->fault_jobs, uint32_t, i);
        uint64_t order = GS_JOB(sim, slot)->order;
        GPUSIM_TRY(avoided != GPUSIM_NONE ? gs_job_avoid(sim, slot, avoided, err) : GPUSIM_OK);
        GPUSIM_TRY(gs_job_preempt(sim, slot, err));
        GPUSIM_TRY(gs_emit_event(sim, GPUSIM_EVENT_PREEMPT, order, 0, err));
    }
cleanup:
    return status;
}

gpusim_status gs_requeue_jobs(gpusim_sim *sim, uint32_t scope, uint32_t entity, gpusim_error *err)
{
    return send_back(sim, scope, entity, GPUSIM_NONE, err);
}

static gpusim_status drain(gpusim_sim *sim, uint32_t node, double value, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    GPUSIM_TRY(gs_node_drain(sim, node, err));
    if (value > 0) {
        GPUSIM_TRY(gs_requeue_jobs(sim, GS_FAULT_ON_NODE, node, err));
    }
cleanup:
    return status;
}

// jobs of the node, or of one of its GPUs, start elsewhere: it takes no others, or others than
// these
static gpusim_status requeue(gpusim_sim *sim, uint32_t node, double value, int others,
                             gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gs_fault_scope scope = isfinite(value) ? GS_FAULT_ON_GPU : GS_FAULT_ON_NODE;
    uint32_t entity = node;
    if (isfinite(value)) {
        entity = sim->model->cluster.node_first_gpu[node] + (uint32_t)value;
    }
    if (!others) {
        GPUSIM_TRY(gs_node_hold(sim, node, GS_HELD_CORDONED, 0, err));
    }
    GPUSIM_TRY(send_back(sim, scope, entity, others ? node : GPUSIM_NONE, err));
cleanup:
    return status;
}

gpusim_status gs_cancel_on(gpusim_sim *sim, int of_gpu, uint32_t entity, uint32_t who,
                           gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    GPUSIM_TRY(gs_fault_jobs(sim, of_gpu ? GS_FAULT_ON_GPU : GS_FAULT_ON_NODE, entity, err));
    for (uint32_t i = 0; i < sim->fault_jobs.count; i++) {
        uint32_t slot = GS_AT(sim->fault_jobs, uint32_t, i);
        GPUSIM_TRY(gs_emit_action(sim, who, GPUSIM_ACTION_CANCEL_JOB, GS_JOB(sim, slot)->order,
                                  (double)NAN, err));
        GPUSIM_TRY(gs_job_end(sim, slot, GPUSIM_JOB_CANCELLED, GPUSIM_REASON_USER, err));
    }
cleanup:
    return status;
}

gpusim_status gs_act(gpusim_sim *sim, gpusim_action what, uint32_t entity, double value,
                     gpusim_error *err)
{
    if (gs_acts_on_life(what)) {
        gpusim_status status = gs_node_life_begin(sim, err);
        if (status != GPUSIM_OK) {
            return status;
        }
    }
    switch (what) {
    case GPUSIM_ACTION_DRAIN:
        return drain(sim, entity, value, err);
    case GPUSIM_ACTION_UNDRAIN:
        return gs_node_undrain(sim, entity, err);
    case GPUSIM_ACTION_PSTATE:
        gs_pstate(sim, entity, (uint32_t)value);
        return GPUSIM_OK;
    case GPUSIM_ACTION_CAP_GPU:
    case GPUSIM_ACTION_CAP_NODE:
    case GPUSIM_ACTION_CAP_RACK:
        return gs_action_cap(sim, what, entity, value, err);
    case GPUSIM_ACTION_CORDON:
        return gs_node_hold(sim, entity, GS_HELD_CORDONED, 0, err);
    case GPUSIM_ACTION_UNCORDON:
        return gs_node_hold(sim, entity, 0, GS_HELD_CORDONED, err);
    case GPUSIM_ACTION_KILL:
        return gs_node_hold(sim, entity, GS_HELD_KILLED, 0, err);
    case GPUSIM_ACTION_REPAIR:
        return gs_node_repair(sim, entity, err);
    case GPUSIM_ACTION_REBOOT:
        return gs_node_reboot(sim, entity, gpusim_time_from_seconds(value), err);
    case GPUSIM_ACTION_REMOVE:
        return gs_node_hold(sim, entity, GS_HELD_REMOVED, 0, err);
    case GPUSIM_ACTION_ADD:
        return gs_node_hold(sim, entity, 0, GS_HELD_REMOVED, err);
    case GPUSIM_ACTION_FAN:
        return gs_fans_hold(sim, entity, isfinite(value) ? value : 0, err);
    case GPUSIM_ACTION_RESET:
        return gs_gpu_reset(sim, entity, err);
    case GPUSIM_ACTION_PAUSE:
        return gs_node_hold(sim, entity, GS_HELD_PAUSED, 0, err);
    case GPUSIM_ACTION_RESUME:
        return gs_node_hold(sim, entity, 0, GS_HELD_PAUSED, err);
    case GPUSIM_ACTION_REQUEUE:
        return requeue(sim, entity, value, 0, err);
    case GPUSIM_ACTION_MOVE:
        return requeue(sim, entity, value, 1, err);
    case GPUSIM_ACTION_IGNORE:
        return GPUSIM_OK;
    case GPUSIM_ACTION_CANCEL_JOB:
        break;
    }
    return gpusim_fail(err, GPUSIM_INTERNAL, "action %d is not one of nodes or GPUs", (int)what);
}

// ---- actions of a program ----

// whether there is such a thing, and the value is one that it can have
static gpusim_status check(const gpusim_sim *sim, gpusim_action what, uint32_t index, double value,
                           gpusim_error *err)
{
    int of_gpu = what == GPUSIM_ACTION_RESET;
    uint32_t count = of_gpu ? sim->model->cluster.gpu_count : sim->nodes.count;
    int known = gs_acts_on_life(what) || what == GPUSIM_ACTION_DRAIN ||
                what == GPUSIM_ACTION_UNDRAIN || what == GPUSIM_ACTION_FAN;
    if (!known) {
        return gpusim_fail(err, GPUSIM_ARGUMENT, "action %d has a function of its own", (int)what);
    }
    if (index >= count || gpusim_sim_ended(sim)) {
        return gpusim_fail(err, GPUSIM_ARGUMENT, "there is no %s %u to act on",
                           of_gpu ? "GPU" : "node", index);
    }
    if (what == GPUSIM_ACTION_REBOOT && !(value > 0 && value <= 9e9)) {
        return gpusim_fail(err, GPUSIM_ARGUMENT, "a reboot takes more than 0 s");
    }
    const uint32_t *first = sim->model->cluster.node_first_gpu;
    if ((what == GPUSIM_ACTION_REQUEUE || what == GPUSIM_ACTION_MOVE) && !isnan(value) &&
        !(value >= 0 && value < first[index + 1] - first[index] && value == floor(value))) {
        return gpusim_fail(err, GPUSIM_ARGUMENT, "node %u has no GPU %g", index, value);
    }
    if (what != GPUSIM_ACTION_FAN) {
        return GPUSIM_OK;
    }
    if (!gs_node_has_fans(sim->model, index)) {
        return gpusim_fail(err, GPUSIM_ARGUMENT, "node %u has no fans", index);
    }
    if (!isnan(value) && !(value > 0 && value <= 1)) {
        return gpusim_fail(err, GPUSIM_ARGUMENT,
                           "fans turn at more than 0 and at most 1 of full speed");
    }
    return GPUSIM_OK;
}

gpusim_status gpusim_sim_act(gpusim_sim *sim, gpusim_action what, uint32_t index, double value,
                             gpusim_error *err)
{
    gpusim_error said = {0};
    gpusim_status status = check(sim, what, index, value, err);
    if (status != GPUSIM_OK) {
        return status;
    }
    GPUSIM_TRY(gs_sim_begin(sim, &said));
    GPUSIM_TRY(gs_tell(sim, sim->model->name_api, what, index, value, &said));
    GPUSIM_TRY(gs_wake(sim, &said));
cleanup:
    return gs_sim_return(sim, status, &said, err);
}
