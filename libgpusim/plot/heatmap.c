/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The figure `heatmap`: utilization of the GPUs of each node, or row of nodes, over time; and maps
 * of other metrics. */
#include <math.h>

#include "base/memory.h"
#include "plot/figures.h"
#include "study/read.h"

#define ROWS_MOST 200 /* of nodes together */
#define COARSE    2   /* bins of a series for one of a map */

// values of adjacent GPUs: the mean of all their samples
static gpusim_status read_row(gpusim_trace *trace, uint32_t metric, uint32_t first, uint32_t gpus,
                              gs_bins *bins, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gs_wanted want = {.metric = metric, .first = first, .entities = 1};
    for (; want.first < first + gpus; want.first++) {
        GPUSIM_TRY(gs_plot_read(trace, &want, bins, err));
    }
cleanup:
    return status;
}

static gpusim_status draw_rows(gs_plot *plot, uint32_t metric, double unit,
                               const gpusim_node_row *nodes, uint64_t node_count, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gpusim_trace *trace = plot->traces[0];
    uint32_t known = gpusim_trace_get_metric(trace, metric)->entities;
    uint64_t rows = node_count < ROWS_MOST ? node_count : ROWS_MOST;
    gs_bins bins = {0};
    gs_plot_block(plot, "map");
    for (uint64_t r = 0; r < rows; r++) {
        uint64_t first = r * node_count / rows, end = (r + 1) * node_count / rows;
        GPUSIM_TRY(gs_bins_create(&bins, plot->from, plot->to, plot->bins / COARSE, err));
        for (uint64_t n = first; n < end; n++) {
            uint32_t gpu = nodes[n].first_gpu < known ? nodes[n].first_gpu : known;
            uint32_t gpus = nodes[n].gpus < known - gpu ? nodes[n].gpus : known - gpu;
            GPUSIM_TRY(read_row(trace, metric, gpu, gpus, &bins, err));
        }
        for (uint32_t b = 0; b < bins.count; b++) {
            gpusim_time begin = gs_bins_begin(&bins, b), after = gs_bins_begin(&bins, b + 1);
            const double row[] = {gs_plot_time(plot, begin + (after - begin) / 2),
                                  (double)(first + end) / 2, gs_bin_mean(&bins.bins[b]) / unit};
            gs_plot_row(plot, 3, row);
        }
        gs_release(&bins.bins);
    }
cleanup:
    gs_release(&bins.bins);
    return status;
}

gpusim_status gs_plot_map(gs_plot *plot, const char *name, double unit, gpusim_error *err)
{
    gpusim_status status;
    gpusim_node_row *nodes = NULL;
    uint64_t count;
    uint32_t metric = gpusim_trace_find_metric(plot->traces[0], GPUSIM_OF_GPU, name);
    GPUSIM_TRY(gs_whole_table(plot->traces[0], GPUSIM_TABLE_NODES, &nodes, &count, err));
    if (metric != GPUSIM_NONE) {
        // no more columns than samples: empty ones would be stripes
        uint64_t samples = gpusim_trace_get_info(plot->traces[0])->samples;
        plot->bins = samples < plot->bins / COARSE ? (uint32_t)samples * COARSE : plot->bins;
    }
    int drawn = metric != GPUSIM_NONE && plot->bins > 0;
    if (drawn) {
        GPUSIM_TRY(draw_rows(plot, metric, unit, nodes, count, err));
    }
    gs_plot_say_number(plot, "drawn", drawn);
    gs_plot_say_number(plot, "nodes", (double)count);
cleanup:
    gs_release(&nodes);
    return status;
}

gpusim_status gs_plot_heatmap(gs_plot *plot, gpusim_error *err)
{
    return gs_plot_map(plot, "gpu_util", 1, err);
}
