/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From logs and lists to one workload: columns, order, selection, scaling, dependencies. */
#include "support.h"

#define S GPUSIM_SECOND

// builds a trace from a text; `change` is applied before
static gpusim_status build_text(built *b, gs_trace trace, const char *text)
{
    trace.path = make_file("log.txt", text);
    gpusim_status status = build_trace(b, &trace, 8);
    unlink("log.txt");
    return status;
}

/* Who says `min_gpus` or `max_gpus` is elastic; what these leave out are its GPUs. */
START_TEST(csv_elastic)
{
    built b;
    ASSERT_OK(build_text(&b, a_trace(GS_TRACE_CSV, NULL),
                         "id,submit_s,duration_s,gpus,min_gpus,max_gpus,serial,resize_s\n"
                         "1,0,60,4,2,16,0.25,7.5\n"
                         "2,1,60,4,,8,,\n"
                         "3,2,60,4,2,3,,\n"
                         "4,3,60,4,,,,\n"
                         "5,4,60,0,1,8,,\n"),
              &b.err);
    static const uint32_t ranges[][2] = {{2, 16}, {4, 8}, {2, 4}, {0, 0}, {0, 0}};
    for (uint32_t i = 0; i < 5; i++) {
        ck_assert_uint_eq(job_at(&b, i)->least_gpus, ranges[i][0]);
        ck_assert_uint_eq(job_at(&b, i)->most_gpus, ranges[i][1]);
    }
    ck_assert_double_eq(job_at(&b, 0)->serial, 0.25);
    ck_assert_int_eq(job_at(&b, 0)->resize, 7500 * GPUSIM_MILLISECOND);
    ck_assert_double_eq(job_at(&b, 1)->serial, 0);
    ck_assert_int_eq(job_at(&b, 1)->resize, GPUSIM_TIME_MAX);
    release(&b);
}
END_TEST

// every column, in another order, with quotes and empty cells
START_TEST(csv_columns)
{
    built b;
    gs_trace trace = a_trace(GS_TRACE_CSV, NULL);
    trace.cpus = 3;
    trace.group = "old";
    ASSERT_OK(
        build_text(&b, trace,
                   "\xef\xbb\xbfgpus, duration_s ,submit_s,id,name,user,vc,walltime_s,cpus,memory,"
                   "gpu_memory,priority,group,start_s,nodes,after,think_s,state\r\n"
                   "8,60.5,10,7,\"a \"\"b\"\", c\", ann ,v1,100,12.5,2 GiB,1073741824,-5,fast,11,"
                   "3 4,,,failed\r\n"
                   "\r\n"
                   "1.0,0,20,x y,lost,,,,,,,,,,,7,2.5,\r\n"),
        &b.err);
    ck_assert_uint_eq(b.workload.jobs.count, 2);
    const gs_job *job = job_at(&b, 0);
    ck_assert_int_eq(job->id, 7);
    ck_assert_uint_eq(job->gpus, 8);
    ck_assert_int_eq(job->duration, 60500 * GPUSIM_MILLISECOND);
    ck_assert_int_eq(job->submit, 10 * S);
    ck_assert_str_eq(name_of(&b, job->name), "a \"b\", c");
    ck_assert_str_eq(name_of(&b, job->user), "ann");
    ck_assert_str_eq(name_of(&b, job->vc), "v1");
    ck_assert_str_eq(name_of(&b, job->group), "fast");
    ck_assert_int_eq(job->walltime, 100 * S);
    ck_assert_uint_eq(job->cpus, 12500);
    ck_assert_uint_eq(job->memory, UINT64_C(2) << 30);
    ck_assert_uint_eq(job->gpu_memory, UINT64_C(1) << 30);
    ck_assert_int_eq(job->priority, -5);
    ck_assert_int_eq(job->final_state, GPUSIM_JOB_FAILED);
    ck_assert_int_eq(extra_of(&b, 0)->start, 11 * S);
    ck_assert_uint_eq(extra_of(&b, 0)->nodes, 2);
    ck_assert_uint_eq(GS_AT(b.workload.recorded_nodes, uint32_t, 1), 4);

    // an id that is a text is the name, and its number is its place
    job = job_at(&b, 1);
    ck_assert_int_eq(job->id, 1);
    ck_assert_str_eq(name_of(&b, job->name), "x y");
    ck_assert_uint_eq(job->cpus, 3000);
    ck_assert_str_eq(name_of(&b, job->group), "old");
    ck_assert_int_eq(job->walltime, GPUSIM_TIME_MAX);
    ck_assert_int_eq(job->final_state, GPUSIM_JOB_COMPLETED);
    ck_assert_uint_eq(extra_of(&b, 1)->after, 0);
    ck_assert_int_eq(extra_of(&b, 1)->think, 2500 * GPUSIM_MILLISECOND);
    release(&b);
}
END_TEST

START_TEST(csv_services)
{
    built b;
    ASSERT_OK(build_text(&b, a_trace(GS_TRACE_CSV, NULL),
                         "id,submit_s,duration_s,gpus,qos,kind,preemptible,deadline_s\n"
                         "1,10,60,1,high,infer,1,90.5\n"
                         "2,20,60,1,,,,\n"),
              &b.err);
    ck_assert_str_eq(name_of(&b, job_at(&b, 0)->qos), "high");
    ck_assert_str_eq(name_of(&b, job_at(&b, 0)->kind), "infer");
    ck_assert_uint_eq(job_at(&b, 0)->preemptible, 1);
    ck_assert_int_eq(job_at(&b, 0)->due, 90500 * GPUSIM_MILLISECOND);
    ck_assert_uint_eq(job_at(&b, 1)->qos, 0);
    ck_assert_uint_eq(job_at(&b, 1)->preemptible, 0);
    ck_assert_int_eq(job_at(&b, 1)->due, GPUSIM_TIME_MAX);
    release(&b);

    ck_assert_int_eq(build_text(&b, a_trace(GS_TRACE_CSV, NULL),
                                "id,submit_s,duration_s,gpus,preemptible\n1,10,60,1,2\n"),
                     GPUSIM_WORKLOAD);
    ck_assert_uint_eq(b.err.line, 2);
    release(&b);
}
END_TEST

// ids are compared whole: 7, 07 and 7.0 are three jobs
START_TEST(ids_are_whole)
{
    built b;
    gs_trace trace = a_trace(GS_TRACE_CSV, NULL);
    ASSERT_OK(build_text(&b, trace,
                         "id,submit_s,duration_s,gpus,after\n7,0,1,1,\n07,0,1,1,7\n7.0,0,1,1,07\n"
                         "77,0,1,1,7.0\n-7,0,1,1,77\n"),
              &b.err);
    ck_assert_uint_eq(b.workload.jobs.count, 5);
    for (uint32_t i = 1; i < 5; i++) {
        ck_assert_uint_eq(extra_of(&b, i)->after, i - 1);
    }
    ck_assert_int_eq(job_at(&b, 4)->id, -7);
    release(&b);
}
END_TEST

// Statuses; field 5 else 8; run below zero, and zero; pieces of jobs that were swapped out; spaces,
// tabs, comments anywhere, columns behind the 18th that are no node list.
START_TEST(swf_dialects)
{
    built b;
    gs_trace trace = a_trace(GS_TRACE_SWF, NULL);
    trace.processors_per_gpu = 4;
    trace.memory = GS_REQUEST_REQUESTED;
    trace.vc_from = GS_VC_FROM_PARTITION;
    ASSERT_OK(build_text(&b, trace,
                         ";MaxProcs: 9\n"
                         " 0 0000 5 10 9 -1 -1 4 -1 2048 0 u1 1 -1 1 part -1 -1\n"
                         "1\t1.5\t-1\t0 0 -1 -1 8 100 -1 5 2 1 -1 1 -1 -1 -1 1 2 a:b:2500x112\n"
                         "  ; a comment\n"
                         "2 2 3 -1 -1 -1 -1 -1 0 -1 -1 2 1 -1 1 -1 -1 -1 {1,x}\n"
                         "3.0 3 0 30 4.0 -1 -1 4 100 -1 1 2 1 -1 1 -1 -1 -1 {5,6,5}\n"
                         "3 3 0 10 4 -1 -1 4 100 -1 2 2 1 -1 1 -1 -1 -1\n"
                         "3 3 0 20 4 -1 -1 4 100 -1 3 2 1 -1 1 -1 -1 -1\n"
                         "4 4 0 20 4 -1 -1 4 100 -1 4 2 1 -1 1 -1 -1 -1"),
              &b.err);
    ck_assert_uint_eq(b.workload.jobs.count, 5);
    ck_assert_uint_eq(b.workload.bad_lines, 0);
    const gs_job *job = job_at(&b, 0);
    ck_assert_uint_eq(job->gpus, 3); // 9 processors at 4 a GPU
    ck_assert_int_eq(job->final_state, GPUSIM_JOB_FAILED);
    ck_assert_uint_eq(job->memory, 2048 * 1024 * 4);
    ck_assert_int_eq(job->walltime, GPUSIM_TIME_MAX);
    ck_assert_str_eq(name_of(&b, job->user), "u1");
    ck_assert_str_eq(name_of(&b, job->vc), "part");
    ck_assert_int_eq(extra_of(&b, 0)->start, 5 * S);
    job = job_at(&b, 1);
    ck_assert_uint_eq(job->gpus, 2);
    ck_assert_int_eq(job->submit, 1500 * GPUSIM_MILLISECOND);
    ck_assert_int_eq(job->final_state, GPUSIM_JOB_CANCELLED);
    ck_assert_int_eq(job->walltime, 100 * S);
    ck_assert_uint_eq(job->extra, GPUSIM_NONE);
    job = job_at(&b, 2);
    ck_assert_int_eq(job->final_state, GPUSIM_JOB_CANCELLED);
    ck_assert_uint_eq(job->gpus, 0);
    ck_assert_int_eq(job->walltime, GPUSIM_TIME_MAX); // 0 was requested
    ck_assert_uint_eq(job->extra, GPUSIM_NONE);
    ck_assert_int_eq(job_at(&b, 3)->duration, 30 * S);
    ck_assert_uint_eq(extra_of(&b, 3)->nodes, 3);
    ck_assert_uint_eq(b.workload.recorded_nodes.count, 3);
    ck_assert_int_eq(job_at(&b, 4)->final_state, GPUSIM_JOB_FAILED);
    release(&b);
}
END_TEST

#define SWF(id, submit, after, think)                                                              \
    id " " submit " 0 10 4 -1 -1 4 100 -1 1 2 1 -1 1 -1 " after " " think "\n"

START_TEST(swf_dependencies)
{
    static const char log[] =
        SWF("12", "50", "1", "7") SWF("1", "0", "-1", "-1") SWF("3", "60", "12", "-1")
            SWF("4", "70", "4", "1") SWF("5", "80", "99", "1") SWF("6", "10", "3", "1");
    built b;
    gs_trace trace = a_trace(GS_TRACE_SWF, NULL);
    ASSERT_OK(build_text(&b, trace, log), &b.err);
    ck_assert_uint_eq(extra_of(&b, 2)->after, GPUSIM_NONE); // off by default
    release(&b);

    // in order of submission: 1, 6, 12, 3, 4, 5; missing, later and own numbers are ignored
    static const uint32_t after[] = {GPUSIM_NONE, GPUSIM_NONE, 0, 2, GPUSIM_NONE, GPUSIM_NONE};
    trace.dependencies = 1;
    ASSERT_OK(build_text(&b, trace, log), &b.err);
    for (uint32_t i = 0; i < 6; i++) {
        ck_assert_uint_eq(extra_of(&b, i)->after, after[i]);
    }
    ck_assert_int_eq(extra_of(&b, 2)->think, 7 * S);
    ck_assert_int_eq(extra_of(&b, 3)->think, 0);
    release(&b);

    // what waited for a job that is left out waits for nothing
    trace.select.present = 1;
    trace.select.from = 40 * S;
    ASSERT_OK(build_text(&b, trace, log), &b.err);
    ck_assert_uint_eq(b.workload.jobs.count, 4);
    ck_assert_uint_eq(extra_of(&b, 0)->after, GPUSIM_NONE);
    ck_assert_uint_eq(extra_of(&b, 1)->after, 0);
    ck_assert_int_eq(job_at(&b, 0)->submit, 10 * S);
    ck_assert_int_eq(extra_of(&b, 0)->start, 10 * S);
    release(&b);
}
END_TEST

START_TEST(stable_order)
{
    // 1000 jobs at 7 times: within a time, in order of lines
    char *text = malloc(100000);
    size_t used = (size_t)sprintf(text, "id,submit_s,duration_s,gpus\n");
    for (int i = 0; i < 1000; i++) {
        used += (size_t)sprintf(text + used, "%d,%d,1,1\n", i, (i * 37) % 7);
    }
    built b;
    ASSERT_OK(build_text(&b, a_trace(GS_TRACE_CSV, NULL), text), &b.err);
    for (uint32_t i = 1; i < 1000; i++) {
        const gs_job *one = job_at(&b, i - 1);
        const gs_job *two = job_at(&b, i);
        ck_assert(one->submit < two->submit || (one->submit == two->submit && one->id < two->id));
    }
    release(&b);
    free(text);
}
END_TEST

static const char simple[] = "id,submit_s,duration_s,gpus,vc,start_s\n"
                             "0,100,10,1,a,101\n"
                             "1,200,20,2,b,230\n"
                             "2,300,30,3,a,\n"
                             "3,400,40,4,c,400\n"
                             "4,500,50,5,a,600\n";

static void check_ids(const built *b, const char *expected)
{
    char ids[64] = "";
    for (uint32_t i = 0; i < b->workload.jobs.count; i++) {
        snprintf(ids + strlen(ids), 8, "%d ", (int)job_at(b, i)->id);
    }
    ck_assert_str_eq(ids, expected);
}

START_TEST(selection)
{
    built b;
    gs_trace trace = a_trace(GS_TRACE_CSV, NULL);
    trace.select.present = 1;
    trace.select.from = 200 * S;
    trace.select.until = 500 * S;
    ASSERT_OK(build_text(&b, trace, simple), &b.err);
    check_ids(&b, "1 2 3 ");
    ck_assert_int_eq(job_at(&b, 0)->submit, 0);
    ck_assert_int_eq(extra_of(&b, 0)->start, 30 * S);
    ck_assert_int_eq(job_at(&b, 2)->submit, 200 * S);
    release(&b);

    const char *vcs[] = {"a", "c"};
    trace = a_trace(GS_TRACE_CSV, NULL);
    trace.select.present = 1;
    trace.select.vc = (gpusim_list){.items = vcs, .count = 2};
    ASSERT_OK(build_text(&b, trace, simple), &b.err);
    check_ids(&b, "0 2 3 4 ");
    release(&b);

    trace.select.first = 2;
    ASSERT_OK(build_text(&b, trace, simple), &b.err);
    check_ids(&b, "0 2 ");
    ck_assert_int_eq(job_at(&b, 0)->submit, 100 * S);
    release(&b);

    trace.select.first = 0;
    ASSERT_OK(build_text(&b, trace, simple), &b.err);
    check_ids(&b, "");
    release(&b);
}
END_TEST

START_TEST(origins)
{
    built b;
    gs_trace trace = a_trace(GS_TRACE_CSV, NULL);
    ASSERT_OK(build_text(&b, trace, simple), &b.err);
    ck_assert_int_eq(job_at(&b, 0)->submit, 100 * S);
    release(&b);
    trace.origin = GS_ORIGIN_FIRST;
    ASSERT_OK(build_text(&b, trace, simple), &b.err);
    ck_assert_int_eq(job_at(&b, 0)->submit, 0);
    ck_assert_int_eq(extra_of(&b, 0)->start, S);
    release(&b);

    // dates: leap years, ends of years, in both spellings
    static const char dates[] = "num_gpus,duration,timestamp,cluster,more\n"
                                "1,5,2017-01-01 00:00:00,x,\n"
                                "1,5,2016-12-31T23:59:59,y,\n"
                                "1,5,2016-02-28 12:00:00,x,\n"
                                "1,5,2016-03-01 12:00:00,x,\n";
    trace = a_trace(GS_TRACE_PHILLY, NULL);
    ASSERT_OK(build_text(&b, trace, dates), &b.err);
    check_ids(&b, "2 3 1 0 ");
    ck_assert_int_eq(job_at(&b, 1)->submit, 2 * GPUSIM_DAY);
    ck_assert_int_eq(job_at(&b, 3)->submit - job_at(&b, 2)->submit, S);
    ck_assert_int_eq(job_at(&b, 3)->submit, (308 * 24 - 12) * GPUSIM_HOUR);
    release(&b);

    // 2100 has no leap day
    ASSERT_OK(build_text(&b, trace,
                         "timestamp,duration,num_gpus\n2100-03-01 00:00:00,1,1\n"
                         "2100-02-28 00:00:00,1,1\n"),
              &b.err);
    ck_assert_int_eq(job_at(&b, 1)->submit, GPUSIM_DAY);
    release(&b);

    // from Python: datetime(2017, 10, 9, 7, 1, 55, tzinfo=utc).timestamp()
    trace.origin = GS_ORIGIN_LOG;
    ASSERT_OK(build_text(&b, trace, "timestamp,duration,num_gpus\n2017-10-09 07:01:55,1,1\n"),
              &b.err);
    ck_assert_int_eq(job_at(&b, 0)->submit, INT64_C(1507532515) * S);
    release(&b);
}
END_TEST

START_TEST(scaling)
{
    built b;
    gs_trace trace = a_trace(GS_TRACE_CSV, NULL);
    trace.speed = 2;
    ASSERT_OK(build_text(&b, trace, simple), &b.err);
    ck_assert_int_eq(job_at(&b, 0)->submit, 50 * S);
    ck_assert_int_eq(job_at(&b, 4)->submit, 250 * S);
    ck_assert_int_eq(job_at(&b, 4)->duration, 50 * S);
    ck_assert_int_eq(extra_of(&b, 1)->start, 130 * S); // it waited 30 s and does so still
    release(&b);

    // 10 + 40 + 90 + 160 + 250 GPU-seconds on 8 GPUs: at load 0.5 the span is 137.5 s
    trace = a_trace(GS_TRACE_CSV, NULL);
    trace.load = 0.5;
    ASSERT_OK(build_text(&b, trace, simple), &b.err);
    ck_assert_int_eq(job_at(&b, 4)->submit - job_at(&b, 0)->submit, 137500 * GPUSIM_MILLISECOND);
    release(&b);

    trace.speed = 3;
    ck_assert_int_eq(build_text(&b, trace, simple), GPUSIM_SCENARIO);
    ck_assert_str_eq(b.err.message, "a trace has a speed or a load, not both");
    ck_assert_str_eq(b.err.key, "workload[0].trace.load");
    release(&b);
    trace.speed = 1;
    ck_assert_int_eq(build_text(&b, trace, "id,submit_s,duration_s,gpus\n1,0,1,1\n"),
                     GPUSIM_SCENARIO);
    ck_assert_ptr_nonnull(strstr(b.err.message, "at two times at least"));
    release(&b);
    trace = a_trace(GS_TRACE_CSV, NULL);
    trace.speed = 1e-9;
    ck_assert_int_eq(build_text(&b, trace, simple), GPUSIM_SCENARIO);
    ck_assert_ptr_nonnull(strstr(b.err.message, "after 292 years"));
    ck_assert_str_eq(b.err.key, "workload[0].trace.speed");
    release(&b);
}
END_TEST

START_TEST(listed)
{
    gs_listed_job jobs[] = {a_job("late", 100 * S), a_job("9", 5 * S), a_job(NULL, GPUSIM_TIME_MAX),
                            a_job("last", GPUSIM_TIME_MAX), a_job("more", 105 * S)};
    jobs[0].gpus = 4;
    jobs[0].user = "ann";
    jobs[0].vc = "v";
    jobs[0].group = "g";
    jobs[1].name = "nine";
    jobs[1].walltime = 7 * S;
    jobs[1].priority = 3;
    jobs[3].after = "late";
    jobs[3].think = 2 * S;
    jobs[4].after = "nine";
    gpusim_list list = {.items = jobs, .count = 5};
    gpusim_one_of item = {.value = &list, .which = GS_WORKLOAD_JOBS};
    built b;
    ASSERT_OK(build_all(&b, &item, 1, 8), &b.err);
    check_ids(&b, "2 9 0 3 4 ");
    ck_assert_str_eq(name_of(&b, job_at(&b, 1)->name), "nine");
    ck_assert_int_eq(job_at(&b, 1)->walltime, 7 * S);
    ck_assert_int_eq(job_at(&b, 1)->priority, 3);
    ck_assert_str_eq(name_of(&b, job_at(&b, 2)->name), "late");
    ck_assert_str_eq(name_of(&b, job_at(&b, 2)->user), "ann");
    ck_assert_str_eq(name_of(&b, job_at(&b, 2)->vc), "v");
    ck_assert_str_eq(name_of(&b, job_at(&b, 2)->group), "g");
    ck_assert_str_eq(name_of(&b, job_at(&b, 2)->source), "jobs");
    ck_assert_uint_eq(job_at(&b, 2)->gpus, 4);
    ck_assert_int_eq(job_at(&b, 3)->submit, 100 * S); // with the job it waits for
    ck_assert_uint_eq(extra_of(&b, 3)->after, 2);
    ck_assert_int_eq(extra_of(&b, 3)->think, 2 * S);
    ck_assert_uint_eq(extra_of(&b, 4)->after, 1);
    ck_assert_uint_eq(strlen(b.workload.input_hash), 0);
    release(&b);

    // what is wrong, and the key at which
    jobs[4].after = "none";
    ck_assert_int_eq(build_all(&b, &item, 1, 8), GPUSIM_SCENARIO);
    ck_assert_str_eq(b.err.message, "no job listed before this one is called 'none'");
    ck_assert_str_eq(b.err.key, "workload[0].jobs[4].after");
    release(&b);
    jobs[4].after = "more";
    ck_assert_int_eq(build_all(&b, &item, 1, 8), GPUSIM_SCENARIO);
    release(&b);
    jobs[4].after = "late";
    jobs[4].at = 99 * S;
    ck_assert_int_eq(build_all(&b, &item, 1, 8), GPUSIM_SCENARIO);
    ck_assert_str_eq(b.err.message, "the job is submitted before 'late', for which it waits");
    ck_assert_str_eq(b.err.key, "workload[0].jobs[4].at");
    release(&b);
    jobs[4].after = NULL;
    jobs[4].id = "9";
    ck_assert_int_eq(build_all(&b, &item, 1, 8), GPUSIM_SCENARIO);
    ck_assert_str_eq(b.err.message, "jobs 1 and 4 have the same id, '9'");
    ck_assert_str_eq(b.err.key, "workload[0].jobs[4].id");
    release(&b);
}
END_TEST

// Sources are merged by time, the first goes first on ties; dependencies stay within theirs.
START_TEST(several_sources)
{
    make_file("one.csv", "id,submit_s,duration_s,gpus,after,nodes\n1,0,1,1,,\n2,10,1,1,1,8 9\n");
    gs_trace trace = a_trace(GS_TRACE_CSV, "one.csv");
    gs_listed_job jobs[] = {a_job("1", 0), a_job("2", 5 * S), a_job("3", 10 * S)};
    jobs[1].after = "1";
    jobs[2].after = "2";
    gpusim_list list = {.items = jobs, .count = 3};
    gpusim_one_of items[] = {{.value = &list, .which = GS_WORKLOAD_JOBS},
                             {.value = &trace, .which = GS_WORKLOAD_TRACE},
                             {.value = &trace, .which = GS_WORKLOAD_TRACE}};
    built b;
    ASSERT_OK(build_all(&b, items, 3, 8), &b.err);
    check_ids(&b, "1 1 1 2 3 2 2 ");
    static const char *const sources[] = {"jobs", "one", "one-2", "jobs", "jobs", "one", "one-2"};
    static const uint32_t after[] = {0, 0, 0, 0, 3, 1, 2};
    for (uint32_t i = 0; i < 7; i++) {
        ck_assert_str_eq(name_of(&b, job_at(&b, i)->source), sources[i]);
        if (i >= 3) {
            ck_assert_uint_eq(extra_of(&b, i)->after, after[i]);
        }
    }
    ck_assert_uint_eq(extra_of(&b, 6)->first_node, 2);
    ck_assert_uint_eq(GS_AT(b.workload.recorded_nodes, uint32_t, 3), 9);
    release(&b);
    unlink("one.csv");
}
END_TEST

// relative paths count from the scenario's folder
START_TEST(folders)
{
    make_file("here.csv", "id,submit_s,duration_s,gpus\n1,0,1,1\n");
    gs_trace trace = a_trace(GS_TRACE_CSV, "here.csv");
    gpusim_one_of item = {.value = &trace, .which = GS_WORKLOAD_TRACE};
    gpusim_list list = {.items = &item, .count = 1};
    built b = {0};
    ASSERT_OK(gs_names_create(&b.names, &b.err), &b.err);
    b.context = (gs_workload_context){.folder = ".", .names = b.names, .arena = &b.arena};
    ASSERT_OK(gs_workload_build(&list, &b.context, &b.workload, &b.err), &b.err);
    gs_workload_release(&b.workload);
    b.context.folder = "nowhere";
    ck_assert_int_eq(gs_workload_build(&list, &b.context, &b.workload, &b.err), GPUSIM_IO);
    ck_assert_ptr_nonnull(strstr(b.err.message, "'nowhere/here.csv'"));
    release(&b);
    unlink("here.csv");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("build");
    TEST_CASE(suite, 60, csv_columns, csv_elastic, csv_services, ids_are_whole, swf_dialects,
              swf_dependencies, stable_order, selection, origins, scaling, listed, several_sources,
              folders);
    return test_run(suite);
}
