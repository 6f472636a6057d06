/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Small scenes whose values a test writes down. */
#include "scenes.h"

#include <string.h>

#include "detect/frames.h"
#include "harness.h"
#include "watched.h"

struct scene_frames {
    gpusim_frames base;
    gpusim_scene scene;
    gpusim_signal signals[64];
    char letters[64][2];
    double *values;
    uint32_t *jobs;
    uint64_t at;
};

static gpusim_error err;

static int next_frame(gpusim_frames *self, gpusim_frame *frame)
{
    scene_frames *s = (scene_frames *)self;
    if (s->at == s->base.count) {
        return 0;
    }
    const double *values = s->values + s->at * s->scene.entity_count * s->scene.signal_count;
    *frame = (gpusim_frame){
        .time = (gpusim_time)s->at * GPUSIM_SECOND,
        .values = values,
        .raw = values,
        .job = s->jobs ? s->jobs + s->at * s->scene.entity_count : NULL,
    };
    s->at++;
    return 1;
}

static void rewind_frames(gpusim_frames *self)
{
    ((scene_frames *)self)->at = 0;
}

scene_frames *scene_make(uint32_t entities, uint32_t signals, const char *const *names)
{
    scene_frames *s = calloc(1, sizeof *s);
    ck_assert(s && signals <= 64);
    s->base = (gpusim_frames){.next = next_frame, .rewind = rewind_frames};
    for (uint32_t i = 0; i < signals; i++) {
        s->letters[i][0] = (char)('a' + i % 26);
        s->signals[i] = (gpusim_signal){.name = names ? names[i] : s->letters[i], .span = 1};
    }
    s->scene = (gpusim_scene){
        .size = sizeof s->scene,
        .entity_count = entities,
        .signal_count = signals,
        .signals = s->signals,
        .interval = 1,
    };
    s->base.scene = &s->scene;
    return s;
}

void scene_free(scene_frames *scene)
{
    free(scene->values);
    free(scene->jobs);
    free(scene);
}

void scene_add(scene_frames *s, const double *values, const uint32_t *jobs)
{
    size_t entities = s->scene.entity_count, n = entities * s->scene.signal_count;
    s->values = realloc(s->values, (s->base.count + 1) * n * sizeof *values);
    ck_assert_ptr_nonnull(s->values);
    memcpy(s->values + s->base.count * n, values, n * sizeof *values);
    if (jobs) {
        s->jobs = realloc(s->jobs, (s->base.count + 1) * entities * sizeof *jobs);
        ck_assert_ptr_nonnull(s->jobs);
        memcpy(s->jobs + s->base.count * entities, jobs, entities * sizeof *jobs);
    }
    s->base.count++;
}

gpusim_scene *scene_of(scene_frames *scene)
{
    return &scene->scene;
}

gpusim_frames *scene_frames_of(scene_frames *scene)
{
    return &scene->base;
}

watched watch(const char *name, const char *yaml, uint64_t seed, scene_frames *learnt)
{
    const gpusim_module *module = module_called(name);
    watched w = {.parameters = parameters_of(module, yaml)};
    ASSERT_OK(gpusim_watcher_create(module,
                                    w.parameters ? gpusim_parameters_value(w.parameters) : NULL,
                                    &learnt->scene, seed, &w.watcher, &err),
              &err);
    ASSERT_OK(gpusim_watcher_train(w.watcher, &learnt->base, &err), &err);
    return w;
}

void watched_free(watched *w)
{
    gpusim_watcher_destroy(w->watcher);
    gpusim_parameters_destroy(w->parameters);
}

double *scores_of(watched *w, scene_frames *scene, uint32_t **causes)
{
    size_t count = scene->base.count * scene->scene.entity_count;
    double *scores = calloc(count + 1, sizeof *scores);
    uint32_t *why = calloc(count + 1, sizeof *why);
    ck_assert(scores && why);
    ASSERT_OK(gpusim_watcher_score(w->watcher, &scene->base, scores, why, &err), &err);
    if (causes) {
        *causes = why;
    } else {
        free(why);
    }
    return scores;
}
