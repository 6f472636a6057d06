/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Least squares against problems whose answers are known in closed form. */
#include <math.h>
#include <string.h>

#include <gpusim/random.h>

#include "calibrate/least.h"
#include "calibrate/parameter.h"
#include "harness.h"

#define POINTS 50

/* y = a + b t with noise: everything is known from the normal equations. */
typedef struct line {
    double t[POINTS], y[POINTS];
} line;

static void line_residuals(void *context, const double *x, double *residual)
{
    const line *l = context;
    for (int i = 0; i < POINTS; i++) {
        residual[i] = x[0] + x[1] * l->t[i] - l->y[i];
    }
}

static void line_jacobian(void *context, const double *x, double *jacobian)
{
    const line *l = context;
    (void)x;
    for (int i = 0; i < POINTS; i++) {
        jacobian[2 * i] = 1;
        jacobian[2 * i + 1] = l->t[i];
    }
}

static line make_line(void)
{
    line l;
    gpusim_stream stream = gpusim_stream_make(7, "test", "line");
    for (int i = 0; i < POINTS; i++) {
        l.t[i] = i * 0.3;
        l.y[i] = 2 - 0.7 * l.t[i] + 0.1 * gpusim_draw_normal(stream, (uint64_t)i);
    }
    return l;
}

static const gs_least_limits limits = {.iterations = 100, .step = 1e-10};

START_TEST(a_line_has_the_answers_of_the_normal_equations)
{
    line l = make_line();
    double st = 0, sy = 0, stt = 0, sty = 0;
    for (int i = 0; i < POINTS; i++) {
        st += l.t[i];
        sy += l.y[i];
        stt += l.t[i] * l.t[i];
        sty += l.t[i] * l.y[i];
    }
    double det = POINTS * stt - st * st, b = (POINTS * sty - st * sy) / det;
    double a = (sy - b * st) / POINTS;

    for (int own = 0; own < 2; own++) {
        gs_least *least;
        gpusim_error err = {0};
        gs_least_problem problem = {POINTS, 2, line_residuals, own ? line_jacobian : NULL, &l};
        double x[2] = {0, 0}, sum, c[4];
        ASSERT_OK(gs_least_create(POINTS, 2, &least, &err), &err);
        ASSERT_OK(gs_least_solve(least, &problem, &limits, x, &sum, NULL, &err), &err);
        ASSERT_OK(gs_least_covariance(least, c, &err), &err);
        ck_assert_double_eq_tol(x[0], a, 1e-6);
        ck_assert_double_eq_tol(x[1], b, 1e-6);
        ck_assert_double_eq_tol(c[0], stt / det, 1e-5 * stt / det);
        ck_assert_double_eq_tol(c[3], POINTS / det, 1e-5 * POINTS / det);
        ck_assert_double_eq_tol(c[1], -st / det, 1e-5 * st / det);
        gs_least_destroy(least);
    }
}
END_TEST

static int never(const void *context, uint32_t which, double x, double direction)
{
    (void)context;
    (void)direction;
    (void)which;
    (void)x;
    return 0;
}

static int beyond_one(const void *context, uint32_t which, double x, double direction)
{
    (void)context;
    (void)which;
    return direction > 0 ? x > 1 : x < -1;
}

// in a linear problem the sum rises with the square of the distance in standard errors
START_TEST(the_profile_of_a_line_is_a_parabola)
{
    line l = make_line();
    gs_least *least;
    gpusim_error err = {0};
    gs_least_problem problem = {POINTS, 2, line_residuals, line_jacobian, &l};
    double x[2] = {0, 0}, sum, c[4];
    ASSERT_OK(gs_least_create(POINTS, 2, &least, &err), &err);
    ASSERT_OK(gs_least_solve(least, &problem, &limits, x, &sum, NULL, &err), &err);
    ASSERT_OK(gs_least_covariance(least, c, &err), &err);
    gs_least_destroy(least);
    for (uint32_t which = 0; which < 2; which++) {
        double error = sqrt(c[3 * which]);
        for (int side = -1; side <= 1; side += 2) {
            gs_least_end end;
            gs_least_walk walk = {
                .problem = &problem,
                .limits = &limits,
                .best = x,
                .best_sum = sum,
                .threshold = sum + 4,
                .step = side * 0.3 * error,
                .which = which,
                .ended = never,
            };
            ASSERT_OK(gs_least_profile(&walk, &end, &err), &err);
            ck_assert_int_eq(end.open, 0);
            ck_assert_int_eq(end.lower, 0);
            ck_assert_double_eq_tol(end.x, x[which] + side * 2 * error, 0.02 * error);
        }
    }
}
END_TEST

/* Only the product of two parameters shows. */
static void product_residuals(void *context, const double *x, double *residual)
{
    (void)context;
    for (int i = 0; i < POINTS; i++) {
        residual[i] = x[0] * x[1] * i - 6.0 * i + (i % 2 ? 0.1 : -0.1);
    }
}

START_TEST(what_is_not_determined_says_so)
{
    gs_least *least;
    gpusim_error err = {0};
    gs_least_problem problem = {POINTS, 2, product_residuals, NULL, NULL};
    double x[2] = {0.9, 5}, sum, c[4];
    ASSERT_OK(gs_least_create(POINTS, 2, &least, &err), &err);
    ASSERT_OK(gs_least_solve(least, &problem, &limits, x, &sum, NULL, &err), &err);
    ASSERT_OK(gs_least_covariance(least, c, &err), &err);
    ck_assert_double_eq_tol(x[0] * x[1], 6, 1e-3);
    ck_assert(isnan(c[0]) || isnan(c[3])); // one of the two hangs on the other
    gs_least_end end;
    gs_least_walk walk = {
        .problem = &problem,
        .limits = &limits,
        .best = x,
        .best_sum = sum,
        .threshold = sum * 1.01,
        .step = 0.05,
        .which = 0,
        .ended = beyond_one,
    };
    ASSERT_OK(gs_least_profile(&walk, &end, &err), &err);
    ck_assert_int_eq(end.open, 1);
    gs_least_destroy(least);
}
END_TEST

static void no_number(void *context, const double *x, double *residual)
{
    (void)context;
    for (int i = 0; i < POINTS; i++) {
        residual[i] = x[0] * (double)NAN;
    }
}

START_TEST(what_cannot_be_is_an_error)
{
    gs_least *least;
    gpusim_error err = {0};
    ck_assert_int_eq(gs_least_create(2, 3, &least, &err), GPUSIM_WORKLOAD);
    ck_assert_str_eq(err.message, "2 points are too few for 3 parameters");
    ASSERT_OK(gs_least_create(POINTS, 1, &least, &err), &err);
    gs_least_problem problem = {POINTS, 1, no_number, NULL, NULL};
    double x = 1, sum;
    ck_assert_int_eq(gs_least_solve(least, &problem, &limits, &x, &sum, NULL, &err),
                     GPUSIM_WORKLOAD);
    gs_least_destroy(least);
}
END_TEST

START_TEST(coordinates_cover_a_range)
{
    const gs_parameter share = {"s", "", 0, GS_SCALE_SHARE, 0.2, 0.8};
    const gs_parameter decades = {"d", "", 0, GS_SCALE_DECADES, 0.01, 100};
    ck_assert_double_eq_tol(gs_parameter_value(&share, 0), 0.5, 1e-12);
    ck_assert_double_eq_tol(gs_parameter_value(&decades, 0), 1, 1e-12);
    ck_assert_double_eq_tol(gs_parameter_value(&share, -40), 0.2, 1e-12);
    ck_assert_double_eq_tol(gs_parameter_value(&decades, 40), 100, 1e-9);
    const gs_parameter *both[] = {&share, &decades};
    for (int k = 0; k < 2; k++) {
        for (double x = -4; x <= 4; x += 0.5) {
            double value = gs_parameter_value(both[k], x), h = 1e-6;
            double slope =
                (gs_parameter_value(both[k], x + h) - gs_parameter_value(both[k], x - h)) / (2 * h);
            ck_assert_double_eq_tol(gs_parameter_at(both[k], value), x, 1e-9);
            ck_assert_double_eq_tol(gs_parameter_slope(both[k], x), slope, 1e-6 * (1 + slope));
        }
        ck_assert_int_eq(gs_parameter_ends(both[k], 8.9, 1), 0);
        ck_assert_int_eq(gs_parameter_ends(both[k], -9.1, -1), 1);
        ck_assert_int_eq(gs_parameter_ends(both[k], -9.1, 1), 0);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("calibrate/least");
    TEST_CASE(suite, 20, a_line_has_the_answers_of_the_normal_equations,
              the_profile_of_a_line_is_a_parabola, what_is_not_determined_says_so,
              what_cannot_be_is_an_error, coordinates_cover_a_range);
    return test_run(suite);
}
