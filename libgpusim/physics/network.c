/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Ring all-reduce, T = 2(n-1) alpha + 2(n-1)/n S/B, and max-min fair shares of links. */
#include "physics/network.h"

#include <math.h>

#include "physics/power.h"

// bytes that pass each link of a ring of n in an all-reduce, over those that are reduced
static double passes(uint32_t ranks)
{
    return 2 * (ranks - 1.0) / ranks;
}

static double by_formula(const gs_tier_cost *cost, uint32_t ranks, double bytes, double bandwidth)
{
    return 2 * (ranks - 1.0) * cost->alpha + passes(ranks) * bytes / (cost->efficiency * bandwidth);
}

double gs_allreduce_time(const gs_tier_cost *cost, uint32_t ranks, double bytes, double bandwidth)
{
    if (ranks < 2 || bytes <= 0) {
        return 0;
    }
    if (!(bytes < cost->measured_below) || cost->measured.count == 0) {
        return by_formula(cost, ranks, bytes, bandwidth);
    }
    // a ring of n has n - 1 steps: each takes what it did in the measured one, though no more than
    // where the formula begins, and the bytes have to pass the link
    double step = 2 / cost->measured_ranks * bytes / gs_curve_at(&cost->measured, bytes);
    double most = by_formula(cost, ranks, cost->measured_below, bandwidth);
    double transfer = passes(ranks) * bytes / (cost->efficiency * bandwidth);
    return fmax(transfer, fmin(most, (ranks - 1.0) * step));
}

double gs_bus_bandwidth(uint32_t ranks, double bytes, double time)
{
    return passes(ranks) * bytes / time;
}

/* Flows on links; rate -1: it still grows with the others. */
typedef struct gs_flows {
    const uint32_t *first, *path;
    const double *demand;
    uint32_t flows, links;
    double *remaining, *rate;
    uint32_t *users;
} gs_flows;

// a flow has its rate, and its links have less for the others
static void settle_flow(const gs_flows *all, uint32_t flow, double rate)
{
    all->rate[flow] = rate;
    for (uint32_t p = all->first[flow]; p < all->first[flow + 1]; p++) {
        uint32_t link = all->path[p];
        all->remaining[link] = fmax(0, all->remaining[link] - rate);
        all->users[link]--;
    }
}

// how far all flows that still grow can rise together, and on which link that ends
static double next_level(const gs_flows *all, uint32_t *bottleneck)
{
    double level = INFINITY;
    *bottleneck = UINT32_MAX;
    for (uint32_t l = 0; l < all->links; l++) {
        if (all->users[l] > 0 && all->remaining[l] / all->users[l] < level) {
            level = all->remaining[l] / all->users[l];
            *bottleneck = l;
        }
    }
    for (uint32_t i = 0; i < all->flows; i++) {
        if (all->rate[i] < 0 && all->demand[i] <= level) {
            level = all->demand[i];
            *bottleneck = UINT32_MAX;
        }
    }
    return level;
}

static int crosses(const gs_flows *all, uint32_t flow, uint32_t link)
{
    for (uint32_t p = all->first[flow]; p < all->first[flow + 1]; p++) {
        if (all->path[p] == link) {
            return 1;
        }
    }
    return 0;
}

void gs_max_min(const double *capacity, uint32_t links, const uint32_t *first, const uint32_t *path,
                const double *demand, uint32_t flows, double *remaining, uint32_t *users,
                double *rate)
{
    gs_flows all = {first, path, demand, flows, links, remaining, rate, users};
    for (uint32_t l = 0; l < links; l++) {
        remaining[l] = capacity[l];
        users[l] = 0;
    }
    for (uint32_t i = 0; i < flows; i++) {
        rate[i] = -1;
        for (uint32_t p = first[i]; p < first[i + 1]; p++) {
            users[path[p]]++;
        }
    }

    // each round settles the flows that cross the tightest link, or want no more
    uint32_t growing = flows;
    while (growing > 0) {
        uint32_t bottleneck;
        double level = next_level(&all, &bottleneck);
        for (uint32_t i = 0; i < flows; i++) {
            if (rate[i] < 0 &&
                (bottleneck == UINT32_MAX ? demand[i] <= level : crosses(&all, i, bottleneck))) {
                settle_flow(&all, i, level);
                growing--;
            }
        }
    }
}
