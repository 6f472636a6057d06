/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The summaries of a report: of one run, and of several beside each other; and where they come
 * from. */
#include <math.h>
#include <string.h>

#include "report.h"
#include "report_page.h"

#define FIELDS_MAX 400

const char *cli_amount(double value, gpusim_unit unit, char text[40])
{
    text[0] = '\0';
    if (isfinite(value)) {
        gpusim_quantity_format(value, unit, 0, text, 40);
    }
    return text;
}

/* ---- fields ---- */

/* A number of a summary, by what it is called. */
typedef struct entry {
    const gpusim_field *field;
    size_t offset; // in the summary
    char label[96];
} entry;

// every number that is none of a table of quantiles; groups go before their names
static uint32_t list_fields(const gpusim_record *record, size_t offset, const char *group,
                            entry *entries, uint32_t count)
{
    for (uint32_t i = 0; i < record->count && count < FIELDS_MAX; i++) {
        const gpusim_field *field = &record->fields[i];
        char label[48];
        cli_label_text(field->name, label, sizeof label);
        if (field->type == GPUSIM_RECORD && !cli_is_statistics(field)) {
            count =
                list_fields(field->detail.record, offset + field->offset, label, entries, count);
        } else if (field->type != GPUSIM_RECORD) {
            entry *made = &entries[count++];
            made->field = field;
            made->offset = offset + field->offset;
            snprintf(made->label, sizeof made->label, "%s%s%s", group, group[0] ? ": " : "", label);
        }
    }
    return count;
}

static const void *value_of(const entry *one, const gpusim_summary *summary)
{
    return (const char *)summary + one->offset;
}

static int is_nothing(const entry *one, const gpusim_summary *summary)
{
    const void *value = value_of(one, summary);
    return cli_is_void(one->field, value) || cli_number_of(one->field, value) == 0.0;
}

static void put_value(cli_page *page, const entry *one, const gpusim_summary *summary)
{
    char text[64];
    const void *value = value_of(one, summary);
    if (is_nothing(one, summary)) {
        cli_page_cell(page, NAN, "%s", "");
        return;
    }
    cli_value_text(one->field, value, text, sizeof text);
    const char *unit = cli_unit_text(one->field, summary->cost_currency);
    cli_page_cell(page, cli_number_of(one->field, value), "%s%s%s", text, unit[0] ? " " : "", unit);
}

/* ---- quantiles ---- */

static void put_statistics(cli_page *page, const cli_reported *runs, uint32_t count)
{
    static const cli_column columns[] = {{"of jobs", 0}, {"run", 0}, {"jobs", 1}, {"mean", 1},
                                         {"p50", 1},     {"p95", 1}, {"p99", 1},  {"max", 1}};
    const gpusim_record *record = gpusim_summary_record();
    // the column of runs is left out of a report of one
    cli_column alone[7] = {columns[0]};
    memcpy(alone + 1, columns + 2, 6 * sizeof alone[0]);
    cli_page_table(page, count > 1 ? columns : alone, count > 1 ? 8 : 7,
                   "How long jobs took and waited");
    for (uint32_t i = 0; i < record->count; i++) {
        const gpusim_field *group = &record->fields[i];
        for (uint32_t r = 0; r < count && cli_is_statistics(group); r++) {
            char label[48], text[64];
            const char *values = (const char *)&runs[r].summary + group->offset;
            cli_label_text(group->name, label, sizeof label);
            cli_page_row(page);
            cli_page_cell(page, NAN, "%s", label);
            if (count > 1) {
                cli_page_cell(page, NAN, "%s", runs[r].label);
            }
            for (uint32_t k = 0; k < group->detail.record->count; k++) {
                const gpusim_field *field = &group->detail.record->fields[k];
                const void *value = values + field->offset;
                cli_value_text(field, value, text, sizeof text);
                cli_page_cell(page, cli_number_of(field, value), "%s", text);
            }
        }
    }
    cli_page_table_end(page);
}

/* ---- sections ---- */

/* What one looks at first. */
static const char *const first[] = {"gpu_allocated_fraction",
                                    "gpu_utilization",
                                    "goodput",
                                    "submitted",
                                    "completed",
                                    "failed",
                                    "unfinished",
                                    "failures",
                                    "preemptions",
                                    "makespan_s",
                                    "longest_wait_s",
                                    "facility",
                                    "power_peak_w",
                                    "mean",
                                    "peak",
                                    "hottest_c",
                                    "faults",
                                    "alerts",
                                    "responses",
                                    "cost"};

static int is_first(const entry *one)
{
    for (size_t i = 0; i < sizeof first / sizeof first[0]; i++) {
        if (strcmp(one->field->name, first[i]) == 0 && !strstr(one->label, "ftf") &&
            !strstr(one->label, "cohort")) {
            return 1;
        }
    }
    return 0;
}

static void put_numbers(cli_page *page, const cli_reported *runs, uint32_t count, int all)
{
    static entry entries[FIELDS_MAX];
    cli_column columns[CLI_TRACES_MAX + 1] = {{"quantity", 0}};
    uint32_t fields = list_fields(gpusim_summary_record(), 0, "", entries, 0);
    for (uint32_t r = 0; r < count; r++) {
        columns[r + 1] = (cli_column){count > 1 ? runs[r].label : "value", 1};
    }
    cli_page_table(page, columns, count + 1, "%s",
                   all ? "All numbers of the summary but those that are 0" : "Numbers");
    for (uint32_t i = 0; i < fields; i++) {
        int seen = 0;
        for (uint32_t r = 0; r < count; r++) {
            seen |= runs[r].has_summary && !is_nothing(&entries[i], &runs[r].summary);
        }
        if (seen && (all || is_first(&entries[i]))) {
            cli_page_row(page);
            cli_page_cell(page, NAN, "%s", entries[i].label);
            for (uint32_t r = 0; r < count; r++) {
                put_value(page, &entries[i], &runs[r].summary);
            }
        }
    }
    cli_page_table_end(page);
}

// the most important in sight, the rest behind a click
static void put_all_numbers(cli_page *page, const cli_reported *runs, uint32_t count)
{
    put_numbers(page, runs, count, 0);
    put_statistics(page, runs, count);
    cli_page_fold(page, "All numbers of the summary");
    put_numbers(page, runs, count, 1);
    cli_page_fold_end(page);
}

// the run in a sentence or two
static void put_lead(cli_page *page, const cli_reported *run)
{
    const gpusim_summary *summary = &run->summary;
    char span[40], gpus[40], submitted[40], completed[40], nodes[40];
    cli_count_text(run->info->rows[GPUSIM_TABLE_GPUS], gpus, sizeof gpus);
    cli_count_text(run->info->rows[GPUSIM_TABLE_NODES], nodes, sizeof nodes);
    cli_count_text(summary->submitted, submitted, sizeof submitted);
    cli_count_text(summary->completed, completed, sizeof completed);
    char half[80] = "";
    if (isfinite(summary->wait_s.p50)) {
        char wait[40];
        snprintf(half, sizeof half, "; half of them waited no longer than %s",
                 cli_amount(summary->wait_s.p50, GPUSIM_UNIT_SECOND, wait));
    }
    double allocated = summary->gpu_allocated_fraction;
    cli_page_text(
        page,
        "%s of %s GPUs on %s nodes under %s. %s jobs came, and %s completed%s. %.1f %% of "
        "the GPU time was allocated.",
        cli_amount(summary->sim_time_s, GPUSIM_UNIT_SECOND, span), gpus, nodes,
        run->info->scheduler, submitted, completed, half,
        isfinite(allocated) ? 100 * allocated : 0);
    if (summary->stalled) {
        cli_page_remark(page, "The run stalled: %s", summary->stall_reason);
    }
}

void cli_report_summary(cli_page *page, const cli_reported *run, uint32_t level)
{
    cli_page_heading(page, level, "Summary");
    if (!run->has_summary) {
        cli_page_remark(page,
                        "The run %s, and its trace has no summary: what follows is what it "
                        "has until then, without the jobs that had not ended.",
                        run->info->live ? "goes on" : "was killed before its end");
        return;
    }
    if (!run->info->complete) {
        cli_page_remark(page, "The run was ended before its time, by a signal or by --until.");
    }
    put_lead(page, run);
    put_all_numbers(page, run, 1);
}

void cli_report_several(cli_page *page, const cli_reported *runs, uint32_t count, uint32_t level)
{
    cli_page_heading(page, level, "The runs beside each other");
    for (uint32_t r = 0; r < count; r++) {
        if (!runs[r].has_summary) {
            cli_page_remark(page, "%s has no summary: its run %s.", runs[r].label,
                            runs[r].info->live ? "goes on" : "was killed");
        } else if (strcmp(runs[r].info->model_hash, runs[0].info->model_hash) != 0 && r > 0) {
            cli_page_text(page, "%s is another model than %s: the two differ in more than a seed.",
                          runs[r].label, runs[0].label);
        }
    }
    put_all_numbers(page, runs, count);
}

static void put_fact(cli_page *page, const char *name, const char *value)
{
    cli_page_row(page);
    cli_page_cell(page, NAN, "%s", name);
    cli_page_cell(page, NAN, "%s", value);
}

void cli_report_provenance(cli_page *page, const cli_reported *run, const char *digest,
                           const char *command, uint32_t level)
{
    static const cli_column columns[] = {{"what", 0}, {"value", 0}};
    const gpusim_trace_info *info = run->info;
    char seed[32], format[32];
    snprintf(seed, sizeof seed, "%llu", (unsigned long long)info->seed);
    snprintf(format, sizeof format, "%u.%u", info->format_version, info->format_minor);
    cli_page_heading(page, level, "Scenario");
    cli_page_table(page, columns, 2, "What was simulated");
    put_fact(page, "name", info->name);
    put_fact(page, "scheduler", info->scheduler);
    put_fact(page, "seed", seed);
    put_fact(page, "file", info->scenario_file);
    put_fact(page, "hash of the model", info->model_hash);
    cli_page_table_end(page);
    cli_page_block(page, "The scenario as it was read", info->scenario);
    cli_page_block(page, "The scenario in full, with all defaults", info->effective_scenario);

    cli_page_heading(page, level, "Provenance");
    cli_page_table(page, columns, 2, "Where this comes from");
    put_fact(page, "trace", run->path);
    put_fact(page, "digest", digest);
    put_fact(page, "simulated by", info->gpusim_version);
    put_fact(page, "trace created", info->file_time[0] ? info->file_time : "it does not say");
    put_fact(page, "trace format", format);
    put_fact(page, "state",
             info->complete ? "complete"
             : info->live   ? "being written"
                            : "incomplete");
    put_fact(page, "reported by", gpusim_version());
    put_fact(page, "command", command);
    cli_page_table_end(page);
}
