/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GPU models laid over each other: what one gives replaces what is below it, and takes the word of
 * the sources below with it. */
#ifndef GS_SCENARIO_OVERLAY_H
#define GS_SCENARIO_OVERLAY_H

#include <gpusim/gpu.h>

#include "base/memory.h"

#define GS_GPU_FIGURES 64 /* at most, in the table of a model: a bit each */

/* All that a model gives, sections taken apart. */
typedef struct gs_gpu_figures {
    struct {
        const gpusim_field *field;
        uint32_t offset; /* in gpusim_gpu_model */
        char name[36];   /* "power.tdp" */
    } items[GS_GPU_FIGURES];
    uint32_t count;
} gs_gpu_figures;

/* GPUSIM_INTERNAL when the table has outgrown it. */
gpusim_status gs_gpu_figures_make(gs_gpu_figures *figures, gpusim_error *err);

/* Those that a model gives. */
uint64_t gs_gpu_given(const gs_gpu_figures *figures, const gpusim_gpu_model *model);

/* Those that a key path means: one, or all of a section; 0: none is called so. */
uint64_t gs_gpu_named(const gs_gpu_figures *figures, const char *path);

/* A model that grows from its base upwards. */
typedef struct gs_overlay {
    const gs_gpu_figures *figures;
    gs_arena *arena;
    gpusim_gpu_model *model;
    struct {
        uint64_t figures;
        const char *from;
        int32_t sure;
    } * sources;
    uint32_t count, capacity;
} gs_overlay;

/* Begins with nothing given. */
void gs_overlay_begin(gs_overlay *overlay, const gs_gpu_figures *figures, gs_arena *arena,
                      gpusim_gpu_model *model);

/* Lays another model over what is there. */
gpusim_status gs_overlay_add(gs_overlay *overlay, const gpusim_gpu_model *layer, gpusim_error *err);

/* Writes the sources of all figures into the model. */
gpusim_status gs_overlay_end(gs_overlay *overlay, gpusim_error *err);

#endif
