/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a detector costs for one sample of 1,000 and of 10,000 entities with eight signals, in jobs
 * of 16 and racks of 8: CPU milliseconds of one thread, the median of some samples, for every
 * detector with its default parameters and some with others; and what 9,000 entities more
 * hold in memory. They learn from 400 samples of 256 entities. */
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <gpusim/gpusim.h>
#include <gpusim/spec.h>

#include "clock.h"
#include "detect/frames.h"

enum { SIGNALS = 8, LEARNT_FROM = 256, SAMPLES = 400, WATCHED = 25, MOST = 10000 };

/* Noise around the load of each job. */
typedef struct source {
    gpusim_frames base;
    gpusim_scene scene;
    double *values;
    uint32_t *job, *node, *rack;
    uint64_t at;
} source;

static void rewind_source(gpusim_frames *self)
{
    ((source *)self)->at = 0;
}

static int next_of_source(gpusim_frames *self, gpusim_frame *frame)
{
    source *s = (source *)self;
    gpusim_stream stream =
        gpusim_stream_indexed(gpusim_stream_make(1, "benchmark", "detect"), s->at);
    if (s->at == self->count) {
        return 0;
    }
    for (uint32_t i = 0; i < s->scene.entity_count * SIGNALS; i++) {
        double load = gpusim_draw_uniform(stream, UINT64_C(1) << 40 | s->job[i / SIGNALS]);
        s->values[i] = load + 0.1 * gpusim_draw_normal(stream, i);
    }
    *frame = (gpusim_frame){
        .time = (gpusim_time)s->at * GPUSIM_MINUTE,
        .values = s->values,
        .raw = s->values,
        .job = s->job,
    };
    s->at++;
    return 1;
}

static void make_source(source *s, uint32_t entities, uint64_t samples)
{
    static const char *const names[SIGNALS] = {"a", "b", "c", "d", "e", "f", "g", "h"};
    static gpusim_signal signals[SIGNALS];
    memset(s, 0, sizeof *s);
    s->values = calloc((size_t)entities * SIGNALS, sizeof *s->values);
    s->job = calloc(3 * (size_t)entities, sizeof *s->job);
    if (!s->values || !s->job) {
        exit(1);
    }
    s->node = s->job + entities;
    s->rack = s->node + entities;
    for (uint32_t e = 0; e < entities; e++) {
        s->job[e] = e / 16;
        s->node[e] = e;
        s->rack[e] = e / 8;
    }
    for (uint32_t i = 0; i < SIGNALS; i++) {
        signals[i] = (gpusim_signal){.name = names[i], .span = 1};
    }
    s->scene = (gpusim_scene){.size = sizeof s->scene,
                              .entity_count = entities,
                              .signal_count = SIGNALS,
                              .signals = signals,
                              .node = s->node,
                              .rack = s->rack,
                              .interval = 60};
    s->base = (gpusim_frames){
        .next = next_of_source, .rewind = rewind_source, .count = samples, .scene = &s->scene};
}

static void release(source *s)
{
    free(s->values);
    free(s->job);
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void check(gpusim_status status, const gpusim_error *err)
{
    if (status != GPUSIM_OK) {
        fprintf(stderr, "%s\n", err->message);
        exit(1);
    }
}

// Median milliseconds for a sample of so many entities, and by how many bytes more are held for
// them than for those before.
static double watch(gpusim_watcher *watcher, uint32_t entities, size_t *held)
{
    static double scores[MOST];
    double ms[WATCHED];
    source s;
    gpusim_frame frame;
    gpusim_error err = {0};
    make_source(&s, entities, WATCHED);
    size_t before = mallinfo2().uordblks + mallinfo2().hblkhd;
    check(gpusim_watcher_watch(watcher, &s.scene, &err), &err);
    for (int i = 0; gpusim_frames_next(&s.base, &frame); i++) {
        double begin = cpu_seconds();
        check(gpusim_watcher_observe(watcher, &frame, scores, NULL, &err), &err);
        ms[i] = 1000 * (cpu_seconds() - begin);
    }
    *held = mallinfo2().uordblks + mallinfo2().hblkhd - before;
    qsort(ms, WATCHED, sizeof *ms, compare);
    release(&s);
    return ms[WATCHED / 2];
}

static void measure(const char *words, source *learnt)
{
    gpusim_error err = {0};
    const gpusim_module *module;
    gpusim_parameters *parameters = NULL;
    gpusim_watcher *watcher;
    size_t held;
    check(gpusim_detector_read(words, &module, &parameters, &err), &err);
    check(gpusim_watcher_create(module, parameters ? gpusim_parameters_value(parameters) : NULL,
                                &learnt->scene, 1, &watcher, &err),
          &err);
    double begin = cpu_seconds();
    if (gpusim_watcher_train(watcher, &learnt->base, &err) != GPUSIM_OK) {
        fprintf(stderr, "%s: %s\n", words, err.message); // a library is not there
    } else {
        double learning = cpu_seconds() - begin;
        double small = watch(watcher, 1000, &held), large = watch(watcher, MOST, &held);
        printf("| %s | %.2f | %.2f | %.2f | %.1f |\n", words, learning, small, large,
               (double)held / 1e6);
    }
    gpusim_watcher_destroy(watcher);
    gpusim_parameters_destroy(parameters);
}

int main(void)
{
    static const char *const others[] = {"gnn:relations=none", "gnn:relations=both"};
    source learnt;
    make_source(&learnt, LEARNT_FROM, SAMPLES);
    puts(
        "| detector | to learn, s | 1,000 entities, ms | 10,000 entities, ms | 9,000 more hold, MB "
        "|\n|---|---:|---:|---:|---:|");
    for (const gpusim_module *const *m = gpusim_detectors(); *m; m++) {
        measure((*m)->name, &learnt);
    }
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        measure(others[i], &learnt);
    }
    release(&learnt);
    return 0;
}
