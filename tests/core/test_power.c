/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Power and energy by hand: what a node draws part by part, what it loses, and who pays. */
#include "plain.h"

static gpusim_error err;
static collected rows;
static gpusim_model *model;
static gpusim_sim *sim;

static void begin(const char *text)
{
    model = compile_text(text);
    sim = plant_begin(model, &rows);
}

static void end(void)
{
    gpusim_sim_destroy(sim);
    gpusim_model_destroy(model);
    collect_release(&rows);
    rows = (collected){0};
    sim = NULL;
}

#define NODE(further) PLANT("count: 1, gpus: 4, cpus: 16, " PLAIN_GPUS ", " further, "}\n")

#define PARTS                                                                                      \
    "power: {sockets: 2, cpu: {idle: 50 W, epsilon: 60 W, max: 160 W}, memory: 30 W, nics: 2, "    \
    "nic: {idle: 20 W, max: 25 W}, storage: 15 W, other: 5 W, fans: 200 W, "                       \
    "losses: [{constant: 10 W, efficiency: 0.9}]}"
#define JOB                                                                                        \
    "workload: [{jobs: [{id: 1, at: 100 s, duration: 100 s, gpus: 2, cpus: 4, " FULL "}]}]\n"

/* idle: 4 x 50 + 2 x 50 + 30 + 2 x 20 + 15 + 5 + 200 = 590 W, at the input (590 + 10)/0.9 =
 * 666.666666667 W; with the job 2 x 400 + 2 x 50 + 2 (60 + 0.5 x 100) + 290 = 1410 W and 1577.78 W
 * at the input: 8 of 16 cores are busy */
START_TEST(test_parts)
{
    begin(NODE(PARTS) "duration: 300 s\n" JOB);
    plant_to(sim, 100);
    gpusim_summary idle = *gpusim_sim_summary(sim);
    ASSERT_NEAR(idle.energy_gpu_j, 20000, 1e-6);
    ASSERT_NEAR(idle.energy_cpu_j, 10000, 1e-6);
    ASSERT_NEAR(idle.energy_memory_j, 3000, 1e-6);
    ASSERT_NEAR(idle.energy_nic_j, 4000, 1e-6);
    ASSERT_NEAR(idle.energy_storage_j, 1500, 1e-6);
    ASSERT_NEAR(idle.energy_other_j, 500, 1e-6);
    ASSERT_NEAR(idle.energy_fans_j, 20000, 1e-6);
    ASSERT_NEAR(idle.energy_node_losses_j, 100 * (600 / 0.9 - 590), 1e-6);
    ASSERT_NEAR(idle.energy_it_j, 100 * 600 / 0.9, 1e-6);
    ck_assert(idle.energy_jobs_j == 0);
    ck_assert_int_eq(GS_PLANT(sim, 0)->input, INT64_C(1577777777778));

    plant_to(sim, 300);
    gpusim_summary all = *gpusim_sim_summary(sim);
    ASSERT_NEAR(all.energy_gpu_j, 300 * 200 + 100 * 700, 1e-6);
    ASSERT_NEAR(all.energy_cpu_j, 300 * 100 + 100 * 120, 1e-6);
    ASSERT_NEAR(all.energy_it_j, (200 * 600 + 100 * 1420) / 0.9, 1e-6);
    ASSERT_NEAR(all.energy_facility_j, all.energy_it_j, 1e-6);
    ASSERT_NEAR(all.power_peak_w, 1420 / 0.9, 1e-6);
    ASSERT_NEAR(all.power_mean_w, (200 * 600 + 100 * 1420) / 0.9 / 300, 1e-6);
    ASSERT_NEAR(all.gpu_utilization, 2 * 100 / (4 * 300.0), 1e-12);

    // it pays for its two GPUs, and for half of the rest of 510 W, with the losses of the moment
    const gpusim_job_row *row = job_row(&rows, 0);
    ASSERT_NEAR(row->energy_gpu_j, 100 * 800, 1e-6);
    double ratio = 1420 / 0.9 / 1410;
    ASSERT_NEAR(row->energy_j,
                100 * (800 + 0.5 * (1420 / 0.9 / ratio - 900)) * ratio +
                    100 * 0.5 * (1420 / 0.9 - 1410 * ratio),
                1e-6);
    ASSERT_NEAR(all.energy_jobs_j, row->energy_j, 1e-6);
    ASSERT_NEAR(all.energy_unallocated_j, all.energy_facility_j - row->energy_j, 1e-6);
    end();
}
END_TEST

/* Power supplies: 1000 W of four supplies of 1 kW, each at a quarter of its rating: 0.9 + (0.94 -
 * 0.9) / 2 by the curve. */
START_TEST(test_supplies)
{
    begin(NODE(
        "power: {memory: 800 W, psu: {count: 4, rating: 1 kW, needed: 3, efficiency: "
        "{points: [{load: 0.2, efficiency: 0.9}, {load: 0.3, efficiency: 0.94}]}}}") "duration: 10 "
                                                                                     "s\nworkload: "
                                                                                     "[{jobs: "
                                                                                     "[]}]\n");
    plant_to(sim, 10);
    ASSERT_NEAR(gpusim_sim_summary(sim)->energy_it_j, 10 * 1000 / 0.92, 1e-6);
    end();
}
END_TEST

/* Two racks, switches and rectifiers, and a facility: PUE, or fixed and linear, with pumps. */
START_TEST(test_facility)
{
    static const struct {
        const char *power;
        double fixed, linear, cdu;
    } cases[] = {{"pue: 1.25", 0, 0.25, 0},
                 {"overhead: {fixed: 300 W, linear: 0.1}, cdu: 70 W", 300, 0.1, 70}};
    for (size_t i = 0; i < 2; i++) {
        char text[4096];
        snprintf(
            text, sizeof text,
            PLANT(
                "count: 4, per_rack: 2, gpus: 4, " PLAIN_GPUS,
                "}\n") "  racks: {switches: 100 W, losses: [{constant: 20 W, efficiency: 0.95}]}\n"
                       "  power: {%s, carbon: 360 g/kWh, price: 0.36/kWh}\n"
                       "duration: 1000 s\nworkload: [{jobs: []}]\n",
            cases[i].power);
        begin(text);
        plant_to(sim, 1000);
        const gpusim_summary *summary = gpusim_sim_summary(sim);
        double it = 2 * (2 * 200 + 100 + 20) / 0.95;
        double all = it * (1 + cases[i].linear) + cases[i].fixed + cases[i].cdu;
        ASSERT_NEAR(summary->energy_switches_j, 2e5, 1e-6);
        ASSERT_NEAR(summary->energy_rack_losses_j, 1000 * (it - 1000), 1e-5);
        ASSERT_NEAR(summary->energy_it_j, 1000 * it, 1e-5);
        ASSERT_NEAR(summary->energy_cdu_j, 1000 * cases[i].cdu, 1e-6);
        ASSERT_NEAR(summary->energy_facility_j, 1000 * all, 1e-5);
        ASSERT_NEAR(summary->power_peak_w, all, 1e-8);
        // 360 g/kWh are 1e-7 kg/J
        ASSERT_NEAR(summary->carbon_kg, 1000 * all * 1e-7, 1e-12);
        ASSERT_NEAR(summary->cost, 1000 * all * 1e-7, 1e-12);
        end();
    }
}
END_TEST

/* Carbon and price as held series. */
START_TEST(test_series)
{
    begin(PLANT("count: 1, gpus: 4, " PLAIN_GPUS,
                "}\n") "  power: {carbon: {steps: [{at: 0 h, value: 360 g/kWh}, {at: 1 h, value: "
                       "720 g/kWh}], "
                       "repeat: 2 h}, price: {steps: [{at: 0 h, value: 0.36/kWh}, {at: 3 h, value: "
                       "0/kWh}]}}\n"
                       "duration: 5 h\nworkload: [{jobs: []}]\n");
    plant_to(sim, 3.5 * 3600);
    ASSERT_NEAR(gpusim_sim_summary(sim)->carbon_kg, 200 * 3600 * 1e-7 * (1 + 2 + 1 + 2 * 0.5),
                1e-9);
    plant_to(sim, 5 * 3600);
    const gpusim_summary *summary = gpusim_sim_summary(sim);
    ASSERT_NEAR(summary->carbon_kg, 200 * 3600 * 1e-7 * (1 + 2 + 1 + 2 + 1), 1e-9);
    ASSERT_NEAR(summary->cost, 200 * 3600 * 1e-7 * 3, 1e-9);
    end();
}
END_TEST

/* A power that lasts no time is no peak: a job of no duration, and one that ends as another begins.
 */
START_TEST(test_peak)
{
    begin(PLANT("count: 2, gpus: 1, " PLAIN_GPUS,
                "}\n") "duration: 100 s\n"
                       "workload: [{jobs: [{id: 1, at: 0 s, duration: 50 s, gpus: 1, " FULL "}, "
                       "{id: 2, at: 50 s, duration: 10 s, gpus: 1, " FULL
                       "}, {id: 3, at: 70 s, duration: 0 s, gpus: "
                       "2}]}]\n");
    plant_to(sim, 100);
    const gpusim_summary *summary = gpusim_sim_summary(sim);
    ck_assert_uint_eq(summary->completed, 3);
    ASSERT_NEAR(summary->power_peak_w, 450, 1e-9);
    ASSERT_NEAR(summary->energy_gpu_j, 60 * 450 + 40 * 100, 1e-9);
    end();
}
END_TEST

/* A CPU node alone, by SimGrid's law: idle at load 0, else epsilon + load (max - epsilon). */
START_TEST(test_cpus)
{
    begin("gpusim: 1\ncluster:\n  nodes: [{name: n, gpus: 0, cpus: 4, power: {sockets: 1, cpu: "
          "{idle: 100 W, epsilon: 93.333333333333333 W, max: 200 W}}}]\n"
          "duration: 20 s\n"
          "workload: [{jobs: [{id: 1, at: 10 s, duration: 1 s, gpus: 0, cpus: 1}, {id: 2, at: 12 "
          "s, duration: 2 s, gpus: 0, cpus: 4}]}]\n");
    plant_to(sim, 20);
    ASSERT_NEAR(gpusim_sim_summary(sim)->energy_it_j, 1000 + 120 + 100 + 400 + 600, 1e-6);
    ASSERT_NEAR(job_row(&rows, 0)->energy_j, 30, 1e-6); // its core of four
    ASSERT_NEAR(job_row(&rows, 1)->energy_j, 400, 1e-6);
    ck_assert(job_row(&rows, 0)->energy_gpu_j == 0);
    end();
}
END_TEST

/* NICs by their traffic: a ring over two nodes of two GPUs each moves 2 x 3/4 of the volume through
 * each GPU; what it comes to is the load's, that the power follows it is shown here. */
START_TEST(test_traffic)
{
    begin("gpusim: 1\ncluster:\n  nodes: [{name: n, count: 2, gpus: 2, " PLAIN_GPUS
          ", network: {nic: 10 GB/s}, power: {nics: 2, nic: {idle: 10 W, max: 30 W}}}]\n"
          "duration: 100 s\nworkload: [{jobs: [{id: 1, at: 10 s, duration: 50 s, gpus: 4, profile: "
          "{communication: {step: 1 s, volume: 1 GB}}}]}]\n");
    ASSERT_NEAR(gs_watts(GS_PLANT(sim, 0)->power[GS_POWER_NIC]), 20, 1e-9);
    plant_to(sim, 11);
    double sum = GS_GPU(sim, 0)->load.network + GS_GPU(sim, 1)->load.network;
    ck_assert_double_gt(sum, 1e8);
    ASSERT_NEAR(GS_PLANT(sim, 0)->network, sum, 1e-3);
    ASSERT_NEAR(gs_watts(GS_PLANT(sim, 0)->power[GS_POWER_NIC]), 20 + 40 * sum / 1e10, 1e-8);
    plant_to(sim, 100);
    ASSERT_NEAR(gs_watts(GS_PLANT(sim, 0)->power[GS_POWER_NIC]), 20, 1e-9);
    end();
}
END_TEST

/* What jobs that end early have used: killed, cancelled, preempted, and unfinished at the end. */
START_TEST(test_ends)
{
    begin(PLANT(
        "count: 1, gpus: 4, " PLAIN_GPUS,
        "}\n") "duration: 100 s\nlimits: {walltime: kill}\n"
               "workload: [{jobs: [{id: 1, at: 0 s, duration: 90 s, gpus: 1, walltime: 30 s, " FULL
               "}, "
               "{id: 2, at: 0 s, duration: 90 s, gpus: 1, " FULL
               "}, {id: 3, at: 0 s, duration: 900 s, gpus: 2, " FULL "}]}]\n"
               "actions: [{at: 45 s, do: cancel, job: jobs/2}]\n");
    plant_to(sim, 100);
    ASSERT_NEAR(job_row(&rows, 0)->energy_gpu_j, 30 * 400, 1e-6);
    ASSERT_NEAR(job_row(&rows, 1)->energy_gpu_j, 45 * 400, 1e-6);
    ASSERT_NEAR(job_row(&rows, 2)->energy_gpu_j, 100 * 800, 1e-6);
    const gpusim_summary *summary = gpusim_sim_summary(sim);
    ASSERT_NEAR(summary->energy_jobs_j, 75 * 400 + 100 * 800, 1e-6);
    ASSERT_NEAR(summary->energy_unallocated_j, (70 + 55) * 50, 1e-6);
    end();
}
END_TEST

/* A year of idle nodes is a handful of events. */
START_TEST(test_idle)
{
    begin(PLANT("count: 1000, per_rack: 8, gpus: 8, gpu: H100-SXM5-80GB",
                "}\n") "duration: 365 d\nworkload: [{jobs: []}]\n");
    gpusim_sim_paranoid(sim, 0);
    plant_to(sim, 365 * 86400.0);
    ck_assert_uint_eq(gpusim_sim_summary(sim)->events, 0);
    ck_assert_uint_eq(GS_FACILITY(sim)->updates, 0);
    double watts = model->hardware.groups[0].gpu.power.idle * 8000;
    ASSERT_NEAR(gpusim_sim_summary(sim)->energy_gpu_j / (watts * 365 * 86400), 1, 1e-12);
    ASSERT_OK(gpusim_sim_check(sim, &err), &err);
    end();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("power");
    TEST_CASE(suite, 30, test_parts, test_supplies, test_facility, test_series, test_peak,
              test_cpus, test_ends, test_idle, test_traffic);
    return test_run(suite);
}
