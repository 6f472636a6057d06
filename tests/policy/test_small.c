/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Schedules small enough to be worked by hand, one for each policy. */
#include "harness.h"

#include <string.h>

/* What is given, and what must come out: seconds. */
typedef struct row {
    const char *name;
    int submit, duration, gpus;
    int start, end, preemptions;
    int estimate; /* 0: exact */
    int priority, vc, migrations;
} row;

#define ROW(its_name, its_submit, its_duration, its_gpus, its_start, its_end, ...)                 \
    {                                                                                              \
        .name = its_name, .submit = its_submit, .duration = its_duration, .gpus = its_gpus,        \
        .start = its_start, .end = its_end, .preemptions = __VA_ARGS__                             \
    }

static void run(world *w, const row *rows, uint32_t count)
{
    world_job jobs[16];
    for (uint32_t i = 0; i < count; i++) {
        const row *r = &rows[i];
        int estimate = r->estimate ? r->estimate : r->duration;
        jobs[i] = (world_job){.submit = SECONDS(r->submit),
                              .duration = SECONDS(r->duration),
                              .estimate = SECONDS(estimate),
                              .gpus = (uint32_t)r->gpus,
                              .priority = r->priority,
                              .vc = w->view.vc_count ? (uint32_t)r->vc : GPUSIM_NONE,
                              .group = GPUSIM_NONE};
    }
    w->check = 1;
    world_jobs(w, jobs, count);
    world_run(w);
    for (uint32_t i = 0; i < count; i++) {
        const row *r = &rows[i];
        const world_job *job = &w->jobs[i];
        ck_assert_msg(job->start == SECONDS(r->start) && job->end == SECONDS(r->end) &&
                          job->preemptions == (uint32_t)r->preemptions &&
                          job->migrations == (uint32_t)r->migrations,
                      "%s: %g to %g s, %u preemptions, not %d to %d, %d", r->name,
                      gpusim_seconds(job->start), gpusim_seconds(job->end), job->preemptions,
                      r->start, r->end, r->preemptions);
    }
    ck_assert_uint_eq(w->refusals, 0);
    world_free(w);
}

static world *pool(uint32_t gpus, const char *order, int blocking, int backfill, int preemption)
{
    world_group group = {.nodes = 1, .gpus = gpus};
    world *w = world_make(&group, 1, NULL, 0);
    w->setup = world_setup(order, blocking, "first-fit", backfill, preemption);
    return w;
}

#define RUN(w, rows) run((w), (rows), (uint32_t)(sizeof(rows) / sizeof((rows)[0])))

/* Five jobs on a pool of 4 GPUs serve most policies:
 *          A: 0 s, 10 s x 2    B: 1 s, 10 s x 4    C: 2 s, 4 s x 1    D: 3 s, 20 s x 2
 *          E: 4 s, 3 s x 1 */

/* A runs to 10; B wants all 4 and holds back the rest until then. At 20 C, D, E fit together. */
START_TEST(fifo_blocking)
{
    static const row rows[] = {ROW("A", 0, 10, 2, 0, 10, 0), ROW("B", 1, 10, 4, 10, 20, 0),
                               ROW("C", 2, 4, 1, 20, 24, 0), ROW("D", 3, 20, 2, 20, 40, 0),
                               ROW("E", 4, 3, 1, 20, 23, 0)};
    RUN(pool(4, "fifo", 1, 0, 0), rows);
}
END_TEST

/* C at 2 and E at 4 take the two free GPUs; D finds two free at 7, when E has ended (C at 6); B
 * must wait for D. */
START_TEST(fifo_skipping)
{
    static const row rows[] = {ROW("A", 0, 10, 2, 0, 10, 0), ROW("B", 1, 10, 4, 27, 37, 0),
                               ROW("C", 2, 4, 1, 2, 6, 0), ROW("D", 3, 20, 2, 7, 27, 0),
                               ROW("E", 4, 3, 1, 4, 7, 0)};
    RUN(pool(4, "fifo", 0, 0, 0), rows);
}
END_TEST

/* C (4 s) goes before B (10 s) at 2, E (3 s) at 4; then B is the shortest and holds back D. */
START_TEST(sjf_blocking)
{
    static const row rows[] = {ROW("A", 0, 10, 2, 0, 10, 0), ROW("B", 1, 10, 4, 10, 20, 0),
                               ROW("C", 2, 4, 1, 2, 6, 0), ROW("D", 3, 20, 2, 20, 40, 0),
                               ROW("E", 4, 3, 1, 4, 7, 0)};
    RUN(pool(4, "sjf", 1, 0, 0), rows);
}
END_TEST

/* D overtakes at 3 and runs to 23; among the others B came first, so C and E wait for it. */
START_TEST(priority_blocking)
{
    static const row rows[] = {
        ROW("A", 0, 10, 2, 0, 10, 0), ROW("B", 1, 10, 4, 23, 33, 0), ROW("C", 2, 4, 1, 33, 37, 0),
        ROW("D", 3, 20, 2, 3, 23, 0, .priority = 5), ROW("E", 4, 3, 1, 33, 36, 0)};
    RUN(pool(4, "priority", 1, 0, 0), rows);
}
END_TEST

/* C (1 GPU) goes at 2; D (2) blocks at 3, E (1) overtakes it at 4; D starts at 7, then B. */
START_TEST(smallest_blocking)
{
    static const row rows[] = {ROW("A", 0, 10, 2, 0, 10, 0), ROW("B", 1, 10, 4, 27, 37, 0),
                               ROW("C", 2, 4, 1, 2, 6, 0), ROW("D", 3, 20, 2, 7, 27, 0),
                               ROW("E", 4, 3, 1, 4, 7, 0)};
    RUN(pool(4, "smallest", 1, 0, 0), rows);
}
END_TEST

/* What remains: at 4 C 2, E 3, A 6, B 10, D 20: C, E, A run. At 7 A 3, B 10, D 20: B does not fit
 * beside A, D starts. At 10 B 10 comes before D 17: D is stopped, B runs to 20, D 17 s more. */
START_TEST(srtf_repack)
{
    static const row rows[] = {ROW("A", 0, 10, 2, 0, 10, 0), ROW("B", 1, 10, 4, 10, 20, 0),
                               ROW("C", 2, 4, 1, 2, 6, 0), ROW("D", 3, 20, 2, 7, 37, 1),
                               ROW("E", 4, 3, 1, 4, 7, 0)};
    RUN(pool(4, "srtf", 0, 0, GS_PREEMPTION_REPACK), rows);
}
END_TEST

/* The same with what remains times GPUs: at 10 D has 17 x 2 = 34, B 10 x 4 = 40: D goes on. */
START_TEST(srsf_repack)
{
    static const row rows[] = {ROW("A", 0, 10, 2, 0, 10, 0), ROW("B", 1, 10, 4, 27, 37, 0),
                               ROW("C", 2, 4, 1, 2, 6, 0), ROW("D", 3, 20, 2, 7, 27, 0),
                               ROW("E", 4, 3, 1, 4, 7, 0)};
    RUN(pool(4, "srsf", 0, 0, GS_PREEMPTION_REPACK), rows);
}
END_TEST

/* B (4 GPUs) runs alone from 0 and is stopped by A (2) at 1; C (1) at 2 leaves it no chance. It
 * comes back when A and C have ended: 9 s remain at 11. */
START_TEST(smallest_repack)
{
    static const row rows[] = {ROW("B", 0, 10, 4, 0, 20, 1), ROW("A", 1, 10, 2, 1, 11, 0),
                               ROW("C", 2, 4, 1, 2, 6, 0)};
    RUN(pool(4, "smallest", 0, 0, GS_PREEMPTION_REPACK), rows);
}
END_TEST

/* Limits 5 s and 100 s. At 4 the first queue is A C E | B D, | between those that run and wait. At
 * 5 A is demoted: C E, then B (no), D (2 free: starts); A, in the second queue, is stopped. At 7 E
 * has ended, D leaves two GPUs, B wants four, A comes back (5 s left). At 10 D has run 5 s and is
 * demoted: B is alone in the first queue and takes all; A (2 s left) and D (15 s left) stop. At 15
 * B is demoted behind A and D, which take all: A ends at 17, D at 30; B's other 5 s follow. */
START_TEST(las_repack)
{
    static const row rows[] = {ROW("A", 0, 10, 2, 0, 17, 2), ROW("B", 1, 10, 4, 10, 35, 1),
                               ROW("C", 2, 4, 1, 2, 6, 0), ROW("D", 3, 20, 2, 5, 30, 1),
                               ROW("E", 4, 3, 1, 4, 7, 0)};
    static gpusim_time limits[] = {5 * GPUSIM_SECOND, 100 * GPUSIM_SECOND};
    // as the order's own: limits, promotion and what is counted
    static const struct {
        gpusim_list limits;
        double promote;
        int32_t by, reserved;
    } parameters = {.limits = {.items = limits, .count = 2}};
    world *w = pool(4, "las", 0, 0, GS_PREEMPTION_REPACK);
    w->setup.order.parameters = &parameters;
    RUN(w, rows);
}
END_TEST

/* Limits 3250 s and 7200 s. S (2 GPUs) and T (1) reach the second queue at 3250 and 3350; X (2)
 * stops S from 4000 to 4100, which puts it behind T and lets T catch up. Both have 7200 s at 7300
 * and are demoted in order of submission, so that C (1) at 7400 stops T and not S. */
START_TEST(las_demotes_in_order_of_submission)
{
    static const row rows[] = {
        ROW("S", 0, 8000, 2, 0, 8100, 1), ROW("T", 100, 8000, 1, 100, 8150, 1),
        ROW("X", 4000, 100, 2, 4000, 4100, 0), ROW("C", 7400, 50, 1, 7400, 7450, 0)};
    RUN(pool(3, "las", 0, 0, GS_PREEMPTION_REPACK), rows);
}
END_TEST

/* Stop at the first that does not fit: C (1 GPU, key 4 x 1) runs beside A; B, next by remaining
 * time, does not fit, and D may not pass it, so that B has all at 10. */
START_TEST(repack_blocking)
{
    static const row rows[] = {ROW("A", 0, 10, 2, 0, 10, 0), ROW("B", 1, 10, 4, 10, 20, 0),
                               ROW("C", 2, 4, 1, 2, 6, 0), ROW("D", 3, 20, 2, 20, 40, 0),
                               ROW("E", 4, 3, 1, 4, 7, 0)};
    RUN(pool(4, "srtf", 1, 0, GS_PREEMPTION_REPACK), rows);
}
END_TEST

/* B is promised 3 GPUs at 10, one is left beside it. D wants all. F (30 s x 1) fits beside B's
 * promise, starts at 3 and delays D to 33. */
START_TEST(easy)
{
    static const row rows[] = {ROW("A", 0, 10, 3, 0, 10, 0), ROW("B", 1, 10, 3, 10, 20, 0),
                               ROW("D", 2, 10, 4, 33, 43, 0), ROW("F", 3, 30, 1, 3, 33, 0)};
    RUN(pool(4, "fifo", 1, GS_BACKFILL_EASY, 0), rows);
}
END_TEST

/* D is promised all GPUs from 20 to 30 as it arrives, so F, which wants one for 30 s, waits for 30;
 * G (7 s x 1) fits before. */
START_TEST(conservative)
{
    static const row rows[] = {ROW("A", 0, 10, 3, 0, 10, 0), ROW("B", 1, 10, 3, 10, 20, 0),
                               ROW("D", 2, 10, 4, 20, 30, 0), ROW("F", 3, 30, 1, 30, 60, 0),
                               ROW("G", 4, 7, 1, 4, 11, 0)};
    RUN(pool(4, "fifo", 1, GS_BACKFILL_CONSERVATIVE, 0), rows);
}
END_TEST

/* C would end at 6, before B's promise at 10, and starts; E would end at 12 and use what B is
 * promised, so it waits for B. */
START_TEST(easy_ends_in_time)
{
    static const row rows[] = {ROW("A", 0, 10, 2, 0, 10, 0), ROW("B", 1, 10, 4, 10, 20, 0),
                               ROW("C", 2, 4, 1, 2, 6, 0), ROW("E", 4, 8, 1, 20, 28, 0)};
    RUN(pool(4, "fifo", 1, GS_BACKFILL_EASY, 0), rows);
}
END_TEST

/* L would last beyond B's promise at 10 and waits; S, which wants as much but came later, ends by
 * then and starts. */
START_TEST(easy_passes_the_long)
{
    static const row rows[] = {ROW("A", 0, 10, 2, 0, 10, 0), ROW("B", 1, 10, 4, 10, 20, 0),
                               ROW("L", 2, 20, 1, 20, 40, 0), ROW("S", 3, 7, 1, 3, 10, 0)};
    RUN(pool(4, "fifo", 1, GS_BACKFILL_EASY, 0), rows);
}
END_TEST

/* A was expected to run 10 s and ends after 6: B, promised 10, is planned anew and starts; C, which
 * would have run from 20, starts at 16. */
START_TEST(conservative_early_end)
{
    static const row rows[] = {ROW("A", 0, 6, 4, 0, 6, 0, .estimate = 10),
                               ROW("B", 1, 10, 4, 6, 16, 0), ROW("C", 2, 5, 4, 16, 21, 0)};
    RUN(pool(4, "fifo", 1, GS_BACKFILL_CONSERVATIVE, 0), rows);
}
END_TEST

/* A was expected to run 10 s and runs 80. At 10 its estimate grows by 1 min and B is promised 70; C
 * (60 s x 2) comes at 12, too late for the hole before that. At 70 the estimate grows by 5 min: B
 * is promised 370, and C fits before and starts. At 80 A ends, so B is promised the end of C. */
START_TEST(conservative_late_end)
{
    static const row rows[] = {ROW("A", 0, 80, 2, 0, 80, 0, .estimate = 10),
                               ROW("B", 1, 10, 4, 130, 140, 0), ROW("C", 12, 60, 2, 70, 130, 0)};
    RUN(pool(4, "fifo", 1, GS_BACKFILL_CONSERVATIVE, 0), rows);
}
END_TEST

/* Two VCs with quotas of 2 and 4 on 4 GPUs. At 0 both use nothing, so x (first by name) starts x1
 * and is at its quota; x2 holds back only x; y1 starts. At 10 all is free again. */
START_TEST(quotas_hold)
{
    static const row rows[] = {ROW("x1", 0, 10, 2, 0, 10, 0), ROW("x2", 0, 10, 1, 10, 20, 0),
                               ROW("y1", 0, 12, 1, 0, 12, 0, .vc = 1),
                               ROW("y2", 1, 5, 1, 1, 6, 0, .vc = 1)};
    static const uint32_t quotas[] = {2, 4};
    world_group group = {.nodes = 1, .gpus = 4};
    for (int blocking = 0; blocking < 2; blocking++) {
        for (int backfill = GS_BACKFILL_NONE; backfill <= GS_BACKFILL_CONSERVATIVE; backfill++) {
            world *w = world_make(&group, 1, quotas, 2);
            w->setup = world_setup("fifo", blocking, "first-fit", backfill, 0);
            RUN(w, rows);
        }
    }
}
END_TEST

/* Whose turn it is on 3 GPUs, with quotas of 2 and 4. At 0 x1 (tie, name), y1 (0/4 < 1/2), and y2
 * (1/4 < 1/2) rather than x2. At 10 x1 has ended: x2 (0/2 < 2/4) rather than y3, which has x2's GPU
 * at 20. */
START_TEST(quotas_share)
{
    static const row rows[] = {ROW("x1", 0, 10, 1, 0, 10, 0), ROW("x2", 0, 10, 1, 10, 20, 0),
                               ROW("y1", 0, 30, 1, 0, 30, 0, .vc = 1),
                               ROW("y2", 0, 30, 1, 0, 30, 0, .vc = 1),
                               ROW("y3", 0, 5, 1, 20, 25, 0, .vc = 1)};
    static const uint32_t quotas[] = {2, 4};
    world_group group = {.nodes = 1, .gpus = 3};
    world *w = world_make(&group, 1, quotas, 2);
    w->setup = world_setup("fifo", 1, "first-fit", 0, 0);
    RUN(w, rows);
}
END_TEST

/* Two nodes of 2. At 0 what remains says C B A: C goes to node 0, B and A to node 1. At 5 D (1 s)
 * is first and takes node 0; C moves to node 1, which leaves nothing for B and A until D has ended.
 */
START_TEST(repack_on_nodes)
{
    static const row rows[] = {ROW("A", 0, 50, 1, 0, 51, 1), ROW("B", 0, 40, 1, 0, 41, 1),
                               ROW("C", 0, 30, 2, 0, 30, 0, .migrations = 1),
                               ROW("D", 5, 1, 2, 5, 6, 0)};
    world_group group = {.nodes = 2, .gpus = 2};
    world *w = world_make(&group, 1, NULL, 0);
    w->setup = world_setup("srtf", 0, "first-fit", 0, GS_PREEMPTION_REPACK);
    RUN(w, rows);
}
END_TEST

/* Two nodes of 2: A on node 0, B on node 1. At 5 X is first and takes a GPU of node 0; A needs all
 * of node 1, B what is left of node 0. Neither can go first: they change places, and nobody stops.
 */
START_TEST(repack_in_a_ring)
{
    static const row rows[] = {ROW("A", 0, 20, 2, 0, 20, 0, .migrations = 1),
                               ROW("B", 0, 30, 1, 0, 30, 0, .migrations = 1),
                               ROW("X", 5, 2, 1, 5, 7, 0)};
    world_group group = {.nodes = 2, .gpus = 2};
    world *w = world_make(&group, 1, NULL, 0);
    w->setup = world_setup("srtf", 0, "first-fit", 0, GS_PREEMPTION_REPACK);
    RUN(w, rows);
}
END_TEST

/* A runs to 100, X to 10, and Y (2) finds no GPUs; B wants all 4. Y gives up at 5, so at 10 nobody
 * of its shape is there to be tried again. Z, of the same shape, comes at 11 and must not be taken
 * for one that has failed. */
START_TEST(forgotten_failure)
{
    static const int submits[] = {0, 0, 1, 2, 11}, durations[] = {100, 10, 5, 5, 5};
    static const uint32_t gpus[] = {2, 2, 2, 4, 2};
    world *w = pool(4, "fifo", 0, 0, 0);
    world_job jobs[5];
    for (uint32_t i = 0; i < 5; i++) {
        jobs[i] = (world_job){.submit = SECONDS(submits[i]),
                              .duration = SECONDS(durations[i]),
                              .estimate = SECONDS(durations[i]),
                              .gpus = gpus[i],
                              .vc = GPUSIM_NONE,
                              .group = GPUSIM_NONE};
    }
    w->check = 1;
    world_jobs(w, jobs, 5);
    world_run_until(w, SECONDS(5));
    gpusim_job_id y = w->infos[w->jobs[2].slot].id;
    ck_assert_int_eq(w->decisions.cancel(w, y, "test"), GPUSIM_ACCEPTED);
    world_run(w);
    ck_assert_int_eq(w->jobs[2].start, -1);
    ck_assert_int_eq(w->jobs[4].start, SECONDS(11));
    ck_assert_int_eq(w->jobs[3].start, SECONDS(100));
    world_free(w);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("small");
    TEST_CASE(suite, 20, fifo_blocking, fifo_skipping, sjf_blocking, priority_blocking,
              smallest_blocking, srtf_repack, srsf_repack, smallest_repack, las_repack,
              las_demotes_in_order_of_submission, repack_blocking, easy, easy_ends_in_time,
              easy_passes_the_long, conservative, conservative_early_end, conservative_late_end,
              quotas_hold, quotas_share, repack_on_nodes, repack_in_a_ring, forgotten_failure);
    return test_run(suite);
}
