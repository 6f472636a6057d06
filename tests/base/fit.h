/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goodness of fit: Kolmogorov-Smirnov and chi-square, against GSL's distribution functions. */
#ifndef TESTS_BASE_FIT_H
#define TESTS_BASE_FIT_H

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_sort.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "harness.h"

/* Seeds are fixed, so a sound generator passes always; the level is what one in a thousand of sound
 * generators would fail when the seed is first chosen. */
#define FIT_LEVEL 1e-3

typedef double (*fit_cdf)(double x, const double *parameters);

/* Probability that a sample of this distribution deviates as much (Kolmogorov's limit, n large).
 * Sorts the values. */
static inline double fit_ks(double *values, size_t count, fit_cdf cdf, const double *parameters)
{
    gsl_sort(values, 1, count);
    double largest = 0;
    for (size_t i = 0; i < count; i++) {
        double p = cdf(values[i], parameters);
        double above = (double)(i + 1) / (double)count - p;
        double below = p - (double)i / (double)count;
        largest = fmax(largest, fmax(above, below));
    }
    double x = largest * (sqrt((double)count) + 0.12 + 0.11 / sqrt((double)count));
    double sum = 0;
    for (int k = 1; k < 100; k++) {
        sum += (k % 2 ? 2 : -2) * exp(-2.0 * k * k * x * x);
    }
    return x < 0.2 ? 1 : sum;
}

/* Probability of counts that deviate as much from equal expectations, or less: both ends are bad.
 */
static inline double fit_chi_square(const uint64_t *counts, const double *expected, size_t cells)
{
    double sum = 0;
    for (size_t i = 0; i < cells; i++) {
        double deviation = (double)counts[i] - expected[i];
        sum += deviation * deviation / expected[i];
    }
    double p = gsl_cdf_chisq_P(sum, (double)(cells - 1));
    double q = gsl_cdf_chisq_Q(sum, (double)(cells - 1));
    return 2 * fmin(p, q);
}

static inline double fit_equal(const uint64_t *counts, size_t cells, double total)
{
    double *expected = malloc(cells * sizeof *expected);
    for (size_t i = 0; i < cells; i++) {
        expected[i] = total / (double)cells;
    }
    double p = fit_chi_square(counts, expected, cells);
    free(expected);
    return p;
}

#define ASSERT_FITS(p, ...)                                                                        \
    do {                                                                                           \
        double p_ = (p);                                                                           \
        char what_[160];                                                                           \
        snprintf(what_, sizeof what_, __VA_ARGS__);                                                \
        ck_assert_msg(p_ > FIT_LEVEL, "%s: p = %g", what_, p_);                                    \
    } while (0)

#endif
