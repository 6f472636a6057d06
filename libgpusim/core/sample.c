/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Samples of the metrics that the scenario selects: first thing at their instant, so that they
 * report the interval that ends. */
#include <math.h>
#include <string.h>

#include "core/sampling.h"
#include "telemetry/sensor.h"

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
        gs_release(&sampling->all_streams);
        gs_release(&sampling);
    }
}

// one block of values for all metrics, each beginning where any type may
static gpusim_status make_room(const gpusim_model *model, gs_sampling *sampling, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    const gpusim_metric *metrics = gpusim_metrics(&(uint32_t){0});
    size_t size = 0;
    GPUSIM_TRY(gs_allocate(&sampling->samples, model->metric_count, sizeof(gpusim_sample), err));
    for (uint32_t i = 0; i < model->metric_count; i++) {
        const gpusim_metric *metric = &metrics[model->metrics[i]];
        uint32_t count = gpusim_model_entities(model, (gpusim_entity)metric->entity);
        sampling->samples[i] = (gpusim_sample){.metric = model->metrics[i], .count = count};
        size += space_of(metric, count);
    }
    GPUSIM_TRY(gs_allocate(&sampling->block, size, 1, err));
    sampling->size = size;
    size = 0;
    for (uint32_t i = 0; i < model->metric_count; i++) {
        gpusim_sample *sample = &sampling->samples[i];
        sampling->values[sample->metric] = sampling->block + size;
        sample->values = sampling->values[sample->metric];
        size += space_of(&metrics[sample->metric], sample->count);
    }
cleanup:
    return status;
}

// which sensor of a GPU a noisy metric is read off: its margin is made of the reading of its
// temperature, and that shares its draws with its memory's
static const char *sensor_of(uint32_t metric)
{
    return metric == GS_METRIC_POWER_USAGE           ? "power"
           : metric == GS_METRIC_POWER_USAGE_INSTANT ? "power now"
                                                     : "temperature";
}

static const gpusim_stream *known_streams(const gs_sampling *sampling, const char *sensor)
{
    for (uint32_t m = 0; m < GS_METRIC_COUNT; m++) {
        if (sampling->streams[m] && strcmp(sensor_of(m), sensor) == 0) {
            return sampling->streams[m];
        }
    }
    return NULL;
}

// the streams of noisy sensors
static gpusim_status make_streams(const gpusim_sim *sim, gs_sampling *sampling, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    const gpusim_model *model = sim->model;
    const gpusim_metric *metrics = gpusim_metrics(&(uint32_t){0});
    uint32_t gpus = gpusim_model_entities(model, GPUSIM_OF_GPU), noisy = 0;
    for (uint32_t i = 0; i < model->metric_count; i++) {
        noisy += metrics[model->metrics[i]].noise != GPUSIM_NOISE_NONE;
    }
    if (!model->hardware.sensors_noise || !model->hardware.physical) {
        return GPUSIM_OK;
    }
    GPUSIM_TRY(gs_allocate(&sampling->all_streams, (size_t)gpus * noisy + 1,
                           sizeof *sampling->all_streams, err));
    gpusim_stream *streams = sampling->all_streams;
    for (uint32_t i = 0; i < model->metric_count; i++) {
        uint32_t metric = model->metrics[i];
        const char *sensor = sensor_of(metric);
        char name[256];
        if (metrics[metric].noise == GPUSIM_NOISE_NONE) {
            continue;
        }
        sampling->streams[metric] = known_streams(sampling, sensor);
        if (sampling->streams[metric]) {
            continue;
        }
        for (uint32_t g = 0; g < gpus; g++) {
            (void)gpusim_model_entity_name(model, GPUSIM_OF_GPU, g, name, (int)sizeof name);
            streams[g] = gs_sensor_stream(sim->seed, sensor, name);
        }
        sampling->streams[metric] = streams;
        streams += gpus;
    }
cleanup:
    return status;
}

static gpusim_status create(const gpusim_sim *sim, gs_sampling **created, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gs_sampling *sampling = NULL;
    GPUSIM_TRY(gs_allocate(&sampling, 1, sizeof *sampling, err));
    GPUSIM_TRY(make_room(sim->model, sampling, err));
    GPUSIM_TRY(make_streams(sim, sampling, err));
    *created = sampling;
    return GPUSIM_OK;
cleanup:
    gs_sampling_destroy(sampling);
    return status;
}

// "no value" for all that nothing here will fill
static void fill_missing(const gpusim_sample *sample, const gpusim_metric *metric, void *values)
{
    if (metric->type == GPUSIM_FLOAT32) {
        for (uint32_t i = 0; i < sample->count; i++) {
            ((float *)values)[i] = NAN;
        }
    } else {
        memset(values, 0xff, sample->count * bytes_of(metric));
    }
}

gpusim_status gs_sampling_ready(gpusim_sim *sim, gpusim_error *err)
{
    return sim->sampling ? GPUSIM_OK : create(sim, &sim->sampling, err);
}

// at once, or once it has arrived, to whom it changes something in the run
static gpusim_status show(gpusim_sim *sim, const gs_sampling *sampling, gpusim_error *err)
{
    gpusim_status status;
    if (!sim->detectors && sim->watchers.count == 0) {
        return GPUSIM_OK;
    }
    GPUSIM_TRY(gs_detectors_ready(sim, err));
    if (sim->model->delayed) {
        return gs_transit_send(sim, sampling, err);
    }
    gs_detectors_see_jobs(sim);
    GPUSIM_TRY(gs_detectors_see(sim, sampling, err));
    GPUSIM_TRY(gs_responses_see(sim, sampling, err));
cleanup:
    return status;
}

static gpusim_status tell(gpusim_sim *sim, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    const gpusim_model *model = sim->model;
    const gpusim_metric *metrics = gpusim_metrics(&(uint32_t){0});
    gpusim_time now = gpusim_engine_now(sim->engine);
    GPUSIM_TRY(gs_sampling_ready(sim, err));
    gs_sampling *sampling = sim->sampling;
    sampling->taken = now;
    sampling->ordinal = (uint64_t)(now / model->info.sample_every);
    for (uint32_t i = 0; i < model->metric_count && !model->hardware.physical; i++) {
        uint32_t metric = sampling->samples[i].metric;
        fill_missing(&sampling->samples[i], &metrics[metric], sampling->values[metric]);
    }
    gs_sample_jobs(sim, sampling);
    gs_sample_gpus(sim, sampling);
    gs_sample_plant(sim, sampling);
    GPUSIM_TRY(gs_sample_faults(sim, sampling, err));
    GPUSIM_TRY(show(sim, sampling, err));
    const gpusim_observer *observers = sim->observers.data;
    for (uint32_t i = 0; i < sim->observers.count; i++) {
        if (observers[i].sample) {
            GPUSIM_TRY(observers[i].sample(observers[i].context, now, sampling->samples,
                                           model->metric_count, err));
        }
    }
cleanup:
    return status;
}

gpusim_status gs_on_sample(void *context, const gpusim_event *event, gpusim_error *err)
{
    gpusim_sim *sim = context;
    gpusim_status status = GPUSIM_OK;
    if (event->payload > 0) {
        return gs_sampling_marked(sim, event, err);
    }
    if (sim->observers.count > 0 || sim->holds || sim->watchers.count > 0 || sim->detectors) {
        GPUSIM_TRY(tell(sim, err));
    }
    GPUSIM_TRY(gs_sampling_sampled(sim, event, err));
cleanup:
    return status;
}
