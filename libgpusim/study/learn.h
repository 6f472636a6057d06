/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The fit within learning: run times by type and by what was free. */
#ifndef GS_STUDY_LEARN_H
#define GS_STUDY_LEARN_H

#include <gpusim/learn.h>

/* One start of a job that completed: what it wanted over what was free, and the node's load. */
typedef struct gs_start {
    double x[4];
    double seconds; /* it ran */
    double energy;  /* J; NaN: unknown */
    uint32_t type, node;
    double waited; /* s, before it started */
    uint32_t busy; /* 1: the load was too high */
    uint32_t reserved;
} gs_start;

/* theta and tau of seconds = tau[type] (1 + theta x), by least squares in turns; theta stays within
 * 0 .. 2. *ridge: the normal equations were singular. */
gpusim_status gs_learn_fit(const gs_start *starts, uint32_t count, double theta[4], double *tau,
                           uint8_t *ridge, gpusim_error *err);

#endif
