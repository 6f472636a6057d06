/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The invariants of faults: what they do is what their lists add up to, lists are in order, nodes
 * are in the state that follows, and clocks run that should. */
#include <string.h>

#include "core/faults.h"
#include "core/plant.h"

#define GS_BROKEN(...) gpusim_fail(err, GPUSIM_INTERNAL, __VA_ARGS__)

static gpusim_status check_list(const gpusim_sim *sim, uint32_t scope, uint32_t entity,
                                uint32_t *count, gpusim_error *err)
{
    for (uint32_t f = gs_fault_first(sim, scope, entity); f != GPUSIM_NONE;) {
        if (f >= sim->faults.count || ++*count > sim->faults.count) {
            return GS_BROKEN("the faults of entity %u are no list", entity);
        }
        const gs_fault *fault = GS_FAULT(sim, f);
        if (!fault->alive || fault->scope != scope || fault->entity != entity) {
            return GS_BROKEN("fault %u is not where it struck", f);
        }
        f = fault->next;
    }
    return gs_fault_tree_sound(sim, scope, entity)
               ? GPUSIM_OK
               : GS_BROKEN("the faults of entity %u are out of order", entity);
}

static gpusim_status check_lists(const gpusim_sim *sim, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    uint32_t count = 0;
    const gs_cluster *cluster = &sim->model->cluster;
    for (uint32_t g = 0; g < cluster->gpu_count; g++) {
        GPUSIM_TRY(check_list(sim, GS_FAULT_ON_GPU, g, &count, err));
    }
    for (uint32_t n = 0; n < cluster->node_count; n++) {
        GPUSIM_TRY(check_list(sim, GS_FAULT_ON_NODE, n, &count, err));
    }
    for (uint32_t r = 0; r < cluster->rack_count; r++) {
        GPUSIM_TRY(check_list(sim, GS_FAULT_ON_RACK, r, &count, err));
    }
    GPUSIM_TRY(check_list(sim, GS_FAULT_ON_CLUSTER, 0, &count, err));
    if (count != GS_FAULT_TOTALS(sim)->active) {
        return GS_BROKEN("%u faults are in lists, %u are active", count,
                         GS_FAULT_TOTALS(sim)->active);
    }
cleanup:
    return status;
}

static int differs(const gs_effect *a, gs_effect b)
{
    return memcmp(a, &b, sizeof b) != 0;
}

static gpusim_status check_effects(const gpusim_sim *sim, gpusim_error *err)
{
    for (uint32_t r = 0; r < sim->rack_effects.count; r++) {
        if (differs(gs_rack_effect(sim, r), gs_effect_of_rack(sim, r))) {
            return GS_BROKEN("the effects on rack %u are not those of its faults", r);
        }
    }
    for (uint32_t n = 0; n < sim->node_effects.count; n++) {
        if (differs(gs_node_effect(sim, n), gs_effect_of_node(sim, n))) {
            return GS_BROKEN("the effects on node %u are not those of its faults", n);
        }
    }
    for (uint32_t g = 0; g < sim->gpu_effects.count; g++) {
        gs_effect effect = gs_effect_of_gpu(sim, g);
        if (differs(gs_gpu_effect(sim, g), effect)) {
            return GS_BROKEN("the effects on GPU %u are not those of its faults", g);
        }
        if (sim->gpus.count == 0) {
            continue;
        }
        const gs_gpu *gpu = GS_GPU(sim, g);
        int dead = gpu->shut || (effect.flags & (GS_FAULT_OFF | GS_FAULT_DOWN));
        if (gpu->slowdown != effect.slowdown || gpu->memory_slowdown != effect.memory ||
            gpu->resistance != effect.resistance || gpu->fault_cap != effect.cap ||
            gpu->faults != effect.flags || dead != (gpu->level == GS_GPU_OFF)) {
            return GS_BROKEN("GPU %u does not do what its faults say", g);
        }
    }
    return GPUSIM_OK;
}

static gpusim_status check_nodes(const gpusim_sim *sim, gpusim_error *err)
{
    const gs_fault_totals *totals = GS_FAULT_TOTALS(sim);
    uint32_t crews = 0, waiting = 0;
    for (uint32_t n = 0; n < sim->lives.count; n++) {
        const gs_node_life *life = GS_LIFE(sim, n);
        const gpusim_node_info *node = GS_NODE(sim, n);
        int down = (gs_node_effect(sim, n)->flags & GS_FAULT_DOWN) != 0;
        int shown = gs_node_dead(sim, n);
        if (down != shown) {
            return GS_BROKEN("node %u is in state %u, and its faults say otherwise", n,
                             node->state);
        }
        if (shown && node->jobs > 0) {
            return GS_BROKEN("%u jobs run on node %u, which is down", node->jobs, n);
        }
        uint32_t there = life->mends != GPUSIM_NONE;
        crews += there;
        waiting += !there && life->asked != GPUSIM_TIME_MAX;
        if (there && (life->asked == GPUSIM_TIME_MAX || !GS_FAULT(sim, life->mends)->alive)) {
            return GS_BROKEN("a crew mends nothing at node %u", n);
        }
    }
    if (crews != totals->crews || waiting != totals->waiting || crews > sim->model->chaos.crews ||
        (waiting > 0 && crews < sim->model->chaos.crews)) {
        return GS_BROKEN("%u crews work and %u nodes wait, not %u and %u", crews, waiting,
                         totals->crews, totals->waiting);
    }
    return GPUSIM_OK;
}

// who goes on with corrupted work does so because of a fault that is there and counts it
static gpusim_status check_corruption(const gpusim_sim *sim, gpusim_error *err)
{
    uint64_t victims = 0, counted = 0;
    for (uint32_t slot = 0; slot < sim->jobs.count; slot++) {
        const gs_live *live = GS_LIVE(sim, slot);
        if (GS_JOB(sim, slot)->id.generation == 0 || live->poison == GPUSIM_NONE) {
            continue;
        }
        if (live->poison >= sim->faults.count || !GS_FAULT(sim, live->poison)->alive ||
            live->sound > live->corrupted || live->corrupted > gs_job_worked(sim, slot)) {
            return GS_BROKEN("the work of job slot %u is corrupted by nothing", slot);
        }
        victims++;
    }
    for (uint32_t f = 0; f < sim->faults.count; f++) {
        counted += GS_FAULT(sim, f)->alive ? GS_FAULT(sim, f)->victims : 0;
    }
    if (victims != counted) {
        return GS_BROKEN("%llu jobs are corrupted, faults count %llu", (unsigned long long)victims,
                         (unsigned long long)counted);
    }
    return GPUSIM_OK;
}

static gpusim_status check_clocks(const gpusim_sim *sim, gpusim_error *err)
{
    for (uint32_t c = 0; c < sim->fault_clocks.count; c++) {
        const gs_fault_clock *clock = GS_CLOCK(sim, c);
        gpusim_event event;
        int pending = gpusim_engine_pending(sim->engine, clock->event, &event);
        if (pending && (event.handler != GS_ON_FAULT || event.entity != c)) {
            return GS_BROKEN("the strike of clock %u is another's event", c);
        }
        if (clock->fault != GPUSIM_NONE && (pending || GS_FAULT(sim, clock->fault)->clock != c)) {
            return GS_BROKEN("clock %u runs while what it struck is not over", c);
        }
    }
    return GPUSIM_OK;
}

gpusim_status gs_faults_check(const gpusim_sim *sim, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    if (sim->fault_totals.count == 0) {
        return GPUSIM_OK;
    }
    GPUSIM_TRY(check_lists(sim, err));
    GPUSIM_TRY(check_effects(sim, err));
    GPUSIM_TRY(check_nodes(sim, err));
    GPUSIM_TRY(check_clocks(sim, err));
    GPUSIM_TRY(check_corruption(sim, err));
cleanup:
    return status;
}
