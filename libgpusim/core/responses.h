/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The state of rules that act on what telemetry shows. */
#ifndef GS_CORE_RESPONSES_H
#define GS_CORE_RESPONSES_H

#include <gpusim/engine.h>

/* One rule on one GPU or node. */
typedef struct gs_watch {
    gpusim_time since; /* its condition holds; GPUSIM_TIME_MAX: it does not */
    uint32_t rule;
    uint32_t entity; /* GPU or node that is looked at */
    uint32_t target; /* GPU or node that something is done to */
    uint8_t fired;   /* for as long as it has to */
    uint8_t done;    /* and something was done */
    uint8_t reserved[2];
} gs_watch;

/* One rule. */
typedef struct gs_watcher {
    gpusim_time seen; /* the last sample */
    double cost;
    uint64_t actions;
    int64_t day;      /* of the budget, from the run's begin */
    uint32_t today;   /* actions on it */
    uint32_t holding; /* conditions that hold, but not for long enough yet */
} gs_watcher;
_Static_assert(sizeof(gs_watch) == 24 && sizeof(gs_watcher) == 40, "no padding: they are hashed");

#endif
