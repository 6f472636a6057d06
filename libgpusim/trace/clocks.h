/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Clocks of nodes: what time each took it to be when its samples were taken. A trace has the true
 * times; what is exported has those that a node's own agent would have written. */
#ifndef GS_TRACE_CLOCKS_H
#define GS_TRACE_CLOCKS_H

#include "trace/select.h"

typedef struct gs_clocks {
    gpusim_trace *trace;
    uint32_t metric;            /* the offsets; GPUSIM_NONE: all clocks are right */
    uint32_t first_node, nodes; /* of the entities at hand */
    uint32_t *node;             /* by entity, from the first: from the first node */
    float *offsets;             /* [nodes][of the block] s */
    uint64_t count;             /* samples of the block that is loaded */
} gs_clocks;

/* Reserves what blocks of so many samples need. Call gs_clocks_end in any case. */
gpusim_status gs_clocks_begin(gs_clocks *clocks, gpusim_trace *trace, gpusim_entity entity,
                              uint32_t first_entity, uint32_t entities, uint64_t most,
                              gpusim_error *err);
gpusim_status gs_clocks_load(gs_clocks *clocks, uint64_t first, uint64_t count, gpusim_error *err);
/* The true time, by the clock of the entity's node; a node that is silent has the true one. */
double gs_clocks_time(const gs_clocks *clocks, uint32_t entity, uint64_t sample, double seconds);
void gs_clocks_end(gs_clocks *clocks);

#endif
