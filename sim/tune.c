/* SPDX-License-Identifier: GPL-3.0-or-later */
/* gpusim tune: a detector's threshold, chosen on data that it did not learn from. */
#include "tune.h"
#include "output.h"

#include <math.h>
#include <stdlib.h>

#include "report.h"
#include "talk.h"

static const cli_option options[] = {
    {CLI_DETECTOR, 'd', "detector", "WORDS", "a file of `gpusim train`, or a detector that learns"},
    {CLI_OUTPUT, 'o', "output", "FILE", "write the detector with its new threshold"},
    {CLI_BETA, 0, "beta", "NUMBER", "what recall weighs against precision in F-beta; 1"},
    {CLI_MIN_PRECISION, 0, "min-precision", "RATIO", "of the threshold, at least; 0"},
    {CLI_FALSE_ALARMS, 0, "false-alarms", "NUMBER",
     "of a node and a day, where nothing is anomalous, instead of F-beta"},
    {CLI_GAP, 0, "gap", "N", "alarms so many samples apart are one; 5"},
    {CLI_WINDOW, 'w', "window", "N", "samples around an event that count in part (VUS); 100"},
    {CLI_METRICS, 'm', "metrics", "LIST",
     "of traces: gauges of GPUs; or all, or node/fan_speed,ecc_sbe_vol_total,..."},
    {CLI_SEED, 's', "seed", "N", "of detectors that draw; 1"},
    {CLI_FORCE, 'f', "force", NULL, "overwrite the file if there is one"},
    CLI_OPTION_JSON,
    CLI_OPTION_HELP,
};

/* A log is cut by time: 70 % to learn from, 15 % to choose on, 15 % to see how well. */
#define LEARNT 0.70
#define CHOSEN 0.85

typedef struct tuning {
    cli_detector detector;
    gpusim_watcher *watcher;
    cli_pool validation, test;                  // test: empty for a detector that has learnt
    double beta, least_precision, false_alarms; // false_alarms NaN: F-beta
    double threshold;
    uint32_t gap, window, seed;
    int json;
    const char *metrics; // NULL: gauges of GPUs
} tuning;

/* ---- the command line ---- */

static int read_number(const cli_arguments *arguments, cli_option_id id, double least, double most,
                       double *value)
{
    const char *text = arguments->values[id];
    char *end, message[160];
    if (!text) {
        return CLI_OK;
    }
    double number = strtod(text, &end);
    if (end != text && !*end && number >= least && number <= most) {
        *value = number;
        return CLI_OK;
    }
    snprintf(message, sizeof message, "'%.60s' is no number from %g to %g", text, least, most);
    return cli_fail_with(arguments->json, GPUSIM_ARGUMENT, message, NULL);
}

static int read_options(const cli_arguments *arguments, tuning *t)
{
    gpusim_error err = {0};
    gpusim_status status;
    int code = read_number(arguments, CLI_BETA, 0.01, 100, &t->beta);
    code = code ? code : read_number(arguments, CLI_MIN_PRECISION, 0, 1, &t->least_precision);
    code = code ? code : read_number(arguments, CLI_FALSE_ALARMS, 0, 1e6, &t->false_alarms);
    code = code ? code : cli_read_count(arguments, CLI_GAP, &t->gap);
    code = code ? code : cli_read_count(arguments, CLI_WINDOW, &t->window);
    code = code ? code : cli_read_count(arguments, CLI_SEED, &t->seed);
    if (code) {
        return code;
    }
    if (arguments->module_count != 1) {
        return cli_fail_with(arguments->json, GPUSIM_ARGUMENT, "one detector is tuned",
                             "for example -d gnn.model");
    }
    GPUSIM_TRY(cli_detector_read(arguments->modules[0], &t->detector, &err));
    if (arguments->values[CLI_OUTPUT]) {
        GPUSIM_TRY(cli_may_write(arguments, arguments->values[CLI_OUTPUT], CLI_REPLACED, &err));
    }
cleanup:
    return status == GPUSIM_OK ? CLI_OK : cli_fail(arguments->json, &err, 1);
}

/* ---- scores ---- */

// One that has learnt is shown all logs; they are validation data.
static gpusim_status add_whole(tuning *t, const char *path, gpusim_error *err)
{
    gpusim_status status;
    cli_log log = {0};
    GPUSIM_TRY(cli_log_open(path, t->metrics, &log, err));
    if (!t->watcher) {
        GPUSIM_TRY(cli_detector_make(&t->detector, cli_log_scene(&log), t->seed, &t->watcher,
                                     &t->threshold, err));
    }
    GPUSIM_TRY(cli_pool_add(&t->validation, t->watcher, &log, 0, err));
cleanup:
    cli_log_close(&log);
    return status;
}

// One that has not learns from the first part of the one log, which is cut by time.
static gpusim_status add_parts(tuning *t, const char *path, gpusim_error *err)
{
    gpusim_status status;
    cli_log log = {0};
    GPUSIM_TRY(cli_log_open(path, t->metrics, &log, err));
    uint64_t all = cli_log_count(&log);
    uint64_t learnt = (uint64_t)(LEARNT * (double)all), chosen = (uint64_t)(CHOSEN * (double)all);
    GPUSIM_TRY(
        cli_detector_make(&t->detector, cli_log_scene(&log), t->seed, &t->watcher, NULL, err));
    GPUSIM_TRY(cli_log_mark(&log, t->watcher, err));
    cli_log_select(&log, 0, learnt);
    GPUSIM_TRY(gpusim_watcher_train(t->watcher, cli_log_frames(&log), err));
    cli_log_select(&log, learnt, chosen - learnt);
    GPUSIM_TRY(cli_pool_add(&t->validation, t->watcher, &log, learnt, err));
    cli_log_select(&log, chosen, all - chosen);
    GPUSIM_TRY(cli_pool_add(&t->test, t->watcher, &log, chosen, err));
cleanup:
    cli_log_close(&log);
    return status;
}

static gpusim_status score_all(tuning *t, const cli_arguments *arguments, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    if (t->detector.module && arguments->operand_count > 1) {
        status =
            gpusim_fail(err, GPUSIM_ARGUMENT, "several logs are for a detector that has learnt");
        gpusim_error_hint(err, "gpusim train ... -d %s -o FILE, then -d FILE", t->detector.words);
        goto cleanup;
    }
    for (uint32_t i = 0; i < arguments->operand_count; i++) {
        GPUSIM_TRY((t->detector.module ? add_parts : add_whole)(t, arguments->operands[i], err));
    }
cleanup:
    return status;
}

/* ---- the threshold ---- */

static gpusim_status choose_f(tuning *t, gpusim_error *err)
{
    gpusim_status status;
    gpusim_tuned tuned;
    const cli_pool *on = &t->validation;
    if (on->anomalous == 0) {
        status = gpusim_fail(err, GPUSIM_ARGUMENT, "nothing is anomalous in the validation data");
        gpusim_error_hint(err, "--false-alarms needs nothing that is");
        return status;
    }
    GPUSIM_TRY(
        gpusim_tune(on->labels, on->scores, on->count, t->beta, t->least_precision, &tuned, err));
    if (isnan(tuned.threshold)) {
        GPUSIM_TRY(gpusim_fail(err, GPUSIM_ARGUMENT, "no threshold has a precision of %g",
                               t->least_precision));
    }
    t->threshold = tuned.threshold;
cleanup:
    return status;
}

static gpusim_status choose_rate(tuning *t, gpusim_error *err)
{
    const cli_pool *on = &t->validation;
    if (on->anomalous > 0) {
        return gpusim_fail(err, GPUSIM_ARGUMENT,
                           "false alarms are counted where nothing is anomalous; %llu samples are",
                           (unsigned long long)on->anomalous);
    }
    uint64_t most = (uint64_t)floor(t->false_alarms * on->node_days);
    return gpusim_threshold_for_alarms(on->scores, on->lengths, on->series, t->gap, most,
                                       &t->threshold, err);
}

/* ---- the answer ---- */

/* What there is to say of one part of the data. */
typedef struct told {
    const char *name;
    const cli_pool *pool;
    gpusim_tuned tuned;
    gpusim_evaluation evaluation;
    uint64_t alarms;
} told;

static gpusim_status judge(const tuning *t, told *part, gpusim_error *err)
{
    gpusim_status status;
    const cli_pool *on = part->pool;
    gpusim_evaluate_options how;
    gpusim_evaluate_options_default(&how);
    how.gap = t->gap;
    how.window = t->window;
    how.threshold = t->threshold;
    part->tuned.threshold = t->threshold;
    GPUSIM_TRY(cli_pool_alarms(on, t->threshold, t->gap, &part->alarms, err));
    if (on->anomalous > 0) {
        GPUSIM_TRY(gpusim_tuned_on(on->labels, on->scores, on->count, t->beta, &part->tuned, err));
        GPUSIM_TRY(
            gpusim_evaluate(on->labels, on->scores, on->count, &how, &part->evaluation, err));
    }
cleanup:
    return status;
}

static void print_part(const told *part)
{
    const gpusim_evaluation *e = &part->evaluation;
    printf("%-10s %10llu %10llu %7llu %9.3g", part->name, (unsigned long long)part->pool->count,
           (unsigned long long)part->pool->anomalous, (unsigned long long)part->alarms,
           (double)part->alarms / part->pool->node_days);
    if (part->pool->anomalous > 0) {
        printf(" %9.3f %9.3f %9.3f %9.3f %9.3f %9.3f", part->tuned.precision, part->tuned.recall,
               part->tuned.f, e->auc_pr, e->vus_pr, e->vus_roc);
    } else {
        printf(" %9s %9s %9s %9s %9s %9s", "-", "-", "-", "-", "-", "-");
    }
    putchar('\n');
}

static void print_text(const tuning *t, const told *parts, int count)
{
    char f[32];
    snprintf(f, sizeof f, "F%g", t->beta);
    printf("%-10s %10s %10s %7s %9s %9s %9s %9s %9s %9s %9s\n", "part", "samples", "anomalous",
           "alarms", "/node-day", "precision", "recall", f, "AP", "VUS-PR", "VUS-ROC");
    for (int i = 0; i < count; i++) {
        print_part(&parts[i]);
    }
    printf("threshold %.9g\n", t->threshold);
}

static json_t *number_json(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

static json_t *part_json(const told *part)
{
    json_t *object = json_object();
    int some = part->pool->anomalous > 0;
    json_object_set_new(object, "samples", cli_json_whole(part->pool->count));
    json_object_set_new(object, "anomalous", cli_json_whole(part->pool->anomalous));
    json_object_set_new(object, "node_days", json_real(part->pool->node_days));
    json_object_set_new(object, "alarms", cli_json_whole(part->alarms));
    const struct {
        const char *name;
        double value;
    } numbers[] = {
        {"precision", part->tuned.precision},
        {"recall", part->tuned.recall},
        {"f", part->tuned.f},
        {"auc_pr", part->evaluation.auc_pr},
        {"auc_roc", part->evaluation.auc_roc},
        {"vus_pr", part->evaluation.vus_pr},
        {"vus_roc", part->evaluation.vus_roc},
    };
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        json_object_set_new(object, numbers[i].name,
                            some ? number_json(numbers[i].value) : json_null());
    }
    return object;
}

static int print_json(const tuning *t, const told *parts, int count)
{
    json_t *object = cli_json_object();
    json_object_set_new(object, "detector", json_string(t->detector.words));
    json_object_set_new(object, "threshold", number_json(t->threshold));
    json_object_set_new(object, "beta", json_real(t->beta));
    for (int i = 0; i < count; i++) {
        json_object_set_new(object, parts[i].name, part_json(&parts[i]));
    }
    return cli_json_print(object);
}

static gpusim_status tune(tuning *t, const cli_arguments *arguments, told parts[2],
                          gpusim_error *err)
{
    gpusim_status status;
    const char *path = arguments->values[CLI_OUTPUT];
    GPUSIM_TRY(score_all(t, arguments, err));
    GPUSIM_TRY((isnan(t->false_alarms) ? choose_f : choose_rate)(t, err));
    for (int i = 0; i < 2 && parts[i].pool->count > 0; i++) {
        GPUSIM_TRY(judge(t, &parts[i], err));
    }
    if (path) {
        const char *words = gpusim_watcher_words(t->watcher);
        GPUSIM_TRY(gpusim_watcher_save(t->watcher, words ? words : t->detector.words, t->threshold,
                                       path, err));
    }
cleanup:
    return status;
}

static int tune_run(const cli_arguments *arguments)
{
    gpusim_error err = {0};
    tuning t = {.beta = 1, .false_alarms = NAN, .gap = 5, .window = 100, .seed = 1};
    t.metrics = arguments->values[CLI_METRICS];
    told parts[2] = {{.name = "validation", .pool = &t.validation},
                     {.name = "test", .pool = &t.test}};
    int code = read_options(arguments, &t);
    if (code == CLI_OK && tune(&t, arguments, parts, &err) != GPUSIM_OK) {
        code = cli_fail(arguments->json, &err, 1);
    } else if (code == CLI_OK) {
        int count = 1 + (t.test.count > 0);
        if (arguments->json) {
            code = print_json(&t, parts, count);
        } else {
            print_text(&t, parts, count);
        }
    }
    gpusim_watcher_destroy(t.watcher);
    cli_detector_release(&t.detector);
    cli_pool_release(&t.validation);
    cli_pool_release(&t.test);
    return code;
}

const cli_command cli_tune = {
    .name = "tune",
    .operands = "TRACE|LOG...",
    .doc = "choose a detector's threshold on data that it did not learn from",
    .examples =
        "gpusim tune chaos.h5 -d gnn.model --beta 0.5 --min-precision 0.6 -o tuned.model\tthe best "
        "F-beta\n"
        "gpusim tune quiet-2.h5 quiet-3.h5 -d gnn.model --false-alarms 0.05 -o tuned.model\tso "
        "many "
        "false alarms of a node and a day\n"
        "gpusim tune node.csv -d knn\tlearns from 70 % of the log, chooses on 15 %, tests on 15 "
        "%\n",
    .more =
        "With a file of `gpusim train` all that is named is validation data: let `gpusim detect "
        "-e` see\nother data for what comes of it. Numbers of `test` were never chosen on. "
        "Samples of all GPUs and\nlogs count alike.",
    CLI_OPTIONS(options),
    .least = 1,
    .most = UINT32_MAX,
    .run = tune_run,
};
