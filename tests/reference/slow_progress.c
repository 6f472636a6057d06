/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Definitions 1 and the ring's formula, written down once more. */
#include "reference/slow_progress.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "physics/network.h"
#include "policy/share.h"

typedef struct place {
    uint32_t nodes, racks; /* that a job is on */
    uint32_t most, least;  /* GPUs on a node */
    uint32_t group;
} place;

static const gpusim_part *parts_of(const gpusim_sim *sim, uint32_t slot)
{
    return &GS_AT(sim->parts, gpusim_part, GS_JOB(sim, slot)->first_part);
}

static uint32_t gpus_on(const gpusim_sim *sim, uint32_t slot, uint32_t node)
{
    uint32_t gpus = 0;
    for (uint32_t p = 0; p < GS_JOB(sim, slot)->parts; p++) {
        gpus += parts_of(sim, slot)[p].node == node ? parts_of(sim, slot)[p].gpus : 0;
    }
    return gpus;
}

static uint32_t gpus_in_rack(const gpusim_sim *sim, uint32_t slot, uint32_t rack)
{
    uint32_t gpus = 0;
    for (uint32_t node = 0; node < sim->nodes.count; node++) {
        gpus += GS_NODE(sim, node)->rack == rack ? gpus_on(sim, slot, node) : 0;
    }
    return gpus;
}

static place place_of(const gpusim_sim *sim, uint32_t slot)
{
    place at = {.least = UINT32_MAX, .group = GS_NODE(sim, parts_of(sim, slot)->node)->group};
    for (uint32_t node = 0; node < sim->nodes.count; node++) {
        uint32_t gpus = gpus_on(sim, slot, node);
        at.nodes += gpus > 0;
        at.most = gpus > at.most ? gpus : at.most;
        at.least = gpus > 0 && gpus < at.least ? gpus : at.least;
    }
    for (uint32_t rack = 0; rack < sim->model->cluster.rack_count; rack++) {
        at.racks += gpus_in_rack(sim, slot, rack) > 0;
    }
    return at;
}

static double or_unlimited(double bandwidth)
{
    return bandwidth > 0 ? bandwidth : INFINITY;
}

static double reach(const gpusim_sim *sim, uint32_t group, uint32_t gpus)
{
    const gs_node_hardware *node = &sim->model->hardware.groups[group];
    uint32_t of = sim->model->cluster.groups[group].gpus;
    double nic = or_unlimited(node->nic);
    if (node->nics > 0) {
        nic *= fmin(1, ceil((double)gpus * node->nics / of) / node->nics);
    }
    return fmin(nic, gpus * or_unlimited(node->gpu.links.pcie));
}

static double ring(const gpusim_sim *sim, uint32_t slot, const place *at, double bandwidth)
{
    const gs_hardware *hardware = &sim->model->hardware;
    const gs_node_hardware *node = &hardware->groups[at->group];
    double inside = or_unlimited(node->nvlink > 0 ? node->nvlink : node->gpu.links.pcie);
    double bytes = gs_profile_of(sim, slot)->volume;
    uint32_t gpus = GS_JOB(sim, slot)->gpus;
    double seconds = 0;
    if (gpus < 2 || bytes <= 0) {
        return 0;
    }
    if (at->most > 1) {
        seconds = gs_allreduce_time(&hardware->tiers[GS_TIER_NODE], gpus, bytes, inside);
    }
    if (at->nodes > 1) {
        gs_tier tier = at->racks > 1 ? GS_TIER_SPINE : GS_TIER_RACK;
        seconds = fmax(seconds, gs_allreduce_time(&hardware->tiers[tier], gpus, bytes, bandwidth));
    }
    return seconds;
}

// alone, on as few nodes of the same group as it needs, in as few racks
static double ring_at_reference(const gpusim_sim *sim, uint32_t slot, uint32_t group)
{
    const gs_cluster *cluster = &sim->model->cluster;
    uint32_t of = cluster->groups[group].gpus, gpus = GS_JOB(sim, slot)->gpus;
    uint32_t rack = cluster->node_rack[cluster->groups[group].first_node];
    place at = {.group = group, .most = gpus < of ? gpus : of, .nodes = (gpus + of - 1) / of};
    at.least = gpus - (at.nodes - 1) * at.most;
    at.racks = (at.nodes + cluster->racks[rack].nodes - 1) / cluster->racks[rack].nodes;
    double bandwidth = reach(sim, group, at.least);
    if (at.racks > 1) {
        bandwidth = fmin(bandwidth, or_unlimited(sim->model->hardware.racks[group].uplink));
        bandwidth = fmin(bandwidth, or_unlimited(sim->model->hardware.spine) / at.racks);
    }
    return ring(sim, slot, &at, bandwidth);
}

static double step_on(const gpusim_sim *sim, uint32_t slot, uint32_t index, double share)
{
    const gs_job_profile *profile = gs_profile_of(sim, slot);
    double m = profile->memory_bound, h = profile->host_bound;
    double clock = 1, speed = 1, memory = 1, others = 0;
    if (sim->gpus.count > 0) {
        const gs_gpu *gpu = GS_GPU(sim, index);
        clock = gs_gpu_clock(sim, index);
        speed = gpu->speed;
        memory = gpu->memory_slow ? 3.1 / 2.3 : 1;
        for (uint32_t t = 0; t < sim->tenants.count; t++) {
            const gs_tenant *tenant = &GS_AT(sim->tenants, gs_tenant, t);
            if (tenant->gpu == index && tenant->job != slot && tenant->slices == 0) {
                others += tenant->milli / 1000.0;
            }
        }
    }
    double interference = 1 - sim->model->hardware.interference * others;
    return (1 - h) * ((1 - m) / clock + m * memory) / (speed * share * interference) + h;
}

// what it holds of each GPU: thousandths, or compute slices of seven
static double held_by(const gpusim_sim *sim, uint32_t slot, uint32_t node)
{
    const gpusim_job_info *job = GS_JOB(sim, slot);
    const gs_cut *cuts = sim->model->cuts;
    for (uint32_t i = 0; job->mig && i < cuts[GS_NODE(sim, node)->group].count; i++) {
        const gs_mig_profile *profile = &cuts[GS_NODE(sim, node)->group].profiles[i];
        if (profile->name == job->mig) {
            return profile->compute / 7.0;
        }
    }
    return job->milli / 1000.0;
}

double slow_rate(const gpusim_sim *sim, uint32_t slot)
{
    const gpusim_job_info *job = GS_JOB(sim, slot);
    const gs_job_profile *profile = gs_profile_of(sim, slot);
    double slowest = job->gpus > 0 ? 0 : 1;
    for (uint32_t p = 0; p < job->parts && job->gpus > 0; p++) {
        const gpusim_part *part = &parts_of(sim, slot)[p];
        for (uint32_t g = 0; g < part->gpus; g++) {
            uint32_t first = sim->model->cluster.node_first_gpu[part->node];
            slowest = fmax(slowest, step_on(sim, slot, first + part->first_gpu + g,
                                            held_by(sim, slot, part->node)));
        }
    }
    place at = place_of(sim, slot);
    double hidden = 1 - profile->overlap;
    double now =
        slowest + hidden * ring(sim, slot, &at, GS_LIVE(sim, slot)->bandwidth) / profile->step;
    double reference = 1 + hidden * ring_at_reference(sim, slot, at.group) / profile->step;
    return reference / now;
}

// ---- shares ----

static double capacity(const gpusim_sim *sim, uint32_t link)
{
    const gs_hardware *hardware = &sim->model->hardware;
    uint32_t nodes = sim->nodes.count, racks = sim->model->cluster.rack_count;
    if (link < nodes) {
        return or_unlimited(hardware->groups[GS_NODE(sim, link)->group].nic);
    }
    if (link < nodes + racks) {
        uint32_t node = sim->model->cluster.racks[link - nodes].first_node;
        return or_unlimited(hardware->racks[GS_NODE(sim, node)->group].uplink);
    }
    return or_unlimited(hardware->spine);
}

// how often a job's collective crosses a link
static uint32_t crosses(const gpusim_sim *sim, uint32_t slot, uint32_t link)
{
    const gpusim_job_info *job = GS_JOB(sim, slot);
    if (job->state != GPUSIM_JOB_RUNNING || job->id.generation == 0 || job->gpus < 2 ||
        gs_profile_of(sim, slot)->volume <= 0) {
        return 0;
    }
    place at = place_of(sim, slot);
    if (at.nodes < 2) {
        return 0;
    }
    if (link < sim->nodes.count) {
        return gpus_on(sim, slot, link) > 0;
    }
    link -= sim->nodes.count;
    if (link < sim->model->cluster.rack_count) {
        return at.racks > 1 && gpus_in_rack(sim, slot, link) > 0;
    }
    return at.racks > 1 ? at.racks : 0;
}

typedef struct load {
    double bytes, most; /* B/s on the link, and of the flow that gets most */
} load;

static load load_of(const gpusim_sim *sim, uint32_t link)
{
    load on = {0};
    for (uint32_t slot = 0; slot < sim->jobs.count; slot++) {
        uint32_t times = crosses(sim, slot, link);
        double rate = GS_LIVE(sim, slot)->bandwidth;
        on.bytes += times ? times * rate : 0;
        on.most = times ? fmax(on.most, rate) : on.most;
    }
    return on;
}

const char *slow_shares(const gpusim_sim *sim)
{
    static char wrong[128];
    uint32_t links = sim->nodes.count + sim->model->cluster.rack_count + 1;
    load *loads = calloc(links, sizeof *loads);
    const char *said = NULL;
    for (uint32_t link = 0; loads && link < links; link++) {
        loads[link] = load_of(sim, link);
        if (loads[link].bytes > capacity(sim, link) * (1 + 1e-9)) {
            snprintf(wrong, sizeof wrong, "link %u carries %g of %g B/s", link, loads[link].bytes,
                     capacity(sim, link));
            said = wrong;
        }
    }
    for (uint32_t slot = 0; loads && slot < sim->jobs.count; slot++) {
        double rate = GS_LIVE(sim, slot)->bandwidth;
        int networked = 0, fair = 0;
        for (uint32_t link = 0; link < links; link++) {
            if (crosses(sim, slot, link)) {
                networked = 1;
                fair |= loads[link].bytes >= capacity(sim, link) * (1 - 1e-9) &&
                        rate >= loads[link].most * (1 - 1e-9);
            }
        }
        if (networked && !fair) {
            place at = place_of(sim, slot);
            fair = rate == reach(sim, at.group, at.least);
        }
        if (networked && !fair) {
            snprintf(wrong, sizeof wrong, "job %llu could have more than %g B/s",
                     (unsigned long long)GS_JOB(sim, slot)->order, rate);
            said = wrong;
        }
    }
    free(loads);
    return said;
}
