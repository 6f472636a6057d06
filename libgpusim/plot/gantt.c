/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The figure `gantt`: a bar for each part of a job on its GPUs; where there are more than can be
 * told apart, how much of each row of nodes was allocated. */
#include <stdio.h>

#include "base/memory.h"
#include "plot/figures.h"
#include "study/read.h"

#define GPUS_MOST 160   /* that have a line of their own */
#define BARS_MOST 20000 /* that are drawn one by one */
#define ROWS_MOST 200   /* of nodes together */
#define COLOURS   6
#define COARSE    2 /* bins of a series for one of a map */

typedef struct chart {
    gpusim_node_row *nodes;
    gpusim_allocation_row *parts;
    uint64_t node_count, part_count;
    uint64_t gpus;
} chart;

static gpusim_status read_chart(gpusim_trace *trace, chart *c, gpusim_error *err)
{
    gpusim_status status;
    GPUSIM_TRY(gs_whole_table(trace, GPUSIM_TABLE_NODES, &c->nodes, &c->node_count, err));
    GPUSIM_TRY(gs_whole_table(trace, GPUSIM_TABLE_ALLOCATIONS, &c->parts, &c->part_count, err));
    for (uint64_t n = 0; n < c->node_count; n++) {
        c->gpus += c->nodes[n].gpus;
    }
    // a file may say anything
    for (uint64_t i = 0; i < c->part_count; i++) {
        if (c->parts[i].node >= c->node_count) {
            GPUSIM_TRY(gpusim_fail(err, GPUSIM_FORMAT, "allocation %llu is on no node of the trace",
                                   (unsigned long long)i));
        }
    }
cleanup:
    return status;
}

/* ---- bars ---- */

static int is_shown(const gs_plot *plot, const gpusim_allocation_row *part)
{
    return part->gpus > 0 && part->start < plot->to && part->end > plot->from;
}

// parts of GPUs that are shared lie one upon another, as high as what they have of it
static void draw_bars(gs_plot *plot, const chart *c)
{
    gs_plot_block(plot, "bars");
    for (uint64_t i = 0; i < c->part_count; i++) {
        const gpusim_allocation_row *part = &c->parts[i];
        if (!is_shown(plot, part)) {
            continue;
        }
        gpusim_time start = part->start > plot->from ? part->start : plot->from;
        gpusim_time end = part->end < plot->to ? part->end : plot->to;
        double first = c->nodes[part->node].first_gpu + (double)part->first_gpu;
        double high = part->milli < 1000 ? part->milli / 1000.0 : part->gpus;
        const double row[] = {gs_plot_time(plot, start), gs_plot_time(plot, end), first,
                              first + high, (double)(part->job % COLOURS + 1)};
        gs_plot_row(plot, 5, row);
    }
}

static void draw_nodes(gs_plot *plot, gpusim_trace *trace, const chart *c)
{
    gs_plot_block(plot, "nodes");
    for (uint64_t n = 0; n < c->node_count; n++) {
        const char *name = gpusim_trace_name(trace, c->nodes[n].name);
        fprintf(plot->data, "%u %u", c->nodes[n].first_gpu, c->nodes[n].gpus);
        gs_plot_word(plot, name ? name : "");
        fputc('\n', plot->data);
    }
}

/* ---- a map ---- */

static gpusim_status draw_map(gs_plot *plot, const chart *c, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    uint32_t rows = c->node_count < ROWS_MOST ? (uint32_t)c->node_count : ROWS_MOST;
    uint32_t columns = plot->bins / COARSE;
    gs_bins *map = NULL;
    double *gpus = NULL;
    GPUSIM_TRY(gs_allocate(&map, rows, sizeof *map, err));
    GPUSIM_TRY(gs_allocate(&gpus, rows, sizeof *gpus, err));
    for (uint32_t r = 0; r < rows; r++) {
        GPUSIM_TRY(gs_bins_create(&map[r], plot->from, plot->to, columns, err));
    }
    for (uint64_t n = 0; n < c->node_count; n++) {
        gpus[n * rows / c->node_count] += c->nodes[n].gpus;
    }
    for (uint64_t i = 0; i < c->part_count; i++) {
        const gpusim_allocation_row *part = &c->parts[i];
        gs_bins_hold(&map[(uint64_t)part->node * rows / c->node_count], part->start, part->end,
                     part->gpus * (double)part->milli / 1000);
    }
    gs_plot_block(plot, "map");
    for (uint32_t r = 0; r < rows; r++) {
        double node = ((double)r + 0.5) * (double)c->node_count / rows;
        for (uint32_t b = 0; b < columns; b++) {
            gpusim_time begin = gs_bins_begin(&map[r], b), end = gs_bins_begin(&map[r], b + 1);
            double held = map[r].bins[b].sum / gpusim_seconds(end - begin);
            const double row[] = {gs_plot_time(plot, begin + (end - begin) / 2), node,
                                  gpus[r] > 0 ? 100 * held / gpus[r] : 0};
            gs_plot_row(plot, 3, row);
        }
    }
cleanup:
    for (uint32_t r = 0; map && r < rows; r++) {
        gs_release(&map[r].bins);
    }
    gs_release(&map);
    gs_release(&gpus);
    return status;
}

gpusim_status gs_plot_gantt(gs_plot *plot, gpusim_error *err)
{
    gpusim_status status;
    chart c = {0};
    gpusim_trace *trace = plot->traces[0];
    GPUSIM_TRY(read_chart(trace, &c, err));
    int bars = c.gpus <= GPUS_MOST && c.part_count <= BARS_MOST;
    if (bars) {
        draw_bars(plot, &c);
        draw_nodes(plot, trace, &c);
    } else {
        GPUSIM_TRY(draw_map(plot, &c, err));
    }
    gs_plot_say_number(plot, "bars", bars);
    gs_plot_say_number(plot, "parts", (double)c.part_count);
    gs_plot_say_number(plot, "gpus", (double)c.gpus);
    gs_plot_say_number(plot, "nodes", (double)c.node_count);
cleanup:
    gs_release(&c.nodes);
    gs_release(&c.parts);
    return status;
}
