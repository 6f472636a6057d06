/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the core does with a module's decisions: refused ones change nothing and are recorded, and a
 * module that is only ever refused ends the run. */

#include "core/sim.h"

#include "one_run.h"

static gpusim_error err;
static int at_once; /* refused decisions in one pass */

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

// the first answer to the second job, which always wants node 0
static gpusim_refusal answer;
static int answered;

static gpusim_status want_node_0(const gpusim_context *context, const uint32_t *queue,
                                 uint32_t queued, gpusim_decisions *decisions, gpusim_error *error)
{
    (void)error;
    for (uint32_t i = 0; i < queued; i++) {
        const gpusim_job_info *job = &context->view->jobs[queue[i]];
        uint64_t order = job->order;
        gpusim_refusal refusal = put(decisions, job, 0, GPUSIM_NONE, job->gpus, 0);
        if (order == 1 && !answered) {
            answer = refusal;
            answered = 1;
        }
    }
    return GPUSIM_OK;
}

static const gpusim_scheduler greedy_operations = {.pass = want_node_0};
static const gpusim_module greedy = {
    .magic = GPUSIM_MODULE_MAGIC,
    .size = sizeof(gpusim_module),
    .abi_major = GPUSIM_MODULE_ABI_MAJOR,
    .abi_minor = GPUSIM_MODULE_ABI_MINOR,
    .kind = GPUSIM_MODULE_SCHEDULER,
    .name = "greedy",
    .version = "1",
    .doc = "Wants node 0 for everybody.",
    .operations = &greedy_operations,
};

// the first job takes 2 of 4 GPUs; the second would fit but for one thing
static const struct {
    const char *cluster, *first, *second, *more;
    gpusim_refusal expected;
} limits[] = {
    {"nodes: [{name: a, gpus: 4, cpus: 8}]", "cpus: 3", "cpus: 2", "", GPUSIM_ACCEPTED},
    {"nodes: [{name: a, gpus: 4, cpus: 8}]", "cpus: 3", "cpus: 3", "", GPUSIM_REFUSED_CPUS},
    {"nodes: [{name: a, gpus: 4, memory: 8 GiB}]", "memory: 3 GiB", "memory: 2 GiB", "",
     GPUSIM_ACCEPTED},
    {"nodes: [{name: a, gpus: 4, memory: 8 GiB}]", "memory: 3 GiB", "memory: 3 GiB", "",
     GPUSIM_REFUSED_MEMORY},
    {"nodes: [{name: a, gpus: 4, storage: 8 GiB}]", "storage: 3 GiB", "storage: 2 GiB", "",
     GPUSIM_ACCEPTED},
    {"nodes: [{name: a, gpus: 4, storage: 8 GiB}]", "storage: 3 GiB", "storage: 3 GiB", "",
     GPUSIM_REFUSED_STORAGE},
    {"nodes: [{name: a, gpus: 4}], virtual_clusters: {red: {quota: 3}}", "vc: red", "vc: red", "",
     GPUSIM_ACCEPTED},
    {"nodes: [{name: a, gpus: 4}], virtual_clusters: {red: {quota: 2}}", "vc: red", "vc: red", "",
     GPUSIM_REFUSED_QUOTA},
    {"nodes: [{name: a, gpus: 4}, {name: b, gpus: 4}]", "group: a", "group: b", "",
     GPUSIM_REFUSED_GROUP},
    {"nodes: [{name: a, gpus: 4, cluster: x}, {name: b, gpus: 4, cluster: y}]", "cluster: x",
     "cluster: y", "", GPUSIM_REFUSED_CLUSTER},
    {"nodes: [{name: a, gpus: 4, cluster: x}, {name: b, gpus: 4, cluster: y}]", "cluster: x",
     "cluster: x", "", GPUSIM_ACCEPTED},
    {"nodes: [{name: a, gpus: 4, labels: {zone: x}}, {name: b, gpus: 4}]", "selector: {zone: x}",
     "selector: {node: b-0000}", "", GPUSIM_REFUSED_SELECTOR},
    {"nodes: [{name: a, gpus: 4, labels: {zone: x}}, {name: b, gpus: 4, labels: {zone: y}}]",
     "selector: {zone: x}", "selector: {zone: y}", "", GPUSIM_REFUSED_SELECTOR},
    {"nodes: [{name: a, gpus: 4, labels: {zone: x}}, {name: b, gpus: 4, labels: {zone: y}}]",
     "selector: {zone: x}", "selector: {zone: y|x, node: a-0000}", "", GPUSIM_ACCEPTED},
    {"nodes: [{name: a, gpus: 4, gpu: T4}, {name: b, gpus: 4, gpu: H200}]", "cpus: 1",
     "gpu_memory: 100 GiB", "", GPUSIM_REFUSED_MEMORY},
    {"nodes: [{name: a, gpus: 4}]", "cpus: 1", "cpus: 1",
     "actions: [{at: 1 s, do: drain, node: a-0000}]\n", GPUSIM_REFUSED_NO_NODE},
};

START_TEST(each_limit_is_held)
{
    char text[1024];
    answered = 0;
    snprintf(text, sizeof text,
             "gpusim: 1\nduration: 100 s\ncluster: {%s}\n"
             "workload: [{jobs: [{id: 1, at: 0 s, duration: 20 s, gpus: 2, %s},"
             " {id: 2, at: 5 s, duration: 20 s, gpus: 1, %s}]}]\n%s",
             limits[_i].cluster, limits[_i].first, limits[_i].second, limits[_i].more);
    model = compile_text(text);
    model->setup.scheduler.module = &greedy;
    sim = run_model(model, 1, &rows);
    ck_assert_int_eq(answered, 1);
    ck_assert_int_eq(answer, limits[_i].expected);
}
END_TEST

// Who decides everything stays within quotas by himself: nothing is refused, and all jobs end.
START_TEST(schedulers_know_quotas)
{
    static const char *const modules[] = {"astera-fifo",
                                          "astera-score",
                                          "sage-score",
                                          "sage-least",
                                          "roundrobin",
                                          "greedy",
                                          "rts",
                                          "route-rule",
                                          "cloudai-multi",
                                          "cloudai-aggressive",
                                          "cloudai-predictive",
                                          "cloudai-balanced"};
    for (size_t i = 0; i < sizeof modules / sizeof modules[0]; i++) {
        char text[1024];
        snprintf(text, sizeof text,
                 "gpusim: 1\n"
                 "until: drained\n"
                 "cluster:\n"
                 "  nodes: [{name: n, count: 4, gpus: 4, class: gpu}]\n"
                 "  virtual_clusters: {red: {quota: 3}, blue: {quota: 13}}\n"
                 "workload:\n"
                 "  - synthetic: {name: s, count: 40, vc: {red: 1}, arrivals: {process: poisson, "
                 "rate: 60/h},"
                 " gpus: {choice: {1: 0.5, 2: 0.5}}, duration: {exponential: {mean: 10 min}}}\n"
                 "scheduler: {module: %s}\n",
                 modules[i]);
        model = compile_text(text);
        sim = run_model(model, 1, &rows);
        ck_assert_msg(gpusim_sim_summary(sim)->completed == 40, "%s ended %u jobs", modules[i],
                      (unsigned)gpusim_sim_summary(sim)->completed);
        teardown();
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("core/module");
    TCase *cases = tcase_create("all");
    tcase_add_checked_fixture(cases, NULL, teardown);
    tcase_add_test(cases, refusals_change_nothing);
    tcase_add_test(cases, refused_a_thousand_times_running);
    tcase_add_loop_test(cases, each_limit_is_held, 0, sizeof limits / sizeof limits[0]);
    tcase_add_test(cases, schedulers_know_quotas);
    suite_add_tcase(suite, cases);
    return test_run(suite);
}
