/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Evaluations against labels as text, CSV, Markdown and JSON. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "detect.h"
#include "report.h"

// Of each detector the mean over logs, behind the logs' own.
static void mean_of(const cli_detection *d, const char *words, gpusim_evaluation *mean)
{
    gpusim_evaluation *of = calloc(d->finding_count, sizeof *of);
    uint32_t count = 0;
    for (uint32_t i = 0; of && i < d->finding_count; i++) {
        if (strcmp(d->findings[i].words, words) == 0) {
            of[count++] = d->findings[i].evaluation;
        }
    }
    gpusim_evaluation_mean(of, count, mean);
    free(of);
}

static const char *const shown[] = {"events",   "found",    "delay_p50_s", "false_alarms_per_day",
                                    "auc_pr",   "auc_roc",  "vus_pr",      "f1",
                                    "event_f1", "range_f1", "adjusted_f1"};
static const char *const headings[] = {"events",   "found",    "delay",  "false/day",
                                       "AUC-PR",   "AUC-ROC",  "VUS-PR", "F1",
                                       "event F1", "range F1", "PA-F1*"};
#define SHOWN (sizeof shown / sizeof shown[0])

static void cell_text(const gpusim_evaluation *evaluation, const char *name, char *text, int size)
{
    const gpusim_field *field = gpusim_record_find(gpusim_evaluation_record(), name);
    const void *at = (const char *)evaluation + field->offset;
    if (field->type == GPUSIM_FLOAT64 && field->unit == GPUSIM_UNIT_NONE) {
        double value = *(const double *)at;
        if (isnan(value)) {
            snprintf(text, (size_t)size, "-");
        } else {
            snprintf(text, (size_t)size, "%.3f", value);
        }
    } else {
        cli_value_text(field, at, text, size);
    }
}

// A log's name without its folders.
static const char *short_name(const char *log)
{
    const char *slash = strrchr(log, '/');
    return slash && slash[1] ? slash + 1 : log;
}

static void print_row(const char *log, const char *words, const gpusim_evaluation *evaluation,
                      int markdown)
{
    printf(markdown ? "| %s | %s |" : "%-24.40s %-20.40s", short_name(log), words);
    for (size_t i = 0; i < SHOWN; i++) {
        char text[48];
        cell_text(evaluation, shown[i], text, sizeof text);
        printf(markdown ? " %s |" : " %9s", text);
    }
    putchar('\n');
}

static void print_table(const cli_detection *d, int markdown)
{
    uint32_t logs = d->finding_count / d->detector_count;
    printf(markdown ? "| %s | %s |" : "%-24s %-20s", "log", "detector");
    for (size_t i = 0; i < SHOWN; i++) {
        printf(markdown ? " %s |" : " %9s", headings[i]);
    }
    putchar('\n');
    for (size_t i = 0; markdown && i < SHOWN + 2; i++) {
        fputs(i < 2 ? "|---" : i + 1 < SHOWN + 2 ? "|---:" : "|---:|\n", stdout);
    }
    for (uint32_t i = 0; i < d->finding_count; i++) {
        print_row(d->findings[i].log, d->findings[i].words, &d->findings[i].evaluation, markdown);
    }
    for (uint32_t i = 0; logs > 1 && i < d->detector_count; i++) {
        gpusim_evaluation mean;
        mean_of(d, d->detectors[i].words, &mean);
        print_row("all", d->detectors[i].words, &mean, markdown);
    }
    puts("\n* point-adjusted: it misleads, scores drawn at random reach .79 on SMD");
}

static void print_csv(const cli_detection *d)
{
    const gpusim_record *record = gpusim_evaluation_record();
    fputs("log,detector", stdout);
    for (uint32_t f = 0; f < record->count; f++) {
        printf(",%s", record->fields[f].name);
    }
    putchar('\n');
    for (uint32_t i = 0; i < d->finding_count; i++) {
        cli_csv_text(stdout, d->findings[i].log);
        putchar(',');
        cli_csv_text(stdout, d->findings[i].words);
        for (uint32_t f = 0; f < record->count; f++) {
            const void *at = (const char *)&d->findings[i].evaluation + record->fields[f].offset;
            if (record->fields[f].type == GPUSIM_UINT64) {
                printf(",%llu", (unsigned long long)*(const uint64_t *)at);
            } else if (isnan(*(const double *)at)) {
                putchar(',');
            } else {
                printf(",%.9g", *(const double *)at);
            }
        }
        putchar('\n');
    }
}

json_t *cli_detect_labels_json(const cli_detection *d)
{
    json_t *list = json_array();
    for (uint32_t i = 0; i < d->finding_count; i++) {
        json_t *entry = json_object();
        json_object_set_new(entry, "log", json_string(d->findings[i].log));
        json_object_set_new(entry, "detector", json_string(d->findings[i].words));
        cli_report_json(entry, gpusim_evaluation_record(), &d->findings[i].evaluation);
        json_array_append_new(list, entry);
    }
    return list;
}

void cli_detect_print_labels(const cli_detection *d)
{
    if (d->form == CLI_DETECT_CSV) {
        print_csv(d);
    } else {
        print_table(d, d->form == CLI_DETECT_MARKDOWN);
    }
}
