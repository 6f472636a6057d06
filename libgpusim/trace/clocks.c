/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Clocks of nodes, from the metric `node/clock_offset`. */
#include "trace/clocks.h"

#include <math.h>

static gpusim_status fail_place(gpusim_error *err)
{
    return gpusim_fail(err, GPUSIM_FORMAT, "the trace has telemetry of GPUs in no node");
}

// in which nodes GPUs are; they are listed node by node
static gpusim_status find_nodes(gs_clocks *clocks, uint32_t first, uint32_t count,
                                gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gpusim_gpu_row rows[64];
    uint64_t known = clocks->trace->info.rows[GPUSIM_TABLE_GPUS];
    uint32_t nodes = clocks->trace->series[clocks->metric].metric.entities;
    if (first > known || count > known - first) {
        return fail_place(err);
    }
    for (uint32_t at = 0; at < count; at += 64) {
        uint32_t some = count - at < 64 ? count - at : 64;
        GPUSIM_TRY(gs_read_rows(clocks->trace, GPUSIM_TABLE_GPUS, first + at, some, rows, err));
        for (uint32_t i = 0; i < some; i++) {
            clocks->first_node = at + i == 0 ? rows[0].node : clocks->first_node;
            if (rows[i].node < clocks->first_node || rows[i].node >= nodes) {
                return fail_place(err);
            }
            clocks->node[at + i] = rows[i].node - clocks->first_node;
            if (clocks->node[at + i] >= clocks->nodes) {
                clocks->nodes = clocks->node[at + i] + 1;
            }
        }
    }
cleanup:
    return status;
}

gpusim_status gs_clocks_begin(gs_clocks *clocks, gpusim_trace *trace, gpusim_entity entity,
                              uint32_t first_entity, uint32_t entities, uint64_t most,
                              gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    *clocks = (gs_clocks){.trace = trace, .metric = GPUSIM_NONE};
    if ((entity != GPUSIM_OF_GPU && entity != GPUSIM_OF_NODE) || entities == 0) {
        return GPUSIM_OK;
    }
    uint32_t metric = gpusim_trace_find_metric(trace, GPUSIM_OF_NODE, "clock_offset");
    if (metric == GPUSIM_NONE || trace->series[metric].metric.type != GPUSIM_FLOAT32) {
        return GPUSIM_OK;
    }
    clocks->metric = metric;
    GPUSIM_TRY(gs_allocate(&clocks->node, entities, sizeof *clocks->node, err));
    if (entity == GPUSIM_OF_NODE) {
        uint32_t nodes = trace->series[metric].metric.entities;
        if (first_entity > nodes || entities > nodes - first_entity) {
            return gpusim_fail(err, GPUSIM_FORMAT, "the trace has nodes without a clock");
        }
        clocks->first_node = first_entity;
        clocks->nodes = entities;
        for (uint32_t i = 0; i < entities; i++) {
            clocks->node[i] = i;
        }
    } else {
        GPUSIM_TRY(find_nodes(clocks, first_entity, entities, err));
    }
    GPUSIM_TRY(gs_allocate(&clocks->offsets, most * clocks->nodes, sizeof *clocks->offsets, err));
cleanup:
    return status;
}

gpusim_status gs_clocks_load(gs_clocks *clocks, uint64_t first, uint64_t count, gpusim_error *err)
{
    clocks->count = count;
    return clocks->metric == GPUSIM_NONE || count == 0
               ? GPUSIM_OK
               : gs_read_values(clocks->trace, clocks->metric, clocks->first_node, clocks->nodes,
                                first, count, clocks->offsets, err);
}

double gs_clocks_time(const gs_clocks *clocks, uint32_t entity, uint64_t sample, double seconds)
{
    if (clocks->metric == GPUSIM_NONE) {
        return seconds;
    }
    float offset = clocks->offsets[clocks->node[entity] * clocks->count + sample];
    return isfinite(offset) ? seconds + (double)offset : seconds;
}

void gs_clocks_end(gs_clocks *clocks)
{
    gs_release(&clocks->node);
    gs_release(&clocks->offsets);
}
