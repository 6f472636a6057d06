/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the scenario says of jobs: an item of `workload:` is a trace, a synthetic source or a list.
 */
#ifndef GS_WORKLOAD_TABLES_H
#define GS_WORKLOAD_TABLES_H

#include <gpusim/field.h>

enum { GS_TRACE_SWF, GS_TRACE_PHILLY, GS_TRACE_CSV, GS_TRACE_OPENB };
#define GS_DURATION_FOREVER (-1) /* the word `forever` for a time */
enum { GS_ON_ERROR_STOP, GS_ON_ERROR_SKIP };
enum { GS_ORIGIN_AUTO, GS_ORIGIN_LOG, GS_ORIGIN_FIRST };
enum { GS_REQUEST_NONE, GS_REQUEST_REQUESTED };
enum { GS_VC_FROM_NONE, GS_VC_FROM_USER, GS_VC_FROM_GROUP, GS_VC_FROM_QUEUE, GS_VC_FROM_PARTITION };

/* An entry of a group's `labels:`, or of a job's `selector:`. */
typedef struct gs_label {
    const char *key, *value;
} gs_label;

/* What jobs do to the hardware; see workload/profile.h. */
typedef struct gs_communication_fields {
    uint8_t present, reserved[7];
    gpusim_one_of step, volume, overlap;
} gs_communication_fields;

typedef struct gs_checkpoint_fields {
    uint8_t present, reserved[7];
    gpusim_one_of every, size, cost;
    gpusim_time mttf; /* GPUSIM_TIME_MAX: not given */
} gs_checkpoint_fields;

typedef struct gs_profile_fields {
    uint8_t present, reserved[7];
    gpusim_one_of intensity, memory_bound, host_bound;
    gpusim_one_of memory_activity, tensor_activity, cpu_activity;
    gpusim_one_of host_io, memory_used, memory_growth;
    gs_communication_fields communication;
    gs_checkpoint_fields checkpoint;
    gpusim_one_of restart;
    uint32_t retries; /* GPUSIM_NONE: not given */
    int32_t preempted;
} gs_profile_fields;

typedef struct gs_trace_select {
    uint8_t present, reserved[3];
    uint32_t first;          /* UINT32_MAX: all */
    gpusim_time from, until; /* [from, until); GPUSIM_TIME_MAX: to the end */
    gpusim_list vc;          /* const char *; empty: all */
} gs_trace_select;

typedef struct gs_trace {
    const char *path, *name, *group, *cluster, *vc; /* NULL: not given, but for path */
    double speed, load;                             /* load NaN: not given */
    double cpus;
    gs_trace_select select;
    gpusim_list gpu_models;        /* const char *; empty: any */
    gpusim_list selector;          /* gs_label; empty: any node */
    gpusim_time spacing, duration; /* GPUSIM_TIME_MAX: as the log has it */
    int32_t format, on_error, origin, walltime, memory, vc_from;
    uint32_t processors_per_gpu, reserved1;
    uint8_t dependencies, reserved[7];
    gs_profile_fields profile;
    gs_checkpoint_fields checkpoint;
} gs_trace;

/* When a job should have ended: a multiple of its run time and more after its submission. */
typedef struct gs_deadline_fields {
    uint8_t present, reserved[7];
    double factor;
    gpusim_time slack;
} gs_deadline_fields;

typedef struct gs_drawn_deadline_fields {
    uint8_t present, reserved[7];
    gpusim_one_of factor; /* a number */
    gpusim_time slack;
} gs_drawn_deadline_fields;

/* `elastic:` of jobs. */
typedef struct gs_elastic_fields {
    uint8_t present, reserved[3];
    uint32_t least, most; /* UINT32_MAX: not given */
    uint32_t reserved2;
    double serial;
    gpusim_time cost; /* GPUSIM_TIME_MAX: not given */
} gs_elastic_fields;

extern const gpusim_record gs_elastic_record;

typedef struct gs_listed_job {
    const char *id, *name, *user, *vc, *group, *cluster, *after, *mig; /* NULL: not given */
    const char *qos, *kind;
    gpusim_time at; /* GPUSIM_TIME_MAX: not given */
    gpusim_time duration, walltime, think;
    uint64_t memory, gpu_memory, storage;
    uint32_t gpus, reserved;
    int32_t priority, state;
    double gpu_share; /* of each GPU */
    double cpus;
    gpusim_list gpu_models; /* const char *; empty: any */
    gpusim_list selector;   /* gs_label; empty: any node */
    gs_profile_fields profile;
    gs_checkpoint_fields checkpoint;
    gs_deadline_fields deadline;
    gs_elastic_fields elastic;
    uint8_t preemptible, reserved2[7];
    uint32_t latency, thrift;
} gs_listed_job;

/* How synthetic jobs arrive: alternatives of `arrivals:`, picked by its key `process`. */
enum {
    GS_ARRIVALS_POISSON,
    GS_ARRIVALS_PERIODIC,
    GS_ARRIVALS_RENEWAL,
    GS_ARRIVALS_BURSTS,
    GS_ARRIVALS_DIURNAL
};

typedef struct gs_poisson_fields {
    double rate; /* 1/s */
} gs_poisson_fields;

typedef struct gs_periodic_fields {
    gpusim_time every;
} gs_periodic_fields;

typedef struct gs_renewal_fields {
    gpusim_one_of interarrival; /* seconds */
} gs_renewal_fields;

typedef struct gs_bursts_fields {
    double rate;           /* 1/s, of bursts while there is none */
    gpusim_one_of size;    /* jobs */
    gpusim_one_of spacing; /* seconds */
} gs_bursts_fields;

typedef struct gs_diurnal_fields {
    double rate, weekend;
    gpusim_list profile; /* double */
    int32_t first_day;   /* 0: Monday */
    int32_t reserved;
} gs_diurnal_fields;

typedef struct gs_walltime_fields {
    uint8_t present, reserved[7];
    gpusim_one_of factor; /* a number */
    gpusim_time round_up;
} gs_walltime_fields;

typedef struct gs_tenant_fields {
    const char *key; /* the virtual cluster */
    double weight;
} gs_tenant_fields;

typedef struct gs_synthetic_fields {
    const char *name, *group, *cluster, *mig; /* NULL: not given */
    gpusim_list gpu_models;                   /* const char *; empty: any */
    gpusim_list selector;                     /* gs_label; empty: any node */
    uint64_t count;                           /* UINT64_MAX: no limit */
    gpusim_time from, until;                  /* GPUSIM_TIME_MAX: no end */
    gpusim_one_of arrivals;
    gpusim_one_of gpus, gpu_share, duration, memory, gpu_memory, cpus, priority, storage;
    gpusim_one_of latency, thrift;
    gs_walltime_fields walltime;
    gpusim_list vc, qos, kind; /* gs_tenant_fields */
    gs_drawn_deadline_fields deadline;
    gs_elastic_fields elastic;
    double user_skew, failed, cancelled, preemptible;
    uint32_t users, reserved;
    gs_profile_fields profile;
    gs_checkpoint_fields checkpoint;
} gs_synthetic_fields;

/* A value of `selector:`. */
extern const gpusim_field gs_selector_element;
/* An element of `gpu_models:`. */
extern const gpusim_field gs_gpu_model_element;

/* The alternatives of an item, and the item (a one-of): the element of the list `workload:`. */
enum { GS_WORKLOAD_TRACE, GS_WORKLOAD_SYNTHETIC, GS_WORKLOAD_JOBS };
extern const gpusim_record gs_workload_record;
extern const gpusim_field gs_workload_element;

#endif
