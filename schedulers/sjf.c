/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The order `sjf`. */
#include <gpusim/module.h>

static double key(const gpusim_context *context, const gpusim_job_info *job)
{
    (void)context;
    return (double)job->estimate;
}

static const gpusim_order operations = {.key = key};

const gpusim_module gs_module_sjf = {
    .magic = GPUSIM_MODULE_MAGIC,
    .size = sizeof(gpusim_module),
    .abi_major = GPUSIM_MODULE_ABI_MAJOR,
    .abi_minor = GPUSIM_MODULE_ABI_MINOR,
    .kind = GPUSIM_MODULE_ORDER,
    .name = "sjf",
    .version = "1.0.0",
    .doc = "Shortest job first: by the estimated run time.",
    .operations = &operations,
    .flags = GPUSIM_MODULE_READS_ESTIMATES,
};
