/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Power against numbers that others measured or print. */
#include "physics/power.h"

#include <math.h>
#include <string.h>

#include <gpusim/random.h>

#include "harness.h"

// 80 PLUS: the certified points of each level, in percent; 0: there is none
START_TEST(psu_curves_have_the_certified_points)
{
    static const struct {
        const char *name;
        double at10, at20, at50, at100;
    } levels[] = {{"titanium", 90, 94, 96, 91},
                  {"titanium-eu", 90, 94, 96, 94},
                  {"titanium-115v", 90, 92, 94, 90},
                  {"platinum", 0, 90, 94, 91},
                  {"gold", 0, 88, 92, 88}};
    uint32_t known = 0;
    for (const char *const *name = gs_psu_curve_names(); *name; name++) {
        ck_assert_ptr_nonnull(gs_psu_curve(*name));
        ck_assert_str_eq(*name, levels[known].name);
        known++;
    }
    ck_assert_uint_eq(known, 5);
    ck_assert_ptr_null(gs_psu_curve("tin"));
    for (uint32_t i = 0; i < known; i++) {
        const gs_curve *curve = gs_psu_curve(levels[i].name);
        if (levels[i].at10 > 0) {
            ck_assert_double_eq(gs_curve_at(curve, 0.1), levels[i].at10 / 100);
        }
        ck_assert_double_eq(gs_curve_at(curve, 0.2), levels[i].at20 / 100);
        ck_assert_double_eq(gs_curve_at(curve, 0.5), levels[i].at50 / 100);
        ck_assert_double_eq(gs_curve_at(curve, 1), levels[i].at100 / 100);
        ck_assert_double_eq(gs_curve_at(curve, 3), levels[i].at100 / 100);
    }
    const gs_curve *titanium = gs_psu_curve("titanium");
    ck_assert_double_eq(gs_curve_at(titanium, 0), 0.90);
    ck_assert_double_eq_tol(gs_curve_at(titanium, 0.35), 0.95, 1e-15);
    ck_assert_double_eq_tol(gs_curve_at(titanium, 0.75), 0.935, 1e-15);
}
END_TEST

// N+N supplies each carry 1/2N: six of 3.3 kW at 9.9 kW are at half load
START_TEST(psus_share_the_load)
{
    const gs_curve *titanium = gs_psu_curve("titanium");
    ck_assert_double_eq_tol(gs_psu_input(titanium, 6, 3300, 9900), 9900 / 0.96, 1e-9);
    ck_assert_double_eq_tol(gs_psu_input(titanium, 3, 3300, 9900), 9900 / 0.91, 1e-9);
    ck_assert_double_eq(gs_psu_input(titanium, 3, 3300, 0), 0);
}
END_TEST

static const gs_loss sivoc = {13, 0.98}, rectifier = {17, 0.96};

// the loss chain of a node of Frontier, as its operators' own simulator has it
START_TEST(losses_of_two_stages)
{
    const gs_loss chain[] = {sivoc, rectifier};
    double idle = gs_losses_input(chain, 2, 600), peak = gs_losses_input(chain, 2, 2704);
    ck_assert_double_eq_tol(idle, 669.3, 0.05);
    ck_assert_double_eq_tol(peak, 2905.7, 0.05);
    ck_assert_double_eq_tol(600 / idle, 0.8965, 0.00005);
    ck_assert_double_eq_tol(2704 / peak, 0.9306, 0.00005);
    ck_assert_double_eq_tol(gs_losses_output(chain, 2, peak), 2704, 1e-9);
    ck_assert_double_eq(gs_losses_input(NULL, 0, 42), 42);
    ck_assert_double_lt(gs_losses_output(chain, 2, 1), 0);
}
END_TEST

/* Node, chassis, rack and system of a whole machine; gpu and cpu: share of their range. */
static double system_power(double gpu, double cpu, double *node, double *chassis, double *rack)
{
    const gs_cpu_state state = {90, 90, 280, 1};
    *node = gs_cpu_power(&state, 1, cpu) + 4 * (88 + gpu * (560 - 88)) + 74.26 + 4 * 20 + 30;
    *chassis = 16 * gs_losses_input(&sivoc, 1, *node) + 4 * 250;
    const gs_loss four = {4 * rectifier.constant, rectifier.efficiency}; // each takes a quarter
    *rack = 8 * gs_losses_input(&four, 1, *chassis);
    return 74 * *rack + 25 * 8473.47;
}

START_TEST(frontier_by_its_parts)
{
    double node, chassis, rack;
    double idle = system_power(0, 0, &node, &chassis, &rack);
    ck_assert_double_eq_tol(node, 626.26, 1e-9);
    ck_assert_double_eq_tol(gs_losses_input(&sivoc, 1, node), 652.306, 0.0005);
    ck_assert_double_eq_tol(chassis, 11436.90, 0.005);
    ck_assert_double_eq_tol(rack / 8, 11984.27, 0.005);
    ck_assert_double_eq_tol(rack, 95874, 0.5);
    ck_assert_double_eq_tol(idle / 1e6, 7.3065, 0.00005);
    double peak = system_power(1, 1, &node, &chassis, &rack);
    ck_assert_double_eq_tol(node, 2704.26, 1e-9);
    ck_assert_double_eq_tol(gs_losses_input(&sivoc, 1, node), 2772.714, 0.0005);
    ck_assert_double_eq_tol(chassis, 45363.43, 0.005);
    ck_assert_double_eq_tol(rack / 8, 47324.40, 0.005);
    ck_assert_double_eq_tol(rack, 378595, 0.5);
    ck_assert_double_eq_tol(peak / 1e6, 28.2279, 0.00005);
    double linpack = system_power(0.79, 0.33, &node, &chassis, &rack);
    ck_assert_double_eq_tol(linpack / 1e6, 22.9545, 0.00005);
}
END_TEST

// SimGrid's example of a host with four cores
START_TEST(host_power_of_simgrid)
{
    const gs_cpu_state full = {100, 93.0 + 1.0 / 3, 200, 1}, slow = {90, 90, 150, 0.2};
    double joules = 10 * gs_cpu_power(&full, 1, 0);
    ck_assert_double_eq_tol(joules, 1000, 1e-9);
    joules += 1 * gs_cpu_power(&full, 1, 0.25);
    ck_assert_double_eq_tol(joules, 1120, 1e-9);
    joules += 5 * gs_cpu_power(&slow, 1, 0.25);
    ck_assert_double_eq_tol(joules, 1645, 1e-9);
    joules += 4 * gs_cpu_power(&slow, 1, 0);
    ck_assert_double_eq_tol(joules, 2005, 1e-9);
    joules += 10 * gs_cpu_power(&slow, 1, 0);
    ck_assert_double_eq_tol(joules, 2905, 1e-9);
    ck_assert_double_eq(gs_cpu_power(&full, 2, 1), 400);
}
END_TEST

START_TEST(fans_follow_the_cube)
{
    ck_assert_double_eq(gs_fan_power(300, 1), 300);
    ck_assert_double_eq(gs_fan_power(300, 0.5), 37.5);
    ck_assert_double_eq(gs_fan_power(300, 0), 0);
}
END_TEST

/* Throughput under caps, measured, and the parameters that a fit to it gave. */
typedef struct cap_curve {
    gpusim_gpu_power power;
    double memory_bound, rmse;
    const double *cap, *measured;
    uint32_t count;
} cap_curve;

#define FIT(ps, pd, fk, vk)                                                                        \
    {                                                                                              \
        .fixed = (ps), .dynamic = (pd), .knee_clock = (fk), .knee_voltage = (vk)                   \
    }

static const double v100_caps[] = {100, 125, 150, 175, 200, 225, 250};
static const double a40_caps[] = {100, 125, 150, 175, 200, 225, 250, 275, 300};
static const double two_caps[] = {100, 150};
static const double v100_resnet[] = {0.56, 0.86};
static const double v100_speech[] = {0.72, 0.89};
static const double v100_bert[] = {0.53, 0.70, 0.83, 0.89, 0.94, 0.98, 1.00};
static const double a40_bert[] = {0.25, 0.40, 0.60, 0.80, 0.90, 0.96, 0.98, 1.00, 1.00};

static double speed_of(const cap_curve *curve, uint32_t i)
{
    double clock = gs_clock_at_power(&curve->power, 1, 0, curve->cap[i]);
    return 1 / gs_clock_slowdown(curve->memory_bound, clock);
}

static double error_of(const cap_curve *curve)
{
    double sum = 0;
    for (uint32_t i = 0; i < curve->count; i++) {
        sum += pow(speed_of(curve, i) - curve->measured[i], 2);
    }
    return sqrt(sum / curve->count);
}

// what half a digit of the printed parameters can move the curve by
static double rounding_of(const cap_curve *curve)
{
    double sum = 0;
    for (int parameter = 0; parameter < 5; parameter++) {
        cap_curve other = *curve;
        double *moved[] = {&other.power.fixed, &other.power.dynamic, &other.power.knee_clock,
                           &other.power.knee_voltage, &other.memory_bound};
        *moved[parameter] += parameter < 2 ? 0.5 : 0.005;
        double squares = 0;
        for (uint32_t i = 0; i < curve->count; i++) {
            squares += pow(speed_of(&other, i) - speed_of(curve, i), 2);
        }
        sum += sqrt(squares / curve->count);
    }
    return sum;
}

START_TEST(caps_cost_what_was_measured)
{
    const cap_curve v100 = {FIT(45, 198, 0.75, 0.86), 0.47, 0.001, v100_caps, v100_bert, 7};
    const cap_curve a40 = {FIT(68, 192, 0.88, 0.84), 0, 0.010, a40_caps, a40_bert, 9};
    const cap_curve resnet = {FIT(32, 209, 0.84, 0.83), 0.27, 0.001, two_caps, v100_resnet, 2};
    const cap_curve speech = {FIT(79, 155, 0.55, 0.52), 0.58, 0.004, two_caps, v100_speech, 2};
    const cap_curve *curves[] = {&v100, &a40, &resnet, &speech};
    // the fit's own error, half a digit of the measured points, and of the parameters
    for (int i = 0; i < 4; i++) {
        double off = error_of(curves[i]);
        double most = curves[i]->rmse + 0.005 + rounding_of(curves[i]);
        printf("caps, fit %d: rmse %.4f of at most %.4f\n", i, off, most);
        ck_assert_double_lt(off, most);
        ck_assert_double_lt(most, 0.03);
    }
}
END_TEST

static gpusim_stream stream(const char *name)
{
    return gpusim_stream_make(1, "test", name);
}

static gpusim_gpu_power any_power(gpusim_stream from, uint64_t *n)
{
    gpusim_gpu_power power = {0};
    power.fixed = 20 + 80 * gpusim_draw_uniform(from, (*n)++);
    power.dynamic = 50 + 600 * gpusim_draw_uniform(from, (*n)++);
    power.knee_clock = 0.95 * gpusim_draw_uniform(from, (*n)++);
    power.knee_voltage = 0.4 + 0.6 * gpusim_draw_uniform(from, (*n)++);
    return power;
}

// the clock that a cap is solved for draws the cap, and no clock above it draws less
START_TEST(caps_invert_power)
{
    gpusim_stream from = stream("caps");
    uint64_t n = 0;
    for (int i = 0; i < 5000; i++) {
        gpusim_gpu_power power = any_power(from, &n);
        double intensity = gpusim_draw_uniform(from, n++);
        double leak = -5 + 40 * gpusim_draw_uniform(from, n++);
        double least = gs_busy_power(&power, intensity, 0, leak);
        double most = gs_busy_power(&power, intensity, 1, leak);
        double cap = least + (most - least) * (1.2 * gpusim_draw_uniform(from, n++) - 0.1);
        double clock = gs_clock_at_power(&power, intensity, leak, cap);
        if (cap >= most) {
            ck_assert_double_eq(clock, 1);
        } else if (cap < least) {
            ck_assert_double_eq(clock, 0);
        } else {
            ck_assert_double_eq_tol(gs_busy_power(&power, intensity, clock, leak), cap,
                                    1e-12 * cap);
        }
    }
}
END_TEST

// P is continuous at the knee and at the maximum clock, proportional to f below and steeper above
START_TEST(voltage_has_a_knee)
{
    const gpusim_gpu_power power = {
        .fixed = 45, .dynamic = 198, .knee_clock = 0.75, .knee_voltage = 0.86};
    ck_assert_double_eq(gs_voltage(&power, 0), 0.86);
    ck_assert_double_eq(gs_voltage(&power, 0.75), 0.86);
    ck_assert_double_eq_tol(gs_voltage(&power, 0.75 + 1e-9), 0.86, 1e-8);
    ck_assert_double_eq_tol(gs_voltage(&power, 0.875), 0.93, 1e-15);
    ck_assert_double_eq_tol(gs_voltage(&power, 1 - 1e-12), 1, 1e-11);
    ck_assert_double_eq(gs_voltage(&power, 1), 1);
    ck_assert_double_eq_tol(gs_dynamic_power(&power, 0.5), 198 * 0.5 * 0.86 * 0.86, 1e-12);
    ck_assert_double_eq(gs_busy_power(&power, 0.5, 1, 3), 45 + 3 + 99);
    const gpusim_gpu_power flat = {.dynamic = 100, .knee_clock = 1, .knee_voltage = 0.7};
    ck_assert_double_eq(gs_dynamic_power(&flat, 1), 49);
}
END_TEST

START_TEST(clocks_are_on_the_grid)
{
    gpusim_stream from = stream("grid");
    uint64_t n = 0;
    gs_node_hardware node = {0};
    node.gpu.clocks = (gpusim_gpu_clocks){.maximum = 1980e6, .minimum = 345e6, .step = 15e6};
    node.clock_count = 110;
    ck_assert_double_eq(gs_clock_of_step(&node, 0), 345.0 / 1980);
    ck_assert_double_eq(gs_clock_of_step(&node, 108), 1965.0 / 1980);
    ck_assert_double_eq(gs_clock_of_step(&node, 109), 1);
    for (int i = 0; i < 2000; i++) {
        node.gpu.power = any_power(from, &n);
        double intensity = gpusim_draw_uniform(from, n++);
        double cap = 700 * gpusim_draw_uniform(from, n++);
        uint32_t slow = 0;
        for (uint32_t k = 0; k < node.clock_count; k++) {
            double clock = gs_clock_of_step(&node, k);
            slow = gs_busy_power(&node.gpu.power, intensity, clock, 0) <= cap ? k : slow;
        }
        ck_assert_uint_eq(gs_clock_step_at_power(&node, intensity, 0, cap), slow);
    }
}
END_TEST

START_TEST(slowdown_of_the_clock)
{
    ck_assert_double_eq(gs_clock_slowdown(0, 0.5), 2);
    ck_assert_double_eq(gs_clock_slowdown(1, 0.5), 1);
    ck_assert_double_eq(gs_clock_slowdown(0.5, 0.5), 1.5);
    ck_assert_double_eq(gs_clock_slowdown(0.3, 1), 1);
    ck_assert(isinf(gs_clock_slowdown(1, 0)));
}
END_TEST

// 2-3% of leakage a kelvin; stated against the reference, so that it is never counted twice
START_TEST(leakage_is_over_the_reference)
{
    const gpusim_gpu_leakage leakage = {.power = 30, .reference = 45, .scale = 50}, none = {0};
    ck_assert_double_eq(gs_leakage(&leakage, 45), 0);
    ck_assert_double_eq_tol(gs_leakage(&leakage, 95), 30 * (exp(1) - 1), 1e-12);
    ck_assert_double_eq_tol(gs_leakage_slope(&leakage, 95), 0.6 * exp(1), 1e-12);
    ck_assert_double_eq(gs_leakage(&none, 95), 0);
    ck_assert_double_eq(gs_leakage_slope(&none, 95), 0);
}
END_TEST

// Summit: PUE 1.20 at 3 MW and 1.07 at 10 MW
START_TEST(pue_at_two_loads)
{
    ck_assert_double_eq_tol(1 + gs_facility_overhead(0.56e6, 0.014, 3e6) / 3e6, 1.20, 0.005);
    ck_assert_double_eq_tol(1 + gs_facility_overhead(0.56e6, 0.014, 10e6) / 10e6, 1.07, 0.005);
    ck_assert_double_eq_tol(1 + gs_facility_overhead(0, 0.2, 10e6) / 10e6, 1.2, 1e-12);
}
END_TEST

static double sum_of(const double *x, uint32_t count)
{
    double sum = 0;
    for (uint32_t i = 0; i < count; i++) {
        sum += x[i];
    }
    return sum;
}

START_TEST(water_is_filled_by_hand)
{
    double got[4];
    // 1000 W over demands of 100, 300, 400, 500: the small ones whole, 300 for the others
    const double demand[] = {100, 300, 400, 500}, none[4] = {0};
    ck_assert_int_eq(gs_water_fill(demand, none, NULL, 4, 1000, got), 0);
    for (int i = 0; i < 4; i++) {
        ck_assert_double_eq_tol(got[i], i == 0 ? 100 : 300, 1e-12);
    }
    // a floor above the level keeps what it has: (800 - 100 - 350) / 2
    const double floor[] = {50, 0, 350, 0};
    ck_assert_int_eq(gs_water_fill(demand, floor, NULL, 4, 800, got), 0);
    ck_assert_double_eq(got[0], 100);
    ck_assert_double_eq_tol(got[1], 175, 1e-12);
    ck_assert_double_eq(got[2], 350);
    ck_assert_double_eq_tol(got[3], 175, 1e-12);
    // enough for all
    ck_assert_int_eq(gs_water_fill(demand, floor, NULL, 4, 1300, got), 0);
    ck_assert_mem_eq(got, demand, sizeof got);
    // the second class gets what the first leaves, but its floors are safe
    const int32_t priority[] = {1, 9, 9, 1};
    const double floors[] = {50, 100, 100, 100};
    ck_assert_int_eq(gs_water_fill(demand, floors, priority, 4, 800, got), 0);
    ck_assert_double_eq_tol(got[1], 300, 1e-12);
    ck_assert_double_eq_tol(got[2], 350, 1e-12);
    ck_assert_double_eq(got[0], 50);
    ck_assert_double_eq(got[3], 100);
    // below the floors
    ck_assert_int_eq(gs_water_fill(demand, floors, priority, 4, 349, got), 1);
    ck_assert_mem_eq(got, floors, sizeof got);
    ck_assert_int_eq(gs_water_fill(demand, floors, priority, 4, 350, got), 0);
    ck_assert_mem_eq(got, floors, sizeof got);
    ck_assert_int_eq(gs_water_fill(demand, none, NULL, 0, 10, got), 0);
}
END_TEST

// the slow twin: classes one by one, each level found by trying one breakpoint after the other
static void fill_slowly(const double *demand, const double *floor, const int32_t *priority,
                        uint32_t count, double budget, double *granted)
{
    double spare = budget;
    for (uint32_t i = 0; i < count; i++) {
        granted[i] = fmin(demand[i], floor[i]);
        spare -= granted[i];
    }
    for (int32_t class = 9; class >= 0; class --) {
        // the level rises from breakpoint to breakpoint until the budget is met on the way
        double level = 0;
        while (spare > 0) {
            double next = INFINITY;
            uint32_t rising = 0;
            for (uint32_t i = 0; i < count; i++) {
                if (priority[i] != class) {
                    continue;
                }
                if (level < floor[i] && floor[i] < demand[i]) {
                    next = fmin(next, floor[i]);
                } else if (level >= floor[i] && level < demand[i]) {
                    next = fmin(next, demand[i]);
                    rising++;
                }
            }
            if (isinf(next)) {
                break;
            }
            double rise = rising ? fmin(next - level, spare / rising) : next - level;
            for (uint32_t i = 0; i < count; i++) {
                if (priority[i] == class && level >= floor[i] && level < demand[i]) {
                    granted[i] += rise;
                    spare -= rise;
                }
            }
            if (rising && rise < next - level) {
                spare = 0;
            }
            level = rise < next - level ? level + rise : next;
        }
    }
}

START_TEST(water_is_filled_like_a_slow_twin)
{
    gpusim_stream from = stream("water");
    uint64_t n = 0;
    for (int round = 0; round < 3000; round++) {
        enum { MOST = 40 };
        double demand[MOST], floor[MOST], fast[MOST], slow[MOST];
        int32_t priority[MOST];
        uint32_t count = 1 + (uint32_t)(gpusim_draw_uniform(from, n++) * (MOST - 1));
        double floors = 0;
        for (uint32_t i = 0; i < count; i++) {
            demand[i] = floor[i] = 100 * gpusim_draw_uniform(from, n++);
            demand[i] += fmax(0, 600 * gpusim_draw_uniform(from, n++) - 100); // many do not vary
            priority[i] = (int32_t)(gpusim_draw_uniform(from, n++) * 3);
            floors += floor[i];
        }
        double demands = sum_of(demand, count);
        double budget = floors + (demands - floors) * (gpusim_draw_uniform(from, n++) * 1.1);
        ck_assert_int_eq(gs_water_fill(demand, floor, priority, count, budget, fast), 0);
        fill_slowly(demand, floor, priority, count, budget, slow);
        for (uint32_t i = 0; i < count; i++) {
            ck_assert_double_eq_tol(fast[i], slow[i], 1e-9);
        }
        ck_assert_double_eq_tol(sum_of(fast, count), fmin(budget, demands), 1e-11 * demands);
        ck_assert_double_le(sum_of(fast, count), budget * (1 + 1e-14));
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("power");
    TEST_CASE(suite, 60, psu_curves_have_the_certified_points, psus_share_the_load,
              losses_of_two_stages, frontier_by_its_parts, host_power_of_simgrid,
              fans_follow_the_cube, caps_cost_what_was_measured, caps_invert_power,
              voltage_has_a_knee, clocks_are_on_the_grid, slowdown_of_the_clock,
              leakage_is_over_the_reference, pue_at_two_loads, water_is_filled_by_hand,
              water_is_filled_like_a_slow_twin);
    return test_run(suite);
}
