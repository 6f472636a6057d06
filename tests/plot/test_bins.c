/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Thinning keeps means and extremes, by hand. */
#include <math.h>

#include "base/memory.h"
#include "harness.h"
#include "plot/bins.h"

static gpusim_error err;

static gs_bins ten_seconds_in(uint32_t count)
{
    gs_bins bins;
    ASSERT_OK(gs_bins_create(&bins, 10 * GPUSIM_SECOND, 20 * GPUSIM_SECOND, count, &err), &err);
    return bins;
}

static void is(const gs_bin *bin, double mean, double least, double most)
{
    ck_assert_double_eq_tol(gs_bin_mean(bin), mean, 1e-12);
    ck_assert_double_eq(bin->least, least);
    ck_assert_double_eq(bin->most, most);
}

START_TEST(what_holds)
{
    gs_bins bins = ten_seconds_in(5); // of two seconds
    gs_bins_hold(&bins, 0, 11 * GPUSIM_SECOND, 4);
    gs_bins_hold(&bins, 11 * GPUSIM_SECOND, 15 * GPUSIM_SECOND, 8);
    gs_bins_hold(&bins, 15 * GPUSIM_SECOND, 15 * GPUSIM_SECOND, 1000); // not at all
    gs_bins_hold(&bins, 15 * GPUSIM_SECOND, 40 * GPUSIM_SECOND, 0);
    is(&bins.bins[0], 6, 4, 8);
    is(&bins.bins[1], 8, 8, 8);
    is(&bins.bins[2], 4, 0, 8);
    is(&bins.bins[3], 0, 0, 0);
    is(&bins.bins[4], 0, 0, 0);
    gs_release(&bins.bins);
}
END_TEST

START_TEST(what_is_sampled)
{
    gs_bins bins = ten_seconds_in(5);
    gs_bins_sample(&bins, 10 * GPUSIM_SECOND, 1);
    gs_bins_sample(&bins, 12 * GPUSIM_SECOND - 1, 3);
    gs_bins_sample(&bins, 12 * GPUSIM_SECOND, 7);
    gs_bins_sample(&bins, 16 * GPUSIM_SECOND, (double)NAN);
    gs_bins_sample(&bins, 20 * GPUSIM_SECOND, 5); // its end is the last one's
    gs_bins_sample(&bins, 9 * GPUSIM_SECOND, 100);
    gs_bins_sample(&bins, 21 * GPUSIM_SECOND, 100);
    is(&bins.bins[0], 2, 1, 3);
    is(&bins.bins[1], 7, 7, 7);
    // between two samples, and a sample that is missing
    ck_assert_uint_eq(bins.bins[2].looks, 0);
    ck_assert_uint_eq(bins.bins[3].looks, 1);
    ck_assert(isnan(gs_bin_mean(&bins.bins[3])));
    is(&bins.bins[4], 5, 5, 5);
    gs_release(&bins.bins);
}
END_TEST

START_TEST(what_is_counted)
{
    gs_bins bins = ten_seconds_in(2);
    gs_array changes = GS_ARRAY(gs_change);
    static const gs_change some[] = {
        {14 * GPUSIM_SECOND, -3}, {2 * GPUSIM_SECOND, 3}, {16 * GPUSIM_SECOND, 5}};
    for (int i = 0; i < 3; i++) {
        ASSERT_OK(gs_array_push(&changes, &some[i], &err), &err);
    }
    ASSERT_OK(gs_bins_changes(&bins, &changes, 18 * GPUSIM_SECOND, &err), &err);
    is(&bins.bins[0], 3 * 4 / 5.0, 0, 3);
    // 0, then 5 from 16 to 18, and nothing is known behind that
    is(&bins.bins[1], 5 * 2 / 3.0, 0, 5);
    ck_assert_double_eq(bins.bins[1].weight, 3);
    gs_array_release(&changes);
    gs_release(&bins.bins);
}
END_TEST

// Whatever does not divide evenly: each nanosecond is in one bin, and none is lost.
START_TEST(nothing_is_lost)
{
    gs_bins bins;
    ASSERT_OK(gs_bins_create(&bins, 1, 1001, 7, &err), &err);
    for (gpusim_time t = 1; t < 1001; t++) {
        gs_bins_hold(&bins, t, t + 1, 2);
        gs_bins_sample(&bins, t, 2);
    }
    double weight = 0;
    for (uint32_t i = 0; i < bins.count; i++) {
        weight += bins.bins[i].weight;
        ck_assert(gs_bins_begin(&bins, i) < gs_bins_begin(&bins, i + 1));
    }
    ck_assert_double_eq_tol(weight, 1000 + 1000e-9, 1e-9);
    gs_release(&bins.bins);
    // more bins than nanoseconds: some are empty, none is overrun
    ASSERT_OK(gs_bins_create(&bins, 0, 3, 50, &err), &err);
    gs_bins_hold(&bins, 0, 3, 1);
    gs_bins_sample(&bins, 3, 1);
    gs_release(&bins.bins);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("bins");
    TEST_CASE(suite, 10, what_holds, what_is_sampled, what_is_counted, nothing_is_lost);
    return test_run(suite);
}
