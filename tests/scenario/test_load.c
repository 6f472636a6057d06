/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Offered load: a log's rate, what generators add, and a list that is no stream. */
#include "harness.h"

#include <math.h>
#include <string.h>

#include <gpusim/model.h>

#define GENERATOR                                                                                  \
    "{synthetic: {arrivals: {process: poisson, rate: 24/h}, duration: 15 min, gpus: 1, count: "    \
    "10}}"

// of 4 GPUs that serve this workload; also whether it is warned of
static double load_of(const char *workload, int *warned)
{
    char text[1024];
    gpusim_error err = {0};
    gpusim_spec *spec = NULL;
    gpusim_model *model = NULL;
    uint32_t count = 0;
    gpusim_model_info info;
    snprintf(text, sizeof text,
             "gpusim: 1\nuntil: drained\ncluster: {nodes: [{name: n, gpus: 4}]}\n"
             "workload: [%s]\nscheduler: {order: fifo}\n",
             workload);
    ASSERT_OK(gpusim_spec_parse(text, strlen(text), "x.yaml", NULL, &spec, &err), &err);
    ASSERT_OK(gpusim_model_compile(spec, &model, &err), &err);
    const gpusim_load *loads = gpusim_model_load(model, &count);
    ck_assert_uint_eq(count, 1);
    double load = loads[0].load;
    gpusim_model_info_get(model, &info);
    *warned = info.warnings > 0;
    gpusim_model_destroy(model);
    gpusim_spec_destroy(spec);
    return load;
}

static void near(double found, double wanted)
{
    ck_assert_msg(fabs(found - wanted) < 1e-12, "%.17g, not %.17g", found, wanted);
}

START_TEST(a_list_over_some_time_has_a_rate)
{
    int warned;
    // 3 x 2 h of 1 GPU within 3 h: 2 of 4 GPUs
    near(load_of("{jobs: [{at: 0 h, duration: 2 h, gpus: 1}, {at: 1 h, duration: 2 h, "
                 "gpus: 1}, {at: 3 h, duration: 2 h, gpus: 1}]}",
                 &warned),
         0.5);
    ck_assert_int_eq(warned, 0);
}
END_TEST

START_TEST(a_batch_has_none)
{
    int warned;
    ck_assert(isnan(load_of("{jobs: [{at: 0 s, duration: 7 h, gpus: 4}]}", &warned)));
    ck_assert_int_eq(warned, 0);
    ck_assert(isnan(load_of("{jobs: [{at: 0 s, duration: 7 h, gpus: 4}, {at: 1 s, duration: 7 h, "
                            "gpus: 4}]}",
                            &warned)));
    ck_assert_int_eq(warned, 0);
}
END_TEST

START_TEST(a_batch_leaves_generators_their_rate)
{
    int warned;
    near(load_of(GENERATOR, &warned), 1.5);
    ck_assert_int_eq(warned, 1);
    near(load_of("{jobs: [{at: 0 s, duration: 7 h, gpus: 4}]}, " GENERATOR, &warned), 1.5);
}
END_TEST

// what is warned of a scheduler, or NULL; the workload has users ann and user-1 .. user-3, the
// qualities high and low, the virtual cluster red
static const char *warning_of(const char *scheduler)
{
    static char warning[512];
    char text[1024];
    gpusim_error err = {0};
    gpusim_spec *spec = NULL;
    gpusim_model *model = NULL;
    gpusim_model_info info;
    snprintf(text, sizeof text,
             "gpusim: 1\nuntil: drained\ncluster:\n  nodes: [{name: n, gpus: 4}]\n"
             "  virtual_clusters: {red: {}}\n"
             "workload:\n  - jobs: [{duration: 1 s, user: ann, qos: high, vc: red}]\n"
             "  - synthetic: {count: 1, arrivals: {process: periodic, every: 1 s}, duration: 1 s,"
             " users: 3, qos: {low: 1}}\nscheduler:\n  %s\n",
             scheduler);
    ASSERT_OK(gpusim_spec_parse(text, strlen(text), "x.yaml", NULL, &spec, &err), &err);
    ASSERT_OK(gpusim_model_compile(spec, &model, &err), &err);
    gpusim_model_info_get(model, &info);
    ck_assert_uint_le(info.warnings, 1);
    snprintf(warning, sizeof warning, "%s", info.warnings ? gpusim_model_warning(model, 0) : "");
    gpusim_model_destroy(model);
    gpusim_spec_destroy(spec);
    return warning;
}

// Names that nobody has are told, with their place and what was meant; others are not.
START_TEST(names_that_no_job_has)
{
    ck_assert_str_eq(warning_of("order: multifactor\n  multifactor: {shares: {ann: 2, user-3: 4},"
                                " qos_factors: {high: 1, low: 0.5}, vc_factors: {red: 1}}"),
                     "");
    ck_assert_str_eq(warning_of("order: max-min\n  max-min: {weights: {ann: 2, red: 3}}"), "");
    ck_assert_str_eq(warning_of("order: fifo\n  multifactor: {shares: {anm: 2}}"), "");
    ck_assert_str_eq(warning_of("order: multifactor\n  multifactor: {shares: {anm: 2}}"),
                     "x.yaml:11:31: scheduler.multifactor.shares.anm: no job has the user 'anm'; "
                     "did you mean 'ann'?");
    ck_assert_str_eq(warning_of("order: multifactor\n  multifactor: {qos_factors: {hihg: 1}}"),
                     "x.yaml:11:37: scheduler.multifactor.qos_factors.hihg: no job has the quality "
                     "of service 'hihg'; did you mean 'high'?");
    ck_assert_str_eq(warning_of("order: multifactor\n  multifactor: {vc_factors: {ann: 1}}"),
                     "x.yaml:11:35: scheduler.multifactor.vc_factors.ann: no job has the virtual "
                     "cluster 'ann'");
    ck_assert_str_eq(warning_of("order: max-min\n  max-min: {weights: {user-9: 2}}"),
                     "x.yaml:11:31: scheduler.max-min.weights.user-9: no job has the user or "
                     "virtual cluster 'user-9'; did you mean 'user-1'?");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("load");
    TEST_CASE(suite, 20, a_list_over_some_time_has_a_rate, a_batch_has_none,
              a_batch_leaves_generators_their_rate, names_that_no_job_has);
    return test_run(suite);
}
