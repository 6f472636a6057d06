/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Evaluations against the faults of traces as text, CSV, Markdown and JSON. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "alerts.h"
#include "detect.h"
#include "report.h"

static void print_heading(cli_detect_form form)
{
    if (form == CLI_DETECT_CSV) {
        puts("trace,detector,fault,events,found,already,found_low,found_high,delay_p50_s,delay_p95_"
             "s,"
             "false_alarms,node_days,false_alarms_per_node_day,rate_low,rate_high,alarmed_share");
    } else if (form == CLI_DETECT_TEXT) {
        printf("%-20s %-20s %-22s %8s %8s %-14s %8s %10s %10s  %s\n", "trace", "detector", "fault",
               "events", "found", "[95 %]", "before", "delay p50", "delay p95",
               "false alarms per node-day [95 %]");
    } else {
        puts("| trace | detector | fault | events | found | [95 %] | before | delay p50 | delay "
             "p95 | false "
             "alarms per node-day |\n|---|---|---|---:|---:|---|---:|---:|---:|---:|");
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
    cli_csv_text(stdout, path);
    putchar(',');
    cli_csv_text(stdout, words);
    printf(",%s,%llu,%llu,%llu", f->kind ? f->kind : "all", (unsigned long long)f->events,
           (unsigned long long)f->found, (unsigned long long)f->already);
    const double numbers[] = {f->found_low, f->found_high, f->delay_p50_s, f->delay_p95_s};
    for (int i = 0; i < 4; i++) {
        printf(isnan(numbers[i]) ? "," : ",%.9g", numbers[i]);
    }
    if (f->kind) {
        puts(",,,,,,");
    } else {
        printf(",%llu,%.9g,%.9g,%.9g,%.9g,%.9g\n", (unsigned long long)of_all->false_alarms,
               of_all->node_days, of_all->false_alarms_per_node_day, of_all->rate_low,
               of_all->rate_high, of_all->alarmed_share);
    }
}

static void print_row(cli_detect_form form, const char *path, const char *words,
                      const gpusim_fault_score *f, const gpusim_fault_scores *of_all)
{
    char p50[32], p95[32], share[32] = "", rate[96] = "";
    const char *slash = strrchr(path, '/');
    if (form == CLI_DETECT_CSV) {
        print_csv_row(path, words, f, of_all);
        return;
    }
    delay_text(f->delay_p50_s, p50);
    delay_text(f->delay_p95_s, p95);
    if (!isnan(f->found_low)) {
        snprintf(share, sizeof share, "%.3f - %.3f", f->found_low, f->found_high);
    }
    if (!f->kind) {
        snprintf(rate, sizeof rate, "%.3g [%.3g, %.3g]", of_all->false_alarms_per_node_day,
                 of_all->rate_low, of_all->rate_high);
    }
    printf(
        form == CLI_DETECT_TEXT ? "%-20.40s %-20.40s %-22s %8llu %8llu %-14s %8llu %10s %10s  %s\n"
                                : "| %s | %s | %s | %llu | %llu | %s | %llu | %s | %s | %s |\n",
        slash ? slash + 1 : path, words, f->kind ? f->kind : "all", (unsigned long long)f->events,
        (unsigned long long)f->found, share, (unsigned long long)f->already, p50, p95, rate);
}

static void set_number(json_t *object, const char *name, double value)
{
    json_object_set_new(object, name, isnan(value) ? json_null() : json_real(value));
}

static json_t *score_json(const gpusim_fault_score *f)
{
    json_t *object = json_object();
    json_object_set_new(object, "fault", f->kind ? json_string(f->kind) : json_null());
    json_object_set_new(object, "events", cli_json_whole(f->events));
    json_object_set_new(object, "found", cli_json_whole(f->found));
    json_object_set_new(object, "already", cli_json_whole(f->already));
    set_number(object, "found_low", f->found_low);
    set_number(object, "found_high", f->found_high);
    set_number(object, "delay_p50_s", f->delay_p50_s);
    set_number(object, "delay_p95_s", f->delay_p95_s);
    return object;
}

static json_t *finding_json(const cli_finding *f)
{
    const gpusim_fault_scores *scores = f->faults;
    json_t *object = score_json(&scores->all), *kinds = json_array();
    json_object_del(object, "fault");
    json_object_set_new(object, "trace", json_string(f->log));
    json_object_set_new(object, "detector", json_string(f->words));
    json_object_set_new(object, "false_alarms", cli_json_whole(scores->false_alarms));
    json_object_set_new(object, "node_days", json_real(scores->node_days));
    json_object_set_new(object, "false_alarms_per_node_day",
                        json_real(scores->false_alarms_per_node_day));
    json_object_set_new(object, "rate_low", json_real(scores->rate_low));
    json_object_set_new(object, "rate_high", json_real(scores->rate_high));
    json_object_set_new(object, "alarmed_share", json_real(scores->alarmed_share));
    for (uint32_t i = 0; i < scores->kind_count; i++) {
        json_array_append_new(kinds, score_json(&scores->kinds[i]));
    }
    json_object_set_new(object, "faults", kinds);
    cli_confusion_json(&f->confusion, object);
    return object;
}

json_t *cli_detect_faults_json(const cli_detection *d)
{
    json_t *list = json_array();
    for (uint32_t i = 0; i < d->finding_count; i++) {
        json_array_append_new(list, finding_json(&d->findings[i]));
    }
    for (uint32_t i = 0; d->pooled && i < d->detector_count; i++) {
        json_array_append_new(list, finding_json(&d->pooled[i]));
    }
    return list;
}

static void print_finding(cli_detect_form form, const cli_finding *f)
{
    print_row(form, f->log, f->words, &f->faults->all, f->faults);
    for (uint32_t k = 0; k < f->faults->kind_count; k++) {
        print_row(form, f->log, f->words, &f->faults->kinds[k], f->faults);
    }
}

void cli_detect_print_faults(const cli_detection *d)
{
    print_heading(d->form);
    for (uint32_t i = 0; i < d->finding_count; i++) {
        print_finding(d->form, &d->findings[i]);
    }
    for (uint32_t i = 0; d->pooled && i < d->detector_count; i++) {
        print_finding(d->form, &d->pooled[i]);
    }
    // of several traces as one, where there are several
    const cli_finding *told = d->pooled ? d->pooled : d->findings;
    uint32_t count = d->pooled ? d->detector_count : d->finding_count;
    for (uint32_t i = 0; d->form == CLI_DETECT_TEXT && i < count; i++) {
        printf("\n%s: classes of alarms\n   ", told[i].words);
        cli_confusion_print(&told[i].confusion, "   ");
    }
    if (d->form == CLI_DETECT_TEXT) {
        putchar('\n');
    }
}
