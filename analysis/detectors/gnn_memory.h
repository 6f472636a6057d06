/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the detector `gnn` knows of all nodes from sample to sample. Not installed. */
#ifndef GS_DETECTORS_GNN_MEMORY_H
#define GS_DETECTORS_GNN_MEMORY_H

#include <gpusim/detector.h>

#include "gnn_net.h"

#define GS_GNN_WARM 20u /* samples before the moving means are used */

/* The same network looks at a node by itself, with its job, and with all relations it has. */
enum { GS_GNN_VIEWS = 3 };

/* A signal is off what the network foretells; further off than of late in this job, which hides
 * what a job is like at all; further off than its job's others are, which hides what befalls all
 * of a job and what no network knows of it; and that against what it was of late. */
enum { GS_GNN_OFF, GS_GNN_MOVED, GS_GNN_APART, GS_GNN_PARTED, GS_GNN_KINDS };

/* How well a node can be foretold: it has no job, a job alone, or peers in it. */
enum { GS_GNN_IDLE, GS_GNN_ALONE, GS_GNN_AMONG, GS_GNN_STATES };

typedef struct gs_gnn_memory {
    uint64_t seen;
    float *now, *fast, *slow;            /* [nodes][signals]: the sample and moving means */
    float *off;                          /* [VIEWS][2][nodes][signals]: off, and apart */
    float *rest;                         /* [VIEWS][2][nodes][signals]: means of these */
    float *score;                        /* [VIEWS][KINDS][nodes][signals] */
    float *has_job, *young;              /* [nodes] */
    uint32_t *job, *age, *rested;        /* [nodes]; samples since its job changed, or that
                                          * `rest` is of */
    uint32_t *group[GS_GNN_RELATIONS];   /* [nodes] */
    uint32_t *members[GS_GNN_RELATIONS]; /* [groups] */
    uint32_t *table;                     /* [2 x nodes, rounded up]: who is first of a group */
    double *work, *foretold, *sums;      /* sums: [groups][signals] */
    double *kinds;                       /* [KINDS][signals] of one node */
    uint32_t slots, groups[GS_GNN_RELATIONS];
    uint32_t reserved;
} gs_gnn_memory;

/* Lays the parts out in a block; with NULL it only says how long it is. */
uint64_t gs_gnn_lay_out(const gpusim_scene *scene, char *block, gs_gnn_memory *m);

/* Takes in one sample of all nodes. */
void gs_gnn_note(const gpusim_scene *scene, const gpusim_frame *frame, gs_gnn_memory *m);

/* The last sample as the network sees it with some relations (bits, 1 << number). */
gs_gnn_tick gs_gnn_tick_of(const gpusim_scene *scene, unsigned relations, const gs_gnn_memory *m);

/* How well the node can be foretold with these relations. */
uint32_t gs_gnn_state(unsigned relations, uint32_t node, const gs_gnn_memory *m);

#endif
