/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is expected of the future: running jobs end, promised jobs start and end. Backfill asks it
 * for the earliest hole that holds a job. */
#ifndef GS_POLICY_PLAN_H
#define GS_POLICY_PLAN_H

#include "policy/inside.h"

/* A job starts or ends; policy->moments has them in order of time, ends before starts. What never
 * comes is not among them. */
typedef struct gs_moment {
    gpusim_time time;
    uint64_t milli;             /* thousandths of GPUs */
    uint32_t slot, queue;       /* GPUSIM_NONE: it counts against no quota */
    uint32_t first_part, parts; /* of a promised job, in policy->parts; 0 parts: it runs already */
    int32_t starts;             /* 1: it starts, 0: it ends */
    uint32_t reserved;
} gs_moment;

/* The future as it is without promises: all that runs ends. */
gpusim_status gs_plan_begin(gs_policy *policy, gpusim_error *err);

/* Enters a promise; one without length holds nothing. O(moments). */
gpusim_status gs_plan_promise(gs_policy *policy, gpusim_time start, gpusim_time end, uint32_t slot,
                              uint32_t first_part, uint32_t parts, gpusim_error *err);
/* Many at once: each is put at the end, and then all in order. O(moments log moments). */
gpusim_status gs_plan_enter(gs_policy *policy, gpusim_time start, gpusim_time end, uint32_t slot,
                            uint32_t first_part, uint32_t parts, gpusim_error *err);
void gs_plan_sort(gs_policy *policy);

/* Whether a job that starts now fits for `length` beside all that is entered, on the cluster of
 * GS_SHADOW_THEN: the run's, without those who are gone. `used` are the thousandths of GPUs that
 * its queue has of its own; UINT64_MAX: its quota does not matter. Its parts are appended as below.
 */
gpusim_status gs_plan_fits(gs_policy *policy, uint32_t slot, gpusim_time length, uint64_t used,
                           int *fits, uint32_t *parts, gpusim_error *err);

/* Lets the moments from *at on, up to and including a time, happen to a hypothetical cluster, whose
 * index is not settled; *at becomes the first that comes later. */
void gs_plan_advance(const gs_policy *policy, uint32_t *at, gpusim_time time, gs_shadow *shadow);

/* The earliest start from now on at which a job fits, with GPUs, cores, memory and its quota, until
 * `length` later; its parts are appended to policy->parts. GPUSIM_TIME_MAX: never, as things are.
 * The caller knows that it does not fit before `not_before`; 0: nothing is known.
 * O(moments), and O(nodes + moments within) for each start that the sum of free GPUs allows. */
gpusim_status gs_plan_find(gs_policy *policy, uint32_t slot, gpusim_time length,
                           gpusim_time not_before, gpusim_time *start, uint32_t *parts,
                           gpusim_error *err);

#endif
