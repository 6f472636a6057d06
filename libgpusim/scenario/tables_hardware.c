/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The tables of what the nodes of a group are physically: power, cooling, spread, network. */
#include <math.h>

#include "scenario/scenario_hardware.h"
#include "scenario/series.h"
#include "scenario/table_macros.h"

// ---- power ----

#define CPU_FIELDS                                                                                 \
    WATT("idle", gs_cpu_fields, idle, GPUSIM_REQUIRED, NULL, "Of a socket when no core is busy."), \
        WATT("epsilon", gs_cpu_fields, epsilon, GPUSIM_OPTIONAL, NULL,                             \
             "Of a socket with a load just above none; power grows linearly from here with the "   \
             "share of cores that are busy. Absent: as idle."),                                    \
        WATT("max", gs_cpu_fields, max, GPUSIM_REQUIRED, NULL,                                     \
             "Of a socket when all cores are busy.")

static const gpusim_field cpu_fields[] = {CPU_FIELDS};
static const gpusim_record cpu_record = {"CPU", GPUSIM_FIELDS(cpu_fields), sizeof(gs_cpu_fields),
                                         "What a socket draws."};

static const gpusim_field state_fields[] = {
    CPU_FIELDS,
    NUMBER("speed", gs_cpu_fields, speed, 0, "1", 0.001, 1000,
           "Speed of jobs without GPUs in this state, relative to state 0."),
};
static const gpusim_record state_record = {"CPU state", GPUSIM_FIELDS(state_fields),
                                           sizeof(gs_cpu_fields),
                                           "What a socket draws in a P-state, and how fast it is."};
static const gpusim_field state_element = {
    .name = "state", .type = GPUSIM_RECORD, .detail = {&state_record}, .doc = "A P-state."};

static const gpusim_field nic_fields[] = {
    WATT("idle", gs_nic_fields, idle, 0, "0 W", "Of one NIC without traffic."),
    WATT("max", gs_nic_fields, max, 0, "0 W", "Of one NIC at its full bandwidth."),
};
static const gpusim_record nic_record = {"NIC", GPUSIM_FIELDS(nic_fields), sizeof(gs_nic_fields),
                                         "What a network adapter draws."};

static const gpusim_field loss_fields[] = {
    WATT("constant", gs_loss, constant, 0, "0 W", "Lost whatever the load is."),
    SHARE("efficiency", gs_loss, efficiency, GPUSIM_EXCLUSIVE, "1",
          "Of the conversion: input = (output + constant) / efficiency."),
};
const gpusim_record gs_loss_record = {"loss stage", GPUSIM_FIELDS(loss_fields), sizeof(gs_loss),
                                      "One stage of power conversion."};
const gpusim_field gs_loss_element = {.name = "stage",
                                      .type = GPUSIM_RECORD,
                                      .detail = {&gs_loss_record},
                                      .doc = "A stage of conversion."};

static const gpusim_field load_point_fields[] = {
    SHARE("load", gs_load_point, load, GPUSIM_REQUIRED, NULL, "Output over the rating."),
    SHARE("efficiency", gs_load_point, efficiency, GPUSIM_REQUIRED | GPUSIM_EXCLUSIVE, NULL,
          "Output over input."),
};
static const gpusim_record load_point_record = {"load point", GPUSIM_FIELDS(load_point_fields),
                                                sizeof(gs_load_point),
                                                "A point of an efficiency curve."};
static const gpusim_field load_point = {
    .name = "point", .type = GPUSIM_RECORD, .detail = {&load_point_record}, .doc = "A point."};
static const gpusim_field efficiency_fields[] = {
    {.name = "curve",
     .type = GPUSIM_STRING,
     .doc = "An 80 PLUS class: `titanium`, `titanium-eu`, `titanium-115v`, `platinum` or `gold`."},
    {.name = "points",
     .type = GPUSIM_LIST,
     .minimum = 1,
     .maximum = 1000,
     .detail = {&load_point},
     .doc = "A curve, linear between its points and constant beyond its ends."},
};
static const gpusim_record efficiency_record = {"PSU efficiency", GPUSIM_FIELDS(efficiency_fields),
                                                sizeof(gpusim_one_of),
                                                "Efficiency of a power supply over its load."};

static const gpusim_field psu_fields[] = {
    COUNT("count", gs_psu_fields, count, GPUSIM_REQUIRED, NULL, 1, 1000,
          "Power supplies of a node; they share the load evenly."),
    COUNT("needed", gs_psu_fields, needed, GPUSIM_OPTIONAL, NULL, 1, 1000,
          "So many carry the node, the others are redundant; absent: all are needed."),
    WATT("rating", gs_psu_fields, rating, GPUSIM_REQUIRED | GPUSIM_EXCLUSIVE, NULL,
         "What one delivers at full load."),
    {.name = "efficiency",
     .type = GPUSIM_ONE_OF,
     AT(gs_psu_fields, efficiency),
     .flags = GPUSIM_REQUIRED | GPUSIM_PLAIN,
     .detail = {&efficiency_record},
     .doc = "Over the load, by name or by points."},
};
static const gpusim_record psu_record = {"power supplies", GPUSIM_FIELDS(psu_fields),
                                         sizeof(gs_psu_fields), "The power supplies of a node."};

static const gpusim_field power_fields[] = {
    COUNT("sockets", gs_power_fields, sockets, 0, "1", 1, 1024, "CPU sockets of a node."),
    {.name = "cpu",
     .type = GPUSIM_RECORD,
     AT(gs_power_fields, cpu),
     .flags = GPUSIM_OPTIONAL,
     .detail = {&cpu_record},
     .doc = "What each socket draws; absent: nothing."},
    {.name = "cpu_states",
     .type = GPUSIM_LIST,
     AT(gs_power_fields, cpu_states),
     .flags = GPUSIM_OPTIONAL,
     .minimum = 1,
     .maximum = 256,
     .detail = {&state_element},
     .doc = "P-states of the CPUs in place of `cpu`; a run begins in the first, the action "
            "`pstate` changes it."},
    WATT("memory", gs_power_fields, memory, 0, "0 W", "Of all memory of a node."),
    COUNT("nics", gs_power_fields, nics, 0, "1", 0, 1024, "Network adapters of a node."),
    {.name = "nic",
     .type = GPUSIM_RECORD,
     AT(gs_power_fields, nic),
     .fallback = "{}",
     .detail = {&nic_record},
     .doc = "What each of them draws."},
    WATT("storage", gs_power_fields, storage, 0, "0 W", "Of all drives of a node."),
    WATT("other", gs_power_fields, other, 0, "0 W",
         "Of what else is in a node: NVSwitch, management controller."),
    WATT("fans", gs_power_fields, fans, 0, "0 W",
         "Of all fans at full speed; at less, as `cooling.fans` controls them, it falls with the "
         "cube of the speed."),
    {.name = "losses",
     .type = GPUSIM_LIST,
     AT(gs_power_fields, losses),
     .fallback = "[]",
     .minimum = 0,
     .maximum = 32,
     .detail = {&gs_loss_element},
     .doc = "Stages of conversion within a node, from the inside out."},
    {.name = "psu",
     .type = GPUSIM_RECORD,
     AT(gs_power_fields, psu),
     .flags = GPUSIM_OPTIONAL,
     .detail = {&psu_record},
     .doc = "The last stage: power supplies; absent: only `losses` count."},
    GS_SERIES_FIELD("cap", watt, gs_power_fields, cap, GPUSIM_OPTIONAL, NULL,
                    "What a node may draw at its input; its GPUs share what is left for them."),
    GS_SERIES_FIELD("gpu_cap", watt, gs_power_fields, gpu_cap, GPUSIM_OPTIONAL, NULL,
                    "What each GPU may draw, within what its driver accepts; absent: its TDP."),
};
const gpusim_record gs_power_record = {"node power", GPUSIM_FIELDS(power_fields),
                                       sizeof(gs_power_fields),
                                       "What a node draws besides its GPUs, and what it may draw. "
                                       "Only what is said here counts: without it a node draws "
                                       "what its GPUs do."};

// ---- cooling ----

static const gpusim_choice cooling_kinds[] = {
    {"air", GS_COOLING_AIR, "fans blow the supply air through the node"},
    {"liquid", GS_COOLING_LIQUID, "each GPU has a cold plate in a water loop"},
    {NULL, 0, NULL}};

static const gpusim_field fans_fields[] = {
    COUNT("levels", gs_fans_fields, levels, 0, "10", 1, 1000,
          "Steps between the lowest and the full speed."),
    QUANTITY("minimum", GPUSIM_UNIT_RATIO, gs_fans_fields, minimum, 0, "0.3", 0.05, 1,
             "Lowest speed over the full speed."),
    CELSIUS("start", gs_fans_fields, start, "50 C",
            "Of the hottest GPU of the node, where speed begins to rise."),
    CELSIUS("full", gs_fans_fields, full, "80 C", "Of the hottest GPU, where speed is full."),
    KELVIN("hysteresis", gs_fans_fields, hysteresis, 0, "4 K",
           "So far below the threshold that raised it speed falls again."),
};
static const gpusim_record fans_record = {"fan control", GPUSIM_FIELDS(fans_fields),
                                          sizeof(gs_fans_fields),
                                          "How the fans of a node follow its hottest GPU."};

static const gpusim_field flow_point_fields[] = {
    FLOW("flow", gs_flow_point, flow, GPUSIM_REQUIRED | GPUSIM_EXCLUSIVE, NULL, "Coolant."),
    RESISTANCE("resistance", gs_flow_point, resistance, "Of the cold plate at this flow."),
};
static const gpusim_record flow_point_record = {"flow point", GPUSIM_FIELDS(flow_point_fields),
                                                sizeof(gs_flow_point),
                                                "A point of a cold plate's curve."};
static const gpusim_field flow_point = {
    .name = "point", .type = GPUSIM_RECORD, .detail = {&flow_point_record}, .doc = "A point."};
static const gpusim_field plate_fields[] = {
    {.name = "plate",
     .type = GPUSIM_STRING,
     .doc = "A measured one by name: `oai-water` or `oai-pg25` (OCP OAI, 1 kW)."},
    {.name = "points",
     .type = GPUSIM_LIST,
     .minimum = 1,
     .maximum = 1000,
     .detail = {&flow_point},
     .doc = "A curve, linear between its points and constant beyond its ends."},
};
static const gpusim_record plate_record = {"cold plate", GPUSIM_FIELDS(plate_fields),
                                           sizeof(gpusim_one_of),
                                           "Resistance of a cold plate over its flow."};

static const gpusim_field cooling_fields[] = {
    {.name = "kind",
     .type = GPUSIM_ENUM,
     AT(gs_cooling_fields, kind),
     .fallback = "air",
     .detail = {cooling_kinds},
     .doc = "What takes the heat away."},
    FLOW("airflow", gs_cooling_fields, airflow, 0, "0 m3/s",
         "Air through a node at full fan speed; 0: neither the rack's recirculation nor GPUs one "
         "behind another warm what a GPU breathes."),
    COUNT("lane", gs_cooling_fields, lane, 0, "1", 1, 64,
          "GPUs one behind another in the air: each breathes what those before it have warmed."),
    {.name = "fans",
     .type = GPUSIM_RECORD,
     AT(gs_cooling_fields, fans),
     .flags = GPUSIM_OPTIONAL,
     .detail = {&fans_record},
     .doc = "Fans that follow the temperature; absent: always at full speed, at which the GPU's "
            "thermal resistance is stated. What they draw is `power.fans`."},
    FLOW("flow", gs_cooling_fields, flow, GPUSIM_EXCLUSIVE, "1 L/min",
         "Coolant through the cold plate of each GPU."),
    {.name = "cold_plate",
     .type = GPUSIM_ONE_OF,
     AT(gs_cooling_fields, cold_plate),
     .flags = GPUSIM_OPTIONAL | GPUSIM_PLAIN,
     .detail = {&plate_record},
     .doc = "The cold plate within the GPU's thermal resistance, by name or by points; absent: "
            "that resistance does not change with the flow."},
    FLOW("nominal_flow", gs_cooling_fields, nominal_flow, GPUSIM_EXCLUSIVE, "1 L/min",
         "The flow for which the GPU's thermal resistance is stated."),
};
const gpusim_record gs_cooling_record = {"node cooling", GPUSIM_FIELDS(cooling_fields),
                                         sizeof(gs_cooling_fields),
                                         "How heat leaves the GPUs of a node."};

// ---- silicon lottery, network ----

static const gpusim_field outlier_fields[] = {
    SHARE("share", gs_outlier_fields, share, GPUSIM_REQUIRED, NULL, "Of all GPUs."),
    NUMBER("speed", gs_outlier_fields, speed, GPUSIM_REQUIRED, NULL, 0.01, 10,
           "Their speed over that of others."),
};
static const gpusim_record outlier_record = {"outliers", GPUSIM_FIELDS(outlier_fields),
                                             sizeof(gs_outlier_fields), "GPUs unlike the others."};

static const gpusim_field spread_fields[] = {
    NUMBER("speed", gs_spread_fields, speed, 0, "0", 0, 0.2,
           "Relative standard deviation of the speed of GPUs of the same model, drawn once for "
           "each; 0.02 to 0.03 are seen in fleets."),
    {.name = "slow",
     .type = GPUSIM_RECORD,
     AT(gs_spread_fields, slow),
     .flags = GPUSIM_OPTIONAL,
     .detail = {&outlier_record},
     .doc = "A share of slow GPUs: 0.5 % at 0.9 in one fleet."},
    {.name = "tail",
     .type = GPUSIM_RECORD,
     AT(gs_spread_fields, tail),
     .flags = GPUSIM_OPTIONAL,
     .detail = {&outlier_record},
     .doc = "A share of outliers: 0.1 % at two thirds of the speed."},
};
const gpusim_record gs_spread_record = {"spread of GPUs", GPUSIM_FIELDS(spread_fields),
                                        sizeof(gs_spread_fields),
                                        "How GPUs of the same model differ."};

static const gpusim_field network_fields[] = {
    BANDWIDTH("nvlink", gs_node_network_fields, nvlink,
              "Between the GPUs of a node, of each GPU one way; absent: the catalogue's."),
    BANDWIDTH("nic", gs_node_network_fields, nic,
              "All network adapters of a node together, one way; absent: not limited."),
};
const gpusim_record gs_node_network_record = {"node network", GPUSIM_FIELDS(network_fields),
                                              sizeof(gs_node_network_fields), "Links of a node."};
