/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The detector `rolling-mad`: how far each signal is off the median of its own last samples, in the
 * median of such distances. */
#include <math.h>
#include <stddef.h>
#include <string.h>

#include <gpusim/detector.h>

typedef struct parameters {
    double floor;
    double limit;
    uint32_t window;
    uint32_t reserved;
} parameters;

static const gpusim_field fields[] = {
    {.name = "window",
     .type = GPUSIM_UINT32,
     .offset = offsetof(parameters, window),
     .fallback = "60",
     .minimum = 3,
     .maximum = 100000,
     .doc = "Samples that the medians are of."},
    {.name = "floor",
     .type = GPUSIM_FLOAT64,
     .offset = offsetof(parameters, floor),
     .fallback = "0.1",
     .minimum = 0,
     .maximum = 1e9,
     .doc = "Added to the deviation, in that of what was learnt."},
    {.name = "limit",
     .type = GPUSIM_FLOAT64,
     .offset = offsetof(parameters, limit),
     .fallback = "50",
     .minimum = 0,
     .maximum = 1e9,
     .doc = "No signal counts for more."},
};

const gpusim_record gs_detector_record_rolling_mad = {
    .name = "rolling-mad",
    .fields = fields,
    .count = sizeof fields / sizeof fields[0],
    .size = sizeof(parameters),
    .doc = "Parameters of the detector rolling-mad.",
};

// State: samples seen; of each signal of each entity its last values and distances, each as a ring
// and sorted.
static uint64_t state_bytes(const gpusim_detector_context *context)
{
    const parameters *p = context->parameters;
    uint64_t values = (uint64_t)context->scene->entity_count * context->scene->signal_count;
    return sizeof(uint64_t) + values * 4 * p->window * sizeof(double);
}

// Where a value stands, or would stand, among sorted ones.
static uint32_t place_of(const double *sorted, uint32_t count, double value)
{
    uint32_t low = 0, high = count;
    while (low < high) {
        uint32_t middle = (low + high) / 2;
        if (sorted[middle] < value) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

// Puts a value into a ring of the last `window` and into their sorted copy.
static void put(double *ring, double *sorted, uint32_t window, uint64_t seen, double value)
{
    uint32_t count = seen < window ? (uint32_t)seen : window;
    double *slot = &ring[seen % window];
    if (count == window) {
        uint32_t old = place_of(sorted, count, *slot);
        memmove(sorted + old, sorted + old + 1, (count - old - 1) * sizeof *sorted);
        count--;
    }
    uint32_t place = place_of(sorted, count, value);
    memmove(sorted + place + 1, sorted + place, (count - place) * sizeof *sorted);
    sorted[place] = value;
    *slot = value;
}

static double median_of(const double *sorted, uint32_t window, uint64_t seen)
{
    uint32_t count = seen < window ? (uint32_t)seen : window;
    return count == 0 ? 0 : 0.5 * (sorted[(count - 1) / 2] + sorted[count / 2]);
}

/* Values and distances that a median needs at least; before that nothing is said of a signal. */
#define FEWEST 5

// 1.4826 makes the median of distances a standard deviation where values are normal.
static double distance(const parameters *p, double *rings, uint64_t seen, double value)
{
    uint32_t n = p->window;
    double *values = rings, *sorted = rings + n, *offs = rings + 2 * n,
           *sorted_offs = rings + 3 * n;
    uint64_t offs_seen = seen < FEWEST ? 0 : seen - FEWEST;
    double off = fabs(value - median_of(sorted, n, seen));
    double usual = median_of(sorted_offs, n, offs_seen);
    put(values, sorted, n, seen, value);
    if (seen >= FEWEST) {
        put(offs, sorted_offs, n, offs_seen, off);
    }
    return offs_seen < FEWEST ? 0 : fmin(off / (1.4826 * usual + p->floor), p->limit);
}

static gpusim_status observe(const gpusim_detector_context *context, const gpusim_frame *frame,
                             double *scores, uint32_t *causes, gpusim_error *err)
{
    (void)err;
    const parameters *p = context->parameters;
    uint32_t signals = context->scene->signal_count;
    uint64_t *seen = context->state;
    double *rings = (double *)(seen + 1);
    for (uint32_t e = 0; e < context->scene->entity_count; e++) {
        double sum = 0, furthest = 0;
        for (uint32_t s = 0; s < signals; s++) {
            size_t i = (size_t)e * signals + s;
            double part = distance(p, rings + i * 4 * p->window, *seen, frame->values[i]);
            sum += part;
            if (part > furthest) {
                furthest = part;
                causes[e] = s;
            }
        }
        scores[e] = sum / signals;
    }
    (*seen)++;
    return GPUSIM_OK;
}

static const gpusim_detector operations = {.state_bytes = state_bytes, .observe = observe};

const gpusim_module gs_detector_rolling_mad = {
    .magic = GPUSIM_MODULE_MAGIC,
    .size = sizeof(gpusim_module),
    .abi_major = GPUSIM_MODULE_ABI_MAJOR,
    .abi_minor = GPUSIM_MODULE_ABI_MINOR,
    .kind = GPUSIM_MODULE_DETECTOR,
    .name = "rolling-mad",
    .version = "1",
    .doc = "How far each signal is off the median of its own last samples, in the median of "
           "such distances.",
    .parameters = &gs_detector_record_rolling_mad,
    .operations = &operations,
    .flags = GPUSIM_MODULE_STANDARDISED,
};
