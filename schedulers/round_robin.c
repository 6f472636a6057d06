/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The placement `round-robin`. */
#include <gpusim/placement.h>

static const gpusim_field fields[] = {GPUSIM_SCATTER_FIELD};

const gpusim_record gs_parameters_round_robin = {
    .name = "round-robin",
    .fields = fields,
    .count = 1,
    .size = sizeof(gpusim_scatter),
    .doc = "Parameters of the placement round-robin.",
};

typedef struct cursor {
    uint32_t next; /* node to begin at */
} cursor;

static uint32_t after_last(const gpusim_context *context, const gpusim_search *search)
{
    const cursor *at = context->state;
    uint32_t node = gpusim_search_first(search, at->next);
    return node != GPUSIM_NONE ? node : gpusim_search_first(search, search->first);
}

static int place(const gpusim_context *context, const gpusim_job_info *job,
                 gpusim_placement *placement)
{
    const gpusim_scatter *given = context->parameters;
    if (!gpusim_place_job(context, job, placement, after_last, given && given->scatter)) {
        return 0;
    }
    cursor *at = context->state;
    at->next = placement->parts[placement->count - 1].node + 1;
    return 1;
}

static const gpusim_placer operations = {.place = place};

const gpusim_module gs_module_round_robin = {
    .magic = GPUSIM_MODULE_MAGIC,
    .size = sizeof(gpusim_module),
    .abi_major = GPUSIM_MODULE_ABI_MAJOR,
    .abi_minor = GPUSIM_MODULE_ABI_MINOR,
    .kind = GPUSIM_MODULE_PLACEMENT,
    .name = "round-robin",
    .version = "1.0.0",
    .doc = "The next node with room after the one used last; a job larger than a node takes fully "
           "idle nodes, and for the rest the next other node.",
    .parameters = &gs_parameters_round_robin,
    .operations = &operations,
    .state_bytes = sizeof(cursor),
};
