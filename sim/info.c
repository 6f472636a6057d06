/* SPDX-License-Identifier: GPL-3.0-or-later */
/* gpusim info: what a trace holds. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "alerts.h"
#include "breakdown.h"
#include "options.h"
#include "report.h"
#include "talk.h"

static const cli_option options[] = {
    {CLI_DIGEST, 0, "digest", NULL, "print the digest of what was simulated, and nothing else"},
    {CLI_BY, 0, "by", "WHAT",
     "also what each cluster, group, rack, gpu-model, vc, user or source had"},
    CLI_OPTION_JSON,
    CLI_OPTION_HELP,
};

static const char *state_of(const gpusim_trace_info *info)
{
    return info->complete ? "complete" : info->live ? "being written" : "incomplete";
}

// a run that was killed has left none; one that was interrupted has
static int has_summary(const gpusim_summary *summary)
{
    return !isnan(summary->sim_time_s);
}

static void print_text(const char *path, const gpusim_trace_info *info,
                       const gpusim_summary *summary)
{
    char count[32], first[32], last[32];
    printf("%s: %s, %s%s\n", path, info->name, state_of(info),
           info->repaired ? "; its writer was killed, and the file was put right" : "");
    printf("  scheduler   %s\n", info->scheduler);
    printf("  scenario    %s\n", info->scenario_file);
    printf("  seed        %llu\n", (unsigned long long)info->seed);
    printf("  model hash  %s\n", info->model_hash);
    printf("  written by  gpusim %s%s%s (trace format %u.%u)\n", info->gpusim_version,
           info->file_time[0] ? " at " : "", info->file_time, info->format_version,
           info->format_minor);
    for (uint32_t i = 0; i < GPUSIM_TABLE_COUNT; i++) {
        cli_count_text(info->rows[i], count, sizeof count);
        printf("  %-20s %14s rows\n", gpusim_table_record((gpusim_table)i)->name, count);
    }
    cli_count_text(info->samples, count, sizeof count);
    printf("  %-20s %14s samples of %u metrics", "telemetry", count, info->metrics);
    if (info->samples) {
        gpusim_quantity_format(info->first_sample_s, GPUSIM_UNIT_SECOND, 0, first, sizeof first);
        gpusim_quantity_format(info->last_sample_s, GPUSIM_UNIT_SECOND, 0, last, sizeof last);
        printf(", %s to %s", info->first_sample_s > 0.0 ? first : "0 s", last);
    }
    putchar('\n');
    if (has_summary(summary)) {
        puts("\nsummary");
        cli_report_text(stdout, gpusim_summary_record(), summary, summary->cost_currency);
    }
}

static json_t *metrics_json(const gpusim_trace *trace)
{
    static const char *const entities[] = {"gpu", "node", "rack", "cluster"};
    json_t *list = json_array();
    const gpusim_trace_metric *metric;
    for (uint32_t i = 0; (metric = gpusim_trace_get_metric(trace, i)) != NULL; i++) {
        json_t *entry = json_object();
        json_object_set_new(entry, "entity", json_string(entities[metric->entity % 4]));
        json_object_set_new(entry, "name", json_string(metric->name));
        json_object_set_new(entry, "unit", json_string(metric->unit));
        json_object_set_new(entry, "entities", json_integer(metric->entities));
        json_array_append_new(list, entry);
    }
    return list;
}

static int print_json(const char *path, const gpusim_trace *trace, const gpusim_trace_info *info,
                      const gpusim_summary *summary, const char *digest, json_t *detectors,
                      json_t *parts)
{
    json_t *object = cli_json_object(), *tables = json_object();
    json_object_set_new(object, "trace", json_string(path));
    json_object_set_new(object, "scenario", json_string(info->name));
    json_object_set_new(object, "scheduler", json_string(info->scheduler));
    json_object_set_new(object, "scenario_file", json_string(info->scenario_file));
    json_object_set_new(object, "seed", cli_json_whole(info->seed));
    json_object_set_new(object, "model_hash", json_string(info->model_hash));
    json_object_set_new(object, "digest", json_string(digest));
    json_object_set_new(object, "gpusim_version", json_string(info->gpusim_version));
    json_object_set_new(object, "file_time", json_string(info->file_time));
    json_object_set_new(object, "complete", json_boolean(info->complete));
    json_object_set_new(object, "live", json_boolean(info->live));
    json_object_set_new(object, "repaired", json_boolean(info->repaired));
    for (uint32_t i = 0; i < GPUSIM_TABLE_COUNT; i++) {
        const gpusim_record *table = gpusim_table_record((gpusim_table)i);
        json_t *entry = json_object();
        json_object_set_new(entry, "rows", json_integer((json_int_t)info->rows[i]));
        json_object_set_new(tables, table->name, entry);
    }
    json_object_set_new(object, "tables", tables);
    json_object_set_new(object, "samples", json_integer((json_int_t)info->samples));
    json_object_set_new(object, "metrics", metrics_json(trace));
    json_t *values = json_null();
    if (has_summary(summary)) {
        values = json_object();
        cli_report_json(values, gpusim_summary_record(), summary);
        json_object_set_new(values, "cost_currency", cli_currency_json(summary));
    }
    json_object_set_new(object, "summary", values);
    json_object_set_new(object, "detectors", detectors);
    if (parts) {
        json_object_set_new(object, "parts", parts);
    }
    return cli_json_print(object);
}

// what is asked for beside the trace itself; both are NULL when it fails
static gpusim_status lists_of(gpusim_trace *trace, const char *by, json_t **detectors,
                              json_t **parts, gpusim_error *err)
{
    gpusim_status status;
    *detectors = json_array();
    *parts = NULL;
    GPUSIM_TRY(cli_detectors_json(trace, *detectors, err));
    if (by) {
        *parts = json_array();
        GPUSIM_TRY(cli_breakdown_json(trace, by, *parts, err));
    }
    return GPUSIM_OK;
cleanup:
    json_decref(*detectors);
    json_decref(*parts);
    *detectors = *parts = NULL;
    return status;
}

static int print_info(const cli_arguments *arguments, gpusim_trace *trace, gpusim_error *err)
{
    gpusim_status status;
    char digest[33];
    const char *by = arguments->values[CLI_BY];
    gpusim_summary summary = {.size = (uint32_t)sizeof summary};
    const gpusim_trace_info *info = gpusim_trace_get_info(trace);
    if (arguments->json || arguments->values[CLI_DIGEST]) {
        GPUSIM_TRY(gpusim_trace_digest(trace, digest, err));
    }
    if (arguments->values[CLI_DIGEST] && !arguments->json) {
        puts(digest);
        return CLI_OK;
    }
    GPUSIM_TRY(gpusim_trace_summary(trace, &summary, err));
    if (arguments->json) {
        json_t *detectors, *parts;
        GPUSIM_TRY(lists_of(trace, by, &detectors, &parts, err));
        return print_json(arguments->operands[0], trace, info, &summary, digest, detectors, parts);
    }
    print_text(arguments->operands[0], info, &summary);
    GPUSIM_TRY(cli_detectors_print(trace, err));
    if (by) {
        GPUSIM_TRY(cli_breakdown_print(trace, by, err));
    }
    return CLI_OK;
cleanup:
    return cli_fail(arguments->json, err, 1);
}

static int info(const cli_arguments *arguments)
{
    gpusim_error err = {0};
    gpusim_trace *trace;
    if (gpusim_trace_open(arguments->operands[0], &trace, &err) != GPUSIM_OK) {
        return cli_fail(arguments->json, &err, 1);
    }
    int code = print_info(arguments, trace, &err);
    gpusim_trace_close(trace);
    return code;
}

const cli_command cli_info = {
    .name = "info",
    .operands = "TRACE",
    .doc = "say what a trace holds",
    .examples = "gpusim info week.h5\n"
                "gpusim info week.h5 --digest\tequal for equal runs\n"
                "gpusim info week.h5 --by vc\talso what each virtual cluster had\n",
    .more = "A trace whose run was killed is put right by the first command that opens it.",
    .options = options,
    .option_count = (uint32_t)(sizeof options / sizeof options[0]),
    .least = 1,
    .most = 1,
    .run = info,
};
