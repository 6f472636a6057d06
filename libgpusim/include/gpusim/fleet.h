/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who looks after the nodes of a model: heartbeats, actions that fail, crews, maintenance, spares,
 * groups that grow, and rules that act. */
#ifndef GPUSIM_FLEET_H
#define GPUSIM_FLEET_H

#include <gpusim/model.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct gpusim_fleet_info {
    uint32_t size;                              /* filled by gpusim_model_fleet_get */
    uint32_t crews;                             /* GPUSIM_NONE: as many as are needed */
    gpusim_time heartbeat_every, offline_after; /* 0: nobody listens */
    uint32_t control;           /* 1: actions on nodes that cannot be reached fail */
    uint32_t retries, failures; /* of one action; in a row, until the circuit breaker opens */
    uint32_t timed_actions;
    gpusim_time backoff, open;
    double delay;          /* s by which rules and detectors see samples later, in the mean; 0: at
                            * once */
    uint32_t delay_varies; /* 1: it is drawn for each */
    uint32_t reserved;
} gpusim_fleet_info;

#define gpusim_model_fleet_get(model, info)                                                        \
    gpusim_model_fleet_fill((model), (info), (uint32_t)sizeof(gpusim_fleet_info))
GPUSIM_API void gpusim_model_fleet_fill(const gpusim_model *model, gpusim_fleet_info *info,
                                        uint32_t size);

/* A maintenance window. */
typedef struct gpusim_fleet_window {
    const char *name;
    gpusim_time at, span, ahead;
    gpusim_time every; /* GPUSIM_TIME_MAX: once */
    uint32_t nodes, reserved;
} gpusim_fleet_window;

/* Fills in window `i`, in the order of the scenario; 0 when there is none. So below. */
GPUSIM_API int gpusim_model_window(const gpusim_model *model, uint32_t i,
                                   gpusim_fleet_window *window);

/* A group of which not all nodes are in service; both counts 0: all are. */
typedef struct gpusim_fleet_pool {
    uint32_t nodes;  /* that are there at first */
    uint32_t most;   /* that there may be */
    uint32_t spares; /* of the first, that stand by */
    uint32_t queue;  /* jobs that make it grow; 0: it does not */
    uint32_t step, reserved;
    gpusim_time join, idle;
} gpusim_fleet_pool;

/* Of group `group`; 0 when all of its nodes are in service. */
GPUSIM_API int gpusim_model_pool(const gpusim_model *model, uint32_t group,
                                 gpusim_fleet_pool *pool);

/* A rule of `response:`. */
typedef struct gpusim_fleet_rule {
    const char *name;
    const char *metric;   /* NULL: it is about a state, or a detector's alerts */
    const char *detector; /* whose alerts; NULL: it is about a metric or a state */
    const char *group;    /* NULL: all nodes */
    uint32_t action;      /* gpusim_action; with `cheapest` the last resort */
    uint32_t state;       /* as the scenario's table has it: gpusim_node_state, or offline */
    gpusim_time hold, delay;
    gpusim_time keep; /* what was done is not undone sooner */
    double threshold;
    uint8_t below;    /* else above */
    uint8_t cheapest; /* it chooses among several */
    uint8_t undo;
    uint8_t reserved[5];
} gpusim_fleet_rule;

GPUSIM_API int gpusim_model_response(const gpusim_model *model, uint32_t i,
                                     gpusim_fleet_rule *rule);

/* A detector that watches the GPUs of the run. */
typedef struct gpusim_fleet_detector {
    const char *name, *module;
    uint32_t metrics;
    int32_t class_;    /* gpusim_anomaly_class; -1: that of the metric */
    double threshold;  /* NaN: the `quantile` of what it scored while it learnt */
    double quantile;   /* 0 .. 1 */
    gpusim_time learn; /* samples up to then are learnt from; 0: the first alone */
    gpusim_time hold;  /* before an alert is raised */
    uint8_t learnt;    /* 1: it learnt elsewhere */
    uint8_t reserved[7];
} gpusim_fleet_detector;

GPUSIM_API int gpusim_model_detector(const gpusim_model *model, uint32_t i,
                                     gpusim_fleet_detector *detector);

#ifdef __cplusplus
}
#endif
#endif
