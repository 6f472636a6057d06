/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a run comes to, by hand: the lower bound and lost time of jobs whose rates are not those of
 * one nominal GPU, activity of instances, caps that cannot be held, and counters that go far. */
#include "plain.h"

static gpusim_model *model;
static gpusim_sim *sim;

static const gpusim_summary *run(const char *text)
{
    model = compile_text(text);
    sim = run_model(model, 1, NULL);
    return gpusim_sim_summary(sim);
}

static void teardown(void)
{
    gpusim_sim_destroy(sim);
    gpusim_model_destroy(model);
    sim = NULL;
    model = NULL;
}

#define QUARTER "duration: 1 h, gpu_share: 0.25, profile: {host_bound: 0.9}"

// a quarter of a GPU slows the tenth down that is not the host's: 0.1/0.25 + 0.9 = 1.3 h each
START_TEST(shares_with_a_host_part)
{
    const gpusim_summary *got = run("gpusim: 1\nduration: 2 h\n"
                                    "cluster: {nodes: [{name: n, count: 1, gpus: 1}]}\n"
                                    "workload:\n  - jobs:\n"
                                    "    - {id: 0, at: 0 s, " QUARTER "}\n"
                                    "    - {id: 1, at: 0 s, " QUARTER "}\n"
                                    "    - {id: 2, at: 0 s, " QUARTER "}\n"
                                    "    - {id: 3, at: 0 s, " QUARTER "}\n");
    ASSERT_NEAR(got->jct_s.mean, 1.3 * 3600, 1e-6);
    ASSERT_NEAR(got->lower_bound_jct_s, 1.3 * 3600, 1e-6);
    ASSERT_NEAR(got->gpu_allocated_fraction, 0.65, 1e-9);
    ASSERT_NEAR(got->goodput, 0.65, 1e-9);
    ASSERT_NEAR(got->slowdown_lost_gpu_s, 0, 1e-6);
}
END_TEST

// three of a third one after the other on what is left: nobody is faster than the bound says
START_TEST(shares_that_queue)
{
    const gpusim_summary *got =
        run("gpusim: 1\nduration: 10 h\n"
            "cluster: {nodes: [{name: n, count: 1, gpus: 1}]}\n"
            "workload:\n  - jobs:\n"
            "    - {id: 0, at: 0 s, duration: 1 h, gpu_share: 0.5, profile: {host_bound: 0.5}}\n"
            "    - {id: 1, at: 0 s, duration: 1 h, gpu_share: 0.5, profile: {host_bound: 0.5}}\n"
            "    - {id: 2, at: 0 s, duration: 1 h, gpu_share: 0.5, profile: {host_bound: 0.5}}\n"
            "    - {id: 3, at: 0 s, duration: 1 h, gpu_share: 0.5, profile: {host_bound: 0.5}}\n");
    // 1.5 h each, two at a time; on one machine that is as fast 0.75, 1.5, 2.25 and 3 h
    ASSERT_NEAR(got->jct_s.mean, 2.25 * 3600, 1e-6);
    ASSERT_NEAR(got->lower_bound_jct_s, 1.875 * 3600, 1e-6);
    ASSERT_NEAR(got->goodput, 3 / 10.0, 1e-9);
}
END_TEST

// the fastest GPU there is bounds every job; what faster GPUs took less counts as less than lost
START_TEST(gpus_that_differ)
{
    const gpusim_summary *got =
        run("gpusim: 1\nduration: 2 h\ncluster:\n"
            "  nodes: [{name: n, count: 1, gpus: 8, gpu: A100-SXM4-80GB, spread: {speed: 0.1}}]\n"
            "workload:\n  - jobs:\n"
            "    - {id: 0, at: 0 s, duration: 1 h, gpus: 1}\n"
            "    - {id: 1, at: 0 s, duration: 1 h, gpus: 1}\n"
            "    - {id: 2, at: 0 s, duration: 1 h, gpus: 1}\n"
            "    - {id: 3, at: 0 s, duration: 1 h, gpus: 1}\n");
    double fastest = 0;
    for (uint32_t g = 0; g < 8; g++) {
        fastest = fmax(fastest, GS_GPU(sim, g)->speed);
    }
    ck_assert_double_gt(fastest, 1.02);
    ASSERT_NEAR(got->lower_bound_jct_s, 3600 / fastest, 1e-6);
    ck_assert_double_le(got->lower_bound_jct_s, got->jct_s.mean);
    ASSERT_NEAR(got->gpu_allocated_fraction * 16 * 3600 - got->slowdown_lost_gpu_s,
                got->goodput * 16 * 3600, 1e-5);
}
END_TEST

// ten minutes of work on a seventh of a GPU are 70 minutes on that
START_TEST(activity_of_an_instance)
{
    const gpusim_summary *got =
        run("gpusim: 1\nduration: 2 h\ncluster:\n"
            "  nodes: [{name: n, gpus: 1, gpu: A100-SXM4-40GB, mig: true}]\n"
            "workload: [{jobs: [{id: 0, at: 0 s, duration: 10 min, mig: 1g.5gb, "
            "profile: {intensity: 0.2}}]}]\n");
    ASSERT_NEAR(got->gpu_utilization, 10 / 120.0, 1e-9);
    ASSERT_NEAR(got->goodput, 10 / 120.0, 1e-9);
    // ... of which 142 thousandths count as allocated
    ASSERT_NEAR(got->gpu_allocated_fraction, 0.142 * 70 / 120, 1e-9);
}
END_TEST

#define GROUP(nodes, power)                                                                        \
    PLANT("count: " nodes ", gpus: 8, " PLAIN_GPUS ", power: {" power "}", "}\n")
#define JOB(gpus)                                                                                  \
    "workload: [{jobs: [{id: 1, at: 0 s, duration: 1000 d, gpus: " gpus ", " FULL "}]}]\n"

// 300 MHz draw 100 + 300/5 = 160 W; only eight of sixteen GPUs are at work
START_TEST(caps_that_cannot_be_held)
{
    const gpusim_summary *got = run(GROUP("2", "gpu_cap: 159 W") "duration: 3 h\n" JOB("8"));
    ASSERT_NEAR(gs_watts(GS_FACILITY(sim)->power[GS_POWER_GPU]), 8 * 160 + 8 * 50, 1e-6);
    ASSERT_NEAR(got->cap_not_held_gpu_h, 8 * 3, 1e-9);
    gpusim_model_info info;
    gpusim_model_info_get(model, &info);
    ck_assert_uint_eq(info.warnings, 1);
    teardown();
    got = run(GROUP("2", "gpu_cap: 160 W") "duration: 3 h\n" JOB("8"));
    ck_assert(got->cap_not_held_gpu_h == 0);
    ASSERT_NEAR(got->capped_gpu_h, 8 * 3, 1e-9);
    gpusim_model_info_get(model, &info);
    ck_assert_uint_eq(info.warnings, 0);
    teardown();
    got = run(GROUP("2", "cap: 1200 W") "duration: 3 h\n" JOB("8"));
    ASSERT_NEAR(got->cap_not_held_gpu_h, 8 * 3, 8 * 1.1 / 3600); // it takes the reaction time
}
END_TEST

// 8000 GPUs for 300 days below their clocks: 57.6 million GPU-hours, 2e20 ns
START_TEST(counters_go_far)
{
    const gpusim_summary *got =
        run(GROUP("1000", "gpu_cap: 250 W") "duration: 300 d\n" JOB("8000"));
    ASSERT_NEAR(got->capped_gpu_h, 8000 * 300 * 24.0, 1e-3);
    ck_assert(got->cap_not_held_gpu_h == 0);
}
END_TEST

// nothing has a temperature where there is no GPU, and below zero is one
START_TEST(the_hottest)
{
    const gpusim_summary *got = run("gpusim: 1\nduration: 1 h\ncluster:\n"
                                    "  nodes: [{name: n, gpus: 0, power: {other: 100 W}}]\n"
                                    "workload: []\n");
    ck_assert(isnan(got->hottest_c) && got->energy_it_j > 0);
    teardown();
    got = run("gpusim: 1\ncluster:\n  nodes: [{name: n, gpus: 1, " PLAIN_GPUS "}]\n"
              "  cooling: {supply: -20 C}\nduration: 1 h\nworkload: []\n");
    ASSERT_NEAR(got->hottest_c, -20 + 50 * 0.1, 1e-9);
}
END_TEST

int main(void)
{
    const TTest *const functions[] = {
        shares_with_a_host_part,  shares_that_queue, gpus_that_differ, activity_of_an_instance,
        caps_that_cannot_be_held, counters_go_far,   the_hottest};
    Suite *suite = suite_create("accounts");
    TCase *all = tcase_create("all");
    tcase_set_timeout(all, 60);
    tcase_add_checked_fixture(all, NULL, teardown);
    for (size_t i = 0; i < sizeof functions / sizeof functions[0]; i++) {
        tcase_add_test(all, functions[i]);
    }
    suite_add_tcase(suite, all);
    return test_run(suite);
}
