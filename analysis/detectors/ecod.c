/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The detector `ecod`: how far out each signal is in the tails of what was learnt, its empirical
 * distribution, as a sum of logarithms (Li et al., TKDE 2022). */
#include <gsl/gsl_sort.h>
#include <stddef.h>

#include <gpusim/detector.h>

// The model: the rows, then each signal's values, sorted.
typedef struct columns {
    uint64_t rows;
    double values[];
} columns;

static gpusim_status train(const gpusim_detector_context *context, gpusim_frames *frames,
                           gpusim_learning *learning, gpusim_error *err)
{
    uint32_t signals = context->scene->signal_count, entities = context->scene->entity_count;
    uint64_t rows = gpusim_frames_count(frames) * entities;
    columns *learnt = gpusim_learning_model(learning, sizeof *learnt + rows * signals * 8);
    if (!learnt) {
        return gpusim_fail(err, GPUSIM_MEMORY, "no memory for what ecod learns");
    }
    learnt->rows = rows;
    gpusim_frame frame;
    for (uint64_t row = 0; gpusim_frames_next(frames, &frame); row += entities) {
        for (uint32_t e = 0; e < entities; e++) {
            for (uint32_t s = 0; s < signals; s++) {
                learnt->values[s * rows + row + e] = frame.values[(size_t)e * signals + s];
            }
        }
    }
    for (uint32_t s = 0; s < signals; s++) {
        gsl_sort(learnt->values + s * rows, 1, rows);
    }
    return GPUSIM_OK;
}

// How many of the sorted values are below x, or not above it.
static uint64_t below(const double *sorted, uint64_t count, double x, int equal_too)
{
    uint64_t low = 0, high = count;
    while (low < high) {
        uint64_t middle = (low + high) / 2;
        if (sorted[middle] < x || (equal_too && sorted[middle] == x)) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

// -log of twice the smaller tail
static double surprise(const columns *learnt, const double *sorted, double x)
{
    double all = (double)learnt->rows + 2;
    double left = ((double)below(sorted, learnt->rows, x, 1) + 1) / all;
    double right = 1 - ((double)below(sorted, learnt->rows, x, 0) + 1) / all;
    double tail = 2 * (left < right ? left : right);
    return tail < 1 ? -gpusim_log(tail) : 0;
}

static gpusim_status observe(const gpusim_detector_context *context, const gpusim_frame *frame,
                             double *scores, uint32_t *causes, gpusim_error *err)
{
    (void)err;
    const columns *learnt = context->model;
    uint32_t signals = context->scene->signal_count;
    for (uint32_t e = 0; e < context->scene->entity_count; e++) {
        double furthest = 0;
        scores[e] = 0;
        for (uint32_t s = 0; s < signals; s++) {
            double part = surprise(learnt, learnt->values + s * learnt->rows,
                                   frame->values[(size_t)e * signals + s]);
            scores[e] += part;
            if (part > furthest) {
                furthest = part;
                causes[e] = s;
            }
        }
    }
    return GPUSIM_OK;
}

static const gpusim_detector operations = {.train = train, .observe = observe};

const gpusim_module gs_detector_ecod = {
    .magic = GPUSIM_MODULE_MAGIC,
    .size = sizeof(gpusim_module),
    .abi_major = GPUSIM_MODULE_ABI_MAJOR,
    .abi_minor = GPUSIM_MODULE_ABI_MINOR,
    .kind = GPUSIM_MODULE_DETECTOR,
    .name = "ecod",
    .version = "1",
    .doc = "How far out each signal is in the tails of its empirical distribution, as a sum "
           "of logarithms (Li et al. 2022).",
    .operations = &operations,
    .flags = GPUSIM_MODULE_STANDARDISED,
};
