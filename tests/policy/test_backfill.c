/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Backfill, worked by hand: with slow starts, and beside those who stop others or are lent GPUs. */
#include "worked.h"

#define SLOW_AND_FAST "{nodes: [{name: s, gpus: 1, run_time: {a: 2}}, {name: f, gpus: 1}]}"

#define TWO_VCS                                                                                    \
    "{nodes: [{name: n, gpus: 4}], virtual_clusters: {red: {quota: 2}, blue: {quota: 2}}}"

/* B is promised all GPUs at 20, C goes before it. D stops both who run; then A and C go on, and B
 * comes when A has ended. */
#define HIGHER(backfill)                                                                           \
    {                                                                                              \
        "a higher one, " backfill, FOUR_GPUS,                                                      \
            "{at: 0 s, duration: 20 s, gpus: 2}, {at: 1 s, duration: 5 s, gpus: 4},"               \
            "{at: 2 s, duration: 10 s, gpus: 2}, {at: 3 s, duration: 5 s, gpus: 4, priority: 5}",  \
            "{order: priority, preemption: priority, backfill: " backfill "}", 4,                  \
        {                                                                                          \
            {0, 25, 1}, {25, 30, 0}, {2, 17, 1},                                                   \
            {                                                                                      \
                3, 8, 0                                                                            \
            }                                                                                      \
        }                                                                                          \
    }

/* R2 runs on what blue leaves until B1 claims it, and again from 7. */
#define RECLAIM(backfill)                                                                          \
    {                                                                                              \
        "reclaim, " backfill, TWO_VCS,                                                             \
            "{at: 0 s, duration: 10 s, gpus: 2, vc: red},"                                         \
            "{at: 1 s, duration: 20 s, gpus: 1, vc: red, preemptible: true},"                      \
            "{at: 2 s, duration: 5 s, gpus: 2, vc: blue}",                                         \
            "{order: fifo, borrow: true, backfill: " backfill "}", 3,                              \
        {                                                                                          \
            {0, 10, 0}, {1, 26, 1},                                                                \
            {                                                                                      \
                2, 7, 0                                                                            \
            }                                                                                      \
        }                                                                                          \
    }

/* Red's quota has one GPU left, but R2 is promised both at 10: R3 is lent one and may keep it, R4
 * cannot be and waits for R2. */
#define QUOTA(backfill)                                                                            \
    {                                                                                              \
        "a promise of quota, " backfill, TWO_VCS,                                                  \
            "{at: 0 s, duration: 10 s, gpus: 1, vc: red}, {at: 1 s, duration: 5 s, gpus: 2, vc: "  \
            "red},"                                                                                \
            "{at: 2 s, duration: 20 s, gpus: 1, vc: red, preemptible: true},"                      \
            "{at: 3 s, duration: 20 s, gpus: 1, vc: red}",                                         \
            "{order: fifo, borrow: true, backfill: " backfill "}", 4,                              \
        {                                                                                          \
            {0, 10, 0}, {10, 15, 0}, {2, 22, 0},                                                   \
            {                                                                                      \
                15, 35, 0                                                                          \
            }                                                                                      \
        }                                                                                          \
    }

static const worked all[] = {
    /* A is believed to take 10 s and runs where it takes 20: B, which wants both GPUs, is promised
     * them at 20 at once, so that C goes before it at 1. */
    {"conservative, a slow start",
     SLOW_AND_FAST,
     "{at: 0 s, duration: 10 s, kind: a}, {at: 0 s, duration: 5 s, gpus: 2},"
     "{at: 1 s, duration: 15 s}",
     "{order: fifo, backfill: conservative, first-fit: {scatter: true}}",
     3,
     {{0, 20, 0}, {20, 25, 0}, {1, 16, 0}}},
    HIGHER("easy"),
    HIGHER("conservative"),
    RECLAIM("easy"),
    RECLAIM("conservative"),
    QUOTA("easy"),
    QUOTA("conservative"),
    /* C could stop the spot job S but would still run when K is due, and waits. At 20 K stops S,
     * which has done 20 s. */
    {"a reservation holds",
     FOUR_GPUS,
     "{at: 0 s, duration: 20 s, gpus: 2}, {at: 0 s, duration: 30 s, gpus: 2, preemptible: true},"
     "{at: 1 s, duration: 5 s, gpus: 4}, {at: 2 s, duration: 40 s, gpus: 2}",
     "{order: fifo, preemption: spot, backfill: conservative}",
     4,
     {{0, 20, 0}, {0, 35, 1}, {20, 25, 0}, {25, 65, 0}}},
    /* This C has ended by 30, when K is due, and stops S at 2. S goes on at 20, and K stops it when
     * C ends. */
    {"before a reservation",
     FOUR_GPUS,
     "{at: 0 s, duration: 20 s, gpus: 2}, {at: 0 s, duration: 30 s, gpus: 2, preemptible: true},"
     "{at: 1 s, duration: 5 s, gpus: 4}, {at: 2 s, duration: 20 s, gpus: 2}",
     "{order: fifo, preemption: spot, backfill: conservative}",
     4,
     {{0, 20, 0}, {0, 53, 2}, {22, 27, 0}, {2, 22, 0}}},
};

START_TEST(by_hand)
{
    check_worked(&all[_i]);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("backfill");
    TCase *cases = tcase_create("all");
    tcase_add_loop_test(cases, by_hand, 0, sizeof all / sizeof all[0]);
    suite_add_tcase(suite, cases);
    return test_run(suite);
}
