/* SPDX-License-Identifier: GPL-3.0-or-later */
/* M/M/c through the whole simulator, from YAML to job rows, against Erlang's C formula (Erlang
 * 1917; Gross and Harris, Fundamentals of Queueing Theory, section 2.3):
 *
 *   Wq = C(c, a) / (c mu - lambda),  a = lambda / mu,
 *   C(c, a) = B / (1 - rho (1 - B)),  B(0) = 1,  B(k) = a B(k-1) / (k + a B(k-1)).
 *
 * Replications with seeds 1, 2, ... are independent; in each the first jobs are left out. */
#include <math.h>
#include <stdio.h>

#include "property/collect.h"

#define REPLICATIONS 30
#define WARM_UP      2000
#define SERVICE_S    60.0

typedef struct waits {
    double sum;
    uint64_t count;
} waits;

static gpusim_status add_wait(void *context, gpusim_table table, const void *row, gpusim_error *err)
{
    const gpusim_job_row *job = row;
    waits *all = context;

    (void)err;
    if (table == GPUSIM_TABLE_JOBS && job->index >= WARM_UP) {
        all->sum += gpusim_seconds(job->start - job->submit);
        all->count++;
    }
    return GPUSIM_OK;
}

/* Mean wait of one run; NaN after printing what went wrong. */
static double mean_wait(const gpusim_model *model, uint64_t seed)
{
    gpusim_status status;
    gpusim_error err = {0};
    gpusim_sim *sim = NULL;
    gpusim_observer observer;
    waits all = {0};

    gpusim_observer_default(&observer);
    observer.context = &all;
    observer.row = add_wait;
    GPUSIM_TRY(gpusim_sim_create(model, seed, &sim, &err));
    GPUSIM_TRY(gpusim_sim_observe(sim, &observer, &err));
    GPUSIM_TRY(gpusim_sim_run_until(sim, GPUSIM_TIME_MAX, &err));
cleanup:
    if (status != GPUSIM_OK) {
        print_error("run", &err);
    }
    gpusim_sim_destroy(sim);
    return status == GPUSIM_OK ? all.sum / (double)all.count : NAN;
}

static double erlang_wait(int servers, double load)
{
    const double a = servers * load;
    double b = 1;

    for (int k = 1; k <= servers; k++) {
        b = a * b / (k + a * b);
    }
    return b / (1 - load * (1 - b)) * SERVICE_S / (servers * (1 - load));
}

static int try_queue(int servers, double load, int jobs)
{
    char text[512];
    double sum = 0, squares = 0;

    snprintf(text, sizeof(text),
             "gpusim: 1\nuntil: drained\ncluster: {nodes: [{name: n, gpus: %d}]}\n"
             "scheduler: {order: fifo}\nworkload:\n  - synthetic:\n"
             "      arrivals: {process: poisson, rate: %.12g/h}\n"
             "      duration: {exponential: {mean: %g s}}\n      count: %d\n",
             servers, 3600 * servers * load / SERVICE_S, SERVICE_S, jobs);
    gpusim_model *model = parse_model(text, NULL);
    if (model == NULL) {
        return 1;
    }
    for (uint64_t seed = 1; seed <= REPLICATIONS; seed++) {
        const double wait = mean_wait(model, seed);
        sum += wait;
        squares += wait * wait;
    }
    gpusim_model_destroy(model);

    const double n = REPLICATIONS;
    const double mean = sum / n, theory = erlang_wait(servers, load);
    const double error = sqrt((squares - n * mean * mean) / (n * (n - 1)));
    const int good = fabs(mean - theory) <= 4 * error; // false for NaN
    printf("M/M/%d at %.2f: mean wait %.4f s, theory %.4f s, standard error %.4f s (%.2f %%)%s\n",
           servers, load, mean, theory, error, 100 * error / theory, good ? "" : "  WRONG");
    return !good;
}

int main(void)
{
    int wrong = 0;

    wrong += try_queue(1, 0.5, 20000);
    wrong += try_queue(1, 0.8, 40000);
    wrong += try_queue(4, 0.5, 20000);
    wrong += try_queue(4, 0.8, 40000);
    wrong += try_queue(32, 0.8, 100000);
    wrong += try_queue(32, 0.9, 100000);
    return wrong > 0;
}
