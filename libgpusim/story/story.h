/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a story has read, and a cluster that goes through its changes in their order. */
#ifndef GS_STORY_STORY_H
#define GS_STORY_STORY_H

#include <gpusim/story.h>

#include "base/array.h"

#define GS_NO_ROW UINT64_MAX

/* Something of the cluster changes: what a node holds, or its state. */
typedef struct gs_turn {
    gpusim_time time;
    uint32_t node;
    int32_t milli; /* more of it held */
    int32_t state; /* gpusim_node_state; -1: as before */
    uint32_t order;
} gs_turn;

struct gpusim_story {
    gpusim_trace *trace;
    gpusim_story_tables tables;
    gpusim_job_row *jobs;
    gpusim_event_row *events;
    gpusim_allocation_row *allocations;
    gpusim_node_row *nodes;
    gpusim_fault_row *faults;
    gpusim_alert_row *alerts;
    gpusim_action_row *actions;
    uint64_t fault_count, alert_count, action_count;
    uint64_t *row_of; /* [known_jobs]: of a job by its index; GS_NO_ROW: it has none */
    uint64_t known_jobs;
    gs_turn *turns; /* [turn_count], in order */
    uint64_t turn_count;
    gpusim_fault_story *told; /* [told_count]; NULL: not asked for yet */
    uint64_t told_count;
};

/* "" for no name. */
const char *gs_story_name(const gpusim_story *story, uint32_t name);
/* NULL when it has none. */
const gpusim_job_row *gs_story_job(const gpusim_story *story, uint64_t index);
/* Thousandths of GPUs that it wants. */
uint64_t gs_story_wanted(const gpusim_job_row *job);

/* ---- floor.c: a cluster at one time ---- */
typedef struct gs_floor {
    const gpusim_story *story;
    int64_t *held;  /* thousandths, by node */
    uint8_t *state; /* gpusim_node_state */
    uint8_t *meant; /* 0: a node that does not count */
    uint64_t free;  /* of all nodes that are up */
    uint64_t out;   /* of those that are not, as far as nobody holds it */
    uint64_t roomy; /* nodes with as much free as is wanted */
    uint64_t wanted;
    uint64_t next; /* turn */
} gs_floor;

/* Before the first turn; with a job, only of nodes that are meant for it. Release it also after an
 * error. */
gpusim_status gs_floor_create(const gpusim_story *story, const gpusim_job_row *job, gs_floor *floor,
                              gpusim_error *err);
void gs_floor_release(gs_floor *floor);
/* When the next turn is; GPUSIM_TIME_MAX: there is none. */
gpusim_time gs_floor_next(const gs_floor *floor);
/* All turns up to a time, it included. */
void gs_floor_go(gs_floor *floor, gpusim_time time);

#endif
