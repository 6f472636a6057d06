/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What happened in a run, as its trace tells: its worst minutes, the waits of its jobs and why they
 * waited, its faults and what was done about them. *Uses GSL:* no. */
#ifndef GPUSIM_STORY_H
#define GPUSIM_STORY_H

#include <gpusim/trace.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct gpusim_story gpusim_story;

/* Reads the tables of a trace, which outlives it, whole: O(rows) memory. */
GPUSIM_API gpusim_status gpusim_story_create(gpusim_trace *trace, gpusim_story **story,
                                             gpusim_error *err);
GPUSIM_API void gpusim_story_destroy(gpusim_story *story);

/* What was read, in the order of the file; it lives as long as the story. */
typedef struct gpusim_story_tables {
    const gpusim_job_row *jobs; /* of a run that was killed only those that had ended */
    const gpusim_event_row *events;
    const gpusim_allocation_row *allocations;
    const gpusim_node_row *nodes;
    uint64_t job_count, event_count, allocation_count, node_count;
    gpusim_time end; /* of the run; of one that was killed the last that is known */
} gpusim_story_tables;

GPUSIM_API const gpusim_story_tables *gpusim_story_get_tables(const gpusim_story *story);

/* ---- waits ---- */

/* One wait of a job, from when it joined the queue. Shares are of the wait. */
typedef struct gpusim_wait {
    gpusim_time from, to;
    double too_few;     /* fewer GPUs were free in all than it wants */
    double scattered;   /* enough in all, but no node had them, for a job that a node could hold */
    double enough;      /* ... the rest of the time */
    uint64_t free_then; /* thousandths of GPUs that were free when it came */
    uint64_t before;    /* jobs that had come before and started meanwhile */
    uint64_t after;     /* jobs that came later and started before it */
    uint32_t bound;     /* 1: only some nodes are for it, and GPUs of these alone are counted */
    uint32_t unended;   /* 1: it waited when the run ended */
} gpusim_wait;

/* What a wait was like: by allocations, states of nodes and starts of others. O(events + parts). */
GPUSIM_API gpusim_status gpusim_story_wait(const gpusim_story *story, const gpusim_job_row *job,
                                           gpusim_time from, gpusim_time to, gpusim_wait *wait,
                                           gpusim_error *err);

typedef struct gpusim_waited {
    const gpusim_job_row *job;
    gpusim_wait wait; /* its longest; a job that came back to the queue has several */
} gpusim_waited;

/* The jobs with the longest waits, those first; at most `most`, *count of them. Jobs that a killed
 * run left without a row are not among them. */
GPUSIM_API gpusim_status gpusim_story_waits(const gpusim_story *story, uint32_t most,
                                            gpusim_waited *waits, uint32_t *count,
                                            gpusim_error *err);

/* ---- minutes ---- */

/* A minute of the run, and what GPU time was lost in it (s, over all GPUs):
 * - out of service: of GPUs on nodes that were not up, as far as no job held them; removed nodes
 *   are not of the cluster and count nothing;
 * - undone: what jobs that a fault ended in this minute had done since their last checkpoint, or
 *   since they had started; it counts in the minute in which it was undone, and may be more than
 *   all GPUs have in a minute;
 * - unused: of GPUs on nodes that were up and that no job held, no more than waiting jobs wanted.
 * `lost` is their sum. Queued is what the jobs that waited wanted: not lost, where all was busy. */
typedef struct gpusim_minute {
    gpusim_time from, to; /* the last of a run may be shorter */
    double lost_gpu_s, out_of_service_gpu_s, undone_gpu_s, unused_gpu_s, queued_gpu_s;
    uint64_t waiting;              /* jobs, at most */
    uint64_t started, failed;      /* attempts of jobs */
    uint64_t faults, alerts;       /* that began in it */
    uint64_t under_way;            /* faults, also of before */
    const gpusim_fault_row *worst; /* of those under way the one that hit most jobs, then the
                                    * latest; NULL: none */
} gpusim_minute;

/* The worst minutes, those first: where most GPU time was lost, and among equals most was queued.
 * So that they are not all of one hour, they begin a tenth of the run apart, an hour at most, a
 * minute at least. Minutes in which nothing was lost nor queued are not among them. O(rows +
 * minutes of the run). */
GPUSIM_API gpusim_status gpusim_story_minutes(const gpusim_story *story, uint32_t most,
                                              gpusim_minute *minutes, uint32_t *count,
                                              gpusim_error *err);

/* ---- faults ---- */

/* A fault, with those that it brought along, and what was made of it. */
typedef struct gpusim_fault_story {
    const gpusim_fault_row *fault;
    uint64_t brought;                /* faults that it brought along */
    uint64_t jobs_hit;               /* by all of them */
    uint64_t alerts;                 /* that met it (definitions 28) */
    const gpusim_alert_row *first;   /* of those, by the time at which it was raised; NULL: none */
    uint64_t actions;                /* on what it struck, while it lasted */
    const gpusim_action_row *action; /* the first of those; NULL: none */
} gpusim_fault_story;

/* All faults but those that others brought along: who hit most jobs first, then who lasted longest.
 * It belongs to the story. */
GPUSIM_API gpusim_status gpusim_story_faults(gpusim_story *story, const gpusim_fault_story **faults,
                                             uint64_t *count, gpusim_error *err);

#ifdef __cplusplus
}
#endif
#endif
