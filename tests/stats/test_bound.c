/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The lower bound on mean JCT, by hand and on three published traces. */
#include <math.h>
#include <string.h>

#include "harness.h"
#include "stats/bound.h"

#define JOBS_MAX 20000

static double bound_of(const gpusim_time *submit, const gpusim_time *duration, const uint64_t *gpus,
                       size_t count, uint64_t total)
{
    gpusim_error err = {0};
    double bound = 0;
    ASSERT_OK(gs_lower_bound_jct(submit, duration, gpus, count, total, &bound, &err), &err);
    return bound;
}

START_TEST(worked_by_hand)
{
    // one GPU: 10 s from 0, 2 s from 1 (overtakes, ends at 3), 9 s from 5 (7 s are left: waits till
    // 12, ends at 21): JCT 12, 2 and 16
    const gpusim_time s = GPUSIM_SECOND;
    const gpusim_time submit[] = {5 * s, 0, 1 * s};
    const gpusim_time duration[] = {9 * s, 10 * s, 2 * s};
    const uint64_t one[] = {1, 1, 1};
    ck_assert_double_eq_tol(bound_of(submit, duration, one, 3, 1), 10, 1e-12);

    // many GPUs: nothing waits, the mean duration is the larger bound
    ck_assert_double_eq_tol(bound_of(submit, duration, one, 3, 8), 7, 1e-12);

    // sizes count: on 2 GPUs, gangs of 2 for 3 s and 4 s at once end at 3 s and 7 s
    const gpusim_time at_once[] = {0, 0};
    const gpusim_time runs[] = {3 * s, 4 * s};
    const uint64_t gang[] = {2, 2};
    ck_assert_double_eq_tol(bound_of(at_once, runs, gang, 2, 2), 5, 1e-12);

    // far beyond 64 bits when multiplied out
    const gpusim_time late[] = {INT64_C(4000000000) * s};
    const gpusim_time years[] = {INT64_C(4000000000) * s};
    const uint64_t all[] = {100000};
    ck_assert_double_eq_tol(bound_of(late, years, all, 1, 100000), 4e9, 1e-3);

    ck_assert(isnan(bound_of(submit, duration, one, 0, 1)));
    gpusim_error err = {0};
    double bound;
    ck_assert_int_eq(gs_lower_bound_jct(submit, duration, one, 3, 0, &bound, &err),
                     GPUSIM_ARGUMENT);
}
END_TEST

// reads id,submit_s,duration_s,gpus[,vc]; 0 when the file is absent
static size_t read_trace(const char *file, gpusim_time *submit, gpusim_time *duration,
                         uint64_t *gpus)
{
    const char *path = test_shared(file);
    if (!path) {
        return 0;
    }
    FILE *stream = fopen(path, "r");
    ck_assert_ptr_nonnull(stream);
    char line[256];
    size_t count = 0;
    ck_assert_ptr_nonnull(fgets(line, sizeof line, stream));
    while (fgets(line, sizeof line, stream)) {
        long long s, d;
        unsigned long long g;
        ck_assert_int_eq(sscanf(line, "%*d,%lld,%lld,%llu", &s, &d, &g), 3);
        submit[count] = s * GPUSIM_SECOND;
        duration[count] = d * GPUSIM_SECOND;
        gpus[count] = g;
        count++;
        ck_assert_uint_lt(count, JOBS_MAX);
    }
    fclose(stream);
    return count;
}

START_TEST(published_traces)
{
    // the first two as published, to 0.1 s; the third is the mean duration, which the schedules of
    // another simulator confirm: its 1,001 jobs run for 80,310,499 s
    static const struct {
        const char *file;
        uint32_t gpus;
        double bound, tolerance;
    } traces[] = {{"data/schedules/60_job.csv", 16, 178.4, 0.05},
                  {"data/schedules/trace3.csv", 64, 108083.6, 0.05},
                  {"data/schedules/phillyvc4.csv", 128, 80310499.0 / 1001, 1e-6}};
    static gpusim_time submit[JOBS_MAX], duration[JOBS_MAX];
    static uint64_t gpus[JOBS_MAX];
    for (size_t i = 0; i < 3; i++) {
        size_t count = read_trace(traces[i].file, submit, duration, gpus);
        if (count) {
            double bound = bound_of(submit, duration, gpus, count, traces[i].gpus);
            ck_assert_double_eq_tol(bound, traces[i].bound, traces[i].tolerance);
        }
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("bound");
    TEST_CASE(suite, 60, worked_by_hand, published_traces);
    return test_run(suite);
}
