/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whole runs against equations in which nothing is held: leakage follows the temperature, inlets
 * the powers of the rack. What holding costs shrinks with the quantum; steady states cost nothing.
 */
#include <math.h>
#include <stdio.h>

#include <gpusim/random.h>

#include "core/collect.h"
#include "core/sim.h"
#include "reference/runge_kutta.h"

enum { NODES = 6, QUANTA = 4 };

// six nodes of one GPU whose clocks nothing lowers; jobs come and go
static const char *scenario_of(double leak_step, double epsilon, double share, uint64_t seed)
{
    static char text[16384];
    gpusim_stream from = gpusim_stream_indexed(gpusim_stream_make(1, "test", "convergence"), seed);
    uint64_t n = 0;
    int length = snprintf(
        text, sizeof text,
        "gpusim: 1\nduration: 3 h\ncluster:\n  nodes:\n    - name: n\n      count: %d\n      "
        "per_rack: "
        "%d\n      gpu: A100-SXM4-80GB\n      gpus: 1\n      gpu_model:\n        thermal: "
        "{resistance: 0.1 K/W, fast_time: 5 s, slow_time: 60 s, fast_share: 0.8}\n        leakage: "
        "{power: 25 W, reference: 45 C, scale: 50 K}\n        limits: {operating: 120 C, slowdown: "
        "125 C, shutdown: 130 C, memory: 200 C}\n        power: {tdp: 700 W, cap_max: 700 W, "
        "fixed: 80 W, dynamic: 300 W}\n     "
        " cooling: {airflow: 0.05 m3/s}\n  power: "
        "{reaction: 1 ms}\n  cooling: {supply: 25 C, leak_step: %.4f K, settled: %.6f K, epsilon: "
        "%.4f K, recirculation: {self: %.3f, neighbour: %.3f}}\nworkload:\n  - jobs:\n",
        NODES, NODES, leak_step, leak_step / 20, epsilon, share, share / 2);
    double at = 0;
    for (int i = 0; i < 24; i++) {
        at += 200 * gpusim_draw_uniform(from, n++);
        double duration = 100 + 900 * gpusim_draw_uniform(from, n++);
        double intensity = 0.1 + 0.7 * gpusim_draw_uniform(from, n++);
        length += snprintf(text + length, sizeof text - (size_t)length,
                           "      - {at: %.6f s, duration: %.3f s, gpus: 1, profile: {intensity: "
                           "%.3f}}\n",
                           at, duration, intensity);
    }
    length += snprintf(text + length, sizeof text - (size_t)length,
                       "      - {at: 2000 s, duration: 1 d, gpus: 2, profile: {intensity: 0.7}}\n"
                       "scheduler: {order: fifo, blocking: false, placement: spread}\n");
    ck_assert_int_lt(length, (int)sizeof text);
    return text;
}

static double watts_of(const gpusim_sim *sim, const gs_gpu *gpu, double *share)
{
    const gpusim_gpu_power *power = &gs_gpu_hardware(sim, 0)->gpu.power;
    ck_assert_uint_eq(gpu->reasons & ~(uint32_t)GS_THROTTLE_IDLE, 0); // nothing holds a clock down
    *share = gpu->level == GS_GPU_BUSY ? gpu->load.busy : 0;
    if (gpu->level != GS_GPU_BUSY) {
        return gpu->level == GS_GPU_IDLE ? power->idle : power->context;
    }
    return *share * power->fixed + gpu->load.dynamic * power->dynamic +
           (1 - *share) * power->context;
}

static void take_loads(const gpusim_sim *sim, slow_rack *rack)
{
    for (uint32_t i = 0; i < rack->nodes; i++) {
        const gs_gpu gpu = gs_gpu_now(sim, i);
        rack->gpus[i].watts = watts_of(sim, &gpu, &rack->gpus[i].share);
    }
    slow_rack_breathe(rack);
}

static double furthest(const gpusim_sim *sim, const slow_rack *rack)
{
    double most = 0;
    for (uint32_t i = 0; i < rack->nodes; i++) {
        const gs_gpu gpu = gs_gpu_now(sim, i);
        const slow_gpu *twin = &rack->gpus[i];
        double temperature = twin->inlet + twin->fast + twin->slow;
        most = fmax(most, fabs(gs_gpu_temperature(&gpu) - temperature));
    }
    return most;
}

// the worst distance at even times, and the one at the end, when all has been at rest for long
static double run_apart(const char *text, double *at_rest)
{
    gpusim_error err = {0};
    gpusim_model *model = compile_text(text);
    gpusim_sim *sim = NULL;
    ASSERT_OK(gpusim_sim_create(model, 1, &sim, &err), &err);
    static const double nothing[NODES * NODES];
    const double *d = model->hardware.racks[0].air.d;
    slow_gpu gpus[NODES];
    slow_rack rack = {.gpus = gpus, .nodes = NODES, .d = d ? d : nothing, .supply = 25};
    for (uint32_t i = 0; i < NODES; i++) {
        const gs_gpu gpu = gs_gpu_now(sim, i);
        const gpusim_gpu_model *of = &gs_gpu_hardware(sim, i)->gpu;
        gpus[i] = (slow_gpu){
            .thermal = of->thermal, .leakage = of->leakage, .fast = gpu.fast, .slow = gpu.slow};
    }
    take_loads(sim, &rack);
    double worst = 0, grid = 3.7;
    while (grid < 3 * 3600) {
        gpusim_time next = gpusim_engine_next(sim->engine);
        double event = gpusim_seconds(next);
        double until = fmin(grid, event);
        gpusim_time to = event <= grid ? next : (gpusim_time)(grid * 1e9);
        slow_rack_advance(&rack, until);
        ASSERT_OK(gpusim_sim_run_until(sim, to, &err), &err);
        take_loads(sim, &rack);
        if (event > grid) {
            worst = fmax(worst, furthest(sim, &rack));
            grid += 3.7;
        }
    }
    *at_rest = furthest(sim, &rack);
    gpusim_sim_destroy(sim);
    gpusim_model_destroy(model);
    return worst;
}

static void report(const char *what, const double *quanta, const double *worst)
{
    for (int q = 0; q < QUANTA; q++) {
        printf("%s %.3f K: worst %.5f K", what, quanta[q], worst[q]);
        double order = q ? log(worst[q - 1] / worst[q]) / log(quanta[q - 1] / quanta[q]) : 0;
        printf(q ? ", order %.2f\n" : "\n", order);
    }
}

START_TEST(leakage_steps_converge)
{
    static const double steps[QUANTA] = {2, 1, 0.5, 0.25};
    double worst[QUANTA] = {0}, rest = 0;
    for (int q = 0; q < QUANTA; q++) {
        for (uint64_t seed = 1; seed <= 3; seed++) {
            double at_rest;
            worst[q] = fmax(worst[q], run_apart(scenario_of(steps[q], 0.1, 0, seed), &at_rest));
            rest = fmax(rest, at_rest);
        }
    }
    report("leakage held for", steps, worst);
    printf("at rest: %.2g K\n", rest);
    for (int q = 1; q < QUANTA; q++) {
        ck_assert_double_lt(worst[q], 0.65 * worst[q - 1]);
    }
    ck_assert_double_lt(rest, 1e-9 * 60);
}
END_TEST

START_TEST(inlets_converge)
{
    static const double epsilons[QUANTA] = {0.8, 0.2, 0.05, 0.0125};
    double worst[QUANTA] = {0};
    for (int q = 0; q < QUANTA; q++) {
        for (uint64_t seed = 1; seed <= 3; seed++) {
            double at_rest;
            worst[q] =
                fmax(worst[q], run_apart(scenario_of(0.02, epsilons[q], 0.1, seed), &at_rest));
            ck_assert_double_lt(at_rest, 2 * epsilons[q]);
        }
    }
    report("inlets held for", epsilons, worst);
    // an inlet is wrong by less than epsilon, and what that makes of leakage comes on top
    for (int q = 0; q < QUANTA; q++) {
        ck_assert_double_lt(worst[q], 1.2 * epsilons[q] + 0.01);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("convergence");
    TEST_CASE(suite, 300, leakage_steps_converge, inlets_converge);
    return test_run(suite);
}
