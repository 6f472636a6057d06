/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Caps by hand: of GPUs, nodes and racks, by time, by priority, and when they cannot be held. */
#include "core/plant.h"
#include "physics/power.h"
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

static uint32_t count_events(gpusim_event_type type, int64_t detail)
{
    const gs_array *events = &rows.tables[GPUSIM_TABLE_EVENTS];
    uint32_t count = 0;
    for (uint32_t i = 0; i < events->count; i++) {
        const gpusim_event_row *row = &GS_AT(*events, gpusim_event_row, i);
        count += row->type == type && row->detail == detail;
    }
    return count;
}

#define NODE(power) PLANT("count: 1, gpus: 4, " PLAIN_GPUS ", power: {" power "}", "}\n")
#define RUN         "duration: 1 h\n"
#define TWO_JOBS                                                                                   \
    "workload: [{jobs: [{id: 1, at: 10 s, duration: 20 min, gpus: 1, " FULL                        \
    "}, {id: 2, at: 10 s, "                                                                        \
    "duration: 20 min, gpus: 1, " FULL "}]}]\n"

/* 245 W leave f = 145/300 of 1500 MHz, on the grid 720 MHz and 244 W. */
START_TEST(test_gpu)
{
    begin(NODE("gpu_cap: {steps: [{at: 0 h, value: 245 W}, {at: 1 min, value: 400 W}, {at: 2 min, "
               "value: 160 W}]}") RUN TWO_JOBS);
    plant_to(sim, 10);
    ck_assert_double_eq(plant_clock(sim, 0), 720);
    ASSERT_NEAR(plant_watts(sim, 0), 244, 1e-9);
    ck_assert_uint_eq(GS_GPU(sim, 0)->reasons, GS_THROTTLE_SW_POWER_CAP);
    ck_assert_uint_eq(count_events(GPUSIM_EVENT_THROTTLE, GS_THROTTLE_SW_POWER_CAP), 2);
    plant_to(sim, 60);
    ck_assert_double_eq(plant_clock(sim, 0), 1500);
    ck_assert_uint_eq(GS_GPU(sim, 0)->reasons, 0);
    ck_assert_uint_eq(count_events(GPUSIM_EVENT_THROTTLE, 0), 2);
    plant_to(sim, 120);
    ck_assert_double_eq(plant_clock(sim, 0), 300);
    ASSERT_NEAR(plant_watts(sim, 0), 160, 1e-9);
    plant_to(sim, 300);
    ASSERT_NEAR(gpusim_sim_summary(sim)->capped_gpu_h, 2 * (50 + 180) / 3600.0, 1e-9);
    ASSERT_NEAR((double)GS_GPU(sim, 0)->power_violation / 1e9, 50, 1e-9);
    end();
}
END_TEST

/* Without leakage 247 W leave 147/300 of 1500 MHz at once, though they are not even 1% more. What
 * leaks has to come to rest first: after two such steps of 2 W there is room for 3 W, a clock. */
START_TEST(test_a_little_more)
{
    const char *caps = "gpu_cap: {steps: [{at: 0 h, value: 245 W}, {at: 5 min, value: 247 W}, "
                       "{at: 10 min, value: 249 W}]}";
    char text[4096];
    snprintf(text, sizeof text, NODE("%s") RUN TWO_JOBS, caps);
    begin(text);
    plant_to(sim, 299);
    ck_assert_double_eq(plant_clock(sim, 0), 720);
    plant_to(sim, 300);
    ck_assert_double_eq(plant_clock(sim, 0), 735);
    end();

    snprintf(text, sizeof text,
             PLANT("count: 1, gpus: 4, gpu: A100-SXM4-80GB, " PLAIN_MODEL(
                       "power: 10 W, reference: 45 C, scale: 50 K") ", power: {%s}",
                   "}\n") RUN TWO_JOBS,
             caps);
    begin(text);
    plant_to(sim, 299);
    double before = plant_clock(sim, 0);
    plant_to(sim, 600);
    ck_assert_double_le(plant_clock(sim, 0), before + 15);
    plant_to(sim, 900);
    ck_assert_double_eq(plant_clock(sim, 0), before + 15);
    ck_assert_uint_eq(GS_GPU(sim, 0)->steady, 1);
    end();
}
END_TEST

/* Two GPUs idle at 50 W, two share what is left of the cap: 300 W each, a second after they began.
 */
START_TEST(test_node)
{
    begin(NODE("cap: {steps: [{at: 0 h, value: 700 W}, {at: 5 min, value: 2 kW}]}") RUN TWO_JOBS);
    plant_to(sim, 10.5);
    ASSERT_NEAR(gs_watts(GS_PLANT(sim, 0)->input), 900, 1e-9);
    plant_to(sim, 11);
    ASSERT_NEAR(GS_GPU(sim, 0)->node_cap, 300, 1e-9);
    ck_assert_double_eq(plant_clock(sim, 0), 990); // 1000 is not on the grid
    ASSERT_NEAR(gs_watts(GS_PLANT(sim, 0)->input), 100 + 2 * 298, 1e-9);
    plant_to(sim, 300.5);
    ck_assert_double_eq(plant_clock(sim, 0), 990);
    plant_to(sim, 301);
    ck_assert_double_eq(plant_clock(sim, 0), 1500);
    ck_assert(isinf(GS_GPU(sim, 0)->node_cap));
    end();
}
END_TEST

/* The more urgent job has its 400 W, the other the 200 W that are left. */
START_TEST(test_priority)
{
    begin(NODE("cap: 700 W") RUN
          "workload: [{jobs: [{id: 1, at: 10 s, duration: 20 min, gpus: 1, " FULL
          "}, {id: 2, at: 10 "
          "s, duration: 20 min, gpus: 1, priority: 5, " FULL "}]}]\n");
    plant_to(sim, 11);
    ck_assert_double_eq(plant_clock(sim, 0), 495);
    ck_assert_double_eq(plant_clock(sim, 1), 1500);
    end();
}
END_TEST

/* 2 x 160 W at the lowest clock and 2 x 50 W idle are more than 300 W. */
START_TEST(test_brake)
{
    begin(NODE("cap: {steps: [{at: 0 h, value: 300 W}, {at: 5 min, value: 500 W}]}") RUN TWO_JOBS);
    plant_to(sim, 11);
    ck_assert_double_eq(plant_clock(sim, 0), 300);
    ck_assert_uint_eq(GS_GPU(sim, 0)->reasons,
                      GS_THROTTLE_POWER_BRAKE | GS_THROTTLE_HW_SLOWDOWN | GS_THROTTLE_SW_POWER_CAP);
    ck_assert_uint_eq(count_events(GPUSIM_EVENT_NODE_CAP, 1), 1);
    plant_to(sim, 301);
    // 200 W each: 500 MHz
    ck_assert_double_eq(plant_clock(sim, 0), 495);
    ck_assert_uint_eq(GS_GPU(sim, 0)->reasons, GS_THROTTLE_SW_POWER_CAP);
    ck_assert_uint_eq(count_events(GPUSIM_EVENT_NODE_CAP, 0), 1);
    plant_to(sim, 1300);
    ck_assert_uint_eq(count_events(GPUSIM_EVENT_NODE_CAP, 1), 1);
    end();
}
END_TEST

/* Rack caps hold at the rack's AC input: after the switches, the losses of nodes (supplies on a
 * bent curve) and the rack's own. What is granted meets the cap to a microwatt. */
START_TEST(test_rack)
{
    static const char *const losses[] = {
        "losses: [{constant: 13 W, efficiency: 0.98}]",
        "psu: {count: 3, rating: 1 kW, needed: 3, efficiency: titanium}"};
    for (size_t i = 0; i < 2; i++) {
        char text[4096];
        snprintf(
            text, sizeof text,
            PLANT("count: 4, per_rack: 2, gpus: 4, " PLAIN_GPUS
                  ", power: {memory: 40 W, fans: 60 W, %s}",
                  "}\n") "  racks: {switches: 150 W, losses: [{constant: 17 W, efficiency: "
                         "0.96}]}\n  power: {rack_cap: 2500 W}\n" RUN
                         "workload: [{jobs: [{id: 1, at: 10 s, duration: 20 min, gpus: 7, " FULL
                         "}]}]\n",
            losses[i]);
        begin(text);
        plant_to(sim, 10.5);
        ck_assert_double_gt(gs_watts(GS_RACK(sim, 0)->power), 2500);
        plant_to(sim, 11);
        ck_assert_double_le(gs_watts(GS_RACK(sim, 0)->power), 2500);
        ck_assert_double_ge(gs_watts(GS_RACK(sim, 0)->power), 2500 - 8 * 4);
        double inputs = 150;
        for (uint32_t n = 0; n < 2; n++) {
            double output = 100;
            for (uint32_t g = 4 * n; g < 4 * n + 4; g++) {
                output += g < 7 ? GS_GPU(sim, g)->rack_cap : 50;
            }
            inputs += gs_node_input_of(&model->hardware.groups[0], model->hardware.groups[0].psus,
                                       output);
        }
        ASSERT_NEAR((inputs + 17) / 0.96, 2500, 2e-6);
        // all are alike, and the other rack has no cap to feel
        for (uint32_t g = 1; g < 7; g++) {
            ASSERT_NEAR(GS_GPU(sim, g)->rack_cap, GS_GPU(sim, 0)->rack_cap, 1e-9);
        }
        ck_assert(isinf(GS_GPU(sim, 8)->rack_cap));
        plant_to(sim, 3600);
        ck_assert(isinf(GS_GPU(sim, 0)->rack_cap));
        ck_assert_uint_lt(gpusim_sim_summary(sim)->events, 60);
        end();
    }
}
END_TEST

/* A node's cap comes first, its rack's divides what that leaves: 3 GPUs of the node at 500 W have
 * 150 W each... and the other node the rest. */
START_TEST(test_both)
{
    begin("gpusim: 1\ncluster:\n  nodes: [{name: n, count: 2, per_rack: 2, gpus: 2, " PLAIN_GPUS
          ", power: {cap: 500 W}}]\n  cooling: {supply: 25 C}\n  power: {rack_cap: 900 W}\n" RUN
          "workload: [{jobs: [{id: 1, at: 10 s, duration: 20 min, gpus: 2, " FULL
          "}, {id: 2, at: 10 s, "
          "duration: 20 min, gpus: 1, " FULL "}]}]\n");
    // 250 W for each of the first node, 400 for the third, 50 idle: 950 W; so level 225 W... of
    // which the third takes more: 225 + 225 + 400 + 50 = 900
    plant_to(sim, 13);
    ASSERT_NEAR(GS_GPU(sim, 0)->node_cap, 250, 1e-9);
    ck_assert(isinf(GS_GPU(sim, 2)->node_cap));
    double sum = 0;
    for (uint32_t g = 0; g < 4; g++) {
        const gs_gpu *gpu = GS_GPU(sim, g);
        sum += fmin(gpu->demand, fmin(gpu->node_cap, gpu->rack_cap));
    }
    ASSERT_NEAR(sum, 900, 1e-5);
    ck_assert_double_le(gs_watts(GS_RACK(sim, 0)->power), 900);
    end();
}
END_TEST

/* By action: a cap of one GPU, and lifted; of a node; of all racks. */
START_TEST(test_action)
{
    begin(NODE("") RUN TWO_JOBS);
    plant_to(sim, 20);
    ASSERT_OK(gs_cap(sim, GPUSIM_OF_GPU, 1, 250, &err), &err);
    ASSERT_OK(gs_physics_flush(sim, &err), &err);
    ck_assert_double_eq(plant_clock(sim, 1), 750);
    ck_assert_double_eq(plant_clock(sim, 0), 1500);
    ASSERT_OK(gs_cap(sim, GPUSIM_OF_GPU, 1, INFINITY, &err), &err);
    ASSERT_OK(gs_cap(sim, GPUSIM_OF_NODE, 0, 700, &err), &err);
    ASSERT_OK(gs_physics_flush(sim, &err), &err);
    ck_assert_double_eq(plant_clock(sim, 1), 1500);
    plant_to(sim, 21);
    ck_assert_double_eq(plant_clock(sim, 1), 990);
    ASSERT_OK(gs_cap(sim, GPUSIM_OF_NODE, 0, INFINITY, &err), &err);
    ASSERT_OK(gs_cap(sim, GPUSIM_OF_CLUSTER, 0, 600, &err), &err);
    plant_to(sim, 22);
    ck_assert_double_eq(plant_clock(sim, 1), 750);
    ck_assert_double_eq(plant_clock(sim, 0), 750);
    end();
}
END_TEST

/* Leakage and a cap that binds: at rest the largest clock at which leakage's own steady state
 * leaves the cap room, and then nothing is pending, though this leakage alone would leave room for
 * a higher clock at times. */
START_TEST(test_leaking)
{
    begin(PLANT("count: 1, gpus: 1, gpu: A100-SXM4-80GB, gpu_model: {power: {" PLAIN_POWER
                "}, thermal: {" PLAIN_THERMAL "}, " PLAIN_CLOCKS ", " PLAIN_LIMITS
                ", leakage: {power: 60 W, reference: 45 C, scale: 30 K}}, power: {gpu_cap: 350 W}",
                "}\n") RUN "workload: [{jobs: [{id: 1, at: 10 s, duration: 100 h, gpus: 1, " FULL
                           "}]}]\n");
    plant_to(sim, 3600);
    const gs_gpu *gpu = GS_GPU(sim, 0);
    ck_assert_uint_eq(gpu->steady, 1);
    ck_assert(!gpusim_engine_pending(sim->engine, gpu->crossing, NULL));
    double here = plant_temperature(sim, 0);
    double watts = plant_watts(sim, 0);
    ASSERT_NEAR(here, 25 + 0.1 * watts, 1e-6);
    ASSERT_NEAR(watts, 100 + 300 * plant_clock(sim, 0) / 1500 + 60 * (exp((here - 45) / 30) - 1),
                1e-6);
    ck_assert_double_le(watts, 350);
    // one step more would come to rest above the cap
    double t = here, f = (plant_clock(sim, 0) + 15) / 1500, p = 0;
    for (int i = 0; i < 1000; i++) {
        p = 100 + 300 * f + 60 * (exp((t - 45) / 30) - 1);
        t = 25 + 0.1 * p;
    }
    ck_assert_double_gt(p, 350);
    ck_assert_uint_lt(gpusim_sim_summary(sim)->events, 60);
    end();
}
END_TEST

/* What a change of a cap costs: the GPUs that it touches, once for the clock and once for the load
 * that a job makes of them at that clock. */
START_TEST(test_touched)
{
    begin(PLANT("count: 200, per_rack: 4, gpus: 8, " PLAIN_GPUS,
                "}\n") "duration: 1 h\nworkload: [{synthetic: {count: 1600, arrivals: {process: "
                       "poisson, rate: 20000/h}, gpus: 1, duration: 100 h}}]\n");
    gpusim_sim_paranoid(sim, 0);
    plant_to(sim, 1800);
    ck_assert_uint_eq(sim->running.count, 1600);
    const uint64_t *updates = &GS_FACILITY(sim)->updates;
    uint64_t before = *updates;
    ASSERT_OK(gs_cap(sim, GPUSIM_OF_GPU, 77, 250, &err), &err);
    ASSERT_OK(gs_physics_flush(sim, &err), &err);
    ck_assert_uint_le(*updates, before + 2);
    ASSERT_OK(gs_cap(sim, GPUSIM_OF_NODE, 5, 2000, &err), &err);
    plant_to(sim, 1802);
    ck_assert_uint_le(*updates, before + 2 * (1 + 8));
    ASSERT_OK(gs_cap(sim, GPUSIM_OF_RACK, 7, 10000, &err), &err);
    plant_to(sim, 1804);
    ck_assert_uint_le(*updates, before + 2 * (1 + 8 + 32));
    ck_assert_uint_ge(*updates, before + 1 + 8 + 32);
    end();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("caps");
    TEST_CASE(suite, 30, test_gpu, test_a_little_more, test_node, test_priority, test_brake,
              test_rack, test_both, test_action, test_leaking, test_touched);
    return test_run(suite);
}
