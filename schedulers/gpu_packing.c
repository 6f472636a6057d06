/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The placement `gpu-packing`: GPUs in use before free ones, nodes in use before idle ones (Weng et
 * al., NSDI 2022; as GpuPacking in USENIX ATC 2023). */
#include <gpusim/placement.h>

static const gpusim_field fields[] = {GPUSIM_SCATTER_FIELD};

const gpusim_record gs_parameters_gpu_packing = {
    .name = "gpu-packing",
    .fields = fields,
    .count = 1,
    .size = sizeof(gpusim_scatter),
    .doc = "Parameters of the placement gpu-packing.",
};

/* What the job would take of a node: the GPUs with least left that have room. */
typedef struct taken {
    uint32_t free; /* GPUs that nobody holds a part of */
    uint64_t left; /* thousandths of all of them, each times 100 / 1000 rounded down */
} taken;

static taken take(const gpusim_gpu_info *gpu, uint32_t count, uint32_t gpus, uint32_t milli)
{
    taken all = {0};
    uint32_t floor = milli; // the least that may be left of those still to come
    while (gpus > 0) {
        // how many have just the least of what is left of any
        uint32_t least = UINT32_MAX, alike = 0;
        for (uint32_t i = 0; i < count; i++) {
            uint32_t left = gpu[i].free_milli;
            if (left >= floor && left <= least) {
                alike = left < least ? 1 : alike + 1;
                least = left;
            }
        }
        if (alike == 0) {
            break;
        }
        alike = alike < gpus ? alike : gpus;
        all.free += least == 1000 ? alike : 0;
        all.left += (uint64_t)alike * (least * 100 / 1000);
        gpus -= alike;
        floor = least + 1;
    }
    return all;
}

static int32_t score(const gpusim_context *context, const gpusim_job_info *job, uint32_t gpus,
                     uint32_t node, uint32_t *gpu)
{
    (void)gpu;
    const gpusim_view *view = context->view;
    const gpusim_node_info *info = &view->nodes[node];
    if (gpus == 0) {
        return 0;
    }
    uint32_t free = info->free_gpus;
    if (free == info->gpus) {
        return free < 33 && 33 - free > free ? (int32_t)(33 - free) : (int32_t)free;
    }
    taken all = take(&view->gpus[view->node_first_gpu[node]], info->gpus, gpus, job->milli);
    if (all.free > 0) {
        return all.free < 17 ? 50 - (int32_t)all.free : 33;
    }
    return all.left < 500 ? 100 - (int32_t)(all.left / 10) : 50;
}

static int place(const gpusim_context *context, const gpusim_job_info *job,
                 gpusim_placement *placement)
{
    const gpusim_scatter *given = context->parameters;
    return gpusim_place_by_grade(context, job, placement, score, given && given->scatter);
}

static const gpusim_placer operations = {.place = place, .cache = gpusim_grade_cache};

const gpusim_module gs_module_gpu_packing = {
    .magic = GPUSIM_MODULE_MAGIC,
    .size = sizeof(gpusim_module),
    .abi_major = GPUSIM_MODULE_ABI_MAJOR,
    .abi_minor = GPUSIM_MODULE_ABI_MINOR,
    .kind = GPUSIM_MODULE_PLACEMENT,
    .name = "gpu-packing",
    .version = "1.0.0",
    .doc = "GPUs that are in use before free ones of nodes in use, and these before idle nodes: as "
           "GpuPacking "
           "in the evaluation of FGD.",
    .parameters = &gs_parameters_gpu_packing,
    .operations = &operations,
    .flags = GPUSIM_MODULE_SHARES,
};
