/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Draws from distributions: each is a function of distribution, stream and ordinal alone. */
#include <math.h>

#include "base/distribution.h"
#include "base/random.h"

static double limited(double value, double low, double high)
{
    return value < low ? low : value > high ? high : value;
}

// A standard normal between limits: plain rejection around the middle, uniform proposals in narrow
// windows and exponential ones in the tail (Robert, Statistics and Computing 5, 1995).
static double truncated_normal(gs_words *words, double low, double high)
{
    // the lower tail is the upper one mirrored
    if (high < 0) {
        return -truncated_normal(words, -high, -low);
    }
    double mode = low > 0 ? low : 0;
    double rate = 0.5 * (mode + sqrt(mode * mode + 4));
    double narrow = low > 0 ? 2 / rate : 2.5;
    for (;;) {
        double x, log_accept;
        if (high - low < narrow) {
            x = low + gs_next_uniform(words) * (high - low);
            log_accept = 0.5 * (mode - x) * (mode + x);
        } else if (low <= 0) {
            x = gs_next_normal(words);
            if (x >= low && x <= high) {
                return x;
            }
            continue;
        } else {
            x = low + gs_next_exponential(words) / rate;
            if (x > high) {
                continue;
            }
            log_accept = -0.5 * (x - rate) * (x - rate);
        }
        if (gpusim_log(gs_next_uniform(words)) <= log_accept) {
            return x;
        }
    }
}

static double draw_normal(const gs_distribution *d, gpusim_stream stream, uint64_t ordinal)
{
    if (isinf(d->c) && isinf(d->d)) {
        return d->a + d->b * gpusim_draw_normal(stream, ordinal);
    }
    gs_words words = gs_words_of(stream, ordinal);
    double z = truncated_normal(&words, (d->c - d->a) / d->b, (d->d - d->a) / d->b);
    return limited(d->a + d->b * z, d->c, d->d);
}

// the first value whose cumulated weight is above u
static double draw_choice(const gs_distribution *d, double u)
{
    uint32_t low = 0;
    uint32_t high = d->count - 1;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (u < d->upto[middle]) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return d->values[low];
}

// ---- bathtub: values are the scale and shape of early failures, a mean, and those of wear ----

// the logarithm of the integrated hazard at e^u
static double bathtub_log_hazard(const double *v, double u)
{
    double t = gpusim_exp(u);
    return gpusim_log(gpusim_pow(t / v[0], v[1]) + t / v[2] + gpusim_pow(t / v[3], v[4]));
}

// halves an interval that holds the answer until nothing lies within
static double bathtub_age(const double *v, double e)
{
    if (!(e > 0)) {
        return 0;
    }
    double target = gpusim_log(e);
    double high = gpusim_log(v[2]) + target, low = gpusim_log(v[2]) + target - 1;
    while (bathtub_log_hazard(v, high) < target) {
        high += 1;
    }
    while (bathtub_log_hazard(v, low) > target) {
        low -= 1 + 0.5 * fabs(low);
    }
    for (;;) {
        double middle = 0.5 * (low + high);
        if (!(low < middle && middle < high)) {
            return gpusim_exp(high);
        }
        if (bathtub_log_hazard(v, middle) < target) {
            low = middle;
        } else {
            high = middle;
        }
    }
}

double gs_distribution_age(const gs_distribution *d, double e)
{
    switch ((gs_distribution_kind)d->kind) {
    case GS_EXPONENTIAL:
        return d->a * e;
    case GS_WEIBULL:
        return d->a * gpusim_pow(e, d->b);
    case GS_BATHTUB:
        return bathtub_age(d->values, e);
    default:
        return (double)NAN;
    }
}

double gs_distribution_draw(const gs_distribution *d, gpusim_stream stream, uint64_t ordinal)
{
    switch ((gs_distribution_kind)d->kind) {
    case GS_CONSTANT:
        return d->a;
    case GS_UNIFORM:
        return limited(d->a + gpusim_draw_uniform(stream, ordinal) * (d->b - d->a), d->a, d->b);
    case GS_EXPONENTIAL:
        return d->a * gpusim_draw_exponential(stream, ordinal);
    case GS_LOGNORMAL:
        return d->a * gpusim_exp(d->b * gpusim_draw_normal(stream, ordinal));
    case GS_WEIBULL:
        return d->a * gpusim_pow(gpusim_draw_exponential(stream, ordinal), d->b);
    case GS_PARETO:
        return limited(d->a * gpusim_pow(1 - gpusim_draw_uniform(stream, ordinal) * d->c, d->b),
                       d->a, d->d);
    case GS_GAMMA:
        return d->b * gpusim_draw_gamma(stream, ordinal, d->a);
    case GS_NORMAL:
        return draw_normal(d, stream, ordinal);
    case GS_CHOICE:
        return draw_choice(d, gpusim_draw_uniform(stream, ordinal));
    case GS_EMPIRICAL:
        return d->values[gpusim_draw_index(stream, ordinal, d->count)];
    case GS_BATHTUB:
        return gs_distribution_age(d, gpusim_draw_exponential(stream, ordinal));
    }
    return (double)NAN;
}
