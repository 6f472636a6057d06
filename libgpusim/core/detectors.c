/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Detectors that watch a run. Each is shown every sample as it was taken, with its noise, its gaps
 * and what faults make of it, and which job has which GPU, as a scheduler knows; nothing else. A
 * score that reaches the threshold for long enough raises an alert, which is over once it has been
 * lower for long enough.
 */
#include "core/detectors.h"

#include <math.h>

#include "core/sim.h"
#include "detect/pack.h"
#include "detect/watcher.h"

// ---- creation ----

static gpusim_status make_room(gpusim_sim *sim, gpusim_error *err)
{
    gpusim_status status;
    const gpusim_model *model = sim->model;
    gs_detectors *d = sim->detectors;
    size_t values = (size_t)d->gpus * model->watched_count;
    GPUSIM_TRY(gs_allocate(&d->watchers, d->count, sizeof(gpusim_watcher *), err));
    GPUSIM_TRY(gs_allocate(&d->seen, values, sizeof *d->seen, err));
    GPUSIM_TRY(gs_allocate(&d->values, values, sizeof *d->values, err));
    GPUSIM_TRY(gs_allocate(&d->scores, d->gpus, sizeof *d->scores, err));
    GPUSIM_TRY(gs_allocate(&d->causes, d->gpus, sizeof *d->causes, err));
    GPUSIM_TRY(gs_allocate(&d->job, d->gpus, sizeof *d->job, err));
    GPUSIM_TRY(gs_allocate(&d->job_start, d->gpus, sizeof *d->job_start, err));
    GPUSIM_TRY(gs_allocate(&d->seconds, d->count, sizeof *d->seconds, err));
    GPUSIM_TRY(gs_allocate(&d->samples, d->count, sizeof *d->samples, err));
    GPUSIM_TRY(gs_array_resize(&sim->detecting, d->count, err));
    GPUSIM_TRY(gs_array_resize(&sim->alarms, d->count * d->gpus, err));
    GPUSIM_TRY(gs_array_resize(&sim->counted, model->watched_rates * d->gpus, err));
    for (uint32_t i = 0; i < sim->counted.count; i++) {
        GS_AT(sim->counted, double, i) = NAN;
    }
cleanup:
    return status;
}

static const gs_alarm quiet = {
    .since = GPUSIM_TIME_MAX, .raised = GPUSIM_TIME_MAX, .cause = GPUSIM_NONE};

// a detector that has learnt elsewhere, or is still to learn
static gpusim_status create_watcher(gpusim_sim *sim, uint32_t i, gpusim_error *err)
{
    gpusim_status status;
    const gs_detector *about = GS_DETECTOR(sim, i);
    gpusim_watcher **watcher = &sim->detectors->watchers[i];
    gs_detecting *state = GS_DETECTING(sim, i);
    *state = (gs_detecting){.threshold = about->threshold, .learnt = GPUSIM_TIME_MAX};
    if (!about->learnt) {
        return gpusim_watcher_create(about->module, about->parameters, &about->scene, sim->seed,
                                     watcher, err);
    }
    GPUSIM_TRY(
        gs_watcher_read("", about->learnt, about->learnt_bytes, &about->scene, watcher, NULL, err));
    state->learnt = 0;
cleanup:
    return status;
}

gpusim_status gs_detectors_create(gpusim_sim *sim, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    uint32_t count = sim->model->detectors.count;
    if (count == 0) {
        return GPUSIM_OK;
    }
    GPUSIM_TRY(gs_allocate(&sim->detectors, 1, sizeof *sim->detectors, err));
    sim->detectors->count = count;
    sim->detectors->gpus = sim->model->cluster.gpu_count;
    GPUSIM_TRY(make_room(sim, err));
    for (uint32_t i = 0; i < sim->alarms.count; i++) {
        GS_AT(sim->alarms, gs_alarm, i) = quiet;
    }
    for (uint32_t i = 0; i < count; i++) {
        GPUSIM_TRY(create_watcher(sim, i, err));
    }
cleanup:
    return status;
}

void gs_detectors_destroy(gpusim_sim *sim)
{
    gs_detectors *d = sim->detectors;
    if (!d) {
        return;
    }
    for (uint32_t i = 0; d->watchers && i < d->count; i++) {
        gpusim_watcher_destroy(d->watchers[i]);
    }
    gs_release(&d->watchers);
    gs_release(&d->seen);
    gs_release(&d->values);
    gs_release(&d->scores);
    gs_release(&d->causes);
    gs_release(&d->job);
    gs_release(&d->job_start);
    gs_release(&d->seconds);
    gs_release(&d->samples);
    gs_release(&sim->detectors);
}

// ---- what is seen ----

// of a counter, its rate since the last sample; `kept` are its readings then
static void see_rate(const gs_series *series, const void *values, const uint32_t *owner,
                     uint32_t gpus, double seconds, double *kept, double *to, uint32_t width)
{
    for (uint32_t g = 0; g < gpus; g++) {
        double now = gs_series_read(series, values, owner ? owner[g] : g);
        to[(size_t)g * width] = (double)(float)gs_series_rate(kept[g], now, seconds);
        kept[g] = now;
    }
}

// what the sample at hand shows of each GPU; once a sample
static void see_values(gpusim_sim *sim, const gs_sampling *sampling)
{
    const gpusim_model *model = sim->model;
    gs_detectors *d = sim->detectors;
    const gpusim_scene *scene = &GS_DETECTOR(sim, 0)->scene;
    double *kept = sim->counted.data;
    double seconds = gpusim_seconds(model->info.sample_every);
    for (uint32_t w = 0; w < model->watched_count; w++) {
        const gs_series *series = &model->watched[w];
        const void *values = sampling->values[series->metric];
        const uint32_t *owner = series->entity == GPUSIM_OF_NODE   ? scene->node
                                : series->entity == GPUSIM_OF_RACK ? scene->rack
                                                                   : NULL;
        if (series->kind == GS_SERIES_RATE) {
            see_rate(series, values, owner, d->gpus, seconds, kept, d->seen + w,
                     model->watched_count);
            kept += d->gpus;
            continue;
        }
        for (uint32_t g = 0; g < d->gpus; g++) {
            d->seen[(size_t)g * model->watched_count + w] =
                gs_series_read(series, values, owner ? owner[g] : g);
        }
    }
}

// of several that share a GPU, who came last
void gs_detectors_see_jobs(gpusim_sim *sim)
{
    gs_detectors *d = sim->detectors;
    for (uint32_t g = 0; d && g < d->gpus; g++) {
        d->job[g] = GPUSIM_NONE;
        d->job_start[g] = 0;
    }
    for (uint32_t r = 0; d && r < sim->running.count; r++) {
        const gpusim_job_info *job = GS_JOB(sim, GS_AT(sim->running, uint32_t, r));
        const gpusim_part *parts = (const gpusim_part *)sim->parts.data + job->first_part;
        for (uint32_t p = 0; p < job->parts; p++) {
            uint32_t first = sim->model->cluster.node_first_gpu[parts[p].node] + parts[p].first_gpu;
            for (uint32_t g = first; g < first + parts[p].gpus; g++) {
                uint32_t number = (uint32_t)job->order;
                int later = job->start > d->job_start[g] ||
                            (job->start == d->job_start[g] && number > d->job[g]);
                if (d->job[g] == GPUSIM_NONE || later) {
                    d->job[g] = number;
                    d->job_start[g] = job->start;
                }
            }
        }
    }
}

void gs_detectors_choose(const gpusim_sim *sim, uint32_t detector, const double *all, double *own)
{
    const gs_detector *about = GS_DETECTOR(sim, detector);
    uint32_t signals = about->scene.signal_count, watched = sim->model->watched_count;
    for (uint32_t g = 0; g < sim->detectors->gpus; g++) {
        for (uint32_t s = 0; s < signals; s++) {
            own[(size_t)g * signals + s] = all[(size_t)g * watched + about->metrics[s]];
        }
    }
}

// ---- alerts ----

#define ALARM(sim, d, g)                                                                           \
    (&GS_AT((sim)->alarms, gs_alarm, (size_t)(d) * (sim)->detectors->gpus + (g)))

static gpusim_alert_row row_of(const gpusim_sim *sim, uint32_t d, uint32_t gpu, gpusim_time end)
{
    const gs_alarm *alarm = ALARM(sim, d, gpu);
    const gs_detector *about = GS_DETECTOR(sim, d);
    const char *cause =
        alarm->cause == GPUSIM_NONE ? NULL : about->scene.signals[alarm->cause].name;
    return (gpusim_alert_row){
        .time = alarm->raised,
        .begin = alarm->since,
        .end = end,
        .score = alarm->peak,
        .threshold = GS_DETECTING(sim, d)->threshold,
        .entity = gpu,
        .detector = about->name,
        .cause = cause ? sim->model->watched_names[about->metrics[alarm->cause]] : 0,
        .scope = GPUSIM_OF_GPU,
        .class_ = (uint8_t)(about->class_ >= 0 ? (uint32_t)about->class_
                            : cause            ? (uint32_t)gpusim_class_of_metric(cause)
                                               : GPUSIM_ANOMALY_NONE),
    };
}

// whoever wants to know at once
static gpusim_status tell_now(gpusim_sim *sim, const gpusim_alert_row *row, int over,
                              gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    const gpusim_observer *observers = sim->observers.data;
    for (uint32_t i = 0; i < sim->observers.count; i++) {
        if (observers[i].alert) {
            GPUSIM_TRY(observers[i].alert(observers[i].context, row, over, err));
        }
    }
cleanup:
    return status;
}

static gpusim_status raise(gpusim_sim *sim, uint32_t d, uint32_t gpu, gpusim_error *err)
{
    gpusim_status status;
    ALARM(sim, d, gpu)->raised = gpusim_engine_now(sim->engine);
    GS_DETECTING(sim, d)->alerts++;
    gpusim_alert_row row = row_of(sim, d, gpu, GPUSIM_TIME_MAX);
    GPUSIM_TRY(gs_emit_event(sim, GPUSIM_EVENT_ALERT, gpu, 1 + (int64_t)d, err));
    GPUSIM_TRY(tell_now(sim, &row, 0, err));
cleanup:
    return status;
}

static gpusim_status end(gpusim_sim *sim, uint32_t d, uint32_t gpu, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gs_alarm *alarm = ALARM(sim, d, gpu);
    if (alarm->raised != GPUSIM_TIME_MAX) {
        gpusim_alert_row row = row_of(sim, d, gpu, alarm->last);
        GPUSIM_TRY(gs_emit_event(sim, GPUSIM_EVENT_ALERT, gpu, -1 - (int64_t)d, err));
        GPUSIM_TRY(tell_now(sim, &row, 1, err));
        GPUSIM_TRY(gs_emit(sim, GPUSIM_TABLE_ALERTS, &row, err));
    }
    *alarm = quiet;
cleanup:
    return status;
}

// what a score means for the alert on a GPU; one that is missing means nothing
static gpusim_status judge(gpusim_sim *sim, uint32_t d, uint32_t gpu, double score, uint32_t cause,
                           gpusim_error *err)
{
    const gs_detector *about = GS_DETECTOR(sim, d);
    gs_alarm *alarm = ALARM(sim, d, gpu);
    gpusim_time taken = sim->detectors->taken;
    double threshold = GS_DETECTING(sim, d)->threshold;
    if (score >= threshold) {
        int begins = alarm->since == GPUSIM_TIME_MAX;
        alarm->since = begins ? taken : alarm->since;
        alarm->last = taken;
        if (begins || score > alarm->peak) {
            alarm->peak = score;
            alarm->cause = cause;
        }
        int held = alarm->raised == GPUSIM_TIME_MAX && taken - alarm->since >= about->hold;
        return held ? raise(sim, d, gpu, err) : GPUSIM_OK;
    }
    int lower = score < threshold && alarm->since != GPUSIM_TIME_MAX;
    int waits = alarm->raised != GPUSIM_TIME_MAX && taken - alarm->last <= about->clear;
    return lower && !waits ? end(sim, d, gpu, err) : GPUSIM_OK;
}

static gpusim_status watch(gpusim_sim *sim, uint32_t i, gpusim_error *err)
{
    gpusim_status status;
    gs_detectors *d = sim->detectors;
    gpusim_frame frame = {
        .time = d->taken,
        .values = d->values,
        .raw = d->values,
        .job = d->job,
        .job_start = d->job_start,
    };
    gs_detectors_choose(sim, i, d->seen, d->values);
    double started = gs_wall_clock();
    GPUSIM_TRY(gpusim_watcher_observe(d->watchers[i], &frame, d->scores, d->causes, err));
    d->seconds[i] += gs_wall_clock() - started;
    d->samples[i]++;
    for (uint32_t g = 0; g < d->gpus; g++) {
        GPUSIM_TRY(judge(sim, i, g, d->scores[g], d->causes[g], err));
    }
cleanup:
    return status;
}

// those who have seen enough learn
static gpusim_status learn(gpusim_sim *sim, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gs_detectors *d = sim->detectors;
    int keeps = 0, learning = 0;
    for (uint32_t i = 0; i < d->count; i++) {
        keeps |= !GS_HAS_LEARNT(sim, i);
    }
    if (!keeps) {
        return GPUSIM_OK;
    }
    GPUSIM_TRY(gs_lessons_keep(sim, err));
    for (uint32_t i = 0; i < d->count; i++) {
        if (!GS_HAS_LEARNT(sim, i) && d->taken >= GS_DETECTOR(sim, i)->learn) {
            GPUSIM_TRY(gs_lessons_learn(sim, i, err));
        }
        learning |= !GS_HAS_LEARNT(sim, i);
    }
    gs_lessons_last(sim); // learning has looked at other samples
    if (!learning) {
        gs_lessons_forget(sim);
    }
cleanup:
    return status;
}

gpusim_status gs_detectors_ready(gpusim_sim *sim, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    int first = gpusim_engine_now(sim->engine) == sim->model->info.sample_every;
    for (uint32_t i = 0; first && sim->detectors && i < sim->detectors->count; i++) {
        GPUSIM_TRY(GS_DETECTOR(sim, i)->learnt ? gs_detectors_tell_learnt(sim, i, err) : GPUSIM_OK);
    }
cleanup:
    return status;
}

gpusim_status gs_detectors_see(gpusim_sim *sim, const gs_sampling *sampling, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gs_detectors *d = sim->detectors;
    if (!d) {
        return GPUSIM_OK;
    }
    see_values(sim, sampling);
    d->taken = sampling->taken;
    GPUSIM_TRY(learn(sim, err));
    for (uint32_t i = 0; i < d->count; i++) {
        // what was learnt from says nothing new, but where it was the first sample alone
        if (GS_DETECTOR(sim, i)->learn == 0 || d->taken > GS_DETECTING(sim, i)->learnt) {
            GPUSIM_TRY(watch(sim, i, err));
        }
    }
cleanup:
    return status;
}

// ---- what others ask ----

int gs_detectors_say(const gpusim_sim *sim, uint32_t detector, uint32_t gpu)
{
    const gs_alarm *alarm = ALARM(sim, detector, gpu);
    return alarm->raised != GPUSIM_TIME_MAX ? 1 : alarm->since != GPUSIM_TIME_MAX ? -1 : 0;
}

gpusim_status gs_detectors_unfinished(gpusim_sim *sim, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    for (uint32_t i = 0; i < sim->alarms.count; i++) {
        uint32_t d = i / sim->detectors->gpus, gpu = i % sim->detectors->gpus;
        if (ALARM(sim, d, gpu)->raised != GPUSIM_TIME_MAX) {
            gpusim_alert_row row = row_of(sim, d, gpu, GPUSIM_TIME_MAX);
            GPUSIM_TRY(gs_emit(sim, GPUSIM_TABLE_ALERTS, &row, err));
        }
    }
cleanup:
    return status;
}

uint64_t gs_detectors_alerts(const gpusim_sim *sim)
{
    uint64_t alerts = 0;
    for (uint32_t i = 0; i < sim->detecting.count; i++) {
        alerts += GS_DETECTING(sim, i)->alerts;
    }
    return alerts;
}

gpusim_status gs_detectors_tell_learnt(gpusim_sim *sim, uint32_t detector, gpusim_error *err)
{
    return gs_emit_event(sim, GPUSIM_EVENT_LEARNT, 1 + (uint64_t)detector,
                         GS_DETECTOR(sim, detector)->name, err);
}

int gpusim_sim_detector(const gpusim_sim *sim, uint32_t detector, gpusim_detector_info *info)
{
    const gs_detectors *d = sim->detectors;
    if (!d || detector >= d->count) {
        return 0;
    }
    const gs_detector *about = GS_DETECTOR(sim, detector);
    const gs_detecting *state = GS_DETECTING(sim, detector);
    uint64_t samples = d->samples[detector];
    *info = (gpusim_detector_info){
        .name = gs_names_text(sim->model->names, about->name),
        .detector = about->module->name,
        .learnt = state->learnt,
        .threshold = state->threshold,
        .alerts = state->alerts,
        .samples = samples,
        .us_per_sample = samples ? 1e6 * d->seconds[detector] / (double)samples : (double)NAN,
    };
    return 1;
}

double gs_detectors_cost(const gpusim_sim *sim)
{
    double us = sim->detectors ? 0 : (double)NAN;
    gpusim_detector_info info;
    for (uint32_t i = 0; gpusim_sim_detector(sim, i, &info); i++) {
        us += info.samples ? info.us_per_sample : 0;
    }
    return us;
}

// ---- saving ----

gpusim_status gs_detectors_before_save(const gpusim_sim *sim, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    const gs_detectors *d = sim->detectors;
    gs_array *saved = (gs_array *)(uintptr_t)&sim->detectors_saved; // of use to saving alone
    saved->count = 0;
    for (uint32_t i = 0; d && i < d->count; i++) {
        GPUSIM_TRY(gs_watcher_pack(d->watchers[i], saved, err));
    }
cleanup:
    return status;
}

gpusim_status gs_detectors_restored(gpusim_sim *sim, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    const gs_detectors *d = sim->detectors;
    size_t at = 0, used = 0;
    for (uint32_t i = 0; d && i < d->count; i++) {
        GPUSIM_TRY(gs_watcher_unpack(d->watchers[i], (char *)sim->detectors_saved.data + at,
                                     sim->detectors_saved.count - at, &used, err));
        at += used;
    }
cleanup:
    return status;
}
