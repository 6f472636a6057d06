/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is no job on a GPU: it draws, warms, takes memory and time, with jobs and without, and
 * leaves nothing behind; and how many may be struck at a time. */
#include <math.h>

#include "core/plant.h"

#include "one_run.h"

#define NODE                                                                                       \
    "gpusim: 1\nduration: 2 h\n"                                                                   \
    "cluster: {nodes: [{name: n, gpu: H100-SXM5-80GB, gpus: 2, power: {}, cooling: {kind: "        \
    "liquid}}]}\n"

static void begin(const char *text)
{
    gpusim_error err = {0};
    model = compile_text(text);
    ASSERT_OK(gpusim_sim_create(model, 1, &sim, &err), &err);
    gpusim_observer observer = collect_observer(&rows);
    ASSERT_OK(gpusim_sim_observe(sim, &observer, &err), &err);
    gpusim_sim_paranoid(sim, 1);
}

static void run_to(double seconds)
{
    gpusim_error err = {0};
    ASSERT_OK(gpusim_sim_run_until(sim, gpusim_time_from_seconds(seconds), &err), &err);
}

static double watts(uint32_t gpu)
{
    return gs_watts(GS_GPU(sim, gpu)->power);
}

static double celsius(uint32_t gpu)
{
    double die, memory;
    gs_gpu_temperatures(sim, gpu, &die, &memory);
    return die;
}

// An idle GPU draws 40 W more and settles R x 40 W + 5 K above its neighbour, and is as that one
// when it is over; whose memory is half full and who is busy for a third of its time says so.
START_TEST(an_idle_gpu)
{
    begin(NODE "workload: [{jobs: [{at: 0 s, duration: 1 s}]}]\n"
               "chaos: [{fault: stray-process, target: {gpu: n-0000/gpu1}, at: 10 min, for: 50 "
               "min, utilisation: 30 %, memory: 50 %, power: 40 W, temperature: 5 K}]\n");
    run_to(59 * 60);
    const gpusim_gpu_model *gpu = &gs_gpu_hardware(sim, 1)->gpu;
    ck_assert_double_eq_tol(watts(1) - watts(0), 40, 1e-6);
    double above = celsius(1) - celsius(0);
    ck_assert_double_eq_tol(above, gpu->thermal.resistance * 40 + 5, 0.02);
    double room = (double)(gpu->memory - gpu->memory_reserved);
    ck_assert_double_eq_tol((double)gs_vram_used(sim, 1), room / 2, 1);
    ck_assert_uint_eq(gs_vram_used(sim, 0), 0);
    run_to(110 * 60);
    ck_assert(watts(1) == watts(0));
    ck_assert_double_eq_tol(celsius(1), celsius(0), 0.02);
    ck_assert_uint_eq(gs_vram_used(sim, 1), 0);
}
END_TEST

// Beside one that takes half of its time a job takes twice as long, whatever the GPU may draw: the
// power of both stays at the cap.
START_TEST(a_busy_gpu)
{
    run(NODE "workload: [{jobs: [{at: 0 s, duration: 10 min, gpus: 1}]}]\n"
             "chaos: [{fault: stray-process, target: {gpu: n-0000/gpu0}, at: 0 s, for: 10 min,"
             " utilisation: 50 %}]\n");
    ck_assert_double_eq_tol(gpusim_seconds(job_row(&rows, 0)->end), 15 * 60, 1);
    teardown();
    begin(NODE "workload: [{jobs: [{at: 0 s, duration: 2 h, gpus: 1}]}]\n"
               "chaos: [{fault: stray-process, target: {gpu: n-0000/gpu0}, at: 10 min, for: 10 min,"
               " power: 100 W}]\n"
               "actions: [{at: 0 s, do: cap, gpu: n-0000/gpu0, power: 500 W}]\n");
    run_to(9 * 60);
    double clock = gs_gpu_clock(sim, 0);
    ck_assert_double_le(watts(0), 500 * (1 + 1e-9));
    run_to(19 * 60);
    ck_assert_double_le(watts(0), 500 * (1 + 1e-9));
    ck_assert_double_lt(gs_gpu_clock(sim, 0), clock); // it pays for both
    run_to(29 * 60);
    ck_assert_double_eq_tol(gs_gpu_clock(sim, 0), clock, 0.02);
}
END_TEST

// A job that no longer fits beside it ends for that, one that does goes on.
START_TEST(memory_that_is_taken)
{
    run(NODE "workload: [{jobs: [{at: 0 s, duration: 1 h, gpus: 1, gpu_memory: 50 GiB},"
             " {at: 0 s, duration: 1 h, gpus: 1, gpu_memory: 30 GiB}]}]\n"
             "chaos: [{fault: stray-process, target: {node: n-0000}, at: 10 min, for: 10 min,"
             " memory: 50 %}]\n");
    ck_assert_uint_eq(job_row(&rows, 0)->state, GPUSIM_JOB_OOM);
    ck_assert_int_eq(job_row(&rows, 0)->end, 10 * GPUSIM_MINUTE);
    ck_assert_uint_eq(job_row(&rows, 1)->state, GPUSIM_JOB_COMPLETED);
}
END_TEST

// Of 20 GPUs 15 % may be struck before no more are, at one instant, too; whoever else has a fault
// counts.
START_TEST(while_few_are_struck)
{
    run("gpusim: 1\nduration: 1 h\ncluster: {nodes: [{name: n, gpus: 20}]}\n"
        "workload: [{jobs: [{at: 0 s, duration: 1 s}]}]\n"
        "chaos: [{name: first, fault: straggler, target: {gpu: n-0000/gpu7}, at: 1 s, for: 30 min,"
        " slowdown: 2},"
        " {name: few, fault: straggler, target: {each: gpu}, at: [2 s, 40 min], for: 10 min,"
        " slowdown: 2, while_below: 15 %}]\n");
    const gs_array *faults = &rows.tables[GPUSIM_TABLE_FAULTS];
    uint32_t early = 0, late = 0;
    for (uint32_t i = 0; i < faults->count; i++) {
        const gpusim_fault_row *row = &GS_AT(*faults, gpusim_fault_row, i);
        early += row->start == 2 * GPUSIM_SECOND;
        late += row->start == 40 * GPUSIM_MINUTE;
    }
    ck_assert_uint_eq(early, 2);
    ck_assert_uint_eq(late, 3);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("stray");
    TCase *all = tcase_create("all");
    tcase_set_timeout(all, 60);
    tcase_add_checked_fixture(all, NULL, teardown);
    tcase_add_test(all, an_idle_gpu);
    tcase_add_test(all, a_busy_gpu);
    tcase_add_test(all, memory_that_is_taken);
    tcase_add_test(all, while_few_are_struck);
    suite_add_tcase(suite, all);
    return test_run(suite);
}
