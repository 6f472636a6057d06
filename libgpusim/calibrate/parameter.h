/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Parameters that have a range, searched for on the whole line. */
#ifndef GS_CALIBRATE_PARAMETER_H
#define GS_CALIBRATE_PARAMETER_H

#include <gpusim/field.h>

typedef enum gs_parameter_scale {
    GS_SCALE_PLAIN,  /* as it is; the range only bounds intervals */
    GS_SCALE_SHARE,  /* between low and high, by the logistic function */
    GS_SCALE_DECADES /* the same of its logarithm; low > 0 */
} gs_parameter_scale;

typedef struct gs_parameter {
    const char *key, *doc;
    int32_t unit;  /* gpusim_unit */
    int32_t scale; /* gs_parameter_scale */
    double low, high;
} gs_parameter;

/* Coordinates beyond which a parameter counts as at the end of its range. */
#define GS_PARAMETER_END 9.0

/* The value at a coordinate, its derivative there, and the coordinate of a value. */
double gs_parameter_value(const gs_parameter *parameter, double x);
double gs_parameter_slope(const gs_parameter *parameter, double x);
double gs_parameter_at(const gs_parameter *parameter, double value);
/* 1 when the coordinate is at the upper (direction above 0) or lower end of the range. */
int gs_parameter_ends(const gs_parameter *parameter, double x, double direction);

#endif
