/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Placements of running elastic jobs that keep GPUs which they have. */
#include "schedulers/resizing.h"

void gs_keep_some(const gpusim_context *context, const gpusim_job_info *job, uint32_t gpus)
{
    uint32_t count = 0;
    const gpusim_part *parts = gpusim_view_parts(context->view, job, &count);
    gpusim_placement *to = context->placement;
    to->count = 0;
    for (uint32_t i = 0; i < count && gpus > 0; i++) {
        to->parts[to->count] = parts[i];
        to->parts[to->count].gpus = parts[i].gpus < gpus ? parts[i].gpus : gpus;
        gpus -= to->parts[to->count++].gpus;
    }
}

// up to so many free GPUs of a node on top
static uint32_t add_from(const gpusim_context *context, const gpusim_job_info *job, uint32_t node,
                         uint32_t gpus)
{
    gpusim_placement *to = context->placement;
    uint32_t room = gpusim_view_room(context->view, job, node);
    room = room < gpus ? room : gpus;
    if (room > 0 && to->count < to->capacity) {
        to->parts[to->count++] = (gpusim_part){
            .node = node, .first_gpu = GPUSIM_NONE, .gpus = room, .milli = job->milli};
        return room;
    }
    return 0;
}

// what its virtual cluster has left for it
static uint32_t quota_left(const gpusim_view *view, const gpusim_job_info *job)
{
    if (job->vc == GPUSIM_NONE || view->vcs[job->vc].quota == GPUSIM_NONE) {
        return UINT32_MAX;
    }
    const gpusim_vc_info *vc = &view->vcs[job->vc];
    uint32_t used = vc->used + (vc->milli > 0);
    return used < vc->quota ? vc->quota - used : 0;
}

uint32_t gs_keep_and_add(const gpusim_context *context, const gpusim_job_info *job, uint32_t gpus)
{
    const gpusim_view *view = context->view;
    gpusim_placement *to = context->placement;
    uint32_t allowed = quota_left(view, job), wanted = gpus - job->gpus;
    uint32_t left = wanted < allowed ? wanted : allowed;
    gs_keep_some(context, job, job->gpus);
    uint32_t own = to->count, beyond = wanted - left;
    uint32_t cluster = view->groups[view->nodes[to->parts[0].node].group].cluster;
    for (uint32_t i = 0; i < own && left > 0; i++) {
        if (i == 0 || to->parts[i].node != to->parts[i - 1].node) {
            left -= add_from(context, job, to->parts[i].node, left);
        }
    }
    for (uint32_t g = 0; g < view->group_count && left > 0; g++) {
        if (!gpusim_view_may_use(view, job, g) || view->groups[g].cluster != cluster) {
            continue;
        }
        uint32_t node = gpusim_view_first(view, g, 1, 0);
        while (node != GPUSIM_NONE && left > 0) {
            int mine = 0;
            for (uint32_t i = 0; i < own; i++) {
                mine |= to->parts[i].node == node;
            }
            left -= mine ? 0 : add_from(context, job, node, left);
            node = gpusim_view_first(view, g, 1, node + 1);
        }
    }
    return gpus - left - beyond;
}
