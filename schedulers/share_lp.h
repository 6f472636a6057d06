/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The linear program behind shares of GPUs of several models; schedulers/share_lp.c. */
#ifndef GS_SCHEDULERS_SHARE_LP_H
#define GS_SCHEDULERS_SHARE_LP_H

#include <stdint.h>

#include <gpusim/status.h>

/* Most types of GPUs, and sorts of jobs. */
enum { GS_SHARE_TYPES = 16, GS_SHARE_SORTS = 512 };

/* Jobs that are all alike. */
typedef struct gs_share_sort {
    double jobs, gpus;            /* how many, and what each takes */
    double target;                /* what its rate is held against, above 0 */
    double rate[GS_SHARE_TYPES];  /* on GPUs of a type; 0: it cannot run on them */
    double share[GS_SHARE_TYPES]; /* result: of the time on them, of each such job */
} gs_share_sort;

/* Whether there is a solver in this build. */
int gs_share_solver(void);

/* max t such that of each job sum_j rate_j share_j >= t target, sum_j share_j <= 1, and on each
 * type j the sum over jobs of gpus x share_j <= capacity_j; of all such shares those with the
 * largest sum over jobs of gpus x (sum_j rate_j share_j) / (its largest rate). Every sort can run
 * on some type. *least is t. GPUSIM_MODULE when the solver gives up. */
gpusim_status gs_share_solve(gs_share_sort *sorts, uint32_t count, const double *capacity,
                             uint32_t types, double *least, gpusim_error *err);

#endif
