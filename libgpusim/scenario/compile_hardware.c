/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Node groups as physical things, from the scenario to the model. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cluster/gpu.h"
#include "physics/heat.h"
#include "physics/power.h"
#include "scenario/compile.h"
#include "scenario/series.h"

/* What the steps below work on. */
typedef struct group_maker {
    const gs_compilation *at;
    const gs_scenario_group *group;
    gs_node_hardware *node;
    uint32_t number;
} group_maker;

static gpusim_status fail_memory(gpusim_error *err)
{
    return gpusim_fail(err, GPUSIM_MEMORY, "no memory for the hardware of a group");
}

static void key_of(const group_maker *m, const char *inner, char key[128])
{
    snprintf(key, 128, "cluster.nodes[%u].%.90s", m->number, inner);
}

// ---- curves ----

// a list of pairs (x, y) of doubles as a curve; x must rise
static gpusim_status make_curve(const group_maker *m, const char *inner, const gpusim_list *points,
                                gs_curve *curve, gpusim_error *err)
{
    const double *pair = points->items;
    double *x = gs_arena_get(&m->at->model->arena, points->count * sizeof *x);
    double *y = gs_arena_get(&m->at->model->arena, points->count * sizeof *y);
    if (!x || !y) {
        return fail_memory(err);
    }
    for (uint32_t i = 0; i < points->count; i++) {
        x[i] = pair[2 * i];
        y[i] = pair[2 * i + 1];
        if (i > 0 && x[i] <= x[i - 1]) {
            char name[96], key[128];
            snprintf(name, sizeof name, "%.60s.points[%u]", inner, i);
            key_of(m, name, key);
            return gs_compile_fail(m->at, err, key,
                                   "the points of a curve must be in rising order");
        }
    }
    *curve = (gs_curve){.x = x, .y = y, .count = points->count};
    return GPUSIM_OK;
}

// a curve by name, or by points
static gpusim_status find_curve(const group_maker *m, const char *inner,
                                const gpusim_one_of *written, const char *what,
                                const gs_curve *(*find)(const char *), const char *const *names,
                                gs_curve *curve, gpusim_error *err)
{
    if (written->which == 1) {
        return make_curve(m, inner, written->value, curve, err);
    }
    const char *name = *(const char *const *)written->value;
    const gs_curve *found = find(name);
    if (found) {
        *curve = *found;
        return GPUSIM_OK;
    }
    char key[128], known[160] = "";
    uint32_t count = 0;
    for (; names[count]; count++) {
        size_t used = strlen(known);
        snprintf(known + used, sizeof known - used, "%s%s", count ? ", " : "", names[count]);
    }
    key_of(m, inner, key);
    gpusim_status status = gs_compile_fail(m->at, err, key, "no %s is called '%s'", what, name);
    const char *nearest = gpusim_nearest(name, names, count);
    if (nearest) {
        gpusim_error_hint(err, "did you mean '%s'? Known: %s, or {points: [...]}", nearest, known);
    } else {
        gpusim_error_hint(err, "known: %s, or {points: [...]}", known);
    }
    return status;
}

// ---- power ----

static gpusim_status make_cpu(const group_maker *m, gpusim_error *err)
{
    const gs_power_fields *power = &m->group->power;
    uint32_t count = power->cpu_states.count ? power->cpu_states.count : 1;
    gs_cpu_state *states = gs_arena_get(&m->at->model->arena, count * sizeof *states);
    if (!states) {
        return fail_memory(err);
    }

    // without figures the CPUs draw nothing
    states[0] = (gs_cpu_state){.speed = 1};
    if (power->cpu.present) {
        states[0] = (gs_cpu_state){power->cpu.idle, power->cpu.epsilon, power->cpu.max, 1};
    }
    const gs_cpu_fields *written = power->cpu_states.items;
    for (uint32_t i = 0; i < power->cpu_states.count; i++) {
        states[i] =
            (gs_cpu_state){written[i].idle, written[i].epsilon, written[i].max, written[i].speed};
    }
    for (uint32_t i = 0; i < count; i++) {
        states[i].epsilon = isnan(states[i].epsilon) ? states[i].idle : states[i].epsilon;
    }
    m->node->cpu_states = states;
    m->node->cpu_state_count = count;
    m->node->sockets = power->sockets;
    return GPUSIM_OK;
}

static gpusim_status make_psu(const group_maker *m, gpusim_error *err)
{
    const gs_psu_fields *psu = &m->group->power.psu;
    if (!psu->present) {
        return GPUSIM_OK;
    }
    m->node->psus = psu->count;
    m->node->psus_needed = psu->needed == UINT32_MAX ? psu->count : psu->needed;
    m->node->psu_rating = psu->rating;
    return find_curve(m, "power.psu.efficiency", &psu->efficiency, "efficiency curve", gs_psu_curve,
                      gs_psu_curve_names(), &m->node->psu_efficiency, err);
}

static gpusim_status make_power(const group_maker *m, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    static const gs_cpu_state nothing = {.speed = 1};
    const gs_power_fields *power = &m->group->power;
    gs_node_hardware *node = m->node;
    char key[128];
    node->cpu_states = &nothing;
    node->cpu_state_count = 1;
    node->cap.repeat = node->gpu_cap.repeat = GPUSIM_TIME_MAX;
    if (!power->present) {
        return GPUSIM_OK;
    }
    node->memory = power->memory;
    node->storage = power->storage;
    node->other = power->other;
    node->nics = power->nics;
    node->nic_idle = power->nic.idle;
    node->nic_max = power->nic.max;
    node->fan_max = power->fans;
    node->losses = power->losses.items; // in the model's arena, as all of the scenario
    node->loss_count = power->losses.count;
    GPUSIM_TRY(gs_compile_note(m->at, make_cpu(m, err), err));
    GPUSIM_TRY(gs_compile_note(m->at, make_psu(m, err), err));
    key_of(m, "power.cap", key);
    GPUSIM_TRY(gs_compile_note(
        m->at, gs_series_compile(m->at, key, &power->cap, GPUSIM_UNIT_WATT, &node->cap, err), err));
    key_of(m, "power.gpu_cap", key);
    GPUSIM_TRY(gs_compile_note(
        m->at,
        gs_series_compile(m->at, key, &power->gpu_cap, GPUSIM_UNIT_WATT, &node->gpu_cap, err),
        err));
cleanup:
    return status;
}

// ---- cooling, spread, network ----

static gpusim_status make_cooling(const group_maker *m, gpusim_error *err)
{
    const gs_cooling_fields *cooling = &m->group->cooling;
    gs_node_hardware *node = m->node;
    node->cooling = GS_COOLING_AIR;
    node->lane = 1;
    if (!cooling->present) {
        return GPUSIM_OK;
    }
    node->cooling = (uint8_t)cooling->kind;
    node->airflow = cooling->airflow;
    node->lane = cooling->lane;
    if (cooling->fans.present) {
        node->fan_levels = cooling->fans.levels;
        node->fan_minimum = cooling->fans.minimum;
        node->fan_start = cooling->fans.start;
        node->fan_full = cooling->fans.full;
        node->fan_hysteresis = cooling->fans.hysteresis;
    }
    if (node->cooling != GS_COOLING_LIQUID) {
        return GPUSIM_OK;
    }
    node->flow = cooling->flow;
    if (!cooling->cold_plate.value) {
        return GPUSIM_OK;
    }
    gpusim_status status = find_curve(m, "cooling.cold_plate", &cooling->cold_plate, "cold plate",
                                      gs_cold_plate, gs_cold_plate_names(), &node->cold_plate, err);
    if (status == GPUSIM_OK) {
        node->cold_plate_nominal = gs_curve_at(&node->cold_plate, cooling->nominal_flow);
    }
    return status;
}

static void make_rest(const group_maker *m)
{
    const gs_scenario_group *group = m->group;
    const gs_spread_fields *spread = &group->spread;
    gs_node_hardware *node = m->node;
    node->spread = spread->speed;
    node->slow_share = spread->slow.share;
    node->slow = spread->slow.present ? spread->slow.speed : 1;
    node->tail_share = spread->tail.share;
    node->tail = spread->tail.present ? spread->tail.speed : 1;
    node->mig = group->mig;
    node->nvlink = isnan(group->network.nvlink) ? node->gpu.links.nvlink : group->network.nvlink;
    node->nvlink = isnan(node->nvlink) ? 0 : node->nvlink;
    node->nic = isnan(group->network.nic) ? 0 : group->network.nic;
}

// ---- the GPU ----

// steps of the clock's grid: the last, shorter one included
static uint32_t clocks_of(const gpusim_gpu_clocks *clocks)
{
    double steps = clocks->step > 0 ? (clocks->maximum - clocks->minimum) / clocks->step : 0;
    return steps > 0 ? (uint32_t)ceil(steps - 1e-9) + 1 : 1;
}

static void make_gpu(const group_maker *m)
{
    gs_node_hardware *node = m->node;
    const gs_scenario_group *group = m->group;
    node->gpu = m->at->gpus[m->number];
    node->clock_count = clocks_of(&node->gpu.clocks);

    // nodes without GPUs are physical when the scenario says what they draw
    node->physical = m->at->scenario->cluster.physics &&
                     (group->gpus ? gs_gpu_is_physical(&node->gpu) : group->power.present != 0);
}

gpusim_status gs_compile_hardware(const gs_compilation *at, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    const gpusim_list *groups = &at->scenario->cluster.nodes;
    gs_hardware *hardware = &at->model->hardware;
    gs_node_hardware *nodes = gs_arena_get(&at->model->arena, groups->count * sizeof *nodes);
    if (!nodes) {
        return fail_memory(err);
    }
    hardware->groups = nodes;
    for (uint32_t i = 0; i < groups->count; i++) {
        group_maker m = {at, (const gs_scenario_group *)groups->items + i, &nodes[i], i};
        make_gpu(&m);
        GPUSIM_TRY(make_power(&m, err));
        GPUSIM_TRY(gs_compile_note(at, make_cooling(&m, err), err));
        make_rest(&m);
        GPUSIM_TRY(
            gs_compile_note(at, gs_compile_legacy(at, i, &m.group->legacy, &nodes[i], err), err));
        hardware->physical |= nodes[i].physical || nodes[i].legacy;
    }
cleanup:
    return status;
}
