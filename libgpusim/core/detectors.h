/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The state of detectors that watch a run, and what their files share. */
#ifndef GS_CORE_DETECTORS_H
#define GS_CORE_DETECTORS_H

#include <gpusim/detect.h>

#include "core/sampling.h"
#include "detect/frames.h"

/* One detector. */
typedef struct gs_detecting {
    double threshold;   /* NaN: not known yet */
    gpusim_time learnt; /* when it had; GPUSIM_TIME_MAX: not yet */
    uint64_t alerts;    /* raised */
} gs_detecting;

/* One detector on one GPU. */
typedef struct gs_alarm {
    gpusim_time since;  /* the first sample with a score as high as the threshold; GPUSIM_TIME_MAX:
                         * there is none */
    gpusim_time last;   /* the last such */
    gpusim_time raised; /* GPUSIM_TIME_MAX: it is not */
    double peak;        /* the highest score since */
    uint32_t cause;     /* signal that spoke most for it then; GPUSIM_NONE: none */
    uint32_t reserved;
} gs_alarm;

/* The job on a GPU at a sample that is being learnt from. */
typedef struct gs_lesson_job {
    gpusim_time start;
    uint32_t job; /* GPUSIM_NONE: none */
    uint32_t reserved;
} gs_lesson_job;
_Static_assert(sizeof(gs_detecting) == 24 && sizeof(gs_alarm) == 40 && sizeof(gs_lesson_job) == 16,
               "no padding: they are hashed");

/* Detectors at work. What of it is state goes into the arrays above when a run is saved. */
typedef struct gs_detectors {
    gpusim_watcher **watchers; /* [count] */
    double *seen;              /* [GPUs][watched]: the sample at hand */
    double *values;            /* [GPUs][watched]: of that, what one detector looks at */
    double *scores;            /* [GPUs] */
    uint32_t *causes, *job;    /* [GPUs] */
    gpusim_time *job_start;    /* [GPUs] */
    gpusim_time taken;         /* when the sample at hand was */
    double *seconds;           /* [count]: wall time of scoring */
    uint64_t *samples;         /* [count]: scored */
    uint32_t count, gpus;
} gs_detectors;

#define GS_DETECTOR(sim, d)   (&GS_AT((sim)->model->detectors, gs_detector, d))
#define GS_DETECTING(sim, d)  (&GS_AT((sim)->detecting, gs_detecting, d))
#define GS_HAS_LEARNT(sim, d) (GS_DETECTING(sim, d)->learnt != GPUSIM_TIME_MAX)

/* What one detector looks at, of values of all [GPUs][watched]. */
void gs_detectors_choose(const gpusim_sim *sim, uint32_t detector, const double *all, double *own);

/* Observers hear that a detector has learnt. */
gpusim_status gs_detectors_tell_learnt(gpusim_sim *sim, uint32_t detector, gpusim_error *err);

/* ---- core/lessons.c ---- */
/* Keeps the sample at hand, for those who learn. */
gpusim_status gs_lessons_keep(gpusim_sim *sim, gpusim_error *err);
/* A detector learns from what was kept, and gets its threshold if it has none. */
gpusim_status gs_lessons_learn(gpusim_sim *sim, uint32_t detector, gpusim_error *err);
/* Who has which GPU is again as at the last sample that was kept. */
void gs_lessons_last(gpusim_sim *sim);
/* Nobody learns any more. */
void gs_lessons_forget(gpusim_sim *sim);

#endif
