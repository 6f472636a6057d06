/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Links and storage that jobs share max-min. A gang on several nodes is one flow through the NICs
 * of its nodes, the uplinks of its racks if there are several, and the spine, once for each rack;
 * it is there as long as the job runs. A checkpoint that is being written is a flow to the storage.
 *
 * Only limited links are kept. Each has a list of hops, so a change costs the component of links
 * and flows that it is coupled to, and nothing else. */
#include <math.h>

#include "base/sort.h"
#include "core/sim.h"
#include "physics/network.h"

/* A link that faults leave nothing of still has so much: what is cut off is not a slow link. */
#define GS_NETWORK_LEAST 1e-9

/* What a component is put into while it is shared out; nothing of it is state. */
struct gs_network {
    gs_array jobs, links;                         /* uint32_t: slots, links */
    gs_array local;                               /* uint32_t, by link: its number in `links`, or
                                                   * GPUSIM_NONE */
    gs_array first, path, users;                  /* uint32_t */
    gs_array capacity, remaining, demand, shares; /* double */
    gs_array seen;                                /* uint8_t, by slot */
};

// ---- links ----

static uint32_t link_of_rack(const gpusim_sim *sim, uint32_t rack)
{
    return sim->model->cluster.node_count + rack;
}

static uint32_t spine_of(const gpusim_sim *sim)
{
    return sim->model->cluster.node_count + sim->model->cluster.rack_count;
}

uint32_t gs_link_of_storage(const gpusim_sim *sim)
{
    return spine_of(sim) + 1;
}

// what is not given is not limited
static double limit(double bandwidth)
{
    return bandwidth > 0 ? bandwidth : INFINITY;
}

static double uplink_of(const gpusim_sim *sim, uint32_t rack)
{
    const gs_cluster *cluster = &sim->model->cluster;
    uint32_t group = cluster->node_group[cluster->racks[rack].first_node];
    return limit(sim->model->hardware.racks[group].uplink);
}

double gs_link_capacity(const gpusim_sim *sim, uint32_t link)
{
    const gs_cluster *cluster = &sim->model->cluster;
    const gs_hardware *hardware = &sim->model->hardware;
    if (link < cluster->node_count) {
        double share = fmax(gs_node_effect(sim, link)->network, GS_NETWORK_LEAST);
        return limit(hardware->groups[cluster->node_group[link]].nic) * share;
    }
    if (link < spine_of(sim)) {
        return uplink_of(sim, link - cluster->node_count);
    }
    return limit(link == spine_of(sim) ? hardware->spine : hardware->storage);
}

gpusim_status gs_network_create(gpusim_sim *sim, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    uint32_t links = gs_link_of_storage(sim) + 1;
    int limited = 0;
    for (uint32_t link = 0; sim->model->hardware.groups && link < links && !limited; link++) {
        limited = gs_link_capacity(sim, link) < INFINITY;
    }
    if (!limited) {
        return GPUSIM_OK;
    }
    GPUSIM_TRY(gs_array_resize(&sim->links, links, err));
    for (uint32_t link = 0; link < links; link++) {
        GS_AT(sim->links, gs_link, link).first = GPUSIM_NONE;
    }

    // what sharing out works in
    GPUSIM_TRY(gs_allocate(&sim->network, 1, sizeof *sim->network, err));
    gs_network *at = sim->network;
    at->jobs = at->links = at->local = at->first = at->path = at->users = GS_ARRAY(uint32_t);
    at->capacity = at->remaining = at->demand = at->shares = GS_ARRAY(double);
    at->seen = GS_ARRAY(uint8_t);
    GPUSIM_TRY(gs_array_resize(&at->local, links, err));
    for (uint32_t link = 0; link < links; link++) {
        GS_AT(at->local, uint32_t, link) = GPUSIM_NONE;
    }
cleanup:
    return status;
}

void gs_network_destroy(gpusim_sim *sim)
{
    gs_network *at = sim->network;
    if (!at) {
        return;
    }
    gs_array *all[] = {&at->jobs,   &at->links,  &at->local,    &at->first,
                       &at->path,   &at->users,  &at->capacity, &at->remaining,
                       &at->demand, &at->shares, &at->seen};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        gs_array_release(all[i]);
    }
    gs_release(&sim->network);
}

// ---- hops ----

static void mark_link(gpusim_sim *sim, uint32_t link)
{
    gs_link *it = &GS_AT(sim->links, gs_link, link);
    if (!it->marked) {
        it->marked = 1;
        GS_KEEP(sim, gs_array_push(&sim->marked_links, &link, &sim->failure_error));
    }
}

void gs_network_degrade(gpusim_sim *sim, uint32_t node)
{
    if (sim->links.count > 0) {
        mark_link(sim, node);
    }
}

static void hop_add(gpusim_sim *sim, uint32_t slot, uint32_t link, uint32_t times)
{
    if (sim->links.count == 0 || gs_link_capacity(sim, link) == INFINITY) {
        return;
    }
    uint32_t *head = &GS_TOTALS(sim)->first_free_hop;
    uint32_t hop = *head;
    if (hop == GPUSIM_NONE) {
        hop = sim->hops.count;
        GS_KEEP(sim, gs_array_push(&sim->hops, NULL, &sim->failure_error));
        if (sim->failure != GPUSIM_OK) {
            return;
        }
    } else {
        *head = GS_AT(sim->hops, gs_hop, hop).next_of_job;
    }
    gs_link *it = &GS_AT(sim->links, gs_link, link);
    gs_live *live = GS_LIVE(sim, slot);
    GS_AT(sim->hops, gs_hop, hop) = (gs_hop){
        .job = slot,
        .link = link,
        .next_on_link = it->first,
        .previous_on_link = GPUSIM_NONE,
        .next_of_job = live->first_hop,
        .times = times,
    };
    if (it->first != GPUSIM_NONE) {
        GS_AT(sim->hops, gs_hop, it->first).previous_on_link = hop;
    }
    live->first_hop = it->first = hop;
    it->hops++;
    mark_link(sim, link);
}

// takes a hop off its link, and frees it; returns the job's next
static uint32_t hop_drop(gpusim_sim *sim, uint32_t hop)
{
    gs_hop *it = &GS_AT(sim->hops, gs_hop, hop);
    gs_link *link = &GS_AT(sim->links, gs_link, it->link);
    uint32_t next = it->next_of_job;
    if (it->previous_on_link == GPUSIM_NONE) {
        link->first = it->next_on_link;
    } else {
        GS_AT(sim->hops, gs_hop, it->previous_on_link).next_on_link = it->next_on_link;
    }
    if (it->next_on_link != GPUSIM_NONE) {
        GS_AT(sim->hops, gs_hop, it->next_on_link).previous_on_link = it->previous_on_link;
    }
    link->hops--;
    mark_link(sim, it->link);
    *it = (gs_hop){.next_of_job = GS_TOTALS(sim)->first_free_hop};
    GS_TOTALS(sim)->first_free_hop = hop;
    return next;
}

// ---- where a collective goes ----

// nodes and racks of a job, in order: its parts are sorted
typedef struct gs_stop {
    uint32_t at; /* next part */
    uint32_t node, gpus;
} gs_stop;

static int next_node(const gpusim_sim *sim, const gpusim_job_info *job, gs_stop *stop)
{
    const gpusim_part *parts = (const gpusim_part *)sim->parts.data + job->first_part;
    if (stop->at == job->parts) {
        return 0;
    }
    stop->node = parts[stop->at].node;
    stop->gpus = 0;
    while (stop->at < job->parts && parts[stop->at].node == stop->node) {
        stop->gpus += parts[stop->at++].gpus;
    }
    return 1;
}

void gs_network_join(gpusim_sim *sim, uint32_t slot)
{
    const gpusim_job_info *job = GS_JOB(sim, slot);
    const uint32_t *rack_of = sim->model->cluster.node_rack;
    gs_live *live = GS_LIVE(sim, slot);
    live->spread = live->most = 0;
    live->least = GPUSIM_NONE;
    live->tier = GS_TIER_GPU;
    live->first_hop = GPUSIM_NONE;
    live->bandwidth = INFINITY;
    uint32_t racks = 0, rack = GPUSIM_NONE;
    for (gs_stop stop = {0}; next_node(sim, job, &stop);) {
        live->spread++;
        live->most = stop.gpus > live->most ? stop.gpus : live->most;
        live->least = stop.gpus < live->least ? stop.gpus : live->least;
        racks += rack_of[stop.node] != rack;
        rack = rack_of[stop.node];
    }
    if (!(gs_profile_of(sim, slot)->volume > 0) || job->gpus < 2 || !sim->model->hardware.groups) {
        return;
    }
    live->tier = live->spread == 1 ? GS_TIER_NODE : racks == 1 ? GS_TIER_RACK : GS_TIER_SPINE;
    if (live->spread == 1) {
        return;
    }

    // its hops; until links are shared out it is taken to be alone on them
    rack = GPUSIM_NONE;
    for (gs_stop stop = {0}; next_node(sim, job, &stop);) {
        hop_add(sim, slot, stop.node, 1);
        if (racks > 1 && rack_of[stop.node] != rack) {
            rack = rack_of[stop.node];
            hop_add(sim, slot, link_of_rack(sim, rack), 1);
        }
    }
    if (racks > 1) {
        hop_add(sim, slot, spine_of(sim), racks);
    }
    live->bandwidth = gs_network_rails(sim, slot);
    for (uint32_t hop = live->first_hop; hop != GPUSIM_NONE;) {
        const gs_hop *it = &GS_AT(sim->hops, gs_hop, hop);
        live->bandwidth = fmin(live->bandwidth, gs_link_capacity(sim, it->link) / it->times);
        hop = it->next_of_job;
    }
}

void gs_network_leave(gpusim_sim *sim, uint32_t slot)
{
    gs_live *live = GS_LIVE(sim, slot);
    while (live->first_hop != GPUSIM_NONE) {
        live->first_hop = hop_drop(sim, live->first_hop);
    }
}

// ---- checkpoints ----

void gs_network_write(gpusim_sim *sim, uint32_t slot)
{
    GS_LIVE(sim, slot)->write_rate = limit(sim->model->hardware.storage);
    if (sim->links.count > 0) {
        hop_add(sim, slot, gs_link_of_storage(sim), 1);
    }
}

void gs_network_written(gpusim_sim *sim, uint32_t slot)
{
    gs_live *live = GS_LIVE(sim, slot);
    uint32_t *from = &live->first_hop;
    while (*from != GPUSIM_NONE) {
        if (GS_AT(sim->hops, gs_hop, *from).link == gs_link_of_storage(sim)) {
            *from = hop_drop(sim, *from);
            return;
        }
        from = &GS_AT(sim->hops, gs_hop, *from).next_of_job;
    }
}

// ---- sharing out ----

static gpusim_status add_link(gs_network *at, uint32_t link, gpusim_error *err)
{
    uint32_t *local = &GS_AT(at->local, uint32_t, link);
    if (*local != GPUSIM_NONE) {
        return GPUSIM_OK;
    }
    *local = at->links.count;
    return gs_array_push(&at->links, &link, err);
}

static gpusim_status add_job(gpusim_sim *sim, uint32_t slot, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gs_network *at = sim->network;
    if (GS_AT(at->seen, uint8_t, slot)) {
        return GPUSIM_OK;
    }
    GS_AT(at->seen, uint8_t, slot) = 1;
    GPUSIM_TRY(gs_array_push(&at->jobs, &slot, err));
    for (uint32_t hop = GS_LIVE(sim, slot)->first_hop; hop != GPUSIM_NONE;) {
        const gs_hop *it = &GS_AT(sim->hops, gs_hop, hop);
        if (it->link != gs_link_of_storage(sim)) {
            GPUSIM_TRY(add_link(at, it->link, err));
        }
        hop = it->next_of_job;
    }
cleanup:
    return status;
}

// all links and flows that a link is coupled to, in order of their numbers
static gpusim_status find_component(gpusim_sim *sim, uint32_t link, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gs_network *at = sim->network;
    at->links.count = at->jobs.count = 0;
    GPUSIM_TRY(add_link(at, link, err));
    for (uint32_t i = 0; i < at->links.count; i++) {
        uint32_t hop = GS_AT(sim->links, gs_link, GS_AT(at->links, uint32_t, i)).first;
        for (; hop != GPUSIM_NONE; hop = GS_AT(sim->hops, gs_hop, hop).next_on_link) {
            GPUSIM_TRY(add_job(sim, GS_AT(sim->hops, gs_hop, hop).job, err));
        }
    }
    gs_sort_numbers(at->links.data, at->links.count);
    gs_sort_numbers(at->jobs.data, at->jobs.count);
    for (uint32_t i = 0; i < at->links.count; i++) {
        uint32_t it = GS_AT(at->links, uint32_t, i);
        GS_AT(at->local, uint32_t, it) = i;
        GS_AT(sim->links, gs_link, it).marked = 0;
    }
cleanup:
    return status;
}

static void forget_component(gs_network *at)
{
    for (uint32_t i = 0; i < at->links.count; i++) {
        GS_AT(at->local, uint32_t, GS_AT(at->links, uint32_t, i)) = GPUSIM_NONE;
    }
    for (uint32_t i = 0; i < at->jobs.count; i++) {
        GS_AT(at->seen, uint8_t, GS_AT(at->jobs, uint32_t, i)) = 0;
    }
}

// the component as gs_max_min wants it
static gpusim_status describe_component(gpusim_sim *sim, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gs_network *at = sim->network;
    uint32_t links = at->links.count, flows = at->jobs.count;
    GPUSIM_TRY(gs_array_resize(&at->capacity, links, err));
    GPUSIM_TRY(gs_array_resize(&at->remaining, links, err));
    GPUSIM_TRY(gs_array_resize(&at->users, links, err));
    GPUSIM_TRY(gs_array_resize(&at->demand, flows, err));
    GPUSIM_TRY(gs_array_resize(&at->shares, flows, err));
    GPUSIM_TRY(gs_array_resize(&at->first, flows + 1, err));
    for (uint32_t i = 0; i < links; i++) {
        GS_AT(at->capacity, double, i) = gs_link_capacity(sim, GS_AT(at->links, uint32_t, i));
    }
    at->path.count = 0;
    for (uint32_t i = 0; i < flows; i++) {
        uint32_t slot = GS_AT(at->jobs, uint32_t, i);
        GS_AT(at->first, uint32_t, i) = at->path.count;
        GS_AT(at->demand, double, i) = gs_network_rails(sim, slot);
        for (uint32_t hop = GS_LIVE(sim, slot)->first_hop; hop != GPUSIM_NONE;) {
            const gs_hop *it = &GS_AT(sim->hops, gs_hop, hop);
            for (uint32_t k = 0; k < it->times && it->link != gs_link_of_storage(sim); k++) {
                GPUSIM_TRY(gs_array_push(&at->path, &GS_AT(at->local, uint32_t, it->link), err));
            }
            hop = it->next_of_job;
        }
    }
    GS_AT(at->first, uint32_t, flows) = at->path.count;
cleanup:
    return status;
}

static gpusim_status share_out(gpusim_sim *sim, uint32_t link, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gs_network *at = sim->network;
    GPUSIM_TRY(gs_array_resize(&at->seen, sim->jobs.count, err));
    GPUSIM_TRY(find_component(sim, link, err));
    GPUSIM_TRY(describe_component(sim, err));
    gs_max_min(at->capacity.data, at->links.count, at->first.data, at->path.data, at->demand.data,
               at->jobs.count, at->remaining.data, at->users.data, at->shares.data);
    for (uint32_t i = 0; i < at->jobs.count; i++) {
        uint32_t slot = GS_AT(at->jobs, uint32_t, i);
        double share = GS_AT(at->shares, double, i);
        if (share != GS_LIVE(sim, slot)->bandwidth) {
            GS_LIVE(sim, slot)->bandwidth = share;
            gs_mark_job(sim, slot);
        }
    }
cleanup:
    forget_component(at);
    return status;
}

// the storage gives all who write the same; what they have written so far is settled first
static void share_storage(gpusim_sim *sim)
{
    const gs_link *storage = &GS_AT(sim->links, gs_link, gs_link_of_storage(sim));
    double share = gs_link_capacity(sim, gs_link_of_storage(sim)) / storage->hops;
    for (uint32_t hop = storage->first; hop != GPUSIM_NONE;) {
        const gs_hop *it = &GS_AT(sim->hops, gs_hop, hop);
        gs_progress_settle(sim, it->job);
        GS_LIVE(sim, it->job)->write_rate = share;
        gs_mark_job(sim, it->job);
        hop = it->next_on_link;
    }
}

gpusim_status gs_network_update(gpusim_sim *sim, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    uint32_t *marked = sim->marked_links.data;
    gs_sort_numbers(marked, sim->marked_links.count);
    for (uint32_t i = 0; i < sim->marked_links.count; i++) {
        gs_link *link = &GS_AT(sim->links, gs_link, marked[i]);
        if (!link->marked) {
            continue; // it was in the component of one before it
        }
        link->marked = 0;
        if (marked[i] == gs_link_of_storage(sim)) {
            share_storage(sim);
        } else {
            GPUSIM_TRY(share_out(sim, marked[i], err));
        }
    }
    sim->marked_links.count = 0;
cleanup:
    return status;
}
