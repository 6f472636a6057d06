/* SPDX-License-Identifier: GPL-3.0-or-later */
/* gpusim export: a table or a metric of a trace as text. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "options.h"
#include "talk.h"

static const cli_option options[] = {
    {CLI_TABLE, 't', "table", "TABLE", "a table: jobs, events, ... (`gpusim info` lists them)"},
    {CLI_METRIC, 'm', "metric", "METRIC", "a metric: gpu/gpu_util, node/gpus_allocated, ..."},
    {CLI_FORMAT, 0, "format", "FORMAT", "csv (the default) or jsonl"},
    {CLI_OUTPUT, 'o', "output", "FILE", "write to this file instead of stdout"},
    {CLI_FORCE, 'f', "force", NULL, "overwrite the file if there is one"},
    CLI_OPTION_HELP,
};

static const char *const entities[] = {"gpu", "node", "rack", "cluster"};
#define ENTITIES ((uint32_t)(sizeof entities / sizeof entities[0]))

/* What to export. */
typedef struct choice {
    gpusim_table table;
    uint32_t metric; /* GPUSIM_NONE: a table */
    gpusim_export_format format;
} choice;

static int wrong(const char *what, const char *word, const char *nearest, const char *otherwise)
{
    char message[192], hint[160];
    snprintf(message, sizeof message, "%s '%.80s'", what, word);
    snprintf(hint, sizeof hint, "%s%.120s%s", nearest ? "did you mean '" : "",
             nearest ? nearest : otherwise, nearest ? "'?" : "");
    return cli_fail_with(0, GPUSIM_ARGUMENT, message, hint);
}

static int choose_table(const char *word, choice *chosen)
{
    const char *names[GPUSIM_TABLE_COUNT];
    for (uint32_t i = 0; i < GPUSIM_TABLE_COUNT; i++) {
        const char *name = gpusim_table_record((gpusim_table)i)->name;
        const char *end = strrchr(name, '/');
        if (strcmp(word, name) == 0 || (end && strcmp(word, end + 1) == 0)) {
            chosen->table = (gpusim_table)i;
            return CLI_OK;
        }
        names[i] = end ? end + 1 : name;
    }
    return wrong("there is no table", word, gpusim_nearest(word, names, GPUSIM_TABLE_COUNT),
                 "see 'gpusim info TRACE'");
}

static int choose_metric(const gpusim_trace *trace, const char *word, choice *chosen)
{
    size_t length = strcspn(word, "/");
    for (uint32_t i = 0; word[length] == '/' && i < ENTITIES; i++) {
        if (strlen(entities[i]) == length && strncmp(word, entities[i], length) == 0) {
            chosen->metric = gpusim_trace_find_metric(trace, (gpusim_entity)i, word + length + 1);
        }
    }
    if (chosen->metric != GPUSIM_NONE) {
        return CLI_OK;
    }

    // the nearest among those that the trace has
    char words[64][64];
    const char *names[64];
    uint32_t count = 0;
    const char *nearest = NULL;
    const gpusim_trace_metric *metric;
    while (count < 64 && (metric = gpusim_trace_get_metric(trace, count)) != NULL) {
        snprintf(words[count], sizeof words[0], "%s/%.48s", entities[metric->entity % ENTITIES],
                 metric->name);
        if (strcmp(metric->name, word) == 0 && !nearest) {
            nearest = words[count]; // only its entity is missing
        }
        names[count] = words[count];
        count++;
    }
    nearest = nearest ? nearest : gpusim_nearest(word, names, count);
    return wrong("the trace has no metric", word, nearest,
                 count ? words[0] : "it has no telemetry");
}

static int choose(const cli_arguments *arguments, const gpusim_trace *trace, choice *chosen)
{
    const char *table = arguments->values[CLI_TABLE], *metric = arguments->values[CLI_METRIC];
    const char *format = arguments->values[CLI_FORMAT];
    chosen->metric = GPUSIM_NONE;
    chosen->format = GPUSIM_EXPORT_CSV;
    if (!table == !metric) {
        return cli_fail_with(0, GPUSIM_ARGUMENT, "either --table or --metric says what to export",
                             "for example --table jobs");
    }
    if (format && strcmp(format, "jsonl") == 0) {
        chosen->format = GPUSIM_EXPORT_JSONL;
    } else if (format && strcmp(format, "csv") != 0) {
        return wrong("--format wants csv or jsonl, not", format, NULL, "csv is the default");
    }
    return table ? choose_table(table, chosen) : choose_metric(trace, metric, chosen);
}

static gpusim_status write_text(void *context, const char *text, size_t length)
{
    return fwrite(text, 1, length, context) == length ? GPUSIM_OK : GPUSIM_IO;
}

static FILE *open_output(const cli_arguments *arguments)
{
    const char *path = arguments->values[CLI_OUTPUT];
    struct stat there, trace;
    char message[600];
    if (!path) {
        return stdout;
    }
    if (stat(path, &there) == 0 && stat(arguments->operands[0], &trace) == 0 &&
        there.st_dev == trace.st_dev && there.st_ino == trace.st_ino) {
        snprintf(message, sizeof message, "'%.500s' is the trace itself", path);
        cli_fail_with(0, GPUSIM_EXISTS, message, "choose another name");
        return NULL;
    }
    if (!arguments->values[CLI_FORCE] && stat(path, &there) == 0) {
        snprintf(message, sizeof message, "'%.500s' exists", path);
        cli_fail_with(0, GPUSIM_EXISTS, message, "overwrite it with --force");
        return NULL;
    }
    FILE *file = fopen(path, "w");
    if (!file) {
        snprintf(message, sizeof message, "cannot write '%.400s': %s", path, strerror(errno));
        cli_fail_with(0, GPUSIM_IO, message, NULL);
    }
    return file;
}

static int write_all(const cli_arguments *arguments, gpusim_trace *trace, const choice *chosen)
{
    gpusim_error err = {0};
    gpusim_status status;
    FILE *to = open_output(arguments);
    if (!to) {
        return CLI_IO;
    }
    if (chosen->metric == GPUSIM_NONE) {
        status =
            gpusim_trace_export_table(trace, chosen->table, chosen->format, write_text, to, &err);
    } else {
        status =
            gpusim_trace_export_metric(trace, chosen->metric, chosen->format, write_text, to, &err);
    }
    // what the disk refuses shows at the latest when the file is closed
    int lost = to == stdout ? ferror(to) : fclose(to) != 0;
    if (status == GPUSIM_OK && !lost) {
        return CLI_OK;
    }
    if (lost && to == stdout) {
        return CLI_IO; // main says so
    }
    if (lost || !err.message[0]) {
        gpusim_fail(&err, GPUSIM_IO, "cannot write '%s': %s", arguments->values[CLI_OUTPUT],
                    strerror(errno));
    }
    return cli_fail(0, &err, 1);
}

static int export_trace(const cli_arguments *arguments)
{
    gpusim_error err = {0};
    gpusim_trace *trace;
    choice chosen = {GPUSIM_TABLE_JOBS, GPUSIM_NONE, GPUSIM_EXPORT_CSV};
    if (gpusim_trace_open(arguments->operands[0], &trace, &err) != GPUSIM_OK) {
        return cli_fail(0, &err, 1);
    }
    int code = choose(arguments, trace, &chosen);
    if (code == CLI_OK) {
        code = write_all(arguments, trace, &chosen);
    }
    gpusim_trace_close(trace);
    return code;
}

const cli_command cli_export = {
    .name = "export",
    .operands = "TRACE",
    .doc = "print a table or a metric of a trace as CSV or JSON lines",
    .examples = "gpusim export week.h5 --table jobs > jobs.csv\n"
                "gpusim export week.h5 --metric cluster/queue_length\ta line for each sample\n"
                "gpusim export week.h5 --table events --format jsonl -o events.jsonl\n",
    .options = options,
    .option_count = (uint32_t)(sizeof options / sizeof options[0]),
    .least = 1,
    .most = 1,
    .run = export_trace,
};
