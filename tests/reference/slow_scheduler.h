/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A scheduler simulator that is obviously right and slow: it shares no line with libgpusim, keeps
 * nothing that it could look up, and rescans every job and node at every instant. Tests compare the
 * fast one with it.
 *
 * An instant: running jobs that end release, arrivals join in order of submission, then one pass.
 * What a pass starts with no work left ends in the next round of the same instant.
 */
#ifndef SLOW_SCHEDULER_H
#define SLOW_SCHEDULER_H

#include <stdint.h>

#define SLOW_NEVER INT64_MAX
#define SLOW_NO_VC UINT32_MAX
#define SLOW_ANY   UINT32_MAX /* group, cluster */

typedef enum slow_order {
    SLOW_FIFO,     /* submission */
    SLOW_SJF,      /* estimate of the whole job */
    SLOW_SMALLEST, /* GPUs */
    SLOW_PRIORITY, /* largest first */
    SLOW_SRTF,     /* estimate of what remains */
    SLOW_SRSF,     /* what remains times GPUs */
    SLOW_LAS,      /* three queues by attained service */
    SLOW_EDF,      /* deadline; those without one last */
    SLOW_MAX_MIN,  /* whose user holds the fewest GPUs now */
} slow_order;

typedef enum slow_placement {
    SLOW_FIRST_FIT,
    SLOW_BEST_FIT,
    SLOW_CONSOLIDATE,
    SLOW_SPREAD,
} slow_placement;

typedef enum slow_backfill { SLOW_NO_BACKFILL, SLOW_EASY, SLOW_CONSERVATIVE } slow_backfill;

typedef enum slow_stops { SLOW_STOPS_NOBODY, SLOW_STOPS_LOWER, SLOW_STOPS_SPOT } slow_stops;

typedef enum slow_state {
    SLOW_COMING,
    SLOW_WAITING,
    SLOW_RUNNING,
    SLOW_COMPLETED,
    SLOW_TIMEOUT,
    SLOW_REJECTED,
} slow_state;

/* Times in nanoseconds. The first block is given, the second is the result. */
typedef struct slow_job {
    int64_t submit, duration;
    int64_t walltime; /* SLOW_NEVER: none */
    int64_t estimate; /* what the scheduler believes */
    uint32_t gpus;
    uint32_t cpus;    /* per GPU */
    uint32_t storage; /* the same, GiB */
    uint32_t group;   /* SLOW_ANY: any */
    uint32_t cluster; /* the same */
    uint32_t not_on;  /* nodes that it may not use, as bits of their numbers */
    uint32_t words;   /* differs where jobs name their nodes in different words */
    uint32_t vc;      /* SLOW_NO_VC: none */
    int32_t priority;
    int preemptible;
    int64_t deadline; /* SLOW_NEVER: none */
    uint32_t user;

    slow_state state;
    int64_t start, end; /* first start, last end; SLOW_NEVER: none */
    uint32_t preemptions;
} slow_job;

/* Nodes that are all alike. */
typedef struct slow_group {
    uint32_t nodes;
    uint32_t gpus, cpus; /* of each node */
    uint32_t storage;
    uint32_t cluster; /* no job is in two at a time */
} slow_group;

typedef struct slow_cluster {
    uint32_t groups, vcs;
    const slow_group *group; /* [groups], their nodes numbered one after the other */
    const uint32_t *quota;   /* [vcs] GPUs */
} slow_cluster;

typedef struct slow_policy {
    slow_order order;
    slow_placement placement;
    slow_backfill backfill;
    slow_stops stops;
    int borrow;        /* preemptible jobs may run beyond the quota of their virtual cluster */
    int blocking;      /* the first that does not fit holds back the rest */
    int repack;        /* preemption: running jobs are placed anew together with the queue */
    int kill;          /* jobs end at their walltime */
    int64_t limits[2]; /* of las: attained service at which a job leaves queue 0 and 1 */
} slow_policy;

/* Fills the results of jobs[count], which are in order of submission; all of them end or are
 * rejected. Returns 0, or -1 when memory ran out or jobs are left that nothing can start. */
int slow_schedule(const slow_cluster *cluster, const slow_policy *policy, slow_job *jobs,
                  uint32_t count);

#endif
