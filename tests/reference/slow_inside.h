/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of the slow twin share. */
#ifndef SLOW_INSIDE_H
#define SLOW_INSIDE_H

#include "reference/slow_scheduler.h"

/* What a node has to give. */
typedef struct spare {
    uint32_t gpus, cpus, storage;
} spare;

/* For what somebody may be stopped. */
typedef enum slow_claim {
    SLOW_CLAIM_NONE,
    SLOW_CLAIM_LENT,
    SLOW_CLAIM_PRIORITY,
    SLOW_CLAIM_SPOT
} slow_claim;

/* What the twin knows of a job beside its results. */
typedef struct work {
    int64_t began;     /* this attempt */
    int64_t remaining; /* work left, at `settled` */
    int64_t attained;  /* work done, at `settled` */
    int64_t settled;
    int64_t reserved;  /* when it is to start; SLOW_NEVER: no reservation */
    uint32_t *held;    /* [nodes] GPUs it has on each, or had last */
    uint32_t *planned; /* [nodes] where it is to start */
    uint32_t queue;    /* of las */
    int failed;        /* tried in vain in this pass */
    int64_t left;      /* of the estimate, as this attempt began */
    int lent;          /* it holds GPUs beyond the quota of its virtual cluster */
    int gone;          /* stopped in thought */
} work;

/* The quota of a virtual cluster is one more node, behind the real ones, of which every job of the
 * VC takes as many GPUs as it has elsewhere: what holds for nodes, now and in plans, holds for
 * quotas without another word. */
typedef struct twin {
    const slow_cluster *cluster;
    const slow_policy *policy;
    slow_job *jobs; /* in order of submission */
    work *works;
    uint32_t count;
    uint32_t real, nodes; /* without and with quotas */
    uint32_t *group_of;   /* [real] */
    uint32_t *storage;    /* of held and planned */
    uint32_t *list;       /* jobs present, in the lasting order of repack and las */
    uint32_t present;
    uint32_t *line;  /* jobs waiting, in order */
    uint32_t *other; /* for sorting */
    uint32_t *victims;
    spare *free;     /* [nodes] of the cluster or a hypothetical one */
    spare *now_free; /* [nodes] */
    uint32_t *parts; /* [nodes] what fits() has found */
    spare *level;    /* [points][nodes] believed to be free from a point to the next */
    int64_t *when;   /* [points] where they begin, in order */
    uint32_t points;
    int surprised;     /* an estimate has turned out wrong since the last pass */
    int64_t now, last; /* this pass and the one before */
} twin;

/* slow_place.c: everything on t->free */
int slow_may_use(const twin *t, const slow_job *job, uint32_t group);
/* ... and this node. */
int slow_may_use_node(const slow_job *job, uint32_t node);
/* Nodes of a group that it may use. */
uint32_t slow_nodes(const twin *t, const slow_job *job, uint32_t group);
/* GPUs of this job that an empty node of a group can take. */
uint32_t slow_capacity(const twin *t, const slow_job *job, uint32_t group);
/* Fills t->parts; 1 if the job fits. */
int slow_fits(const twin *t, const slow_job *job);
/* The same where it was before. */
int slow_can_stay(const twin *t, uint32_t j);
/* Takes t->parts out of t->free and keeps them. */
void slow_take(const twin *t, uint32_t j, uint32_t *held);
void slow_subtract(spare *node, const slow_job *job, uint32_t gpus);
void slow_free_all(const twin *t, spare *nodes);
void slow_free_now(const twin *t);

/* slow_backfill.c */
void slow_pass_easy(twin *t);
void slow_pass_conservative(twin *t);
/* What was believed at a moment of when a running job ends. */
int64_t slow_expected_end(const twin *t, uint32_t j, int64_t when);

/* What is left of a job's estimate. */
int64_t slow_left(const twin *t, uint32_t j);
/* Whether `as` fits now and for all that is left of the job j, beside those who run, but for those
 * who are gone, and reservations, but for its own and those of whom it could stop. */
int slow_fits_beside(twin *t, slow_claim claim, uint32_t j, const slow_job *as);

/* slow_preempt.c */
int slow_may_stop(const twin *t, slow_claim claim, uint32_t j, uint32_t victim);
/* 1: somebody has been stopped, and t->parts is where the job fits now. */
int slow_make_room(twin *t, uint32_t j);
int slow_may_borrow(const twin *t, uint32_t j);
slow_job slow_without_quota(const twin *t, uint32_t j);
/* Of its virtual cluster; t->free is what is free now. */
int slow_quota_is_full(const twin *t, uint32_t j);
void slow_settle(const twin *t);

/* slow_repack.c */
void slow_pass_repack(twin *t);
void slow_pass_las(twin *t);

/* slow_scheduler.c */
void slow_start(const twin *t, uint32_t j);
/* On t->parts, now. */
void slow_run(const twin *t, uint32_t j, int lent);
/* Stable. */
void slow_sort(const twin *t, uint32_t *list, uint32_t count);
/* Fills t->line with those that wait, in order, none failed; returns how many. */
uint32_t slow_line_up(const twin *t);
/* Of t->line[count], the first job not yet tried of the queue whose turn it is; `count` if none. */
uint32_t slow_next_turn(const twin *t, uint32_t count);
/* Somebody of t->line[count] has started: for orders by what is held. */
void slow_order_anew(const twin *t, uint32_t count);
/* The job at `i` has failed; with `whole`, and all of its queue. */
void slow_fail(const twin *t, uint32_t count, uint32_t i, int whole);

#endif
