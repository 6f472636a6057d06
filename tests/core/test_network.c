/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Communication and shared links through whole runs: step times by hand, measured tables. */
#include <math.h>

#include "placed_run.h"

#include "physics/network.h"

// seconds after which a job has ended, to 2 ns: each change of a rate may round one up
#define ENDS(job, seconds)                                                                         \
    ck_assert_int_le(llabs(job_row(&rows, job)->end - gpusim_time_from_seconds(seconds)), 2)

static double rate_of(uint64_t order)
{
    const gpusim_view *view = gpusim_sim_view(sim);
    for (uint32_t slot = 0; slot < view->job_capacity; slot++) {
        if (view->jobs[slot].id.generation && view->jobs[slot].order == order) {
            return view->jobs[slot].rate;
        }
    }
    ck_abort_msg("job %llu is not here", (unsigned long long)order);
    return 0;
}

// no latency, links used to the full: times are bytes over bandwidth
#define BARE                                                                                       \
    "tiers: {node: {alpha: 0 s, efficiency: 1, measured_below: 0 B},"                              \
    " rack: {alpha: 0 s, efficiency: 1, measured_below: 0 B},"                                     \
    " spine: {alpha: 0 s, efficiency: 1, measured_below: 0 B}}"
#define TEN_GB "profile: {communication: {step: 1 s, volume: 10 GB}}"

/* Two racks of two nodes with a GPU each, uplinks of 10 GB/s. Two ranks pass S each way: alone over
 * the uplink a step is 1 s and 10/10 s, at the reference, in a rack, 1 s; two gangs get 5 GB/s
 * each, and their steps are 3 s. Job 0 does 15 of its 60 s until job 1 comes at 30, the other 45 at
 * a third by 165; of job 1, 45 s are done by then and the last 15 take 30. */
START_TEST(two_jobs_on_one_uplink)
{
    begin("gpusim: 1\n"
          "cluster:\n"
          "  nodes: [{name: n, count: 4, per_rack: 2, gpus: 1, uplink: 10 GB/s}]\n"
          "  network: {" BARE "}\n"
          "workload: [{jobs: [{duration: 60 s, gpus: 2, " TEN_GB "},"
          " {at: 30 s, duration: 60 s, gpus: 2, " TEN_GB "}]}]\n",
          (const placed[]){{0, 0, "0 2"}, {1, 0, "1 3"}, {.at = -1}});
    run_to(29);
    ck_assert(rate_of(0) == 0.5);
    run_to(31);
    ck_assert(rate_of(0) == 1 / 3.0 && rate_of(1) == 1 / 3.0);
    run_to(166);
    ck_assert(rate_of(1) == 0.5);
    run_out();
    ENDS(0, 165);
    ENDS(1, 195);
}
END_TEST

/* NICs of 10 GB/s. On node 1 meet jobs 0, 1 and 2, on node 2 jobs 2 and 3: 10/3 each on node 1, so
 * that job 3 has what job 2 leaves, 20/3. When job 0 goes, job 2 rises to 5 and job 3 *falls* to 5.
 * A job on one node crosses nothing. */
START_TEST(shares_are_max_min_and_coupled)
{
    begin(
        "gpusim: 1\n"
        "cluster:\n"
        "  nodes: [{name: n, count: 8, gpus: 4, network: {nic: 10 GB/s}}]\n"
        "  network: {" BARE "}\n"
        "workload: [{jobs: [{duration: 10 s, gpus: 2, " TEN_GB "},"
        " {duration: 100 s, gpus: 2, " TEN_GB "}, {duration: 100 s, gpus: 2, " TEN_GB "},"
        " {duration: 100 s, gpus: 2, " TEN_GB "}, {duration: 100 s, gpus: 2, " TEN_GB "}]}]\n",
        (const placed[]){
            {0, 0, "1 4"}, {1, 0, "1 5"}, {2, 0, "1 2"}, {3, 0, "2 6"}, {4, 0, "7 7"}, {.at = -1}});
    run_to(1);
    for (uint64_t job = 0; job < 3; job++) {
        ck_assert_double_eq_tol(rate_of(job), 1 / (1 + 3.0), 1e-15);
    }
    ck_assert_double_eq_tol(rate_of(3), 1 / (1 + 10 / (20 / 3.0)), 1e-15);
    ck_assert(rate_of(4) == 1);
    run_to(41);
    ck_assert_double_eq_tol(rate_of(1), 1 / 3.0, 1e-15);
    ck_assert_double_eq_tol(rate_of(2), 1 / 3.0, 1e-15);
    ck_assert_double_eq_tol(rate_of(3), 1 / 3.0, 1e-15);
    run_out();
    ENDS(0, 40);
    ENDS(4, 100);
}
END_TEST

/* The spine carries what leaves every rack: a gang over three racks sends three times its rate
 * through it. 40 GB/s: alone 40/3; with a gang over two, 40 = 3 r + 2 r, 8 GB/s each. */
START_TEST(the_spine_is_crossed_once_a_rack)
{
    begin("gpusim: 1\n"
          "cluster:\n"
          "  nodes: [{name: n, count: 6, per_rack: 2, gpus: 1}]\n"
          "  network: {spine: 40 GB/s, " BARE "}\n"
          "workload: [{jobs: [{duration: 100 s, gpus: 3, " TEN_GB "},"
          " {at: 10 s, duration: 100 s, gpus: 2, " TEN_GB "}]}]\n",
          (const placed[]){{0, 0, "0 2 4"}, {1, 0, "1 3"}, {.at = -1}});
    // the reference of three GPUs is two racks: 4/3 S over 40/2 GB/s
    double reference = 1 + 4 / 3.0 * 10 / 20;
    run_to(1);
    ck_assert_double_eq_tol(rate_of(0), reference / (1 + 4 / 3.0 * 10 / (40 / 3.0)), 1e-15);
    run_to(11);
    ck_assert_double_eq_tol(rate_of(0), reference / (1 + 4 / 3.0 * 10 / 8), 1e-15);
    ck_assert_double_eq_tol(rate_of(1), 1 / (1 + 10 / 8.0), 1e-15);
    run_out();
}
END_TEST

// GPUs reach the NICs beside them: one of four GPUs one of two NICs, three GPUs both; at the
// reference two GPUs talk over NVLink
START_TEST(a_gpu_reaches_its_own_nics)
{
    begin("gpusim: 1\n"
          "cluster:\n"
          "  nodes: [{name: n, count: 2, gpu: A100-SXM4-80GB, gpus: 4, power: {nics: 2},"
          " network: {nic: 20 GB/s}}]\n"
          "  network: {" BARE "}\n"
          "workload: [{jobs: [{duration: 100 s, gpus: 2, profile: &cool {intensity: 0.1,"
          " communication: {step: 1 s, volume: 10 GB}}},"
          " {at: 1 d, duration: 100 s, gpus: 6, profile: *cool}]}]\n",
          (const placed[]){{0, 0, "0 1"}, {1, 0, "0 0 0 1 1 1"}, {.at = -1}});
    run_to(1);
    ck_assert_double_eq_tol(rate_of(0), (1 + 10 / 300.0) / (1 + 10 / 10.0), 1e-15);
    run_to(86401);
    ck_assert_double_eq_tol(rate_of(1), (1 + 2 * 5 / 6.0 * 10 / 10) / (1 + 2 * 5 / 6.0 * 10 / 20),
                            1e-15);
    run_out();
}
END_TEST

// what is hidden behind computing costs nothing; a job that moves takes its work with it
START_TEST(overlap_and_moves)
{
    begin("gpusim: 1\n"
          "cluster:\n"
          "  nodes: [{name: n, count: 4, gpus: 2, network: {nic: 10 GB/s}}]\n"
          "  network: {" BARE "}\n"
          "workload: [{jobs: [{duration: 100 s, gpus: 2, profile:"
          " {communication: {step: 2 s, volume: 10 GB, overlap: 0.5}}}]}]\n",
          (const placed[]){{0, 0, "0 1"}, {0, 10 * GPUSIM_SECOND, "2 2"}, {.at = -1}});
    run_to(1);
    ck_assert(rate_of(0) == 1 / 1.25);
    run_to(11);
    ck_assert(rate_of(0) == 1);
    run_out();
    ENDS(0, 10 + 92);
    ck_assert_uint_eq(rows.tables[GPUSIM_TABLE_ALLOCATIONS].count, 3);
}
END_TEST

/* Consolidated and alone a job runs at its recorded pace exactly, whatever the network costs, on
 * one node, in one rack, and over several. */
START_TEST(exactly_1_at_the_reference)
{
    begin("gpusim: 1\n"
          "cluster:\n"
          "  physics: false\n"
          "  nodes: [{name: n, count: 8, per_rack: 4, gpu: B200, gpus: 8, power: {nics: 8},"
          " network: {nvlink: 900 GB/s, nic: 400 GB/s}, uplink: 300 GB/s}]\n"
          "  network: {spine: 500 GB/s}\n"
          "workload:\n"
          "  - jobs:\n"
          "    - {duration: 1234567 s, gpus: 8, profile:"
          " {communication: {step: 0.37 s, volume: 3.7 GB, overlap: 0.3}}}\n"
          "    - {duration: 1234567 s, gpus: 12, profile: {communication: {step: 1 s, volume: 1 "
          "GB}}}\n"
          "    - {at: 20 d, duration: 1234567 s, gpus: 48, profile:"
          " {communication: {step: 3 s, volume: 7.1 GB}}}\n",
          (const placed[]){{0, 0, "0 0 0 0 0 0 0 0"},
                           {1, 0, "1 1 1 1 1 1 1 1 2 2 2 2"},
                           {2, 0,
                            "0 0 0 0 0 0 0 0 1 1 1 1 1 1 1 1 2 2 2 2 2 2 2 2 "
                            "3 3 3 3 3 3 3 3 4 4 4 4 4 4 4 4 5 5 5 5 5 5 5 5"},
                           {.at = -1}});
    run_to(1);
    ck_assert(rate_of(0) == 1 && rate_of(1) == 1);
    run_out();
    for (uint64_t job = 0; job < 3; job++) {
        const gpusim_job_row *row = job_row(&rows, job);
        ck_assert_int_eq(row->end - row->start, row->duration);
    }
}
END_TEST

/* Bus bandwidth of all_reduce on B200, GB/s, 1 node and 4 nodes (reference physics.md 7). */
static const struct {
    double mib, node, nodes;
} measured[] = {{4, 76, 19},      {16, 255, 64},    {64, 401, 157},   {256, 646, 229},
                {1024, 723, 362}, {4096, 741, 377}, {16384, 846, 382}};

START_TEST(all_reduce_on_b200)
{
    for (size_t i = 0; i < sizeof measured / sizeof measured[0]; i++) {
        char text[1024];
        snprintf(text, sizeof text,
                 "gpusim: 1\n"
                 "cluster:\n"
                 "  physics: false\n"
                 "  nodes: [{name: n, count: 5, gpu: B200, gpus: 8, network: {nvlink: 900 GB/s, "
                 "nic: 400 GB/s}}]\n"
                 "workload: [{jobs: [{duration: 9 s, gpus: 8, profile: {communication:"
                 " {step: 1 s, volume: %g MiB}}}, {duration: 9 s, gpus: 32, profile:"
                 " {communication: {step: 1 s, volume: %g MiB}}}]}]\n",
                 measured[i].mib, measured[i].mib);
        begin(text, (const placed[]){{0, 0, "4 4 4 4 4 4 4 4"},
                                     {1, 0,
                                      "0 0 0 0 0 0 0 0 1 1 1 1 1 1 1 1 "
                                      "2 2 2 2 2 2 2 2 3 3 3 3 3 3 3 3"},
                                     {.at = -1}});
        run_to(1);
        double bytes = measured[i].mib * 1048576;
        double node = gs_bus_bandwidth(8, bytes, GS_LIVE(sim, 0)->step - 1) / 1e9;
        double nodes = gs_bus_bandwidth(32, bytes, GS_LIVE(sim, 1)->step - 1) / 1e9;
        ck_assert_double_eq_tol(node / measured[i].node, 1, 0.15);
        ck_assert_double_eq_tol(nodes / measured[i].nodes, 1, 0.15);
        teardown();
    }
}
END_TEST

/* Gavel's language model on 8 V100 (simulation_throughputs.json, steps/s of all GPUs together): how
 * much slower it is with each GPU on a node of its own. That file says neither model nor network;
 * taken are 14 million parameters in 4 bytes (PyTorch's example of that name with 200 units, from
 * memory) and 10 Gb/s. The published range, .10 to .21, is met but for the largest batch, and each
 * ratio to 35%: measured, communication grows a little with the batch, ours does not. */
static const struct {
    double consolidated, scattered;
} language_model[] = {
    {698.773, 73.120}, {615.093, 65.521}, {497.295, 58.888}, {359.307, 52.038}, {231.176, 47.891}};

START_TEST(scattered_against_consolidated)
{
    double before = 0;
    for (size_t i = 0; i < 5; i++) {
        const double bytes = 14e6 * 4;
        double step = 8 / language_model[i].consolidated;
        step -= gs_allreduce_time(gs_tier_default(GS_TIER_NODE), 8, bytes, 150e9);
        char text[1024];
        snprintf(text, sizeof text,
                 "gpusim: 1\n"
                 "cluster:\n"
                 "  physics: false\n"
                 "  nodes: [{name: n, count: 9, gpu: V100-SXM2-32GB, gpus: 8,"
                 " network: {nvlink: 150 GB/s, nic: 1.25 GB/s}}]\n"
                 "workload: [{jobs: [{duration: 9 s, gpus: 8, profile: &lm {communication:"
                 " {step: %.9f s, volume: %.0f B}}}, {duration: 9 s, gpus: 8, profile: *lm}]}]\n",
                 step, bytes);
        begin(text,
              (const placed[]){{0, 0, "8 8 8 8 8 8 8 8"}, {1, 0, "0 1 2 3 4 5 6 7"}, {.at = -1}});
        run_to(1);
        ck_assert(rate_of(0) == 1);
        double ratio = rate_of(1);
        double measured_ratio = language_model[i].scattered / language_model[i].consolidated;
        ck_assert(ratio > before && ratio > 0.10 && (ratio < 0.21 || i == 4));
        ck_assert_double_eq_tol(ratio / measured_ratio, 1, 0.35);
        before = ratio;
        teardown();
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("core/network");
    TCase *all = tcase_create("all");
    tcase_add_checked_fixture(all, NULL, teardown);
    tcase_add_test(all, two_jobs_on_one_uplink);
    tcase_add_test(all, shares_are_max_min_and_coupled);
    tcase_add_test(all, the_spine_is_crossed_once_a_rack);
    tcase_add_test(all, a_gpu_reaches_its_own_nics);
    tcase_add_test(all, overlap_and_moves);
    tcase_add_test(all, exactly_1_at_the_reference);
    tcase_add_test(all, all_reduce_on_b200);
    tcase_add_test(all, scattered_against_consolidated);
    suite_add_tcase(suite, all);
    return test_run(suite);
}
