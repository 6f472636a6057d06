/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How a run goes: its end, its limits, what is sampled, what is done to it. */
#include <stdio.h>
#include <string.h>

#include "base/number.h"
#include "core/metrics.h"
#include "scenario/compile.h"

static gpusim_status compile_end(const gs_compilation *at, gpusim_error *err)
{
    gpusim_model *model = at->model;
    const gs_scenario *scenario = at->scenario;
    model->info.duration = scenario->duration;
    model->until_drained = scenario->until == 1 || scenario->duration == GPUSIM_TIME_MAX;
    model->grace = scenario->limits.grace;
    model->kill_log = scenario->limits.walltime == GS_WALLTIME_KILL;
    model->kill_other = scenario->limits.walltime != GS_WALLTIME_EXTEND;

    // a source without an end never drains
    for (uint32_t i = 0;
         model->info.duration == GPUSIM_TIME_MAX && i < model->workload.synthetic_count; i++) {
        const gs_synthetic *source = model->workload.synthetic[i];
        if (!gs_synthetic_ends(source)) {
            gpusim_status status = gs_compile_fail(
                at, err, "workload", "source '%s' never ends, so a run without duration would not",
                gs_names_text(model->names, gs_synthetic_name(source)));
            gpusim_error_hint(err, "add `duration:`, or a `count:` or `until:` to the source");
            return status;
        }
    }
    return GPUSIM_OK;
}

static gpusim_status compile_replay(const gs_compilation *at, gpusim_error *err)
{
    gpusim_model *model = at->model;
    if (at->scenario->replay == 0) {
        return GPUSIM_OK;
    }
    model->replay = 1;
    if (model->workload.synthetic_count > 0) {
        return gs_compile_fail(at, err, "replay", "synthetic jobs have no recorded start");
    }
    for (uint32_t i = 0; i < model->workload.jobs.count; i++) {
        const gs_job *job = &GS_AT(model->workload.jobs, gs_job, i);
        if (job->duration >= 0 &&
            (job->extra == GPUSIM_NONE ||
             GS_AT(model->workload.extras, gs_job_extra, job->extra).start == GPUSIM_TIME_MAX)) {
            return gs_compile_fail(at, err, "replay",
                                   "job %lld of '%s' has no recorded start to replay",
                                   (long long)job->id, gs_names_text(model->names, job->source));
        }
    }
    return GPUSIM_OK;
}

// ---- telemetry ----

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
    uint32_t known = 0;
    const gpusim_metric *metrics = gpusim_metrics(&known);
    metric_name full[GS_METRIC_COUNT];
    const char *names[2 * GS_METRIC_COUNT];
    for (uint32_t m = 0; m < known; m++) {
        full_name(&metrics[m], full[m]);
        names[m] = metrics[m].name;
        names[known + m] = full[m];
    }
    gpusim_status status = gs_compile_fail(at, err, key, "no metric is called '%s'", name);
    const char *nearest = gpusim_nearest(name, names, 2 * known);
    if (nearest) {
        gpusim_error_hint(err, "did you mean '%s'?", nearest);
    } else {
        gpusim_error_hint(err, "`gpusim list metrics` shows the names");
    }
    return status;
}

static gpusim_status add_named(const gs_compilation *at, uint32_t item, const char *name,
                               gpusim_error *err)
{
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
        if (strcmp(metrics[m].name, name) != 0 && strcmp(full, name) != 0) {
            continue;
        }
        for (uint32_t i = 0; i < model->metric_count; i++) {
            if (model->metrics[i] == m) {
                return gs_compile_fail(at, err, key, "'%s' is listed twice", full);
            }
        }
        model->metrics[model->metric_count++] = m;
        found = 1;
    }
    return found ? GPUSIM_OK : fail_metric(at, key, name, err);
}

static gpusim_status compile_telemetry(const gs_compilation *at, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gpusim_model *model = at->model;
    const gs_scenario_telemetry *telemetry = &at->scenario->telemetry;
    model->info.sample_every = GPUSIM_TIME_MAX;
    if (!telemetry->present) {
        return GPUSIM_OK;
    }
    model->info.sample_every = telemetry->every;
    model->metrics = gs_arena_get(&model->arena, GS_METRIC_COUNT * sizeof *model->metrics);
    if (!model->metrics) {
        return gpusim_fail(err, GPUSIM_MEMORY, "no memory for a list of metrics");
    }
    const char *const *names = telemetry->metrics.items;
    for (uint32_t i = 0; i < telemetry->metrics.count; i++) {
        GPUSIM_TRY(add_named(at, i, names[i], err));
    }
    for (uint32_t m = 0; telemetry->metrics.count == 0 && m < GS_METRIC_COUNT; m++) {
        model->metrics[model->metric_count++] = m;
    }
cleanup:
    return status;
}

// ---- timed actions ----

static gpusim_status find_node(const gs_compilation *at, const char *key, const char *name,
                               uint32_t *node, gpusim_error *err)
{
    const gs_cluster *cluster = &at->model->cluster;
    uint32_t number = gs_names_find(at->model->names, name, strlen(name));
    for (uint32_t n = 0; number != GPUSIM_NONE && n < cluster->node_count; n++) {
        if (cluster->node_name[n] == number) {
            *node = n;
            return GPUSIM_OK;
        }
    }
    gpusim_status status = gs_compile_fail(at, err, key, "no node is called '%s'", name);
    gpusim_error_hint(err, "nodes are called GROUP-0000, GROUP-0001, ...: '%s' is the first",
                      gs_names_text(at->model->names, cluster->node_name[0]));
    return status;
}

// "source/17" is job 17 of a source; anything else is a job's own name
static gpusim_status parse_job(const gs_compilation *at, const char *text, gs_timed_action *action,
                               gpusim_error *err)
{
    const char *slash = strrchr(text, '/');
    if (slash && gs_parse_int64(slash + 1, strlen(slash + 1), &action->id)) {
        return gs_names_add(at->model->names, text, (size_t)(slash - text), &action->source, err);
    }
    action->source = GPUSIM_NONE;
    return gs_names_add(at->model->names, text, strlen(text), &action->name, err);
}

static gpusim_status compile_action(const gs_compilation *at, uint32_t i, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    const gs_scenario_action *written = (const gs_scenario_action *)at->scenario->actions.items + i;
    gs_timed_action action = {
        .at = written->at, .what = (uint32_t)written->what, .node = GPUSIM_NONE};
    int of_job = written->what == GPUSIM_ACTION_CANCEL_JOB;
    char key[64];

    // each kind of action has one kind of thing it acts on; "" would be any job without a name
    snprintf(key, sizeof key, "actions[%u]", i);
    if ((of_job && (!written->job || !written->job[0] || written->node)) ||
        (!of_job && (!written->node || written->job))) {
        return gs_compile_fail(at, err, key, "this action needs `%s:` and nothing else",
                               of_job ? "job" : "node");
    }
    if (of_job) {
        GPUSIM_TRY(parse_job(at, written->job, &action, err));
    } else {
        snprintf(key, sizeof key, "actions[%u].node", i);
        GPUSIM_TRY(find_node(at, key, written->node, &action.node, err));
    }
    GPUSIM_TRY(gs_array_push(&at->model->actions, &action, err));
cleanup:
    return status;
}

gpusim_status gs_compile_run(const gs_compilation *at, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    GPUSIM_TRY(gs_compile_note(at, compile_end(at, err), err));
    GPUSIM_TRY(gs_compile_note(at, compile_replay(at, err), err));
    GPUSIM_TRY(gs_compile_note(at, compile_telemetry(at, err), err));

    // without a cluster no node has a name
    for (uint32_t i = 0; at->model->cluster.node_count && i < at->scenario->actions.count; i++) {
        GPUSIM_TRY(gs_compile_note(at, compile_action(at, i, err), err));
    }
cleanup:
    return status;
}
