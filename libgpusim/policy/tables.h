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

/* Each module's parameters have a place of this size; a test holds all tables against it. */
#define GS_PARAMETER_BYTES  128
#define GS_PARAMETER_PLACES 23

/* Alternative 0: a composition of modules. */
typedef struct gs_composition {
    int32_t order, placement; /* as in schedulers/registry.h */
    int32_t backfill, preemption, estimates;
    uint8_t blocking, borrow, reserved[2];
    double noise;
    gpusim_time period;
    _Alignas(16) unsigned char parameters[GS_PARAMETER_PLACES][GS_PARAMETER_BYTES];
} gs_composition;

#endif
