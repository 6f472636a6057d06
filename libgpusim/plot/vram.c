/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The figure `vram`: memory of GPUs that jobs hold, of all, of the fullest, of each node; or of one
 * GPU. */
#include <math.h>

#include "base/memory.h"
#include "plot/figures.h"

#define MIB_PER_GIB 1024.0

static gpusim_status draw(gs_plot *plot, const char *metric, gs_wanted want, const char *block,
                          double *most, gpusim_error *err)
{
    want.metric = gpusim_trace_find_metric(plot->traces[0], GPUSIM_OF_GPU, metric);
    return gs_plot_draw(plot, &want, block, MIB_PER_GIB, most, err);
}

// how much there is: what is held and what is free, where most is known of; NaN: nobody knows
static gpusim_status find_capacity(gs_plot *plot, gs_wanted want, double *capacity,
                                   gpusim_error *err)
{
    gpusim_status status;
    gpusim_trace *trace = plot->traces[0];
    gs_bins used = {0}, free = {0};
    *capacity = (double)NAN;
    GPUSIM_TRY(gs_bins_create(&used, plot->from, plot->to, plot->bins, err));
    GPUSIM_TRY(gs_bins_create(&free, plot->from, plot->to, plot->bins, err));
    want.metric = gpusim_trace_find_metric(trace, GPUSIM_OF_GPU, "fb_used");
    GPUSIM_TRY(gs_plot_read(trace, &want, &used, err));
    want.metric = gpusim_trace_find_metric(trace, GPUSIM_OF_GPU, "fb_free");
    GPUSIM_TRY(gs_plot_read(trace, &want, &free, err));
    for (uint32_t i = 0; i < used.count; i++) {
        double both = gs_bin_mean(&used.bins[i]) + gs_bin_mean(&free.bins[i]);
        *capacity = fmax(*capacity, both / MIB_PER_GIB);
    }
cleanup:
    gs_release(&used.bins);
    gs_release(&free.bins);
    return status;
}

// what jobs hold of so many GPUs, beside what there is
static gpusim_status draw_held(gs_plot *plot, gs_wanted want, gpusim_error *err)
{
    gpusim_status status;
    double used, total;
    GPUSIM_TRY(draw(plot, "fb_used", want, "used", &used, err));
    GPUSIM_TRY(find_capacity(plot, want, &total, err));
    gs_plot_say_number(plot, "has_used", !isnan(used));
    gs_plot_say_number(plot, "most_used", used);
    gs_plot_say_number(plot, "most_total", fmax(total, used));
cleanup:
    return status;
}

gpusim_status gs_plot_vram(gs_plot *plot, gpusim_error *err)
{
    gpusim_status status;
    gpusim_trace *trace = plot->traces[0];
    uint32_t metric = gpusim_trace_find_metric(trace, GPUSIM_OF_GPU, "fb_used");
    const gpusim_trace_metric *known = gpusim_trace_get_metric(trace, metric);
    gs_wanted want = {.entities = known ? known->entities : 0, .of = GS_PLOT_SUM};
    double fullest, free;
    if (plot->entity) {
        GPUSIM_TRY(gs_plot_find_gpu(trace, plot->entity, want.entities, &want.first, err));
        want.entities = 1;
    }
    gs_plot_say_text(plot, "gpu", "%s", plot->entity ? plot->entity : "");
    GPUSIM_TRY(draw_held(plot, want, err));
    if (!plot->entity) {
        want.of = GS_PLOT_LARGEST;
        GPUSIM_TRY(draw(plot, "fb_used", want, "fullest", &fullest, err));
        want.metric = gpusim_trace_find_metric(trace, GPUSIM_OF_GPU, "fb_free");
        GPUSIM_TRY(gs_plot_peak(plot, &want, &free, err));
        GPUSIM_TRY(gs_plot_map(plot, "fb_used", MIB_PER_GIB, err));
        gs_plot_say_number(plot, "most_one", fmax(fullest, free / MIB_PER_GIB));
    }
cleanup:
    return status;
}
