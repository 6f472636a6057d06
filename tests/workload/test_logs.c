/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The real logs: how many jobs each has, and values copied from their lines by hand. */
#include "support.h"

#define S GPUSIM_SECOND

// builds from a file of the reference data; 0 when it is not there
static int build_shared(built *b, int32_t format, const char *file)
{
    const char *path = test_shared(file);
    if (!path) {
        return 0;
    }
    gs_trace trace = a_trace(format, path);
    ASSERT_OK(build_trace(b, &trace, 100), &b->err);
    ck_assert_uint_eq(strlen(b->workload.input_hash), 32);
    return 1;
}

static void check_sorted(const built *b)
{
    for (uint32_t i = 1; i < b->workload.jobs.count; i++) {
        ck_assert_int_le(job_at(b, i - 1)->submit, job_at(b, i)->submit);
    }
}

// `    2     1460     -1   3726  128     -1    -1   -1     -1    -1 -1   1   1  -1 -1 -1 -1 -1`
START_TEST(nasa)
{
    built b;
    if (!build_shared(&b, GS_TRACE_SWF, "data/swf/NASA-iPSC-1993-3.1-cln.swf.gz")) {
        return;
    }
    ck_assert_uint_eq(b.workload.jobs.count, 18239);
    check_sorted(&b);
    const gs_job *job = job_at(&b, 1);
    ck_assert_int_eq(job->id, 2);
    ck_assert_int_eq(job->submit, 1460 * S);
    ck_assert_int_eq(job->duration, 3726 * S);
    ck_assert_uint_eq(job->gpus, 128);
    ck_assert_int_eq(job->walltime, GPUSIM_TIME_MAX);
    ck_assert_str_eq(name_of(&b, job->user), "1");
    ck_assert_str_eq(name_of(&b, job->vc), "");
    ck_assert_str_eq(name_of(&b, job->source), "NASA-iPSC-1993-3.1-cln");
    ck_assert_int_eq(job->final_state, GPUSIM_JOB_COMPLETED);
    ck_assert_uint_eq(job->extra, GPUSIM_NONE); // no wait times, so no recorded starts
    // job 5 is followed by job 57
    ck_assert_int_eq(job_at(&b, 5)->id, 57);
    uint32_t instant = 0;
    for (uint32_t i = 0; i < b.workload.jobs.count; i++) {
        instant += job_at(&b, i)->duration == 0;
    }
    ck_assert_uint_eq(instant, 173);
    release(&b);
}
END_TEST

// `   12   342343      5    553   40 552.21    -1   40  43200    -1  1   4   1  -1 -1  1 -1 -1`
// `   16   347726      5     -1    8 240379    -1    8 345600    -1 -1   5   1  -1 -1  1 -1 -1`
START_TEST(hpc2n)
{
    built b;
    if (!build_shared(&b, GS_TRACE_SWF, "data/swf/HPC2N-2002-head.swf.gz")) {
        return;
    }
    ck_assert_uint_eq(b.workload.jobs.count, 3170); // the last line is empty
    check_sorted(&b);
    const gs_job *job = job_with(&b, 12);
    ck_assert_int_eq(job->submit, 342343 * S);
    ck_assert_int_eq(job->duration, 553 * S);
    ck_assert_int_eq(job->walltime, 43200 * S);
    ck_assert_uint_eq(job->gpus, 40);
    ck_assert_int_eq(GS_AT(b.workload.extras, gs_job_extra, job->extra).start, 342348 * S);
    const gs_job *never = job_with(&b, 16);
    ck_assert_int_eq(never->final_state, GPUSIM_JOB_CANCELLED);
    ck_assert_int_eq(never->duration, -1);
    uint32_t cancelled = 0;
    for (uint32_t i = 0; i < b.workload.jobs.count; i++) {
        cancelled += job_at(&b, i)->final_state == GPUSIM_JOB_CANCELLED;
    }
    ck_assert_uint_eq(cancelled, 25);
    release(&b);
}
END_TEST

// `1 1356996695 71 1164297 12 1 1024 12 1209600 91268055040 1 101 1 1 -1 1 1 1 {1129,...} q_2w ...`
START_TEST(metacentrum)
{
    built b;
    if (!build_shared(&b, GS_TRACE_SWF, "data/swf/metacentrum-2013.swf.gz")) {
        return;
    }
    ck_assert_uint_eq(b.workload.jobs.count, 17900);
    check_sorted(&b);
    // Unix times are counted from the first submit, at 1356996147
    const gs_job *job = job_with(&b, 1);
    ck_assert_int_eq(job->submit, (1356996695 - 1356996147) * S);
    ck_assert_int_eq(job->duration, 1164297 * S);
    ck_assert_uint_eq(job->gpus, 12);
    ck_assert_int_eq(job->walltime, 1209600 * S);
    ck_assert_str_eq(name_of(&b, job->user), "101");
    const gs_job_extra *extra = &GS_AT(b.workload.extras, gs_job_extra, job->extra);
    ck_assert_int_eq(extra->start, job->submit + 71 * S);
    ck_assert_uint_eq(extra->after, GPUSIM_NONE);
    ck_assert_uint_eq(extra->nodes, 12);
    ck_assert_uint_eq(GS_AT(b.workload.recorded_nodes, uint32_t, extra->first_node + 11), 1129);
    release(&b);
}
END_TEST

// The file names job 1 as predecessor of every job: those after it wait, job 0 and job 1 do not.
START_TEST(metacentrum_dependencies)
{
    const char *path = test_shared("data/swf/metacentrum-2013.swf.gz");
    if (!path) {
        return;
    }
    built b;
    gs_trace trace = a_trace(GS_TRACE_SWF, path);
    trace.dependencies = 1;
    ASSERT_OK(build_trace(&b, &trace, 100), &b.err);
    ck_assert_int_eq(job_at(&b, 1)->id, 1);
    ck_assert_uint_eq(extra_of(&b, 0)->after, GPUSIM_NONE);
    ck_assert_uint_eq(extra_of(&b, 1)->after, GPUSIM_NONE);
    ck_assert_uint_eq(extra_of(&b, 17899)->after, 1);
    ck_assert_int_eq(extra_of(&b, 17899)->think, S);
    release(&b);
}
END_TEST

START_TEST(kth)
{
    built b;
    if (!build_shared(&b, GS_TRACE_SWF, "data/swf/KTH-SP2-1996-tiny.swf")) {
        return;
    }
    ck_assert_uint_eq(b.workload.jobs.count, 9);
    ck_assert_int_eq(job_at(&b, 0)->submit, 0); // written 0000
    ck_assert_int_eq(job_at(&b, 1)->submit, 1000 * S);
    ck_assert_int_eq(job_at(&b, 8)->id, 9);
    ck_assert_int_eq(job_at(&b, 7)->id, 8);
    ck_assert_int_eq(job_at(&b, 7)->submit, 8000 * S);
    ck_assert_uint_eq(job_at(&b, 8)->gpus, 10);
    release(&b);
}
END_TEST

// `2050 2739.599152 0.0 6.609 2 -1 -1 2 67.0 -1 1 ...`, in a file with \r\n and not in order
START_TEST(evalys)
{
    built b;
    if (!build_shared(&b, GS_TRACE_SWF, "data/swf/evalys_easy_mediumWL_smallPF.swf")) {
        return;
    }
    ck_assert_uint_eq(b.workload.jobs.count, 800);
    check_sorted(&b);
    const gs_job *job = job_with(&b, 2050);
    ck_assert_int_eq(job->submit, INT64_C(2739599152000));
    ck_assert_int_eq(job->duration, INT64_C(6609000000));
    ck_assert_int_eq(job->walltime, 67 * S);
    ck_assert_int_eq(job_at(&b, 0)->id, 0);
    release(&b);
}
END_TEST

// `2017-09-29 07:58:32,860662.0,1,860662.0,6c71a0`
START_TEST(philly)
{
    built b;
    if (!build_shared(&b, GS_TRACE_PHILLY, "data/philly/philly.csv.gz")) {
        return;
    }
    ck_assert_uint_eq(b.workload.jobs.count, 82247);
    check_sorted(&b);
    ck_assert_int_eq(job_at(&b, 0)->submit, 0);
    // the first two lines: 2017-10-09 07:01:55 and 2017-10-09 06:13:03
    const gs_job *first = job_with(&b, 0);
    const gs_job *second = job_with(&b, 1);
    ck_assert_int_eq(first->submit - second->submit, (48 * 60 + 52) * S);
    ck_assert_int_eq(first->duration, 66 * S);
    ck_assert_int_eq(second->duration, 2951 * S);
    ck_assert_str_eq(name_of(&b, first->vc), "11cb48");
    // the third: ten days less before
    const gs_job *third = job_with(&b, 2);
    ck_assert_int_eq(first->submit - third->submit,
                     10 * GPUSIM_DAY - (7 * 3600 + 58 * 60 + 32 - 7 * 3600 - 60 - 55) * S);
    uint64_t sizes[129] = {0};
    for (uint32_t i = 0; i < b.workload.jobs.count; i++) {
        sizes[job_at(&b, i)->gpus]++;
    }
    ck_assert_uint_eq(sizes[1], 76627);
    ck_assert_uint_eq(sizes[8], 1643);
    ck_assert_uint_eq(sizes[128], 3);
    release(&b);
}
END_TEST

START_TEST(schedules)
{
    static const struct {
        const char *file;
        uint32_t jobs;
        int64_t submit, duration; // of the second line
        uint32_t gpus;
    } files[] = {{"data/schedules/60_job.csv", 60, 30, 147, 8},
                 {"data/schedules/trace3.csv", 992, 1456, 926133, 4},
                 {"data/schedules/phillyvc4.csv", 1001, 21503, 24, 8}};
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        built b;
        if (!build_shared(&b, GS_TRACE_CSV, files[i].file)) {
            return;
        }
        ck_assert_uint_eq(b.workload.jobs.count, files[i].jobs);
        check_sorted(&b);
        const gs_job *job = job_with(&b, 1);
        ck_assert_int_eq(job->submit, files[i].submit * S);
        ck_assert_int_eq(job->duration, files[i].duration * S);
        ck_assert_uint_eq(job->gpus, files[i].gpus);
        release(&b);
    }
}
END_TEST

int main(void)
{
    if (!test_shared("data/swf/KTH-SP2-1996-tiny.swf")) {
        return TEST_SKIPPED;
    }
    Suite *suite = suite_create("logs");
    TEST_CASE(suite, 60, nasa, hpc2n, metacentrum, metacentrum_dependencies, kth, evalys, philly,
              schedules);
    return test_run(suite);
}
