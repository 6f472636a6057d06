/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Temperatures in a run, and what they do: throttling, slowdown, shutdown, fans, inlets. Expected
 * numbers are worked by hand from the formulas, with libm's exp. */
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

#define ONE      "count: 1, gpus: 1, " PLAIN_GPUS
#define LONG_JOB "workload: [{jobs: [{id: 1, at: 0 s, duration: 100 h, gpus: 1, " FULL "}]}]\n"
#define SUPPLY(to)                                                                                 \
    "cooling: {supply: {steps: [{at: 0 h, value: 25 C}, {at: 1 h, value: " to "}]}}\n"
#define HEAD(group) "gpusim: 1\ncluster:\n  nodes: [{name: n, " group "}]\n  "

/* Warming from idle (50 W) at `inlet` with 400 W, s after it began. */
static double warming(double inlet, double s)
{
    return inlet + 40 - 28 * exp(-s / 5) - 7 * exp(-s / 50);
}

/* When that reaches a level: bisection. */
static double reaches(double inlet, double level)
{
    double low = 0, high = 1e4;
    for (int i = 0; i < 200; i++) {
        double middle = (low + high) / 2;
        *(warming(inlet, middle) < level ? &low : &high) = middle;
    }
    return high;
}

static const gpusim_event_row *event(gpusim_event_type type, uint32_t nth)
{
    const gs_array *events = &rows.tables[GPUSIM_TABLE_EVENTS];
    for (uint32_t i = 0; i < events->count; i++) {
        const gpusim_event_row *row = &GS_AT(*events, gpusim_event_row, i);
        if (row->type == type && nth-- == 0) {
            return row;
        }
    }
    return NULL;
}

static double memory_temperature(uint32_t gpu)
{
    const gs_gpu now = gs_gpu_now(sim, gpu);
    return gs_gpu_memory_temperature(&now);
}

START_TEST(test_warming)
{
    begin(PLANT(ONE, "}\n") "duration: 1 h\nworkload: [{jobs: [{id: 1, at: 10 s, duration: 600 s, "
                            "gpus: 1, " FULL "}]}]\n");
    ASSERT_NEAR(plant_temperature(sim, 0), 30, 1e-12);
    static const double times[] = {0, 1, 2, 5, 10, 20, 60, 300};
    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
        plant_to(sim, 10 + times[i]);
        ASSERT_NEAR(plant_temperature(sim, 0), warming(25, times[i]), 1e-10);
        // memory: 0.5 K/W of 10 W and half of 40 W, and half of the die's rise; at idle of 10 W
        // and half of 5 K
        double memory = 25 + 35 - 27.5 * exp(-times[i] / 10);
        ASSERT_NEAR(memory_temperature(0), memory, 1e-10);
    }
    plant_to(sim, 610 + 5);
    double slow = 8 - 7 * exp(-600 / 50.0);
    ASSERT_NEAR(plant_temperature(sim, 0), 25 + 4 + 28 * exp(-1) + 1 + (slow - 1) * exp(-0.1),
                1e-9);
    ASSERT_NEAR(gpusim_sim_summary(sim)->hottest_c, warming(25, 600), 1e-9);
    end();
}
END_TEST

/* The published response of a water-cooled V100: 22 degC, 0.095 K/W, 45 to 280 W, 87% with 5 s and
 * 13% with 50 s (reference physics.md 3.2). */
START_TEST(test_two_exponentials)
{
    begin(
        HEAD("count: 1, gpus: 1, gpu: V100-SXM2-16GB, gpu_model: {power: {idle: 45 W, fixed: 80 W,"
             " dynamic: 200 W}, leakage: {power: 0 W}, thermal: {resistance: 0.095 K/W, "
             "fast_share: 0.87, fast_time: 5 s, slow_time: 50 s}}") "cooling: {supply: 22 C}\n"
                                                                    "duration: 1 h\n" LONG_JOB);
    static const double golden[][2] = {{0, 26.27},  {2, 32.79},  {5, 38.83},  {10, 43.60},
                                       {20, 46.30}, {60, 47.73}, {300, 48.59}};
    for (size_t i = 0; i < sizeof golden / sizeof golden[0]; i++) {
        plant_to(sim, golden[i][0]);
        ASSERT_NEAR(plant_temperature(sim, 0), golden[i][1], 0.005001);
    }
    end();
}
END_TEST

/* At 50 degC it would come to 90. At 85 it takes the largest clock at which it no longer warms;
 * the slow mode goes on, so the limit is met again and again, at ever lower clocks, and it ends
 * below the limit, within the hysteresis. */
START_TEST(test_throttle)
{
    begin(HEAD(ONE) "cooling: {supply: {steps: [{at: 0 h, value: 50 C}, {at: 2 h, value: 30 C}]}}\n"
                    "duration: 4 h\n" LONG_JOB);
    double at = reaches(50, 85);
    plant_to(sim, at - 1e-8);
    ck_assert_double_eq(plant_clock(sim, 0), 1500);
    plant_to(sim, at + 2e-9);
    double fast = 32 - 28 * exp(-at / 5), slow = 8 - 7 * exp(-at / 50);
    double level = (fast / 5 + slow / 50) / (0.1 * (0.8 / 5 + 0.2 / 50));
    double clock = floor(((level - 100) / 300 * 1500 - 300) / 15) * 15 + 300;
    ck_assert_double_eq(plant_clock(sim, 0), clock);
    ASSERT_NEAR(plant_watts(sim, 0), 100 + 300 * clock / 1500, 1e-8);
    ck_assert_uint_eq(GS_GPU(sim, 0)->reasons, GS_THROTTLE_SW_THERMAL);
    const gpusim_event_row *row = event(GPUSIM_EVENT_THROTTLE, 0);
    ck_assert(row && row->entity == 0 && row->detail == GS_THROTTLE_SW_THERMAL);
    ck_assert_int_ge(row->time, (gpusim_time)(at * 1e9));
    ck_assert_int_le(row->time, (gpusim_time)(at * 1e9) + 2);

    // 350 W keep it at 85: the last clock is that of 349 W, or lower where the slow mode overshot
    plant_to(sim, 7190);
    ck_assert_double_le(plant_temperature(sim, 0), 85 + 1e-6);
    ck_assert_double_ge(plant_temperature(sim, 0), 81 - 1e-6);
    double last = plant_clock(sim, 0);
    ck_assert_double_le(last, 1245);
    uint64_t events = gpusim_sim_summary(sim)->events;
    ck_assert_uint_lt(events, 150);

    // with cool air it is let go as it falls through 81 (a second after the step)
    plant_to(sim, 7202);
    ck_assert_double_eq(plant_clock(sim, 0), 1500);
    ck_assert_uint_eq(GS_GPU(sim, 0)->reasons, 0);
    gpusim_summary summary = *gpusim_sim_summary(sim);
    ASSERT_NEAR(summary.throttled_gpu_h, (7201 - at) / 3600, 1e-6);
    ASSERT_NEAR((double)GS_GPU(sim, 0)->thermal_violation / 1e9, 7201 - at, 1e-6);
    plant_to(sim, 4 * 3600);
    ASSERT_NEAR(plant_temperature(sim, 0), 70, 1e-9);
    ck_assert_uint_lt(gpusim_sim_summary(sim)->events, 160);
    end();
}
END_TEST

/* Air that cools by little gives back the largest clock whose steady state stays below the limit,
 * as soon as the temperature is below it by the hysteresis: 41 K at 44 degC, 410 W, all of it; 36 K
 * at 49 degC are 360 W and 1300 MHz, of the grid 1290 (f < 0.8667). */
START_TEST(test_release)
{
    begin(HEAD(ONE) "cooling: {supply: {steps: [{at: 0 h, value: 54 C}, {at: 2 h, value: 49 C}]}}\n"
                    "duration: 4 h\n" LONG_JOB);
    plant_to(sim, 7190);
    // 310 W hold 85: 1050 MHz
    ck_assert_double_le(plant_clock(sim, 0), 1050);
    plant_to(sim, 7250);
    ck_assert_double_eq(plant_clock(sim, 0), 1290);
    plant_to(sim, 4 * 3600);
    ASSERT_NEAR(plant_temperature(sim, 0), 49 + 0.1 * (100 + 300 * 1290 / 1500.0), 1e-6);
    end();
}
END_TEST

/* Air that jumps to 52 degC takes it to 92: halved at once, let go at 86, then throttled. */
START_TEST(test_slowdown)
{
    begin(HEAD(ONE) SUPPLY("52 C") "duration: 2 h\n" LONG_JOB);
    plant_to(sim, 3601);
    ck_assert_double_eq(plant_clock(sim, 0), 750);
    ck_assert_uint_eq(GS_GPU(sim, 0)->reasons & (GS_THROTTLE_HW_THERMAL | GS_THROTTLE_HW_SLOWDOWN),
                      GS_THROTTLE_HW_THERMAL | GS_THROTTLE_HW_SLOWDOWN);
    ASSERT_NEAR(plant_watts(sim, 0), 250, 1e-9);
    // 92 falls by fast 12 K and slow 3 K
    double low = 0, high = 100;
    for (int i = 0; i < 100; i++) {
        double s = (low + high) / 2;
        *(77 + 12 * exp(-s / 5) + 3 * exp(-s / 50) > 86 ? &low : &high) = s;
    }
    plant_to(sim, 3601 + high - 1e-6);
    ck_assert_double_eq(plant_clock(sim, 0), 750);
    plant_to(sim, 3601 + high + 1e-6);
    ck_assert_double_gt(plant_clock(sim, 0), 750);
    ck_assert_uint_eq(GS_GPU(sim, 0)->reasons, GS_THROTTLE_SW_THERMAL);
    plant_to(sim, 7200);
    ck_assert_double_le(plant_temperature(sim, 0), 85 + 1e-6);
    ck_assert_uint_eq(gpusim_sim_summary(sim)->shutdowns, 0);
    end();
}
END_TEST

/* To 65 degC: 105, and off: its job fails, its node drains; undrained it begins cold. A job that
 * may be tried again waits until then, and begins anew: none of its work was saved. */
START_TEST(test_shutdown)
{
    begin(HEAD("count: 2, gpus: 1, " PLAIN_GPUS)
              SUPPLY("65 C") "duration: 3 h\n"
                             "workload: [{jobs: [{id: 1, at: 0 s, duration: 100 h, gpus: 1, "
                             "profile: {intensity: 1, retries: 0}}]}]\n"
                             "actions: [{at: 2 h, do: undrain, node: n-0000}]\n");
    plant_to(sim, 3601);
    ck_assert_uint_eq(GS_GPU(sim, 0)->level, GS_GPU_OFF);
    ck_assert_uint_eq(GS_GPU(sim, 0)->xid, 79);
    ck_assert_int_eq(GS_GPU(sim, 0)->power, 0);
    ck_assert(gs_gpu_clock(sim, 0) == 0);
    ck_assert_uint_eq(GS_GPU(sim, 1)->level, GS_GPU_IDLE);
    ck_assert_uint_eq(GS_NODE(sim, 0)->state, GPUSIM_NODE_DRAINED);
    const gpusim_job_row *job = job_row(&rows, 0);
    ck_assert_uint_eq(job->state, GPUSIM_JOB_FAILED);
    ck_assert_uint_eq(job->reason, GPUSIM_REASON_GPU_LOST);
    ck_assert_int_eq(job->end, 3601 * GPUSIM_SECOND);
    const gpusim_event_row *row = event(GPUSIM_EVENT_GPU_OFF, 0);
    ck_assert(row && row->entity == 0 && row->detail == 79 && row->time == job->end);
    plant_to(sim, 7199);
    ASSERT_NEAR(plant_temperature(sim, 0), 65, 1e-9);
    ASSERT_NEAR(memory_temperature(0), 65, 1e-9);
    ASSERT_NEAR(memory_temperature(1), 65 + 5 + 2.5, 1e-9);
    plant_to(sim, 7200);
    ck_assert_uint_eq(GS_GPU(sim, 0)->level, GS_GPU_IDLE);
    ASSERT_NEAR(plant_temperature(sim, 0), 65, 1e-9);
    ASSERT_NEAR(plant_watts(sim, 0), 50, 1e-9);
    plant_to(sim, 3 * 3600);
    ASSERT_NEAR(plant_temperature(sim, 0), 70, 1e-9);
    ck_assert_uint_eq(gpusim_sim_summary(sim)->shutdowns, 1);
    end();
}
END_TEST

START_TEST(test_shutdown_and_again)
{
    begin(HEAD("count: 1, gpus: 1, " PLAIN_GPUS)
              SUPPLY("65 C") "duration: 3 h\n"
                             "actions: [{at: 2 h, do: undrain, node: n-0000}]\n" LONG_JOB);
    plant_to(sim, 7199);
    ck_assert_uint_eq(GS_JOB(sim, 0)->state, GPUSIM_JOB_QUEUED);
    ck_assert_int_eq(GS_JOB(sim, 0)->done, 0);
    plant_to(sim, 7201);
    ck_assert_uint_eq(GS_JOB(sim, 0)->state, GPUSIM_JOB_RUNNING);
    ck_assert_int_eq(GS_JOB(sim, 0)->start, 7200 * GPUSIM_SECOND);
    const gpusim_event_row *row = event(GPUSIM_EVENT_FAIL, 0);
    ck_assert(row && row->entity == 0 && row->detail == GPUSIM_REASON_GPU_LOST &&
              row->time == 3601 * GPUSIM_SECOND);
    ck_assert_int_eq(GS_LIVE(sim, 0)->redone, 3601 * GPUSIM_SECOND);
    ck_assert_uint_eq(gpusim_sim_summary(sim)->failed, 0);
    end();
}
END_TEST

/* Leakage at its fixed point: 370 W and 30 W exp((T - 45)/50) (reference physics.md 3.1). */
#define LEAKING(resistance, limits)                                                                \
    "count: 1, gpus: 1, gpu: A100-SXM4-80GB, gpu_model: {power: {tdp: 900 W, cap_max: 900 W, "     \
    "idle: 50 W, fixed: 100 W, dynamic: 300 W, knee_voltage: 1}, leakage: {power: 30 W, "          \
    "reference: 45 C, scale: 50 K}, thermal: {resistance: " resistance "}, limits: {" limits "}}"
#define FAR "operating: 140 C, slowdown: 145 C, shutdown: 150 C, memory: 200 C"

START_TEST(test_leakage)
{
    static const struct {
        const char *supply, *resistance;
        double celsius, watts, tolerance;
    } golden[] = {
        {"25 C", "0.1 K/W", 66.62, 416.2, 0.005},
        {"35 C", "0.1 K/W", 77.78, 427.8, 0.005},
        // printed as 136.11, which is not quite at rest: its own power makes 136.113 of it
        {"25 C", "0.2 K/W", 136.11, 555.6, 0.015}};
    for (size_t i = 0; i < sizeof golden / sizeof golden[0]; i++) {
        char text[2048];
        snprintf(text, sizeof text,
                 "gpusim: 1\ncluster:\n  nodes: [{name: n, " LEAKING(
                     "%s", FAR) "}]\n  cooling: {supply: %s}\nduration: 4 h\n" LONG_JOB,
                 golden[i].resistance, golden[i].supply);
        begin(text);
        plant_to(sim, 4 * 3600);
        double celsius = plant_temperature(sim, 0);
        ASSERT_NEAR(celsius, golden[i].celsius, golden[i].tolerance);
        ASSERT_NEAR(plant_watts(sim, 0), golden[i].watts, 0.05);
        ASSERT_NEAR(plant_watts(sim, 0), 370 + 30 * exp((celsius - 45) / 50), 1e-6);
        ck_assert_uint_eq(GS_GPU(sim, 0)->steady, 1);
        ck_assert_uint_lt(gpusim_sim_summary(sim)->events, 120);
        end();
    }
}
END_TEST

/* No fixed point: it warms until it is off, in few events. And a stable point that lies beyond the
 * shutdown limit is not reached either. */
START_TEST(test_runaway)
{
    static const struct {
        const char *supply, *resistance, *limits;
    } cases[] = {
        {"35 C", "0.2 K/W", FAR},
        {"25 C", "0.25 K/W", FAR},
        {"25 C", "0.2 K/W", "operating: 96 C, slowdown: 97 C, shutdown: 98 C, memory: 200 C"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[2048];
        // no clock is low enough: it has one only
        snprintf(text, sizeof text,
                 "gpusim: 1\ncluster:\n  nodes: [{name: n, " LEAKING(
                     "%s", "%s") "}]\n  cooling: {supply: %s}\nduration: 4 h\n" LONG_JOB,
                 cases[i].resistance, cases[i].limits, cases[i].supply);
        char *clocks = strstr(text, "limits:");
        char tail[2048];
        snprintf(tail, sizeof tail, "clocks: {minimum: 1410 MHz, maximum: 1410 MHz}, %s", clocks);
        snprintf(clocks, sizeof text - (size_t)(clocks - text), "%s", tail);
        begin(text);
        plant_to(sim, 4 * 3600);
        ck_assert_uint_eq(gpusim_sim_summary(sim)->shutdowns, 1);
        ck_assert_int_eq(event(GPUSIM_EVENT_FAIL, 0)->detail, GPUSIM_REASON_GPU_LOST);
        ck_assert_double_le(gpusim_sim_summary(sim)->hottest_c, i < 2 ? 150.001 : 98.001);
        ck_assert_uint_lt(gpusim_sim_summary(sim)->events, 150);
        end();
    }
}
END_TEST

/* The memory's limit: 0.5 K/W of 30 W and half of 40 K above 63 degC are 98; at 95 it throttles,
 * and is not let go, since it would come back. */
START_TEST(test_memory)
{
    begin(
        HEAD("count: 1, gpus: 1, gpu: A100-SXM4-80GB, gpu_model: {power: {" PLAIN_POWER
             "}, thermal: {" PLAIN_THERMAL "}, " PLAIN_CLOCKS
             ", limits: {operating: 120 C, slowdown: 130 C, shutdown: 140 C, memory: 95 C}, "
             "leakage: {" NO_LEAK
             "}}") "cooling: {supply: {steps: [{at: 0 h, value: 63 C}, {at: 1 h, value: 45 C}]}}\n"
                   "duration: 2 h\n" LONG_JOB);
    double at = -10 * log((98 - 95) / 27.5);
    plant_to(sim, at - 1e-6);
    ck_assert_uint_eq(GS_GPU(sim, 0)->memory_slow, 0);
    plant_to(sim, at + 1e-6);
    ck_assert_uint_eq(GS_GPU(sim, 0)->memory_slow, 1);
    ck_assert_uint_eq(GS_GPU(sim, 0)->reasons, GS_THROTTLE_SW_THERMAL);
    plant_to(sim, 3600);
    ck_assert_uint_eq(GS_GPU(sim, 0)->memory_slow, 1);
    plant_to(sim, 3602);
    ck_assert_uint_eq(GS_GPU(sim, 0)->memory_slow, 0);
    end();
}
END_TEST

int main(void)
{
    (void)err;
    Suite *suite = suite_create("heat");
    TEST_CASE(suite, 30, test_warming, test_two_exponentials, test_throttle, test_release,
              test_slowdown, test_shutdown, test_shutdown_and_again, test_leakage, test_runaway,
              test_memory);
    return test_run(suite);
}
