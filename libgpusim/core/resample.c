/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A log drawn anew: as many users as it has, with replacement, each with all its weeks in their
 * order, begun at a random one (Zakay and Feitelson 2014). What a user does in a week, and the
 * cycle of days and weeks, stay; who meets whom does not. So one log gives as many workloads as
 * there are seeds. */
#include "core/resample.h"

#include "base/memory.h"
#include "base/sort.h"

/* A job in the order of its user, then of the log. */
typedef struct owned {
    uint32_t user, job;
} owned;

static int compare_owned(const void *a, const void *b)
{
    const owned *x = a, *y = b;
    if (x->user != y->user) {
        return x->user < y->user ? -1 : 1;
    }
    return (x->job > y->job) - (x->job < y->job);
}

static int compare_drawn(const void *a, const void *b)
{
    const gs_drawn *x = a, *y = b;
    return (x->submit > y->submit) - (x->submit < y->submit);
}

/* The users of a log: owned[first[u]] .. owned[first[u + 1] - 1]. */
typedef struct users {
    owned *jobs;
    uint32_t *first;
    uint32_t count;
} users;

static gpusim_status list_users(const gs_array *jobs, users *u, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    GPUSIM_TRY(gs_allocate(&u->jobs, jobs->count, sizeof *u->jobs, err));
    GPUSIM_TRY(gs_allocate(&u->first, (size_t)jobs->count + 1, sizeof *u->first, err));
    for (uint32_t i = 0; i < jobs->count; i++) {
        u->jobs[i] = (owned){GS_AT(*jobs, gs_job, i).user, i};
    }
    GPUSIM_TRY(gs_sort(u->jobs, jobs->count, sizeof *u->jobs, compare_owned, err));
    for (uint32_t i = 0; i < jobs->count; i++) {
        if (i == 0 || u->jobs[i].user != u->jobs[i - 1].user) {
            u->first[u->count++] = i;
        }
    }
    u->first[u->count] = jobs->count;
cleanup:
    return status;
}

gpusim_status gs_resample(gpusim_sim *sim, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    const gs_array *jobs = &sim->model->workload.jobs;
    gpusim_time period = sim->model->resample;
    gpusim_stream stream = gpusim_stream_make(sim->seed, "resample", "users");
    users u = {0};
    if (period == 0 || jobs->count == 0) {
        return GPUSIM_OK;
    }
    GPUSIM_TRY(list_users(jobs, &u, err));

    // the log begins with its first job's week and has as many as its last one needs
    gpusim_time begin = GS_AT(*jobs, gs_job, 0).submit / period * period;
    uint64_t weeks =
        (uint64_t)((GS_AT(*jobs, gs_job, jobs->count - 1).submit - begin) / period) + 1;
    for (uint32_t k = 0; k < u.count; k++) {
        uint64_t who = gpusim_draw_index(stream, 2 * (uint64_t)k, u.count);
        uint64_t turn = gpusim_draw_index(stream, 2 * (uint64_t)k + 1, weeks);
        for (uint32_t i = u.first[who]; i < u.first[who + 1]; i++) {
            gpusim_time since = GS_AT(*jobs, gs_job, u.jobs[i].job).submit - begin;
            uint64_t week = ((uint64_t)(since / period) + turn) % weeks;
            gs_drawn drawn = {.submit = begin + (gpusim_time)week * period + since % period,
                              .job = u.jobs[i].job};
            GPUSIM_TRY(gs_array_push(&sim->drawn, &drawn, err));
        }
    }
    GPUSIM_TRY(gs_sort(sim->drawn.data, sim->drawn.count, sizeof(gs_drawn), compare_drawn, err));
cleanup:
    gs_release(&u.jobs);
    gs_release(&u.first);
    return status;
}

uint64_t gs_log_count(const gpusim_sim *sim)
{
    return sim->model->resample ? sim->drawn.count : sim->model->workload.jobs.count;
}

uint32_t gs_log_next(const gpusim_sim *sim, uint64_t i, gpusim_time *submit)
{
    if (sim->model->resample) {
        const gs_drawn *drawn = &GS_AT(sim->drawn, gs_drawn, i);
        *submit = drawn->submit;
        return drawn->job;
    }
    *submit = GS_AT(sim->model->workload.jobs, gs_job, i).submit;
    return (uint32_t)i;
}
