/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rates by hand: the slowest GPU of a gang, memory-bound and host-bound shares, waiting peers, GPUs
 * that differ, P-states (definitions 1 and 2). */
#include <math.h>

#include "placed_run.h"

#include "physics/power.h"

/* A GPU that neither leaks nor gets hot, of 100 + 300 f v(f)^2 W, so that only caps slow it. */
#define GPU                                                                                        \
    "gpu: A100-SXM4-80GB, gpus: 1, gpu_model: {power: {fixed: 100 W, dynamic: 300 W,"              \
    " knee_clock: 0.6, knee_voltage: 0.75}, leakage: {power: 0 W},"                                \
    " thermal: {resistance: 0.01 K/W}}"
#define FREE "{name: free, count: 2, " GPU "}"
#define CAPPED                                                                                     \
    "{name: capped, count: 1, " GPU ", power: {gpu_cap: {steps: [{at: 0 s, value: 400 W},"         \
    " {at: 100 s, value: 250 W}, {at: 200 s, value: 400 W}]}}}"

// the clock that a cap of 250 W leaves it, and the step there, by definition
static double capped_clock(void)
{
    const gs_node_hardware *hardware = &model->hardware.groups[1];
    return gs_clock_of_step(hardware, gs_clock_step_at_power(hardware, 1, 0, 250));
}

static double step_at(double clock, double memory, double host)
{
    return (1 - host) * ((1 - memory) / clock + memory) + host;
}

/* 100 s at full speed, 100 s at the capped GPU's, the rest at full speed again; the one that is not
 * capped waits, and spins. */
START_TEST(the_slowest_sets_the_pace)
{
    const double memory = 0.3, host = 0.2;
    begin("gpusim: 1\ncluster: {nodes: [" FREE ", " CAPPED "]}\n"
          "workload: [{jobs: [{duration: 1000 s, gpus: 2, profile: {memory_bound: 0.3,"
          " host_bound: 0.2, intensity: 1}}]}]\n",
          (const placed[]){{0, 0, "0 2"}, {.at = -1}});
    run_to(50);
    ck_assert(gpusim_sim_view(sim)->jobs[0].rate == 1);
    ck_assert(GS_GPU(sim, 0)->load.busy == 0.8 && GS_GPU(sim, 0)->load.spin == 0);
    run_to(150);
    double clock = capped_clock(), step = step_at(clock, memory, host);
    ck_assert(clock > 0.5 && clock < 0.95);
    ck_assert_double_eq_tol(gpusim_sim_view(sim)->jobs[0].rate, 1 / step, 1e-15);
    ck_assert_uint_eq(GS_LIVE(sim, 0)->slowest, 2);

    // utilised while it spins, at the power of spinning; both less than 1 by the host's share
    const gs_gpu *waits = GS_GPU(sim, 0), *works = GS_GPU(sim, 2);
    ck_assert_double_eq_tol(waits->load.busy, 0.8 / step, 1e-12);
    ck_assert_double_eq_tol(waits->load.spin, (step - 1) / step, 1e-12);
    ck_assert_double_eq_tol(waits->load.busy + waits->load.spin, 1 - host / step, 1e-12);
    ck_assert_double_eq_tol(works->load.busy, 1 - host / step, 1e-12);
    ck_assert(works->load.spin == 0);
    const gpusim_gpu_power *power = &model->hardware.groups[0].gpu.power;
    double on = waits->load.busy + waits->load.spin;
    double watts = on * 100 + (waits->load.busy + power->spin * waits->load.spin) * 300 +
                   (1 - on) * power->context;
    ck_assert_double_eq_tol((double)waits->power / 1e9, watts, 1e-6);
    run_to(201);
    ck_assert(gpusim_sim_view(sim)->jobs[0].rate == 1);
    run_out();
    double slow = 100 / step;
    ck_assert_double_eq_tol(gpusim_seconds(job_row(&rows, 0)->end), 1000 + 100 - slow, 3e-9);
    ck_assert_double_eq_tol(gpusim_seconds(job_row(&rows, 0)->slowed), 100 - slow, 3e-9);
    ck_assert_double_eq_tol(gpusim_sim_summary(sim)->slowdown_lost_gpu_s, 2 * (100 - slow), 1e-8);
}
END_TEST

// the pace of a gang that waits for another is not looked at when a GPU becomes a little slower
START_TEST(one_that_need_not_be_waited_for)
{
    begin("gpusim: 1\ncluster: {nodes: [{name: slow, count: 1, " GPU
          ", power: {gpu_cap: 200 W}}, " CAPPED "]}\n"
          "workload: [{jobs: [{duration: 1000 s, gpus: 2, profile: {intensity: 1}}]}]\n",
          (const placed[]){{0, 0, "0 1"}, {.at = -1}});
    run_to(50);
    double rate = gpusim_sim_view(sim)->jobs[0].rate, busy = GS_GPU(sim, 1)->load.busy;
    ck_assert(rate < 1 && GS_GPU(sim, 1)->load.spin > 0);
    ck_assert_double_eq_tol(busy, rate, 1e-12);
    run_to(150);
    ck_assert(gpusim_sim_view(sim)->jobs[0].rate == rate);
    ck_assert_uint_eq(GS_LIVE(sim, 0)->slowest, 0);
    ck_assert_int_eq(gpusim_sim_view(sim)->jobs[0].settled, 0);

    // but its own steps take longer now
    ck_assert_double_eq_tol(GS_GPU(sim, 1)->load.busy, rate / capped_clock(), 1e-12);
    run_out();
}
END_TEST

// memory-bound work does not feel the clock, host-bound work neither
START_TEST(what_the_clock_does_not_change)
{
    begin("gpusim: 1\ncluster: {nodes: [" FREE ", " CAPPED "]}\n"
          "workload: [{jobs: [{duration: 150 s, profile: {memory_bound: 1}},"
          " {at: 300 s, duration: 10 s, profile: {host_bound: 1}}]}]\n",
          (const placed[]){{0, 0, "2"}, {1, 0, "2"}, {.at = -1}});
    run_to(120);
    ck_assert(gs_gpu_clock(sim, 2) < 1);
    run_out();
    ck_assert_int_eq(job_row(&rows, 0)->end, 150 * GPUSIM_SECOND);
    ck_assert_int_eq(job_row(&rows, 1)->end, 310 * GPUSIM_SECOND);
}
END_TEST

// each GPU has its own speed for good, drawn by its name; a gang has that of its slowest
START_TEST(gpus_differ)
{
    begin("gpusim: 1\ncluster: {nodes: [{name: n, count: 4, " GPU ", spread: {speed: 0.03}}]}\n"
          "workload: [{jobs: [{duration: 100 s}, {at: 200 s, duration: 100 s, gpus: 4}]}]\n",
          (const placed[]){{0, 0, "1"}, {1, 0, "0 1 2 3"}, {.at = -1}});
    double slowest = 2;
    for (uint32_t g = 0; g < 4; g++) {
        char name[32];
        snprintf(name, sizeof name, "n-%04u/gpu0", g);
        ck_assert(GS_GPU(sim, g)->speed == gs_spread_speed(&model->hardware.groups[0], 1, name));
        ck_assert(GS_GPU(sim, g)->speed != 1);
        slowest = fmin(slowest, GS_GPU(sim, g)->speed);
    }
    run_to(1);
    ck_assert_double_eq_tol(gpusim_sim_view(sim)->jobs[0].rate, GS_GPU(sim, 1)->speed, 1e-15);
    run_to(201);
    ck_assert_double_eq_tol(gpusim_sim_view(sim)->jobs[0].rate, slowest, 1e-15);
    run_out();
}
END_TEST

// a job without GPUs has the speed of its node's P-state
START_TEST(p_states)
{
    model =
        compile_text("gpusim: 1\n"
                     "cluster: {nodes: [{name: n, gpus: 0, cpus: 4, power: {sockets: 1, cpu_states:"
                     " [{idle: 90 W, max: 200 W}, {idle: 90 W, max: 150 W, speed: 0.5}]}}]}\n"
                     "workload: [{jobs: [{duration: 10 s, gpus: 0, cpus: 1},"
                     " {at: 5 s, duration: 10 s, gpus: 0, cpus: 1}]}]\n");
    ASSERT_OK(gpusim_sim_create(model, 1, &sim, &err), &err);
    gpusim_observer observer = collect_observer(&rows);
    ASSERT_OK(gpusim_sim_observe(sim, &observer, &err), &err);
    run_to(4);
    gs_pstate(sim, 0, 1); // felt in the next batch, at 5 s
    run_out();
    ck_assert_int_eq(job_row(&rows, 0)->end, 15 * GPUSIM_SECOND);
    ck_assert_int_eq(job_row(&rows, 1)->end, 25 * GPUSIM_SECOND);
}
END_TEST

// what the scheduler expects of a slow job is when it will end at this rate
START_TEST(expected_ends)
{
    begin("gpusim: 1\ncluster: {nodes: [" FREE ", " CAPPED "]}\n"
          "workload: [{jobs: [{duration: 1000 s, walltime: 2000 s, profile: {intensity: 1}}]}]\n"
          "scheduler: {estimates: exact}\n",
          (const placed[]){{0, 0, "2"}, {.at = -1}});
    run_to(150);
    const gpusim_view *view = gpusim_sim_view(sim);
    double clock = capped_clock(), done = 100 + 50 * clock;
    ck_assert_int_eq(gpusim_view_attained(view, &view->jobs[0]), 150 * GPUSIM_SECOND);
    ck_assert_double_eq_tol(gpusim_seconds(gpusim_view_remaining(view, &view->jobs[0])),
                            (1000 - done) / clock, 3e-9);
    run_out();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("core/progress");
    TCase *all = tcase_create("all");
    tcase_add_checked_fixture(all, NULL, teardown);
    tcase_add_test(all, the_slowest_sets_the_pace);
    tcase_add_test(all, one_that_need_not_be_waited_for);
    tcase_add_test(all, what_the_clock_does_not_change);
    tcase_add_test(all, gpus_differ);
    tcase_add_test(all, p_states);
    tcase_add_test(all, expected_ends);
    suite_add_tcase(suite, all);
    return test_run(suite);
}
