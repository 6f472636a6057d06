/* SPDX-License-Identifier: 0BSD */
/* For authors of detectors: what one is shown of a system, what it learns and what it answers. A
 * detector sees what a monitoring system would see, samples with gaps, and never the truth, but for
 * what one that learns from labels is told of the samples that it learns from. The same module runs
 * within a simulation, over a stored trace and over a CSV log. Its source needs this header (and
 * GSL, if it likes); it may carry any licence compatible with the GPL's terms. */
#ifndef GPUSIM_DETECTOR_H
#define GPUSIM_DETECTOR_H

#include <gpusim/module.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- what a detector is shown ---- */

/* One metric of every entity, known by its name. */
typedef struct gpusim_signal {
    const char *name; /* as in telemetry (gpu_temp), or of a CSV's column */
    double span;      /* how far its values usually lie apart; 1 where nobody knows */
    gpusim_unit unit;
    uint32_t reserved;
} gpusim_signal;

/* Who is watched; constant as long as a detector works. */
typedef struct gpusim_scene {
    uint32_t size;
    uint32_t entity_count, signal_count;
    uint32_t reserved;
    const gpusim_signal *signals; /* [signal_count] */
    const uint32_t *node, *rack;  /* [entity_count]: where each is, counted from 0; NULL: unknown */
    double interval;              /* between two frames, s */
} gpusim_scene;

/* One sample of everything. */
typedef struct gpusim_frame {
    gpusim_time time;
    const double *values;         /* [entity_count][signal_count]. For a module with the flag
                                   * GPUSIM_MODULE_STANDARDISED in standard deviations of what was learnt
                                   * from, 0 where there is none; else as they are, NaN: missing */
    const double *raw;            /* as they are, NaN: missing */
    const uint32_t *job;          /* [entity_count]: number of the job on each, GPUSIM_NONE: none;
                                   * NULL: unknown */
    const gpusim_time *job_start; /* [entity_count]: since when; NULL: unknown */
} gpusim_frame;

/* Frames to learn from, one after the other, as often as one likes. */
typedef struct gpusim_frames gpusim_frames;
GPUSIM_API const gpusim_scene *gpusim_frames_scene(const gpusim_frames *frames);
GPUSIM_API uint64_t gpusim_frames_count(const gpusim_frames *frames);
GPUSIM_API void gpusim_frames_rewind(gpusim_frames *frames);
/* 1, and 0 at the end; *frame is valid until the next call. */
GPUSIM_API int gpusim_frames_next(gpusim_frames *frames, gpusim_frame *frame);
/* Of the frame that was given last, [entity_count]: 1 where it is known to have been anomalous;
 * NULL: nobody says. There is no such thing to observe. For modules with the flag
 * GPUSIM_MODULE_READS_LABELS, where their parameters ask for it (`reads_labels`); others are told
 * nothing. Since minor 4. */
GPUSIM_API const uint8_t *gpusim_frames_labels(const gpusim_frames *frames);

/* Memory while learning, zeroed; NULL when there is no more. The model is one flat block without
 * pointers, allocated once, and is kept and saved as it is; work is released after learning. */
typedef struct gpusim_learning gpusim_learning;
GPUSIM_API void *gpusim_learning_model(gpusim_learning *learning, uint64_t bytes);
GPUSIM_API void *gpusim_learning_work(gpusim_learning *learning, uint64_t bytes);

/* ---- what a detector is ---- */

typedef struct gpusim_detector_context {
    const void *parameters; /* the module's record with its defaults filled in */
    const gpusim_scene *scene;
    const void *model; /* what it learnt; NULL: nothing */
    uint64_t model_bytes;
    void *state;          /* state_bytes, zeroed before the first frame */
    gpusim_stream stream; /* randomness of this detector */
} gpusim_detector_context;

/* `operations` of a module of kind GPUSIM_MODULE_DETECTOR. */
typedef struct gpusim_detector {
    /* What it keeps from frame to frame; after learning. NULL: nothing. */
    uint64_t (*state_bytes)(const gpusim_detector_context *context);
    /* NULL: it learns nothing. The model of its context is not there yet. */
    gpusim_status (*train)(const gpusim_detector_context *context, gpusim_frames *frames,
                           gpusim_learning *learning, gpusim_error *err);
    /* scores[entity_count]: higher is more anomalous; NaN: it cannot say (yet). causes: the signal
     * that speaks most for it, or GPUSIM_NONE; comes filled with that. */
    gpusim_status (*observe)(const gpusim_detector_context *context, const gpusim_frame *frame,
                             double *scores, uint32_t *causes, gpusim_error *err);
    /* Since minor 5, of a module with the flag GPUSIM_MODULE_READS_LABELS: whether it learns from
     * labels with these parameters. NULL: with any. */
    int (*reads_labels)(const void *parameters);
    /* Since minor 5. A model may come from a file, which may say anything: 1 where it is one that
     * `train` could have made of this scene with these parameters, at least as far as its size and
     * whatever in it is an index or a count. Asked before anything else is. NULL: any is. */
    int (*check)(const gpusim_detector_context *context);
} gpusim_detector;

#ifdef __cplusplus
}
#endif
#endif
