/* SPDX-License-Identifier: GPL-3.0-or-later */
/* gpusim train: what a detector learns from traces or logs, into a file. */
#include <stdlib.h>
#include <string.h>

#include "detect.h"
#include "output.h"
#include "talk.h"

static const cli_option options[] = {
    {CLI_DETECTOR, 'd', "detector", "WORDS", "gnn, or knn:neighbours=7"},
    {CLI_OUTPUT, 'o', "output", "FILE", "write what was learnt to this file"},
    {CLI_METRICS, 'm', "metrics", "LIST",
     "of traces: gauges of GPUs; or all, or node/fan_speed,ecc_sbe_vol_total,..."},
    {CLI_QUANTILE, 'q', "quantile", "RATIO", "of the learnt scores, is the threshold; 99.9 %"},
    {CLI_SEED, 's', "seed", "N", "of detectors that draw; 1"},
    {CLI_FORCE, 'f', "force", NULL, "overwrite the file if there is one"},
    CLI_OPTION_HELP,
};

/* All that is learnt from. */
typedef struct lesson {
    cli_log *logs;
    gpusim_frames **sources;
    gpusim_frames *frames; // of all, one after the other
    uint32_t count;
} lesson;

static gpusim_status open_lesson(const cli_arguments *arguments, lesson *l, gpusim_error *err)
{
    gpusim_status status;
    uint32_t count = arguments->operand_count;
    l->logs = calloc(count, sizeof *l->logs);
    l->sources = calloc(count, sizeof(gpusim_frames *));
    if (!l->logs || !l->sources) {
        GPUSIM_TRY(gpusim_fail(err, GPUSIM_MEMORY, "no memory for %u logs", count));
    }
    for (; l->count < count; l->count++) {
        cli_log *log = &l->logs[l->count];
        GPUSIM_TRY(
            cli_log_open(arguments->operands[l->count], arguments->values[CLI_METRICS], log, err));
        l->sources[l->count] = cli_log_frames(log);
    }
    GPUSIM_TRY(gpusim_frames_join(l->sources, count, &l->frames, err));
cleanup:
    return status;
}

static void close_lesson(lesson *l)
{
    gpusim_frames_joined_destroy(l->frames);
    for (uint32_t i = 0; l->logs && i < l->count; i++) {
        cli_log_close(&l->logs[i]);
    }
    free(l->logs);
    free(l->sources);
}

// Above the scores of what was learnt, but for a few.
static gpusim_status find_threshold(const lesson *l, gpusim_watcher *watcher, double quantile,
                                    double *threshold, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    uint64_t all = gpusim_frames_count(l->frames) * gpusim_frames_scene(l->frames)->entity_count;
    double *scores = calloc(all + 1, sizeof *scores);
    cli_scored scored = {0};
    uint64_t at = 0, normal;
    if (!scores) {
        GPUSIM_TRY(
            gpusim_fail(err, GPUSIM_MEMORY, "no memory for %llu scores", (unsigned long long)all));
    }
    for (uint32_t i = 0; i < l->count; i++) {
        GPUSIM_TRY(cli_score(watcher, &l->logs[i], 0, 1, &scored, err));
        GPUSIM_TRY(cli_scored_normal(&l->logs[i], watcher, &scored, &normal, err));
        memcpy(scores + at, scored.scores, normal * sizeof *scores);
        at += normal;
    }
    *threshold = gpusim_threshold_of(scores, at, quantile);
cleanup:
    cli_scored_release(&scored);
    free(scores);
    return status;
}

static gpusim_status learn(const cli_arguments *arguments, const cli_detector *detector,
                           double quantile, uint32_t seed, gpusim_error *err)
{
    gpusim_status status;
    lesson l = {0};
    gpusim_watcher *watcher = NULL;
    double threshold;
    const char *path = arguments->values[CLI_OUTPUT];
    GPUSIM_TRY(open_lesson(arguments, &l, err));
    GPUSIM_TRY(
        cli_detector_make(detector, gpusim_frames_scene(l.frames), seed, &watcher, NULL, err));
    for (uint32_t i = 0; i < l.count; i++) {
        GPUSIM_TRY(cli_log_mark(&l.logs[i], watcher, err));
    }
    GPUSIM_TRY(gpusim_watcher_train(watcher, l.frames, err));
    GPUSIM_TRY(find_threshold(&l, watcher, quantile, &threshold, err));
    GPUSIM_TRY(gpusim_watcher_save(watcher, detector->words, threshold, path, err));
    cli_say("%s: %s, learnt from %llu samples, alarms from %.4g on", path, detector->words,
            (unsigned long long)gpusim_frames_count(l.frames), threshold);
cleanup:
    gpusim_watcher_destroy(watcher);
    close_lesson(&l);
    return status;
}

// One detector by its words, and a file that may be written.
static gpusim_status check(const cli_arguments *arguments, cli_detector *detector,
                           gpusim_error *err)
{
    gpusim_status status;
    if (arguments->module_count != 1 || !arguments->values[CLI_OUTPUT]) {
        status = gpusim_fail(err, GPUSIM_ARGUMENT, "one detector is trained, and into a file");
        gpusim_error_hint(err, "for example -d gnn -o gnn.model");
        return status;
    }
    GPUSIM_TRY(cli_detector_read(arguments->modules[0], detector, err));
    if (!detector->module) {
        status = gpusim_fail(err, GPUSIM_ARGUMENT, "'%.200s' has learnt already", detector->words);
        gpusim_error_hint(err, "name a detector; see 'gpusim list detectors'");
        goto cleanup;
    }
    GPUSIM_TRY(cli_may_write(arguments, arguments->values[CLI_OUTPUT], CLI_REPLACED, err));
cleanup:
    return status;
}

static int train_run(const cli_arguments *arguments)
{
    gpusim_error err = {0};
    cli_detector detector = {0};
    double quantile = 0.999;
    uint32_t seed = 1;
    int code = cli_read_ratio(arguments, CLI_QUANTILE, &quantile);
    code = code ? code : cli_read_count(arguments, CLI_SEED, &seed);
    if (code == CLI_OK && (check(arguments, &detector, &err) != GPUSIM_OK ||
                           learn(arguments, &detector, quantile, seed, &err) != GPUSIM_OK)) {
        code = cli_fail(0, &err, 1);
    }
    cli_detector_release(&detector);
    return code;
}

const cli_command cli_train = {
    .name = "train",
    .operands = "TRACE|LOG...",
    .doc = "let a detector learn from traces or logs",
    .examples = "gpusim train quiet.h5 -d gnn -o gnn.model\n"
                "gpusim train quiet-1.h5 quiet-2.h5 -d mahalanobis -o m.model\tfrom several runs\n"
                "gpusim detect chaos.h5 -d gnn.model -e\tuse it\n",
    .more =
        "Traces and logs should be without faults, but for xgboost:form=supervised, which learns "
        "from the\ntruth of traces with faults, or from column `label` of logs. The file holds "
        "what was learnt, the detector with its parameters, the names and units "
        "of the\nsignals that it knows (it is refused for others) and a threshold, a quantile of "
        "the scores of what\nwas learnt from; `gpusim tune` finds better ones.",
    CLI_OPTIONS(options),
    .least = 1,
    .most = UINT32_MAX,
    .run = train_run,
};
