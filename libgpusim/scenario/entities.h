/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Nodes, racks, GPUs and groups by name. */
#ifndef GS_SCENARIO_ENTITIES_H
#define GS_SCENARIO_ENTITIES_H

#include "chaos/chaos.h"
#include "scenario/compile.h"

/* Zero it to begin with; gs_entities_release when done. */
typedef struct gs_entities {
    const gs_cluster *cluster;
    const gs_names *names;
    uint32_t *node, *rack; /* by number of a name; GPUSIM_NONE: no such */
    uint32_t count;        /* of names */
    uint32_t reserved;
} gs_entities;

gpusim_status gs_entities_index(const gpusim_model *model, gs_entities *entities,
                                gpusim_error *err);
void gs_entities_release(gs_entities *entities);

/* The entity of that name and scope, or GPUSIM_NONE. GPUs are called NODE/gpuN. */
uint32_t gs_entities_find(const gs_entities *entities, gs_fault_scope scope, const char *name,
                          size_t length);
/* The first of its scope, as an example in messages: "" when there is none. */
void gs_entities_example(const gs_entities *entities, gs_fault_scope scope, char *text, int size);

#endif
