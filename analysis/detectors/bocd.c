/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The detector `bocd`: how likely each signal has changed within the last samples, by Bayesian
 * online change point detection (Adams and MacKay 2007): values are normal with a mean and a
 * variance that stay until they change; both are unknown (normal-inverse-gamma). The score is the
 * mean over signals. Runs longer than `runs` count as one. */
#include <math.h>
#include <stddef.h>
#include <string.h>

#include <gpusim/detector.h>

typedef struct parameters {
    double expected, weight, scale;
    uint32_t runs, lag;
} parameters;

static const gpusim_field fields[] = {
    {.name = "expected",
     .type = GPUSIM_FLOAT64,
     .offset = offsetof(parameters, expected),
     .fallback = "250",
     .minimum = 1,
     .maximum = 1e12,
     .flags = GPUSIM_EXCLUSIVE,
     .doc = "Samples between two changes, in the mean."},
    {.name = "weight",
     .type = GPUSIM_FLOAT64,
     .offset = offsetof(parameters, weight),
     .fallback = "0.1",
     .minimum = 1e-9,
     .maximum = 1e9,
     .doc = "After a change, samples that the mean of what was learnt is worth as a guess."},
    {.name = "scale",
     .type = GPUSIM_FLOAT64,
     .offset = offsetof(parameters, scale),
     .fallback = "0.1",
     .minimum = 1e-9,
     .maximum = 1e9,
     .doc = "Beta of the variance's prior, in variances of what was learnt; its alpha is 1."},
    {.name = "runs",
     .type = GPUSIM_UINT32,
     .offset = offsetof(parameters, runs),
     .fallback = "100",
     .minimum = 2,
     .maximum = 100000,
     .doc = "Longest run whose length is told apart from longer ones."},
    {.name = "lag",
     .type = GPUSIM_UINT32,
     .offset = offsetof(parameters, lag),
     .fallback = "5",
     .minimum = 1,
     .maximum = 100000,
     .doc = "Samples within which a change is still new."},
};

const gpusim_record gs_detector_record_bocd = {
    .name = "bocd",
    .fields = fields,
    .count = sizeof fields / sizeof fields[0],
    .size = sizeof(parameters),
    .doc = "Parameters of the detector bocd.",
};

/* A hypothesis: the run has so many samples. The prior's kappa and alpha go by that number. */
typedef struct run {
    double chance, mean, beta;
} run;

/* The state: samples so far, then runs [entities][signals][runs + 1]. */
static uint64_t state_bytes(const gpusim_detector_context *context)
{
    const parameters *p = context->parameters;
    uint64_t values = (uint64_t)context->scene->entity_count * context->scene->signal_count;
    return sizeof(uint64_t) + values * (p->runs + 1) * sizeof(run);
}

// gamma(a + 1/2) / gamma(a) from that of a half less
static double next_ratio(double ratio, double a)
{
    return (a - 0.5) / ratio;
}

// x to a whole power, by squares
static double power_of(double x, uint64_t n)
{
    double power = 1;
    for (; n > 0; n >>= 1, x *= x) {
        power *= n & 1 ? x : 1;
    }
    return power;
}

// The density of x after a run of n, a Student t; ratio is gamma(alpha + 1/2) / gamma(alpha). With
// alpha = 1 + n / 2 the exponent is that of a root: (1 + q)^-(alpha + 1/2) = sqrt(1 / (1 + q))^(n +
// 3).
static double density(const parameters *p, const run *r, uint64_t n, double ratio, double x)
{
    const double root_of_pi = 1.7724538509055160273;
    double kappa = p->weight + (double)n;
    double width = 2 * r->beta * (kappa + 1) / kappa, off = x - r->mean;
    return ratio / (root_of_pi * sqrt(width)) * power_of(sqrt(width / (width + off * off)), n + 3);
}

static void learn(const parameters *p, run *r, uint64_t n, double x)
{
    double kappa = p->weight + (double)n, off = x - r->mean;
    r->beta += kappa * off * off / (2 * (kappa + 1));
    r->mean += off / (kappa + 1);
}

// Of runs as long as can be told or longer: they know no more than that many samples.
static void forget(const parameters *p, run *longest)
{
    double alpha = 1 + 0.5 * p->runs;
    longest->beta *= alpha / (alpha + 0.5);
}

// All runs grow by one, or a new one begins. The longest take in those that come to be as long,
// with what the likelier of the two knows.
static void grow(const parameters *p, run *runs, uint64_t samples)
{
    size_t shifted = samples < p->runs ? samples + 1 : p->runs - 1;
    if (samples >= p->runs) {
        run *longest = &runs[p->runs], incoming = runs[p->runs - 1];
        double both = longest->chance + incoming.chance;
        forget(p, longest);
        *longest = incoming.chance > longest->chance ? incoming : *longest;
        longest->chance = both;
    }
    memmove(runs + 1, runs, shifted * sizeof *runs);
    runs[0] = (run){.chance = 1 / p->expected, .beta = p->scale};
}

// One sample of one signal; the chance that fewer than `lag` samples have come since a change.
static double update(const parameters *p, run *runs, uint64_t samples, double x)
{
    double total = 0, changed = 0, ratio = 0.88622692545275801365; // gamma(1.5) / gamma(1)
    uint64_t most = samples < p->runs ? samples : p->runs;
    if (samples == 0) {
        runs[0] = (run){.chance = 1, .beta = p->scale};
    }
    for (uint64_t n = 0; n <= most; n++) {
        runs[n].chance *= density(p, &runs[n], n, ratio, x);
        total += runs[n].chance;
        learn(p, &runs[n], n, x);
        ratio = next_ratio(ratio, 1 + 0.5 * (double)(n + 1));
    }
    for (uint64_t n = 0; n <= most; n++) {
        runs[n].chance *= (1 - 1 / p->expected) / total;
    }
    grow(p, runs, samples);
    for (uint64_t n = 0; n < p->lag && n <= most; n++) {
        changed += runs[n].chance;
    }
    return changed;
}

static gpusim_status observe(const gpusim_detector_context *context, const gpusim_frame *frame,
                             double *scores, uint32_t *causes, gpusim_error *err)
{
    (void)err;
    const parameters *p = context->parameters;
    uint32_t signals = context->scene->signal_count;
    uint64_t *samples = context->state;
    run *all = (run *)(samples + 1);
    for (uint32_t e = 0; e < context->scene->entity_count; e++) {
        double sum = 0, most = 0;
        for (uint32_t s = 0; s < signals; s++) {
            size_t i = (size_t)e * signals + s;
            double changed = update(p, all + i * (p->runs + 1), *samples, frame->values[i]);
            sum += changed;
            if (changed > most) {
                most = changed;
                causes[e] = s;
            }
        }
        // the first run is new to it, not to the world
        scores[e] = *samples < 2 * (uint64_t)p->lag ? NAN : sum / signals;
    }
    ++*samples;
    return GPUSIM_OK;
}

static const gpusim_detector operations = {.state_bytes = state_bytes, .observe = observe};

const gpusim_module gs_detector_bocd = {
    .magic = GPUSIM_MODULE_MAGIC,
    .size = sizeof(gpusim_module),
    .abi_major = GPUSIM_MODULE_ABI_MAJOR,
    .abi_minor = GPUSIM_MODULE_ABI_MINOR,
    .kind = GPUSIM_MODULE_DETECTOR,
    .name = "bocd",
    .version = "1",
    .doc = "How likely each signal has changed within the last samples (Adams and MacKay 2007).",
    .parameters = &gs_detector_record_bocd,
    .operations = &operations,
    .flags = GPUSIM_MODULE_STANDARDISED,
};
