/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Trees that correct each other: learnt by XGBoost where that is there, kept and read by ourselves,
 * so that what was learnt scores the same with or without it. */
#ifndef GS_DETECTORS_BOOSTING_H
#define GS_DETECTORS_BOOSTING_H

#include <stdint.h>

#include <gpusim/status.h>

enum { GS_TREE_DEPTH = 8, GS_TREE_ROOM = (1 << (GS_TREE_DEPTH + 1)) - 1 };

#define GS_TREE_LEAF         UINT32_C(0x7fffffff)
#define GS_TREE_MISSING_LEFT UINT32_C(0x80000000)

/* Of a complete binary tree: those below node i are 2 i + 1 and 2 i + 2. */
typedef struct gs_tree_node {
    float cut;     /* less goes left; of a leaf: what it adds */
    float mean;    /* what leaves below add, over all that was learnt from */
    uint32_t what; /* column, with GS_TREE_MISSING_LEFT where what is missing goes left; or LEAF */
} gs_tree_node;

/* Nodes of one tree. */
static inline uint32_t gs_tree_room(uint32_t depth)
{
    return (UINT32_C(1) << (depth + 1)) - 1;
}

/* What all trees add up to for a row; by how much each column moved it is added to
 * shares[columns], which may be NULL. */
double gs_boosting_sum(const gs_tree_node *trees, uint32_t rounds, uint32_t room, const float *row,
                       double *shares);

/* Whether each of trees[count][room] cuts columns that there are, and ends in leaves. */
int gs_trees_check(const gs_tree_node *trees, uint64_t count, uint32_t room, uint32_t columns);

/* A tree from XGBoost's text with statistics into tree[gs_tree_room(depth)]; 0: it is none. */
int gs_tree_read(const char *text, uint32_t depth, uint32_t columns, gs_tree_node *tree);

/* ---- learning ---- */

typedef struct gs_boosting_options {
    double rate;
    uint32_t rounds, depth, bins;
    int logistic; /* targets are 0 and 1, and the sum is log-odds; else they are numbers */
} gs_boosting_options;

/* Trees that foretell targets[count] from rows[count][columns], NaN: missing; one with weight 0
 * does not count. Into trees[rounds][gs_tree_room(depth)]. One thread: the same every time. */
gpusim_status gs_boosting_learn(const float *rows, uint64_t count, uint32_t columns,
                                const float *targets, const float *weights,
                                const gs_boosting_options *options, gs_tree_node *trees,
                                gpusim_error *err);

#endif
