/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Nodes, and kinds of jobs, that a file lists one by one. */
#ifndef GS_WORKLOAD_NODES_H
#define GS_WORKLOAD_NODES_H

#include "base/array.h"
#include "base/names.h"
#include "workload/lines.h"

typedef struct gs_listed_node {
    uint64_t memory;      /* bytes */
    uint32_t name, model; /* names; model 0: not said */
    uint32_t gpus, cpus;  /* cpus in thousandths of a core */
} gs_listed_node;

/* Reads openb's table of nodes (sn,cpu_milli,memory_mib,gpu,model) into an array of
 * gs_listed_node, in order of lines. */
gpusim_status gs_nodes_read(gs_lines *lines, gs_names *names, gs_array *nodes, gpusim_error *err);

/* One kind of job in a table of them: all in all; `share` of all jobs. */
typedef struct gs_listed_kind {
    double share;
    uint32_t cpus, gpus, milli;
    uint32_t models; /* name; 0: any */
} gs_listed_kind;

/* Reads cpu_milli,gpu_milli,num_gpu,gpu_spec,freq into an array of gs_listed_kind. */
gpusim_status gs_kinds_read(gs_lines *lines, gs_names *names, gs_array *kinds, gpusim_error *err);

#endif
