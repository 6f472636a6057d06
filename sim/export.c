/* SPDX-License-Identifier: GPL-3.0-or-later */
/* gpusim export: a table or telemetry of a trace as text. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "options.h"
#include "output.h"
#include "talk.h"

static const cli_option options[] = {
    {CLI_TABLE, 't', "table", "TABLE", "a table: jobs, events, ... (`gpusim info` lists them)"},
    {CLI_METRIC, 'm', "metric", "LIST",
     "metrics: gpu/gpu_util, node/power, DCGM_FI_DEV_GPU_TEMP, ..."},
    {CLI_FORMAT, 0, "format", "FORMAT",
     "csv (the default) or jsonl; of GPUs dcgm or nvidia-smi; of jobs swf or batsim"},
    {CLI_QUERY_GPU, 0, "query-gpu", "LIST", "nvidia-smi: its columns; without it all"},
    {CLI_NODE, 0, "node", "NODE", "only of this node"},
    {CLI_JOB, 'j', "job", "JOB", "tables: only of this job: SOURCE/ID, its id, or its name"},
    {CLI_USER, 0, "user", "USER", "tables: only of jobs of this user"},
    {CLI_FROM, 0, "from", "TIME", "only samples from this time on (`2 h`), or rows that overlap"},
    {CLI_TO, 0, "to", "TIME", "only samples up to this time, or rows that overlap"},
    {CLI_START, 0, "start", "DATE", "dcgm, nvidia-smi, swf: when time 0 was; 2026-01-01 (UTC)"},
    {CLI_BLANK, 0, "blank", NULL,
     "dcgm: print what is missing as 9223372036854775794, as old exporters do"},
    {CLI_OUTPUT, 'o', "output", "FILE", "write to this file instead of stdout"},
    {CLI_FORCE, 'f', "force", NULL, "overwrite the file if there is one"},
    CLI_OPTION_HELP,
};

static const char *const entities[] = {"gpu", "node", "rack", "cluster"};
#define ENTITIES    ((uint32_t)(sizeof entities / sizeof entities[0]))
#define METRICS_MAX 256u

typedef enum form { FORM_CSV, FORM_JSONL, FORM_DCGM, FORM_SMI, FORM_SWF, FORM_BATSIM } form;
static const char *const forms[] = {"csv", "jsonl", "dcgm", "nvidia-smi", "swf", "batsim"};
#define FORMS ((uint32_t)(sizeof forms / sizeof forms[0]))

/* What to export. */
typedef struct choice {
    int is_table;
    gpusim_table table;
    form form;
    gpusim_export_filter filter;
    uint32_t metrics[METRICS_MAX];
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

static int is_called(const gpusim_trace_metric *metric, const char *word)
{
    size_t length = strcspn(word, "/");
    if (word[length] == '/') {
        const char *entity = entities[metric->entity % ENTITIES];
        return strlen(entity) == length && strncmp(entity, word, length) == 0 &&
               strcmp(word + length + 1, metric->name) == 0;
    }
    return strcmp(metric->name, word) == 0 || strcmp(metric->dcgm, word) == 0;
}

static int no_metric(const gpusim_trace *trace, const char *word)
{
    // the nearest among those that the trace has, by each of the names that they go by
    char words[METRICS_MAX][64];
    const char *names[3 * METRICS_MAX];
    uint32_t metrics = 0, count = 0;
    const gpusim_trace_metric *metric;
    while (metrics < METRICS_MAX && (metric = gpusim_trace_get_metric(trace, metrics)) != NULL) {
        snprintf(words[metrics], sizeof words[0], "%s/%.48s", entities[metric->entity % ENTITIES],
                 metric->name);
        names[count++] = metric->name;
        names[count++] = words[metrics++];
        if (metric->dcgm[0]) {
            names[count++] = metric->dcgm;
        }
    }
    return wrong("the trace has no metric", word, gpusim_nearest(word, names, count),
                 count ? words[0] : "it has no telemetry");
}

// a name without its entity is the only metric of that name
static int choose_metric(const gpusim_trace *trace, const char *word, choice *chosen)
{
    uint32_t found = GPUSIM_NONE, others = 0;
    const gpusim_trace_metric *metric;
    for (uint32_t i = 0; (metric = gpusim_trace_get_metric(trace, i)) != NULL; i++) {
        if (is_called(metric, word)) {
            others += found != GPUSIM_NONE;
            found = i;
        }
    }
    if (found == GPUSIM_NONE) {
        return no_metric(trace, word);
    }
    if (others > 0) {
        char hint[96];
        metric = gpusim_trace_get_metric(trace, found);
        snprintf(hint, sizeof hint, "write for example '%s/%.64s'",
                 entities[metric->entity % ENTITIES], metric->name);
        return wrong("several kinds of entities have a metric", word, NULL, hint);
    }
    chosen->metrics[chosen->filter.metric_count++] = found;
    return CLI_OK;
}

static int choose_metrics(const gpusim_trace *trace, const char *list, choice *chosen)
{
    int code = CLI_OK;
    while (code == CLI_OK && *list) {
        char word[128];
        size_t length = strcspn(list, ",");
        snprintf(word, sizeof word, "%.*s", (int)(length < 127 ? length : 127), list);
        if (chosen->filter.metric_count == METRICS_MAX) {
            return cli_fail_with(0, GPUSIM_ARGUMENT, "too many metrics", NULL);
        }
        code = choose_metric(trace, word, chosen);
        list += length + (list[length] == ',');
    }
    chosen->filter.metrics = chosen->metrics;
    return code;
}

static int choose_format(const char *word, choice *chosen)
{
    for (uint32_t i = 0; word && i < FORMS; i++) {
        if (strcmp(word, forms[i]) == 0) {
            chosen->form = (form)i;
            return CLI_OK;
        }
    }
    return !word ? CLI_OK
                 : wrong("--format wants csv, jsonl, dcgm, nvidia-smi, swf or batsim, not", word,
                         gpusim_nearest(word, forms, FORMS), "csv is the default");
}

// times and the date
static int choose_times(const cli_arguments *arguments, choice *chosen)
{
    gpusim_error err = {0};
    const char *from = arguments->values[CLI_FROM], *to = arguments->values[CLI_TO];
    const char *start = arguments->values[CLI_START];
    if ((from && gpusim_time_parse(from, &chosen->filter.from, &err) != GPUSIM_OK) ||
        (to && gpusim_time_parse(to, &chosen->filter.to, &err) != GPUSIM_OK) ||
        (start && gpusim_date_parse(start, &chosen->filter.start, &err) != GPUSIM_OK)) {
        return cli_fail_with(0, GPUSIM_ARGUMENT, err.message, err.hint);
    }
    return CLI_OK;
}

// options that mean nothing beside the others
static int check_choice(const cli_arguments *arguments, const choice *chosen)
{
    const char *table = arguments->values[CLI_TABLE], *metric = arguments->values[CLI_METRIC];
    int of_gpus = chosen->form == FORM_DCGM || chosen->form == FORM_SMI;
    int of_jobs = chosen->form == FORM_SWF || chosen->form == FORM_BATSIM;
    const char *message = NULL, *hint = NULL;
    if (!of_gpus && !of_jobs && !table == !metric) {
        message = "either --table or --metric says what to export";
        hint = "for example --table jobs";
    } else if (of_jobs && (table || metric)) {
        message = "the format says what is exported: the jobs";
    } else if (of_gpus && table) {
        message = "a table has no such format";
        hint = "--format csv or jsonl";
    } else if (chosen->form == FORM_SMI && metric) {
        message = "nvidia-smi's format has columns, not metrics";
        hint = "for example --query-gpu timestamp,index,power.draw";
    } else if (!table && !of_jobs && (arguments->values[CLI_JOB] || arguments->values[CLI_USER])) {
        message = "--job and --user are for tables";
    } else if ((arguments->values[CLI_QUERY_GPU] && chosen->form != FORM_SMI) ||
               (arguments->values[CLI_BLANK] && chosen->form != FORM_DCGM) ||
               (arguments->values[CLI_START] && !of_gpus && chosen->form != FORM_SWF)) {
        message = "an option of another format";
        hint = "--query-gpu is for nvidia-smi, --blank for dcgm, --start for both and swf";
    }
    return message ? cli_fail_with(0, GPUSIM_ARGUMENT, message, hint) : CLI_OK;
}

static int choose(const cli_arguments *arguments, const gpusim_trace *trace, choice *chosen)
{
    const char *table = arguments->values[CLI_TABLE], *metric = arguments->values[CLI_METRIC];
    gpusim_export_filter_default(&chosen->filter);
    int code = choose_format(arguments->values[CLI_FORMAT], chosen);
    code = code == CLI_OK ? check_choice(arguments, chosen) : code;
    code = code == CLI_OK ? choose_times(arguments, chosen) : code;
    if (code != CLI_OK) {
        return code;
    }
    chosen->is_table = table != NULL;
    chosen->filter.node = arguments->values[CLI_NODE];
    chosen->filter.job = arguments->values[CLI_JOB];
    chosen->filter.user = arguments->values[CLI_USER];
    chosen->filter.blank = arguments->values[CLI_BLANK] != NULL;
    return table    ? choose_table(table, chosen)
           : metric ? choose_metrics(trace, metric, chosen)
                    : CLI_OK;
}

static FILE *open_output(const cli_arguments *arguments)
{
    const char *path = arguments->values[CLI_OUTPUT];
    gpusim_error err = {0};
    char message[600];
    if (!path) {
        return stdout;
    }
    if (cli_may_write(arguments, path, CLI_STREAMED, &err) != GPUSIM_OK) {
        cli_fail(0, &err, 1);
        return NULL;
    }
    FILE *file = fopen(path, "w");
    if (!file) {
        snprintf(message, sizeof message, "cannot write '%.400s': %s", path, strerror(errno));
        cli_fail_with(0, GPUSIM_IO, message, NULL);
    }
    return file;
}

/* Where the text goes; opened when there is some, so that a wrong option overwrites nothing. */
typedef struct sink {
    const cli_arguments *arguments;
    FILE *to;
    int refused; /* and the reason was said */
} sink;

static gpusim_status write_text(void *context, const char *text, size_t length)
{
    sink *out = context;
    if (!out->to) {
        out->to = open_output(out->arguments);
        out->refused = out->to == NULL;
    }
    return out->to && fwrite(text, 1, length, out->to) == length ? GPUSIM_OK : GPUSIM_IO;
}

static gpusim_status write_chosen(gpusim_trace *trace, const choice *chosen, sink *out,
                                  gpusim_error *err)
{
    gpusim_export_format format =
        chosen->form == FORM_JSONL ? GPUSIM_EXPORT_JSONL : GPUSIM_EXPORT_CSV;
    if (chosen->is_table) {
        return gpusim_trace_export_rows(trace, chosen->table, &chosen->filter, format, write_text,
                                        out, err);
    }
    if (chosen->form == FORM_SWF) {
        return gpusim_trace_export_swf(trace, &chosen->filter, write_text, out, err);
    }
    if (chosen->form == FORM_BATSIM) {
        return gpusim_trace_export_batsim(trace, &chosen->filter, write_text, out, err);
    }
    if (chosen->form == FORM_DCGM) {
        return gpusim_trace_export_dcgm(trace, &chosen->filter, write_text, out, err);
    }
    if (chosen->form == FORM_SMI) {
        return gpusim_trace_export_smi(trace, &chosen->filter,
                                       out->arguments->values[CLI_QUERY_GPU], write_text, out, err);
    }
    return gpusim_trace_export_metrics(trace, &chosen->filter, format, write_text, out, err);
}

static int write_all(const cli_arguments *arguments, gpusim_trace *trace, const choice *chosen)
{
    gpusim_error err = {0};
    sink out = {.arguments = arguments};
    gpusim_status status = write_chosen(trace, chosen, &out, &err);
    if (status == GPUSIM_OK) {
        status = write_text(&out, "", 0); // nothing to write is a file with nothing in it
    }
    if (out.refused) {
        return CLI_IO;
    }
    if (!out.to) {
        return cli_fail(0, &err, 1);
    }
    // what the disk refuses shows at the latest when the file is closed
    int lost = out.to == stdout ? ferror(out.to) : fclose(out.to) != 0;
    if (status == GPUSIM_OK && !lost) {
        return CLI_OK;
    }
    if (lost && out.to == stdout) {
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
    choice chosen = {0};
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
    .doc = "print a table or telemetry of a trace: CSV, JSON lines, dcgm-exporter, SWF, ...",
    .examples = "gpusim export week.h5 --table jobs > jobs.csv\n"
                "gpusim export week.h5 --metric cluster/queue_length\ta line for each sample\n"
                "gpusim export week.h5 --metric gpu_temp,power_usage --node train-0003\n"
                "gpusim export week.h5 --table events --format jsonl -o events.jsonl\n"
                "gpusim export week.h5 --table events --node train-0003 --from 2h --to 3h\n"
                "gpusim export week.h5 --format swf > week.swf\tthe schedule as a log of jobs\n"
                "gpusim export week.h5 --format dcgm --from 2h --to 2h\ta scrape of that moment\n"
                "gpusim export week.h5 --format nvidia-smi --query-gpu timestamp,uuid,power.draw\n",
    .more =
        "dcgm is what NVIDIA's dcgm-exporter says of GPUs, in Prometheus' text format with times;\n"
        "nvidia-smi is the CSV of `nvidia-smi --query-gpu=...`. Times count from --start.\n"
        "swf is the Standard Workload Format 2.2 with GPUs as processors; batsim is the jobs.csv "
        "of\n"
        "Batsim, which Evalys reads.",
    .options = options,
    .option_count = (uint32_t)(sizeof options / sizeof options[0]),
    .least = 1,
    .most = 1,
    .run = export_trace,
};
