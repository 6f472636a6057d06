/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What GPU models are made of: their table, what is filled in where nobody gives a figure, and what
 * no model may be. */
#ifndef GS_CLUSTER_GPU_H
#define GS_CLUSTER_GPU_H

#include <gpusim/gpu.h>

#include "base/memory.h"

/* What gpusim_gpu_record returns. */
extern const gpusim_record gs_gpu_record;

/* The table of a scenario's `gpu_model:`: that of an entry (gpusim_gpu_record) without what only a
 * catalogue says: name, base and sources. The struct is gpusim_gpu_model all the same. */
extern const gpusim_record gs_gpu_override_record;

/* 1 when a model has power and heat: it gives a TDP. `generic` does not. */
int gs_gpu_is_physical(const gpusim_gpu_model *model);

/* Fills in what a physical model leaves out (the rules are in cluster/gpu_defaults.c) and says so
 * in its sources. Of others only the memory and the product's name. */
gpusim_status gs_gpu_fill(gpusim_gpu_model *model, gs_arena *arena, gpusim_error *err);

/* The rules by which gs_gpu_fill does it, in their order; NULL ends them. */
typedef struct gs_gpu_rule {
    const char *figure;                             /* key path */
    uint32_t offset;                                /* of a double in gpusim_gpu_model */
    int32_t sure;                                   /* gpusim_confidence */
    double (*value)(const gpusim_gpu_model *model); /* NULL: the figure is no double */
    const char *from;                               /* in words: what it is and why */
} gs_gpu_rule;
const gs_gpu_rule *gs_gpu_rules(void);

/* GPUSIM_SCENARIO when a filled model cannot be: limits out of order, a cap beyond its range, a
 * figure missing that physics needs. err->key is then the figure's key path within the model. */
gpusim_status gs_gpu_check(const gpusim_gpu_model *model, gpusim_error *err);

/* A text that is compiled in: entry `name` of cluster/gpus.yaml is bytes begin .. begin + length of
 * gs_gpu_text, an item of a list. The table is made at build time, in order of the file. */
typedef struct gs_gpu_entry {
    const char *name;
    uint32_t begin, length;
} gs_gpu_entry;
extern const char gs_gpu_text[];
extern const uint32_t gs_gpu_text_length;
extern const gs_gpu_entry gs_gpu_entries[];
extern const uint32_t gs_gpu_entry_count;

#endif
