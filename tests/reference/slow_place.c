/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The slow twin's placement: looks at every node. */
#include <string.h>

#include "reference/slow_inside.h"

int slow_may_use(const twin *t, const slow_job *job, uint32_t group)
{
    return (job->group == SLOW_ANY || job->group == group) &&
           (job->cluster == SLOW_ANY || job->cluster == t->cluster->group[group].cluster);
}

int slow_may_use_node(const slow_job *job, uint32_t node)
{
    return (job->not_on >> node & 1) == 0;
}

uint32_t slow_nodes(const twin *t, const slow_job *job, uint32_t group)
{
    uint32_t count = 0;

    for (uint32_t k = 0; k < t->real; k++) {
        count +=
            t->group_of[k] == group && slow_may_use(t, job, group) && slow_may_use_node(job, k);
    }
    return count;
}

/* GPUs of this job that something spare can take. */
static uint32_t room(const slow_job *job, spare what)
{
    uint32_t most = what.gpus;

    if (job->cpus > 0 && what.cpus / job->cpus < most) {
        most = what.cpus / job->cpus;
    }
    return job->storage > 0 && what.storage / job->storage < most ? what.storage / job->storage
                                                                  : most;
}

uint32_t slow_capacity(const twin *t, const slow_job *job, uint32_t group)
{
    const slow_group *g = &t->cluster->group[group];

    return room(job, (spare){.gpus = g->gpus, .cpus = g->cpus, .storage = g->storage});
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
    uint32_t best = t->real;

    for (uint32_t k = 0; k < t->real; k++) {
        const uint32_t group = t->group_of[k];
        if (group < from || group > last || !slow_may_use(t, job, group) ||
            !slow_may_use_node(job, k) || t->parts[k] > 0 || room(job, t->free[k]) < gpus) {
            continue;
        }
        if (best == t->real || better(t, t->free[k].gpus, t->free[best].gpus, rest)) {
            best = k;
        }
    }
    if (best < t->real) {
        t->parts[best] = gpus;
    }
    return best < t->real;
}

/* Fully idle nodes of the groups from .. last in order of number as long as the job fills them, and
 * the remainder on another. */
static int place_on_many(const twin *t, const slow_job *job, uint32_t from, uint32_t last)
{
    uint32_t need = job->gpus;

    memset(t->parts, 0, t->nodes * sizeof(t->parts[0]));
    for (uint32_t k = 0; k < t->real; k++) {
        const uint32_t group = t->group_of[k];
        const uint32_t fill = slow_capacity(t, job, group);
        if (group >= from && group <= last && slow_may_use(t, job, group) &&
            slow_may_use_node(job, k) && fill > 0 && need >= fill &&
            t->free[k].gpus == t->cluster->group[group].gpus && room(job, t->free[k]) >= fill) {
            t->parts[k] = fill;
            need -= fill;
        }
    }
    return need == 0 || place_on_one(t, job, need, from, last, 1);
}

/* One node if any takes it; else several nodes of one group
 * where a group is large enough, of all groups where none is. */
static int place_over(const twin *t, const slow_job *job)
{
    const uint32_t groups = t->cluster->groups;
    int enough = 0;

    memset(t->parts, 0, t->nodes * sizeof(t->parts[0]));
    if (place_on_one(t, job, job->gpus, 0, groups, 0)) {
        return 1;
    }
    for (uint32_t g = 0; g < groups; g++) {
        enough |= slow_may_use(t, job, g) &&
                  slow_capacity(t, job, g) * slow_nodes(t, job, g) >= job->gpus;
    }
    for (uint32_t g = 0; g < groups && enough; g++) {
        if (slow_may_use(t, job, g) && job->gpus > slow_capacity(t, job, g) &&
            place_on_many(t, job, g, g)) {
            return 1;
        }
    }
    return !enough && place_on_many(t, job, 0, groups);
}

/* Whether the nodes taken are of one cluster. */
static int is_in_one(const twin *t)
{
    uint32_t first = SLOW_ANY;

    for (uint32_t k = 0; k < t->real; k++) {
        const uint32_t cluster = t->cluster->group[t->group_of[k]].cluster;
        if (t->parts[k] > 0 && first != SLOW_ANY && cluster != first) {
            return 0;
        }
        first = t->parts[k] > 0 ? cluster : first;
    }
    return 1;
}

/* Over all clusters; where that is in none or in two of them, in each by itself, the first first.
 */
static int place(const twin *t, const slow_job *job)
{
    slow_job within = *job;

    if (place_over(t, job) && is_in_one(t)) {
        return 1;
    }
    for (uint32_t g = 0; g < t->cluster->groups && job->cluster == SLOW_ANY; g++) {
        within.cluster = g; // there are no more clusters than groups
        if (place_over(t, &within)) {
            return 1;
        }
    }
    return 0;
}

int slow_fits(const twin *t, const slow_job *job)
{
    if (job->vc != SLOW_NO_VC && job->gpus > t->free[t->real + job->vc].gpus) {
        return 0;
    }
    if (!place(t, job)) {
        return 0;
    }
    if (job->vc != SLOW_NO_VC) {
        t->parts[t->real + job->vc] = job->gpus;
    }
    return 1;
}

int slow_can_stay(const twin *t, uint32_t j)
{
    for (uint32_t k = 0; k < t->nodes; k++) {
        if (t->works[j].held[k] > room(&t->jobs[j], t->free[k])) {
            return 0;
        }
    }
    memcpy(t->parts, t->works[j].held, t->nodes * sizeof(t->parts[0]));
    return 1;
}

/* Takes GPUs, and the cores and storage that go with them, out of a node. */
void slow_subtract(spare *node, const slow_job *job, uint32_t gpus)
{
    node->gpus -= gpus;
    node->cpus -= gpus * job->cpus;
    node->storage -= gpus * job->storage;
}

void slow_take(const twin *t, uint32_t j, uint32_t *held)
{
    memcpy(held, t->parts, t->nodes * sizeof(held[0]));
    for (uint32_t k = 0; k < t->nodes; k++) {
        slow_subtract(&t->free[k], &t->jobs[j], t->parts[k]);
    }
}

void slow_free_all(const twin *t, spare *nodes)
{
    for (uint32_t k = 0; k < t->real; k++) {
        const slow_group *g = &t->cluster->group[t->group_of[k]];
        nodes[k] = (spare){.gpus = g->gpus, .cpus = g->cpus, .storage = g->storage};
    }
    for (uint32_t v = 0; v < t->cluster->vcs; v++) {
        nodes[t->real + v] =
            (spare){.gpus = t->cluster->quota[v], .cpus = UINT32_MAX, .storage = UINT32_MAX};
    }
}

void slow_free_now(const twin *t)
{
    slow_free_all(t, t->free);
    for (uint32_t j = 0; j < t->count; j++) {
        const int there = t->jobs[j].state == SLOW_RUNNING && !t->works[j].gone;
        for (uint32_t k = 0; there && k < t->nodes; k++) {
            slow_subtract(&t->free[k], &t->jobs[j], t->works[j].held[k]);
        }
    }
}
