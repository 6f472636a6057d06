/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Timed actions: names looked up, and what they ask for checked. */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/number.h"
#include "physics/draw.h"
#include "scenario/compile.h"

/* An action in the making, and where it stands. */
typedef struct action_maker {
    const gs_compilation *at;
    const gs_scenario_action *written;
    gs_timed_action *action;
    uint32_t number;
} action_maker;

static gpusim_status fail(const action_maker *m, const char *inner, gpusim_error *err,
                          const char *format, ...) GPUSIM_PRINTF(4, 5);
static gpusim_status fail(const action_maker *m, const char *inner, gpusim_error *err,
                          const char *format, ...)
{
    char key[64], message[sizeof err->message];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    snprintf(key, sizeof key, "actions[%u]%s%s", m->number, inner[0] ? "." : "", inner);
    return gs_compile_fail(m->at, err, key, "%s", message);
}

// ---- names ----

static gpusim_status find_node(const action_maker *m, const char *inner, const char *name,
                               size_t length, uint32_t *node, gpusim_error *err)
{
    const gs_cluster *cluster = &m->at->model->cluster;
    uint32_t number = gs_names_find(m->at->model->names, name, length);
    for (uint32_t n = 0; number != GPUSIM_NONE && n < cluster->node_count; n++) {
        if (cluster->node_name[n] == number) {
            *node = n;
            return GPUSIM_OK;
        }
    }
    gpusim_status status = fail(m, inner, err, "no node is called '%.*s'", (int)length, name);
    gpusim_error_hint(err, "nodes are called GROUP-0000, GROUP-0001, ...: '%s' is the first",
                      gs_names_text(m->at->model->names, cluster->node_name[0]));
    return status;
}

static gpusim_status find_rack(const action_maker *m, const char *name, uint32_t *rack,
                               gpusim_error *err)
{
    const gs_cluster *cluster = &m->at->model->cluster;
    for (uint32_t r = 0; r < cluster->rack_count; r++) {
        if (strcmp(gs_names_text(m->at->model->names, cluster->racks[r].name), name) == 0) {
            *rack = r;
            return GPUSIM_OK;
        }
    }
    gpusim_status status = fail(m, "rack", err, "no rack is called '%s'", name);
    gpusim_error_hint(err, "'%s' is the first",
                      gs_names_text(m->at->model->names, cluster->racks[0].name));
    return status;
}

// "train-0000/gpu3"
static gpusim_status find_gpu(const action_maker *m, const char *name, uint32_t *gpu,
                              gpusim_error *err)
{
    const gs_cluster *cluster = &m->at->model->cluster;
    const char *slash = strrchr(name, '/');
    uint64_t slot = 0;
    uint32_t node = 0;
    if (!slash || strncmp(slash, "/gpu", 4) != 0 ||
        !gs_parse_uint64(slash + 4, strlen(slash + 4), &slot)) {
        gpusim_status status = fail(m, "gpu", err, "'%s' names no GPU", name);
        gpusim_error_hint(err, "GPUs are called NODE/gpu0, NODE/gpu1, ...");
        return status;
    }
    gpusim_status status = find_node(m, "gpu", name, (size_t)(slash - name), &node, err);
    if (status != GPUSIM_OK) {
        return status;
    }
    uint32_t gpus = cluster->node_first_gpu[node + 1] - cluster->node_first_gpu[node];
    if (slot >= gpus) {
        return fail(m, "gpu", err, "node '%.*s' has %u GPUs, counted from gpu0",
                    (int)(slash - name), name, gpus);
    }
    *gpu = cluster->node_first_gpu[node] + (uint32_t)slot;
    return GPUSIM_OK;
}

// "source/17" is job 17 of a source; anything else is a job's own name
static gpusim_status parse_job(const action_maker *m, gpusim_error *err)
{
    const char *text = m->written->job, *slash = strrchr(text, '/');
    gs_names *names = m->at->model->names;
    if (slash && gs_parse_int64(slash + 1, strlen(slash + 1), &m->action->id)) {
        return gs_names_add(names, text, (size_t)(slash - text), &m->action->source, err);
    }
    m->action->source = GPUSIM_NONE;
    return gs_names_add(names, text, strlen(text), &m->action->name, err);
}

// ---- caps and P-states ----

// a cap below what is drawn when nothing runs could only be broken
static gpusim_status check_floor(const action_maker *m, uint32_t group, uint32_t nodes, int of_rack,
                                 gpusim_error *err)
{
    const gpusim_model *model = m->at->model;
    char cap[40], floor[40];
    gs_draw idle = gs_draw_idle(&model->hardware.groups[group], &model->hardware.racks[group],
                                model->cluster.groups[group].gpus, nodes);
    double least = of_rack ? idle.rack : idle.input;
    if (!model->hardware.groups[group].physical) {
        return fail(m, of_rack ? "rack" : "node", err, "what has no physics draws nothing to cap");
    }
    if (m->written->power >= least) {
        return GPUSIM_OK;
    }
    gpusim_quantity_format(m->written->power, GPUSIM_UNIT_WATT, 0, cap, sizeof cap);
    gpusim_quantity_format(least, GPUSIM_UNIT_WATT, 0, floor, sizeof floor);
    return fail(m, "power", err, "a cap of %s is less than what it draws when idle (%s)", cap,
                floor);
}

// what the driver of this GPU takes
static gpusim_status check_range(const action_maker *m, uint32_t group, gpusim_error *err)
{
    const gs_node_hardware *node = &m->at->model->hardware.groups[group];
    const gpusim_gpu_power *power = &node->gpu.power;
    char cap[40], low[40], high[40];
    if (!node->physical) {
        return fail(m, "gpu", err, "a GPU without physics draws nothing to cap");
    }
    if (m->written->power >= power->cap_min && m->written->power <= power->cap_max) {
        return GPUSIM_OK;
    }
    gpusim_quantity_format(m->written->power, GPUSIM_UNIT_WATT, 0, cap, sizeof cap);
    gpusim_quantity_format(power->cap_min, GPUSIM_UNIT_WATT, 0, low, sizeof low);
    gpusim_quantity_format(power->cap_max, GPUSIM_UNIT_WATT, 0, high, sizeof high);
    return fail(m, "power", err, "the driver of '%s' accepts caps from %s to %s, not %s",
                node->gpu.name, low, high, cap);
}

static gpusim_status check_every_gpu(const action_maker *m, gpusim_error *err)
{
    const gpusim_model *model = m->at->model;
    uint32_t capped = 0;
    for (uint32_t g = 0; g < model->cluster.group_count; g++) {
        if (model->hardware.groups[g].physical && model->cluster.groups[g].gpus) {
            gpusim_status status = m->written->power > 0 ? check_range(m, g, err) : GPUSIM_OK;
            if (status != GPUSIM_OK) {
                return status;
            }
            capped++;
        }
    }
    return capped ? GPUSIM_OK : fail(m, "", err, "no GPU has physics: there is nothing to cap");
}

static gpusim_status compile_cap(const action_maker *m, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    const gs_scenario_action *written = m->written;
    const gs_cluster *cluster = &m->at->model->cluster;
    int targets = (written->gpu != NULL) + (written->node != NULL) + (written->rack != NULL);
    uint32_t *entity = &m->action->entity;
    int lifts = written->power < 0;
    if (targets > 1 || written->job || written->state != UINT32_MAX) {
        return fail(m, "", err, "a cap is of one `gpu:`, one `node:`, one `rack:` or of every GPU");
    }
    if (isnan(written->power)) {
        status = fail(m, "power", err, "a cap needs `power:`");
        gpusim_error_hint(err, "`power: 250 W`, or `power: none` to lift it");
        return status;
    }
    m->action->value = lifts ? (double)INFINITY : written->power;
    if (written->gpu) {
        GPUSIM_TRY(find_gpu(m, written->gpu, entity, err));
        uint32_t node = 0;
        while (cluster->node_first_gpu[node + 1] <= *entity) {
            node++;
        }
        return lifts ? GPUSIM_OK : check_range(m, cluster->node_group[node], err);
    }
    if (written->node) {
        m->action->what = GPUSIM_ACTION_CAP_NODE;
        GPUSIM_TRY(find_node(m, "node", written->node, strlen(written->node), entity, err));
        return lifts ? GPUSIM_OK : check_floor(m, cluster->node_group[*entity], 1, 0, err);
    }
    if (written->rack) {
        m->action->what = GPUSIM_ACTION_CAP_RACK;
        GPUSIM_TRY(find_rack(m, written->rack, entity, err));
        return lifts ? GPUSIM_OK
                     : check_floor(m, gs_group_of_rack(cluster, *entity),
                                   cluster->racks[*entity].nodes, 1, err);
    }
    return check_every_gpu(m, err);
cleanup:
    return status;
}

static gpusim_status compile_pstate(const action_maker *m, gpusim_error *err)
{
    const gs_scenario_action *written = m->written;
    if (!written->node || written->job || written->gpu || written->rack || !isnan(written->power) ||
        written->state == UINT32_MAX) {
        return fail(m, "", err, "this action needs `node:` and `state:` and nothing else");
    }
    gpusim_status status =
        find_node(m, "node", written->node, strlen(written->node), &m->action->entity, err);
    if (status != GPUSIM_OK) {
        return status;
    }
    uint32_t group = m->at->model->cluster.node_group[m->action->entity];
    const gs_node_hardware *node = &m->at->model->hardware.groups[group];
    m->action->value = written->state;
    if (!node->physical || written->state >= node->cpu_state_count) {
        status = fail(m, "state", err, "the CPUs of '%s' have no state %u", written->node,
                      written->state);
        gpusim_error_hint(err, "they have %u, counted from 0: see `power: {cpu_states: [...]}`",
                          node->physical ? node->cpu_state_count : 0);
    }
    return status;
}

// ---- all kinds ----

// cancel, drain, undrain: one thing, and nothing that belongs to others
static gpusim_status compile_simple(const action_maker *m, gpusim_error *err)
{
    const gs_scenario_action *written = m->written;
    int of_job = written->what == GPUSIM_ACTION_CANCEL_JOB;
    int others =
        written->gpu || written->rack || !isnan(written->power) || written->state != UINT32_MAX;

    // "" would be any job without a name
    if (others || (of_job && (!written->job || !written->job[0] || written->node)) ||
        (!of_job && (!written->node || written->job))) {
        return fail(m, "", err, "this action needs `%s:` and nothing else",
                    of_job ? "job" : "node");
    }
    return of_job ? parse_job(m, err)
                  : find_node(m, "node", written->node, strlen(written->node), &m->action->entity,
                              err);
}

static gpusim_status compile_action(const gs_compilation *at, uint32_t i, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    const gs_scenario_action *written = (const gs_scenario_action *)at->scenario->actions.items + i;
    gs_timed_action action = {.at = written->at,
                              .value = (double)NAN,
                              .what = (uint32_t)written->what,
                              .entity = GPUSIM_NONE};
    action_maker m = {at, written, &action, i};
    switch (written->what) {
    case GPUSIM_ACTION_CAP_GPU:
        GPUSIM_TRY(compile_cap(&m, err));
        break;
    case GPUSIM_ACTION_PSTATE:
        GPUSIM_TRY(compile_pstate(&m, err));
        break;
    default:
        GPUSIM_TRY(compile_simple(&m, err));
        break;
    }
    GPUSIM_TRY(gs_array_push(&at->model->actions, &action, err));
cleanup:
    return status;
}

gpusim_status gs_compile_actions(const gs_compilation *at, gpusim_error *err)
{
    // without a cluster no node has a name, and what is wrong with it has been said
    gpusim_status status = GPUSIM_OK;
    int known = at->model->cluster.node_count > 0 && at->model->hardware.racks;
    for (uint32_t i = 0; known && i < at->scenario->actions.count; i++) {
        GPUSIM_TRY(gs_compile_note(at, compile_action(at, i, err), err));
    }
cleanup:
    return status;
}
