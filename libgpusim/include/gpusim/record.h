/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a run tells its observers: rows of tables and samples of metrics. Each table is declared
 * once (gpusim_table_record); its HDF5 columns, CSV headers and docs are made from that. */
#ifndef GPUSIM_RECORD_H
#define GPUSIM_RECORD_H

#include <stdint.h>

#include <gpusim/field.h>
#include <gpusim/types.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum gpusim_table {
    GPUSIM_TABLE_JOBS, /* a row as each job ends; the unfinished at the end of the run */
    GPUSIM_TABLE_EVENTS,
    GPUSIM_TABLE_DECISIONS,
    GPUSIM_TABLE_ALLOCATIONS, /* a row as each allocation ends */
    GPUSIM_TABLE_ACTIONS,
    GPUSIM_TABLE_NODES, /* constant: told once, at the beginning */
    GPUSIM_TABLE_GPUS,
    GPUSIM_TABLE_RACKS,
    GPUSIM_TABLE_FAULTS, /* a row as each fault ends; those that have not at the end of the run */
    GPUSIM_TABLE_FRAGMENTATION, /* a row as it changes; empty where nobody asks for it */
    GPUSIM_TABLE_ALERTS, /* a row as each alert ends; those that have not at the end of the run */
    GPUSIM_TABLE_COUNT
} gpusim_table;

/* Structs have no padding; NAME columns index the names. Times GPUSIM_TIME_MAX: never. */
typedef struct gpusim_job_row {
    uint64_t index; /* submission order */
    int64_t id;     /* the log's own number, or the ordinal within its source */
    gpusim_time submit, start, end, wait, duration, walltime;
    gpusim_time done, slowed, checkpointing, redone, restarting, hung; /* together the time that it
                                                                        * held GPUs */
    double energy_j, energy_gpu_j; /* NaN where nothing has power */
    uint32_t name, source, user, vc;
    uint32_t gpus, cpus, preemptions, restarts;
    uint64_t memory;
    uint32_t milli;    /* thousandths of each of its GPUs */
    uint32_t mig;      /* name of the MIG profile that it wants of each; 0: none */
    uint32_t failures; /* attempts that faults ended */
    uint8_t state;     /* gpusim_job_state */
    uint8_t reason;    /* gpusim_job_reason */
    uint8_t reserved[2];
    uint32_t cpu_milli;  /* thousandths of a core beside `cpus` */
    uint32_t gpu_models; /* name: the GPU models that it may use, "A|B"; 0: any */
    uint32_t selector;   /* name: the labels that its nodes must have; 0: none */
    uint32_t reserved2;
    uint64_t storage;
} gpusim_job_row;

/* 1 when a selector ("zone=a|b,node=n-0003") means a node with these labels ("zone=a,disk=ssd") and
 * this name: each label that it names must have one of its values; the label `node` is the name. */
GPUSIM_API int gpusim_selector_means(const char *selector, const char *labels, const char *node);

typedef enum gpusim_job_reason {
    GPUSIM_REASON_NONE,
    GPUSIM_REASON_RECORDED, /* the log says so */
    GPUSIM_REASON_WALLTIME,
    GPUSIM_REASON_TOO_LARGE, /* can never fit: GPUs, or GPUs of its group */
    GPUSIM_REASON_NO_CPUS,
    GPUSIM_REASON_NO_MEMORY,
    GPUSIM_REASON_NO_GPU_MEMORY,
    GPUSIM_REASON_OVER_QUOTA, /* more than its VC's whole quota */
    GPUSIM_REASON_USER,       /* cancelled by an action */
    GPUSIM_REASON_SCHEDULER,  /* cancelled by a decision */
    GPUSIM_REASON_PREEMPTED,
    GPUSIM_REASON_HORIZON,      /* the run ended first */
    GPUSIM_REASON_NO_PLACEMENT, /* the scheduler's placement takes it on no cluster like this */
    GPUSIM_REASON_NO_MIG,       /* no GPU it may use is cut into such MIG instances */
    GPUSIM_REASON_CUT,          /* the GPUs it may use are cut into MIG instances */
    GPUSIM_REASON_GPU_LOST,     /* one of its GPUs turned itself off */
    GPUSIM_REASON_GPU_MEMORY,   /* it ran out of memory on one of its GPUs */
    GPUSIM_REASON_NODE_FAIL,    /* one of its nodes failed */
    GPUSIM_REASON_GPU_ERROR,    /* an error of one of its GPUs */
    GPUSIM_REASON_HANG,         /* it waited for peers until its collective timed out */
    GPUSIM_REASON_FAULT,        /* another fault */
    GPUSIM_REASON_NO_GPU_MODEL, /* no GPU is of a model that it may use */
    GPUSIM_REASON_CORRUPTED,    /* somebody found its work to be wrong */
    GPUSIM_REASON_NO_FIT,       /* there was no place for it, and jobs do not wait */
    GPUSIM_REASON_NO_NODE,      /* wants more than there is on nodes that its selector means */
    GPUSIM_REASON_NO_STORAGE,
} gpusim_job_reason;

typedef enum gpusim_event_type {
    GPUSIM_EVENT_SUBMIT,
    GPUSIM_EVENT_START,
    GPUSIM_EVENT_END, /* detail: the final state */
    GPUSIM_EVENT_PREEMPT,
    GPUSIM_EVENT_MIGRATE,
    GPUSIM_EVENT_NODE,         /* entity: node; detail: its new state */
    GPUSIM_EVENT_THROTTLE,     /* entity: GPU; detail: its throttle bits now, 0: it is over */
    GPUSIM_EVENT_GPU_OFF,      /* entity: GPU; detail: XID */
    GPUSIM_EVENT_NODE_CAP,     /* entity: node; detail: 1 its cap cannot be held, 0 it can again */
    GPUSIM_EVENT_RACK_CAP,     /* the same of a rack */
    GPUSIM_EVENT_CHECKPOINT,   /* a job begins to write one; detail: its work by then, ns */
    GPUSIM_EVENT_CHECKPOINTED, /* it is complete; detail: the work that it keeps, ns */
    GPUSIM_EVENT_FAIL, /* a job loses its GPUs to a fault; detail: why (gpusim_job_reason) */
    GPUSIM_EVENT_HANG, /* of a job; detail: 1 it begins, 0 it is over */
    GPUSIM_EVENT_CHECKPOINT_LOST, /* it could not be completed; detail: the work that it had, ns */
    GPUSIM_EVENT_XID,             /* entity: GPU; detail: the error that its driver logs */
    GPUSIM_EVENT_OFFLINE, /* of a node; detail: 1 it has not been heard for too long, 0 it is again
                           */
    GPUSIM_EVENT_LEARNT,  /* entity: a detector, from 1; detail: its name */
    GPUSIM_EVENT_ALERT,   /* of a GPU; detail: the detector's number from 1, below 0: it is over */
    GPUSIM_EVENT_RESIZE,  /* of a job; detail: GPUs that it has now */
} gpusim_event_type;

typedef struct gpusim_event_row {
    gpusim_time time;
    uint64_t entity; /* job index, node, GPU or rack */
    int64_t detail;
    uint8_t type; /* gpusim_event_type */
    uint8_t reserved[7];
} gpusim_event_row;

typedef struct gpusim_decision_row {
    gpusim_time time;
    uint64_t job;
    double score;        /* NaN: none */
    double second_score; /* of the node that came second; NaN: none */
    uint32_t node;       /* of the first part; GPUSIM_NONE: none */
    uint32_t second;     /* the node that came second; GPUSIM_NONE: none */
    uint32_t gpus;
    uint32_t reason; /* name */
    uint8_t what;    /* gpusim_decision */
    uint8_t refused; /* gpusim_refusal */
    uint8_t reserved[6];
} gpusim_decision_row;

typedef enum gpusim_decision {
    GPUSIM_DECISION_START,
    GPUSIM_DECISION_PREEMPT,
    GPUSIM_DECISION_MIGRATE,
    GPUSIM_DECISION_CANCEL,
    GPUSIM_DECISION_RESIZE,
} gpusim_decision;

typedef struct gpusim_allocation_row {
    uint64_t job;
    gpusim_time start, end;
    uint32_t attempt; /* from 1 */
    uint32_t node;
    uint32_t first_gpu; /* within the node */
    uint32_t gpus;      /* adjacent ones */
    uint32_t milli;     /* thousandths of each */
    uint32_t mig;       /* name of the MIG profile of its instance; 0: none */
    uint32_t slices;    /* bits of that instance's memory slices */
    uint32_t reserved;
} gpusim_allocation_row;

typedef struct gpusim_action_row {
    gpusim_time time;
    double value;
    uint64_t entity;
    uint32_t who;    /* name: scenario, scheduler, api, replay */
    uint8_t what;    /* gpusim_action */
    uint8_t outcome; /* gpusim_action_outcome */
    uint8_t reserved[2];
} gpusim_action_row;

typedef enum gpusim_action_outcome {
    GPUSIM_OUTCOME_DONE,
    GPUSIM_OUTCOME_FAILED,  /* the node could not be reached */
    GPUSIM_OUTCOME_REFUSED, /* not tried: it has failed too often of late */
} gpusim_action_outcome;

typedef enum gpusim_action {
    GPUSIM_ACTION_CANCEL_JOB,
    GPUSIM_ACTION_DRAIN, /* value: 1: its jobs were queued again */
    GPUSIM_ACTION_UNDRAIN,
    GPUSIM_ACTION_CAP_GPU, /* value: W; NaN: lifted */
    GPUSIM_ACTION_CAP_NODE,
    GPUSIM_ACTION_CAP_RACK,
    GPUSIM_ACTION_PSTATE, /* of a node's CPUs; value: the state */
    GPUSIM_ACTION_CORDON,
    GPUSIM_ACTION_UNCORDON,
    GPUSIM_ACTION_KILL,
    GPUSIM_ACTION_REPAIR,
    GPUSIM_ACTION_REBOOT, /* value: s that it is down */
    GPUSIM_ACTION_REMOVE,
    GPUSIM_ACTION_ADD,
    GPUSIM_ACTION_FAN,   /* value: share of full speed; NaN: automatic */
    GPUSIM_ACTION_RESET, /* of a GPU */
    GPUSIM_ACTION_PAUSE,
    GPUSIM_ACTION_RESUME,
    GPUSIM_ACTION_REQUEUE, /* of a node; value: of which of its GPUs, NaN: of all */
    GPUSIM_ACTION_IGNORE,  /* nothing: somebody has looked at a node and lets it be */
    GPUSIM_ACTION_MOVE,    /* as GPUSIM_ACTION_REQUEUE, but the node takes other jobs */
} gpusim_action;

typedef struct gpusim_node_row {
    uint64_t memory, storage; /* storage 0: no limit */
    uint32_t node, name, group, rack, gpu_model, gpus, first_gpu, cpus;
    uint32_t cpu_milli; /* thousandths of a core beside `cpus` */
    uint32_t cluster;   /* name; 0: none is named */
    uint32_t labels;    /* name: "zone=a,disk=ssd"; 0: none */
    uint32_t reserved;
} gpusim_node_row;

typedef struct gpusim_gpu_row {
    uint32_t gpu, node, slot, model;
    uint32_t product; /* what the driver calls the model: "NVIDIA H100 80GB HBM3" */
} gpusim_gpu_row;

typedef struct gpusim_rack_row {
    uint32_t rack, name, first_node, nodes;
} gpusim_rack_row;

/* What stands idle and what of it is no use (see gpusim_view_fragmentation), in thousandths of
 * GPUs, from this time on. */
typedef struct gpusim_fragmentation_row {
    gpusim_time time;
    double useless;
    uint64_t idle; /* of nodes that are up */
    uint64_t used;
} gpusim_fragmentation_row;

/* The truth about a fault, whatever anybody could see of it. */
typedef struct gpusim_fault_row {
    uint64_t index, root;                  /* root: the fault that brought it along, or itself */
    gpusim_time start, end;                /* end GPUSIM_TIME_MAX: it has not ended */
    gpusim_time first_effect, last_effect; /* on a job, or on what a monitor could see */
    double p0, p1, p2, p3;                 /* the kind's parameters, in their order */
    uint32_t entity, rule, kind;           /* the number of what it struck; names */
    uint32_t jobs_hit;
    uint8_t scope;      /* gpusim_entity */
    uint8_t observable; /* 0: it leaves no sign */
    uint8_t reserved[2];
    uint32_t corrupted; /* jobs that completed with what it had made of their work */
} gpusim_fault_row;

/* What a detector made of telemetry. */
typedef struct gpusim_alert_row {
    gpusim_time time;  /* it was raised */
    gpusim_time begin; /* the first sample with a score as high as the threshold */
    gpusim_time end;   /* the last; GPUSIM_TIME_MAX: the run ended first */
    double score;      /* the highest */
    double threshold;
    uint32_t entity;
    uint32_t detector; /* name */
    uint32_t cause;    /* name of the metric that spoke most for it at its highest; 0: none */
    uint8_t scope;     /* gpusim_entity */
    uint8_t class_;    /* gpusim_anomaly_class */
    uint8_t reserved[2];
} gpusim_alert_row;

/* Where the cause of something anomalous lies. */
typedef enum gpusim_anomaly_class {
    GPUSIM_ANOMALY_NONE,
    GPUSIM_ANOMALY_COOLING,
    GPUSIM_ANOMALY_POWER,
    GPUSIM_ANOMALY_MEMORY,
    GPUSIM_ANOMALY_NETWORK,
    GPUSIM_ANOMALY_STRAGGLER,
    GPUSIM_ANOMALY_JOB,
    GPUSIM_ANOMALY_SENSOR,
    GPUSIM_ANOMALY_NODE,
    GPUSIM_ANOMALIES
} gpusim_anomaly_class;

/* They by name; a name NULL ends the list. */
GPUSIM_API const gpusim_choice *gpusim_anomaly_classes(void);
/* The class that a metric speaks for, and that of a kind of faults, by name; GPUSIM_ANOMALY_NONE:
 * of none. */
GPUSIM_API gpusim_anomaly_class gpusim_class_of_metric(const char *metric);
GPUSIM_API gpusim_anomaly_class gpusim_class_of_fault(const char *kind);

/* The table's columns and its name ("jobs", "cluster/nodes", ...). */
GPUSIM_API const gpusim_record *gpusim_table_record(gpusim_table table);

/* ---- telemetry ---- */

typedef enum gpusim_entity {
    GPUSIM_OF_GPU,
    GPUSIM_OF_NODE,
    GPUSIM_OF_RACK,
    GPUSIM_OF_CLUSTER
} gpusim_entity;

/* Sets of metrics that a scenario may name; `all` has every one. */
enum {
    GPUSIM_SET_DEFAULT = 1 << 0, /* what is sampled when the scenario does not say */
    GPUSIM_SET_DCGM = 1 << 1,    /* a device's fields */
    GPUSIM_SET_PROFILING = 1 << 2,
    GPUSIM_SET_NODE = 1 << 3, /* of nodes, racks and the facility */
    GPUSIM_SET_ALL = 1 << 4,
};

/* How a sensor's noise enters a reading. */
typedef enum gpusim_metric_noise {
    GPUSIM_NOISE_NONE,
    GPUSIM_NOISE_TEMPERATURE, /* added: the GPU model's sensor.temperature_noise */
    GPUSIM_NOISE_POWER, /* a share of it: sensor.power_noise; and readings under load overshoot */
} gpusim_metric_noise;

typedef struct gpusim_metric {
    const char *name; /* "gpu_util" */
    const char *dcgm; /* "DCGM_FI_DEV_GPU_UTIL", or NULL */
    uint16_t dcgm_id; /* 203, or 0 */
    uint8_t entity;   /* gpusim_entity */
    uint8_t type;     /* GPUSIM_FLOAT32: a gauge (missing: NaN); GPUSIM_UINT64: a counter;
                       * GPUSIM_UINT32:     bits (missing: the type's maximum) */
    uint32_t unit;    /* gpusim_unit */
    uint32_t sets;    /* GPUSIM_SET bits */
    double step;      /* that the sensor reads in; 0: as fine as the type */
    uint8_t noise;    /* gpusim_metric_noise */
    uint8_t physical; /* 1: needs power and heat; missing, and left out of sets, without */
    uint8_t reserved[6];
    const char *doc;
} gpusim_metric;

/* All metrics this version knows; *count of them. The index is the metric's number. */
GPUSIM_API const gpusim_metric *gpusim_metrics(uint32_t *count);

/* The sets by name, `value` being their bit; a name NULL ends the list. */
GPUSIM_API const gpusim_choice *gpusim_metric_sets(void);

/* What stands in a column of `nvidia-smi --query-gpu`. */
typedef enum gpusim_smi_kind {
    GPUSIM_SMI_TIMESTAMP,
    GPUSIM_SMI_INDEX,
    GPUSIM_SMI_NAME,
    GPUSIM_SMI_UUID,
    GPUSIM_SMI_BUS,
    GPUSIM_SMI_DRIVER,
    GPUSIM_SMI_NUMBER, /* with its unit */
    GPUSIM_SMI_WATTS,  /* two decimals */
    GPUSIM_SMI_PSTATE, /* P0 */
    GPUSIM_SMI_MASK,
    GPUSIM_SMI_BIT
} gpusim_smi_kind;

/* What it may be asked as, what stands in the header, and where it comes from. */
typedef struct gpusim_smi_column {
    const char *query, *alias; /* the header is `query`; alias may be NULL */
    const char *unit;          /* "W": in the header as " [W]", behind values as " W" */
    const char *metric;        /* of a GPU; NULL: none */
    gpusim_smi_kind kind;
    uint32_t bit;
    const char *missing;
} gpusim_smi_column;

/* All columns this version knows; *count of them. */
GPUSIM_API const gpusim_smi_column *gpusim_smi_columns(uint32_t *count);

/* One metric of all its entities at one time. */
typedef struct gpusim_sample {
    uint32_t metric;
    uint32_t count;     /* entities */
    const void *values; /* [count] of the metric's type */
} gpusim_sample;

#ifdef __cplusplus
}
#endif
#endif
