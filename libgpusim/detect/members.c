/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Detectors under another one. */
#include "detect/members.h"

#include <gpusim/spec.h>

// Room for one frame's scores of a scene.
static gpusim_status make_room(gs_members *m, const gpusim_scene *scene, gpusim_error *err)
{
    gpusim_status status;
    size_t scores = (size_t)scene->entity_count * m->count;
    gs_release(&m->scores);
    gs_release(&m->causes);
    gs_release(&m->one);
    GPUSIM_TRY(gs_allocate(&m->scores, scores, sizeof *m->scores, err));
    GPUSIM_TRY(gs_allocate(&m->causes, scores, sizeof *m->causes, err));
    GPUSIM_TRY(gs_allocate(&m->one, scene->entity_count, sizeof *m->one, err));
    m->scene = *scene;
    m->scene.signals = m->signals;
    m->scene.signal_count = m->count;
cleanup:
    return status;
}

gpusim_status gs_members_create(const gpusim_list *words, const gpusim_scene *scene, uint64_t seed,
                                gs_members *m, gpusim_error *err)
{
    gpusim_status status;
    const char *const *names = words->items;
    if (words->count == 0) {
        GPUSIM_TRY(gpusim_fail(err, GPUSIM_ARGUMENT, "there is no detector in the list"));
    }
    GPUSIM_TRY(gs_allocate(&m->watchers, words->count, sizeof(gpusim_watcher *), err));
    GPUSIM_TRY(gs_allocate(&m->parameters, words->count, sizeof(gpusim_parameters *), err));
    GPUSIM_TRY(gs_allocate(&m->signals, words->count, sizeof *m->signals, err));
    m->count = words->count;
    for (uint32_t i = 0; i < m->count; i++) {
        const gpusim_module *module;
        m->signals[i] = (gpusim_signal){.name = names[i], .span = 1};
        GPUSIM_TRY(gpusim_detector_read(names[i], &module, &m->parameters[i], err));
        GPUSIM_TRY(gpusim_watcher_create(
            module, m->parameters[i] ? gpusim_parameters_value(m->parameters[i]) : NULL, scene,
            seed, &m->watchers[i], err));
    }
    GPUSIM_TRY(make_room(m, scene, err));
cleanup:
    return status;
}

void gs_members_release(gs_members *m)
{
    for (uint32_t i = 0; i < m->count; i++) {
        gpusim_watcher_destroy(m->watchers[i]);
        gpusim_parameters_destroy(m->parameters[i]);
    }
    gs_release(&m->watchers);
    gs_release(&m->parameters);
    gs_release(&m->signals);
    gs_release(&m->scores);
    gs_release(&m->causes);
    gs_release(&m->one);
}

gpusim_status gs_members_watch(gs_members *m, const gpusim_scene *scene, gpusim_error *err)
{
    gpusim_status status;
    for (uint32_t i = 0; i < m->count; i++) {
        GPUSIM_TRY(gpusim_watcher_watch(m->watchers[i], scene, err));
    }
    GPUSIM_TRY(make_room(m, scene, err));
cleanup:
    return status;
}

gpusim_status gs_members_restart(gs_members *m, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    for (uint32_t i = 0; i < m->count; i++) {
        GPUSIM_TRY(gpusim_watcher_restart(m->watchers[i], err));
    }
cleanup:
    return status;
}

gpusim_status gs_members_train(gs_members *m, const gpusim_scene *scene, gpusim_frames *frames,
                               gpusim_error *err)
{
    gpusim_status status;
    for (uint32_t i = 0; i < m->count; i++) {
        gpusim_frames_rewind(frames);
        GPUSIM_TRY(gpusim_watcher_train(m->watchers[i], frames, err));
    }
    GPUSIM_TRY(make_room(m, scene, err));
cleanup:
    return status;
}

gpusim_status gs_members_observe(gs_members *m, const gpusim_frame *frame, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    uint32_t entities = m->scene.entity_count;
    for (uint32_t i = 0; i < m->count; i++) {
        GPUSIM_TRY(gpusim_watcher_observe(m->watchers[i], frame, m->one,
                                          m->causes + (size_t)i * entities, err));
        for (uint32_t e = 0; e < entities; e++) {
            m->scores[(size_t)e * m->count + i] = m->one[e];
        }
    }
cleanup:
    return status;
}

void gs_members_explain(const gs_members *m, uint32_t *causes)
{
    for (uint32_t e = 0; e < m->scene.entity_count; e++) {
        if (causes[e] != GPUSIM_NONE) {
            causes[e] = m->causes[(size_t)causes[e] * m->scene.entity_count + e];
        }
    }
}

/* ---- frames of scores ---- */

static int next_scores(gpusim_frames *self, gpusim_frame *frame)
{
    gs_member_frames *frames = (gs_member_frames *)self;
    if (frames->base.status != GPUSIM_OK || !gpusim_frames_next(frames->inner, frame)) {
        return 0;
    }
    frames->base.status = gs_members_observe(frames->members, frame, &frames->base.problem);
    frame->values = frame->raw = frames->members->scores;
    return frames->base.status == GPUSIM_OK;
}

static void rewind_scores(gpusim_frames *self)
{
    gs_member_frames *frames = (gs_member_frames *)self;
    gpusim_frames_rewind(frames->inner);
    frames->base.status = gs_members_restart(frames->members, &frames->base.problem);
}

gs_member_frames gs_member_frames_of(gs_members *members, gpusim_frames *inner)
{
    return (gs_member_frames){
        .base = {.next = next_scores,
                 .rewind = rewind_scores,
                 .count = inner->count,
                 .scene = &members->scene},
        .inner = inner,
        .members = members,
    };
}
