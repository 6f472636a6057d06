/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a scenario says of faults: an item of `chaos:` is a rule of one kind, or a mix of them. */
#ifndef GS_CHAOS_TABLES_H
#define GS_CHAOS_TABLES_H

#include "chaos/chaos.h"

typedef struct gs_lemon_fields {
    uint8_t present, reserved[7];
    double share, factor;
} gs_lemon_fields;

typedef struct gs_target_fields {
    uint8_t present, reserved[3];
    int32_t each;                         // gs_fault_scope; INT32_MAX: not given
    gpusim_list gpus, nodes, racks;       // const char *, names
    gpusim_list groups, clusters, models; // const char *
    uint32_t random, hottest;             // UINT32_MAX: not given
    gs_lemon_fields lemons;
} gs_target_fields;

typedef struct gs_burst_fields {
    uint8_t present, reserved[7];
    gpusim_one_of calm, storm;
    double factor;
} gs_burst_fields;

typedef struct gs_heats_fields {
    uint8_t present, reserved[7];
    double activation, reference;
} gs_heats_fields;

/* Another fault that a strike brings along. */
typedef struct gs_cause_fields {
    int32_t kind;       /* in gs_fault_kinds */
    int32_t neighbours; /* it strikes those, not what was struck */
    double probability;
    gpusim_one_of after, lasts;
} gs_cause_fields;

/* One struct for the rules of all kinds, and for mixes; each table names what its own can have. */
typedef struct gs_rule_fields {
    const char *name;  /* NULL: not given */
    const char *trace; /* NULL: none */
    gs_target_fields target;
    gpusim_list at;     /* gpusim_time */
    gpusim_list causes; /* gs_cause_fields */
    gpusim_one_of every, lasts, repair;
    gpusim_one_of parameters[GS_FAULT_PARAMETERS];
    gpusim_time period, ramp; /* 0: none */
    gpusim_time from, until;
    gs_burst_fields burst;
    gs_heats_fields heats;
    double reaches, spread;
    double while_below;  /* 0 or NaN: not given */
    double scale, shape; /* of mixes */
    uint32_t times;      /* UINT32_MAX: no limit */
    int32_t busy;
    uint8_t ages, together, reserved[6];
} gs_rule_fields;

/* The alternatives of an item: kinds in the order of gs_fault_kinds, then mixes. */
extern const gpusim_record gs_fault_record;

/* The field of a kind's parameter, a distribution; NULL when it has no such parameter. And the unit
 * of its values. */
const gpusim_field *gs_fault_parameter(uint32_t kind, uint32_t parameter);
gpusim_unit gs_fault_parameter_unit(const gpusim_field *parameter);

#endif
