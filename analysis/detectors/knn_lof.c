/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The detectors `knn` and `lof`: how far a sample is from the nearest that were learnt. `knn` is
 * the distance to the k-th nearest (Ramaswamy et al. 2000), `lof` how much thinner the place is
 * than where its neighbours lie (Breunig et al. 2000). Brute force: trees do not help in 40
 * dimensions. */
#include <math.h>
#include <stddef.h>
#include <string.h>

#include <gpusim/detector.h>

typedef struct parameters {
    uint32_t neighbours, rows;
} parameters;

#define PARAMETER_FIELDS(neighbours_)                                                              \
    {.name = "neighbours",                                                                         \
     .type = GPUSIM_UINT32,                                                                        \
     .offset = offsetof(parameters, neighbours),                                                   \
     .fallback = (neighbours_),                                                                    \
     .minimum = 1,                                                                                 \
     .maximum = 64,                                                                                \
     .doc = "How many count."},                                                                    \
    {                                                                                              \
        .name = "rows", .type = GPUSIM_UINT32, .offset = offsetof(parameters, rows),               \
        .fallback = "2000", .minimum = 2, .maximum = 1e6,                                          \
        .doc = "Samples that are kept, evenly spaced over those learnt from."                      \
    }

static const gpusim_field knn_fields[] = {PARAMETER_FIELDS("5")};
static const gpusim_field lof_fields[] = {PARAMETER_FIELDS("20")};

const gpusim_record gs_detector_record_knn = {
    .name = "knn",
    .fields = knn_fields,
    .count = sizeof knn_fields / sizeof knn_fields[0],
    .size = sizeof(parameters),
    .doc = "Parameters of the detector knn.",
};

const gpusim_record gs_detector_record_lof = {
    .name = "lof",
    .fields = lof_fields,
    .count = sizeof lof_fields / sizeof lof_fields[0],
    .size = sizeof(parameters),
    .doc = "Parameters of the detector lof.",
};

#define MOST_NEIGHBOURS 64

// The model: rows kept; for lof each one's distance to its k-th neighbour and its density; then the
// rows.
typedef struct learnt {
    uint64_t rows;
    double values[];
} learnt;

static const double *rows_of(const learnt *model)
{
    return model->values + 2 * model->rows;
}

typedef struct neighbour {
    double distance; // squared
    uint64_t row;
} neighbour;

// The nearest rows, by rising distance; `except` is left out. Returns how many.
static uint32_t nearest(const learnt *model, uint32_t signals, const double *x, uint64_t except,
                        uint32_t wanted, neighbour found[MOST_NEIGHBOURS])
{
    uint32_t count = 0;
    for (uint64_t r = 0; r < model->rows; r++) {
        const double *row = rows_of(model) + r * signals;
        double limit = count < wanted ? INFINITY : found[count - 1].distance;
        double distance = 0;
        for (uint32_t s = 0; s < signals && distance < limit; s++) {
            distance += (x[s] - row[s]) * (x[s] - row[s]);
        }
        if (r == except || distance >= limit) {
            continue;
        }
        uint32_t place = count < wanted ? count++ : count - 1;
        for (; place > 0 && found[place - 1].distance > distance; place--) {
            found[place] = found[place - 1];
        }
        found[place] = (neighbour){distance, r};
    }
    return count;
}

/* ---- learning ---- */

// Row i of `kept` is row floor(i (all - 1) / (kept - 1)) of all.
static gpusim_status keep_rows(const gpusim_detector_context *context, gpusim_frames *frames,
                               gpusim_learning *learning, learnt **model, gpusim_error *err)
{
    const parameters *p = context->parameters;
    uint32_t signals = context->scene->signal_count, entities = context->scene->entity_count;
    uint64_t all = gpusim_frames_count(frames) * entities;
    uint64_t rows = all < p->rows ? all : p->rows, kept = 0, row = 0;
    learnt *made =
        gpusim_learning_model(learning, sizeof *made + rows * (2 + signals) * sizeof(double));
    if (!made) {
        return gpusim_fail(err, GPUSIM_MEMORY, "no memory for %u rows", p->rows);
    }
    made->rows = rows;
    gpusim_frame frame;
    while (gpusim_frames_next(frames, &frame)) {
        for (uint32_t e = 0; e < entities; e++, row++) {
            uint64_t next = rows < 2 ? 0 : kept * (all - 1) / (rows - 1);
            if (kept < rows && row == next) {
                memcpy((double *)rows_of(made) + kept * signals, frame.values + (size_t)e * signals,
                       signals * sizeof(double));
                kept++;
            }
        }
    }
    *model = made;
    return GPUSIM_OK;
}

static gpusim_status train_knn(const gpusim_detector_context *context, gpusim_frames *frames,
                               gpusim_learning *learning, gpusim_error *err)
{
    learnt *model;
    return keep_rows(context, frames, learning, &model, err);
}

// The inverse of the mean distance to neighbours, each at least as far as its own k-th neighbour.
static double density(const learnt *model, const neighbour *found, uint32_t count)
{
    double sum = 0;
    for (uint32_t i = 0; i < count; i++) {
        sum += fmax(sqrt(found[i].distance), model->values[found[i].row]);
    }
    return 1 / (sum / count + 1e-10);
}

static gpusim_status train_lof(const gpusim_detector_context *context, gpusim_frames *frames,
                               gpusim_learning *learning, gpusim_error *err)
{
    const parameters *p = context->parameters;
    uint32_t signals = context->scene->signal_count;
    learnt *model;
    gpusim_status status = keep_rows(context, frames, learning, &model, err);
    if (status != GPUSIM_OK) {
        return status;
    }
    neighbour found[MOST_NEIGHBOURS];
    for (int pass = 0; pass < 2; pass++) {
        for (uint64_t r = 0; r < model->rows; r++) {
            uint32_t count =
                nearest(model, signals, rows_of(model) + r * signals, r, p->neighbours, found);
            if (count > 0 && pass == 0) {
                model->values[r] = sqrt(found[count - 1].distance);
            } else if (count > 0) {
                model->values[model->rows + r] = density(model, found, count);
            }
        }
    }
    return GPUSIM_OK;
}

/* ---- scores ---- */

static double kth_distance(const learnt *model, const neighbour *found, uint32_t count)
{
    (void)model;
    return sqrt(found[count - 1].distance);
}

static double outlier_factor(const learnt *model, const neighbour *found, uint32_t count)
{
    double sum = 0;
    for (uint32_t i = 0; i < count; i++) {
        sum += model->values[model->rows + found[i].row];
    }
    return sum / count / density(model, found, count);
}

static void observe(const gpusim_detector_context *context, const gpusim_frame *frame,
                    double *scores,
                    double (*score)(const learnt *model, const neighbour *found, uint32_t count))
{
    const parameters *p = context->parameters;
    const learnt *model = context->model;
    uint32_t signals = context->scene->signal_count;
    neighbour found[MOST_NEIGHBOURS];
    for (uint32_t e = 0; e < context->scene->entity_count; e++) {
        uint32_t count = nearest(model, signals, frame->values + (size_t)e * signals, UINT64_MAX,
                                 p->neighbours, found);
        scores[e] = score(model, found, count);
    }
}

static gpusim_status observe_knn(const gpusim_detector_context *context, const gpusim_frame *frame,
                                 double *scores, uint32_t *causes, gpusim_error *err)
{
    (void)causes;
    (void)err;
    observe(context, frame, scores, kth_distance);
    return GPUSIM_OK;
}

static gpusim_status observe_lof(const gpusim_detector_context *context, const gpusim_frame *frame,
                                 double *scores, uint32_t *causes, gpusim_error *err)
{
    (void)causes;
    (void)err;
    observe(context, frame, scores, outlier_factor);
    return GPUSIM_OK;
}

static const gpusim_detector knn_operations = {.train = train_knn, .observe = observe_knn};
static const gpusim_detector lof_operations = {.train = train_lof, .observe = observe_lof};

const gpusim_module gs_detector_knn = {
    .magic = GPUSIM_MODULE_MAGIC,
    .size = sizeof(gpusim_module),
    .abi_major = GPUSIM_MODULE_ABI_MAJOR,
    .abi_minor = GPUSIM_MODULE_ABI_MINOR,
    .kind = GPUSIM_MODULE_DETECTOR,
    .name = "knn",
    .version = "1",
    .doc = "The distance to the k-th nearest of the samples that were learnt.",
    .parameters = &gs_detector_record_knn,
    .operations = &knn_operations,
    .flags = GPUSIM_MODULE_STANDARDISED,
};

const gpusim_module gs_detector_lof = {
    .magic = GPUSIM_MODULE_MAGIC,
    .size = sizeof(gpusim_module),
    .abi_major = GPUSIM_MODULE_ABI_MAJOR,
    .abi_minor = GPUSIM_MODULE_ABI_MINOR,
    .kind = GPUSIM_MODULE_DETECTOR,
    .name = "lof",
    .version = "1",
    .doc = "How much thinner a sample lies than its neighbours among those that were learnt.",
    .parameters = &gs_detector_record_lof,
    .operations = &lof_operations,
    .flags = GPUSIM_MODULE_STANDARDISED,
};
