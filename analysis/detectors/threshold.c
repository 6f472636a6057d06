/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The detector `threshold`: rules of the kind that monitoring systems have, "gpu_temp above 85 for
 * three samples". The score is the gravest rule that holds, 0 when none does. */
#include <math.h>
#include <stddef.h>
#include <string.h>

#include <gpusim/detector.h>

/* What has to be so of one signal. Bounds that are not given are NaN, and nothing is beyond NaN. */
typedef struct condition {
    const char *signal;
    double above, below, step;
} condition;

typedef struct rule {
    condition first;
    gpusim_list also; /* condition */
    double severity;
    uint32_t samples;
    uint32_t reserved;
} rule;

typedef struct parameters {
    gpusim_list rules; /* rule */
} parameters;

#define BOUND(type_, member, name_, doc_)                                                          \
    {                                                                                              \
        .name = (name_), .type = GPUSIM_FLOAT64, .offset = offsetof(type_, member),                \
        .flags = GPUSIM_OPTIONAL, .doc = (doc_)                                                    \
    }

#define CONDITION_FIELDS(type_, prefix)                                                            \
    {.name = "signal",                                                                             \
     .type = GPUSIM_STRING,                                                                        \
     .offset = offsetof(type_, prefix signal),                                                     \
     .flags = GPUSIM_REQUIRED,                                                                     \
     .doc = "Which one, by name."},                                                                \
        BOUND(type_, prefix above, "above", "More than this, in the signal's own unit."),          \
        BOUND(type_, prefix below, "below", "Less than this."),                                    \
        BOUND(type_, prefix step, "step", "Further than this from the sample before, up or down.")

static const gpusim_field condition_fields[] = {CONDITION_FIELDS(condition, )};

static const gpusim_record condition_record = {
    .name = "condition",
    .fields = condition_fields,
    .count = sizeof condition_fields / sizeof condition_fields[0],
    .size = sizeof(condition),
    .doc = "What has to be so of one signal; of several bounds each.",
};

static const gpusim_field condition_element = {
    .name = "condition",
    .type = GPUSIM_RECORD,
    .detail.record = &condition_record,
    .doc = "A further condition.",
};

static const gpusim_field rule_fields[] = {
    CONDITION_FIELDS(rule, first.),
    {.name = "and",
     .type = GPUSIM_LIST,
     .offset = offsetof(rule, also),
     .fallback = "[]",
     .detail.element = &condition_element,
     .doc = "What else has to be so, all of it."},
    {.name = "for",
     .type = GPUSIM_UINT32,
     .offset = offsetof(rule, samples),
     .fallback = "1",
     .minimum = 1,
     .maximum = 1e6,
     .doc = "Samples in a row for which it has to be so."},
    {.name = "severity",
     .type = GPUSIM_FLOAT64,
     .offset = offsetof(rule, severity),
     .fallback = "1",
     .minimum = 0,
     .maximum = 1e9,
     .doc = "The score while it is so."},
};

static const gpusim_record rule_record = {
    .name = "rule",
    .fields = rule_fields,
    .count = sizeof rule_fields / sizeof rule_fields[0],
    .size = sizeof(rule),
    .doc = "A condition that is an anomaly when it holds long enough.",
};

static const gpusim_field rule_element = {
    .name = "rule",
    .type = GPUSIM_RECORD,
    .detail.record = &rule_record,
    .doc = "A rule.",
};

static const gpusim_field fields[] = {
    {.name = "rules",
     .type = GPUSIM_LIST,
     .offset = offsetof(parameters, rules),
     .fallback = "[{signal: gpu_temp, above: 85, for: 3}]",
     .detail.element = &rule_element,
     .doc = "Rules; the gravest that holds counts."},
};

const gpusim_record gs_detector_record_threshold = {
    .name = "threshold",
    .fields = fields,
    .count = sizeof fields / sizeof fields[0],
    .size = sizeof(parameters),
    .doc = "Parameters of the detector threshold.",
};

/* ---- learning: which signals the rules mean ---- */

// The model: the signal of each condition, rule by rule.
typedef struct places {
    uint64_t count;
    uint64_t signal[];
} places;

static const condition *condition_of(const rule *r, uint32_t number)
{
    return number == 0 ? &r->first : (const condition *)r->also.items + (number - 1);
}

static gpusim_status find_signal(const gpusim_scene *scene, const char *name, uint64_t *place,
                                 gpusim_error *err)
{
    for (*place = 0; *place < scene->signal_count; ++*place) {
        if (strcmp(scene->signals[*place].name, name) == 0) {
            return GPUSIM_OK;
        }
    }
    gpusim_fail(err, GPUSIM_ARGUMENT, "a rule is about signal '%s', which nobody samples", name);
    gpusim_error_hint(err, "what is no gauge of GPUs has to be named: `metrics: [...]`, --metrics");
    return GPUSIM_ARGUMENT;
}

static gpusim_status train(const gpusim_detector_context *context, gpusim_frames *frames,
                           gpusim_learning *learning, gpusim_error *err)
{
    (void)frames;
    const parameters *p = context->parameters;
    const rule *rules = p->rules.items;
    uint64_t count = 0;
    for (uint32_t r = 0; r < p->rules.count; r++) {
        count += 1 + rules[r].also.count;
    }
    places *model = gpusim_learning_model(learning, sizeof *model + count * sizeof(uint64_t));
    if (!model) {
        return gpusim_fail(err, GPUSIM_MEMORY, "no memory for %u rules", p->rules.count);
    }
    for (uint32_t r = 0; r < p->rules.count; r++) {
        for (uint32_t c = 0; c <= rules[r].also.count; c++) {
            gpusim_status status = find_signal(context->scene, condition_of(&rules[r], c)->signal,
                                               &model->signal[model->count++], err);
            if (status != GPUSIM_OK) {
                return status;
            }
        }
    }
    return GPUSIM_OK;
}

/* ---- scores ---- */

// The state: whether there was a frame, how long each rule holds for each entity, the last frame.
static uint64_t state_bytes(const gpusim_detector_context *context)
{
    const parameters *p = context->parameters;
    uint64_t entities = context->scene->entity_count;
    return (1 + entities * p->rules.count + entities * context->scene->signal_count) * 8;
}

// What is missing is beyond no bound.
static int holds(const condition *c, double now, double before)
{
    return (isnan(c->above) || now > c->above) && (isnan(c->below) || now < c->below) &&
           (isnan(c->step) || fabs(now - before) > c->step) && !isnan(now);
}

static int rule_holds(const rule *r, const uint64_t *signal, const double *now,
                      const double *before)
{
    int all = 1;
    for (uint32_t c = 0; c <= r->also.count; c++) {
        all &= holds(condition_of(r, c), now[signal[c]], before[signal[c]]);
    }
    return all;
}

static void observe_one(const parameters *p, const places *model, const double *now,
                        const double *before, uint64_t *held, double *score, uint32_t *cause)
{
    const uint64_t *signal = model->signal;
    *score = 0;
    for (uint32_t r = 0; r < p->rules.count; r++) {
        const rule *one = (const rule *)p->rules.items + r;
        held[r] = rule_holds(one, signal, now, before) ? held[r] + 1 : 0;
        if (held[r] >= one->samples && one->severity > *score) {
            *score = one->severity;
            *cause = (uint32_t)signal[0];
        }
        signal += 1 + one->also.count;
    }
}

static gpusim_status observe(const gpusim_detector_context *context, const gpusim_frame *frame,
                             double *scores, uint32_t *causes, gpusim_error *err)
{
    (void)err;
    const parameters *p = context->parameters;
    uint32_t signals = context->scene->signal_count, entities = context->scene->entity_count;
    uint64_t *begun = context->state, *held = begun + 1;
    double *last = (double *)(held + (size_t)entities * p->rules.count);
    if (*begun == 0) {
        memcpy(last, frame->raw, (size_t)entities * signals * sizeof *last);
        *begun = 1;
    }
    for (uint32_t e = 0; e < entities; e++) {
        observe_one(p, context->model, frame->raw + (size_t)e * signals, last + (size_t)e * signals,
                    held + (size_t)e * p->rules.count, &scores[e], &causes[e]);
    }
    memcpy(last, frame->raw, (size_t)entities * signals * sizeof *last);
    return GPUSIM_OK;
}

static const gpusim_detector operations = {
    .state_bytes = state_bytes, .train = train, .observe = observe};

const gpusim_module gs_detector_threshold = {
    .magic = GPUSIM_MODULE_MAGIC,
    .size = sizeof(gpusim_module),
    .abi_major = GPUSIM_MODULE_ABI_MAJOR,
    .abi_minor = GPUSIM_MODULE_ABI_MINOR,
    .kind = GPUSIM_MODULE_DETECTOR,
    .name = "threshold",
    .version = "1",
    .doc = "Rules that somebody wrote down: a signal beyond a bound for so many samples.",
    .parameters = &gs_detector_record_threshold,
    .operations = &operations,
};
