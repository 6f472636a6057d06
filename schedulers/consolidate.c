/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The placement `consolidate`, as the simulators of Helios (SC'21) and Lucid (ASPLOS'23) have it.
 */
#include <gpusim/placement.h>

static const gpusim_field fields[] = {GPUSIM_SCATTER_FIELD};

const gpusim_record gs_parameters_consolidate = {
    .name = "consolidate",
    .fields = fields,
    .count = 1,
    .size = sizeof(gpusim_scatter),
    .doc = "Parameters of the placement consolidate.",
};

// A job within a node goes to the fullest node. The rest of a larger one goes to the next node in
// the order that its whole nodes were taken in: by free GPUs, most first.
static uint32_t next(const gpusim_context *context, const gpusim_search *search)
{
    (void)context;
    uint32_t largest = gpusim_search_largest(search);
    int rest = search->taken->count > 0;
    for (uint32_t i = search->gpus; i <= largest; i++) {
        uint32_t free = rest ? largest + search->gpus - i : i;
        uint32_t node = gpusim_search_with(search, free, search->first);
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
    return gpusim_place_job(context, job, placement, next, given && given->scatter);
}

static const gpusim_placer operations = {.place = place};

const gpusim_module gs_module_consolidate = {
    .magic = GPUSIM_MODULE_MAGIC,
    .size = sizeof(gpusim_module),
    .abi_major = GPUSIM_MODULE_ABI_MAJOR,
    .abi_minor = GPUSIM_MODULE_ABI_MINOR,
    .kind = GPUSIM_MODULE_PLACEMENT,
    .name = "consolidate",
    .version = "1.0.0",
    .doc = "The node with the fewest free GPUs that has room, lowest number first; a job larger "
           "than a node takes fully idle nodes, and for the rest the next of the emptiest nodes.",
    .parameters = &gs_parameters_consolidate,
    .operations = &operations,
};
