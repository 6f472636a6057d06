/* SPDX-License-Identifier: GPL-3.0-or-later */
/* gpusim whatif: what stragglers cost the jobs of a trace, and who they were. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "options.h"
#include "report.h"
#include "talk.h"

#define SHOWN 20 /* jobs in text */

static const cli_option options[] = {
    {CLI_JOB, 'j', "job", "ID", "only the job of this number in its log"},
    CLI_OPTION_JSON,
    CLI_OPTION_HELP,
};

/* ---- text ---- */

static const char *number_text(double value, const char *format, char *text, size_t size)
{
    if (isnan(value)) {
        return "-";
    }
    snprintf(text, size, format, value);
    return text;
}

static void print_heading(void)
{
    printf("%10s  %-16s %6s %9s %9s %9s %9s %11s  %s\n", "job", "name", "GPUs", "observed",
           "slowdown", "step", "without", "wasted", "blamed");
}

static void print_job(const gpusim_whatif_job *job)
{
    char observed[32] = "-", slowdown[32], step[32], ideal[32], wasted[32];
    if (job->observed_s > 0) {
        gpusim_quantity_format(job->observed_s, GPUSIM_UNIT_SECOND, 0, observed, sizeof observed);
    }
    printf("%10lld  %-16.16s %6u %9s %9s %9s %9s %11s  ", (long long)job->id,
           job->name ? job->name : "", job->gpus, observed,
           number_text(job->slowdown, "%.3f", slowdown, sizeof slowdown),
           number_text(job->step_s, "%.4g s", step, sizeof step),
           number_text(job->ideal_step_s, "%.4g s", ideal, sizeof ideal),
           number_text(job->wasted_gpu_hours, "%.4g GPU h", wasted, sizeof wasted));
    if (!job->blamed) {
        puts("-");
        return;
    }
    printf("%s (%.0f %%)", job->blamed, 100 * job->blamed_share);
    if (job->blamed_clock < 0.98) {
        printf(", at %.0f %% of the clock of its peers", 100 * job->blamed_clock);
    }
    putchar('\n');
}

static void print_fleet(const gpusim_whatif_fleet *fleet)
{
    printf("%llu jobs ran, %llu of them could be judged\n", (unsigned long long)fleet->jobs,
           (unsigned long long)fleet->judged);
    if (fleet->judged) {
        printf("slowed down by stragglers by more than 10 %%: %llu (%.1f %%)\n",
               (unsigned long long)fleet->straggling, 100 * fleet->straggling_share);
        printf("wasted: %.4g of %.4g GPU h (%.1f %%)\n\n", fleet->wasted_gpu_hours,
               fleet->gpu_hours, 100 * fleet->wasted_share);
    }
}

static int compare_waste(const void *a, const void *b)
{
    const gpusim_whatif_job *x = *(const gpusim_whatif_job *const *)a;
    const gpusim_whatif_job *y = *(const gpusim_whatif_job *const *)b;
    int more =
        (x->wasted_gpu_hours < y->wasted_gpu_hours) - (x->wasted_gpu_hours > y->wasted_gpu_hours);
    return more ? more : (x->index > y->index) - (x->index < y->index);
}

// those that wasted most, of the `count` that are wanted
static void print_text(const gpusim_whatif *whatif, const gpusim_whatif_job **wanted,
                       uint64_t count, int all)
{
    if (all) {
        print_fleet(gpusim_whatif_of_fleet(whatif));
    }
    qsort(wanted, count, sizeof *wanted, compare_waste);
    uint64_t shown = all && count > SHOWN ? SHOWN : count;
    if (shown) {
        print_heading();
    }
    for (uint64_t i = 0; i < shown; i++) {
        print_job(wanted[i]);
    }
    if (shown < count) {
        printf("... and %llu that wasted less\n", (unsigned long long)(count - shown));
    }
}

/* ---- JSON ---- */

static int print_json(const gpusim_whatif *whatif, const gpusim_whatif_job **wanted, uint64_t count)
{
    json_t *object = cli_json_object(), *fleet = json_object(), *jobs = json_array();
    cli_report_json(fleet, gpusim_whatif_fleet_record(), gpusim_whatif_of_fleet(whatif));
    for (uint64_t i = 0; i < count; i++) {
        json_t *job = json_object();
        cli_report_json(job, gpusim_whatif_job_record(), wanted[i]);
        json_object_set_new(job, "name", json_string(wanted[i]->name ? wanted[i]->name : ""));
        json_object_set_new(job, "blamed",
                            wanted[i]->blamed ? json_string(wanted[i]->blamed) : json_null());
        json_array_append_new(jobs, job);
    }
    json_object_set_new(object, "fleet", fleet);
    json_object_set_new(object, "jobs", jobs);
    return cli_json_print(object);
}

/* ---- the command ---- */

// the number that --job gives; 0 when it is none
static int parse_job(const char *text, int64_t *id)
{
    char *end;
    errno = 0;
    *id = strtoll(text, &end, 10);
    return errno == 0 && end != text && *end == '\0';
}

static int print_wanted(const cli_arguments *arguments, const gpusim_whatif *whatif)
{
    uint64_t count, wanted_count = 0;
    int64_t id = 0;
    const char *only = arguments->values[CLI_JOB];
    const gpusim_whatif_job *jobs = gpusim_whatif_jobs(whatif, &count);
    if (only && !parse_job(only, &id)) {
        return cli_fail_with(arguments->json, GPUSIM_ARGUMENT, "--job wants a number",
                             "that of the job in its log, as `gpusim export --table jobs` has it");
    }
    const gpusim_whatif_job **wanted = calloc(count + 1, sizeof *wanted);
    if (!wanted) {
        return cli_fail_with(arguments->json, GPUSIM_MEMORY, "no memory for the jobs", NULL);
    }
    for (uint64_t i = 0; i < count; i++) {
        if (!only || jobs[i].id == id) {
            wanted[wanted_count++] = &jobs[i];
        }
    }
    int code = CLI_OK;
    if (only && wanted_count == 0) {
        code = cli_fail_with(arguments->json, GPUSIM_ARGUMENT, "no job of this number ran", NULL);
    } else if (arguments->json) {
        code = print_json(whatif, wanted, wanted_count);
    } else {
        print_text(whatif, wanted, wanted_count, !only);
    }
    free(wanted);
    return code;
}

static int whatif(const cli_arguments *arguments)
{
    gpusim_status status;
    gpusim_error err = {0};
    gpusim_trace *trace = NULL;
    gpusim_whatif *estimate = NULL;
    int code;
    GPUSIM_TRY(gpusim_trace_open(arguments->operands[0], &trace, &err));
    GPUSIM_TRY(gpusim_whatif_create(trace, &estimate, &err));
cleanup:
    code = status == GPUSIM_OK ? print_wanted(arguments, estimate)
                               : cli_fail(arguments->json, &err, 1);
    gpusim_whatif_destroy(estimate);
    gpusim_trace_close(trace);
    return code;
}

const cli_command cli_whatif = {
    .name = "whatif",
    .operands = "TRACE",
    .doc = "say what stragglers cost the jobs of a trace",
    .examples = "gpusim whatif week.h5\n"
                "gpusim whatif week.h5 --job 12 --json\tthe same of one job, as JSON\n",
    .more = "An estimate from telemetry and the log of allocations; what the simulation knows of\n"
            "faults is not looked at. It needs the metrics of set `profiling`.",
    .options = options,
    .option_count = (uint32_t)(sizeof options / sizeof options[0]),
    .least = 1,
    .most = 1,
    .run = whatif,
};
