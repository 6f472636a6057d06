/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Node models of other simulators: their formulas by hand, and the distributions of their draws. */
#include "physics/legacy.h"

#include <math.h>

#include "base/fit.h"
#include "harness.h"
#include "physics/heat.h"

enum { TICKS = 20000 };

static const gs_ioguard ioguard = {.load_low = 0.80,
                                   .load_high = 0.99,
                                   .heat = 1.5,
                                   .heat_exponent = 1.2,
                                   .fault_heat = 2,
                                   .fan_start = 50,
                                   .fan_slope = 0.03,
                                   .cooling = 4,
                                   .ambient = 25,
                                   .start = 45,
                                   .throttle_at = 95,
                                   .down = 0.10,
                                   .up = 0.02,
                                   .lowest = 0.10,
                                   .step = 0.1,
                                   .clock_least = 0.05,
                                   .link_least = 0.1,
                                   .jitter = 0.05,
                                   .power = 1,
                                   .fans = 1,
                                   .network = 1};
static const gs_sage sage = {.temperature = 65,
                             .power = 150,
                             .fan = 2000,
                             .temperature_noise = 0.2,
                             .power_noise = 0.5,
                             .fan_noise = 5,
                             .reversion = 0.01,
                             .cooling = 0.4,
                             .fan_full = 5000,
                             .fan_limit = 6000};
static const gs_astera astera = {.warm_low = 0.5,
                                 .warm_high = 2,
                                 .cool_low = 0.1,
                                 .cool_high = 0.5,
                                 .most = 95,
                                 .least = 25,
                                 .busy_low = 200,
                                 .busy_high = 300,
                                 .idle_low = 10,
                                 .idle_high = 30,
                                 .load_low = 0.80,
                                 .load_high = 0.99,
                                 .throttle_at = 85,
                                 .release_at = 80,
                                 .throttled_speed = 1};

static gs_legacy_state node_named(const char *name)
{
    return (gs_legacy_state){.stream = gpusim_stream_make(1, "legacy", name)};
}

static double cdf_uniform(double x, const double *p)
{
    return x < p[0] ? 0 : x > p[1] ? 1 : (x - p[0]) / (p[1] - p[0]);
}

#define ASSERT_UNIFORM(values, low, high)                                                          \
    do {                                                                                           \
        const double range_[] = {(low), (high)};                                                   \
        double p_ = fit_ks((values), TICKS, cdf_uniform, range_);                                  \
        ck_assert_msg(p_ > FIT_LEVEL, "%s is not uniform: %g", #values, p_);                       \
    } while (0)

// ---- io-Guard ----

START_TEST(ioguard_heats_and_cools_by_hand)
{
    gs_ioguard full = ioguard;
    full.load_low = full.load_high = 1;
    gs_legacy_state node = node_named("worker-1");
    gs_ioguard_begin(&full, &node);
    ck_assert_double_eq(node.temperature, 45);
    ck_assert_double_eq(node.latency, 0.1);
    ck_assert_double_eq(node.slowdown, 1);

    // below 50 degC fans stand still: +1.5 K
    gs_ioguard_tick(&full, 1, &node);
    ck_assert_double_eq(node.temperature, 46.5);
    ck_assert_double_eq(node.fan, 0);
    // at 60 degC they turn at 30% and take 1.2 K
    node.temperature = 60;
    gs_ioguard_tick(&full, 1, &node);
    ck_assert_double_eq_tol(node.fan, 0.30, 1e-12);
    ck_assert_double_eq_tol(node.temperature, 60.3, 1e-12);
    // half a load heats by 1.5 / 2^1.2
    node.temperature = 40;
    gs_ioguard_tick(&full, 0.5, &node);
    ck_assert_double_eq_tol(node.temperature, 40 + 1.5 / pow(2, 1.2), 1e-12);
    // nothing runs: never below 25 degC
    node.temperature = 25;
    gs_ioguard_tick(&full, 0, &node);
    ck_assert_double_eq(node.temperature, 25);

    // dust heats more and cools less, a broken supply heats, broken fans do not cool
    full.dust = 0.5;
    node.temperature = 60;
    gs_ioguard_tick(&full, 1, &node);
    ck_assert_double_eq_tol(node.temperature, 60 + 1.5 * 1.5 - 4 * 0.3 * 0.5, 1e-12);
    full.dust = 0;
    full.power = 0.25;
    full.fans = 0.5;
    node.temperature = 60;
    gs_ioguard_tick(&full, 1, &node);
    ck_assert_double_eq_tol(node.temperature, 60 + 1.5 + 1.5 - 4 * 0.3 * 0.5, 1e-12);
}
END_TEST

START_TEST(ioguard_throttles_and_recovers)
{
    gs_ioguard broken = ioguard;
    broken.fans = 0;
    gs_legacy_state node = node_named("worker-2");
    gs_ioguard_begin(&broken, &node);
    node.temperature = 94.9;
    for (int i = 1; i <= 12; i++) {
        gs_ioguard_tick(&broken, 1, &node);
        ck_assert_double_eq_tol(node.clock, fmax(0.10, 1 - 0.10 * i), 1e-12);
        ck_assert_double_eq_tol(node.slowdown, 1 / fmax(0.05, node.clock), 1e-9);
        ck_assert_uint_eq(node.throttled, 1);
    }
    node.temperature = 60;
    for (int i = 1; i <= 50; i++) {
        gs_ioguard_tick(&ioguard, 0, &node);
        ck_assert_double_eq_tol(node.clock, fmin(1, 0.10 + 0.02 * i), 1e-12);
    }
    // healthy fans hold it where heat and cooling meet: it never throttles
    for (int i = 0; i < TICKS; i++) {
        gs_ioguard_tick(&ioguard, 1, &node);
    }
    ck_assert_double_eq(node.clock, 1);
    ck_assert_double_eq_tol(node.temperature, 50 + 1.5 * pow(0.895, 1.2) / 0.12, 1);
}
END_TEST

// clock 50%, half a network: 0.1 s x 2 x 2, and up to 25 ms
START_TEST(ioguard_latency_by_hand)
{
    static double jitter[TICKS], load[TICKS];
    gs_ioguard half = ioguard;
    half.network = 0.5;
    gs_legacy_state node = node_named("worker-3");
    gs_ioguard_begin(&half, &node);
    for (int i = 0; i < TICKS; i++) {
        node.clock = 0.48;
        node.temperature = 30;
        gs_ioguard_tick(&half, 1, &node);
        ck_assert_double_eq_tol(node.clock, 0.50, 1e-12);
        jitter[i] = node.latency - 0.4;
        load[i] = node.load;
        ck_assert_double_eq_tol(node.slowdown, node.latency / 0.1, 1e-12);
    }
    ASSERT_UNIFORM(jitter, -1e-12, 0.025);
    ASSERT_UNIFORM(load, 0.80, 0.99);
    // no clock counts as less than 5%, no network as less than a tenth
    half.network = 0;
    half.lowest = half.down = half.up = half.jitter = 0;
    node.clock = 0.01;
    gs_ioguard_tick(&half, 1, &node);
    ck_assert_double_eq_tol(node.latency, 0.1 * 20 * 10, 1e-12);
}
END_TEST

// ---- SAGE ----

START_TEST(sage_reverts_to_its_mean)
{
    static double shock[3][TICKS], x[TICKS];
    gs_legacy_state node = node_named("gpu-node-1");
    gs_sage_begin(&sage, &node);
    ck_assert_double_eq(node.temperature, 65);
    ck_assert_double_eq(node.power, 150);
    double sum = 0, squares = 0, products = 0;
    for (int i = 0; i < TICKS; i++) {
        gs_legacy_state before = node;
        gs_sage_tick(&sage, &node);
        // the noise of each: x' = mean + 0.99 (x + noise - mean)
        double cooled = 0.4 * fmax(0, node.fan - 2000) / 3000;
        shock[0][i] = (node.temperature + cooled - 65) / 0.99 + 65 - before.temperature;
        shock[1][i] = (node.power - 150) / 0.99 + 150 - before.power;
        shock[2][i] = (node.fan - 2000) / 0.99 + 2000 - before.fan;
        x[i] = node.power - 150;
        sum += x[i];
        squares += x[i] * x[i];
        products += i ? x[i] * x[i - 1] : 0;
    }
    ASSERT_UNIFORM(shock[0], -0.2, 0.2);
    ASSERT_UNIFORM(shock[1], -0.5, 0.5);
    ASSERT_UNIFORM(shock[2], -5, 5);

    // an AR(1) with factor 0.99: variance of the noise x 0.99^2 / (1 - 0.99^2). 20,000 ticks hold
    // about a hundred of its memories, so three standard errors are 40% of the variance
    double variance = 0.25 / 3 * 0.9801 / (1 - 0.9801);
    ck_assert_double_eq_tol(squares / TICKS, variance, 0.4 * variance);
    ck_assert_double_eq_tol(sum / TICKS, 0, 3 * sqrt(variance * 199 / TICKS));
    ck_assert_double_eq_tol(products / squares, 0.99, 0.005);
}
END_TEST

START_TEST(sage_fans_cool)
{
    gs_sage quiet = sage;
    quiet.temperature_noise = quiet.power_noise = quiet.fan_noise = 0;
    gs_legacy_state node = node_named("gpu-node-2");
    gs_sage_begin(&quiet, &node);
    gs_sage_tick(&quiet, &node);
    ck_assert_double_eq(node.temperature, 65);
    node.fan = 5000;
    node.temperature = 75;
    gs_sage_tick(&quiet, &node);
    ck_assert_double_eq_tol(node.fan, 4970, 1e-9);
    ck_assert_double_eq_tol(node.temperature, 75 - 0.1 - 0.4 * 2970 / 3000, 1e-9);
    ck_assert_double_eq(node.slowdown, 1);
}
END_TEST

// its alternative, T' = (P Rth - (T - Tamb))/tau with 0.3 K/W and 20 s in air of 25 degC, is one
// mode of ours: a loop of small steps comes to the closed form
START_TEST(rc_alternative_is_one_of_our_modes)
{
    double error[2];
    for (int finer = 0; finer < 2; finer++) {
        double dt = finer ? 0.005 : 0.01, celsius = 40, rise = 15;
        error[finer] = 0;
        for (int i = 0; i < 60 / dt; i++) {
            celsius += dt * (120 * 0.3 - (celsius - 25)) / 20;
            const gs_decay decay = {
                .end = 25 + 120 * 0.3, .amplitude = {15 - 36}, .time = {20}, .count = 1};
            double t = (i + 1) * dt;
            ck_assert_double_eq_tol(25 + gs_relax(rise, 36, t, 20), gs_decay_at(&decay, t), 1e-12);
            error[finer] = fmax(error[finer], fabs(celsius - gs_decay_at(&decay, t)));
        }
    }
    ck_assert_double_lt(error[0], 0.01);
    ck_assert_double_eq_tol(error[0] / error[1], 2, 0.02); // Euler's first order
}
END_TEST

// ---- Astera ----

START_TEST(astera_warms_and_cools)
{
    static double warmer[TICKS], cooler[TICKS], busy[TICKS], idle[TICKS], load[TICKS];
    gs_legacy_state node = node_named("node_1");
    gs_astera_begin(&astera, &node);
    ck_assert_double_eq(node.temperature, 25);
    ck_assert(node.power > 10 && node.power < 30);
    for (int i = 0; i < TICKS; i++) {
        node.temperature = 40;
        gs_astera_tick(&astera, 1, &node);
        warmer[i] = node.temperature - 40;
        busy[i] = node.power;
        load[i] = node.load;
        node.temperature = 40;
        gs_astera_tick(&astera, 0, &node);
        cooler[i] = 40 - node.temperature;
        idle[i] = node.power;
        ck_assert_double_eq(node.load, 0);
    }
    ASSERT_UNIFORM(warmer, 0.5, 2);
    ASSERT_UNIFORM(cooler, 0.1, 0.5);
    ASSERT_UNIFORM(busy, 200, 300);
    ASSERT_UNIFORM(idle, 10, 30);
    ASSERT_UNIFORM(load, 0.80, 0.99);
    node.temperature = 25.05;
    gs_astera_tick(&astera, 0, &node);
    ck_assert_double_eq(node.temperature, 25);
}
END_TEST

START_TEST(astera_throttles_with_hysteresis)
{
    gs_legacy_state node = node_named("node_2");
    gs_astera_begin(&astera, &node);
    int spells = 0;
    for (int i = 0; i < 2000; i++) {
        int was = (int)node.throttled;
        gs_astera_tick(&astera, 1, &node);
        ck_assert_double_lt(node.temperature, 87.001);
        if (was) {
            ck_assert_double_lt(node.power, 30); // a throttled node counts as idle
        } else {
            ck_assert_double_gt(node.power, 200);
        }
        spells += !was && node.throttled;
        ck_assert(node.throttled ? node.temperature >= 80 : node.temperature <= 85);
        ck_assert_double_eq(node.slowdown, 1);
    }
    ck_assert_int_gt(spells, 50);
    gs_astera slower = astera;
    slower.throttled_speed = 0.5;
    node.throttled = 1;
    node.temperature = 84;
    gs_astera_tick(&slower, 1, &node);
    ck_assert_double_eq(node.slowdown, 2);
    // its ceiling
    slower.throttle_at = 200;
    node.throttled = 0;
    node.temperature = 94.9;
    gs_astera_tick(&slower, 1, &node);
    ck_assert_double_eq(node.temperature, 95);
}
END_TEST

START_TEST(nodes_differ_and_repeat)
{
    gs_legacy_state a = node_named("a"), again = a, b = node_named("b");
    for (int i = 0; i < 10; i++) {
        gs_sage_tick(&sage, &a);
        gs_sage_tick(&sage, &again);
        gs_sage_tick(&sage, &b);
        ck_assert_double_eq(a.power, again.power);
        ck_assert_double_ne(a.power, b.power);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("legacy");
    TEST_CASE(suite, 60, ioguard_heats_and_cools_by_hand, ioguard_throttles_and_recovers,
              ioguard_latency_by_hand, sage_reverts_to_its_mean, sage_fans_cool,
              rc_alternative_is_one_of_our_modes, astera_warms_and_cools,
              astera_throttles_with_hysteresis, nodes_differ_and_repeat);
    return test_run(suite);
}
