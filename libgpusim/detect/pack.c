/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A detector at work as bytes: whether it has learnt, its scales, its model and its state, then the
 * same of those under it. */
#include "detect/pack.h"

#include "detect/bytes.h"
#include "detect/watcher.h"

typedef struct head {
    uint64_t trained, model_bytes, state_bytes;
} head;

gpusim_status gs_watcher_pack(const gpusim_watcher *watcher, gs_array *to, gpusim_error *err)
{
    gpusim_status status;
    head h = {(uint64_t)watcher->trained, watcher->model_bytes, watcher->state_bytes};
    GPUSIM_TRY(gs_bytes_put(to, &h, sizeof h, err));
    GPUSIM_TRY(
        gs_bytes_put(to, watcher->scales, watcher->scene.signal_count * sizeof(gs_scale), err));
    GPUSIM_TRY(gs_bytes_put(to, watcher->model, h.model_bytes, err));
    GPUSIM_TRY(gs_bytes_put(to, watcher->state, h.state_bytes, err));
    for (uint32_t i = 0; i < watcher->members.count; i++) {
        GPUSIM_TRY(gs_watcher_pack(watcher->members.watchers[i], to, err));
    }
cleanup:
    return status;
}

static gpusim_status unpack(gpusim_watcher *watcher, gs_rest *from, gpusim_error *err)
{
    gpusim_status status;
    head h;
    GPUSIM_TRY(gs_rest_take(from, &h, sizeof h, err));
    GPUSIM_TRY(
        gs_rest_take(from, watcher->scales, watcher->scene.signal_count * sizeof(gs_scale), err));
    GPUSIM_TRY(
        gs_rest_take_block(from, &watcher->model, &watcher->model_bytes, h.model_bytes, err));
    GPUSIM_TRY(
        gs_rest_take_block(from, &watcher->state, &watcher->state_bytes, h.state_bytes, err));
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
    gs_rest from = {bytes, count};
    gpusim_status status = unpack(watcher, &from, err);
    *used = count - from.bytes;
    return status;
}
