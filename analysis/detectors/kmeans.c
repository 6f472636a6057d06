/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The detector `kmeans`: how far a sample is from the nearest of a few centres, found by Lloyd's
 * iteration from centres that were drawn far apart (Arthur and Vassilvitskii 2007, the best of some
 * draws each). */
#include <math.h>
#include <stddef.h>
#include <string.h>

#include <gpusim/detector.h>

typedef struct parameters {
    uint32_t centres, rows;
    uint32_t iterations;
    uint32_t reserved;
} parameters;

static const gpusim_field fields[] = {
    {.name = "centres",
     .type = GPUSIM_UINT32,
     .offset = offsetof(parameters, centres),
     .fallback = "20",
     .minimum = 1,
     .maximum = 10000,
     .doc = "How many there are; no more than samples."},
    {.name = "rows",
     .type = GPUSIM_UINT32,
     .offset = offsetof(parameters, rows),
     .fallback = "4000",
     .minimum = 2,
     .maximum = 1e6,
     .doc = "Samples that they are found from, evenly spaced over those learnt from."},
    {.name = "iterations",
     .type = GPUSIM_UINT32,
     .offset = offsetof(parameters, iterations),
     .fallback = "300",
     .minimum = 1,
     .maximum = 1e6,
     .doc = "At most."},
};

const gpusim_record gs_detector_record_kmeans = {
    .name = "kmeans",
    .fields = fields,
    .count = sizeof fields / sizeof fields[0],
    .size = sizeof(parameters),
    .doc = "Parameters of the detector kmeans.",
};

/* The model. */
typedef struct learnt {
    uint64_t centres;
    double values[]; // [centres][signals]
} learnt;

/* What learning works with. */
typedef struct bench {
    double *rows;      // [count][signals]
    double *distance;  // [count]: squared, to the nearest centre
    double *candidate; // [count]: the same, if a drawn centre were added
    double *best;      // [count]: that of the best draw so far
    double *sums;      // [centres][signals]
    uint64_t *members; // [centres]
    uint32_t *nearest; // [count]
    uint64_t count;
    uint32_t signals;
    uint32_t reserved;
} bench;

static double squared(const double *a, const double *b, uint32_t signals)
{
    double sum = 0;
    for (uint32_t s = 0; s < signals; s++) {
        sum += (a[s] - b[s]) * (a[s] - b[s]);
    }
    return sum;
}

/* ---- learning ---- */

// Row i of those kept is row floor(i (all - 1) / (kept - 1)) of all.
static void keep_rows(const gpusim_scene *scene, gpusim_frames *frames, bench *b)
{
    uint64_t all = gpusim_frames_count(frames) * scene->entity_count, kept = 0, row = 0;
    gpusim_frame frame;
    while (gpusim_frames_next(frames, &frame)) {
        for (uint32_t e = 0; e < scene->entity_count; e++, row++) {
            uint64_t next = b->count < 2 ? 0 : kept * (all - 1) / (b->count - 1);
            if (kept < b->count && row == next) {
                memcpy(b->rows + kept * b->signals, frame.values + (size_t)e * b->signals,
                       b->signals * sizeof(double));
                kept++;
            }
        }
    }
}

// What the distances were with `row` as a further centre: their sum.
static double with_centre(const bench *b, uint64_t row, double *distances)
{
    double sum = 0;
    for (uint64_t r = 0; r < b->count; r++) {
        double d = squared(b->rows + r * b->signals, b->rows + row * b->signals, b->signals);
        distances[r] = fmin(d, b->distance[r]);
        sum += distances[r];
    }
    return sum;
}

// A row, each as likely as its squared distance is large; any, where all are 0.
static uint64_t draw_far(const bench *b, double total, double uniform)
{
    double left = uniform * total;
    uint64_t r = 0;
    if (!(total > 0)) {
        return (uint64_t)(uniform * (double)b->count);
    }
    while (r + 1 < b->count && left >= b->distance[r]) {
        left -= b->distance[r++];
    }
    return r;
}

static void draw_centres(const bench *b, gpusim_stream stream, learnt *model)
{
    uint64_t ordinal = 0;
    uint32_t draws = 2 + (uint32_t)gpusim_log((double)model->centres);
    double total = INFINITY;
    for (uint64_t r = 0; r < b->count; r++) {
        b->distance[r] = INFINITY;
    }
    for (uint64_t c = 0; c < model->centres; c++) {
        uint64_t chosen = 0;
        double least = INFINITY;
        for (uint32_t d = 0; d < (c == 0 ? 1 : draws); d++) {
            double uniform = gpusim_draw_uniform(stream, ordinal++);
            uint64_t row =
                c == 0 ? (uint64_t)(uniform * (double)b->count) : draw_far(b, total, uniform);
            double sum = with_centre(b, row, b->candidate);
            if (sum < least || d == 0) {
                least = sum;
                chosen = row;
                memcpy(b->best, b->candidate, b->count * sizeof(double));
            }
        }
        total = least;
        memcpy(b->distance, b->best, b->count * sizeof(double));
        memcpy(model->values + c * b->signals, b->rows + chosen * b->signals,
               b->signals * sizeof(double));
    }
}

// The nearest centre of each row; whether any has another than before.
static int assign(const bench *b, const learnt *model)
{
    int changed = 0;
    for (uint64_t r = 0; r < b->count; r++) {
        uint32_t nearest = 0;
        b->distance[r] = INFINITY;
        for (uint32_t c = 0; c < model->centres; c++) {
            double d =
                squared(b->rows + r * b->signals, model->values + c * b->signals, b->signals);
            if (d < b->distance[r]) {
                b->distance[r] = d;
                nearest = c;
            }
        }
        changed |= nearest != b->nearest[r];
        b->nearest[r] = nearest;
    }
    return changed;
}

// A centre that nobody is near goes to the row that is furthest from its own.
static void move_lost(const bench *b, double *centre)
{
    uint64_t furthest = 0;
    for (uint64_t r = 1; r < b->count; r++) {
        furthest = b->distance[r] > b->distance[furthest] ? r : furthest;
    }
    memcpy(centre, b->rows + furthest * b->signals, b->signals * sizeof(double));
    b->distance[furthest] = 0;
}

static void move_centres(const bench *b, learnt *model)
{
    memset(b->sums, 0, model->centres * b->signals * sizeof(double));
    memset(b->members, 0, model->centres * sizeof(uint64_t));
    for (uint64_t r = 0; r < b->count; r++) {
        b->members[b->nearest[r]]++;
        for (uint32_t s = 0; s < b->signals; s++) {
            b->sums[b->nearest[r] * b->signals + s] += b->rows[r * b->signals + s];
        }
    }
    for (uint64_t c = 0; c < model->centres; c++) {
        double *centre = model->values + c * b->signals;
        for (uint32_t s = 0; b->members[c] > 0 && s < b->signals; s++) {
            centre[s] = b->sums[c * b->signals + s] / (double)b->members[c];
        }
        if (b->members[c] == 0) {
            move_lost(b, centre);
        }
    }
}

static gpusim_status train(const gpusim_detector_context *context, gpusim_frames *frames,
                           gpusim_learning *learning, gpusim_error *err)
{
    const parameters *p = context->parameters;
    uint32_t signals = context->scene->signal_count;
    uint64_t all = gpusim_frames_count(frames) * context->scene->entity_count;
    uint64_t count = all < p->rows ? all : p->rows;
    uint64_t centres = count < p->centres ? count : p->centres;
    bench b = {
        .rows = gpusim_learning_work(learning, count * signals * sizeof(double)),
        .distance = gpusim_learning_work(learning, count * sizeof(double)),
        .candidate = gpusim_learning_work(learning, count * sizeof(double)),
        .best = gpusim_learning_work(learning, count * sizeof(double)),
        .sums = gpusim_learning_work(learning, centres * signals * sizeof(double)),
        .members = gpusim_learning_work(learning, centres * sizeof(uint64_t)),
        .nearest = gpusim_learning_work(learning, count * sizeof(uint32_t)),
        .count = count,
        .signals = signals,
    };
    learnt *model =
        gpusim_learning_model(learning, sizeof *model + centres * signals * sizeof(double));
    if (!b.rows || !b.distance || !b.candidate || !b.best || !b.sums || !b.members || !b.nearest ||
        !model) {
        return gpusim_fail(err, GPUSIM_MEMORY, "no memory for %u rows and %u centres", p->rows,
                           p->centres);
    }
    model->centres = centres;
    keep_rows(context->scene, frames, &b);
    draw_centres(&b, context->stream, model);
    assign(&b, model);
    for (uint32_t i = 0; i < p->iterations; i++) {
        move_centres(&b, model);
        if (!assign(&b, model)) {
            break;
        }
    }
    return GPUSIM_OK;
}

/* ---- scores ---- */

static gpusim_status observe(const gpusim_detector_context *context, const gpusim_frame *frame,
                             double *scores, uint32_t *causes, gpusim_error *err)
{
    (void)err;
    const learnt *model = context->model;
    uint32_t signals = context->scene->signal_count;
    for (uint32_t e = 0; e < context->scene->entity_count; e++) {
        const double *x = frame->values + (size_t)e * signals, *nearest = model->values;
        double least = INFINITY, furthest = 0;
        for (uint64_t c = 0; c < model->centres; c++) {
            double d = squared(x, model->values + c * signals, signals);
            if (d < least) {
                least = d;
                nearest = model->values + c * signals;
            }
        }
        scores[e] = sqrt(least);
        for (uint32_t s = 0; s < signals; s++) {
            if (fabs(x[s] - nearest[s]) > furthest) {
                furthest = fabs(x[s] - nearest[s]);
                causes[e] = s;
            }
        }
    }
    return GPUSIM_OK;
}

static const gpusim_detector operations = {.train = train, .observe = observe};

const gpusim_module gs_detector_kmeans = {
    .magic = GPUSIM_MODULE_MAGIC,
    .size = sizeof(gpusim_module),
    .abi_major = GPUSIM_MODULE_ABI_MAJOR,
    .abi_minor = GPUSIM_MODULE_ABI_MINOR,
    .kind = GPUSIM_MODULE_DETECTOR,
    .name = "kmeans",
    .version = "1",
    .doc = "The distance to the nearest of a few centres of what was learnt.",
    .parameters = &gs_detector_record_kmeans,
    .operations = &operations,
    .flags = GPUSIM_MODULE_STANDARDISED,
};
