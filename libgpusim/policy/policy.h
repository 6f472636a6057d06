/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The host's side of scheduling: it keeps the queues, asks the modules, and hands their decisions
 * to the core, which checks and carries them out. */
#ifndef GS_POLICY_POLICY_H
#define GS_POLICY_POLICY_H

#include <gpusim/module.h>

#include "base/array.h"
#include "base/memory.h"

/* ---- what the scenario says (the record behind `scheduler:`) ---- */

typedef enum gs_estimates {
    GS_ESTIMATE_REQUESTED, /* the walltime; exact where jobs carry none */
    GS_ESTIMATE_EXACT,
    GS_ESTIMATE_NOISE, /* the true duration x (1 + U(0, noise)) */
} gs_estimates;

typedef struct gs_chosen_module {
    const gpusim_module *module; /* NULL: none */
    const void *parameters;      /* the module's record; NULL when it has none */
} gs_chosen_module;

/* Whom a view asks. */
typedef struct gs_view_host {
    void *core;
    void (*hardware)(void *core, uint32_t node, gpusim_hardware_info *info);
    uint32_t (*find_node)(void *core, const char *name);
    const char *(*name)(void *core, uint32_t name);
    double (*run_time)(void *core, uint32_t group, uint32_t kind);
    uint32_t (*tenants)(void *core, uint32_t gpu, uint32_t *slots, uint32_t room);
} gs_view_host;

/* A scheduler ready to be used by any number of runs; owned by the model. */
typedef struct gs_setup {
    gs_chosen_module order, placement, scheduler; /* scheduler alone, or the other two */
    int32_t backfill, preemption;                 /* as in policy/tables.c */
    int32_t estimates;                            /* gs_estimates */
    uint8_t blocking;
    uint8_t reads_estimates; /* what it decides depends on estimates */
    uint8_t borrow;          /* preemptible jobs may run beyond their virtual cluster's quota */
    uint8_t evict;           /* as in policy/tables.h */
    double evict_above;
    gpusim_time evict_every;
    gpusim_time period; /* passes are at its multiples alone; 0: whenever something happens */
    double noise;
    char text[128]; /* in short, for people: "fifo, best-fit, backfill easy" */
} gs_setup;

/* The record behind `scheduler:` and its conversion, both in policy/tables.c. */
extern const gpusim_record gs_scheduler_record;
gpusim_status gs_setup_make(const void *scheduler_record_value, gs_setup *setup, gpusim_error *err);
/* 1 when a module of it has this flag. */
int gs_setup_reads(const gs_setup *setup, gpusim_module_flag flag);

/* 1 when a placement stays within one cluster. */
int gs_is_in_one_cluster(const gpusim_view *view, const gpusim_placement *placement);
/* 1 when a try to place a job over all clusters, which `placed` it or not, is not the last word:
 * each cluster is to be tried by itself. */
int gs_is_by_cluster(const gpusim_view *view, const gpusim_job_info *job,
                     const gpusim_placement *placement, int placed);

/* ---- nodes by free GPUs ---- */

/* Answers gpusim_view_first and _with. One per (possibly hypothetical) cluster. `cuts` says of each
 * group how its GPUs are shared, and outlives the index; NULL: nobody shares, and the view has no
 * `gpus`. */
typedef struct gs_index gs_index;
struct gs_cut;
gpusim_status gs_index_create(const gpusim_view *view, const struct gs_cut *cuts, gs_index **index,
                              gpusim_error *err);
void gs_index_destroy(gs_index *index);
/* Makes it agree with view->nodes and view->gpus: all of them, or one node after its free GPUs,
 * what is left of them, or its state changed. */
void gs_index_rebuild(gs_index *index, const gpusim_view *view);
void gs_index_update(gs_index *index, const gpusim_view *view, uint32_t node);
gpusim_status gs_index_check(const gs_index *index, const gpusim_view *view, gpusim_error *err);

/* ---- decisions ---- */

/* The reasons that are given with decisions, one line each: names in every model. */
#define GS_REASON_LIST(X)                                                                          \
    X(BACKFILL, "backfill")                                                                        \
    X(REPACK, "repack")                                                                            \
    X(LENT, "lent")                                                                                \
    X(RECLAIM, "reclaim")                                                                          \
    X(PRIORITY, "priority")                                                                        \
    X(SPOT, "spot")                                                                                \
    X(OVERLOAD, "overload")

#define GS_REASON_NUMBER(identifier, text) GS_REASON_##identifier,
enum { GS_REASON_LIST(GS_REASON_NUMBER) GS_REASON_COUNT };
#undef GS_REASON_NUMBER
extern const char *const gs_reasons[GS_REASON_COUNT];

/* What the core hands to a pass; the public gpusim_decide_* call through it. */
struct gpusim_decisions {
    void *core;
    gpusim_refusal (*start)(void *core, gpusim_job_id job, const gpusim_placement *placement,
                            const char *reason);
    gpusim_refusal (*preempt)(void *core, gpusim_job_id job, const char *reason);
    gpusim_refusal (*migrate)(void *core, gpusim_job_id job, const gpusim_placement *placement,
                              const char *reason);
    /* NULL: nothing can be resized. */
    gpusim_refusal (*resize)(void *core, gpusim_job_id job, const gpusim_placement *placement,
                             const char *reason);
    gpusim_refusal (*cancel)(void *core, gpusim_job_id job, const char *reason);
    /* Several migrations at once, all or none: each job leaves its GPUs before any takes its new
     * ones, so that jobs may change places. */
    gpusim_refusal (*exchange)(void *core, uint32_t count, const gpusim_job_id *jobs,
                               const gpusim_placement *placements, const char *reason);
    /* A waiting job for which there is no place fails. NULL: jobs wait. */
    gpusim_refusal (*fail)(void *core, gpusim_job_id job);
    /* As preempt, and the job avoids that node if it can. NULL: nobody is evicted. */
    gpusim_refusal (*evict)(void *core, gpusim_job_id job, uint32_t node, const char *reason);
    gpusim_time wait; /* the earliest asked for in this pass; GPUSIM_TIME_MAX: none */
};

/* ---- the policy of one run ---- */

typedef struct gs_policy gs_policy;

/* Its state goes into `state`. The setup outlives it; `view` does too, and its arrays may move. */
gpusim_status gs_policy_create(const gs_setup *setup, const gpusim_view *view, uint64_t seed,
                               gs_state *state, gs_policy **policy, gpusim_error *err);
void gs_policy_destroy(gs_policy *policy);

/* What the core tells it, between passes or during one (through a decision):
 * a job joined the queue (new, or sent back), started, left (ended or cancelled, queued or
 * running). */
gpusim_status gs_policy_queued(gs_policy *policy, uint32_t slot, gpusim_error *err);
void gs_policy_started(gs_policy *policy, uint32_t slot);
/* A running job has another number of GPUs. */
void gs_policy_resized(gs_policy *policy, uint32_t slot);
/* Before a job leaves: how it ended, for modules that learn. */
gpusim_status gs_policy_ended(gs_policy *policy, uint32_t slot, const gpusim_outcome *outcome,
                              gpusim_error *err);
void gs_policy_left(gs_policy *policy, uint32_t slot);
/* How well the order has predicted run times of jobs that completed, if it does. */
typedef struct gs_predictions {
    uint64_t count;
    uint64_t twofold; /* by a factor of two at most */
    double off;       /* s: how far off they were, summed up */
} gs_predictions;
void gs_policy_predictions(const gs_policy *policy, gs_predictions *predictions);
/* A running job goes faster or slower: its end is expected anew. O(log n). */
void gs_policy_rated(gs_policy *policy, uint32_t slot);
/* Something that may let a waiting job start: a release, a node that came up, a quota. */
void gs_policy_freed(gs_policy *policy);

/* One pass; decisions->wait says when to come again. Asked only if something above happened since
 * the last pass, or a wait has come. */
gpusim_status gs_policy_pass(gs_policy *policy, gpusim_decisions *decisions, gpusim_error *err);

/* *takes is 0 when a cluster whose nodes are all up and idle would not take the job in this slot of
 * the view, which may not be queued yet: then it would wait for ever. Only a placement can tell; of
 * a module that decides everything it is always 1. As cheap as placing a job. */
gpusim_status gs_policy_takes(gs_policy *policy, uint32_t slot, int *takes, gpusim_error *err);

/* 1 when a pass could decide anything now. */
int gs_policy_wants_pass(const gs_policy *policy);

uint32_t gs_policy_queue_length(const gs_policy *policy);

/* Rebuilds what is derived from the state after a restore; and checks the invariants. */
gpusim_status gs_policy_restored(gs_policy *policy, gpusim_error *err);
gpusim_status gs_policy_check(const gs_policy *policy, gpusim_error *err);

#endif
