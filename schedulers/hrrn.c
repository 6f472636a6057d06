/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The order `hrrn`: highest response ratio next (Brinch Hansen, 1971).
 *
 *   ratio = (wait + estimate) / estimate
 *
 * Ratios grow at different speeds, so two jobs may change places with time alone; but not two of
 * one length, of which the one that has waited longer is ahead for good. */
#include <gpusim/order.h>

// Time without GPUs since its submission.
static double waited(const gpusim_context *context, const gpusim_job_info *job)
{
    gpusim_time there = context->view->now - job->submit;
    return (double)(there - gpusim_view_attained(context->view, job));
}

static double rank(const gpusim_context *context, const gpusim_job_info *job)
{
    double estimate = (double)(job->estimate > 0 ? job->estimate : 1);
    return -(waited(context, job) + estimate) / estimate;
}

// Within a class: who was submitted first, later by what it has run.
static double key(const gpusim_context *context, const gpusim_job_info *job)
{
    return (double)job->submit + (double)gpusim_view_attained(context->view, job);
}

static uint64_t class_of(const gpusim_context *context, const gpusim_job_info *job)
{
    (void)context;
    return gpusim_class_of_length(job->estimate);
}

static const gpusim_order operations = {.key = key, .class_of = class_of, .rank = rank};

const gpusim_module gs_module_hrrn = {
    GPUSIM_ORDER_MODULE("hrrn",
                        "Highest response ratio next: (wait + estimate) / estimate, the largest "
                        "first. Of jobs whose estimates differ by less than 1/32 the one that has "
                        "waited longest is compared with the others."),
    .operations = &operations,
    .flags = GPUSIM_MODULE_READS_ESTIMATES,
};
