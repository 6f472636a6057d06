/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Detectors on logs of the Numenta Anomaly Benchmark, by its own scores, in its three profiles. As
 * there each detector has one threshold for all files, the best there is; it learns from the rows
 * that are not scored, the first 15 % and at most 750. So that one threshold can do, scores are
 * chances of what was learnt: each detector is an ensemble of one. Prints the table. */
#include <jansson.h>
#include <math.h>
#include <string.h>

#include "harness.h"
#include "stats/scores.h"
#include "watched.h"

static const char *const detectors[] = {
    "random",
    "first-difference",
    "zscore",
    "ewma",
    "cusum",
    "rolling-mad",
    "ecod",
    "knn",
    "lof",
    "kmeans",
    "ar",
    "sub-pca",
    "bocd",
    "trend",
    "isolation-forest",
    "random-cut-forest",
};

#define DETECTORS  (sizeof detectors / sizeof detectors[0])
#define FILES      24
#define WINDOWS    8 /* of one file, at most */
#define THRESHOLDS 200

typedef struct file {
    const char *name;
    gpusim_samples *samples;
    gs_range windows[WINDOWS];
    size_t window_count, count;
    double *scores;
    uint8_t *marks;
} file;

static gpusim_error err;
static file files[FILES];
static size_t file_count, window_count;

static gpusim_time date_of(const json_t *text)
{
    char date[32];
    gpusim_time time;
    snprintf(date, sizeof date, "%.19s", json_string_value(text));
    date[10] = 'T';
    ASSERT_OK(gpusim_date_parse(date, &time, &err), &err);
    return time;
}

static void read_windows(file *f, const json_t *windows)
{
    size_t i;
    json_t *window;
    json_array_foreach(windows, i, window)
    {
        gpusim_time begin = date_of(json_array_get(window, 0));
        gpusim_time end = date_of(json_array_get(window, 1));
        gs_range *range = &f->windows[f->window_count++];
        ck_assert_uint_le(f->window_count, WINDOWS);
        while (range->first < f->count && gpusim_samples_time(f->samples, range->first) < begin) {
            range->first++;
        }
        range->last = range->first;
        while (range->last + 1 < f->count &&
               gpusim_samples_time(f->samples, range->last + 1) <= end) {
            range->last++;
        }
        ck_assert_msg(range->first < f->count && range->last > range->first, "%s", f->name);
    }
    window_count += f->window_count;
}

static void read_files(json_t *all)
{
    const char *name;
    json_t *windows;
    json_object_foreach(all, name, windows)
    {
        char path[256];
        struct stat about;
        snprintf(path, sizeof path, "data/anomaly/nab/data/%s", name);
        char full[4096];
        snprintf(full, sizeof full, "%s/%s", getenv("GPUSIM_SHARED"), path);
        if (stat(full, &about) != 0 || file_count == FILES) {
            continue;
        }
        file *f = &files[file_count++];
        f->name = name;
        ASSERT_OK(gpusim_samples_read(full, &f->samples, &err), &err);
        f->count = gpusim_samples_count(f->samples);
        f->scores = calloc(f->count, sizeof *f->scores);
        f->marks = calloc(f->count, 1);
        read_windows(f, windows);
    }
}

static void score(file *f, const char *detector)
{
    char yaml[128];
    const gpusim_module *module = module_called("ensemble");
    gpusim_watcher *watcher = NULL;
    uint64_t learnt = (uint64_t)(0.15 * (double)f->count);
    snprintf(yaml, sizeof yaml, "{of: [%s]}", detector);
    gpusim_parameters *parameters = parameters_of(module, yaml);
    ASSERT_OK(gpusim_watcher_create(module, gpusim_parameters_value(parameters),
                                    gpusim_samples_scene(f->samples), 1, &watcher, &err),
              &err);
    gpusim_samples_select(f->samples, 0, learnt < 750 ? learnt : 750);
    ASSERT_OK(gpusim_watcher_train(watcher, gpusim_samples_frames(f->samples), &err), &err);
    gpusim_samples_select(f->samples, 0, f->count);
    ASSERT_OK(
        gpusim_watcher_score(watcher, gpusim_samples_frames(f->samples), f->scores, NULL, &err),
        &err);
    gpusim_watcher_destroy(watcher);
    gpusim_parameters_destroy(parameters);
}

static double score_at(const gs_nab_profile *profile, double threshold)
{
    double raw = 0;
    for (size_t i = 0; i < file_count; i++) {
        file *f = &files[i];
        for (size_t s = 0; s < f->count; s++) {
            f->marks[s] = f->scores[s] >= threshold;
        }
        raw += gs_nab_score(profile, f->windows, f->window_count, f->marks, f->count,
                            gs_nab_probation(f->count));
    }
    return gs_nab_normalised(profile, raw, window_count);
}

static int falling(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x < y) - (x > y);
}

// The best over thresholds at ranks that grow by 4.5 % from the highest score of all on.
static void best(double found[GS_NAB_PROFILES])
{
    size_t count = 0, at = 0;
    for (size_t i = 0; i < file_count; i++) {
        count += files[i].count;
    }
    double *all = calloc(count, sizeof *all);
    for (size_t i = 0; i < file_count; at += files[i++].count) {
        memcpy(all + at, files[i].scores, files[i].count * sizeof *all);
    }
    qsort(all, count, sizeof *all, falling);
    for (int p = 0; p < GS_NAB_PROFILES; p++) {
        found[p] = score_at(&gs_nab_profiles[p], INFINITY);
        ck_assert_double_eq_tol(found[p], 0, 1e-9);
        double rank = 1;
        for (int t = 0; t < THRESHOLDS && rank < 0.2 * (double)count; t++) {
            found[p] = fmax(found[p], score_at(&gs_nab_profiles[p], all[(size_t)rank]));
            rank = fmax(rank + 1, rank * 1.045);
        }
    }
    free(all);
}

START_TEST(numenta)
{
    const char *path = test_shared("data/anomaly/nab/combined_windows.json");
    json_t *windows = path ? json_load_file(path, 0, NULL) : NULL;
    double standard[DETECTORS];
    if (!windows) {
        return;
    }
    read_files(windows);
    ck_assert_uint_eq(file_count, FILES);
    ck_assert_uint_eq(window_count, 49);
    printf("| detector | standard | low FP | low FN |\n|---|---:|---:|---:|\n");
    for (size_t d = 0; d < DETECTORS; d++) {
        double found[GS_NAB_PROFILES];
        for (size_t i = 0; i < file_count; i++) {
            score(&files[i], detectors[d]);
        }
        best(found);
        printf("| %s | %.1f | %.1f | %.1f |\n", detectors[d], found[0], found[1], found[2]);
        fflush(stdout);
        // false alarms cost more in the second, missed windows more in the third
        ck_assert_double_le(found[GS_NAB_LOW_FP], found[GS_NAB_STANDARD] + 1e-9);
        ck_assert_double_lt(found[GS_NAB_STANDARD], 100);
        standard[d] = found[GS_NAB_STANDARD];
    }
    // ewma, ar and random-cut-forest are worth more than chance
    ck_assert_double_gt(standard[3], 2 * standard[0]);
    ck_assert_double_gt(standard[10], 2 * standard[0]);
    ck_assert_double_gt(standard[15], 2 * standard[0]);
    for (size_t i = 0; i < file_count; i++) {
        gpusim_samples_destroy(files[i].samples);
        free(files[i].scores);
        free(files[i].marks);
    }
    json_decref(windows);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("nab");
    TEST_CASE(suite, 900, numenta);
    int failed = test_run(suite);
    return failed                                                  ? failed
           : test_shared("data/anomaly/nab/combined_windows.json") ? 0
                                                                   : TEST_SKIPPED;
}
