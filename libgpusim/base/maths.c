/* SPDX-License-Identifier: GPL-3.0-or-later */
/* exp, log, log1p and pow by table and polynomial (after Tang 1989 and 1990) in plain double
 * arithmetic: the same bits wherever doubles are IEEE 754 and round to nearest.
 *
 * exp: x = k ln2/128 + r, |r| <= ln2/256, so e^x = 2^(k/128) e^r.
 * log: x = 2^k z, z in [0.6875, 1.375), c the centre of z's interval, r = (z - c)/c, |r| <= 2^-7,
 * so log x = k ln2 + log c + log1p(r). Next to 1, c is 1 and r is exact. pow: e^(y log x) with both
 * factors in two parts.
 */
#include <math.h>
#include <stdint.h>
#include <string.h>

#include <gpusim/random.h>

#include "base/maths_tables.h"

#define ROUND    0x1.8p52                     // adding and taking it away rounds to a whole number
#define INFINITE UINT64_C(0x7ff0000000000000) // bits of +infinity
#define ONE_STEP UINT64_C(0x0010000000000000) // 1 in the exponent
#define START    UINT64_C(0x3fe6000000000000) // bits of 0.6875
#define HIGH     ~UINT64_C(0x7ffffff)         // keeps 26 significant bits

static uint64_t to_bits(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

static double from_bits(uint64_t bits)
{
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

// e^(x + more) for -746 < x < 710 and a small `more`
static double exp_sum(double x, double more)
{
    double k = x * PER_LN2_128 + ROUND - ROUND;
    double r = x - k * LN2_128_HIGH - k * LN2_128_LOW + more;
    double r2 = r * r;
    int64_t whole = (int64_t)k;
    int64_t exponent = whole >> 7;
    uint64_t index = (uint64_t)whole & 127;
    double rest = powers[index].rest + r + r2 * (0.5 + r * (1.0 / 6)) +
                  r2 * r2 * (1.0 / 24 + r * (1.0 / 120));

    // near the ends of the range, scaled within it and once more after
    double last = 1;
    if (exponent > 1000) {
        exponent -= 100;
        last = 0x1p100;
    } else if (exponent < -1000) {
        exponent += 200;
        last = 0x1p-200;
    }
    double power = from_bits(to_bits(powers[index].power) + (uint64_t)exponent * ONE_STEP);
    return (power + power * rest) * last;
}

double gpusim_exp(double x)
{
    if (!(x < 709.8)) {
        return x > 0 ? (double)INFINITY : x; // NaN stays NaN
    }
    return x < -745.2 ? 0 : exp_sum(x, 0);
}

// log1p(r) - r for |r| <= 2^-7
static double log1p_rest(double r)
{
    double r2 = r * r;
    return r2 * (-0.5 + r * (1.0 / 3)) +
           r2 * r2 *
               (-0.25 + r * (1.0 / 5) + r2 * (-1.0 / 6 + r * (1.0 / 7)) - r2 * r2 * (1.0 / 8));
}

// takes a positive normal or subnormal x apart
static double reduce(double x, double *k, uint64_t *index)
{
    uint64_t bits = to_bits(x);
    int64_t below = 0;
    if (bits < ONE_STEP) {
        bits = to_bits(x * 0x1p52);
        below = 52;
    }
    uint64_t offset = bits - START;
    *index = (offset >> 45) & 127;
    *k = (double)(((int64_t)offset >> 52) - below);
    return from_bits(bits - (offset & UINT64_C(0xfff0000000000000)));
}

// log(x) + more for a positive finite x and a `more` of a rounding error's size
static double log_sum(double x, double more)
{
    double k;
    uint64_t index;
    double z = reduce(x, &k, &index);
    double r = (z - centres[index].centre) / centres[index].centre;

    // the first sum is exact; what the second loses is caught
    double base = k * LN2_HIGH + centres[index].high;
    double high = base + r;
    double low = base - high + r + (k * LN2_LOW + centres[index].low) + more;
    return high + (low + log1p_rest(r));
}

double gpusim_log(double x)
{
    if (to_bits(x) - 1 >= INFINITE - 1) { // not a positive finite number
        if (x == 0) {
            return -(double)INFINITY;
        }
        return x < 0 ? (double)NAN : x;
    }
    return log_sum(x, 0);
}

double gpusim_log1p(double x)
{
    if (x > -0x1p-7 && x < 0x1p-7) {
        return x + log1p_rest(x);
    }
    if (!(x > -1 && x < 0x1p60)) {
        return x == -1 ? -(double)INFINITY : gpusim_log(x);
    }

    // log of the rounded sum, put right for what rounding it lost
    double sum = 1 + x;
    double lost = x < 1 ? x - (sum - 1) : 1 - (sum - x);
    return log_sum(sum, lost / sum);
}

// log(x) = *high + *low to about 67 bits, for a positive finite x
static void log_parts(double x, double *high, double *low)
{
    double k;
    uint64_t index;
    double z = reduce(x, &k, &index);
    double c = centres[index].centre;

    // the quotient in two parts: c has so few bits that first * c is exact, and then what remains
    double f = z - c;
    double first = from_bits(to_bits(f * centres[index].inverse) & HIGH);
    double second = (f - first * c) * centres[index].inverse;
    double r = first + second;

    // log1p(r): the square of the first part is exact too
    double half = -0.5 * first * first;
    double cubic =
        1.0 / 3 +
        r * (-1.0 / 4 +
             r * (1.0 / 5 +
                  r * (-1.0 / 6 +
                       r * (1.0 / 7 + r * (-1.0 / 8 + r * (1.0 / 9 + r * (-1.0 / 10)))))));
    double base = k * LN2_HIGH + centres[index].high;
    double sum1 = base + first;
    double sum2 = sum1 + half;
    double lost = (base - sum1 + first) + (sum1 - sum2 + half);
    double rest = lost + (k * LN2_LOW + centres[index].low) + second -
                  second * (first + 0.5 * second) + r * r * r * cubic;
    *high = sum2 + rest;
    *low = sum2 - *high + rest;
}

// 1 for an odd whole number, 2 for an even one, 0 for anything else; y is finite
static int parity(double y)
{
    double magnitude = fabs(y);
    if (magnitude >= 0x1p53) {
        return 2;
    }
    uint64_t whole = (uint64_t)magnitude;
    return (double)whole != magnitude ? 0 : whole & 1 ? 1 : 2;
}

// the cases of IEEE 754 in which a result is 0, 1, infinite or NaN whatever the digits; 0 if none
static int pow_special(double x, double y, double *result)
{
    double magnitude = fabs(x);
    if (y == 0 || x == 1) {
        *result = 1;
    } else if (isnan(x) || isnan(y)) {
        *result = x + y;
    } else if (isinf(y)) {
        *result = magnitude == 1 ? 1 : (magnitude > 1) == (y > 0) ? (double)INFINITY : 0;
    } else if (x == 0 || isinf(x)) {
        *result = (x == 0) == (y < 0) ? (double)INFINITY : 0;
        if (signbit(x) && parity(y) == 1) {
            *result = -*result;
        }
    } else if (x < 0 && parity(y) == 0) {
        *result = (double)NAN;
    } else {
        return 0;
    }
    return 1;
}

double gpusim_pow(double x, double y)
{
    // for a positive finite x and a finite y nothing is special
    double sign = 1;
    if (to_bits(x) - 1 >= INFINITE - 1 || !isfinite(y)) {
        double result;
        if (pow_special(x, y, &result)) {
            return result;
        }
        sign = parity(y) == 1 ? -1 : 1;
    }
    double high, low;
    log_parts(fabs(x), &high, &low);

    // y log x in two parts, the first one exact
    double product = y * high;
    if (!(product < 710)) {
        return sign * (double)INFINITY;
    }
    if (product < -746) {
        return sign * 0.0;
    }
    double y1 = from_bits(to_bits(y) & HIGH);
    double l1 = from_bits(to_bits(high) & HIGH);
    return sign * exp_sum(y1 * l1, (y - y1) * l1 + y * (high - l1 + low));
}
