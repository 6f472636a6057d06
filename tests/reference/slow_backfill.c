/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The slow twin's backfill: a profile of what is believed to be free from each moment to the next.
 */
#include <string.h>

#include "reference/slow_inside.h"

#define MINUTE (60 * INT64_C(1000000000))

/* The estimate, grown while it is overrun by 1, 5, 15, 30 min, 1, 2, 5, 10, 20, 50, 100 h and then
 * 100 h again (Tsafrir 2007). */
int64_t slow_expected_end(const twin *t, uint32_t j, int64_t when)
{
    static const int64_t steps[] = {1, 5, 15, 30, 60, 120, 300, 600, 1200, 3000, 6000};
    int64_t end = t->works[j].began + t->jobs[j].estimate;

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
    const int64_t length = t->jobs[j].estimate > least ? t->jobs[j].estimate : least;

    carve(t, j, w->reserved, w->reserved + length, w->planned);
}

/* The profile of what runs and of the reservations there are. */
static void draw_profile(twin *t, int64_t least)
{
    t->points = 1;
    t->when[0] = t->now;
    slow_free_all(t, t->level);
    for (uint32_t i = 0; i < t->present; i++) {
        const uint32_t j = t->list[i];
        const work *w = &t->works[j];
        if (t->jobs[j].state == SLOW_RUNNING) {
            carve_running(t, j, least);
        } else if (w->reserved != SLOW_NEVER) {
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
        free_during(t, i, t->jobs[j].estimate);
        if (slow_fits(t, &t->jobs[j])) {
            slow_take(t, j, t->works[j].planned);
            t->works[j].reserved = t->when[i];
            carve_reserved(t, j, least);
            return;
        }
    }
}

/* The first of each queue that does not fit is its head. Heads are given the earliest holes, and
 * the rest may start where they fit now for their whole estimates beside those. */
void slow_pass_easy(twin *t)
{
    const uint32_t count = slow_line_up(t);
    uint32_t heads = 0;

    slow_free_now(t);
    for (uint32_t i = slow_next_turn(t, count); i < count; i = slow_next_turn(t, count)) {
        const uint32_t j = t->line[i];
        if (slow_fits(t, &t->jobs[j])) {
            slow_take(t, j, t->works[j].held);
            slow_start(t, j);
        } else {
            slow_fail(t, count, i, 1);
            t->other[heads++] = j;
        }
    }

    // a job without length holds its GPUs through this round all the same
    draw_profile(t, 1);
    const uint32_t rest = slow_line_up(t);
    for (uint32_t i = 0; i < heads; i++) {
        reserve(t, t->other[i], 1);
        t->works[t->other[i]].failed = 1;
    }
    for (uint32_t i = slow_next_turn(t, rest); i < rest; i = slow_next_turn(t, rest)) {
        const uint32_t j = t->line[i];
        free_during(t, 0, t->jobs[j].estimate);
        if (slow_fits(t, &t->jobs[j])) {
            slow_take(t, j, t->works[j].held);
            slow_start(t, j);
            carve_running(t, j, 1);
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

/* Reservations stay until an estimate has turned out wrong; then all are given anew, in order. One
 * whose time has come may find its GPUs taken by a job that ends at this very instant, in a later
 * round: then it is given anew in that. */
void slow_pass_conservative(twin *t)
{
    const uint32_t count = slow_line_up(t);

    for (uint32_t i = 0; i < count && t->surprised; i++) {
        t->works[t->line[i]].reserved = SLOW_NEVER;
    }
    t->surprised = 0;
    draw_profile(t, 0);
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
            slow_take(t, j, t->works[j].held);
            slow_start(t, j);
        } else {
            t->surprised = 1;
        }
    }
}
