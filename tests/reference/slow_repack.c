/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The slow twin's preemption: everything is placed anew in every pass. */
#include <string.h>

#include "reference/slow_inside.h"

/* Empties the cluster and fills it again in the order of t->list, which is one for all queues. A
 * running job stays where it is if nobody before it was given its GPUs, else it moves. */
static void refill(const twin *t)
{
    int stopped = 0;

    slow_free_all(t, t->free);
    for (uint32_t i = 0; i < t->present; i++) {
        const uint32_t j = t->list[i];
        const slow_job *job = &t->jobs[j];
        const int running = job->state == SLOW_RUNNING;
        if (!stopped && ((running && slow_can_stay(t, j)) || slow_fits(t, job))) {
            slow_take(t, j, t->works[j].held);
            if (job->state == SLOW_WAITING) {
                slow_start(t, j);
            }
            continue;
        }
        stopped = t->policy->blocking || stopped;
        if (job->state == SLOW_RUNNING) {
            t->jobs[j].state = SLOW_WAITING;
            t->jobs[j].preemptions++;
        }
    }
}

/* Queue `queue` of the list, in order, those that run (or do not) appended to t->other. */
static uint32_t split(const twin *t, uint32_t count, uint32_t queue, int running)
{
    for (uint32_t i = 0; i < t->present; i++) {
        const uint32_t j = t->list[i];
        if (t->works[j].queue == queue && (t->jobs[j].state == SLOW_RUNNING) == running) {
            t->other[count++] = j;
        }
    }
    return count;
}

/* The list is queue 0, then 1, then 2. Demoted jobs go to the tail of the next queue in order of
 * arrival; after the pass each queue has its running jobs first. */
void slow_pass_las(twin *t)
{
    uint32_t count = 0;

    for (uint32_t j = 0; j < t->count; j++) {
        work *w = &t->works[j];
        if (t->jobs[j].state == SLOW_RUNNING && w->queue < 2 &&
            w->attained >= t->policy->limits[w->queue]) {
            w->queue++;
            // out of its place and to the end of the list; the queues are gathered below
            uint32_t at = 0;
            while (t->list[at] != j) {
                at++;
            }
            memmove(&t->list[at], &t->list[at + 1], (t->present - at - 1) * sizeof(t->list[0]));
            t->list[t->present - 1] = j;
        }
    }
    for (uint32_t queue = 0; queue < 3; queue++) {
        for (uint32_t i = 0; i < t->present; i++) {
            if (t->works[t->list[i]].queue == queue) {
                t->other[count++] = t->list[i];
            }
        }
    }
    memcpy(t->list, t->other, t->present * sizeof(t->list[0]));
    refill(t);
    count = 0;
    for (uint32_t queue = 0; queue < 3; queue++) {
        count = split(t, count, queue, 1);
        count = split(t, count, queue, 0);
    }
    memcpy(t->list, t->other, t->present * sizeof(t->list[0]));
}

void slow_pass_repack(twin *t)
{
    slow_sort(t, t->list, t->present);
    refill(t);
}
