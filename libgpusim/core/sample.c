/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Samples of the metrics that the scenario selects: first thing at their instant, so that they
 * report the interval that ends. */
#include <math.h>
#include <string.h>

#include "core/metrics.h"
#include "core/sim.h"

// fills one metric for all its entities
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
        values[n] = node->cpus == UINT32_MAX ? NAN : (float)(node->cpus - node->free_cpus);
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
    [GS_METRIC_NODE_GPUS_ALLOCATED] = node_gpus,
    [GS_METRIC_NODE_CPUS_ALLOCATED] = node_cpus,
    [GS_METRIC_NODE_MEMORY_ALLOCATED] = node_memory,
    [GS_METRIC_NODE_JOBS_RUNNING] = node_jobs,
    [GS_METRIC_RACK_GPUS_ALLOCATED] = rack_gpus,
    [GS_METRIC_CLUSTER_QUEUE_LENGTH] = queue_length,
    [GS_METRIC_CLUSTER_JOBS_RUNNING] = jobs_running,
    [GS_METRIC_CLUSTER_GPUS_ALLOCATED] = gpus_allocated,
    [GS_METRIC_CLUSTER_GPUS_UP] = gpus_up,
};

static gpusim_status tell(gpusim_sim *sim, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    const gpusim_model *model = sim->model;
    uint32_t known = 0;
    const gpusim_metric *metrics = gpusim_metrics(&known);
    gpusim_sample *samples = NULL;
    uint32_t at = 0;
    GPUSIM_TRY(gs_allocate(&samples, model->metric_count, sizeof *samples, err));

    // one block of values for all metrics
    for (uint32_t i = 0; i < model->metric_count; i++) {
        at += gpusim_model_entities(model, (gpusim_entity)metrics[model->metrics[i]].entity);
    }
    GPUSIM_TRY(gs_array_resize(&sim->samples, at, err));
    at = 0;
    for (uint32_t i = 0; i < model->metric_count; i++) {
        const gpusim_metric *metric = &metrics[model->metrics[i]];
        float *values = (float *)sim->samples.data + at;
        uint32_t count = gpusim_model_entities(model, (gpusim_entity)metric->entity);
        measures[model->metrics[i]](sim, values, count);
        samples[i] = (gpusim_sample){.metric = model->metrics[i], .count = count, .values = values};
        at += count;
    }
    const gpusim_observer *observers = sim->observers.data;
    for (uint32_t i = 0; i < sim->observers.count; i++) {
        if (observers[i].sample) {
            GPUSIM_TRY(observers[i].sample(observers[i].context, gpusim_engine_now(sim->engine),
                                           samples, model->metric_count, err));
        }
    }
cleanup:
    gs_release(&samples);
    return status;
}

gpusim_status gs_on_sample(void *context, const gpusim_event *event, gpusim_error *err)
{
    gpusim_sim *sim = context;
    gpusim_status status = GPUSIM_OK;
    if (sim->observers.count > 0) {
        GPUSIM_TRY(tell(sim, err));
    }
    GPUSIM_TRY(gpusim_engine_schedule(sim->engine,
                                      gpusim_time_add(event->time, sim->model->info.sample_every),
                                      GS_CLASS_SAMPLE, GS_ON_SAMPLE, GPUSIM_NONE, 0, NULL, err));
cleanup:
    return status;
}
