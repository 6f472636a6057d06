/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The power of whole systems, idle and at work, to the digits that ExaDigiT RAPS prints, and the
 * energy of a CPU node, to the joule that SimGrid's energy-exec test prints. */
#include <math.h>
#include <stdio.h>

#include <gpusim/gpusim.h>

#include "harness.h"

typedef struct watched {
    gpusim_spec *spec;
    gpusim_model *model;
    gpusim_sim *sim;
} watched;

static watched begin(const char *name)
{
    watched run = {0};
    gpusim_error err = {0};
    char path[1024];
    snprintf(path, sizeof path, "%s/scenarios/validation/%s.yaml", getenv("GPUSIM_SOURCE"), name);
    ASSERT_OK(gpusim_spec_load(path, &run.spec, &err), &err);
    ASSERT_OK(gpusim_model_compile(run.spec, &run.model, &err), &err);
    ASSERT_OK(gpusim_sim_create(run.model, 1, &run.sim, &err), &err);
    return run;
}

static void end(watched *run)
{
    gpusim_sim_destroy(run->sim);
    gpusim_model_destroy(run->model);
    gpusim_spec_destroy(run->spec);
}

/* Energy of the facility up to a time, J. */
static double energy_at(watched *run, gpusim_time time)
{
    gpusim_error err = {0};
    ASSERT_OK(gpusim_sim_run_until(run->sim, time, &err), &err);
    return gpusim_sim_summary(run->sim)->energy_facility_j;
}

#define HOUR (3600 * GPUSIM_SECOND)

/* MW as those programs print them. */
#define ASSERT_MEGAWATTS(watts, printed)                                                           \
    do {                                                                                           \
        char text_[32];                                                                            \
        snprintf(text_, sizeof text_, "%.4f", (watts) / 1e6);                                      \
        ck_assert_str_eq(text_, printed);                                                          \
    } while (0)

static const struct {
    const char *name, *idle, *work;
} systems[] = {
    {"frontier", "7.3065", "28.2279"}, {"frontier-hpl", "7.3065", "22.9545"},
    {"summit", "3.5524", "12.6761"},   {"marconi100", "0.6059", "1.8892"},
    {"lassen", "0.4777", "1.5149"},    {"selene", "1.4361", "3.1480"},
};

START_TEST(test_system)
{
    watched run = begin(systems[_i].name);
    double idle = energy_at(&run, HOUR);
    double all = energy_at(&run, 2 * HOUR);
    ASSERT_MEGAWATTS(idle / 3600, systems[_i].idle);
    ASSERT_MEGAWATTS((all - idle) / 3600, systems[_i].work);
    ASSERT_MEGAWATTS(gpusim_sim_summary(run.sim)->power_peak_w, systems[_i].work);
    end(&run);
}
END_TEST

/* Frontier idle for an hour at RAPS's price: 686.81 USD. */
START_TEST(test_price)
{
    watched run = begin("frontier");
    double kwh = energy_at(&run, HOUR) / 3.6e6;
    ck_assert_double_eq_tol(kwh * 0.094, 686.81, 0.005);
    ck_assert_double_eq_tol(gpusim_sim_summary(run.sim)->cost, 686.81, 0.005);
    end(&run);
}
END_TEST

START_TEST(test_simgrid)
{
    static const struct {
        int64_t s;
        double joules;
    } expected[] = {{10, 1000}, {11, 1120}, {16, 1645}, {20, 2005}, {30, 2905}};
    watched run = begin("simgrid-energy");
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
        double joules = energy_at(&run, expected[i].s * GPUSIM_SECOND);
        ck_assert_double_eq_tol(joules, expected[i].joules, 1e-6);
    }
    end(&run);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("systems");
    TCase *all = tcase_create("all");
    tcase_set_timeout(all, 120);
    tcase_add_loop_test(all, test_system, 0, (int)(sizeof systems / sizeof systems[0]));
    tcase_add_test(all, test_price);
    tcase_add_test(all, test_simgrid);
    suite_add_tcase(suite, all);
    return test_run(suite);
}
