/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where frames come from: a table in memory, a trace, a log. */
#ifndef GS_DETECT_FRAMES_H
#define GS_DETECT_FRAMES_H

#include <gpusim/detect.h>

/* A source begins with this. */
struct gpusim_frames {
    int (*next)(gpusim_frames *self, gpusim_frame *frame);
    void (*rewind)(gpusim_frames *self);
    uint64_t count;
    const gpusim_scene *scene; /* of what there are frames */
    const uint8_t *labels;     /* of the frame given last; NULL: nobody says */
    gpusim_error problem;      /* of a source that could not go on */
    gpusim_status status;
    int secret; /* whoever learns now is told no labels */
};

#endif
