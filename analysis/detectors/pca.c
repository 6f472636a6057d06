/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The detectors `pca` and `sub-pca`: what is left of a window of samples once the directions in
 * which windows vary most are taken out of it (the squared prediction error of Jackson and
 * Mudholkar 1979; windows as in Sub-PCA, Aggarwal 2017). `pca` is a window of one sample. */
#include <gsl/gsl_eigen.h>
#include <gsl/gsl_errno.h>
#include <math.h>
#include <stddef.h>
#include <string.h>

#include <gpusim/detector.h>

typedef struct parameters {
    double variance;
    uint32_t window;
    uint32_t reserved;
} parameters;

#define VARIANCE_FIELD                                                                             \
    {                                                                                              \
        .name = "variance", .type = GPUSIM_FLOAT64, .unit = GPUSIM_UNIT_RATIO,                     \
        .offset = offsetof(parameters, variance), .fallback = "0.9", .minimum = 0, .maximum = 1,   \
        .doc = "Directions are taken out until they hold more than this share of the variance."    \
    }

static const gpusim_field pca_fields[] = {VARIANCE_FIELD};

static const gpusim_field sub_pca_fields[] = {
    VARIANCE_FIELD,
    {.name = "window",
     .type = GPUSIM_UINT32,
     .offset = offsetof(parameters, window),
     .fallback = "10",
     .minimum = 1,
     .maximum = 1000,
     .doc = "Samples in a window; window x signals is at most 2000."},
};

const gpusim_record gs_detector_record_pca = {
    .name = "pca",
    .fields = pca_fields,
    .count = sizeof pca_fields / sizeof pca_fields[0],
    .size = sizeof(parameters),
    .doc = "Parameters of the detector pca.",
};

const gpusim_record gs_detector_record_sub_pca = {
    .name = "sub-pca",
    .fields = sub_pca_fields,
    .count = sizeof sub_pca_fields / sizeof sub_pca_fields[0],
    .size = sizeof(parameters),
    .doc = "Parameters of the detector sub-pca.",
};

#define MOST_DIMENSIONS 2000

static uint32_t window_of(const gpusim_detector_context *context)
{
    const parameters *p = context->parameters;
    return p->window > 0 ? p->window : 1;
}

// The model: how many directions, the mean [n], then the directions [count][n].
typedef struct learnt {
    uint64_t directions;
    double values[];
} learnt;

/* ---- windows ---- */

// The last samples of each entity, oldest first; `seen` counts frames.
typedef struct windows {
    uint64_t seen;
    double values[]; // [entities][window x signals], then one more as work
} windows;

static uint64_t windows_bytes(const gpusim_detector_context *context)
{
    uint64_t n = (uint64_t)window_of(context) * context->scene->signal_count;
    return sizeof(windows) + (context->scene->entity_count + (uint64_t)1) * n * sizeof(double);
}

// Puts a frame in; 1 when windows are full.
static int slide(const gpusim_detector_context *context, const gpusim_frame *frame, windows *w)
{
    uint32_t signals = context->scene->signal_count;
    size_t n = (size_t)window_of(context) * signals;
    for (uint32_t e = 0; e < context->scene->entity_count; e++) {
        double *window = w->values + e * n;
        memmove(window, window + signals, (n - signals) * sizeof *window);
        memcpy(window + n - signals, frame->values + (size_t)e * signals, signals * sizeof *window);
    }
    return ++w->seen >= window_of(context);
}

/* ---- learning ---- */

// Adds each window of the frames to the mean, or to the covariance around it; returns how many.
static uint64_t gather(const gpusim_detector_context *context, gpusim_frames *frames, windows *w,
                       double *mean, double *matrix)
{
    size_t n = (size_t)window_of(context) * context->scene->signal_count;
    double *off = w->values + context->scene->entity_count * n;
    uint64_t count = 0;
    gpusim_frame frame;
    gpusim_frames_rewind(frames);
    w->seen = 0;
    while (gpusim_frames_next(frames, &frame)) {
        int full = slide(context, &frame, w);
        for (uint32_t e = 0; full && e < context->scene->entity_count; e++) {
            const double *window = w->values + e * n;
            count++;
            for (size_t i = 0; !matrix && i < n; i++) {
                mean[i] += window[i];
            }
            for (size_t i = 0; matrix && i < n; i++) {
                off[i] = window[i] - mean[i];
                for (size_t j = 0; j <= i; j++) {
                    matrix[i * n + j] += off[i] * off[j];
                }
            }
        }
    }
    return count;
}

// Directions by falling variance: values and, as columns, vectors.
static gpusim_status directions(double *matrix, size_t n, gsl_vector *values, gsl_matrix *vectors,
                                gpusim_error *err)
{
    gsl_eigen_symmv_workspace *work = gsl_eigen_symmv_alloc(n);
    if (!work) {
        return gpusim_fail(err, GPUSIM_MEMORY, "no memory for the directions of %zu values", n);
    }
    gsl_matrix_view view = gsl_matrix_view_array(matrix, n, n);
    int failed = gsl_eigen_symmv(&view.matrix, values, vectors, work);
    gsl_eigen_symmv_free(work);
    if (failed || gsl_eigen_symmv_sort(values, vectors, GSL_EIGEN_SORT_VAL_DESC)) {
        return gpusim_fail(err, GPUSIM_ARGUMENT, "the directions of %zu values were not found", n);
    }
    return GPUSIM_OK;
}

static uint64_t enough(const gsl_vector *values, double share)
{
    double all = 0, sum = 0;
    for (size_t i = 0; i < values->size; i++) {
        all += fmax(gsl_vector_get(values, i), 0);
    }
    for (size_t i = 0; i < values->size; i++) {
        sum += fmax(gsl_vector_get(values, i), 0);
        if (sum > share * all) {
            return i + 1;
        }
    }
    return all > 0 ? values->size : 0;
}

static gpusim_status keep(const gpusim_detector_context *context, const double *mean,
                          const gsl_vector *values, const gsl_matrix *vectors,
                          gpusim_learning *learning, gpusim_error *err)
{
    const parameters *p = context->parameters;
    size_t n = values->size;
    uint64_t count = enough(values, p->variance);
    learnt *model =
        gpusim_learning_model(learning, sizeof *model + (1 + count) * n * sizeof(double));
    if (!model) {
        return gpusim_fail(err, GPUSIM_MEMORY, "no memory for what %s learns", "pca");
    }
    model->directions = count;
    memcpy(model->values, mean, n * sizeof *mean);
    for (uint64_t k = 0; k < count; k++) {
        for (size_t i = 0; i < n; i++) {
            model->values[(1 + k) * n + i] = gsl_matrix_get(vectors, i, k);
        }
    }
    return GPUSIM_OK;
}

static gpusim_status train(const gpusim_detector_context *context, gpusim_frames *frames,
                           gpusim_learning *learning, gpusim_error *err)
{
    size_t n = (size_t)window_of(context) * context->scene->signal_count;
    if (n > MOST_DIMENSIONS) {
        return gpusim_fail(err, GPUSIM_ARGUMENT, "window x signals is %zu, more than %d", n,
                           MOST_DIMENSIONS);
    }
    windows *w = gpusim_learning_work(learning, windows_bytes(context));
    double *mean = gpusim_learning_work(learning, (2 * n + 2) * n * sizeof *mean);
    if (!w || !mean) {
        return gpusim_fail(err, GPUSIM_MEMORY, "no memory to learn %zu directions", n);
    }
    double *values = mean + n, *matrix = values + n, *vectors = matrix + n * n;
    uint64_t count = gather(context, frames, w, mean, NULL);
    if (count == 0) {
        return gpusim_fail(err, GPUSIM_ARGUMENT, "there are fewer samples than a window has");
    }
    for (size_t i = 0; i < n; i++) {
        mean[i] /= (double)count;
    }
    gather(context, frames, w, mean, matrix);
    for (size_t i = 0; i < n * n; i++) {
        matrix[i] /= (double)count;
    }
    gsl_vector_view value_view = gsl_vector_view_array(values, n);
    gsl_matrix_view vector_view = gsl_matrix_view_array(vectors, n, n);
    gpusim_status status = directions(matrix, n, &value_view.vector, &vector_view.matrix, err);
    return status != GPUSIM_OK
               ? status
               : keep(context, mean, &value_view.vector, &vector_view.matrix, learning, err);
}

/* ---- scores ---- */

// The root of the mean square of what the directions leave of a window.
static double rest_of(const learnt *model, size_t n, const double *window, double *off)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        off[i] = window[i] - model->values[i];
    }
    for (uint64_t k = 0; k < model->directions; k++) {
        const double *direction = model->values + (1 + k) * n;
        double along = 0;
        for (size_t i = 0; i < n; i++) {
            along += direction[i] * off[i];
        }
        // directions are at right angles, so each may be taken out before the next is measured
        for (size_t i = 0; i < n; i++) {
            off[i] -= along * direction[i];
        }
    }
    for (size_t i = 0; i < n; i++) {
        sum += off[i] * off[i];
    }
    return sqrt(sum / (double)n);
}

static gpusim_status observe(const gpusim_detector_context *context, const gpusim_frame *frame,
                             double *scores, uint32_t *causes, gpusim_error *err)
{
    (void)err;
    uint32_t signals = context->scene->signal_count, entities = context->scene->entity_count;
    size_t n = (size_t)window_of(context) * signals;
    windows *w = context->state;
    double *off = w->values + entities * n;
    int full = slide(context, frame, w);
    for (uint32_t e = 0; e < entities; e++) {
        scores[e] = full ? rest_of(context->model, n, w->values + e * n, off) : NAN;
        double furthest = 0;
        for (size_t i = n - signals; full && i < n; i++) {
            if (fabs(off[i]) > furthest) {
                furthest = fabs(off[i]);
                causes[e] = (uint32_t)(i - (n - signals));
            }
        }
    }
    return GPUSIM_OK;
}

static const gpusim_detector operations = {
    .state_bytes = windows_bytes, .train = train, .observe = observe};

const gpusim_module gs_detector_sub_pca = {
    .magic = GPUSIM_MODULE_MAGIC,
    .size = sizeof(gpusim_module),
    .abi_major = GPUSIM_MODULE_ABI_MAJOR,
    .abi_minor = GPUSIM_MODULE_ABI_MINOR,
    .kind = GPUSIM_MODULE_DETECTOR,
    .name = "sub-pca",
    .version = "1",
    .doc = "What is left of a window of samples once the directions in which windows vary "
           "most are taken out: patterns that were never seen.",
    .parameters = &gs_detector_record_sub_pca,
    .operations = &operations,
    .flags = GPUSIM_MODULE_STANDARDISED,
};

const gpusim_module gs_detector_pca = {
    .magic = GPUSIM_MODULE_MAGIC,
    .size = sizeof(gpusim_module),
    .abi_major = GPUSIM_MODULE_ABI_MAJOR,
    .abi_minor = GPUSIM_MODULE_ABI_MINOR,
    .kind = GPUSIM_MODULE_DETECTOR,
    .name = "pca",
    .version = "1",
    .doc = "What is left of a sample once the directions in which samples vary most are "
           "taken out: signals that do not fit each other.",
    .parameters = &gs_detector_record_pca,
    .operations = &operations,
    .flags = GPUSIM_MODULE_STANDARDISED,
};
