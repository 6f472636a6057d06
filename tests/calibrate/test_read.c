/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tables and logs as instruments write them, and what is wrong with those that nobody can use. */
#include <zlib.h>

#include "base/memory.h"
#include "calibrate/measured.h"
#include "support.h"

static gs_arena arena;
static gs_measured measured;

static gpusim_status read_file(const char *path, int32_t gpu, gpusim_error *err)
{
    gs_lines *lines;
    gpusim_status status = gs_lines_open(path, NULL, &lines, err);
    memset(&measured, 0, sizeof measured);
    return status == GPUSIM_OK ? gs_measured_read(lines, gpu, &arena, &measured, err) : status;
}

static gpusim_status read_as(const char *text, int32_t gpu, gpusim_error *err)
{
    return read_file(make_file("read.csv", text), gpu, err);
}

#define CAPS_HEADER "network,batch,power_limit,time_per_epoch,average_power\n"

START_TEST(a_table_of_caps)
{
    gpusim_error err = {0};
    // columns in any order, lines in any order; the second configuration lacks a cap; one run is
    // repeated, and one failed
    ASSERT_OK(read_as("\xef\xbb\xbfpower_limit,batch,average_power,time_per_epoch,network\r\n"
                      "200,8,190,10,bert\r\n"
                      "100,8,99,20,bert\r\n"
                      "100,8,101,30,bert\r\n"
                      "\r\n"
                      "150,8,148 W,12.5,bert\r\n"
                      "100,16,100,40,bert\r\n"
                      "200,16,200,20,bert\r\n"
                      "150,16,,,bert\r\n"
                      "200,8,60,1,\"a \"\"net\"\"\"\r\n"
                      "150,8,60,1,\"a \"\"net\"\"\"\r\n"
                      "100,8,60,1,\"a \"\"net\"\"\"\r\n",
                      -1, &err),
              &err);
    const gs_cap_table *t = &measured.caps;
    ck_assert_int_eq(measured.kind, GPUSIM_CALIBRATION_CAPS);
    ck_assert_uint_eq(t->caps, 3);
    ck_assert_uint_eq(t->seen, 3);
    ck_assert_uint_eq(t->configurations, 2);
    ck_assert_double_eq(t->cap[0], 100);
    ck_assert_double_eq(t->cap[2], 200);
    ck_assert_str_eq(t->name[0], "8/bert");
    ck_assert_str_eq(t->group_name[t->group[0]], "bert"); // `network`, though not the first
    ck_assert_double_eq(t->throughput[0], 10.0 / 25);     // the mean of 20 and 30
    ck_assert_double_eq(t->throughput[1], 10.0 / 12.5);
    ck_assert_double_eq(t->throughput[2], 1);
    ck_assert_double_eq_tol(t->power[0], 100.0 / 190, 1e-15);
    ck_assert_double_eq(t->top_power[0], 190);
    ck_assert_double_eq(t->top_power[1], 60);
}
END_TEST

START_TEST(a_log_of_nvidia_smi)
{
    gpusim_error err = {0};
    ASSERT_OK(read_as("timestamp, index, power.draw [W], temperature.gpu, temperature.memory, "
                      "utilization.memory [%], clocks.current.sm [MHz]\n"
                      "2024/02/28 23:59:59.500, 0, 60.00 W, 30, 40, 0 %, 345 MHz\n"
                      "2024/02/28 23:59:59.600, 1, 61.00 W, 31, 41, 0 %, 345 MHz\n"
                      "2024/02/29 00:00:00.500, 0, [N/A], 30, 40, 0 %, 345 MHz\n"
                      "2024/02/29 00:00:01.500, 0, 400.25 W, 35, 44, 50 %, 1410 MHz\n"
                      "2024/03/01 00:00:01.500, 0, 400.25 W, 50, 54, 50 %, 1410 MHz\n",
                      0, &err),
              &err);
    const gs_heat_log *log = &measured.heat;
    ck_assert_int_eq(measured.kind, GPUSIM_CALIBRATION_HEAT);
    ck_assert_uint_eq(log->points, 3);
    ck_assert_uint_eq(log->lines, 5);
    ck_assert_double_eq(log->time[0], 0);
    ck_assert_double_eq_tol(log->time[1], 2, 1e-6);
    ck_assert_double_eq_tol(log->time[2], 86402, 1e-6);
    ck_assert_double_eq(log->power[1], 400.25);
    ck_assert_double_eq(log->memory[2], 54);
    ck_assert_double_eq(log->memory_use[2], 0.5);
    ck_assert_int_eq(log->whole, 1);

    // the same with plain columns, without a memory that was always there
    ASSERT_OK(
        read_as("time_s,power_w,temperature_c,memory_c\n10,60,30.5,40\n11.5,61,31,\n", -1, &err),
        &err);
    ck_assert_double_eq(measured.heat.time[1], 1.5);
    ck_assert_ptr_null(measured.heat.memory);
    ck_assert_int_eq(measured.heat.whole, 0);
}
END_TEST

START_TEST(gzip_is_read_too)
{
    gpusim_error err = {0};
    gzFile file = gzopen("read.csv.gz", "wb");
    gzputs(file, "time_s,power_w,temperature_c\n0,60,30\n1,61,31\n");
    gzclose(file);
    ASSERT_OK(read_file("read.csv.gz", -1, &err), &err);
    ck_assert_uint_eq(measured.heat.points, 2);
}
END_TEST

typedef struct mistake {
    const char *text, *message;
    int32_t line, column;
    const char *hint;
} mistake;

static const mistake mistakes[] = {
    {"", "the file is empty", 0, 0, ""},
    {"\n", "the first line must name the columns", 1, 0, ""},
    {"a,b\n1,2\n",
     "the header has neither 'power_limit' nor 'temperature_c': this is no table of runs under "
     "power caps and no log of temperatures",
     1, 0, "'gpusim calibrate -h' says which columns are understood"},
    {"power_limit,time_per_epoc,average_power\n", "the header has no column 'time_per_epoch'", 1, 0,
     "is 'time_per_epoch' meant by 'time_per_epoc'?"},
    {"power_limit [kW],time_per_epoch,average_power\n",
     "power_limit 'power_limit [kW]' is not in the unit that is understood", 1, 1, ""},
    {CAPS_HEADER "bert,8,100,10\n", "the line has 4 columns, the header 5", 2, 0, ""},
    {CAPS_HEADER "bert,8,100,-10,90\n", "time_per_epoch '-10' is not above 0", 2, 12, ""},
    {CAPS_HEADER "bert,8,100,10,0\n", "average_power '0' is not above 0", 2, 15, ""},
    {CAPS_HEADER "bert,8,lots,10,90\n", "power_limit 'lots' is not a number", 2, 8, ""},
    {CAPS_HEADER "bert,8,,10,90\n", "power_limit '' is no cap", 2, 8, ""},
    {CAPS_HEADER "bert,8,100 mW,10,90\n",
     "power_limit '100 mW' is not in the unit that is understood", 2, 8,
     "power_limit is read in W"},
    {CAPS_HEADER "\"bert,8,100,10,90\n", "a quoted cell does not end in its line", 2, 0, ""},
    {"time_s,power_w,temperature_c\n5,60,30\n4,60,30\n", "time_s '4' lies before the line above", 3,
     1, ""},
    {"time_s,power_w,temperature_c\n-5,60,30\n", "time_s '-5' is no time", 2, 1, ""},
    {"time_s,power_w,temperature_c\n5,-1,30\n", "power_w '-1' is less than nothing", 2, 3, ""},
    {"time_s,power_w,temperature_c\n5,1,303\n", "temperature_c '303' is no temperature of a GPU", 2,
     5, ""},
    {"timestamp,power.draw,temperature.gpu\n2024/02/30 00:00:00,1,1\n",
     "timestamp '2024/02/30 00:00:00' is not a time like 2024/01/31 10:30:45.123", 2, 1, ""},
    {"time_s,index,power_w,temperature_c\n0,0,1,1\n0,1,1,1\n", "index '1' is a second GPU", 3, 3,
     "choose one with --gpu"},
    {"timestamp,temperature.gpu\n", "the header has no column 'power_w'", 1, 0, ""},
};

START_TEST(mistakes_are_shown_where_they_are)
{
    for (size_t i = 0; i < sizeof mistakes / sizeof mistakes[0]; i++) {
        gpusim_error err = {0};
        ck_assert_int_eq(read_as(mistakes[i].text, -1, &err), GPUSIM_WORKLOAD);
        ck_assert_str_eq(err.message, mistakes[i].message);
        ck_assert_int_eq(err.line, mistakes[i].line);
        ck_assert_int_eq(err.column, mistakes[i].column);
        ck_assert_str_eq(err.hint, mistakes[i].hint);
        ck_assert_str_eq(err.file, "read.csv");
    }
    gpusim_error err = {0};
    ck_assert_int_eq(read_file("nowhere.csv", -1, &err), GPUSIM_IO);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("calibrate/read");
    TEST_CASE(suite, 20, a_table_of_caps, a_log_of_nvidia_smi, gzip_is_read_too,
              mistakes_are_shown_where_they_are);
    int code = test_run(suite);
    gs_arena_release(&arena);
    return code;
}
