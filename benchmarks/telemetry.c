/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Telemetry of 1,000 nodes with 8 GPUs, 20 metrics: what sampling costs, what writing it costs, and
 * the same bytes through a plain fwrite and through shuffle and deflate alone.
 *
 * usage: benchmark_telemetry FOLDER [SAMPLES]
 *
 * The samples stay in FOLDER/raw.bin, with a line for each metric in FOLDER/raw.txt, for peers that
 * write them too. CPU time of this one thread; figures are of the values alone, times and names
 * not counted. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include <gpusim/trace.h>

#include "clock.h"

#define CHUNK_GPUS    16u
#define CHUNK_SAMPLES 256u

static const char scenario[] =
    "gpusim: 1\n"
    "duration: %u s\n"
    "cluster:\n"
    "  nodes:\n"
    "    - {name: train, count: 1000, per_rack: 8, gpu: H100-SXM5-80GB, gpus: 8, cpus: 112}\n"
    "workload:\n"
    "  - synthetic:\n"
    "      arrivals: {process: poisson, rate: 1200/h}\n"
    "      gpus: {choice: {1: 0.4, 4: 0.2, 8: 0.3, 64: 0.1}}\n"
    "      duration: {lognormal: {median: 20 min, sigma: 1}}\n"
    "      profile: {intensity: {uniform: {min: 0.4, max: 1}}, memory_bound: 0.3}\n"
    "telemetry:\n"
    "  every: 30 s\n"
    "  metrics: [sm_clock, mem_clock, clock_throttle_reasons, memory_temp, gpu_temp, power_usage,\n"
    "            total_energy_consumption, pstate, gpu_util, mem_copy_util, xid_errors, fb_used,\n"
    "            fb_free, power_violation, thermal_violation, ecc_sbe_vol_total,\n"
    "            gr_engine_active, pipe_tensor_active, dram_active, pcie_tx_bytes]\n";

static void check(gpusim_status status, const gpusim_error *err)
{
    if (status != GPUSIM_OK) {
        fprintf(stderr, "%s\n%s\n", err->message, err->hint);
        exit(EXIT_FAILURE);
    }
}

/* Samples as they come: metric after metric of one time, then those of the next. */
typedef struct record {
    FILE *raw;
    uint32_t metrics, gpus, samples;
    size_t sample_bytes;
    uint32_t bytes[32]; /* of a value, by metric */
    char names[32][64];
    gpusim_observer inner; /* a trace's writer, timed */
    double writing;
} record;

static gpusim_status keep(void *context, gpusim_time time, const gpusim_sample *samples,
                          uint32_t count, gpusim_error *err)
{
    record *all = context;
    const gpusim_metric *metrics = gpusim_metrics(&(uint32_t){0});
    (void)time;
    (void)err;
    all->metrics = count;
    all->sample_bytes = 0;
    for (uint32_t i = 0; i < count; i++) {
        const gpusim_metric *metric = &metrics[samples[i].metric];
        all->bytes[i] = metric->type == GPUSIM_UINT64 ? 8 : 4;
        snprintf(all->names[i], sizeof all->names[i], "%s", metric->name);
        all->gpus = samples[i].count;
        all->sample_bytes += (size_t)samples[i].count * all->bytes[i];
        if (fwrite(samples[i].values, all->bytes[i], samples[i].count, all->raw) !=
            samples[i].count) {
            return GPUSIM_IO;
        }
    }
    all->samples++;
    return GPUSIM_OK;
}

static gpusim_status timed_begin(void *context, const gpusim_model *model, uint64_t seed,
                                 gpusim_error *err)
{
    record *all = context;
    return all->inner.begin(all->inner.context, model, seed, err);
}

static gpusim_status timed_sample(void *context, gpusim_time time, const gpusim_sample *samples,
                                  uint32_t count, gpusim_error *err)
{
    record *all = context;
    double before = cpu_seconds();
    gpusim_status status = all->inner.sample(all->inner.context, time, samples, count, err);
    all->writing += cpu_seconds() - before;
    return status;
}

static gpusim_status timed_end(void *context, const gpusim_summary *summary, int complete,
                               gpusim_error *err)
{
    record *all = context;
    double before = cpu_seconds();
    gpusim_status status = all->inner.end(all->inner.context, summary, complete, err);
    all->writing += cpu_seconds() - before;
    return status;
}

// CPU seconds of a run
static double run(const gpusim_model *model, const gpusim_observer *observer)
{
    gpusim_error err = {0};
    gpusim_sim *sim = NULL;
    check(gpusim_sim_create(model, 1, &sim, &err), &err);
    if (observer) {
        check(gpusim_sim_observe(sim, observer, &err), &err);
    }
    double before = cpu_seconds();
    check(gpusim_sim_run_until(sim, GPUSIM_TIME_MAX, &err), &err);
    double took = cpu_seconds() - before;
    gpusim_sim_destroy(sim);
    return took;
}

static gpusim_status ignore(void *context, gpusim_time time, const gpusim_sample *samples,
                            uint32_t count, gpusim_error *err)
{
    (void)context, (void)time, (void)samples, (void)count, (void)err;
    return GPUSIM_OK;
}

static gpusim_model *compile(uint32_t samples)
{
    char text[4096];
    gpusim_error err = {0};
    gpusim_spec *spec = NULL;
    gpusim_model *model = NULL;
    snprintf(text, sizeof text, scenario, samples * 30 + 1);
    check(gpusim_spec_parse(text, strlen(text), "telemetry.yaml", NULL, &spec, &err), &err);
    check(gpusim_model_compile(spec, &model, &err), &err);
    gpusim_spec_destroy(spec);
    return model;
}

static unsigned char *load(const char *path, size_t bytes)
{
    unsigned char *all = malloc(bytes);
    FILE *from = fopen(path, "rb");
    if (!all || !from || fread(all, 1, bytes, from) != bytes) {
        perror(path);
        exit(EXIT_FAILURE);
    }
    fclose(from);
    return all;
}

static double plain_write(const char *path, const unsigned char *all, size_t bytes)
{
    FILE *to = fopen(path, "wb");
    double before = cpu_seconds();
    if (!to || fwrite(all, 1, bytes, to) != bytes || fclose(to) != 0) {
        perror(path);
        exit(EXIT_FAILURE);
    }
    return cpu_seconds() - before;
}

// the chunks of one metric, turned to [GPU][sample], shuffled and deflated
static size_t deflate_metric(const record *all, const unsigned char *values, uint32_t bytes)
{
    static unsigned char plain[CHUNK_GPUS * CHUNK_SAMPLES * 8], shuffled[sizeof plain];
    static unsigned char packed[2 * sizeof plain];
    size_t total = 0, count = CHUNK_GPUS * CHUNK_SAMPLES;
    for (uint32_t first = 0; first < all->samples; first += CHUNK_SAMPLES) {
        for (uint32_t gpu = 0; gpu < all->gpus; gpu += CHUNK_GPUS) {
            for (uint32_t g = 0; g < CHUNK_GPUS; g++) {
                for (uint32_t s = 0; s < CHUNK_SAMPLES && first + s < all->samples; s++) {
                    memcpy(plain + (g * CHUNK_SAMPLES + s) * bytes,
                           values + (first + s) * all->sample_bytes + (gpu + g) * bytes, bytes);
                }
            }
            for (size_t i = 0; i < count; i++) {
                for (uint32_t b = 0; b < bytes; b++) {
                    shuffled[b * count + i] = plain[i * bytes + b];
                }
            }
            uLongf size = sizeof packed;
            if (compress2(packed, &size, shuffled, count * bytes, 1) != Z_OK) {
                exit(EXIT_FAILURE);
            }
            total += size;
        }
    }
    return total;
}

static double deflate_alone(const record *all, const unsigned char *values, size_t *size)
{
    double before = cpu_seconds();
    size_t at = 0;
    *size = 0;
    for (uint32_t i = 0; i < all->metrics; i++) {
        *size += deflate_metric(all, values + at, all->bytes[i]);
        at += (size_t)all->gpus * all->bytes[i];
    }
    return cpu_seconds() - before;
}

static void say(const char *what, double seconds, const record *all, double megabytes)
{
    double values = (double)all->samples * all->metrics * all->gpus;
    printf("%-44s %9.1f %10.1f %8.1f\n", what, 1e3 * seconds / all->samples, values / seconds / 1e6,
           megabytes / seconds);
}

static double file_megabytes(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (!file || fseek(file, 0, SEEK_END) != 0) {
        return 0;
    }
    double size = (double)ftell(file);
    fclose(file);
    return size / 1e6;
}

static void describe(const record *all, const char *folder)
{
    char path[512];
    snprintf(path, sizeof path, "%s/raw.txt", folder);
    FILE *to = fopen(path, "w");
    for (uint32_t i = 0; to && i < all->metrics; i++) {
        fprintf(to, "%s %u %u %u\n", all->names[i], all->bytes[i], all->gpus, all->samples);
    }
    if (!to || fclose(to) != 0) {
        perror(path);
        exit(EXIT_FAILURE);
    }
}

int main(int count, char **arguments)
{
    char raw[512], trace[512], copy[512];
    gpusim_error err = {0};
    gpusim_observer observer;
    gpusim_trace_writer *writer = NULL;
    gpusim_trace_options options;
    if (count < 2) {
        fprintf(stderr, "usage: benchmark_telemetry FOLDER [SAMPLES]\n");
        return EXIT_FAILURE;
    }
    uint32_t samples = count > 2 ? (uint32_t)strtoul(arguments[2], NULL, 10) : CHUNK_SAMPLES;
    snprintf(raw, sizeof raw, "%s/raw.bin", arguments[1]);
    snprintf(trace, sizeof trace, "%s/trace.h5", arguments[1]);
    snprintf(copy, sizeof copy, "%s/copy.bin", arguments[1]);
    gpusim_model *model = compile(samples);

    // the samples as they are, for everybody else
    record all = {.raw = fopen(raw, "wb")};
    gpusim_observer_default(&observer);
    observer.context = &all;
    observer.sample = keep;
    (void)run(model, &observer);
    if (fclose(all.raw) != 0 || all.metrics == 0) {
        perror(raw);
        return EXIT_FAILURE;
    }
    describe(&all, arguments[1]);
    size_t bytes = all.sample_bytes * all.samples;
    double megabytes = (double)bytes / 1e6;

    // the run: nobody listening, somebody listening, a trace
    double alone = run(model, NULL);
    gpusim_observer_default(&observer);
    observer.sample = ignore;
    double heard = run(model, &observer);
    gpusim_trace_options_default(&options);
    options.force = 1;
    check(gpusim_trace_writer_create(trace, &options, &writer, &all.inner, &err), &err);
    gpusim_observer_default(&observer);
    observer.context = &all;
    observer.begin = timed_begin;
    observer.sample = timed_sample;
    observer.end = timed_end;
    (void)run(model, &observer);
    gpusim_trace_writer_destroy(writer);
    gpusim_model_destroy(model);

    // the same bytes
    unsigned char *values = load(raw, bytes);
    double plain = plain_write(copy, values, bytes);
    size_t packed = 0;
    double deflating = deflate_alone(&all, values, &packed);
    free(values);
    printf("%u samples of %u metrics of %u GPUs: %.0f MB, %.1f MB in the trace, deflated %.1f MB\n",
           all.samples, all.metrics, all.gpus, megabytes, file_megabytes(trace),
           (double)packed / 1e6);
    printf("%-44s %9s %10s %8s\n", "CPU time", "ms/sample", "values/us", "MB/s");
    say("the run without listeners", alone, &all, megabytes);
    say("sampling (with noise, steps, means)", heard - alone, &all, megabytes);
    say("writing the trace", all.writing, &all, megabytes);
    say("shuffle and deflate alone, same chunks", deflating, &all, megabytes);
    say("fwrite of the same bytes", plain, &all, megabytes);
    return EXIT_SUCCESS;
}
