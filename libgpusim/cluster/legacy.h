/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Node models of three other simulators, for those who compare: their constants, which a scenario
 * may change. Each of their nodes has one GPU; here each GPU of a group is one of their nodes. */
#ifndef GS_CLUSTER_LEGACY_H
#define GS_CLUSTER_LEGACY_H

#include <gpusim/types.h>

/* io-Guard: fans and clock of a node whose parts may be damaged. No power is defined. */
typedef struct gs_ioguard {
    gpusim_time tick;
    double load_low, load_high;     /* 0..1: utilisation while jobs run, drawn every tick */
    double heat, heat_exponent;     /* K a tick at full load, and over the load */
    double fault_heat;              /* K a tick of a power supply that is entirely broken */
    double fan_start, fan_slope;    /* degC, 1/K: share of full speed */
    double cooling;                 /* K a tick of fans at full speed */
    double ambient, start;          /* degC: the least, and at the beginning */
    double throttle_at;             /* degC */
    double down, up, lowest;        /* share of the clock a tick, and its floor */
    double step;                    /* s: a step of a job in full health */
    double clock_least, link_least; /* what a step is divided by at least */
    double jitter;                  /* s: at most, of a step over a broken network */
    double power, fans, network;    /* 0..1: health of the parts */
    double dust;                    /* 0..1 */
} gs_ioguard;

/* SAGE: noise and reversion to a mean, whatever runs. */
typedef struct gs_sage {
    gpusim_time tick;
    double temperature, power, fan; /* degC, W, rpm: what they revert to and begin at */
    double temperature_noise, power_noise, fan_noise; /* uniform within this, every tick */
    double reversion;                                 /* of the distance to the mean, a tick */
    double cooling;                                   /* K a tick of fans at their full speed */
    double fan_full;                                  /* rpm */
    double fan_limit;                                 /* rpm: what a speed of 100% is */
} gs_sage;

/* Astera: busy nodes warm, others cool; hot ones idle until they are cool again. */
typedef struct gs_astera {
    gpusim_time tick;
    double warm_low, warm_high;     /* K a tick while busy */
    double cool_low, cool_high;     /* K a tick otherwise */
    double most, least;             /* degC */
    double busy_low, busy_high;     /* W */
    double idle_low, idle_high;     /* W */
    double load_low, load_high;     /* 0..1: utilisation while busy */
    double throttle_at, release_at; /* degC */
    double throttled_speed;         /* of jobs on a throttled node: 1, as there */
} gs_astera;

#endif
