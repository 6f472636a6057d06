/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The metrics that a monitoring system would see, each declared once. Those of GPUs have the names,
 * numbers, units and meaning of NVIDIA's DCGM (dcgm_fields.h); those of nodes are what BMCs
 * (IPMI, Redfish) and node_exporter show. What sensors do to them: definitions 26. */
#include "telemetry/metrics.h"

#include <gpusim/record.h>

// ---- of GPUs ----

#define DEFAULT GPUSIM_SET_DEFAULT

/* A field of DCGM: number, name without prefix, its id, type, unit, more sets, sensor's step, its
 * noise, doc. */
#define DCGM(prefix, set, number, name_, id, type_, unit_, sets_, step_, noise_, doc_)             \
    [GS_METRIC_##number] = {.name = (name_),                                                       \
                            .dcgm = prefix #number,                                                \
                            .dcgm_id = (id),                                                       \
                            .entity = GPUSIM_OF_GPU,                                               \
                            .type = GPUSIM_##type_,                                                \
                            .unit = GPUSIM_UNIT_##unit_,                                           \
                            .sets = GPUSIM_SET_ALL | (set) | (sets_),                              \
                            .step = (step_),                                                       \
                            .noise = GPUSIM_NOISE_##noise_,                                        \
                            .physical = 1,                                                         \
                            .doc = (doc_)}
#define GAUGE(number, name, id, unit, sets, step, noise, doc)                                      \
    DCGM("DCGM_FI_DEV_", GPUSIM_SET_DCGM, number, name, id, FLOAT32, unit, sets, step, noise, doc)
#define BITS(number, name, id, sets, doc)                                                          \
    DCGM("DCGM_FI_DEV_", GPUSIM_SET_DCGM, number, name, id, UINT32, NONE, sets, 0, NONE, doc)
#define COUNTER(number, name, id, unit, sets, doc)                                                 \
    DCGM("DCGM_FI_DEV_", GPUSIM_SET_DCGM, number, name, id, UINT64, unit, sets, 0, NONE, doc)
#define PROFILING(number, name, id, unit, doc)                                                     \
    DCGM("DCGM_FI_PROF_", GPUSIM_SET_PROFILING, number, name, id, FLOAT32, unit, 0, 0, NONE, doc)

// ---- of nodes, racks and the cluster ----

#define OTHER(entity_, set, number, type_, name_, unit_, step_, physical_, doc_)                   \
    [GS_METRIC_##number] = {.name = (name_),                                                       \
                            .entity = GPUSIM_OF_##entity_,                                         \
                            .type = GPUSIM_##type_,                                                \
                            .unit = GPUSIM_UNIT_##unit_,                                           \
                            .sets = GPUSIM_SET_ALL | (set),                                        \
                            .step = (step_),                                                       \
                            .physical = (physical_),                                               \
                            .doc = (doc_)}
#define SCHEDULING(entity, number, name, unit, doc)                                                \
    OTHER(entity, DEFAULT, number, FLOAT32, name, unit, 0, 0, doc)
#define PLANT(entity, number, name, unit, sets, step, doc)                                         \
    OTHER(entity, GPUSIM_SET_NODE | (sets), number, FLOAT32, name, unit, step, 1, doc)

static const gpusim_metric metrics[GS_METRIC_COUNT] = {
    [GS_METRIC_GPU_UTIL] = {.name = "gpu_util",
                            .dcgm = "DCGM_FI_DEV_GPU_UTIL",
                            .dcgm_id = 203,
                            .entity = GPUSIM_OF_GPU,
                            .type = GPUSIM_FLOAT32,
                            .unit = GPUSIM_UNIT_PERCENT,
                            .sets = GPUSIM_SET_ALL | GPUSIM_SET_DCGM | DEFAULT,
                            .step = 1,
                            .doc = "Share of the last second in which a kernel ran."},
    SCHEDULING(GPU, GPU_ALLOCATED, "gpu_allocated", NONE, "1 when a job holds it, else 0."),
    OTHER(
        GPU, 0, STEP_TIME, FLOAT32, "step_time", SECOND, 0, 0,
        "Length of a step of the job that holds it; missing when none does, or several share it."),

    // clocks
    GAUGE(SM_CLOCK, "sm_clock", 100, MEGAHERTZ, DEFAULT, 1, NONE, "Clock of the SMs."),
    GAUGE(MEM_CLOCK, "mem_clock", 101, MEGAHERTZ, 0, 1, NONE, "Clock of the memory."),
    BITS(CLOCK_THROTTLE_REASONS, "clock_throttle_reasons", 112, DEFAULT,
         "Why the clock is not higher: 1 idle, 4 software power cap, 8 hardware slowdown, 32 "
         "software thermal, 64 hardware thermal, 128 power brake."),

    // temperatures
    GAUGE(MEMORY_TEMP, "memory_temp", 140, CELSIUS, DEFAULT, 1, TEMPERATURE,
          "Temperature of the memory; missing where the product has no such sensor."),
    GAUGE(GPU_TEMP, "gpu_temp", 150, CELSIUS, DEFAULT, 1, TEMPERATURE, "Temperature of the die."),
    GAUGE(MEM_MAX_OP_TEMP, "mem_max_op_temp", 151, CELSIUS, 0, 1, NONE,
          "Memory temperature at which throttling begins."),
    GAUGE(GPU_MAX_OP_TEMP, "gpu_max_op_temp", 152, CELSIUS, 0, 1, NONE,
          "Temperature at which software throttling begins."),
    GAUGE(GPU_TEMP_LIMIT, "gpu_temp_limit", 153, CELSIUS, 0, 1, TEMPERATURE,
          "Margin: gpu_max_op_temp less what gpu_temp reads (nvidia-smi's T.Limit)."),

    // power and energy
    GAUGE(POWER_USAGE, "power_usage", 155, WATT, DEFAULT, 1e-3, POWER,
          "Power: mean of the last second on Ampere and later, at this moment on GA100 and older, "
          "mean of the last 25 ms with a part-time sensor."),
    COUNTER(TOTAL_ENERGY_CONSUMPTION, "total_energy_consumption", 156, MILLIJOULE, DEFAULT,
            "Energy since the beginning, exact."),
    GAUGE(POWER_USAGE_INSTANT, "power_usage_instant", 157, WATT, 0, 1e-3, POWER,
          "Power at this moment."),
    GAUGE(SLOWDOWN_TEMP, "slowdown_temp", 158, CELSIUS, 0, 1, NONE,
          "Temperature at which the hardware halves the clock."),
    GAUGE(SHUTDOWN_TEMP, "shutdown_temp", 159, CELSIUS, 0, 1, NONE,
          "Temperature at which the device turns itself off."),
    GAUGE(POWER_MGMT_LIMIT, "power_mgmt_limit", 160, WATT, 0, 1e-3, NONE,
          "Power limit that was set for it."),
    GAUGE(POWER_MGMT_LIMIT_DEF, "power_mgmt_limit_def", 163, WATT, 0, 1e-3, NONE,
          "Power limit as it comes: the TDP."),
    GAUGE(ENFORCED_POWER_LIMIT, "enforced_power_limit", 164, WATT, 0, 1e-3, NONE,
          "Power limit in force: its own, or its part of the node's or the rack's."),
    GAUGE(PSTATE, "pstate", 190, NONE, 0, 1, NONE,
          "Performance state: 0 while anything is resident, 8 without."),
    GAUGE(FAN_SPEED, "fan_speed", 191, PERCENT, 0, 1, NONE,
          "Speed of the fans that cool it, which are the node's; missing with liquid."),

    // links
    COUNTER(PCIE_REPLAY_COUNTER, "pcie_replay_counter", 202, NONE, 0, "PCIe retries."),
    GAUGE(PCIE_LINK_GEN, "pcie_link_gen", 237, NONE, 0, 1, NONE, "PCIe generation."),
    GAUGE(PCIE_LINK_WIDTH, "pcie_link_width", 238, NONE, 0, 1, NONE, "PCIe lanes."),
    COUNTER(NVLINK_CRC_FLIT_ERROR_COUNT_TOTAL, "nvlink_crc_flit_error_count_total", 409, NONE, 0,
            "Flow-control CRC errors of all NVLinks; missing without NVLink."),
    COUNTER(NVLINK_REPLAY_ERROR_COUNT_TOTAL, "nvlink_replay_error_count_total", 429, NONE, 0,
            "Retries of all NVLinks; missing without NVLink."),
    COUNTER(NVLINK_RECOVERY_ERROR_COUNT_TOTAL, "nvlink_recovery_error_count_total", 439, NONE, 0,
            "Recoveries of all NVLinks; missing without NVLink."),
    COUNTER(NVLINK_BANDWIDTH_TOTAL, "nvlink_bandwidth_total", 449, MEGABYTE, 0,
            "Data sent over all NVLinks; missing without NVLink."),

    // utilisation
    GAUGE(MEM_COPY_UTIL, "mem_copy_util", 204, PERCENT, DEFAULT, 1, NONE,
          "Share of the memory's bandwidth used in the last second."),

    // errors and violations
    GAUGE(XID_ERRORS, "xid_errors", 230, NONE, DEFAULT, 1, NONE, "The last XID; 0: none."),
    COUNTER(POWER_VIOLATION, "power_violation", 240, NANOSECOND, 0,
            "Time below the clock for a power limit."),
    COUNTER(THERMAL_VIOLATION, "thermal_violation", 241, NANOSECOND, 0,
            "Time below the clock for heat."),
    COUNTER(ECC_SBE_VOL_TOTAL, "ecc_sbe_vol_total", 310, NONE, 0,
            "Single-bit errors since the driver was loaded."),
    COUNTER(ECC_DBE_VOL_TOTAL, "ecc_dbe_vol_total", 311, NONE, 0,
            "Double-bit errors since the driver was loaded."),
    COUNTER(ECC_SBE_AGG_TOTAL, "ecc_sbe_agg_total", 312, NONE, 0,
            "Single-bit errors of its whole life."),
    COUNTER(ECC_DBE_AGG_TOTAL, "ecc_dbe_agg_total", 313, NONE, 0,
            "Double-bit errors of its whole life."),
    COUNTER(UNCORRECTABLE_REMAPPED_ROWS, "uncorrectable_remapped_rows", 393, NONE, 0,
            "Rows of memory remapped for uncorrectable errors."),
    COUNTER(CORRECTABLE_REMAPPED_ROWS, "correctable_remapped_rows", 394, NONE, 0,
            "Rows of memory remapped for correctable errors."),
    GAUGE(ROW_REMAP_FAILURE, "row_remap_failure", 395, NONE, 0, 1, NONE,
          "1 when remapping a row has failed."),
    GAUGE(ROW_REMAP_PENDING, "row_remap_pending", 396, NONE, 0, 1, NONE,
          "1 when a row will be remapped at the next reset."),

    // memory
    GAUGE(FB_TOTAL, "fb_total", 250, MEBIBYTE, 0, 1, NONE, "Memory."),
    GAUGE(FB_FREE, "fb_free", 251, MEBIBYTE, DEFAULT, 1, NONE, "Memory that nobody holds."),
    GAUGE(FB_USED, "fb_used", 252, MEBIBYTE, DEFAULT, 1, NONE, "Memory that jobs hold."),
    GAUGE(FB_RESERVED, "fb_reserved", 253, MEBIBYTE, 0, 1, NONE, "Memory that the driver keeps."),

    // profiling: means since the last sample
    PROFILING(GR_ENGINE_ACTIVE, "gr_engine_active", 1001, RATIO,
              "Share of the time since the last sample in which a kernel was resident, also one "
              "that waits in a collective."),
    PROFILING(SM_ACTIVE, "sm_active", 1002, RATIO,
              "Share of the time since the last sample in which the SMs worked."),
    PROFILING(PIPE_TENSOR_ACTIVE, "pipe_tensor_active", 1004, RATIO,
              "Share of cycles since the last sample in which the tensor pipes were active."),
    PROFILING(DRAM_ACTIVE, "dram_active", 1005, RATIO,
              "Share of cycles since the last sample in which the memory sent or received."),
    PROFILING(PCIE_TX_BYTES, "pcie_tx_bytes", 1009, BYTE_PER_SECOND,
              "Data sent over PCIe, mean since the last sample."),
    PROFILING(PCIE_RX_BYTES, "pcie_rx_bytes", 1010, BYTE_PER_SECOND,
              "Data received over PCIe, mean since the last sample."),

    // nodes
    SCHEDULING(NODE, NODE_GPUS_ALLOCATED, "gpus_allocated", NONE, "GPUs that jobs hold."),
    SCHEDULING(NODE, NODE_CPUS_ALLOCATED, "cpus_allocated", NONE, "CPU cores that jobs hold."),
    SCHEDULING(NODE, NODE_MEMORY_ALLOCATED, "memory_allocated", BYTE,
               "Host memory that jobs hold."),
    SCHEDULING(NODE, NODE_JOBS_RUNNING, "jobs_running", NONE,
               "Jobs with at least one part on the node."),
    PLANT(NODE, NODE_INLET_TEMP, "inlet_temp", CELSIUS, DEFAULT, 1,
          "Air that the node takes in, or its water."),
    PLANT(NODE, NODE_POWER, "power", WATT, DEFAULT, 1, "Power at the node's input."),
    PLANT(NODE, NODE_POWER_OUTPUT, "power_output", WATT, 0, 1,
          "Power that its power supplies deliver."),
    PLANT(NODE, NODE_FAN_SPEED, "fan_speed", PERCENT, DEFAULT, 1,
          "Speed of its fans; missing without."),
    PLANT(NODE, NODE_FAN_LEVEL, "fan_level", NONE, 0, 1, "Level of its fans; missing without."),
    PLANT(NODE, NODE_PSU_LOAD, "psu_load", PERCENT, 0, 1,
          "Load of each power supply over its rating; missing without."),
    OTHER(NODE, GPUSIM_SET_NODE, NODE_PSU_STATE, UINT32, "psu_state", NONE, 0, 1,
          "Power supplies that work, bit i for number i; missing without."),
    PLANT(NODE, NODE_CPU_UTIL, "cpu_util", PERCENT, 0, 1, "Share of its cores that are busy."),
    PLANT(NODE, NODE_MEMORY_USED, "memory_used", BYTE, 0, 0,
          "Host memory in use; missing where it is not limited."),
    PLANT(NODE, NODE_NIC_TX, "nic_tx", BYTE_PER_SECOND, 0, 0, "Data sent through its NICs."),
    PLANT(NODE, NODE_NIC_RX, "nic_rx", BYTE_PER_SECOND, 0, 0, "Data received through its NICs."),
    PLANT(NODE, NODE_DISK_USED, "disk_used", PERCENT, 0, 1,
          "Share of the local disk in use: 0, only faults fill it."),
    OTHER(NODE, GPUSIM_SET_NODE, NODE_HEARTBEAT, FLOAT32, "heartbeat", NONE, 1, 0,
          "1 when it answers, 0 when it is down; missing when it was removed."),
    OTHER(NODE, GPUSIM_SET_NODE, NODE_CLOCK_OFFSET, FLOAT32, "clock_offset", SECOND, 0, 0,
          "Its clock less the true time: 0, only faults shift it."),

    // racks
    SCHEDULING(RACK, RACK_GPUS_ALLOCATED, "gpus_allocated", NONE, "GPUs that jobs hold."),
    PLANT(RACK, RACK_POWER, "power", WATT, DEFAULT, 1, "Power at the rack's AC input."),
    PLANT(RACK, RACK_POWER_CAP, "power_cap", WATT, 0, 1, "Its power cap; missing without."),
    PLANT(RACK, RACK_INLET_MAX, "inlet_max", CELSIUS, DEFAULT, 1, "Warmest inlet of its nodes."),

    // the cluster
    SCHEDULING(CLUSTER, CLUSTER_QUEUE_LENGTH, "queue_length", NONE, "Jobs that wait for GPUs."),
    SCHEDULING(CLUSTER, CLUSTER_JOBS_RUNNING, "jobs_running", NONE, "Jobs that run."),
    SCHEDULING(CLUSTER, CLUSTER_GPUS_ALLOCATED, "gpus_allocated", NONE, "GPUs that jobs hold."),
    SCHEDULING(CLUSTER, CLUSTER_GPUS_UP, "gpus_up", NONE, "GPUs of nodes that are up."),
    PLANT(CLUSTER, CLUSTER_IT_POWER, "it_power", WATT, DEFAULT, 0, "Power of all racks."),
    PLANT(CLUSTER, CLUSTER_FACILITY_POWER, "facility_power", WATT, DEFAULT, 0,
          "Power of the whole site, cooling included."),
    PLANT(CLUSTER, CLUSTER_PUE, "pue", RATIO, 0, 0, "facility_power over it_power."),
    PLANT(CLUSTER, CLUSTER_CARBON_RATE, "carbon_rate", KILOGRAM_PER_SECOND, 0, 0,
          "CO2 for the site's power; missing where no intensity is given."),
};

const gpusim_metric *gpusim_metrics(uint32_t *count)
{
    *count = GS_METRIC_COUNT;
    return metrics;
}

const gpusim_choice gs_metric_sets[] = {
    {"default", GPUSIM_SET_DEFAULT,
     "what says most; sampled when neither metrics nor sets are named"},
    {"dcgm", GPUSIM_SET_DCGM, "every field of a device (DCGM_FI_DEV_...)"},
    {"profiling", GPUSIM_SET_PROFILING, "activity since the last sample (DCGM_FI_PROF_...)"},
    {"node", GPUSIM_SET_NODE, "sensors of nodes, racks and the site"},
    {"all", GPUSIM_SET_ALL, "every metric there is"},
    {NULL, 0, NULL},
};

const gpusim_choice *gpusim_metric_sets(void)
{
    return gs_metric_sets;
}
