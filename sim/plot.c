/* SPDX-License-Identifier: GPL-3.0-or-later */
/* gpusim plot: pictures of traces, drawn by gnuplot. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gnuplot.h"
#include "options.h"
#include "output.h"
#include "talk.h"

#define TRACES_MAX  16
#define FIGURES_MAX 32
#define SIDE_LEAST  200
#define SIDE_MOST   10000

static const cli_option options[] = {
    {CLI_FIGURE, 'f', "figure", "NAMES",
     "which, with commas, or all; overview, of several runs cdf"},
    {CLI_OUTPUT, 'o', "output", "FILE", "the picture; of several figures the folder for them"},
    {CLI_FORMAT, 0, "format", "FORMAT", "png, svg, pdf or tex; else as FILE ends"},
    {CLI_SIZE, 0, "size", "WxH", "of the picture in pixels, 1600x900"},
    {CLI_FROM, 0, "from", "TIME", "begin there, 2 h"},
    {CLI_TO, 0, "to", "TIME", "end there"},
    {CLI_START, 0, "start", "DATE", "when time 0 was (UTC): the axis shows dates"},
    {CLI_GPU, 0, "gpu", "NAME", "of figure gpu; else the one that was hottest"},
    {CLI_KEEP, 0, "keep", NULL, "keep the data and the script of gnuplot, to edit them"},
    {CLI_FORCE, 0, "force", NULL, "overwrite pictures that are there"},
    {CLI_QUIET, 'q', "quiet", NULL, "say nothing"},
    CLI_OPTION_HELP,
};

static const char *const endings[] = {"png", "svg", "pdf", "tex"};
#define ENDINGS 4

typedef struct drawing {
    gpusim_trace *traces[TRACES_MAX];
    char labels[TRACES_MAX][128];
    uint32_t trace_count;
    const gpusim_figure *figures[FIGURES_MAX];
    uint32_t figure_count;
    gpusim_plot_options options;
    const char *output; // NULL: a name made from the first trace's
    int keep, quiet;
    const cli_arguments *arguments;
} drawing;

/* ---- the command line ---- */

static int wrong(const char *message, const char *word, const char *nearest, const char *hint)
{
    char text[256], help[160];
    snprintf(text, sizeof text, "%s '%.120s'", message, word);
    if (nearest) {
        snprintf(help, sizeof help, "did you mean '%s'?", nearest);
        hint = help;
    }
    return cli_fail_with(0, GPUSIM_ARGUMENT, text, hint);
}

static int add_figure(drawing *d, const char *word)
{
    uint32_t count;
    const gpusim_figure *all = gpusim_figures(&count), *figure = gpusim_figure_find(word);
    const char *names[FIGURES_MAX];
    if (!figure) {
        for (uint32_t i = 0; i < count; i++) {
            names[i] = all[i].name;
        }
        return wrong("there is no figure", word, gpusim_nearest(word, names, count),
                     "see 'gpusim list figures'");
    }
    if (d->figure_count == FIGURES_MAX) {
        return cli_fail_with(0, GPUSIM_ARGUMENT, "too many figures", NULL);
    }
    d->figures[d->figure_count++] = figure;
    return CLI_OK;
}

// `all`: of several traces those that can show several
static void add_all(drawing *d)
{
    uint32_t count;
    const gpusim_figure *all = gpusim_figures(&count);
    for (uint32_t i = 0; i < count; i++) {
        if (d->trace_count == 1 || all[i].traces == 0) {
            d->figures[d->figure_count++] = &all[i];
        }
    }
}

static int choose_figures(drawing *d, const char *list)
{
    int code = CLI_OK;
    if (!list) {
        return add_figure(d, d->trace_count > 1 ? "cdf" : "overview");
    }
    if (strcmp(list, "all") == 0) {
        add_all(d);
        return CLI_OK;
    }
    if (!*list) {
        return wrong("there is no figure", list, NULL, "see 'gpusim list figures'");
    }
    while (code == CLI_OK && *list) {
        char word[64];
        size_t length = strcspn(list, ",");
        snprintf(word, sizeof word, "%.*s", (int)(length < 63 ? length : 63), list);
        code = add_figure(d, word);
        list += length + (list[length] == ',');
    }
    return code;
}

static int choose_picture(drawing *d, const char *word)
{
    const char *end = d->output ? strrchr(d->output, '.') : NULL;
    int said = word != NULL;
    word = said ? word : end && !strchr(end, '/') && d->figure_count == 1 ? end + 1 : "png";
    for (uint32_t i = 0; i < ENDINGS; i++) {
        if (strcmp(word, endings[i]) == 0) {
            d->options.picture = i;
            return CLI_OK;
        }
    }
    return wrong(said ? "pictures are png, svg, pdf or tex, not" : "no kind of picture ends in",
                 word, gpusim_nearest(word, endings, ENDINGS), "--format png, svg, pdf or tex");
}

static int choose_size(drawing *d, const char *text)
{
    char *end = NULL;
    if (!text) {
        return CLI_OK;
    }
    unsigned long width = strtoul(text, &end, 10), height = 0;
    if (*end == 'x') {
        height = strtoul(end + 1, &end, 10);
    }
    if (*end || width < SIDE_LEAST || width > SIDE_MOST || height < SIDE_LEAST ||
        height > SIDE_MOST) {
        return wrong("--size wants WIDTHxHEIGHT of 200 to 10000 pixels, not", text, NULL,
                     "for example 1600x900");
    }
    d->options.width = (uint32_t)width;
    d->options.height = (uint32_t)height;
    return CLI_OK;
}

static int choose(const cli_arguments *arguments, drawing *d)
{
    gpusim_error err = {0};
    const char *from = arguments->values[CLI_FROM], *to = arguments->values[CLI_TO];
    gpusim_plot_options_default(&d->options);
    d->output = arguments->values[CLI_OUTPUT];
    d->options.entity = arguments->values[CLI_GPU];
    d->keep = arguments->values[CLI_KEEP] != NULL;
    d->arguments = arguments;
    d->quiet = arguments->values[CLI_QUIET] != NULL;
    const char *start = arguments->values[CLI_START];
    if ((from && gpusim_time_parse(from, &d->options.from, &err) != GPUSIM_OK) ||
        (to && gpusim_time_parse(to, &d->options.to, &err) != GPUSIM_OK) ||
        (start && gpusim_date_parse(start, &d->options.start, &err) != GPUSIM_OK)) {
        return cli_fail(0, &err, 1);
    }
    int code = choose_figures(d, arguments->values[CLI_FIGURE]);
    code = code ? code : choose_picture(d, arguments->values[CLI_FORMAT]);
    return code ? code : choose_size(d, arguments->values[CLI_SIZE]);
}

/* ---- traces ---- */

static int open_traces(const cli_arguments *arguments, drawing *d)
{
    gpusim_error err = {0};
    for (; d->trace_count < arguments->operand_count; d->trace_count++) {
        const char *path = arguments->operands[d->trace_count];
        if (gpusim_trace_open(path, &d->traces[d->trace_count], &err) != GPUSIM_OK) {
            return cli_fail(0, &err, 1);
        }
        cli_trace_label(path, d->labels[d->trace_count], sizeof d->labels[0]);
    }
    return CLI_OK;
}

/* ---- pictures ---- */

/* Where a picture is made and where it goes. */
typedef struct place {
    char folder[4096], picture[4200]; // folder: of the data and the script
    char stem[4000];                  // of the picture, without its folders and its ending
    int made;                         // the folder was not there before
} place;

// one picture is made in a folder beside it, several in the folder that they stay in
static void find_place(const drawing *d, const gpusim_figure *figure, place *at)
{
    const char *ending = endings[d->options.picture];
    char stem[4000];
    if (d->figure_count > 1) {
        snprintf(at->folder, sizeof at->folder, "%.3900s%s", d->output ? d->output : d->labels[0],
                 d->output ? "" : "-figures");
        snprintf(at->picture, sizeof at->picture, "%.4000s/%s.%s", at->folder, figure->name,
                 ending);
        snprintf(at->stem, sizeof at->stem, "%s", figure->name);
        return;
    }
    if (d->output) {
        snprintf(at->picture, sizeof at->picture, "%.3900s", d->output);
    } else {
        snprintf(at->picture, sizeof at->picture, "%s-%s.%s", d->labels[0], figure->name, ending);
    }
    const char *end = strrchr(at->picture, '.');
    size_t length = end && !strchr(end, '/') ? (size_t)(end - at->picture) : strlen(at->picture);
    snprintf(stem, sizeof stem, "%.*s", (int)(length < 3900 ? length : 3900), at->picture);
    snprintf(at->folder, sizeof at->folder, "%s.gnuplot", stem);
    const char *slash = strrchr(stem, '/');
    snprintf(at->stem, sizeof at->stem, "%s", slash ? slash + 1 : stem);
}

static int make_folder(place *at)
{
    char message[4200];
    at->made = mkdir(at->folder, 0777) == 0;
    if (at->made || errno == EEXIST) {
        return CLI_OK;
    }
    snprintf(message, sizeof message, "cannot make the folder '%.3900s': %s", at->folder,
             strerror(errno));
    return cli_fail_with(0, GPUSIM_IO, message, NULL);
}

static void forget_sources(const place *at, const gpusim_figure *figure)
{
    static const char *const sources[] = {"dat", "gp"};
    char path[4200];
    for (int i = 0; i < 2; i++) {
        snprintf(path, sizeof path, "%.4000s/%s.%s", at->folder, figure->name, sources[i]);
        (void)remove(path);
    }
    if (at->made) {
        (void)rmdir(at->folder); // it stays where something else is in it
    }
}

static int no_gnuplot(const place *at, const gpusim_figure *figure)
{
    char message[4300];
    snprintf(message, sizeof message,
             "no picture: gnuplot is not there, or failed; %s.gp and its data are in %.3900s",
             figure->name, at->folder);
    (void)cli_fail_with(0, GPUSIM_IO, message, "apt-get install gnuplot-nox; see 'gpusim doctor'");
    return CLI_FAILED;
}

// from where gnuplot made it to where it was asked for; LaTeX's words lie beside the PDF that they
// show, and know its name
static int move_pictures(const drawing *d, const place *at, const gpusim_figure *figure)
{
    char made[8200], to[4300];
    int tex = d->options.picture == GPUSIM_TEX;
    const char *name = tex ? at->stem : figure->name;
    const char *end = strrchr(at->picture, '.');
    size_t length = end && !strchr(end, '/') ? (size_t)(end - at->picture) : strlen(at->picture);
    snprintf(made, sizeof made, "%s/%s.%s", at->folder, name, endings[d->options.picture]);
    int moved = rename(made, at->picture) == 0;
    if (tex) {
        snprintf(made, sizeof made, "%s/%s.pdf", at->folder, name);
        snprintf(to, sizeof to, "%.*s.pdf", (int)length, at->picture);
        moved = moved && rename(made, to) == 0;
    }
    return moved;
}

static int draw(drawing *d, const gpusim_figure *figure)
{
    gpusim_error err = {0};
    place at = {0};
    char script[64];
    const char *labels[TRACES_MAX];
    find_place(d, figure, &at);
    if (cli_may_write(d->arguments, at.picture, CLI_REPLACED, &err) != GPUSIM_OK) {
        return cli_fail(0, &err, 1);
    }
    int code = make_folder(&at);
    if (code) {
        return code;
    }
    for (uint32_t t = 0; t < d->trace_count; t++) {
        labels[t] = d->labels[t];
    }
    d->options.name = d->options.picture == GPUSIM_TEX ? at.stem : NULL;
    if (gpusim_plot_write(figure, d->traces, labels, d->trace_count, &d->options, at.folder,
                          &err) != GPUSIM_OK) {
        forget_sources(&at, figure);
        return cli_fail(0, &err, 1);
    }
    snprintf(script, sizeof script, "%s.gp", figure->name);
    if (!cli_gnuplot(at.folder, script) || !move_pictures(d, &at, figure)) {
        return no_gnuplot(&at, figure);
    }
    if (!d->keep) {
        forget_sources(&at, figure);
    }
    if (!d->quiet) {
        cli_say("%s%s%s", at.picture, d->keep ? "; its data and script: " : "",
                d->keep ? at.folder : "");
    }
    return CLI_OK;
}

static int plot_run(const cli_arguments *arguments)
{
    drawing d = {0};
    if (arguments->operand_count > TRACES_MAX) {
        return cli_fail_with(0, GPUSIM_ARGUMENT, "at most 16 traces fit into a figure", NULL);
    }
    int code = open_traces(arguments, &d);
    code = code ? code : choose(arguments, &d);
    for (uint32_t i = 0; i < d.figure_count && code == CLI_OK; i++) {
        code = draw(&d, d.figures[i]);
    }
    for (uint32_t t = 0; t < d.trace_count; t++) {
        gpusim_trace_close(d.traces[t]);
    }
    return code;
}

const cli_command cli_plot = {
    .name = "plot",
    .operands = "TRACE...",
    .doc = "draw pictures of traces",
    .examples =
        "gpusim plot run.h5\tan overview: run-overview.png\n"
        "gpusim plot run.h5 -f all -o figures\tevery figure, into a folder\n"
        "gpusim plot fifo.h5 sjf.h5 -f cdf -o cdf.svg\tseveral runs in one\n"
        "gpusim plot run.h5 -f gantt --from 2h --to 4h --keep\tand what gnuplot drew it from\n",
    .more = "'gpusim list figures' shows which there are.",
    CLI_OPTIONS(options),
    .least = 1,
    .most = UINT32_MAX,
    .run = plot_run,
};
