/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Signals in standard deviations of what was learnt from, all entities together. */
#ifndef GS_DETECT_SCALER_H
#define GS_DETECT_SCALER_H

#include "base/memory.h"
#include "detect/frames.h"

/* A signal that hardly varied counts as if it had by this share of its span; and nothing is further
 * off than so many deviations. */
#define GS_SCALER_FLOOR 0.01
#define GS_SCALER_CLIP  10.0

/* Of one signal. */
typedef struct gs_scale {
    double mean, deviation; /* the latter with its floor */
} gs_scale;

/* scales[signal_count] from all frames; what is missing or infinite does not count, and a
 * signal that was never there has mean 0. Two passes. */
gpusim_status gs_scaler_learn(const gpusim_scene *scene, gpusim_frames *frames, gs_scale *scales,
                              gpusim_error *err);

/* values -> scaled, both [entity_count][signal_count]; what is missing becomes 0. */
void gs_scaler_apply(const gpusim_scene *scene, const gs_scale *scales, const double *values,
                     double *scaled);

/* Frames of `inner`, scaled. `scaled` has room for one frame. */
typedef struct gs_scaled_frames {
    gpusim_frames base;
    gpusim_frames *inner;
    const gpusim_scene *scene;
    const gs_scale *scales;
    double *scaled;
} gs_scaled_frames;

gs_scaled_frames gs_scaled_frames_of(const gpusim_scene *scene, gpusim_frames *inner,
                                     const gs_scale *scales, double *scaled);

#endif
