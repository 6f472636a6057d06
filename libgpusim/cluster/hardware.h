/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The compiled hardware of a cluster: what a group's nodes, its racks and the facility are as
 * physical things. Filled by scenario/compile_hardware.c, constant afterwards; everything lives in
 * the model's arena. */
#ifndef GS_CLUSTER_HARDWARE_H
#define GS_CLUSTER_HARDWARE_H

#include <gpusim/gpu.h>
#include <gpusim/types.h>

#include "cluster/legacy.h"

/* A value that is held from one time to the next. repeat GPUSIM_TIME_MAX: the last one stays; else
 * the sequence begins anew after that time. */
typedef struct gs_steps {
    const gpusim_time *at; /* [count], rising, the first is 0 */
    const double *value;   /* [count] */
    gpusim_time repeat;
    uint32_t count; /* 0: not given */
    uint32_t reserved;
} gs_steps;

/* The value that holds at a time, and when the next one begins (GPUSIM_TIME_MAX: never). O(log n).
 */
double gs_steps_at(const gs_steps *steps, gpusim_time time, gpusim_time *next);
/* The smallest and the largest of all values; NaN when not given. */
void gs_steps_extremes(const gs_steps *steps, double *least, double *largest);

/* A piecewise-linear curve, constant beyond its ends. */
typedef struct gs_curve {
    const double *x, *y; /* [count], x rising */
    uint32_t count;      /* 0: not given */
    uint32_t reserved;
} gs_curve;

/* One stage of conversion: input = (output + constant) / efficiency. */
typedef struct gs_loss {
    double constant, efficiency;
} gs_loss;

/* P = idle at load 0, else epsilon + load (maximum - epsilon), per socket. */
typedef struct gs_cpu_state {
    double idle, epsilon, maximum; /* W */
    double speed;                  /* of jobs without GPUs, relative to state 0 */
} gs_cpu_state;

typedef enum gs_cooling_kind { GS_COOLING_AIR, GS_COOLING_LIQUID } gs_cooling_kind;

typedef enum gs_legacy {
    GS_LEGACY_NONE,
    GS_LEGACY_IOGUARD,
    GS_LEGACY_SAGE,
    GS_LEGACY_ASTERA
} gs_legacy;

/* What all nodes of a group have. Indices of GPUs below are within a node. */
typedef struct gs_node_hardware {
    gpusim_gpu_model gpu; /* resolved; with `physical` nothing that physics needs is NaN */
    uint32_t clock_count; /* of the grid: clock k is minimum + k step, the last one the maximum */
    uint8_t physical;     /* 0: generic: neither power nor heat */
    uint8_t cooling;      /* gs_cooling_kind */
    uint8_t legacy;       /* gs_legacy: a foreign node model instead of ours */
    uint8_t mig;          /* GPUs are cut into instances */
    const void *legacy_model; /* gs_ioguard, gs_sage or gs_astera; NULL: ours */

    /* power of what is not GPU, W */
    const gs_cpu_state *cpu_states; /* [cpu_state_count] */
    uint32_t cpu_state_count;
    uint32_t sockets;
    double memory, storage, other; /* W; `other`: NVSwitch, BMC and the like */
    uint32_t nics;
    uint32_t reserved0;
    double nic_idle, nic_max; /* W each */
    double fan_max;           /* W of all fans at full speed; cube law */
    const gs_loss *losses;    /* [loss_count], from the inside out */
    uint32_t loss_count;
    uint32_t psus;        /* 0: no power supplies, losses only */
    uint32_t psus_needed; /* to carry the node */
    uint32_t reserved;
    double psu_rating;       /* W each */
    gs_curve psu_efficiency; /* over load / rating */
    gs_steps cap;            /* W at the node's input; not given: none */
    gs_steps gpu_cap;        /* W a GPU; not given: the TDP */

    /* cooling */
    double airflow;      /* m3/s at full fan speed; 0: neither recirculation nor upstream heat */
    uint32_t lane;       /* GPUs one behind the other in the air: GPU i breathes what GPUs of its
                          * lane with lower index have warmed; 1: side by side */
    uint32_t fan_levels; /* of the grid, 0 .. levels; 0: fans do not move */
    double fan_minimum;  /* 0..1 of full speed at level 0 */
    double fan_start, fan_full; /* degC of the hottest GPU: levels rise between these */
    double fan_hysteresis;      /* K */
    double flow;                /* m3/s of coolant for each GPU (liquid) */
    gs_curve cold_plate;        /* K/W over flow; not given: the GPU's own resistance */
    double cold_plate_nominal;  /* K/W that is within the GPU's resistance */

    /* the GPUs differ: speed of each is drawn once */
    double spread;           /* relative standard deviation */
    double slow_share, slow; /* this share of GPUs has this speed factor (0.9: 10% slower) */
    double tail_share, tail; /* the same for outliers */

    /* network of the node, B/s one way */
    double nvlink; /* between GPUs of a node, of one GPU */
    double nic;    /* all NICs together */
} gs_node_hardware;

/* Speed of one very GPU over the nominal, 1 where the scenario gives no spread: a function of the
 * seed and the GPU's name ("train-0003/gpu2") alone, so that adding nodes changes no other GPU.
 * Above 0 as long as spread < 1/4 and the factors are above 0. */
double gs_spread_speed(const gs_node_hardware *node, uint64_t seed, const char *gpu);

typedef struct gs_recirculation {
    const double *d; /* [nodes][nodes] K/W, row-major: inlet rise by power; NULL: none */
    uint32_t nodes;
    uint32_t reserved;
} gs_recirculation;

/* Racks of one group are alike. */
typedef struct gs_rack_hardware {
    double switches;       /* W of all switches of a rack */
    const gs_loss *losses; /* [loss_count], of the whole rack's power */
    uint32_t loss_count;
    uint32_t reserved;
    gs_recirculation air;  /* of a full rack */
    gs_recirculation last; /* of the smaller one that a group may end with */
    double uplink;         /* B/s one way from the rack to the spine */
} gs_rack_hardware;

/* alpha-beta costs of collectives by how far they reach. */
typedef enum gs_tier { GS_TIER_GPU, GS_TIER_NODE, GS_TIER_RACK, GS_TIER_SPINE, GS_TIERS } gs_tier;

typedef struct gs_tier_cost {
    double alpha;      /* s a step of the ring */
    double efficiency; /* of the link's bandwidth that a collective reaches */
    gs_curve measured; /* bus bandwidth (B/s) over message size (B), used below `measured_below` */
    double measured_below;
    double measured_ranks; /* GPUs it was measured with: steps of the ring scale from there */
} gs_tier_cost;

typedef struct gs_hardware {
    const gs_node_hardware *groups; /* by group */
    const gs_rack_hardware *racks;  /* by group */
    uint8_t physical;               /* 1: some group has power and heat */
    uint8_t sensors_noise;          /* readings are noisy */
    uint8_t sensors_quantised;      /* readings come in the sensor's steps */
    uint8_t reserved[5];

    gs_steps rack_cap;      /* W at a rack's AC input; not given: none */
    gs_steps supply;        /* degC of air, or of the water of liquid-cooled nodes */
    gs_steps water;         /* degC of water if it is not `supply` */
    double epsilon;         /* K: an inlet that has moved less stays */
    double leak_step;       /* K between evaluations of leakage */
    double settled;         /* K from the steady state at which the fixed point is taken */
    gpusim_time reaction;   /* of caps of nodes and racks, of fans and of inlets */
    gpusim_time loop_delay; /* until a change of supply reaches liquid-cooled nodes */
    double loop_time;       /* s: and the time constant it arrives with */

    /* facility: W = IT + cdu + fixed + linear IT */
    double cdu, fixed, linear;
    gs_steps carbon; /* kg/J */
    gs_steps price;  /* currency/J */
    const char *currency;

    gs_tier_cost tiers[GS_TIERS];
    double spine;        /* B/s one way through the spine, all racks together; 0: not limited */
    double storage;      /* B/s of checkpoints that the storage takes; 0: not limited */
    double interference; /* a sharer's rate is cut by this times what others hold of the GPU */
} gs_hardware;

#endif
