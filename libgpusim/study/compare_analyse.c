/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What can be said of schedulers: means with intervals, paired differences, tests with Holm's
 * correction (definitions 23). */
#include <math.h>
#include <string.h>

#include "stats/inference.h"
#include "stats/stats.h"
#include "study/compare.h"

void gpusim_compare_options_init(gpusim_compare_options *options, uint32_t size)
{
    gpusim_compare_options defaults = {.size = size, .resamples = 10000, .level = 0.95, .seed = 1};
    memcpy(options, &defaults, size < sizeof defaults ? size : sizeof defaults);
}

/* What an analysis works with. */
typedef struct analysis {
    gpusim_compare *compare;
    const gpusim_compare_options *options;
    double *values, *pairs; // of one metric and scheduler, [replications]
} analysis;

static double value_of(const gpusim_compare *compare, uint32_t scenario, uint32_t scheduler,
                       uint32_t replication, uint32_t metric)
{
    uint32_t run = gs_compare_index(compare, scenario, scheduler, replication);
    return compare->runs[run].state == GS_RUN_DONE
               ? compare->values[(size_t)run * compare->metrics.count + metric]
               : (double)NAN;
}

static int equal(double a, double b)
{
    return a == b || (isnan(a) && isnan(b));
}

// Replications of a scheduler that all came out the same are one: what does not vary has no
// interval, whatever others draw.
static uint32_t replications_of(const gpusim_compare *compare, uint32_t scenario,
                                uint32_t scheduler)
{
    uint32_t seeds = compare->seeds.count;
    for (uint32_t metric = 0; metric < compare->metrics.count; metric++) {
        double first = value_of(compare, scenario, scheduler, 0, metric);
        for (uint32_t r = 1; r < seeds; r++) {
            if (!equal(value_of(compare, scenario, scheduler, r, metric), first)) {
                return seeds;
            }
        }
    }
    return 1;
}

// a stream for each estimate, by name: adding a metric or a scheduler changes no other interval
static gpusim_stream stream_of(const analysis *a, const gpusim_compare_estimate *estimate,
                               uint64_t which)
{
    const gpusim_compare_metric *metric =
        &GS_AT(a->compare->metrics, gpusim_compare_metric, estimate->metric);
    gpusim_stream stream = gpusim_stream_make(a->options->seed, "bootstrap", metric->name);
    return gpusim_stream_indexed(stream, which);
}

static gpusim_status estimate_level(analysis *a, gpusim_compare_estimate *estimate,
                                    gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gs_t_test test;
    gs_bootstrap bootstrap;
    uint32_t replications = replications_of(a->compare, estimate->scenario, estimate->scheduler);
    for (uint32_t r = 0; r < replications; r++) {
        double value =
            value_of(a->compare, estimate->scenario, estimate->scheduler, r, estimate->metric);
        if (!isnan(value)) {
            a->values[estimate->count++] = value;
        }
    }
    GPUSIM_TRY(gs_t_test_make(a->values, estimate->count, a->options->level, &test, err));
    GPUSIM_TRY(gs_bootstrap_mean(a->values, estimate->count, a->options->level,
                                 a->options->resamples, stream_of(a, estimate, 0), &bootstrap,
                                 err));
    estimate->mean = test.mean;
    estimate->deviation = test.deviation;
    estimate->low = test.low;
    estimate->high = test.high;
    estimate->boot_low = bootstrap.low;
    estimate->boot_high = bootstrap.high;
cleanup:
    return status;
}

static gpusim_status estimate_difference(analysis *a, gpusim_compare_estimate *estimate,
                                         gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gs_t_test test;
    gs_bootstrap bootstrap;
    uint32_t scenario = estimate->scenario, metric = estimate->metric;
    uint32_t replications = replications_of(a->compare, scenario, estimate->scheduler);
    uint32_t of_baseline = replications_of(a->compare, scenario, a->options->baseline);
    replications = of_baseline > replications ? of_baseline : replications;
    for (uint32_t r = 0; r < replications; r++) {
        double own = value_of(a->compare, scenario, estimate->scheduler, r, metric);
        double base = value_of(a->compare, scenario, a->options->baseline, r, metric);
        if (!isnan(own) && !isnan(base)) {
            a->values[estimate->pairs] = base;
            a->pairs[estimate->pairs++] = own - base;
        }
    }
    estimate->baseline = gs_mean(a->values, estimate->pairs);
    GPUSIM_TRY(gs_t_test_make(a->pairs, estimate->pairs, a->options->level, &test, err));
    GPUSIM_TRY(gs_bootstrap_mean(a->pairs, estimate->pairs, a->options->level,
                                 a->options->resamples, stream_of(a, estimate, 1), &bootstrap,
                                 err));
    estimate->difference = test.mean;
    estimate->difference_low = test.low;
    estimate->difference_high = test.high;
    estimate->difference_boot_low = bootstrap.low;
    estimate->difference_boot_high = bootstrap.high;
    estimate->t = test.t;
    estimate->df = test.df;
    estimate->p = test.p;
cleanup:
    return status;
}

static int is_primary(const gpusim_compare_options *options, uint32_t metric)
{
    for (uint32_t i = 0; i < options->primary_count; i++) {
        if (options->primary[i] == metric) {
            return 1;
        }
    }
    return 0;
}

static gpusim_compare_verdict verdict_of(const analysis *a, const gpusim_compare_estimate *estimate)
{
    const gpusim_compare_metric *metric =
        &GS_AT(a->compare->metrics, gpusim_compare_metric, estimate->metric);
    if (isnan(estimate->p_holm)) {
        return GPUSIM_VERDICT_NONE;
    }
    if (estimate->p_holm > 1 - a->options->level || estimate->difference == 0) {
        return GPUSIM_VERDICT_OPEN;
    }
    if (metric->better == 0) {
        return GPUSIM_VERDICT_DIFFERENT;
    }
    return (estimate->difference > 0) == (metric->better > 0) ? GPUSIM_VERDICT_BETTER
                                                              : GPUSIM_VERDICT_WORSE;
}

// the family of one scenario
static gpusim_status correct(const analysis *a, gpusim_compare_estimate *estimates, uint32_t count,
                             gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    double *p = NULL;
    GPUSIM_TRY(gs_allocate(&p, count, sizeof *p, err));
    for (uint32_t i = 0; i < count; i++) {
        int tested = estimates[i].scheduler != a->options->baseline &&
                     is_primary(a->options, estimates[i].metric);
        p[i] = tested ? estimates[i].p : (double)NAN;
    }
    GPUSIM_TRY(gs_holm(p, count, p, err));
    for (uint32_t i = 0; i < count; i++) {
        estimates[i].p_holm = p[i];
        estimates[i].verdict = verdict_of(a, &estimates[i]);
    }
cleanup:
    gs_release(&p);
    return status;
}

static gpusim_status check_options(const gpusim_compare *compare,
                                   const gpusim_compare_options *options, gpusim_error *err)
{
    int wrong = !compare->runs || options->baseline >= compare->schedulers.count ||
                options->metric_count == 0;
    for (uint32_t i = 0; i < options->metric_count; i++) {
        wrong |= options->metrics[i] >= compare->metrics.count;
    }
    return wrong ? gpusim_fail(err, GPUSIM_ARGUMENT,
                               "an analysis needs runs, a baseline among them, and metrics")
                 : GPUSIM_OK;
}

gpusim_status gpusim_compare_analyse(gpusim_compare *compare, const gpusim_compare_options *asked,
                                     const gpusim_compare_estimate **estimates, uint32_t *count,
                                     gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gpusim_compare_options options;
    gpusim_compare_options_default(&options);
    memcpy(&options, asked, asked->size < sizeof options ? asked->size : sizeof options);
    analysis a = {.compare = compare, .options = &options};
    GPUSIM_TRY(check_options(compare, &options, err));
    uint32_t row = options.metric_count * compare->schedulers.count;
    gs_release(&compare->estimates);
    GPUSIM_TRY(gs_allocate(&compare->estimates, (size_t)row * compare->scenarios.count,
                           sizeof *compare->estimates, err));
    GPUSIM_TRY(gs_allocate(&a.values, compare->seeds.count, sizeof *a.values, err));
    GPUSIM_TRY(gs_allocate(&a.pairs, compare->seeds.count, sizeof *a.pairs, err));

    for (uint32_t scenario = 0; scenario < compare->scenarios.count; scenario++) {
        gpusim_compare_estimate *first = compare->estimates + (size_t)scenario * row;
        for (uint32_t i = 0; i < row; i++) {
            first[i].scenario = scenario;
            first[i].metric = options.metrics[i / compare->schedulers.count];
            first[i].scheduler = i % compare->schedulers.count;
            GPUSIM_TRY(estimate_level(&a, &first[i], err));
            GPUSIM_TRY(estimate_difference(&a, &first[i], err));
        }
        GPUSIM_TRY(correct(&a, first, row, err));
    }
    *estimates = compare->estimates;
    *count = row * compare->scenarios.count;
cleanup:
    gs_release(&a.values);
    gs_release(&a.pairs);
    return status;
}

/* ---- the table ---- */

#define FIELD(member_, type_, doc_)                                                                \
    {                                                                                              \
        .name = #member_, .type = GPUSIM_##type_,                                                  \
        .offset = (uint32_t)offsetof(gpusim_compare_estimate, member_), .flags = GPUSIM_OPTIONAL,  \
        .doc = (doc_)                                                                              \
    }

static const gpusim_field estimate_fields[] = {
    FIELD(count, UINT32, "Replications that have a value."),
    FIELD(mean, FLOAT64, "Over replications."),
    FIELD(deviation, FLOAT64, "Standard deviation over replications (n - 1)."),
    FIELD(low, FLOAT64, "Student's interval of the mean, from ..."),
    FIELD(high, FLOAT64, "... to."),
    FIELD(boot_low, FLOAT64, "The BCa bootstrap's, from ..."),
    FIELD(boot_high, FLOAT64, "... to."),
    FIELD(pairs, UINT32, "Replications in which the baseline has a value, too."),
    FIELD(baseline, FLOAT64, "The baseline's mean over those."),
    FIELD(difference, FLOAT64, "Mean of this less the baseline's, of the same replication."),
    FIELD(difference_low, FLOAT64, "Student's interval of it, from ..."),
    FIELD(difference_high, FLOAT64, "... to."),
    FIELD(difference_boot_low, FLOAT64, "The BCa bootstrap's, from ..."),
    FIELD(difference_boot_high, FLOAT64, "... to."),
    FIELD(t, FLOAT64, "Of the paired t test."),
    FIELD(df, FLOAT64, "Its degrees of freedom."),
    FIELD(p, FLOAT64, "Two-sided, of this difference alone."),
    FIELD(p_holm, FLOAT64, "Corrected for the family; none outside it."),
};
static const gpusim_record estimate_record = {
    "estimate", GPUSIM_FIELDS(estimate_fields), sizeof(gpusim_compare_estimate),
    "A scheduler in a scenario, by one metric, beside the baseline."};

const gpusim_record *gpusim_compare_estimate_record(void)
{
    return &estimate_record;
}
