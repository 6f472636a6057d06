/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A year of 1,000 idle nodes with 8 GPUs, power and heat, without telemetry: events and CPU time of
 * the run, and of what comes before it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <gpusim/gpusim.h>

#include "clock.h"

static const char scenario[] =
    "gpusim: 1\n"
    "duration: 365 d\n"
    "cluster:\n"
    "  nodes: [{name: n, count: 1000, per_rack: 8, gpu: H100-SXM5-80GB, gpus: 8}]\n"
    "  power: {pue: 1.25}\n"
    "workload: []\n";

int main(void)
{
    gpusim_status status;
    gpusim_error err = {0};
    gpusim_spec *spec = NULL;
    gpusim_model *model = NULL;
    gpusim_sim *sim = NULL;
    double begun = cpu_seconds();
    GPUSIM_TRY(gpusim_spec_parse(scenario, strlen(scenario), "idle", NULL, &spec, &err));
    GPUSIM_TRY(gpusim_model_compile(spec, &model, &err));
    GPUSIM_TRY(gpusim_sim_create(model, 1, &sim, &err));
    double ready = cpu_seconds();
    GPUSIM_TRY(gpusim_sim_run_until(sim, GPUSIM_TIME_MAX, &err));
    double over = cpu_seconds();
    const gpusim_summary *summary = gpusim_sim_summary(sim);
    printf("a year of 8000 idle GPUs: %llu events, %.3f ms (%.1f ms to compile and create), "
           "%.1f GWh\n",
           (unsigned long long)summary->events, 1e3 * (over - ready), 1e3 * (ready - begun),
           summary->energy_facility_j / 3.6e12);
cleanup:
    if (status != GPUSIM_OK) {
        fprintf(stderr, "%s\n", err.message);
    }
    gpusim_sim_destroy(sim);
    gpusim_model_destroy(model);
    gpusim_spec_destroy(spec);
    return status == GPUSIM_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}
