/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a detector has learnt comes back from a file as it was, and no other file is taken for one.
 */
#include <math.h>
#include <string.h>
#include <unistd.h>

#include "detect/scaler.h"
#include "harness.h"
#include "scenes.h"
#include "watched.h"

static gpusim_error err;
static const char *const names[] = {"gpu_temp", "power_usage", "fan_speed", "gpu_util"};
static char path[] = "/tmp/gpusim-model-XXXXXX";

static scene_frames *noise(uint32_t frames, uint32_t entities)
{
    scene_frames *s = scene_make(entities, 4, names);
    double *values = calloc(4 * (size_t)entities, sizeof *values);
    uint32_t *jobs = calloc(entities, sizeof *jobs);
    ck_assert(values && jobs);
    for (uint32_t t = 0; t < frames; t++) {
        for (uint32_t i = 0; i < 4 * entities; i++) {
            values[i] = (t * 7919u + i * 104729u) % 1009 < 30
                            ? NAN
                            : (double)((t * 7919u + i * 104729u) % 1009) / (1 + i % 4);
        }
        scene_add(s, values, jobs);
    }
    free(values);
    free(jobs);
    return s;
}

static void save(const char *words, scene_frames *learnt, watched *w)
{
    char name[64];
    snprintf(name, sizeof name, "%.*s", (int)strcspn(words, ":"), words);
    *w = (watched){0};
    const gpusim_module *module;
    ASSERT_OK(gpusim_detector_read(words, &module, &w->parameters, &err), &err);
    ASSERT_OK(gpusim_watcher_create(module,
                                    w->parameters ? gpusim_parameters_value(w->parameters) : NULL,
                                    scene_of(learnt), 5, &w->watcher, &err),
              &err);
    ASSERT_OK(gpusim_watcher_train(w->watcher, scene_frames_of(learnt), &err), &err);
    ASSERT_OK(gpusim_watcher_save(w->watcher, words, 1.25, path, &err), &err);
}

// Every detector scores other entities with the same bits as the one that was saved.
START_TEST(comes_back)
{
    scene_frames *learnt = noise(120, 3), *seen = noise(50, 4);
    for (const gpusim_module *const *all = gpusim_detectors(); *all; all++) {
        watched w, loaded = {0};
        double threshold = 0;
        if (strcmp((*all)->name, "xgboost") == 0 && !gpusim_xgboost_version()) {
            continue; // cannot learn in this build
        }
        save((*all)->name, learnt, &w);
        ASSERT_OK(gpusim_watcher_load(path, scene_of(seen), &loaded.watcher, &threshold, &err),
                  &err);
        ck_assert_double_eq(threshold, 1.25);
        double *a = scores_of(&w, seen, NULL), *b = scores_of(&loaded, seen, NULL);
        ck_assert_msg(memcmp(a, b, 200 * sizeof *a) == 0, "%s", (*all)->name);
        free(a);
        free(b);
        watched_free(&w);
        watched_free(&loaded);
    }
    scene_free(learnt);
    scene_free(seen);
}
END_TEST

// Parameters come back too.
START_TEST(with_parameters)
{
    scene_frames *learnt = noise(120, 1);
    watched w, loaded = {0};
    save("ensemble:of=[var:lags=2,knn:neighbours=7],combine=mean", learnt, &w);
    ASSERT_OK(gpusim_watcher_load(path, scene_of(learnt), &loaded.watcher, NULL, &err), &err);
    double *a = scores_of(&w, learnt, NULL), *b = scores_of(&loaded, learnt, NULL);
    ck_assert_int_eq(memcmp(a, b, 120 * sizeof *a), 0);
    free(a);
    free(b);
    watched_free(&w);
    watched_free(&loaded);
    scene_free(learnt);
}
END_TEST

static void refuse(scene_frames *seen, gpusim_status status, const char *message)
{
    gpusim_watcher *watcher = NULL;
    ck_assert_int_eq(gpusim_watcher_load(path, scene_of(seen), &watcher, NULL, &err), status);
    ck_assert_ptr_null(watcher);
    ck_assert_msg(strstr(err.message, message) != NULL, "%s", err.message);
}

// Other signals, other units, fewer and more of them: the first difference is named.
START_TEST(other_signals)
{
    static const char *const others[] = {"gpu_temp", "power_usage", "fan", "gpu_util"};
    scene_frames *learnt = noise(120, 1), *seen = scene_make(1, 4, others);
    watched w;
    save("zscore", learnt, &w);
    refuse(seen, GPUSIM_ARGUMENT, "signal 3 is fan, where the detector learnt from fan_speed");
    scene_of(seen)->signal_count = 2;
    refuse(seen, GPUSIM_ARGUMENT, "signal 3 is nothing");
    scene_free(seen);
    seen = scene_make(1, 4, names);
    ((gpusim_signal *)(uintptr_t)scene_of(seen)->signals)[1].unit = GPUSIM_UNIT_WATT;
    refuse(seen, GPUSIM_ARGUMENT, "power_usage is in 'W'");
    scene_free(seen);
    static const char *const more[] = {"gpu_temp", "power_usage", "fan_speed", "gpu_util",
                                       "tensor"};
    seen = scene_make(1, 5, more);
    refuse(seen, GPUSIM_ARGUMENT, "signal 5 is tensor, where the detector learnt from nothing");
    scene_free(seen);
    watched_free(&w);
    scene_free(learnt);
}
END_TEST

// What another version of a module learnt may mean something else to this one.
START_TEST(another_version)
{
    scene_frames *learnt = noise(120, 1);
    gpusim_watcher *watcher;
    gpusim_module later = *module_called("zscore");
    later.version = "99.0";
    ASSERT_OK(gpusim_watcher_create(&later, NULL, scene_of(learnt), 1, &watcher, &err), &err);
    ASSERT_OK(gpusim_watcher_train(watcher, scene_frames_of(learnt), &err), &err);
    ASSERT_OK(gpusim_watcher_save(watcher, "zscore", 3, path, &err), &err);
    refuse(learnt, GPUSIM_ARGUMENT, "of version 99.0");
    gpusim_watcher_destroy(watcher);
    scene_free(learnt);
}
END_TEST

// Each bit counts, and so does each byte that is missing.
START_TEST(damaged)
{
    scene_frames *learnt = noise(120, 1);
    watched w;
    save("mahalanobis", learnt, &w);
    char bytes[8192];
    FILE *file = fopen(path, "rb");
    size_t size = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    ck_assert(size > 100 && size < sizeof bytes);
    for (size_t i = 0; i < 2 * size; i++) {
        gpusim_watcher *watcher = NULL;
        file = fopen(path, "wb");
        bytes[i / 2] ^= (char)(i % 2 ? 0 : 16);
        fwrite(bytes, 1, i % 2 ? i / 2 : size, file);
        bytes[i / 2] ^= (char)(i % 2 ? 0 : 16);
        fclose(file);
        gpusim_status status = gpusim_watcher_load(path, scene_of(learnt), &watcher, NULL, &err);
        ck_assert_msg(status == GPUSIM_FORMAT, "byte %zu: %s", i / 2, err.message);
        gpusim_watcher_destroy(watcher);
    }
    unlink(path);
    refuse(learnt, GPUSIM_IO, "cannot open");
    watched_free(&w);
    scene_free(learnt);
}
END_TEST

/* ---- files that say anything ---- */

static struct {
    const void *model;
    uint64_t bytes;
} forged;

static gpusim_status forge(const gpusim_detector_context *context, gpusim_frames *frames,
                           gpusim_learning *learning, gpusim_error *problem)
{
    (void)context, (void)frames, (void)problem;
    memcpy(gpusim_learning_model(learning, forged.bytes), forged.model, forged.bytes);
    return GPUSIM_OK;
}

// A file of that detector, checksum and all, with any model; what comes of reading it.
static gpusim_status load_forged(const char *words, const void *model, uint64_t bytes)
{
    char name[64];
    snprintf(name, sizeof name, "%.*s", (int)strcspn(words, ":"), words);
    scene_frames *learnt = noise(20, 1);
    gpusim_watcher *watcher;
    gpusim_module module = *module_called(name);
    const gpusim_detector operations = {.train = forge};
    module.operations = &operations;
    module.parameters = NULL;
    forged.model = model;
    forged.bytes = bytes;
    ASSERT_OK(gpusim_watcher_create(&module, NULL, scene_of(learnt), 1, &watcher, &err), &err);
    ASSERT_OK(gpusim_watcher_train(watcher, scene_frames_of(learnt), &err), &err);
    ASSERT_OK(gpusim_watcher_save(watcher, words, 3, path, &err), &err);
    gpusim_watcher_destroy(watcher);
    gpusim_status status = gpusim_watcher_load(path, scene_of(learnt), &watcher, NULL, &err);
    gpusim_watcher_destroy(watcher);
    scene_free(learnt);
    return status;
}

/* Trees of four signals, two rounds of three nodes each: form, outputs, rounds and nodes; what is
 * usual; nodes of three words, the last of which names a column, of which there are ten, or a leaf.
 */
enum { USUAL = 4, NODES = USUAL + 4 * 2, WORDS = NODES + 4 * 2 * 3 * 3, LEAF = 0x7fffffff };

START_TEST(forged_trees)
{
    static const struct {
        uint32_t at, word;
        gpusim_status status;
    } cases[] = {
        {0, 0, GPUSIM_OK},                      // as it should be
        {NODES + 2, 9, GPUSIM_OK},              // the last column
        {NODES + 2, 10, GPUSIM_FORMAT},         // one more
        {NODES + 2, 0x8000000a, GPUSIM_FORMAT}, // with what is missing to the left
        {NODES + 2, UINT32_MAX, GPUSIM_FORMAT}, // no leaf
        {NODES + 5, 0, GPUSIM_FORMAT},          // a cut where leaves have to be
        {WORDS - 1, 0, GPUSIM_FORMAT},          // the same in the last node of all
        {0, 1, GPUSIM_FORMAT},
        {1, 3, GPUSIM_FORMAT}, // form, outputs
        {1, 400, GPUSIM_FORMAT},
        {2, 1000, GPUSIM_FORMAT}, // outputs, rounds
        {3, 1, GPUSIM_FORMAT},
        {3, 511, GPUSIM_FORMAT}, // nodes
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint32_t model[WORDS] = {0, 4, 2, 3};
        for (uint32_t n = NODES + 2; n < WORDS; n += 3) {
            model[n] = LEAF;
        }
        model[cases[i].at] = cases[i].word;
        gpusim_status status = load_forged("xgboost:rounds=2,depth=1", model, sizeof model);
        ck_assert_msg(status == cases[i].status, "case %zu: %d", i, status);
    }
    const uint32_t shorter[WORDS] = {0, 4, 2, 3};
    for (uint64_t bytes = 1; bytes < sizeof shorter; bytes += 5) {
        ck_assert_int_eq(load_forged("xgboost:rounds=2,depth=1", shorter, bytes), GPUSIM_FORMAT);
    }
}
END_TEST

// Two sources are learnt from as one; what is loaded says what it is.
START_TEST(from_several)
{
    scene_frames *one = noise(120, 2), *two = noise(60, 2), *other = noise(60, 3);
    gpusim_frames *sources[] = {scene_frames_of(one), scene_frames_of(two)};
    gpusim_frames *joined = NULL;
    gpusim_watcher *watcher, *loaded;
    gpusim_frame frame;
    ASSERT_OK(gpusim_frames_join(sources, 2, &joined, &err), &err);
    ck_assert_uint_eq(gpusim_frames_count(joined), 180);
    for (int pass = 0; pass < 2; pass++) {
        uint64_t seen = 0;
        gpusim_frames_rewind(joined);
        while (gpusim_frames_next(joined, &frame)) {
            seen++;
        }
        ck_assert_uint_eq(seen, 180);
    }
    ASSERT_OK(gpusim_watcher_create(module_called("zscore"), NULL, gpusim_frames_scene(joined), 1,
                                    &watcher, &err),
              &err);
    ASSERT_OK(gpusim_watcher_train(watcher, joined, &err), &err);
    ASSERT_OK(gpusim_watcher_save(watcher, "zscore", 3, path, &err), &err);
    gpusim_frames_joined_destroy(joined);
    ASSERT_OK(gpusim_watcher_load(path, scene_of(one), &loaded, NULL, &err), &err);
    ck_assert_str_eq(gpusim_watcher_words(loaded), "zscore");
    ck_assert_ptr_null(gpusim_watcher_words(watcher));
    watched a = {.watcher = watcher}, b = {.watcher = loaded};
    double *x = scores_of(&a, two, NULL), *y = scores_of(&b, two, NULL);
    ck_assert_int_eq(memcmp(x, y, 120 * sizeof *x), 0);
    // and not what one of them alone would have taught
    ASSERT_OK(gpusim_watcher_train(watcher, sources[1], &err), &err);
    double *z = scores_of(&a, two, NULL);
    ck_assert_int_ne(memcmp(x, z, 120 * sizeof *x), 0);
    free(x);
    free(y);
    free(z);
    sources[1] = scene_frames_of(other);
    ck_assert_int_eq(gpusim_frames_join(sources, 2, &joined, &err), GPUSIM_ARGUMENT);
    ck_assert_int_eq(gpusim_frames_join(sources, 0, &joined, &err), GPUSIM_ARGUMENT);
    gpusim_watcher_destroy(watcher);
    gpusim_watcher_destroy(loaded);
    scene_free(one);
    scene_free(two);
    scene_free(other);
}
END_TEST

START_TEST(nothing_learnt)
{
    scene_frames *s = noise(3, 1);
    gpusim_watcher *watcher;
    ASSERT_OK(gpusim_watcher_create(module_called("zscore"), NULL, scene_of(s), 1, &watcher, &err),
              &err);
    ck_assert_int_eq(gpusim_watcher_save(watcher, "zscore", 1, path, &err), GPUSIM_ARGUMENT);
    gpusim_watcher_destroy(watcher);
    scene_free(s);
}
END_TEST

// In standard deviations of what was learnt, of which there is a least; what is missing is usual.
START_TEST(scales)
{
    static const double learnt[][2] = {{1, 7}, {3, 7}, {NAN, 7}};
    static const double seen[] = {4, 7.05, NAN, 100};
    gs_scale of[2];
    double scaled[4];
    scene_frames *s = scene_make(1, 2, NULL), *two = scene_make(2, 2, NULL);
    for (uint32_t i = 0; i < 3; i++) {
        scene_add(s, learnt[i], NULL);
    }
    ASSERT_OK(gs_scaler_learn(scene_of(s), scene_frames_of(s), of, &err), &err);
    ck_assert_double_eq(of[0].mean, 2);
    ck_assert_double_eq(of[0].deviation, 1);
    // a constant counts as if it had varied by a hundredth of its span, which is 1 here
    ck_assert_double_eq(of[1].deviation, GS_SCALER_FLOOR);
    gs_scaler_apply(scene_of(two), of, seen, scaled);
    ck_assert_double_eq(scaled[0], 2);
    ck_assert_double_eq_tol(scaled[1], 5, 1e-9);
    ck_assert_double_eq(scaled[2], 0);
    ck_assert_double_eq(scaled[3], GS_SCALER_CLIP);
    scene_free(s);
    scene_free(two);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("models");
    int made = mkstemp(path);
    TEST_CASE(suite, 30, comes_back, with_parameters, other_signals, another_version, damaged,
              from_several, nothing_learnt, scales, forged_trees);
    int failed = test_run(suite);
    close(made);
    unlink(path);
    return failed;
}
