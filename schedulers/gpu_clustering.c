/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The placement `gpu-clustering`: jobs of a size keep together (Xiao et al., OSDI 2018; as
 * GpuClustering in Weng et al., USENIX ATC 2023). */
#include <gpusim/placement.h>

static const gpusim_field fields[] = {GPUSIM_SCATTER_FIELD, GPUSIM_LARGEST_FIELDS};

const gpusim_record gs_parameters_gpu_clustering = {
    .name = "gpu-clustering",
    .fields = fields,
    .count = sizeof fields / sizeof fields[0],
    .size = sizeof(gpusim_largest),
    .doc = "Parameters of the placement gpu-clustering.",
};

/* Jobs on one GPU that are looked at: a thousand of the smallest part. */
enum { MOST_TENANTS = 1000 };

// what jobs of a size have in common: parts of one GPU, or so many GPUs
static uint32_t size_of(const gpusim_job_info *job)
{
    return job->gpus == 1 && job->milli < 1000 ? 0 : job->gpus;
}

// whether there are jobs of this size on a node, and of others
static void look_around(const gpusim_view *view, uint32_t node, uint32_t size, int *same,
                        int *other)
{
    uint32_t slots[MOST_TENANTS];
    for (uint32_t g = view->node_first_gpu[node]; g < view->node_first_gpu[node + 1]; g++) {
        if (view->gpus[g].free_milli == 1000) {
            continue;
        }
        uint32_t count = gpusim_view_tenants(view, g, slots, MOST_TENANTS);
        for (uint32_t i = 0; i < count && i < MOST_TENANTS; i++) {
            int alike = size_of(&view->jobs[slots[i]]) == size;
            *same |= alike;
            *other |= !alike;
        }
    }
}

static int32_t score(const gpusim_context *context, const gpusim_job_info *job, uint32_t gpus,
                     uint32_t node, uint32_t *gpu)
{
    (void)gpu;
    const gpusim_view *view = context->view;
    if (gpus == 0) {
        return 0;
    }
    int same = 0, other = 0;
    look_around(view, node, size_of(job), &same, &other);
    int32_t base = !same && !other ? 25 : !same ? 0 : other ? 50 : 75;

    // fuller nodes first
    uint64_t left = 0, most = 1000 * (uint64_t)gpusim_largest_gpus(view, context->parameters);
    for (uint32_t g = view->node_first_gpu[node]; g < view->node_first_gpu[node + 1]; g++) {
        left += view->gpus[g].free_milli;
    }
    return base + (left < most ? (int32_t)(25 * (most - left) / most) : 0);
}

static int place(const gpusim_context *context, const gpusim_job_info *job,
                 gpusim_placement *placement)
{
    const gpusim_largest *given = context->parameters;
    return gpusim_place_by_grade(context, job, placement, score, given && given->scatter);
}

static const gpusim_placer operations = {.place = place, .cache = gpusim_grade_cache};

const gpusim_module gs_module_gpu_clustering = {
    .magic = GPUSIM_MODULE_MAGIC,
    .size = sizeof(gpusim_module),
    .abi_major = GPUSIM_MODULE_ABI_MAJOR,
    .abi_minor = GPUSIM_MODULE_ABI_MINOR,
    .kind = GPUSIM_MODULE_PLACEMENT,
    .name = "gpu-clustering",
    .version = "1.0.0",
    .doc = "Nodes with jobs of as many GPUs (or parts of one), best with no others, then idle "
           "ones, fuller "
           "nodes first: as GpuClustering in the evaluation of FGD.",
    .parameters = &gs_parameters_gpu_clustering,
    .operations = &operations,
    .flags = GPUSIM_MODULE_SHARES,
};
