/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Samples on their way: detectors, and rules that act on telemetry, are shown a sample when it
 * arrives, which is a delay of its own after it was taken, and never before one that was taken
 * earlier. Who has which GPU goes along with it. */
#include <string.h>

#include "core/detectors.h"
#include "core/sim.h"

#define SENT(sim, i) (&GS_AT((sim)->transit, gs_in_transit, i))

static gpusim_time arrival_of(const gpusim_sim *sim, gpusim_time now, uint64_t ordinal)
{
    gpusim_stream stream = gpusim_stream_make(sim->seed, "telemetry delay", "");
    double delay = gs_distribution_draw(&sim->model->delay, stream, ordinal);
    gpusim_time arrives = gpusim_time_add(now, gpusim_time_from_seconds(delay));
    uint32_t count = sim->transit.count;
    return count > 0 && arrives < SENT(sim, count - 1)->arrives ? SENT(sim, count - 1)->arrives
                                                                : arrives;
}

static gpusim_status send_jobs(gpusim_sim *sim, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    const gs_detectors *d = sim->detectors;
    if (!d) {
        return GPUSIM_OK;
    }
    gs_detectors_see_jobs(sim);
    for (uint32_t g = 0; g < d->gpus; g++) {
        gs_lesson_job job = {.start = d->job_start[g], .job = d->job[g]};
        GPUSIM_TRY(gs_array_push(&sim->transit_jobs, &job, err));
    }
cleanup:
    return status;
}

gpusim_status gs_transit_send(gpusim_sim *sim, const gs_sampling *sampling, gpusim_error *err)
{
    gpusim_status status;
    gs_in_transit one = {.taken = sampling->taken,
                         .arrives = arrival_of(sim, sampling->taken, sampling->ordinal)};
    uint64_t bytes = (uint64_t)sim->transit_values.count + sampling->size;
    uint32_t at = sim->transit_values.count;
    if (bytes > UINT32_MAX) {
        return gpusim_fail(err, GPUSIM_MEMORY, "%u samples are on their way: too many",
                           sim->transit.count);
    }
    GPUSIM_TRY(gs_array_push(&sim->transit, &one, err));
    GPUSIM_TRY(gs_array_resize(&sim->transit_values, (uint32_t)bytes, err));
    memcpy((char *)sim->transit_values.data + at, sampling->block, sampling->size);
    GPUSIM_TRY(send_jobs(sim, err));
    GPUSIM_TRY(gpusim_engine_schedule(sim->engine, one.arrives, GS_CLASS_SAMPLE, GS_ON_ARRIVAL, 0,
                                      0, NULL, err));
cleanup:
    return status;
}

static void drop(gs_array *array, uint32_t count)
{
    uint32_t rest = array->count - count;
    if (rest > 0) {
        memmove(array->data, (char *)array->data + (size_t)count * array->element,
                (size_t)rest * array->element);
    }
    array->count = rest;
}

// the one that was taken first
static void take_out(gpusim_sim *sim, gs_sampling *sampling)
{
    const gs_detectors *d = sim->detectors;
    sampling->taken = SENT(sim, 0)->taken;
    memcpy(sampling->block, sim->transit_values.data, sampling->size);
    for (uint32_t g = 0; d && g < d->gpus; g++) {
        const gs_lesson_job *job = &GS_AT(sim->transit_jobs, gs_lesson_job, g);
        d->job[g] = job->job;
        d->job_start[g] = job->start;
    }
    drop(&sim->transit, 1);
    drop(&sim->transit_values, (uint32_t)sampling->size);
    drop(&sim->transit_jobs, d ? d->gpus : 0);
}

gpusim_status gs_on_arrival(void *context, const gpusim_event *event, gpusim_error *err)
{
    gpusim_sim *sim = context;
    gpusim_status status = GPUSIM_OK;
    (void)event;
    GPUSIM_TRY(gs_sampling_ready(sim, err));
    take_out(sim, sim->sampling);
    GPUSIM_TRY(gs_detectors_see(sim, sim->sampling, err));
    GPUSIM_TRY(gs_responses_see(sim, sim->sampling, err));
cleanup:
    return status;
}
