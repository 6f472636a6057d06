/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A world for schedulers, written plainly: nodes, jobs, and a loop in which at each instant ends
 * release, arrivals join in order, and one pass follows. It checks every decision. */
#ifndef TESTS_POLICY_HARNESS_H
#define TESTS_POLICY_HARNESS_H

#include "../harness.h"
#include "policy/policy.h"
#include "policy/tables.h"

#define SECONDS(x) ((gpusim_time)(x)*GPUSIM_SECOND)

/* A job as given, and what became of it. Times in ns. */
typedef struct world_job {
    gpusim_time submit, duration, estimate;
    uint32_t gpus, cpus, vc, group;
    uint64_t memory;
    int32_t priority;
    uint32_t preemptions, migrations, starts;
    gpusim_time start, end; /* first start; -1: none yet */
    uint32_t slot;          /* GPUSIM_NONE: not in the system */
    uint32_t first_node;    /* of the last start */
} world_job;

typedef struct world {
    gpusim_view view;
    gpusim_node_info *nodes;
    gpusim_group_info *groups;
    gpusim_vc_info *vcs;
    gpusim_job_info *infos; /* by slot */
    uint32_t *job_of;       /* by slot */
    uint32_t *running;
    gpusim_part *parts; /* part_room for each slot */
    uint32_t *owner;    /* job on each GPU: node x gpu_room; GPUSIM_NONE: free */
    uint32_t part_room, gpu_room, slots;
    gs_index *index;
    world_job *jobs;
    uint32_t job_count, next_job, ended;
    gs_setup setup;
    gs_state state;
    gs_policy *policy;
    gpusim_decisions decisions;
    uint64_t seed, passes, refusals;
    uint32_t generation;
    uint32_t shape_count;
    struct {
        uint32_t gpus, cpus, vc, group;
        uint64_t memory;
    } shapes[4096];
    int check;   /* check invariants after each pass */
    int restore; /* every so many passes the policy is written, made anew, and read; 0: never */
    int may_run_out, ran_out; /* of memory */
    void (*after_pass)(struct world *world);
} world;

/* Groups: {nodes, gpus, cpus, memory} of each. */
typedef struct world_group {
    uint32_t nodes, gpus, cpus;
    uint64_t memory;
} world_group;

world *world_make(const world_group *groups, uint32_t group_count, const uint32_t *quotas,
                  uint32_t vc_count);
void world_free(world *w);
/* Takes a copy of the jobs, sorted by submit. */
void world_jobs(world *w, const world_job *jobs, uint32_t count);
/* Runs until nothing can happen any more. */
void world_run(world *w);
/* The same up to and including an instant. */
void world_run_until(world *w, gpusim_time until);
void world_node_state(world *w, uint32_t node, gpusim_node_state state);

/* A setup by names; parameters default. */
gs_setup world_setup(const char *order, int blocking, const char *placement, int backfill,
                     int preemption);

#endif
