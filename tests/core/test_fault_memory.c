/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Faults of memory: leaks, and who runs out because of them, to the nanosecond, worked out by hand.
 * GPUs here have 10 GiB, all of them for jobs. */
#include "failing.h"

#define S GPUSIM_SECOND

static gpusim_model *model;
static gpusim_sim *sim;
static collected rows;

static void teardown(void)
{
    gpusim_sim_destroy(sim);
    gpusim_model_destroy(model);
    collect_release(&rows);
    memset(&rows, 0, sizeof rows);
    sim = NULL;
    model = NULL;
}

#define NODES(gpus)                                                                                \
    "gpusim: 1\nuntil: drained\ncluster: {nodes: [{name: n, gpus: " gpus ", gpu: A100-SXM4-40GB, " \
    "gpu_model: {memory: 10 GiB, memory_reserved: 0 B}}]}\n"
#define LEAK(gpu, rest) "  - {fault: memory-leak, target: {gpu: n-0000/gpu" gpu "}, " rest "}\n"

static void run(const char *text)
{
    teardown();
    model = compile_text(text);
    sim = run_model(model, 1, &rows);
}

static void out_of_memory(uint64_t job, gpusim_time at)
{
    const gpusim_job_row *row = job_row(&rows, job);
    ck_assert_msg(
        row->state == GPUSIM_JOB_OOM && row->reason == GPUSIM_REASON_GPU_MEMORY && row->end == at,
        "job %llu ends in state %u (reason %u) at %lld ns, not %lld", (unsigned long long)job,
        row->state, row->reason, (long long)row->end, (long long)at);
}

START_TEST(leaks_fill_what_is_left)
{
    run(NODES("4") "chaos:\n" LEAK("0", "at: 100 s, rate: 8 MiB/s")
        // 8 GiB at 3 MiB/s are no whole number of nanoseconds
        LEAK("1", "at: 100 s, rate: 3 MiB/s")
        // 2 MiB/s of its own from the begin on: 7992 MiB are left, at 8
        LEAK("2", "at: 100 s, rate: 6 MiB/s")
        // it ends before memory is full: 424 MiB are left then, at 1 of its own
        LEAK("3",
             "at: 100 s, for: 100 s, rate: 4 MiB/s") "workload:\n  - jobs:\n"
                                                     "    - {duration: 1 d, profile: {memory_used: "
                                                     "2 GiB}}\n"
                                                     "    - {duration: 1 d, profile: {memory_used: "
                                                     "2 GiB}}\n"
                                                     "    - {duration: 1 d, profile: {memory_used: "
                                                     "2 GiB, memory_growth: 2 MiB/s}}\n"
                                                     "    - {duration: 1 d, profile: {memory_used: "
                                                     "9 GiB, memory_growth: 1 MiB/s}}\n");
    out_of_memory(0, 1124 * S);
    out_of_memory(1, 100 * S + INT64_C(2730666666667));
    out_of_memory(2, 1099 * S);
    out_of_memory(3, 624 * S);
    ck_assert_uint_eq(gpusim_sim_summary(sim)->oom, 4);
}
END_TEST

/* Two leaks add up, 8 and 4 MiB/s from 612 s on; what is leaked goes with the process, so that the
 * attempt that begins at 700 s has all its 8 GiB, at 12 MiB/s. */
START_TEST(leaks_add_up_and_end_with_the_process)
{
    run(NODES("1") "chaos:\n" LEAK("0", "at: 100 s, rate: 8 MiB/s")
            LEAK("0", "at: 612 s, rate: 4 MiB/s") "  - {fault: job-crash, target: {node: n-0000}, "
                                                  "at: 700 s, times: 1}\n"
                                                  "workload: [{jobs: [{duration: 1 d, profile: "
                                                  "{memory_used: 2 GiB}}]}]\n");
    ck_assert_int_eq(failing_event(&rows, GPUSIM_EVENT_FAIL, 0)->time, 700 * S);
    out_of_memory(0, 700 * S + INT64_C(682666666667));
    // without the crash: 4096 MiB by 612 s, and the other 4096 at 12
    run(NODES("1") "chaos:\n" LEAK("0", "at: 100 s, rate: 8 MiB/s")
            LEAK("0", "at: 612 s, rate: 4 MiB/s") "workload: [{jobs: [{duration: 1 d, profile: "
                                                  "{memory_used: 2 GiB}}]}]\n");
    out_of_memory(0, 612 * S + INT64_C(341333333334));
}
END_TEST

/* Each of two tenants loses 4 MiB/s: 2 GiB and 8 MiB/s of both meet 10 GiB at 1,024 s, and the one
 * that was submitted last has had its last; the other then holds 5 GiB and goes on alone. In MIG
 * instances each has what is its own. On GPUs without a limit nobody runs out. */
START_TEST(who_shares_leaks_too)
{
    static const char jobs[] =
        "chaos:\n" LEAK("0", "at: 0 s, rate: 4 MiB/s") "workload:\n  - jobs:\n"
                                                       "    - {duration: 1 d, gpu_share: 0.5, "
                                                       "profile: {memory_used: 1 GiB}}\n"
                                                       "    - {duration: 1 d, gpu_share: 0.5, "
                                                       "profile: {memory_used: 1 GiB}}\n";
    char text[2048];
    snprintf(text, sizeof text, "%s%s", NODES("1"), jobs);
    run(text);
    out_of_memory(1, 1024 * S);
    out_of_memory(0, 2304 * S);

    run("gpusim: 1\nuntil: drained\ncluster: {nodes: [{name: n, gpus: 1, gpu: A100-SXM4-40GB, mig: "
        "true}]}\nchaos:\n" LEAK("0",
                                 "at: 0 s, rate: 4 MiB/s") "workload:\n  - jobs:\n"
                                                           "    - {duration: 1 d, mig: 1g.5gb, "
                                                           "profile: {memory_used: 1 GiB}}\n"
                                                           "    - {duration: 1 d, mig: 3g.20gb, "
                                                           "profile: {memory_used: 1 GiB}}\n");
    out_of_memory(0, 960 * S);  // 4864 MiB
    out_of_memory(1, 4736 * S); // 19968 MiB

    run("gpusim: 1\nuntil: drained\ncluster: {nodes: [{name: n, gpus: 1}]}\n"
        "chaos:\n" LEAK("0", "at: 0 s, rate: 4 GiB/s") "workload: [{jobs: [{duration: 1 d}]}]\n");
    ck_assert_int_eq(job_row(&rows, 0)->state, GPUSIM_JOB_COMPLETED);
}
END_TEST

/* Saved in the middle of a leak and restored, it runs out at the same nanosecond. */
START_TEST(saved_while_it_leaks)
{
    gpusim_error err = {0};
    void *bytes = NULL;
    size_t size = 0;
    model = compile_text(NODES("1") "chaos:\n" LEAK("0", "at: 100 s, rate: 3 MiB/s") LEAK(
        "0", "at: 150 s, rate: 1 MiB/s, for: 300 s") "workload: [{jobs: [{at: 5 s, duration: 1 d, "
                                                     "profile: {memory_used: 2 GiB}}]}]\n");
    ASSERT_OK(gpusim_sim_create(model, 1, &sim, &err), &err);
    failing_run_to(sim, 200);
    ASSERT_OK(gpusim_sim_save(sim, &bytes, &size, &err), &err);
    gpusim_sim_destroy(sim);
    ASSERT_OK(gpusim_sim_create(model, 1, &sim, &err), &err);
    gpusim_observer observer = collect_observer(&rows);
    ASSERT_OK(gpusim_sim_observe(sim, &observer, &err), &err);
    ASSERT_OK(gpusim_sim_restore(sim, bytes, size, &err), &err);
    gpusim_free(bytes);
    gpusim_sim_paranoid(sim, 1);
    ASSERT_OK(gpusim_sim_run_until(sim, GPUSIM_TIME_MAX, &err), &err);
    // 150 MiB by 150 s, 1350 by 450, and the 6842 that are left at 3
    out_of_memory(0, 450 * S + INT64_C(2280666666667));
}
END_TEST

/* What runs out by a strike ends as whoever runs out does; who shares nothing with it goes on. */
START_TEST(out_of_memory_by_a_strike)
{
    run(NODES("2") "chaos: [{fault: job-oom, target: {gpu: n-0000/gpu0}, at: 100 s}]\n"
                   "workload: [{jobs: [{duration: 1 h, gpus: 1}, {duration: 1 h, gpus: 1}]}]\n");
    out_of_memory(0, 100 * S);
    ck_assert_int_eq(job_row(&rows, 1)->state, GPUSIM_JOB_COMPLETED);
    const gpusim_fault_row *fault = &GS_AT(rows.tables[GPUSIM_TABLE_FAULTS], gpusim_fault_row, 0);
    ck_assert_uint_eq(fault->jobs_hit, 1);
    ck_assert_int_eq(fault->end, 100 * S);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("core/fault_memory");
    TCase *all = tcase_create("all");
    tcase_add_checked_fixture(all, NULL, teardown);
    tcase_set_timeout(all, 60);
    tcase_add_test(all, leaks_fill_what_is_left);
    tcase_add_test(all, leaks_add_up_and_end_with_the_process);
    tcase_add_test(all, who_shares_leaks_too);
    tcase_add_test(all, saved_while_it_leaks);
    tcase_add_test(all, out_of_memory_by_a_strike);
    suite_add_tcase(suite, all);
    return test_run(suite);
}
