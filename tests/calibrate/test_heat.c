/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Logs of power and temperature: the digitised step of Summit, logs made by the model itself with
 * noise and whole degrees, and what no fit can be made of. */
#include <stdlib.h>

#include "base/memory.h"
#include "calibrate/heat.h"
#include "physics/heat.h"
#include "support.h"

#define POINTS 600

/* What a made log is of. */
typedef struct truth {
    double resistance, fast_share, fast_time, slow_time, inlet; // in the order of the fit
    double coupling, memory_time, rise;
} truth;

static const truth a100 = {0.095, 0.7, 6, 60, 24, 0.6, 15, 9};

typedef struct made {
    gs_heat_log log;
    double time[POINTS], power[POINTS], temperature[POINTS], memory[POINTS];
} made;

// idle, load and less load, each for a while, as a job with phases draws it
static double power_at(int i)
{
    static const double levels[] = {65, 400, 250, 390, 90, 320};
    return levels[i / 60 % 6];
}

// a log as the driver gives it: a second apart, sensors with noise, whole degrees
static void make_log(const truth *t, double noise, double step, double warm, uint64_t seed, made *m)
{
    gpusim_stream stream = gpusim_stream_make(seed, "test", "heat");
    double fast_r = t->resistance * t->fast_share, slow_r = t->resistance - fast_r;
    double fast = fast_r * power_at(0), slow = slow_r * power_at(0) + warm;
    double y = t->coupling * t->resistance * power_at(0) + t->rise;
    for (int i = 0; i < POINTS; i++) {
        double power = power_at(i), dt = i ? 1 : 0;
        fast = gs_relax(fast, fast_r * power, dt, t->fast_time);
        slow = gs_relax(slow, slow_r * power, dt, t->slow_time);
        y = gs_relax(y, t->coupling * t->resistance * power + t->rise, dt, t->memory_time);
        uint64_t draw = (uint64_t)i * 3;
        m->time[i] = i;
        m->power[i] = power * (1 + 0.2 * noise / 100 * gpusim_draw_normal(stream, draw));
        double core = t->inlet + fast + slow + noise * gpusim_draw_normal(stream, draw + 1);
        double memory = t->inlet + y + noise * gpusim_draw_normal(stream, draw + 2);
        m->temperature[i] = step > 0 ? floor(core / step + 0.5) * step : core;
        m->memory[i] = step > 0 ? floor(memory / step + 0.5) * step : memory;
    }
    m->log = (gs_heat_log){.points = POINTS,
                           .time = m->time,
                           .power = m->power,
                           .temperature = m->temperature,
                           .memory = m->memory};
}

static double value_of(const gs_heat_fit *fit, uint32_t j)
{
    return gs_parameter_value(&fit->table[j], fit->x[j]);
}

static double error_of(const gs_heat_fit *fit, uint32_t j)
{
    return sqrt(fit->covariance[j][j]) * gs_parameter_slope(&fit->table[j], fit->x[j]);
}

START_TEST(exact_logs_give_back_what_they_were_made_of)
{
    made m;
    gs_heat_fit fit, memory;
    gpusim_error err = {0};
    make_log(&a100, 0, 0, 3, 1, &m); // the heat sink begins 3 K warmer than at rest
    ASSERT_OK(gs_heat_fit_core(&m.log, (double)NAN, 0, &fit, &err), &err);
    const double *known = &a100.resistance;
    double core[GS_HEAT_CORE];
    for (uint32_t j = 0; j < GS_HEAT_CORE; j++) {
        core[j] = value_of(&fit, j);
        if (j <= GS_HEAT_INLET) {
            ck_assert_double_eq_tol(core[j], known[j], 1e-3 * known[j]);
        }
    }
    ck_assert_double_eq_tol(core[GS_HEAT_SLOW_BEGIN], 3, 0.05);
    ck_assert_double_lt(fit.rms, 1e-2);
    ASSERT_OK(gs_heat_fit_memory(&m.log, core, 1, &memory, &err), &err);
    ck_assert_double_eq_tol(value_of(&memory, GS_HEAT_COUPLING), a100.coupling, 2e-3);
    ck_assert_double_eq_tol(value_of(&memory, GS_HEAT_MEMORY_TIME), a100.memory_time, 0.02);
    ck_assert_double_eq_tol(value_of(&memory, GS_HEAT_MEMORY_RISE), a100.rise, 0.05);
    gs_heat_fit_release(&fit);
    gs_heat_fit_release(&memory);
}
END_TEST

// Over 100 logs with noise of half a degree, rounded to whole degrees, each parameter should lie
// within one standard error 68 times and within two 95 times; deviations of these counts are 4.7
// and 2.2.
START_TEST(standard_errors_cover)
{
    enum { LOGS = 100 };
    int within_one[GS_HEAT_CORE + 2] = {0}, within_two[GS_HEAT_CORE + 2] = {0};
    for (uint64_t seed = 1; seed <= LOGS; seed++) {
        static made m;
        gs_heat_fit fit, memory;
        gpusim_error err = {0};
        make_log(&a100, 0.5, 1, 0, seed, &m);
        ASSERT_OK(gs_heat_fit_core(&m.log, (double)NAN, 1, &fit, &err), &err);
        double core[GS_HEAT_CORE];
        for (uint32_t j = 0; j < GS_HEAT_CORE; j++) {
            core[j] = value_of(&fit, j);
        }
        ASSERT_OK(gs_heat_fit_memory(&m.log, core, 1, &memory, &err), &err);
        for (uint32_t j = 0; j <= GS_HEAT_INLET; j++) {
            double off = fabs(core[j] - (&a100.resistance)[j]);
            within_one[j] += off < error_of(&fit, j);
            within_two[j] += off < 2 * error_of(&fit, j);
        }
        // the memory's time constant does not hang on what the core's fit got wrong
        double off = fabs(value_of(&memory, GS_HEAT_MEMORY_TIME) - a100.memory_time);
        within_one[GS_HEAT_CORE] += off < error_of(&memory, GS_HEAT_MEMORY_TIME);
        within_two[GS_HEAT_CORE] += off < 2 * error_of(&memory, GS_HEAT_MEMORY_TIME);
        gs_heat_fit_release(&fit);
        gs_heat_fit_release(&memory);
    }
    for (uint32_t j = 0; j <= GS_HEAT_CORE; j++) {
        if (j > GS_HEAT_INLET && j < GS_HEAT_CORE) {
            continue;
        }
        printf("%s: %d of %d within one standard error, %d within two\n",
               j < GS_HEAT_CORE ? gs_heat_core[j].key : "thermal.memory_time", within_one[j], LOGS,
               within_two[j]);
        ck_assert_int_ge(within_one[j], 54);
        ck_assert_int_ge(within_two[j], 88);
    }
}
END_TEST

// Reference physics.md 3.2: V100 in water of 22 C, 0.095 K/W, from 45 to 280 W; 87% with 5 s and
// 13% with 50 s, printed to hundredths of a degree.
static const char summit[] = "time_s,power_w,temperature_c\n"
                             "0,45,26.27\n"
                             "2,280,32.79\n"
                             "5,280,38.83\n"
                             "10,280,43.60\n"
                             "20,280,46.30\n"
                             "60,280,47.73\n"
                             "300,280,48.59\n";

START_TEST(summit_s_golden)
{
    gpusim_calibrate_options options;
    gpusim_calibration *c;
    gpusim_error err = {0};
    gpusim_calibrate_options_default(&options);
    options.steady = 1;
    options.base = "V100-SXM2-16GB";
    ASSERT_OK(gpusim_calibrate(make_file("summit.csv", summit), &options, &c, &err), &err);
    static const struct {
        const char *key;
        double value, off;
    } known[] = {{"thermal.resistance", 0.095, 1e-4},
                 {"thermal.fast_share", 0.87, 0.002},
                 {"thermal.fast_time", 5, 0.02},
                 {"thermal.slow_time", 50, 1},
                 {"inlet", 22, 0.02}};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        const gpusim_calibration_parameter *p = parameter_of(c, known[i].key);
        ck_assert_double_eq_tol(p->value, known[i].value, known[i].off);
        ck_assert_double_le(p->low, p->value);
        ck_assert_double_ge(p->high, p->value);
    }
    ck_assert_double_lt(gpusim_calibration_get_info(c)->rms, 0.005); // of rounding to hundredths

    // and the entry of it is a catalogue's
    size_t length;
    const char *text = gpusim_calibration_text(c, GPUSIM_CALIBRATION_ENTRY, &length);
    gpusim_catalogue *catalogue;
    uint32_t count, found = 0;
    ASSERT_OK(gpusim_catalogue_load(make_file("summit.yaml", text), &catalogue, &err), &err);
    const gpusim_gpu_model *models = gpusim_catalogue_models(catalogue, &count);
    for (uint32_t i = 0; i < count; i++) {
        if (strcmp(models[i].name, "summit") == 0) {
            found++;
            ck_assert_double_eq_tol(models[i].thermal.resistance, 0.095, 1e-4);
            ck_assert_double_eq_tol(models[i].thermal.slow_time, 50, 1);
        }
    }
    ck_assert_uint_eq(found, 1);
    gpusim_catalogue_destroy(catalogue);
    gpusim_calibration_destroy(c);
}
END_TEST

START_TEST(a_known_inlet_is_kept)
{
    gpusim_calibrate_options options;
    gpusim_calibration *c;
    gpusim_error err = {0};
    gpusim_calibrate_options_default(&options);
    options.steady = 1;
    options.inlet = 22;
    ASSERT_OK(gpusim_calibrate(make_file("inlet.csv", summit), &options, &c, &err), &err);
    const gpusim_calibration_parameter *p = parameter_of(c, "inlet");
    ck_assert_double_eq(p->value, 22);
    ck_assert_int_eq(p->given, 1);
    ck_assert(isnan(p->low));
    ck_assert_double_eq_tol(parameter_of(c, "thermal.fast_time")->value, 5, 0.02);
    gpusim_calibration_destroy(c);
}
END_TEST

// Sampled every minute, a time constant of six seconds leaves no trace: its interval is open below.
START_TEST(what_a_log_does_not_show_is_open)
{
    static made m;
    gpusim_error err = {0};
    gs_heat_fit fit;
    make_log(&a100, 0.3, 0, 0, 5, &m);
    uint32_t kept = 0;
    for (uint32_t i = 0; i < POINTS; i += 20) {
        m.time[kept] = m.time[i] * 3; // 60 s apart
        m.power[kept] = m.power[i];
        m.temperature[kept++] = m.temperature[i];
    }
    m.log.points = kept;
    ASSERT_OK(gs_heat_fit_core(&m.log, (double)NAN, 1, &fit, &err), &err);
    double ends[2];
    uint8_t open[2];
    int better = 1;
    for (int i = 0; i < 8 && better; i++) {
        ASSERT_OK(gs_heat_interval(&fit, GS_HEAT_FAST_TIME, 0.95, ends, open, &better, &err), &err);
    }
    ck_assert_int_eq(open[0], 1);
    gs_heat_fit_release(&fit);
}
END_TEST

static const struct {
    const char *text, *message;
} refused[] = {
    {"time_s,power_w,temperature_c\n0,45,26\n1,280,30\n",
     "2 lines with power and temperature are too few for 7 parameters"},
    {"time_s,power_w,temperature_c\n0,100,26\n1,101,30\n2,100,31\n3,100,32\n4,100,33\n5,100,33\n"
     "6,100,33\n7,100,33\n8,100,33\n9,100,34\n",
     "the power hardly changes (100.0 to 101.0 W): nothing shows how the GPU warms"},
    {"time_s,power_w,temperature_c\n0,100,26\n1,200,26\n2,100,27\n3,100,26\n4,100,26\n5,100,26\n"
     "6,100,26\n7,100,26\n8,100,26\n9,100,26\n",
     "the temperature hardly changes (26.0 to 27.0 C): nothing shows how the GPU warms"},
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
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("calibrate/heat");
    TEST_CASE(suite, 100, exact_logs_give_back_what_they_were_made_of, standard_errors_cover,
              summit_s_golden, a_known_inlet_is_kept, what_a_log_does_not_show_is_open,
              too_little_is_refused);
    return test_run(suite);
}
