/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Saving and restoring: at any batch, of a run that has ended, of damaged bytes; and what the state
 * does not depend on. */
#include "collect.h"

#define CLUSTER                                                                                    \
    "gpusim: 1\n"                                                                                  \
    "cluster:\n"                                                                                   \
    "  nodes: [{name: n, count: 3, gpus: 4, cpus: 16, memory: 64 GiB}]\n"                          \
    "  virtual_clusters: {red: {quota: 6}, blue: {quota: 12}}\n"
#define BUSY                                                                                       \
    "workload:\n"                                                                                  \
    "  - synthetic:\n"                                                                             \
    "      count: 60\n"                                                                            \
    "      arrivals: {process: poisson, rate: 60/h}\n"                                             \
    "      gpus: {choice: {1: 0.5, 2: 0.2, 4: 0.2, 8: 0.1}}\n"                                     \
    "      duration: {lognormal: {median: 5 min, sigma: 1}}\n"                                     \
    "  - jobs:\n"                                                                                  \
    "      - {id: 1, at: 0 s, duration: 333 s, gpus: 5, vc: red, walltime: 100 s}\n"               \
    "      - {id: 2, at: 7 s, duration: 77 s, gpus: 5, vc: red, after: 1, think: 3 s}\n"           \
    "      - {id: 3, at: 9 s, duration: 99 s, gpus: 5, vc: blue}\n"                                \
    "      - {id: 4, at: 9 s, duration: 99 s, gpus: 13}\n"                                         \
    "actions:\n"                                                                                   \
    "  - {at: 100 s, do: drain, node: n-0001}\n"                                                   \
    "  - {at: 30 min, do: undrain, node: n-0001}\n"

static const char *const schedulers[] = {
    "scheduler: {order: fifo}\n",
    "scheduler: {order: srtf, blocking: false, placement: random}\n",
    "scheduler: {order: sjf, backfill: easy, placement: round-robin}\n",
    "scheduler: {order: fifo, backfill: conservative}\n",
    "scheduler: {order: las, preemption: repack, placement: consolidate}\n",
    "scheduler: {order: fifo}\ntelemetry: {every: 7 min}\n",
};

static char text[8192];
static gpusim_model *model;
static gpusim_sim *sim, *other;
static gpusim_error err;
static void *bytes;
static size_t size;

static void setup(int i)
{
    snprintf(text, sizeof text, "%s%s%s", CLUSTER, schedulers[i], BUSY);
    model = compile_text(text);
    ASSERT_OK(gpusim_sim_create(model, 5, &sim, &err), &err);
}

static void teardown(void)
{
    gpusim_free(bytes);
    gpusim_sim_destroy(sim);
    gpusim_sim_destroy(other);
    gpusim_model_destroy(model);
    bytes = NULL;
    sim = other = NULL;
    model = NULL;
}

static void same_state(const gpusim_sim *a, const gpusim_sim *b)
{
    char one[33], two[33];
    ASSERT_OK(gpusim_sim_hash(a, one, &err), &err);
    ASSERT_OK(gpusim_sim_hash(b, two, &err), &err);
    ck_assert_str_eq(one, two);
}

static void same_numbers(gpusim_sim *a, gpusim_sim *b)
{
    gpusim_summary one = *gpusim_sim_summary(a), two = *gpusim_sim_summary(b);
    ck_assert_uint_eq(one.completed, two.completed);
    ck_assert_uint_eq(one.unfinished, two.unfinished);
    ck_assert_uint_eq(one.batches, two.batches);
    ck_assert(one.sim_time_s == two.sim_time_s);
    ck_assert(one.queue_mean == two.queue_mean);
    ck_assert(one.gpu_allocated_fraction == two.gpu_allocated_fraction);
    ck_assert(one.gpu_allocated_fraction_of_up == two.gpu_allocated_fraction_of_up);
}

START_TEST(at_any_batch)
{
    // goes on in a fresh sim from every 13th batch, and comes to the same end each time
    setup(_i);
    int ran = 1;
    for (uint32_t n = 1; ran; n++) {
        ASSERT_OK(gpusim_sim_step(sim, &ran, &err), &err);
        if (n % 13 == 0 && ran) {
            gpusim_sim *next = NULL;
            ASSERT_OK(gpusim_sim_save(sim, &bytes, &size, &err), &err);
            ASSERT_OK(gpusim_sim_create(model, 5, &next, &err), &err);
            ASSERT_OK(gpusim_sim_restore(next, bytes, size, &err), &err);
            gpusim_free(bytes);
            bytes = NULL;
            same_state(sim, next);
            ASSERT_OK(gpusim_sim_check(next, &err), &err);
            gpusim_sim_destroy(sim);
            sim = next;
        }
    }
    ASSERT_OK(gpusim_sim_create(model, 5, &other, &err), &err);
    ASSERT_OK(gpusim_sim_run_until(other, GPUSIM_TIME_MAX, &err), &err);
    same_state(sim, other);
    same_numbers(sim, other);
}
END_TEST

START_TEST(wherever_it_is_looked_at)
{
    // stopped every 11 s, and asked for its summary: nothing is any different
    setup(_i);
    ASSERT_OK(gpusim_sim_create(model, 5, &other, &err), &err);
    ASSERT_OK(gpusim_sim_run_until(other, GPUSIM_TIME_MAX, &err), &err);
    for (gpusim_time t = 0; !gpusim_sim_ended(sim); t += 11 * GPUSIM_SECOND + 12345) {
        ASSERT_OK(gpusim_sim_run_until(sim, t, &err), &err);
        ck_assert_ptr_nonnull(gpusim_sim_summary(sim));
    }
    same_state(sim, other);
    same_numbers(sim, other);
}
END_TEST

START_TEST(after_the_end)
{
    // what has ended has ended, also with samples still to come
    setup(_i);
    ASSERT_OK(gpusim_sim_run_until(sim, GPUSIM_TIME_MAX, &err), &err);
    ASSERT_OK(gpusim_sim_save(sim, &bytes, &size, &err), &err);
    ASSERT_OK(gpusim_sim_create(model, 5, &other, &err), &err);
    ASSERT_OK(gpusim_sim_restore(other, bytes, size, &err), &err);
    ck_assert_int_eq(gpusim_sim_ended(other), 1);
    ASSERT_OK(gpusim_sim_run_until(other, GPUSIM_TIME_MAX, &err), &err);
    same_state(sim, other);
    same_numbers(sim, other);
}
END_TEST

START_TEST(damaged_bytes)
{
    setup(_i);
    ASSERT_OK(gpusim_sim_run_until(sim, 10 * GPUSIM_MINUTE, &err), &err);
    ASSERT_OK(gpusim_sim_save(sim, &bytes, &size, &err), &err);
    ASSERT_OK(gpusim_sim_create(model, 5, &other, &err), &err);

    // too short, too long, changed somewhere: refused, and the sim that was to have it is as it was
    for (size_t at = 0; at < size; at += 97) {
        ((unsigned char *)bytes)[at] ^= 0x11;
        ck_assert_int_eq(gpusim_sim_restore(other, bytes, size, &err), GPUSIM_FORMAT);
        ((unsigned char *)bytes)[at] ^= 0x11;
        ck_assert_int_eq(gpusim_sim_restore(other, bytes, at, &err), GPUSIM_FORMAT);
    }
    ASSERT_OK(gpusim_sim_run_until(other, 10 * GPUSIM_MINUTE, &err), &err);
    same_state(sim, other);

    // of another seed
    gpusim_sim_destroy(other);
    ASSERT_OK(gpusim_sim_create(model, 6, &other, &err), &err);
    ck_assert_int_eq(gpusim_sim_restore(other, bytes, size, &err), GPUSIM_FORMAT);
}
END_TEST

START_TEST(observers_leave_no_trace)
{
    setup(_i);
    collected rows = {0};
    gpusim_observer observer = collect_observer(&rows);
    ASSERT_OK(gpusim_sim_observe(sim, &observer, &err), &err);
    ASSERT_OK(gpusim_sim_run_until(sim, 20 * GPUSIM_MINUTE, &err), &err);
    ASSERT_OK(gpusim_sim_create(model, 5, &other, &err), &err);
    ASSERT_OK(gpusim_sim_run_until(other, 20 * GPUSIM_MINUTE, &err), &err);
    ck_assert_uint_gt(rows.tables[GPUSIM_TABLE_EVENTS].count, 0);
    same_state(sim, other);
    collect_release(&rows);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("core/save");
    TCase *cases = tcase_create("all");
    int count = sizeof schedulers / sizeof schedulers[0];
    tcase_add_checked_fixture(cases, NULL, teardown);
    tcase_add_loop_test(cases, at_any_batch, 0, count);
    tcase_add_loop_test(cases, wherever_it_is_looked_at, 0, count);
    tcase_add_loop_test(cases, after_the_end, 0, count);
    tcase_add_loop_test(cases, damaged_bytes, 0, count);
    tcase_add_loop_test(cases, observers_leave_no_trace, 0, count);
    suite_add_tcase(suite, cases);
    return test_run(suite);
}
