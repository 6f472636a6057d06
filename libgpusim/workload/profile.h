/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a job does to the hardware while it runs: how hard, how much of it waits for memory, host or
 * network, what it holds, what it writes. */
#ifndef GS_WORKLOAD_PROFILE_H
#define GS_WORKLOAD_PROFILE_H

#include "base/distribution.h"

/* What becomes of the work of a job that the scheduler sends back to the queue. */
typedef enum gs_preempted {
    GS_PREEMPTED_KEEPS, /* it goes on where it was; that is no checkpoint */
    GS_PREEMPTED_SAVES, /* it goes on where it was, from a checkpoint at the usual cost */
    GS_PREEMPTED_LOSES, /* it goes back to its last checkpoint */
} gs_preempted;

/* In place of the time between checkpoints: it follows from what they cost and how often the job
 * fails. */
#define GS_EVERY_YOUNG ((gpusim_time)-1)
#define GS_EVERY_DALY  ((gpusim_time)-2)

/* One job's, drawn. The reference step has length 1 on one nominal GPU at its maximum clock: `host`
 * of it the GPU waits for the host, the rest it is busy, `memory_bound` of that at any clock. */
typedef struct gs_job_profile {
    double intensity;        /* 0..1 of the GPU's dynamic power while busy */
    double memory_bound;     /* 0..1 of the busy time that the clock does not change */
    double host_bound;       /* 0..1 of the step */
    double memory_activity;  /* 0..1 of the memory's bandwidth while busy */
    double tensor_activity;  /* 0..1 of the tensor pipes while busy */
    double cpu_activity;     /* 0..1 of the cores that it holds */
    double step;             /* s: length of the reference step without communication */
    double volume;           /* B all-reduced by the gang every step; 0: no communication */
    double overlap;          /* 0..1 of the communication hidden behind computing */
    double host_io;          /* B/s over PCIe into each GPU while busy */
    double memory_growth;    /* B/s on each GPU: a leak */
    double checkpoint_bytes; /* of the whole job, to the storage */
    uint64_t memory_used;    /* B held on each GPU from the start; UINT64_MAX: what it asks for */
    gpusim_time checkpoint_every; /* of work done; GPUSIM_TIME_MAX: never; or GS_EVERY_... */
    gpusim_time checkpoint_cost;  /* blocks at least so long */
    gpusim_time mttf;   /* between failures of the job, by hand; GPUSIM_TIME_MAX: as rules say */
    uint32_t retries;   /* failures after which it starts again; GPUSIM_NONE: after any number */
    uint32_t preempted; /* gs_preempted */
} gs_job_profile;

/* Its field table: every entry a distribution or a plain value, with the defaults. */
extern const gpusim_record gs_profile_record;
/* A part of it, which sources of jobs have for themselves, too. */
extern const gpusim_record gs_checkpoint_record;

/* Of a job whose source has no profile. */
extern const gs_job_profile gs_profile_defaults;

typedef struct gs_profile gs_profile; /* ready to draw from; in the arena */

/* The struct that gs_profile_record fills is gs_profile_fields (profile.c's neighbour tables.h). */
gpusim_status gs_profile_make(const void *fields, gs_arena *arena, const gs_profile **profile,
                              gpusim_error *err);
/* A function of (seed, source name, job id) alone. NULL profile: the defaults. */
void gs_profile_draw(const gs_profile *profile, uint64_t seed, const char *source, int64_t id,
                     gs_job_profile *drawn);
/* How long an attempt takes to start again; a function of the same and of the attempt's number. */
gpusim_time gs_profile_restart(const gs_profile *profile, uint64_t seed, const char *source,
                               int64_t id, uint32_t attempt);

#endif
