/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Detectors on labelled logs of real servers against what other implementations of the same recipes
 * reached there. */
#include <math.h>
#include <string.h>

#include <gpusim/detect.h>
#include <gpusim/spec.h>

#include "harness.h"
#include "stats/scores.h"

// A row of the reference: detector, parameters of ours, and the column it is called there.
typedef struct recipe {
    const char *ours, *parameters, *theirs;
} recipe;

static const recipe recipes[] = {
    {"zscore", "{combine: rms}", "z_rms"},
    {"zscore", "{combine: max}", "z_max"},
    {"first-difference", "", "first_diff"},
    {"ewma", "", "ewma_z"},
    {"cusum", "", "cusum"},
    {"rolling-mad", "", "rolling_mad"},
    {"ecod", "", "ecod"},
    {"mahalanobis", "", "mahalanobis"},
    {"pca", "", "pca_spe"},
    {"sub-pca", "", "subpca_w10"},
    {"ar", "", "ar5"},
    {"var", "", "var5"},
    {"knn", "", "knn5"},
    {"lof", "", "lof20"},
};

#define RECIPES (sizeof recipes / sizeof recipes[0])

static gpusim_error err;

static const gpusim_module *module_called(const char *name)
{
    const gpusim_module *const *all = gpusim_detectors();
    for (; *all && strcmp((*all)->name, name) != 0; all++) {
    }
    ck_assert_msg(*all != NULL, "no detector %s", name);
    return *all;
}

// The expected areas of one machine, detector and smoothing; 0 when the table has no such row.
static int expected(const char *table, const char *machine, const char *detector, int smooth,
                    double *roc, double *pr)
{
    char line[512], key[128];
    int found = 0;
    FILE *file = fopen(table, "r");
    ck_assert_ptr_nonnull(file);
    int length = snprintf(key, sizeof key, "%s,%s,%d,", machine, detector, smooth);
    while (!found && fgets(line, sizeof line, file)) {
        found = strncmp(line, key, (size_t)length) == 0 &&
                sscanf(line + length, "%lf,%lf", roc, pr) == 2;
    }
    fclose(file);
    return found;
}

static double *scores_of(const recipe *r, gpusim_samples *train, gpusim_samples *test)
{
    const gpusim_module *module = module_called(r->ours);
    gpusim_watcher *watcher = NULL;
    gpusim_parameters *parameters = NULL;
    if (module->parameters) {
        ASSERT_OK(gpusim_parameters_read(module->parameters, r->parameters, strlen(r->parameters),
                                         "recipe", &parameters, &err),
                  &err);
    }
    ASSERT_OK(gpusim_watcher_create(module, parameters ? gpusim_parameters_value(parameters) : NULL,
                                    gpusim_samples_scene(train), 0, &watcher, &err),
              &err);
    ASSERT_OK(gpusim_watcher_train(watcher, gpusim_samples_frames(train), &err), &err);
    double *scores = calloc(gpusim_samples_count(test), sizeof *scores);
    gpusim_frame frame;
    gpusim_frames_rewind(gpusim_samples_frames(test));
    for (size_t i = 0; gpusim_frames_next(gpusim_samples_frames(test), &frame); i++) {
        ASSERT_OK(gpusim_watcher_observe(watcher, &frame, &scores[i], NULL, &err), &err);
    }
    // before a detector can speak it says what it says first
    size_t first = 0;
    while (isnan(scores[first])) {
        first++;
    }
    for (size_t i = 0; i < first; i++) {
        scores[i] = scores[first];
    }
    gpusim_watcher_destroy(watcher);
    gpusim_parameters_destroy(parameters);
    return scores;
}

static void smooth_by(double *scores, size_t count, size_t window)
{
    double *sums = calloc(count + 1, sizeof *sums);
    for (size_t i = 0; i < count; i++) {
        sums[i + 1] = sums[i] + scores[i];
    }
    for (size_t i = 0; i < count; i++) {
        size_t from = i + 1 > window ? i + 1 - window : 0;
        scores[i] = (sums[i + 1] - sums[from]) / (double)(i + 1 - from);
    }
    free(sums);
}

static void try_machine(const char *set, const char *machine)
{
    char path[256], table[4096];
    gpusim_samples *train = NULL, *test = NULL;
    int quiet = getenv("GPUSIM_BASELINES") == NULL;
    snprintf(path, sizeof path, "data/anomaly/%s/baselines.csv", set);
    snprintf(table, sizeof table, "%s", test_shared(path));
    snprintf(path, sizeof path, "data/anomaly/%s/%s.train.csv.gz", set, machine);
    ASSERT_OK(gpusim_samples_read(test_shared(path), &train, &err), &err);
    snprintf(path, sizeof path, "data/anomaly/%s/%s.test.csv.gz", set, machine);
    ASSERT_OK(gpusim_samples_read(test_shared(path), &test, &err), &err);
    for (size_t r = 0; r < RECIPES; r++) {
        double *scores = scores_of(&recipes[r], train, test);
        for (int smooth = 0; smooth <= 15; smooth += 15) {
            gs_scored scored = {0};
            double roc, pr;
            if (!expected(table, machine, recipes[r].theirs, smooth, &roc, &pr)) {
                continue;
            }
            if (smooth) {
                smooth_by(scores, gpusim_samples_count(test), (size_t)smooth);
            }
            ASSERT_OK(gs_scored_make(gpusim_samples_labels(test), scores,
                                     gpusim_samples_count(test), &scored, &err),
                      &err);
            double roc_off = gs_auc_roc(&scored) - roc, pr_off = gs_auc_pr(&scored) - pr;
            if (!quiet) {
                printf("%s %s %d: %.6f %.6f, off %.2e %.2e\n", machine, recipes[r].theirs, smooth,
                       roc, pr, roc_off, pr_off);
            }
            ck_assert_msg(!quiet || (fabs(roc_off) <= 1e-4 && fabs(pr_off) <= 1e-4),
                          "%s %s %d: %g %g off", machine, recipes[r].theirs, smooth, roc_off,
                          pr_off);
            gs_scored_release(&scored);
        }
        free(scores);
    }
    gpusim_samples_destroy(train);
    gpusim_samples_destroy(test);
}

START_TEST(server_machines)
{
    static const char *const machines[] = {"machine-1-2", "machine-1-5", "machine-2-1",
                                           "machine-3-2"};
    for (size_t i = 0; test_shared("data/anomaly/smd/baselines.csv") && i < 4; i++) {
        try_machine("smd", machines[i]);
    }
}
END_TEST

START_TEST(application_servers)
{
    static const char *const machines[] = {"omi-1", "omi-2", "omi-3"};
    for (size_t i = 0; test_shared("data/anomaly/asd/baselines.csv") && i < 3; i++) {
        try_machine("asd", machines[i]);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("baselines");
    TEST_CASE(suite, 240, application_servers, server_machines);
    int failed = test_run(suite);
    return failed ? failed : test_shared("data/anomaly/smd/baselines.csv") ? 0 : TEST_SKIPPED;
}
