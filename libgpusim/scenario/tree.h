/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Walking a tree: what a map holds once `<<` has merged others into it, and key paths. */
#ifndef GS_SCENARIO_TREE_H
#define GS_SCENARIO_TREE_H

#include "scenario/yaml.h"

/* Steps that a walk may take in all: aliases share what they name, so that a small file can
 * describe an astronomically large one. */
#define GS_TREE_STEPS 1000000u

/* 1 when a slot's key is `<<`. */
int gs_tree_is_merge(const gs_yaml_node *slot);

/* Hands each slot of a map to `visit` (never a `<<` itself), its own first, then those of merged
 * maps in the order they are named; the first slot of a key counts, the receiver sees to that. A
 * `<<` of something else is handed to `wrong`. Ends early when visit or wrong returns non-zero,
 * which is returned. *steps is counted down and 0 ends the walk with -1. */
typedef struct gs_tree_visitor {
    int (*visit)(void *self, uint32_t slot);
    int (*wrong)(void *self, uint32_t slot);
    void *self;
    uint32_t *steps;
} gs_tree_visitor;
int gs_tree_walk(const gs_yaml *yaml, uint32_t map, const gs_tree_visitor *visitor);

/* The slot of a key in a map, or 0. */
uint32_t gs_tree_find(const gs_yaml *yaml, uint32_t map, const char *key, size_t length,
                      uint32_t *steps);

/* One step of a key path: a name, or an index. */
typedef struct gs_tree_step {
    const char *name; /* not terminated; NULL: an index */
    size_t length;
    uint32_t index;
} gs_tree_step;

/* Takes the next step off *path ("nodes[0].count" -> "[0].count" -> ".count" -> ""). 1: there was
 * one; 0: the path has ended; -1: it is malformed. */
int gs_tree_next(const char **path, gs_tree_step *step);

/* The slot of an element of a list, or 0. */
uint32_t gs_tree_element(const gs_yaml *yaml, uint32_t list, uint32_t index);

#endif
