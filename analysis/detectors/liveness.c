/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The detector `liveness`: for how many samples a signal has been missing that was there before. A
 * device that fell off the bus shows no other sign. */
#include <math.h>

#include <gpusim/detector.h>

// The state, of each signal of each entity: 1 + samples since it was there; 0: it never was.
static uint64_t state_bytes(const gpusim_detector_context *context)
{
    return (uint64_t)context->scene->entity_count * context->scene->signal_count * sizeof(uint64_t);
}

static gpusim_status observe(const gpusim_detector_context *context, const gpusim_frame *frame,
                             double *scores, uint32_t *causes, gpusim_error *err)
{
    (void)err;
    uint32_t signals = context->scene->signal_count;
    uint64_t *since = context->state;
    for (uint32_t e = 0; e < context->scene->entity_count; e++) {
        uint64_t longest = 0;
        for (uint32_t s = 0; s < signals; s++) {
            size_t i = (size_t)e * signals + s;
            since[i] = !isnan(frame->raw[i]) ? 1 : since[i] > 0 ? since[i] + 1 : 0;
            if (since[i] > 1 && since[i] - 1 > longest) {
                longest = since[i] - 1;
                causes[e] = s;
            }
        }
        scores[e] = (double)longest;
    }
    return GPUSIM_OK;
}

static const gpusim_detector operations = {.state_bytes = state_bytes, .observe = observe};

const gpusim_module gs_detector_liveness = {
    .magic = GPUSIM_MODULE_MAGIC,
    .size = sizeof(gpusim_module),
    .abi_major = GPUSIM_MODULE_ABI_MAJOR,
    .abi_minor = GPUSIM_MODULE_ABI_MINOR,
    .kind = GPUSIM_MODULE_DETECTOR,
    .name = "liveness",
    .version = "1",
    .doc = "For how many samples a signal has been missing that was there before.",
    .operations = &operations,
};
