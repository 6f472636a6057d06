/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Leakage feeds back: T = base + R (P + leak(T)). The right side is convex in T, so there are two
 * fixed points, a stable one and an unstable one above it, or none: then the GPU runs away. */
#include <math.h>

#include "physics/heat.h"
#include "physics/power.h"

// how far T lies above what its own power would make of it: concave in T
static double excess(const gpusim_gpu_leakage *leakage, double base, double resistance,
                     double power, double temperature)
{
    return temperature - base - resistance * (power + gs_leakage(leakage, temperature));
}

int gs_leak_fixed_point(const gpusim_gpu_leakage *leakage, double base, double resistance,
                        double power, double from, double limit, double *temperature)
{
    // leakage is never less than nothing, so the stable point is not below this
    double t = base + resistance * (power - leakage->power);
    if (excess(leakage, base, resistance, power, from) <= 0) {
        t = from; // it warms, and may be past the stable point already
    }

    // from the left Newton's steps on a concave function never pass its first zero
    for (int i = 0; i < 200; i++) {
        double above = excess(leakage, base, resistance, power, t);
        double slope = 1 - resistance * gs_leakage_slope(leakage, t);
        double next = t - above / slope;
        if (above < 0 && slope <= 0) {
            break;
        }
        if (!(next > t) || above >= 0) {
            if (t > limit) {
                break;
            }
            *temperature = t;
            return 0;
        }
        if (next > limit) {
            break;
        }
        t = next;
    }
    *temperature = limit;
    return 1;
}
