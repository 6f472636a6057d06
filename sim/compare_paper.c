/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A comparison as tables of Markdown and of LaTeX (booktabs), fit for a paper. */
#include <math.h>
#include <string.h>

#include "compare.h"

/* What the two languages write differently. */
typedef struct language {
    const char *special; /* characters that are not themselves in a text ... */
    const char *escape;  /* ... and what stands before them */
    const char *minus, *strong, *weak, *dash;
    const char *begin, *between, *end; /* of a row */
} language;

static const language markdown = {"|*_`\\[]<>", "\\", "-", "**", "**", "-", "| ", " | ", " |\n"};
static const language latex = {"_%&#${}", "\\",   "$-$", "\\textbf{", "}",
                               "--",      "    ", " & ", " \\\\\n"};

static void print_words(FILE *to, const language *in, const char *text)
{
    for (; *text; text++) {
        if (in == &latex && strchr("~^\\", *text)) {
            fprintf(to, "\\char%d{}", (unsigned char)*text);
            continue;
        }
        if (strchr(in->special, *text)) {
            fputs(in->escape, to);
        }
        fputc(*text, to);
    }
}

static void print_number(FILE *to, const language *in, double value)
{
    char text[32];
    cli_compared_number(fabs(value), text, sizeof text);
    if (isnan(value)) {
        fputs(in->dash, to);
        return;
    }
    fprintf(to, "%s%s", value < 0 && strcmp(text, "0") != 0 ? in->minus : "", text);
}

static void print_interval(FILE *to, const language *in, double low, double high)
{
    if (!isfinite(low) || !isfinite(high)) {
        fputs(in->dash, to);
        return;
    }
    fputs(in == &latex ? "[" : "\\[", to);
    print_number(to, in, low);
    fputs(", ", to);
    print_number(to, in, high);
    fputs(in == &latex ? "]" : "\\]", to);
}

static void print_difference(FILE *to, const language *in, const gpusim_compare_estimate *e,
                             double one)
{
    int sure = e->verdict != GPUSIM_VERDICT_NONE && e->verdict != GPUSIM_VERDICT_OPEN;
    fputs(sure ? in->strong : "", to);
    print_number(to, in, e->difference / one);
    fputs(sure ? in->weak : "", to);
    fputs(in->between, to);
    print_interval(to, in, e->difference_low / one, e->difference_high / one);
    fputs(in->between, to);
    if (isnan(e->p_holm)) {
        fputs(in->dash, to);
    } else if (e->p_holm < 0.0001) {
        fputs(in == &latex ? "$<$0.0001" : "\\< 0.0001", to);
    } else {
        fprintf(to, "%.4f", e->p_holm);
    }
}

static void print_row(FILE *to, const language *in, const cli_comparison *comparison,
                      uint32_t scenario, uint32_t metric, uint32_t scheduler)
{
    char word[48];
    double one = cli_compared_unit(comparison, scenario, metric, word, sizeof word);
    const gpusim_compare_estimate *e = cli_compared(comparison, scenario, metric, scheduler);
    fputs(in->begin, to);
    if (scheduler == 0) {
        print_words(to, in, cli_compared_metric(comparison, metric)->label);
        fputs(word[0] ? ", " : "", to);
        print_words(to, in, word);
    }
    fputs(in->between, to);
    print_words(to, in, gpusim_compare_scheduler(comparison->compare, scheduler));
    fputs(in->between, to);
    print_number(to, in, e->mean / one);
    fputs(in->between, to);
    print_interval(to, in, e->low / one, e->high / one);
    fputs(in->between, to);
    print_interval(to, in, e->boot_low / one, e->boot_high / one);
    fputs(in->between, to);
    if (scheduler == comparison->options->baseline) {
        fprintf(to, "baseline%s%s", in->between, in->between);
    } else {
        print_difference(to, in, e, one);
    }
    fputs(in->end, to);
}

// what the table is about and how it was made: a caption
static void print_caption(FILE *to, const language *in, const cli_comparison *comparison,
                          uint32_t scenario)
{
    const cli_compared_scenario *said = &comparison->scenarios[scenario];
    const gpusim_compare_options *options = comparison->options;
    char text[512];
    snprintf(text, sizeof text,
             "%s: %s; seeds %s, paired on common random numbers. Means with %g %% intervals by "
             "Student's t and by the BCa bootstrap; differences from %s, paired, by t; p of the "
             "paired t test after Holm, of primary metrics; bold: significant at %g %%.",
             said->name, said->cohort, said->seeds, 100 * options->level,
             gpusim_compare_scheduler(comparison->compare, options->baseline),
             100 - 100 * options->level);
    print_words(to, in, text);
    for (uint32_t i = 0; i < said->note_count; i++) {
        fputc(' ', to);
        print_words(to, in, said->notes[i]);
        fputc('.', to);
    }
}

// how far mean completion times are above the lower bound
static void print_room(FILE *to, const language *in, const cli_comparison *comparison,
                       uint32_t scenario)
{
    char text[64];
    if (!cli_compared_bounded(comparison, scenario)) {
        return;
    }
    fputs(" Mean completion times above a lower bound that no scheduler can beat:", to);
    for (uint32_t k = 0; k < gpusim_compare_schedulers(comparison->compare); k++) {
        fputs(k ? ", " : " ", to);
        print_words(to, in, gpusim_compare_scheduler(comparison->compare, k));
        snprintf(text, sizeof text, " %.1f %%", 100 * cli_compared_room(comparison, scenario, k));
        print_words(to, in, text);
    }
    fputc('.', to);
}

static void print_rows(FILE *to, const language *in, const cli_comparison *comparison,
                       uint32_t scenario)
{
    int first = 1;
    for (uint32_t m = 0; m < comparison->shown; m++) {
        if (cli_compared_nothing(comparison, scenario, m)) {
            continue;
        }
        if (in == &latex && !first) {
            fputs("    \\addlinespace\n", to);
        }
        first = 0;
        for (uint32_t k = 0; k < gpusim_compare_schedulers(comparison->compare); k++) {
            print_row(to, in, comparison, scenario, m, k);
        }
    }
}

static void print_heading(FILE *to, const language *in, const cli_comparison *comparison)
{
    static const char *const columns[] = {"metric",       "scheduler",  "mean", "by t",
                                          "by bootstrap", "difference", "by t", "p (Holm)"};
    char level[32];
    snprintf(level, sizeof level, "%g %% ", 100 * comparison->options->level);
    for (size_t i = 0; i < sizeof columns / sizeof columns[0]; i++) {
        fputs(i ? in->between : in->begin, to);
        if (strncmp(columns[i], "by", 2) == 0) {
            print_words(to, in, level);
        }
        fputs(columns[i], to);
    }
    fputs(in->end, to);
}

void cli_compare_markdown(FILE *to, const cli_comparison *comparison)
{
    for (uint32_t s = 0; s < gpusim_compare_scenarios(comparison->compare); s++) {
        fputs(s ? "\n" : "", to);
        print_heading(to, &markdown, comparison);
        fputs("|---|---|--:|:--|:--|--:|:--|--:|\n", to);
        print_rows(to, &markdown, comparison, s);
        fputc('\n', to);
        print_caption(to, &markdown, comparison, s);
        print_room(to, &markdown, comparison, s);
        fputc('\n', to);
    }
}

void cli_compare_latex(FILE *to, const cli_comparison *comparison)
{
    fputs("% \\usepackage{booktabs}\n", to);
    for (uint32_t s = 0; s < gpusim_compare_scenarios(comparison->compare); s++) {
        fputs("\\begin{table}\n  \\centering\n  \\caption{", to);
        print_caption(to, &latex, comparison, s);
        print_room(to, &latex, comparison, s);
        fputs("}\n  \\begin{tabular}{llrllrlr}\n    \\toprule\n", to);
        print_heading(to, &latex, comparison);
        fputs("    \\midrule\n", to);
        print_rows(to, &latex, comparison, s);
        fputs("    \\bottomrule\n  \\end{tabular}\n\\end{table}\n", to);
    }
}
