/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The slow twin of the schedulers: order, queues, time. Everything is found by looking at all jobs.
 */
#include <stdlib.h>
#include <string.h>

#include "reference/slow_inside.h"

/* ---- time ---- */

static void settle(const twin *t, uint32_t j)
{
    work *w = &t->works[j];

    if (t->jobs[j].state == SLOW_RUNNING) {
        w->remaining -= t->now - w->settled;
        w->attained += t->now - w->settled;
    }
    w->settled = t->now;
}

/* When a running job leaves its nodes. */
static int64_t end_of(const twin *t, uint32_t j)
{
    const int64_t done = t->works[j].settled + t->works[j].remaining;

    if (t->policy->kill && t->jobs[j].walltime != SLOW_NEVER &&
        t->works[j].began + t->jobs[j].walltime < done) {
        return t->works[j].began + t->jobs[j].walltime;
    }
    return done;
}

void slow_start(const twin *t, uint32_t j)
{
    t->jobs[j].state = SLOW_RUNNING;
    if (t->jobs[j].start == SLOW_NEVER) {
        t->jobs[j].start = t->now;
    }
    t->works[j].began = t->now;
    t->works[j].settled = t->now;
    t->works[j].left = slow_left(t, j);
    t->works[j].reserved = SLOW_NEVER;
}

void slow_run(const twin *t, uint32_t j, int lent)
{
    slow_take(t, j, t->works[j].held);
    t->works[j].lent = lent;
    slow_start(t, j);
}

/* ---- order ---- */

static double held_by(const twin *t, uint32_t user)
{
    double gpus = 0;

    for (uint32_t j = 0; j < t->count; j++) {
        gpus += t->jobs[j].state == SLOW_RUNNING && t->jobs[j].user == user ? t->jobs[j].gpus : 0;
    }
    return gpus;
}

/* Smaller goes first. */
static double key(const twin *t, uint32_t j)
{
    const slow_job *job = &t->jobs[j];
    const int64_t left = job->estimate - t->works[j].attained;

    switch (t->policy->order) {
    case SLOW_SJF:
        return (double)job->estimate;
    case SLOW_SMALLEST:
        return (double)job->gpus;
    case SLOW_PRIORITY:
        return -(double)job->priority;
    case SLOW_SRTF:
        return (double)(left > 0 ? left : 0);
    case SLOW_SRSF:
        return (double)(left > 0 ? left : 0) * (double)job->gpus;
    case SLOW_EDF:
        return (double)job->deadline;
    case SLOW_MAX_MIN:
        return held_by(t, job->user);
    case SLOW_LAS:
        return (t->works[j].attained >= t->policy->limits[0]) +
               (t->works[j].attained >= t->policy->limits[1]);
    default:
        return 0.0;
    }
}

void slow_sort(const twin *t, uint32_t *list, uint32_t count)
{
    for (uint32_t i = 1; i < count; i++) {
        const uint32_t j = list[i];
        uint32_t at = i;
        while (at > 0 && key(t, list[at - 1]) > key(t, j)) {
            list[at] = list[at - 1];
            at--;
        }
        list[at] = j;
    }
}

void slow_order_anew(const twin *t, uint32_t count)
{
    for (uint32_t i = 1; i < count && t->policy->order == SLOW_MAX_MIN; i++) {
        const uint32_t j = t->line[i];
        uint32_t at = i;
        while (at > 0 && t->line[at - 1] > j) {
            t->line[at] = t->line[at - 1];
            at--;
        }
        t->line[at] = j;
    }
    if (t->policy->order == SLOW_MAX_MIN) {
        slow_sort(t, t->line, count);
    }
}

uint32_t slow_line_up(const twin *t)
{
    uint32_t count = 0;

    for (uint32_t j = 0; j < t->count; j++) {
        t->works[j].failed = 0;
        if (t->jobs[j].state == SLOW_WAITING) {
            t->line[count++] = j;
        }
    }
    slow_sort(t, t->line, count);
    return count;
}

/* ---- virtual clusters: one queue each, and one for all jobs without a quota ---- */

/* Queue 0 is the common one, the others are VCs. */
static uint32_t queue_of(const slow_job *job)
{
    return job->vc == SLOW_NO_VC ? 0 : job->vc + 1;
}

static uint64_t entitled(const twin *t, uint32_t queue)
{
    uint64_t gpus = 0;

    for (uint32_t g = 0; g < t->cluster->groups; g++) {
        gpus += (uint64_t)t->cluster->group[g].nodes * t->cluster->group[g].gpus;
    }
    return queue == 0 ? gpus : t->cluster->quota[queue - 1];
}

static uint64_t used(const twin *t, uint32_t queue)
{
    uint64_t gpus = 0;

    for (uint32_t j = 0; j < t->count; j++) {
        gpus += t->jobs[j].state == SLOW_RUNNING && queue_of(&t->jobs[j]) == queue ? t->jobs[j].gpus
                                                                                   : 0;
    }
    return gpus;
}

uint32_t slow_next_turn(const twin *t, uint32_t count)
{
    uint32_t best = count;

    for (uint32_t queue = 0; queue <= t->cluster->vcs; queue++) {
        uint32_t i = 0;
        while (i < count &&
               (queue_of(&t->jobs[t->line[i]]) != queue ||
                t->jobs[t->line[i]].state != SLOW_WAITING || t->works[t->line[i]].failed)) {
            i++;
        }
        if (i == count) {
            continue;
        }
        const uint32_t other = best < count ? queue_of(&t->jobs[t->line[best]]) : 0;
        if (best == count ||
            used(t, queue) * entitled(t, other) < used(t, other) * entitled(t, queue)) {
            best = i;
        }
    }
    return best;
}

void slow_fail(const twin *t, uint32_t count, uint32_t i, int whole)
{
    const uint32_t queue = queue_of(&t->jobs[t->line[i]]);

    for (uint32_t k = 0; k < count; k++) {
        t->works[t->line[k]].failed |= k == i || (whole && queue_of(&t->jobs[t->line[k]]) == queue);
    }
}

/* ---- the pass without backfill ---- */

static int same_shape(const slow_job *a, const slow_job *b)
{
    return a->gpus == b->gpus && a->cpus == b->cpus && a->storage == b->storage &&
           a->group == b->group && a->cluster == b->cluster && a->words == b->words &&
           a->vc == b->vc && a->preemptible == b->preemptible;
}

/* Where jobs are skipped, only the first of each shape may stop others. */
static void fail_shape(const twin *t, uint32_t count, const slow_job *job)
{
    for (uint32_t k = 0; k < count; k++) {
        t->works[t->line[k]].failed |= same_shape(&t->jobs[t->line[k]], job);
    }
}

static void pass_plain(twin *t)
{
    const int stops = t->policy->stops != SLOW_STOPS_NOBODY || t->policy->borrow;
    uint32_t count = slow_line_up(t);

    slow_free_now(t);
    for (uint32_t i = slow_next_turn(t, count); i < count; i = slow_next_turn(t, count)) {
        const uint32_t j = t->line[i];
        const slow_job as = slow_without_quota(t, j);
        const int lent = slow_may_borrow(t, j) && slow_quota_is_full(t, j);
        slow_free_now(t);
        if (slow_fits(t, lent ? &as : &t->jobs[j])) {
            slow_run(t, j, lent);
            slow_order_anew(t, count);
        } else if (slow_make_room(t, j)) {
            slow_run(t, j, 0);
            count = slow_line_up(t); // who was stopped waits as well
        } else if (stops && !t->policy->blocking) {
            fail_shape(t, count, &t->jobs[j]);
        } else {
            slow_fail(t, count, i, t->policy->blocking);
        }
    }
}

/* ---- the loop ---- */

static void leave(twin *t, uint32_t j, slow_state state)
{
    uint32_t at = 0;

    t->jobs[j].state = state;
    t->jobs[j].end = t->now;
    while (t->list[at] != j) {
        at++;
    }
    memmove(&t->list[at], &t->list[at + 1], (t->present - at - 1) * sizeof(t->list[0]));
    t->present--;
}

/* Whether a running job ends at another time than was believed at the last pass, or goes on past
 * it. */
static int surprises(const twin *t, uint32_t j)
{
    const int64_t believed = slow_expected_end(t, j, t->last);

    return end_of(t, j) <= t->now ? believed != t->now : believed <= t->now;
}

/* One round: ends, arrivals, a pass. */
static void round_now(twin *t)
{
    for (uint32_t j = 0; j < t->count; j++) {
        settle(t, j);
        t->surprised |= t->jobs[j].state == SLOW_RUNNING && surprises(t, j);
        if (t->jobs[j].state == SLOW_RUNNING && t->works[j].remaining == 0) {
            leave(t, j, SLOW_COMPLETED);
        } else if (t->jobs[j].state == SLOW_RUNNING && end_of(t, j) <= t->now) {
            leave(t, j, SLOW_TIMEOUT);
        }
    }
    for (uint32_t j = 0; j < t->count; j++) {
        if (t->jobs[j].state == SLOW_COMING && t->jobs[j].submit <= t->now) {
            t->jobs[j].state = SLOW_WAITING;
            t->list[t->present++] = j;
        }
    }
    if (t->policy->repack && t->policy->order == SLOW_LAS) {
        slow_pass_las(t);
    } else if (t->policy->repack) {
        slow_pass_repack(t);
    } else if (t->policy->backfill == SLOW_EASY) {
        slow_pass_easy(t);
    } else if (t->policy->backfill == SLOW_CONSERVATIVE) {
        slow_pass_conservative(t);
    } else {
        pass_plain(t);
    }
    slow_settle(t);
    t->last = t->now;
}

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* When something next happens: an end, an arrival, a demotion, a reservation. */
static int64_t next_event(const twin *t)
{
    const int demotes = t->policy->repack && t->policy->order == SLOW_LAS;
    int64_t next = SLOW_NEVER;

    for (uint32_t j = 0; j < t->count; j++) {
        const work *w = &t->works[j];
        if (t->jobs[j].state == SLOW_COMING) {
            next = earlier(next, t->jobs[j].submit);
        } else if (t->jobs[j].state == SLOW_WAITING && w->reserved > t->now) {
            next = earlier(next, w->reserved);
        } else if (t->jobs[j].state == SLOW_RUNNING) {
            next = earlier(next, end_of(t, j));
        }
        if (t->jobs[j].state == SLOW_RUNNING && demotes && w->queue < 2) {
            next = earlier(next, w->settled + t->policy->limits[w->queue] - w->attained);
        }
    }
    return next;
}

/* Whether an empty cluster would take the job. */
static int can_ever_fit(const twin *t, const slow_job *job)
{
    uint64_t most = 0;

    for (uint32_t c = 0; c < t->cluster->groups; c++) {
        uint64_t gpus = 0; // of cluster c
        for (uint32_t g = 0; g < t->cluster->groups; g++) {
            gpus += t->cluster->group[g].cluster == c
                        ? (uint64_t)slow_capacity(t, job, g) * slow_nodes(t, job, g)
                        : 0;
        }
        most = gpus > most ? gpus : most;
    }
    return job->gpus <= most && (job->vc == SLOW_NO_VC || job->gpus <= t->cluster->quota[job->vc] ||
                                 (t->policy->borrow && job->preemptible));
}

static int allocate(twin *t)
{
    const size_t nodes = t->nodes, count = t->count;

    t->works = calloc(count + 1, sizeof(t->works[0]));
    t->storage = calloc(2 * nodes * count + 1, sizeof(t->storage[0]));
    t->list = calloc(count + 1, sizeof(t->list[0]));
    t->line = calloc(count + 1, sizeof(t->line[0]));
    t->other = calloc(count + 1, sizeof(t->other[0]));
    t->victims = calloc(count + 1, sizeof(t->victims[0]));
    t->free = calloc(nodes + 1, sizeof(t->free[0]));
    t->now_free = calloc(nodes + 1, sizeof(t->now_free[0]));
    t->parts = calloc(nodes + 1, sizeof(t->parts[0]));
    t->group_of = calloc(nodes + 1, sizeof(t->group_of[0]));
    t->when = calloc(2 * count + 2, sizeof(t->when[0]));
    t->level = calloc((2 * count + 2) * nodes, sizeof(t->level[0]));
    return t->works != NULL && t->storage != NULL && t->list != NULL && t->line != NULL &&
           t->other != NULL && t->victims != NULL && t->free != NULL && t->now_free != NULL &&
           t->parts != NULL && t->group_of != NULL && t->when != NULL && t->level != NULL;
}

static void begin(twin *t)
{
    uint32_t node = 0;

    for (uint32_t g = 0; g < t->cluster->groups; g++) {
        for (uint32_t k = 0; k < t->cluster->group[g].nodes; k++) {
            t->group_of[node++] = g;
        }
    }
    for (uint32_t j = 0; j < t->count; j++) {
        slow_job *job = &t->jobs[j];
        job->state = can_ever_fit(t, job) ? SLOW_COMING : SLOW_REJECTED;
        job->start = SLOW_NEVER;
        job->end = job->state == SLOW_REJECTED ? job->submit : SLOW_NEVER;
        job->preemptions = 0;
        t->works[j].remaining = job->duration;
        t->works[j].reserved = SLOW_NEVER;
        t->works[j].held = &t->storage[2 * (size_t)t->nodes * j];
        t->works[j].planned = &t->storage[2 * (size_t)t->nodes * j + t->nodes];
    }
}

int slow_schedule(const slow_cluster *cluster, const slow_policy *policy, slow_job *jobs,
                  uint32_t count)
{
    twin t = {.cluster = cluster, .policy = policy, .jobs = jobs, .count = count};
    int result = -1;

    for (uint32_t g = 0; g < cluster->groups; g++) {
        t.real += cluster->group[g].nodes;
    }
    t.nodes = t.real + cluster->vcs;
    if (allocate(&t)) {
        begin(&t);
        for (t.now = next_event(&t); t.now != SLOW_NEVER; t.now = next_event(&t)) {
            round_now(&t);
        }
        result = t.present == 0 ? 0 : -1;
    }
    free(t.works);
    free(t.storage);
    free(t.list);
    free(t.line);
    free(t.other);
    free(t.victims);
    free(t.free);
    free(t.now_free);
    free(t.parts);
    free(t.group_of);
    free(t.when);
    free(t.level);
    return result;
}
