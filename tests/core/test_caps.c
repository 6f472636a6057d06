/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Caps and P-states as actions, by the scenario and by a program: what is drawn follows them, and
 * comes back when they are lifted. */
#include "collect.h"

#include <math.h>

#include "core/sim.h"

/* No gang: what one GPU may draw is nothing to the others. */
#define ALONE "      - {duration: 10 h, gpus: 1, group: n, profile: {intensity: 1}}\n"

#define CLUSTER                                                                                    \
    "gpusim: 1\n"                                                                                  \
    "duration: 1 h\n"                                                                              \
    "cluster:\n"                                                                                   \
    "  nodes:\n"                                                                                   \
    "    - name: n\n"                                                                              \
    "      count: 2\n"                                                                             \
    "      per_rack: 1\n"                                                                          \
    "      gpu: A100-SXM4-80GB\n"                                                                  \
    "      gpus: 4\n"                                                                              \
    "      cpus: 16\n"                                                                             \
    "      power: {cpu_states: [{idle: 90 W, max: 280 W}, {idle: 60 W, max: 150 W, speed: "        \
    "0.5}]}\n"                                                                                     \
    "    - {name: plain, gpus: 2}\n"                                                               \
    "workload:\n"                                                                                  \
    "  - jobs:\n" ALONE ALONE ALONE ALONE ALONE ALONE ALONE ALONE

static gpusim_sim *create(const char *actions, gpusim_model **model, collected *rows)
{
    char text[4096];
    gpusim_error err = {0};
    gpusim_sim *sim = NULL;
    snprintf(text, sizeof text, "%s%s", CLUSTER, actions);
    *model = compile_text(text);
    ASSERT_OK(gpusim_sim_create(*model, 1, &sim, &err), &err);
    gpusim_observer observer = collect_observer(rows);
    ASSERT_OK(gpusim_sim_observe(sim, &observer, &err), &err);
    gpusim_sim_paranoid(sim, 1);
    return sim;
}

static void run_to(gpusim_sim *sim, gpusim_time time)
{
    gpusim_error err = {0};
    ASSERT_OK(gpusim_sim_run_until(sim, time, &err), &err);
}

static double gpu_watts(const gpusim_sim *sim, uint32_t gpu)
{
    return (double)GS_GPU(sim, gpu)->power * 1e-9;
}

static double node_watts(const gpusim_sim *sim, uint32_t node)
{
    return (double)GS_PLANT(sim, node)->input * 1e-9;
}

// below the cap, by less than a step of the clock is worth
static void held(double watts, double cap, double slack)
{
    ck_assert_msg(watts <= cap && watts > cap - slack, "%.3f W under a cap of %.0f W", watts, cap);
}

START_TEST(caps_of_the_scenario)
{
    gpusim_model *model;
    collected rows = {0};
    gpusim_sim *sim = create("actions:\n"
                             "  - {at: 5 min, do: cap, gpu: n-0000/gpu1, power: 250 W}\n"
                             "  - {at: 10 min, do: cap, gpu: n-0000/gpu1, power: none}\n"
                             "  - {at: 15 min, do: cap, power: 200 W}\n"
                             "  - {at: 20 min, do: cap, power: none}\n"
                             "  - {at: 25 min, do: cap, node: n-0001, power: 1.2 kW}\n"
                             "  - {at: 30 min, do: cap, node: n-0001, power: none}\n"
                             "  - {at: 35 min, do: cap, rack: rack-00, power: 1.1 kW}\n"
                             "  - {at: 40 min, do: cap, rack: rack-00, power: none}\n",
                             &model, &rows);
    run_to(sim, 4 * GPUSIM_MINUTE);
    double free0 = gpu_watts(sim, 0), free1 = gpu_watts(sim, 1), node1 = node_watts(sim, 1);
    held(free1, 400, 10);

    run_to(sim, 9 * GPUSIM_MINUTE);
    held(gpu_watts(sim, 1), 250, 10);
    ck_assert(fabs(gpu_watts(sim, 0) - free0) < 2);
    run_to(sim, 14 * GPUSIM_MINUTE);
    ck_assert(fabs(gpu_watts(sim, 1) - free1) < 2);

    run_to(sim, 19 * GPUSIM_MINUTE);
    for (uint32_t gpu = 0; gpu < 8; gpu++) {
        held(gpu_watts(sim, gpu), 200, 10);
    }

    // nodes and racks react a second later, and their GPUs share what is left for them
    run_to(sim, 25 * GPUSIM_MINUTE);
    ck_assert(fabs(node_watts(sim, 1) - node1) < 8);
    run_to(sim, 25 * GPUSIM_MINUTE + 2 * GPUSIM_SECOND);
    held(node_watts(sim, 1), 1200, 40);
    ck_assert(node_watts(sim, 0) > 1600);
    run_to(sim, 34 * GPUSIM_MINUTE);
    ck_assert(fabs(node_watts(sim, 1) - node1) < 8);

    run_to(sim, 39 * GPUSIM_MINUTE);
    held((double)GS_RACK(sim, 0)->power * 1e-9, 1100, 40);
    run_to(sim, 44 * GPUSIM_MINUTE);
    ck_assert(node_watts(sim, 0) > 1600);

    const gs_array *actions = &rows.tables[GPUSIM_TABLE_ACTIONS];
    ck_assert_uint_eq(actions->count, 8);
    const gpusim_action_row *row = actions->data;
    ck_assert_uint_eq(row[0].what, GPUSIM_ACTION_CAP_GPU);
    ck_assert_uint_eq(row[0].entity, 1);
    ck_assert(row[0].value == 250 && isnan(row[1].value));
    ck_assert_uint_eq(row[2].entity, UINT64_MAX); // every GPU
    ck_assert_uint_eq(row[4].what, GPUSIM_ACTION_CAP_NODE);
    ck_assert_uint_eq(row[6].what, GPUSIM_ACTION_CAP_RACK);
    ck_assert_uint_eq(row[6].entity, 0);
    collect_release(&rows);
    gpusim_sim_destroy(sim);
    gpusim_model_destroy(model);
}
END_TEST

START_TEST(caps_of_a_program)
{
    gpusim_model *model;
    gpusim_error err = {0};
    collected rows = {0};
    gpusim_sim *sim = create("", &model, &rows);
    run_to(sim, GPUSIM_MINUTE);
    ASSERT_OK(gpusim_sim_cap(sim, GPUSIM_OF_GPU, 2, 300, &err), &err);
    run_to(sim, GPUSIM_MINUTE);
    held(gpu_watts(sim, 2), 300, 10);
    ASSERT_OK(gpusim_sim_cap(sim, GPUSIM_OF_GPU, 2, INFINITY, &err), &err);
    ASSERT_OK(gpusim_sim_cap(sim, GPUSIM_OF_NODE, 0, 1200, &err), &err);
    run_to(sim, 2 * GPUSIM_MINUTE);
    held(node_watts(sim, 0), 1200, 40);
    ASSERT_OK(gpusim_sim_cap(sim, GPUSIM_OF_RACK, 1, 1100, &err), &err);
    run_to(sim, 3 * GPUSIM_MINUTE);
    held((double)GS_RACK(sim, 1)->power * 1e-9, 1100, 40);
    ck_assert_uint_eq(rows.tables[GPUSIM_TABLE_ACTIONS].count, 4);

    // what cannot be changes nothing
    char before[33], after[33];
    ASSERT_OK(gpusim_sim_hash(sim, before, &err), &err);
    ck_assert_int_eq(gpusim_sim_cap(sim, GPUSIM_OF_GPU, 99, 300, &err), GPUSIM_ARGUMENT);
    ck_assert_int_eq(gpusim_sim_cap(sim, GPUSIM_OF_GPU, 0, 20, &err), GPUSIM_ARGUMENT);
    ck_assert_int_eq(gpusim_sim_cap(sim, GPUSIM_OF_GPU, 0, 900, &err), GPUSIM_ARGUMENT);
    ck_assert_int_eq(gpusim_sim_cap(sim, GPUSIM_OF_GPU, 8, 300, &err), GPUSIM_ARGUMENT); // generic
    ck_assert_int_eq(gpusim_sim_cap(sim, GPUSIM_OF_NODE, 0, -1, &err), GPUSIM_ARGUMENT);
    ck_assert_int_eq(gpusim_sim_cap(sim, GPUSIM_OF_NODE, 0, NAN, &err), GPUSIM_ARGUMENT);
    ck_assert_int_eq(gpusim_sim_cap(sim, GPUSIM_OF_RACK, 3, 900, &err), GPUSIM_ARGUMENT);
    ck_assert_int_eq(gpusim_sim_cap(sim, GPUSIM_OF_CLUSTER, 0, 900, &err), GPUSIM_ARGUMENT);
    ASSERT_OK(gpusim_sim_hash(sim, after, &err), &err);
    ck_assert_str_eq(before, after);
    collect_release(&rows);
    gpusim_sim_destroy(sim);
    gpusim_model_destroy(model);
}
END_TEST

START_TEST(states_of_cpus)
{
    gpusim_model *model;
    collected rows = {0};
    gpusim_sim *sim = create("actions:\n"
                             "  - {at: 5 min, do: pstate, node: n-0001, state: 1}\n"
                             "  - {at: 10 min, do: pstate, node: n-0001, state: 0}\n",
                             &model, &rows);
    run_to(sim, 6 * GPUSIM_MINUTE);
    ck_assert(GS_PLANT(sim, 0)->power[GS_POWER_CPU] == 90 * INT64_C(1000000000));
    ck_assert(GS_PLANT(sim, 1)->power[GS_POWER_CPU] == 60 * INT64_C(1000000000));
    run_to(sim, 11 * GPUSIM_MINUTE);
    ck_assert(GS_PLANT(sim, 1)->power[GS_POWER_CPU] == 90 * INT64_C(1000000000));
    const gs_array *actions = &rows.tables[GPUSIM_TABLE_ACTIONS];
    ck_assert_uint_eq(actions->count, 2);
    ck_assert_uint_eq(GS_AT(*actions, gpusim_action_row, 0).what, GPUSIM_ACTION_PSTATE);
    ck_assert(GS_AT(*actions, gpusim_action_row, 0).value == 1);
    collect_release(&rows);
    gpusim_sim_destroy(sim);
    gpusim_model_destroy(model);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("caps");
    TEST_CASE(suite, 30, caps_of_the_scenario, caps_of_a_program, states_of_cpus);
    return test_run(suite);
}
