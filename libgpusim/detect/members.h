/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The detectors that another one is over: their scores take the place of signals. */
#ifndef GS_DETECT_MEMBERS_H
#define GS_DETECT_MEMBERS_H

#include <gpusim/detect.h>

#include "base/memory.h"
#include "detect/frames.h"

typedef struct gs_members {
    gpusim_watcher **watchers;      /* [count] */
    gpusim_parameters **parameters; /* [count]: theirs */
    gpusim_scene scene;             /* as the detector over them sees it: signals are detectors */
    gpusim_signal *signals;         /* [count] */
    double *scores;                 /* [entities][count] of the last frame */
    uint32_t *causes;               /* [count][entities]: the signals that they name */
    double *one;                    /* [entities] */
    uint32_t count;
    uint32_t reserved;
} gs_members;

/* `words` are const char *, which the caller keeps. */
gpusim_status gs_members_create(const gpusim_list *words, const gpusim_scene *scene, uint64_t seed,
                                gs_members *members, gpusim_error *err);
void gs_members_release(gs_members *members);

/* What a watcher does to them first. */
gpusim_status gs_members_watch(gs_members *members, const gpusim_scene *scene, gpusim_error *err);
gpusim_status gs_members_restart(gs_members *members, gpusim_error *err);
/* `scene` is that of the frames, and outlives the members. */
gpusim_status gs_members_train(gs_members *members, const gpusim_scene *scene,
                               gpusim_frames *frames, gpusim_error *err);
gpusim_status gs_members_observe(gs_members *members, const gpusim_frame *frame, gpusim_error *err);

/* Names of detectors become the signals that they name. */
void gs_members_explain(const gs_members *members, uint32_t *causes);

/* Frames of their scores. */
typedef struct gs_member_frames {
    gpusim_frames base;
    gpusim_frames *inner;
    gs_members *members;
} gs_member_frames;

gs_member_frames gs_member_frames_of(gs_members *members, gpusim_frames *inner);

#endif
