/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Windows that sensors average over (definitions 26). Exactly one event of sampling is pending at
 * any time: the marks of a window that begins before the next sample, or the sample.
 *
 *   sample ... [second] ......... [part] . sample ...      windows shorter than the interval
 *   sample, at which the window begins too                 the others
 */
#include "core/sampling.h"

static const gpusim_time lengths[GS_WINDOWS] = {
    [GS_WINDOW_SECOND] = GPUSIM_SECOND,
    [GS_WINDOW_PART] = GPUSIM_SECOND / 40,
    [GS_WINDOW_SAMPLE] = GPUSIM_TIME_MAX,
};

static int selects(const gpusim_model *model, uint32_t metric)
{
    for (uint32_t i = 0; i < model->metric_count; i++) {
        if (model->metrics[i] == metric) {
            return 1;
        }
    }
    return 0;
}

// some physical GPU has this sensor of power
static int has_sensor(const gpusim_model *model, gpusim_power_sensor sensor)
{
    for (uint32_t g = 0; g < model->cluster.group_count; g++) {
        const gs_node_hardware *hardware = &model->hardware.groups[g];
        if (hardware->physical && hardware->gpu.sensor.power == (int32_t)sensor) {
            return 1;
        }
    }
    return 0;
}

// whether any metric of the model looks at a window
static int is_needed(const gpusim_model *model, gs_window window)
{
    if (!model->hardware.physical) {
        return 0;
    }
    int power = selects(model, GS_METRIC_POWER_USAGE);
    switch (window) {
    case GS_WINDOW_SECOND:
        return (power && has_sensor(model, GPUSIM_SENSOR_MEAN)) ||
               selects(model, GS_METRIC_GPU_UTIL) || selects(model, GS_METRIC_MEM_COPY_UTIL);
    case GS_WINDOW_PART:
        return power && has_sensor(model, GPUSIM_SENSOR_PART_TIME);
    case GS_WINDOW_SAMPLE:
        return selects(model, GS_METRIC_GR_ENGINE_ACTIVE) || selects(model, GS_METRIC_SM_ACTIVE) ||
               selects(model, GS_METRIC_PIPE_TENSOR_ACTIVE) ||
               selects(model, GS_METRIC_DRAM_ACTIVE) || selects(model, GS_METRIC_PCIE_TX_BYTES) ||
               selects(model, GS_METRIC_PCIE_RX_BYTES);
    default:
        return 0;
    }
}

static gs_array *marks_of(gpusim_sim *sim, gs_window window)
{
    return window == GS_WINDOW_SECOND ? &sim->second_marks
           : window == GS_WINDOW_PART ? &sim->part_time_marks
                                      : &sim->sample_marks;
}

// steps between two samples: 0 is the sample, 1 + w the mark of window w; windows come in order of
// their lengths, so the longest begins first
static gpusim_status schedule_after(gpusim_sim *sim, uint64_t step, gpusim_time sampled,
                                    gpusim_error *err)
{
    gpusim_time next = gpusim_time_add(sampled, sim->model->info.sample_every);
    for (uint64_t w = step; w < GS_WINDOW_SAMPLE && next != GPUSIM_TIME_MAX; w++) {
        if (marks_of(sim, (gs_window)w)->count > 0 && lengths[w] < next - sampled) {
            return gpusim_engine_schedule(sim->engine, next - lengths[w], GS_CLASS_SAMPLE,
                                          GS_ON_SAMPLE, GPUSIM_NONE, 1 + w, NULL, err);
        }
    }
    return gpusim_engine_schedule(sim->engine, next, GS_CLASS_SAMPLE, GS_ON_SAMPLE, GPUSIM_NONE, 0,
                                  NULL, err);
}

static void mark(gpusim_sim *sim, gs_window window)
{
    const gs_array *marks = marks_of(sim, window);
    ((gs_sampler *)sim->sampler.data)->began[window] = gpusim_engine_now(sim->engine);
    for (uint32_t g = 0; g < marks->count; g++) {
        const gs_gpu *gpu = GS_GPU(sim, g);
        const gs_gpu_load *load = &gpu->load;
        gpusim_time since = gpusim_engine_now(sim->engine) - gpu->settled;
        double ns = (double)since, seconds = gpusim_seconds(since);
        double utilised = gpu->utilised + ns * (load->busy + load->spin);
        double dram = gpu->dram + ns * load->memory;
        if (window == GS_WINDOW_SECOND) {
            GS_AT(*marks, gs_second_mark, g) = (gs_second_mark){
                .energy = gs_energy_after(gpu, since), .utilised = utilised, .dram = dram};
        } else if (window == GS_WINDOW_PART) {
            GS_AT(*marks, gs_part_mark, g) = (gs_part_mark){.energy = gs_energy_after(gpu, since)};
        } else {
            GS_AT(*marks, gs_sample_mark, g) =
                (gs_sample_mark){.utilised = utilised,
                                 .engine = gpu->engine + ns * load->busy,
                                 .tensor = gpu->tensor + ns * load->tensor,
                                 .dram = dram,
                                 .pcie_rx = gpu->pcie_rx + seconds * load->pcie_rx,
                                 .pcie_tx = gpu->pcie_tx + seconds * load->pcie_tx};
        }
    }
}

gpusim_status gs_sampling_begin(gpusim_sim *sim, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    GPUSIM_TRY(gs_array_resize(&sim->sampler, 1, err));
    for (int w = 0; w < GS_WINDOWS; w++) {
        if (is_needed(sim->model, (gs_window)w)) {
            GPUSIM_TRY(gs_array_resize(marks_of(sim, (gs_window)w), sim->gpus.count, err));
        }
    }
    if (sim->model->info.sample_every != GPUSIM_TIME_MAX) {
        GPUSIM_TRY(schedule_after(sim, 0, 0, err));
    }
cleanup:
    return status;
}

gpusim_status gs_sampling_marked(gpusim_sim *sim, const gpusim_event *event, gpusim_error *err)
{
    gs_window window = (gs_window)(event->payload - 1);
    mark(sim, window);
    return schedule_after(sim, event->payload,
                          event->time + lengths[window] - sim->model->info.sample_every, err);
}

gpusim_status gs_sampling_sampled(gpusim_sim *sim, const gpusim_event *event, gpusim_error *err)
{
    for (int w = 0; w < GS_WINDOWS; w++) {
        if (marks_of(sim, (gs_window)w)->count > 0 && lengths[w] >= sim->model->info.sample_every) {
            mark(sim, (gs_window)w);
        }
    }
    return schedule_after(sim, 0, event->time, err);
}
