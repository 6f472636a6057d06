/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every message about a bad log, in full: file, line, column, what is wrong, the line, a caret. */
#include "support.h"

#define JOB "1 0 0 10 4 -1 -1 4 100 -1 1 1 1 -1 1 -1 -1 -1\n"

typedef struct expectation {
    int32_t format;
    const char *log, *message;
} expectation;

static const expectation expectations[] = {
    // SWF
    {GS_TRACE_SWF, "; comment\n" JOB "2 0 0 10 4\n",
     "bad.log:3: error: the line has 5 fields where SWF has 18\n"
     "    2 0 0 10 4"},
    {GS_TRACE_SWF, "one 0 0 10 4 -1 -1 4 100 -1 1 1 1 -1 1 -1 -1 -1\n",
     "bad.log:1:1: error: field 1 (job number) is 'one', not a number\n"
     "    one 0 0 10 4 -1 -1 4 100 -1 1 1 1 -1 1 -1 -1 -1\n"
     "    ^"},
    {GS_TRACE_SWF, "1.5 0 0 10 4 -1 -1 4 100 -1 1 1 1 -1 1 -1 -1 -1\n",
     "bad.log:1:1: error: field 1 (job number) is '1.5', not a whole number\n"
     "    1.5 0 0 10 4 -1 -1 4 100 -1 1 1 1 -1 1 -1 -1 -1\n"
     "    ^"},
    {GS_TRACE_SWF, "1 -1 0 10 4 -1 -1 4 100 -1 1 1 1 -1 1 -1 -1 -1\n",
     "bad.log:1:3: error: field 2 (submit time) is '-1', but every job needs one\n"
     "    1 -1 0 10 4 -1 -1 4 100 -1 1 1 1 -1 1 -1 -1 -1\n"
     "      ^"},
    {GS_TRACE_SWF, "\t1\t0 0 ten 4 -1 -1 4 100 -1 1 1 1 -1 1 -1 -1 -1\n",
     "bad.log:1:8: error: field 4 (run time) is 'ten', not a number\n"
     "    \t1\t0 0 ten 4 -1 -1 4 100 -1 1 1 1 -1 1 -1 -1 -1\n"
     "    \t \t    ^"},
    {GS_TRACE_SWF, "1 0 0 1e10 4 -1 -1 4 100 -1 1 1 1 -1 1 -1 -1 -1\n",
     "bad.log:1:7: error: field 4 (run time) is '1e10', longer than 292 years\n"
     "    1 0 0 1e10 4 -1 -1 4 100 -1 1 1 1 -1 1 -1 -1 -1\n"
     "          ^"},
    {GS_TRACE_SWF, "1 0 0 10 -1 -1 -1 -1 100 -1 1 1 1 -1 1 -1 -1 -1\n",
     "bad.log:1:10: error: neither field 5 (allocated processors) nor field 8 (requested "
     "processors) says how many it had\n"
     "    1 0 0 10 -1 -1 -1 -1 100 -1 1 1 1 -1 1 -1 -1 -1\n"
     "             ^"},
    {GS_TRACE_SWF, "1 0 0 10 4294967295 -1 -1 4 100 -1 1 1 1 -1 1 -1 -1 -1\n",
     "bad.log:1:10: error: field 5 (allocated processors) is '4294967295', too many\n"
     "    1 0 0 10 4294967295 -1 -1 4 100 -1 1 1 1 -1 1 -1 -1 -1\n"
     "             ^"},
    {GS_TRACE_SWF, JOB "\n" JOB,
     "bad.log:3: error: job '1' stands on line 1 already\n"
     "    1 0 0 10 4 -1 -1 4 100 -1 1 1 1 -1 1 -1 -1 -1"},
    {GS_TRACE_SWF, "1 0 0 \x1b[31m 4 -1 -1 4 100 -1 1 1 1 -1 1 -1 -1 -1\n",
     "bad.log:1:7: error: field 4 (run time) is '?[31m', not a number\n"
     "    1 0 0 ?[31m 4 -1 -1 4 100 -1 1 1 1 -1 1 -1 -1 -1\n"
     "          ^"},

    // Philly
    {GS_TRACE_PHILLY, "", "bad.log: error: the file has no header line"},
    {GS_TRACE_PHILLY, "timestamp,duration,gpus\n",
     "bad.log:1: error: the header has no column 'num_gpus'\n"
     "    timestamp,duration,gpus"},
    {GS_TRACE_PHILLY, "timestamp,duration,num_gpus\n2017-02-29 00:00:00,1,1\n",
     "bad.log:2:1: error: timestamp is '2017-02-29 00:00:00', not a date like 2017-10-09 07:01:55\n"
     "    2017-02-29 00:00:00,1,1\n"
     "    ^"},
    {GS_TRACE_PHILLY, "timestamp,duration,num_gpus\n2017-02-28 00:00:00,1\n",
     "bad.log:2: error: the line has no num_gpus\n"
     "    2017-02-28 00:00:00,1"},
    {GS_TRACE_PHILLY, "timestamp,duration,num_gpus\n2017-02-28 00:00:00,-4,1\n",
     "bad.log:2:21: error: duration is '-4', less than zero\n"
     "    2017-02-28 00:00:00,-4,1\n"
     "                        ^"},

    // CSV
    {GS_TRACE_CSV, "id,submit,duration_s,gpus\n",
     "bad.log:1:4: error: no column is called 'submit'\n"
     "    id,submit,duration_s,gpus\n"
     "       ^\n"
     "    hint: did you mean 'submit_s'?"},
    {GS_TRACE_CSV, "id,submit_s,duration_s,gpus,id\n",
     "bad.log:1:29: error: column 'id' stands here twice\n"
     "    id,submit_s,duration_s,gpus,id\n"
     "                                ^"},
    {GS_TRACE_CSV, "id,submit_s,gpus\n",
     "bad.log:1: error: the header has no column 'duration_s'\n"
     "    id,submit_s,gpus"},
    {GS_TRACE_CSV, "id,submit_s,duration_s,gpus\n1,2,3\n",
     "bad.log:2: error: the line has 3 columns, the header 4\n"
     "    1,2,3"},
    {GS_TRACE_CSV, "id,submit_s,duration_s,gpus\n1,,3,4\n",
     "bad.log:2: error: the line has no submit_s\n"
     "    1,,3,4"},
    {GS_TRACE_CSV, "id,submit_s,duration_s,gpus\n1,two,3,4\n",
     "bad.log:2:3: error: submit_s is 'two', not a number of seconds\n"
     "    1,two,3,4\n"
     "      ^"},
    {GS_TRACE_CSV, "id,submit_s,duration_s,gpus\n1,2,3,0.5\n",
     "bad.log:2:7: error: gpus is '0.5', not a count\n"
     "    1,2,3,0.5\n"
     "          ^"},
    {GS_TRACE_CSV, "id,submit_s,duration_s,gpus\n1,2,3,99999999999\n",
     "bad.log:2:7: error: gpus is '99999999999', too many\n"
     "    1,2,3,99999999999\n"
     "          ^"},
    {GS_TRACE_CSV, "id,submit_s,duration_s,gpus\n\"1,2,3,4\n",
     "bad.log:2:1: error: the quote is never closed\n"
     "    \"1,2,3,4\n"
     "    ^"},
    {GS_TRACE_CSV, "id,submit_s,duration_s,gpus\n\"1\"x,2,3,4\n",
     "bad.log:2:4: error: there is text behind a closing quote\n"
     "    \"1\"x,2,3,4\n"
     "       ^"},
    {GS_TRACE_CSV, "id,submit_s,duration_s,gpus,memory\n1,2,3,4,80 apples\n",
     "bad.log:2:9: error: memory is '80 apples', not a size like 80 GiB\n"
     "    1,2,3,4,80 apples\n"
     "            ^"},
    {GS_TRACE_CSV, "id,submit_s,duration_s,gpus,selector\n1,0,1,1,zone\n",
     "bad.log:2:9: error: selector is 'zone', not like zone=a,node=A|B\n"
     "    1,0,1,1,zone\n"
     "            ^"},
    {GS_TRACE_CSV, "id,submit_s,duration_s,gpus,selector\n1,0,1,1,\"zone=a|,node=n\"\n",
     "bad.log:2:10: error: selector is 'zone=a|,node=n', not like zone=a,node=A|B\n"
     "    1,0,1,1,\"zone=a|,node=n\"\n"
     "             ^"},
    {GS_TRACE_CSV, "id,submit_s,duration_s,gpus,min_gpus\n1,2,3,4,0\n",
     "bad.log:2:9: error: min_gpus is '0', less than 1\n"
     "    1,2,3,4,0\n"
     "            ^"},
    {GS_TRACE_CSV, "id,submit_s,duration_s,gpus,min_gpus\n1,2,3,4,1000001\n",
     "bad.log:2:9: error: min_gpus is '1000001', more than 1,000,000\n"
     "    1,2,3,4,1000001\n"
     "            ^"},
    {GS_TRACE_CSV, "id,submit_s,duration_s,gpus,max_gpus,serial\n1,2,3,4,8,1.5\n",
     "bad.log:2:11: error: serial is '1.5', not within 0 and 1\n"
     "    1,2,3,4,8,1.5\n"
     "              ^"},
    {GS_TRACE_CSV, "id,submit_s,duration_s,gpus,max_gpus,gpu_milli\n1,2,3,1,8,500\n",
     "bad.log:2:9: error: max_gpus is '8', but jobs of parts of GPUs are not elastic\n"
     "    1,2,3,1,8,500\n"
     "            ^"},
    {GS_TRACE_CSV, "id,submit_s,duration_s,gpus,priority\n1,2,3,4,high\n",
     "bad.log:2:9: error: priority is 'high', not a whole number\n"
     "    1,2,3,4,high\n"
     "            ^"},
    {GS_TRACE_CSV, "id,submit_s,duration_s,gpus,start_s\n1,2,3,4,1.5\n",
     "bad.log:2:9: error: start_s is '1.5', before its submission\n"
     "    1,2,3,4,1.5\n"
     "            ^"},
    {GS_TRACE_CSV, "id,submit_s,duration_s,gpus,nodes\n1,2,3,4,7 x\n",
     "bad.log:2:9: error: nodes is '7 x', not numbers with spaces between them\n"
     "    1,2,3,4,7 x\n"
     "            ^"},
    {GS_TRACE_CSV, "id,submit_s,duration_s,gpus,state\n1,2,3,4,ok\n",
     "bad.log:2:9: error: state is 'ok', not completed, failed or cancelled\n"
     "    1,2,3,4,ok\n"
     "            ^"},
    {GS_TRACE_CSV, "id,submit_s,duration_s,gpus,gpu_milli\n1,2,3,4,1001\n",
     "bad.log:2:9: error: gpu_milli is '1001', not within 1 and 1000\n"
     "    1,2,3,4,1001\n"
     "            ^"},
    {GS_TRACE_CSV, "id,submit_s,duration_s,gpus,gpu_milli\n1,2,3,4,0\n",
     "bad.log:2:9: error: gpu_milli is '0', not within 1 and 1000\n"
     "    1,2,3,4,0\n"
     "            ^"},
    {GS_TRACE_CSV, "id,submit_s,duration_s,gpus,gpu_milli,mig\n1,2,3,4,500,1g.5gb\n",
     "bad.log:2:13: error: mig is '1g.5gb', but gpu_milli asks for a part of a GPU too\n"
     "    1,2,3,4,500,1g.5gb\n"
     "                ^"},
    {GS_TRACE_CSV, "id,submit_s,duration_s,gpus\na b,2,3,4\na b,2,3,4\n",
     "bad.log:3: error: job 'a b' stands on line 2 already\n"
     "    a b,2,3,4"},
    {GS_TRACE_CSV, "id,submit_s,duration_s,gpus,after\n1,2,3,4,7\n",
     "bad.log:2: error: the job waits for '7', which is not in this log"},
    {GS_TRACE_CSV, "id,submit_s,duration_s,gpus,after\n1,2,3,4,1\n",
     "bad.log:2: error: the job waits for '1', which is itself"},
    {GS_TRACE_CSV, "id,submit_s,duration_s,gpus,after\na,2,3,4,b\nb,2,3,4,a\n",
     "bad.log:2: error: the job waits for 'b', which is submitted later"},
};

static void check(const expectation *e, int32_t on_error, gpusim_status expected)
{
    built b;
    gs_trace trace = a_trace(e->format, make_file("bad.log", e->log));
    trace.on_error = on_error;
    gpusim_status status = build_trace(&b, &trace, 8);
    char text[1024];
    gpusim_error_format(&b.err, text, sizeof text);
    ck_assert_msg(status == expected, "%s: %s", e->message, text);
    if (expected != GPUSIM_OK) {
        ck_assert_str_eq(text, e->message);
    }
    release(&b);
    unlink("bad.log");
}

START_TEST(in_full)
{
    for (size_t i = 0; i < sizeof expectations / sizeof expectations[0]; i++) {
        check(&expectations[i], GS_ON_ERROR_STOP, GPUSIM_WORKLOAD);
    }
}
END_TEST

// with `skip` only a bad header is an error
START_TEST(skipped)
{
    for (size_t i = 0; i < sizeof expectations / sizeof expectations[0]; i++) {
        int header = strstr(expectations[i].message, "header line") ||
                     (expectations[i].format != GS_TRACE_SWF &&
                      strstr(expectations[i].message, "bad.log:1"));
        check(&expectations[i], GS_ON_ERROR_SKIP, header ? GPUSIM_WORKLOAD : GPUSIM_OK);
    }
}
END_TEST

START_TEST(skipped_are_counted)
{
    built b;
    gs_trace trace = a_trace(GS_TRACE_SWF, make_file("bad.log", JOB "what\n" JOB "is this\n"));
    trace.on_error = GS_ON_ERROR_SKIP;
    ASSERT_OK(build_trace(&b, &trace, 8), &b.err);
    ck_assert_uint_eq(b.workload.bad_lines, 3); // the same id twice is one of them
    ck_assert_uint_eq(b.workload.jobs.count, 1);
    release(&b);
    unlink("bad.log");
}
END_TEST

START_TEST(no_such_file)
{
    built b;
    gs_trace trace = a_trace(GS_TRACE_SWF, "not-here.swf");
    ck_assert_int_eq(build_trace(&b, &trace, 8), GPUSIM_IO);
    char text[1024];
    gpusim_error_format(&b.err, text, sizeof text);
    ck_assert_str_eq(text, "error: cannot open 'not-here.swf': No such file or directory\n"
                           "    in: workload[0].trace.path");
    release(&b);

    trace.path = ".";
    ck_assert_int_eq(build_trace(&b, &trace, 8), GPUSIM_IO);
    ck_assert_str_eq(b.err.message, "cannot read '.': Is a directory");
    release(&b);
}
END_TEST

START_TEST(two_of_one_name)
{
    make_file("same.swf", JOB);
    gs_trace one = a_trace(GS_TRACE_SWF, "same.swf");
    gs_trace two = one;
    gpusim_one_of items[] = {{.value = &one}, {.value = &two}};
    built b;
    ASSERT_OK(build_all(&b, items, 2, 8), &b.err);
    ck_assert_str_eq(name_of(&b, job_at(&b, 0)->source), "same");
    ck_assert_str_eq(name_of(&b, job_at(&b, 1)->source), "same-2");
    release(&b);

    one.name = two.name = "log";
    ck_assert_int_eq(build_all(&b, items, 2, 8), GPUSIM_SCENARIO);
    ck_assert_str_eq(b.err.message, "two sources of jobs are called 'log'");
    ck_assert_str_eq(b.err.key, "workload[1].trace.name");
    release(&b);
    unlink("same.swf");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("messages");
    TEST_CASE(suite, 60, in_full, skipped, skipped_are_counted, no_such_file, two_of_one_name);
    return test_run(suite);
}
