/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The order `srtf`. */
#include <gpusim/module.h>

static double key(const gpusim_context *context, const gpusim_job_info *job)
{
    return (double)gpusim_view_remaining(context->view, job);
}

static const gpusim_order operations = {.key = key};

const gpusim_module gs_module_srtf = {
    .magic = GPUSIM_MODULE_MAGIC,
    .size = sizeof(gpusim_module),
    .abi_major = GPUSIM_MODULE_ABI_MAJOR,
    .abi_minor = GPUSIM_MODULE_ABI_MINOR,
    .kind = GPUSIM_MODULE_ORDER,
    .name = "srtf",
    .version = "1.0.0",
    .doc = "Shortest remaining time first: by the estimated time that remains.",
    .operations = &operations,
    .flags = GPUSIM_MODULE_READS_ESTIMATES | GPUSIM_MODULE_PREEMPTS,
};
