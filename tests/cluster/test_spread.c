/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The silicon lottery: shares and spread as asked for, drawn by name. */
#include <math.h>
#include <stdio.h>

#include "cluster/hardware.h"
#include "harness.h"

#define GPUS 200000

static double speed_of(const gs_node_hardware *node, uint64_t seed, unsigned gpu)
{
    char name[32];
    snprintf(name, sizeof name, "train-%06u/gpu%u", gpu / 8, gpu % 8);
    return gs_spread_speed(node, seed, name);
}

START_TEST(nominal_without_a_spread)
{
    gs_node_hardware node = {.slow = 0.9, .tail = 0.667};
    ck_assert(speed_of(&node, 1, 3) == 1);
}
END_TEST

START_TEST(spread_is_normal_and_cut)
{
    gs_node_hardware node = {.spread = 0.03};
    double sum = 0, squares = 0, least = 1, most = 1;
    for (unsigned i = 0; i < GPUS; i++) {
        double x = speed_of(&node, 5, i) - 1;
        sum += x;
        squares += x * x;
        least = fmin(least, 1 + x);
        most = fmax(most, 1 + x);
    }
    // five standard errors of the mean and of the standard deviation
    ck_assert(fabs(sum / GPUS) < 5 * 0.03 / sqrt(GPUS));
    ck_assert(fabs(sqrt(squares / GPUS) - 0.03) < 5 * 0.03 / sqrt(2.0 * GPUS));
    ck_assert(least >= 1 - 4 * 0.03 && most <= 1 + 4 * 0.03);
    ck_assert(least < 1 - 3.5 * 0.03 && most > 1 + 3.5 * 0.03);
}
END_TEST

START_TEST(slow_ones_and_outliers)
{
    gs_node_hardware node = {
        .slow_share = 0.005, .slow = 0.9, .tail_share = 0.001, .tail = 1 / 1.5};
    unsigned slow = 0, tail = 0;
    for (unsigned i = 0; i < GPUS; i++) {
        double speed = speed_of(&node, 9, i);
        slow += speed == node.slow;
        tail += speed == node.tail;
        ck_assert(speed == 1 || speed == node.slow || speed == node.tail);
    }
    // five standard deviations of the counts
    ck_assert(fabs(slow - 0.005 * GPUS) < 5 * sqrt(0.005 * GPUS));
    ck_assert(fabs(tail - 0.001 * GPUS) < 5 * sqrt(0.001 * GPUS));
}
END_TEST

START_TEST(by_seed_and_name_alone)
{
    gs_node_hardware node = {.spread = 0.03}, other = {.spread = 0.03, .airflow = 1};
    ck_assert(speed_of(&node, 1, 17) == speed_of(&other, 1, 17));
    ck_assert(speed_of(&node, 1, 17) != speed_of(&node, 2, 17));
    ck_assert(speed_of(&node, 1, 17) != speed_of(&node, 1, 18));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("spread");
    TEST_CASE(suite, 60, nominal_without_a_spread, spread_is_normal_and_cut, slow_ones_and_outliers,
              by_seed_and_name_alone);
    return test_run(suite);
}
