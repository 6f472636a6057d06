/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Frames of several sources, one source after the other. */
#include <string.h>

#include <gpusim/detect.h>

#include "base/memory.h"
#include "detect/frames.h"

typedef struct joined_frames {
    gpusim_frames base;
    gpusim_frames **sources; // [count]
    uint32_t count, at;      // at: the one that is being read
} joined_frames;

static int next_joined(gpusim_frames *self, gpusim_frame *frame)
{
    joined_frames *joined = (joined_frames *)self;
    while (joined->at < joined->count && self->status == GPUSIM_OK) {
        gpusim_frames *source = joined->sources[joined->at];
        if (source->next(source, frame)) {
            self->labels = source->labels;
            return 1;
        }
        self->status = gpusim_frames_check(source, &self->problem);
        joined->at++;
    }
    return 0;
}

static void rewind_joined(gpusim_frames *self)
{
    joined_frames *joined = (joined_frames *)self;
    for (uint32_t i = 0; i < joined->count; i++) {
        joined->sources[i]->rewind(joined->sources[i]);
    }
    joined->at = 0;
}

static gpusim_status check_scene(const gpusim_scene *first, const gpusim_scene *other,
                                 gpusim_error *err)
{
    if (other->entity_count != first->entity_count || other->signal_count != first->signal_count) {
        return gpusim_fail(err, GPUSIM_ARGUMENT,
                           "%u signals of %u entities cannot be learnt together with %u of %u",
                           other->signal_count, other->entity_count, first->signal_count,
                           first->entity_count);
    }
    for (uint32_t s = 0; s < first->signal_count; s++) {
        if (strcmp(first->signals[s].name, other->signals[s].name) != 0) {
            return gpusim_fail(err, GPUSIM_ARGUMENT, "signal %u is %s in one log, %s in another",
                               s + 1, first->signals[s].name, other->signals[s].name);
        }
        if (first->signals[s].unit != other->signals[s].unit) {
            return gpusim_fail(err, GPUSIM_ARGUMENT,
                               "signal %s is in '%s' in one log, in '%s' in another",
                               first->signals[s].name, gpusim_unit_symbol(first->signals[s].unit),
                               gpusim_unit_symbol(other->signals[s].unit));
        }
    }
    return GPUSIM_OK;
}

gpusim_status gpusim_frames_join(gpusim_frames *const *sources, uint32_t count,
                                 gpusim_frames **result, gpusim_error *err)
{
    gpusim_status status;
    joined_frames *joined = NULL;
    *result = NULL;
    if (count == 0) {
        return gpusim_fail(err, GPUSIM_ARGUMENT, "there is nothing to join");
    }
    GPUSIM_TRY(gs_allocate(&joined, 1, sizeof *joined, err));
    GPUSIM_TRY(gs_allocate(&joined->sources, count, sizeof(gpusim_frames *), err));
    joined->base.next = next_joined;
    joined->base.rewind = rewind_joined;
    joined->base.scene = sources[0]->scene;
    joined->count = count;
    for (uint32_t i = 0; i < count; i++) {
        GPUSIM_TRY(check_scene(sources[0]->scene, sources[i]->scene, err));
        joined->sources[i] = sources[i];
        joined->base.count += sources[i]->count;
    }
    rewind_joined(&joined->base);
    *result = &joined->base;
    joined = NULL;
cleanup:
    gpusim_frames_joined_destroy(joined ? &joined->base : NULL);
    return status;
}

void gpusim_frames_joined_destroy(gpusim_frames *frames)
{
    joined_frames *joined = (joined_frames *)frames;
    if (joined) {
        gs_release(&joined->sources);
        gs_release(&joined);
    }
}
