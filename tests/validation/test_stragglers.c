/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Stragglers: a gang is as slow as its slowest member; what the slowest of n costs, by quadrature
 * and by simulation; what telemetry says of slowdowns that were injected, and what is true. */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_integration.h>
#include <gsl/gsl_randist.h>

#include <gpusim/gpusim.h>

#include "../core/collect.h"

#define HOUR (3600 * GPUSIM_SECOND)

/* How much longer a job was on its GPUs than its work takes. */
static double slowdown_of(const gpusim_job_row *row)
{
    return (double)(row->end - row->start) / (double)row->duration;
}

/* ---- the maximum over members ---- */

START_TEST(test_maximum)
{
    // five of eight are slow, one of them for two reasons that multiply
    static const char text[] =
        "gpusim: 1\n"
        "until: drained\n"
        "cluster: {nodes: [{name: n, count: 2, gpus: 4}]}\n"
        "workload: [{jobs: [{gpus: 8, duration: 1 h}, {gpus: 4, duration: 1 h}]}]\n"
        "chaos:\n"
        "  - {fault: straggler, target: {gpu: n-0000/gpu1}, at: 0 s, slowdown: 1.25}\n"
        "  - {fault: straggler, target: {gpu: n-0000/gpu2}, at: 0 s, slowdown: 1.75}\n"
        "  - {fault: straggler, target: {gpu: n-0001/gpu0}, at: 0 s, slowdown: 1.5}\n"
        "  - {fault: straggler, target: {gpu: n-0001/gpu0}, at: 0 s, slowdown: 1.5}\n"
        "  - {fault: straggler, target: {gpu: n-0001/gpu3}, at: 0 s, slowdown: 2}\n";
    collected rows = {0};
    gpusim_model *model = compile_text(text);
    gpusim_sim *sim = run_model(model, 1, &rows);
    ck_assert_double_eq_tol(slowdown_of(job_row(&rows, 0)), 2.25, 1e-12);
    // the other one has the first node for itself
    ck_assert_double_eq_tol(slowdown_of(job_row(&rows, 1)), 1.75, 1e-12);
    collect_release(&rows);
    gpusim_sim_destroy(sim);
    gpusim_model_destroy(model);
}
END_TEST

/* ---- the largest of n normal variates ---- */

static double density_of_largest(double x, void *n)
{
    double members = *(double *)n;
    return x * members * gsl_ran_ugaussian_pdf(x) * pow(gsl_cdf_ugaussian_P(x), members - 1);
}

/* Its mean: the integral of x n phi(x) Phi(x)^(n-1). */
static double mean_of_largest(double n)
{
    double mean, error;
    gsl_function function = {.function = density_of_largest, .params = &n};
    gsl_integration_workspace *space = gsl_integration_workspace_alloc(1000);
    ck_assert_int_eq(gsl_integration_qag(&function, -12, 12, 1e-10, 1e-10, 1000, GSL_INTEG_GAUSS61,
                                         space, &mean, &error),
                     0);
    gsl_integration_workspace_free(space);
    return mean;
}

START_TEST(test_quadrature)
{
    static const struct {
        double n, mean;
    } expected[] = {{8, 1.42360}, {64, 2.34373}, {4096, 3.62608}, {16384, 3.97135}};
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
        ck_assert_double_eq_tol(mean_of_largest(expected[i].n), expected[i].mean, 5e-6);
    }
}
END_TEST

/* Jobs of n GPUs on 2,048 that differ by 2 %, each alone on its own: with speed 1 + 2 % z of each
 * GPU a job takes 1 / (1 + 2 % min z) times its work, and -min z has the mean of the largest. */
static void simulate_largest(uint32_t n, uint64_t seeds)
{
    char text[1024];
    double sum = 0, squares = 0, count = 0;
    snprintf(text, sizeof text,
             "gpusim: 1\n"
             "until: drained\n"
             "cluster: {nodes: [{name: n, count: 256, gpu: H100-SXM5-80GB, gpus: 8,\n"
             "                   spread: {speed: 0.02}}]}\n"
             "workload: [{synthetic: {name: w, arrivals: {process: periodic, every: 1 s},\n"
             "                        count: %u, gpus: %u, duration: 10 h,\n"
             "                        profile: {intensity: 0.2}}}]\n",
             2048 / n, n);
    gpusim_model *model = compile_text(text);
    for (uint64_t seed = 1; seed <= seeds; seed++) {
        collected rows = {0};
        gpusim_sim *sim = NULL;
        gpusim_error err = {0};
        gpusim_observer observer = collect_observer(&rows);
        ASSERT_OK(gpusim_sim_create(model, seed, &sim, &err), &err);
        ASSERT_OK(gpusim_sim_observe(sim, &observer, &err), &err);
        ASSERT_OK(gpusim_sim_run_until(sim, GPUSIM_TIME_MAX, &err), &err);
        for (uint32_t j = 0; j < 2048 / n; j++) {
            const gpusim_job_row *row = job_row(&rows, j);
            ck_assert_int_eq(row->start, row->submit);
            double largest = (1 - 1 / slowdown_of(row)) / 0.02;
            sum += largest;
            squares += largest * largest;
            count++;
        }
        collect_release(&rows);
        gpusim_sim_destroy(sim);
    }
    gpusim_model_destroy(model);
    double mean = sum / count;
    double error = sqrt((squares / count - mean * mean) / (count - 1));
    printf("largest of %u: %.5f +- %.5f, by quadrature %.5f\n", n, mean, error, mean_of_largest(n));
    ck_assert_double_eq_tol(mean, mean_of_largest(n), 3 * error);
}

START_TEST(test_simulated_largest)
{
    simulate_largest(8, 10);
    simulate_largest(64, 20);
}
END_TEST

/* ---- slowdowns that were injected ---- */

static gpusim_spec *load(const char *name)
{
    gpusim_spec *spec;
    gpusim_error err = {0};
    char path[1024];
    snprintf(path, sizeof path, "%s/scenarios/validation/%s.yaml", getenv("GPUSIM_SOURCE"), name);
    ASSERT_OK(gpusim_spec_load(path, &spec, &err), &err);
    return spec;
}

/* How long each job was on its GPUs with the spec as it is, s; with `path`: writes a trace, too. */
static void run_spec(gpusim_spec *spec, uint32_t jobs, double *seconds, const char *path)
{
    gpusim_error err = {0};
    gpusim_model *model;
    gpusim_sim *sim;
    gpusim_trace_writer *writer = NULL;
    collected rows = {0};
    gpusim_observer observer = collect_observer(&rows), tracer;
    gpusim_trace_options options;
    gpusim_trace_options_default(&options);
    options.force = 1;
    ASSERT_OK(gpusim_model_compile(spec, &model, &err), &err);
    ASSERT_OK(gpusim_sim_create(model, 18, &sim, &err), &err);
    ASSERT_OK(gpusim_sim_observe(sim, &observer, &err), &err);
    if (path) {
        ASSERT_OK(gpusim_trace_writer_create(path, &options, &writer, &tracer, &err), &err);
        ASSERT_OK(gpusim_sim_observe(sim, &tracer, &err), &err);
    }
    ASSERT_OK(gpusim_sim_run_until(sim, GPUSIM_TIME_MAX, &err), &err);
    for (uint32_t j = 0; j < jobs; j++) {
        const gpusim_job_row *row = job_row(&rows, j);
        seconds[j] = gpusim_seconds(row->end - row->start);
    }
    gpusim_sim_destroy(sim);
    gpusim_trace_writer_destroy(writer);
    gpusim_model_destroy(model);
    collect_release(&rows);
}

enum { INJECTED = 4 };

/* What telemetry says of the scenario with one change to it (NULL: none), and what is true. */
static void estimate(const char *key, const char *value, gpusim_whatif_job *estimated,
                     double *truth, char blamed[INJECTED][64])
{
    gpusim_error err = {0};
    gpusim_trace *trace;
    gpusim_whatif *whatif;
    double with[INJECTED], without[INJECTED];
    uint64_t count;
    char path[] = "/tmp/gpusim-stragglers-XXXXXX";
    int file = mkstemp(path);
    ck_assert_int_ge(file, 0);
    close(file);
    gpusim_spec *spec = load("stragglers-injected");
    if (key) {
        ASSERT_OK(gpusim_spec_set(spec, key, value, &err), &err);
    }
    run_spec(spec, INJECTED, with, path);

    // the same without the faults: all other draws are what they were
    ASSERT_OK(gpusim_spec_set(spec, "chaos", "[]", &err), &err);
    run_spec(spec, INJECTED, without, NULL);
    gpusim_spec_destroy(spec);

    ASSERT_OK(gpusim_trace_open(path, &trace, &err), &err);
    ASSERT_OK(gpusim_whatif_create(trace, &whatif, &err), &err);
    const gpusim_whatif_job *jobs = gpusim_whatif_jobs(whatif, &count);
    ck_assert_uint_eq(count, INJECTED);
    for (uint32_t j = 0; j < INJECTED; j++) {
        estimated[j] = jobs[j];
        truth[j] = with[j] / without[j];
        snprintf(blamed[j], 64, "%s", jobs[j].blamed ? jobs[j].blamed : "nobody");
        printf("slowdown %.4f, estimated as %.4f; blamed: %s\n", truth[j], jobs[j].slowdown,
               blamed[j]);
    }
    gpusim_whatif_destroy(whatif);
    gpusim_trace_close(trace);
    unlink(path);
}

START_TEST(test_injected)
{
    // published: as they were, and as they were estimated
    static const double published[INJECTED - 1][2] = {{1.16, 1.21}, {1.40, 1.42}, {2.03, 1.98}};
    static const char *const culprits[INJECTED] = {"train-0003/gpu2", "train-0021/gpu5",
                                                   "train-0040/gpu7", "nobody"};
    gpusim_whatif_job jobs[INJECTED];
    double truth[INJECTED];
    char blamed[INJECTED][64];
    estimate(NULL, NULL, jobs, truth, blamed);
    for (uint32_t j = 0; j < INJECTED; j++) {
        ck_assert_str_eq(blamed[j], culprits[j]);
    }
    for (uint32_t j = 0; j < INJECTED - 1; j++) {
        ck_assert_double_eq_tol(truth[j], published[j][0], 0.005);
        ck_assert_double_le(fabs(jobs[j].slowdown - truth[j]),
                            fabs(published[j][1] - published[j][0]));

        // which is little to ask of readings without noise
        ck_assert_double_eq_tol(jobs[j].slowdown, truth[j], 0.002);
        ck_assert_double_eq_tol(jobs[j].step_s / jobs[j].ideal_step_s, jobs[j].slowdown, 0.005);
        ck_assert_double_eq_tol(jobs[j].blamed_share, 1, 1e-9);
        ck_assert_double_eq_tol(jobs[j].wasted_gpu_hours,
                                jobs[j].gpu_hours * (1 - 1 / jobs[j].slowdown), 1e-6);
    }
    ck_assert_double_eq_tol(jobs[INJECTED - 1].slowdown, 1, 1e-3);
    ck_assert_double_eq(truth[INJECTED - 1], 1);
}
END_TEST

START_TEST(test_comes_and_goes)
{
    // seven minutes of twenty-seven, seen once a minute: samples in which it comes or goes blur it
    gpusim_whatif_job jobs[INJECTED];
    double truth[INJECTED];
    char blamed[INJECTED][64];
    estimate("chaos[0]",
             "{fault: straggler, target: {gpu: train-0003/gpu2}, slowdown: 1.5, "
             "every: {exponential: {mean: 20 min}}, for: {exponential: {mean: 7 min}}}",
             jobs, truth, blamed);
    ck_assert_double_gt(truth[0], 1.05);
    ck_assert_double_eq_tol(jobs[0].slowdown, truth[0], 0.01);
    ck_assert_str_eq(blamed[0], "train-0003/gpu2");
}
END_TEST

START_TEST(test_a_slow_node)
{
    // half of the GPUs of a node are slow: the node is to blame, not the first of them
    gpusim_whatif_job jobs[INJECTED];
    double truth[INJECTED];
    char blamed[INJECTED][64];
    estimate("chaos[0].target",
             "{gpu: [train-0003/gpu0, train-0003/gpu1, train-0003/gpu2, train-0003/gpu3]}", jobs,
             truth, blamed);
    ck_assert_double_eq_tol(jobs[0].slowdown, truth[0], 0.01);
    ck_assert_str_eq(blamed[0], "train-0003");
}
END_TEST

START_TEST(test_hot)
{
    // one that throttles for heat is slow by its clock, and that is said
    gpusim_whatif_job jobs[INJECTED];
    double truth[INJECTED];
    char blamed[INJECTED][64];
    estimate("chaos[0]",
             "{fault: thermal-runaway, target: {gpu: train-0003/gpu2}, at: 0 s, resistance: 3}",
             jobs, truth, blamed);
    ck_assert_double_gt(truth[0], 1.02);
    ck_assert_double_eq_tol(jobs[0].slowdown, truth[0], 0.01);
    ck_assert_str_eq(blamed[0], "train-0003/gpu2");
    ck_assert_double_lt(jobs[0].blamed_clock, 0.95);
    ck_assert_double_gt(jobs[1].blamed_clock, 0.98);
}
END_TEST

/* ---- a fleet ---- */

typedef struct fleet {
    double slow, wasted, much, most; /* shares: S > 1.1; GPU-hours; waste >= 21.3 %, >= 45 % */
} fleet;

static fleet run_fleet(const gpusim_model *model, uint64_t seed)
{
    fleet shares = {0};
    gpusim_error err = {0};
    gpusim_sim *sim;
    collected rows = {0};
    gpusim_observer observer = collect_observer(&rows);
    ASSERT_OK(gpusim_sim_create(model, seed, &sim, &err), &err);
    ASSERT_OK(gpusim_sim_observe(sim, &observer, &err), &err);
    ASSERT_OK(gpusim_sim_run_until(sim, GPUSIM_TIME_MAX, &err), &err);
    const gs_array *jobs = &rows.tables[GPUSIM_TABLE_JOBS];
    double held = 0, count = jobs->count;
    ck_assert_uint_eq(jobs->count, 3079);
    for (uint32_t j = 0; j < jobs->count; j++) {
        const gpusim_job_row *row = &GS_AT(*jobs, gpusim_job_row, j);
        ck_assert_uint_eq(row->state, GPUSIM_JOB_COMPLETED);
        double waste = (double)row->slowed / (double)(row->done + row->slowed);
        shares.slow += (1 / (1 - waste) > 1.1) / count;
        shares.much += (waste >= 0.213) / count;
        shares.most += (waste >= 0.45) / count;
        shares.wasted += (double)row->slowed; // all have as many GPUs
        held += (double)(row->done + row->slowed);
    }
    shares.wasted /= held;
    collect_release(&rows);
    gpusim_sim_destroy(sim);
    return shares;
}

/* Fitted with seeds 1 to 8; here are others. One fleet's shares scatter by 2.6, 0.6, 1.7 and 0.3
 * points about their means. */
START_TEST(test_fleet)
{
    enum { SEEDS = 8 };
    gpusim_error err = {0};
    gpusim_model *model;
    fleet mean = {0};
    gpusim_spec *spec = load("stragglers-fleet");
    ASSERT_OK(gpusim_model_compile(spec, &model, &err), &err);
    for (uint64_t seed = 101; seed < 101 + SEEDS; seed++) {
        fleet one = run_fleet(model, seed);
        mean.slow += one.slow / SEEDS;
        mean.wasted += one.wasted / SEEDS;
        mean.much += one.much / SEEDS;
        mean.most += one.most / SEEDS;
    }
    printf("slowed by more than 1.1: %.1f %%, wasted: %.1f %%; jobs that waste 21.3 %%: %.1f %%, "
           "45 %%: %.2f %%\n",
           100 * mean.slow, 100 * mean.wasted, 100 * mean.much, 100 * mean.most);
    ck_assert_double_eq_tol(mean.slow, 0.425, 0.02);
    ck_assert_double_eq_tol(mean.wasted, 0.104, 0.02);

    // not fitted; published as "over 10 %" and "about 1 %", of which we have half
    ck_assert_double_gt(mean.much, 0.10 - 3 * 0.017 / sqrt(SEEDS));
    ck_assert_double_lt(mean.much, 0.15);
    ck_assert_double_gt(mean.most, 0.003);
    ck_assert_double_lt(mean.most, 0.015);
    gpusim_model_destroy(model);
    gpusim_spec_destroy(spec);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("stragglers");
    TEST_CASE(suite, 120, test_maximum, test_quadrature, test_simulated_largest, test_injected,
              test_comes_and_goes, test_a_slow_node, test_hot, test_fleet);
    return test_run(suite);
}
