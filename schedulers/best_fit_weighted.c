/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The placement `best-fit-weighted`: least is left over of cores and GPUs together (as BestFit in
 * Weng et al., USENIX ATC 2023). */
#include <gpusim/placement.h>

static const gpusim_field fields[] = {GPUSIM_SCATTER_FIELD, GPUSIM_LARGEST_FIELDS};

const gpusim_record gs_parameters_best_fit_weighted = {
    .name = "best-fit-weighted",
    .fields = fields,
    .count = sizeof fields / sizeof fields[0],
    .size = sizeof(gpusim_largest),
    .doc = "Parameters of the placement best-fit-weighted.",
};

static int32_t score(const gpusim_context *context, const gpusim_job_info *job, uint32_t gpus,
                     uint32_t node, uint32_t *gpu)
{
    (void)gpu;
    gpusim_shares over = gpusim_shares_over(context->view, node, job, gpus, context->parameters);
    return (int32_t)(100 * (1 - (over.cpus * 0.5 + over.gpus * 0.5)));
}

static int place(const gpusim_context *context, const gpusim_job_info *job,
                 gpusim_placement *placement)
{
    const gpusim_largest *given = context->parameters;
    return gpusim_place_by_grade(context, job, placement, score, given && given->scatter);
}

static const gpusim_placer operations = {.place = place, .cache = gpusim_grade_cache};

const gpusim_module gs_module_best_fit_weighted = {
    .magic = GPUSIM_MODULE_MAGIC,
    .size = sizeof(gpusim_module),
    .abi_major = GPUSIM_MODULE_ABI_MAJOR,
    .abi_minor = GPUSIM_MODULE_ABI_MINOR,
    .kind = GPUSIM_MODULE_PLACEMENT,
    .name = "best-fit-weighted",
    .version = "1.0.0",
    .doc = "The node on which least is left over, of cores and thousandths of GPUs in equal "
           "weights: as "
           "BestFit in the evaluation of FGD.",
    .parameters = &gs_parameters_best_fit_weighted,
    .operations = &operations,
    .flags = GPUSIM_MODULE_SHARES,
};
