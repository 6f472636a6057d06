/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a cluster is made of: groups of nodes, racks, GPUs. Immutable; the model owns it. */
#ifndef GS_CLUSTER_CLUSTER_H
#define GS_CLUSTER_CLUSTER_H

#include <gpusim/module.h>

#include "base/memory.h"
#include "base/names.h"

typedef struct gs_group_setup {
    const char *name;
    const char *gpu;                      /* name of its GPU model */
    const char *product;                  /* ... and what telemetry calls it */
    const char *cluster;                  /* the cluster it is in; NULL: not said */
    uint32_t labels;                      /* a name, "zone=a,disk=ssd"; 0: none */
    const char *const *node_names;        /* [count]; NULL: by name and number */
    const uint32_t *rows;                 /* [count]: in which order they were listed; NULL */
    uint64_t gpu_memory;                  /* of a GPU; 0: no limit */
    uint64_t memory, storage;             /* of a node */
    uint32_t count, per_rack, gpus, cpus; /* per_rack 0: all in one rack */
    uint32_t node_class;                  /* gpusim_node_class */
    double latency, cost;                 /* as in gpusim_group_info */
} gs_group_setup;

typedef struct gs_rack {
    uint32_t name, first_node, nodes;
} gs_rack;

typedef struct gs_cluster {
    gpusim_group_info *groups;
    uint32_t *group_gpu;     /* name of the group's GPU model */
    uint32_t *group_product; /* ... and what the driver calls it, also a name */
    uint32_t *group_labels;  /* what its nodes are labelled with, a name; 0: nothing */
    uint32_t *node_name, *node_rack, *node_group;
    uint32_t *node_first_gpu;  /* [nodes + 1]: GPUs of node n are first[n] .. first[n+1] - 1 */
    uint32_t *node_first_word; /* [nodes + 1]: its words in a bit set of GPUs, 64 a word */
    uint32_t *node_rank;       /* the order in which nodes were listed; NULL: by number */
    gs_rack *racks;
    uint32_t *cluster_name; /* [cluster_count]; a single one that nobody names is called 0 */
    uint32_t cluster_count;
    uint32_t group_count, node_count, rack_count, gpu_count, word_count;
    uint32_t largest_node; /* most GPUs of any node */
} gs_cluster;

/* The nodes of a rack are of one group, and so of one cluster. */
static inline uint32_t gs_group_of_rack(const gs_cluster *cluster, uint32_t rack)
{
    return cluster->node_group[cluster->racks[rack].first_node];
}

/* The cluster of that name, or GPUSIM_NONE. */
uint32_t gs_cluster_find(const gs_cluster *cluster, uint32_t name);

/* Lays the groups out in order. GPUSIM_SCENARIO for a cluster beyond 2^31 nodes or GPUs; *wrong is
 * then the group at fault. */
gpusim_status gs_cluster_build(const gs_group_setup *setups, uint32_t count, gs_names *names,
                               gs_arena *arena, gs_cluster *cluster, uint32_t *wrong,
                               gpusim_error *err);

#endif
