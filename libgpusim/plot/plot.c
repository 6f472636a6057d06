/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Figures of traces: which there are, and how one is written for gnuplot. */
#include "plot/plot.h"

#include <math.h>
#include <stdarg.h>
#include <string.h>

#include "base/memory.h"
#include "base/number.h"
#include "base/whole.h"
#include "plot/figures.h"
#include "study/read.h"

#define LETTERS_LEAST 0.7
#define COLUMN        2     /* pixels of a picture that share a bin */
#define INCH_OF_TEX   160.0 /* pixels: letters are as large as the text around it */
#define BINS_LEAST    50
#define DATE_WIDTH    90u /* pixels for one and the gap behind it */
#define BINS_MOST     4000

/* ---- which there are ---- */

#define FIGURE(name, words, traces, entity, width, height, doc)                                    \
    {words, doc, traces, entity, width, height},
static const gpusim_figure figures[] = {GS_FIGURES(FIGURE)};
#undef FIGURE

#define FIGURE(name, words, traces, entity, width, height, doc) {gs_plot_##name, gs_script_##name},
static const struct {
    gpusim_status (*write)(gs_plot *plot, gpusim_error *err);
    const char *script;
} makers[] = {GS_FIGURES(FIGURE)};
#undef FIGURE

#define FIGURE_COUNT (sizeof figures / sizeof figures[0])

const gpusim_figure *gpusim_figures(uint32_t *count)
{
    *count = (uint32_t)FIGURE_COUNT;
    return figures;
}

const gpusim_figure *gpusim_figure_find(const char *name)
{
    for (size_t i = 0; i < FIGURE_COUNT; i++) {
        if (strcmp(figures[i].name, name) == 0) {
            return &figures[i];
        }
    }
    return NULL;
}

void gpusim_plot_options_init(gpusim_plot_options *options, uint32_t size)
{
    *options = (gpusim_plot_options){.size = size, .to = GPUSIM_TIME_MAX, .start = -1};
}

/* ---- data and script ---- */

static void print_number(FILE *to, double value)
{
    char text[GS_NUMBER_SIZE] = "NaN";
    if (isfinite(value)) {
        (void)gs_print_double(value, text, (int)sizeof text);
    }
    fputs(text, to);
}

void gs_plot_block(gs_plot *plot, const char *name)
{
    fprintf(plot->data, "%s# %s\n", plot->blocks++ ? "\n\n" : "", name);
}

void gs_plot_row(gs_plot *plot, uint32_t count, const double *values)
{
    for (uint32_t i = 0; i < count; i++) {
        fputs(i ? " " : "", plot->data);
        print_number(plot->data, values[i]);
    }
    fputc('\n', plot->data);
}

// what LaTeX would make something of; NULL: it takes it as it is
static const char *tex_of(char c)
{
    static const char *const words[] = {"\\_",
                                        "\\%",
                                        "\\&",
                                        "\\#",
                                        "\\$",
                                        "\\{",
                                        "\\}",
                                        "\\textasciitilde{}",
                                        "\\textasciicircum{}",
                                        "\\textbackslash{}",
                                        "\\textless{}",
                                        "\\textgreater{}",
                                        "\\textbar{}"};
    static const char special[] = "_%&#${}~^\\<>|";
    const char *at = c ? strchr(special, c) : NULL;
    return at ? words[at - special] : NULL;
}

// in double quotes, which a word of gnuplot's data cannot contain
void gs_plot_word(gs_plot *plot, const char *text)
{
    fputs(" \"", plot->data);
    for (; *text; text++) {
        const char *tex = plot->tex ? tex_of(*text) : NULL;
        if (tex) {
            fputs(tex, plot->data);
        } else {
            fputc(*text == '"' || *text == '\n' || *text == '\\' ? '\'' : *text, plot->data);
        }
    }
    fputc('"', plot->data);
}

double gs_plot_time(const gs_plot *plot, gpusim_time time)
{
    return (gpusim_seconds(time) + gpusim_seconds(plot->start)) / gpusim_seconds(plot->unit);
}

void gs_plot_say_time(const gs_plot *plot, gpusim_time time)
{
    print_number(plot->script, gs_plot_time(plot, time));
}

void gs_plot_say_number(gs_plot *plot, const char *name, double value)
{
    fprintf(plot->script, "%s = ", name);
    print_number(plot->script, value);
    fputc('\n', plot->script);
}

// in single quotes, which are doubled
static void say_quoted(const gs_plot *plot, const char *text, int tex)
{
    fputc('\'', plot->script);
    for (; *text; text++) {
        const char *word = tex ? tex_of(*text) : NULL;
        if (word) {
            fputs(word, plot->script);
        } else {
            fputs(*text == '\'' ? "'" : "", plot->script);
            fputc(*text == '\n' ? ' ' : *text, plot->script);
        }
    }
    fputs("'\n", plot->script);
}

void gs_plot_say_text(gs_plot *plot, const char *name, const char *format, ...)
{
    char text[1024];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    fprintf(plot->script, "%s = ", name);
    say_quoted(plot, text, plot->tex);
}

/* ---- the axis of time ---- */

static const struct {
    gpusim_time unit, least; /* of spans from `least` on */
    const char *name, *dates;
} axes[] = {
    {GPUSIM_DAY, 4 * GPUSIM_DAY, "d", "%d %b"},
    {GPUSIM_HOUR, 3 * GPUSIM_HOUR, "h", "%H:%M\\n%d %b"},
    {GPUSIM_MINUTE, 3 * GPUSIM_MINUTE, "min", "%H:%M"},
    {GPUSIM_SECOND, 0, "s", "%H:%M:%S"},
};

// between dates, so that they do not touch; more than four weeks are whole weeks
static gpusim_time step_of(const gs_plot *plot)
{
    static const gpusim_time steps[] = {
        GPUSIM_SECOND, 2 * GPUSIM_SECOND, 5 * GPUSIM_SECOND, 15 * GPUSIM_SECOND, 30 * GPUSIM_SECOND,
        GPUSIM_MINUTE, 2 * GPUSIM_MINUTE, 5 * GPUSIM_MINUTE, 15 * GPUSIM_MINUTE, 30 * GPUSIM_MINUTE,
        GPUSIM_HOUR,   2 * GPUSIM_HOUR,   3 * GPUSIM_HOUR,   6 * GPUSIM_HOUR,    12 * GPUSIM_HOUR,
        GPUSIM_DAY,    2 * GPUSIM_DAY,    7 * GPUSIM_DAY,    14 * GPUSIM_DAY,    28 * GPUSIM_DAY};
    const size_t count = sizeof steps / sizeof steps[0];
    gpusim_time least = (plot->to - plot->from) / (plot->bins * COLUMN / DATE_WIDTH + 1);
    for (size_t i = 0; i < count; i++) {
        if (steps[i] >= least) {
            return steps[i];
        }
    }
    return (least / steps[count - 1] + 1) * steps[count - 1];
}

gpusim_status gs_plot_span(gs_plot *plot, gpusim_time from, gpusim_time to, gpusim_error *err)
{
    size_t i = 0;
    if (from >= to) {
        return gpusim_fail(err, GPUSIM_ARGUMENT, "there is nothing between %.9g s and %.9g s",
                           gpusim_seconds(from), gpusim_seconds(to));
    }
    while (to - from < axes[i].least) {
        i++;
    }
    plot->from = from;
    plot->to = to;
    // numbers in a unit; or dates, which gnuplot makes of seconds since 1970
    plot->unit = plot->dated ? GPUSIM_SECOND : axes[i].unit;
    gs_plot_say_number(plot, "dated", plot->dated);
    gs_plot_say_text(plot, "time_unit", "%s", plot->dated ? "UTC" : axes[i].name);
    fprintf(plot->script, "time_format = \"%s\"\n", plot->dated ? axes[i].dates : "%h");
    gs_plot_say_number(plot, "date_step", gpusim_seconds(step_of(plot)));
    gs_plot_say_number(plot, "from", gs_plot_time(plot, from));
    gs_plot_say_number(plot, "to", gs_plot_time(plot, to));
    return GPUSIM_OK;
}

static gpusim_status choose_times(gs_plot *plot, const gpusim_plot_options *options,
                                  gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gpusim_time end = 0, of_one;
    for (uint32_t t = 0; t < plot->count; t++) {
        GPUSIM_TRY(gs_trace_end(plot->traces[t], &of_one, err));
        end = of_one > end ? of_one : end;
    }
    GPUSIM_TRY(gs_plot_span(plot, options->from, options->to < end ? options->to : end, err));
cleanup:
    return status;
}

/* ---- a figure ---- */

// letters become smaller in a picture that is smaller than its figure wants, as far as they can be
// read
static double scale_of(const gpusim_figure *figure, uint32_t width, uint32_t height)
{
    double scale = fmin((double)width / figure->width, (double)height / figure->height);
    return fmin(fmax(scale, LETTERS_LEAST), 1);
}

void gs_plot_terminal(gs_plot *plot, const gpusim_plot_options *options)
{
    static const char *const ends[] = {"png", "svg", "pdf", "tex"};
    const char *name = plot->figure->name;
    char output[1100];
    uint32_t width = options->width ? options->width : plot->figure->width;
    uint32_t height = options->height ? options->height : plot->figure->height;
    double scale = scale_of(plot->figure, width, height);
    FILE *to = plot->script;
    switch (options->picture) {
    case GPUSIM_SVG:
        fprintf(to, "set terminal svg size %u, %u font 'Sans,%.3g' background 'white'\n", width,
                height, 12 * scale);
        break;
    case GPUSIM_PDF:
        fprintf(to, "set terminal pdfcairo size %.3fin, %.3fin font 'Sans,%.3g'\n", width / 96.0,
                height / 96.0, 9 * scale);
        break;
    case GPUSIM_TEX:
        fprintf(to, "set terminal cairolatex pdf size %.3fin, %.3fin\n", width / INCH_OF_TEX,
                height / INCH_OF_TEX);
        break;
    default:
        fprintf(to, "set terminal pngcairo size %u, %u font 'Sans,%.3g'\n", width, height,
                11 * scale);
        break;
    }
    // a name that begins with | would be a command to gnuplot
    const char *called = options->name ? options->name : name;
    snprintf(output, sizeof output, "%s%.1000s.%s", called[0] == '|' ? "./" : "", called,
             ends[options->picture]);
    fputs("set output ", to);
    say_quoted(plot, output, 0);
    fprintf(to, "data = '%s.dat'\n", name);
    // what LaTeX wants otherwise
    fprintf(to, "percent = '%s'\nunder = '%s'\npowers = '%s'\n", plot->tex ? "\\%" : "%",
            plot->tex ? "\\_" : "_", plot->tex ? "$10^{%L}$" : "10^{%L}");
}

void gs_plot_choose_bins(gs_plot *plot, const gpusim_plot_options *options)
{
    uint32_t bins = (options->width ? options->width : plot->figure->width) / COLUMN;
    plot->bins = bins < BINS_LEAST ? BINS_LEAST : bins > BINS_MOST ? BINS_MOST : bins;
}

static void say_traces(gs_plot *plot)
{
    gs_plot_say_number(plot, "n", plot->count);
    fprintf(plot->script, "array label[%u]\n", plot->count);
    for (uint32_t t = 0; t < plot->count; t++) {
        char name[24];
        snprintf(name, sizeof name, "label[%u]", t + 1);
        gs_plot_say_text(plot, name, "%s", plot->labels[t]);
    }
}

static gpusim_status check(const gpusim_figure *figure, uint32_t count,
                           const gpusim_plot_options *options, gpusim_error *err)
{
    if (count == 0 || (figure->traces > 0 && count > figure->traces)) {
        return gpusim_fail(err, GPUSIM_ARGUMENT, "figure '%s' is of %u trace%s, not of %u",
                           figure->name, figure->traces ? figure->traces : 1,
                           figure->traces ? "" : " or more", count);
    }
    if (count > GS_TRACES_MOST) {
        return gpusim_fail(err, GPUSIM_ARGUMENT, "a figure is of at most %d traces",
                           GS_TRACES_MOST);
    }
    if (options->entity && figure->entity == GPUSIM_NONE) {
        return gpusim_fail(err, GPUSIM_ARGUMENT, "figure '%s' is not about '%.80s' alone",
                           figure->name, options->entity);
    }
    return options->picture > GPUSIM_TEX
               ? gpusim_fail(err, GPUSIM_ARGUMENT, "there is no such kind of picture")
               : GPUSIM_OK;
}

gpusim_status gpusim_plot_write(const gpusim_figure *figure, gpusim_trace *const *traces,
                                const char *const *labels, uint32_t count,
                                const gpusim_plot_options *options, const char *folder,
                                gpusim_error *err)
{
    gpusim_status status;
    gs_whole data = {0}, script = {0};
    gs_plot plot = {.figure = figure,
                    .traces = traces,
                    .labels = labels,
                    .count = count,
                    .tex = options->picture == GPUSIM_TEX,
                    .dated = options->start >= 0,
                    .start = options->start >= 0 ? options->start : 0,
                    .entity = options->entity};
    GPUSIM_TRY(check(figure, count, options, err));
    GPUSIM_TRY(gs_whole_open(&data, err, "%s/%s.dat", folder, figure->name));
    GPUSIM_TRY(gs_whole_open(&script, err, "%s/%s.gp", folder, figure->name));
    plot.data = data.file;
    plot.script = script.file;
    fprintf(plot.script, "# gnuplot %s.gp\n", figure->name);
    gs_plot_choose_bins(&plot, options);
    gs_plot_terminal(&plot, options);
    say_traces(&plot);
    GPUSIM_TRY(choose_times(&plot, options, err));
    GPUSIM_TRY(makers[figure - figures].write(&plot, err));
    fputs(gs_script_style, plot.script);
    fputs(makers[figure - figures].script, plot.script);
cleanup:
    status = gs_whole_close(&data, status, err);
    return gs_whole_close(&script, status, err);
}
