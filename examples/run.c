/* SPDX-License-Identifier: 0BSD */
/* Runs a scenario from a program: load, compile, create, run, read the summary.
 *
 *     examples/run scenarios/quickstart.yaml
 */
#include <stdio.h>

#include <gpusim/gpusim.h>

int main(int argc, char **argv)
{
    gpusim_status status;
    gpusim_error err = {0};
    gpusim_spec *spec = NULL;
    gpusim_model *model = NULL;
    gpusim_sim *sim = NULL;
    if (argc != 2) {
        fprintf(stderr, "usage: %s SCENARIO\n", argv[0]);
        return 2;
    }

    // what the user wrote -> what is simulated -> one run of it
    GPUSIM_TRY(gpusim_spec_load(argv[1], &spec, &err));
    GPUSIM_TRY(gpusim_model_compile(spec, &model, &err));
    GPUSIM_TRY(gpusim_sim_create(model, /*seed=*/1, &sim, &err));
    GPUSIM_TRY(gpusim_sim_run_until(sim, GPUSIM_TIME_MAX, &err));

    const gpusim_summary *summary = gpusim_sim_summary(sim);
    printf("%llu jobs completed, mean wait %.1f s, GPUs allocated %.1f %% of the time\n",
           (unsigned long long)summary->completed, summary->wait_s.mean,
           100 * summary->gpu_allocated_fraction);

cleanup:
    if (status != GPUSIM_OK) {
        char text[2048];
        gpusim_error_format(&err, text, sizeof text);
        fprintf(stderr, "%s\n", text);
    }
    gpusim_sim_destroy(sim);
    gpusim_model_destroy(model);
    gpusim_spec_destroy(spec);
    return status == GPUSIM_OK ? 0 : 1;
}
