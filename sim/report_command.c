/* SPDX-License-Identifier: GPL-3.0-or-later */
/* gpusim report: one page about a run, or about several beside each other. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gnuplot.h"
#include "options.h"
#include "output.h"
#include "report_page.h"
#include "talk.h"

#define ROWS        100
#define ROWS_MOST   100000
#define PATH        4400
#define COMMAND_MAX 4000

static const cli_option options[] = {
    {CLI_OUTPUT, 'o', "output", "FILE", "the page; else named as the first trace"},
    {CLI_FORMAT, 0, "format", "FORMAT", "html or md; else as FILE ends"},
    {CLI_ROWS, 0, "rows", "N", "of a table at most; 100"},
    {CLI_START, 0, "start", "DATE", "when time 0 was (UTC): figures show dates"},
    {CLI_QUICK, 0, "quick", NULL, "leave out the digest, for which all of a trace is read"},
    {CLI_KEEP, 0, "keep", NULL, "keep the data and the scripts of gnuplot"},
    {CLI_FORCE, 0, "force", NULL, "overwrite a page that is there"},
    {CLI_QUIET, 'q', "quiet", NULL, "say nothing"},
    CLI_OPTION_HELP,
};

static const char *const formats[] = {"html", "md"};

/* A page that is made. */
typedef struct reporting {
    cli_reported runs[CLI_TRACES_MAX];
    uint32_t count;
    cli_page page;
    char output[4096], part[PATH];
    char stem[4096];  // of the output
    char links[4096]; // Markdown: the folder of figures, as the page names it
    char work[PATH];  // where gnuplot works: a folder for each run, 0 for all together
    char folder[PATH + 16];
    char figures[PATH]; // Markdown: where figures stay
    char command[COMMAND_MAX];
    gpusim_time start; // of the calendar; below 0: none
    uint32_t undrawn;  // figures: gnuplot was not there, or failed
    int quick, keep, quiet;
} reporting;

/* ---- the command line ---- */

static int choose_format(const cli_arguments *arguments, reporting *r)
{
    char message[160], hint[80];
    const char *said = arguments->values[CLI_FORMAT], *end = strrchr(r->output, '.');
    const char *word = said ? said : end && !strchr(end, '/') ? end + 1 : "html";
    r->page.kind = strcmp(word, "html") == 0 || (!said && strcmp(word, "htm") == 0) ? &cli_html
                   : strcmp(word, "md") == 0                                        ? &cli_markdown
                                                                                    : NULL;
    if (r->page.kind) {
        return CLI_OK;
    }
    const char *nearest = gpusim_nearest(word, formats, 2);
    snprintf(message, sizeof message, "a report is html or md, not '%.80s'", word);
    snprintf(hint, sizeof hint, "did you mean '%s'?", nearest ? nearest : "");
    return cli_fail_with(0, GPUSIM_ARGUMENT, message, nearest ? hint : "--format html or md");
}

static void name_places(reporting *r, const char *given)
{
    const char *end = strrchr(r->output, '.');
    size_t length = end && !strchr(end, '/') ? (size_t)(end - r->output) : strlen(r->output);
    if (!given) {
        length = strlen(r->output);
        snprintf(r->output + length, sizeof r->output - length, ".%s",
                 r->page.kind == &cli_html ? "html" : "md");
    }
    snprintf(r->stem, sizeof r->stem, "%.*s", (int)length, r->output);
    const char *slash = strrchr(r->stem, '/');
    snprintf(r->part, sizeof r->part, "%s.part", r->output);
    snprintf(r->work, sizeof r->work, "%s.gnuplot", r->stem);
    snprintf(r->figures, sizeof r->figures, "%s-figures", r->stem);
    snprintf(r->links, sizeof r->links, "%.4000s-figures", slash ? slash + 1 : r->stem);
}

// one that no cell has room for ends in " ..."
static void add_words(reporting *r, const char *words, const char *more)
{
    size_t at = strlen(r->command), room = sizeof r->command - at;
    if ((size_t)snprintf(r->command + at, room, " %s%s", words, more) >= room) {
        snprintf(r->command + sizeof r->command - 5, 5, " ...");
    }
}

// with what shows on the page
static void tell_command(const cli_arguments *arguments, reporting *r)
{
    static const struct {
        const char *words;
        cli_option_id id;
        int has_value;
    } shown[] = {{"--format ", CLI_FORMAT, 1},
                 {"--rows ", CLI_ROWS, 1},
                 {"--start ", CLI_START, 1},
                 {"--quick", CLI_QUICK, 0}};
    snprintf(r->command, sizeof r->command, "gpusim report");
    for (uint32_t i = 0; i < arguments->operand_count; i++) {
        add_words(r, arguments->operands[i], "");
    }
    add_words(r, "-o ", r->output);
    for (size_t i = 0; i < sizeof shown / sizeof shown[0]; i++) {
        const char *value = arguments->values[shown[i].id];
        if (value) {
            add_words(r, shown[i].words, shown[i].has_value ? value : "");
        }
    }
}

static int choose(const cli_arguments *arguments, reporting *r)
{
    const char *given = arguments->values[CLI_OUTPUT], *rows = arguments->values[CLI_ROWS];
    const char *start = arguments->values[CLI_START];
    gpusim_error err = {0};
    unsigned long most = ROWS;
    char *end = NULL;
    r->start = -1;
    if (start && gpusim_date_parse(start, &r->start, &err) != GPUSIM_OK) {
        return cli_fail(0, &err, 1);
    }
    r->quick = arguments->values[CLI_QUICK] != NULL;
    r->keep = arguments->values[CLI_KEEP] != NULL;
    r->quiet = arguments->values[CLI_QUIET] != NULL;
    if (rows) {
        most = strtoul(rows, &end, 10);
    }
    if (rows && (end == rows || *end || most < 1 || most > ROWS_MOST)) {
        return cli_fail_with(0, GPUSIM_ARGUMENT, "--rows wants a number from 1 to 100000", NULL);
    }
    for (uint32_t i = 0; i < r->count; i++) {
        r->runs[i].rows = (uint32_t)most;
    }
    snprintf(r->output, sizeof r->output, given ? "%.3900s" : "%.3900s-report",
             given ? given : r->runs[0].label);
    int code = given ? choose_format(arguments, r) : CLI_OK;
    if (!given) {
        // the name has no ending of its own to go by
        char stem[4096];
        memcpy(stem, r->output, sizeof stem);
        snprintf(r->output, sizeof r->output, "report.html");
        code = choose_format(arguments, r);
        memcpy(r->output, stem, sizeof stem);
    }
    if (code) {
        return code;
    }
    name_places(r, given);
    tell_command(arguments, r);
    if (cli_may_write(arguments, r->output, CLI_REPLACED, &err) != GPUSIM_OK) {
        return cli_fail(0, &err, 1);
    }
    // figures of Markdown are files beside the page, maybe those of another one
    if (r->page.kind == &cli_markdown && !arguments->values[CLI_FORCE] &&
        access(r->figures, F_OK) == 0) {
        (void)gpusim_fail(&err, GPUSIM_EXISTS, "'%.200s' exists", r->figures);
        gpusim_error_hint(&err, "overwrite its pictures with --force");
        return cli_fail(0, &err, 1);
    }
    return CLI_OK;
}

/* ---- traces ---- */

static int open_traces(const cli_arguments *arguments, reporting *r)
{
    gpusim_error err = {0};
    for (; r->count < arguments->operand_count; r->count++) {
        cli_reported *run = &r->runs[r->count];
        run->path = arguments->operands[r->count];
        run->summary.size = (uint32_t)sizeof run->summary;
        if (gpusim_trace_open(run->path, &run->trace, &err) != GPUSIM_OK) {
            return cli_fail(0, &err, 1);
        }
        if (gpusim_trace_summary(run->trace, &run->summary, &err) != GPUSIM_OK) {
            gpusim_trace_close(run->trace);
            return cli_fail(0, &err, 1);
        }
        run->info = gpusim_trace_get_info(run->trace);
        run->has_summary = run->summary.sim_time_s >= 0; // NaN: it has none
        cli_trace_label(run->path, run->label, sizeof run->label);
    }
    return CLI_OK;
}

/* ---- figures ---- */

static gpusim_status make_folder(const char *path, gpusim_error *err)
{
    return mkdir(path, 0777) == 0 || errno == EEXIST
               ? GPUSIM_OK
               : gpusim_fail(err, GPUSIM_IO, "cannot make the folder '%.300s': %s", path,
                             strerror(errno));
}

/* What a figure of one run cannot be drawn without. */
static const struct {
    const char *figure, *metric;
    gpusim_entity entity;
} needs[] = {
    {"heatmap", "gpu_util", GPUSIM_OF_GPU},
    {"gpu", "gpu_temp", GPUSIM_OF_GPU},
    {"vram", "fb_used", GPUSIM_OF_GPU},
    {"racks", "power", GPUSIM_OF_RACK},
};

// 1 when the run has what the figure is about
static int has_what_it_shows(const cli_reported *run, const char *figure)
{
    const uint64_t *rows = run->info->rows;
    for (size_t i = 0; i < sizeof needs / sizeof needs[0]; i++) {
        if (strcmp(figure, needs[i].figure) == 0) {
            return run->info->samples > 0 &&
                   gpusim_trace_find_metric(run->trace, needs[i].entity, needs[i].metric) !=
                       GPUSIM_NONE;
        }
    }
    if (strcmp(figure, "fragmentation") == 0) {
        return rows[GPUSIM_TABLE_FRAGMENTATION] > 0;
    }
    if (strcmp(figure, "faults") == 0) {
        return rows[GPUSIM_TABLE_FAULTS] + rows[GPUSIM_TABLE_ALERTS] > 0;
    }
    return strcmp(figure, "energy") != 0 || run->summary.energy_facility_j > 0;
}

// of one run its queue is in the overview, and nothing stands against it; of several `runs` has
// both
static int is_shown(const cli_reported *runs, uint32_t count, const gpusim_figure *figure)
{
    int in_another =
        strcmp(figure->name, "queue") == 0 || strcmp(figure->name, count > 1 ? "cdf" : "runs") == 0;
    int shown = 0;
    for (uint32_t i = 0; i < count; i++) {
        shown |= has_what_it_shows(&runs[i], figure->name);
    }
    return shown && !in_another && (count == 1 || figure->traces == 0);
}

// removes what a figure was drawn from
static void forget(const reporting *r, const gpusim_figure *figure)
{
    static const char *const endings[] = {"dat", "gp", "svg"};
    char path[PATH + 80];
    for (size_t i = 0; i < sizeof endings / sizeof endings[0] && !r->keep; i++) {
        snprintf(path, sizeof path, "%s/%s.%s", r->folder, figure->name, endings[i]);
        (void)remove(path);
    }
}

// draws one, and puts it onto the page; of one that fails data and script stay
static gpusim_status draw(reporting *r, const gpusim_figure *figure, uint32_t first, uint32_t count,
                          gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gpusim_trace *traces[CLI_TRACES_MAX];
    const char *labels[CLI_TRACES_MAX];
    char script[80], made[PATH + 80], kept[PATH + 80], name[80], says[600];
    gpusim_plot_options plot;
    gpusim_plot_options_default(&plot);
    plot.picture = GPUSIM_SVG;
    plot.start = r->start;
    for (uint32_t i = 0; i < count; i++) {
        traces[i] = r->runs[first + i].trace;
        labels[i] = r->runs[first + i].label;
    }
    GPUSIM_TRY(gpusim_plot_write(figure, traces, labels, count, &plot, r->folder, err));
    snprintf(script, sizeof script, "%s.gp", figure->name);
    snprintf(made, sizeof made, "%s/%s.svg", r->folder, figure->name);
    snprintf(name, sizeof name, "%u-%s.svg", r->page.figures + 1, figure->name);
    snprintf(says, sizeof says, "%s%s%s: %s", count > 1 ? "" : labels[0], count > 1 ? "" : ", ",
             figure->name, figure->doc);
    if (!cli_gnuplot(r->folder, script)) {
        r->undrawn++;
        return GPUSIM_OK;
    }
    if (r->page.kind == &cli_markdown) {
        snprintf(kept, sizeof kept, "%s/%s", r->figures, name);
        if (rename(made, kept) != 0) {
            return gpusim_fail(err, GPUSIM_IO, "cannot write '%.300s': %s", kept, strerror(errno));
        }
    }
    if (!cli_page_figure(&r->page, made, name, says)) {
        return gpusim_fail(err, GPUSIM_IO, "gnuplot has made no picture that can be read of '%s'",
                           figure->name);
    }
cleanup:
    forget(r, figure);
    return status;
}

static gpusim_status draw_all(reporting *r, uint32_t first, uint32_t count, uint32_t level,
                              gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    uint32_t all, drawn = r->page.figures, undrawn = r->undrawn;
    const gpusim_figure *figures = gpusim_figures(&all);
    cli_page_heading(&r->page, level, "Figures");
    snprintf(r->folder, sizeof r->folder, "%s/%u", r->work, count > 1 ? 0 : first + 1);
    GPUSIM_TRY(make_folder(r->folder, err));
    for (uint32_t i = 0; i < all; i++) {
        if (is_shown(&r->runs[first], count, &figures[i])) {
            GPUSIM_TRY(draw(r, &figures[i], first, count, err));
        }
    }
    drawn = r->page.figures - drawn;
    undrawn = r->undrawn - undrawn;
    if (undrawn > 0 && drawn == 0) {
        cli_page_remark(&r->page, "There are no figures: gnuplot was not there, or failed.");
    } else if (undrawn > 0) {
        cli_page_remark(&r->page, "%u more could not be drawn: gnuplot failed.", undrawn);
    }
cleanup:
    (void)rmdir(r->folder); // one that is not empty stays
    return status;
}

/* ---- the page ---- */

static gpusim_status tell_run(reporting *r, uint32_t i, uint32_t level, gpusim_error *err)
{
    gpusim_status status;
    char digest[33] = "left out";
    cli_reported *run = &r->runs[i];
    GPUSIM_TRY(gpusim_story_create(run->trace, &run->story, err));
    cli_report_summary(&r->page, run, level);
    GPUSIM_TRY(cli_report_happened(&r->page, run, level, err));
    // of a run that was killed before anything happened there is nothing to draw
    if (gpusim_story_get_tables(run->story)->end > 0) {
        GPUSIM_TRY(draw_all(r, i, 1, level, err));
    }
    GPUSIM_TRY(cli_report_jobs(&r->page, run, level, err));
    GPUSIM_TRY(r->quick ? GPUSIM_OK : gpusim_trace_digest(run->trace, digest, err));
    cli_report_provenance(&r->page, run, digest, r->command, level);
cleanup:
    gpusim_story_destroy(run->story);
    run->story = NULL;
    return status;
}

static gpusim_status tell(reporting *r, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    cli_page *page = &r->page;
    char title[400];
    if (r->count == 1) {
        snprintf(title, sizeof title, "%.200s", r->runs[0].info->name);
    } else {
        snprintf(title, sizeof title, "%u runs", r->count);
    }
    page->kind->begin(page, title);
    cli_page_heading(page, 1, "%s", title);
    if (r->count > 1) {
        cli_report_several(page, r->runs, r->count, 2);
        GPUSIM_TRY(draw_all(r, 0, r->count, 3, err));
    }
    for (uint32_t i = 0; i < r->count; i++) {
        if (r->count > 1) {
            cli_page_heading(page, 2, "%s", r->runs[i].label);
        }
        GPUSIM_TRY(tell_run(r, i, r->count > 1 ? 3 : 2, err));
    }
    page->kind->end(page);
cleanup:
    return status;
}

// it appears under its name when it is whole
static int write_page(reporting *r)
{
    gpusim_error err = {0};
    char message[PATH + 100];
    r->page.to = fopen(r->part, "wb");
    if (!r->page.to) {
        snprintf(message, sizeof message, "cannot write '%.4000s': %s", r->output, strerror(errno));
        return cli_fail_with(0, GPUSIM_IO, message, NULL);
    }
    gpusim_status status = tell(r, &err);
    int wrong = ferror(r->page.to);
    wrong |= fclose(r->page.to) != 0;
    if (status == GPUSIM_OK && !wrong && rename(r->part, r->output) == 0) {
        return CLI_OK;
    }
    (void)remove(r->part);
    if (status != GPUSIM_OK) {
        return cli_fail(0, &err, 1);
    }
    snprintf(message, sizeof message, "cannot write '%.4000s'", r->output);
    return cli_fail_with(0, GPUSIM_IO, message, NULL);
}

static int make(reporting *r)
{
    gpusim_error err = {0};
    char message[PATH + 2200];
    r->page.links = r->links;
    if (make_folder(r->work, &err) != GPUSIM_OK ||
        (r->page.kind == &cli_markdown && make_folder(r->figures, &err) != GPUSIM_OK)) {
        return cli_fail(0, &err, 1);
    }
    int code = write_page(r);
    // those that are not empty stay
    (void)rmdir(r->work);
    if (r->page.kind == &cli_markdown) {
        (void)rmdir(r->figures);
    }
    if (code == CLI_OK && r->undrawn) {
        snprintf(message, sizeof message,
                 "gnuplot is not there, or failed: '%.2000s' lacks %u of %u figures; what they "
                 "would be drawn from is in '%.2000s'",
                 r->output, r->undrawn, r->undrawn + r->page.figures, r->work);
        (void)cli_fail_with(0, GPUSIM_IO, message, "it takes gnuplot 5.4 or later");
        return CLI_FAILED;
    }
    if (code == CLI_OK && !r->quiet) {
        cli_say("%s%s%s", r->output, r->keep ? "; data and scripts of its figures: " : "",
                r->keep ? r->work : "");
    }
    return code;
}

static int report_run(const cli_arguments *arguments)
{
    static reporting r;
    if (arguments->operand_count > CLI_TRACES_MAX) {
        return cli_fail_with(0, GPUSIM_ARGUMENT, "at most 16 traces fit into a report", NULL);
    }
    int code = open_traces(arguments, &r);
    code = code ? code : choose(arguments, &r);
    code = code ? code : make(&r);
    for (uint32_t i = 0; i < r.count; i++) {
        gpusim_trace_close(r.runs[i].trace);
    }
    return code;
}

const cli_command cli_report = {
    .name = "report",
    .operands = "TRACE...",
    .doc = "write a page about runs: what happened, figures, tables",
    .examples = "gpusim report run.h5\trun-report.html, one file that needs nothing else\n"
                "gpusim report fifo.h5 sjf.h5 -o both.html\tseveral beside each other\n"
                "gpusim report run.h5 -o run.md\tMarkdown, with a folder of figures\n",
    .more = "Figures are drawn by gnuplot.",
    CLI_OPTIONS(options),
    .least = 1,
    .most = UINT32_MAX,
    .run = report_run,
};
