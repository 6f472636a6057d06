/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How a run goes: its end, its limits, what is done to it. */
#include <stdio.h>
#include <string.h>

#include "base/number.h"
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
    GPUSIM_TRY(gs_compile_note(at, gs_compile_telemetry(at, err), err));

    // without a cluster no node has a name
    for (uint32_t i = 0; at->model->cluster.node_count && i < at->scenario->actions.count; i++) {
        GPUSIM_TRY(gs_compile_note(at, compile_action(at, i, err), err));
    }
cleanup:
    return status;
}
