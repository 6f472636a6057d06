/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The placement `random-gpu`: any node and any GPU with room. */
#include <gpusim/placement.h>

static const gpusim_field fields[] = {GPUSIM_SCATTER_FIELD};

const gpusim_record gs_parameters_random_gpu = {
    .name = "random-gpu",
    .fields = fields,
    .count = 1,
    .size = sizeof(gpusim_scatter),
    .doc = "Parameters of the placement random-gpu.",
};

// one stream a job, and one an attempt within it; the last draw is for the GPU
static gpusim_stream stream_of(const gpusim_context *context, const gpusim_job_info *job)
{
    return gpusim_stream_indexed(gpusim_stream_indexed(context->stream, job->order), job->attempts);
}

// each node that has room is as likely: the largest of numbers drawn for all
static int32_t score(const gpusim_context *context, const gpusim_job_info *job, uint32_t gpus,
                     uint32_t node, uint32_t *gpu)
{
    (void)gpus;
    const gpusim_view *view = context->view;
    gpusim_stream stream = stream_of(context, job);
    uint32_t room = 0, first = view->node_first_gpu[node];
    if (job->gpus == 1 && job->milli < 1000 && job->mig == 0) {
        for (uint32_t i = 0; i < view->nodes[node].gpus; i++) {
            room += view->gpus[first + i].free_milli >= job->milli;
        }
    }
    uint64_t skip = room ? gpusim_draw_index(stream, 2 * (uint64_t)node + 1, room) : 0;
    for (uint32_t i = 0; room && i < view->nodes[node].gpus; i++) {
        if (view->gpus[first + i].free_milli >= job->milli && skip-- == 0) {
            *gpu = i;
            break;
        }
    }
    return (int32_t)gpusim_draw_index(stream, 2 * (uint64_t)node, INT32_MAX);
}

static int place(const gpusim_context *context, const gpusim_job_info *job,
                 gpusim_placement *placement)
{
    const gpusim_scatter *given = context->parameters;
    return gpusim_place_by_grade(context, job, placement, score, given && given->scatter);
}

static const gpusim_placer operations = {.place = place, .cache = NULL};

const gpusim_module gs_module_random_gpu = {
    .magic = GPUSIM_MODULE_MAGIC,
    .size = sizeof(gpusim_module),
    .abi_major = GPUSIM_MODULE_ABI_MAJOR,
    .abi_minor = GPUSIM_MODULE_ABI_MINOR,
    .kind = GPUSIM_MODULE_PLACEMENT,
    .name = "random-gpu",
    .version = "1.0.0",
    .doc = "Any node with room, all alike, and for a part of a GPU any of its GPUs with room; "
           "`random` goes to "
           "partly used GPUs first.",
    .parameters = &gs_parameters_random_gpu,
    .operations = &operations,
    .flags = GPUSIM_MODULE_SHARES,
};
