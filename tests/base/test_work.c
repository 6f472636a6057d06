/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Work at a rate, against whole-number arithmetic: rates are k / 2^20 here, so that nothing is
 * rounded in the oracle. */
#include "base/work.h"

#include <math.h>

#include <gpusim/random.h>

#include "harness.h"

#define PARTS 1048576 /* a rate is so many parts of a work a second */

__extension__ typedef unsigned __int128 wide;

static uint64_t draw(uint64_t ordinal, uint64_t below)
{
    return gpusim_draw_index(gpusim_stream_make(7, "test", "work"), ordinal, below);
}

static gpusim_time oracle(uint64_t parts, gpusim_time span)
{
    return (gpusim_time)((wide)parts * (uint64_t)span / PARTS);
}

// up to `bits` bits, evenly over their number
static gpusim_time any_span(uint64_t ordinal, unsigned bits)
{
    return (gpusim_time)draw(2 * ordinal, UINT64_C(1) << (1 + draw(2 * ordinal + 1, bits)));
}

START_TEST(work_is_rate_times_time)
{
    for (uint64_t i = 0; i < 20000; i++) {
        uint64_t parts = 1 + draw(3 * i, 2 * PARTS);
        gpusim_time span = any_span(100000 + i, 61);
        double carried = 0, rate = (double)parts / PARTS;
        ck_assert_int_eq(gs_work_done(rate, span, &carried), oracle(parts, span));
        ck_assert(carried == (double)((uint64_t)((wide)parts * (uint64_t)span % PARTS)) / PARTS);
    }
}
END_TEST

// settled at a hundred moments, work is what it is when it is settled once
START_TEST(pieces_add_up)
{
    for (uint64_t i = 0; i < 300; i++) {
        uint64_t parts = 1 + draw(3 * i, 2 * PARTS);
        gpusim_time span = 0, done = 0;
        double carried = 0;
        for (uint64_t k = 0; k < 100; k++) {
            gpusim_time piece = any_span(1000 * i + k, 54);
            span += piece;
            done += gs_work_done((double)parts / PARTS, piece, &carried);
            ck_assert(carried >= 0 && carried < 1);
        }
        ck_assert_int_eq(done, oracle(parts, span));
    }
}
END_TEST

START_TEST(the_shortest_span)
{
    for (uint64_t i = 0; i < 20000; i++) {
        uint64_t parts = 1 + draw(3 * i, 2 * PARTS);
        double rate = (double)parts / PARTS;
        double carried = (double)draw(3 * i + 1, PARTS) / PARTS;
        gpusim_time work = any_span(200000 + i, 58);
        gpusim_time span = gs_work_span(rate, work, carried);
        if (work == 0) {
            ck_assert_int_eq(span, 0);
            continue;
        }
        if (span == GPUSIM_TIME_MAX) {
            ck_assert((double)work / rate > 4.5e18);
            continue;
        }
        // whole-number division, rounded up, of what is left in parts
        wide left = (wide)(uint64_t)work * PARTS - (uint64_t)(carried * PARTS);
        ck_assert_int_eq(span, (gpusim_time)((left + parts - 1) / parts));
    }
}
END_TEST

START_TEST(edges)
{
    double carried = 0.25;
    ck_assert_int_eq(gs_work_done(1, 5, &carried), 5);
    ck_assert(carried == 0.25);
    ck_assert_int_eq(gs_work_done(0, 5, &carried), 0);
    ck_assert_int_eq(gs_work_done(0.5, 0, &carried), 0);
    ck_assert_int_eq(gs_work_done(2, GPUSIM_TIME_MAX, &carried), GPUSIM_TIME_MAX);
    ck_assert_int_eq(gs_work_done(1e-30, GPUSIM_TIME_MAX, &carried), 0);
    ck_assert(carried > 0.25 && carried < 0.26);
    ck_assert_int_eq(gs_work_span(0, 5, 0), GPUSIM_TIME_MAX);
    ck_assert_int_eq(gs_work_span(1, 5, 0.5), 5);
    ck_assert_int_eq(gs_work_span(0.5, 0, 0.5), 0);
    ck_assert_int_eq(gs_work_span(1e-12, GPUSIM_HOUR, 0), GPUSIM_TIME_MAX);
    ck_assert_int_eq(gs_work_span((double)INFINITY, 5, 0), 1);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("work");
    TEST_CASE(suite, 60, work_is_rate_times_time, pieces_add_up, the_shortest_span, edges);
    return test_run(suite);
}
