/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What every policy costs as clusters grow: orders that skip, with first-fit; placements, under
 * fifo that skips; and schedulers that decide everything. Elastic jobs of four kinds on three
 * models of GPU, 8 a node, 10 jobs a node waiting. Prints us of CPU time for each job that ends,
 * with all passes since the one before and what the core does, and ms of the first pass, which
 * fills the cluster. A size is left out where the one before it leads to expect more than a minute.
 *
 * usage: benchmark_schedulers [NODES... [NAME]] */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <gpusim/module.h>
#include <gpusim/sim.h>

#include "clock.h"

enum { SIZES = 8, ENDS = 400 };
static const gpusim_time SPAN = 10 * GPUSIM_MINUTE; /* between looks at the clock */
static const double LIMIT = 10;                     /* s to measure for */
static const double EXPECT = 60;                    /* s of a first pass and a span, at the most */

typedef struct cost {
    double first, each; /* s: of the first pass, of each job that ends */
    double all, span;   /* s: of all after the first pass, and of the dearest SPAN of it */
    uint64_t ends;
} cost;

static const char scenario[] =
    "gpusim: 1\nuntil: drained\n"
    "cluster:\n  physics: false\n"
    "  throughput:\n    reference: V100-SXM2-16GB\n    rates:\n"
    "      a: {V100-SXM2-16GB: 4, P100-PCIE-16GB: 2.6, T4: 0.6}\n"
    "      b: {V100-SXM2-16GB: 24, P100-PCIE-16GB: 22, T4: 7}\n"
    "      c: {V100-SXM2-16GB: 13, P100-PCIE-16GB: 31, T4: 20}\n"
    "  nodes:\n"
    "    - {name: v, count: %u, gpus: 8, gpu: V100-SXM2-16GB, class: gpu}\n"
    "    - {name: p, count: %u, gpus: 8, gpu: P100-PCIE-16GB, class: cloud}\n"
    "    - {name: t, count: %u, gpus: 8, gpu: T4, class: edge}\n"
    "scheduler: %s\n"
    "workload:\n  - synthetic:\n"
    "      arrivals: {process: bursts, rate: 3600/h, size: %u, spacing: 0 s}\n"
    "      count: %u\n      users: 200\n"
    "      gpus: {choice: {1: 5, 2: 2, 4: 1, 8: 2, 16: 1, 32: 1}}\n"
    "      duration: {lognormal: {median: 1 h, sigma: 1}}\n"
    "      kind: {a: 1, b: 1, c: 1, d: 1}\n"
    "      deadline: {factor: {uniform: {min: 1, max: 9}}}\n"
    "      elastic: {min: 1, max: 64, serial: 0.05, cost: 30 s}\n";

static uint64_t ended(gpusim_sim *sim)
{
    return gpusim_sim_summary(sim)->completed;
}

static gpusim_status measure(const char *scheduler, uint32_t nodes, cost *result, gpusim_error *err)
{
    char text[4096];
    uint32_t jobs = 12 * nodes; /* about 2 a node run */
    snprintf(text, sizeof text, scenario, nodes - nodes / 3 * 2, nodes / 3, nodes / 3, scheduler,
             jobs, jobs);
    gpusim_spec *spec = NULL;
    gpusim_model *model = NULL;
    gpusim_sim *sim = NULL;
    gpusim_status status;
    int ran = 1;
    *result = (cost){.ends = 0};
    GPUSIM_TRY(gpusim_spec_parse(text, strlen(text), "benchmark", NULL, &spec, err));
    GPUSIM_TRY(gpusim_model_compile(spec, &model, err));
    GPUSIM_TRY(gpusim_sim_create(model, 1, &sim, err));

    // until the first pass that starts somebody, which may be a round later
    double begun = cpu_seconds();
    while (ran && gpusim_sim_view(sim)->running_count == 0) {
        GPUSIM_TRY(gpusim_sim_step(sim, &ran, err));
    }
    result->first = cpu_seconds() - begun;

    uint64_t before = ended(sim);
    while (ran && result->ends < ENDS && result->all < LIMIT) {
        gpusim_time next = gpusim_time_add(gpusim_sim_now(sim), SPAN);
        begun = cpu_seconds();
        GPUSIM_TRY(gpusim_sim_run_until(sim, next, err));
        double took = cpu_seconds() - begun;
        result->all += took;
        result->span = took > result->span ? took : result->span;
        ran = !gpusim_sim_ended(sim);
        result->ends = ended(sim) - before;
    }
    result->each = result->ends ? result->all / (double)result->ends : 0;
cleanup:
    gpusim_sim_destroy(sim);
    gpusim_model_destroy(model);
    gpusim_spec_destroy(spec);
    return status;
}

static int compare(const char *name, const char *scheduler, const uint32_t *nodes, uint32_t sizes)
{
    cost last = {.ends = 0};
    printf("%-19s", name);
    for (uint32_t i = 0; i < sizes; i++) {
        double growth = i ? (double)nodes[i] / nodes[i - 1] : 0;
        if ((last.first + last.span) * growth * growth > EXPECT) {
            printf(" %10s %10s", "-", "-");
            last.first = EXPECT; // nor any larger one
            continue;
        }
        gpusim_error err = {0};
        if (measure(scheduler, nodes[i], &last, &err) != GPUSIM_OK) {
            printf(" %s\n", err.message);
            return 1;
        }
        printf(" %10.1f %10.1f", last.each * 1e6, last.first * 1e3);
        fflush(stdout);
    }
    printf("\n");
    return 0;
}

int main(int argc, char **argv)
{
    uint32_t nodes[SIZES] = {100, 1000}, sizes = 2;
    const char *only = argc > 2 && argv[argc - 1][0] > '9' ? argv[argc - 1] : NULL;
    for (int i = 1; i < argc - (only != NULL) && i <= SIZES; i++) {
        nodes[i - 1] = (uint32_t)strtoul(argv[i], NULL, 10);
        sizes = (uint32_t)i;
        if (nodes[i - 1] < 3) {
            fprintf(stderr, "usage: benchmark_schedulers [NODES... [NAME]]\n");
            return 2;
        }
    }
    printf("%-19s", "us an end, ms first");
    for (uint32_t i = 0; i < sizes; i++) {
        printf(" %15u nodes", nodes[i]);
    }
    printf("\n");
    static const struct {
        gpusim_module_kind kind;
        const char *text;
    } kinds[] = {{GPUSIM_MODULE_ORDER, "{blocking: false, order: %s}"},
                 {GPUSIM_MODULE_PLACEMENT, "{blocking: false, placement: %s}"},
                 {GPUSIM_MODULE_SCHEDULER, "{module: %s}"}};
    int failed = 0;
    for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++) {
        const gpusim_module *module;
        for (uint32_t i = 0; (module = gpusim_module_builtin(kinds[k].kind, i)); i++) {
            char text[256];
            snprintf(text, sizeof text, kinds[k].text, module->name);
            if (!only || strcmp(only, module->name) == 0) {
                failed |= compare(module->name, text, nodes, sizes);
            }
        }
    }
    return failed;
}
