/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What modules call to get frames, whatever they come from. */
#include "detect/frames.h"

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
