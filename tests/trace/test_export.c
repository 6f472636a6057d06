/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Telemetry of a stored trace in the formats of tools for real clusters, and its filters. */
#include <string.h>

#include "fake.h"
#include "harness.h"
#include "trace/cell.h"

static gpusim_error err;
static gpusim_trace *trace;
static char text[1 << 20];
static gpusim_export_filter filter;

static void setup(void)
{
    char path[128];
    fake_model.devices = 1;
    snprintf(path, sizeof path, "%sa.h5", fake_folder());
    ASSERT_OK(fake_trace(path, NULL, 7, 10, &err), &err);
    ASSERT_OK(gpusim_trace_open(path, &trace, &err), &err);
    gpusim_export_filter_default(&filter);
    text[0] = 0;
}

static void teardown(void)
{
    gpusim_trace_close(trace);
    fake_folder_remove();
}

static gpusim_status collect(void *context, const char *piece, size_t length)
{
    (void)context;
    size_t used = strlen(text);
    ck_assert_uint_lt(used + length, sizeof text);
    memcpy(text + used, piece, length);
    text[used + length] = 0;
    return GPUSIM_OK;
}

static uint32_t metric(const char *name)
{
    uint32_t found = gpusim_trace_find_metric(trace, GPUSIM_OF_GPU, name);
    ck_assert_uint_ne(found, GPUSIM_NONE);
    return found;
}

static uint32_t lines(void)
{
    uint32_t count = 0;
    for (const char *c = text; *c; c++) {
        count += *c == '\n';
    }
    return count;
}

START_TEST(a_scrape)
{
    // one node at one moment: what an exporter on it would have said
    uint32_t chosen[] = {metric("power_usage"), metric("total_energy_consumption")};
    filter.metrics = chosen;
    filter.metric_count = 2;
    filter.node = "train-0001";
    filter.from = filter.to = 4 * GPUSIM_MINUTE;
    ASSERT_OK(gpusim_trace_export_dcgm(trace, &filter, collect, NULL, &err), &err);
    ck_assert_uint_eq(lines(), 2 * (2 + 8));

    // step 3, GPU 8: 108 W and 3/8 more; 1767225600 is 2026-01-01, four minutes later
    const char *begin =
        "# HELP DCGM_FI_DEV_POWER_USAGE Power: mean of the last second on Ampere and later, at "
        "this moment on GA100 and older, mean of the last 25 ms with a part-time sensor.\n"
        "# TYPE DCGM_FI_DEV_POWER_USAGE gauge\n"
        "DCGM_FI_DEV_POWER_USAGE{gpu=\"0\",UUID=\"GPU-";
    ck_assert_msg(strncmp(text, begin, strlen(begin)) == 0, "%.600s", text);
    const char *rest = text + strlen(begin) + 36;
    const char *end = "\",pci_bus_id=\"00000000:01:00.0\",device=\"nvidia0\","
                      "modelName=\"NVIDIA H100 80GB HBM3\",hostname=\"train-0001\"} 108.375000 "
                      "1767225840000\n";
    ck_assert_msg(strncmp(rest, end, strlen(end)) == 0, "%.300s", rest);
    ck_assert_ptr_nonnull(strstr(text, "# TYPE DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION counter\n"));
    ck_assert_ptr_nonnull(strstr(text, "} 15000003000009 1767225840000\n")); // the last GPU
}
END_TEST

START_TEST(what_is_missing)
{
    uint32_t chosen[] = {metric("memory_temp")};
    filter.metrics = chosen;
    filter.metric_count = 1;
    filter.node = "train-0000";
    ASSERT_OK(gpusim_trace_export_dcgm(trace, &filter, collect, NULL, &err), &err);
    ck_assert_uint_eq(lines(), 2 + 4 * 10); // half of the GPUs have no such sensor
    ck_assert_ptr_null(strstr(text, "9223372036854775794"));
    text[0] = 0;
    filter.blank = 1;
    ASSERT_OK(gpusim_trace_export_dcgm(trace, &filter, collect, NULL, &err), &err);
    ck_assert_uint_eq(lines(), 2 + 8 * 10);
    ck_assert_ptr_nonnull(strstr(text, "} 9223372036854775794 17672256"));
    ck_assert_ptr_nonnull(strstr(text, "} 40 1767225660000\n")); // an integer, as DCGM has it
}
END_TEST

START_TEST(nvidia_smi)
{
    const char *columns = "timestamp, index,name,pci.bus_id,utilization.gpu,temperature.gpu,"
                          "temperature.memory,power.draw,fan.speed,clocks_event_reasons.active,"
                          "clocks_throttle_reasons.sw_power_cap,"
                          "clocks_event_reasons.hw_thermal_slowdown";
    filter.node = "train-0000";
    filter.start = INT64_C(951868799500) * 1000000; // half a second before the end of a 29 February
    filter.from = 5 * GPUSIM_MINUTE;
    filter.to = 7 * GPUSIM_MINUTE;
    ASSERT_OK(gpusim_trace_export_smi(trace, &filter, columns, collect, NULL, &err), &err);
    ck_assert_uint_eq(lines(), 1 + 3 * 8);
    const char *begin =
        "timestamp, index, name, pci.bus_id, utilization.gpu [%], temperature.gpu, "
        "temperature.memory, power.draw [W], fan.speed [%], clocks_event_reasons.active, "
        "clocks_event_reasons.sw_power_cap, clocks_event_reasons.hw_thermal_slowdown\n"
        "2000/03/01 00:04:59.500, 0, NVIDIA H100 80GB HBM3, 00000000:01:00.0, [N/A], 34, 40, "
        "100.50 W, [N/A], 0x0000000000000068, Not Active, Active\n"
        "2000/03/01 00:04:59.500, 1, NVIDIA H100 80GB HBM3, 00000000:02:00.0, ";
    ck_assert_msg(strncmp(text, begin, strlen(begin)) == 0, "%.900s", text);
    const char *second = text + strlen(begin);
    char *behind = strstr(text, " %, 35, N/A, 101.50 W, [N/A], 0x0000000000000068, Not Active, "
                                "Active\n");
    ck_assert_msg(behind > second && behind < second + 5, "%.200s", second);

    // step 6: the reasons are missing
    ck_assert_ptr_nonnull(strstr(text, "2000/03/01 00:06:59.500, 0, "));
    ck_assert_ptr_nonnull(strstr(text, "100.75 W, [N/A], [N/A], [N/A], [N/A]\n"));
}
END_TEST

START_TEST(identities)
{
    // the same in every run of the model, and each another
    char first[8192];
    filter.from = filter.to = GPUSIM_MINUTE;
    ASSERT_OK(gpusim_trace_export_smi(trace, &filter, "uuid", collect, NULL, &err), &err);
    ck_assert_uint_eq(lines(), 1 + 24);
    memcpy(first, text, sizeof first);
    for (const char *a = strchr(first, '\n') + 1; *a; a = strchr(a, '\n') + 1) {
        ck_assert_uint_eq(strcspn(a, "\n"), 40);
        for (const char *b = strchr(a, '\n') + 1; *b; b = strchr(b, '\n') + 1) {
            ck_assert_int_ne(strncmp(a, b, 40), 0);
        }
    }
    text[0] = 0;
    filter.from = filter.to = 2 * GPUSIM_MINUTE;
    ASSERT_OK(gpusim_trace_export_smi(trace, &filter, "gpu_uuid", collect, NULL, &err), &err);
    ck_assert_str_eq(text, first);
}
END_TEST

START_TEST(csv)
{
    uint32_t chosen[] = {metric("gpu_temp"), metric("total_energy_consumption"),
                         metric("clock_throttle_reasons")};
    filter.metrics = chosen;
    filter.metric_count = 3;
    filter.node = "train-0002";
    filter.from = 7 * GPUSIM_MINUTE;
    filter.to = 8 * GPUSIM_MINUTE - 1;
    ASSERT_OK(gpusim_trace_export_metrics(trace, &filter, GPUSIM_EXPORT_CSV, collect, NULL, &err),
              &err);
    const char *begin = "time_s,gpu,gpu_temp,total_energy_consumption,clock_throttle_reasons\n"
                        "420,train-0002/gpu0,52,16000006000018,\n";
    ck_assert_uint_eq(lines(), 1 + 8);
    ck_assert_msg(strncmp(text, begin, strlen(begin)) == 0, "%.300s", text);

    // one metric: entities side by side
    text[0] = 0;
    filter.metric_count = 1;
    filter.from = -GPUSIM_TIME_MAX;
    filter.to = GPUSIM_MINUTE;
    ASSERT_OK(gpusim_trace_export_metrics(trace, &filter, GPUSIM_EXPORT_CSV, collect, NULL, &err),
              &err);
    ck_assert_str_eq(text, "time_s,train-0002/gpu0,train-0002/gpu1,train-0002/gpu2,train-0002/gpu3,"
                           "train-0002/gpu4,train-0002/gpu5,train-0002/gpu6,train-0002/gpu7\n"
                           "60,46,47,48,49,50,51,52,53\n");

    // before the first sample there is none
    text[0] = 0;
    filter.to = 0;
    ASSERT_OK(gpusim_trace_export_metrics(trace, &filter, GPUSIM_EXPORT_JSONL, collect, NULL, &err),
              &err);
    ck_assert_str_eq(text, "");
}
END_TEST

START_TEST(what_cannot_be_exported)
{
    uint32_t queue = gpusim_trace_find_metric(trace, GPUSIM_OF_CLUSTER, "queue_length");
    uint32_t chosen[] = {metric("gpu_temp"), queue};
    filter.metrics = chosen;
    filter.metric_count = 2;
    ck_assert_int_eq(
        gpusim_trace_export_metrics(trace, &filter, GPUSIM_EXPORT_CSV, collect, NULL, &err),
        GPUSIM_ARGUMENT);
    ck_assert_int_eq(gpusim_trace_export_dcgm(trace, &filter, collect, NULL, &err),
                     GPUSIM_ARGUMENT);
    filter.metric_count = 1;
    filter.node = "train-1";
    ck_assert_int_eq(gpusim_trace_export_dcgm(trace, &filter, collect, NULL, &err),
                     GPUSIM_ARGUMENT);
    ck_assert_ptr_nonnull(strstr(err.hint, "train-0000"));
    filter.node = NULL;
    ck_assert_int_eq(gpusim_trace_export_smi(trace, &filter, "power.drew", collect, NULL, &err),
                     GPUSIM_ARGUMENT);
    ck_assert_ptr_nonnull(strstr(err.hint, "power.draw"));
    filter.metrics = &(uint32_t){99};
    ck_assert_int_eq(gpusim_trace_export_dcgm(trace, &filter, collect, NULL, &err),
                     GPUSIM_ARGUMENT);
    filter.node = "train-0000";
    filter.metrics = &queue;
    ck_assert_int_eq(
        gpusim_trace_export_metrics(trace, &filter, GPUSIM_EXPORT_CSV, collect, NULL, &err),
        GPUSIM_ARGUMENT);
    ck_assert_str_eq(text, "");
}
END_TEST

START_TEST(decimals)
{
    static const struct {
        double value;
        int decimals;
        const char *text;
    } cases[] = {{0, 2, "0.00"},         {1.005, 1, "1.0"},      {399.995, 2, "400.00"},
                 {-0.001, 2, "0.00"},    {-2.5, 0, "-3"},        {1e15, 3, "1000000000000000.000"},
                 {3.471, 6, "3.471000"}, {0.999999, 3, "1.000"}, {12.0625, 4, "12.0625"}};
    char made[GS_CELL_BYTES];
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        ck_assert_int_eq(gs_cell_fixed(cases[i].value, cases[i].decimals, made), 1);
        ck_assert_str_eq(made, cases[i].text);
    }
    ck_assert_int_eq(gs_cell_fixed(1e18, 6, made), 0);
    ck_assert_int_eq(gs_cell_fixed32(703.664f, 6, made), 1); // 703.66400146484375
    ck_assert_str_eq(made, "703.664000");
    ck_assert_int_eq(gs_cell_fixed32(__builtin_nanf(""), 6, made), 0);
    ck_assert_int_eq(gs_cell_fixed((double)__builtin_nanf(""), 6, made), 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("trace/export");
    TCase *cases = tcase_create("all");
    tcase_set_timeout(cases, 60);
    tcase_add_checked_fixture(cases, setup, teardown);
    tcase_add_test(cases, a_scrape);
    tcase_add_test(cases, what_is_missing);
    tcase_add_test(cases, nvidia_smi);
    tcase_add_test(cases, identities);
    tcase_add_test(cases, csv);
    tcase_add_test(cases, what_cannot_be_exported);
    tcase_add_test(cases, decimals);
    suite_add_tcase(suite, cases);
    return test_run(suite);
}
