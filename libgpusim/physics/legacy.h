/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One tick of the node models of other simulators: state in, state out, chance from outside. */
#ifndef GS_PHYSICS_LEGACY_H
#define GS_PHYSICS_LEGACY_H

#include <gpusim/random.h>

#include "cluster/legacy.h"

/* One node, whichever model it has; what a model does not define stays 0 (clock: 1). */
typedef struct gs_legacy_state {
    gpusim_stream stream; /* of this node: keyed by its name */
    uint64_t ticks;       /* that have been */
    double temperature;   /* degC */
    double power;         /* W */
    double fan;           /* io-Guard: share of full speed; SAGE: rpm */
    double held;          /* io-Guard: the same, as somebody holds it; 0: nobody does */
    double clock;         /* 0..1 of the maximum */
    double load;          /* 0..1: utilisation as it reports it */
    double latency;       /* s a step */
    double slowdown;      /* of jobs, 1: none */
    uint32_t throttled;
    uint32_t reserved;
} gs_legacy_state;

/* At time 0; the stream is set already. */
void gs_ioguard_begin(const gs_ioguard *model, gs_legacy_state *node);
/* Somebody turns its fans to a share of what they can do; 0: lets them go. */
void gs_ioguard_hold(gs_legacy_state *node, double speed);
void gs_sage_hold(const gs_sage *model, gs_legacy_state *node, double speed);
void gs_sage_begin(const gs_sage *model, gs_legacy_state *node);
void gs_astera_begin(const gs_astera *model, gs_legacy_state *node);

/* busy: 0..1, share of the node that jobs keep busy. */
void gs_ioguard_tick(const gs_ioguard *model, double busy, gs_legacy_state *node);
void gs_sage_tick(const gs_sage *model, gs_legacy_state *node);
void gs_astera_tick(const gs_astera *model, double busy, gs_legacy_state *node);

#endif
