/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The placement `power`: racks stay under their caps as long as others have more left.
 *
 *   share of a rack = (its power + what the job may add here) / its cap
 */
#include <math.h>

#include <gpusim/placement.h>

static const gpusim_field fields[] = {GPUSIM_SCATTER_FIELD};

const gpusim_record gs_parameters_power = {
    .name = "power",
    .fields = fields,
    .count = 1,
    .size = sizeof(gpusim_scatter),
    .doc = "Parameters of the placement power.",
};

// W that the job adds where its GPUs, idle now, go to their limit
static double added(const gpusim_view *view, const gpusim_job_info *job, uint32_t node,
                    const gpusim_hardware_info *hardware)
{
    double gpus = view->nodes[node].gpus;
    double wanted = job->gpus < gpus ? job->gpus : gpus;
    double left = hardware->gpu_power_limit - hardware->gpu_power;
    double free = view->nodes[node].free_gpus > wanted ? view->nodes[node].free_gpus : wanted;
    return free > 0 && left > 0 ? left * wanted / free * job->milli / 1000 : 0;
}

static double load(const gpusim_context *context, const gpusim_job_info *job, uint32_t node)
{
    gpusim_hardware_info hardware;
    gpusim_view_hardware(context->view, node, &hardware);
    double power = hardware.rack_power + added(context->view, job, node, &hardware);

    // racks without a cap come first, the one that draws least first among them
    return hardware.rack_power_cap < INFINITY ? power / hardware.rack_power_cap : power * 1e-15;
}

static int place(const gpusim_context *context, const gpusim_job_info *job,
                 gpusim_placement *placement)
{
    const gpusim_scatter *given = context->parameters;
    return gpusim_place_by_figure(context, job, placement, load, given && given->scatter);
}

static const gpusim_placer operations = {.place = place};

const gpusim_module gs_module_power = {
    .magic = GPUSIM_MODULE_MAGIC,
    .size = sizeof(gpusim_module),
    .abi_major = GPUSIM_MODULE_ABI_MAJOR,
    .abi_minor = GPUSIM_MODULE_ABI_MINOR,
    .kind = GPUSIM_MODULE_PLACEMENT,
    .name = "power",
    .version = "1.0.0",
    .doc = "A node of the rack that would be furthest below its power cap with the job at its "
           "GPUs' limit; a job larger than a node takes fully idle nodes by the same rule.",
    .parameters = &gs_parameters_power,
    .operations = &operations,
    .flags = GPUSIM_MODULE_READS_HARDWARE,
};
