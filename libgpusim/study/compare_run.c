/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Runs a comparison: threads take one run after the other, a run is one thread's alone, and results
 * lie where their scenario, scheduler and seed say, so that their number changes nothing. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "study/compare.h"

#define LOOK_NS 50000000L // how often a call that waits looks whether it was interrupted

/* ---- a worker ---- */

// the next run that nobody has taken, GPUSIM_NONE: there is none; under the lock
static uint32_t take_run(gpusim_compare *compare)
{
    if (compare->failure != GPUSIM_OK || compare->interrupted) {
        return GPUSIM_NONE;
    }
    while (compare->next < compare->run_count &&
           compare->runs[compare->next].state != GS_RUN_OPEN) {
        compare->next++;
    }
    if (compare->next == compare->run_count) {
        return GPUSIM_NONE;
    }
    compare->runs[compare->next].state = GS_RUN_TAKEN;
    return compare->next++;
}

void gs_compare_describe(const gpusim_compare *compare, uint32_t index, gpusim_compare_run *run)
{
    uint32_t schedulers = compare->schedulers.count, seeds = compare->seeds.count;
    *run = (gpusim_compare_run){
        .size = sizeof *run,
        .scenario = index / (schedulers * seeds),
        .scheduler = index % schedulers,
        .replication = index / schedulers % seeds,
        .done = compare->done,
        .runs = compare->run_count,
        .wall_s = compare->runs[index].wall_s,
        .values = compare->values + (size_t)index * compare->metrics.count,
    };
    run->seed = GS_AT(compare->seeds, uint64_t, run->replication);
}

static void hold(gs_compare_worker *worker, gpusim_sim *sim)
{
    pthread_mutex_lock(&worker->compare->lock);
    worker->sim = sim;
    pthread_mutex_unlock(&worker->compare->lock);
}

static gpusim_status simulate(gs_compare_worker *worker, uint32_t index, gpusim_error *err)
{
    gpusim_compare *compare = worker->compare;
    gpusim_status status = GPUSIM_OK;
    gpusim_sim *sim = NULL;
    gs_compare_ear *ear = NULL;
    gpusim_compare_run run;
    gs_compare_describe(compare, index, &run);
    const gpusim_model *model = gs_compare_model(compare, index);
    GPUSIM_TRY(gpusim_sim_create(model, run.seed, &sim, err));
    if (compare->folders) {
        GPUSIM_TRY(gs_compare_listen(compare, index, sim, &ear, err));
    }
    hold(worker, sim);
    GPUSIM_TRY(gpusim_sim_run_until(sim, GPUSIM_TIME_MAX, err));
    GPUSIM_TRY(gpusim_sim_finish(sim, err));
    const gpusim_summary *summary = gpusim_sim_summary(sim);
    double *values = compare->values + (size_t)index * compare->metrics.count;
    for (uint32_t m = 0; m < compare->metrics.count; m++) {
        values[m] = gs_compare_value(compare, m, sim);
    }
    compare->runs[index].wall_s = summary->wall_time_s;
    if (ear) {
        GPUSIM_TRY(gs_compare_heard(compare, index, sim, ear, err));
    }
cleanup:
    hold(worker, NULL);
    gs_compare_forget(ear);
    gpusim_sim_destroy(sim);
    return status;
}

// which run it was that failed
static void name_run(const gpusim_compare *compare, uint32_t index, gpusim_error *err)
{
    char message[sizeof err->message];
    gpusim_compare_run run;
    gs_compare_describe(compare, index, &run);
    snprintf(message, sizeof message, "%.80s, %.80s, seed %llu: %.300s",
             gpusim_compare_scenario(compare, run.scenario),
             gpusim_compare_scheduler(compare, run.scheduler), (unsigned long long)run.seed,
             err->message);
    memcpy(err->message, message, sizeof message);
}

static void *work(void *argument)
{
    gs_compare_worker *worker = argument;
    gpusim_compare *compare = worker->compare;
    pthread_mutex_lock(&compare->lock);
    for (;;) {
        uint32_t index = take_run(compare);
        if (index == GPUSIM_NONE) {
            break;
        }
        pthread_mutex_unlock(&compare->lock);
        gpusim_error err = {0};
        gpusim_status status = simulate(worker, index, &err);
        pthread_mutex_lock(&compare->lock);
        if (status == GPUSIM_OK) {
            status = gs_compare_write(compare, index, &err);
        }
        if (status == GPUSIM_OK) {
            status = gs_array_push(&compare->finished, &index, &err);
        }
        if (status == GPUSIM_OK) {
            compare->runs[index].state = GS_RUN_DONE;
        } else if (compare->failure == GPUSIM_OK && status != GPUSIM_INTERRUPTED) {
            name_run(compare, index, &err);
            compare->failure = status;
            compare->failure_error = err;
        }
        pthread_cond_signal(&compare->ended);
    }
    compare->at_work--;
    pthread_cond_signal(&compare->ended);
    pthread_mutex_unlock(&compare->lock);
    return NULL;
}

/* ---- whoever asks ---- */

gpusim_status gs_compare_lay_out(gpusim_compare *compare, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    if (compare->runs) {
        return GPUSIM_OK;
    }
    uint64_t cells = (uint64_t)compare->scenarios.count * compare->schedulers.count;
    uint64_t runs = cells * compare->seeds.count;
    if (runs == 0 || runs >= GPUSIM_NONE || compare->added.count < cells) {
        return gpusim_fail(err, GPUSIM_ARGUMENT, "%s",
                           runs == 0             ? "a comparison needs models and seeds"
                           : runs >= GPUSIM_NONE ? "too many runs"
                                                 : "a scheduler is missing in some scenario");
    }
    compare->run_count = (uint32_t)runs;
    GPUSIM_TRY(gs_allocate(&compare->models, cells, sizeof *compare->models, err));
    GPUSIM_TRY(
        gs_allocate(&compare->values, runs * compare->metrics.count, sizeof *compare->values, err));
    for (uint32_t i = 0; i < compare->added.count; i++) {
        const gs_compare_added *added = &GS_AT(compare->added, gs_compare_added, i);
        compare->models[added->scenario * compare->schedulers.count + added->scheduler] =
            added->model;
    }
    GPUSIM_TRY(gs_allocate(&compare->runs, runs, sizeof *compare->runs, err));
cleanup:
    return status;
}

gpusim_status gpusim_compare_start(gpusim_compare *compare, uint32_t threads, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    if (compare->workers || threads == 0) {
        return gpusim_fail(err, GPUSIM_ARGUMENT, "%s",
                           threads ? "the comparison has begun" : "it needs a thread");
    }
    GPUSIM_TRY(gs_compare_lay_out(compare, err));
    if (threads > compare->run_count) {
        threads = compare->run_count;
    }
    GPUSIM_TRY(gs_allocate(&compare->workers, threads, sizeof *compare->workers, err));
    pthread_mutex_lock(&compare->lock);
    for (uint32_t i = 0; i < threads; i++) {
        gs_compare_worker *worker = &compare->workers[i];
        worker->compare = compare;
        if (pthread_create(&worker->thread, NULL, work, worker) != 0) {
            break; // fewer do the same
        }
        compare->worker_count++;
        compare->at_work++;
    }
    pthread_mutex_unlock(&compare->lock);
    if (compare->worker_count == 0) {
        status = gpusim_fail(err, GPUSIM_MEMORY, "no thread can be started");
    }
cleanup:
    return status;
}

// tells whoever runs; under the lock
static void interrupt_workers(gpusim_compare *compare)
{
    for (uint32_t i = 0; i < compare->worker_count; i++) {
        if (compare->workers[i].sim) {
            gpusim_sim_interrupt(compare->workers[i].sim);
        }
    }
}

// until a run has ended or something else has happened; under the lock
static void wait_a_while(gpusim_compare *compare)
{
    struct timespec until;
    (void)clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += LOOK_NS;
    if (until.tv_nsec >= 1000000000L) {
        until.tv_nsec -= 1000000000L;
        until.tv_sec++;
    }
    (void)pthread_cond_timedwait(&compare->ended, &compare->lock, &until);
    if (compare->interrupted || compare->failure != GPUSIM_OK) {
        interrupt_workers(compare);
    }
}

gpusim_status gpusim_compare_next(gpusim_compare *compare, gpusim_compare_run *run, int *more,
                                  gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    *more = 0;
    pthread_mutex_lock(&compare->lock);
    while (compare->told == compare->finished.count && compare->at_work > 0) {
        wait_a_while(compare);
    }
    if (compare->told < compare->finished.count) {
        // also what ended before an interruption or a failure is a result
        uint32_t index = GS_AT(compare->finished, uint32_t, compare->told++);
        compare->done++;
        gs_compare_describe(compare, index, run);
        *more = 1;
    } else if (compare->failure != GPUSIM_OK) {
        status = compare->failure;
        if (err) {
            *err = compare->failure_error;
        }
    } else if (compare->interrupted && compare->done < compare->run_count) {
        status = gpusim_fail(err, GPUSIM_INTERRUPTED, "interrupted after %u of %u runs",
                             compare->done, compare->run_count);
    }
    pthread_mutex_unlock(&compare->lock);
    return status;
}

void gpusim_compare_interrupt(gpusim_compare *compare)
{
    compare->interrupted = 1;
}

void gs_compare_stop(gpusim_compare *compare)
{
    compare->interrupted = 1;
    pthread_mutex_lock(&compare->lock);
    while (compare->at_work > 0) {
        interrupt_workers(compare);
        wait_a_while(compare);
    }
    pthread_mutex_unlock(&compare->lock);
    for (uint32_t i = 0; i < compare->worker_count; i++) {
        pthread_join(compare->workers[i].thread, NULL);
    }
    gs_release(&compare->workers);
    compare->worker_count = 0;
}
