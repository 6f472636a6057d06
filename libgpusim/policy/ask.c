/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Asks the modules: a job's key, and where it would go. */
#include <string.h>

#include "policy/inside.h"

gpusim_context gs_order_context(gs_policy *policy)
{
    return (gpusim_context){.parameters = policy->setup->order.parameters,
                            .state = policy->order_state.data,
                            .job_state = policy->order_jobs.data,
                            .view = policy->view,
                            .stream = policy->order_stream,
                            .job_bytes = policy->setup->order.module->job_bytes,
                            .node_bytes = policy->setup->order.module->node_bytes,
                            .node_state = policy->order_nodes.data,
                            .memory = &policy->memories[GS_OF_ORDER]};
}

gpusim_context gs_scheduler_context(gs_policy *policy)
{
    return (gpusim_context){.parameters = policy->setup->scheduler.parameters,
                            .state = policy->module_state.data,
                            .job_state = policy->module_jobs.data,
                            .view = policy->view,
                            .stream = policy->scheduler_stream,
                            .job_bytes = policy->setup->scheduler.module->job_bytes,
                            .node_bytes = policy->setup->scheduler.module->node_bytes,
                            .node_state = policy->module_nodes.data,
                            .memory = &policy->memories[GS_OF_SCHEDULER]};
}

double gs_order_key(gs_policy *policy, const gpusim_job_info *job)
{
    if (!policy->setup->order.module) {
        return 0;
    }
    gpusim_context context = gs_order_context(policy);
    const gpusim_order *order = policy->setup->order.module->operations;
    double key = order->key(&context, job);
    return isnan(key) ? HUGE_VAL : key;
}

static const gpusim_order *order_of(const gs_policy *policy)
{
    return policy->setup->order.module->operations;
}

double gs_order_rank(gs_policy *policy, const gpusim_job_info *job)
{
    if (!policy->by_class) {
        return gs_order_key(policy, job);
    }
    gpusim_context context = gs_order_context(policy);
    double rank = order_of(policy)->rank(&context, job);
    return isnan(rank) ? HUGE_VAL : rank;
}

uint64_t gs_order_class(gs_policy *policy, const gpusim_job_info *job)
{
    gpusim_context context = gs_order_context(policy);
    return order_of(policy)->class_of(&context, job);
}

static int ask_for(gs_policy *policy, const gpusim_context *context, const gpusim_job_info *job,
                   gpusim_placement *placement)
{
    const gpusim_module *module = policy->setup->placement.module;
    const gpusim_placer *placer = module->operations;
    const gpusim_view *view = context->view;
    *placement = (gpusim_placement){
        .parts = policy->trial.data, .capacity = policy->trial.count, .score = GS_NO_SCORE};
    if (!gs_job_shares(job)) {
        return placer->place(context, job, placement);
    }
    if (module->flags & GPUSIM_MODULE_SHARES) {
        int placed = placer->place(context, job, placement);
        if (placed) {
            gs_share_name(view, job, placement);
        }
        return placed;
    }

    // a part of a GPU goes where somebody has left room for it, else where a whole one would go
    if (gs_share_place(view, job, placement)) {
        return 1;
    }
    placement->count = 0;
    int fits = placer->place(context, job, placement);
    if (fits) {
        gs_share_name(view, job, placement);
    }
    return fits;
}

// No module has to know that a gang stays within a cluster: what it makes of all of them counts if
// it does so, else it is as if it had not been asked, and is shown the first, the next, ...
static int ask(gs_policy *policy, const gpusim_view *view, void *state, uint32_t slot,
               gpusim_placement *placement)
{
    gpusim_context context = {.parameters = policy->setup->placement.parameters,
                              .state = state,
                              .job_state = policy->place_jobs.data,
                              .view = view,
                              .stream = policy->placement_stream,
                              .job_bytes = policy->setup->placement.module->job_bytes,
                              .memory = &policy->memories[GS_OF_PLACEMENT]};
    if (view == policy->view) {
        context.cache = policy->cache.data;
        context.cache_bytes = policy->cache.count;
    }
    gpusim_job_info job = view->jobs[slot];
    size_t bytes = view->cluster_count > 1 ? policy->place_state.count : 0;
    char *before = bytes ? (char *)policy->state_copy.data + bytes : NULL;
    if (bytes) {
        memcpy(before, state, bytes);
    }
    int placed = ask_for(policy, &context, &view->jobs[slot], placement);
    if (!gs_is_by_cluster(view, &job, placement, placed)) {
        return placed;
    }
    for (job.cluster = 0; job.cluster < view->cluster_count; job.cluster++) {
        if (bytes) {
            memcpy(state, before, bytes);
        }
        if (ask_for(policy, &context, &job, placement)) {
            return 1;
        }
    }
    return 0;
}

int gs_place_on(gs_policy *policy, const gpusim_view *view, uint32_t slot,
                gpusim_placement *placement)
{
    return ask(policy, view, policy->place_state.data, slot, placement);
}

int gs_place_if(gs_policy *policy, const gpusim_view *view, uint32_t slot,
                gpusim_placement *placement)
{
    if (policy->place_state.count) {
        memcpy(policy->state_copy.data, policy->place_state.data, policy->place_state.count);
    }
    return ask(policy, view, policy->state_copy.data, slot, placement);
}
