/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Profiles of jobs: what is written, with its defaults; draws that depend on seed, source and
 * number alone; and what is refused. */
#include <gpusim/spec.h>

#include "scenario/bind.h"
#include "scenario/scenario.h"
#include "support.h"

static const char head[] = "gpusim: 1\n"
                           "name: test\n"
                           "duration: 1 d\n"
                           "cluster: {nodes: [{name: n, gpus: 8}]}\n"
                           "workload:\n";

// binds and builds what is written under `workload:`
static gpusim_status make(built *b, const char *workload)
{
    *b = (built){0};
    gs_arena arena = {0};
    gs_scenario scenario;
    gpusim_spec *spec = NULL;
    char text[4096];
    int length = snprintf(text, sizeof text, "%s%s", head, workload);
    ck_assert_int_lt(length, (int)sizeof text);
    ASSERT_OK(gs_names_create(&b->names, &b->err), &b->err);
    b->context = (gs_workload_context){.names = b->names, .arena = &b->arena, .gpus = 8};
    gpusim_status status =
        gpusim_spec_parse(text, (size_t)length, "test.yaml", NULL, &spec, &b->err);
    if (status == GPUSIM_OK) {
        status = gs_spec_bind(spec, &arena, &scenario, &b->err);
    }
    if (status == GPUSIM_OK) {
        status = gs_workload_build(&scenario.workload, &b->context, &b->workload, &b->err);
    }
    gpusim_spec_destroy(spec);
    gs_arena_release(&arena);
    return status;
}

#define SOURCE                                                                                     \
    "  - synthetic:\n      arrivals: {process: periodic, every: 10 s}\n      duration: 1 h\n"
#define PROFILE SOURCE "      profile: "

static gs_job_profile drawn_from(const built *b, uint32_t profile, uint64_t seed, int64_t id)
{
    gs_job_profile drawn;
    ck_assert_uint_lt(profile, b->workload.profile_count);
    gs_profile_draw(b->workload.profiles[profile], seed, "synthetic", id, &drawn);
    return drawn;
}

// the table's defaults and those of a job without a profile are the same ones
START_TEST(defaults_agree)
{
    built b;
    ASSERT_OK(make(&b, PROFILE "{}\n"), &b.err);
    gs_job_profile none;
    gs_profile_draw(NULL, 1, "any", 5, &none);
    gs_job_profile empty = drawn_from(&b, 0, 1, 5);
    ck_assert_mem_eq(&none, &empty, sizeof none);
    ck_assert_double_eq(none.intensity, 0.8);
    ck_assert_double_eq(none.step, 1);
    ck_assert_uint_eq(none.memory_used, UINT64_MAX);
    ck_assert_int_eq(none.checkpoint_every, GPUSIM_TIME_MAX);
    release(&b);

    // those of the parts, once such a part is there
    ASSERT_OK(make(&b, PROFILE "{communication: {volume: 4 GiB}, checkpoint: {every: 1 h}}\n"),
              &b.err);
    gs_job_profile parts = drawn_from(&b, 0, 1, 5);
    ck_assert_double_eq(parts.volume, 0x1p32);
    ck_assert_double_eq(parts.step, none.step);
    ck_assert_double_eq(parts.overlap, none.overlap);
    ck_assert_int_eq(parts.checkpoint_every, GPUSIM_HOUR);
    ck_assert_double_eq(parts.checkpoint_bytes, none.checkpoint_bytes);
    ck_assert_int_eq(parts.checkpoint_cost, none.checkpoint_cost);
    release(&b);
}
END_TEST

// `checkpoint:` of a source or a job is the part of the profile; all else is as it would be without
START_TEST(checkpoints_in_short)
{
    static const char *const forms[][2] = {
        {SOURCE "      checkpoint: {every: 30 min, cost: 20 s}\n",
         PROFILE "{checkpoint: {every: 30 min, cost: 20 s}}\n"},
        {SOURCE "      checkpoint: {every: 30 min}\n      profile: {intensity: 0.5, retries: 3}\n",
         PROFILE "{intensity: 0.5, retries: 3, checkpoint: {every: 30 min}}\n"},
        {"  - jobs: [{duration: 1 h}, {duration: 1 h, checkpoint: {every: young, cost: 9 s}}]\n",
         "  - jobs: [{duration: 1 h}, {duration: 1 h, profile: {checkpoint: {every: young, cost: 9 "
         "s}}}]\n"},
    };
    for (uint32_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        gs_job_profile of[2];
        for (uint32_t k = 0; k < 2; k++) {
            built b;
            ASSERT_OK(make(&b, forms[i][k]), &b.err);
            of[k] = drawn_from(&b, 0, 1, 5);
            if (b.workload.jobs.count) {
                ck_assert_uint_eq(GS_AT(b.workload.jobs, gs_job, 0).profile, GPUSIM_NONE);
                ck_assert_uint_eq(GS_AT(b.workload.jobs, gs_job, 1).profile, 0);
            }
            release(&b);
        }
        ck_assert_int_ne(of[0].checkpoint_every, GPUSIM_TIME_MAX);
        ck_assert_mem_eq(&of[0], &of[1], sizeof of[0]);
    }
}
END_TEST

START_TEST(all_that_is_written)
{
    built b;
    ASSERT_OK(make(&b, PROFILE
                   "{intensity: 0.9, memory_bound: 30 %, host_bound: 0.1, memory_activity: 0.4,\n"
                   "       tensor_activity: 0.3, cpu_activity: 0.2, host_io: 2 GB/s,\n"
                   "       memory_used: 60 GiB, memory_growth: 1 MiB/s,\n"
                   "       communication: {step: 250 ms, volume: 1 GB, overlap: 0.5},\n"
                   "       checkpoint: {every: 30 min, size: 2.3 TB, cost: 20 s, mttf: 3 h},\n"
                   "       restart: 5 min, retries: 4, preempted: lose}\n"),
              &b.err);
    gs_job_profile expected = {.intensity = 0.9,
                               .memory_bound = 0.3,
                               .host_bound = 0.1,
                               .memory_activity = 0.4,
                               .tensor_activity = 0.3,
                               .cpu_activity = 0.2,
                               .step = 0.25,
                               .volume = 1e9,
                               .overlap = 0.5,
                               .host_io = 2e9,
                               .memory_growth = 1048576,
                               .checkpoint_bytes = 2.3e12,
                               .memory_used = UINT64_C(60) << 30,
                               .checkpoint_every = 30 * GPUSIM_MINUTE,
                               .checkpoint_cost = 20 * GPUSIM_SECOND,
                               .mttf = 3 * GPUSIM_HOUR,
                               .retries = 4,
                               .preempted = GS_PREEMPTED_LOSES};
    gs_job_profile drawn = drawn_from(&b, 0, 1, 0);
    ck_assert_mem_eq(&drawn, &expected, sizeof drawn);
    const gs_profile *profile = b.workload.profiles[0];
    ck_assert_int_eq(gs_profile_restart(profile, 1, "any", 0, 2), 5 * GPUSIM_MINUTE);
    ck_assert_int_eq(gs_profile_restart(NULL, 1, "any", 0, 2), 0);
    release(&b);
}
END_TEST

// one profile for a log and for a source, one for each job of a list that has any
START_TEST(who_has_which)
{
    make_file("profile.csv", "id,submit_s,duration_s,gpus\n1,0,1,1\n2,1,1,1\n");
    built b;
    ASSERT_OK(make(&b,
                   "  - jobs:\n"
                   "      - {id: 1, duration: 1 h}\n"
                   "      - {id: 2, at: 9 s, duration: 1 h, profile: {intensity: 0.2}}\n"
                   "      - {id: 3, at: 5 s, duration: 1 h, profile: {intensity: 0.3}}\n"
                   "  - trace: {format: csv, path: profile.csv, profile: {intensity: 0.4}}\n"
                   "  - trace: {format: csv, path: profile.csv}\n" PROFILE "{intensity: 0.5}\n"),
              &b.err);
    ck_assert_uint_eq(b.workload.profile_count, 4);
    static const struct {
        const char *source;
        int64_t id;
        double intensity;
    } jobs[] = {{"jobs", 1, 0.8},    {"jobs", 2, 0.2},    {"jobs", 3, 0.3},
                {"profile", 1, 0.4}, {"profile", 2, 0.4}, {"profile-2", 1, 0.8}};
    for (size_t i = 0; i < sizeof jobs / sizeof jobs[0]; i++) {
        const gs_job *job = NULL;
        for (uint32_t k = 0; k < b.workload.jobs.count; k++) {
            const gs_job *at = job_at(&b, k);
            job = at->id == jobs[i].id && strcmp(name_of(&b, at->source), jobs[i].source) == 0
                      ? at
                      : job;
        }
        ck_assert_ptr_nonnull(job);
        ck_assert_int_eq(job->profile == GPUSIM_NONE, jobs[i].intensity == 0.8);
        if (job->profile != GPUSIM_NONE) {
            ck_assert_double_eq(drawn_from(&b, job->profile, 1, job->id).intensity,
                                jobs[i].intensity);
        }
    }
    gs_job job;
    int more = 0;
    ASSERT_OK(gs_synthetic_job(b.workload.synthetic[0], 1, 0, 0, &job, &more, &b.err), &b.err);
    ck_assert_double_eq(drawn_from(&b, job.profile, 1, job.id).intensity, 0.5);
    release(&b);
    unlink("profile.csv");
}
END_TEST

#define RANDOM                                                                                     \
    "intensity: {uniform: {min: 0.2, max: 0.7}}, "                                                 \
    "memory_used: {lognormal: {median: 20 GiB, sigma: 0.5}}"

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;
    return (x > y) - (x < y);
}

// sqrt(n) D of values in [0, 1] that should be uniform; 1.95 is p = 0.001
static double ks_uniform(double *values, uint32_t n)
{
    qsort(values, n, sizeof *values, ascending);
    double d = 0;
    for (uint32_t i = 0; i < n; i++) {
        d = fmax(d, fmax((i + 1.0) / n - values[i], values[i] - (double)i / n));
    }
    return sqrt(n) * d;
}

START_TEST(distributions)
{
    enum { N = 20000 };
    static double intensity[N], memory[N];
    built b;
    ASSERT_OK(make(&b, PROFILE "{" RANDOM "}\n"), &b.err);
    double product = 0;
    for (uint32_t i = 0; i < N; i++) {
        gs_job_profile p = drawn_from(&b, 0, 20240229, i);
        intensity[i] = (p.intensity - 0.2) / 0.5;
        memory[i] = 0.5 * erfc(-log((double)p.memory_used / (20 * 0x1p30)) / 0.5 / sqrt(2));
        product += (intensity[i] - 0.5) * (memory[i] - 0.5) * 12;
    }
    // one is not the other in disguise: the correlation has standard deviation 1 / sqrt(n)
    ck_assert_double_lt(fabs(product) / N, 4 / sqrt(N));
    ck_assert_double_lt(ks_uniform(intensity, N), 1.95);
    ck_assert_double_lt(ks_uniform(memory, N), 1.95);
    release(&b);
}
END_TEST

// what else is written, other sources and the order of drawing change nothing
START_TEST(draws_depend_on_nothing_else)
{
    built alone, among;
    ASSERT_OK(make(&alone, PROFILE "{" RANDOM "}\n"), &alone.err);
    ASSERT_OK(make(&among, "  - jobs: [{duration: 1 h, profile: {intensity: 0.1}}]\n" PROFILE
                           "{" RANDOM ", host_bound: {uniform: {min: 0, max: 1}},\n"
                           "       checkpoint: {every: {exponential: {mean: 1 h}}}}\n" PROFILE
                           "{intensity: 0.5}\n"),
              &among.err);
    int different = 0;
    for (int64_t i = 99; i >= 0; i--) {
        gs_job_profile x = drawn_from(&alone, 0, 7, 99 - i);
        gs_job_profile y = drawn_from(&among, 1, 7, 99 - i);
        ck_assert_double_eq(x.intensity, y.intensity);
        ck_assert_uint_eq(x.memory_used, y.memory_used);
        ck_assert_int_ge(y.checkpoint_every, GPUSIM_SECOND);
        different += x.intensity != drawn_from(&alone, 0, 8, 99 - i).intensity;
        different += x.intensity != drawn_from(&alone, 0, 7, 199 - i).intensity;
        gs_profile_draw(alone.workload.profiles[0], 7, "other", 99 - i, &y);
        different += x.intensity != y.intensity;
    }
    ck_assert_int_eq(different, 300);
    release(&alone);
    release(&among);
}
END_TEST

// tails are cut off: ratios at 1, intervals of checkpoints at a second
START_TEST(tails)
{
    built b;
    ASSERT_OK(make(&b, PROFILE "{intensity: {exponential: {mean: 2}},\n"
                               "       checkpoint: {every: {exponential: {mean: 2 s}}}}\n"),
              &b.err);
    int full = 0;
    int shortest = 0;
    for (int64_t i = 0; i < 200; i++) {
        gs_job_profile p = drawn_from(&b, 0, 1, i);
        ck_assert(p.intensity >= 0 && p.intensity <= 1);
        ck_assert_int_ge(p.checkpoint_every, GPUSIM_SECOND);
        full += p.intensity == 1;
        shortest += p.checkpoint_every == GPUSIM_SECOND;
    }
    // P(X > 1) = exp(-1/2) and P(X < 1 s) = 1 - exp(-1/2): 121 and 79 of 200
    ck_assert_int_gt(full, 90);
    ck_assert_int_lt(full, 150);
    ck_assert_int_gt(shortest, 50);
    ck_assert_int_lt(shortest, 110);
    release(&b);
}
END_TEST

// shares in thousandths and MIG profiles, from all three kinds of source
START_TEST(shares)
{
    make_file("share.csv", "id,submit_s,duration_s,gpus,gpu_milli,mig\n"
                           "1,0,1,1,250,\n2,0,1,2,1000,1g.10gb\n3,0,1,0,0,1g.10gb\n4,0,1,1,,\n");
    built b;
    ASSERT_OK(make(&b, "  - trace: {format: csv, path: share.csv}\n"
                       "  - jobs:\n"
                       "      - {id: 11, duration: 1 h, gpu_share: 0.0005}\n"
                       "      - {id: 12, duration: 1 h, gpu_share: 33.3333 %}\n"
                       "      - {id: 13, duration: 1 h, gpus: 2, mig: 3g.20gb}\n"
                       "      - {id: 14, duration: 1 h}\n"
                       "      - {id: 15, duration: 1 h, gpus: 0, gpu_share: 0.5}\n" SOURCE
                       "      gpu_share: {choice: {0.25: 1, 1: 1}}\n"
                       "      walltime: {factor: 2}\n" SOURCE "      mig: 2g.10gb\n"
                       "      walltime: {}\n"),
              &b.err);
    static const struct {
        int64_t id;
        uint32_t milli;
        const char *mig;
    } jobs[] = {{1, 250, ""},  {2, 1000, "1g.10gb"},  {3, 1000, ""},  {4, 1000, ""}, {11, 1, ""},
                {12, 333, ""}, {13, 1000, "3g.20gb"}, {14, 1000, ""}, {15, 1000, ""}};
    for (size_t i = 0; i < sizeof jobs / sizeof jobs[0]; i++) {
        const gs_job *job = job_with(&b, jobs[i].id);
        ck_assert_uint_eq(job->milli, jobs[i].milli);
        ck_assert_str_eq(name_of(&b, job->mig), jobs[i].mig);
    }
    uint32_t whole = 0;
    for (uint64_t i = 0; i < 100; i++) {
        gs_job job;
        int more = 0;
        ASSERT_OK(gs_synthetic_job(b.workload.synthetic[0], 1, i, 0, &job, &more, &b.err), &b.err);
        ck_assert(job.milli == 250 || job.milli == 1000);
        whole += job.milli == 1000;
        // an hour's work takes four on a quarter, and twice that is the limit
        ck_assert_int_eq(job.walltime, (job.milli == 1000 ? 2 : 8) * GPUSIM_HOUR);
        ck_assert_uint_eq(job.mig, 0);
        ASSERT_OK(gs_synthetic_job(b.workload.synthetic[1], 1, i, 0, &job, &more, &b.err), &b.err);
        ck_assert_uint_eq(job.milli, 1000);
        ck_assert_str_eq(name_of(&b, job.mig), "2g.10gb");
        ck_assert_int_eq(job.walltime, 7 * GPUSIM_HOUR / 2);
    }
    ck_assert(whole > 30 && whole < 70);
    // a share runs that much slower: what is offered is the work, an hour every ten seconds
    ck_assert_double_eq_tol(gs_synthetic_load(b.workload.synthetic[0]), 360, 1e-9);
    release(&b);
    unlink("share.csv");
}
END_TEST

START_TEST(nonsense)
{
    static const struct {
        const char *workload, *message;
    } cases[] = {
        {PROFILE "{intensity: 1.2}\n",
         "test.yaml:9:28: error: '1.2' is not possible: it must be at least 0 and at most 1\n"},
        {PROFILE "{host_bound: 130 %}\n", "is not possible: it must be at least 0 and at most 1"},
        {PROFILE "{memory_bound: -0.1}\n", "is not possible: it must be at least 0 and at most 1"},
        {PROFILE "{host_bound: {uniform: {min: 0.5, max: 1.5}}}\n",
         "is not possible: it must be at least 0 and at most 1"},
        {PROFILE "{host_bound: {choice: {1.5: 1}}}\n", "choice: '1.5' is more than 1"},
        {PROFILE "{memory_used: -1 GiB}\n", "memory_used"},
        {PROFILE "{memory_growth: -1 MiB/s}\n", "memory_growth"},
        {PROFILE "{host_io: 3}\n", "unit"},
        {PROFILE "{communication: {step: 1 s}}\n", "volume"},
        {PROFILE "{communication: {volume: 1 GB, step: 0 s}}\n",
         "error: it must be 1 us at least\n"
         "    in: workload[0].synthetic.profile.communication.step"},
        {PROFILE "{communication: {volume: 1 GB, overlap: 2}}\n",
         "is not possible: it must be at least 0 and at most 1"},
        {PROFILE "{checkpoint: {every: 0 s}}\n",
         "error: it must be 1 s at least\n"
         "    in: workload[0].synthetic.profile.checkpoint.every"},
        {PROFILE "{checkpoint: {every: {choice: {10 min: 1, 500 ms: 1}}}}\n",
         "it must be 1 s at least"},
        {PROFILE "{checkpoint: {size: 1 GB}}\n", "every"},
        {PROFILE "{checkpoint: {every: 1 h, cost: -1 s}}\n", "cost"},
        {PROFILE "{intensty: 1}\n", "did you mean 'intensity'?"},
        {SOURCE "      gpu_share: 0.0004\n", "error: less than a thousandth of a GPU\n"
                                             "    in: workload[0].synthetic.gpu_share"},
        {SOURCE "      gpu_share: {choice: {0.5: 1, 0: 1}}\n", "less than a thousandth of a GPU"},
        {SOURCE "      gpu_share: 1.5\n", "is not possible: it must be at least 0 and at most 1"},
        {SOURCE "      gpu_share: 0.5\n      mig: 1g.5gb\n", "do not go together"},
        {"  - jobs: [{duration: 1 h}, {duration: 1 h, gpu_share: 0.0001}]\n",
         "error: less than a thousandth of a GPU\n"
         "    in: workload[0].jobs[1].gpu_share"},
        {"  - jobs: [{duration: 1 h, gpu_share: 0}]\n", "gpu_share"},
        {"  - jobs: [{duration: 1 h, gpu_share: 0.5, mig: 1g.5gb}]\n", "do not go together"},
        {"  - jobs: [{duration: 1 h}, {duration: 1 h, profile: {checkpoint: {every: 0 s}}}]\n",
         "error: it must be 1 s at least\n"
         "    in: workload[0].jobs[1].profile.checkpoint.every"},
        {"  - jobs: [{duration: 1 h}, {duration: 1 h, checkpoint: {every: 0 s}}]\n",
         "error: it must be 1 s at least\n"
         "    in: workload[0].jobs[1].checkpoint.every"},
        {"  - jobs: [{duration: 1 h}, {duration: 1 h, gpu_share: 0.5, elastic: {max: 2}}]\n",
         "error: jobs of parts of GPUs are not elastic\n"
         "    in: workload[0].jobs[1].elastic"},
        {"  - jobs: [{duration: 1 h, mig: 1g.5gb, elastic: {max: 2}}]\n", "are not elastic"},
        {SOURCE "      gpu_share: 0.5\n      elastic: {max: 2}\n",
         "error: jobs of parts of GPUs are not elastic\n"
         "    in: workload[0].synthetic.elastic"},
        {SOURCE "      mig: 1g.5gb\n      elastic: {max: 2}\n", "are not elastic"},
        {SOURCE "      checkpoint: {every: 1 h}\n      profile: {checkpoint: {every: 1 h}}\n",
         "checkpoints are here and in `profile:`; once is enough\n"
         "    in: workload[0].synthetic.checkpoint"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        built b;
        char text[2048];
        gpusim_status status = make(&b, cases[i].workload);
        gpusim_error_format(&b.err, text, sizeof text);
        ck_assert_msg(status != GPUSIM_OK, "accepted: %s", cases[i].workload);
        ck_assert_msg(strstr(text, cases[i].message) != NULL, "%s\ngot: %s\nnot: %s",
                      cases[i].workload, text, cases[i].message);
        release(&b);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("profile");
    TEST_CASE(suite, 60, defaults_agree, checkpoints_in_short, all_that_is_written, who_has_which,
              distributions, draws_depend_on_nothing_else, tails, shares, nonsense);
    return test_run(suite);
}
