/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Traces that earlier versions wrote stay readable: what they hold, and the digest that the program
 * that wrote them gave them. The scenarios lie beside them. */
#include <math.h>
#include <string.h>

#include <gpusim/trace.h>

#include "harness.h"

static gpusim_error err;

/* What a trace must hold. */
typedef struct golden {
    const char *file, *digest;
    uint32_t minor;
    uint64_t rows[GPUSIM_TABLE_COUNT];
} golden;

static const golden goldens[] = {
    {.file = "1.1.h5", // before there were faults, alerts and fragmentation
     .digest = "2c738754b3a7af3522459a0b6e7283ef",
     .minor = 1,
     .rows = {[GPUSIM_TABLE_JOBS] = 34,
              [GPUSIM_TABLE_EVENTS] = 90,
              [GPUSIM_TABLE_DECISIONS] = 30,
              [GPUSIM_TABLE_ALLOCATIONS] = 30,
              [GPUSIM_TABLE_NODES] = 2,
              [GPUSIM_TABLE_GPUS] = 8,
              [GPUSIM_TABLE_RACKS] = 1}},
    {.file = "1.2.h5",
     .digest = "6f190c8994eecc026e1bb648c817dd15",
     .minor = 2,
     .rows = {[GPUSIM_TABLE_JOBS] = 34,
              [GPUSIM_TABLE_EVENTS] = 132,
              [GPUSIM_TABLE_DECISIONS] = 30,
              [GPUSIM_TABLE_ALLOCATIONS] = 30,
              [GPUSIM_TABLE_NODES] = 2,
              [GPUSIM_TABLE_GPUS] = 8,
              [GPUSIM_TABLE_RACKS] = 1,
              [GPUSIM_TABLE_FAULTS] = 2,
              [GPUSIM_TABLE_ALERTS] = 10}}};
#define GOLDENS (sizeof goldens / sizeof goldens[0])

static gpusim_trace *open_golden(const char *file)
{
    const char *source = getenv("GPUSIM_SOURCE");
    char path[4096];
    gpusim_trace *trace = NULL;
    ck_assert_ptr_nonnull(source);
    snprintf(path, sizeof path, "%s/tests/trace/golden/%s", source, file);
    ASSERT_OK(gpusim_trace_open(path, &trace, &err), &err);
    return trace;
}

static gpusim_status ignore(void *context, const char *text, size_t length)
{
    (void)context, (void)text, (void)length;
    return GPUSIM_OK;
}

START_TEST(what_they_hold)
{
    const golden *is = &goldens[_i];
    gpusim_trace *trace = open_golden(is->file);
    const gpusim_trace_info *info = gpusim_trace_get_info(trace);
    char digest[33];
    ck_assert_uint_eq(info->format_version, 1);
    ck_assert_uint_eq(info->format_minor, is->minor);
    for (unsigned i = 0; i < GPUSIM_TABLE_COUNT; i++) {
        const char *name = gpusim_table_record((gpusim_table)i)->name;
        ck_assert_msg(info->rows[i] == is->rows[i], "%s of %s: %llu rows", name, is->file,
                      (unsigned long long)info->rows[i]);
        ASSERT_OK(gpusim_trace_export_table(trace, (gpusim_table)i, GPUSIM_EXPORT_CSV, ignore, NULL,
                                            &err),
                  &err);
    }
    ASSERT_OK(gpusim_trace_digest(trace, digest, &err), &err);
    ck_assert_str_eq(digest, is->digest);

    // a trace is equal to itself, also in what it lacks
    uint32_t differences = 1;
    ASSERT_OK(gpusim_trace_diff(trace, trace, NULL, 0, &differences, &err), &err);
    ck_assert_uint_eq(differences, 0);
    gpusim_trace_close(trace);
}
END_TEST

START_TEST(what_the_oldest_says)
{
    gpusim_trace *trace = open_golden("1.1.h5");
    gpusim_job_row job;
    gpusim_summary summary;
    float watts[24];
    ASSERT_OK(gpusim_trace_rows(trace, GPUSIM_TABLE_JOBS, 0, 1, &job, &err), &err);
    ck_assert_uint_eq(job.gpus, 1);
    ck_assert_int_eq(job.submit, 921194998340);
    ck_assert_int_eq(job.end, 1563703728086);
    ck_assert_double_eq_tol(job.energy_j, 381693.35070705, 1e-7);

    // what was invented later has no value
    ck_assert_uint_eq(job.storage, 0);
    ASSERT_OK(gpusim_trace_summary(trace, &summary, &err), &err);
    ck_assert_uint_eq(summary.submitted, 34);
    ck_assert_uint_eq(summary.cohort_jobs, 0);
    ck_assert(isnan(summary.jain_users));

    uint32_t metric = gpusim_trace_find_metric(trace, GPUSIM_OF_GPU, "power_usage");
    ck_assert_uint_ne(metric, GPUSIM_NONE);
    ASSERT_OK(gpusim_trace_values(trace, metric, 0, 1, 0, 24, watts, &err), &err);
    ck_assert_float_eq_tol(watts[23], 589.978f, 1e-3f);
    gpusim_trace_close(trace);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("trace/golden");
    TCase *cases = tcase_create("golden");
    tcase_add_loop_test(cases, what_they_hold, 0, (int)GOLDENS);
    tcase_add_test(cases, what_the_oldest_says);
    suite_add_tcase(suite, cases);
    return test_run(suite);
}
