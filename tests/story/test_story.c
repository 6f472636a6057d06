/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What happened in a run, worked by hand. */
#include <string.h>

#include "../study/traced_run.h"

#define MINUTE 60 /* s */

/* Two nodes of two GPUs. The first job takes the one node and saves its work at 20 min and at 41;
 * at 50 min the node crashes for 30 min. The second has the other node until 100 min; the third
 * wants three GPUs and comes at 10 min. The first is back at 80 min. A straggler slows the second
 * from 20 to 30 min; `busy` alerts on every GPU that a job has. */
static const char text[] =
    "gpusim: 1\n"
    "duration: 4 h\n"
    "cluster: {nodes: [{name: n, count: 2, gpus: 2}]}\n"
    "workload:\n"
    "  - jobs:\n"
    "      - {at: 0 s, gpus: 2, duration: 2 h, checkpoint: {every: 20 min, cost: 1 min}}\n"
    "      - {at: 0 s, gpus: 2, duration: 100 min}\n"
    "      - {at: 10 min, gpus: 3, duration: 10 min}\n"
    "scheduler: {placement: first-fit}\n"
    "chaos:\n"
    "  - {fault: node-crash, target: {node: n-0000}, at: 50 min, repair: 30 min}\n"
    "  - {fault: straggler, target: {gpu: n-0001/gpu1}, at: 20 min, for: 10 min, slowdown: 1.5}\n"
    "telemetry: {every: 1 min, metrics: [gpu_allocated]}\n"
    "detectors:\n"
    "  - {name: busy, class: straggler, threshold: 1,\n"
    "     detector: {threshold: {rules: [{signal: gpu_allocated, above: 0.5}]}}}\n";

/* A job comes after a straggler has begun, and a node is cordoned a minute into its alert. */
static const char answered[] =
    "gpusim: 1\n"
    "duration: 1 h\n"
    "cluster: {nodes: [{name: n, count: 2, gpus: 2}]}\n"
    "workload: [{jobs: [{at: 1230 s, gpus: 2, duration: 30 min}]}]\n"
    "scheduler: {placement: first-fit}\n"
    "chaos:\n"
    "  - {fault: straggler, target: {gpu: n-0000/gpu1}, at: 20 min, for: 20 min, slowdown: 1.5}\n"
    "  - {fault: straggler, target: {gpu: n-0001/gpu1}, at: 20 min, for: 20 min, slowdown: 1.5}\n"
    "telemetry: {every: 1 min, metrics: [gpu_allocated]}\n"
    "detectors:\n"
    "  - {name: busy, class: straggler, threshold: 1,\n"
    "     detector: {threshold: {rules: [{signal: gpu_allocated, above: 0.5}]}}}\n"
    "response: [{on: busy, do: cordon}]\n";

static gpusim_story *story;

static void tell(void)
{
    write_run(text);
    ASSERT_OK(gpusim_story_create(trace, &story, &err), &err);
}

static void tell_answered(void)
{
    write_run(answered);
    ASSERT_OK(gpusim_story_create(trace, &story, &err), &err);
}

static void forget(void)
{
    gpusim_story_destroy(story);
    forget_run();
}

static const gpusim_minute *minute_at(const gpusim_minute *minutes, uint32_t count, int minute)
{
    for (uint32_t i = 0; i < count; i++) {
        if (minutes[i].from == minute * GPUSIM_MINUTE) {
            return &minutes[i];
        }
    }
    ck_abort_msg("nothing is told of minute %d", minute);
    return NULL;
}

START_TEST(minutes)
{
    gpusim_minute found[64];
    uint32_t count;
    ASSERT_OK(gpusim_story_minutes(story, 64, found, &count, &err), &err);

    // the crash undoes 9 min of two GPUs; two are out of service from then on; five are wanted
    ck_assert_int_eq(found[0].from, 50 * GPUSIM_MINUTE);
    ck_assert_double_eq(found[0].undone_gpu_s, 2 * 9 * MINUTE);
    ck_assert_double_eq(found[0].out_of_service_gpu_s, 2 * MINUTE);
    ck_assert_double_eq(found[0].unused_gpu_s, 0);
    ck_assert_double_eq(found[0].lost_gpu_s, 20 * MINUTE);
    ck_assert_double_eq(found[0].queued_gpu_s, 5 * MINUTE);
    ck_assert_uint_eq(found[0].waiting, 2);
    ck_assert_uint_eq(found[0].failed, 1);
    ck_assert_uint_eq(found[0].faults, 1);
    ck_assert_uint_eq(found[0].under_way, 1);
    ck_assert_str_eq(gpusim_trace_name(trace, found[0].worst->kind), "node-crash");

    // no two are nearer than a tenth of the run, and each is the worst of its stretch
    for (uint32_t i = 1; i < count; i++) {
        ck_assert(found[i].lost_gpu_s <= found[i - 1].lost_gpu_s);
        for (uint32_t k = 0; k < i; k++) {
            gpusim_time apart = found[i].from - found[k].from;
            ck_assert_int_ge(apart > 0 ? apart : -apart, 24 * GPUSIM_MINUTE);
        }
    }

    // before it the third job waits while all are busy, which is no loss
    const gpusim_minute *full = minute_at(found, count, 10);
    ck_assert_double_eq(full->lost_gpu_s, 0);
    ck_assert_double_eq(full->queued_gpu_s, 3 * MINUTE);
}
END_TEST

START_TEST(waits)
{
    gpusim_waited found[4];
    uint32_t count;
    ASSERT_OK(gpusim_story_waits(story, 4, found, &count, &err), &err);
    ck_assert_uint_eq(count, 2);
    ck_assert_uint_eq(found[0].job->index, 2);
    ck_assert_int_eq(found[0].wait.from, 10 * GPUSIM_MINUTE);
    ck_assert_uint_eq(found[0].wait.unended, 0);
    // the first job came back to the queue by its crash
    ck_assert_uint_eq(found[1].job->index, 0);
    ck_assert_int_eq(found[1].wait.from, 50 * GPUSIM_MINUTE);
    ck_assert_int_eq(found[1].wait.to, 80 * GPUSIM_MINUTE);
    ck_assert_double_eq_tol(found[1].wait.too_few, 1, 1e-12);
    ASSERT_OK(gpusim_story_waits(story, 1, found, &count, &err), &err);
    ck_assert_uint_eq(count, 1);
}
END_TEST

/* The straggler is met on both GPUs of its job by alerts that were there before it. */
START_TEST(faults)
{
    const gpusim_fault_story *told;
    uint64_t count;
    ASSERT_OK(gpusim_story_faults(story, &told, &count, &err), &err);
    ck_assert_uint_eq(count, 2);
    const gpusim_fault_story *crash = &told[0], *slow = &told[1];
    ck_assert_str_eq(gpusim_trace_name(trace, crash->fault->kind), "node-crash");
    ck_assert_uint_eq(crash->jobs_hit, 1);
    ck_assert_uint_eq(slow->jobs_hit, 1);
    ck_assert_uint_eq(slow->brought, 0);
    ck_assert_uint_eq(slow->alerts, 2);
    ck_assert_int_lt(slow->first->time, slow->fault->start);
    ck_assert_ptr_null(slow->action);
}
END_TEST

/* What was done on one node is not told of the fault on the other. */
START_TEST(actions)
{
    const gpusim_fault_story *told;
    uint64_t count;
    ASSERT_OK(gpusim_story_faults(story, &told, &count, &err), &err);
    ck_assert_uint_eq(count, 2);
    ck_assert_uint_eq(told[0].jobs_hit, 1);
    ck_assert_int_eq(told[0].first->time, 21 * GPUSIM_MINUTE);
    ck_assert_uint_eq(told[0].actions, 1);
    ck_assert_uint_eq(told[0].action->what, GPUSIM_ACTION_CORDON);
    ck_assert_int_ge(told[0].action->time, 21 * GPUSIM_MINUTE);
    ck_assert_int_lt(told[0].action->time, 23 * GPUSIM_MINUTE);
    ck_assert_uint_eq(told[1].actions, 0);
    ck_assert_ptr_null(told[1].action);
    ck_assert_ptr_null(told[1].first);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("story");
    TCase *all = tcase_create("all");
    tcase_add_checked_fixture(all, tell, forget);
    tcase_add_test(all, minutes);
    tcase_add_test(all, waits);
    tcase_add_test(all, faults);
    suite_add_tcase(suite, all);
    TCase *done = tcase_create("actions");
    tcase_add_checked_fixture(done, tell_answered, forget);
    tcase_add_test(done, actions);
    suite_add_tcase(suite, done);
    return test_run(suite);
}
