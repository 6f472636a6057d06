/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The detector `random`: a control. What it reaches, chance reaches. */
#include <gpusim/detector.h>

static gpusim_status observe(const gpusim_detector_context *context, const gpusim_frame *frame,
                             double *scores, uint32_t *causes, gpusim_error *err)
{
    (void)frame;
    (void)causes;
    (void)err;
    uint64_t *drawn = context->state;
    for (uint32_t e = 0; e < context->scene->entity_count; e++) {
        scores[e] = gpusim_draw_uniform(context->stream, (*drawn)++);
    }
    return GPUSIM_OK;
}

static uint64_t state_bytes(const gpusim_detector_context *context)
{
    (void)context;
    return sizeof(uint64_t);
}

static const gpusim_detector operations = {.state_bytes = state_bytes, .observe = observe};

const gpusim_module gs_detector_random = {
    .magic = GPUSIM_MODULE_MAGIC,
    .size = sizeof(gpusim_module),
    .abi_major = GPUSIM_MODULE_ABI_MAJOR,
    .abi_minor = GPUSIM_MODULE_ABI_MINOR,
    .kind = GPUSIM_MODULE_DETECTOR,
    .name = "random",
    .version = "1",
    .doc = "A control: scores drawn uniformly. What it reaches, chance reaches.",
    .operations = &operations,
};
