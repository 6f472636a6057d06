/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Jobs as a user or a log describes them: logs and lists are read into one sorted array, synthetic
 * sources make their k-th job when it is asked for. */
#ifndef GS_WORKLOAD_WORKLOAD_H
#define GS_WORKLOAD_WORKLOAD_H

#include <gpusim/field.h>
#include <gpusim/module.h>

#include "base/array.h"
#include "base/memory.h"
#include "base/names.h"
#include "workload/profile.h"

/* A job before it is submitted. No padding. Names are numbers of the model's name table; 0: none.
 */
typedef struct gs_job {
    int64_t id; /* the log's own, or the ordinal within its source */
    gpusim_time submit;
    gpusim_time duration;                   /* run time at rate 1; -1: it never ran */
    gpusim_time walltime;                   /* requested limit; GPUSIM_TIME_MAX: none */
    uint64_t memory;                        /* host bytes per GPU (of the job when it has no GPU) */
    uint64_t gpu_memory;                    /* bytes per GPU */
    uint32_t name, source, user, vc, group; /* names */
    uint32_t gpus, cpus; /* thousandths of a core per GPU (of the job when it has no GPU) */
    int32_t priority;
    uint32_t milli;                 /* thousandths of each GPU; 1000: whole ones */
    uint32_t mig;                   /* name of the MIG profile it wants; 0: none */
    uint32_t profile;               /* in the workload's profiles, or GPUSIM_NONE: the defaults */
    uint32_t extra;                 /* in extras, or GPUSIM_NONE */
    gpusim_time due;                /* its deadline, from its submission; GPUSIM_TIME_MAX: none */
    uint32_t qos, kind;             /* names; 0: none */
    uint32_t models;                /* name of the GPU models that it may use, "A|B"; 0: any */
    uint32_t cluster;               /* name of the only cluster it may use; 0: any */
    uint32_t least_gpus, most_gpus; /* of an elastic job; 0: it is none */
    double serial;                  /* as in gpusim_job_info */
    gpusim_time resize;             /* what resizing it costs; GPUSIM_TIME_MAX: as starting again */
    uint8_t final_state; /* gpusim_job_state when it has run: completed, failed or cancelled */
    uint8_t is_log;      /* of a log: by default its walltime does not end it */
    uint8_t preemptible; /* a spot job */
    uint8_t latency;     /* 1 .. 10: how much it wants to be near; 0: not said */
    uint8_t thrift;      /* 1 .. 10: how much it wants to be cheap; 0: not said */
    uint8_t reserved[3];
    uint32_t selector; /* name of what its nodes must be labelled with; 0: nothing */
    uint32_t reserved2;
    uint64_t storage; /* bytes per GPU, as memory */
} gs_job;

/* What `elastic:` (workload/tables.h) makes of a job whose GPUs are known. */
struct gs_elastic_fields;
void gs_make_elastic(const struct gs_elastic_fields *said, gs_job *job);
/* Says that jobs of parts of GPUs are not elastic. */
void gs_fail_elastic_parts(gpusim_error *err);

/* What few jobs have. */
typedef struct gs_job_extra {
    gpusim_time start;          /* recorded; GPUSIM_TIME_MAX: none */
    gpusim_time think;          /* between the end of `after` and this submit */
    uint32_t after;             /* index in jobs of the one it depends on, or GPUSIM_NONE */
    uint32_t first_node, nodes; /* recorded nodes (numbers as in the log), in recorded_nodes */
    uint32_t reserved;
} gs_job_extra;

/* One synthetic source, ready to draw from; see workload/synthetic.h. */
typedef struct gs_synthetic gs_synthetic;

typedef struct gs_workload {
    gs_array jobs;           /* gs_job, sorted by submit, ties in order of sources and lines */
    gs_array extras;         /* gs_job_extra */
    gs_array recorded_nodes; /* uint32_t */
    const gs_synthetic **synthetic; /* [synthetic_count], in the arena */
    uint32_t synthetic_count;
    uint32_t reserved;
    const gs_profile **profiles; /* [profile_count], in the arena */
    uint32_t profile_count;
    uint32_t reserved2;
    uint64_t bad_lines;  /* skipped */
    char input_hash[33]; /* of the bytes of all logs read */
} gs_workload;

/* What reading needs to know of the rest of the scenario. */
typedef struct gs_workload_context {
    const char *folder; /* relative paths count from here; NULL: the working folder */
    gs_names *names;
    gs_arena *arena; /* lives as long as the workload */
    double gpus;     /* installed, for `load:` */
    /* Told what is wrong with one source, so that the others are still looked at; may be NULL. */
    void (*report)(void *context, const gpusim_error *err);
    void *report_context;
} gs_workload_context;

/* The record behind an item of `workload:` (a one-of: trace, synthetic, jobs) and its struct are in
 * workload/tables.h. */
gpusim_status gs_workload_build(const gpusim_list *items, const gs_workload_context *context,
                                gs_workload *workload, gpusim_error *err);
void gs_workload_release(gs_workload *workload);

/* The deadline, from its submission, of a job that runs so long. */
gpusim_time gs_due(gpusim_time duration, double factor, gpusim_time slack);

/* Job `ordinal` (0 ..) of a source: fills *job, its submit not before `previous` (that of the job
 * before it; 0 at the beginning). *more is 0 when the source has ended. A function of (seed, source
 * name, ordinal, previous) alone. */
gpusim_status gs_synthetic_job(const gs_synthetic *source, uint64_t seed, uint64_t ordinal,
                               gpusim_time previous, gs_job *job, int *more, gpusim_error *err);
/* The names of one kind that jobs have, of logs and lists job by job, then of synthetic sources; 0
 * when there are no more. Begins all zero but for the first two. */
typedef enum gs_job_name { GS_JOB_USER, GS_JOB_VC, GS_JOB_QOS } gs_job_name;
typedef struct gs_job_names {
    const gs_workload *workload;
    gs_job_name which;
    uint32_t job, source, at;
} gs_job_names;
uint32_t gs_job_names_next(gs_job_names *names);
/* GPU-seconds a second it offers in the long run, for the load report; NaN when unknown. */
double gs_synthetic_load(const gs_synthetic *source);
/* 1 when it stops by itself: by a count or a time. */
int gs_synthetic_ends(const gs_synthetic *source);
/* 1 when its jobs, or some, ask for parts of GPUs or MIG instances. */
int gs_synthetic_shares(const gs_synthetic *source);
/* Name of the GPU models that its jobs may use; 0: any. */
uint32_t gs_synthetic_models(const gs_synthetic *source);
/* Name of what its jobs' nodes must be labelled with; 0: nothing. */
uint32_t gs_synthetic_selector(const gs_synthetic *source);
/* Name of its source. */
uint32_t gs_synthetic_name(const gs_synthetic *source);

#endif
