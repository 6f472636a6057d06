/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The search behind a fit of runs under power caps: each configuration's own parameters are solved
 * for wherever the GPU's are looked at (variable projection: Golub and Pereyra 1973). */
#ifndef GS_CALIBRATE_CAPS_SEARCH_H
#define GS_CALIBRATE_CAPS_SEARCH_H

#include "calibrate/caps.h"

typedef struct gs_caps_search {
    const gs_cap_table *table;
    const uint32_t *chosen;
    uint32_t count, rows;            /* configurations; residuals of each, pulls included */
    double (*own)[GS_CAPS_OWN];      /* [count] solved for at the last point looked at */
    double (*accepted)[GS_CAPS_OWN]; /* [count] where the next solution begins */
    gs_least *inner;
    double *by_own, *by_whole;     /* [rows][GS_CAPS_OWN], [rows][GS_CAPS_WHOLE]: derivatives */
    double (*by_all)[GS_CAPS_ALL]; /* [2 caps] */
    gs_least_problem problem;      /* in the GPU's parameters */
    gpusim_status status;          /* of a solution that failed; then `error` says why */
    uint32_t reserved;
    gpusim_error error;
} gs_caps_search;

gpusim_status gs_caps_search_begin(const gs_cap_table *table, const uint32_t *chosen,
                                   uint32_t count, gs_caps_search *search, gpusim_error *err);
void gs_caps_search_end(gs_caps_search *search);

/* Residuals of configuration i: throughputs below the highest cap, powers, pulls. */
void gs_caps_residuals(const gs_caps_search *search, uint32_t i, const double *whole,
                       const double *own, double *residual);

/* Their derivatives by own and whole into by_own and by_whole. */
void gs_caps_derivatives(gs_caps_search *search, uint32_t i, const double *whole,
                         const double *own);

/* Solves for a configuration's own parameters from several beginnings, keeps the best in accepted
 * and own, and says by how much its sum of squares has fallen. */
gpusim_status gs_caps_resolve(gs_caps_search *search, uint32_t i, const double *whole, int fresh,
                              double *gain, gpusim_error *err);

#endif
