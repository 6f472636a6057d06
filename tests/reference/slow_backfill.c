/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The slow twin's backfill: a profile of what is believed to be free from each moment to the next.
 */
#include <string.h>

#include "reference/slow_inside.h"

#define MINUTE (60 * INT64_C(1000000000))

int64_t slow_left(const twin *t, uint32_t j)
{
    const int64_t left = t->jobs[j].estimate - t->works[j].attained;

    return left > 0 ? left : 0;
}

/* The estimate, grown while it is overrun by 1, 5, 15, 30 min, 1, 2, 5, 10, 20, 50, 100 h and then
 * 100 h again (Tsafrir 2007). */
int64_t slow_expected_end(const twin *t, uint32_t j, int64_t when)
{
    static const int64_t steps[] = {1, 5, 15, 30, 60, 120, 300, 600, 1200, 3000, 6000};
    int64_t end = t->works[j].began + t->works[j].left;

    for (uint32_t i = 0; end <= when && t->works[j].began < when; i++) {
        end += steps[i < 11 ? i : 10] * MINUTE;
    }
    return end;
}

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
            slow_subtract(&t->level[i * nodes + k], &t->jobs[j], gpus[k]);
        }
    }
}

/* Takes what a running job holds out, for `least` nanoseconds at least. */
static void carve_running(twin *t, uint32_t j, int64_t least)
{
    const int64_t end = slow_expected_end(t, j, t->now);

    carve(t, j, t->now, end < t->now + least ? t->now + least : end, t->works[j].held);
}

/* Takes a reservation out, in the same way. */
static void carve_reserved(twin *t, uint32_t j, int64_t least)
{
    const work *w = &t->works[j];
    const int64_t left = slow_left(t, j), length = left > least ? left : least;

    carve(t, j, w->reserved, w->reserved + length, w->planned);
}

/* The profile of what runs and of the reservations there are; with a claim, as the job `but` sees
 * them. */
static void draw_profile(twin *t, int64_t least, slow_claim claim, uint32_t but)
{
    t->points = 1;
    t->when[0] = t->now;
    slow_free_all(t, t->level);
    for (uint32_t i = 0; i < t->present; i++) {
        const uint32_t j = t->list[i];
        const work *w = &t->works[j];
        if (t->jobs[j].state == SLOW_RUNNING && !w->gone) {
            carve_running(t, j, least);
        } else if (t->jobs[j].state == SLOW_WAITING && w->reserved != SLOW_NEVER && j != but &&
                   (but == t->count || !slow_may_stop(t, claim, but, j))) {
            carve_reserved(t, j, least);
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
            t->free[k].storage =
                level->storage < t->free[k].storage ? level->storage : t->free[k].storage;
        }
    }
}

/* Gives the job the earliest hole that holds it for its whole estimate: holes begin where something
 * ends. */
static void reserve(twin *t, uint32_t j, int64_t least)
{
    for (uint32_t i = 0; i < t->points; i++) {
        free_during(t, i, slow_left(t, j));
        if (slow_fits(t, &t->jobs[j])) {
            slow_take(t, j, t->works[j].planned);
            t->works[j].reserved = t->when[i];
            carve_reserved(t, j, least);
            return;
        }
    }
}

/* Each queue in order while it fits or makes room; the first of each that does not is its head, in
 * t->other. Returns how many there are. */
static uint32_t start_in_order(twin *t)
{
    uint32_t heads = 0, count = slow_line_up(t);

    slow_free_now(t);
    for (uint32_t i = slow_next_turn(t, count); i < count; i = slow_next_turn(t, count)) {
        const uint32_t j = t->line[i];
        if (slow_fits(t, &t->jobs[j])) {
            slow_run(t, j, 0);
            slow_order_anew(t, count);
        } else if (slow_make_room(t, j)) {
            slow_run(t, j, 0);
            // who was stopped waits as well
            count = slow_line_up(t);
            heads = 0;
        } else {
            slow_fail(t, count, i, 1);
            t->other[heads++] = j;
        }
        slow_free_now(t);
    }
    return heads;
}

/* A head that has but its quota to wait for runs on what is lent, beside what the heads are given
 * that wait for GPUs. 1: somebody does. */
static int lend_to_heads(twin *t, uint32_t heads)
{
    draw_profile(t, 1, SLOW_CLAIM_NONE, t->count);
    for (uint32_t i = 0; i < heads; i++) {
        if (!(slow_may_borrow(t, t->other[i]) && slow_quota_is_full(t, t->other[i]))) {
            reserve(t, t->other[i], 1);
        }
    }
    int lent = 0;
    for (uint32_t i = 0; i < heads && !lent; i++) {
        const uint32_t j = t->other[i];
        if (slow_may_borrow(t, j) && slow_quota_is_full(t, j)) {
            const slow_job as = slow_without_quota(t, j);
            free_during(t, 0, slow_left(t, j));
            if (slow_fits(t, &as)) {
                slow_run(t, j, 1);
                lent = 1;
            }
        }
    }
    for (uint32_t i = 0; i < heads; i++) {
        t->works[t->other[i]].reserved = SLOW_NEVER;
    }
    return lent;
}

/* The first of each queue that does not fit is its head. Heads are given the earliest holes, and
 * the rest may start where they fit now for their whole estimates beside those. */
void slow_pass_easy(twin *t)
{
    uint32_t heads = start_in_order(t);

    while (lend_to_heads(t, heads)) {
        heads = start_in_order(t);
    }

    // a job without length holds its GPUs through this round all the same
    draw_profile(t, 1, SLOW_CLAIM_NONE, t->count);
    const uint32_t rest = slow_line_up(t);
    for (uint32_t i = 0; i < heads; i++) {
        reserve(t, t->other[i], 1);
        t->works[t->other[i]].failed = 1;
    }
    for (uint32_t i = slow_next_turn(t, rest); i < rest; i = slow_next_turn(t, rest)) {
        const uint32_t j = t->line[i];
        const slow_job as = slow_without_quota(t, j);
        free_during(t, 0, slow_left(t, j));
        int lent = 0, fits = slow_fits(t, &t->jobs[j]);
        if (!fits && slow_may_borrow(t, j)) {
            fits = lent = slow_fits(t, &as);
        }
        if (fits) {
            slow_run(t, j, lent);
            carve_running(t, j, 1);
            slow_order_anew(t, rest);
        } else {
            slow_fail(t, rest, i, 0);
        }
    }
    for (uint32_t i = 0; i < heads; i++) {
        t->works[t->other[i]].reserved = SLOW_NEVER;
    }
}

/* Whether what was planned is free now. */
static int can_start(const twin *t, uint32_t j)
{
    for (uint32_t k = 0; k < t->nodes; k++) {
        const uint32_t gpus = t->works[j].planned[k];
        if (gpus > t->free[k].gpus || gpus * t->jobs[j].cpus > t->free[k].cpus ||
            gpus * t->jobs[j].storage > t->free[k].storage) {
            return 0;
        }
    }
    return 1;
}

int slow_fits_beside(twin *t, slow_claim claim, uint32_t j, const slow_job *as)
{
    draw_profile(t, 0, claim, j);
    slow_free_now(t);
    // who is about to end at this very instant still runs
    memcpy(t->now_free, t->free, t->nodes * sizeof(t->free[0]));
    free_during(t, 0, slow_left(t, j));
    for (uint32_t k = 0; k < t->nodes; k++) {
        const spare *now = &t->now_free[k];
        spare *node = &t->free[k];
        node->gpus = now->gpus < node->gpus ? now->gpus : node->gpus;
        node->cpus = now->cpus < node->cpus ? now->cpus : node->cpus;
        node->storage = now->storage < node->storage ? now->storage : node->storage;
    }
    return slow_fits(t, as);
}

/* The first in order who may stop others or run on what is lent. 1: somebody does. */
static int start_otherwise(twin *t)
{
    const uint32_t count = slow_line_up(t);

    for (uint32_t i = 0; i < count; i++) {
        const uint32_t j = t->line[i];
        const slow_job as = slow_without_quota(t, j);
        if (slow_make_room(t, j)) {
            slow_run(t, j, 0);
            return 1;
        }
        if (slow_may_borrow(t, j) && slow_fits_beside(t, SLOW_CLAIM_NONE, j, &as)) {
            slow_run(t, j, 1);
            return 1;
        }
    }
    return 0;
}

/* Reservations stay until an estimate has turned out wrong; then all are given anew, in order. One
 * whose time has come may find its GPUs taken by a job that ends at this very instant, in a later
 * round: then it is given anew in that. */
static void start_as_planned(twin *t)
{
    const uint32_t count = slow_line_up(t);

    for (uint32_t i = 0; i < count && t->surprised; i++) {
        t->works[t->line[i]].reserved = SLOW_NEVER;
    }
    t->surprised = 0;
    draw_profile(t, 0, SLOW_CLAIM_NONE, t->count);
    for (uint32_t i = 0; i < count; i++) {
        if (t->works[t->line[i]].reserved == SLOW_NEVER) {
            reserve(t, t->line[i], 0);
        }
    }
    slow_free_now(t);
    for (uint32_t i = 0; i < count; i++) {
        const uint32_t j = t->line[i];
        if (t->works[j].reserved > t->now) {
            continue;
        }
        if (can_start(t, j)) {
            memcpy(t->parts, t->works[j].planned, t->nodes * sizeof(t->parts[0]));
            slow_run(t, j, 0);
        } else {
            t->surprised = 1;
        }
    }
}

/* Who starts otherwise than planned leaves the others to be planned anew. */
void slow_pass_conservative(twin *t)
{
    start_as_planned(t);
    while (!t->surprised && start_otherwise(t)) {
        t->surprised = 1;
        start_as_planned(t);
    }
}
