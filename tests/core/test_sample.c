/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is sampled, when, and in which type. */
#include <math.h>

#include "collect.h"
#include "telemetry/metrics.h"

static char text[4096];
static gpusim_error err;
static gpusim_model *model;

static void teardown(void)
{
    gpusim_model_destroy(model);
    model = NULL;
}

static void compile_with(const char *telemetry)
{
    snprintf(text, sizeof text,
             "gpusim: 1\ncluster: {nodes: [{name: n, count: 2, gpus: 2}]}\n"
             "workload: [{jobs: [{at: 0 s, duration: 90 s, gpus: 3}]}]\n"
             "duration: 4 min\ntelemetry: %s\n",
             telemetry);
    model = compile_text(text);
}

static int samples(uint32_t metric)
{
    uint32_t count = 0;
    const uint32_t *chosen = gpusim_model_metrics(model, &count);
    int found = 0;
    for (uint32_t i = 0; i < count; i++) {
        found += chosen[i] == metric;
    }
    return found;
}

START_TEST(sets_and_names)
{
    uint32_t count = 0;
    compile_with("{every: 1 min}");
    (void)gpusim_model_metrics(model, &count);
    ck_assert_uint_eq(count, 11); // what needs no power and heat
    ck_assert_int_eq(samples(GS_METRIC_GPU_UTIL), 1);
    ck_assert_int_eq(samples(GS_METRIC_GPU_TEMP), 0);
    teardown();

    compile_with("{every: 1 min, sets: [node]}");
    (void)gpusim_model_metrics(model, &count);
    ck_assert_uint_eq(count, 2);
    ck_assert_int_eq(samples(GS_METRIC_NODE_HEARTBEAT), 1);
    teardown();

    // a name and a set that has it: once
    compile_with("{every: 1 min, metrics: [gpu_util, node/gpus_allocated], sets: [dcgm]}");
    (void)gpusim_model_metrics(model, &count);
    ck_assert_uint_eq(count, 2);
    teardown();

    // DCGM's name will do
    compile_with("{every: 1 min, metrics: [DCGM_FI_DEV_GPU_UTIL]}");
    ck_assert_int_eq(samples(GS_METRIC_GPU_UTIL), 1);
    ck_assert_ptr_null(gpusim_model_warning(model, 0));
    teardown();

    // by name also what is missing throughout, with a warning
    compile_with("{every: 1 min, metrics: [gpu_temp]}");
    ck_assert_int_eq(samples(GS_METRIC_GPU_TEMP), 1);
    ck_assert_ptr_nonnull(gpusim_model_warning(model, 0));
    ck_assert_ptr_nonnull(strstr(gpusim_model_warning(model, 0), "gpu/gpu_temp"));
}
END_TEST

START_TEST(wrong_names)
{
    gpusim_spec *spec = NULL;
    static const char *const cases[][2] = {
        {"gpu_tmp", "gpu_temp"}, {"dcgm", "sets: [dcgm]"}, {"DCGM_FI_DEV_GPU_TMP", "GPU_TEMP"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        snprintf(text, sizeof text,
                 "gpusim: 1\ncluster: {nodes: [{name: n, gpus: 1}]}\nworkload: []\nduration: 1 h\n"
                 "telemetry: {every: 1 s, metrics: [%s]}\n",
                 cases[i][0]);
        ASSERT_OK(gpusim_spec_parse(text, strlen(text), "t.yaml", NULL, &spec, &err), &err);
        ck_assert_int_eq(gpusim_model_compile(spec, &model, &err), GPUSIM_SCENARIO);
        ck_assert_msg(strstr(err.hint, cases[i][1]) != NULL, "%s: %s", cases[i][0], err.hint);
        gpusim_spec_destroy(spec);
    }
}
END_TEST

typedef struct heard {
    uint32_t samples;
    float util[4][4];
    float heartbeat[4][2];
} heard;

static gpusim_status hear(void *context, gpusim_time time, const gpusim_sample *sample,
                          uint32_t count, gpusim_error *error)
{
    heard *all = context;
    (void)error;
    ck_assert_int_eq(time, (gpusim_time)(all->samples + 1) * GPUSIM_MINUTE);
    ck_assert_uint_eq(count, 5);
    for (uint32_t i = 0; i < count; i++) {
        const gpusim_metric *metric = &gpusim_metrics(&(uint32_t){0})[sample[i].metric];
        if (sample[i].metric == GS_METRIC_GPU_UTIL) {
            memcpy(all->util[all->samples], sample[i].values, sizeof all->util[0]);
        } else if (sample[i].metric == GS_METRIC_NODE_HEARTBEAT) {
            memcpy(all->heartbeat[all->samples], sample[i].values, sizeof all->heartbeat[0]);
        }

        // what a GPU without physics cannot have is missing, in the type's way
        for (uint32_t k = 0; metric->physical && k < sample[i].count; k++) {
            if (metric->type == GPUSIM_FLOAT32) {
                ck_assert(isnan(((const float *)sample[i].values)[k]));
            } else if (metric->type == GPUSIM_UINT64) {
                ck_assert_uint_eq(((const uint64_t *)sample[i].values)[k], UINT64_MAX);
            } else {
                ck_assert_uint_eq(((const uint32_t *)sample[i].values)[k], UINT32_MAX);
            }
        }
    }
    all->samples++;
    return GPUSIM_OK;
}

START_TEST(generic_gpus)
{
    gpusim_sim *sim = NULL;
    gpusim_observer observer;
    heard all = {0};
    compile_with("{every: 1 min, metrics: [gpu_temp, total_energy_consumption, "
                 "clock_throttle_reasons, gpu_util, heartbeat]}");
    ASSERT_OK(gpusim_sim_create(model, 1, &sim, &err), &err);
    gpusim_observer_default(&observer);
    observer.context = &all;
    observer.sample = hear;
    ASSERT_OK(gpusim_sim_observe(sim, &observer, &err), &err);
    ASSERT_OK(gpusim_sim_run_until(sim, GPUSIM_TIME_MAX, &err), &err);
    gpusim_sim_destroy(sim);

    // three GPUs for 90 s
    ck_assert_uint_eq(all.samples, 4);
    for (uint32_t i = 0; i < 4; i++) {
        ck_assert(all.util[0][i] == (i < 3 ? 100.0f : 0.0f));
        ck_assert(all.util[1][i] == 0.0f);
    }
    ck_assert(all.heartbeat[0][0] == 1.0f && all.heartbeat[0][1] == 1.0f);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("core/sample");
    TCase *cases = tcase_create("all");
    tcase_set_timeout(cases, 60);
    tcase_add_checked_fixture(cases, NULL, teardown);
    tcase_add_test(cases, sets_and_names);
    tcase_add_test(cases, wrong_names);
    tcase_add_test(cases, generic_gpus);
    suite_add_tcase(suite, cases);
    return test_run(suite);
}
