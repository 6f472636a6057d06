/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What `gpusim compare` found, on its way to text, JSON, CSV, Markdown or LaTeX. */
#ifndef CLI_COMPARE_H
#define CLI_COMPARE_H

#include <stdio.h>

#include <jansson.h>

#include <gpusim/gpusim.h>

#define CLI_METRICS_MAX 64

/* What is printed about one scenario. */
typedef struct cli_compared_scenario {
    const char *name;
    char seeds[96];   /* "1..30" */
    char cohort[160]; /* which jobs are measured, in words */
    char notes[4][200];
    uint32_t note_count;
} cli_compared_scenario;

typedef struct cli_comparison {
    gpusim_compare *compare;
    const gpusim_compare_estimate *estimates; /* [scenario][metric][scheduler] */
    const gpusim_compare_options *options;
    const cli_compared_scenario *scenarios;
    const char *const *described; /* schedulers in long, [scenario][scheduler] */
    const char (*hashes)[33];     /* of their models */
    uint32_t shown;               /* metrics that are printed; the lower bound may stand behind */
    uint32_t bound;               /* number of the lower bound among the metrics; GPUSIM_NONE */
    int json;                     /* errors are JSON, too */
    uint32_t jct;                 /* of the mean JCT */
} cli_comparison;

/* An estimate by its place. */
const gpusim_compare_estimate *cli_compared(const cli_comparison *comparison, uint32_t scenario,
                                            uint32_t metric, uint32_t scheduler);

/* 1 when no scheduler has a value. */
int cli_compared_nothing(const cli_comparison *comparison, uint32_t scenario, uint32_t metric);

/* 1 when differences of that metric are tested; and what it is. */
int cli_compared_primary(const cli_comparison *comparison, uint32_t metric);
const gpusim_compare_metric *cli_compared_metric(const cli_comparison *comparison, uint32_t metric);

/* What to divide values of a metric by so that they can be read, and the unit's word ("h", "%",
 * "").
 */
double cli_compared_unit(const cli_comparison *comparison, uint32_t scenario, uint32_t metric,
                         char *word, size_t size);

/* 1 when the lower bound says anything: it does not where all jobs are elastic. */
int cli_compared_bounded(const cli_comparison *comparison, uint32_t scenario);

/* How far the mean JCT is above the lower bound, 0.1: 10 %; NaN: unknown. */
double cli_compared_room(const cli_comparison *comparison, uint32_t scenario, uint32_t scheduler);

/* "better", "worse", "different", "-"; "" where nothing was tested. */
const char *cli_compared_verdict(const gpusim_compare_estimate *estimate);

/* Four digits; "-" for no number, "inf" for infinite ones. */
void cli_compared_number(double value, char *text, size_t size);

void cli_compare_text(FILE *to, const cli_comparison *comparison);
json_t *cli_compare_object(const cli_comparison *comparison);
/* All of it, or one scheduler of a scenario. */
void cli_compare_csv(FILE *to, const cli_comparison *comparison, uint32_t scenario,
                     uint32_t scheduler);
void cli_compare_markdown(FILE *to, const cli_comparison *comparison);
void cli_compare_latex(FILE *to, const cli_comparison *comparison);

/* Writes tables and figures into the folder of the comparison; 0, or the exit code. */
int cli_compare_folder(const cli_comparison *comparison, const char *folder, int quiet);

#endif
