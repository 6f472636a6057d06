/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Numbers to text and back: short cases exactly in integers and doubles, long ones through the C
 * locale's strtod, which rounds correctly. */
#define _GNU_SOURCE // strtod_l
#include "base/number.h"

#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// No double lies closer to a halfway point than 767 significant digits can tell; what follows
// matters only in that it is not zero.
#define DIGITS_MAX 780

// A decimal taken apart: +-0.d1 d2 ... dn x 10^point, d1 and dn not zero.
typedef struct decimal {
    char digits[DIGITS_MAX + 1];
    int count;
    int64_t point;
    int negative;
} decimal;

// the exponent "e-12" at *at; 0 when it is malformed. Saturates far beyond what a double can be.
static int read_exponent(const char **at, const char *end, int64_t *exponent)
{
    const char *next = *at + 1;
    int negative = next < end && *next == '-';
    next += negative || (next < end && *next == '+');
    if (next == end) {
        return 0;
    }
    int64_t sum = 0;
    for (; next < end; next++) {
        if (*next < '0' || *next > '9') {
            return 0;
        }
        if (sum < INT64_C(100000000000000)) {
            sum = sum * 10 + (*next - '0');
        }
    }
    *exponent = negative ? -sum : sum;
    *at = next;
    return 1;
}

// takes the text apart; 0 when it is no number
static int read_decimal(const char *text, size_t length, decimal *d)
{
    const char *at = text;
    const char *end = text + length;
    d->count = 0;
    d->point = 0;
    d->negative = at < end && *at == '-';
    at += d->negative || (at < end && *at == '+');

    // digits around at most one point; zeros in front only move the point
    int any = 0;
    int fraction = 0;
    int sticky = 0;
    for (; at < end && ((*at >= '0' && *at <= '9') || (*at == '.' && !fraction)); at++) {
        if (*at == '.') {
            fraction = 1;
            continue;
        }
        any = 1;
        if (d->count == 0 && *at == '0') {
            d->point -= fraction;
            continue;
        }
        d->point += !fraction;
        if (d->count < DIGITS_MAX) {
            d->digits[d->count++] = *at;
        } else {
            sticky |= *at != '0';
        }
    }
    if (!any) {
        return 0;
    }
    if (sticky) {
        d->digits[d->count++] = '1';
    }
    while (d->count > 0 && d->digits[d->count - 1] == '0') {
        d->count--;
    }

    if (at < end) {
        int64_t exponent = 0;
        if ((*at != 'e' && *at != 'E') || !read_exponent(&at, end, &exponent)) {
            return 0;
        }
        d->point += exponent;
    }
    return at == end;
}

static const double exact_powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                      1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                      1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

// Clinger's fast path: an integer below 2^53 and a power of ten up to 22 are both exact, so that
// one operation rounds once. Returns 0 when the number is not of this kind.
static int convert_fast(const decimal *d, double *value)
{
    int64_t power = d->point - d->count;
    if (d->count > 15 || power < -22 || power > 22) {
        return 0;
    }
    uint64_t integer = 0;
    for (int i = 0; i < d->count; i++) {
        integer = integer * 10 + (uint64_t)(d->digits[i] - '0');
    }
    double exact = (double)integer;
    *value = power < 0 ? exact / exact_powers[-power] : exact * exact_powers[power];
    return 1;
}

// everything else: written anew without a point, so that strtod sees one form only
static int convert_slow(const decimal *d, double *value)
{
    if (d->point > 400 || d->point < -400) {
        *value = 0;
        return d->point < 0;
    }
    char text[DIGITS_MAX + 16];
    snprintf(text, sizeof text, "%.*se%d", d->count, d->digits, (int)d->point - d->count);
    locale_t c = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    if (!c) {
        return 0;
    }
    *value = strtod_l(text, NULL, c);
    freelocale(c);
    return isfinite(*value);
}

int gs_parse_double(const char *text, size_t length, double *value)
{
    decimal d;
    double magnitude = 0;
    if (!read_decimal(text, length, &d) ||
        (d.count > 0 && !convert_fast(&d, &magnitude) && !convert_slow(&d, &magnitude))) {
        return 0;
    }
    *value = d.negative ? -magnitude : magnitude;
    return 1;
}

int gs_parse_uint64(const char *text, size_t length, uint64_t *value)
{
    size_t i = length > 0 && text[0] == '+';
    if (i == length) {
        return 0;
    }
    uint64_t sum = 0;
    for (; i < length; i++) {
        if (text[i] < '0' || text[i] > '9' || __builtin_mul_overflow(sum, UINT64_C(10), &sum) ||
            __builtin_add_overflow(sum, (uint64_t)(text[i] - '0'), &sum)) {
            return 0;
        }
    }
    *value = sum;
    return 1;
}

int gs_parse_int64(const char *text, size_t length, int64_t *value)
{
    int negative = length > 0 && text[0] == '-';
    uint64_t magnitude = 0;
    if ((negative && length > 1 && text[1] == '+') ||
        !gs_parse_uint64(text + negative, length - (size_t)negative, &magnitude) ||
        magnitude > (uint64_t)INT64_MAX + (uint64_t)negative) {
        return 0;
    }
    *value = negative ? (int64_t)(0 - magnitude) : (int64_t)magnitude;
    return 1;
}

// The digits (no zeros at their end) and decimal exponent of a finite value > 0: as many as reading
// back needs. Only digits are taken from printf, whatever the locale puts between them.
static int shortest_digits(double value, char digits[18], int *exponent)
{
    // 15 digits survive the way to a normal double and back, so fewer than those need no trial
    for (int precision = value < 2.3e-308 ? 1 : 15;; precision++) {
        char text[64];
        snprintf(text, sizeof text, "%.*e", precision - 1, value);
        int count = 0;
        const char *at = text;
        for (; *at != 'e'; at++) {
            if (*at >= '0' && *at <= '9') {
                digits[count++] = *at;
            }
        }
        int64_t power = 0;
        (void)gs_parse_int64(at + 1, strlen(at + 1), &power);
        *exponent = (int)power;

        snprintf(text, sizeof text, "%.*se%d", count, digits, *exponent - count + 1);
        double back = 0;
        if (precision == 17 || (gs_parse_double(text, strlen(text), &back) && back == value)) {
            while (count > 1 && digits[count - 1] == '0') {
                count--;
            }
            return count;
        }
    }
}

int gs_print_double(double value, char *buffer, int size)
{
    size_t room = size > 0 ? (size_t)size : 0;
    const char *sign = signbit(value) ? "-" : "";
    if (isnan(value)) {
        return snprintf(buffer, room, "nan");
    }
    if (isinf(value)) {
        return snprintf(buffer, room, "%sinf", sign);
    }

    // whole numbers are exact as integers
    double magnitude = signbit(value) ? -value : value;
    if (magnitude < 9007199254740992.0 && magnitude == (double)(uint64_t)magnitude) {
        return snprintf(buffer, room, "%s%llu", sign, (unsigned long long)magnitude);
    }

    char digits[18];
    int exponent = 0;
    int count = shortest_digits(magnitude, digits, &exponent);
    if (exponent >= 0 && exponent < count - 1) {
        int whole = exponent + 1;
        return snprintf(buffer, room, "%s%.*s.%.*s", sign, whole, digits, count - whole,
                        digits + whole);
    }
    if (exponent < 0 && exponent >= -5) {
        return snprintf(buffer, room, "%s0.%.*s%.*s", sign, -exponent - 1, "0000", count, digits);
    }
    if (count == 1) {
        return snprintf(buffer, room, "%s%ce%d", sign, digits[0], exponent);
    }
    return snprintf(buffer, room, "%s%c.%.*se%d", sign, digits[0], count - 1, digits + 1, exponent);
}
