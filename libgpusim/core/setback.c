/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What faults do to a running job short of ending its attempt: it hangs, its checkpoints fail; and
 * how often it saves its work because of them. */
#include <math.h>

#include "core/sim.h"

// ---- hanging ----

gpusim_status gs_job_hang(gpusim_sim *sim, uint32_t slot, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gs_live *live = GS_LIVE(sim, slot);
    gpusim_time now = gpusim_engine_now(sim->engine);
    if (live->hangs) {
        return GPUSIM_OK;
    }
    gs_progress_settle(sim, slot);
    live->hangs = 1;
    if (live->writes) {
        live->blocked -= now;
        gs_network_written(sim, slot);
    }
    GPUSIM_TRY(gpusim_engine_schedule(sim->engine,
                                      gpusim_time_add(now, sim->model->chaos.hang_timeout),
                                      GS_CLASS_LIMIT, GS_ON_TIMEOUT, slot, 0, &live->timeout, err));
    GPUSIM_TRY(gs_emit_event(sim, GPUSIM_EVENT_HANG, GS_JOB(sim, slot)->order, 1, err));
    GPUSIM_TRY(gs_progress_changed(sim, slot, err));
cleanup:
    return status;
}

gpusim_status gs_job_unhang(gpusim_sim *sim, uint32_t slot, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gs_live *live = GS_LIVE(sim, slot);
    if (!live->hangs) {
        return GPUSIM_OK;
    }
    gs_progress_settle(sim, slot);
    live->hangs = 0;
    if (live->writes) {
        live->blocked += gpusim_engine_now(sim->engine);
        gs_network_write(sim, slot);
    }
    (void)gpusim_engine_cancel(sim->engine, &live->timeout);
    GPUSIM_TRY(gs_emit_event(sim, GPUSIM_EVENT_HANG, GS_JOB(sim, slot)->order, 0, err));
    GPUSIM_TRY(gs_progress_changed(sim, slot, err));
cleanup:
    return status;
}

gpusim_status gs_on_timeout(void *context, const gpusim_event *event, gpusim_error *err)
{
    gpusim_sim *sim = context;
    GS_LIVE(sim, event->entity)->timeout = (gpusim_event_id){0};
    return gs_job_fail(sim, event->entity, GPUSIM_REASON_HANG, err);
}

// ---- what an attempt costs beside its work ----

void gs_job_disk(gpusim_sim *sim, uint32_t slot, int full)
{
    gs_live *live = GS_LIVE(sim, slot);
    live->full = full != 0;
    live->spoiled |= live->full;
}

gpusim_time gs_restart_span(const gpusim_sim *sim, uint32_t slot)
{
    const gs_live *live = GS_LIVE(sim, slot);
    if (live->profile == GPUSIM_NONE) {
        return 0;
    }
    return gs_profile_restart(sim->model->workload.profiles[live->profile], sim->seed,
                              gpusim_model_name(sim->model, live->source), live->id,
                              GS_JOB(sim, slot)->attempts);
}

gpusim_time gs_checkpoint_span(const gpusim_sim *sim, uint32_t slot)
{
    const gs_job_profile *profile = gs_profile_of(sim, slot);
    double storage = sim->model->hardware.storage;
    gpusim_time span = storage > 0 ? gpusim_time_ceil(profile->checkpoint_bytes / storage) : 0;
    return span > profile->checkpoint_cost ? span : profile->checkpoint_cost;
}

// ---- how often it fails ----

// 1 when a strike of a kind takes a gang off its GPUs, if only after a time-out; who is alone on a
// node, or in a rack, misses nobody who is cut off
static int interrupts(const gs_chaos *chaos, const gs_rule *rule, const gs_held_of *job)
{
    const gs_fault_kind *kind = &gs_fault_kinds[rule->kind];
    uint32_t apart = kind->scope == GS_FAULT_ON_RACK ? job->racks : job->nodes;
    uint32_t stopping = GS_FAULT_HANG | (apart > 1 ? GS_FAULT_CUT_OFF : 0);
    int stops = (kind->flags & stopping) != 0;
    if (stops && rule->ends &&
        gs_distribution_mean(&rule->lasts) < gpusim_seconds(chaos->hang_timeout)) {
        stops = 0;
    }
    return kind->strike.kills == GS_KILLS_JOBS ||
           (kind->flags & (GS_FAULT_DOWN | GS_FAULT_OFF)) != 0 || stops;
}

// the share of a rule's strikes that does
static double share_of(const gs_chaos *chaos, const gs_rule *rule, const gs_held_of *job)
{
    if (gs_fault_kinds[rule->kind].strike.corrupts) {
        return gs_distribution_mean(&rule->parameters[0]); // those that somebody finds
    }
    double spared = interrupts(chaos, rule, job) ? 0 : 1;
    for (uint32_t i = 1; i <= rule->causes && spared > 0; i++) {
        const gs_rule *next = rule + i;
        int taken = !next->neighbours && interrupts(chaos, next, job);
        spared *= taken ? 1 - next->reaches : 1;
    }
    return 1 - spared;
}

// strikes a second on one target of a rule with a clock, on the mean
static double strikes_of(const gs_rule *rule)
{
    double rate = gs_rule_rate(rule);
    if (rule->when == GS_WHEN_POOL) {
        uint32_t taken = rule->pick < rule->target_count ? rule->pick : rule->target_count;
        rate *= (double)taken / rule->target_count;
    }
    return rate;
}

double gs_chaos_rate(const gpusim_model *model, const gs_held_of *job)
{
    const gs_cluster *cluster = &model->cluster;
    const double all[GS_FAULT_SCOPES] = {cluster->gpu_count, cluster->node_count,
                                         cluster->rack_count, 1};
    const double held[GS_FAULT_SCOPES] = {job->gpus, job->nodes, job->racks, 1};
    double rate = 0;
    for (uint32_t i = 0; i < model->chaos.count; i++) {
        const gs_rule *rule = &model->chaos.rules[i];
        uint32_t scope = gs_fault_kinds[rule->kind].scope;
        int clocked = rule->when == GS_WHEN_EVERY || rule->when == GS_WHEN_POOL;
        double share = clocked ? share_of(&model->chaos, rule, job) : 0;
        if (share > 0 && rule->target_count > 0) {
            rate += share * strikes_of(rule) * rule->target_count / all[scope] * held[scope];
        }
    }
    return rate;
}

// what a job holds; its parts on one node are adjacent, and nodes of a rack follow each other
static gs_held_of held_by(const gpusim_sim *sim, uint32_t slot)
{
    const gpusim_job_info *job = GS_JOB(sim, slot);
    gs_held_of held = {.gpus = job->gpus};
    uint32_t last = GPUSIM_NONE, rack = GPUSIM_NONE;
    for (uint32_t i = job->first_part; i < job->first_part + job->parts; i++) {
        uint32_t node = GS_AT(sim->parts, gpusim_part, i).node;
        held.nodes += node != last;
        held.racks += GS_NODE(sim, node)->rack != rack;
        last = node;
        rack = GS_NODE(sim, node)->rack;
    }
    return held;
}

// ---- how often to save ----

double gs_young_interval(double cost, double mttf)
{
    return sqrt(2 * cost * mttf);
}

double gs_daly_interval(double cost, double mttf)
{
    if (!(cost < 2 * mttf)) {
        return mttf;
    }
    double root = sqrt(cost / (2 * mttf));
    return gs_young_interval(cost, mttf) * (1 + root / 3 + root * root / 9) - cost;
}

gpusim_time gs_checkpoint_interval(const gpusim_sim *sim, uint32_t slot)
{
    const gs_job_profile *profile = gs_profile_of(sim, slot);
    if (profile->checkpoint_every >= 0) {
        return profile->checkpoint_every;
    }
    gs_held_of held = held_by(sim, slot);
    double mttf = profile->mttf < GPUSIM_TIME_MAX ? gpusim_seconds(profile->mttf)
                                                  : 1 / gs_chaos_rate(sim->model, &held);
    if (!(mttf < (double)INFINITY)) {
        return GPUSIM_TIME_MAX; // it never fails
    }
    double cost = gpusim_seconds(gs_checkpoint_span(sim, slot));
    double interval = profile->checkpoint_every == GS_EVERY_YOUNG ? gs_young_interval(cost, mttf)
                                                                  : gs_daly_interval(cost, mttf);
    return gpusim_time_from_seconds(fmax(interval, 1));
}
