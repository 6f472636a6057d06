/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rules that act on what telemetry shows: names looked up, and what they ask for checked. */
#include <math.h>
#include <stdio.h>
#include <string.h>

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
    gs_compile_fail_at((m)->at, err, "responses", (m)->number, inner, __VA_ARGS__)

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
    if ((written->metric != NULL) == (written->state >= 0) ||
        above + below != (written->metric != NULL) ||
        (!written->metric && !isnan(written->until))) {
        return FAIL(m, "", err,
                    "a response needs `metric:` with `above:` or `below:`, or `state:`");
    }
    if (!written->metric) {
        rule->state = (uint32_t)written->state;
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
    default:
        return GPUSIM_NONE;
    }
}

static int any_fans(const response_maker *m)
{
    const gpusim_model *model = m->at->model;
    for (uint32_t n = 0; n < model->cluster.node_count; n++) {
        int ours = m->rule->group == GPUSIM_NONE || model->cluster.node_group[n] == m->rule->group;
        if (ours && gs_node_has_fans(model, n)) {
            return 1;
        }
    }
    return 0;
}

static gpusim_status compile_do(const response_maker *m, gpusim_error *err)
{
    const gs_response_fields *written = m->written;
    gs_response *rule = m->rule;
    int takes = written->takes != GPUSIM_TIME_MAX, speed = !isnan(written->speed);
    if (takes != (written->what == GPUSIM_ACTION_REBOOT)) {
        return FAIL(m, takes ? "takes" : "do", err, "`takes:` is of a reboot, which needs it");
    }
    if (speed != (written->what == GPUSIM_ACTION_FAN)) {
        return FAIL(m, speed ? "speed" : "do", err, "`speed:` is of fans, which need it");
    }
    if (written->restart_jobs && written->what != GPUSIM_ACTION_DRAIN) {
        return FAIL(m, "restart_jobs", err, "`restart_jobs:` is of a drain");
    }
    if (speed && !any_fans(m)) {
        return FAIL(m, "do", err, "no node that it is about has fans");
    }
    rule->what = (uint32_t)written->what;
    rule->value = takes                          ? gpusim_seconds(written->takes)
                  : speed && written->speed >= 0 ? written->speed
                  : written->restart_jobs        ? 1
                                                 : (double)NAN;
    rule->undo = written->undo ? opposite(written->what) : GPUSIM_NONE;
    if (written->undo && rule->undo == GPUSIM_NONE) {
        return FAIL(m, "undo", err, "this action cannot be undone");
    }
    return GPUSIM_OK;
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

static gpusim_status compile_response(const gs_compilation *at, uint32_t i, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    const gs_response_fields *written =
        (const gs_response_fields *)at->scenario->responses.items + i;
    gs_response rule = {.cost = written->cost,
                        .hold = written->hold,
                        .delay = written->delay,
                        .metric = GPUSIM_NONE,
                        .group = GPUSIM_NONE,
                        .budget = written->budget};
    response_maker m = {at, written, &rule, i};
    char name[32];
    snprintf(name, sizeof name, "response-%u", i);
    const char *who = written->name ? written->name : name;
    GPUSIM_TRY(compile_condition(&m, err));
    GPUSIM_TRY(written->group ? find_group(&m, err) : GPUSIM_OK);
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
    for (uint32_t i = 0; known && i < at->scenario->responses.count; i++) {
        GPUSIM_TRY(gs_compile_note(at, compile_response(at, i, err), err));
    }
cleanup:
    return status;
}
