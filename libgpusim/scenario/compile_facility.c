/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Racks and what the whole cluster shares, from the scenario to the model. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "physics/heat.h"
#include "physics/network.h"
#include "scenario/compile.h"
#include "scenario/series.h"

#define RECIRCULATION "cluster.cooling.recirculation"

static gpusim_status fail_memory(gpusim_error *err)
{
    return gpusim_fail(err, GPUSIM_MEMORY, "no memory for the hardware of racks");
}

// ---- series ----

static gpusim_status compile_series(const gs_compilation *at, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gs_hardware *hardware = &at->model->hardware;
    const gs_facility_power_fields *power = &at->scenario->cluster.power;
    const gs_facility_cooling_fields *cooling = &at->scenario->cluster.cooling;
    const struct {
        const char *key;
        const gpusim_one_of *written;
        gpusim_unit unit;
        gs_steps *steps;
    } all[] = {
        {"cluster.power.rack_cap", &power->rack_cap, GPUSIM_UNIT_WATT, &hardware->rack_cap},
        {"cluster.power.carbon", &power->carbon, GPUSIM_UNIT_KILOGRAM_PER_JOULE, &hardware->carbon},
        {"cluster.power.price", &power->price, GPUSIM_UNIT_PER_JOULE, &hardware->price},
        {"cluster.cooling.supply", &cooling->supply, GPUSIM_UNIT_CELSIUS, &hardware->supply},
        {"cluster.cooling.water", &cooling->water, GPUSIM_UNIT_CELSIUS, &hardware->water},
    };
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        status = gs_series_compile(at, all[i].key, all[i].written, all[i].unit, all[i].steps, err);
        GPUSIM_TRY(gs_compile_note(at, status, err));
    }
cleanup:
    return status;
}

// ---- recirculation ----

// shares of each node's exhaust that enter each node, from the three numbers
static void spread_shares(const gs_recirculation_fields *written, uint32_t nodes, double *cross)
{
    for (uint32_t i = 0; i < nodes; i++) {
        for (uint32_t j = 0; j < nodes; j++) {
            double share = written->all / nodes;
            share += i == j ? written->self : 0;
            share += i + 1 == j || j + 1 == i ? written->neighbour : 0;
            cross[(size_t)i * nodes + j] = share;
        }
    }
}

// of a smaller rack, the first nodes' part
static gpusim_status copy_matrix(const gs_compilation *at, const gpusim_list *rows, uint32_t full,
                                 uint32_t nodes, double *cross, gpusim_error *err)
{
    const gpusim_list *row = rows->items;
    if (rows->count != full) {
        return gs_compile_fail(at, err, RECIRCULATION ".matrix",
                               "a full rack has %u nodes, the matrix is of %u", full, rows->count);
    }
    for (uint32_t i = 0; i < full; i++) {
        if (row[i].count != full) {
            char key[96];
            snprintf(key, sizeof key, RECIRCULATION ".matrix[%u]", i);
            return gs_compile_fail(at, err, key, "a row must have an entry for each of %u nodes",
                                   full);
        }
    }
    for (uint32_t i = 0; i < nodes; i++) {
        memcpy(cross + (size_t)i * nodes, row[i].items, nodes * sizeof *cross);
    }
    return GPUSIM_OK;
}

uint32_t gs_rack_size(const gs_scenario_group *group)
{
    return group->per_rack && group->per_rack < group->count ? group->per_rack : group->count;
}

// for a rack of so many nodes
static gpusim_status make_recirculation(const gs_compilation *at, uint32_t group, uint32_t nodes,
                                        gs_recirculation *air, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    const gs_recirculation_fields *written = &at->scenario->cluster.cooling.recirculation;
    const gs_node_hardware *node = &at->model->hardware.groups[group];
    const gs_scenario_group *groups = at->scenario->cluster.nodes.items;
    double *cross = NULL, *flow = NULL;
    if (!written->present || !node->physical || node->cooling != GS_COOLING_AIR ||
        groups[group].gpus == 0 || node->airflow <= 0) {
        return GPUSIM_OK; // GPUs without air are refused by check_hardware.c
    }
    if (nodes > 512) {
        char key[64];
        snprintf(key, sizeof key, "cluster.nodes[%u].per_rack", group);
        status = gs_compile_fail(at, err, key, "a rack of %u nodes is too large for recirculation",
                                 nodes);
        gpusim_error_hint(err, "say how many nodes a rack has: at most 512 breathe the same air");
        return status;
    }
    GPUSIM_TRY(gs_allocate(&cross, (size_t)nodes * nodes, sizeof *cross, err));
    GPUSIM_TRY(gs_allocate(&flow, nodes, sizeof *flow, err));
    if (written->matrix.count) {
        GPUSIM_TRY(
            copy_matrix(at, &written->matrix, gs_rack_size(&groups[group]), nodes, cross, err));
    } else {
        spread_shares(written, nodes, cross);
    }
    for (uint32_t i = 0; i < nodes; i++) {
        flow[i] = node->airflow;
    }
    double *d = gs_arena_get(&at->model->arena, (size_t)nodes * nodes * sizeof *d);
    if (!d) {
        status = fail_memory(err);
        goto cleanup;
    }
    status = gs_recirculation_matrix(cross, flow, nodes, d, err);
    if (status == GPUSIM_ARGUMENT) {
        char message[sizeof err->message];
        snprintf(message, sizeof message, "%s", err->message);
        status = gs_compile_fail(at, err, RECIRCULATION, "%s", message);
        gpusim_error_hint(err, "shares of a node's exhaust must sum to less than 1");
    }
    *air = (gs_recirculation){.d = d, .nodes = nodes};
cleanup:
    gs_release(&cross);
    gs_release(&flow);
    return status;
}

static gpusim_status compile_racks(const gs_compilation *at, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    const gpusim_list *groups = &at->scenario->cluster.nodes;
    const gs_scenario_group *group = groups->items;
    gs_rack_hardware *racks = gs_arena_get(&at->model->arena, groups->count * sizeof *racks);
    if (!racks) {
        return fail_memory(err);
    }
    at->model->hardware.racks = racks;
    for (uint32_t i = 0; i < groups->count; i++) {
        const gs_racks_fields *written =
            group[i].rack.present ? &group[i].rack : &at->scenario->cluster.racks;
        racks[i].switches = written->switches;
        racks[i].losses = written->losses.items;
        racks[i].loss_count = written->losses.count;
        racks[i].uplink = isnan(group[i].uplink) ? 0 : group[i].uplink;
        uint32_t full = gs_rack_size(&group[i]), last = group[i].count % full;
        status = make_recirculation(at, i, full, &racks[i].air, err);
        GPUSIM_TRY(gs_compile_note(at, status, err));
        if (last > 0 && racks[i].air.d) {
            GPUSIM_TRY(make_recirculation(at, i, last, &racks[i].last, err));
        }
    }
cleanup:
    return status;
}

// ---- network ----

static gpusim_status make_tier(const gs_compilation *at, gs_tier tier, const char *name,
                               const gs_tier_fields *written, gpusim_error *err)
{
    gs_tier_cost *cost = &at->model->hardware.tiers[tier];
    const gs_measured_point *point = written->measured.items;
    uint32_t count = written->measured.count;
    char key[96];
    *cost = *gs_tier_default(tier);
    cost->alpha = isnan(written->alpha) ? cost->alpha : written->alpha;
    cost->efficiency = isnan(written->efficiency) ? cost->efficiency : written->efficiency;
    if (!isnan(written->measured_below)) {
        cost->measured_below = written->measured_below;
    } else if (count && cost->measured_below <= 0) {
        cost->measured_below = 4 * 1048576.0;
    }
    if (count == 0) {
        return GPUSIM_OK;
    }
    if (written->measured_ranks == UINT32_MAX) {
        snprintf(key, sizeof key, "cluster.network.tiers.%s.measured_ranks", name);
        return gs_compile_fail(at, err, key, "'measured' wants to know with how many GPUs");
    }
    double *size = gs_arena_get(&at->model->arena, count * sizeof *size);
    double *bandwidth = gs_arena_get(&at->model->arena, count * sizeof *bandwidth);
    if (!size || !bandwidth) {
        return fail_memory(err);
    }
    for (uint32_t i = 0; i < count; i++) {
        size[i] = point[i].size;
        bandwidth[i] = point[i].bandwidth;
        if (i > 0 && size[i] <= size[i - 1]) {
            snprintf(key, sizeof key, "cluster.network.tiers.%s.measured[%u]", name, i);
            return gs_compile_fail(at, err, key, "the points of a curve must be in rising order");
        }
    }
    cost->measured = (gs_curve){.x = size, .y = bandwidth, .count = count};
    cost->measured_ranks = written->measured_ranks;
    return GPUSIM_OK;
}

static gpusim_status compile_network(const gs_compilation *at, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    const gs_facility_network_fields *network = &at->scenario->cluster.network;
    const struct {
        const char *name;
        const gs_tier_fields *written;
    } tiers[GS_TIERS] = {
        [GS_TIER_GPU] = {"gpu", &network->tiers.gpu},
        [GS_TIER_NODE] = {"node", &network->tiers.node},
        [GS_TIER_RACK] = {"rack", &network->tiers.rack},
        [GS_TIER_SPINE] = {"spine", &network->tiers.spine},
    };
    for (gs_tier tier = GS_TIER_GPU; tier < GS_TIERS; tier++) {
        status = make_tier(at, tier, tiers[tier].name, tiers[tier].written, err);
        GPUSIM_TRY(gs_compile_note(at, status, err));
    }
    at->model->hardware.spine = isnan(network->spine) ? 0 : network->spine;
    at->model->hardware.storage = isnan(network->storage) ? 0 : network->storage;
cleanup:
    return status;
}

// ---- the rest ----

static gpusim_status compile_overhead(const gs_compilation *at, gpusim_error *err)
{
    const gs_facility_power_fields *power = &at->scenario->cluster.power;
    gs_hardware *hardware = &at->model->hardware;
    hardware->cdu = power->cdu;
    hardware->currency = power->currency;
    if (!isnan(power->pue)) {
        hardware->linear = power->pue - 1;
    }
    if (power->overhead.present) {
        hardware->fixed = power->overhead.fixed;
        hardware->linear = power->overhead.linear;
    }
    if (!isnan(power->pue) && power->overhead.present) {
        gpusim_status status = gs_compile_fail(at, err, "cluster.power.pue",
                                               "a PUE and an overhead say the same twice");
        gpusim_error_hint(err, "give one: `pue: 1.2` is `overhead: {linear: 0.2}`");
        return status;
    }
    return GPUSIM_OK;
}

gpusim_status gs_compile_facility(const gs_compilation *at, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    const gs_scenario_cluster *cluster = &at->scenario->cluster;
    gs_hardware *hardware = &at->model->hardware;
    hardware->sensors_noise = cluster->sensors.noise;
    hardware->sensors_quantised = cluster->sensors.quantised;
    hardware->epsilon = cluster->cooling.epsilon;
    hardware->leak_step = cluster->cooling.leak_step;
    hardware->settled = cluster->cooling.settled;
    hardware->loop_delay = cluster->cooling.loop.delay;
    hardware->loop_time = cluster->cooling.loop.time;
    hardware->reaction = cluster->power.reaction;
    hardware->interference = cluster->sharing.interference;
    GPUSIM_TRY(gs_compile_note(at, compile_overhead(at, err), err));
    GPUSIM_TRY(compile_series(at, err));
    GPUSIM_TRY(compile_racks(at, err));
    GPUSIM_TRY(compile_network(at, err));
cleanup:
    return status;
}
