/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rules that act on what telemetry shows: names looked up, and what they ask for checked. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/suggest.h"
#include "physics/draw.h"
#include "scenario/compile.h"

/* A rule in the making, and where it stands. */
typedef struct response_maker {
    const gs_compilation *at;
    const gs_response_fields *written;
    gs_response *rule;
    uint32_t number;
} response_maker;

// at a key of the one in the making
#define FAIL(m, inner, err, ...)                                                                   \
    gs_compile_fail_at((m)->at, err, "response", (m)->number, inner, __VA_ARGS__)

// ---- conditions ----

static gpusim_status find_metric(const response_maker *m, gpusim_error *err)
{
    const gpusim_model *model = m->at->model;
    m->rule->metric = gs_compile_sampled(model, m->written->metric);
    if (m->rule->metric == GPUSIM_NONE) {
        gpusim_status status =
            FAIL(m, "metric", err, "'%s' is not among the metrics sampled", m->written->metric);
        gpusim_error_hint(err, "select it in `telemetry:`; `gpusim list metrics` shows the names");
        return status;
    }
    const gpusim_metric *metric = &gpusim_metrics(&(uint32_t){0})[model->metrics[m->rule->metric]];
    if (metric->entity != GPUSIM_OF_GPU && metric->entity != GPUSIM_OF_NODE) {
        return FAIL(m, "metric", err, "'%s' is of no GPU and of no node", m->written->metric);
    }
    if (m->written->what == GPUSIM_ACTION_RESET && metric->entity != GPUSIM_OF_GPU) {
        return FAIL(m, "metric", err, "a reset is of a GPU, '%s' of a node", m->written->metric);
    }
    return GPUSIM_OK;
}

static int is_of_gpus(const response_maker *m)
{
    const gpusim_model *model = m->at->model;
    return m->rule->detector != GPUSIM_NONE ||
           (m->rule->metric != GPUSIM_NONE &&
            gpusim_metrics(&(uint32_t){0})[model->metrics[m->rule->metric]].entity ==
                GPUSIM_OF_GPU);
}

static gpusim_status find_detector(const response_maker *m, gpusim_error *err)
{
    const gpusim_model *model = m->at->model;
    gs_suggestion suggestion = {.word = m->written->on};
    for (uint32_t i = 0; i < model->detectors.count; i++) {
        const char *name =
            gs_names_text(model->names, GS_AT(model->detectors, gs_detector, i).name);
        if (strcmp(name, m->written->on) == 0) {
            m->rule->detector = i;
            return GPUSIM_OK;
        }
        gs_suggest(&suggestion, name);
    }
    gpusim_status status = FAIL(m, "on", err, "no detector is called '%s'", m->written->on);
    const char *near = gs_suggested(&suggestion);
    gpusim_error_hint(err, near ? "did you mean '%s'?" : "its `name:` among `detectors:`", near);
    return status;
}

static gpusim_status compile_condition(const response_maker *m, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    const gs_response_fields *written = m->written;
    gs_response *rule = m->rule;
    int above = !isnan(written->above), below = !isnan(written->below);
    if (m->at->model->info.sample_every == GPUSIM_TIME_MAX) {
        status = FAIL(m, "", err, "without telemetry nobody sees anything to act on");
        gpusim_error_hint(err, "add `telemetry: {every: 15 s}`");
        return status;
    }
    int conditions = (written->metric != NULL) + (written->state >= 0) + (written->on != NULL);
    if (conditions != 1 || above + below != (written->metric != NULL) ||
        (!written->metric && !isnan(written->until))) {
        return FAIL(m, "", err,
                    "a response needs `metric:` with `above:` or `below:`, or `state:`, or `on:` a "
                    "detector");
    }
    if (written->on) {
        return find_detector(m, err);
    }
    if (!written->metric) {
        rule->state = (uint32_t)written->state;
        if (rule->state == GS_SEEN_OFFLINE && m->at->model->heartbeat.every == 0) {
            status = FAIL(m, "state", err, "nobody listens to heartbeats");
            gpusim_error_hint(err, "add `heartbeat: {every: 1 s, offline_after: 5 s}`");
            return status;
        }
        return written->what == GPUSIM_ACTION_RESET
                   ? FAIL(m, "do", err, "a reset is of a GPU: it needs a metric of one")
                   : GPUSIM_OK;
    }
    GPUSIM_TRY(find_metric(m, err));
    rule->below = (uint32_t)below;
    rule->threshold = rule->below ? written->below : written->above;
    rule->until = isnan(written->until) ? rule->threshold : written->until;
    if (rule->below ? rule->until < rule->threshold : rule->until > rule->threshold) {
        return FAIL(m, "until", err, "it would be over before it begins");
    }
cleanup:
    return status;
}

// ---- actions ----

static uint32_t opposite(int32_t what)
{
    switch (what) {
    case GPUSIM_ACTION_DRAIN:
        return GPUSIM_ACTION_UNDRAIN;
    case GPUSIM_ACTION_CORDON:
        return GPUSIM_ACTION_UNCORDON;
    case GPUSIM_ACTION_REMOVE:
        return GPUSIM_ACTION_ADD;
    case GPUSIM_ACTION_FAN:
        return GPUSIM_ACTION_FAN;
    case GPUSIM_ACTION_PAUSE:
        return GPUSIM_ACTION_RESUME;
    case GPUSIM_ACTION_REQUEUE:
    case GS_DO_CHEAPEST:
        return GPUSIM_ACTION_UNCORDON;
    case GPUSIM_ACTION_CAP_GPU:
    case GPUSIM_ACTION_PSTATE:
        return (uint32_t)what;
    default:
        return GPUSIM_NONE;
    }
}

static int is_about(const response_maker *m, uint32_t group)
{
    uint32_t cluster = m->at->model->cluster.groups[group].cluster;
    return (m->rule->group == GPUSIM_NONE || m->rule->group == group) &&
           (m->rule->cluster == GPUSIM_NONE || m->rule->cluster == cluster);
}

static int any_fans(const response_maker *m)
{
    const gpusim_model *model = m->at->model;
    for (uint32_t n = 0; n < model->cluster.node_count; n++) {
        if (is_about(m, model->cluster.node_group[n]) && gs_node_has_fans(model, n)) {
            return 1;
        }
    }
    return 0;
}

/* Keys of single actions, which need them. */
static gpusim_status check_keys(const response_maker *m, gpusim_error *err)
{
    const gs_response_fields *written = m->written;
    const struct {
        const char *key, *text;
        int32_t what;
        int given;
    } keys[] = {
        {"takes", "`takes:` is of a reboot, which needs it", GPUSIM_ACTION_REBOOT,
         written->takes != GPUSIM_TIME_MAX},
        {"speed", "`speed:` is of fans, which need it", GPUSIM_ACTION_FAN, !isnan(written->speed)},
        {"power", "`power:` is of a cap, which needs it", GPUSIM_ACTION_CAP_GPU,
         !isnan(written->power)},
        {"cpu_state", "`cpu_state:` is of a pstate, which needs it", GPUSIM_ACTION_PSTATE,
         written->cpu_state != UINT32_MAX},
    };
    for (size_t k = 0; k < sizeof keys / sizeof keys[0]; k++) {
        if (keys[k].given != (written->what == keys[k].what)) {
            return FAIL(m, keys[k].given ? keys[k].key : "do", err, "%s", keys[k].text);
        }
    }
    if (written->restart_jobs && written->what != GPUSIM_ACTION_DRAIN) {
        return FAIL(m, "restart_jobs", err, "`restart_jobs:` is of a drain");
    }
    return GPUSIM_OK;
}

// what the driver of each GPU takes, or no less than what each node draws when nothing runs
static gpusim_status check_cap(const response_maker *m, gpusim_error *err)
{
    const gpusim_model *model = m->at->model;
    uint32_t capped = 0;
    for (uint32_t g = 0; g < model->cluster.group_count; g++) {
        const gs_node_hardware *node = &model->hardware.groups[g];
        if (!is_about(m, g) || !node->physical || model->cluster.groups[g].gpus == 0) {
            continue;
        }
        double low = node->gpu.power.cap_min, high = node->gpu.power.cap_max;
        if (!m->rule->of_gpu) {
            low = gs_draw_idle(node, &model->hardware.racks[g], model->cluster.groups[g].gpus, 1)
                      .input;
            high = (double)INFINITY;
        }
        if (m->written->power < low || m->written->power > high) {
            char limit[40];
            gpusim_quantity_format(m->written->power < low ? low : high, GPUSIM_UNIT_WATT, 0, limit,
                                   sizeof limit);
            return FAIL(m, "power", err, "a cap of group '%s' is %s %s",
                        gs_names_text(model->names, model->cluster.groups[g].name),
                        m->written->power < low ? "at least" : "at most", limit);
        }
        capped++;
    }
    m->rule->what = m->rule->of_gpu ? GPUSIM_ACTION_CAP_GPU : GPUSIM_ACTION_CAP_NODE;
    m->rule->undo = m->written->undo ? m->rule->what : GPUSIM_NONE;
    m->rule->undo_value = (double)INFINITY;
    m->rule->value = m->written->power;
    return capped ? GPUSIM_OK
                  : FAIL(m, "do", err, "nothing that it is about has physics: nothing to cap");
}

static gpusim_status check_pstate(const response_maker *m, gpusim_error *err)
{
    const gpusim_model *model = m->at->model;
    for (uint32_t g = 0; g < model->cluster.group_count; g++) {
        const gs_node_hardware *node = &model->hardware.groups[g];
        if (is_about(m, g) && (!node->physical || m->written->cpu_state >= node->cpu_state_count)) {
            gpusim_status status = FAIL(
                m, "cpu_state", err, "the CPUs of group '%s' have no state %u",
                gs_names_text(model->names, model->cluster.groups[g].name), m->written->cpu_state);
            gpusim_error_hint(err, "they have %u, counted from 0: see `power: {cpu_states: [...]}`",
                              node->physical ? node->cpu_state_count : 0);
            return status;
        }
    }
    m->rule->value = m->written->cpu_state;
    m->rule->undo_value = 0;
    return GPUSIM_OK;
}

// what wastes something has to be seen
static gpusim_status check_remedy(const response_maker *m, gpusim_error *err)
{
    static const char *const needed[] = {"gpu_temp", "clock_throttle_reasons"};
    const gpusim_model *model = m->at->model;
    for (size_t k = 0; k < sizeof needed / sizeof needed[0]; k++) {
        if (gs_compile_sampled(model, needed[k]) == GPUSIM_NONE) {
            gpusim_status status =
                FAIL(m, "do", err, "what a node wastes cannot be seen without '%s'", needed[k]);
            gpusim_error_hint(err, "select it in `telemetry:`, and `node/fan_speed` with it");
            return status;
        }
    }
    return GPUSIM_OK;
}

static gpusim_status compile_do(const response_maker *m, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    const gs_response_fields *written = m->written;
    gs_response *rule = m->rule;
    GPUSIM_TRY(check_keys(m, err));
    rule->what = (uint32_t)written->what;
    rule->value = rule->undo_value = (double)NAN;
    rule->of_gpu = is_of_gpus(m) && (written->what == GPUSIM_ACTION_RESET ||
                                     written->what == GPUSIM_ACTION_CAP_GPU ||
                                     written->what == GPUSIM_ACTION_CANCEL_JOB);
    rule->undo = written->undo ? opposite(written->what) : GPUSIM_NONE;
    if (written->undo && rule->undo == GPUSIM_NONE) {
        return FAIL(m, "undo", err, "this action cannot be undone");
    }
    if (written->keep > 0 && rule->undo == GPUSIM_NONE) {
        return FAIL(m, "keep", err, "nothing is taken back: `undo: true` is missing");
    }
    switch (written->what) {
    case GS_DO_CHEAPEST:
        rule->remedy = 1;
        rule->what = GPUSIM_ACTION_REQUEUE;
        return check_remedy(m, err);
    case GPUSIM_ACTION_FAN:
        rule->value = written->speed >= 0 ? written->speed : (double)NAN;
        if (!any_fans(m)) {
            status = FAIL(m, "do", err, "no node that it is about has fans");
            gpusim_error_hint(err,
                              "give nodes `cooling: {fans: {levels: 8}}` or `power: {fans: 120 "
                              "W}`");
            return status;
        }
        return GPUSIM_OK;
    case GPUSIM_ACTION_REBOOT:
        rule->value = gpusim_seconds(written->takes);
        return GPUSIM_OK;
    case GPUSIM_ACTION_DRAIN:
        rule->value = written->restart_jobs ? 1 : (double)NAN;
        return GPUSIM_OK;
    case GPUSIM_ACTION_CAP_GPU:
        return check_cap(m, err);
    case GPUSIM_ACTION_PSTATE:
        return check_pstate(m, err);
    default:
        return GPUSIM_OK;
    }
cleanup:
    return status;
}

static gpusim_status find_group(const response_maker *m, gpusim_error *err)
{
    const gs_cluster *cluster = &m->at->model->cluster;
    const char *name = m->written->group;
    for (uint32_t g = 0; g < cluster->group_count; g++) {
        if (strcmp(gs_names_text(m->at->model->names, cluster->groups[g].name), name) == 0) {
            m->rule->group = g;
            return GPUSIM_OK;
        }
    }
    return FAIL(m, "group", err, "no group of nodes is called '%s'", name);
}

static gpusim_status find_cluster(const response_maker *m, gpusim_error *err)
{
    const char *name = m->written->cluster;
    m->rule->cluster = gs_compile_find_cluster(m->at->model, name);
    return m->rule->cluster != GPUSIM_NONE
               ? GPUSIM_OK
               : gs_compile_no_cluster(m->at->model,
                                       FAIL(m, "cluster", err, "no cluster is called '%s'", name),
                                       name, err);
}

static gpusim_status compile_response(const gs_compilation *at, uint32_t i, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    const gs_response_fields *written =
        (const gs_response_fields *)at->scenario->response.items + i;
    gs_response rule = {.cost = written->cost,
                        .hold = written->hold,
                        .delay = written->delay,
                        .keep = written->keep,
                        .metric = GPUSIM_NONE,
                        .detector = GPUSIM_NONE,
                        .group = GPUSIM_NONE,
                        .cluster = GPUSIM_NONE,
                        .budget = written->budget};
    response_maker m = {at, written, &rule, i};
    char name[32];
    snprintf(name, sizeof name, "response-%u", i);
    const char *who = written->name ? written->name : name;
    GPUSIM_TRY(compile_condition(&m, err));
    GPUSIM_TRY(written->group ? find_group(&m, err) : GPUSIM_OK);
    GPUSIM_TRY(written->cluster ? find_cluster(&m, err) : GPUSIM_OK);
    GPUSIM_TRY(compile_do(&m, err));
    GPUSIM_TRY(gs_names_add(at->model->names, who, strlen(who), &rule.who, err));
    GPUSIM_TRY(gs_array_push(&at->model->responses, &rule, err));
cleanup:
    return status;
}

gpusim_status gs_compile_responses(const gs_compilation *at, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    int known = at->model->cluster.node_count > 0 && at->model->hardware.racks;
    at->model->remedies = at->scenario->remedies.of;
    at->model->remedies.fan_above *= 100; // of telemetry's unit
    for (uint32_t i = 0; known && i < at->scenario->response.count; i++) {
        GPUSIM_TRY(gs_compile_note(at, compile_response(at, i, err), err));
    }
cleanup:
    return status;
}
