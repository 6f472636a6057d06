/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Stands in for the model: the functions of <gpusim/model.h> that a trace's writer asks. */
#include "fake.h"

#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "telemetry/metrics.h"

fake fake_model = {
    .nodes = 3, .gpus_per_node = 8, .jobs = 100, .text = "gpusim: 1\n", .telemetry = 1};

static const uint32_t chosen[] = {GS_METRIC_GPU_UTIL,
                                  GS_METRIC_NODE_GPUS_ALLOCATED,
                                  GS_METRIC_CLUSTER_QUEUE_LENGTH,
                                  GS_METRIC_GPU_TEMP,
                                  GS_METRIC_MEMORY_TEMP,
                                  GS_METRIC_POWER_USAGE,
                                  GS_METRIC_TOTAL_ENERGY_CONSUMPTION,
                                  GS_METRIC_CLOCK_THROTTLE_REASONS};
#define CHOSEN (fake_model.devices ? 8u : 3u)

void gpusim_observer_init(gpusim_observer *observer, uint32_t size)
{
    memset(observer, 0, size);
    observer->size = size;
}

void gpusim_model_info_fill(const gpusim_model *model, gpusim_model_info *info, uint32_t size)
{
    (void)model;
    gpusim_model_info all = {.size = size,
                             .nodes = fake_model.nodes,
                             .gpus = fake_model.nodes * fake_model.gpus_per_node,
                             .racks = 1,
                             .names = 9 + fake_model.nodes,
                             .name = "made up",
                             .scheduler = "fifo, first-fit",
                             .text = fake_model.text,
                             .effective = fake_model.text,
                             .file = "made-up.yaml",
                             .hash = "0123456789abcdef0123456789abcdef"};
    memcpy(info, &all, size < sizeof all ? size : sizeof all);
}

const char *gpusim_model_name(const gpusim_model *model, uint32_t i)
{
    static const char *const fixed[] = {"",     "job, \"quoted\"", "log.csv",       "alice", "bob",
                                        "vc-0", "train",           "H100-SXM5-80GB"};
    static _Thread_local char text[32];
    (void)model;
    if (i == 4 && fake_model.long_name) {
        return fake_model.long_name;
    }
    if (i < 8) {
        return fixed[i];
    }
    if (i == 8 + fake_model.nodes) {
        return "NVIDIA H100 80GB HBM3";
    }
    snprintf(text, sizeof text, "train-%04u", i - 8);
    return i < 8 + fake_model.nodes ? text : NULL;
}

int gpusim_model_row(const gpusim_model *model, gpusim_table table, uint32_t i, void *row)
{
    (void)model;
    uint32_t each = fake_model.gpus_per_node;
    if (table == GPUSIM_TABLE_NODES && i < fake_model.nodes) {
        *(gpusim_node_row *)row = (gpusim_node_row){.memory = UINT64_C(2) << 40,
                                                    .node = i,
                                                    .name = 8 + i,
                                                    .group = 6,
                                                    .gpu_model = 7,
                                                    .gpus = each,
                                                    .first_gpu = i * each,
                                                    .cpus = 112};
        return 1;
    }
    if (table == GPUSIM_TABLE_GPUS && i < fake_model.nodes * each) {
        *(gpusim_gpu_row *)row = (gpusim_gpu_row){.gpu = i,
                                                  .node = i / each,
                                                  .slot = i % each,
                                                  .model = 7,
                                                  .product = 8 + fake_model.nodes};
        return 1;
    }
    if (table == GPUSIM_TABLE_RACKS && i == 0) {
        *(gpusim_rack_row *)row = (gpusim_rack_row){.name = 6, .nodes = fake_model.nodes};
        return 1;
    }
    return 0;
}

const uint32_t *gpusim_model_metrics(const gpusim_model *model, uint32_t *count)
{
    (void)model;
    *count = fake_model.telemetry ? CHOSEN : 0u;
    return chosen;
}

uint32_t gpusim_model_entities(const gpusim_model *model, gpusim_entity entity)
{
    (void)model;
    return entity == GPUSIM_OF_GPU    ? fake_model.nodes * fake_model.gpus_per_node
           : entity == GPUSIM_OF_NODE ? fake_model.nodes
                                      : 1;
}

int gpusim_model_entity_name(const gpusim_model *model, gpusim_entity entity, uint32_t i,
                             char *buffer, int size)
{
    (void)model;
    uint32_t each = fake_model.gpus_per_node;
    if (entity == GPUSIM_OF_GPU) {
        return snprintf(buffer, (size_t)size, "train-%04u/gpu%u", i / each, i % each);
    }
    if (entity == GPUSIM_OF_NODE) {
        return snprintf(buffer, (size_t)size, "train-%04u", i);
    }
    return snprintf(buffer, (size_t)size, "%s", entity == GPUSIM_OF_RACK ? "rack-00" : "cluster");
}

static uint64_t mix(uint64_t seed, uint64_t a, uint64_t b)
{
    uint64_t x = seed * UINT64_C(0x9e3779b97f4a7c15) + a * UINT64_C(0xbf58476d1ce4e5b9) + b;
    x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
    return x ^ x >> 31;
}

gpusim_job_row fake_job(uint64_t seed, uint32_t step)
{
    gpusim_time submit = step * GPUSIM_MINUTE;
    gpusim_time wait = (gpusim_time)(mix(seed, step, 1) % 1000) * GPUSIM_SECOND + 1;
    gpusim_time duration = (gpusim_time)(mix(seed, step, 2) % 100000) * GPUSIM_SECOND;
    return (gpusim_job_row){.index = step,
                            .id = (int64_t)step * 10 - 5,
                            .submit = submit,
                            .start = submit + wait,
                            .end = submit + wait + duration,
                            .wait = wait,
                            .duration = duration,
                            .walltime = step % 2 ? GPUSIM_TIME_MAX : 2 * duration,
                            .done = duration - 15 * GPUSIM_SECOND,
                            .slowed = 1 * GPUSIM_SECOND,
                            .checkpointing = 2 * GPUSIM_SECOND,
                            .redone = 3 * GPUSIM_SECOND,
                            .restarting = 4 * GPUSIM_SECOND,
                            .hung = 5 * GPUSIM_SECOND,
                            .failures = step + 6,
                            .energy_j = step % 3 ? 0.1 * step : (double)NAN,
                            .name = 1,
                            .source = 2,
                            .user = 3 + step % 2,
                            .vc = 5,
                            .gpus = 1 + step % 4,
                            .cpus = 4,
                            .preemptions = step % 5,
                            .restarts = step % 7,
                            .memory = UINT64_C(1) << (step % 50),
                            .state = step % 11 ? GPUSIM_JOB_COMPLETED : GPUSIM_JOB_TIMEOUT,
                            .reason = step % 11 ? GPUSIM_REASON_NONE : GPUSIM_REASON_WALLTIME};
}

float fake_util(uint64_t seed, uint32_t step, uint32_t gpu)
{
    return gpu == 0 ? NAN : (float)(mix(seed, step, gpu) % 101);
}

float fake_temperature(uint32_t step, uint32_t gpu)
{
    return (float)(30 + (step + gpu) % 50);
}

float fake_memory_temperature(uint32_t gpu)
{
    return gpu % 2 ? NAN : (float)(40 + gpu);
}

float fake_power(uint32_t step, uint32_t gpu)
{
    return 100.0f + (float)gpu + 0.125f * (float)(step % 1000);
}

uint64_t fake_energy(uint32_t step, uint32_t gpu)
{
    return UINT64_C(1000000000000) * gpu + UINT64_C(1000003) * step;
}

uint32_t fake_reasons(uint32_t step)
{
    return step % 7 == 6 ? UINT32_MAX : step % 4 ? 4 : 0x68;
}

static gpusim_status tell_sample(const gpusim_observer *observer, uint64_t seed, uint32_t step,
                                 gpusim_error *err)
{
    uint32_t gpus = fake_model.nodes * fake_model.gpus_per_node;
    float *floats = calloc(4u * gpus + 1, sizeof *floats);
    float *util = floats, *temperature = floats + gpus, *memory = floats + 2 * gpus;
    float *power = floats + 3 * gpus;
    uint64_t *energy = calloc(gpus + 1, sizeof *energy);
    uint32_t *reasons = calloc(gpus + 1, sizeof *reasons);
    float *nodes = calloc(fake_model.nodes + 1, sizeof *nodes);
    float queue = (float)(step % 13);
    for (uint32_t i = 0; i < gpus; i++) {
        util[i] = fake_util(seed, step, i);
        temperature[i] = fake_temperature(step, i);
        memory[i] = fake_memory_temperature(i);
        power[i] = fake_power(step, i);
        energy[i] = fake_energy(step, i);
        reasons[i] = fake_reasons(step);
    }
    for (uint32_t i = 0; i < fake_model.nodes; i++) {
        nodes[i] = (float)((step + i) % 9);
    }
    gpusim_sample samples[] = {
        {chosen[0], gpus, util},   {chosen[1], fake_model.nodes, nodes},
        {chosen[2], 1, &queue},    {chosen[3], gpus, temperature},
        {chosen[4], gpus, memory}, {chosen[5], gpus, power},
        {chosen[6], gpus, energy}, {chosen[7], gpus, reasons},
    };
    gpusim_status status =
        observer->sample(observer->context, (step + 1) * GPUSIM_MINUTE, samples, CHOSEN, err);
    free(floats);
    free(energy);
    free(reasons);
    free(nodes);
    return status;
}

gpusim_status fake_steps(const gpusim_observer *observer, uint64_t seed, uint32_t first,
                         uint32_t last, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    for (uint32_t i = first; i < last; i++) {
        gpusim_job_row job = fake_job(seed, i);
        gpusim_event_row event = {
            .time = job.submit, .entity = i, .detail = -1, .type = GPUSIM_EVENT_SUBMIT};
        gpusim_decision_row decision = {.time = job.start,
                                        .job = i,
                                        .score = NAN,
                                        .node = i % fake_model.nodes,
                                        .gpus = job.gpus,
                                        .what = GPUSIM_DECISION_START};
        GPUSIM_TRY(observer->row(observer->context, GPUSIM_TABLE_EVENTS, &event, err));
        GPUSIM_TRY(observer->row(observer->context, GPUSIM_TABLE_DECISIONS, &decision, err));

        // two attempts of each job; of the second, two parts
        for (uint32_t part = 0; part < 3; part++) {
            gpusim_allocation_row allocation = {.job = i,
                                                .start = job.start,
                                                .end = job.end,
                                                .attempt = 1 + (part > 0),
                                                .node = (i + part) % fake_model.nodes,
                                                .first_gpu = part,
                                                .gpus = 1 + part % 2,
                                                .milli = 1000};
            GPUSIM_TRY(
                observer->row(observer->context, GPUSIM_TABLE_ALLOCATIONS, &allocation, err));
        }
        GPUSIM_TRY(observer->row(observer->context, GPUSIM_TABLE_JOBS, &job, err));
        if (fake_model.telemetry) {
            GPUSIM_TRY(tell_sample(observer, seed, i, err));
        }
    }

cleanup:
    return status;
}

gpusim_summary fake_summary(uint64_t seed)
{
    gpusim_summary summary = {.size = sizeof summary, .seed = seed, .stall_reason = "because"};
    double value = 1.5;
    summary.sim_time_s = value++;
    summary.wall_time_s = value++;
    summary.events = 100;
    summary.submitted = 7;
    summary.completed = 5;
    summary.restarts = 3;
    summary.wait_s = (gpusim_statistics){5, 10.5, 11.5, 12.5, 13.5, 14.5};
    summary.bounded_slowdown = (gpusim_statistics){5, 1.5, 2.5, 3.5, 4.5, (double)NAN};
    summary.makespan_s = value++;
    summary.energy_gpu_j = summary.energy_it_j = summary.energy_facility_j = (double)NAN;
    summary.power_mean_w = summary.power_peak_w = (double)NAN;
    summary.oracle = 1;
    summary.peak_memory_bytes = 12345;
    return summary;
}

gpusim_status fake_trace(const char *path, const gpusim_trace_options *options, uint64_t seed,
                         uint32_t steps, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gpusim_trace_writer *writer = NULL;
    gpusim_observer observer;
    gpusim_summary summary = fake_summary(seed);
    GPUSIM_TRY(gpusim_trace_writer_create(path, options, &writer, &observer, err));
    GPUSIM_TRY(observer.begin(observer.context, NULL, seed, err));
    GPUSIM_TRY(fake_steps(&observer, seed, 0, steps, err));
    GPUSIM_TRY(observer.end(observer.context, &summary, 1, err));

cleanup:
    gpusim_trace_writer_destroy(writer);
    return status;
}

static char folder[64];

const char *fake_folder(void)
{
    snprintf(folder, sizeof folder, "/tmp/gpusim-test-XXXXXX");
    if (!mkdtemp(folder)) {
        perror(folder);
        exit(EXIT_FAILURE);
    }
    strcat(folder, "/");
    return folder;
}

void fake_folder_remove(void)
{
    DIR *open = opendir(folder);
    char path[512];
    for (struct dirent *entry; open && (entry = readdir(open));) {
        snprintf(path, sizeof path, "%s%s", folder, entry->d_name);
        (void)unlink(path);
    }
    if (open) {
        closedir(open);
    }
    (void)rmdir(folder);
}
