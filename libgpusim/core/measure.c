/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The cohort, the window, and integrals that only metrics need. */
#include "core/measure.h"

#include <math.h>

#include "base/memory.h"

int gs_measured(const gpusim_model *model, gpusim_time submit, uint64_t order)
{
    const gs_cohort *measure = &model->measure;
    return submit >= measure->from && submit < measure->to && order >= measure->first &&
           order <= measure->last;
}

// ---- jobs ----

void gs_measure_submitted(gpusim_sim *sim, uint32_t slot)
{
    gs_measure_totals *totals = GS_MEASURED(sim);
    const gpusim_job_info *job = GS_JOB(sim, slot);
    gs_live *live = GS_LIVE(sim, slot);
    live->asked = (uint64_t)job->gpus * job->milli;
    live->demand_before = gs_measure_seconds(totals->demand_time);
    totals->demand += live->asked;
    totals->cohort_alive += (uint64_t)gs_measured(sim->model, job->submit, job->order);
}

void gs_measure_ended(gpusim_sim *sim, uint32_t slot)
{
    gs_measure_totals *totals = GS_MEASURED(sim);
    const gpusim_job_info *job = GS_JOB(sim, slot);
    totals->demand -= GS_LIVE(sim, slot)->asked;
    totals->cohort_alive -= (uint64_t)gs_measured(sim->model, job->submit, job->order);
}

double gs_measure_contention(const gpusim_sim *sim, uint32_t slot)
{
    const gs_live *live = GS_LIVE(sim, slot);
    double life = gpusim_seconds(gpusim_engine_now(sim->engine) - GS_JOB(sim, slot)->submit);
    double asked = gs_measure_seconds(GS_MEASURED(sim)->demand_time) - live->demand_before;
    double installed = life * sim->model->cluster.gpu_count;
    return installed > 0 ? asked / 1000 / installed : 0;
}

int gs_measure_over(const gpusim_sim *sim)
{
    const gs_cohort *measure = &sim->model->measure;
    gpusim_time now = gpusim_engine_now(sim->engine);
    int all =
        now >= measure->to || GS_TOTALS(sim)->submitted > measure->last || gs_arrivals_over(sim);
    return all && GS_MEASURED(sim)->cohort_alive == 0;
}

// ---- nodes ----

// of the share of their GPUs that is allocated
static double variance_now(const gpusim_sim *sim)
{
    const gs_measure_totals *totals = GS_MEASURED(sim);
    double nodes = sim->gpu_nodes;
    double mean = totals->load_sum / nodes;
    return nodes > 0 ? fmax(totals->load_squares / nodes - mean * mean, 0) : 0;
}

// its integral up to now, ns
static double variance_time(const gpusim_sim *sim)
{
    const gs_measure_totals *totals = GS_MEASURED(sim);
    gpusim_time span = gpusim_engine_now(sim->engine) - totals->settled;
    return totals->load_variance + variance_now(sim) * (double)span;
}

void gs_measure_load(gpusim_sim *sim, uint32_t node, uint64_t milli, int sign)
{
    gs_measure_totals *totals = GS_MEASURED(sim);
    uint64_t *held = &GS_AT(sim->node_held, uint64_t, node);
    double gpus = GS_NODE(sim, node)->gpus;
    if (gpus == 0) {
        return;
    }
    // several at one instant settle once
    if (gpusim_engine_now(sim->engine) != totals->settled) {
        totals->load_variance = variance_time(sim);
        totals->settled = gpusim_engine_now(sim->engine);
    }
    double share = 1 / (1000 * gpus), before = (double)*held * share;
    *held = sign > 0 ? *held + milli : *held - milli;
    double after = (double)*held * share;
    totals->load_sum += after - before;
    totals->load_squares += after * after - before * before;
}

void gs_measure_integrate(gpusim_sim *sim, uint64_t span)
{
    gs_measure_totals *totals = GS_MEASURED(sim);
    totals->demand_time += (gs_wide)span * totals->demand;
}

// ---- the window ----

double gs_measure_seconds(gs_wide integral)
{
    const double word = 18446744073709551616.0;
    return ((double)(uint64_t)(integral >> 64) * word + (double)(uint64_t)integral) / 1e9;
}

gs_measure_mark gs_measure_now(gpusim_sim *sim)
{
    const gs_totals *totals = GS_TOTALS(sim);
    gs_account account = gs_measure_account(sim);
    return (gs_measure_mark){
        .at = gpusim_seconds(gpusim_engine_now(sim->engine)),
        .held = gs_measure_seconds(totals->gpu_allocated) +
                gs_measure_seconds(totals->gpu_parted) / 1000,
        .up = gs_measure_seconds(totals->gpu_up),
        .queue = gs_measure_seconds(totals->queue),
        .active = gs_is_physical(sim) ? gs_measure_activity(sim) : 0,
        .useful = account.useful,
        .load_variance = variance_time(sim) / 1e9,
        .completed = totals->completed,
    };
}

gpusim_status gs_measure_create(gpusim_sim *sim, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    const gs_cohort *measure = &sim->model->measure;
    int window = measure->from > 0 || measure->to < GPUSIM_TIME_MAX;
    GPUSIM_TRY(gs_array_resize(&sim->measured, 1, err));
    GPUSIM_TRY(gs_array_resize(&sim->node_held, sim->nodes.count, err));
    GPUSIM_TRY(gs_array_resize(&sim->measure_marks, window ? 2 : 0, err));
    for (uint32_t n = 0; n < sim->nodes.count; n++) {
        sim->gpu_nodes += GS_NODE(sim, n)->gpus > 0;
    }
cleanup:
    return status;
}

gpusim_status gs_measure_begin(gpusim_sim *sim, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    const gs_cohort *measure = &sim->model->measure;
    gpusim_event_id unused;
    if (measure->from > 0) {
        GPUSIM_TRY(gs_background_schedule(sim, measure->from, GS_ON_MEASURE, 0, 0, &unused, err));
    }
    if (measure->to < GPUSIM_TIME_MAX) {
        GPUSIM_TRY(gs_background_schedule(sim, measure->to, GS_ON_MEASURE, 1, 0, &unused, err));
    }
cleanup:
    return status;
}

gpusim_status gs_on_measure(void *context, const gpusim_event *event, gpusim_error *err)
{
    gpusim_sim *sim = context;
    (void)err;
    gs_background_fired(sim);
    gs_sim_integrate(sim);
    GS_AT(sim->measure_marks, gs_measure_mark, event->entity) = gs_measure_now(sim);
    return GPUSIM_OK;
}

// ---- invariants ----

#define LOAD_SLACK 1e-9 // what rounding leaves of sums that are kept up to date

gpusim_status gs_measure_check(const gpusim_sim *sim, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    const gs_measure_totals *totals = GS_MEASURED(sim);
    uint64_t *held = NULL, demand = 0, cohort = 0;
    double sum = 0, squares = 0;
    GPUSIM_TRY(gs_allocate(&held, sim->nodes.count, sizeof *held, err));
    for (uint32_t slot = 0; slot < sim->jobs.count; slot++) {
        const gpusim_job_info *job = GS_JOB(sim, slot);
        if (job->id.generation == 0) {
            continue;
        }
        demand += GS_LIVE(sim, slot)->asked;
        cohort += (uint64_t)gs_measured(sim->model, job->submit, job->order);
        for (uint32_t i = 0; i < job->parts; i++) {
            const gpusim_part *part = &GS_AT(sim->parts, gpusim_part, job->first_part + i);
            held[part->node] += (uint64_t)part->gpus * job->milli;
        }
    }
    for (uint32_t n = 0; n < sim->nodes.count; n++) {
        double gpus = GS_NODE(sim, n)->gpus;
        double load = gpus > 0 ? (double)held[n] / (1000 * gpus) : 0;
        sum += load;
        squares += load * load;
        if (gpus > 0 && held[n] != GS_AT(sim->node_held, uint64_t, n)) {
            status = gpusim_fail(err, GPUSIM_INTERNAL, "the load of node %u is miscounted", n);
            goto cleanup;
        }
    }
    if (demand != totals->demand || cohort != totals->cohort_alive ||
        fabs(sum - totals->load_sum) > LOAD_SLACK * (1 + sum) ||
        fabs(squares - totals->load_squares) > LOAD_SLACK * (1 + squares)) {
        status = gpusim_fail(err, GPUSIM_INTERNAL, "what is measured does not agree with the jobs");
    }
cleanup:
    gs_release(&held);
    return status;
}
