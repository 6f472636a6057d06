/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Timed actions: names looked up, and what they ask for checked. */
#include <math.h>
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

// at a key of the one in the making
#define FAIL(m, inner, err, ...)                                                                   \
    gs_compile_fail_at((m)->at, err, "actions", (m)->number, inner, __VA_ARGS__)

static gpusim_status add(const action_maker *m, gpusim_error *err)
{
    return gs_array_push(&m->at->model->actions, m->action, err);
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
    gpusim_status status = FAIL(m, inner, err, "no node is called '%.*s'", (int)length, name);
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
    gpusim_status status = FAIL(m, "rack", err, "no rack is called '%s'", name);
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
        gpusim_status status = FAIL(m, "gpu", err, "'%s' names no GPU", name);
        gpusim_error_hint(err, "GPUs are called NODE/gpu0, NODE/gpu1, ...");
        return status;
    }
    gpusim_status status = find_node(m, "gpu", name, (size_t)(slash - name), &node, err);
    if (status != GPUSIM_OK) {
        return status;
    }
    uint32_t gpus = cluster->node_first_gpu[node + 1] - cluster->node_first_gpu[node];
    if (slot >= gpus) {
        return FAIL(m, "gpu", err, "node '%.*s' has %u GPUs, counted from gpu0",
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

// ---- keys ----

/* Keys that an action can have, as bits. */
enum {
    KEY_JOB = 1 << 0,
    KEY_NODE = 1 << 1,
    KEY_GPU = 1 << 2,
    KEY_RACK = 1 << 3,
    KEY_POWER = 1 << 4,
    KEY_STATE = 1 << 5,
    KEY_FOR = 1 << 6,
    KEY_SPEED = 1 << 7,
    KEY_RESTART = 1 << 8,
    KEYS = 9
};

static const char *const key_names[KEYS] = {"job",   "node", "gpu",   "rack",        "power",
                                            "state", "for",  "speed", "restart_jobs"};

/* What each needs, and what it takes besides. */
typedef struct action_keys {
    uint32_t needs, takes;
} action_keys;

static action_keys keys_of(const gs_scenario_action *written)
{
    switch ((gpusim_action)written->what) {
    case GPUSIM_ACTION_CANCEL_JOB:
        return (action_keys){KEY_JOB, 0};
    case GPUSIM_ACTION_DRAIN:
        return (action_keys){KEY_NODE, KEY_RESTART};
    case GPUSIM_ACTION_PSTATE:
        return (action_keys){KEY_NODE | KEY_STATE, 0};
    case GPUSIM_ACTION_REBOOT:
        return (action_keys){KEY_NODE | KEY_FOR, 0};
    case GPUSIM_ACTION_FAN:
        return (action_keys){KEY_NODE | KEY_SPEED, 0};
    case GPUSIM_ACTION_RESET:
        return (action_keys){KEY_GPU, 0};
    case GPUSIM_ACTION_REQUEUE:
    case GPUSIM_ACTION_MOVE:
        return written->gpu ? (action_keys){KEY_GPU, 0} : (action_keys){KEY_NODE, 0};
    default:
        return (action_keys){KEY_NODE, 0};
    }
}

// "" would be any job without a name
static uint32_t keys_given(const gs_scenario_action *written)
{
    const char *job = written->job;
    return (job && job[0] ? KEY_JOB : 0u) | (written->node ? KEY_NODE : 0u) |
           (written->cluster ? KEY_NODE : 0u) | (written->gpu ? KEY_GPU : 0u) |
           (written->rack ? KEY_RACK : 0u) | (!isnan(written->power) ? KEY_POWER : 0u) |
           (written->state != UINT32_MAX ? KEY_STATE : 0u) |
           (written->span != GPUSIM_TIME_MAX ? KEY_FOR : 0u) |
           (!isnan(written->speed) ? KEY_SPEED : 0u) | (written->restart_jobs ? KEY_RESTART : 0u);
}

// ---- caps ----

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
        return FAIL(m, of_rack ? "rack" : "node", err, "what has no physics draws nothing to cap");
    }
    if (m->written->power >= least) {
        return GPUSIM_OK;
    }
    gpusim_quantity_format(m->written->power, GPUSIM_UNIT_WATT, 0, cap, sizeof cap);
    gpusim_quantity_format(least, GPUSIM_UNIT_WATT, 0, floor, sizeof floor);
    return FAIL(m, "power", err, "a cap of %s is less than what it draws when idle (%s)", cap,
                floor);
}

// what the driver of this GPU takes
static gpusim_status check_range(const action_maker *m, uint32_t group, gpusim_error *err)
{
    const gs_node_hardware *node = &m->at->model->hardware.groups[group];
    const gpusim_gpu_power *power = &node->gpu.power;
    char cap[40], low[40], high[40];
    if (!node->physical) {
        return FAIL(m, "gpu", err, "a GPU without physics draws nothing to cap");
    }
    if (m->written->power >= power->cap_min && m->written->power <= power->cap_max) {
        return GPUSIM_OK;
    }
    gpusim_quantity_format(m->written->power, GPUSIM_UNIT_WATT, 0, cap, sizeof cap);
    gpusim_quantity_format(power->cap_min, GPUSIM_UNIT_WATT, 0, low, sizeof low);
    gpusim_quantity_format(power->cap_max, GPUSIM_UNIT_WATT, 0, high, sizeof high);
    return FAIL(m, "power", err, "the driver of '%s' accepts caps from %s to %s, not %s",
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
    return capped ? GPUSIM_OK : FAIL(m, "", err, "no GPU has physics: there is nothing to cap");
}

static gpusim_status compile_cap(const action_maker *m, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    const gs_scenario_action *written = m->written;
    const gs_cluster *cluster = &m->at->model->cluster;
    int targets = (written->gpu != NULL) + (written->node != NULL) + (written->rack != NULL);
    uint32_t *entity = &m->action->entity;
    int lifts = written->power < 0;
    uint32_t takes = KEY_GPU | KEY_NODE | KEY_RACK | KEY_POWER;
    if (targets > 1 || written->cluster || (keys_given(written) & ~takes)) {
        return FAIL(m, "", err, "a cap is of one `gpu:`, one `node:`, one `rack:` or of every GPU");
    }
    if (isnan(written->power)) {
        status = FAIL(m, "power", err, "a cap needs `power:`");
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

// ---- all kinds but caps ----

static gpusim_status check_keys(const action_maker *m, gpusim_error *err)
{
    action_keys keys = keys_of(m->written);
    uint32_t given = keys_given(m->written);
    char needed[64] = "";
    if ((given & keys.needs) == keys.needs && !(given & ~(keys.needs | keys.takes))) {
        return GPUSIM_OK;
    }
    for (uint32_t k = 0; k < KEYS; k++) {
        size_t used = strlen(needed);
        if (keys.needs >> k & 1) {
            snprintf(needed + used, sizeof needed - used, "%s`%s:`", used ? " and " : "",
                     key_names[k]);
        }
    }
    gpusim_status status = FAIL(m, "", err, "this action needs %s and nothing else", needed);
    if (keys.takes & KEY_RESTART) {
        gpusim_error_hint(err, "it takes `restart_jobs:`, too");
    }
    return status;
}

static const char *node_name(const action_maker *m)
{
    const gpusim_model *model = m->at->model;
    return gs_names_text(model->names, model->cluster.node_name[m->action->entity]);
}

static gpusim_status check_state(const action_maker *m, gpusim_error *err)
{
    const gpusim_model *model = m->at->model;
    const gs_scenario_action *written = m->written;
    const gs_node_hardware *node =
        &model->hardware.groups[model->cluster.node_group[m->action->entity]];
    m->action->value = written->state;
    if (node->physical && written->state < node->cpu_state_count) {
        return GPUSIM_OK;
    }
    gpusim_status status =
        FAIL(m, "state", err, "the CPUs of '%s' have no state %u", node_name(m), written->state);
    gpusim_error_hint(err, "they have %u, counted from 0: see `power: {cpu_states: [...]}`",
                      node->physical ? node->cpu_state_count : 0);
    return status;
}

static gpusim_status check_fans(const action_maker *m, gpusim_error *err)
{
    const gpusim_model *model = m->at->model;
    m->action->value = m->written->speed < 0 ? (double)NAN : m->written->speed;
    if (gs_node_has_fans(model, m->action->entity)) {
        return GPUSIM_OK;
    }
    return FAIL(m, m->written->node ? "node" : "cluster", err, "'%s' has no fans", node_name(m));
}

// an action of a node that means one of its GPUs
static void name_by_node(const action_maker *m)
{
    const uint32_t *first = m->at->model->cluster.node_first_gpu;
    uint32_t node = 0, gpu = m->action->entity;
    while (first[node + 1] <= gpu) {
        node++;
    }
    m->action->entity = node;
    m->action->value = gpu - first[node];
}

// what is to be done to a node that has been found
static gpusim_status add_of_node(const action_maker *m, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    const gs_scenario_action *written = m->written;
    m->action->value = (double)NAN;
    switch ((gpusim_action)written->what) {
    case GPUSIM_ACTION_PSTATE:
        GPUSIM_TRY(check_state(m, err));
        break;
    case GPUSIM_ACTION_FAN:
        GPUSIM_TRY(check_fans(m, err));
        break;
    case GPUSIM_ACTION_REBOOT:
        m->action->value = gpusim_seconds(written->span);
        break;
    case GPUSIM_ACTION_DRAIN:
        m->action->value = written->restart_jobs ? 1 : (double)NAN;
        break;
    default:
        break;
    }
    GPUSIM_TRY(add(m, err));
cleanup:
    return status;
}

// one action for each node, in order
static gpusim_status add_of_cluster(const action_maker *m, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    const gpusim_model *model = m->at->model;
    const gs_cluster *cluster = &model->cluster;
    const char *name = m->written->cluster;
    uint32_t found = gs_compile_find_cluster(model, name);
    if (m->written->node) {
        return FAIL(m, "cluster", err, "an action is of a node or of a cluster");
    }
    if (found == GPUSIM_NONE) {
        return gs_compile_no_cluster(
            model, FAIL(m, "cluster", err, "no cluster is called '%s'", name), name, err);
    }
    for (uint32_t n = 0; n < cluster->node_count; n++) {
        if (cluster->groups[cluster->node_group[n]].cluster == found) {
            m->action->entity = n;
            GPUSIM_TRY(add_of_node(m, err));
        }
    }
cleanup:
    return status;
}

static gpusim_status compile_other(const action_maker *m, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    const gs_scenario_action *written = m->written;
    GPUSIM_TRY(check_keys(m, err));
    if (written->what == GPUSIM_ACTION_CANCEL_JOB) {
        GPUSIM_TRY(parse_job(m, err));
        return add(m, err);
    }
    if (written->gpu) {
        GPUSIM_TRY(find_gpu(m, written->gpu, &m->action->entity, err));
        if (written->what == GPUSIM_ACTION_REQUEUE || written->what == GPUSIM_ACTION_MOVE) {
            name_by_node(m);
        }
        return add(m, err);
    }
    if (written->cluster) {
        return add_of_cluster(m, err);
    }
    GPUSIM_TRY(find_node(m, "node", written->node, strlen(written->node), &m->action->entity, err));
    GPUSIM_TRY(add_of_node(m, err));
cleanup:
    return status;
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
    if (written->what == GPUSIM_ACTION_CAP_GPU) {
        GPUSIM_TRY(compile_cap(&m, err));
        GPUSIM_TRY(add(&m, err));
    } else {
        GPUSIM_TRY(compile_other(&m, err));
    }
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
