/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a detector at work consists of. */
#ifndef GS_DETECT_WATCHER_H
#define GS_DETECT_WATCHER_H

#include <gpusim/detect.h>

#include "detect/members.h"
#include "detect/scaler.h"

struct gpusim_watcher {
    const gpusim_module *module;
    gpusim_scene scene; /* a copy, all of it in the arena */
    gs_arena scene_arena;
    gs_scale *scales; /* [signals]; of a module that wants standard deviations */
    double *scaled;   /* one frame */
    void *model;
    uint64_t model_bytes, state_bytes;
    void *state;
    const void *parameters;
    gpusim_parameters *defaults; /* where nobody gave any, and of one that was loaded */
    gs_members members;          /* of a detector over others */
    gpusim_stream stream;
    uint32_t *causes; /* for callers who do not ask */
    char *words;      /* of one that was loaded, as they were saved; else NULL */
    int trained;
    int reserved;
};

/* Whether what came from a file can be what such a detector learns; else GPUSIM_FORMAT. */
gpusim_status gs_watcher_check(const gpusim_watcher *watcher, gpusim_error *err);

/* A detector of all bytes of a file, as gpusim_watcher_load makes one; `path` is for messages. */
gpusim_status gs_watcher_read(const char *path, const void *bytes, size_t count,
                              const gpusim_scene *scene, gpusim_watcher **watcher,
                              double *threshold, gpusim_error *err);

#endif
