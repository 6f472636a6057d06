/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a gang's all-reduce costs a step: a ring over all its GPUs, T = 2(n-1) alpha + 2(n-1)/n S/B;
 * now, and at the reference: consolidated and alone on its links.
 *
 * Over several nodes the ring's channels use all NICs that its GPUs reach, so B is a node's share
 * of the network, and alpha and efficiency are the tier's: so they were fitted (physics/tiers.c),
 * and one and four nodes of B200 come out within 15% from 4 MiB on. The textbook's hierarchical
 * form, whose phases follow one another, would need more than the wire has for what was measured
 * there. */
#include <math.h>

#include "core/sim.h"
#include "physics/network.h"

/* Of a link that faults leave nothing of. */
#define GS_LINK_LEAST 1e-9

// what is not given is not limited
static double limit(double bandwidth)
{
    return bandwidth > 0 ? bandwidth : INFINITY;
}

static uint32_t group_of(const gpusim_sim *sim, uint32_t slot)
{
    const gpusim_part *part = &GS_AT(sim->parts, gpusim_part, GS_JOB(sim, slot)->first_part);
    return sim->model->cluster.node_group[part->node];
}

// B/s out of a node that so many of its GPUs reach: GPUs and NICs stand side by side, and what a
// GPU sends to them goes over its PCIe link
static double rails(const gs_node_hardware *hardware, uint32_t gpus, uint32_t of)
{
    double nic = limit(hardware->nic);
    if (hardware->nics > 0 && gpus < of) {
        nic *= ceil((double)gpus * hardware->nics / of) / hardware->nics;
    }
    return fmin(nic, gpus * limit(hardware->gpu.links.pcie));
}

double gs_network_rails(const gpusim_sim *sim, uint32_t slot)
{
    uint32_t group = group_of(sim, slot);
    gs_link_effect links = gs_faults_links(sim, slot);
    double all = rails(&sim->model->hardware.groups[group], GS_LIVE(sim, slot)->least,
                       sim->model->cluster.groups[group].gpus);
    return all * fmax(fmin(links.network, links.pcie), GS_LINK_LEAST);
}

// Seconds of an all-reduce over so many GPUs, at most `most` on a node; `bandwidth` in and out of
// each node, and what faults leave of the links inside. In a node it runs over NVLink, or over PCIe
// where there is none; the slowest hop of a ring is what it waits for.
static double all_reduce(const gpusim_sim *sim, uint32_t group, gs_tier tier, uint32_t gpus,
                         uint32_t most, double bandwidth, double share, double bytes)
{
    const gs_hardware *hardware = &sim->model->hardware;
    const gs_node_hardware *node = &hardware->groups[group];
    double inside = limit(node->nvlink > 0 ? node->nvlink : node->gpu.links.pcie) * share,
           seconds = 0;
    if (most > 1) {
        seconds = gs_allreduce_time(&hardware->tiers[GS_TIER_NODE], gpus, bytes, inside);
    }
    if (most < gpus) {
        seconds = fmax(seconds, gs_allreduce_time(&hardware->tiers[tier], gpus, bytes, bandwidth));
    }
    return seconds;
}

double gs_collective_time(const gpusim_sim *sim, uint32_t slot)
{
    const gs_live *live = GS_LIVE(sim, slot);
    if (live->tier == GS_TIER_GPU) {
        return 0;
    }
    uint32_t group = group_of(sim, slot), gpus = GS_JOB(sim, slot)->gpus;
    gs_link_effect links = gs_faults_links(sim, slot);
    int over_nvlink = sim->model->hardware.groups[group].nvlink > 0;
    double inside = fmax(over_nvlink ? links.nvlink : links.pcie, GS_LINK_LEAST);
    double seconds = all_reduce(sim, group, (gs_tier)live->tier, gpus, live->most, live->bandwidth,
                                inside, gs_profile_of(sim, slot)->volume);
    // every step of the ring waits for its slowest message
    return live->spread > 1 ? seconds + 2 * (gpus - 1.0) * links.delay : seconds;
}

double gs_collective_reference(const gpusim_sim *sim, uint32_t slot)
{
    // an elastic job may be on one GPU now, and refer to several
    uint32_t gpus = GS_JOB(sim, slot)->requested;
    double volume = gs_profile_of(sim, slot)->volume;
    int alone = GS_JOB(sim, slot)->gpus == gpus ? GS_LIVE(sim, slot)->tier == GS_TIER_GPU
                                                : gpus < 2 || !(volume > 0);
    if (alone) {
        return 0;
    }

    // as few nodes as can hold it, in as few racks as can hold these
    const gs_cluster *cluster = &sim->model->cluster;
    const gs_hardware *hardware = &sim->model->hardware;
    uint32_t group = group_of(sim, slot);
    uint32_t of = cluster->groups[group].gpus;
    uint32_t rack = cluster->node_rack[cluster->groups[group].first_node];
    uint32_t nodes = (gpus - 1) / of + 1, racks = (nodes - 1) / cluster->racks[rack].nodes + 1;
    uint32_t most = gpus < of ? gpus : of;
    double bandwidth = rails(&hardware->groups[group], gpus - (nodes - 1) * most, of);
    if (racks > 1) {
        bandwidth = fmin(bandwidth, limit(hardware->racks[group].uplink));
        bandwidth = fmin(bandwidth, limit(hardware->spine) / racks);
    }
    return all_reduce(sim, group, racks > 1 ? GS_TIER_SPINE : GS_TIER_RACK, gpus, most, bandwidth,
                      1, volume);
}
