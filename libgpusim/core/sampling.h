/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files that take samples share: the sample at hand, and the marks that means are counted
 * from. */
#ifndef GS_CORE_SAMPLING_H
#define GS_CORE_SAMPLING_H

#include "core/plant.h"
#include "telemetry/metrics.h"

/* The sample at hand. Made once, at the first that anybody hears; it is no state. */
struct gs_sampling {
    gpusim_sample *samples;                        /* [metric_count] */
    void *values[GS_METRIC_COUNT];                 /* where each metric's go; NULL: not sampled */
    const gpusim_stream *streams[GS_METRIC_COUNT]; /* [GPUs] of a noisy metric, or NULL */
    unsigned char *block;                          /* what `values` point into */
    size_t size;                                   /* of that, bytes */
    gpusim_stream *all_streams;                    /* what `streams` point into */
    uint64_t ordinal;                              /* number of the sample, from 1 */
    gpusim_time taken;                             /* when it was taken */
};

/* A sample that has not arrived yet. */
typedef struct gs_in_transit {
    gpusim_time taken, arrives;
} gs_in_transit;

/* Sensors that report means: of the last second, of the last 25 ms (part-time sensors of power),
 * and since the last sample. The integrals at the beginning of each are state, so that they are
 * there whoever listens, and after a restore. */
typedef enum gs_window { GS_WINDOW_SECOND, GS_WINDOW_PART, GS_WINDOW_SAMPLE, GS_WINDOWS } gs_window;

/* When each window began; the run's begin counts as its first. */
typedef struct gs_sampler {
    gpusim_time began[GS_WINDOWS];
} gs_sampler;

/* A GPU when the last second and the last 25 ms began, and at the last sample: integrals as in
 * gs_gpu. */
typedef struct gs_second_mark {
    gs_wide energy;
    double utilised, dram;
} gs_second_mark;

typedef struct gs_part_mark {
    gs_wide energy;
} gs_part_mark;

typedef struct gs_sample_mark {
    double utilised, engine, tensor, dram, pcie_rx, pcie_tx;
} gs_sample_mark;

#define GS_SAMPLER(sim) ((const gs_sampler *)(sim)->sampler.data)

/* ---- core/sample_marks.c ---- */
/* A window begins: its marks, and the event that comes next. */
gpusim_status gs_sampling_marked(gpusim_sim *sim, const gpusim_event *event, gpusim_error *err);
/* A sample was taken: windows that are no shorter than the interval begin; the next event. */
gpusim_status gs_sampling_sampled(gpusim_sim *sim, const gpusim_event *event, gpusim_error *err);

/* Energy of a GPU so long after it was settled, nW ns. */
static inline gs_wide gs_energy_after(const gs_gpu *gpu, gpusim_time since)
{
    return gpu->energy + (gs_wide)(uint64_t)gpu->power * (uint64_t)since;
}

static inline int gs_has_fans(const gs_node_hardware *hardware)
{
    return hardware->cooling == GS_COOLING_AIR &&
           (hardware->fan_max > 0 || hardware->fan_levels > 0);
}

/* Makes room for a sample, where there is none yet. */
gpusim_status gs_sampling_ready(gpusim_sim *sim, gpusim_error *err);

/* ---- core/transit.c ---- */
gpusim_status gs_on_arrival(void *context, const gpusim_event *event, gpusim_error *err);
/* The sample at hand will be seen later. */
gpusim_status gs_transit_send(gpusim_sim *sim, const gs_sampling *sampling, gpusim_error *err);

/* ---- one file for each kind of thing; each fills what is sampled of it ---- */
void gs_sample_jobs(const gpusim_sim *sim, gs_sampling *sampling);  /* core/sample_jobs.c */
void gs_sample_gpus(const gpusim_sim *sim, gs_sampling *sampling);  /* core/sample_gpu.c */
void gs_sample_plant(const gpusim_sim *sim, gs_sampling *sampling); /* core/sample_plant.c */
/* ... and what faults make of all that: core/sample_faults.c */
gpusim_status gs_sample_faults(gpusim_sim *sim, gs_sampling *sampling, gpusim_error *err);

#endif
