/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The detector `first-difference`: a control. How far the signals have moved since the last sample,
 * the mean of |z_t - z_(t-1)|. */
#include <math.h>
#include <string.h>

#include <gpusim/detector.h>

// State: whether there was a frame, then the last one.
static uint64_t state_bytes(const gpusim_detector_context *context)
{
    uint64_t values = (uint64_t)context->scene->entity_count * context->scene->signal_count;
    return (1 + values) * sizeof(double);
}

static gpusim_status observe(const gpusim_detector_context *context, const gpusim_frame *frame,
                             double *scores, uint32_t *causes, gpusim_error *err)
{
    (void)err;
    uint32_t signals = context->scene->signal_count, entities = context->scene->entity_count;
    double *begun = context->state, *last = begun + 1;
    for (uint32_t e = 0; e < entities; e++) {
        double sum = 0, furthest = 0;
        for (uint32_t s = 0; s < signals; s++) {
            size_t i = (size_t)e * signals + s;
            double moved = *begun != 0 ? fabs(frame->values[i] - last[i]) : 0;
            sum += moved;
            if (moved > furthest) {
                furthest = moved;
                causes[e] = s;
            }
        }
        scores[e] = sum / signals;
    }
    *begun = 1;
    memcpy(last, frame->values, (size_t)entities * signals * sizeof *last);
    return GPUSIM_OK;
}

static const gpusim_detector operations = {.state_bytes = state_bytes, .observe = observe};

const gpusim_module gs_detector_first_difference = {
    .magic = GPUSIM_MODULE_MAGIC,
    .size = sizeof(gpusim_module),
    .abi_major = GPUSIM_MODULE_ABI_MAJOR,
    .abi_minor = GPUSIM_MODULE_ABI_MINOR,
    .kind = GPUSIM_MODULE_DETECTOR,
    .name = "first-difference",
    .version = "1",
    .doc = "A control: how far the signals have moved since the last sample.",
    .operations = &operations,
    .flags = GPUSIM_MODULE_STANDARDISED,
};
