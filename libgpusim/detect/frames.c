/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What modules call to get frames, whatever they come from. */
#include "detect/frames.h"

const gpusim_scene *gpusim_frames_scene(const gpusim_frames *frames)
{
    return frames->scene;
}

uint64_t gpusim_frames_count(const gpusim_frames *frames)
{
    return frames->count;
}

void gpusim_frames_rewind(gpusim_frames *frames)
{
    frames->rewind(frames);
}

int gpusim_frames_next(gpusim_frames *frames, gpusim_frame *frame)
{
    return frames->next(frames, frame);
}

const uint8_t *gpusim_frames_labels(const gpusim_frames *frames)
{
    return frames->secret ? NULL : frames->labels;
}

gpusim_status gpusim_frames_check(const gpusim_frames *frames, gpusim_error *err)
{
    if (frames->status != GPUSIM_OK && err) {
        *err = frames->problem;
    }
    return frames->status;
}
