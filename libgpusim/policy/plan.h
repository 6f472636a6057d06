/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is expected of the future: running jobs end, promised jobs start and end. Backfill asks it
 * for the earliest hole that holds a job. */
#ifndef GS_POLICY_PLAN_H
#define GS_POLICY_PLAN_H

#include "policy/inside.h"

/* A job that does not run yet starts or ends. Its parts are in policy->parts. */
typedef struct gs_moment {
    gpusim_time time;
    uint32_t slot, first_part, parts;
    int32_t starts; /* 1: it starts, 0: it ends */
} gs_moment;

/* How far the future has been read. */
typedef struct gs_cursor {
    uint32_t running; /* the next running job to end, or GPUSIM_NONE */
    uint32_t moment;  /* the next of policy->moments */
} gs_cursor;

gs_cursor gs_plan_begin(const gs_policy *policy);
/* Time of what comes next; GPUSIM_TIME_MAX: nothing does. */
gpusim_time gs_plan_next(const gs_policy *policy, const gs_cursor *cursor);
/* Reads on up to and including a time, and lets it happen to a hypothetical cluster. */
void gs_plan_advance(gs_policy *policy, gs_cursor *cursor, gpusim_time time, gs_shadow *shadow);

/* Enters a promise; one without length holds nothing. policy->moments stay in order, ends before
 * starts: O(moments). */
gpusim_status gs_plan_promise(gs_policy *policy, gpusim_time start, gpusim_time end, uint32_t slot,
                              uint32_t first_part, uint32_t parts, gpusim_error *err);
/* Many at once: each is put at the end, and then all in order. O(moments log moments). */
gpusim_status gs_plan_enter(gs_policy *policy, gpusim_time start, gpusim_time end, uint32_t slot,
                            uint32_t first_part, uint32_t parts, gpusim_error *err);
void gs_plan_sort(gs_policy *policy);

/* The earliest start from now on at which a job fits, with GPUs, cores, memory and its quota, until
 * `length` later; its parts are appended to policy->parts. GPUSIM_TIME_MAX: never, as things are.
 * O(moments), and O(nodes + moments within) for each start that the sum of free GPUs allows. */
gpusim_status gs_plan_find(gs_policy *policy, uint32_t slot, gpusim_time length, gpusim_time *start,
                           uint32_t *parts, gpusim_error *err);

#endif
