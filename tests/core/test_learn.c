/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What modules hear of jobs that come and go, what they remember under keys, and what the view
 * shows of users: GPU time to the nanosecond. */

#include "core/sim.h"
#include "policy/inside.h"

#include "one_run.h"

#define S GPUSIM_SECOND

typedef struct seen {
    gpusim_time run, held;
    uint32_t submitted, ended;
} seen;

static gpusim_error err;

static uint64_t key_of(const gpusim_job_info *job)
{
    return (uint64_t)job->user << 32 | job->kind;
}

static void submitted(const gpusim_context *context, const gpusim_job_info *job)
{
    ck_assert_uint_eq(job->state, GPUSIM_JOB_QUEUED);
    ck_assert_uint_eq(context->view->users[job->owner].name, job->user);
    seen *it = gpusim_remember(context, key_of(job));
    it->submitted++;
    ck_assert_ptr_eq(gpusim_recall(context, key_of(job)), it);
}

static void ended(const gpusim_context *context, const gpusim_job_info *job,
                  const gpusim_outcome *outcome)
{
    seen *it = gpusim_recall(context, key_of(job));
    ck_assert_ptr_nonnull(it);
    it->ended++;
    it->run += outcome->run;
    it->held += outcome->held;
}

static double key(const gpusim_context *context, const gpusim_job_info *job)
{
    ck_assert_ptr_nonnull(gpusim_recall(context, key_of(job))); // it was told before
    return (double)job->submit;
}

static const gpusim_order order = {.key = key, .submitted = submitted, .ended = ended};
static const gpusim_module learns = {
    .magic = GPUSIM_MODULE_MAGIC,
    .size = sizeof(gpusim_module),
    .abi_major = GPUSIM_MODULE_ABI_MAJOR,
    .abi_minor = GPUSIM_MODULE_ABI_MINOR,
    .kind = GPUSIM_MODULE_ORDER,
    .name = "learns",
    .version = "1",
    .doc = "Counts what it hears.",
    .operations = &order,
    .memory_bytes = sizeof(seen),
};

static uint32_t name_of(const char *text)
{
    uint32_t name = 0;
    ASSERT_OK(gs_names_add(model->names, text, strlen(text), &name, &err), &err);
    return name;
}

static const seen *remembered(const char *user, const char *kind)
{
    gs_policy *policy = sim->policy;
    gpusim_context context = gs_order_context(policy);
    return gpusim_recall(&context, (uint64_t)name_of(user) << 32 | (kind ? name_of(kind) : 0));
}

static void begin(const gpusim_module *module)
{
    model = compile_text(
        "gpusim: 1\n"
        "cluster: {nodes: [{name: n, gpus: 4}], virtual_clusters: {red: {}}}\n"
        "workload: [{jobs: ["
        "{at: 0 s, duration: 20 s, gpus: 4, user: ann, kind: train, vc: red},"
        "{at: 5 s, duration: 10 s, gpus: 2, user: bob, deadline: {factor: 2, slack: 1 s}},"
        "{at: 6 s, duration: 7 s, gpu_share: 0.25, user: bob, qos: high, preemptible: true},"
        "{at: 7 s, duration: 3 s, gpus: 1},"
        "{at: 8 s, duration: 1 s, gpus: 9, user: eve}]}]\n");
    if (module) {
        model->setup.order.module = module;
        model->setup.order.parameters = NULL;
    }
    ASSERT_OK(gpusim_sim_create(model, 1, &sim, &err), &err);
    gpusim_observer observer = collect_observer(&rows);
    ASSERT_OK(gpusim_sim_observe(sim, &observer, &err), &err);
    gpusim_sim_paranoid(sim, 1);
}

START_TEST(modules_hear_of_jobs)
{
    begin(&learns);
    ASSERT_OK(gpusim_sim_run_until(sim, GPUSIM_TIME_MAX, &err), &err);
    const seen *ann = remembered("ann", "train"), *bob = remembered("bob", NULL);
    ck_assert_uint_eq(ann->submitted, 1);
    ck_assert_uint_eq(ann->ended, 1);
    ck_assert_int_eq(ann->run, 20 * S);
    ck_assert_int_eq(ann->held, 20 * S);

    // a quarter of a GPU works at a quarter of the rate
    ck_assert_uint_eq(bob->submitted, 2);
    ck_assert_int_eq(bob->run, 17 * S);
    ck_assert_int_eq(bob->held, 10 * S + 28 * S);

    // a job that never joined the queue is nobody's business
    ck_assert_ptr_null(remembered("eve", NULL));
}
END_TEST

START_TEST(fields_of_jobs)
{
    begin(NULL);
    ASSERT_OK(gpusim_sim_run_until(sim, 10 * S, &err), &err);
    for (uint32_t slot = 0; slot < sim->jobs.count; slot++) {
        const gpusim_job_info *job = GS_JOB(sim, slot);
        if (job->id.generation == 0) {
            continue;
        }
        ck_assert_int_eq(job->deadline, job->order == 1 ? 26 * S : GPUSIM_TIME_MAX);
        ck_assert_uint_eq(job->kind, job->order == 0 ? name_of("train") : 0);
        ck_assert_uint_eq(job->qos, job->order == 2 ? name_of("high") : 0);
        ck_assert_uint_eq(job->preemptible, job->order == 2);
    }
}
END_TEST

// ann holds 4 GPUs for 20 s; from 20 s on bob holds 2 and a quarter, nobody's job one until 23
START_TEST(users_and_their_time)
{
    begin(NULL);
    ASSERT_OK(gpusim_sim_run_until(sim, 10 * S, &err), &err);
    const gpusim_view *view = &sim->view;
    ck_assert_uint_eq(view->user_count, 4); // ann, bob, nobody, eve
    ck_assert_uint_eq(view->users[1].queued, 2);
    ck_assert_uint_eq(view->users[0].running, 1);
    ck_assert_double_eq(gpusim_usage_seconds(view, &view->users[0].usage), 4 * 10.0);
    ck_assert_double_eq(gpusim_usage_seconds(view, &view->vcs[0].usage), 4 * 10.0);

    ASSERT_OK(gpusim_sim_run_until(sim, 24 * S, &err), &err);
    view = &sim->view;
    ck_assert_double_eq(gpusim_usage_seconds(view, &view->users[0].usage), 4 * 20.0);
    ck_assert_double_eq(gpusim_usage_seconds(view, &view->users[1].usage), 4 * 2.25);
    ck_assert_double_eq(gpusim_usage_seconds(view, &view->users[2].usage), 3.0);
    ck_assert_double_eq(gpusim_usage_seconds(view, &view->users[3].usage), 0);
    ck_assert_uint_eq(view->users[2].name, 0);
}
END_TEST

// what is remembered is state: a run that is saved and restored goes on as if nothing had been
START_TEST(memory_is_saved)
{
    begin(&learns);
    ASSERT_OK(gpusim_sim_run_until(sim, 10 * S, &err), &err);
    void *bytes = NULL;
    size_t size = 0;
    ASSERT_OK(gpusim_sim_save(sim, &bytes, &size, &err), &err);
    ASSERT_OK(gpusim_sim_run_until(sim, 25 * S, &err), &err);
    char then[33], again[33];
    ASSERT_OK(gpusim_sim_hash(sim, then, &err), &err);
    ASSERT_OK(gpusim_sim_restore(sim, bytes, size, &err), &err);
    ASSERT_OK(gpusim_sim_run_until(sim, 25 * S, &err), &err);
    ASSERT_OK(gpusim_sim_hash(sim, again, &err), &err);
    ck_assert_str_eq(then, again);
    gpusim_free(bytes);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("core/learn");
    TCase *cases = tcase_create("all");
    tcase_add_checked_fixture(cases, NULL, teardown);
    tcase_add_test(cases, modules_hear_of_jobs);
    tcase_add_test(cases, fields_of_jobs);
    tcase_add_test(cases, users_and_their_time);
    tcase_add_test(cases, memory_is_saved);
    suite_add_tcase(suite, cases);
    return test_run(suite);
}
