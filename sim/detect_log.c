/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Traces and logs alike, and detectors by words or from files. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "detect.h"
#include "talk.h"

/* ---- logs ---- */

int cli_log_is_trace(const char *path)
{
    char begin[8] = "";
    FILE *file = fopen(path, "rb");
    size_t read = file ? fread(begin, 1, sizeof begin, file) : 0;
    if (file) {
        fclose(file);
    }
    return read == sizeof begin && memcmp(begin, "\211HDF\r\n\032\n", sizeof begin) == 0;
}

#define NAMES_MOST 64

// Frames of what a list names.
static gpusim_status open_frames(cli_log *log, const char *metrics, gpusim_error *err)
{
    char text[2048];
    const char *names[NAMES_MOST];
    uint32_t count = 0;
    if (metrics && strlen(metrics) >= sizeof text) {
        return gpusim_fail(err, GPUSIM_ARGUMENT, "too many metrics");
    }
    snprintf(text, sizeof text, "%s", metrics ? metrics : "");
    char *rest = NULL;
    for (char *word = strtok_r(text, ",", &rest); word; word = strtok_r(NULL, ",", &rest)) {
        if (count == NAMES_MOST) {
            return gpusim_fail(err, GPUSIM_ARGUMENT, "at most %d metrics", NAMES_MOST);
        }
        names[count++] = word;
    }
    return gpusim_trace_frames_create(log->trace, names, count, &log->of_trace, err);
}

gpusim_status cli_log_open(const char *path, const char *metrics, cli_log *log, gpusim_error *err)
{
    gpusim_status status;
    *log = (cli_log){.path = path};
    if (cli_log_is_trace(path)) {
        GPUSIM_TRY(gpusim_trace_open(path, &log->trace, err));
        GPUSIM_TRY(open_frames(log, metrics, err));
    } else {
        GPUSIM_TRY(gpusim_samples_read(path, &log->samples, err));
    }
cleanup:
    return status;
}

void cli_log_close(cli_log *log)
{
    gpusim_trace_frames_destroy(log->of_trace);
    gpusim_trace_close(log->trace);
    gpusim_samples_destroy(log->samples);
    *log = (cli_log){0};
}

gpusim_frames *cli_log_frames(const cli_log *log)
{
    return log->trace ? gpusim_trace_frames_frames(log->of_trace)
                      : gpusim_samples_frames(log->samples);
}

const gpusim_scene *cli_log_scene(const cli_log *log)
{
    return log->trace ? gpusim_trace_frames_scene(log->of_trace)
                      : gpusim_samples_scene(log->samples);
}

uint64_t cli_log_count(const cli_log *log)
{
    return log->trace ? gpusim_trace_get_info(log->trace)->samples
                      : gpusim_samples_count(log->samples);
}

void cli_log_select(cli_log *log, uint64_t first, uint64_t count)
{
    if (log->trace) {
        gpusim_trace_frames_select(log->of_trace, first, count);
    } else {
        gpusim_samples_select(log->samples, first, count);
    }
}

gpusim_status cli_log_mark(cli_log *log, const gpusim_watcher *watcher, gpusim_error *err)
{
    return gpusim_watcher_reads_labels(watcher) && log->trace
               ? gpusim_trace_frames_mark(log->of_trace, err)
               : GPUSIM_OK;
}

const char *cli_log_entity(const cli_log *log, uint32_t entity)
{
    return log->trace ? gpusim_trace_entity(log->trace, GPUSIM_OF_GPU, entity)
                      : gpusim_samples_entity(log->samples, entity);
}

gpusim_status cli_log_times(const cli_log *log, uint64_t first, uint64_t count, double *times,
                            gpusim_error *err)
{
    if (log->trace) {
        return gpusim_trace_times(log->trace, first, count, times, err);
    }
    for (uint64_t i = 0; i < count; i++) {
        times[i] = gpusim_seconds(gpusim_samples_time(log->samples, first + i));
    }
    return GPUSIM_OK;
}

/* ---- detectors ---- */

// No detector has a dot or a slash in its name: what has is a file.
gpusim_status cli_detector_read(const char *words, cli_detector *detector, gpusim_error *err)
{
    size_t name = strcspn(words, ":");
    *detector = (cli_detector){.words = words};
    if (strcspn(words, "./") < name) {
        return GPUSIM_OK;
    }
    return gpusim_detector_read(words, &detector->module, &detector->parameters, err);
}

void cli_detector_release(cli_detector *detector)
{
    gpusim_watcher_destroy(detector->watcher);
    gpusim_parameters_destroy(detector->parameters);
    *detector = (cli_detector){0};
}

gpusim_status cli_detector_make(const cli_detector *detector, const gpusim_scene *scene,
                                uint64_t seed, gpusim_watcher **watcher, double *threshold,
                                gpusim_error *err)
{
    if (!detector->module) {
        return gpusim_watcher_load(detector->words, scene, watcher, threshold, err);
    }
    return gpusim_watcher_create(
        detector->module,
        detector->parameters ? gpusim_parameters_value(detector->parameters) : NULL, scene, seed,
        watcher, err);
}

/* ---- scores ---- */

void cli_scored_release(cli_scored *scored)
{
    free(scored->scores);
    free(scored->causes);
    scored->scores = NULL;
    scored->causes = NULL;
}

void cli_scored_series(const cli_scored *scored, uint32_t entity, double *series)
{
    for (uint64_t i = 0; i < scored->count; i++) {
        series[i] = scored->scores[i * scored->entities + entity];
    }
}

gpusim_status cli_scored_normal(const cli_log *log, const gpusim_watcher *watcher,
                                cli_scored *scored, uint64_t *normal, gpusim_error *err)
{
    gpusim_frames *frames = cli_log_frames(log);
    uint64_t at = 0, kept = 0;
    gpusim_frame frame;
    *normal = scored->count * scored->entities;
    if (!gpusim_watcher_reads_labels(watcher)) {
        return GPUSIM_OK;
    }
    gpusim_frames_rewind(frames);
    while (gpusim_frames_next(frames, &frame)) {
        const uint8_t *labels = gpusim_frames_labels(frames);
        for (uint32_t e = 0; e < scored->entities; e++, at++) {
            scored->scores[kept] = scored->scores[at];
            kept += !labels || !labels[e];
        }
    }
    *normal = kept;
    return gpusim_frames_check(frames, err);
}

static gpusim_status smooth_all(cli_scored *scored, uint32_t window, gpusim_error *err)
{
    double *series = window > 1 ? calloc(2 * scored->count + 1, sizeof *series) : NULL;
    if (window > 1 && !series) {
        return gpusim_fail(err, GPUSIM_MEMORY, "no memory for smooth scores");
    }
    for (uint32_t e = 0; window > 1 && e < scored->entities; e++) {
        cli_scored_series(scored, e, series);
        gpusim_scores_smooth(series, scored->count, window, series + scored->count);
        for (uint64_t i = 0; i < scored->count; i++) {
            scored->scores[i * scored->entities + e] = series[i];
        }
    }
    free(series);
    return GPUSIM_OK;
}

gpusim_status cli_score(gpusim_watcher *watcher, const cli_log *log, uint64_t first,
                        uint32_t smooth, cli_scored *scored, gpusim_error *err)
{
    gpusim_status status;
    gpusim_frames *frames = cli_log_frames(log);
    cli_scored_release(scored);
    scored->first = first;
    scored->count = gpusim_frames_count(frames);
    scored->entities = cli_log_scene(log)->entity_count;
    uint64_t all = scored->count * scored->entities;
    scored->scores = calloc(all + 1, sizeof *scored->scores);
    scored->causes = calloc(all + 1, sizeof *scored->causes);
    if (!scored->scores || !scored->causes) {
        GPUSIM_TRY(
            gpusim_fail(err, GPUSIM_MEMORY, "no memory for %llu scores", (unsigned long long)all));
    }
    GPUSIM_TRY(gpusim_watcher_score(watcher, frames, scored->scores, scored->causes, err));
    GPUSIM_TRY(smooth_all(scored, smooth, err));
cleanup:
    return status;
}

/* ---- options ---- */

int cli_read_ratio(const cli_arguments *arguments, cli_option_id id, double *value)
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

int cli_read_count(const cli_arguments *arguments, cli_option_id id, uint32_t *value)
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
