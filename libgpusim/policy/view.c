/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The questions that modules ask of a view. */
#include <math.h>

#include <gpusim/placement.h>

#include "base/work.h"
#include "policy/index.h"
#include "policy/policy.h"
#include "policy/selector.h"

gpusim_time gpusim_view_attained(const gpusim_view *view, const gpusim_job_info *job)
{
    if (job->state != GPUSIM_JOB_RUNNING || view->now <= job->settled) {
        return job->attained;
    }
    return gpusim_time_add(job->attained, view->now - job->settled);
}

gpusim_time gpusim_view_remaining(const gpusim_view *view, const gpusim_job_info *job)
{
    if (job->estimate == GPUSIM_TIME_MAX) {
        return GPUSIM_TIME_MAX;
    }
    double carried = 0, rate = job->rate > 0 ? job->rate : 1;
    gpusim_time done = job->done, span = view->now - job->settled;
    if (job->state == GPUSIM_JOB_RUNNING && span > 0) {
        done = gpusim_time_add(done, gs_work_done(job->rate, span, &carried));
    }
    return done < job->estimate ? gs_work_span(rate, job->estimate - done, carried) : 0;
}

double gpusim_usage_seconds(const gpusim_view *view, const gpusim_usage *usage)
{
    double seconds = (double)usage->gpu_seconds + (double)usage->gpu_rest / 1e12;
    return seconds + gpusim_seconds(view->now - usage->settled) * ((double)usage->milli / 1e3);
}

const gpusim_part *gpusim_view_parts(const gpusim_view *view, const gpusim_job_info *job,
                                     uint32_t *count)
{
    *count = job->parts;
    return job->parts ? &view->parts[job->first_part] : NULL;
}

uint32_t gpusim_view_first(const gpusim_view *view, uint32_t group, uint32_t gpus, uint32_t from)
{
    return group < view->group_count ? gs_index_first(view->index, group, gpus, from) : GPUSIM_NONE;
}

uint32_t gpusim_view_with(const gpusim_view *view, uint32_t group, uint32_t exactly, uint32_t from)
{
    return group < view->group_count ? gs_index_with(view->index, group, exactly, from)
                                     : GPUSIM_NONE;
}

double gpusim_view_load(const gpusim_view *view, uint32_t node)
{
    const gpusim_node_info *info = &view->nodes[node];
    if (info->gpus == 0) {
        int counted = info->cpus > 0 && info->cpus != UINT32_MAX;
        return counted ? (double)(info->cpus - info->free_cpus) / info->cpus : info->jobs > 0;
    }

    // of a partly used GPU, which is not free, what is left is counted out again
    double held = info->gpus - info->free_gpus;
    for (uint32_t g = 0; view->gpus && g < info->gpus; g++) {
        uint32_t milli = view->gpus[view->node_first_gpu[node] + g].free_milli;
        held -= milli < 1000 ? milli / 1000.0 : 0;
    }
    return held / info->gpus;
}

double gpusim_view_size(const gpusim_view *view, const gpusim_job_info *job, uint32_t node)
{
    const gpusim_node_info *info = &view->nodes[node];
    if (info->gpus == 0 || job->gpus == 0) {
        int counted = info->cpus > 0 && info->cpus != UINT32_MAX;
        return counted && job->gpus == 0 ? (double)job->cpus / info->cpus : 0;
    }
    return (double)job->gpus * job->milli / 1000 / info->gpus;
}

double gpusim_job_speed(const gpusim_job_info *job, uint32_t gpus)
{
    if (gpus == job->requested || gpus == 0 || job->requested == 0) {
        return 1;
    }
    double parallel = 1 - job->serial;
    return (job->serial + parallel / job->requested) / (job->serial + parallel / gpus);
}

void gpusim_view_hardware(const gpusim_view *view, uint32_t node, gpusim_hardware_info *hardware)
{
    const gs_view_host *host = view->host;
    if (host && host->hardware && node < view->node_count) {
        host->hardware(host->core, node, hardware);
        return;
    }
    const double none = (double)NAN;
    *hardware = (gpusim_hardware_info){none, none, none, none, none, none, none,
                                       none, none, none, none, {0},  0};
    for (uint32_t i = 0; i < GPUSIM_FAILURES; i++) {
        hardware->failed[i] = GPUSIM_TIME_MAX;
    }
}

double gpusim_view_run_time(const gpusim_view *view, const gpusim_job_info *job, uint32_t group)
{
    const gs_view_host *host = view->host;
    return host && host->run_time ? host->run_time(host->core, group, job->kind) : 1;
}

uint32_t gpusim_view_tenants(const gpusim_view *view, uint32_t gpu, uint32_t *slots, uint32_t room)
{
    const gs_view_host *host = view->host;
    return host && host->tenants ? host->tenants(host->core, gpu, slots, room) : 0;
}

uint32_t gpusim_view_find_node(const gpusim_view *view, const char *name)
{
    const gs_view_host *host = view->host;
    return host && host->find_node ? host->find_node(host->core, name) : GPUSIM_NONE;
}

const char *gpusim_view_name(const gpusim_view *view, uint32_t name)
{
    const gs_view_host *host = view->host;
    return host && host->name && name ? host->name(host->core, name) : "";
}

int gs_is_in_one_cluster(const gpusim_view *view, const gpusim_placement *placement)
{
    uint32_t first = GPUSIM_NONE;
    for (uint32_t i = 0; i < placement->count && view->cluster_count > 1; i++) {
        uint32_t node = placement->parts[i].node;
        uint32_t cluster =
            node < view->node_count ? view->groups[view->nodes[node].group].cluster : GPUSIM_NONE;
        first = i == 0 ? cluster : first;
        if (cluster != first) {
            return 0;
        }
    }
    return 1;
}

int gs_is_by_cluster(const gpusim_view *view, const gpusim_job_info *job,
                     const gpusim_placement *placement, int placed)
{
    return view->cluster_count > 1 && job->gpus > 1 && job->cluster == GPUSIM_NONE &&
           !(placed && gs_is_in_one_cluster(view, placement));
}

// How many times `each` goes into `free`, at most `most` times.
static uint32_t times(uint64_t free, uint64_t each, uint32_t most)
{
    return each && free / each < most ? (uint32_t)(free / each) : most;
}

int gpusim_view_may_use(const gpusim_view *view, const gpusim_job_info *job, uint32_t group)
{
    return (job->group == GPUSIM_NONE || job->group == group) && gs_group_takes(view, job, group);
}

int gpusim_view_may_use_node(const gpusim_view *view, const gpusim_job_info *job, uint32_t node)
{
    return gpusim_view_may_use(view, job, view->nodes[node].group) &&
           gs_selects_node(view, job, node) && job->avoid != node + 1;
}

uint32_t gpusim_view_room(const gpusim_view *view, const gpusim_job_info *job, uint32_t node)
{
    const gpusim_node_info *info = &view->nodes[node];
    if (info->state != GPUSIM_NODE_UP || !gpusim_view_may_use_node(view, job, node)) {
        return 0;
    }
    uint64_t gpu_memory = view->groups[info->group].gpu_memory;
    if (gpu_memory != 0 && job->gpu_memory > gpu_memory) {
        return 0;
    }
    uint32_t most = !job->gpus           ? 1
                    : gs_job_shares(job) ? gs_share_room(view, job, node)
                                         : info->free_gpus;
    most = times(info->free_memory, job->memory, times(info->free_cpus, job->cpus, most));
    return times(info->free_storage, job->storage, most);
}
