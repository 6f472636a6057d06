/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What fragmentation keeps in the state; empty where nobody asked for it and no GPU is shared. */
#ifndef GS_CORE_FRAGMENTS_H
#define GS_CORE_FRAGMENTS_H

#include "core/model.h"
#include "core/physical.h"

/* A kind of job, as it counts for M: all in all. */
typedef struct gs_request {
    uint64_t gpu_models;
    uint32_t models; /* the name that those stand for */
    uint32_t cpus, gpus, milli;
} gs_request;

/* Of a node: thousandths of GPUs that are idle, and 2^-32 of those that are useless. */
typedef struct gs_fragment {
    uint64_t useless, idle;
} gs_fragment;

typedef struct gs_fragment_totals {
    gs_wide useless;   /* of all nodes */
    double integral;   /* thousandths of GPUs that were useless, s */
    double of_idle;    /* ... as a share of what was idle, s */
    uint64_t idle;     /* of all nodes */
    uint64_t seen;     /* jobs submitted, where M is a window of them */
    uint64_t changed;  /* 1: since observers last heard */
    gpusim_time since; /* up to when the integrals go: the last change */
} gs_fragment_totals;

#endif
