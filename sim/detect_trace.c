/* SPDX-License-Identifier: GPL-3.0-or-later */
/* gpusim detect over traces: all GPUs, and the faults of the run as what there is to find. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "detect.h"
#include "report.h"
#include "talk.h"

/* A trace with its frames. */
typedef struct source {
    const char *path;
    gpusim_trace *trace;
    gpusim_trace_frames *frames;
} source;

int cli_detect_is_trace(const char *path)
{
    char begin[8] = "";
    FILE *file = fopen(path, "rb");
    size_t read = file ? fread(begin, 1, sizeof begin, file) : 0;
    if (file) {
        fclose(file);
    }
    return read == sizeof begin && memcmp(begin, "\211HDF\r\n\032\n", sizeof begin) == 0;
}

static gpusim_status open_source(const char *path, source *s, gpusim_error *err)
{
    gpusim_status status;
    s->path = path;
    GPUSIM_TRY(gpusim_trace_open(path, &s->trace, err));
    GPUSIM_TRY(gpusim_trace_frames_create(s->trace, NULL, 0, &s->frames, err));
cleanup:
    return status;
}

static void close_source(source *s)
{
    gpusim_trace_frames_destroy(s->frames);
    gpusim_trace_close(s->trace);
    *s = (source){0};
}

/* ---- scores ---- */

typedef struct scored {
    double *scores; // [count][gpus]
    uint32_t *causes;
    uint64_t first, count;
    uint32_t gpus;
    double threshold;
} scored;

static gpusim_status score(const cli_detection *d, gpusim_watcher *watcher, source *s, scored *out,
                           gpusim_error *err)
{
    gpusim_status status;
    gpusim_frames *frames = gpusim_trace_frames_frames(s->frames);
    out->gpus = gpusim_trace_frames_scene(s->frames)->entity_count;
    out->count = gpusim_frames_count(frames);
    free(out->scores);
    free(out->causes);
    out->scores = calloc(out->count * out->gpus + 1, sizeof *out->scores);
    out->causes = calloc(out->count * out->gpus + 1, sizeof *out->causes);
    double *series = calloc(2 * out->count + 1, sizeof *series);
    if (!out->scores || !out->causes || !series) {
        GPUSIM_TRY(gpusim_fail(err, GPUSIM_MEMORY, "no memory for %llu scores",
                               (unsigned long long)(out->count * out->gpus)));
    }
    GPUSIM_TRY(gpusim_watcher_score(watcher, frames, out->scores, out->causes, err));
    for (uint32_t g = 0; d->smooth > 1 && g < out->gpus; g++) {
        for (uint64_t i = 0; i < out->count; i++) {
            series[i] = out->scores[i * out->gpus + g];
        }
        gpusim_scores_smooth(series, out->count, d->smooth, series + out->count);
        for (uint64_t i = 0; i < out->count; i++) {
            out->scores[i * out->gpus + g] = series[i];
        }
    }
cleanup:
    free(series);
    return status;
}

// Learns from `train`, or from the first share of the trace itself, and scores the rest.
static gpusim_status learn_and_score(const cli_detection *d, const cli_detector *detector,
                                     source *train, source *s, scored *out, gpusim_error *err)
{
    gpusim_status status;
    gpusim_watcher *watcher = NULL;
    uint64_t all = gpusim_trace_get_info(s->trace)->samples;
    uint64_t first = train == s ? (uint64_t)(d->share * (double)all) : 0;
    if (train == s) {
        gpusim_trace_frames_select(s->frames, 0, first);
    }
    // the scene is that of what is watched: another cluster may have been learnt from, as long as
    // its signals are the same
    GPUSIM_TRY(gpusim_watcher_create(
        detector->module,
        detector->parameters ? gpusim_parameters_value(detector->parameters) : NULL,
        gpusim_trace_frames_scene(s->frames), d->seed, &watcher, err));
    GPUSIM_TRY(gpusim_watcher_train(watcher, gpusim_trace_frames_frames(train->frames), err));
    GPUSIM_TRY(score(d, watcher, train, out, err));
    out->threshold = gpusim_threshold_of(out->scores, out->count * out->gpus, d->quantile);
    gpusim_trace_frames_select(s->frames, first, all - first);
    GPUSIM_TRY(score(d, watcher, s, out, err));
    out->first = first;
cleanup:
    gpusim_watcher_destroy(watcher);
    return status;
}

/* ---- alarms ---- */

// One run of alarms on one GPU.
typedef struct told {
    const char *trace, *detector, *gpu, *cause; // cause "": unknown
    double start_s, end_s, score;
    uint64_t samples;
} told;

static void tell(const told *t, json_t *list)
{
    if (!list) {
        printf("%s,%s,%s,%.15g,%.15g,%llu,%.6g,%s\n", t->trace, t->detector, t->gpu, t->start_s,
               t->end_s, (unsigned long long)t->samples, t->score, t->cause);
        return;
    }
    json_t *object = json_object();
    json_object_set_new(object, "trace", json_string(t->trace));
    json_object_set_new(object, "detector", json_string(t->detector));
    json_object_set_new(object, "gpu", json_string(t->gpu));
    json_object_set_new(object, "start_s", json_real(t->start_s));
    json_object_set_new(object, "end_s", json_real(t->end_s));
    json_object_set_new(object, "samples", cli_json_whole(t->samples));
    json_object_set_new(object, "score", json_real(t->score));
    json_object_set_new(object, "cause", t->cause[0] ? json_string(t->cause) : json_null());
    json_array_append_new(list, object);
}

static gpusim_status tell_alarms(const cli_detection *d, const cli_detector *detector,
                                 const source *s, const scored *found, json_t *list,
                                 gpusim_error *err)
{
    gpusim_status status;
    const gpusim_scene *scene = gpusim_trace_frames_scene(s->frames);
    double *series = calloc(found->count + 1, sizeof *series);
    double *times = calloc(found->count + 1, sizeof *times);
    gpusim_alarm *alarms = calloc(found->count / 2 + 1, sizeof *alarms);
    uint64_t all = 0;
    if (!series || !times || !alarms) {
        GPUSIM_TRY(gpusim_fail(err, GPUSIM_MEMORY, "no memory for alarms"));
    }
    GPUSIM_TRY(gpusim_trace_times(s->trace, found->first, found->count, times, err));
    for (uint32_t g = 0; g < found->gpus; g++) {
        for (uint64_t i = 0; i < found->count; i++) {
            series[i] = found->scores[i * found->gpus + g];
        }
        uint64_t count = gpusim_alarms_of(series, found->count, found->threshold, d->gap, alarms);
        for (uint64_t a = 0; a < count; a++) {
            const gpusim_alarm *alarm = &alarms[a];
            uint32_t cause = found->causes[alarm->peak * found->gpus + g];
            told t = {
                .trace = s->path,
                .detector = detector->words,
                .gpu = gpusim_trace_entity(s->trace, GPUSIM_OF_GPU, g),
                .cause = cause == GPUSIM_NONE ? "" : scene->signals[cause].name,
                .start_s = times[alarm->first],
                .end_s = times[alarm->last],
                .score = series[alarm->peak],
                .samples = alarm->last - alarm->first + 1,
            };
            tell(&t, list);
        }
        all += count;
    }
    cli_say("%s: %llu alarms of %s from %.4g on in %llu samples of %u GPUs", s->path,
            (unsigned long long)all, detector->words, found->threshold,
            (unsigned long long)found->count, found->gpus);
cleanup:
    free(series);
    free(times);
    free(alarms);
    return status;
}

/* ---- evaluations ---- */

static void print_heading(cli_detect_form form)
{
    if (form == CLI_DETECT_CSV) {
        puts("trace,detector,fault,events,found,delay_p50_s,delay_p95_s,false_alarms,node_days,"
             "false_alarms_per_node_day,rate_low,rate_high");
    } else if (form == CLI_DETECT_TEXT) {
        printf("%-20s %-20s %-22s %8s %8s %10s %10s  %s\n", "trace", "detector", "fault", "events",
               "found", "delay p50", "delay p95", "false alarms per node-day [95 %]");
    } else {
        puts("| trace | detector | fault | events | found | delay p50 | delay p95 | false alarms "
             "per node-day |\n|---|---|---|---:|---:|---:|---:|---:|");
    }
}

static void delay_text(double delay, char text[32])
{
    snprintf(text, 32, "-");
    if (!isnan(delay)) {
        gpusim_quantity_format(delay, GPUSIM_UNIT_SECOND, 0, text, 32);
    }
}

static void print_csv_row(const char *path, const char *words, const gpusim_fault_score *f,
                          const gpusim_fault_scores *of_all)
{
    printf("%s,%s,%s,%llu,%llu", path, words, f->kind ? f->kind : "all",
           (unsigned long long)f->events, (unsigned long long)f->found);
    const double delays[] = {f->delay_p50_s, f->delay_p95_s};
    for (int i = 0; i < 2; i++) {
        printf(isnan(delays[i]) ? "," : ",%.9g", delays[i]);
    }
    if (f->kind) {
        puts(",,,,,");
    } else {
        printf(",%llu,%.9g,%.9g,%.9g,%.9g\n", (unsigned long long)of_all->false_alarms,
               of_all->node_days, of_all->false_alarms_per_node_day, of_all->rate_low,
               of_all->rate_high);
    }
}

static void print_row(cli_detect_form form, const char *path, const char *words,
                      const gpusim_fault_score *f, const gpusim_fault_scores *of_all)
{
    char p50[32], p95[32], rate[96] = "";
    const char *slash = strrchr(path, '/');
    if (form == CLI_DETECT_CSV) {
        print_csv_row(path, words, f, of_all);
        return;
    }
    delay_text(f->delay_p50_s, p50);
    delay_text(f->delay_p95_s, p95);
    if (!f->kind) {
        snprintf(rate, sizeof rate, "%.3g [%.3g, %.3g]", of_all->false_alarms_per_node_day,
                 of_all->rate_low, of_all->rate_high);
    }
    printf(form == CLI_DETECT_TEXT ? "%-20.40s %-20.40s %-22s %8llu %8llu %10s %10s  %s\n"
                                   : "| %s | %s | %s | %llu | %llu | %s | %s | %s |\n",
           slash ? slash + 1 : path, words, f->kind ? f->kind : "all",
           (unsigned long long)f->events, (unsigned long long)f->found, p50, p95, rate);
}

static json_t *score_json(const gpusim_fault_score *f)
{
    json_t *object = json_object();
    json_object_set_new(object, "fault", f->kind ? json_string(f->kind) : json_null());
    json_object_set_new(object, "events", cli_json_whole(f->events));
    json_object_set_new(object, "found", cli_json_whole(f->found));
    json_object_set_new(object, "delay_p50_s",
                        isnan(f->delay_p50_s) ? json_null() : json_real(f->delay_p50_s));
    json_object_set_new(object, "delay_p95_s",
                        isnan(f->delay_p95_s) ? json_null() : json_real(f->delay_p95_s));
    return object;
}

static json_t *scores_json(const char *path, const char *words, const gpusim_fault_scores *scores)
{
    json_t *object = score_json(&scores->all), *kinds = json_array();
    json_object_del(object, "fault");
    json_object_set_new(object, "trace", json_string(path));
    json_object_set_new(object, "detector", json_string(words));
    json_object_set_new(object, "false_alarms", cli_json_whole(scores->false_alarms));
    json_object_set_new(object, "node_days", json_real(scores->node_days));
    json_object_set_new(object, "false_alarms_per_node_day",
                        json_real(scores->false_alarms_per_node_day));
    json_object_set_new(object, "rate_low", json_real(scores->rate_low));
    json_object_set_new(object, "rate_high", json_real(scores->rate_high));
    for (uint32_t i = 0; i < scores->kind_count; i++) {
        json_array_append_new(kinds, score_json(&scores->kinds[i]));
    }
    json_object_set_new(object, "faults", kinds);
    return object;
}

static void print_scores(const cli_detection *d, const char *path, const char *words,
                         const gpusim_fault_scores *scores, json_t *list)
{
    if (d->form == CLI_DETECT_JSON) {
        json_array_append_new(list, scores_json(path, words, scores));
        return;
    }
    print_row(d->form, path, words, &scores->all, scores);
    for (uint32_t i = 0; i < scores->kind_count; i++) {
        print_row(d->form, path, words, &scores->kinds[i], scores);
    }
}

/* ---- all ---- */

static gpusim_status detect_one(const cli_detection *d, const cli_detector *detector, source *train,
                                source *s, json_t *list, gpusim_error *err)
{
    gpusim_status status;
    scored found = {0};
    gpusim_fault_scores *scores = NULL;
    GPUSIM_TRY(learn_and_score(d, detector, train, s, &found, err));
    if (d->evaluates) {
        GPUSIM_TRY(gpusim_fault_scores_create(s->trace, found.scores, found.first, found.count,
                                              found.gpus, found.threshold, d->gap, &scores, err));
        print_scores(d, s->path, detector->words, scores, list);
    } else {
        GPUSIM_TRY(tell_alarms(d, detector, s, &found, list, err));
    }
cleanup:
    gpusim_fault_scores_destroy(scores);
    free(found.scores);
    free(found.causes);
    return status;
}

static gpusim_status detect_all(const cli_detection *d, const cli_arguments *arguments,
                                json_t *list, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    source train = {0}, s = {0};
    if (arguments->values[CLI_TRAIN]) {
        GPUSIM_TRY(open_source(arguments->values[CLI_TRAIN], &train, err));
    }
    for (uint32_t i = 0; i < arguments->operand_count; i++) {
        GPUSIM_TRY(open_source(arguments->operands[i], &s, err));
        for (uint32_t k = 0; k < d->detector_count; k++) {
            GPUSIM_TRY(detect_one(d, &d->detectors[k], train.trace ? &train : &s, &s, list, err));
        }
        close_source(&s);
    }
cleanup:
    close_source(&s);
    close_source(&train);
    return status;
}

int cli_detect_traces(const cli_detection *d, const cli_arguments *arguments)
{
    gpusim_error err = {0};
    json_t *list = d->form == CLI_DETECT_JSON ? json_array() : NULL;
    if (d->evaluates && !list) {
        print_heading(d->form);
    } else if (!list) {
        puts("trace,detector,gpu,start_s,end_s,samples,score,cause");
    }
    if (detect_all(d, arguments, list, &err) != GPUSIM_OK) {
        json_decref(list);
        return cli_fail(arguments->json, &err, 1);
    }
    if (!list) {
        return CLI_OK;
    }
    json_t *object = cli_json_object();
    json_object_set_new(object, d->evaluates ? "evaluations" : "alarms", list);
    return cli_json_print(object);
}
