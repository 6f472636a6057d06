/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the core does with a module's decisions: refused ones change nothing and are recorded, and a
 * module that is only ever refused ends the run. */
#include "collect.h"

#include "core/sim.h"

static gpusim_model *model;
static gpusim_sim *sim;
static collected rows;
static gpusim_error err;
static int at_once; /* refused decisions in one pass */

static void teardown(void)
{
    gpusim_sim_destroy(sim);
    gpusim_model_destroy(model);
    collect_release(&rows);
    memset(&rows, 0, sizeof rows);
    sim = NULL;
    model = NULL;
}

static gpusim_refusal put(gpusim_decisions *decisions, const gpusim_job_info *job, uint32_t node,
                          uint32_t first, uint32_t gpus, int migrate)
{
    gpusim_part part = {.node = node, .first_gpu = first, .gpus = gpus, .milli = 1000};
    gpusim_placement placement = {.parts = &part, .count = 1, .capacity = 1, .score = 1};
    return migrate ? gpusim_decide_migrate(decisions, job->id, &placement, "away")
                   : gpusim_decide_start(decisions, job->id, &placement, "here");
}

// starts whoever waits on the node of its order, then tries everything that is not allowed
static gpusim_status pass(const gpusim_context *context, const uint32_t *queue, uint32_t queued,
                          gpusim_decisions *decisions, gpusim_error *error)
{
    (void)error;
    const gpusim_view *view = context->view;
    for (uint32_t i = 0; i < queued; i++) {
        const gpusim_job_info *job = &view->jobs[queue[i]];
        gpusim_job_id id = job->id, stale = {id.index, id.generation + 1};
        ck_assert_int_eq(put(decisions, job, 9, GPUSIM_NONE, 4, 0), GPUSIM_REFUSED_NO_NODE);
        ck_assert_int_eq(put(decisions, job, 0, GPUSIM_NONE, 3, 0), GPUSIM_REFUSED_GPUS);
        ck_assert_int_eq(put(decisions, job, 0, 1, 4, 0), GPUSIM_REFUSED_GPUS);
        ck_assert_int_eq(put(decisions, job, 0, UINT32_MAX - 1, 4, 0), GPUSIM_REFUSED_GPUS);
        ck_assert_int_eq(gpusim_decide_preempt(decisions, id, NULL), GPUSIM_REFUSED_NO_JOB);
        ck_assert_int_eq(gpusim_decide_cancel(decisions, stale, NULL), GPUSIM_REFUSED_NO_JOB);
        ck_assert_int_eq(put(decisions, job, (uint32_t)job->order, GPUSIM_NONE, 4, 0),
                         GPUSIM_ACCEPTED);
        ck_assert_int_eq(put(decisions, job, 0, GPUSIM_NONE, 4, 0), GPUSIM_REFUSED_NO_JOB);
    }

    // both nodes are full: a move to the other one is refused, one to itself is not
    for (int n = 0; n < at_once && view->running_count == 2; n++) {
        const gpusim_job_info *job = &view->jobs[view->running[0]];
        gpusim_job_info before = *job;
        uint32_t other = view->parts[job->first_part].node ^ 1;
        ck_assert_int_eq(put(decisions, job, other, GPUSIM_NONE, 4, 1), GPUSIM_REFUSED_GPUS);
        ck_assert_int_eq(before.start, job->start);
        ck_assert_int_eq(before.settled, job->settled);
        ck_assert_uint_eq(before.parts, job->parts);
    }
    return GPUSIM_OK;
}

static const gpusim_scheduler operations = {.pass = pass};
static const gpusim_module tries_everything = {
    .magic = GPUSIM_MODULE_MAGIC,
    .size = sizeof(gpusim_module),
    .abi_major = GPUSIM_MODULE_ABI_MAJOR,
    .abi_minor = GPUSIM_MODULE_ABI_MINOR,
    .kind = GPUSIM_MODULE_SCHEDULER,
    .name = "tries-everything",
    .version = "1",
    .doc = "Decides what is not allowed.",
    .operations = &operations,
};

static void begin(int refused)
{
    at_once = refused;
    model = compile_text("gpusim: 1\n"
                         "cluster: {nodes: [{name: n, count: 2, gpus: 4}]}\n"
                         "workload: [{jobs: [{id: 1, at: 0 s, duration: 20 s, gpus: 4},"
                         " {id: 2, at: 5 s, duration: 20 s, gpus: 4}]}]\n");
    model->setup.scheduler.module = &tries_everything;
    snprintf(model->setup.text, sizeof model->setup.text, "tries-everything");
    ASSERT_OK(gpusim_sim_create(model, 1, &sim, &err), &err);
    gpusim_observer observer = collect_observer(&rows);
    ASSERT_OK(gpusim_sim_observe(sim, &observer, &err), &err);
    gpusim_sim_paranoid(sim, 1);
}

START_TEST(refusals_change_nothing)
{
    begin(3);
    ASSERT_OK(gpusim_sim_run_until(sim, GPUSIM_TIME_MAX, &err), &err);
    ck_assert_int_eq(job_row(&rows, 0)->end, 20 * GPUSIM_SECOND);
    ck_assert_int_eq(job_row(&rows, 1)->end, 25 * GPUSIM_SECOND);

    // one allocation each: nobody moved. 7 refusals at each start, and 3 moves while both ran
    ck_assert_uint_eq(rows.tables[GPUSIM_TABLE_ALLOCATIONS].count, 2);
    ck_assert_uint_eq(gpusim_sim_summary(sim)->refused, 2 * 7 + 3);
    ck_assert_uint_eq(rows.tables[GPUSIM_TABLE_DECISIONS].count, 2 * 8 + 3);
}
END_TEST

START_TEST(refused_a_thousand_times_running)
{
    begin(1000);
    ck_assert_int_eq(gpusim_sim_run_until(sim, GPUSIM_TIME_MAX, &err), GPUSIM_MODULE);
    ck_assert_ptr_nonnull(strstr(err.message, "tries-everything"));
    ck_assert_int_eq(gpusim_sim_run_until(sim, GPUSIM_TIME_MAX, &err), GPUSIM_MODULE);
    ASSERT_OK(gpusim_sim_finish(sim, &err), &err);
    ck_assert_int_eq(rows.complete, 0);
    ck_assert_uint_eq(gpusim_sim_summary(sim)->unfinished, 2);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("core/module");
    TCase *cases = tcase_create("all");
    tcase_add_checked_fixture(cases, NULL, teardown);
    tcase_add_test(cases, refusals_change_nothing);
    tcase_add_test(cases, refused_a_thousand_times_running);
    suite_add_tcase(suite, cases);
    return test_run(suite);
}
