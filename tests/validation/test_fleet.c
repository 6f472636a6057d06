/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A fleet against two real ones: the distributions of power and temperature over all samples of
 * all GPUs, calibrated on Kalos and held against Seren too, which no parameter has seen.
 * With a file's name it also writes the curves there, for analysis/plots/acme.gp. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include <gpusim/gpusim.h>

#include "core/sim.h"
#include "harness.h"
#include "telemetry/metrics.h"

enum { POWER, GPU, MEMORY, NODE, QUANTITIES }; // GPU, MEMORY: temperatures; NODE: its power
enum { KALOS, SEREN, FLEETS };
enum { BINS = 16384, POINTS = 1000 };

static const struct {
    const char *name, *file; // of the fleets' distributions, behind their name
    gs_metric metric;
    double step; // of our histogram
} quantities[QUANTITIES] = {
    [POWER] = {"power, W", "gpu_power_w", GS_METRIC_POWER_USAGE, 0.1},
    [GPU] = {"GPU, degC", "gpu_temp_c", GS_METRIC_GPU_TEMP, 1},
    [MEMORY] = {"memory, degC", "memory_temp_c", GS_METRIC_MEMORY_TEMP, 1},
    [NODE] = {"node, W", NULL, GS_METRIC_NODE_POWER, 1},
};
static const char *const fleets[FLEETS] = {"kalos", "seren"};

static struct {
    gpusim_sim *sim;
    uint64_t count[QUANTITIES][BINS], all[QUANTITIES];
    uint64_t above; // readings above the cap
    double most;    // W that a GPU really drew
} seen;
static double theirs[QUANTITIES][FLEETS][POINTS];
static const char *curves;

#define CAP  400.0
#define WARM (42 * GPUSIM_HOUR) // an eighth of the run, in which the fleet fills

static void count(int quantity, const float *values, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        double bin = floor((double)values[i] / quantities[quantity].step + 0.5);
        ck_assert_msg(bin >= 0 && bin < BINS, "%s: %g", quantities[quantity].name,
                      (double)values[i]);
        seen.count[quantity][(uint32_t)bin]++;
        seen.above += quantity == POWER && (double)values[i] > CAP;
    }
    seen.all[quantity] += n;
}

static gpusim_status hear(void *context, gpusim_time time, const gpusim_sample *samples, uint32_t n,
                          gpusim_error *err)
{
    (void)context;
    (void)err;
    if (time < WARM) {
        return GPUSIM_OK;
    }
    for (uint32_t i = 0; i < n; i++) {
        for (int q = 0; q < QUANTITIES; q++) {
            if (samples[i].metric == quantities[q].metric) {
                count(q, samples[i].values, samples[i].count);
            }
        }
    }
    for (uint32_t g = 0; g < seen.sim->gpus.count; g++) {
        seen.most = fmax(seen.most, (double)GS_GPU(seen.sim, g)->power * 1e-9);
    }
    return GPUSIM_OK;
}

/* The value that this share of our samples does not exceed. */
static double ours(int quantity, double share)
{
    double below = 0, wanted = share * (double)seen.all[quantity];
    uint32_t bin = 0;
    while (bin < BINS - 1 && (below += (double)seen.count[quantity][bin]) < wanted) {
        bin++;
    }
    return bin * quantities[quantity].step;
}

/* A published distribution at the middle of each of POINTS equal shares. */
static void read_distribution(int quantity, int fleet)
{
    char name[128], line[256];
    snprintf(name, sizeof name, "data/acme/%s_%s_cdf.csv", fleets[fleet],
             quantities[quantity].file);
    const char *path = test_shared(name);
    FILE *file = path ? fopen(path, "r") : NULL;
    ck_assert_msg(file != NULL, "%s", name);
    double value = 0, percent = 0, last_value = 0, last_percent = 0;
    int at = 0;
    while (fgets(line, sizeof line, file)) {
        if (sscanf(line, "%lf,%lf", &value, &percent) != 2) {
            continue; // the header
        }
        for (; at < POINTS && (at + 0.5) * 100 / POINTS <= percent; at++) {
            double part = ((at + 0.5) * 100 / POINTS - last_percent) / (percent - last_percent);
            theirs[quantity][fleet][at] = last_value + part * (value - last_value);
        }
        last_value = value;
        last_percent = percent;
    }
    fclose(file);
    ck_assert_int_eq(at, POINTS);
}

static double their_quantile(int quantity, int fleet, int percent)
{
    const double *q = theirs[quantity][fleet] + percent * POINTS / 100;
    return (q[-1] + q[0]) / 2;
}

typedef struct distance {
    double mean;  // Wasserstein, over the mean
    double worst; // relative, of the percentiles 5, 10, 90, 95
    double apart; // Wasserstein between the two fleets, over the mean
} distance;

static distance compare(int quantity, int fleet)
{
    static const int percents[] = {5, 10, 25, 50, 75, 90, 95};
    distance d = {0};
    double sum = 0, off = 0, between = 0;
    for (int i = 0; i < POINTS; i++) {
        double value = theirs[quantity][fleet][i];
        sum += value;
        off += fabs(ours(quantity, (i + 0.5) / POINTS) - value);
        between += fabs(theirs[quantity][!fleet][i] - value);
    }
    d.mean = off / sum;
    d.apart = between / sum;
    printf("%-12s %s: Wasserstein %.2f, %.1f%% of the mean (the other fleet %.1f%%);",
           quantities[quantity].name, fleets[fleet], off / POINTS, 100 * d.mean, 100 * d.apart);
    for (size_t i = 0; i < sizeof percents / sizeof percents[0]; i++) {
        int p = percents[i];
        double mine = ours(quantity, p / 100.0), other = their_quantile(quantity, fleet, p);
        printf(" p%d %.1f of %.1f (%+.1f%%)", p, mine, other, 100 * (mine / other - 1));
        d.worst = p <= 10 || p >= 90 ? fmax(d.worst, fabs(mine / other - 1)) : d.worst;
    }
    printf("\n");
    fflush(stdout); // should an assertion end it here
    return d;
}

static void write_curves(void)
{
    FILE *file = fopen(curves, "w");
    ck_assert_ptr_nonnull(file);
    for (int i = 0; i < POINTS; i++) {
        fprintf(file, "%.2f", (i + 0.5) * 100 / POINTS);
        for (int q = POWER; q <= MEMORY; q++) {
            fprintf(file, "\t%.1f\t%.1f\t%.1f", ours(q, (i + 0.5) / POINTS), theirs[q][KALOS][i],
                    theirs[q][SEREN][i]);
        }
        fprintf(file, "\n");
    }
    ck_assert_int_eq(fclose(file), 0);
}

static void run_fleet(void)
{
    gpusim_spec *spec = NULL;
    gpusim_model *model = NULL;
    gpusim_error err = {0};
    gpusim_observer observer;
    char path[1024];
    snprintf(path, sizeof path, "%s/scenarios/validation/acme-a100.yaml", getenv("GPUSIM_SOURCE"));
    ASSERT_OK(gpusim_spec_load(path, &spec, &err), &err);
    ASSERT_OK(gpusim_model_compile(spec, &model, &err), &err);
    ASSERT_OK(gpusim_sim_create(model, 2, &seen.sim, &err), &err);
    gpusim_observer_default(&observer);
    observer.sample = hear;
    ASSERT_OK(gpusim_sim_observe(seen.sim, &observer, &err), &err);
    ASSERT_OK(gpusim_sim_run_until(seen.sim, GPUSIM_TIME_MAX, &err), &err);
    gpusim_sim_destroy(seen.sim);
    gpusim_model_destroy(model);
    gpusim_spec_destroy(spec);
}

START_TEST(test_fleet)
{
    for (int q = POWER; q <= MEMORY; q++) {
        read_distribution(q, KALOS);
        read_distribution(q, SEREN);
    }
    run_fleet();
    for (int q = POWER; q <= MEMORY; q++) {
        for (int fleet = KALOS; fleet <= SEREN; fleet++) {
            distance d = compare(q, fleet);
            ck_assert_double_lt(d.worst, 0.05);
            // the jobs of Seren draw less than those of Kalos (p75 290 W, not 372 W): a mix taken
            // from Kalos is as far from Seren as Kalos is, and cannot be nearer
            if (q == POWER && fleet == SEREN) {
                ck_assert_double_gt(d.apart, 0.13);
                ck_assert_double_lt(d.mean, d.apart + 0.05);
            } else {
                ck_assert_double_lt(d.mean, 0.05);
            }
        }
    }

    // a node at rest and a busy one
    double rest = ours(NODE, 0.05), busy = ours(NODE, 0.9);
    printf("%-12s p5 %.0f of 1512, p90 %.0f of 4851\n", quantities[NODE].name, rest, busy);
    ck_assert_double_lt(fabs(rest / 1512 - 1), 0.05);
    ck_assert_double_lt(fabs(busy / 4851 - 1), 0.05);

    // as many readings above the cap as between Seren (8.0%) and Kalos (12.6%), by the sensor alone
    double above = (double)seen.above / (double)seen.all[POWER];
    printf("above %g W: %.1f%% of the readings, at most %.9g W drawn\n", CAP, 100 * above,
           seen.most);
    ck_assert(above > 0.080 && above < 0.126);
    ck_assert(seen.most > 0.99 * CAP && seen.most <= CAP);
    if (curves) {
        write_curves();
    }
}
END_TEST

int main(int argc, char **argv)
{
    curves = argc > 1 ? argv[1] : NULL;
    if (!test_shared("data/acme")) {
        return 77;
    }
    Suite *suite = suite_create("fleet");
    TEST_CASE(suite, 600, test_fleet);
    return test_run(suite);
}
