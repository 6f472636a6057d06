/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Figures of what detectors found in a log: drawn by gnuplot into a folder. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "detect.h"
#include "gnuplot.h"
#include "output.h"
#include "talk.h"

/* ---- what there is to draw ---- */

static gpusim_status read_truth(const cli_log *log, cli_figures *f, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gpusim_detection *of = &f->of;
    const uint8_t *known = log->trace ? NULL : gpusim_samples_labels(log->samples);
    if (!log->trace && !known) {
        return GPUSIM_OK;
    }
    f->labels = calloc(of->count * of->entities + 1, 1);
    if (!f->labels) {
        return gpusim_fail(err, GPUSIM_MEMORY, "no memory for labels");
    }
    if (log->trace) {
        GPUSIM_TRY(
            gpusim_fault_labels(log->trace, f->first, of->count, of->entities, f->labels, err));
    } else {
        memcpy(f->labels, known + f->first, of->count);
    }
    of->labels = f->labels;
cleanup:
    return status;
}

// the one that is marked most often; of those the first
static uint32_t busiest(const gpusim_detection *of)
{
    uint32_t entity = 0;
    uint64_t most = 0;
    for (uint32_t e = 0; of->labels && e < of->entities; e++) {
        uint64_t marked = 0;
        for (uint64_t i = 0; i < of->count; i++) {
            marked += of->labels[e * of->count + i];
        }
        if (marked > most) {
            most = marked;
            entity = e;
        }
    }
    return entity;
}

// FOLDER, or in it one for each of several logs
static void name_folder(const char *folder, const char *path, int several, cli_figures *f)
{
    cli_trace_label(path, f->name, sizeof f->name);
    snprintf(f->folder, sizeof f->folder, several ? "%.3800s/%.250s" : "%.3800s", folder, f->name);
}

// No figures of this log are in its folder yet, or they may be overwritten.
static gpusim_status check_folder(const cli_arguments *arguments, const cli_figures *f,
                                  gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    static const char *const files[] = {"precision.gp", "scores.gp",     "precision.dat",
                                        "scores.dat",   "precision.png", "scores.png"};
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        char path[4200];
        snprintf(path, sizeof path, "%s/%s", f->folder, files[i]);
        GPUSIM_TRY(cli_may_write(arguments, path, CLI_REPLACED, err));
    }
cleanup:
    return status;
}

gpusim_status cli_figures_check(const cli_arguments *arguments, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    const char *folder = arguments->values[CLI_FIGURES];
    uint32_t count = arguments->operand_count;
    cli_figures f = {0}, other = {0};
    for (uint32_t i = 0; folder && i < count; i++) {
        name_folder(folder, arguments->operands[i], count > 1, &f);
        GPUSIM_TRY(check_folder(arguments, &f, err));
        for (uint32_t j = 0; j < i; j++) {
            name_folder(folder, arguments->operands[j], 1, &other);
            if (strcmp(f.folder, other.folder) == 0) {
                status =
                    gpusim_fail(err, GPUSIM_ARGUMENT,
                                "figures of '%.200s' and of '%.200s' would both be in '%.200s'",
                                arguments->operands[j], arguments->operands[i], f.folder);
                gpusim_error_hint(err, "give each its own --figures, one after the other");
                goto cleanup;
            }
        }
    }
cleanup:
    return status;
}

static gpusim_status make_folder(const char *folder, const char *path, int several, cli_figures *f,
                                 gpusim_error *err)
{
    name_folder(folder, path, several, f);
    if (mkdir(folder, 0777) != 0 && errno != EEXIST) {
        return gpusim_fail(err, GPUSIM_IO, "cannot make the folder '%.200s': %s", folder,
                           strerror(errno));
    }
    return several && mkdir(f->folder, 0777) != 0 && errno != EEXIST
               ? gpusim_fail(err, GPUSIM_IO, "cannot make the folder '%.200s': %s", f->folder,
                             strerror(errno))
               : GPUSIM_OK;
}

gpusim_status cli_figures_open(const char *folder, const cli_log *log, int several, uint64_t first,
                               uint32_t gap, cli_figures *f, gpusim_error *err)
{
    gpusim_status status;
    gpusim_plot_options options;
    *f = (cli_figures){.first = first};
    f->of = (gpusim_detection){
        .size = sizeof f->of,
        .entities = cli_log_scene(log)->entity_count,
        .count = cli_log_count(log) - first,
        .gap = gap,
    };
    GPUSIM_TRY(make_folder(folder, log->path, several, f, err));
    f->times = calloc(f->of.count + 1, sizeof *f->times);
    if (!f->times) {
        GPUSIM_TRY(gpusim_fail(err, GPUSIM_MEMORY, "no memory for times"));
    }
    GPUSIM_TRY(cli_log_times(log, first, f->of.count, f->times, err));
    GPUSIM_TRY(read_truth(log, f, err));
    f->of.log = f->name;
    f->of.times = f->times;
    f->of.entity = busiest(&f->of);
    f->of.name = cli_log_entity(log, f->of.entity);
    gpusim_plot_options_default(&options);
    GPUSIM_TRY(gpusim_detection_plot_open(&f->of, &options, f->folder, &f->plot, err));
cleanup:
    return status;
}

gpusim_status cli_figures_add(cli_figures *f, const char *words, const cli_scored *scored,
                              gpusim_error *err)
{
    return gpusim_detection_plot_add(f->plot, words,
                                     scored->scores + (f->first - scored->first) * scored->entities,
                                     scored->threshold, err);
}

gpusim_status cli_figures_close(cli_figures *f, gpusim_status status, gpusim_error *err)
{
    int open = f->plot != NULL;
    status = gpusim_detection_plot_close(f->plot, status, err);
    if (open && status == GPUSIM_OK) {
        if (cli_gnuplot(f->folder, "precision.gp") && cli_gnuplot(f->folder, "scores.gp")) {
            cli_say("%s/precision.png, scores.png", f->folder);
        } else {
            cli_warn("no pictures: gnuplot is not there, or failed; precision.gp, scores.gp and "
                     "their data are in %s",
                     f->folder);
        }
    }
    free(f->times);
    free(f->labels);
    *f = (cli_figures){0};
    return status;
}
