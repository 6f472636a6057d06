/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The detector `mahalanobis`: the distance from the mean of what was learnt, by its covariance C:
 * sqrt((x - m)' C^-1 (x - m)). C is shrunk towards a multiple of the identity, so that it has an
 * inverse however few or constant the signals are (Ledoit and Wolf 2004 is the idea). */
#include <gsl/gsl_errno.h>
#include <gsl/gsl_linalg.h>
#include <math.h>
#include <stddef.h>

#include <gpusim/detector.h>

typedef struct parameters {
    double shrinkage;
} parameters;

static const gpusim_field fields[] = {
    {.name = "shrinkage",
     .type = GPUSIM_FLOAT64,
     .offset = offsetof(parameters, shrinkage),
     .fallback = "0.1",
     .minimum = 1e-9,
     .maximum = 1,
     .doc = "Share of the identity in the covariance, times the mean variance."},
};

const gpusim_record gs_detector_record_mahalanobis = {
    .name = "mahalanobis",
    .fields = fields,
    .count = sizeof fields / sizeof fields[0],
    .size = sizeof(parameters),
    .doc = "Parameters of the detector mahalanobis.",
};

// The model: the mean [signals], then the Cholesky factor [signals][signals].
static void add_row(const double *row, uint32_t signals, double weight, double *mean)
{
    for (uint32_t s = 0; s < signals; s++) {
        mean[s] += weight * row[s];
    }
}

static void add_square(const double *row, const double *mean, uint32_t signals, double weight,
                       double *matrix)
{
    for (uint32_t i = 0; i < signals; i++) {
        double off = weight * (row[i] - mean[i]);
        for (uint32_t j = 0; j <= i; j++) {
            matrix[(size_t)i * signals + j] += off * (row[j] - mean[j]);
        }
    }
}

static void shrink(double *matrix, uint32_t signals, double share)
{
    double trace = 0;
    for (uint32_t i = 0; i < signals; i++) {
        trace += matrix[(size_t)i * signals + i];
    }
    for (uint32_t i = 0; i < signals; i++) {
        for (uint32_t j = 0; j <= i; j++) {
            matrix[(size_t)i * signals + j] *= 1 - share;
        }
        matrix[(size_t)i * signals + i] += share * fmax(trace / signals, 1e-3);
    }
}

static gpusim_status train(const gpusim_detector_context *context, gpusim_frames *frames,
                           gpusim_learning *learning, gpusim_error *err)
{
    const parameters *p = context->parameters;
    uint32_t signals = context->scene->signal_count, entities = context->scene->entity_count;
    double *mean =
        gpusim_learning_model(learning, (1 + (uint64_t)signals) * signals * sizeof *mean);
    if (!mean) {
        return gpusim_fail(err, GPUSIM_MEMORY, "no memory for what mahalanobis learns");
    }
    double *matrix = mean + signals;
    double weight = 1 / ((double)gpusim_frames_count(frames) * entities);
    for (int pass = 0; pass < 2; pass++) {
        gpusim_frame frame;
        gpusim_frames_rewind(frames);
        while (gpusim_frames_next(frames, &frame)) {
            for (uint32_t e = 0; e < entities; e++) {
                const double *row = frame.values + (size_t)e * signals;
                if (pass == 0) {
                    add_row(row, signals, weight, mean);
                } else {
                    add_square(row, mean, signals, weight, matrix);
                }
            }
        }
    }
    shrink(matrix, signals, p->shrinkage);
    gsl_matrix_view view = gsl_matrix_view_array(matrix, signals, signals);
    if (gsl_linalg_cholesky_decomp1(&view.matrix) != GSL_SUCCESS) {
        return gpusim_fail(err, GPUSIM_ARGUMENT, "mahalanobis: the covariance has no inverse");
    }
    return GPUSIM_OK;
}

static uint64_t state_bytes(const gpusim_detector_context *context)
{
    return context->scene->signal_count * sizeof(double);
}

// |y|^2 with L y = x - m
static double observe_one(const double *mean, const double *factor, uint32_t signals,
                          const double *row, double *y, uint32_t *cause)
{
    double sum = 0, furthest = 0;
    for (uint32_t i = 0; i < signals; i++) {
        y[i] = row[i] - mean[i];
        for (uint32_t j = 0; j < i; j++) {
            y[i] -= factor[(size_t)i * signals + j] * y[j];
        }
        y[i] /= factor[(size_t)i * signals + i];
        sum += y[i] * y[i];
        if (fabs(row[i] - mean[i]) > furthest) {
            furthest = fabs(row[i] - mean[i]);
            *cause = i;
        }
    }
    return sqrt(sum);
}

static gpusim_status observe(const gpusim_detector_context *context, const gpusim_frame *frame,
                             double *scores, uint32_t *causes, gpusim_error *err)
{
    (void)err;
    uint32_t signals = context->scene->signal_count;
    const double *mean = context->model;
    for (uint32_t e = 0; e < context->scene->entity_count; e++) {
        scores[e] = observe_one(mean, mean + signals, signals, frame->values + (size_t)e * signals,
                                context->state, &causes[e]);
    }
    return GPUSIM_OK;
}

static const gpusim_detector operations = {
    .state_bytes = state_bytes, .train = train, .observe = observe};

const gpusim_module gs_detector_mahalanobis = {
    .magic = GPUSIM_MODULE_MAGIC,
    .size = sizeof(gpusim_module),
    .abi_major = GPUSIM_MODULE_ABI_MAJOR,
    .abi_minor = GPUSIM_MODULE_ABI_MINOR,
    .kind = GPUSIM_MODULE_DETECTOR,
    .name = "mahalanobis",
    .version = "1",
    .doc = "The distance from the mean of what was learnt, by its covariance: signals that "
           "vary together may do so, and not else.",
    .parameters = &gs_detector_record_mahalanobis,
    .operations = &operations,
    .flags = GPUSIM_MODULE_STANDARDISED,
};
