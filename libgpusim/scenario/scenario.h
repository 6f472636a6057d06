/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A scenario as C structs: what scenario/tables.c describes, scenario/bind.c fills and
 * scenario/compile.c makes a model of. */
#ifndef GS_SCENARIO_SCENARIO_H
#define GS_SCENARIO_SCENARIO_H

#include <gpusim/field.h>
#include <gpusim/gpu.h>

#include "core/model.h"
#include "scenario/scenario_hardware.h"

typedef struct gs_kind_fields {
    const char *key; /* the kind */
    double factor;
} gs_kind_fields;

/* An entry of `rates:` of a kind, and a kind with all of its entries. */
typedef struct gs_rate_fields {
    const char *key; /* GPU model */
    double rate;
} gs_rate_fields;

typedef struct gs_kind_rates_fields {
    const char *key;   /* the kind */
    gpusim_list rates; /* gs_rate_fields */
} gs_kind_rates_fields;

/* `throughput:` of a cluster. */
typedef struct gs_throughput_fields {
    const char *reference; /* GPU model; NULL: rates are over that of the duration */
    gpusim_list rates;     /* gs_kind_rates_fields */
} gs_throughput_fields;

/* `autoscale:` of a group. */
typedef struct gs_autoscale_fields {
    uint8_t present, reserved[7];
    gpusim_time join, idle;
    uint32_t queue, step;
} gs_autoscale_fields;

extern const gpusim_record gs_autoscale_record;

/* An entry of `models:` of a group that comes from a file. */
typedef struct gs_node_file_model {
    const char *key; /* as the file calls it */
    const char *gpu; /* as the catalogue does */
} gs_node_file_model;

typedef struct gs_scenario_group {
    const char *name, *gpu, *cluster; /* cluster NULL: not given */
    gpusim_list run_time;             /* gs_kind_fields */
    gpusim_list labels;               /* gs_label */
    const char *file;                 /* of nodes; NULL: none */
    gpusim_list models;               /* gs_node_file_model */
    int32_t format;                   /* of that file */
    uint32_t reserved3;
    const char *label;             /* of a file: what it calls the GPUs; NULL: as the catalogue */
    const char *const *node_names; /* of a file: [count] */
    const uint32_t *rows;          /* of a file: [count], where they stand in it */
    uint64_t memory, storage;      /* of a node; the maximum: no limit */
    double cpus;                   /* NaN: no limit */
    uint32_t count, per_rack, gpus;
    uint32_t most, spares; /* the maximum: not given */
    uint32_t least;        /* what `count` said; it is then all nodes that there may be */
    gpusim_time join;      /* of spares; GPUSIM_TIME_MAX: not given */
    gs_autoscale_fields autoscale;
    uint8_t mig, reserved[3];
    int32_t node_class; /* gpusim_node_class */
    int32_t reserved2;
    gpusim_time latency;
    double cost;          /* 1/s */
    double uplink;        /* B/s; NaN: not limited */
    gpusim_one_of legacy; /* gs_ioguard, gs_sage or gs_astera; value NULL: none */
    gs_power_fields power;
    gs_cooling_fields cooling;
    gs_spread_fields spread;
    gs_node_network_fields network;
    gs_racks_fields rack;       /* absent: as all racks */
    gpusim_gpu_model gpu_model; /* what is other than in the catalogue (cluster/gpu.h) */
} gs_scenario_group;

typedef struct gs_scenario_vc {
    const char *key; /* its name */
    uint32_t quota;  /* GPUs; the maximum: no limit */
    uint32_t reserved;
} gs_scenario_vc;

typedef struct gs_scenario_cluster {
    gpusim_list nodes;            /* gs_scenario_group */
    gpusim_list virtual_clusters; /* gs_scenario_vc */
    gs_throughput_fields throughput;
    const char *catalogue; /* NULL: the built-in one alone */
    uint8_t physics, reserved[7];
    gs_racks_fields racks;
    gs_facility_power_fields power;
    gs_facility_cooling_fields cooling;
    gs_facility_network_fields network;
    gs_sharing_fields sharing;
    gs_sensors_fields sensors;
} gs_scenario_cluster;

typedef enum gs_walltime_rule {
    GS_WALLTIME_AUTO,   /* jobs of a log run on, others are killed */
    GS_WALLTIME_EXTEND, /* every job runs on */
    GS_WALLTIME_KILL,   /* every job ends in `timeout` */
} gs_walltime_rule;

typedef struct gs_scenario_limits {
    gpusim_time grace; /* after the walltime */
    gpusim_time hang;  /* of collectives; GPUSIM_TIME_MAX: not given */
    int32_t walltime;  /* gs_walltime_rule */
    int32_t no_fit;    /* 1: who finds no place fails */
} gs_scenario_limits;

typedef struct gs_scenario_cohort {
    uint8_t present, reserved[7];
    gpusim_time from, to; /* GPUSIM_TIME_MAX: not given */
    uint64_t first, last; /* UINT64_MAX: not given */
} gs_scenario_cohort;

typedef struct gs_scenario_resample {
    uint8_t present, reserved[7];
    gpusim_time period;
} gs_scenario_resample;

typedef struct gs_scenario_measure {
    gs_scenario_cohort cohort;
    double starvation;
} gs_scenario_measure;

typedef struct gs_scenario_telemetry {
    uint8_t present, reserved[7];
    gpusim_time every;
    gpusim_list metrics; /* const char * */
    gpusim_list sets;    /* int32_t, GPUSIM_SET bits; neither: the default set */
    gpusim_one_of delay; /* of samples until they are seen */
} gs_scenario_telemetry;

typedef struct gs_scenario_trace {
    const char *path; /* NULL: none */
} gs_scenario_trace;

typedef struct gs_scenario_action {
    gpusim_time at;
    const char *job;  /* NULL: not of a job */
    const char *node; /* NULL: not of a node */
    const char *gpu, *rack, *cluster;
    double power;     /* W; GS_POWER_NONE: lifted; NaN: not given */
    gpusim_time span; /* GPUSIM_TIME_MAX: not given */
    double speed;     /* share; GS_SPEED_AUTO; NaN: not given */
    int32_t what;     /* gpusim_action; GPUSIM_ACTION_CAP_GPU: any cap */
    uint32_t state;   /* the maximum: not given */
    uint8_t restart_jobs, reserved[7];
} gs_scenario_action;

typedef struct gs_repairs_fields {
    uint8_t present, reserved[3];
    uint32_t crews; /* UINT32_MAX: no limit */
} gs_repairs_fields;

/* An item of `response:`. */
typedef struct gs_response_fields {
    const char *name, *metric, *group, *cluster, *on; /* NULL: not given */
    double above, below, until;                       /* NaN: not given */
    double speed;                                     /* share; GS_SPEED_AUTO; NaN: not given */
    double power;                                     /* W; NaN: not given */
    double cost;
    gpusim_time hold, delay, keep;
    gpusim_time takes;  /* GPUSIM_TIME_MAX: not given */
    int32_t state;      /* gpusim_node_state; -1: not given */
    int32_t what;       /* gpusim_action */
    uint32_t budget;    /* UINT32_MAX: no limit */
    uint32_t cpu_state; /* UINT32_MAX: not given */
    uint8_t restart_jobs, undo, reserved[6];
} gs_response_fields;

/* An item of `detectors:`. */
typedef struct gs_detector_fields {
    const char *name, *model; /* NULL: not given */
    gpusim_one_of detector;   /* by detect/tables.h; value NULL: not given */
    gpusim_list metrics;      /* const char * */
    double threshold;         /* NaN: not given */
    double quantile;
    gpusim_time learn, hold;
    gpusim_time clear; /* GPUSIM_TIME_MAX: not given */
    int32_t class_;    /* gpusim_anomaly_class; -1: not given */
    int32_t reserved;
} gs_detector_fields;

extern const gpusim_field gs_detector_element;

#define GS_DO_CHEAPEST (-2) /* the word `cheapest` for what to do */

/* `heartbeat:`. */
typedef struct gs_heartbeat_fields {
    uint8_t present, reserved[7];
    gpusim_time every, offline_after;
} gs_heartbeat_fields;

/* `control:`. */
typedef struct gs_control_fields {
    uint8_t present, reserved[7];
    gpusim_time backoff, open;
    uint32_t retries, failures;
} gs_control_fields;

/* An item of `maintenance:`. */
typedef struct gs_window_fields {
    const char *name;                           /* NULL: not given */
    gpusim_list nodes, racks, groups, clusters; /* const char * */
    gpusim_time at, span, ahead;
    gpusim_time every; /* GPUSIM_TIME_MAX: once */
} gs_window_fields;

extern const gpusim_record gs_heartbeat_record, gs_control_record;
extern const gpusim_field gs_window_element;

/* `remedies:`. */
typedef struct gs_remedies_fields {
    gs_remedies of;
} gs_remedies_fields;

extern const gpusim_field gs_response_element;
extern const gpusim_record gs_remedies_record;

#define GS_POWER_NONE (-1) /* the word `none` for a power */
#define GS_SPEED_AUTO (-1) /* the word `auto` for the speed of fans */

typedef struct gs_fragmentation_fields {
    uint8_t present, reserved[3];
    int32_t target;   /* gs_target */
    const char *path; /* NULL: not given */
    uint32_t jobs;    /* UINT32_MAX: not given */
    uint32_t reserved2;
} gs_fragmentation_fields;

typedef struct gs_scenario {
    int64_t format;
    const char *name;
    uint64_t seed;
    gpusim_time duration; /* GPUSIM_TIME_MAX: not given */
    int32_t until;        /* 1: drained, 2: the cohort has ended, 3: arrived */
    int32_t replay;       /* 1: recorded starts, no scheduler */
    gs_scenario_cluster cluster;
    gpusim_list workload;    /* gpusim_one_of by workload/tables.h */
    gpusim_one_of scheduler; /* by policy/tables.c */
    gs_scenario_limits limits;
    gs_scenario_measure measure;
    gs_scenario_resample resample;
    gs_fragmentation_fields fragmentation;
    gs_scenario_telemetry telemetry;
    gs_scenario_trace trace;
    gpusim_list actions; /* gs_scenario_action */
    gpusim_list chaos;   /* gpusim_one_of of gs_rule_fields, by chaos/tables.h */
    gs_repairs_fields repairs;
    gpusim_list detectors; /* gs_detector_fields */
    gpusim_list response;  /* gs_response_fields */
    gs_remedies_fields remedies;
    gs_heartbeat_fields heartbeat;
    gs_control_fields control;
    gpusim_list maintenance; /* gs_window_fields */
} gs_scenario;

extern const gpusim_field gs_chaos_element;
extern const gpusim_record gs_repairs_record;

/* The table of all this: what gpusim_spec_record returns. */
extern const gpusim_record gs_action_record, gs_cluster_record;
extern const gpusim_record gs_scenario_record;

#endif
