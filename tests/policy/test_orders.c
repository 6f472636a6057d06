/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Schedules of orders worked by hand: the working stands above each. Jobs are listed in order of
 * submission; what they are expected to do is {start, end, preemptions} in seconds. */
#include "worked.h"

static const worked all[] = {
    /* At 10 the ratios (wait + run) / run are B (9+8)/8 = 2.125, C (8+2)/2 = 5, D (7+4)/4 = 2.75:
     * C. At 12: B (11+8)/8 = 2.375, D (9+4)/4 = 3.25: D. At 16: B (15+8)/8 = 2.875, E (1+3)/3 =
     * 1.33: B, although E is shorter. Then E. */
    {"hrrn",
     ONE_GPU,
     "{at: 0 s, duration: 10 s}, {at: 1 s, duration: 8 s}, {at: 2 s, duration: 2 s},"
     "{at: 3 s, duration: 4 s}, {at: 15 s, duration: 3 s}",
     "{order: hrrn}",
     5,
     {{0, 10, 0}, {16, 24, 0}, {10, 12, 0}, {12, 16, 0}, {24, 27, 0}}},
    /* The same on four GPUs of which A takes all, B and C three each, D two, E one, with skipping:
     * at 10 C, D (2.75) does not fit beside it, nor B; at 12 D, B does not fit; at 15 E fits; at
     * 16 B fits beside it. */
    {"hrrn, skip",
     FOUR_GPUS,
     "{at: 0 s, duration: 10 s, gpus: 4}, {at: 1 s, duration: 8 s, gpus: 3},"
     "{at: 2 s, duration: 2 s, gpus: 3}, {at: 3 s, duration: 4 s, gpus: 2},"
     "{at: 15 s, duration: 3 s}",
     "{order: hrrn, blocking: false}",
     5,
     {{0, 10, 0}, {16, 24, 0}, {10, 12, 0}, {12, 16, 0}, {15, 18, 0}}},
    /* Deadlines: B 1 + 10 x 5 = 51, C 2 + 5 + 3 = 10, D none. */
    {"edf",
     ONE_GPU,
     "{at: 0 s, duration: 10 s}, {at: 1 s, duration: 5 s, deadline: {factor: 10}},"
     "{at: 2 s, duration: 5 s, deadline: {slack: 3 s}}, {at: 0 s, duration: 5 s}",
     "{order: edf}",
     4,
     /* by submission: A, D (at 0), B, C. D has no deadline and comes last */
     {{0, 10, 0}, {20, 25, 0}, {15, 20, 0}, {10, 15, 0}}},
    /* Sizes 2 and 10 are equally likely. G(0) = max((1/2)/2, 1/((2+10)/2)) = 1/4, G(1) = (1/2)/1,
     * and above 2 G(a) = 1/(10 - a). A has G(1) = 1/2 when B comes at 1, and keeps the GPU; at 2
     * it falls to 1/8, and B has 1/4. At 4 A goes on from 2; at 6 it has G(4) = 1/6, less than the
     * 1/4 of C, which falls to 1/8 at 8. A, 1/6, goes on from 4 and ends at 14. */
    {"gittins",
     ONE_GPU,
     "{at: 0 s, duration: 10 s}, {at: 1 s, duration: 2 s}, {at: 6 s, duration: 10 s}",
     "{order: gittins, preemption: repack, blocking: false,"
     " gittins: {by: time, sizes: [2 s, 10 s]}}",
     3,
     {{0, 14, 2}, {2, 4, 0}, {6, 22, 1}}},
    /* The same sizes, learnt: A (2 s) and B (10 s) have ended at 12. C runs from 12; at 13, when D
     * comes, C has G(1) = 1/2; at 14 it has outlived the smaller size and falls to 1/8. D: 1/4. */
    {"gittins, learnt",
     ONE_GPU,
     "{at: 0 s, duration: 2 s}, {at: 0 s, duration: 10 s}, {at: 12 s, duration: 10 s},"
     "{at: 13 s, duration: 2 s}",
     "{order: gittins, preemption: repack, blocking: false, gittins: {by: time}}",
     4,
     {{0, 2, 0}, {2, 12, 0}, {12, 24, 1}, {14, 16, 0}}},
    /* Two GPUs, all jobs want both: 2 GPU-seconds a second. A reaches 8 at 4 and falls into the
     * second queue; B, C, E, F (3 s each: 6 GPU-seconds) run to their ends in the first. A has run
     * for 4 s and waited since 4: at 4 + 2 x 4 = 12 it is promoted, behind F, which came at 11. It
     * runs from 16 and reaches 8 once more at 20; G, which came behind it at 15, runs to 23. A has
     * 2 s left. */
    {"2d-las",
     TWO_GPUS,
     "{at: 0 s, duration: 10 s, gpus: 2}, {at: 1 s, duration: 3 s, gpus: 2},"
     "{at: 6 s, duration: 3 s, gpus: 2}, {at: 9 s, duration: 3 s, gpus: 2},"
     "{at: 11 s, duration: 3 s, gpus: 2}, {at: 15 s, duration: 3 s, gpus: 2}",
     "{order: 2d-las, preemption: repack, blocking: false, 2d-las: {limits: [8 s], promote: 2}}",
     6,
     {{0, 25, 2}, {4, 7, 0}, {7, 10, 0}, {10, 13, 0}, {13, 16, 0}, {20, 23, 0}}},
    /* Without promotion A waits for G, too. */
    {"2d-las, no promotion",
     TWO_GPUS,
     "{at: 0 s, duration: 10 s, gpus: 2}, {at: 1 s, duration: 3 s, gpus: 2},"
     "{at: 6 s, duration: 3 s, gpus: 2}, {at: 9 s, duration: 3 s, gpus: 2},"
     "{at: 11 s, duration: 3 s, gpus: 2}, {at: 15 s, duration: 3 s, gpus: 2}",
     "{order: 2d-las, preemption: repack, blocking: false, 2d-las: {limits: [8 s], promote: 0}}",
     6,
     {{0, 25, 1}, {4, 7, 0}, {7, 10, 0}, {10, 13, 0}, {13, 16, 0}, {16, 19, 0}}},
    /* age: 10 points in 100 s; fair share: 100 x 2^(-part / (1/2)). At 10 ann has had all: 25 and
     * B has 0.9 + 25; bob 100: C 0.8 + 100, E 0.6 + 100 + 30 (its own priority): E. At 20 both
     * have had half, 50 each: B 1.9, C 1.8, so B. At 30 ann has had 2/3, bob 1/3: C. */
    {"multifactor",
     ONE_GPU,
     "{at: 0 s, duration: 10 s, user: ann}, {at: 1 s, duration: 10 s, user: ann},"
     "{at: 2 s, duration: 10 s, user: bob}, {at: 4 s, duration: 10 s, user: bob, priority: 30}",
     "{order: multifactor, multifactor: {age: 10, max_age: 100 s, fair_share: 100,"
     " half_life: 0 s, period: 0 s}}",
     4,
     {{0, 10, 0}, {20, 30, 0}, {30, 40, 0}, {10, 20, 0}}},
    /* At 10 bob goes first. At 20 both have had 10 s. Without decay C, which is older, would be
     * next; but of ann's 10 s (even over [0, 10]: 10 x (1/2)/ln 2 = 7.21 at 10) 3.61 are left,
     * of bob's 7.21: parts of 1/3 and 2/3, 100 x 2^(-2/3) = 63 against 100 x 2^(-4/3) = 40: D. */
    {"multifactor, decay",
     ONE_GPU,
     "{at: 0 s, duration: 10 s, user: ann}, {at: 1 s, duration: 10 s, user: bob},"
     "{at: 2 s, duration: 10 s, user: bob}, {at: 3 s, duration: 10 s, user: ann}",
     "{order: multifactor, multifactor: {age: 10, max_age: 100 s, fair_share: 100,"
     " half_life: 10 s, period: 0 s}}",
     4,
     {{0, 10, 0}, {10, 20, 0}, {30, 40, 0}, {20, 30, 0}}},
    /* qos 100 x 1 for B, vc 50 x 0.5 for C, size 40 x 2/4 for D (of small ones 40 x (1 - 2/4)). */
    {"multifactor, factors",
     "{nodes: [{name: n, gpus: 4}], virtual_clusters: {red: {}}}",
     "{at: 0 s, duration: 10 s, gpus: 4}, {at: 1 s, duration: 1 s, gpus: 4, qos: high},"
     "{at: 2 s, duration: 1 s, gpus: 1, vc: red}, {at: 3 s, duration: 1 s, gpus: 2}",
     "{order: multifactor, multifactor: {age: 0, fair_share: 0, qos: 100, vc: 50, size: 40,"
     " period: 0 s, qos_factors: {high: 1}, vc_factors: {red: 0.5}}}",
     4,
     /* B 100 + 40, C 25 + 10, D 20: after B both fit at once */
     {{0, 10, 0}, {10, 11, 0}, {11, 12, 0}, {11, 12, 0}}},
    /* Four GPUs. At 0 nobody has any: a1, then bob with none: b1, then 1 each: a2, b2. At 4 b1
     * ends and bob wants no more: a3. At 10 a1, a2 and b2 end: a4. */
    {"max-min",
     FOUR_GPUS,
     "{at: 0 s, duration: 10 s, user: ann}, {at: 0 s, duration: 10 s, user: ann},"
     "{at: 0 s, duration: 10 s, user: ann}, {at: 0 s, duration: 10 s, user: ann},"
     "{at: 0 s, duration: 4 s, user: bob}, {at: 0 s, duration: 10 s, user: bob}",
     "{order: max-min}",
     6,
     {{0, 10, 0}, {0, 10, 0}, {4, 14, 0}, {10, 20, 0}, {0, 4, 0}, {0, 10, 0}}},
    /* ann counts thrice: a1 (0), b1 (bob 0), a2 (1/3), a3 (2/3). At 4 ann has 3/3, bob 0: b2. */
    {"max-min, weights",
     FOUR_GPUS,
     "{at: 0 s, duration: 10 s, user: ann}, {at: 0 s, duration: 10 s, user: ann},"
     "{at: 0 s, duration: 10 s, user: ann}, {at: 0 s, duration: 10 s, user: ann},"
     "{at: 0 s, duration: 4 s, user: bob}, {at: 0 s, duration: 10 s, user: bob}",
     "{order: max-min, max-min: {weights: {ann: 3}}}",
     6,
     {{0, 10, 0}, {0, 10, 0}, {0, 10, 0}, {10, 20, 0}, {0, 4, 0}, {4, 14, 0}}},
    /* Under repack ann's four jobs hold all until bob comes at 2: then two each. b1 and b2 take
     * the GPUs of a3 and a4, which go on from 2 s at 6, when b1 and b2 end. */
    {"max-min, repack",
     FOUR_GPUS,
     "{at: 0 s, duration: 10 s, user: ann}, {at: 0 s, duration: 10 s, user: ann},"
     "{at: 0 s, duration: 10 s, user: ann}, {at: 0 s, duration: 10 s, user: ann},"
     "{at: 2 s, duration: 4 s, user: bob}, {at: 2 s, duration: 4 s, user: bob}",
     "{order: max-min, preemption: repack, blocking: false}",
     6,
     {{0, 10, 0}, {0, 10, 0}, {0, 14, 1}, {0, 14, 1}, {2, 6, 0}, {2, 6, 0}}},
    /* Leases of 4 s. At 4 rho is (4 + 4)/8 = 1 for A and (3 + 4)/4 = 1.75 for B: B. At 8 A has
     * (8 + 4)/8 = 1.5, C (3 + 2)/2 = 2.5: C. At 10 A goes on with 4 s left. */
    {"themis",
     ONE_GPU,
     "{at: 0 s, duration: 8 s}, {at: 1 s, duration: 4 s}, {at: 5 s, duration: 2 s}",
     "{order: themis, preemption: repack, blocking: false, themis: {lease: 4 s}}",
     3,
     {{0, 14, 1}, {4, 8, 0}, {8, 10, 0}}},
    /* Without preemption: at 10 B (9+8)/8 = 2.1, C (8+2)/2 = 5; then B. */
    {"themis, no preemption",
     ONE_GPU,
     "{at: 0 s, duration: 10 s}, {at: 1 s, duration: 8 s}, {at: 2 s, duration: 2 s}",
     "{order: themis}",
     3,
     {{0, 10, 0}, {12, 20, 0}, {10, 12, 0}}},
    /* Nothing has ended: A, B and C are taken for 5 s each, and go in order. D and E come when x
     * is known to take 20 s and y 2 s: E goes first. */
    {"qssf",
     ONE_GPU,
     "{at: 0 s, duration: 20 s, user: ann, name: x}, {at: 1 s, duration: 2 s, user: bob, name: y},"
     "{at: 2 s, duration: 20 s, user: ann, name: x},"
     "{at: 30 s, duration: 20 s, user: ann, name: x},"
     "{at: 31 s, duration: 2 s, user: bob, name: y}",
     "{order: qssf, qssf: {first: 5 s}}",
     5,
     {{0, 20, 0}, {20, 22, 0}, {22, 42, 0}, {44, 64, 0}, {42, 44, 0}}},
};

START_TEST(by_hand)
{
    check_worked(&all[_i]);
}
END_TEST

// The prediction of the schedule above: 5 for 20, 2 and 20; then 20 for 20 and 2 for 2.
START_TEST(predictions_are_judged)
{
    gpusim_model *model = compile_text(
        "gpusim: 1\nuntil: drained\ncluster: " ONE_GPU "\nworkload: [{jobs: ["
        "{at: 0 s, duration: 20 s, user: ann, name: x}, {at: 1 s, duration: 2 s, user: bob,"
        " name: y}, {at: 2 s, duration: 20 s, user: ann, name: x},"
        "{at: 30 s, duration: 20 s, user: ann, name: x, deadline: {factor: 1, slack: 14 s}},"
        "{at: 31 s, duration: 2 s, user: bob, name: y, deadline: {factor: 1}}]}]\n"
        "scheduler: {order: qssf, qssf: {first: 5 s}}\n");
    gpusim_sim *sim = run_model(model, 1, NULL);
    const gpusim_summary *summary = gpusim_sim_summary(sim);
    ck_assert_uint_eq(summary->predictions, 5);
    ck_assert_uint_eq(summary->predicted_twofold, 2);
    ck_assert_double_eq_tol(summary->prediction_error_s, (15 + 3 + 15) / 5.0, 1e-12);
    ck_assert_uint_eq(summary->deadlines, 2); // 30 + 20 + 14 = 64 is met, 31 + 2 = 33 is not
    ck_assert_uint_eq(summary->deadlines_met, 1);
    ck_assert_uint_eq(summary->oracle, 0);
    gpusim_sim_destroy(sim);
    gpusim_model_destroy(model);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("orders");
    TCase *cases = tcase_create("all");
    tcase_add_loop_test(cases, by_hand, 0, sizeof all / sizeof all[0]);
    tcase_add_test(cases, predictions_are_judged);
    suite_add_tcase(suite, cases);
    return test_run(suite);
}
