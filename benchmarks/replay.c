/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Replays the Philly trace, FIFO on one pool of 2,500 GPUs: reading, compiling and running, without
 * telemetry or trace.
 *
 * usage: benchmark_replay LOG [LOAD [report]]
 *
 * Prints ns of CPU time per job; with `report` a line for people, with the queue's length. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <gpusim/gpusim.h>

#include "clock.h"

static const char scenario[] = "gpusim: 1\n"
                               "until: drained\n"
                               "cluster: {nodes: [{name: pool, gpus: 2500}]}\n"
                               "workload: [{trace: {format: philly, path: '%s'%s%s}}]\n"
                               "scheduler: {order: fifo, placement: first-fit}\n";

static gpusim_status replay(const char *log, const char *load, gpusim_summary *summary,
                            gpusim_error *err)
{
    gpusim_status status;
    gpusim_spec *spec = NULL;
    gpusim_model *model = NULL;
    gpusim_sim *sim = NULL;
    char text[4096];
    snprintf(text, sizeof text, scenario, log, load ? ", load: " : "", load ? load : "");
    GPUSIM_TRY(gpusim_spec_parse(text, strlen(text), "replay", NULL, &spec, err));
    GPUSIM_TRY(gpusim_model_compile(spec, &model, err));
    GPUSIM_TRY(gpusim_sim_create(model, 1, &sim, err));
    GPUSIM_TRY(gpusim_sim_run_until(sim, GPUSIM_TIME_MAX, err));
    *summary = *gpusim_sim_summary(sim);
cleanup:
    gpusim_sim_destroy(sim);
    gpusim_model_destroy(model);
    gpusim_spec_destroy(spec);
    return status;
}

int main(int argc, char **argv)
{
    gpusim_error err = {0};
    gpusim_summary summary;
    const char *load = argc > 2 && strcmp(argv[2], "as-is") != 0 ? argv[2] : NULL;
    FILE *log = argc > 1 ? fopen(argv[1], "r") : NULL;
    if (!log) {
        fprintf(stderr, "usage: %s LOG [LOAD|as-is [report]]; skipped without the log\n", argv[0]);
        return 77;
    }
    fclose(log);
    double begun = cpu_seconds();
    if (replay(argv[1], load, &summary, &err) != GPUSIM_OK) {
        fprintf(stderr, "%s\n", err.message);
        return EXIT_FAILURE;
    }
    double spent = cpu_seconds() - begun;
    if (argc > 3) {
        printf("%llu jobs, load %s: %.3f s of CPU, %.0f jobs/s; queue %.1f on average, %u at most; "
               "mean wait %.1f s; state %.1f MiB\n",
               (unsigned long long)summary.submitted, load ? load : "as is", spent,
               (double)summary.submitted / spent, summary.queue_mean, summary.queue_peak,
               summary.wait_s.mean, (double)summary.peak_memory_bytes / 1048576);
    } else {
        printf("%.1f\n", spent * 1e9 / (double)summary.submitted);
    }
    return EXIT_SUCCESS;
}
