/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Samples of the metrics that the scenario selects: first thing at their instant, so that they
 * report the interval that ends. */
#include <math.h>
#include <string.h>

#include "core/sim.h"
#include "telemetry/metrics.h"

/* The sample at hand: a block with room for all metrics, made once. */
struct gs_sampling {
    gpusim_sample *samples; /* [metric_count] */
    unsigned char *block;   /* the values they point at */
};

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

static size_t bytes_of(const gpusim_metric *metric)
{
    return metric->type == GPUSIM_UINT64 ? sizeof(uint64_t) : sizeof(uint32_t);
}

static size_t space_of(const gpusim_metric *metric, uint32_t count)
{
    return (count * bytes_of(metric) + 15) / 16 * 16;
}

void gs_sampling_destroy(gs_sampling *sampling)
{
    if (sampling) {
        gs_release(&sampling->samples);
        gs_release(&sampling->block);
        gs_release(&sampling);
    }
}

// one block of values for all metrics, each beginning where any type may
static gpusim_status create(const gpusim_model *model, gs_sampling **created, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    uint32_t known = 0;
    const gpusim_metric *metrics = gpusim_metrics(&known);
    gs_sampling *sampling = NULL;
    size_t size = 0;
    GPUSIM_TRY(gs_allocate(&sampling, 1, sizeof *sampling, err));
    GPUSIM_TRY(gs_allocate(&sampling->samples, model->metric_count, sizeof(gpusim_sample), err));
    for (uint32_t i = 0; i < model->metric_count; i++) {
        const gpusim_metric *metric = &metrics[model->metrics[i]];
        uint32_t count = gpusim_model_entities(model, (gpusim_entity)metric->entity);
        sampling->samples[i] = (gpusim_sample){.metric = model->metrics[i], .count = count};
        size += space_of(metric, count);
    }
    GPUSIM_TRY(gs_allocate(&sampling->block, size, 1, err));
    size = 0;
    for (uint32_t i = 0; i < model->metric_count; i++) {
        gpusim_sample *sample = &sampling->samples[i];
        sample->values = sampling->block + size;
        size += space_of(&metrics[sample->metric], sample->count);
    }
    *created = sampling;
    return GPUSIM_OK;
cleanup:
    gs_sampling_destroy(sampling);
    return status;
}

// "no value" of a metric's type
static void fill_missing(const gpusim_metric *metric, void *values, uint32_t count)
{
    if (metric->type == GPUSIM_FLOAT32) {
        for (uint32_t i = 0; i < count; i++) {
            ((float *)values)[i] = NAN;
        }
    } else {
        memset(values, 0xff, count * bytes_of(metric));
    }
}

static gpusim_status tell(gpusim_sim *sim, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    const gpusim_model *model = sim->model;
    uint32_t known = 0;
    const gpusim_metric *metrics = gpusim_metrics(&known);
    if (!sim->sampling) {
        GPUSIM_TRY(create(model, &sim->sampling, err));
    }
    gpusim_sample *samples = sim->sampling->samples;
    for (uint32_t i = 0; i < model->metric_count; i++) {
        uint32_t metric = samples[i].metric;
        void *values = (void *)(uintptr_t)samples[i].values;
        if (measures[metric]) {
            measures[metric](sim, values, samples[i].count);
        } else {
            fill_missing(&metrics[metric], values, samples[i].count);
        }
    }
    const gpusim_observer *observers = sim->observers.data;
    for (uint32_t i = 0; i < sim->observers.count; i++) {
        if (observers[i].sample) {
            GPUSIM_TRY(observers[i].sample(observers[i].context, gpusim_engine_now(sim->engine),
                                           samples, model->metric_count, err));
        }
    }
cleanup:
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
