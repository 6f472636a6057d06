/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The detector `ensemble`: what other detectors say, made comparable. It is shown their scores in
 * place of signals, learns how these are distributed, and turns each into -ln of the chance of one
 * as high: counted, and among the highest 2 %, at most 1,000, by a generalised Pareto tail, so that
 * scores never seen before still differ, and those of a heavy tail by no more than they should. */
#include <gsl/gsl_sort.h>
#include <math.h>
#include <stddef.h>
#include <string.h>

#include <gpusim/detector.h>

enum { COMBINE_MAX, COMBINE_MEAN };

static const gpusim_choice combinations[] = {
    {"max", COMBINE_MAX, "the detector that is most surprised"},
    {"mean", COMBINE_MEAN, "the mean of all"},
    {NULL, 0, NULL},
};

// The list comes first: it is what the host reads.
typedef struct parameters {
    gpusim_list of; /* const char * */
    int32_t combine;
    uint32_t reserved;
} parameters;

static const gpusim_field of_element = {
    .name = "detector",
    .type = GPUSIM_STRING,
    .doc = "A detector in words, as on the command line.",
};

static const gpusim_field fields[] = {
    {.name = "of",
     .type = GPUSIM_LIST,
     .offset = offsetof(parameters, of),
     .fallback = "[mahalanobis, var, job-peer, liveness]",
     .minimum = 1,
     .maximum = 32,
     .detail.element = &of_element,
     .doc = "Which detectors."},
    {.name = "combine",
     .type = GPUSIM_ENUM,
     .offset = offsetof(parameters, combine),
     .fallback = "max",
     .detail.choices = combinations,
     .doc = "How they become one score."},
};

const gpusim_record gs_detector_record_ensemble = {
    .name = "ensemble",
    .fields = fields,
    .count = sizeof fields / sizeof fields[0],
    .size = sizeof(parameters),
    .doc = "Parameters of the detector ensemble.",
};

/* The model of one detector: its scores at LEVELS + 1 even ranks, and where the tail begins. */
#define LEVELS    1000
#define TAIL      0.02
#define MOST_TAIL 1000u
#define HEAVIEST  0.9  /* shape: above 1 there is no mean */
#define SHAPED    100u /* of fewer scores no shape is read: the tail is exponential */

typedef struct scale {
    double rank[LEVELS + 1]; // from the lowest to the highest
    double begin, share; // of the tail: the score it begins above, and the share of scores there
    double mean;         // by which scores there are above that; 0: there are none
    double shape;        // 0: exponential; the higher, the heavier
    uint64_t count;
} scale;

/* The tail by probability-weighted moments (Hosking and Wallis, Technometrics 1987): with a the
 * mean of what is above, and b that of each by the share of those as high, the shape is 2 - a / (a
 * - 2 b). A tail that ends is taken to be exponential: what is beyond its end may come yet. */
static void learn_tail(scale *s, const double *above, uint64_t count)
{
    double a = 0, b = 0;
    for (uint64_t i = 0; i < count; i++) {
        double off = above[i] - s->begin;
        a += off / (double)count;
        b += off / (double)count * (1 - ((double)i + 0.65) / (double)count);
    }
    s->mean = a;
    if (count >= SHAPED && a > 2 * b) {
        s->shape = fmin(fmax(2 - a / (a - 2 * b), 0), HEAVIEST);
    }
}

static void learn(scale *s, double *scores, uint64_t count)
{
    *s = (scale){.count = count};
    if (count == 0) {
        return;
    }
    gsl_sort(scores, 1, count);
    for (uint64_t i = 0; i <= LEVELS; i++) {
        s->rank[i] = scores[i * (count - 1) / LEVELS];
    }
    double tail = fmin(TAIL * (double)(count - 1), MOST_TAIL);
    s->begin = scores[(uint64_t)((double)(count - 1) - tail)];
    uint64_t above = count;
    while (above > 0 && scores[above - 1] > s->begin) {
        above--;
    }
    s->share = (double)(count - above) / (double)count;
    learn_tail(s, scores + above, count - above);
}

static gpusim_status train(const gpusim_detector_context *context, gpusim_frames *frames,
                           gpusim_learning *learning, gpusim_error *err)
{
    uint32_t members = context->scene->signal_count, entities = context->scene->entity_count;
    uint64_t rows = gpusim_frames_count(frames) * entities;
    scale *model = gpusim_learning_model(learning, members * sizeof *model);
    double *scores = gpusim_learning_work(learning, members * rows * sizeof *scores);
    uint64_t *counts = gpusim_learning_work(learning, members * sizeof *counts);
    if (!model || !scores || !counts) {
        return gpusim_fail(err, GPUSIM_MEMORY, "no memory for the scores of %u detectors", members);
    }
    gpusim_frame frame;
    while (gpusim_frames_next(frames, &frame)) {
        for (size_t i = 0; i < (size_t)entities * members; i++) {
            size_t m = i % members;
            if (!isnan(frame.values[i])) {
                scores[m * rows + counts[m]++] = frame.values[i];
            }
        }
    }
    for (uint32_t m = 0; m < members; m++) {
        learn(&model[m], scores + m * rows, counts[m]);
    }
    return GPUSIM_OK;
}

// -ln of the chance of a score as high
static double surprise(const scale *s, double score)
{
    if (s->count == 0 || isnan(score)) {
        return 0;
    }
    if (score > s->begin) {
        double least = -gpusim_log(s->mean > 0 ? s->share : 1 / ((double)s->count + 1));
        // (1 - shape) mean is the scale of the tail
        double off = s->mean > 0 ? (score - s->begin) / ((1 - s->shape) * s->mean) : 0;
        return least + (s->shape > 0 ? gpusim_log(1 + s->shape * off) / s->shape : off);
    }
    uint32_t low = 0, high = LEVELS + 1;
    while (low < high) {
        uint32_t middle = (low + high) / 2;
        if (s->rank[middle] < score) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return -gpusim_log((LEVELS + 1.0 - low) / (LEVELS + 1));
}

static gpusim_status observe(const gpusim_detector_context *context, const gpusim_frame *frame,
                             double *scores, uint32_t *causes, gpusim_error *err)
{
    (void)err;
    const parameters *p = context->parameters;
    const scale *model = context->model;
    uint32_t members = context->scene->signal_count;
    for (uint32_t e = 0; e < context->scene->entity_count; e++) {
        double sum = 0, most = 0;
        for (uint32_t m = 0; m < members; m++) {
            double one = surprise(&model[m], frame->values[(size_t)e * members + m]);
            sum += one;
            if (one > most) {
                most = one;
                causes[e] = m;
            }
        }
        scores[e] = p->combine == COMBINE_MAX ? most : sum / members;
    }
    return GPUSIM_OK;
}

static const gpusim_detector operations = {.train = train, .observe = observe};

const gpusim_module gs_detector_ensemble = {
    .magic = GPUSIM_MODULE_MAGIC,
    .size = sizeof(gpusim_module),
    .abi_major = GPUSIM_MODULE_ABI_MAJOR,
    .abi_minor = GPUSIM_MODULE_ABI_MINOR,
    .kind = GPUSIM_MODULE_DETECTOR,
    .name = "ensemble",
    .version = "2",
    .doc = "What other detectors say, each in the chance that it says so of what was learnt.",
    .parameters = &gs_detector_record_ensemble,
    .operations = &operations,
    .flags = GPUSIM_MODULE_OVER_SCORES,
};
