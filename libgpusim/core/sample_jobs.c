/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a scheduler's own monitoring knows: allocations, queues, nodes that answer. */
#include <math.h>
#include <string.h>

#include "core/sampling.h"

// fills a gauge for all its entities
typedef void (*gs_measure)(const gpusim_sim *sim, float *values, uint32_t count);

static void gpu_bits(const gpusim_sim *sim, float *values, float allocated)
{
    const gs_cluster *cluster = &sim->model->cluster;
    const uint64_t *words = sim->gpu_free.data;
    for (uint32_t n = 0; n < cluster->node_count; n++) {
        const uint64_t *of_node = words + cluster->node_first_word[n];
        uint32_t first = cluster->node_first_gpu[n];
        for (uint32_t g = 0; g < cluster->node_first_gpu[n + 1] - first; g++) {
            values[first + g] = of_node[g / 64] >> (g % 64) & 1 ? 0.0f : allocated;
        }
    }
}

static void gpu_util(const gpusim_sim *sim, float *values, uint32_t count)
{
    (void)count;
    gpu_bits(sim, values, 100.0f);
}

static void gpu_allocated(const gpusim_sim *sim, float *values, uint32_t count)
{
    (void)count;
    gpu_bits(sim, values, 1.0f);
}

static void step_time(const gpusim_sim *sim, float *values, uint32_t count)
{
    for (uint32_t g = 0; g < count; g++) {
        values[g] = NAN;
        uint32_t t = sim->gpus.count > 0 ? GS_GPU(sim, g)->first_tenant : GPUSIM_NONE;
        if (t == GPUSIM_NONE || GS_AT(sim->tenants, gs_tenant, t).next_on_gpu != GPUSIM_NONE) {
            continue;
        }
        uint32_t slot = GS_AT(sim->tenants, gs_tenant, t).job;
        double step = GS_LIVE(sim, slot)->step * gs_profile_of(sim, slot)->step;
        const gs_legacy_state *foreign = gs_legacy_of(sim, g);
        step = foreign && foreign->latency > 0 ? foreign->latency : step;
        values[g] = step > 0 && step < INFINITY ? (float)step : NAN; // no step ends on a lost GPU
    }
}

static void node_gpus(const gpusim_sim *sim, float *values, uint32_t count)
{
    for (uint32_t n = 0; n < count; n++) {
        values[n] = (float)(GS_NODE(sim, n)->gpus - GS_NODE(sim, n)->free_gpus);
    }
}

static void node_cpus(const gpusim_sim *sim, float *values, uint32_t count)
{
    for (uint32_t n = 0; n < count; n++) {
        const gpusim_node_info *node = GS_NODE(sim, n);
        values[n] =
            node->cpus == UINT32_MAX ? NAN : (float)((node->cpus - node->free_cpus) / 1000.0);
    }
}

static void node_memory(const gpusim_sim *sim, float *values, uint32_t count)
{
    for (uint32_t n = 0; n < count; n++) {
        const gpusim_node_info *node = GS_NODE(sim, n);
        values[n] = node->memory == UINT64_MAX ? NAN : (float)(node->memory - node->free_memory);
    }
}

static void node_jobs(const gpusim_sim *sim, float *values, uint32_t count)
{
    for (uint32_t n = 0; n < count; n++) {
        values[n] = (float)GS_NODE(sim, n)->jobs;
    }
}

// what a monitor that asks every node gets for an answer
static void node_heartbeat(const gpusim_sim *sim, float *values, uint32_t count)
{
    for (uint32_t n = 0; n < count; n++) {
        uint32_t state = GS_NODE(sim, n)->state;
        int dead = state == GPUSIM_NODE_DOWN || state == GPUSIM_NODE_REPAIRING;
        values[n] = state == GPUSIM_NODE_REMOVED ? NAN : dead ? 0.0f : 1.0f;
    }
}

static void node_clock_offset(const gpusim_sim *sim, float *values, uint32_t count)
{
    (void)sim;
    memset(values, 0, count * sizeof *values);
}

static void rack_gpus(const gpusim_sim *sim, float *values, uint32_t count)
{
    memset(values, 0, count * sizeof *values);
    for (uint32_t n = 0; n < sim->nodes.count; n++) {
        const gpusim_node_info *node = GS_NODE(sim, n);
        values[node->rack] += (float)(node->gpus - node->free_gpus);
    }
}

static void queue_length(const gpusim_sim *sim, float *values, uint32_t count)
{
    (void)count;
    values[0] = (float)GS_TOTALS(sim)->queued_now;
}

static void jobs_running(const gpusim_sim *sim, float *values, uint32_t count)
{
    (void)count;
    values[0] = (float)sim->running.count;
}

static void gpus_allocated(const gpusim_sim *sim, float *values, uint32_t count)
{
    (void)count;
    values[0] = (float)GS_TOTALS(sim)->allocated;
}

static void gpus_up(const gpusim_sim *sim, float *values, uint32_t count)
{
    (void)count;
    values[0] = (float)GS_TOTALS(sim)->up;
}

static const gs_measure measures[GS_METRIC_COUNT] = {
    [GS_METRIC_GPU_UTIL] = gpu_util,
    [GS_METRIC_GPU_ALLOCATED] = gpu_allocated,
    [GS_METRIC_STEP_TIME] = step_time,
    [GS_METRIC_NODE_GPUS_ALLOCATED] = node_gpus,
    [GS_METRIC_NODE_CPUS_ALLOCATED] = node_cpus,
    [GS_METRIC_NODE_MEMORY_ALLOCATED] = node_memory,
    [GS_METRIC_NODE_JOBS_RUNNING] = node_jobs,
    [GS_METRIC_NODE_HEARTBEAT] = node_heartbeat,
    [GS_METRIC_NODE_CLOCK_OFFSET] = node_clock_offset,
    [GS_METRIC_RACK_GPUS_ALLOCATED] = rack_gpus,
    [GS_METRIC_CLUSTER_QUEUE_LENGTH] = queue_length,
    [GS_METRIC_CLUSTER_JOBS_RUNNING] = jobs_running,
    [GS_METRIC_CLUSTER_GPUS_ALLOCATED] = gpus_allocated,
    [GS_METRIC_CLUSTER_GPUS_UP] = gpus_up,
};

void gs_sample_jobs(const gpusim_sim *sim, gs_sampling *sampling)
{
    uint32_t known = 0;
    const gpusim_metric *metrics = gpusim_metrics(&known);
    for (uint32_t m = 0; m < known; m++) {
        if (sampling->values[m] && measures[m]) {
            measures[m](sim, sampling->values[m],
                        gpusim_model_entities(sim->model, (gpusim_entity)metrics[m].entity));
        }
    }
}
