/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of policy/ share about the policy of one run.
 *
 * Waiting jobs stand in *lines*, ordered sets by (key, order of submission). A line belongs to a
 * *queue*: one for each VC with a quota, and number 0 for all other jobs. Where a job that blocks
 * holds back the rest, a queue is one line; where it is skipped, each shape is a line of its own,
 * so that a shape that does not fit is dropped with all its jobs at once. */
#ifndef GS_POLICY_INSIDE_H
#define GS_POLICY_INSIDE_H

#include <math.h>

#include "base/ordered.h"
#include "policy/shadow.h"
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
    uint64_t milli; /* thousandths of GPUs it takes */
    uint32_t where; /* gs_place_in_life */
    uint32_t line, queue, gpus;
    uint32_t in_list;  /* 1: repack's list has it */
    uint32_t promised; /* 1: conservative has a reservation for it */
    uint32_t lent;     /* 1: it runs beyond its queue's quota */
    uint32_t gone;     /* while room is made in thought: 1: it is stopped */
} gs_waiter;

typedef struct gs_line {
    gpusim_time bound; /* jobs with longer estimates cannot start; -1: none can until GPUs are
                        * freed, GPUSIM_TIME_MAX: all may */
    uint32_t jobs;     /* its set, of slots */
    uint32_t queue;    /* GPUSIM_NONE until the first job joins */
    uint32_t listed;   /* 1: it stands among its queue's heads */
    uint32_t base;     /* by class: the queue or shape whose line it is, ... */
    uint64_t of;       /* ... its class, ... */
    uint32_t next;     /* ... the next in its bucket, or among the free */
    uint32_t used;     /* ... 0: it is free */
} gs_line;

typedef struct gs_queue {
    uint64_t used;    /* thousandths of GPUs of its running jobs */
    uint64_t lent;    /* those of them that are beyond its quota */
    uint32_t heads;   /* its set, of lines: by the first job of each that may start */
    uint32_t vc;      /* GPUSIM_NONE: of queue 0 */
    uint32_t waiting; /* jobs */
    uint32_t blocked; /* 1: its first job does not fit until GPUs are freed */
} gs_queue;

typedef struct gs_books {
    gpusim_time next; /* when repack or a module wants to be asked again; GPUSIM_TIME_MAX */
    uint64_t installed;
    uint32_t running;    /* the set of running jobs by expected end */
    uint32_t waiting;    /* jobs in all queues */
    uint32_t freed;      /* 1: lines that failed are worth another try */
    uint32_t changed;    /* 1: jobs came, started or left since the last pass */
    uint32_t wrong;      /* conservative: an estimate was, so that reservations may move */
    uint32_t unplanned;  /* conservative: somebody waits without a reservation */
    gpusim_time ranked;  /* by class: ranks hold until then */
    uint32_t free_line;  /* by class: the first that is free */
    uint32_t used_lines; /* by class: those in use */
    uint64_t predictions,
        predicted_twofold; /* jobs of a predicted length; no further off than x 2 */
    double predicted_off;  /* s, sum of how far off they were */
} gs_books;

/* Of repack's lasting list: a slot, and the job that it served when it was listed. */
typedef struct gs_entry {
    uint64_t order;
    uint32_t slot, reserved;
} gs_entry;

/* A reservation of conservative backfill: who, when, where. */
typedef struct gs_reservation {
    gpusim_time start, end;
    uint64_t order; /* the job that its slot served */
    uint32_t slot, first_part, parts, reserved;
} gs_reservation;

/* What one module remembers under keys; the arrays are state. */
typedef struct gs_memory {
    gs_array entries, buckets, records;
    gpusim_status failure; /* memory was short */
    uint32_t kept;         /* 0: the module keeps none */
    gpusim_error error;
} gs_memory;

enum { GS_OF_ORDER, GS_OF_PLACEMENT, GS_OF_SCHEDULER, GS_MEMORIES };

struct gs_policy {
    const gs_setup *setup;
    const gpusim_view *view;
    gs_manner manner;
    uint32_t by_shape; /* lines are shapes, not queues */
    uint32_t by_class; /* the order ranks: each of these is a line for each class */
    uint32_t learns;   /* some module wants to hear of jobs that come or end */
    uint32_t lends;    /* 1: what starts now does so beyond its queue's quota */
    gpusim_stream order_stream, placement_stream, scheduler_stream, evict_stream;

    /* the state */
    gs_array books;                   /* gs_books, one */
    gs_array waiters;                 /* gs_waiter, by slot */
    gs_array members;                 /* gs_ordered, by slot: of lines, or of running jobs */
    gs_array lines, line_members;     /* gs_line and gs_ordered */
    gs_array buckets;                 /* by class: the first line of each hash of a class */
    gs_array queues;                  /* gs_queue */
    gs_array list;                    /* gs_entry: the jobs of repack */
    gs_array reservations, parts;     /* gs_reservation, and gpusim_part of all of them */
    gs_array order_state, order_jobs; /* bytes of the modules */
    gs_array place_state, place_jobs;
    gs_array module_state, module_jobs;
    gs_array order_nodes, module_nodes; /* the same by node */
    gs_memory memories[GS_MEMORIES];

    /* scratch */
    gs_array trial;       /* gpusim_part: one placement */
    gs_array cache;       /* bytes: what a placement module remembers */
    gs_array state_copy;  /* bytes: a placement module's state while it is asked what if, and as it
                           * was before it was asked */
    gs_array slots, runs; /* uint32_t and uint8_t */
    gs_array ranks;       /* double, by slot */
    gs_array failed;      /* uint64_t, by shape: the try in which it failed */
    uint64_t tries;
    gs_array
        looked; /* uint64_t, by shape: 2 x the thaw in which it was looked at, + 1: it fitted */
    uint64_t thaws;
    gs_array keys, spare;            /* of repack's sort */
    gs_array moves, trial_parts;     /* of repack: who goes where */
    gs_array ring_jobs, ring_places; /* of jobs that change places */
    gs_array granted;                /* uint64_t: thousandths of GPUs given to each queue */
    gs_array moments, planned;       /* of a plan */
    gs_array promises, heads;        /* of EASY */
    gs_array turns;                  /* uint32_t: of who would start otherwise than reserved */
    gs_shadow **shadows;             /* by number; NULL until it is needed */
    uint32_t shadow_count;
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
/* 1 when a queue's quota leaves room for so many thousandths of GPUs beside `used`. */
int gs_quota_leaves(const gs_policy *policy, uint32_t queue, uint64_t used, uint64_t milli);
/* Ranks anew: all that are out of date, or those of one class. */
void gs_queues_rank(gs_policy *policy);
void gs_class_rank(gs_policy *policy, uint64_t class);
/* What failed is worth another try if there are GPUs enough. With `only_fitting`, of an order whose
 * classes are lines of their own for each shape, it is if a job of that shape fits: none of the
 * others has to be ranked. */
gpusim_status gs_queues_thaw(gs_policy *policy, int only_fitting, gpusim_error *err);
/* The same, whatever failed. */
void gs_queues_open(gs_policy *policy);

/* memory.c: see gpusim_remember. */
void gs_memory_make(gs_memory *memory, const gpusim_module *module);
void gs_memory_release(gs_memory *memory);

/* learn.c: the modules hear of a job that is new. */
int gs_policy_learns(const gs_policy *policy);
gpusim_status gs_learn_submitted(gs_policy *policy, const gpusim_job_info *job, gpusim_error *err);

/* ask.c: asks the placement where a job would go. */
gpusim_context gs_order_context(gs_policy *policy);
gpusim_context gs_scheduler_context(gs_policy *policy);
double gs_order_key(gs_policy *policy, const gpusim_job_info *job);
/* Its rank now, where the order has ranks; else its key. */
double gs_order_rank(gs_policy *policy, const gpusim_job_info *job);
uint64_t gs_order_class(gs_policy *policy, const gpusim_job_info *job);
#define GS_NO_SCORE ((double)NAN)
/* For real: the module may remember that it was asked. */
int gs_place_on(gs_policy *policy, const gpusim_view *view, uint32_t slot,
                gpusim_placement *placement);
/* On a hypothetical cluster: the module's state is as before afterwards. */
int gs_place_if(gs_policy *policy, const gpusim_view *view, uint32_t slot,
                gpusim_placement *placement);

/* preempt.c: stops others so that a job fits, if the scheduler does so and it would; *made is 1
 * then. O(running), and a try to place the job for each that may be stopped. Where jobs have
 * reservations it has to fit for all of its estimate, and it is started, too; O(waiting) more. */
gpusim_status gs_make_room(gs_policy *policy, gpusim_decisions *decisions, uint32_t slot, int *made,
                           gpusim_error *err);
/* 1 when the scheduler stops jobs for others. */
int gs_makes_room(const gs_policy *policy);
/* 1 when a job may run on GPUs that are lent. */
int gs_may_borrow(const gs_policy *policy, uint32_t slot);
/* Starts a job on lent GPUs beside all reservations; *started is 1 then. */
gpusim_status gs_lend_beside(gs_policy *policy, gpusim_decisions *decisions, uint32_t slot,
                             int *started, gpusim_error *err);
/* Makes lent GPUs their queue's own where its quota has room again; with backfill while nobody of
 * it waits, who may have been promised that room. */
void gs_settle_lent(gs_policy *policy);

/* evict.c: sheds load of nodes that are too busy, if it is time; and asks for the next time, at the
 * end of a pass. O(nodes), and O(running) for each of these nodes. */
gpusim_status gs_evict(gs_policy *policy, gpusim_decisions *decisions, gpusim_error *err);
void gs_evict_wait(const gs_policy *policy, gpusim_decisions *decisions);

/* compose.c: 1 when a job may start now, as far as its quota and the nodes go. */
int gs_would_start(gs_policy *policy, uint32_t slot);
/* 1 when the job has started, on the view's nodes, within its quota. */
int gs_try_to_start(gs_policy *policy, gpusim_decisions *decisions, uint32_t slot,
                    const gpusim_view *view, const char *reason);
/* The same beyond its quota. */
int gs_try_to_lend(gs_policy *policy, gpusim_decisions *decisions, uint32_t slot,
                   const gpusim_view *view);
/* Starts a job beyond its quota where it is told. */
int gs_lend(gs_policy *policy, gpusim_decisions *decisions, uint32_t slot,
            const gpusim_placement *placement);
/* Thousandths of GPUs that a queue has of its own. */
static inline uint64_t gs_queue_own(const gs_policy *policy, uint32_t queue)
{
    return gs_queue_of(policy, queue)->used - gs_queue_of(policy, queue)->lent;
}

/* Hypothetical clusters by number: made when first asked for. */
enum {
    GS_SHADOW_THEN,    /* at one time of the future; repack: without its jobs */
    GS_SHADOW_LATER,   /* while a window is looked at */
    GS_SHADOW_WINDOW,  /* what is free all through it */
    GS_SHADOW_EMPTY,   /* all nodes up and idle */
    GS_SHADOW_PROMISES /* two for each promise of EASY */
};
gpusim_status gs_shadow_get(gs_policy *policy, uint32_t number, gpusim_error *err);

/* running.c: running jobs by expected end. */
void gs_running_add(gs_policy *policy, uint32_t slot);
void gs_running_remove(gs_policy *policy, uint32_t slot);
/* Moves the ends that have passed on: an estimate that was overrun grows (Tsafrir et al. 2007).
 * Returns how many. */
uint32_t gs_running_grow(gs_policy *policy);

/* waiting.c: all who wait (without a reservation, if so asked), by key and order, into
 * policy->slots. */
gpusim_status gs_waiting_in_order(gs_policy *policy, int unpromised, gpusim_error *err);

/* One pass of each manner. */
gpusim_status gs_pass_module(gs_policy *policy, gpusim_decisions *decisions, gpusim_error *err);
gpusim_status gs_pass_composed(gs_policy *policy, gpusim_decisions *decisions, gpusim_error *err);
gpusim_status gs_pass_easy(gs_policy *policy, gpusim_decisions *decisions, gpusim_error *err);
gpusim_status gs_pass_conservative(gs_policy *policy, gpusim_decisions *decisions,
                                   gpusim_error *err);
/* What scratch arrays hold, for policy.c to make them. */
#define GS_KEYED_BYTES   24
#define GS_MOVE_BYTES    16
#define GS_MOMENT_BYTES  40
#define GS_PLANNED_BYTES 16
#define GS_PROMISE_BYTES 40
gpusim_status gs_pass_repack(gs_policy *policy, gpusim_decisions *decisions, gpusim_error *err);

#endif
