/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of `gpusim explain` share: a trace's tables, and what a job's waits were like. */
#ifndef CLI_EXPLAIN_H
#define CLI_EXPLAIN_H

#include <gpusim/trace.h>

/* Tables of a trace that are looked at. */
typedef struct cli_story {
    gpusim_trace *trace;
    gpusim_job_row *jobs;
    gpusim_event_row *events;
    gpusim_decision_row *decisions;
    gpusim_allocation_row *allocations;
    gpusim_node_row *nodes;
    uint64_t job_count, event_count, decision_count, allocation_count, node_count;
} cli_story;

static inline const char *cli_name_of(const cli_story *story, uint32_t name)
{
    const char *text = gpusim_trace_name(story->trace, name);
    return text ? text : "";
}

/* One wait of a job, from when it joined the queue. Times in ns; shares are of the wait. */
typedef struct cli_wait {
    gpusim_time from, to;
    double too_few;     /* fewer GPUs were free in all than it wants */
    double scattered;   /* enough in all, but no node had them, for a job that a node could hold */
    double enough;      /* ... the rest of the time */
    uint64_t free_then; /* thousandths of GPUs that were free when it came */
    uint64_t before;    /* jobs that had come before and started meanwhile */
    uint64_t after;     /* jobs that came later and started before it */
    int bound;          /* 1: only some nodes are for it, and GPUs of these alone are counted */
} cli_wait;

/* What a wait was like: by allocations, states of nodes and starts of others. */
gpusim_status cli_wait_look(const cli_story *story, const gpusim_job_row *job, gpusim_time from,
                            gpusim_time to, cli_wait *wait, gpusim_error *err);

#endif
