/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Traces that say what cannot be: times near the ends of their range, more than a node has. */
#include "../trace/fake.h"
#include "harness.h"
#include <gpusim/story.h>

static char path[128];
static gpusim_error err;
static gpusim_trace_writer *writer;
static gpusim_observer observer;
static gpusim_trace *trace;
static gpusim_story *story;

static void setup(void)
{
    fake_model.telemetry = 0;
    snprintf(path, sizeof path, "%sa.h5", fake_folder());
    ASSERT_OK(gpusim_trace_writer_create(path, NULL, &writer, &observer, &err), &err);
    ASSERT_OK(observer.begin(observer.context, NULL, 1, &err), &err);
}

static void teardown(void)
{
    gpusim_story_destroy(story);
    gpusim_trace_close(trace);
    fake_folder_remove();
}

static void read_back(void)
{
    gpusim_trace_writer_destroy(writer);
    ASSERT_OK(gpusim_trace_open(path, &trace, &err), &err);
    ASSERT_OK(gpusim_story_create(trace, &story, &err), &err);
}

static void tell(gpusim_table table, const void *row)
{
    ASSERT_OK(observer.row(observer.context, table, row, &err), &err);
}

static void tell_event(gpusim_event_type type, gpusim_time time)
{
    gpusim_event_row row = {.time = time, .type = (uint8_t)type, .detail = -1};
    tell(GPUSIM_TABLE_EVENTS, &row);
}

static void tell_job(void)
{
    gpusim_job_row row = fake_job(1, 0);
    row.milli = 1000;
    tell(GPUSIM_TABLE_JOBS, &row);
}

// 2^31 thousandths held are given back, too
START_TEST(more_than_fits)
{
    tell(GPUSIM_TABLE_ALLOCATIONS,
         &(gpusim_allocation_row){
             .end = 10 * GPUSIM_SECOND, .node = 1, .gpus = UINT32_C(1) << 31, .milli = 1});
    tell_event(GPUSIM_EVENT_SUBMIT, 20 * GPUSIM_SECOND);
    tell_event(GPUSIM_EVENT_START, 30 * GPUSIM_SECOND);
    tell_job();
    read_back();
    gpusim_waited wait;
    uint32_t count;
    ASSERT_OK(gpusim_story_waits(story, 1, &wait, &count, &err), &err);
    ck_assert_uint_eq(count, 1);
    ck_assert_uint_eq(wait.wait.free_then, 3 * 8 * 1000);
}
END_TEST

// a start long before the submission ends no wait of 292 years
START_TEST(a_wait_that_ends_before_it_began)
{
    tell_event(GPUSIM_EVENT_SUBMIT, 20 * GPUSIM_SECOND);
    tell_event(GPUSIM_EVENT_START, INT64_MIN);
    tell_event(GPUSIM_EVENT_FAIL, 30 * GPUSIM_SECOND);
    tell_event(GPUSIM_EVENT_END, 40 * GPUSIM_SECOND);
    tell_job();
    read_back();
    gpusim_waited wait;
    uint32_t count;
    ASSERT_OK(gpusim_story_waits(story, 1, &wait, &count, &err), &err);
    ck_assert_uint_eq(count, 1);
    ck_assert_int_eq(wait.wait.from, 30 * GPUSIM_SECOND);
    ck_assert_int_eq(wait.wait.to, 40 * GPUSIM_SECOND);

    // and what its failure undid is much, not less than nothing
    gpusim_minute minute;
    ASSERT_OK(gpusim_story_minutes(story, 1, &minute, &count, &err), &err);
    ck_assert_uint_eq(count, 1);
    ck_assert_double_gt(minute.undone_gpu_s, 9e9);
}
END_TEST

START_TEST(a_fault_of_all_times)
{
    gpusim_fault_row brief = {.end = 10 * GPUSIM_SECOND};
    gpusim_fault_row endless = {
        .index = 1, .root = 1, .start = -GPUSIM_TIME_MAX, .end = GPUSIM_TIME_MAX - 1};
    tell(GPUSIM_TABLE_FAULTS, &brief);
    tell(GPUSIM_TABLE_FAULTS, &endless);
    read_back();
    const gpusim_fault_story *told;
    uint64_t count;
    ASSERT_OK(gpusim_story_faults(story, &told, &count, &err), &err);
    ck_assert_uint_eq(count, 2);
    ck_assert_uint_eq(told[0].fault->index, 1);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("story of damaged traces");
    TCase *all = tcase_create("all");
    tcase_add_checked_fixture(all, setup, teardown);
    tcase_add_test(all, more_than_fits);
    tcase_add_test(all, a_wait_that_ends_before_it_began);
    tcase_add_test(all, a_fault_of_all_times);
    suite_add_tcase(suite, all);
    return test_run(suite);
}
