/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Held values: which one holds, and until when. */
#include <math.h>

#include "cluster/hardware.h"
#include "harness.h"

static const gpusim_time at[] = {0, 10, 25};
static const double value[] = {1, 2, 3};

static void expect(const gs_steps *steps, gpusim_time time, double wanted, gpusim_time until)
{
    gpusim_time next = -1;
    double found = gs_steps_at(steps, time, &next);
    ck_assert_msg(found == wanted && next == until, "at %lld: %g until %lld", (long long)time,
                  found, (long long)next);
}

START_TEST(the_last_step_stays)
{
    gs_steps steps = {.at = at, .value = value, .repeat = GPUSIM_TIME_MAX, .count = 3};
    expect(&steps, 0, 1, 10);
    expect(&steps, 9, 1, 10);
    expect(&steps, 10, 2, 25);
    expect(&steps, 24, 2, 25);
    expect(&steps, 25, 3, GPUSIM_TIME_MAX);
    expect(&steps, GPUSIM_TIME_MAX - 1, 3, GPUSIM_TIME_MAX);
}
END_TEST

START_TEST(a_sequence_begins_anew)
{
    gs_steps steps = {.at = at, .value = value, .repeat = 30, .count = 3};
    expect(&steps, 29, 3, 30);
    expect(&steps, 30, 1, 40);
    expect(&steps, 3 * 30 + 12, 2, 3 * 30 + 25);
    gpusim_time last = GPUSIM_TIME_MAX - GPUSIM_TIME_MAX % 30;
    expect(&steps, last, 1, GPUSIM_TIME_MAX % 30 >= 10 ? last + 10 : GPUSIM_TIME_MAX);
}
END_TEST

START_TEST(a_constant_has_no_next)
{
    gs_steps steps = {.at = at, .value = value, .repeat = 30, .count = 1};
    expect(&steps, 0, 1, GPUSIM_TIME_MAX);
    expect(&steps, 1000, 1, GPUSIM_TIME_MAX);
}
END_TEST

START_TEST(nothing_is_no_number)
{
    gpusim_time next = 0;
    double least, largest;
    gs_steps none = {.repeat = GPUSIM_TIME_MAX};
    ck_assert(isnan(gs_steps_at(&none, 5, &next)));
    ck_assert_int_eq(next, GPUSIM_TIME_MAX);
    gs_steps_extremes(&none, &least, &largest);
    ck_assert(isnan(least) && isnan(largest));
}
END_TEST

START_TEST(extremes_are_of_all_steps)
{
    const double mixed[] = {2, -7, 5};
    double least, largest;
    gs_steps steps = {.at = at, .value = mixed, .repeat = 30, .count = 3};
    gs_steps_extremes(&steps, &least, &largest);
    ck_assert(least == -7 && largest == 5);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("steps");
    TEST_CASE(suite, 20, the_last_step_stays, a_sequence_begins_anew, a_constant_has_no_next,
              nothing_is_no_number, extremes_are_of_all_steps);
    return test_run(suite);
}
