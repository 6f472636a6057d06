/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The figure `runs`: several runs against each other, over time and by how their jobs fared. */
#include <math.h>
#include <stdio.h>

#include "base/memory.h"
#include "plot/figures.h"

// utilization of all GPUs of a run, as a share of one
static gpusim_status draw_utilization(gs_plot *plot, uint32_t t, double *most, gpusim_error *err)
{
    gpusim_status status;
    gs_bins bins = {0};
    char block[32];
    gpusim_trace *trace = plot->traces[t];
    gs_wanted want = {.metric = gpusim_trace_find_metric(trace, GPUSIM_OF_GPU, "gpu_util"),
                      .of = GS_PLOT_SUM};
    const gpusim_trace_metric *known = gpusim_trace_get_metric(trace, want.metric);
    want.entities = known ? known->entities : 0;
    snprintf(block, sizeof block, "utilization %u", t + 1);
    GPUSIM_TRY(gs_bins_create(&bins, plot->from, plot->to, plot->bins, err));
    GPUSIM_TRY(gs_plot_read(trace, &want, &bins, err));
    *most = fmax(*most, gs_plot_bins(plot, block, &bins, want.entities > 0 ? want.entities : 1));
cleanup:
    gs_release(&bins.bins);
    return status;
}

gpusim_status gs_plot_runs(gs_plot *plot, gpusim_error *err)
{
    gpusim_status status;
    double most = (double)NAN;
    GPUSIM_TRY(gs_plot_queue(plot, err));
    GPUSIM_TRY(gs_plot_cdf(plot, err));
    fprintf(plot->script, "array all_gpus[%u]\n", plot->count);
    for (uint32_t t = 0; t < plot->count; t++) {
        char name[32];
        snprintf(name, sizeof name, "all_gpus[%u]", t + 1);
        gs_plot_say_number(plot, name,
                           (double)gpusim_trace_get_info(plot->traces[t])->rows[GPUSIM_TABLE_GPUS]);
        GPUSIM_TRY(draw_utilization(plot, t, &most, err));
    }
    gs_plot_say_number(plot, "has_utilization", !isnan(most));
cleanup:
    return status;
}
