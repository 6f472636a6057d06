/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Running jobs by the time at which they are expected to end. */
#include "policy/inside.h"

void gs_running_add(gs_policy *policy, uint32_t slot)
{
    const gpusim_job_info *job = gs_job_of(policy, slot);
    gs_waiter *waiter = gs_waiter_of(policy, slot);
    gpusim_time left = gpusim_view_remaining(policy->view, job);
    waiter->end = waiter->estimated = gpusim_time_add(policy->view->now, left);
    gs_ordered_insert(policy->members.data, &gs_books_of(policy)->running, slot,
                      (double)waiter->end, waiter->order, 0);
}

void gs_running_remove(gs_policy *policy, uint32_t slot)
{
    gs_ordered_remove(policy->members.data, &gs_books_of(policy)->running, slot);
}

// What is added to an estimate that turned out too short, and to that, and so on: 1, 5, 15, 30 min,
// 1, 2, 5, 10, 20, 50, 100 h (Tsafrir, Etsion and Feitelson 2007), and 100 h from there.
static gpusim_time grown(gpusim_time end, gpusim_time now)
{
    static const gpusim_time steps[] = {
        GPUSIM_MINUTE,    5 * GPUSIM_MINUTE, 15 * GPUSIM_MINUTE, 30 * GPUSIM_MINUTE,
        GPUSIM_HOUR,      2 * GPUSIM_HOUR,   5 * GPUSIM_HOUR,    10 * GPUSIM_HOUR,
        20 * GPUSIM_HOUR, 50 * GPUSIM_HOUR,  100 * GPUSIM_HOUR,
    };
    uint32_t last = sizeof steps / sizeof steps[0] - 1;
    for (uint32_t i = 0; end <= now; i++) {
        end = gpusim_time_add(end, steps[i < last ? i : last]);
    }
    return end;
}

uint32_t gs_running_grow(gs_policy *policy)
{
    gs_ordered *members = policy->members.data;
    gs_books *books = gs_books_of(policy);
    uint32_t count = 0;
    for (;;) {
        uint32_t slot = gs_ordered_first(members, books->running);
        if (slot == GPUSIM_NONE || gs_waiter_of(policy, slot)->end > policy->view->now) {
            return count;
        }
        // counted from the estimate itself, however often it is looked at
        gs_waiter *waiter = gs_waiter_of(policy, slot);
        gpusim_time end = grown(waiter->estimated, policy->view->now);
        gs_ordered_remove(members, &books->running, slot);
        waiter->end = end;
        gs_ordered_insert(members, &books->running, slot, (double)end, waiter->order, 0);
        count++;
    }
}
