/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Dates against the C library's, and what is none. */
#include <string.h>
#include <time.h>

#include <gpusim/field.h>

#include "base/date.h"
#include "harness.h"

static gpusim_error err;

START_TEST(as_the_c_library_has_them)
{
    // steps of 12 days and some, from 1583 to 2261
    for (int64_t second = INT64_C(-12212553600); second < INT64_C(9214646400); second += 1040399) {
        time_t time = (time_t)second;
        struct tm tm;
        ck_assert_ptr_nonnull(gmtime_r(&time, &tm));
        gs_date date = gs_date_of(second);
        ck_assert_int_eq(date.year, tm.tm_year + 1900);
        ck_assert_int_eq(date.month, tm.tm_mon + 1);
        ck_assert_int_eq(date.day, tm.tm_mday);
        ck_assert_int_eq(date.hour, tm.tm_hour);
        ck_assert_int_eq(date.minute, tm.tm_min);
        ck_assert_int_eq(date.second, tm.tm_sec);
        if (second >= 0) {
            char text[32];
            gpusim_time back = 0;
            strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &tm);
            ASSERT_OK(gpusim_date_parse(text, &back, &err), &err);
            ck_assert_int_eq(back, second * GPUSIM_SECOND);
        }
    }
}
END_TEST

START_TEST(what_is_no_date)
{
    static const char *const wrong[] = {
        "",           "2026",       "2026-1-1",   "2026-13-01",          "2026-02-29",
        "2026-00-10", "2026-01-00", "1969-12-31", "2262-01-01",          "2026-01-01T24:00:00",
        "tomorrow!!", "2026/01/01", "2100-02-29", "2026-01-01T00:60:00", "2026-01-01T00:00:00+1"};
    gpusim_time value = 7;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        ck_assert_msg(gpusim_date_parse(wrong[i], &value, &err) == GPUSIM_ARGUMENT, "%s", wrong[i]);
        ck_assert_int_eq(value, 7);
    }
    ck_assert_ptr_nonnull(strstr(err.hint, "2026-01-01"));
    ASSERT_OK(gpusim_date_parse("2024-02-29", &value, &err), &err);
    ck_assert_int_eq(value, INT64_C(1709164800) * GPUSIM_SECOND);
    ASSERT_OK(gpusim_date_parse("2000-02-29 12:00:01", &value, &err), &err);
    ck_assert_int_eq(value, INT64_C(951825601) * GPUSIM_SECOND);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("base/date");
    TEST_CASE(suite, 30, as_the_c_library_has_them, what_is_no_date);
    return test_run(suite);
}
