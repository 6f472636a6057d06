/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every allocation of a policy failing in turn: it says so, and leaves nothing behind. This file's
 * gs_resize takes the place of the library's. */
#include "harness.h"

#include "base/memory.h"

static uint64_t calls;
static uint64_t fails_at = UINT64_MAX;

void *gs_resize(void *memory, size_t size)
{
    if (size == 0) {
        free(memory);
        return NULL;
    }
    return calls++ >= fails_at ? NULL : realloc(memory, size);
}

/* A life with little of everything: several nodes, VCs, wrong estimates. */
static int live(int backfill, int preemption, int blocking, const char *order)
{
    static const uint32_t quotas[] = {6, GPUSIM_NONE};
    static const world_group groups[] = {{3, 4, 0, 0}, {1, 2, 0, 0}};
    world_job jobs[24];
    for (uint32_t i = 0; i < 24; i++) {
        jobs[i] = (world_job){.submit = SECONDS(i * 5),
                              .duration = SECONDS(3 + i * 37 % 50),
                              .estimate = SECONDS(3 + i * 53 % 60),
                              .gpus = 1 + i * 7 % 6,
                              .vc = i % 3 ? i % 2 : GPUSIM_NONE,
                              .group = GPUSIM_NONE};
    }
    uint64_t none_before = fails_at;
    fails_at = UINT64_MAX;
    world *w = world_make(groups, 2, quotas, 2);
    w->setup = world_setup(order, blocking, "round-robin", backfill, preemption);
    w->check = w->may_run_out = 1;
    world_jobs(w, jobs, 24);
    calls = 0;
    fails_at = none_before;
    world_run(w);
    int ran_out = w->ran_out;
    ck_assert(ran_out || w->ended == 24);
    world_free(w);
    return ran_out;
}

START_TEST(each_fails_once)
{
    static const struct {
        int backfill, preemption, blocking;
        const char *order;
    } kinds[] = {{GS_BACKFILL_NONE, GS_PREEMPTION_NONE, 1, "fifo"},
                 {GS_BACKFILL_NONE, GS_PREEMPTION_NONE, 0, "sjf"},
                 {GS_BACKFILL_EASY, GS_PREEMPTION_NONE, 1, "fifo"},
                 {GS_BACKFILL_CONSERVATIVE, GS_PREEMPTION_NONE, 1, "fifo"},
                 {GS_BACKFILL_NONE, GS_PREEMPTION_REPACK, 0, "srtf"},
                 {GS_BACKFILL_NONE, GS_PREEMPTION_REPACK, 0, "las"}};
    uint64_t tried = 0;
    fails_at = 0;
    while (live(kinds[_i].backfill, kinds[_i].preemption, kinds[_i].blocking, kinds[_i].order)) {
        tried = ++fails_at;
    }
    ck_assert_uint_gt(tried, 10);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("memory");
    TCase *all = tcase_create("all");
    tcase_set_timeout(all, 60);
    tcase_add_loop_test(all, each_fails_once, 0, 6);
    suite_add_tcase(suite, all);
    return test_run(suite);
}
