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
    uint32_t *held;    /* [nodes] GPUs it has on each */
    int64_t reserved;  /* conservative: when it is to start; SLOW_NEVER: no reservation */
    uint32_t *planned; /* [nodes] and where */
} work;

typedef struct twin {
    const slow_cluster *cluster;
    const slow_policy *policy;
    slow_job *jobs;
    work *works;
    uint32_t *held;  /* storage of held and planned */
    uint32_t *list;  /* jobs present, in the lasting order of repack and las */
    uint32_t *next;  /* a second list, for sorting */
    uint32_t *free;  /* [nodes] GPUs, in the cluster or a hypothetical one */
    uint32_t *parts; /* [nodes] result of place() */
    uint32_t *level; /* [points][nodes] GPUs believed to be free from a point to the next */
    int64_t *when;   /* [points] where they begin, in order */
    uint32_t points;
    uint32_t count, present;
    int surprised;     /* an estimate has turned out wrong since the last pass */
    int64_t now, last; /* this pass and the one before */
} twin;

/* ---- placement on t->free ---- */

/* GPUs of this job that a node can take. Cores go with GPUs: a job takes cpus of them per GPU. */
static uint32_t room(const twin *t, uint32_t node)
{
    return t->free[node];
}

/* The best node with at least `gpus` free that is not yet used by this placement, or the number of
 * nodes. */
static uint32_t choose(const twin *t, uint32_t gpus)
{
    const uint32_t nodes = t->cluster->nodes;
    uint32_t best = nodes;

    for (uint32_t k = 0; k < nodes; k++) {
        if (room(t, k) < gpus || t->parts[k] > 0) {
            continue;
        }
        if (best == nodes) {
            best = k;
        } else if (t->policy->placement == SLOW_SPREAD) {
            best = room(t, k) > room(t, best) ? k : best;
        } else if (t->policy->placement != SLOW_FIRST_FIT) {
            best = room(t, k) < room(t, best) ? k : best;
        }
    }
    return best;
}

/* Fills t->parts; 1 if the job fits. Up to one node's GPUs go to one node; more take whole nodes in
 * order of number and the remainder on another. */
static int place(const twin *t, const slow_job *job)
{
    const uint32_t nodes = t->cluster->nodes;
    uint32_t whole = job->gpus > t->cluster->gpus ? job->gpus / t->cluster->gpus : 0;
    const uint32_t rest = whole > 0 ? job->gpus % t->cluster->gpus : job->gpus;

    memset(t->parts, 0, nodes * sizeof(t->parts[0]));
    for (uint32_t k = 0; k < nodes && whole > 0; k++) {
        if (room(t, k) == t->cluster->gpus) {
            t->parts[k] = t->cluster->gpus;
            whole--;
        }
    }
    if (whole > 0) {
        return 0;
    }
    if (rest > 0) {
        const uint32_t node = choose(t, rest);
        if (node == nodes) {
            return 0;
        }
        t->parts[node] = rest;
    }
    return 1;
}

/* t->free as it is now, without the jobs that are not running. */
static void free_now(const twin *t)
{
    for (uint32_t k = 0; k < t->cluster->nodes; k++) {
        t->free[k] = t->cluster->gpus;
        for (uint32_t j = 0; j < t->count; j++) {
            if (t->jobs[j].state == SLOW_RUNNING) {
                t->free[k] -= t->works[j].held[k];
            }
        }
    }
}

static void take(const twin *t, uint32_t *held)
{
    memcpy(held, t->parts, t->cluster->nodes * sizeof(held[0]));
    for (uint32_t k = 0; k < t->cluster->nodes; k++) {
        t->free[k] -= t->parts[k];
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
    static const int64_t steps[] = {1, 5, 15, 30, 60, 120, 300, 600};
    int64_t end = t->works[j].began + t->jobs[j].estimate;

    for (uint32_t i = 0; end <= when && t->works[j].began < when; i++) {
        end += steps[i < 8 ? i : 7] * MINUTE;
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
        if (t->jobs[j].state == SLOW_WAITING) {
            t->next[count++] = j;
        }
    }
    sort(t, t->next, count);
    return count;
}

/* ---- the pass without preemption ---- */

static void pass_plain(const twin *t)
{
    const uint32_t count = waiting(t);

    free_now(t);
    for (uint32_t i = 0; i < count; i++) {
        if (place(t, &t->jobs[t->next[i]])) {
            take(t, t->works[t->next[i]].held);
            start(t, t->next[i]);
        } else if (t->policy->blocking) {
            return;
        }
    }
}

/* ---- backfill: the profile of what is believed to be free ---- */

/* Sees to it that a point begins at `when`, which is not before the first; returns its number. */
static uint32_t split_at(twin *t, int64_t when)
{
    const uint32_t nodes = t->cluster->nodes;
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

/* Takes GPUs of the nodes out of the profile from one moment to another. */
static void carve(twin *t, int64_t from, int64_t to, const uint32_t *gpus)
{
    const uint32_t nodes = t->cluster->nodes;

    if (to <= from) {
        return;
    }
    const uint32_t first = split_at(t, from);
    const uint32_t last = split_at(t, to);
    for (uint32_t i = first; i < last; i++) {
        for (uint32_t k = 0; k < nodes; k++) {
            t->level[i * nodes + k] -= gpus[k];
        }
    }
}

/* The profile of what runs and of the reservations there are. */
static void draw_profile(twin *t)
{
    t->points = 1;
    t->when[0] = t->now;
    for (uint32_t k = 0; k < t->cluster->nodes; k++) {
        t->level[k] = t->cluster->gpus;
    }
    for (uint32_t i = 0; i < t->present; i++) {
        const uint32_t j = t->list[i];
        const work *w = &t->works[j];
        if (t->jobs[j].state == SLOW_RUNNING) {
            carve(t, t->now, expected_end(t, j, t->now), w->held);
        } else if (w->reserved != SLOW_NEVER) {
            carve(t, w->reserved, w->reserved + t->jobs[j].estimate, w->planned);
        }
    }
}

/* t->free as the least of each node over a span from a point on. */
static void free_during(const twin *t, uint32_t point, int64_t span)
{
    const uint32_t nodes = t->cluster->nodes;

    memcpy(t->free, &t->level[point * nodes], nodes * sizeof(t->free[0]));
    for (uint32_t i = point + 1; i < t->points && t->when[i] - t->when[point] < span; i++) {
        for (uint32_t k = 0; k < nodes; k++) {
            const uint32_t level = t->level[i * nodes + k];
            t->free[k] = level < t->free[k] ? level : t->free[k];
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
            take(t, t->works[j].planned);
            t->works[j].reserved = t->when[i];
            carve(t, t->when[i], t->when[i] + t->jobs[j].estimate, t->works[j].planned);
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
            take(t, t->works[j].held);
            carve(t, t->now, t->now + t->jobs[j].estimate, t->works[j].held);
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
            memcpy(t->works[j].held, t->works[j].planned, t->cluster->nodes * sizeof(uint32_t));
            start(t, j);
        }
    }
}

/* ---- repack ---- */

/* Empties the cluster and fills it again in the order of t->list. */
static void refill(const twin *t)
{
    int stopped = 0;

    for (uint32_t k = 0; k < t->cluster->nodes; k++) {
        t->free[k] = t->cluster->gpus;
    }
    for (uint32_t i = 0; i < t->present; i++) {
        const uint32_t j = t->list[i];
        if (!stopped && place(t, &t->jobs[j])) {
            take(t, t->works[j].held);
            if (t->jobs[j].state == SLOW_WAITING) {
                start(t, j);
            }
            continue;
        }
        stopped = t->policy->blocking;
        if (t->jobs[j].state == SLOW_RUNNING) {
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

static int can_ever_fit(const slow_cluster *cluster, const slow_job *job)
{
    return job->gpus <= cluster->nodes * cluster->gpus &&
           (job->vc == SLOW_NO_VC || job->gpus <= cluster->quota[job->vc]);
}

int slow_schedule(const slow_cluster *cluster, const slow_policy *policy, slow_job *jobs,
                  uint32_t count)
{
    twin t = {.cluster = cluster, .policy = policy, .jobs = jobs, .count = count};
    const size_t nodes = cluster->nodes;
    int result = -1;

    t.works = calloc(count + 1, sizeof(t.works[0]));
    t.held = calloc(2 * nodes * count + 1, sizeof(t.held[0]));
    t.list = calloc(count + 1, sizeof(t.list[0]));
    t.next = calloc(count + 1, sizeof(t.next[0]));
    t.free = calloc(nodes + 1, sizeof(t.free[0]));
    t.parts = calloc(nodes + 1, sizeof(t.parts[0]));
    t.when = calloc(2 * (size_t)count + 2, sizeof(t.when[0]));
    t.level = calloc((2 * (size_t)count + 2) * nodes, sizeof(t.level[0]));
    if (t.works == NULL || t.held == NULL || t.list == NULL || t.next == NULL || t.free == NULL ||
        t.parts == NULL || t.when == NULL || t.level == NULL) {
        goto cleanup;
    }
    for (uint32_t j = 0; j < count; j++) {
        jobs[j].state = can_ever_fit(cluster, &jobs[j]) ? SLOW_COMING : SLOW_REJECTED;
        jobs[j].start = jobs[j].end = SLOW_NEVER;
        jobs[j].preemptions = 0;
        t.works[j].remaining = jobs[j].duration;
        t.works[j].reserved = SLOW_NEVER;
        t.works[j].held = &t.held[2 * nodes * j];
        t.works[j].planned = &t.held[2 * nodes * j + nodes];
        if (jobs[j].state == SLOW_REJECTED) {
            jobs[j].end = jobs[j].submit;
        }
    }
    for (t.now = next_event(&t); t.now != SLOW_NEVER; t.now = next_event(&t)) {
        round_now(&t);
    }
    result = t.present == 0 ? 0 : -1;
cleanup:
    free(t.works);
    free(t.held);
    free(t.list);
    free(t.next);
    free(t.free);
    free(t.parts);
    free(t.when);
    free(t.level);
    return result;
}
