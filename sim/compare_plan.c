/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The plan of a comparison: its options read, its models compiled, and what is to be said about
 * each scenario. */
#include "compare_plan.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "load.h"
#include "report.h"
#include "talk.h"

#define SEEDS_MAX     10000
#define DEFAULT_SEEDS "1..10"
#define FILE_MAX      65536

static const char default_metrics[] =
    "jct,wait,wait.p95,bounded_slowdown,makespan,throughput,gpu_allocated_fraction,"
    "gpu_utilization,goodput,energy.facility,longest_wait,starved,ftf_themis,ftf_themis.worst,"
    "ftf_themis.above_1,ftf_isolated,ftf_isolated.worst,ftf_isolated.above_1,jain_users,jain_vcs,"
    "load_variance";

// "without response" is the scenario with nothing in that list
static const char without[] = "without ";

static int no_memory(const cli_plan *plan)
{
    return cli_fail_with(plan->arguments->json, GPUSIM_MEMORY, "no memory for the comparison",
                         NULL);
}

/* ---- lists of the command line ---- */

// "1..30" or "7" at the beginning of a list; what follows, NULL: it is neither
static const char *read_range(const char *text, uint64_t *first, uint64_t *last)
{
    char part[64];
    size_t length = strcspn(text, ",");
    if (length >= sizeof part) {
        return NULL;
    }
    snprintf(part, sizeof part, "%.*s", (int)length, text);
    char *dots = strstr(part, "..");
    if (dots) {
        *dots = '\0';
    }
    if (!cli_parse_number(part, first) || !cli_parse_number(dots ? dots + 2 : part, last) ||
        *last < *first) {
        return NULL;
    }
    return text + length;
}

// --seeds, or those of --resample
static int choose_seeds(cli_plan *plan)
{
    uint64_t number = 0;
    const char *given = plan->arguments->values[CLI_SEEDS];
    const char *resample = plan->arguments->values[CLI_RESAMPLE];
    snprintf(plan->seeds, sizeof plan->seeds, "%.150s", given ? given : DEFAULT_SEEDS);
    if (!resample) {
        return CLI_OK;
    }
    if (given || !cli_parse_number(resample, &number) || number < 1 || number > SEEDS_MAX) {
        return cli_fail_with(plan->arguments->json, GPUSIM_ARGUMENT,
                             given ? "--resample N gives the seeds, too: 1..N"
                                   : "--resample wants how many logs to draw: 1 to 10000",
                             given ? "for others: --seeds LIST --set 'resample={}'" : NULL);
    }
    snprintf(plan->seeds, sizeof plan->seeds, "1..%llu", (unsigned long long)number);
    return CLI_OK;
}

static int read_seeds(cli_plan *plan)
{
    gpusim_error err = {0};
    char message[200];
    const char *given = plan->seeds;
    for (const char *text = given;;) {
        uint64_t first = 0, last = 0;
        const char *behind = read_range(text, &first, &last);
        uint64_t count = gpusim_compare_replications(plan->compare);
        if (!behind || last - first >= SEEDS_MAX - count) {
            snprintf(message, sizeof message, "--seeds: more than %d of them", SEEDS_MAX);
            if (!behind) {
                snprintf(message, sizeof message, "--seeds wants whole numbers, not '%.80s'",
                         given);
            }
            return cli_fail_with(plan->arguments->json, GPUSIM_ARGUMENT, message,
                                 "for example 1..30, or 1,2,10..19");
        }
        for (uint64_t i = 0; i <= last - first; i++) {
            uint64_t seed = first + i;
            if (gpusim_compare_seeds(plan->compare, &seed, 1, &err) != GPUSIM_OK) {
                return cli_fail(plan->arguments->json, &err, 1);
            }
        }
        if (*behind == '\0') {
            return CLI_OK;
        }
        text = behind + 1;
    }
}

// adds the metrics of a list that are not there yet
static int read_metrics(cli_plan *plan, const char *text, uint32_t *metrics, uint32_t *count)
{
    gpusim_error err = {0};
    while (*text) {
        char name[96];
        uint32_t metric = 0, known = 0;
        size_t length = strcspn(text, ",");
        snprintf(name, sizeof name, "%.*s", (int)(length < 95 ? length : 95), text);
        if (gpusim_compare_find(plan->compare, name, &metric, &err) != GPUSIM_OK) {
            return cli_fail(plan->arguments->json, &err, 1);
        }
        while (known < *count && metrics[known] != metric) {
            known++;
        }
        if (known == CLI_METRICS_MAX - 1) {
            return cli_fail_with(plan->arguments->json, GPUSIM_ARGUMENT, "too many metrics", NULL);
        }
        metrics[known] = metric;
        *count = known == *count ? known + 1 : *count;
        text += length + (text[length] == ',');
    }
    return CLI_OK;
}

static int choose_metrics(cli_plan *plan)
{
    gpusim_compare_options *chosen = &plan->options;
    const char *metrics = plan->arguments->values[CLI_METRICS];
    const char *primary = plan->arguments->values[CLI_PRIMARY];
    int code = read_metrics(plan, primary ? primary : "jct", plan->primary, &chosen->primary_count);
    if (code) {
        return code;
    }

    // what is tested is printed, and comes first
    memcpy(plan->metrics, plan->primary, chosen->primary_count * sizeof *plan->primary);
    plan->shown = chosen->primary_count;
    code = read_metrics(plan, metrics ? metrics : default_metrics, plan->metrics, &plan->shown);
    if (code) {
        return code;
    }
    const char *const names[] = {"jct_s.mean", "cohort.unfinished", "stalled", "lower_bound_jct_s"};
    uint32_t *const numbers[] = {&plan->jct, &plan->unfinished, &plan->stall, &plan->bound};
    for (int i = 0; i < 4; i++) {
        gpusim_error err = {0};
        if (gpusim_compare_find(plan->compare, names[i], numbers[i], &err) != GPUSIM_OK) {
            return cli_fail(plan->arguments->json, &err, 1);
        }
    }
    chosen->metric_count = plan->shown;
    plan->metrics[chosen->metric_count++] = plan->bound; // behind what is shown
    chosen->metrics = plan->metrics;
    chosen->primary = plan->primary;
    return CLI_OK;
}

static int read_threads(cli_plan *plan)
{
    const char *text = plan->arguments->values[CLI_JOBS];
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    uint64_t number = processors > 0 ? (uint64_t)processors : 1;
    if (text && (!cli_parse_number(text, &number) || number < 1 || number > 1024)) {
        char message[160];
        snprintf(message, sizeof message, "--jobs wants a whole number from 1 to 1024, not '%.80s'",
                 text);
        return cli_fail_with(plan->arguments->json, GPUSIM_ARGUMENT, message, NULL);
    }
    plan->threads = (uint32_t)number;
    return CLI_OK;
}

/* ---- models ---- */

// "@tiresias.yaml" holds what stands under `scheduler:`, and is called "tiresias"
static gpusim_status set_from_file(gpusim_spec *spec, const char *path, gpusim_error *err)
{
    char *text = calloc(1, FILE_MAX + 1);
    FILE *file = text ? fopen(path, "rb") : NULL;
    gpusim_status status = GPUSIM_OK;
    if (!file) {
        status =
            text ? gpusim_fail(err, GPUSIM_IO, "cannot open '%.300s': %s", path, strerror(errno))
                 : gpusim_fail(err, GPUSIM_MEMORY, "no memory for a file");
    } else if (fread(text, 1, FILE_MAX + 1, file) > FILE_MAX || ferror(file)) {
        status = gpusim_fail(err, GPUSIM_IO, "cannot read '%.300s', or it is too large", path);
    } else {
        status = gpusim_spec_set(spec, "scheduler", text, err);
    }
    if (file) {
        fclose(file);
    }
    free(text);
    return status;
}

// unless the scenario says how
static gpusim_status set_resample(gpusim_spec *spec, gpusim_error *err)
{
    const char *text = NULL;
    size_t length = 0;
    gpusim_status status = gpusim_spec_effective(spec, &text, &length, err);
    if (status != GPUSIM_OK || strstr(text, "\nresample:")) {
        return status;
    }
    return gpusim_spec_set(spec, "resample", "{}", err);
}

static void label_of(const char *words, char *label, size_t size)
{
    if (words[0] != '@') {
        snprintf(label, size, "%s", words);
        return;
    }
    const char *slash = strrchr(words, '/');
    snprintf(label, size, "%s", slash ? slash + 1 : words + 1);
    char *dot = strrchr(label, '.');
    if (dot && dot != label) {
        *dot = '\0';
    }
}

// what stands after -S: a file, a key that the scenario is to be without, or a scheduler
static gpusim_status set_candidate(gpusim_spec *spec, const char *words, gpusim_error *err)
{
    if (words[0] == '@') {
        return set_from_file(spec, words + 1, err);
    }
    if (strncmp(words, without, sizeof without - 1) == 0) {
        return gpusim_spec_set(spec, words + sizeof without - 1, "[]", err);
    }
    return gpusim_spec_set_scheduler(spec, words, err);
}

static int compile(const cli_plan *plan, const char *path, const char *words, gpusim_model **model)
{
    gpusim_error err = {0}, all[CLI_PROBLEMS];
    const gpusim_error *problems;
    gpusim_spec *spec = NULL;
    uint32_t count = 0;
    int json = plan->arguments->json;
    int code = cli_load_spec(plan->arguments, path, &spec, &err, &problems, &count);
    if (code) {
        cli_fail(json, problems, count);
        goto cleanup;
    }
    gpusim_status status = set_candidate(spec, words, &err);
    if (status != GPUSIM_OK && gpusim_spec_problems(spec, &count) && count == 0) {
        code = cli_fail(json, &err, 1);
        goto cleanup;
    }
    if (status == GPUSIM_OK && plan->arguments->values[CLI_RESAMPLE]) {
        status = set_resample(spec, &err);
    }
    problems = gpusim_spec_problems(spec, &count);
    if (status != GPUSIM_OK || count) {
        code = count ? cli_fail(json, problems, count) : cli_fail(json, &err, 1);
    } else if (gpusim_model_compile_all(spec, model, all, CLI_PROBLEMS, &count) != GPUSIM_OK) {
        code = cli_fail(json, all, count);
    }
cleanup:
    gpusim_spec_destroy(spec);
    return code;
}

// warnings of a model that no scheduler before it in the same scenario had
static void warn(const cli_plan *plan, uint32_t scenario, uint32_t scheduler, const char *label)
{
    uint32_t schedulers = plan->arguments->module_count;
    gpusim_model *const *models = plan->models + (size_t)scenario * schedulers;
    for (uint32_t i = 0; gpusim_model_warning(models[scheduler], i); i++) {
        const char *said = gpusim_model_warning(models[scheduler], i);
        int known = 0;
        for (uint32_t k = 0; k < scheduler && !known; k++) {
            for (uint32_t w = 0; gpusim_model_warning(models[k], w) && !known; w++) {
                known = strcmp(gpusim_model_warning(models[k], w), said) == 0;
            }
        }
        if (!known) {
            cli_warn("%s, %s: %s", plan->scenarios[scenario].name, label, said);
        }
    }
}

// scenarios go by their names, or by their paths where two have the same
static const char *name_of(const cli_plan *plan, uint32_t scenario, const char *name)
{
    for (uint32_t i = 0; i < scenario; i++) {
        if (strcmp(plan->scenarios[i].name, name) == 0) {
            return plan->arguments->operands[scenario];
        }
    }
    return name;
}

static int compile_scenario(cli_plan *plan, uint32_t scenario)
{
    gpusim_error err = {0};
    const cli_arguments *arguments = plan->arguments;
    for (uint32_t k = 0; k < arguments->module_count; k++) {
        uint32_t cell = scenario * arguments->module_count + k;
        char label[256];
        gpusim_model_info info;
        int code = compile(plan, arguments->operands[scenario], arguments->modules[k],
                           &plan->models[cell]);
        if (code) {
            return code;
        }
        gpusim_model_info_get(plan->models[cell], &info);
        plan->described[cell] = info.scheduler;
        memcpy(plan->hashes[cell], info.hash, sizeof info.hash);
        if (k == 0) {
            plan->scenarios[scenario].name = name_of(plan, scenario, info.name);
        }
        label_of(arguments->modules[k], label, sizeof label);
        warn(plan, scenario, k, label);
        if (gpusim_compare_add(plan->compare, plan->scenarios[scenario].name, label,
                               plan->models[cell], &err) != GPUSIM_OK) {
            return cli_fail(arguments->json, &err, 1);
        }
    }
    return CLI_OK;
}

static int find_baseline(cli_plan *plan)
{
    const char *names[CLI_MODULES_MAX];
    char label[256], message[320], hint[256];
    const char *wanted = plan->arguments->values[CLI_BASELINE];
    uint32_t count = gpusim_compare_schedulers(plan->compare);
    if (!wanted) {
        return CLI_OK;
    }
    label_of(wanted, label, sizeof label);
    for (uint32_t i = 0; i < count; i++) {
        names[i] = gpusim_compare_scheduler(plan->compare, i);
        if (strcmp(names[i], label) == 0) {
            plan->options.baseline = i;
            return CLI_OK;
        }
    }
    snprintf(message, sizeof message, "the baseline '%.200s' is none of the schedulers", label);
    gpusim_suggest(label, names, count, hint, sizeof hint);
    return cli_fail_with(plan->arguments->json, GPUSIM_ARGUMENT, message,
                         hint[0] ? hint : "write it as behind --scheduler");
}

/* ---- the whole ---- */

static int allocate(cli_plan *plan)
{
    uint32_t scenarios = plan->arguments->operand_count;
    size_t cells = (size_t)scenarios * plan->arguments->module_count;
    plan->models = calloc(cells, sizeof(gpusim_model *));
    plan->described = calloc(cells, sizeof(char *));
    plan->hashes = calloc(cells, sizeof *plan->hashes);
    plan->scenarios = calloc(scenarios, sizeof *plan->scenarios);
    plan->scenario_count = scenarios;
    return plan->models && plan->described && plan->hashes && plan->scenarios;
}

int cli_plan_make(cli_plan *plan, const cli_arguments *arguments)
{
    gpusim_error err = {0};
    *plan = (cli_plan){.arguments = arguments};
    gpusim_compare_options_default(&plan->options);
    if (arguments->module_count == 0) {
        return cli_fail_with(arguments->json, GPUSIM_ARGUMENT, "which schedulers?",
                             "for example --scheduler fifo --scheduler sjf+best-fit+easy");
    }
    if (gpusim_compare_create(&plan->compare, &err) != GPUSIM_OK) {
        return cli_fail(arguments->json, &err, 1);
    }
    if (!allocate(plan)) {
        return no_memory(plan);
    }
    int code = read_threads(plan);
    code = code ? code : choose_seeds(plan);
    code = code ? code : read_seeds(plan);
    for (uint32_t i = 0; i < arguments->operand_count && !code; i++) {
        code = compile_scenario(plan, i);
    }
    code = code ? code : choose_metrics(plan); // virtual clusters have some, too
    return code ? code : find_baseline(plan);
}

void cli_plan_release(cli_plan *plan)
{
    gpusim_compare_destroy(plan->compare);
    size_t cells = (size_t)plan->scenario_count * plan->arguments->module_count;
    for (size_t i = 0; plan->models && i < cells; i++) {
        gpusim_model_destroy(plan->models[i]);
    }
    free(plan->models);
    free(plan->described);
    free(plan->hashes);
    free(plan->scenarios);
}

static void add_note(cli_compared_scenario *scenario, const char *format, ...) GPUSIM_PRINTF(2, 3);

static void add_note(cli_compared_scenario *scenario, const char *format, ...)
{
    if (scenario->note_count < sizeof scenario->notes / sizeof scenario->notes[0]) {
        va_list arguments;
        va_start(arguments, format);
        vsnprintf(scenario->notes[scenario->note_count++], sizeof scenario->notes[0], format,
                  arguments);
        va_end(arguments);
    }
}

// runs of a scenario in which a metric is not 0
static uint32_t runs_with(const cli_plan *plan, uint32_t scenario, uint32_t metric)
{
    uint32_t count = 0;
    for (uint32_t k = 0; k < gpusim_compare_schedulers(plan->compare); k++) {
        for (uint32_t r = 0; r < gpusim_compare_replications(plan->compare); r++) {
            const double *values = gpusim_compare_values(plan->compare, scenario, k, r);
            count += values && values[metric] > 0;
        }
    }
    return count;
}

// which jobs are measured, in words
static void describe_cohort(const gpusim_model_info *info, cli_compared_scenario *said)
{
    char from[48] = "the beginning", to[48] = "the end";
    if (info->cohort_from > 0) {
        gpusim_time_format(info->cohort_from, from, (int)sizeof from);
    }
    if (info->cohort_to != GPUSIM_TIME_MAX) {
        gpusim_time_format(info->cohort_to, to, (int)sizeof to);
    }
    if (info->cohort_from > 0 || info->cohort_to != GPUSIM_TIME_MAX) {
        snprintf(said->cohort, sizeof said->cohort, "jobs submitted from %s to %s", from, to);
    } else if (info->cohort_last != UINT64_MAX) {
        snprintf(said->cohort, sizeof said->cohort, "jobs %llu to %llu in order of submission",
                 (unsigned long long)info->cohort_first, (unsigned long long)info->cohort_last);
    } else if (info->cohort_first > 0) {
        snprintf(said->cohort, sizeof said->cohort, "jobs from number %llu on",
                 (unsigned long long)info->cohort_first);
    } else {
        snprintf(said->cohort, sizeof said->cohort, "all jobs submitted");
    }
}

// what stands above the tables of a scenario
static void describe(cli_plan *plan, const cli_comparison *comparison, uint32_t scenario)
{
    cli_compared_scenario *said = &plan->scenarios[scenario];
    uint32_t seeds = gpusim_compare_replications(plan->compare);
    uint32_t schedulers = gpusim_compare_schedulers(plan->compare);
    gpusim_model_info info;
    gpusim_model_info_get(plan->models[scenario * schedulers], &info);
    int varies = 0;
    for (uint32_t k = 0; k < schedulers; k++) {
        varies |= cli_compared(comparison, scenario, 0, k)->count > 1;
    }
    snprintf(said->seeds, sizeof said->seeds, "%.80s", plan->seeds);
    describe_cohort(&info, said);
    said->note_count = 0;
    uint32_t censored = runs_with(plan, scenario, plan->unfinished);
    uint32_t stalled = runs_with(plan, scenario, plan->stall);
    if (censored) {
        add_note(said, "censored: in %u of %u runs jobs were left that are in no mean", censored,
                 seeds * schedulers);
    }
    if (stalled) {
        add_note(said, "%u of %u runs stalled: nothing could ever run again", stalled,
                 seeds * schedulers);
    }
    if (seeds > 1 && !varies) {
        add_note(said, "one log, no interval: all seeds gave the same (--resample draws others)");
    } else if (varies && !info.generators && !info.resampled) {
        add_note(said, "one log: intervals tell of what is drawn beside it, not of other weeks");
    } else if (info.resampled) {
        add_note(said, "logs drawn anew for each seed: users x weeks of the log as it is");
    }
}

gpusim_status cli_plan_analyse(cli_plan *plan, cli_comparison *comparison, gpusim_error *err)
{
    uint32_t count;
    gpusim_status status =
        gpusim_compare_analyse(plan->compare, &plan->options, &comparison->estimates, &count, err);
    if (status != GPUSIM_OK) {
        return status;
    }
    comparison->compare = plan->compare;
    comparison->options = &plan->options;
    comparison->scenarios = plan->scenarios;
    comparison->described = plan->described;
    comparison->hashes = (const char(*)[33])plan->hashes;
    comparison->shown = plan->shown;
    comparison->json = plan->arguments->json;
    comparison->bound = comparison->jct = GPUSIM_NONE;
    for (uint32_t i = 0; i < plan->shown; i++) {
        comparison->jct = plan->metrics[i] == plan->jct ? i : comparison->jct;
    }
    comparison->bound = comparison->jct == GPUSIM_NONE ? GPUSIM_NONE : plan->shown;
    for (uint32_t i = 0; i < plan->scenario_count; i++) {
        describe(plan, comparison, i);
    }
    return GPUSIM_OK;
}
