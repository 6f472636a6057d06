/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The fit of run times gives back the weights that data were made with. */
#include "study/learn.h"

#include <math.h>
#include <string.h>

#include <gpusim/random.h>

#include "harness.h"

#define ROWS 400

static gs_start starts[ROWS];
static const double tau[GPUSIM_RTS_TYPES] = {4, 15, 25, 9, 70, 12};

// seconds = tau (1 + theta x) (1 + noise), of random x
static void make(const double theta[4], double noise, double memory)
{
    gpusim_stream stream = gpusim_stream_make(3, "test", "learn");
    uint64_t draw = 0;
    memset(starts, 0, sizeof starts);
    for (uint32_t i = 0; i < ROWS; i++) {
        double sum = 1;
        starts[i].type = i % GPUSIM_RTS_TYPES;
        for (int k = 0; k < 4; k++) {
            starts[i].x[k] = gpusim_draw_uniform(stream, draw++) * (k == 1 ? memory : 1);
            sum += theta[k] * starts[i].x[k];
        }
        double off = noise * (2 * gpusim_draw_uniform(stream, draw++) - 1);
        starts[i].seconds = tau[starts[i].type] * sum * (1 + off);
    }
}

START_TEST(gives_back_what_it_was_made_with)
{
    static const double theta[4] = {0.1, 0.4, 0.8, 0.25};
    gpusim_error err = {0};
    double found[4], times[GPUSIM_RTS_TYPES] = {0};
    uint8_t ridge;
    make(theta, 0, 1);
    ASSERT_OK(gs_learn_fit(starts, ROWS, found, times, &ridge, &err), &err);
    ck_assert_uint_eq(ridge, 0);
    for (int k = 0; k < 4; k++) {
        ck_assert_double_eq_tol(found[k], theta[k], 1e-8);
    }
    for (int type = 0; type < GPUSIM_RTS_TYPES; type++) {
        ck_assert_double_eq_tol(times[type] / tau[type], 1, 1e-8);
    }
}
END_TEST

// +-10 % of noise: 400 rows leave the weights within a few hundredths
START_TEST(in_noise)
{
    static const double theta[4] = {0.1, 0.4, 0.8, 0.25};
    gpusim_error err = {0};
    double found[4], times[GPUSIM_RTS_TYPES] = {0};
    uint8_t ridge;
    make(theta, 0.1, 1);
    ASSERT_OK(gs_learn_fit(starts, ROWS, found, times, &ridge, &err), &err);
    for (int k = 0; k < 4; k++) {
        ck_assert_double_eq_tol(found[k], theta[k], 0.1);
    }
}
END_TEST

// nobody wants memory: its weight cannot be known, and is 0; the others are hardly moved by the
// ridge
START_TEST(singular)
{
    static const double theta[4] = {0.1, 0.4, 0.8, 0.25};
    gpusim_error err = {0};
    double found[4], times[GPUSIM_RTS_TYPES] = {0};
    uint8_t ridge;
    make(theta, 0, 0);
    ASSERT_OK(gs_learn_fit(starts, ROWS, found, times, &ridge, &err), &err);
    ck_assert_uint_eq(ridge, 1);
    ck_assert_double_eq_tol(found[1], 0, 1e-9);
    ck_assert_double_eq_tol(found[0], theta[0], 0.02);
    ck_assert_double_eq_tol(found[2], theta[2], 0.02);
}
END_TEST

// within 0 .. 2
START_TEST(clipped)
{
    static const double theta[4] = {-0.5, 0, 5, 0.1};
    gpusim_error err = {0};
    double found[4], times[GPUSIM_RTS_TYPES] = {0};
    uint8_t ridge;
    make(theta, 0, 1);
    ASSERT_OK(gs_learn_fit(starts, ROWS, found, times, &ridge, &err), &err);
    ck_assert_double_eq(found[0], 0);
    ck_assert_double_eq(found[2], 2);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("study/learn");
    TEST_CASE(suite, 20, gives_back_what_it_was_made_with, in_noise, singular, clipped);
    return test_run(suite);
}
