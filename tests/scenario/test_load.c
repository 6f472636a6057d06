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

int main(void)
{
    Suite *suite = suite_create("load");
    TEST_CASE(suite, 20, a_list_over_some_time_has_a_rate, a_batch_has_none,
              a_batch_leaves_generators_their_rate);
    return test_run(suite);
}
