/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Small scenes whose values a test writes down, and what a detector says of them. */
#ifndef TESTS_DETECT_SCENES_H
#define TESTS_DETECT_SCENES_H

#include <gpusim/detect.h>

/* A scene and its frames, values[frame][entity][signal]. */
typedef struct scene_frames scene_frames;

/* Signals are called a, b, c, ... or, where `names` is given, as it says. */
scene_frames *scene_make(uint32_t entities, uint32_t signals, const char *const *names);
void scene_free(scene_frames *scene);
/* A further frame of entities x signals values, a second after the last; jobs[entities] or NULL. */
void scene_add(scene_frames *scene, const double *values, const uint32_t *jobs);
gpusim_scene *scene_of(scene_frames *scene);
gpusim_frames *scene_frames_of(scene_frames *scene);

/* A detector that has learnt from a scene; `yaml` are its parameters, kept as long as it. */
typedef struct watched {
    gpusim_watcher *watcher;
    gpusim_parameters *parameters;
} watched;

watched watch(const char *name, const char *yaml, uint64_t seed, scene_frames *learnt);
void watched_free(watched *w);

/* Scores and causes of all frames, [frames][entities], to be freed. */
double *scores_of(watched *w, scene_frames *scene, uint32_t **causes);

#endif
