/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What running jobs make of a GPU: activity a = t / T (definitions 2), power while spinning,
 * traffic. Work and bytes of a step do not depend on its length, so rates fall as steps get longer.
 */
#include <math.h>

#include "core/plant.h"
#include "policy/share.h"

// B/s over NVLink, or PCIe without it, and through the NICs, of one GPU in a gang's all-reduce
static void add_collective(const gpusim_sim *sim, uint32_t slot, double seconds, gs_gpu_load *load)
{
    const gs_live *live = GS_LIVE(sim, slot);
    if (live->tier == GS_TIER_GPU) {
        return;
    }
    uint32_t node = GS_AT(sim->parts, gpusim_part, GS_JOB(sim, slot)->first_part).node;
    const gs_node_hardware *hardware = gs_node_hardware_of(sim, node);

    // what each GPU of a ring passes on; of that, each node's NICs once, which its GPUs share
    double gpus = GS_JOB(sim, slot)->gpus;
    double passes = 2 * (gpus - 1) / gpus * gs_profile_of(sim, slot)->volume / seconds;
    double outside = live->spread > 1 ? passes * live->spread / gpus : 0;
    double inside = passes - outside;
    load->nvlink = hardware->nvlink > 0 ? inside : 0;
    load->pcie_rx += outside + inside - load->nvlink;
    load->pcie_tx += outside + inside - load->nvlink;
    load->network = outside;
}

// a checkpoint leaves the GPUs in equal parts, no faster than its cost says
static void add_checkpoint(const gpusim_sim *sim, uint32_t slot, gs_gpu_load *load)
{
    const gs_live *live = GS_LIVE(sim, slot);
    const gs_job_profile *profile = gs_profile_of(sim, slot);
    double rate = profile->checkpoint_bytes / gpusim_seconds(profile->checkpoint_cost);
    rate = fmin(rate, live->write_rate);
    if (live->writing > 0 && rate < INFINITY) {
        load->network = rate / GS_JOB(sim, slot)->gpus;
        load->pcie_tx = load->network;
    }
}

// Busy, spinning and dynamic at a clock of the GPU; 0 when nothing goes on: a GPU of the gang is
// off. *step is what that makes of the gang's step: a GPU that has become a little slower than the
// step that is shown makes its own.
static int add_activity(const gpusim_sim *sim, const gs_tenant *it, const gs_gpu *gpu, double clock,
                        gs_gpu_load *load, double *step)
{
    const gs_live *live = GS_LIVE(sim, it->job);
    double time = gs_gpu_time_at(sim, it->job, gpu, clock) / live->scale;
    if (gs_stands_still(live) || !(live->shown_step < INFINITY) || !(time < INFINITY)) {
        return 0;
    }
    const gs_job_profile *profile = gs_profile_of(sim, it->job);
    double host = profile->host_bound / live->scale, held = gs_job_share(GS_JOB(sim, it->job));
    *step = fmax(live->shown_step, time + live->exposed);
    load->busy = held * (time - host) / *step;
    load->spin = held * (*step - time) / *step;
    load->dynamic = load->busy * profile->intensity / gpu->slowdown;
    return 1;
}

// whoever hangs or starts again spins; of a checkpoint there is the traffic
static void add_standing(const gpusim_sim *sim, uint32_t slot, gs_gpu_load *load)
{
    const gs_live *live = GS_LIVE(sim, slot);
    if (live->hangs || live->begins) {
        load->spin = gs_job_share(GS_JOB(sim, slot));
    } else if (live->writes) {
        add_checkpoint(sim, slot, load);
    }
}

static void load_of_tenant(const gpusim_sim *sim, const gs_tenant *it, const gs_gpu *gpu,
                           double clock, gs_gpu_load *load)
{
    const gs_job_profile *profile = gs_profile_of(sim, it->job);
    double step = 1;
    double intensity = profile->intensity / gpu->slowdown; // kernels that stall draw less
    *load = (gs_gpu_load){.intensity = intensity, .tenants = 1};
    if (GS_JOB(sim, it->job)->gpus > 1) {
        // a cap has to hold back its spinning, too
        load->intensity =
            fmax(load->intensity, gs_node_hardware_of(sim, gpu->node)->gpu.power.spin);
    }
    if (!add_activity(sim, it, gpu, clock, load, &step)) {
        add_standing(sim, it->job, load);
        return;
    }
    double kernels = (1 - profile->host_bound) / GS_LIVE(sim, it->job)->scale / step;
    load->memory = profile->memory_activity * kernels;
    load->tensor = profile->tensor_activity * kernels / (clock * gpu->speed);
    load->pcie_rx = profile->host_io * kernels;
    add_collective(sim, it->job, step * profile->step, load);
}

void gs_load_of_tenant(const gpusim_sim *sim, uint32_t tenant, gs_gpu_load *load)
{
    const gs_tenant *it = &GS_AT(sim->tenants, gs_tenant, tenant);
    load_of_tenant(sim, it, GS_GPU(sim, it->gpu), gs_gpu_clock(sim, it->gpu), load);
}

static void load_at(const gpusim_sim *sim, const gs_gpu *gpu, double clock, gs_gpu_load *load)
{
    gs_gpu_load sum = {0};
    double idle = 1, instances = 0;
    for (uint32_t t = gpu->first_tenant; t != GPUSIM_NONE;) {
        const gs_tenant *tenant = &GS_AT(sim->tenants, gs_tenant, t);
        gs_gpu_load one;
        load_of_tenant(sim, tenant, gpu, clock, &one);
        sum.tenants++;
        sum.active += one.busy;
        sum.dynamic += one.dynamic;
        sum.memory += one.memory;
        sum.tensor += one.tensor;
        sum.nvlink += one.nvlink;
        sum.pcie_rx += one.pcie_rx;
        sum.pcie_tx += one.pcie_tx;
        sum.network += one.network;
        sum.spin += one.spin;
        if (tenant->slices == 0) {
            // they take turns: the most intense one's turn is what a cap has to hold back
            sum.busy += one.busy;
            sum.intensity = fmax(sum.intensity, one.intensity);
        } else {
            // instances run side by side, each when it will
            double held = gs_job_share(GS_JOB(sim, tenant->job));
            idle *= 1 - one.busy / held;
            instances += held * one.intensity;
        }
        t = tenant->next_on_gpu;
    }
    if (instances > 0) {
        sum.busy = 1 - idle;
        sum.intensity = instances;
    }
    sum.busy = fmin(sum.busy, 1);
    sum.active = fmin(sum.active, 1);
    sum.spin = fmin(sum.spin, 1 - sum.busy);
    sum.memory = fmin(sum.memory, 1);
    sum.tensor = fmin(sum.tensor, 1);
    *load = sum;
}

void gs_load_of_gpu(const gpusim_sim *sim, uint32_t gpu, gs_gpu_load *load)
{
    load_at(sim, GS_GPU(sim, gpu), gs_gpu_clock(sim, gpu), load);
}
