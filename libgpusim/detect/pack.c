/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A detector at work as bytes: whether it has learnt, its scales, its model and its state, then the
 * same of those under it. */
#include "detect/pack.h"

#include <string.h>

#include "detect/watcher.h"

typedef struct head {
    uint64_t trained, model_bytes, state_bytes;
} head;

static gpusim_status put(gs_array *to, const void *from, uint64_t bytes, gpusim_error *err)
{
    gpusim_status status;
    if (to->count + bytes > UINT32_MAX) {
        return gpusim_fail(err, GPUSIM_MEMORY, "what a detector knows is too large to be saved");
    }
    GPUSIM_TRY(gs_array_reserve(to, (uint32_t)(to->count + bytes), err));
    if (bytes > 0) {
        memcpy((char *)to->data + to->count, from, bytes);
    }
    to->count += (uint32_t)bytes;
cleanup:
    return status;
}

gpusim_status gs_watcher_pack(const gpusim_watcher *watcher, gs_array *to, gpusim_error *err)
{
    gpusim_status status;
    head h = {(uint64_t)watcher->trained, watcher->model_bytes, watcher->state_bytes};
    GPUSIM_TRY(put(to, &h, sizeof h, err));
    GPUSIM_TRY(put(to, watcher->scales, watcher->scene.signal_count * sizeof(gs_scale), err));
    GPUSIM_TRY(put(to, watcher->model, h.model_bytes, err));
    GPUSIM_TRY(put(to, watcher->state, h.state_bytes, err));
    for (uint32_t i = 0; i < watcher->members.count; i++) {
        GPUSIM_TRY(gs_watcher_pack(watcher->members.watchers[i], to, err));
    }
cleanup:
    return status;
}

// What is left to be read.
typedef struct rest {
    const char *at;
    size_t count;
} rest;

static gpusim_status too_short(gpusim_error *err)
{
    return gpusim_fail(err, GPUSIM_FORMAT, "the state of a detector ends too early");
}

static gpusim_status take(rest *from, void *to, size_t bytes, gpusim_error *err)
{
    if (bytes > from->count) {
        return too_short(err);
    }
    if (bytes > 0) {
        memcpy(to, from->at, bytes);
    }
    from->at += bytes;
    from->count -= bytes;
    return GPUSIM_OK;
}

// A block in the place of another.
static gpusim_status take_block(rest *from, void **block, uint64_t *size, uint64_t bytes,
                                gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gs_release(block);
    *size = 0;
    if (bytes > from->count) {
        return too_short(err);
    }
    if (bytes > 0) {
        GPUSIM_TRY(gs_allocate(block, bytes, 1, err));
        GPUSIM_TRY(take(from, *block, bytes, err));
        *size = bytes;
    }
cleanup:
    return status;
}

static gpusim_status unpack(gpusim_watcher *watcher, rest *from, gpusim_error *err)
{
    gpusim_status status;
    head h;
    GPUSIM_TRY(take(from, &h, sizeof h, err));
    GPUSIM_TRY(take(from, watcher->scales, watcher->scene.signal_count * sizeof(gs_scale), err));
    GPUSIM_TRY(take_block(from, &watcher->model, &watcher->model_bytes, h.model_bytes, err));
    GPUSIM_TRY(take_block(from, &watcher->state, &watcher->state_bytes, h.state_bytes, err));
    watcher->trained = h.trained != 0;
    for (uint32_t i = 0; i < watcher->members.count; i++) {
        GPUSIM_TRY(unpack(watcher->members.watchers[i], from, err));
    }
cleanup:
    return status;
}

gpusim_status gs_watcher_unpack(gpusim_watcher *watcher, const void *bytes, size_t count,
                                size_t *used, gpusim_error *err)
{
    rest from = {bytes, count};
    gpusim_status status = unpack(watcher, &from, err);
    *used = count - from.count;
    return status;
}
