/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The summary of a run: counters, integrals, and statistics of the jobs that ended. What each means
 * stands in the reference's definitions 16 to 18 and 22; what is made of single jobs is in
 * summary_jobs.c and summary_fair.c. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/summary.h"
#include "stats/bound.h"

// the fastest GPU there is, over a nominal one; and the fastest CPUs of any P-state
static double fastest_gpu(const gpusim_sim *sim)
{
    double speed = sim->gpus.count > 0 ? 0 : 1;
    for (uint32_t g = 0; g < sim->gpus.count; g++) {
        speed = fmax(speed, GS_GPU(sim, g)->speed);
    }
    return speed;
}

static double fastest_cpu(const gpusim_sim *sim)
{
    double speed = 1;
    for (uint32_t g = 0; g < sim->model->cluster.group_count; g++) {
        const gs_node_hardware *hardware = &sim->model->hardware.groups[g];
        for (uint32_t i = 0; i < hardware->cpu_state_count; i++) {
            speed = fmax(speed, hardware->cpu_states[i].speed);
        }
    }
    return speed;
}

// No allocation makes its run shorter. Communication that is not hidden never shrinks, so next to
// it a step is at best as much shorter as its computing is.
static gpusim_time shortest_run(const gs_ended *job, double gpu, double cpu)
{
    double share = job->communicates ? 1 : job->share;
    double step = job->gpus > 0 ? gs_step_on(gpu * share, job->host_bound) : 1 / cpu;
    step *= job->communicates && job->least > 1 ? 1 : job->least;
    return step == 1 ? job->duration : (gpusim_time)((double)job->duration * step);
}

// of the jobs that completed: their own lower bound, to be held against their own mean
static gpusim_status fill_bound(gpusim_sim *sim, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    const gs_ended *jobs = sim->ended_jobs.data;
    uint32_t all = sim->ended_jobs.count;
    gpusim_time *submit = NULL, *duration = NULL;
    uint64_t *milli = NULL;
    double gpu = fastest_gpu(sim), cpu = fastest_cpu(sim);
    size_t count = 0;
    sim->summary.lower_bound_jct_s = (double)NAN;
    GPUSIM_TRY(gs_allocate(&submit, all, sizeof *submit, err));
    GPUSIM_TRY(gs_allocate(&duration, all, sizeof *duration, err));
    GPUSIM_TRY(gs_allocate(&milli, all, sizeof *milli, err));
    for (uint32_t i = 0; i < all; i++) {
        if (jobs[i].state == GPUSIM_JOB_COMPLETED && gs_summary_counts(sim, &jobs[i])) {
            submit[count] = jobs[i].submit;
            duration[count] = shortest_run(&jobs[i], gpu, cpu);
            milli[count++] = (uint64_t)jobs[i].gpus * jobs[i].milli;
        }
    }
    if (count > 0 && sim->model->cluster.gpu_count > 0) {
        GPUSIM_TRY(gs_lower_bound_jct(submit, duration, milli, count,
                                      1000 * (uint64_t)sim->model->cluster.gpu_count,
                                      &sim->summary.lower_bound_jct_s, err));
    }
cleanup:
    gs_release(&submit);
    gs_release(&duration);
    gs_release(&milli);
    return status;
}

static void fill_predictions(gpusim_sim *sim)
{
    gs_predictions predictions = {0};
    if (sim->policy) {
        gs_policy_predictions(sim->policy, &predictions);
    }
    sim->summary.predictions = predictions.count;
    sim->summary.predicted_twofold = predictions.twofold;
    sim->summary.prediction_error_s =
        predictions.count > 0 ? predictions.off / (double)predictions.count : (double)NAN;
    sim->summary.deadlines = GS_TOTALS(sim)->deadlines;
    sim->summary.deadlines_met = GS_TOTALS(sim)->deadlines_met;
}

static void fill_counters(gpusim_sim *sim)
{
    const gs_totals *totals = GS_TOTALS(sim);
    gpusim_summary *summary = &sim->summary;
    summary->seed = sim->seed;
    summary->wall_time_s = sim->wall_time_s;
    summary->events = gpusim_engine_fired(sim->engine);
    summary->batches = gs_engine_batches(sim->engine);
    summary->passes = totals->passes;
    summary->submitted = totals->submitted;
    summary->completed = totals->completed;
    summary->failed = totals->failed;
    summary->cancelled = totals->cancelled;
    summary->timeout = totals->timeout;
    summary->oom = totals->oom;
    summary->rejected = totals->rejected;
    summary->unfinished = totals->alive;
    summary->restarts = totals->restarts;
    summary->preemptions = totals->preemptions;
    summary->resizes = totals->resizes;
    summary->failures = totals->failures;
    summary->refused = totals->refused;
    summary->bad_lines = sim->model->workload.bad_lines;
    summary->queue_peak = totals->queue_peak;
    summary->oracle = totals->oracle;
    summary->stalled = totals->stalled;
    summary->peak_memory_bytes = gs_state_memory(&sim->state) + gs_engine_memory(sim->engine);
}

// ---- what the plant has drawn, up to now, without settling it ----

static void fill_nothing(gpusim_summary *summary)
{
    double *first = &summary->energy_gpu_j, *last = &summary->cap_not_held_gpu_h;
    for (double *value = first; value <= last; value++) {
        *value = (double)NAN;
    }
}

#define DUST 1e-12 // what rounding leaves of a difference of sums, as a part of them

static double jobs_joules(const gpusim_sim *sim)
{
    double joules = GS_FACILITY(sim)->jobs_input, gpu;
    for (uint32_t i = 0; i < sim->running.count; i++) {
        uint32_t slot = GS_AT(sim->running, uint32_t, i);
        joules += gs_energy_of_job(sim, slot, &gpu) - GS_LIVE(sim, slot)->energy;
    }
    return joules;
}

// GPU-seconds of activity (definitions 18)
double gs_measure_activity(const gpusim_sim *sim)
{
    double seconds = 0;
    for (uint32_t g = 0; g < sim->gpus.count; g++) {
        seconds += gs_gpu_now(sim, g).active / 1e9;
    }
    return seconds;
}

static void fill_throttling(gpusim_sim *sim, const gs_facility *facility)
{
    gpusim_summary *summary = &sim->summary;
    gpusim_time now = gpusim_engine_now(sim->engine);
    gs_wide throttled = facility->throttled_ns, capped = facility->capped_ns;
    gs_wide unheld = facility->unheld_ns;
    double hottest = facility->hottest;
    for (uint32_t g = 0; g < sim->gpus.count; g++) {
        const gs_gpu *held = GS_GPU(sim, g);
        gs_gpu gpu = gs_gpu_now(sim, g);
        gs_wide since = (uint64_t)(now - held->settled);
        throttled += held->reasons & GS_THROTTLE_HEAT ? since : 0;
        capped += held->reasons & GS_THROTTLE_CAP ? since : 0;
        unheld += gs_gpu_unheld(sim, held) ? since : 0;
        if (gs_gpu_hardware(sim, g)->physical) {
            hottest = fmax(hottest, gs_gpu_temperature(&gpu));
        }
    }
    summary->throttled_gpu_h = gs_measure_seconds(throttled) / 3600;
    summary->capped_gpu_h = gs_measure_seconds(capped) / 3600;
    summary->cap_not_held_gpu_h = gs_measure_seconds(unheld) / 3600;
    summary->hottest_c = hottest > -INFINITY ? hottest : (double)NAN; // nothing has one
    summary->shutdowns = facility->shutdowns;
}

static void fill_energy(gpusim_sim *sim)
{
    gpusim_summary *summary = &sim->summary;
    if (!gs_is_physical(sim)) {
        fill_nothing(summary);
        return;
    }
    gs_facility facility = gs_facility_now(sim);
    double *const parts[GS_COMPONENTS] = {
        [GS_POWER_GPU] = &summary->energy_gpu_j,
        [GS_POWER_CPU] = &summary->energy_cpu_j,
        [GS_POWER_MEMORY] = &summary->energy_memory_j,
        [GS_POWER_NIC] = &summary->energy_nic_j,
        [GS_POWER_STORAGE] = &summary->energy_storage_j,
        [GS_POWER_OTHER] = &summary->energy_other_j,
        [GS_POWER_FANS] = &summary->energy_fans_j,
        [GS_POWER_NODE_LOSS] = &summary->energy_node_losses_j,
        [GS_POWER_SWITCH] = &summary->energy_switches_j,
        [GS_POWER_RACK_LOSS] = &summary->energy_rack_losses_j,
        [GS_POWER_CDU] = &summary->energy_cdu_j,
        [GS_POWER_OVERHEAD] = &summary->energy_overhead_j,
    };
    gs_wide all = 0, it = 0;
    for (int c = 0; c < GS_COMPONENTS; c++) {
        *parts[c] = gs_joules(facility.energy[c]);
        all += facility.energy[c];
        it += c < GS_POWER_CDU ? facility.energy[c] : 0;
    }
    summary->energy_it_j = gs_joules(it);
    summary->energy_facility_j = gs_joules(all);
    summary->energy_jobs_j = jobs_joules(sim);
    double rest = summary->energy_facility_j - summary->energy_jobs_j;
    summary->energy_unallocated_j = fabs(rest) < DUST * summary->energy_facility_j ? 0 : rest;
    summary->power_mean_w = summary->energy_facility_j / summary->sim_time_s;
    summary->power_peak_w = (double)facility.peak / 1e9;
    const gs_hardware *hardware = &sim->model->hardware;
    summary->carbon_kg = hardware->carbon.count > 0 ? facility.carbon : (double)NAN;
    summary->cost = hardware->price.count > 0 ? facility.cost : (double)NAN;
    if (hardware->price.count > 0) {
        snprintf(summary->cost_currency, sizeof summary->cost_currency, "%s", hardware->currency);
    }
    fill_throttling(sim, &facility);
}

// work of jobs that still run, or wait to go on, counts as far as it is done
gs_account gs_measure_account(const gpusim_sim *sim)
{
    gs_account account = GS_TOTALS(sim)->account;
    for (uint32_t i = 0; i < sim->running.count; i++) {
        uint32_t slot = GS_AT(sim->running, uint32_t, i);
        gs_account_job(sim, slot, GPUSIM_JOB_RUNNING, &account);
    }
    for (uint32_t slot = 0; slot < sim->jobs.count; slot++) {
        const gpusim_job_info *job = GS_JOB(sim, slot);
        if (job->id.generation != 0 && job->state == GPUSIM_JOB_QUEUED) {
            gs_account_job(sim, slot, GPUSIM_JOB_QUEUED, &account);
        }
    }
    return account;
}

static void fill_account(const gs_account *account, gpusim_summary *summary)
{
    summary->slowdown_lost_gpu_s = account->slowed;
    summary->checkpoint_lost_gpu_s = account->checkpointing;
    summary->redone_lost_gpu_s = account->redone;
    summary->restart_lost_gpu_s = account->restarting;
    summary->hang_lost_gpu_s = account->hung;
    summary->abandoned_lost_gpu_s = account->abandoned;
    double jobs = (double)account->jobs; // 0 / 0 is none
    summary->ettr_by_job = account->ettr / jobs;
    summary->ettr_scheduled_by_job = account->scheduled / jobs;
    summary->ettr = account->ettr_weighted / account->weight;
    summary->ettr_scheduled = account->scheduled_weighted / account->weight;
}

// means over the window: between two marks, or from the beginning and up to now
static void fill_window(gpusim_sim *sim)
{
    gpusim_summary *summary = &sim->summary;
    gs_measure_mark begin = {0}, end = gs_measure_now(sim);
    const gs_measure_mark *marks = sim->measure_marks.data;
    gpusim_time now = gpusim_engine_now(sim->engine);
    if (sim->model->measure.from > 0) {
        begin = now > sim->model->measure.from ? marks[0] : end;
    }
    if (sim->model->measure.to < now) {
        end = marks[1];
    }
    double span = end.at - begin.at;
    double installed = span * sim->model->cluster.gpu_count;
    double held = end.held - begin.held;
    summary->gpu_allocated_fraction = held / installed;
    summary->gpu_allocated_fraction_of_up = held / (end.up - begin.up);
    summary->gpu_utilization = gs_is_physical(sim) ? (end.active - begin.active) / installed
                                                   : summary->gpu_allocated_fraction;
    summary->goodput = (end.useful - begin.useful) / installed;
    summary->queue_mean = (end.queue - begin.queue) / span;
    summary->load_variance = (end.load_variance - begin.load_variance) / span;
    summary->throughput_per_h = span > 0 // not infinite
                                    ? (double)(end.completed - begin.completed) / span * 3600
                                    : (double)NAN;
}

static void fill_integrals(gpusim_sim *sim)
{
    const gs_totals *totals = GS_TOTALS(sim);
    gpusim_summary *summary = &sim->summary;
    gs_account account = gs_measure_account(sim);
    fill_account(&account, summary);
    summary->sim_time_s = gpusim_seconds(gpusim_engine_now(sim->engine));
    fill_window(sim);
    summary->makespan_s = sim->ended_jobs.count > 0
                              ? gpusim_seconds(totals->last_end - totals->first_submit)
                              : (double)NAN;
    fill_predictions(sim);
    gs_fragments_summarise(sim);
    fill_energy(sim);
}

// why nothing goes on: with the first node that drained because one of its GPUs turned itself off
static void fill_stall(gpusim_sim *sim)
{
    char *text = sim->summary.stall_reason;
    size_t size = sizeof sim->summary.stall_reason;
    uint32_t lost = GPUSIM_NONE, count = 0;
    for (uint32_t g = sim->gpus.count; g-- > 0;) {
        uint32_t node = GS_GPU(sim, g)->node;
        if (GS_GPU(sim, g)->level == GS_GPU_OFF && node != lost) {
            lost = node;
            count++;
        }
    }
    snprintf(text, size,
             "%u %s, nothing runs and nothing else will happen: no node that is up can take what "
             "waits, or the scheduler does not start it",
             GS_TOTALS(sim)->queued_now,
             GS_TOTALS(sim)->queued_now == 1 ? "job waits" : "jobs wait");
    if (lost != GPUSIM_NONE) {
        size_t used = strlen(text);
        snprintf(text + used, size - used, "; %.40s%s drained as a GPU turned itself off",
                 gpusim_model_name(sim->model, sim->model->cluster.node_name[lost]),
                 count > 1 ? " and others" : "");
    }
}

gpusim_status gs_summary_make(gpusim_sim *sim, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gs_sim_integrate(sim);
    sim->summary = (gpusim_summary){.size = sizeof sim->summary};
    fill_counters(sim);
    fill_integrals(sim);
    sim->summary.faults = gs_faults_count(sim);
    sim->summary.alerts = gs_detectors_alerts(sim);
    sim->summary.detectors_us = gs_detectors_cost(sim);
    sim->summary.responses =
        gs_responses_count(sim, &sim->summary.response_cost, &sim->summary.waste_cost);
    if (sim->summary.stalled) {
        fill_stall(sim);
    }
    GPUSIM_TRY(gs_summary_jobs(sim, err));
    GPUSIM_TRY(gs_summary_fairness(sim, err));
    GPUSIM_TRY(fill_bound(sim, err));
cleanup:
    return status;
}

const gpusim_summary *gpusim_sim_summary(gpusim_sim *sim)
{
    // without memory for the statistics the counters are still right
    if (!sim->finished) {
        (void)gs_summary_make(sim, NULL);
    }
    return &sim->summary;
}
