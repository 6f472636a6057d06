/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tells the modules of jobs that come and go, so that they learn. */
#include "policy/inside.h"

typedef void (*submitted)(const gpusim_context *context, const gpusim_job_info *job);
typedef void (*ended)(const gpusim_context *context, const gpusim_job_info *job,
                      const gpusim_outcome *outcome);

// A module of an older minor has operations that end before these.
static int is_told(const gs_chosen_module *chosen)
{
    return chosen->module && chosen->module->abi_minor >= 2;
}

static gpusim_context placer_context(gs_policy *policy)
{
    return (gpusim_context){.parameters = policy->setup->placement.parameters,
                            .state = policy->place_state.data,
                            .job_state = policy->place_jobs.data,
                            .view = policy->view,
                            .stream = policy->placement_stream,
                            .job_bytes = policy->setup->placement.module->job_bytes,
                            .memory = &policy->memories[GS_OF_PLACEMENT]};
}

// What memory was short of while a module remembered something.
static gpusim_status failure_of(const gs_policy *policy, gpusim_error *err)
{
    for (int i = 0; i < GS_MEMORIES; i++) {
        if (policy->memories[i].failure != GPUSIM_OK) {
            if (err) {
                *err = policy->memories[i].error;
            }
            return policy->memories[i].failure;
        }
    }
    return GPUSIM_OK;
}

int gs_policy_learns(const gs_policy *policy)
{
    const gs_setup *setup = policy->setup;
    const gpusim_order *order = is_told(&setup->order) ? setup->order.module->operations : NULL;
    const gpusim_placer *placer =
        is_told(&setup->placement) ? setup->placement.module->operations : NULL;
    const gpusim_scheduler *scheduler =
        is_told(&setup->scheduler) ? setup->scheduler.module->operations : NULL;
    // what goes wrong while a module remembers is looked at when jobs come and end
    for (int i = 0; i < GS_MEMORIES; i++) {
        if (policy->memories[i].kept) {
            return 1;
        }
    }
    return (order && (order->submitted || order->ended || order->predicted)) ||
           (placer && (placer->submitted || placer->ended)) ||
           (scheduler && (scheduler->submitted || scheduler->ended));
}

gpusim_status gs_learn_submitted(gs_policy *policy, const gpusim_job_info *job, gpusim_error *err)
{
    if (!policy->learns) {
        return GPUSIM_OK;
    }
    const gs_setup *setup = policy->setup;
    submitted order = NULL, placer = NULL, scheduler = NULL;
    if (is_told(&setup->order)) {
        order = ((const gpusim_order *)setup->order.module->operations)->submitted;
    }
    if (is_told(&setup->placement)) {
        placer = ((const gpusim_placer *)setup->placement.module->operations)->submitted;
    }
    if (is_told(&setup->scheduler)) {
        scheduler = ((const gpusim_scheduler *)setup->scheduler.module->operations)->submitted;
    }
    if (order) {
        gpusim_context context = gs_order_context(policy);
        order(&context, job);
    }
    if (placer) {
        gpusim_context context = placer_context(policy);
        placer(&context, job);
    }
    if (scheduler) {
        gpusim_context context = gs_scheduler_context(policy);
        scheduler(&context, job);
    }
    return failure_of(policy, err);
}

// Holds what the order took for the length of a job that completed against what it was.
static void judge(gs_policy *policy, const gpusim_job_info *job, const gpusim_outcome *outcome)
{
    const gpusim_order *order =
        is_told(&policy->setup->order) ? policy->setup->order.module->operations : NULL;
    if (!order || !order->predicted || outcome->state != GPUSIM_JOB_COMPLETED) {
        return;
    }
    gpusim_context context = gs_order_context(policy);
    gpusim_time predicted = order->predicted(&context, job);
    if (predicted >= 0) {
        gs_books *books = gs_books_of(policy);
        double of = gpusim_seconds(predicted), was = gpusim_seconds(outcome->run);
        books->predictions++;
        books->predicted_twofold += of <= 2 * was && was <= 2 * of;
        books->predicted_off += fabs(of - was);
    }
}

void gs_policy_predictions(const gs_policy *policy, gs_predictions *predictions)
{
    const gs_books *books = gs_books_of(policy);
    *predictions = (gs_predictions){.count = books->predictions,
                                    .twofold = books->predicted_twofold,
                                    .off = books->predicted_off};
}

gpusim_status gs_policy_ended(gs_policy *policy, uint32_t slot, const gpusim_outcome *outcome,
                              gpusim_error *err)
{
    if (!policy->learns) {
        return GPUSIM_OK;
    }
    const gs_setup *setup = policy->setup;
    const gpusim_job_info *job = gs_job_of(policy, slot);
    judge(policy, job, outcome);
    ended order = NULL, placer = NULL, scheduler = NULL;
    if (is_told(&setup->order)) {
        order = ((const gpusim_order *)setup->order.module->operations)->ended;
    }
    if (is_told(&setup->placement)) {
        placer = ((const gpusim_placer *)setup->placement.module->operations)->ended;
    }
    if (is_told(&setup->scheduler)) {
        scheduler = ((const gpusim_scheduler *)setup->scheduler.module->operations)->ended;
    }
    if (order) {
        gpusim_context context = gs_order_context(policy);
        order(&context, job, outcome);
    }
    if (placer) {
        gpusim_context context = placer_context(policy);
        placer(&context, job, outcome);
    }
    if (scheduler) {
        gpusim_context context = gs_scheduler_context(policy);
        scheduler(&context, job, outcome);
    }
    return failure_of(policy, err);
}
