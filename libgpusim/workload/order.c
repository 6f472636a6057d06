/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Jobs in order of submission: a stable merge sort of their numbers. */
#include "workload/log.h"

typedef struct item {
    gpusim_time submit;
    uint32_t job, reserved;
} item;

// [from, middle) and [middle, to) of a, each in order, into b; equal ones from the left first
static void merge(const item *a, item *b, uint32_t from, uint32_t middle, uint32_t to)
{
    uint32_t left = from;
    uint32_t right = middle;
    for (uint32_t i = from; i < to; i++) {
        if (right == to || (left < middle && a[left].submit <= a[right].submit)) {
            b[i] = a[left++];
        } else {
            b[i] = a[right++];
        }
    }
}

// order[i]: who comes i-th; ties as they stand
static gpusim_status sort(const gs_job *jobs, uint32_t count, uint32_t *order, gpusim_error *err)
{
    // most logs are in order already
    int sorted = 1;
    for (uint32_t i = 0; i < count; i++) {
        order[i] = i;
        sorted &= i == 0 || jobs[i - 1].submit <= jobs[i].submit;
    }
    if (sorted) {
        return GPUSIM_OK;
    }

    gpusim_status status;
    item *items = NULL;
    GPUSIM_TRY(gs_allocate(&items, (size_t)count * 2, sizeof *items, err));
    item *from = items;
    item *to = items + count;
    for (uint32_t i = 0; i < count; i++) {
        from[i] = (item){.submit = jobs[i].submit, .job = i};
    }
    for (uint64_t width = 1; width < count; width *= 2) {
        for (uint64_t at = 0; at < count; at += 2 * width) {
            uint64_t middle = at + width < count ? at + width : count;
            uint64_t end = at + 2 * width < count ? at + 2 * width : count;
            merge(from, to, (uint32_t)at, (uint32_t)middle, (uint32_t)end);
        }
        item *swap = from;
        from = to;
        to = swap;
    }
    for (uint32_t i = 0; i < count; i++) {
        order[i] = from[i].job;
    }
cleanup:
    gs_release(&items);
    return status;
}

gpusim_status gs_jobs_sort(gs_array *jobs, gs_array *extras, gpusim_error *err)
{
    gpusim_status status;
    uint32_t count = jobs->count;
    uint32_t *order = NULL;
    uint32_t *rank = NULL;
    gs_array sorted = GS_ARRAY(gs_job);
    GPUSIM_TRY(gs_allocate(&order, count, sizeof *order, err));
    GPUSIM_TRY(gs_allocate(&rank, count, sizeof *rank, err));
    GPUSIM_TRY(sort(jobs->data, count, order, err));
    GPUSIM_TRY(gs_array_resize(&sorted, count, err));
    for (uint32_t i = 0; i < count; i++) {
        rank[order[i]] = i;
        GS_AT(sorted, gs_job, i) = GS_AT(*jobs, gs_job, order[i]);
    }
    for (uint32_t i = 0; i < extras->count; i++) {
        gs_job_extra *extra = &GS_AT(*extras, gs_job_extra, i);
        extra->after = extra->after == GPUSIM_NONE ? GPUSIM_NONE : rank[extra->after];
    }
    gs_array_release(jobs);
    *jobs = sorted;
    sorted = GS_ARRAY(gs_job);
cleanup:
    gs_array_release(&sorted);
    gs_release(&order);
    gs_release(&rank);
    return status;
}
