/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The members of a gang beside each other: who is a straggler. */
#ifndef GS_STUDY_PEERS_H
#define GS_STUDY_PEERS_H

#include <stdint.h>

/* How far above the median a straggler is at least: so many median deviations, and such a share. */
#define GS_STRAGGLER_DEVIATIONS 5.0
#define GS_STRAGGLER_SHARE      0.02

typedef struct gs_peers {
    double slowest; /* the largest of the times; NaN: fewer than two are known */
    double ideal;   /* the largest of those that are no straggler's */
    double limit;   /* times above are stragglers' */
} gs_peers;

/* Of the times that are not NaN. `scratch` has room for `count`. */
gs_peers gs_peers_compare(const double *times, uint32_t count, double *scratch);

/* The middle one of the values that are not NaN, the lower of two; NaN: there are none. */
double gs_peers_median(const double *values, uint32_t count, double *scratch);

#endif
