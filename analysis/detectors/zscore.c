/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The detector `zscore`: how many standard deviations the signals are off, together: the root of
 * the mean of z^2, or the largest |z|. */
#include <math.h>
#include <stddef.h>

#include <gpusim/detector.h>

enum { COMBINE_RMS, COMBINE_MAX };

static const gpusim_choice combinations[] = {
    {"rms", COMBINE_RMS, "the root of the mean square of all signals"},
    {"max", COMBINE_MAX, "the signal that is furthest off"},
    {NULL, 0, NULL},
};

typedef struct parameters {
    int32_t combine;
    uint32_t reserved;
} parameters;

static const gpusim_field fields[] = {
    {.name = "combine",
     .type = GPUSIM_ENUM,
     .offset = offsetof(parameters, combine),
     .fallback = "rms",
     .detail.choices = combinations,
     .doc = "How the signals become one score."},
};

const gpusim_record gs_detector_record_zscore = {
    .name = "zscore",
    .fields = fields,
    .count = sizeof fields / sizeof fields[0],
    .size = sizeof(parameters),
    .doc = "Parameters of the detector zscore.",
};

static gpusim_status observe(const gpusim_detector_context *context, const gpusim_frame *frame,
                             double *scores, uint32_t *causes, gpusim_error *err)
{
    (void)err;
    const parameters *p = context->parameters;
    uint32_t signals = context->scene->signal_count;
    for (uint32_t e = 0; e < context->scene->entity_count; e++) {
        const double *z = frame->values + (size_t)e * signals;
        double sum = 0, furthest = 0;
        for (uint32_t s = 0; s < signals; s++) {
            sum += z[s] * z[s];
            if (fabs(z[s]) > furthest) {
                furthest = fabs(z[s]);
                causes[e] = s;
            }
        }
        scores[e] = p->combine == COMBINE_MAX ? furthest : sqrt(sum / signals);
    }
    return GPUSIM_OK;
}

static const gpusim_detector operations = {.observe = observe};

const gpusim_module gs_detector_zscore = {
    .magic = GPUSIM_MODULE_MAGIC,
    .size = sizeof(gpusim_module),
    .abi_major = GPUSIM_MODULE_ABI_MAJOR,
    .abi_minor = GPUSIM_MODULE_ABI_MINOR,
    .kind = GPUSIM_MODULE_DETECTOR,
    .name = "zscore",
    .version = "1",
    .doc = "How many standard deviations the signals are off what was learnt, together.",
    .parameters = &gs_detector_record_zscore,
    .operations = &operations,
    .flags = GPUSIM_MODULE_STANDARDISED,
};
