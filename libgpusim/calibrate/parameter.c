/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Parameters that have a range: value = low + (high - low) / (1 + exp(-x)), or the same of its
 * logarithm. */
#include "calibrate/parameter.h"

#include <math.h>

#include <gpusim/random.h>

static double share_at(double x)
{
    return 1 / (1 + gpusim_exp(-x));
}

double gs_parameter_value(const gs_parameter *parameter, double x)
{
    double low = parameter->low, high = parameter->high;
    switch (parameter->scale) {
    case GS_SCALE_SHARE:
        return low + (high - low) * share_at(x);
    case GS_SCALE_DECADES:
        return low * gpusim_pow(high / low, share_at(x));
    default:
        return x;
    }
}

double gs_parameter_slope(const gs_parameter *parameter, double x)
{
    double share = share_at(x), along = share * (1 - share);
    double low = parameter->low, high = parameter->high;
    switch (parameter->scale) {
    case GS_SCALE_SHARE:
        return (high - low) * along;
    case GS_SCALE_DECADES:
        return gs_parameter_value(parameter, x) * gpusim_log(high / low) * along;
    default:
        return 1;
    }
}

double gs_parameter_at(const gs_parameter *parameter, double value)
{
    double low = parameter->low, high = parameter->high, share;
    switch (parameter->scale) {
    case GS_SCALE_SHARE:
        share = (value - low) / (high - low);
        break;
    case GS_SCALE_DECADES:
        share = gpusim_log(value / low) / gpusim_log(high / low);
        break;
    default:
        return value;
    }
    share = fmin(fmax(share, 1e-4), 1 - 1e-4);
    return gpusim_log(share / (1 - share));
}

int gs_parameter_ends(const gs_parameter *parameter, double x, double direction)
{
    int plain = parameter->scale == GS_SCALE_PLAIN;
    double low = plain ? parameter->low : -GS_PARAMETER_END;
    double high = plain ? parameter->high : GS_PARAMETER_END;
    return direction > 0 ? x >= high : x <= low;
}
