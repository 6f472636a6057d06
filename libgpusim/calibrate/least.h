/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Least squares in a few parameters, with standard errors and profile intervals. *Uses GSL*
 * (gsl_multifit_nlinear: Levenberg and Marquardt). */
#ifndef GS_CALIBRATE_LEAST_H
#define GS_CALIBRATE_LEAST_H

#include <stdint.h>

#include <gpusim/status.h>

#define GS_LEAST_PARAMETERS 12u

typedef struct gs_least_problem {
    uint32_t points, parameters; /* points >= parameters */
    /* residual[points] at x[parameters]. */
    void (*residuals)(void *context, const double *x, double *residual);
    /* jacobian[points][parameters] at the last accepted x; NULL: forward differences. */
    void (*jacobian)(void *context, const double *x, double *jacobian);
    void *context;
} gs_least_problem;

typedef struct gs_least_limits {
    uint32_t iterations; /* at most */
    uint32_t reserved;
    double step; /* relative, below which the search has arrived */
} gs_least_limits;

/* Room to solve problems of one size, many times over. */
typedef struct gs_least gs_least;
gpusim_status gs_least_create(uint32_t points, uint32_t parameters, gs_least **least,
                              gpusim_error *err);
void gs_least_destroy(gs_least *least);

/* Searches from x, which becomes the best point found; *sum is the sum of squares there. Points
 * where residuals are not finite are not stepped to. GPUSIM_WORKLOAD when the search cannot begin.
 */
gpusim_status gs_least_solve(gs_least *least, const gs_least_problem *problem,
                             const gs_least_limits *limits, double *x, double *sum,
                             uint32_t *iterations, gpusim_error *err);

/* (J'J)^-1 of the last solution, [parameters][parameters]; NaN in rows of parameters that the
 * residuals do not depend on, or only together with others. */
gpusim_status gs_least_covariance(gs_least *least, double *covariance, gpusim_error *err);

typedef struct gs_least_end {
    double x;
    uint8_t open;  /* the end of the range was met before the sum of squares had risen enough */
    uint8_t lower; /* on the way a lower sum was found: `at` is where */
    uint8_t reserved[6];
    double sum;
    double at[GS_LEAST_PARAMETERS];
} gs_least_end;

/* Goes from the best point along parameter `which`, with all others fitted anew, until the sum of
 * squares is `threshold`. `step` is signed. ended(): 1 when x is at that end of the range. `renew`
 * is called before every search (to forget where the last one ended) and may be NULL. */
typedef struct gs_least_walk {
    const gs_least_problem *problem;
    const gs_least_limits *limits;
    const double *best;
    double best_sum, threshold, step;
    uint32_t which, reserved;
    int (*ended)(const void *context, uint32_t which, double x, double direction);
    void (*renew)(void *context);
    const void *end_context;
} gs_least_walk;

gpusim_status gs_least_profile(const gs_least_walk *walk, gs_least_end *end, gpusim_error *err);

#endif
