/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The detectors `job-peer` and `rack-peer`: how far each signal's mean over the last samples is off
 * the median of its peers, in the median of such distances (a robust z, .6745 (x - med) / MAD). The
 * members of a synchronous job wait for each other, so that its own past shows nothing of a
 * straggler, and its peers do (Deng et al., Minder, 2024). */
#include <gsl/gsl_heapsort.h>
#include <gsl/gsl_sort.h>
#include <math.h>
#include <stddef.h>
#include <string.h>

#include <gpusim/detector.h>

typedef struct parameters {
    double floor, most;
    uint32_t window, members, settle, reserved;
} parameters;

#define PARAMETER_FIELDS                                                                           \
    {.name = "window",                                                                             \
     .type = GPUSIM_UINT32,                                                                        \
     .offset = offsetof(parameters, window),                                                       \
     .fallback = "30",                                                                             \
     .minimum = 1,                                                                                 \
     .maximum = 100000,                                                                            \
     .doc = "Samples that the means are of; they begin anew with another job."},                   \
        {.name = "settle",                                                                         \
         .type = GPUSIM_UINT32,                                                                    \
         .offset = offsetof(parameters, settle),                                                   \
         .fallback = "1",                                                                          \
         .minimum = 0,                                                                             \
         .maximum = 1e6,                                                                           \
         .doc = "First samples of a job that count for nothing: what is a mean since the last "    \
                "sample, as DCGM's ratios are, is partly of what ran before."},                    \
        {.name = "members",                                                                        \
         .type = GPUSIM_UINT32,                                                                    \
         .offset = offsetof(parameters, members),                                                  \
         .fallback = "3",                                                                          \
         .minimum = 3,                                                                             \
         .maximum = 1e6,                                                                           \
         .doc = "Fewer are not compared."},                                                        \
        {.name = "floor",                                                                          \
         .type = GPUSIM_FLOAT64,                                                                   \
         .offset = offsetof(parameters, floor),                                                    \
         .fallback = "0.05",                                                                       \
         .minimum = 0,                                                                             \
         .maximum = 1e9,                                                                           \
         .doc = "Added to the MAD, in standard deviations of what was learnt."},                   \
    {                                                                                              \
        .name = "limit", .type = GPUSIM_FLOAT64, .offset = offsetof(parameters, most),             \
        .fallback = "1000", .minimum = 0, .maximum = 1e9, .doc = "No signal counts for more."      \
    }

static const gpusim_field fields[] = {PARAMETER_FIELDS};

const gpusim_record gs_detector_record_job_peer = {
    .name = "job-peer",
    .fields = fields,
    .count = sizeof fields / sizeof fields[0],
    .size = sizeof(parameters),
    .doc = "Parameters of the detector job-peer.",
};

const gpusim_record gs_detector_record_rack_peer = {
    .name = "rack-peer",
    .fields = fields,
    .count = sizeof fields / sizeof fields[0],
    .size = sizeof(parameters),
    .doc = "Parameters of the detector rack-peer.",
};

/* An entity and the group it is in. */
typedef struct member {
    uint32_t group, entity;
} member;

/* The state, as pointers into it. */
typedef struct kept {
    uint64_t *frames;
    uint64_t *since; // [entities]: number of the first frame that counts in its group
    uint64_t *group; // [entities]: 1 + its group; 0: none
    double *values;  // [entities][signals][window]
    double *means;   // [entities][signals]
    double *sorted;  // [entities]
    member *members; // [entities]
} kept;

static uint64_t state_bytes(const gpusim_detector_context *context)
{
    const parameters *p = context->parameters;
    uint64_t entities = context->scene->entity_count;
    return 8 * (1 + entities * (4 + (uint64_t)context->scene->signal_count * (p->window + 1)));
}

static kept kept_of(const gpusim_detector_context *context)
{
    const parameters *p = context->parameters;
    size_t entities = context->scene->entity_count, signals = context->scene->signal_count;
    kept k = {.frames = context->state};
    k.since = k.frames + 1;
    k.group = k.since + entities;
    k.values = (double *)(k.group + entities);
    k.means = k.values + entities * signals * p->window;
    k.sorted = k.means + entities * signals;
    k.members = (member *)(k.sorted + entities);
    return k;
}

static int by_group(const void *a, const void *b)
{
    const member *x = a, *y = b;
    return x->group != y->group ? (x->group > y->group) - (x->group < y->group)
                                : (x->entity > y->entity) - (x->entity < y->entity);
}

static double median_of(double *values, size_t count)
{
    gsl_sort(values, 1, count);
    return count % 2 ? values[count / 2] : (values[count / 2 - 1] + values[count / 2]) / 2;
}

/* ---- windows ---- */

// Keeps a sample; the mean of those since the entity settled in its group, NaN where there are
// none.
static double slide(const parameters *p, const kept *k, uint32_t entity, double *ring, double value)
{
    uint64_t now = *k->frames;
    if (now < k->since[entity]) {
        return NAN;
    }
    uint64_t age = now - k->since[entity] + 1;
    uint64_t count = age < p->window ? age : p->window, there = 0;
    double sum = 0;
    ring[now % p->window] = value;
    for (uint64_t i = 0; i < count; i++) {
        double x = ring[(now - i) % p->window];
        sum += isnan(x) ? 0 : x;
        there += isnan(x) ? 0 : 1;
    }
    return there > 0 ? sum / (double)there : NAN;
}

static void slide_all(const gpusim_detector_context *context, const gpusim_frame *frame,
                      const uint32_t *groups, const kept *k)
{
    const parameters *p = context->parameters;
    uint32_t signals = context->scene->signal_count;
    for (uint32_t e = 0; e < context->scene->entity_count; e++) {
        uint64_t group = groups && groups[e] != GPUSIM_NONE ? 1 + (uint64_t)groups[e] : 0;
        if (group != k->group[e] || *k->frames == 0) {
            // who was there from the first frame on may have been for long
            k->since[e] = *k->frames == 0 ? 0 : *k->frames + p->settle;
            k->group[e] = group;
        }
        for (uint32_t s = 0; s < signals; s++) {
            size_t i = (size_t)e * signals + s;
            // what is missing is no mean either
            double value = isnan(frame->raw[i]) ? NAN : frame->values[i];
            k->means[i] = slide(p, k, e, k->values + i * p->window, value);
        }
    }
}

/* ---- scores ---- */

static void compare(const parameters *p, const kept *k, uint32_t signals, uint32_t signal,
                    const member *members, uint32_t count, double *scores, uint32_t *causes)
{
    uint32_t there = 0;
    for (uint32_t m = 0; m < count; m++) {
        double x = k->means[(size_t)members[m].entity * signals + signal];
        if (!isnan(x)) {
            k->sorted[there++] = x;
        }
    }
    if (there < p->members) {
        return;
    }
    double middle = median_of(k->sorted, there);
    for (uint32_t m = 0; m < there; m++) {
        k->sorted[m] = fabs(k->sorted[m] - middle);
    }
    double spread = median_of(k->sorted, there) + p->floor;
    for (uint32_t m = 0; m < count; m++) {
        uint32_t e = members[m].entity;
        double off = fabs(k->means[(size_t)e * signals + signal] - middle);
        // of peers that are all the same any other is as far off as can be
        double z = off > 0 ? fmin(0.6745 * off / spread, p->most) : 0;
        if (z > scores[e]) {
            scores[e] = z;
            causes[e] = signal;
        }
    }
}

static gpusim_status observe(const gpusim_detector_context *context, const gpusim_frame *frame,
                             const uint32_t *groups, double *scores, uint32_t *causes)
{
    const parameters *p = context->parameters;
    uint32_t entities = context->scene->entity_count, signals = context->scene->signal_count;
    kept k = kept_of(context);
    uint32_t grouped = 0;
    slide_all(context, frame, groups, &k);
    ++*k.frames;
    for (uint32_t e = 0; e < entities; e++) {
        scores[e] = 0;
        if (k.group[e] > 0) {
            k.members[grouped++] = (member){groups[e], e};
        }
    }
    gsl_heapsort(k.members, grouped, sizeof *k.members, by_group);
    for (uint32_t first = 0, end; first < grouped; first = end) {
        for (end = first; end < grouped && k.members[end].group == k.members[first].group; end++) {
        }
        for (uint32_t s = 0; end - first >= p->members && s < signals; s++) {
            compare(p, &k, signals, s, k.members + first, end - first, scores, causes);
        }
    }
    return GPUSIM_OK;
}

static gpusim_status observe_job(const gpusim_detector_context *context, const gpusim_frame *frame,
                                 double *scores, uint32_t *causes, gpusim_error *err)
{
    (void)err;
    return observe(context, frame, frame->job, scores, causes);
}

static gpusim_status observe_rack(const gpusim_detector_context *context, const gpusim_frame *frame,
                                  double *scores, uint32_t *causes, gpusim_error *err)
{
    (void)err;
    return observe(context, frame, context->scene->rack, scores, causes);
}

static const gpusim_detector job_operations = {.state_bytes = state_bytes, .observe = observe_job};
static const gpusim_detector rack_operations = {.state_bytes = state_bytes,
                                                .observe = observe_rack};

const gpusim_module gs_detector_job_peer = {
    .magic = GPUSIM_MODULE_MAGIC,
    .size = sizeof(gpusim_module),
    .abi_major = GPUSIM_MODULE_ABI_MAJOR,
    .abi_minor = GPUSIM_MODULE_ABI_MINOR,
    .kind = GPUSIM_MODULE_DETECTOR,
    .name = "job-peer",
    .version = "1",
    .doc = "How far each member of a job is off the median of all its members: stragglers.",
    .parameters = &gs_detector_record_job_peer,
    .operations = &job_operations,
    .flags = GPUSIM_MODULE_STANDARDISED,
};

const gpusim_module gs_detector_rack_peer = {
    .magic = GPUSIM_MODULE_MAGIC,
    .size = sizeof(gpusim_module),
    .abi_major = GPUSIM_MODULE_ABI_MAJOR,
    .abi_minor = GPUSIM_MODULE_ABI_MINOR,
    .kind = GPUSIM_MODULE_DETECTOR,
    .name = "rack-peer",
    .version = "1",
    .doc = "How far an entity is off the median of all in its rack.",
    .parameters = &gs_detector_record_rack_peer,
    .operations = &rack_operations,
    .flags = GPUSIM_MODULE_STANDARDISED,
};
