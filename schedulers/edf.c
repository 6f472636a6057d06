/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The order `edf`: earliest deadline first (Liu and Layland, JACM 1973). */
#include <gpusim/order.h>

static double key(const gpusim_context *context, const gpusim_job_info *job)
{
    (void)context;
    return (double)job->deadline;
}

static const gpusim_order operations = {.key = key};

const gpusim_module gs_module_edf = {
    GPUSIM_ORDER_MODULE("edf", "The earliest deadline first; jobs without one come last."),
    .operations = &operations,
};
