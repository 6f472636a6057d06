/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a job does to the hardware while it runs: how hard, how much of it waits for memory, host or
 * network, what it holds, what it writes. */
#ifndef GS_WORKLOAD_PROFILE_H
#define GS_WORKLOAD_PROFILE_H

#include "base/distribution.h"

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
    gpusim_time checkpoint_every; /* of work done; GPUSIM_TIME_MAX: never */
    gpusim_time checkpoint_cost;  /* blocks at least so long */
    uint32_t retries; /* failures after which it starts again; GPUSIM_NONE: after any number */
    uint32_t reserved;
} gs_job_profile;

/* Its field table: every entry a distribution or a plain value, with the defaults. */
extern const gpusim_record gs_profile_record;

/* Of a job whose source has no profile. */
extern const gs_job_profile gs_profile_defaults;

typedef struct gs_profile gs_profile; /* ready to draw from; in the arena */

/* The struct that gs_profile_record fills is gs_profile_fields (profile.c's neighbour tables.h). */
gpusim_status gs_profile_make(const void *fields, gs_arena *arena, const gs_profile **profile,
                              gpusim_error *err);
/* A function of (seed, source name, job id) alone. NULL profile: the defaults. */
void gs_profile_draw(const gs_profile *profile, uint64_t seed, const char *source, int64_t id,
                     gs_job_profile *drawn);

#endif
