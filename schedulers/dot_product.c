/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The placement `dot-product`: what a node has left and what the job wants point the same way
 * (vector bin packing; as DotProd in Weng et al., USENIX ATC 2023). */
#include <gpusim/placement.h>

static const gpusim_field fields[] = {GPUSIM_SCATTER_FIELD, GPUSIM_LARGEST_FIELDS};

const gpusim_record gs_parameters_dot_product = {
    .name = "dot-product",
    .fields = fields,
    .count = sizeof fields / sizeof fields[0],
    .size = sizeof(gpusim_largest),
    .doc = "Parameters of the placement dot-product.",
};

// small where much is left of what it wants: little is left where the score is large
static int32_t score(const gpusim_context *context, const gpusim_job_info *job, uint32_t gpus,
                     uint32_t node, uint32_t *gpu)
{
    (void)gpu;
    gpusim_shares left = gpusim_shares_left(context->view, node, context->parameters);
    gpusim_shares want = gpusim_shares_wanted(context->view, job, gpus, context->parameters);
    return (int32_t)((1 - (left.cpus * want.cpus + left.gpus * want.gpus) / 2) * 100);
}

static int place(const gpusim_context *context, const gpusim_job_info *job,
                 gpusim_placement *placement)
{
    const gpusim_largest *given = context->parameters;
    return gpusim_place_by_grade(context, job, placement, score, given && given->scatter);
}

static const gpusim_placer operations = {.place = place, .cache = gpusim_grade_cache};

const gpusim_module gs_module_dot_product = {
    .magic = GPUSIM_MODULE_MAGIC,
    .size = sizeof(gpusim_module),
    .abi_major = GPUSIM_MODULE_ABI_MAJOR,
    .abi_minor = GPUSIM_MODULE_ABI_MINOR,
    .kind = GPUSIM_MODULE_PLACEMENT,
    .name = "dot-product",
    .version = "1.0.0",
    .doc = "The node for which the product of what it has left and what the job wants, of cores "
           "and GPUs, "
           "is least: as DotProd in the evaluation of FGD.",
    .parameters = &gs_parameters_dot_product,
    .operations = &operations,
    .flags = GPUSIM_MODULE_SHARES,
};
