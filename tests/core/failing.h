/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Faults that a test makes happen: what an engine of faults would do to jobs, at given times. */
#ifndef TESTS_CORE_FAILING_H
#define TESTS_CORE_FAILING_H

#include "collect.h"

#include "core/sim.h"

static inline void failing_run_to(gpusim_sim *sim, double seconds)
{
    gpusim_error err = {0};
    ASSERT_OK(gpusim_sim_run_until(sim, gpusim_time_from_seconds(seconds), &err), &err);
}

/* The slot of the job submitted as number `order`; GPUSIM_NONE: it has ended, or not come. */
static inline uint32_t failing_slot(const gpusim_sim *sim, uint64_t order)
{
    for (uint32_t slot = 0; slot < sim->jobs.count; slot++) {
        if (GS_JOB(sim, slot)->id.generation && GS_JOB(sim, slot)->order == order) {
            return slot;
        }
    }
    return GPUSIM_NONE;
}

/* A job loses its GPUs at that time; the scheduler is asked at once. */
static inline void failing_at(gpusim_sim *sim, double seconds, uint64_t order,
                              gpusim_job_reason reason)
{
    gpusim_error err = {0};
    failing_run_to(sim, seconds);
    ASSERT_OK(gs_job_fail(sim, failing_slot(sim, order), reason, &err), &err);
    ASSERT_OK(gs_wake(sim, &err), &err);
}

/* The k-th event of a kind, of any job; NULL: there were fewer. */
static inline const gpusim_event_row *failing_event(const collected *rows, gpusim_event_type type,
                                                    uint32_t k)
{
    const gs_array *events = &rows->tables[GPUSIM_TABLE_EVENTS];
    for (uint32_t i = 0; i < events->count; i++) {
        const gpusim_event_row *row = &GS_AT(*events, gpusim_event_row, i);
        if (row->type == type && k-- == 0) {
            return row;
        }
    }
    return NULL;
}

#endif
