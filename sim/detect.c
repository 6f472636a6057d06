/* SPDX-License-Identifier: GPL-3.0-or-later */
/* gpusim detect: detectors over logs, what they find, and how well they find what is marked. */
#include "detect.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "talk.h"

static const cli_option options[] = {
    {CLI_DETECTOR, 'd', "detector", "WORDS",
     "zscore, knn:neighbours=7, or a file of `gpusim train`; may be repeated"},
    {CLI_TRAIN, 't', "train", "LOG", "learn from this log; else from the begin of each"},
    {CLI_METRICS, 'm', "metrics", "LIST",
     "of traces: gauges of GPUs; or all, or node/fan_speed,ecc_sbe_vol_total,..."},
    {CLI_SHARE, 0, "share", "RATIO", "of each log to learn from without --train; 15 %"},
    {CLI_EVALUATE, 'e', "evaluate", NULL, "compare with column `label`, or a trace's faults"},
    {CLI_QUANTILE, 'q', "quantile", "RATIO", "of the learnt scores, is the threshold; 99.9 %"},
    {CLI_SMOOTH, 0, "smooth", "N", "score the mean of the last N samples; 1"},
    {CLI_GAP, 0, "gap", "N", "alarms so many samples apart are one; 5"},
    {CLI_WINDOW, 'w', "window", "N", "samples around an event that count in part (VUS); 100"},
    {CLI_SEED, 's', "seed", "N", "of detectors that draw; 1"},
    {CLI_FIGURES, 0, "figures", "FOLDER", "pictures: precision and recall, scores over time"},
    {CLI_FORCE, 'f', "force", NULL, "overwrite pictures that are there"},
    {CLI_FORMAT, 0, "format", "FORMAT", "of an evaluation: text, csv, markdown, json"},
    CLI_OPTION_JSON,
    CLI_OPTION_HELP,
};

/* ---- the command line ---- */

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
        if (cli_detector_read(arguments->modules[i], &d->detectors[d->detector_count++], &err) !=
            GPUSIM_OK) {
            return cli_fail(arguments->json, &err, 1);
        }
    }
    return CLI_OK;
}

static int read_options(const cli_arguments *arguments, cli_detection *d)
{
    uint32_t seed = 1;
    int code = cli_read_ratio(arguments, CLI_QUANTILE, &d->quantile);
    code = code ? code : cli_read_ratio(arguments, CLI_SHARE, &d->share);
    code = code ? code : cli_read_count(arguments, CLI_SMOOTH, &d->smooth);
    code = code ? code : cli_read_count(arguments, CLI_GAP, &d->gap);
    code = code ? code : cli_read_count(arguments, CLI_WINDOW, &d->window);
    code = code ? code : cli_read_count(arguments, CLI_SEED, &seed);
    code = code ? code : read_form(arguments, d);
    d->seed = seed;
    d->evaluates = arguments->values[CLI_EVALUATE] != NULL;
    d->figures = arguments->values[CLI_FIGURES];
    d->metrics = arguments->values[CLI_METRICS];
    d->several = arguments->operand_count > 1;
    return code ? code : read_detectors(arguments, d);
}

/* ---- one detector over one log ---- */

// What a detector learns from the selected samples of a log, and where their scores end.
static gpusim_status learn(const cli_detection *d, gpusim_watcher *watcher, cli_log *train,
                           double *threshold, gpusim_error *err)
{
    gpusim_status status;
    cli_scored scored = {0};
    uint64_t normal;
    GPUSIM_TRY(cli_log_mark(train, watcher, err));
    GPUSIM_TRY(gpusim_watcher_train(watcher, cli_log_frames(train), err));
    GPUSIM_TRY(cli_score(watcher, train, 0, d->smooth, &scored, err));
    GPUSIM_TRY(cli_scored_normal(train, watcher, &scored, &normal, err));
    *threshold = gpusim_threshold_of(scored.scores, normal, d->quantile);
cleanup:
    cli_scored_release(&scored);
    return status;
}

// A detector that knows its trade already, from --train or from its file, learns it only once.
static gpusim_status prepare(const cli_detection *d, cli_detector *detector, cli_log *train,
                             const cli_log *log, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    if (detector->watcher || (detector->module && !train)) {
        return GPUSIM_OK;
    }
    if (!detector->module && d->smooth > 1) {
        GPUSIM_TRY(gpusim_fail(err, GPUSIM_ARGUMENT,
                               "the threshold in '%s' is one for scores that are not smoothed",
                               detector->words));
    }
    const cli_log *known = detector->module ? train : log;
    GPUSIM_TRY(cli_detector_make(detector, cli_log_scene(known), d->seed, &detector->watcher,
                                 &detector->threshold, err));
    if (detector->module) {
        GPUSIM_TRY(learn(d, detector->watcher, train, &detector->threshold, err));
    }
cleanup:
    return status;
}

static gpusim_status score_log(const cli_detection *d, cli_detector *detector, cli_log *train,
                               cli_log *log, cli_scored *scored, gpusim_error *err)
{
    gpusim_status status;
    gpusim_watcher *own = NULL;
    uint64_t all = cli_log_count(log), first = 0;
    GPUSIM_TRY(prepare(d, detector, train, log, err));
    scored->threshold = detector->threshold;
    if (!detector->watcher) {
        first = (uint64_t)(d->share * (double)all);
        cli_log_select(log, 0, first);
        GPUSIM_TRY(cli_detector_make(detector, cli_log_scene(log), d->seed, &own, NULL, err));
        GPUSIM_TRY(learn(d, own, log, &scored->threshold, err));
    }
    cli_log_select(log, first, all - first);
    GPUSIM_TRY(cli_score(own ? own : detector->watcher, log, first, d->smooth, scored, err));
cleanup:
    gpusim_watcher_destroy(own);
    return status;
}

static gpusim_status evaluate(const cli_detection *d, const cli_log *log, const cli_scored *scored,
                              cli_finding *f, gpusim_error *err)
{
    gpusim_evaluate_options how;
    if (log->trace) {
        gpusim_status status = gpusim_fault_confusion(
            log->trace, cli_log_scene(log), scored->scores, scored->causes, scored->first,
            scored->count, scored->threshold, d->gap, &f->confusion, err);
        return status ? status
                      : gpusim_fault_scores_create(log->trace, scored->scores, scored->first,
                                                   scored->count, scored->entities,
                                                   scored->threshold, d->gap, &f->faults, err);
    }
    const uint8_t *labels = gpusim_samples_labels(log->samples);
    if (!labels) {
        return gpusim_fail(err, GPUSIM_ARGUMENT, "'%s' has no column `label` to compare with",
                           f->log);
    }
    gpusim_evaluate_options_default(&how);
    how.gap = d->gap;
    how.window = d->window;
    how.interval = cli_log_scene(log)->interval;
    how.threshold = scored->threshold;
    return gpusim_evaluate(labels + scored->first, scored->scores, scored->count, &how,
                           &f->evaluation, err);
}

/* ---- all ---- */

// The first sample that no detector learns from.
static uint64_t first_scored(const cli_detection *d, const cli_log *train, const cli_log *log)
{
    int learns = 0;
    for (uint32_t i = 0; i < d->detector_count; i++) {
        learns |= d->detectors[i].module && !train;
    }
    return learns ? (uint64_t)(d->share * (double)cli_log_count(log)) : 0;
}

static gpusim_status run_log(cli_detection *d, const char *path, cli_log *train, gpusim_error *err)
{
    gpusim_status status;
    cli_log log = {0};
    cli_scored scored = {0};
    cli_figures figures = {0};
    GPUSIM_TRY(cli_log_open(path, d->metrics, &log, err));
    if (d->figures) {
        GPUSIM_TRY(cli_figures_open(d->figures, &log, d->several, first_scored(d, train, &log),
                                    d->gap, &figures, err));
    }
    for (uint32_t i = 0; i < d->detector_count; i++) {
        cli_finding *f = &d->findings[d->finding_count++];
        *f = (cli_finding){.log = path, .words = d->detectors[i].words};
        GPUSIM_TRY(score_log(d, &d->detectors[i], train, &log, &scored, err));
        if (d->evaluates) {
            GPUSIM_TRY(evaluate(d, &log, &scored, f, err));
        } else {
            GPUSIM_TRY(cli_detect_alarms(d, f->words, &log, &scored, err));
        }
        if (d->figures) {
            GPUSIM_TRY(cli_figures_add(&figures, f->words, &scored, err));
        }
    }
cleanup:
    status = cli_figures_close(&figures, status, err);
    cli_scored_release(&scored);
    cli_log_close(&log);
    return status;
}

// Labels and faults are told in tables of different columns.
static gpusim_status check_logs(const cli_arguments *arguments, gpusim_error *err)
{
    int traces = 0;
    for (uint32_t i = 0; i < arguments->operand_count; i++) {
        traces += cli_log_is_trace(arguments->operands[i]);
    }
    return traces > 0 && traces < (int)arguments->operand_count
               ? gpusim_fail(err, GPUSIM_ARGUMENT, "traces and logs are not evaluated together")
               : GPUSIM_OK;
}

static void add_confusion(const gpusim_confusion *of, gpusim_confusion *to)
{
    for (uint32_t a = 0; a < GPUSIM_ANOMALIES; a++) {
        for (uint32_t f = 0; f < GPUSIM_ANOMALIES; f++) {
            to->met[f][a] += of->met[f][a];
        }
        to->met_none[a] += of->met_none[a];
    }
}

// Several traces are several runs of one experiment, and also evaluated as one.
static gpusim_status pool(cli_detection *d, uint32_t traces, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    const gpusim_fault_scores **runs = calloc(traces + 1, sizeof(const gpusim_fault_scores *));
    d->pooled = calloc(d->detector_count, sizeof *d->pooled);
    if (!runs || !d->pooled) {
        GPUSIM_TRY(gpusim_fail(err, GPUSIM_MEMORY, "no memory for what is found"));
    }
    for (uint32_t i = 0; i < d->detector_count; i++) {
        d->pooled[i] = (cli_finding){.log = "all", .words = d->detectors[i].words};
        for (uint32_t t = 0; t < traces; t++) {
            const cli_finding *of = &d->findings[t * d->detector_count + i];
            runs[t] = of->faults;
            add_confusion(&of->confusion, &d->pooled[i].confusion);
        }
        GPUSIM_TRY(gpusim_fault_scores_pool(runs, traces, 1, &d->pooled[i].faults, err));
    }
cleanup:
    free(runs);
    return status;
}

static int print(const cli_detection *d, int traces)
{
    if (d->form == CLI_DETECT_JSON) {
        json_t *object = cli_json_object();
        if (d->evaluates) {
            json_object_set_new(object, "evaluations",
                                traces ? cli_detect_faults_json(d) : cli_detect_labels_json(d));
        } else {
            json_object_set(object, "alarms", d->alarms);
        }
        return cli_json_print(object);
    }
    if (d->evaluates) {
        (traces ? cli_detect_print_faults : cli_detect_print_labels)(d);
    }
    return CLI_OK;
}

static int run_all(cli_detection *d, const cli_arguments *arguments)
{
    gpusim_status status;
    gpusim_error err = {0};
    cli_log train = {0};
    const char *learnt_from = arguments->values[CLI_TRAIN];
    d->findings = calloc((size_t)arguments->operand_count * d->detector_count, sizeof *d->findings);
    if (!d->findings) {
        GPUSIM_TRY(gpusim_fail(&err, GPUSIM_MEMORY, "no memory for what is found"));
    }
    GPUSIM_TRY(check_logs(arguments, &err));
    GPUSIM_TRY(cli_figures_check(arguments, &err));
    if (learnt_from) {
        GPUSIM_TRY(cli_log_open(learnt_from, d->metrics, &train, &err));
    }
    if (!d->evaluates && d->form == CLI_DETECT_JSON) {
        d->alarms = json_array();
    }
    for (uint32_t i = 0; i < arguments->operand_count; i++) {
        GPUSIM_TRY(run_log(d, arguments->operands[i], learnt_from ? &train : NULL, &err));
    }
    if (d->evaluates && arguments->operand_count > 1 && d->findings[0].faults) {
        GPUSIM_TRY(pool(d, arguments->operand_count, &err));
    }
cleanup:
    cli_log_close(&train);
    return status == GPUSIM_OK ? print(d, cli_log_is_trace(arguments->operands[0]))
                               : cli_fail(arguments->json, &err, 1);
}

static void release(cli_detection *d)
{
    for (uint32_t i = 0; i < d->detector_count; i++) {
        cli_detector_release(&d->detectors[i]);
    }
    for (uint32_t i = 0; i < d->finding_count; i++) {
        gpusim_fault_scores_destroy(d->findings[i].faults);
    }
    for (uint32_t i = 0; d->pooled && i < d->detector_count; i++) {
        gpusim_fault_scores_destroy(d->pooled[i].faults);
    }
    free(d->findings);
    free(d->pooled);
    json_decref(d->alarms);
}

static int detect_run(const cli_arguments *arguments)
{
    cli_detection d = {.quantile = 0.999, .share = 0.15, .smooth = 1, .gap = 5, .window = 100};
    int code = read_options(arguments, &d);
    code = code ? code : run_all(&d, arguments);
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
        "run\n"
        "gpusim detect chaos.h5 --train quiet.h5 -d zscore -d job-peer --figures out\tpictures\n"
        "gpusim detect chaos.h5 -d gnn.model\twith what `gpusim train` has learnt\n",
    .more =
        "Of a trace all GPUs are watched. A log is what nvidia-smi --query-gpu or dcgm-exporter "
        "wrote, or\nany CSV, gzip too: a column of time (t, time, timestamp), a column label where "
        "samples are marked\n(0 or 1), every other column a signal. The threshold comes from the "
        "scores of what was learnt from,\nnever from what is evaluated.",
    .options = options,
    .option_count = (uint32_t)(sizeof options / sizeof options[0]),
    .least = 1,
    .most = UINT32_MAX,
    .run = detect_run,
};
