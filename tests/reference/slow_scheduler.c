/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The slow twin of the schedulers. Everything is found by looking at all jobs and all nodes. */
#include "slow_scheduler.h"

#include <stdlib.h>
#include <string.h>

#define MINUTE (60 * INT64_C(1000000000))

/* What the twin knows of a job beside its results. */
typedef struct work {
    int64_t began;     /* this attempt */
    int64_t remaining; /* work left, at `settled` */
    int64_t attained;  /* work done, at `settled` */
    int64_t settled;
    uint32_t queue;    /* of las */
    int failed;        /* tried in vain in this pass */
    uint32_t *held;    /* [nodes] GPUs it has on each */
    int64_t reserved;  /* conservative: when it is to start; SLOW_NEVER: no reservation */
    uint32_t *planned; /* [nodes] and where */
} work;

/* What a node has to give. */
typedef struct spare {
    uint32_t gpus, cpus;
} spare;

typedef struct twin {
    const slow_cluster *cluster;
    const slow_policy *policy;
    slow_job *jobs;
    work *works;
    uint32_t *held;     /* storage of held and planned */
    uint32_t *list;     /* jobs present, in the lasting order of repack and las */
    uint32_t *next;     /* a second list, for sorting */
    spare *free;        /* [nodes] of the cluster or a hypothetical one */
    uint32_t *group_of; /* [nodes] */
    uint32_t nodes;
    uint32_t *parts; /* [nodes] result of place() */
    spare *level;    /* [points][nodes] believed to be free from a point to the next */
    int64_t *when;   /* [points] where they begin, in order */
    uint32_t points;
    uint32_t count, present;
    int surprised;     /* an estimate has turned out wrong since the last pass */
    int64_t now, last; /* this pass and the one before */
} twin;

/* ---- placement on t->free ---- */

static int may_use(const slow_job *job, uint32_t group)
{
    return job->group == SLOW_ANY || job->group == group;
}

/* GPUs of this job that something spare can take. */
static uint32_t room(const slow_job *job, spare what)
{
    return job->cpus > 0 && what.cpus / job->cpus < what.gpus ? what.cpus / job->cpus : what.gpus;
}

/* GPUs of this job that an empty node of a group can take. */
static uint32_t capacity(const twin *t, const slow_job *job, uint32_t group)
{
    const slow_group *g = &t->cluster->group[group];

    return room(job, (spare){.gpus = g->gpus, .cpus = g->cpus});
}

/* Whether a placement with that many free GPUs goes before the best so far; `rest`: what is left of
 * a job that has whole nodes already. */
static int better(const twin *t, uint32_t free, uint32_t best, int rest)
{
    switch (t->policy->placement) {
    case SLOW_FIRST_FIT:
        return 0;
    case SLOW_BEST_FIT:
        return free < best;
    case SLOW_CONSOLIDATE:
        return rest ? free > best : free < best;
    default:
        return free > best;
    }
}

/* Gives `gpus` to the best node of the groups from .. last that has them and is not yet used by
 * this placement; 1 when there is one. */
static int place_on_one(const twin *t, const slow_job *job, uint32_t gpus, uint32_t from,
                        uint32_t last, int rest)
{
    uint32_t best = t->nodes;

    for (uint32_t k = 0; k < t->nodes; k++) {
        const uint32_t group = t->group_of[k];
        if (group < from || group > last || !may_use(job, group) || t->parts[k] > 0 ||
            room(job, t->free[k]) < gpus) {
            continue;
        }
        if (best == t->nodes || better(t, t->free[k].gpus, t->free[best].gpus, rest)) {
            best = k;
        }
    }
    if (best < t->nodes) {
        t->parts[best] = gpus;
    }
    return best < t->nodes;
}

/* Fully idle nodes of the groups from .. last in order of number as long as the job fills them, and
 * the remainder on another. */
static int place_on_many(const twin *t, const slow_job *job, uint32_t from, uint32_t last)
{
    uint32_t need = job->gpus;

    memset(t->parts, 0, t->nodes * sizeof(t->parts[0]));
    for (uint32_t k = 0; k < t->nodes; k++) {
        const uint32_t group = t->group_of[k];
        const uint32_t fill = capacity(t, job, group);
        if (group >= from && group <= last && may_use(job, group) && fill > 0 && need >= fill &&
            t->free[k].gpus == t->cluster->group[group].gpus && room(job, t->free[k]) >= fill) {
            t->parts[k] = fill;
            need -= fill;
        }
    }
    return need == 0 || place_on_one(t, job, need, from, last, 1);
}

/* Fills t->parts; 1 if the job fits. One node if any takes it; else several nodes of one group
 * where a group is large enough, of all groups where none is. */
static int place(const twin *t, const slow_job *job)
{
    const uint32_t groups = t->cluster->groups;
    int enough = 0;

    memset(t->parts, 0, t->nodes * sizeof(t->parts[0]));
    if (place_on_one(t, job, job->gpus, 0, groups, 0)) {
        return 1;
    }
    for (uint32_t g = 0; g < groups; g++) {
        enough |= may_use(job, g) && capacity(t, job, g) * t->cluster->group[g].nodes >= job->gpus;
    }
    for (uint32_t g = 0; g < groups && enough; g++) {
        if (may_use(job, g) && job->gpus > capacity(t, job, g) && place_on_many(t, job, g, g)) {
            return 1;
        }
    }
    return !enough && place_on_many(t, job, 0, groups);
}

/* Takes GPUs, and the cores that go with them, out of a node. */
static void subtract(spare *node, const slow_job *job, uint32_t gpus)
{
    node->gpus -= gpus;
    node->cpus -= gpus * job->cpus;
}

static void free_all(const twin *t, spare *nodes)
{
    for (uint32_t k = 0; k < t->nodes; k++) {
        const slow_group *g = &t->cluster->group[t->group_of[k]];
        nodes[k] = (spare){.gpus = g->gpus, .cpus = g->cpus};
    }
}

/* t->free as it is now. */
static void free_now(const twin *t)
{
    free_all(t, t->free);
    for (uint32_t j = 0; j < t->count; j++) {
        for (uint32_t k = 0; t->jobs[j].state == SLOW_RUNNING && k < t->nodes; k++) {
            subtract(&t->free[k], &t->jobs[j], t->works[j].held[k]);
        }
    }
}

/* Makes the placement found the job's. */
static void take(const twin *t, uint32_t j, uint32_t *held)
{
    memcpy(held, t->parts, t->nodes * sizeof(held[0]));
    for (uint32_t k = 0; k < t->nodes; k++) {
        subtract(&t->free[k], &t->jobs[j], t->parts[k]);
    }
}

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

/* What the scheduler believed of that at a moment: the estimate, grown while it is overrun by 1, 5,
 * 15, 30 min, 1, 2, 5, 10 h and then 10 h again (Tsafrir 2007). */
static int64_t expected_end(const twin *t, uint32_t j, int64_t when)
{
    static const int64_t steps[] = {1, 5, 15, 30, 60, 120, 300, 600, 1200, 3000, 6000};
    int64_t end = t->works[j].began + t->jobs[j].estimate;

    for (uint32_t i = 0; end <= when && t->works[j].began < when; i++) {
        end += steps[i < 11 ? i : 10] * MINUTE;
    }
    return end;
}

static void start(const twin *t, uint32_t j)
{
    t->jobs[j].state = SLOW_RUNNING;
    if (t->jobs[j].start == SLOW_NEVER) {
        t->jobs[j].start = t->now;
    }
    t->works[j].began = t->now;
    t->works[j].settled = t->now;
    t->works[j].reserved = SLOW_NEVER;
}

/* ---- order ---- */

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
    default:
        return 0.0;
    }
}

/* Stable insertion sort of a list by key. */
static void sort(const twin *t, uint32_t *list, uint32_t count)
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

/* Those that wait, in order, into t->next; returns how many. */
static uint32_t waiting(const twin *t)
{
    uint32_t count = 0;

    for (uint32_t j = 0; j < t->count; j++) {
        t->works[j].failed = 0;
        if (t->jobs[j].state == SLOW_WAITING) {
            t->next[count++] = j;
        }
    }
    sort(t, t->next, count);
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

static int within_quota(const twin *t, const slow_job *job)
{
    return job->vc == SLOW_NO_VC ||
           used(t, queue_of(job)) + job->gpus <= t->cluster->quota[job->vc];
}

/* Of t->next[count], the first job not yet tried of the queue that uses least of what it is
 * entitled to; `count` when there is none. */
static uint32_t next_turn(const twin *t, uint32_t count)
{
    uint32_t best = count;

    for (uint32_t queue = 0; queue <= t->cluster->vcs; queue++) {
        uint32_t i = 0;
        while (i < count &&
               (queue_of(&t->jobs[t->next[i]]) != queue ||
                t->jobs[t->next[i]].state != SLOW_WAITING || t->works[t->next[i]].failed)) {
            i++;
        }
        if (i == count) {
            continue;
        }
        const uint32_t other = best < count ? queue_of(&t->jobs[t->next[best]]) : 0;
        if (best == count ||
            used(t, queue) * entitled(t, other) < used(t, other) * entitled(t, queue)) {
            best = i;
        }
    }
    return best;
}

/* ---- the pass without preemption ---- */

static void pass_plain(const twin *t)
{
    const uint32_t count = waiting(t);

    free_now(t);
    for (uint32_t i = next_turn(t, count); i < count; i = next_turn(t, count)) {
        const uint32_t j = t->next[i];
        if (within_quota(t, &t->jobs[j]) && place(t, &t->jobs[j])) {
            take(t, j, t->works[j].held);
            start(t, j);
            continue;
        }
        for (uint32_t k = i; k < count; k++) {
            t->works[t->next[k]].failed |=
                k == i ||
                (t->policy->blocking && queue_of(&t->jobs[t->next[k]]) == queue_of(&t->jobs[j]));
        }
    }
}

/* ---- backfill: the profile of what is believed to be free ---- */

/* Sees to it that a point begins at `when`, which is not before the first; returns its number. */
static uint32_t split_at(twin *t, int64_t when)
{
    const uint32_t nodes = t->nodes;
    uint32_t at = t->points;

    while (t->when[at - 1] > when) {
        at--;
    }
    if (t->when[at - 1] == when) {
        return at - 1;
    }
    memmove(&t->when[at + 1], &t->when[at], (t->points - at) * sizeof(t->when[0]));
    memmove(&t->level[(at + 1) * nodes], &t->level[at * nodes],
            (t->points - at) * nodes * sizeof(t->level[0]));
    memcpy(&t->level[at * nodes], &t->level[(at - 1) * nodes], nodes * sizeof(t->level[0]));
    t->when[at] = when;
    t->points++;
    return at;
}

/* Takes what a job holds out of the profile from one moment to another. */
static void carve(twin *t, uint32_t j, int64_t from, int64_t to, const uint32_t *gpus)
{
    const uint32_t nodes = t->nodes;

    if (to <= from) {
        return;
    }
    const uint32_t first = split_at(t, from);
    const uint32_t last = split_at(t, to);
    for (uint32_t i = first; i < last; i++) {
        for (uint32_t k = 0; k < nodes; k++) {
            subtract(&t->level[i * nodes + k], &t->jobs[j], gpus[k]);
        }
    }
}

/* The profile of what runs and of the reservations there are. */
static void draw_profile(twin *t)
{
    t->points = 1;
    t->when[0] = t->now;
    free_all(t, t->level);
    for (uint32_t i = 0; i < t->present; i++) {
        const uint32_t j = t->list[i];
        const work *w = &t->works[j];
        if (t->jobs[j].state == SLOW_RUNNING) {
            carve(t, j, t->now, expected_end(t, j, t->now), w->held);
        } else if (w->reserved != SLOW_NEVER) {
            carve(t, j, w->reserved, w->reserved + t->jobs[j].estimate, w->planned);
        }
    }
}

/* t->free as the least of each node over a span from a point on. */
static void free_during(const twin *t, uint32_t point, int64_t span)
{
    const uint32_t nodes = t->nodes;

    memcpy(t->free, &t->level[point * nodes], nodes * sizeof(t->free[0]));
    for (uint32_t i = point + 1; i < t->points && t->when[i] - t->when[point] < span; i++) {
        for (uint32_t k = 0; k < nodes; k++) {
            const spare *level = &t->level[i * nodes + k];
            t->free[k].gpus = level->gpus < t->free[k].gpus ? level->gpus : t->free[k].gpus;
            t->free[k].cpus = level->cpus < t->free[k].cpus ? level->cpus : t->free[k].cpus;
        }
    }
}

/* Gives the job the earliest hole that holds it for its whole estimate: holes begin where something
 * ends. */
static void reserve(twin *t, uint32_t j)
{
    for (uint32_t i = 0; i < t->points; i++) {
        free_during(t, i, t->jobs[j].estimate);
        if (place(t, &t->jobs[j])) {
            take(t, j, t->works[j].planned);
            t->works[j].reserved = t->when[i];
            carve(t, j, t->when[i], t->when[i] + t->jobs[j].estimate, t->works[j].planned);
            return;
        }
    }
}

/* From the head on jobs start while they fit; the first that does not is given the earliest hole,
 * and the rest may start where they fit now for their whole estimates beside it. */
static void pass_easy(twin *t)
{
    const uint32_t count = waiting(t);
    uint32_t head = SLOW_NO_VC;

    draw_profile(t);
    for (uint32_t i = 0; i < count; i++) {
        const uint32_t j = t->next[i];
        free_during(t, 0, t->jobs[j].estimate);
        if (place(t, &t->jobs[j])) {
            take(t, j, t->works[j].held);
            carve(t, j, t->now, t->now + t->jobs[j].estimate, t->works[j].held);
            start(t, j);
        } else if (head == SLOW_NO_VC) {
            head = j;
            reserve(t, j);
        }
    }
    if (head != SLOW_NO_VC) {
        t->works[head].reserved = SLOW_NEVER;
    }
}

/* Reservations stay until an estimate has turned out wrong; then all are given anew, in order. */
static void pass_conservative(twin *t)
{
    const uint32_t count = waiting(t);

    for (uint32_t i = 0; i < count && t->surprised; i++) {
        t->works[t->next[i]].reserved = SLOW_NEVER;
    }
    t->surprised = 0;
    draw_profile(t);
    for (uint32_t i = 0; i < count; i++) {
        const uint32_t j = t->next[i];
        if (t->works[j].reserved == SLOW_NEVER) {
            reserve(t, j);
        }
        if (t->works[j].reserved == t->now) {
            memcpy(t->works[j].held, t->works[j].planned, t->nodes * sizeof(uint32_t));
            start(t, j);
        }
    }
}

/* ---- repack ---- */

/* Whether a running job could stay where it is: t->parts is that, then. */
static int can_stay(const twin *t, uint32_t j)
{
    int fits = t->jobs[j].state == SLOW_RUNNING;

    for (uint32_t k = 0; k < t->nodes && fits; k++) {
        fits = t->works[j].held[k] <= room(&t->jobs[j], t->free[k]);
    }
    if (fits) {
        memcpy(t->parts, t->works[j].held, t->nodes * sizeof(t->parts[0]));
    }
    return fits;
}

/* GPUs given to a queue by the first `count` jobs of the list in this pass. */
static uint64_t granted(const twin *t, uint32_t count, uint32_t queue)
{
    uint64_t gpus = 0;

    for (uint32_t i = 0; i < count; i++) {
        const slow_job *job = &t->jobs[t->list[i]];
        gpus += job->state == SLOW_RUNNING && queue_of(job) == queue ? job->gpus : 0;
    }
    return gpus;
}

/* Empties the cluster and fills it again in the order of t->list, which is one for all queues. A
 * running job stays where it is if nobody before it was given its GPUs, else it moves. */
static void refill(const twin *t)
{
    int stopped = 0;

    free_all(t, t->free);
    for (uint32_t i = 0; i < t->present; i++) {
        const uint32_t j = t->list[i];
        const slow_job *job = &t->jobs[j];
        const int allowed = job->vc == SLOW_NO_VC ||
                            granted(t, i, queue_of(job)) + job->gpus <= t->cluster->quota[job->vc];
        if (!stopped && allowed && (can_stay(t, j) || place(t, job))) {
            take(t, j, t->works[j].held);
            if (job->state == SLOW_WAITING) {
                start(t, j);
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

/* Queue `queue` of the list, in order, those that run (or do not) appended to t->next. */
static uint32_t split(const twin *t, uint32_t count, uint32_t queue, int running)
{
    for (uint32_t i = 0; i < t->present; i++) {
        const uint32_t j = t->list[i];
        if (t->works[j].queue == queue && (t->jobs[j].state == SLOW_RUNNING) == running) {
            t->next[count++] = j;
        }
    }
    return count;
}

/* The list is queue 0, then 1, then 2. Demoted jobs go to the tail of the next queue in order of
 * arrival; after the pass each queue has its running jobs first. */
static void pass_las(twin *t)
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
                t->next[count++] = t->list[i];
            }
        }
    }
    memcpy(t->list, t->next, t->present * sizeof(t->list[0]));
    refill(t);
    count = 0;
    for (uint32_t queue = 0; queue < 3; queue++) {
        count = split(t, count, queue, 1);
        count = split(t, count, queue, 0);
    }
    memcpy(t->list, t->next, t->present * sizeof(t->list[0]));
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

/* Whether a running job ends before, or goes on past, what was believed at the last pass. */
static int surprises(const twin *t, uint32_t j)
{
    const int64_t believed = expected_end(t, j, t->last);

    return end_of(t, j) <= t->now ? believed > t->now : believed <= t->now;
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
    if (t->policy->order == SLOW_LAS && t->policy->repack) {
        pass_las(t);
    } else if (t->policy->repack) {
        sort(t, t->list, t->present);
        refill(t);
    } else if (t->policy->backfill == SLOW_EASY) {
        pass_easy(t);
    } else if (t->policy->backfill == SLOW_CONSERVATIVE) {
        pass_conservative(t);
    } else {
        pass_plain(t);
    }
    t->last = t->now;
}

/* When something next happens: an end, an arrival, a demotion. */
static int64_t next_event(const twin *t)
{
    int64_t next = SLOW_NEVER;

    for (uint32_t j = 0; j < t->count; j++) {
        const work *w = &t->works[j];
        int64_t when = SLOW_NEVER;
        if (t->jobs[j].state == SLOW_COMING) {
            when = t->jobs[j].submit;
        } else if (t->jobs[j].state == SLOW_RUNNING) {
            when = end_of(t, j);
            if (t->policy->order == SLOW_LAS && t->policy->repack && w->queue < 2 &&
                w->settled + t->policy->limits[w->queue] - w->attained < when) {
                when = w->settled + t->policy->limits[w->queue] - w->attained;
            }
        }
        next = when < next ? when : next;
    }
    return next;
}

/* Whether an empty cluster would take the job. */
static int can_ever_fit(const twin *t, const slow_job *job)
{
    uint64_t gpus = 0;

    for (uint32_t g = 0; g < t->cluster->groups; g++) {
        gpus += may_use(job, g) ? (uint64_t)capacity(t, job, g) * t->cluster->group[g].nodes : 0;
    }
    return job->gpus <= gpus && (job->vc == SLOW_NO_VC || job->gpus <= t->cluster->quota[job->vc]);
}

static int allocate(twin *t)
{
    const size_t nodes = t->nodes, count = t->count;

    t->works = calloc(count + 1, sizeof(t->works[0]));
    t->held = calloc(2 * nodes * count + 1, sizeof(t->held[0]));
    t->list = calloc(count + 1, sizeof(t->list[0]));
    t->next = calloc(count + 1, sizeof(t->next[0]));
    t->free = calloc(nodes + 1, sizeof(t->free[0]));
    t->parts = calloc(nodes + 1, sizeof(t->parts[0]));
    t->group_of = calloc(nodes + 1, sizeof(t->group_of[0]));
    t->when = calloc(2 * count + 2, sizeof(t->when[0]));
    t->level = calloc((2 * count + 2) * nodes, sizeof(t->level[0]));
    return t->works != NULL && t->held != NULL && t->list != NULL && t->next != NULL &&
           t->free != NULL && t->parts != NULL && t->group_of != NULL && t->when != NULL &&
           t->level != NULL;
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
        t->works[j].held = &t->held[2 * (size_t)t->nodes * j];
        t->works[j].planned = &t->held[2 * (size_t)t->nodes * j + t->nodes];
    }
}

int slow_schedule(const slow_cluster *cluster, const slow_policy *policy, slow_job *jobs,
                  uint32_t count)
{
    twin t = {.cluster = cluster, .policy = policy, .jobs = jobs, .count = count};
    int result = -1;

    for (uint32_t g = 0; g < cluster->groups; g++) {
        t.nodes += cluster->group[g].nodes;
    }
    if (allocate(&t)) {
        begin(&t);
        for (t.now = next_event(&t); t.now != SLOW_NEVER; t.now = next_event(&t)) {
            round_now(&t);
        }
        result = t.present == 0 ? 0 : -1;
    }
    free(t.works);
    free(t.held);
    free(t.list);
    free(t.next);
    free(t.free);
    free(t.parts);
    free(t.group_of);
    free(t.when);
    free(t.level);
    return result;
}
