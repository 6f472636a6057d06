/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The placement `spread`. */
#include <gpusim/placement.h>

static const gpusim_field fields[] = {GPUSIM_SCATTER_FIELD};

const gpusim_record gs_parameters_spread = {
    .name = "spread",
    .fields = fields,
    .count = 1,
    .size = sizeof(gpusim_scatter),
    .doc = "Parameters of the placement spread.",
};

static uint32_t emptiest(const gpusim_context *context, const gpusim_search *search)
{
    (void)context;
    for (uint32_t free = gpusim_search_largest(search) + 1; free > search->gpus; free--) {
        uint32_t node = gpusim_search_with(search, free - 1, search->first);
        if (node != GPUSIM_NONE) {
            return node;
        }
    }
    return GPUSIM_NONE;
}

static int place(const gpusim_context *context, const gpusim_job_info *job,
                 gpusim_placement *placement)
{
    const gpusim_scatter *given = context->parameters;
    return gpusim_place_job(context, job, placement, emptiest, given && given->scatter);
}

static const gpusim_placer operations = {.place = place};

const gpusim_module gs_module_spread = {
    .magic = GPUSIM_MODULE_MAGIC,
    .size = sizeof(gpusim_module),
    .abi_major = GPUSIM_MODULE_ABI_MAJOR,
    .abi_minor = GPUSIM_MODULE_ABI_MINOR,
    .kind = GPUSIM_MODULE_PLACEMENT,
    .name = "spread",
    .version = "1.0.0",
    .doc = "The node with the most free GPUs, lowest number first; a job larger than a node takes "
           "fully idle nodes, and for the rest the emptiest other node.",
    .parameters = &gs_parameters_spread,
    .operations = &operations,
};
