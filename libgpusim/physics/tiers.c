/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What collectives cost by how far they reach, where a scenario says nothing. */
#include "physics/network.h"

#define MIB 1048576.0

/* Bus bandwidth of all_reduce on nodes of eight B200 (AWS P6; measured, in the open book "Machine
 * Learning Engineering"), 1 node and 4 nodes. Each begins at 0, so that below its first size the
 * time stays. The 4 nodes' first size, 32 KiB at 0.01 GB/s, is left out: sixteen times the time of
 * the next size, it is the sweep's start and not the network. */
static const double node_size[] = {0, MIB / 32, MIB / 4, MIB, 4 * MIB};
static const double node_bandwidth[] = {0, 1.20e9, 9.54e9, 36e9, 76e9};
static const double rack_size[] = {0, MIB / 4, MIB, 4 * MIB};
static const double rack_bandwidth[] = {0, 1.33e9, 5.4e9, 19e9};

/* alpha and B of node and rack are fitted to the sizes from 4 MiB to 16 GiB of that table (least
 * worst relative error: 14.5% and 13.2%): 6.72 us and 725.3 GB/s of NVLink's 900, 7.56 us and 338.3
 * GB/s of the 400 GB/s of eight 400 Gb/s ports (from memory, not read). Nobody measured across a
 * spine: 15 us is what a public capacity planner uses across pods (it has 6 us within one, and an
 * efficiency of links of 0.85), the efficiency is the rack's. */
static const gs_tier_cost tiers[GS_TIERS] = {
    [GS_TIER_GPU] = {.efficiency = 1},
    [GS_TIER_NODE] = {.alpha = 6.72e-6,
                      .efficiency = 0.806,
                      .measured = {.x = node_size, .y = node_bandwidth, .count = 5},
                      .measured_below = 4 * MIB,
                      .measured_ranks = 8},
    [GS_TIER_RACK] = {.alpha = 7.56e-6,
                      .efficiency = 0.846,
                      .measured = {.x = rack_size, .y = rack_bandwidth, .count = 4},
                      .measured_below = 4 * MIB,
                      .measured_ranks = 32},
    [GS_TIER_SPINE] = {.alpha = 15e-6, .efficiency = 0.846},
};

const gs_tier_cost *gs_tier_default(gs_tier tier)
{
    return &tiers[tier];
}
