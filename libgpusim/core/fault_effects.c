/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What follows when the set of an entity's faults is another: sums, the physics of its GPUs, the
 * pace and the end of jobs, states of nodes. Nothing is kept to be put back. */
#include <math.h>
#include <string.h>

#include "core/faults.h"
#include "core/plant.h"

gs_reach gs_reach_of(const gpusim_sim *sim, uint32_t scope, uint32_t entity)
{
    const gs_cluster *cluster = &sim->model->cluster;
    gs_reach reach = {0, cluster->gpu_count, 0, cluster->node_count};
    if (scope == GS_FAULT_ON_RACK) {
        const gs_rack *rack = &cluster->racks[entity];
        reach.first_node = rack->first_node;
        reach.end_node = rack->first_node + rack->nodes;
    } else if (scope == GS_FAULT_ON_NODE) {
        reach.first_node = entity;
        reach.end_node = entity + 1;
    } else if (scope == GS_FAULT_ON_GPU) {
        // the last node whose first GPU is not behind it
        while (reach.end_node - reach.first_node > 1) {
            uint32_t middle = reach.first_node + (reach.end_node - reach.first_node) / 2;
            *(cluster->node_first_gpu[middle] <= entity ? &reach.first_node : &reach.end_node) =
                middle;
        }
        reach.first_gpu = entity;
        reach.end_gpu = entity + 1;
        return reach;
    }
    reach.first_gpu = cluster->node_first_gpu[reach.first_node];
    reach.end_gpu = cluster->node_first_gpu[reach.end_node];
    return reach;
}

// ---- jobs ----

static int touches(const gpusim_sim *sim, const gpusim_part *part, uint32_t scope,
                   const gs_reach *reach)
{
    if (part->node < reach->first_node || part->node >= reach->end_node) {
        return 0;
    }
    if (scope != GS_FAULT_ON_GPU) {
        return 1;
    }
    uint32_t first = sim->model->cluster.node_first_gpu[part->node] + part->first_gpu;
    return part->gpus > 0 && reach->first_gpu >= first && reach->first_gpu < first + part->gpus;
}

gpusim_status gs_fault_jobs(gpusim_sim *sim, uint32_t scope, uint32_t entity, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gs_reach reach = gs_reach_of(sim, scope, entity);
    sim->fault_jobs.count = 0;
    if (reach.end_node - reach.first_node == 1 && GS_NODE(sim, reach.first_node)->jobs == 0) {
        return GPUSIM_OK;
    }
    for (uint32_t i = 0; i < sim->running.count; i++) {
        uint32_t slot = GS_AT(sim->running, uint32_t, i), part = 0;
        const gpusim_job_info *job = GS_JOB(sim, slot);
        const gpusim_part *parts = (const gpusim_part *)sim->parts.data + job->first_part;
        while (part < job->parts && !touches(sim, &parts[part], scope, &reach)) {
            part++;
        }
        if (part < job->parts) {
            GPUSIM_TRY(gs_array_push(&sim->fault_jobs, &slot, err));
        }
    }
cleanup:
    return status;
}

gpusim_status gs_fault_kill(gpusim_sim *sim, uint32_t scope, uint32_t entity,
                            gpusim_job_reason reason, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    GPUSIM_TRY(gs_fault_jobs(sim, scope, entity, err));
    for (uint32_t i = 0; i < sim->fault_jobs.count; i++) {
        GPUSIM_TRY(gs_job_fail(sim, GS_AT(sim->fault_jobs, uint32_t, i), reason, err));
    }
cleanup:
    return status;
}

// whom their jobs wait for has to be found again, and they hang or not
static gpusim_status tell_jobs(gpusim_sim *sim, uint32_t scope, uint32_t entity, int pace,
                               gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    GPUSIM_TRY(gs_fault_jobs(sim, scope, entity, err));
    for (uint32_t i = 0; i < sim->fault_jobs.count; i++) {
        uint32_t slot = GS_AT(sim->fault_jobs, uint32_t, i);
        if (pace) {
            GS_LIVE(sim, slot)->slowest = GPUSIM_NONE;
            gs_mark_job(sim, slot);
        }
        GPUSIM_TRY(gs_faults_follow(sim, slot, err));
    }
cleanup:
    return status;
}

// ---- GPUs ----

static int is_dead(uint32_t flags)
{
    return (flags & (GS_FAULT_OFF | GS_FAULT_DOWN)) != 0;
}

// on or off, as faults and its own temperature have it
static void switch_gpu(gpusim_sim *sim, uint32_t index)
{
    gs_gpu *gpu = GS_GPU(sim, index);
    int off = gpu->shut || is_dead(gpu->faults);
    if (off == (gpu->level == GS_GPU_OFF)) {
        return;
    }
    gpu->level = off ? GS_GPU_OFF : GS_GPU_IDLE;
    if (gs_gpu_hardware(sim, index)->physical) {
        gpu->slowed = gpu->memory_slow = 0;
        gpu->thermal_clock = gs_gpu_hardware(sim, index)->clock_count - 1;
    }
}

static void change_gpu(gpusim_sim *sim, uint32_t index, const gs_effect *effect)
{
    if (sim->gpus.count == 0) {
        return;
    }
    gs_gpu *gpu = GS_GPU(sim, index);
    if (gs_is_physical(sim)) {
        gs_gpu_settle(sim, index);
        gs_mark_gpu(sim, index);
    }
    gpu->slowdown = effect->slowdown;
    gpu->memory_slowdown = effect->memory;
    gpu->resistance = effect->resistance;
    gpu->fault_cap = effect->cap;
    gpu->stray = effect->power;
    gpu->faults = effect->flags;
    gpu->steady = 0;
    switch_gpu(sim, index);
}

// ---- an entity and what is below it ----

/* What has changed anywhere below. */
typedef struct gs_changes {
    int pace, inlet, memory;
} gs_changes;

static gs_changes renew_gpus(gpusim_sim *sim, const gs_reach *reach)
{
    gs_changes changes = {0};
    for (uint32_t g = reach->first_gpu; g < reach->end_gpu; g++) {
        gs_effect *held = &GS_AT(sim->gpu_effects, gs_effect, g);
        gs_effect now = gs_effect_of_gpu(sim, g);
        if (memcmp(&now, held, sizeof now) == 0) {
            continue;
        }
        changes.pace |= now.slowdown != held->slowdown || now.memory != held->memory ||
                        now.nvlink != held->nvlink || now.pcie != held->pcie ||
                        now.network != held->network || now.delay != held->delay;
        changes.inlet |= now.inlet != held->inlet || now.warmth != held->warmth;
        changes.memory |= now.held != held->held;
        gs_gpu_errors_settle(sim, g);
        if (now.leak != held->leak) {
            gs_leak_settle(sim, g);
            changes.memory = 1;
        }
        *held = now;
        change_gpu(sim, g, &now);
    }
    return changes;
}

static void renew_nodes(gpusim_sim *sim, const gs_reach *reach)
{
    for (uint32_t n = reach->first_node; n < reach->end_node; n++) {
        GS_AT(sim->node_effects, gs_effect, n) = gs_effect_of_node(sim, n);
    }
}

static void renew_racks(gpusim_sim *sim, uint32_t scope, uint32_t entity)
{
    uint32_t first = scope == GS_FAULT_ON_RACK ? entity : 0;
    uint32_t end = scope == GS_FAULT_ON_RACK ? entity + 1 : sim->rack_effects.count;
    for (uint32_t r = first; r < end; r++) {
        GS_AT(sim->rack_effects, gs_effect, r) = gs_effect_of_rack(sim, r);
    }
}

// caps, inlets and power supplies are looked after by control; states of nodes follow at once
static gpusim_status tell_nodes(gpusim_sim *sim, const gs_reach *reach, gs_changes changes,
                                gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    for (uint32_t n = reach->first_node; n < reach->end_node; n++) {
        GPUSIM_TRY(gs_node_life_update(sim, n, err));
        if (changes.pace) {
            gs_network_degrade(sim, n);
        }
        if (!gs_is_physical(sim) || !gs_node_hardware_of(sim, n)->physical) {
            continue;
        }
        gs_mark_node(sim, n);
        if (changes.inlet) {
            gs_node_breathe(sim, n, 0);
        }
        GPUSIM_TRY(gs_node_soon(sim, n, err));
    }
cleanup:
    return status;
}

// Who stands on what is about to be dead leaves it while its powers are still what they were: jobs
// on nodes, then on GPUs alone.
static gpusim_status leave_dead_nodes(gpusim_sim *sim, const gs_reach *reach, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    for (uint32_t n = reach->first_node; n < reach->end_node; n++) {
        if (GS_NODE(sim, n)->jobs > 0 && gs_effect_of_node(sim, n).flags & GS_FAULT_DOWN) {
            GPUSIM_TRY(gs_fault_kill(sim, GS_FAULT_ON_NODE, n, GPUSIM_REASON_NODE_FAIL, err));
        }
    }
cleanup:
    return status;
}

static gpusim_status leave_dead_gpus(gpusim_sim *sim, const gs_reach *reach, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    for (uint32_t g = reach->first_gpu; g < reach->end_gpu; g++) {
        uint32_t flags = gs_effect_of_gpu(sim, g).flags;
        if (is_dead(flags) && !is_dead(gs_gpu_effect(sim, g)->flags)) {
            GPUSIM_TRY(gs_fault_kill(sim, GS_FAULT_ON_GPU, g, GPUSIM_REASON_GPU_LOST, err));
        }
    }
cleanup:
    return status;
}

gpusim_status gs_faults_changed(gpusim_sim *sim, uint32_t scope, uint32_t entity, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gs_reach reach = gs_reach_of(sim, scope, entity);
    if (scope == GS_FAULT_ON_RACK || scope == GS_FAULT_ON_CLUSTER) {
        renew_racks(sim, scope, entity);
    }
    GPUSIM_TRY(leave_dead_nodes(sim, &reach, err));
    if (scope != GS_FAULT_ON_GPU) {
        renew_nodes(sim, &reach);
    }
    GPUSIM_TRY(leave_dead_gpus(sim, &reach, err));
    gs_changes changes = renew_gpus(sim, &reach);
    for (uint32_t g = reach.first_gpu; changes.memory && g < reach.end_gpu; g++) {
        GPUSIM_TRY(gs_leak_changed(sim, g, err));
    }
    GPUSIM_TRY(tell_nodes(sim, &reach, changes, err));
    if (scope == GS_FAULT_ON_RACK && entity < sim->racks.count) {
        GPUSIM_TRY(gs_rack_soon(sim, entity, err)); // its cap may be another
    }
    GPUSIM_TRY(tell_jobs(sim, scope, entity, changes.pace, err));
cleanup:
    return status;
}

void gs_effects_restore(gpusim_sim *sim)
{
    gs_reach all = gs_reach_of(sim, GS_FAULT_ON_CLUSTER, 0);
    renew_racks(sim, GS_FAULT_ON_CLUSTER, 0);
    renew_nodes(sim, &all);
    for (uint32_t g = 0; g < sim->gpu_effects.count; g++) {
        GS_AT(sim->gpu_effects, gs_effect, g) = gs_effect_of_gpu(sim, g);
    }
}
