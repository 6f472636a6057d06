/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Logs that a detector has learnt from and watched, and what others reached on them. */
#include "watched.h"

#include <string.h>

#include "harness.h"

static gpusim_error err;

const gpusim_module *module_called(const char *name)
{
    const gpusim_module *const *all = gpusim_detectors();
    for (; *all && strcmp((*all)->name, name) != 0; all++) {
    }
    ck_assert_msg(*all != NULL, "no detector %s", name);
    return *all;
}

gpusim_parameters *parameters_of(const gpusim_module *module, const char *yaml)
{
    gpusim_parameters *parameters = NULL;
    if (module->parameters) {
        ASSERT_OK(gpusim_parameters_read(module->parameters, yaml, strlen(yaml), "parameters",
                                         &parameters, &err),
                  &err);
    }
    return parameters;
}

gpusim_samples *machine_log(const char *set, const char *machine, const char *part)
{
    char path[256];
    gpusim_samples *samples = NULL;
    snprintf(path, sizeof path, "data/anomaly/%s/%s.%s.csv.gz", set, machine, part);
    ASSERT_OK(gpusim_samples_read(test_shared(path), &samples, &err), &err);
    return samples;
}

scored_logs score_logs(const recipe *r, uint64_t seed, gpusim_samples *train, gpusim_samples *test)
{
    const gpusim_module *module = module_called(r->ours);
    gpusim_watcher *watcher = NULL;
    gpusim_parameters *parameters = parameters_of(module, r->parameters);
    ASSERT_OK(gpusim_watcher_create(module, parameters ? gpusim_parameters_value(parameters) : NULL,
                                    gpusim_samples_scene(train), seed, &watcher, &err),
              &err);
    ASSERT_OK(gpusim_watcher_train(watcher, gpusim_samples_frames(train), &err), &err);
    uint64_t counts[] = {gpusim_samples_count(train), gpusim_samples_count(test)};
    scored_logs scores = {
        .train = calloc(counts[0], sizeof(double)),
        .test = calloc(counts[1], sizeof(double)),
        .work = calloc(counts[0] + counts[1] + 1, sizeof(double)),
    };
    ASSERT_OK(gpusim_watcher_score(watcher, gpusim_samples_frames(train), scores.train, NULL, &err),
              &err);
    ASSERT_OK(gpusim_watcher_score(watcher, gpusim_samples_frames(test), scores.test, NULL, &err),
              &err);
    gpusim_watcher_destroy(watcher);
    gpusim_parameters_destroy(parameters);
    return scores;
}

void scored_logs_free(scored_logs *scores)
{
    free(scores->train);
    free(scores->test);
    free(scores->work);
}

int baseline_of(const char *set, const char *machine, const char *detector, int smooth,
                baseline *row)
{
    char line[512], key[128], path[256];
    snprintf(path, sizeof path, "data/anomaly/%s/baselines.csv", set);
    FILE *file = fopen(test_shared(path), "r");
    ck_assert_ptr_nonnull(file);
    int length = snprintf(key, sizeof key, "%s,%s,%d,", machine, detector, smooth);
    row->columns = 0;
    while (row->columns < 7 && fgets(line, sizeof line, file)) {
        if (strncmp(line, key, (size_t)length) == 0) {
            row->columns =
                sscanf(line + length, "%lf,%lf,%lf,%lf,%lf,%lf,%lf,%lf,%lf,%lf,%lf", &row->roc,
                       &row->pr, &row->vus_roc, &row->vus_pr, &row->f1, &row->adjusted, &row->event,
                       &row->events, &row->detected, &row->per_day, &row->threshold);
        }
    }
    fclose(file);
    return row->columns >= 7;
}
