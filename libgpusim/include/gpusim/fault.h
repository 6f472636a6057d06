/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The catalogue of faults, in words, and the mixes of causes that were measured. */
#ifndef GPUSIM_FAULT_H
#define GPUSIM_FAULT_H

#include <gpusim/field.h>
#include <gpusim/model.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct gpusim_fault_kind {
    const char *name;    /* "node-crash" */
    const char *strikes; /* "GPU", "node", "rack" or "cluster" */
    const char *doc;     /* what it is */
    const char *does;    /* to power, heat, clocks, memory, network */
    const char *shows;   /* in telemetry */
    const char *jobs;    /* what they suffer */
    const char *ends;    /* what ends it when its rule has no `for:`; NULL: it is over at once */
    const char *source;
    const gpusim_record *record; /* the keys of its rules */
} gpusim_fault_kind;

/* Fills in the kind of that number, counted from 0; returns 0 when there is none. */
GPUSIM_API int gpusim_fault_kind_at(uint32_t number, gpusim_fault_kind *kind);

/* A cause of a mix: at scale 1 each target of its kind is struck once in `hours`, in the mean. What
 * it leaves out is 0. */
typedef struct gpusim_fault_cause {
    const char *name; /* "faulty-gpu" */
    const char *kind;
    double count; /* as the source counts it */
    double hours; /* of a GPU, or of a node where the kind strikes nodes */
    double lasts; /* h: an exponential of that mean; 0: as its kind ends */
    double least; /* its kind's first parameter, which nothing else may be; 0: the kind has none */
    double tail;  /* that is the least of a Pareto distribution of this shape; 0: it is constant */
} gpusim_fault_cause;

typedef struct gpusim_fault_mix {
    const char *name; /* "llama3" */
    const char *doc;
    const char *source;
    double gpu_hours, node_hours; /* in which the causes were counted */
    const gpusim_fault_cause *causes;
    uint32_t count;
    uint32_t reserved;
} gpusim_fault_mix;

GPUSIM_API const gpusim_fault_mix *gpusim_fault_mixes(uint32_t *count);

/* A rule of a model. */
typedef struct gpusim_fault_rule {
    const char *name, *kind;
    double per_day;   /* strikes on all targets in the long run, lemons and bursts counted, at the
                       * nominal temperature, were all up all the time; NaN: it has no clock */
    uint32_t targets; /* 0: as listed */
    uint32_t listed;  /* strikes in its file */
} gpusim_fault_rule;

/* Fills in rule `i`, in the order of the scenario, mixes taken apart; 0 when there is none. */
GPUSIM_API int gpusim_model_fault_rule(const gpusim_model *model, uint32_t i,
                                       gpusim_fault_rule *rule);

#ifdef __cplusplus
}
#endif
#endif
