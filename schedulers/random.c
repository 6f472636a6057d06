/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The placement `random`. */
#include <gpusim/placement.h>

static const gpusim_field fields[] = {GPUSIM_SCATTER_FIELD};

const gpusim_record gs_parameters_random = {
    .name = "random",
    .fields = fields,
    .count = 1,
    .size = sizeof(gpusim_scatter),
    .doc = "Parameters of the placement random.",
};

// Draws of one choice: some tries, then one among the nodes counted.
enum { TRIES = 15, DRAWS = TRIES + 1 };

static uint32_t any(const gpusim_context *context, const gpusim_search *search)
{
    if (gpusim_search_first(search, search->first) == GPUSIM_NONE) {
        return GPUSIM_NONE;
    }

    // one stream a job, one block of draws an attempt and a node of it
    gpusim_stream stream = gpusim_stream_indexed(context->stream, search->job->order);
    uint64_t choice = (uint64_t)search->job->attempts << 24 | search->taken->count;
    uint64_t draw = choice * DRAWS;

    // a random node that happens to have room is as likely as any other that has
    for (uint32_t i = 0; i < TRIES; i++) {
        uint64_t nodes = search->end - search->first;
        uint32_t node = search->first + (uint32_t)gpusim_draw_index(stream, draw + i, nodes);
        if (gpusim_search_admits(search, node)) {
            return node;
        }
    }

    // few have room, so they are counted
    uint32_t count = 0;
    uint32_t node = gpusim_search_first(search, search->first);
    while (node != GPUSIM_NONE) {
        count++;
        node = gpusim_search_first(search, node + 1);
    }
    uint32_t skip = (uint32_t)gpusim_draw_index(stream, draw + TRIES, count);
    node = gpusim_search_first(search, search->first);
    while (skip--) {
        node = gpusim_search_first(search, node + 1);
    }
    return node;
}

static int place(const gpusim_context *context, const gpusim_job_info *job,
                 gpusim_placement *placement)
{
    const gpusim_scatter *given = context->parameters;
    return gpusim_place_job(context, job, placement, any, given && given->scatter);
}

static const gpusim_placer operations = {.place = place};

const gpusim_module gs_module_random = {
    .magic = GPUSIM_MODULE_MAGIC,
    .size = sizeof(gpusim_module),
    .abi_major = GPUSIM_MODULE_ABI_MAJOR,
    .abi_minor = GPUSIM_MODULE_ABI_MINOR,
    .kind = GPUSIM_MODULE_PLACEMENT,
    .name = "random",
    .version = "1.0.0",
    .doc = "Any node with room, all alike; a job larger than a node takes fully idle nodes in "
           "order of number, and for the rest any other node.",
    .parameters = &gs_parameters_random,
    .operations = &operations,
};
