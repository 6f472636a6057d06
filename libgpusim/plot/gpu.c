/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The figure `gpu`: temperature, power and clock of one GPU, and what held its clock down. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
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

// by its name
static gpusim_status find_gpu(gpusim_trace *trace, const char *wanted, uint32_t gpus, uint32_t *gpu,
                              gpusim_error *err)
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

// the highest temperature of some GPUs in the time that is shown; -INFINITY: unknown
static gpusim_status read_peak(const gs_plot *plot, uint32_t metric, uint32_t first, uint32_t gpus,
                               double *peak, gpusim_error *err)
{
    gpusim_status status;
    gs_bins bins = {0};
    GPUSIM_TRY(gs_bins_create(&bins, plot->from, plot->to, 1, err));
    GPUSIM_TRY(gs_plot_metrics(plot->traces[0], metric, first, gpus, GS_PLOT_LARGEST, &bins, err));
    *peak = bins.bins[0].most;
cleanup:
    gs_release(&bins.bins);
    return status;
}

// the hottest GPU: of the hottest chunk, so that each chunk but one is read only once
static gpusim_status find_hottest(const gs_plot *plot, uint32_t gpus, uint32_t *gpu,
                                  gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    uint32_t metric = gpusim_trace_find_metric(plot->traces[0], GPUSIM_OF_GPU, "gpu_temp");
    double hottest = -INFINITY, peak;
    uint32_t chunk = 0;
    *gpu = 0;
    if (metric == GPUSIM_NONE) {
        return GPUSIM_OK;
    }
    for (uint32_t g = 0; g < gpus; g += CHUNK) {
        GPUSIM_TRY(read_peak(plot, metric, g, gpus - g < CHUNK ? gpus - g : CHUNK, &peak, err));
        chunk = peak > hottest ? g : chunk;
        hottest = fmax(hottest, peak);
    }
    hottest = -INFINITY;
    for (uint32_t g = chunk; g < gpus && g < chunk + CHUNK; g++) {
        GPUSIM_TRY(read_peak(plot, metric, g, 1, &peak, err));
        *gpu = peak > hottest ? g : *gpu;
        hottest = fmax(hottest, peak);
    }
cleanup:
    return status;
}

// a metric, or bits of one, as a block; *most: NaN without any
static gpusim_status draw(gs_plot *plot, const char *name, uint32_t gpu, uint32_t bits,
                          const char *block, double *most, gpusim_error *err)
{
    gpusim_status status;
    gs_bins bins = {0};
    uint32_t metric = gpusim_trace_find_metric(plot->traces[0], GPUSIM_OF_GPU, name);
    GPUSIM_TRY(gs_bins_create(&bins, plot->from, plot->to, plot->bins, err));
    if (metric != GPUSIM_NONE) {
        GPUSIM_TRY(gs_plot_metric(plot->traces[0], metric, gpu, bits, &bins, err));
    }
    *most = gs_plot_bins(plot, block, &bins, 1);
cleanup:
    gs_release(&bins.bins);
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

gpusim_status gs_plot_gpu(gs_plot *plot, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gpusim_trace *trace = plot->traces[0];
    uint32_t gpus = gpus_of(trace), gpu = 0, held = 0;
    double most;
    char name[64];
    if (plot->entity) {
        GPUSIM_TRY(find_gpu(trace, plot->entity, gpus, &gpu, err));
    } else {
        GPUSIM_TRY(find_hottest(plot, gpus, &gpu, err));
    }
    for (size_t m = 0; m < METRICS; m++) {
        most = (double)NAN;
        if (gpus > 0) {
            GPUSIM_TRY(draw(plot, metrics[m], gpu, 0, metrics[m], &most, err));
        }
        snprintf(name, sizeof name, "has_%s", metrics[m]);
        gs_plot_say_number(plot, name, !isnan(most));
        snprintf(name, sizeof name, "most_%s", metrics[m]);
        gs_plot_say_number(plot, name, most);
    }
    fprintf(plot->script, "array reason[%zu]\n", REASONS);
    for (size_t r = 0; r < REASONS && gpus > 0; r++) {
        GPUSIM_TRY(
            draw(plot, "clock_throttle_reasons", gpu, reasons[r].bit, reasons[r].name, &most, err));
        if (most > 0) {
            snprintf(name, sizeof name, "reason[%u]", ++held);
            gs_plot_say_text(plot, name, "%s", reasons[r].name);
        }
    }
    const char *called = gpus > 0 ? gpusim_trace_entity(trace, GPUSIM_OF_GPU, gpu) : NULL;
    gs_plot_say_text(plot, "gpu", "%s", called ? called : "");
    gs_plot_say_number(plot, "reasons", held);
cleanup:
    return status;
}
