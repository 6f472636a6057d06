/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Statuses, how errors read, and times made of seconds. */
#include <math.h>
#include <string.h>

#include <gpusim/types.h>

#include "harness.h"

static const char *formatted(const gpusim_error *err)
{
    static char text[2048];
    ck_assert_int_lt(gpusim_error_format(err, text, sizeof text), (int)sizeof text);
    return text;
}

START_TEST(statuses_have_names)
{
    ck_assert_str_eq(gpusim_status_name(GPUSIM_OK), "GPUSIM_OK");
    ck_assert_str_eq(gpusim_status_name(GPUSIM_INTERNAL), "GPUSIM_INTERNAL");
    ck_assert_str_eq(gpusim_status_text(GPUSIM_MEMORY), "out of memory");
    ck_assert_str_eq(gpusim_status_name((gpusim_status)1000), "GPUSIM_UNKNOWN");
    ck_assert_str_eq(gpusim_status_text((gpusim_status)-1), "unknown status");
}
END_TEST

START_TEST(errors_read_well)
{
    gpusim_error err = {0};
    strcpy(err.hint, "of an earlier error");
    ck_assert_int_eq(gpusim_fail(&err, GPUSIM_IO, "cannot open '%s'", "a.yaml"), GPUSIM_IO);
    ck_assert_str_eq(formatted(&err), "error: cannot open 'a.yaml'");

    strcpy(err.file, "a.yaml");
    ck_assert_str_eq(formatted(&err), "a.yaml: error: cannot open 'a.yaml'");
    gpusim_fail(&err, GPUSIM_SCENARIO, "unknown key 'cuont'");
    strcpy(err.file, "a.yaml");
    err.line = 3;
    err.column = 5;
    strcpy(err.source, "\t  {cuont: 4}");
    strcpy(err.key, "cluster.nodes[0]");
    gpusim_error_hint(&err, "did you mean '%s'?", "count");
    ck_assert_str_eq(formatted(&err), "a.yaml:3:5: error: unknown key 'cuont'\n"
                                      "    \t  {cuont: 4}\n"
                                      "    \t   ^\n"
                                      "    in: cluster.nodes[0]\n"
                                      "    hint: did you mean 'count'?");

    // a message may quote the error itself; what is too long is cut visibly
    gpusim_fail(&err, GPUSIM_IO, "first");
    gpusim_fail(&err, GPUSIM_IO, "%s, then second", err.message);
    ck_assert_str_eq(err.message, "first, then second");
    char name[1000];
    memset(name, 'x', sizeof name);
    name[sizeof name - 1] = 0;
    gpusim_fail(&err, GPUSIM_IO, "cannot open '%s'", name);
    ck_assert_uint_eq(strlen(err.message), sizeof err.message - 1);
    ck_assert_str_eq(err.message + sizeof err.message - 4, "...");

    // into too little room
    char small[8];
    gpusim_fail(&err, GPUSIM_IO, "none");
    ck_assert_int_eq(gpusim_error_format(&err, small, sizeof small), 11);
    ck_assert_str_eq(small, "error: ");
    ck_assert_int_eq(gpusim_fail(NULL, GPUSIM_IO, "nobody listens"), GPUSIM_IO);
    gpusim_error_hint(NULL, "nobody listens");
}
END_TEST

START_TEST(times_are_exact_and_saturate)
{
    ck_assert(gpusim_time_from_seconds(1.5) == 1500000000);
    ck_assert(gpusim_time_from_seconds(0.4e-9) == 0);
    ck_assert(gpusim_time_from_seconds(0.5e-9) == 1);
    ck_assert(gpusim_time_from_seconds(-1.6e-9) == -2);
    ck_assert(gpusim_time_from_seconds(1e300) == GPUSIM_TIME_MAX);
    ck_assert(gpusim_time_from_seconds(-1e300) == -GPUSIM_TIME_MAX);
    ck_assert(gpusim_time_from_seconds((double)NAN) == GPUSIM_TIME_MAX);
    ck_assert(gpusim_time_from_seconds(INFINITY) == GPUSIM_TIME_MAX);

    ck_assert(gpusim_time_ceil(1e-9) == 1);
    ck_assert(gpusim_time_ceil(1.0001e-9) == 2);
    ck_assert(gpusim_time_ceil(0) == 0);
    ck_assert(gpusim_time_ceil(-0.5e-9) == 0);
    ck_assert(gpusim_time_ceil(1e10) == GPUSIM_TIME_MAX);

    ck_assert(gpusim_time_add(GPUSIM_TIME_MAX - 1, 1) == GPUSIM_TIME_MAX);
    ck_assert(gpusim_time_add(GPUSIM_TIME_MAX, GPUSIM_TIME_MAX) == GPUSIM_TIME_MAX);
    ck_assert(gpusim_time_between(3, 10) == 7 && gpusim_time_between(10, 3) == -7);
    ck_assert(gpusim_time_between(-1, GPUSIM_TIME_MAX) == GPUSIM_TIME_MAX);
    ck_assert(gpusim_time_between(GPUSIM_TIME_MAX, INT64_MIN) == -GPUSIM_TIME_MAX);
    ck_assert(gpusim_time_between(INT64_MIN, GPUSIM_TIME_MAX) == GPUSIM_TIME_MAX);
    ck_assert(gpusim_time_between(INT64_MIN, INT64_MIN) == 0);

    // whole seconds and milliseconds come back as they are written
    for (int i = 1; i < 100000; i++) {
        ck_assert_double_eq(gpusim_seconds(i * GPUSIM_SECOND), i);
        ck_assert_double_eq(gpusim_seconds(i * GPUSIM_MILLISECOND), i / 1000.0);
        ck_assert(gpusim_time_from_seconds(i / 1000.0) == i * GPUSIM_MILLISECOND);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("status");
    TEST_CASE(suite, 60, statuses_have_names, errors_read_well, times_are_exact_and_saturate);
    return test_run(suite);
}
