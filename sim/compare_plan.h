/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From the command line of `gpusim compare` to models, seeds and metrics. */
#ifndef CLI_COMPARE_PLAN_H
#define CLI_COMPARE_PLAN_H

#include "compare.h"
#include "options.h"

typedef struct cli_plan {
    const cli_arguments *arguments;
    gpusim_compare *compare;
    gpusim_model **models;  /* [scenario][scheduler] */
    const char **described; /* the same */
    char (*hashes)[33];     /* the same */
    cli_compared_scenario *scenarios;
    gpusim_compare_options options;
    uint32_t metrics[CLI_METRICS_MAX], primary[CLI_METRICS_MAX];
    uint32_t shown, scenario_count, threads;
    char seeds[160];                        /* as a list */
    uint32_t jct, unfinished, stall, bound; /* metrics of these names */
} cli_plan;

/* Fills *plan; 0, or the exit code after having said what is wrong. Release it in both cases. */
int cli_plan_make(cli_plan *plan, const cli_arguments *arguments);
void cli_plan_release(cli_plan *plan);

/* Analyses what ran; *comparison lasts as long as the plan. */
gpusim_status cli_plan_analyse(cli_plan *plan, cli_comparison *comparison, gpusim_error *err);

#endif
