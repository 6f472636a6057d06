/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Readings of sensors: their statistics, their steps, and what they depend on. */
#include <math.h>

#include "harness.h"
#include "telemetry/sensor.h"

#define MANY 200000u

static gpusim_stream stream;

static void setup(void)
{
    stream = gs_sensor_stream(1, "temperature", "train-0003/gpu2");
}

static double temperature(double value, double deviation, gpusim_stream from, uint64_t sample)
{
    gs_pair draw = gs_pair_of(from, sample);
    return gs_sense_temperature(value, deviation, &draw, 0);
}

static double power(double value, int under_load, const gpusim_gpu_sensor *sensor, uint64_t sample)
{
    gs_pair draw = gs_pair_of(stream, sample);
    return gs_sense_power(value, under_load, sensor, &draw);
}

// mean, standard deviation and correlation of neighbours
static void describe(const double *x, double *mean, double *deviation, double *next)
{
    double sum = 0, squares = 0, products = 0;
    for (uint32_t i = 0; i < MANY; i++) {
        sum += x[i];
    }
    *mean = sum / MANY;
    for (uint32_t i = 0; i < MANY; i++) {
        squares += (x[i] - *mean) * (x[i] - *mean);
        products += i ? (x[i] - *mean) * (x[i - 1] - *mean) : 0;
    }
    *deviation = sqrt(squares / MANY);
    *next = products / squares;
}

START_TEST(temperature_noise)
{
    static double readings[MANY];
    double mean, deviation, next;
    for (uint32_t i = 0; i < MANY; i++) {
        readings[i] = temperature(60, 0.5, stream, i);
    }
    describe(readings, &mean, &deviation, &next);

    // five standard errors of each
    ck_assert_double_eq_tol(mean, 60, 5 * 0.5 / sqrt(MANY));
    ck_assert_double_eq_tol(deviation, 0.5, 5 * 0.5 / sqrt(2.0 * MANY));
    ck_assert_double_eq_tol(next, 0, 5 / sqrt(MANY));
    ck_assert(temperature(60, 0, stream, 7) == 60);
}
END_TEST

START_TEST(power_noise)
{
    static double readings[MANY];
    double mean, deviation, next;
    gpusim_gpu_sensor sensor = {.power_noise = 0.01};
    for (uint32_t i = 0; i < MANY; i++) {
        readings[i] = power(400, 1, &sensor, i);
    }
    describe(readings, &mean, &deviation, &next);
    ck_assert_double_eq_tol(mean, 400, 5 * 4 / sqrt(MANY));
    ck_assert_double_eq_tol(deviation, 4, 5 * 4 / sqrt(2.0 * MANY));
    ck_assert_double_eq_tol(next, 0, 5 / sqrt(MANY));

    // noise as large as the value itself: no reading is negative
    sensor.power_noise = 2;
    for (uint32_t i = 0; i < 1000; i++) {
        ck_assert(power(400, 1, &sensor, i) >= 0);
    }
}
END_TEST

START_TEST(overshoot)
{
    // one reading in ten lies above, by 4% on average, exponentially: 1% lie above by more than
    // 0.04 ln 10 = 9.2%
    gpusim_gpu_sensor sensor = {.overshoot_probability = 0.1, .overshoot = 0.04};
    uint32_t above = 0, far = 0;
    double sum = 0;
    for (uint32_t i = 0; i < MANY; i++) {
        double reading = power(400, 1, &sensor, i);
        ck_assert(reading >= 400);
        above += reading > 400;
        far += reading > 400 * (1 + 0.04 * log(10));
        sum += reading - 400;
        ck_assert(power(400, 0, &sensor, i) == 400); // not when idle
    }
    ck_assert_double_eq_tol(above / (double)MANY, 0.1, 5 * sqrt(0.1 * 0.9 / MANY));
    ck_assert_double_eq_tol(far / (double)MANY, 0.01, 5 * sqrt(0.01 * 0.99 / MANY));
    ck_assert_double_eq_tol(sum / above, 16, 5 * 16 / sqrt(0.1 * MANY));
}
END_TEST

START_TEST(streams)
{
    // of the name, the metric, the seed and the sample, and of nothing else
    double here = temperature(0, 1, stream, 9);
    gpusim_stream again = gs_sensor_stream(1, "temperature", "train-0003/gpu2");
    ck_assert(temperature(0, 1, again, 9) == here);
    ck_assert(temperature(0, 1, again, 10) != here);
    gpusim_stream others[] = {gs_sensor_stream(2, "temperature", "train-0003/gpu2"),
                              gs_sensor_stream(1, "power", "train-0003/gpu2"),
                              gs_sensor_stream(1, "temperature", "train-0003/gpu3")};
    for (int i = 0; i < 3; i++) {
        ck_assert(temperature(0, 1, others[i], 9) != here);
    }
}
END_TEST

// both of a pair are normal and have nothing to do with each other, however a word is rejected; and
// so are noise and overshoot
START_TEST(pairs)
{
    static double first[MANY], second[MANY];
    double mean, deviation, next, both = 0;
    for (uint32_t i = 0; i < MANY; i++) {
        gs_pair draw = gs_pair_of(stream, i);
        first[i] = gs_sense_temperature(0, 1, &draw, 0);
        second[i] = gs_sense_temperature(0, 1, &draw, 1);
        ck_assert(first[i] != second[i]);
        both += first[i] * second[i];
    }
    describe(second, &mean, &deviation, &next);
    ck_assert_double_eq_tol(mean, 0, 5 / sqrt(MANY));
    ck_assert_double_eq_tol(deviation, 1, 5 / sqrt(2.0 * MANY));
    ck_assert_double_eq_tol(next, 0, 5 / sqrt(MANY));
    ck_assert_double_eq_tol(both / MANY, 0, 5 / sqrt(MANY));
}
END_TEST

START_TEST(steps)
{
    ck_assert(gs_sense_step(64.4999, 1) == 64);
    ck_assert(gs_sense_step(64.5, 1) == 64);
    ck_assert(gs_sense_step(65.5, 1) == 66);
    ck_assert(gs_sense_step(64.5001, 1) == 65);
    ck_assert(gs_sense_step(1e18, 1) == 1e18);
    ck_assert(isinf(gs_sense_step(INFINITY, 1)));
    ck_assert(gs_sense_step(-0.4, 1) == 0);
    ck_assert(gs_sense_step(-1.6, 1) == -2);
    ck_assert_double_eq_tol(gs_sense_step(372.123456, 1e-3), 372.123, 1e-9);
    ck_assert(gs_sense_step(372.123456, 0) == 372.123456);
    ck_assert(isnan(gs_sense_step(NAN, 1)));

    ck_assert(gs_sense_share(30, 60) == 0.5);
    ck_assert(gs_sense_share(60.000001, 60) == 1);
    ck_assert(gs_sense_share(0, 0) == 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("telemetry/sensor");
    TCase *cases = tcase_create("all");
    tcase_set_timeout(cases, 60);
    tcase_add_checked_fixture(cases, setup, NULL);
    tcase_add_test(cases, temperature_noise);
    tcase_add_test(cases, power_noise);
    tcase_add_test(cases, overshoot);
    tcase_add_test(cases, streams);
    tcase_add_test(cases, pairs);
    tcase_add_test(cases, steps);
    suite_add_tcase(suite, cases);
    return test_run(suite);
}
