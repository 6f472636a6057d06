/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Elastic jobs: what they do on other numbers of GPUs, what a resize costs, what it may not do, and
 * that GPU-seconds add up (definitions 25). */
#include <math.h>

#include "core/sim.h"

#include "one_run.h"

static gpusim_error err;

/* Two nodes of 4, fair sharing every 10 s. By hand, with S(n) = n for job 0 and
 * S(n) = 1/(0.1 + 0.9/n) for job 1, both asked for 2 GPUs; each resize stops a job for 20 s:
 *     0 ..  100   job 0 on 8: 4 x 100 = 400
 *   100 ..  210   job 0 on 4: 2 x  90 = 180   job 1 starts on 4: 110 x S(4)/S(2)
 *   210 ..  510   both on 2, for job 2 is there: 280 each
 *   510 ..  600   job 0 on 4: 2 x  70 = 140, all of its 1000   job 1 on 4: 70 x S(4)/S(2)
 *   600 ..        job 1 on 8, from 620 on */
START_TEST(numbers_of_gpus_by_hand)
{
    run("gpusim: 1\nuntil: drained\ncluster: {nodes: [{name: n, count: 2, gpus: 4}]}\n"
        "scheduler: {module: pollux, period: 10 s}\n"
        "workload: [{jobs: [\n"
        " {at: 0 s, duration: 1000 s, gpus: 2, elastic: {max: 8, min: 1, cost: 20 s}},\n"
        " {at: 100 s, duration: 1000 s, gpus: 2,\n"
        "  elastic: {min: 1, max: 8, serial: 0.1, cost: 20 s}},\n"
        " {at: 205 s, duration: 300 s, gpus: 4}]}]\n");
    const double s2 = 1 / (0.1 + 0.9 / 2), s4 = 1 / (0.1 + 0.9 / 4), s8 = 1 / (0.1 + 0.9 / 8);
    const double left = 1000 - 280 - (110 + 70) * s4 / s2, end = 620 + left / (s8 / s2);
    ck_assert_double_eq_tol(gpusim_seconds(job_row(&rows, 0)->end), 600, 1e-6);
    ck_assert_double_eq_tol(gpusim_seconds(job_row(&rows, 1)->end), end, 1e-6);
    ck_assert_double_eq_tol(gpusim_seconds(job_row(&rows, 2)->end), 510, 1e-6);
    const gpusim_summary *summary = gpusim_sim_summary(sim);
    ck_assert_uint_eq(summary->resizes, 6);
    ck_assert_uint_eq(summary->restarts + summary->preemptions, 0);
    ck_assert_uint_eq(job_row(&rows, 0)->gpus, 2);

    // GPU-seconds: useful is what was asked for, resizing is restarting, the rest slowness
    const double held0 = 8 * 100 + 4 * 110 + 2 * 300 + 4 * 90;
    const double held1 = 4 * 110 + 2 * 300 + 4 * 90 + 8 * (end - 600), held2 = 4 * 300;
    const double restarting = 20 * (4 + 2 + 4) + 20 * (2 + 4 + 8), useful = 2000 + 2000 + 1200;
    ck_assert_double_eq_tol(summary->gpu_allocated_fraction * 8 * end, held0 + held1 + held2, 1e-5);
    ck_assert_double_eq_tol(summary->goodput * 8 * end, useful, 1e-5);
    ck_assert_double_eq_tol(summary->restart_lost_gpu_s, restarting, 1e-5);
    ck_assert_double_eq_tol(summary->slowdown_lost_gpu_s,
                            held0 + held1 + held2 - useful - restarting, 1e-5);

    // ETTR: all of the time but the 20 s after each of 3 resizes, whatever is done a second
    const double e0 = (600 - 60) / 600.0, e1 = (end - 100 - 60) / (end - 100), e2 = 300 / 305.0;
    ck_assert_double_eq_tol(summary->ettr_by_job, (e0 + e1 + e2) / 3, 1e-9);
    ck_assert_double_eq_tol(summary->ettr_scheduled_by_job, (e0 + e1 + 1) / 3, 1e-9);
    ck_assert_double_eq_tol(summary->ettr,
                            (held0 * e0 + held1 * e1 + held2 * e2) / (held0 + held1 + held2), 1e-9);
}
END_TEST

/* 2 a second on 4 GPUs. The crash at 50 s takes all of that, and from 60 s on it takes 200 s again:
 * of 250 s on GPUs 200 s are kept. */
START_TEST(what_a_failure_undoes_is_not_useful)
{
    run("gpusim: 1\nuntil: drained\ncluster: {nodes: [{name: n, count: 1, gpus: 4}]}\n"
        "scheduler: {module: pollux, period: 10 s}\n"
        "chaos: [{fault: node-crash, target: {node: n-0000}, at: 50 s, for: 10 s}]\n"
        "workload: [{jobs: [\n"
        " {duration: 400 s, gpus: 2, elastic: {min: 1, max: 4, cost: 0 s}}]}]\n");
    const gpusim_summary *summary = gpusim_sim_summary(sim);
    ck_assert_double_eq_tol(gpusim_seconds(job_row(&rows, 0)->end), 260, 1e-6);
    ck_assert_double_eq_tol(summary->ettr, 200 / 260.0, 1e-9);
    ck_assert_double_eq_tol(summary->ettr_scheduled, 200 / 250.0, 1e-9);
}
END_TEST

/* Others give elastic jobs what they ask for, as if they were rigid. */
START_TEST(rigid_to_who_does_not_resize)
{
    run("gpusim: 1\nuntil: drained\ncluster: {nodes: [{name: n, count: 1, gpus: 8}]}\n"
        "scheduler: {order: fifo}\n"
        "workload: [{jobs: [{duration: 100 s, gpus: 2, elastic: {min: 1, max: 8}}]}]\n");
    ck_assert_double_eq_tol(gpusim_seconds(job_row(&rows, 0)->end), 100, 1e-9);
    ck_assert_uint_eq(gpusim_sim_summary(sim)->resizes, 0);
}
END_TEST

static gpusim_refusal try_size(gpusim_decisions *decisions, const gpusim_job_info *job,
                               uint32_t node, uint32_t first, uint32_t gpus, int migrate)
{
    gpusim_part part = {.node = node, .first_gpu = first, .gpus = gpus, .milli = 1000};
    gpusim_placement placement = {.parts = &part, .count = 1, .capacity = 1};
    return migrate ? gpusim_decide_migrate(decisions, job->id, &placement, NULL)
                   : gpusim_decide_resize(decisions, job->id, &placement, NULL);
}

// job 0 is elastic and job 1 is not; once both run everything that is not allowed is tried
static gpusim_status pass(const gpusim_context *context, const uint32_t *queue, uint32_t queued,
                          gpusim_decisions *decisions, gpusim_error *error)
{
    (void)error;
    const gpusim_view *view = context->view;
    for (uint32_t i = 0; i < queued; i++) {
        const gpusim_job_info *job = &view->jobs[queue[i]];
        ck_assert_int_eq(try_size(decisions, job, 0, GPUSIM_NONE, 3, 0), GPUSIM_REFUSED_NO_JOB);
        gpusim_part part = {.node = (uint32_t)job->order, .gpus = 2, .milli = 1000};
        gpusim_placement placement = {.parts = &part, .count = 1, .capacity = 1};
        gpusim_decide_start(decisions, job->id, &placement, NULL);
    }
    for (uint32_t i = 0; i < view->running_count && view->running_count == 2; i++) {
        const gpusim_job_info *job = &view->jobs[view->running[i]];
        if (job->order == 1) {
            ck_assert_int_eq(try_size(decisions, job, 1, 0, 3, 0), GPUSIM_REFUSED_NO_JOB);
            continue;
        }
        gpusim_job_info before = *job;
        ck_assert_int_eq(try_size(decisions, job, 0, 0, 2, 0), GPUSIM_REFUSED_GPUS);
        ck_assert_int_eq(try_size(decisions, job, 0, 0, 1, 0), GPUSIM_ACCEPTED);
        ck_assert_int_eq(try_size(decisions, job, 0, 0, 4, 0), GPUSIM_REFUSED_GPUS);
        ck_assert_int_eq(try_size(decisions, job, 1, 0, 3, 0), GPUSIM_REFUSED_GPUS);
        ck_assert_int_eq(try_size(decisions, job, 0, 0, 3, 1), GPUSIM_REFUSED_GPUS);
        ck_assert_uint_eq(job->gpus, 1);
        ck_assert_uint_eq(job->resizes, before.resizes + 1);
        ck_assert_int_eq(try_size(decisions, job, 0, 1, 3, 0), GPUSIM_ACCEPTED);
        ck_assert_uint_eq(job->gpus, 3);
    }
    return GPUSIM_OK;
}

static const gpusim_scheduler operations = {.pass = pass};
static const gpusim_module resizes = {
    .magic = GPUSIM_MODULE_MAGIC,
    .size = sizeof(gpusim_module),
    .abi_major = GPUSIM_MODULE_ABI_MAJOR,
    .abi_minor = GPUSIM_MODULE_ABI_MINOR,
    .kind = GPUSIM_MODULE_SCHEDULER,
    .name = "resizes",
    .version = "1",
    .doc = "Resizes what may be resized and what may not.",
    .operations = &operations,
};

/* 2 GPUs for 100 s of 1000 s, then 3: 600 s. A resize takes nothing here. */
START_TEST(refused_resizes_change_nothing)
{
    model = compile_text("gpusim: 1\nuntil: drained\n"
                         "cluster: {nodes: [{name: n, count: 2, gpus: 4}]}\n"
                         "workload: [{jobs: [\n"
                         " {at: 0 s, duration: 1000 s, gpus: 2, elastic: {min: 1, max: 3}},\n"
                         " {at: 100 s, duration: 2000 s, gpus: 2}]}]\n");
    model->setup.scheduler.module = &resizes;
    ASSERT_OK(gpusim_sim_create(model, 1, &sim, &err), &err);
    gpusim_observer observer = collect_observer(&rows);
    ASSERT_OK(gpusim_sim_observe(sim, &observer, &err), &err);
    gpusim_sim_paranoid(sim, 1);
    ASSERT_OK(gpusim_sim_run_until(sim, GPUSIM_TIME_MAX, &err), &err);
    ck_assert_double_eq_tol(gpusim_seconds(job_row(&rows, 0)->end), 700, 1e-6);
    ck_assert_double_eq_tol(gpusim_seconds(job_row(&rows, 1)->end), 2100, 1e-6);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("core/elastic");
    TCase *cases = tcase_create("all");
    tcase_add_checked_fixture(cases, NULL, teardown);
    tcase_add_test(cases, numbers_of_gpus_by_hand);
    tcase_add_test(cases, what_a_failure_undoes_is_not_useful);
    tcase_add_test(cases, rigid_to_who_does_not_resize);
    tcase_add_test(cases, refused_resizes_change_nothing);
    suite_add_tcase(suite, cases);
    return test_run(suite);
}
