/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What running jobs make of a GPU: activity a = t / T (definitions 2), power while spinning,
 * traffic. Work and bytes of a step do not depend on its length, so rates fall as steps get longer.
 */
#include <math.h>

#include "core/sim.h"

// B/s over NVLink, or PCIe without it, and through the NICs, of one GPU in a gang's all-reduce
static void add_collective(const gpusim_sim *sim, uint32_t slot, double seconds, gs_gpu_load *load)
{
    const gs_live *live = GS_LIVE(sim, slot);
    const gs_cluster *cluster = &sim->model->cluster;
    if (live->tier == GS_TIER_GPU) {
        return;
    }
    uint32_t node = GS_AT(sim->parts, gpusim_part, GS_JOB(sim, slot)->first_part).node;
    const gs_node_hardware *hardware = &sim->model->hardware.groups[cluster->node_group[node]];

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

void gs_load_of_tenant(const gpusim_sim *sim, uint32_t tenant, gs_gpu_load *load)
{
    const gs_tenant *it = &GS_AT(sim->tenants, gs_tenant, tenant);
    const gs_live *live = GS_LIVE(sim, it->job);
    const gs_job_profile *profile = gs_profile_of(sim, it->job);
    *load = (gs_gpu_load){.intensity = profile->intensity, .tenants = 1};
    if (live->writes) {
        add_checkpoint(sim, it->job, load);
        return;
    }
    double time = gs_gpu_time(sim, it->job, it->gpu);
    if (!(live->shown_step < INFINITY) || !(time < INFINITY)) {
        return; // nothing goes on: a GPU is off
    }

    // a GPU that has become a little slower than the step that is shown makes its own
    double step = fmax(live->shown_step, time), held = it->milli / 1000.0;
    double host = profile->host_bound, kernels = (1 - host) / step;
    load->busy = held * (time - host) / step;
    load->spin = held * (step - time) / step;
    load->dynamic = load->busy * profile->intensity;
    load->memory = profile->memory_activity * kernels;
    load->tensor = profile->tensor_activity * kernels /
                   (gs_gpu_clock(sim, it->gpu) * GS_GPU(sim, it->gpu)->speed);
    load->pcie_rx = profile->host_io * kernels;
    add_collective(sim, it->job, step * profile->step, load);
}

void gs_load_of_gpu(const gpusim_sim *sim, uint32_t gpu, gs_gpu_load *load)
{
    gs_gpu_load sum = {.memory_used = load->memory_used, .memory_growth = load->memory_growth};
    double idle = 1, instances = 0;
    for (uint32_t t = GS_GPU(sim, gpu)->first_tenant; t != GPUSIM_NONE;) {
        const gs_tenant *tenant = &GS_AT(sim->tenants, gs_tenant, t);
        gs_gpu_load one;
        gs_load_of_tenant(sim, t, &one);
        sum.tenants++;
        sum.dynamic += one.dynamic;
        sum.memory += one.memory;
        sum.tensor += one.tensor;
        sum.nvlink += one.nvlink;
        sum.pcie_rx += one.pcie_rx;
        sum.pcie_tx += one.pcie_tx;
        sum.network += one.network;
        if (tenant->slices == 0) {
            // they take turns: the most intense one's turn is what a cap has to hold back
            sum.busy += one.busy;
            sum.spin += one.spin;
            sum.intensity = fmax(sum.intensity, one.intensity);
        } else {
            // instances run side by side, each when it will
            double held = tenant->milli / 1000.0;
            idle *= 1 - one.busy / held;
            instances += held * one.intensity;
            sum.spin += one.spin;
        }
        t = tenant->next_on_gpu;
    }
    if (instances > 0) {
        sum.busy = 1 - idle;
        sum.intensity = instances;
    }
    sum.busy = fmin(sum.busy, 1);
    sum.spin = fmin(sum.spin, 1 - sum.busy);
    sum.memory = fmin(sum.memory, 1);
    sum.tensor = fmin(sum.tensor, 1);
    *load = sum;
}
