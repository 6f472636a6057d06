/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who looks after the nodes of a run: whoever hears their heartbeats, tells them what to do, takes
 * them out for maintenance, and has more of them join and leave. All arrays are empty where the
 * scenario asks for none of it. */
#ifndef GS_CORE_FLEET_H
#define GS_CORE_FLEET_H

#include "core/faults.h"

/* What is heard of a node. */
typedef struct gs_pulse {
    gpusim_event_id event; /* it is seen offline, or online again */
    gpusim_time silent;    /* since then; GPUSIM_TIME_MAX: it is not */
    uint32_t offline;      /* 1: that has been seen */
    uint32_t reserved;
} gs_pulse;

/* Who tells a node what to do gives up for a time when it has failed too often. */
typedef struct gs_breaker {
    gpusim_time until; /* open until then */
    uint32_t failures; /* in a row */
    uint32_t reserved;
} gs_breaker;

/* Something that a node has to be told once more. */
typedef struct gs_order {
    double value;
    uint32_t what, entity, who;
    uint32_t tries; /* 0: the entry is free */
} gs_order;

/* A maintenance window. */
typedef struct gs_service {
    gpusim_event_id event;
    gpusim_time start; /* of the one at hand, or the next */
    uint32_t phase;    /* gs_service_phase */
    uint32_t reserved;
} gs_service;

typedef enum gs_service_phase {
    GS_SERVICE_AWAY,
    GS_SERVICE_CLOSING,
    GS_SERVICE_DOWN
} gs_service_phase;

/* A group of nodes with spares, or one that grows and shrinks. */
typedef struct gs_pool_state {
    gpusim_event_id leave; /* when the next idle node may */
    gpusim_time calm;      /* the queue has been short since; GPUSIM_TIME_MAX: it is not */
    uint32_t waiting;      /* jobs that may run here */
    uint32_t joining;      /* nodes */
    uint32_t moved;        /* 1: nodes have been lost, have come back or become idle */
    uint32_t reserved;
} gs_pool_state;

/* A node of one. */
typedef struct gs_member {
    gpusim_event_id event; /* it joins; nothing: it is not about to */
    gpusim_time idle;      /* since when it has had no jobs */
    uint32_t lost;         /* 1: it takes no jobs, for whatever reason but being a spare */
    uint32_t joins;
} gs_member;
_Static_assert(sizeof(gs_pulse) == 24 && sizeof(gs_breaker) == 16 && sizeof(gs_order) == 24 &&
                   sizeof(gs_service) == 24 && sizeof(gs_pool_state) == 32 &&
                   sizeof(gs_member) == 24,
               "no padding: they are hashed");

#define GS_PULSE(sim, node)  (&GS_AT((sim)->pulses, gs_pulse, node))
#define GS_MEMBER(sim, node) (&GS_AT((sim)->members, gs_member, node))

/* ---- core/pulse.c: heartbeats ---- */
gpusim_status gs_pulses_begin(gpusim_sim *sim, gpusim_error *err);
/* A node may be silent, or be heard again, from now on. */
gpusim_status gs_pulse_changed(gpusim_sim *sim, uint32_t node, gpusim_error *err);
gpusim_status gs_on_pulse(void *context, const gpusim_event *event, gpusim_error *err);
/* Whether no heartbeat comes of a node that is expected to be heard. */
int gs_is_silent(const gpusim_sim *sim, uint32_t node);
/* Whether a node has been seen offline. */
int gs_is_offline(const gpusim_sim *sim, uint32_t node);

/* ---- core/control.c: nodes that cannot be reached ---- */
gpusim_status gs_control_begin(gpusim_sim *sim, gpusim_error *err);
/* Something done to a node, GPU or rack by somebody: done, recorded, and tried again where the node
 * does not answer. */
gpusim_status gs_tell(gpusim_sim *sim, uint32_t who, gpusim_action what, uint32_t entity,
                      double value, gpusim_error *err);
gpusim_status gs_on_retry(void *context, const gpusim_event *event, gpusim_error *err);

/* ---- core/maintenance.c: windows ---- */
gpusim_status gs_maintenance_begin(gpusim_sim *sim, gpusim_error *err);
/* GS_HELD bits that its windows ask for. */
uint32_t gs_service_of(const gpusim_sim *sim, uint32_t node);
gpusim_status gs_on_maintenance(void *context, const gpusim_event *event, gpusim_error *err);

/* ---- core/pools.c: spare nodes, and groups that grow and shrink ---- */
gpusim_status gs_pools_begin(gpusim_sim *sim, gpusim_error *err);
void gs_pool_touched(gpusim_sim *sim, uint32_t node); /* its state may be another */
void gs_pool_emptied(gpusim_sim *sim, uint32_t node); /* its last job has left */
/* A job waits, or waits no longer. */
void gs_pool_waits(gpusim_sim *sim, uint32_t slot, int sign);
/* After a batch: who joins, who leaves. */
gpusim_status gs_pools_pass(gpusim_sim *sim, gpusim_error *err);
gpusim_status gs_on_join(void *context, const gpusim_event *event, gpusim_error *err);
gpusim_status gs_on_leave(void *context, const gpusim_event *event, gpusim_error *err);

/* ---- core/node_life.c ---- */
/* Takes no jobs now, for whatever reason but being a spare. */
int gs_node_lost(const gpusim_sim *sim, uint32_t node);

#endif
