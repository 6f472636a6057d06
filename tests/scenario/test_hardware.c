/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The hardware that a scenario says, as the model has it. */
#include "harness.h"

#include <math.h>
#include <unistd.h>

#include "physical.h"
#include "physics/draw.h"
#include "physics/heat.h"
#include "physics/power.h"

static gpusim_model *model_with(const char *folder, const char *const *edits)
{
    gpusim_error err = {0};
    gpusim_model *model = NULL;
    gpusim_spec *spec = physical_spec(folder, edits);
    ASSERT_OK(gpusim_model_compile(spec, &model, &err), &err);
    gpusim_spec_destroy(spec);
    return model;
}

#define MODEL(...) model_with(NULL, (const char *const[]){__VA_ARGS__, NULL})

static void near(double found, double wanted)
{
    ck_assert_msg(fabs(found - wanted) <= 1e-12 * fabs(wanted), "%.17g, not %.17g", found, wanted);
}

static double now(const gs_steps *steps, gpusim_time time)
{
    gpusim_time next;
    return gs_steps_at(steps, time, &next);
}

START_TEST(a_group_is_what_it_says)
{
    gpusim_model *model = MODEL(NULL);
    const gs_node_hardware *node = &model->hardware.groups[0];
    ck_assert(model->hardware.physical && node->physical && !node->legacy);
    ck_assert_str_eq(node->gpu.name, "A100-SXM4-80GB");
    ck_assert_uint_eq(node->cpu_state_count, 1);
    ck_assert(node->cpu_states[0].idle == 90 && node->cpu_states[0].epsilon == 90 &&
              node->cpu_states[0].maximum == 280 && node->cpu_states[0].speed == 1);
    ck_assert_uint_eq(node->sockets, 2);
    ck_assert_uint_eq(node->nics, 4);
    ck_assert(node->memory == 70 && node->nic_idle == 15 && node->nic_max == 20 &&
              node->storage == 30 && node->other == 100 && node->fan_max == 400);
    ck_assert_uint_eq(node->loss_count, 1);
    ck_assert(node->losses[0].constant == 13 && node->losses[0].efficiency == 0.98);
    ck_assert_uint_eq(node->psus, 6);
    ck_assert_uint_eq(node->psus_needed, 3);
    ck_assert(node->psu_rating == 3000 && gs_curve_at(&node->psu_efficiency, 0.5) == 0.96);
    ck_assert(now(&node->cap, 0) == 6000 && now(&node->gpu_cap, 0) == 350);
    ck_assert_uint_eq(node->cooling, GS_COOLING_AIR);
    ck_assert_uint_eq(node->lane, 2);
    ck_assert_uint_eq(node->fan_levels, 10);
    near(node->airflow, 0.25);
    ck_assert(node->fan_minimum == 0.3 && node->fan_start == 45 && node->fan_full == 75 &&
              node->fan_hysteresis == 4);
    ck_assert(node->spread == 0.02 && node->slow == 0.9 && node->slow_share == 0.005 &&
              node->tail == 0.667 && node->tail_share == 0.001);
    ck_assert(node->nvlink == 300e9 && node->nic == 100e9);
    gpusim_model_destroy(model);
}
END_TEST

START_TEST(racks_and_facility_are_what_they_say)
{
    gpusim_model *model = MODEL(NULL);
    const gs_hardware *h = &model->hardware;
    const gs_rack_hardware *rack = &h->racks[0];
    ck_assert(rack->switches == 250 && rack->uplink == 400e9 && rack->loss_count == 1);
    ck_assert(rack->losses[0].constant == 17 && rack->losses[0].efficiency == 0.96);
    ck_assert(h->cdu == 5000 && h->fixed == 0 && now(&h->rack_cap, 0) == 20000);
    near(h->linear, 1.2 - 1);
    near(now(&h->carbon, 0), 1e-7); // 360 g/kWh
    near(now(&h->price, 0), 1e-7);
    ck_assert_str_eq(h->currency, "USD");
    ck_assert(now(&h->supply, 0) == 24 && h->water.count == 0);
    ck_assert(h->epsilon == 0.1 && h->leak_step == 2 && h->settled == 0.1);
    ck_assert(h->reaction == GPUSIM_SECOND && h->loop_delay == 20 * GPUSIM_SECOND);
    ck_assert(h->loop_time == 35 && h->interference == 0.1);
    ck_assert(h->spine == 1e12 && h->storage == 100e9);
    ck_assert(h->sensors_noise && h->sensors_quantised);
    gpusim_model_destroy(model);

    model = MODEL("cluster.power={overhead: {fixed: 0.56 MW, linear: 0.014}}",
                  "cluster.nodes[0].rack={switches: 1 W}", "cluster.sensors={noise: false}");
    h = &model->hardware;
    ck_assert(h->fixed == 560000 && h->linear == 0.014 && h->racks[0].switches == 1);
    ck_assert(h->racks[0].loss_count == 0 && !h->sensors_noise && h->sensors_quantised);
    ck_assert(h->rack_cap.count == 0 && h->carbon.count == 0);
    gpusim_model_destroy(model);
}
END_TEST

START_TEST(defaults_draw_what_the_gpus_do)
{
    gpusim_model *model = MODEL("cluster.nodes=[{name: a, gpu: H100-SXM5-80GB, gpus: 8}]",
                                "cluster.power={}", "cluster.cooling={}", "cluster.racks={}");
    const gs_node_hardware *node = &model->hardware.groups[0];
    gs_draw idle = gs_draw_idle(node, &model->hardware.racks[0], 8, 1);
    gs_draw peak = gs_draw_peak(node, &model->hardware.racks[0], 8, 1);
    ck_assert(node->physical && node->lane == 1 && node->fan_levels == 0 && node->airflow == 0);
    ck_assert(node->slow == 1 && node->tail == 1 && node->spread == 0);
    ck_assert(now(&model->hardware.supply, 0) == 22 && model->hardware.racks[0].air.d == NULL);
    near(idle.input, 8 * node->gpu.power.idle);
    near(idle.rack, idle.input);
    ck_assert(peak.gpu <= node->gpu.power.tdp && peak.gpu > 0.9 * node->gpu.power.tdp);
    near(peak.rack, 8 * peak.gpu);
    gpusim_model_destroy(model);
}
END_TEST

// by hand: 8 x GPU + 2 x CPU + 70 + 4 NICs + 30 + 100 + fans, then losses, PSU, the rack
START_TEST(draws_are_those_of_a_pocket_calculator)
{
    gpusim_model *model = MODEL(NULL);
    const gs_node_hardware *node = &model->hardware.groups[0];
    gs_draw idle = gs_draw_idle(node, &model->hardware.racks[0], 8, 2);
    double gpu = node->gpu.power.idle;
    double output = (8 * gpu + 2 * 90 + 70 + 4 * 15 + 30 + 100 + 400 * 0.027 + 13) / 0.98;
    near(idle.output, output);
    near(idle.input, output / 0.9); // a tenth of the rating and less
    near(idle.rack, (2 * output / 0.9 + 250 + 17) / 0.96);
    gs_draw peak = gs_draw_peak(node, &model->hardware.racks[0], 8, 2);
    ck_assert(peak.gpu == 350);
    near(peak.output, (8 * 350 + 2 * 280 + 70 + 4 * 20 + 30 + 100 + 400 + 13) / 0.98);
    gpusim_model_destroy(model);
}
END_TEST

// a cap holds no GPU below what its lowest clock draws, and supplies have to carry that
START_TEST(no_cap_holds_less_than_the_lowest_clock)
{
    gpusim_model *model = MODEL("cluster.nodes=[{name: a, gpu: B200, gpus: 8, power: {gpu_cap: 200 "
                                "W}}]",
                                "cluster.power={}", "cluster.cooling={}", "cluster.racks={}");
    const gs_node_hardware *node = &model->hardware.groups[0];
    gs_draw peak = gs_draw_peak(node, &model->hardware.racks[0], 8, 1);
    double lowest = node->gpu.clocks.minimum / node->gpu.clocks.maximum;
    double leak = gs_leakage(&node->gpu.leakage, node->gpu.limits.operating);
    near(peak.gpu, gs_busy_power(&node->gpu.power, 1, lowest, leak));
    ck_assert(peak.gpu > 200);
    gpusim_model_destroy(model);
}
END_TEST

START_TEST(clocks_lie_on_the_grid)
{
    gpusim_model *model = MODEL("cluster.nodes[0].gpu_model={clocks: {minimum: 210 MHz, maximum: "
                                "1410 MHz, step: 15 MHz}}");
    ck_assert_uint_eq(model->hardware.groups[0].clock_count, 81);
    gpusim_model_destroy(model);
    model = MODEL("cluster.nodes[0].gpu_model={clocks: {minimum: 210 MHz, maximum: 1415 MHz, step: "
                  "15 MHz}}");
    ck_assert_uint_eq(model->hardware.groups[0].clock_count, 82);
    gpusim_model_destroy(model);
}
END_TEST

START_TEST(physics_is_where_gpus_have_it)
{
    gpusim_model *model = MODEL("cluster.physics=false");
    ck_assert(!model->hardware.physical && !model->hardware.groups[0].physical);
    gpusim_model_destroy(model);
    model = MODEL("cluster.nodes=[{name: a, gpus: 4}, {name: b, gpus: 0}, {name: c, gpus: 0, "
                  "power: {cpu: {idle: 1 W, max: 2 W}}}]");
    ck_assert(model->hardware.physical && !model->hardware.groups[0].physical);
    ck_assert(!model->hardware.groups[1].physical && model->hardware.groups[2].physical);
    gpusim_model_destroy(model);
}
END_TEST

START_TEST(states_of_a_cpu)
{
    gpusim_model *model =
        MODEL("cluster.nodes[0].power={cpu_states: [{idle: 100 W, epsilon: 93 W, max: 200 W}, "
              "{idle: 90 W, max: 150 W, speed: 0.2}]}");
    const gs_node_hardware *node = &model->hardware.groups[0];
    ck_assert_uint_eq(node->cpu_state_count, 2);
    ck_assert(node->cpu_states[0].epsilon == 93 && node->cpu_states[0].speed == 1);
    ck_assert(node->cpu_states[1].epsilon == 90 && node->cpu_states[1].speed == 0.2);
    ck_assert(node->psus == 0 && node->nics == 1 && node->sockets == 1);
    gpusim_model_destroy(model);
}
END_TEST

// shares of exhaust by the three numbers and by a matrix give the same rise
START_TEST(recirculation_by_shares_and_by_matrix)
{
    gpusim_model *shares = MODEL("cluster.cooling.recirculation={self: 0.02, neighbour: 0.03, all: "
                                 "0.1}");
    gpusim_model *matrix =
        MODEL("cluster.cooling.recirculation={matrix: [[0.07, 0.08], [0.08, 0.07]]}");
    const gs_recirculation *a = &shares->hardware.racks[0].air;
    const gs_recirculation *b = &matrix->hardware.racks[0].air;
    ck_assert_uint_eq(a->nodes, 2);
    // a full rack of two: D = K^-1 ((I - A)^-1 - I), worked by hand for a symmetric A
    double k = GS_AIR_DENSITY * GS_AIR_HEAT * 0.25, s = 0.07, n = 0.08;
    double determinant = (1 - s) * (1 - s) - n * n;
    for (int i = 0; i < 4; i++) {
        double wanted = (i == 0 || i == 3 ? (1 - s) / determinant - 1 : n / determinant) / k;
        ck_assert(fabs(a->d[i] - b->d[i]) < 1e-15 && fabs(a->d[i] - wanted) < 1e-15);
    }
    gpusim_model_destroy(shares);
    gpusim_model_destroy(matrix);
}
END_TEST

START_TEST(curves_by_points_and_by_name)
{
    gpusim_model *model = MODEL(
        "cluster.nodes[0].power.psu.efficiency={points: [{load: 0.1, efficiency: 0.5}, {load: 1, "
        "efficiency: 1}]}",
        "cluster.nodes[0].cooling={kind: liquid, flow: 0.5 L/min, cold_plate: oai-pg25}");
    const gs_node_hardware *node = &model->hardware.groups[0];
    near(gs_curve_at(&node->psu_efficiency, 0.55), 0.75);
    ck_assert_uint_eq(node->cooling, GS_COOLING_LIQUID);
    ck_assert(node->cold_plate_nominal == 0.0245);
    near(gs_curve_at(&node->cold_plate, node->flow), 0.0325);
    ck_assert(model->hardware.racks[0].air.d == NULL); // water is not breathed again
    gpusim_model_destroy(model);
    model = MODEL("cluster.nodes[0].cooling={kind: liquid, flow: 3 L/min, nominal_flow: 2 L/min, "
                  "cold_plate: {points: [{flow: 1 L/min, resistance: 0.03 K/W}, {flow: 3 L/min, "
                  "resistance: 0.01 K/W}]}}");
    near(model->hardware.groups[0].cold_plate_nominal, 0.02);
    gpusim_model_destroy(model);
}
END_TEST

START_TEST(tiers_keep_their_defaults)
{
    gpusim_model *model =
        MODEL("cluster.network.tiers={node: {alpha: 2 us, measured_below: 0 B}, rack: {efficiency: "
              "0.5}, spine: {measured: [{size: 1 KiB, bandwidth: 1 GB/s}, {size: 1 MiB, bandwidth: "
              "9 GB/s}], measured_ranks: 16}}");
    const gs_tier_cost *tiers = model->hardware.tiers;
    ck_assert(tiers[GS_TIER_NODE].alpha == 2e-6 && tiers[GS_TIER_NODE].efficiency == 0.806);
    ck_assert(tiers[GS_TIER_NODE].measured_below == 0);
    ck_assert(tiers[GS_TIER_RACK].alpha == 7.56e-6 && tiers[GS_TIER_RACK].efficiency == 0.5);
    ck_assert(tiers[GS_TIER_RACK].measured.count > 0 &&
              tiers[GS_TIER_RACK].measured_below == 4 * 1048576.0);
    ck_assert(tiers[GS_TIER_SPINE].alpha == 15e-6 && tiers[GS_TIER_SPINE].measured.count == 2);
    ck_assert(tiers[GS_TIER_SPINE].measured.x[1] == 1048576 &&
              tiers[GS_TIER_SPINE].measured.y[1] == 9e9 &&
              tiers[GS_TIER_SPINE].measured_ranks == 16 &&
              tiers[GS_TIER_SPINE].measured_below == 4 * 1048576.0);
    gpusim_model_destroy(model);
}
END_TEST

// ---- series ----

START_TEST(steps_as_written)
{
    gpusim_model *model = MODEL("cluster.cooling.supply={steps: [{at: 0 h, value: 20 C}, {at: 6 h, "
                                "value: 25 C}], repeat: 1 d}");
    const gs_steps *supply = &model->hardware.supply;
    ck_assert(now(supply, 5 * GPUSIM_HOUR) == 20 && now(supply, 6 * GPUSIM_HOUR) == 25);
    ck_assert(now(supply, 29 * GPUSIM_HOUR) == 20 && now(supply, 31 * GPUSIM_HOUR) == 25);
    gpusim_model_destroy(model);
}
END_TEST

START_TEST(a_wave_is_a_cosine_in_steps)
{
    gpusim_model *model =
        MODEL("cluster.cooling.supply={wave: {mean: 22 C, amplitude: 4 K, period: "
              "1 d, peak: 15 h, step: 10 min}}");
    const gs_steps *supply = &model->hardware.supply;
    ck_assert_uint_eq(supply->count, 144);
    for (int i = 0; i < 300; i++) {
        gpusim_time middle = i * 10 * GPUSIM_MINUTE + 5 * GPUSIM_MINUTE;
        double angle =
            2 * 3.14159265358979323846 * gpusim_seconds(middle - 15 * GPUSIM_HOUR) / 86400;
        double wanted = 22 + 4 * cos(angle);
        ck_assert(fabs(now(supply, middle) - wanted) < 1e-12);
        ck_assert(now(supply, middle) == now(supply, middle - 5 * GPUSIM_MINUTE));
    }
    gpusim_model_destroy(model);
}
END_TEST

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "wb");
    ck_assert(file && fputs(text, file) >= 0 && fclose(file) == 0);
}

// values of a file, in the units people write, with the scenario's folder before the path
START_TEST(a_file_of_values)
{
    char folder[] = "/tmp/gpusim-series-XXXXXX", path[64], first[33], second[33];
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/carbon.csv", folder);
    write_file(path, "time_s,value\n0,360\n3600,720\n7200,0.36 kg/kWh\n");
    const char *const edits[] = {"cluster.power.carbon={file: carbon.csv, repeat: 3 h}", NULL};
    gpusim_model *model = model_with(folder, edits);
    const gs_steps *carbon = &model->hardware.carbon;
    ck_assert_uint_eq(carbon->count, 3);
    near(now(carbon, 0), 1e-7);
    near(now(carbon, GPUSIM_HOUR), 2e-7);
    near(now(carbon, 2 * GPUSIM_HOUR), 1e-7);
    near(now(carbon, 4 * GPUSIM_HOUR), 2e-7);
    snprintf(first, sizeof first, "%s", model->info.hash);
    gpusim_model_destroy(model);

    // its bytes are in the hash, its path alone would not do
    model = model_with(folder, edits);
    ck_assert_str_eq(first, model->info.hash);
    gpusim_model_destroy(model);
    write_file(path, "time_s,value\n0,360\n3600,721\n7200,0.36 kg/kWh\n");
    model = model_with(folder, edits);
    snprintf(second, sizeof second, "%s", model->info.hash);
    ck_assert_str_ne(first, second);
    gpusim_model_destroy(model);
    ck_assert(unlink(path) == 0 && rmdir(folder) == 0);
}
END_TEST

// each key of the hardware is in the model's hash
START_TEST(every_key_changes_the_hash)
{
    static const char *const edits[] = {
        "cluster.nodes[0].power.memory=71 W",
        "cluster.nodes[0].power.psu.rating=3.1 kW",
        "cluster.nodes[0].power.gpu_cap=351 W",
        "cluster.nodes[0].cooling.airflow=0.26 m3/s",
        "cluster.nodes[0].gpu_model={power: {idle: 55 W}}",
        "cluster.nodes[0].spread.speed=0.03",
        "cluster.nodes[0].network.nic=101 GB/s",
        "cluster.nodes[0].uplink=401 GB/s",
        "cluster.nodes=[{name: a, gpus: 4}]",
        "cluster.nodes=[{name: a, gpus: 4, legacy: {sage: {}}}]",
        "cluster.nodes[0].mig=true",
        "cluster.racks.switches=251 W",
        "cluster.power.pue=1.3",
        "cluster.power.rack_cap=21 kW",
        "cluster.cooling.supply=25 C",
        "cluster.cooling.epsilon=0.2 K",
        "cluster.cooling.loop.delay=21 s",
        "cluster.network.spine=2 TB/s",
        "cluster.sharing.interference=0.2",
        "cluster.sensors.noise=false",
        "cluster.physics=false",
    };
    enum { COUNT = sizeof edits / sizeof edits[0] };
    char hashes[COUNT + 1][33];
    for (int i = 0; i <= COUNT; i++) {
        gpusim_model *model = MODEL(i < COUNT ? edits[i] : NULL);
        snprintf(hashes[i], sizeof hashes[i], "%s", model->info.hash);
        gpusim_model_destroy(model);
        for (int k = 0; k < i; k++) {
            ck_assert_msg(strcmp(hashes[i], hashes[k]) != 0, "%s and %s hash alike", edits[k],
                          i < COUNT ? edits[i] : "no edit");
        }
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("hardware");
    TEST_CASE(suite, 30, a_group_is_what_it_says, racks_and_facility_are_what_they_say,
              defaults_draw_what_the_gpus_do, draws_are_those_of_a_pocket_calculator,
              no_cap_holds_less_than_the_lowest_clock, clocks_lie_on_the_grid,
              physics_is_where_gpus_have_it, states_of_a_cpu, recirculation_by_shares_and_by_matrix,
              curves_by_points_and_by_name, tiers_keep_their_defaults, steps_as_written,
              a_wave_is_a_cosine_in_steps, a_file_of_values, every_key_changes_the_hash);
    return test_run(suite);
}
