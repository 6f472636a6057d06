/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The detector `ewma`: how far the signals are off their own moving mean, in their own moving
 * deviation; both forget exponentially. Long plateaus become normal. */
#include <math.h>
#include <stddef.h>

#include <gpusim/detector.h>

typedef struct parameters {
    double weight;
    double floor;
} parameters;

static const gpusim_field fields[] = {
    {.name = "weight",
     .type = GPUSIM_FLOAT64,
     .offset = offsetof(parameters, weight),
     .fallback = "0.05",
     .minimum = 0,
     .maximum = 1,
     .doc = "Of the newest sample in mean and variance."},
    {.name = "floor",
     .type = GPUSIM_FLOAT64,
     .offset = offsetof(parameters, floor),
     .fallback = "0.01",
     .minimum = 0,
     .maximum = 1e9,
     .doc = "Added to the variance, in that of what was learnt."},
};

const gpusim_record gs_detector_record_ewma = {
    .name = "ewma",
    .fields = fields,
    .count = sizeof fields / sizeof fields[0],
    .size = sizeof(parameters),
    .doc = "Parameters of the detector ewma.",
};

// Mean and variance of a standardised signal: the model has one of each signal, the state one of
// each signal of each entity.
typedef struct moments {
    double mean, variance;
} moments;

static uint64_t state_bytes(const gpusim_detector_context *context)
{
    uint64_t values = (uint64_t)context->scene->entity_count * context->scene->signal_count;
    return sizeof(uint64_t) + values * sizeof(moments);
}

static gpusim_status train(const gpusim_detector_context *context, gpusim_frames *frames,
                           gpusim_learning *learning, gpusim_error *err)
{
    uint32_t signals = context->scene->signal_count, entities = context->scene->entity_count;
    moments *learnt = gpusim_learning_model(learning, signals * sizeof *learnt);
    if (!learnt) {
        return gpusim_fail(err, GPUSIM_MEMORY, "no memory for what ewma learns");
    }
    double rows = (double)gpusim_frames_count(frames) * entities;
    for (int pass = 0; pass < 2; pass++) {
        gpusim_frame frame;
        gpusim_frames_rewind(frames);
        while (gpusim_frames_next(frames, &frame)) {
            for (size_t i = 0; i < (size_t)entities * signals; i++) {
                moments *m = &learnt[i % signals];
                double off = frame.values[i] - m->mean;
                if (pass == 0) {
                    m->mean += frame.values[i] / rows;
                } else {
                    m->variance += off * off / rows;
                }
            }
            if (pass == 0) {
                continue;
            }
        }
    }
    return GPUSIM_OK;
}

static gpusim_status observe(const gpusim_detector_context *context, const gpusim_frame *frame,
                             double *scores, uint32_t *causes, gpusim_error *err)
{
    (void)err;
    const parameters *p = context->parameters;
    const moments *learnt = context->model;
    uint32_t signals = context->scene->signal_count, entities = context->scene->entity_count;
    uint64_t *begun = context->state;
    moments *moving = (moments *)(begun + 1);
    for (size_t i = 0; *begun == 0 && i < (size_t)entities * signals; i++) {
        moving[i] = learnt[i % signals];
    }
    *begun = 1;
    for (uint32_t e = 0; e < entities; e++) {
        double sum = 0, furthest = 0;
        for (uint32_t s = 0; s < signals; s++) {
            size_t i = (size_t)e * signals + s;
            moments *m = &moving[i];
            double off = frame->values[i] - m->mean;
            double part = off * off / (m->variance + p->floor);
            sum += part;
            if (part > furthest) {
                furthest = part;
                causes[e] = s;
            }
            m->mean += p->weight * off;
            m->variance = (1 - p->weight) * (m->variance + p->weight * off * off);
        }
        scores[e] = sqrt(sum / signals);
    }
    return GPUSIM_OK;
}

static const gpusim_detector operations = {
    .state_bytes = state_bytes, .train = train, .observe = observe};

const gpusim_module gs_detector_ewma = {
    .magic = GPUSIM_MODULE_MAGIC,
    .size = sizeof(gpusim_module),
    .abi_major = GPUSIM_MODULE_ABI_MAJOR,
    .abi_minor = GPUSIM_MODULE_ABI_MINOR,
    .kind = GPUSIM_MODULE_DETECTOR,
    .name = "ewma",
    .version = "1",
    .doc = "How far the signals are off their own moving mean, in their own moving "
           "deviation.",
    .parameters = &gs_detector_record_ewma,
    .operations = &operations,
    .flags = GPUSIM_MODULE_STANDARDISED,
};
