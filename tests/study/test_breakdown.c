/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who had what of a run, by hand. */
#include <math.h>

#include "traced_run.h"

/* Ann's first job has both GPUs of a-0000 for an hour; her second waits for it, runs half an hour
 * on one of them, loses that to a crash, and is done from 2 h to 3 h. Bob's has a quarter of
 * b-0000's GPU from 0 to 4 h, slowly, and another of his wants what nobody has. At 5 h the run
 * ends, and nobody's job with it that has had b-0000's GPU since 4.5 h. */
static const char text[] =
    "gpusim: 1\n"
    "duration: 5 h\n"
    "cluster:\n"
    "  nodes:\n"
    "    - {name: a, gpus: 2, gpu: H100-SXM5-80GB, cluster: east}\n"
    "    - {name: b, gpus: 1, gpu: A100-SXM4-80GB, cluster: west}\n"
    "scheduler: {order: fifo}\n"
    "workload:\n"
    "  - jobs:\n"
    "      - {user: bob, gpus: 1, gpu_share: 0.25, duration: 1 h, group: b}\n"
    "      - {user: ann, gpus: 2, duration: 1 h, group: a}\n"
    "      - {user: ann, gpus: 1, duration: 1 h, group: a}\n"
    "      - {user: bob, gpus: 9, duration: 1 h}\n"
    "      - {at: 270 min, gpus: 1, duration: 9 h, group: b}\n"
    "chaos: [{fault: node-crash, target: {node: a-0000}, at: 90 min, for: 30 min}]\n";

static void write_hours(void)
{
    write_run(text);
}

static gpusim_breakdown_row *parts;
static uint32_t count;

static void break_down(gpusim_breakdown_by by)
{
    gpusim_free(parts);
    ASSERT_OK(gpusim_breakdown(trace, by, &parts, &count, &err), &err);
}

static void forget_parts(void)
{
    gpusim_free(parts);
    parts = NULL;
    forget_run();
}

static void ck_part(uint32_t i, const char *name, uint64_t jobs, uint64_t completed, double hours)
{
    ck_assert_uint_lt(i, count);
    ck_assert_str_eq(parts[i].name, name);
    ck_assert_uint_eq(parts[i].jobs, jobs);
    ck_assert_uint_eq(parts[i].completed, completed);
    ck_assert_double_eq_tol(parts[i].gpu_hours, hours, 1e-9);
    ck_assert_double_eq_tol(parts[i].share, hours / 5, 1e-9);
}

START_TEST(by_place)
{
    break_down(GPUSIM_BY_CLUSTER);
    ck_assert_uint_eq(count, 3);
    ck_part(0, "east", 2, 2, 3.5);
    ck_part(1, "west", 2, 1, 1.5);
    ck_part(2, "", 1, 0, 0); // it never ran
    ck_assert_double_eq_tol(parts[0].allocated, 3.5 / 10, 1e-9);
    ck_assert_double_eq_tol(parts[1].allocated, 1.5 / 5, 1e-9);
    ck_assert(parts[0].gpus == 2 && parts[1].gpus == 1);
    // one did not wait, one did from 0 to 1 h and from 1.5 to 2 h
    ck_assert_double_eq_tol(parts[0].wait_s, 0.75 * 3600, 1e-6);
    ck_assert_double_eq_tol(parts[0].jct_s, 2 * 3600, 1e-6);
    ck_assert(parts[0].energy_kwh > parts[1].energy_kwh && parts[1].energy_kwh > 0);
    ck_assert(isnan(parts[2].energy_kwh) || parts[2].energy_kwh == 0);

    break_down(GPUSIM_BY_GPU_MODEL);
    ck_part(0, "H100-SXM5-80GB", 2, 2, 3.5);
    ck_part(1, "A100-SXM4-80GB", 2, 1, 1.5);
    break_down(GPUSIM_BY_GROUP);
    ck_part(0, "a", 2, 2, 3.5);
    break_down(GPUSIM_BY_RACK);
    ck_part(1, "rack-01", 2, 1, 1.5);
}
END_TEST

START_TEST(by_owner)
{
    break_down(GPUSIM_BY_USER);
    ck_assert_uint_eq(count, 3);
    ck_part(0, "ann", 2, 2, 3.5);
    ck_part(1, "bob", 2, 1, 1);
    ck_part(2, "", 1, 0, 0.5);
    ck_assert(isnan(parts[0].gpus) && isnan(parts[0].allocated));
    ck_assert_double_eq_tol(parts[1].wait_s, 0, 1e-9);
    ck_assert(isnan(parts[2].wait_s) && isnan(parts[2].jct_s));
    break_down(GPUSIM_BY_VC);
    ck_assert_uint_eq(count, 1);
    ck_part(0, "", 5, 3, 5);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("study/breakdown");
    TCase *all = tcase_create("all");
    tcase_add_checked_fixture(all, write_hours, forget_parts);
    tcase_add_test(all, by_place);
    tcase_add_test(all, by_owner);
    suite_add_tcase(suite, all);
    return test_run(suite);
}
