/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A run whose every sample is kept, and looks at single readings. One run at a time. */
#ifndef TESTS_CORE_SAMPLED_H
#define TESTS_CORE_SAMPLED_H

#include "plain.h"
#include "telemetry/metrics.h"

#define SAMPLES  64
#define ENTITIES 8

/* All that was heard; missing values are NaN, whatever the type. */
static struct {
    uint32_t samples;
    double time[SAMPLES];
    double values[GS_METRIC_COUNT][SAMPLES][ENTITIES];
} all;

static gpusim_error err;
static gpusim_model *model;
static gpusim_sim *sim;

static inline gpusim_status hear(void *context, gpusim_time time, const gpusim_sample *sample,
                                 uint32_t count, gpusim_error *error)
{
    (void)context;
    (void)error;
    uint32_t at = all.samples++ % SAMPLES;
    all.time[at] = gpusim_seconds(time);
    for (uint32_t i = 0; i < count; i++) {
        const gpusim_metric *metric = &gpusim_metrics(&(uint32_t){0})[sample[i].metric];
        for (uint32_t e = 0; e < sample[i].count && e < ENTITIES; e++) {
            double *value = &all.values[sample[i].metric][at][e];
            if (metric->type == GPUSIM_UINT64) {
                uint64_t whole = ((const uint64_t *)sample[i].values)[e];
                *value = whole == UINT64_MAX ? (double)NAN : (double)whole;
            } else if (metric->type == GPUSIM_UINT32) {
                uint32_t bits = ((const uint32_t *)sample[i].values)[e];
                *value = bits == UINT32_MAX ? (double)NAN : (double)bits;
            } else {
                *value = (double)((const float *)sample[i].values)[e];
            }
        }
    }
    return GPUSIM_OK;
}

static inline void begin(const char *text)
{
    gpusim_observer observer;
    memset(&all, 0, sizeof all);
    model = compile_text(text);
    ASSERT_OK(gpusim_sim_create(model, 1, &sim, &err), &err);
    gpusim_observer_default(&observer);
    observer.sample = hear;
    ASSERT_OK(gpusim_sim_observe(sim, &observer, &err), &err);
    gpusim_sim_paranoid(sim, 1);
}

static inline void run(const char *text)
{
    begin(text);
    ASSERT_OK(gpusim_sim_run_until(sim, GPUSIM_TIME_MAX, &err), &err);
}

static inline void end(void)
{
    gpusim_sim_destroy(sim);
    gpusim_model_destroy(model);
    sim = NULL;
    model = NULL;
}

static inline double got(gs_metric metric, uint32_t sample, uint32_t entity)
{
    ck_assert_uint_lt(sample, all.samples);
    return all.values[metric][sample][entity];
}

// what a float can say of a value
static inline void same(gs_metric metric, uint32_t sample, uint32_t entity, double expected)
{
    double value = got(metric, sample, entity);
    ck_assert_msg(fabs(value - expected) <= 1e-6 * fmax(1, fabs(expected)),
                  "%s of %u in sample %u: %.9g, not %.9g",
                  gpusim_metrics(&(uint32_t){0})[metric].name, entity, sample, value, expected);
}

static inline void missing(gs_metric metric, uint32_t sample, uint32_t entity)
{
    ck_assert_msg(isnan(got(metric, sample, entity)), "%s of %u is not missing",
                  gpusim_metrics(&(uint32_t){0})[metric].name, entity);
}

#define DEVICE(sensor)                                                                             \
    "gpu: A100-SXM4-80GB, gpu_model: {power: {" PLAIN_POWER "}, thermal: {" PLAIN_THERMAL          \
    "}, clocks: {maximum: 1500 MHz, minimum: 300 MHz, idle: 210 MHz, step: 15 MHz, "               \
    "memory: 1512 MHz}, " PLAIN_LIMITS ", leakage: {" NO_LEAK "}, memory: 80 GiB, "                \
    "memory_reserved: 512 MiB, sensor: {power: " sensor "}}"
#define BUSY  "profile: {intensity: 1, memory_activity: 0.5, tensor_activity: 0.25}"
#define EXACT "  sensors: {noise: false, quantised: false}\n"

#endif
