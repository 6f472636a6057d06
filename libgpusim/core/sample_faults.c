/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What faults make of samples: series that are missing, stand still, scatter or lie. What a
 * scheduler's own monitoring knows is not read off the node, and stays as it is. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/faults.h"
#include "core/sampling.h"
#include "telemetry/sensor.h"

// read off the node or its GPUs, by an agent there
static int is_sensed(uint32_t metric, const gpusim_metric *about)
{
    return about->physical || metric == GS_METRIC_GPU_UTIL;
}

static int is_temperature(uint32_t metric)
{
    return metric == GS_METRIC_GPU_TEMP || metric == GS_METRIC_MEMORY_TEMP ||
           metric == GS_METRIC_NODE_INLET_TEMP;
}

// what a sensor reads, as opposed to what is set or counted
static int is_reading(uint32_t metric)
{
    return is_temperature(metric) || metric == GS_METRIC_POWER_USAGE ||
           metric == GS_METRIC_POWER_USAGE_INSTANT || metric == GS_METRIC_NODE_POWER ||
           metric == GS_METRIC_NODE_POWER_OUTPUT || metric == GS_METRIC_NODE_FAN_SPEED ||
           metric == GS_METRIC_FAN_SPEED;
}

static size_t bytes_of(const gpusim_metric *metric)
{
    return metric->type == GPUSIM_UINT64 ? sizeof(uint64_t) : sizeof(uint32_t);
}

// "no value": NaN, or all bits
static void erase(const gpusim_metric *about, void *values, uint32_t i)
{
    if (about->type == GPUSIM_FLOAT32) {
        ((float *)values)[i] = NAN;
    } else {
        memset((char *)values + i * bytes_of(about), 0xff, bytes_of(about));
    }
}

static double distort(const gpusim_sim *sim, const gs_sampling *sampling, uint32_t metric,
                      uint32_t i, const gs_effect *effect, double value)
{
    const gpusim_metric *about = &gpusim_metrics(&(uint32_t){0})[metric];
    double step = sim->model->hardware.sensors_quantised ? about->step : 0;
    if (effect->noise > 0) {
        char name[256], sensor[128];
        (void)gpusim_model_entity_name(sim->model, (gpusim_entity)about->entity, i, name,
                                       (int)sizeof name);
        snprintf(sensor, sizeof sensor, "fault/%s", about->name);
        gpusim_stream stream = gs_sensor_stream(sim->seed, sensor, name);
        value *= 1 + effect->noise * gpusim_draw_normal(stream, sampling->ordinal);
    }
    value += is_temperature(metric) ? effect->bias : 0;
    return gs_sense_step(value, step);
}

// what a share of the GPU's time is worth in a metric; 0: nothing
static double load_in(uint32_t metric)
{
    return metric == GS_METRIC_GPU_UTIL                                            ? 100
           : metric == GS_METRIC_GR_ENGINE_ACTIVE || metric == GS_METRIC_SM_ACTIVE ? 1
                                                                                   : 0;
}

static void change(const gpusim_sim *sim, gs_sampling *sampling, uint32_t metric, uint32_t i,
                   const gs_effect *effect)
{
    const gpusim_metric *about = &gpusim_metrics(&(uint32_t){0})[metric];
    void *values = sampling->values[metric];
    if (is_reading(metric) && (effect->noise > 0 || effect->bias != 0)) {
        float *value = (float *)values + i;
        *value = (float)distort(sim, sampling, metric, i, effect, *value);
    }
    double full = effect->load > 0 ? load_in(metric) : 0;
    if (full > 0) {
        float *value = (float *)values + i;
        *value = (float)fmin(*value + full * effect->load, full);
    }
    if ((effect->flags & GS_FAULT_STUCK) && sim->held_samples.count > 0) {
        size_t at = (size_t)((unsigned char *)values - sampling->block) + i * bytes_of(about);
        memcpy(sampling->block + at, (unsigned char *)sim->held_samples.data + at, bytes_of(about));
    }
    // the driver of a GPU that is gone has still said why
    int gone = effect->flags & (GS_FAULT_DOWN | GS_FAULT_SILENT) ||
               (effect->flags & GS_FAULT_OFF && metric != GS_METRIC_XID_ERRORS);
    if (gone) {
        erase(about, values, i);
    }
}

// what a monitor that asks every node gets for an answer, and what its clock says
static void change_answers(const gpusim_sim *sim, gs_sampling *sampling, uint32_t node)
{
    const gs_effect *effect = gs_node_effect(sim, node);
    float *heartbeat = sampling->values[GS_METRIC_NODE_HEARTBEAT];
    float *offset = sampling->values[GS_METRIC_NODE_CLOCK_OFFSET];
    if (heartbeat && effect->flags & (GS_FAULT_SILENT | GS_FAULT_MUTE | GS_FAULT_DOWN)) {
        heartbeat[node] = 0;
    }
    if (offset) {
        int gone = effect->flags & (GS_FAULT_SILENT | GS_FAULT_DOWN);
        offset[node] = gone ? NAN : (float)effect->skew;
    }
}

gpusim_status gs_sample_faults(gpusim_sim *sim, gs_sampling *sampling, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    uint32_t known = 0;
    const gpusim_metric *metrics = gpusim_metrics(&known);
    if (sim->fault_totals.count == 0) {
        return GPUSIM_OK;
    }
    for (uint32_t m = 0; m < known && GS_FAULT_TOTALS(sim)->active > 0; m++) {
        int of_gpu = metrics[m].entity == GPUSIM_OF_GPU;
        if (!sampling->values[m] || !is_sensed(m, &metrics[m]) ||
            (!of_gpu && metrics[m].entity != GPUSIM_OF_NODE)) {
            continue;
        }
        uint32_t count = gpusim_model_entities(sim->model, (gpusim_entity)metrics[m].entity);
        for (uint32_t i = 0; i < count; i++) {
            change(sim, sampling, m, i, of_gpu ? gs_gpu_effect(sim, i) : gs_node_effect(sim, i));
        }
    }
    for (uint32_t n = 0; n < sim->nodes.count; n++) {
        change_answers(sim, sampling, n);
    }
    if (sim->holds) {
        GPUSIM_TRY(gs_array_resize(&sim->held_samples, (uint32_t)sampling->size, err));
        memcpy(sim->held_samples.data, sampling->block, sampling->size);
    }
cleanup:
    return status;
}
