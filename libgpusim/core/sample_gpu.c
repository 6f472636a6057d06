/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What sensors and counters of GPUs say. GPUs are looked at some dozens at a time, which stay in
 * the cache while metric after metric is read off them. */
#include <math.h>
#include <string.h>

#include "core/sampling.h"
#include "physics/power.h"
#include "telemetry/sensor.h"

#define GPUS_AT_ONCE 32u
#define MEBIBYTE     1048576.0

/* Some GPUs where they are, and what of them changes by itself as it is now. Nothing is copied, and
 * temperatures are worked out only when somebody reads them. */
typedef struct gs_looks {
    const gpusim_sim *sim;
    uint32_t first, count;
    double span[GS_WINDOWS]; /* ns since each window began */
    const gs_node_hardware *hardware[GPUS_AT_ONCE];
    const gs_gpu *gpu[GPUS_AT_ONCE];  /* as it was settled */
    gpusim_time since[GPUS_AT_ONCE];  /* ns from there to now */
    double temperature[GPUS_AT_ONCE]; /* degC: die and memory */
    double memory[GPUS_AT_ONCE];
    double held[GPUS_AT_ONCE];                   /* B of its memory */
    const gs_legacy_state *legacy[GPUS_AT_ONCE]; /* it has another simulator's model */
    uint8_t there[GPUS_AT_ONCE];                 /* it has sensors, and answers */
    const gpusim_stream *drawn;                  /* whose draws these are */
    gs_pair draws[GPUS_AT_ONCE];
    uint8_t all_there; /* so do all of them */
    uint8_t filled;    /* what is held is read */
    uint8_t warm;      /* temperatures are read */
} gs_looks;

static void look(gs_looks *at, uint32_t first, uint32_t count)
{
    const gpusim_sim *sim = at->sim;
    gpusim_time now = gpusim_engine_now(sim->engine);
    at->first = first;
    at->count = count;
    at->all_there = 1;
    at->drawn = NULL;
    for (uint32_t i = 0; i < count; i++) {
        const gs_gpu *gpu = GS_GPU(sim, first + i);
        at->gpu[i] = gpu;
        at->since[i] = now - gpu->settled;
        at->hardware[i] = gs_node_hardware_of(sim, gpu->node);
        at->legacy[i] = gs_legacy_of(sim, first + i);
        at->there[i] = at->hardware[i]->physical && gpu->level != GS_GPU_OFF;
        at->all_there &= at->there[i] && !at->legacy[i];
    }
    for (uint32_t i = 0; at->filled && i < count; i++) {
        at->held[i] = (double)gs_vram_used(sim, first + i);
    }
    for (uint32_t i = 0; at->warm && i < count; i++) {
        gs_gpu_temperatures(sim, first + i, &at->temperature[i], &at->memory[i]);
    }
}

// ---- gauges ----

/* `expression` of each GPU, its model, its node's hardware and its number. */
#define GAUGE(name, expression)                                                                    \
    static void name(const gs_looks *at, double *values)                                           \
    {                                                                                              \
        for (uint32_t i = 0; i < at->count; i++) {                                                 \
            const gs_gpu *gpu = at->gpu[i];                                                        \
            const gs_node_hardware *hardware = at->hardware[i];                                    \
            const gpusim_gpu_model *model = &hardware->gpu;                                        \
            uint32_t number = at->first + i;                                                       \
            (void)gpu, (void)model, (void)number;                                                  \
            values[i] = (expression);                                                              \
        }                                                                                          \
    }

static double positive(double value)
{
    return value > 0 ? value : (double)NAN;
}

static double idle_clock(const gpusim_gpu_model *model)
{
    return model->clocks.idle > 0 ? model->clocks.idle : model->clocks.minimum;
}

// energy up to now, nW ns
static gs_wide energy_of(const gs_looks *at, uint32_t i)
{
    return gs_energy_after(at->gpu[i], at->since[i]);
}

// whether nothing about it has changed since a window began
static int unchanged(const gs_looks *at, uint32_t i, gs_window window)
{
    return (double)at->since[i] >= at->span[window];
}

static double mean_power(const gs_looks *at, uint32_t i, gs_window window, gs_wide before)
{
    double span = at->span[window];
    return unchanged(at, i, window) ? (double)at->gpu[i]->power * 1e-9
           : span > 0               ? (double)(energy_of(at, i) - before) / span * 1e-9
                                    : 0;
}

// the reading of field 155, before noise
static double power_reading(const gs_looks *at, uint32_t i)
{
    const gpusim_sim *sim = at->sim;
    const gs_gpu *gpu = at->gpu[i];
    uint32_t number = at->first + i;
    if (!at->there[i]) {
        return (double)NAN; // also where nobody has marks
    }
    switch (at->hardware[i]->gpu.sensor.power) {
    case GPUSIM_SENSOR_MEAN:
        return mean_power(at, i, GS_WINDOW_SECOND,
                          GS_AT(sim->second_marks, gs_second_mark, number).energy);
    case GPUSIM_SENSOR_PART_TIME:
        return mean_power(at, i, GS_WINDOW_PART,
                          GS_AT(sim->part_time_marks, gs_part_mark, number).energy);
    default:
        return (double)gpu->power * 1e-9;
    }
}

/* A share over a window: the present one where nothing has changed since, else the integral's. */
#define SHARE(window, marks, mark, member, share)                                                  \
    (unchanged(at, i, window)                                                                      \
         ? gs_sense_share((share), 1)                                                              \
         : gs_sense_share(gpu->member + (double)at->since[i] *                                     \
                                            (share)-GS_AT(at->sim->marks, mark, number).member,    \
                          at->span[window]))
#define OF_SECOND(member, share)                                                                   \
    (100 * SHARE(GS_WINDOW_SECOND, second_marks, gs_second_mark, member, share))
#define OF_SAMPLE(member, share)                                                                   \
    SHARE(GS_WINDOW_SAMPLE, sample_marks, gs_sample_mark, member, share)
#define RATE_OF_SAMPLE(member)                                                                     \
    (unchanged(at, i, GS_WINDOW_SAMPLE)                                                            \
         ? gpu->load.member                                                                        \
         : (gpu->member + gpusim_seconds(at->since[i]) * gpu->load.member -                        \
            GS_AT(at->sim->sample_marks, gs_sample_mark, number).member) /                         \
               (1e-9 * at->span[GS_WINDOW_SAMPLE]))

GAUGE(sm_clock,
      (gpu->level == GS_GPU_IDLE ? idle_clock(model)
                                 : gs_clock_of_step(hardware, gpu->clock) * model->clocks.maximum) *
          1e-6)
GAUGE(mem_clock, positive(model->clocks.memory * 1e-6))
GAUGE(gpu_temp, at->temperature[i])
GAUGE(memory_temp, model->limits.memory > 0 ? at->memory[i] : (double)NAN)
GAUGE(mem_max_op_temp, positive(model->limits.memory))
GAUGE(gpu_max_op_temp, model->limits.operating)
GAUGE(slowdown_temp, model->limits.slowdown)
GAUGE(shutdown_temp, model->limits.shutdown)
GAUGE(power_usage, power_reading(at, i))
GAUGE(power_usage_instant, (double)gpu->power * 1e-9)
GAUGE(power_mgmt_limit, gs_gpu_own_cap(at->sim, gpu))
GAUGE(power_mgmt_limit_def, model->power.tdp)
GAUGE(enforced_power_limit, fmin(gs_gpu_own_cap(at->sim, gpu), fmin(gpu->node_cap, gpu->rack_cap)))
GAUGE(pstate, gpu->level == GS_GPU_IDLE ? 8 : 0)
GAUGE(fan_speed,
      gs_has_fans(hardware) ? 100 * GS_PLANT(at->sim, gpu->node)->fan_speed : (double)NAN)
GAUGE(gpu_util, OF_SECOND(utilised, gpu->load.busy + gpu->load.spin))
GAUGE(mem_copy_util, OF_SECOND(dram, gpu->load.memory))
GAUGE(xid_errors, gpu->xid)
GAUGE(pcie_link_gen, positive(model->links.pcie_generation))
GAUGE(pcie_link_width, positive(model->links.pcie_width))
GAUGE(fb_total, positive((double)model->memory / MEBIBYTE))
GAUGE(fb_reserved, model->memory > 0 ? (double)model->memory_reserved / MEBIBYTE : (double)NAN)
GAUGE(fb_used, model->memory > 0 ? at->held[i] / MEBIBYTE : (double)NAN)
GAUGE(fb_free,
      model->memory > 0
          ? fmax(0, (double)model->memory - (double)model->memory_reserved - at->held[i]) / MEBIBYTE
          : (double)NAN)
GAUGE(row_remap_failure, gs_gpu_errors_now(at->sim, number).failed)
GAUGE(row_remap_pending, gs_gpu_errors_now(at->sim, number).pending)
GAUGE(gr_engine_active, OF_SAMPLE(utilised, gpu->load.busy + gpu->load.spin))
GAUGE(sm_active, OF_SAMPLE(engine, gpu->load.busy))
GAUGE(pipe_tensor_active, OF_SAMPLE(tensor, gpu->load.tensor))
GAUGE(dram_active, OF_SAMPLE(dram, gpu->load.memory))
GAUGE(pcie_tx_bytes, RATE_OF_SAMPLE(pcie_tx))
GAUGE(pcie_rx_bytes, RATE_OF_SAMPLE(pcie_rx))

typedef void (*gs_gauge)(const gs_looks *at, double *values);

static const gs_gauge gauges[GS_METRIC_COUNT] = {
    [GS_METRIC_GPU_UTIL] = gpu_util,
    [GS_METRIC_SM_CLOCK] = sm_clock,
    [GS_METRIC_MEM_CLOCK] = mem_clock,
    [GS_METRIC_MEMORY_TEMP] = memory_temp,
    [GS_METRIC_GPU_TEMP] = gpu_temp,
    [GS_METRIC_MEM_MAX_OP_TEMP] = mem_max_op_temp,
    [GS_METRIC_GPU_MAX_OP_TEMP] = gpu_max_op_temp,
    [GS_METRIC_GPU_TEMP_LIMIT] = gpu_temp, // the margin is made of the reading
    [GS_METRIC_POWER_USAGE] = power_usage,
    [GS_METRIC_POWER_USAGE_INSTANT] = power_usage_instant,
    [GS_METRIC_SLOWDOWN_TEMP] = slowdown_temp,
    [GS_METRIC_SHUTDOWN_TEMP] = shutdown_temp,
    [GS_METRIC_POWER_MGMT_LIMIT] = power_mgmt_limit,
    [GS_METRIC_POWER_MGMT_LIMIT_DEF] = power_mgmt_limit_def,
    [GS_METRIC_ENFORCED_POWER_LIMIT] = enforced_power_limit,
    [GS_METRIC_PSTATE] = pstate,
    [GS_METRIC_FAN_SPEED] = fan_speed,
    [GS_METRIC_MEM_COPY_UTIL] = mem_copy_util,
    [GS_METRIC_XID_ERRORS] = xid_errors,
    [GS_METRIC_PCIE_LINK_GEN] = pcie_link_gen,
    [GS_METRIC_PCIE_LINK_WIDTH] = pcie_link_width,
    [GS_METRIC_FB_TOTAL] = fb_total,
    [GS_METRIC_FB_FREE] = fb_free,
    [GS_METRIC_FB_USED] = fb_used,
    [GS_METRIC_FB_RESERVED] = fb_reserved,
    [GS_METRIC_ROW_REMAP_FAILURE] = row_remap_failure,
    [GS_METRIC_ROW_REMAP_PENDING] = row_remap_pending,
    [GS_METRIC_GR_ENGINE_ACTIVE] = gr_engine_active,
    [GS_METRIC_SM_ACTIVE] = sm_active,
    [GS_METRIC_PIPE_TENSOR_ACTIVE] = pipe_tensor_active,
    [GS_METRIC_DRAM_ACTIVE] = dram_active,
    [GS_METRIC_PCIE_TX_BYTES] = pcie_tx_bytes,
    [GS_METRIC_PCIE_RX_BYTES] = pcie_rx_bytes,
};

// ---- counters ----

static int has_nvlink(const gs_node_hardware *hardware)
{
    return hardware->nvlink > 0 || hardware->gpu.links.nvlink > 0;
}

// what faults alone make
static uint64_t errors(const gs_looks *at, uint32_t metric, uint32_t i)
{
    gs_gpu_errors errors = gs_gpu_errors_now(at->sim, at->first + i);
    switch (metric) {
    case GS_METRIC_ECC_SBE_AGG_TOTAL:
        return (uint64_t)errors.correctable;
    case GS_METRIC_ECC_SBE_VOL_TOTAL:
        return (uint64_t)(errors.correctable - errors.correctable_before);
    case GS_METRIC_ECC_DBE_AGG_TOTAL:
        return errors.uncorrectable;
    case GS_METRIC_ECC_DBE_VOL_TOTAL:
        return errors.uncorrectable - errors.uncorrectable_before;
    case GS_METRIC_UNCORRECTABLE_REMAPPED_ROWS:
        return errors.remapped;
    case GS_METRIC_CORRECTABLE_REMAPPED_ROWS:
        return errors.remapped_correctable;
    default:
        return 0; // nothing in the model makes any
    }
}

static uint64_t counter(const gs_looks *at, uint32_t metric, uint32_t i)
{
    const gs_gpu *gpu = at->gpu[i];
    gpusim_time since = at->since[i];
    switch (metric) {
    case GS_METRIC_TOTAL_ENERGY_CONSUMPTION:
        return (uint64_t)(energy_of(at, i) / UINT64_C(1000000000000000)); // nW ns to mJ
    case GS_METRIC_POWER_VIOLATION:
        return (uint64_t)(gpu->power_violation + (gpu->reasons & GS_THROTTLE_CAP ? since : 0));
    case GS_METRIC_THERMAL_VIOLATION:
        return (uint64_t)(gpu->thermal_violation + (gpu->reasons & GS_THROTTLE_HEAT ? since : 0));
    case GS_METRIC_NVLINK_BANDWIDTH_TOTAL:
        return has_nvlink(at->hardware[i])
                   ? (uint64_t)((gpu->nvlink + gpusim_seconds(since) * gpu->load.nvlink) / 1e6)
                   : UINT64_MAX;
    case GS_METRIC_NVLINK_CRC_FLIT_ERROR_COUNT_TOTAL:
    case GS_METRIC_NVLINK_REPLAY_ERROR_COUNT_TOTAL:
        return has_nvlink(at->hardware[i]) ? 0 : UINT64_MAX;
    case GS_METRIC_NVLINK_RECOVERY_ERROR_COUNT_TOTAL:
        return has_nvlink(at->hardware[i]) ? gs_gpu_errors_now(at->sim, at->first + i).links
                                           : UINT64_MAX;
    default:
        return errors(at, metric, i);
    }
}

// ---- sensors ----

static void draw(gs_looks *at, const gpusim_stream *streams, uint64_t ordinal)
{
    for (uint32_t i = 0; i < at->count; i++) {
        at->draws[i] = gs_pair_of(streams[at->first + i], ordinal);
    }
    at->drawn = streams;
}

// metrics of one sensor come one after the other, and share what is drawn
static void add_noise(gs_looks *at, const gs_sampling *sampling, uint32_t metric,
                      gpusim_metric_noise kind, double *values)
{
    const gpusim_stream *streams = sampling->streams[metric];
    if (at->drawn != streams) {
        draw(at, streams, sampling->ordinal);
    }
    for (uint32_t i = 0; i < at->count; i++) {
        const gpusim_gpu_sensor *sensor = &at->hardware[i]->gpu.sensor;
        values[i] = kind == GPUSIM_NOISE_TEMPERATURE
                        ? gs_sense_temperature(values[i], sensor->temperature_noise, &at->draws[i],
                                               metric == GS_METRIC_MEMORY_TEMP)
                        : gs_sense_power(values[i], at->gpu[i]->level == GS_GPU_BUSY, sensor,
                                         &at->draws[i]);
    }
}

// what the sensor makes of the values of one metric
static void sense(gs_looks *at, const gs_sampling *sampling, uint32_t metric, double *values)
{
    const gs_hardware *hardware = &at->sim->model->hardware;
    const gpusim_metric *about = &gpusim_metrics(&(uint32_t){0})[metric];
    double step = hardware->sensors_quantised ? about->step : 0;
    if (sampling->streams[metric]) {
        add_noise(at, sampling, metric, (gpusim_metric_noise)about->noise, values);
    }
    for (uint32_t i = 0; step == 1 && i < at->count; i++) {
        values[i] = gs_sense_step(values[i], 1); // most: no division
    }
    for (uint32_t i = 0; step != 1 && step > 0 && i < at->count; i++) {
        values[i] = gs_sense_step(values[i], step);
    }
    for (uint32_t i = 0; metric == GS_METRIC_GPU_TEMP_LIMIT && i < at->count; i++) {
        values[i] = at->hardware[i]->gpu.limits.operating - values[i];
    }
}

// what another simulator's node model has to say, as it says it: io-Guard knows no power, SAGE's
// load is what jobs hold, Astera has no fans
static double foreign(const gs_looks *at, uint32_t metric, uint32_t i)
{
    const gs_legacy_state *node = at->legacy[i];
    int kind = at->hardware[i]->legacy;
    switch (metric) {
    case GS_METRIC_GPU_TEMP:
        return node->temperature;
    case GS_METRIC_POWER_USAGE:
    case GS_METRIC_POWER_USAGE_INSTANT:
        return kind == GS_LEGACY_IOGUARD ? (double)NAN : node->power;
    case GS_METRIC_GPU_UTIL:
        return 100 * (kind == GS_LEGACY_SAGE ? fmin(1, at->gpu[i]->load.busy) : node->load);
    case GS_METRIC_SM_CLOCK:
        return kind == GS_LEGACY_IOGUARD ? node->clock * at->hardware[i]->gpu.clocks.maximum * 1e-6
                                         : (double)NAN;
    case GS_METRIC_FAN_SPEED:
        return 100 * gs_legacy_fan(at->hardware[i], node);
    default:
        return (double)NAN;
    }
}

static int has_energy(const gs_looks *at, uint32_t metric, uint32_t i)
{
    return at->legacy[i] && at->hardware[i]->legacy != GS_LEGACY_IOGUARD &&
           metric == GS_METRIC_TOTAL_ENERGY_CONSUMPTION;
}

static void fill_gauge(gs_looks *at, const gs_sampling *sampling, uint32_t metric, float *values)
{
    double exact[GPUS_AT_ONCE];
    gauges[metric](at, exact);
    sense(at, sampling, metric, exact);
    for (uint32_t i = 0; at->all_there && i < at->count; i++) {
        values[i] = (float)exact[i];
    }
    for (uint32_t i = 0; !at->all_there && i < at->count; i++) {
        // one that fell off the bus leaves its XID in the log
        int there = at->there[i] || (metric == GS_METRIC_XID_ERRORS && at->hardware[i]->physical);
        values[i] = at->legacy[i] ? (float)foreign(at, metric, i) : there ? (float)exact[i] : NAN;
    }
}

// utilisation also means something of GPUs without power and heat: there it stays as it is
static void fill_utilisation(gs_looks *at, const gs_sampling *sampling, float *values)
{
    float sensed[GPUS_AT_ONCE];
    fill_gauge(at, sampling, GS_METRIC_GPU_UTIL, sensed);
    for (uint32_t i = 0; i < at->count; i++) {
        values[i] = at->hardware[i]->physical || at->legacy[i] ? sensed[i] : values[i];
    }
}

// one that has nothing to do says so, also before it ever had
static uint32_t reasons(const gs_gpu *gpu)
{
    return gpu->level == GS_GPU_BUSY ? gpu->reasons : gpu->reasons | GS_THROTTLE_IDLE;
}

static void fill(gs_looks *at, const gs_sampling *sampling, uint32_t metric, void *values)
{
    if (metric == GS_METRIC_GPU_UTIL) {
        fill_utilisation(at, sampling, (float *)values + at->first);
    } else if (gauges[metric]) {
        fill_gauge(at, sampling, metric, (float *)values + at->first);
    } else if (metric == GS_METRIC_CLOCK_THROTTLE_REASONS) {
        for (uint32_t i = 0; i < at->count; i++) {
            ((uint32_t *)values)[at->first + i] = at->there[i]    ? reasons(at->gpu[i])
                                                  : at->legacy[i] ? at->gpu[i]->reasons
                                                                  : UINT32_MAX;
        }
    } else {
        for (uint32_t i = 0; i < at->count; i++) {
            ((uint64_t *)values)[at->first + i] =
                at->there[i] || has_energy(at, metric, i) ? counter(at, metric, i) : UINT64_MAX;
        }
    }
}

void gs_sample_gpus(const gpusim_sim *sim, gs_sampling *sampling)
{
    gs_looks at = {.sim = sim};
    uint32_t known = 0, chosen[GS_METRIC_COUNT], count = 0;
    const gpusim_metric *metrics = gpusim_metrics(&known);
    for (uint32_t m = 0; m < known; m++) {
        int reads = metrics[m].physical || m == GS_METRIC_GPU_UTIL;
        if (sampling->values[m] && metrics[m].entity == GPUSIM_OF_GPU && reads) {
            chosen[count++] = m;
            at.filled |= m == GS_METRIC_FB_USED || m == GS_METRIC_FB_FREE;
            at.warm |= m == GS_METRIC_GPU_TEMP || m == GS_METRIC_MEMORY_TEMP ||
                       m == GS_METRIC_GPU_TEMP_LIMIT;
        }
    }
    if (!sim->model->hardware.physical || count == 0) {
        return;
    }
    for (int w = 0; w < GS_WINDOWS; w++) {
        at.span[w] = (double)(gpusim_engine_now(sim->engine) - GS_SAMPLER(sim)->began[w]);
    }
    for (uint32_t first = 0; first < sim->gpus.count; first += GPUS_AT_ONCE) {
        uint32_t left = sim->gpus.count - first;
        look(&at, first, left < GPUS_AT_ONCE ? left : GPUS_AT_ONCE);
        for (uint32_t m = 0; m < count; m++) {
            fill(&at, sampling, chosen[m], sampling->values[chosen[m]]);
        }
    }
}
