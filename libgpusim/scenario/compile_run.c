/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How a run goes: its end and its limits. */
#include "policy/tables.h"
#include "scenario/compile.h"

static gpusim_status compile_end(const gs_compilation *at, gpusim_error *err)
{
    gpusim_model *model = at->model;
    const gs_scenario *scenario = at->scenario;
    model->info.duration = scenario->duration;
    model->until_drained = scenario->until == 1 || scenario->duration == GPUSIM_TIME_MAX;
    model->until_arrived = scenario->until == 3;
    model->no_fit_fails = scenario->limits.no_fit != 0;
    if (model->no_fit_fails && (scenario->replay != 0 || model->setup.scheduler.module ||
                                model->setup.backfill != GS_BACKFILL_NONE ||
                                model->setup.preemption != GS_PREEMPTION_NONE)) {
        return gs_compile_fail(at, err, "limits.no_fit",
                               "a job can only fail for want of a place where the scheduler is an "
                               "order and a placement, without backfill or preemption");
    }
    model->grace = scenario->limits.grace;
    model->kill_log = scenario->limits.walltime == GS_WALLTIME_KILL;
    model->kill_other = scenario->limits.walltime != GS_WALLTIME_EXTEND;

    // a source without an end never drains
    for (uint32_t i = 0; !model->until_cohort && model->info.duration == GPUSIM_TIME_MAX &&
                         i < model->workload.synthetic_count;
         i++) {
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

// which jobs are measured
static gpusim_status compile_measure(const gs_compilation *at, gpusim_error *err)
{
    const gs_scenario_cohort *said = &at->scenario->measure.cohort;
    gpusim_model *model = at->model;
    int by_time = said->present && (said->from != GPUSIM_TIME_MAX || said->to != GPUSIM_TIME_MAX);
    int by_number = said->present && (said->first != UINT64_MAX || said->last != UINT64_MAX);
    gs_cohort measure = {
        .from = by_time && said->from != GPUSIM_TIME_MAX ? said->from : 0,
        .to = by_time ? said->to : GPUSIM_TIME_MAX,
        .first = by_number && said->first != UINT64_MAX ? said->first : 0,
        .last = by_number ? said->last : UINT64_MAX,
        .starvation = at->scenario->measure.starvation,
    };
    model->measure = measure;
    model->until_cohort = at->scenario->until == 2;
    if (by_time && by_number) {
        return gs_compile_fail(at, err, "measure.cohort",
                               "a cohort is given by times or by numbers of jobs, not by both");
    }
    if (measure.from >= measure.to || measure.first > measure.last) {
        return gs_compile_fail(at, err, "measure.cohort", "the cohort is empty");
    }
    if (model->until_cohort && measure.to == GPUSIM_TIME_MAX && measure.last == UINT64_MAX) {
        gpusim_status status =
            gs_compile_fail(at, err, "until", "the cohort has no end to wait for");
        gpusim_error_hint(err, "add measure: {cohort: {to: ...}} or {last: ...}");
        return status;
    }
    return GPUSIM_OK;
}

// a log drawn anew: its jobs come at other times, and some more than once
static gpusim_status compile_resample(const gs_compilation *at, gpusim_error *err)
{
    gpusim_model *model = at->model;
    const gs_workload *workload = &model->workload;
    if (!at->scenario->resample.present) {
        return GPUSIM_OK;
    }
    model->resample = at->scenario->resample.period;
    if (at->scenario->replay != 0) {
        return gs_compile_fail(at, err, "resample",
                               "recorded starts are those of the log as it is");
    }
    if (workload->jobs.count == 0) {
        return gs_compile_fail(at, err, "resample",
                               "there is no log and no list of jobs to draw from");
    }
    uint32_t user = GS_AT(workload->jobs, gs_job, 0).user;
    int several = 0;
    for (uint32_t i = 0; i < workload->jobs.count; i++) {
        const gs_job *job = &GS_AT(workload->jobs, gs_job, i);
        several |= job->user != user;
        if (job->extra != GPUSIM_NONE &&
            GS_AT(workload->extras, gs_job_extra, job->extra).after != GPUSIM_NONE) {
            return gs_compile_fail(at, err, "resample",
                                   "jobs that wait for others cannot be drawn one by one");
        }
    }
    return several ? GPUSIM_OK
                   : gs_model_warn(model, err,
                                   "resample: all jobs are one user's, so that only its "
                                   "weeks are turned");
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

// ---- what comes too late ----

/* Things of one sort that begin when the run is over. */
typedef struct too_late {
    const char *what;
    gpusim_time first; // of them
    uint32_t count;
} too_late;

static void note_late(const gpusim_model *model, gpusim_time begins, too_late *late)
{
    if (begins >= model->info.duration && begins != GPUSIM_TIME_MAX) {
        late->first = late->count == 0 || begins < late->first ? begins : late->first;
        late->count++;
    }
}

static gpusim_time first_strike(const gs_rule *rule)
{
    gpusim_time first = rule->when == GS_WHEN_AT && rule->at_count > 0        ? rule->at[0]
                        : rule->when == GS_WHEN_TRACE && rule->list_count > 0 ? rule->list[0].at
                                                                              : 0;
    return rule->when == GS_WHEN_FOLLOWS ? 0 : first > rule->from ? first : rule->from;
}

// a wrong unit or a short run: it is no error, and surprises
static gpusim_status warn_late(gpusim_model *model, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    too_late late[] = {{.what = "chaos"}, {.what = "actions"}, {.what = "maintenance"}};
    for (uint32_t r = 0; r < model->chaos.count; r++) {
        note_late(model, first_strike(&model->chaos.rules[r]), &late[0]);
    }
    for (uint32_t i = 0; i < model->actions.count; i++) {
        note_late(model, GS_AT(model->actions, gs_timed_action, i).at, &late[1]);
    }
    for (uint32_t w = 0; w < model->windows.count; w++) {
        note_late(model, GS_AT(model->windows, gs_maintenance, w).at, &late[2]);
    }
    for (size_t i = 0; i < sizeof late / sizeof late[0]; i++) {
        char begins[48], ends[48];
        gpusim_time_format(late[i].first, begins, sizeof begins);
        gpusim_time_format(model->info.duration, ends, sizeof ends);
        if (late[i].count == 0) {
            continue;
        }
        GPUSIM_TRY(gs_model_warn(model, err,
                                 "too late for a run that ends at %s: %u of `%s:`, from %s on",
                                 ends, late[i].count, late[i].what, begins));
    }
cleanup:
    return status;
}

gpusim_status gs_compile_run(const gs_compilation *at, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    GPUSIM_TRY(gs_compile_note(at, compile_measure(at, err), err));
    GPUSIM_TRY(gs_compile_note(at, compile_end(at, err), err));
    GPUSIM_TRY(gs_compile_note(at, compile_replay(at, err), err));
    GPUSIM_TRY(gs_compile_note(at, compile_resample(at, err), err));
    GPUSIM_TRY(gs_compile_note(at, gs_compile_telemetry(at, err), err));
    GPUSIM_TRY(gs_compile_actions(at, err));
    GPUSIM_TRY(gs_compile_chaos(at, err));
    gs_compile_clocks(at);
    GPUSIM_TRY(gs_compile_fleet(at, err));
    GPUSIM_TRY(gs_compile_detectors(at, err));
    GPUSIM_TRY(gs_compile_responses(at, err));
    GPUSIM_TRY(gs_compile_note(at, gs_compile_transit(at, err), err));
    GPUSIM_TRY(warn_late(at->model, err));
cleanup:
    return status;
}
