/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What `gpusim detect` was asked and what it found, and its forms. */
#ifndef CLI_DETECT_H
#define CLI_DETECT_H

#include <gpusim/gpusim.h>

#include "options.h"

typedef enum cli_detect_form {
    CLI_DETECT_TEXT,
    CLI_DETECT_CSV,
    CLI_DETECT_MARKDOWN,
    CLI_DETECT_JSON,
} cli_detect_form;

typedef struct cli_detector {
    const char *words;
    const gpusim_module *module;
    gpusim_parameters *parameters;
} cli_detector;

/* One detector over one log. */
typedef struct cli_finding {
    const char *log, *words;
    double threshold;
    uint64_t first, count; /* samples that were scored */
    double *scores;        /* [count] */
    uint32_t *causes;
    gpusim_evaluation evaluation;
} cli_finding;

typedef struct cli_detection {
    cli_detector detectors[CLI_MODULES_MAX];
    cli_finding *findings;
    uint64_t seed;
    double quantile, share;
    uint32_t smooth, gap, window;
    uint32_t detector_count, finding_count;
    int evaluates;
    cli_detect_form form;
    void *alarms; /* json_t: those found so far */
} cli_detection;

/* Alarms of one finding: told at once, or kept for JSON. */
void cli_detect_print_alarms(cli_detection *detection, const cli_finding *finding,
                             const gpusim_samples *log);

/* The same over traces, all of it. The exit code. */
int cli_detect_is_trace(const char *path);
int cli_detect_traces(const cli_detection *detection, const cli_arguments *arguments);

/* What is told at the end: an evaluation, or JSON. The exit code. */
int cli_detect_print(cli_detection *detection);

#endif
