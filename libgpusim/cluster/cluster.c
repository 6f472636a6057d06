/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lays out groups of nodes as flat arrays of nodes, racks and GPUs. */
#include "cluster/cluster.h"

#include <stdio.h>
#include <string.h>

#define GS_CLUSTER_LIMIT INT32_MAX

static uint32_t racks_of(const gs_group_setup *setup)
{
    if (setup->count == 0) {
        return 0;
    }
    return setup->per_rack ? (setup->count - 1) / setup->per_rack + 1 : 1;
}

// sums of nodes, racks and GPUs; each group on its own and all together have to stay in range
static gpusim_status count_all(const gs_group_setup *setups, uint32_t count, gs_cluster *cluster,
                               uint32_t *wrong, gpusim_error *err)
{
    uint64_t nodes = 0, racks = 0, gpus = 0, words = 0;
    for (uint32_t i = 0; i < count; i++) {
        nodes += setups[i].count;
        racks += racks_of(&setups[i]);
        gpus += (uint64_t)setups[i].count * setups[i].gpus;
        words += (uint64_t)setups[i].count * ((setups[i].gpus + 63u) / 64u);
        if (nodes > GS_CLUSTER_LIMIT || gpus > GS_CLUSTER_LIMIT || words > GS_CLUSTER_LIMIT) {
            *wrong = i;
            return gpusim_fail(err, GPUSIM_SCENARIO, "more than %d nodes or GPUs",
                               GS_CLUSTER_LIMIT);
        }
        if (setups[i].gpus > cluster->largest_node) {
            cluster->largest_node = setups[i].gpus;
        }
    }
    cluster->group_count = count;
    cluster->node_count = (uint32_t)nodes;
    cluster->rack_count = (uint32_t)racks;
    cluster->gpu_count = (uint32_t)gpus;
    cluster->word_count = (uint32_t)words;
    return GPUSIM_OK;
}

static gpusim_status reserve(gs_cluster *cluster, gs_arena *arena, gpusim_error *err)
{
    size_t nodes = cluster->node_count;
    cluster->groups = gs_arena_get(arena, cluster->group_count * sizeof *cluster->groups);
    cluster->group_gpu = gs_arena_get(arena, cluster->group_count * sizeof(uint32_t));
    cluster->group_product = gs_arena_get(arena, cluster->group_count * sizeof(uint32_t));
    cluster->group_labels = gs_arena_get(arena, cluster->group_count * sizeof(uint32_t));
    cluster->racks = gs_arena_get(arena, cluster->rack_count * sizeof *cluster->racks);
    cluster->cluster_name = gs_arena_get(arena, cluster->group_count * sizeof(uint32_t));
    cluster->node_name = gs_arena_get(arena, nodes * sizeof(uint32_t));
    cluster->node_rack = gs_arena_get(arena, nodes * sizeof(uint32_t));
    cluster->node_group = gs_arena_get(arena, nodes * sizeof(uint32_t));
    cluster->node_first_gpu = gs_arena_get(arena, (nodes + 1) * sizeof(uint32_t));
    cluster->node_first_word = gs_arena_get(arena, (nodes + 1) * sizeof(uint32_t));
    if (!cluster->groups || !cluster->group_gpu || !cluster->group_product ||
        !cluster->group_labels || !cluster->racks || !cluster->cluster_name ||
        !cluster->node_name || !cluster->node_rack || !cluster->node_group ||
        !cluster->node_first_gpu || !cluster->node_first_word) {
        return gpusim_fail(err, GPUSIM_MEMORY, "no memory for %zu nodes", nodes);
    }
    return GPUSIM_OK;
}

// "train-0003": four digits, or as many as the group's last node needs
static gpusim_status add_name(gs_names *names, const char *stem, uint32_t number, int digits,
                              uint32_t *name, gpusim_error *err)
{
    char text[256];
    int length = snprintf(text, sizeof text, "%.200s-%0*u", stem, digits, number);
    return gs_names_add(names, text, (size_t)length, name, err);
}

typedef struct gs_place {
    uint32_t node, rack, gpu, word;
} gs_place;

static gpusim_status lay_out(const gs_group_setup *setup, uint32_t group, gs_names *names,
                             gs_cluster *cluster, gs_place *at, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    uint32_t per_rack = setup->per_rack ? setup->per_rack : setup->count;
    for (uint32_t k = 0; k < setup->count; k++) {
        // racks are not shared between groups
        if (k % per_rack == 0) {
            gs_rack *rack = &cluster->racks[at->rack];
            GPUSIM_TRY(add_name(names, "rack", at->rack, 2, &rack->name, err));
            rack->first_node = at->node;
            at->rack++;
        }
        cluster->racks[at->rack - 1].nodes++;

        uint32_t node = at->node++;
        if (setup->node_names) {
            const char *name = setup->node_names[k];
            GPUSIM_TRY(gs_names_add(names, name, strlen(name), &cluster->node_name[node], err));
        } else {
            GPUSIM_TRY(add_name(names, setup->name, k, 4, &cluster->node_name[node], err));
        }
        cluster->node_rack[node] = at->rack - 1;
        cluster->node_group[node] = group;
        cluster->node_first_gpu[node] = at->gpu;
        cluster->node_first_word[node] = at->word;
        at->gpu += setup->gpus;
        at->word += (setup->gpus + 63u) / 64u;
    }
cleanup:
    return status;
}

// groups of the same GPU have the same number; `next` is one that none has yet
static uint32_t kind_of(const gs_cluster *cluster, uint32_t group, uint32_t *next)
{
    for (uint32_t i = 0; i < group; i++) {
        if (cluster->group_gpu[i] == cluster->group_gpu[group]) {
            return cluster->groups[i].gpu_model;
        }
    }
    return (*next)++;
}

uint32_t gs_cluster_find(const gs_cluster *cluster, uint32_t name)
{
    uint32_t i = 0;
    while (i < cluster->cluster_count && cluster->cluster_name[i] != name) {
        i++;
    }
    return i < cluster->cluster_count ? i : GPUSIM_NONE;
}

// in order of their first groups; where some groups name theirs, the others are of `default`
static gpusim_status name_clusters(const gs_group_setup *setups, uint32_t count, gs_names *names,
                                   gs_cluster *cluster, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    uint32_t named = 0;
    while (named < count && !setups[named].cluster) {
        named++;
    }
    for (uint32_t i = 0; i < count; i++) {
        const char *text = setups[i].cluster ? setups[i].cluster : "default";
        uint32_t name = 0;
        if (named < count) {
            GPUSIM_TRY(gs_names_add(names, text, strlen(text), &name, err));
        }
        uint32_t found = gs_cluster_find(cluster, name);
        if (found == GPUSIM_NONE) {
            found = cluster->cluster_count++;
            cluster->cluster_name[found] = name;
        }
        cluster->groups[i].cluster = found;
    }
cleanup:
    return status;
}

// Groups that come from one file are adjacent, and their rows count from the first of its nodes.
static gpusim_status rank_nodes(const gs_group_setup *setups, uint32_t count, gs_arena *arena,
                                gs_cluster *cluster, gpusim_error *err)
{
    uint32_t i = 0;
    while (i < count && !setups[i].rows) {
        i++;
    }
    if (i == count) {
        return GPUSIM_OK;
    }
    cluster->node_rank = gs_arena_get(arena, cluster->node_count * sizeof(uint32_t));
    if (!cluster->node_rank) {
        return gpusim_fail(err, GPUSIM_MEMORY, "no memory for %u nodes", cluster->node_count);
    }
    uint32_t base = 0;
    for (i = 0; i < count; i++) {
        uint32_t first = cluster->groups[i].first_node;
        // the first node of a file stands in its first group
        base = !setups[i].rows || setups[i].rows[0] == 0 ? first : base;
        for (uint32_t k = 0; k < setups[i].count; k++) {
            cluster->node_rank[first + k] = base + (setups[i].rows ? setups[i].rows[k] : k);
        }
    }
    return GPUSIM_OK;
}

gpusim_status gs_cluster_build(const gs_group_setup *setups, uint32_t count, gs_names *names,
                               gs_arena *arena, gs_cluster *cluster, uint32_t *wrong,
                               gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    *wrong = GPUSIM_NONE;
    memset(cluster, 0, sizeof *cluster);
    GPUSIM_TRY(count_all(setups, count, cluster, wrong, err));
    GPUSIM_TRY(reserve(cluster, arena, err));

    gs_place at = {0};
    uint32_t kinds = 0;
    for (uint32_t i = 0; i < count; i++) {
        gpusim_group_info *group = &cluster->groups[i];
        group->memory = setups[i].memory;
        group->storage = setups[i].storage;
        group->gpu_memory = setups[i].gpu_memory;
        group->first_node = at.node;
        group->nodes = setups[i].count;
        group->gpus = setups[i].gpus;
        group->cpus = setups[i].cpus;
        cluster->group_labels[i] = setups[i].labels;
        group->node_class = setups[i].node_class;
        group->latency = setups[i].latency;
        group->cost = setups[i].cost;
        GPUSIM_TRY(gs_names_add(names, setups[i].name, strlen(setups[i].name), &group->name, err));
        GPUSIM_TRY(
            gs_names_add(names, setups[i].gpu, strlen(setups[i].gpu), &cluster->group_gpu[i], err));
        const char *product = setups[i].product;
        GPUSIM_TRY(gs_names_add(names, product, strlen(product), &cluster->group_product[i], err));
        group->gpu_model = kind_of(cluster, i, &kinds);
        GPUSIM_TRY(lay_out(&setups[i], i, names, cluster, &at, err));
    }
    cluster->node_first_gpu[at.node] = at.gpu;
    cluster->node_first_word[at.node] = at.word;
    GPUSIM_TRY(name_clusters(setups, count, names, cluster, err));
    GPUSIM_TRY(rank_nodes(setups, count, arena, cluster, err));
cleanup:
    return status;
}
