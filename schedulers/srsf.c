/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The order `srsf`. */
#include <gpusim/module.h>

static double key(const gpusim_context *context, const gpusim_job_info *job)
{
    return (double)gpusim_view_remaining(context->view, job) * job->gpus;
}

static const gpusim_order operations = {.key = key};

const gpusim_module gs_module_srsf = {
    .magic = GPUSIM_MODULE_MAGIC,
    .size = sizeof(gpusim_module),
    .abi_major = GPUSIM_MODULE_ABI_MAJOR,
    .abi_minor = GPUSIM_MODULE_ABI_MINOR,
    .kind = GPUSIM_MODULE_ORDER,
    .name = "srsf",
    .version = "1.0.0",
    .doc = "Shortest remaining service first: by the estimated time that remains, times the GPUs.",
    .operations = &operations,
    .flags = GPUSIM_MODULE_READS_ESTIMATES | GPUSIM_MODULE_PREEMPTS,
};
