/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who holds which GPUs, cores and memory. Free GPUs are bits; an allocation is a block of parts,
 * each a run of adjacent GPUs of one node, or one GPU that is shared (core/share.c). Everything is
 * checked here, and nowhere else. */
#include <string.h>

#include "core/fleet.h"
#include "core/measure.h"
#include "core/sim.h"
#include "policy/selector.h"

static uint64_t *words_of(gpusim_sim *sim, uint32_t node)
{
    return (uint64_t *)sim->gpu_free.data + sim->model->cluster.node_first_word[node];
}

// ---- blocks of parts: sizes are powers of two, free ones are chained through `node` ----

static uint32_t block_class(uint32_t parts)
{
    uint32_t k = 0;
    while ((1u << k) < parts) {
        k++;
    }
    return k;
}

static gpusim_status block_get(gpusim_sim *sim, uint32_t parts, uint32_t *first, gpusim_error *err)
{
    uint32_t k = block_class(parts);
    uint32_t *head = &GS_TOTALS(sim)->free_parts[k];
    if (*head != GPUSIM_NONE) {
        *first = *head;
        *head = GS_AT(sim->parts, gpusim_part, *first).node;
        return GPUSIM_OK;
    }
    *first = sim->parts.count;
    gpusim_status status = gs_array_resize(&sim->parts, *first + (1u << k), err);
    gs_sim_refresh_view(sim);
    return status;
}

static void block_free(gpusim_sim *sim, uint32_t first, uint32_t parts)
{
    uint32_t k = block_class(parts);
    uint32_t *head = &GS_TOTALS(sim)->free_parts[k];
    gpusim_part *part = (gpusim_part *)sim->parts.data + first;
    memset(part, 0, sizeof *part << k);
    part->node = *head;
    *head = first;
}

// ---- one node ----

// cores, memory and storage that a part takes: per GPU, or once for a job that wants none
static uint64_t cpus_of(const gpusim_job_info *job, uint32_t gpus)
{
    return (uint64_t)job->cpus * (job->gpus ? gpus : 1);
}

static uint64_t bytes_of(const gpusim_job_info *job, uint64_t each, uint32_t gpus)
{
    uint64_t bytes = 0;
    return __builtin_mul_overflow(each, job->gpus ? gpus : 1, &bytes) ? UINT64_MAX : bytes;
}

// a node whose cores, memory or storage are not limited has the type's maximum of them, and keeps
// it
static void charge(gpusim_node_info *node, const gpusim_job_info *job, uint32_t gpus, int sign)
{
    if (!gs_job_shares(job)) {
        node->free_gpus = sign > 0 ? node->free_gpus - gpus : node->free_gpus + gpus;
    }
    if (node->cpus != UINT32_MAX) {
        uint32_t cpus = (uint32_t)cpus_of(job, gpus);
        node->free_cpus = sign > 0 ? node->free_cpus - cpus : node->free_cpus + cpus;
    }
    if (node->memory != UINT64_MAX) {
        uint64_t memory = bytes_of(job, job->memory, gpus);
        node->free_memory = sign > 0 ? node->free_memory - memory : node->free_memory + memory;
    }
    if (node->storage != UINT64_MAX && job->storage > 0) {
        uint64_t storage = bytes_of(job, job->storage, gpus);
        node->free_storage = sign > 0 ? node->free_storage - storage : node->free_storage + storage;
    }
}

static gpusim_refusal check_node(const gpusim_sim *sim, const gpusim_job_info *job,
                                 const gpusim_part *part, int back)
{
    if (part->node >= sim->nodes.count) {
        return GPUSIM_REFUSED_NO_NODE;
    }
    const gpusim_node_info *node = GS_NODE(sim, part->node);
    if (node->state != GPUSIM_NODE_UP && !back) {
        return GPUSIM_REFUSED_NO_NODE;
    }
    if (job->group != GPUSIM_NONE && node->group != job->group) {
        return GPUSIM_REFUSED_GROUP;
    }
    if (!gs_cluster_takes(job, sim->view.groups[node->group].cluster)) {
        return GPUSIM_REFUSED_CLUSTER;
    }
    if (!gs_selects_node(&sim->view, job, part->node)) {
        return GPUSIM_REFUSED_SELECTOR;
    }
    if (job->avoid == part->node + 1 && !back) {
        return GPUSIM_REFUSED_AVOIDED;
    }
    uint32_t room =
        gs_job_shares(job) ? gs_share_room(&sim->view, job, part->node) : node->free_gpus;
    if (part->gpus > room || (part->gpus == 0) != (job->gpus == 0) ||
        !gs_group_takes(&sim->view, job, node->group)) {
        return GPUSIM_REFUSED_GPUS;
    }
    if (node->cpus != UINT32_MAX && cpus_of(job, part->gpus) > node->free_cpus) {
        return GPUSIM_REFUSED_CPUS;
    }
    uint64_t gpu_memory = sim->view.groups[node->group].gpu_memory;
    if ((node->memory != UINT64_MAX &&
         bytes_of(job, job->memory, part->gpus) > node->free_memory) ||
        (gpu_memory != 0 && job->gpu_memory > gpu_memory)) {
        return GPUSIM_REFUSED_MEMORY;
    }
    if (node->storage != UINT64_MAX &&
        bytes_of(job, job->storage, part->gpus) > node->free_storage) {
        return GPUSIM_REFUSED_STORAGE;
    }
    return GPUSIM_ACCEPTED;
}

static gpusim_status add_run(gpusim_sim *sim, uint32_t node, uint32_t first, uint32_t gpus,
                             gpusim_error *err)
{
    gpusim_part run = {.node = node, .first_gpu = first, .gpus = gpus, .milli = gpus ? 1000 : 0};
    return gs_array_push(&sim->scratch, &run, err);
}

// takes `gpus` free bits of a node from bit `from` on, as runs; with `exactly`, these very bits.
// Bits beyond its last GPU are never free
static gpusim_refusal take_bits(gpusim_sim *sim, uint32_t node, uint32_t from, uint32_t gpus,
                                int exactly)
{
    uint64_t *words = words_of(sim, node);
    uint32_t size = GS_NODE(sim, node)->gpus;
    uint32_t left = gpus, begun = from, bit = from; // a run is begun .. bit - 1
    while (bit < size && left > 0) {
        uint64_t rest = words[bit / 64] >> (bit % 64);
        uint32_t held = rest ? (uint32_t)__builtin_ctzll(rest) : 64 - bit % 64;
        if (held > 0) {
            if (exactly) {
                break;
            }
            if (bit > begun) {
                GS_KEEP(sim, add_run(sim, node, begun, bit - begun, &sim->failure_error));
            }
            bit += held;
            begun = bit;
            continue;
        }

        // as many as are free side by side in this word, but no more than are wanted
        uint32_t some = ~rest ? (uint32_t)__builtin_ctzll(~rest) : 64;
        some = some < left ? some : left;
        uint64_t taken = some < 64 ? (UINT64_C(1) << some) - 1 : UINT64_MAX;
        words[bit / 64] &= ~(taken << (bit % 64));
        bit += some;
        left -= some;
    }
    if (bit > begun) {
        GS_KEEP(sim, add_run(sim, node, begun, bit - begun, &sim->failure_error));
    }
    return left == 0 ? GPUSIM_ACCEPTED : GPUSIM_REFUSED_GPUS;
}

// GPUs that are taken whole, or given back so, where others are shared
static void set_shares(gpusim_sim *sim, const gpusim_part *run, int taken)
{
    uint32_t first = sim->model->cluster.node_first_gpu[run->node] + run->first_gpu;
    const gpusim_group_info *group = &sim->view.groups[GS_NODE(sim, run->node)->group];
    gpusim_gpu_info left = {0};
    if (!taken) {
        left = gs_share_empty(group);
    }
    for (uint32_t g = 0; sim->model->cuts && g < run->gpus; g++) {
        GS_AT(sim->shares, gpusim_gpu_info, first + g) = left;
    }
}

static void give_run(gpusim_sim *sim, const gpusim_job_info *job, const gpusim_part *run)
{
    if (gs_job_shares(job)) {
        gs_share_give_part(sim, job, run);
        return;
    }
    set_shares(sim, run, 0);
    uint64_t *words = words_of(sim, run->node);
    for (uint32_t bit = run->first_gpu; bit < run->first_gpu + run->gpus; bit++) {
        words[bit / 64] |= UINT64_C(1) << (bit % 64);
    }
}

static gpusim_refusal take_part(gpusim_sim *sim, const gpusim_job_info *job,
                                const gpusim_part *part, int back)
{
    gpusim_refusal refusal = check_node(sim, job, part, back);
    if (refusal != GPUSIM_ACCEPTED) {
        return refusal;
    }
    uint32_t before = sim->scratch.count;
    if (part->gpus == 0) {
        GS_KEEP(sim, add_run(sim, part->node, GPUSIM_NONE, 0, &sim->failure_error));
    } else if (gs_job_shares(job)) {
        refusal = gs_share_take_part(sim, job, part);
    } else if (part->first_gpu == GPUSIM_NONE) {
        refusal = take_bits(sim, part->node, 0, part->gpus, 0);
    } else {
        refusal = take_bits(sim, part->node, part->first_gpu, part->gpus, 1);
    }

    // what was taken is charged at once, so that a second part of the same node is checked right
    for (uint32_t i = before; i < sim->scratch.count; i++) {
        const gpusim_part *run = &GS_AT(sim->scratch, gpusim_part, i);
        charge(GS_NODE(sim, part->node), job, run->gpus, 1);
        if (!gs_job_shares(job)) {
            set_shares(sim, run, 1);
        }
    }
    return refusal;
}

// by node and GPU, so that parts of a node are adjacent; nearly always sorted already
static void sort_runs(gpusim_part *runs, uint32_t count)
{
    for (uint32_t i = 1; i < count; i++) {
        gpusim_part run = runs[i];
        uint32_t at = i;
        while (at > 0 &&
               (runs[at - 1].node > run.node ||
                (runs[at - 1].node == run.node && runs[at - 1].first_gpu > run.first_gpu))) {
            runs[at] = runs[at - 1];
            at--;
        }
        runs[at] = run;
    }
}

static gpusim_refusal check_whole(const gpusim_sim *sim, const gpusim_job_info *job,
                                  const gpusim_placement *placement, uint64_t gpus)
{
    if (placement->count == 0 || gpus < job->least_gpus || gpus > job->most_gpus ||
        (gpus == 0 && placement->count != 1)) {
        return GPUSIM_REFUSED_GPUS;
    }
    if (!gs_is_in_one_cluster(&sim->view, placement)) {
        return GPUSIM_REFUSED_CLUSTER;
    }
    if (job->vc != GPUSIM_NONE) {
        const gpusim_vc_info *vc = &GS_AT(sim->vcs, gpusim_vc_info, job->vc);
        uint64_t held = gs_vc_milli(vc) + gpus * job->milli;
        if (sim->model->setup.borrow) {
            held = job->preemptible ? 0 : held - vc->preemptible; // those may run on what is lent
        }
        if (vc->quota != GPUSIM_NONE && held > (uint64_t)vc->quota * 1000) {
            return GPUSIM_REFUSED_QUOTA;
        }
    }
    return GPUSIM_ACCEPTED;
}

uint64_t gs_placement_gpus(const gpusim_placement *placement)
{
    uint64_t gpus = 0;
    for (uint32_t i = 0; i < placement->count; i++) {
        gpus += placement->parts[i].gpus;
    }
    return gpus;
}

// counts each node of the sorted parts once, and brings the index up to date
static void count_nodes(gpusim_sim *sim, const gpusim_job_info *job, const gpusim_part *parts,
                        uint32_t count, int sign)
{
    uint64_t milli = 0;
    for (uint32_t i = 0; i < count; i++) {
        milli += (uint64_t)parts[i].gpus * job->milli;
        if (i + 1 == count || parts[i + 1].node != parts[i].node) {
            gpusim_node_info *node = GS_NODE(sim, parts[i].node);
            node->jobs = sign > 0 ? node->jobs + 1 : node->jobs - 1;
            if (node->jobs == 0 && node->state == GPUSIM_NODE_DRAINING) {
                GS_TOTALS(sim)->emptied = 1;
            }
            if (node->jobs == 0) {
                gs_pool_emptied(sim, parts[i].node);
            }
            gs_node_changed(sim, parts[i].node);
            gs_measure_load(sim, parts[i].node, milli, sign);
            milli = 0;
        }
    }
}

gpusim_refusal gs_allocation_take(gpusim_sim *sim, uint32_t slot, const gpusim_placement *placement,
                                  int back)
{
    gpusim_job_info *job = GS_JOB(sim, slot);
    uint64_t gpus = gs_placement_gpus(placement);
    gpusim_refusal refusal = check_whole(sim, job, placement, gpus);
    sim->scratch.count = 0;
    for (uint32_t i = 0; i < placement->count && refusal == GPUSIM_ACCEPTED; i++) {
        refusal = take_part(sim, job, &placement->parts[i], back);
    }

    uint32_t first = 0;
    gpusim_part *runs = sim->scratch.data;
    uint32_t count = sim->scratch.count;
    if (refusal == GPUSIM_ACCEPTED) {
        GS_KEEP(sim, block_get(sim, count, &first, &sim->failure_error));
    }
    if (refusal != GPUSIM_ACCEPTED || sim->failure != GPUSIM_OK) {
        for (uint32_t i = 0; i < count; i++) {
            charge(GS_NODE(sim, runs[i].node), job, runs[i].gpus, -1);
            give_run(sim, job, &runs[i]);
        }
        return refusal != GPUSIM_ACCEPTED ? refusal : GPUSIM_REFUSED_MEMORY;
    }

    sort_runs(runs, count);
    memcpy((gpusim_part *)sim->parts.data + first, runs, count * sizeof *runs);
    job->first_part = first;
    job->parts = count;
    job->gpus = (uint32_t)gpus;
    count_nodes(sim, job, runs, count, 1);
    gs_share_count(sim, job, 1);
    GS_KEEP(sim, gs_tenants_add(sim, slot, &sim->failure_error));
    gs_physics_join(sim, slot);
    GS_KEEP(sim, gs_vram_join(sim, slot, &sim->failure_error));
    return GPUSIM_ACCEPTED;
}

void gs_allocation_release(gpusim_sim *sim, uint32_t slot)
{
    gpusim_job_info *job = GS_JOB(sim, slot);
    const gpusim_part *parts = (const gpusim_part *)sim->parts.data + job->first_part;
    gs_physics_leave(sim, slot);
    gs_tenants_remove(sim, slot);
    GS_KEEP(sim, gs_vram_leave(sim, slot, &sim->failure_error));
    for (uint32_t i = 0; i < job->parts; i++) {
        charge(GS_NODE(sim, parts[i].node), job, parts[i].gpus, -1);
        give_run(sim, job, &parts[i]);
    }
    count_nodes(sim, job, parts, job->parts, -1);
    gs_share_count(sim, job, -1);
    block_free(sim, job->first_part, job->parts);
    job->first_part = 0;
    job->parts = 0;
}

// the first nodes with room, all in one cluster
static int anywhere_in(gpusim_sim *sim, uint32_t slot, uint32_t cluster,
                       gpusim_placement *placement)
{
    const gpusim_job_info *job = GS_JOB(sim, slot);
    uint32_t left = job->gpus;
    sim->anywhere.count = 0;
    for (uint32_t n = 0; n < sim->nodes.count && (left > 0 || sim->anywhere.count == 0); n++) {
        int here = sim->view.groups[GS_NODE(sim, n)->group].cluster == cluster;
        uint32_t room = here && GS_NODE(sim, n)->state == GPUSIM_NODE_UP
                            ? gpusim_view_room(&sim->view, job, n)
                            : 0;
        if (room > 0) {
            uint32_t take = job->gpus == 0 ? 0 : room < left ? room : left;
            gpusim_part part = {.node = n, .first_gpu = GPUSIM_NONE, .gpus = take, .milli = 1000};
            GS_KEEP(sim, gs_array_push(&sim->anywhere, &part, &sim->failure_error));
            left -= take;
        }
    }
    placement->parts = sim->anywhere.data;
    placement->count = placement->capacity = sim->anywhere.count;
    return left == 0 && sim->anywhere.count > 0;
}

int gs_allocation_anywhere(gpusim_sim *sim, uint32_t slot, gpusim_placement *placement)
{
    uint32_t cluster = 0;
    while (cluster < sim->view.cluster_count && !anywhere_in(sim, slot, cluster, placement)) {
        cluster++;
    }
    return cluster < sim->view.cluster_count;
}
