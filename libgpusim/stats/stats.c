/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Means, quantiles and intervals. */
#include "stats/stats.h"

#include <gsl/gsl_cdf.h>
#include <math.h>

#include "base/gsl.h"

void gs_sum_add(gs_sum *sum, double value)
{
    double total = sum->sum + value;
    if (fabs(sum->sum) >= fabs(value)) {
        sum->rest += sum->sum - total + value;
    } else {
        sum->rest += value - total + sum->sum;
    }
    sum->sum = total;
}

double gs_sum_value(const gs_sum *sum)
{
    return isfinite(sum->sum) ? sum->sum + sum->rest : sum->sum;
}

double gs_mean(const double *values, size_t count)
{
    gs_sum sum = {0};
    for (size_t i = 0; i < count; i++) {
        gs_sum_add(&sum, values[i]);
    }
    return count ? gs_sum_value(&sum) / (double)count : (double)NAN;
}

double gs_variance(const double *values, size_t count)
{
    if (count < 2) {
        return (double)NAN;
    }
    double mean = gs_mean(values, count);
    gs_sum squares = {0};
    gs_sum rest = {0}; // of deviations: what rounding the mean has left
    for (size_t i = 0; i < count; i++) {
        double deviation = values[i] - mean;
        gs_sum_add(&squares, deviation * deviation);
        gs_sum_add(&rest, deviation);
    }
    double shift = gs_sum_value(&rest);
    double n = (double)count;
    return (gs_sum_value(&squares) - shift * shift / n) / (n - 1);
}

double gs_standard_error(const double *values, size_t count)
{
    return sqrt(gs_variance(values, count) / (double)count);
}

static void swap(double *a, double *b)
{
    double keep = *a;
    *a = *b;
    *b = keep;
}

// Hoare's partition of values[low..high] around a pivot that an opponent cannot foresee: afterwards
// values[low..*last - 1] <= values[*first..high], and what lies between is the pivot.
static void partition(double *values, size_t low, size_t high, uint64_t *random, size_t *last,
                      size_t *first)
{
    *random = *random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    double pivot = values[low + (*random >> 11) % (high - low + 1)];
    size_t i = low;
    size_t j = high + 1; // one past, so that it cannot fall below zero
    while (i < j) {
        if (values[i] < pivot) {
            i++;
        } else if (values[j - 1] > pivot) {
            j--;
        } else if (i + 1 == j) { // the last one to look at is the pivot itself
            *last = i;
            *first = j;
            return;
        } else {
            swap(&values[i++], &values[--j]);
        }
    }
    *last = *first = i;
}

// Puts the value of rank k at values[k], none larger before it and none smaller after it (Hoare's
// find); O(n) on average whatever the values.
static double select_rank(double *values, size_t count, size_t k)
{
    size_t low = 0;
    size_t high = count - 1;
    uint64_t random = count;
    while (low < high) {
        size_t last, first;
        partition(values, low, high, &random, &last, &first);
        if (k < last) {
            high = last - 1;
        } else if (k >= first) {
            low = first;
        } else {
            break;
        }
    }
    return values[k];
}

double gs_quantile(double *values, size_t count, double p)
{
    if (count == 0) {
        return (double)NAN;
    }

    // h = (n - 1) p lies between two ranks; the upper one is the least of what select left behind
    double h = (double)(count - 1) * p;
    size_t k = (size_t)h;
    double lower = select_rank(values, count, k);
    double part = h - (double)k;
    if (part == 0 || k + 1 == count) {
        return lower;
    }
    double upper = values[k + 1];
    for (size_t i = k + 2; i < count; i++) {
        upper = values[i] < upper ? values[i] : upper;
    }
    return lower + part * (upper - lower);
}

// fills in the half width: Student's t for the interval's count at a level
static gpusim_status add_half_width(gs_interval *interval, double level, gpusim_error *err)
{
    if (!(level > 0 && level < 1)) {
        return gpusim_fail(err, GPUSIM_ARGUMENT, "a confidence level must lie between 0 and 1");
    }
    interval->half_width = (double)INFINITY;
    if (interval->count >= 2) {
        gs_gsl_prepare();
        double t = gsl_cdf_tdist_Pinv(0.5 + 0.5 * level, (double)(interval->count - 1));
        if (!isfinite(t)) {
            return gpusim_fail(err, GPUSIM_INTERNAL, "Student's t has no value at level %g", level);
        }
        interval->half_width = t * interval->standard_error;
    }
    return GPUSIM_OK;
}

gpusim_status gs_replication_interval(const double *values, size_t count, double level,
                                      gs_interval *interval, gpusim_error *err)
{
    *interval = (gs_interval){.mean = gs_mean(values, count),
                              .standard_error = gs_standard_error(values, count),
                              .count = count};
    return add_half_width(interval, level, err);
}

gpusim_status gs_batch_interval(const double *values, size_t count, size_t batches, double level,
                                gs_interval *interval, gpusim_error *err)
{
    if (batches < 2 || count < batches) {
        return gpusim_fail(err, GPUSIM_ARGUMENT, "%zu values do not make %zu batches", count,
                           batches);
    }
    size_t length = count / batches;
    values += count - length * batches;

    // the variance of batch means, each needed once
    double mean = gs_mean(values, length * batches);
    gs_sum squares = {0};
    for (size_t i = 0; i < batches; i++) {
        double deviation = gs_mean(values + i * length, length) - mean;
        gs_sum_add(&squares, deviation * deviation);
    }
    double n = (double)batches;
    *interval = (gs_interval){.mean = mean,
                              .standard_error = sqrt(gs_sum_value(&squares) / (n - 1) / n),
                              .count = batches};
    return add_half_width(interval, level, err);
}
