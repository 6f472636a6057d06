/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Jobs of a stored trace as tables and schedules: told by hand, and of a run that was killed. */
#include <string.h>

#include "fake.h"
#include "harness.h"

static gpusim_error err;
static gpusim_trace *trace;
static gpusim_trace_writer *writer;
static gpusim_observer observer;
static char text[1 << 16], path[128];
static gpusim_export_filter filter;

static void setup(void)
{
    fake_model.telemetry = 0;
    snprintf(path, sizeof path, "%sa.h5", fake_folder());
    ASSERT_OK(gpusim_trace_writer_create(path, NULL, &writer, &observer, &err), &err);
    ASSERT_OK(observer.begin(observer.context, NULL, 1, &err), &err);
    gpusim_export_filter_default(&filter);
}

// what was told so far; nobody says that the run has ended
static void read_back(void)
{
    gpusim_trace_writer_destroy(writer);
    ASSERT_OK(gpusim_trace_open(path, &trace, &err), &err);
    ck_assert_uint_eq(gpusim_trace_get_info(trace)->complete, 0);
}

static void teardown(void)
{
    gpusim_trace_close(trace);
    fake_folder_remove();
}

static gpusim_status collect(void *context, const char *piece, size_t length)
{
    (void)context;
    size_t used = strlen(text);
    ck_assert_uint_lt(used + length, sizeof text);
    memcpy(text + used, piece, length);
    text[used + length] = 0;
    return GPUSIM_OK;
}

static uint32_t lines(void)
{
    uint32_t count = 0;
    for (const char *c = text; *c; c++) {
        count += *c == '\n';
    }
    return count;
}

static void tell_job(uint64_t index, gpusim_time submit, gpusim_time start, gpusim_time end,
                     gpusim_job_state state)
{
    gpusim_job_row row = fake_job(1, (uint32_t)index);
    row.submit = submit;
    row.start = start;
    row.end = end;
    row.state = state;
    row.user = 3;
    ASSERT_OK(observer.row(observer.context, GPUSIM_TABLE_JOBS, &row, &err), &err);
}

static void tell_part(uint64_t job, uint32_t attempt, uint32_t node, uint32_t gpus,
                      gpusim_time start, gpusim_time end)
{
    gpusim_allocation_row row = {.job = job,
                                 .start = start,
                                 .end = end,
                                 .attempt = attempt,
                                 .node = node,
                                 .gpus = gpus,
                                 .milli = 1000};
    ASSERT_OK(observer.row(observer.context, GPUSIM_TABLE_ALLOCATIONS, &row, &err), &err);
}

// one short job of many has ended: its number is beyond the rows of jobs
START_TEST(jobs_that_have_not_ended)
{
    tell_part(31, 1, 2, 1, 0, 5 * GPUSIM_SECOND);
    tell_part(30, 1, 1, 1, 0, 10 * GPUSIM_SECOND);
    tell_job(30, 0, 0, 10 * GPUSIM_SECOND, GPUSIM_JOB_COMPLETED);
    read_back();
    for (int by = 0; by < 3; by++) {
        gpusim_export_filter_default(&filter);
        filter.node = by == 0 ? "train-0001" : NULL;
        filter.user = by == 1 ? "alice" : NULL;
        filter.job = by == 2 ? "log.csv/295" : NULL;
        text[0] = 0;
        ASSERT_OK(gpusim_trace_export_rows(trace, GPUSIM_TABLE_JOBS, &filter, GPUSIM_EXPORT_CSV,
                                           collect, NULL, &err),
                  &err);
        ck_assert_uint_eq(lines(), 2);
        text[0] = 0;
        ASSERT_OK(gpusim_trace_export_batsim(trace, &filter, collect, NULL, &err), &err);
        ck_assert_uint_eq(lines(), 2);
        ASSERT_OK(gpusim_trace_export_swf(trace, &filter, collect, NULL, &err), &err);
        text[0] = 0;
        ASSERT_OK(gpusim_trace_export_rows(trace, GPUSIM_TABLE_ALLOCATIONS, &filter,
                                           GPUSIM_EXPORT_CSV, collect, NULL, &err),
                  &err);
        ck_assert_uint_eq(lines(), 2);
    }

    // of a job that has no row its allocation shows
    gpusim_export_filter_default(&filter);
    filter.node = "train-0002";
    text[0] = 0;
    ASSERT_OK(gpusim_trace_export_rows(trace, GPUSIM_TABLE_ALLOCATIONS, &filter, GPUSIM_EXPORT_CSV,
                                       collect, NULL, &err),
              &err);
    ck_assert_uint_eq(lines(), 2);
}
END_TEST

START_TEST(a_number_that_cannot_be)
{
    tell_part(UINT64_C(1) << 60, 1, 1, 1, 0, GPUSIM_SECOND);
    read_back();
    filter.node = "train-0001";
    ck_assert_int_eq(gpusim_trace_export_batsim(trace, &filter, collect, NULL, &err),
                     GPUSIM_FORMAT);
}
END_TEST

static void expect(const char *piece)
{
    ck_assert_msg(strstr(text, piece) != NULL, "%s in\n%s", piece, text);
}

// an attempt is one, from its first placement to the end of its last
START_TEST(moved_and_resized)
{
    const gpusim_time s = GPUSIM_SECOND;
    tell_part(0, 1, 0, 1, 10 * s, 20 * s);
    tell_part(0, 2, 2, 4, 100 * s, 150 * s); // resized at 150 s, moved at 180 s
    tell_part(0, 2, 1, 2, 150 * s, 180 * s);
    tell_part(0, 2, 0, 2, 180 * s, 200 * s);
    tell_job(0, 5 * s, 10 * s, 200 * s, GPUSIM_JOB_COMPLETED);
    tell_part(1, 1, 1, 2, 20 * s, 50 * s); // preempted, and cancelled in the queue
    tell_job(1, 10 * s, 20 * s, 90 * s, GPUSIM_JOB_CANCELLED);
    tell_job(2, 10 * s, GPUSIM_TIME_MAX, 90 * s, GPUSIM_JOB_CANCELLED); // never ran
    read_back();
    text[0] = 0;
    ASSERT_OK(gpusim_trace_export_batsim(trace, NULL, collect, NULL, &err), &err);
    expect(",COMPLETED_SUCCESSFULLY,100,100,200,95,195,1.95,0-1,");
    expect(",COMPLETED_KILLED,20,30,50,10,40,1.3333333333333333,8-9,");
    expect(",REJECTED,-1,-1,-1,-1,-1,-1,,");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("trace/schedule");
    TCase *cases = tcase_create("all");
    tcase_set_timeout(cases, 60);
    tcase_add_checked_fixture(cases, setup, teardown);
    tcase_add_test(cases, jobs_that_have_not_ended);
    tcase_add_test(cases, a_number_that_cannot_be);
    tcase_add_test(cases, moved_and_resized);
    suite_add_tcase(suite, cases);
    return test_run(suite);
}
