/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The placement `thermal`. */
#include <gpusim/placement.h>

enum { BY_INLET, BY_TEMPERATURE, BY_RECIRCULATION };

typedef struct parameters {
    gpusim_scatter scatter;
    int32_t by;
} parameters;

static const gpusim_choice choices[] = {
    {"inlet", BY_INLET, "the node that takes in the coolest air or water"},
    {"temperature", BY_TEMPERATURE, "the node whose hottest GPU is coolest"},
    {"recirculation", BY_RECIRCULATION,
     "the node whose heat warms the inlets of its rack least, for each watt"},
    {NULL, 0, NULL},
};

static const gpusim_field fields[] = {
    GPUSIM_SCATTER_FIELD,
    {.name = "by",
     .type = GPUSIM_ENUM,
     .offset = offsetof(parameters, by),
     .fallback = "inlet",
     .detail.choices = choices,
     .doc = "Which node is best. Of nodes alike in that, and of nodes without physics, the first."},
};

const gpusim_record gs_parameters_thermal = {
    .name = "thermal",
    .fields = fields,
    .count = 2,
    .size = sizeof(parameters),
    .doc = "Parameters of the placement thermal.",
};

static double heat(const gpusim_context *context, const gpusim_job_info *job, uint32_t node)
{
    (void)job;
    const parameters *given = context->parameters;
    gpusim_hardware_info hardware;
    gpusim_view_hardware(context->view, node, &hardware);
    int32_t by = given ? given->by : BY_INLET;
    return by == BY_INLET         ? hardware.inlet
           : by == BY_TEMPERATURE ? hardware.temperature
                                  : hardware.recirculation;
}

static int place(const gpusim_context *context, const gpusim_job_info *job,
                 gpusim_placement *placement)
{
    const parameters *given = context->parameters;
    return gpusim_place_by_figure(context, job, placement, heat, given && given->scatter.scatter);
}

static const gpusim_placer operations = {.place = place};

const gpusim_module gs_module_thermal = {
    .magic = GPUSIM_MODULE_MAGIC,
    .size = sizeof(gpusim_module),
    .abi_major = GPUSIM_MODULE_ABI_MAJOR,
    .abi_minor = GPUSIM_MODULE_ABI_MINOR,
    .kind = GPUSIM_MODULE_PLACEMENT,
    .name = "thermal",
    .version = "1.0.0",
    .doc = "The coolest node with room, or the one whose heat comes back least; a job larger than "
           "a node takes the coolest fully idle nodes, and for the rest the coolest other node.",
    .parameters = &gs_parameters_thermal,
    .operations = &operations,
    .flags = GPUSIM_MODULE_READS_HARDWARE,
};
