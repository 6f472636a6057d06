/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A scenario as C structs: what scenario/tables.c binds and scenario/compile.c makes a model of. */
#ifndef GS_SCENARIO_SCENARIO_H
#define GS_SCENARIO_SCENARIO_H

#include <gpusim/field.h>

typedef struct gs_scenario_group {
    const char *name, *gpu;
    uint64_t memory; /* of a node */
    uint32_t count, per_rack, gpus, cpus;
} gs_scenario_group;

typedef struct gs_scenario_vc {
    const char *key; /* its name */
    uint32_t quota, reserved;
} gs_scenario_vc;

typedef struct gs_scenario_cluster {
    gpusim_list nodes;            /* gs_scenario_group */
    gpusim_list virtual_clusters; /* gs_scenario_vc */
} gs_scenario_cluster;

typedef struct gs_scenario_telemetry {
    uint8_t present, reserved[7];
    gpusim_time every;
    gpusim_list metrics; /* const char *; empty: all */
} gs_scenario_telemetry;

typedef struct gs_scenario_trace {
    const char *path; /* NULL: none */
} gs_scenario_trace;

/* A timed action. */
typedef struct gs_scenario_action {
    gpusim_time at;
    int32_t what; /* gpusim_action */
    int32_t reserved;
    const char *job;  /* NULL: not of a job */
    const char *node; /* NULL: not of a node */
} gs_scenario_action;

typedef struct gs_scenario {
    int64_t format;
    const char *name;
    uint64_t seed;
    gpusim_time duration; /* GPUSIM_TIME_MAX: not given */
    int32_t until;        /* 1: drained */
    int32_t replay;       /* 0: by the scheduler; 1: recorded starts */
    int32_t walltime;     /* 0: extend, 1: kill */
    int32_t reserved;
    gpusim_time grace; /* after the walltime, before a job is killed */
    gs_scenario_cluster cluster;
    gpusim_list workload;    /* as workload/tables.h */
    gpusim_one_of scheduler; /* as policy/tables.h */
    gs_scenario_telemetry telemetry;
    gs_scenario_trace trace;
    gpusim_list actions; /* gs_scenario_action */
} gs_scenario;

#endif
