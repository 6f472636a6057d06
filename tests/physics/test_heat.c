/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Heat against printed numbers, and crossings against a fine scan with Brent's method. */
#include "physics/heat.h"

#include <math.h>
#include <string.h>

#include <gpusim/random.h>
#include <gsl/gsl_eigen.h>
#include <gsl/gsl_linalg.h>
#include <gsl/gsl_roots.h>

#include "harness.h"
#include "physics/power.h"

// a liquid-cooled V100 whose power steps from 45 to 280 W
START_TEST(two_exponentials_of_a_v100)
{
    static const struct {
        double t, celsius;
    } golden[] = {{2, 32.79}, {5, 38.83}, {10, 43.60}, {20, 46.30}, {60, 47.73}, {300, 48.59}};
    const double water = 22, resistance = 0.095, before = 45, after = 280;
    double rise = resistance * (after - before);
    const gs_decay decay = {.end = water + resistance * after,
                            .amplitude = {-0.87 * rise, -0.13 * rise},
                            .time = {5, 50},
                            .count = 2};
    ck_assert_double_eq_tol(gs_decay_at(&decay, 0), 26.275, 1e-12); // printed 26.27
    for (size_t i = 0; i < sizeof golden / sizeof *golden; i++) {
        double got = gs_decay_at(&decay, golden[i].t);
        ck_assert_msg(fabs(got - golden[i].celsius) <= 0.005, "%g s: %g", golden[i].t, got);
        // the same by relaxing both modes
        double fast =
            gs_relax(0.87 * resistance * before, 0.87 * resistance * after, golden[i].t, 5);
        double slow =
            gs_relax(0.13 * resistance * before, 0.13 * resistance * after, golden[i].t, 50);
        ck_assert_double_eq_tol(water + fast + slow, got, 1e-12);
    }
    double early = (gs_decay_at(&decay, 10) - gs_decay_at(&decay, 0)) / rise;
    ck_assert_double_eq_tol(early, 0.776, 0.0005); // of the rise at 10 s
}
END_TEST

// Summit's mean temperature when its power steps up and down between 3 and 10 MW: 30 to 53 degC in
// two minutes and back, read off a figure by eye. About 85% of it is there after 10 s where the two
// exponentials have 77.6%, which is 1.7 K less; the steps down are met closer.
START_TEST(steps_of_summit)
{
    const gs_decay up = {
        .end = 53, .amplitude = {-0.87 * 23, -0.13 * 23}, .time = {5, 50}, .count = 2};
    const gs_decay down = {
        .end = 30, .amplitude = {0.87 * 23, 0.13 * 23}, .time = {5, 50}, .count = 2};
    printf("Summit's step: %.2f C at 10 s, %.2f at 120 s; down: %.2f at 10 s, %.2f at 60 s\n",
           gs_decay_at(&up, 10), gs_decay_at(&up, 120), gs_decay_at(&down, 10),
           gs_decay_at(&down, 60));
    ck_assert_double_eq_tol(gs_decay_at(&up, 10), 30 + 0.85 * 23, 2);
    ck_assert_double_eq_tol(gs_decay_at(&up, 120), 53, 2);
    ck_assert_double_eq_tol(gs_decay_at(&down, 10), 35, 2);
    ck_assert_double_eq_tol(gs_decay_at(&down, 60), 31, 2);
}
END_TEST

static int rest_at(double resistance, double inlet, double from, double limit, double *celsius)
{
    const gpusim_gpu_leakage leakage = {.power = 30, .reference = 45, .scale = 50};
    return gs_leak_fixed_point(&leakage, inlet, resistance, 370 + 30, from, limit, celsius);
}

START_TEST(leakage_comes_to_rest)
{
    double celsius, again;
    ck_assert_int_eq(rest_at(0.10, 25, 25, 1000, &celsius), 0);
    ck_assert_double_eq_tol(celsius, 66.62, 0.005);
    ck_assert_double_eq_tol((celsius - 25) / 0.10, 416.2, 0.05);
    ck_assert_int_eq(rest_at(0.10, 35, 35, 1000, &celsius), 0);
    ck_assert_double_eq_tol(celsius, 77.78, 0.005);
    ck_assert_double_eq_tol((celsius - 35) / 0.10, 427.8, 0.05);

    // stable, but far beyond any shutdown limit; printed as 136.11, which is not quite at rest:
    // there its own power still makes 136.113 of it
    ck_assert_int_eq(rest_at(0.20, 25, 25, 1000, &celsius), 0);
    ck_assert_double_eq_tol(celsius, 136.11, 0.015);
    ck_assert_double_eq_tol(celsius, 25 + 0.20 * (370 + 30 * exp((celsius - 45) / 50)), 1e-10);
    ck_assert_int_eq(rest_at(0.20, 25, 25, 92, &celsius), 1);
    ck_assert_double_eq(celsius, 92);

    // no fixed point at all
    ck_assert_int_eq(rest_at(0.20, 35, 35, 1000, &celsius), 1);
    ck_assert_double_eq(celsius, 1000);
    ck_assert_int_eq(rest_at(0.25, 25, 25, 1000, &celsius), 1);

    // from above it cools to the same point; beyond the unstable one it runs away
    ck_assert_int_eq(rest_at(0.10, 25, 25, 1000, &celsius), 0);
    for (double from = 60; from < 200; from += 7) {
        ck_assert_int_eq(rest_at(0.10, 25, from, 1000, &again), 0);
        ck_assert_double_eq_tol(again, celsius, 1e-12 * celsius);
    }
    ck_assert_int_eq(rest_at(0.10, 25, 400, 1000, &again), 1);
}
END_TEST

// what is left over at the point is nothing, and the point is stable
START_TEST(points_of_rest_balance)
{
    gpusim_stream from = gpusim_stream_make(1, "test", "rest");
    uint64_t n = 0;
    int resting = 0;
    for (int i = 0; i < 5000; i++) {
        const gpusim_gpu_leakage leakage = {.power = 80 * gpusim_draw_uniform(from, n),
                                            .reference = 30 + 40 * gpusim_draw_uniform(from, n + 1),
                                            .scale = 30 + 30 * gpusim_draw_uniform(from, n + 2)};
        double base = 10 + 30 * gpusim_draw_uniform(from, n + 3);
        double resistance = 0.3 * gpusim_draw_uniform(from, n + 4);
        double power = 800 * gpusim_draw_uniform(from, n + 5);
        n += 6;
        double t;
        if (gs_leak_fixed_point(&leakage, base, resistance, power, base, 500, &t) == 0) {
            double made = base + resistance * (power + gs_leakage(&leakage, t));
            ck_assert_double_eq_tol(t, made, 1e-10 * made);
            ck_assert_double_lt(resistance * gs_leakage_slope(&leakage, t), 1);
            resting++;
        } else {
            // nowhere up to the limit does it balance
            for (double at = base; at < 500; at += 0.25) {
                double made = base + resistance * (power + gs_leakage(&leakage, at));
                ck_assert_double_gt(made, at);
            }
        }
    }
    ck_assert_int_gt(resting, 2000);
    ck_assert_int_lt(resting, 4800);
}
END_TEST

START_TEST(cold_plates_have_the_measured_points)
{
    static const double water[][2] = {{2, 0.0172}, {3, 0.0160}, {4, 0.0154}, {5, 0.0151}};
    static const double glycol[][2] = {{0.4, 0.0389}, {0.5, 0.0325}, {0.6, 0.0300}, {0.7, 0.0280},
                                       {0.8, 0.0265}, {0.9, 0.0255}, {1.0, 0.0245}, {1.2, 0.0230},
                                       {1.4, 0.0220}, {1.6, 0.0214}, {1.8, 0.0209}, {2.0, 0.0204},
                                       {2.2, 0.0200}, {2.4, 0.0197}};
    const gs_curve *of_water = gs_cold_plate("oai-water"), *of_glycol = gs_cold_plate("oai-pg25");
    ck_assert_uint_eq(of_water->count, 4);
    ck_assert_uint_eq(of_glycol->count, 14);
    for (int i = 0; i < 4; i++) {
        ck_assert_double_eq(gs_curve_at(of_water, water[i][0] / 60000), water[i][1]);
    }
    for (int i = 0; i < 14; i++) {
        ck_assert_double_eq(gs_curve_at(of_glycol, glycol[i][0] / 60000), glycol[i][1]);
    }
    ck_assert_double_eq_tol(gs_curve_at(of_water, 2.5 / 60000), 0.0166, 1e-15);
    ck_assert_double_eq_tol(gs_curve_at(of_glycol, 1.1 / 60000), 0.02375, 1e-15);
    ck_assert_double_eq(gs_curve_at(of_glycol, 0), 0.0389);
    ck_assert_ptr_null(gs_cold_plate("tea"));
    ck_assert_str_eq(gs_cold_plate_names()[0], "oai-water");
    ck_assert_str_eq(gs_cold_plate_names()[1], "oai-pg25");
    ck_assert_ptr_null(gs_cold_plate_names()[2]);

    // a GPU's resistance with another flow through its plate
    ck_assert_double_eq_tol(gs_resistance_liquid(0.045, of_glycol, 0.0245, 2.0 / 60000), 0.0409,
                            1e-15);
    ck_assert_double_eq(gs_resistance_liquid(0.045, NULL, 0.0245, 1), 0.045);
}
END_TEST

START_TEST(air_takes_heat_along)
{
    // 30 kW in 15 K: 1.99 kg/s
    double flow = 1.99 / GS_AIR_DENSITY;
    ck_assert_double_eq_tol(gs_air_rise(30000, flow), 15, 0.02);
    ck_assert_double_eq(gs_resistance_air(0.1, 0.8, 1), 0.1);
    ck_assert_double_eq_tol(gs_resistance_air(0.1, 0.8, 0.5), 0.1 * pow(2, 0.8), 1e-12);
}
END_TEST

enum { NODES = 9 };

// random shares of which no more than 85% leave a node again, and no node gets more than it moves
static void any_rack(gpusim_stream from, uint64_t *n, double *cross, double *flow)
{
    double leaves[NODES] = {0}, enters[NODES] = {0}, most = 0;
    for (int i = 0; i < NODES; i++) {
        flow[i] = 0.05 + 0.3 * gpusim_draw_uniform(from, (*n)++);
    }
    for (int i = 0; i < NODES; i++) {
        for (int j = 0; j < NODES; j++) {
            cross[i * NODES + j] = gpusim_draw_uniform(from, (*n)++);
            leaves[i] += cross[i * NODES + j];
            enters[j] += cross[i * NODES + j] * flow[i];
        }
    }
    for (int i = 0; i < NODES; i++) {
        most = fmax(most, fmax(leaves[i], enters[i] / flow[i]));
    }
    double share = 0.85 * gpusim_draw_uniform(from, (*n)++);
    for (int i = 0; i < NODES * NODES; i++) {
        cross[i] *= share / most;
    }
}

// the heat that enters a node's inlet is what the others' outlets send it and what comes from the
// supply: solved for the inlets, power by power
static void inlets_by_balance(const double *cross, const double *flow, const double *power,
                              double supply, double *inlet)
{
    gsl_matrix *m = gsl_matrix_calloc(NODES, NODES);
    gsl_vector *right = gsl_vector_calloc(NODES), *x = gsl_vector_calloc(NODES);
    gsl_permutation *order = gsl_permutation_alloc(NODES);
    for (size_t j = 0; j < NODES; j++) {
        // K_j Tin_j = sum_i a_ij K_i (Tin_i + P_i/K_i) + (K_j - sum_i a_ij K_i) Tsupply
        double kj = 1.2 * 1005 * flow[j], fresh = kj, heat = 0;
        gsl_matrix_set(m, j, j, kj);
        for (size_t i = 0; i < NODES; i++) {
            double ki = 1.2 * 1005 * flow[i], a = cross[i * NODES + j];
            gsl_matrix_set(m, j, i, gsl_matrix_get(m, j, i) - a * ki);
            fresh -= a * ki;
            heat += a * power[i];
        }
        gsl_vector_set(right, j, heat + fresh * supply);
    }
    int sign;
    gsl_linalg_LU_decomp(m, order, &sign);
    gsl_linalg_LU_solve(m, order, right, x);
    for (size_t j = 0; j < NODES; j++) {
        inlet[j] = gsl_vector_get(x, j);
    }
    gsl_matrix_free(m);
    gsl_vector_free(right);
    gsl_vector_free(x);
    gsl_permutation_free(order);
}

START_TEST(recirculation_balances_heat)
{
    gpusim_error err = {0};
    gpusim_stream from = gpusim_stream_make(1, "test", "air");
    uint64_t n = 0;
    for (int round = 0; round < 200; round++) {
        double cross[NODES * NODES], flow[NODES], power[NODES], inlet[NODES], d[NODES * NODES];
        any_rack(from, &n, cross, flow);
        for (int i = 0; i < NODES; i++) {
            power[i] = 10000 * gpusim_draw_uniform(from, n++);
        }
        ASSERT_OK(gs_recirculation_matrix(cross, flow, NODES, d, &err), &err);
        inlets_by_balance(cross, flow, power, 22, inlet);
        for (int j = 0; j < NODES; j++) {
            double rise = 0;
            for (int i = 0; i < NODES; i++) {
                ck_assert_double_ge(d[j * NODES + i], -1e-15);
                rise += d[j * NODES + i] * power[i];
            }
            ck_assert_double_eq_tol(22 + rise, inlet[j], 1e-9 * inlet[j]);
        }
    }
}
END_TEST

START_TEST(impossible_air_is_refused)
{
    gpusim_error err = {0};
    double d[4];
    const double even[] = {0.1, 0.1}, half[] = {0.05, 0.1};
    const double none[4] = {0}, negative[] = {0, -0.1, 0, 0}, whole[] = {0.5, 0.5, 0, 0};
    const double one_way[] = {0, 0.6, 0, 0}; // from node 0 to node 1
    ASSERT_OK(gs_recirculation_matrix(none, even, 2, d, &err), &err);
    for (int i = 0; i < 4; i++) {
        ck_assert_double_eq_tol(d[i], 0, 1e-18);
    }
    ck_assert_int_eq(gs_recirculation_matrix(negative, even, 2, d, &err), GPUSIM_ARGUMENT);
    ck_assert_int_eq(gs_recirculation_matrix(whole, even, 2, d, &err), GPUSIM_ARGUMENT);
    ASSERT_OK(gs_recirculation_matrix(one_way, half, 2, d, &err), &err);
    const double big[] = {0.2, 0.1}; // 60% of 0.2 is more than node 1 moves
    ck_assert_int_eq(gs_recirculation_matrix(one_way, big, 2, d, &err), GPUSIM_ARGUMENT);
    ck_assert_ptr_nonnull(strstr(err.message, "node 1"));
}
END_TEST

static double radius_by_gsl(const double *d, const double *resistance, const double *slope)
{
    gsl_matrix *m = gsl_matrix_calloc(NODES, NODES);
    gsl_vector_complex *values = gsl_vector_complex_alloc(NODES);
    gsl_eigen_nonsymm_workspace *work = gsl_eigen_nonsymm_alloc(NODES);
    for (size_t i = 0; i < NODES; i++) {
        for (size_t j = 0; j < NODES; j++) {
            double x = (d ? d[i * NODES + j] : 0) + (i == j ? resistance[i] : 0);
            gsl_matrix_set(m, i, j, x * slope[j]);
        }
    }
    gsl_eigen_nonsymm(m, values, work);
    double radius = 0;
    for (size_t i = 0; i < NODES; i++) {
        gsl_complex z = gsl_vector_complex_get(values, i);
        radius = fmax(radius, hypot(GSL_REAL(z), GSL_IMAG(z)));
    }
    gsl_eigen_nonsymm_free(work);
    gsl_vector_complex_free(values);
    gsl_matrix_free(m);
    return radius;
}

START_TEST(spectral_radius_is_the_largest_eigenvalue)
{
    gpusim_error err = {0};
    gpusim_stream from = gpusim_stream_make(1, "test", "radius");
    uint64_t n = 0;
    double scratch[2 * NODES], d[NODES * NODES], resistance[NODES], slope[NODES];
    int close = 0;
    for (int round = 0; round < 200; round++) {
        double cross[NODES * NODES], flow[NODES];
        any_rack(from, &n, cross, flow);
        ASSERT_OK(gs_recirculation_matrix(cross, flow, NODES, d, &err), &err);
        for (int i = 0; i < NODES; i++) {
            resistance[i] = 0.2 * gpusim_draw_uniform(from, n++);
            slope[i] = 10 * gpusim_draw_uniform(from, n++);
        }
        // a bound from above, which closes in slowly only where two eigenvalues are next to equal
        double want = radius_by_gsl(d, resistance, slope);
        double got = gs_spectral_radius(d, resistance, slope, NODES, scratch);
        ck_assert_double_ge(got, want * (1 - 1e-12));
        ck_assert_double_le(got, want * (1 + 1e-8));
        close += got <= want * (1 + 1e-11);
        want = radius_by_gsl(NULL, resistance, slope);
        ck_assert_double_eq_tol(gs_spectral_radius(NULL, resistance, slope, NODES, scratch), want,
                                1e-10 * want);
    }
    ck_assert_int_ge(close, 190);

    // two nodes that only breathe each other: power iteration without a shift would swing for ever
    const double swap[] = {0, 0.3, 0.2, 0}, none[2] = {0}, one[] = {1, 1};
    ck_assert_double_eq_tol(gs_spectral_radius(swap, none, one, 2, scratch), sqrt(0.06), 1e-11);
    ck_assert_double_eq(gs_spectral_radius(swap, none, none, 2, scratch), 0);
}
END_TEST

// ---- crossings ----

static long double exactly(const gs_decay *decay, long double t)
{
    long double sum = (long double)decay->end;
    for (uint32_t k = 0; k < decay->count; k++) {
        sum += (long double)decay->amplitude[k] * expl(-t / (long double)decay->time[k]);
    }
    return sum;
}

typedef struct crossing_of {
    const gs_decay *decay;
    double level;
} crossing_of;

static double above(double t, void *parameters)
{
    const crossing_of *crossing = parameters;
    return (double)(exactly(crossing->decay, (long double)t) - (long double)crossing->level);
}

static double brent(const crossing_of *crossing, double low, double high)
{
    gsl_root_fsolver *solver = gsl_root_fsolver_alloc(gsl_root_fsolver_brent);
    gsl_function f = {above, (void *)crossing};
    gsl_root_fsolver_set(solver, &f, low, high);
    for (int i = 0; i < 200; i++) {
        gsl_root_fsolver_iterate(solver);
        low = gsl_root_fsolver_x_lower(solver);
        high = gsl_root_fsolver_x_upper(solver);
        if (high - low < 1e-15 * high) {
            break;
        }
    }
    double t = gsl_root_fsolver_root(solver);
    gsl_root_fsolver_free(solver);
    return t;
}

// the first crossing that a fine scan finds, steps growing with time; INFINITY: none
static double by_scan(const crossing_of *crossing, int upward, double fastest, double slowest)
{
    double before = above(0, (void *)crossing), from = 0;
    for (double t = fastest / 200; t < 45 * slowest; t = t * 1.002 + fastest / 400) {
        double here = above(t, (void *)crossing);
        if (upward ? before < 0 && here >= 0 : before > 0 && here <= 0) {
            return brent(crossing, from, t);
        }
        before = here;
        from = t;
    }
    return INFINITY;
}

static gs_decay any_decay(gpusim_stream from, uint64_t *n, double *fastest, double *slowest)
{
    gs_decay decay = {.end = 20 + 80 * gpusim_draw_uniform(from, (*n)++)};
    decay.count = 1 + (uint32_t)(3 * gpusim_draw_uniform(from, (*n)++));
    *fastest = INFINITY;
    *slowest = 0;
    for (uint32_t k = 0; k < decay.count; k++) {
        decay.amplitude[k] = 60 * (gpusim_draw_uniform(from, (*n)++) - 0.5);
        decay.time[k] = 0.5 * gpusim_exp(5.5 * gpusim_draw_uniform(from, (*n)++));
        *fastest = fmin(*fastest, decay.time[k]);
        *slowest = fmax(*slowest, decay.time[k]);
    }
    return decay;
}

// K/s
static double slope_of(const gs_decay *decay, double t)
{
    double sum = 0;
    for (uint32_t k = 0; k < decay->count; k++) {
        sum -= decay->amplitude[k] / decay->time[k] * exp(-t / decay->time[k]);
    }
    return sum;
}

START_TEST(crossings_are_those_of_a_scan)
{
    gpusim_stream from = gpusim_stream_make(1, "test", "crossings");
    uint64_t n = 0;
    int met = 0, never = 0, within = 0;
    for (int round = 0; round < 2000; round++) {
        double fastest, slowest;
        gs_decay decay = any_decay(from, &n, &fastest, &slowest);
        // levels within what it goes through, and some beyond; some next to a turning point
        double at = slowest * 2 * gpusim_draw_uniform(from, n++);
        double level = gs_decay_at(&decay, at) + 2 * (gpusim_draw_uniform(from, n++) - 0.5);
        for (int upward = 0; upward < 2; upward++) {
            const crossing_of crossing = {&decay, level};
            double got = gs_decay_crossing(&decay, level, upward);
            double want = by_scan(&crossing, upward, fastest, slowest);
            if (isinf(got)) {
                ck_assert_msg(isinf(want), "round %d: missed %.17g", round, want);
                never++;
                continue;
            }
            // it is there: the sign changes the right way, by more than rounding
            double gap = 1e-6 * got + 1e-7;
            double early = above(got - gap, (void *)&crossing);
            double late = above(got + gap, (void *)&crossing);
            int real = upward ? early < 0 && late > 0 : early > 0 && late < 0;
            if (isfinite(want)) {
                ck_assert_msg(got <= want * (1 + 1e-9) + 1e-9, "round %d: %.17g, not %.17g", round,
                              got, want);
            }
            if (isinf(want) || got < want * (1 - 1e-9) - 1e-9) {
                // a pair within one step of the scan; near a tangent the signs need a closer look
                ck_assert_msg(real || fabs(slope_of(&decay, got)) < 1e-3,
                              "round %d: false root at %.17g", round, got);
                within++;
            } else {
                ck_assert(got > 45 * slowest || real || fabs(slope_of(&decay, got)) < 1e-3);
                met++;
            }
        }
    }
    printf("crossings: %d met, %d never, %d only closer than the scan's step\n", met, never,
           within);
    ck_assert_int_gt(met, 1400);
    ck_assert_int_gt(never, 700);
    ck_assert_int_lt(within, 20);
}
END_TEST

START_TEST(crossings_by_hand)
{
    // one mode has the textbook's answer
    const gs_decay warm = {.end = 90, .amplitude = {-60}, .time = {10}, .count = 1};
    ck_assert_double_eq_tol(gs_decay_crossing(&warm, 85, 1), 10 * log(60.0 / 5), 1e-12);
    ck_assert(isinf(gs_decay_crossing(&warm, 85, 0)));
    ck_assert(isinf(gs_decay_crossing(&warm, 90, 1))); // it only approaches
    ck_assert(isinf(gs_decay_crossing(&warm, 91, 1)));
    ck_assert(isinf(gs_decay_crossing(&warm, 29, 1))); // beyond it already
    ck_assert_double_eq(gs_decay_crossing(&warm, 30, 1), 0);
    ck_assert(isinf(gs_decay_crossing(&warm, 30, 0)));

    // a constant never crosses, modes that are over do not count, equal ones add up
    const gs_decay still = {.end = 50, .amplitude = {5, 0}, .time = {0, 7}, .count = 2};
    ck_assert(isinf(gs_decay_crossing(&still, 50, 1)));
    ck_assert_double_eq(gs_decay_at(&still, 0), 50);
    const gs_decay twice = {.end = 90, .amplitude = {-20, -40}, .time = {10, 10}, .count = 2};
    ck_assert_double_eq_tol(gs_decay_crossing(&twice, 85, 1), 10 * log(60.0 / 5), 1e-12);

    // up and down again: with tau 1 and 2 and z = e^(-t/2), T = 50 + 8 z - 8 z^2, at most 52
    const gs_decay hill = {.end = 50, .amplitude = {-8, 8}, .time = {1, 2}, .count = 2};
    double up = -2 * log((1 + sqrt(0.5)) / 2), down = -2 * log((1 - sqrt(0.5)) / 2);
    ck_assert_double_eq_tol(gs_decay_crossing(&hill, 51, 1), up, 1e-12);
    ck_assert_double_eq_tol(gs_decay_crossing(&hill, 51, 0), down, 1e-11);
    ck_assert_double_eq(gs_decay_crossing(&hill, 50, 1), 0);
    ck_assert(isinf(gs_decay_crossing(&hill, 50, 0)));
    ck_assert(isinf(gs_decay_crossing(&hill, 52.001, 1)));
    ck_assert(isinf(gs_decay_crossing(&hill, 52, 0)) ==
              isinf(gs_decay_crossing(&hill, 52, 1))); // touches: neither, or both by rounding

    // three modes touch zero three times at once: (z - 1/2)^3 with tau 1, 1/2 and 1/3 s goes
    // through
    const gs_decay flat = {
        .end = -0.125, .amplitude = {0.75, -1.5, 1}, .time = {1, 0.5, 1.0 / 3}, .count = 3};
    double through = gs_decay_crossing(&flat, 0, 0);
    ck_assert_double_eq_tol(through, log(2), 1e-4); // the cube root of rounding
}
END_TEST

START_TEST(settled_is_for_good)
{
    gpusim_stream from = gpusim_stream_make(1, "test", "settled");
    uint64_t n = 0;
    for (int round = 0; round < 3000; round++) {
        double fastest, slowest;
        gs_decay decay = any_decay(from, &n, &fastest, &slowest);
        double distance = 0.01 + 5 * gpusim_draw_uniform(from, n++);
        double got = gs_decay_settled(&decay, distance);
        ck_assert(isfinite(got));
        for (double t = got; t < 45 * slowest; t = t * 1.01 + fastest / 50) {
            ck_assert_double_le(fabs(gs_decay_at(&decay, t) - decay.end), distance + 1e-9);
        }
        if (got > 0) {
            double just = fabs(gs_decay_at(&decay, got * (1 - 1e-6)) - decay.end);
            ck_assert_double_gt(just, distance - 1e-12);
            ck_assert_double_eq_tol(fabs(gs_decay_at(&decay, got) - decay.end), distance, 1e-9);
        }
    }
    const gs_decay still = {.end = 50, .count = 0},
                   warm = {.amplitude = {1}, .time = {1}, .count = 1};
    ck_assert_double_eq(gs_decay_settled(&still, 0), 0);
    ck_assert(isinf(gs_decay_settled(&warm, 0)));
    ck_assert_double_eq(gs_decay_settled(&warm, 1.5), 0);
}
END_TEST

START_TEST(relaxing_nowhere_changes_no_bit)
{
    ck_assert_double_eq(gs_relax(0.1, 0.7, 0, 5), 0.1);
    ck_assert_double_eq(gs_relax(0.1, 0.7, 5, 0), 0.7);
    ck_assert_double_eq(gs_relax(0.1, 0.7, 1e9, 5), 0.7);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("heat");
    TEST_CASE(suite, 60, two_exponentials_of_a_v100, steps_of_summit, leakage_comes_to_rest,
              points_of_rest_balance, cold_plates_have_the_measured_points, air_takes_heat_along,
              recirculation_balances_heat, impossible_air_is_refused,
              spectral_radius_is_the_largest_eigenvalue, crossings_are_those_of_a_scan,
              crossings_by_hand, settled_is_for_good, relaxing_nowhere_changes_no_bit);
    return test_run(suite);
}
