/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Choices of options by an integer program, held against all choices there are; and schedules of
 * `sia` worked by hand. */
#include <gpusim/random.h>

#include "../schedulers/choice_ip.h"
#include "../schedulers/share_lp.h"
#include "harness.h"

#include "worked.h"

// ---- the program ----

enum { JOBS = 5, OPTIONS = 4, TYPES = 2 };

typedef struct game {
    gs_option options[JOBS][OPTIONS];
    uint32_t count[JOBS], alike[JOBS], chosen[JOBS];
    double capacity[TYPES], used[TYPES], value;
} game;

static uint32_t options_of(void *self, uint32_t row, gs_option *options, uint32_t *jobs)
{
    const game *g = self;
    memcpy(options, g->options[row], g->count[row] * sizeof *options);
    *jobs = g->alike[row];
    return g->count[row];
}

static void chosen(void *self, uint32_t row, const gs_option *option, uint32_t jobs)
{
    game *g = self;
    g->chosen[row] += jobs;
    g->used[option->type] += (double)jobs * option->gpus;
    g->value += jobs * option->value;
}

static gs_choice_result solve(game *g)
{
    gs_choice choice = {.self = g,
                        .rows = JOBS,
                        .types = TYPES,
                        .capacity = g->capacity,
                        .options = options_of,
                        .chosen = chosen};
    gs_choice_result result;
    gpusim_error err = {0};
    ASSERT_OK(gs_choice_solve(&choice, &result, &err), &err);
    return result;
}

static double best_of_all(const game *g, int job, double left0, double left1)
{
    if (job == JOBS) {
        return 0;
    }
    double best = best_of_all(g, job + 1, left0, left1);
    for (uint32_t i = 0; i < g->count[job]; i++) {
        const gs_option *option = &g->options[job][i];
        double left[] = {left0, left1};
        left[option->type] -= option->gpus;
        if (left[option->type] >= 0) {
            best = fmax(best, option->value + best_of_all(g, job + 1, left[0], left[1]));
        }
    }
    return best;
}

static void make_game(game *g, uint32_t number)
{
    gpusim_stream stream = gpusim_stream_make(number, "test", "choice");
    uint64_t draws = 0;
    *g = (game){.value = 0};
    for (int t = 0; t < TYPES; t++) {
        g->capacity[t] = 1 + (double)gpusim_draw_index(stream, draws++, 8);
    }
    for (int j = 0; j < JOBS; j++) {
        g->alike[j] = 1;
        g->count[j] = (uint32_t)gpusim_draw_index(stream, draws++, OPTIONS + 1);
        for (uint32_t i = 0; i < g->count[j]; i++) {
            uint32_t gpus = 1 + (uint32_t)gpusim_draw_index(stream, draws++, 5);
            double value = gpus * gpusim_draw_uniform(stream, draws++) + 0.001;
            g->options[j][i] =
                (gs_option){.value = value,
                            .type = (uint32_t)gpusim_draw_index(stream, draws++, TYPES),
                            .gpus = gpus,
                            .held = i == 0 && gpusim_draw_index(stream, draws++, 2)};
        }
    }
}

/* 500 random programs of 5 jobs, each against all choices that there are. */
START_TEST(best_of_all_choices)
{
    uint32_t branched = 0;
    for (uint32_t number = 0; number < 500; number++) {
        game g;
        make_game(&g, number);
        double best = best_of_all(&g, 0, g.capacity[0], g.capacity[1]);
        gs_choice_result result = solve(&g);
        ck_assert_double_eq_tol(g.value, best, 1e-9);
        ck_assert_double_eq_tol(result.value, best, 1e-9);
        ck_assert_double_ge(result.bound, best - 1e-9);
        branched += result.branches > 1;
        for (int t = 0; t < TYPES; t++) {
            ck_assert_double_le(g.used[t], g.capacity[t]);
        }
        for (int j = 0; j < JOBS; j++) {
            ck_assert_uint_le(g.chosen[j], 1);
        }
    }
    ck_assert_uint_gt(branched, 50); // rounding alone would not do
}
END_TEST

/* A row of jobs that are alike is as good as that many rows. */
START_TEST(alike_jobs_share_a_row)
{
    for (uint32_t number = 0; number < 200; number++) {
        game g, apart;
        make_game(&g, number);
        for (int j = 0; j < JOBS; j++) { // jobs 1 and 2 are like 0, the last like the last but one
            int like = j < 3 ? 0 : 3;
            memcpy(g.options[j], g.options[like], sizeof g.options[j]);
            g.count[j] = g.count[like];
        }
        apart = g;
        g.alike[0] = 3, g.alike[3] = 2;
        g.count[1] = g.count[2] = g.count[4] = 0;
        solve(&apart);
        solve(&g);
        ck_assert_double_eq_tol(g.value, apart.value, 1e-9);
        ck_assert_uint_le(g.chosen[0], 3);
        ck_assert_uint_eq(g.chosen[1] + g.chosen[2] + g.chosen[4], 0);
    }
}
END_TEST

// ---- the scheduler ----

#define TWO_MODELS                                                                                 \
    "{physics: false, throughput: {reference: V100-SXM2-16GB, rates: {a: {V100-SXM2-16GB: 4, "     \
    "T4: 1}, b: {V100-SXM2-16GB: 2, T4: 1}}}, nodes: [{name: t, gpus: 2, gpu: T4}, "               \
    "{name: v, gpus: 2, gpu: V100-SXM2-16GB}]}"
#define SHRINKS                                                                                    \
    "{duration: 1200 s, gpus: 1, elastic: {min: 1, max: 4, cost: 20 s}},"                          \
    "{at: 130 s, duration: 100 s, gpus: 2}"

static const worked schedules[] = {
    /* G is 1, 2 on V and 0.25, 0.5 on T of A, 1, 2 and 0.5, 1 of B; over the least of each that is
     * N = 4, 8, 1, 2 of A and 2, 4, 1, 2 of B, and the cost is N^-0.5. At 0 s:
     *     A on 2 V, B on 2 T    0.354 + 0.707 = 1.061, the least
     *     A on 2 T, B on 2 V    0.707 + 0.5   = 1.207
     *     one V and T each      0.5 + 1, or 1 + 0.707
     * A ends at 1000 / 2 = 500 s. The round after that is at 540 s: B stays at 0.707 - 0.01, or
     * moves to 2 V with r = 540 / 570: (4 r)^-0.5 + 0.01 = 0.524. It has 460 s of work left, which
     * take 20 s to restart and 230 s. */
    {"a faster model",
     TWO_MODELS,
     "{duration: 1000 s, gpus: 1, kind: a, elastic: {min: 1, max: 2}},"
     "{duration: 1000 s, gpus: 1, kind: b, elastic: {min: 1, max: 2}, profile: {restart: 20 s}}",
     "{module: sia}",
     2,
     {{0, 500, 0}, {0, 790, 1}}},
    /* A has 4 GPUs until the round at 180 s, and has done 720 s. Now r = 180 / 210:
     *     A stays, B waits      0.5 - 0.01 + 1.1                            = 1.59
     *     A on 2, B on 2        (2 r)^-0.5 + 0.01 + 2^-0.5 + 0.01           = 1.491
     * B ends at 280 s. At 300 s A has done 200 s more, r = (300 - 30) / 330: to grow costs
     * (4 r)^-0.5 + 0.01 = 0.563, to stay 0.697. The other 280 s take 20 s and 70 s. */
    {"shrinks and grows", FOUR_GPUS, SHRINKS, "{module: sia}", 2, {{0, 390, 0}, {180, 280, 0}}},
    /* At 180 s r = 180 / 480: A on 2 would cost 1.155 + 0.01, with B 1.882; B alone 1.1 + 0.717.
     * A ends at 300 s, when there is a round. */
    {"a change that is too dear",
     FOUR_GPUS,
     SHRINKS,
     "{module: sia, delay: 300 s}",
     2,
     {{0, 300, 0}, {300, 400, 0}}},
    /* At p = 1 it adds up N + lambda: 2.1 for one GPU each, 3.1 for two of one job. The least cost
     * at p = -0.5 would be 0.707 + 1.1, of two for one job. */
    {"the sum of goodputs",
     TWO_GPUS,
     "{duration: 100 s, gpus: 1, elastic: {min: 1, max: 2}},"
     "{duration: 100 s, gpus: 1, elastic: {min: 1, max: 2}},"
     "{at: 10 s, duration: 60 s, gpus: 1}",
     "{module: sia, p: 1}",
     3,
     {{0, 100, 0}, {0, 100, 0}, {120, 180, 0}}},
    /* Jobs of parts of GPUs, and gangs that no type can hold, start where there is room: half
     * a GPU takes twice as long. */
    {"who has no choice",
     "{nodes: [{name: m, gpus: 2}, {name: n, gpus: 2}]}",
     "{duration: 30 s, gpus: 4}, {at: 10 s, duration: 50 s, gpus: 1, gpu_share: 0.5}",
     "{module: sia}",
     2,
     {{0, 30, 0}, {60, 160, 0}}},
};

START_TEST(worked_by_hand)
{
    check_worked(&schedules[_i]);
}
END_TEST

START_TEST(power_of_nothing)
{
    gpusim_error err = {0};
    gpusim_spec *spec = NULL;
    gpusim_model *model = NULL;
    const char *text = "gpusim: 1\nuntil: drained\ncluster: {nodes: [{name: n, gpus: 1}]}\n"
                       "scheduler: {module: sia, p: 0}\nworkload: [{jobs: [{duration: 1 s}]}]\n";
    ASSERT_OK(gpusim_spec_parse(text, strlen(text), "text", NULL, &spec, &err), &err);
    ck_assert_int_eq(gpusim_model_compile(spec, &model, &err), GPUSIM_SCENARIO);
    ck_assert_str_eq(err.key, "scheduler.p");
    gpusim_spec_destroy(spec);
}
END_TEST

int main(void)
{
    if (!gs_share_solver()) {
        printf("skipped: built without GLPK\n");
        return 77;
    }
    Suite *suite = suite_create("policy/sia");
    TCase *cases = tcase_create("all");
    tcase_set_timeout(cases, 60);
    tcase_add_test(cases, best_of_all_choices);
    tcase_add_test(cases, alike_jobs_share_a_row);
    tcase_add_loop_test(cases, worked_by_hand, 0, sizeof schedules / sizeof schedules[0]);
    tcase_add_test(cases, power_of_nothing);
    suite_add_tcase(suite, cases);
    return test_run(suite);
}
