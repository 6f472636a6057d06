/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Work = rate x time, exact. */
#include "base/work.h"

#include <math.h>

__extension__ typedef unsigned __int128 gs_product;

/* 2^63: what does not fit in a gpusim_time */
#define GS_TIME_LIMIT 9223372036854775808.0

gpusim_time gs_work_done(double rate, gpusim_time span, double *carried)
{
    if (rate == 1 || span <= 0 || !(rate > 0)) {
        return rate == 1 && span > 0 ? span : 0;
    }
    if (rate * (double)span >= GS_TIME_LIMIT) {
        return GPUSIM_TIME_MAX;
    }

    // the rate is a whole number over 2^shift, and so is the product
    int exponent;
    double mantissa = frexp(rate, &exponent);
    int shift = 53 - exponent;
    gs_product product = (gs_product)(uint64_t)ldexp(mantissa, 53) * (uint64_t)span;
    gs_product whole = 0, rest = product;
    if (shift <= 0) {
        whole = product << -shift;
        rest = 0;
    } else if (shift < 128) {
        whole = product >> shift;
        rest = product - (whole << shift);
    }
    *carried += ldexp((double)rest, -shift);
    if (*carried >= 1) {
        *carried -= 1;
        whole++;
    }
    return whole < (gs_product)GPUSIM_TIME_MAX ? (gpusim_time)whole : GPUSIM_TIME_MAX;
}

// work that a span brings beyond what is asked for, below 0 when it is not enough
static double beyond(double rate, gpusim_time span, gpusim_time work, double carried)
{
    gpusim_time whole = gs_work_done(rate, span, &carried);
    return (double)(whole - work) + carried;
}

gpusim_time gs_work_span(double rate, gpusim_time work, double carried)
{
    if (work <= 0 || rate == 1) {
        return work > 0 ? work : 0;
    }
    double about = ((double)work - carried) / rate;
    if (!(about < GS_TIME_LIMIT / 2)) {
        return GPUSIM_TIME_MAX; // in 146 years, or never
    }

    // a double knows 53 bits of it: what is wrong about those is made good, then the last ns
    gpusim_time span = (gpusim_time)about;
    span -= (gpusim_time)(beyond(rate, span, work, carried) / rate);
    while (span > 0 && beyond(rate, span - 1, work, carried) >= 0) {
        span--;
    }
    while (beyond(rate, span, work, carried) < 0) {
        span++;
    }
    return span;
}
