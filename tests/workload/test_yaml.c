/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A workload as a user writes it: bound by the tables, with their defaults, then built. */
#include <gpusim/spec.h>

#include "scenario/bind.h"
#include "scenario/scenario.h"
#include "support.h"

static const char head[] = "gpusim: 1\n"
                           "name: test\n"
                           "duration: 1 d\n"
                           "cluster:\n"
                           "  nodes:\n"
                           "    - {name: n, count: 1, gpu: generic, gpus: 8}\n"
                           "scheduler: {order: fifo, placement: first-fit}\n"
                           "workload:\n";

typedef struct bound {
    gpusim_spec *spec;
    gs_arena arena;
    gs_scenario scenario;
} bound;

static void bind(bound *s, const char *workload)
{
    *s = (bound){0};
    gpusim_error err = {0};
    char text[4096];
    int length = snprintf(text, sizeof text, "%s%s", head, workload);
    ASSERT_OK(gpusim_spec_parse(text, (size_t)length, "test.yaml", NULL, &s->spec, &err), &err);
    ASSERT_OK(gs_spec_bind(s->spec, &s->arena, &s->scenario, &err), &err);
}

static void unbind(bound *s)
{
    gpusim_spec_destroy(s->spec);
    gs_arena_release(&s->arena);
}

static const void *item(const bound *s, uint32_t i, uint32_t which)
{
    ck_assert_uint_lt(i, s->scenario.workload.count);
    const gpusim_one_of *one = &((const gpusim_one_of *)s->scenario.workload.items)[i];
    ck_assert_uint_eq(one->which, which);
    return one->value;
}

START_TEST(traces)
{
    bound s;
    bind(&s, "  - trace: {format: swf, path: a.swf}\n"
             "  - trace:\n"
             "      format: csv\n"
             "      path: b/c.csv.gz\n"
             "      name: log\n"
             "      select: {from: 1 d, until: 2 d, vc: [x, y], first: 7}\n"
             "      load: 80 %\n"
             "      origin: first\n"
             "      on_error: skip\n"
             "      dependencies: on\n"
             "      processors_per_gpu: 4\n"
             "      cpus: 3\n"
             "      walltime: none\n"
             "      memory: requested\n"
             "      vc_from: user\n"
             "      vc: all\n"
             "      group: fast\n"
             "  - trace: {format: philly, path: d, speed: 2.5}\n");
    const gs_trace *t = item(&s, 0, GS_WORKLOAD_TRACE);
    gs_trace plain = a_trace(GS_TRACE_SWF, NULL);
    ck_assert_str_eq(t->path, "a.swf");
    ck_assert_ptr_null(t->name);
    ck_assert_ptr_null(t->group);
    ck_assert_ptr_null(t->vc);
    ck_assert_double_eq(t->speed, 1);
    ck_assert(isnan(t->load));
    ck_assert_uint_eq(t->select.present, 0);
    ck_assert_int_eq(t->format, plain.format);
    ck_assert_int_eq(t->on_error, plain.on_error);
    ck_assert_int_eq(t->origin, plain.origin);
    ck_assert_int_eq(t->walltime, plain.walltime);
    ck_assert_int_eq(t->memory, plain.memory);
    ck_assert_int_eq(t->vc_from, plain.vc_from);
    ck_assert_uint_eq(t->processors_per_gpu, 1);
    ck_assert_double_eq(t->cpus, 0);
    ck_assert_uint_eq(t->dependencies, 0);

    t = item(&s, 1, GS_WORKLOAD_TRACE);
    ck_assert_int_eq(t->format, GS_TRACE_CSV);
    ck_assert_str_eq(t->path, "b/c.csv.gz");
    ck_assert_str_eq(t->name, "log");
    ck_assert_str_eq(t->vc, "all");
    ck_assert_str_eq(t->group, "fast");
    ck_assert_double_eq(t->load, 0.8);
    ck_assert_uint_eq(t->select.present, 1);
    ck_assert_int_eq(t->select.from, GPUSIM_DAY);
    ck_assert_int_eq(t->select.until, 2 * GPUSIM_DAY);
    ck_assert_uint_eq(t->select.first, 7);
    ck_assert_uint_eq(t->select.vc.count, 2);
    ck_assert_str_eq(((const char *const *)t->select.vc.items)[1], "y");
    ck_assert_int_eq(t->origin, GS_ORIGIN_FIRST);
    ck_assert_int_eq(t->on_error, GS_ON_ERROR_SKIP);
    ck_assert_int_eq(t->walltime, GS_REQUEST_NONE);
    ck_assert_int_eq(t->memory, GS_REQUEST_REQUESTED);
    ck_assert_int_eq(t->vc_from, GS_VC_FROM_USER);
    ck_assert_uint_eq(t->processors_per_gpu, 4);
    ck_assert_double_eq(t->cpus, 3);
    ck_assert_uint_eq(t->dependencies, 1);

    t = item(&s, 2, GS_WORKLOAD_TRACE);
    ck_assert_int_eq(t->format, GS_TRACE_PHILLY);
    ck_assert_double_eq(t->speed, 2.5);
    unbind(&s);
}
END_TEST

// lists and chance, through to jobs
START_TEST(jobs)
{
    bound s;
    bind(&s, "  - jobs:\n"
             "      - {id: a, duration: 1 h}\n"
             "      - {id: 12, at: 5 min, duration: 90 s, gpus: 0, name: n, user: u, vc: v,\n"
             "         walltime: 2 min, cpus: 6, memory: 2 GiB, gpu_memory: 1 GiB, priority: -3,\n"
             "         group: g, after: a, think: 10 s, state: failed}\n"
             "  - synthetic:\n"
             "      arrivals: {process: periodic, every: 10 min}\n"
             "      duration: 5 min\n"
             "  - synthetic:\n"
             "      name: mine\n"
             "      arrivals: {process: bursts, rate: 1/h, size: {choice: {4: 1}}, spacing: 1 s}\n"
             "      count: 9\n"
             "      from: 1 h\n"
             "      until: 1 d\n"
             "      gpus: {choice: {8: 1}}\n"
             "      duration: {uniform: {min: 1 min, max: 2 min}}\n"
             "      cpus: 4\n"
             "      memory: 1 GiB\n"
             "      gpu_memory: 3 GiB\n"
             "      priority: -1\n"
             "      walltime: {factor: 2, round_up: 10 min}\n"
             "      users: 3\n"
             "      user_skew: 0\n"
             "      vc: {research: 1}\n"
             "      group: g\n"
             "      failed: 60 %\n"
             "      cancelled: 0.4\n");
    built b = {0};
    ASSERT_OK(gs_names_create(&b.names, &b.err), &b.err);
    b.context = (gs_workload_context){.names = b.names, .arena = &b.arena, .gpus = 8};
    ASSERT_OK(gs_workload_build(&s.scenario.workload, &b.context, &b.workload, &b.err), &b.err);
    unbind(&s); // a workload does not need the scenario any more

    ck_assert_uint_eq(b.workload.jobs.count, 2);
    const gs_job *one = job_at(&b, 0);
    ck_assert_int_eq(one->submit, 0);
    ck_assert_int_eq(one->duration, GPUSIM_HOUR);
    ck_assert_int_eq(one->walltime, GPUSIM_TIME_MAX);
    ck_assert_uint_eq(one->gpus, 1);
    ck_assert_int_eq(one->final_state, GPUSIM_JOB_COMPLETED);
    const gs_job *two = job_at(&b, 1);
    ck_assert_int_eq(two->id, 12);
    ck_assert_int_eq(two->submit, 5 * GPUSIM_MINUTE);
    ck_assert_int_eq(two->duration, 90 * GPUSIM_SECOND);
    ck_assert_uint_eq(two->gpus, 0);
    ck_assert_str_eq(name_of(&b, two->name), "n");
    ck_assert_str_eq(name_of(&b, two->user), "u");
    ck_assert_str_eq(name_of(&b, two->vc), "v");
    ck_assert_str_eq(name_of(&b, two->group), "g");
    ck_assert_int_eq(two->walltime, 2 * GPUSIM_MINUTE);
    ck_assert_uint_eq(two->cpus, 6000);
    ck_assert_uint_eq(two->memory, UINT64_C(2) << 30);
    ck_assert_uint_eq(two->gpu_memory, UINT64_C(1) << 30);
    ck_assert_int_eq(two->priority, -3);
    ck_assert_int_eq(two->final_state, GPUSIM_JOB_FAILED);
    ck_assert_uint_eq(extra_of(&b, 1)->after, 0);
    ck_assert_int_eq(extra_of(&b, 1)->think, 10 * GPUSIM_SECOND);

    gs_job job;
    int more = 0;
    ck_assert_uint_eq(b.workload.synthetic_count, 2);
    const gs_synthetic *simple = b.workload.synthetic[0];
    ck_assert_str_eq(name_of(&b, gs_synthetic_name(simple)), "synthetic");
    ASSERT_OK(gs_synthetic_job(simple, 1, 3, 0, &job, &more, &b.err), &b.err);
    ck_assert_int_eq(job.submit, 30 * GPUSIM_MINUTE);
    ck_assert_int_eq(job.duration, 5 * GPUSIM_MINUTE);
    ck_assert_uint_eq(job.gpus, 1);
    ck_assert_int_eq(job.walltime, GPUSIM_TIME_MAX);
    ck_assert_uint_eq(job.cpus + job.memory + job.gpu_memory + job.user + job.vc + job.group, 0);
    ck_assert_int_eq(job.priority, 0);

    const gs_synthetic *mine = b.workload.synthetic[1];
    ck_assert_str_eq(name_of(&b, gs_synthetic_name(mine)), "mine");
    gpusim_time previous = 0;
    for (uint64_t i = 0; i < 9; i++) {
        ASSERT_OK(gs_synthetic_job(mine, 1, i, previous, &job, &more, &b.err), &b.err);
        ck_assert_int_eq(more, 1);
        ck_assert_int_gt(job.submit, i ? previous : GPUSIM_HOUR);
        ck_assert(i % 4 == 0 || job.submit == previous + GPUSIM_SECOND);
        previous = job.submit;
        ck_assert_uint_eq(job.gpus, 8);
        ck_assert_uint_eq(job.cpus, 4000);
        ck_assert_uint_eq(job.memory, UINT64_C(1) << 30);
        ck_assert_uint_eq(job.gpu_memory, UINT64_C(3) << 30);
        ck_assert_int_eq(job.priority, -1);
        ck_assert_int_eq(job.walltime, 10 * GPUSIM_MINUTE);
        ck_assert_int_eq(strncmp(name_of(&b, job.user), "user-", 5), 0);
        ck_assert_str_eq(name_of(&b, job.vc), "research");
        ck_assert_str_eq(name_of(&b, job.group), "g");
        ck_assert_int_ne(job.final_state, GPUSIM_JOB_COMPLETED);
    }
    ASSERT_OK(gs_synthetic_job(mine, 1, 9, previous, &job, &more, &b.err), &b.err);
    ck_assert_int_eq(more, 0);
    release(&b);
}
END_TEST

// the other processes
START_TEST(processes)
{
    bound s;
    bind(&s, "  - synthetic:\n"
             "      arrivals: {process: poisson, rate: 40/h}\n"
             "      duration: {lognormal: {median: 35 min, sigma: 1.9}}\n"
             "  - synthetic:\n"
             "      arrivals: {process: renewal, interarrival: {gamma: {mean: 90 s, shape: 0.5}}}\n"
             "      duration: 1 s\n"
             "  - synthetic:\n"
             "      arrivals: {process: diurnal, rate: 1/s, profile: [1, 2, 1], weekend: 0.2,\n"
             "                 first_day: sunday}\n"
             "      duration: 1 s\n");
    built b = {0};
    ASSERT_OK(gs_names_create(&b.names, &b.err), &b.err);
    b.context = (gs_workload_context){.names = b.names, .arena = &b.arena, .gpus = 8};
    ASSERT_OK(gs_workload_build(&s.scenario.workload, &b.context, &b.workload, &b.err), &b.err);
    ck_assert_double_eq_tol(gs_synthetic_load(b.workload.synthetic[0]),
                            2100 * exp(1.9 * 1.9 / 2) * 40 / 3600, 1e-9);
    ck_assert_double_eq_tol(gs_synthetic_load(b.workload.synthetic[1]), 1 / 90.0, 1e-12);
    ck_assert_double_eq_tol(gs_synthetic_load(b.workload.synthetic[2]), 5.4 / 7, 1e-12);
    const gs_diurnal_fields *d =
        ((const gs_synthetic_fields *)item(&s, 2, GS_WORKLOAD_SYNTHETIC))->arrivals.value;
    ck_assert_int_eq(d->first_day, 6);
    release(&b);
    unbind(&s);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("yaml");
    TEST_CASE(suite, 60, traces, jobs, processes);
    return test_run(suite);
}
