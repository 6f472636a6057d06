/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Evaluations against the faults of traces as text, CSV, Markdown and JSON. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "detect.h"
#include "report.h"

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

json_t *cli_detect_faults_json(const cli_detection *d)
{
    json_t *list = json_array();
    for (uint32_t i = 0; i < d->finding_count; i++) {
        const cli_finding *f = &d->findings[i];
        json_array_append_new(list, scores_json(f->log, f->words, f->faults));
    }
    return list;
}

void cli_detect_print_faults(const cli_detection *d)
{
    print_heading(d->form);
    for (uint32_t i = 0; i < d->finding_count; i++) {
        const cli_finding *f = &d->findings[i];
        print_row(d->form, f->log, f->words, &f->faults->all, f->faults);
        for (uint32_t k = 0; k < f->faults->kind_count; k++) {
            print_row(d->form, f->log, f->words, &f->faults->kinds[k], f->faults);
        }
    }
}
