/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What `gpusim detect`, `train` and `tune` share: traces and logs, detectors over them, what they
 * find, and its forms. */
#ifndef CLI_DETECT_H
#define CLI_DETECT_H

#include <jansson.h>

#include <gpusim/gpusim.h>

#include "options.h"

/* ---- logs ---- */

/* A trace or a log, with its samples. */
typedef struct cli_log {
    const char *path;
    gpusim_trace *trace;           /* NULL: a log */
    gpusim_trace_frames *of_trace; /* of a trace */
    gpusim_samples *samples;       /* of a log */
} cli_log;

/* `metrics`: of a trace, names with commas as gpusim_trace_frames_create knows them; NULL: gauges
 * of GPUs. */
gpusim_status cli_log_open(const char *path, const char *metrics, cli_log *log, gpusim_error *err);
void cli_log_close(cli_log *log);
int cli_log_is_trace(const char *path);

gpusim_frames *cli_log_frames(const cli_log *log);
const gpusim_scene *cli_log_scene(const cli_log *log);
uint64_t cli_log_count(const cli_log *log); /* samples, selected or not */
void cli_log_select(cli_log *log, uint64_t first, uint64_t count);
/* Frames to learn from say what was anomalous, where a detector learns from that: of a trace it
 * is its truth, of a log its labels. */
gpusim_status cli_log_mark(cli_log *log, const gpusim_watcher *watcher, gpusim_error *err);
/* The name of a GPU; "" where a log does not name what it is about. */
const char *cli_log_entity(const cli_log *log, uint32_t entity);
/* times[count] in seconds of samples from `first` on. */
gpusim_status cli_log_times(const cli_log *log, uint64_t first, uint64_t count, double *times,
                            gpusim_error *err);

/* ---- detectors ---- */

/* A detector by its words, or by the path of a file in which it was saved. */
typedef struct cli_detector {
    const char *words;
    const gpusim_module *module; /* NULL: from a file */
    gpusim_parameters *parameters;
    gpusim_watcher *watcher; /* one that knows all that it will; NULL: it learns from each log */
    double threshold;
} cli_detector;

gpusim_status cli_detector_read(const char *words, cli_detector *detector, gpusim_error *err);
void cli_detector_release(cli_detector *detector);

/* A new detector for a scene: from its words, or from its file with what it learnt. */
gpusim_status cli_detector_make(const cli_detector *detector, const gpusim_scene *scene,
                                uint64_t seed, gpusim_watcher **watcher, double *threshold,
                                gpusim_error *err);

/* Scores of some samples of a log, [count][entities]. */
typedef struct cli_scored {
    double *scores;
    uint32_t *causes;
    uint64_t first, count;
    uint32_t entities;
    double threshold;
} cli_scored;

/* Scores of what is selected: `first` is the first sample of that; smoothed over `smooth`. */
gpusim_status cli_score(gpusim_watcher *watcher, const cli_log *log, uint64_t first,
                        uint32_t smooth, cli_scored *scored, gpusim_error *err);
void cli_scored_release(cli_scored *scored);
/* Of scores of what was learnt from only those stay that were not marked as anomalous, where the
 * detector learns from marks; how many goes into *normal. */
gpusim_status cli_scored_normal(const cli_log *log, const gpusim_watcher *watcher,
                                cli_scored *scored, uint64_t *normal, gpusim_error *err);
/* Those of one entity as series[count]. */
void cli_scored_series(const cli_scored *scored, uint32_t entity, double *series);

/* ---- gpusim detect ---- */

typedef enum cli_detect_form {
    CLI_DETECT_TEXT,
    CLI_DETECT_CSV,
    CLI_DETECT_MARKDOWN,
    CLI_DETECT_JSON,
} cli_detect_form;

/* What one detector found in one log. */
typedef struct cli_finding {
    const char *log, *words;
    gpusim_evaluation evaluation; /* of a log */
    gpusim_fault_scores *faults;  /* of a trace */
    gpusim_confusion confusion;   /* of a trace: classes of faults and of alarms */
} cli_finding;

/* ---- detect_figures.c ---- */
/* Figures of one log. */
typedef struct cli_figures {
    gpusim_detection_plot *plot; /* NULL: none */
    gpusim_detection of;
    uint64_t first; /* sample */
    double *times;
    uint8_t *labels;
    char folder[4096], name[256];
} cli_figures;

/* Each log has figures of its own, and none are overwritten without --force. */
gpusim_status cli_figures_check(const cli_arguments *arguments, gpusim_error *err);
/* Of samples from `first` on; of several logs each has a folder of its own within `folder`. Close
 * it also after an error. */
gpusim_status cli_figures_open(const char *folder, const cli_log *log, int several, uint64_t first,
                               uint32_t gap, cli_figures *figures, gpusim_error *err);
gpusim_status cli_figures_add(cli_figures *figures, const char *words, const cli_scored *scored,
                              gpusim_error *err);
/* Draws them, if all went well so far; says so. */
gpusim_status cli_figures_close(cli_figures *figures, gpusim_status status, gpusim_error *err);

typedef struct cli_detection {
    cli_detector detectors[CLI_MODULES_MAX];
    cli_finding *findings; /* [logs][detectors] */
    cli_finding *pooled;   /* [detectors]: of several traces as one; NULL: there is one */
    uint64_t seed;
    double quantile, share;
    uint32_t smooth, gap, window;
    uint32_t detector_count, finding_count;
    int evaluates, several; /* logs */
    const char *figures;    /* a folder; NULL: none */
    const char *metrics;    /* NULL: gauges of GPUs */
    cli_detect_form form;
    json_t *alarms; /* those found so far, when they are told as JSON */
} cli_detection;

/* Options that several of these commands have; 0, or the exit code after having said why. */
int cli_read_ratio(const cli_arguments *arguments, cli_option_id id, double *value);
int cli_read_count(const cli_arguments *arguments, cli_option_id id, uint32_t *value);

/* Alarms of one detector in one log: told at once, or kept for JSON. */
gpusim_status cli_detect_alarms(cli_detection *detection, const char *words, const cli_log *log,
                                const cli_scored *scored, gpusim_error *err);

/* All evaluations: against the labels of logs, and against the faults of traces. */
void cli_detect_print_labels(const cli_detection *detection);
void cli_detect_print_faults(const cli_detection *detection);
json_t *cli_detect_labels_json(const cli_detection *detection);
json_t *cli_detect_faults_json(const cli_detection *detection);

#endif
