/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who is stopped for whom, what is lent and reclaimed, and passes by period, worked by hand. */
#include "worked.h"

#define TWO_VCS                                                                                    \
    "{nodes: [{name: n, gpus: 4}], virtual_clusters: {red: {quota: 2}, blue: {quota: 2}}}"

static const worked all[] = {
    /* C finds no GPUs at 2 and stops B, the younger one, which goes on from 1 s at 7. */
    {"priority, the youngest",
     FOUR_GPUS,
     "{at: 0 s, duration: 20 s, gpus: 2}, {at: 1 s, duration: 20 s, gpus: 2},"
     "{at: 2 s, duration: 5 s, gpus: 2, priority: 5}",
     "{order: priority, preemption: priority}",
     3,
     {{0, 20, 0}, {1, 26, 1}, {2, 7, 0}}},
    /* D wants all four. A, which has 2 of them, is worth more: nobody is stopped in vain. At 10 A
     * has ended; D stops B, which goes on from 10 s at 15. */
    {"priority, not in vain",
     FOUR_GPUS,
     "{at: 0 s, duration: 10 s, gpus: 2, priority: 2}, {at: 0 s, duration: 20 s, gpus: 2},"
     "{at: 1 s, duration: 5 s, gpus: 4, priority: 1}",
     "{order: priority, preemption: priority}",
     3,
     {{0, 10, 0}, {0, 25, 1}, {10, 15, 0}}},
    /* The younger Y has too little; with X it is enough, and then Y need not go. */
    {"priority, no more than needed",
     FOUR_GPUS,
     "{at: 0 s, duration: 20 s, gpus: 3}, {at: 1 s, duration: 20 s, gpus: 1},"
     "{at: 2 s, duration: 5 s, gpus: 3, priority: 1}",
     "{order: priority, preemption: priority}",
     3,
     {{0, 25, 1}, {1, 21, 0}, {2, 7, 0}}},
    /* The lowest priority goes first, although A is older than B. */
    {"priority, the lowest",
     FOUR_GPUS,
     "{at: 0 s, duration: 20 s, gpus: 2}, {at: 1 s, duration: 20 s, gpus: 2, priority: 1},"
     "{at: 2 s, duration: 5 s, gpus: 2, priority: 5}",
     "{order: priority, preemption: priority}",
     3,
     {{0, 25, 1}, {1, 21, 0}, {2, 7, 0}}},
    /* Red's quota of 2 is used by its own job of low priority, though 2 GPUs are free. */
    {"priority, within a quota",
     TWO_VCS,
     "{at: 0 s, duration: 20 s, gpus: 2, vc: red},"
     "{at: 2 s, duration: 5 s, gpus: 2, vc: red, priority: 1}",
     "{order: priority, preemption: priority}",
     2,
     {{0, 25, 1}, {2, 7, 0}}},
    /* B stops the spot job, which goes on from 2 s at 6; the spot job C stops nobody. */
    {"spot",
     FOUR_GPUS,
     "{at: 0 s, duration: 10 s, gpus: 4, preemptible: true}, {at: 2 s, duration: 4 s, gpus: 2},"
     "{at: 3 s, duration: 1 s, gpus: 4, preemptible: true}",
     "{order: fifo, preemption: spot}",
     3,
     {{0, 14, 1}, {2, 6, 0}, {14, 15, 0}}},
    /* Red has used its quota. R2 and R3 run on what blue leaves, R4 is no spot job and waits. B1
     * claims a GPU at 4 and gets that of R3, the younger one, which goes on from 2 s at 8. At 10 R1
     * ends, and R4 takes its own. */
    {"borrow",
     TWO_VCS,
     "{at: 0 s, duration: 10 s, gpus: 2, vc: red},"
     "{at: 1 s, duration: 20 s, gpus: 1, vc: red, preemptible: true},"
     "{at: 2 s, duration: 20 s, gpus: 1, vc: red, preemptible: true},"
     "{at: 3 s, duration: 5 s, gpus: 1, vc: red}, {at: 4 s, duration: 4 s, gpus: 1, vc: blue}",
     "{order: fifo, borrow: true}",
     5,
     {{0, 10, 0}, {1, 21, 0}, {2, 26, 1}, {10, 15, 0}, {4, 8, 0}}},
    /* Not lent: R2 and R3 wait for red's quota as R4 does. */
    {"no borrow",
     TWO_VCS,
     "{at: 0 s, duration: 10 s, gpus: 2, vc: red},"
     "{at: 1 s, duration: 20 s, gpus: 1, vc: red, preemptible: true},"
     "{at: 2 s, duration: 20 s, gpus: 1, vc: red, preemptible: true},"
     "{at: 3 s, duration: 5 s, gpus: 1, vc: red}, {at: 4 s, duration: 4 s, gpus: 1, vc: blue}",
     "{order: fifo}",
     5,
     {{0, 10, 0}, {10, 30, 0}, {10, 30, 0}, {30, 35, 0}, {4, 8, 0}}},
    /* A spot job may want more than the quota; as R1 ends, R2 is red's own and may not be
     * reclaimed by blue. */
    {"borrow, and repay",
     TWO_VCS,
     "{at: 0 s, duration: 5 s, gpus: 2, vc: red},"
     "{at: 1 s, duration: 20 s, gpus: 2, vc: red, preemptible: true},"
     "{at: 6 s, duration: 20 s, gpus: 2, vc: blue}, {at: 7 s, duration: 1 s, gpus: 1, vc: blue}",
     "{order: fifo, borrow: true}",
     4,
     {{0, 5, 0}, {1, 21, 0}, {6, 26, 0}, {26, 27, 0}}},
    /* Passes at 0, 10, 20, ... */
    {"period",
     ONE_GPU,
     "{at: 1 s, duration: 5 s}, {at: 12 s, duration: 3 s}",
     "{order: fifo, period: 10 s}",
     2,
     {{10, 15, 0}, {20, 23, 0}}},
    /* Either node is full with A on it: it goes to the other at each check, and has ended at 30. */
    {"evict, elsewhere",
     "{nodes: [{name: n, gpus: 1}, {name: m, gpus: 1}]}",
     "{at: 0 s, duration: 30 s}",
     "{order: fifo, evict: random, evict_every: 10 s}",
     1,
     {{0, 30, 2}}},
    /* There is no other node: it comes back. B has come later and waits all the same. */
    {"evict, and come back",
     ONE_GPU,
     "{at: 0 s, duration: 25 s}, {at: 5 s, duration: 3 s}",
     "{order: fifo, evict: random, evict_every: 10 s}",
     2,
     {{0, 25, 2}, {25, 28, 0}}},
    /* Three of four is no more than 0.95. */
    {"evict, not busy enough",
     FOUR_GPUS,
     "{at: 0 s, duration: 30 s, gpus: 3}",
     "{order: fifo, evict: random, evict_every: 10 s}",
     1,
     {{0, 30, 0}}},
    /* With backfill as well: A is first in order again. */
    {"evict, with backfill",
     ONE_GPU,
     "{at: 0 s, duration: 12 s}, {at: 1 s, duration: 5 s}",
     "{order: fifo, backfill: conservative, evict: random, evict_every: 10 s}",
     2,
     {{0, 12, 1}, {12, 17, 0}}},
    /* las wants to be asked at 3, when A falls, and is at 4. */
    {"period, and repack",
     ONE_GPU,
     "{at: 0 s, duration: 8 s}, {at: 1 s, duration: 2 s}",
     "{order: las, preemption: repack, period: 4 s, las: {limits: [3 s]}}",
     2,
     {{0, 12, 1}, {4, 6, 0}}},
};

START_TEST(by_hand)
{
    check_worked(&all[_i]);
}
END_TEST

// Each of four jobs on a node is drawn about as often: 400 draws, chi-square of 3 degrees of
// freedom, 16.3 at p = 0.001.
START_TEST(drawn_evenly)
{
    collected rows = {0};
    gpusim_model *model = compile_text(
        "gpusim: 1\nuntil: drained\ncluster: " FOUR_GPUS "\nworkload: [{jobs: ["
        "{duration: 4010 s}, {duration: 4010 s}, {duration: 4010 s}, {duration: 4010 s}]}]\n"
        "scheduler: {evict: random, evict_every: 10 s}\n");
    gpusim_sim *sim = run_model(model, 1, &rows);
    double chi = 0, total = 0;
    for (uint64_t i = 0; i < 4; i++) {
        double off = job_row(&rows, i)->preemptions - 100.0;
        total += job_row(&rows, i)->preemptions;
        chi += off * off / 100.0;
    }
    ck_assert_double_eq(total, 400);
    ck_assert_double_lt(chi, 16.3);
    uint32_t shed = 0;
    const gs_array *decisions = &rows.tables[GPUSIM_TABLE_DECISIONS];
    for (uint32_t i = 0; i < decisions->count; i++) {
        const gpusim_decision_row *row = &GS_AT(*decisions, gpusim_decision_row, i);
        shed += row->what == GPUSIM_DECISION_PREEMPT &&
                strcmp(gpusim_model_name(model, row->reason), "overload") == 0;
    }
    ck_assert_uint_eq(shed, 400);
    gpusim_sim_destroy(sim);
    gpusim_model_destroy(model);
    collect_release(&rows);
}
END_TEST

// what cannot be combined is said so
START_TEST(not_together)
{
    static const char *const wrong[] = {"{borrow: true, preemption: repack}",
                                        "{preemption: repack, backfill: easy}",
                                        "{evict: random, period: 10 s}"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        char text[256];
        gpusim_error err = {0};
        gpusim_spec *spec = NULL;
        gpusim_model *model = NULL;
        snprintf(text, sizeof text,
                 "gpusim: 1\ncluster: " ONE_GPU "\nworkload: [{jobs: [{duration: 1 s}]}]\n"
                 "scheduler: %s\n",
                 wrong[i]);
        ASSERT_OK(gpusim_spec_parse(text, strlen(text), "test.yaml", NULL, &spec, &err), &err);
        ck_assert_int_eq(gpusim_model_compile(spec, &model, &err), GPUSIM_SCENARIO);
        ck_assert_ptr_null(model);
        ck_assert_str_ne(err.hint, "");
        gpusim_spec_destroy(spec);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("preempt");
    TCase *cases = tcase_create("all");
    tcase_add_loop_test(cases, by_hand, 0, sizeof all / sizeof all[0]);
    tcase_add_test(cases, drawn_evenly);
    tcase_add_test(cases, not_together);
    suite_add_tcase(suite, cases);
    return test_run(suite);
}
