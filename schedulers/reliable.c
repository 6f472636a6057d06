/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The placement `reliable`: nodes that failed lately come last.
 *
 *   figure = sum over failures younger than the window of 1 - age / window
 *
 * A node that has failed is likelier than others to fail again: where some are lemons (`lemons:` of
 * a fault rule) the history finds them. */
#include <gpusim/placement.h>

typedef struct parameters {
    gpusim_scatter scatter;
    gpusim_time window;
} parameters;

static const gpusim_field fields[] = {
    GPUSIM_SCATTER_FIELD,
    {.name = "window",
     .type = GPUSIM_TIME,
     .unit = GPUSIM_UNIT_SECOND,
     .offset = offsetof(parameters, window),
     .flags = GPUSIM_EXCLUSIVE,
     .fallback = "30 d",
     .minimum = 0,
     .maximum = 9e9,
     .doc = "How long a failure is held against a node, ever less; the last eight are known."},
};

const gpusim_record gs_parameters_reliable = {
    .name = "reliable",
    .fields = fields,
    .count = 2,
    .size = sizeof(parameters),
    .doc = "Parameters of the placement reliable.",
};

static double record(const gpusim_context *context, const gpusim_job_info *job, uint32_t node)
{
    (void)job;
    const parameters *given = context->parameters;
    gpusim_time window = given && given->window > 0 ? given->window : 30 * GPUSIM_DAY;
    gpusim_hardware_info hardware;
    double sum = 0;
    gpusim_view_hardware(context->view, node, &hardware);
    for (uint32_t i = 0; i < GPUSIM_FAILURES && hardware.failed[i] != GPUSIM_TIME_MAX; i++) {
        gpusim_time age = context->view->now - hardware.failed[i];
        sum += age < window ? 1 - (double)age / (double)window : 0;
    }
    return sum;
}

static int place(const gpusim_context *context, const gpusim_job_info *job,
                 gpusim_placement *placement)
{
    const parameters *given = context->parameters;
    return gpusim_place_by_figure(context, job, placement, record, given && given->scatter.scatter);
}

static const gpusim_placer operations = {.place = place};

const gpusim_module gs_module_reliable = {
    .magic = GPUSIM_MODULE_MAGIC,
    .size = sizeof(gpusim_module),
    .abi_major = GPUSIM_MODULE_ABI_MAJOR,
    .abi_minor = GPUSIM_MODULE_ABI_MINOR,
    .kind = GPUSIM_MODULE_PLACEMENT,
    .name = "reliable",
    .version = "1.0.0",
    .doc = "The node with room that has failed least of late; a job larger than a node takes the "
           "most reliable fully idle nodes, and for the rest the most reliable other node.",
    .parameters = &gs_parameters_reliable,
    .operations = &operations,
    .flags = GPUSIM_MODULE_READS_HARDWARE,
};
