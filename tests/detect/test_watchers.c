/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Detectors of rules, of gaps, of trends, of changes and of peers on samples worked by hand. */
#include <math.h>
#include <string.h>

#include <gpusim/spec.h>

#include "harness.h"
#include "scenes.h"

static gpusim_error err;

static void add_all(scene_frames *s, const double *values, uint32_t frames, uint32_t width)
{
    for (uint32_t i = 0; i < frames; i++) {
        scene_add(s, values + (size_t)i * width, NULL);
    }
}

/* ---- threshold ---- */

START_TEST(rules_hold)
{
    static const char *const names[] = {"gpu_temp", "fan_speed"};
    // a gap ends a run; a step is against the last sample, whichever way
    const double seen[][2] = {{86, 10}, {86, 10}, {86, 95}, {NAN, 95},
                              {86, 50}, {91, 99}, {80, 99}};
    const double wanted[] = {0, 0, 2, 0, 3, 5, 0};
    const uint32_t why[] = {GPUSIM_NONE, GPUSIM_NONE, 0, GPUSIM_NONE, 1, 1, GPUSIM_NONE};
    scene_frames *s = scene_make(1, 2, names);
    add_all(s, seen[0], 7, 2);
    watched w = watch("threshold",
                      "{rules: [{signal: gpu_temp, above: 85, for: 3, severity: 2},"
                      " {signal: fan_speed, above: 90, and: [{signal: gpu_temp, above: 90}], "
                      "severity: 5}, {signal: fan_speed, step: 40, below: 60, severity: 3}]}",
                      1, s);
    uint32_t *causes;
    double *scores = scores_of(&w, s, &causes);
    for (int i = 0; i < 7; i++) {
        ck_assert_msg(scores[i] == wanted[i], "sample %d: %g", i, scores[i]);
        ck_assert_uint_eq(causes[i], why[i]);
    }
    free(scores);
    free(causes);
    watched_free(&w);
    scene_free(s);
}
END_TEST

// The sets of rules that come along, by file; and a log without one of their signals.
START_TEST(rules_from_files)
{
#define REASON "clock_throttle_reasons."
    // the reasons that are not tried stay as they are
    static const char *const names[] = {"gpu_temp",
                                        "fan_speed",
                                        REASON "sw_power_cap",
                                        "step_time",
                                        "fb_free",
                                        "power_usage",
                                        "gpu_util",
                                        REASON "hw_slowdown",
                                        REASON "sw_thermal_slowdown",
                                        REASON "hw_thermal_slowdown",
                                        REASON "hw_power_brake_slowdown"};
    static const struct {
        const char *file;
        double calm[11], bad[11], score;
    } sets[] = {
        {"watchdog", {60, 40, 0, 0.5, 9999, 100, 90}, {60, 40, 1, 0.5, 9999, 100, 90}, 2},
        {"watchdog", {60, 40, 0, 0.5, 9999, 100, 90}, {60, 40, 0, 1.5, 9999, 100, 90}, 2},
        {"watchdog", {86, 40, 0, NAN, 9999, 100, 90}, {86, 91, 0, NAN, 9999, 100, 90}, 3},
        {"watchdog", {60, 99, 0, NAN, 9999, 100, 90}, {91, 99, 0, NAN, 9999, 100, 90}, 4},
        {"sage", {85, 83, 0, NAN, 9999, 250, 90}, {86, 83, 0, NAN, 9999, 250, 90}, 1},
        {"sage", {60, 83, 0, NAN, 9999, 250, 90}, {60, 83, 0, NAN, 9999, 251, 90}, 1},
        {"sage", {60, 83, 0, NAN, 4078, 250, 90}, {60, 83, 0, NAN, 4077, 250, 90}, 1},
        {"sage", {60, 83, 0, NAN, 9999, 250, 90}, {60, 84, 0, NAN, 9999, 250, 90}, 1},
        {"sage", {60, 83, 0, NAN, 9999, 250, 90}, {60, 83, 0, NAN, 9999, 250, 59}, 1},
        {"watchdog", {60}, {60, [7] = 1}, 2},
        {"watchdog", {60}, {60, [8] = 1}, 2},
        {"watchdog", {60}, {60, [9] = 1}, 2},
        {"watchdog", {60}, {60, [10] = 1}, 2},
    };
    for (size_t i = 0; i < sizeof sets / sizeof sets[0]; i++) {
        char words[4096];
        const gpusim_module *module;
        gpusim_parameters *parameters;
        gpusim_watcher *watcher;
        double scores[2];
        scene_frames *s = scene_make(1, 11, names);
        scene_add(s, sets[i].calm, NULL);
        scene_add(s, sets[i].bad, NULL);
        snprintf(words, sizeof words, "threshold:@%s/analysis/detectors/rules/%s.yaml",
                 getenv("GPUSIM_SOURCE"), sets[i].file);
        ASSERT_OK(gpusim_detector_read(words, &module, &parameters, &err), &err);
        ASSERT_OK(gpusim_watcher_create(module, gpusim_parameters_value(parameters), scene_of(s), 1,
                                        &watcher, &err),
                  &err);
        ASSERT_OK(gpusim_watcher_train(watcher, scene_frames_of(s), &err), &err);
        ASSERT_OK(gpusim_watcher_score(watcher, scene_frames_of(s), scores, NULL, &err), &err);
        ck_assert_msg(scores[0] == 0 && scores[1] == sets[i].score, "%zu: %g %g", i, scores[0],
                      scores[1]);
        gpusim_watcher_destroy(watcher);
        scene_of(s)->signal_count = 1;
        ASSERT_OK(gpusim_watcher_create(module, gpusim_parameters_value(parameters), scene_of(s), 1,
                                        &watcher, &err),
                  &err);
        ck_assert_int_eq(gpusim_watcher_train(watcher, scene_frames_of(s), &err), GPUSIM_ARGUMENT);
        ck_assert_ptr_nonnull(strstr(err.message, "which nobody samples"));
        gpusim_watcher_destroy(watcher);
        gpusim_parameters_destroy(parameters);
        scene_free(s);
    }
}
END_TEST

/* ---- liveness ---- */

START_TEST(missing_is_counted)
{
    const double seen[][2] = {{NAN, 1},   {NAN, 1}, {5, NAN}, {NAN, NAN},
                              {NAN, NAN}, {NAN, 3}, {1, 1}};
    const double wanted[] = {0, 0, 1, 2, 3, 3, 0};
    const uint32_t why[] = {GPUSIM_NONE, GPUSIM_NONE, 1, 1, 1, 0, GPUSIM_NONE};
    scene_frames *s = scene_make(1, 2, NULL);
    add_all(s, seen[0], 7, 2);
    watched w = watch("liveness", "", 1, s);
    uint32_t *causes;
    double *scores = scores_of(&w, s, &causes);
    for (int i = 0; i < 7; i++) {
        ck_assert_double_eq(scores[i], wanted[i]);
        ck_assert_uint_eq(causes[i], why[i]);
    }
    free(scores);
    free(causes);
    watched_free(&w);
    scene_free(s);
}
END_TEST

/* ---- trend ---- */

/* 1 2 4: slope 3/2, Stt 2, residuals 1/6 -1/3 1/6, their square sum 1/6 over one degree of freedom;
 * slope / error = 1.5 sqrt(2) / sqrt(1/6). Two ahead the line is at 23/6 + 3, its error
 * sqrt(1/6 (1 + 1/3 + 9/2)). */
START_TEST(lines_by_hand)
{
    static const char *const names[] = {"gpu_temp", "flat"};
    const double seen[][2] = {{1, 7}, {2, 7}, {4, 7}};
    scene_frames *s = scene_make(1, 2, names);
    add_all(s, seen[0], 3, 2);
    watched w = watch("trend", "{window: 3, least: 3, horizon: 2, floor: 1e-6}", 1, s);
    uint32_t *causes;
    double *scores = scores_of(&w, s, &causes);
    ck_assert_double_eq_tol(scores[2], 1.5 * sqrt(2) / sqrt(1. / 6), 1e-12);
    ck_assert_double_eq(scores[0], scores[2]);
    ck_assert_uint_eq(causes[2], 0);
    free(scores);
    free(causes);
    watched_free(&w);
    w = watch(
        "trend",
        "{window: 3, least: 3, horizon: 2, floor: 1e-6, limits: [{signal: gpu_temp, above: 6}]}", 1,
        s);
    scores = scores_of(&w, s, NULL);
    ck_assert_double_eq_tol(scores[2], (23. / 6 + 3 - 6) / sqrt((1 + 1. / 3 + 4.5) / 6), 1e-12);
    free(scores);
    watched_free(&w);
    scene_free(s);
}
END_TEST

// io-Guard's drift: it warms by a degree a sample, and is foretold to be too hot long before it is.
START_TEST(heat_is_foretold)
{
    static const char *const names[] = {"gpu_temp"};
    scene_frames *s = scene_make(1, 1, names);
    for (int i = 0; i < 60; i++) {
        double warm = (i < 30 ? 60 : 60 + (i - 30)) + (i % 2 ? 0.2 : -0.2);
        scene_add(s, &warm, NULL);
    }
    watched w = watch("trend", "{limits: [{signal: gpu_temp, above: 85}]}", 1, s);
    double *scores = scores_of(&w, s, NULL);
    int first = 30;
    while (first < 60 && scores[first] <= 0) {
        ck_assert_double_lt(scores[first - 1], 0);
        first++;
    }
    // above 85 from sample 55 on; ten ahead that is 45
    ck_assert_int_ge(first, 44);
    ck_assert_int_le(first, 47);
    free(scores);
    watched_free(&w);
    scene_free(s);
}
END_TEST

/* ---- bocd ---- */

// log of the evidence of x[count] as one run: normal-inverse-gamma with mean 0 and alpha 1
static double evidence(const double *x, int count, double kappa, double beta)
{
    double sum = 0, squares = 0, n = count;
    for (int i = 0; i < count; i++) {
        sum += x[i];
        squares += x[i] * x[i];
    }
    double kappa_n = kappa + n, alpha_n = 1 + n / 2, mean = n > 0 ? sum / n : 0;
    double beta_n = beta + (squares - n * mean * mean) / 2 + kappa * n * mean * mean / kappa_n / 2;
    return lgamma(alpha_n) + log(beta) - alpha_n * log(beta_n) + 0.5 * log(kappa / kappa_n) -
           n / 2 * log(2 * acos(-1));
}

/* All ways to cut seven samples into runs, weighed by their evidence: the chance that the last run
 * has fewer than `lag` samples, one more sample not yet seen. */
static double by_enumeration(const double *x, int count, int lag, double hazard)
{
    double total = 0, changed = 0;
    for (int cuts = 0; cuts < 1 << count; cuts++) {
        // bit i: a run ends after sample i
        double weight = 0;
        int begin = 0;
        for (int i = 0; i < count; i++) {
            int ends = cuts >> i & 1;
            weight += log(ends ? hazard : 1 - hazard);
            if (ends || i == count - 1) {
                weight += evidence(x + begin, i + 1 - begin, 0.1, 0.1);
                begin = ends ? i + 1 : begin;
            }
        }
        total += exp(weight);
        changed += count - begin < lag ? exp(weight) : 0;
    }
    return changed / total;
}

START_TEST(changes_by_enumeration)
{
    // mean 0 and deviation 1, so that they are as they are shown
    const double seen[] = {-1.2, -0.8, -1.1, -0.9, 1.2, 0.9, 1.9};
    double x[7], mean = 0, variance = 0;
    scene_frames *s = scene_make(1, 1, NULL);
    add_all(s, seen, 7, 1);
    for (int i = 0; i < 7; i++) {
        mean += seen[i] / 7;
    }
    for (int i = 0; i < 7; i++) {
        variance += (seen[i] - mean) * (seen[i] - mean) / 7;
    }
    for (int i = 0; i < 7; i++) {
        x[i] = (seen[i] - mean) / sqrt(variance);
    }
    for (int lag = 1; lag <= 3; lag++) {
        char yaml[128];
        snprintf(yaml, sizeof yaml, "{expected: 20, lag: %d}", lag);
        watched w = watch("bocd", yaml, 1, s);
        double *scores = scores_of(&w, s, NULL);
        for (int i = 2 * lag; i < 7; i++) {
            ck_assert_double_eq_tol(scores[i], by_enumeration(x, i + 1, lag, 0.05), 1e-12);
        }
        free(scores);
        watched_free(&w);
    }
    scene_free(s);
}
END_TEST

// Runs that are longer than can be told apart change nothing before they are, and little after.
START_TEST(bounded_runs)
{
    scene_frames *s = scene_make(1, 1, NULL);
    for (int i = 0; i < 400; i++) {
        double x = (i * 7919 % 101) / 101. + (i >= 300 ? 5 : 0);
        scene_add(s, &x, NULL);
    }
    watched w = watch("bocd", "{runs: 50}", 1, s), all = watch("bocd", "{runs: 1000}", 1, s);
    double *scores = scores_of(&w, s, NULL), *exact = scores_of(&all, s, NULL);
    for (int i = 0; i < 50; i++) {
        ck_assert_double_eq_tol(scores[i], exact[i], 1e-12);
    }
    for (int i = 50; i < 400; i++) {
        ck_assert_double_eq_tol(scores[i], exact[i], 0.05);
    }
    ck_assert_double_lt(scores[299], 0.1);
    ck_assert_double_gt(scores[302], 0.9);
    ck_assert_double_lt(scores[350], 0.1);
    free(scores);
    free(exact);
    watched_free(&w);
    watched_free(&all);
    scene_free(s);
}
END_TEST

/* ---- peers ---- */

/* Steps of .1 .11 .1 .12 and a straggler's 2: median .11, MAD .01, so z = .6745 (2 - .11) / .01
 * when the floor is 0. Two members of another job are too few, and who has no job has no peers. */
START_TEST(stragglers_by_hand)
{
    const double steps[] = {0.10, 0.11, 0.10, 0.12, 2, 9, 1, 5};
    const uint32_t jobs[] = {7, 7, 7, 7, 7, 3, 3, GPUSIM_NONE};
    scene_frames *s = scene_make(8, 1, NULL);
    for (int i = 0; i < 3; i++) {
        scene_add(s, steps, jobs);
    }
    watched w = watch("job-peer", "{floor: 0}", 1, s);
    uint32_t *causes;
    double *scores = scores_of(&w, s, &causes);
    const double wanted[] = {0.6745, 0, 0.6745, 0.6745, 0.6745 * 189, 0, 0, 0};
    for (int e = 0; e < 8; e++) {
        ck_assert_double_eq_tol(scores[16 + e], wanted[e], 1e-9);
        ck_assert_uint_eq(causes[16 + e], wanted[e] > 0 ? 0 : GPUSIM_NONE);
    }
    free(scores);
    free(causes);
    watched_free(&w);
    scene_free(s);
}
END_TEST

/* The mean of a window of two; a member that joins begins with what it has in this job. */
START_TEST(windows_begin_with_the_job)
{
    const double first[] = {0, 2, 1, 100}, second[] = {4, 2, 1, 3}, third[] = {NAN, 2, 1, 5};
    const uint32_t before[] = {1, 1, 1, 2}, after[] = {1, 1, 1, 1};
    scene_frames *s = scene_make(4, 1, NULL);
    scene_add(s, first, before);
    scene_add(s, second, after);
    scene_add(s, third, after);
    watched w = watch("job-peer", "{window: 2, floor: 0, settle: 0}", 1, s);
    double *scores = scores_of(&w, s, NULL);
    // means 2 2 1 3: median 2, distances 0 0 1 1, MAD 1/2
    const double then[] = {0, 0, 1.349, 1.349};
    // means 4 2 1 4: median 3, distances 1 1 2 1, MAD 1
    const double now[] = {0.6745, 0.6745, 1.349, 0.6745};
    for (int e = 0; e < 4; e++) {
        ck_assert_double_eq_tol(scores[4 + e], then[e], 1e-9);
        ck_assert_double_eq_tol(scores[8 + e], now[e], 1e-9);
    }
    free(scores);
    watched_free(&w);
    scene_free(s);
}
END_TEST

/* The first sample of who joins is partly of what it did before: it counts for nothing, neither as
 * its own mean nor as a peer's. The window of two begins behind it. */
START_TEST(joining_is_no_straggling)
{
    const double first[] = {0, 1, 2, 9}, second[] = {0, 1, 2, 9}, third[] = {0, 1, 2, 5};
    const uint32_t before[] = {1, 1, 1, 2}, after[] = {1, 1, 1, 1};
    scene_frames *s = scene_make(4, 1, NULL);
    scene_add(s, first, before);
    scene_add(s, second, after);
    scene_add(s, third, after);
    watched w = watch("job-peer", "{window: 2, floor: 0}", 1, s);
    double *scores = scores_of(&w, s, NULL);
    // 0 1 2: median 1, distances 1 0 1, MAD 1; then 0 1 2 5: median 1.5, distances 1.5 .5 .5 3.5,
    // MAD 1
    const double then[] = {0.6745, 0, 0.6745, 0};
    const double now[] = {0.6745 * 1.5, 0.6745 * 0.5, 0.6745 * 0.5, 0.6745 * 3.5};
    for (int e = 0; e < 4; e++) {
        ck_assert_double_eq_tol(scores[4 + e], then[e], 1e-9);
        ck_assert_double_eq_tol(scores[8 + e], now[e], 1e-9);
    }
    free(scores);
    watched_free(&w);
    scene_free(s);
}
END_TEST

START_TEST(racks_by_hand)
{
    const double heat[] = {40, 41, 42, 60, 61, 62, 63};
    const uint32_t racks[] = {0, 0, 0, 1, 1, 1, GPUSIM_NONE};
    scene_frames *s = scene_make(7, 1, NULL);
    scene_of(s)->rack = racks;
    scene_add(s, heat, NULL);
    watched w = watch("rack-peer", "{floor: 0}", 1, s);
    double *scores = scores_of(&w, s, NULL);
    const double wanted[] = {0.6745, 0, 0.6745, 0.6745, 0, 0.6745, 0};
    for (int e = 0; e < 7; e++) {
        ck_assert_double_eq_tol(scores[e], wanted[e], 1e-9);
    }
    free(scores);
    watched_free(&w);
    scene_free(s);
}
END_TEST

/* ---- ensemble ---- */

/* Of 0 .. 99 the largest |z|, in units of the deviation: .5 .5 1.5 1.5 ... 49.5 49.5. The tail
 * begins at the 97th of 99 ranks, 48.5; above it is 2 % of the scores, all by 1. `liveness` says 0
 * throughout: no surprise. */
START_TEST(chances_of_scores)
{
    static const char *const names[] = {"gpu_temp"};
    scene_frames *s = scene_make(1, 1, names), *seen = scene_make(1, 1, names);
    for (int i = 0; i < 100; i++) {
        scene_add(s, &(double){i}, NULL);
    }
    const double shown[] = {60, 99, 200};
    add_all(seen, shown, 3, 1);
    watched w = watch("ensemble", "{of: ['zscore:combine=max', liveness]}", 1, s);
    double *scores = scores_of(&w, seen, NULL);
    ck_assert_double_eq_tol(scores[1], -log(0.02) + 49.5 - 48.5, 1e-9);
    ck_assert_double_eq_tol(scores[2], -log(0.02) + 150.5 - 48.5, 1e-9);
    // 10.5: the 20 scores below it are the ranks up to 20 x 1000 / 99, 203 of 1,001
    ck_assert_double_eq_tol(scores[0], -log((1001. - 203) / 1001), 1e-9);
    free(scores);
    watched_free(&w);
    scene_free(s);
    scene_free(seen);
}
END_TEST

/* Of 20,000 the highest 2 % are 1 and the quantiles of a generalised Pareto distribution of shape
 * 1/2 and scale .1, all others 1. What is far above them is as unlikely as that says; an
 * exponential tail of the same mean, .2, would say 15.2 and 28.9. */
START_TEST(heavy_tails)
{
    enum { COUNT = 20000, TAIL = COUNT / 50 };
    scene_frames *s = scene_make(1, 1, NULL), *seen = scene_make(1, 1, NULL);
    for (int i = 0; i < COUNT; i++) {
        double above = i < TAIL ? 0.2 * (sqrt(TAIL / (i + 0.5)) - 1) : 0;
        scene_add(s, &(double){i % 2 ? 1 + above : -1 - above}, NULL);
    }
    const double off[] = {2.5, 5};
    add_all(seen, (double[]){1 + off[0], 1 + off[1]}, 2, 1);
    watched w = watch("ensemble", "{of: ['zscore:combine=max']}", 1, s);
    double *scores = scores_of(&w, seen, NULL);
    for (int i = 0; i < 2; i++) {
        double wanted = -log(0.02) + 2 * log(1 + 0.5 * off[i] / 0.1);
        ck_assert_double_eq_tol(scores[i], wanted, 0.1 * wanted);
    }
    free(scores);
    watched_free(&w);
    scene_free(s);
    scene_free(seen);
}
END_TEST

// The mean of two that say the same is what one says; a cause is that of the one most surprised.
START_TEST(mean_and_cause)
{
    const double shown[] = {0.5, 0.5, NAN, 0.5, 9, 0.5};
    scene_frames *s = scene_make(1, 2, NULL), *seen = scene_make(1, 2, NULL);
    for (int i = 0; i < 50; i++) {
        scene_add(s, (double[]){i % 10 / 10., i % 7 / 7.}, NULL);
    }
    add_all(seen, shown, 3, 2);
    watched one = watch("ensemble", "{of: [zscore]}", 1, s);
    watched two = watch("ensemble", "{of: [zscore, zscore], combine: mean}", 1, s);
    watched gap = watch("ensemble", "{of: [zscore, liveness]}", 1, s);
    uint32_t *causes;
    double *a = scores_of(&one, seen, NULL), *b = scores_of(&two, seen, NULL);
    double *c = scores_of(&gap, seen, &causes);
    for (int i = 0; i < 3; i++) {
        ck_assert_double_eq_tol(a[i], b[i], 1e-12);
    }
    // a gap was never learnt: one of 51
    ck_assert_double_eq_tol(c[1], log(51), 1e-12);
    ck_assert_uint_eq(causes[1], 0);
    ck_assert_uint_eq(causes[2], 0);
    free(a);
    free(b);
    free(c);
    free(causes);
    watched_free(&one);
    watched_free(&two);
    watched_free(&gap);
    scene_free(s);
    scene_free(seen);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("watchers");
    TEST_CASE(suite, 30, rules_hold, rules_from_files, missing_is_counted, lines_by_hand,
              heat_is_foretold, changes_by_enumeration, bounded_runs, stragglers_by_hand,
              windows_begin_with_the_job, joining_is_no_straggling, racks_by_hand,
              chances_of_scores, heavy_tails, mean_and_cause);
    return test_run(suite);
}
