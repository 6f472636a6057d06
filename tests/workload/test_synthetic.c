/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Synthetic jobs: arrivals against theory (fixed seeds), and that a job depends on the seed, its
 * source's name and its ordinal alone. */
#include "base/distribution_fields.h"
#include "support.h"

#define SEED 20240229

static gpusim_one_of constant(double *value)
{
    return (gpusim_one_of){.value = value, .which = GS_CONSTANT};
}

static gpusim_status build_source(built *b, gs_synthetic_fields *fields)
{
    gpusim_one_of item = {.value = fields, .which = GS_WORKLOAD_SYNTHETIC};
    return build_all(b, &item, 1, 8);
}

// draws up to `limit` jobs of source `which`, into memory that the caller frees
static gs_job *draw_all(const built *b, uint32_t which, uint64_t seed, uint32_t limit,
                        uint32_t *count)
{
    gs_job *jobs = calloc(limit, sizeof *jobs);
    gpusim_time previous = 0;
    *count = 0;
    ck_assert_uint_lt(which, b->workload.synthetic_count);
    while (*count < limit) {
        int more = 0;
        gpusim_error err = {0};
        ASSERT_OK(gs_synthetic_job(b->workload.synthetic[which], seed, *count, previous,
                                   &jobs[*count], &more, &err),
                  &err);
        if (!more) {
            break;
        }
        ck_assert_int_ge(jobs[*count].submit, previous);
        previous = jobs[(*count)++].submit;
    }
    return jobs;
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;
    return (x > y) - (x < y);
}

// Kolmogorov-Smirnov: sqrt(n) D of values in [0, 1] that should be uniform; 1.95 is p = 0.001
static double ks_uniform(double *values, uint32_t n)
{
    qsort(values, n, sizeof *values, ascending);
    double d = 0;
    for (uint32_t i = 0; i < n; i++) {
        d = fmax(d, fmax((i + 1.0) / n - values[i], values[i] - (double)i / n));
    }
    return sqrt(n) * d;
}

START_TEST(poisson)
{
    gs_poisson_fields arrivals = {.rate = 40.0 / 3600};
    gs_synthetic_fields fields = a_source();
    fields.arrivals = (gpusim_one_of){.value = &arrivals, .which = GS_ARRIVALS_POISSON};
    fields.from = GPUSIM_HOUR;
    fields.count = 20000;
    built b;
    ASSERT_OK(build_source(&b, &fields), &b.err);
    uint32_t n = 0;
    gs_job *jobs = draw_all(&b, 0, SEED, 30000, &n);
    ck_assert_uint_eq(n, 20000);
    ck_assert_int_gt(jobs[0].submit, GPUSIM_HOUR);
    double *u = malloc(n * sizeof *u);
    for (uint32_t i = 0; i < n; i++) {
        gpusim_time gap = jobs[i].submit - (i ? jobs[i - 1].submit : GPUSIM_HOUR);
        u[i] = -expm1(-arrivals.rate * gpusim_seconds(gap));
    }
    ck_assert_double_lt(ks_uniform(u, n), 1.95);
    ck_assert_double_eq_tol(gpusim_seconds(jobs[n - 1].submit - GPUSIM_HOUR) / n, 90,
                            4 * 90 / sqrt(n));
    free(u);
    free(jobs);
    release(&b);
}
END_TEST

START_TEST(periodic)
{
    gs_periodic_fields arrivals = {.every = 10 * GPUSIM_MINUTE};
    gs_synthetic_fields fields = a_source();
    fields.arrivals = (gpusim_one_of){.value = &arrivals, .which = GS_ARRIVALS_PERIODIC};
    fields.from = GPUSIM_MINUTE;
    fields.until = GPUSIM_HOUR + GPUSIM_MINUTE;
    built b;
    ASSERT_OK(build_source(&b, &fields), &b.err);
    uint32_t n = 0;
    gs_job *jobs = draw_all(&b, 0, SEED, 100, &n);
    ck_assert_uint_eq(n, 6); // the seventh would come at the end itself
    for (uint32_t i = 0; i < n; i++) {
        ck_assert_int_eq(jobs[i].submit, GPUSIM_MINUTE + i * arrivals.every);
        ck_assert_int_eq(jobs[i].id, i);
    }
    free(jobs);
    release(&b);
}
END_TEST

// Weibull with shape 2: F(x) = 1 - exp(-(x / scale)^2)
START_TEST(renewal)
{
    gs_weibull_fields weibull = {.scale = 50, .shape = 2};
    gs_renewal_fields arrivals = {.interarrival = {.value = &weibull, .which = GS_WEIBULL}};
    gs_synthetic_fields fields = a_source();
    fields.arrivals = (gpusim_one_of){.value = &arrivals, .which = GS_ARRIVALS_RENEWAL};
    built b;
    ASSERT_OK(build_source(&b, &fields), &b.err);
    uint32_t n = 0;
    gs_job *jobs = draw_all(&b, 0, SEED, 20000, &n);
    double *u = malloc(n * sizeof *u);
    for (uint32_t i = 0; i < n; i++) {
        double gap = gpusim_seconds(jobs[i].submit - (i ? jobs[i - 1].submit : 0)) / 50;
        u[i] = -expm1(-gap * gap);
    }
    ck_assert_double_lt(ks_uniform(u, n), 1.95);
    free(u);
    free(jobs);
    release(&b);
}
END_TEST

// Times transformed by the integral of the rate are a Poisson process of rate 1 (the random time
// change); and every hour of the week has its share.
START_TEST(diurnal)
{
    double profile[24];
    for (int i = 0; i < 24; i++) {
        profile[i] = i < 6 ? 0 : i < 9 ? 1 : i < 18 ? 4 : 2;
    }
    double sum = 3 * 1 + 9 * 4 + 6 * 2;
    gs_diurnal_fields arrivals = {.rate = 100.0 / 3600,
                                  .weekend = 0.5,
                                  .profile = {.items = profile, .count = 24},
                                  .first_day = 4};
    gs_synthetic_fields fields = a_source();
    fields.arrivals = (gpusim_one_of){.value = &arrivals, .which = GS_ARRIVALS_DIURNAL};
    fields.until = 70 * GPUSIM_DAY;
    built b;
    ASSERT_OK(build_source(&b, &fields), &b.err);
    uint32_t n = 0;
    gs_job *jobs = draw_all(&b, 0, SEED, 300000, &n);

    // the integral, summed up hour by hour; the simulation begins on a Friday
    static double integral[70 * 24 + 1];
    for (int hour = 0; hour < 70 * 24; hour++) {
        int day = (hour / 24 + 4) % 7;
        double jobs_an_hour = 100 * profile[hour % 24] * 24 / sum * (day >= 5 ? 0.5 : 1);
        integral[hour + 1] = integral[hour] + jobs_an_hour;
    }
    double *u = malloc(n * sizeof *u);
    double before = 0;
    double chi2 = 0;
    uint32_t in_hour[7][24] = {{0}};
    for (uint32_t i = 0; i < n; i++) {
        int64_t hour = jobs[i].submit / GPUSIM_HOUR;
        double within = gpusim_seconds(jobs[i].submit % GPUSIM_HOUR) / 3600;
        double now = integral[hour] + within * (integral[hour + 1] - integral[hour]);
        u[i] = -expm1(-(now - before));
        before = now;
        in_hour[(hour / 24 + 4) % 7][hour % 24]++;
    }
    ck_assert_double_lt(ks_uniform(u, n), 1.95);
    int degrees = 0;
    for (int day = 0; day < 7; day++) {
        for (int hour = 0; hour < 24; hour++) {
            double expected = 10 * 100 * profile[hour] * 24 / sum * (day >= 5 ? 0.5 : 1);
            if (expected > 0) {
                chi2 += pow(in_hour[day][hour] - expected, 2) / expected;
                degrees++;
            } else {
                ck_assert_uint_eq(in_hour[day][hour], 0);
            }
        }
    }
    ck_assert_int_eq(degrees, 126);
    ck_assert_double_lt(fabs(chi2 - degrees) / sqrt(2.0 * degrees), 3.3);
    free(u);
    free(jobs);

    // a week with arrivals on one hour only, far apart
    memset(profile, 0, sizeof profile);
    profile[23] = 1;
    arrivals.rate = 1.0 / (30 * 86400);
    arrivals.weekend = 0;
    release(&b);
    fields.until = GPUSIM_TIME_MAX;
    ASSERT_OK(build_source(&b, &fields), &b.err);
    jobs = draw_all(&b, 0, SEED, 1000, &n);
    ck_assert_uint_eq(n, 1000);
    for (uint32_t i = 0; i < n; i++) {
        ck_assert_int_eq(jobs[i].submit % GPUSIM_DAY / GPUSIM_HOUR, 23);
        ck_assert_int_lt((jobs[i].submit / GPUSIM_DAY + 4) % 7, 5);
    }
    double mean = gpusim_seconds(jobs[n - 1].submit) / n;
    ck_assert_double_eq_tol(mean / (30 * 86400 * 7 / 5.0), 1, 4 / sqrt(n));
    free(jobs);
    release(&b);
}
END_TEST

// lengths of runs of jobs at one instant
static void count_bursts(const gs_job *jobs, uint32_t n, uint32_t *sizes, uint32_t *bursts)
{
    *bursts = 0;
    for (uint32_t i = 0; i < n; i++) {
        if (i == 0 || jobs[i].submit != jobs[i - 1].submit) {
            sizes[(*bursts)++] = 0;
        }
        sizes[*bursts - 1]++;
    }
}

START_TEST(bursts)
{
    double size = 7;
    gs_bursts_fields arrivals = {.rate = 1.0 / 3600, .size = constant(&size)};
    gs_synthetic_fields fields = a_source();
    fields.arrivals = (gpusim_one_of){.value = &arrivals, .which = GS_ARRIVALS_BURSTS};
    built b;
    ASSERT_OK(build_source(&b, &fields), &b.err);
    uint32_t n = 0;
    uint32_t count = 0;
    uint32_t limit = 70000;
    uint32_t *sizes = malloc(limit * sizeof *sizes);
    gs_job *jobs = draw_all(&b, 0, SEED, limit, &n);
    count_bursts(jobs, n, sizes, &count);
    ck_assert_uint_eq(count, 10000);
    for (uint32_t i = 0; i < count; i++) {
        ck_assert_uint_eq(sizes[i], 7); // none is cut when all have one size
    }
    // between them: exponential
    double *u = malloc(n * sizeof *u);
    for (uint32_t i = 0; i < count; i++) {
        gpusim_time before = i ? jobs[7 * i - 1].submit : 0;
        u[i] = -expm1(-gpusim_seconds(jobs[7 * i].submit - before) / 3600);
    }
    ck_assert_double_lt(ks_uniform(u, count), 1.95);
    free(jobs);
    release(&b);

    // 1 or 10: nine in ten of those of 10 stay whole, also where one in 64 is cut
    gs_choice_fields choices[] = {{"1", 0.5}, {"10", 0.5}};
    gpusim_list choice = {.items = choices, .count = 2};
    arrivals.size = (gpusim_one_of){.value = &choice, .which = GS_CHOICE};
    double spacing = 0;
    arrivals.spacing = constant(&spacing);
    ASSERT_OK(build_source(&b, &fields), &b.err);
    jobs = draw_all(&b, 0, SEED, limit, &n);
    count_bursts(jobs, n, sizes, &count);
    uint32_t ones = 0;
    uint32_t tens = 0;
    for (uint32_t i = 0; i < count; i++) {
        ones += sizes[i] == 1;
        tens += sizes[i] == 10;
        ck_assert_uint_le(sizes[i], 10);
    }
    ck_assert_double_eq_tol((double)(ones + tens) / count, 1, 1.0 / 64);
    ck_assert_double_eq_tol((double)tens / count, 0.5, 1.0 / 64 + 4 * sqrt(0.25 / count));
    ck_assert_double_eq_tol((double)n / count, 5.5, 5.5 / 64 + 4 * 4.5 / sqrt(count));
    free(jobs);
    release(&b);

    // within a burst jobs keep their distance
    spacing = 2.5;
    size = 3;
    arrivals.size = constant(&size);
    ASSERT_OK(build_source(&b, &fields), &b.err);
    jobs = draw_all(&b, 0, SEED, 300, &n);
    for (uint32_t i = 0; i < n; i++) {
        if (i % 3) {
            ck_assert_int_eq(jobs[i].submit - jobs[i - 1].submit, 2500 * GPUSIM_MILLISECOND);
        }
    }
    free(jobs);
    release(&b);
    free(sizes);
    free(u);
}
END_TEST

// a source with everything
typedef struct rich {
    gs_synthetic_fields fields;
    gs_poisson_fields arrivals;
    gs_choice_fields sizes[3];
    gpusim_list size_list;
    gs_lognormal_fields duration;
    gs_uniform_fields factor;
    gs_tenant_fields tenants[2];
    double memory, gpu_memory, cpus, priority;
} rich;

static void make_rich(rich *r)
{
    *r = (rich){.arrivals = {.rate = 0.01},
                .sizes = {{"1", 1}, {"2", 1}, {"8", 2}},
                .duration = {.median = 2100, .mean = NAN, .sigma = 1.9},
                .factor = {.min = 1.1, .max = 3},
                .tenants = {{"a", 3}, {"b", 1}},
                .memory = 1e9,
                .gpu_memory = 2e9,
                .cpus = 4,
                .priority = -2};
    r->size_list = (gpusim_list){.items = r->sizes, .count = 3};
    r->fields = a_source();
    r->fields.arrivals = (gpusim_one_of){.value = &r->arrivals, .which = GS_ARRIVALS_POISSON};
    r->fields.gpus = (gpusim_one_of){.value = &r->size_list, .which = GS_CHOICE};
    r->fields.duration = (gpusim_one_of){.value = &r->duration, .which = GS_LOGNORMAL};
    r->fields.memory = constant(&r->memory);
    r->fields.gpu_memory = constant(&r->gpu_memory);
    r->fields.cpus = constant(&r->cpus);
    r->fields.priority = constant(&r->priority);
    r->fields.walltime = (gs_walltime_fields){.present = 1,
                                              .factor = {.value = &r->factor, .which = GS_UNIFORM},
                                              .round_up = 15 * GPUSIM_MINUTE};
    r->fields.vc = (gpusim_list){.items = r->tenants, .count = 2};
    r->fields.users = 50;
    r->fields.failed = 0.1;
    r->fields.cancelled = 0.05;
    r->fields.group = "fast";
}

START_TEST(what_jobs_ask_for)
{
    rich r;
    make_rich(&r);
    built b;
    ASSERT_OK(build_source(&b, &r.fields), &b.err);
    uint32_t n = 0;
    gs_job *jobs = draw_all(&b, 0, SEED, 40000, &n);
    uint32_t sizes[9] = {0};
    uint32_t states[9] = {0};
    uint32_t users[51] = {0};
    uint32_t a = 0;
    double below = 0;
    for (uint32_t i = 0; i < n; i++) {
        const gs_job *job = &jobs[i];
        sizes[job->gpus]++;
        states[job->final_state]++;
        below += job->duration < 2100 * GPUSIM_SECOND;
        ck_assert_uint_eq(job->memory, 1000000000);
        ck_assert_uint_eq(job->gpu_memory, 2000000000);
        ck_assert_uint_eq(job->cpus, 4000);
        ck_assert_int_eq(job->priority, -2);
        ck_assert_uint_eq(job->extra, GPUSIM_NONE);
        ck_assert_str_eq(name_of(&b, job->group), "fast");
        ck_assert_int_eq(job->walltime % (15 * GPUSIM_MINUTE), 0);
        double limit = gpusim_seconds(job->walltime);
        double run = gpusim_seconds(job->duration);
        ck_assert_double_ge(limit, 1.1 * run);
        ck_assert_double_lt(limit, 3 * run + 900.001);
        const char *user = name_of(&b, job->user);
        ck_assert_int_eq(strncmp(user, "user-", 5), 0);
        users[atoi(user + 5)]++;
        a += strcmp(name_of(&b, job->vc), "a") == 0;
    }
    // shares within four standard deviations
#define SHARE(count, share)                                                                        \
    ck_assert_double_eq_tol((double)(count) / n, (share), 4 * sqrt((share) * (1 - (share)) / n))
    SHARE(sizes[1], 0.25);
    SHARE(sizes[2], 0.25);
    SHARE(sizes[8], 0.5);
    SHARE(below, 0.5);
    SHARE(a, 0.75);
    SHARE(states[GPUSIM_JOB_FAILED], 0.1);
    SHARE(states[GPUSIM_JOB_CANCELLED], 0.05);
    double harmonic = 0;
    for (int k = 1; k <= 50; k++) {
        harmonic += 1.0 / k;
    }
    SHARE(users[1], 1 / harmonic);
    SHARE(users[2], 1 / (2 * harmonic));
    SHARE(users[50], 1 / (50 * harmonic));
    free(jobs);

    // E[gpus] x E[duration] x rate = 4.75 x 2100 exp(1.9^2 / 2) x 0.01
    ck_assert_double_eq_tol(gs_synthetic_load(b.workload.synthetic[0]) /
                                (4.75 * 2100 * exp(1.9 * 1.9 / 2) * 0.01),
                            1, 1e-12);
    release(&b);
}
END_TEST

// names have other numbers when other sources come first; all else must be equal
static void check_equal(const built *one, const gs_job *a, const built *two, const gs_job *b)
{
    ck_assert_int_eq(a->submit, b->submit);
    ck_assert_int_eq(a->duration, b->duration);
    ck_assert_int_eq(a->walltime, b->walltime);
    ck_assert_uint_eq(a->gpus, b->gpus);
    ck_assert_uint_eq(a->final_state, b->final_state);
    ck_assert_str_eq(name_of(one, a->user), name_of(two, b->user));
    ck_assert_str_eq(name_of(one, a->vc), name_of(two, b->vc));
}

START_TEST(other_sources_change_nothing)
{
    rich r;
    make_rich(&r);
    r.fields.name = "mine";
    built alone;
    ASSERT_OK(build_source(&alone, &r.fields), &alone.err);
    uint32_t n = 0;
    gs_job *jobs = draw_all(&alone, 0, SEED, 500, &n);

    gs_periodic_fields every = {.every = GPUSIM_SECOND};
    gs_synthetic_fields other = a_source();
    other.arrivals = (gpusim_one_of){.value = &every, .which = GS_ARRIVALS_PERIODIC};
    gs_synthetic_fields third = other;
    gs_listed_job listed = a_job("user-7", 0);
    gpusim_list list = {.items = &listed, .count = 1};
    gpusim_one_of items[] = {{.value = &other, .which = GS_WORKLOAD_SYNTHETIC},
                             {.value = &list, .which = GS_WORKLOAD_JOBS},
                             {.value = &third, .which = GS_WORKLOAD_SYNTHETIC},
                             {.value = &r.fields, .which = GS_WORKLOAD_SYNTHETIC}};
    built b;
    ASSERT_OK(build_all(&b, items, 4, 8), &b.err);
    ck_assert_uint_eq(b.workload.synthetic_count, 3);
    ck_assert_str_eq(name_of(&b, gs_synthetic_name(b.workload.synthetic[0])), "synthetic");
    ck_assert_str_eq(name_of(&b, gs_synthetic_name(b.workload.synthetic[1])), "synthetic-2");
    ck_assert_str_eq(name_of(&b, gs_synthetic_name(b.workload.synthetic[2])), "mine");
    uint32_t m = 0;
    gs_job *again = draw_all(&b, 2, SEED, 500, &m);
    ck_assert_uint_eq(n, m);
    for (uint32_t i = 0; i < n; i++) {
        check_equal(&alone, &jobs[i], &b, &again[i]);
    }
    free(again);
    release(&b);

    // any job alone, in any order, is the same; another seed or name is another job
    for (uint32_t k = 500; k-- > 0;) {
        gs_job job;
        int more = 0;
        ASSERT_OK(gs_synthetic_job(alone.workload.synthetic[0], SEED, k, k ? jobs[k - 1].submit : 0,
                                   &job, &more, &alone.err),
                  &alone.err);
        ck_assert_int_eq(more, 1);
        ck_assert_mem_eq(&job, &jobs[k], sizeof job);
        ASSERT_OK(gs_synthetic_job(alone.workload.synthetic[0], SEED + 1, k,
                                   k ? jobs[k - 1].submit : 0, &job, &more, &alone.err),
                  &alone.err);
        ck_assert_int_ne(job.duration, jobs[k].duration);
    }
    r.fields.name = "yours";
    ASSERT_OK(build_source(&b, &r.fields), &b.err);
    again = draw_all(&b, 0, SEED, 500, &m);
    ck_assert_int_ne(again[0].duration, jobs[0].duration);
    free(again);
    release(&b);
    free(jobs);
    release(&alone);
}
END_TEST

START_TEST(loads)
{
    double duration = 100;
    double two = 2;
    double ten = 10;
    double size = 5;
    double profile[] = {1, 3};
    gs_poisson_fields p = {.rate = 0.1};
    gs_periodic_fields e = {.every = 20 * GPUSIM_SECOND};
    gs_renewal_fields r = {.interarrival = constant(&ten)};
    gs_bursts_fields u = {.rate = 0.1, .size = constant(&size), .spacing = constant(&two)};
    gs_diurnal_fields d = {.rate = 0.1, .weekend = 0.5, .profile = {.items = profile, .count = 2}};
    const struct {
        gpusim_one_of arrivals;
        double rate;
    } cases[] = {{{.value = &p, .which = GS_ARRIVALS_POISSON}, 0.1},
                 {{.value = &e, .which = GS_ARRIVALS_PERIODIC}, 0.05},
                 {{.value = &r, .which = GS_ARRIVALS_RENEWAL}, 0.1},
                 {{.value = &u, .which = GS_ARRIVALS_BURSTS}, 5.0 / (10 + 4 * 2)},
                 {{.value = &d, .which = GS_ARRIVALS_DIURNAL}, 0.1 * 6 / 7}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        gs_synthetic_fields fields = a_source();
        fields.arrivals = cases[i].arrivals;
        fields.duration = constant(&duration);
        fields.gpus = constant(&two);
        built b;
        ASSERT_OK(build_source(&b, &fields), &b.err);
        ck_assert_double_eq_tol(gs_synthetic_load(b.workload.synthetic[0]), 200 * cases[i].rate,
                                1e-9);
        // and so many jobs do come
        uint32_t n = 0;
        gs_job *jobs = draw_all(&b, 0, SEED, 100000, &n);
        ck_assert_double_eq_tol(n / gpusim_seconds(jobs[n - 1].submit) / cases[i].rate, 1, 0.03);
        free(jobs);
        release(&b);
    }

    // no mean, no load
    gs_pareto_fields pareto = {.minimum = 1, .shape = 0.9, .maximum = NAN};
    gs_synthetic_fields fields = a_source();
    fields.arrivals = cases[0].arrivals;
    fields.duration = (gpusim_one_of){.value = &pareto, .which = GS_PARETO};
    built b;
    ASSERT_OK(build_source(&b, &fields), &b.err);
    ck_assert(isnan(gs_synthetic_load(b.workload.synthetic[0])));
    release(&b);
}
END_TEST

START_TEST(what_is_wrong)
{
    rich r;
    make_rich(&r);
    built b;
    r.duration.sigma = NAN; // neither sigma nor mean
    ck_assert_int_eq(build_source(&b, &r.fields), GPUSIM_SCENARIO);
    ck_assert_str_eq(b.err.key, "workload[0].synthetic.duration");
    release(&b);

    make_rich(&r);
    r.factor.max = 0;
    ck_assert_int_eq(build_source(&b, &r.fields), GPUSIM_SCENARIO);
    ck_assert_str_eq(b.err.key, "workload[0].synthetic.walltime.factor");
    release(&b);

    make_rich(&r);
    r.fields.failed = 0.96;
    ck_assert_int_eq(build_source(&b, &r.fields), GPUSIM_SCENARIO);
    ck_assert_str_eq(b.err.key, "workload[0].synthetic.failed");
    release(&b);

    make_rich(&r);
    r.tenants[0].weight = r.tenants[1].weight = 0;
    ck_assert_int_eq(build_source(&b, &r.fields), GPUSIM_SCENARIO);
    ck_assert_str_eq(b.err.key, "workload[0].synthetic.vc");
    release(&b);

    make_rich(&r);
    double zeros[] = {0, 0};
    gs_diurnal_fields d = {.rate = 1, .weekend = 1, .profile = {.items = zeros, .count = 2}};
    r.fields.arrivals = (gpusim_one_of){.value = &d, .which = GS_ARRIVALS_DIURNAL};
    ck_assert_int_eq(build_source(&b, &r.fields), GPUSIM_SCENARIO);
    ck_assert_str_eq(b.err.key, "workload[0].synthetic.arrivals.profile");
    release(&b);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("synthetic");
    TEST_CASE(suite, 60, poisson, periodic, renewal, diurnal, bursts, what_jobs_ask_for,
              other_sources_change_nothing, loads, what_is_wrong);
    return test_run(suite);
}
