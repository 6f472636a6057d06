/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Backfill, worked by hand. */
#include "worked.h"

#define SLOW_AND_FAST "{nodes: [{name: s, gpus: 1, run_time: {a: 2}}, {name: f, gpus: 1}]}"

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
