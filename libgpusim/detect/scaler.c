/* SPDX-License-Identifier: GPL-3.0-or-later */
/* z = (x - mean) / deviation, the deviation not below a share of the signal's span. */
#include "detect/scaler.h"

#include <math.h>

// Adds one frame to sums of values (mean NULL) or of squares of what they are off the mean.
static void add_frame(const gpusim_scene *scene, const gpusim_frame *frame, int squares,
                      gs_scale *scales, uint64_t *counts)
{
    uint32_t signals = scene->signal_count;
    for (uint32_t e = 0; e < scene->entity_count; e++) {
        const double *values = frame->raw + (size_t)e * signals;
        for (uint32_t s = 0; s < signals; s++) {
            if (!isfinite(values[s])) {
                continue;
            }
            if (squares) {
                double off = values[s] - scales[s].mean;
                scales[s].deviation += off * off;
            } else {
                scales[s].mean += values[s];
                counts[s]++;
            }
        }
    }
}

static void add_all(const gpusim_scene *scene, gpusim_frames *frames, int squares, gs_scale *scales,
                    uint64_t *counts)
{
    gpusim_frame frame;
    gpusim_frames_rewind(frames);
    while (gpusim_frames_next(frames, &frame)) {
        add_frame(scene, &frame, squares, scales, counts);
    }
}

gpusim_status gs_scaler_learn(const gpusim_scene *scene, gpusim_frames *frames, gs_scale *scales,
                              gpusim_error *err)
{
    gpusim_status status;
    uint64_t *counts = NULL;
    GPUSIM_TRY(gs_allocate(&counts, scene->signal_count, sizeof *counts, err));
    for (uint32_t s = 0; s < scene->signal_count; s++) {
        scales[s] = (gs_scale){0};
    }
    // the mean first, then what is off it: squares of large values do not cancel
    add_all(scene, frames, 0, scales, counts);
    for (uint32_t s = 0; s < scene->signal_count; s++) {
        scales[s].mean = counts[s] > 0 ? scales[s].mean / (double)counts[s] : 0;
    }
    add_all(scene, frames, 1, scales, counts);
    for (uint32_t s = 0; s < scene->signal_count; s++) {
        double variance = counts[s] > 0 ? scales[s].deviation / (double)counts[s] : 0;
        scales[s].deviation = fmax(sqrt(variance), GS_SCALER_FLOOR * scene->signals[s].span);
    }
cleanup:
    gs_release(&counts);
    return status;
}

void gs_scaler_apply(const gpusim_scene *scene, const gs_scale *scales, const double *values,
                     double *scaled)
{
    uint32_t signals = scene->signal_count;
    for (uint32_t e = 0; e < scene->entity_count; e++) {
        for (uint32_t s = 0; s < signals; s++) {
            size_t i = (size_t)e * signals + s;
            double z = (values[i] - scales[s].mean) / scales[s].deviation;
            scaled[i] = isnan(z) ? 0 : fmin(fmax(z, -GS_SCALER_CLIP), GS_SCALER_CLIP);
        }
    }
}

static int next_scaled(gpusim_frames *self, gpusim_frame *frame)
{
    gs_scaled_frames *frames = (gs_scaled_frames *)self;
    if (!gpusim_frames_next(frames->inner, frame)) {
        return 0;
    }
    gs_scaler_apply(frames->scene, frames->scales, frame->raw, frames->scaled);
    frame->values = frames->scaled;
    self->labels = gpusim_frames_labels(frames->inner);
    return 1;
}

static void rewind_scaled(gpusim_frames *self)
{
    gpusim_frames_rewind(((gs_scaled_frames *)self)->inner);
}

gs_scaled_frames gs_scaled_frames_of(const gpusim_scene *scene, gpusim_frames *inner,
                                     const gs_scale *scales, double *scaled)
{
    return (gs_scaled_frames){
        .base = {.next = next_scaled,
                 .rewind = rewind_scaled,
                 .count = inner->count,
                 .scene = scene},
        .inner = inner,
        .scene = scene,
        .scales = scales,
        .scaled = scaled,
    };
}
