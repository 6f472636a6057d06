/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The columns of `nvidia-smi --query-gpu=...` and the metrics that they are, declared once for
 * those who write them and those who read them. */
#include <stddef.h>

#include <gpusim/record.h>

#define NUMBER(query, alias, unit, metric)                                                         \
    {                                                                                              \
        query, alias, unit, metric, GPUSIM_SMI_NUMBER, 0, "[N/A]"                                  \
    }
#define WATTS(query, metric)                                                                       \
    {                                                                                              \
        query, NULL, "W", metric, GPUSIM_SMI_WATTS, 0, "[N/A]"                                     \
    }
#define REASON(name, kind, bit)                                                                    \
    {                                                                                              \
        "clocks_event_reasons." name, "clocks_throttle_reasons." name, "",                         \
            "clock_throttle_reasons", kind, bit, "[N/A]"                                           \
    }

static const gpusim_smi_column columns[] = {
    {"timestamp", NULL, "", NULL, GPUSIM_SMI_TIMESTAMP, 0, ""},
    {"index", NULL, "", NULL, GPUSIM_SMI_INDEX, 0, ""},
    {"name", "gpu_name", "", NULL, GPUSIM_SMI_NAME, 0, ""},
    {"uuid", "gpu_uuid", "", NULL, GPUSIM_SMI_UUID, 0, ""},
    {"pci.bus_id", "gpu_bus_id", "", NULL, GPUSIM_SMI_BUS, 0, ""},
    {"driver_version", NULL, "", NULL, GPUSIM_SMI_DRIVER, 0, ""},
    {"pstate", NULL, "", "pstate", GPUSIM_SMI_PSTATE, 0, "[N/A]"},
    NUMBER("memory.total", NULL, "MiB", "fb_total"),
    NUMBER("memory.reserved", NULL, "MiB", "fb_reserved"),
    NUMBER("memory.used", NULL, "MiB", "fb_used"),
    NUMBER("memory.free", NULL, "MiB", "fb_free"),
    NUMBER("utilization.gpu", NULL, "%", "gpu_util"),
    NUMBER("utilization.memory", NULL, "%", "mem_copy_util"),
    {"temperature.gpu", NULL, "", "gpu_temp", GPUSIM_SMI_NUMBER, 0, "N/A"},
    {"temperature.gpu.tlimit", NULL, "", "gpu_temp_limit", GPUSIM_SMI_NUMBER, 0, "N/A"},
    {"temperature.memory", NULL, "", "memory_temp", GPUSIM_SMI_NUMBER, 0, "N/A"},
    WATTS("power.draw", "power_usage"),
    WATTS("power.draw.instant", "power_usage_instant"),
    WATTS("power.limit", "power_mgmt_limit"),
    WATTS("power.default_limit", "power_mgmt_limit_def"),
    WATTS("enforced.power.limit", "enforced_power_limit"),
    NUMBER("clocks.current.graphics", "clocks.gr", "MHz", "sm_clock"),
    NUMBER("clocks.current.sm", "clocks.sm", "MHz", "sm_clock"),
    NUMBER("clocks.current.memory", "clocks.mem", "MHz", "mem_clock"),
    NUMBER("fan.speed", NULL, "%", "fan_speed"),
    NUMBER("pcie.link.gen.current", "pcie.link.gen.gpucurrent", "", "pcie_link_gen"),
    NUMBER("pcie.link.width.current", NULL, "", "pcie_link_width"),
    NUMBER("ecc.errors.corrected.volatile.total", NULL, "", "ecc_sbe_vol_total"),
    NUMBER("ecc.errors.uncorrected.volatile.total", NULL, "", "ecc_dbe_vol_total"),
    NUMBER("ecc.errors.corrected.aggregate.total", NULL, "", "ecc_sbe_agg_total"),
    NUMBER("ecc.errors.uncorrected.aggregate.total", NULL, "", "ecc_dbe_agg_total"),
    REASON("active", GPUSIM_SMI_MASK, 0),
    REASON("gpu_idle", GPUSIM_SMI_BIT, 0x1),
    REASON("sw_power_cap", GPUSIM_SMI_BIT, 0x4),
    REASON("hw_slowdown", GPUSIM_SMI_BIT, 0x8),
    REASON("hw_thermal_slowdown", GPUSIM_SMI_BIT, 0x40),
    REASON("hw_power_brake_slowdown", GPUSIM_SMI_BIT, 0x80),
    REASON("sw_thermal_slowdown", GPUSIM_SMI_BIT, 0x20),
};

const gpusim_smi_column *gpusim_smi_columns(uint32_t *count)
{
    *count = (uint32_t)(sizeof columns / sizeof columns[0]);
    return columns;
}
