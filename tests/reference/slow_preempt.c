/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The slow twin stops some for others, and lends beyond quotas: who goes is found by trying. */
#include <string.h>

#include "reference/slow_inside.h"

int slow_may_stop(const twin *t, slow_claim claim, uint32_t j, uint32_t victim)
{
    const slow_job *job = &t->jobs[j], *other = &t->jobs[victim];

    switch (claim) {
    case SLOW_CLAIM_LENT:
        return t->works[victim].lent;
    case SLOW_CLAIM_PRIORITY:
        return other->priority < job->priority;
    case SLOW_CLAIM_SPOT:
        return other->preemptible && !job->preemptible;
    default:
        return 0;
    }
}

/* The lowest priority first where that counts; else the one that started last, then the one that
 * came last. */
static int goes_first(const twin *t, slow_claim claim, uint32_t a, uint32_t b)
{
    if (claim == SLOW_CLAIM_PRIORITY && t->jobs[a].priority != t->jobs[b].priority) {
        return t->jobs[a].priority < t->jobs[b].priority;
    }
    return t->works[a].began != t->works[b].began ? t->works[a].began > t->works[b].began : a > b;
}

/* What is free without those who are gone; where there are reservations, all through the job. */
static int fits_without(twin *t, slow_claim claim, uint32_t j)
{
    if (t->policy->backfill == SLOW_CONSERVATIVE) {
        return slow_fits_beside(t, claim, j, &t->jobs[j]);
    }
    slow_free_now(t);
    return slow_fits(t, &t->jobs[j]);
}

static int claim_room(twin *t, slow_claim claim, uint32_t j)
{
    uint32_t count = 0, taken = 0;
    int fits = 0;

    for (uint32_t v = 0; v < t->count; v++) {
        if (t->jobs[v].state == SLOW_RUNNING && slow_may_stop(t, claim, j, v)) {
            uint32_t at = count++;
            while (at > 0 && goes_first(t, claim, v, t->victims[at - 1])) {
                t->victims[at] = t->victims[at - 1];
                at--;
            }
            t->victims[at] = v;
        }
    }
    while (!fits && taken < count) {
        t->works[t->victims[taken++]].gone = 1;
        fits = fits_without(t, claim, j);
    }
    for (uint32_t i = 0; fits && i + 1 < taken; i++) {
        t->works[t->victims[i]].gone = 0;
        t->works[t->victims[i]].gone = !fits_without(t, claim, j);
    }
    for (uint32_t i = 0; fits && i < taken; i++) {
        const uint32_t v = t->victims[i];
        if (t->works[v].gone) {
            t->jobs[v].state = SLOW_WAITING;
            t->jobs[v].preemptions++;
            t->works[v].lent = 0;
        }
    }
    if (fits) {
        (void)fits_without(t, claim, j); // where it goes
    }
    for (uint32_t i = 0; i < count; i++) {
        t->works[t->victims[i]].gone = 0;
    }
    return fits;
}

int slow_make_room(twin *t, uint32_t j)
{
    const slow_policy *p = t->policy;

    if (p->borrow && t->jobs[j].vc != SLOW_NO_VC && claim_room(t, SLOW_CLAIM_LENT, j)) {
        return 1;
    }
    return (p->stops == SLOW_STOPS_LOWER && claim_room(t, SLOW_CLAIM_PRIORITY, j)) ||
           (p->stops == SLOW_STOPS_SPOT && claim_room(t, SLOW_CLAIM_SPOT, j));
}

int slow_may_borrow(const twin *t, uint32_t j)
{
    return t->policy->borrow && t->jobs[j].preemptible && t->jobs[j].vc != SLOW_NO_VC;
}

slow_job slow_without_quota(const twin *t, uint32_t j)
{
    slow_job job = t->jobs[j];

    job.vc = SLOW_NO_VC;
    return job;
}

int slow_quota_is_full(const twin *t, uint32_t j)
{
    const slow_job *job = &t->jobs[j];

    slow_free_now(t);
    return job->vc != SLOW_NO_VC && job->gpus > t->free[t->real + job->vc].gpus;
}

static int somebody_waits(const twin *t, uint32_t vc)
{
    for (uint32_t j = 0; j < t->count; j++) {
        if (t->jobs[j].state == SLOW_WAITING && t->jobs[j].vc == vc) {
            return 1;
        }
    }
    return 0;
}

/* What was lent becomes the cluster's own, the longest lent first. */
void slow_settle(const twin *t)
{
    for (int settled = 1; settled;) {
        uint32_t oldest = t->count;
        settled = 0;
        for (uint32_t j = 0; j < t->count; j++) {
            if (t->jobs[j].state == SLOW_RUNNING && t->works[j].lent && !slow_quota_is_full(t, j) &&
                !(t->policy->backfill != SLOW_NO_BACKFILL && somebody_waits(t, t->jobs[j].vc)) &&
                (oldest == t->count || goes_first(t, SLOW_CLAIM_LENT, oldest, j))) {
                oldest = j;
            }
        }
        if (oldest < t->count) {
            t->works[oldest].lent = 0;
            t->works[oldest].held[t->real + t->jobs[oldest].vc] = t->jobs[oldest].gpus;
            settled = 1;
        }
    }
}
