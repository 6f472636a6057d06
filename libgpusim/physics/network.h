/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Network: what a ring all-reduce costs, and how flows share links. */
#ifndef GS_PHYSICS_NETWORK_H
#define GS_PHYSICS_NETWORK_H

#include <stdint.h>

#include "cluster/hardware.h"

/* s of an all-reduce of `bytes` over `ranks`: 2(n-1) alpha + 2(n-1)/n S/B (ring), B the efficiency
 * times `bandwidth`. Below cost->measured_below the time that the measured curve of bus bandwidth
 * says, scaled to this number of steps of the ring; never less than the bytes alone take. 0 for
 * fewer than two ranks. */
double gs_allreduce_time(const gs_tier_cost *cost, uint32_t ranks, double bytes, double bandwidth);
/* Bus bandwidth that goes with a time: S/T 2(n-1)/n, B/s. */
double gs_bus_bandwidth(uint32_t ranks, double bytes, double time);
/* Max-min fair rates (Bertsekas and Gallager, progressive filling): flow i crosses links
 * path[first[i] .. first[i+1]-1]; demand[i] >= 0 may be INFINITY, and so may capacities. Fills
 * rate[flows]. remaining, users: scratch [links]. O(flows (links + flows)) at worst. */
void gs_max_min(const double *capacity, uint32_t links, const uint32_t *first, const uint32_t *path,
                const double *demand, uint32_t flows, double *remaining, uint32_t *users,
                double *rate);

/* Defaults of a tier, with their sources in tiers.c. */
const gs_tier_cost *gs_tier_default(gs_tier tier);

#endif
