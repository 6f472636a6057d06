/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What detectors learn from: the first samples of the run, kept as they were seen until the last
 * detector has learnt. */
#include <math.h>

#include "core/detectors.h"
#include "core/sim.h"

// Frames of what was kept, as one detector sees them.
typedef struct lesson_frames {
    gpusim_frames base;
    const gpusim_sim *sim;
    double *all; // [GPUs][watched]
    uint32_t detector, at;
} lesson_frames;

// Who had which GPU at a sample that was kept.
static void show_jobs(const gpusim_sim *sim, uint32_t sample)
{
    const gs_detectors *d = sim->detectors;
    for (uint32_t g = 0; g < d->gpus; g++) {
        const gs_lesson_job *job =
            &GS_AT(sim->lesson_jobs, gs_lesson_job, (size_t)sample * d->gpus + g);
        d->job[g] = job->job;
        d->job_start[g] = job->start;
    }
}

void gs_lessons_last(gpusim_sim *sim)
{
    show_jobs(sim, sim->lesson_times.count - 1);
}

static int next_lesson(gpusim_frames *self, gpusim_frame *frame)
{
    lesson_frames *f = (lesson_frames *)self;
    const gpusim_sim *sim = f->sim;
    const gs_detectors *d = sim->detectors;
    if (f->at == f->base.count) {
        return 0;
    }
    size_t width = (size_t)d->gpus * sim->model->watched_count;
    for (size_t i = 0; i < width; i++) {
        f->all[i] = (double)GS_AT(sim->lesson_values, float, f->at *width + i);
    }
    show_jobs(sim, f->at);
    gs_detectors_choose(sim, f->detector, f->all, d->values);
    *frame = (gpusim_frame){
        .time = GS_AT(sim->lesson_times, gpusim_time, f->at),
        .values = d->values,
        .raw = d->values,
        .job = d->job,
        .job_start = d->job_start,
    };
    f->at++;
    return 1;
}

static void rewind_lessons(gpusim_frames *self)
{
    ((lesson_frames *)self)->at = 0;
}

gpusim_status gs_lessons_keep(gpusim_sim *sim, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    const gs_detectors *d = sim->detectors;
    uint64_t width = (uint64_t)d->gpus * sim->model->watched_count;
    uint64_t values = sim->lesson_values.count + width;
    if (values > UINT32_MAX) {
        return gpusim_fail(err, GPUSIM_MEMORY, "detectors cannot learn from so many samples");
    }
    uint32_t first = sim->lesson_values.count;
    GPUSIM_TRY(gs_array_push(&sim->lesson_times, &d->taken, err));
    GPUSIM_TRY(gs_array_reserve(&sim->lesson_values, (uint32_t)values, err));
    sim->lesson_values.count = (uint32_t)values;
    for (uint32_t i = 0; i < width; i++) {
        GS_AT(sim->lesson_values, float, first + i) = (float)d->seen[i];
    }
    for (uint32_t g = 0; g < d->gpus; g++) {
        gs_lesson_job job = {.start = d->job_start[g], .job = d->job[g]};
        GPUSIM_TRY(gs_array_push(&sim->lesson_jobs, &job, err));
    }
cleanup:
    return status;
}

// The threshold that a share of what was scored while learning stays below.
static gpusim_status find_threshold(gpusim_sim *sim, uint32_t detector, gpusim_frames *frames,
                                    gpusim_error *err)
{
    gpusim_status status;
    const gs_detectors *d = sim->detectors;
    double *scores = NULL;
    uint64_t count = frames->count * d->gpus;
    GPUSIM_TRY(gs_allocate(&scores, count, sizeof *scores, err));
    GPUSIM_TRY(gpusim_watcher_score(d->watchers[detector], frames, scores, NULL, err));
    GS_DETECTING(sim, detector)->threshold =
        gpusim_threshold_of(scores, count, GS_DETECTOR(sim, detector)->quantile);
    GPUSIM_TRY(gpusim_watcher_restart(d->watchers[detector], err));
cleanup:
    gs_release(&scores);
    return status;
}

gpusim_status gs_lessons_learn(gpusim_sim *sim, uint32_t detector, gpusim_error *err)
{
    gpusim_status status;
    const gs_detectors *d = sim->detectors;
    lesson_frames frames = {
        .base = {.next = next_lesson,
                 .rewind = rewind_lessons,
                 .count = sim->lesson_times.count,
                 .scene = &GS_DETECTOR(sim, detector)->scene},
        .sim = sim,
        .detector = detector,
    };
    GPUSIM_TRY(gs_allocate(&frames.all, (size_t)d->gpus * sim->model->watched_count,
                           sizeof *frames.all, err));
    GPUSIM_TRY(gpusim_watcher_train(d->watchers[detector], &frames.base, err));
    if (isnan(GS_DETECTING(sim, detector)->threshold)) {
        GPUSIM_TRY(find_threshold(sim, detector, &frames.base, err));
    }
    GS_DETECTING(sim, detector)->learnt = gpusim_engine_now(sim->engine);
    GPUSIM_TRY(gs_detectors_tell_learnt(sim, detector, err));
cleanup:
    gs_release(&frames.all);
    return status;
}

void gs_lessons_forget(gpusim_sim *sim)
{
    gs_array *kept[] = {&sim->lesson_times, &sim->lesson_values, &sim->lesson_jobs};
    for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++) {
        uint32_t element = kept[i]->element;
        gs_array_release(kept[i]);
        kept[i]->element = element;
    }
}
