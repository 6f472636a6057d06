/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is sampled: metrics by name and by set. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "chaos/kinds.h"
#include "scenario/compile.h"
#include "telemetry/metrics.h"

// metrics as `gpusim list metrics` has them: node/gpus_allocated
typedef char metric_name[64];

static void full_name(const gpusim_metric *metric, metric_name name)
{
    static const char *const entities[] = {"gpu", "node", "rack", "cluster"};
    snprintf(name, sizeof(metric_name), "%s/%s", entities[metric->entity], metric->name);
}

static gpusim_status fail_metric(const gs_compilation *at, const char *key, const char *name,
                                 gpusim_error *err)
{
    uint32_t known = 0, count = 0;
    const gpusim_metric *metrics = gpusim_metrics(&known);
    metric_name full[GS_METRIC_COUNT];
    const char *names[3 * GS_METRIC_COUNT];
    for (uint32_t m = 0; m < known; m++) {
        full_name(&metrics[m], full[m]);
        names[count++] = metrics[m].name;
        names[count++] = full[m];
        if (metrics[m].dcgm) {
            names[count++] = metrics[m].dcgm;
        }
    }
    gpusim_status status = gs_compile_fail(at, err, key, "no metric is called '%s'", name);
    const char *nearest = gpusim_nearest(name, names, count);
    for (const gpusim_choice *set = gs_metric_sets; set->name; set++) {
        if (strcmp(set->name, name) == 0) {
            gpusim_error_hint(err, "'%s' is a set: write `sets: [%s]`", name, name);
            return status;
        }
    }
    if (nearest) {
        gpusim_error_hint(err, "did you mean '%s'?", nearest);
    } else {
        gpusim_error_hint(err, "`gpusim list metrics` shows the names");
    }
    return status;
}

static int is_selected(const gpusim_model *model, uint32_t metric)
{
    for (uint32_t i = 0; i < model->metric_count; i++) {
        if (model->metrics[i] == metric) {
            return 1;
        }
    }
    return 0;
}

int gs_compile_is_called(const gpusim_metric *metric, const char *name)
{
    metric_name full;
    full_name(metric, full);
    return strcmp(metric->name, name) == 0 || strcmp(full, name) == 0 ||
           (metric->dcgm && strcmp(metric->dcgm, name) == 0);
}

uint32_t gs_compile_sampled(const gpusim_model *model, const char *name)
{
    const gpusim_metric *metrics = gpusim_metrics(&(uint32_t){0});
    for (uint32_t i = 0; i < model->metric_count; i++) {
        if (gs_compile_is_called(&metrics[model->metrics[i]], name)) {
            return i;
        }
    }
    return GPUSIM_NONE;
}

static gpusim_status add_named(const gs_compilation *at, uint32_t item, const char *name,
                               gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gpusim_model *model = at->model;
    uint32_t known = 0;
    const gpusim_metric *metrics = gpusim_metrics(&known);
    int found = 0;
    char key[64];
    snprintf(key, sizeof key, "telemetry.metrics[%u]", item);

    // without its entity a name may stand for several: "gpus_allocated" of nodes, racks, cluster
    for (uint32_t m = 0; m < known; m++) {
        metric_name full;
        full_name(&metrics[m], full);
        if (!gs_compile_is_called(&metrics[m], name)) {
            continue;
        }
        if (is_selected(model, m)) {
            return gs_compile_fail(at, err, key, "'%s' is listed twice", full);
        }
        if (metrics[m].physical && !model->hardware.physical) {
            GPUSIM_TRY(gs_model_warn(model, err,
                                     "metric '%s' is missing throughout: nothing in this cluster "
                                     "has power and heat",
                                     full));
        }
        model->metrics[model->metric_count++] = m;
        found = 1;
    }
    return found ? GPUSIM_OK : fail_metric(at, key, name, err);
cleanup:
    return status;
}

static void add_sets(gpusim_model *model, uint32_t sets)
{
    uint32_t known = 0;
    const gpusim_metric *metrics = gpusim_metrics(&known);
    for (uint32_t m = 0; m < known; m++) {
        int means_something = !metrics[m].physical || model->hardware.physical;
        if ((metrics[m].sets & sets) && means_something && !is_selected(model, m)) {
            model->metrics[model->metric_count++] = m;
        }
    }
}

static gpusim_status compile_delay(const gs_compilation *at, gpusim_error *err)
{
    gpusim_error problem = {0};
    gpusim_model *model = at->model;
    const gpusim_one_of *written = &at->scenario->telemetry.delay;
    if (!written->value) {
        return GPUSIM_OK;
    }
    model->delayed = 1;
    gpusim_status status =
        gs_distribution_make(written, GPUSIM_UNIT_SECOND, &model->arena, &model->delay, &problem);
    if (status == GPUSIM_SCENARIO) {
        return gs_compile_fail(at, err, "telemetry.delay", "%s", problem.message);
    }
    if (status != GPUSIM_OK && err) {
        *err = problem;
    }
    return status;
}

gpusim_status gs_compile_telemetry(const gs_compilation *at, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gpusim_model *model = at->model;
    const gs_scenario_telemetry *telemetry = &at->scenario->telemetry;
    model->info.sample_every = GPUSIM_TIME_MAX;
    if (!telemetry->present) {
        return GPUSIM_OK;
    }
    model->info.sample_every = telemetry->every;
    GPUSIM_TRY(compile_delay(at, err));
    model->metrics = gs_arena_get(&model->arena, GS_METRIC_COUNT * sizeof *model->metrics);
    if (!model->metrics) {
        return gpusim_fail(err, GPUSIM_MEMORY, "no memory for a list of metrics");
    }
    const char *const *names = telemetry->metrics.items;
    for (uint32_t i = 0; i < telemetry->metrics.count; i++) {
        GPUSIM_TRY(add_named(at, i, names[i], err));
    }
    const int32_t *named = telemetry->sets.items;
    uint32_t sets = 0;
    for (uint32_t i = 0; i < telemetry->sets.count; i++) {
        sets |= (uint32_t)named[i];
    }
    if (telemetry->metrics.count == 0 && telemetry->sets.count == 0) {
        sets = GPUSIM_SET_DEFAULT;
    }
    add_sets(model, sets);
cleanup:
    return status;
}

gpusim_status gs_compile_transit(const gs_compilation *at, gpusim_error *err)
{
    const gpusim_model *model = at->model;
    const gpusim_metric *metrics = gpusim_metrics(&(uint32_t){0});
    double size = 0;
    if (!model->delayed || (model->detectors.count == 0 && model->responses.count == 0)) {
        return GPUSIM_OK;
    }
    for (uint32_t i = 0; i < model->metric_count; i++) {
        const gpusim_metric *metric = &metrics[model->metrics[i]];
        double bytes = metric->type == GPUSIM_UINT64 ? sizeof(uint64_t) : sizeof(uint32_t);
        size += bytes * gpusim_model_entities(model, (gpusim_entity)metric->entity);
    }

    // on average, as long as the run lasts; a mean without bound says nothing of this run
    double every = gpusim_seconds(model->info.sample_every);
    double mean = gs_distribution_mean(&model->delay);
    double late = fmin(mean, gpusim_seconds(model->info.duration));
    if (isinf(mean) || size * late / every <= UINT32_MAX) {
        return GPUSIM_OK;
    }
    gpusim_status status = gs_compile_fail(
        at, err, "telemetry.delay",
        "%.3g samples of %.3g bytes would be on their way: beyond 4 GiB", late / every, size);
    gpusim_error_hint(err, "sample more rarely, or fewer metrics");
    return status;
}

void gs_compile_clocks(const gs_compilation *at)
{
    gpusim_model *model = at->model;
    const gpusim_metric *metrics = gpusim_metrics(&(uint32_t){0});
    int skews = 0, of_nodes = 0;
    for (uint32_t r = 0; r < model->chaos.count; r++) {
        skews |= model->chaos.rules[r].kind == GS_KIND_CLOCK_SKEW;
    }
    for (uint32_t i = 0; i < model->metric_count; i++) {
        uint32_t entity = metrics[model->metrics[i]].entity;
        of_nodes |= entity == GPUSIM_OF_GPU || entity == GPUSIM_OF_NODE;
    }
    if (skews && of_nodes && !is_selected(model, GS_METRIC_NODE_CLOCK_OFFSET)) {
        model->metrics[model->metric_count++] = GS_METRIC_NODE_CLOCK_OFFSET;
    }
}
