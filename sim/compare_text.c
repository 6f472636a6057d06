/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A comparison as text for people, and what all its forms share. */
#include <math.h>
#include <string.h>

#include "compare.h"

/* ---- what all forms share ---- */

const gpusim_compare_estimate *cli_compared(const cli_comparison *comparison, uint32_t scenario,
                                            uint32_t metric, uint32_t scheduler)
{
    uint32_t schedulers = gpusim_compare_schedulers(comparison->compare);
    uint32_t metrics = comparison->options->metric_count;
    return &comparison->estimates[((size_t)scenario * metrics + metric) * schedulers + scheduler];
}

int cli_compared_nothing(const cli_comparison *comparison, uint32_t scenario, uint32_t metric)
{
    for (uint32_t k = 0; k < gpusim_compare_schedulers(comparison->compare); k++) {
        if (cli_compared(comparison, scenario, metric, k)->count > 0) {
            return 0;
        }
    }
    return 1;
}

const gpusim_compare_metric *cli_compared_metric(const cli_comparison *comparison, uint32_t metric)
{
    uint32_t count;
    return &gpusim_compare_metrics(comparison->compare,
                                   &count)[comparison->options->metrics[metric]];
}

double cli_compared_unit(const cli_comparison *comparison, uint32_t scenario, uint32_t metric,
                         char *word, size_t size)
{
    gpusim_unit unit = (gpusim_unit)cli_compared_metric(comparison, metric)->unit;
    double largest = 0, one = 1;
    char text[64], unity[80];
    snprintf(word, size, "%s", unit == GPUSIM_UNIT_RATIO ? "%" : "");
    if (unit == GPUSIM_UNIT_NONE || unit == GPUSIM_UNIT_RATIO) {
        return unit == GPUSIM_UNIT_RATIO ? 0.01 : 1;
    }
    for (uint32_t k = 0; k < gpusim_compare_schedulers(comparison->compare); k++) {
        double mean = fabs(cli_compared(comparison, scenario, metric, k)->mean);
        largest = mean > largest ? mean : largest;
    }

    // the word that would be written behind the largest
    gpusim_quantity_format(largest, unit, 0, text, sizeof text);
    const char *behind = strchr(text, ' ');
    if (unit == GPUSIM_UNIT_CELSIUS || !behind) {
        snprintf(word, size, "%s", gpusim_unit_symbol(unit));
        return 1;
    }
    snprintf(unity, sizeof unity, "1%s", behind);
    if (gpusim_quantity_parse(unity, unit, &one, NULL) != GPUSIM_OK) {
        return 1;
    }
    snprintf(word, size, "%s", behind + 1);
    return one;
}

int cli_compared_bounded(const cli_comparison *comparison, uint32_t scenario)
{
    return comparison->bound != GPUSIM_NONE &&
           cli_compared(comparison, scenario, comparison->bound, 0)->mean > 0;
}

double cli_compared_room(const cli_comparison *comparison, uint32_t scenario, uint32_t scheduler)
{
    if (!cli_compared_bounded(comparison, scenario)) {
        return (double)NAN;
    }
    double bound = cli_compared(comparison, scenario, comparison->bound, scheduler)->mean;
    return cli_compared(comparison, scenario, comparison->jct, scheduler)->mean / bound - 1;
}

const char *cli_compared_verdict(const gpusim_compare_estimate *estimate)
{
    static const char *const words[] = {[GPUSIM_VERDICT_NONE] = "",
                                        [GPUSIM_VERDICT_OPEN] = "open",
                                        [GPUSIM_VERDICT_BETTER] = "better",
                                        [GPUSIM_VERDICT_WORSE] = "worse",
                                        [GPUSIM_VERDICT_DIFFERENT] = "different"};
    return words[estimate->verdict];
}

void cli_compared_number(double value, char *text, size_t size)
{
    if (isnan(value)) {
        snprintf(text, size, "-");
    } else if (fabs(value) >= 1000 && fabs(value) < 1e6) {
        snprintf(text, size, "%.0f", value);
    } else {
        snprintf(text, size, "%.4g", value == 0 ? 0.0 : value); // no minus before a zero
    }
}

int cli_compared_primary(const cli_comparison *comparison, uint32_t metric)
{
    const gpusim_compare_options *options = comparison->options;
    for (uint32_t i = 0; i < options->primary_count; i++) {
        if (options->primary[i] == options->metrics[metric]) {
            return 1;
        }
    }
    return 0;
}

/* ---- text ---- */

static void print_number(FILE *to, double value)
{
    char text[32];
    cli_compared_number(value, text, sizeof text);
    fprintf(to, " %9s", text);
}

// "[low, high]"; nothing where there is none
static void print_interval(FILE *to, double low, double high)
{
    char a[32], b[32], text[72] = "-";
    cli_compared_number(low, a, sizeof a);
    cli_compared_number(high, b, sizeof b);
    if (isfinite(low) && isfinite(high)) {
        snprintf(text, sizeof text, "[%s, %s]", a, b);
    }
    fprintf(to, "  %-20s", text);
}

static void print_row(FILE *to, const cli_comparison *comparison, uint32_t scenario,
                      uint32_t metric, uint32_t scheduler, double one, int width)
{
    const gpusim_compare_estimate *e = cli_compared(comparison, scenario, metric, scheduler);
    char p[32];
    fprintf(to, "  %-*s", width, gpusim_compare_scheduler(comparison->compare, scheduler));
    print_number(to, e->mean / one);
    print_interval(to, e->low / one, e->high / one);
    print_interval(to, e->boot_low / one, e->boot_high / one);
    if (scheduler == comparison->options->baseline) {
        fputs("  baseline\n", to);
        return;
    }
    print_number(to, e->difference / one);
    print_interval(to, e->difference_low / one, e->difference_high / one);
    print_interval(to, e->difference_boot_low / one, e->difference_boot_high / one);
    if (e->verdict != GPUSIM_VERDICT_NONE) {
        snprintf(p, sizeof p, e->p_holm < 0.0001 ? "< 0.0001" : "%.4f", e->p_holm);
        fprintf(to, " %8s  %s", p, cli_compared_verdict(e));
    }
    fputc('\n', to);
}

static void print_metric(FILE *to, const cli_comparison *comparison, uint32_t scenario,
                         uint32_t metric, int width)
{
    char word[48], level[24];
    const gpusim_compare_metric *known = cli_compared_metric(comparison, metric);
    double one = cli_compared_unit(comparison, scenario, metric, word, sizeof word);
    uint32_t schedulers = gpusim_compare_schedulers(comparison->compare);
    fprintf(to, "\n%s%s%s%s%s\n", known->label, word[0] ? ", " : "", word,
            known->better > 0   ? "; more is better"
            : known->better < 0 ? "; less is better"
                                : "",
            cli_compared_primary(comparison, metric) ? "; primary" : "");
    snprintf(level, sizeof level, "%g %% by t", 100 * comparison->options->level);
    fprintf(to, "  %-*s %9s  %-20s  %-20s", width, "", "mean", level, "by bootstrap");
    if (schedulers > 1) {
        fprintf(to, " %9s  %-20s  %-20s%s", "- base", level, "by bootstrap",
                cli_compared_primary(comparison, metric) ? "   p Holm" : "");
    }
    fputc('\n', to);
    for (uint32_t k = 0; k < schedulers; k++) {
        print_row(to, comparison, scenario, metric, k, one, width);
    }
    if (metric == comparison->jct && cli_compared_bounded(comparison, scenario)) {
        fprintf(to, "  %-*s", width, "above the lower bound:");
        for (uint32_t k = 0; k < schedulers; k++) {
            fprintf(to, "%s %s %.1f %%", k ? "," : "",
                    gpusim_compare_scheduler(comparison->compare, k),
                    100 * cli_compared_room(comparison, scenario, k));
        }
        fputc('\n', to);
    }
}

static void print_scenario(FILE *to, const cli_comparison *comparison, uint32_t scenario, int width)
{
    const cli_compared_scenario *said = &comparison->scenarios[scenario];
    uint32_t schedulers = gpusim_compare_schedulers(comparison->compare);
    fprintf(to, "%s%s\n", scenario ? "\n\n" : "", said->name);
    for (uint32_t k = 0; k < schedulers; k++) {
        fprintf(to, "  %-*s %s\n", width, gpusim_compare_scheduler(comparison->compare, k),
                comparison->described[scenario * schedulers + k]);
    }
    fprintf(to, "  %-*s %s\n  %-*s %s\n", width, "seeds", said->seeds, width, "cohort",
            said->cohort);
    for (uint32_t i = 0; i < said->note_count; i++) {
        fprintf(to, "  %-*s %s\n", width, "note", said->notes[i]);
    }
    for (uint32_t metric = 0; metric < comparison->shown; metric++) {
        if (!cli_compared_nothing(comparison, scenario, metric)) {
            print_metric(to, comparison, scenario, metric, width);
        }
    }
}

void cli_compare_text(FILE *to, const cli_comparison *comparison)
{
    int width = 12;
    for (uint32_t k = 0; k < gpusim_compare_schedulers(comparison->compare); k++) {
        int length = (int)strlen(gpusim_compare_scheduler(comparison->compare, k));
        width = length > width ? length : width;
    }
    for (uint32_t i = 0; i < gpusim_compare_scenarios(comparison->compare); i++) {
        print_scenario(to, comparison, i, width);
    }
}
