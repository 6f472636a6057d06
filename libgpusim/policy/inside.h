/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of policy/ share about the policy of one run.
 *
 * Waiting jobs stand in *lines*, ordered sets by (key, order of submission). A line belongs to a
 * *queue*: one for each VC with a quota, and number 0 for all other jobs. Where a job that blocks
 * holds back the rest, a queue is one line; where it is skipped, each shape is a line of its own,
 * so that a shape that does not fit is dropped with all its jobs at once. */
#ifndef GS_POLICY_INSIDE_H
#define GS_POLICY_INSIDE_H

#include "base/ordered.h"
#include "policy/index.h"
#include "policy/tables.h"

/* How a policy goes about a pass. */
typedef enum gs_manner {
    GS_MANNER_COMPOSED, /* by order and placement alone */
    GS_MANNER_EASY,
    GS_MANNER_CONSERVATIVE,
    GS_MANNER_REPACK,
    GS_MANNER_MODULE, /* one module decides everything */
} gs_manner;

typedef enum gs_place_in_life { GS_ABSENT, GS_WAITING, GS_RUNNING } gs_place_in_life;

/* What is remembered of a job by its slot. */
typedef struct gs_waiter {
    gpusim_time end;       /* when a running job is expected to end */
    gpusim_time estimated; /* the same as it started */
    uint64_t order;
    uint32_t where; /* gs_place_in_life */
    uint32_t line, queue, gpus;
} gs_waiter;

typedef struct gs_line {
    gpusim_time bound; /* jobs with longer estimates cannot start; -1: none can until GPUs are
                        * freed, GPUSIM_TIME_MAX: all may */
    uint32_t jobs;     /* its set, of slots */
    uint32_t queue;    /* GPUSIM_NONE until the first job joins */
    uint32_t listed;   /* 1: it stands among its queue's heads */
    uint32_t reserved;
} gs_line;

typedef struct gs_queue {
    uint64_t used;    /* GPUs of its running jobs */
    uint32_t heads;   /* its set, of lines: by the first job of each that may start */
    uint32_t vc;      /* GPUSIM_NONE: of queue 0 */
    uint32_t waiting; /* jobs */
    uint32_t blocked; /* 1: its first job does not fit until GPUs are freed */
} gs_queue;

typedef struct gs_books {
    gpusim_time next; /* when repack or a module wants to be asked again; GPUSIM_TIME_MAX */
    uint64_t installed;
    uint32_t running; /* the set of running jobs by expected end */
    uint32_t waiting; /* jobs in all queues */
    uint32_t freed;   /* 1: lines that failed are worth another try */
    uint32_t changed; /* 1: jobs came, started or left since the last pass */
    uint32_t wrong;   /* conservative: an estimate was, so that reservations may move */
    uint32_t reserved;
} gs_books;

/* A hypothetical cluster: nodes of its own under a copy of the view. */
typedef struct gs_shadow {
    gpusim_view view;
    gpusim_node_info *nodes;
    gs_index *index;
} gs_shadow;

/* A reservation of conservative backfill: who, when, where. */
typedef struct gs_reservation {
    gpusim_time start, end;
    uint32_t slot, first_part, parts, reserved;
} gs_reservation;

struct gs_policy {
    const gs_setup *setup;
    const gpusim_view *view;
    gs_manner manner;
    uint32_t by_shape; /* lines are shapes, not queues */
    gpusim_stream order_stream, placement_stream, scheduler_stream;

    /* the state */
    gs_array books;                   /* gs_books, one */
    gs_array waiters;                 /* gs_waiter, by slot */
    gs_array members;                 /* gs_ordered, by slot: of lines, or of running jobs */
    gs_array lines, line_members;     /* gs_line and gs_ordered */
    gs_array queues;                  /* gs_queue */
    gs_array list;                    /* uint32_t: slots, of repack or a module */
    gs_array reservations, parts;     /* gs_reservation, and gpusim_part of all of them */
    gs_array order_state, order_jobs; /* bytes of the modules */
    gs_array place_state, place_jobs;
    gs_array module_state, module_jobs;

    /* scratch */
    gs_array trial;       /* gpusim_part: one placement */
    gs_array state_copy;  /* bytes: a placement module's state while it is asked what if */
    gs_array slots, runs; /* uint32_t and uint8_t */
    gs_array keys, spare; /* of repack's sort */
    gs_array moments;     /* of a plan */
    gs_array shadows;     /* gs_shadow: as many as were ever needed */
    gs_array promises;    /* of EASY */
    uint32_t largest_job; /* GPUs: what `trial` has room for */
};

static inline gs_books *gs_books_of(const gs_policy *policy)
{
    return policy->books.data;
}

static inline gs_waiter *gs_waiter_of(const gs_policy *policy, uint32_t slot)
{
    return &GS_AT(policy->waiters, gs_waiter, slot);
}

static inline gs_line *gs_line_of(const gs_policy *policy, uint32_t line)
{
    return &GS_AT(policy->lines, gs_line, line);
}

static inline gs_queue *gs_queue_of(const gs_policy *policy, uint32_t queue)
{
    return &GS_AT(policy->queues, gs_queue, queue);
}

static inline const gpusim_job_info *gs_job_of(const gs_policy *policy, uint32_t slot)
{
    return &policy->view->jobs[slot];
}

/* queue.c: lines, queues and the list. */
gpusim_status gs_queues_create(gs_policy *policy, gpusim_error *err);
gpusim_status gs_queue_join(gs_policy *policy, uint32_t slot, gpusim_error *err);
void gs_queue_leave(gs_policy *policy, uint32_t slot);
/* After a line's bound or its first job changed. */
void gs_line_refresh(gs_policy *policy, uint32_t line);
void gs_line_bound(gs_policy *policy, uint32_t line, gpusim_time bound);
/* The first job of a line that may start, or GPUSIM_NONE. */
uint32_t gs_line_candidate(const gs_policy *policy, uint32_t line);
/* The queue to be served next: the least used for its quota of those that have a candidate and are
 * not blocked. */
uint32_t gs_queue_next(const gs_policy *policy);
/* 1 when a queue's quota leaves room for so many GPUs beside `used`. */
int gs_quota_leaves(const gs_policy *policy, uint32_t queue, uint64_t used, uint32_t gpus);
/* What failed is worth another try if there are GPUs enough. */
void gs_queues_thaw(gs_policy *policy);

/* place.c of the host: asks the placement where a job would go. */
gpusim_context gs_order_context(const gs_policy *policy);
double gs_order_key(const gs_policy *policy, const gpusim_job_info *job);
/* For real: the module may remember that it was asked. */
int gs_place_now(gs_policy *policy, uint32_t slot, gpusim_placement *placement);
/* On a hypothetical cluster: the module's state is as before afterwards. */
int gs_place_if(gs_policy *policy, const gpusim_view *view, uint32_t slot,
                gpusim_placement *placement);

/* shadow.c */
gpusim_status gs_shadow_get(gs_policy *policy, uint32_t number, gs_shadow **shadow,
                            gpusim_error *err);
void gs_shadows_release(gs_policy *policy);
/* Makes it the cluster as it is now, touching only nodes that differ. */
void gs_shadow_sync(gs_shadow *shadow, const gpusim_view *view);
/* Makes each node's free resources the smaller of two clusters'. */
void gs_shadow_least(gs_shadow *shadow, const gpusim_view *a, const gpusim_view *b);
/* The same for one node, from what it is already. */
void gs_shadow_bound_node(gs_shadow *shadow, const gpusim_node_info *node, uint32_t number);
/* Gives a job's parts back, or takes them. A node that has not enough is left at 0. */
void gs_shadow_release(gs_shadow *shadow, const gpusim_job_info *job, const gpusim_part *parts,
                       uint32_t count);
void gs_shadow_take(gs_shadow *shadow, const gpusim_job_info *job, const gpusim_part *parts,
                    uint32_t count);
/* 1 when all parts are free. */
int gs_shadow_has(const gpusim_view *view, const gpusim_job_info *job, const gpusim_part *parts,
                  uint32_t count);

/* running.c: running jobs by expected end. */
void gs_running_add(gs_policy *policy, uint32_t slot);
void gs_running_remove(gs_policy *policy, uint32_t slot);
/* Moves the ends that have passed on: an estimate that was overrun grows (Tsafrir et al. 2007).
 * Returns how many. */
uint32_t gs_running_grow(gs_policy *policy);

/* One pass of each manner. */
gpusim_status gs_pass_composed(gs_policy *policy, gpusim_decisions *decisions, gpusim_error *err);
gpusim_status gs_pass_easy(gs_policy *policy, gpusim_decisions *decisions, gpusim_error *err);
gpusim_status gs_pass_conservative(gs_policy *policy, gpusim_decisions *decisions,
                                   gpusim_error *err);
gpusim_status gs_pass_repack(gs_policy *policy, gpusim_decisions *decisions, gpusim_error *err);

#endif
