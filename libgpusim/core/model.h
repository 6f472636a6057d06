/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a model holds. scenario/compile.c fills it; nobody changes it afterwards. */
#ifndef GS_CORE_MODEL_H
#define GS_CORE_MODEL_H

#include <gpusim/detector.h>
#include <gpusim/model.h>

#include "base/array.h"
#include "base/names.h"
#include "chaos/chaos.h"
#include "cluster/cluster.h"
#include "cluster/hardware.h"
#include "policy/policy.h"
#include "policy/selector.h"
#include "policy/share.h"
#include "telemetry/series.h"
#include "workload/workload.h"

/* An action of the scenario, its names looked up. */
typedef struct gs_timed_action {
    gpusim_time at;
    double value;    /* of a cap: W, INFINITY: lifted; else as in gpusim_action_row */
    uint32_t what;   /* gpusim_action */
    uint32_t entity; /* the GPU, node or rack; GPUSIM_NONE: a job, or every GPU */
    uint32_t
        source; /* of the job: name of its source, or GPUSIM_NONE when `name` is its own name */
    uint32_t name;
    int64_t id;
} gs_timed_action;

/* Which jobs and which time are measured (definitions 17 and 18). */
typedef struct gs_cohort {
    gpusim_time from, to; /* jobs submitted from `from` on and before `to`; and the window */
    uint64_t first, last; /* numbers in order of submission, both included */
    double starvation;    /* times its run time that a job may wait */
} gs_cohort;

/* A rule by which somebody acts on what telemetry shows. */
typedef struct gs_response {
    double threshold, until; /* it begins at the one, and is over beyond the other */
    double value;            /* of the action, as in gpusim_action_row */
    double undo_value;       /* of `undo`; of a cap INFINITY: lifted */
    double cost;             /* of each action */
    gpusim_time hold, delay;
    uint32_t metric;   /* its place in `metrics`; GPUSIM_NONE: the state of nodes, or a detector */
    uint32_t detector; /* its place in `detectors`; GPUSIM_NONE: a metric or the state of nodes */
    uint32_t state;    /* gpusim_node_state */
    uint32_t group;    /* whose nodes; GPUSIM_NONE: all */
    uint32_t cluster;  /* the same */
    uint32_t what;     /* gpusim_action */
    uint32_t undo;     /* gpusim_action once it is over; GPUSIM_NONE: nothing */
    uint32_t who;      /* name */
    uint32_t budget;   /* actions a day; GPUSIM_NONE: no limit */
    uint32_t below;    /* 1: at or below the threshold, not at or above */
    uint32_t of_gpu;   /* 1: what is done is done to the GPU, not to its node */
    uint32_t remedy;   /* 1: what is done is chosen by what it costs; `what` then isolates */
    gpusim_time keep;  /* what was done is not taken back sooner */
} gs_response;

/* A detector that watches the GPUs of the run. */
typedef struct gs_detector {
    const gpusim_module *module;
    const void *parameters; /* its record; NULL: it has none */
    gpusim_scene scene;
    const uint32_t *metrics; /* [signals]: places in `watched` */
    double threshold;        /* NaN: the quantile of what it scored while it learnt */
    double quantile;
    gpusim_time learn;  /* samples up to then are learnt from; 0: the first alone */
    gpusim_time hold;   /* an alert is raised once its score has been as high for so long */
    gpusim_time clear;  /* ... and is over once it has been lower for longer than this */
    const void *learnt; /* what it learnt elsewhere, as gpusim_watcher_save writes it; NULL: here */
    uint64_t learnt_bytes; /* of that */
    uint32_t name;
    int32_t class_; /* gpusim_anomaly_class; -1: that of the metric */
} gs_detector;

/* What a bad state of a node is taken to waste, and what it costs to do something about it. */
typedef struct gs_remedies {
    double slow, fan, heat;      /* $/h: of a GPU below its clock, of full fans, of a hot GPU */
    double fan_above, hot_above; /* %, degC */
    double ignore_below, isolate_above; /* $/h */
    double meltdown;                    /* degC: isolated, whatever it wastes */
    double repair, restart;             /* $ each */
    gpusim_time takes;                  /* a restart */
    gpusim_time again;                  /* who comes back sooner has been treated in vain */
} gs_remedies;

/* Rules about the state of nodes: what a monitor has seen, beside gpusim_node_state. */
#define GS_SEEN_OFFLINE 100u

/* Heartbeats; every 0: nobody listens. */
typedef struct gs_heartbeat {
    gpusim_time every, offline_after;
} gs_heartbeat;

/* Actions on nodes that cannot be reached. */
typedef struct gs_control {
    gpusim_time backoff, open;
    uint32_t retries, failures;
    uint32_t present; /* 0: whatever is done works */
    uint32_t reserved;
} gs_control;

/* A maintenance window. */
typedef struct gs_maintenance {
    gpusim_time at, span, ahead;
    gpusim_time every;     /* GPUSIM_TIME_MAX: once */
    const uint32_t *nodes; /* [count], rising */
    uint32_t count;
    uint32_t who; /* name */
} gs_maintenance;

/* A group whose nodes are not all in service. */
typedef struct gs_pool {
    gpusim_time join, idle;
    uint32_t count;  /* nodes that are there at first, spares included */
    uint32_t spares; /* 0: none */
    uint32_t queue;  /* jobs that make it grow; 0: it does not */
    uint32_t step;
    uint32_t who; /* name */
    uint32_t reserved;
} gs_pool;
/* The workload M that fragmentation is measured against. */
typedef enum gs_target {
    GS_TARGET_WORKLOAD, /* that of the scenario */
    GS_TARGET_FILE,
    GS_TARGET_WINDOW, /* the last jobs submitted */
} gs_target;

struct gpusim_model {
    gpusim_model_info info;
    gs_arena arena;
    gs_names *names;
    gs_cluster cluster;
    gs_hardware hardware;
    gs_cut *cuts; /* by group; NULL: no job shares a GPU */
    uint32_t *group_by_name, *vc_by_name, *cluster_by_name; /* [looked_up]: by number of a name */
    uint32_t looked_up;
    uint64_t *models_by_name; /* [models_known]: GPU models that a name stands for, as in
                               * gpusim_job_info; NULL: no job names any */
    uint32_t models_known;
    gs_selector *selectors;     /* [selector_count] */
    uint32_t *selector_by_name; /* [selector_names]: its number from 1; 0: none; NULL: nobody
                                 * has one */
    uint32_t selector_count, selector_names;
    gs_array run_times; /* double, a row of groups for each kind: how long it runs there over its
                         * duration; empty where all are 1 */
    gs_array
        kind_models;    /* uint64_t, by row: GPU models it may use, as in gpusim_job_info; 0: any */
    uint32_t *kind_row; /* [kinds_known]: by name of a kind, its row; GPUSIM_NONE: it has none */
    uint32_t kinds_known;
    gs_array vcs; /* gpusim_vc_info, `used` and `queued` zero */
    gs_workload workload;
    uint32_t *dependents_first; /* [jobs + 1] in dependents; NULL: nobody depends on anybody */
    uint32_t *dependents;       /* log jobs */
    gs_setup setup;
    gs_array actions;        /* gs_timed_action */
    gs_array responses;      /* gs_response */
    gs_array detectors;      /* gs_detector */
    gs_series *watched;      /* [watched_count]: what detectors look at, by name */
    uint32_t *watched_names; /* beside it: their names */
    uint32_t watched_rates;  /* counters among these */
    uint32_t watched_count;
    gs_remedies remedies;
    gs_heartbeat heartbeat;
    gs_control control;
    gs_array windows;     /* gs_maintenance */
    const gs_pool *pools; /* by group; NULL: all nodes are in service */
    gs_chaos chaos;       /* in the arena */
    uint32_t *metrics;
    uint32_t metric_count;
    uint32_t delayed;       /* 1: detectors and rules see samples later, ... */
    gs_distribution delay;  /* ... by so many seconds */
    gpusim_demand *demands; /* [demand_count]: M of a file */
    uint32_t demand_count;
    uint32_t target;        /* gs_target */
    uint32_t target_window; /* jobs */
    uint8_t fragmentation;  /* 1: it was asked for */
    gs_array warnings;      /* const char * */
    gs_array loads;         /* gpusim_load */
    gs_cohort measure;
    gpusim_time resample; /* the period of a log that is drawn anew for each seed; 0: none is */
    gpusim_time grace;
    uint8_t until_drained;
    uint8_t until_cohort;
    uint8_t until_arrived;
    uint8_t no_fit_fails; /* a job that finds no place fails at once */
    uint8_t replay;       /* recorded starts */
    uint8_t kill_log;     /* walltime limits end jobs of logs */
    uint8_t kill_other;   /* ... and all others */
    uint32_t name_scenario, name_scheduler, name_api, name_replay; /* who acts */
};

/* An empty model; gpusim_model_destroy releases whatever has been filled in. */
gpusim_status gs_model_create(gpusim_model **model, gpusim_error *err);

/* Fills dependents from the workload's extras. */
gpusim_status gs_model_index_dependents(gpusim_model *model, gpusim_error *err);

/* Why a cluster without other jobs could not run one of this request (gpusim_job_reason); 0: it
 * could. Looks at sums over nodes, not at how a placement would cut the job: that is asked in a
 * run, once a shape (gs_shape_misfit), since only a run has a policy. */
uint32_t gs_model_misfit(const gpusim_model *model, const gpusim_job_info *job);

/* 1 when a node has fans whose speed can be told: core/fans.c. */
int gs_node_has_fans(const gpusim_model *model, uint32_t node);

/* How GPUs are shared, once hardware and workload are there: fills cuts. */
gpusim_status gs_model_share(gpusim_model *model, gpusim_error *err);
/* Thousandths of each of its GPUs that a job takes: its share, or that of its MIG profile. */
uint32_t gs_model_milli(const gpusim_model *model, const gs_job *job);

/* Makes the three functions below know the groups, clusters and virtual clusters there are:
 * O(names). */
gpusim_status gs_model_index_names(gpusim_model *model, gpusim_error *err);

/* The virtual cluster, node group or cluster of that name, or GPUSIM_NONE (also for name 0). */
uint32_t gs_model_find_vc(const gpusim_model *model, uint32_t name);
uint32_t gs_model_find_group(const gpusim_model *model, uint32_t name);
uint32_t gs_model_find_cluster(const gpusim_model *model, uint32_t name);
/* The factor of a kind on a group; 1 where nothing is said. */
double gs_model_run_time(const gpusim_model *model, uint32_t group, uint32_t kind);
/* The row of a kind in run_times, made of ones if there is none yet. */
gpusim_status gs_model_kind_row(gpusim_model *model, uint32_t kind, uint32_t *row,
                                gpusim_error *err);
/* The least factor of a kind on any group. */
double gs_model_least_run_time(const gpusim_model *model, uint32_t kind);
/* The node of that name, or GPUSIM_NONE. O(groups). */
uint32_t gs_model_find_node(const gpusim_model *model, const char *name);

/* Looks up the GPU models that jobs ask for, once the workload is there; and what a job's name
 * means by bits. A job without GPUs may run anywhere. */
gpusim_status gs_model_index_models(gpusim_model *model, gpusim_error *err);
uint64_t gs_model_find_models(const gpusim_model *model, const gs_job *job);
/* The same of a text, "A|B"; 0 for none. */
uint64_t gs_model_bits_of_models(const gpusim_model *model, const char *text);

/* The same of selectors: looks up the nodes that they mean. O(selectors x groups), and O(nodes) for
 * each that names nodes. What a job's selector is called in gpusim_job_info, and its name. */
gpusim_status gs_model_index_selectors(gpusim_model *model, gpusim_error *err);
uint32_t gs_model_find_selector(const gpusim_model *model, const gs_job *job);
uint32_t gs_selector_name(const gpusim_model *model, const gpusim_job_info *job);

/* Adds a warning; the text is copied. */
gpusim_status gs_model_warn(gpusim_model *model, gpusim_error *err, const char *format, ...)
    GPUSIM_PRINTF(3, 4);

#endif
