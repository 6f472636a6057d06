/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of metrics: whole, without doubles, and with DCGM's numbers. */
#include <string.h>

#include "harness.h"
#include "telemetry/metrics.h"

static const gpusim_metric *metrics;
static uint32_t count;

static void setup(void)
{
    metrics = gpusim_metrics(&count);
}

static const gpusim_metric *find(gpusim_entity entity, const char *name)
{
    for (uint32_t i = 0; i < count; i++) {
        if (metrics[i].entity == entity && strcmp(metrics[i].name, name) == 0) {
            return &metrics[i];
        }
    }
    ck_abort_msg("no metric %s", name);
    return NULL;
}

START_TEST(every_number_has_a_metric)
{
    ck_assert_uint_eq(count, GS_METRIC_COUNT);
    for (uint32_t i = 0; i < count; i++) {
        ck_assert_ptr_nonnull(metrics[i].name);
        ck_assert_ptr_nonnull(metrics[i].doc);
        ck_assert(metrics[i].type == GPUSIM_FLOAT32 || metrics[i].type == GPUSIM_UINT32 ||
                  metrics[i].type == GPUSIM_UINT64);
        ck_assert_msg(metrics[i].sets & GPUSIM_SET_ALL, "%s is not in `all`", metrics[i].name);
        ck_assert(!metrics[i].dcgm == !metrics[i].dcgm_id);
        for (uint32_t k = 0; k < i; k++) {
            ck_assert_msg(metrics[i].entity != metrics[k].entity ||
                              strcmp(metrics[i].name, metrics[k].name) != 0,
                          "two metrics are called %s", metrics[i].name);
            ck_assert_msg(!metrics[i].dcgm || metrics[i].dcgm_id != metrics[k].dcgm_id,
                          "two metrics are field %u", metrics[i].dcgm_id);
        }
    }
}
END_TEST

// the table of the reference, section 8.1, written down once more: fields, ids, gauge or counter
static const struct {
    uint16_t id;
    const char *field;
    char kind;
    const char *unit;
} reference[] = {
    {100, "DEV_SM_CLOCK", 'g', "MHz"},
    {101, "DEV_MEM_CLOCK", 'g', "MHz"},
    {112, "DEV_CLOCK_THROTTLE_REASONS", 'b', ""},
    {140, "DEV_MEMORY_TEMP", 'g', "degC"},
    {150, "DEV_GPU_TEMP", 'g', "degC"},
    {153, "DEV_GPU_TEMP_LIMIT", 'g', "degC"},
    {155, "DEV_POWER_USAGE", 'g', "W"},
    {156, "DEV_TOTAL_ENERGY_CONSUMPTION", 'c', "mJ"},
    {157, "DEV_POWER_USAGE_INSTANT", 'g', "W"},
    {190, "DEV_PSTATE", 'g', ""},
    {191, "DEV_FAN_SPEED", 'g', "%"},
    {202, "DEV_PCIE_REPLAY_COUNTER", 'c', ""},
    {203, "DEV_GPU_UTIL", 'g', "%"},
    {204, "DEV_MEM_COPY_UTIL", 'g', "%"},
    {230, "DEV_XID_ERRORS", 'g', ""},
    {237, "DEV_PCIE_LINK_GEN", 'g', ""},
    {238, "DEV_PCIE_LINK_WIDTH", 'g', ""},
    {240, "DEV_POWER_VIOLATION", 'c', "ns"},
    {241, "DEV_THERMAL_VIOLATION", 'c', "ns"},
    {250, "DEV_FB_TOTAL", 'g', "MiB"},
    {251, "DEV_FB_FREE", 'g', "MiB"},
    {252, "DEV_FB_USED", 'g', "MiB"},
    {253, "DEV_FB_RESERVED", 'g', "MiB"},
    {310, "DEV_ECC_SBE_VOL_TOTAL", 'c', ""},
    {311, "DEV_ECC_DBE_VOL_TOTAL", 'c', ""},
    {312, "DEV_ECC_SBE_AGG_TOTAL", 'c', ""},
    {313, "DEV_ECC_DBE_AGG_TOTAL", 'c', ""},
    {393, "DEV_UNCORRECTABLE_REMAPPED_ROWS", 'c', ""},
    {394, "DEV_CORRECTABLE_REMAPPED_ROWS", 'c', ""},
    {395, "DEV_ROW_REMAP_FAILURE", 'g', ""},
    {396, "DEV_ROW_REMAP_PENDING", 'g', ""},
    {409, "DEV_NVLINK_CRC_FLIT_ERROR_COUNT_TOTAL", 'c', ""},
    {429, "DEV_NVLINK_REPLAY_ERROR_COUNT_TOTAL", 'c', ""},
    {439, "DEV_NVLINK_RECOVERY_ERROR_COUNT_TOTAL", 'c', ""},
    {449, "DEV_NVLINK_BANDWIDTH_TOTAL", 'c', "MB"},
    {1001, "PROF_GR_ENGINE_ACTIVE", 'g', ""},
    {1002, "PROF_SM_ACTIVE", 'g', ""},
    {1004, "PROF_PIPE_TENSOR_ACTIVE", 'g', ""},
    {1005, "PROF_DRAM_ACTIVE", 'g', ""},
    {1009, "PROF_PCIE_TX_BYTES", 'g', "B/s"},
    {1010, "PROF_PCIE_RX_BYTES", 'g', "B/s"},
};

START_TEST(fields_are_dcgms)
{
    for (size_t i = 0; i < sizeof reference / sizeof reference[0]; i++) {
        char name[80];
        const char *field = reference[i].field;
        const char *start = strchr(field, '_') + 1;
        size_t length = strlen(start);
        for (size_t k = 0; k <= length; k++) {
            name[k] = (char)(start[k] >= 'A' && start[k] <= 'Z' ? start[k] + 'a' - 'A' : start[k]);
        }
        const gpusim_metric *metric = find(GPUSIM_OF_GPU, name);
        ck_assert_uint_eq(metric->dcgm_id, reference[i].id);
        ck_assert_str_eq(metric->dcgm + strlen("DCGM_FI_"), field);
        ck_assert_str_eq(gpusim_unit_symbol((gpusim_unit)metric->unit), reference[i].unit);
        ck_assert_int_eq(metric->type, reference[i].kind == 'g'   ? GPUSIM_FLOAT32
                                       : reference[i].kind == 'c' ? GPUSIM_UINT64
                                                                  : GPUSIM_UINT32);
        int profiling = strncmp(field, "PROF_", 5) == 0;
        ck_assert_int_eq((metric->sets & GPUSIM_SET_PROFILING) != 0, profiling);
        ck_assert_int_eq((metric->sets & GPUSIM_SET_DCGM) != 0, !profiling);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("telemetry/metrics");
    TCase *cases = tcase_create("all");
    tcase_set_timeout(cases, 60);
    tcase_add_checked_fixture(cases, setup, NULL);
    tcase_add_test(cases, every_number_has_a_metric);
    tcase_add_test(cases, fields_are_dcgms);
    suite_add_tcase(suite, cases);
    return test_run(suite);
}
