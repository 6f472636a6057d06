/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Runs under power caps made by the model itself: its steps against physics, derivatives against
 * differences, and parameters that are known found again. */
#include <stdlib.h>

#include "base/memory.h"
#include "calibrate/caps_search.h"
#include "physics/power.h"
#include "support.h"

#define CONFIGURATIONS 24

static const double truth[GS_CAPS_WHOLE] = {
    [GS_CAPS_FIXED] = 50,          [GS_CAPS_CONTEXT] = 60, [GS_CAPS_KNEE_CLOCK] = 0.7,
    [GS_CAPS_KNEE_VOLTAGE] = 0.75, [GS_CAPS_FLOOR] = 0.25,
};

// own values of configuration i: busy ones and idle ones, dynamic power in W
static void own_of(int i, double own[GS_CAPS_OWN])
{
    gpusim_stream stream = gpusim_stream_make(3, "test", "own");
    uint64_t draw = (uint64_t)i * 3;
    own[GS_CAPS_DYNAMIC] = 120 + 110 * gpusim_draw_uniform(stream, draw);
    own[GS_CAPS_MEMORY_BOUND] = 0.05 + 0.5 * gpusim_draw_uniform(stream, draw + 1);
    own[GS_CAPS_HOST_BOUND] = 0.05 + 0.4 * gpusim_draw_uniform(stream, draw + 2);
}

static void join(const double *whole, const double *own, double *value)
{
    memcpy(value, whole, GS_CAPS_WHOLE * sizeof *value);
    memcpy(value + GS_CAPS_WHOLE, own, GS_CAPS_OWN * sizeof *value);
}

// a table with relative noise of this standard deviation
static const char *make_table(const char *name, double noise, uint64_t seed)
{
    FILE *file = fopen(name, "w");
    gpusim_stream stream = gpusim_stream_make(seed, "test", "noise");
    uint64_t draw = 0;
    fputs("network,run,power_limit,time_per_epoch,average_power\n", file);
    for (int i = 0; i < CONFIGURATIONS; i++) {
        double own[GS_CAPS_OWN], value[GS_CAPS_ALL];
        own_of(i, own);
        join(truth, own, value);
        for (double cap = 80; cap <= 280; cap += 20) {
            gs_caps_step step;
            gs_caps_step_at(value, cap, &step);
            double time = 100 * step.time * (1 + noise * gpusim_draw_normal(stream, draw++));
            double power = step.power * (1 + noise * gpusim_draw_normal(stream, draw++));
            fprintf(file, "n%d,%d,%g,%.12g,%.12g\n", i % 3, i, cap, time, power);
        }
    }
    ck_assert_int_eq(fclose(file), 0);
    return name;
}

// the clock is that of physics, time and power are its functions
START_TEST(a_step_is_what_physics_says)
{
    for (int i = 0; i < 200; i++) {
        double own[GS_CAPS_OWN], value[GS_CAPS_ALL];
        own_of(i, own);
        join(truth, own, value);
        value[GS_CAPS_FLOOR] = 0;
        gpusim_gpu_power power = {.fixed = truth[GS_CAPS_FIXED],
                                  .dynamic = own[GS_CAPS_DYNAMIC],
                                  .knee_clock = truth[GS_CAPS_KNEE_CLOCK],
                                  .knee_voltage = truth[GS_CAPS_KNEE_VOLTAGE]};
        for (double cap = 55; cap < 300; cap += 7) {
            gs_caps_step step;
            gs_caps_step_at(value, cap, &step);
            double clock = gs_clock_at_power(&power, 1, 0, cap), host = own[GS_CAPS_HOST_BOUND];
            ck_assert_double_eq_tol(step.clock, clock, 1e-12);
            double busy = (1 - host) * gs_clock_slowdown(own[GS_CAPS_MEMORY_BOUND], clock);
            double mean =
                (busy * gs_busy_power(&power, 1, clock, 0) + host * truth[GS_CAPS_CONTEXT]) /
                (busy + host);
            ck_assert_double_eq_tol(step.time, busy + host, 1e-10 * step.time);
            ck_assert_double_eq_tol(step.power, mean, 1e-9 * mean);
        }
    }
}
END_TEST

START_TEST(derivatives_are_those_of_differences)
{
    int at_floor = 0, capped = 0, free_of_caps = 0;
    for (int i = 0; i < 50; i++) {
        double own[GS_CAPS_OWN], value[GS_CAPS_ALL];
        own_of(i, own);
        join(truth, own, value);
        for (double cap = 70; cap < 300; cap += 13) {
            gs_caps_step step, up, down;
            gs_caps_step_at(value, cap, &step);
            at_floor += step.clock == truth[GS_CAPS_FLOOR];
            free_of_caps += step.clock == 1;
            capped += step.clock < 1 && step.clock > truth[GS_CAPS_FLOOR];
            if (fabs(step.clock - truth[GS_CAPS_KNEE_CLOCK]) < 1e-3 ||
                (step.clock < 1 && step.clock > 0.9999)) {
                continue; // a kink
            }
            for (uint32_t j = 0; j < GS_CAPS_ALL; j++) {
                double h = 1e-6 * fabs(value[j]), keep = value[j];
                value[j] = keep + h;
                gs_caps_step_at(value, cap, &up);
                value[j] = keep - h;
                gs_caps_step_at(value, cap, &down);
                value[j] = keep;
                double time_by = (up.time - down.time) / (2 * h);
                double power_by = (up.power - down.power) / (2 * h);
                ck_assert_double_eq_tol(step.time_by[j], time_by, 1e-5 * (fabs(time_by) + 0.01));
                ck_assert_double_eq_tol(step.power_by[j], power_by, 1e-5 * (fabs(power_by) + 1));
            }
        }
    }
    ck_assert(at_floor > 20 && capped > 20 && free_of_caps > 20);
}
END_TEST

static gpusim_calibration *calibrate(const char *path, int quick)
{
    gpusim_calibrate_options options;
    gpusim_calibration *c;
    gpusim_error err = {0};
    gpusim_calibrate_options_default(&options);
    options.starts = 6;
    options.splits = quick ? 0 : 1;
    options.no_intervals = quick != 0;
    ASSERT_OK(gpusim_calibrate(path, &options, &c, &err), &err);
    return c;
}

static const struct {
    const char *key;
    uint32_t which;
} keys[] = {{"power.fixed", GS_CAPS_FIXED},
            {"power.context", GS_CAPS_CONTEXT},
            {"power.knee_clock", GS_CAPS_KNEE_CLOCK},
            {"power.knee_voltage", GS_CAPS_KNEE_VOLTAGE},
            {"clocks.minimum", GS_CAPS_FLOOR}};
#define KEYS (sizeof keys / sizeof keys[0])

START_TEST(what_is_known_is_found_again)
{
    gpusim_calibration *c = calibrate(make_table("exact.csv", 0, 0), 1);
    for (size_t i = 0; i < KEYS; i++) {
        const gpusim_calibration_parameter *p = parameter_of(c, keys[i].key);
        ck_assert_double_eq_tol(p->value, truth[keys[i].which], 0.01 * truth[keys[i].which]);
    }
    uint32_t count;
    const gpusim_calibration_workload *w = gpusim_calibration_workloads(c, &count);
    ck_assert_uint_eq(count, CONFIGURATIONS);
    double dynamic = parameter_of(c, "power.dynamic")->value;
    for (int i = 0; i < CONFIGURATIONS; i++) {
        double own[GS_CAPS_OWN];
        own_of(i, own);
        ck_assert_double_eq_tol(w[i].intensity * dynamic, own[GS_CAPS_DYNAMIC], 3);
        ck_assert_double_eq_tol(w[i].memory_bound, own[GS_CAPS_MEMORY_BOUND], 0.02);
        ck_assert_double_eq_tol(w[i].host_bound, own[GS_CAPS_HOST_BOUND], 0.01);
    }
    const gpusim_calibration_info *info = gpusim_calibration_get_info(c);
    ck_assert_double_eq(info->optimum, info->optimum_model);
    ck_assert_double_lt(info->rms, 1e-3);
    gpusim_calibration_destroy(c);
}
END_TEST

// With noise of 1% the standard errors say how far off a value is: of 12 tables x 5 parameters 95%
// should lie within two of them, and 90% in the profile intervals at least (three tables: those
// take time).
START_TEST(errors_are_as_large_as_they_say)
{
    int within_one = 0, within_two = 0, all = 0, held = 0, intervals = 0;
    for (uint64_t seed = 1; seed <= 12; seed++) {
        gpusim_calibration *c = calibrate(make_table("noise.csv", 0.01, seed), seed > 3);
        for (size_t i = 0; i < KEYS; i++) {
            const gpusim_calibration_parameter *p = parameter_of(c, keys[i].key);
            double off = fabs(p->value - truth[keys[i].which]);
            within_one += off < p->standard_error;
            within_two += off < 2 * p->standard_error;
            all++;
            if (!isnan(p->low)) {
                held += p->low <= truth[keys[i].which] && truth[keys[i].which] <= p->high;
                intervals++;
            }
        }
        gpusim_calibration_destroy(c);
    }
    printf("of %d: %d within one standard error, %d within two; %d of %d intervals hold\n", all,
           within_one, within_two, held, intervals);
    ck_assert_int_eq(all, 60);
    ck_assert_int_eq(intervals, 15);
    ck_assert_int_ge(within_one, 30); // 41 expected, 3.6 its deviation
    ck_assert_int_ge(within_two, 52); // 57 expected, 1.7
    ck_assert_int_ge(held, 12);
}
END_TEST

static const struct {
    const char *text, *message;
} refused[] = {
    {"power_limit,time_per_epoch,average_power\n", "runs under at least 3 caps are needed, there "
                                                   "are none"},
    {"power_limit,time_per_epoch,average_power\n100,2,100\n200,1,200\n",
     "runs under at least 3 caps are needed, there are 2"},
    {"n,power_limit,time_per_epoch,average_power\na,100,2,100\na,150,1,150\nb,200,1,200\n",
     "no configuration was measured under all 3 caps"},
    {"n,power_limit,time_per_epoch,average_power\na,100,2,100\na,150,1.1,150\na,200,1,200\n",
     "5 measured values are too few for 8 parameters: more configurations or caps are needed"},
    {"n,power_limit,time_per_epoch,average_power\n"
     "a,100,1,50\na,150,1,51\na,200,1,50\na,225,1,50\na,250,1,50\n"
     "b,100,1,60\nb,150,1,61\nb,200,1,60\nb,225,1,60\nb,250,1,60\n",
     "no cap binds: under the lowest, 100 W, every configuration draws what it draws under the "
     "highest"},
};

START_TEST(too_little_is_refused)
{
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        gpusim_calibration *c;
        gpusim_error err = {0};
        ck_assert_int_eq(
            gpusim_calibrate(make_file("refused.csv", refused[i].text), NULL, &c, &err),
            GPUSIM_WORKLOAD);
        ck_assert_str_eq(err.message, refused[i].message);
        ck_assert_ptr_null(c);
    }
}
END_TEST

START_TEST(options_are_checked)
{
    make_table("options.csv", 0, 0);
    gpusim_calibrate_options options;
    gpusim_calibration *c;
    gpusim_error err = {0};
    gpusim_calibrate_options_default(&options);
    options.level = 1;
    ck_assert_int_eq(gpusim_calibrate("options.csv", &options, &c, &err), GPUSIM_ARGUMENT);
    gpusim_calibrate_options_default(&options);
    options.starts = 0;
    ck_assert_int_eq(gpusim_calibrate("options.csv", &options, &c, &err), GPUSIM_ARGUMENT);
    gpusim_calibrate_options_default(&options);
    options.base = "V100-PCIE-16G";
    ck_assert_int_eq(gpusim_calibrate("options.csv", &options, &c, &err), GPUSIM_SCENARIO);
    ck_assert_str_eq(err.hint, "did you mean 'V100-PCIE-16GB'?");
    options.base = "V100-PCIE-16GB"; // which takes 250 W at most
    ck_assert_int_eq(gpusim_calibrate("options.csv", &options, &c, &err), GPUSIM_ARGUMENT);
    ck_assert_str_eq(err.message,
                     "V100-PCIE-16GB takes caps up to 250 W, and the table has one of 280 W");
    ck_assert_int_eq(gpusim_calibrate(NULL, &options, &c, &err), GPUSIM_ARGUMENT);
}
END_TEST

// the entry is a catalogue's, on its base, and what it gives is what was fitted
START_TEST(the_entry_goes_through_the_catalogue)
{
    gpusim_calibrate_options options;
    gpusim_calibration *c;
    gpusim_error err = {0};
    gpusim_calibrate_options_default(&options);
    options.base = "A40";
    options.name = "mine \"40\"";
    options.starts = 4;
    options.splits = 0;
    ASSERT_OK(gpusim_calibrate(make_table("entry.csv", 0.005, 9), &options, &c, &err), &err);
    size_t length;
    const char *text = gpusim_calibration_text(c, GPUSIM_CALIBRATION_ENTRY, &length);
    ck_assert_uint_eq(strlen(text), length);
    gpusim_catalogue *catalogue;
    uint32_t count, found = 0;
    ASSERT_OK(gpusim_catalogue_load(make_file("entry.yaml", text), &catalogue, &err), &err);
    const gpusim_gpu_model *models = gpusim_catalogue_models(catalogue, &count);
    for (uint32_t i = 0; i < count; i++) {
        if (strcmp(models[i].name, options.name) != 0) {
            continue;
        }
        found++;
        const gpusim_gpu_power *power = &models[i].power;
        ck_assert_double_eq(power->tdp, 300); // the base's
        ck_assert_double_eq_tol(power->fixed, parameter_of(c, "power.fixed")->value, 0.01);
        ck_assert_double_eq_tol(power->dynamic, parameter_of(c, "power.dynamic")->value, 0.01);
        ck_assert_double_eq_tol(power->knee_voltage, parameter_of(c, "power.knee_voltage")->value,
                                1e-4);
        ck_assert_double_eq_tol(models[i].clocks.minimum / models[i].clocks.maximum,
                                parameter_of(c, "clocks.minimum")->value, 1e-4);
        const gpusim_gpu_source *source = gpusim_gpu_source_of(&models[i], "power.fixed");
        ck_assert_ptr_nonnull(source);
        ck_assert_int_eq(source->sure, GPUSIM_FIGURE_DERIVED);
        ck_assert_str_eq(source->from, "fit to 24 configurations under power caps, entry.csv");
    }
    ck_assert_uint_eq(found, 1);
    gpusim_catalogue_destroy(catalogue);

    // profiles and residuals have a line for each configuration, and each of its caps
    uint32_t lines = 0;
    text = gpusim_calibration_text(c, GPUSIM_CALIBRATION_PROFILES, &length);
    for (const char *at = text; (at = strstr(at, "intensity: ")); at++) {
        lines++;
    }
    ck_assert_uint_eq(lines, CONFIGURATIONS);
    lines = 0;
    text = gpusim_calibration_text(c, GPUSIM_CALIBRATION_RESIDUALS, &length);
    for (size_t i = 0; i < length; i++) {
        lines += text[i] == '\n';
    }
    ck_assert_uint_eq(lines, 1 + CONFIGURATIONS * 11);
    gpusim_calibration_destroy(c);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("calibrate/caps");
    TEST_CASE(suite, 100, a_step_is_what_physics_says, derivatives_are_those_of_differences,
              what_is_known_is_found_again, errors_are_as_large_as_they_say, too_little_is_refused,
              options_are_checked, the_entry_goes_through_the_catalogue);
    return test_run(suite);
}
