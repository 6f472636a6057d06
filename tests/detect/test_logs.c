/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Logs as nvidia-smi and dcgm-exporter write them, by hand: who, what and when, and what is
 * missing. */
#include <math.h>
#include <string.h>

#include "detect/samples.h"
#include "harness.h"

static gpusim_error err;

static gpusim_samples *read_text(const char *text)
{
    gpusim_samples *samples = NULL;
    ASSERT_OK(gs_samples_over("log", text, strlen(text), &samples, &err), &err);
    return samples;
}

static void refuse(const char *text, uint32_t line, const char *message)
{
    gpusim_samples *samples = NULL;
    ck_assert_int_ne(gs_samples_over("log", text, strlen(text), &samples, &err), GPUSIM_OK);
    ck_assert_ptr_null(samples);
    ck_assert_msg(strstr(err.message, message) != NULL, "%s", err.message);
    ck_assert_uint_eq(err.line, line);
}

static double value_at(const gpusim_samples *s, uint64_t sample, uint32_t entity, const char *name)
{
    const gpusim_scene *scene = gpusim_samples_scene(s);
    for (uint32_t i = 0; i < scene->signal_count; i++) {
        if (strcmp(scene->signals[i].name, name) == 0) {
            const double *values = s->values.data;
            return values[(sample * scene->entity_count + entity) * scene->signal_count + i];
        }
    }
    ck_abort_msg("there is no signal %s", name);
    return 0;
}

static double seconds_at(const gpusim_samples *s, uint64_t sample)
{
    return gpusim_seconds(gpusim_samples_time(s, sample));
}

/* ---- nvidia-smi ---- */

// 2024-05-01 12:00:00 is 1714564800. GPU 1 is lost for a sample, then the log stops for three
// seconds and begins again with its header and other units; it was cut off within its last line.
START_TEST(smi_by_hand)
{
    gpusim_samples *s = read_text(
        "timestamp, index, name, temperature.gpu, power.draw [W], utilization.gpu [%], "
        "fan.speed [%], pstate, clocks_throttle_reasons.active, vbios_version\n"
        "2024/05/01 12:00:00.123, 0, NVIDIA T4, 40, 30.50 W, 7 %, [N/A], P0, 0x01, 9\n"
        "2024/05/01 12:00:00.125, 1, NVIDIA T4, 41, [Not Supported], 0 %, N/A, P8, 0x00, 9\n"
        "2024/05/01 12:00:01.123, 0, NVIDIA T4, 42, 31.50 W, 8 %, [N/A], P0, 0x01, 9\n"
        "2024/05/01 12:00:02.124, 0, NVIDIA T4, ERR!, [GPU is lost], 9 %, [N/A], P0, 0, 9\n"
        "2024/05/01 12:00:02.126, 1, NVIDIA T4, 43, 29.00 W, 3 %, [N/A], P8, 0x00, 9\n"
        "timestamp, index, name, temperature.gpu, power.draw [W], utilization.gpu [%], "
        "fan.speed [%], pstate, clocks_throttle_reasons.active, vbios_version\n"
        "2024/05/01 12:00:05.120, 0, NVIDIA T4, 50, 33.25, 10, [N/A], P0, 0x01, 9\n"
        "2024/05/01 12:00:05.124, 1, NVIDIA T4, 5");
    const gpusim_scene *scene = gpusim_samples_scene(s);
    ck_assert_uint_eq(scene->entity_count, 2);
    ck_assert_str_eq(gpusim_samples_entity(s, 0), "gpu0");
    ck_assert_str_eq(gpusim_samples_entity(s, 1), "gpu1");
    ck_assert_ptr_null(scene->node);
    // gauges in order of name; masks and what nobody knows are none
    ck_assert_uint_eq(scene->signal_count, 5);
    ck_assert_str_eq(scene->signals[0].name, "fan_speed");
    ck_assert_str_eq(scene->signals[1].name, "gpu_temp");
    ck_assert_str_eq(scene->signals[4].name, "pstate");
    ck_assert_double_eq(scene->signals[1].span, 50);
    ck_assert_double_eq_tol(scene->interval, 1, 0.01);
    // five seconds, two of them without a line
    ck_assert_uint_eq(gpusim_samples_count(s), 6);
    ck_assert_double_eq_tol(seconds_at(s, 0), 1714564800.123, 1e-6);
    ck_assert_double_eq_tol(seconds_at(s, 5), 1714564805.12, 1e-6);
    ck_assert_double_eq(value_at(s, 0, 0, "power_usage"), 30.5);
    ck_assert(isnan(value_at(s, 0, 1, "power_usage")));
    ck_assert_double_eq(value_at(s, 0, 1, "gpu_temp"), 41);
    ck_assert_double_eq(value_at(s, 0, 1, "pstate"), 8);
    ck_assert(isnan(value_at(s, 0, 0, "fan_speed")));
    ck_assert_double_eq(value_at(s, 1, 0, "gpu_util"), 8);
    ck_assert(isnan(value_at(s, 1, 1, "gpu_util")));
    ck_assert(isnan(value_at(s, 2, 0, "gpu_temp")));
    ck_assert_double_eq(value_at(s, 2, 1, "gpu_temp"), 43);
    for (uint64_t blank = 3; blank < 5; blank++) {
        ck_assert(isnan(value_at(s, blank, 0, "gpu_temp")));
    }
    ck_assert_double_eq(value_at(s, 5, 0, "power_usage"), 33.25);
    gpusim_samples_destroy(s);
}
END_TEST

// Names of old drivers, a number of the GPU's own before its index, two names for the same clock.
START_TEST(smi_columns)
{
    gpusim_samples *s =
        read_text("index, uuid, clocks.sm [MHz], clocks.gr [MHz], memory.used [MiB]\n"
                  "0, GPU-a, 1410 MHz, 1400 MHz, 10 MiB\n1, GPU-b, 1410, 1400, 20\n"
                  "0, GPU-a, 1200 MHz, 1300 MHz, 11 MiB\n");
    ck_assert_uint_eq(gpusim_samples_scene(s)->signal_count, 2);
    ck_assert_str_eq(gpusim_samples_entity(s, 1), "GPU-b");
    // without times the first GPU's line begins a sample
    ck_assert_uint_eq(gpusim_samples_count(s), 2);
    ck_assert_double_eq(value_at(s, 1, 0, "sm_clock"), 1200);
    ck_assert_double_eq(value_at(s, 0, 1, "fb_used"), 20);
    ck_assert(isnan(value_at(s, 1, 1, "fb_used")));
    gpusim_samples_destroy(s);
    // one GPU that nobody names; a log of a header alone
    s = read_text("power.draw [W]\n10 W\n12 W\n");
    ck_assert_str_eq(gpusim_samples_entity(s, 0), "");
    ck_assert_uint_eq(gpusim_samples_count(s), 2);
    gpusim_samples_destroy(s);
    s = read_text("timestamp, power.draw [W]\n");
    ck_assert_uint_eq(gpusim_samples_count(s), 0);
    gpusim_samples_destroy(s);
}
END_TEST

START_TEST(smi_that_is_wrong)
{
    refuse("timestamp, power.draw [W]\nnoon, 10 W\n1, 2\n", 2, "is not a time");
    refuse("timestamp, power.draw [W]\n2024/05/01 12:00:00.1, 10 kW\n2024/05/01 12:00:01, 1 W\n", 2,
           "unit");
    refuse("timestamp, power.draw [W]\n2024/05/01 12:00:00.1, hot\n2024/05/01 12:00:01, 1 W\n", 2,
           "is not a number");
    refuse("power.draw [W], index\n10 W\n10 W, 0\n", 2, "columns");
}
END_TEST

/* ---- dcgm-exporter ---- */

// Two scrapes of two hosts without times: what comes again is the next one's; values that say why
// there are none, a label with a quote in it, metrics that are no gauges of a GPU.
START_TEST(scrapes_by_hand)
{
    gpusim_samples *s = read_text(
        "# HELP DCGM_FI_DEV_GPU_TEMP GPU temperature (in C).\n"
        "# TYPE DCGM_FI_DEV_GPU_TEMP gauge\n"
        "DCGM_FI_DEV_GPU_TEMP{gpu=\"0\", UUID=\"GPU-a\",modelName=\"a \\\"b\\\\\",Hostname=\"h1\"} "
        "40\n"
        "DCGM_FI_DEV_GPU_TEMP{gpu=\"0\",UUID=\"GPU-b\",Hostname=\"h2\"} 41\n"
        "DCGM_FI_DEV_MEMORY_TEMP{gpu=\"0\",UUID=\"GPU-a\",Hostname=\"h1\"} 9223372036854775794\n"
        "DCGM_FI_DEV_POWER_USAGE{gpu=\"0\",UUID=\"GPU-a\",Hostname=\"h1\"} 60.5\n"
        "DCGM_FI_DEV_POWER_USAGE{gpu=\"0\",UUID=\"GPU-b\",Hostname=\"h2\"} 140737488355329\n"
        "DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION{gpu=\"0\",UUID=\"GPU-a\",Hostname=\"h1\"} 7\n"
        "go_goroutines 12\n"
        "DCGM_FI_DEV_GPU_TEMP{gpu=\"0\",UUID=\"GPU-a\",Hostname=\"h1\"} NaN\n"
        "DCGM_FI_DEV_POWER_USAGE{gpu=\"0\",UUID=\"GPU-b\",Hostname=\"h2\"} 6.15e1\n");
    const gpusim_scene *scene = gpusim_samples_scene(s);
    ck_assert_uint_eq(scene->entity_count, 2);
    ck_assert_uint_eq(scene->signal_count, 3);
    ck_assert_str_eq(gpusim_samples_entity(s, 0), "h1/gpu0");
    ck_assert_ptr_nonnull(scene->node);
    ck_assert_uint_eq(scene->node[0], 0);
    ck_assert_uint_eq(scene->node[1], 1);
    ck_assert_uint_eq(gpusim_samples_count(s), 2);
    ck_assert_double_eq(value_at(s, 0, 0, "gpu_temp"), 40);
    ck_assert_double_eq(value_at(s, 0, 1, "gpu_temp"), 41);
    ck_assert(isnan(value_at(s, 0, 0, "memory_temp")));
    ck_assert_double_eq(value_at(s, 0, 0, "power_usage"), 60.5);
    ck_assert(isnan(value_at(s, 0, 1, "power_usage")));
    ck_assert(isnan(value_at(s, 1, 0, "gpu_temp")));
    ck_assert_double_eq(value_at(s, 1, 1, "power_usage"), 61.5);
    gpusim_samples_destroy(s);
}
END_TEST

// Times in milliseconds, metric by metric, hosts some milliseconds apart, a scrape that failed.
START_TEST(scrapes_with_times)
{
    gpusim_samples *s = read_text(
        "DCGM_FI_DEV_GPU_TEMP{gpu=\"0\",UUID=\"GPU-a\"} 40 1714564800000\n"
        "DCGM_FI_DEV_GPU_TEMP{gpu=\"0\",UUID=\"GPU-a\"} 41 1714564815000\n"
        "DCGM_FI_DEV_GPU_TEMP{gpu=\"0\",UUID=\"GPU-a\"} 42 1714564845000\n"
        "DCGM_FI_DEV_GPU_TEMP{gpu=\"0\",UUID=\"GPU-a\"} 43 1714564860000\n"
        "DCGM_FI_DEV_GPU_UTIL{gpu=\"1\",UUID=\"GPU-b\"} 5 1714564800300\n"
        "DCGM_FI_DEV_GPU_UTIL{gpu=\"1\",UUID=\"GPU-b\"} 6 1714564845300\n"
        "DCGM_FI_DEV_GPU_UTIL{gpu=\"1\",UUID=\"GPU-b\",GPU_I_ID=\"3\"} 7 1714564845300\n");
    ck_assert_uint_eq(gpusim_samples_scene(s)->entity_count, 3);
    ck_assert_str_eq(gpusim_samples_entity(s, 2), "GPU-b/3");
    ck_assert_double_eq(gpusim_samples_scene(s)->interval, 15);
    ck_assert_uint_eq(gpusim_samples_count(s), 5);
    ck_assert_double_eq(value_at(s, 1, 0, "gpu_temp"), 41);
    ck_assert(isnan(value_at(s, 2, 0, "gpu_temp")));
    ck_assert_double_eq(value_at(s, 3, 0, "gpu_temp"), 42);
    ck_assert_double_eq(value_at(s, 0, 1, "gpu_util"), 5);
    ck_assert_double_eq(value_at(s, 3, 1, "gpu_util"), 6);
    ck_assert_double_eq(value_at(s, 3, 2, "gpu_util"), 7);
    gpusim_samples_destroy(s);
}
END_TEST

START_TEST(scrapes_that_are_wrong)
{
    refuse("# HELP x y\nDCGM_FI_DEV_GPU_TEMP{gpu=\"0} 40\n", 2, "label");
    refuse("# HELP x y\nDCGM_FI_DEV_GPU_TEMP{gpu=0} 40\n", 2, "label");
    refuse("# HELP x y\nDCGM_FI_DEV_GPU_TEMP{gpu=\"0\"} warm\n", 2, "not a number");
    refuse("# HELP x y\nDCGM_FI_DEV_GPU_TEMP{gpu=\"0\"} 40 noon\n", 2, "milliseconds");
    refuse("# HELP x y\n{gpu=\"0\"} 40\n", 2, "no metric");
    refuse("# HELP x y\ngo_goroutines 12\n", 2, "no line of the log");
}
END_TEST

// A clock that leaps for a year leaves a thousand samples without values and no more.
START_TEST(long_silence)
{
    gpusim_samples *s =
        read_text("timestamp, power.draw [W]\n2024/05/01 12:00:00, 1 W\n2024/05/01 12:00:01, 2 W\n"
                  "2024/05/01 12:00:02, 3 W\n2025/05/01 12:00:00, 4 W\n");
    ck_assert_uint_eq(gpusim_samples_count(s), 1004);
    ck_assert_double_eq(value_at(s, 1003, 0, "power_usage"), 4);
    gpusim_samples_destroy(s);
}
END_TEST

// A CSV of somebody's own is what it was: its columns under their own names.
START_TEST(any_other_log)
{
    gpusim_samples *s = read_text("time,power,label\n0,10,0\n5,11,1\n");
    ck_assert_str_eq(gpusim_samples_scene(s)->signals[0].name, "power");
    ck_assert_str_eq(gpusim_samples_entity(s, 0), "");
    ck_assert_uint_eq(gpusim_samples_labels(s)[1], 1);
    ck_assert_double_eq(gpusim_samples_scene(s)->interval, 5);
    gpusim_samples_destroy(s);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("logs");
    TEST_CASE(suite, 30, smi_by_hand, smi_columns, smi_that_is_wrong, scrapes_by_hand,
              scrapes_with_times, scrapes_that_are_wrong, long_silence, any_other_log);
    return test_run(suite);
}
