/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The placement `best-fit`. */
#include <gpusim/placement.h>

static const gpusim_field fields[] = {GPUSIM_SCATTER_FIELD};

const gpusim_record gs_parameters_best_fit = {
    .name = "best-fit",
    .fields = fields,
    .count = 1,
    .size = sizeof(gpusim_scatter),
    .doc = "Parameters of the placement best-fit.",
};

static uint32_t tightest(const gpusim_context *context, const gpusim_search *search)
{
    (void)context;
    return gpusim_search_tightest(search);
}

static int place(const gpusim_context *context, const gpusim_job_info *job,
                 gpusim_placement *placement)
{
    const gpusim_scatter *given = context->parameters;
    return gpusim_place_job(context, job, placement, tightest, given && given->scatter);
}

static const gpusim_placer operations = {.place = place};

const gpusim_module gs_module_best_fit = {
    .magic = GPUSIM_MODULE_MAGIC,
    .size = sizeof(gpusim_module),
    .abi_major = GPUSIM_MODULE_ABI_MAJOR,
    .abi_minor = GPUSIM_MODULE_ABI_MINOR,
    .kind = GPUSIM_MODULE_PLACEMENT,
    .name = "best-fit",
    .version = "1.0.0",
    .doc = "The node with the fewest free GPUs that has room, lowest number first; a job larger "
           "than a node takes fully idle nodes, and for the rest the tightest other node.",
    .parameters = &gs_parameters_best_fit,
    .operations = &operations,
};
