/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A small scenario of the tests' own, with a field of every kind. */
#ifndef TESTS_SCENARIO_TOY_H
#define TESTS_SCENARIO_TOY_H

#include <gpusim/field.h>

enum { TOY_DRAINED = -1 };
enum { TOY_FIFO, TOY_SJF, TOY_LAS };

typedef struct toy_group {
    const char *name;
    uint64_t memory; /* UINT64_MAX: absent */
    double power;    /* NaN: absent */
    float share;
    uint32_t count;
} toy_group;

typedef struct toy_tenant {
    const char *key;
    uint32_t quota, reserved;
} toy_tenant;

typedef struct toy_label {
    const char *key;
    const char *text;
} toy_label;

typedef struct toy_cluster {
    gpusim_list nodes;   /* toy_group */
    gpusim_list tenants; /* toy_tenant */
    gpusim_list labels;  /* toy_label */
} toy_cluster;

typedef struct toy_composition {
    int32_t order;
    uint8_t blocking, reserved[3];
    gpusim_time quantum;
} toy_composition;

typedef struct toy_random {
    int32_t salt;
} toy_random;

typedef struct toy_uniform {
    double min, max;
} toy_uniform;

typedef struct toy_weight {
    const char *key;
    double weight;
} toy_weight;

typedef struct toy_telemetry {
    uint8_t present, reserved[7];
    gpusim_time every;
    gpusim_list metrics; /* const char * */
} toy_telemetry;

typedef struct toy_trace {
    const char *path;
} toy_trace;

typedef struct toy_daily {
    double day, night;
    gpusim_time repeat;
} toy_daily;

typedef struct toy {
    const char *name; /* NULL: absent */
    uint64_t seed;
    gpusim_time duration;
    toy_cluster cluster;
    gpusim_one_of scheduler; /* toy_composition, toy_random, nothing */
    gpusim_one_of size;      /* double, toy_uniform, list of toy_weight, list of double */
    toy_telemetry telemetry;
    gpusim_list matrix; /* gpusim_list of int32_t */
    gpusim_list work;   /* gpusim_one_of: toy_trace, list of gpusim_time */
    gpusim_one_of cap;  /* double, toy_daily */
} toy;

extern const gpusim_record toy_record;

#endif
