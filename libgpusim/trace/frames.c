/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Blocks of samples. */
#include "trace/frames.h"

#define BYTES_AT_ONCE   ((size_t)32 << 20)
#define SAMPLES_AT_MOST 4096u

static size_t bytes_of(const gs_frames *frames, uint32_t i)
{
    return gs_h5_bytes((gpusim_field_type)frames->trace->series[frames->metrics[i]].metric.type);
}

gpusim_status gs_frames_begin(gs_frames *frames, gpusim_trace *trace, const gs_selection *selection,
                              const uint32_t *metrics, uint32_t metric_count, uint32_t first_entity,
                              uint32_t entities, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    size_t sample = 1;
    *frames = (gs_frames){.trace = trace,
                          .metrics = metrics,
                          .metric_count = metric_count,
                          .first_entity = first_entity,
                          .entities = entities,
                          .first = selection->first,
                          .end = selection->first + selection->count};
    for (uint32_t i = 0; i < metric_count; i++) {
        sample += entities * bytes_of(frames, i);
    }
    size_t most = BYTES_AT_ONCE / sample;
    frames->most = most < 1 ? 1 : most < SAMPLES_AT_MOST ? most : SAMPLES_AT_MOST;
    GPUSIM_TRY(gs_allocate(&frames->times, frames->most, sizeof(double), err));
    GPUSIM_TRY(gs_allocate(&frames->values, metric_count + 1, sizeof *frames->values, err));
    gpusim_entity entity =
        metric_count ? (gpusim_entity)trace->series[metrics[0]].metric.entity : GPUSIM_OF_GPU;
    GPUSIM_TRY(
        gs_clocks_begin(&frames->clocks, trace, entity, first_entity, entities, frames->most, err));
    for (uint32_t i = 0; i < metric_count; i++) {
        GPUSIM_TRY(
            gs_allocate(&frames->values[i], frames->most * entities + 1, bytes_of(frames, i), err));
    }

cleanup:
    return status;
}

gpusim_status gs_frames_next(gs_frames *frames, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    uint64_t first = frames->first + frames->count, left = frames->end - first;
    uint64_t count = left < frames->most ? left : frames->most;
    frames->first = first;
    frames->count = count;
    if (count == 0) {
        return GPUSIM_OK;
    }
    GPUSIM_TRY(gs_read_times(frames->trace, first, count, frames->times, err));
    GPUSIM_TRY(gs_clocks_load(&frames->clocks, first, count, err));
    for (uint32_t i = 0; i < frames->metric_count; i++) {
        GPUSIM_TRY(gs_read_values(frames->trace, frames->metrics[i], frames->first_entity,
                                  frames->entities, first, count, frames->values[i], err));
    }

cleanup:
    return status;
}

double gs_frames_time(const gs_frames *frames, uint32_t entity, uint64_t sample)
{
    return gs_clocks_time(&frames->clocks, entity, sample, frames->times[sample]);
}

const void *gs_frames_value(const gs_frames *frames, uint32_t i, uint32_t entity, uint64_t sample)
{
    return frames->values[i] + (entity * frames->count + sample) * bytes_of(frames, i);
}

void gs_frames_end(gs_frames *frames)
{
    for (uint32_t i = 0; frames->values && i < frames->metric_count; i++) {
        gs_release(&frames->values[i]);
    }
    gs_release(&frames->values);
    gs_clocks_end(&frames->clocks);
    gs_release(&frames->times);
}
