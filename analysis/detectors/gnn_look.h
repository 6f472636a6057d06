/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How far the nodes are off what the network of the detector `gnn` foretells. Not installed. */
#ifndef GS_DETECTORS_GNN_LOOK_H
#define GS_DETECTORS_GNN_LOOK_H

#include "gnn_memory.h"

/* What is looked at, by the detector's parameters. */
typedef struct gs_gnn_way {
    unsigned relations; /* bits, 1 << number */
    uint32_t settle;    /* samples after a change of its job in which nothing is said of a node */
} gs_gnn_way;

/* Who is looked at with which relations: by itself, with its job, with all that are asked for.
 * Returns how many views there are. */
uint32_t gs_gnn_views(const gs_gnn_way *way, unsigned relations[GS_GNN_VIEWS]);

/* How far all nodes are off in all views, and how far apart from the others of their job, goes into
 * the memory. After gs_gnn_note. */
void gs_gnn_foretell_views(const gpusim_scene *scene, const gs_gnn_way *way, const double *network,
                           gs_gnn_memory *m);

/* Of one node in one view: kinds[KINDS][signals], NaN where nothing can be said, and what is of
 * late takes the sample in. Returns its state, or GS_GNN_STATES while it is too new to say. */
uint32_t gs_gnn_look(const gpusim_scene *scene, const gs_gnn_way *way, uint32_t view, uint32_t node,
                     gs_gnn_memory *m, double *kinds);

/* Behind the last view of a node: what is of late, is of one sample more. */
void gs_gnn_looked(const gs_gnn_way *way, uint32_t node, gs_gnn_memory *m);

#endif
