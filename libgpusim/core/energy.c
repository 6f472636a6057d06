/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Accounts: what each job pays, and what the facility has drawn, emitted and paid.
 *
 * A job pays for its GPUs (of a shared one the static power by its share and the dynamic power by
 * its activity) and for its part of what else its nodes draw, both at the nodes' input with the
 * losses of the moment. Both are settled when they change or when the job leaves: the node keeps
 * the integrals of input/output and of its rest, and whoever pays keeps where they stood.
 */
#include <math.h>

#include "core/plant.h"
#include "physics/power.h"

double gs_joules(gs_wide energy)
{
    const double word = 18446744073709551616.0;
    return ((double)(uint64_t)(energy >> 64) * word + (double)(uint64_t)energy) / 1e18;
}

// ---- what a node adds ----

static double ratio_now(const gs_node *plant)
{
    int64_t output = gs_node_output(plant);
    return output > 0 ? (double)plant->input / (double)output : 1;
}

double gs_node_ratio(const gpusim_sim *sim, uint32_t node)
{
    const gs_node *plant = GS_PLANT(sim, node);
    return plant->ratio +
           gpusim_seconds(gpusim_engine_now(sim->engine) - plant->settled) * ratio_now(plant);
}

double gs_node_rest(const gpusim_sim *sim, uint32_t node)
{
    const gs_node *plant = GS_PLANT(sim, node);
    double rest = gs_watts(plant->input) - gs_watts(plant->power[GS_POWER_GPU]) * ratio_now(plant);
    return plant->rest + gpusim_seconds(gpusim_engine_now(sim->engine) - plant->settled) * rest;
}

// ---- tenants ----

void gs_tenants_charge(gpusim_sim *sim, gs_gpu *gpu, gpusim_time span)
{
    if (gpu->first_tenant == GPUSIM_NONE) {
        return;
    }
    double ratio = gs_node_ratio(sim, gpu->node);
    for (uint32_t t = gpu->first_tenant; t != GPUSIM_NONE;) {
        gs_tenant *tenant = &GS_AT(sim->tenants, gs_tenant, t);
        tenant->energy += (gs_wide)(uint64_t)tenant->power * (uint64_t)span;
        tenant->input += gs_watts(tenant->power) * (ratio - tenant->mark);
        tenant->mark = ratio;
        t = tenant->next_on_gpu;
    }
}

// W that do not depend on who is active
static double static_power(const gpusim_sim *sim, const gs_gpu *gpu)
{
    const gpusim_gpu_power *power = &gs_node_hardware_of(sim, gpu->node)->gpu.power;
    double on = gpu->load.busy + gpu->load.spin;
    if (gpu->level != GS_GPU_BUSY) {
        return gs_watts(gpu->power);
    }
    return fmin(on * (power->fixed + gpu->leak) + (1 - on) * power->context, gs_watts(gpu->power));
}

static double activity_of(const gpusim_sim *sim, const gs_gpu *gpu, uint32_t tenant)
{
    gs_gpu_load load = {0};
    gs_load_of_tenant(sim, tenant, &load);
    return load.dynamic + gs_node_hardware_of(sim, gpu->node)->gpu.power.spin * load.spin;
}

void gs_tenants_divide(gpusim_sim *sim, gs_gpu *gpu)
{
    if (gpu->first_tenant == GPUSIM_NONE) {
        return;
    }
    // one that has it all pays for it all
    gs_tenant *first = &GS_AT(sim->tenants, gs_tenant, gpu->first_tenant);
    if (first->next_on_gpu == GPUSIM_NONE && first->milli == 1000) {
        first->power = gpu->power;
        return;
    }
    double fixed = static_power(sim, gpu), all = 0;
    double dynamic = gs_watts(gpu->power) - fixed;
    uint32_t held = 0;
    for (uint32_t t = gpu->first_tenant; t != GPUSIM_NONE;) {
        const gs_tenant *tenant = &GS_AT(sim->tenants, gs_tenant, t);
        all += activity_of(sim, gpu, t);
        held += tenant->milli;
        t = tenant->next_on_gpu;
    }

    // rounded down; when nothing is left over for nobody, the last one pays what rounding left
    int64_t left = gpu->power;
    for (uint32_t t = gpu->first_tenant; t != GPUSIM_NONE;) {
        gs_tenant *tenant = &GS_AT(sim->tenants, gs_tenant, t);
        double share = all > 0 ? activity_of(sim, gpu, t) / all : 0;
        int64_t power = (int64_t)((fixed * tenant->milli / 1000 + dynamic * share) * 1e9);
        int last = tenant->next_on_gpu == GPUSIM_NONE;
        tenant->power = power > left || (last && held == 1000) ? left : power;
        left -= tenant->power;
        t = tenant->next_on_gpu;
    }
}

// ---- jobs ----

// the part of a node's rest that an allocation pays: by its GPUs, or by its cores when it has none
static double share_of(const gpusim_sim *sim, const gpusim_job_info *job, const gpusim_part *part)
{
    const gpusim_node_info *node = GS_NODE(sim, part->node);
    if (node->gpus > 0) {
        return (double)part->gpus * part->milli / 1000 / node->gpus;
    }
    return node->cpus == UINT32_MAX || node->cpus == 0 ? 0 : (double)job->cpus / node->cpus;
}

double gs_energy_of_job(const gpusim_sim *sim, uint32_t slot, double *gpu)
{
    const gpusim_job_info *job = GS_JOB(sim, slot);
    const gs_live *live = GS_LIVE(sim, slot);
    gpusim_time now = gpusim_engine_now(sim->engine);
    double input = live->energy;
    *gpu = live->energy_gpu;
    if (job->state != GPUSIM_JOB_RUNNING) {
        return input;
    }
    for (uint32_t t = live->first_tenant; t != GPUSIM_NONE;) {
        const gs_tenant *tenant = &GS_AT(sim->tenants, gs_tenant, t);
        const gs_gpu *on = GS_GPU(sim, tenant->gpu);
        gs_wide since = (gs_wide)(uint64_t)tenant->power * (uint64_t)(now - on->settled);
        *gpu += gs_joules(tenant->energy + since);
        input +=
            tenant->input + gs_watts(tenant->power) * (gs_node_ratio(sim, on->node) - tenant->mark);
        t = tenant->next_of_job;
    }
    for (uint32_t i = job->first_part; i < job->first_part + job->parts; i++) {
        const gpusim_part *part = &GS_AT(sim->parts, gpusim_part, i);
        double rest = gs_node_rest(sim, part->node) - GS_AT(sim->part_marks, double, i);
        input += rest * share_of(sim, job, part);
    }
    return input;
}

// ---- the facility ----

static void advance(const gpusim_sim *sim, gs_facility *facility, gpusim_time now)
{
    const gs_hardware *hardware = &sim->model->hardware;
    gpusim_time span = now - facility->settled, next;
    if (span == 0) {
        return;
    }
    int64_t total = 0;
    for (int c = 0; c < GS_COMPONENTS; c++) {
        facility->energy[c] += (gs_wide)(uint64_t)facility->power[c] * (uint64_t)span;
        total += facility->power[c];
    }
    facility->peak = total > facility->peak ? total : facility->peak;
    double joules = gs_watts(total) * gpusim_seconds(span);
    if (hardware->carbon.count > 0) {
        facility->carbon += joules * gs_steps_at(&hardware->carbon, facility->settled, &next);
    }
    if (hardware->price.count > 0) {
        facility->cost += joules * gs_steps_at(&hardware->price, facility->settled, &next);
    }
    facility->settled = now;
}

void gs_energy_settle(gpusim_sim *sim)
{
    advance(sim, GS_FACILITY(sim), gpusim_engine_now(sim->engine));
}

gs_facility gs_facility_now(const gpusim_sim *sim)
{
    gs_facility copy = *GS_FACILITY(sim);
    advance(sim, &copy, gpusim_engine_now(sim->engine));
    return copy;
}
