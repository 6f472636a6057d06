/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Detectors of a run: what they found against the faults, and alerts as lines of a file. */
#include "alerts.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "report.h"

/* ---- what they are worth ---- */

static json_t *number(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

void cli_confusion_print(const gpusim_confusion *confusion, const char *indent)
{
    const gpusim_choice *classes = gpusim_anomaly_classes();
    for (uint32_t f = 0; f <= GPUSIM_ANOMALIES; f++) {
        const uint64_t *row = f < GPUSIM_ANOMALIES ? confusion->met[f] : confusion->met_none;
        int begun = 0;
        for (uint32_t a = 0; a < GPUSIM_ANOMALIES; a++) {
            if (row[a] > 0) {
                printf("%s %llu %s", begun ? "," : "", (unsigned long long)row[a], classes[a].name);
                if (!begun) {
                    printf(" (alerts on %s)", f < GPUSIM_ANOMALIES ? classes[f].name : "no fault");
                }
                begun = 1;
            }
        }
        printf("%s%s", begun ? "\n" : "", begun ? indent : "");
    }
}

static gpusim_confusion confusion_of(const gpusim_alert_scores *scores)
{
    gpusim_confusion confusion;
    memcpy(confusion.met, scores->confusion, sizeof confusion.met);
    memcpy(confusion.met_none, scores->met_none, sizeof confusion.met_none);
    return confusion;
}

static void print_detector(const gpusim_alert_scores *scores)
{
    const gpusim_fault_scores *faults = scores->faults;
    char learnt[32], p50[32], p95[32];
    gpusim_time_format(scores->learnt, learnt, sizeof learnt);
    printf("  %-16s learnt by %s; %llu alerts, %llu of %llu faults found", scores->detector, learnt,
           (unsigned long long)scores->alerts, (unsigned long long)faults->all.found,
           (unsigned long long)faults->all.events);
    if (!isnan(faults->all.delay_p50_s)) {
        gpusim_quantity_format(faults->all.delay_p50_s, GPUSIM_UNIT_SECOND, 0, p50, sizeof p50);
        gpusim_quantity_format(faults->all.delay_p95_s, GPUSIM_UNIT_SECOND, 0, p95, sizeof p95);
        printf(" after %s (95 %% by %s)", p50, p95);
    }
    printf("\n                   %llu false in %.4g node-days: %.3g a node-day [%.3g, %.3g]\n"
           "                   ",
           (unsigned long long)faults->false_alarms, faults->node_days,
           faults->false_alarms_per_node_day, faults->rate_low, faults->rate_high);
    gpusim_confusion confusion = confusion_of(scores);
    cli_confusion_print(&confusion, "                   ");
    putchar('\n');
}

// what the detectors of the run were worth
gpusim_status cli_detectors_print(gpusim_trace *trace, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    for (uint32_t i = 0; status == GPUSIM_OK; i++) {
        gpusim_alert_scores *scores = NULL;
        status = gpusim_alert_scores_create(trace, i, &scores, err);
        if (!scores) {
            break;
        }
        if (i == 0) {
            puts("\ndetectors against faults");
        }
        print_detector(scores);
        gpusim_alert_scores_destroy(scores);
    }
    return status;
}

static json_t *classes_json(const uint64_t *row)
{
    json_t *object = json_object();
    for (uint32_t a = 0; a < GPUSIM_ANOMALIES; a++) {
        if (row[a] > 0) {
            json_object_set_new(object, gpusim_anomaly_classes()[a].name, cli_json_whole(row[a]));
        }
    }
    return object;
}

void cli_confusion_json(const gpusim_confusion *confusion, json_t *object)
{
    json_t *met = json_object();
    for (uint32_t f = 0; f < GPUSIM_ANOMALIES; f++) {
        json_object_set_new(met, gpusim_anomaly_classes()[f].name, classes_json(confusion->met[f]));
    }
    json_object_set_new(object, "confusion", met);
    json_object_set_new(object, "met_none", classes_json(confusion->met_none));
}

static json_t *detector_json(const gpusim_alert_scores *scores)
{
    const gpusim_fault_scores *faults = scores->faults;
    json_t *object = json_object();
    json_object_set_new(object, "name", json_string(scores->detector));
    json_object_set_new(object, "learnt_s", json_real(gpusim_seconds(scores->learnt)));
    json_object_set_new(object, "alerts", cli_json_whole(scores->alerts));
    json_object_set_new(object, "events", cli_json_whole(faults->all.events));
    json_object_set_new(object, "found", cli_json_whole(faults->all.found));
    json_object_set_new(object, "delay_p50_s", number(faults->all.delay_p50_s));
    json_object_set_new(object, "delay_p95_s", number(faults->all.delay_p95_s));
    json_object_set_new(object, "false_alarms", cli_json_whole(faults->false_alarms));
    json_object_set_new(object, "node_days", number(faults->node_days));
    json_object_set_new(object, "false_alarms_per_node_day",
                        number(faults->false_alarms_per_node_day));
    gpusim_confusion confusion = confusion_of(scores);
    cli_confusion_json(&confusion, object);
    return object;
}

gpusim_status cli_detectors_json(gpusim_trace *trace, json_t *list, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    for (uint32_t i = 0; status == GPUSIM_OK; i++) {
        gpusim_alert_scores *scores = NULL;
        status = gpusim_alert_scores_create(trace, i, &scores, err);
        if (!scores) {
            break;
        }
        json_array_append_new(list, detector_json(scores));
        gpusim_alert_scores_destroy(scores);
    }
    return status;
}

json_t *cli_run_detectors_json(const gpusim_sim *sim)
{
    json_t *list = json_array();
    gpusim_detector_info info;
    for (uint32_t i = 0; gpusim_sim_detector(sim, i, &info); i++) {
        json_t *entry = json_object();
        json_object_set_new(entry, "name", json_string(info.name));
        json_object_set_new(entry, "detector", json_string(info.detector));
        json_object_set_new(
            entry, "learnt_s",
            info.learnt == GPUSIM_TIME_MAX ? json_null() : json_real(gpusim_seconds(info.learnt)));
        json_object_set_new(entry, "threshold", number(info.threshold));
        json_object_set_new(entry, "alerts", cli_json_whole(info.alerts));
        json_object_set_new(entry, "samples", cli_json_whole(info.samples));
        json_object_set_new(entry, "us_per_sample", number(info.us_per_sample));
        json_array_append_new(list, entry);
    }
    return list;
}

/* ---- alerts as they come ---- */

static gpusim_status begin(void *context, const gpusim_model *model, uint64_t seed,
                           gpusim_error *err)
{
    (void)seed;
    (void)err;
    ((cli_alerts *)context)->model = model;
    return GPUSIM_OK;
}

static json_t *line_of(const cli_alerts *alerts, const gpusim_alert_row *alert, int over)
{
    char name[256];
    json_t *line = json_object();
    (void)gpusim_model_entity_name(alerts->model, (gpusim_entity)alert->scope, alert->entity, name,
                                   (int)sizeof name);
    json_object_set_new(line, "alert", json_string(over ? "over" : "raised"));
    json_object_set_new(line, "time_s", json_real(gpusim_seconds(alert->time)));
    json_object_set_new(line, "detector",
                        json_string(gpusim_model_name(alerts->model, alert->detector)));
    json_object_set_new(line, "entity", json_string(name));
    json_object_set_new(line, "begin_s", json_real(gpusim_seconds(alert->begin)));
    json_object_set_new(line, "end_s", over ? json_real(gpusim_seconds(alert->end)) : json_null());
    json_object_set_new(line, "score", number(alert->score));
    json_object_set_new(line, "threshold", number(alert->threshold));
    json_object_set_new(line, "cause",
                        alert->cause ? json_string(gpusim_model_name(alerts->model, alert->cause))
                                     : json_null());
    json_object_set_new(line, "class", json_string(gpusim_anomaly_classes()[alert->class_].name));
    return line;
}

// puts the file aside, and those before it
static gpusim_status roll(cli_alerts *alerts, gpusim_error *err)
{
    char from[1100], to[1100];
    fclose(alerts->file);
    alerts->file = NULL;
    for (uint32_t i = alerts->keep; i > 0; i--) {
        snprintf(to, sizeof to, "%.1000s.%u", alerts->path, i);
        snprintf(from, sizeof from, i > 1 ? "%.1000s.%u" : "%.1000s", alerts->path, i - 1);
        (void)rename(from, to); // the oldest gives way; one that is not there yet does not matter
    }
    alerts->file = fopen(alerts->path, "w");
    alerts->written = 0;
    return alerts->file ? GPUSIM_OK
                        : gpusim_fail(err, GPUSIM_IO, "cannot write '%.300s': %s", alerts->path,
                                      strerror(errno));
}

static gpusim_status tell(void *context, const gpusim_alert_row *alert, int over, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    cli_alerts *alerts = context;
    json_t *line = line_of(alerts, alert, over);
    char *text = json_dumps(line, JSON_COMPACT | JSON_PRESERVE_ORDER);
    json_decref(line);
    if (!text) {
        return gpusim_fail(err, GPUSIM_MEMORY, "no memory for an alert");
    }
    cli_webhook_post(&alerts->hook, text);
    uint64_t length = strlen(text) + 1;
    if (!alerts->file) {
        goto cleanup;
    }
    if (alerts->limit > 0 && alerts->written > 0 && alerts->written + length > alerts->limit) {
        GPUSIM_TRY(roll(alerts, err));
    }
    alerts->written += length;
    // whoever follows the file sees each line at once
    if (fprintf(alerts->file, "%s\n", text) < 0 || fflush(alerts->file) != 0) {
        status = gpusim_fail(err, GPUSIM_IO, "cannot write '%.300s'", alerts->path);
    }
cleanup:
    free(text);
    return status;
}

gpusim_status cli_alerts_open(cli_alerts *alerts, int force, gpusim_observer *observer,
                              gpusim_error *err)
{
    alerts->file = alerts->path ? fopen(alerts->path, force ? "w" : "wx") : NULL;
    if (alerts->path && !alerts->file) {
        gpusim_status status =
            gpusim_fail(err, GPUSIM_IO, "cannot write '%.300s': %s", alerts->path, strerror(errno));
        gpusim_error_hint(err, errno == EEXIST ? "--force overwrites it" : "");
        return status;
    }
    gpusim_observer_default(observer);
    observer->context = alerts;
    observer->begin = begin;
    observer->alert = tell;
    return GPUSIM_OK;
}

void cli_alerts_close(cli_alerts *alerts)
{
    cli_webhook_end(&alerts->hook);
    if (alerts->file) {
        fclose(alerts->file);
        alerts->file = NULL;
    }
}
