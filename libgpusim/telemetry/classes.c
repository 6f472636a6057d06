/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where the cause of something anomalous lies: what a metric speaks for, and what a fault is. A
 * metric speaks for the class of what most often moves it alone; of a fault several may. */
#include <string.h>

#include <gpusim/record.h>

typedef struct entry {
    const char *name;
    gpusim_anomaly_class class_;
} entry;

static const entry metrics[] = {
    {"gpu_temp", GPUSIM_ANOMALY_COOLING},
    {"memory_temp", GPUSIM_ANOMALY_COOLING},
    {"gpu_temp_limit", GPUSIM_ANOMALY_COOLING},
    {"fan_speed", GPUSIM_ANOMALY_COOLING},
    {"inlet_temp", GPUSIM_ANOMALY_COOLING},
    {"thermal_violation_rate", GPUSIM_ANOMALY_COOLING},
    {"node/fan_speed", GPUSIM_ANOMALY_COOLING},
    {"node/inlet_temp", GPUSIM_ANOMALY_COOLING},
    {"clock_throttle_reasons.hw_thermal_slowdown", GPUSIM_ANOMALY_COOLING},
    {"clock_throttle_reasons.sw_thermal_slowdown", GPUSIM_ANOMALY_COOLING},
    {"clock_throttle_reasons.sw_power_cap", GPUSIM_ANOMALY_POWER},
    {"clock_throttle_reasons.hw_power_brake_slowdown", GPUSIM_ANOMALY_POWER},
    {"node/power", GPUSIM_ANOMALY_POWER},
    {"ecc_sbe_vol_total_rate", GPUSIM_ANOMALY_MEMORY},
    {"ecc_dbe_vol_total_rate", GPUSIM_ANOMALY_MEMORY},
    {"pcie_replay_counter_rate", GPUSIM_ANOMALY_NETWORK},
    {"nvlink_crc_flit_error_count_total_rate", GPUSIM_ANOMALY_NETWORK},
    {"nvlink_replay_error_count_total_rate", GPUSIM_ANOMALY_NETWORK},
    {"sm_clock", GPUSIM_ANOMALY_POWER},
    {"power_usage", GPUSIM_ANOMALY_POWER},
    {"power_usage_instant", GPUSIM_ANOMALY_POWER},
    {"power_mgmt_limit", GPUSIM_ANOMALY_POWER},
    {"enforced_power_limit", GPUSIM_ANOMALY_POWER},
    {"power_violation_rate", GPUSIM_ANOMALY_POWER},
    {"mem_clock", GPUSIM_ANOMALY_MEMORY},
    {"fb_free", GPUSIM_ANOMALY_MEMORY},
    {"fb_used", GPUSIM_ANOMALY_MEMORY},
    {"fb_reserved", GPUSIM_ANOMALY_MEMORY},
    {"nvlink_bandwidth_total", GPUSIM_ANOMALY_NETWORK},
    {"pcie_link_gen", GPUSIM_ANOMALY_NETWORK},
    {"pcie_link_width", GPUSIM_ANOMALY_NETWORK},
    {"pcie_rx_bytes", GPUSIM_ANOMALY_NETWORK},
    {"pcie_tx_bytes", GPUSIM_ANOMALY_NETWORK},
    {"step_time", GPUSIM_ANOMALY_STRAGGLER},
    {"gr_engine_active", GPUSIM_ANOMALY_STRAGGLER},
    {"sm_active", GPUSIM_ANOMALY_STRAGGLER},
    {"pipe_tensor_active", GPUSIM_ANOMALY_STRAGGLER},
    {"dram_active", GPUSIM_ANOMALY_STRAGGLER},
    {"mem_copy_util", GPUSIM_ANOMALY_STRAGGLER},
    {"gpu_util", GPUSIM_ANOMALY_JOB},
    {"gpu_allocated", GPUSIM_ANOMALY_JOB},
};

static const entry faults[] = {
    {"fan-failure", GPUSIM_ANOMALY_COOLING},
    {"cooling-loop-failure", GPUSIM_ANOMALY_COOLING},
    {"heat-wave", GPUSIM_ANOMALY_COOLING},
    {"thermal-runaway", GPUSIM_ANOMALY_COOLING},
    {"power-cap", GPUSIM_ANOMALY_POWER},
    {"psu-loss", GPUSIM_ANOMALY_POWER},
    {"psu-brownout", GPUSIM_ANOMALY_POWER},
    {"rack-pdu-failure", GPUSIM_ANOMALY_POWER},
    {"rack-power-cap", GPUSIM_ANOMALY_POWER},
    {"gpu-power-cap", GPUSIM_ANOMALY_POWER},
    {"hbm-throttle", GPUSIM_ANOMALY_MEMORY},
    {"ecc-sbe-storm", GPUSIM_ANOMALY_MEMORY},
    {"ecc-dbe", GPUSIM_ANOMALY_MEMORY},
    {"row-remap", GPUSIM_ANOMALY_MEMORY},
    {"row-remap-failure", GPUSIM_ANOMALY_MEMORY},
    {"memory-leak", GPUSIM_ANOMALY_MEMORY},
    {"switch-failure", GPUSIM_ANOMALY_NETWORK},
    {"nvlink-down", GPUSIM_ANOMALY_NETWORK},
    {"nvlink-error", GPUSIM_ANOMALY_NETWORK},
    {"pcie-degrade", GPUSIM_ANOMALY_NETWORK},
    {"network-partition", GPUSIM_ANOMALY_NETWORK},
    {"packet-delay", GPUSIM_ANOMALY_NETWORK},
    {"packet-loss", GPUSIM_ANOMALY_NETWORK},
    {"straggler", GPUSIM_ANOMALY_STRAGGLER},
    {"job-crash", GPUSIM_ANOMALY_JOB},
    {"job-oom", GPUSIM_ANOMALY_JOB},
    {"collective-hang", GPUSIM_ANOMALY_JOB},
    {"mmu-fault", GPUSIM_ANOMALY_JOB},
    {"telemetry-dropout", GPUSIM_ANOMALY_SENSOR},
    {"telemetry-stuck", GPUSIM_ANOMALY_SENSOR},
    {"telemetry-noise", GPUSIM_ANOMALY_SENSOR},
    {"telemetry-spoof", GPUSIM_ANOMALY_SENSOR},
    {"clock-skew", GPUSIM_ANOMALY_SENSOR},
    {"node-crash", GPUSIM_ANOMALY_NODE},
    {"node-hang", GPUSIM_ANOMALY_NODE},
    {"driver-crash", GPUSIM_ANOMALY_NODE},
    {"xid79", GPUSIM_ANOMALY_NODE},
    {"gsp-timeout", GPUSIM_ANOMALY_NODE},
    {"pmu-error", GPUSIM_ANOMALY_NODE},
};

static gpusim_anomaly_class find(const entry *entries, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(entries[i].name, name) == 0) {
            return entries[i].class_;
        }
    }
    return GPUSIM_ANOMALY_NONE;
}

gpusim_anomaly_class gpusim_class_of_metric(const char *metric)
{
    return find(metrics, sizeof metrics / sizeof metrics[0], metric);
}

gpusim_anomaly_class gpusim_class_of_fault(const char *kind)
{
    return find(faults, sizeof faults / sizeof faults[0], kind);
}
