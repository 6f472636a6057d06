/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a summary says of single jobs: their times, who waited too long, and how kinds of them
 * fared. All over the cohort (definitions 16 to 18). */
#include <math.h>

#include "core/measure.h"
#include "core/summary.h"
#include "stats/stats.h"

#define TAU 10 // s: shorter jobs are as if they took this long (Feitelson and Rudolph 1998)

int gs_summary_counts(const gpusim_sim *sim, const gs_ended *job)
{
    return gs_measured(sim->model, job->submit, job->order);
}

// a job's figure, or NaN when it has none
typedef double (*gs_figure)(const gs_ended *job);

static double first_wait_of(const gs_ended *job)
{
    return job->first_start == GPUSIM_TIME_MAX ? (double)NAN
                                               : gpusim_seconds(job->first_start - job->submit);
}

// time without GPUs between submit and end, of jobs that ever had them
static double wait_of(const gs_ended *job)
{
    return job->first_start == GPUSIM_TIME_MAX
               ? (double)NAN
               : gpusim_seconds(job->end - job->submit - job->allocated);
}

static double jct_of(const gs_ended *job)
{
    return job->state == GPUSIM_JOB_COMPLETED ? gpusim_seconds(job->end - job->submit)
                                              : (double)NAN;
}

static double slowdown_of(const gs_ended *job)
{
    double ideal = gpusim_seconds(job->duration);
    double slowdown = jct_of(job) / (ideal > TAU ? ideal : TAU);
    return slowdown < 1 ? 1 : slowdown;
}

static gpusim_statistics statistics_of(const gpusim_sim *sim, gs_figure figure, double *values)
{
    gpusim_statistics statistics = {0,           (double)NAN, (double)NAN,
                                    (double)NAN, (double)NAN, (double)NAN};
    const gs_ended *jobs = sim->ended_jobs.data;
    size_t count = 0;
    for (uint32_t i = 0; i < sim->ended_jobs.count; i++) {
        double value = figure(&jobs[i]);
        if (!isnan(value) && gs_summary_counts(sim, &jobs[i])) {
            values[count++] = value;
        }
    }
    statistics.count = count;
    if (count > 0) {
        statistics.mean = gs_mean(values, count);
        statistics.p50 = gs_quantile(values, count, 0.50);
        statistics.p95 = gs_quantile(values, count, 0.95);
        statistics.p99 = gs_quantile(values, count, 0.99);
        statistics.max = gs_quantile(values, count, 1.0);
    }
    return statistics;
}

static gpusim_status fill_statistics(gpusim_sim *sim, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gpusim_summary *summary = &sim->summary;
    double *values = NULL;
    GPUSIM_TRY(gs_allocate(&values, sim->ended_jobs.count, sizeof *values, err));
    summary->wait_s = statistics_of(sim, wait_of, values);
    summary->first_wait_s = statistics_of(sim, first_wait_of, values);
    summary->jct_s = statistics_of(sim, jct_of, values);
    summary->bounded_slowdown = statistics_of(sim, slowdown_of, values);
cleanup:
    gs_release(&values);
    return status;
}

// ---- who waits ----

// time without GPUs up to now of a job that is alive
static double waits_of(const gpusim_sim *sim, uint32_t slot)
{
    const gpusim_job_info *job = GS_JOB(sim, slot);
    gpusim_time now = gpusim_engine_now(sim->engine);
    gpusim_time allocated =
        GS_LIVE(sim, slot)->allocated + (job->state == GPUSIM_JOB_RUNNING ? now - job->start : 0);
    return gpusim_seconds(now - job->submit - allocated);
}

static int starved(const gpusim_sim *sim, double wait, gpusim_time duration)
{
    return wait > sim->model->measure.starvation * fmax(gpusim_seconds(duration), TAU);
}

// the longest wait, and those that were too long; also of jobs that have not ended
static void fill_waits(gpusim_sim *sim)
{
    gpusim_summary *summary = &sim->summary;
    for (uint32_t i = 0; i < sim->ended_jobs.count; i++) {
        const gs_ended *job = &GS_AT(sim->ended_jobs, gs_ended, i);
        double wait = wait_of(job);
        if (!isnan(wait) && gs_summary_counts(sim, job)) {
            summary->longest_wait_s = fmax(summary->longest_wait_s, wait);
            summary->starved += (uint64_t)starved(sim, wait, job->duration);
        }
        summary->cohort_jobs += (uint64_t)gs_summary_counts(sim, job);
    }
    for (uint32_t slot = 0; slot < sim->jobs.count; slot++) {
        const gpusim_job_info *job = GS_JOB(sim, slot);
        if (job->id.generation != 0 && gs_measured(sim->model, job->submit, job->order)) {
            double wait = waits_of(sim, slot);
            summary->longest_wait_s = fmax(summary->longest_wait_s, wait);
            summary->starved += (uint64_t)starved(sim, wait, GS_LIVE(sim, slot)->duration);
            summary->cohort_jobs++;
            summary->cohort_unfinished++;
        }
    }
}

// ---- kinds of jobs ----

/* Sums over jobs of a kind. */
typedef struct kind {
    gs_sum jct, wait, slowdown;
    uint64_t completed, waited;
} kind;

static void add_job(kind *k, const gs_ended *job)
{
    double wait = wait_of(job);
    if (!isnan(wait)) {
        gs_sum_add(&k->wait, wait);
        k->waited++;
    }
    if (job->state == GPUSIM_JOB_COMPLETED) {
        gs_sum_add(&k->jct, jct_of(job));
        gs_sum_add(&k->slowdown, slowdown_of(job));
        k->completed++;
    }
}

static gpusim_split split_of(const kind *k)
{
    double completed = (double)k->completed; // 0 / 0 is none
    return (gpusim_split){.count = k->completed,
                          .jct_s = gs_sum_value(&k->jct) / completed,
                          .wait_s = gs_sum_value(&k->wait) / (double)k->waited,
                          .bounded_slowdown = gs_sum_value(&k->slowdown) / completed};
}

// the classes of Jeon et al. (2019): 1, 2 to 4, 5 to 8 and more than 8 GPUs; and jobs without any
static uint32_t size_class(uint32_t gpus)
{
    return gpus == 0 ? 0 : gpus == 1 ? 1 : gpus <= 4 ? 2 : gpus <= 8 ? 3 : 4;
}

static void fill_sizes(gpusim_sim *sim)
{
    kind kinds[GPUSIM_SIZE_CLASSES] = {0};
    for (uint32_t i = 0; i < sim->ended_jobs.count; i++) {
        const gs_ended *job = &GS_AT(sim->ended_jobs, gs_ended, i);
        if (gs_summary_counts(sim, job)) {
            add_job(&kinds[size_class(job->gpus)], job);
        }
    }
    for (int i = 0; i < GPUSIM_SIZE_CLASSES; i++) {
        sim->summary.sizes[i] = split_of(&kinds[i]);
    }
}

int gpusim_sim_vc_split(const gpusim_sim *sim, uint32_t vc, gpusim_split *split)
{
    kind k = {0};
    if (vc >= sim->vcs.count) {
        return 0;
    }
    for (uint32_t i = 0; i < sim->ended_jobs.count; i++) {
        const gs_ended *job = &GS_AT(sim->ended_jobs, gs_ended, i);
        if (job->vc == vc && gs_summary_counts(sim, job)) {
            add_job(&k, job);
        }
    }
    *split = split_of(&k);
    return 1;
}

gpusim_status gs_summary_jobs(gpusim_sim *sim, gpusim_error *err)
{
    fill_waits(sim);
    fill_sizes(sim);
    return fill_statistics(sim, err);
}
