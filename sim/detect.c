/* SPDX-License-Identifier: GPL-3.0-or-later */
/* gpusim detect: detectors over logs, what they find, and how well they find what is marked. */
#include "detect.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "talk.h"

static const cli_option options[] = {
    {CLI_DETECTOR, 'd', "detector", "WORDS", "zscore, or knn:neighbours=7; may be repeated"},
    {CLI_TRAIN, 't', "train", "LOG", "learn from this log; else from the begin of each"},
    {CLI_SHARE, 0, "share", "RATIO", "of each log to learn from without --train; 15 %"},
    {CLI_EVALUATE, 'e', "evaluate", NULL, "compare with column `label`"},
    {CLI_QUANTILE, 'q', "quantile", "RATIO", "of the learnt scores, is the threshold; 99.9 %"},
    {CLI_SMOOTH, 0, "smooth", "N", "score the mean of the last N samples; 1"},
    {CLI_GAP, 0, "gap", "N", "alarms so many samples apart are one; 5"},
    {CLI_WINDOW, 'w', "window", "N", "samples around an event that count in part (VUS); 100"},
    {CLI_SEED, 's', "seed", "N", "of detectors that draw; 1"},
    {CLI_FORMAT, 0, "format", "FORMAT", "of an evaluation: text, csv, markdown, json"},
    CLI_OPTION_JSON,
    CLI_OPTION_HELP,
};

/* ---- the command line ---- */

static int read_ratio(const cli_arguments *arguments, cli_option_id id, double *value)
{
    gpusim_error err = {0};
    const char *text = arguments->values[id];
    if (!text) {
        return CLI_OK;
    }
    if (gpusim_quantity_parse(text, GPUSIM_UNIT_RATIO, value, &err) != GPUSIM_OK) {
        return cli_fail(arguments->json, &err, 1);
    }
    return *value > 0 && *value < 1
               ? CLI_OK
               : cli_fail_with(arguments->json, GPUSIM_ARGUMENT, "a ratio lies between 0 and 1",
                               "for example 0.999 or 15 %");
}

static int read_count(const cli_arguments *arguments, cli_option_id id, uint32_t *value)
{
    const char *text = arguments->values[id];
    char *end;
    if (!text) {
        return CLI_OK;
    }
    unsigned long long number = strtoull(text, &end, 10);
    if (*end || end == text || text[0] == '-' || number > 1000000) {
        char message[128];
        snprintf(message, sizeof message, "'%.60s' is no number of samples", text);
        return cli_fail_with(arguments->json, GPUSIM_ARGUMENT, message,
                             "a whole number, at most 1000000");
    }
    *value = (uint32_t)number;
    return CLI_OK;
}

static int read_form(const cli_arguments *arguments, cli_detection *d)
{
    static const char *const names[] = {"text", "csv", "markdown", "json"};
    const char *text = arguments->values[CLI_FORMAT];
    d->form = arguments->json ? CLI_DETECT_JSON : CLI_DETECT_TEXT;
    for (uint32_t i = 0; text && i < 4; i++) {
        if (strcmp(text, names[i]) == 0) {
            d->form = (cli_detect_form)i;
            return CLI_OK;
        }
    }
    if (!text) {
        return CLI_OK;
    }
    char message[128], hint[128];
    snprintf(message, sizeof message, "there is no format '%.60s'", text);
    gpusim_suggest(text, names, 4, hint, sizeof hint);
    return cli_fail_with(arguments->json, GPUSIM_ARGUMENT, message,
                         hint[0] ? hint : "text, csv, markdown, json");
}

static int read_detectors(const cli_arguments *arguments, cli_detection *d)
{
    gpusim_error err = {0};
    if (arguments->module_count == 0) {
        return cli_fail_with(arguments->json, GPUSIM_ARGUMENT, "no detector is named",
                             "for example -d zscore -d sub-pca; see 'gpusim list detectors'");
    }
    for (uint32_t i = 0; i < arguments->module_count; i++) {
        cli_detector *detector = &d->detectors[d->detector_count];
        detector->words = arguments->modules[i];
        if (gpusim_detector_read(detector->words, &detector->module, &detector->parameters, &err) !=
            GPUSIM_OK) {
            return cli_fail(arguments->json, &err, 1);
        }
        d->detector_count++;
    }
    return CLI_OK;
}

static int read_options(const cli_arguments *arguments, cli_detection *d)
{
    uint32_t seed = 1;
    int code = read_ratio(arguments, CLI_QUANTILE, &d->quantile);
    code = code ? code : read_ratio(arguments, CLI_SHARE, &d->share);
    code = code ? code : read_count(arguments, CLI_SMOOTH, &d->smooth);
    code = code ? code : read_count(arguments, CLI_GAP, &d->gap);
    code = code ? code : read_count(arguments, CLI_WINDOW, &d->window);
    code = code ? code : read_count(arguments, CLI_SEED, &seed);
    code = code ? code : read_form(arguments, d);
    d->seed = seed;
    d->evaluates = arguments->values[CLI_EVALUATE] != NULL;
    return code ? code : read_detectors(arguments, d);
}

/* ---- one detector over one log ---- */

// Scores of the samples that are selected, smoothed.
static gpusim_status score(const cli_detection *d, gpusim_watcher *watcher, gpusim_samples *samples,
                           double **scores, uint32_t **causes, gpusim_error *err)
{
    gpusim_status status;
    gpusim_frames *frames = gpusim_samples_frames(samples);
    uint64_t count = gpusim_frames_count(frames);
    *scores = calloc(2 * count + 1, sizeof **scores);
    *causes = calloc(count + 1, sizeof **causes);
    if (!*scores || !*causes) {
        return gpusim_fail(err, GPUSIM_MEMORY, "no memory for %llu scores",
                           (unsigned long long)count);
    }
    GPUSIM_TRY(gpusim_watcher_score(watcher, frames, *scores, *causes, err));
    gpusim_scores_smooth(*scores, count, d->smooth, *scores + count);
cleanup:
    return status;
}

static gpusim_status learn(const cli_detection *d, gpusim_watcher *watcher, gpusim_samples *train,
                           double *threshold, gpusim_error *err)
{
    gpusim_status status;
    double *scores = NULL;
    uint32_t *causes = NULL;
    GPUSIM_TRY(gpusim_watcher_train(watcher, gpusim_samples_frames(train), err));
    GPUSIM_TRY(score(d, watcher, train, &scores, &causes, err));
    *threshold =
        gpusim_threshold_of(scores, gpusim_frames_count(gpusim_samples_frames(train)), d->quantile);
cleanup:
    free(scores);
    free(causes);
    return status;
}

static gpusim_status evaluate(const cli_detection *d, gpusim_samples *log, uint64_t first,
                              cli_finding *f, gpusim_error *err)
{
    gpusim_evaluate_options how;
    const uint8_t *labels = gpusim_samples_labels(log);
    if (!labels) {
        return gpusim_fail(err, GPUSIM_ARGUMENT, "'%s' has no column `label` to compare with",
                           f->log);
    }
    gpusim_evaluate_options_default(&how);
    how.gap = d->gap;
    how.window = d->window;
    how.interval = gpusim_samples_scene(log)->interval;
    how.threshold = f->threshold;
    return gpusim_evaluate(labels + first, f->scores, f->count, &how, &f->evaluation, err);
}

static gpusim_status run_one(const cli_detection *d, const cli_detector *detector,
                             gpusim_samples *train, gpusim_samples *log, cli_finding *f,
                             gpusim_error *err)
{
    gpusim_status status;
    gpusim_watcher *watcher = NULL;
    uint64_t all = gpusim_samples_count(log);
    uint64_t first = train == log ? (uint64_t)(d->share * (double)all) : 0;
    f->words = detector->words;
    GPUSIM_TRY(gpusim_watcher_create(
        detector->module,
        detector->parameters ? gpusim_parameters_value(detector->parameters) : NULL,
        gpusim_samples_scene(log), d->seed, &watcher, err));
    if (train == log) {
        gpusim_samples_select(log, 0, first);
    }
    GPUSIM_TRY(learn(d, watcher, train, &f->threshold, err));
    gpusim_samples_select(log, first, all - first);
    f->first = first;
    f->count = all - first;
    GPUSIM_TRY(score(d, watcher, log, &f->scores, &f->causes, err));
    if (d->evaluates) {
        GPUSIM_TRY(evaluate(d, log, first, f, err));
    }
cleanup:
    gpusim_watcher_destroy(watcher);
    return status;
}

/* ---- all ---- */

static gpusim_status run_log(cli_detection *d, const char *path, gpusim_samples *train,
                             gpusim_error *err)
{
    gpusim_status status;
    gpusim_samples *log = NULL;
    GPUSIM_TRY(gpusim_samples_read(path, &log, err));
    for (uint32_t i = 0; i < d->detector_count; i++) {
        cli_finding *f = &d->findings[d->finding_count++];
        f->log = path;
        GPUSIM_TRY(run_one(d, &d->detectors[i], train ? train : log, log, f, err));
        if (!d->evaluates) {
            cli_detect_print_alarms(d, f, log);
        }
        free(f->scores);
        free(f->causes);
        f->scores = NULL;
        f->causes = NULL;
    }
cleanup:
    gpusim_samples_destroy(log);
    return status;
}

static int run_all(cli_detection *d, const cli_arguments *arguments)
{
    gpusim_status status;
    gpusim_error err = {0};
    gpusim_samples *train = NULL;
    d->findings = calloc((size_t)arguments->operand_count * d->detector_count, sizeof *d->findings);
    if (!d->findings) {
        GPUSIM_TRY(gpusim_fail(&err, GPUSIM_MEMORY, "no memory for what is found"));
    }
    if (arguments->values[CLI_TRAIN]) {
        GPUSIM_TRY(gpusim_samples_read(arguments->values[CLI_TRAIN], &train, &err));
    }
    for (uint32_t i = 0; i < arguments->operand_count; i++) {
        GPUSIM_TRY(run_log(d, arguments->operands[i], train, &err));
    }
cleanup:
    gpusim_samples_destroy(train);
    return status == GPUSIM_OK ? cli_detect_print(d) : cli_fail(arguments->json, &err, 1);
}

static void release(cli_detection *d)
{
    for (uint32_t i = 0; i < d->detector_count; i++) {
        gpusim_parameters_destroy(d->detectors[i].parameters);
    }
    for (uint32_t i = 0; i < d->finding_count; i++) {
        free(d->findings[i].scores);
        free(d->findings[i].causes);
    }
    free(d->findings);
}

static int detect_run(const cli_arguments *arguments)
{
    cli_detection d = {.quantile = 0.999, .share = 0.15, .smooth = 1, .gap = 5, .window = 100};
    int code = read_options(arguments, &d);
    if (code == CLI_OK) {
        code = cli_detect_is_trace(arguments->operands[0]) ? cli_detect_traces(&d, arguments)
                                                           : run_all(&d, arguments);
    }
    release(&d);
    return code;
}

const cli_command cli_detect = {
    .name = "detect",
    .operands = "TRACE|LOG...",
    .doc = "find what is anomalous in traces or logs, and say how well",
    .examples =
        "gpusim detect node.csv -d rolling-mad\talarms, learnt from the first 15 % of the log\n"
        "gpusim detect test.csv --train train.csv -d zscore -d sub-pca -d random --evaluate\t"
        "a table of how well each finds what column `label` marks\n"
        "gpusim detect *.csv -d var:lags=10 --smooth 15 -e --format csv\n"
        "gpusim detect chaos.h5 --train quiet.h5 -d mahalanobis -e\tagainst the faults of the "
        "run\n",
    .more = "Of a trace all GPUs are watched. A log is CSV, gzip too: a column of time (t, time, "
            "timestamp), a column label where "
            "samples are\nmarked (0 or 1), every other column a signal. The threshold comes from "
            "the scores of what was\nlearnt from, never from what is evaluated.",
    .options = options,
    .option_count = (uint32_t)(sizeof options / sizeof options[0]),
    .least = 1,
    .most = UINT32_MAX,
    .run = detect_run,
};
