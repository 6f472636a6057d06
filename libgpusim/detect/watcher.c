/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A detector at work: the host's side, which scales, keeps model and state, and asks the module. */
#include <math.h>
#include <string.h>

#include <gpusim/spec.h>

#include "base/gsl.h"
#include "detect/frames.h"
#include "detect/watcher.h"

struct gpusim_learning {
    gs_arena work;
    void *model;
    uint64_t model_bytes;
};

void *gpusim_learning_model(gpusim_learning *learning, uint64_t bytes)
{
    gs_release(&learning->model);
    if (gs_allocate(&learning->model, bytes, 1, NULL) != GPUSIM_OK) {
        return NULL;
    }
    learning->model_bytes = bytes;
    return learning->model;
}

void *gpusim_learning_work(gpusim_learning *learning, uint64_t bytes)
{
    return gs_arena_get(&learning->work, bytes);
}

static const gpusim_detector *operations_of(const gpusim_watcher *watcher)
{
    return watcher->module->operations;
}

static int standardises(const gpusim_watcher *watcher)
{
    return (watcher->module->flags & GPUSIM_MODULE_STANDARDISED) != 0;
}

static int over_scores(const gpusim_watcher *watcher)
{
    return (watcher->module->flags & GPUSIM_MODULE_OVER_SCORES) != 0;
}

// It alone, whoever is under it.
static int reads_labels(const gpusim_watcher *watcher)
{
    const gpusim_module *module = watcher->module;
    const gpusim_detector *operations = module->operations;
    if ((module->flags & GPUSIM_MODULE_READS_LABELS) == 0) {
        return 0;
    }
    // a module of an older minor has operations that end before this one
    return module->abi_minor < 5 || !operations->reads_labels ||
           operations->reads_labels(watcher->parameters);
}

int gpusim_watcher_reads_labels(const gpusim_watcher *watcher)
{
    int reads = reads_labels(watcher);
    for (uint32_t i = 0; i < watcher->members.count; i++) {
        reads |= gpusim_watcher_reads_labels(watcher->members.watchers[i]);
    }
    return reads;
}

static gpusim_detector_context context_of(const gpusim_watcher *watcher)
{
    return (gpusim_detector_context){
        .parameters = watcher->parameters,
        .scene = over_scores(watcher) ? &watcher->members.scene : &watcher->scene,
        .model = watcher->model,
        .model_bytes = watcher->model_bytes,
        .state = watcher->state,
        .stream = watcher->stream,
    };
}

static const uint32_t *copy_numbers(const uint32_t *numbers, uint32_t count, gs_arena *arena)
{
    uint32_t *copy = numbers ? gs_arena_get(arena, count * sizeof *copy) : NULL;
    if (copy) {
        memcpy(copy, numbers, count * sizeof *copy);
    }
    return copy;
}

// All of a scene: whoever made it may go.
static gpusim_status copy_scene(const gpusim_scene *scene, gs_arena *arena, gpusim_scene *copy,
                                gpusim_error *err)
{
    gpusim_signal *signals = gs_arena_get(arena, scene->signal_count * sizeof *signals);
    *copy = *scene;
    copy->signals = signals;
    copy->node = copy_numbers(scene->node, scene->entity_count, arena);
    copy->rack = copy_numbers(scene->rack, scene->entity_count, arena);
    int lacks = !signals || (scene->node && !copy->node) || (scene->rack && !copy->rack);
    for (uint32_t s = 0; !lacks && s < scene->signal_count; s++) {
        const char *name = scene->signals[s].name;
        signals[s] = scene->signals[s];
        signals[s].name = gs_arena_text(arena, name, strlen(name));
        lacks = !signals[s].name;
    }
    return lacks ? gpusim_fail(err, GPUSIM_MEMORY, "no memory for a scene") : GPUSIM_OK;
}

// Room for one frame of a scene, a copy of which becomes the watcher's; or all stays as it was.
static gpusim_status make_room(gpusim_watcher *watcher, const gpusim_scene *scene,
                               gpusim_error *err)
{
    gpusim_status status;
    gs_arena arena = {0}, left;
    gpusim_scene copy;
    double *scaled = NULL;
    uint32_t *causes = NULL;
    size_t values = (size_t)scene->entity_count * scene->signal_count;
    GPUSIM_TRY(copy_scene(scene, &arena, &copy, err));
    GPUSIM_TRY(gs_allocate(&scaled, values, sizeof *scaled, err));
    GPUSIM_TRY(gs_allocate(&causes, scene->entity_count, sizeof *causes, err));
    gs_release(&watcher->scaled);
    gs_release(&watcher->causes);
    watcher->scaled = scaled;
    watcher->causes = causes;
    watcher->scene = copy;
    left = watcher->scene_arena;
    watcher->scene_arena = arena;
    arena = left;
    scaled = NULL;
    causes = NULL;
cleanup:
    gs_arena_release(&arena);
    gs_release(&scaled);
    gs_release(&causes);
    return status;
}

// A detector knows signals by name: in another scene they have to be the same.
static gpusim_status check_signals(const gpusim_watcher *watcher, const gpusim_scene *scene,
                                   gpusim_error *err)
{
    const gpusim_scene *known = &watcher->scene;
    for (uint32_t s = 0; s < known->signal_count || s < scene->signal_count; s++) {
        const char *one = s < known->signal_count ? known->signals[s].name : "nothing";
        const char *other = s < scene->signal_count ? scene->signals[s].name : "nothing";
        if (strcmp(one, other) != 0) {
            return gpusim_fail(err, GPUSIM_ARGUMENT, "signal %u is %s, where %s knows %s", s + 1,
                               other, watcher->module->name, one);
        }
    }
    return GPUSIM_OK;
}

gpusim_status gpusim_watcher_watch(gpusim_watcher *watcher, const gpusim_scene *scene,
                                   gpusim_error *err)
{
    gpusim_status status;
    GPUSIM_TRY(check_signals(watcher, scene, err));
    GPUSIM_TRY(make_room(watcher, scene, err));
    GPUSIM_TRY(gs_members_watch(&watcher->members, &watcher->scene, err));
    GPUSIM_TRY(gpusim_watcher_restart(watcher, err));
cleanup:
    return status;
}

// The parameters given, or the defaults of the module's table; and who is under it.
static gpusim_status prepare(gpusim_watcher *watcher, const void *parameters, uint64_t seed,
                             gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    watcher->parameters = parameters;
    if (!parameters && watcher->module->parameters) {
        GPUSIM_TRY(gpusim_parameters_read(watcher->module->parameters, "", 0, watcher->module->name,
                                          &watcher->defaults, err));
        watcher->parameters = gpusim_parameters_value(watcher->defaults);
    }
    if (over_scores(watcher)) {
        GPUSIM_TRY(
            gs_members_create(watcher->parameters, &watcher->scene, seed, &watcher->members, err));
    }
cleanup:
    return status;
}

gpusim_status gpusim_watcher_create(const gpusim_module *module, const void *parameters,
                                    const gpusim_scene *scene, uint64_t seed,
                                    gpusim_watcher **result, gpusim_error *err)
{
    gpusim_status status;
    gpusim_watcher *watcher = NULL;
    *result = NULL;
    gs_gsl_prepare();
    if (module->kind != GPUSIM_MODULE_DETECTOR) {
        return gpusim_fail(err, GPUSIM_ARGUMENT, "module '%s' is no detector", module->name);
    }
    if (scene->entity_count == 0 || scene->signal_count == 0) {
        return gpusim_fail(err, GPUSIM_ARGUMENT, "there is nothing to watch: %s",
                           scene->entity_count ? "no signals" : "no entities");
    }
    GPUSIM_TRY(gs_allocate(&watcher, 1, sizeof *watcher, err));
    watcher->module = module;
    watcher->stream = gpusim_stream_make(seed, "detector", module->name);
    GPUSIM_TRY(gs_allocate(&watcher->scales, scene->signal_count, sizeof *watcher->scales, err));
    GPUSIM_TRY(make_room(watcher, scene, err));
    GPUSIM_TRY(prepare(watcher, parameters, seed, err));
    *result = watcher;
    watcher = NULL;
cleanup:
    gpusim_watcher_destroy(watcher);
    return status;
}

void gpusim_watcher_destroy(gpusim_watcher *watcher)
{
    if (watcher) {
        gs_members_release(&watcher->members);
        gpusim_parameters_destroy(watcher->defaults);
        gs_release(&watcher->scales);
        gs_release(&watcher->scaled);
        gs_release(&watcher->causes);
        gs_release(&watcher->model);
        gs_release(&watcher->state);
        gs_release(&watcher->words);
        gs_arena_release(&watcher->scene_arena);
        gs_release(&watcher);
    }
}

gpusim_status gpusim_watcher_restart(gpusim_watcher *watcher, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    const gpusim_detector *operations = operations_of(watcher);
    gpusim_detector_context context = context_of(watcher);
    GPUSIM_TRY(gs_members_restart(&watcher->members, err));
    gs_release(&watcher->state);
    watcher->state_bytes = operations->state_bytes ? operations->state_bytes(&context) : 0;
    if (watcher->state_bytes > 0) {
        GPUSIM_TRY(gs_allocate(&watcher->state, watcher->state_bytes, 1, err));
    }
cleanup:
    return status;
}

gpusim_status gs_watcher_check(const gpusim_watcher *watcher, gpusim_error *err)
{
    const gpusim_detector *operations = operations_of(watcher);
    gpusim_detector_context context = context_of(watcher);
    int looks = watcher->module->abi_minor >= 5 && operations->check;
    return looks && !operations->check(&context)
               ? gpusim_fail(err, GPUSIM_FORMAT, "what the file says %s has learnt cannot be",
                             watcher->module->name)
               : GPUSIM_OK;
}

// What the module is to learn from: values as they are, standardised, or scores of others.
static gpusim_status train_module(gpusim_watcher *watcher, gpusim_frames *frames,
                                  gpusim_learning *learning, gpusim_error *err)
{
    gpusim_status status;
    gs_scaled_frames scaled =
        gs_scaled_frames_of(&watcher->scene, frames, watcher->scales, watcher->scaled);
    gs_member_frames scores = gs_member_frames_of(&watcher->members, frames);
    gpusim_detector_context context = context_of(watcher);
    gpusim_frames *shown = over_scores(watcher)    ? &scores.base
                           : standardises(watcher) ? &scaled.base
                                                   : frames;
    int secret = shown->secret;
    gpusim_frames_rewind(shown);
    shown->secret = secret || !reads_labels(watcher);
    status = operations_of(watcher)->train(&context, shown, learning, err);
    shown->secret = secret;
    GPUSIM_TRY(status);
    GPUSIM_TRY(gpusim_frames_check(frames, err));
    GPUSIM_TRY(gpusim_frames_check(shown, err));
    watcher->model = learning->model;
    watcher->model_bytes = learning->model_bytes;
    learning->model = NULL;
cleanup:
    return status;
}

gpusim_status gpusim_watcher_train(gpusim_watcher *watcher, gpusim_frames *frames,
                                   gpusim_error *err)
{
    gpusim_status status;
    const gpusim_detector *operations = operations_of(watcher);
    gpusim_learning learning = {0};
    watcher->trained = 0;
    gs_release(&watcher->model);
    watcher->model_bytes = 0;
    if (gpusim_frames_count(frames) == 0) {
        GPUSIM_TRY(gpusim_fail(err, GPUSIM_ARGUMENT, "%s cannot learn from no samples at all",
                               watcher->module->name));
    }
    GPUSIM_TRY(check_signals(watcher, frames->scene, err));
    GPUSIM_TRY(make_room(watcher, frames->scene, err));
    if (standardises(watcher)) {
        GPUSIM_TRY(gs_scaler_learn(&watcher->scene, frames, watcher->scales, err));
    }
    GPUSIM_TRY(gs_members_train(&watcher->members, &watcher->scene, frames, err));
    if (operations->train) {
        GPUSIM_TRY(train_module(watcher, frames, &learning, err));
    }
    watcher->trained = 1;
    GPUSIM_TRY(gpusim_watcher_restart(watcher, err));
cleanup:
    gs_release(&learning.model);
    gs_arena_release(&learning.work);
    return status;
}

gpusim_status gpusim_watcher_observe(gpusim_watcher *watcher, const gpusim_frame *frame,
                                     double *scores, uint32_t *causes, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gpusim_detector_context context = context_of(watcher);
    gpusim_frame shown = *frame;
    if (!watcher->trained) {
        return gpusim_fail(err, GPUSIM_ARGUMENT, "%s has learnt nothing yet",
                           watcher->module->name);
    }
    if (standardises(watcher)) {
        gs_scaler_apply(&watcher->scene, watcher->scales, frame->raw, watcher->scaled);
        shown.values = watcher->scaled;
    }
    if (over_scores(watcher)) {
        GPUSIM_TRY(gs_members_observe(&watcher->members, frame, err));
        shown.values = shown.raw = watcher->members.scores;
    }
    causes = causes ? causes : watcher->causes;
    for (uint32_t e = 0; e < watcher->scene.entity_count; e++) {
        causes[e] = GPUSIM_NONE;
    }
    GPUSIM_TRY(operations_of(watcher)->observe(&context, &shown, scores, causes, err));
    if (over_scores(watcher)) {
        gs_members_explain(&watcher->members, causes);
    }
cleanup:
    return status;
}

// Before an entity's first score there are none: they become that one.
static void fill_begin(double *scores, uint64_t count, uint32_t entities)
{
    for (uint32_t e = 0; e < entities; e++) {
        uint64_t first = 0;
        while (first < count && isnan(scores[first * entities + e])) {
            first++;
        }
        double known = first < count ? scores[first * entities + e] : 0;
        for (uint64_t i = 0; i < first; i++) {
            scores[i * entities + e] = known;
        }
    }
}

gpusim_status gpusim_watcher_score(gpusim_watcher *watcher, gpusim_frames *frames, double *scores,
                                   uint32_t *causes, gpusim_error *err)
{
    gpusim_status status;
    uint32_t entities = frames->scene->entity_count;
    gpusim_frame frame;
    uint64_t count = 0;
    GPUSIM_TRY(gpusim_watcher_watch(watcher, frames->scene, err));
    gpusim_frames_rewind(frames);
    while (gpusim_frames_next(frames, &frame)) {
        GPUSIM_TRY(gpusim_watcher_observe(watcher, &frame, scores + count * entities,
                                          causes ? causes + count * entities : NULL, err));
        count++;
    }
    GPUSIM_TRY(gpusim_frames_check(frames, err));
    fill_begin(scores, count, entities);
cleanup:
    return status;
}
