/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The detector `cusum`: sums of what is above, and of what is below, the mean by more than a slack
 * (Page 1954), kept within 0 .. limit; the mean over signals of the larger of the two. */
#include <math.h>
#include <stddef.h>

#include <gpusim/detector.h>

typedef struct parameters {
    double slack;
    double limit;
} parameters;

static const gpusim_field fields[] = {
    {.name = "slack",
     .type = GPUSIM_FLOAT64,
     .offset = offsetof(parameters, slack),
     .fallback = "0.5",
     .minimum = 0,
     .maximum = 100,
     .doc = "Standard deviations off the mean that are still normal."},
    {.name = "limit",
     .type = GPUSIM_FLOAT64,
     .offset = offsetof(parameters, limit),
     .fallback = "20",
     .minimum = 0,
     .maximum = 1e9,
     .doc = "The sums grow no further."},
};

const gpusim_record gs_detector_record_cusum = {
    .name = "cusum",
    .fields = fields,
    .count = sizeof fields / sizeof fields[0],
    .size = sizeof(parameters),
    .doc = "Parameters of the detector cusum.",
};

typedef struct sums {
    double above, below;
} sums;

static uint64_t state_bytes(const gpusim_detector_context *context)
{
    return (uint64_t)context->scene->entity_count * context->scene->signal_count * sizeof(sums);
}

static gpusim_status observe(const gpusim_detector_context *context, const gpusim_frame *frame,
                             double *scores, uint32_t *causes, gpusim_error *err)
{
    (void)err;
    const parameters *p = context->parameters;
    uint32_t signals = context->scene->signal_count;
    sums *all = context->state;
    for (uint32_t e = 0; e < context->scene->entity_count; e++) {
        double total = 0, furthest = 0;
        for (uint32_t s = 0; s < signals; s++) {
            size_t i = (size_t)e * signals + s;
            double z = frame->values[i];
            sums *sum = &all[i];
            sum->above = fmin(fmax(sum->above + z - p->slack, 0), p->limit);
            sum->below = fmin(fmax(sum->below - z - p->slack, 0), p->limit);
            double larger = fmax(sum->above, sum->below);
            total += larger;
            if (larger > furthest) {
                furthest = larger;
                causes[e] = s;
            }
        }
        scores[e] = total / signals;
    }
    return GPUSIM_OK;
}

static const gpusim_detector operations = {.state_bytes = state_bytes, .observe = observe};

const gpusim_module gs_detector_cusum = {
    .magic = GPUSIM_MODULE_MAGIC,
    .size = sizeof(gpusim_module),
    .abi_major = GPUSIM_MODULE_ABI_MAJOR,
    .abi_minor = GPUSIM_MODULE_ABI_MINOR,
    .kind = GPUSIM_MODULE_DETECTOR,
    .name = "cusum",
    .version = "1",
    .doc = "Sums of what is above or below the mean by more than a slack: small shifts that "
           "last.",
    .parameters = &gs_detector_record_cusum,
    .operations = &operations,
    .flags = GPUSIM_MODULE_STANDARDISED,
};
