/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The figure `gpu`: temperature, power and clock of one GPU, and what held its clock down. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/suggest.h"
#include "plot/figures.h"

#define CHUNK 16 /* GPUs that lie together in a trace */

static const char *const metrics[] = {
    "gpu_temp", "memory_temp", "power_usage", "enforced_power_limit", "sm_clock", "gpu_util"};

/* Bits of clock_throttle_reasons that hold a clock down (DCGM); idle is none of them. */
static const struct {
    uint32_t bit;
    const char *name;
} reasons[] = {
    {0x4, "power cap"},         {0x8, "hardware slowdown"}, {0x20, "software thermal"},
    {0x40, "hardware thermal"}, {0x80, "power brake"},
};

#define METRICS (sizeof metrics / sizeof metrics[0])
#define REASONS (sizeof reasons / sizeof reasons[0])

gpusim_status gs_plot_find_gpu(gpusim_trace *trace, const char *wanted, uint32_t gpus,
                               uint32_t *gpu, gpusim_error *err)
{
    gs_suggestion near = {.word = wanted};
    for (uint32_t g = 0; g < gpus; g++) {
        const char *name = gpusim_trace_entity(trace, GPUSIM_OF_GPU, g);
        if (name && strcmp(name, wanted) == 0) {
            *gpu = g;
            return GPUSIM_OK;
        }
        if (name) {
            gs_suggest(&near, name);
        }
    }
    gpusim_status status =
        gpusim_fail(err, GPUSIM_ARGUMENT, "the trace has no telemetry of a GPU '%.80s'", wanted);
    if (gs_suggested(&near)) {
        gpusim_error_hint(err, "did you mean '%s'?", gs_suggested(&near));
    }
    return status;
}

// the hottest GPU in what is shown: of the hottest chunk, so that each chunk but one is read once
static gpusim_status find_hottest(const gs_plot *plot, uint32_t gpus, uint32_t *gpu,
                                  gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    double hottest = -INFINITY, peak;
    gs_wanted want = {.metric =
                          gpusim_trace_find_metric(plot->traces[0], GPUSIM_OF_GPU, "gpu_temp"),
                      .of = GS_PLOT_LARGEST};
    uint32_t chunk = 0;
    *gpu = 0;
    for (want.first = 0; want.first < gpus; want.first += CHUNK) {
        uint32_t left = gpus - want.first;
        want.entities = left < CHUNK ? left : CHUNK;
        GPUSIM_TRY(gs_plot_peak(plot, &want, &peak, err));
        chunk = peak > hottest ? want.first : chunk;
        hottest = fmax(hottest, peak);
    }
    hottest = -INFINITY;
    want.entities = 1;
    for (want.first = chunk; want.first < gpus && want.first < chunk + CHUNK; want.first++) {
        GPUSIM_TRY(gs_plot_peak(plot, &want, &peak, err));
        *gpu = peak > hottest ? want.first : *gpu;
        hottest = fmax(hottest, peak);
    }
cleanup:
    return status;
}

static uint32_t gpus_of(const gpusim_trace *trace)
{
    uint32_t i = 0;
    const gpusim_trace_metric *metric;
    while ((metric = gpusim_trace_get_metric(trace, i)) != NULL) {
        if (metric->entity == GPUSIM_OF_GPU) {
            return metric->entities;
        }
        i++;
    }
    return 0;
}

static gpusim_status draw_metrics(gs_plot *plot, uint32_t gpu, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gs_wanted want = {.first = gpu, .entities = 1};
    char name[64];
    double most;
    for (size_t m = 0; m < METRICS; m++) {
        want.metric = gpusim_trace_find_metric(plot->traces[0], GPUSIM_OF_GPU, metrics[m]);
        GPUSIM_TRY(gs_plot_draw(plot, &want, metrics[m], 1, &most, err));
        snprintf(name, sizeof name, "has_%s", metrics[m]);
        gs_plot_say_number(plot, name, !isnan(most));
        snprintf(name, sizeof name, "most_%s", metrics[m]);
        gs_plot_say_number(plot, name, most);
    }
cleanup:
    return status;
}

// those that ever held its clock down
static gpusim_status draw_reasons(gs_plot *plot, uint32_t gpu, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gs_wanted want = {.metric = gpusim_trace_find_metric(plot->traces[0], GPUSIM_OF_GPU,
                                                         "clock_throttle_reasons"),
                      .first = gpu,
                      .entities = 1};
    uint32_t held = 0;
    double most;
    fprintf(plot->script, "array reason[%zu]\n", REASONS);
    for (size_t r = 0; r < REASONS; r++) {
        want.bits = reasons[r].bit;
        GPUSIM_TRY(gs_plot_draw(plot, &want, reasons[r].name, 1, &most, err));
        if (most > 0) {
            char name[32];
            snprintf(name, sizeof name, "reason[%u]", ++held);
            gs_plot_say_text(plot, name, "%s", reasons[r].name);
        }
    }
    gs_plot_say_number(plot, "reasons", held);
cleanup:
    return status;
}

gpusim_status gs_plot_gpu(gs_plot *plot, gpusim_error *err)
{
    gpusim_status status;
    gpusim_trace *trace = plot->traces[0];
    uint32_t gpus = gpus_of(trace), gpu = 0;
    if (plot->entity) {
        GPUSIM_TRY(gs_plot_find_gpu(trace, plot->entity, gpus, &gpu, err));
    } else {
        GPUSIM_TRY(find_hottest(plot, gpus, &gpu, err));
    }
    GPUSIM_TRY(draw_metrics(plot, gpu, err));
    GPUSIM_TRY(draw_reasons(plot, gpu, err));
    const char *called = gpus > 0 ? gpusim_trace_entity(trace, GPUSIM_OF_GPU, gpu) : NULL;
    gs_plot_say_text(plot, "gpu", "%s", called ? called : "");
cleanup:
    return status;
}
