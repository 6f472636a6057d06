/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The state of rules that act on what telemetry shows. */
#ifndef GS_CORE_RESPONSES_H
#define GS_CORE_RESPONSES_H

#include "core/sampling.h"

/* One rule on one GPU or node. */
typedef struct gs_watch {
    gpusim_time since; /* its condition holds; GPUSIM_TIME_MAX: it does not */
    uint32_t rule;
    uint32_t entity;   /* GPU or node that is looked at */
    uint32_t target;   /* GPU or node that something is done to */
    uint8_t fired;     /* for as long as it has to */
    uint8_t done;      /* and something was done */
    uint8_t tried;     /* of a remedy: cures that did not last */
    uint8_t ignored;   /* of a remedy: it was not worth it */
    gpusim_time acted; /* when something was last done */
    gpusim_time cured; /* of a remedy: when a cure was last tried */
    double waste;      /* of a remedy: $/h, at the last sample that had the condition */
} gs_watch;

/* One rule. */
typedef struct gs_watcher {
    gpusim_time seen; /* when the last sample that has arrived was taken */
    gpusim_time calm; /* since when nothing else is to come; GPUSIM_TIME_MAX: something is */
    double cost;
    double waste; /* $, of all nodes: with the first rule that has remedies */
    uint64_t actions;
    int64_t day;      /* of the budget, from the run's begin */
    uint32_t today;   /* actions on it */
    uint32_t holding; /* conditions that hold, but not for long enough yet */
} gs_watcher;
_Static_assert(sizeof(gs_watch) == 48 && sizeof(gs_watcher) == 56, "no padding: they are hashed");

/* ---- core/remedies.c: what is worth doing ---- */
/* $/h that a node wastes as the sample has it; INFINITY: it melts. */
double gs_remedy_waste(const gpusim_sim *sim, const gs_sampling *sampling, uint32_t node);
/* What to do about a watch now, with its value and cost; and that it was done. */
gpusim_action gs_remedy_choose(const gpusim_sim *sim, const gs_watch *at, double *value,
                               double *cost);
void gs_remedy_done(const gpusim_sim *sim, gs_watch *at, gpusim_action what);
/* A sample was taken: what all nodes wasted since the one before. */
void gs_remedies_count(gpusim_sim *sim, const gs_sampling *sampling);

#endif
