/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Random scenarios as YAML text: small clusters and short times, so that ties, full queues and
 * strange corners come often. */
#ifndef TESTS_MAKER_H
#define TESTS_MAKER_H

#include <stdint.h>

#include "reference/slow_scheduler.h"

#define MAKER_JOBS   48
#define MAKER_GROUPS 3
#define MAKER_VCS    3

/* A source of chance that is not the library's (splitmix64, Steele et al. 2014). */
typedef struct maker {
    uint64_t state;
} maker;

uint64_t maker_draw(maker *m);
/* Uniform on low .. high. */
int maker_pick(maker *m, int low, int high);
/* 1 with probability percent / 100. */
int maker_chance(maker *m, int percent);

/* How many cases a test tries: GPUSIM_CASES where that is more than usual. */
uint64_t maker_cases(uint64_t usual);

/* Text that grows by printing. */
typedef struct maker_text {
    char text[65536];
    int length;
} maker_text;

void maker_print(maker_text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A scenario that the slow twin understands, and the same for the twin. */
typedef struct puzzle {
    maker_text yaml;
    slow_group groups[MAKER_GROUPS];
    uint32_t quota[MAKER_VCS];
    slow_cluster cluster;
    slow_policy policy;
    char zone[MAKER_GROUPS]; /* label of each group; 0: it has none */
    slow_job jobs[MAKER_JOBS];
    uint32_t count;
    int clusters; /* there are two */
    int exact;    /* estimates are true durations */
    int unit; /* of all times of jobs: 1 s, 1 min or 10 min, so that overruns grow by many steps */
} puzzle;

void make_for_twin(uint64_t seed, puzzle *made);

/* What make_anything may leave out, so that two scenarios can be compared. */
typedef struct make_options {
    int bound;    /* every job is bound to the first group, and there are no virtual clusters */
    int spare;    /* add a group of nodes that no job may use */
    int exact;    /* nothing whose outcome depends on which nodes there are: no random placement */
    int sharing;  /* in half of them jobs take parts of GPUs or MIG instances */
    int physical; /* in half of them nodes have power and heat that matter within a minute */
    const char *folder; /* some lists of jobs become a log there, jobs.csv; NULL: none */
} make_options;

/* A scenario of everything there is: lists, generators, dependencies, drains, cancellations, a
 * horizon or none. */
void make_anything(uint64_t seed, make_options options, maker_text *yaml);

/* Sharing among physical nodes, of a third of scenarios; drawn apart from the rest, so that those
 * which share nothing do not change with it. */
typedef struct maker_sharing {
    maker m;
    int some, cut; /* jobs take parts of GPUs; and there is a group of 80 GB A100s that are cut */
} maker_sharing;

maker_sharing make_sharing(uint64_t seed);
void make_interference(maker_sharing *sharing, maker_text *yaml); /* a key of the cluster */
void make_part(maker_sharing *sharing, maker_text *yaml);         /* keys of a job, and ", " */
void make_memory(maker_sharing *sharing, maker_text *yaml);       /* ", " and keys of a profile */

/* Three hours of GPUs, nodes and racks that heat, cap and throttle each other; what the scenario
 * says changes in the first two only. */
void make_plant(uint64_t seed, maker_text *yaml);
/* A scenario in which rates change all the time: caps, heat, networks, checkpoints, moves. */
void make_physical(uint64_t seed, maker_text *yaml);

/* maker_chaos.c: an hour in which everything breaks; the rules come last, and one more. */
void make_chaos(uint64_t seed, maker_text *yaml);
void make_fault(maker *m, maker_text *yaml);

/* maker_fleet.c: who looks after the nodes of the group g, of some scenarios; drawn apart from the
 * rest. Keys of the group, of the scenario, and further actions. */
typedef struct maker_fleet {
    maker m;
    int some, spares, grown; /* nodes that stand by, nodes that may join */
    int nodes, gpus, physical;
} maker_fleet;

maker_fleet make_fleet(uint64_t seed, int nodes, int gpus, int physical);
void make_fleet_group(maker_fleet *f, maker_text *yaml);
void make_fleet_keys(maker_fleet *f, maker_text *yaml);
void make_fleet_actions(maker_fleet *f, maker_text *yaml);

/* maker_hardware.c: the keys of a group with so many GPUs a node, `gpu:` among them, from ", gpu:";
 * returns a number of the model. Sections of the cluster that go with it; and a timed action on a
 * node of such a model. */
int make_hardware(maker *m, maker_text *yaml, int gpus);
void make_facility(maker *m, maker_text *yaml);
void make_power_action(maker *m, maker_text *yaml, int at, const char *node, int model);

#endif
