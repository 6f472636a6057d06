/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every detector that is built in over logs as bad as they come: it says what is wrong or scores
 * with numbers, blames signals that there are, and says the same twice. */
#include <malloc.h>
#include <math.h>
#include <string.h>

#include "harness.h"
#include "scenes.h"

static gpusim_error err;

static const char *const names[] = {"gpu_temp", "power_usage", "fan_speed", "gpu_util"};

// What a log is like: value s of entity e in frame t.
typedef double (*filler)(uint32_t t, uint32_t e, uint32_t s);

static double noise(uint32_t t, uint32_t e, uint32_t s)
{
    return (double)((t * 7919u + e * 104729u + s * 1299709u) % 1009) / 1009;
}

static double constant(uint32_t t, uint32_t e, uint32_t s)
{
    (void)t, (void)e;
    return s == 0 ? 42 : 0;
}

static double half_constant(uint32_t t, uint32_t e, uint32_t s)
{
    return s % 2 ? noise(t, e, s) : 7;
}

static double nothing(uint32_t t, uint32_t e, uint32_t s)
{
    (void)t, (void)e, (void)s;
    return NAN;
}

static double flood(uint32_t t, uint32_t e, uint32_t s)
{
    return t % 3 || s == 1 ? NAN : noise(t, e, s);
}

static double infinite(uint32_t t, uint32_t e, uint32_t s)
{
    return t % 5 == 0 ? (s % 2 ? -INFINITY : INFINITY) : noise(t, e, s);
}

static double huge(uint32_t t, uint32_t e, uint32_t s)
{
    return (t % 2 ? 1e300 : -1e300) * noise(t, e, s);
}

static scene_frames *log_of(filler fill, uint32_t frames, uint32_t entities, uint32_t signals)
{
    scene_frames *s = scene_make(entities, signals, names);
    double *values = calloc((size_t)entities * signals, sizeof *values);
    uint32_t *jobs = calloc(entities, sizeof *jobs);
    ck_assert(values && jobs);
    for (uint32_t t = 0; t < frames; t++) {
        for (uint32_t e = 0; e < entities; e++) {
            jobs[e] = e % 5 == 4 ? GPUSIM_NONE : e / 8 + t / 40;
            for (uint32_t i = 0; i < signals; i++) {
                values[(size_t)e * signals + i] = fill(t, e, i);
            }
        }
        scene_add(s, values, jobs);
    }
    free(values);
    free(jobs);
    return s;
}

static void check(const char *who, const char *what, const scene_frames *s, const double *scores,
                  const uint32_t *causes)
{
    gpusim_scene *scene = scene_of((scene_frames *)(uintptr_t)s);
    uint64_t count =
        gpusim_frames_count(scene_frames_of((scene_frames *)(uintptr_t)s)) * scene->entity_count;
    for (uint64_t i = 0; i < count; i++) {
        ck_assert_msg(isfinite(scores[i]), "%s, %s: score %llu is %g", who, what,
                      (unsigned long long)i, scores[i]);
        ck_assert_msg(causes[i] == GPUSIM_NONE || causes[i] < scene->signal_count,
                      "%s, %s: cause %llu is %u", who, what, (unsigned long long)i, causes[i]);
    }
}

// Learns from one log and scores the other; or says what is wrong with the first.
static void try_one(const gpusim_module *module, const char *what, scene_frames *learnt,
                    scene_frames *seen)
{
    gpusim_watcher *watcher = NULL;
    size_t count = gpusim_frames_count(scene_frames_of(seen)) * scene_of(seen)->entity_count;
    double *scores = calloc(2 * count + 1, sizeof *scores);
    uint32_t *causes = calloc(2 * count + 1, sizeof *causes);
    ck_assert(scores && causes);
    ASSERT_OK(gpusim_watcher_create(module, NULL, scene_of(learnt), 1, &watcher, &err), &err);
    gpusim_status status = gpusim_watcher_train(watcher, scene_frames_of(learnt), &err);
    if (status != GPUSIM_OK) {
        ck_assert_msg(status == GPUSIM_ARGUMENT && err.message[0], "%s, %s: %s", module->name, what,
                      err.message);
    } else {
        for (size_t i = 0; i < 2; i++) {
            ASSERT_OK(gpusim_watcher_score(watcher, scene_frames_of(seen), scores + i * count,
                                           causes + i * count, &err),
                      &err);
        }
        check(module->name, what, seen, scores, causes);
        ck_assert_msg(memcmp(scores, scores + count, count * sizeof *scores) == 0 &&
                          memcmp(causes, causes + count, count * sizeof *causes) == 0,
                      "%s, %s: not the same twice", module->name, what);
    }
    gpusim_watcher_destroy(watcher);
    free(scores);
    free(causes);
}

static void try_all(const char *what, scene_frames *learnt, scene_frames *seen)
{
    for (const gpusim_module *const *all = gpusim_detectors(); *all; all++) {
        try_one(*all, what, learnt, seen);
    }
    scene_free(learnt);
    scene_free(seen);
}

START_TEST(bad_values)
{
    static const struct {
        const char *what;
        filler learnt, seen;
    } logs[] = {
        {"constant", constant, constant},
        {"constant then noise", constant, noise},
        {"half constant", half_constant, noise},
        {"nothing", nothing, nothing},
        {"nothing then noise", nothing, noise},
        {"noise then nothing", noise, nothing},
        {"flood", flood, flood},
        {"infinite", infinite, infinite},
        {"noise then infinite", noise, infinite},
        {"huge", huge, huge},
        {"noise then huge", noise, huge},
    };
    for (size_t i = 0; i < sizeof logs / sizeof logs[0]; i++) {
        try_all(logs[i].what, log_of(logs[i].learnt, 90, 3, 4), log_of(logs[i].seen, 60, 3, 4));
    }
}
END_TEST

START_TEST(bad_shapes)
{
    try_all("one sample", log_of(noise, 1, 1, 2), log_of(noise, 1, 1, 2));
    try_all("one sample, many seen", log_of(noise, 1, 1, 2), log_of(noise, 40, 1, 2));
    try_all("one signal", log_of(noise, 90, 1, 1), log_of(noise, 40, 1, 1));
    try_all("two signals", log_of(noise, 90, 1, 2), log_of(noise, 40, 1, 2));
    try_all("none seen", log_of(noise, 90, 1, 2), log_of(noise, 0, 1, 2));
    try_all("none learnt", log_of(noise, 0, 1, 2), log_of(noise, 2, 1, 2));
    try_all("others seen", log_of(noise, 90, 3, 2), log_of(noise, 40, 11, 2));
}
END_TEST

START_TEST(many_entities)
{
    try_all("2,000 entities", log_of(noise, 12, 2000, 2), log_of(noise, 4, 2000, 2));
}
END_TEST

// Without entities or without signals there is nothing to watch.
START_TEST(empty_frames)
{
    for (const gpusim_module *const *all = gpusim_detectors(); *all; all++) {
        scene_frames *s = log_of(noise, 2, 1, 2);
        gpusim_watcher *watcher = NULL;
        scene_of(s)->entity_count = 0;
        ck_assert_int_eq(gpusim_watcher_create(*all, NULL, scene_of(s), 1, &watcher, &err),
                         GPUSIM_ARGUMENT);
        ck_assert_ptr_null(watcher);
        scene_of(s)->entity_count = 1;
        scene_of(s)->signal_count = 0;
        ck_assert_int_eq(gpusim_watcher_create(*all, NULL, scene_of(s), 1, &watcher, &err),
                         GPUSIM_ARGUMENT);
        ck_assert_ptr_null(watcher);
        scene_of(s)->signal_count = 2;
        scene_free(s);
    }
}
END_TEST

/* What a detector keeps is asked for before the first sample: after hundreds it holds no byte more
 * than after the first. (Where malloc is not glibc's own, as under a sanitizer, both are 0.) */
START_TEST(memory_does_not_grow)
{
    enum { ENTITIES = 24 };
    static double scores[ENTITIES];
    int tried = 0;
    for (const gpusim_module *const *all = gpusim_detectors(); *all; all++) {
        scene_frames *learnt = log_of(noise, 90, ENTITIES, 2);
        scene_frames *seen = log_of(noise, 300, ENTITIES, 2);
        gpusim_frames *frames = scene_frames_of(seen);
        gpusim_watcher *watcher = NULL;
        gpusim_frame frame;
        ASSERT_OK(gpusim_watcher_create(*all, NULL, scene_of(learnt), 1, &watcher, &err), &err);
        // one that needs a library which is not there learns nothing
        int learns = gpusim_watcher_train(watcher, scene_frames_of(learnt), &err) == GPUSIM_OK;
        tried += learns;
        gpusim_frames_rewind(frames);
        size_t held = 0;
        for (uint64_t t = 0; learns && gpusim_frames_next(frames, &frame); t++) {
            ASSERT_OK(gpusim_watcher_observe(watcher, &frame, scores, NULL, &err), &err);
            size_t now = mallinfo2().uordblks;
            held = t == 0 ? now : held;
            ck_assert_msg(now <= held, "%s holds %zu bytes more after %llu samples", (*all)->name,
                          now - held, (unsigned long long)t + 1);
        }
        gpusim_watcher_destroy(watcher);
        scene_free(learnt);
        scene_free(seen);
    }
    ck_assert_int_ge(tried, 20);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("robust");
    TEST_CASE(suite, 100, bad_values, bad_shapes, many_entities, empty_frames,
              memory_does_not_grow);
    return test_run(suite);
}
