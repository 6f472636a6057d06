/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Remedies chosen by what they cost. What a node wastes in an hour is read off telemetry: so much
 * for each GPU below its clock, so much for each that is hot, so much for fans that are full. What
 * wastes little is let be, what wastes much or is about to melt is isolated at once; in between the
 * cheaper of restart and repair comes first, then the other, and who comes back even then is
 * isolated.
 */
#include "core/responses.h"

#include <math.h>

#include "core/sim.h"

/* Bits of clock_throttle_reasons that say that something is wrong: slowdowns and brakes. */
#define SLOWED 0xe8u

// %, of the node's fans or of those of a GPU that has its own; 0: nobody knows
static double fan_of(const gpusim_sim *sim, const gs_sampling *sampling, uint32_t node)
{
    const float *fans = sampling->values[GS_METRIC_NODE_FAN_SPEED];
    const float *own = sampling->values[GS_METRIC_FAN_SPEED];
    const gs_cluster *cluster = &sim->model->cluster;
    double speed = fans && !isnan(fans[node]) ? (double)fans[node] : 0;
    for (uint32_t g = cluster->node_first_gpu[node]; own && g < cluster->node_first_gpu[node + 1];
         g++) {
        speed = isnan(own[g]) ? speed : fmax(speed, (double)own[g]);
    }
    return speed;
}

double gs_remedy_waste(const gpusim_sim *sim, const gs_sampling *sampling, uint32_t node)
{
    const gs_remedies *remedies = &sim->model->remedies;
    const gs_cluster *cluster = &sim->model->cluster;
    const float *temperature = sampling->values[GS_METRIC_GPU_TEMP];
    const uint32_t *reasons = sampling->values[GS_METRIC_CLOCK_THROTTLE_REASONS];
    double waste = fan_of(sim, sampling, node) > remedies->fan_above ? remedies->fan : 0;
    for (uint32_t g = cluster->node_first_gpu[node]; g < cluster->node_first_gpu[node + 1]; g++) {
        double celsius = (double)temperature[g];
        waste += reasons[g] != UINT32_MAX && (reasons[g] & SLOWED) ? remedies->slow : 0;
        waste += celsius > remedies->hot_above ? remedies->heat : 0;
        waste += celsius >= remedies->meltdown ? (double)INFINITY : 0;
    }
    return waste;
}

void gs_remedies_count(gpusim_sim *sim, const gs_sampling *sampling)
{
    const gpusim_model *model = sim->model;
    uint32_t r = 0;
    while (r < model->responses.count && !GS_AT(model->responses, gs_response, r).remedy) {
        r++;
    }
    if (r == model->responses.count) {
        return;
    }
    double hours = gpusim_seconds(model->info.sample_every) / 3600;
    for (uint32_t n = 0; n < sim->nodes.count; n++) {
        double waste = gs_remedy_waste(sim, sampling, n);
        GS_AT(sim->watchers, gs_watcher, r).waste += isfinite(waste) ? waste * hours : 0;
    }
}

// the cheaper first, of equals the restart; GPUSIM_ACTION_IGNORE: nothing is left to try
static gpusim_action cure(const gs_remedies *remedies, uint32_t tried)
{
    int restart_first = remedies->restart <= remedies->repair;
    if (tried > 1) {
        return GPUSIM_ACTION_IGNORE;
    }
    return restart_first == (tried == 0) ? GPUSIM_ACTION_REBOOT : GPUSIM_ACTION_REPAIR;
}

// cures that did not last, by now
static uint32_t tried_of(const gpusim_sim *sim, const gs_watch *at)
{
    gpusim_time forgotten = gpusim_time_add(at->cured, sim->model->remedies.again);
    return at->tried && at->since <= forgotten ? at->tried : 0;
}

gpusim_action gs_remedy_choose(const gpusim_sim *sim, const gs_watch *at, double *value,
                               double *cost)
{
    const gs_remedies *remedies = &sim->model->remedies;
    *value = (double)NAN;
    *cost = 0;
    if (at->waste < remedies->ignore_below) {
        return GPUSIM_ACTION_IGNORE;
    }
    gpusim_action what = cure(remedies, tried_of(sim, at));
    if (at->waste > remedies->isolate_above || what == GPUSIM_ACTION_IGNORE) {
        return GPUSIM_ACTION_REQUEUE;
    }
    if (what == GPUSIM_ACTION_REBOOT) {
        *value = gpusim_seconds(remedies->takes);
    }
    *cost = what == GPUSIM_ACTION_REBOOT ? remedies->restart : remedies->repair;
    return what;
}

void gs_remedy_done(const gpusim_sim *sim, gs_watch *at, gpusim_action what)
{
    gpusim_time now = gpusim_engine_now(sim->engine);
    at->ignored = what == GPUSIM_ACTION_IGNORE;
    at->done = what == GPUSIM_ACTION_REQUEUE;
    if (what == GPUSIM_ACTION_REBOOT || what == GPUSIM_ACTION_REPAIR) {
        // whether it helped is seen from when the node is back
        gpusim_time takes = what == GPUSIM_ACTION_REBOOT ? sim->model->remedies.takes : 0;
        at->tried = (uint8_t)(tried_of(sim, at) + 1);
        at->fired = 0;
        at->cured = now;
        at->since = at->since == GPUSIM_TIME_MAX ? GPUSIM_TIME_MAX : gpusim_time_add(now, takes);
    }
    at->acted = now;
}
