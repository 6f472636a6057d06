/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Alarms of `gpusim detect` as CSV and JSON: one row for each run of alarms of a GPU, or of a log.
 */
#include <stdio.h>
#include <stdlib.h>

#include "detect.h"
#include "report.h"
#include "talk.h"

typedef struct told {
    const char *log, *detector, *entity, *cause; // cause "": unknown
    double start_s, end_s, score, threshold;
    uint64_t samples;
} told;

static void print_told(const told *t)
{
    const char *const words[] = {t->log, t->detector, t->entity};
    for (int i = 0; i < 3; i++) {
        cli_csv_text(stdout, words[i]);
        putchar(',');
    }
    printf("%.15g,%.15g,%llu,%.6g,", t->start_s, t->end_s, (unsigned long long)t->samples,
           t->score);
    cli_csv_text(stdout, t->cause);
    putchar('\n');
}

static json_t *told_json(const told *t)
{
    json_t *object = json_object();
    json_object_set_new(object, "log", json_string(t->log));
    json_object_set_new(object, "detector", json_string(t->detector));
    json_object_set_new(object, "entity", t->entity[0] ? json_string(t->entity) : json_null());
    json_object_set_new(object, "start_s", json_real(t->start_s));
    json_object_set_new(object, "end_s", json_real(t->end_s));
    json_object_set_new(object, "samples", cli_json_whole(t->samples));
    json_object_set_new(object, "score", json_real(t->score));
    json_object_set_new(object, "threshold", json_real(t->threshold));
    json_object_set_new(object, "cause", t->cause[0] ? json_string(t->cause) : json_null());
    return object;
}

// What the alarms of one entity are made from.
typedef struct room {
    double *series, *times;
    gpusim_alarm *alarms;
} room;

static uint64_t tell_entity(cli_detection *d, const char *words, const cli_log *log,
                            const cli_scored *scored, uint32_t entity, const room *r)
{
    cli_scored_series(scored, entity, r->series);
    uint64_t count =
        gpusim_alarms_of(r->series, scored->count, scored->threshold, d->gap, r->alarms);
    for (uint64_t a = 0; a < count; a++) {
        const gpusim_alarm *alarm = &r->alarms[a];
        uint32_t cause = scored->causes[alarm->peak * scored->entities + entity];
        told t = {
            .log = log->path,
            .detector = words,
            .entity = cli_log_entity(log, entity),
            .cause = cause == GPUSIM_NONE ? "" : cli_log_scene(log)->signals[cause].name,
            .start_s = r->times[alarm->first],
            .end_s = r->times[alarm->last],
            .score = r->series[alarm->peak],
            .threshold = scored->threshold,
            .samples = alarm->last - alarm->first + 1,
        };
        if (d->alarms) {
            json_array_append_new(d->alarms, told_json(&t));
        } else {
            print_told(&t);
        }
    }
    return count;
}

gpusim_status cli_detect_alarms(cli_detection *d, const char *words, const cli_log *log,
                                const cli_scored *scored, gpusim_error *err)
{
    gpusim_status status;
    uint64_t all = 0;
    room r = {
        .series = calloc(scored->count + 1, sizeof *r.series),
        .times = calloc(scored->count + 1, sizeof *r.times),
        .alarms = calloc(scored->count / 2 + 1, sizeof *r.alarms),
    };
    if (!r.series || !r.times || !r.alarms) {
        GPUSIM_TRY(gpusim_fail(err, GPUSIM_MEMORY, "no memory for alarms"));
    }
    GPUSIM_TRY(cli_log_times(log, scored->first, scored->count, r.times, err));
    if (!d->alarms && d->finding_count == 1) {
        puts("log,detector,entity,start_s,end_s,samples,score,cause");
    }
    for (uint32_t e = 0; e < scored->entities; e++) {
        all += tell_entity(d, words, log, scored, e, &r);
    }
    char of[32] = "";
    if (scored->entities > 1) {
        snprintf(of, sizeof of, " of %u GPUs", scored->entities);
    }
    cli_say("%s: %llu alarms of %s from %.4g on in %llu samples%s", log->path,
            (unsigned long long)all, words, scored->threshold, (unsigned long long)scored->count,
            of);
cleanup:
    free(r.series);
    free(r.times);
    free(r.alarms);
    return status;
}
