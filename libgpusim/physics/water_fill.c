/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Water-filling (definitions 14): everybody gets min(demand, max(floor, lambda)), with the one
 * lambda at which the sum meets the budget; classes of higher priority are served first, out of
 * what the floors of the lower ones leave. */
#include <math.h>

#include "physics/power.h"

/* Consumers, and which of them belong to the class that is served now. */
typedef struct gs_consumers {
    const double *demand, *floor;
    const int32_t *priority; /* NULL: one class */
    uint32_t count;
    int32_t class;
} gs_consumers;

static int belongs(const gs_consumers *all, uint32_t i)
{
    return !all->priority || all->priority[i] == all->class;
}

// what consumer i cannot go below: its floor, or a demand that is less
static double least(const gs_consumers *all, uint32_t i)
{
    return fmin(all->demand[i], all->floor[i]);
}

// what the class draws at a level, and how many of it follow the level there
static double drawn(const gs_consumers *all, double level, uint32_t *follow)
{
    double sum = 0;
    *follow = 0;
    for (uint32_t i = 0; i < all->count; i++) {
        if (belongs(all, i)) {
            sum += fmin(all->demand[i], fmax(all->floor[i], level));
            *follow += level >= all->floor[i] && level < all->demand[i];
        }
    }
    return sum;
}

// the highest level at which the class draws no more than the budget, which its least sum meets
// and its demands exceed: Newton's steps are exact on the right piece, bisection finds the piece
static double level_of(const gs_consumers *all, double budget, double highest)
{
    double low = 0, high = highest;
    double level = highest;
    for (int i = 0; i < 128; i++) {
        uint32_t follow;
        double sum = drawn(all, level, &follow);
        if (sum <= budget) {
            low = level;
            if (budget - sum <= 1e-15 * budget) {
                break;
            }
        } else {
            high = level;
        }
        level = follow > 0 ? level + (budget - sum) / follow : low;
        if (!(level > low && level < high)) {
            level = low + (high - low) / 2;
            if (level == low || level == high) {
                break;
            }
        }
    }
    return low;
}

// the next class after `all->class` (any, when first), highest first; 0 when there is none
static int next_class(gs_consumers *all, int first)
{
    int found = 0;
    int32_t best = 0;
    for (uint32_t i = 0; i < all->count; i++) {
        int32_t priority = all->priority ? all->priority[i] : 0;
        if ((first || priority < all->class) && (!found || priority > best)) {
            found = 1;
            best = priority;
        }
    }
    all->class = best;
    return found;
}

// serves one class; returns what it takes above its least
static double serve(const gs_consumers *all, double spare, double *granted)
{
    double demands = 0, leasts = 0, highest = 0;
    for (uint32_t i = 0; i < all->count; i++) {
        if (belongs(all, i)) {
            demands += all->demand[i];
            leasts += least(all, i);
            highest = fmax(highest, all->demand[i]);
        }
    }
    double level = INFINITY;
    if (demands - leasts > spare) {
        level = level_of(all, leasts + spare, highest);
    }
    double taken = 0;
    for (uint32_t i = 0; i < all->count; i++) {
        if (belongs(all, i)) {
            granted[i] = fmin(all->demand[i], fmax(all->floor[i], level));
            taken += granted[i] - least(all, i);
        }
    }
    return taken;
}

int gs_water_fill(const double *demand, const double *floor, const int32_t *priority,
                  uint32_t count, double budget, double *granted)
{
    gs_consumers all = {demand, floor, priority, count, 0};
    double floors = 0;
    for (uint32_t i = 0; i < count; i++) {
        granted[i] = least(&all, i);
        floors += granted[i];
    }
    if (!(floors <= budget)) {
        return 1;
    }
    double spare = budget - floors;
    for (int more = next_class(&all, 1); more; more = next_class(&all, 0)) {
        spare = fmax(0, spare - serve(&all, spare, granted));
    }
    return 0;
}
