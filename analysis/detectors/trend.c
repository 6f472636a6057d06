/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The detector `trend`: a line through the last samples of each signal, by least squares. Without
 * limits the score is the slope in its standard errors, of the signal where it is largest; with
 * limits it is how far the line will be beyond one, `horizon` samples ahead, in standard errors of
 * that forecast: 0 where it is as likely as not to be beyond it. */
#include <math.h>
#include <stddef.h>
#include <string.h>

#include <gpusim/detector.h>

typedef struct limit {
    const char *signal;
    double above, below;
} limit;

typedef struct parameters {
    gpusim_list limits; /* limit */
    double floor, most;
    uint32_t window, least, horizon;
    uint32_t reserved;
} parameters;

static const gpusim_field limit_fields[] = {
    {.name = "signal",
     .type = GPUSIM_STRING,
     .offset = offsetof(limit, signal),
     .flags = GPUSIM_REQUIRED,
     .doc = "Which one, by name."},
    {.name = "above",
     .type = GPUSIM_FLOAT64,
     .offset = offsetof(limit, above),
     .flags = GPUSIM_OPTIONAL,
     .doc = "It must not come to be more than this, in its own unit."},
    {.name = "below",
     .type = GPUSIM_FLOAT64,
     .offset = offsetof(limit, below),
     .flags = GPUSIM_OPTIONAL,
     .doc = "It must not come to be less than this."},
};

static const gpusim_record limit_record = {
    .name = "limit",
    .fields = limit_fields,
    .count = sizeof limit_fields / sizeof limit_fields[0],
    .size = sizeof(limit),
    .doc = "Where a signal must not come to be.",
};

static const gpusim_field limit_element = {
    .name = "limit",
    .type = GPUSIM_RECORD,
    .detail.record = &limit_record,
    .doc = "A limit.",
};

static const gpusim_field fields[] = {
    {.name = "limits",
     .type = GPUSIM_LIST,
     .offset = offsetof(parameters, limits),
     .fallback = "[]",
     .detail.element = &limit_element,
     .doc = "Where signals must not come to be; none: any drift counts."},
    {.name = "window",
     .type = GPUSIM_UINT32,
     .offset = offsetof(parameters, window),
     .fallback = "15",
     .minimum = 3,
     .maximum = 100000,
     .doc = "Samples that the line is drawn through."},
    {.name = "least",
     .type = GPUSIM_UINT32,
     .offset = offsetof(parameters, least),
     .fallback = "10",
     .minimum = 3,
     .maximum = 100000,
     .doc = "Of these there must be so many; what is missing does not count."},
    {.name = "horizon",
     .type = GPUSIM_UINT32,
     .offset = offsetof(parameters, horizon),
     .fallback = "10",
     .minimum = 1,
     .maximum = 1e6,
     .doc = "Samples that it is extended by."},
    {.name = "floor",
     .type = GPUSIM_FLOAT64,
     .offset = offsetof(parameters, floor),
     .fallback = "0.1",
     .minimum = 1e-9,
     .maximum = 1e9,
     .doc = "Samples scatter about the line by at least this, in standard deviations of what was "
            "learnt."},
    {.name = "limit",
     .type = GPUSIM_FLOAT64,
     .offset = offsetof(parameters, most),
     .fallback = "100",
     .minimum = 0,
     .maximum = 1e9,
     .doc = "No signal counts for more, up or down."},
};

const gpusim_record gs_detector_record_trend = {
    .name = "trend",
    .fields = fields,
    .count = sizeof fields / sizeof fields[0],
    .size = sizeof(parameters),
    .doc = "Parameters of the detector trend.",
};

// The model, of each signal: what one of its standard deviations is, with the floor.
static gpusim_status train(const gpusim_detector_context *context, gpusim_frames *frames,
                           gpusim_learning *learning, gpusim_error *err)
{
    const parameters *p = context->parameters;
    uint32_t signals = context->scene->signal_count, entities = context->scene->entity_count;
    double *model = gpusim_learning_model(learning, signals * sizeof *model);
    double *sums = gpusim_learning_work(learning, 3 * signals * sizeof *sums);
    if (!model || !sums) {
        return gpusim_fail(err, GPUSIM_MEMORY, "no memory for what trend learns");
    }
    for (uint32_t i = 0; i < p->limits.count; i++) {
        const char *name = ((const limit *)p->limits.items)[i].signal;
        uint32_t s = 0;
        while (s < signals && strcmp(context->scene->signals[s].name, name) != 0) {
            s++;
        }
        if (s == signals) {
            return gpusim_fail(err, GPUSIM_ARGUMENT,
                               "a limit is about signal '%s', which nobody samples", name);
        }
    }
    // count, mean and sum of squares about it, in one pass (Welford)
    gpusim_frame frame;
    while (gpusim_frames_next(frames, &frame)) {
        for (size_t i = 0; i < (size_t)entities * signals; i++) {
            double *sum = sums + 3 * (i % signals);
            if (isfinite(frame.raw[i])) {
                double off = frame.raw[i] - sum[1];
                sum[0]++;
                sum[1] += off / sum[0];
                sum[2] += off * (frame.raw[i] - sum[1]);
            }
        }
    }
    for (uint32_t s = 0; s < signals; s++) {
        double deviation = sums[3 * s] > 0 ? sqrt(sums[3 * s + 2] / sums[3 * s]) : 0;
        double span = context->scene->signals[s].span;
        model[s] = fmax(deviation, 0.01 * span) * p->floor;
        model[s] = isfinite(model[s]) ? model[s] : p->floor;
    }
    return GPUSIM_OK;
}

/* ---- lines ---- */

// The state: frames so far, then rings [entities][signals][window].
static uint64_t state_bytes(const gpusim_detector_context *context)
{
    const parameters *p = context->parameters;
    uint64_t values = (uint64_t)context->scene->entity_count * context->scene->signal_count;
    return (1 + values * p->window) * sizeof(double);
}

// A line through samples at 0, -1, -2, ...: its value at 0 and slope; 0 when there are too few.
typedef struct fitted {
    double value, slope;
    double count, middle, spread; // of the times
    double scatter;               // about it
} fitted;

static int fit(const parameters *p, const double *ring, uint64_t frames, double floor, fitted *f)
{
    uint64_t window = frames < p->window ? frames : p->window;
    double n = 0, t1 = 0, y1 = 0, stt = 0, sty = 0, syy = 0;
    for (uint64_t i = 0; i < window; i++) {
        double y = ring[(frames - 1 - i) % p->window], t = -(double)i;
        if (isfinite(y)) {
            double dt = t - t1, dy = y - y1;
            n++;
            t1 += dt / n;
            y1 += dy / n;
            stt += dt * (t - t1);
            sty += dt * (y - y1);
            syy += dy * (y - y1);
        }
    }
    if (n < p->least || n < 3) {
        return 0;
    }
    *f = (fitted){.slope = sty / stt, .count = n, .middle = t1, .spread = stt};
    f->value = y1 - f->slope * t1;
    f->scatter = fmax(sqrt(fmax(syy - f->slope * sty, 0) / (n - 2)), floor);
    return 1;
}

static double drift_of(const fitted *f)
{
    return fabs(f->slope) * sqrt(f->spread) / f->scatter;
}

// How far the forecast is beyond what it must not be, in its standard errors.
static double beyond(const parameters *p, const fitted *f, const limit *l)
{
    double ahead = p->horizon, off = ahead - f->middle;
    double value = f->value + f->slope * ahead;
    double error = f->scatter * sqrt(1 + 1 / f->count + off * off / f->spread);
    double over = isnan(l->above) ? -INFINITY : (value - l->above) / error;
    double under = isnan(l->below) ? -INFINITY : (l->below - value) / error;
    return fmax(over, under);
}

static double score_of(const gpusim_detector_context *context, uint32_t signal, const fitted *f)
{
    const parameters *p = context->parameters;
    const limit *limits = p->limits.items;
    double score = p->limits.count == 0 ? drift_of(f) : -INFINITY;
    for (uint32_t i = 0; i < p->limits.count; i++) {
        if (strcmp(context->scene->signals[signal].name, limits[i].signal) == 0) {
            score = fmax(score, beyond(p, f, &limits[i]));
        }
    }
    return fmin(score, p->most);
}

static gpusim_status observe(const gpusim_detector_context *context, const gpusim_frame *frame,
                             double *scores, uint32_t *causes, gpusim_error *err)
{
    (void)err;
    const parameters *p = context->parameters;
    const double *floors = context->model;
    uint32_t signals = context->scene->signal_count;
    uint64_t *frames = context->state, newest = (*frames)++ % p->window;
    double *rings = (double *)(frames + 1);
    for (uint32_t e = 0; e < context->scene->entity_count; e++) {
        double most = -INFINITY;
        for (uint32_t s = 0; s < signals; s++) {
            size_t i = (size_t)e * signals + s;
            fitted f;
            rings[i * p->window + newest] = frame->raw[i];
            double one = fit(p, rings + i * p->window, *frames, floors[s], &f)
                             ? score_of(context, s, &f)
                             : -INFINITY;
            if (one > most) {
                most = one;
                causes[e] = s;
            }
        }
        // nothing to draw a line through: at the begin nobody knows, later there is no trend
        double none = *frames < p->least ? NAN : p->limits.count ? -p->most : 0;
        scores[e] = most == -INFINITY ? none : fmax(most, -p->most);
    }
    return GPUSIM_OK;
}

static const gpusim_detector operations = {
    .state_bytes = state_bytes, .train = train, .observe = observe};

const gpusim_module gs_detector_trend = {
    .magic = GPUSIM_MODULE_MAGIC,
    .size = sizeof(gpusim_module),
    .abi_major = GPUSIM_MODULE_ABI_MAJOR,
    .abi_minor = GPUSIM_MODULE_ABI_MINOR,
    .kind = GPUSIM_MODULE_DETECTOR,
    .name = "trend",
    .version = "1",
    .doc =
        "A line through the last samples: how surely a signal drifts, or will be beyond a limit.",
    .parameters = &gs_detector_record_trend,
    .operations = &operations,
};
