/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Logs that a detector has learnt from and watched. */
#ifndef TESTS_DETECT_WATCHED_H
#define TESTS_DETECT_WATCHED_H

#include <stddef.h>

#include <gpusim/detect.h>
#include <gpusim/evaluate.h>
#include <gpusim/spec.h>

/* A row of a reference: detector, its parameters, and what it is called there. */
typedef struct recipe {
    const char *ours, *parameters, *theirs;
} recipe;

/* Scores of the log that is learnt from, and of the other; work: room for both and one. */
typedef struct scored_logs {
    double *train, *test, *work;
} scored_logs;

const gpusim_module *module_called(const char *name);

/* Its parameters from YAML; NULL where it has none. */
gpusim_parameters *parameters_of(const gpusim_module *module, const char *yaml);

/* A machine of a published set: "smd", "machine-1-2", "train". */
gpusim_samples *machine_log(const char *set, const char *machine, const char *part);

scored_logs score_logs(const recipe *r, uint64_t seed, gpusim_samples *train, gpusim_samples *test);
void scored_logs_free(scored_logs *scores);

/* What the table of the set says of a machine, a detector and a smoothing. */
typedef struct baseline {
    double roc, pr, vus_roc, vus_pr, f1, adjusted, event;
    double events, detected, per_day,
        threshold; /* at the .999 quantile of training; may be absent */
    int columns;   /* how many there are: 7 or 11 */
} baseline;

/* 1 when there is such a row. */
int baseline_of(const char *set, const char *machine, const char *detector, int smooth,
                baseline *row);

#endif
