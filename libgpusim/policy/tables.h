/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What `scheduler:` is bound to. */
#ifndef GS_POLICY_TABLES_H
#define GS_POLICY_TABLES_H

#include "policy/policy.h"

typedef enum gs_backfill {
    GS_BACKFILL_NONE,
    GS_BACKFILL_EASY,
    GS_BACKFILL_CONSERVATIVE
} gs_backfill;
typedef enum gs_preemption {
    GS_PREEMPTION_NONE,
    GS_PREEMPTION_REPACK,
    GS_PREEMPTION_PRIORITY,
    GS_PREEMPTION_SPOT
} gs_preemption;

typedef enum gs_evict_rule { GS_EVICT_NONE, GS_EVICT_RANDOM } gs_evict_rule;

/* Each module's parameters have a place of this size; a test holds all tables against it. */
#define GS_PARAMETER_BYTES  128
#define GS_PARAMETER_PLACES 23

/* Alternative 0: a composition of modules. */
typedef struct gs_composition {
    int32_t order, placement; /* as in schedulers/registry.h */
    int32_t backfill, preemption, estimates, evict;
    uint8_t blocking, borrow, reserved[6];
    double noise, evict_above;
    gpusim_time period, evict_every;
    _Alignas(16) unsigned char parameters[GS_PARAMETER_PLACES][GS_PARAMETER_BYTES];
} gs_composition;

#endif
