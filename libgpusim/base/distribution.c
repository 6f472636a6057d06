/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From what a user wrote to a distribution that can be drawn from, and its expectation. */
#include "base/distribution.h"

#include <math.h>

#include "base/distribution_fields.h"

static const double infinite = (double)INFINITY;

static gpusim_status invalid(gpusim_error *err, const char *kind, const char *message)
{
    return gpusim_fail(err, GPUSIM_SCENARIO, "%s: %s", kind, message);
}

static int positive(double value)
{
    return value > 0 && value < infinite;
}

gs_distribution gs_distribution_constant(double value)
{
    return (gs_distribution){.kind = GS_CONSTANT, .a = value, .mean = value};
}

static gpusim_status make_uniform(const gs_uniform_fields *f, gs_distribution *d, gpusim_error *err)
{
    if (!(isfinite(f->min) && isfinite(f->max) && f->min < f->max)) {
        return invalid(err, "uniform", "min must be below max");
    }
    d->a = f->min;
    d->b = f->max;
    d->mean = 0.5 * f->min + 0.5 * f->max;
    return GPUSIM_OK;
}

static gpusim_status make_exponential(const gs_exponential_fields *f, gs_distribution *d,
                                      gpusim_error *err)
{
    if (!positive(f->mean)) {
        return invalid(err, "exponential", "the mean must be above 0");
    }
    d->a = d->mean = f->mean;
    return GPUSIM_OK;
}

// mean = median exp(sigma^2 / 2)
static gpusim_status make_lognormal(const gs_lognormal_fields *f, gs_distribution *d,
                                    gpusim_error *err)
{
    if (!positive(f->median)) {
        return invalid(err, "lognormal", "the median must be above 0");
    }
    if (isnan(f->mean) == isnan(f->sigma)) {
        return invalid(err, "lognormal", "give either sigma or the mean beside the median");
    }
    if (!isnan(f->mean) && !(f->mean > f->median && f->mean < infinite)) {
        return invalid(err, "lognormal", "the mean must be above the median");
    }
    if (!isnan(f->sigma) && !positive(f->sigma)) {
        return invalid(err, "lognormal", "sigma must be above 0");
    }
    d->a = f->median;
    d->b = isnan(f->sigma) ? sqrt(2 * gpusim_log(f->mean / f->median)) : f->sigma;
    d->mean = isnan(f->mean) ? f->median * gpusim_exp(0.5 * f->sigma * f->sigma) : f->mean;
    return GPUSIM_OK;
}

// Gamma(x) for x >= 1: Stirling's series from 12 on, and the recurrence down from there
static double gamma_function(double x)
{
    double below = 1;
    while (x < 12) {
        below *= x;
        x += 1;
    }
    double q = 1 / (x * x);
    double series = (1.0 / 12 - q * (1.0 / 360 - q * (1.0 / 1260 - q * (1.0 / 1680)))) / x;
    const double half_log_2_pi = 0.91893853320467274178;
    return gpusim_exp((x - 0.5) * gpusim_log(x) - x + half_log_2_pi + series) / below;
}

static gpusim_status make_weibull(const gs_weibull_fields *f, gs_distribution *d, gpusim_error *err)
{
    if (!positive(f->scale) || !positive(f->shape)) {
        return invalid(err, "weibull", "scale and shape must be above 0");
    }
    d->a = f->scale;
    d->b = 1 / f->shape;
    d->mean = f->scale * gamma_function(1 + d->b);
    return GPUSIM_OK;
}

// (1 - e^-t) / t, also where t is small
static double decay(double t)
{
    if (fabs(t) < 1e-2) {
        return 1 - t / 2 * (1 - t / 3 * (1 - t / 4 * (1 - t / 5 * (1 - t / 6 * (1 - t / 7)))));
    }
    return (1 - gpusim_exp(-t)) / t;
}

// F(x) = (1 - (L/x)^shape) / (1 - (L/H)^shape)
static gpusim_status make_pareto(const gs_pareto_fields *f, gs_distribution *d, gpusim_error *err)
{
    if (!positive(f->minimum) || !positive(f->shape)) {
        return invalid(err, "pareto", "minimum and shape must be above 0");
    }
    d->a = f->minimum;
    d->b = -1 / f->shape;
    if (isnan(f->maximum)) {
        d->c = 1;
        d->d = infinite;
        d->mean = f->shape > 1 ? f->minimum * f->shape / (f->shape - 1) : infinite;
        return GPUSIM_OK;
    }
    if (!(f->maximum > f->minimum && f->maximum < infinite)) {
        return invalid(err, "pareto", "the maximum must be above the minimum");
    }

    // E = L shape (1 - q^(shape - 1)) / ((shape - 1) (1 - q^shape)), q = L/H
    double log_ratio = gpusim_log(f->maximum) - gpusim_log(f->minimum);
    d->c = decay(f->shape * log_ratio) * f->shape * log_ratio;
    d->d = f->maximum;
    d->mean = f->minimum * decay((f->shape - 1) * log_ratio) / decay(f->shape * log_ratio);
    return GPUSIM_OK;
}

static gpusim_status make_gamma(const gs_gamma_fields *f, gs_distribution *d, gpusim_error *err)
{
    if (!positive(f->mean) || !positive(f->shape)) {
        return invalid(err, "gamma", "mean and shape must be above 0");
    }
    d->a = f->shape;
    d->b = f->mean / f->shape;
    d->mean = f->mean;
    return GPUSIM_OK;
}

// Expectation of a standard normal between two limits, by Simpson's rule where the density is.
static double truncated_mean(double low, double high)
{
    double mode = low > 0 ? low : high < 0 ? high : 0;
    double reach = 40 / (fabs(mode) > 4 ? fabs(mode) : 4);
    double from = low > mode - reach ? low : mode - reach;
    double step = ((high < mode + reach ? high : mode + reach) - from) / 2000;
    double sum = 0, moment = 0;
    for (int i = 0; i <= 2000; i++) {
        double away = from + step * i - mode;
        double weight = (i == 0 || i == 2000 ? 1
                         : i % 2             ? 4
                                             : 2) *
                        gpusim_exp(-away * (0.5 * away + mode));
        sum += weight;
        moment += weight * away;
    }
    return mode + moment / sum;
}

static gpusim_status make_normal(const gs_normal_fields *f, gpusim_unit unit, gs_distribution *d,
                                 gpusim_error *err)
{
    if (!isfinite(f->mean) || !positive(f->sd)) {
        return invalid(err, "normal", "sd must be above 0");
    }

    // what measures something ends at 0 unless the user says otherwise, and a ratio at 1
    double lowest = unit == GPUSIM_UNIT_NONE ? -infinite : 0;
    double highest = unit == GPUSIM_UNIT_RATIO ? 1 : infinite;
    double min = isnan(f->min) ? lowest : f->min;
    double max = isnan(f->max) ? highest : f->max;
    if (!(min < max)) {
        return invalid(err, "normal", "min must be below max");
    }
    d->a = f->mean;
    d->b = f->sd;
    d->c = min;
    d->d = max;
    d->mean = f->mean;
    if (isfinite(min) || isfinite(max)) {
        d->mean += f->sd * truncated_mean((min - f->mean) / f->sd, (max - f->mean) / f->sd);
    }
    return GPUSIM_OK;
}

// E = integral of exp(-H(t)), over the logarithm of t: both ends decay fast
static double bathtub_mean(const gs_distribution *d)
{
    const double *v = d->values;
    const int steps = 20000;
    double top = gpusim_log(gs_distribution_age(d, 740));
    double step = 60.0 / steps, sum = 0;
    for (int i = 0; i < steps; i++) {
        double t = gpusim_exp(top - step * i);
        double hazard = gpusim_pow(t / v[0], v[1]) + t / v[2] + gpusim_pow(t / v[3], v[4]);
        sum += t * gpusim_exp(-hazard);
    }
    return sum * step;
}

static gpusim_status make_bathtub(const gs_bathtub_fields *f, gs_arena *arena, gs_distribution *d,
                                  gpusim_error *err)
{
    if (!positive(f->early_scale) || !positive(f->mean) || !positive(f->wear_scale)) {
        return invalid(err, "bathtub", "scales and mean must be above 0");
    }
    if (!(f->early_shape > 0 && f->early_shape <= 1)) {
        return invalid(err, "bathtub", "early_shape must be above 0 and at most 1");
    }
    if (!(f->wear_shape > 1 && f->wear_shape <= 100)) {
        return invalid(err, "bathtub", "wear_shape must be above 1 and at most 100");
    }
    double *values = gs_arena_get(arena, 5 * sizeof *values);
    if (!values) {
        return gpusim_fail(err, GPUSIM_MEMORY, "no memory for a distribution");
    }
    values[0] = f->early_scale;
    values[1] = f->early_shape;
    values[2] = f->mean;
    values[3] = f->wear_scale;
    values[4] = f->wear_shape;
    d->values = values;
    d->mean = bathtub_mean(d);
    return GPUSIM_OK;
}

static gpusim_status make_choice(const gpusim_list *list, gpusim_unit unit, gs_arena *arena,
                                 gs_distribution *d, gpusim_error *err)
{
    const gs_choice_fields *items = list->items;
    double *values = gs_arena_get(arena, list->count * sizeof *values);
    double *upto = gs_arena_get(arena, list->count * sizeof *upto);
    if (!values || !upto) {
        return gpusim_fail(err, GPUSIM_MEMORY, "no memory for %u choices", list->count);
    }
    double sum = 0;
    for (uint32_t i = 0; i < list->count; i++) {
        gpusim_status status = gpusim_quantity_parse(items[i].key, unit, &values[i], err);
        if (status != GPUSIM_OK) {
            if (err) {
                err->status = GPUSIM_SCENARIO;
            }
            return GPUSIM_SCENARIO;
        }
        if (!isfinite(values[i]) || (values[i] < 0 && unit != GPUSIM_UNIT_NONE)) {
            return gpusim_fail(err, GPUSIM_SCENARIO, "choice: '%s' is negative", items[i].key);
        }
        if (values[i] > 1 && unit == GPUSIM_UNIT_RATIO) {
            return gpusim_fail(err, GPUSIM_SCENARIO, "choice: '%s' is more than 1", items[i].key);
        }
        if (!(items[i].weight >= 0 && items[i].weight < infinite)) {
            return gpusim_fail(err, GPUSIM_SCENARIO, "choice: the weight of '%s' is negative",
                               items[i].key);
        }
        sum += items[i].weight;
        upto[i] = sum;
    }
    if (!positive(sum)) {
        return invalid(err, "choice", "at least one weight must be above 0");
    }

    // what has no weight at the end must not get what rounding leaves over
    for (uint32_t i = 0; i < list->count; i++) {
        d->mean += values[i] * (items[i].weight / sum);
        upto[i] = upto[i] == sum ? 1 : upto[i] / sum;
    }
    d->values = values;
    d->upto = upto;
    d->count = list->count;
    return GPUSIM_OK;
}

static gpusim_status make_empirical(const gpusim_list *list, gs_arena *arena, gs_distribution *d,
                                    gpusim_error *err)
{
    const double *items = list->items;
    double *values = gs_arena_get(arena, list->count * sizeof *values);
    if (!values) {
        return gpusim_fail(err, GPUSIM_MEMORY, "no memory for %u values", list->count);
    }
    if (list->count == 0) {
        return invalid(err, "empirical", "at least one value is needed");
    }
    for (uint32_t i = 0; i < list->count; i++) {
        values[i] = items[i];
        d->mean += (items[i] - d->mean) / (i + 1);
    }
    d->values = values;
    d->count = list->count;
    return GPUSIM_OK;
}

gpusim_status gs_distribution_make(const gpusim_one_of *written, gpusim_unit unit, gs_arena *arena,
                                   gs_distribution *distribution, gpusim_error *err)
{
    *distribution = (gs_distribution){.kind = (int32_t)written->which};
    if (!written->value) {
        return gpusim_fail(err, GPUSIM_SCENARIO, "a distribution or a value is needed");
    }
    switch ((gs_distribution_kind)written->which) {
    case GS_CONSTANT:
        *distribution = gs_distribution_constant(*(const double *)written->value);
        return GPUSIM_OK;
    case GS_UNIFORM:
        return make_uniform(written->value, distribution, err);
    case GS_EXPONENTIAL:
        return make_exponential(written->value, distribution, err);
    case GS_LOGNORMAL:
        return make_lognormal(written->value, distribution, err);
    case GS_WEIBULL:
        return make_weibull(written->value, distribution, err);
    case GS_PARETO:
        return make_pareto(written->value, distribution, err);
    case GS_GAMMA:
        return make_gamma(written->value, distribution, err);
    case GS_NORMAL:
        return make_normal(written->value, unit, distribution, err);
    case GS_CHOICE:
        return make_choice(written->value, unit, arena, distribution, err);
    case GS_EMPIRICAL:
        return make_empirical(written->value, arena, distribution, err);
    case GS_BATHTUB:
        return make_bathtub(written->value, arena, distribution, err);
    }
    return gpusim_fail(err, GPUSIM_INTERNAL, "no distribution has number %u", written->which);
}

double gs_distribution_least(const gs_distribution *d)
{
    double least = d->kind == GS_CONSTANT || d->kind == GS_UNIFORM ? d->a : infinite;
    for (uint32_t i = 0; i < d->count; i++) {
        least = d->values[i] < least ? d->values[i] : least;
    }
    return least;
}

double gs_distribution_mean(const gs_distribution *distribution)
{
    return distribution->mean;
}
