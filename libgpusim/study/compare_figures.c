/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What gnuplot draws a comparison from: its data, and the script of analysis/plots/compare.gp
 * behind the names of what was compared. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/number.h"
#include "study/compare.h"

// a text of gnuplot: in single quotes, which are doubled
static void print_text(FILE *to, const char *text)
{
    fputc('\'', to);
    for (; *text; text++) {
        fputc(*text, to);
        if (*text == '\'') {
            fputc('\'', to);
        }
    }
    fputc('\'', to);
}

static const gpusim_compare_metric *metric_at(const gpusim_compare *compare, uint32_t metric)
{
    return &GS_AT(compare->metrics, gpusim_compare_metric, metric);
}

// a row for each scheduler (from 1) and seed: the values of the metrics
static gpusim_status write_boxes(gpusim_compare *compare, uint32_t scenario,
                                 const uint32_t *metrics, uint32_t count, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gs_whole whole = {0};
    GPUSIM_TRY(gs_whole_open(&whole, err, "%s/boxes.csv",
                             gpusim_compare_folder(compare, scenario, GPUSIM_NONE)));
    fputs("scheduler,seed", whole.file);
    for (uint32_t m = 0; m < count; m++) {
        fprintf(whole.file, ",%s", metric_at(compare, metrics[m])->name);
    }
    fputc('\n', whole.file);
    for (uint32_t k = 0; k < compare->schedulers.count; k++) {
        for (uint32_t r = 0; r < compare->seeds.count; r++) {
            const double *values = gpusim_compare_values(compare, scenario, k, r);
            fprintf(whole.file, "%u,%llu", k + 1,
                    (unsigned long long)GS_AT(compare->seeds, uint64_t, r));
            for (uint32_t m = 0; m < count; m++) {
                char text[GS_NUMBER_SIZE] = "";
                if (values && !isnan(values[metrics[m]])) {
                    (void)gs_print_double(values[metrics[m]], text, (int)sizeof text);
                }
                fprintf(whole.file, ",%s", text);
            }
            fputc('\n', whole.file);
        }
    }
cleanup:
    return gs_whole_close(&whole, status, err);
}

// an array of gnuplot
static void print_array(FILE *to, const char *name, uint32_t count)
{
    fprintf(to, "array %s[%u]\n", name, count);
}

static gpusim_status write_script(gpusim_compare *compare, uint32_t scenario,
                                  const uint32_t *metrics, uint32_t count, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gs_whole whole = {0};
    uint32_t schedulers = compare->schedulers.count;
    const char *own = gpusim_compare_folder(compare, scenario, GPUSIM_NONE);
    GPUSIM_TRY(gs_whole_open(&whole, err, "%s/figures.gp", own));
    fprintf(whole.file, "n = %u\nm = %u\ntitle = ", schedulers, count);
    print_text(whole.file, gpusim_compare_scenario(compare, scenario));
    fputc('\n', whole.file);
    print_array(whole.file, "label", schedulers);
    print_array(whole.file, "folder", schedulers);
    print_array(whole.file, "metric", count);
    print_array(whole.file, "unit", count);
    for (uint32_t k = 0; k < schedulers; k++) {
        fprintf(whole.file, "label[%u] = ", k + 1);
        print_text(whole.file, gpusim_compare_scheduler(compare, k));
        fprintf(whole.file, "\nfolder[%u] = ", k + 1);
        print_text(whole.file, gpusim_compare_folder(compare, scenario, k) + strlen(own) + 1);
        fputc('\n', whole.file);
    }
    for (uint32_t m = 0; m < count; m++) {
        const gpusim_compare_metric *known = metric_at(compare, metrics[m]);
        fprintf(whole.file, "metric[%u] = ", m + 1);
        print_text(whole.file, known->label);
        fprintf(whole.file, "\nunit[%u] = ", m + 1);
        print_text(whole.file, gpusim_unit_symbol((gpusim_unit)known->unit));
        fputc('\n', whole.file);
    }
    fputs(gs_script_compare, whole.file);
cleanup:
    return gs_whole_close(&whole, status, err);
}

// metrics of which some run has a value, so that there is something to draw
static uint32_t drawable(const gpusim_compare *compare, uint32_t scenario, const uint32_t *metrics,
                         uint32_t count, uint32_t *kept)
{
    uint32_t found = 0;
    for (uint32_t m = 0; m < count; m++) {
        int some = 0;
        for (uint32_t k = 0; k < compare->schedulers.count && !some; k++) {
            for (uint32_t r = 0; r < compare->seeds.count && !some; r++) {
                const double *values = gpusim_compare_values(compare, scenario, k, r);
                some = values && !isnan(values[metrics[m]]);
            }
        }
        if (some) {
            kept[found++] = metrics[m];
        }
    }
    return found;
}

gpusim_status gpusim_compare_figures(gpusim_compare *compare, const uint32_t *metrics,
                                     uint32_t count, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    uint32_t *kept = NULL;
    if (!compare->folders) {
        return gpusim_fail(err, GPUSIM_ARGUMENT, "the comparison has no folder");
    }
    GPUSIM_TRY(gs_allocate(&kept, count + 1, sizeof *kept, err));
    for (uint32_t s = 0; s < compare->scenarios.count; s++) {
        uint32_t drawn = drawable(compare, s, metrics, count, kept);
        for (uint32_t k = 0; k < compare->schedulers.count; k++) {
            GPUSIM_TRY(gs_compare_mean_curves(compare, s, k, err));
        }
        GPUSIM_TRY(write_boxes(compare, s, kept, drawn, err));
        GPUSIM_TRY(write_script(compare, s, kept, drawn, err));
    }
cleanup:
    gs_release(&kept);
    return status;
}
