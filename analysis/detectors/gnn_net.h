/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The network behind the detector `gnn`: what one signal of a node should be, from the node's other
 * signals and its peers. Not installed. */
#ifndef GS_DETECTORS_GNN_NET_H
#define GS_DETECTORS_GNN_NET_H

#include <stddef.h>
#include <stdint.h>

#define GS_GNN_HIDDEN    32u
#define GS_GNN_MESSAGE   16u
#define GS_GNN_RELATIONS 2u

enum { GS_GNN_BY_JOB, GS_GNN_BY_RACK };

/* All nodes at one sample. Groups of a relation are cliques: everybody is everybody's peer. */
typedef struct gs_gnn_tick {
    uint32_t nodes, signals;
    const float *now, *fast, *slow; /* [nodes][signals]: the sample, and two moving means of it */
    const float *has_job, *young;   /* [nodes]: 1 with a job; exp(-age) of it */
    const uint32_t *group[GS_GNN_RELATIONS]; /* [nodes], dense; UINT32_MAX: in none. NULL: this
                                              * relation is left out */
    uint32_t groups[GS_GNN_RELATIONS];
} gs_gnn_tick;

/* Length of all parameters in one vector. */
size_t gs_gnn_parameters(uint32_t signals);

/* What forward and backward need besides; doubles. */
size_t gs_gnn_work(uint32_t nodes, uint32_t signals, uint32_t groups);

/* The messages of all nodes and their sums over groups go into `work`. O(nodes). */
void gs_gnn_exchange(const double *parameters, const gs_gnn_tick *tick, double *work);

/* Signal `of[i]` of each node i as foretold, [nodes]; after an exchange. */
void gs_gnn_foretell(const double *parameters, const gs_gnn_tick *tick, const uint32_t *of,
                     double *work, double *foretold);

/* Every signal of node i, [signals]; after an exchange. A mask changes four inputs of the hidden
 * units and no more. */
void gs_gnn_foretell_all(const double *parameters, const gs_gnn_tick *tick, uint32_t node,
                         const double *work, double *foretold);

/* Mean Huber loss over nodes of signal of[i], and its gradient; does the exchange itself. */
double gs_gnn_gradient(const double *parameters, const gs_gnn_tick *tick, const uint32_t *of,
                       double *work, double *gradient);

#endif
