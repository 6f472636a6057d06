/* SPDX-License-Identifier: GPL-3.0-or-later */
/* gpusim compare: schedulers x scenarios x seeds, paired, and what can be said of the difference.
 */
#include "compare.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "compare_plan.h"
#include "load.h"
#include "options.h"
#include "report.h"
#include "signals.h"
#include "talk.h"

static const cli_option options[] = {
    {CLI_SCHEDULER, 'S', "scheduler", "WORDS",
     "fifo+best-fit+easy, las:limits=[1 h]+repack, order=sjf, or @FILE; may be repeated"},
    {CLI_SEEDS, 0, "seeds", "LIST", "seeds of the replications: 1..30 or 1,2,7; 1..10"},
    {CLI_RESAMPLE, 0, "resample", "N", "draw N logs of each log, users x weeks; seeds 1..N"},
    {CLI_JOBS, 'j', "jobs", "N", "runs at a time; as many as there are processors"},
    {CLI_BASELINE, 'b', "baseline", "WORDS", "scheduler to be better than; the first"},
    {CLI_METRICS, 'm', "metrics", "LIST", "what to print: jct,wait.p95,energy.facility"},
    {CLI_PRIMARY, 'p', "primary", "LIST", "metrics whose differences are tested; jct"},
    {CLI_FORMAT, 0, "format", "FORMAT", "text, csv, json, markdown or latex"},
    {CLI_OUTPUT, 'o', "output", "FOLDER", "keep results, tables, figures and assignments there"},
    {CLI_RESUME, 'r', "resume", NULL, "run only what the folder has no results of"},
    CLI_OPTION_SET,
    {CLI_QUIET, 'q', "quiet", NULL, "no progress and no remarks; warnings stay"},
    CLI_OPTION_JSON,
    CLI_OPTION_HELP,
};

typedef enum form { TEXT, CSV, JSON, MARKDOWN, LATEX } form;

static int read_form(const cli_arguments *arguments, form *chosen)
{
    static const char *const names[] = {"text", "csv", "json", "markdown", "latex"};
    const uint32_t count = (uint32_t)(sizeof names / sizeof names[0]);
    const char *text = arguments->values[CLI_FORMAT];
    *chosen = arguments->json ? JSON : TEXT;
    if (text && arguments->json && strcmp(text, names[JSON]) != 0) {
        return cli_fail_with(arguments->json, GPUSIM_ARGUMENT,
                             "--json and this --format do not go together",
                             "leave one of them out");
    }
    for (uint32_t i = 0; text && i < count; i++) {
        if (strcmp(names[i], text) == 0) {
            *chosen = (form)i;
            return CLI_OK;
        }
    }
    if (!text) {
        return CLI_OK;
    }
    char message[160], hint[160];
    snprintf(message, sizeof message, "there is no format '%.80s'", text);
    gpusim_suggest(text, names, count, hint, sizeof hint);
    return cli_fail_with(arguments->json, GPUSIM_ARGUMENT, message,
                         hint[0] ? hint : "text, csv, json, markdown, latex");
}

// one line for each run that ends
static void say_run(const cli_plan *plan, const gpusim_compare_run *run)
{
    char wall[32], jct[32] = "-";
    gpusim_quantity_format(run->wall_s, GPUSIM_UNIT_SECOND, 0, wall, sizeof wall);
    double mean = run->values[plan->jct];
    if (mean == mean) {
        gpusim_quantity_format(mean, GPUSIM_UNIT_SECOND, 0, jct, sizeof jct);
    }
    cli_say("[%u/%u] %s, %s, seed %llu: mean jct %s (%s)", run->done, run->runs,
            gpusim_compare_scenario(plan->compare, run->scenario),
            gpusim_compare_scheduler(plan->compare, run->scheduler), (unsigned long long)run->seed,
            jct, wall);
}

static gpusim_status run_all(const cli_plan *plan, gpusim_error *err)
{
    gpusim_status status;
    int talk = cli_terminal() && !plan->arguments->values[CLI_QUIET];
    GPUSIM_TRY(gpusim_compare_start(plan->compare, plan->threads, err));
    cli_signals_interrupt_compare(plan->compare);
    for (;;) {
        gpusim_compare_run run;
        int more = 0;
        GPUSIM_TRY(gpusim_compare_next(plan->compare, &run, &more, err));
        if (!more) {
            break;
        }
        if (talk) {
            say_run(plan, &run);
        }
    }
cleanup:
    cli_signals_interrupt_compare(NULL);
    return status;
}

static int print(const cli_comparison *comparison, form chosen)
{
    switch (chosen) {
    case TEXT:
        cli_compare_text(stdout, comparison);
        return CLI_OK;
    case CSV:
        cli_compare_csv(stdout, comparison, GPUSIM_NONE, GPUSIM_NONE);
        return CLI_OK;
    case MARKDOWN:
        cli_compare_markdown(stdout, comparison);
        return CLI_OK;
    case LATEX:
        cli_compare_latex(stdout, comparison);
        return CLI_OK;
    case JSON:
        return cli_json_print(cli_compare_object(comparison));
    }
    return CLI_FAILED;
}

static int compare_all(cli_plan *plan, form chosen)
{
    gpusim_status status;
    gpusim_error err = {0};
    cli_comparison comparison = {0};
    const char *folder = plan->arguments->values[CLI_OUTPUT];
    if (folder) {
        int resume = plan->arguments->values[CLI_RESUME] != NULL;
        GPUSIM_TRY(gpusim_compare_keep(plan->compare, folder, resume, &err));
    }
    status = run_all(plan, &err);
    if (status == GPUSIM_INTERRUPTED && folder) {
        gpusim_error_hint(&err, "the same command with --resume goes on");
    }
    GPUSIM_TRY(status);
    GPUSIM_TRY(cli_plan_analyse(plan, &comparison, &err));
cleanup:
    if (status != GPUSIM_OK) {
        return cli_fail(plan->arguments->json, &err, 1);
    }
    int code = print(&comparison, chosen);
    return folder && !code
               ? cli_compare_folder(&comparison, folder, plan->arguments->values[CLI_QUIET] != NULL)
               : code;
}

static int compare_run(const cli_arguments *arguments)
{
    form chosen;
    cli_plan plan;
    int code = read_form(arguments, &chosen);
    if (code) {
        return code;
    }
    if (arguments->values[CLI_RESUME] && !arguments->values[CLI_OUTPUT]) {
        return cli_fail_with(arguments->json, GPUSIM_ARGUMENT, "--resume needs the folder",
                             "name it with --output");
    }
    cli_signals_catch();
    code = cli_plan_make(&plan, arguments);
    if (code == CLI_OK) {
        code = cli_signals_came() ? cli_fail_with(arguments->json, GPUSIM_INTERRUPTED,
                                                  "interrupted before the first run began", NULL)
                                  : compare_all(&plan, chosen);
    }
    cli_plan_release(&plan);
    return code;
}

const cli_command cli_compare = {
    .name = "compare",
    .operands = "SCENARIO...",
    .doc = "compare schedulers over seeds, paired, with intervals",
    .examples =
        "gpusim compare scenarios/quickstart.yaml -S fifo+best-fit+easy -S sjf+best-fit+easy\n"
        "gpusim compare a.yaml b.yaml -S scenario -S scenario,order=sjf --seeds 1..30\tchange one "
        "thing of what the scenarios say\n"
        "gpusim compare a.yaml -S fifo -S las+repack --primary jct,bounded_slowdown -o out\ttests "
        "of two metrics; tables, figures and results in out/\n",
    .more =
        "Every scheduler gets the same jobs and faults from the same seed. Words are values of\n"
        "order, placement, backfill, preemption and estimates, or a module that decides\n"
        "everything; WORD:KEY=VALUE,... are its parameters. What is not said is the default, and\n"
        "'scenario' is what the scenario says, 'without response' the same without\n"
        "what it has in that list. docs/compare.md has the rest.",
    .options = options,
    .option_count = (uint32_t)(sizeof options / sizeof options[0]),
    .least = 1,
    .most = 64,
    .run = compare_run,
};
