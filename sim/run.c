/* SPDX-License-Identifier: GPL-3.0-or-later */
/* gpusim run: a scenario from file to summary, with a trace when one is asked for. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "alerts.h"
#include "load.h"
#include "options.h"
#include "output.h"
#include "progress.h"
#include "report.h"
#include "signals.h"
#include "talk.h"

static const cli_option options[] = {
    {CLI_OUTPUT, 'o', "output", "TRACE", "write the trace to this HDF5 file"},
    {CLI_SEED, 's', "seed", "N", "use this seed instead of the scenario's"},
    CLI_OPTION_SET,
    {CLI_UNTIL, 'u', "until", "TIME", "stop at this simulated time: '12 h'"},
    {CLI_FORCE, 'f', "force", NULL, "overwrite the trace if there is one"},
    {CLI_QUIET, 'q', "quiet", NULL, "no progress, no remarks and no summary; warnings stay"},
    {CLI_REPRODUCIBLE, 0, "reproducible", NULL, "leave stamps and wall times out of the trace"},
    {CLI_PARANOID, 0, "paranoid", NULL, "check every invariant after every instant (slow)"},
    {CLI_ALERTS, 0, "alerts", "FILE",
     "write alerts to this file as they come, a JSON object a line"},
    {CLI_ALERTS_MAX, 0, "alerts-max", "SIZE", "put that aside at this size, '1 MiB'"},
    {CLI_ALERTS_KEEP, 0, "alerts-keep", "N", "of which so many stay, FILE.1 the youngest; 5"},
    {CLI_WEBHOOK, 0, "webhook", "URL", "post each alert to http://127.0.0.1:PORT/PATH"},
    CLI_OPTION_JSON,
    CLI_OPTION_HELP,
};

/* What one call of `gpusim run` holds. */
typedef struct job {
    const cli_arguments *arguments;
    gpusim_model *model;
    gpusim_model_info info;
    gpusim_sim *sim;
    gpusim_trace_writer *writer;
    const char *trace; /* its path; NULL: none */
    gpusim_time until;
    uint64_t seed;
    cli_progress progress;
    cli_alerts alerts;
} job;

// --seed and --until, before anything takes time
static int read_numbers(job *run)
{
    const cli_arguments *arguments = run->arguments;
    const char *seed = arguments->values[CLI_SEED], *until = arguments->values[CLI_UNTIL];
    char message[160];
    run->until = GPUSIM_TIME_MAX;
    if (seed && !cli_parse_number(seed, &run->seed)) {
        snprintf(message, sizeof message, "--seed wants a whole number from 0 to %llu, not '%.80s'",
                 (unsigned long long)UINT64_MAX, seed);
        return cli_fail_with(arguments->json, GPUSIM_ARGUMENT, message, NULL);
    }
    gpusim_error err = {0};
    if (until && gpusim_time_parse(until, &run->until, &err) != GPUSIM_OK) {
        snprintf(message, sizeof message, "--until: %.120s", err.message);
        return cli_fail_with(arguments->json, GPUSIM_ARGUMENT, message, err.hint);
    }
    const char *limit = arguments->values[CLI_ALERTS_MAX];
    double bytes = 0;
    if (limit && (gpusim_quantity_parse(limit, GPUSIM_UNIT_BYTE, &bytes, &err) != GPUSIM_OK ||
                  !arguments->values[CLI_ALERTS] || !(bytes >= 1 && bytes < 1e18))) {
        snprintf(message, sizeof message,
                 "--alerts-max wants a size such as '1 MiB', and --alerts");
        return cli_fail_with(arguments->json, GPUSIM_ARGUMENT, message, NULL);
    }
    run->alerts.limit = (uint64_t)bytes;
    const char *keep = arguments->values[CLI_ALERTS_KEEP];
    char *end = NULL;
    unsigned long files = keep ? strtoul(keep, &end, 10) : 5;
    if (keep && (!limit || *end || end == keep || keep[0] == '-' || files > 1000)) {
        return cli_fail_with(arguments->json, GPUSIM_ARGUMENT,
                             "--alerts-keep wants a number of files up to 1000, and --alerts-max",
                             NULL);
    }
    run->alerts.keep = (uint32_t)files;
    const char *url = arguments->values[CLI_WEBHOOK];
    if (url && cli_webhook_read(url, &run->alerts.hook, &err) != GPUSIM_OK) {
        return cli_fail(arguments->json, &err, 1);
    }
    if (run->until < 0) {
        return cli_fail_with(arguments->json, GPUSIM_ARGUMENT, "--until wants a time after 0 s",
                             NULL);
    }
    return CLI_OK;
}

// warnings, and the load that jobs offer to each GPU model
static void say_before(const job *run)
{
    for (uint32_t i = 0; i < run->info.warnings; i++) {
        cli_warn("%s", gpusim_model_warning(run->model, i));
    }
    if (run->arguments->values[CLI_QUIET]) {
        return;
    }
    uint32_t count;
    const gpusim_load *loads = gpusim_model_load(run->model, &count);
    for (uint32_t i = 0; i < count; i++) {
        if (isnan(loads[i].load)) {
            cli_say("offered load of %u x %s: unknown", loads[i].gpus, loads[i].gpu);
        } else {
            cli_say("offered load of %u x %s: %.3g", loads[i].gpus, loads[i].gpu, loads[i].load);
        }
    }
    if (!run->trace) {
        cli_say("no trace is written; -o FILE writes one");
    }
}

static gpusim_status observe(job *run, gpusim_error *err)
{
    gpusim_status status;
    gpusim_observer observer;
    run->alerts.path = run->arguments->values[CLI_ALERTS];
    if (run->alerts.path) {
        if (run->trace && strcmp(run->alerts.path, run->trace) == 0) {
            return gpusim_fail(err, GPUSIM_ARGUMENT,
                               "the trace and the alerts would be one file, '%s'", run->trace);
        }
        GPUSIM_TRY(cli_may_write(run->arguments, run->alerts.path, CLI_STREAMED, err));
    }
    if (run->trace) {
        gpusim_trace_options trace_options;
        gpusim_trace_options_default(&trace_options);
        trace_options.force = run->arguments->values[CLI_FORCE] != NULL;
        trace_options.reproducible = run->arguments->values[CLI_REPRODUCIBLE] != NULL;
        GPUSIM_TRY(
            gpusim_trace_writer_create(run->trace, &trace_options, &run->writer, &observer, err));
        GPUSIM_TRY(gpusim_sim_observe(run->sim, &observer, err));
    }
    if (run->alerts.path || run->alerts.hook.port) {
        GPUSIM_TRY(cli_alerts_open(&run->alerts, run->arguments->values[CLI_FORCE] != NULL,
                                   &observer, err));
        GPUSIM_TRY(gpusim_sim_observe(run->sim, &observer, err));
    }
    if (cli_terminal() && !run->arguments->values[CLI_QUIET]) {
        gpusim_time end = run->info.duration < run->until ? run->info.duration : run->until;
        cli_progress_begin(&run->progress, run->sim, end, run->info.jobs, &observer);
        GPUSIM_TRY(gpusim_sim_observe(run->sim, &observer, err));
    }
    status = GPUSIM_OK;
cleanup:
    return status;
}

// how each virtual cluster fared
static json_t *vcs_json(const job *run)
{
    json_t *list = json_array();
    const gpusim_view *view = gpusim_sim_view(run->sim);
    const gpusim_field *size = gpusim_record_find(gpusim_summary_record(), "size_1");
    for (uint32_t v = 0; v < view->vc_count; v++) {
        gpusim_split split;
        json_t *entry = json_object();
        (void)gpusim_sim_vc_split(run->sim, v, &split);
        json_object_set_new(entry, "name",
                            json_string(gpusim_model_name(run->model, view->vcs[v].name)));
        cli_report_json(entry, size->detail.record, &split);
        json_array_append_new(list, entry);
    }
    return list;
}

static int print_json(const job *run, const gpusim_summary *summary, int interrupted)
{
    json_t *object = cli_json_object();
    json_object_set_new(object, "scenario", json_string(run->info.name));
    json_object_set_new(object, "scheduler", json_string(run->info.scheduler));
    json_object_set_new(object, "model_hash", json_string(run->info.hash));
    json_object_set_new(object, "trace", run->trace ? json_string(run->trace) : json_null());
    json_object_set_new(object, "interrupted", json_boolean(interrupted));
    json_object_set_new(object, "offered_load", cli_load_json(run->model));
    cli_report_json(object, gpusim_summary_record(), summary);
    json_object_set_new(object, "virtual_clusters", vcs_json(run));
    json_object_set_new(object, "detectors", cli_run_detectors_json(run->sim));
    json_object_set_new(object, "cost_currency", cli_currency_json(summary));
    double wall = summary->wall_time_s;
    json_object_set_new(object, "events_per_s",
                        wall > 0.0 ? json_real((double)summary->events / wall) : json_null());
    json_object_set_new(object, "stall_reason",
                        summary->stalled ? json_string(summary->stall_reason) : json_null());
    json_t *warnings = json_array();
    for (uint32_t i = 0; i < run->info.warnings; i++) {
        json_array_append_new(warnings, json_string(gpusim_model_warning(run->model, i)));
    }
    json_object_set_new(object, "warnings", warnings);
    return cli_json_print(object);
}

static void print_text(const job *run, const gpusim_summary *summary)
{
    printf("%s: %s\n", run->info.name, run->info.scheduler);
    cli_report_text(stdout, gpusim_summary_record(), summary, summary->cost_currency);
    if (run->trace) {
        printf("  %-28s  %s\n", "trace", run->trace);
    }
}

// what came out, also of a run that was interrupted
static int report(job *run, int interrupted)
{
    const gpusim_summary *summary = gpusim_sim_summary(run->sim);
    if (summary->stalled) {
        cli_warn("the run ended early: %s", summary->stall_reason);
    }
    if (interrupted) {
        cli_warn("interrupted%s", run->trace ? "; the trace is closed and readable" : "");
    }
    int code = CLI_OK;
    if (run->arguments->json) {
        code = print_json(run, summary, interrupted);
    } else if (!run->arguments->values[CLI_QUIET]) {
        print_text(run, summary);
    }
    return interrupted ? CLI_INTERRUPTED : code;
}

static int simulate(job *run)
{
    gpusim_error err = {0}, second = {0};
    gpusim_status status;
    GPUSIM_TRY(gpusim_sim_create(run->model, run->seed, &run->sim, &err));
    gpusim_sim_paranoid(run->sim, run->arguments->values[CLI_PARANOID] != NULL);
    GPUSIM_TRY(observe(run, &err));
    say_before(run);

    cli_signals_interrupt(run->sim);
    status = gpusim_sim_run_until(run->sim, run->until, &err);
    cli_signals_interrupt(NULL);
    cli_progress_end(&run->progress);

    // the trace is closed whatever happened; the first error is the one to tell
    gpusim_status finished = gpusim_sim_finish(run->sim, &second);
    int interrupted = status == GPUSIM_INTERRUPTED;
    if (status == GPUSIM_OK || interrupted) {
        if (finished != GPUSIM_OK && finished != GPUSIM_INTERRUPTED) {
            return cli_fail(run->arguments->json, &second, 1);
        }
        return report(run, interrupted);
    }
cleanup:
    cli_progress_end(&run->progress);
    return cli_fail(run->arguments->json, &err, 1);
}

static int run_scenario(const cli_arguments *arguments)
{
    job run = {.arguments = arguments};
    int code = read_numbers(&run);
    if (code) {
        return code;
    }
    cli_signals_catch();
    code = cli_load_model(arguments, arguments->operands[0], &run.model);
    if (code == CLI_OK) {
        gpusim_model_info_get(run.model, &run.info);
        const char *output = arguments->values[CLI_OUTPUT];
        run.trace = output ? output : run.info.trace_path;
        run.seed = arguments->values[CLI_SEED] ? run.seed : run.info.seed;
        code = cli_signals_came() ? cli_fail_with(arguments->json, GPUSIM_INTERRUPTED,
                                                  "interrupted before the run began", NULL)
                                  : simulate(&run);
    }
    cli_alerts_close(&run.alerts);
    gpusim_sim_destroy(run.sim);
    gpusim_trace_writer_destroy(run.writer);
    gpusim_model_destroy(run.model);
    return code;
}

const cli_command cli_run = {
    .name = "run",
    .operands = "SCENARIO",
    .doc = "simulate a scenario and print its summary",
    .examples =
        "gpusim run scenarios/quickstart.yaml -o week.h5\tsimulate, and write a trace\n"
        "gpusim run scenarios/quickstart.yaml --seed 7 --until '12 h'\tanother seed, half a "
        "day\n"
        "gpusim run scenarios/quickstart.yaml --set scheduler.order=sjf --json\tchange one "
        "thing, print JSON\n",
    .options = options,
    .option_count = (uint32_t)(sizeof options / sizeof options[0]),
    .least = 1,
    .most = 1,
    .run = run_scenario,
};
