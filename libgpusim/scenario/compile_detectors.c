/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Detectors that watch the run: what each is shown, and whether it can work with that. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include <gpusim/detect.h>

#include "base/sort.h"
#include "detect/frames.h"
#include "detect/tables.h"
#include "detect/watcher.h"
#include "scenario/compile.h"
#include "scenario/files.h"

/* Samples that an alert outlasts, where the scenario does not say. */
#define CLEAR_SAMPLES 5

/* A detector in the making, and where it stands. */
typedef struct detector_maker {
    const gs_compilation *at;
    const gs_detector_fields *written;
    gs_detector *made;
    uint32_t number;
    uint32_t reserved;
} detector_maker;

// at a key of the one in the making
#define FAIL(m, inner, err, ...)                                                                   \
    gs_compile_fail_at((m)->at, err, "detectors", (m)->number, inner, __VA_ARGS__)

static const gpusim_metric *about(uint32_t metric)
{
    return &gpusim_metrics(&(uint32_t){0})[metric];
}

// ---- what there is to see ----

static int by_name(const void *a, const void *b)
{
    return strcmp(((const gs_series *)a)->name, ((const gs_series *)b)->name);
}

// A name is a metric's, of all entities that have it, as anywhere in a scenario; or a signal's.
static int is_called(const gs_series *series, const char *name)
{
    return gs_compile_is_called(about(series->metric), name) || gs_series_called(series, name);
}

// gauges of GPUs where it names nothing
static int is_wanted(const gs_detector_fields *written, const gs_series *series)
{
    const char *const *names = written->metrics.items;
    for (uint32_t i = 0; i < written->metrics.count; i++) {
        if (is_called(series, names[i])) {
            return 1;
        }
    }
    return written->metrics.count == 0 && gs_series_called(series, "gauges");
}

static int anybody_wants(const gs_compilation *at, const gs_series *series)
{
    const gs_detector_fields *all = at->scenario->detectors.items;
    for (uint32_t i = 0; i < at->scenario->detectors.count; i++) {
        if (is_wanted(&all[i], series)) {
            return 1;
        }
    }
    return gs_series_called(series, "gauges");
}

// what detectors look at, in the order in which frames of a trace have it
static gpusim_status find_watched(const gs_compilation *at, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gpusim_model *model = at->model;
    size_t most = (size_t)model->metric_count * GS_SERIES_MOST + 1;
    model->watched = gs_arena_get(&model->arena, most * sizeof *model->watched);
    model->watched_names = gs_arena_get(&model->arena, most * sizeof(uint32_t));
    if (!model->watched || !model->watched_names) {
        return gpusim_fail(err, GPUSIM_MEMORY, "no memory for what detectors look at");
    }
    for (uint32_t i = 0; i < model->metric_count; i++) {
        const gpusim_metric *metric = about(model->metrics[i]);
        gs_series made[GS_SERIES_MOST];
        uint32_t count = gs_series_of(metric->name, model->metrics[i],
                                      (gpusim_entity)metric->entity, metric->type, made);
        for (uint32_t k = 0; k < count; k++) {
            if (anybody_wants(at, &made[k])) {
                model->watched[model->watched_count++] = made[k];
                model->watched_rates += made[k].kind == GS_SERIES_RATE;
            }
        }
    }
    GPUSIM_TRY(gs_sort(model->watched, model->watched_count, sizeof *model->watched, by_name, err));
    for (uint32_t w = 0; w < model->watched_count; w++) {
        const char *name = model->watched[w].name;
        GPUSIM_TRY(gs_names_add(model->names, name, strlen(name), &model->watched_names[w], err));
    }
cleanup:
    return status;
}

static gpusim_status check_metrics(const detector_maker *m, gpusim_error *err)
{
    const gpusim_model *model = m->at->model;
    const char *const *names = m->written->metrics.items;
    for (uint32_t i = 0; i < m->written->metrics.count; i++) {
        int there = 0;
        for (uint32_t w = 0; w < model->watched_count; w++) {
            there |= is_called(&model->watched[w], names[i]);
        }
        if (there) {
            continue;
        }
        if (gs_compile_sampled(model, names[i]) != GPUSIM_NONE) {
            return FAIL(m, "metrics", err, "'%s' is neither of GPUs nor of nodes or racks",
                        names[i]);
        }
        gpusim_status status =
            FAIL(m, "metrics", err, "'%s' is not among the metrics sampled", names[i]);
        gpusim_error_hint(err, "select it in `telemetry:`");
        return status;
    }
    return GPUSIM_OK;
}

static gpusim_status no_memory(gpusim_error *err)
{
    return gpusim_fail(err, GPUSIM_MEMORY, "no memory for what a detector is shown");
}

// its signals
static gpusim_status choose_signals(const detector_maker *m, gpusim_error *err)
{
    gpusim_model *model = m->at->model;
    uint32_t count = 0;
    gpusim_signal *signals =
        gs_arena_get(&model->arena, (model->watched_count + 1) * sizeof *signals);
    uint32_t *metrics = gs_arena_get(&model->arena, (model->watched_count + 1) * sizeof *metrics);
    if (!signals || !metrics) {
        return no_memory(err);
    }
    for (uint32_t w = 0; w < model->watched_count; w++) {
        const gs_series *series = &model->watched[w];
        if (is_wanted(m->written, series)) {
            signals[count] = (gpusim_signal){.name = series->name,
                                             .span = gs_series_span(series),
                                             .unit = (gpusim_unit)series->unit};
            metrics[count++] = w;
        }
    }
    m->made->scene.signals = signals;
    m->made->scene.signal_count = count;
    m->made->metrics = metrics;
    return count > 0 ? GPUSIM_OK : FAIL(m, "", err, "telemetry samples no gauge of GPUs");
}

// who is watched, and where they are
static gpusim_status make_scene(const detector_maker *m, gpusim_error *err)
{
    gpusim_model *model = m->at->model;
    const gs_cluster *cluster = &model->cluster;
    gpusim_scene *scene = &m->made->scene;
    uint32_t *node = gs_arena_get(&model->arena, (cluster->gpu_count + 1) * sizeof *node);
    uint32_t *rack = gs_arena_get(&model->arena, (cluster->gpu_count + 1) * sizeof *rack);
    if (!node || !rack) {
        return no_memory(err);
    }
    for (uint32_t n = 0; n < cluster->node_count; n++) {
        for (uint32_t g = cluster->node_first_gpu[n]; g < cluster->node_first_gpu[n + 1]; g++) {
            node[g] = n;
            rack[g] = cluster->node_rack[n];
        }
    }
    scene->size = sizeof *scene;
    scene->entity_count = cluster->gpu_count;
    scene->node = node;
    scene->rack = rack;
    scene->interval = gpusim_seconds(model->info.sample_every);
    return cluster->gpu_count > 0 ? GPUSIM_OK : FAIL(m, "", err, "there are no GPUs to watch");
}

// ---- whether it can work ----

// One frame in which everything is missing.
typedef struct empty_frames {
    gpusim_frames base;
    double *values; // [entities][signals]
    int told;
    int reserved;
} empty_frames;

static int next_empty(gpusim_frames *self, gpusim_frame *frame)
{
    empty_frames *empty = (empty_frames *)self;
    int more = !empty->told;
    empty->told = 1;
    *frame = (gpusim_frame){.values = empty->values, .raw = empty->values};
    return more;
}

static void rewind_empty(gpusim_frames *self)
{
    ((empty_frames *)self)->told = 0;
}

// a detector that needs nothing but names has them, or says which one it lacks
static gpusim_status try_out(const detector_maker *m, gpusim_error *err)
{
    gpusim_status status;
    gpusim_watcher *watcher = NULL;
    const gs_detector *made = m->made;
    size_t count = (size_t)made->scene.entity_count * made->scene.signal_count;
    empty_frames empty = {
        .base = {.next = next_empty, .rewind = rewind_empty, .count = 1, .scene = &made->scene}};
    GPUSIM_TRY(gs_allocate(&empty.values, count, sizeof *empty.values, err));
    for (size_t i = 0; i < count; i++) {
        empty.values[i] = (double)NAN;
    }
    GPUSIM_TRY(
        gpusim_watcher_create(made->module, made->parameters, &made->scene, 1, &watcher, err));
    if (made->learn == 0) {
        GPUSIM_TRY(gpusim_watcher_train(watcher, &empty.base, err));
    }
cleanup:
    gpusim_watcher_destroy(watcher);
    gs_release(&empty.values);
    if (status != GPUSIM_ARGUMENT && status != GPUSIM_SCENARIO) {
        return status;
    }
    gpusim_error said = *err;
    status = FAIL(m, "detector", err, "%s", said.message);
    gpusim_error_hint(err, "%s", said.hint);
    return status;
}

// ---- what it has learnt elsewhere ----

static gpusim_status read_bytes(const detector_maker *m, const char *path, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gs_array bytes = GS_ARRAY(char);
    char block[4096];
    size_t got = 0;
    FILE *file = fopen(path, "rb");
    if (!file) {
        return FAIL(m, "model", err, "cannot open '%s'", path);
    }
    while ((got = fread(block, 1, sizeof block, file)) > 0) {
        GPUSIM_TRY(gs_array_reserve(&bytes, bytes.count + (uint32_t)got, err));
        memcpy((char *)bytes.data + bytes.count, block, got);
        bytes.count += (uint32_t)got;
    }
    void *kept = gs_arena_get(&m->at->model->arena, bytes.count + 1);
    if (!kept) {
        GPUSIM_TRY(no_memory(err));
    }
    if (bytes.count > 0) {
        memcpy(kept, bytes.data, bytes.count);
    }
    gs_hasher_add(m->at->inputs, kept, bytes.count);
    m->made->learnt = kept;
    m->made->learnt_bytes = bytes.count;
cleanup:
    fclose(file);
    gs_array_release(&bytes);
    return status;
}

static gpusim_status read_model(const detector_maker *m, gpusim_error *err)
{
    gpusim_status status;
    char *path = NULL;
    double threshold = (double)NAN;
    gpusim_watcher *watcher = NULL;
    GPUSIM_TRY(gs_input_path(m->at, m->written->model, &path, err));
    GPUSIM_TRY(read_bytes(m, path, err));
    status = gs_watcher_read(m->written->model, m->made->learnt, m->made->learnt_bytes,
                             &m->made->scene, &watcher, &threshold, err);
    if (status == GPUSIM_ARGUMENT || status == GPUSIM_FORMAT) {
        gpusim_error said = *err;
        status = FAIL(m, "model", err, "%s", said.message);
        gpusim_error_hint(err, "%s", said.hint);
    }
    if (status == GPUSIM_OK) {
        m->made->module = watcher->module;
        m->made->threshold = isnan(m->made->threshold) ? threshold : m->made->threshold;
    }
cleanup:
    gpusim_watcher_destroy(watcher);
    gs_release(&path);
    return status;
}

static gpusim_status check_learning(const detector_maker *m, gpusim_error *err)
{
    const gs_detector_fields *written = m->written;
    gpusim_status status = GPUSIM_OK;
    int learns =
        (m->made->module->flags & (GPUSIM_MODULE_STANDARDISED | GPUSIM_MODULE_OVER_SCORES)) != 0;
    if (written->learn > 0) {
        return GPUSIM_OK;
    }
    if (learns) {
        status = FAIL(m, "learn", err, "'%s' has to learn what is normal", m->made->module->name);
        gpusim_error_hint(err, "for example `learn: 2 h`");
    } else if (isnan(written->threshold)) {
        status = FAIL(m, "threshold", err, "nothing is learnt, so that there is no threshold");
        gpusim_error_hint(err, "give `threshold:`, or `learn:` for a quantile of what is normal");
    }
    return status;
}

static gpusim_status name_it(const detector_maker *m, gpusim_error *err)
{
    gpusim_status status;
    gpusim_model *model = m->at->model;
    const char *name = m->written->name ? m->written->name : m->made->module->name;
    GPUSIM_TRY(gs_names_add(model->names, name, strlen(name), &m->made->name, err));
    for (uint32_t i = 0; i < model->detectors.count; i++) {
        if (GS_AT(model->detectors, gs_detector, i).name == m->made->name) {
            return FAIL(m, "name", err, "two detectors are called '%s'", name);
        }
    }
cleanup:
    return status;
}

static gpusim_status compile_detector(const gs_compilation *at, uint32_t i, gpusim_error *err)
{
    gpusim_status status;
    const gs_detector_fields *written =
        (const gs_detector_fields *)at->scenario->detectors.items + i;
    const gpusim_model *model = at->model;
    gs_detector made = {.threshold = written->threshold,
                        .quantile = written->quantile,
                        .learn = written->learn,
                        .hold = written->hold,
                        .clear = written->clear,
                        .class_ = written->class_};
    detector_maker m = {.at = at, .written = written, .made = &made, .number = i};
    if (model->info.sample_every == GPUSIM_TIME_MAX) {
        status = FAIL(&m, "", err, "without telemetry there is nothing to watch");
        gpusim_error_hint(err, "add `telemetry: {every: 15 s}`");
        return status;
    }
    if (made.clear == GPUSIM_TIME_MAX) {
        made.clear = CLEAR_SAMPLES * model->info.sample_every;
    }
    if ((written->detector.value == NULL) == (written->model == NULL) ||
        (written->model && written->learn > 0)) {
        return FAIL(&m, "", err, "it needs `detector:` or `model:`; a model has learnt already");
    }
    if (written->detector.value) {
        made.module = gs_detector_of(written->detector.which);
        made.parameters = made.module->parameters ? written->detector.value : NULL;
    }
    GPUSIM_TRY(check_metrics(&m, err));
    GPUSIM_TRY(choose_signals(&m, err));
    GPUSIM_TRY(make_scene(&m, err));
    if (written->model) {
        GPUSIM_TRY(read_model(&m, err));
    } else {
        GPUSIM_TRY(check_learning(&m, err));
        GPUSIM_TRY(try_out(&m, err));
    }
    GPUSIM_TRY(name_it(&m, err));
    GPUSIM_TRY(gs_array_push(&at->model->detectors, &made, err));
cleanup:
    return status;
}

gpusim_status gs_compile_detectors(const gs_compilation *at, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    uint32_t count = at->scenario->detectors.count;
    if (count == 0 || at->model->cluster.node_count == 0) {
        return GPUSIM_OK;
    }
    GPUSIM_TRY(find_watched(at, err));
    for (uint32_t i = 0; i < count; i++) {
        GPUSIM_TRY(gs_compile_note(at, compile_detector(at, i, err), err));
    }
cleanup:
    return status;
}
