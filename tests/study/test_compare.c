/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Comparisons: the same whatever the number of threads, the same jobs for every scheduler, and the
 * arithmetic of the tables against numbers from single runs. */
#include <math.h>
#include <string.h>

#include <gpusim/compare.h>

#include "harness.h"
#include "stats/inference.h"
#include "stats/stats.h"

static const char scenario[] = "gpusim: 1\n"
                               "duration: 12 h\n"
                               "cluster: {nodes: [{name: n, count: 4, gpus: 8}]}\n"
                               "workload:\n"
                               "  - synthetic:\n"
                               "      name: users\n"
                               "      arrivals: {process: poisson, rate: 30/h}\n"
                               "      gpus: {choice: {1: 0.5, 4: 0.3, 8: 0.2}}\n"
                               "      duration: {lognormal: {median: 20 min, sigma: 1}}\n";

static const char one_log[] = "gpusim: 1\n"
                              "cluster: {nodes: [{name: n, gpus: 2}]}\n"
                              "workload:\n"
                              "  - jobs:\n"
                              "      - {at: 0 s, duration: 10 s, gpus: 2}\n"
                              "      - {at: 1 s, duration: 30 s, gpus: 1}\n"
                              "      - {at: 2 s, duration: 10 s, gpus: 2}\n";

// the first two leave room that random placements may break up, so that the third has to wait
static const char one_drawn_log[] = "gpusim: 1\n"
                                    "cluster: {nodes: [{name: n, count: 2, gpus: 4}]}\n"
                                    "workload:\n"
                                    "  - jobs:\n"
                                    "      - {at: 0 s, duration: 100 s, gpus: 2}\n"
                                    "      - {at: 1 s, duration: 200 s, gpus: 2}\n"
                                    "      - {at: 2 s, duration: 90 s, gpus: 4}\n"
                                    "      - {at: 3 s, duration: 20 s, gpus: 4}\n"
                                    "      - {at: 4 s, duration: 10 s, gpus: 1}\n";

static const char *const words[] = {"fifo", "sjf", "fifo+random"};
#define SCHEDULERS 3

static gpusim_model *compile(const char *text, const char *scheduler)
{
    gpusim_error err = {0};
    gpusim_spec *spec = NULL;
    gpusim_model *model = NULL;
    ASSERT_OK(gpusim_spec_parse(text, strlen(text), "x.yaml", NULL, &spec, &err), &err);
    ASSERT_OK(gpusim_spec_set_scheduler(spec, scheduler, &err), &err);
    ASSERT_OK(gpusim_model_compile(spec, &model, &err), &err);
    gpusim_spec_destroy(spec);
    return model;
}

/* A comparison with its models. */
typedef struct made {
    gpusim_compare *compare;
    gpusim_model *models[SCHEDULERS];
} made;

static made make(const char *text, uint32_t seeds)
{
    gpusim_error err = {0};
    made m;
    ASSERT_OK(gpusim_compare_create(&m.compare, &err), &err);
    for (int i = 0; i < SCHEDULERS; i++) {
        m.models[i] = compile(text, words[i]);
        ASSERT_OK(gpusim_compare_add(m.compare, "x", words[i], m.models[i], &err), &err);
    }
    for (uint64_t seed = 1; seed <= seeds; seed++) {
        ASSERT_OK(gpusim_compare_seeds(m.compare, &seed, 1, &err), &err);
    }
    return m;
}

static void release(made *m)
{
    gpusim_compare_destroy(m->compare);
    for (int i = 0; i < SCHEDULERS; i++) {
        gpusim_model_destroy(m->models[i]);
    }
}

static void run(made *m, uint32_t threads)
{
    gpusim_error err = {0};
    gpusim_compare_run one;
    uint32_t ended = 0;
    ASSERT_OK(gpusim_compare_start(m->compare, threads, &err), &err);
    for (int more = 1; more;) {
        ASSERT_OK(gpusim_compare_next(m->compare, &one, &more, &err), &err);
        ended += (uint32_t)more;
        if (more) {
            ck_assert_uint_eq(one.done, ended);
        }
    }
    ck_assert_uint_eq(ended, SCHEDULERS * gpusim_compare_replications(m->compare));
}

static uint32_t metric(const made *m, const char *name)
{
    gpusim_error err = {0};
    uint32_t number = 0;
    ASSERT_OK(gpusim_compare_find(m->compare, name, &number, &err), &err);
    return number;
}

static const gpusim_compare_estimate *analyse(made *m, const uint32_t *metrics, uint32_t count,
                                              uint32_t primary)
{
    gpusim_error err = {0};
    gpusim_compare_options options;
    const gpusim_compare_estimate *estimates = NULL;
    uint32_t found = 0;
    gpusim_compare_options_default(&options);
    options.metrics = options.primary = metrics;
    options.metric_count = count;
    options.primary_count = primary;
    options.resamples = 1000;
    ASSERT_OK(gpusim_compare_analyse(m->compare, &options, &estimates, &found, &err), &err);
    ck_assert_uint_eq(found, count * SCHEDULERS);
    return estimates;
}

START_TEST(threads_change_nothing)
{
    made alone = make(scenario, 5), together = make(scenario, 5);
    run(&alone, 1);
    run(&together, 4);
    uint32_t all[256], count = 0;
    (void)gpusim_compare_metrics(alone.compare, &count);
    ck_assert_uint_lt(count, 256);
    for (uint32_t i = 0; i < count; i++) {
        all[i] = i;
    }
    const gpusim_compare_estimate *a = analyse(&alone, all, count, 2);
    const gpusim_compare_estimate *b = analyse(&together, all, count, 2);
    ck_assert_int_eq(memcmp(a, b, (size_t)count * SCHEDULERS * sizeof *a), 0);
    release(&alone);
    release(&together);
}
END_TEST

START_TEST(tables_are_those_of_single_runs)
{
    made m = make(scenario, 5);
    run(&m, 2);
    double jct[SCHEDULERS][5], pairs[5];
    for (int k = 0; k < SCHEDULERS; k++) {
        for (uint64_t seed = 1; seed <= 5; seed++) {
            gpusim_error err = {0};
            gpusim_sim *sim = NULL;
            ASSERT_OK(gpusim_sim_create(m.models[k], seed, &sim, &err), &err);
            ASSERT_OK(gpusim_sim_run_until(sim, GPUSIM_TIME_MAX, &err), &err);
            ASSERT_OK(gpusim_sim_finish(sim, &err), &err);
            const gpusim_summary *summary = gpusim_sim_summary(sim);
            jct[k][seed - 1] = summary->jct_s.mean;
            // common random numbers: the same jobs whatever the scheduler
            static uint64_t submitted[5];
            if (k == 0) {
                submitted[seed - 1] = summary->submitted;
            }
            ck_assert_uint_eq(summary->submitted, submitted[seed - 1]);
            gpusim_sim_destroy(sim);
        }
    }
    const uint32_t metrics[] = {metric(&m, "jct"), metric(&m, "makespan_s")};
    const gpusim_compare_estimate *e = analyse(&m, metrics, 2, 1);
    double p[SCHEDULERS], adjusted[SCHEDULERS];
    for (int k = 0; k < SCHEDULERS; k++) {
        gpusim_error err = {0};
        gs_t_test level, difference;
        for (int i = 0; i < 5; i++) {
            pairs[i] = jct[k][i] - jct[0][i];
        }
        ASSERT_OK(gs_t_test_make(jct[k], 5, 0.95, &level, &err), &err);
        ASSERT_OK(gs_t_test_make(pairs, 5, 0.95, &difference, &err), &err);
        ck_assert_uint_eq(e[k].scheduler, (uint32_t)k);
        ck_assert_uint_eq(e[k].count, 5);
        ck_assert_double_eq(e[k].mean, level.mean);
        ck_assert_double_eq(e[k].low, level.low);
        ck_assert_double_eq(e[k].difference, difference.mean);
        ck_assert_double_eq(e[k].difference_high, difference.high);
        ck_assert_double_eq(e[k].p, difference.p);
        ck_assert(e[k].boot_low <= e[k].mean && e[k].mean <= e[k].boot_high);
        ck_assert(isnan(e[SCHEDULERS + k].p_holm)); // makespan is no primary metric
        ck_assert_uint_eq(e[SCHEDULERS + k].verdict, GPUSIM_VERDICT_NONE);
        p[k] = k ? difference.p : (double)NAN;
    }
    gpusim_error err = {0};
    ASSERT_OK(gs_holm(p, SCHEDULERS, adjusted, &err), &err);
    for (int k = 1; k < SCHEDULERS; k++) {
        ck_assert_double_eq(e[k].p_holm, adjusted[k]);
        uint32_t verdict = adjusted[k] > 0.05    ? GPUSIM_VERDICT_OPEN
                           : e[k].difference < 0 ? GPUSIM_VERDICT_BETTER
                                                 : GPUSIM_VERDICT_WORSE;
        ck_assert_uint_eq(e[k].verdict, verdict);
    }
    ck_assert(isnan(e[0].p_holm));
    ck_assert_uint_eq(e[1].verdict, GPUSIM_VERDICT_BETTER); // sjf, of mean JCT, in a queue
    release(&m);
}
END_TEST

START_TEST(a_log_is_one_replication)
{
    made m = make(one_log, 6);
    run(&m, 2);
    const uint32_t metrics[] = {metric(&m, "jct")};
    const gpusim_compare_estimate *e = analyse(&m, metrics, 1, 1);
    for (int k = 0; k < SCHEDULERS; k++) {
        ck_assert_uint_eq(e[k].count, 1);
        ck_assert(isinf(e[k].low) && isinf(e[k].high) && isnan(e[k].boot_low));
        ck_assert_uint_eq(e[k].verdict, GPUSIM_VERDICT_NONE);
    }
    // 10, 39 and 48 s; sjf: 10, 48 and 18 s
    ck_assert_double_eq_tol(e[0].mean, (10 + 39 + 48) / 3.0, 1e-12);
    ck_assert_double_eq_tol(e[1].mean, (10 + 49 + 18) / 3.0, 1e-12);
    release(&m);
}
END_TEST

// fifo and sjf draw nothing: that a third scheduler does makes no sample of theirs
START_TEST(a_log_stays_one_beside_a_scheduler_that_draws)
{
    made m = make(one_drawn_log, 10);
    run(&m, 2);
    const uint32_t metrics[] = {metric(&m, "jct")};
    const gpusim_compare_estimate *e = analyse(&m, metrics, 1, 1);
    for (int k = 0; k < 2; k++) {
        ck_assert_uint_eq(e[k].count, 1);
        ck_assert_uint_eq(e[k].pairs, 1);
        ck_assert(isinf(e[k].low) && isnan(e[k].boot_low) && isinf(e[k].difference_low));
        ck_assert(isnan(e[k].p_holm));
        ck_assert_uint_eq(e[k].verdict, GPUSIM_VERDICT_NONE);
    }
    ck_assert(e[1].difference != 0);

    // the one that draws has as many as there are seeds, against the baseline, too
    ck_assert_uint_eq(e[2].count, 10);
    ck_assert_uint_eq(e[2].pairs, 10);
    ck_assert(e[2].deviation > 0 && isfinite(e[2].difference_low) && e[2].p_holm <= 1);
    release(&m);
}
END_TEST

START_TEST(interrupted)
{
    gpusim_error err = {0};
    gpusim_compare_run one;
    made m = make(scenario, 200);
    ASSERT_OK(gpusim_compare_start(m.compare, 2, &err), &err);
    int more = 1;
    ASSERT_OK(gpusim_compare_next(m.compare, &one, &more, &err), &err);
    gpusim_compare_interrupt(m.compare);
    gpusim_status status = GPUSIM_OK;
    while (status == GPUSIM_OK && more) {
        status = gpusim_compare_next(m.compare, &one, &more, &err);
    }
    ck_assert_int_eq(status, GPUSIM_INTERRUPTED);
    ck_assert_uint_lt(one.done, SCHEDULERS * 200);
    release(&m);
}
END_TEST

START_TEST(what_is_wrong)
{
    gpusim_error err = {0};
    made m = make(one_log, 2);
    uint32_t number = 0;
    uint64_t seed = 1;
    ck_assert_int_eq(gpusim_compare_find(m.compare, "jtc", &number, &err), GPUSIM_ARGUMENT);
    ck_assert_msg(strstr(err.hint, "'jct'") != NULL, "%s", err.hint);
    ck_assert_int_eq(gpusim_compare_seeds(m.compare, &seed, 1, &err), GPUSIM_ARGUMENT);
    ck_assert_int_eq(gpusim_compare_add(m.compare, "x", "sjf", m.models[1], &err), GPUSIM_ARGUMENT);
    ck_assert_int_eq(gpusim_compare_start(m.compare, 0, &err), GPUSIM_ARGUMENT);

    // a scheduler that is missing in one of two scenarios
    ASSERT_OK(gpusim_compare_add(m.compare, "y", "sjf", m.models[1], &err), &err);
    ck_assert_int_eq(gpusim_compare_start(m.compare, 1, &err), GPUSIM_ARGUMENT);
    release(&m);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("study/compare");
    TEST_CASE(suite, 60, threads_change_nothing, tables_are_those_of_single_runs,
              a_log_is_one_replication, a_log_stays_one_beside_a_scheduler_that_draws, interrupted,
              what_is_wrong);
    return test_run(suite);
}
