/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What GPUs breathe, by hand: fans, lanes, recirculation, water. */
#include "core/plant.h"
#include "plain.h"

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

#define JOB(gpus)                                                                                  \
    "workload: [{jobs: [{id: 1, at: 1 h, duration: 2 h, gpus: " gpus ", " FULL "}]}]\n"

/* Levels 0 .. 4 of 50 to 70 degC: thresholds 50, 55, 60, 65; speeds 0.5, 0.625 ... 1; R =
 * 0.1/speed. Idle at 25 + 0.2 x 50 = 35. With 400 W: level 0 leads to 105, 1 to 89, 2 to 78.3, 3
 * to 70.7, 4 to 65: there it stays, since 3 would not keep it below 65. */
START_TEST(test_fans)
{
    begin(PLANT("count: 1, gpus: 2, " PLAIN_GPUS
                ", power: {fans: 160 W}, cooling: {kind: air, fans: {levels: 4, minimum: 0.5, "
                "start: 50 C, full: 70 C, hysteresis: 4 K}}",
                "}\n") "duration: 8 h\n" JOB("1"));
    ck_assert_uint_eq(GS_PLANT(sim, 0)->fan, 0);
    ASSERT_NEAR(gs_watts(GS_PLANT(sim, 0)->power[GS_POWER_FANS]), 160 * 0.125, 1e-9);
    ASSERT_NEAR(plant_temperature(sim, 0), 35, 1e-9);

    // 105 - (64 - 8) e^(-t/5) - (16 - 2) e^(-t/50) meets 50 a second before the fans do
    double low = 0, high = 100;
    for (int i = 0; i < 100; i++) {
        double s = (low + high) / 2;
        *(105 - 56 * exp(-s / 5) - 14 * exp(-s / 50) < 50 ? &low : &high) = s;
    }
    plant_to(sim, 3600 + high + 1 - 1e-6);
    ck_assert_uint_eq(GS_PLANT(sim, 0)->fan, 0);
    plant_to(sim, 3600 + high + 1 + 1e-6);
    double then = 105 - 56 * exp(-(high + 1) / 5) - 14 * exp(-(high + 1) / 50);
    ck_assert_uint_eq(GS_PLANT(sim, 0)->fan, 1 + (then >= 55) + (then >= 60));
    plant_to(sim, 2 * 3600);
    ck_assert_uint_eq(GS_PLANT(sim, 0)->fan, 4);
    ASSERT_NEAR(gs_watts(GS_PLANT(sim, 0)->power[GS_POWER_FANS]), 160, 1e-9);
    ASSERT_NEAR(plant_temperature(sim, 0), 65, 1e-6);
    ASSERT_NEAR(plant_temperature(sim, 1), 30, 1e-6);
    plant_to(sim, 8 * 3600);
    ck_assert_uint_eq(GS_PLANT(sim, 0)->fan, 0);
    ASSERT_NEAR(plant_temperature(sim, 0), 35, 1e-6);
    ck_assert_uint_lt(gpusim_sim_summary(sim)->events, 60);
    end();
}
END_TEST

/* Three in a lane, half of the air: 1.2 x 1005 x 0.06 W/K = 72.36 W/K; each second and third
 * breathes what those before it have warmed. */
START_TEST(test_lane)
{
    begin(PLANT("count: 1, gpus: 6, " PLAIN_GPUS
                ", cooling: {kind: air, airflow: 0.12 m3/s, lane: 3}",
                "}\n") "duration: 3 h\n" JOB("2"));
    for (uint32_t g = 0; g < 6; g++) {
        ASSERT_NEAR(plant_temperature(sim, g), 30 + g % 3 * 50 / 72.36, 1e-9);
    }
    plant_to(sim, 2 * 3600);
    ASSERT_NEAR(plant_temperature(sim, 0), 65, 1e-6);
    ASSERT_NEAR(plant_temperature(sim, 1), 65 + 400 / 72.36, 1e-6);
    ASSERT_NEAR(plant_temperature(sim, 2), 30 + 800 / 72.36, 1e-6);
    ASSERT_NEAR(plant_temperature(sim, 4), 30 + 50 / 72.36, 1e-6);
    end();
}
END_TEST

/* A rack of two nodes that breathe 10% of their own and 20% of each other's air: inlets lie D P
 * above the supply, at rest exactly, later within epsilon. */
START_TEST(test_recirculation)
{
    begin(PLANT("count: 4, per_rack: 2, gpus: 4, " PLAIN_GPUS
                ", cooling: {kind: air, airflow: 0.25 m3/s}",
                ", recirculation: {self: 0.1, neighbour: 0.2}}\n") "duration: 3 h\n" JOB("4"));
    const double *d = model->hardware.racks[0].air.d;
    ck_assert_double_gt(d[0], 0);
    for (uint32_t n = 0; n < 4; n++) {
        double inlet = 25 + (d[2 * (n % 2)] + d[2 * (n % 2) + 1]) * 200;
        ASSERT_NEAR(GS_PLANT(sim, n)->inlet, inlet, 1e-12);
        ASSERT_NEAR(plant_temperature(sim, 4 * n), inlet + 5, 1e-12);
    }
    plant_to(sim, 3600.5);
    ASSERT_NEAR(GS_PLANT(sim, 1)->inlet, 25 + (d[2] + d[3]) * 200, 1e-12);
    plant_to(sim, 2 * 3600);
    for (uint32_t n = 0; n < 2; n++) {
        double inlet = 25 + d[2 * n] * 1600 + d[2 * n + 1] * 200;
        ASSERT_NEAR(GS_PLANT(sim, n)->inlet, inlet, 0.1);
        ASSERT_NEAR(plant_temperature(sim, 4 * n), inlet + (n ? 5 : 40), 0.1 + 1e-6);
    }
    ASSERT_NEAR(GS_PLANT(sim, 2)->inlet, 25 + (d[0] + d[1]) * 200, 1e-12);
    end();
}
END_TEST

/* Three nodes in racks of two: the last is alone, and has nobody to hand its air to. By hand, of
 * one node that breathes a share s of its own: D = (1/(1 - s) - 1)/(rho cp V). */
START_TEST(test_rack_of_the_remainder)
{
    static const char *const air[] = {"self: 0.1, neighbour: 0.4",
                                      "matrix: [[0.1, 0.4], [0.4, 0.1]]"};
    for (int i = 0; i < 2; i++) {
        char text[2048];
        snprintf(text, sizeof text,
                 PLANT("count: 3, per_rack: 2, gpus: 4, " PLAIN_GPUS
                       ", cooling: {kind: air, airflow: 0.25 m3/s}",
                       ", recirculation: {%s}}\n") "duration: 3 h\n" JOB("4"),
                 air[i]);
        begin(text);
        double k = GS_AIR_DENSITY * GS_AIR_HEAT * 0.25;
        ASSERT_NEAR(GS_PLANT(sim, 2)->inlet, 25 + (1 / 0.9 - 1) / k * 200, 1e-12);
        ASSERT_NEAR(GS_PLANT(sim, 0)->inlet, 25 + (1 / 0.5 - 1) / k * 200, 1e-12);
        end();
    }
}
END_TEST

/* Water: a step of 10 K arrives after 20 s (and the rack's second), with a time constant of 35 s.
 */
START_TEST(test_water)
{
    begin("gpusim: 1\ncluster:\n  nodes: [{name: n, gpus: 1, " PLAIN_GPUS
          ", cooling: {kind: liquid}}]\n  cooling: {supply: 20 C, water: {steps: [{at: 0 h, value: "
          "30 C}, {at: 1 h, value: 40 C}]}, loop: {delay: 20 s, time: 35 s}}\nduration: 2 h\n"
          "workload: [{jobs: []}]\n");
    ASSERT_NEAR(plant_temperature(sim, 0), 35, 1e-12);
    plant_to(sim, 3600 + 20.999);
    ASSERT_NEAR(plant_temperature(sim, 0), 35, 1e-12);
    plant_to(sim, 3600 + 21 + 35);
    ASSERT_NEAR(plant_temperature(sim, 0), 45 - 10 * exp(-1), 1e-9);
    ASSERT_NEAR(GS_PLANT(sim, 0)->inlet, 40, 1e-12);
    plant_to(sim, 2 * 3600);
    ASSERT_NEAR(plant_temperature(sim, 0), 45, 1e-9);
    end();
}
END_TEST

/* A cold plate at another flow than it was measured with. */
START_TEST(test_cold_plate)
{
    begin(
        "gpusim: 1\ncluster:\n  nodes: [{name: n, gpus: 1, " PLAIN_GPUS
        ", cooling: {kind: liquid, flow: 1 L/min, nominal_flow: 2 L/min, cold_plate: oai-pg25}}]\n"
        "  cooling: {supply: 20 C}\nduration: 2 h\nworkload: [{jobs: []}]\n");
    ASSERT_NEAR(GS_PLANT(sim, 0)->resistance, 0.1 - 0.0204 + 0.0245, 1e-12);
    ASSERT_NEAR(plant_temperature(sim, 0), 20 + 50 * 0.1041, 1e-9);
    end();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("cooling");
    TEST_CASE(suite, 30, test_fans, test_lane, test_recirculation, test_rack_of_the_remainder,
              test_water, test_cold_plate);
    return test_run(suite);
}
