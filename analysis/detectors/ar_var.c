/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The detectors `ar` and `var`: how far a sample is off what the last ones foretell. `ar` foretells
 * each signal from its own last samples and a constant, `var` from those of all signals; least
 * squares with a ridge. The residual of each signal counts in its own standard deviations. */
#include <gsl/gsl_errno.h>
#include <gsl/gsl_linalg.h>
#include <math.h>
#include <stddef.h>
#include <string.h>

#include <gpusim/detector.h>

typedef struct parameters {
    double ridge;
    uint32_t lags;
    uint32_t reserved;
} parameters;

#define PARAMETER_FIELDS(ridge_)                                                                   \
    {.name = "lags",                                                                               \
     .type = GPUSIM_UINT32,                                                                        \
     .offset = offsetof(parameters, lags),                                                         \
     .fallback = "5",                                                                              \
     .minimum = 1,                                                                                 \
     .maximum = 1000,                                                                              \
     .doc = "Last samples that foretell the next."},                                               \
    {                                                                                              \
        .name = "ridge", .type = GPUSIM_FLOAT64, .offset = offsetof(parameters, ridge),            \
        .fallback = (ridge_), .minimum = 0, .maximum = 1e12,                                       \
        .doc = "Added to the diagonal of the normal equations."                                    \
    }

static const gpusim_field ar_fields[] = {PARAMETER_FIELDS("10")};
static const gpusim_field var_fields[] = {PARAMETER_FIELDS("100")};

const gpusim_record gs_detector_record_ar = {
    .name = "ar",
    .fields = ar_fields,
    .count = sizeof ar_fields / sizeof ar_fields[0],
    .size = sizeof(parameters),
    .doc = "Parameters of the detector ar.",
};

const gpusim_record gs_detector_record_var = {
    .name = "var",
    .fields = var_fields,
    .count = sizeof var_fields / sizeof var_fields[0],
    .size = sizeof(parameters),
    .doc = "Parameters of the detector var.",
};

/* A residual counts in deviations of at least FLOOR, and for LIMIT at most. */
#define FLOOR           0.1
#define LIMIT           20.0
#define MOST_DIMENSIONS 4000

// The last samples of each entity, the newest last; `seen` counts frames.
typedef struct history {
    uint64_t seen;
    double values[]; // [entities][lags][signals]
} history;

static uint64_t state_bytes(const gpusim_detector_context *context)
{
    const parameters *p = context->parameters;
    const gpusim_scene *scene = context->scene;
    return sizeof(history) +
           (uint64_t)p->lags * scene->entity_count * scene->signal_count * sizeof(double);
}

static void slide(const gpusim_detector_context *context, const gpusim_frame *frame, history *past)
{
    const parameters *p = context->parameters;
    uint32_t signals = context->scene->signal_count;
    size_t n = (size_t)p->lags * signals;
    for (uint32_t e = 0; e < context->scene->entity_count; e++) {
        double *values = past->values + e * n;
        memmove(values, values + signals, (n - signals) * sizeof *values);
        memcpy(values + n - signals, frame->values + (size_t)e * signals, signals * sizeof *values);
    }
    past->seen++;
}

/* The model: for each signal its deviation, then its coefficients, the constant last. With `all` a
 * signal is foretold by n = lags x signals values, else by its own lags, which lie `stride` apart.
 */
typedef struct shape {
    uint32_t signals, lags;
    size_t n;      // values that foretell one signal
    size_t stride; // between those
    int all;
} shape;

static shape shape_of(const gpusim_detector_context *context, int all)
{
    const parameters *p = context->parameters;
    shape s = {.signals = context->scene->signal_count, .lags = p->lags, .all = all};
    s.n = all ? (size_t)s.lags * s.signals : s.lags;
    s.stride = all ? 1 : s.signals;
    return s;
}

static const double *past_of(const shape *s, const double *values, uint32_t signal)
{
    return s->all ? values : values + signal;
}

static double foretell(const shape *s, const double *coefficients, const double *past)
{
    double sum = coefficients[s->n];
    for (size_t i = 0; i < s->n; i++) {
        sum += coefficients[i] * past[i * s->stride];
    }
    return sum;
}

/* ---- learning ---- */

// Normal equations: matrices [(n + 1)][(n + 1)], one, or one a signal; right sides [signals][n +
// 1].
typedef struct equations {
    double *matrix, *right;
} equations;

static void add_to(const shape *s, double *matrix, const double *past)
{
    size_t m = s->n + 1;
    for (size_t i = 0; i < m; i++) {
        double x = i < s->n ? past[i * s->stride] : 1;
        for (size_t j = 0; j <= i; j++) {
            matrix[i * m + j] += x * (j < s->n ? past[j * s->stride] : 1);
        }
    }
}

static void add_row(const shape *s, const equations *eq, const double *past, const double *next)
{
    size_t m = s->n + 1;
    for (uint32_t k = 0; k < s->signals; k++) {
        const double *own = past_of(s, past, k);
        if (k == 0 || !s->all) {
            add_to(s, eq->matrix + (s->all ? 0 : k * m * m), own);
        }
        for (size_t i = 0; i < m; i++) {
            eq->right[k * m + i] += next[k] * (i < s->n ? own[i * s->stride] : 1);
        }
    }
}

// Solves in place: each signal's right side becomes its coefficients.
static gpusim_status solve(const shape *s, const equations *eq, double ridge, gpusim_error *err)
{
    size_t m = s->n + 1;
    for (uint32_t k = 0; k < s->signals; k++) {
        double *matrix = eq->matrix + (s->all ? 0 : k * m * m);
        gsl_matrix_view view = gsl_matrix_view_array(matrix, m, m);
        gsl_vector_view right = gsl_vector_view_array(eq->right + k * m, m);
        if (k == 0 || !s->all) {
            for (size_t i = 0; i < m; i++) {
                matrix[i * m + i] += fmax(ridge, 1e-9);
            }
            if (gsl_linalg_cholesky_decomp1(&view.matrix) != GSL_SUCCESS) {
                return gpusim_fail(err, GPUSIM_ARGUMENT,
                                   "the last samples do not foretell the next: use a larger ridge");
            }
        }
        if (gsl_linalg_cholesky_svx(&view.matrix, &right.vector) != GSL_SUCCESS) {
            return gpusim_fail(err, GPUSIM_INTERNAL, "normal equations were not solved");
        }
    }
    return GPUSIM_OK;
}

// Hands each sample that has a past to `eq`, or adds the squares of its residuals to `squares`.
static uint64_t walk(const gpusim_detector_context *context, const shape *s, gpusim_frames *frames,
                     history *past, const equations *eq, double *squares)
{
    uint64_t rows = 0;
    size_t kept = (size_t)s->lags * s->signals, m = s->n + 1;
    gpusim_frame frame;
    gpusim_frames_rewind(frames);
    past->seen = 0;
    while (gpusim_frames_next(frames, &frame)) {
        for (uint32_t e = 0; past->seen >= s->lags && e < context->scene->entity_count; e++) {
            const double *values = past->values + e * kept;
            const double *next = frame.values + (size_t)e * s->signals;
            rows++;
            if (!squares) {
                add_row(s, eq, values, next);
            }
            for (uint32_t k = 0; squares && k < s->signals; k++) {
                double off = next[k] - foretell(s, eq->right + k * m, past_of(s, values, k));
                squares[2 * k] += off;
                squares[2 * k + 1] += off * off;
            }
        }
        slide(context, &frame, past);
    }
    return rows;
}

static gpusim_status train(const gpusim_detector_context *context, gpusim_frames *frames,
                           gpusim_learning *learning, int all, gpusim_error *err)
{
    const parameters *p = context->parameters;
    shape s = shape_of(context, all);
    size_t m = s.n + 1;
    if (m > MOST_DIMENSIONS) {
        return gpusim_fail(err, GPUSIM_ARGUMENT, "lags x signals is %zu, more than %d", s.n,
                           MOST_DIMENSIONS);
    }
    history *past = gpusim_learning_work(learning, state_bytes(context));
    equations eq = {
        .matrix = gpusim_learning_work(learning, (all ? 1 : s.signals) * m * m * sizeof(double)),
        .right = gpusim_learning_work(learning, s.signals * m * sizeof(double)),
    };
    double *squares = gpusim_learning_work(learning, 2 * s.signals * sizeof(double));
    double *model = gpusim_learning_model(learning, s.signals * (m + 1) * sizeof *model);
    if (!past || !eq.matrix || !eq.right || !squares || !model) {
        return gpusim_fail(err, GPUSIM_MEMORY, "no memory to learn what foretells %u signals",
                           s.signals);
    }
    uint64_t rows = walk(context, &s, frames, past, &eq, NULL);
    if (rows == 0) {
        return gpusim_fail(err, GPUSIM_ARGUMENT, "there are fewer samples than lags");
    }
    gpusim_status status = solve(&s, &eq, p->ridge, err);
    if (status != GPUSIM_OK) {
        return status;
    }
    walk(context, &s, frames, past, &eq, squares);
    for (uint32_t k = 0; k < s.signals; k++) {
        double mean = squares[2 * k] / (double)rows;
        double variance = squares[2 * k + 1] / (double)rows - mean * mean;
        model[k * (m + 1)] = fmax(sqrt(fmax(variance, 0)), FLOOR);
        memcpy(model + k * (m + 1) + 1, eq.right + k * m, m * sizeof *model);
    }
    return GPUSIM_OK;
}

static gpusim_status train_ar(const gpusim_detector_context *context, gpusim_frames *frames,
                              gpusim_learning *learning, gpusim_error *err)
{
    return train(context, frames, learning, 0, err);
}

static gpusim_status train_var(const gpusim_detector_context *context, gpusim_frames *frames,
                               gpusim_learning *learning, gpusim_error *err)
{
    return train(context, frames, learning, 1, err);
}

/* ---- scores ---- */

static double observe_one(const shape *s, const double *model, const double *past,
                          const double *now, uint32_t *cause)
{
    double sum = 0, furthest = 0;
    for (uint32_t k = 0; k < s->signals; k++) {
        const double *learnt = model + k * (s->n + 2);
        double off = now[k] - foretell(s, learnt + 1, past_of(s, past, k));
        double part = fmin(fabs(off) / learnt[0], LIMIT);
        sum += part * part;
        if (part > furthest) {
            furthest = part;
            *cause = k;
        }
    }
    return sqrt(sum / s->signals);
}

static gpusim_status observe(const gpusim_detector_context *context, const gpusim_frame *frame,
                             double *scores, uint32_t *causes, int all)
{
    shape s = shape_of(context, all);
    history *past = context->state;
    size_t kept = (size_t)s.lags * s.signals;
    for (uint32_t e = 0; e < context->scene->entity_count; e++) {
        scores[e] = past->seen < s.lags
                        ? NAN
                        : observe_one(&s, context->model, past->values + e * kept,
                                      frame->values + (size_t)e * s.signals, &causes[e]);
    }
    slide(context, frame, past);
    return GPUSIM_OK;
}

static gpusim_status observe_ar(const gpusim_detector_context *context, const gpusim_frame *frame,
                                double *scores, uint32_t *causes, gpusim_error *err)
{
    (void)err;
    return observe(context, frame, scores, causes, 0);
}

static gpusim_status observe_var(const gpusim_detector_context *context, const gpusim_frame *frame,
                                 double *scores, uint32_t *causes, gpusim_error *err)
{
    (void)err;
    return observe(context, frame, scores, causes, 1);
}

static const gpusim_detector ar_operations = {
    .state_bytes = state_bytes, .train = train_ar, .observe = observe_ar};
static const gpusim_detector var_operations = {
    .state_bytes = state_bytes, .train = train_var, .observe = observe_var};

const gpusim_module gs_detector_ar = {
    .magic = GPUSIM_MODULE_MAGIC,
    .size = sizeof(gpusim_module),
    .abi_major = GPUSIM_MODULE_ABI_MAJOR,
    .abi_minor = GPUSIM_MODULE_ABI_MINOR,
    .kind = GPUSIM_MODULE_DETECTOR,
    .name = "ar",
    .version = "1",
    .doc = "How far each signal is off what its own last samples foretell, by least squares.",
    .parameters = &gs_detector_record_ar,
    .operations = &ar_operations,
    .flags = GPUSIM_MODULE_STANDARDISED,
};

const gpusim_module gs_detector_var = {
    .magic = GPUSIM_MODULE_MAGIC,
    .size = sizeof(gpusim_module),
    .abi_major = GPUSIM_MODULE_ABI_MAJOR,
    .abi_minor = GPUSIM_MODULE_ABI_MINOR,
    .kind = GPUSIM_MODULE_DETECTOR,
    .name = "var",
    .version = "1",
    .doc = "How far each signal is off what the last samples of all signals foretell, by "
           "least squares.",
    .parameters = &gs_detector_record_var,
    .operations = &var_operations,
    .flags = GPUSIM_MODULE_STANDARDISED,
};
