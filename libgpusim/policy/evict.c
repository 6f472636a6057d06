/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sheds load: at every multiple of a time, each node that is too busy loses one of its jobs, drawn
 * by chance (SAGE, reference S2-09). The job waits again, and goes elsewhere if it can. The draw is
 * that of the node and the time, whatever has been drawn before. */
#include "policy/inside.h"

// Every job on the node once, in order of submission, into policy->slots.
static gpusim_status jobs_of_node(gs_policy *policy, uint32_t node, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    const gpusim_view *view = policy->view;
    policy->slots.count = 0;
    for (uint32_t i = 0; i < view->running_count; i++) {
        uint32_t slot = view->running[i], parts, at = 0;
        const gpusim_part *part = gpusim_view_parts(view, gs_job_of(policy, slot), &parts);
        while (at < parts && part[at].node != node) {
            at++;
        }
        if (at == parts) {
            continue;
        }
        GPUSIM_TRY(gs_array_push(&policy->slots, &slot, err));
        uint32_t *slots = policy->slots.data;
        uint32_t to = policy->slots.count - 1;
        for (; to > 0 && gs_job_of(policy, slots[to - 1])->order > gs_job_of(policy, slot)->order;
             to--) {
            slots[to] = slots[to - 1];
        }
        slots[to] = slot;
    }
cleanup:
    return status;
}

// From a time on, the next multiple.
static gpusim_time next_check(const gs_policy *policy)
{
    gpusim_time every = policy->setup->evict_every;
    return gpusim_time_add(policy->view->now - policy->view->now % every, every);
}

static gpusim_status shed(gs_policy *policy, gpusim_decisions *decisions, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    const gpusim_view *view = policy->view;
    uint64_t check = (uint64_t)(view->now / policy->setup->evict_every);
    for (uint32_t node = 0; node < view->node_count; node++) {
        gpusim_hardware_info hardware;
        if (view->nodes[node].jobs == 0 || view->nodes[node].state != GPUSIM_NODE_UP) {
            continue;
        }
        gpusim_view_hardware(view, node, &hardware);
        if (!(hardware.utilisation > policy->setup->evict_above)) {
            continue;
        }
        GPUSIM_TRY(jobs_of_node(policy, node, err));
        if (policy->slots.count > 0) {
            gpusim_stream stream = gpusim_stream_indexed(policy->evict_stream, node);
            uint64_t which = gpusim_draw_index(stream, check, policy->slots.count);
            uint32_t slot = GS_AT(policy->slots, uint32_t, which);
            decisions->evict(decisions->core, gs_job_of(policy, slot)->id, node,
                             gs_reasons[GS_REASON_OVERLOAD]);
        }
    }
cleanup:
    return status;
}

gpusim_status gs_evict(gs_policy *policy, gpusim_decisions *decisions, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    const gs_setup *setup = policy->setup;
    if (setup->evict == GS_EVICT_NONE || !decisions->evict) {
        return GPUSIM_OK;
    }
    // later passes of the same instant wait for the next check already
    gpusim_time now = policy->view->now;
    if (now > 0 && now % setup->evict_every == 0 && now >= gs_books_of(policy)->next) {
        GPUSIM_TRY(shed(policy, decisions, err));
    }
cleanup:
    return status;
}

void gs_evict_wait(const gs_policy *policy, gpusim_decisions *decisions)
{
    if (policy->setup->evict != GS_EVICT_NONE && policy->view->running_count > 0) {
        gpusim_decide_wait(decisions, next_check(policy));
    }
}
