/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The physical part of a scenario as C structs: what scenario/tables_hardware.c (of a node group)
 * and scenario/tables_facility.c (of racks and the facility) describe. */
#ifndef GS_SCENARIO_SCENARIO_HARDWARE_H
#define GS_SCENARIO_SCENARIO_HARDWARE_H

#include <gpusim/field.h>

#include "cluster/hardware.h"

/* ---- of a node group ---- */

typedef struct gs_cpu_fields {
    uint8_t present, reserved[7];
    double idle, epsilon, max; /* W; epsilon NaN: idle */
    double speed;              /* of a state in a list */
} gs_cpu_fields;

typedef struct gs_nic_fields {
    double idle, max; /* W */
} gs_nic_fields;

typedef struct gs_load_point {
    double load, efficiency;
} gs_load_point;

typedef struct gs_psu_fields {
    uint8_t present, reserved[3];
    uint32_t count, needed; /* needed UINT32_MAX: all */
    uint32_t reserved2;
    double rating;
    gpusim_one_of efficiency; /* const char *, list of gs_load_point */
} gs_psu_fields;

typedef struct gs_power_fields {
    uint8_t present, reserved[3];
    uint32_t sockets, nics;
    uint32_t reserved2;
    gs_cpu_fields cpu;
    gpusim_list cpu_states;              /* gs_cpu_fields */
    double memory, storage, other, fans; /* W */
    gs_nic_fields nic;
    gpusim_list losses; /* gs_loss */
    gs_psu_fields psu;
    gpusim_one_of cap, gpu_cap; /* series of W */
} gs_power_fields;

typedef struct gs_fans_fields {
    uint8_t present, reserved[3];
    uint32_t levels;
    double minimum, start, full, hysteresis;
} gs_fans_fields;

typedef struct gs_flow_point {
    double flow, resistance;
} gs_flow_point;

typedef struct gs_cooling_fields {
    uint8_t present, reserved[3];
    int32_t kind; /* gs_cooling_kind */
    double airflow;
    uint32_t lane, reserved2;
    gs_fans_fields fans;
    double flow, nominal_flow; /* m3/s; nominal NaN: the cold plate is not within the GPU's K/W */
    gpusim_one_of cold_plate;  /* const char *, list of gs_flow_point */
} gs_cooling_fields;

typedef struct gs_outlier_fields {
    uint8_t present, reserved[7];
    double share, speed;
} gs_outlier_fields;

typedef struct gs_spread_fields {
    uint8_t present, reserved[7];
    double speed;
    gs_outlier_fields slow, tail;
} gs_spread_fields;

typedef struct gs_node_network_fields {
    double nvlink, nic; /* B/s; NaN: the catalogue's, not limited */
} gs_node_network_fields;

/* ---- of racks and the facility ---- */

typedef struct gs_racks_fields {
    uint8_t present, reserved[7];
    double switches;    /* W */
    gpusim_list losses; /* gs_loss */
} gs_racks_fields;

typedef struct gs_overhead_fields {
    uint8_t present, reserved[7];
    double fixed, linear;
} gs_overhead_fields;

typedef struct gs_facility_power_fields {
    double pue; /* NaN: none */
    gs_overhead_fields overhead;
    double cdu;
    gpusim_one_of rack_cap, carbon, price; /* series */
    const char *currency;
    gpusim_time reaction;
} gs_facility_power_fields;

typedef struct gs_recirculation_fields {
    uint8_t present, reserved[7];
    double self, neighbour, all;
    gpusim_list matrix; /* gpusim_list of double */
} gs_recirculation_fields;

typedef struct gs_loop_fields {
    gpusim_time delay;
    double time; /* s */
} gs_loop_fields;

typedef struct gs_facility_cooling_fields {
    gpusim_one_of supply, water; /* series of C */
    gs_recirculation_fields recirculation;
    double epsilon, leak_step, settled; /* K */
    gs_loop_fields loop;
} gs_facility_cooling_fields;

typedef struct gs_measured_point {
    double size, bandwidth;
} gs_measured_point;

typedef struct gs_tier_fields {
    double alpha, efficiency; /* s; NaN: the default of the tier */
    gpusim_list measured;     /* gs_measured_point */
    double measured_below;    /* B; NaN: the default of the tier */
    uint32_t measured_ranks, reserved;
} gs_tier_fields;

typedef struct gs_tiers_fields {
    gs_tier_fields gpu, node, rack, spine;
} gs_tiers_fields;

typedef struct gs_facility_network_fields {
    gs_tiers_fields tiers;
    double spine, storage; /* B/s; NaN: not limited */
} gs_facility_network_fields;

typedef struct gs_sharing_fields {
    double interference;
} gs_sharing_fields;

typedef struct gs_sensors_fields {
    uint8_t noise, quantised, reserved[6];
} gs_sensors_fields;

extern const gpusim_record gs_power_record, gs_cooling_record, gs_spread_record,
    gs_node_network_record, gs_racks_record, gs_facility_power_record, gs_facility_cooling_record,
    gs_facility_network_record, gs_sharing_record, gs_sensors_record;
extern const gpusim_record gs_loss_record;
extern const gpusim_field gs_loss_element;
extern const gpusim_record gs_legacy_record; /* alternatives: gs_legacy less one */

#endif
