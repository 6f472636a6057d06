/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The folder of `gpusim compare -o`: its tables in every form, and its figures through gnuplot. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "compare.h"
#include "gnuplot.h"
#include "talk.h"

static void write_text(FILE *to, const cli_comparison *comparison)
{
    cli_compare_text(to, comparison);
}

static void write_json(FILE *to, const cli_comparison *comparison)
{
    json_t *object = cli_compare_object(comparison);
    (void)json_dumpf(object, to, JSON_INDENT(2) | JSON_REAL_PRECISION(17));
    fputc('\n', to);
    json_decref(object);
}

static void write_csv(FILE *to, const cli_comparison *comparison)
{
    cli_compare_csv(to, comparison, GPUSIM_NONE, GPUSIM_NONE);
}

static const struct {
    const char *name;
    void (*write)(FILE *to, const cli_comparison *comparison);
} tables[] = {
    {"table.txt", write_text},        {"table.csv", write_csv},
    {"table.json", write_json},       {"table.md", cli_compare_markdown},
    {"table.tex", cli_compare_latex},
};

static int fail_file(const cli_comparison *comparison, const char *path)
{
    char message[400];
    snprintf(message, sizeof message, "cannot write '%.300s': %s", path, strerror(errno));
    return cli_fail_with(comparison->json, GPUSIM_IO, message, NULL);
}

// one that is open, closed; 0, or the exit code
static int finish(const cli_comparison *comparison, FILE *file, const char *path)
{
    int wrong = ferror(file);
    wrong |= fclose(file) != 0;
    return wrong ? fail_file(comparison, path) : CLI_OK;
}

static int write_tables(const cli_comparison *comparison, const char *folder)
{
    char path[4096];
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, tables[i].name);
        FILE *file = fopen(path, "wb");
        if (!file) {
            return fail_file(comparison, path);
        }
        tables[i].write(file, comparison);
        int code = finish(comparison, file, path);
        if (code) {
            return code;
        }
    }
    return CLI_OK;
}

// what a scheduler came to in a scenario, in its own folder
static int write_metrics(const cli_comparison *comparison, uint32_t scenario, uint32_t scheduler)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/performance_metrics.csv",
             gpusim_compare_folder(comparison->compare, scenario, scheduler));
    FILE *file = fopen(path, "wb");
    if (!file) {
        return fail_file(comparison, path);
    }
    cli_compare_csv(file, comparison, scenario, scheduler);
    return finish(comparison, file, path);
}

/* ---- figures ---- */

int cli_compare_folder(const cli_comparison *comparison, const char *folder, int quiet)
{
    gpusim_error err = {0};
    int code = write_tables(comparison, folder);
    uint32_t scenarios = gpusim_compare_scenarios(comparison->compare);
    for (uint32_t s = 0; s < scenarios && !code; s++) {
        for (uint32_t k = 0; k < gpusim_compare_schedulers(comparison->compare) && !code; k++) {
            code = write_metrics(comparison, s, k);
        }
    }
    if (code) {
        return code;
    }
    if (gpusim_compare_figures(comparison->compare, comparison->options->metrics, comparison->shown,
                               &err) != GPUSIM_OK) {
        return cli_fail(comparison->json, &err, 1);
    }
    for (uint32_t s = 0; s < scenarios; s++) {
        const char *own = gpusim_compare_folder(comparison->compare, s, GPUSIM_NONE);
        if (!cli_gnuplot(own, "figures.gp")) {
            cli_warn(
                "no figures: gnuplot is not there, or failed; 'gnuplot figures.gp' in %s draws "
                "them",
                own);
        } else if (!quiet) {
            cli_say("figures: %s/cdf.png, allocated.png, boxes.png", own);
        }
    }
    return CLI_OK;
}
